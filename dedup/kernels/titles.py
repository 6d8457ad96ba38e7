"""Titles as sorted words with masses: which are about one thing, and what a passage holds of one.

They are a tuple of what `each_once` returns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import argsort
from dedup.kernels.jit import helper, kernel
from dedup.kernels.weights import held

# What two titles are to each other: one of them says too little, they are about other things, or about one.
UNKNOWN, APART, RELATED = -1, 0, 1
# Texts of a cluster whose titles are compared.
MOST_PAGES = 12


@kernel
def each_once(hashes: Any, masses: Any, bounds: Any) -> Any:
    """Return the words of each title once (uint32, rising) with their masses, where those of each begin and the last
    ends (int64), and their sums (float64).

    Title d has the tokens `bounds[d]:bounds[d + 1]` (int64) of `hashes` (uint32) and `masses` (nats); a word that
    stands in it more than once has its largest mass.
    """
    words, kept = np.empty(len(hashes), np.uint32), np.empty(len(hashes), masses.dtype)
    edges, sums = np.zeros(len(bounds), np.int64), np.zeros(len(bounds) - 1, np.float64)
    n = 0
    for d in range(len(sums)):
        low = bounds[d]
        first = n
        for i in argsort(hashes[low : bounds[d + 1]].astype(np.int64)):
            if n > first and words[n - 1] == hashes[low + i]:
                kept[n - 1] = max(kept[n - 1], masses[low + i])
            else:
                words[n], kept[n] = hashes[low + i], masses[low + i]
                n += 1
        for i in range(first, n):
            sums[d] += kept[i]
        edges[d + 1] = n
    return words[:n].copy(), kept[:n].copy(), edges, sums


@helper
def related(words: Any, masses: Any, edges: Any, sums: Any, pair: tuple[int, int], house: Any, least: Any) -> int:
    """Return what two titles (`pair`) are to each other; the other arrays as of `each_once`.

    They are about one thing when they share words, those of `house` (uint32, rising) apart, of the mass `least[0]`, or
    of the share `least[1]` of the lesser one; a title of less than `least[0]` says too little.
    """
    a, b = pair
    if sums[a] < least[0] or sums[b] < least[0]:
        return UNKNOWN
    i, j, h = edges[a], edges[b], 0
    shared, found = 0.0, False
    while i < edges[a + 1] and j < edges[b + 1]:
        if words[i] < words[j]:
            i += 1
        elif words[j] < words[i]:
            j += 1
        else:
            while h < len(house) and house[h] < words[i]:
                h += 1
            if h == len(house) or house[h] != words[i]:
                shared += masses[i]
                found = True
            i, j = i + 1, j + 1
    if found and (shared >= least[0] or shared >= least[1] * min(sums[a], sums[b])):
        return RELATED
    return APART


@kernel
def titled(words: Any, masses: Any, edges: Any, members: Any, hashes: Any) -> Any:
    """Return the mass (float64) of those words of the title of a text that a passage in it holds.

    Passage m stands in text `members[m, 0]` and has the tokens `members[m, 1]:members[m, 2]` (int64) of `hashes`
    (uint32); the other arrays are as of `each_once`.
    """
    out = np.zeros(len(members), np.float64)
    for m in range(len(out)):
        low, high = edges[members[m, 0]], edges[members[m, 0] + 1]
        found = held(words[low:high], hashes[members[m, 1] : members[m, 2]])
        for i in range(len(found)):
            if found[i]:
                out[m] += masses[low + i]
    return out


@helper
def _first_pages(texts: Any, pages: Any) -> int:
    """Write the first of the texts (int64) to `pages`, rising and each once; return how many."""
    n = 0
    for text in texts:
        k = n
        while k > 0 and pages[k - 1] > text:
            k -= 1
        if k == len(pages) or (k > 0 and pages[k - 1] == text):
            continue
        n = min(n + 1, len(pages))
        for m in range(n - 1, k, -1):
            pages[m] = pages[m - 1]
        pages[k] = text
    return n


@kernel
def suspects(texts: Any, bounds: Any, titles: Any, families: Any, houses: Any, least: Any) -> Any:
    """Return which clusters (bool) at least three texts carry of which less than a quarter of the pairs have related
    titles; of many texts, the first are looked at.

    Cluster c has the texts `bounds[c]:bounds[c + 1]` of `texts` (int64); `titles` are the arrays of `each_once`.
    Text d is of family `families[d]` (int64), whose words, which relate nothing, are `houses[1][f]:houses[1][f + 1]` of
    `houses[0]`. `least` is as of `related`.
    """
    out = np.zeros(len(bounds) - 1, np.bool_)
    pages = np.empty(MOST_PAGES, np.int64)
    for c in range(len(out)):
        n = _first_pages(texts[bounds[c] : bounds[c + 1]], pages)
        alike = 0
        for i in range(n):
            f = families[pages[i]]
            own = houses[0][houses[1][f] : houses[1][f + 1]]
            for j in range(i):
                house = own if families[pages[j]] == f else own[:0]
                pair = (pages[i], pages[j])
                alike += related(titles[0], titles[1], titles[2], titles[3], pair, house, least) == RELATED
        out[c] = n > 2 and 4 * alike < n * (n - 1) // 2
    return out
