"""Keys looked for in sorted blocks of hashes."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown
from dedup.kernels.jit import helper, kernel

# Keys of a block that stand together, of which the first is kept at hand: two lines of memory of four bytes each.
LINE = 32
# Keys that are looked for together.
TILE = 256


@helper
def _lines_below(tops: Any, block: int, key: Any) -> int:
    """Return how many lines of a block begin below `key`. Without a branch, which would be guessed wrong."""
    n = 0
    for line in range(tops.shape[1]):
        n += tops[block, line] < key
    return n


@helper
def _lines_up_to(tops: Any, block: int, key: Any) -> int:
    """Return how many lines of a block begin with `key` or below it."""
    n = 0
    for line in range(tops.shape[1]):
        n += tops[block, line] <= key
    return n


@helper
def _below(keys: Any, first: Any, key: Any) -> Any:
    """Return how many keys of the line that begins at `first` (unsigned) are below `key`."""
    n = np.uint32(0)
    for i in range(np.uint64(LINE)):
        n += np.uint32(1) if keys[first + i] < key else np.uint32(0)
    return n


@helper
def _up_to(keys: Any, first: Any, key: Any) -> Any:
    """Return how many keys of the line that begins at `first` (unsigned) are `key` or below it."""
    n = np.uint32(0)
    for i in range(np.uint64(LINE)):
        n += np.uint32(1) if keys[first + i] <= key else np.uint32(0)
    return n


@helper
def _in_last(keys: Any, first: int, n: int, key: Any, behind: bool) -> int:
    """Return where `key` would be put before its equals, or `behind` them, among `n` sorted keys from `first` on."""
    low, high = 0, max(n, 0)
    while low < high:
        middle = (low + high) >> 1
        if keys[first + middle] < key or (behind and keys[first + middle] == key):
            low = middle + 1
        else:
            high = middle
    return low


@helper
def _block_before(fences: Any, key: Any, guess: int) -> int:
    """Return the last block whose first key is below `key`, or -1, looking near a guess."""
    n = len(fences)
    if guess < n and fences[guess] < key:
        low, step = guess, 1
        high = guess + 1
        while high < n and fences[high] < key:
            low, high = high, high + step
            step *= 2
        high = min(high, n)
    else:
        low, high = -1, min(guess, n)
    while high - low > 1:
        middle = (low + high) >> 1
        if fences[middle] < key:
            low = middle
        else:
            high = middle
    return low


@helper
def _guesses(keys: Any, fences: Any, out: Any) -> Any:
    """Write to `out` (int64) in which block an even spread within its cell puts each key; return what says nothing, but
    was read where it will be looked for."""
    fences, cells, shift = fences
    last = len(fences) - 1
    per_key, seen = 1.0 / np.float64(np.uint64(1) << shift), np.uint64(0)
    for k in range(len(keys)):
        key = np.uint64(keys[k])
        cell = key >> shift
        part = np.float64(key - (cell << shift)) * per_key
        least, most = np.int64(cells[cell]), np.int64(cells[cell + np.uint64(1)])
        out[k] = least + np.int64(part * np.float64(most - least))
        seen ^= fences[np.uint64(min(out[k], last))]
    return seen


@helper
def _blocks_of(keys: Any, fences: Any, guesses: Any, before: Any, blocks: Any) -> None:
    """Write to `before` the last block whose first key is below each key, and to `blocks` the last one that begins with
    the key, or else the same (int64 both); the first block where there is none."""
    n, a = len(fences), 0
    for k in range(len(keys)):
        key, guess = np.uint64(keys[k]), guesses[k]
        # keys of many texts are near the one before; those of one text are far apart
        a = _block_before(fences, key, max(a, 0) if abs(guess - a) <= 2 else guess)
        b = a
        while b + 1 < n and fences[b + 1] == key:
            b += 1
        before[k], blocks[k] = max(a, 0), max(b, 0)


@kernel
def search(keys: Any, held: Any, fences: Any, checked: Any, records: int, low: Any, high: Any) -> Any:
    """Write to `low` and `high` (int64 each) where each key would be put before and behind its equals.

    `held` are the sorted keys (one array), how many stand in a block and how far its first one is from that of the next
    block, and the first key of each `LINE` keys of a block (blocks x lines, the largest of all where there are no
    more). `fences` are the first key of each block (uint64), the block that the keys of each cell begin with (int32,
    cells + 1) and how many bits of a key stand below the number of its cell. Keys are hashes, so a block is looked for
    where an even spread within its cell puts it; it is quick when they come in order. Blocks that are not `checked`
    (bool) are not read: returned are those that stand between (int64), and only when there are none have all keys been
    looked for.
    """
    held, width, stride, tops = held
    missing = np.empty(64, np.int64)
    n_missing, seen = 0, np.uint64(0)
    # the last block may not be full
    last, left = len(tops) - 1, records - (len(tops) - 1) * width
    before, blocks = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    lines, ends = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    for first in range(0, len(keys), TILE):
        some, least, most = keys[first : first + TILE], low[first : first + TILE], high[first : first + TILE]
        # what is read here and there first, and not asked about, comes at once for many keys
        seen ^= _guesses(some, fences, lines)
        _blocks_of(some, fences[0], lines, before, blocks)
        for k in range(len(some)):
            seen ^= np.uint64(tops[before[k], 0])
            for block in range(before[k], blocks[k] + 1):
                if not checked[block]:
                    if n_missing == len(missing):
                        missing = grown(missing)
                    missing[n_missing] = block
                    n_missing += 1
        if n_missing:
            continue
        for k in range(len(some)):
            lines[k] = LINE * max(_lines_below(tops, before[k], some[k]) - 1, 0)
            ends[k] = LINE * max(_lines_up_to(tops, blocks[k], some[k]) - 1, 0)
        for k in range(len(some)):
            seen ^= np.uint64(held[np.uint64(before[k] * stride + lines[k])])
            seen ^= np.uint64(held[np.uint64(blocks[k] * stride + ends[k])])
        missing[0] = np.int64(seen)
        for k in range(len(some)):
            a, b = before[k], blocks[k]
            least[k] = a * width + lines[k] + _below(held, np.uint64(a * stride + lines[k]), some[k])
            most[k] = b * width + ends[k] + _up_to(held, np.uint64(b * stride + ends[k]), some[k])
        for k in range(len(some) if left < width else 0):
            if before[k] == last:
                least[k] = last * width + _in_last(held, last * stride, left, some[k], False)
            if blocks[k] == last:
                most[k] = last * width + _in_last(held, last * stride, left, some[k], True)
    return missing[:n_missing].copy()


@helper
def value_of(column: Any, record: int) -> Any:
    """Return a value of a column: all blocks as one array, how many bits of a record's number stand below that of its
    block, how far the first of a block is from that of the next, and where the first of all stands."""
    values, bits, stride, first = column
    block = record >> bits
    return values[np.uint64(block * stride + first + record - (block << bits))]


@helper
def _shifted(column: Any, record: int, shift: int) -> Any:
    """Return the value of a record, its lowest `shift` bits left out."""
    return np.int64(value_of(column, record)) >> shift


@helper
def _first_from(column: Any, low: int, high: int, shift: int, wanted: int) -> int:
    """Return the first of the records `[low, high)` whose value, its lowest `shift` bits left out, is not below."""
    while low < high:
        middle = (low + high) >> 1
        if _shifted(column, middle, shift) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@helper
def _lower_bounds(column: Any, keys: Any, wanted: Any, shift: int, at: Any, left: Any) -> None:
    """Move `at` to the first of `left` records (int64 each) of each key whose value, its lowest `shift` bits left out,
    is not below that of `wanted`. All keys take each step together, so that what they read comes at once."""
    most = 0
    for k in range(len(keys)):
        most = max(most, left[k])
    while most:
        for k in range(len(keys)):
            half = left[k] >> 1
            # where none is left what stands before is read, and does not count
            middle = max(at[k] + half - (left[k] == 0), 0)
            below = np.int64(left[k] > 0) & np.int64(_shifted(column, middle, shift) < wanted[keys[k]] >> shift)
            at[k] += below * (half + 1)
            left[k] = half + below * (left[k] - 2 * half - 1)
        most >>= 1


@kernel
def narrow(column: Any, low: Any, high: Any, keys: Any, wanted: Any, shift: int) -> None:
    """Leave of the records `[low, high)` of some `keys` (int64 each) those whose value agrees with `wanted` (int64 a
    key) in all but the lowest `shift` bits.

    `column` (see `value_of`) has the values, in order within a key.
    """
    at, left = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    for first in range(0, len(keys), TILE):
        some = keys[first : first + TILE]
        for k in range(len(some)):
            at[k], left[k] = low[some[k]], high[some[k]] - low[some[k]]
        _lower_bounds(column, some, wanted, shift, at, left)
        for k in range(len(some)):
            key, step = some[k], 1
            value, start, end = wanted[key] >> shift, at[k], high[key]
            # few agree, so the end is looked for from here, in steps that double
            while start + step <= end and _shifted(column, start + step - 1, shift) == value:
                start += step
                step *= 2
            low[key], high[key] = at[k], _first_from(column, start, min(start + step, end), shift, value + 1)


@kernel
def frequent(low: Any, high: Any, keys: Any, most: int) -> Any:
    """Return which of the `keys` (int64) have more than so many records `[low, high)` (int64, parts x keys)."""
    out, n = np.empty(len(keys), np.int64), 0
    for key in keys:
        count = 0
        for p in range(len(low)):
            count += high[p, key] - low[p, key]
        if count > most:
            out[n] = key
            n += 1
    return out[:n].copy()


@kernel
def limit(low: Any, high: Any, keys: Any, most: int) -> None:
    """Leave of the records `[low, high)` (int64, parts x keys) of some `keys` at most `most`: those of the first
    parts."""
    for key in keys:
        room = most
        for p in range(len(low)):
            high[p, key] = min(high[p, key], low[p, key] + room)
            room -= high[p, key] - low[p, key]


@kernel
def starts_of(low: Any, high: Any) -> Any:
    """Return where the records `[low, high)` (int64, parts x keys) of each key begin when those of all parts stand key
    by key (int64, keys + 1)."""
    starts = np.zeros(low.shape[1] + 1, np.int64)
    for p in range(len(low)):
        for k in range(low.shape[1]):
            starts[k + 1] += high[p, k] - low[p, k]
    for k in range(low.shape[1]):
        starts[k + 1] += starts[k]
    return starts


@kernel
def ranged(keys: Any, bits: int) -> Any:
    """Return the places (int64) of keys (uint32) by the ranges of their highest `bits`, in each as they came, and where
    the places of each range begin (int64, ranges + 1)."""
    shift, n = np.uint64(32 - bits), 1 << bits
    edges, order = np.zeros(n + 1, np.int64), np.empty(len(keys), np.int64)
    for k in range(len(keys)):
        edges[np.uint64(keys[k]) >> shift] += 1
    total = 0
    for r in range(n + 1):
        total, edges[r] = total + edges[r], total
    at = edges.copy()
    for k in range(len(keys)):
        cell = np.uint64(keys[k]) >> shift
        order[at[cell]] = k
        at[cell] += 1
    return order, edges


@kernel
def placed(starts: Any, values: Any, order: Any, places: Any, out: Any) -> None:
    """Write the `values` of group k, `[starts[k], starts[k + 1])`, to `out` from `places[order[k]]` (int64) on."""
    for k in range(len(order)):
        at = places[order[k]]
        for i in range(starts[k], starts[k + 1]):
            out[at] = values[i]
            at += 1
