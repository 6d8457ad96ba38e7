"""Which texts can be near-duplicates, from sketches of whole texts that are made while they are read.

Two generators: banded signatures find texts that are alike; a sample of the shingles finds a text inside a longer one,
whose Jaccard similarity may be as low as you like (FracMinHash: Irber et al. 2022). The sample is of all hashes below a
bound, so that two texts sample the same of what they share. What is found here is aligned and verified later.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import SignatureConfig
from dedup.kernels import sketches as kernels
from dedup.lsh import SMALL_BUCKET, band_pairs, by_signature, least_estimate
from dedup.signatures import permutations
from dedup.tokens import tokenize

# One of so many shingles is sampled.
ONE_OF = 8
# Share of its shingles that a text shares with one that has 0.8 of its words, the others spread evenly: 0.8 ** 5.
# Of the smaller sample so much is asked for as 19 in 20 samples of such texts have (normal approximation).
LEAST_COMMON, SURE = 0.33, 1.645
# Code points of texts sketched at a time, and how many such batches may wait.
BATCH_CHARACTERS, AHEAD = 1 << 20, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketches:
    """Of n texts: `signatures` (uint32, n x num_perm), `sampled` shingle hashes (uint64) at `bounds` (int64, n + 1),
    `digests` of all tokens (uint64, n x 2), and how many tokens each has and what they weigh (int64)."""

    signatures: npt.NDArray[np.uint32]
    sampled: npt.NDArray[np.uint64]
    bounds: npt.NDArray[np.int64]
    digests: npt.NDArray[np.uint64]
    sizes: npt.NDArray[np.int64]
    weights: npt.NDArray[np.int64]


class Sketcher:
    """Sketches texts on `pool` as they come; `finish` gives the sketches in the order of the texts."""

    def __init__(self, config: SignatureConfig, pool: Executor) -> None:
        self._config, self._pool = config, pool
        self._texts: list[str] = []
        self._held = 0
        self._waiting: list[Future[Sketches]] = []
        self._done: list[Sketches] = []

    def feed(self, text: str) -> None:
        """Add a text."""
        self._texts.append(text)
        self._held += len(text)
        if self._held >= BATCH_CHARACTERS:
            self._submit()

    def _submit(self) -> None:
        self._waiting.append(self._pool.submit(sketch, self._texts, self._config))
        self._texts, self._held = [], 0
        while len(self._waiting) > AHEAD:
            self._done.append(self._waiting.pop(0).result())

    def finish(self, order: npt.NDArray[np.int64]) -> Sketches:
        """Return the sketches of the texts `order` (int64): in that order, without those that it lacks."""
        self._submit()
        parts = [*self._done, *(f.result() for f in self._waiting)]
        self._done, self._waiting = [], []
        counts = np.concatenate([np.diff(p.bounds) for p in parts])
        starts = (np.cumsum(counts) - counts)[order]
        counts = counts[order]
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        places = np.repeat(starts - bounds[:-1], counts) + np.arange(bounds[-1])
        return Sketches(
            signatures=np.concatenate([p.signatures for p in parts])[order],
            sampled=np.concatenate([p.sampled for p in parts])[places],
            bounds=bounds,
            digests=np.concatenate([p.digests for p in parts])[order],
            sizes=np.concatenate([p.sizes for p in parts])[order],
            weights=np.concatenate([p.weights for p in parts])[order],
        )


def sketch(texts: list[str], config: SignatureConfig) -> Sketches:
    """Return the sketches of some texts."""
    tokens = tokenize(texts)
    a, b = permutations(config.num_perm, config.seed)
    signatures, sampled, bounds, digests = kernels.sketch(
        tokens.hashes, tokens.weights, tokens.bounds, config.shingle_size, a, b, np.uint64(2**64 // ONE_OF)
    )
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(tokens.weights, dtype=np.int64)])
    return Sketches(
        signatures=signatures,
        sampled=sampled,
        bounds=bounds,
        digests=digests,
        sizes=np.diff(tokens.bounds),
        weights=np.diff(total[tokens.bounds]),
    )


def first_of(made: Sketches) -> npt.NDArray[np.int64]:
    """Return for each text the first one with the same digest (int64); texts without tokens are their own."""
    out = np.arange(len(made.sizes))
    texts = np.flatnonzero(made.sizes)
    order = texts[np.lexsort((texts, made.digests[texts, 1], made.digests[texts, 0]))]
    new = np.ones(len(order), np.bool_)
    new[1:] = (made.digests[order[1:]] != made.digests[order[:-1]]).any(axis=1)
    if len(order):
        out[order] = order[new][np.cumsum(new) - 1]
    return out


def near_pairs(
    made: Sketches, active: npt.NDArray[np.bool_], sides: npt.NDArray[np.int8], config: SignatureConfig
) -> npt.NDArray[np.int64]:
    """Return the pairs (int64, n x 2, left < right, sorted) of `active` texts that can be near-duplicates."""
    n = max(1, len(active))
    alike = band_pairs(made.signatures, active, config)
    if len(alike):
        estimate = (made.signatures[alike[:, 0]] == made.signatures[alike[:, 1]]).mean(axis=1)
        alike = alike[estimate >= least_estimate(config)]
    codes = np.union1d(alike @ np.array([n, 1]), _contained(made, active))
    pairs = np.stack([codes // n, codes % n], axis=1)
    return pairs[sides[pairs[:, 0]] != sides[pairs[:, 1]]] if sides.any() else pairs


def _contained(made: Sketches, active: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the pairs whose samples have enough in common, as `left * n + right` (int64, sorted)."""
    n = max(1, len(active))
    ranked = by_signature(made.signatures, np.flatnonzero(active))
    rank = np.zeros(n, np.uint64)
    rank[ranked] = np.arange(len(ranked), dtype=np.uint64)
    counts = np.diff(made.bounds)
    bits = np.uint64(len(ranked).bit_length())
    taken = np.repeat(active, counts)
    # a hash is below 2**64 / ONE_OF: its upper bits and the text's rank make one number
    codes = (made.sampled[taken] * np.uint64(ONE_OF)) >> bits << bits | np.repeat(rank[: len(active)], counts)[taken]
    codes = np.unique(codes)
    ranks = (codes & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    keys = codes >> bits
    samples = np.bincount(ranks, minlength=len(ranked))
    found = [left * n + right for left, right in _together(keys, ranks)]
    pairs, common = np.unique(np.concatenate([np.empty(0, np.int64), *found]), return_counts=True)
    left, right = pairs // n, pairs % n
    smaller = np.minimum(samples[left], samples[right])
    spread = np.sqrt(LEAST_COMMON * (1.0 - LEAST_COMMON) * smaller)
    enough = common >= np.maximum(1.0, LEAST_COMMON * smaller - SURE * spread)
    a, b = ranked[left[enough]], ranked[right[enough]]
    return np.unique(np.minimum(a, b) * n + np.maximum(a, b))


def _together(
    keys: npt.NDArray[np.uint64], ranks: npt.NDArray[np.int64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield pairs of ranks that have a key in common: all of a small group, neighbours of a large one."""
    same = keys[1:] == keys[:-1]
    group = np.concatenate([[0], np.cumsum(~same)]) if len(keys) else np.empty(0, np.int64)
    sizes = np.bincount(group)
    run = same.copy()
    for step in range(1, SMALL_BUCKET):
        first = np.flatnonzero(run)
        if step > 1:
            first = first[sizes[group[first]] <= SMALL_BUCKET]
        if not len(first):
            return
        yield ranks[first], ranks[first + step]
        run = run[:-1] & same[step:]
