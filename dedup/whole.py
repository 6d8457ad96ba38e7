"""Documents alone: the part of a corpus that can hold near-duplicates, with what is needed to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup import families, sketches
from dedup.config import SignatureConfig
from dedup.sources import Corpus

# Documents, taken evenly, that tell how common words are; pages of a family in which its furniture is looked for.
SAMPLE, PAGES = 1 << 13, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """A part of a corpus, the candidate pairs in it (int64, n x 2, its own numbers), and how many copies were found."""

    part: Corpus
    pairs: npt.NDArray[np.int64]
    copies: int


def narrow(corpus: Corpus, made: sketches.Sketches, mapping: Mapping[str, str], config: SignatureConfig) -> Narrowed:
    """Return the documents that can be near-duplicates, with samples of all documents and of their families' pages.

    `made` has the sketches of the corpus; `mapping` names the family of outlets.
    """
    n = len(made.sizes)
    # across two sides a copy cannot stand for another: their partners are not the same
    first = np.arange(n) if corpus.sides.any() else sketches.first_of(made)
    active = (first == np.arange(n)) & (made.sizes > 0)
    pairs = sketches.near_pairs(made, active, corpus.sides, config)
    copies = np.flatnonzero(first != np.arange(n))
    sample = np.arange(0, n, max(1, -(-n // SAMPLE)))
    pages = _pages(corpus, pairs, mapping)
    numbers = np.unique(np.concatenate([pairs.ravel(), copies, first[copies], sample, pages]))
    part = replace(corpus, texts=corpus.texts.part(numbers), sides=corpus.sides[numbers])
    return Narrowed(part=part, pairs=np.searchsorted(numbers, pairs), copies=len(copies))


def _pages(corpus: Corpus, pairs: npt.NDArray[np.int64], mapping: Mapping[str, str]) -> npt.NDArray[np.int64]:
    """Return an even sample of the pages of each family that has a page in `pairs` (int64)."""
    known = families.families_of(corpus.texts.heads(), mapping)
    of = [known[families.outlet_of(d)].name for d in corpus.texts.heads()]
    pages: dict[str, list[int]] = {}
    for number, family in enumerate(of):
        pages.setdefault(family, []).append(number)
    wanted = {of[d] for d in np.unique(pairs).tolist()}
    picked = [p[:: -(-len(p) // PAGES)] for family, p in pages.items() if family in wanted]
    return np.array([d for some in picked for d in some], np.int64)
