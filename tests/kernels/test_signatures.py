"""Signatures: bit for bit datasketch's, and the estimator they give."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import datasketch
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import signatures as stage
from dedup.config import SignatureConfig
from dedup.kernels import shingles as kernels
from dedup.shingles import shingle_hashes
from dedup.signatures import SCHEME, permutations, signatures
from dedup.tokens import tokenize
from tests import reference
from tests.strategies import FEW, SOME, texts, tokens_of

CONFIG = SignatureConfig()
STORY = "The harbour master said the ferry had struck the bank in thick fog before dawn on Monday"


def identity(value: int) -> int:
    return value


def minhash_of(text: str, config: SignatureConfig = CONFIG) -> datasketch.MinHash:
    """The signature that datasketch itself makes of a text's shingle hashes."""
    sketch = datasketch.MinHash(config.num_perm, config.seed, hashfunc=identity, scheme=SCHEME)
    sketch.update_batch(shingle_hashes(text, config.shingle_size).tolist())
    return sketch


def loaded(row: npt.NDArray[np.uint32], config: SignatureConfig = CONFIG) -> datasketch.MinHash:
    """A row of ours as a datasketch object, the way that the docstring of `signatures` says."""
    return datasketch.MinHash(config.num_perm, config.seed, hashvalues=row, scheme=SCHEME)


@SOME
@given(st.lists(texts(), max_size=4), st.integers(1, 6), st.sampled_from([1, 16, 128, 200]), st.integers(1, 3))
def test_signatures_like_datasketch(batch: list[str], size: int, num_perm: int, seed: int) -> None:
    """Rows equal the hash values of `datasketch.MinHash` fed with the same shingle hashes, empty texts
    included."""
    config = SignatureConfig(shingle_size=size, num_perm=num_perm, seed=seed, bands=1, rows=1)
    found = signatures(tokenize(batch), config)
    assert found.dtype == np.uint32
    assert found.shape == (len(batch), num_perm)
    assert found.tolist() == [minhash_of(text, config).hashvalues.tolist() for text in batch]


@FEW
@given(st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=12), max_size=3), st.integers(1, 4))
def test_signatures_like_the_twin(token_lists: list[list[int]], size: int) -> None:
    """Rows equal the least of `a * mix32(h) + b` over the lower halves of the shingle hashes."""
    a, b = permutations(8, 1)
    flat = np.array([h for t in token_lists for h in t], np.uint32)
    bounds = np.cumsum([0, *map(len, token_lists)]).astype(np.int64)
    found = kernels.sign(flat, np.full(len(flat), 6, np.uint8), bounds, size, a, b)
    shingles = [reference.shingles(t, [6] * len(t), size) for t in token_lists]
    assert found.tolist() == [reference.signature(s, a.tolist(), b.tolist()) for s in shingles]


def test_signatures_load_into_datasketch() -> None:
    """A row becomes a datasketch object that updates, merges, and compares with one of datasketch's own
    making."""
    texts = [STORY, STORY + " and stayed there for seven hours until the tide lifted it clear"]
    left, right = (loaded(row) for row in signatures(tokenize(texts), CONFIG))
    own = minhash_of(texts[1])
    assert right == own
    assert left.jaccard(right) == left.jaccard(own) == float((left.hashvalues == own.hashvalues).mean())
    assert 0.3 < left.jaccard(right) < 0.9
    left.merge(right)
    assert left == own, "the first text's shingles are among the second's"


def test_other_schemes_are_not_compared() -> None:
    """D18: datasketch refuses to compare our rows with signatures of its older scheme or of another seed."""
    row = loaded(signatures(tokenize([STORY]), CONFIG)[0])
    for other in (datasketch.MinHash(128, scheme="legacy"), datasketch.MinHash(128, 2, scheme=SCHEME)):
        with pytest.raises(ValueError, match="different"):
            row.jaccard(other)


def test_permutations_are_those_of_datasketch() -> None:
    """Multipliers and offsets come from datasketch, differ by seed, and the multipliers are odd (a
    bijection)."""
    a, b = permutations(64, 7)
    theirs = datasketch.MinHash(64, 7, scheme=SCHEME).permutations
    assert np.array_equal(a, theirs[0])
    assert np.array_equal(b, theirs[1])
    assert not np.array_equal(a, permutations(64, 8)[0])
    assert (a % 2 == 1).all()


def test_texts_without_words_have_the_empty_signature() -> None:
    """D1, D5: texts without words are signed like datasketch's empty set, and do not stop the batch."""
    found = signatures(tokenize(["", STORY, " \n", "…"]), CONFIG)
    empty = datasketch.MinHash(128, scheme=SCHEME)
    assert [loaded(row) == empty for row in found] == [True, False, True, True]
    assert signatures(tokenize([]), CONFIG).shape == (0, 128)


@SOME
@given(st.lists(texts(), max_size=7), st.integers(1, 3))
def test_blocks_and_pools_do_not_matter(batch: list[str], size: int) -> None:
    """D16, D17: any block size, with or without threads, twice, gives the same rows."""
    tokens = tokenize(batch)
    whole = signatures(tokens, CONFIG)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(stage, "BLOCK_DOCUMENTS", size)
        assert np.array_equal(signatures(tokens, CONFIG, pool), whole)
        assert np.array_equal(signatures(tokens, CONFIG), whole)


def overlapping(rng: np.random.Generator, n: int, shared: int, pairs: int) -> npt.NDArray[np.uint32]:
    """Signatures of `pairs` pairs of sets of n random elements, `shared` of them in common: rows 2i and 2i +
    1."""
    sets = []
    for _ in range(pairs):
        elements = rng.integers(0, 2**32, 2 * n - shared, dtype=np.uint32)
        sets += [elements[:n], elements[n - shared :]]
    tokens = tokens_of([[0] * n] * (2 * pairs))
    a, b = permutations(CONFIG.num_perm, CONFIG.seed)
    found: npt.NDArray[np.uint32] = kernels.sign(np.concatenate(sets), tokens.weights, tokens.bounds, 1, a, b)
    return found


@pytest.mark.parametrize(
    ("n", "pairs"), [(5, 4000), (10, 4000), (100, 2000), (1000, 500), (10_000, 100), (100_000, 20)]
)
@pytest.mark.parametrize("overlap", [0.2, 0.6, 0.9])
def test_jaccard_estimator(n: int, pairs: int, overlap: float) -> None:
    """D13: bias and mean square error are within 3 sigma of the binomial's, from 5 to 10**5 elements.

    A slot agrees with probability J (Broder 1997), so that the error has variance J(1 - J)/k; the mean of T
    squared errors then has a relative standard deviation of about sqrt(2/T).
    """
    shared = max(1, round(overlap * n))
    jaccard = shared / (2 * n - shared)
    rows = overlapping(np.random.default_rng(n), n, shared, pairs)
    errors = (rows[::2] == rows[1::2]).mean(axis=1) - jaccard
    variance = jaccard * (1 - jaccard) / CONFIG.num_perm
    assert abs(errors.mean()) < 3 * np.sqrt(variance / pairs)
    assert abs((errors**2).mean() / variance - 1) < 3 * np.sqrt(2 / pairs)


def test_slots_agree_alike() -> None:
    """D14: over many pairs each slot agrees as often as any other (chi-square within 3 sigma of its mean)."""
    pairs, n, shared = 3000, 50, 25
    rows = overlapping(np.random.default_rng(3), n, shared, pairs)
    jaccard = shared / (2 * n - shared)
    agreed = (rows[::2] == rows[1::2]).sum(axis=0)
    chi = float(((agreed - pairs * jaccard) ** 2).sum() / (pairs * jaccard * (1 - jaccard)))
    assert abs(chi - CONFIG.num_perm) < 3 * np.sqrt(2 * CONFIG.num_perm)
