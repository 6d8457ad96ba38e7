"""Titles that are about one thing, by their obvious twins."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import titles as kernels
from tests import reference
from tests.strategies import MANY

LEAST = (6.0, 0.5)
# quarters add up without rounding
MASSES = st.integers(1, 40).map(lambda n: n / 4)
TITLES = st.lists(st.lists(st.tuples(st.integers(0, 6), MASSES), max_size=6), min_size=1, max_size=16)


def arrays(titles: list[list[tuple[int, float]]]) -> Any:
    """Return the words of titles once."""
    hashes = np.array([w for title in titles for w, _ in title], np.uint32)
    masses = np.array([m for title in titles for _, m in title], np.float32)
    return kernels.each_once(hashes, masses, np.cumsum([0, *map(len, titles)]))


@MANY
@given(TITLES)
def test_words_of_titles(titles: list[list[tuple[int, float]]]) -> None:
    """Each comes once, with its largest mass, and rising."""
    words, masses, edges, sums = arrays(titles)
    expected = [dict(sorted(title)) for title in titles]
    found = [
        dict(zip(words[a:b].tolist(), masses[a:b].tolist(), strict=True)) for a, b in itertools.pairwise(edges.tolist())
    ]
    assert [list(title.items()) for title in found] == [list(title.items()) for title in expected]
    assert sums.tolist() == [sum(title.values()) for title in expected]


@MANY
@given(TITLES, st.sets(st.integers(0, 6)), st.lists(st.integers(0, 6)))
def test_what_titles_share(titles: list[list[tuple[int, float]]], house: set[int], passage: list[int]) -> None:
    """Words of enough mass, those of the house apart; and what a passage holds of one."""
    made, plain = arrays(titles), [dict(sorted(title)) for title in titles]
    for a, b in itertools.combinations(range(len(titles)), 2):
        found = kernels.related(*made, (a, b), np.array(sorted(house), np.uint32), LEAST)
        assert found == reference.related_titles(plain[a], plain[b], house, LEAST)
    # a passage and the same without its first word, in each text
    members = [(d, low, len(passage)) for d in range(len(titles)) for low in (0, min(1, len(passage)))]
    held = kernels.titled(*made[:3], np.array(members, np.int64), np.array(passage, np.uint32))
    expected = [sum(mass for word, mass in plain[d].items() if word in passage[low:]) for d, low, _ in members]
    assert held.tolist() == expected


@MANY
@given(
    TITLES,
    st.lists(st.integers(0, 1), min_size=16, max_size=16),
    st.lists(st.sets(st.integers(0, 6)), min_size=2, max_size=2),
    st.lists(st.lists(st.integers(0, 15), max_size=20), min_size=1, max_size=3),
)
def test_clusters_of_unlike_titles(
    titles: list[list[tuple[int, float]]], families: list[int], houses: list[set[int]], clusters: list[list[int]]
) -> None:
    """Three texts or more, of whose pairs less than a quarter have related titles; of many, the first twelve."""
    clusters = [[d % len(titles) for d in texts] for texts in clusters]
    plain = [dict(sorted(title)) for title in titles]
    found = kernels.suspects(
        np.array([d for texts in clusters for d in texts], np.int64),
        np.cumsum([0, *map(len, clusters)]),
        arrays(titles),
        np.array(families, np.int64),
        (
            np.array([w for house in houses for w in sorted(house)], np.uint32),
            np.cumsum([0, *map(len, houses)]),
        ),
        LEAST,
    )
    expected = []
    for texts in clusters:
        pages = sorted(set(texts))[: kernels.MOST_PAGES]
        alike = [
            reference.related_titles(
                plain[b], plain[a], houses[families[a]] if families[a] == families[b] else set(), LEAST
            )
            for a, b in itertools.combinations(pages, 2)
        ]
        expected.append(len(pages) > 2 and 4 * alike.count(kernels.RELATED) < len(alike))
    assert found.tolist() == expected


def test_long_titles() -> None:
    """A title of a hundred thousand words is sorted, not searched word by word."""
    words, _, edges, sums = arrays([[(n % 50_000, 1.0) for n in range(100_000)][::-1]])
    assert edges.tolist() == [0, 50_000]
    assert words.tolist() == list(range(50_000))
    assert sums[0] == pytest.approx(50_000.0)
