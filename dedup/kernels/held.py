"""Tokens of a text with what they weigh, as one array: what is kept of many texts is put together by one copy."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel
from dedup.kernels.weights import token_marks, token_masses


@kernel
def rows(hashes: Any, starts: Any, ends: Any, flags: Any, weights: Any, masses: Any, marks: Any) -> Any:
    """Return the columns of tokens as rows (uint32, n x 4): hash, start, end, and below its mass (16 bits) its flags
    (8), its weight and what it is (4 each)."""
    out = np.empty((len(hashes), 4), np.uint32)
    for i in range(len(hashes)):
        out[i, 0], out[i, 1], out[i, 2] = hashes[i], np.uint32(starts[i]), np.uint32(ends[i])
        mass, flag = np.uint32(masses[i]) << np.uint32(16), np.uint32(flags[i]) << np.uint32(8)
        out[i, 3] = mass | flag | np.uint32(weights[i]) << np.uint32(4) | np.uint32(marks[i])
    return out


@kernel
def columns(rows: Any) -> Any:
    """Return what `rows` was made of."""
    n = len(rows)
    hashes, starts, ends = np.empty(n, np.uint32), np.empty(n, np.int32), np.empty(n, np.int32)
    flags, weights = np.empty(n, np.uint8), np.empty(n, np.uint8)
    masses, marks = np.empty(n, np.uint16), np.empty(n, np.uint8)
    for i in range(n):
        hashes[i], starts[i], ends[i] = rows[i, 0], np.int32(rows[i, 1]), np.int32(rows[i, 2])
        rest = rows[i, 3]
        masses[i], flags[i] = rest >> np.uint32(16), rest >> np.uint32(8) & np.uint32(255)
        weights[i], marks[i] = rest >> np.uint32(4) & np.uint32(15), rest & np.uint32(15)
    return hashes, starts, ends, flags, weights, masses, marks


@kernel
def _sums(weights: Any, marks: Any, bounds: Any, marked: tuple[int, int]) -> Any:
    """Return how much the words of each text weigh that have each of two marks (int64, texts x 2)."""
    sums = np.zeros((len(bounds) - 1, 2), np.int64)
    for d in range(len(bounds) - 1):
        for i in range(bounds[d], bounds[d + 1]):
            for side in range(2):
                if marks[i] & marked[side]:
                    sums[d, side] += np.int64(weights[i])
    return sums


@kernel
def made(tokens: Any, bounds: Any, idf: Any, content: int, kinds: Any, marked: tuple[int, int]) -> Any:
    """Return the rows of the tokens of some texts (their columns but the last two of `rows`; `bounds`, int64, texts +
    1, counted from `bounds[0]` on), how much the words of each text weigh that have each of two marks (int64, texts x
    2), and the masses.

    The other arguments are as in `token_masses` and `token_marks`.
    """
    hashes, starts, ends, flags, weights = tokens
    masses = token_masses(hashes, weights, idf)
    marks = token_marks(masses, weights, flags, content, kinds)
    sums = _sums(weights, marks, bounds - bounds[0], marked)
    return rows(hashes, starts, ends, flags, weights, masses, marks), sums, masses


@kernel
def weighed(given: Any, bounds: Any, idf: Any, content: int, kinds: Any, marked: tuple[int, int]) -> Any:
    """Return the rows of some texts (`bounds`, int64, texts + 1) with the masses and marks that another idf gives, and
    their sums as `made` does."""
    hashes, starts, ends, flags, weights, _, _ = columns(given)
    masses = token_masses(hashes, weights, idf)
    marks = token_marks(masses, weights, flags, content, kinds)
    return rows(hashes, starts, ends, flags, weights, masses, marks), _sums(weights, marks, bounds, marked)


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
