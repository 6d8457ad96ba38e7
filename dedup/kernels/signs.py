"""Which words and characters of a vocabulary stand in each line of a text, in one reading (Aho and Corasick 1975)."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel

# The class of all that no word needs told apart, and that of what stands between words.
OTHER, BOUNDARY = 0, 1
# The bit of capitals among those of characters.
CAPITAL = 1 << 15
# What a character is, and what a text looks like.
SMALL, LOW, BIG, SPACE, LETTER = 1, 2, 4, 8, 16
GLUED, LISTED = 1, 2
_NEWLINE = 10


@kernel
def line_signs(points: Any, classes: Any, marks: Any, steps: Any, found: Any, reach: Any) -> Any:
    """Return of each line that is not empty its first and its end place, and the bits that are in it: in all of it, and
    those of its characters in the `reach[0]` first and in the `reach[1]` last of them (int64, n x 5).

    `points` uint32, the code points of a text; `classes` uint16, the class of each code point, and `marks` uint16, its
    own bits; `steps` uint16, which state follows each (row) by a class (column), from state 0; `found` uint16, n x 2,
    the bits of the words that end in a state: of all, and of those that count where a capital ends them. A boundary
    stands before each line and behind it.
    """
    size, count = len(points), 1
    first, behind = reach[0], reach[1]
    for i in range(size):
        count += points[i] == _NEWLINE
    out = np.empty((count, 5), np.int64)
    n, start = 0, 0
    while start < size:
        end = start
        while end < size and points[end] != _NEWLINE:
            end += 1
        if end > start:
            state = steps[0, BOUNDARY]
            whole, head, tail = np.int64(0), np.int64(0), np.int64(0)
            for i in range(start, end):
                point = points[i]
                state = steps[state, classes[point]]
                bits = np.int64(marks[point])
                whole |= found[state, 0]
                if bits:  # few characters have any
                    whole |= bits
                    if bits & CAPITAL:
                        whole |= found[state, 1]
                    if i - start < first:
                        head |= bits
                    if end - i <= behind:
                        tail |= bits
            whole |= found[steps[state, BOUNDARY], 0]
            out[n] = start, end, whole, head, tail
            n += 1
        start = end + 1
    return out[:n]


@kernel
def text_signs(points: Any, bounds: Any, classes: Any, marks: Any, steps: Any, found: Any, twice: int) -> Any:
    """Return of each text the bits of all that is in it (int64), as `line_signs` of its lines, of which each end is a
    boundary; bits that are `twice` of texts alone in which two words with one of them end.

    Text t has the code points `bounds[t]:bounds[t + 1]` (int64); the other arrays are those of `line_signs`.
    """
    out = np.empty(len(bounds) - 1, np.int64)
    for t in range(len(out)):
        state = steps[0, BOUNDARY]
        whole, again = np.int64(0), np.int64(0)
        for i in range(bounds[t], bounds[t + 1] + 1):
            bits = np.int64(0)
            if i < bounds[t + 1]:
                state = steps[state, classes[points[i]]]
                bits = np.int64(marks[points[i]])
            else:
                state = steps[state, BOUNDARY]
            ending = np.int64(found[state, 0])
            if bits & CAPITAL:
                ending |= found[state, 1]
            again |= whole & ending & twice
            whole |= bits | ending
        out[t] = whole & ~twice | again
    return out


@kernel
def shapes(points: Any, bounds: Any, kinds: Any, cells: int, signs: int, lines: int) -> Any:
    """Return of each text what its characters look like (int64): `GLUED` where a `LOW` letter stands before a `BIG`
    one; `LISTED` where `cells` pieces between white space in a row begin with no small letter, `signs` pieces
    have no letter or figure, or `lines` lines end.

    Text t has the code points `bounds[t]:bounds[t + 1]` (int64); `kinds` uint8, the bits of each code point: `SMALL`
    and `LOW`, `BIG`, `SPACE` and `LETTER`, which figures are too.
    """
    out = np.zeros(len(bounds) - 1, np.int64)
    for t in range(len(out)):
        before, row, blank, ended = SPACE, 0, 0, 0
        plain = False
        for i in range(bounds[t], bounds[t + 1]):
            kind = kinds[points[i]]
            if kind & SPACE:
                blank += plain
                plain = False
                ended += points[i] == _NEWLINE
            else:
                if before & SPACE:
                    row = 0 if kind & SMALL else row + 1
                    plain = True
                    if row >= cells:
                        out[t] |= LISTED
                if before & LOW and kind & BIG:
                    out[t] |= GLUED
                if kind & LETTER:
                    plain = False
            before = kind
        if blank + plain >= signs or ended >= lines:
            out[t] |= LISTED
    return out
