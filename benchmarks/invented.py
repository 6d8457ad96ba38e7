"""Invented news articles: texts of `benchmarks.language` with sentences, paragraphs, quotations, outlets and dates.

No two of these articles tell the same story; whatever they share are phrases of the language.
Texts are made in blocks of a fixed size with a generator of random numbers each, so an article depends on the seed and
its number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.language import (
    Counts,
    Ids,
    Language,
    Units,
    Vocabulary,
    content_ids,
    function_ids,
    make_units,
    make_vocabulary,
    zipf,
)

BLOCK = 500
DAYS = 30
FIRST_DAY = datetime(2031, 1, 1, tzinfo=UTC)
SPELLINGS, STOCK, NEWSROOMS, ARTICLES, DONORS = range(5)
"""What a generator of random numbers is for; with the seed, and for articles the block, it seeds that generator."""

# What may stand after a token: the first five, and the same before a word that opens a quotation.
AFTER = (" ", ", ", ". ", ".\n\n", ",\N{RIGHT DOUBLE QUOTATION MARK} ")
OPENING = "\N{LEFT DOUBLE QUOTATION MARK}"
SEPARATORS = np.array([*AFTER, *(s + OPENING for s in AFTER), "."], dtype=object)
SPACE, COMMA, STOP, PARAGRAPH, CLOSE, LAST = 0, 1, 2, 3, 4, 10
SPEECH = ("said", "says", "told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of what is written, in words: medians and spreads of log-normal laws, and probabilities."""

    words: float = 540.0
    words_spread: float = 0.45
    least: int = 120
    most: int = 4000
    sentence: float = 19.0
    sentence_spread: float = 0.5
    paragraph: float = 0.45
    comma: float = 0.05
    quotation: float = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A title and a text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A name, the domain under which it publishes, and the family that owns it."""

    name: str
    domain: str
    family: str


class Invented:
    """A corpus of invented articles: `outlets` and `minutes` (since `FIRST_DAY`) are by article."""

    def __init__(
        self,
        articles: int,
        seed: int,
        *,
        language: Language | None = None,
        shape: Shape | None = None,
        newsrooms: int | None = None,
    ) -> None:
        self.seed, self.size = seed, articles
        self.language, self.shape = language or Language(), shape or Shape()
        self.vocabulary = make_vocabulary(self.language, np.random.default_rng([seed, SPELLINGS]))
        self._units = make_units(self.language, self.vocabulary, np.random.default_rng([seed, STOCK]))
        rng = np.random.default_rng([seed, NEWSROOMS])
        names = self.vocabulary.forms[self.vocabulary.names : self.vocabulary.figures]
        self.newsrooms = make_outlets(rng, newsrooms or default_newsrooms(articles), names.tolist())
        self._outlet = zipf(rng, articles, len(self.newsrooms), 0.5, 3.0)
        self.minutes: Counts | None = rng.integers(0, DAYS * 24 * 60, articles)

    @property
    def outlets(self) -> list[str]:
        """The outlet's name by article."""
        return [self.newsrooms[o].name for o in self._outlet.tolist()]

    @property
    def families(self) -> dict[str, str]:
        """The family by outlet."""
        return {o.name: o.family for o in self.newsrooms}

    def donors(self, count: int) -> list[Text]:
        """Return texts that are no articles of this corpus."""
        return list(self._texts(DONORS, count))

    def articles(self) -> Iterator[dict[str, Any]]:
        """Yield the records, without dates."""
        for number, text in enumerate(self._texts(ARTICLES, self.size)):
            outlet = self.newsrooms[int(self._outlet[number])]
            slug = "-".join(text.title.lower().replace(",", "").split()[:5])
            yield {
                "id": f"a{number:07d}",
                "title": text.title,
                "text": text.text,
                "outlet": outlet.name,
                "url": f"https://{outlet.domain}/news/{number:07d}/{slug}",
                "lang": "en",
            }

    def _texts(self, purpose: int, count: int) -> Iterator[Text]:
        for first in range(0, count, BLOCK):
            rng = np.random.default_rng([self.seed, purpose, first // BLOCK])
            texts = _write_block(rng, self.language, self.shape, self.vocabulary, self._units)
            yield from texts[: count - first]


def published(minute: int) -> str:
    """Return the date and time so many minutes after `FIRST_DAY`.

    >>> published(61)
    '2031-01-01T01:01:00+00:00'
    """
    return (FIRST_DAY + timedelta(minutes=minute)).isoformat()


def default_newsrooms(articles: int) -> int:
    """Return how many outlets share so many articles: 100 to 2,000."""
    return min(2000, max(100, articles // 100))


def make_outlets(rng: np.random.Generator, count: int, names: Sequence[str]) -> list[Outlet]:
    """Return outlets of families of 1 to 8; half of the larger families publish under one registrable domain."""
    titles = ("Herald", "Post", "Chronicle", "Times", "Gazette", "Tribune", "Observer", "Echo")
    outlets: list[Outlet] = []
    while len(outlets) < count:
        family = f"{_fresh(names, len(outlets))} Group"
        shared = bool(rng.random() < 0.5)
        for _ in range(min(count - len(outlets), int(rng.choice([1, 1, 1, 2, 3, 5, 8])))):
            place = _fresh(names, len(outlets))
            name = f"{place} {titles[int(rng.integers(len(titles)))]}"
            slug = name.lower().replace(" ", "")
            domain = f"{slug}.{family.split()[0].lower()}group.example" if shared else f"{slug}.example"
            outlets.append(Outlet(name=name, domain=domain, family=family))
    return outlets


def _fresh(names: Sequence[str], number: int) -> str:
    """Return a place name; the names after the first are reused with an ordinal when there are too few."""
    rank = len(names) - 1 - number % len(names)
    again = number // len(names)
    return names[rank] + (str(again + 1) if again else "")


@dataclass(slots=True, kw_only=True)
class _Block:
    """Token ids of the texts of a block, one after the other, and what stands after each; text i begins at `bounds[i]`."""

    ids: Ids
    after: npt.NDArray[np.int8]
    bounds: Counts
    cast: Counts
    topics: Counts = field(default_factory=lambda: np.zeros((0, 0), np.int64))


def _write_block(
    rng: np.random.Generator, language: Language, shape: Shape, vocabulary: Vocabulary, units: Units
) -> list[Text]:
    block = _draw_tokens(rng, language, shape, vocabulary, units)
    _punctuate(rng, shape, vocabulary, block)
    titles = _draw_titles(rng, language, vocabulary, block)
    return [Text(title=t, text=x) for t, x in zip(titles, _render(vocabulary, block), strict=True)]


def _draw_tokens(
    rng: np.random.Generator, language: Language, shape: Shape, vocabulary: Vocabulary, units: Units
) -> _Block:
    words = np.exp(rng.normal(np.log(shape.words), shape.words_spread, BLOCK))
    words = np.clip(words, shape.least, shape.most)
    mean = 1 + language.phrase_share * (float(units.lengths[units.phrases : units.phrases + 20_000].mean()) - 1)
    counts = np.ceil(words / mean).astype(np.int64)
    owner = np.repeat(np.arange(BLOCK), counts)
    cast = zipf(rng, (BLOCK, 5), units.n_people, 0.6, 30.0) + units.people
    topics = vocabulary.content + zipf(rng, (BLOCK, 25), language.words, 0.6, 200.0)
    own = units.phrases + zipf(rng, (BLOCK, 10), units.n_phrases, 0.4, 1e4)
    drawn = _draw_units(rng, language, vocabulary, units, len(owner))
    _give_each_its_own(rng, language, units, drawn, owner, cast, topics, own)
    lengths = units.lengths[drawn]
    sizes = np.bincount(owner, weights=lengths, minlength=BLOCK).astype(np.int64)
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1]) + np.repeat(units.starts[drawn] - (ends - lengths), lengths)
    return _Block(
        ids=units.tokens[places],
        after=np.zeros(len(places), np.int8),
        bounds=bounds,
        cast=cast,
        topics=topics,
    )
