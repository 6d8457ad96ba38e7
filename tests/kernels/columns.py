"""Columns as runs have them, for kernels that read their values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.store.runs import Column


def column(values: npt.NDArray[Any], bits: int = 2) -> Column:
    """Return values in blocks of `1 << bits`, with something else before and between them."""
    blocks = np.pad(values, (0, -len(values) % (1 << bits))).reshape(-1, 1 << bits)
    flat = np.pad(blocks, ((0, 0), (3, 2)), constant_values=77).ravel()
    return flat, bits, (1 << bits) + 5, 3
