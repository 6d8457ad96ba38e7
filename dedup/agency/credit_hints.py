"""Credits that other texts confirm: names that stand where agencies do and say of themselves nothing more.

"(Rivage)" behind a text may be an agency, a photographer or a place. It is an agency when another text credits it as
one, by its full name or where nothing else can stand, or when texts of several outlets end or begin so.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec

from dedup.agency import agencies, agency_words, letters
from dedup.agency.credit_signs import CLOSES, FIRST, NAMES, Paragraphs, read
from dedup.agency.credits import Credit, credits, said_source
from dedup.agency.datelines import is_place
from dedup.agency.photo_credits import credited, is_photo
from dedup.agency.same import grouped, short_form
from dedup.model import Document

# What stands in brackets at the end of Chinese and Japanese texts may be anything: it is never enough that it recurs.
_HAN = re.compile("[一-鿿ァ-ヴー]+")
# Texts, by their titles, and outlets in which a name stands that no text confirms.
LEAST_TEXTS, LEAST_OUTLETS = 3, 2
# Shortest name in capitals at the beginning of a text that may be a town.
SHORTEST_TOWN = 4
# Longest word with a stop behind a dateline that is an abbreviation: "Sen."
LONGEST_SHORTENED = 4
# Texts read at a time.
BLOCK_TEXTS = 256
# Longest line that is nothing but a name, and longest beginning that is looked at for a dateline (characters).
LONGEST_NAME, HEAD = 24, 90
# The same of a line that says whose a text is, or that is a place and a name.
LONGEST_SOURCE = 60
# Most words of a name in a byline.
MOST_WORDS = 5
# Lines at the end of a text, before the last, in which a story may end.
FURNITURE_LINES = 3
# Where a bracket closes that a line ends in, with the initials of editors behind it (characters).
EDITORS = 20

# "(Rivage)", "(NPA) aq/ms"
_LAST = re.compile(r"[(（【]\s?([^()（）【】\n]{2,24}?)\s?[)）】](?:\.?|\s?[^\W\d_][^\s()/]{0,7}/[^\s()/]{1,8})\s*$")
_CLOSED = re.compile(r"[)）】](?:\.?|\s?[^\W\d_][^\s()/]{0,7}/[^\s()/]{1,8})$")
_RIGHT = re.compile(r"(?:^|\s)©\s?(?:\d{4}\s)?([^\d\s©][^\n©]{1,24})$")
# "SELBY - Tidewater - …", "СЕЛИЩЕ — Причал. …"
_FIRST = re.compile(
    r"^([^\n(]{3,50}?)\s?[—–-]\s([^\s—–.,:()][^\n—–.,:()]{1,24}?)\s?(?:[—–]|\s-|\.)\s+(?=[^\sa-zа-яёіїєґ])"
)
# "سیلاب آباد (ساحل) …", in scripts without capitals
_UNCASED_FIRST = re.compile(r"^([^\s\d(A-Za-zÀ-ɏͰ-ӿ]+(?:\s[^\s\d(]+){0,2})\s\(([^()\s]{2,20})\)\s+\S")
# "Lahnau (lnd/abc) - …", "رأس النخل - وأس: …"
_DESK_FIRST = re.compile(r"^[A-ZÀ-Þ][^\n()]{1,40} \(([a-zß-ÿ]{2,5})(?:/[a-zß-ÿ]{1,5})*\)\s?[—–-]\s")
_UNCASED_SECOND = re.compile(
    r"^[^\s\d():A-Za-zÀ-ɏͰ-ӿ]+(?:\s[^\s\d():A-Za-zÀ-ɏͰ-ӿ]+){0,2}\s?[—–-]\s?([^\s\d():A-Za-zÀ-ɏͰ-ӿ]{2,12})\s?:\s"
)
_SMALL = re.compile(r"[a-zß-ÿ]{2,5}")
# What stands in whatever `_FIRST` finds.
_DASH = re.compile(r"[—–-]\s")


class Printed(NamedTuple):
    """Where a text was printed: its title, and its outlet; and which of the names in it may be places."""

    title: str | None
    outlet: str | None
    places: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document, found: Iterable[Credit]) -> Printed:
        """Return it for a text in which names were found."""
        text = document.text
        places = tuple(c.agency for c in found if _may_be_region(c, text) or _may_be_town(c, text))
        return cls(document.title, document.outlet, places)


class OfTexts(NamedTuple):
    """The agency credits of the texts that have any, sure and unsure, by number; which texts may say who had them
    first, and which may name an agency anywhere."""

    credits: dict[int, list[Credit]]
    may_say_first: frozenset[int]
    may_name: frozenset[int]


def of_texts(
    numbers: Sequence[int],
    rows_of: Callable[[Iterable[int]], Iterable[Document]],
    spread: Callable[[Callable[[int], bytes], Sequence[int]], Iterable[bytes]],
) -> OfTexts:
    """Return what is asked of some texts as a whole; what may be a credit is sure where others confirm it.

    `rows_of` gives texts by their numbers; `spread` does work on items, in order.
    """

    def block(first: int) -> bytes:
        some = numbers[first : first + BLOCK_TEXTS]
        part = [*zip(some, rows_of(some), strict=True)]
        known = read([each.text for _, each in part])
        rows = []
        for (d, each), own in zip(part, known, strict=True):
            found = hints(each, own)
            alone = _alone(each.text) if own.lone else ()
            perhaps = [c for c in (*found, *alone) if not _is_weak(c, each.text)]
            printed = Printed.of(each, found) if found else None
            rows.append((d, credits(each, own), found, perhaps, own.there & (FIRST | NAMES), printed))
        return msgspec.msgpack.encode([row for row in rows if any(row[1:])])

    # what finds signs and names is made before processes are forked, that they need not make it again
    agency_words.prepare()
    letters.begins("पीटीआय")
    grouped([*filter(None, map(agencies.named, ("Northlight Press Agency", "NPA")))])
    read(["."])
    blocks = spread(block, range(0, len(numbers), BLOCK_TEXTS))
    kind = list[tuple[int, list[Credit], list[Credit], list[Credit], int, Printed | None]]
    rows = [row for raw in blocks for row in msgspec.msgpack.decode(raw, type=kind)]
    printed = {d: about for d, *_, about in rows if about}
    known = confirmed({d: c for d, c, *_ in rows if c}, {d: h for d, _, h, *_ in rows if h}, printed)
    for d, perhaps in ((d, perhaps) for d, _, _, perhaps, *_ in rows if perhaps):
        own = {(c.position, _folded(c.agency)) for c in known.get(d, ())}
        rest = [c for c in perhaps if (c.position, _folded(c.agency)) not in own]
        if rest:
            known[d] = sorted([*known.get(d, ()), *rest], key=lambda c: (c.start, c.position, c.agency))
    first, named = (frozenset(d for d, *_, there, _ in rows if there & signs) for signs in (FIRST, NAMES))
    return OfTexts(known, first, named)


def _is_weak(credit: Credit, text: str) -> bool:
    """Return whether nothing but many texts can tell that a credit is one: beside a photo stands whoever took it, and a
    text begins with a place or a heading."""
    at_begin = credit.position == "dateline" and text[credit.start :].lstrip(" |").startswith(credit.agency)
    return credit.position == "photo credit" or (at_begin and not letters.acronym(credit.agency))


def hints(document: Document, known: Paragraphs | None = None) -> list[Credit]:
    """Return what may be agency credits of a text, in order of place; `known` as for `credits`.

    >>> [c.agency for c in hints(Document(text="The pier was shut.\\n\\n(Rivage)"))]
    ['Rivage']
    """
    text = document.text
    known = known or read([text])[0]
    pieces = credited(text, known.pictured) if known.pictured else ()
    found = {(at, "photo credit", name) for at, piece in pieces if (name := agencies.one_word(piece))}
    if document.author:
        found |= {(0, "byline", name) for name in _in_author(document.author)}
    if plain := text.rstrip():
        first, last = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1, plain.rfind("\n") + 1
        found |= {(first, "dateline", name) for name in _in_first(_line(text, first)[:HEAD])}
        found |= {(last, "trailing credit", name) for name in _in_last(_line(text, last)) if last > first}
        if known.there & CLOSES:
            found |= {(at, "trailing credit", name) for at, name in _before_furniture(text, first, last)}
    return [Credit(agency=name, position=position, start=at, is_sure=False) for at, position, name in sorted(found)]


def _alone(text: str) -> list[Credit]:
    """Return the lines behind the first that are an acronym and nothing else."""
    names = ((match.start() + 1, match[1]) for match in _ALONE.finditer(text) if agencies.one_name(match[1]))
    return [Credit(agency=name, position="trailing credit", start=at, is_sure=False) for at, name in names]


def _before_furniture(text: str, first: int, last: int) -> Iterator[tuple[int, str]]:
    """Yield place and name of what stands in brackets at the end of the few lines before the last: what the outlet says
    of itself may follow the end of a story."""
    end = last - 1
    for _ in range(FURNITURE_LINES):
        while end > first and text[end - 1].isspace():
            end -= 1
        start = text.rfind("\n", 0, max(0, end)) + 1
        if start < first or end <= 0:
            return
        match = _LAST.search(text[max(start, end - HEAD) : end]) if _CLOSED.search(text, end - EDITORS, end) else None
        if match and (name := agencies.one_word(match[1])):
            yield start, name
        end = start - 1


def _line(text: str, start: int) -> str:
    """Return the line that begins at a place, without white space around it."""
    end = text.find("\n", start)
    return text[start : len(text) if end < 0 else end].strip()


# "NPA", "— NPA", "(NPA)" as a line of its own.
_ALONE = re.compile(r"\n[^\w\n]{0,4}([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6})[^\w\n]{0,3}$", re.MULTILINE)
# "MBANJOK, ASP – …", "Selva, 4 mar. NOR.- …", "Селище. СІА. …"
_BEHIND_PLACE = re.compile(
    r"^([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω][^\n()–—:]{2,40}?)[,.]\s([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6})(?:\.?\s?[–—-]|:|\.)\s?(?=[^\sa-zа-яёіїєґ])"
)
# "L.M. (avec ARP)", "ARP avec la rédaction" at the end, "NPA staff, Selby" as an author
_JOINED = re.compile(
    r"(?:\b(?:[Aa]vec|[Ww]ith|[Mm]it|[Cc]on|[Cc]om|[Mm]ed|[Mm]et|[Ff]rån|[Zz]|[Vv]e)\s|^)([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6})"
    r"(?=$|[),.]|\s(?:avec|with|mit|con|com|med|met|och|ja|ve|and|und|et|staff|reporters?)\b)"
)
# "(NPA) …", "NPA — …", "NPA, Selby", "NPA | Selby", "NPA" alone; the same by the names of its letters is read whole
_OPENS_WITH = re.compile(r"^[(\[/]?([A-ZÀ-ÞА-ЯЁІЇЄ]{3,6})(?:[)\]]|\s?[/|]|\s?[—–]|\s-|,\s|$)")
_ENDS_WITH = re.compile(r"[.!?…»”\"]\s*(?:[/—–-]\s?|\s)([A-ZÀ-ÞА-ЯЁІЇЄ]{3,6})$")
_PLACE_AND = re.compile(r"^[A-ZÀ-ÞА-ЯЁІЇЄ][\w .'’-]{2,30}\s?[/|—–-]\s?([A-ZÀ-ÞА-ЯЁІЇЄ]{3,6})$")
# "Tidewater", "Tidewater / Ada Quill", "Tidewater, Selby"
_AUTHOR_FIRST = re.compile(r"^([^\s/|,()]{2,24})(?:$|\s?[/|,]|\s[–—-]\s)")
_IN_AUTHOR = re.compile(r"(?:[/|]\s?|\s(?:avec|with|mit|con|com)\s)([^\s/|()]{2,24})$|\s[(（]([^()（）]{2,24})[)）]$")
# "T.: Tramontana"
_LABELLED = re.compile(r"^[^\W\d_]{1,12}\.?\s?[:：]\s*(\S.+)$")
_SERVICE = re.compile(r"\b(?:Servisi|Services?|Servicios?|Serviço|Servizio|News|Press)$")
_PIECES = re.compile(r"\s*[,/|;&·]\s*|\s(?:and|und|et|y|e|och|и|та|і|ve|və|và|dan|ja|i|en|و|اور|और|आणि)\s")
# "सागर, सेल्वा : …"
_UNCASED_PLACE = re.compile(r"^([^\s\d(A-Za-zÀ-ɏͰ-ӿ,]{2,20}), [^\s,:][^,:]{1,20}\s?:\s")
# "(ทักษิณวาร) …"
_UNCASED_OPENING = re.compile(r"^[(\[（]([^\W\d_A-Za-zÀ-ɏͰ-ӿ一-鿿぀-ヿ가-힣][^\s()\[\]（）\d]{2,20})[)\]）]\s?\S")
# "（岬通信）", "【岬】" at either end of a text
_HAN_FIRST = re.compile(r"^[【［（(]([一-鿿ァ-ヴー]{2,6})[】］）)]")
_HAN_LAST = re.compile(r"[【［（(]([一-鿿ァ-ヴー]{2,6})[】］）)]\s*$")


# What stands in the first line of a text that begins with a letter of ours, where more is found in it than an acronym
# that begins or ends it: a bracket, a colon, a dash; capitals behind a place.
_IN_FIRST = re.compile("[(:—–-]")
_CAPITALS_BEHIND = re.compile(r"[,.]\s[A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3}")


def _in_first(head: str) -> Iterator[str]:
    # what begins with a letter of ours is in no script without capitals
    uncased = not (head[:1].isascii() and head[:1].isalpha())
    begins_or_ends = head[1:3].isupper() or head[-3:].isupper()
    if not (uncased or begins_or_ends or _IN_FIRST.search(head) or _CAPITALS_BEHIND.search(head)):
        return
    yield from (found[1] for found in _first_matches(head) if agencies.one_name(found[1]))
    match = _UNCASED_PLACE.match(head) if uncased else None
    if match and (name := agencies.one_word(match[1])):
        yield name
    match = _UNCASED_OPENING.match(head) if uncased and head[:1] in "([（" else None
    if match and agencies.one_name(match[1]):
        yield match[1]
    if uncased and letters.acronym(head.strip(" |")) and agencies.one_name(head.strip(" |")):
        yield head.strip(" |")
    match = _BEHIND_PLACE.match(head)
    if match and agencies.one_name(match[2]) and is_place(match[1]):
        yield match[2]
    for pattern, may in ((_FIRST, bool(_DASH.search(head))), (_UNCASED_FIRST, uncased)):
        match = pattern.match(head) if may else None
        name = agencies.one_word(match[2]) if match and match[1][:1].upper() == match[1][:1] else None
        if name and not _is_shortened(name, head):
            yield name


def _is_shortened(name: str, head: str) -> bool:
    """Return whether a name behind a dateline is a word cut short: "SELBY — Sen. Ada Croll"."""
    return len(name) <= LONGEST_SHORTENED and not name.isupper() and f" {name}. " in head


def _first_matches(head: str) -> Iterator[re.Match[str]]:
    """Yield the matches of those patterns with a name alone that may match: each is asked for by its capitals or
    brackets, which few heads have."""
    may = (
        (_OPENS_WITH, head[1:3].isupper()),
        (_PLACE_AND, head[-3:].isupper()),
        (_HAN_FIRST, head[:1] in "【［（("),
        (_DESK_FIRST, "(" in head),
        (_UNCASED_SECOND, ":" in head),
    )
    for pattern, asked in may:
        if asked and (match := pattern.match(head)):
            yield match


def _in_author(author: str) -> Iterator[str]:
    """Yield the one word that stands behind a desk or a name, "Redacción / Litoral", "Ada Quill (Tidewater)", or the
    short one in small letters that is all."""
    if _SMALL.fullmatch(author.strip()) and agencies.one_name(author.strip()):
        yield author.strip()
    plain = " ".join(author[:HEAD].split())
    match = _JOINED.search(plain)
    if match and agencies.one_name(match[1]):
        yield match[1]
    yield from _beside_desk(plain)
    for match in (_AUTHOR_FIRST.match(plain), _IN_AUTHOR.search(plain)):
        name = agencies.one_word(next(filter(None, match.groups()))) if match else None
        if name:
            yield name


def _beside_desk(author: str) -> Iterator[str]:
    """Yield what stands in a byline behind a newsroom or a name, of several words, and what has a word of papers."""
    pieces = [piece.strip() for piece in _PIECES.split(author)]
    for number, piece in enumerate(pieces):
        is_long = 1 < len(piece.split()) <= MOST_WORDS and not agencies.one_word(piece)
        behind = number and not agencies.one_name(pieces[0])
        if is_long and agencies.one_name(piece) and (behind or len(piece.split()) > 2 or _SERVICE.search(piece)):
            yield piece


def _in_last(line: str) -> Iterator[str]:
    line = line.strip("—–- ")
    if len(line) <= LONGEST_SOURCE and (said := said_source(line)) and agencies.one_word(said):
        yield said
    match = _JOINED.search(line.strip("() ")) if len(line) <= LONGEST_SOURCE else None
    if match and agencies.one_name(match[1]):
        yield match[1]
    label = _LABELLED.match(line) if len(line) <= LONGEST_SOURCE else None
    if label and not is_photo(line) and (name := agencies.one_word(label[1])):
        yield name
    closed = line.rstrip()[-EDITORS:]
    match = _ENDS_WITH.search(line[-HEAD:]) if line[-3:].isupper() else None
    if match and agencies.one_name(match[1]):
        yield match[1]
    match = _HAN_LAST.search(line[-LONGEST_NAME:]) if closed[-1:] in "】］）)" else None
    if match and agencies.one_name(match[1]):
        yield match[1]
    match = (_LAST.search(line) if _CLOSED.search(closed) else None) or (_RIGHT.search(line) if "©" in line else None)
    name = agencies.one_word(match[1] if match else line) if match or len(line) <= LONGEST_NAME else None
    if name:
        yield name


def confirmed(
    sure: Mapping[int, Sequence[Credit]], unsure: Mapping[int, Sequence[Credit]], printed: Mapping[int, Printed]
) -> dict[int, list[Credit]]:
    """Return the credits of each text that has any: the sure ones and those that other texts confirm."""
    names = {_folded(c.agency) for found in sure.values() for c in found}
    names |= {_folded(short) for found in sure.values() for c in found if (short := short_form(c.agency))}
    names |= _recurring(unsure, printed) | _in_two_positions(unsure, printed)
    out = {d: list(found) for d, found in sure.items()}
    for d, found in unsure.items():
        own = {(c.position, _folded(c.agency)) for c in sure.get(d, ())}
        told = (c for c in found if _folded(c.agency) in names and (c.position, _folded(c.agency)) not in own)
        more = [replace(c, is_sure=True) for c in told]
        if more:
            out[d] = sorted([*sure.get(d, ()), *more], key=lambda c: (c.start, c.position, c.agency))
    return dict(sorted(out.items()))


def _recurring(unsure: Mapping[int, Sequence[Credit]], printed: Mapping[int, Printed]) -> set[str]:
    """Return the names that texts of several outlets begin or end with; beside photos brigades and offices stand."""
    places: dict[str, set[int]] = {}
    for d, found in unsure.items():
        for c in found:
            may_recur = not (_HAN.fullmatch(c.agency) or _is_name(c.agency) or c.agency in printed[d].places)
            if c.position != "photo credit" and may_recur:
                places.setdefault(_folded(c.agency), set()).add(d)
    several = {name: [printed[d] for d in sorted(at)] for name, at in places.items() if len(at) >= LEAST_TEXTS}
    return {
        name
        for name, texts in several.items()
        if len({t.title for t in texts}) >= LEAST_TEXTS and len({t.outlet for t in texts}) >= LEAST_OUTLETS
    }


def _in_two_positions(unsure: Mapping[int, Sequence[Credit]], printed: Mapping[int, Printed]) -> set[str]:
    """Return the names that stand where one outlet has its agency, and in another outlet where else one has it: before
    the text and behind it, or in the author's place. A reporter or a town stands in one of these."""
    places: dict[str, dict[str, set[str]]] = {}
    for d, found in unsure.items():
        for c in found:
            if c.position != "photo credit" and not _is_name(c.agency):
                at = places.setdefault(_folded(c.agency), {})
                at.setdefault(c.position, set()).add(printed[d].outlet or "")
    return {
        name for name, at in places.items() if any(len(a | b) > 1 for a, b in itertools.combinations(at.values(), 2))
    }


def _may_be_region(credit: Credit, text: str) -> bool:
    """Return whether a name stands in brackets right behind a place, without a date, in a script without capitals: so
    stand the regions of places, and they recur."""
    uncased = credit.position == "dateline" and not credit.agency.isascii()
    match = _UNCASED_FIRST.match(_line(text, credit.start)[:HEAD]) if uncased else None
    return match is not None and match[2] == credit.agency


def _may_be_town(credit: Credit, text: str) -> bool:
    """Return whether a text begins with a name in capitals, without a bracket, that is long for an acronym: so stand
    the towns of reports, and they recur."""
    name = credit.agency
    opens = credit.position == "dateline" and text.startswith(name, credit.start)
    return opens and name.isupper() and len(name) >= SHORTEST_TOWN


def _is_name(name: str) -> bool:
    """Return whether what may be an agency may as well be a person: of several words, no letters of an acronym."""
    return " " in name and not letters.acronym(name)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
