"""Foreign text and addresses made safe to show."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.report.safe import (
    _ENDLESS,
    _NEWLINES,
    _PLAIN_URL,
    UNSHOWN,
    anchors,
    clean,
    clip,
    is_clean,
    language,
    line,
    web_address,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x1b[31m\x07", "a␀b␛[31m␇"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\u202egnp.exe\u202c", "⟦RLO⟧gnp.exe⟦PDF⟧"),
        ("\u2067x\u2069", "⟦RLI⟧x⟦PDI⟧"),
        ("x\ud800y\uffff", "x\ufffdy\ufffd"),
        ("می\u200cخواهم \u200fא", "می\u200cخواهم \u200fא"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_clean_shows_what_would_hide(text: str, shown: str) -> None:
    """Control characters and direction overrides become visible; joiners and marks that scripts need stay."""
    assert clean(text) == shown


@given(st.text(st.characters() | st.sampled_from("\n\r\u202e"), max_size=40), st.integers(0, 400))
def test_what_is_clean_needs_no_rule(text: str, more: int) -> None:
    """A text passed as clean has nothing that the rules look for, in no part; plain words with line breaks are."""
    text += "x" * more
    if is_clean(text):
        assert not any(rule.search(text) for rule in (UNSHOWN, _NEWLINES, _ENDLESS))
    assert is_clean("two words\n" * 100)


def test_an_endless_word_is_cut_with_its_count() -> None:
    """A word of ten million letters is cut and says how much is gone; one at the limit stays."""
    assert clean("z " + "x" * 10_000_000) == "z " + "x" * 120 + "… (9,999,880 more characters)"
    assert clean("x" * 300) == "x" * 300


def test_chinese_is_no_endless_word() -> None:
    """Text without spaces but with its own punctuation is kept whole."""
    text = "渡轮在沙洲搁浅，全员获救。" * 200
    assert clean(text) == text


def test_line_is_one_short_line() -> None:
    """White space is joined, the cut falls between words and shows; None is empty; endless titles are cut."""
    assert line("a\n\t b") == "a b"
    assert line("one two three four", 12) == "one two…"
    assert line("x" * 10_000_000, 20) == "x" * 20 + "…"
    assert line(None) == ""


def test_clip_counts_what_is_left_out() -> None:
    """A long text is cut to a length and says how many characters are gone."""
    assert clip("abc def", 4) == "abc… (3 more characters)"
    assert clip("abc", 4) == "abc"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//news.example/x",
        "/relative",
        "http://",
        "http:news.example",
        "https://bank.example@evil.example/",
        "https://[broken/",
        "https://news.example/\u202egnp.exe",
        "https://news.example/" + "x" * 3000,
        "",
        None,
    ],
)
def test_addresses_that_are_not_linked(url: str | None) -> None:
    """Only a plain address of the web is linked, and none that disguises where it leads."""
    assert web_address(url) is None


@pytest.mark.parametrize("url", ["https://news.example/a?b=c&d=é#f", "HTTP://NEWS.example:8080/", "http://[::1]/"])
def test_addresses_that_are_linked(url: str) -> None:
    """Ordinary addresses stay as they are."""
    assert web_address(url) == url


def test_language_tags() -> None:
    """Only what has the form of a language tag becomes an attribute."""
    assert language("zh-Hant-TW") == "zh-Hant-TW"
    assert [language(tag) for tag in ('en" x="', "", None, "english language")] == [None] * 4


def test_anchors_are_ids_where_they_can_be() -> None:
    """An id is its own fragment unless it is no fragment or the page has it: then a hash, still unique."""
    found = anchors(["a1f0", "main", 'x" onclick="', "a b", "ä\ud800", "a1f0"], taken=["main"])
    assert found["a1f0"] == "a1f0"
    assert len(set(found.values())) == len(found) == 5
    assert all(v.startswith("c-") for name, v in found.items() if name != "a1f0")


@given(st.from_regex(_PLAIN_URL, fullmatch=True))
def test_plain_addresses(url: str) -> None:
    """What an address is taken for at a glance it is when it is taken apart."""
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.hostname
    assert "@" not in parts.netloc
    assert url.split() == [url]
    assert not UNSHOWN.search(url)


@pytest.mark.parametrize("rest", ["a" * 10**5, "/" * 10**5, ".-" * 10**5, "?#" * 10**5])
def test_long_addresses_are_refused_at_once(rest: str) -> None:
    """An address longer than any real one is not even looked at."""
    assert web_address(f"https://a{rest}") is None
