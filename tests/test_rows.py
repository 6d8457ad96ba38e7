"""Rows, each once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.rows import among, distinct, order_of, unique_rows
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


@SOME
@given(st.lists(st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1)), st.lists(st.integers(-3, 3)))
def test_sets_like_numpy(values: list[int], others: list[int]) -> None:
    """Numbers each once, and which are among others, are those of `np.unique` and `np.isin`."""
    some, rising = np.array(values, np.int64), np.sort(np.array(others, np.int64))
    assert distinct(some).tolist() == np.unique(some).tolist()
    assert among(some, rising).tolist() == np.isin(some, rising).tolist()


@SOME
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**32 - 1)), max_size=30))
def test_order_like_numpy(rows: list[tuple[int, int, int]]) -> None:
    """Rows stand in the order of `np.lexsort`, also where their bits do not fit into one number."""
    given_rows = np.array(rows, np.int64).reshape(-1, 3)
    few, wide, unsigned = given_rows[:, 0], given_rows[:, 1], given_rows[:, 2].astype(np.uint32)
    apart = few << 40 | given_rows[:, 2] & 255
    for columns in (
        (few, wide),
        (unsigned, apart),
        (apart, apart[::-1]),
        (wide, few, unsigned),
        (unsigned, wide, few),
        (wide, wide[::-1], few),
    ):
        found, wanted = order_of(*columns), np.lexsort(columns[::-1])
        assert sorted(found.tolist()) == list(range(len(rows)))
        for column in columns:
            assert column[found].tolist() == column[wanted].tolist()
