"""Agencies of whose copy a carrier's own sentences speak: the lead above it, a line behind it.

"…, reports the Tidewater News Agency.", "Uz korišćenje materijala Novinske agencije Kvarner": what a carrier writes
around shared copy says whose that is, where it names an agency and has a word for reporting. An agency that the copy
speaks of is what it is about; what says more behind it is a fact of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from dedup.agency import agencies, agency_words, another_story, name_forms, offices
from dedup.agency.agreed import MOST_CARRIERS, Frame, Slot, in_copy, is_own
from dedup.agency.called import called_in
from dedup.agency.datelines import CASED
from dedup.agency.large import canonical, known, may_name
from dedup.agency.photo_credits import is_photo
from dedup.agency.same import grouped, short_form

# Longest paragraph above copy, and sentence behind it, that are looked at (characters); lines behind it, and last ones.
LEAD, BEHIND, LINES, LAST_LINES = 400, 140, 2, 2
# Most words beside an agency behind copy, and behind one with which a lead begins.
MOST_BESIDE, MOST_AFTER = 8, 3
# Most words of a large agency's name, and of an article.
LARGE_WORDS, ARTICLE = 4, 1
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-zß-ÿа-я\d])|(?<=[।。！？])|\n")
_WORD, _DIGIT = re.compile(r"[^\s\W][^\s,;]*"), re.compile(r"\d")
_ACRONYM = re.compile(r"\s?[(（]([^\s()（）]{2,12})[)）]")
_INITIALS = re.compile(r"([^\W\d_A-Za-z](?:[^\n()،,;:।.]){3,60}?)\s?[(（]([^\s()（）]{2,12})[)）]")
_SPACELESS = re.compile("[぀-ヿ一-鿿฀-๿가-힣]")
_JOINED = re.compile(r"[-:’']\w{1,5}$")
_UNSPACED = re.compile(
    "(?:据|據|由|援引|引述|综合|綜合|转自|轉自|来自|來自|[がはと、，。])?"
    "([一-鿿ァ-ヴー]{2,6}?(?:通讯社|通訊社|电讯社|電訊社|通信社?)(?![一-鿿]{0,2}[员員机機]))"
)
_MARKS = " \t.,;:!?\"'“”„«»()।。"
# Shortest name less one that is cut off, and the longest ending (characters).
LEAST, LONGEST_ENDING = 3, 3


def told(frames: Sequence[Frame], asked: Sequence[Frame]) -> tuple[str, tuple[str, ...]] | None:
    """Return the agency that most carriers of copy say theirs is of, and the positions; None where none does. `asked`
    are those whose texts may name one."""
    looked_at = asked[:MOST_CARRIERS]
    found = [
        (name, slot, n)
        for n, frame in enumerate(looked_at)
        for slot, name in _named(frame)
        if not in_copy(_short(name), frames[:MOST_CARRIERS]) and not is_own(name, frame)
    ]
    if not found:
        return None
    groups = grouped([name for name, *_ in found])
    votes = Counter(name for name, _ in {(groups[name], n) for name, _, n in found})
    best = min(votes, key=lambda name: (-votes[name], -len(name), name))
    return best, tuple(sorted({slot for name, slot, _ in found if groups[name] == best}))


def full_name(acronym: str, frames: Sequence[Frame]) -> str | None:
    """Return the full name of an agency of which a credit has an acronym, where a carrier's own lines have it."""
    for frame in frames[:MOST_CARRIERS]:
        for _, sentence in _sentences(frame):
            called = called_in(sentence)
            name = _with_acronym(called[0], sentence) if called else None
            if name and name != acronym and not agencies.is_acronym(name):
                groups = grouped([name, acronym])
                if groups[name] == groups[acronym] and not canonical(name):
                    return name
    return None


def _short(name: str) -> str:
    return short_form(name) or name


def spelt_out(name: str, frames: Sequence[Frame]) -> str:
    """Return a name in a script without capitals as it stands in a carrier before its initials in brackets, which say
    with which word it begins; any other as it is."""
    if CASED.search(name) or _SPACELESS.search(name):
        return name
    return next((full for frame in frames[:MOST_CARRIERS] if (full := _with_initials(name, frame.document.text))), name)


def _with_initials(name: str, text: str) -> str | None:
    first = name.split()[0]
    for match in _INITIALS.finditer(text) if first in text else ():
        words = match[1].split()
        for size in range(2, len(words) + 1):
            full = " ".join(words[-size:])
            if first in words[-size:] and match[2] in name_forms.initials_of_all(full) and agencies.says_agency(full):
                return full
    return None


def _named(frame: Frame) -> Iterator[tuple[Slot, str]]:
    for slot, sentence in _sentences(frame):
        # most sentences name no agency
        if not (agency_words.may_be_called(sentence) or may_name(sentence)):
            continue
        if not agency_words.reports(sentence) or offices.is_office(sentence):
            continue
        called = called_in(sentence)
        name = called[0] if called else _unspaced(sentence) or _large(sentence)
        # its own words are none for reporting
        is_told = name is not None and agency_words.reports(sentence.replace(name, " "))
        if name and is_told and _is_said(name, sentence, is_lead=slot == "dateline"):
            yield slot, _with_acronym(name, sentence)


def _sentences(frame: Frame) -> Iterator[tuple[Slot, str]]:
    """Yield what a carrier says right before a passage and behind it."""
    text = frame.document.text
    first = text.rfind("\n", 0, frame.start) + 1
    above = text[:first].rstrip()
    for lead in (above[above.rfind("\n") + 1 :], text[first : frame.start]):
        if 0 < len(lead.strip()) <= LEAD:
            yield from (("dateline", each) for each in _SENTENCE.split(lead) if each.strip())
    lines = another_story.own_lines(text[frame.end :])
    for line in dict.fromkeys((*lines[: LINES + 1], *lines[-LAST_LINES:])):
        for each in _SENTENCE.split(line):
            if len(each) <= BEHIND:
                yield "trailing credit", each


def _is_said(name: str, sentence: str, *, is_lead: bool) -> bool:
    """Return whether a sentence says whose the copy is: what stands behind it says nothing else."""
    before, _, behind = sentence.partition(name)
    if any(map(is_photo, before.split())) or is_photo(behind.strip(_MARKS)):
        return False
    others, after = len(_WORD.findall(before)), len(_WORD.findall(_ACRONYM.sub("", behind)))
    if is_lead:
        return others > ARTICLE or after <= MOST_AFTER
    return others + after <= MOST_BESIDE and not _DIGIT.search(before + behind)


def _large(sentence: str) -> str | None:
    """Return the large agency that a sentence names, with or without the ending of a case."""
    words = [word.strip(_MARKS) for word in sentence.split()]
    for size in range(LARGE_WORDS, 0, -1):
        for first in range(len(words) - size + 1):
            name = " ".join(words[first : first + size])
            for each in _without_ending(name):
                if each[:1].upper() == each[:1] and known(each):
                    return each
    return None


def _without_ending(name: str) -> Iterator[str]:
    """Yield a name, and what it may be without the ending of a case: "Tanjuga", "MTI-től"."""
    yield name
    yield _JOINED.sub("", name)
    yield from (name[:-n] for n in range(1, LONGEST_ENDING + 1) if len(name) > n + LEAST and name[-n:].islower())


def _unspaced(sentence: str) -> str | None:
    """Return the agency of a sentence of a language that does not space words."""
    match = _UNSPACED.search(sentence)
    return agencies.calls_itself_one(match[1]) if match else None


def _with_acronym(name: str, sentence: str) -> str:
    """Return a name with the acronym that stands in brackets behind it."""
    at = sentence.find(name)
    match = _ACRONYM.match(sentence, at + len(name)) if at >= 0 else None
    return f"{name} ({match[1]})" if match and match[1][:1].upper() == match[1][:1] else name
