"""Sketches of whole texts: like their twins, and near-duplicates found by them whatever the order."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from dedup import sketches
from dedup.config import SignatureConfig
from dedup.copies import copy_of
from dedup.kernels import sketches as kernels
from dedup.tokens import joined, tables, tokenize
from tests import reference
from tests.strategies import FEW, SOME, texts

CONFIG = SignatureConfig()
WORDS = [f"word{n}" for n in range(4000)]


def made(batch: list[str], order: list[int] | None = None, parts: int = 1) -> sketches.Sketches:
    """Return the sketches of texts that come in some parts, every other one sketched elsewhere."""
    with ThreadPoolExecutor(2) as pool:
        sketcher = sketches.Sketcher(CONFIG, pool)
        edges = [len(batch) * n // parts for n in range(parts + 1)]
        for n, (low, high) in enumerate(itertools.pairwise(edges)):
            if n % 2 and low < high:
                sketcher.take(sketcher.encoded([text.encode("utf-8", "replace") for text in batch[low:high]]))
            for text in [] if n % 2 else batch[low:high]:
                sketcher.feed(text)
        return sketcher.finish(np.array(range(len(batch)) if order is None else order, np.int64))


def flat(samples: list[list[int]]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return hashes one behind the other, those of the last text first, and where those of each are."""
    sizes = np.array([*map(len, samples)], np.int64)
    ends = np.cumsum(sizes[::-1])[::-1]
    return np.array([h for sample in reversed(samples) for h in sample], np.uint64), np.stack([ends - sizes, ends], 1)


def near(batch: list[str], parts: int = 1) -> list[list[int]]:
    found = made(batch, parts=parts)
    active = (sketches.first_of(found) == np.arange(len(batch))) & (found.sizes > 0)
    with ThreadPoolExecutor(2) as pool:
        return sketches.near_pairs(found, active, np.zeros(len(batch), np.int8), pool).tolist()


@SOME
@given(st.lists(texts(), max_size=3), st.integers(1, 4), st.sampled_from([0, 6]))
def test_sketches_like_the_twin(batch: list[str], size: int, short: int) -> None:
    """Samples, their smallest hashes, digests, sizes and weights equal their twins'."""
    below = 2**62
    sampled, spans, least, digests, sizes, masses = kernels.sketch(
        *joined([text.encode("utf-8", "replace") for text in batch]), tables(), size, np.uint64(below), short
    )
    for d, text in enumerate(batch):
        tokens = reference.tokenize(text)
        hashes, weights = [reference.token_hash(t.folded) for t in tokens], [t.weight for t in tokens]
        twin = reference.sampled(reference.shingles(hashes, weights, size), below, short)
        assert sampled[slice(*spans[d])].tolist() == twin
        assert least[d].tolist() == [*sorted(set(twin)), 2**64 - 1, 2**64 - 1][:2]
        assert tuple(digests[d].tolist()) == reference.digest(hashes)
        assert (sizes[d], masses[d]) == (len(hashes), sum(weights))


@FEW
@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=5), st.integers(0, 9))
def test_which_texts_have_a_hash_above_a_bound(samples: list[list[int]], highest: int) -> None:
    """Those of which some hash is larger."""
    above = kernels.reaching(*flat(samples), np.uint64(highest)).tolist()
    assert above == [any(h > highest for h in sample) for sample in samples]


@FEW
@given(st.lists(st.tuples(st.lists(st.integers(0, 2**64 - 1), max_size=9), st.booleans()), max_size=5), st.booleans())
def test_keys_like_the_twin(texts: list[tuple[list[int], bool]], all_of_them: bool) -> None:
    """Hashes of the texts asked for, with the ranks of these, in parts by their uppermost bits."""
    samples = [sorted({h >> (i % 3) * 4 for i, h in enumerate(sample)}) for sample, _ in texts]
    rank = [n if taken else -1 for n, (_, taken) in enumerate(texts)]
    highest, shift = (2**64 - 1, 62) if all_of_them else (2**61 - 1, 59)
    codes, edges = kernels.keyed(*flat(samples), np.array(rank, np.int64), np.uint64(highest), 3, shift, 4)
    found = [codes[low:high].tolist() for low, high in itertools.pairwise(edges)]
    assert found == reference.keyed(samples, rank, highest, 3, shift, 4)


@FEW
@given(st.dictionaries(st.integers(0, 2**40), st.sets(st.integers(0, 15), min_size=1)), st.integers(2, 4))
def test_pairs_behind_keys_like_the_twin(owners: dict[int, set[int]], small: int) -> None:
    """Pairs equal the twin's, in order."""
    codes = np.array(sorted(key << 4 | text for key, texts in owners.items() for text in texts), np.uint64)
    pairs = kernels.together(codes, 4, small).tolist()
    twin = reference.together({key: sorted(texts) for key, texts in owners.items()}, small)
    assert [(code >> 4, code & 15) for code in pairs] == twin


@SOME
@given(st.lists(texts(), min_size=1, max_size=6), st.integers(1, 4))
def test_sketches_in_any_order(batch: list[str], parts: int) -> None:
    """Sketches made while texts are read equal those of all texts together, in the order asked for."""
    order = list(range(len(batch)))[::-1]
    found, tokens = made(batch, order, parts), tokenize([batch[i] for i in order])
    other = made([batch[i] for i in order])
    samples, expected = ([each.sampled[a:b].tolist() for a, b in each.spans] for each in (found, other))
    assert samples == expected
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


def test_short_texts_are_compared_by_all_their_shingles() -> None:
    """Each of 40 texts of 20 words finds the one that lacks its last word, though samples hold two or three."""
    batch = [" ".join(WORDS[n * 30 : n * 30 + length]) for n in range(40) for length in (20, 19)]
    assert near(batch) == near(batch, 5) == [[2 * n, 2 * n + 1] for n in range(40)]
