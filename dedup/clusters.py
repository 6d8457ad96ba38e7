"""Verified passages to clusters.

Passages whose spans overlap in a text are tied together; each component is laid on the coordinates of its
representative (the region with most matched mass), with which every member is aligned, and cut (`dedup.layout`).
What the representative does not explain is clustered again, so that no cluster holds together by transitivity alone.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import overload

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.kernels import clusters as kernels
from dedup.kernels import gaps
from dedup.layout import SNAP, Part, Piece, lay_out
from dedup.reach import LARGE, reach
from dedup.regions import Bundles, Lookup, Regions, components, group, unlinked
from dedup.rescore import Evidence
from dedup.rows import among
from dedup.spill import Scratch

# The least mass (1/256 nat) of a member's part after a cut.
LEAST_MASS = 16 * 256
# Longest quotation or caption that is looked for inside a longer passage (tokens).
LONGEST_INSET = 120
# Most tokens between two pieces of a text that go on with one another.
JOINED = 30

Aligner = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], Passages]
IsInset = Callable[[int, int, int], bool]
IsStray = Callable[[int, int, int, int], bool]
Spread = Callable[[Callable[[int], bytes], Sequence[int]], Iterable[bytes]]
# Places of a text in one part with which a new one is compared.
MOST_PLACES = 32
# Clusters that are worked on at a time, and members, about.
BLOCK_CLUSTERS, BLOCK_MEMBERS = 64, 1024
# Regions and passages of the bundles laid out at a time, about.
BLOCK_WORK = 4096


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
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
    def joined(cls, parts: Sequence[Clusters], scratch: Scratch | None = None) -> Clusters:
        """Return the clusters of all parts, kept where `scratch` keeps arrays; parents are counted from the beginning
        of each part."""
        some = [p for p in parts if len(p)]
        if len(some) == 1:
            return some[0]
        gathering = Gathering(scratch or Scratch())
        for part in some:
            gathering.add(part)
        return gathering.finish()

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

    def texts(self, first: int, last: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the texts of the members of the clusters `[first, last)`, and where those of each begin and the last
        ends (int64)."""
        bounds = self.bounds[first : last + 1]
        return self.members[bounds[0] : bounds[-1], 0].copy(), bounds - bounds[0]

    def places(self, first: int, last: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the same of their members."""
        bounds = self.bounds[first : last + 1]
        return self.members[bounds[0] : bounds[-1]], bounds - bounds[0]

    def stretches(self) -> list[tuple[int, int]]:
        """Return the stretches `[first, last)` of clusters that are worked on at a time: few clusters, and few members
        where they have many, as around each place that is looked at the system maps some more of a file."""
        edges = [0]
        while edges[-1] < len(self):
            at = edges[-1]
            full = int(np.searchsorted(self.bounds, self.bounds[at] + BLOCK_MEMBERS, side="right")) - 1
            edges.append(min(at + BLOCK_CLUSTERS, max(at + 1, full), len(self)))
        return list(itertools.pairwise(edges))

    def spans(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return the token spans (int64, n x 2) of all members of the clusters that are `kept`."""
        return self.members[np.repeat(kept, np.diff(self.bounds)), 1:]

    def with_parents(self, parents: npt.NDArray[np.int64]) -> Clusters:
        """Return them with other parents (int64, one a cluster)."""
        return Clusters(parents, self.bounds, self.members, self.block_bounds, self.blocks)

    def to_bytes(self) -> bytes:
        """Return them for `from_bytes`."""
        arrays = (self.parents, self.bounds, self.members, self.block_bounds, self.blocks)
        return msgspec.msgpack.encode([a.tobytes() for a in arrays])

    @classmethod
    def from_bytes(cls, raw: bytes) -> Clusters:
        """Return what `to_bytes` gave."""
        arrays = [np.frombuffer(a, np.int64) for a in msgspec.msgpack.decode(raw, type=list[bytes])]
        return cls(arrays[0], arrays[1], arrays[2].reshape(-1, 3), arrays[3], arrays[4].reshape(-1, 3))


class Gathering:
    """Clusters that are added part by part, and kept where a scratch folder keeps arrays."""

    def __init__(self, scratch: Scratch) -> None:
        self._columns = [scratch.column(np.int64) for _ in range(5)]
        for ends in (self._columns[1], self._columns[3]):
            ends.append(np.zeros(1, np.int64))

    def add(self, part: Clusters) -> None:
        """Add clusters behind the others, their parents counted from the first of them; raises `StoreError` when there
        is no room."""
        parents, bounds, members, block_bounds, blocks = self._columns
        parents.append(np.where(part.parents < 0, -1, part.parents + len(parents)))
        bounds.append(part.bounds[1:] + len(members) // 3)
        members.append(part.members.ravel())
        block_bounds.append(part.block_bounds[1:] + len(blocks) // 3)
        blocks.append(part.blocks.ravel())

    def finish(self) -> Clusters:
        """Return all of them; nothing can be added after it."""
        parents, bounds, members, block_bounds, blocks = (c.finish() for c in self._columns)
        return Clusters(parents, bounds, members.reshape(-1, 3), block_bounds, blocks.reshape(-1, 3))


def _ends(sizes: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the bounds of stretches of these sizes."""
    bounds: npt.NDArray[np.int64] = np.concatenate([[0], np.cumsum(np.asarray(sizes, np.int64))]).astype(np.int64)
    return bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What clusters are made with.

    `known` has the tokens and their masses; `align` aligns pairs of texts (int64, n x 2, left <= right) within
    spans of them (int64, n x 4 tokens) and returns their verified passages: it is asked for members that are not linked
    with their representative directly. `is_inset` says of a text and a token span whether it is a quotation or a
    caption; `is_stray`, of the representative's text and another one's span, whether that is a sentence of another
    story. A cut falls where carriers change by more than `change`. `spread` does the work on items, in order, in
    processes, and `pool` in threads. What grows with the corpus goes to `scratch`.
    """

    known: Evidence
    align: Aligner
    is_inset: IsInset
    is_stray: IsStray
    change: float
    spread: Spread = map
    pool: Executor | None = None
    scratch: Scratch = field(default_factory=Scratch)


def cluster_passages(passages: Passages, means: Means) -> Clusters:
    """Return the clusters of verified passages."""
    found = Gathering(means.scratch)
    left = passages
    while len(left):
        regions = group(left, means.known.mass, means.pool)
        bundles = components(regions)
        large = np.diff(bundles.region_bounds) > LARGE
        whole = bundles.select(~large)
        extra = [means.align(*regions.windows(*unlinked(whole, regions)))]
        if large.any():
            reached, more = reach(bundles.select(large), left, regions, means.align)
            whole, extra = whole.with_others(reached), extra + more
        explained = _lay_out_all(whole, regions, left, (Lookup(extra), means), found)
        left = left.select(~explained)
    return found.finish()


def _lay_out_all(
    bundles: Bundles, regions: Regions, passages: Passages, by: tuple[Lookup, Means], found: Gathering
) -> npt.NDArray[np.bool_]:
    """Add the clusters of all bundles to those that were found, block by block; return which passages they explain."""
    lookup, means = by
    blocks = bundles.blocks(BLOCK_WORK)

    def block(number: int) -> bytes:
        part = bundles.between(*blocks[number])
        some: list[Cluster] = []
        counts = []
        for head, pieces in zip(part.representatives.tolist(), _pieces(part, regions, passages, lookup), strict=True):
            own = _clusters_of(pieces, regions, head, means)
            at = len(some)
            some += [Cluster(members=c.members, parent=c.parent + at if c.parent >= 0 else -1) for c in own]
            counts.append(len(own))
        made = Clusters.of(some)
        sides = passages.documents[part.passages], passages.spans(part.passages)
        done = _explained(part, made, np.array(counts), *sides)
        # what the representative was tried with and could not explain is not tried again
        done |= _are_direct(part, regions)
        return msgspec.msgpack.encode((made.to_bytes(), part.passages[done].tobytes()))

    explained = np.zeros(len(passages), np.bool_)
    for raw in means.spread(block, range(len(blocks))):
        made, numbers = msgspec.msgpack.decode(raw, type=tuple[bytes, bytes])
        found.add(Clusters.from_bytes(made))
        explained[np.frombuffer(numbers, np.int64)] = True
    return explained


def _are_direct(bundles: Bundles, regions: Regions) -> npt.NDArray[np.bool_]:
    """Return which passages of bundles have the representative on one side."""
    heads = np.repeat(bundles.representatives, np.diff(bundles.passage_bounds))
    touching: npt.NDArray[np.bool_] = (regions.of[bundles.passages] == heads[:, None]).any(axis=1)
    return touching


def _pieces(bundles: Bundles, regions: Regions, passages: Passages, lookup: Lookup) -> Iterator[list[Piece]]:
    """Yield the passages between the representative of each bundle and every other region of it."""
    touching = _are_direct(bundles, regions)
    direct = bundles.passages[touching]
    owner = np.repeat(np.arange(len(bundles)), np.diff(bundles.passage_bounds))[touching]
    head, of = bundles.representatives[owner], regions.of[direct]
    forward = of[:, 0] == head
    pieces: list[list[Piece]] = [[] for _ in range(len(bundles))]
    _add(pieces, owner, np.where(forward, of[:, 1], of[:, 0]), (passages, direct, forward))
    number = np.repeat(np.arange(len(bundles)), np.diff(bundles.region_bounds))
    linked = np.concatenate([owner, owner]) * len(regions) + np.concatenate([of[:, 0], of[:, 1]])
    heads = bundles.representatives[number]
    apart = ~among(number * len(regions) + bundles.regions, np.sort(linked)) & (bundles.regions != heads)
    number, others = number[apart], bundles.regions[apart]
    places, rows, forward = lookup.between(regions.table(heads[apart]), regions.table(others))
    _add(pieces, number[places], others[places], (lookup.passages, rows, forward))
    return iter(pieces)


def _add(
    pieces: list[list[Piece]],
    owners: npt.NDArray[np.int64],
    carriers: npt.NDArray[np.int64],
    found: tuple[Passages, npt.NDArray[np.int64], npt.NDArray[np.bool_]],
) -> None:
    """Add to the pieces of each owner a passage, turned where the representative is on its right side."""
    passages, rows, forward = found
    if not len(rows):
        return
    some = passages.take(rows)
    turned = np.repeat(~forward, np.diff(some.bounds))
    blocks, spans = some.blocks, some.spans()
    blocks[turned, :2] = blocks[turned, 1::-1]
    places = np.where(forward[:, None], spans, spans[:, [2, 3, 0, 1]]).tolist()
    stretches = itertools.pairwise(some.bounds.tolist())
    for owner, carrier, place, (first, last) in zip(owners.tolist(), carriers.tolist(), places, stretches, strict=True):
        pieces[owner].append(Piece(carrier, blocks[first:last], *place))


def _clusters_of(pieces: list[Piece], regions: Regions, head: int, means: Means) -> list[Cluster]:
    """Return the clusters into which one representative's carriers are cut."""
    if len(pieces) == 1:
        return _of_one(pieces[0], regions, head)

    @functools.cache
    def places() -> dict[int, list[tuple[int, int]]]:
        """Return the spans of the pieces of each text; few are asked for."""
        found: dict[int, list[tuple[int, int]]] = {}
        for piece in pieces:
            found.setdefault(int(regions.documents[piece.carrier]), []).append((piece.low, piece.high))
        return found

    def is_inset(piece: Piece) -> bool:
        start, end = piece.low, piece.high
        if end - start > LONGEST_INSET:
            return False
        document = int(regions.documents[piece.carrier])
        if means.is_inset(document, start, end):
            return True
        # who goes on with more of a story tells it
        near = [(a, b) for a, b in places()[document] if a <= end + JOINED and start <= b + JOINED]
        return len(near) == 1 and means.is_stray(int(regions.documents[head]), document, start, end)

    by_carrier: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_carrier.setdefault(piece.carrier, []).append(piece)
    clusters: list[Cluster] = []
    number: dict[int, int] = {}
    for at, part in enumerate(lay_out(pieces, means.change, is_inset)):
        members = tuple(_members(part, by_carrier, regions, head, means.known.masses))
        if len(members) > 1:
            number[at] = len(clusters)
            clusters.append(Cluster(members=members, parent=number.get(part.parent, -1)))
    return clusters


def _of_one(piece: Piece, regions: Regions, head: int) -> list[Cluster]:
    """Return the cluster of a representative with one carrier, which is not cut; none where both are one place."""
    document, other = int(regions.documents[head]), int(regions.documents[piece.carrier])
    start, end = piece.low, piece.high
    if document == other and start < piece.end and end > piece.start:
        return []
    whole = np.array([[piece.start, piece.start, piece.end - piece.start]], np.int64)
    first = Carrier(document=document, start=piece.start, end=piece.end, blocks=whole)
    return [Cluster(members=(first, Carrier(document=other, start=start, end=end, blocks=piece.blocks)))]


def _members(
    part: Part,
    by_carrier: dict[int, list[Piece]],
    regions: Regions,
    head: int,
    masses: npt.NDArray[np.uint16],
) -> Iterator[Carrier]:
    """Yield the representative and the carriers of a part, each with its own extent."""
    carriers: list[Carrier] = []
    places = _Places()
    low, high = part.end + SNAP, 0
    for carrier, document in zip(part.carriers, regions.documents[[*part.carriers]].tolist(), strict=True):
        pieces = by_carrier[carrier]
        inside = _clipped(pieces, part)
        for piece in inside:
            whole = inside is pieces or _is_weighty(piece, pieces, masses)
            if whole and places.take(document, piece.low, piece.high):
                carriers.append(Carrier(document=document, start=piece.low, end=piece.high, blocks=piece.blocks))
                low, high = min(low, piece.start), max(high, piece.end)
    if not carriers:
        return
    own = np.array([[low, low, high - low]], np.int64)
    document = int(regions.documents[head])
    yield Carrier(document=document, start=low, end=high, blocks=own)
    for c in carriers:
        if c.document != document or c.start >= high or c.end <= low:
            yield c


class _Places:
    """The places that members have taken."""

    def __init__(self) -> None:
        self._taken: dict[int, list[tuple[int, int]]] = {}

    def take(self, document: int, start: int, end: int) -> bool:
        """Take a place, unless it overlaps one of the last that were taken in its text; return whether it was free."""
        taken = self._taken.setdefault(document, [])
        free = not any(low < end and start < high for low, high in taken[-MOST_PLACES:])
        if free:
            taken.append((start, end))
        return free


def _is_weighty(piece: Piece, pieces: list[Piece], masses: npt.NDArray[np.uint16]) -> bool:
    """Return whether a member's part is a verified passage as it was, or weighs enough after the cut."""
    if any(p is piece for p in pieces):
        return True
    blocks = piece.blocks
    if gaps.weighs(blocks, masses, LEAST_MASS):
        return True
    return any(len(p.blocks) == len(blocks) and (p.blocks == blocks).all() for p in pieces)


def _clipped(pieces: list[Piece], part: Part) -> Sequence[Piece]:
    """Return what of each piece lies inside the part; pieces that follow one another are one.

    An end that lies within the snapping distance of the cut is kept whole.
    """
    first, last = part.start - SNAP, part.end + SNAP
    if len(pieces) == 1 and first <= pieces[0].start and pieces[0].end <= last:
        return pieces  # as most are
    runs: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.start, p.end)) if len(pieces) > 1 else pieces:
        low = first if piece.start >= first else part.start
        high = last if piece.end <= last else part.end
        inside = piece if low <= piece.start and piece.end <= high else _cut(piece, low, high)
        if inside is None:
            continue
        if runs and runs[-1].end <= inside.start:
            gap = inside.low - runs[-1].high
            if 0 <= gap <= JOINED and inside.start - runs[-1].end <= JOINED:
                runs[-1] = _of_blocks(inside.carrier, np.concatenate([runs[-1].blocks, inside.blocks]))
                continue
        runs.append(inside)
    return runs


def _cut(piece: Piece, low: int, high: int) -> Piece | None:
    """Return what of a piece lies in `[low, high)` of the representative; None where nothing does."""
    blocks = gaps.cut(piece.blocks, low, high)
    return _of_blocks(piece.carrier, blocks) if len(blocks) else None


def _of_blocks(carrier: int, blocks: npt.NDArray[np.int64]) -> Piece:
    (start, low, _), (a, b, words) = blocks[0].tolist(), blocks[-1].tolist()
    return Piece(carrier, blocks, start, a + words, low, b + words)


def _explained(
    bundles: Bundles,
    clusters: Clusters,
    counts: npt.NDArray[np.int64],
    documents: npt.NDArray[np.int32],
    spans: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Return which passages of bundles, of which each has made `counts` clusters, lie with at least half of both sides
    in members of one cluster; the only passage of a bundle that is one cluster does."""
    sizes = np.diff(bundles.passage_bounds)
    bundle = np.repeat(np.arange(len(bundles)), sizes)
    cluster = np.repeat(np.arange(len(clusters)), np.diff(clusters.bounds))
    # places of a text in the clusters of one bundle stand together, those of one cluster beside one another
    keys = np.repeat(np.arange(len(bundles)), counts)[cluster] << 32 | clusters.members[:, 0]
    order = np.lexsort((cluster, keys))
    found: npt.NDArray[np.bool_] = kernels.explained(
        (bundle[:, None] << 32) | documents, spans, keys[order], cluster[order], clusters.members[order, 1:]
    )
    return found | ((sizes == 1) & (counts == 1))[bundle]
