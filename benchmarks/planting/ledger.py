"""The labels of a planted corpus, gathered page by page: clusters, must-not groups, pairs, stories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.planting.damage import Flags
from benchmarks.planting.page import Page
from benchmarks.planting.plan import Plant, PlantKind
from benchmarks.planting.story import Story
from dedup.model import Kind, Relation, Scope, Wording

KINDS: Mapping[PlantKind, Kind] = {
    "wire": "wire_copy",
    "passage": "wire_copy",
    "quotation": "quotation",
    "caption": "caption",
    "stock": "stock_phrase",
    "furniture": "boilerplate",
}
NEAR_VERBATIM = 0.8  # least share of its words that a copy keeps
NEAR_DUPLICATE, UNCLEAR = 0.8, 0.08  # a share nearer than this to the border between relations gets no label
LEAST_SHARED = 15  # words of a pair that is labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copied:
    slot: int
    start: int
    end: int
    kept: Flags
    exact: bool


@dataclass(slots=True, kw_only=True)
class _Cluster:
    plant: Plant
    copies: list[_Copied] = field(default_factory=list)


class Ledger:
    """Gathers what stands where; slots must be added in order."""

    def __init__(self, outlets: Sequence[str], stories: Mapping[int, Story], *, dated: bool) -> None:
        self._outlets, self._stories, self._dated = outlets, stories, dated
        self._ids: list[str] = []
        self._story: dict[int, str] = {}
        self._words: dict[int, int] = {}
        self._clusters: dict[str, _Cluster] = {}
        self._apart: list[tuple[int, int, int, int]] = []

    def add(self, doc_id: str, page: Page) -> None:
        """Enter the page of the next slot."""
        slot = len(self._ids)
        self._ids.append(doc_id)
        for p in page.placed:
            entry = self._clusters.setdefault(p.cluster, _Cluster(plant=p.plant))
            entry.copies.append(_Copied(slot=slot, start=p.start, end=p.end, kept=p.kept, exact=p.exact))
            if p.plant.kind == "wire":
                self._story[slot] = p.plant.name
            self._words[slot] = page.words

    def keep_apart(self, group: int, slot: int, start: int, end: int) -> None:
        """Enter a span that must not be linked with the other of its group."""
        self._apart.append((group, slot, start, end))

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield all labels."""
        for name in sorted(self._clusters):
            yield self._cluster(name, self._clusters[name])
        for group, slot, start, end in sorted(self._apart):
            yield {"must_not": f"apart-{group:06d}", "doc_id": self._ids[slot], "start": start, "end": end}
        yield from self._pairs()
        for slot, doc_id in enumerate(self._ids):
            yield {"doc_id": doc_id, "story": self._story.get(slot, doc_id)}

    def _cluster(self, name: str, cluster: _Cluster) -> dict[str, Any]:
        plant = cluster.plant
        copies = sorted(cluster.copies, key=lambda c: (c.slot != plant.slots[0], c.slot, c.start))
        record = {
            "cluster": name,
            "kind": KINDS[plant.kind],
            "scope": self._scope(copies),
            "wording": _wording(copies),
            "plant": plant.kind,
            "edit_rate": plant.edit_rate,
            "ocr_rate": plant.ocr_rate,
            "words": len(copies[0].kept),
            "members": [{"doc_id": self._ids[c.slot], "start": c.start, "end": c.end} for c in copies],
        }
        origin = self._origin(name, plant)
        return {**record, "origin": origin} if any(origin.values()) else record

    def _origin(self, name: str, plant: Plant) -> dict[str, str | None]:
        """Return who had a wire story first, where dates tell, and whom its first stretch credits."""
        if plant.kind != "wire":
            return {}
        first = not name.endswith(tuple(f".{n}" for n in range(2, 100)))
        return {
            "doc_id": self._ids[plant.slots[0]] if self._dated else None,
            "agency": self._stories[plant.number].agency if first else None,
        }

    def _scope(self, copies: Sequence[_Copied]) -> Scope:
        if len({self._outlets[c.slot] for c in copies}) > 1:
            return "cross_outlet"
        return "within_outlet" if len({c.slot for c in copies}) > 1 else "within_document"

    def _pairs(self) -> Iterator[dict[str, Any]]:
        """Yield the pairs that share narrative and whose relation is clear, then pairs that share nothing."""
        shared: dict[tuple[int, int], int] = {}
        for cluster in self._clusters.values():
            if KINDS[cluster.plant.kind] == "wire_copy":
                for a, b in combinations(sorted(cluster.copies, key=lambda c: c.slot), 2):
                    shared[a.slot, b.slot] = shared.get((a.slot, b.slot), 0) + _common(a.kept, b.kept)
        for (left, right), words in sorted(shared.items()):
            relation = relation_of(words / self._words[left], words / self._words[right])
            if relation and words >= LEAST_SHARED and self._outlets[left] != self._outlets[right]:
                yield {"pair": [self._ids[left], self._ids[right]], "relation": relation}
        groups: dict[int, list[int]] = {}
        for group, slot, _, _ in self._apart:
            groups.setdefault(group, []).append(slot)
        for group in sorted(groups):
            yield {"pair": [self._ids[slot] for slot in groups[group]], "relation": "none"}


def _common(left: Flags, right: Flags) -> int:
    """Return how many words of the source both copies keep; copies begin at its first word."""
    n = min(len(left), len(right))
    return int(np.count_nonzero(left[:n] & right[:n]))


def _wording(copies: Sequence[_Copied]) -> Wording:
    if all(c.exact for c in copies):
        return "verbatim"
    least = min(float(np.mean(c.kept)) for c in copies)
    return "near_verbatim" if least >= NEAR_VERBATIM else "reworded"


def relation_of(share_left: float, share_right: float) -> Relation | None:
    """Return the relation of two articles by the share of its words that each has from the other.

    None where a share lies too near the border for a label.

    >>> relation_of(0.95, 0.3), relation_of(0.1, 0.2), relation_of(0.78, 0.9)
    ('contained', 'partial', None)
    """
    if min(abs(share - NEAR_DUPLICATE) for share in (share_left, share_right)) < UNCLEAR:
        return None
    if min(share_left, share_right) > NEAR_DUPLICATE:
        return "duplicate"
    if share_right > NEAR_DUPLICATE:
        return "contains"
    return "contained" if share_left > NEAR_DUPLICATE else "partial"
