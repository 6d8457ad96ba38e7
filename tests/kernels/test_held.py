"""Tokens as rows: what goes in comes out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.held import columns, rows
from tests.strategies import MANY

KINDS = (np.uint32, np.int32, np.int32, np.uint8, np.uint8, np.uint16, np.uint8)
BITS = (32, 31, 31, 8, 4, 16, 4)


@MANY
@given(given=st.lists(st.tuples(*(st.integers(0, (1 << bits) - 1) for bits in BITS)), max_size=9))
def test_columns_are_those_of_rows(given: list[tuple[int, ...]]) -> None:
    """Every column comes back with its type, and a text's rows are its part of all."""
    table = np.array(given, np.int64).reshape(-1, len(KINDS)).T
    made = [column.astype(kind) for column, kind in zip(table, KINDS, strict=True)]
    packed = rows(*made)
    assert packed.dtype == np.uint32
    assert packed.shape == (len(given), 4)
    for first in (0, len(given) // 2):
        for column, back in zip(made, columns(packed[first:]), strict=True):
            assert back.dtype == column.dtype
            assert back.tolist() == column[first:].tolist()
