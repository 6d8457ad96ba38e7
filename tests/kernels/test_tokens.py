"""Tokens: the kernel against its twin on every character, what counts as the same word, offsets, memory."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import tokens as stage
from dedup.characters import fold
from dedup.kernels import tokens as kernels
from dedup.tokens import Tokens, tokenize, tokenize_all
from tests import reference
from tests.strategies import MANY, SOME, SPACES, texts, words

Row = tuple[int, int, int, int, int]


def rows(tokens: Tokens) -> list[list[Row]]:
    """Every text's tokens as (start, end, hash, flags, weight)."""
    columns = (tokens.starts, tokens.ends, tokens.hashes, tokens.flags, tokens.weights)
    flat = list(zip(*(c.tolist() for c in columns), strict=True))
    return [flat[a:b] for a, b in zip(tokens.bounds[:-1], tokens.bounds[1:], strict=True)]


def expected(text: str) -> list[Row]:
    return [(t.start, t.end, reference.token_hash(t.folded), t.flags, t.weight) for t in reference.tokenize(text)]


def hashes(text: str) -> list[int]:
    found: list[int] = tokenize([text]).hashes.tolist()
    return found


def flags(text: str) -> list[int]:
    found: list[int] = tokenize([text]).flags.tolist()
    return found


def same_tokens(left: Tokens, right: Tokens) -> bool:
    names = ("hashes", "starts", "ends", "flags", "weights", "bounds")
    return all(np.array_equal(getattr(left, n), getattr(right, n)) for n in names)


def sampled_code_points() -> list[int]:
    """All of the tables, of the big uniform blocks every 61st, and the edges of what lies above."""
    uniform = [(0x3400, 0x9FFF), (0xAC00, 0xD7A3), (0xD800, 0xF8FF), (0x17000, 0x18CFF)]
    skipped = {cp for low, high in uniform for cp in range(low, high) if cp % 61}
    edges = [0x20000, 0x2F800, 0x3FFFF, 0x40000, 0xDFFFF, 0xE0000, 0xE01FF, 0xE0200, 0xF0000, 0x10FFFF]
    return [cp for cp in range(kernels.TABLE_SIZE) if cp not in skipped] + edges


def test_every_character_alone_and_inside_words() -> None:
    """D6: each code point alone, between letters and between digits is read as the twin reads it."""
    assigned = [c for c in map(chr, sampled_code_points()) if unicodedata.category(c) != "Cn"]
    cases = [f"{c} a{c}b 1{c}2" for c in assigned]
    for case, found in zip(cases, rows(tokenize(cases)), strict=True):
        assert found == expected(case), [hex(ord(c)) for c in case]


@MANY
@given(st.lists(texts(), max_size=4))
def test_texts_like_the_twin(batch: list[str]) -> None:
    """Hashes, spans, flags, weights and bounds of several texts in one call are those of the twin, bit for
    bit."""
    assert rows(tokenize(batch)) == [expected(text) for text in batch]


@SOME
@given(words(), words())
def test_same_hash_means_same_folded_form(left: str, right: str) -> None:
    """Two words have equal hashes exactly when their folded forms are equal."""
    a, b = ([t.folded for t in reference.tokenize(w)] for w in (left, right))
    assert (hashes(left) == hashes(right)) == (a == b)


@SOME
@given(texts())
def test_spans_are_code_points_in_order(text: str) -> None:
    """D29: spans lie in the text, do not overlap, begin with a word character, and read alone they give the
    token."""
    before = 0
    for start, end, value, _, weight in rows(tokenize([text]))[0]:
        assert before <= start < end <= len(text)
        assert reference.character_class(text[start]) in "lLdhte"
        assert [(r[2], r[4]) for r in rows(tokenize([text[start:end]]))[0]] == [(value, weight)]
        before = end


def test_offsets_after_characters_of_every_length() -> None:
    """D29: one code point of one, two, three or four bytes moves an offset by one."""
    for prefix in ("x ", "é ", "€ ", "😀 ", "\ud800 ", "\U0010ffff "):
        tokens = tokenize([prefix + "word"])
        assert (int(tokens.starts[-1]), int(tokens.ends[-1])) == (2, 6)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("STRASSE straße", "straße STRASSE"),
        ("don't DON’T donʼt", "DON’T don't dont"),
        ("café CAFÉ", "cafe cafe\u0301"),
        ("Ёлка", "елка"),
        ("Άνθρωπος", "ανθρωποσ"),
        ("ﬁnal ﬂow", "final flow"),
        ("ＮＨＫ１２", "nhk12"),
        ("ガス", "ｶﾞｽ"),
        ("٢٠٢٤", "2024"),
        ("مُحَمَّد", "محمد"),
        ("شـــكرا", "شكرا"),
        ("שָׁלוֹם", "שלום"),
        ("co\u00adop\u200bera\u2060tion", "cooperation"),
        ("exam-\nple", "example"),
        ("exam-\r\nple", "example"),
        ("exam-\rple", "example"),
        ("exam‐  \n  ple", "example"),
        ("well-known", "well known"),
        ("“Quoted” «text»", '"quoted" text'),
        ("3.5 1,000", "3.5 1.000"),
        ("❤️ 👍🏽", "❤ 👍"),
        ("한국", unicodedata.normalize("NFD", "한국")),
    ],
)
def test_equal_words(left: str, right: str) -> None:
    """Case, marks, width, quotes, soft hyphens and line-end hyphenation do not count."""
    assert hashes(left) == hashes(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("25", "75"),
        ("3.5", "35"),
        ("3.5", "3 5"),
        ("が", "か"),
        ("कि", "की"),
        ("กา", "กำ"),
        ("آ", "ا"),
        ("well-\nKnown", "wellknown"),
        ("exam-\n\nple", "example"),
        ("1-\na", "1a"),
        ("😀", "😁"),
        ("\U00020000", "\U00020001"),
    ],
)
def test_different_words(left: str, right: str) -> None:
    """Figures, and marks that make another letter, count; a hyphen before a capital or a blank line stays."""
    assert hashes(left) != hashes(right)


@SOME
@given(words())
def test_normalisation_forms_are_the_same_word(word: str) -> None:
    """Composed and decomposed forms of any script give the same tokens."""
    assert hashes(unicodedata.normalize("NFC", word)) == hashes(unicodedata.normalize("NFD", word))
    assert hashes(unicodedata.normalize("NFKC", word)) == hashes(unicodedata.normalize("NFKD", word))


# Not of Thai and Lao, where NFKC takes a vowel sign apart over two characters.
COMPATIBLE = ("latin", "arabic", "hebrew", "kana", "han", "hangul", "digits")


@SOME
@given(words(COMPATIBLE).filter(lambda word: not set("½ŉ") & set(word)))
def test_compatibility_forms_are_the_same_word(word: str) -> None:
    """Ligatures, width and circled or raised figures do not count; a fraction and `ŉ` are two words by
    NFKC."""
    word = unicodedata.normalize("NFC", word)
    assert hashes(word) == hashes(unicodedata.normalize("NFKC", word))


@SOME
@given(st.lists(words(("latin", "cyrillic", "arabic", "digits")), min_size=1, max_size=8), st.data())
def test_any_white_space_separates_alike(parts: list[str], data: st.DataObject) -> None:
    """D7: newlines, tabs, no-break and ideographic spaces, CR LF give the tokens of single spaces."""
    spaces = st.sampled_from([*SPACES, "\r\n", "\n\n", " \n ", "\t\t"])
    other = "".join(part + data.draw(spaces) for part in parts)
    assert hashes(other) == hashes(" ".join(parts))


@SOME
@given(
    words(("latin", "greek", "arabic", "devanagari", "hangul")),
    st.integers(0, 5),
    st.sampled_from("\u00ad\u200b\ufeff"),
)
def test_invisible_characters_do_not_count(word: str, place: int, invisible: str) -> None:
    """A soft hyphen, zero-width space or byte-order mark inside a word changes no hash."""
    place = min(place, len(word))
    assert hashes(word[:place] + invisible + word[place:]) == hashes(word)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("word 25 слово كلمة 한국", [6, 6, 6, 6, 6]),
        ("東京かな", [3, 3, 3, 3]),
        ("กข ກຂ កខ ကခ", [2] * 8),
        ("😀 ☃", [3, 3]),
        ("a東b", [6, 3, 6]),
    ],
)
def test_weights(text: str, weights: list[int]) -> None:
    """A spaced word weighs 6; Han, kana and emoji 3; Thai, Lao, Khmer and Myanmar characters 2."""
    assert tokenize([text]).weights.tolist() == weights


LINE, SENTENCE, QUOTE, UPPER = (
    kernels.FLAG_LINE,
    kernels.FLAG_SENTENCE,
    kernels.FLAG_QUOTE,
    kernels.FLAG_UPPER,
)
DIGIT, BLOCK, PUNCT = kernels.FLAG_DIGIT, kernels.FLAG_BLOCK, kernels.FLAG_PUNCT
FIRST = LINE | SENTENCE | BLOCK


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one two", [FIRST, 0]),
        ("One Two", [FIRST | UPPER, UPPER]),
        ("one, two", [FIRST, PUNCT]),
        ("one. two", [FIRST, PUNCT | SENTENCE]),
        ("one। two", [FIRST, PUNCT | SENTENCE]),
        ("Rep. A. Two", [FIRST | UPPER, UPPER, UPPER]),
        ("Mr.) two", [FIRST | UPPER, PUNCT]),
        ("One! Four. two", [FIRST | UPPER, UPPER | PUNCT | SENTENCE, PUNCT | SENTENCE]),
        ('one "two', [FIRST, QUOTE]),
        ("one\ntwo", [FIRST, LINE]),
        ("one\r\ntwo", [FIRST, LINE]),
        ("one\n\ntwo", [FIRST, LINE | BLOCK]),
        ("one\r\n\r\ntwo", [FIRST, LINE | BLOCK]),
        ("one\n * \ntwo", [FIRST, LINE | BLOCK | PUNCT]),
        ("one\u2029two", [FIRST, LINE | BLOCK]),
        ("b12 3", [FIRST | DIGIT, DIGIT]),
        ("- one", [FIRST | PUNCT]),
    ],
)
def test_flags(text: str, found: list[int]) -> None:
    """What stands before a token, and what it is made of."""
    assert flags(text) == found


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000", "--- ... !", "\u0301\u200b", "\x00", "\ud800", "\ue000"])
def test_texts_without_words(text: str) -> None:
    """D1: empty, blank, punctuation, stray marks and controls have no tokens."""
    assert hashes(text) == []
    assert rows(tokenize(["a", text, "a"]))[1] == []


def test_no_texts() -> None:
    """D23: nothing in, nothing out."""
    assert len(tokenize([])) == 0
    assert len(tokenize_all([])) == 0


def test_lone_surrogates_separate() -> None:
    """A lone surrogate ends a word and takes one place."""
    assert rows(tokenize(["ab\ud800cd"]))[0][1][:2] == (3, 5)
    assert hashes("ab\udfffcd") == hashes("ab cd")


@SOME
@given(st.lists(texts(), max_size=6), st.integers(1, 50))
def test_blocks_and_pools_do_not_matter(batch: list[str], size: int) -> None:
    """D16, D17: any block size, with or without threads, after other input, gives the tokens of one call."""
    whole = tokenize(batch)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(stage, "BATCH_CHARACTERS", size)
        assert same_tokens(tokenize_all(batch), whole)
        assert same_tokens(tokenize_all(batch, pool), whole)


def test_room_for_the_densest_texts() -> None:
    """The most tokens that bytes can hold: one-letter words, characters of scripts without spaces, texts of
    one."""
    for text in ("a b c d", "東京" * 50, "a東" * 50, "ก" * 99, "☃" * 70, "1東" * 9):
        assert rows(tokenize([text] * 3)) == [expected(text)] * 3
    assert rows(tokenize(["a"] * 1000)) == [expected("a")] * 1000


def test_doctest_of_fold() -> None:
    """Folds: case, ligatures, digits of any script, and a voicing mark that stays."""
    assert [fold(c) for c in "Éﬁ٣が\u0bca"] == ["e", "fi", "3", "か\u3099", "\u0bc6\u0bbe"]


MEMORY_SCRIPT = """
from pathlib import Path
from dedup.config import SignatureConfig
from dedup.signatures import signatures
from dedup.tokens import tokenize

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

def work(text):
    tokens = tokenize([text])
    return len(tokens.hashes), signatures(tokens, SignatureConfig()).shape

work("warm up")
text = " ".join(f"w{i % 99991:05d}" for i in range(10**6))
Path("/proc/self/clear_refs").write_text("5")  # resets the peak
before = kilobytes("VmRSS")
assert work(text) == (10**6, (1, 128)), "tokens lost"
print(kilobytes("VmHWM") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells and resets the peak of a process")
def test_memory_of_a_text_of_a_million_words() -> None:
    """D27: tokenising and signing 10**6 words takes at most 80 bytes a word, not 4 bytes a word and
    permutation."""
    run = [sys.executable, "-c", MEMORY_SCRIPT]
    grown = int(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    assert 10 * 10**6 < grown * 1024 < 80 * 10**6
