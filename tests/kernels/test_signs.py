"""Words and characters that are found in one reading stand in the line, and none that stands there is missed."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import signs
from dedup.kernels.signs import CAPITAL
from dedup.signs import Signs
from tests import reference
from tests.strategies import SOME

WORDS = [("ab", 1), ("abc", 2), (" b ", 4), ("c d", 8), ("ca", 16), (" AB", 32), ("ßu", 64), ("k", 128), ("ı", 256)]
CHARACTERS = {"-/": 512, "(": 1024, "é😀": 2048}
BOUNDARY, REACH = ".-(", (4, 3)


@SOME
@given(st.text(alphabet="abcdABCKkuß .-/(é😀\n\u212aİıiſ\ud800", max_size=40), st.integers(1, 12))
def test_as_reference(text: str, most: int) -> None:
    """One reading finds what looking for each word alone does, also of a text that is read in pieces."""
    made = Signs(WORDS, CHARACTERS, BOUNDARY, REACH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "MOST_POINTS", most)
        found = [[start, end, *(b & ~CAPITAL for b in bits)] for start, end, *bits in made.lines(text)]
    assert found == reference.line_signs(text, WORDS, CHARACTERS, BOUNDARY, REACH)


@SOME
@given(st.text(alphabet="abcdABCKkuß .-/(é😀\n\u212aİıiſ\ud800z", max_size=40), st.booleans(), st.integers(1, 12))
def test_of_a_whole_text(text: str, closed: bool, most: int) -> None:
    """Of a whole text that is found which is found in any of its lines; without a list of boundaries all is one that
    is no letter of a word."""
    made = Signs(WORDS, CHARACTERS, BOUNDARY if closed else None, REACH)
    letters = {c.casefold() for word, _ in WORDS for c in word if c.isalnum()} | {"i"}
    between = {c for c in text if not c.isalnum() or not {c.casefold(), c.lower()[:1]} & letters}
    boundary = BOUNDARY if closed else "".join(sorted(between))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "MOST_POINTS", most)
        found = made.anywhere(text)
    rows = reference.line_signs(text, WORDS, CHARACTERS, boundary, REACH)
    assert found == functools.reduce(int.__or__, (row[2] for row in rows), 0)


def test_a_capital_at_the_end() -> None:
    """A word that ends in a capital is found where that is one, others in whatever case."""
    made = Signs([(" SPA", 1), ("wire", 2)], {}, ",", (1, 1))
    assert [row[2] & 3 for row in made.lines("a spa\nthe SPA, it\nWIRES\nspan Wire")] == [0, 1, 2, 2]
