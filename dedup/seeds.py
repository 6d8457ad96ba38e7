"""Tokens to seeds, and seeds to hits.

A seed is the smallest shingle hash of a window (winnowing), so that any verbatim run of `seed_window + seed_size - 1`
words shares one. Places of a frequent seed are linked to their neighbours in the order of the tokens that follow, and
again of those that precede: what lies between two places in that order shares at least as long a run, so every set
of places that shares a run stays connected, in linear time and without a frequency cap.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import SeedConfig
from dedup.kernels import seeds as kernels
from dedup.kernels import shingles as shingle_kernels
from dedup.tokens import Tokens

BLOCK_DOCUMENTS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The same seed in two places, pair of texts by pair of texts.

    `places` int64, n x 2 token places, the smaller first; `documents` int32, n x 2; pair g has
    `groups[g]:groups[g + 1]`. `seeds` counts the seeds, `frequent` the seeds linked by neighbours only.
    """

    places: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    groups: npt.NDArray[np.int64]
    seeds: int
    frequent: int


def seed_hits(
    tokens: Tokens,
    active: npt.NDArray[np.bool_],
    sides: npt.NDArray[np.int8],
    config: SeedConfig,
    pool: Executor | None = None,
) -> Hits:
    """Return the hits among `active` texts; with two sides only those across.

    `sides` (int8 a text) is all 0 for a scan within one corpus, and 1 for a reference set.
    """
    keys, places = _seeds(tokens, active, config, pool)
    packed = np.sort((keys.astype(np.uint64) << np.uint64(32)) | places.astype(np.uint64))
    keys = (packed >> np.uint64(32)).astype(np.uint32)
    places = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
    documents = kernels.document_of(places, tokens.bounds)
    hits, frequent = kernels.link(keys, places, documents, tokens.bounds, tokens.hashes, sides, config.small_bucket)
    return _grouped(hits, tokens, len(keys), int(frequent))


def pair_hits(tokens: Tokens, pairs: npt.NDArray[np.int64], windows: npt.NDArray[np.int64], config: SeedConfig) -> Hits:
    """Return all hits between given pairs of texts (int64, n x 2, left <= right, sorted), without neighbour links.

    `windows` (int64, n x 4) are the token spans of the left and the right text in which hits are wanted.
    """
    needed = np.unique(pairs)
    number = np.zeros(len(tokens) + 1, np.int64)
    number[needed] = np.arange(len(needed))
    parts = [
        shingle_kernels.seed_places(
            tokens.hashes, tokens.weights, tokens.bounds[d : d + 2], config.seed_size, config.seed_window
        )
        for d in needed
    ]
    bounds = np.cumsum([0, *(len(p[0]) for p in parts)]).astype(np.int64)
    keys = np.concatenate([p[0] for p in parts]) if parts else np.empty(0, np.uint32)
    places = np.concatenate([p[1] for p in parts]) if parts else np.empty(0, np.int64)
    hits, counts = kernels.pair_hits(number[pairs], windows, keys, places, bounds, config.small_bucket)
    kept = counts > 0
    return Hits(
        places=hits,
        documents=np.repeat(pairs, counts, axis=0).astype(np.int32),
        groups=np.concatenate([[0], np.cumsum(counts[kept])]),
        seeds=len(keys),
        frequent=0,
    )


def _seeds(
    tokens: Tokens, active: npt.NDArray[np.bool_], config: SeedConfig, pool: Executor | None
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the seed keys and places of all active texts."""

    def block(first: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
        bounds = tokens.bounds[first : first + BLOCK_DOCUMENTS + 1]
        keys, places = shingle_kernels.seed_places(
            tokens.hashes, tokens.weights, bounds, config.seed_size, config.seed_window
        )
        kept = active[kernels.document_of(places, tokens.bounds)]
        return keys[kept], places[kept]

    firsts = range(0, max(1, len(tokens)), BLOCK_DOCUMENTS)
    parts = list(pool.map(block, firsts) if pool else map(block, firsts))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _grouped(hits: npt.NDArray[np.int64], tokens: Tokens, seeds: int, frequent: int) -> Hits:
    """Return the hits sorted by pair of texts."""
    left = kernels.document_of(hits[:, 0], tokens.bounds)
    right = kernels.document_of(hits[:, 1], tokens.bounds)
    order = kernels.pair_order(left, right, len(tokens))
    documents = np.stack([left[order], right[order]], axis=1)
    new = np.flatnonzero((documents[1:] != documents[:-1]).any(axis=1)) + 1
    edges = [0, *new.tolist(), len(documents)] if len(documents) else [0]
    return Hits(
        places=hits[order],
        documents=documents,
        groups=np.array(edges, np.int64),
        seeds=seeds,
        frequent=frequent,
    )
