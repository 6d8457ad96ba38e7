"""Rows, each once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.rows import unique_rows
from tests.strategies import SOME


@SOME
@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-(2**60), 2**60) | st.integers(0, 1)), max_size=30))
def test_like_numpy(rows: list[tuple[int, int]]) -> None:
    """Order, first places and numbers are those of `np.unique`."""
    given_rows = np.array(rows, np.int64).reshape(-1, 2)
    found, first, number = unique_rows(given_rows)
    wanted = np.unique(given_rows, axis=0, return_index=True, return_inverse=True)
    assert found.tolist() == wanted[0].tolist()
    assert first.tolist() == wanted[1].tolist()
    assert number.tolist() == wanted[2].ravel().tolist()
