"""The sieve of a scan never rules out a pair of texts that has a chain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numba
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.chains import chain_hits
from dedup.kernels import sieve as kernels
from dedup.kernels.seeds import DOCUMENT_STEP, first_documents
from dedup.kernels.surroundings import UNKNOWN
from dedup.seeds import Layout, Sieve, link_seeds
from tests import reference
from tests.kernels.stages import CHAINS, SEEDS, hits_of
from tests.strategies import MANY, SOME, mosaics, token_texts, tokens_of

Texts = list[list[int]]


def _run_around(a: int, b: int, hashes: Any, masses: Any, least: int) -> Any:
    """`run_around`, which kernels call."""
    left, right = np.uint64(a), np.uint64(b)
    return kernels.run_around(left, right, kernels.same(left, right, hashes), masses[a], hashes, masses, least)


# not kept on disk, where it would outlive a change of what it calls
run_around = numba.njit(_run_around)


@SOME
@given(token_texts(alphabet=2, max_texts=3, max_size=30), st.integers(1, 20000), st.data())
def test_weights_like_the_twin(texts: Texts, least: int, data: st.DataObject) -> None:
    """The mass of the run at a hit, exact below the least, and then how far before the hit it begins."""
    tokens = tokens_of(texts)
    n = len(tokens.hashes)
    if n < 2:
        return
    masses = np.array(data.draw(st.lists(st.sampled_from([0, 31, 700, 9000]), min_size=n, max_size=n)), np.uint16)
    place = st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True).map(sorted)
    hits = np.array(data.draw(st.lists(place, min_size=1, max_size=10)), np.int64)
    for a, b in hits.tolist():
        weighs, back, ahead = run_around(a, b, tokens.hashes, masses, least)
        mass, before = reference.weight_of_run(tokens.hashes.tolist(), masses.tolist(), a, b)
        assert min(weighs, least) == min(mass, least)
        # where the mass is cut, how far the run goes says nothing
        if mass < least:
            assert back == before
            run = slice(a - back, a + ahead), slice(b - back, b + ahead)
            assert (tokens.hashes[run[0]] == tokens.hashes[run[1]]).all()
            assert mass == masses[run[0]].sum(dtype=np.int64)


def test_endless_runs_are_not_followed() -> None:
    """A run of words that weigh nothing is followed some way, and then may weigh anything."""
    n = 10_000
    for place, before in ((0, 0), (n // 4, kernels.FARTHEST)):
        weighs, back, _ = run_around(place, n // 2, np.zeros(n, np.uint32), np.zeros(n, np.uint16), 1000)
        assert (weighs, back) == (UNKNOWN, before)


@MANY
@given(
    mosaics(alphabet=40, max_piece=12), st.integers(1, 12), st.sampled_from([100, 400, 2000]), st.integers(0, 2**32 - 1)
)
def test_a_scan_rules_out_no_chain(texts: Texts, least: int, heaviest: int, seed: int) -> None:
    """Whatever the masses, the chains of sifted hits are those of all hits, and no pair is left uncounted."""
    tokens = tokens_of(texts)
    words, number = np.unique(tokens.hashes, return_inverse=True)
    masses = np.random.default_rng(seed).integers(0, heaviest, len(words)).astype(np.uint16)[number]
    config = replace(CHAINS, least_mass=float(least))
    everything, one_side = np.ones(len(tokens), np.bool_), np.zeros(len(tokens), np.int8)
    sieve = Sieve(masses=masses, least=least * 256, max_gap=CHAINS.max_gap)
    linked = link_seeds(tokens, everything, one_side, SEEDS, Layout(tokens.bounds, 1 + seed % 40))
    hits = hits_of(tokens)
    whole = chain_hits(hits, tokens, masses, config)
    runs, pairs = [], 0
    for number in range(len(linked.layout)):
        some, dropped = linked.sifted(number, sieve)
        runs += chain_hits(some, tokens, masses, config).runs.tolist()
        pairs += dropped + max(0, len(some.groups) - 1)
    assert sorted(runs) == sorted(whole.runs.tolist())
    assert pairs == max(0, len(hits.groups) - 1)


def test_a_scan_rules_out_chance() -> None:
    """Pairs that share a few light words at two places are left out."""
    light = [1, 2, 3]
    texts = [[*light, *range(100 * i, 100 * i + 40), *light, 50] for i in range(1, 9)]
    tokens = tokens_of(texts)
    sieve = Sieve(masses=np.full(len(tokens.hashes), 256, np.uint16), least=13 * 256, max_gap=12)
    active, sides = np.ones(len(texts), np.bool_), np.zeros(len(texts), np.int8)
    linked = link_seeds(tokens, active, sides, SEEDS, Layout(tokens.bounds))
    hits, dropped = linked.sifted(0, sieve)
    assert (len(hits.groups) - 1, dropped) == (0, len(hits_of(tokens).groups) - 1)


def kept_of(texts: Texts, masses: list[int], hits: list[tuple[int, int]], least: int) -> list[tuple[int, int]]:
    """Those of the hits of two texts, places in the left and in the right one, that the sieve keeps, gaps up to 12."""
    tokens, bits, size = tokens_of(texts), 20, len(texts[0])
    bounds = tokens.bounds
    records = np.array(sorted((b + size) << bits | a for a, b in hits), np.uint64)
    firsts = [first_documents(some, step) for some, step in ((bounds[:2], kernels.STEP), (bounds, DOCUMENT_STEP))]
    of_tokens = tokens.hashes, np.array(masses, np.uint16)
    kept, dropped = kernels.sifted(records, bits, (0, bounds[:2], firsts[0]), bounds, firsts[1], of_tokens, (least, 12))
    assert dropped == (len(kept) == 0)
    return [(int(r) & ((1 << bits) - 1), (int(r) >> bits) - size) for r in kept]


def test_runs_count_together_up_to_a_gap() -> None:
    """Two runs that are too light each for itself may make a chain up to the largest gap, and not beyond."""
    for gap, is_kept in ((0, True), (12, True), (13, False)):
        texts = [[*range(4), *range(first, first + gap), *range(10, 14)] for first in (100, 200)]
        hits = [(0, 0), (4 + gap, 4 + gap)]
        masses = [256] * sum(map(len, texts))
        assert kept_of(texts, masses, hits, 8 * 256) == (hits if is_kept else [])
        assert kept_of(texts, masses, hits, 8 * 256 + 1) == []


def test_a_run_that_begins_before_the_last_stretch() -> None:
    """What a hit comes late for may follow a run that seemed too far behind: all that was met counts then."""
    run = list(range(10, 40))
    left = [0, 1, 2, 3, *range(100, 106), *run, *range(110, 130), *run[20:24], 140]
    right = [0, 1, 2, 3, *range(200, 206), *run, 210]
    masses = [1000 if word < 4 else 10 for word in (*left, *right)]
    hits = [(0, 0), (60, 30), (35, 35)]
    assert kept_of([left, right], masses, hits, 4300) == hits
    # none of them weighs as much, nor do the two that stand together
    assert kept_of([left, right], masses, hits[1:], 4300) == []
