"""Who several carriers of one passage name around it, each in its own way: told by form and place, in any language.

What surrounds shared copy is each outlet's own. A name that outlets of two families have there, where credits stand but
not in the same words, is whose the copy is; so is one that a text has before it and in its byline. A person's name, of
two words, could be a reporter's; a place or a person that the copy speaks of stands in the copy.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from dedup.agency import agencies, agency_words, another_story, letters, offices, reporting
from dedup.agency.called import called_in
from dedup.agency.credit_signs import CLOSE, DASH, OPEN, SOURCES
from dedup.agency.datelines import CASED, is_place
from dedup.agency.large import canonical
from dedup.agency.photo_credits import is_photo, is_photo_line
from dedup.agency.same import grouped
from dedup.model import Document

# Longest byline, beginning of a paragraph, short line and sentence on material that are looked at (characters).
LONGEST_AUTHOR, HEAD, SHORT, LONGEST_SENTENCE = 120, 90, 80, 160
# Lines behind a passage, and at the end of its text; most words of a name; carriers that are compared.
LINES, LAST_LINES, MOST_WORDS, MOST_CARRIERS = 3, 2, 6, 12
# Longest name of a person where words are not spaced (characters).
LONGEST_PERSON = 5
# Most words before the name of an agency in a line that credits it, and behind it before the next mark.
MOST_BEFORE, MOST_AFTER = 4, 2
# Marks between names from which a line is a list, of tags or links.
MOST_LISTED = 2

Slot = Literal["byline", "dateline", "trailing credit"]

# What stands between names.
_SPLIT = re.compile(
    rf"[,/|;&·・•:：!?=＝、،。／\u3000\"“”„«»©ⓒ{re.escape(OPEN + CLOSE)}]|--|[—–―]|\s-\s|^-|-$|\.(?=\s|$)", re.MULTILINE
)
_BRACKET = re.compile(rf"[{re.escape(OPEN)}]([^{re.escape(OPEN + CLOSE)}\n]{{2,40}})[{re.escape(CLOSE)}]")
_MARKED = re.compile(rf"[{re.escape(OPEN)}—–―].*|--.*|-\s.*")
# "© NPA 2031. All rights reserved", "Source: NPA."
_RIGHT = re.compile(
    r"(?:[©ⓒⒸ]|\([cC]\)|（[CcＣ]）|copyright\b|版[权權](?:所有)?[:：])\s?(?:copyright\s|[©ⓒ]\s?)?(\d{4}\s)?(?:by\s)?"
    r"([^\d\n.,。　।॥۔]{2,40})",
    re.IGNORECASE,
)
# "Source: NPA" in whatever language, but "Text: Ada Quill"; "Tidewater Press/aq", "(aq/Tidewater Press)".
_SOURCE = re.compile(
    rf"[{re.escape(OPEN)}]?(?!(?:te|κεί|те|文|記|记|글|sz)\w*)(?:{'|'.join(SOURCES)})\s?[:：]\s", re.IGNORECASE
)
_INITIALS = re.compile(r"[^\W\d_]{3}\s?/\s?[a-zß-ÿ.]{2,4}[)）]?$")
_CLOSES = tuple(CLOSE)
_LAST_BRACKET = re.compile(
    rf"[.!?…。！？।॥۔»”\"]\s?[{re.escape(OPEN)}]([^{re.escape(OPEN + CLOSE)}\n]{{2,40}})[{re.escape(CLOSE)}]\.?$"
)
_RUN = re.compile(
    r"[^\W\d_a-zß-ÿа-яёіїєґά-ώ][\w’'-]+(?:\s(?:(?:de|del|della|des|du|do|da|of|the|la|van|der|für|och"
    r"|og)\s){0,2}[^\W\d_a-zß-ÿа-яёіїєґά-ώ][\w’'-]+)*"
)
_WITH_SHORT = re.compile(r"[^\W\d_a-z][^\n()]{3,40}\s[(（]([a-zß-ÿ]{2,5})[)）]\.?")
_ABBREVIATED = re.compile("[a-zß-ÿ]{2,5}")
_LINK = re.compile(r"\s?(?:https?://|www\.)\S+")
_TWO_WORDS = re.compile(r"[^\W\d_]+\s[^:：]{1,20}[:：]\s?$")
_LABELLED = re.compile(r"[^\W\d_]{1,14}\.?\s?[:：]")
_AND = re.compile(
    r"(?:^|\s)(?:and|und|et|y|e|och|og|by|von|av|af|par|por|przez|door|from|från|fra|frå|en|та|і|и|ve|və|dan|và|ja"
    r"|oraz|és|și|και|a|i|in|در|و|اور|और|आणि|এবং|ও|மற்றும்)(?:\s|$)",
    re.IGNORECASE,
)
# Where a dateline ends.
_MARK = re.compile(rf"\s?[—–―]\s|\s[{DASH}]\s|\s?[:=＝]\s|[.]\s?[{DASH}]\s")
# Scripts that do not space words.
_UNSPACED = re.compile("[぀-ヿ一-鿿฀-๿가-힣]")
_DIGIT = re.compile(r"\d")
_LISTED = re.compile(r"[,|;•·、،]")
_OTHER, _WORD = re.compile(r"\W+"), re.compile(r"\w[\w'’-]*")


class Frame(NamedTuple):
    """A carrier, its family, and where the passage stands in its text."""

    document: Document
    family: str
    start: int
    end: int


class Place(NamedTuple):
    """What may be a credit: its position, whether nothing else stands so, and whether no person does: behind a word for
    the source or the sign of rights of a text, before an editor's initials; or whether a sentence speaks of an agency,
    which is no credit by itself."""

    slot: Slot
    is_strong: bool
    text: str
    is_firm: bool = False
    is_spoken: bool = False


class _Piece(NamedTuple):
    """What may be a name, where it stands in which carrier, and whether nothing but a credit, and no person, stands
    so."""

    name: str
    slot: Slot
    carrier: int
    outlet: str
    is_strong: bool
    is_firm: bool


def credited(frames: Sequence[Frame]) -> tuple[str, tuple[str, ...]] | None:
    """Return the name that carriers agree on or, where there is none, the agency that short lines beside a passage
    name, or that an abbreviation stands for, and the positions in which it stands."""
    looked_at = [(frame, [*_places(frame)]) for frame in frames[:MOST_CARRIERS]]
    return _named(looked_at) or _called(looked_at) or _abbreviated(frames)


def named(frames: Sequence[Frame]) -> tuple[str, tuple[str, ...]] | None:
    """Return the name that carriers agree on, and the positions in which it stands; None where there is none."""
    return _named([(frame, [*_places(frame)]) for frame in frames[:MOST_CARRIERS]])


def _named(frames: Sequence[tuple[Frame, Sequence[Place]]]) -> tuple[str, tuple[str, ...]] | None:
    """Return the name that carriers agree on, and the positions in which it stands; None where there is none."""
    looked_at = [frame for frame, _ in frames]
    pieces = [piece for number, (frame, places) in enumerate(frames) for piece in _pieces(number, frame, places)]
    if len({p.carrier for p in pieces}) < 2 and len({p.slot for p in pieces}) < 2:
        return None
    copy = "\n".join(_copy(f) for f in looked_at).casefold()
    own = [_plain(each) for f in looked_at for each in (f.document.outlet, f.family) if each]
    told = [p for p in pieces if not (_is_in(p.name, copy) or _is_own(p.name, own))]
    if len(told) < 2:
        return None
    small = {word for f in looked_at for word in _WORD.findall(f.document.text) if word[:1].islower()}
    told = [p for p in told if p.name.lower() not in small or _ABBREVIATED.fullmatch(p.name)]
    groups = grouped([p.name for p in told])
    found: dict[str, list[_Piece]] = {}
    for a, b in itertools.combinations(told, 2):
        name = _common(a, b, groups)
        if name:
            found.setdefault(name, []).extend((a, b))
    if not found:
        return None
    best = min(found, key=lambda n: (-len({p.outlet for p in found[n]}), -len(n), n))
    return best, tuple(sorted({p.slot for p in found[best]}))


def _called(frames: Sequence[tuple[Frame, Sequence[Place]]]) -> tuple[str, tuple[str, ...]] | None:
    """Return the agency that short lines beside a passage name by what agencies call themselves, whatever else stands
    in them in whatever language, and the positions; None where there is none."""
    found: list[tuple[str, Slot]] = []
    for frame, places in frames:
        for slot, _, line, _, is_spoken in places:
            name = _credited(line) if slot != "byline" and not is_spoken else None
            if name and not _is_own(name, [_plain(frame.document.outlet or frame.document.id)]):
                found.append((name, slot))
    if not found:
        return None
    groups = grouped([name for name, _ in found])
    votes = Counter(groups[name] for name, _ in found)
    best = min(votes, key=lambda name: (-votes[name], -len(name), name))
    return best, tuple(sorted({slot for name, slot in found if groups[name] == best}))


def _credited(line: str) -> str | None:
    """Return the agency of a short line that says little else and does not begin with it, as a headline on it may."""
    found = called_in(line)
    if not found:
        return None
    name, part = found
    before, _, behind = line.partition(name)
    is_about = not _WORD.search(before) and CASED.search(line) and behind[:1] in (" ", ":") and behind.strip()
    # "Read also: …"
    is_teased = bool(_TWO_WORDS.match(before)) and bool(_WORD.match(behind.lstrip()))
    pictured = any(map(is_photo, before.split())) or is_photo(" ".join(behind.split()[-1:]))
    others, after = len(_WORD.findall(before)), len(_WORD.findall(part.partition(name)[2]))
    return (
        name
        if others <= MOST_BEFORE and after <= MOST_AFTER and not is_about and not is_teased and not pictured
        else None
    )


def _common(a: _Piece, b: _Piece, groups: Mapping[str, str]) -> str | None:
    """Return the name that two pieces have in common, the longer form of it, where it is no accident."""
    is_one_text = a.carrier == b.carrier
    if (a.outlet == b.outlet and not is_one_text) or not _may_agree(a, b, is_one_text):
        return None
    short, full = sorted((a.name, b.name), key=len)
    before = any((p.slot == "dateline" and p.is_strong) or p.is_firm for p in (a, b))
    if groups[short] == groups[full]:
        is_other_form = short.casefold() != full.casefold()
        return groups[full] if is_other_form or before or not _may_be_person(short) else None
    if not _is_part(short, full, before) or (_may_be_person(short) and not before):
        return None
    # where words are not spaced it is not known where a name ends; of two that are joined one is meant
    is_joined = bool(_AND.search(full.replace(short, "")))
    return short if _UNSPACED.search(short) or canonical(short) or is_joined else full


def _may_be_person(name: str) -> bool:
    """Return whether a name could be a person's: of two words, or short where words are not spaced; none has a word
    that papers have."""
    if agencies.perhaps(name) or agency_words.is_of_news(name):
        return False
    return len(name.split()) == 2 or (len(name) <= LONGEST_PERSON and bool(_UNSPACED.search(name)))


def _may_agree(a: _Piece, b: _Piece, is_one_text: bool) -> bool:
    """Return whether two pieces stand where two credits may: in one text before it and elsewhere; in two at different
    places, or in both bylines in different words."""
    if a.slot != b.slot:
        slots = {a.slot: a, b.slot: b}
        strong = a.is_strong or b.is_strong
        return slots["dateline"].is_strong if is_one_text and "dateline" in slots else strong and not is_one_text
    if is_one_text:
        return False
    is_told = (a.is_strong or a.is_firm) and (b.is_strong or b.is_firm)
    return a.name != b.name and is_told and (a.is_strong or b.is_strong)


def _is_part(short: str, full: str, before: bool) -> bool:
    """Return whether a name is part of another, but not the last of two words, as a surname is; `before`: one of them
    stands before a text, where no person does."""
    if _UNSPACED.search(short):
        return len(short) > 1 and short in full
    inner, outer = short.casefold().split(), full.casefold().split()
    # what is joined to others by a small word stands among the names by itself
    if len(inner) < 3 and any(word[:1].islower() for word in full.split()):
        return False
    at = [i for i in range(len(outer) - len(inner) + 1) if outer[i : i + len(inner)] == inner]
    return bool(at) and (before or len(outer) != 2 or at != [1])


def _pieces(number: int, frame: Frame, places: Sequence[Place]) -> Iterator[_Piece]:
    seen = set()
    outlet = frame.document.outlet or frame.document.id
    for slot, is_strong, text, is_firm, is_spoken in places:
        for name in _names(text):
            if (slot, name) not in seen:
                seen.add((slot, name))
                yield _Piece(name, slot, number, outlet, is_strong, is_firm or is_spoken)


def _places(frame: Frame) -> Iterator[Place]:
    """Yield what may be credits around a passage, and whether nothing else stands so."""
    text, author = frame.document.text, " ".join((frame.document.author or "").split())[:LONGEST_AUTHOR]
    if author:
        yield Place("byline", True, author)
    first = text.rfind("\n", 0, frame.start) + 1
    yield from (Place("dateline", True, each) for each in _of_head(text[first : first + HEAD].partition("\n")[0]))
    above = text[:first].rstrip()
    line = above[above.rfind("\n") + 1 :].strip()
    if _is_short(line):
        yield Place("dateline", False, line, bool(_SOURCE.match(line)))
    rest, _, behind = text[frame.end :].partition("\n")
    if len(rest) <= HEAD:
        yield from (Place("trailing credit", True, match[1]) for match in _BRACKET.finditer(rest))
    lines = another_story.own_lines(behind)
    for line in dict.fromkeys((*lines[:LINES], *lines[-LAST_LINES:])):
        yield from _of_line(_LINK.sub("", line) if "/" in line else line)
        # a sentence on an agency confirms what stands in brackets elsewhere
        yield from (Place("trailing credit", False, name, is_spoken=True) for name in _spoken_of(line))


def _spoken_of(line: str) -> Iterator[str]:
    """Yield the agency that a sentence speaks of, or the names in one on reporting that are none of persons."""
    if _is_short(line):
        return
    if agency_words.may_be_called(line[:SHORT]) and (called := called_in(line[:SHORT])):
        yield from () if offices.is_office(line) else (called[0],)
    elif len(line) <= LONGEST_SENTENCE and CASED.search(line) and agency_words.reports(line):
        plain = (match[0] for match in _RUN.finditer(line))
        yield from (name for name in plain if len(name.split()) > 2 or agency_words.is_of_news(name))


def _of_line(line: str) -> Iterator[Place]:
    """Yield what may be credits in a line behind a passage."""
    right, source = _RIGHT.match(line), _SOURCE.match(line)
    material = reporting.of_material(line) if len(line) <= LONGEST_SENTENCE else None
    if right:
        # "© 2031 NPA", "© NPA. All rights reserved"
        is_firm = bool(right[1]) or len(line) - right.end() > len(right[2])
        yield Place("trailing credit", True, right[2], is_firm)
    elif material:
        yield Place("trailing credit", True, material[1], is_firm=True)
    elif (
        (line.rstrip(".").endswith(_CLOSES))
        and (match := _LAST_BRACKET.search(line[-HEAD:]))
        and not is_photo(match[1])
        and not is_photo_line(line)
    ):
        yield Place("trailing credit", True, match[1], bool(_INITIALS.search(match[1])))
    elif _is_short(line) and not _is_list(line):
        is_firm = bool(source or _INITIALS.search(line))
        yield Place("trailing credit", bool(_MARKED.fullmatch(line)) or is_firm, line, is_firm)


def _of_head(head: str) -> Sequence[str]:
    """Return what stands in brackets before a text, or behind its place."""
    match = _BRACKET.search(head)
    if match:
        before, rest = head[: match.start()].strip(), head[match.end() :].lstrip()
        return [match[1]] if (not before or is_place(before)) and not rest[:1].islower() else []
    mark = _MARK.search(head)
    place = head[: mark.start()] if mark else ""
    return _SPLIT.split(place)[1:] if is_place(place) else []


def _is_short(line: str) -> bool:
    is_open = not line.endswith((".", "!", "?")) or bool(_LABELLED.match(line))
    return len(line) <= SHORT and is_open and not is_photo(line.lstrip(OPEN)) and not is_photo_line(line)


def _is_list(line: str) -> bool:
    """Return whether a line is a list of tags or links: of several names, or of two behind one word with a colon."""
    first, *others = _LISTED.split(line)
    return len(others) >= MOST_LISTED or bool(_LABELLED.match(first) and any(":" not in each for each in others))


def _copy(frame: Frame) -> str:
    """Return the passage without its own dateline."""
    text = frame.document.text
    first = text.rfind("\n", 0, frame.start) + 1
    head = text[first : first + HEAD].partition("\n")[0]
    match = _BRACKET.search(head) or _MARK.search(head)
    return text[max(frame.start, first + match.end() if match else 0) : frame.end]


def _names(text: str) -> Iterator[str]:
    """Yield what may be names of a piece of text: what stands between marks, and its parts that are written large."""
    # "Weserkurs-Agentur (wka)", and "(wka)" elsewhere
    both = _WITH_SHORT.fullmatch(_SOURCE.sub("", text))
    yield from (both[0],) if both else (text,) if _ABBREVIATED.fullmatch(text) else ()
    for part in _SPLIT.split(text):
        first, _, behind = part.strip(" .'’-*").partition(" ")
        # "Theo Sông Hồng", "Selon Rivage"
        plain = behind if behind[:1].isupper() and agency_words.reports(f"{first} ") else part.strip(" .'’-*")
        if CASED.search(plain):
            words = plain.split()
            runs = [" ".join(g) for large, g in itertools.groupby(words, lambda w: w[:1].isupper()) if large]
            found = dict.fromkeys(([plain] if plain[:1].isupper() else []) + runs)
        else:
            found = dict.fromkeys([plain, *(plain.split() if _UNSPACED.search(plain) else ())])
        if not offices.is_body(plain):
            yield from (name for name in found if _may_be_name(name) and not agency_words.is_bare_of_news(name))


def _may_be_name(name: str) -> bool:
    least = 2 if name.isupper() or not CASED.search(name) else 3
    return (
        len(name) >= least and len(name.split()) <= MOST_WORDS and not _DIGIT.search(name) and agencies.one_name(name)
    )


# "(spv, nov)", "rea/RDA": what may be the abbreviation of a name, and the head of a line before a dash.
_SHORT = re.compile(r"[^\W\d_]{3,5}")
_ENDS_IN = re.compile(rf"[{re.escape(OPEN)}/]\s?([^{re.escape(OPEN + CLOSE)}\n]{{3,16}}?)\s?[{re.escape(CLOSE)}/]?\.?$")
_HEAD = re.compile(rf"([^\W\d_a-z][^\n,.:;()/{DASH}]{{5,40}}?)\s[{DASH}]\s(?=\S)")


def _abbreviated(frames: Sequence[Frame]) -> tuple[str, tuple[str, ...]] | None:
    """Return the name with which one carrier begins, before a dash, of which another has an abbreviation at its end;
    None where there is none. A place or a person that stands so is abbreviated nowhere."""
    looked_at = frames[:MOST_CARRIERS]
    heads = [(n, match[1].strip()) for n, f in enumerate(looked_at) if (match := _HEAD.match(_first_of(f)))]
    for n, name in heads:
        for m, frame in enumerate(looked_at):
            if frame.document.outlet == looked_at[n].document.outlet or m == n:
                continue
            if any(_abbreviates(each, name) for each in _ends(frame)) and not in_copy(name, looked_at):
                return name, ("dateline", "trailing credit")
    return None


def _first_of(frame: Frame) -> str:
    """Return the head of the line in which a passage begins."""
    first = frame.document.text.rfind("\n", 0, frame.start) + 1
    return frame.document.text[first : first + HEAD]


def _ends(frame: Frame) -> Iterator[str]:
    """Yield the short words in brackets or between slashes at the ends of the last lines of a text."""
    lines = [line for line in frame.document.text[frame.end :].split("\n") if line.strip()]
    for line in lines[-LAST_LINES:]:
        match = _ENDS_IN.search(line.rstrip()[-HEAD:])
        yield from _SHORT.findall(match[1]) if match else ()


def _abbreviates(short: str, name: str) -> bool:
    """Return whether a word has the initials of all words of a name, in order, and none but letters of it."""
    words = [word.casefold() for word in name.split()]
    rest = iter("".join(words))
    if len(words) < 2 or not all(c in rest for c in short.casefold()):
        return False
    own = iter(short.casefold())
    return all(word[0] in own for word in words)


def in_copy(name: str, frames: Sequence[Frame]) -> bool:
    """Return whether the copy itself speaks of a name."""
    return _is_in(name, "\n".join(map(_copy, frames)).casefold())


def is_own(name: str, frame: Frame) -> bool:
    """Return whether a name is the outlet's own, or part of it."""
    return _is_own(name, [_plain(frame.document.outlet or frame.document.id)])


def _is_in(name: str, copy: str) -> bool:
    folded = name.casefold()
    if _UNSPACED.search(name):
        return folded in copy
    return letters.has_word(copy, folded)


def _is_own(name: str, own: Sequence[str]) -> bool:
    plain = _plain(name)
    return any(plain in each or each in plain for each in own)


def _plain(name: str) -> str:
    return _OTHER.sub("", name.casefold())
