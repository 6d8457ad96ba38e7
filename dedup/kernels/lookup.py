"""Keys looked for in sorted blocks of hashes."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown
from dedup.kernels.jit import helper, kernel

# How far from where an even spread puts a key it is looked for first: three standard deviations among 512 keys.
# As many steps leave nothing of what is that near; and keys are looked for together, so many at a time.
NEAR, NEAR_STEPS, TILE = 32, 7, 256


@helper
def _first_not_less(view: Any, block: int, n: int, key: Any, guess: int) -> int:
    """Return where `key` would be put before its equals among the first `n` sorted values of a block, looking near a
    guess."""
    low, high, step = max(guess - NEAR, 0), min(guess + NEAR, n), NEAR
    while low > 0 and view[block, low - 1] >= key:
        step *= 2
        low, high = max(low - step, 0), low
    while high < n and view[block, high] < key:
        step *= 2
        low, high = high + 1, min(high + step, n)
    # without a branch on the values, which would be guessed wrong at every other step
    size = high - low
    while size > 0:
        half = size >> 1
        less = view[block, low + half] < key
        low += half + 1 if less else 0
        size = size - half - 1 if less else half
    return low


@helper
def _first_greater(view: Any, block: int, n: int, key: Any, start: int) -> int:
    """Return where `key` would be put behind its equals, of which the first would stand at `start`."""
    high, step = start, 1
    low = start
    while high < n and view[block, high] == key:
        low, high = high + 1, high + step
        step *= 2
    high = min(high, n)
    while low < high:
        middle = (low + high) >> 1
        if view[block, middle] == key:
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
def _nearest(keys: Any, view: Any, records: int, blocks: Any, low: Any, size: Any) -> None:
    """Write to `low` where each key would be put before its equals in its block, looking near a guess that stands there
    (int64 all; `size` is room).

    All keys take one step before any takes the next: what they read does not depend on one another and comes at once,
    where one key after the other would wait for memory at every step.
    """
    width = view.shape[1]
    for k in range(len(keys)):
        n = min(width, records - blocks[k] * width)
        guess = low[k]
        low[k] = max(guess - NEAR, 0)
        size[k] = min(guess + NEAR, n) - low[k]
    for _ in range(NEAR_STEPS):
        for k in range(len(keys)):
            half = size[k] >> 1
            # without a branch on the values, which would be guessed wrong at every other step
            less = (size[k] > 0) & (view[blocks[k], min(low[k] + half, width - 1)] < keys[k])
            low[k] += half + 1 if less else 0
            size[k] = size[k] - half - 1 if less else half
    for k in range(len(keys)):
        n = min(width, records - blocks[k] * width)
        row = view[blocks[k]]
        if (low[k] > 0 and row[low[k] - 1] >= keys[k]) or (low[k] < n and row[low[k]] < keys[k]):
            low[k] = _first_not_less(view, blocks[k], n, keys[k], low[k])


@helper
def _blocks_of(keys: Any, fences: Any, ends: Any, width: int, before: Any, blocks: Any, low: Any) -> None:
    """Write to `before` the last block whose first key is below each key, or -1, to `blocks` the last one that begins
    with the key, or else the same, and to `low` where in that one an even spread puts the key (int64 all)."""
    fences, cells, shift = fences
    n, a = len(fences), 0
    per_key = 1.0 / np.float64(np.uint64(1) << shift)
    for k in range(len(keys)):
        key = np.uint64(keys[k])
        cell = np.int64(key >> shift)
        part = np.float64(key - (np.uint64(cell) << shift)) * per_key
        guess: Any = np.int64(cells[cell]) + np.int64(part * np.float64(cells[cell + 1] - cells[cell]))
        # keys of many texts are near the one before; those of one text are far apart
        a = _block_before(fences, key, max(a, 0) if abs(guess - a) <= 2 else guess)
        b = a
        while b + 1 < n and fences[b + 1] == key:
            b += 1
        before[k], blocks[k], low[k] = a, b, 0
        if b < 0:
            # below everything: nothing stands before the first block either
            before[k], blocks[k] = 0, 0
            continue
        least, most = fences[b], fences[b + 1] if b + 1 < n else ends[1]
        part = np.float64(key - least) / (np.float64(most - least) + 1.0)
        low[k] = int(min(part, 1.0) * (min(width, ends[0] - b * width) - 1))


@kernel
def search(keys: Any, view: Any, fences: Any, checked: Any, ends: Any, low: Any, high: Any) -> Any:
    """Write to `low` and `high` (int64 each) where each key would be put before and behind its equals.

    `view` (blocks x records of a block) are sorted keys; `fences` the first key of each block (uint64), the block that
    the keys of each cell begin with (int32, cells + 1) and how many bits of a key stand below the number of its cell;
    `ends` how many records there are, and the last key. Keys are hashes, so a key is looked for where an even spread
    within its cell puts it; it is quick when they come in order. Blocks that are not `checked` (bool) are not read:
    returned are those that are needed (int64), and only when there are none have all keys been looked for.
    """
    width = view.shape[1]
    missing = np.empty(2 * len(keys), np.int64)
    n_missing = 0
    before, blocks, size = np.empty(TILE, np.int64), np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    for first in range(0, len(keys), TILE):
        some, start = keys[first : first + TILE], low[first : first + TILE]
        _blocks_of(some, fences, ends, width, before, blocks, start)
        for k in range(len(some)):
            if not (checked[blocks[k]] and checked[max(before[k], 0)]):
                missing[n_missing], missing[n_missing + 1] = max(before[k], 0), blocks[k]
                n_missing += 2
        if n_missing:
            continue
        _nearest(some, view, ends[0], blocks, start, size)
        for k in range(len(some)):
            b, a = blocks[k], before[k]
            n = min(width, ends[0] - b * width)
            high[first + k] = b * width + _first_greater(view, b, n, some[k], start[k])
            start[k] += b * width
            if a < b:
                start[k] = a * width + _first_not_less(view, a, width, some[k], width - 1) if a >= 0 else 0
    return missing[:n_missing].copy()


@kernel
def unchecked(low: Any, high: Any, size: int, checked: Any) -> Any:
    """Return the blocks (int64) of `size` records that records `[low, high)` stand in and that are not `checked`."""
    out = np.empty(16, np.int64)
    n = 0
    for i in range(len(low)):
        if low[i] < high[i]:
            for block in range(low[i] // size, (high[i] - 1) // size + 1):
                if not checked[block]:
                    if n == len(out):
                        out = grown(out)
                    out[n] = block
                    n += 1
    return out[:n].copy()


@helper
def _first_from(view: Any, low: int, high: int, shift: int, wanted: int) -> int:
    """Return the first of the records `[low, high)` whose value, its lowest `shift` bits left out, is not below."""
    size = view.shape[1]
    while low < high:
        middle = (low + high) >> 1
        if np.int64(view[middle // size, middle % size]) >> shift < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def narrow(view: Any, low: Any, high: Any, keys: Any, wanted: Any, shift: int) -> None:
    """Leave of the records `[low, high)` of some `keys` (int64 each) those whose value agrees with `wanted` (int64 a
    key) in all but the lowest `shift` bits.

    `view` (blocks x records of a block) has the values, in order within a key.
    """
    for key in keys:
        value = wanted[key] >> shift
        low[key] = _first_from(view, low[key], high[key], shift, value)
        high[key] = _first_from(view, low[key], high[key], shift, value + 1)


@kernel
def limit(low: Any, high: Any, keys: Any, most: int) -> None:
    """Leave of the records `[low, high)` (int64, parts x keys) of some `keys` at most `most`: those of the first
    parts."""
    for key in keys:
        room = most
        for p in range(len(low)):
            high[p, key] = min(high[p, key], low[p, key] + room)
            room -= high[p, key] - low[p, key]
