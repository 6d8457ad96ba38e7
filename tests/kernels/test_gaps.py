"""Matched words and the gaps between them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import gaps as kernels
from tests import reference
from tests.strategies import SOME

UPPER, MOST = 8, 3


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Blocks in order on both sides, with small gaps."""
    a, b, blocks = 0, 0, []
    for left, right, words in draw(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=6)
    ):
        a, b = a + left, b + right
        blocks.append((a, b, words))
        a, b = a + words, b + words
    return blocks


@SOME
@given(chains(), st.lists(st.sampled_from([0, 1, UPPER]), min_size=60, max_size=60), st.integers(0, 59))
def test_as_reference(blocks: list[tuple[int, int, int]], flags: list[int], number: int) -> None:
    """Gaps with a flagged token, or one that is a number word, on both sides; matched words; flags and weights."""
    hashes = np.arange(60, dtype=np.uint32)
    words = np.array([number], np.uint32)
    array, marks = np.array(blocks, np.int64), np.array(flags, np.uint8)
    telling = [bool(f & UPPER) or i == number for i, f in enumerate(flags)]
    found = kernels.telling_gaps(array, marks, hashes, UPPER, words, MOST).tolist()
    assert found == reference.telling_gaps(blocks, telling, MOST)
    assert kernels.matched(array) == reference.matched(blocks)
    found = kernels.flagged(marks, np.array([(3, number), (number, number)], np.int64), UPPER)
    assert found.tolist() == [sum(bool(f & UPPER) for f in flags[3:number]), 0]
    found = kernels.weighed(marks, np.array([(3, number), (number, number)], np.int64))
    assert found.tolist() == [sum(flags[3:number]), 0]


@SOME
@given(chains(), st.integers(0, 30), st.integers(0, 30))
def test_parts_of_blocks(blocks: list[tuple[int, int, int]], low: int, high: int) -> None:
    """Blocks are cut to a stretch of the first side; those without a word there are left out."""
    found = kernels.cut(np.array(blocks, np.int64), low, high).tolist()
    assert [(a + i, b + i) for a, b, words in found for i in range(words)] == reference.cut(blocks, low, high)
    assert all(words > 0 for _, _, words in found)


@SOME
@given(chains(), st.lists(st.integers(0, 2**16 - 1), min_size=60, max_size=60), st.integers(0, 1 << 20))
def test_weight_of_blocks(blocks: list[tuple[int, int, int]], masses: list[int], least: int) -> None:
    """Whether the words of blocks weigh enough, also exactly so much and one more."""
    mass = sum(sum(masses[a : a + words]) for a, _, words in blocks)
    array, own = np.array(blocks, np.int64), np.array(masses, np.uint16)
    for asked in (least, mass, mass + 1):
        assert kernels.weighs(array, own, asked) == (mass >= asked)


@SOME
@given(st.lists(chains(), min_size=1, max_size=5), st.lists(st.sampled_from([0, 1, UPPER]), min_size=60, max_size=60))
def test_of_several_members(members: list[list[tuple[int, int, int]]], flags: list[int]) -> None:
    """Counted at once, each member has what it has alone."""
    hashes, words = np.arange(60, dtype=np.uint32), np.array([7], np.uint32)
    blocks = np.array([block for own in members for block in own], np.int64)
    bounds = np.cumsum([0, *map(len, members)])
    found = kernels.of_members(blocks, bounds, np.array(flags, np.uint8), hashes, UPPER, words, MOST)
    telling = [bool(f & UPPER) or i == 7 for i, f in enumerate(flags)]
    assert found.tolist() == [
        [*reference.matched(own), len(reference.telling_gaps(own, telling, MOST))] for own in members
    ]


@SOME
@given(st.lists(chains(), min_size=1, max_size=5), st.lists(st.sampled_from([0, 1, UPPER]), min_size=60, max_size=60))
def test_replaced_figures(passages: list[list[tuple[int, int, int]]], flags: list[int]) -> None:
    """Counted in each passage are the gaps with a flagged token on both sides."""
    blocks = np.array([block for own in passages for block in own], np.int64)
    bounds = np.cumsum([0, *map(len, passages)])
    found = kernels.replaced(bounds, blocks, np.array(flags, np.uint8), UPPER, MOST)
    telling = [bool(f & UPPER) for f in flags]
    assert found.tolist() == [len(reference.telling_gaps(own, telling, MOST)) for own in passages]
