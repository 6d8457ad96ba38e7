"""Several representatives of one large component, and how far each of them reaches.

In a large corpus chance and furniture tie thousands of passages together that have little to do with one another. To
try all regions of such a component with one representative after the other would cost its size for each. So regions
that are the heaviest within a few ties represent it together, and each is aligned only with regions that are tied to
what it has matched already, wave by wave. Where two of them reach the same stretch, the heavier one has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.kernels import clusters as kernels
from dedup.regions import Bundles, Int64s, Lookup, Regions
from dedup.rows import among, distinct

# Components of more regions than this have several representatives.
LARGE = 512
# A representative is the heaviest region within so many ties that hold at least half of a region.
TIES = 4
# Waves after which the heaviest representative of a component is tried with all that is left of it.
MOST_WAVES = 24

Aligner = Callable[[Int64s, Int64s], Passages]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matches:
    """Rows of a representative and a region that it matches, with the spans of both (int64 each)."""

    heads: Int64s
    regions: Int64s
    own: Int64s
    theirs: Int64s

    def select(self, kept: npt.NDArray[np.bool_]) -> _Matches:
        return _Matches(
            heads=self.heads[kept], regions=self.regions[kept], own=self.own[kept], theirs=self.theirs[kept]
        )

    def with_others(self, others: _Matches) -> _Matches:
        return _Matches(
            heads=np.concatenate([self.heads, others.heads]),
            regions=np.concatenate([self.regions, others.regions]),
            own=np.concatenate([self.own, others.own]),
            theirs=np.concatenate([self.theirs, others.theirs]),
        )


class _Links:
    """Which passages each region has, and with which regions."""

    def __init__(self, regions: Regions, passages: Int64s) -> None:
        of = regions.of[passages]
        regions_of = np.concatenate([of[:, 0], of[:, 1]])
        order = np.argsort(regions_of, kind="stable")
        self._bounds = np.searchsorted(regions_of[order], np.arange(len(regions) + 1))
        self._others = np.concatenate([of[:, 1], of[:, 0]])[order]
        self._passages = np.concatenate([passages, passages])[order]

    def _rows(self, regions: Int64s) -> tuple[Int64s, Int64s]:
        sizes = self._bounds[regions + 1] - self._bounds[regions]
        ends = np.cumsum(sizes)
        rows = np.repeat(self._bounds[regions] - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)
        return np.repeat(np.arange(len(regions)), sizes), rows

    def neighbours(self, regions: Int64s) -> tuple[Int64s, Int64s]:
        """Return regions linked with some, and which of these (place in `regions`) each is linked with."""
        places, rows = self._rows(regions)
        return self._others[rows], places

    def passages(self, regions: Int64s) -> tuple[Int64s, Int64s]:
        """Return the passages of some regions, one with both sides in one region twice, and whose each is."""
        places, rows = self._rows(regions)
        return self._passages[rows], places


def reach(large: Bundles, passages: Passages, regions: Regions, align: Aligner) -> tuple[Bundles, list[Passages]]:
    """Return the parts that large components fall into, sorted by component and rank of the representative, and the
    passages that were found by aligning representatives with what they are not linked with."""
    links = _Links(regions, large.passages)
    component = np.full(len(regions), -1, np.int64)
    component[large.regions] = np.repeat(np.arange(len(large)), np.diff(large.region_bounds))
    spans = passages.spans(large.passages)
    heads = _heads(large, regions, spans)
    rows, found = _direct(heads, large.passages, regions, spans), list[Passages]()
    tried = distinct(_codes(rows.heads, rows.regions, regions))
    news = rows
    # rows and representatives of components of which nothing new was matched: these stay as they are settled
    at_rest, resting = rows.select(np.zeros(len(rows.heads), np.bool_)), np.empty(0, np.int64)
    for wave in range(MOST_WAVES + 1):
        kept, heads = _settled(rows, heads, regions)
        others, owners = _next(news.select(kept[len(rows.heads) - len(news.heads) :]), links)
        rows = rows.select(_mask(heads, regions)[rows.heads])
        if wave == MOST_WAVES:
            others, owners = large.regions, np.repeat(large.representatives, np.diff(large.region_bounds))
        asked = distinct(_codes(owners, others, regions)[owners != others])
        asked = asked[~among(asked, tried)]
        if not len(asked):
            break
        # two rising runs are merged by this sort
        tried = np.sort(np.concatenate([tried, asked]), kind="stable")
        left, right = asked // len(regions), asked % len(regions)
        found.append(align(*regions.windows(left, right)))
        news = _matches(left, right, found[-1], regions)
        moving = np.zeros(len(large), np.bool_)
        moving[component[news.heads]] = True
        still, quiet = ~moving[component[rows.heads]], ~moving[component[heads]]
        at_rest, rows = at_rest.with_others(rows.select(still)), rows.select(~still).with_others(news)
        resting, heads = np.concatenate([resting, heads[quiet]]), heads[~quiet]
    rows, heads = rows.with_others(at_rest), np.concatenate([heads, resting])
    kept, heads = _settled(rows, heads, regions)
    return _bundles(rows.select(kept), heads, links, component, regions), found


def _mask(some: Int64s, regions: Regions) -> npt.NDArray[np.bool_]:
    """Return which regions are among some."""
    found = np.zeros(len(regions), np.bool_)
    found[some] = True
    return found


def _next(rows: _Matches, links: _Links) -> tuple[Int64s, Int64s]:
    """Return the regions that are linked with those that were matched, and by which representative."""
    others, places = links.neighbours(rows.regions)
    return others, rows.heads[places]


def _codes(heads: Int64s, others: Int64s, regions: Regions) -> Int64s:
    return heads * len(regions) + others


def _heads(large: Bundles, regions: Regions, spans: Int64s) -> Int64s:
    """Return the regions that no other within `TIES` close ties outweighs, in order; `spans` are those of the passages
    of the components."""
    of = regions.of[large.passages]
    lengths = spans[:, 1::2] - spans[:, ::2]
    close = (2 * lengths >= (regions.ends - regions.starts)[of]).any(axis=1)
    a, b = of[close].T
    best = regions.rank.copy()
    for _ in range(TIES):
        further = best.copy()
        np.minimum.at(further, a, best[b])
        np.minimum.at(further, b, best[a])
        best = further
    found = np.sort(large.regions)
    return found[best[found] == regions.rank[found]]


def _direct(heads: Int64s, which: Int64s, regions: Regions, own: Int64s) -> _Matches:
    """Return what the passages at `which` match representatives with; `own` are their spans."""
    is_head = _mask(heads, regions)
    of = regions.of[which]
    sides = []
    for side in (0, 1):
        head, other = of[:, side], of[:, 1 - side]
        kept = is_head[head] & (head != other)
        mine, theirs = own[:, 2 * side : 2 * side + 2], own[:, 2 - 2 * side : 4 - 2 * side]
        sides.append(_Matches(heads=head[kept], regions=other[kept], own=mine[kept], theirs=theirs[kept]))
    return _hulls(sides[0].with_others(sides[1]), regions)


def _hulls(rows: _Matches, regions: Regions) -> _Matches:
    """Return one row for each representative and region, over all that they match."""
    codes, firsts, number = np.unique(_codes(rows.heads, rows.regions, regions), return_index=True, return_inverse=True)
    spans = []
    for span in (rows.own, rows.theirs):
        low, high = span[firsts, 0], span[firsts, 1]
        np.minimum.at(low, number, span[:, 0])
        np.maximum.at(high, number, span[:, 1])
        spans.append(np.stack([low, high], axis=1))
    return _Matches(heads=codes // len(regions), regions=codes % len(regions), own=spans[0], theirs=spans[1])


def _matches(left: Int64s, right: Int64s, found: Passages, regions: Regions) -> _Matches:
    """Return which of the representatives `left` and regions `right` passages match that lie in both."""
    lookup = Lookup([found])
    places, rows, forward = lookup.between(regions.table(left), regions.table(right))
    spans = np.where(forward[:, None], lookup.spans[rows], lookup.spans[rows][:, [2, 3, 0, 1]])
    return _hulls(_Matches(heads=left[places], regions=right[places], own=spans[:, :2], theirs=spans[:, 2:]), regions)


def _settled(rows: _Matches, heads: Int64s, regions: Regions) -> tuple[npt.NDArray[np.bool_], Int64s]:
    """Return which rows stay, and which regions stay representatives.

    Of two representatives that match the same stretch of a region the heavier one has it; one that has lost half of
    itself so is none in this round.
    """
    whole = np.stack([regions.starts[heads], regions.ends[heads]], axis=1)
    everything = rows.with_others(_Matches(heads=heads, regions=heads, own=whole, theirs=whole))
    alive = _mask(heads, regions)
    by_region = np.lexsort((regions.rank[everything.heads], everything.regions))
    while True:
        kept = alive[everything.heads]
        order = by_region[kept[by_region]]
        lost = order[kernels.coincide(everything.regions[order], np.ascontiguousarray(everything.theirs[order]))]
        kept[lost] = False
        own, head = everything.own[lost], everything.heads[lost]
        fallen = head[2 * (own[:, 1] - own[:, 0]) >= regions.ends[head] - regions.starts[head]]
        if not len(fallen):
            return kept[: len(rows.heads)], heads[alive[heads]]
        alive[fallen] = False


def _bundles(rows: _Matches, heads: Int64s, links: _Links, component: Int64s, regions: Regions) -> Bundles:
    """Return representatives with the regions that they match, and the passages among these."""
    heads = heads[np.lexsort((regions.rank[heads], component[heads]))]
    number = np.empty(len(regions), np.int64)
    number[heads] = np.arange(len(heads))
    part = np.concatenate([np.arange(len(heads)), number[rows.heads]])
    members = np.concatenate([heads, rows.regions])
    order = np.lexsort((regions.rank[members], part))
    part, members = part[order], members[order]
    passages, places = links.passages(members)
    most = int(passages.max(initial=0)) + 1
    # both sides of a passage are among the regions where it is met twice
    codes = np.sort(part[places] * most + passages)
    inside = codes[1:][codes[1:] == codes[:-1]]
    edges = np.arange(len(heads) + 1)
    return Bundles(
        representatives=heads,
        region_bounds=np.searchsorted(part, edges),
        regions=members,
        passage_bounds=np.searchsorted(inside // most, edges),
        passages=inside % most,
    )
