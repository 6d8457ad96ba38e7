"""What two texts can share at most, told from the seeds of one that the other has."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown, grown_rows
from dedup.kernels.jit import kernel

# Least tokens between two borders for a whole unit, a paragraph or quotation, to stand between them.
UNIT = 3
# A posting is one number: bits of the words that follow a seed, of the next one, the second and the third, above the
# rank of a document in its segment.
CONTEXT = (6, 4, 4)
RANK_BITS = 18


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
def _first_not_less(row: Any, n: int, key: Any, guess: int) -> int:
    """Return where `key` would be put before its equals among the first `n` of sorted values, looking near a guess."""
    step = 4
    if guess < n and row[guess] < key:
        low = guess + 1
        high = min(low + step, n)
        while high < n and row[high] < key:
            step *= 2
            low, high = high + 1, min(high + step, n)
    else:
        high = min(guess, n)
        low = max(high - step, 0)
        while low > 0 and row[low] >= key:
            step *= 2
            low, high = max(low - step, 0), low
    while low < high:
        middle = (low + high) >> 1
        if row[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _first_greater(row: Any, n: int, key: Any, start: int) -> int:
    """Return where `key` would be put behind its equals, of which the first would stand at `start`."""
    high, step = start, 1
    low = start
    while high < n and row[high] == key:
        low, high = high + 1, high + step
        step *= 2
    high = min(high, n)
    while low < high:
        middle = (low + high) >> 1
        if row[middle] == key:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def search(keys: Any, view: Any, fences: Any, first: Any, last: Any, ends: Any, low: Any, high: Any) -> None:
    """Write to `low` and `high` (int64 each) where each key would be put before and behind its equals.

    `view` (blocks x records of a block) are sorted keys; `fences` (uint64) the first key of each block; `first` and
    `last` (int64) the block that the two places are to be looked for in, or -1 where they are before all; `ends` how
    many records there are, and the last key. Keys are hashes, so a key is looked for where an even spread puts it.
    """
    size = view.shape[1]
    for i in range(len(keys)):
        b = last[i]
        if b < 0:
            low[i], high[i] = 0, 0
            continue
        n = min(size, ends[0] - b * size)
        least, most = fences[b], fences[b + 1] if b + 1 < len(fences) else ends[1]
        part = np.float64(np.uint64(keys[i]) - least) / (np.float64(most - least) + 1.0)
        start = _first_not_less(view[b], n, keys[i], int(min(part, 1.0) * (n - 1)))
        high[i] = b * size + _first_greater(view[b], n, keys[i], start)
        low[i] = b * size + start
        if first[i] < b:
            a = max(first[i], 0)
            low[i] = a * size + _first_not_less(view[a], size, keys[i], size - 1) if first[i] >= 0 else 0


@kernel
def contexts(hashes: Any, weights: Any, bounds: Any, places: Any, size: int) -> Any:
    """Return a few bits (uint32, `CONTEXT`) of each of the words that follow seeds of `size` words at token places.

    `places` (int64) stand in the order of the texts, which have the tokens `bounds[d]:bounds[d + 1]`. Those of the
    next word stand highest: seeds with the longest run in common are neighbours in the order of these numbers.
    """
    out = np.zeros(len(places), np.uint32)
    d = 0
    for i in range(len(places)):
        t = places[i]
        while bounds[d + 1] <= t:
            d += 1
        weight = 0
        while t < bounds[d + 1] and weight < 6 * size:
            weight += weights[t]
            t += 1
        for bits in CONTEXT:
            word = hashes[t] >> np.uint32(32 - bits) if t < bounds[d + 1] else np.uint32(0)
            out[i] = out[i] << np.uint32(bits) | word
            t += 1
    return out


@kernel
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
def narrowed(view: Any, low: Any, high: Any, wanted: Any, shifts: Any) -> Any:
    """Return of the records `[low, high)` of each key (int64 each) those whose value agrees with `wanted` (int64).

    `view` (blocks x records of a block) has the values, in order within a key. Compared is what is left without the
    lowest `shifts[s]` bits. Returns records (int64, keys x shifts x 2: from, to).
    """
    out = np.empty((len(low), len(shifts), 2), np.int64)
    for i in range(len(low)):
        first, last = low[i], high[i]
        for s in range(len(shifts)):
            value = wanted[i] >> shifts[s]
            first = _first_from(view, first, last, shifts[s], value)
            last = _first_from(view, first, last, shifts[s], value + 1)
            out[i, s, 0], out[i, s, 1] = first, last
    return out


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
    seeds: Any, lists: Any, values: Any, known: Any, in_batch: Any, spans: Any, sums: Any, borders: Any, limits: Any
) -> Any:
    """Return the documents of one part that one chain of hits could make a match of, for each of some texts.

    `seeds` are the bounds of each text's seeds (int64, texts + 1) and the key of each seed. `lists` are the first and
    the last record of each key (int64 each); the lowest `RANK_BITS` of a record's value (`values`, blocks x records of
    a block) are the rank of a document in the part. `known` is what chance costs in each document (float64, infinite
    for what is not to be found) and its number (uint32), by rank. `in_batch` is the least number of the texts
    themselves, which of them each number is (int64, -1 for none), and the number of the first text here: an answer
    names earlier texts alone. `spans` are the tokens `[start, end)` around each seed, `sums` mass and value as in
    `chosen`, with what each text needs (float64, texts x 2); `limits` as in `chosen`.

    Returns texts (int64), ranks (int64) and bounds (float64) of these documents, and their hits (int64, n x 2: which
    of the documents, seed), in order of the seeds of each text.
    """
    bounds, key_of = seeds
    lows, highs = lists
    starts, ends = spans
    mass, value, needed = sums
    size, mask = values.shape[1], np.int64((1 << RANK_BITS) - 1)
    first_border, last_border = _borders(borders)
    rank_of, best_of = np.empty(64, np.int64), np.empty(64, np.int64)
    place, chain = np.empty((64, 3), np.int64), np.empty((64, 2), np.float64)
    table, met = np.empty(64, np.int64), np.empty(64, np.int64)
    texts, found, best = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.float64)
    hits = np.empty((256, 2), np.int64)
    n, n_hits = 0, 0
    for t in range(len(bounds) - 1):
        total = 0
        for s in range(bounds[t], bounds[t + 1]):
            total += highs[key_of[s]] - lows[key_of[s]]
        while len(met) < total:
            met = grown(met)
        while len(rank_of) < total:
            rank_of, best_of, place, chain = grown(rank_of), grown(best_of), grown_rows(place), grown_rows(chain)
        slots = 64
        while slots < 2 * total:
            slots *= 2
        while len(table) < slots:
            table = grown(table)
        table[:slots] = -1
        count, m = 0, 0
        for s in range(bounds[t], bounds[t + 1]):
            block, row = divmod(lows[key_of[s]], size)
            for _ in range(lows[key_of[s]], highs[key_of[s]]):
                rank = np.int64(values[block, row]) & mask
                row += 1
                if row == size:
                    block, row = block + 1, 0
                at = rank * 0x9E3779B1 >> 7 & (slots - 1)
                while table[at] >= 0 and rank_of[table[at]] != rank:
                    at = at + 1 & (slots - 1)
                k = table[at]
                if k < 0:
                    k = count
                    count += 1
                    table[at], rank_of[k] = k, rank
                    place[k, 1], chain[k, 1] = -1, 0.0
                    p = np.int64(known[1][rank]) - in_batch[0]
                    itself = 0 <= p < len(in_batch[1]) and in_batch[1][p] >= in_batch[2] + t
                    if itself or not known[0][rank] < np.inf:
                        place[k, 1] = -2
                met[m] = k
                m += 1
                if place[k, 1] == -2:
                    continue
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
                if chain[k, 0] >= needed[t, 1 if unit else 0] + known[0][rank]:
                    chain[k, 1] = chain[k, 0]
        before = n
        for k in range(count):
            best_of[k] = -1
            if chain[k, 1] > 0:
                if n == len(texts):
                    texts, found, best = grown(texts), grown(found), grown(best)
                texts[n], found[n], best[n] = t, rank_of[k], chain[k, 1]
                best_of[k] = n
                n += 1
        m = 0
        for s in range(bounds[t], bounds[t + 1] if n > before else bounds[t]):
            for _ in range(lows[key_of[s]], highs[key_of[s]]):
                k = best_of[met[m]]
                m += 1
                if k >= 0:
                    if n_hits == len(hits):
                        hits = grown_rows(hits)
                    hits[n_hits, 0], hits[n_hits, 1] = k, s
                    n_hits += 1
    return texts[:n].copy(), found[:n].copy(), best[:n].copy(), hits[:n_hits].copy()
