"""Where carriers cut a representative, by the obvious twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import layout as kernels
from tests import reference
from tests.strategies import MANY


@MANY
@given(
    st.lists(st.tuples(st.sets(st.integers(0, 6)), st.integers(1, 14)), min_size=1, max_size=12),
    st.sampled_from([0.2, 0.5]),
)
def test_parts(stretches: list[tuple[set[int], int]], change: float) -> None:
    """Cuts, what is nested, and who carries what; a run of the same carriers on both sides of another goes on."""
    have = [own for own, _ in stretches]
    edges = np.cumsum([0, *(size for _, size in stretches)])
    carried = np.array([[c in own for own in have] for c in range(7)], np.bool_)
    rows, who = kernels.parts(carried, edges, change, 12)
    found = [(*row, set(np.flatnonzero(own).tolist())) for row, own in zip(rows.tolist(), who, strict=True)]
    assert found == reference.laid_parts(have, edges.tolist(), change, 12)


def test_a_nested_run() -> None:
    """Two texts go on behind a stretch that two more have."""
    carried = np.array([[1, 1, 1], [1, 1, 1], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]], np.bool_)
    rows, who = kernels.parts(carried, np.array([0, 100, 120, 300]), 0.5, 12)
    assert rows.tolist() == [[0, 3, -1], [1, 2, 0]]
    assert who.sum(axis=1).tolist() == [2, 6]
