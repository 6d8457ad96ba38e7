"""Lines of JSON that are flat objects, and what stands in their fields, in one pass over the bytes.

Strict: what is not certain to be valid JSON, or holds NUL or half a surrogate pair, is not flat.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import eights
from dedup.kernels.jit import helper, kernel

# Fields of a flat object, and different rows of names in one run, at most.
MOST_FIELDS, MOST_SHAPES = 24, 16
# Digits of a number, at most: longer ones may be out of a decoder's range.
MOST_DIGITS = 18
NULL, STRING, OTHER = 0, 1, 2

_LINE_FEED, _QUOTE, _BACKSLASH = 10, 34, 92
_COMMA, _MINUS, _POINT, _ZERO, _NINE, _COLON, _OPEN, _CLOSE = 44, 45, 46, 48, 57, 58, 123, 125


@helper
def _hex(b: Any) -> Any:
    """Return the value of a hexadecimal digit, -1 for another byte."""
    if 48 <= b <= 57:
        return b - 48
    if 65 <= b <= 70:
        return b - 55
    return b - 87 if 97 <= b <= 102 else -1


@helper
def _unit(data: Any, i: Any) -> int:
    r"""Return the value of the `\uXXXX` that begins at byte `i`, -1 where there is none."""
    if i + 6 > len(data) or data[i] != _BACKSLASH or data[i + 1] != 117:
        return -1
    value = 0
    for at in range(i + 2, i + 6):
        digit = _hex(np.int64(data[at]))
        if digit < 0:
            return -1
        value = value << 4 | digit
    return value


@helper
def _put(cp: Any, out: Any, k: Any) -> Any:
    """Write a code point as UTF-8 to byte `k`; return the byte behind it."""
    if cp < 0x80:
        out[k] = cp
        return k + 1
    size = 2 if cp < 0x800 else 3 if cp < 0x10000 else 4
    for at in range(k + size - 1, k, -1):
        out[at] = 0x80 | cp & 0x3F
        cp >>= 6
    out[k] = (0xF00 >> size & 0xFF) | cp
    return k + size


@helper
def _escape(data: Any, i: Any, out: Any, k: Any) -> Any:
    """Write the character that the backslash at byte `i` begins; return the bytes behind both, -1 for none."""
    b = data[i + 1] if i + 1 < len(data) else 0
    if b == 117:
        cp = _unit(data, i)
        size = 6
        if 0xD800 <= cp < 0xDC00:
            low = _unit(data, i + 6)
            cp = 0x10000 + (cp - 0xD800 << 10) + low - 0xDC00 if 0xDC00 <= low < 0xE000 else -1
            size = 12
        if cp <= 0 or 0xDC00 <= cp < 0xE000:
            return -1, k
        return i + size, _put(cp, out, k)
    if b == 110:
        out[k] = 10
    elif b == _QUOTE or b == _BACKSLASH or b == 47:
        out[k] = b
    elif b == 116:
        out[k] = 9
    elif b == 114:
        out[k] = 13
    elif b == 98:
        out[k] = 8
    elif b == 102:
        out[k] = 12
    else:
        return -1, k
    return i + 2, k + 1


@helper
def _width(data: Any, i: Any) -> Any:
    """Return how many bytes the character of valid UTF-8 at byte `i` has that is no ASCII, 0 for none."""
    b = data[i]
    size = 2 if b < 0xE0 else 3 if b < 0xF0 else 4
    if b < 0xC2 or b > 0xF4 or i + size > len(data):
        return 0
    for at in range(i + 1, i + size):
        if data[at] & 0xC0 != 0x80:
            return 0
    after = data[i + 1]
    # overlong forms, surrogates, and what lies beyond Unicode
    wrong = (b == 0xE0 and after < 0xA0) or (b == 0xED and after >= 0xA0)
    wrong |= (b == 0xF0 and after < 0x90) or (b == 0xF4 and after >= 0x90)
    return 0 if wrong else size


@helper
def _unusual(data: Any, i: Any, out: Any, k: Any) -> Any:
    """Copy what is no plain ASCII character of a string; return the bytes behind it, -1 where it is not allowed."""
    b = data[i]
    if b == _BACKSLASH:
        return _escape(data, i, out, k)
    size = 0 if b < 0x80 else _width(data, i)
    for at in range(size):
        out[k + at] = data[i + at]
    return (i + size if size else -1), k + size


@helper
def _string(data: Any, i: Any, plain: Any, out: Any, k: Any) -> Any:
    """Copy a string from behind its first quotation mark to byte `k`, without escapes; return the bytes behind both,
    -1 where it is not valid. `plain` (bool) says of each byte whether it stands for itself."""
    # unsigned, as numbers that may be negative are looked at twice: a third of the time of this loop
    at, to, end, one = np.uint64(i), np.uint64(k), np.uint64(len(data)), np.uint64(1)
    while at < end:
        # there is as much room behind `to` as there is left to read; what is copied too much is written over
        while at + eights.SIZE <= end:
            eight = eights.load(data, at)
            eights.store(eight, out, to)
            count = eights.before(eights.no_plain(eight))
            at += count
            to += count
            if count < eights.SIZE:
                break
        if at == end:
            break
        b = data[at]
        if plain[b]:
            out[to] = b
            to += one
            at += one
        elif b == _QUOTE:
            return np.int64(at + one), np.int64(to)
        else:
            i, k = _unusual(data, np.int64(at), out, np.int64(to))
            if i < 0:
                return -1, k
            at, to = np.uint64(i), np.uint64(k)
    return -1, k


@helper
def _blank(data: Any, i: Any) -> Any:
    """Return the first byte from `i` on that is no white space within a line."""
    while i < len(data) and (data[i] == 32 or data[i] == 9 or data[i] == 13):
        i += 1
    return i


@helper
def _digits(data: Any, i: Any) -> Any:
    """Return the byte behind the digits at `i`."""
    while i < len(data) and _ZERO <= data[i] <= _NINE:
        i += 1
    return i


@helper
def _number(data: Any, i: Any) -> Any:
    """Return the byte behind the number at `i`, without an exponent and of few digits; -1 for another."""
    if i < len(data) and data[i] == _MINUS:
        i += 1
    end = _digits(data, i)
    if end == i or (data[i] == _ZERO and end > i + 1):
        return -1
    if end < len(data) and data[end] == _POINT:
        first = end + 1
        end = _digits(data, first)
        if end == first:
            return -1
    return end if end - i <= MOST_DIGITS else -1


@helper
def _word(data: Any, i: Any) -> Any:
    """Return the byte behind the null, true, false or number at `i`, and which it is: `NULL` or `OTHER`."""
    b = data[i]
    if b != 110 and b != 116 and b != 102:
        return _number(data, i), OTHER
    size = 5 if b == 102 else 4
    if i + size > len(data):
        return -1, OTHER
    if b == 110:
        ok = data[i + 1] == 117 and data[i + 2] == 108 and data[i + 3] == 108
        return (i + size if ok else -1), NULL
    if b == 116:
        ok = data[i + 1] == 114 and data[i + 2] == 117 and data[i + 3] == 101
    else:
        ok = data[i + 1] == 97 and data[i + 2] == 108 and data[i + 3] == 115 and data[i + 4] == 101
    return (i + size if ok else -1), OTHER


@helper
def _object(data: Any, i: Any, plain: Any, out: Any, k: Any, spans: Any, kinds: Any) -> Any:
    """Read the flat object behind its brace at byte `i`, and its line; write strings to `out` from byte `k` on.

    Returns the bytes behind both, and how many fields it has; -1 where it is not flat. A field's row in `spans` has
    where its name begins and ends in `out`, and its string.
    """
    for field in range(MOST_FIELDS):
        i = _blank(data, i)
        if i >= len(data) or data[i] != _QUOTE:
            return i, k, -1
        spans[field, 0] = k
        i, k = _string(data, i + 1, plain, out, k)
        if i < 0:
            return i, k, -1
        spans[field, 1] = spans[field, 2] = spans[field, 3] = k
        i = _blank(data, i)
        if i >= len(data) or data[i] != _COLON:
            return i, k, -1
        i = _blank(data, i + 1)
        if i >= len(data):
            return i, k, -1
        if data[i] == _QUOTE:
            kinds[field] = STRING
            i, k = _string(data, i + 1, plain, out, k)
            spans[field, 3] = k
        else:
            i, kinds[field] = _word(data, i)
        if i < 0:
            return i, k, -1
        i = _blank(data, i)
        if i >= len(data):
            return i, k, -1
        if data[i] == _CLOSE:
            i = _blank(data, i + 1)
            return i, k, (field + 1 if i == len(data) or data[i] == _LINE_FEED else -1)
        if data[i] != _COMMA:
            return i, k, -1
        i += 1
    return i, k, -1


@helper
def _same_names(spans: Any, others: Any, fields: Any, out: Any) -> bool:
    """Return whether two rows of so many fields have the same names."""
    for field in range(fields):
        at, other = spans[field, 0], others[field, 0]
        size = spans[field, 1] - at
        if size != others[field, 1] - other:
            return False
        for b in range(size):
            if out[at + b] != out[other + b]:
                return False
    return True


@kernel
def flat_lines(data: Any, plain: Any, lines: Any, spans: Any, kinds: Any, out: Any) -> Any:
    """Read the lines in `data` (uint8), of which `plain` (bool) says what stands for itself in a string.

    A line's row in `lines` (int32, n x 5) has where it, and in it the first that is no white space, begins, where it
    ends, without its line feed, how many fields it has, and the first line with the same names in the same order; 0 and
    -1 where it is not flat. A field's in `spans` (int32, n x MOST_FIELDS x 4) has where in `out` (uint8, as long as
    `data`) its name begins and ends, and its string, without escapes; its place in `kinds` (uint8) what it is. Returns
    how many lines there are, -1 where there is no room for all.
    """
    first = np.empty(MOST_SHAPES, np.int64)
    known, i, k, line = 0, 0, 0, 0
    while i < len(data):
        if line == len(lines):
            return -1
        row = lines[line]
        row[0], row[3], row[4] = i, 0, -1
        i = row[1] = _blank(data, i)
        if i < len(data) and data[i] == _OPEN:
            end, k, fields = _object(data, i + 1, plain, out, k, spans[line], kinds[line])
            if fields > 0:
                i = end
                shape = 0
                while shape < known and not (
                    lines[first[shape], 3] == fields and _same_names(spans[line], spans[first[shape]], fields, out)
                ):
                    shape += 1
                if shape == known and known < MOST_SHAPES:
                    first[known] = line
                    known += 1
                if shape < known:
                    row[3], row[4] = fields, first[shape]
        while i < len(data) and data[i] != _LINE_FEED:
            i += 1
        row[2] = i
        i += 1
        line += 1
    return line


@kernel
def code_points(data: Any, spans: Any) -> Any:
    """Return how many characters of UTF-8 (int64) there are in spans (int64, n x 2) of `data` (uint8)."""
    out = np.zeros(len(spans), np.int64)
    for n in range(len(spans)):
        count = 0
        for b in data[spans[n, 0] : spans[n, 1]]:
            count += (b & 0xC0) != 0x80
        out[n] = count
    return out
