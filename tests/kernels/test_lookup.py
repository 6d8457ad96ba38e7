"""Keys looked for in sorted blocks: the kernel agrees with NumPy or its obvious twin."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.kernels.lookup import frequent, limit, narrow, placed, ranged, search, starts_of
from dedup.store.runs import celled, topped
from tests.kernels.columns import column
from tests.strategies import MANY

SPREAD = st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 63)).map(lambda pair: pair[0] >> pair[1])


@MANY
@given(
    keys=st.lists(st.one_of(st.integers(0, 9), SPREAD), min_size=1, max_size=30),
    asked=st.lists(st.one_of(st.integers(0, 10), SPREAD), max_size=8),
    kind=st.sampled_from([np.uint32, np.uint64]),
    times=st.sampled_from([1, 40]),
    width=st.sampled_from([32, 64, 128]),
)
@example(keys=[0, 0, 0, 0, 1], asked=[2**64 - 1], kind=np.uint64, times=1, width=32)
@example(keys=[2**64 - 1], asked=[0], kind=np.uint64, times=40, width=64)
def test_search(keys: list[int], asked: list[int], kind: type[np.unsignedinteger[Any]], times: int, width: int) -> None:
    """Keys are found where NumPy finds them, from the blocks that may hold them, however unevenly they are spread."""
    most = np.iinfo(kind).max
    ordered = np.sort(np.array([k * n & most for k in keys for n in range(1, times + 1)], kind))
    # between the keys of two blocks stands something else
    view = np.pad(ordered, (0, -len(ordered) % width)).reshape(-1, width)
    held = np.pad(view, ((0, 0), (0, 3))).ravel()
    tops = np.stack([topped(ordered[n : n + width], width) for n in range(0, len(ordered), width)])
    fences = celled(ordered[::width].astype(np.uint64), np.dtype(kind))
    wanted = np.array([k & most for k in (*asked, *keys[:3])] * times, kind)
    low, high = np.empty(len(wanted), np.int64), np.empty(len(wanted), np.int64)
    checked = np.zeros(len(view), np.bool_)
    given = (wanted, (held, width, width + 3, tops), fences, checked, len(ordered), low, high)
    while len(missing := search(*given)):
        assert not checked[missing].any()
        checked[missing] = True
    needed = [r // width for first, last in zip(low.tolist(), high.tolist(), strict=True) for r in range(first, last)]
    assert checked[needed].all()
    assert low.tolist() == np.searchsorted(ordered, wanted).tolist()
    assert high.tolist() == np.searchsorted(ordered, wanted, "right").tolist()


@MANY
@given(
    values=st.lists(st.integers(0, 2**12 - 1), max_size=20),
    cut=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    wanted=st.integers(0, 2**12 - 1),
)
def test_narrow(values: list[int], cut: tuple[int, int], wanted: int) -> None:
    """Of some records those are left that agree in the upper bits, the fewer of them the more agree."""
    ordered = sorted(values)
    least, most = sorted(min(c, len(ordered)) for c in cut)
    values_at = column(np.array(ordered, np.uint32))
    low, high = np.array([0, least]), np.array([1, most])
    for shift in (8, 4, 0):
        narrow(values_at, low, high, np.array([1]), np.array([0, wanted]), shift)
        agreeing = [i for i in range(least, most) if ordered[i] >> shift == wanted >> shift]
        assert list(range(low[1], high[1])) == agreeing
    assert (low[0], high[0]) == (0, 1)


@MANY
@given(
    sizes=st.integers(1, 3).flatmap(
        lambda parts: st.lists(st.lists(st.integers(0, 6), min_size=parts, max_size=parts), min_size=1)
    ),
    most=st.integers(0, 8),
)
def test_limit(sizes: list[list[int]], most: int) -> None:
    """The frequent keys are told; of the records of some keys those of the first parts are left, of others all."""
    count = np.array(sizes, np.int64).T
    low = np.arange(count.size, dtype=np.int64).reshape(count.shape) * 100
    high = low + count
    many = [key for key, own in enumerate(sizes) if sum(own) > most]
    assert frequent(low, high, np.arange(len(sizes)), most).tolist() == many
    assert frequent(low, high, np.arange(len(sizes))[1:], most).tolist() == [key for key in many if key]
    limit(low, high, np.arange(count.shape[1])[::2], most)
    for key, own in enumerate(sizes):
        every = [(part, n) for part, size in enumerate(own) for n in range(size)]
        left = [(part, n) for part in range(len(own)) for n in range(high[part, key] - low[part, key])]
        assert left == (every if key % 2 else every[:most])


@MANY
@given(
    parts=st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), max_size=3),
    order=st.permutations(range(4)),
    before=st.integers(0, 2),
)
def test_groups_in_another_order(parts: list[list[int]], order: list[int], before: int) -> None:
    """Records of all parts follow one another key by key, and their values are written where each key stands."""
    high = np.array(parts, np.int64).reshape(-1, 4)
    starts = starts_of(np.zeros_like(high), high)
    sizes = high.sum(axis=0).tolist()
    assert starts.tolist() == [sum(sizes[:k]) for k in range(5)]
    values = np.arange(100, 100 + starts[-1], dtype=np.uint32)
    # key k is the one at place order[k]
    at = {place: before + sum(sizes[order.index(p)] for p in range(place)) for place in range(4)}
    out = np.zeros(before + len(values), np.uint32)
    placed(starts, values, np.array(order, np.int64), np.array([at[p] for p in range(4)], np.int64), out)
    expected = [v for p in range(4) for v in values[starts[order.index(p)] : starts[order.index(p) + 1]].tolist()]
    assert out.tolist() == [0] * before + expected


@MANY
@given(keys=st.lists(SPREAD.map(lambda key: key & 2**32 - 1)), bits=st.integers(0, 5))
def test_ranged(keys: list[int], bits: int) -> None:
    """Every key stands in the range of its highest bits, in each as they came."""
    order, edges = ranged(np.array(keys, np.uint32), bits)
    assert len(edges) == (1 << bits) + 1
    found = [order[edges[r] : edges[r + 1]].tolist() for r in range(1 << bits)]
    assert found == [[k for k, key in enumerate(keys) if key >> (32 - bits) == r] for r in range(1 << bits)]
