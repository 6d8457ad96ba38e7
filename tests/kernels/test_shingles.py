"""Shingles, window minima and seeds: the kernels against their twins, and what they promise about runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import shingles as kernels
from dedup.shingles import shingle_hashes
from dedup.tokens import tokenize
from tests import reference
from tests.strategies import MANY, SOME, hashes_of, texts, token_texts, tokens_of

HASHES = st.integers(0, 2**32 - 1)
WEIGHTS = st.sampled_from([6, 3, 2])


def kernel_shingles(hashes: list[int], weights: list[int], size: int) -> list[int]:
    out = np.empty(len(hashes), np.uint64)
    count = kernels.shingle_text(np.array(hashes, np.uint32), np.array(weights, np.uint8), size, out)
    found: list[int] = out[:count].tolist()
    return found


def kernel_minima(values: list[int], window: int) -> list[int]:
    out = np.empty(len(values), np.int64)
    count = kernels.window_minima(np.array(values, np.uint64), window, out)
    found: list[int] = out[:count].tolist()
    return found


def spans_of(bounds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.stack([bounds[:-1], bounds[1:]], axis=1)


def kernel_seeds(texts: list[list[int]], size: int, window: int) -> list[tuple[int, int]]:
    tokens = tokens_of(texts)
    keys, places, bounds = kernels.seed_places(tokens.hashes, tokens.weights, spans_of(tokens.bounds), size, window)
    assert np.array_equal(np.searchsorted(places, tokens.bounds), bounds)
    return list(zip(keys.tolist(), places.tolist(), strict=True))


@MANY
@given(
    st.one_of(st.lists(st.tuples(HASHES, WEIGHTS), max_size=30), st.lists(st.tuples(HASHES, st.just(6)), max_size=30)),
    st.integers(1, 7),
)
def test_shingles_like_the_twin(tokens: list[tuple[int, int]], size: int) -> None:
    """The moving polynomial, and of words alone the one made for all shingles at once, equals the one computed afresh
    for each shingle, also of mixed scripts."""
    hashes, weights = [t[0] for t in tokens], [t[1] for t in tokens]
    assert kernel_shingles(hashes, weights, size) == reference.shingles(hashes, weights, size)


@SOME
@given(texts(), st.integers(1, 6))
def test_shingle_hashes_of_a_text(text: str, size: int) -> None:
    """The public shingle hashes are the lower halves of the twin's."""
    tokens = tokenize([text])
    expected = reference.shingles(tokens.hashes.tolist(), tokens.weights.tolist(), size)
    assert shingle_hashes(text, size).tolist() == [h & reference.MASK32 for h in expected]


def test_shingles_know_order_and_place() -> None:
    """The same words in another order are another shingle; the same shingle anywhere has the same hash."""
    assert shingle_hashes("one two three", 3).tolist() != shingle_hashes("three two one", 3).tolist()
    assert shingle_hashes("zero one two three", 3)[1] == shingle_hashes("one two three four", 3)[0]
    assert shingle_hashes("one two", 1).tolist() != shingle_hashes("one one", 1).tolist()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" … ", 0),
        ("cat", 1),
        ("one two three", 1),
        ("one two three four", 1),
        ("one two three four five", 1),
        ("one two three four five six", 2),
        ("東京都新宿区西新宿二", 1),
        ("東京都新宿区西新宿二丁", 2),
    ],
)
def test_short_texts_are_one_shingle(text: str, count: int) -> None:
    """D2, D3: a text below five words (ten Han characters) is one shingle; a text without words has none."""
    assert len(shingle_hashes(text, 5)) == count


def test_short_texts_differ() -> None:
    """D2: texts shorter than a shingle are equal only to themselves, and not to a longer text that they
    begin."""
    texts = ["cat", "dog", "cat dog", "dog cat", "cat dog bird fish", "cat dog bird fish cow"]
    assert len({tuple(shingle_hashes(t, 5).tolist()) for t in texts}) == len(texts)
    assert shingle_hashes("Cat!", 5).tolist() == shingle_hashes("cat", 5).tolist()


@MANY
@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 8))
def test_window_minima_like_the_twin(values: list[int], window: int) -> None:
    """The moving minimum equals the rightmost smallest value of every window, with many ties."""
    assert kernel_minima(values, window) == reference.window_minima(values, window)


@SOME
@given(st.lists(HASHES, min_size=1, max_size=40), st.integers(1, 8))
def test_every_window_has_a_minimum(values: list[int], window: int) -> None:
    """No `window` consecutive values are without a chosen place (Schleimer et al. 2003, section 3)."""
    chosen = set(kernel_minima(values, window))
    assert all(chosen & set(range(i, i + window)) for i in range(len(values) - window + 1))
    assert chosen


@SOME
@given(token_texts(alphabet=6), st.integers(1, 5), st.integers(1, 4))
def test_seeds_like_the_twin(texts: list[list[int]], size: int, window: int) -> None:
    """Keys and places of several texts, empty ones among them, are those of the twin."""
    expected = reference.seeds([hashes_of(t) for t in texts], size, window)
    assert kernel_seeds(texts, size, window) == expected


@SOME
@given(
    *[st.lists(st.integers(0, 9), max_size=12)] * 4,
    st.integers(1, 4),
    st.integers(1, 4),
    st.data(),
)
def test_a_shared_run_shares_a_seed(
    before: list[int],
    after: list[int],
    other_before: list[int],
    other_after: list[int],
    size: int,
    window: int,
    data: st.DataObject,
) -> None:
    """Any verbatim run of `window + size - 1` words has a seed at the same place of both copies."""
    length = window + size - 1
    run = data.draw(st.lists(st.integers(0, 9), min_size=length, max_size=length + 10))
    left, right = (
        kernel_seeds([before + run + after], size, window),
        kernel_seeds([other_before + run + other_after], size, window),
    )
    inside = range(len(run) - size + 1)
    shared = {(k, p - len(before)) for k, p in left} & {(k, p - len(other_before)) for k, p in right}
    assert any(p in inside for _, p in shared)


@SOME
@given(token_texts(alphabet=6, max_size=12), st.integers(1, 4), st.integers(1, 3))
def test_seeds_of_a_slice_of_texts(texts: list[list[int]], size: int, window: int) -> None:
    """The seeds of texts read in blocks are those of all texts."""
    tokens = tokens_of(texts)
    half = len(texts) // 2
    parts = [
        kernels.seed_places(tokens.hashes, tokens.weights, spans_of(bounds), size, window)[:2]
        for bounds in (tokens.bounds[: half + 1], tokens.bounds[half:])
    ]
    found = [pair for keys, places in parts for pair in zip(keys.tolist(), places.tolist(), strict=True)]
    assert found == kernel_seeds(texts, size, window)
