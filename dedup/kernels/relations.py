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
def mark(marks: Any, spans: Any, value: Any) -> None:
    """Set `marks` (uint8 or bool a token) to a value in token spans (int64, n x 2)."""
    for i in range(len(spans)):
        for place in range(spans[i, 0], spans[i, 1]):
            marks[place] = value


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


@kernel
def shared(documents: Any, bounds: Any, blocks: Any, weights: Any) -> Any:
    """Return of each passage how much weight of both texts all passages of its pair cover (int64, n x 2).

    `documents` are the two texts of each (n x 2), those of one pair in a row; blocks as in `covered`.
    """
    out, marks = np.empty((len(documents), 2), np.int64), np.zeros(len(weights), np.uint8)
    edges = np.empty((1, 2), np.int64)
    first = 0
    while first < len(documents):
        end = first + 1
        while (
            end < len(documents)
            and documents[end, 0] == documents[first, 0]
            and documents[end, 1] == documents[first, 1]
        ):
            end += 1
        edges[0, 0], edges[0, 1] = first, end
        found = covered(edges, bounds, blocks, weights, marks)
        for p in range(first, end):
            out[p, 0], out[p, 1] = found[0, 0, 0], found[0, 1, 0]
        first = end
    return out


@kernel
def places(documents: Any, bounds: Any, blocks: Any, starts: Any, ends: Any) -> Any:
    """Return of each passage its texts, and where it begins and ends in the one and in the other (int64, n x 6; of
    tokens with these `starts` and `ends`), how many words match, and how many the longer side has (int64, n x 2)."""
    out, counts = np.empty((len(documents), 6), np.int64), np.zeros((len(documents), 2), np.int64)
    for p in range(len(documents)):
        first, last = bounds[p], bounds[p + 1] - 1
        for b in range(first, last + 1):
            counts[p, 0] += blocks[b, 2]
        for side in range(2):
            begin, end = blocks[first, side], blocks[last, side] + blocks[last, 2]
            out[p, side], out[p, 2 + 2 * side], out[p, 3 + 2 * side] = documents[p, side], starts[begin], ends[end - 1]
            counts[p, 1] = max(counts[p, 1], end - begin)
    return out, counts
