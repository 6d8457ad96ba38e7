"""New texts to the documents of an index that may share a passage with them.

Seeds and bands of the new texts are looked up in every part. A document is worth aligning when what its seeds cover in
the new text could make one chain of the least mass. Two limits keep an answer quick, and both are counted: of a seed
that many documents of a part have, the earliest are looked at; and of the documents that carry one stretch of a text
a few are aligned, those with most in common, then the earliest. So every stretch is answered, not every carrier named.
"""

from __future__ import annotations

import itertools
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.index.contents import band_keys, seed_places
from dedup.index.view import EVERYTHING, Filter, Numbers, View, expand, once
from dedup.kernels import postings as kernels
from dedup.kernels.tokens import FLAG_LINE, FLAG_QUOTE
from dedup.kernels.weights import token_masses
from dedup.spill import in_order
from dedup.store.segments import Segment
from dedup.tokens import Tokens
from dedup.verdict import reach

# Documents of one part that are looked at for a seed or band.
FREQUENT = 128
# Carriers of one stretch of a text that are named when nothing else is asked.
CARRIERS = 8
# Texts that one thread looks for at a time.
BLOCK_TEXTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs to align: `texts` (int64) among the new ones, and `numbers` (uint32) of documents.

    `frequent` counts the seeds and bands of which the earliest documents alone were looked at, `passed_over` the
    candidates that were not aligned.
    """

    texts: npt.NDArray[np.int64]
    numbers: Numbers
    frequent: int
    passed_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Among which documents to look, and how many carriers of each stretch of a text are wanted."""

    among: Filter = EVERYTHING
    carriers: int = CARRIERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The tokens of new texts with prefix sums of their masses (int64, 1/256 nat) and weights (int64, 6 a word)."""

    tokens: Tokens
    mass: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]


def weighed(tokens: Tokens, idf: npt.NDArray[np.float32]) -> Weighed:
    """Return tokens with what they weigh."""
    masses = token_masses(tokens.hashes, tokens.weights, idf)
    zero = np.zeros(1, np.int64)
    return Weighed(
        tokens=tokens,
        mass=np.concatenate([zero, np.cumsum(masses, dtype=np.int64)]),
        weight=np.concatenate([zero, np.cumsum(tokens.weights, dtype=np.int64)]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """Of one part the records `[low, high)` (int64 each) of each key that are looked at, and which documents count."""

    part: Segment
    removed: Numbers
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What was looked up: different keys, which of them each one asked for is (int64), their records in each part, and
    how many have more documents than are looked at."""

    key_of: npt.NDArray[np.int64]
    lists: list[_Lists]
    frequent: int


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of text and document (packed), and which of them to align."""

    pairs: npt.NDArray[np.uint64]
    taken: npt.NDArray[np.bool_]


def candidates(
    known: Weighed,
    signed: npt.NDArray[np.uint32],
    view: View,
    asked: Question,
    own: npt.NDArray[np.int64],
    config: Config,
    pool: Executor | None = None,
) -> Candidates:
    """Return the documents that may share something with each new text.

    `signed` are the signatures of the new texts, `own` (int64) the number under which each is in the index, or -1. Of
    two new texts the later one has the earlier as candidate.
    """
    keys, places = seed_places(known.tokens, config)
    looked = _look_up("seeds", keys, view, asked)
    batch = _Batch.of(own)
    edges = [*range(0, len(known.tokens), BLOCK_TEXTS), len(known.tokens)]
    search = _Search(known=known, places=places, looked=looked, batch=batch, asked=asked, config=config)
    blocks = list(in_order(pool, search.block, itertools.pairwise(edges)))
    by_seeds = _Pairs(
        np.concatenate([np.empty(0, np.uint64), *(b.pairs for b in blocks)]),
        np.concatenate([np.empty(0, np.bool_), *(b.taken for b in blocks)]),
    )
    by_bands, bands = _by_bands(signed, np.diff(known.tokens.bounds) > 0, view, asked, config)
    texts, numbers = _unpacked(by_bands)
    by_bands = by_bands[batch.others(texts, numbers) & ~np.isin(by_bands, by_seeds.pairs)]
    texts, _ = _unpacked(by_bands)
    rank = np.arange(len(texts)) - np.searchsorted(texts, texts)
    texts, numbers = _unpacked(np.concatenate([by_seeds.pairs[by_seeds.taken], by_bands[rank < asked.carriers]]))
    return Candidates(
        texts=texts,
        numbers=numbers,
        frequent=looked.frequent + bands,
        passed_over=len(by_seeds.pairs) + len(by_bands) - len(texts),
    )


@dataclass(frozen=True, slots=True)
class _Batch:
    """The new texts that are in the index: the least number, and which text each number from it on is (int64, -1)."""

    least: int
    position: npt.NDArray[np.int64]

    @classmethod
    def of(cls, own: npt.NDArray[np.int64]) -> _Batch:
        """Return it for the numbers of the texts, -1 for those that are not in the index."""
        there = np.flatnonzero(own >= 0)
        if not len(there):
            return cls(0, np.empty(0, np.int64))
        least = int(own[there].min())
        position = np.full(int(own[there].max()) - least + 1, -1, np.int64)
        position[own[there] - least] = there
        return cls(least, position)

    def others(self, texts: npt.NDArray[np.int64], numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Return which pairs are not a text with itself or with a later one of the new texts."""
        place = numbers.astype(np.int64) - self.least
        inside = (place >= 0) & (place < len(self.position))
        found = np.full(len(numbers), -1, np.int64)
        found[inside] = self.position[place[inside]]
        return found < texts


def _look_up(name: str, asked_for: npt.NDArray[np.uint32], view: View, asked: Question) -> _Looked:
    """Look keys up in all parts; of a key that many documents have, the earliest are looked at."""
    wanted, key_of = np.unique(asked_for, return_inverse=True)
    room = np.full(len(wanted), max(FREQUENT, 2 * asked.carriers), np.int64)
    if asked.among.narrow:
        room *= 4
    frequent = np.zeros(len(wanted), np.bool_)
    lists = []
    for part, removed in view.parts():
        if not asked.among.may_have(part):
            continue
        low, high = getattr(part, name).lookup(wanted)
        # so that removed documents do not take the places of others
        most = room + min(len(removed), 3 * FREQUENT)
        frequent |= high - low > most
        high = np.minimum(high, low + most)
        room = np.maximum(room - (high - low), 0)
        lists.append(_Lists(part=part, removed=removed, low=low, high=high))
    return _Looked(key_of=key_of, lists=lists, frequent=int(frequent.sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The search for what some texts share by seeds, at `places` (int64), block by block of texts."""

    known: Weighed
    places: npt.NDArray[np.int64]
    looked: _Looked
    batch: _Batch
    asked: Question
    config: Config

    def block(self, texts: tuple[int, int]) -> _Pairs:
        """Return the pairs of some texts that may have a chain, and which of them to align."""
        first, last = texts
        bounds = self.known.tokens.bounds
        begin, end = bounds[first], bounds[last]
        edges = np.searchsorted(self.places, bounds[first : last + 1])
        places = self.places[edges[0] : edges[-1]]
        key_of = self.looked.key_of[edges[0] : edges[-1]]
        spans = self._reach(places, bounds[first : last + 1])
        borders = np.append((self.known.tokens.flags[begin:end] & (FLAG_LINE | FLAG_QUOTE)) > 0, True)
        borders[bounds[first:last] - begin] = True
        best = reach(self.config.rescore.min_score)
        mass, weight = self.known.mass[begin : end + 1], self.known.weight[begin : end + 1]
        value = best.per_nat * mass / 256.0 + best.per_word * weight / 6.0
        least = best.needed - best.constant + best.per_nat * np.log(np.maximum(np.diff(bounds[first : last + 1]), 1))
        needed = np.stack([least, least - best.unit], axis=1)
        limits = np.array(
            [self.config.chains.max_gap, int(self.config.chains.least_mass * 256), self.asked.carriers], np.int64
        )
        found = []
        for lists in self.looked.lists:
            low, high = lists.low, lists.high
            run = lists.part.seeds
            costs = self.asked.among.costs(lists.part, lists.removed, best.per_nat)
            found.append(
                kernels.worthy(
                    (edges - edges[0], key_of),
                    (low, high),
                    run.column(0, low[key_of], high[key_of]),
                    (lists.part.info.low, costs),
                    (self.batch.least, self.batch.position, first),
                    spans,
                    (mass, value, needed),
                    borders,
                    limits,
                )
            )
        return self._chosen(first, found, spans, (mass, value, borders, needed, limits), best.per_nat)

    def _reach(
        self, places: npt.NDArray[np.int64], bounds: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the token span around each seed that a run with it may have without another seed, within the block."""
        text = np.searchsorted(bounds, places, "right") - 1
        beyond = self.config.seeds.seed_window - 1
        weight = self.known.weight[bounds[0] : bounds[-1] + 1]
        ends = np.searchsorted(weight, weight[places - bounds[0]] + 6 * self.config.seeds.seed_size) + beyond
        starts = np.maximum(places - beyond, bounds[text]) - bounds[0]
        return starts, np.minimum(ends, bounds[text + 1] - bounds[0])

    def _chosen(
        self,
        first: int,
        found: list[tuple[Any, ...]],
        spans: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
        about: tuple[Any, ...],
        per_nat: float,
    ) -> _Pairs:
        """Return the pairs of all parts, of each text those with most in common first, then the earliest; a stretch
        that enough of them carry counts no more for others."""
        mass, value, borders, needed, limits = about
        texts = np.concatenate([np.empty(0, np.int64), *(f[0] for f in found)])
        numbers = np.concatenate([np.empty(0, np.int64), *(f[1] for f in found)])
        bounds = np.concatenate([np.empty(0), *(f[2] for f in found)])
        shift = np.cumsum([0, *(len(f[0]) for f in found)])
        owner = np.concatenate([np.empty(0, np.int64), *(f[3][:, 0] + n for f, n in zip(found, shift, strict=False))])
        seeds = np.concatenate([np.empty(0, np.int64), *(f[3][:, 1] for f in found)])
        order = np.lexsort((numbers, -bounds, texts))
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        by_rank = np.argsort(rank[owner], kind="stable")
        groups = np.searchsorted(rank[owner][by_rank], np.arange(len(order) + 1))
        starts, ends = spans
        least = needed[texts[order]] + self._costs(found)[order][:, None]
        taken = kernels.chosen(
            groups, starts[seeds[by_rank]], ends[seeds[by_rank]], mass, value, borders, least, limits
        )
        return _Pairs(_packed(texts[order] + first, numbers[order].astype(np.uint32)), taken > 0)

    def _costs(self, found: list[tuple[Any, ...]]) -> npt.NDArray[np.float64]:
        """Return what chance costs in each document found."""
        per_nat = reach(self.config.rescore.min_score).per_nat
        parts = [
            self.asked.among.costs(lists.part, lists.removed, per_nat)[f[1] - lists.part.info.low]
            for lists, f in zip(self.looked.lists, found, strict=True)
        ]
        return np.concatenate([np.empty(0), *parts])


def _by_bands(
    signed: npt.NDArray[np.uint32], worded: npt.NDArray[np.bool_], view: View, asked: Question, config: Config
) -> tuple[npt.NDArray[np.uint64], int]:
    """Return the pairs (packed) that share two bands of their signatures, each once, and how many bands were cut.

    One band in common says little: texts with a Jaccard similarity of 0.02 have one in 3,000 times, those with 0.5 have
    two in 0.97 of all cases, and what is equal has all.
    """
    keys = band_keys(signed[worded], config.signatures)
    looked = _look_up("bands", keys.ravel(), view, asked)
    texts = np.flatnonzero(worded)[np.arange(keys.size) // max(keys.shape[1], 1)]
    found = [np.empty(0, np.uint64)]
    for lists in looked.lists:
        low, high = lists.low[looked.key_of], lists.high[looked.key_of]
        _, (numbers,) = lists.part.bands.take(expand(low, high))
        costs = asked.among.costs(lists.part, lists.removed, reach(config.rescore.min_score).per_nat)
        kept = np.isfinite(costs[numbers.astype(np.int64) - lists.part.info.low])
        found.append(_packed(np.repeat(texts, high - low)[kept], numbers[kept]))
    pairs = np.sort(np.concatenate(found))
    first = once(pairs)
    return pairs[first][np.diff(np.append(first, len(pairs))) > 1], looked.frequent


def _packed(texts: npt.NDArray[np.int64], numbers: Numbers) -> npt.NDArray[np.uint64]:
    """Return pairs as one number each, in the order of texts, then of documents."""
    found: npt.NDArray[np.uint64] = (texts.astype(np.uint64) << np.uint64(32)) | numbers
    return found


def _unpacked(pairs: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], Numbers]:
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
