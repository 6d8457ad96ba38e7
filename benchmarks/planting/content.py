"""How many content words passages have, by the articles themselves: a passage is six of them in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.kernels.weights import SLOTS
from dedup.model import Span
from dedup.tokens import tokenize
from dedup.weights import FUNCTION_SHARE

# Content words of a passage.
LEAST = 6
# Articles that the shares of words are counted in: the first ones.
COUNTED = 20_000


class _Article(msgspec.Struct):
    id: str
    text: str


def content_words(articles: Path, spans: Sequence[Span]) -> list[int]:
    """Return how many words of each span stand in less than `FUNCTION_SHARE` of the articles.

    Raises `OSError` when the file cannot be read, `ValueError` when it lacks the document of a span.
    """
    wanted = {s.doc_id for s in spans}
    texts: dict[str, str] = {}
    shares = _shares(_noted(_read(articles), wanted, texts))
    missing = sorted(wanted - texts.keys())
    if missing:
        raise ValueError(f"{articles}: document {missing[0]} is missing; give the articles that were planted")
    found = tokenize([texts[s.doc_id][s.start : s.end] for s in spans])
    content = shares[found.hashes & np.uint32(SLOTS - 1)] < FUNCTION_SHARE
    sums = np.concatenate([[0], np.cumsum(content)])
    counts: list[int] = (sums[found.bounds[1:]] - sums[found.bounds[:-1]]).tolist()
    return counts


def _read(path: Path) -> Iterator[_Article]:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Article)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)


def _noted(articles: Iterable[_Article], wanted: set[str], texts: dict[str, str]) -> Iterator[str]:
    """Yield the texts; put those that are wanted into `texts`."""
    for article in articles:
        if article.id in wanted:
            texts[article.id] = article.text
        yield article.text


def _shares(texts: Iterator[str]) -> npt.NDArray[np.float64]:
    """Return in which share of the first texts each slot of the tokens occurs; all of them are read."""
    counts, n = np.zeros(SLOTS), 0
    for text in texts:
        if n < COUNTED:
            counts[np.unique(tokenize([text]).hashes & np.uint32(SLOTS - 1))] += 1
            n += 1
    return counts / max(1, n)
