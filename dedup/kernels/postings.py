"""What two texts can share at most, told from the seeds of one that the other has."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown, grown_rows
from dedup.kernels.jit import kernel

# Least tokens between two borders for a whole unit, a paragraph or quotation, to stand between them.
UNIT = 3


@kernel
def chosen(groups: Any, starts: Any, ends: Any, mass: Any, value: Any, borders: Any, least: Any, limits: Any) -> Any:
    """Return what one chain over each group of hits can be worth (float64) at most; 0 where that is too little.

    Group g has hits `groups[g]:groups[g + 1]`, token spans `[starts, ends)` of one text in order of `starts`. `mass`
    (int64, 1/256 nat) and `value` (float64) are prefix sums over tokens, `borders` (bool, tokens + 1) tells where a
    unit begins or ends. `least[g]` are the values that are enough for a chain, and for one with a whole unit in it.
    `limits` are the largest gap in a chain (tokens), its least mass, and how many groups may cover a token before it
    counts no more for others: those that are worth something cover theirs.
    """
    max_gap, least_mass, carriers = limits[0], limits[1], limits[2]
    out = np.zeros(len(groups) - 1, np.float64)
    covered_by = np.zeros(len(mass), np.int32)
    for g in range(len(groups) - 1):
        weighed, worth, end, border, unit = 0, 0.0, -1, -1, False
        for i in range(groups[g], groups[g + 1]):
            if end < 0 or starts[i] - end > max_gap:
                weighed, worth, end, border, unit = 0, 0.0, starts[i], -1, False
            for t in range(end, ends[i] + 1):
                if borders[t]:
                    unit = unit or (border >= 0 and t - border >= UNIT)
                    border = t if border < 0 else border
                if starts[i] <= t < ends[i] and covered_by[t] < carriers:
                    weighed += mass[t + 1] - mass[t]
                    worth += value[t + 1] - value[t]
            end = max(end, ends[i])
            if weighed >= least_mass and worth > out[g] and worth >= (least[g, 1] if unit else least[g, 0]):
                out[g] = worth
        if out[g] == 0:
            continue
        end = -1
        for i in range(groups[g], groups[g + 1]):
            for t in range(max(starts[i], end), ends[i]):
                covered_by[t] += 1
            end = max(end, ends[i])
    return out


@kernel
def search(keys: Any, view: Any, block_of: Any, records: int, right: bool, out: Any) -> None:
    """Write to `out` (int64) where each key would be put before its equals, or behind them when `right`.

    `view` (blocks x records of a block) are sorted keys, of which the first `records` count; `block_of` (int64) the
    block that each key is to be looked for in, or -1 where it is before all.
    """
    size = view.shape[1]
    for i in range(len(keys)):
        b = block_of[i]
        if b < 0:
            out[i] = 0
            continue
        low, high = 0, min(size, records - b * size)
        while low < high:
            middle = (low + high) >> 1
            found = view[b, middle]
            if found < keys[i] or (right and found == keys[i]):
                low = middle + 1
            else:
                high = middle
        out[i] = b * size + low


@kernel
def _borders(borders: Any) -> Any:
    """Return for each place the first border at or behind it, and the last one at or before it (int64 each)."""
    n = len(borders)
    first, last = np.empty(n, np.int64), np.empty(n, np.int64)
    at = n
    for t in range(n - 1, -1, -1):
        at = t if borders[t] else at
        first[t] = at
    at = -n
    for t in range(n):
        at = t if borders[t] else at
        last[t] = at
    return first, last


@kernel
def worthy(
    seeds: Any, lists: Any, numbers: Any, costs: Any, in_batch: Any, spans: Any, sums: Any, borders: Any, limits: Any
) -> Any:
    """Return the documents of one part that one chain of hits could make a match of, for each of some texts.

    `seeds` are the bounds of each text's seeds (int64, texts + 1) and the key of each seed. `lists` are the first and
    the last record of each key (int64 each); a record's document number is in `numbers` (blocks x records of a block).
    `costs` is the least number and what chance costs for each number from it on (float64, infinite for what is not to
    be found). `in_batch` is the least number of the texts themselves, which of them each number is (int64, -1 for
    none), and the number of the first text here: an answer names earlier texts alone. `spans` are the tokens
    `[start, end)` around each seed, `sums` mass and value as in `chosen`, with what each text needs (float64, texts x
    2); `limits` as in `chosen`.

    Returns texts (int64), numbers (int64) and bounds (float64) of these documents, and their hits (int64, n x 2: which
    of the documents, seed), in order of the seeds of each text.
    """
    bounds, key_of = seeds
    lows, highs = lists
    least_number, cost = costs
    batch_from, position, first_text = in_batch
    starts, ends = spans
    mass, value, needed = sums
    size = numbers.shape[1]
    first_border, last_border = _borders(borders)
    slot_of, touched = np.full(len(cost), -1, np.int64), np.empty(1024, np.int64)
    place, chain = np.empty((1024, 3), np.int64), np.empty((1024, 2), np.float64)
    texts, found, best = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.float64)
    hits = np.empty((4096, 2), np.int64)
    n, n_hits = 0, 0
    for t in range(len(bounds) - 1):
        count = 0
        for s in range(bounds[t], bounds[t + 1]):
            for r in range(lows[key_of[s]], highs[key_of[s]]):
                number = np.int64(numbers[r // size, r % size])
                d = number - least_number
                if not cost[d] < np.inf:
                    continue
                p = number - batch_from
                if 0 <= p < len(position) and position[p] >= first_text + t:
                    continue
                k = slot_of[d]
                if k < 0:
                    if count == len(touched):
                        touched, place, chain = grown(touched), grown_rows(place), grown_rows(chain)
                    k = count
                    slot_of[d], touched[k] = k, d
                    place[k, 1], chain[k, 1] = -1, 0.0
                    count += 1
                # the chain so far: where it begins and ends, its mass, its value, and the best of all chains
                if place[k, 1] < 0 or starts[s] - place[k, 1] > limits[0]:
                    place[k, 0], place[k, 1], place[k, 2], chain[k, 0] = starts[s], starts[s], 0, 0.0
                low, high = max(starts[s], place[k, 1]), max(ends[s], place[k, 1])
                place[k, 1] = high
                place[k, 2] += mass[high] - mass[low]
                chain[k, 0] += value[high] - value[low]
                if place[k, 2] < limits[1] or chain[k, 0] <= chain[k, 1]:
                    continue
                unit = last_border[high] - first_border[place[k, 0]] >= UNIT
                if chain[k, 0] >= needed[t, 1 if unit else 0] + cost[d]:
                    chain[k, 1] = chain[k, 0]
        before = n
        for k in range(count):
            slot_of[touched[k]] = -1
            if chain[k, 1] > 0:
                if n == len(texts):
                    texts, found, best = grown(texts), grown(found), grown(best)
                texts[n], found[n], best[n] = t, touched[k] + least_number, chain[k, 1]
                slot_of[touched[k]] = n
                n += 1
        for s in range(bounds[t], bounds[t + 1] if n > before else bounds[t]):
            for r in range(lows[key_of[s]], highs[key_of[s]]):
                k = slot_of[np.int64(numbers[r // size, r % size]) - least_number]
                if k >= 0:
                    if n_hits == len(hits):
                        hits = grown_rows(hits)
                    hits[n_hits, 0], hits[n_hits, 1] = k, s
                    n_hits += 1
        for k in range(before, n):
            slot_of[found[k] - least_number] = -1
    return texts[:n].copy(), found[:n].copy(), best[:n].copy(), hits[:n_hits].copy()
