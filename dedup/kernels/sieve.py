"""Which hits are of pairs of texts whose chains may weigh enough, told from the exact runs at the hits."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel
from dedup.kernels.seeds import document_at
from dedup.kernels.surroundings import UNKNOWN

# Tokens to either side of a hit that its run is followed.
FARTHEST = 255
# Places between two that have their text noted among those of a block, and hits that are looked up at a time.
STEP, AT_ONCE = 64, 1024
# Of a hit: the word before it is the same on both sides, and the word at it is.
_BEFORE, _AT = 1, 2
# What is known of a pair of texts: what all its runs weigh, and those of its last stretch; where that begins on the
# right, and where it ends; drift and left end of the last run.
_TOTAL, _WEIGHS, _BEGIN, _END, _DRIFT, _LEFT_END = range(6)
_NEVER = -(1 << 62)


@helper
def same(a: Any, b: Any, hashes: Any) -> Any:
    """Return which of the word before a hit, whose places (uint64) are among all tokens, and that at it are the same on
    both sides."""
    one = np.uint64(1)
    before = a > 0 and hashes[a - one] == hashes[b - one]
    return np.uint8(_BEFORE * before | _AT * (hashes[a] == hashes[b]))


@helper
def run_around(a: Any, b: Any, alike: Any, mass: Any, hashes: Any, masses: Any, least: Any) -> Any:
    """Return what the exact run at a hit weighs (1/256 nat), how many tokens before the hit it begins, and how many
    behind it ends.

    The places (uint64) are among all tokens; `alike` is as of `same`, `mass` what the word at the hit weighs. A run is
    followed until it weighs `least`, and one that goes on for `FARTHEST` tokens to either side weighs `UNKNOWN`. It is
    not cut at the ends of texts, which only adds to it.
    """
    # places without sign need no look at whether they count from the end: a quarter of the time
    size, farthest, one = np.uint64(len(hashes)), np.uint64(FARTHEST), np.uint64(1)
    total: Any = np.int64(0)
    far: Any = one
    k: Any = np.uint64(0)
    if alike & _AT:
        total, k = np.int64(mass), one
        while k <= farthest and total < least and b + k < size and hashes[a + k] == hashes[b + k]:
            total += np.int64(masses[a + k])
            k += one
    if alike & _BEFORE:
        while far <= a and far <= farthest and total < least and hashes[a - far] == hashes[b - far]:
            total += np.int64(masses[a - far])
            far += one
    if far > farthest or k > farthest:
        total = np.int64(UNKNOWN)
    return total, np.int64(far) - 1, np.int64(k)


@helper
def _take(known: Any, s: int, a: Any, b: Any, word: Any, tokens: Any, limits: Any) -> int:
    """Add the run at a hit to what is known of a pair of texts; `word` is what `same` says and the mass there. Returns
    1 where the pair may have a chain from now on, else 0."""
    row, drift, place = known[s], np.int64(b) - np.int64(a), np.int64(a)
    if row[_WEIGHS] >= limits[0] or (row[_DRIFT] == drift and place < row[_LEFT_END]):
        return 0
    weighs, back, ahead = run_around(a, b, word[0], word[1], tokens[0], tokens[1], limits[0])
    begin = np.int64(b) - back
    if begin > row[_END] + limits[1]:
        row[_WEIGHS], row[_BEGIN] = 0, begin
    elif begin < row[_BEGIN]:
        # what begins before the stretch may follow a run of an earlier one: all count together
        row[_WEIGHS], row[_BEGIN] = row[_TOTAL], begin
    row[_TOTAL] += weighs
    row[_WEIGHS] += weighs
    row[_END] = max(row[_END], np.int64(b) + ahead)
    row[_DRIFT], row[_LEFT_END] = drift, place + ahead
    return int(row[_WEIGHS] >= limits[0])


@helper
def _look_up(records: Any, part: Any, bits: Any, block: Any, tokens: Any, found: Any) -> None:
    """Write to `found` of each of some hits its left text, what `same` says of it, and the mass of the word there.

    Nothing here depends on what was read before, so that the processor waits for many places in memory at once.
    """
    texts, alike, mass = found
    start, starts, firsts = block
    one = np.uint64(1)
    mask = (one << bits) - one
    for i in range(part[0], part[1]):
        at = np.int64(records[i] & mask)
        a, b = np.uint64(at + start), records[i] >> bits
        d = firsts[at // STEP]
        while starts[d + 1] <= at:
            d += 1
        k = i - part[0]
        texts[k], alike[k], mass[k] = d, same(a, b, tokens[0]), tokens[1][a]


@kernel
def sifted(records: Any, left_bits: int, block: Any, bounds: Any, firsts: Any, tokens: Any, limits: Any) -> Any:
    """Return the hits of one block (uint64, as of `seeds.scatter_hits`, sorted) that are of pairs of texts whose chains
    may weigh `limits[0]` (1/256 nat), and how many pairs are not.

    `block` is its first token, where its texts begin and the last one ends, counted from there, and the texts of every
    `STEP`-th place; `bounds` and `firsts` are those of all texts (as of `seeds.first_documents`), `tokens` the hashes
    and masses of all tokens, which are read in order of the right place as they stand in memory. A chain weighs at
    most what its runs do, which follow one another with gaps of at most `limits[1]` tokens: so only runs of one stretch
    of the right text count together. Hits within the last run are not looked at, nor any of a pair that may have a
    chain.
    """
    n, bits = len(records), np.uint64(left_bits)
    mask = (np.uint64(1) << bits) - np.uint64(1)
    out, count, dropped = np.empty(n, np.uint64), 0, 0
    found = np.empty(AT_ONCE, np.int32), np.empty(AT_ONCE, np.uint8), np.empty(AT_ONCE, np.uint16)
    low, high = 0, 0  # of those that were looked up
    # a small table for each right text: left texts, and what is known of each
    lefts, known, slots = np.empty(16, np.int64), np.empty((16, 6), np.int64), np.empty(8, np.int64)
    first, right = 0, 0
    left: Any = 0
    while first < n:
        place = np.int64(records[first] >> bits)
        if bounds[right + 1] <= place:
            right = document_at(place, bounds, firsts)
        behind = np.uint64(bounds[right + 1]) << bits
        end = first + 1
        while end < n and records[end] < behind:
            end += 1
        room = 16
        while room < 2 * (end - first):
            room *= 2
        if room > len(lefts):
            lefts, known, slots = np.empty(room, np.int64), np.empty((room, 6), np.int64), np.empty(room, np.int64)
        for s in range(room):
            lefts[s] = -1
        for i in range(first, end):
            if i >= high:
                low, high = i, min(n, i + AT_ONCE)
                _look_up(records, (low, high), bits, block, tokens, found)
            left = np.int64(found[0][i - low])
            s = (left * 0x9E3779B1 >> 12) & (room - 1)
            while lefts[s] >= 0 and lefts[s] != left:
                s = (s + 1) & (room - 1)
            slots[i - first] = s
            if lefts[s] < 0:
                lefts[s] = left
                dropped += 1
                known[s, _TOTAL], known[s, _WEIGHS], known[s, _BEGIN], known[s, _END] = 0, 0, _NEVER, _NEVER
                known[s, _LEFT_END] = _NEVER
            a, b = (records[i] & mask) + np.uint64(block[0]), records[i] >> bits
            dropped -= _take(known, s, a, b, (found[1][i - low], found[2][i - low]), tokens, limits)
        for i in range(first, end):
            if known[slots[i - first], _WEIGHS] >= limits[0]:
                out[count] = records[i]
                count += 1
        first = end
    return out[:count].copy(), dropped
