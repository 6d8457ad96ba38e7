"""Sorted seeds to hits: all against all in small buckets, neighbours in context order in frequent ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import sort
from dedup.kernels.jit import helper, kernel
from dedup.kernels.seeds import document_at

# Tokens compared on either side when the places of a frequent seed are put in order. They are compared by the highest
# byte of their hashes: all of these take a quarter of the memory. A token that looks like another one, as one in 256
# does, puts a place among others that share one token more with one another than with it.
CONTEXT = 64
# Tokens that are read at once for the place of a frequent seed, and how many of them stand before it.
NEAR, NEAR_BEFORE = 32, 14
# Bits of a token where several are compared at once: one more than its byte has, as none is a value too.
BITS = 9


@helper
def number_bits(n: int) -> int:
    """Return the bits that a number below `n` takes."""
    bits = 1
    while n >> bits:
        bits += 1
    return bits


@kernel
def heads(hashes: Any) -> Any:
    """Return the highest byte of each hash (uint8)."""
    out = np.empty(len(hashes), np.uint8)
    for i in range(len(hashes)):
        out[i] = hashes[i] >> np.uint32(24)
    return out


@kernel
def shared_seeds(records: Any, place_bits: int, small: int) -> Any:
    """Number the places of seeds that have more than one, those of frequent seeds first; `records` are as of `scatter`,
    sorted.

    Returns the places with their number below (uint64, `number_bits`), of which place numbers the seeds begin and where
    the last one ends (int64), and how many of the seeds are frequent, which have more than `small` places.
    """
    n, bits = len(records), np.uint64(place_bits)
    mask, above = (np.uint64(1) << bits) - np.uint64(1), np.uint64(number_bits(n))
    out, edges = np.empty(n, np.uint64), np.zeros(n // 2 + 2, np.int64)
    count, seeds, frequent = 0, 0, 0
    for wanted in (True, False):
        i = 0
        while i < n:
            j = i + 1
            while j < n and records[j] >> bits == records[i] >> bits:
                j += 1
            if j - i > 1 and (j - i > small) == wanted:
                for k in range(i, j):
                    out[count] = (records[k] & mask) << above | np.uint64(count)
                    count += 1
                seeds += 1
                frequent += wanted
                edges[seeds] = count
            i = j
    return out[:count].copy(), edges[: seeds + 1].copy(), frequent


@kernel
def link(
    shared: Any,
    above: int,
    edges: Any,
    frequent: int,
    bounds: Any,
    firsts: Any,
    heads: Any,
    sides: Any,
    crossing: bool,
) -> Any:
    """Link the places of each seed: `shared` (sorted, each number in `above` bits), `edges` and how many of the seeds
    are `frequent` as of `shared_seeds`; `heads` (uint8) are the highest bytes of the hashes of all tokens.

    `sides` (int8 a text): places are linked only across sides when `crossing`. Places of a frequent seed are linked
    with their neighbours, those of others all with all. Returns hits (int64, n x 2 places, the smaller first).
    """
    places, documents, near, rooms = _looked_up(shared, above, bounds, firsts, heads, edges[frequent])
    sizes = np.diff(edges)
    largest = np.int64(0)
    for seed in range(frequent):
        largest = max(largest, sizes[seed])
    room = 4 * edges[frequent]
    for seed in range(frequent, len(sizes)):
        room += sizes[seed] * (sizes[seed] - 1) // 2
    out, count = np.empty((room, 2), np.int64), 0
    order, rows = np.empty(largest, np.int64), np.empty((3, largest), np.uint64)
    waiting = np.empty((largest // 2 + 1, 3), np.int64)
    for seed in range(len(sizes)):
        own = slice(edges[seed], edges[seed + 1])
        if seed >= frequent:
            count = _link_small(places[own], documents[own], sides, crossing, out, count)
            continue
        part = order[: sizes[seed]]
        for step in (1, -1):
            some = rooms[own, 0 if step > 0 else 1]
            _context_order(heads, near[own], places[own], some, step, part, rows, waiting)
            count = _link_sorted(places[own], documents[own], part, sides, crossing, 1, out, count)
            if crossing:
                count = _link_sorted(places[own], documents[own], part, sides, crossing, -1, out, count)
    return out[:count].copy()


@kernel
def _looked_up(shared: Any, above: int, bounds: Any, firsts: Any, heads: Any, frequent: int) -> Any:
    """Return place (int64) and text (int32) of each number, and of those below `frequent` the heads around it (uint8,
    n x `NEAR`) and how many of a context there are, that of the place first, to either side (uint8, n x 2).

    `shared` are sorted, so all are read as they stand: fetched seed by seed, each would have to come from far away.
    Tokens and texts are looked up one after the other: a text is looked for by comparing, and behind a comparison that
    was guessed wrong no token is fetched ahead.
    """
    n = len(shared)
    places, documents = np.empty(n, np.int64), np.empty(n, np.int32)
    near, rooms = np.empty((frequent, NEAR), np.uint8), np.empty((frequent, 2), np.uint8)
    mask, d = (np.uint64(1) << np.uint64(above)) - np.uint64(1), 0
    for s in range(n):
        place, i = np.int64(shared[s] >> np.uint64(above)), np.int64(shared[s] & mask)
        if i < frequent:
            # those of other texts are not looked at
            first = place - NEAR_BEFORE
            if first >= 0 and first + NEAR <= len(heads):
                for k in range(np.uint64(NEAR)):
                    near[np.uint64(i), k] = heads[np.uint64(first) + k]
            else:
                low: Any = max(0, -first)
                high: Any = min(NEAR, len(heads) - first)
                for k in range(low, high):
                    near[i, k] = heads[first + k]
    for s in range(n):
        place, i = np.int64(shared[s] >> np.uint64(above)), np.int64(shared[s] & mask)
        if bounds[d + 1] <= place:
            d = document_at(place, bounds, firsts)
        places[i], documents[i] = place, d
        if i < frequent:
            rooms[i, 0], rooms[i, 1] = min(CONTEXT, bounds[d + 1] - place), min(CONTEXT, place - bounds[d] + 1)
    return places, documents, near, rooms


@helper
def _link_small(places: Any, documents: Any, sides: Any, two_sided: bool, out: Any, count: int) -> int:
    """Link all places of a bucket with all, inside one text with the next one only; return the hits so far."""
    for x in range(len(places)):
        for y in range(x + 1, len(places)):
            if documents[x] == documents[y] and y > x + 1:
                continue
            if two_sided and sides[documents[x]] == sides[documents[y]]:
                continue
            count = _emit(out, count, places[x], places[y])
    return count


@helper
def _link_sorted(
    places: Any, documents: Any, order: Any, sides: Any, two_sided: bool, step: int, out: Any, count: int
) -> int:
    """Link each place to the one before it in `order`, read forward or backward, that stands on another side."""
    last0, last1 = -1, -1
    for k in range(len(order)):
        here = order[k] if step > 0 else order[len(order) - 1 - k]
        side = sides[documents[here]]
        other = (last0 if side else last1) if two_sided else last0
        if other >= 0:
            count = _emit(out, count, places[other], places[here])
        if side:
            last1 = here
        else:
            last0 = here
    return count


@helper
def _emit(out: Any, n: int, a: int, b: int) -> int:
    """Write the hit with the smaller place first."""
    out[n, 0] = min(a, b)
    out[n, 1] = max(a, b)
    return n + 1


@helper
def _context_order(
    heads: Any, near: Any, places: Any, rooms: Any, step: int, order: Any, rows: Any, waiting: Any
) -> None:
    """Sort `order` (indices into `places`, which ascend) by context, of which each has so many tokens (`rooms`).

    Of places that sort equal so far the next tokens are read: so copies of a text are gone through once, not compared
    by pairs.

    `rows` (uint64, 3 x n) are room for as many numbers, `waiting` (int64, n x 3) for half as many rows as there are
    places, and one.
    """
    for k in range(len(order)):
        order[k] = k
    waiting[0, 0], waiting[0, 1], waiting[0, 2] = 0, len(order), 0
    left = 1
    while left:
        left -= 1
        low, high, common = waiting[left, 0], waiting[left, 1], waiting[left, 2]
        size = high - low
        some, keys, before = order[low:high], rows[0, :size], rows[1, :size]
        # as many tokens as there is room for above the number of a place
        number = number_bits(size)
        many: Any = (64 - number) // BITS
        common = _beginnings(heads, near, places, rooms, step, some, common, many, keys)
        for k in range(size):
            keys[k] = keys[k] << np.uint64(64 - BITS * many) | np.uint64(k)
            before[k] = np.uint64(some[k])
        sort(keys, rows[2, :size])
        start, bits = 0, np.uint64(64 - BITS * many)
        for k in range(size + 1):
            if k < size:
                some[k] = before[keys[k] & ((np.uint64(1) << np.uint64(number)) - np.uint64(1))]
                if keys[k] >> bits == keys[start] >> bits:
                    continue
            # where all these tokens are the same, and none the end of all of them
            if k - start > 1 and keys[start] >> bits & np.uint64((1 << BITS) - 1):
                waiting[left, 0], waiting[left, 1], waiting[left, 2] = low + start, low + k, common + many
                left += 1
            start = k


@helper
def _beginnings(
    heads: Any, near: Any, places: Any, rooms: Any, step: int, some: Any, common: int, many: int, out: Any
) -> int:
    """Write to `out` (uint64) so `many` tokens of the context of `some` places (which of them), read forward (step 1)
    or backward (-1), behind those that all of these have in common: what sorts lower here sorts lower as a whole.

    `common` tokens are known to be. Returns how many are.
    """
    first = some[0]
    same: Any = CONTEXT
    for i in some[1:]:
        room = min(same, min(rooms[first], rooms[i]))
        same = common
        while same < room:
            away = same * step
            if _head(heads, near, places, first, away) != _head(heads, near, places, i, away):
                break
            same += 1
        if same == common:
            break
    for k, i in enumerate(some):
        value = np.uint64(0)
        for further in range(same, same + many):
            value <<= np.uint64(BITS)
            # 0 is the end of the text, or of what is compared
            if further < rooms[i]:
                value |= np.uint64(_head(heads, near, places, i, further * step)) + np.uint64(1)
        out[k] = value
    return same


@helper
def _head(heads: Any, near: Any, places: Any, i: int, away: int) -> Any:
    """Return the highest byte of the token that stands so far away from a place."""
    if -NEAR_BEFORE <= away < NEAR - NEAR_BEFORE:
        return near[i, NEAR_BEFORE + away]
    return heads[places[i] + away]


@kernel
def link_small(keys: Any, places: Any, documents: Any, small: int) -> Any:
    """Link the places of each seed all with all where it has at most `small`; rows are sorted by key, then place.

    `documents` (int32 a row). Returns hits (int64, n x 2 places, the smaller first) and whether each row is left over
    (bool) as one of a frequent seed.
    """
    n = len(keys)
    room, i = 0, 0
    frequent = np.zeros(n, np.bool_)
    sides = np.zeros(1, np.int8)
    for turn in range(2):
        out = np.empty((room, 2), np.int64)
        count, i = 0, 0
        while i < n:
            j = i + 1
            while j < n and keys[j] == keys[i]:
                j += 1
            if j - i > small:
                frequent[i:j] = True
            elif turn == 0:
                room += (j - i) * (j - i - 1) // 2
            else:
                count = _link_small(places[i:j], documents[i:j], sides, False, out, count)
            i = j
    return out[:count].copy(), frequent


@kernel
def contexts(hashes: Any, places: Any, starts: Any, ends: Any, step: int) -> Any:
    """Return what the tokens at and behind each place are ordered by, read forward (step 1) or backward (-1).

    `starts` and `ends` (int64) are the tokens of each place's text. Returns bytes (uint8, rows x `CONTEXT`) and how
    many of them each row has (int64): their order, then that of the places, is the order of frequent seeds.
    """
    out = np.zeros((len(places), CONTEXT), np.uint8)
    sizes = np.empty(len(places), np.int64)
    for i in range(len(places)):
        sizes[i] = min(CONTEXT, ends[i] - places[i] if step > 0 else places[i] - starts[i] + 1)
        for k in range(sizes[i]):
            out[i, k] = hashes[places[i] + k * step] >> np.uint32(24)
    return out, sizes
