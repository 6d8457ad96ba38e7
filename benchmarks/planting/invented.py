"""Invented news articles: texts of `benchmarks.planting.prose` with outlets, their families and dates.

No two of these articles tell the same story; what they share are phrases of the language.
Texts are made in blocks of a fixed size with a generator of random numbers each, so an article depends on
the seed and its number alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.planting.language import GIVEN_NAMES, Counts, Language, make_model, zipf
from benchmarks.planting.prose import BLOCK, Shape, Text, write_block

DAYS = 30
FIRST_DAY = datetime(2031, 1, 1, tzinfo=UTC)
MASTHEADS = ("Herald", "Post", "Chronicle", "Times", "Gazette", "Tribune", "Observer", "Echo")
FAMILY_SIZES = (1, 1, 1, 2, 3, 5, 8)
NEWSROOMS, ARTICLES, DONORS = 3, 4, 5  # purposes of generators of random numbers; `make_model` has 1 and 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A name, the domain under which it publishes, and the family that owns it."""

    name: str
    domain: str
    family: str


class Invented:
    """A corpus of invented articles; `minutes` has when each appeared, in minutes since `FIRST_DAY`."""

    def __init__(
        self, articles: int, seed: int, *, language: Language | None = None, shape: Shape | None = None
    ) -> None:
        self.seed, self.size = seed, articles
        self._model = make_model(language or Language(), seed)
        self._shape = shape or Shape()
        rng = np.random.default_rng([seed, NEWSROOMS])
        vocabulary = self._model.vocabulary
        names = vocabulary.forms[vocabulary.names : vocabulary.figures].tolist()
        self.newsrooms = make_outlets(min(2000, max(100, articles // 100)), names[GIVEN_NAMES:], rng)
        self._outlet: Counts = zipf(rng, articles, len(self.newsrooms), 0.5, 3.0)
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
            slug = "-".join(text.title.lower().split()[:5])
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
            yield from write_block(self._model, self._shape, rng)[: count - first]


def published(minute: int) -> str:
    """Return the date and time so many minutes after `FIRST_DAY`.

    >>> published(61)
    '2031-01-01T01:01:00+00:00'
    """
    return (FIRST_DAY + timedelta(minutes=minute)).isoformat()


def make_outlets(count: int, names: Sequence[str], rng: np.random.Generator) -> list[Outlet]:
    """Return outlets of families of 1 to 8; about half of the families publish under one registrable domain.

    Each is named after one of the `names`, families too; two never have one name.
    """
    outlets: list[Outlet] = []
    places = (name + "" if n == 0 else f"{name} {n + 1}" for n in range(count) for name in names)
    while len(outlets) < count:
        family = next(places)
        group = f".{family.lower()}group.example" if rng.random() < 0.5 else ".example"
        for _ in range(min(count - len(outlets), int(rng.choice(FAMILY_SIZES)))):
            name = f"{next(places)} {MASTHEADS[int(rng.integers(len(MASTHEADS)))]}"
            domain = name.lower().replace(" ", "") + group
            outlets.append(Outlet(name=name, domain=domain, family=f"{family} Group"))
    return outlets
