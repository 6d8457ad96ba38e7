"""Two texts word by word: what is equal, inserted, deleted, changed, with a little of what stands around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from dedup.report.labels import plural

Op = Literal["equal", "insert", "delete", "change", "beyond", "elided"]
Opcode = tuple[Op, int, int, int, int]
"""Operation, `[left_start, left_end)` and `[right_start, right_end)` in words."""

_CORE_LIMIT: Final = 1500
"""Words of either side that are aligned once equal ends are off: bounds the table to a few megabytes."""
_ELIDE_ABOVE: Final = 40
_ELIDE_KEEP: Final = 14
_CONTEXT_WORDS: Final = 25
_CONTEXT_CHARACTERS: Final = 200
_ELIDED: Final[Mapping[str, str]] = {"equal": " the same"}
# Accents of Latin, Greek and Cyrillic letters, soft hyphens, zero-width spaces and byte-order marks.
_UNSEEN: Final = re.compile("[\u0300-\u036f\u00ad\u200b\u2060\ufeff]")
_BREAKS: Final = re.compile(r"\s*\n\s*")

_HAN_KANA: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# The joiners U+200C and U+200D stand inside words of Persian and Indic scripts.
_PUNCTUATION: Final = (
    r"\s!-/:-@\[-`{-~\xa1-\xac\xae-\xbf\u060c\u061b\u061f\u06d4\u0964\u0965"
    r"\u2000-\u200b\u200e-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_LETTERS: Final = f"[^{_PUNCTUATION}{_HAN_KANA}]+"
# Figures such as 2.5 and 1,200 and words such as o'clock are one word.
_WORD: Final = re.compile(rf"[{_HAN_KANA}]|{_LETTERS}(?:[.,'’:-]{_LETTERS})*")

_ONE_CHARACTER: Final = re.compile(rf"[{_HAN_KANA}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of one side; `tail` is the space and punctuation after its last word, which carries no mark.

    `beyond` stands before the first or after the last word that both sides have: it is no difference of wording.
    """

    op: Op
    text: str
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text cut before each word: `keys` compare, `texts` print, `head` stands before the first."""

    head: str
    keys: tuple[str, ...]
    texts: tuple[str, ...]


def split(text: str) -> Words:
    """Return the words of `text`: one character each in Han and kana, else runs between spaces."""
    matches = list(_WORD.finditer(text))
    if not matches:
        return Words(head=text, keys=(), texts=())
    starts = [m.start() for m in matches]
    ends = [*starts[1:], len(text)]
    return Words(
        head=text[: starts[0]],
        keys=tuple(_folded(m.group()) for m in matches),
        texts=tuple(text[a:b] for a, b in zip(starts, ends, strict=True)),
    )


def count(text: str) -> int:
    """Return the number of words of `text`, as `split` cuts them."""
    return sum(1 for _ in _WORD.finditer(text))


def opcodes(left: Sequence[str], right: Sequence[str]) -> list[Opcode]:
    """Return the operations that turn `left` into `right`, along a longest common subsequence.

    Sides that differ over more than `_CORE_LIMIT` words are aligned to that length; the rest is changed.
    """
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    a, b = left[start : len(left) - end], right[start : len(right) - end]
    pairs = [(i, i) for i in range(start)]
    pairs += [(i + start, j + start) for i, j in _subsequence(a[:_CORE_LIMIT], b[:_CORE_LIMIT])]
    pairs += [(len(left) - end + i, len(right) - end + i) for i in range(end)]
    return _from_pairs(_without_strays(pairs, len(left), len(right)), len(left), len(right))


def side_by_side(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts as marked runs, long runs shortened to their ends with a count."""
    a, b = split(left), split(right)
    codes = _with_ends(opcodes(a.keys, b.keys))
    lefts, rights = _head(a), _head(b)
    for op, i, k, j, n in codes:
        lefts += _run(op, a.texts[i:k])
        rights += _run(op, b.texts[j:n])
    return tuple(lefts), tuple(rights)


def is_same(pieces: Sequence[Piece]) -> bool:
    """Return whether a side has no word that the other lacks."""
    return all(piece.op in ("equal", "elided") for piece in pieces)


def before(text: str, start: int) -> str:
    """Return about 25 words of `text` that lead up to `start`."""
    window = text[max(0, start - _CONTEXT_CHARACTERS) : max(0, start)]
    words = re.findall(r"\S+\s*", window)
    if start > _CONTEXT_CHARACTERS and len(words) > 1:
        words = words[1:]
    return _BREAKS.sub("\n", "".join(words[-_CONTEXT_WORDS:]))


def after(text: str, end: int) -> str:
    """Return about 25 words of `text` from `end` on."""
    window = text[end : end + _CONTEXT_CHARACTERS]
    words = re.findall(r"\s*\S+", window)
    if end + _CONTEXT_CHARACTERS < len(text) and len(words) > 1:
        words = words[:-1]
    return _BREAKS.sub("\n", "".join(words[:_CONTEXT_WORDS]))


def _folded(word: str) -> str:
    """Return a word without case, accents and invisible characters, as the comparison of passages sees it."""
    if word.isascii():
        return word.casefold()
    bare = _UNSEEN.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFC", bare)


def _with_ends(codes: list[Opcode]) -> list[Opcode]:
    """Name what only one side has before the first or after the last common word `beyond`."""
    common = [n for n, code in enumerate(codes) if code[0] == "equal"]
    if not common:
        return codes
    first, last = common[0], common[-1]
    return [
        ("beyond", *code[1:]) if code[0] in ("insert", "delete") and not first < n < last else code
        for n, code in enumerate(codes)
    ]


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    for n, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return n
    return min(len(left), len(right))


def _subsequence(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Return index pairs of a longest common subsequence, in order."""
    if not left or not right:
        return []
    numbers = {key: n for n, key in enumerate(dict.fromkeys([*left, *right]))}
    a = np.array([numbers[key] for key in left], dtype=np.int32)
    b = np.array([numbers[key] for key in right], dtype=np.int32)
    return _trace(_lengths(a, b), a, b)


def _lengths(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int16]:
    """Return the table of subsequence lengths; a row needs only the running maximum of the one above."""
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=np.int16)
    for i, value in enumerate(a):
        row = np.maximum(table[i, 1:], table[i, :-1] + (b == value))
        table[i + 1, 1:] = np.maximum.accumulate(row)
    return table


def _trace(table: NDArray[np.int16], a: NDArray[np.int32], b: NDArray[np.int32]) -> list[tuple[int, int]]:
    i, j = len(a), len(b)
    pairs: list[tuple[int, int]] = []
    while i and j:
        if a[i - 1] == b[j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif table[i - 1, j] >= table[i, j - 1]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _without_strays(pairs: list[tuple[int, int]], n_left: int, n_right: int) -> list[tuple[int, int]]:
    """Drop single words that happen to agree between long changes: shown as equal they only confuse."""
    kept = []
    ends = [(-1, -1), *pairs, (n_left, n_right)]
    for last, (i, j), following in zip(ends, pairs, ends[2:], strict=False):
        gap_before = min(i - last[0], j - last[1]) - 1
        gap_after = min(following[0] - i, following[1] - j) - 1
        if gap_before < 3 or gap_after < 3:
            kept.append((i, j))
    return kept


def _from_pairs(pairs: list[tuple[int, int]], n_left: int, n_right: int) -> list[Opcode]:
    codes: list[Opcode] = []
    i = j = 0
    for a, b in [*pairs, (n_left, n_right)]:
        if a > i or b > j:
            op: Op = "change" if a > i and b > j else "delete" if a > i else "insert"
            codes.append((op, i, a, j, b))
        if a == n_left and b == n_right:
            break
        if codes and codes[-1][0] == "equal" and codes[-1][2] == a and codes[-1][4] == b:
            codes[-1] = ("equal", codes[-1][1], a + 1, codes[-1][3], b + 1)
        else:
            codes.append(("equal", a, a + 1, b, b + 1))
        i, j = a + 1, b + 1
    return codes


def _head(words: Words) -> list[Piece]:
    return [Piece(op="equal", text=words.head)] if words.head else []


def _run(op: Op, texts: Sequence[str]) -> list[Piece]:
    if not texts:
        return []
    if len(texts) <= _ELIDE_ABOVE:
        return [_piece(op, texts)]
    hidden = len(texts) - 2 * _ELIDE_KEEP
    noun = "character" if _ONE_CHARACTER.match(texts[_ELIDE_KEEP]) else "word"
    said = f"[… {plural(hidden, noun)}{_ELIDED.get(op, '')} …]"
    first, last = _piece(op, texts[:_ELIDE_KEEP]), _piece(op, texts[-_ELIDE_KEEP:])
    return [first, Piece(op="elided", text=said, tail=" "), last]


def _piece(op: Op, texts: Sequence[str]) -> Piece:
    text = "".join(texts)
    match = _WORD.match(texts[-1])
    cut = len(text) - len(texts[-1]) + (match.end() if match else len(texts[-1]))
    return Piece(op=op, text=text[:cut], tail=text[cut:])
