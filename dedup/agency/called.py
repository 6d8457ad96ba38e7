"""Agencies inside a line, by what they call themselves, among words that no list has."""

from __future__ import annotations

import functools
import re

from dedup.agency import agencies, agency_words, offices
from dedup.agency.datelines import CASED

# Most words of a name, and words between two marks that are looked at.
MOST_WORDS, MOST_LOOKED_AT = 8, 16
# Longest word that joins the words of a name (characters).
JOINT = 3
# "агенция „Струма“"; what a sentence ends in.
_QUOTED, ENDS = re.compile(r"(\S+(?:\s\S+){0,2})\s[«„“\"]([^«»“”„\"]{2,30})[»”“\"]"), " .।。!?…:"
# What stands between the parts of a byline, whatever the words are.
_MARKS = re.compile(r"[,/|;:&·・•()\[\]，。、：；（）／،]|\.\s|\s[–—-]\s")
# "l’Agence", "Ajansı'ndan"
_BOUND = re.compile(
    r"^[^\W\d_]['’](?=[A-ZÀ-Þa])|['’][a-zß-ÿı]{1,5}$|^[ולבמהש]{1,2}(?=סוכנות|שירות)|^[ولب]{1,2}(?=وكالة)"
)
_HAN = re.compile("[一-鿿ァ-ヴー]")


@functools.lru_cache(maxsize=1 << 12)
def called_in(line: str) -> tuple[str, str] | None:
    """Return the words in a line that together are what agencies call themselves, and the part of it between marks in
    which they stand, whatever is written small around them: "Foto och text från Nordpols Nyhetsbyrå". Where nothing is
    written large, they are as few as may be."""
    if not agencies.says_agency(line) and not agency_words.may_be_called(line):
        return None
    quoted = _QUOTED.search(line)
    if quoted and not offices.is_office(line) and agencies.calls_next_one(quoted[1]):
        return quoted[2], line
    for part in _MARKS.split(line):
        if offices.is_office(part):
            continue
        words = [_BOUND.sub("", word) for word in part.rstrip(ENDS).split()[:MOST_LOOKED_AT]]
        if not CASED.search(part) and (name := agency_words.behind(" ".join(words))):
            return name, part
        sizes = range(min(len(words), MOST_WORDS), 0, -1) if CASED.search(part) else range(1, MOST_WORDS)
        windows = ((first, first + size) for size in sizes for first in range(len(words) - size + 1))
        names = (" ".join(words[first:end]) for first, end in windows if _may_be_one(words[first:end]))
        if name := next(filter(None, map(agencies.calls_itself_one, names)), None):
            return name, part
    return None


def _may_be_one(words: list[str]) -> bool:
    """Return whether some words may be one name: none but those of agencies' names is written small."""
    small = [w[:1].islower() for w in words]
    if words[-1] in ("خبرگزاری", "وكالة", "סוכנות") or (small[0] and small[-1]):  # the name stands behind these
        return False
    if not any(small):
        return True
    if small[-1] and not agencies.is_small(words[-1]):
        return False
    match = agency_words.find(" ".join(words))
    # "Shirika la Habari la Bandari": what stands behind such words may be joined to them
    joint = match is not None and not match.start()
    return all(
        (len(w) <= JOINT and joint) or (len(w) > JOINT and agencies.is_small(w))
        for w, s in zip(words, small, strict=True)
        if s
    )


def begun(words: list[str]) -> str | None:
    """Return the agency that a word begins with, or ends in, where words are not spaced: "列島通信配信"."""
    for word in words:
        parts = (word[:end] for end in range(3, len(word))) if _HAN.match(word) else ()
        if name := next(filter(None, map(agencies.calls_itself_one, parts)), None):
            return name
        at = word.find("สำนักข่าว")
        if at > 0:
            return word[at:]
    return None
