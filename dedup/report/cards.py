"""Clusters and texts as HTML: many of them, so plain functions put them together, not templates.

Whatever comes from a scan goes through `markup`, which cleans and escapes; numbers print as they are.
"""

from __future__ import annotations

from html import escape

from dedup.model import Change, DocumentMember, Member, Origin, PassageCluster
from dedup.report import diff, labels, safe
from dedup.report import markup as m
from dedup.report.catalogue import Catalogue, Layout
from dedup.report.dates import show
from dedup.report.passages import Carrier, Comparison, DocumentView, PassageView, Place, RowView, Side
from dedup.report.reading import ReadingView, Segment
from dedup.report.timeline import Row, Strip

SNIPPET = 1000
"""Characters of a passage that are shown, unless all of it is asked for."""
_LONGEST = 1 << 40
_NAMED = 12
_PLACES = 6
_OUTLETS_FILTERED = 40
_MARKS = "\1\2\3\4\5"
_RUNS = {"equal": ("", ""), "beyond": ("\4", "\5"), "elided": ("\4", "\5"), "change": ("\1", "\3")}
_ALONE = ("\2", "\3")


def row_line(view: RowView, layout: Layout) -> str:
    """Return a passage as one link to where it stands in whole: a single element, for there may be 20,000."""
    c = view.cluster
    since = f" · {m.text(show((view.since.published or '')[:10]))}" if view.since else ""
    language = "" if (view.lang or "").startswith("en") else m.language(view.lang)
    said = m.line(c.text, 90)
    return (
        f'<a id="{view.anchor}" href="{escape(layout.whole_passage(view.number, view.anchor))}">{view.number} '
        f"{m.kind(c.kind)} · {m.scope(c.scope)} · {labels.carriers(c)}{since}\n"
        f"{f'<span{language}>{said}</span>' if language else said}</a>\n"
    )


def facets(view: RowView) -> str:
    """Return what a script filters and sorts a passage by, in the order that it reads.

    Kind, scope, score, outlets, documents, groups, agency, time, and after a bar its outlets by number.
    """
    c = view.cluster
    agency = "-" if view.agency is None else view.agency
    moment = "-" if view.moment is None else round(view.moment)
    return (
        f"{m.slug(c.kind)} {m.slug(c.scope)} {labels.percentage(c.score)} {c.n_outlets} {c.n_documents} "
        f"{c.n_families} {agency} {moment}|{' '.join(map(str, view.outlets[:_OUTLETS_FILTERED]))}"
    )


def passage_card(view: PassageView, known: Catalogue) -> str:
    """Return a passage with all that the report says of it."""
    h = view.row
    c, language = h.cluster, m.language(h.lang)
    since = f' <span class="since">from {m.date(h.since.published)}</span>' if h.since else ""
    return (
        f'<details class="cluster passage" id="{h.anchor}">\n<summary>\n<span class="no">{h.number}</span>\n'
        f'<span class="head">\n<span class="meta"><span class="kind k-{m.slug(c.kind)}">{m.kind(c.kind)}</span> '
        f'<span class="scope">{m.scope(c.scope)}</span> <span class="carriers">{labels.carriers(c)}</span>{since}'
        f'</span>\n<span class="lead" dir="auto"{language}>{m.line(c.text, 160)}</span>\n</span>\n</summary>\n'
        '<div class="body">\n'
        f'<p class="permalink"><a href="#{h.anchor}">Link to this passage</a></p>\n'
        f'<blockquote class="text" dir="auto"{language}>{m.clip(c.text, _LONGEST if known.full_text else SNIPPET)}'
        f"</blockquote>\n{_about(view, known)}{_strip(view.strip) if view.strip else ''}{_members(view, known)}"
        f"{_side_by_side(view)}</div>\n</details>\n"
    )


def document_card(view: DocumentView, known: Catalogue) -> str:
    """Return a cluster of near-duplicate documents."""
    c = view.cluster
    members = []
    for d in view.members:
        first = d.doc_id == c.representative
        tags = '<span class="tag">representative</span> ' if first else ""
        tags += '<span class="tag">earliest</span> ' if d.doc_id == c.earliest else ""
        relation = labels.label(labels.RELATION_LABELS, d.relation).replace("the other", "the representative")
        members.append(
            f'<li>\n<span class="when">{m.date(d.published)}</span>\n<span class="who">{m.outlet(d.outlet)}</span>\n'
            f'<span class="what">{_document(d)}{_read(d.doc_id, d.title, known)}</span>\n'
            f'<span class="how">{tags}{"" if first else m.text(relation)} {m.bar(d.share)}</span>\n</li>\n'
        )
    hidden = f"{labels.plural(view.hidden, 'further document')}: all are in documents.jsonl." if view.hidden else ""
    return (
        f'<details class="cluster documents" id="{view.anchor}">\n<summary>\n<span class="no">{view.number}</span>\n'
        '<span class="head">\n<span class="meta"><span class="kind">Near-duplicate texts</span> <span class="carriers">'
        f"{labels.plural(len(c.members), 'document')} from {labels.plural(view.outlets, 'outlet')}</span></span>\n"
        f'<span class="lead" dir="auto">{m.line(view.title)}</span>\n</span>\n</summary>\n<div class="body">\n'
        f'<p class="permalink"><a href="#{view.anchor}">Link to this cluster</a></p>\n<p class="aside">Cohesion '
        f"{m.percent(c.cohesion)}. The share is the part of a document's words that the representative has.</p>\n"
        f'<ol class="members">\n{"".join(members)}</ol>\n{_aside(hidden)}</div>\n</details>\n'
    )


def reading_card(view: ReadingView) -> str:
    """Return a text with its passages marked."""
    name, language = view.name, m.language(view.lang)
    link = m.linked("Open where it was published", name.url)
    left_out = f"{labels.plural(view.left_out, 'further character')} not shown." if view.left_out else ""
    return (
        f'<details class="cluster reading" id="d-{view.number}">\n<summary>\n<span class="head">\n<span class="meta">'
        f'<span class="carriers">{m.outlet(name.outlet)}</span> <span class="since">{m.date(name.published)}</span> '
        f'<span class="scope">{m.percent(view.share)} shared, {labels.plural(view.passages, "passage")}</span></span>\n'
        f'<span class="lead" dir="auto"{language}>{m.line(name.title or name.doc_id)}</span>\n</span>\n</summary>\n'
        f'<div class="body">\n<p class="permalink"><a href="#d-{view.number}">Link to this text</a></p>\n'
        f"{_aside(link) if link.startswith('<a') else ''}"
        f'<div class="article" dir="auto"{language}>{"".join(map(_segment, view.segments))}</div>\n{_aside(left_out)}'
        "</div>\n</details>\n"
    )


def _aside(html: str) -> str:
    return f'<p class="aside">{html}</p>\n' if html else ""


def _about(view: PassageView, known: Catalogue) -> str:
    c = view.row.cluster
    evidence = f"; {m.line(', '.join(c.evidence), 400)}" if c.evidence else ""
    rows = [
        ("Origin", _origin(c.origin, known)),
        (
            "Kind",
            f'{m.kind(c.kind)} <span class="aside">(confidence {m.percent(c.kind_confidence)}{evidence})</span>',
        ),
        ("Agreement", f"Score {m.percent(c.score)}, cohesion of the cluster {m.percent(c.cohesion)}"),
    ]
    if c.repeats_in_document:
        repeats = labels.plural(c.repeats_in_document, "further place")
        rows.append(("Repeats", f"{repeats} inside a document that has it already"))
    if view.parent:
        rows.append(("Part of", m.ref(view.parent)))
    if view.inner:
        rows.append(("Contains", m.refs(view.inner[:_NAMED]) + _more(len(view.inner), _NAMED)))
    said = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>\n" for name, value in rows)
    return f'<dl class="about">\n{said}</dl>\n'


def _origin(origin: Origin, known: Catalogue) -> str:
    evidence = m.line(", ".join(origin.evidence), 240)
    if not origin.agency and not origin.doc_id:
        return "Nothing in the texts says." + (f' <span class="aside">({evidence})</span>' if evidence else "")
    said = []
    if origin.agency:
        said.append(f"Credited to <strong><bdi>{m.line(origin.agency, 80)}</bdi></strong>")
    if origin.doc_id:
        name = known.name(origin.doc_id)
        said.append(f"{'most' if said else 'Most'} likely from {m.outlet(name.outlet)}, {m.title(name)}")
    why = f"confidence {m.percent(origin.confidence)}" + (f"; {evidence}" if evidence else "")
    return f'{"; ".join(said)} <span class="aside">({why})</span>'


def _more(count: int, shown: int) -> str:
    return f" and {count - shown} more" if count > shown else ""


def _strip(s: Strip) -> str:
    caption = m.text(s.caption)
    rule = "".join(f"M{s.left - 6} {row.y}H{s.right + 6}" for row in s.rows)
    rows = "".join(_strip_row(s, row) for row in s.rows)
    return (
        '<figure class="strip">\n<div class="scroll" tabindex="0" role="group" aria-label="Carriers in time">\n'
        f'<svg viewBox="0 0 {s.width} {s.height}" width="{s.width}" height="{s.height}" role="img">\n'
        f"<title>When each outlet carried it. {caption} The list below has the same.</title>\n"
        f'<path class="rule" d="{rule}"/>\n{rows}'
        f'<text class="tick" x="{s.left}" y="{s.height - 6}">{m.text(s.begin)}</text>\n'
        f'<text class="tick" x="{s.right}" y="{s.height - 6}" text-anchor="end">{m.text(s.end)}</text>\n'
        f"</svg>\n</div>\n<figcaption>{caption}</figcaption>\n</figure>\n"
    )


def _strip_row(s: Strip, row: Row) -> str:
    dots = "".join(
        f'<rect class="{"dot first" if dot.first else "dot"}" x="{dot.x - 5}" y="{row.y - 5}" width="{10 + dot.width}" '
        f'height="10" rx="5"><title>{m.text(dot.title)}</title></rect>\n'
        for dot in row.dots
    )
    return f'<text x="{s.left - 14}" y="{row.y + 4}" text-anchor="end">{m.text(row.outlet)}</text>\n{dots}'


def _members(view: PassageView, known: Catalogue) -> str:
    c = view.row.cluster
    places = f", {labels.plural(len(c.members), 'place')}" if len(c.members) > c.n_documents else ""
    order = ", in order of time" if view.row.since else ""
    carriers = "".join(_carrier(k, c, view, known) for k in view.carriers)
    hidden = f"{labels.plural(view.hidden, 'further document')}: all are in passages.jsonl." if view.hidden else ""
    return (
        f"<h4>{labels.plural(c.n_documents, 'document')}{places}{order}</h4>\n"
        f'<ol class="members">\n{carriers}</ol>\n{_aside(hidden)}'
    )


def _carrier(k: Carrier, c: PassageCluster, view: PassageView, known: Catalogue) -> str:
    member = k.member
    tags = '<span class="tag">representative</span> ' if k.is_representative else ""
    if k.is_earliest:
        tags += f'<span class="tag">{"earliest dated" if view.undated else "earliest"}</span> '
    several = len(k.places) > 1
    if several:
        tags += f'<span class="places">{labels.plural(len(k.places), "place")}: </span>'
    how = [_how(p) if p.member is not c.members[0] else "the representative" if several else "" for p in k.places]
    return (
        f"<li>\n{_carried_by(member, known, named=view.named)}{_read(member.doc_id, member.title, known)}</span>\n"
        f'<span class="how">{tags}{"; ".join(how[:_PLACES])}{_more(len(how), _PLACES)}</span>\n'
        f"{_changed(k.changed) if k.changed else ''}</li>\n"
    )


def _carried_by(of: Member, known: Catalogue, *, named: bool) -> str:
    """Return when, by whom and as what a document was published, its last element left open."""
    key = (of.doc_id, of.title, of.url, of.outlet, of.published, str(named))
    made = known.made.get(key)
    if made is None:
        made = known.made[key] = (
            f'<span class="when">{m.date(of.published)}</span>\n'
            f'<span class="who">{m.outlet(of.outlet, said=named)}</span>\n<span class="what">{_document(of)}'
        )
    return made


def _document(of: Member | DocumentMember) -> str:
    """Return title and id of a document, with its address."""
    return f"{m.title(of)} {m.doc_id(of.doc_id)}"


def _read(doc_id: str, title: str | None, known: Catalogue) -> str:
    address = known.reading(doc_id)
    if not address:
        return ""
    return f' <a class="read" href="{escape(address)}">Read<span class="vh"> {m.line(title or doc_id, 60)}</span></a>'


def _how(place: Place) -> str:
    """Return how a place agrees with the representative; a percentage of a part would be taken for one of the whole."""
    verbatim = place.member.wording == "verbatim"
    wording = m.text(labels.label(labels.WORDING_LABELS, place.member.wording))
    share = m.percent(place.member.similarity)
    if place.words is None:
        return f"{wording}, {share}"
    if place.words > place.of:
        return f"{wording}, and {labels.plural(place.words - place.of, 'word')} more"
    return f"a part, {wording}{'' if verbatim else f' ({share})'}: {place.words:,} of {place.of:,} words"


def _changed(changes: tuple[Change, ...]) -> str:
    shown = "; ".join(
        f'<span class="change"><bdi>{m.line(change.before, 40)}</bdi> <span aria-hidden="true">→</span>'
        f'<span class="vh">to</span> <strong><bdi>{m.line(change.after, 40)}</bdi></strong></span>'
        for change in changes[:_NAMED]
    )
    more = f"; and {len(changes) - _NAMED} more" if len(changes) > _NAMED else ""
    return f'<span class="changed">Changed: {shown}{more}</span>\n'


def _side_by_side(view: PassageView) -> str:
    if not view.same and not view.comparisons:
        return ""
    return f"<h4>Side by side</h4>\n{_same(view.same)}{_comparisons(view)}"


def _same(members: tuple[Member, ...]) -> str:
    if not members:
        return ""
    names = ", ".join(m.outlet(x.outlet) if x.outlet else m.title(x) for x in members[:_NAMED])
    places = labels.plural(len(members), "other place has", "other places have")
    return f'<p class="same">{places} the very words of the representative: {names}{_more(len(members), _NAMED)}.</p>\n'


def _comparisons(view: PassageView) -> str:
    if not view.comparisons:
        return ""
    which = "each place where it differs"
    if view.uncompared:
        which = (
            f"{labels.plural(len(view.comparisons), 'place')} where it differs, the most different first; "
            f"{labels.plural(view.uncompared, 'further one differs', 'further ones differ')} less"
        )
    first = view.row.cluster.members[0]
    pairs = "".join(_pair(pair, first, opened=n == 0) for n, pair in enumerate(view.comparisons))
    return (
        f'<p class="aside">The representative beside {which}.\n<del>Struck out</del> stands only on the left, '
        "<ins>underlined</ins> only on the right; bold is changed; "
        f'<span class="context">small</span> is outside of what both share.</p>\n{pairs}'
    )


def _pair(pair: Comparison, first: Member, *, opened: bool) -> str:
    other = pair.place.member
    return (
        f'<details class="pair"{" open" if opened else ""}>\n<summary>{m.outlet(first.outlet)} and '
        f'{m.outlet(other.outlet)} <span class="aside">{_how(pair.place)}</span></summary>\n<div class="sides">\n'
        f"{_side(pair.left, first, 'del')}{_side(pair.right, other, 'ins')}</div>\n</details>\n"
    )


def _side(side: Side, member: Member, element: str) -> str:
    before = f'<span class="context">… {m.text(side.before)}</span>' if side.before else ""
    after = f'<span class="context">{m.text(side.after)} …</span>' if side.after else ""
    pieces = _pieces(side.pieces, element, clean=safe.is_clean(member.text))
    return (
        f'<div class="side">\n<h5>{m.outlet(member.outlet)} <span class="aside">{m.date(member.published)}</span>'
        f'</h5>\n<p dir="auto"{m.language(side.lang)}>{before}{pieces}{after}</p>\n</div>\n'
    )


def _pieces(pieces: tuple[diff.Piece, ...], element: str, *, clean: bool) -> str:
    """Return the runs of one side: what only it has, or has otherwise, in `element`.

    `clean` says that its text is. Runs are many and short, so they are escaped all at once, with control characters,
    which no clean text has, in the place of the elements.
    """
    said = []
    for op, words, tail in pieces:
        begin, end = _RUNS.get(op, _ALONE)
        said.append(f"{begin}{words}{end}{tail}" if clean else f"{begin}{safe.clean(words)}{end}{safe.clean(tail)}")
    html = escape("".join(said))
    elements = (f'<{element} class="c">', f"<{element}>", f"</{element}>", '<span class="context">', "</span>")
    for mark, tag in zip(_MARKS, elements, strict=True):
        html = html.replace(mark, tag)
    return html


def _segment(s: Segment) -> str:
    labelled = f'<span class="labels" dir="ltr">{"".join(f"{m.ref(r)} " for r in s.begins)}</span>' if s.begins else ""
    if s.mark:
        return f'{labelled}<mark class="k-{m.slug(s.mark.kind)}">{m.text(s.text)}</mark>'
    skipped = f' <span class="skipped">{m.text(s.skipped)}</span> {m.text(s.rest)}' if s.skipped else ""
    return f"{labelled}{m.text(s.text)}{skipped}"
