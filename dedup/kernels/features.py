"""What is measured of aligned passages, in one pass over them: of a few, arrays cost more than what is counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.gaps import replaced
from dedup.kernels.jit import helper, kernel
from dedup.kernels.weights import passage_sums


@helper
def _is_unit(start: int, end: int, last: int, flags: Any, edges: int) -> Any:
    """Return whether tokens `[start, end)` of a text that ends at `last` stand between two edges of the same kind."""
    # the end of a text ends all; what stands behind it is of another text
    after = edges if end == last else np.int64(flags[end])
    return (np.int64(flags[start]) & after & edges) > 0


@kernel
def features(passages: Any, texts: Any, tokens: Any, edges: int, figures: Any) -> Any:
    """Return the features of passages (float64, n x 13) in the order of `dedup.rescore.FEATURES`, with cosines of 0.

    `passages` are the two texts of each (n x 2), its blocks and where they begin; `texts` where the tokens of each text
    begin and its usual share of names; `tokens` the masses, weights, marks and flags of all; `edges` the flags of what
    whole units stand between; `figures` the flag of figures and how many tokens a figure that was replaced may have.
    """
    documents, bounds, blocks = passages
    begins, usual_names = texts
    masses, weights, marks, flags = tokens
    sums = passage_sums(bounds, blocks, masses, weights, marks)
    changed = replaced(bounds, blocks, flags, figures[0], figures[1])
    out = np.zeros((len(documents), 13), np.float64)
    for p in range(len(documents)):
        left, right, first, last = documents[p, 0], documents[p, 1], bounds[p], bounds[p + 1] - 1
        mass, weight, content, inner, names = sums[p, 0], sums[p, 1], sums[p, 2], sums[p, 3], sums[p, 4]
        usual = max(usual_names[left], usual_names[right])
        is_unit = True
        out[p, 1] = mass / 256.0
        for side in range(2):
            text, start = documents[p, side], blocks[first, side]
            end = blocks[last, side] + blocks[last, 2]
            out[p, 1] -= np.log(np.float64(begins[text + 1] - begins[text]))
            out[p, 5 + side] = mass / max(sums[p, 6 + 2 * side], 1)
            is_unit = is_unit and _is_unit(start, end, begins[text + 1], flags, edges)
        out[p, 0] = mass / 256.0
        out[p, 2] = content / 6.0
        out[p, 3] = weight / max(max(sums[p, 7], sums[p, 9]), 1)
        out[p, 7] = max(names / max(inner, 1) - usual, 0.0) / (1.0 - usual)
        out[p, 8] = 6.0 * sums[p, 5] / max(weight, 1)
        out[p, 9] = 1.0 if is_unit else 0.0
        out[p, 10] = weight / 6.0
        out[p, 11] = (content - names) / 6.0 / (1.0 - usual)
        out[p, 12] = changed[p]
    return out
