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
