"""Where whole quotations stand: each kind of mark, and what is none."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cues import marks, quotes
from dedup.cues.quotes import whole
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


SPOKEN = (
    ("– Vi förlorade båtarna, säger hamnchefen Eli Croll.", "Vi förlorade båtarna"),
    ("– Menetimme veneet, mutta emme miehiä, satamajohtaja Eli Croll sanoi.", "Menetimme veneet, mutta emme miehiä"),
    ("— Мы потеряли лодки, — сказала она. — Но живём.", "Мы потеряли лодки, — сказала она. — Но живём"),
    ("- Straciliśmy łodzie! - powiedział Croll.", "Straciliśmy łodzie!"),
    ("- Straciliśmy łodzie - powiedział Croll.", "Straciliśmy łodzie"),
    ("– Det är tungt, säger hon. Vi förlorade båtarna.", "Det är tungt, säger hon. Vi förlorade båtarna"),
    ("Satamajohtaja itki avoimesti. – Menetimme veneet, Croll sanoi.", "Menetimme veneet"),
    ("Satamajohtaja itki avoimesti. – menetimme veneet, Croll sanoi.", None),
    ("LONDON, Jan. 5. — The boats were lost, dit le port.", None),
    ("— The boats were lost, officials said.", None),
    ("– Tre båtar, två master och ett segel.", None),
    ("Båtarna – som var nya – är borta, säger hon.", None),
    ("No dash at all, dit-il.", None),
    ("", None),
)


@pytest.mark.parametrize(("paragraph", "said"), SPOKEN)
def test_lines_of_speech(paragraph: str, said: str | None) -> None:
    """A dash opens what somebody says where the words that say whose it is follow a comma, in languages that write it
    so; items of lists, datelines and asides are none."""
    found = quotes.line_of_speech(paragraph)
    assert (found and paragraph[found[0] : found[1]]) == said
    assert [paragraph[a:b] for a, b in whole(paragraph)] == ([said] if said else [])
    if said:
        at = paragraph.index(said)
        assert quotes.is_in_line_of_speech(f"Rain fell.\n{paragraph}\nMore rain.", 11 + at, 11 + at + len(said))
        assert not quotes.is_in_line_of_speech(f"{paragraph}\nMore rain.", at, len(paragraph) + 5)


@pytest.mark.parametrize(
    ("paragraph", "told"),
    [
        ("“Perdemos os barcos e as redes no porto”, afirmou a governadora no palácio", True),
        ("“Wy lost boats and nets in the old harbour,” opined Croll", True),
        ("“We lost boats and nets in the old harbour” is a song of the coast", False),
        ("“We lost the boats and nets of the harbour”, a song. It rained on", False),
    ],
)
def test_who_speaks_follows_a_comma(paragraph: str, told: bool) -> None:
    """Behind a quotation and a comma stands who said it, whatever the language."""
    assert marks.is_quoted_with_speaker(paragraph, 0, len(paragraph)) == told


def test_endings_behind_initials_quote_nothing() -> None:
    """An apostrophe behind an abbreviation belongs to the word."""
    assert marks.quoted_share("S.K.'den haber alamayan işletmeci polise gitti.", 10, 40) == 0.0


@SOME
@given(st.lists(st.sampled_from([*'""“”„«»「」\'‘’ aB.', "We go on", " said Croll. ", ": "]), max_size=30).map("".join))
def test_stretches_lie_in_order(paragraph: str) -> None:
    """Whatever marks stand there, stretches lie inside the paragraph, one behind the other."""
    edges = [edge for pair in whole(paragraph) for edge in pair]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(paragraph) for edge in edges)


def test_long_paragraphs_are_read_once() -> None:
    """Ten times the paragraph takes about ten times as long, whatever marks it is of."""
    for piece in ('"', "'", "“", "''", '"a" said b. ', "‘a’ ", "– ", ". – A", ", a dit b ", "aa bb. – C, a. "):
        each = []
        for size in (20_000, 200_000):
            begin = time.process_time()
            whole(piece * (size // len(piece)))
            quotes.is_in_line_of_speech(piece * (size // len(piece)), size // 2, size // 2 + 10)
            each.append(time.process_time() - begin)
        assert each[1] < 40 * max(each[0], 0.005), piece


@SOME
@given(st.text(alphabet="a '‘’\"＂“”„«»「」\n", max_size=14))
def test_marks_are_found_by_what_they_begin_with(text: str) -> None:
    """Marks are those of the plain pattern, one or two single ones; what looks for them quickly misses none."""
    for pattern in (marks._QUOTE_MARKS, quotes._MARK):
        plain = re.compile("[\"＂“”„«»「」]|['‘’]{2}")
        assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in plain.finditer(text)]
    assert marks.has_marks(text) == bool(marks._QUOTE_MARKS.search(text))
    assert all(marks.has_marks(f"told {a}{b}us") for a in "'‘’" for b in "'‘’")
    opened = any(m["begin"] for m in marks._SINGLE.finditer(text))
    assert not opened or marks._BEGIN.search(text)
