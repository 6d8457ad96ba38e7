"""What stands around a seed in a few bytes, and the most that the run of two places with one seed can weigh."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel

# Tokens noted before the place of a seed, and from there on; of each a byte of its hash and one of its mass.
BEFORE = 4
AFTER = 8
WIDTH = BEFORE + AFTER
# Mass (1/256 nat) that one step of such a byte stands for, rounded up; 0 is no token, the highest says nothing.
STEP = 32
HIGHEST = 255
# The weight of a run that may go on further than is noted.
UNKNOWN = 1 << 24


@kernel
def around(hashes: Any, masses: Any, places: Any, starts: Any, ends: Any) -> Any:
    """Return what stands around places (uint8, n x 2 `WIDTH`: hashes, then masses).

    `masses` (uint16) are those of the tokens; `starts` and `ends` (int64) are the tokens of each place's text.
    """
    out = np.zeros((len(places), 2 * WIDTH), np.uint8)
    for i in range(len(places)):
        for k in range(WIDTH):
            at = places[i] - BEFORE + k
            if starts[i] <= at < ends[i]:
                out[i, k] = hashes[at] & np.uint32(255)
                out[i, WIDTH + k] = min(np.int64(HIGHEST), np.int64(masses[at]) // STEP + 1)
    return out


@kernel
def run_bounds(left: Any, right: Any) -> Any:
    """Return what the exact run at each hit weighs at most (int32, 1/256 nat), or `UNKNOWN`, and how many tokens before
    the hit it begins at most (int32); `left` and `right` (uint8, n x 2 `WIDTH`) are what stands around its places."""
    n = len(left)
    weighs, back = np.zeros(n, np.int32), np.zeros(n, np.int32)
    for i in range(n):
        for step in (1, -1):
            k = BEFORE if step > 0 else BEFORE - 1
            while 0 <= k < WIDTH and left[i, k] == right[i, k] and left[i, WIDTH + k] and right[i, WIDTH + k]:
                weighs[i] += UNKNOWN if left[i, WIDTH + k] == HIGHEST else left[i, WIDTH + k] * STEP
                k += step
            if k < 0 or k == WIDTH:
                weighs[i] = UNKNOWN
            weighs[i] = min(weighs[i], UNKNOWN)
            if step < 0:
                back[i] = BEFORE - 1 - k
    return weighs, back
