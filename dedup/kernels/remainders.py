"""What is left of texts without what many of them have, as weighted words; which texts it says have to do with one
another.

Vectors are a tuple of words, weights, edges, and which are known, titles one of what `titles.each_once` returns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel
from dedup.kernels.titles import RELATED, UNKNOWN, related
from dedup.kernels.weights import remainder_keys, sparse_dot, weighted_words


@kernel
def usual_words(hashes: Any, bounds: Any, texts: Any) -> Any:
    """Return the words (uint32, in any order) that at least half of some texts (int64, of those at `bounds`) hold."""
    total = 0
    for t in texts:
        total += bounds[t + 1] - bounds[t]
    bits = 1
    while 1 << bits < 2 * total:
        bits += 1
    mask: Any = (1 << bits) - 1
    # words in a table, the last text that each was in, of which 0 is none, and in how many it was
    words, last = np.empty(1 << bits, np.uint32), np.zeros(1 << bits, np.int32)
    counts, often = np.zeros(1 << bits, np.int32), 0
    for n in range(len(texts)):
        for i in range(bounds[texts[n]], bounds[texts[n] + 1]):
            word = hashes[i]
            at = np.int64(word) & mask
            while last[at] and words[at] != word:
                at = at + 1 & mask
            if last[at] != n + 1:
                words[at], last[at] = word, n + 1
                counts[at] += 1
                often += 2 * counts[at] in (len(texts), len(texts) + 1)
    found, n = np.empty(often, np.uint32), 0
    for at in range(len(counts)):
        if counts[at] and 2 * counts[at] >= len(texts):
            found[n] = words[at]
            n += 1
    return found


@kernel
def remainders(hashes: Any, weights: Any, masses: Any, covered: Any, spans: Any, widest: tuple[int, int]) -> Any:
    """Return the keys and masses of `remainder_keys` of some spans without others (int64, n x 2 each), one behind the
    other, where those of each begin and the last ends (int64), and what the tokens of each weigh (int64)."""
    of, without = spans
    bounds, weighed = np.zeros(len(of) + 1, np.int64), np.empty(len(of), np.int64)
    total = 0
    for s in range(len(of)):
        total += of[s, 1] - of[s, 0]
    keys, values = np.empty(total, np.uint64), np.empty(total, np.float64)
    for s in range(len(of)):
        span, inner = (of[s, 0], of[s, 1]), (without[s, 0], without[s, 1])
        own, nats, weighed[s] = remainder_keys(hashes, weights, masses, covered, span, inner, widest)
        first, last = bounds[s], bounds[s] + len(own)
        keys[first:last], values[first:last] = own, nats
        bounds[s + 1] = last
    return keys, values, bounds, weighed


@kernel
def vectors(keys: Any, values: Any, bounds: Any, houses: Any, families: Any, kept: Any) -> Any:
    """Return the words of the stretches `bounds[s]:bounds[s + 1]` of sorted keys that are `kept` (bool), one behind the
    other, with their weights, as `weighted_words`, and where those of each begin and the last ends (int64).

    Stretch s is of family `families[s]` (int64), whose words, which are left out, are `houses[1][f]:houses[1][f + 1]`
    of `houses[0]`; -1 is of none.
    """
    words, weights = np.empty(len(keys), np.uint32), np.empty(len(keys), np.float64)
    edges = np.zeros(len(bounds), np.int64)
    for s in range(len(kept)):
        edges[s + 1] = edges[s]
        if kept[s]:
            f, low, high = families[s], bounds[s], bounds[s + 1]
            house = houses[0][houses[1][f] : houses[1][f + 1]] if f >= 0 else houses[0][:0]
            own, each = weighted_words(keys[low:high], values[low:high], house)
            edges[s + 1] += len(own)
            words[edges[s] : edges[s + 1]], weights[edges[s] : edges[s + 1]] = own, each
    return words[: edges[-1]].copy(), weights[: edges[-1]].copy(), edges


@helper
def _dot(left: Any, a: int, right: Any, b: int) -> float:
    """Return the cosine of one of the vectors of `left` and one of `right`: words, weights, edges, and which are known;
    nan where one is not."""
    if not (left[3][a] and right[3][b]):
        return np.nan
    i, j = left[2][a], left[2][a + 1]
    k, m = right[2][b], right[2][b + 1]
    if j - i > m - k:
        return sparse_dot(right[0][k:m], right[1][k:m], left[0][i:j], left[1][i:j])
    return sparse_dot(left[0][i:j], left[1][i:j], right[0][k:m], right[1][k:m])


@kernel
def cosines(pairs: Any, left: Any, right: Any) -> Any:
    """Return the cosine (float64) of each vector `pairs[p, 0]` of `left` with `pairs[p, 1]` of `right`, as `_dot`."""
    out = np.empty(len(pairs), np.float64)
    for p in range(len(pairs)):
        out[p] = _dot(left, pairs[p, 0], right, pairs[p, 1])
    return out


@helper
def _titles(a: int, b: int, titles: Any, families: Any, houses: Any, least: tuple[float, float]) -> int:
    """Return what the titles of two texts are to each other, without the words of a family that both are of."""
    f = families[a]
    house = houses[0][houses[1][f] : houses[1][f + 1]] if families[b] == f else houses[0][:0]
    return related(titles[0], titles[1], titles[2], titles[3], (a, b), house, least)


@kernel
def unrelated(
    pages: Any, bounds: Any, texts: Any, titles: Any, families: Any, houses: Any, known: Any, least: Any, most: int
) -> Any:
    """Return how many pages of each list (int64), each picked in its turn, are related to none that was picked before,
    `most` at most: by their titles or, where these are not, by the cosine of their remainders; where that is not known,
    those are whose titles say too little.

    List c has the `pages[bounds[c]:bounds[c + 1]]` (int64), which are numbers of the vectors `known`; page p is the
    text `texts[p]` (int64). Titles, families and houses are as of `titles.suspects`; `least` has what titles must
    share, and the least cosine.
    """
    out = np.zeros(len(bounds) - 1, np.int64)
    picked = np.empty(most, np.int64)
    shared = (least[0], least[1])
    for c in range(len(out)):
        n = 0
        for i in range(bounds[c], bounds[c + 1]):
            is_new = True
            for k in range(n):
                told = _titles(texts[pages[i]], texts[picked[k]], titles, families, houses, shared)
                cosine = np.nan if told == RELATED else _dot(known, pages[i], known, picked[k])
                if told == RELATED or cosine >= least[2] or (np.isnan(cosine) and told == UNKNOWN):
                    is_new = False
                    break
            if is_new:
                picked[n] = pages[i]
                n += 1
                if n == most:
                    break
        out[c] = n
    return out


@kernel
def of_pairs(
    pages: Any, bounds: Any, texts: Any, titles: Any, families: Any, houses: Any, known: Any, least: Any, other: float
) -> Any:
    """Return the cosine of the remainders of each page of each list with each one before it (float64), 1 where their
    titles are related, nan where it is not known; all as of `unrelated`.

    Titles of two families whose remainders are no more alike than `other` relate nothing: those of like events are
    alike too.
    """
    total = 0
    for c in range(len(bounds) - 1):
        n = bounds[c + 1] - bounds[c]
        total += n * (n - 1) // 2
    out = np.empty(total, np.float64)
    at = 0
    for c in range(len(bounds) - 1):
        for i in range(bounds[c], bounds[c + 1]):
            for j in range(bounds[c], i):
                a, b = pages[i], pages[j]
                out[at] = _dot(known, a, known, b)
                asked = families[texts[a]] == families[texts[b]] or not out[at] <= other
                if asked and _titles(texts[a], texts[b], titles, families, houses, least) == RELATED:
                    out[at] = 1.0
                at += 1
    return out


@kernel
def usual(known: Any, bounds: Any, family: int, other: int) -> Any:
    """Return the cosines (float64) of each of the vectors `bounds[f]:bounds[f + 1]` of a family with each of another,
    or of each two of one; those that are not known left out."""
    out = np.empty((bounds[family + 1] - bounds[family]) * (bounds[other + 1] - bounds[other]), np.float64)
    n = 0
    for i in range(bounds[family], bounds[family + 1]):
        for j in range(bounds[other], bounds[other + 1] if other != family else i):
            out[n] = _dot(known, i, known, j)
            n += not np.isnan(out[n])
    return out[:n]
