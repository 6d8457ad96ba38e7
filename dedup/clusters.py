"""Verified passages to clusters.

Passages whose spans overlap in a text are tied together; each component is laid on the coordinates of its
representative (the region with most matched mass), with which every member is aligned, and cut (`dedup.layout`).
What the representative does not explain is clustered again, so that no cluster holds together by transitivity alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.kernels import clusters as kernels
from dedup.kernels import gaps
from dedup.layout import SNAP, Part, Piece, lay_out
from dedup.rescore import Evidence
from dedup.rows import unique_rows
from dedup.weights import Sums

# The least mass (nats) of a member's part after a cut.
LEAST_MEMBER = 16.0
# Longest quotation or caption that is looked for inside a longer passage (tokens).
LONGEST_INSET = 120

Aligner = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], Passages]
IsInset = Callable[[int, int, int], bool]
Spread = Callable[[Callable[[int], bytes], Sequence[int]], Iterable[bytes]]
# Regions or passages of a component that are not worth a look at all of them at once.
FEW = 32
# Components laid out at a time.
BLOCK_COMPONENTS = 256


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
        return int(gaps.matched(self.blocks)[0])

    @property
    def similarity(self) -> float:
        """Matched words over the longer of the two sides."""
        matched, theirs = gaps.matched(self.blocks)
        return round(matched / max(theirs, self.end - self.start), 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Carriers of one passage, the representative first; `parent` is the index of the cluster around it, or -1."""

    members: tuple[Carrier, ...]
    parent: int = -1


class Clusters(Sequence[Cluster]):
    """Clusters as arrays; each is made when it is asked for.

    Cluster c has the members `bounds[c]:bounds[c + 1]` of `members` (int64, n x 3: text, first and end token); member m
    has the blocks `block_bounds[m]:block_bounds[m + 1]` of `blocks` (int64, k x 3); `parents` (int64).
    """

    def __init__(
        self,
        parents: npt.NDArray[np.int64],
        bounds: npt.NDArray[np.int64],
        members: npt.NDArray[np.int64],
        block_bounds: npt.NDArray[np.int64],
        blocks: npt.NDArray[np.int64],
    ) -> None:
        self.parents, self.bounds, self.members = parents, bounds, members
        self.block_bounds, self.blocks = block_bounds, blocks

    @classmethod
    def of(cls, clusters: Sequence[Cluster]) -> Clusters:
        """Return clusters as arrays."""
        members = [m for c in clusters for m in c.members]
        rows = [(m.document, m.start, m.end) for m in members]
        return cls(
            parents=np.array([c.parent for c in clusters], np.int64),
            bounds=_ends([len(c.members) for c in clusters]),
            members=np.array(rows, np.int64).reshape(-1, 3),
            block_bounds=_ends([len(m.blocks) for m in members]),
            blocks=np.concatenate([np.empty((0, 3), np.int64), *(m.blocks for m in members)]),
        )

    @classmethod
    def joined(cls, parts: Sequence[Clusters]) -> Clusters:
        """Return the clusters of all parts; parents are counted from the beginning of each part."""
        firsts = np.cumsum([0, *(len(p) for p in parts)])
        parents = [np.where(p.parents < 0, -1, p.parents + f) for p, f in zip(parts, firsts.tolist(), strict=False)]
        nothing = np.empty((0, 3), np.int64)
        return cls(
            parents=np.concatenate([np.empty(0, np.int64), *parents]),
            bounds=_ends(np.concatenate([np.empty(0, np.int64), *(np.diff(p.bounds) for p in parts)])),
            members=np.concatenate([nothing, *(p.members for p in parts)]),
            block_bounds=_ends(np.concatenate([np.empty(0, np.int64), *(np.diff(p.block_bounds) for p in parts)])),
            blocks=np.concatenate([nothing, *(p.blocks for p in parts)]),
        )

    def __len__(self) -> int:
        return len(self.parents)

    @overload
    def __getitem__(self, index: int) -> Cluster: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Cluster]: ...
    def __getitem__(self, index: int | slice) -> Cluster | Sequence[Cluster]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        low, high = self.bounds[index : index + 2].tolist()
        edges = self.block_bounds[low : high + 1].tolist()
        return Cluster(
            members=tuple(
                Carrier(document=d, start=start, end=end, blocks=self.blocks[edges[i] : edges[i + 1]])
                for i, (d, start, end) in enumerate(self.members[low:high].tolist())
            ),
            parent=int(self.parents[index]),
        )

    def spans(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return the token spans (int64, n x 2) of all members of the clusters that are `kept`."""
        return self.members[np.repeat(kept, np.diff(self.bounds)), 1:]

    def to_bytes(self) -> bytes:
        """Return them for `from_bytes`."""
        arrays = (self.parents, self.bounds, self.members, self.block_bounds, self.blocks)
        return msgspec.msgpack.encode([a.tobytes() for a in arrays])

    @classmethod
    def from_bytes(cls, raw: bytes) -> Clusters:
        """Return what `to_bytes` gave."""
        arrays = [np.frombuffer(a, np.int64) for a in msgspec.msgpack.decode(raw, type=list[bytes])]
        return cls(arrays[0], arrays[1], arrays[2].reshape(-1, 3), arrays[3], arrays[4].reshape(-1, 3))


def _ends(sizes: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the bounds of stretches of these sizes."""
    bounds: npt.NDArray[np.int64] = np.concatenate([[0], np.cumsum(np.asarray(sizes, np.int64))]).astype(np.int64)
    return bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nodes:
    """Regions: groups of overlapping spans in one text. `of` (int64, passages x 2) is the region of each side."""

    of: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What clusters are made with.

    `known` has the tokens and their masses; `align` aligns pairs of texts (int64, n x 2, left <= right) within
    spans of them (int64, n x 4 tokens) and returns their verified passages: it is asked for members that are not linked
    with their representative directly. `is_inset` says of a text and a token span whether it is a quotation or a
    caption. A cut falls where carriers change by more than `change`. `spread` does the work on items, in order.
    """

    known: Evidence
    align: Aligner
    is_inset: IsInset
    change: float
    spread: Spread = map


def cluster_passages(passages: Passages, means: Means) -> Clusters:
    """Return the clusters of verified passages."""
    clusters: list[Clusters] = []
    left = passages
    while len(left):
        nodes = _nodes(left)
        components = _Components(left, nodes, means.known.mass)
        extra = means.align(*_missing(components, nodes))
        found, explained = _lay_out_all(components, nodes, left, extra, means)
        clusters += found
        left = left.select(~explained)
    return Clusters.joined(clusters)


def _nodes(passages: Passages) -> _Nodes:
    """Group the spans that overlap in a text."""
    spans = passages.spans()
    starts, ends = np.concatenate([spans[:, 0], spans[:, 2]]), np.concatenate([spans[:, 1], spans[:, 3]])
    documents = np.concatenate([passages.documents[:, 0], passages.documents[:, 1]]).astype(np.int64)
    # columns: text, beginning, end from the last
    unique, _, inverse = unique_rows(np.stack([documents, starts, -ends], axis=1))
    groups = kernels.overlap_groups(*(np.ascontiguousarray(c) for c in (unique[:, 1], -unique[:, 2], unique[:, 0])))
    heads, number = np.unique(groups, return_inverse=True)
    low = np.full(len(heads), np.iinfo(np.int64).max)
    high = np.zeros(len(heads), np.int64)
    np.minimum.at(low, number, unique[:, 1])
    np.maximum.at(high, number, -unique[:, 2])
    of = number[inverse].reshape(2, -1).T
    return _Nodes(of=of, documents=unique[heads, 0], starts=low, ends=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Component:
    representative: int
    regions: npt.NDArray[np.int64]
    passages: npt.NDArray[np.int64]


class _Components(Sequence[_Component]):
    """The connected components of regions, each with its representative."""

    def __init__(self, passages: Passages, nodes: _Nodes, prefix: Sums) -> None:
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
        self._regions = np.lexsort((np.arange(n), -(nodes.ends - nodes.starts), -weight, labels))
        self._edges = np.flatnonzero(np.diff(labels[self._regions], prepend=-1, append=-1))
        of_passages = labels[nodes.of[:, 0]]
        self._passages = np.argsort(of_passages, kind="stable")
        self._passage_edges = np.searchsorted(of_passages[self._passages], np.arange(len(self._edges)))
        self.representatives: npt.NDArray[np.int64] = self._regions[self._edges[:-1]]
        """The representative of each component."""
        self.head_of: npt.NDArray[np.int64] = self.representatives[labels]
        """The representative of each region."""

    def __len__(self) -> int:
        return len(self._edges) - 1

    @overload
    def __getitem__(self, index: int) -> _Component: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Component]: ...
    def __getitem__(self, index: int | slice) -> _Component | Sequence[_Component]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return _Component(
            representative=int(self.representatives[index]),
            regions=self._regions[self._edges[index] : self._edges[index + 1]],
            passages=self._passages[self._passage_edges[index] : self._passage_edges[index + 1]],
        )


def _direct(component: _Component, nodes: _Nodes) -> npt.NDArray[np.int64]:
    """Return the passages of a component that have the representative on one side."""
    touching = (nodes.of[component.passages] == component.representative).any(axis=1)
    return component.passages[touching]


def _missing(components: _Components, nodes: _Nodes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the pairs of texts to be aligned, representatives with members they are not linked with, and the regions
    of both (int64, n x 4 tokens)."""
    heads = components.head_of
    linked = np.zeros(len(heads), np.bool_)
    linked[components.representatives] = True
    for side, other in ((0, 1), (1, 0)):
        touching = nodes.of[:, other] == heads[nodes.of[:, other]]
        linked[nodes.of[touching, side]] = True
    apart = np.flatnonzero(~linked)
    table = np.stack([nodes.documents, nodes.starts, nodes.ends], axis=1)
    left, right = table[heads[apart]], table[apart]
    turned = np.zeros(len(apart), np.bool_)
    decided = np.zeros(len(apart), np.bool_)
    for column in range(3):
        turned |= ~decided & (left[:, column] > right[:, column])
        decided |= left[:, column] != right[:, column]
    left[turned], right[turned] = right[turned], left[turned].copy()
    rows, _, _ = unique_rows(np.stack([left[:, 0], right[:, 0], *left[:, 1:].T, *right[:, 1:].T], axis=1))
    return rows[:, :2], rows[:, 2:]


def _lay_out_all(
    components: _Components, nodes: _Nodes, passages: Passages, extra: Passages, means: Means
) -> tuple[list[Clusters], npt.NDArray[np.bool_]]:
    """Return the clusters of all components, block by block, and which passages they explain."""
    lookup = _PairLookup(extra)
    spans = passages.spans()

    def block(first: int) -> bytes:
        found: list[Cluster] = []
        done = []
        for component in components[first : first + BLOCK_COMPONENTS]:
            pieces = list(_pieces(component, nodes, passages, lookup))
            own = _clusters_of(pieces, nodes, component.representative, means)
            at = len(found)
            found += [Cluster(members=c.members, parent=c.parent + at if c.parent >= 0 else -1) for c in own]
            done.append(component.passages[_explained(component.passages, passages.documents, spans, own)])
            # what the representative was tried with and could not explain is not tried again
            done.append(_direct(component, nodes))
        return msgspec.msgpack.encode((Clusters.of(found).to_bytes(), np.concatenate(done).tobytes()))

    clusters: list[Clusters] = []
    explained = np.zeros(len(passages), np.bool_)
    for raw in means.spread(block, range(0, len(components), BLOCK_COMPONENTS)):
        made, numbers = msgspec.msgpack.decode(raw, type=tuple[bytes, bytes])
        clusters.append(Clusters.from_bytes(made))
        explained[np.frombuffer(numbers, np.int64)] = True
    return clusters, explained


class _PairLookup:
    """Finds the passages of a pair of texts; they are sorted by it."""

    def __init__(self, passages: Passages) -> None:
        self.passages = passages
        self.spans = passages.spans() if len(passages) else np.zeros((0, 4), np.int64)
        self._codes = passages.documents.astype(np.int64) @ np.array([1 << 32, 1])

    def among(
        self, regions: npt.NDArray[np.int64], documents: npt.NDArray[np.int64], head: int
    ) -> npt.NDArray[np.int64]:
        """Return those of the regions whose text has any passage with the text `head`, where that is worth a look;
        `documents` are of all regions."""
        if not len(self._codes):
            return regions[:0]
        if len(regions) <= FEW:
            return regions
        of = documents[regions]
        codes = np.minimum(of, head) << 32 | np.maximum(of, head)
        found = self._codes[np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)] == codes
        return regions[found]

    def between(self, left: tuple[int, int, int], right: tuple[int, int, int]) -> Iterator[tuple[int, bool]]:
        """Yield passages that overlap both regions (text, start, end), and whether the left one is their left side."""
        swapped = left[0] > right[0]
        a, b = (right, left) if swapped else (left, right)
        first, last = np.searchsorted(self._codes, [(a[0] << 32) + b[0], (a[0] << 32) + b[0] + 1]).tolist()
        for i, s in enumerate(self.spans[first:last].tolist(), first):
            if s[0] < a[2] and s[1] > a[1] and s[2] < b[2] and s[3] > b[1]:
                yield i, not swapped
            elif a[0] == b[0] and s[0] < b[2] and s[1] > b[1] and s[2] < a[2] and s[3] > a[1]:
                yield i, swapped


def _pieces(component: _Component, nodes: _Nodes, passages: Passages, lookup: _PairLookup) -> Iterator[Piece]:
    """Yield the passages between the representative and every other region."""
    head = component.representative
    linked = {head}
    for p in _direct(component, nodes).tolist():
        blocks = passages.blocks[passages.bounds[p] : passages.bounds[p + 1]]
        a, b = nodes.of[p].tolist()
        linked |= {a, b}
        other = b if a == head else a
        turned = blocks if a == head else blocks[:, [1, 0, 2]]
        yield Piece(carrier=other, blocks=turned)
    where = _region(nodes, head)
    for region in lookup.among(component.regions, nodes.documents, where[0]).tolist():
        if region in linked:
            continue
        for p, forward in lookup.between(where, _region(nodes, region)):
            blocks = lookup.passages.blocks[lookup.passages.bounds[p] : lookup.passages.bounds[p + 1]]
            turned = blocks if forward else blocks[:, [1, 0, 2]]
            yield Piece(carrier=region, blocks=turned)


def _region(nodes: _Nodes, region: int) -> tuple[int, int, int]:
    return int(nodes.documents[region]), int(nodes.starts[region]), int(nodes.ends[region])


def _clusters_of(pieces: list[Piece], nodes: _Nodes, head: int, means: Means) -> list[Cluster]:
    """Return the clusters into which one representative's carriers are cut."""

    def is_inset(piece: Piece) -> bool:
        start, end = int(piece.blocks[0, 1]), int(piece.blocks[-1, 1] + piece.blocks[-1, 2])
        return end - start <= LONGEST_INSET and means.is_inset(int(nodes.documents[piece.carrier]), start, end)

    by_carrier: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_carrier.setdefault(piece.carrier, []).append(piece)
    clusters: list[Cluster] = []
    number: dict[int, int] = {}
    for at, part in enumerate(lay_out(pieces, means.change, is_inset)):
        members = list(_members(part, by_carrier, nodes, head, means.known.mass))
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
    if any(p.blocks is blocks for p in pieces):
        return True
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
    """Return the parts of blocks that lie in `[low, high)` of the representative: the blocks themselves if all do."""
    if blocks[0, 0] >= low and blocks[-1, 0] + blocks[-1, 2] <= high:
        return blocks
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
    likely = np.ones(len(numbers), np.bool_)
    if len(numbers) > FEW:  # of a large component few texts are members
        likely &= np.isin(documents[numbers], np.array([*of], documents.dtype)).all(axis=1)
    for i in np.flatnonzero(likely).tolist():
        p = numbers[i]
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
