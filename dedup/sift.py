"""Pairs of texts that cannot have a chain, told from a few tokens around their hits, without the texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.kernels.surroundings import UNKNOWN

Int64s = npt.NDArray[np.int64]


def possible(
    documents: Int64s, places: Int64s, weighs: npt.NDArray[np.int32], back: npt.NDArray[np.int32], least: int
) -> tuple[npt.NDArray[np.bool_], int]:
    """Return which hits are of pairs of texts whose chains may weigh `least` (1/256 nat), and how many pairs are not.

    `documents` and `places` (int64, n x 2) are the two sides of the hits, `weighs` and `back` as of `run_bounds`.
    A chain weighs at most what its runs do; hits of one drift whose runs begin at one place are of one run.
    """
    if not len(places):
        return np.zeros(0, np.bool_), 0
    drift, begin = places[:, 1] - places[:, 0], places[:, 0] - back
    order = np.lexsort((-weighs, begin, drift, documents[:, 1], documents[:, 0]))
    pair = (np.diff(documents[order], axis=0, prepend=-1) != 0).any(axis=1)
    run = pair | (np.diff(drift[order], prepend=0) != 0) | (np.diff(begin[order], prepend=-1) != 0)
    # a run that may go on says all, so sums are cut to stay small
    sums = np.add.reduceat(np.where(run, weighs[order], 0).astype(np.int64), np.flatnonzero(pair))
    enough = sums >= min(least, UNKNOWN)
    kept = np.empty(len(places), np.bool_)
    kept[order] = enough[np.cumsum(pair) - 1]
    return kept, int((~enough).sum())
