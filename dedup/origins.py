"""Who a passage is credited to, with evidence; without evidence there is no origin.

Credits come from `dedup.agency.credits`. Of a page with several stories only those count that stand nearest to the
passage.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from dedup.agency import agencies, agreed, another_story, name_forms, reporting, told
from dedup.agency.credits import Credit, said_source
from dedup.agency.large import canonical, spellings
from dedup.agency.same import grouped, initials
from dedup.families import registrable_domain
from dedup.model import Document, Kind, Origin

# Kinds of running text that is somebody's.
COPY: tuple[Kind, ...] = ("wire_copy", "other")
# The least lag by which a first publication counts as earlier (seconds), where the time of day is known.
MINUTE = LEAST_LAG = 60.0
# How long a date lasts that has none (seconds).
COARSE = {"day": 86_400.0, "month": 31 * 86_400.0, "year": 366 * 86_400.0}
# The part of a text that another one has at most which was cut from it.
LESS = 0.9

# The same between outlets of one family (seconds): they publish from one desk, and minutes between them are chance.
FAMILY_LAG = 3600.0
# The same between outlets of which none names an agency (seconds): what a company or the police send out stands on many
# sites within two hours, and who takes a text over from another outlet has to find and edit it.
DESK_LAG = 7200.0
# The least part of a passage that a carrier has whose credit counts for it.
LEAST_EXTENT = 0.5
_WORD = re.compile(r"\w+")
# A time of day that only stands for the day.
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?$")
# The zone at the end of a date.
_ZONE = re.compile(r"(?<=\d)\s?([+-])(\d\d):?(\d\d)?$")
# Most characters between the beginnings of a caption and of its paragraph: a mark, a label.
OWN_START = 12
# Shortest name of an outlet, and longest line, that says whose a text was first; the latter inside a text (characters).
SHORTEST_OUTLET, LONGEST_LINE, LONGEST_NAMING = 4, 160, 60
# Carriers whose links are read, how far around a passage (characters), and what an address looks like.
MOST_LINKED, BESIDE = 12, 600
_ADDRESS = re.compile(r"\w\.\w{2,12}/\w")
# What agencies add to their names in the names of their sites, and sites that are called otherwise.
_SITE = re.compile(r"(\w{2,}?)(?:news|net|online|press|india|agency|wire|24)")
_SITES = {"ceskenoviny": "ČTK", "yna": "Yonhap", "amna": "ANA-MPA", "aa": "AA", "haberajans": "AA", "mtva": "MTI"}
# How far around words for who had a text first an outlet is looked for (characters).
AROUND = 80
# How sure it is that what may be an agency is one, and how far before a name the word for what it is may stand.
UNSURE, BEFORE, AGREED = 0.5, 24, 0.6
# What may stand between a passage and what is right behind it.
ENDS = " \n\t.!?…。！？।۔\"'”’»」』"
# Names so few that it is quicker to look for each than for the words of a line.
FEW_NAMES = 12
_STOP = re.compile(r"[.!?](?=\s)|[\n。！？]")
# Carriers of which one may have letters for an agency that others name.
MOST_AGAINST = 2
# Letters for an agency that are so few that other things have them too.
SHORTEST_LETTERS = 2
# Where words are not spaced, a name beside words for who had a text first is any stretch of characters.
_UNSPACED = re.compile("[぀-ヿ一-鿿฀-๿]")
# How far into a passage its own dateline or byline may stand (characters).
BEGINNING = 120


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier as origins see it: its document and that one's family, where the passage stands in it, its part of the
    passage, the agency credits of the document, and whether its text may say who had it first, or name an agency."""

    document: Document
    family: str
    start: int
    end: int
    extent: float
    credits: tuple[Credit, ...]
    may_say_first: bool = True
    may_name: bool = True


class Credited(NamedTuple):
    """The agency that most carriers credit, None where none does; in which positions, how sure that is, and how many
    carriers do."""

    agency: str | None = None
    evidence: tuple[str, ...] = ()
    confidence: float = 0.0
    votes: int = 0


def origin(
    carriers: Sequence[Carried],
    is_caption: bool,
    outlets: Sequence[str] = (),
    *,
    is_wire: bool = False,
    credit: Credited | None = None,
) -> Origin:
    """Return the origin of a passage: a credited agency, and the document that had it first, each with evidence.

    `outlets` are those that are agencies by their names; an acronym in a credit may mean one of them. Who printed a
    caption first says nothing by itself: the picture came from a third. `is_wire`: it is copy that several print, so
    that what may be an agency's name alone is one where nothing else can be meant; `credit` is what they credit, where
    that was asked for already.
    """
    credit = credit or credited(carriers, outlets, is_caption=is_caption)
    if is_wire and _may_be_outvoted(credit, carriers):
        credit = _agreed(carriers) or credit
    elif is_wire and credit.agency is None:
        credit = _around(carriers) or _unsure_agency(carriers)
    agency, evidence, strength, _ = credit
    if agency and is_wire and agencies.is_acronym(agency):
        agency = told.full_name(agency, _frames([c for c in carriers if c.may_name])) or agency
    own = [c for c in carriers if agency and (_same_agency(c.document.outlet, agency) or _is_site_of(agency, c))]
    if own:
        earliest = min(own, key=lambda c: (c.document.timestamp or float("inf"), c.document.id))
        said = (*evidence, "the agency's own copy")
        return Origin(doc_id=earliest.document.id, agency=agency, evidence=said, confidence=0.95)
    for name, doc_id, least in (
        ("canonical link", _linked(carriers), 0.8),
        ("linked by others", None if is_caption or agency else _pointed_at(carriers), 0.75),
        ("named by others", None if is_caption else _named(carriers), 0.7),
    ):
        if doc_id is not None:
            said, own_name = (*evidence, name), _as_agency(doc_id, agency, carriers)
            return Origin(doc_id=doc_id, agency=own_name, evidence=said, confidence=max(least, round(strength, 6)))
    first = _first(carriers, is_cut=agency is not None)
    if agency is None and first is not None and not is_caption and agencies.says_it_is_one(first.outlet or ""):
        return Origin(
            doc_id=first.id, agency=first.outlet, evidence=("the agency's own copy", "earliest"), confidence=0.8
        )
    if agency:
        named = (
            first is not None
            and not is_caption
            and any(c.document.id == first.id and _credits_agency(c, agency, outlets) for c in carriers)
        )
        return Origin(
            doc_id=first.id if named and first else None,
            agency=agency,
            evidence=(*evidence, "earliest") if named else evidence,
            confidence=round(strength, 6),
        )
    if first is not None and not is_caption and _lead(first, carriers) > DESK_LAG:
        return Origin(doc_id=first.id, agency=None, evidence=("earliest",), confidence=0.5)
    return Origin()


def _as_agency(doc_id: str, agency: str | None, carriers: Sequence[Carried]) -> str | None:
    """Return the agency of a passage that is a certain document's: its outlet where that is one by its name, or where
    it alone credits an acronym."""
    outlet = next(c.document.outlet for c in carriers if c.document.id == doc_id) or ""
    credited = {c.document.outlet for c in carriers for each in c.credits if each.agency == agency}
    own = agency is not None and agencies.is_acronym(agency) and credited == {outlet}
    return outlet if own or (agency is None and agencies.says_it_is_one(outlet)) else agency


def is_credited(carriers: Sequence[Carried], outlets: Sequence[str] = (), credit: Credited | None = None) -> bool:
    """Return whether `origin` names an agency for a passage of running text, of which `credit` is what `credited` says;
    most texts credit none."""
    credit = credit or credited(carriers, outlets)
    if credit.agency:
        return True
    if not any(agencies.says_it_is_one(c.document.outlet or "") for c in carriers):
        return False
    return origin(carriers, is_caption=False, outlets=outlets, credit=credit).agency is not None


def of_kind(
    kind: Kind, carriers: Sequence[Carried], credited: Origin, outlets: Sequence[str], rivals: Sequence[Kind] = ()
) -> Origin:
    """Return the origin that a passage of this kind has; `credited` is what `origin` says of it as running text, which
    is asked of the kinds in `COPY` alone, `rivals` the kinds that it may be where that is open.

    Words of a speaker, furniture and formulas are nobody's copy. What may be a caption is asked for a photo credit too;
    of what may be any of these, who had it first says nothing by itself.
    """
    if kind not in ("caption", "wire_copy", "other"):
        return Origin()
    if kind == "wire_copy" or (kind == "other" and credited.agency):
        return credited
    if "caption" in (kind, *rivals):
        beside = origin(carriers, is_caption=True, outlets=outlets)
        if kind == "caption" or beside.agency:
            return beside
    return Origin() if credited.evidence == ("earliest",) else credited


def _linked(carriers: Sequence[Carried]) -> str | None:
    """Return the id of the carrier that canonical links of pages of other sites name most; None where none is named."""
    if not any(c.document.canonical_url for c in carriers):
        return None
    pages = {_page(c.document.url): c.document.id for c in reversed(carriers) if c.document.url}
    named = (pages.get(_page(c.document.canonical_url)) for c in carriers if _points_away(c.document))
    ranked = Counter(doc_id for doc_id in named if doc_id is not None).most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _pointed_at(carriers: Sequence[Carried]) -> str | None:
    """Return the id of the carrier to whose page most others link around the passage; None where none is linked to, or
    two are as often."""
    around = [(c, text) for c in carriers[:MOST_LINKED] if (text := _beside(c)) and _ADDRESS.search(text)]
    if not around:
        return None
    pages = {page: c.document.id for c in reversed(carriers) if "/" in (page := _page(c.document.url))}
    votes = Counter(
        doc_id for c, text in around for page, doc_id in pages.items() if doc_id != c.document.id and page in text
    )
    ranked = votes.most_common(2)
    return ranked[0][0] if ranked and (len(ranked) < 2 or ranked[0][1] > ranked[1][1]) else None


def _beside(carried: Carried) -> str:
    """Return what stands around a passage in its text, in small letters; nothing where no stroke is, which addresses
    have."""
    text = carried.document.text
    before, behind = text[max(0, carried.start - BESIDE) : carried.start], text[carried.end : carried.end + BESIDE]
    return f"{before}\n{behind}".casefold() if "/" in before or "/" in behind else ""


def _is_site_of(agency: str, carried: Carried) -> bool:
    """Return whether a page stands on an agency's own site, whatever the outlet is called there, and credits it."""
    domain = (registrable_domain(carried.document.url) or "").partition(".")[0].replace("-", "")
    if not domain or not any(_same_agency(c.agency, agency) for c in carried.credits):
        return False
    match = _SITE.fullmatch(domain)
    names = {domain, match[1] if match else domain}
    return canonical(_SITES.get(domain, "")) == agency or any(
        "".join(_WORD.findall(each)).casefold() in names for each in spellings(agency)
    )


def _named(carriers: Sequence[Carried]) -> str | None:
    """Return the id of the carrier whose outlet others name most in their first or last line, in whatever language
    ("Source: …"), or in a sentence on who had it first; None where none is named, or two outlets are as often."""
    outlets: dict[str, list[Document]] = {}
    for c in carriers:
        if c.document.outlet and len(c.document.outlet) >= SHORTEST_OUTLET:
            outlets.setdefault(c.document.outlet, []).append(c.document)
    if len(outlets) < 2:
        return None
    firsts = {words[0] for name in outlets if (words := _words(name))}
    unspaced = {name for name in outlets if not name.isascii() and _UNSPACED.search(name)}
    if len(outlets) <= FEW_NAMES and not unspaced:
        # few texts have the name of any where that matters
        beside = [
            line for c in carriers for line in (*_sources(c.document.text, c.may_say_first), *_source_behind(c), _by(c))
        ]
        where = "\n".join(beside)
        if not any(map(where.__contains__, outlets)):
            return None
    known: dict[int, dict[tuple[str, ...], list[str]]] = {}
    for name in outlets:
        known.setdefault(len(_words(name)), {}).setdefault(_words(name), []).append(name)
    known.pop(0, None)
    votes = Counter(name for c in carriers for name in _names(c, known, firsts, unspaced))
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    own = outlets[ranked[0][0]]
    return min(own, key=lambda d: (d.timestamp or float("inf"), d.id)).id


@functools.lru_cache(maxsize=1 << 12)
def _words(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(name))


def _names(
    carried: Carried,
    outlets: Mapping[int, Mapping[tuple[str, ...], Sequence[str]]],
    firsts: set[str],
    unspaced: set[str],
) -> set[str]:
    """Return the outlets that a text of another one names where it says whose it was; they come by the number of their
    words and by these, so that what it takes does not grow with how many there are. `firsts` has their first words,
    `unspaced` those in scripts that do not space words."""
    own = (carried.document.outlet or "").casefold()
    found = set()
    for line in (*_sources(carried.document.text, carried.may_say_first), *_source_behind(carried), _by(carried)):
        if unspaced and reporting.HAD_FIRST.search(line.lower()):
            sizes = set(map(len, unspaced))
            found |= unspaced & {line[i : i + n] for n in sizes for i in range(len(line) - n + 1)}
        # few lines have the first word of any
        if len(firsts) <= FEW_NAMES and not any(map(line.__contains__, firsts)):
            continue
        if firsts.isdisjoint(_WORD.findall(line)):
            continue
        words = list(_WORD.finditer(line))
        for size, names in outlets.items():
            for i in range(len(words) - size + 1):
                alike = names.get(tuple(m[0] for m in words[i : i + size]), ())
                found |= {name for name in alike if _stands(name, line, words[i].start())}
    return {name for name in found if name.casefold() not in own}


def _source_behind(carried: Carried) -> Iterator[str]:
    """Yield the line right behind a passage where it says whose the text was, and more follows."""
    behind = carried.document.text[carried.end : carried.end + LONGEST_LINE].lstrip(ENDS)
    line = behind.partition("\n")[0]
    if len(line) <= LONGEST_NAMING and line != behind and said_source(line):
        yield line


def _by(carried: Carried) -> str:
    return " ".join((carried.document.author or "").split())[:LONGEST_LINE]


@functools.lru_cache(maxsize=1 << 10)
def _sources(text: str, may_say_first: bool) -> tuple[str, ...]:
    """Return where a text may say whose it was: its first and last line, and what stands in one sentence with words for
    who had it first."""
    plain = text.strip()
    lines = {plain[: plain.find("\n")] if "\n" in plain else plain, plain[plain.rfind("\n") + 1 :]}
    found = {line for line in lines if len(line) <= LONGEST_LINE}
    lowered = plain.lower() if may_say_first else ""
    for match in reporting.HAD_FIRST.finditer(lowered) if len(lowered) == len(plain) else ():
        before = _STOP.split(plain[max(0, match.start() - AROUND) : match.start()])[-1]
        found.add(before + match[0] + _STOP.split(plain[match.end() : match.end() + AROUND])[0])
    return tuple(sorted(found))


def _stands(name: str, line: str, word: int) -> bool:
    """Return whether a name stands in a line, its first word at `word`, and is no part of a longer word."""
    first = _WORD.search(name)
    at = word - (first.start() if first else 0)
    beside = line[at - 1 : at] + line[at + len(name) : at + len(name) + 1]
    return at >= 0 and line.startswith(name, at) and not _WORD.search(beside)


def _points_away(document: Document) -> bool:
    """Return whether a page says by its canonical link that its text is another site's."""
    if not document.canonical_url:
        return False
    there, here = registrable_domain(document.canonical_url), registrable_domain(document.url)
    return there is not None and here is not None and there != here


def _page(url: str | None) -> str:
    """Return an address without what does not tell pages apart: scheme, "www.", query, fragment, last slash."""
    plain = re.sub(r"^\w+://(?:www\.)?|[?#].*$", "", (url or "").strip())
    return plain.rstrip("/").casefold()


def _credits_agency(carried: Carried, agency: str, outlets: Sequence[str]) -> bool:
    names = [c.agency for c in carried.credits]
    return agency in grouped([*names, agency, *outlets]).values() and any(
        grouped([n, agency, *outlets])[n] == agency for n in names
    )


@functools.lru_cache(maxsize=1 << 16)
def _same_agency(outlet: str | None, agency: str) -> bool:
    if not outlet:
        return False
    same = grouped([outlet, agency])
    return outlet.casefold() == agency.casefold() or same[outlet] == same[agency] or initials(outlet) == agency


def credited(carriers: Sequence[Carried], outlets: Sequence[str] = (), *, is_caption: bool = False) -> Credited:
    """Return the agency that most carriers credit for this passage."""
    each = [_nearest(c, is_caption) for c in carriers if c.credits and c.extent >= LEAST_EXTENT]
    if not any(each):
        return Credited()
    names = grouped([*(c.agency for found in each for c in found), *outlets])
    votes: dict[str, list[str]] = {}
    for found in each:
        for name, position in {names[c.agency]: c.position for c in reversed(found)}.items():
            votes.setdefault(name, []).append(position)
    best = min(votes, key=lambda name: (-len(votes[name]), name))
    evidence = tuple(f"credit ({p})" for p in sorted(set(votes[best])))
    share = len(votes[best]) / len(carriers)
    return Credited(best, evidence, min(0.95, 0.55 + 0.25 * share + 0.1 * (len(votes[best]) > 1)), len(votes[best]))


def _may_be_outvoted(credit: Credited, carriers: Sequence[Carried]) -> bool:
    """Return whether one of several carriers alone credits letters that may stand for an agency, and not before the
    text, where the others may agree on a name: a large agency's only where they are two."""
    name = credit.agency or ""
    is_short = agencies.is_acronym(name) and canonical(name) is None
    is_short |= name.isupper() and len(name) == SHORTEST_LETTERS
    is_before = "credit (dateline)" in credit.evidence
    return is_short and not is_before and credit.votes == 1 and len(carriers) > MOST_AGAINST


def _agreed(carriers: Sequence[Carried]) -> Credited | None:
    """Return the name that several carriers of copy agree on, and say by themselves, as `_around`."""
    found = agreed.named(_frames(carriers))
    return Credited(found[0], tuple(f"credit ({position})" for position in found[1]), AGREED) if found else None


def _frames(carriers: Sequence[Carried]) -> list[agreed.Frame]:
    return [agreed.Frame(c.document, c.family, c.start, c.end) for c in carriers if c.extent >= LEAST_EXTENT]


def _around(carriers: Sequence[Carried]) -> Credited | None:
    """Return the name that carriers of copy of several families agree on, or that a line beside the passage credits,
    the positions, and a confidence."""
    if len({c.family for c in carriers}) < 2 or any(agencies.says_it_is_one(c.document.outlet or "") for c in carriers):
        return None
    near = _frames(carriers)
    naming = _frames([c for c in carriers if c.may_name])
    found = agreed.credited(near) or told.told(near, naming)
    return (
        Credited(told.spelt_out(found[0], naming), tuple(f"credit ({position})" for position in found[1]), AGREED)
        if found
        else None
    )


def _unsure_agency(carriers: Sequence[Carried]) -> Credited:
    """Return the agency of copy that outlets of several families have, where none is credited surely: what stands where
    agencies do and may be a reporter or a place elsewhere, the positions, and a confidence.

    An acronym is one, and what stands behind the place in scripts without capitals, unless a text speaks of it too; so
    is a name that another carrier has in another form or place, or that a text calls an agency.
    """
    if len({c.family for c in carriers}) < 2 or any(agencies.says_it_is_one(c.document.outlet or "") for c in carriers):
        return Credited()
    own = {c.document.outlet.casefold() for c in carriers if c.document.outlet}
    votes: dict[str, list[tuple[Carried, Credit]]] = {}
    for carried in carriers:
        for credit in carried.credits if carried.extent >= LEAST_EXTENT else ():
            near = _is_before_text(carried, credit) or _is_right_behind(carried, credit)
            is_desk = name_forms.is_of_beginnings(credit.agency, carried.document.outlet or "")
            is_outlet = credit.agency.casefold() in own or is_desk
            if near and not credit.is_sure and not is_outlet:
                votes.setdefault(credit.agency, []).append((carried, credit))
    votes = {name: found for name, found in votes.items() if _stands_out(name, found, votes, carriers)}
    if not votes:
        return Credited()
    names = grouped(votes)
    best = min(
        votes, key=lambda name: (-sum(len(votes[n]) for n in votes if names[n] == names[name]), -len(name), name)
    )
    evidence = tuple(
        sorted({f"credit ({credit.position})" for n in votes if names[n] == names[best] for _, credit in votes[n]})
    )
    return Credited(names[best], evidence, UNSURE)


def _is_right_behind(carried: Carried, credit: Credit) -> bool:
    """Return whether a credit behind a text is its last line, or stands in or right behind the passage."""
    text = carried.document.text.rstrip()
    is_next = not text[carried.end : credit.start].strip(ENDS) or credit.start > text.rfind("\n")
    return _is_behind_text(carried, credit) and is_next


def _stands_out(
    name: str,
    found: Sequence[tuple[Carried, Credit]],
    votes: Mapping[str, Sequence[tuple[Carried, Credit]]],
    carriers: Sequence[Carried],
) -> bool:
    """Return whether what may be an agency is one, for a passage."""
    if any(_is_called_one(name, c.document.text) for c in carriers):
        return True
    words = name.casefold().split()
    for other, others in votes.items():
        longer = other.casefold().split()
        inside = any(longer[i : i + len(words)] == words for i in range(len(longer) - len(words) + 1))
        apart = {c.document.outlet for c, _ in others} - {c.document.outlet for c, _ in found}
        if other != name and (inside or words[: len(longer)] == longer) and apart:
            return True
    return agencies.is_acronym(name) and not any(_speaks_of(name, c.document.text, found) for c in carriers)


def _speaks_of(name: str, text: str, found: Sequence[tuple[Carried, Credit]]) -> bool:
    """Return whether a text has a name beside its credits: what a text is about is not who wrote it."""
    credited = len(
        {credit.start for carried, credit in found if carried.document.text == text and credit.position != "byline"}
    )
    return name in text and len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text)) > credited


def _is_called_one(name: str, text: str) -> bool:
    """Return whether a text calls a name an agency: "the news agency X"."""
    at = text.find(name) if len(name) >= SHORTEST_OUTLET else -1
    bracketed = text.find(f"({name})", 1)
    # "the Harbour News Agency (HNA)"
    is_short = bracketed > 0 and agencies.calls_next_one(text[max(0, bracketed - BEFORE) : bracketed].rstrip())
    return is_short or (at > 0 and agencies.calls_next_one(text[max(0, at - BEFORE) : at]))


def _nearest(carried: Carried, is_caption: bool) -> list[Credit]:
    """Return the sure credits of a text that count for the passage, in order of place.

    A photo credit counts for a caption that it stands beside; of datelines and bylines the last one before the passage
    counts, of credits behind a text the first one after it.
    """
    credits = [c for c in carried.credits if c.is_sure]
    if is_caption:
        near = (carried.start - 80, carried.end + 120)
        photos = [c for c in credits if c.position == "photo credit" and near[0] <= c.start <= near[1]]
        # what a caption's own paragraph ends in
        own = [c for c in credits if c.position == "trailing credit" and abs(c.start - carried.start) <= OWN_START]
        return photos or own
    before: dict[tuple[str, str], Credit] = {}
    after: dict[str, Credit] = {}
    for credit in credits:
        if _is_before_text(carried, credit):
            # several stand in one byline
            several = credit.agency if credit.position == "byline" and not credit.start else ""
            before[credit.position, several] = credit
        elif _is_behind_text(carried, credit):
            after.setdefault(credit.position, credit)
    return sorted({*before.values(), *after.values()}, key=lambda c: (c.start, c.position, c.agency))


def _is_before_text(carried: Carried, credit: Credit) -> bool:
    return credit.position in ("dateline", "byline", "agency field") and credit.start <= carried.start + BEGINNING


def _is_behind_text(carried: Carried, credit: Credit) -> bool:
    is_behind = credit.position in ("trailing credit", "reporting credit") and credit.start >= carried.start
    return is_behind and not another_story.is_of_one(carried.document.text, carried.end, credit.start)


class _Date(NamedTuple):
    """A date in seconds: when it is, in UTC; what the clock showed at the place when it began and ended; whether the
    time of day is known."""

    time: float
    local: float
    end: float
    is_exact: bool


def _first(carriers: Sequence[Carried], is_cut: bool) -> Document | None:
    """Return the document that was surely published first, which does not say itself that its text is another site's;
    None where a date is missing, or two may have been first. `is_cut`: who has less of it has cut it."""
    if len({c.document.id for c in carriers}) < 2 or any(c.document.timestamp is None for c in carriers):
        return None
    dated = [(_date(c.document), c) for c in carriers]
    when, earliest = min(dated, key=lambda each: (each[0].end, each[0].time, each[1].document.id))
    one_desk = len({c.family for c in carriers}) == 1 and len({c.document.outlet for c in carriers}) > 1
    lag, cut = FAMILY_LAG if one_desk else LEAST_LAG, LESS * earliest.extent if is_cut else 0.0
    others = ((date, c) for date, c in dated if c.document.id != earliest.document.id)
    if not all(_is_before(when, date, lag, c.extent < cut) for date, c in others):
        return None
    return None if _points_away(earliest.document) else earliest.document


def _is_before(first: _Date, other: _Date, lag: float, is_cut: bool) -> bool:
    """Return whether one text was published before another by so many seconds at least.

    Days, months and years are those of the place, so they are compared with what the clock showed there. A text that
    was cut, of a day of which the hour is not known, is not the one that it was cut from.
    """
    if first.is_exact and other.is_exact:
        return other.time - first.time >= lag
    may_be_later = is_cut and first.is_exact and other.local <= first.end <= other.end
    return first.end <= other.local or may_be_later


def _lead(first: Document, carriers: Sequence[Carried]) -> float:
    """Return how long a text was on the outlet that had it first alone (seconds), by the clock of the place where a
    date has no time; infinite on the only one."""
    own = _date(first)
    others = (_date(c.document) for c in carriers if (c.document.outlet or "") != (first.outlet or ""))
    apart = (d.time - own.time if d.is_exact and own.is_exact else d.local - own.local for d in others)
    return min(apart, default=float("inf"))


def _date(document: Document) -> _Date:
    return _dated(document.timestamp or 0.0, document.published or "", document.published_precision or "day")


@functools.lru_cache(maxsize=1 << 14)
def _dated(time: float, published: str, precision: str) -> _Date:
    """Return the date that a text gives; midnight is a day."""
    plain = published.strip()
    zone = _ZONE.search(plain) if precision not in COARSE else None
    offset = (60 * int(zone[2]) + int(zone[3] or 0)) * (-60.0 if zone[1] == "-" else 60.0) if zone else 0.0
    lasts = COARSE.get(precision, 0.0) or (COARSE["day"] if _MIDNIGHT.search(plain) else 0.0)
    return _Date(time=time, local=time + offset, end=time + offset + (lasts or MINUTE), is_exact=not lasts)
