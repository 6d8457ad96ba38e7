"""One consistent view of an index: its segments, the newest documents in memory, and what was removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.index.state import State
from dedup.store.segments import LARGEST, Segment, joined

Numbers = npt.NDArray[np.uint32]
NO_NUMBERS: Numbers = np.empty(0, np.uint32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which documents are asked for: by time in seconds (half-open), and all outlets but these (hashes).

    Documents without a date are in no window of time.
    """

    since: float | None = None
    until: float | None = None
    outlets_not: npt.NDArray[np.uint64] | None = None

    @property
    def narrow(self) -> bool:
        """Return whether anything is left out."""
        return self.since is not None or self.until is not None or self.outlets_not is not None

    def may_have(self, segment: Segment) -> bool:
        """Return whether a segment can have anything that is asked for."""
        info = segment.info
        if self.since is not None and (info.until is None or info.until < self.since):
            return False
        return self.until is None or (info.since is not None and info.since < self.until)

    def among(self, segment: Segment) -> npt.NDArray[np.bool_]:
        """Return which documents of a segment are asked for, in order of their numbers."""
        numbers, (_, times, outlets, _) = segment.table()
        kept = np.ones(len(numbers), np.bool_)
        if self.since is not None:
            kept &= times >= self.since
        if self.until is not None:
            kept &= times < self.until
        if self.outlets_not is not None:
            kept &= ~np.isin(outlets, self.outlets_not)
        return kept

    def costs(self, segment: Segment, removed: Numbers, per_nat: float) -> npt.NDArray[np.float64]:
        """Return what chance costs in each document, by rank; infinite for what is not asked for."""
        # for these very removals: as many others may be planned and never be written
        gone, found, per = segment.kept.get("costs", (None, None, None))
        if not self.narrow and gone is removed and per == per_nat:
            kept: npt.NDArray[np.float64] = found
            return kept
        numbers, (*_, sizes) = segment.table()
        costs = per_nat * np.log(np.maximum(sizes, 1).astype(np.float64))
        if self.narrow:
            costs[~self.among(segment)] = np.inf
        if len(removed):
            costs[np.isin(numbers, removed)] = np.inf
        if not self.narrow:
            segment.kept["costs"] = removed, costs, per_nat
        return costs


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """Documents that stand in no segment yet, in memory: a few segments of growing size."""

    parts: tuple[Segment, ...] = ()
    removed: Numbers = field(default_factory=lambda: NO_NUMBERS)

    def __len__(self) -> int:
        return sum(p.info.documents for p in self.parts) - len(self.removed)

    def with_words(self, more: Sequence[Segment]) -> Newest:
        """Return it with more documents; parts of like size become one, so that there are few."""
        parts = list(self.parts)
        for part in more:
            parts.append(part)
            while len(parts) > 1 and _may_join(*(p.info.documents for p in parts[-2:])):
                parts[-2:] = [joined(parts[-2:])]
        return replace(self, parts=tuple(parts))

    def without(self, numbers: Sequence[int]) -> Newest:
        """Return it without some documents."""
        return replace(self, removed=np.union1d(self.removed, np.array(numbers, np.uint32)).astype(np.uint32))

    def numbers(self) -> Numbers:
        """Return the numbers of its documents, in order."""
        every = np.sort(np.concatenate([NO_NUMBERS, *(p.numbers() for p in self.parts)]))
        return np.setdiff1d(every, self.removed, assume_unique=True)


def _may_join(before: int, last: int) -> bool:
    return before < 2 * last and before + last <= LARGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that a search reads, at one commit; nothing in it changes.

    `removed` has the numbers of removed documents of each segment that has any, sorted. `kept` is for what a search
    makes of it once.
    """

    state: State
    segments: tuple[Segment, ...] = ()
    removed: dict[int, Numbers]
    newest: Newest
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def parts(self) -> Iterator[tuple[Segment, Numbers]]:
        """Yield every part with the numbers of its documents that were removed."""
        for segment in self.segments:
            yield segment, self.removed.get(segment.info.segment, NO_NUMBERS)
        for part in self.newest.parts:
            yield part, self.newest.removed

    def known(self, ids: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], Numbers]:
        """Return which of the ids (hashes) may be known (int64 places), and the number of the document of each."""
        places, numbers = [np.empty(0, np.int64)], [NO_NUMBERS]
        for part, removed in self.parts():
            low, high = part.ids.lookup(ids)
            place = np.repeat(np.arange(len(ids)), high - low)
            _, (found,) = part.ids.take(expand(low, high))
            live = ~np.isin(found, removed)
            places.append(place[live])
            numbers.append(found[live])
        return np.concatenate(places), np.concatenate(numbers)

    def numbers_of(self, segment: Segment) -> Numbers:
        """Return the numbers of the documents of a segment that were not removed."""
        removed = self.removed.get(segment.info.segment, NO_NUMBERS)
        return np.setdiff1d(segment.numbers(), removed, assume_unique=True)

    def older_than(self, before: float) -> list[int]:
        """Return the numbers of all documents with a time before a point."""
        found: list[int] = []
        for part, removed in self.parts():
            if part.info.since is not None and part.info.since < before:
                numbers = part.numbers()[part.times() < before]
                found += numbers[~np.isin(numbers, removed)].tolist()
        return sorted(found)


def expand(low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return all numbers of the ranges `[low, high)`, one range after the other."""
    sizes = high - low
    before = np.cumsum(sizes) - sizes
    return np.repeat(low - before, sizes) + np.arange(int(sizes.sum()))


def once(ordered: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return where each value of a sorted array stands first (int64); twice as quick as to look for them unsorted."""
    return np.flatnonzero(np.append(np.ones(min(1, len(ordered)), np.bool_), ordered[1:] != ordered[:-1]))
