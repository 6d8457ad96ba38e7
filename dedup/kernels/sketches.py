"""Texts to what whole texts are compared by: sampled shingles, the two smallest ones, and a digest of all words."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel
from dedup.kernels.shingles import shingle_text
from dedup.kernels.tokens import read

_LEFT, _RIGHT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_HIGHEST = np.uint64(0xFFFFFFFFFFFFFFFF)


@helper
def _digest(hashes: Any, n: Any) -> Any:
    """Return two numbers that tell the words of a text from those of others."""
    left, right = np.uint64(n), np.uint64(n)
    for i in range(n):
        left = (left + np.uint64(hashes[i])) * _LEFT
        # no polynomial, as the other one is, and as few steps from word to word
        right = (right ^ np.uint64(hashes[i])) * _RIGHT
        right ^= right >> np.uint64(32)
    return left, right


@kernel
def sketch(data: Any, bounds: Any, tables: Any, size: int, below: Any, short: int) -> Any:
    """Return of texts in UTF-8 (uint8) at `bounds` (int64, n + 1) the shingle hashes smaller than `below` (uint64, text
    by text; of texts of up to `short` shingles all), where each text's are (int64, n x 2), the two smallest hashes
    (uint64, n x 2, all ones where there are none), digests of the words (uint64, n x 2), how many words each has and
    what they weigh (int64).

    `tables` as of `tokens.read`. Words are held of one text at a time: that is little memory, and soon used again.
    """
    n = len(bounds) - 1
    least, digests = np.full((n, 2), _HIGHEST), np.zeros((n, 2), np.uint64)
    sizes, masses = np.zeros(n, np.int64), np.zeros(n, np.int64)
    sampled = np.empty(len(data) // 2 + n, np.uint64)
    spans = np.empty((n, 2), np.int64)
    longest, kept = 0, 0
    for d in range(n):
        longest = max(longest, bounds[d + 1] - bounds[d])
    room = longest // 2 + 2
    hashes, starts, ends = np.empty(room, np.uint32), np.empty(room, np.int32), np.empty(room, np.int32)
    flags, weights = np.empty(room, np.uint8), np.empty(room, np.uint8)
    shingles = np.empty(room, np.uint64)
    for d in range(n):
        words = read(data, bounds[d], bounds[d + 1], tables, (hashes, starts, ends, flags, weights), 0)
        count = shingle_text(hashes[:words], weights[:words], size, shingles)
        first, second = _HIGHEST, _HIGHEST
        spans[d, 0] = kept
        for i in range(count):
            h = shingles[i]
            if h < below or count <= short:
                sampled[kept] = h
                kept += 1
                if h < first:
                    first, second = h, first
                elif first < h < second:
                    second = h
        least[d, 0], least[d, 1] = first, second
        digests[d, 0], digests[d, 1] = _digest(hashes, words)
        spans[d, 1], sizes[d] = kept, words
        mass = 0
        for i in range(words):
            mass += weights[i]
        masses[d] = mass
    return sampled[:kept].copy(), spans, least, digests, sizes, masses


@kernel
def reaching(sampled: Any, spans: Any, highest: Any) -> Any:
    """Return which texts (bool) have a hash above the `highest`; those of each stand in its one of `spans` (int64,
    n x 2)."""
    out = np.zeros(len(spans), np.bool_)
    for d in range(len(out)):
        for i in range(spans[d, 0], spans[d, 1]):
            if sampled[i] > highest:
                out[d] = True
                break
    return out


@kernel
def keyed(sampled: Any, spans: Any, rank: Any, highest: Any, bits: int, shift: int, parts: int) -> Any:
    """Return the hashes up to `highest` of the texts whose `rank` (int64) is not -1, as numbers (uint64) with the rank
    in the lower `bits` and the hash above, and where each of `parts` begins (int64, parts + 1): what has the same bits
    from `shift` on is in one part."""
    low = np.uint64(bits)
    edges: Any = np.zeros(parts + 1, np.int64)
    out = np.empty(0, np.uint64)
    for run in range(2):
        if run:
            out = np.empty(edges[parts], np.uint64)
        for d in range(len(rank)):
            if rank[d] >= 0:
                for i in range(spans[d, 0], spans[d, 1]):
                    if sampled[i] <= highest:
                        at = np.int64(sampled[i] >> np.uint64(shift))
                        if run:
                            out[edges[at]] = sampled[i] >> low << low | np.uint64(rank[d])
                        edges[at + (1 - run)] += 1
        if run:
            # what was a part's beginning is its end now
            for p in range(parts, 0, -1):
                edges[p] = edges[p - 1]
            edges[0] = 0
        else:
            for p in range(parts):
                edges[p + 1] += edges[p]
    return out, edges


@kernel
def together(codes: Any, bits: int, small: int) -> Any:
    """Return the pairs (int64, left * 2**bits + right, left < right) of numbers that stand behind one key in `codes`
    (uint64, sorted, unique): key above, number in the lower `bits`. All of up to `small`, of more only neighbours."""
    shift, mask = np.uint64(bits), (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    count = 0
    for run in range(2):
        out = np.empty(count, np.int64)
        count, low = 0, 0
        while low < len(codes):
            high = low + 1
            while high < len(codes) and codes[high] >> shift == codes[low] >> shift:
                high += 1
            for i in range(low, high - 1):
                last = high if high - low <= small else i + 2
                for j in range(i + 1, last):
                    if run:
                        out[count] = np.int64((codes[i] & mask) << shift | (codes[j] & mask))
                    count += 1
            low = high
    return out
