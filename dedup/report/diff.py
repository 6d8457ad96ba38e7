"""Two texts word by word: what is equal, inserted, deleted, changed, with a little of what stands around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Literal, NamedTuple

from dedup.report.labels import plural

Op = Literal["equal", "insert", "delete", "change", "beyond", "elided"]
Opcode = tuple[Op, int, int, int, int]
"""Operation, `[left_start, left_end)` and `[right_start, right_end)` in words."""
_Run = tuple[int, int, int]
"""Begin of equal words on the left and on the right, and how many they are."""

_CORE_LIMIT: Final = 1500
"""Words of either side that are aligned once equal ends are off: bounds time and memory."""
_ELIDE_ABOVE: Final = 40
_ELIDE_KEEP: Final = 14
_STRAY: Final = 3
"""Words of a change on both sides of a single common word that make it a chance."""
_CONTEXT_WORDS: Final = 25
_CONTEXT_CHARACTERS: Final = 200
_ELIDED: Final[Mapping[str, str]] = {"equal": " the same"}
# Accents of Latin, Greek and Cyrillic letters, soft hyphens, zero-width spaces and byte-order marks.
_UNSEEN: Final = re.compile("[\u0300-\u036f\u00ad\u200b\u2060\ufeff]")

_HAN_KANA: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# The joiners U+200C and U+200D stand inside words of Persian and Indic scripts.
_PUNCTUATION: Final = (
    r"\s!-/:-@\[-`{-~\xa1-\xac\xae-\xbf\u060c\u061b\u061f\u06d4\u0964\u0965"
    r"\u2000-\u200b\u200e-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_LETTERS: Final = f"[^{_PUNCTUATION}{_HAN_KANA}]+"
# Figures such as 2.5 and 1,200 and words such as o'clock are one word.
_WORD: Final = re.compile(rf"[{_HAN_KANA}]|{_LETTERS}(?:[.,'’:-]{_LETTERS})*")
_CUT: Final = re.compile(f"({_WORD.pattern})")
# The same on ASCII alone, where it takes half the time.
_ASCII_LETTERS: Final = r"[0-9A-Za-z\x00-\x08\x0e-\x1b\x7f]+"
_ASCII_WORD: Final = re.compile(rf"{_ASCII_LETTERS}(?:[.,':-]{_ASCII_LETTERS})*")
_ASCII_CUT: Final = re.compile(f"({_ASCII_WORD.pattern})")

_ONE_CHARACTER: Final = re.compile(rf"[{_HAN_KANA}]")


class Piece(NamedTuple):
    """A run of one side; `tail` is the space and punctuation after its last word, which carries no mark.

    `beyond` stands before the first or after the last word that both sides have: it is no difference of wording.
    """

    op: Op
    text: str
    tail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text cut before each word: `keys` compare, `text[starts[i]:starts[i + 1]]` prints and ends with `tails[i]`."""

    text: str
    keys: Sequence[str]
    starts: Sequence[int]
    tails: Sequence[str]


def split(text: str) -> Words:
    """Return the words of `text`: one character each in Han and kana, else runs between spaces."""
    parts = (_ASCII_CUT if text.isascii() else _CUT).split(text)
    words = parts[1::2]
    return Words(
        text=text,
        keys=_folded("\n".join(words)).split("\n") if words else [],
        starts=list(accumulate(map(len, parts)))[::2],
        tails=parts[2::2],
    )


def count(text: str) -> int:
    """Return the number of words of `text`, as `split` cuts them."""
    return len((_ASCII_WORD if text.isascii() else _WORD).findall(text))


def opcodes(left: Sequence[str], right: Sequence[str]) -> list[Opcode]:
    """Return the operations that turn `left` into `right`, along a longest common subsequence.

    Sides that differ over more than `_CORE_LIMIT` words are aligned to that length; the rest is changed.
    """
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    a, b = left[start : len(left) - end], right[start : len(right) - end]
    runs = [(0, 0, start)] if start else []
    runs += [(i + start, j + start, n) for i, j, n in _subsequence(a[:_CORE_LIMIT], b[:_CORE_LIMIT])]
    if end:
        runs.append((len(left) - end, len(right) - end, end))
    return _from_runs(_without_strays(runs, len(left), len(right)), len(left), len(right))


def side_by_side(left: Words, right: Words) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts as marked runs, long runs shortened to their ends with a count."""
    lefts, rights = _head(left), _head(right)
    for op, i, k, j, n in _with_ends(opcodes(left.keys, right.keys)):
        if i < k:
            _add(lefts, op, left, i, k)
        if j < n:
            _add(rights, op, right, j, n)
    return tuple(lefts), tuple(rights)


def is_same(pieces: Sequence[Piece]) -> bool:
    """Return whether a side has no word that the other lacks."""
    return all(piece.op in ("equal", "elided") for piece in pieces)


def before(text: str, start: int) -> str:
    """Return about 25 words of `text` that lead up to `start`."""
    window = text[max(0, start - _CONTEXT_CHARACTERS) : max(0, start)].lstrip()
    if start > _CONTEXT_CHARACTERS:
        window = (window.split(None, 1)[1:] or [window])[0]
    parts = window.rsplit(None, _CONTEXT_WORDS)
    return _joined(window[len(parts[0]) :].lstrip() if len(parts) > _CONTEXT_WORDS else window)


def after(text: str, end: int) -> str:
    """Return about 25 words of `text` from `end` on."""
    window = text[end : end + _CONTEXT_CHARACTERS].rstrip()
    if end + _CONTEXT_CHARACTERS < len(text):
        window = (window.rsplit(None, 1)[:-1] or [window])[0]
    parts = window.split(None, _CONTEXT_WORDS)
    return _joined(window[: len(window) - len(parts[-1])].rstrip() if len(parts) > _CONTEXT_WORDS else window)


def _joined(context: str) -> str:
    """Return words without the empty space round their line breaks."""
    if "\n" not in context:
        return context
    first, *inner, last = context.split("\n")
    return "\n".join((first.rstrip(), *filter(None, map(str.strip, inner)), last.lstrip()))


def _folded(words: str) -> str:
    """Return words without case, accents and invisible characters, as the comparison of passages sees them."""
    if words.isascii():
        return words.lower()
    bare = _UNSEEN.sub("", unicodedata.normalize("NFKD", words.casefold()))
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


def _subsequence(left: Sequence[str], right: Sequence[str]) -> list[_Run]:
    """Return the runs of a longest common subsequence, in order.

    The table of lengths is kept a bit a cell, a column an integer (Hyyrö 2004, "Bit-parallel LCS-length computation
    revisited"): bit i of `columns[j]` is 0 where word i of the left adds to the length against the first j + 1
    words of the right.
    """
    places: dict[str, int] = {}
    for i, key in enumerate(left):
        places[key] = places.get(key, 0) | 1 << i
    full = (1 << len(left)) - 1
    column, columns = full, []
    for key in right:
        if key in places:
            hits = column & places[key]
            column = (column + hits | column - hits) & full
        columns.append(column)
    return _trace(left, right, columns)


def _trace(left: Sequence[str], right: Sequence[str], columns: Sequence[int]) -> list[_Run]:
    i, j = len(left), len(right)
    runs: list[_Run] = []
    length = 0
    while i and j:
        if left[i - 1] == right[j - 1]:
            i, j, length = i - 1, j - 1, length + 1
            continue
        if length:
            runs.append((i, j, length))
            length = 0
        if columns[j - 1] >> (i - 1) & 1:
            i -= 1
        else:
            j -= 1
    if length:
        runs.append((i, j, length))
    return runs[::-1]


def _without_strays(runs: list[_Run], n_left: int, n_right: int) -> list[_Run]:
    """Drop single words that happen to agree between long changes: shown as equal they only confuse."""
    ends = [(0, 0, 0), *runs, (n_left, n_right, 0)]
    gaps = [min(b[0] - a[0], b[1] - a[1]) - a[2] for a, b in pairwise(ends)]
    return [
        run
        for run, before_it, after_it in zip(runs, gaps, gaps[1:], strict=False)
        if run[2] > 1 or before_it < _STRAY or after_it < _STRAY
    ]


def _from_runs(runs: list[_Run], n_left: int, n_right: int) -> list[Opcode]:
    codes: list[Opcode] = []
    i = j = 0
    for a, b, length in [*runs, (n_left, n_right, 0)]:
        if a > i or b > j:
            op: Op = "change" if a > i and b > j else "delete" if a > i else "insert"
            codes.append((op, i, a, j, b))
        if length:
            codes.append(("equal", a, a + length, b, b + length))
        i, j = a + length, b + length
    return codes


def _head(words: Words) -> list[Piece]:
    head = words.text[: words.starts[0]]
    return [Piece("equal", head)] if head else []


def _add(pieces: list[Piece], op: Op, words: Words, start: int, end: int) -> None:
    """Add words `[start, end)`, of many the first and the last with a count between them."""
    text, starts, tails = words.text, words.starts, words.tails
    if end - start > _ELIDE_ABOVE:
        first, last = start + _ELIDE_KEEP, end - _ELIDE_KEEP
        noun = "character" if _ONE_CHARACTER.match(text, starts[first]) else "word"
        said = f"[… {plural(last - first, noun)}{_ELIDED.get(op, '')} …]"
        tail = tails[first - 1]
        pieces.append(Piece(op, text[starts[start] : starts[first] - len(tail)], tail))
        pieces.append(Piece("elided", said, " "))
        start = last
    tail = tails[end - 1]
    pieces.append(Piece(op, text[starts[start] : starts[end] - len(tail)], tail))
