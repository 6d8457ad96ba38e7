"""The character tables of the tokeniser, made from Python's `unicodedata`.

A character's class says whether it is part of a word; its fold is its case-folded NFKD form without the marks
that fold: all marks on Latin, Greek and Cyrillic letters, vowel points on Arabic and Hebrew ones.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.kernels import tokens as k

_UNSPACED_HAN = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
                 (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x1B000, 0x1B16F))  # fmt: skip
_UNSPACED_THAI = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))
_VOWEL_POINTS = ((0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x0652), (0x0656, 0x065F), (0x0670, 0x0670),
                 (0x06D6, 0x06ED))  # fmt: skip
_EMOJI = ((0x2600, 0x27BF), (0x1F000, 0x1FAFF))
_SAME_FOLD = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF))
_HALFWIDTH_VOICING = "\uff9e\uff9f"
_QUOTES = '"“”„‟«»‹›「」『』〝〞〟＂'
_APOSTROPHES = "'’‘‛ʼ＇`´"
_HYPHENS = "-‐‑\u2212"
_NEWLINES = "\n\r\u000b\u000c\u0085\u2028\u2029"
_STOPS = "!?。！？।॥۔؟…．｡"
_IGNORED = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0640\u034f\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterTables:
    """Class and attributes (uint8) and fold (uint32) of each code point below `TABLE_SIZE`; folds that are not one
    character are indices into `expansions` (a length, then that many code points)."""

    classes: npt.NDArray[np.uint8]
    attributes: npt.NDArray[np.uint8]
    folds: npt.NDArray[np.uint32]
    expansions: npt.NDArray[np.uint32]


@functools.cache
def _points(ranges: tuple[tuple[int, int], ...]) -> frozenset[int]:
    return frozenset(cp for low, high in ranges for cp in range(low, high + 1))


def _inside(cp: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return cp in _points(ranges)


@functools.cache
def _singled_out() -> dict[str, int]:
    """Return the classes of the characters that are named one by one."""
    members = ((_QUOTES, k.QUOTE), (_APOSTROPHES, k.APOSTROPHE), (_HYPHENS, k.HYPHEN), (_STOPS, k.STOP),
               (_IGNORED, k.IGNORED), (".,٫٬", k.POINT), (_NEWLINES, k.NEWLINE))  # fmt: skip
    return {char: found for chars, found in members for char in chars}


def _class_of(cp: int, char: str, category: str) -> int:
    """Return the character class of one code point."""
    named = _singled_out().get(char)
    if named is not None:
        return named
    if 0xFE00 <= cp <= 0xFE0F or 0x1F3FB <= cp <= 0x1F3FF:
        return k.IGNORED
    if category[0] == "M" or char in _HALFWIDTH_VOICING:
        return k.MARK
    if category == "Nd":
        return k.DIGIT
    if category[0] == "L" or category in ("No", "Nl"):
        if _inside(cp, _UNSPACED_HAN):
            return k.HAN
        return k.THAI if _inside(cp, _UNSPACED_THAI) else k.LETTER
    if category == "So" and _inside(cp, _EMOJI):
        return k.EMOJI
    return k.SPACE if category == "Zs" or char == "\t" else k.SEPARATOR


def folds_marks(char: str) -> bool:
    """Return whether marks on this letter are folded away (Latin, Greek, Cyrillic)."""
    return unicodedata.name(char, "").startswith(("LATIN", "GREEK", "CYRILLIC"))


def fold(char: str) -> str:
    """Return the folded form of one character.

    >>> fold("É"), fold("ﬁ"), fold("٣"), fold("が")
    ('e', 'fi', '3', 'か゛'[0] + '\\u3099')
    """
    digit = unicodedata.digit(char, None)
    if digit is not None and unicodedata.category(char) == "Nd":
        return str(digit)
    # a mark keeps its case: the Greek iota subscript would become a letter
    cased = (c if unicodedata.category(c)[0] == "M" else c.casefold() for c in unicodedata.normalize("NFKD", char))
    plain = unicodedata.normalize("NFKD", "".join(cased))
    kept: list[str] = []
    base = ""
    for c in plain:
        if unicodedata.category(c)[0] != "M":
            base = c
            if unicodedata.category(c)[0] in "LN":
                kept.append(c)
        elif not (base and folds_marks(base)) and not _inside(ord(c), _VOWEL_POINTS):
            kept.append(c)
    return "".join(kept) or char


@functools.cache
def character_tables() -> CharacterTables:
    """Return the tables for this Python's Unicode version (about 0.2 s, once a process)."""
    classes = np.zeros(k.TABLE_SIZE, np.uint8)
    attributes = np.zeros(k.TABLE_SIZE, np.uint8)
    folds = np.arange(k.TABLE_SIZE, dtype=np.uint32)
    expansions: list[int] = []
    for low, high in _SAME_FOLD:
        classes[low : high + 1] = k.HAN
    for cp, char, category in _assigned():
        classes[cp] = c = _class_of(cp, char, category)
        if c == k.MARK:
            attributes[cp] = k.ATTR_POINT_MARK if _inside(cp, _VOWEL_POINTS) else 0
        elif c in (k.LETTER, k.HAN, k.THAI, k.DIGIT):
            attributes[cp] = (k.ATTR_FOLDS_MARKS if c == k.LETTER and folds_marks(char) else 0) | (
                k.ATTR_UPPER if category in ("Lu", "Lt") else 0
            )
        if c in (k.LETTER, k.HAN, k.THAI, k.DIGIT, k.MARK):
            folded = fold(char)
            if len(folded) == 1:
                folds[cp] = ord(folded)
            else:
                folds[cp] = 0x80000000 + len(expansions)
                expansions += [len(folded), *map(ord, folded)]
    return CharacterTables(
        classes=classes, attributes=attributes, folds=folds, expansions=np.array([*expansions, 0], np.uint32)
    )


def _assigned() -> Iterator[tuple[int, str, str]]:
    """Yield code point, character and category of all that are assigned, those apart that are their own fold."""
    first = 0
    for low, high in (*_SAME_FOLD, (k.TABLE_SIZE, k.TABLE_SIZE)):
        characters = map(chr, range(first, low))
        categories = map(unicodedata.category, map(chr, range(first, low)))
        for cp, char, category in zip(range(first, low), characters, categories, strict=True):
            if category not in ("Cn", "Cs", "Co"):
                yield cp, char, category
        first = high + 1
