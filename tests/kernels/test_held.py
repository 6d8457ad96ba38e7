"""Tokens as words: what goes in comes out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import rescore
from dedup.kernels.held import FAR, columns, packed, prefix_sums, totals, weighed
from dedup.kernels.weights import SLOTS
from dedup.tokens import Tokens
from dedup.weights import content_mass
from tests.strategies import MANY

KINDS = (np.uint32, np.int32, np.int32, np.uint8, np.uint8)
BITS = (32, 31, 31, 8, 4)


SPANS = st.one_of(st.integers(0, 9), st.integers(FAR - 2, FAR + 2), st.integers(0, 2**31 - 1))


@MANY
@given(
    texts=st.lists(
        st.lists(
            st.tuples(st.integers(0, 2**32 - 1), SPANS, SPANS, st.integers(0, 255), st.integers(0, 15)), max_size=5
        ),
        min_size=1,
        max_size=4,
    )
)
def test_columns_are_those_that_were_packed(texts: list[list[tuple[int, ...]]]) -> None:
    """Every column comes back with its type, wherever tokens begin and end, and a text's words are its part of all."""
    table = np.array([token for text in texts for token in text], np.int64).reshape(-1, len(KINDS)).T
    made = [column.astype(kind) for column, kind in zip(table, KINDS, strict=True)]
    bounds = np.cumsum([0, *(len(text) for text in texts)])
    words, edges = packed(*made, bounds)
    assert words.dtype == np.uint64
    assert bounds[-1] <= len(words) == edges[-1] <= 2 * bounds[-1]
    for first in (0, len(texts) // 2):
        for column, back in zip(made, columns(words[edges[first] :], bounds[first:] - bounds[first]), strict=True):
            assert back.dtype == column.dtype
            assert back.tolist() == column[bounds[first] :].tolist()


@MANY
@given(
    texts=st.lists(
        st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 255), st.sampled_from((2, 3, 6))), max_size=9),
        min_size=1,
        max_size=4,
    ),
    level=st.integers(1, 9),
)
def test_what_texts_weigh_is_that_of_their_evidence(texts: list[list[tuple[int, int, int]]], level: int) -> None:
    """Masses, marks and what names weigh are those of the evidence of the texts, and so is what is summed."""
    given = np.array([token for text in texts for token in text], np.int64).reshape(-1, 3).T
    hashes, flags, weights = (c.astype(kind) for c, kind in zip(given, (np.uint32, np.uint8, np.uint8), strict=True))
    bounds = np.cumsum([0, *(len(text) for text in texts)])
    places = np.arange(len(hashes), dtype=np.int32)
    tokens = Tokens(hashes=hashes, starts=places, ends=places + 1, flags=flags, weights=weights, bounds=bounds)
    idf = np.linspace(0.5, 0.5 + level, SLOTS, dtype=np.float32)
    known = rescore.evidence(tokens, idf)
    marked = rescore.NAME, rescore.INNER
    masses, marks, sums = weighed(hashes, flags, weights, bounds, idf, content_mass(), rescore.KINDS, marked)
    assert (masses.tolist(), marks.tolist()) == (known.masses.tolist(), known.marks.tolist())
    assert rescore.usual_names(*sums.T).tolist() == known.usual_names.tolist()
    for found, values in zip(prefix_sums(masses, weights), (masses, weights), strict=True):
        assert found.tolist() == np.cumsum([0, *values.tolist()]).tolist()
    assert totals(weights, bounds).tolist() == np.diff(known.weight[bounds]).tolist()
