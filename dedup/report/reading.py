"""The reading view: whole texts with their shared passages marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from dedup.model import Document
from dedup.report.catalogue import Catalogue, Name, Ref
from dedup.report.labels import plural

TEXT_LIMIT: Final = 20_000
"""Characters of one text that the report shows."""
UNSHARED_ABOVE: Final = 600
UNSHARED_KEPT: Final = 240
"""Characters at either end of a long stretch that nothing shares: what is kept of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A passage's stretch `[start, end)` of one text."""

    start: int
    end: int
    cluster_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of text that the same passages cover; `begins` start here, `mark` is the innermost.

    Where it was shortened, `skipped` says by how much and `rest` is its end.
    """

    text: str
    mark: Ref | None
    begins: tuple[Ref, ...]
    skipped: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """One text, marked; `left_out` counts characters after `TEXT_LIMIT`, `share` is the marked part."""

    name: Name
    number: int
    lang: str | None
    segments: tuple[Segment, ...]
    left_out: int
    share: float
    passages: int


def all_places(known: Catalogue) -> dict[str, list[Place]]:
    """Return the passages' places by document, for those with a reading view, in its order."""
    places: dict[str, list[Place]] = {doc_id: [] for doc_id in known.readings}
    for number in known.read:
        cluster = known.passages[number]
        for m in cluster.members:
            if m.doc_id in places:
                places[m.doc_id].append(Place(start=m.start, end=m.end, cluster_id=cluster.cluster_id))
    return places


def reading_views(known: Catalogue, places: Mapping[str, Sequence[Place]]) -> Iterator[ReadingView]:
    """Yield the reading views of the documents in `places`, in that order."""
    for doc_id, of in places.items():
        yield _view(doc_id, known.texts[doc_id], of, known)


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


def _within(place: Place, length: int) -> Place:
    if 0 <= place.start <= place.end <= length:
        return place
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


def _view(doc_id: str, document: Document, places: Sequence[Place], known: Catalogue) -> ReadingView:
    text = document.text if known.full_text else document.text[:TEXT_LIMIT]
    cut = segments(text, places, known)
    marked = sum(len(s.text) for s in cut if s.mark is not None)
    return ReadingView(
        name=known.name(doc_id),
        number=known.readings[doc_id],
        lang=document.lang,
        segments=tuple(cut if known.full_text else map(_shortened, cut)),
        left_out=len(document.text) - len(text),
        share=marked / len(text) if text else 0.0,
        passages=len({p.cluster_id for p in places}),
    )


def _shortened(segment: Segment) -> Segment:
    """Return a stretch that nothing shares with its middle left out when it is long."""
    text = segment.text
    if segment.mark is not None or len(text) <= UNSHARED_ABOVE:
        return segment
    start, end = text[:UNSHARED_KEPT].rsplit(None, 1)[0], text[-UNSHARED_KEPT:].split(None, 1)[-1]
    said = plural(len(text) - len(start) - len(end), "character")
    return replace(segment, text=start, skipped=f"[… {said} that nothing shares …]", rest=end)
