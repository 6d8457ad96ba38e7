"""Pairs of texts that cannot have a chain, told from what the runs at their hits weigh, without the texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.kernels import surroundings as kernels
from dedup.rows import order_of

Int64s = npt.NDArray[np.int64]


def possible(
    documents: Int64s, places: Int64s, weighs: npt.NDArray[np.int32], back: npt.NDArray[np.int32], least: int
) -> tuple[npt.NDArray[np.bool_], int]:
    """Return which hits are of pairs of texts whose chains may weigh `least` (1/256 nat), and how many pairs are not.

    `documents` and `places` (int64, n x 2) are the two sides of the hits, in any order; `weighs` and `back` are as of
    `run_bounds`.
    """
    order = order_of(places[:, 1], places[:, 0])
    kept = np.empty(len(places), np.bool_)
    kept[order], dropped = kernels.possible(
        documents[order], places[order], weighs[order], back[order], min(least, kernels.UNKNOWN)
    )
    return kept, int(dropped)
