"""Sorted seeds to hits: all against all in small buckets, neighbours in context order in frequent ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown_rows
from dedup.kernels.jit import kernel

# Tokens compared on either side when the places of a frequent seed are put in order.
CONTEXT = 64


@kernel
def document_of(places: Any, bounds: Any) -> Any:
    """Return the text (int32) that each token place belongs to."""
    out = np.empty(len(places), np.int32)
    for i in range(len(places)):
        low, high = 0, len(bounds) - 1
        while high - low > 1:
            middle = (low + high) // 2
            if bounds[middle] <= places[i]:
                low = middle
            else:
                high = middle
        out[i] = low
    return out


@kernel
def _before(hashes: Any, p: int, p_end: int, q: int, q_end: int, step: int) -> bool:
    """Say whether the context of place p sorts before that of q, reading forward (step 1) or backward (-1)."""
    room = min(CONTEXT, min((p_end - p) * step, (q_end - q) * step))
    for k in range(room):
        x, y = hashes[p + k * step], hashes[q + k * step]
        if x != y:
            return x < y
    left, right = (p_end - p) * step, (q_end - q) * step
    if room < CONTEXT and left != right:
        return left < right
    return p < q


@kernel
def _context_order(hashes: Any, places: Any, documents: Any, bounds: Any, step: int, order: Any, spare: Any) -> None:
    """Sort `order` (indices into `places`) by context: a bottom-up merge sort."""
    n = len(order)
    width = 1
    while width < n:
        for low in range(0, n, 2 * width):
            middle, high = min(low + width, n), min(low + 2 * width, n)
            i, j = low, middle
            for k in range(low, high):
                take_left = i < middle
                if take_left and j < high:
                    a, b = order[j], order[i]
                    a_doc, b_doc = documents[a], documents[b]
                    if step > 0:
                        a_end, b_end = bounds[a_doc + 1], bounds[b_doc + 1]
                    else:
                        a_end, b_end = bounds[a_doc] - 1, bounds[b_doc] - 1
                    take_left = not _before(hashes, places[a], a_end, places[b], b_end, step)
                if take_left:
                    spare[k] = order[i]
                    i += 1
                else:
                    spare[k] = order[j]
                    j += 1
        for k in range(n):
            order[k] = spare[k]
        width *= 2


@kernel
def _emit(out: Any, n: int, a: int, b: int) -> int:
    """Write the hit with the smaller place first."""
    out[n, 0] = min(a, b)
    out[n, 1] = max(a, b)
    return n + 1


@kernel
def link(keys: Any, places: Any, documents: Any, bounds: Any, hashes: Any, sides: Any, small: int) -> Any:
    """Link the places of each seed (both sorted by key, then place).

    `sides` (int8 a text): places are linked only across sides when a text has side 1, any with any when all are 0.
    Returns hits (int64, n x 2 places, the smaller first) and how many frequent buckets were linked by neighbours.
    """
    n = len(keys)
    two_sided = sides.max() > 0 if len(sides) else False
    room = 0
    largest = 0
    i = 0
    while i < n:
        j = i
        while j < n and keys[j] == keys[i]:
            j += 1
        size = j - i
        room += size * (size - 1) // 2 if size <= small else 4 * size
        largest = max(largest, size)
        i = j
    out = np.empty((room, 2), np.int64)
    order = np.empty(largest, np.int64)
    spare = np.empty(largest, np.int64)
    count = 0
    frequent = 0
    i = 0
    while i < n:
        j = i
        while j < n and keys[j] == keys[i]:
            j += 1
        size = j - i
        if 1 < size <= small:
            for x in range(i, j):
                for y in range(x + 1, j):
                    same = documents[x] == documents[y]
                    if same and y > x + 1:
                        continue
                    if two_sided and sides[documents[x]] == sides[documents[y]]:
                        continue
                    count = _emit(out, count, places[x], places[y])
        elif size > small:
            frequent += 1
            for step in (1, -1):
                part = order[:size]
                for k in range(size):
                    part[k] = i + k
                _context_order(hashes, places, documents, bounds, step, part, spare)
                last0, last1 = -1, -1
                for k in range(size):
                    here = part[k]
                    side = sides[documents[here]]
                    other = (last0 if side else last1) if two_sided else last0
                    if other >= 0:
                        count = _emit(out, count, places[other], places[here])
                    if side:
                        last1 = here
                    else:
                        last0 = here
                if two_sided:
                    last0, last1 = -1, -1
                    for k in range(size - 1, -1, -1):
                        here = part[k]
                        side = sides[documents[here]]
                        other = last0 if side else last1
                        if other >= 0:
                            count = _emit(out, count, places[other], places[here])
                        if side:
                            last1 = here
                        else:
                            last0 = here
        i = j
    return out[:count].copy(), frequent


@kernel
def pair_order(left: Any, right: Any, n_documents: int) -> Any:
    """Return the stable order (int64) of hits by left, then right document: two counting sorts."""
    n = len(left)
    order = np.empty(n, np.int64)
    counts = np.zeros(n_documents + 1, np.int64)
    for i in range(n):
        counts[right[i] + 1] += 1
    for d in range(n_documents):
        counts[d + 1] += counts[d]
    for i in range(n):
        order[counts[right[i]]] = i
        counts[right[i]] += 1
    final = np.empty(n, np.int64)
    counts[:] = 0
    for i in range(n):
        counts[left[i] + 1] += 1
    for d in range(n_documents):
        counts[d + 1] += counts[d]
    for k in range(n):
        i = order[k]
        final[counts[left[i]]] = i
        counts[left[i]] += 1
    return final


@kernel
def _fill(keys: Any, low: int, high: int, heads: Any, following: Any, counts: Any) -> None:
    """Put the seeds `[low, high)` into a chained hash table, so that each chain stands in order of place."""
    mask = len(heads) - 1
    for slot in range(len(heads)):
        heads[slot] = -1
    for i in range(high - 1, low - 1, -1):
        slot = keys[i] & mask
        following[i - low] = heads[slot]
        heads[slot] = i
        counts[i - low] = 0


@kernel
def _first_at(places: Any, low: int, high: int, place: int) -> int:
    """Return the first seed of `[low, high)` that stands at `place` or behind it."""
    while low < high:
        middle = (low + high) // 2
        if places[middle] < place:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def pair_hits(pairs: Any, windows: Any, keys: Any, places: Any, seed_bounds: Any, small: int) -> Any:
    """Return the hits of given pairs of texts (int64, n x 2, left <= right) from the seeds of all texts.

    `windows` (int64, n x 4) are the token spans of both texts in which hits are wanted. `keys` and `places` stand text
    by text at `seed_bounds`, in order of place. A seed that the left span holds more than `small` times is linked in
    order
    of occurrence; in one text with the next occurrence only. Returns hits (int64, m x 2) and how many each pair has
    (int64, n).
    """
    out = np.empty((4096, 2), np.int64)
    found = np.zeros(len(pairs), np.int64)
    heads = np.empty(0, np.int64)
    following = np.empty(0, np.int64)
    counts = np.empty(0, np.int64)
    n = 0
    for p in range(len(pairs)):
        a, b = pairs[p, 0], pairs[p, 1]
        low = _first_at(places, seed_bounds[a], seed_bounds[a + 1], windows[p, 0])
        high = _first_at(places, low, seed_bounds[a + 1], windows[p, 1])
        same = (
            p > 0 and a == pairs[p - 1, 0] and windows[p, 0] == windows[p - 1, 0] and windows[p, 1] == windows[p - 1, 1]
        )
        if not same:
            room = 16
            while room < 2 * (high - low):
                room *= 2
            heads = np.empty(room, np.int64)
            following = np.empty(high - low, np.int64)
            counts = np.empty(high - low, np.int64)
            _fill(keys, low, high, heads, following, counts)
        else:
            for i in range(high - low):
                counts[i] = 0
        first = _first_at(places, seed_bounds[b], seed_bounds[b + 1], windows[p, 2])
        last = _first_at(places, first, seed_bounds[b + 1], windows[p, 3])
        before = n
        for j in range(first, last):
            n_left, head, previous = 0, -1, -1
            i = heads[keys[j] & (len(heads) - 1)]
            while i >= 0:
                if keys[i] == keys[j]:
                    head = i if head < 0 else head
                    previous = i if places[i] < places[j] else previous
                    n_left += 1
                i = following[i - low]
            if n_left == 0:
                continue
            rank = counts[head - low]
            counts[head - low] += 1
            i, k = head, 0
            while i >= 0:
                if keys[i] == keys[j]:
                    wanted = i == previous if a == b else n_left <= small or k == min(rank, n_left - 1)
                    if wanted:
                        if n == len(out):
                            out = grown_rows(out)
                        out[n, 0], out[n, 1] = places[i], places[j]
                        n += 1
                    k += 1
                i = following[i - low]
        found[p] = n - before
    return out[:n].copy(), found
