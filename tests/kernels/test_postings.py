"""What two texts can share at most: the kernel agrees with its obvious twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.postings import chosen, search, worthy
from tests import reference
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
    lists = [[7 + d for d, group in enumerate(spans) if seed in group] for seed in seeds]
    highs = np.cumsum([len(one) for one in lists])
    costs = np.zeros(len(groups))
    costs[hidden:] = np.inf
    numbers = np.array([n for one in lists for n in one], np.uint32)
    texts, found, best, hits = worthy(
        (np.array([0, len(seeds)]), np.arange(len(seeds))),
        (highs - [len(one) for one in lists], highs),
        np.pad(numbers, (0, -len(numbers) % 3)).reshape(-1, 3),
        (7, costs),
        (7 + itself, np.zeros(1, np.int64), 0),
        (np.array([s for s, _ in seeds]), np.array([e for _, e in seeds])),
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
    wanted = {7 + d: v for d, v in enumerate(expected) if v and d < hidden and d != itself}
    assert dict(zip(found.tolist(), best.tolist(), strict=True)) == wanted
    assert set(texts.tolist()) <= {0}
    for k, number in enumerate(found.tolist()):
        assert [seeds[s] for c, s in hits.tolist() if c == k] == spans[number - 7]


@MANY
@given(keys=st.lists(st.integers(0, 9), max_size=20), asked=st.lists(st.integers(0, 10), max_size=8))
def test_search(keys: list[int], asked: list[int]) -> None:
    """Keys are found where NumPy finds them, from the block that may hold them."""
    ordered = np.sort(np.array(keys, np.uint32))
    view = np.pad(ordered, (0, -len(ordered) % 4)).reshape(-1, 4)
    wanted = np.array(asked, np.uint32)
    for side in ("left", "right"):
        block = np.searchsorted(ordered[::4], wanted, side) - 1  # type: ignore[call-overload]
        out = np.empty(len(wanted), np.int64)
        search(wanted, view, block, len(ordered), side == "right", out)
        assert out.tolist() == np.searchsorted(ordered, wanted, side).tolist()  # type: ignore[call-overload]
