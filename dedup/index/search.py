"""New texts to the documents of an index that may share a passage with them.

Seeds and bands of the new texts are looked up in every part. A document is worth aligning when what its seeds cover in
the new text could make one chain of the least mass. Two limits keep an answer quick, and both are counted: of a seed
that many documents have, those alone are looked at that go on like the text for the most words, then the earliest; and
of the documents that carry one stretch of a text a few are aligned, those with most in common, then the earliest. So
every stretch is answered, not every carrier named.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.errors import StoreError
from dedup.index.contents import Seeds
from dedup.index.view import EVERYTHING, NO_NUMBERS, Filter, Numbers, View
from dedup.kernels import chosen, held, lookup
from dedup.kernels import postings as kernels
from dedup.kernels.postings import CONTEXT, RANK_BITS
from dedup.kernels.tokens import FLAG_LINE, FLAG_QUOTE
from dedup.kernels.weights import token_masses
from dedup.spill import done, in_order
from dedup.store.runs import Column, Records
from dedup.store.segments import Segment
from dedup.tokens import Tokens
from dedup.verdict import reach

# Documents that an index can answer from: two bits of 32 are taken.
MOST_DOCUMENTS = 1 << 30
# Documents that are looked at for a seed or band.
FREQUENT = 32
# Bits that are left out of what stands around a seed: all but those of the next word, those of the word before, none.
SHIFTS = np.cumsum([RANK_BITS, *reversed(CONTEXT[1:])])[::-1].tolist()
# Keys of a range that are looked up together, about: what is known of them stays at hand; and seeds of all ranges, of
# which each may have `FREQUENT` postings, four bytes each, twice while they are put in order.
RANGE_KEYS, MOST_SEEDS = 1 << 15, 1 << 22
# Carriers of one stretch of a text that are named when nothing else is asked.
CARRIERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs to align: `texts` (int64) among the new ones, and `numbers` (uint32) of documents.

    `frequent` counts the bands of which the earliest documents alone were looked at, `passed_over` the candidates that
    were not aligned.
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
    """Return tokens with what they weigh by an `idf` (float32, nats a slot)."""
    mass, weight = held.prefix_sums(token_masses(tokens.hashes, tokens.weights, idf), tokens.weights)
    return Weighed(tokens=tokens, mass=mass, weight=weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents of the parts that are looked into, part by part: their numbers (uint32), what chance costs in each
    (float64, infinite for those not asked for), and where those of each part begin (`firsts`); `removed` counts those
    that were removed."""

    parts: Sequence[Segment]
    firsts: Sequence[int]
    numbers: Numbers
    costs: npt.NDArray[np.float64]
    removed: int

    @classmethod
    def of(cls, view: View, among: Filter, config: Config) -> Documents:
        """Return those of a view. Raises `StoreError` where they are too many."""
        per_nat = reach(config.rescore.min_score).per_nat
        if not among.narrow and "documents" in view.kept:
            kept: Documents = view.kept["documents"]
            return kept
        parts = [part for part in view.parts() if among.may_have(part[0])]
        firsts = np.cumsum([0, *(len(part.numbers()) for part, _ in parts)]).tolist()
        if firsts[-1] >= MOST_DOCUMENTS:
            raise StoreError(
                f"an index answers from at most {MOST_DOCUMENTS} documents; make one for each span of time"
            )
        found = cls(
            parts=[part for part, _ in parts],
            firsts=firsts,
            numbers=np.concatenate([NO_NUMBERS, *(part.numbers() for part, _ in parts)]),
            costs=np.concatenate([np.empty(0), *(among.costs(*part, per_nat) for part in parts)]),
            removed=sum(len(removed) for _, removed in view.parts()),
        )
        if not among.narrow:
            view.kept["documents"] = found
        return found


@dataclass(frozen=True, slots=True)
class _Lists:
    """The records `[low, high)` (int64, parts x keys) of each key that are looked at, the postings of each part, and of
    how many keys there are more than are looked at."""

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    columns: Sequence[Column]
    frequent: int


class _Found(NamedTuple):
    """What some seeds (int64, in order of their keys) have hit: seed k the postings `starts[k]:starts[k + 1]`, and how
    many of them are frequent."""

    seeds: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    postings: npt.NDArray[np.uint32]
    frequent: int


NOTHING_FOUND = _Found(np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, np.uint32), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What the seeds of some texts, the `first` one and those behind it, have hit: seed `first + s` the postings
    `starts[s]:starts[s + 1]` (uint32, see `gather`). `frequent` counts the seeds of which only some documents were
    looked at."""

    first: int
    starts: npt.NDArray[np.int64]
    postings: npt.NDArray[np.uint32]
    frequent: int


@dataclass(frozen=True, slots=True)
class NewTexts:
    """The new texts that are in the index: the least number, and which text each number from it on is (int64, -1)."""

    least: int
    position: npt.NDArray[np.int64]

    @classmethod
    def of(cls, own: npt.NDArray[np.int64]) -> NewTexts:
        """Return it for the numbers of the texts, -1 for those that are not in the index."""
        there = np.flatnonzero(own >= 0)
        if not len(there):
            return cls(0, np.empty(0, np.int64))
        least = int(own[there].min())
        position = np.full(int(own[there].max()) - least + 1, -1, np.int64)
        position[own[there] - least] = there
        return cls(least, position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The search for what some texts share, block by block.

    `signed` (uint32, texts x `num_perm`) are their signatures. Of two new texts the later one has the earlier as
    candidate.
    """

    known: Weighed
    seeds: Seeds
    signed: npt.NDArray[np.uint32]
    documents: Documents
    asked: Question
    batch: NewTexts
    config: Config

    def ranges(self) -> list[tuple[int, int]]:
        """Return the texts `[first, last)` whose seeds are looked up together: as many as there is room for, at least
        one."""
        bounds, room = self.seeds.bounds, max(1, MOST_SEEDS * FREQUENT // self._most())
        parts = max(1, -(-int(bounds[-1]) // room))
        edges = np.searchsorted(bounds, np.arange(1, parts) * (int(bounds[-1]) / parts), "right") - 1
        return list(itertools.pairwise(sorted({0, *edges.tolist(), len(bounds) - 1})))

    def _most(self) -> int:
        """Return how many documents are looked at for a seed or band."""
        most = max(FREQUENT, 2 * self.asked.carriers) * (4 if self.asked.among.narrow else 1)
        # so that removed documents do not take the places of others
        return most + min(self.documents.removed, 3 * most)

    def hits(self, texts: tuple[int, int], pool: Executor | None) -> Hits:
        """Return what the seeds of the texts `[first, last)` have hit.

        All keys of a range are looked up at once, range by range: what many texts ask for stands close together.
        """
        first, last = (int(self.seeds.bounds[text]) for text in texts)
        keys = self.seeds.keys[first:last]
        order, edges = lookup.ranged(keys, max(0, (len(keys) // RANGE_KEYS).bit_length()))

        def found(part: tuple[int, int]) -> _Found:
            return self._found(first + order[slice(*part)])

        parts = list(in_order(pool, found, itertools.pairwise(edges.tolist())))
        starts, frequent = np.zeros(len(keys) + 1, np.int64), 0
        for part in parts:
            starts[1 + part.seeds - first] = np.diff(part.starts)
            frequent += part.frequent
        np.cumsum(starts, out=starts)
        postings = np.empty(starts[-1], np.uint32)

        def placed(n: int) -> None:
            part = parts[n]
            lookup.placed(part.starts, part.postings, part.seeds - first, starts, postings)
            # what is placed need not be held twice
            parts[n] = NOTHING_FOUND

        done(pool, placed, range(len(parts)))
        return Hits(first=first, starts=starts, postings=postings, frequent=frequent)

    def _found(self, seeds: npt.NDArray[np.int64]) -> _Found:
        """Return what some seeds have hit, in order of their keys."""
        seeds = seeds[np.argsort(self.seeds.keys[seeds])]
        contexts = self.seeds.contexts[seeds]
        lists = self._look_up("seeds", self.seeds.keys[seeds], contexts)
        starts = lookup.starts_of(lists.low, lists.high)
        at, postings = starts[:-1].copy(), np.empty(starts[-1], np.uint32)
        for n, column in enumerate(lists.columns):
            kernels.gather(column, lists.low[n], lists.high[n], contexts, self.documents.firsts[n], at, postings)
        return _Found(seeds, starts, postings, lists.frequent)

    def block(self, texts: tuple[int, int], hits: Hits) -> Candidates:
        """Return the documents that may share something with each of the texts `[first, last)`, of which there are
        `hits`."""
        by_seeds = self._by_seeds(*texts, hits)
        by_bands, frequent = self._by_bands(*texts)
        found, numbers, left = chosen.aligned(
            by_seeds, by_bands, texts[0], (self.batch.least, self.batch.position), self.asked.carriers
        )
        return Candidates(texts=found, numbers=numbers, frequent=frequent, passed_over=left)

    def _look_up(
        self, name: str, keys: npt.NDArray[np.uint32], contexts: npt.NDArray[np.uint32] | None = None
    ) -> _Lists:
        """Return the postings of keys (in order) in each part.

        With `contexts` those of a frequent key are taken first that agree in most of it, then the earliest.
        """
        most = self._most()
        runs: list[Records] = [getattr(part, name) for part in self.documents.parts]
        low, high = np.zeros((2, len(runs), len(keys)), np.int64)
        for n, run in enumerate(runs):
            run.search(keys, low[n], high[n])
        columns = [run.column(0) for run in runs]
        frequent = lookup.frequent(low, high, np.arange(len(keys)), most)
        if contexts is not None and len(frequent):
            wanted, left = contexts.astype(np.int64) << RANK_BITS, frequent
            for shift in SHIFTS:
                for n, column in enumerate(columns):
                    lookup.narrow(column, low[n], high[n], left, wanted, shift)
                left = lookup.frequent(low, high, left, most)
                if not len(left):
                    break
        lookup.limit(low, high, frequent, most)
        return _Lists(low, high, columns, len(frequent))

    def _by_seeds(self, first: int, last: int, hits: Hits) -> tuple[Any, ...]:
        """Return the documents that may have a chain, as of `chosen.best`."""
        edges = self.seeds.bounds[first : last + 1]
        places = self.seeds.places[edges[0] : edges[-1]]
        starts = hits.starts[edges[0] - hits.first : edges[-1] - hits.first + 1]
        tokens = self.known.tokens
        bounds = tokens.bounds[first : last + 1]
        begin, end = bounds[0], bounds[-1] + 1
        best = reach(self.config.rescore.min_score)
        borders, value = chosen.grounds(
            tokens.flags,
            FLAG_LINE | FLAG_QUOTE,
            bounds,
            self.known.mass,
            self.known.weight,
            (best.per_nat, best.per_word),
        )
        least = best.needed - best.constant + best.per_nat * np.log(np.maximum(bounds[1:] - bounds[:-1], 1))
        sums = self.known.mass[begin:end], value, np.array([least, least - best.unit]).T.copy()
        sizes, chains = self.config.seeds, self.config.chains
        limits = np.array([chains.max_gap, int(chains.least_mass * 256), self.asked.carriers], np.int64)
        known = self.documents.costs, self.documents.numbers
        found = kernels.worthy(
            edges - edges[0],
            (starts, hits.postings),
            known,
            (self.batch.least, self.batch.position, first),
            kernels.reach(places, tokens.weights, bounds, sizes.seed_size, sizes.seed_window - 1),
            sums,
            borders,
            limits,
        )
        best_first: tuple[Any, ...] = chosen.best(found, known, sums, borders, limits)
        return best_first

    def _by_bands(self, first: int, last: int) -> tuple[npt.NDArray[np.uint64], int]:
        """Return the pairs of text and document (packed) that share bands of their signatures, sorted, once for each
        band, and how many bands were cut. Those that share two count.

        One band in common says little: texts with a Jaccard similarity of 0.02 have one in 3,000 times, those with 0.5
        have two in 0.97 of all cases, and what is equal has all.
        """
        sizes = self.config.signatures
        keys, texts = kernels.bands_of(
            self.signed, self.known.tokens.bounds[first : last + 1], first, sizes.bands, sizes.rows
        )
        order = np.argsort(keys)
        texts = texts[order]
        lists = self._look_up("bands", keys[order])
        found, n = np.empty((lists.high - lists.low).sum(), np.uint64), 0
        known = self.documents.costs, self.documents.numbers
        for p, column in enumerate(lists.columns):
            n = kernels.carriers(column, lists.low[p], lists.high[p], self.documents.firsts[p], known, texts, found, n)
        return np.sort(found[:n]), lists.frequent
