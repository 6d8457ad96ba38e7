"""What stands in the gaps of a chain and beyond its ends, aligned word by word."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel

# Reward of a matched word by its mass in nats: from 0.25 for a function word to 1 at 4 nats and above.
_LEAST_REWARD = 0.25
_FULL_MASS = 4.0 * 256.0
# Words looked at when an end is extended, and how far the two sides may drift in it.
REACH = 96
BAND = 12
_DIAGONAL, _UP, _LEFT = 1, 2, 3
_NEVER = -1e9


@helper
def reward(token_mass: Any) -> float:
    """Return what one matched word of this mass (1/256 nat) is worth, in words."""
    return _LEAST_REWARD + (1.0 - _LEAST_REWARD) * min(1.0, token_mass / _FULL_MASS)


@helper
def region(hashes: Any, masses: Any, at: Any, size: Any, step: int, costs: Any, work: Any, out: Any) -> int:
    """Align `size[0]` tokens from `at[0]` with `size[1]` from `at[1]`, read forward (step 1) or backward (-1).

    `costs` is (drop, cost of a word without partner; a replaced word costs as much as one lost word).
    With `drop` >= 0 the end is free: the best-scoring corner is taken and reading stops when a whole row is more than
    `drop` below it. Otherwise the path ends in the far corner. Writes matched pairs, in reading order, to `out`.
    """
    rows, columns = size[0], size[1]
    if rows == 0 or columns == 0:
        return 0
    a, b = at[0], at[1]
    score, trace, words = work
    drop, unmatched = costs
    free = drop >= 0
    band = BAND if free else max(rows, columns)
    for j in range(min(columns, band) + 1):
        score[0, j] = -unmatched * j
        trace[0, j] = _LEFT
    if band < columns:
        score[0, band + 1] = _NEVER
    best, best_i, best_j = 0.0, 0, 0
    one, read = np.uint64(1), 0
    for i in range(1, rows + 1):
        first, last = max(1, i - band), min(columns, i + band)
        while read < last:
            words[read] = hashes[b + read * step]
            read += 1
        before, here, ways = score[(i - 1) & 1], score[i & 1], trace[i]
        if i <= band:
            here[0] = -unmatched * i
            ways[0] = _UP
        else:
            here[first - 1] = _NEVER
        if i + band < columns:
            here[last + 1] = _NEVER
        word, gain = hashes[a + (i - 1) * step], reward(masses[a + (i - 1) * step])
        # what comes from the row before is told for several words at once
        for j in range(np.uint64(first), np.uint64(last + 1)):
            value = before[j - one] + (gain if words[j - one] == word else -unmatched)
            above = before[j] - unmatched
            here[j] = above if above > value else value
            ways[j] = _UP if above > value else _DIAGONAL
        row_best, value = _NEVER, here[first - 1]
        for j in range(first, last + 1):
            beside = value - unmatched
            value = here[j]
            if beside > value:
                value = here[j] = beside
                ways[j] = _LEFT
            row_best = max(row_best, value)
            if value > best:
                best, best_i, best_j = value, i, j
        if free and row_best < best - drop:
            break
    i, j = (best_i, best_j) if free else (rows, columns)
    count = 0
    while i > 0 or j > 0:
        way = trace[i, j]
        if way == _DIAGONAL:
            i -= 1
            j -= 1
            x, y = a + i * step, b + j * step
            if hashes[x] == hashes[y]:
                out[count, 0], out[count, 1] = x, y
                count += 1
        elif way == _UP:
            i -= 1
        else:
            j -= 1
    for k in range(count // 2):
        for c in range(2):
            out[k, c], out[count - 1 - k, c] = out[count - 1 - k, c], out[k, c]
    return count


@helper
def nothing_near(hashes: Any, masses: Any, at: Any, size: Any, step: int, costs: Any) -> int:
    """Return how many words `region` with a free end reads on the left and matches nothing, where that is sure at a
    glance, and -1 where it is not.

    Each row that has no match costs a step without one, and off the first diagonal one is taken in any case: what is
    matched up to a row gains nothing when it is worth no more than these. A row i is read when i - 1 - m such steps,
    m rows of those before having a match, cost at most `drop` and what was gained.
    """
    drop, unmatched = costs
    gained, matches, i = 0.0, 0, 0
    if unmatched < 1.0:
        return -1
    while i < size[0] and i <= (drop + gained) / unmatched + matches:
        x = hashes[at[0] + i * step]
        if i == 0 and size[1] > 0 and hashes[at[1]] == x:
            return -1
        first, last = max(0, i - BAND), min(size[1], i + BAND + 1)
        low = np.uint64(at[1] + first if step > 0 else at[1] - last + 1)
        found = np.uint32(0)
        # without a branch, and with places without sign, several words are compared at once
        for k in range(last - first):
            found |= np.uint32(hashes[low + np.uint64(k)] == x)
        if found:
            gained += reward(masses[at[0] + i * step])
            matches += 1
            if matches > 1 and gained > unmatched * max(1, i + 1 - matches) - 1e-6:
                return -1
        i += 1
    return i


@helper
def ends_here(run: Any, hashes: Any, masses: Any, low: Any, high: Any, costs: Any, work: Any) -> bool:
    """Say whether it is sure at a glance that a run alone (left place, right place, words) matches nothing beyond
    either of its ends; the other arguments are as of `align_chain`."""
    size, at = work[2][0], work[2][1]
    for side in range(2):
        at[side] = run[side] - 1
        size[side] = min(REACH, run[side] - low[side])
    if nothing_near(hashes, masses, at, size, -1, costs) < 0:
        return False
    for side in range(2):
        at[side] = run[side] + run[2]
        size[side] = min(REACH, high[side] - at[side])
    return bool(nothing_near(hashes, masses, at, size, 1, costs) >= 0)


@helper
def _extend(hashes: Any, masses: Any, at: Any, limit: Any, step: int, costs: Any, work: Any, out: Any) -> int:
    """Extend from `at` towards `limit` (exclusive) in steps of REACH words; returns the pairs written to `out`.

    `at` is moved along.
    """
    matrices, scratch, spots = work
    size = spots[0]
    count = 0
    while True:
        size[0] = min(REACH, (limit[0] - at[0]) * step)
        size[1] = min(REACH, (limit[1] - at[1]) * step)
        if count == 0 and nothing_near(hashes, masses, at, size, step, costs) >= 0:
            return 0
        found = region(hashes, masses, at, size, step, costs, matrices, scratch)
        for k in range(found):
            out[count + k, 0], out[count + k, 1] = scratch[k, 0], scratch[k, 1]
        count += found
        if found == 0:
            return count
        at[0], at[1] = scratch[found - 1, 0] + step, scratch[found - 1, 1] + step
        if found < REACH // 4 or count + REACH > len(out):
            return count


@kernel
def workspace() -> Any:
    """Return the arrays that aligning one chain after the other works in: two rows of scores, a matrix of ways and the
    words of the right side; matched pairs; and a size, where it begins and what it must not pass (on either side)."""
    matrices = (np.empty((2, REACH + 2)), np.empty((REACH + 2, REACH + 2), np.uint8), np.empty(REACH, np.uint32))
    return matrices, np.empty((REACH, 2), np.int64), np.empty((3, 2), np.int64)


@helper
def align_chain(
    runs: Any, hashes: Any, masses: Any, low: Any, high: Any, costs: Any, work: Any, side: Any, pairs: Any
) -> int:
    """Align one chain of runs (n x 3); write matched token pairs in order to `pairs`; return how many.

    `low` and `high` are the tokens that the alignment may use on either side; `side` is as large as `pairs`, and `work`
    what `workspace` gives: making them anew for each of millions of short chains took longer than aligning.
    """
    matrices, scratch, spots = work
    size, at, limit = spots[0], spots[1], spots[2]
    at[0], at[1] = runs[0, 0] - 1, runs[0, 1] - 1
    limit[0], limit[1] = low[0] - 1, low[1] - 1
    count = _extend(hashes, masses, at, limit, -1, costs, work, side)
    for k in range(count):
        pairs[k, 0], pairs[k, 1] = side[count - 1 - k, 0], side[count - 1 - k, 1]
    a, b = runs[0, 0], runs[0, 1]
    for r in range(len(runs)):
        skip = max(0, max(a - runs[r, 0], b - runs[r, 1]))
        if skip >= runs[r, 2]:
            continue
        start_a, start_b = runs[r, 0] + skip, runs[r, 1] + skip
        size[0], size[1] = start_a - a, start_b - b
        if max(size[0], size[1]) <= REACH:
            at[0], at[1] = a, b
            found = region(hashes, masses, at, size, 1, (-1.0, costs[1]), matrices, scratch)
            for k in range(found):
                pairs[count + k, 0], pairs[count + k, 1] = scratch[k, 0], scratch[k, 1]
            count += found
        for k in range(runs[r, 2] - skip):
            pairs[count, 0], pairs[count, 1] = start_a + k, start_b + k
            count += 1
        a, b = runs[r, 0] + runs[r, 2], runs[r, 1] + runs[r, 2]
    at[0], at[1] = a, b
    found = _extend(hashes, masses, at, high, 1, costs, work, side)
    for k in range(found):
        pairs[count + k, 0], pairs[count + k, 1] = side[k, 0], side[k, 1]
    return count + found
