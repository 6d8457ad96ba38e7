"""How much of two texts their passages cover, by the words that count."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import argsort
from dedup.kernels.jit import kernel


@kernel
def _covered(blocks: Any, side: int, weights: Any, marks: Any, starts: Any, out: Any) -> None:
    """Write to `out` (int64, 3) the weight of the union of the blocks on one side: of all words, and of those marked
    1 and 2."""
    for i in range(len(blocks)):
        starts[i] = blocks[i, side]
    order = argsort(starts[: len(blocks)])
    at = np.int64(-1)
    for k in range(len(blocks)):
        b = order[k]
        for place in range(max(at, blocks[b, side]), blocks[b, side] + blocks[b, 2]):
            weight = np.int64(weights[place])
            out[0] += weight
            if marks[place] > 0:
                out[marks[place]] += weight
        at = max(at, blocks[b, side] + blocks[b, 2])


@kernel
def covered(edges: Any, bounds: Any, blocks: Any, weights: Any, marks: Any) -> Any:
    """Return what the passages of each pair of texts cover (int64, pairs x 2 sides x 3 sums of weights).

    `edges` (int64, pairs x 2) are the passages of each pair; these have blocks as in `dedup.align.Passages`. `marks`
    (uint8 a token, 0 to 2) tell words apart; the sums are those of all words, then of the marks 1 and 2.
    """
    out = np.zeros((len(edges), 2, 3), np.int64)
    longest = 0
    for p in range(len(edges)):
        longest = max(longest, bounds[edges[p, 1]] - bounds[edges[p, 0]])
    starts = np.empty(longest, np.int64)
    for p in range(len(edges)):
        part = blocks[bounds[edges[p, 0]] : bounds[edges[p, 1]]]
        for side in range(2):
            _covered(part, side, weights, marks, starts, out[p, side])
    return out
