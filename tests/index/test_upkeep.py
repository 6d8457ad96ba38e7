"""Which segments are merged when: few to search, and no large one written again for a few documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dedup.index import upkeep
from dedup.index.state import State
from dedup.store.segments import LARGEST, SegmentInfo


def segment(number: int, low: int, documents: int) -> SegmentInfo:
    """Return a segment of documents that came one after the other."""
    return SegmentInfo(
        segment=number,
        documents=documents,
        counted=documents,
        low=low,
        high=low + documents - 1,
        since=float(low),
        until=float(low + documents - 1),
        undated=0,
        late=False,
        bytes=0,
    )


def grow(total: int, step: int) -> tuple[list[SegmentInfo], int]:
    """Return the segments that `total` documents end in, `step` written at a time, and how many were written in all."""
    infos: list[SegmentInfo] = []
    written = number = 0
    for low in range(0, total, step):
        number += 1
        infos.append(segment(number, low, step))
        written += step
        while due := upkeep._due(State(fingerprint="", config={}, segments=tuple(infos))):
            merged = sorted((i for i in infos if i.segment in due), key=lambda i: i.low)
            size = sum(i.documents for i in merged)
            assert size <= LARGEST
            number, written = number + 1, written + size
            infos = [i for i in infos if i.segment not in due]
            infos.append(replace(segment(number, merged[0].low, size), high=merged[-1].high))
    return infos, written


@pytest.mark.parametrize("step", [4096, 5000, 4999])
def test_a_million_documents_stand_in_few_segments(step: int) -> None:
    """A million documents, some thousands at a time, are written five times each at most and stand in a dozen files."""
    infos, written = grow(1_000_000, step)
    assert sum(i.documents for i in infos) >= 1_000_000
    assert len(infos) <= 12
    assert written <= 5 * sum(i.documents for i in infos)


def test_a_large_segment_waits_for_others_of_its_size() -> None:
    """Three small segments beside a large one are left alone; four small ones become one."""
    large, *small = (segment(0, 0, 80_000), *(segment(n, 80_000 + 5000 * n, 5000) for n in range(1, 5)))
    assert upkeep._due(State(fingerprint="", config={}, segments=(large, *small[:3]))) is None
    assert upkeep._due(State(fingerprint="", config={}, segments=(large, *small))) == [1, 2, 3, 4]


def test_what_would_be_too_large_is_merged_as_far_as_it_may() -> None:
    """Of four segments that are too much for one, three become one."""
    four = tuple(segment(n, 80_000 * n, 80_000) for n in range(4))
    assert upkeep._due(State(fingerprint="", config={}, segments=four)) == [0, 1, 2]
