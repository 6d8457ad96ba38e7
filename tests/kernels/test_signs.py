"""Words and characters that are found in one reading stand in the line, and none that stands there is missed."""

from __future__ import annotations

import functools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dedup import signs
from dedup.cues import cue_signs, places
from dedup.cues.places import Occurrence
from dedup.kernels.signs import ALONE, BIG, BLANK, CAPITAL, GLUED, LETTER, LINES, LOW, ROW, SMALL, SPACE, shapes
from dedup.signs import Signs
from tests import reference
from tests.strategies import MANY, SOME

WORDS = [("ab", 1), ("abc", 2), (" b ", 4), ("c d", 8), ("ca", 16), (" AB", 32), ("ßu", 64), ("k", 128), ("ı", 256)]
CHARACTERS = {"-/": 512, "(": 1024, "é😀": 2048}
BOUNDARY, REACH = ".-(", (4, 3, 5)
INNER = CAPITAL | SPACE


@SOME
@given(st.text(alphabet="abcdABCKkuß .-/(é😀\n\u212aİıiſ\ud800", max_size=40), st.integers(1, 12))
def test_as_reference(text: str, most: int) -> None:
    """One reading finds what looking for each word alone does, also of a text that is read in pieces."""
    made = Signs(WORDS, CHARACTERS, BOUNDARY, REACH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "MOST_POINTS", most)
        rows = made.lines(text).tolist()
        found = [[start, end, *(b & ~(CAPITAL | SPACE) for b in bits)] for start, end, *bits, _ in rows]
    assert [row[-1] for row in rows] == [
        any(c.isascii() and c.islower() for c in line.lstrip()[:3]) for line in text.split("\n") if line
    ]
    assert found == reference.line_signs(text, WORDS, CHARACTERS, BOUNDARY, REACH)


@SOME
@given(
    st.lists(st.text(alphabet="abcdABCKkuß .-/(é😀\n\u212aİıiſ\ud800z", max_size=40), max_size=4),
    st.booleans(),
    st.integers(20, 90),
)
def test_of_whole_texts(texts: list[str], closed: bool, most: int) -> None:
    """Of a whole text that is found which is found in any of its lines; without a list of boundaries all is one that
    is no letter of a word. What is too long to be read may have all."""
    made = Signs(WORDS, CHARACTERS, BOUNDARY if closed else None, REACH)
    letters = {c.casefold() for word, _ in WORDS for c in word if c.isalnum()} | {"i"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signs, "MOST_POINTS", most)
        found = made.each(texts).tolist()
    for text, bits in zip(texts, found, strict=True):
        between = {c for c in text if not c.isalnum() or not {c.casefold(), c.lower()[:1]} & letters}
        boundary = BOUNDARY if closed else "".join(sorted(between))
        rows = reference.line_signs(text, WORDS, CHARACTERS, boundary, REACH)
        assert bits == (~INNER if len(text) > most else functools.reduce(int.__or__, (row[2] for row in rows), 0))


def test_words_that_count_when_there_are_two() -> None:
    """A sign that is asked for twice is found where two of its words end, one behind the other."""
    made = Signs([(" i ", 1), (" we ", 1), (" said ", 2)], {}, None)
    texts = ["I said so.", "I said that I know.", "We, we said", "said"]
    assert made.each(texts, twice=1).tolist() == [2, 3, 3, 2]
    assert made.each(texts).tolist() == [3, 3, 3, 2]


@SOME
@given(st.lists(st.text(alphabet="ab1_ \n(✓A", max_size=24), max_size=4), st.integers(1, 4))
def test_shapes(texts: list[str], least: int) -> None:
    """Letters glued to the next, rows of cells, signs alone and lines are those that patterns find."""
    kinds = np.zeros(0x110000, np.uint16)
    for c in "ab1_ \n(✓A":
        kinds[ord(c)] = SMALL * c.islower() | LOW * (c == "a") | BIG * (c in "A1") | BLANK * c.isspace()
        kinds[ord(c)] |= LETTER * (c.isalnum() or c == "_")
    found = signs.read_each(texts, lambda points, spans, _: shapes(points, spans, kinds, least, least, least))
    for text, bits in zip(texts, found.tolist(), strict=True):
        row = re.search(rf"(?<!\S)[^\sab]\S*(?:\s+[^\sab]\S*){{{least - 1}}}", text)
        alone = re.findall(r"(?<!\S)[^\w\s]+(?!\S)", text)
        assert bool(bits & GLUED) == bool(re.search("a[A1]", text))
        assert bool(bits & ROW) == bool(row)
        assert bool(bits & ALONE) == (len(alone) >= least)
        assert bool(bits & LINES) == (text.count("\n") >= least)


def test_a_capital_at_the_end() -> None:
    """A word that ends in a capital is found where that is one, others in whatever case."""
    made = Signs([(" SPA", 1), ("wire", 2)], {}, ",", (1, 1, 1))
    assert [row[2] & 3 for row in made.lines("a spa\nthe SPA, it\nWIRES\nspan Wire").tolist()] == [0, 1, 2, 2]


@MANY
@given(st.lists(st.text(alphabet="aAß1 .:：\n\t(“”’)*—。།กລ\u3000\x1c…, ", max_size=9), min_size=3, max_size=3))
def test_how_a_place_stands(pieces: list[str]) -> None:
    """How a place stands in its paragraph is what is asked of it where it is not read."""
    before, own, after = pieces
    text = own or "."
    paragraph = before + text + after
    o = Occurrence(
        text=text, start=0, before=before, after=after, paragraph=paragraph, lead="", names=0.0, usual_names=0.0,
        alone=False, edge=False, quoted=0.0, document_share=0.1, document=0, outlet="o", family="f",
        is_caption_field=False,
    )  # fmt: skip
    ((_, *_), (bits, *around)) = cue_signs.of_places(["Plain.", paragraph], [(0, 6), (len(before), len(before + text))])
    assert not bits & cue_signs.UNREAD
    read = structs.replace(o, signs=bits)
    for shows in (places.is_ended, places.is_inside, places.is_open):
        assert shows(read) == shows(o)
    assert around == [len(before.strip(cue_signs.OUTER)), len(after.strip(cue_signs.OUTER))]


def test_what_is_far_behind_a_place() -> None:
    """Lines are open as far as their paragraph is known, which is when not too much of it stands behind a place."""
    paragraph = "Tide tables\n" + "X" * cue_signs.FURTHEST
    read = cue_signs.of_places([paragraph, paragraph], [(0, 12), (0, 13)])
    assert [bool(bits & cue_signs.OPEN) for bits, *_ in read] == [False, True]


def test_no_letter_is_small_beyond() -> None:
    """No character has a case behind those that are looked up, and white space is known wherever it stands."""
    assert not any(chr(n).islower() for n in range(cue_signs._CASED, 0x110000))
    assert [n for n in range(cue_signs._KNOWN, 0x110000) if chr(n).isspace()] == [0x3000]
