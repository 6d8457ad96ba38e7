"""Words in few bytes: whatever goes in comes out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.kernels import codes
from dedup.spark import coding
from dedup.tokens import tokenize


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 127), st.sampled_from([0, 3, 6, 255])), max_size=60),
    st.integers(0, 60),
    st.integers(0, 255),
)
def test_what_goes_in_comes_out(tokens: list[tuple[int, int, int]], known: int, usual: int) -> None:
    """Any tokens, with codes for some of their words, are what they were."""
    hashes, flags, weights = (
        np.array([t[i] for t in tokens], kind) for i, kind in enumerate((np.uint32, np.uint8, np.uint8))
    )
    words = np.unique(hashes)[:known]
    bounds = np.array([0, len(tokens) // 2, len(tokens)], np.int64)
    made, edges = codes.encode(hashes, codes.ranks(hashes, words), bounds)
    assert edges[-1] == len(made)
    assert codes.decode(made[edges[0] : edges[1]], words, len(tokens) // 2).tolist() == hashes[: bounds[1]].tolist()
    assert codes.decode(made, words, len(tokens)).tolist() == hashes.tolist()
    made, edges = codes.encode_marks(flags, weights, bounds, usual)
    assert [x.tolist() for x in codes.decode_marks(made[edges[1] :], len(tokens) - len(tokens) // 2, usual)] == [
        flags[bounds[1] :].tolist(),
        weights[bounds[1] :].tolist(),
    ]


def test_all_lengths_of_codes() -> None:
    """The first words have one byte, more have two, the others that have any have three, and a hash has five."""
    words = np.arange(codes.MOST_WORDS, dtype=np.uint32) * np.uint32(3)
    edges = np.array([0, codes.ONE - 1, codes.ONE, codes.SHORT - 1, codes.SHORT, codes.MOST_WORDS - 1])
    hashes = np.append(words[edges], np.uint32(1))
    made, ends = codes.encode(hashes, codes.ranks(hashes, words), np.arange(len(hashes) + 1))
    assert np.diff(ends).tolist() == [1, 1, 2, 2, 3, 3, 5]
    assert codes.decode(made, words, len(hashes)).tolist() == hashes.tolist()


def test_common_words_are_short() -> None:
    """The more often a word stands in a text, the earlier it comes; a text takes fewer bytes than its hashes."""
    tokens = tokenize(["the cat and the dog and the bird", "the end"])
    words = coding.common_words(tokens)
    assert words.hashes[0] == tokens.hashes[0]
    assert words.usual == 6
    assert len(words.hashes) == 6
    made, edges = coding.coded(tokens, words)["codes"]
    assert edges.tolist() == [0, 8, 10]
    assert len(made) == 10
