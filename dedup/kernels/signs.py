"""Which words and characters of a vocabulary stand in each line of a text, in one reading (Aho and Corasick 1975)."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel

# The class of all that no word needs told apart, and that of what stands between words.
OTHER, BOUNDARY = 0, 1
# The bits of capitals and of white space among those of characters.
CAPITAL, SPACE = 1 << 30, 1 << 29
# What a character is, and what a text looks like.
SMALL, LOW, BIG, BLANK, LETTER = 1, 2, 4, 8, 16
GLUED, ROW, ALONE, LINES = 1, 2, 4, 8
_NEWLINE, _STOP = 10, 46


@kernel
def line_signs(points: Any, classes: Any, marks: Any, steps: Any, found: Any, reach: Any) -> Any:
    """Return of each line that is not empty its first and its end place, and the bits that are in it: in all of it;
    those of its characters in the `reach[0]` first and in the `reach[1]` last of them; and at its edges, white space
    apart: those of its first character, of its last that is no full stop, and of words that end in the `reach[2]`
    characters behind its first (int64, n x 6).

    `points` uint32, the code points of a text; `classes` uint16, the class of each code point, and `marks` uint32, its
    own bits; `steps` uint16, which state follows each (row) by a class (column), from state 0; `found` uint32, n x 2,
    the bits of the words that end in a state: of all, and of those that count where a capital ends them. A boundary
    stands before each line and behind it.
    """
    size, count = len(points), 1
    for i in range(size):
        count += points[i] == _NEWLINE
    out = np.empty((count, 6), np.int64)
    n, start = 0, 0
    while start < size:
        end = start
        while end < size and points[end] != _NEWLINE:
            end += 1
        if end > start:
            state = steps[0, BOUNDARY]
            whole, head, tail = np.int64(0), np.int64(0), np.int64(0)
            edges = _edges(points, marks, start, end)
            begin = start
            while begin < end and marks[points[begin]] & SPACE:
                begin += 1
            for i in range(start, end):
                point = points[i]
                state = steps[state, classes[point]]
                bits = np.int64(marks[point])
                ending = np.int64(found[state, 0])
                if bits & CAPITAL:
                    ending |= found[state, 1]
                if ending:
                    whole |= ending
                    if i - begin < reach[2]:
                        edges |= ending
                if bits:  # few characters have any
                    whole |= bits
                    if i - start < reach[0]:
                        head |= bits
                    if end - i <= reach[1]:
                        tail |= bits
            ending = np.int64(found[steps[state, BOUNDARY], 0])
            whole |= ending
            if end - begin < reach[2]:
                edges |= ending
            out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4], out[n, 5] = start, end, whole, head, tail, edges
            n += 1
        start = end + 1
    return out[:n]


@helper
def _edges(points: Any, marks: Any, start: int, end: int) -> Any:
    """Return the bits of the first character of a line and of its last that is no full stop, white space apart; what
    stands before such stops may be white space."""
    while start < end and marks[points[start]] & SPACE:
        start += 1
    while end > start and marks[points[end - 1]] & SPACE:
        end -= 1
    bits = np.int64(0)
    if start < end:
        bits |= marks[points[start]]
    while end > start and points[end - 1] == _STOP:
        end -= 1
    if end > start:
        bits |= marks[points[end - 1]]
    return bits


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
    one; `ROW` where `cells` pieces between white space in a row begin with no small letter, `ALONE` where `signs`
    pieces have no letter or figure, `LINES` where `lines` lines end.

    Text t has the code points `bounds[t]:bounds[t + 1]` (int64); `kinds` uint8, the bits of each code point: `SMALL`
    and `LOW`, `BIG`, `BLANK` and `LETTER`, which figures are too.
    """
    out = np.zeros(len(bounds) - 1, np.int64)
    for t in range(len(out)):
        before, row, blank, ended = BLANK, 0, 0, 0
        plain = False
        for i in range(bounds[t], bounds[t + 1]):
            kind = kinds[points[i]]
            if kind & BLANK:
                blank += plain
                plain = False
                ended += points[i] == _NEWLINE
            else:
                if before & BLANK:
                    row = 0 if kind & SMALL else row + 1
                    plain = True
                    if row >= cells:
                        out[t] |= ROW
                if before & LOW and kind & BIG:
                    out[t] |= GLUED
                if kind & LETTER:
                    plain = False
            before = kind
        if blank + plain >= signs:
            out[t] |= ALONE
        if ended >= lines:
            out[t] |= LINES
    return out
