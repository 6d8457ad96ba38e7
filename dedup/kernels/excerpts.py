"""Pairs of texts of which one is seen in an excerpt alone: which of them cannot match, whatever stands around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.align import may_match
from dedup.kernels.chains import hold, mass, run_at
from dedup.kernels.extend import REACH, nothing_near
from dedup.kernels.jit import helper, kernel

# What is known of a pair: it may match; it has no chain; the passage of its one chain is no match.
OPEN, NO_CHAIN, NO_MATCH = range(3)


@helper
def _goes_on(run: Any, bounds: Any, cut: Any, hashes: Any, masses: Any, costs: Any, work: Any) -> bool:
    """Say whether more than the run may match: words near one of its ends do, or are where the excerpt does not reach.

    `bounds` (2 x 2) are those of excerpt and right text, `cut` says whether the text of the excerpt goes on before and
    behind it.
    """
    at, size = work[0], work[1]
    for end, step in enumerate((-1, 1)):
        for side in range(2):
            at[side] = run[side] + run[2] if step > 0 else run[side] - 1
            size[side] = min(REACH, bounds[side, 1] - at[side] if step > 0 else at[side] - bounds[side, 0] + 1)
        seen = nothing_near(hashes, masses, at, size, step, costs)
        if seen < 0 or (cut[end] and seen == size[0]):
            return True
    return False


@kernel
def decided(hits: Any, groups: Any, documents: Any, tokens: Any, cut: Any, masses: Any, limits: Any, floor: Any) -> Any:
    """Return what is known of each pair (uint8): `OPEN`, `NO_CHAIN` or `NO_MATCH`.

    `hits` (int64, n x 2 places) stand pair by pair, pair g at `groups[g]:groups[g + 1]`; `documents` (int32, m x 2) are
    the excerpt and the right text of each pair, two texts, and `cut` (bool, m x 2) says whether the text goes on before
    and behind the excerpt. `tokens` are bounds, hashes, flags and weights, and `masses` (uint16) go with them. `limits`
    (float64) is (least mass of a chain, drop, cost of an unmatched word, least mass of a passage); `floor` is the
    second of the `needs` of `align_chains`. A pair is decided when its hits are of one run and nothing near its ends
    goes on: then this run is what `chain_pairs` and `align_chains` find in the whole texts.
    """
    bounds, hashes, flags, weights = tokens
    least, costs, lightest = limits[0], (limits[1], limits[2]), limits[3]
    known = np.zeros(len(groups) - 1, np.uint8)
    edges, run, span = np.empty((2, 2), np.int64), np.empty(3, np.int64), np.empty(4, np.int64)
    pairs, work = np.empty((64, 2), np.int64), np.empty((2, 2), np.int64)
    for g in range(len(known)):
        some = hits[groups[g] : groups[g + 1]]
        for side in range(2):
            d = documents[g, side]
            edges[side] = bounds[d : d + 2]
        low, high = edges[:, 0], edges[:, 1]
        start, other, end = run_at(some[0, 0], some[0, 1], hashes, low[0], low, high)
        length = end - start
        is_cut = (cut[g, 0] and start == low[0]) or (cut[g, 1] and end == high[0])
        if is_cut or length <= 0 or length > len(pairs) or not hold(some, start, other, end):
            continue
        weighs = mass(masses, start, end)
        if weighs < least:
            known[g] = NO_CHAIN
            continue
        run[0], run[1], run[2] = start, other, length
        if _goes_on(run, edges, cut[g], hashes, masses, costs, work):
            continue
        for k in range(length):
            pairs[k, 0], pairs[k, 1] = start + k, other + k
        span[0], span[1], span[2], span[3] = start, end, other, other + length
        if weighs < lightest or not may_match(
            pairs[:length], span, bounds, documents[g], masses, flags, (weights, floor)
        ):
            known[g] = NO_MATCH
    return known
