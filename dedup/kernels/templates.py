"""Words in a row that several pages of one family have: where they stand, and which of them belong together."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown_rows
from dedup.kernels.jit import helper, kernel
from dedup.kernels.shingles import shingle_text
from dedup.kernels.tokens import FLAG_LINE, WEIGHT_WORD

# Words up to which what is left of a line belongs to the run in it.
_REST = 4


@helper
def _root(of: Any, i: int) -> int:
    """Return what stands for the set of `i`."""
    while of[i] != i:
        of[i] = of[of[i]]
        i = of[i]
    return i


@kernel
def _slot(keys: Any, mask: Any, key: Any) -> Any:
    """Return where a key is, or belongs, in a table of open addresses; 0 is an empty place."""
    at = np.int64(key & mask)
    while keys[at] != 0 and keys[at] != key:
        at = (at + 1) & np.int64(mask)
    return at


@helper
def _to_line(flags: Any, weights: Any, low: int, high: int, start: int, end: int) -> Any:
    """Return a span of tokens in `low:high` with what is left of its line on either side, where that is little."""
    first, weight = start, 0
    while first > low and not flags[first] & FLAG_LINE and weight <= _REST * WEIGHT_WORD:
        first -= 1
        weight += weights[first]
    if weight <= _REST * WEIGHT_WORD:
        start = first
    last, weight = end, 0
    while last < high and not flags[last] & FLAG_LINE and weight <= _REST * WEIGHT_WORD:
        weight += weights[last]
        last += 1
    if weight <= _REST * WEIGHT_WORD:
        end = last
    return start, end


@kernel
def recurring(hashes: Any, weights: Any, flags: Any, bounds: Any, pages: Any, size: int, limits: Any) -> Any:
    """Return the runs of words that several of `pages` have (int64, n x 4): text, first token, the one behind the last,
    and a number that runs with a shingle in common share.

    `pages` (int64) are texts at `bounds` (int64). A run is of shingles of `size` words that follow one another, each on
    at least `limits[0]` pages and on half to twice as many as the one before; it weighs at least `limits[1]`.
    """
    total, longest = 0, 0
    for d in pages:
        total += bounds[d + 1] - bounds[d]
        longest = max(longest, bounds[d + 1] - bounds[d])
    room = 16
    while room < 2 * total:
        room *= 2
    keys, mask = np.zeros(room, np.uint64), np.uint64(room - 1)
    counts, seen, owner = np.zeros(room, np.int32), np.full(room, -1, np.int64), np.full(room, -1, np.int64)
    shingles = np.empty(longest, np.uint64)
    for d in pages:
        low, high = bounds[d], bounds[d + 1]
        for i in range(shingle_text(hashes[low:high], weights[low:high], size, shingles)):
            at = _slot(keys, mask, shingles[i] | np.uint64(1))
            keys[at] = shingles[i] | np.uint64(1)
            counts[at] += seen[at] != d
            seen[at] = d
    group = np.empty(total + 1, np.int64)
    out = np.empty((256, 4), np.int64)
    opened, kept = 0, 0
    for d in pages:
        low, high = bounds[d], bounds[d + 1]
        number = shingle_text(hashes[low:high], weights[low:high], size, shingles)
        before, start, end, weight = np.int64(0), low, low, np.int64(0)
        last, free = np.int64(low), np.int64(low)
        for i in range(number + 1):
            at = _slot(keys, mask, shingles[i] | np.uint64(1)) if i < number else np.int64(-1)
            now = np.int64(counts[at]) if i < number else np.int64(0)
            now = now if now >= limits[0] else np.int64(0)
            if before and (now == 0 or now > 2 * before or before > 2 * now):
                for k in range(start, end):
                    weight += weights[k]
                a, b = _to_line(flags, weights, low, high, start, end)
                a = max(a, free)
                if weight >= limits[1] and a < b:
                    if kept == len(out):
                        out = grown_rows(out)
                    out[kept, 0], out[kept, 1], out[kept, 2], out[kept, 3] = d, a, b, opened - 1
                    free = b
                    kept += 1
                before = np.int64(0)
            if now:
                if before == 0:
                    group[opened] = opened
                    opened += 1
                    start, weight = low + i, np.int64(0)
                if owner[at] < 0:
                    owner[at] = opened - 1
                else:
                    group[_root(group, opened - 1)] = _root(group, owner[at])
                last = max(last, low + i)
                span = 0
                for k in range(low + i, last):
                    span += weights[k]
                while last < high and span < size * WEIGHT_WORD:
                    span += weights[last]
                    last += 1
                end = last
            before = now
    for r in range(kept):
        out[r, 3] = _root(group, out[r, 3])
    return out[:kept].copy()
