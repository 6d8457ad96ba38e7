"""A seeded language of invented words that repeats itself as news does: words, names, figures, fixed phrases.

Everything is an array of token ids until it is rendered. A text is a row of *units*: single words,
people, figures, and phrases out of a stock whose use follows Zipf's law, so that short runs of words recur
in unrelated texts as they do in English news. Share of the runs of words that stand in another text too,
among 10,000 texts of at most 600 words (of newspapers: reprints left out as far as they could be told):

    words in the run           2     3     4     5      6      8
    newspaper articles       0.82  0.42  0.16  0.058  0.025  0.008
    the defaults             0.81  0.40  0.16  0.060  0.020  0.002

A phrase has at most `max_content` words that are no function words, so that none is a passage by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ids: TypeAlias = npt.NDArray[np.int32]
Counts: TypeAlias = npt.NDArray[np.int64]

ENGLISH = """
the of to and a in that for is on with was at as it by be from he have has an said are not but they his
had this will who were their which about would been or she after up more one we out also when there her
its all if over than two new could so what first into no last them other some people i you do time can
before because just only now our him between where off most while how against then under during very
through being still even down since those many both these such around should any back may much made until
well another every each few without including near among own say did does might must next within along
across less later early three four five per here once away again ago too never always often soon despite
towards upon whether though although nor yet either neither your my me us
"""
BEGINNINGS = "b c d f g h j k l m n p r s t v w br ch cl cr dr fl fr gl gr pl pr sc sh sl sp st str th tr"
MIDDLES = "a e i o u a e i o ai ea ee ie oa oo ou"
CLOSINGS = "n r l s t d m ck ng nd nt rn st th"
FUNCTION_WORDS = tuple(ENGLISH.split())
ONSETS, NUCLEI, CODAS = BEGINNINGS.split(), MIDDLES.split(), ["", "", *CLOSINGS.split()]
ENDINGS = ("", "", "", "", "s", "s", "ed", "ing", "er", "ly", "ment", "ion", "al")
GIVEN_NAMES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How the language is made.

    `*_share` are shares of the units of a text (`own_phrase_share` of its phrases); a `*_slope` is the
    exponent of Zipf's law, a `*_shift` flattens its head (Mandelbrot's constant).
    `phrase_growth` is by how many words phrases grow, on average, for each power of ten of their rank.
    """

    words: int = 90_000
    names: int = 6_000
    figures: int = 3_000
    people: int = 20_000
    phrases: int = 1_500_000
    phrase_growth: float = 0.45
    max_content: int = 4
    phrase_share: float = 0.85
    person_share: float = 0.03
    figure_share: float = 0.025
    function_share: float = 0.05
    topic_share: float = 0.3
    own_phrase_share: float = 0.1
    word_slope: float = 1.25
    word_shift: float = 30.0
    phrase_slope: float = 0.86
    phrase_shift: float = 6.0


def zipf(rng: np.random.Generator, size: int | tuple[int, ...], n: int, slope: float, shift: float) -> Counts:
    """Draw ranks 0 … n - 1 with probability about `(rank + shift) ** -slope` (Mandelbrot 1953), int64.

    By inverting the integral of the density, so a draw costs the same for every `n`.
    """
    power, part = 1.0 - slope, rng.random(size)
    ranks: npt.NDArray[np.float64]
    if power == 0.0:
        ranks = shift * ((n + shift) / shift) ** part - shift
    else:
        low, high = shift**power, (n + shift) ** power
        ranks = (low + part * (high - low)) ** (1.0 / power) - shift
    return np.minimum(ranks, n - 1).astype(np.int64)


def invented_words(rng: np.random.Generator, count: int, taken: Sequence[str] = ()) -> list[str]:
    """Return `count` different words built of syllables, the short ones first; none of `taken`."""
    seen, words = set(taken), list[str]()
    while len(words) < count:
        size = 2 * (count - len(words)) + 64
        syllables = 1 + (rng.random(size) < 0.75) + (rng.random(size) < 0.35)
        picks = rng.integers(0, 2**31, (size, 10))
        for row, n in zip(picks.tolist(), syllables.tolist(), strict=True):
            word = _spell(row, n)
            if word not in seen:
                seen.add(word)
                words.append(word)
    return sorted(words[:count], key=_rough_length)


def _spell(row: Sequence[int], syllables: int) -> str:
    parts = [
        ONSETS[row[3 * k] % len(ONSETS)] + NUCLEI[row[3 * k + 1] % len(NUCLEI)] + CODAS[row[3 * k + 2] % len(CODAS)]
        for k in range(syllables)
    ]
    return "".join(parts) + ENDINGS[row[9] % len(ENDINGS)]


def _rough_length(word: str) -> int:
    """Length in steps of four letters: frequent words are shorter, but not in strict order."""
    return len(word) // 4


def invented_figures(rng: np.random.Generator, count: int) -> list[str]:
    """Return figures as news prints them: small numbers, years, thousands, decimals, sums of money."""
    values = np.exp(rng.random(count) * 12).astype(np.int64) + 1
    forms = ("{:,}", "{:,}", "{}.5", "${:,}", "{}m", "20{:02d}")
    picks = rng.integers(0, len(forms), count).tolist()
    return [forms[p].format(int(v) % 100 if p == 5 else int(v)) for p, v in zip(picks, values, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Token ids: function words, content words, names, figures, in this order.

    `forms` has the spelling of each id and, `size` further on, that with a capital letter.
    """

    forms: npt.NDArray[np.object_]
    size: int
    content: int
    names: int
    figures: int

    @property
    def capital(self) -> int:
        """What to add to an id for its capitalised form."""
        return self.size


def make_vocabulary(language: Language, rng: np.random.Generator) -> Vocabulary:
    """Return the spellings of one language."""
    function = list(FUNCTION_WORDS)
    words = invented_words(rng, language.words + language.names, function)
    order = rng.permutation(len(words))
    is_name = np.zeros(len(words), bool)
    is_name[order[: language.names]] = True
    content = [w for w, name in zip(words, is_name, strict=True) if not name]
    names = [w.capitalize() for w, name in zip(words, is_name, strict=True) if name]
    forms = [*function, *content, *names, *invented_figures(rng, language.figures)]
    return Vocabulary(
        forms=np.array([*forms, *(f[:1].upper() + f[1:] for f in forms)], dtype=object),
        size=len(forms),
        content=len(function),
        names=len(function) + len(content),
        figures=len(function) + len(content) + len(names),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What texts are made of, as one ragged table: unit u has `tokens[starts[u] : starts[u] + lengths[u]]`.

    The first units are the single tokens under their own ids, then come `phrases` and `people` (full names).
    """

    tokens: Ids
    starts: Counts
    lengths: Counts
    phrases: int
    people: int
    n_phrases: int
    n_people: int


def make_units(language: Language, vocabulary: Vocabulary, rng: np.random.Generator) -> Units:
    """Return the stock of units of one language."""
    grid, lengths = _phrase_grid(language, vocabulary, rng)
    phrases = grid[np.arange(grid.shape[1]) < lengths[:, None]]
    given = rng.integers(0, GIVEN_NAMES, language.people) + vocabulary.names
    family = rng.integers(GIVEN_NAMES, language.names, language.people) + vocabulary.names
    all_lengths = np.concatenate([np.ones(vocabulary.size, np.int64), lengths, np.full(language.people, 2, np.int64)])
    return Units(
        tokens=np.concatenate([np.arange(vocabulary.size), phrases, np.stack([given, family], axis=1).ravel()]).astype(
            np.int32
        ),
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(all_lengths)[:-1]]),
        lengths=all_lengths,
        phrases=vocabulary.size,
        people=vocabulary.size + language.phrases,
        n_phrases=language.phrases,
        n_people=language.people,
    )


LONGEST_PHRASE = 9


def _phrase_grid(language: Language, vocabulary: Vocabulary, rng: np.random.Generator) -> tuple[Ids, Counts]:
    """Return a row of `LONGEST_PHRASE` tokens per phrase, by rank, and how many of them count.

    The commonest phrases are two function words long; length grows with the logarithm of the rank.
    """
    n = language.phrases
    depth = np.log10(np.arange(n) + 10.0) - 1.0
    longest = np.minimum(2 + 2 * depth, LONGEST_PHRASE)
    lengths = np.minimum(2 + rng.poisson(language.phrase_growth * depth), longest).astype(np.int64)
    shape = (n, LONGEST_PHRASE)
    is_content = rng.random(shape) < np.minimum(0.1 + 0.16 * depth, 0.62)[:, None]
    is_content[:, 1:] &= ~(is_content[:, :-1] & (rng.random((n, LONGEST_PHRASE - 1)) < 0.35))
    is_content &= np.cumsum(is_content, axis=1) <= language.max_content
    grid = function_ids(rng, shape, vocabulary)
    grid[is_content] = content_ids(rng, int(is_content.sum()), language, vocabulary)
    return grid.astype(np.int32), lengths


def function_ids(rng: np.random.Generator, size: int | tuple[int, ...], vocabulary: Vocabulary) -> Counts:
    """Draw function words."""
    return zipf(rng, size, vocabulary.content, 0.98, 1.0)


def content_ids(rng: np.random.Generator, size: int, language: Language, vocabulary: Vocabulary) -> Counts:
    """Draw content words, a twelfth of them names."""
    ids = vocabulary.content + zipf(rng, size, language.words, language.word_slope, language.word_shift)
    name = rng.random(size) < 1 / 12
    ids[name] = vocabulary.names + zipf(rng, int(name.sum()), language.names, 0.8, 5.0)
    return ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A language with its spellings and its stock of units."""

    language: Language
    vocabulary: Vocabulary
    units: Units


def make_model(language: Language, seed: int) -> Model:
    """Return the model of a language; another seed gives other words and other phrases."""
    vocabulary = make_vocabulary(language, np.random.default_rng([seed, 1]))
    units = make_units(language, vocabulary, np.random.default_rng([seed, 2]))
    return Model(language=language, vocabulary=vocabulary, units=units)
