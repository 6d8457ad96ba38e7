"""What stands around a seed never rules out a pair of texts that has a chain."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import sift
from dedup.chains import chain_hits
from dedup.kernels import links
from dedup.kernels import surroundings as kernels
from tests import reference
from tests.kernels.stages import CHAINS, hits_of
from tests.strategies import MANY, SOME, mosaics, token_texts, tokens_of

Texts = list[list[int]]
TOP = 63


def around(texts: Texts, masses: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """What stands around every token of the texts."""
    tokens = tokens_of(texts)
    sizes = np.diff(tokens.bounds)
    starts, ends = np.repeat(tokens.bounds[:-1], sizes), np.repeat(tokens.bounds[1:], sizes)
    places = np.arange(len(tokens.hashes))
    found = kernels.around(tokens.hashes, np.array(masses, np.uint16), places, starts, ends)
    return np.asarray(found)


@SOME
@given(token_texts(max_size=30), st.lists(st.integers(0, 65535), min_size=1, max_size=7))
def test_around_like_the_twin(texts: Texts, some: list[int]) -> None:
    """Each token around a place, with its mass rounded up, and nothing beyond the text."""
    masses = [some[i % len(some)] for i in range(sum(map(len, texts)))]
    hashes = tokens_of(texts).hashes.tolist()
    wanted, first = [], 0
    for text in texts:
        end = first + len(text)
        wanted += [reference.around(hashes[first:end], masses[first:end], i) for i in range(len(text))]
        first = end
    assert around(texts, masses).tolist() == wanted


@SOME
@given(token_texts(alphabet=2, max_texts=3, max_size=30), st.data())
def test_bounds_like_the_twin(texts: Texts, data: st.DataObject) -> None:
    """The bound of a run is the mass of the tokens that seem equal on both sides of the hit."""
    rows = around(texts, [data.draw(st.sampled_from([0, 31, 32, 5000, 9000])) for text in texts for _ in text])
    if not len(rows):
        return
    place = st.integers(0, len(rows) - 1)
    pairs = data.draw(st.lists(st.tuples(place, place), min_size=1, max_size=10))
    left, right = (rows[[pair[side] for pair in pairs]] for side in (0, 1))
    weighs, back = kernels.run_bounds(left, right)
    wanted = [reference.run_bound(x, y) for x, y in zip(left.tolist(), right.tolist(), strict=True)]
    assert list(zip(weighs.tolist(), back.tolist(), strict=True)) == wanted


@MANY
@given(token_texts(alphabet=6, max_texts=4, max_size=30), st.integers(1, 3))
def test_what_is_told_apart_keeps_its_order(texts: Texts, several: int) -> None:
    """Places that the noted words tell apart stand in the same order by those words as by all that follow, or precede;
    and every place is told apart whose noted words no other place with its key has."""
    tokens = tokens_of(texts)
    rows, places = around(texts, [1] * len(tokens.hashes)), np.arange(len(tokens.hashes))
    keys = places % several
    told = kernels.told_apart(keys, rows)
    sizes = np.diff(tokens.bounds)
    starts, ends = np.repeat(tokens.bounds[:-1], sizes), np.repeat(tokens.bounds[1:], sizes)
    sides = ((1, kernels.AFTER, slice(kernels.BEFORE, kernels.WIDTH)), (-1, kernels.BEFORE + 1, slice(kernels.BEFORE)))
    for side, (step, words, noted) in enumerate(sides):
        made, lengths = links.contexts(tokens.hashes, places, starts, ends, step)
        whole = [row[:n].tobytes() for row, n in zip(made, lengths.tolist(), strict=True)]
        cut = [c[:words] if told[i] & 1 << side else c for i, c in enumerate(whole)]
        # a seed is more than its first word, but its places have that word in common
        by_whole = sorted(places.tolist(), key=lambda i: (keys[i], tokens.hashes[i], whole[i], i))
        assert sorted(places.tolist(), key=lambda i: (keys[i], tokens.hashes[i], cut[i], i)) == by_whole
        seen = Counter((int(key), row[noted].tobytes()) for key, row in zip(keys, rows, strict=True))
        alone = [seen[int(key), row[noted].tobytes()] == 1 for key, row in zip(keys, rows, strict=True)]
        assert (told & 1 << side > 0).tolist() == alone


@MANY
@given(mosaics(alphabet=40, max_piece=12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_no_chain_is_ruled_out(texts: Texts, least: int, seed: int) -> None:
    """Whatever the masses, a pair of texts that has a chain keeps all its hits."""
    tokens = tokens_of(texts)
    # equal tokens weigh the same
    words, number = np.unique(tokens.hashes, return_inverse=True)
    masses = np.random.default_rng(seed).integers(0, 2000, len(words)).astype(np.uint16)[number]
    hits = hits_of(tokens)
    chains = chain_hits(hits, tokens, masses, replace(CHAINS, least_mass=float(least)))
    rows = around(texts, masses.tolist())
    weighs, back = kernels.run_bounds(rows[hits.places[:, 0]], rows[hits.places[:, 1]])
    documents = hits.documents.astype(np.int64)
    kept, dropped = sift.possible(documents, hits.places, weighs, back, least * 256)
    left_over = {tuple(pair) for pair in documents[kept].tolist()}
    assert {tuple(pair) for pair in chains.documents.tolist()} <= left_over
    assert left_over.isdisjoint({tuple(pair) for pair in documents[~kept].tolist()})
    assert dropped + len(left_over) == max(0, len(hits.groups) - 1)


def test_pairs_without_a_chain_are_ruled_out() -> None:
    """Texts that share a few light words at two places are told from those that share a long run."""
    light = [1, 2, 3, 4]
    apart = [[*light, *range(100, 140), *light, 50], [*range(200, 220), *light, *range(230, 260)]]
    run = list(range(300, 330))
    texts = [*apart, [*run, 5], [6, *run]]
    tokens = tokens_of(texts)
    masses = np.full(len(tokens.hashes), 256, np.uint16)
    hits = hits_of(tokens)
    rows = around(texts, masses.tolist())
    weighs, back = kernels.run_bounds(rows[hits.places[:, 0]], rows[hits.places[:, 1]])
    documents = hits.documents.astype(np.int64)
    kept, dropped = sift.possible(documents, hits.places, weighs, back, 12 * 256)
    assert {tuple(pair) for pair in documents[kept].tolist()} == {(2, 3)}
    assert dropped == 2
