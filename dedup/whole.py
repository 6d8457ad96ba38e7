"""Documents alone: the part of a corpus that can hold near-duplicates, with what is needed to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup import families, sketches
from dedup.sources import Corpus

# Documents, taken evenly, that tell how common words are; pages of a family in which its furniture is looked for.
SAMPLE, PAGES = 1 << 13, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """A part of a corpus, the candidate pairs in it (int64, n x 2, its own numbers), pages of each family that has some
    (int64), and how many copies were found."""

    part: Corpus
    pairs: npt.NDArray[np.int64]
    families: list[npt.NDArray[np.int64]]
    copies: int


def narrow(corpus: Corpus, made: sketches.Sketches, known: Mapping[str, families.Family], pool: Executor) -> Narrowed:
    """Return the documents that can be near-duplicates, with samples of all documents and of their families' pages.

    `made` has the sketches of the corpus; `known` is the family of each outlet.
    """
    n = len(made.sizes)
    # across two sides a copy cannot stand for another: their partners are not the same
    first = np.arange(n) if corpus.sides.any() else sketches.first_of(made)
    active = (first == np.arange(n)) & (made.sizes > 0)
    pairs = sketches.near_pairs(made, active, corpus.sides, pool)
    copies = np.flatnonzero(first != np.arange(n))
    sample = np.arange(0, n, max(1, -(-n // SAMPLE)))
    pages = _pages(corpus, np.unique(pairs), known)
    numbers = np.unique(np.concatenate([pairs.ravel(), copies, first[copies], sample, *pages]))
    part = replace(corpus, texts=corpus.texts.part(numbers), sides=corpus.sides[numbers])
    return Narrowed(
        part=part,
        pairs=np.searchsorted(numbers, pairs),
        families=[np.searchsorted(numbers, p) for p in pages],
        copies=len(copies),
    )


def _pages(
    corpus: Corpus, wanted: npt.NDArray[np.int64], known: Mapping[str, families.Family]
) -> list[npt.NDArray[np.int64]]:
    """Return for each family that has a page in `wanted` (int64) those pages and an even sample of all (int64)."""
    of = [known[families.outlet_of(d)].name for d in corpus.texts.heads()]
    asked: dict[str, list[int]] = {}
    for d in wanted.tolist():
        asked.setdefault(of[d], []).append(d)
    pages: dict[str, list[int]] = {}
    for number, family in enumerate(of):
        if family in asked:
            pages.setdefault(family, []).append(number)
    return [
        np.union1d(asked[family], p[:: -(-len(p) // PAGES)]).astype(np.int64) for family, p in sorted(pages.items())
    ]
