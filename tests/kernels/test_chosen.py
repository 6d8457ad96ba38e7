"""Which documents are aligned: the kernels agree with their obvious twins."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.chosen import aligned, best, grounds, rows
from tests import reference
from tests.strategies import MANY

# Text, number below 9, what its hits are worth, and these.
FOUND = st.tuples(
    st.integers(0, 2),
    st.integers(0, 8),
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(0, 18), st.integers(1, 5)), min_size=1, max_size=3),
)
PLACES = st.lists(st.one_of(st.just(-1), st.integers(0, 5)), max_size=4)


@MANY
@given(
    texts=st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=5), max_size=4),
    before=st.integers(0, 2),
)
def test_grounds(texts: list[list[tuple[int, int]]], before: int) -> None:
    """Units end at a flag, and wherever a text begins or all end; what tokens are worth is summed up."""
    flat = [(0, 7)] * before + [token for text in texts for token in text]
    bounds = before + np.cumsum([0, *map(len, texts)])
    mass, weight = np.cumsum([0, *(m for _, m in flat)]), np.cumsum([0, *(6 for _ in flat)])
    flags = np.array([flag for flag, _ in flat], np.uint8)
    borders, value = grounds(flags, 2, bounds, mass, weight, (0.5, 0.25))
    begins = set(bounds.tolist())
    assert borders.tolist() == [t in begins or bool(flat[t][0] & 2) for t in range(before, len(flat))] + [True]
    assert value.tolist() == [0.5 * mass[t] / 256.0 + 0.25 * weight[t] / 6.0 for t in range(before, len(flat) + 1)]


@MANY
@given(
    found=st.lists(FOUND, max_size=8, unique_by=lambda one: one[:2]),
    least=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    carriers=st.integers(1, 3),
)
def test_best(
    found: list[tuple[int, int, int, list[tuple[int, int]]]],
    least: tuple[int, int],
    carriers: int,
) -> None:
    """Of each text those with most in common come first, then the earliest, and are chosen in that order."""
    found = sorted(found, key=lambda one: one[0])
    costs = np.arange(9) / 8.0
    values = [n % 3 / 2.0 for n in range(24)]
    hits = sorted((k, start, start + length) for k, one in enumerate(found) for start, length in one[3])
    hits.sort(key=lambda hit: hit[1:])
    texts, numbers, taken = best(
        (
            np.array([text for text, *_ in found], np.int64),
            np.array([number for _, number, *_ in found], np.int64),
            np.array([worth / 2.0 for _, _, worth, _ in found]),
            np.array(hits, np.int64).reshape(-1, 3),
        ),
        (costs, np.arange(70, 79, dtype=np.uint32)),
        (np.arange(25), np.cumsum([0.0, *values]), np.array([[n + least[0], n + least[1]] for n in range(3)]) / 4.0),
        np.array([n % 4 == 0 for n in range(25)]),
        np.array([2, 2, carriers]),
    )
    ranked = sorted(range(len(found)), key=lambda k: (found[k][0], -found[k][2], found[k][1]))
    assert list(zip(texts.tolist(), numbers.tolist(), strict=True)) == [(found[k][0], 70 + found[k][1]) for k in ranked]
    enough = [
        ((found[k][0] + least[0]) / 4.0 + costs[found[k][1]], (found[k][0] + least[1]) / 4.0 + costs[found[k][1]])
        for k in ranked
    ]
    spans = [[hit[1:] for hit in hits if hit[0] == k] for k in ranked]
    borders = [n % 4 == 0 for n in range(25)]
    expected = reference.chosen_chains(spans, [1] * 24, values, borders, enough, (2, 2, carriers))
    assert taken.tolist() == [value > 0 for value in expected]


@MANY
@given(
    seeds=st.lists(
        st.tuples(st.integers(0, 2), st.integers(3, 9), st.booleans()), max_size=8, unique_by=lambda s: s[:2]
    ),
    bands=st.lists(st.tuples(st.integers(0, 2), st.integers(3, 9)), max_size=20),
    first=st.integers(0, 2),
    batch=PLACES,
    carriers=st.integers(1, 3),
)
def test_aligned(
    seeds: list[tuple[int, int, bool]],
    bands: list[tuple[int, int]],
    first: int,
    batch: list[int],
    carriers: int,
) -> None:
    """Behind those that seeds choose come a few that share two bands, none twice, none that follows in the batch."""
    pairs = np.array([(first + text) << 32 | number for text, number in sorted(bands)], np.uint64)
    found, numbers, left = aligned(
        (
            np.array([text for text, _, _ in seeds], np.int64),
            np.array([number for _, number, _ in seeds], np.uint32),
            np.array([taken for _, _, taken in seeds], np.bool_),
        ),
        pairs,
        first,
        (5, np.array(batch, np.int64)),
        carriers,
    )
    met = {(text, number) for text, number, _ in seeds}
    of_number = dict(enumerate(batch, 5))
    others = [
        (text, number)
        for (text, number), some in itertools.groupby(sorted(bands))
        if len(list(some)) > 1 and (text, number) not in met and of_number.get(number, -1) < first + text
    ]
    taken = [(text, number) for text, number, is_taken in seeds if is_taken]
    taken += [one for n, one in enumerate(others) if sum(text == one[0] for text, _ in others[:n]) < carriers]
    assert list(zip(found.tolist(), numbers.tolist(), strict=True)) == [(first + text, n) for text, n in taken]
    assert left == len(seeds) + len(others) - len(taken)


@MANY
@given(pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=12), batch=PLACES)
def test_rows(pairs: list[tuple[int, int]], batch: list[int]) -> None:
    """Documents to be read stand before the texts that are compared, and pairs name both by their row."""
    texts, numbers = (np.array([pair[i] for pair in pairs], kind) for i, kind in ((0, np.int64), (1, np.uint32)))
    stored, new, found = rows(texts, numbers, 5, np.array(batch, np.int64))
    of_number = {number: text for number, text in enumerate(batch, 5) if text >= 0}
    known = sorted({n for _, n in pairs} - of_number.keys())
    asked = sorted({text for text, _ in pairs} | {of_number[n] for _, n in pairs if n in of_number})
    assert (stored.tolist(), new.tolist()) == (known, asked)

    def row(number: int) -> int:
        return len(known) + asked.index(of_number[number]) if number in of_number else known.index(number)

    expected = sorted((len(known) + asked.index(text), row(number)) for text, number in pairs)
    assert found.tolist() == [[document, text] for text, document in expected]
