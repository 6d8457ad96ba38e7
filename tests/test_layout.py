"""Carriers of a component laid on its representative: where it is cut, and where not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.clusters import BLOCK_CLUSTERS, BLOCK_MEMBERS, Clusters
from dedup.layout import Part, Piece, lay_out
from tests.strategies import FEW

CHANGE = 0.5


def piece(carrier: int, start: int, end: int) -> Piece:
    """Return a verbatim piece of the representative's tokens `[start, end)`."""
    return Piece(carrier, np.array([[start, start, end - start]], np.int64), start, end, start, end)


def cut(*spans: tuple[int, int]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return the parts that carriers of these spans make: start, end, carriers."""
    parts: list[Part] = lay_out([piece(i, *span) for i, span in enumerate(spans)], CHANGE, lambda _: False)
    return [(p.start, p.end, p.carriers) for p in parts]


def test_one_story_cut_at_ten_lengths_is_one_part() -> None:
    """Each carrier keeps a little less of it: the set changes by one at a time."""
    assert cut(*((0, 300 - 25 * i) for i in range(10))) == [(0, 300, tuple(range(10)))]


def test_carriers_of_different_stretches_are_different_parts() -> None:
    """What one carrier has and then another is cut between them."""
    assert cut((0, 60), (60, 120)) == [(0, 60, (0,)), (60, 120, (1,))]


@pytest.mark.parametrize("starts", [(278, 278, 284, 284, 284), (278, 280, 282, 284, 284)])
def test_a_last_line_is_cut_off_though_its_carriers_come_one_by_one(starts: tuple[int, ...]) -> None:
    """A story of two, whose last line five others have: some begin a few words later, so no single step is great."""
    found = cut((0, 300), *((start, 300) for start in starts))
    assert found == [(0, 278, (0,)), (278, 300, (0, 1, 2, 3, 4, 5))]


def test_carriers_that_come_far_apart_come_one_by_one() -> None:
    """Over longer stretches the set may grow: the story begins in more and more of its carriers."""
    assert cut((0, 400), (0, 400), (60, 400), (120, 400), (180, 400), (240, 400)) == [(0, 400, tuple(range(6)))]


def test_carriers_that_end_one_by_one_stay() -> None:
    """Stories are cut from their ends, within a few words of one another too."""
    assert cut((0, 300), (0, 300), (0, 280), (0, 286), (0, 292)) == [(0, 300, tuple(range(5)))]


@FEW
@given(st.lists(st.sampled_from([2, 3, 40, BLOCK_MEMBERS - 1, BLOCK_MEMBERS, 3 * BLOCK_MEMBERS]), max_size=200))
def test_clusters_are_worked_on_in_stretches(sizes: list[int]) -> None:
    """Every cluster is in one stretch; none has too many clusters, or members but where one cluster has."""
    bounds = np.cumsum([0, *sizes], dtype=np.int64)
    nothing = np.empty((0, 3), np.int64)
    stretches = Clusters(np.zeros(len(sizes), np.int64), bounds, nothing, bounds, nothing).stretches()
    assert [n for first, last in stretches for n in range(first, last)] == list(range(len(sizes)))
    for first, last in stretches:
        assert 0 < last - first <= BLOCK_CLUSTERS
        assert last - first == 1 or bounds[last] - bounds[first] <= BLOCK_MEMBERS
    # no two that follow one another could be one
    for (first, middle), (_, last) in itertools.pairwise(stretches):
        assert middle - first == BLOCK_CLUSTERS or bounds[middle + 1] - bounds[first] > BLOCK_MEMBERS, last
