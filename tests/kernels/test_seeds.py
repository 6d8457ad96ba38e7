"""Seed hits: small buckets against all pairs, frequent seeds against union-find, two sides, growth."""

from __future__ import annotations

import bisect
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import seeds as stage
from dedup.config import SeedConfig
from dedup.kernels import links
from dedup.kernels import seeds as kernels
from dedup.seeds import Hits, Layout, link_seeds, pair_hits, seed_hits
from dedup.spill import Scratch
from tests import reference
from tests.kernels.stages import SEEDS
from tests.strategies import MANY, SOME, hashes_of, mosaics, token_texts, tokens_of

Texts = list[list[int]]
Pair = tuple[int, int]
# The longest run that is promised to keep its carriers connected, in tokens.
SHARED = 64
CONFIG = SeedConfig(seed_size=2, seed_window=2, small_bucket=4)
SIZES = st.builds(
    SeedConfig, seed_size=st.integers(1, 3), seed_window=st.integers(1, 3), small_bucket=st.integers(2, 6)
)


def hits_of(texts: Texts, config: SeedConfig, active: list[bool] | None = None, sides: list[int] | None = None) -> Hits:
    chosen = np.array(active or [True] * len(texts), np.bool_)
    return seed_hits(tokens_of(texts), chosen, np.array(sides or [0] * len(texts), np.int8), config)


def links_of(hits: Hits) -> list[Pair]:
    return [(int(a), int(b)) for a, b in hits.places]


def documents_of(texts: Texts) -> dict[int, int]:
    """The text of each token place."""
    return dict(enumerate(d for d, text in enumerate(texts) for _ in text))


def seed_buckets(texts: Texts, config: SeedConfig, active: list[bool]) -> list[list[int]]:
    """The places of each seed of active texts, by the twin."""
    document = documents_of(texts)
    found = reference.seeds([hashes_of(t) for t in texts], config.seed_size, config.seed_window)
    return reference.buckets((key, place) for key, place in found if active[document[place]])


def check_groups(hits: Hits, document: dict[int, int]) -> None:
    """Hits stand pair by pair, with their texts, the smaller place first."""
    pairs = [(document[a], document[b]) for a, b in links_of(hits)]
    assert [tuple(p) for p in hits.documents.tolist()] == pairs
    assert len(hits.groups) - 1 == len(set(pairs))
    assert all(a < b for a, b in links_of(hits))
    edges = hits.groups.tolist()
    firsts = [i for i in range(len(pairs)) if i == 0 or pairs[i] != pairs[i - 1]]
    assert edges == ([*firsts, len(pairs)] if pairs else [0])


@SOME
@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.data())
def test_document_of_like_the_twin(sizes: list[int], data: st.DataObject) -> None:
    """The text of a place, with empty texts between, is the last whose bound is not above it."""
    bounds = np.cumsum([0, *sizes]).astype(np.int64)
    places = data.draw(st.lists(st.integers(0, int(bounds[-1]) - 1), max_size=9)) if bounds[-1] else []
    found = kernels.document_of(np.array(places, np.int64), bounds)
    assert found.tolist() == [bisect.bisect_right(bounds.tolist(), p) - 1 for p in places]


@SOME
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=60))
def test_groups_are_stably_sorted(rows: list[tuple[int, int]]) -> None:
    """Hits in order of the right text come out by pair of texts, those of one pair in their order."""
    rows.sort(key=lambda row: row[1])
    documents = np.array([row[:2] for row in rows], np.int32).reshape(-1, 2)
    places = np.stack([np.arange(len(rows)), np.arange(len(rows)) + 50], axis=1)
    found, texts, groups = kernels.group_hits(places, documents)
    wanted = sorted(range(len(rows)), key=lambda i: rows[i][1::-1])
    assert found.tolist() == [[i, i + 50] for i in wanted]
    pairs = [rows[i] for i in wanted]
    assert [tuple(text) for text in texts.tolist()] == pairs
    assert groups.tolist() == [i for i in range(len(pairs)) if i == 0 or pairs[i] != pairs[i - 1]] + [len(pairs)]


@MANY
@given(st.one_of(token_texts(), mosaics(alphabet=5)), SIZES, st.data())
def test_links_of_every_bucket(texts: Texts, config: SeedConfig, data: st.DataObject) -> None:
    """Small buckets have exactly all pairs (inside a text the next occurrence); large ones are linear.

    In a large bucket every set of places that share tokens (up to 64) in either direction is connected by
    links within the set. With two sides that holds for sets that both have, and all links go across.
    """
    n = len(texts)
    active = data.draw(st.lists(st.booleans(), min_size=n, max_size=n)) if data.draw(st.booleans()) else [True] * n
    sides = data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    document = documents_of(texts)
    hits = hits_of(texts, config, active, sides)
    check_groups(hits, document)
    of_place = defaultdict(list)
    for link in links_of(hits):
        of_place[link[0]].append(link)
    buckets = seed_buckets(texts, config, active)
    for places in buckets:
        found = [link for place in places for link in of_place.pop(place, [])]
        assert all(link[1] in places for link in found)
        if len(places) <= config.small_bucket:
            assert sorted(found) == sorted(reference.small_bucket_links(places, document, sides))
            continue
        assert len(found) <= 4 * len(places)
        assert not any(sides) or all(sides[document[a]] != sides[document[b]] for a, b in found)
        for group in reference.context_groups(places, texts, SHARED).values():
            if not any(sides) or len({sides[document[p]] for p in group}) == 2:
                assert len(reference.components(group, found)) == 1
    assert not of_place, "links of places that are no seeds"
    assert hits.seeds == sum(map(len, buckets))
    assert hits.frequent == sum(len(places) > config.small_bucket for places in buckets)


@SOME
@given(mosaics(max_texts=10, max_piece=70), st.sampled_from([2, 5, 12]), st.booleans(), st.data())
def test_every_shared_run_stays_connected(texts: Texts, small: int, two_sided: bool, data: st.DataObject) -> None:
    """Copies of any run of up to 64 tokens hang together by hits between places that share the run's rest.

    The seed of a run's first window stands at the same place of each copy. Left out: copies in one text alone
    whose seed is in a small bucket, where a hit goes to the next occurrence only.
    """
    config = SeedConfig(seed_size=3, seed_window=2, small_bucket=small)
    sides = [i % 2 if two_sided else 0 for i in range(len(texts))]
    hits, document = links_of(hits_of(texts, config, None, sides)), documents_of(texts)
    flat = [token for text in texts for token in text]
    least = config.seed_size + config.seed_window - 1
    length = data.draw(st.integers(least, SHARED))
    runs = defaultdict(list)
    for place in range(len(flat) - length + 1):
        if document[place] == document[place + length - 1]:
            runs[tuple(flat[place : place + length])].append(place)
    for copies in runs.values():
        across = len({sides[document[p]] for p in copies}) == 2
        if len(copies) < 2 or (two_sided and not across) or (small > 2 and len({document[p] for p in copies}) == 1):
            continue
        offset = reference.seeds([hashes_of(flat[copies[0] : copies[0] + least])], 3, 2)[0][1]
        rest = flat[copies[0] + offset : copies[0] + length]
        sharing = [p for p in range(len(flat)) if flat[p : p + len(rest)] == rest]
        groups = reference.components(sharing, hits)
        assert any({p + offset for p in copies} <= g for g in groups)


@pytest.mark.parametrize("forward", [True, False])
def test_the_64th_token_still_orders(forward: bool) -> None:
    """Of 40 places that share 63 tokens those that share the 64th too are linked together, by one seed."""
    words = list(range(100, 163))
    own = [list(range(1000 * i, 1000 * i + 9)) for i in range(1, 41)]
    texts = [[*words, i % 2, *own[i]] if forward else [*own[i], i % 2, *words, 98, 99] for i in range(40)]
    place = 0 if forward else 9 + SHARED - 1
    document = {d * len(texts[0]) + place: d for d in range(40)}
    hits = links_of(hits_of(texts, SeedConfig(seed_size=3, seed_window=1)))
    links = [(document[a], document[b]) for a, b in hits if a in document]
    assert len(reference.components(range(0, 40, 2), links)) == 1
    assert len(reference.components(range(1, 40, 2), links)) == 1


def test_a_run_of_64_words_among_longer_copies() -> None:
    """Frequent seeds: 60 texts share 64 words, half of them 200; both sets are connected in themselves."""
    rng = np.random.default_rng(2)
    core, tail = rng.integers(0, 10**6, 64).tolist(), rng.integers(0, 10**6, 136).tolist()
    noise = [rng.integers(0, 10**6, 30).tolist() for _ in range(60)]
    texts = [noise[i] + core + (tail if i % 2 else noise[-1 - i][::-1]) for i in range(60)]
    hits = hits_of(texts, SEEDS)
    pairs = [(a, b) for a, b in hits.documents.tolist() if a != b]
    assert len(reference.components(range(60), pairs)) == 1
    assert len(reference.components(range(1, 60, 2), [p for p in pairs if p[0] % 2 and p[1] % 2])) == 1
    assert hits.frequent > 20


def test_a_rare_shared_run_under_a_frequent_seed() -> None:
    """A seed in 300 texts: the two that go on alike for six words are linked directly, wherever they
    stand."""
    rng = np.random.default_rng(4)
    texts = [[1, 2, 3, *rng.integers(10, 10**6, 20).tolist()] for _ in range(300)]
    texts[250][3:6] = texts[17][3:6]
    found = hits_of(texts, SeedConfig(seed_size=3, seed_window=1)).documents.tolist()
    assert [17, 250] in found


def test_identical_texts_are_linear() -> None:
    """D12, P3: 5,000 identical texts: at most two links a seed, each with its neighbour."""
    texts = [list(range(40))] * 5000
    hits = hits_of(texts, SEEDS)
    assert len(hits.places) <= 2 * hits.seeds
    assert hits.frequent == hits.seeds // 5000 > 10
    neighbours = {(a, b) for a, b in hits.documents.tolist()}
    assert {(i, i + 1) for i in range(4999)} <= neighbours


def test_more_carriers_cost_no_more_links_each() -> None:
    """D12: links grow in proportion to the texts that carry a run; there is no frequency cap (P3)."""
    rng = np.random.default_rng(6)
    run = rng.integers(0, 10**6, 30).tolist()
    texts = [rng.integers(0, 10**6, 20).tolist() + run for _ in range(2000)]
    counts = [len(hits_of(texts[:n], SEEDS).places) for n in (500, 1000, 2000)]
    assert counts[1] <= 2.1 * counts[0]
    assert counts[2] <= 2.1 * counts[1]
    pairs = {(a, b) for a, b in hits_of(texts[:150], SEEDS).documents.tolist()}
    assert len(reference.components(range(150), pairs)) == 1


@SOME
@given(token_texts(max_texts=7), st.integers(1, 3))
def test_blocks_and_pools_do_not_matter(texts: Texts, size: int) -> None:
    """D16, D17: any block size, with or without threads, twice, gives the same hits."""
    tokens = tokens_of(texts)
    active, sides = np.ones(len(texts), np.bool_), np.zeros(len(texts), np.int8)
    whole = seed_hits(tokens, active, sides, CONFIG)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(stage, "BLOCK_DOCUMENTS", size)
        for other in (
            seed_hits(tokens, active, sides, CONFIG, pool),
            seed_hits(tokens, active, sides, CONFIG),
        ):
            assert np.array_equal(other.places, whole.places)
            assert np.array_equal(other.documents, whole.documents)
            assert np.array_equal(other.groups, whole.groups)


@SOME
@given(token_texts(max_texts=9), st.integers(1, 20), st.booleans())
def test_parts_and_blocks_do_not_matter(texts: Texts, size: int, two_sided: bool) -> None:
    """D16: seeds in any number of parts, linked any number at a time, left texts in any blocks, in memory or on disk,
    give the same hits."""
    tokens = tokens_of(texts)
    active, sides = np.ones(len(texts), np.bool_), (np.arange(len(texts)) % 2 * two_sided).astype(np.int8)
    whole = seed_hits(tokens, active, sides, CONFIG)
    expected = sorted(zip(links_of(whole), whole.documents.tolist(), strict=True))
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(2) as pool,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(stage, "LINKED_SEEDS", size)
        for place, threads in ((None, pool), (Scratch(Path(folder), 1, on_disk=True), None)):
            linked = link_seeds(tokens, active, sides, CONFIG, Layout(tokens.bounds, size), threads, place)
            blocks = [linked.block(number) for number in range(len(linked.layout))]
            rows = [row for b in blocks for row in zip(links_of(b), b.documents.tolist(), strict=True)]
            assert sorted(rows) == expected
            for b in blocks:
                check_groups(b, documents_of(texts))
                rights = [pair[::-1] for pair in b.documents.tolist()]
                assert rights == sorted(rights)
            assert (linked.seeds, linked.frequent) == (whole.seeds, whole.frequent)
        assert not list(Path(folder).iterdir())


@SOME
@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 999)), max_size=40), st.integers(0, 8))
def test_scatter_keeps_all(pairs: list[Pair], bits: int) -> None:
    """D9: every key, also the least and the largest, is found in the part of its upper bits, with its place."""
    keys, places = np.array([k for k, _ in pairs], np.uint32), np.array([p for _, p in pairs], np.int64)
    records, edges = kernels.scatter(keys, places, bits, 20)
    found = []
    for part in range(1 << bits):
        for record in records[edges[part] : edges[part + 1]].tolist():
            found.append(((part << (32 - bits)) | record >> 20, record & 0xFFFFF))
    assert sorted(found) == sorted(pairs)


@pytest.mark.parametrize("texts", [[], [[]], [[], []], [[1]], [[1, 2, 3], []]])
def test_no_hits(texts: Texts) -> None:
    """D23: no texts, empty texts, one text: no hits, well formed."""
    hits = hits_of(texts, CONFIG)
    assert (hits.places.shape, hits.documents.shape, hits.groups.tolist()) == ((0, 2), (0, 2), [0])


def test_short_equal_texts_are_hit() -> None:
    """D3: equal texts shorter than a seed share their only seed."""
    assert links_of(hits_of([[5], [6], [5]], SEEDS)) == [(0, 2)]


def test_repeats_inside_a_text_link_to_the_next() -> None:
    """P2: a run that recurs inside a text is hit there, from each occurrence to the next, and elsewhere all
    are."""
    run = [1, 2, 3, 4, 5]
    texts = [[*run, 90, 91, *run, 92, 93, *run], [80, 81, 82, *run]]
    found = set(links_of(hits_of(texts, SeedConfig(seed_size=5, seed_window=1, small_bucket=12))))
    assert found == {(0, 7), (7, 14), (0, 22), (7, 22), (14, 22)}


@SOME
@given(token_texts(alphabet=5), SIZES, st.integers(0, 9))
def test_hits_of_given_pairs(texts: Texts, config: SeedConfig, cut: int) -> None:
    """Hits of given pairs are all equal seeds in both windows, in order of occurrence if there are many."""
    n, tokens = len(texts), tokens_of(texts)
    pairs = np.array([(a, b) for a in range(n) for b in range(a, n) if (a + b) % 3 != 1]).reshape(-1, 2)
    rng = np.random.default_rng(cut)
    shift = rng.integers(0, 4, (len(pairs), 4)) * [1, -1, 1, -1] * (cut > 0)
    windows = shift + np.stack([tokens.bounds[pairs[:, s] + e] for s in (0, 1) for e in (0, 1)], axis=1)
    hits = pair_hits(tokens, pairs, windows, config)
    document = documents_of(texts)
    check_groups(hits, document)
    seeds = reference.seeds([hashes_of(t) for t in texts], config.seed_size, config.seed_window)
    of_text = [[(k, p) for k, p in seeds if document[p] == d] for d in range(n)]
    expected: set[Pair] = set()
    for (a, b), (a0, a1, b0, b1) in zip(pairs.tolist(), windows.tolist(), strict=True):
        links = reference.pair_links(of_text[a], of_text[b], config.small_bucket, a == b)
        expected |= {(x, y) for x, y in links if a0 <= x < a1 and b0 <= y < b1}
    assert sorted(links_of(hits)) == sorted(expected)


@MANY
@given(token_texts(alphabet=2), SIZES, st.integers(0, 99))
def test_what_windows_look_at_is_enough(texts: Texts, config: SeedConfig, cut: int) -> None:
    """Seeds of the windows alone give the hits that those of whole texts give, whatever the tokens weigh."""
    rng, n = np.random.default_rng(cut), len(texts)
    tokens = tokens_of(texts)
    tokens = replace(tokens, weights=rng.choice([2, 3, 6], len(tokens.hashes)).astype(np.uint8))
    pairs = np.array([(a, b) for a in range(n) for b in range(a, n)], np.int64).reshape(-1, 2)
    edges = np.stack([tokens.bounds[pairs[:, s] + e] for s in (0, 1) for e in (0, 1)], axis=1)
    cuts = rng.integers(edges[:, ::2].repeat(2, axis=1), edges[:, 1::2].repeat(2, axis=1) + 1)
    windows = np.concatenate([np.sort(cuts[:, :2], axis=1), np.sort(cuts[:, 2:], axis=1)], axis=1)
    every = replace(config, seed_window=1)
    found = pair_hits(tokens, pairs, windows, every)
    assert links_of(pair_hits(tokens, pairs, None, every)) == links_of(pair_hits(tokens, pairs, edges, every))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "_around", lambda windows, number, spans, longest: spans)
        whole = pair_hits(tokens, pairs, windows, every)
    assert links_of(found) == links_of(whole)
    assert found.groups.tolist() == whole.groups.tolist()


@SOME
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 40)), unique=True, max_size=30), st.integers(2, 5))
def test_small_buckets_of_rows(rows: list[Pair], small: int) -> None:
    """Rows sorted by key are linked as the twin says, and those of frequent seeds are left over."""
    rows.sort()
    keys, places = (np.array([row[i] for row in rows], kind) for i, kind in ((0, np.int32), (1, np.int64)))
    hits, frequent = links.link_small(keys, places, (places // 7).astype(np.int32), small)
    wanted, left = reference.link_small(rows, [p // 7 for _, p in rows], small)
    assert [tuple(hit) for hit in hits.tolist()] == wanted
    assert frequent.tolist() == left


@SOME
@given(token_texts(), st.sampled_from([1, -1]))
def test_contexts_sort_as_the_tokens_do(texts: Texts, step: int) -> None:
    """The bytes of a context are those of the tokens that the twin reads."""
    tokens = tokens_of(texts)
    places = np.arange(len(tokens.hashes))
    sizes = np.diff(tokens.bounds)
    starts, ends = np.repeat(tokens.bounds[:-1], sizes), np.repeat(tokens.bounds[1:], sizes)
    made, lengths = links.contexts(tokens.hashes, places, starts, ends, step)
    found = [row[:length].tobytes() for row, length in zip(made, lengths.tolist(), strict=True)]
    assert found == [c for text in texts for c in reference.contexts(hashes_of(text), step, links.CONTEXT)]
