"""What is marked in texts and summed, in pieces as at once."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import relations
from dedup.kernels.relations import mark, places, shared
from tests.strategies import MANY, tokens_of


def test_masks_in_pieces_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some spans and texts at a time give what all at once do; an empty text has nothing."""
    tokens = tokens_of([[1, 2, 3], [], [4, 5], [6, 7, 8, 9]])
    furniture, quotations = np.array([[0, 2], [5, 6]], np.int64), np.array([[1, 3], [7, 9]], np.int64)
    monkeypatch.setattr(relations, "MARKED", 1)
    monkeypatch.setattr(relations, "SUMMED", 3)
    found = relations.masks(tokens, furniture, quotations)
    assert found.marks.tolist() == [1, 1, 2, 0, 0, 1, 0, 2, 2]
    assert found.totals.tolist() == [[18, 12, 6], [0, 0, 0], [12, 0, 0], [24, 6, 12]]


@MANY
@given(
    spans=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6),
    marked=st.lists(st.integers(0, 2), min_size=12, max_size=12),
)
def test_marks(spans: list[tuple[int, int]], marked: list[int]) -> None:
    """Tokens of the spans are marked, no others."""
    found, expected = np.array(marked, np.uint8), np.array(marked, np.uint8)
    mark(found, np.array(spans, np.int64).reshape(-1, 2), 2)
    for start, end in spans:
        expected[start:end] = 2
    assert found.tolist() == expected.tolist()


# Blocks of a passage: how far behind the one before on either side, and how many words.
BLOCKS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=3)


@MANY
@given(
    given=st.lists(st.tuples(st.integers(0, 1), st.integers(2, 3), st.integers(0, 3), BLOCKS), max_size=6),
    weights=st.lists(st.integers(1, 6), min_size=20, max_size=20),
)
def test_what_passages_share_and_where_they_stand(
    given: list[tuple[int, int, int, list[tuple[int, int, int]]]], weights: list[int]
) -> None:
    """What all passages of a pair cover counts once; a passage reaches from its first block to its last."""
    given.sort(key=lambda one: one[:2])
    flat: list[list[tuple[int, int, int]]] = []
    for _, _, at, blocks in given:
        left, right, found = at, 0, []
        for before, other, words in blocks:
            found.append((left + before, right + other, words))
            left, right = left + before + words, right + other + words
        flat.append(found)
    documents = np.array([one[:2] for one in given], np.int32).reshape(-1, 2)
    bounds = np.cumsum([0, *map(len, flat)])
    blocks_of = np.array([block for one in flat for block in one], np.int64).reshape(-1, 3)
    expected = []
    for pair, some in itertools.groupby(zip(documents.tolist(), flat, strict=True), key=lambda one: one[0]):
        every = [block for _, one in some for block in one]
        covered = [sum(weights[t] for t in {t for b in every for t in range(b[s], b[s] + b[2])}) for s in (0, 1)]
        expected += [covered] * sum(p == pair for p in documents.tolist())
    assert shared(documents, bounds, blocks_of, np.array(weights, np.uint8)).tolist() == expected
    starts = np.arange(20, dtype=np.int32) * 3
    found, counts = places(documents, bounds, blocks_of, starts, starts + 2)
    for (a, b, *_), one, row, (matched, longest) in zip(given, flat, found.tolist(), counts.tolist(), strict=True):
        ends = [one[-1][s] + one[-1][2] for s in (0, 1)]
        assert row == [a, b, 3 * one[0][0], 3 * ends[0] - 1, 3 * one[0][1], 3 * ends[1] - 1]
        assert matched == sum(words for *_, words in one)
        assert longest == max(ends[s] - one[0][s] for s in (0, 1))
