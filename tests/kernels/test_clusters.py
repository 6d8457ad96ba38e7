"""Overlapping intervals, and what lies in which part, by their obvious twins."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import clusters as kernels
from tests import reference
from tests.strategies import MANY

SPANS = st.tuples(st.integers(0, 20), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1]))


@MANY
@given(st.lists(st.tuples(st.integers(0, 2), SPANS), max_size=14))
def test_intervals_that_overlap_are_one_group(given_spans: list[tuple[int, tuple[int, int]]]) -> None:
    """By half of the shorter one, over others too, in one text."""
    ordered = sorted(set(given_spans), key=lambda s: (s[0], s[1][0], -s[1][1]))
    spans = [(start, end, text) for text, (start, end) in ordered]
    columns = [np.array([s[k] for s in spans], np.int64) for k in range(3)]
    assert kernels.overlap_groups(*columns).tolist() == reference.overlap_groups(spans, kernels.LOOK_BACK)


@MANY
@given(st.lists(st.tuples(st.integers(0, 2), SPANS), max_size=14))
def test_the_same_stretch_is_had_once(rows: list[tuple[int, tuple[int, int]]]) -> None:
    """By half of either, the first of a group first."""
    rows.sort(key=lambda row: row[0])
    groups, spans = [g for g, _ in rows], [s for _, s in rows]
    found = kernels.coincide(np.array(groups, np.int64), np.array(spans, np.int64).reshape(-1, 2))
    assert found.tolist() == reference.coincide(groups, spans)


@MANY
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), SPANS, SPANS), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), SPANS), max_size=12),
)
def test_a_passage_is_explained_by_one_cluster(
    passages: list[tuple[int, int, tuple[int, int], tuple[int, int]]], places: list[tuple[int, int, tuple[int, int]]]
) -> None:
    """Half of its left side and half of its right one, not of two clusters."""
    places.sort(key=lambda p: p[:2])
    sides, spans = [(a, b) for a, b, _, _ in passages], [(*s, *t) for _, _, s, t in passages]
    found = kernels.explained(
        np.array(sides, np.int64),
        np.array(spans, np.int64),
        *(np.array([p[k] for p in places], np.int64) for k in (0, 1)),
        np.array([p for _, _, p in places], np.int64).reshape(-1, 2),
    )
    assert found.tolist() == reference.explained(sides, spans, places)


@MANY
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 4), SPANS), max_size=6), min_size=4, max_size=4),
    st.lists(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6), max_size=4),
    st.integers(1, 8),
)
def test_texts_that_share_what_reaches_beyond(
    numbers: list[list[tuple[int, tuple[int, int]]]], samples: list[set[tuple[int, int]]], least: int
) -> None:
    """Pairs of the texts of each sample; its places stand apart."""
    rising = [sorted((n, *span) for n, span in own) for own in numbers]
    places = [sorted((d, 7 * k, 7 * k + 5) for d, k in sample) for sample in samples]
    rows = [row for own in rising for row in own]
    found = kernels.in_company(
        np.array([n for n, _, _ in rows], np.int32),
        np.array([span for _, *span in rows], np.int32).reshape(-1, 2),
        np.cumsum([0, *map(len, rising)]),
        np.array([p for own in places for p in own], np.int64).reshape(-1, 3),
        np.cumsum([0, *map(len, places)]),
        least,
    )
    assert found.tolist() == reference.in_company(rising, places, least)


@MANY
@given(
    st.lists(st.tuples(st.integers(0, 3), SPANS), min_size=1, max_size=10),
    st.sets(st.integers(0, 34), min_size=2, max_size=9),
)
def test_who_has_which_stretch(pieces: list[tuple[int, tuple[int, int]]], places: set[int]) -> None:
    """Half of it or more; and from where to where."""
    edges = sorted(places)
    spans, carriers = np.array([s for _, s in pieces], np.int64), np.array([c for c, _ in pieces], np.int64)
    carried = kernels.carried(spans, carriers, 4, np.array(edges, np.int64))
    assert carried.tolist() == reference.carried(pieces, 4, edges)
    found = kernels.extents(spans, carriers, 4, edges[0], edges[-1])
    assert [tuple(row) for row in found.tolist()] == reference.extents(pieces, 4, edges[0], edges[-1])


@MANY
@given(st.lists(st.lists(st.integers(0, 6), max_size=6), min_size=1, max_size=4), st.data())
def test_what_two_texts_have_in_common(own: list[list[int]], data: st.DataObject) -> None:
    """The numbers of each pair are those that are in both, each once, however often a text has one."""
    texts = st.integers(0, len(own) - 1)
    pairs = data.draw(st.lists(st.tuples(texts, texts), max_size=5))
    numbers = np.array([n for each in own for n in sorted(each)], np.int32)
    bounds = np.cumsum([0, *map(len, own)], dtype=np.int64)
    found, edges = kernels.common(numbers, bounds, np.array(pairs, np.int64).reshape(-1, 2))
    wanted = [sorted({*own[a]} & {*own[b]}) for a, b in pairs]
    assert [found[low:high].tolist() for low, high in itertools.pairwise(edges)] == wanted
