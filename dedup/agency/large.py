"""The large agencies, by the spellings that are used in credits, and words that name none.

The agencies stand in `dedup/data/agencies.json`, a canonical name with its spellings; words and parties that could be
taken for one in `not_agencies.json`.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

import msgspec

from dedup.agency import letters

# Two agencies of which one sends on what the other wrote: "AFP=時事".
JOINT = re.compile("([A-Za-z]{2,8}|[ァ-ヴー]{2,8}|[一-鿿]{2,4})[=＝]([^\\s=＝]{2,12})$")
# What stands between words, beside white space.
BETWEEN_WORDS = ",.:;()[]/=|\"'“”„«»–—―：＝／&+·・、-"
_WORDS = re.compile(rf"[^\s{re.escape(BETWEEN_WORDS)}]+")
JOINTS = re.compile(r"\s*(?:/|&|\+|·|・|,| - | und | and | y | et | e | и | та | och | en )\s*")


@functools.cache
def no_agency_words() -> dict[str, frozenset[str]]:
    """Return the words that name no agency, by what they are: sections of a paper, days, parties, titles, months."""
    raw = resources.files("dedup").joinpath("data/not_agencies.json").read_bytes()
    return {what: frozenset(words) for what, words in msgspec.json.decode(raw).items()}


@functools.cache
def months() -> frozenset[str]:
    """Return the names of months as datelines have them, folded."""
    return no_agency_words()["months"]


@functools.cache
def no_agencies() -> frozenset[str]:
    """Return acronyms, and plain words in the brackets of a dateline, that name no agency, folded."""
    return frozenset().union(*(words for what, words in no_agency_words().items() if what != "months"))


@functools.cache
def _table() -> dict[str, tuple[str, ...]]:
    """Return all spellings of each large agency, its canonical name first."""
    raw = resources.files("dedup").joinpath("data/agencies.json").read_bytes()
    return {name: (name, *spellings) for name, spellings in msgspec.json.decode(raw).items()}


@functools.cache
def _spellings() -> dict[str, str]:
    """Return the canonical name of each spelling, folded."""
    return {folded(s): name for name, spellings in _table().items() for s in spellings}


@functools.cache
def _forms() -> frozenset[str]:
    """Return the spellings as they are written, and in capitals."""
    every = {s for spellings in _table().values() for s in spellings}
    return frozenset(every | {s.upper() for s in every})


@functools.cache
def _by_first_word() -> dict[str, tuple[str, ...]]:
    """Return the forms that begin with each word."""
    found: dict[str, list[str]] = {}
    for form in sorted(_forms()):
        for word in _WORDS.findall(form)[:1]:
            found.setdefault(word, []).append(form)
    return {word: tuple(forms) for word, forms in found.items()}


@functools.cache
def _finders() -> tuple[re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """Return what finds the words of a text that begin as forms do, and each form that begins small with what finds it
    as a word: most words of a text begin small, few forms do."""
    inner = _WORDS.pattern.removesuffix("+")
    small = sorted(w for w in _by_first_word() if w[0].islower())
    first = "".join(sorted({w[0] for w in _by_first_word()} - {w[0] for w in small}))
    # what a word begins with comes first, that a search can skip to it; then whether a word begins there
    others = re.compile(rf"[{re.escape(first)}](?<!{inner}.){inner}*", re.DOTALL)
    return others, tuple((w, re.compile(rf"{re.escape(w)}(?<!{inner}{re.escape(w)})(?!{inner})")) for w in small)


def may_name(text: str) -> bool:
    """Say whether a large agency can be named in a text: quick, and never false where one is."""
    forms = _by_first_word()
    others, small = _finders()
    found = {word for word in others.findall(text) if word in forms}
    found.update(word for word, finder in small if word in text and finder.search(text))
    if not found or not found.isdisjoint(_forms()):
        return bool(found)
    plain = text.replace("\n", " ")  # lines that are wrapped
    return any(form in plain for word in found for form in forms[word])


def signs_of_large() -> list[str]:
    """Return what stands in each text of which `may_name` is true; a space means that a word begins or ends there. It
    may stand there in another case, but capitals at its end are such."""
    words = {form for form in _forms() if _WORDS.fullmatch(form)}
    return sorted(form if form not in words else f" {form}" if form[-1].isupper() else f" {form} " for form in _forms())


@functools.cache
def _unspaced() -> tuple[str, ...]:
    """Return the spellings in scripts without capitals, the longest first."""
    found = {s for s in _spellings() if not s.isascii() and s.upper() == s.lower()}
    return tuple(sorted(found, key=lambda s: (-len(s), s)))


def spellings(name: str) -> tuple[str, ...]:
    """Return the spellings of a large agency, or the name itself."""
    return _table().get(canonical(name) or "", (name,))


# Vowel points and the stretching mark of Arabic script, which names are written with and without.
_POINTS = re.compile("[\u0640\u064b-\u0652\u0670]")


def folded(name: str) -> str:
    """Return a name without regard to case, points and spacing, to be compared with others."""
    return " ".join(_POINTS.sub("", name.casefold()).split())


def canonical(name: str) -> str | None:
    """Return the canonical name of a known agency, None of another."""
    return _spellings().get(folded(letters.acronym(name) or name))


def known(text: str) -> str | None:
    """Return the name of a large agency that `text` is, as it is written there: alone, or first of several names.

    >>> known("dpa/lby"), known("Reuters"), known("the Reuters office")
    ('dpa', 'Reuters', None)
    """
    text = text.strip(" \t,;:\"'“”„«»")
    # most lines begin as no large agency does
    word = _WORDS.search(text) if text.isascii() else None
    if word and word[0] not in _by_first_word():
        return None
    for form in (text, text.strip(".")):
        if form in _forms():
            return form
    if not text.isascii() and (letters.acronym(text) or _POINTS.sub("", text)) in _forms():
        return None if folded(text) in no_agencies() else text
    first, *rest = JOINTS.split(text, maxsplit=1)
    return known(first) if rest else None


def leading(text: str) -> str | None:
    """Return the known agency in a script without spaces with which `text` begins, None if there is none."""
    return next((s for s in _unspaced() if text.startswith(s)), None)


def ending(text: str) -> str | None:
    """Return the known agency in a script without spaces with which `text` ends, None if there is none."""
    return next((s for s in _unspaced() if text.endswith(s)), None)


def joint(text: str) -> str | None:
    """Return two large agencies of which one sends on what the other wrote, as they are written at the end of `text`.

    >>> joint("パリAFP=時事"), joint("ロンドン=共同")
    ('AFP=時事', None)
    """
    both = JOINT.search(text)
    return both[0] if both and known(both[1]) and known(both[2]) else None
