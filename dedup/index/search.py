"""New texts to the documents of an index that may share a passage with them.

Seeds and bands of the new texts are looked up in every part. A document is worth aligning when what its seeds cover in
the new text could make one chain of the least mass. Two limits keep an answer quick, and both are counted: of a seed
that many documents have, those alone are looked at that go on like the text for the most words, then the earliest; and
of the documents that carry one stretch of a text a few are aligned, those with most in common, then the earliest. So
every stretch is answered, not every carrier named.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.errors import StoreError
from dedup.index.contents import Seeds, band_keys
from dedup.index.view import EVERYTHING, NO_NUMBERS, Filter, Numbers, View, once
from dedup.kernels import lookup
from dedup.kernels import postings as kernels
from dedup.kernels.postings import CONTEXT, RANK_BITS
from dedup.kernels.tokens import FLAG_LINE, FLAG_QUOTE
from dedup.rescore import Evidence
from dedup.store.segments import Segment
from dedup.tokens import Tokens
from dedup.verdict import reach

# Documents that an index can answer from: two bits of 32 are taken.
MOST_DOCUMENTS = 1 << 30
# Documents that are looked at for a seed or band.
FREQUENT = 32
# Bits that are left out of what stands around a seed: all but those of the next word, those of the word before, none.
SHIFTS = np.cumsum([RANK_BITS, *reversed(CONTEXT[1:])])[::-1].copy()
# Carriers of one stretch of a text that are named when nothing else is asked.
CARRIERS = 8


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


def weighed(known: Evidence) -> Weighed:
    """Return tokens with what they weigh."""
    zero = np.zeros(1, np.int64)
    return Weighed(
        tokens=known.tokens,
        mass=np.concatenate([zero, np.cumsum(known.masses, dtype=np.int64)]),
        weight=np.concatenate([zero, np.cumsum(known.tokens.weights, dtype=np.int64)]),
    )


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

    def each(self) -> Iterator[tuple[Segment, int, npt.NDArray[np.float64]]]:
        """Yield each part, where its documents begin, and their costs."""
        for part, (first, last) in zip(self.parts, itertools.pairwise(self.firsts), strict=True):
            yield part, first, self.costs[first:last]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """Of one part the records `[low, high)` (int64 each) of each key that are looked at, their postings (blocks x
    records of a block), what chance costs in each document (float64, by rank), and where its documents begin among
    those of all parts."""

    part: Segment
    first: int
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    postings: npt.NDArray[np.uint32]
    costs: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of text and document (packed), and which of them to align."""

    pairs: npt.NDArray[np.uint64]
    taken: npt.NDArray[np.bool_]


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

    def texts(self, numbers: Numbers) -> npt.NDArray[np.int64]:
        """Return which of the new texts each document is (int64), or -1."""
        place = numbers.astype(np.int64) - self.least
        inside = (place >= 0) & (place < len(self.position))
        found = np.full(len(numbers), -1, np.int64)
        found[inside] = self.position[place[inside]]
        return found


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

    def block(self, texts: tuple[int, int]) -> Candidates:
        """Return the documents that may share something with each of the texts `[first, last)`."""
        by_seeds, seeds = self._by_seeds(*texts)
        by_bands, bands = self._by_bands(*texts)
        pairs, numbers = _unpacked(by_bands)
        by_bands = by_bands[self.batch.texts(numbers) < pairs]
        met = set(by_seeds.pairs.tolist())
        by_bands = by_bands[[pair not in met for pair in by_bands.tolist()]] if len(by_bands) else by_bands
        pairs, _ = _unpacked(by_bands)
        rank = np.arange(len(pairs)) - np.searchsorted(pairs, pairs)
        taken = np.concatenate([by_seeds.pairs[by_seeds.taken], by_bands[rank < self.asked.carriers]])
        pairs, numbers = _unpacked(taken)
        return Candidates(
            texts=pairs,
            numbers=numbers,
            frequent=seeds + bands,
            passed_over=len(by_seeds.pairs) + len(by_bands) - len(pairs),
        )

    def _look_up(
        self, name: str, keys: npt.NDArray[np.uint32], contexts: npt.NDArray[np.uint32] | None = None
    ) -> tuple[list[_Lists], int]:
        """Return the postings of keys (in order) in each part, and how many have more than are looked at.

        With `contexts` those of a frequent key are taken first that agree in most of it, then the earliest.
        """
        among = self.asked.among
        most = max(FREQUENT, 2 * self.asked.carriers) * (4 if among.narrow else 1)
        # so that removed documents do not take the places of others
        most += min(self.documents.removed, 3 * most)
        parts = self.documents.parts
        low, high = np.zeros((2, len(parts), len(keys)), np.int64)
        runs = [getattr(part, name) for part in parts]
        for n, run in enumerate(runs):
            low[n], high[n] = run.lookup(keys)
        views = [run.column(0) for run in runs]
        frequent = lookup.frequent(low, high, np.arange(len(keys)), most)
        if contexts is not None and len(frequent):
            wanted, left = contexts.astype(np.int64) << RANK_BITS, frequent
            for shift in SHIFTS.tolist():
                for n, view in enumerate(views):
                    lookup.narrow(view, low[n], high[n], left, wanted, shift)
                left = lookup.frequent(low, high, left, most)
                if not len(left):
                    break
        lookup.limit(low, high, frequent, most)
        lists = [
            _Lists(part=part, first=first, low=low[n], high=high[n], postings=views[n], costs=costs)
            for n, (part, first, costs) in enumerate(self.documents.each())
        ]
        return lists, len(frequent)

    def _by_seeds(self, first: int, last: int) -> tuple[_Pairs, int]:
        """Return the pairs that may have a chain, which of them to align, and how many seeds were frequent."""
        part = slice(self.seeds.bounds[first], self.seeds.bounds[last])
        keys, places, contexts = self.seeds.keys[part], self.seeds.places[part], self.seeds.contexts[part]
        order = np.argsort(keys)
        lists, frequent = self._look_up("seeds", keys[order], contexts[order])
        hits = _gathered(lists, contexts[order], order)
        bounds = self.known.tokens.bounds[first : last + 1]
        begin, end = bounds[0], bounds[-1]
        borders = np.append((self.known.tokens.flags[begin:end] & (FLAG_LINE | FLAG_QUOTE)) > 0, True)
        borders[bounds[:-1] - begin] = True
        best = reach(self.config.rescore.min_score)
        mass, weight = self.known.mass[begin : end + 1], self.known.weight[begin : end + 1]
        value = best.per_nat * mass / 256.0 + best.per_word * weight / 6.0
        least = best.needed - best.constant + best.per_nat * np.log(np.maximum(np.diff(bounds), 1))
        needed = np.stack([least, least - best.unit], axis=1)
        sizes = self.config.seeds
        limits = np.array(
            [self.config.chains.max_gap, int(self.config.chains.least_mass * 256), self.asked.carriers], np.int64
        )
        found = kernels.worthy(
            self.seeds.bounds[first : last + 1] - part.start,
            hits,
            (self.documents.costs, self.documents.numbers),
            (self.batch.least, self.batch.position, first),
            kernels.reach(places, self.known.tokens.weights, bounds, sizes.seed_size, sizes.seed_window - 1),
            (mass, value, needed),
            borders,
            limits,
        )
        return _chosen(first, found, self.documents, (mass, value, borders, needed, limits)), frequent

    def _by_bands(self, first: int, last: int) -> tuple[npt.NDArray[np.uint64], int]:
        """Return the pairs (packed) that share two bands of their signatures, each once, and how many bands were cut.

        One band in common says little: texts with a Jaccard similarity of 0.02 have one in 3,000 times, those with 0.5
        have two in 0.97 of all cases, and what is equal has all.
        """
        worded = first + np.flatnonzero(np.diff(self.known.tokens.bounds[first : last + 1]) > 0)
        keys = band_keys(self.signed[worded], self.config.signatures)
        texts = np.repeat(worded, keys.shape[1])
        order = np.argsort(keys.ravel())
        lists, frequent = self._look_up("bands", keys.ravel()[order])
        found = [np.empty(0, np.uint64)]
        texts = texts[order]
        for one in lists:
            found.append(kernels.carriers(one.low, one.high, one.postings, (one.costs, one.part.numbers()), texts))
        pairs = np.sort(np.concatenate(found))
        there = once(pairs)
        return pairs[there][np.diff(np.append(there, len(pairs))) > 1], frequent


def _gathered(
    lists: Sequence[_Lists], contexts: npt.NDArray[np.uint32], order: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Return the postings of all parts seed by seed: where those of each seed begin (int64, seeds + 1), and what
    `kernels.gather` tells of them (uint32). `order` (int64) says of which seed each key of the lists is."""
    starts = np.zeros(len(contexts) + 1, np.int64)
    starts[order + 1] = sum((one.high - one.low for one in lists), start=np.zeros(len(contexts), np.int64))
    np.cumsum(starts, out=starts)
    at, out = starts[order], np.empty(starts[-1], np.uint32)
    for one in lists:
        kernels.gather(one.postings, one.low, one.high, contexts, one.first, at, out)
    return starts, out


def _chosen(first: int, found: tuple[Any, ...], documents: Documents, about: tuple[Any, ...]) -> _Pairs:
    """Return the pairs, of each text those with most in common first, then the earliest; a stretch that enough of them
    carry counts no more for others."""
    mass, value, borders, needed, limits = about
    texts, places, bounds, hits = found
    numbers = documents.numbers[places]
    order = np.lexsort((numbers, -bounds, texts))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    owner = rank[hits[:, 0]]
    by_rank = np.argsort(owner, kind="stable")
    groups = np.searchsorted(owner[by_rank], np.arange(len(order) + 1))
    least = needed[texts[order]] + documents.costs[places[order]][:, None]
    starts, ends = hits[by_rank, 1:].T.copy()
    taken = kernels.chosen(groups, starts, ends, mass, value, borders, least, limits)
    return _Pairs(_packed(texts[order] + first, numbers[order]), taken > 0)


def _packed(texts: npt.NDArray[np.int64], numbers: Numbers) -> npt.NDArray[np.uint64]:
    """Return pairs as one number each, in the order of texts, then of documents."""
    found: npt.NDArray[np.uint64] = (texts.astype(np.uint64) << np.uint64(32)) | numbers
    return found


def _unpacked(pairs: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], Numbers]:
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
