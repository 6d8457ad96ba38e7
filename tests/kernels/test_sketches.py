"""Sketches of whole texts: like their twins, and near-duplicates found by them whatever the order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import sketches
from dedup.candidates import copy_of
from dedup.config import SignatureConfig
from dedup.kernels import sketches as kernels
from dedup.signatures import permutations, signatures
from dedup.tokens import tokenize
from tests import reference
from tests.strategies import FEW, SOME, texts, tokens_of

CONFIG = SignatureConfig()
WORDS = [f"word{n}" for n in range(4000)]


def made(batch: list[str], order: list[int] | None = None) -> sketches.Sketches:
    with ThreadPoolExecutor(2) as pool:
        sketcher = sketches.Sketcher(CONFIG, pool)
        for text in batch:
            sketcher.feed(text)
        return sketcher.finish(np.array(range(len(batch)) if order is None else order, np.int64))


def near(batch: list[str]) -> list[list[int]]:
    found = made(batch)
    active = (sketches.first_of(found) == np.arange(len(batch))) & (found.sizes > 0)
    return sketches.near_pairs(found, active, np.zeros(len(batch), np.int8), CONFIG).tolist()


@FEW
@given(st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=12), max_size=3), st.integers(1, 4))
def test_sketches_like_the_twin(token_lists: list[list[int]], size: int) -> None:
    """Signatures, samples and digests equal their twins'."""
    a, b = permutations(8, 1)
    tokens, below = tokens_of(token_lists), 2**62
    rows, sampled, bounds, digests = kernels.sketch(
        tokens.hashes, tokens.weights, tokens.bounds, size, a, b, np.uint64(below)
    )
    for d in range(len(token_lists)):
        hashes = tokens.hashes[tokens.bounds[d] : tokens.bounds[d + 1]].tolist()
        values = reference.shingles(hashes, [6] * len(hashes), size)
        assert rows[d].tolist() == reference.signature(values, a.tolist(), b.tolist())
        assert sampled[bounds[d] : bounds[d + 1]].tolist() == reference.sampled(values, below)
        assert tuple(digests[d].tolist()) == reference.digest(hashes)


@SOME
@given(st.lists(texts(), min_size=1, max_size=6), st.randoms())
def test_sketches_in_any_order(batch: list[str], random: object) -> None:
    """Sketches made while texts are read equal those of all texts together, in the order asked for."""
    order = list(range(len(batch)))[::-1]
    found, tokens = made(batch, order), tokenize([batch[i] for i in order])
    assert (found.signatures == signatures(tokens, CONFIG)).all()
    assert (sketches.first_of(found) == copy_of(tokens)).all()
    assert found.sizes.tolist() == np.diff(tokens.bounds).tolist()


def test_a_text_inside_a_longer_one_is_found() -> None:
    """120 words inside 2,000 others are found, though the two texts are nearly disjoint as sets."""
    inner, outer, other = " ".join(WORDS[:120]), " ".join(WORDS[1000:3000]), " ".join(WORDS[3000:3400])
    assert near([inner, f"{outer} {inner}", other, ""]) == [[0, 1]]


def test_many_carriers_of_one_text_stay_tied() -> None:
    """Each of 60 texts that share 300 words and differ by 60 has a partner, though not all pairs are made."""
    shared = " ".join(WORDS[:300])
    batch = [f"{' '.join(f'own{n}x{i}' for i in range(60))} {shared}" for n in range(60)]
    pairs = near(batch)
    assert {d for pair in pairs for d in pair} == set(range(60))
    assert len(pairs) < 60 * 30
