"""Hypothesis strategies: texts in many scripts, hostile characters, token arrays; and the settings of all
tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from dedup.tokens import Tokens

# Derandomised, so that a test run is the same every time; without deadline, as the first call compiles.
FEW = settings(max_examples=40, deadline=None, derandomize=True)
SOME = settings(max_examples=120, deadline=None, derandomize=True)
MANY = settings(max_examples=400, deadline=None, derandomize=True)

SCRIPTS: dict[str, str] = {
    "latin": "abcdeABCDEéÉßøœŁñçİıŉﬁǅªſ\u0301\u0308",
    "greek": "αβγςσΣΆάᾳ\u0345\u0301",
    "cyrillic": "абвгАБВЙйЁё\u0306",
    "arabic": "ابتةأإآىيءﷲ\u064b\u064e\u0651\u0654\u0640٣",
    "hebrew": "אבגשׁםן\u05b8\u05c1",
    "devanagari": "\u0958\u095bकखगज़मी\u093f\u094d\u093c१",
    "bengali": "কখোৌ\u09c7\u09be\u09d7",
    "tamil": "கொௌ\u0bc6\u0bbe",
    "malayalam": "മൊോഴ\u0d46\u0d3e",
    "hangul": "한국어가각\u1112\u1161\u11ab",
    "han": "新华社东京都漢字々〇豈\uf900",
    "kana": "かがカガパｶｶﾞﾊﾟー\u3099",
    "thai": "กขคงำ\u0e31\u0e48๕",
    "lao": "ກຂຄຳ\u0eb1",
    "khmer": "កខគ\u17b6\u17d2",
    "myanmar": "ကခဂဦ\u102e\u1039",
    "emoji": "😀👍🏽👨‍👩‍👧🇫🇷❤️☃⃣",
    "digits": "0123456789５²½Ⅷ①",
}
LETTERS = "".join(SCRIPTS.values())
SPACES = " \t\u00a0\u2009\u3000\n\r\u2028\u2029\x0b\x0c\x85"
PUNCTUATION = "\"'’‘“”«».,٫!?。…-‐‑−–—/:;()<>&@#%$_"
INVISIBLE = "\u00ad\u200b\u200d\u2060\ufeff\u202e\u0640"
HOSTILE = "\x00\x01\x1b\x7f\ud800\udfff\ue000\ufffd\uffff\u0378\U00020000\U0002f800\U000e0041\U000e0100\U0010ffff"
SOUP = LETTERS + SPACES * 3 + PUNCTUATION * 2 + INVISIBLE + HOSTILE


def soups() -> st.SearchStrategy[str]:
    """Texts of any characters in any order."""
    return st.text(alphabet=SOUP, max_size=60)


@st.composite
def words(draw: st.DrawFn, scripts: Sequence[str] = tuple(SCRIPTS)) -> str:
    """A word of one script."""
    return draw(st.text(alphabet=SCRIPTS[draw(st.sampled_from(scripts))], min_size=1, max_size=6))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Words of many scripts with spaces and punctuation, or a soup."""
    if draw(st.booleans()):
        return draw(soups())
    gaps = st.text(alphabet=SPACES + PUNCTUATION, min_size=1, max_size=3)
    return "".join(part for _ in range(draw(st.integers(0, 8))) for part in (draw(words()), draw(gaps)))


def token_texts(alphabet: int = 4, max_texts: int = 6, max_size: int = 24) -> st.SearchStrategy[list[list[int]]]:
    """Texts as lists of token numbers, of few different tokens, so that runs recur."""
    return st.lists(st.lists(st.integers(0, alphabet - 1), max_size=max_size), min_size=1, max_size=max_texts)


@st.composite
def mosaics(
    draw: st.DrawFn, max_texts: int = 8, max_pieces: int = 5, max_piece: int = 40, alphabet: int = 1000
) -> list[list[int]]:
    """Texts put together from a few pieces that they share, cut at random places."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    pieces = [rng.integers(0, alphabet, rng.integers(1, max_piece + 1)).tolist() for _ in range(rng.integers(1, 5))]
    out: list[list[int]] = []
    for _ in range(rng.integers(2, max_texts + 1)):
        text: list[int] = []
        for _ in range(rng.integers(0, max_pieces + 1)):
            piece = pieces[rng.integers(len(pieces))]
            low = int(rng.integers(0, len(piece)))
            text += piece[low : int(rng.integers(low, len(piece) + 1))]
        out.append(text)
    return out


def hashes_of(text: Sequence[int]) -> list[int]:
    """Token hashes that are not in the order of the token numbers."""
    return [(token + 1) * 2654435761 % 2**32 for token in text]


def tokens_of(texts: Sequence[Sequence[int]]) -> Tokens:
    """Token numbers as the tokens of whole words, one code point each."""
    flat = [token for text in texts for token in text]
    places = [i for text in texts for i in range(len(text))]
    return Tokens(
        hashes=np.array(hashes_of(flat), np.uint32),
        starts=np.array(places, np.int32),
        ends=np.array(places, np.int32) + np.int32(1),
        flags=np.zeros(len(flat), np.uint8),
        weights=np.full(len(flat), 6, np.uint8),
        bounds=np.cumsum([0, *map(len, texts)]).astype(np.int64),
    )
