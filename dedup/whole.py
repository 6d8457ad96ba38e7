"""Documents alone: the part of a corpus that can hold near-duplicates, its passages, and what is needed to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup import candidates, families, furniture, rescore, sketches, templates, weights
from dedup.align import Passages
from dedup.clusters import Clusters
from dedup.config import Config
from dedup.copies import copied, copy_of
from dedup.progress import Progress
from dedup.rows import distinct
from dedup.sources import Corpus
from dedup.spill import Scratch, in_order
from dedup.tokens import tokenize_all

# Documents, taken evenly, that tell how common words are; pages of a family in which its furniture is looked for.
SAMPLE, PAGES = 1 << 13, 12
# Pages of a family from which a run of words on them is looked at.
LEAST_PAGES = 2
# Pairs of texts aligned at a time.
BLOCK_PAIRS = 256


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
    pages = _pages(corpus, distinct(pairs), known)
    numbers = distinct(np.concatenate([pairs.ravel(), copies, first[copies], sample, *pages]))
    part = replace(
        corpus, texts=corpus.texts.part(numbers), sides=corpus.sides[numbers], columns=corpus.columns.part(numbers)
    )
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
    of = corpus.columns.families(known)
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


def house_pages(corpus: Corpus, mapping: Mapping[str, str]) -> list[int]:
    """Return the texts that are judged by, also where they have no passage; `mapping` names families of outlets."""
    return furniture.house_pages(corpus.columns.families(corpus.columns.known(mapping)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found in a part of a corpus, and runs of words that pages of a family have."""

    part: Corpus
    found: candidates.Found
    runs: Clusters


def find(
    corpus: Corpus,
    made: sketches.Sketches,
    known: Mapping[str, families.Family],
    pool: Executor,
    progress: Progress,
    *,
    config: Config,
    scratch: Scratch,
) -> Finding:
    """Return the passages of pairs that can be near-duplicates, and runs of words in the texts that have some.

    `made` has the sketches of the corpus; `known` is the family of each outlet.
    """
    some = narrow(corpus, made, known, pool)
    found = _aligned(some, pool, progress, config, scratch)
    progress.stage("templates", None)
    compared = np.zeros(len(found.tokens), np.bool_)
    compared[found.passages.documents.ravel()] = True
    runs = templates.templates(found.tokens, some.families, LEAST_PAGES, pool, compared)
    counts = {"tokens": int(made.sizes.sum()), "exact_copies": some.copies, **found.counts}
    return Finding(
        part=some.part,
        found=replace(found, sizes=made.sizes, weight=int(made.weights.sum()), counts=counts),
        runs=Clusters.of(list(runs)),
    )


def _aligned(some: Narrowed, pool: Executor, progress: Progress, config: Config, scratch: Scratch) -> candidates.Found:
    """Return the passages of the candidate pairs and of equal texts."""
    progress.stage("tokens", None)
    part, pairs = some.part, some.pairs
    tokens = tokenize_all(part.texts.texts(), pool, scratch, part.texts.lengths)
    copies = np.arange(len(tokens)) if part.sides.any() else copy_of(tokens)
    progress.stage("weights", None)
    active = (copies == np.arange(len(tokens))) & (np.diff(tokens.bounds) > 0)
    words = candidates.count_words(tokens, active, pairs, pool, scratch)
    known = rescore.evidence(tokens, weights.from_counts(words), pool, scratch)
    progress.stage("passages", len(pairs))
    keep = candidates.Verified(sides=part.sides, one_way=part.one_way, config=config)

    def verified(passages: Passages) -> tuple[Passages, rescore.Scored]:
        scored = rescore.screen(passages, known, config.rescore)
        kept = keep(passages, scored, known)
        return passages.select(kept), scored.select(kept)

    def block(first: int) -> tuple[Passages, rescore.Scored]:
        return verified(candidates.align_pairs(pairs[first : first + BLOCK_PAIRS], None, known, config))

    parts = [verified(copied(copies, tokens))]
    for found in in_order(pool, block, range(0, len(pairs), BLOCK_PAIRS)):
        parts.append(found)
        progress.advance(BLOCK_PAIRS)
    passages, scored = candidates.together(*parts)
    return candidates.Found(
        tokens=tokens,
        sizes=np.diff(tokens.bounds),
        weight=int(tokens.weights.sum(dtype=np.int64)),
        words=words,
        evidence=known,
        copy_of=copies,
        passages=passages,
        scored=scored,
        counts={"candidate_pairs": len(pairs), "aligned_passages": len(passages)},
    )
