"""Tokens of a text as one array, eight bytes each: what is kept of many texts is put together by one copy, and then
weighed."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel
from dedup.kernels.weights import token_marks, token_masses

# Of a token: its hash (32 bits), how far behind the token before it begins and how long it is (10 bits each), its flags
# (8) and its weight (4). Where one of the two is too far, `FAR` stands for it and a word with start and end follows.
FAR = 1023


@kernel
def packed(hashes: Any, starts: Any, ends: Any, flags: Any, weights: Any, bounds: Any) -> Any:
    """Return the tokens of some texts (`bounds`, int64, texts + 1, where each begins among the columns) as words
    (uint64), a word a token, two where one stands far behind the one before it or is long; and where the words of each
    text begin (int64, texts + 1)."""
    n, extra = len(hashes), 0
    for d in range(len(bounds) - 1):
        end = 0
        for i in range(bounds[d], bounds[d + 1]):
            extra += not _near(starts[i], ends[i], end)
            end = ends[i]
    out, edges = np.empty(n + extra, np.uint64), np.zeros(len(bounds), np.int64)
    at = 0
    for d in range(len(bounds) - 1):
        end = 0
        for i in range(bounds[d], bounds[d + 1]):
            near = _near(starts[i], ends[i], end)
            gap, size = np.uint64(FAR), np.uint64(0)
            if near:
                gap, size = np.uint64(starts[i] - end), np.uint64(ends[i] - starts[i])
            kind = np.uint64(flags[i]) << np.uint64(4) | np.uint64(weights[i])
            out[at] = np.uint64(hashes[i]) << np.uint64(32) | gap << np.uint64(22) | size << np.uint64(12) | kind
            if not near:
                at += 1
                out[at] = np.uint64(starts[i]) << np.uint64(32) | np.uint64(ends[i])
            at += 1
            end = ends[i]
        edges[d + 1] = at
    return out, edges


@kernel
def _near(start: int, end: int, before: int) -> bool:
    return 0 <= start - before < FAR and 0 <= end - start < FAR


@kernel
def columns(words: Any, bounds: Any) -> Any:
    """Return what `packed` was made of: the words of texts behind one another, of which each has so many tokens
    (`bounds`, int64, texts + 1)."""
    n, at = bounds[-1], 0
    hashes, starts, ends = np.empty(n, np.uint32), np.empty(n, np.int32), np.empty(n, np.int32)
    flags, weights = np.empty(n, np.uint8), np.empty(n, np.uint8)
    for d in range(len(bounds) - 1):
        end = np.int64(0)
        for i in range(bounds[d], bounds[d + 1]):
            word = words[at]
            hashes[i], weights[i] = word >> np.uint64(32), word & np.uint64(15)
            flags[i] = word >> np.uint64(4) & np.uint64(255)
            gap = np.int64(word >> np.uint64(22) & np.uint64(FAR))
            starts[i] = end + gap
            ends[i] = starts[i] + np.int64(word >> np.uint64(12) & np.uint64(FAR))
            if gap == FAR:
                at += 1
                starts[i], ends[i] = np.int64(words[at] >> np.uint64(32)), np.int64(words[at] & np.uint64(0xFFFFFFFF))
            at += 1
            end = np.int64(ends[i])
    return hashes, starts, ends, flags, weights


@kernel
def weighed(hashes: Any, flags: Any, weights: Any, bounds: Any, idf: Any, content: int, kinds: Any, marked: Any) -> Any:
    """Return the masses of the tokens of some texts (uint16, 1/256 nat; `bounds`, int64, texts + 1), what they are
    (uint8), and how much the words of each text weigh that have each of two marks, the `marked` (int64, texts x 2).

    The other arguments are as in `token_masses` and `token_marks`.
    """
    masses = token_masses(hashes, weights, idf)
    marks = token_marks(masses, weights, flags, content, kinds)
    sums = np.zeros((len(bounds) - 1, 2), np.int64)
    for d in range(len(bounds) - 1):
        for i in range(bounds[d], bounds[d + 1]):
            for side in range(2):
                if marks[i] & marked[side]:
                    sums[d, side] += np.int64(weights[i])
    return masses, marks, sums


@kernel
def prefix_sums(masses: Any, weights: Any) -> Any:
    """Return the sums of the masses and of the weights of all tokens before each, and before the end (int64 both)."""
    mass, weight = np.zeros(len(masses) + 1, np.int64), np.zeros(len(masses) + 1, np.int64)
    for i in range(len(masses)):
        mass[i + 1], weight[i + 1] = mass[i] + np.int64(masses[i]), weight[i] + np.int64(weights[i])
    return mass, weight


@kernel
def totals(weights: Any, bounds: Any) -> Any:
    """Return what the tokens `bounds[d]:bounds[d + 1]` of each text weigh (int64)."""
    out = np.zeros(len(bounds) - 1, np.int64)
    for d in range(len(out)):
        for i in range(bounds[d], bounds[d + 1]):
            out[d] += np.int64(weights[i])
    return out
