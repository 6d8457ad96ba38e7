"""Remainders of many texts at once, and which texts have to do with one another, by their obvious twins."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import remainders as kernels
from dedup.kernels import titles, weights
from tests import reference
from tests.strategies import SOME

TOKENS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6), st.integers(0, 999), st.booleans()), max_size=30)
SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(-1, 1), st.booleans()), max_size=6)
# A text's title, family and vector, which may not be known.
TITLE = st.dictionaries(st.integers(0, 4), st.integers(1, 20).map(lambda n: n / 4), max_size=4)
VECTOR = st.none() | st.dictionaries(st.integers(0, 4), st.integers(0, 4).map(lambda n: n / 4), max_size=4)
TEXTS = st.lists(st.tuples(TITLE, st.integers(0, 1), VECTOR), min_size=1, max_size=6)
LEAST = (6.0, 0.5, 0.25)


@SOME
@given(st.lists(st.lists(st.integers(0, 40), max_size=12), min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_usual_words(texts: list[list[int]], rng: random.Random) -> None:
    """Of the texts asked for, also where words meet in one place of a table."""
    hashes = np.array([word << 10 for text in texts for word in text], np.uint32)
    bounds = np.cumsum([0, *map(len, texts)])
    asked = rng.sample(range(len(texts)), rng.randint(1, len(texts)))
    found = kernels.usual_words(hashes, bounds, np.array(asked, np.int64))
    assert sorted(found.tolist()) == [word << 10 for word in reference.usual_words([texts[n] for n in asked])]


@SOME
@given(TOKENS, SPANS, st.lists(st.sets(st.integers(0, 9)), min_size=2, max_size=2))
def test_many_spans(tokens: Any, spans: list[tuple[int, int, int, bool]], houses: list[set[int]]) -> None:
    """Each span has the words that it has by itself, without those of its house; what is not kept has none."""
    kinds = (np.uint32, np.uint8, np.uint16, np.bool_)
    columns = [np.array([t[k] for t in tokens], kind) for k, kind in enumerate(kinds)]
    places = np.array([sorted(min(p, len(tokens)) for p in span[:2]) for span in spans], np.int64).reshape(-1, 2)
    # each span but for what begins a quarter of the way in
    inner = places + (places[:, 1:] - places[:, :1]) // np.array([4, -4])
    keys, nats, bounds, weighed = kernels.remainders(*columns[:3], columns[3], (places, inner), (3, 2))
    for low, high in itertools.pairwise(bounds.tolist()):
        keys[low:high].sort()
    words = [np.array(sorted(house), np.uint32) for house in houses]
    house = np.concatenate(words), np.cumsum([0, *map(len, words)])
    families, kept = np.array([s[2] for s in spans], np.int64), np.array([s[3] for s in spans], np.bool_)
    made = kernels.vectors(keys, nats, bounds, house, families, kept)
    for n, (low, high) in enumerate(places.tolist()):
        own, masses, weight = weights.remainder_keys(*columns[:3], columns[3], (low, high), tuple(inner[n]), (3, 2))
        own.sort()
        left_out = words[families[n]] if families[n] >= 0 else np.empty(0, np.uint32)
        expected = weights.weighted_words(own, masses, left_out)
        part = slice(*made[2][n : n + 2].tolist())
        assert weighed[n] == weight
        assert [a[part].tolist() for a in made[:2]] == [a.tolist() if kept[n] else [] for a in expected]


def arrays(vectors: list[dict[int, float] | None]) -> Any:
    """Return vectors as the kernels take them."""
    rows = [sorted((each or {}).items()) for each in vectors]
    flat = [pair for row in rows for pair in row]
    return (
        np.array([w for w, _ in flat], np.uint32),
        np.array([v for _, v in flat], np.float64),
        np.cumsum([0, *map(len, rows)]),
        np.array([each is not None for each in vectors], np.bool_),
    )


def cosine(a: dict[int, float] | None, b: dict[int, float] | None) -> float:
    """The sum over common words; nan where one is not known."""
    return math.nan if a is None or b is None else sum(a[w] * b[w] for w in a.keys() & b.keys())


def told(texts: Any, houses: list[set[int]], a: int, b: int) -> int:
    """What two titles are to each other."""
    house = houses[texts[a][1]] if texts[a][1] == texts[b][1] else set()
    return reference.related_titles(texts[a][0], texts[b][0], house, LEAST[:2])


@SOME
@given(
    TEXTS,
    st.lists(st.sets(st.integers(0, 4)), min_size=2, max_size=2),
    st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=4),
    st.integers(1, 4),
)
def test_pages_of_lists(texts: Any, houses: list[set[int]], lists: list[list[int]], most: int) -> None:
    """Pages are picked one after the other that have to do with none before; pairs have the cosines of remainders.

    Titles relate two texts of one family, and of two whose remainders are not too different.
    """
    lists = [[p % len(texts) for p in pages] for pages in lists]
    rows = [sorted(title.items()) for title, _, _ in texts]
    flat = [pair for row in rows for pair in row]
    made = titles.each_once(
        np.array([w for w, _ in flat], np.uint32),
        np.array([m for _, m in flat], np.float32),
        np.cumsum([0, *map(len, rows)]),
    )
    about = (
        np.array([p for pages in lists for p in pages], np.int64),
        np.cumsum([0, *map(len, lists)]),
        np.arange(len(texts)),
        made,
        np.array([family for _, family, _ in texts], np.int64),
        (np.array([w for h in houses for w in sorted(h)], np.uint32), np.cumsum([0, *map(len, houses)])),
        arrays([vector for *_, vector in texts]),
    )
    counts, cosines = [], []
    for pages in lists:
        picked: list[int] = []
        for page in pages:
            for other in picked:
                titled, value = told(texts, houses, page, other), cosine(texts[page][2], texts[other][2])
                if titled == titles.RELATED or (titled < 0 if math.isnan(value) else value >= LEAST[2]):
                    break
            else:
                if len(picked) < most:
                    picked.append(page)
        counts.append(len(picked))
        for a, b in ((a, b) for i, a in enumerate(pages) for b in pages[:i]):
            value, own = cosine(texts[a][2], texts[b][2]), texts[a][1] == texts[b][1]
            is_one = told(texts, houses, a, b) == titles.RELATED and (own or not value <= 0.3)
            cosines.append(1.0 if is_one else value)
    assert kernels.unrelated(*about, LEAST, most).tolist() == counts
    assert kernels.of_pairs(*about, LEAST[:2], 0.3) == pytest.approx(cosines, nan_ok=True)


@SOME
@given(st.lists(VECTOR, min_size=1, max_size=8), st.integers(0, 8))
def test_usual_cosines(vectors: list[dict[int, float] | None], first: int) -> None:
    """Those of each page of one family with each of another, or of each two of one."""
    first = min(first, len(vectors))
    known, bounds = arrays(vectors), np.array([0, first, len(vectors)])
    across = [(a, b) for a in range(first) for b in range(first, len(vectors))]
    within = [(a, b) for a in range(first) for b in range(a)]
    for other, pairs in ((1, across), (0, within)):
        expected = [v for a, b in pairs if not math.isnan(v := cosine(vectors[a], vectors[b]))]
        assert kernels.usual(known, bounds, 0, other) == pytest.approx(expected)
    expected = [cosine(vectors[a], vectors[b]) for a, b in across]
    pairs = np.array(across, np.int64).reshape(-1, 2)
    assert kernels.cosines(pairs, known, known) == pytest.approx(expected, nan_ok=True)
