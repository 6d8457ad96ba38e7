"""Seeds to parts, hits to blocks, and the hits of given pairs of texts."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown, grown_rows, order_of
from dedup.kernels.jit import helper, kernel

# Places between two that have their text noted, and their block: so few are noted that they stay near the processor.
DOCUMENT_STEP = 1024
BLOCK_STEP = 1 << 16


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
def first_documents(bounds: Any, step: int) -> Any:
    """Return the text (int32) that holds each `step`-th token place, and the last text behind them."""
    n = len(bounds) - 1
    out = np.empty(bounds[n] // step + 2, np.int32)
    d = 0
    for i in range(len(out)):
        while d < n - 1 and bounds[d + 1] <= i * step:
            d += 1
        out[i] = d
    return out


@helper
def document_at(place: Any, bounds: Any, firsts: Any) -> int:
    """Return the text of a token place; `firsts` are the texts of every `DOCUMENT_STEP`-th place."""
    low, high = firsts[place // DOCUMENT_STEP], firsts[place // DOCUMENT_STEP + 1] + 1
    while high - low > 1:
        middle = (low + high) // 2
        if bounds[middle] <= place:
            low = middle
        else:
            high = middle
    return low


@kernel
def scatter(keys: Any, places: Any, bits: int, place_bits: int) -> Any:
    """Put seeds into `2**bits` parts by the upper bits of their key.

    Returns records (uint64: the rest of the key above `place_bits` bits of place), part by part, and the edges of the
    parts (int64).
    """
    edges = np.zeros((1 << bits) + 1, np.int64)
    for i in range(len(keys)):
        edges[(np.int64(keys[i]) >> (32 - bits)) + 1] += 1
    for p in range(1 << bits):
        edges[p + 1] += edges[p]
    at = edges.copy()
    out = np.empty(len(keys), np.uint64)
    rest = (np.int64(1) << (32 - bits)) - 1
    for i in range(len(keys)):
        key = np.int64(keys[i])
        part = key >> (32 - bits)
        out[at[part]] = np.uint64(key & rest) << np.uint64(place_bits) | np.uint64(places[i])
        at[part] += 1
    return out, edges


@kernel
def scatter_hits(hits: Any, left_bits: int, block_starts: Any, firsts: Any) -> Any:
    """Put hits into blocks by their left text.

    `block_starts` (int64) are the first token of each block and the end of the last, `firsts` the blocks of every
    `BLOCK_STEP`-th place; a place within a block has `left_bits`. Returns records (uint64: the right place, the left
    place within its block), block by block, and the edges of the blocks (int64).
    """
    n = len(hits)
    block = np.empty(n, np.int32)
    edges = np.zeros(len(block_starts), np.int64)
    for i in range(n):
        b = firsts[hits[i, 0] // BLOCK_STEP]
        while block_starts[b + 1] <= hits[i, 0]:
            b += 1
        block[i] = b
        edges[b + 1] += 1
    for k in range(len(edges) - 1):
        edges[k + 1] += edges[k]
    at = edges.copy()
    out = np.empty(n, np.uint64)
    for i in range(n):
        b = block[i]
        out[at[b]] = np.uint64(hits[i, 1]) << np.uint64(left_bits) | np.uint64(hits[i, 0] - block_starts[b])
        at[b] += 1
    return out, edges


@kernel
def open_hits(records: Any, start: int, left_bits: int, bounds: Any, firsts: Any) -> Any:
    """Return the hits of one block, as `scatter_hits` makes them: places (int64, n x 2) and texts (int32, n x 2); the
    records are sorted, and so are the hits by right, then left place."""
    n = len(records)
    left_mask = (np.uint64(1) << np.uint64(left_bits)) - np.uint64(1)
    places, documents = np.empty((n, 2), np.int64), np.empty((n, 2), np.int32)
    d = 0
    for i in range(n):
        left, right = np.int64(records[i] & left_mask) + start, np.int64(records[i] >> np.uint64(left_bits))
        if bounds[d + 1] <= right:
            d = document_at(right, bounds, firsts)
        places[i, 0], places[i, 1] = left, right
        documents[i, 0], documents[i, 1] = document_at(left, bounds, firsts), d
    return places, documents


@kernel
def group_hits(places: Any, documents: Any) -> Any:
    """Return hits, which come in order of their right place, in order of right, then left text: places (int64, n x 2),
    texts (int32, n x 2) and the edges of the pairs of texts (int64)."""
    n = len(places)
    lefts, order, spare = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        lefts[i] = documents[i, 0]
    out, texts = np.empty((n, 2), np.int64), np.empty((n, 2), np.int32)
    groups = np.empty(n + 1, np.int64)
    count, first = 0, 0
    while first < n:
        end, right = first + 1, documents[first, 1]
        while end < n and documents[end, 1] == right:
            end += 1
        order[first] = 0
        if end > first + 1:
            order_of(lefts[first:end], order[first:end], spare[first:end])
        for k in range(first, end):
            i = first + order[k]
            for side in range(2):
                out[k, side], texts[k, side] = places[i, side], documents[i, side]
            if k == first or texts[k, 0] != texts[k - 1, 0]:
                groups[count] = k
                count += 1
        first = end
    groups[count] = n
    return out, texts, groups[: count + 1].copy()


@kernel
def of_pairs(pairs: Any, counts: Any) -> Any:
    """Return the texts of each hit (int32, hits x 2) of pairs of texts (n x 2) that have so many each (int64), and
    where the hits of each pair that has any begin, and the last ones end (int64)."""
    total = 0
    for p in range(len(pairs)):
        total += counts[p]
    documents, groups = np.empty((total, 2), np.int32), np.zeros(len(pairs) + 1, np.int64)
    n, count = 0, 0
    for p in range(len(pairs)):
        for _ in range(counts[p]):
            documents[n, 0], documents[n, 1] = pairs[p, 0], pairs[p, 1]
            n += 1
        if counts[p]:
            count += 1
            groups[count] = n
    return documents, groups[: count + 1].copy()


@helper
def _fill(keys: Any, low: int, high: int, heads: Any, following: Any, first: Any) -> None:
    """Put the seeds `[low, high)` into a chained hash table, each key once, and tell of each seed the first one with
    its key; what `following` and `first` (int64) say is counted from `low` on."""
    heads[:] = -1
    mask = len(heads) - 1
    for j in range(low, high):
        slot = keys[j] & mask
        at = heads[slot]
        while at >= 0 and keys[low + at] != keys[j]:
            at = following[at]
        if at < 0:
            at = j - low
            following[at] = heads[slot]
            heads[slot] = at
        first[j - low] = at


@helper
def _first_at(places: Any, low: int, high: int, place: int) -> int:
    """Return the first seed of `[low, high)` that stands at `place` or behind it."""
    while low < high:
        middle = (low + high) // 2
        if places[middle] < place:
            low = middle + 1
        else:
            high = middle
    return low


@helper
def _carried(keys: Any, low: int, high: int, base: int, heads: Any, following: Any, lists: Any, after: Any) -> None:
    """Write for each key of a table (of seeds from `base` on) how many of the seeds `[low, high)` have it, and the
    first of them, to `lists` (int64, seeds x 3), and the next one behind each (-1: none) to `after` (int64)."""
    mask = len(heads) - 1
    for at in range(len(lists)):
        lists[at, 0], lists[at, 1] = 0, -1
    for i in range(high - 1, low - 1, -1):
        at = heads[keys[i] & mask]
        while at >= 0 and keys[base + at] != keys[i]:
            at = following[at]
        if at >= 0:
            after[i - low] = lists[at, 1]
            lists[at, 0] += 1
            lists[at, 1] = i
    for at in range(len(lists)):
        lists[at, 2] = lists[at, 1]


@kernel
def pair_hits(pairs: Any, windows: Any, keys: Any, places: Any, seed_bounds: Any, small: int) -> Any:
    """Return the hits of given pairs of texts (int64, n x 2, left <= right) from the seeds of all texts.

    `windows` (int64, n x 4) are the token spans of both texts in which hits are wanted. `keys` and `places` stand text
    by text at `seed_bounds`, in order of place. A seed that the left span holds more than `small` times is linked in
    order of occurrence; in one text with the next occurrence only. Returns hits (int64, m x 2) and how many each pair
    has (int64, n). Pairs that follow one another and have the right span in common share what is made of it.
    """
    out = np.empty((4096, 2), np.int64)
    found = np.zeros(len(pairs), np.int64)
    # numbers of seeds of one text in half the room: so the table of the right one stays near
    heads, after = np.empty(16, np.int32), np.empty(16, np.int32)
    following, first, lists = np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, 3), np.int32)
    n, base, end = 0, 0, 0
    for p in range(len(pairs)):
        a, b = pairs[p, 0], pairs[p, 1]
        low = _first_at(places, seed_bounds[a], seed_bounds[a + 1], windows[p, 0])
        high = _first_at(places, low, seed_bounds[a + 1], windows[p, 1])
        was = max(p - 1, 0)
        same = b == pairs[was, 1] and windows[p, 2] == windows[was, 2] and windows[p, 3] == windows[was, 3]
        if p == 0 or not same:
            base = _first_at(places, seed_bounds[b], seed_bounds[b + 1], windows[p, 2])
            end = _first_at(places, base, seed_bounds[b + 1], windows[p, 3])
            room = 16
            while room < 2 * (end - base):
                room *= 2
            heads, lists = np.empty(room, np.int32), np.empty((end - base, 3), np.int32)
            following, first = np.empty(end - base, np.int32), np.empty(end - base, np.int32)
            _fill(keys, base, end, heads, following, first)
        while len(after) < high - low:
            after = grown(after)
        _carried(keys, low, high, base, heads, following, lists, after)
        before = n
        for j in range(base, end):
            one = first[j - base]
            if lists[one, 0] == 0:
                continue
            # all of a few; else the one whose turn it is; in one text the last one before
            i, turns = lists[one, 1], lists[one, 0]
            if a == b:
                while lists[one, 1] >= 0 and places[lists[one, 1]] < places[j]:
                    lists[one, 2] = lists[one, 1]
                    lists[one, 1] = after[lists[one, 1] - low]
                i = lists[one, 2]
                turns = 1 if places[i] < places[j] else 0
            elif turns > small:
                i, turns = lists[one, 2], 1
                if after[i - low] >= 0:
                    lists[one, 2] = after[i - low]
            for _ in range(turns):
                if n == len(out):
                    out = grown_rows(out)
                out[n, 0], out[n, 1] = places[i], places[j]
                n += 1
                i = after[i - low]
        found[p] = n - before
    return out[:n].copy(), found
