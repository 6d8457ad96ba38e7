"""Words and characters that are found in one reading stand in the line, and none that stands there is missed."""

from __future__ import annotations

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


def test_a_capital_at_the_end() -> None:
    """A word that ends in a capital is found where that is one, others in whatever case."""
    made = Signs([(" SPA", 1), ("wire", 2)], {}, ",", (1, 1))
    assert [row[2] & 3 for row in made.lines("a spa\nthe SPA, it\nWIRES\nspan Wire")] == [0, 1, 2, 2]
