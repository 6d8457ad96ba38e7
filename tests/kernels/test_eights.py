"""Eight bytes at a time: like the twins that look at one after the other."""

from __future__ import annotations

import string

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.characters import character_tables
from dedup.kernels import eights
from dedup.kernels import tokens as kernels
from dedup.tokens import tokenize
from tests import reference
from tests.strategies import MANY, SOME

LETTERS = string.ascii_letters.encode()
PLAIN = bytes(b for b in range(32, 128) if b not in b'"\\')
bytes_of_interest = st.sampled_from(b'@AZ[`az{\x00\x1f !"#[\\]\x7f\x80\xc1\xe1\xff')
eight_bytes = st.lists(st.integers(0, 255) | bytes_of_interest, min_size=8, max_size=8).map(bytes)


def told(eight: bytes, kept: bytes) -> int:
    """The highest bit of each byte that is not among those kept."""
    return int.from_bytes(bytes(0 if b in kept else 0x80 for b in eight), "little")


@MANY
@given(eight_bytes)
def test_what_is_told_of_eight_bytes(eight: bytes) -> None:
    """What is no letter, what is not plain in JSON, and how many bytes stand before the first of them."""
    data = np.frombuffer(b"?" + eight, np.uint8)
    value = np.uint64(eights.load(data, np.uint64(1)))
    assert int(value) == int.from_bytes(eight, "little")
    for found, kept in ((eights.no_letters(value), LETTERS), (eights.no_plain(value), PLAIN)):
        assert int(found) == told(eight, kept)
        assert eights.before(np.uint64(found)) == next((i for i, b in enumerate(eight) if b not in kept), 8)
    out = np.zeros(10, np.uint8)
    eights.store(value, out, np.uint64(1))
    assert out.tobytes() == b"\0" + eight + b"\0"


def test_ascii_letters_are_those_of_the_tables() -> None:
    """What loops over eight bytes take for letters, and make small, the tables do."""
    tables = character_tables()
    for b in range(128):
        assert (tables.classes[b] == kernels.LETTER) == (b in LETTERS)
        if b in LETTERS:
            assert tables.folds[b] == b | 32
            assert bool(tables.attributes[b] & kernels.ATTR_UPPER) == (not b & 32)


@SOME
@given(
    st.lists(st.text("aZé", min_size=1, max_size=20), min_size=1, max_size=4), st.sampled_from([" ", ", ", ",", ",  "])
)
def test_words_of_any_length_up_to_the_end(parts: list[str], between: str) -> None:
    """Words longer than eight letters, at the end of a text and of all texts, hash as those of one letter at a time."""
    batch = [between.join(parts), *parts]
    tokens = tokenize(batch)
    for text, low, high in zip(batch, tokens.bounds[:-1].tolist(), tokens.bounds[1:].tolist(), strict=True):
        expected = reference.tokenize(text)
        assert tokens.hashes[low:high].tolist() == [reference.token_hash(t.folded) for t in expected]
        assert tokens.flags[low:high].tolist() == [t.flags for t in expected]
