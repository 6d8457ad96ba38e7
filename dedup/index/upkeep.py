"""Keeping an index quick: newest documents to segments, segments to fewer, removed documents dropped, all checked.

Segments are merged with their neighbours in time when about four of like size stand side by side, so documents are
written again about log4(n) times, windows of time read few segments, and what expires goes in whole segments.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dedup.index.packing import trained
from dedup.index.state import State
from dedup.index.storage import REPAIR, Storage
from dedup.index.view import Numbers
from dedup.store.runs import Run
from dedup.store.segments import LARGEST, LAYOUTS, POSTINGS, Segment, SegmentInfo, open_segment, write_segment

# Documents that make a segment, in a small and in a large index, and neighbours of like size
# that are merged.
LEAST_FLUSH, FLUSH = 256, 4096
FAN = 4
# Documents from which those that follow them have a dictionary.
TRAINED_ON = 1000
# One part in so many may be removed before a segment is written anew.
MOST_REMOVED = 3
# Days behind the newest date after which a document comes late.
LATE_DAYS = 60


def settle(storage: Storage) -> None:
    """Write the newest documents to segments when they are many, and merge what has become too many."""
    view = storage.view()
    if not view.state.dictionary and view.state.documents >= TRAINED_ON:
        train(storage)
    # removed ones are held in memory as well
    held = sum(part.info.documents for part in view.newest.parts)
    if held >= min(FLUSH, max(LEAST_FLUSH, view.state.documents // 4)):
        flush(storage)
    while run := _due(storage.view().state):
        _merge(storage, run)


def train(storage: Storage) -> None:
    """Make a dictionary from the first documents; those that come from now on are compressed with it."""
    rows = list(itertools.islice(storage.database.documents(), TRAINED_ON))
    made = trained([storage.packing.plain(body) for _, body, _ in rows], storage.view().state.dictionary + 1)
    if made is not None:
        storage.put_dictionary(made)


def flush(storage: Storage) -> None:
    """Write the newest documents to segments: those of these days, and those that come late or have no date."""
    view = storage.view()
    numbers = view.newest.numbers()
    times = _times(view.newest.parts, numbers)
    # with no date at all, every comparison is false and all are late
    newest = np.nanmax(times) if (~np.isnan(times)).any() else np.nan
    current = times >= newest - LATE_DAYS * 86_400
    next_segment = view.state.next_segment
    made = []
    for chosen, late in ((current, False), (~current, True)):
        for first in range(0, int(chosen.sum()), LARGEST):
            kept = numbers[chosen][first : first + LARGEST]
            made.append(_written(storage, next_segment, view.newest.parts, kept, late=late))
            next_segment += 1
    storage.replace_segments([], made, newest=True, next_segment=next_segment)


def compact(storage: Storage) -> None:
    """Write all documents anew, in segments that follow one another in time, and drop what was removed."""
    if len(storage.view().newest.parts):
        flush(storage)
    view = storage.view()
    numbers = np.sort(np.concatenate([np.empty(0, np.uint32), *(view.numbers_of(s) for s in view.segments)]))
    times = _times(view.segments, numbers)
    order = np.argsort(times, kind="stable")
    undated = int(np.isnan(times).sum())
    next_segment = view.state.next_segment
    made = []
    for part, late in ((order[: len(order) - undated], False), (order[len(order) - undated :], True)):
        for first in range(0, len(part), LARGEST):
            kept = np.sort(numbers[part[first : first + LARGEST]])
            made.append(_written(storage, next_segment, view.segments, kept, late=late))
            next_segment += 1
    storage.replace_segments(view.segments, made, next_segment=next_segment)
    storage.database.shrink()


def drop_expired(storage: Storage, before: float) -> int:
    """Remove all documents with a time before a point; segments that have nothing else go as files."""
    view = storage.view()
    gone = view.older_than(before)
    if not gone:
        return 0
    view = storage.write([], gone, [])
    empty = [s for s in view.segments if not len(view.numbers_of(s))]
    if empty:
        storage.replace_segments(empty, [], next_segment=view.state.next_segment)
    return len(gone)


def verify(storage: Storage) -> None:
    """Read everything.

    Raises `StoreError` naming the first file that is damaged.
    """
    storage.database.check()
    with storage.database.reading():
        view = storage.view()
        rows, content = [], 0
        for number, _, digest in storage.database.documents():
            rows.append(number)
            content = (content + digest) % 2**64
    if (len(rows), content) != (view.state.documents, view.state.content):
        raise storage.database.damaged(f"{len(rows)} documents of {view.state.documents} are as they were written")
    for number in range(1, view.state.dictionary + 1):
        storage.dictionary(number)
    for segment in view.segments:
        _verify_segment(segment)
    stood = [view.numbers_of(s) for s in view.segments] + [view.newest.numbers()]
    if not np.array_equal(np.sort(np.concatenate(stood)), np.array(rows, np.uint32)):
        raise storage.database.damaged("documents and segments do not fit together")


def _verify_segment(segment: Segment) -> None:
    numbers = segment.numbers()
    for name in LAYOUTS:
        run = getattr(segment, name)
        assert isinstance(run, Run)
        run.verify()
        if name == "words":
            continue
        for keys, columns in run.batches():
            if name in POSTINGS:
                known = (columns[0] & np.uint32(LARGEST)) < len(numbers)
            else:
                known = np.isin(keys if name == "facts" else columns[0], numbers)
            if not known.all():
                raise run.damaged("it names documents that the segment has not")


def _due(state: State) -> list[int] | None:
    """Return the segments to merge next, or one to write anew; None when there are few enough."""
    infos = state.segments
    for info in infos:
        if MOST_REMOVED * state.removed.get(info.segment, 0) > info.documents:
            return [info.segment]
    for late in (False, True):
        ordered = sorted((i for i in infos if i.late == late), key=lambda i: (i.since or -math.inf, i.low))
        tiers = [max(0, math.floor(math.log(max(i.documents, 1) / FLUSH, FAN) + 0.5)) for i in ordered]
        for tier in range(max(tiers, default=0) + 1):
            for run, is_full in _runs(ordered, [t <= tier for t in tiers]):
                if _is_worth_it([i.documents for i in run], is_full=is_full):
                    return [i.segment for i in run]
    return None


def _is_worth_it(sizes: Sequence[int], *, is_full: bool) -> bool:
    """Return whether segments are many enough, and of like size, so that no large one is written for a few documents.

    Where one more would be too large (`is_full`), two of them are enough.
    """
    return sum(sizes) >= 2 * max(sizes, default=1) if is_full else sum(sizes) > (FAN - 1) * max(sizes, default=1)


def _runs(infos: Sequence[SegmentInfo], small: Sequence[bool]) -> Iterator[tuple[list[SegmentInfo], bool]]:
    """Yield neighbours that are small, together no larger than a segment may be, and whether one more would be."""
    for is_small, group in itertools.groupby(zip(infos, small, strict=True), key=lambda pair: pair[1]):
        run: list[SegmentInfo] = []
        for info, _ in group if is_small else ():
            if run and sum(i.documents for i in run) + info.documents > LARGEST:
                yield run, True
                run = []
            run.append(info)
        yield run, False


def _merge(storage: Storage, chosen: Sequence[int]) -> None:
    view = storage.view()
    parts = [s for s in view.segments if s.info.segment in chosen]
    kept = np.sort(np.concatenate([view.numbers_of(s) for s in parts]))
    late = parts[0].info.late
    made = [_written(storage, view.state.next_segment, parts, kept, late=late)] if len(kept) else []
    storage.replace_segments(parts, made, next_segment=view.state.next_segment + 1)


def _written(storage: Storage, segment: int, parts: Sequence[Segment], kept: Numbers, *, late: bool) -> Segment:
    mark = storage.view().state.mark
    info = replace(write_segment(storage.folder, segment, parts, kept, mark, storage.pool), late=late)
    return open_segment(storage.folder, info, mark, REPAIR)


def _times(parts: Sequence[Segment], numbers: Numbers) -> npt.NDArray[np.float64]:
    """Return the times of documents (sorted numbers) that stand in some part."""
    times = np.full(len(numbers), np.nan)
    for part in parts:
        own = part.numbers()
        place = np.minimum(np.searchsorted(numbers, own), max(len(numbers) - 1, 0))
        found = numbers[place] == own if len(numbers) else np.zeros(len(own), np.bool_)
        times[place[found]] = part.times()[found]
    return times
