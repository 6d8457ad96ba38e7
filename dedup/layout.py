"""One component of passages laid on the coordinates of its representative, and cut into clusters.

A cut falls where the set of carriers changes by more than half, so that A∩B and B∩C with different text are two
clusters, while one wire story cut at ten lengths is one cluster with ten extents. Where a passage goes on unchanged on
both sides of a stretch that more texts carry, the stretch is a nested cluster inside the longer one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels import clusters as kernels
from dedup.kernels import layout

# Ends of carriers that lie this close together (tokens) count as one place.
SNAP = 5
# Carriers that come within so many tokens come at one place: who takes a last line leaves some of its words out.
AT_ONCE = 12
# A carrier that has a quotation or a caption of less than this share of a cluster carries a passage inside it.
INNER_SHARE = 0.5


class Piece(NamedTuple):
    """A verified passage between the representative, of which it has the tokens `[start, end)`, and a carrier, of which
    it has `[low, high)`.

    `blocks` int64, n x 3: place in the representative, place in the carrier, matched words.
    """

    carrier: int
    blocks: npt.NDArray[np.int64]
    start: int
    end: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch `[start, end)` of the representative and the carriers that have it; `parent` is an index or -1."""

    start: int
    end: int
    carriers: tuple[int, ...]
    parent: int = -1


def lay_out(pieces: Sequence[Piece], change: float, is_inset: Callable[[Piece], bool]) -> list[Part]:
    """Return the parts into which the carriers cut the representative, outer ones before inner ones.

    `is_inset` says whether a piece is a quotation or a caption in its carrier; it is asked of few.
    """
    edges = _edges(pieces)
    numbers = {c: i for i, c in enumerate(sorted({p.carrier for p in pieces}))}
    spans = np.array([(p.start, p.end) for p in pieces], np.int64)
    rows = np.array([numbers[p.carrier] for p in pieces], np.int64)
    places = np.array(edges, np.int64)
    carried = kernels.carried(spans, rows, len(numbers), places)
    runs, who = layout.parts(carried, places, change, AT_ONCE)
    names = np.array([*numbers], np.int64)
    parts = [
        Part(start=edges[first], end=edges[last], carriers=tuple(names[own].tolist()), parent=around)
        for (first, last, around), own in zip(runs.tolist(), who, strict=True)
    ]
    return _split_inner(parts, _Laid(pieces=pieces, numbers=numbers, spans=spans, rows=rows), is_inset)


def _edges(pieces: Sequence[Piece]) -> list[int]:
    """Return the places where carriers begin or end, those close together as one (the outermost of them)."""
    places = sorted({p.start for p in pieces} | {p.end for p in pieces})
    edges = [places[0]]
    last = places[0]
    for place in places[1:]:
        if place - last >= SNAP:
            edges.append(place)
        last = place
    edges[-1] = max(edges[-1], places[-1]) if len(edges) > 1 else places[-1]
    return edges if len(edges) > 1 else [places[0], places[-1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """Pieces, the number of each carrier, and the span and the carrier's number of each piece (int64)."""

    pieces: Sequence[Piece]
    numbers: dict[int, int]
    spans: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    def extents(self, part: Part) -> npt.NDArray[np.int64]:
        """Return from where to where each carrier of a part has it (int64, n x 2)."""
        found = kernels.extents(self.spans, self.rows, len(self.numbers), part.start, part.end)
        own: npt.NDArray[np.int64] = found[[self.numbers[c] for c in part.carriers]]
        return own


def _split_inner(parts: list[Part], laid: _Laid, is_inset: Callable[[Piece], bool]) -> list[Part]:
    """Take carriers of a short stretch inside a part out of it, into nested parts of their own."""
    by_carrier: dict[int, list[Piece]] = {}
    out = list(parts)
    for at, part in enumerate(parts):
        found = laid.extents(part)
        # few parts have any
        inner = found[:, 1] - found[:, 0] < INNER_SHARE * (part.end - part.start)
        if not inner.any():
            continue
        if not by_carrier:
            for piece in laid.pieces:
                by_carrier.setdefault(piece.carrier, []).append(piece)
        extents = {c: (low, high) for c, (low, high) in zip(part.carriers, found.tolist(), strict=True)}
        may = itertools.compress(extents.items(), inner.tolist())
        short = {c: e for c, e in may if all(map(is_inset, by_carrier[c]))}
        if not short or len(short) == len(extents):
            continue
        stays = [c for c in part.carriers if c not in short]
        out[at] = Part(start=part.start, end=part.end, carriers=tuple(stays), parent=part.parent)
        for (low, high), members in _stacks(short):
            more = [c for c in stays if min(high, extents[c][1]) - max(low, extents[c][0]) >= 0.75 * (high - low)]
            out.append(Part(start=low, end=high, carriers=tuple(sorted(members + more)), parent=at))
    return out


def _stacks(short: dict[int, tuple[int, int]]) -> list[tuple[tuple[int, int], list[int]]]:
    """Group extents that overlap by half of the shorter one; each group has the hull of its extents."""
    stacks: list[tuple[tuple[int, int], list[int]]] = []
    for carrier, (low, high) in sorted(short.items(), key=lambda item: (item[1], item[0])):
        if stacks:
            (a, b), members = stacks[-1]
            if 2 * (min(b, high) - max(a, low)) >= min(b - a, high - low):
                stacks[-1] = ((min(a, low), max(b, high)), [*members, carrier])
                continue
        stacks.append(((low, high), [carrier]))
    return stacks
