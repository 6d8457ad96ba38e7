"""What two texts can share at most: the kernel agrees with its obvious twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.postings import chosen
from tests import reference
from tests.strategies import MANY

SPANS = st.lists(st.tuples(st.integers(0, 18), st.integers(1, 5)), min_size=1, max_size=5)


@MANY
@given(
    groups=st.lists(SPANS, max_size=5),
    weights=st.lists(st.integers(0, 4), min_size=24, max_size=24),
    borders=st.lists(st.booleans(), min_size=25, max_size=25),
    least=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    limits=st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(1, 3)),
)
def test_chosen(
    groups: list[list[tuple[int, int]]],
    weights: list[int],
    borders: list[bool],
    least: tuple[int, int],
    limits: tuple[int, int, int],
) -> None:
    """Chains, borders of units, least values and covered tokens are counted as in the twin."""
    spans = [sorted((start, start + length) for start, length in group) for group in groups]
    values = [w / 4.0 for w in weights]
    flat = [s for group in spans for s in group]
    enough = [(least[0] / 4.0, least[1] / 4.0)] * len(spans)
    found = chosen(
        np.cumsum([0, *map(len, spans)]).astype(np.int64),
        np.array([s for s, _ in flat], np.int64),
        np.array([e for _, e in flat], np.int64),
        np.cumsum([0, *weights]).astype(np.int64),
        np.cumsum([0.0, *values]),
        np.array(borders, np.bool_),
        np.array(enough, np.float64).reshape(-1, 2),
        np.array(limits, np.int64),
    )
    assert found.tolist() == reference.chosen_chains(spans, weights, values, borders, enough, limits)
