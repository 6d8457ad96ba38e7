"""UTF-8 bytes to token hashes with code-point offsets, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import eights
from dedup.kernels.jit import helper, kernel

# Character classes; the table is made by `dedup.characters`.
SEPARATOR, LETTER, HAN, THAI, DIGIT, MARK, IGNORED = 0, 1, 2, 3, 4, 5, 6
APOSTROPHE, HYPHEN, POINT, NEWLINE, EMOJI, QUOTE, STOP, SPACE = 7, 8, 9, 10, 11, 12, 13, 14

# What stands between a token and the one before it, and what the token is made of.
FLAG_LINE, FLAG_SENTENCE, FLAG_QUOTE, FLAG_UPPER = 1, 2, 4, 8
FLAG_DIGIT, FLAG_BLOCK, FLAG_PUNCT = 16, 32, 64

# Attributes of a folded base character.
ATTR_FOLDS_MARKS, ATTR_UPPER, ATTR_POINT_MARK = 1, 2, 4

# A capitalised word of up to so many letters with a point right behind is an abbreviation ("Rep.", "Dr.", initials).
LONGEST_ABBREVIATION = 3

# A spaced word weighs 6; two Han or kana characters, or three Thai ones, weigh as much as one word.
WEIGHT_WORD, WEIGHT_HAN, WEIGHT_THAI = 6, 3, 2

TABLE_SIZE = 0x20000
_EXPANDED = 0x80000000
_PRIME = np.uint64(0x100000001B3)
_BASIS = np.uint64(0xCBF29CE484222325)
# Of eight bytes the first so many, and what takes back as many factors as the others have multiplied a hash by.
_FIRST = np.array([256**count - 1 for count in range(9)], np.uint64)
_TOO_OFTEN = np.array([pow(int(_PRIME), count - 8, 2**64) for count in range(9)], np.uint64)
_MIX1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX2 = np.uint64(0xC4CEB9FE1A85EC53)


@kernel
def mix64(h: Any) -> Any:
    """Return the finaliser of MurmurHash3 (a bijection on 64 bits; public domain, Appleby 2011)."""
    h ^= h >> np.uint64(33)
    h *= _MIX1
    h ^= h >> np.uint64(33)
    h *= _MIX2
    return h ^ (h >> np.uint64(33))


@helper
def _decode(data: Any, i: int) -> Any:
    """Return the code point at byte `i` of valid UTF-8 and the byte after it."""
    b = np.int64(data[i])
    if b < 0x80:
        return b, i + 1
    if b < 0xE0:
        return (b & 0x1F) << 6 | (np.int64(data[i + 1]) & 0x3F), i + 2
    if b < 0xF0:
        high = (b & 0x0F) << 12 | (np.int64(data[i + 1]) & 0x3F) << 6
        return high | (np.int64(data[i + 2]) & 0x3F), i + 3
    high = (b & 0x07) << 18 | (np.int64(data[i + 1]) & 0x3F) << 12
    return high | (np.int64(data[i + 2]) & 0x3F) << 6 | (np.int64(data[i + 3]) & 0x3F), i + 4


@helper
def _class_of(cp: int, classes: Any) -> Any:
    if cp < TABLE_SIZE:
        return np.int64(classes[cp])
    if cp < 0x40000:
        return HAN
    return IGNORED if 0xE0000 <= cp < 0xE0200 else SEPARATOR


@helper
def _joins_next_line(data: Any, i: int, stop: int, classes: Any, attributes: Any) -> int:
    """Return the byte where a word broken by a hyphen at a line end goes on, or -1."""
    lines, before = 0, 0
    while i < stop:
        cp, after = _decode(data, i)
        c = _class_of(cp, classes)
        if c == NEWLINE:
            # CR LF is one line end
            lines += cp != 10 or before != 13
            before = cp
        elif c != SPACE:
            goes_on = c == LETTER and lines == 1 and not (attributes[cp] & ATTR_UPPER)
            return i if goes_on else -1
        i = after
    return -1


@helper
def _hash_char(h: Any, cp: int, folds: Any, expansions: Any, tables: Any) -> Any:
    """Add the folded form of `cp` to the running hash; return it and the last base character."""
    folded = np.int64(folds[cp]) if cp < TABLE_SIZE else cp
    if folded < _EXPANDED:
        return (h ^ np.uint64(folded)) * _PRIME, folded
    at = folded - _EXPANDED
    last = np.int64(0)
    for k in range(np.int64(expansions[at])):
        last = np.int64(expansions[at + 1 + k])
        h = (h ^ np.uint64(last)) * _PRIME
    return h, last


@helper
def _is_letter(b: Any) -> Any:
    """Return whether a byte is an ASCII letter."""
    return 97 <= (b | 32) <= 122


@helper
def _words(h: Any, data: Any, i: Any, at: Any, stop: Any, n: Any, out: Any) -> Any:
    """Read on in token `n` from an ASCII letter at byte `i`, then whole words of such letters behind one space each,
    or a comma and a space.

    Returns the running hash, the last base character, the byte behind the last word, the code points read, and the
    number of that word, which is open.
    """
    hashes, starts, ends, flags, weights = out
    # unsigned, as numbers that may be negative are looked at twice
    byte, end, one, open_ = np.uint64(i), np.uint64(stop), np.uint64(1), np.uint64(n)
    behind = at - i  # each byte is a code point
    while True:
        count = eights.SIZE
        while count == eights.SIZE and byte + eights.SIZE <= np.uint64(len(data)):
            eight = eights.load(data, byte)
            count = min(eights.before(eights.no_letters(eight)), end - byte)
            byte += count
            # zeros stand for what is no letter any more: each multiplies the hash once too often
            eight = (eight | eights.SMALL) & _FIRST[count]
            for place in range(8):
                h = (h ^ (eight >> np.uint64(8 * place) & np.uint64(0xFF))) * _PRIME
            h *= _TOO_OFTEN[count]
        if count == eights.SIZE:
            while byte < end and _is_letter(data[byte]):
                h = (h ^ np.uint64(data[byte] | 32)) * _PRIME
                byte += one
        ends[open_] = np.int64(byte) + behind
        first, flag = byte + one, 0
        if byte < end and data[byte] == 44:
            first, flag = first + one, FLAG_PUNCT
        if first >= end or data[first - one] != 32 or not _is_letter(data[first]):
            return h, np.int64(data[byte - one] | 32), np.int64(byte), np.int64(byte) + behind, np.int64(open_)
        hashes[open_] = np.uint32(mix64(h) & np.uint64(0xFFFFFFFF))
        h = _BASIS
        open_ += one
        starts[open_] = np.int64(first) + behind
        flags[open_] = flag if data[first] & 32 else flag | FLAG_UPPER
        weights[open_] = WEIGHT_WORD
        byte = first


@helper
def read(data: Any, i: Any, stop: Any, tables: Any, out: Any, n: Any) -> Any:
    """Write the tokens of the text at `i:stop` of `data` to `out` from place `n` on; return the place behind the last.

    `tables` are those of `CharacterTables`, in its order; `out` has hashes, starts, ends, flags and weights, with room
    for a token each two bytes.
    """
    classes, attributes, folds, expansions = tables
    hashes, starts, ends, flags, weights = out
    before = n
    at = 0  # code points read
    blank = 2
    between = FLAG_LINE | FLAG_SENTENCE | FLAG_BLOCK
    kind = SEPARATOR  # of the open token; SEPARATOR when none is open
    h, base = _BASIS, 0
    after_digit = False
    while i < stop:
        # most bytes are of ASCII words, with one space between them
        if (kind == LETTER or kind == SEPARATOR) and _is_letter(data[i]):
            if kind == SEPARATOR:
                kind, h = LETTER, _BASIS
                starts[n], weights[n] = at, WEIGHT_WORD
                flags[n] = between if data[i] & 32 else between | FLAG_UPPER
            h, base, i, at, n = _words(h, data, i, at, stop, n, out)
            after_digit = False
            continue
        cp, after = _decode(data, i)
        c = _class_of(cp, classes)
        if c == MARK or c == IGNORED:
            if kind != SEPARATOR and c == MARK:
                # table index 0 has no attribute, so characters beyond the table keep their marks
                folds_marks = base < TABLE_SIZE and attributes[base] & ATTR_FOLDS_MARKS
                if not (folds_marks or attributes[cp] & ATTR_POINT_MARK):
                    h, _ = _hash_char(h, cp, folds, expansions, attributes)
                ends[n] = at + 1
            resume = -1
            if kind == LETTER and cp == 0xAD:
                resume = _joins_next_line(data, after, stop, classes, attributes)
            i = after
            at += 1
            while i < resume:
                _, i = _decode(data, i)
                at += 1
            continue
        if kind == LETTER:
            if c == APOSTROPHE or (c == POINT and after_digit):
                # stays inside a word when the next character goes on with it
                if after < stop:
                    following, _ = _decode(data, after)
                    f = _class_of(following, classes)
                    if (c == APOSTROPHE and f == LETTER) or (c == POINT and f == DIGIT):
                        if c == POINT:
                            h = (h ^ np.uint64(46)) * _PRIME
                        after_digit = False
                        i = after
                        at += 1
                        continue
            elif c == HYPHEN and not after_digit:
                resume = _joins_next_line(data, after, stop, classes, attributes)
                if resume >= 0:
                    while i < resume:
                        _, i = _decode(data, i)
                        at += 1
                    continue
        opens = c == LETTER or c == DIGIT or c == HAN or c == THAI or c == EMOJI
        if kind != SEPARATOR and not (kind == LETTER and (c == LETTER or c == DIGIT)):
            hashes[n] = np.uint32(mix64(h) & np.uint64(0xFFFFFFFF))
            n += 1
            kind = SEPARATOR
            between = 0
            blank = 0
        if opens:
            if kind == SEPARATOR:
                kind = LETTER if c == DIGIT else c
                h = _BASIS
                starts[n] = at
                upper = cp < TABLE_SIZE and attributes[cp] & ATTR_UPPER
                flags[n] = between | (FLAG_UPPER if upper else 0)
                weights[n] = WEIGHT_WORD if kind == LETTER else WEIGHT_THAI if kind == THAI else WEIGHT_HAN
            after_digit = c == DIGIT
            if after_digit:
                flags[n] |= FLAG_DIGIT
            h, base = _hash_char(h, cp, folds, expansions, attributes)
            ends[n] = at + 1
        elif c == NEWLINE:
            blank += cp != 13
            between |= FLAG_LINE | (FLAG_BLOCK if blank > 1 or cp == 0x2029 else 0)
        elif c == QUOTE:
            between |= FLAG_QUOTE
        elif c == STOP or c == POINT:
            short = n > before and ends[n - 1] == at and at - starts[n - 1] <= LONGEST_ABBREVIATION
            if not (cp == 46 and short and flags[n - 1] & FLAG_UPPER):
                between |= FLAG_PUNCT
                if c == STOP or cp == 46:
                    between |= FLAG_SENTENCE
        elif c != SPACE:
            between |= FLAG_PUNCT
        i = after
        at += 1
    if kind != SEPARATOR:
        hashes[n] = np.uint32(mix64(h) & np.uint64(0xFFFFFFFF))
        n += 1
    return n


@kernel
def tokenize(data: Any, bounds: Any, tables: Any) -> Any:
    """Read texts that stand one after the other in `data` (uint8, valid UTF-8) at `bounds` (int64, n + 1).

    `tables` as of `read`. Returns token hashes (uint32), starts and ends (int32, code points of each text), flags and
    weights (uint8), and the token bounds of the texts (int64, n + 1).
    """
    room = len(data) // 2 + len(bounds) + 1
    hashes, starts, ends = np.empty(room, np.uint32), np.empty(room, np.int32), np.empty(room, np.int32)
    flags, weights = np.empty(room, np.uint8), np.empty(room, np.uint8)
    token_bounds = np.zeros(len(bounds), np.int64)
    n = 0
    for d in range(len(bounds) - 1):
        n = read(data, bounds[d], bounds[d + 1], tables, (hashes, starts, ends, flags, weights), n)
        token_bounds[d + 1] = n
    return (
        hashes[:n].copy(),
        starts[:n].copy(),
        ends[:n].copy(),
        flags[:n].copy(),
        weights[:n].copy(),
        token_bounds,
    )
