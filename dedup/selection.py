"""Which members of a cluster count: those that are no known texts, and those close enough in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import structs

from dedup.clusters import Carrier, Cluster

Chosen = list[tuple[int, Cluster]]


def without(clusters: Sequence[Cluster], dropped: npt.NDArray[np.bool_]) -> Chosen:
    """Return the clusters that keep two members in texts that are not `dropped`, with their old numbers."""
    parts = [(i, [m for m in c.members if not dropped[m.document]]) for i, c in enumerate(clusters)]
    return _chosen(clusters, parts)


def within(clusters: Sequence[Cluster], times: npt.NDArray[np.float64], seconds: float) -> Chosen:
    """Return the clusters cut where publications are more than `seconds` apart, with their old numbers.

    `times` has seconds a text, NaN where the date is unknown: such a text goes with no other.
    """
    parts = [(i, part) for i, c in enumerate(clusters) for part in _in_time(c.members, times, seconds)]
    return _chosen(clusters, parts)


def _in_time(members: Sequence[Carrier], times: npt.NDArray[np.float64], seconds: float) -> Iterator[list[Carrier]]:
    """Yield the members in groups close in time, each in the order that they came in."""
    ranked = sorted({m.document for m in members}, key=lambda d: (np.isnan(times[d]), times[d], d))
    group: dict[int, int] = {}
    last = np.nan
    for d in ranked:
        near = times[d] - last <= seconds
        group[d] = max(group.values(), default=-1) + (0 if near else 1)
        last = times[d]
    for number in range(len(set(group.values()))):
        yield [m for m in members if group[m.document] == number]


def _chosen(clusters: Sequence[Cluster], parts: Sequence[tuple[int, list[Carrier]]]) -> Chosen:
    made = [(i, rebased(clusters[i], members)) for i, members in parts]
    kept = [(i, members) for i, members in made if len(members) > 1]
    places: dict[tuple[int, int], int] = {}
    for at, (i, members) in enumerate(kept):
        for m in members:
            places.setdefault((i, m.document), at)
    return [
        (i, Cluster(members=members, parent=places.get((clusters[i].parent, members[0].document), -1)))
        for i, members in kept
    ]


def rebased(cluster: Cluster, members: Sequence[Carrier]) -> tuple[Carrier, ...]:
    """Return members of a cluster, matched with its representative or, without it, with their best."""
    if not members or members[0] is cluster.members[0]:
        return tuple(members)
    head = max(members, key=lambda m: (m.matched, -m.document, -m.start))
    low, high = int(head.blocks[0, 1]), int(head.blocks[-1, 1] + head.blocks[-1, 2])
    own = structs.replace(head, start=low, end=high, blocks=np.array([[low, low, high - low]], np.int64))
    others = [structs.replace(m, blocks=_composed(head.blocks, m.blocks)) for m in members if m is not head]
    return (own, *(m for m in others if len(m.blocks)))


def _composed(head: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the blocks (head's place, other's, words) of two texts, from what both match of a third."""
    found = []
    for at, h, words in head.tolist():
        for place, o, n in other.tolist():
            low, high = max(at, place), min(at + words, place + n)
            if high > low:
                found.append((h + low - at, o + low - place, high - low))
    return np.array(found, np.int64).reshape(-1, 3)
