"""Hits of a pair of texts to exact runs, and runs to colinear chains."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown, grown_rows, order_of
from dedup.kernels.jit import helper, kernel

# Earlier runs that a run is tried behind.
LOOK_BACK = 48
# Cost of a gap, in units of mass (1/256 nat): half a nat for each word by which the texts drift.
_DRIFT_COST = 128


@helper
def run_at(a: int, b: int, hashes: Any, floor: int, low: Any, high: Any) -> Any:
    """Return the start on both sides and the left end of the equal run at a hit, whose left side begins at `floor` or
    behind it. In one text it stops before it meets itself."""
    start_a, start_b = a, b
    while start_a > floor and start_b > low[1] and hashes[start_a - 1] == hashes[start_b - 1]:
        start_a -= 1
        start_b -= 1
    end_a, end_b = a, b
    while end_a < high[0] and end_b < high[1] and hashes[end_a] == hashes[end_b]:
        end_a += 1
        end_b += 1
    if low[0] == low[1]:
        end_a = min(end_a, start_b)
    return start_a, start_b, end_a


@helper
def hold(hits: Any, start: int, other: int, end: int) -> bool:
    """Say whether all hits lie in the run that begins at `start` and `other` and ends, on the left, at `end`."""
    for i in range(len(hits)):
        if hits[i, 1] - hits[i, 0] != other - start or hits[i, 0] < start or hits[i, 0] >= end:
            return False
    return True


@helper
def mass(masses: Any, start: int, end: int) -> int:
    """Return the mass of the tokens `[start, end)`."""
    total: Any = 0
    for i in range(start, end):
        total += np.int64(masses[i])
    return total


@kernel
def workspace(most: int) -> Any:
    """Return the arrays that the hits of one pair after the other, `most` of one at most, are chained in: making them
    anew for each pair took longer than chaining."""
    return np.empty((8, most + 1), np.int64), np.empty((3, most, 3), np.int64)


@helper
def exact_runs(hits: Any, hashes: Any, low: Any, high: Any, work: Any, out: Any) -> int:
    """Merge hits of one pair into maximal exact runs `(a, b, length)`, written to `out` in order of (a, b).

    `low` and `high` bound the two texts (left, right), and `work` is what `workspace` gives. In one text a run stops
    before it meets itself, and what goes on equal beyond that is the next run.
    """
    n = len(hits)
    numbers, found = work[0], work[1][0]
    keys, order, spare = numbers[0, :n], numbers[1, :n], numbers[2, :n]
    for i in range(n):
        drift = (hits[i, 1] - low[1]) - (hits[i, 0] - low[0])
        keys[i] = drift * np.int64(1 << 32) + (hits[i, 0] - low[0])
    order_of(keys, order, spare)
    itself = low[0] == low[1]
    count = 0
    diagonal, reach = np.int64(0), np.int64(-1)
    for k in range(n):
        a, b = hits[order[k], 0], hits[order[k], 1]
        if k and b - a == diagonal and a < reach:
            continue
        # behind an earlier run of the same drift, and in one text so near that the run holds its hit
        floor = max(low[0], 2 * a - b + 1) if itself else low[0]
        if k and b - a == diagonal:
            floor = max(floor, reach)
        start_a, start_b, end_a = run_at(a, b, hashes, floor, low, high)
        diagonal, reach = b - a, end_a
        if end_a > start_a:
            found[count, 0], found[count, 1], found[count, 2] = start_a, start_b, end_a - start_a
            count += 1
    for i in range(count):
        keys[i] = (found[i, 0] - low[0]) * np.int64(1 << 31) + (found[i, 1] - low[1])
    order_of(keys[:count], order[:count], spare[:count])
    for i in range(count):
        for c in range(3):
            out[i, c] = found[order[i], c]
    return count


@helper
def best_chains(runs: Any, masses: Any, max_gap: int, least: int, itself: bool, work: Any, chain_of: Any) -> int:
    """Chain runs (n x 3, sorted) of one pair; write each run's chain number, or -1, to `chain_of`.

    `masses` (uint16) are those of all tokens. A run may follow another when both gaps are at most `max_gap` words and
    nothing crosses; overlaps are allowed and their mass counted once. Chains that weigh less than `least` are left out.
    In one text (`itself`) the left side of a chain ends before its right side begins. `work` is what `workspace` gives.
    Dynamic programming with bounded look-back (Li 2018, minimap2, section 2.1).
    """
    n, numbers = len(runs), work[0]
    falling, order, spare = numbers[0, :n], numbers[1, :n], numbers[2, :n]
    # `right`: where the right side of the chain begins
    best, before, right = numbers[3], numbers[4], numbers[5]
    for i in range(n):
        a, b, length = runs[i, 0], runs[i, 1], runs[i, 2]
        before[i], right[i] = -1, b
        own = mass(masses, a, a + length)
        best[i] = own
        for j in range(i - 1, max(-1, i - 1 - LOOK_BACK), -1):
            pa, pb, pl = runs[j, 0], runs[j, 1], runs[j, 2]
            if pa >= a or pb >= b or pa + pl >= a + length or pb + pl >= b + length:
                continue
            if itself and a + length > right[j]:
                continue
            gap_a, gap_b = a - pa - pl, b - pb - pl
            if gap_a > max_gap or gap_b > max_gap:
                continue
            overlap = max(0, -min(gap_a, gap_b))
            if overlap >= length:
                continue
            cost = abs(gap_a - gap_b) * _DRIFT_COST
            value = best[j] + own - mass(masses, a, a + overlap) - cost
            if value > best[i]:
                best[i] = value
                before[i] = j
                right[i] = right[j]
    for i in range(n):
        chain_of[i] = -1
    for i in range(n):
        falling[i] = -best[i]
    order_of(falling, order, spare)
    count = 0
    for k in range(n):
        i = order[k]
        if best[i] < least:
            break
        if chain_of[i] != -1:
            continue
        j = i
        gained = best[i]
        while j >= 0 and chain_of[j] == -1:
            j = before[j]
        if j >= 0:
            gained -= best[j]
        if gained < least:
            continue
        j = i
        while j >= 0 and chain_of[j] == -1:
            chain_of[j] = count
            j = before[j]
        count += 1
    return count


@helper
def _by_chain(chain_of: Any, chains: int, runs: Any, ends: Any, at: Any, out: Any) -> None:
    """Write the runs (n x 3) that are in a chain to `out`, chain by chain, and the bounds of the chains to `ends`; `at`
    is as large."""
    for c in range(chains + 1):
        ends[c] = 0
    for i in range(len(runs)):
        if chain_of[i] >= 0:
            ends[chain_of[i] + 1] += 1
    for c in range(chains):
        ends[c + 1] += ends[c]
        at[c] = ends[c]
    for i in range(len(runs)):
        c = chain_of[i]
        if c >= 0:
            for k in range(3):
                out[at[c], k] = runs[i, k]
            at[c] += 1


@helper
def _chain_group(hits: Any, hashes: Any, masses: Any, low: Any, high: Any, limits: Any, work: Any) -> int:
    """Chain the hits of one pair; return how many chains there are. Their runs, chain by chain, are in the last rows of
    `work` then, and the bounds of the chains in its last numbers."""
    numbers, rows = work
    runs, chain_of = rows[1], numbers[6]
    count = exact_runs(hits, hashes, low, high, work, runs)
    chains = best_chains(runs[:count], masses, limits[0], limits[1], low[0] == low[1], work, chain_of)
    _by_chain(chain_of, chains, runs[:count], numbers[7], numbers[0], rows[2])
    return chains


@kernel
def chain_pairs(hits: Any, groups: Any, documents: Any, bounds: Any, hashes: Any, masses: Any, limits: Any) -> Any:
    """Chain the hits of each pair of texts.

    `hits` (int64, n x 2 places) stand pair by pair, pair g at `groups[g]:groups[g + 1]`; `documents` (int32, n x 2).
    `limits` is (largest gap, least mass). Returns the pairs of accepted chains (int32, m x 2 texts), the bounds of
    their runs (int64, m + 1) and the runs (int64, k x 3: left place, right place, words).
    """
    pairs = np.empty((1024, 2), np.int32)
    ends = np.zeros(1025, np.int64)
    kept = np.empty((4096, 3), np.int64)
    n, k = 0, 0
    low, high = np.empty(2, np.int64), np.empty(2, np.int64)
    most = 1
    for g in range(len(groups) - 1):
        most = max(most, groups[g + 1] - groups[g])
    work = workspace(most)
    found, edges = work[1][2], work[0][7]
    for g in range(len(groups) - 1):
        first, last = groups[g], groups[g + 1]
        for side in range(2):
            d = documents[first, side]
            low[side], high[side] = bounds[d], bounds[d + 1]
        # most pairs have one run, and most of these weigh too little
        a, b = hits[first, 0], hits[first, 1]
        floor = max(low[0], 2 * a - b + 1) if low[0] == low[1] else low[0]
        start, other, end = run_at(a, b, hashes, floor, low, high)
        if last - first == 1 or (low[0] != low[1] and hold(hits[first:last], start, other, end)):
            if end <= start or mass(masses, start, end) < limits[1]:
                continue
            found[0, 0], found[0, 1], found[0, 2] = start, other, end - start
            edges[0], edges[1], chains = 0, 1, 1
        else:
            chains = _chain_group(hits[first:last], hashes, masses, low, high, limits, work)
        for c in range(chains):
            if n == len(pairs):
                pairs = grown_rows(pairs)
            if n + 1 == len(ends):
                ends = grown(ends)
            for i in range(edges[c], edges[c + 1]):
                if k == len(kept):
                    kept = grown_rows(kept)
                for c2 in range(3):
                    kept[k, c2] = found[i, c2]
                k += 1
            pairs[n, 0], pairs[n, 1] = documents[first, 0], documents[first, 1]
            n += 1
            ends[n] = k
    return pairs[:n].copy(), ends[: n + 1].copy(), kept[:k].copy()
