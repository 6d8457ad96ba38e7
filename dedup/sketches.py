"""Which texts can be near-duplicates, from sketches of whole texts that are made while they are read.

A sketch is a sample of a text's shingles: of all hashes those below a bound, so that two texts sample the same of what
they share (FracMinHash: Irber et al. 2022). Unlike signatures of one size, such samples also tell that a text stands
inside a longer one. Short texts, of which a sample says too little, have all their shingles and are compared by them
with one another. What is found here is aligned and verified later.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import SignatureConfig
from dedup.kernels import sketches as kernels
from dedup.rows import counted, distinct
from dedup.spill import in_order
from dedup.tokens import joined, tables

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
PARTS = 16  # a power of two


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketches:
    """Of n texts: `sampled` shingle hashes (uint64) and where those of each are (`spans`, int64, n x 2), the two
    smallest of them (`least`, uint64, n x 2), `digests` of all tokens (uint64, n x 2), how many tokens each has and
    what they weigh (int64)."""

    sampled: npt.NDArray[np.uint64]
    spans: npt.NDArray[np.int64]
    least: npt.NDArray[np.uint64]
    digests: npt.NDArray[np.uint64]
    sizes: npt.NDArray[np.int64]
    weights: npt.NDArray[np.int64]


_KINDS: dict[str, type[np.generic]] = {
    "sampled": np.uint64,
    "spans": np.int64,
    "least": np.uint64,
    "digests": np.uint64,
    "sizes": np.int64,
    "weights": np.int64,
}


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

    def encoded(self, texts: Sequence[bytes | memoryview]) -> bytes:
        """Return the sketches of texts in UTF-8 for `take`, made here."""
        made = sketch(texts, self._config)
        return msgspec.msgpack.encode([getattr(made, name).tobytes() for name in _KINDS])

    def take(self, raw: bytes) -> None:
        """Add texts whose sketches were made elsewhere, if there are any."""
        if not raw:
            return
        if self._texts:
            self._submit()
        parts = msgspec.msgpack.decode(raw, type=list[bytes])
        arrays = {name: np.frombuffer(part, kind) for (name, kind), part in zip(_KINDS.items(), parts, strict=True)}
        for name in ("spans", "least", "digests"):
            arrays[name] = arrays[name].reshape(-1, 2)
        done: Future[Sketches] = Future()
        done.set_result(Sketches(**arrays))
        self._wait(done)

    def _submit(self) -> None:
        texts, self._texts, self._held = self._texts, [], 0
        self._wait(self._pool.submit(lambda: sketch([t.encode("utf-8", "replace") for t in texts], self._config)))

    def _wait(self, future: Future[Sketches]) -> None:
        self._waiting.append(future)
        while len(self._waiting) > AHEAD:
            self._done.append(self._waiting.pop(0).result())

    def settle(self) -> None:
        """Wait until all texts that were given are sketched: no thread works on them then."""
        self._submit()
        self._done += [future.result() for future in self._waiting]
        self._waiting = []

    def finish(self, order: npt.NDArray[np.int64]) -> Sketches:
        """Return the sketches of the texts `order` (int64): in that order, without those that it lacks."""
        self.settle()
        parts, self._done = self._done, []
        firsts = itertools.accumulate((len(p.sampled) for p in parts), initial=0)
        return Sketches(
            sampled=np.concatenate([p.sampled for p in parts]),
            spans=np.concatenate([p.spans + first for p, first in zip(parts, firsts, strict=False)])[order],
            least=np.concatenate([p.least for p in parts])[order],
            digests=np.concatenate([p.digests for p in parts])[order],
            sizes=np.concatenate([p.sizes for p in parts])[order],
            weights=np.concatenate([p.weights for p in parts])[order],
        )


def sketch(texts: Sequence[bytes | memoryview], config: SignatureConfig) -> Sketches:
    """Return the sketches of texts in valid UTF-8."""
    sampled, spans, least, digests, sizes, masses = kernels.sketch(
        *joined(texts), tables(), config.shingle_size, np.uint64(2**64 // ONE_OF), SHORT
    )
    return Sketches(sampled=sampled, spans=spans, least=least, digests=digests, sizes=sizes, weights=masses)


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
    highest = np.uint64(2**64 // ONE_OF - 1)
    # what lies above the bound is a short text's
    short = active & kernels.reaching(made.sampled, made.spans, highest)
    n = max(1, len(active))
    of_all = _alike(made, active, highest, pool)
    codes = distinct(np.concatenate([of_all, _alike(made, short, np.uint64(2**64 - 1), pool)]))
    pairs = np.stack([codes // n, codes % n], axis=1)
    return pairs[sides[pairs[:, 0]] != sides[pairs[:, 1]]] if sides.any() else pairs


def _alike(made: Sketches, texts: npt.NDArray[np.bool_], highest: np.uint64, pool: Executor) -> npt.NDArray[np.int64]:
    """Return the pairs of `texts` with enough hashes up to the `highest` in common, as `left * n + right` (int64)."""
    n = len(texts)
    which = np.flatnonzero(texts)
    # texts that share the smallest hash are neighbours, as most alike ones are
    ranked = which[np.lexsort((which, made.least[which, 1], made.least[which, 0]))]
    rank = np.full(n, -1, np.int64)
    rank[ranked] = np.arange(len(ranked))
    bits = max(1, len(ranked).bit_length())
    # the upper bits of a hash and the text's rank make one number, in parts by the uppermost bits
    shift = int(highest).bit_length() - PARTS.bit_length() + 1
    codes, edges = kernels.keyed(made.sampled, made.spans, rank, highest, bits, shift, PARTS)

    def part(number: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        own = _unique(codes[edges[number] : edges[number + 1]])
        ranks = (own & ((np.uint64(1) << np.uint64(bits)) - np.uint64(1))).astype(np.int64)
        return np.bincount(ranks, minlength=len(ranked)), kernels.together(own, bits, SMALL_BUCKET)

    samples, found = np.zeros(len(ranked), np.int64), [np.empty(0, np.int64)]
    for sampled, pairs in in_order(pool, part, range(PARTS)):
        samples += sampled
        found.append(pairs)
    both, common = counted(np.concatenate(found))
    left, right = both >> bits, both & ((1 << bits) - 1)
    smaller = np.minimum(samples[left], samples[right])
    spread = np.sqrt(LEAST_COMMON * (1.0 - LEAST_COMMON) * smaller)
    enough = common >= np.maximum(1.0, LEAST_COMMON * smaller - SURE * spread)
    a, b = ranked[left[enough]], ranked[right[enough]]
    return distinct(np.minimum(a, b) * n + np.maximum(a, b))


def _unique(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Sort values in their place and return each once; of nearly all different ones quicker than `np.unique`."""
    values.sort()
    new = np.ones(len(values), np.bool_)
    new[1:] = values[1:] != values[:-1]
    return values[new]
