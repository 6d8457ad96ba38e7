"""Spans of many clusters, found by document and place; lengths of unions and intersections.

All lengths are code points; a span is half-open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

from dedup.model import Span

MAX_LINKS = 780
"""Links judged of one predicted cluster: all pairs of 40 members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A member of a cluster of the other side: `cluster` and `member` are its positions there."""

    start: int
    end: int
    cluster: int
    member: int


Touching = Mapping[int, Sequence[Placed]]
"""The clusters of the other side that share a character with a span, each with its members that do."""


class SpanIndex:
    """Finds the members of clusters that overlap a span; a look-up costs what lies near the span.

    >>> index = SpanIndex([[Span(doc_id="a", start=0, end=9), Span(doc_id="b", start=4, end=8)]])
    >>> [p.member for p in index.touching(Span(doc_id="b", start=7, end=20))[0]]
    [1]
    """

    def __init__(self, clusters: Sequence[Sequence[Span]]) -> None:
        by_doc: dict[str, list[Placed]] = {}
        for c, members in enumerate(clusters):
            for m, span in enumerate(members):
                placed = Placed(start=span.start, end=span.end, cluster=c, member=m)
                by_doc.setdefault(span.doc_id, []).append(placed)
        self._placed = {d: sorted(p, key=lambda x: (x.start, x.end, x.cluster)) for d, p in by_doc.items()}
        self._starts = {d: [x.start for x in p] for d, p in self._placed.items()}
        self._longest = {d: max(x.end - x.start for x in p) for d, p in self._placed.items()}

    def touching(self, span: Span) -> dict[int, list[Placed]]:
        """Return, by cluster, the members that share at least one character with `span`."""
        starts = self._starts.get(span.doc_id, [])
        low = bisect_left(starts, span.start - self._longest.get(span.doc_id, 0))
        found: dict[int, list[Placed]] = {}
        for placed in self._placed.get(span.doc_id, [])[low : bisect_left(starts, span.end)]:
            if placed.end > span.start:
                found.setdefault(placed.cluster, []).append(placed)
        return found


def covered(span: Span, placed: Iterable[Placed]) -> int:
    """Return how many characters of `span` the union of `placed` has."""
    total, at = 0, span.start
    for piece in sorted(placed, key=lambda p: p.start):
        start, end = max(piece.start, at), min(piece.end, span.end)
        if end > start:
            total, at = total + end - start, end
    return total


def covers_half(span: Span, placed: Iterable[Placed]) -> bool:
    """Whether the union of `placed` has at least half of the characters of `span`."""
    return 2 * covered(span, placed) >= span.end - span.start


def separable(left: Span, right: Span, on_left: Sequence[Placed], on_right: Sequence[Placed]) -> bool:
    """Whether distinct members of one cluster cover half of each of two spans.

    A member that lies on both spans of one document may serve one of them only. Of all that lie on both,
    the parts on one span contain one another, so giving at most one of them to the left span tries
    everything.
    """
    both = {p.member for p in on_left} & {p.member for p in on_right}
    bridging = [p for p in on_left if p.member in both]
    only_left = [p for p in on_left if p.member not in both]
    only_right = [p for p in on_right if p.member not in both]
    return any(
        covers_half(left, [*only_left, *bridging[k : k + 1]])
        and covers_half(right, [*only_right, *bridging[:k], *bridging[k + 1 :]])
        for k in range(len(bridging) + 1)
    )


def sampled_links(size: int, seed: Sequence[int]) -> list[tuple[int, int]]:
    """Return all pairs `i < j` below `size`, or `MAX_LINKS` different ones drawn with the seed when there
    are more.
    """
    count = size * (size - 1) // 2
    if count <= MAX_LINKS:
        return [(i, j) for j in range(size) for i in range(j)]
    ranks = np.random.default_rng(seed).choice(count, MAX_LINKS, replace=False)
    return [_unrank(int(r)) for r in np.sort(ranks)]


def _unrank(rank: int) -> tuple[int, int]:
    """Return the pair that stands at `rank` in the order (0,1) (0,2) (1,2) (0,3) …"""
    j = (1 + isqrt(1 + 8 * rank)) // 2
    return rank - j * (j - 1) // 2, j


Extent = Mapping[str, Sequence[tuple[int, int]]]
"""Disjoint sorted intervals by document."""


def extent(spans: Iterable[Span]) -> Extent:
    """Return the characters that any of the spans has, as disjoint intervals."""
    merged: dict[str, list[tuple[int, int]]] = {}
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        pieces = merged.setdefault(span.doc_id, [])
        if pieces and span.start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], span.end))
        else:
            pieces.append((span.start, span.end))
    return merged


def length(area: Extent) -> int:
    """Return the number of characters."""
    return sum(end - start for pieces in area.values() for start, end in pieces)


def shared_length(left: Extent, right: Extent) -> int:
    """Return the number of characters in both."""
    return sum(_crossing(left[d], right[d]) for d in left.keys() & right.keys())


def _crossing(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> int:
    total, i, j = 0, 0, 0
    while i < len(left) and j < len(right):
        total += max(0, min(left[i][1], right[j][1]) - max(left[i][0], right[j][0]))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return total
