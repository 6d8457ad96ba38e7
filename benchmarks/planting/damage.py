"""Damage to copies: words substituted, inserted and lost, figures changed, characters misread.

All rates are probabilities: of an edit per word, of a change per figure, of an error per character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]

# Scripts that put no spaces between words: every character is a word of its own.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# A word begins and ends with a letter or digit; dashes, quotation marks and ellipses part words.
WORD = re.compile(
    rf"[{UNSPACED}]|[^\W_{UNSPACED}](?:[^\s{UNSPACED}\u2010-\u2015\u201c\u201d\u2026\"]*[^\W_{UNSPACED}])?"
)
# Of edits half substitute a word, a quarter insert one, a quarter lose one.
SUBSTITUTED, INSERTED = 0.5, 0.75
# Of errors in letters a few add a space or lose the letter; the others are look-alikes.
SPLIT, LOST = 0.12, 0.2

_READ = """
ao bh ce dcl ec ft gq hb il ji kh l1 mrn nu o0 pn qg rn s5 tf uv vu wvv xy yv zs
AH BR CG DO EF FE GC HN Il JI KX LI MN NM OQ PR QO RK S5 TI UV VU WVV XK YV Z2
0O 1l 2Z 38 4A 5S 6b 7Z 8B 9g
"""
LOOK_ALIKES = {pair[0]: pair[1:] for pair in _READ.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How much a copy is damaged; `figures` only counts where `edits` is above 0."""

    edits: float = 0.0
    ocr: float = 0.0
    figures: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy; `kept` says of each word of the source whether the copy has it unchanged."""

    text: str
    kept: Flags


@dataclass(slots=True)
class _Words:
    """Words, what follows each (nothing after the last), and the place of each in the source, -1 for none."""

    words: list[str]
    after: list[str]
    source: list[int]


def split_words(text: str) -> tuple[list[str], list[str]]:
    """Return the words of `text` and what follows each; both empty when there is none.

    >>> split_words("Prices rose 1,250 points, she said.")
    (['Prices', 'rose', '1,250', 'points', 'she', 'said'], [' ', ' ', ' ', ', ', ' ', '.'])
    """
    found = list(WORD.finditer(text))
    ends = [*(m.start() for m in found[1:]), len(text)]
    return [m.group() for m in found], [text[m.end() : e] for m, e in zip(found, ends, strict=True)]


def proper_names(text: str) -> list[str]:
    """Return the capitalised words that stand inside a sentence, as often as they do.

    >>> proper_names("Rain fell. In Marn the mayor, Ilse, waited.")
    ['Marn', 'Ilse']
    """
    words, after = split_words(text)
    pairs = zip(after, words[1:], strict=False)
    return [w for gap, w in pairs if gap in (" ", ", ") and w[0].isupper() and w.isalpha() and len(w) > 1]


def damage(text: str, rates: Rates, lexicon: Sequence[str], rng: np.random.Generator) -> Copy:
    """Return a copy of `text`, which begins and ends with a word; so does the copy.

    New words come from `lexicon`. Without damage the copy equals the text.
    """
    words, after = split_words(text)
    after[-1] = ""
    state = _Words([*words], after, list(range(len(words))))
    kept = np.ones(len(words), bool)
    if rates.edits:
        _change_figures(state, rates.figures, rng)
        state = _edit(state, rates.edits, lexicon, rng)
        same = [i for i, w in zip(state.source, state.words, strict=True) if i >= 0 and w == words[i]]
        kept = np.isin(np.arange(len(words)), same)
    copy = Copy(text="".join(map(str.__add__, state.words, state.after)), kept=kept)
    return _misread(copy, state, rates.ocr, rng) if rates.ocr else copy


def _change_figures(state: _Words, rate: float, rng: np.random.Generator) -> None:
    """Give a share of the figures another first digit that is not 0, so that a figure stays one."""
    for i, u in enumerate(rng.random(len(state.words)).tolist()):
        word = state.words[i]
        if u < rate and word[0] in "123456789":
            other = 1 + (int(word[0]) + int(rng.integers(0, 8))) % 9
            state.words[i] = f"{other}{word[1:]}"


def _edit(state: _Words, rate: float, lexicon: Sequence[str], rng: np.random.Generator) -> _Words:
    """Return the words with each one, at the rate, substituted, followed by a new one, or lost.

    The last word is never followed by a new one, and one word always stays.
    """
    n = len(state.words)
    u = rng.random(n) / rate
    new = rng.integers(0, len(lexicon), n).tolist()
    out = _Words([], [], [])
    for i, v in enumerate(u.tolist()):
        word, after = state.words[i], state.after[i]
        if v < SUBSTITUTED or (v < INSERTED and i == n - 1):
            _append(out, lexicon[new[i]], after, -1)
        elif v < INSERTED:
            _append(out, word, " ", i)
            _append(out, lexicon[new[i]], after, -1)
        elif v >= 1.0 or (i == n - 1 and not out.words):
            _append(out, word, after, i)
        elif out.after:
            out.after[-1] = max(out.after[-1], after, key=len)
    out.after[-1] = ""
    return out


def _append(out: _Words, word: str, after: str, source: int) -> None:
    out.words.append(word)
    out.after.append(after)
    out.source.append(source)


def _misread(copy: Copy, state: _Words, rate: float, rng: np.random.Generator) -> Copy:
    """Return the copy with each inner character misread at the rate, and its words no longer kept."""
    text, kept = copy.text, copy.kept.copy()
    places = 1 + np.flatnonzero(rng.random(max(len(text) - 2, 0)) < rate)
    how = rng.random(len(places)).tolist()
    parts, at, hit = list[str](), 0, list[int]()
    for place, u in zip(places.tolist(), how, strict=True):
        read = _misread_one(text[place], text[place + 1], u)
        if read is not None:
            parts += (text[at:place], read)
            at = place + 1
            hit.append(place)
    for i in _words_at(state, hit):
        kept[i] = False
    return Copy(text="".join(parts) + text[at:], kept=kept)


def _misread_one(character: str, following: str, u: float) -> str | None:
    """Return what a character is read as (a space between words is lost), or None when it is left alone."""
    if character == " ":
        return ""
    if not character.isalnum():
        return None
    if u < SPLIT and following.isalnum():
        return character + " "
    return "" if SPLIT <= u < LOST else LOOK_ALIKES.get(character, "")


def _words_at(state: _Words, places: Sequence[int]) -> list[int]:
    """Return the source words that have the places of the copy, both neighbours for a place between two."""
    lengths = np.array([[len(w), len(a)] for w, a in zip(state.words, state.after, strict=True)]).reshape(-1, 2)
    starts = np.cumsum(lengths.sum(axis=1)) - lengths.sum(axis=1)
    at = np.array(places, np.int64)
    word = np.searchsorted(starts, at, side="right") - 1
    between = at >= starts[word] + lengths[word, 0]
    struck = np.concatenate([word, word[between] + 1])
    return [i for i in np.array(state.source, np.int64)[struck].tolist() if i >= 0]
