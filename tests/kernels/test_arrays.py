"""Sorting and growing arrays inside kernels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.arrays import argsort, distinct, grown, grown_rows, sort
from tests.strategies import MANY


@MANY
@given(st.lists(st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)), max_size=70))
def test_argsort_is_a_stable_sort(keys: list[int]) -> None:
    """The order is that of Python's stable sort, with ties, and the keys stay as they are."""
    given_keys = np.array(keys, np.int64)
    assert argsort(given_keys).tolist() == sorted(range(len(keys)), key=lambda i: keys[i])
    assert given_keys.tolist() == keys


@MANY
@given(st.lists(st.integers(0, 9), max_size=40), st.sampled_from([np.uint32, np.int64]))
def test_distinct_like_numpy(values: list[int], kind: type[np.integer]) -> None:
    """Each value once and which of them each is, in the type that was given."""
    found, inverse = distinct(np.array(values, kind))
    once, of = np.unique(np.array(values, kind), return_inverse=True)
    assert (found.tolist(), inverse.tolist(), found.dtype) == (once.tolist(), of.tolist(), np.dtype(kind))


def test_grown_arrays_keep_their_values() -> None:
    """Twice the room, the same type, the old values first, and the old array left alone."""
    line, rows = np.arange(5, dtype=np.int64), np.arange(6, dtype=np.int32).reshape(3, 2)
    longer, more = grown(line), grown_rows(rows)
    assert (longer.shape, longer.dtype, more.shape, more.dtype) == ((10,), line.dtype, (6, 2), rows.dtype)
    assert longer[:5].tolist() == line.tolist()
    assert more[:3].tolist() == rows.tolist()
    longer[0], more[0, 0] = 9, 9
    assert (int(line[0]), int(rows[0, 0])) == (0, 0)


@MANY
@given(st.lists(st.integers(0, (1 << 64) - 1), unique=True, max_size=200))
def test_sort(keys: list[int]) -> None:
    """As `sorted`, also over several runs."""
    made = np.array(keys, np.uint64)
    sort(made, np.empty(len(keys), np.uint64))
    assert made.tolist() == sorted(keys)
