"""The reading view: whole texts with their shared passages marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from dedup.model import Document, PassageCluster
from dedup.report.catalogue import Catalogue, Name, Ref

DOCUMENTS_SHOWN: Final = 20
TEXT_LIMIT: Final = 20_000
"""Characters of one text that the report shows."""
_INCIDENTAL: Final = ("boilerplate", "stock_phrase")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A passage's stretch `[start, end)` of one text."""

    start: int
    end: int
    cluster_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of text that the same passages cover; `begins` start here, `mark` is the innermost."""

    text: str
    mark: Ref | None
    begins: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """One text, marked; `left_out` counts characters after `TEXT_LIMIT`, `share` is the marked part."""

    name: Name
    lang: str | None
    segments: tuple[Segment, ...]
    left_out: int
    share: float
    passages: int


def most_reused(known: Catalogue) -> list[str]:
    """Return the ids of up to `DOCUMENTS_SHOWN` documents whose passages have the most other carriers.

    Of documents with just the same passages only the first is taken, lest one story fill it; ties by id.
    """
    weights: dict[str, int] = {}
    carried: dict[str, set[str]] = {}
    for cluster in known.passages:
        weight = _weight(cluster)
        for doc_id in {m.doc_id for m in cluster.members if m.doc_id in known.texts}:
            weights[doc_id] = weights.get(doc_id, 0) + weight
            carried.setdefault(doc_id, set()).add(cluster.cluster_id)
    chosen: dict[frozenset[str], str] = {}
    for doc_id in sorted(weights, key=lambda d: (-weights[d], d)):
        chosen.setdefault(frozenset(carried[doc_id]), doc_id)
    return list(chosen.values())[:DOCUMENTS_SHOWN]


def reading_views(known: Catalogue) -> list[ReadingView]:
    """Return the most reused documents with their passages marked; none when texts are left out."""
    chosen = most_reused(known)
    places: dict[str, list[Place]] = {doc_id: [] for doc_id in chosen}
    for cluster in known.passages:
        for m in cluster.members:
            if m.doc_id in places:
                places[m.doc_id].append(Place(start=m.start, end=m.end, cluster_id=cluster.cluster_id))
    return [_view(doc_id, known.texts[doc_id], places[doc_id], known) for doc_id in chosen]


def segments(text: str, places: Iterable[Place], known: Catalogue) -> list[Segment]:
    """Cut `text` wherever a passage begins or ends; offsets beyond the text are drawn in."""
    inside = [_within(place, len(text)) for place in places]
    spans = sorted((p for p in inside if p.start < p.end), key=lambda p: (p.start, -p.end, p.cluster_id))
    cuts = sorted({0, len(text), *(p.start for p in spans), *(p.end for p in spans)})
    found: list[Segment] = []
    active: list[Place] = []
    upcoming = 0
    for start, end in pairwise(cuts):
        active = [p for p in active if p.end > start]
        begins = []
        while upcoming < len(spans) and spans[upcoming].start == start:
            begins.append(spans[upcoming])
            upcoming += 1
        active += begins
        found.append(_segment(text[start:end], active, begins, known))
    return found


def _weight(cluster: PassageCluster) -> int:
    return 0 if cluster.kind in _INCIDENTAL else max(0, cluster.n_documents - 1)


def _within(place: Place, length: int) -> Place:
    start = min(max(place.start, 0), length)
    return Place(start=start, end=min(max(place.end, start), length), cluster_id=place.cluster_id)


def _segment(text: str, active: list[Place], begins: list[Place], known: Catalogue) -> Segment:
    innermost = min(active, key=lambda p: (p.end - p.start, p.cluster_id), default=None)
    refs = (known.ref(p.cluster_id) for p in begins)
    return Segment(
        text=text,
        mark=None if innermost is None else known.ref(innermost.cluster_id),
        begins=tuple(ref for ref in refs if ref is not None),
    )


def _view(doc_id: str, document: Document, places: list[Place], known: Catalogue) -> ReadingView:
    text = document.text[:TEXT_LIMIT]
    cut = segments(text, places, known)
    marked = sum(len(s.text) for s in cut if s.mark is not None)
    return ReadingView(
        name=known.name(doc_id),
        lang=document.lang,
        segments=tuple(cut),
        left_out=len(document.text) - len(text),
        share=marked / len(text) if text else 0.0,
        passages=len({p.cluster_id for p in places}),
    )
