"""Exact runs and chains: the kernels against their twins, gaps, drift, the least mass."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import chains as stage
from dedup.chains import Chains, chain_hits
from dedup.kernels import chains as kernels
from tests import reference
from tests.kernels.stages import CHAINS, RARE, chains_of, hits_of, rare
from tests.strategies import MANY, SOME, mosaics, token_texts, tokens_of

Run = tuple[int, int, int]
WORD = st.integers(0, 2)


def _exact_runs(hits: Any, hashes: Any, low: Any, high: Any, work: Any, out: Any) -> int:
    """`exact_runs`, which kernels call."""
    return kernels.exact_runs(hits, hashes, low, high, work, out)


def _best_chains(runs: Any, masses: Any, max_gap: int, least: int, itself: bool, work: Any, chain_of: Any) -> int:
    """`best_chains`, which kernels call."""
    return kernels.best_chains(runs, masses, max_gap, least, itself, work, chain_of)


# not kept on disk, where they would outlive a change of what they call
exact_runs, best_chains = numba.njit(_exact_runs), numba.njit(_best_chains)


def kernel_runs(hits: list[tuple[int, int]], left: list[int], right: list[int] | None) -> list[Run]:
    """The runs of two texts that stand at token places 7 and 7 + len(left), or of one text and itself."""
    itself = right is None
    low_left = 7
    low_right = low_left if right is None else low_left + len(left)
    end = low_right + len(left if right is None else right)
    hashes = np.array([99] * low_left + left + ([] if right is None else right) + [99], np.uint32)
    out = np.empty((max(1, len(hits)), 3), np.int64)
    places = np.array(sorted((a + low_left, b + low_right) for a, b in hits), np.int64).reshape(-1, 2)
    bounds = np.array([low_left, low_right]), np.array([end if itself else low_right, end])
    count = exact_runs(places, hashes, *bounds, kernels.workspace(len(places)), out)
    return [(int(a) - low_left, int(b) - low_right, int(n)) for a, b, n in out[:count]]


def kernel_chains(
    runs: list[Run], masses: list[int], max_gap: int, least: int, itself: bool = False
) -> list[list[Run]]:
    chain_of = np.empty(len(runs), np.int64)
    rows = np.array(runs, np.int64).reshape(-1, 3)
    work = kernels.workspace(len(runs))
    count = best_chains(rows, np.array(masses, np.uint16), max_gap, least, itself, work, chain_of)
    return [[run for run, c in zip(runs, chain_of.tolist(), strict=True) if c == k] for k in range(count)]


def rows_of(chains: Chains) -> list[tuple[tuple[int, int], list[Run]]]:
    """(documents, runs) of each chain, the runs in places of all tokens."""
    runs = [(int(a), int(b), int(n)) for a, b, n in chains.runs]
    edges = itertools.pairwise(chains.bounds.tolist())
    return [((d[0], d[1]), runs[a:b]) for d, (a, b) in zip(chains.documents.tolist(), edges, strict=True)]


@MANY
@given(st.lists(WORD, min_size=1, max_size=25), st.lists(WORD, min_size=1, max_size=25), st.data())
def test_runs_like_the_twin(left: list[int], right: list[int], data: st.DataObject) -> None:
    """Any hits of two texts, wrong ones among them, become the maximal equal runs that hold them, each
    once."""
    hit = st.tuples(st.integers(0, len(left) - 1), st.integers(0, len(right) - 1))
    hits = data.draw(st.lists(hit, max_size=20, unique=True))
    true = [(a, b) for a, b in hits if left[a] == right[b]]
    assert kernel_runs(true, left, right) == reference.exact_runs(true, left, right)
    runs = kernel_runs(hits, left, right)
    assert set(reference.exact_runs(true, left, right)) <= set(runs)
    assert all(left[a : a + n] == right[b : b + n] for a, b, n in runs)


@MANY
@given(st.lists(WORD, min_size=2, max_size=25), st.data())
def test_runs_inside_one_text(text: list[int], data: st.DataObject) -> None:
    """In one text every hit is in a run, no run meets itself, and runs of one distance do not overlap."""
    equal = [(a, b) for a, b in itertools.combinations(range(len(text)), 2) if text[a] == text[b]]
    hits = data.draw(st.lists(st.sampled_from(equal), unique=True, max_size=12)) if equal else []
    runs = kernel_runs(hits, text, None)
    assert all(text[a : a + n] == text[b : b + n] and a + n <= b for a, b, n in runs)
    assert all(any(r[1] - r[0] == b - a and r[0] <= a < r[0] + r[2] for r in runs) for a, b in hits)
    covered = [(b - a, place) for a, b, n in runs for place in range(a, a + n)]
    assert len(covered) == len(set(covered))
    whole = {r for r in reference.exact_runs(hits, text, text) if r[2] <= r[1] - r[0]}
    assert whole <= set(runs)


@MANY
@given(st.data(), st.integers(0, 4))
def test_best_chain_is_the_heaviest(data: st.DataObject, max_gap: int) -> None:
    """The first chain weighs as much as the heaviest of all subsets of up to seven runs that chain."""
    run = st.tuples(st.integers(0, 14), st.integers(0, 14), st.integers(1, 5))
    runs = sorted(data.draw(st.lists(run, min_size=1, max_size=7, unique_by=lambda r: r[:2])))
    masses = data.draw(st.lists(st.sampled_from([10, 100, 300, 1500]), min_size=20, max_size=20))
    least = data.draw(st.sampled_from([1, 400, 2000]))
    chains = kernel_chains(runs, masses, max_gap, least)
    best = reference.best_chain_mass(runs, masses, max_gap)
    assert bool(chains) == (best >= least)
    if chains:
        assert reference.chain_mass(chains[0], masses) == best
    used = [r for chain in chains for r in chain]
    assert len(used) == len(set(used))
    for chain in chains:
        assert reference.chain_mass(chain, masses) >= least
        assert all(reference.follows(x, y, max_gap) for x, y in itertools.pairwise(chain))


def test_least_mass_is_inclusive() -> None:
    """A chain of exactly the least mass is kept, one of a unit less is not."""
    assert kernel_chains([(0, 0, 2)], [50, 50], 3, 100) == [[(0, 0, 2)]]
    assert kernel_chains([(0, 0, 2)], [50, 49], 3, 100) == []


def test_chains_inside_one_text_do_not_meet_themselves() -> None:
    """Of a run that recurs three times in a row the copies make two chains, first-second and second-third."""
    runs = [(0, 5, 5), (5, 10, 5)]
    assert kernel_chains(runs, [RARE] * 15, 12, 100, itself=True) == [[runs[0]], [runs[1]]]
    assert kernel_chains(runs, [RARE] * 15, 12, 100) == [runs]


@SOME
@given(st.one_of(token_texts(), mosaics()))
def test_chains_are_well_formed(texts: list[list[int]]) -> None:
    """Runs are equal tokens of the two texts named; chains are in order of the pair; no chain is empty."""
    tokens = tokens_of(texts)
    chains = rows_of(chains_of(texts))
    assert [pair for pair, _ in chains] == sorted((pair for pair, _ in chains), key=lambda pair: pair[::-1])
    for pair, runs in chains:
        assert runs
        for side, d in enumerate(pair):
            assert tokens.bounds[d] <= runs[0][side]
            assert runs[-1][side] + runs[-1][2] <= tokens.bounds[d + 1]
        for a, b, n in runs:
            assert tokens.hashes[a : a + n].tolist() == tokens.hashes[b : b + n].tolist()
            assert pair[0] != pair[1] or a + n <= b
        assert all(reference.follows(x, y, CHAINS.max_gap) for x, y in itertools.pairwise(runs))
        assert pair[0] != pair[1] or runs[-1][0] + runs[-1][2] <= runs[0][1]


@MANY
@given(mosaics(), st.sampled_from([1, RARE, 4 * RARE]))
def test_pairs_of_one_run_like_all_others(texts: list[list[int]], least: int) -> None:
    """A pair whose hits lie in one run has the chains that its runs have when they are made and chained one by one."""
    tokens = tokens_of(texts)
    hits, masses = hits_of(tokens), rare(tokens)
    limits = np.array([CHAINS.max_gap, least])
    pairs, ends, runs = kernels.chain_pairs(
        hits.places, hits.groups, hits.documents, tokens.bounds, tokens.hashes, masses, limits
    )
    made = [
        (tuple(pair), runs[a:b].tolist()) for pair, (a, b) in zip(pairs.tolist(), itertools.pairwise(ends), strict=True)
    ]
    expected = []
    for first, last in itertools.pairwise(hits.groups.tolist()):
        pair = hits.documents[first]
        rows, chain_of = np.empty((last - first, 3), np.int64), np.empty(last - first, np.int64)
        work = kernels.workspace(last - first)
        count = exact_runs(
            hits.places[first:last], tokens.hashes, tokens.bounds[pair], tokens.bounds[pair + 1], work, rows
        )
        itself = bool(pair[0] == pair[1])
        found = best_chains(rows[:count], masses, CHAINS.max_gap, least, itself, work, chain_of)
        expected += [(tuple(pair.tolist()), rows[:count][chain_of[:count] == k].tolist()) for k in range(found)]
    assert made == expected


@pytest.mark.parametrize(("gap", "chains"), [(0, 1), (1, 1), (12, 1), (13, 2)])
@pytest.mark.parametrize("sides", [(1, 1), (1, 0), (0, 1)])
def test_gaps(gap: int, chains: int, sides: tuple[int, int]) -> None:
    """Two runs are one chain up to `max_gap` foreign words on either side or both, and two beyond."""
    first, second = list(range(10)), list(range(10, 20))
    left = first + list(range(100, 100 + gap * sides[0])) + second
    right = first + list(range(200, 200 + gap * sides[1])) + second
    found = rows_of(chains_of([left, right]))
    assert len(found) == chains
    assert sum(n for _, runs in found for _, _, n in runs) == 20


def test_total_drift_is_not_bounded() -> None:
    """Each gap is bounded, not their sum: 20 runs with 8 words lost between them (OCR columns) are one
    chain."""
    left = list(range(200))
    right = [word for i in range(0, 200, 10) for word in [*range(1000 + i, 1008 + i), *left[i : i + 10]]]
    found = rows_of(chains_of([left, right]))
    assert [len(runs) for _, runs in found] == [20]


def test_crossing_runs_are_two_chains() -> None:
    """P5: paragraphs in another order do not chain."""
    first, second = list(range(10)), list(range(10, 20))
    assert len(chains_of([first + second, second + first])) == 2


@pytest.mark.parametrize("runs", [1, 2])
def test_common_words_are_no_chain(runs: int) -> None:
    """A run, or two that chain, is kept from the least mass on, however many words it has."""
    words = list(range(4 * runs))
    left, right = [*words[:4], 90, *words[4:]], [*words[:4], 91, *words[4:]]
    tokens = tokens_of([left, right])
    hits = hits_of(tokens)
    need = -(-int(CHAINS.least_mass * 256) // len(words))
    for mass, kept in ((need, 1), (need - 1, 0)):
        masses = np.full(len(tokens.hashes), mass, np.uint16)
        assert len(chain_hits(hits, tokens, masses, CHAINS)) == kept


def test_three_copies_in_a_row() -> None:
    """P2: a caption printed three times without a word between: first and second, second and third copy."""
    found = rows_of(chains_of([list(range(8)) * 3]))
    assert found == [((0, 0), [(0, 8, 8)]), ((0, 0), [(8, 16, 8)])]


@SOME
@given(mosaics(), st.integers(1, 3))
def test_blocks_and_pools_do_not_matter(texts: list[list[int]], size: int) -> None:
    """D16: any block size, with or without threads, gives the same chains."""
    tokens = tokens_of(texts)
    hits, masses = hits_of(tokens), rare(tokens)
    whole = rows_of(chain_hits(hits, tokens, masses, CHAINS))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(stage, "BLOCK_HITS", size)
        assert rows_of(chain_hits(hits, tokens, masses, CHAINS)) == whole
        assert rows_of(chain_hits(hits, tokens, masses, CHAINS, pool)) == whole


@pytest.mark.parametrize("texts", [[], [[]], [[1, 2, 3]], [[1, 2, 3], [4, 5, 6]]])
def test_no_chains(texts: list[list[int]]) -> None:
    """D23: nothing shared, nothing chained."""
    found = chains_of(texts)
    assert (len(found), found.bounds.tolist(), found.runs.shape) == (0, [0], (0, 3))
