"""Where whole quotations stand: each kind of mark, and what is none."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import cues, quotes
from dedup.quotes import whole
from tests.strategies import SOME

CASES = (
    ("“We lost the boats,” she said.", ["We lost the boats,"]),
    ('He said: "We lost the boats."', ["We lost the boats."]),
    ("„Wir haben die Boote verloren“, sagte sie.", ["Wir haben die Boote verloren"]),
    ("»Wir haben die Boote verloren«, sagte sie.", ["Wir haben die Boote verloren"]),
    ("« Nous avons perdu les bateaux », a dit Croll.", [" Nous avons perdu les bateaux "]),
    ("«Мы потеряли «Чайку» и лодки», – сказал он.", ["Мы потеряли «Чайку» и лодки"]),
    ("会長は「船は全部流された」と話した。", ["船は全部流された"]),
    ("’’ہم نے کشتیاں کھو دیں‘‘ اس نے کہا۔", ["ہم نے کشتیاں کھو دیں"]),
    ("सोलंके ने कहा, ‘‘हमारी नावें डूब गईं।’’", ["हमारी नावें डूब गईं।"]),
    ("‘आमच्या बोटी बुडाल्या ते’, असे त्यांनी म्हटले.", ["आमच्या बोटी बुडाल्या ते"]),
    ("'We lost the boats, and the crews' nets,' she said.", ["We lost the boats, and the crews' nets,"]),
    ('"We lost the boats," she said. "We kept the men."', ['We lost the boats," she said. "We kept the men.']),
    ('"We lost the boats," said Croll. Ames said: "We kept ours."', ["We lost the boats,", "We kept ours."]),
    ('"We lost the boats." Rain fell on Monday. "We go on."', ["We lost the boats.", "We go on."]),
    ("The board called it “a loss of boats and of nets” in May.", []),
    ("“We lost the boats and will go on", []),
    ("The boys' boats and the crews' nets were lost.", []),
    ("no marks at all", []),
    ("", []),
)


@pytest.mark.parametrize(("paragraph", "said"), CASES)
def test_whole_quotations(paragraph: str, said: list[str]) -> None:
    """A quotation begins behind its mark and ends before the one that closes it; parts of a reporter's sentence and
    what nothing closes are none."""
    assert [paragraph[a:b] for a, b in whole(paragraph)] == said


@SOME
@given(st.lists(st.sampled_from([*"\"“”„«»「」'‘’ aB.", "We go on", " said Croll. ", ": "]), max_size=30).map("".join))
def test_stretches_lie_in_order(paragraph: str) -> None:
    """Whatever marks stand there, stretches lie inside the paragraph, one behind the other."""
    edges = [edge for pair in whole(paragraph) for edge in pair]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(paragraph) for edge in edges)


def test_long_paragraphs_are_read_once() -> None:
    """Ten times the paragraph takes about ten times as long, whatever marks it is of."""
    for piece in ('"', "'", "“", "''", '"a" said b. ', "‘a’ "):
        each = []
        for size in (20_000, 200_000):
            begin = time.process_time()
            whole(piece * (size // len(piece)))
            each.append(time.process_time() - begin)
        assert each[1] < 40 * max(each[0], 0.005), piece


@SOME
@given(st.text(alphabet="a '‘’\"＂“”„«»「」\n", max_size=14))
def test_marks_are_found_by_what_they_begin_with(text: str) -> None:
    """Marks are those of the plain pattern, one or two single ones; what looks for them quickly misses none."""
    for pattern in (cues._QUOTE_MARKS, quotes._MARK):
        plain = re.compile("[\"＂“”„«»「」]|['‘’]{2}")
        assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in plain.finditer(text)]
    assert cues.has_marks(text) == bool(cues._QUOTE_MARKS.search(text))
    assert all(cues.has_marks(f"told {a}{b}us") for a in "'‘’" for b in "'‘’")
    opened = any(m["begin"] for m in cues._SINGLE.finditer(text))
    assert not opened or cues._BEGIN.search(text)
