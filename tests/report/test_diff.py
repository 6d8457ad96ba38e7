"""Two texts word by word."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report.diff import (
    Piece,
    Words,
    _subsequence,
    after,
    before,
    count,
    is_same,
    opcodes,
    side_by_side,
    split,
)


def _sides(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    return side_by_side(split(left), split(right))


def _printed(cut: Words) -> list[str]:
    ends = (end - len(tail) for end, tail in zip(cut.starts[1:], cut.tails, strict=True))
    return [cut.text[start:end] for start, end in zip(cut.starts, ends, strict=False)]


def _rebuilt(pieces: Sequence[Piece]) -> str:
    return "".join(p.text + p.tail for p in pieces)


def _marked(pieces: Sequence[Piece]) -> list[tuple[str, str]]:
    return [(p.op, p.text) for p in pieces if p.op != "equal"]


def test_a_changed_figure_an_inserted_and_a_lost_word() -> None:
    """Each side marks its own words, and punctuation after them carries no mark."""
    left, right = _sides("All 2.5 tons, she said today.", "All 3.5 tons, the mayor she said.")
    assert _marked(left) == [("change", "2.5"), ("beyond", "today")]
    assert _marked(right) == [("change", "3.5"), ("insert", "the mayor")]
    assert _rebuilt(left) == "All 2.5 tons, she said today."
    assert _rebuilt(right) == "All 3.5 tons, the mayor she said."


def test_case_and_quotation_marks_are_no_difference() -> None:
    """What the comparison of passages folds is not marked here either."""
    left, right = _sides('"The Ship" sank', "“the ship” sank")
    assert _marked(left) == _marked(right) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("船上212人。", ["船", "上", "212", "人"]),
        ("1,200 o'clock co-op", ["1,200", "o'clock", "co-op"]),
        ("می\u200cخواهم، نه", ["می\u200cخواهم", "نه"]),
        ("हिन्दी। शब्द", ["हिन्दी", "शब्द"]),
        ("?! …", []),
    ],
)
def test_words_of_many_scripts(text: str, words: list[str]) -> None:
    """Han stands one character a word; marks and joiners do not cut a word; figures stay whole."""
    cut = split(text)
    assert list(cut.keys) == words
    assert (
        "".join(f"{word}{tail}" for word, tail in zip(_printed(cut), cut.tails, strict=True)) == text[cut.starts[0] :]
    )


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_cut_as_any_text(text: str) -> None:
    """The short way for ASCII gives the words of the long one, which another script after a space makes it take."""
    cut, longer = split(text), split(f"{text} я")
    assert list(longer.keys) == [*cut.keys, "я"]
    assert _printed(longer) == [*_printed(cut), "я"]
    assert count(text) == len(cut.keys)


@given(st.text(st.sampled_from("ab\n \t\u2003é"), max_size=600), st.integers(0, 600))
def test_context_is_whole_words(text: str, at: int) -> None:
    """At most 25 words within 200 characters, none in part, line breaks without space round them."""
    window = text[max(0, at - 200) : at]
    words = re.findall(r"\S+\s*", window)
    words = words[1:] if at > 200 and len(words) > 1 else words
    assert before(text, at) == re.sub(r"\s*\n\s*", "\n", "".join(words[-25:]))
    words = re.findall(r"\s*\S+", text[at : at + 200])
    words = words[:-1] if at + 200 < len(text) and len(words) > 1 else words
    assert after(text, at) == re.sub(r"\s*\n\s*", "\n", "".join(words[:25]))


def test_chinese_marks_only_the_figure() -> None:
    """In a text without spaces one changed figure is one mark."""
    left, right = _sides("船上212人安全上岸。", "船上198人安全上岸。")
    assert _marked(left) == [("change", "212")]
    assert _marked(right) == [("change", "198")]


def test_long_equal_runs_are_shortened_with_a_count() -> None:
    """What is the same over many words is shown by its ends, and the number hidden is right."""
    text = " ".join(f"w{n}" for n in range(100))
    left, _ = _sides(text + " old", text + " new")
    assert [p.op for p in left] == ["equal", "elided", "equal", "change"]
    assert left[1].text == "[… 72 words the same …]"
    assert left[2].text.split()[0] == "w86"


def test_operations_rebuild_both_sides() -> None:
    """On random word lists the operations cover both sides in order, and what is called equal is equal."""
    source = random.Random(7)
    for _ in range(200):
        a = [source.choice("abcde") for _ in range(source.randrange(25))]
        b = [source.choice("abcde") for _ in range(source.randrange(25))]
        i = j = 0
        for op, start, end, right_start, right_end in opcodes(a, b):
            assert (start, right_start) == (i, j)
            assert (a[start:end] == b[right_start:right_end]) == (op == "equal")
            i, j = end, right_end
        assert (i, j) == (len(a), len(b))


def _longest(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the length of a longest common subsequence, by the plain table."""
    above = [0] * (len(b) + 1)
    for word in a:
        row = [0]
        for j, other in enumerate(b):
            row.append(above[j] + 1 if word == other else max(row[j], above[j + 1]))
        above = row
    return above[-1]


def test_as_many_words_as_possible_are_called_equal() -> None:
    """The table of bits finds a longest common subsequence; only single words between long changes are given up."""
    source = random.Random(11)
    for size in (4, 40, 150):
        for _ in range(30):
            a, b = ([source.choice("abcdefgh") for _ in range(source.randrange(size))] for _ in range(2))
            equal = sum(code[2] - code[1] for code in opcodes(a, b) if code[0] == "equal")
            runs = _subsequence(a, b)
            assert sum(n for _, _, n in runs) == _longest(a, b)
            assert all(a[i : i + n] == b[j : j + n] for i, j, n in runs)
            assert equal <= _longest(a, b)


def test_very_long_changes_stay_bounded() -> None:
    """Two long texts that differ everywhere are aligned in part only, and still cover both sides."""
    a = [f"a{n % 50}" for n in range(5000)]
    b = [f"a{n % 49}" for n in range(5000)]
    codes = opcodes(a, b)
    assert (codes[-1][2], codes[-1][4]) == (5000, 5000)


def test_equal_ends_of_long_texts_are_found() -> None:
    """One word changed at the beginning of a text far beyond the limit is one change, the rest is equal."""
    a = [f"w{n}" for n in range(6000)]
    b = ["x", *a[1:]]
    assert opcodes(a, b) == [("change", 0, 1, 0, 1), ("equal", 1, 6000, 1, 6000)]


def test_a_stray_word_between_long_changes_is_changed_too() -> None:
    """A word that agrees by chance amid other words is no island; one beside a short change stays equal."""
    assert opcodes(["abc", "the", "def"], ["uvw", "the", "xyz"])[1] == ("equal", 1, 2, 1, 2)
    left, right = [*"abcd", "the", *"efgh"], [*"pqrs", "the", *"tuvw"]
    assert opcodes(left, right) == [("change", 0, 9, 0, 9)]


def test_context_is_cut_at_words() -> None:
    """About 25 words stand before and after, whole, and nothing beyond the ends of the text."""
    text = " ".join(f"word{n}" for n in range(100))
    start = text.index("word50")
    assert before(text, start).split() == [f"word{n}" for n in range(50 - len(before(text, start).split()), 50)]
    assert 20 <= len(before(text, start).split()) <= 25
    assert after(text, start).split()[0] == "word50"
    assert after(text, start).split()[-1] == f"word{49 + len(after(text, start).split())}"
    assert before(text, 0) == after(text, len(text)) == after("", 40) == ""


def test_what_stands_beyond_the_common_words_is_no_difference() -> None:
    """The ends that only one side has are told apart from what was lost or inserted between common words."""
    left, right = _sides("Early one grey day the ship sank off Vell at once.", "the ship slowly sank off Vell")
    assert _marked(left) == [("beyond", "Early one grey day"), ("beyond", "at once")]
    assert _marked(right) == [("insert", "slowly")]
    assert is_same(left) is is_same(right) is False
    assert is_same(_sides("the ship sank", "The ship sank.")[0])


def test_nothing_in_common_is_all_changed() -> None:
    """Without a common word there are no ends: everything differs."""
    left, right = _sides("the ship sank", "rain fell today")
    assert _marked(left) == [("change", "the ship sank")]
    assert _marked(right) == [("change", "rain fell today")]


def test_accents_are_no_difference() -> None:
    """What the comparison of passages folds is no difference here: accents, soft hyphens, full width."""
    left, right = _sides("Café co\u00adoperate ２５", "Cafe cooperate 25")
    assert _marked(left) == _marked(right) == []
