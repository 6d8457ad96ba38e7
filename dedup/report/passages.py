"""One passage cluster as the page shows it: carriers in time order, side by side, in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from dedup.model import Change, Document, DocumentCluster, DocumentMember, Member, PassageCluster
from dedup.report import diff
from dedup.report.catalogue import Catalogue, Ref
from dedup.report.dates import earliest, timestamp
from dedup.report.timeline import Strip, strip

CARRIERS_LISTED: Final = 100
MEMBERS_COMPARED: Final = 5
_MEMBERS_COMPARED_LATER: Final = 1
_COMPARED_FULLY: Final = 200
"""Ranks above which fewer members are compared: there the file's size is better spent on further passages."""
_PART: Final = 0.9
"""Share of the representative's words under which a member that differs is said to carry a part of it."""
_M = TypeVar("_M", Member, DocumentMember)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a passage in a document.

    `words` is the number of its words where they are not as many as those `of` the representative: a part (of a place
    that differs, if it lacks a tenth), or more.
    """

    member: Member
    words: int | None
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A document of a cluster with all its places; `changed` is what differs in any of them."""

    member: Member
    places: tuple[Place, ...]
    is_representative: bool
    is_earliest: bool
    changed: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One member of a comparison with what stands around it (empty when its text is not kept)."""

    before: str
    pieces: tuple[diff.Piece, ...]
    after: str
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The representative (left) beside a place of another (right)."""

    place: Place
    left: Side
    right: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A cluster as a line: `since` has the first date, `moment` is that in seconds of UTC.

    `outlets` and `agency` are the numbers by which they are chosen.
    """

    cluster: PassageCluster
    number: int
    anchor: str
    since: Member | None
    moment: float | None
    outlets: tuple[int, ...]
    agency: int | None
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageView:
    """A cluster ready for its template: `row` has what its line says.

    `same` are places in the very words of the representative: they need no comparison.
    """

    row: RowView
    parent: Ref | None
    inner: tuple[Ref, ...]
    carriers: tuple[Carrier, ...]
    named: bool
    undated: int
    hidden: int
    same: tuple[Member, ...]
    comparisons: tuple[Comparison, ...]
    uncompared: int
    strip: Strip | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document cluster ready for its template."""

    cluster: DocumentCluster
    number: int
    anchor: str
    title: str
    outlets: int
    members: tuple[DocumentMember, ...]
    hidden: int


class _Words(dict[str, diff.Words]):
    """The words of texts that are compared, each cut once."""

    def __missing__(self, text: str) -> diff.Words:
        words = self[text] = diff.split(text)
        return words

    def count(self, text: str) -> int:
        """Return how many words a text has, also when it is not compared."""
        return len(self[text].keys) if text in self else diff.count(text)


def row_view(cluster: PassageCluster, known: Catalogue) -> RowView:
    """Return what the line of a passage cluster says."""
    dated = ((when, m) for m in cluster.members if (when := timestamp(m, known.texts)) is not None)
    moment, first = min(dated, key=lambda pair: (pair[0], pair[1].outlet or "", pair[1].doc_id), default=(None, None))
    outlets = {known.outlets[name] for m in cluster.members if (name := m.outlet or "") in known.outlets}
    return RowView(
        cluster=cluster,
        number=known.numbers[cluster.cluster_id],
        anchor=known.passage_anchors[cluster.cluster_id],
        since=first,
        moment=moment,
        outlets=tuple(sorted(outlets)),
        agency=known.agencies.get(cluster.origin.agency or ""),
        lang=_language(cluster.members[0], known.texts) if cluster.members else None,
    )


def passage_view(cluster: PassageCluster, known: Catalogue) -> PassageView:
    """Return what the page shows of a passage cluster."""
    known = known.among({m.doc_id for m in cluster.members})
    members = _in_time(cluster.members, known.texts)
    documents = len({m.doc_id for m in members})
    number = known.numbers[cluster.cluster_id]
    words = _Words()
    same, comparisons, uncompared = _compared(cluster, number, known, words)
    carriers = _carriers(cluster, members, known.texts, words)
    inner = (known.ref(cluster_id) for cluster_id in known.inner.get(cluster.cluster_id, ()))
    return PassageView(
        row=row_view(cluster, known),
        parent=known.ref(cluster.parent) if cluster.parent is not None else None,
        inner=tuple(ref for ref in inner if ref is not None),
        carriers=carriers,
        named=any(m.outlet for m in members),
        undated=sum(timestamp(m, known.texts) is None for m in members),
        hidden=documents - len(carriers),
        same=same,
        comparisons=comparisons,
        uncompared=uncompared,
        strip=strip(members, known.texts),
    )


def document_view(cluster: DocumentCluster, number: int, known: Catalogue) -> DocumentView:
    """Return what the page shows of a document cluster."""
    members = _in_time(cluster.members, known.texts)
    titles = (known.name(doc_id).title for doc_id in (cluster.representative, *(m.doc_id for m in members)))
    return DocumentView(
        cluster=cluster,
        number=number,
        anchor=known.document_anchors[cluster.cluster_id],
        title=next((title for title in titles if title), cluster.representative),
        outlets=len({m.outlet or ("", m.doc_id) for m in members}),
        members=tuple(members[:CARRIERS_LISTED]),
        hidden=max(0, len(members) - CARRIERS_LISTED),
    )


def _in_time(members: Sequence[_M], texts: Mapping[str, Document]) -> list[_M]:
    """Return members by date, those without one last."""

    def key(member: _M) -> tuple[bool, float, str, str]:
        moment = timestamp(member, texts)
        return (moment is None, moment or 0.0, member.outlet or "", member.doc_id)

    return sorted(members, key=key)


def _carriers(
    cluster: PassageCluster, members: Sequence[Member], texts: Mapping[str, Document], words: _Words
) -> tuple[Carrier, ...]:
    """Return the first documents of a cluster in the order of `members`, each once, up to `CARRIERS_LISTED`."""
    by_document: dict[str, list[Member]] = {}
    for member in members:
        by_document.setdefault(member.doc_id, []).append(member)
    first = earliest(members, texts)
    listed = [sorted(of, key=lambda m: (m.start, m.end)) for of in islice(by_document.values(), CARRIERS_LISTED)]
    return tuple(_carrier(cluster, words, of, first) for of in listed)


def _carrier(cluster: PassageCluster, words: _Words, members: Sequence[Member], first: Member | None) -> Carrier:
    changes = {(c.before, c.after): c for m in members for c in m.changed}
    return Carrier(
        member=members[0],
        places=tuple(_place(m, cluster, words) for m in members),
        is_representative=any(m is cluster.members[0] for m in members),
        is_earliest=first is not None and first.doc_id == members[0].doc_id,
        changed=tuple(changes.values()),
    )


def _place(member: Member, cluster: PassageCluster, words: _Words) -> Place:
    representative = cluster.members[0].text
    if member.text == representative:
        return Place(member=member, words=None, of=0)
    count, of = words.count(member.text), words.count(representative)
    partly = count != of if member.wording == "verbatim" else count < of * _PART
    return Place(member=member, words=count if partly else None, of=of)


def _compared(
    cluster: PassageCluster, number: int, known: Catalogue, words: _Words
) -> tuple[tuple[Member, ...], tuple[Comparison, ...], int]:
    """Return members equal to the representative, comparisons of those that differ most, how many are left."""
    if len(cluster.members) < 2 or not known.shows_text:
        return (), (), 0
    left, *others = cluster.members
    keys = words[left.text].keys
    same = {id(m) for m in others if m.similarity == 1.0 and words[m.text].keys == keys}
    rest = sorted(
        (m for m in others if id(m) not in same), key=lambda m: (m.similarity, m.outlet or "", m.doc_id, m.start)
    )
    most = MEMBERS_COMPARED if number <= _COMPARED_FULLY else _MEMBERS_COMPARED_LATER
    comparisons = tuple(_comparison(cluster, words, m, known.texts) for m in rest[:most])
    return tuple(m for m in others if id(m) in same), comparisons, len(rest) - len(comparisons)


def _comparison(cluster: PassageCluster, words: _Words, right: Member, texts: Mapping[str, Document]) -> Comparison:
    left = cluster.members[0]
    a, b = diff.side_by_side(words[left.text], words[right.text])
    place = _place(right, cluster, words)
    return Comparison(place=place, left=_side(left, a, texts), right=_side(right, b, texts))


def _side(member: Member, pieces: tuple[diff.Piece, ...], texts: Mapping[str, Document]) -> Side:
    document = texts.get(member.doc_id)
    text = document.text if document is not None else ""
    return Side(
        before=diff.before(text, member.start),
        pieces=pieces,
        after=diff.after(text, member.end),
        lang=_language(member, texts),
    )


def _language(member: Member, texts: Mapping[str, Document]) -> str | None:
    document = texts.get(member.doc_id)
    return None if document is None else document.lang
