"""Verified passages to clusters.

Passages whose spans overlap in a text are tied together; each component is laid on the coordinates of its
representative (the region with most matched mass), with which every member is aligned, and cut (`dedup.layout`).
What the representative does not explain is clustered again, so that no cluster holds together by transitivity alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.kernels import clusters as kernels
from dedup.layout import SNAP, Part, Piece, lay_out
from dedup.rescore import Evidence
from dedup.weights import Sums

# The least mass (nats) of a member's part after a cut.
LEAST_MEMBER = 16.0
# Longest quotation or caption that is looked for inside a longer passage (tokens).
LONGEST_INSET = 120

Aligner = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], Passages]
IsInset = Callable[[int, int, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A member of a cluster: token span `[start, end)` of text `document`, and how it is matched with the
    representative (`blocks` int64, n x 3: representative's place, own place, words)."""

    document: int
    start: int
    end: int
    blocks: npt.NDArray[np.int64]

    @property
    def matched(self) -> int:
        """Matched words."""
        return int(self.blocks[:, 2].sum())

    @property
    def similarity(self) -> float:
        """Matched words over the longer of the two sides."""
        theirs = int(self.blocks[-1, 0] + self.blocks[-1, 2] - self.blocks[0, 0])
        return round(self.matched / max(theirs, self.end - self.start), 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Carriers of one passage, the representative first; `parent` is the index of the cluster around it, or -1."""

    members: tuple[Carrier, ...]
    parent: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nodes:
    """Regions: groups of overlapping spans in one text. `of` (int64, passages x 2) is the region of each side."""

    of: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def cluster_passages(
    passages: Passages, known: Evidence, align: Aligner, is_inset: IsInset, change: float
) -> list[Cluster]:
    """Return the clusters of verified passages.

    `known` has the tokens and their masses; `align` aligns pairs of texts (int64, n x 2, left <= right) within
    spans of them (int64, n x 4 tokens) and returns their verified passages: it is asked for members that are not linked
    with their representative directly. `is_inset` says of a text and a token span whether it is a quotation or a
    caption.
    """
    clusters: list[Cluster] = []
    left = passages
    while len(left):
        nodes = _nodes(left)
        components = _components(left, nodes, known.mass)
        extra = align(*_missing(components, nodes))
        found, explained = _lay_out_all(components, nodes, left, extra, known, is_inset, change, len(clusters))
        clusters += found
        left = left.select(~explained)
    return clusters


def _nodes(passages: Passages) -> _Nodes:
    """Group the spans that overlap in a text."""
    spans = passages.spans()
    starts, ends = np.concatenate([spans[:, 0], spans[:, 2]]), np.concatenate([spans[:, 1], spans[:, 3]])
    documents = np.concatenate([passages.documents[:, 0], passages.documents[:, 1]]).astype(np.int64)
    keys = np.stack([documents, starts, -ends])
    unique, inverse = np.unique(keys, axis=1, return_inverse=True)
    groups = kernels.overlap_groups(unique[1], -unique[2], unique[0])
    heads, number = np.unique(groups, return_inverse=True)
    low = np.full(len(heads), np.iinfo(np.int64).max)
    high = np.zeros(len(heads), np.int64)
    np.minimum.at(low, number, unique[1])
    np.maximum.at(high, number, -unique[2])
    of = number[inverse.ravel()].reshape(2, -1).T
    return _Nodes(of=of, documents=unique[0][heads], starts=low, ends=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Component:
    representative: int
    regions: npt.NDArray[np.int64]
    passages: npt.NDArray[np.int64]


def _components(passages: Passages, nodes: _Nodes, prefix: Sums) -> list[_Component]:
    """Return the connected components of regions, each with its representative."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(nodes.documents)
    edges = coo_matrix((np.ones(len(nodes.of), np.int8), (nodes.of[:, 0], nodes.of[:, 1])), shape=(n, n))
    _, labels = connected_components(edges, directed=False)
    spans = passages.spans()
    mass = prefix[spans[:, 1]] - prefix[spans[:, 0]]
    weight = np.zeros(n, np.int64)
    np.add.at(weight, nodes.of[:, 0], mass)
    np.add.at(weight, nodes.of[:, 1], mass)
    best_first = np.lexsort((np.arange(n), -(nodes.ends - nodes.starts), -weight, labels))
    region_edges = np.flatnonzero(np.diff(labels[best_first], prepend=-1, append=-1))
    by_label = np.argsort(labels[nodes.of[:, 0]], kind="stable")
    passage_edges = np.searchsorted(labels[nodes.of[:, 0]][by_label], np.arange(len(region_edges)))
    return [
        _Component(
            representative=int(best_first[low]),
            regions=best_first[low:high],
            passages=by_label[passage_edges[c] : passage_edges[c + 1]],
        )
        for c, (low, high) in enumerate(itertools.pairwise(region_edges))
    ]


def _direct(component: _Component, nodes: _Nodes) -> npt.NDArray[np.int64]:
    """Return the passages of a component that have the representative on one side."""
    touching = (nodes.of[component.passages] == component.representative).any(axis=1)
    return component.passages[touching]


def _missing(components: Sequence[_Component], nodes: _Nodes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the pairs of texts to be aligned, representatives with members they are not linked with, and the regions
    of both (int64, n x 4 tokens)."""
    rows: set[tuple[int, ...]] = set()
    for component in components:
        linked = set(nodes.of[_direct(component, nodes)].ravel().tolist())
        head = _region(nodes, component.representative)
        for region in component.regions.tolist():
            if region not in linked and region != component.representative:
                left, right = sorted((head, _region(nodes, region)))
                rows.add((left[0], right[0], *left[1:], *right[1:]))
    table = np.array(sorted(rows), np.int64).reshape(-1, 6)
    return table[:, :2], table[:, 2:]


def _lay_out_all(
    components: Sequence[_Component],
    nodes: _Nodes,
    passages: Passages,
    extra: Passages,
    known: Evidence,
    is_inset: IsInset,
    change: float,
    offset: int,
) -> tuple[list[Cluster], npt.NDArray[np.bool_]]:
    """Return the clusters of all components and which passages they explain; `offset` is the first cluster's index."""
    clusters: list[Cluster] = []
    explained = np.zeros(len(passages), np.bool_)
    lookup = _PairLookup(extra)
    spans = passages.spans()
    for component in components:
        pieces = list(_pieces(component, nodes, passages, lookup, is_inset))
        own = _clusters_of(pieces, nodes, component.representative, known.mass, change)
        first = offset + len(clusters)
        clusters += [Cluster(members=c.members, parent=c.parent + first if c.parent >= 0 else -1) for c in own]
        explained[component.passages] = _explained(component.passages, passages.documents, spans, own)
        # what the representative was tried with and could not explain is not tried again
        explained[_direct(component, nodes)] = True
    return clusters, explained


class _PairLookup:
    """Finds the passages of a pair of texts."""

    def __init__(self, passages: Passages) -> None:
        self.passages = passages
        self.spans = passages.spans() if len(passages) else np.zeros((0, 4), np.int64)
        self.of: dict[tuple[int, int], list[int]] = {}
        for i, (a, b) in enumerate(passages.documents.tolist()):
            self.of.setdefault((a, b), []).append(i)

    def between(self, left: tuple[int, int, int], right: tuple[int, int, int]) -> Iterator[tuple[int, bool]]:
        """Yield passages that overlap both regions (text, start, end), and whether the left one is their left side."""
        swapped = left[0] > right[0]
        a, b = (right, left) if swapped else (left, right)
        for i in self.of.get((a[0], b[0]), ()):
            s = self.spans[i].tolist()
            if s[0] < a[2] and s[1] > a[1] and s[2] < b[2] and s[3] > b[1]:
                yield i, not swapped
            elif a[0] == b[0] and s[0] < b[2] and s[1] > b[1] and s[2] < a[2] and s[3] > a[1]:
                yield i, swapped


def _pieces(
    component: _Component, nodes: _Nodes, passages: Passages, lookup: _PairLookup, is_inset: IsInset
) -> Iterator[Piece]:
    """Yield the passages between the representative and every other region."""
    head = component.representative
    linked = {head}
    for p in _direct(component, nodes).tolist():
        blocks = passages.blocks[passages.bounds[p] : passages.bounds[p + 1]]
        a, b = nodes.of[p].tolist()
        linked |= {a, b}
        other = b if a == head else a
        turned = blocks if a == head else blocks[:, [1, 0, 2]]
        yield _piece(other, turned, int(nodes.documents[other]), is_inset)
    where = _region(nodes, head)
    for region in component.regions.tolist():
        if region in linked:
            continue
        for p, forward in lookup.between(where, _region(nodes, region)):
            blocks = lookup.passages.blocks[lookup.passages.bounds[p] : lookup.passages.bounds[p + 1]]
            turned = blocks if forward else blocks[:, [1, 0, 2]]
            yield _piece(region, turned, int(nodes.documents[region]), is_inset)


def _piece(carrier: int, blocks: npt.NDArray[np.int64], document: int, is_inset: IsInset) -> Piece:
    """Return a piece, and whether it is a quotation or a caption in its carrier."""
    start, end = int(blocks[0, 1]), int(blocks[-1, 1] + blocks[-1, 2])
    return Piece(carrier=carrier, blocks=blocks, inset=end - start <= LONGEST_INSET and is_inset(document, start, end))


def _region(nodes: _Nodes, region: int) -> tuple[int, int, int]:
    return int(nodes.documents[region]), int(nodes.starts[region]), int(nodes.ends[region])


def _clusters_of(pieces: list[Piece], nodes: _Nodes, head: int, prefix: Sums, change: float) -> list[Cluster]:
    """Return the clusters into which one representative's carriers are cut."""
    by_carrier: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_carrier.setdefault(piece.carrier, []).append(piece)
    clusters: list[Cluster] = []
    number: dict[int, int] = {}
    for at, part in enumerate(lay_out(pieces, change)):
        members = list(_members(part, by_carrier, nodes, head, prefix))
        if len(members) > 1:
            number[at] = len(clusters)
            clusters.append(Cluster(members=tuple(members), parent=number.get(part.parent, -1)))
    return clusters


def _members(
    part: Part, by_carrier: dict[int, list[Piece]], nodes: _Nodes, head: int, prefix: Sums
) -> Iterator[Carrier]:
    """Yield the representative and the carriers of a part, each with its own extent."""
    carriers: list[Carrier] = []
    for carrier in part.carriers:
        for blocks in _clipped(by_carrier[carrier], part):
            start, end = int(blocks[0, 1]), int(blocks[-1, 1] + blocks[-1, 2])
            if _is_weighty(blocks, by_carrier[carrier], prefix) and not _overlaps(
                carriers, int(nodes.documents[carrier]), start, end
            ):
                carriers.append(Carrier(document=int(nodes.documents[carrier]), start=start, end=end, blocks=blocks))
    if not carriers:
        return
    low = min(int(c.blocks[0, 0]) for c in carriers)
    high = max(int(c.blocks[-1, 0] + c.blocks[-1, 2]) for c in carriers)
    own = np.array([[low, low, high - low]], np.int64)
    yield Carrier(document=int(nodes.documents[head]), start=low, end=high, blocks=own)
    for c in carriers:
        if c.document != nodes.documents[head] or c.start >= high or c.end <= low:
            yield c


def _is_weighty(blocks: npt.NDArray[np.int64], pieces: list[Piece], prefix: Sums) -> bool:
    """Return whether a member's part is a verified passage as it was, or weighs enough after the cut."""
    if any(len(p.blocks) == len(blocks) and (p.blocks == blocks).all() for p in pieces):
        return True
    mass = int((prefix[blocks[:, 0] + blocks[:, 2]] - prefix[blocks[:, 0]]).sum())
    return mass >= LEAST_MEMBER * 256


def _overlaps(carriers: list[Carrier], document: int, start: int, end: int) -> bool:
    return any(c.document == document and c.start < end and start < c.end for c in carriers[-32:])


def _clipped(pieces: list[Piece], part: Part) -> Iterator[npt.NDArray[np.int64]]:
    """Yield each piece's blocks inside the part; pieces that follow one another are one.

    An end that lies within the snapping distance of the cut is kept whole.
    """
    runs: list[npt.NDArray[np.int64]] = []
    for piece in sorted(pieces, key=lambda p: (p.start, p.end)):
        low = part.start - SNAP if piece.start >= part.start - SNAP else part.start
        high = part.end + SNAP if piece.end <= part.end + SNAP else part.end
        blocks = _cut_blocks(piece.blocks, low, high)
        if not len(blocks):
            continue
        if runs and runs[-1][-1, 0] + runs[-1][-1, 2] <= blocks[0, 0]:
            gap = blocks[0, 1] - runs[-1][-1, 1] - runs[-1][-1, 2]
            if 0 <= gap <= 30 and blocks[0, 0] - runs[-1][-1, 0] - runs[-1][-1, 2] <= 30:
                runs[-1] = np.concatenate([runs[-1], blocks])
                continue
        runs.append(blocks)
    yield from runs


def _cut_blocks(blocks: npt.NDArray[np.int64], low: int, high: int) -> npt.NDArray[np.int64]:
    """Return the parts of blocks that lie in `[low, high)` of the representative."""
    starts = np.maximum(blocks[:, 0], low)
    ends = np.minimum(blocks[:, 0] + blocks[:, 2], high)
    kept = ends > starts
    moved = starts - blocks[:, 0]
    return np.stack([starts, blocks[:, 1] + moved, ends - starts], axis=1)[kept]


def _explained(
    numbers: npt.NDArray[np.int64],
    documents: npt.NDArray[np.int32],
    spans: npt.NDArray[np.int64],
    clusters: list[Cluster],
) -> npt.NDArray[np.bool_]:
    """Return which passages lie with at least half of both sides in members of one cluster."""
    if len(clusters) == 1 and len(numbers) == 1:
        return np.ones(1, np.bool_)
    of: dict[int, list[tuple[int, int, int]]] = {}
    for c, cluster in enumerate(clusters):
        for m in cluster.members:
            of.setdefault(m.document, []).append((m.start, m.end, c))
    out = np.zeros(len(numbers), np.bool_)
    for i, p in enumerate(numbers.tolist()):
        a, b = documents[p].tolist()
        a0, a1, b0, b1 = spans[p].tolist()
        left = _covering(of.get(a, ()), a0, a1)
        out[i] = bool(left & _covering(of.get(b, ()), b0, b1))
    return out


def _covering(spans: Sequence[tuple[int, int, int]], start: int, end: int) -> set[int]:
    covered: dict[int, int] = {}
    for low, high, cluster in spans:
        covered[cluster] = covered.get(cluster, 0) + max(0, min(high, end) - max(low, start))
    return {c for c, n in covered.items() if 2 * n >= end - start}
