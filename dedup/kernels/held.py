"""Tokens of a text as one array: what is kept of many texts is put together by one copy, and then weighed."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel
from dedup.kernels.weights import token_marks, token_masses


@kernel
def rows(hashes: Any, starts: Any, ends: Any, flags: Any, weights: Any) -> Any:
    """Return the columns of tokens as rows (uint32, n x 4): hash, start, end, and the flags (8 bits) above the weight
    (4)."""
    out = np.empty((len(hashes), 4), np.uint32)
    for i in range(len(hashes)):
        out[i, 0], out[i, 1], out[i, 2] = hashes[i], np.uint32(starts[i]), np.uint32(ends[i])
        out[i, 3] = np.uint32(flags[i]) << np.uint32(4) | np.uint32(weights[i])
    return out


@kernel
def columns(rows: Any) -> Any:
    """Return what `rows` was made of."""
    n = len(rows)
    hashes, starts, ends = np.empty(n, np.uint32), np.empty(n, np.int32), np.empty(n, np.int32)
    flags, weights = np.empty(n, np.uint8), np.empty(n, np.uint8)
    for i in range(n):
        hashes[i], starts[i], ends[i] = rows[i, 0], np.int32(rows[i, 1]), np.int32(rows[i, 2])
        flags[i], weights[i] = rows[i, 3] >> np.uint32(4), rows[i, 3] & np.uint32(15)
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
