"""Regions of texts that passages tie together, and what is laid out on one of them.

A region is a group of overlapping spans in one text. Each component has a representative, the region with most matched
mass, on which it is laid out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup import mapped
from dedup.align import Passages, joined
from dedup.kernels import clusters as kernels
from dedup.rows import unique_rows
from dedup.spill import in_order
from dedup.weights import Sums

Int64s = npt.NDArray[np.int64]
# Sides of passages that are grouped at a time, about.
GROUPED = 1 << 18
# Passages that are weighed at a time: around each place that is looked at the system maps some more of a file.
WEIGHED = 1 << 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """Groups of overlapping spans in one text: tokens `[starts, ends)` of text `documents` (int64 each).

    `of` (int64, passages x 2) is the region of each side, `rank` (int64) the place of each region by matched mass.
    """

    of: Int64s
    documents: Int64s
    starts: Int64s
    ends: Int64s
    rank: Int64s

    def __len__(self) -> int:
        return len(self.documents)

    def table(self, which: Int64s) -> Int64s:
        """Return text, first and end token (int64, n x 3) of some regions."""
        return np.stack([self.documents[which], self.starts[which], self.ends[which]], axis=1)

    def windows(self, left: Int64s, right: Int64s) -> tuple[Int64s, Int64s]:
        """Return the pairs of texts (int64, n x 2, left <= right) that pairs of regions are in, and the regions of both
        (int64, n x 4 tokens), sorted and each once."""
        a, b = self.table(left), self.table(right)
        turned, decided = np.zeros(len(a), np.bool_), np.zeros(len(a), np.bool_)
        for column in range(3):
            turned |= ~decided & (a[:, column] > b[:, column])
            decided |= a[:, column] != b[:, column]
        a[turned], b[turned] = b[turned], a[turned].copy()
        rows, _, _ = unique_rows(np.stack([a[:, 0], b[:, 0], *a[:, 1:].T, *b[:, 1:].T], axis=1))
        return rows[:, :2], rows[:, 2:]


def group(passages: Passages, prefix: Sums, pool: Executor | None = None) -> Regions:
    """Group the spans that overlap in a text; `prefix` sums the masses of all tokens.

    Some texts after the others, of which few have all their spans at hand, several at a time on `pool`.
    """

    def grouped(edges: tuple[int, int]) -> tuple[tuple[Int64s, Int64s], Int64s, Int64s]:
        inside = (passages.documents >= edges[0]) & (passages.documents < edges[1])
        sides, rows = np.nonzero(inside.T)
        spans = passages.spans(rows)
        own = np.where(sides[:, None] == 0, spans[:, :2], spans[:, 2:])
        return (rows, sides), *_grouped(passages.documents[rows, sides].astype(np.int64), own)

    of, parts, count = np.empty((len(passages), 2), np.int64), [np.empty((0, 3), np.int64)], 0
    for which, numbers, regions in in_order(pool, grouped, itertools.pairwise(_text_edges(passages.documents))):
        of[which] = numbers + count
        parts.append(regions)
        count += len(regions)
    documents, low, high = np.concatenate(parts).T.copy()
    weight = np.zeros(count, np.int64)
    for at in range(0, len(passages), WEIGHED):
        starts, ends = passages.spans(slice(at, at + WEIGHED))[:, :2].T
        mass, some = prefix[ends] - prefix[starts], of[at : at + WEIGHED]
        np.add.at(weight, some[:, 0], mass)
        np.add.at(weight, some[:, 1], mass)
        mapped.look()
    rank = np.empty(count, np.int64)
    rank[np.lexsort((np.arange(count), low - high, -weight))] = np.arange(count)
    return Regions(of=of, documents=documents, starts=low, ends=high, rank=rank)


def _text_edges(documents: npt.NDArray[np.int32]) -> list[int]:
    """Return the edges of stretches of texts with about `GROUPED` sides of passages each."""
    sides = np.cumsum(np.bincount(documents.ravel()))
    starts = np.searchsorted(sides, np.arange(GROUPED, sides[-1], GROUPED)) + 1
    return np.unique([0, *starts.tolist(), len(sides)]).tolist()


def _grouped(documents: Int64s, spans: Int64s) -> tuple[Int64s, Int64s]:
    """Return the region of each span of a text, and text, first and end token of each region (int64, n x 3)."""
    # columns: text, beginning, end from the last
    unique, _, inverse = unique_rows(np.stack([documents, spans[:, 0], -spans[:, 1]], axis=1))
    groups = kernels.overlap_groups(*(np.ascontiguousarray(c) for c in (unique[:, 1], -unique[:, 2], unique[:, 0])))
    # a group has the number of its first span
    is_head = groups == np.arange(len(groups))
    heads, number = np.flatnonzero(is_head), (np.cumsum(is_head) - 1)[groups]
    low = np.full(len(heads), np.iinfo(np.int64).max)
    high = np.zeros(len(heads), np.int64)
    np.minimum.at(low, number, unique[:, 1])
    np.maximum.at(high, number, -unique[:, 2])
    return number[inverse], np.stack([unique[heads, 0], low, high], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundles:
    """What is laid out on one region each, the `representatives`: the regions that may carry it, and the passages among
    them (indices, int64).

    Bundle i has the regions `region_bounds[i]:region_bounds[i + 1]` of `regions`, and so on.
    """

    representatives: Int64s
    region_bounds: Int64s
    regions: Int64s
    passage_bounds: Int64s
    passages: Int64s

    def __len__(self) -> int:
        return len(self.representatives)

    def between(self, first: int, last: int) -> Bundles:
        """Return the bundles `[first, last)`."""
        of_regions, of_passages = self.region_bounds[first : last + 1], self.passage_bounds[first : last + 1]
        return Bundles(
            representatives=self.representatives[first:last],
            region_bounds=of_regions - of_regions[0],
            regions=self.regions[of_regions[0] : of_regions[-1]],
            passage_bounds=of_passages - of_passages[0],
            passages=self.passages[of_passages[0] : of_passages[-1]],
        )

    def select(self, kept: npt.NDArray[np.bool_]) -> Bundles:
        """Return the bundles at `kept`."""
        of_regions, of_passages = np.diff(self.region_bounds), np.diff(self.passage_bounds)
        return Bundles(
            representatives=self.representatives[kept],
            region_bounds=_bounds(of_regions[kept]),
            regions=self.regions[np.repeat(kept, of_regions)],
            passage_bounds=_bounds(of_passages[kept]),
            passages=self.passages[np.repeat(kept, of_passages)],
        )

    def with_others(self, others: Bundles) -> Bundles:
        """Return these bundles and others behind them."""
        return Bundles(
            representatives=np.concatenate([self.representatives, others.representatives]),
            region_bounds=_bounds(np.concatenate([np.diff(self.region_bounds), np.diff(others.region_bounds)])),
            regions=np.concatenate([self.regions, others.regions]),
            passage_bounds=_bounds(np.concatenate([np.diff(self.passage_bounds), np.diff(others.passage_bounds)])),
            passages=np.concatenate([self.passages, others.passages]),
        )

    def blocks(self, work: int) -> list[tuple[int, int]]:
        """Return stretches of bundles with about so many regions and passages each, one at least."""
        done = self.region_bounds[1:] + self.passage_bounds[1:]
        edges = np.unique(np.searchsorted(done, np.arange(0, done[-1] if len(done) else 0, work), side="left"))
        bounds = np.unique([0, *edges.tolist(), len(self)]).tolist()
        return list(itertools.pairwise(bounds))


def _bounds(sizes: Int64s) -> Int64s:
    return np.concatenate([[0], np.cumsum(sizes)])


def components(regions: Regions) -> Bundles:
    """Return the connected components of regions, each as one bundle."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(regions)
    links = coo_matrix((np.ones(len(regions.of), np.int8), (regions.of[:, 0], regions.of[:, 1])), shape=(n, n))
    count, labels = connected_components(links, directed=False)
    order = np.lexsort((regions.rank, labels))
    region_bounds = _bounds(np.bincount(labels, minlength=count))
    of_passages = labels[regions.of[:, 0]]
    return Bundles(
        representatives=order[region_bounds[:-1]],
        region_bounds=region_bounds,
        regions=order,
        passage_bounds=_bounds(np.bincount(of_passages, minlength=count)),
        passages=np.argsort(of_passages, kind="stable"),
    )


def unlinked(bundles: Bundles, regions: Regions) -> tuple[Int64s, Int64s]:
    """Return the representatives and the regions (int64, n each) of the same bundle that no passage links with them."""
    head = np.full(len(regions), -1, np.int64)
    head[bundles.regions] = np.repeat(bundles.representatives, np.diff(bundles.region_bounds))
    done = head < 0
    done[bundles.representatives] = True
    for side, other in ((0, 1), (1, 0)):
        touching = regions.of[:, other] == head[regions.of[:, other]]
        done[regions.of[touching, side]] = True
    apart = np.flatnonzero(~done)
    return head[apart], apart


class Lookup:
    """Finds the passages of pairs of texts among those of some parts, each once, sorted by pair of texts."""

    def __init__(self, parts: Sequence[Passages]) -> None:
        together = joined([(p.documents, p.bounds, p.blocks) for p in parts])
        if len(together):
            _, firsts, _ = unique_rows(np.concatenate([together.documents, together.spans()], axis=1))
            together = together.take(firsts)
        self.passages = together
        self.spans = together.spans() if len(together) else np.zeros((0, 4), np.int64)
        self._codes = together.documents.astype(np.int64) @ np.array([1 << 32, 1])

    def between(self, left: Int64s, right: Int64s) -> tuple[Int64s, Int64s, npt.NDArray[np.bool_]]:
        """Return the passages (int64) that overlap both regions of pairs (int64, n x 3 each: text, first and end
        token), behind the number of the pair, and whether the left region is on the left side of the passage."""
        swapped = left[:, 0] > right[:, 0]
        a, b = np.where(swapped[:, None], right, left), np.where(swapped[:, None], left, right)
        codes = (a[:, 0] << 32) + b[:, 0]
        firsts = np.searchsorted(self._codes, codes)
        sizes = np.searchsorted(self._codes, codes, side="right") - firsts
        places = np.repeat(np.arange(len(codes)), sizes)
        rows = np.repeat(firsts - np.cumsum(sizes) + sizes, sizes) + np.arange(len(places))
        first, second = self.spans[rows, :2], self.spans[rows, 2:]
        one, other = a[places, 1:], b[places, 1:]
        ahead = _overlap(first, one) & _overlap(second, other)
        # in one text either side may lie in either region
        back = ~ahead & (a[places, 0] == b[places, 0]) & _overlap(first, other) & _overlap(second, one)
        kept = ahead | back
        return places[kept], rows[kept], (ahead != swapped[places])[kept]


def _overlap(spans: Int64s, others: Int64s) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (spans[:, 0] < others[:, 1]) & (spans[:, 1] > others[:, 0])
    return found
