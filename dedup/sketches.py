"""Which texts can be near-duplicates, from sketches of whole texts that are made while they are read.

A sketch is a sample of a text's shingles: of all hashes those below a bound, so that two texts sample the same of what
they share (FracMinHash: Irber et al. 2022). Unlike signatures of one size, such samples also tell that a text stands
inside a longer one. Short texts, of which a sample says too little, have all their shingles and are compared by them
with one another. What is found here is aligned and verified later.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import SignatureConfig
from dedup.kernels import sketches as kernels
from dedup.spill import in_order
from dedup.tokens import tokenize

# One of so many shingles is sampled, of texts of up to `SHORT` shingles all.
ONE_OF, SHORT = 8, 64
# Share of its shingles that a text shares with one that has 0.8 of its words, the others spread evenly: 0.8 ** 5.
# Of the smaller sample so much is asked for as 19 in 20 samples of such texts have (normal approximation).
LEAST_COMMON, SURE = 0.33, 1.645
# Texts with one shingle up to which all are paired; of more each with the next.
SMALL_BUCKET = 8
# Code points of texts sketched at a time, and how many such batches may wait.
BATCH_CHARACTERS, AHEAD = 1 << 20, 6
# Shares of the hashes that are sorted at a time.
PARTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketches:
    """Of n texts: `sampled` shingle hashes (uint64) at `bounds` (int64, n + 1), the two smallest of them (`least`,
    uint64, n x 2), `digests` of all tokens (uint64, n x 2), how many tokens each has and what they weigh (int64)."""

    sampled: npt.NDArray[np.uint64]
    bounds: npt.NDArray[np.int64]
    least: npt.NDArray[np.uint64]
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
            sampled=np.concatenate([p.sampled for p in parts])[places],
            bounds=bounds,
            least=np.concatenate([p.least for p in parts])[order],
            digests=np.concatenate([p.digests for p in parts])[order],
            sizes=np.concatenate([p.sizes for p in parts])[order],
            weights=np.concatenate([p.weights for p in parts])[order],
        )


def sketch(texts: list[str], config: SignatureConfig) -> Sketches:
    """Return the sketches of some texts."""
    tokens = tokenize(texts)
    sampled, bounds, least, digests = kernels.sketch(
        tokens.hashes, tokens.weights, tokens.bounds, config.shingle_size, np.uint64(2**64 // ONE_OF), SHORT
    )
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(tokens.weights, dtype=np.int64)])
    return Sketches(
        sampled=sampled,
        bounds=bounds,
        least=least,
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
    made: Sketches, active: npt.NDArray[np.bool_], sides: npt.NDArray[np.int8], pool: Executor
) -> npt.NDArray[np.int64]:
    """Return the pairs (int64, n x 2, left < right, sorted) of `active` texts that can be near-duplicates."""
    counts = np.diff(made.bounds)
    below = made.sampled < np.uint64(2**64 // ONE_OF)
    # what lies above the bound is a short text's
    above = np.concatenate([np.zeros(1, np.int64), np.cumsum(~below)])
    short = active & (np.diff(above[made.bounds]) > 0)
    n = max(1, len(active))
    of_all = _alike(made, np.repeat(active, counts) & below, active, pool)
    codes = np.union1d(of_all, _alike(made, np.repeat(short, counts), short, pool))
    pairs = np.stack([codes // n, codes % n], axis=1)
    return pairs[sides[pairs[:, 0]] != sides[pairs[:, 1]]] if sides.any() else pairs


def _alike(
    made: Sketches, taken: npt.NDArray[np.bool_], texts: npt.NDArray[np.bool_], pool: Executor
) -> npt.NDArray[np.int64]:
    """Return the pairs of `texts` of whose hashes that are `taken` enough are common, as `left * n + right` (int64)."""
    n = len(texts)
    which = np.flatnonzero(texts)
    # texts that share the smallest hash are neighbours, as most alike ones are
    ranked = which[np.lexsort((which, made.least[which, 1], made.least[which, 0]))]
    rank = np.zeros(n, np.uint64)
    rank[ranked] = np.arange(len(ranked), dtype=np.uint64)
    hashes, owners = made.sampled[taken], np.repeat(rank, np.diff(made.bounds))[taken]
    bits = max(1, len(ranked).bit_length())
    width = int(hashes.max(initial=0)) // PARTS + 1

    def part(number: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        # the last parts may be empty, where they would lie above all numbers
        low, high = number * width, min((number + 1) * width, 2**64) - 1
        own = (
            (hashes >= np.uint64(low)) & (hashes <= np.uint64(high)) if low <= high else np.zeros(len(hashes), np.bool_)
        )
        # the upper bits of a hash and the text's rank make one number
        room = np.uint64(bits)
        codes = _unique(hashes[own] >> room << room | owners[own])
        ranks = (codes & ((np.uint64(1) << room) - np.uint64(1))).astype(np.int64)
        return np.bincount(ranks, minlength=len(ranked)), kernels.together(codes, bits, SMALL_BUCKET)

    samples, found = np.zeros(len(ranked), np.int64), [np.empty(0, np.int64)]
    for counted, pairs in in_order(pool, part, range(PARTS)):
        samples += counted
        found.append(pairs)
    codes, common = np.unique(np.concatenate(found), return_counts=True)
    left, right = codes >> bits, codes & ((1 << bits) - 1)
    smaller = np.minimum(samples[left], samples[right])
    spread = np.sqrt(LEAST_COMMON * (1.0 - LEAST_COMMON) * smaller)
    enough = common >= np.maximum(1.0, LEAST_COMMON * smaller - SURE * spread)
    a, b = ranked[left[enough]], ranked[right[enough]]
    return np.unique(np.minimum(a, b) * n + np.maximum(a, b))


def _unique(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return the sorted values, each once; of many nearly all different ones quicker than `np.unique`."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]
