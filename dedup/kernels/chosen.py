"""Which documents are aligned with some texts, of those that have seeds or bands of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import argsort, distinct
from dedup.kernels.jit import kernel
from dedup.kernels.postings import chosen


@kernel
def grounds(flags: Any, edges: int, bounds: Any, mass: Any, weight: Any, worth: tuple[float, float]) -> Any:
    """Return of the tokens `[bounds[0], bounds[-1])` of some texts, and the place behind them, where a unit begins or
    ends (bool: at a flag of `edges`, and where a text begins or all end), and what all tokens before are worth
    (float64).

    `mass` and `weight` (int64) are prefix sums over all tokens, `worth` what a nat and a word is worth.
    """
    first = bounds[0]
    n = bounds[-1] - first
    borders, value = np.empty(n + 1, np.bool_), np.empty(n + 1, np.float64)
    for t in range(n + 1):
        borders[t] = t == n or (flags[first + t] & edges) > 0
        value[t] = worth[0] * mass[first + t] / 256.0 + worth[1] * weight[first + t] / 6.0
    for d in range(len(bounds) - 1):
        borders[bounds[d] - first] = True
    return borders, value


@kernel
def _best_first(texts: Any, bounds: Any, numbers: Any) -> Any:
    """Return documents in the order of their texts, which rise (int64), of each text those with the largest bound
    (float64, above 0) first, then those with the least number."""
    order = np.empty(len(texts), np.int64)
    # of numbers above 0 the bits stand in the same order
    bits = bounds.view(np.int64)
    first = 0
    while first < len(texts):
        end = first + 1
        while end < len(texts) and texts[end] == texts[first]:
            end += 1
        keys = np.empty(end - first, np.int64)
        for k in range(end - first):
            keys[k] = numbers[first + k]
        by_number = argsort(keys)
        for k in range(end - first):
            keys[k] = -bits[first + by_number[k]]
        by_bound = argsort(keys)
        for k in range(end - first):
            order[first + k] = first + by_number[by_bound[k]]
        first = end
    return order


@kernel
def best(found: Any, known: Any, sums: Any, borders: Any, limits: Any) -> Any:
    """Return the documents that `worthy` found, of each text those with most in common first, then the earliest: texts
    (int64), numbers (uint32), and which of them are to be aligned (bool), as `chosen` tells it.

    `found` is what `worthy` returned; the other arguments are as there.
    """
    texts, places, bounds, hits = found
    costs, numbers = known
    mass, value, needed = sums
    n = len(texts)
    own = np.empty(n, np.uint32)
    for k in range(n):
        own[k] = numbers[places[k]]
    order = _best_first(texts, bounds, own)
    rank, least = np.empty(n, np.int64), np.empty((n, 2), np.float64)
    out_texts, out_numbers = np.empty(n, np.int64), np.empty(n, np.uint32)
    for k in range(n):
        one = order[k]
        rank[one] = k
        out_texts[k], out_numbers[k] = texts[one], own[one]
        for unit in range(2):
            least[k, unit] = needed[texts[one], unit] + costs[places[one]]
    groups = np.zeros(n + 1, np.int64)
    for h in range(len(hits)):
        groups[rank[hits[h, 0]] + 1] += 1
    for k in range(n):
        groups[k + 1] += groups[k]
    at, starts, ends = groups.copy(), np.empty(len(hits), np.int64), np.empty(len(hits), np.int64)
    for h in range(len(hits)):
        k = rank[hits[h, 0]]
        starts[at[k]], ends[at[k]] = hits[h, 1], hits[h, 2]
        at[k] += 1
    return out_texts, out_numbers, chosen(groups, starts, ends, mass, value, borders, least, limits) > 0


@kernel
def aligned(by_seeds: Any, by_bands: Any, first: int, in_batch: Any, carriers: int) -> Any:
    """Return the texts (int64) and the numbers of the documents (uint32) to align with them, and how many others there
    are.

    `by_seeds` is what `best` returned of the texts from `first` on: those chosen come first. `by_bands` (uint64,
    sorted) has a document that shares a band with a text below the text, once for each such band; of those that share
    two, have a seed of no chain, and are not a text that follows in the batch, so many come behind as there may be
    `carriers` of a text. `in_batch` is the least number of the texts themselves, and which of them each number from it
    on is (int64, -1 for none).
    """
    texts, numbers, taken = by_seeds
    least, position = in_batch
    met = np.empty(len(texts) if len(by_bands) else 0, np.int64)
    for k in range(len(met)):
        met[k] = (first + texts[k]) << 32 | np.int64(numbers[k])
    met = met[argsort(met)]
    n = 0
    for k in range(len(taken)):
        n += taken[k]
    out_texts, out_numbers = np.empty(n + len(by_bands), np.int64), np.empty(n + len(by_bands), np.uint32)
    n = 0
    for k in range(len(taken)):
        if taken[k]:
            out_texts[n], out_numbers[n] = first + texts[k], numbers[k]
            n += 1
    left, room, last, end = len(texts) - n, 0, np.int64(-1), 0
    while end < len(by_bands):
        begin, pair = end, by_bands[end]
        while end < len(by_bands) and by_bands[end] == pair:
            end += 1
        text, number = np.int64(pair >> np.uint64(32)), np.int64(pair & np.uint64(0xFFFFFFFF))
        place = number - least
        if end - begin < 2 or (0 <= place < len(position) and position[place] >= text):
            continue
        at = np.searchsorted(met, np.int64(pair))
        if at < len(met) and met[at] == np.int64(pair):
            continue
        room = carriers if text != last else room
        last = text
        if room > 0:
            out_texts[n], out_numbers[n] = text, np.uint32(number)
            n += 1
        else:
            left += 1
        room -= 1
    return out_texts[:n].copy(), out_numbers[:n].copy(), left


@kernel
def rows(texts: Any, numbers: Any, least: int, position: Any) -> Any:
    """Return pairs of texts (int64) and numbers of documents (uint32) as pairs of rows of what is read: the numbers of
    documents that are no texts (uint32, rising), behind them the texts that are asked for or a partner of one (int64,
    rising), and the pairs (int64, n x 2: that of the document, of the text), in order of the texts, then of the
    documents.

    `least` and `position` are as `in_batch` of `aligned`.
    """
    n = len(texts)
    keys = np.empty(n, np.int64)
    for i in range(n):
        keys[i] = numbers[i]
    found, partner = distinct(keys)
    place, row = np.empty(len(found), np.int64), np.empty(len(found), np.int64)
    stored = 0
    for k in range(len(found)):
        at = found[k] - least
        place[k] = position[at] if 0 <= at < len(position) else -1
        stored += place[k] < 0
    both, m = np.empty(n + len(found), np.int64), n
    both[:n] = texts
    out = np.empty(stored, np.uint32)
    stored = 0
    for k in range(len(found)):
        if place[k] >= 0:
            both[m] = place[k]
            m += 1
        else:
            out[stored], row[k] = found[k], stored
            stored += 1
    new, which = distinct(both[:m])
    m = n
    for k in range(len(found)):
        if place[k] >= 0:
            row[k] = stored + which[m]
            m += 1
    pairs = np.empty((n, 2), np.int64)
    for i in range(n):
        keys[i] = which[i] << 32 | row[partner[i]]
    order = argsort(keys)
    for i in range(n):
        pairs[i, 0], pairs[i, 1] = row[partner[order[i]]], stored + which[order[i]]
    return out, new, pairs
