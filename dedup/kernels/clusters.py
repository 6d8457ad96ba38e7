"""Intervals that overlap in one text, joined."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel

# Open intervals that a new one is compared with; the longest open one is always among them.
LOOK_BACK = 64


@kernel
def _root(parents: Any, i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


@kernel
def overlap_groups(starts: Any, ends: Any, documents: Any) -> Any:
    """Return a group number for each interval (sorted by document, start, falling end).

    Two intervals of a text are in one group when they overlap by half of the shorter one, and so on transitively.
    The number is the index of the first interval of the group.
    """
    n = len(starts)
    parents = np.arange(n)
    longest = 0
    for i in range(n):
        if i == 0 or documents[i] != documents[i - 1]:
            longest = i
        first = max(longest, i - LOOK_BACK)
        for step in range(i - first + 1):
            j = longest if step == i - first else i - 1 - step
            if j >= i or documents[j] != documents[i]:
                continue
            shared = min(ends[i], ends[j]) - starts[i]
            if 2 * shared >= min(ends[i] - starts[i], ends[j] - starts[j]):
                a, b = _root(parents, i), _root(parents, j)
                parents[max(a, b)] = min(a, b)
        if ends[i] > ends[longest]:
            longest = i
    for i in range(n):
        parents[i] = _root(parents, i)
    return parents


@kernel
def coincide(groups: Any, spans: Any) -> Any:
    """Return whether each span (int64, n x 2) is, by half of either, the same as an earlier one of its group.

    Groups stand together; a span that is the same as an earlier one is compared with no later one.
    """
    n = len(groups)
    found = np.zeros(n, np.bool_)
    first = 0
    for i in range(n):
        if i and groups[i] != groups[i - 1]:
            first = i
        for j in range(first, i):
            if found[j]:
                continue
            shared = 2 * (min(spans[i, 1], spans[j, 1]) - max(spans[i, 0], spans[j, 0]))
            if shared >= spans[i, 1] - spans[i, 0] and shared >= spans[j, 1] - spans[j, 0]:
                found[i] = True
                break
    return found


@helper
def _is_other(start: int, end: int, places: Any, first: int, last: int, least: int) -> bool:
    """Return whether a span stands apart from the places `first:last`, which do not overlap, or has at least `least`
    outside them."""
    inside = 0
    for p in range(first, last):
        inside += max(0, min(end, places[p, 2]) - max(start, places[p, 1]))
    return inside == 0 or end - start - inside >= least


@kernel
def common(numbers: Any, bounds: Any, pairs: Any) -> Any:
    """Return the numbers that both of each pair of texts (int64, n x 2) have, each once and rising, one pair's behind
    the other, and where those of each begin and the last ends (int64).

    Text d has `numbers[bounds[d]:bounds[d + 1]]` (rising).
    """
    edges = np.zeros(len(pairs) + 1, np.int64)
    most = 0
    for p in range(len(pairs)):
        a, b = pairs[p, 0], pairs[p, 1]
        most += min(bounds[a + 1] - bounds[a], bounds[b + 1] - bounds[b])
    out = np.empty(most, numbers.dtype)
    n = 0
    for p in range(len(pairs)):
        a, b = pairs[p, 0], pairs[p, 1]
        i, j = bounds[a], bounds[b]
        while i < bounds[a + 1] and j < bounds[b + 1]:
            if numbers[i] < numbers[j]:
                i += 1
            elif numbers[j] < numbers[i]:
                j += 1
            else:
                if n == edges[p] or out[n - 1] != numbers[i]:
                    out[n] = numbers[i]
                    n += 1
                i += 1
                j += 1
        edges[p + 1] = n
    return out[:n].copy(), edges


@kernel
def in_company(numbers: Any, spans: Any, bounds: Any, places: Any, edges: Any, least: int) -> Any:
    """Return how many pairs of the texts of each sample have another number in common than that of its places (int64).

    Text d has the numbers `bounds[d]:bounds[d + 1]` of `numbers` (rising), which stand at `spans` (n x 2). Sample s has
    the places `edges[s]:edges[s + 1]` of `places` (int64, m x 3: text, start, end), sorted by text. Another
    number is one of which a span in the first text of the pair stands apart from the places there, or has at least
    `least` outside them: else it is the same passage, a little longer or shorter.
    """
    found = np.zeros(len(edges) - 1, np.int64)
    for s in range(len(found)):
        a = edges[s]
        while a < edges[s + 1]:
            behind = a
            while behind < edges[s + 1] and places[behind, 0] == places[a, 0]:
                behind += 1
            b = behind
            while b < edges[s + 1]:
                if b == behind or places[b, 0] != places[b - 1, 0]:
                    found[s] += _has_company(numbers, spans, bounds, places, a, behind, places[b, 0], least)
                b += 1
            a = behind
    return found


@helper
def _has_company(
    numbers: Any, spans: Any, bounds: Any, places: Any, first: int, last: int, other: int, least: int
) -> bool:
    """Return whether the text of the places `first:last` has another number in common with a text."""
    text = places[first, 0]
    i, j = bounds[text], bounds[other]
    while i < bounds[text + 1] and j < bounds[other + 1]:
        if numbers[i] > numbers[j]:
            j += 1
            continue
        if numbers[i] == numbers[j] and _is_other(spans[i, 0], spans[i, 1], places, first, last, least):
            return True
        i += 1
    return False


@kernel
def _covered(keys: Any, clusters: Any, spans: Any, key: int, cluster: int, start: int, end: int) -> int:
    """Return how much of `[start, end)` the places of a key in one cluster cover."""
    total = 0
    i = np.searchsorted(keys, key)
    while i < len(keys) and keys[i] == key:
        if clusters[i] == cluster:
            total += max(0, min(spans[i, 1], end) - max(spans[i, 0], start))
        i += 1
    return total


@kernel
def explained(sides: Any, spans: Any, keys: Any, clusters: Any, places: Any) -> Any:
    """Return whether at least half of both sides of each passage lies in places of one cluster.

    A passage has the texts with the keys `sides` (int64, n x 2) and the spans `spans` (int64, n x 4). Places (int64,
    m x 2) are sorted by `keys`, then by `clusters`.
    """
    n = len(sides)
    found = np.zeros(n, np.bool_)
    for p in range(n):
        half = spans[p, 1] - spans[p, 0]
        other = spans[p, 3] - spans[p, 2]
        i = np.searchsorted(keys, sides[p, 0])
        while i < len(keys) and keys[i] == sides[p, 0] and not found[p]:
            cluster, total = clusters[i], 0
            while i < len(keys) and keys[i] == sides[p, 0] and clusters[i] == cluster:
                total += max(0, min(places[i, 1], spans[p, 1]) - max(places[i, 0], spans[p, 0]))
                i += 1
            if 2 * total >= half:
                found[p] = 2 * _covered(keys, clusters, places, sides[p, 1], cluster, spans[p, 2], spans[p, 3]) >= other
    return found


@kernel
def carried(spans: Any, carriers: Any, count: int, edges: Any) -> Any:
    """Return which of `count` carriers have at least half of which stretch between edges (bool, carriers x stretches).

    `spans` (int64, n x 2) are those of pieces, `carriers` (int64) whose they are.
    """
    covered = np.zeros((count, len(edges) - 1), np.int64)
    for p in range(len(spans)):
        low, high = spans[p]
        s = max(0, np.searchsorted(edges, low, side="right") - 1)
        while s < len(edges) - 1 and edges[s] < high:
            covered[carriers[p], s] += max(0, min(edges[s + 1], high) - max(edges[s], low))
            s += 1
    found = np.zeros(covered.shape, np.bool_)
    for c in range(count):
        for s in range(len(edges) - 1):
            found[c, s] = 2 * covered[c, s] >= edges[s + 1] - edges[s]
    return found


@kernel
def extents(spans: Any, carriers: Any, count: int, start: int, end: int) -> Any:
    """Return from where to where the pieces of each carrier lie in `[start, end)` (int64, count x 2); nothing of those
    that have none there."""
    found = np.empty((count, 2), np.int64)
    found[:, 0], found[:, 1] = end, start
    for p in range(len(spans)):
        low, high = max(spans[p, 0], start), min(spans[p, 1], end)
        if low < high:
            c = carriers[p]
            found[c, 0], found[c, 1] = min(found[c, 0], low), max(found[c, 1], high)
    for c in range(count):
        if found[c, 0] >= found[c, 1]:
            found[c, 0], found[c, 1] = start, start
    return found
