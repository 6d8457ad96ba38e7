"""What two texts can share at most: the kernel agrees with its obvious twin."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.postings import (
    BEFORE_BITS,
    NEXT_BITS,
    RANK_BITS,
    band_keys,
    bands_of,
    carriers,
    chosen,
    contexts,
    gather,
    ranked,
    reach,
    worthy,
)
from tests import reference
from tests.kernels.columns import column
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


@MANY
@given(
    groups=st.lists(SPANS, min_size=1, max_size=5),
    weights=st.lists(st.integers(0, 4), min_size=24, max_size=24),
    borders=st.lists(st.booleans(), min_size=25, max_size=25),
    least=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    limits=st.tuples(st.integers(0, 3), st.integers(0, 8)),
    hidden=st.integers(0, 5),
    itself=st.integers(0, 5),
)
def test_worthy(
    groups: list[list[tuple[int, int]]],
    weights: list[int],
    borders: list[bool],
    least: tuple[int, int],
    limits: tuple[int, int],
    hidden: int,
    itself: int,
) -> None:
    """Documents of a part are worth what the twin says of their spans; those hidden and the text itself are left out,
    and the hits of the others are told in order."""
    spans = [sorted({(start, start + length) for start, length in group}) for group in groups]
    values = [w / 4.0 for w in weights]
    seeds = sorted({s for group in spans for s in group})
    lists = [[d for d, group in enumerate(spans) if seed in group] for seed in seeds]
    highs = np.cumsum([len(one) for one in lists])
    costs = np.zeros(len(groups))
    costs[hidden:] = np.inf
    # what stands around a seed differs on both sides, on one, or on none, so that the wider spans are cut to these
    wide = {s: (s[0] - 2 * (n % 2), s[0], s[1], s[1] + 3 * (n // 2 % 2)) for n, s in enumerate(seeds)}
    contexts = np.array([7919 * n % (1 << 14) for n in range(len(seeds))], np.uint32)
    postings = np.array(
        [
            d | (int(contexts[n]) ^ (n % 2 | n // 2 % 2 << NEXT_BITS | 1 << BEFORE_BITS)) << RANK_BITS
            for n, one in enumerate(lists)
            for d in one
        ],
        np.uint32,
    )
    starts = np.concatenate([[0], highs])
    gathered = np.empty(len(postings), np.uint32)
    gather(
        column(postings),
        starts[:-1],
        highs,
        contexts,
        0,
        starts[:-1].copy(),
        gathered,
    )
    texts, found, best, hits = worthy(
        np.array([0, len(seeds)]),
        (starts, gathered),
        (costs, np.arange(7, 7 + len(groups), dtype=np.uint32)),
        (7 + itself, np.zeros(1, np.int64), 0),
        np.array([wide[s] for s in seeds], np.int64).reshape(-1, 4),
        (
            np.cumsum([0, *weights]).astype(np.int64),
            np.cumsum([0.0, *values]),
            np.array([[least[0] / 4.0, least[1] / 4.0]]),
        ),
        np.array(borders, np.bool_),
        np.array([*limits, 1], np.int64),
    )
    enough = [(least[0] / 4.0, least[1] / 4.0)] * len(spans)
    expected = reference.chosen_chains(spans, weights, values, borders, enough, (*limits, 99))
    wanted = {d: v for d, v in enumerate(expected) if v and d < hidden and d != itself}
    assert dict(zip(found.tolist(), best.tolist(), strict=True)) == wanted
    assert set(texts.tolist()) <= {0}
    for k, rank in enumerate(found.tolist()):
        assert [(start, end) for c, start, end in hits.tolist() if c == k] == spans[rank]


@MANY
@given(
    parts=st.lists(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**14 - 1)), max_size=3), max_size=4)),
    wanted=st.lists(st.integers(0, 2**14 - 1), min_size=4, max_size=4),
)
def test_gather(parts: list[list[list[tuple[int, int]]]], wanted: list[int]) -> None:
    """Of each key the documents of all parts stand together, with the sides on which other words stand."""
    lists = [part + [[]] * (4 - len(part)) for part in parts]
    starts = np.cumsum([0, *(sum(len(part[key]) for part in lists) for key in range(4))])
    at, found = starts[:-1].copy(), np.empty(starts[-1], np.uint32)
    for n, part in enumerate(lists):
        flat = np.array([rank | context << RANK_BITS for one in part for rank, context in one], np.uint32)
        highs = np.cumsum([len(one) for one in part])
        lows = highs - [len(one) for one in part]
        gather(
            column(flat),
            lows,
            highs,
            np.array(wanted, np.uint32),
            10 * n,
            at,
            found,
        )
    assert at.tolist() == starts[1:].tolist()
    assert found.tolist() == [
        10 * n + rank << 2 | reference.differs(context, wanted[key])
        for key in range(4)
        for n, part in enumerate(lists)
        for rank, context in part[key]
    ]


@MANY
@given(
    texts=st.lists(st.lists(st.tuples(st.sampled_from([2, 3, 6]), st.booleans()), max_size=9), max_size=4),
    before=st.integers(0, 3),
    size=st.integers(1, 3),
    beyond=st.integers(0, 4),
)
def test_reach(texts: list[list[tuple[int, bool]]], before: int, size: int, beyond: int) -> None:
    """The ends of seeds, and of the runs around them, stay within their text, also in a block that begins late."""
    flat = [token for text in texts for token in text]
    weights = [6] * before + [weight for weight, _ in flat]
    bounds = (before + np.cumsum([0, *map(len, texts)])).tolist()
    places = [before + n for n, (_, is_seed) in enumerate(flat) if is_seed]
    found = reach(np.array(places, np.int64), np.array(weights, np.uint8), np.array(bounds, np.int64), size, beyond)
    ends = {p: next((a, b) for a, b in itertools.pairwise(bounds) if a <= p < b) for p in places}
    assert [tuple(before + at for at in row) for row in found.tolist()] == [
        reference.reach(weights, *ends[p], p, size, beyond) for p in places
    ]


@MANY
@given(
    hashes=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=12),
    weights=st.lists(st.sampled_from([2, 3, 6]), min_size=12, max_size=12),
    cut=st.integers(0, 12),
    places=st.sets(st.integers(0, 11)),
    size=st.integers(1, 3),
)
def test_contexts(hashes: list[int], weights: list[int], cut: int, places: set[int], size: int) -> None:
    """What stands around a seed is told by the first bits of its words, none of another text."""
    edges = sorted({0, min(cut, len(hashes)), len(hashes)})
    wanted = sorted(p for p in places if p < len(hashes))
    found = contexts(
        np.array(hashes, np.uint32),
        np.array(weights[: len(hashes)], np.uint8),
        np.array(edges, np.int64),
        np.array(wanted, np.int64),
        size,
    )
    ends = [next(e for e in edges if e > p) for p in wanted]
    begins = [max(e for e in edges if e <= p) for p in wanted]
    texts = zip(wanted, begins, ends, strict=True)
    expected = [reference.context(hashes[b:e], weights[b:e], p - b, size) for p, b, e in texts]
    assert found.tolist() == expected


@MANY
@given(
    values=st.lists(st.lists(st.integers(0, 2**32 - 1), min_size=6, max_size=6), max_size=4),
    shape=st.sampled_from([(3, 2), (2, 3), (1, 5)]),
)
def test_band_keys(values: list[list[int]], shape: tuple[int, int]) -> None:
    """Bands are hashed as in the twin."""
    found = band_keys(np.array(values, np.uint32).reshape(-1, 6), *shape)
    assert found.tolist() == [reference.band_keys(one, *shape) for one in values]


@MANY
@given(
    postings=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**14 - 1), st.integers(0, 5)), max_size=12),
    ranks=st.lists(st.one_of(st.integers(0, 9), st.just(2**RANK_BITS - 1)), min_size=6, max_size=6),
)
def test_ranked(postings: list[tuple[int, int, int]], ranks: list[int]) -> None:
    """Postings get new ranks below their keys and contexts, and those of dropped documents are left out."""
    keys = np.array([key for key, _, _ in postings], np.uint32)
    values = np.array([context << RANK_BITS | rank for _, context, rank in postings], np.uint32)
    found = ranked(keys, values, np.array(ranks, np.uint32))
    assert found.tolist() == reference.ranked(postings, ranks)


@MANY
@given(
    texts=st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.integers(0, 2**32 - 1), min_size=6, max_size=6)), max_size=4
    ),
    first=st.integers(0, 2),
)
def test_bands_of(texts: list[tuple[int, list[int]]], first: int) -> None:
    """The bands of texts without words are left out."""
    signed = np.array([*([[0] * 6] * first), *(values for _, values in texts)], np.uint32).reshape(-1, 6)
    keys, of = bands_of(signed, np.cumsum([0, *(size for size, _ in texts)]), first, 3, 2)
    worded = [(first + d, values) for d, (size, values) in enumerate(texts) if size]
    assert keys.tolist() == [key for _, values in worded for key in reference.band_keys(values, 3, 2)]
    assert of.tolist() == [d for d, _ in worded for _ in range(3)]


@MANY
@given(
    lists=st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=6),
    hidden=st.integers(0, 6),
    before=st.integers(0, 2),
)
def test_carriers(lists: list[list[int]], hidden: int, before: int) -> None:
    """All documents of all keys are told with the text of the key behind those of other parts, those that are hidden
    apart."""
    highs = np.cumsum(np.array([len(one) for one in lists], np.int64))
    flat = np.array([rank | 5 << RANK_BITS for one in lists for rank in one], np.uint32)
    costs = np.where(np.arange(6) < hidden, 1.0, np.inf)
    out = np.zeros(before + len(flat), np.uint64)
    n = carriers(
        column(flat, 1),
        highs - np.array([len(one) for one in lists], np.int64),
        highs,
        4,
        (np.concatenate([np.zeros(4), costs]), np.arange(66, 76, dtype=np.uint32)),
        np.arange(len(lists)) // 2,
        out,
        before,
    )
    expected = [(key // 2) << 32 | 70 + rank for key, one in enumerate(lists) for rank in one if rank < hidden]
    assert out[:n].tolist() == [0] * before + expected
