"""What two texts can share at most, told from the seeds of one that the other has."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown, grown_rows
from dedup.kernels.jit import helper, kernel
from dedup.kernels.lookup import value_of

# Least tokens between two borders for a whole unit, a paragraph or quotation, to stand between them.
UNIT = 3
# A posting is one number: bits of the words around a seed, of the next one, the one behind it and the one before the
# seed, above the rank of a document in its segment.
CONTEXT = (6, 4, 4)
NEXT_BITS, BEFORE_BITS = CONTEXT[1] + CONTEXT[2], CONTEXT[2]
RANK_BITS = 18
# What a hit differs in from the text, as `gather` tells it.
BEFORE, BEHIND = 1, 2
# Groups of documents in which the hits of a text are first counted together, and how much sums of the same values in
# another order may differ.
GROUPS, TINY = 1 << 13, 1e-6


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
def contexts(hashes: Any, weights: Any, bounds: Any, places: Any, size: int) -> Any:
    """Return a few bits (uint32, `CONTEXT`) of each of the words around seeds of `size` words at token places.

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
        for k in range(3):
            t = places[i] - 1 if k == 2 else t + (k > 0)
            word = hashes[t] >> np.uint32(32 - CONTEXT[k]) if bounds[d] <= t < bounds[d + 1] else np.uint32(0)
            out[i] = out[i] << np.uint32(CONTEXT[k]) | word
    return out


@kernel
def ranked(keys: Any, values: Any, ranks: Any) -> Any:
    """Return postings (uint32) below their keys (uint32), packed as one number each (uint64), with the new rank of each
    document (`ranks`, uint32) in place of the old one; those whose new rank is the largest are left out."""
    out = np.empty(len(keys), np.uint64)
    mask, n = np.uint32((1 << RANK_BITS) - 1), 0
    for i in range(len(keys)):
        rank = ranks[values[i] & mask]
        if rank != mask:
            out[n] = np.uint64(keys[i]) << np.uint64(32) | np.uint64(values[i] & ~mask | rank)
            n += 1
    return out[:n]


@kernel
def band_keys(signed: Any, bands: int, rows: int) -> Any:
    """Return the hash of each band of `rows` values of each signature (uint32, texts x bands), different for each band;
    `signed` (uint32, texts x values) are the signatures."""
    odd = np.uint64(0x9E3779B97F4A7C15)
    out = np.empty((len(signed), bands), np.uint32)
    for d in range(len(signed)):
        for band in range(bands):
            mixed = np.uint64(band + 1) * odd
            for row in range(rows):
                mixed = (mixed ^ np.uint64(signed[d, band * rows + row])) * odd
                mixed ^= mixed >> np.uint64(29)
            out[d, band] = np.uint32(mixed >> np.uint64(32))
    return out


@kernel
def bands_of(signed: Any, bounds: Any, first: int, bands: int, rows: int) -> Any:
    """Return the keys of all bands of the texts from `first` on that have words (uint32), and which text each is of
    (int64); `signed` and the rest as in `band_keys`.

    Text `first + d` has the tokens `bounds[d]:bounds[d + 1]` (int64).
    """
    n = 0
    for d in range(len(bounds) - 1):
        n += bounds[d + 1] > bounds[d]
    keys, texts = np.empty(n * bands, np.uint32), np.empty(n * bands, np.int64)
    n = 0
    for d in range(len(bounds) - 1):
        if bounds[d + 1] > bounds[d]:
            found = band_keys(signed[first + d : first + d + 1], bands, rows)
            for band in range(bands):
                keys[n], texts[n] = found[0, band], first + d
                n += 1
    return keys, texts


@kernel
def carriers(column: Any, low: Any, high: Any, first: int, known: Any, texts: Any, out: Any, n: int) -> int:
    """Write the documents of the records `[low, high)` (int64) of each key, below the text of the key (`texts`, int64),
    to `out` (uint64) from `n` on; return how far it is then filled.

    `column` and `first` are as in `gather`, `known` as in `worthy`.
    """
    mask = np.int64((1 << RANK_BITS) - 1)
    for i in range(len(low)):
        for r in range(low[i], high[i]):
            place = first + (np.int64(value_of(column, r)) & mask)
            if known[0][place] < np.inf:
                out[n] = np.uint64(texts[i]) << np.uint64(32) | np.uint64(known[1][place])
                n += 1
    return n


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
def gather(column: Any, low: Any, high: Any, contexts: Any, first: int, at: Any, out: Any) -> None:
    """Write what stands in the records `[low, high)` (int64) of each key to `out` (uint32), from `at[key]` (int64) on,
    which is moved along.

    `column` (uint32, see `value_of`) has the postings of a part whose documents are counted from `first` on. Written
    is the place of a document, and below it two bits: `BEFORE` where the word before the seed is another one than
    `contexts` (uint32 a key) tell, `BEHIND` where the next one is. Keys in order are read in order: looked up
    seed by seed as a text has them, every posting would have to be fetched from far away.
    """
    mask, before = np.int64((1 << RANK_BITS) - 1), np.int64((1 << BEFORE_BITS) - 1)
    for i in range(len(low)):
        wanted, n = np.int64(contexts[i]), at[i]
        for r in range(low[i], high[i]):
            posting = np.int64(value_of(column, r))
            other = posting >> RANK_BITS ^ wanted
            differs = (BEFORE if other & before else 0) | (BEHIND if other >> NEXT_BITS else 0)
            out[n] = np.uint32((first + (posting & mask)) << 2 | differs)
            n += 1
        at[i] = n


@helper
def _span(differs: Any, spans: Any, s: int) -> Any:
    """Return the tokens that a hit may stand for: the seed, and on each side as much as may go on without another seed
    where the words beside it may be the same."""
    start = spans[s, 1] if differs & BEFORE else spans[s, 0]
    end = spans[s, 2] if differs & BEHIND else spans[s, 3]
    return start, end


@helper
def _at_most(texts: Any, starts: Any, postings: Any, spans: Any, value: Any, worth: Any, out: Any) -> int:
    """Write to the beginning of `out` (float64) what all hits of the seeds `[first, last)` are worth, in groups
    of documents whose places are equal in their last bits; return these bits. `worth` is room for four values.

    Most documents have one or two of the seeds by chance: told so from a few kilobytes, they cost little.
    """
    first, last = texts
    groups, total = 256, starts[last] - starts[first]
    while groups < 2 * total and groups < len(out):
        groups *= 2
    for group in range(groups):
        out[group] = 0.0
    for s in range(first, last):
        if starts[s] == starts[s + 1]:
            continue
        for differs in range(4):
            start, end = _span(differs, spans, s)
            worth[differs] = value[end] - value[start]
        for i in range(starts[s], starts[s + 1]):
            hit = np.int64(postings[i])
            out[hit >> 2 & (groups - 1)] += worth[hit & 3]
    return groups - 1


@helper
def _promising(texts: Any, starts: Any, postings: Any, most: Any, group: int, enough: float, met: Any) -> int:
    """Write seed and posting of the hits in the groups that are worth enough to `met` (int64, n x 3); return how many
    there are. It must have room for all hits and one more."""
    n = 0
    for s in range(texts[0], texts[1]):
        for i in range(starts[s], starts[s + 1]):
            posting = np.int64(postings[i])
            met[n, 0], met[n, 1] = s, posting
            # without a branch that would be guessed wrong
            n += most[posting >> 2 & group] >= enough
    return n


@kernel
def worthy(bounds: Any, hits: Any, known: Any, in_batch: Any, spans: Any, sums: Any, borders: Any, limits: Any) -> Any:
    """Return the documents that one chain of hits could make a match of, for each of some texts.

    `bounds` are those of each text's seeds (int64, texts + 1). `hits` are what `gather` wrote for seed s at
    `[starts[s], starts[s + 1])` (int64) of an array. `known` is what chance costs in each
    document (float64, infinite for what is not to be found) and its number (uint32), by place. `in_batch` is the least
    number of the texts themselves, which of them each number is (int64, -1 for none), and the number of the first text
    here: an answer names earlier texts alone. `spans` (int64, seeds x 4) are where a run with a seed may begin and
    where the seed does, where the seed ends and where the run may; `sums` mass and value as in `chosen`, with what each
    text needs (float64, texts x 2); `limits` as in `chosen`.

    Returns texts (int64), places (int64) and bounds (float64) of these documents, and their hits (int64, n x 3: which
    of the documents, tokens `[start, end)`), in order of the seeds of each text.
    """
    starts, postings = hits
    mass, value, needed = sums
    first_border, last_border = _borders(borders)
    most, worth = np.empty(GROUPS), np.empty(4)
    place_of, best_of = np.empty(64, np.int64), np.empty(64, np.int64)
    place, chain = np.empty((64, 3), np.int64), np.empty((64, 2), np.float64)
    table, met = np.empty(64, np.int64), np.empty((256, 3), np.int64)
    texts, found, best = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.float64)
    kept = np.empty((256, 3), np.int64)
    n, n_kept = 0, 0
    for t in range(len(bounds) - 1):
        seeds = bounds[t], bounds[t + 1]
        group = _at_most(seeds, starts, postings, spans, value, worth, most)
        enough = min(needed[t, 0], needed[t, 1]) - TINY
        while len(met) <= starts[seeds[1]] - starts[seeds[0]]:
            met = grown_rows(met)
        total = _promising(seeds, starts, postings, most, group, enough, met)
        while len(place_of) < total:
            place_of, best_of, place, chain = grown(place_of), grown(best_of), grown_rows(place), grown_rows(chain)
        slots = 64
        while slots < 2 * total:
            slots *= 2
        while len(table) < slots:
            table = grown(table)
        for slot in range(slots):
            table[slot] = -1
        count = 0
        for m in range(total):
            document = met[m, 1] >> 2
            start, end = _span(met[m, 1], spans, met[m, 0])
            at = document * 0x9E3779B1 >> 7 & (slots - 1)
            while table[at] >= 0 and place_of[table[at]] != document:
                at = at + 1 & (slots - 1)
            k = table[at]
            if k < 0:
                k = count
                count += 1
                table[at], place_of[k] = k, document
                place[k, 1], chain[k, 1] = -1, 0.0
            met[m, 2] = k
            if place[k, 1] == -2:
                continue
            # the chain so far: where it begins and ends, its mass, its value, and the best of all chains
            if place[k, 1] < 0 or start - place[k, 1] > limits[0]:
                place[k, 0], place[k, 1], place[k, 2], chain[k, 0] = start, start, 0, 0.0
            low, high = max(start, place[k, 1]), max(end, place[k, 1])
            place[k, 1] = high
            place[k, 2] += mass[high] - mass[low]
            chain[k, 0] += value[high] - value[low]
            if place[k, 2] < limits[1] or chain[k, 0] <= chain[k, 1]:
                continue
            unit = last_border[high] - first_border[place[k, 0]] >= UNIT
            least = needed[t, 1 if unit else 0]
            # most documents never come so far, and nothing of them is looked up
            if chain[k, 0] >= least and chain[k, 0] >= least + known[0][document]:
                p = np.int64(known[1][document]) - in_batch[0]
                if 0 <= p < len(in_batch[1]) and in_batch[1][p] >= in_batch[2] + t:
                    place[k, 1] = -2
                else:
                    chain[k, 1] = chain[k, 0]
        before = n
        for k in range(count):
            best_of[k] = -1
            if chain[k, 1] > 0:
                if n == len(texts):
                    texts, found, best = grown(texts), grown(found), grown(best)
                texts[n], found[n], best[n] = t, place_of[k], chain[k, 1]
                best_of[k] = n
                n += 1
        for m in range(total if n > before else 0):
            k = best_of[met[m, 2]]
            if k >= 0:
                if n_kept == len(kept):
                    kept = grown_rows(kept)
                start, end = _span(met[m, 1], spans, met[m, 0])
                kept[n_kept, 0], kept[n_kept, 1], kept[n_kept, 2] = k, start, end
                n_kept += 1
    return texts[:n].copy(), found[:n].copy(), best[:n].copy(), kept[:n_kept].copy()


@kernel
def reach(places: Any, weights: Any, bounds: Any, size: int, beyond: int) -> Any:
    """Return of each seed of `size` words, at token places (int64) in the order of the texts, where a run with it may
    begin that has no other seed before, where the seed begins, where it ends, and where the run may end without another
    seed behind, `beyond` tokens from either (int64, n x 4: tokens from `bounds[0]` on).

    `weights` (uint8, 6 a word) are those of all tokens, `bounds` (int64) where the tokens of each text begin and end.
    """
    out = np.empty((len(places), 4), np.int64)
    first, t = bounds[0], 0
    for i in range(len(places)):
        place = places[i]
        while bounds[t + 1] <= place:
            t += 1
        weight, end = 0, place
        while end < bounds[t + 1] and weight < 6 * size:
            weight += weights[end]
            end += 1
        out[i, 0], out[i, 1] = max(place - beyond, bounds[t]) - first, place - first
        out[i, 2], out[i, 3] = end - first, min(end + beyond, bounds[t + 1]) - first
    return out
