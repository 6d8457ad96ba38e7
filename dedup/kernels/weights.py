"""Document frequencies of tokens in a table of slots."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel

# Slots of the frequency table: a token's slot is the lower bits of its hash.
SLOTS = 1 << 22


@kernel
def document_frequencies(hashes: Any, bounds: Any, counted: Any) -> Any:
    """Return in how many counted texts each slot occurs (int32, `SLOTS`)."""
    frequencies = np.zeros(SLOTS, np.int32)
    last = np.full(SLOTS, -1, np.int32)
    for d in range(len(bounds) - 1):
        if not counted[d]:
            continue
        for i in range(bounds[d], bounds[d + 1]):
            slot = hashes[i] & np.uint32(SLOTS - 1)
            if last[slot] != d:
                last[slot] = d
                frequencies[slot] += 1
    return frequencies


@kernel
def token_masses(hashes: Any, weights: Any, idf: Any) -> Any:
    """Return the mass of each token (uint16, 1/256 nat): its slot's idf, scaled by its weight (6 is a word)."""
    out = np.empty(len(hashes), np.uint16)
    for i in range(len(hashes)):
        out[i] = np.uint16(idf[hashes[i] & np.uint32(SLOTS - 1)] * weights[i] / 6.0 * 256.0)
    return out


@kernel
def _sum(values: Any, marks: Any, mark: int, start: int, end: int) -> int:
    """Return the sum of values of `[start, end)`, with a mark of those alone that have it; without values, of ones."""
    total: Any = 0
    for i in range(start, end):
        if mark == 0 or marks[i] & mark:
            total += np.int64(values[i]) if len(values) else 1
    return total


@kernel
def step_sums(values: Any, marks: Any, mark: int, step: int) -> Any:
    """Return the sums (int64) of the values (uint8 or uint16) before every `step`-th place, those alone that have
    `mark` among `marks` (uint8) unless it is 0; without values each is one."""
    n = max(len(values), len(marks))
    out = np.zeros(n // step + 1, np.int64)
    for i in range(1, len(out)):
        out[i] = out[i - 1] + _sum(values, marks, mark, (i - 1) * step, i * step)
    return out


@kernel
def sums_before(steps: Any, values: Any, marks: Any, mark: int, step: int, places: Any, out: Any) -> None:
    """Write to `out` (int64) the sum of the values before each place, as `step_sums` does for every `step`-th."""
    for k in range(len(places)):
        place = places[k]
        out[k] = steps[place // step] + _sum(values, marks, mark, place - place % step, place)
