"""Agencies inside a line, by what they call themselves, among words that no list has."""

from __future__ import annotations

import functools
import re

from dedup import agencies
from dedup.datelines import CASED

# Most words of a name, and words between two marks that are looked at.
MOST_WORDS, MOST_LOOKED_AT = 8, 16
# What stands between the parts of a byline, whatever the words are.
_MARKS = re.compile(r"[,/|;:&·・•()\[\]，。、：；（）／،]|\.\s|\s[–—-]\s")
# "l’Agence", "Ajansı'ndan"
_BOUND, _HAN = re.compile(r"^[^\W\d_]['’](?=[A-ZÀ-Þ])|['’][a-zß-ÿı]{1,5}$"), re.compile("[一-鿿ァ-ヴー]")


@functools.lru_cache(maxsize=1 << 12)
def called_in(line: str) -> tuple[str, str] | None:
    """Return the words in a line that together are what agencies call themselves, and the part of it between marks in
    which they stand, whatever is written small around them: "Foto och text från Nordpols Nyhetsbyrå". Where nothing is
    written large, they are as few as may be."""
    if not agencies.says_agency(line) and not any(map(line.lower().__contains__, agencies.CALLED)):
        return None
    for part in _MARKS.split(line):
        if agencies.is_office(part):
            continue
        words = [_BOUND.sub("", word) for word in part.split()[:MOST_LOOKED_AT]]
        sizes = range(min(len(words), MOST_WORDS), 0, -1) if CASED.search(part) else range(1, MOST_WORDS)
        windows = ((first, first + size) for size in sizes for first in range(len(words) - size + 1))
        names = (" ".join(words[first:end]) for first, end in windows if _may_be_one(words[first:end]))
        if name := next(filter(None, map(agencies.calls_itself_one, names)), None):
            return name, part
    return None


def _may_be_one(words: list[str]) -> bool:
    """Return whether some words may be one name: none but those of agencies' names is written small."""
    is_large = not words[0][:1].islower() and not any(w[:1].islower() and w not in agencies.SMALL for w in words)
    return is_large and words[-1] not in ("خبرگزاری", "وكالة", "סוכנות")  # the name stands behind these


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
