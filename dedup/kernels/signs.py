"""Which words and characters of a vocabulary stand in each line of a text, in one reading (Aho and Corasick 1975); and
how a place stands in its paragraph."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel

# The class of all that no word needs told apart, and that of what stands between words.
OTHER, BOUNDARY = 0, 1
# The bits of capitals and of white space among those of characters.
CAPITAL, SPACE = 1 << 30, 1 << 29
# What a character is: to what a text looks like, and to where a place stands.
SMALL, LOW, BIG, BLANK, LETTER, STOP, COLON, WIDE_COLON, MARK, CLOSING, OUTER, LOWER, UNSTOPPED = (
    1 << n for n in range(13)
)
# What a text looks like, and how a place stands in its paragraph.
GLUED, ROW, ALONE, LINES = 1, 2, 4, 8
ENDED, INSIDE, OPEN = 1, 2, 4
_NEWLINE, _FULL_STOP, _SMALL_A, _SMALL_Z = 10, 46, 97, 122


@kernel
def line_signs(points: Any, classes: Any, marks: Any, steps: Any, found: Any, reach: Any) -> Any:
    """Return of each line that is not empty its first and its end place, and the bits that are in it: in all of it;
    those of its characters in the `reach[0]` first and in the `reach[1]` last of them; and at its edges, white space
    apart: those of its first character, of its last that is no full stop, and of words that end in the `reach[2]`
    characters behind its first; and whether there is a small letter of ASCII among its first three characters, white
    space apart (int64, n x 7).

    `points` uint32, the code points of a text; `classes` uint16, the class of each code point, and `marks` uint32, its
    own bits; `steps` uint16, which state follows each (row) by a class (column), from state 0; `found` uint32, n x 2,
    the bits of the words that end in a state: of all, and of those that count where a capital ends them. A boundary
    stands before each line and behind it.
    """
    size, count = len(points), 1
    for i in range(size):
        count += points[i] == _NEWLINE
    out = np.empty((count, 7), np.int64)
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
            small = 0
            for i in range(begin, min(begin + 3, end)):
                small |= _SMALL_A <= points[i] <= _SMALL_Z
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
            out[n, 6] = small
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
    while end > start and points[end - 1] == _FULL_STOP:
        end -= 1
    if end > start:
        bits |= marks[points[end - 1]]
    return bits


@kernel
def text_signs(points: Any, spans: Any, classes: Any, marks: Any, steps: Any, found: Any, twice: int) -> Any:
    """Return of each text the bits of all that is in it (int64), as `line_signs` of its lines, of which each end is a
    boundary; bits that are `twice` of texts alone in which two words with one of them end.

    `spans` (int64, n x 2) has where each text begins and ends; the other arrays are those of `line_signs`.
    """
    out = np.empty(len(spans), np.int64)
    for t in range(len(out)):
        state = steps[0, BOUNDARY]
        whole, again = np.int64(0), np.int64(0)
        for i in range(spans[t, 0], spans[t, 1] + 1):
            bits = np.int64(0)
            if i < spans[t, 1]:
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
def shapes(points: Any, spans: Any, kinds: Any, cells: int, signs: int, lines: int) -> Any:
    """Return of each text what its characters look like (int64): `GLUED` where a `LOW` letter stands before a `BIG`
    one; `ROW` where `cells` pieces between white space in a row begin with no small letter, `ALONE` where `signs`
    pieces have no letter or figure, `LINES` where `lines` lines end.

    `spans` (int64, n x 2) has where each text begins and ends; `kinds` uint16, the bits of each code point: `SMALL`
    and `LOW`, `BIG`, `BLANK` and `LETTER`, which figures are too.
    """
    out = np.zeros(len(spans), np.int64)
    for t in range(len(out)):
        before, row, blank, ended = BLANK, 0, 0, 0
        plain = False
        for i in range(spans[t, 0], spans[t, 1]):
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


@kernel
def stands(points: Any, paragraphs: Any, spans: Any, kinds: Any, furthest: int) -> Any:
    """Return how each place stands in its paragraph (int64, n x 3): `ENDED` where a sentence does, behind it `MARK`s at
    most; `INSIDE` one, or behind a colon, where before such marks stands neither; `OPEN` in lines that mostly end none,
    none of which begins `LOWER` or has an `UNSTOPPED` character, if less than `furthest` characters of the paragraph
    are behind the place; and how much stands before and behind it there, without what is `OUTER` around that.

    `paragraphs` and `spans` (int64, n x 2) have where each paragraph begins and ends and where, in it, its place, which
    is not empty; `kinds` uint16, the bits of each code point.
    """
    out = np.zeros((len(spans), 3), np.int64)
    for p in range(len(spans)):
        low, high, start, end = paragraphs[p, 0], paragraphs[p, 1], spans[p, 0], spans[p, 1]
        at = end
        if not kinds[points[end - 1]] & STOP:
            while at < high and kinds[points[at]] & MARK:
                at += 1
        if kinds[points[end - 1]] & STOP or (at < high and kinds[points[at]] & STOP):
            out[p, 0] |= ENDED
        at = start
        while at > low and kinds[points[at - 1]] & MARK:
            at -= 1
        if at > low and not kinds[points[at - 1]] & (STOP | COLON):
            out[p, 0] |= INSIDE
        if high - end < furthest and _is_open(points, low, high, kinds):
            out[p, 0] |= OPEN
        out[p, 1], out[p, 2] = _between(points, low, start, kinds), _between(points, end, high, kinds)
    return out


@helper
def _between(points: Any, low: int, high: int, kinds: Any) -> int:
    """Return how many characters stand between the first and the last that are not `OUTER`."""
    while low < high and kinds[points[low]] & OUTER:
        low += 1
    while high > low and kinds[points[high - 1]] & OUTER:
        high -= 1
    return high - low


@helper
def _is_open(points: Any, low: int, high: int, kinds: Any) -> bool:
    """Return whether most characters of some lines stand in those that end no sentence, and none begins small."""
    total = left = 0
    begin = low
    while begin < high:
        end = begin
        while end < high and points[end] != _NEWLINE:
            if kinds[points[end]] & UNSTOPPED:
                return False
            end += 1
        first, last = begin, end
        while first < last and kinds[points[first]] & BLANK:
            first += 1
        while last > first and kinds[points[last - 1]] & BLANK:
            last -= 1
        begin = end + 1
        if first == last:
            continue
        if kinds[points[first]] & LOWER:
            return False
        total += last - first
        at = last
        while at > first and kinds[points[at - 1]] & CLOSING:
            at -= 1
        if at == first or not kinds[points[at - 1]] & (STOP | COLON | WIDE_COLON):
            left += last - first
    return 2 * left >= total
