"""An excerpt of one text beside another text rules out no passage that the two have in whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from dedup import rescore
from dedup.align import align_chains, decided
from dedup.chains import chain_hits
from dedup.config import Config
from dedup.kernels import excerpts
from dedup.kernels.weights import SLOTS, token_masses
from dedup.seeds import Hits
from dedup.tokens import Tokens
from dedup.weights import content_mass
from tests.kernels.stages import hits_of
from tests.strategies import MANY, mosaics, tokens_of

Texts = list[list[int]]
# Words that are common or rare, more of the one or of the other.
IDFS = [
    np.where(np.random.default_rng(n).random(SLOTS) < share, 2.0, 8.0).astype(np.float32)
    for n, share in enumerate((0.3, 0.6, 0.8))
]


def excerpts_of(hits: Hits, tokens: Tokens, before: int, after: int) -> tuple[Hits, Tokens, np.ndarray]:
    """The hits of pairs of two texts with an excerpt in place of each left text, from so many words before the first
    hit to so many from the last one on; all texts behind the excerpts; and where excerpts are cut."""
    edges = list(zip(hits.groups[:-1].tolist(), hits.groups[1:].tolist(), strict=True))
    chosen = [(low, high) for low, high in edges if hits.documents[low, 0] != hits.documents[low, 1]]
    rows, sizes, cut, places, documents = [], [], [], [], []
    for number, (low, high) in enumerate(chosen):
        left, right = hits.documents[low].tolist()
        first, end = tokens.bounds[left : left + 2].tolist()
        start = max(first, int(hits.places[low:high, 0].min()) - before)
        stop = min(end, int(hits.places[low:high, 0].max()) + after)
        places += [(int(a) - start + sum(sizes), int(b)) for a, b in hits.places[low:high]]
        documents += [(number, right)] * (high - low)
        rows += range(start, stop)
        sizes.append(stop - start)
        cut.append((start > first, stop < end))
    order = np.array([*rows, *range(len(tokens.hashes))], np.int64)
    bounds = np.cumsum([0, *sizes, *np.diff(tokens.bounds).tolist()]).astype(np.int64)
    moved = replace(
        hits,
        places=np.array(places, np.int64).reshape(-1, 2) + np.array([0, len(rows)]),
        documents=np.array(documents, np.int32).reshape(-1, 2) + np.array([0, len(sizes)], np.int32),
        groups=np.cumsum([0, *(high - low for low, high in chosen)]).astype(np.int64),
    )
    columns = {name: getattr(tokens, name)[order] for name in ("hashes", "flags", "weights", "starts", "ends")}
    return moved, Tokens(**columns, bounds=bounds), np.array(cut, np.bool_).reshape(-1, 2)


@MANY
@given(
    st.one_of(mosaics(alphabet=40, max_piece=12), mosaics(alphabet=300, max_piece=16)),
    st.integers(0, 12),
    st.integers(4, 24),
    st.integers(0, 2**32 - 1),
)
def test_what_is_decided_is_so_in_whole(texts: Texts, before: int, after: int, seed: int) -> None:
    """A pair without a chain has none in whole; one whose passage is no match has one chain and gives no passage."""
    tokens, random, config = tokens_of(texts), np.random.default_rng(seed), Config()
    tokens.flags[:] = np.where(random.random(len(tokens.flags)) < 0.2, random.integers(0, 128, len(tokens.flags)), 0)
    idf = IDFS[seed % len(IDFS)]
    masses = token_masses(tokens.hashes, tokens.weights, idf)
    hits = hits_of(tokens)
    chains = chain_hits(hits, tokens, masses, config.chains)
    floor = rescore.least_of_a_match(config.rescore)
    passages = align_chains(chains, tokens, masses, config.align, floor=floor)
    several, found = chains.documents.tolist(), {tuple(pair) for pair in passages.documents.tolist()}
    some, beside, cut = excerpts_of(hits, tokens, before, after)
    assert floor is not None
    known = decided(some, beside, token_masses(beside.hashes, beside.weights, idf), cut, config, floor)
    pairs = [p for p in hits.documents[hits.groups[:-1]].tolist() if p[0] != p[1]]
    assert len(pairs) == len(known)
    for pair, one in zip(pairs, known.tolist(), strict=True):
        event(f"{one}, {'some' if tuple(pair) in found else 'no'} passage, {several.count(pair)} chains")
        if one == excerpts.NO_CHAIN:
            assert several.count(pair) == 0
        if one == excerpts.NO_MATCH:
            assert several.count(pair) == 1
            assert tuple(pair) not in found


def run(words: list[int], first: int, behind: int) -> Texts:
    """Two long texts of rare words that share some words, and again three words that stand so far behind them."""
    more = [9001, 9002, 9003]
    left = [*range(first, first + 40), *words, *range(first + 40, first + 40 + behind), *more, *range(5000, 5040)]
    right = [*range(7000, 7030), *words, *range(7030, 7030 + behind), *more, *range(8000, 8030)]
    return [left, right]


def told(texts: Texts, common: list[int], before: int = 12, after: int = 24) -> list[int]:
    """What excerpts around their first hit tell of two texts whose words are all rare but those that are `common`."""
    tokens = tokens_of(texts)
    idf = np.full(SLOTS, 8.0, np.float32)
    for word in common:
        idf[np.uint32(tokens_of([[word]]).hashes[0]) & np.uint32(SLOTS - 1)] = content_mass() / 256 - 0.1
    hits = hits_of(tokens)
    first = hits.places[:, 0] == hits.places[:, 0].min()
    one = replace(
        hits, places=hits.places[first], documents=hits.documents[first], groups=np.array([0, first.sum()], np.int64)
    )
    some, beside, cut = excerpts_of(one, tokens, before, after)
    floor = rescore.least_of_a_match(Config().rescore)
    assert floor is not None
    masses = token_masses(beside.hashes, beside.weights, idf)
    return decided(some, beside, masses, cut, Config(), floor).tolist()


def test_chance_is_told_and_more_is_not() -> None:
    """Nine common words are no match, nor have six a chain; nine rare ones may match, and so may common ones that go on
    behind one word."""
    words = list(range(1, 10))
    assert told(run(words, 100, 20), words) == [excerpts.NO_MATCH]
    assert told(run(words[:6], 100, 20), words) == [excerpts.NO_CHAIN]
    assert told(run(words, 100, 20), []) == [excerpts.OPEN]
    assert told(run(words, 100, 1), words) == [excerpts.OPEN]


def test_where_an_excerpt_ends_is_no_end() -> None:
    """What goes on behind or before the end of an excerpt leaves the pair open, and so does a run up to it."""
    words = list(range(1, 10))
    behind = run(words, 100, 1)
    before = [text[::-1] for text in behind]
    for after in (5, 9, 10):
        assert told(behind, words, 12, after) == [excerpts.OPEN]
    whole = run(words, 100, 20)
    assert told(whole, words, 12, 16) == [excerpts.NO_MATCH]
    # the first hit of the reversed texts is in the words that stand before
    assert told([text[4:] for text in before], words, 12, 24) == [excerpts.OPEN]
    assert told([text[::-1] for text in whole], [*words, 9001, 9002, 9003], 1, 9) == [excerpts.OPEN]
