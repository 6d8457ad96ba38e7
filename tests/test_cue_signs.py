"""What says quickly that a cue cannot stand in a paragraph never says so where it does."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dedup import kinds
from dedup.cues import cue_signs, first_persons, frames, marks
from dedup.cues.cue_signs import EVERY
from dedup.cues.places import Occurrence
from dedup.kinds import Context
from tests.strategies import SOME

# Each pattern with its sign, whether it is looked for in lower case, and whether in parts of the text as well.
PATTERNS = {
    "speech": (marks._SPEECH, cue_signs.SPEECH, True, True),
    "person": (first_persons.PATTERN, cue_signs.PERSON, False, False),
    "furniture": (marks._FURNITURE_MARK, cue_signs.FURNITURE, True, False),
    "caption": (marks._CAPTION_MARK, cue_signs.CAPTION, True, False),
    "frame": (frames.PATTERN, cue_signs.FRAME, True, True),
    "author": (marks._AUTHOR, cue_signs.AUTHOR, True, False),
    "rights": (marks._RIGHTS, cue_signs.RIGHTS, True, False),
    "quotes": (marks._QUOTE_MARKS, cue_signs.QUOTES | cue_signs.SINGLE, False, True),
    "single": (marks._SINGLE, cue_signs.SINGLE, False, True),
    "about": (marks._ABOUT_MARK, cue_signs.ABOUT, False, False),
    "founded": (marks._FOUNDED, cue_signs.ABOUT, True, False),
    "bars": (marks._BARS, cue_signs.TOGETHER, False, False),
    "more": (marks._MORE, cue_signs.TOGETHER, False, False),
    "glued": (marks._GLUED, cue_signs.TOGETHER, False, False),
    "row": (marks._ROW, cue_signs.ROW, False, False),
}
PIECES = (
    *('"We lost the boats," she said. ', "I told my friends that we know. ", "‘It is ours,’ he added. ", "Read more: "),
    *("Sign-up for our newsletter. ", "(Pictured) ", "A view (Croll/NPA). ", "Follow him on ", "All rights reserved. "),
    *(
        "photo: ",
        "版we and us ",
        "İMAGO ",
        "\n",
        "The board will widen the breakwater",
        " on Monday. ",
        "Tout le monde ",
    ),
    *(
        "About Croll & Sons: founded in 1903, ",
        "a company of 90 employees. ",
        "CrollHarbour board | ",
        "MORE ",
        "Ada CrollBoard ",
    ),
    *(
        "Ada Croll 12 ✓ ✓ ",
        "May 3 — Vote.\n",
        "Ellis Harbour Selby 7 : ",
        "Croll (3), ",
        "The Board Of The Bay Of Selby In 2031 ",
    ),
    *("j’ai vu mon ami. ", "हम मैं ", "我们说 ", "Я сказал: ", "via AP) ", "file photo ", "image 3 of 9 "),
)


def place(before: str, text: str, after: str, number: int) -> Occurrence:
    """Return a place of a passage in a paragraph."""
    return Occurrence(
        text=text,
        start=0,
        before=before,
        after=after,
        paragraph=before + text + after,
        lead="He said:",
        names=0.1,
        usual_names=0.1,
        alone=not before,
        edge=True,
        quoted=0.0,
        document_share=0.1,
        document=number,
        outlet="o",
        family="f",
        is_caption_field=False,
    )


@pytest.mark.parametrize("name", PATTERNS)
@SOME
@given(data=st.data())
def test_no_cue_is_missed(name: str, data: st.DataObject) -> None:
    """Whatever a pattern finds in a text, or in a part of it, has its sign there."""
    pattern, bit, lowered, parts = PATTERNS[name]
    text = data.draw(st.from_regex(pattern))
    if name == "person":  # of which a text needs two
        text += f" {text}"
    part = text[data.draw(st.integers(0, 3)) :] if parts else text
    for of, own in ((text, part), (text.upper(), part.upper()), (text.title(), part.title())):
        if own in of and pattern.search(own.lower() if lowered else own):
            assert cue_signs.of(of) & bit
            before = "The tide is\n"
            read = cue_signs.of_places(["Plain.", before + of], [(0, 6), (len(before), len(before + of))])
            assert read[1][0] & bit


@pytest.mark.parametrize("name", ["caption", "frame", "speech"])
@SOME
@given(data=st.data())
def test_where_patterns_are_tried(name: str, data: st.DataObject) -> None:
    """What is looked for where it may begin, or stand at all, is found as where it is looked for everywhere."""
    caption = re.compile(marks._CAPTION_MARK.pattern.partition("^)")[2])
    plain = {"caption": caption, "frame": frames.PATTERN, "speech": marks._SPEECH}[name]
    pieces = st.from_regex(plain) | st.sampled_from(PIECES) | st.text(" ,.c1(/é\n”", max_size=3)
    text = "".join(data.draw(st.lists(pieces, min_size=1, max_size=4))).lower()
    if name == "caption":
        assert [m.span() for m in marks._CAPTION_MARK.finditer(text)] == [m.span() for m in plain.finditer(text)]
    elif name == "frame":
        assert frames.count(text) == len(plain.findall(text))
    else:
        assert marks.has_speech(text) == bool(plain.search(text))


def test_what_has_no_cue() -> None:
    """A plain sentence has no sign, so that nothing is looked for in it."""
    assert cue_signs.of("The harbour board will widen the outer breakwater after the storms.") == 0


@SOME
@given(st.lists(st.sampled_from(PIECES), max_size=6), st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))
def test_the_kind_is_the_same(around: list[str], own: list[str]) -> None:
    """With the signs of its places a passage is of the kind that it is of when everything is looked for."""
    before, text, after = "".join(around[:3]), "".join(own), "".join(around[3:])
    paragraph = before + text + after
    places = [place(before, text, after, n) for n in range(2)]
    ((signs, _, _),) = cue_signs.of_places([paragraph], [(len(before), len(before + text))])
    quick = [structs.replace(o, signs=signs) for o in places]
    for words in (10.0, 80.0, 300.0):
        about = Context(words=words, furniture=None, furniture_confidence=0.0, unrelated=False, distance=0.5,
                        company=None, lasting=False, credited=False, body_twice=False)  # fmt: skip
        assert places[0].signs == EVERY
        assert kinds.classify(quick, about) == kinds.classify(places, about)
    if not signs & (cue_signs.QUOTES | cue_signs.SINGLE):
        assert marks.quoted_share(paragraph, len(before), len(before) + len(text)) == 0.0


@SOME
@given(st.lists(st.from_regex(first_persons.PATTERN) | st.sampled_from([*PIECES, "J", "j'me", "’", " "]), max_size=8))
def test_first_persons_are_counted(pieces: list[str]) -> None:
    """Words that are looked up are those that the pattern finds, in whatever script."""
    for text in ("".join(pieces), " ".join(pieces)):
        assert first_persons.count(text) == len(first_persons.PATTERN.findall(text))


def test_long_texts_are_read_once() -> None:
    """Ten times the text takes about ten times as long, whatever character it is of."""
    for c in ("i", " ", "'", "“", "photo "):
        begin = time.perf_counter()
        cue_signs.of(c * 100_000)
        assert time.perf_counter() - begin < 1.0


def test_patterns_that_stay_linear() -> None:
    """First persons are looked for in one reading of a long stretch of one character."""
    for c in ("I", "e", " ", "_", "我"):
        begin = time.perf_counter()
        assert len(re.findall(first_persons.PATTERN, c * 100_000)) in (0, 100_000)
        assert time.perf_counter() - begin < 1.0
