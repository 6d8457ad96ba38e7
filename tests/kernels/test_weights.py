"""Document frequencies, idf and masses of words: the kernels against their twins, and what the background
knows."""

from __future__ import annotations

import itertools
import math
import mmap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import weights as kernels
from dedup.kernels.shingles import seed_places
from dedup.kernels.weights import SLOTS
from dedup.rescore import evidence, span_vectors
from dedup.spill import Scratch
from dedup.tokens import tokenize
from dedup.weights import (
    BACKGROUND_DOCUMENTS,
    FUNCTION_SHARE,
    MANY,
    UNKNOWN_DOCUMENTS,
    Sums,
    background,
    content_mass,
    frequencies,
    inverse,
)
from tests import reference
from tests.strategies import FEW, SOME, hashes_of, token_texts, tokens_of

IDF = np.random.default_rng(1).uniform(0, 15, SLOTS).astype(np.float32)


def slot(word: str) -> int:
    return int(tokenize([word]).hashes[0]) % SLOTS


@FEW
@given(token_texts(alphabet=9), st.data())
def test_document_frequencies_like_the_twin(texts: list[list[int]], data: st.DataObject) -> None:
    """Each slot counts the counted texts that hold it, once however often, in texts with shared slots too."""
    counted = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    tokens = tokens_of(texts)
    tokens.hashes[::3] += np.uint32(SLOTS)  # another hash of the same slot
    repeated = data.draw(st.lists(st.booleans(), min_size=len(tokens.hashes), max_size=len(tokens.hashes)))
    marks = np.array(repeated, np.bool_)
    cut = data.draw(st.integers(0, len(texts)))
    table = np.zeros(SLOTS, np.uint64)
    for first, end in ((0, cut), (cut, len(texts))):
        bounds, chosen = tokens.bounds[first : end + 1], np.array(counted[first:end], np.bool_)
        part = marks[bounds[0] : bounds[-1]]
        kernels.document_frequencies(tokens.hashes, bounds, chosen, part, first, table)
    found = table & np.uint64(0xFFFFFFFF)
    kept = [
        tokens.hashes[low:high][~marks[low:high]].tolist()
        for low, high, c in zip(tokens.bounds[:-1], tokens.bounds[1:], counted, strict=True)
        if c
    ]
    assert {int(s): int(found[s]) for s in np.flatnonzero(found)} == reference.document_frequencies(kept, SLOTS)


@FEW
@given(token_texts(alphabet=3), st.integers(1, 4))
def test_repeats_like_the_twin(texts: list[list[int]], least: int) -> None:
    """Marked is what an earlier text has where a shingle was met first, as far as both are equal, left and right."""
    tokens = tokens_of(texts)
    spans = np.stack([tokens.bounds[:-1], tokens.bounds[1:]], axis=1)
    keys, places, edges = seed_places(tokens.hashes, tokens.weights, spans, 2, 1)
    counts = (np.arange(16) % 5).astype(np.uint8)
    numbers = kernels.numbers_of(keys, counts, 1, np.flatnonzero(counts > 1))
    assert numbers.tolist() == [reference.number_of(k % 16, counts.tolist(), 1) for k in keys.tolist()]
    marks = np.zeros(len(tokens.hashes), np.bool_)
    firsts = np.full((16, 3), -1, np.int64)
    kernels.mark_repeats(numbers, places, edges, spans, firsts, tokens.hashes, least, marks)
    named = list(zip(numbers.tolist(), places.tolist(), strict=True))
    of_texts = [named[a:b] for a, b in itertools.pairwise(edges.tolist())]
    known = reference.repeated_tokens(tokens.hashes.tolist(), spans.tolist(), of_texts, least)
    assert np.flatnonzero(marks).tolist() == sorted(known)


def test_a_run_that_many_texts_have_counts_once() -> None:
    """Words of a line that all of 40 texts have are as rare as in one text, and those that each has are not."""
    line = "register here to read the whole of this harbour story"
    texts = [f"page{i} begins {line} page{i} ends" for i in range(40)]
    found = frequencies(tokenize(texts), np.ones(40, np.bool_))
    assert [int(found[slot(word)]) for word in ("harbour", "register", "begins", "ends")] == [1, 1, 1, 40]
    few = frequencies(tokenize(texts[:MANY]), np.ones(MANY, np.bool_))
    assert int(few[slot("harbour")]) == MANY


@pytest.mark.parametrize("room", [0, 1 << 30])
def test_blocks_and_what_is_kept_where_do_not_matter(
    room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts counted in any blocks, with threads, window minima kept in files or in memory: the same counts, and no file
    is left."""
    line = "register here to read the whole of this harbour story and all others"
    texts = [f"page{i} begins {line if i % 3 else ''} page{i} ends" for i in range(50)]
    tokens, counted = tokenize(texts), np.arange(50) % 7 != 0
    known = frequencies(tokens, counted)
    assert int(known[slot("harbour")]) == 1
    for size in (1, 4, 1000):
        monkeypatch.setattr("dedup.weights.BLOCK_DOCUMENTS", size)
        scratch = Scratch(tmp_path, room=room, on_disk=True)
        with ThreadPoolExecutor(2) as pool:
            assert np.array_equal(frequencies(tokens, counted, pool, scratch), known)
        assert not list(tmp_path.iterdir())


@SOME
@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.sampled_from([6, 3, 2])), min_size=1, max_size=20))
def test_masses_like_the_twin(tokens: list[tuple[int, int]]) -> None:
    """The mass is the idf of the hash's lower bits, a half of it for Han, a third for Thai, in 1/256 nat, cut
    off."""
    hashes, weights = np.array([t[0] for t in tokens], np.uint32), np.array([t[1] for t in tokens], np.uint8)
    found = kernels.token_masses(hashes, weights, IDF)
    assert found.dtype == np.uint16
    assert found.tolist() == [reference.token_mass(float(IDF[h % SLOTS]), w) for h, w in tokens]


@FEW
@given(token_texts(alphabet=9), st.data())
def test_idf_is_the_formula(texts: list[list[int]], data: st.DataObject) -> None:
    """`log((N + N0) / (df + df0))` with the counted texts and the background, for words in and out of
    them."""
    counted = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    idf = inverse(frequencies(tokens_of(texts), np.array(counted, np.bool_)), sum(counted))
    kept = [hashes_of(t) for t, c in zip(texts, counted, strict=True) if c]
    known = reference.document_frequencies(kept, SLOTS)
    assert idf.dtype == np.float32
    assert idf.shape == (SLOTS,)
    for s in {*known, slot("the"), slot("zyzzyvax")}:
        total, own = len(kept) + BACKGROUND_DOCUMENTS, known.get(s, 0) + float(background()[s])
        assert float(idf[s]) == pytest.approx(math.log(total / own), rel=1e-6)


def test_background_knows_common_words() -> None:
    """Function words of several languages stand in a fifth of all documents or more, news words in fewer."""
    known = background()
    assert known.shape == (SLOTS,)
    assert float(known.min()) == UNKNOWN_DOCUMENTS
    assert float(known.max()) <= BACKGROUND_DOCUMENTS
    for word in ("the", "and", "und", "les", "что", "이"):
        assert known[slot(word)] >= FUNCTION_SHARE * BACKGROUND_DOCUMENTS, word
    assert UNKNOWN_DOCUMENTS < known[slot("harbour")] < FUNCTION_SHARE * BACKGROUND_DOCUMENTS
    assert known[slot("zyzzyvax")] == UNKNOWN_DOCUMENTS


def test_background_is_of_this_tokeniser() -> None:
    """The hashes of the background are those that words have now, in composed and decomposed scripts
    alike."""
    for word in ("the", "của", "και", "и", "و", "की", "থেকে", "কোন", "그리고"):
        tokens = tokenize([word])
        assert len(tokens.hashes) == 1
        assert background()[slot(word)] > UNKNOWN_DOCUMENTS, word


def test_words_of_two_texts_are_judged_by_the_background() -> None:
    """With no counted text a word unknown to the background says most, a function word next to nothing."""
    idf = inverse(frequencies(tokenize(["a b", "a c"]), np.zeros(2, np.bool_)), 0)
    assert float(idf[slot("zyzzyvax")]) == pytest.approx(math.log(BACKGROUND_DOCUMENTS))
    assert float(idf[slot("the")]) < 0.2
    assert float(idf.min()) >= 0.0


def test_a_word_of_many_texts_says_less_and_never_nothing() -> None:
    """A rare word carried by all of 50,000 texts falls to a little under two tenths of a nat, and stays above
    zero."""
    word, n = tokenize(["zyzzyvax"]).hashes[0], 50_000
    masses = []
    for carriers in (0, 100, 10_000, n):
        hashes = np.where(np.arange(n) < carriers, word, word + np.uint32(1))
        tokens = tokens_of([[0]] * n)
        tokens.hashes[:] = hashes
        masses.append(float(inverse(frequencies(tokens, np.ones(n, np.bool_)), n)[slot("zyzzyvax")]))
    assert masses == sorted(masses, reverse=True)
    assert masses[0] == pytest.approx(math.log(60_000))
    assert 0.18 < masses[-1] < 0.19


def test_content_mass() -> None:
    """A content word is one in less than FUNCTION_SHARE of the documents."""
    at = kernels.token_masses(
        np.zeros(2, np.uint32),
        np.array([6, 6], np.uint8),
        np.full(SLOTS, -math.log(FUNCTION_SHARE), np.float32),
    )
    assert content_mass() == int(at[0]) == 412


@SOME
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 15)), max_size=200), st.sampled_from([0, 1, 8]))
def test_sums_like_the_twin(rows: list[tuple[int, int]], mark: int) -> None:
    """Sums kept for every 64th place are those of plain prefix sums, with and without a mark."""
    values, marks = np.array([v for v, _ in rows], np.uint8), np.array([m for _, m in rows], np.uint8)
    chosen = [not mark or bool(m & mark) for _, m in rows]
    places = np.arange(len(rows) + 1)
    plain = [sum(v for (v, _), c in zip(rows[:p], chosen[:p], strict=True) if c) for p in places]
    for scratch in (None, Scratch(on_disk=True)):
        assert Sums(values, marks, mark, scratch=scratch)[places].tolist() == plain
        assert Sums(values, marks, mark, scratch=scratch)[len(rows)] == plain[-1]


def test_what_grows_with_the_words_is_kept_in_files(tmp_path: Path) -> None:
    """Of a corpus that does not fit, masses, marks and sums over all words are mapped, and the same."""
    tokens = tokens_of([list(range(200))] * 3)
    held, kept = (evidence(tokens, IDF, scratch=s) for s in (Scratch(), Scratch(tmp_path, on_disk=True)))
    for name in ("masses", "marks"):
        assert isinstance(_owner(getattr(kept, name)), mmap.mmap)
        assert (getattr(kept, name) == getattr(held, name)).all()
    for name in ("mass", "weight"):
        assert isinstance(_owner(getattr(kept, name)._steps), mmap.mmap)
        assert (getattr(kept, name)[tokens.bounds] == getattr(held, name)[tokens.bounds]).all()


def _owner(array: Any) -> Any:
    """Return what holds the memory of an array."""
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array.obj if isinstance(array, memoryview) else array


@SOME
@given(token_texts(alphabet=7, max_texts=4, max_size=30), st.data())
def test_cosines_are_those_of_scikit_learn(texts: list[list[int]], data: st.DataObject) -> None:
    """The cosine of two spans is that of the vectors of `TfidfTransformer` with the same idf."""
    tokens = tokens_of([*texts, [1, 2, 3]] * 2)
    n = len(tokens.hashes)
    masses = (tokens.hashes % np.uint32(3000)).astype(np.uint16)
    place = st.integers(0, n // 2 - 1)
    spans = [sorted(data.draw(st.tuples(place, place))) for _ in range(4)]
    # the same words again, further on
    spans.append([at + n // 2 for at in spans[-1]])
    rows = np.array([[a, b + 1, c, d + 1] for (a, b), (c, d) in itertools.pairwise(spans)], np.int64)
    left, right = (span_vectors(tokens, masses, rows[:, k], rows[:, k + 1]) for k in (0, 2))
    expected = np.clip(np.asarray(left.multiply(right).sum(axis=1)).ravel(), 0.0, 1.0)
    assert kernels.cosines(rows, tokens.hashes, masses) == pytest.approx(expected, abs=1e-14)


@SOME
@given(
    tokens=st.lists(
        st.tuples(
            st.integers(0, 9) | st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 65535), st.booleans()
        ),
        max_size=60,
    ),
    house=st.sets(st.integers(0, 9)),
)
def test_words_of_a_text_are_those_of_its_kept_tokens(
    tokens: list[tuple[int, int, int, bool]], house: set[int]
) -> None:
    """Each word comes once, with its first mass and its count; narrow tokens are read with those behind them."""
    kinds = (np.uint32, np.uint8, np.uint16, np.bool_)
    columns = [np.array([t[k] for t in tokens], kind) for k, kind in enumerate(kinds)]
    keys, nats = kernels.word_keys(*columns, (3, 2))
    keys.sort()
    own = np.array(sorted(house), np.uint32)
    made = kernels.each_once(keys, nats, own)
    assert list(zip(*(a.tolist() for a in made), strict=True)) == reference.words_once(tokens, house, (3, 2))
    words, values = kernels.weighted_words(keys, nats, own)
    assert words.tolist() == made[0].tolist()
    assert values.tolist() == kernels.squared(*made[1:]).tolist()


@SOME
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6), st.integers(0, 999), st.booleans()), max_size=30))
def test_words_of_a_span(tokens: list[tuple[int, int, int, bool]]) -> None:
    """They are those of its tokens that are not covered, nor in another span; with nothing said, none is."""
    kinds = (np.uint32, np.uint8, np.uint16, np.bool_)
    columns = [np.array([t[k] for t in tokens], kind) for k, kind in enumerate(kinds)]
    low, high = len(tokens) // 3, len(tokens)
    inner = [column[low:high] for column in columns]
    nothing, every = np.empty(0, np.bool_), np.ones(high - low, np.bool_)
    apart = np.arange(low, high) >= low + 2
    cases = ((columns[3], (0, 0), ~inner[3]), (nothing, (0, 0), every), (columns[3], (0, low + 2), apart & ~inner[3]))
    for covered, without, kept in cases:
        keys, nats, weight = kernels.remainder_keys(*columns[:3], covered, (low, high), without, (3, 2))
        expected = kernels.word_keys(*inner[:3], kept, (3, 2))
        assert (keys.tolist(), nats.tolist()) == (expected[0].tolist(), expected[1].tolist())
        assert weight == inner[1][kept].sum()


@SOME
@given(st.lists(st.tuples(st.floats(0.01, 20), st.integers(1, 99)), max_size=20))
def test_squared_weights_are_normed(words: list[tuple[float, int]]) -> None:
    """Each weight is the squared mass, raised by the logarithm of the count, over the length of all."""
    plain = [mass**2 * (1 + np.log(count)) for mass, count in words]
    made = kernels.squared(np.array([m for m, _ in words]), np.array([c for _, c in words], np.int64))
    assert made == pytest.approx([p / sum(q * q for q in plain) ** 0.5 for p in plain])


@SOME
@given(
    few=st.dictionaries(st.integers(0, 60), st.floats(0, 1), max_size=12),
    many=st.dictionaries(st.integers(0, 60) | st.integers(0, 2**32 - 1), st.floats(0, 1), max_size=60),
)
def test_dot_product_is_that_of_the_common_words(few: dict[int, float], many: dict[int, float]) -> None:
    """The product takes each word that stands in both, wherever it stands, and no other."""
    vectors = [
        array
        for words in (few, many)
        for array in (np.array(sorted(words), np.uint32), np.array([words[w] for w in sorted(words)], np.float64))
    ]
    assert kernels.sparse_dot(*vectors) == pytest.approx(sum(few[w] * many[w] for w in few if w in many))


@SOME
@given(
    tokens=st.lists(st.tuples(st.integers(0, 2**16 - 1), st.sampled_from([2, 3, 6]), st.integers(0, 127)), max_size=20),
    content=st.integers(0, 2000),
)
def test_token_marks(tokens: list[tuple[int, int, int]], content: int) -> None:
    """Content, inner words, names and what stands behind a comma are told as in the twin."""
    kinds = (3, 8, 64)
    columns = np.array(tokens, np.int64).reshape(-1, 3)
    found = kernels.token_marks(
        columns[:, 0].astype(np.uint16), columns[:, 1].astype(np.uint8), columns[:, 2].astype(np.uint8), content, kinds
    )
    assert found.tolist() == [reference.token_marks(*token, content, kinds) for token in tokens]


@SOME
@given(st.sets(st.integers(0, 12)), st.lists(st.integers(0, 12)))
def test_words_that_are_held(words: set[int], hashes: list[int]) -> None:
    """Of some words those are told that stand among others."""
    found = kernels.held(np.array(sorted(words), np.uint32), np.array(hashes, np.uint32))
    assert found.tolist() == [word in hashes for word in sorted(words)]
