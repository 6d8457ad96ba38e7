"""Segments of an index: what documents hold, as sorted runs, in memory or on disk.

A segment never changes. Four of its runs are about documents: `seeds` and `bands` (hash to postings), `ids` (hash of an
id to number) and `facts` (number to what a filter asks for); `words` says in how many documents each word occurs, by
the slots of `dedup.kernels.weights`. Documents are numbered by arrival and a number is never used again.

A posting is the rank of a document among those of its segment, and above it what stands around the seed in the text, as
`dedup.kernels.postings.contexts` tells it. Postings of a seed stand in that order, so a search reads of a frequent one
those alone that go on like the text asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from dedup.errors import StoreError
from dedup.kernels import lookup
from dedup.kernels import postings as kernels
from dedup.kernels.postings import CONTEXT, RANK_BITS
from dedup.spill import in_order
from dedup.store.runs import Batch, Column, Keys, Layout, Records, Run, RunWriter, celled, merge, topped

BLOCK = 512
LAYOUTS = {
    "seeds": Layout(key="<u4", columns=(("posting", "<u4"),), block=BLOCK),
    "bands": Layout(key="<u4", columns=(("posting", "<u4"),), block=BLOCK),
    "ids": Layout(key="<u8", columns=(("number", "<u4"),), block=BLOCK),
    "words": Layout(key="<u4", columns=(("documents", "<u4"),), block=BLOCK),
    "facts": Layout(
        key="<u4", columns=(("id", "<u8"), ("time", "<f8"), ("outlet", "<u8"), ("tokens", "<u4")), block=BLOCK
    ),
}
POSTINGS = ("seeds", "bands")
# Tells an index whose runs have other records, or mean something else by them.
FORM = xxhash.xxh3_64_hexdigest(repr((LAYOUTS, CONTEXT, "next, second, before", RANK_BITS)).encode())[:8]
_MERGED_AT_ONCE = 1 << 18
# Most documents of a segment; one rank is left for those that are dropped.
LARGEST = (1 << RANK_BITS) - 1
_RANK = np.uint32(LARGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentInfo:
    """What is known of a segment without opening it.

    `counted` are the documents that its words were counted in, also those removed since. `low` to `high` are the
    numbers of its documents, `since` to `until` their times in seconds (None where none has
    one), `undated` how many have none. A `late` one has what came long after its date, or without a date.
    """

    segment: int
    documents: int
    counted: int
    low: int
    high: int
    since: float | None
    until: float | None
    undated: int
    late: bool
    bytes: int


class MemoryRun:
    """A sorted run in memory."""

    def __init__(self, layout: Layout, keys: Keys, *columns: npt.NDArray[Any]) -> None:
        """Sort records; equal keys keep their order."""
        if (keys[1:] < keys[:-1]).any():
            order = np.argsort(keys, kind="stable")
            keys, columns = keys[order], tuple(c[order] for c in columns)
        self.layout = layout
        self._columns = columns
        # as in a file: what is looked up is blocks, the last one filled up
        blocks = -(-len(keys) // BLOCK)
        held = np.zeros(blocks * BLOCK, keys.dtype)
        held[: len(keys)] = keys
        self._keys = held[: len(keys)]
        tops = topped(self._keys, len(held)).reshape(blocks, BLOCK // lookup.LINE)
        cells = celled(self._keys[::BLOCK].astype(np.uint64), layout.types[0])
        self._sought = (held, BLOCK, BLOCK, tops), cells, np.ones(blocks, np.bool_), len(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def lookup(self, keys: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return for each key its records `[low, high)` (int64 each)."""
        low, high = np.zeros((2, len(keys)), np.int64)
        self.search(keys, low, high)
        return low, high

    def search(self, keys: Keys, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> None:
        """Write what `lookup` returns to `low` and `high`, which are zeros where it is called."""
        if len(self):
            lookup.search(keys, *self._sought, low, high)

    def take(self, records: npt.NDArray[np.int64]) -> Batch:
        """Return keys and columns of records by number."""
        return self._keys[records], tuple(c[records] for c in self._columns)

    def column(self, number: int) -> Column:
        """Return a column, which is one block."""
        return self._columns[number], 62, 0, 0

    def batches(self, records: int = 1 << 16) -> Iterator[Batch]:
        """Yield all records in order."""
        for first in range(0, len(self), records):
            part = slice(first, first + records)
            yield self._keys[part], tuple(c[part] for c in self._columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment, opened or in memory."""

    info: SegmentInfo
    seeds: Records
    bands: Records
    ids: Records
    words: Records
    facts: Records
    kept: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def table(self) -> Batch:
        """Return all facts in order of the numbers; they are kept, as every search reads them."""
        if "facts" not in self.kept:
            self.kept["facts"] = self.facts.take(np.arange(len(self.facts)))
        found: Batch = self.kept["facts"]
        return found

    def numbers(self) -> npt.NDArray[np.uint32]:
        """Return the numbers of all documents, also of removed ones, in order."""
        return self.table()[0].astype(np.uint32, copy=False)

    def times(self) -> npt.NDArray[np.float64]:
        """Return the times of all documents in order of their numbers; NaN where there is none."""
        return self.table()[1][1]

    def close(self) -> None:
        """Let the files go."""
        for name in LAYOUTS:
            run = getattr(self, name)
            if isinstance(run, Run):
                run.close()


def in_memory(runs: dict[str, MemoryRun]) -> Segment:
    """Return a segment of runs in memory."""
    numbers, (_, times, _, _) = runs["facts"].take(np.arange(len(runs["facts"])))
    return Segment(info=_info(0, numbers, times, counted=len(numbers)), **runs)


def postings(
    keys: Keys, ranks: npt.NDArray[np.unsignedinteger[Any]], contexts: npt.NDArray[np.uint32] | None = None
) -> MemoryRun:
    """Return postings in order; of the places of a key in one document one counts."""
    packed = keys.astype(np.uint64) << np.uint64(32) | ranks.astype(np.uint64) << np.uint64(32 - RANK_BITS)
    if contexts is not None:
        packed |= contexts
    packed = np.sort(packed)
    document = packed >> np.uint64(32 - RANK_BITS)
    packed = packed[np.append(np.ones(min(1, len(packed)), np.bool_), document[1:] != document[:-1])]
    low = packed.astype(np.uint32)
    posting = low << np.uint32(RANK_BITS) | low >> np.uint32(32 - RANK_BITS)
    return _unpacked(np.sort(packed >> np.uint64(32) << np.uint64(32) | posting), LAYOUTS["seeds"])


def _unpacked(packed: npt.NDArray[np.uint64], layout: Layout) -> MemoryRun:
    return MemoryRun(layout, (packed >> np.uint64(32)).astype(np.uint32), packed.astype(np.uint32))


def joined(parts: Sequence[Segment]) -> Segment:
    """Return several segments in memory as one."""
    runs: dict[str, MemoryRun] = {}
    numbers = np.sort(np.concatenate([p.numbers() for p in parts]))
    for name, layout in LAYOUTS.items():
        if name in POSTINGS:
            packed = [b for p in parts for b in _ordered(getattr(p, name), _new_ranks(p, numbers))]
            runs[name] = _unpacked(np.sort(np.concatenate([np.empty(0, np.uint64), *packed])), layout)
            continue
        batches = [b for part in parts for b in getattr(part, name).batches(1 << 62)]
        keys = np.concatenate([np.empty(0, layout.types[0]), *(b[0] for b in batches)])
        kinds = enumerate(layout.types[1:])
        runs[name] = MemoryRun(
            layout, keys, *(np.concatenate([np.empty(0, kind), *(b[1][c] for b in batches)]) for c, kind in kinds)
        )
    runs["words"] = counted_once(*runs["words"].take(np.arange(len(runs["words"]))))
    return in_memory(runs)


def counted_once(slots: Keys, columns: tuple[npt.NDArray[Any], ...]) -> MemoryRun:
    """Return the counts of words (sorted slots, one column) with each word once."""
    once, first = np.unique(slots, return_index=True)
    sums = np.add.reduceat(columns[0], first) if len(first) else columns[0]
    return MemoryRun(LAYOUTS["words"], once, sums.astype(np.uint32))


def path_of(folder: Path, segment: int, name: str) -> Path:
    """Return where a run of a segment stands."""
    return folder / f"{segment:08d}.{name}.run"


def write_segment(
    folder: Path,
    segment: int,
    parts: Sequence[Segment],
    kept: npt.NDArray[np.uint32],
    mark: str,
    pool: Executor | None = None,
) -> SegmentInfo:
    """Write the documents `kept` (numbers, sorted) of all parts as one segment, its runs side by side on `pool`.

    `mark` names the index that the files belong to. Raises `StoreError` when they cannot be written.
    """
    paths = [path_of(folder, segment, name) for name in LAYOUTS]
    facts: list[Batch] = []

    def write(name: str) -> None:
        layout = LAYOUTS[name]
        marked = Layout(key=layout.key, columns=layout.columns, block=BLOCK, meta=_mark(mark, segment, name))
        with RunWriter(path_of(folder, segment, name), marked) as writer:
            for keys, columns in _merged(name, parts, kept, pool if name == "seeds" else None):
                writer.append(keys, *columns)
                if name == "facts":
                    facts.append((keys, columns))

    # nine tenths are seeds: they are written by this thread, and sorted beside it
    writing = [pool.submit(write, name) for name in LAYOUTS if pool is not None and name != "seeds"]
    try:
        for name in ("seeds",) if writing else LAYOUTS:
            write(name)
        for one in writing:
            one.result()
    finally:
        # none goes on after an error, when a segment of the same number may be written again
        wait(writing)
    numbers = np.concatenate([kept[:0], *(keys for keys, _ in facts)])
    times = np.concatenate([np.empty(0), *(columns[1] for _, columns in facts)])
    info = _info(segment, numbers, times, counted=sum(p.info.counted for p in parts))
    return replace(info, bytes=sum(p.stat().st_size for p in paths))


def _merged(
    name: str, parts: Sequence[Segment], kept: npt.NDArray[np.uint32], pool: Executor | None
) -> Iterator[Batch]:
    """Yield the records of one run of all parts, as far as they are about the documents `kept`; `pool` sorts postings
    ahead."""
    runs = [getattr(p, name) for p in parts]
    if name == "words":
        yield from _counted(merge(runs, _MERGED_AT_ONCE))
    elif name in POSTINGS:
        ranks = [_new_ranks(p, kept) for p in parts]
        pieces = _pieces([_ordered(*one, _MERGED_AT_ONCE) for one in zip(runs, ranks, strict=True)])
        yield from in_order(pool, _in_order_of_postings, pieces)
    else:
        for keys, columns in merge(runs, _MERGED_AT_ONCE):
            numbers = keys if name == "facts" else columns[0]
            place = np.minimum(np.searchsorted(kept, numbers), max(len(kept) - 1, 0))
            among = kept[place] == numbers if len(kept) else np.zeros(len(numbers), np.bool_)
            yield keys[among], tuple(c[among] for c in columns)


def _new_ranks(part: Segment, kept: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return for each rank of a part the rank among the documents `kept` (sorted numbers), or the one left free."""
    numbers = part.numbers()
    rank = np.searchsorted(kept, numbers).astype(np.uint32)
    gone = kept[np.minimum(rank, max(len(kept) - 1, 0))] != numbers if len(kept) else np.ones(len(rank), np.bool_)
    rank[gone] = _RANK
    return rank


def _ordered(run: Records, ranks: npt.NDArray[np.uint32], records: int = 1 << 62) -> Iterator[npt.NDArray[np.uint64]]:
    """Yield the postings of a run, below their keys, in order, with new ranks and without those that have none."""
    for keys, (values,) in run.batches(records):
        yield kernels.ranked(keys, values, ranks)


def _in_order_of_postings(piece: Sequence[npt.NDArray[np.uint64]]) -> Batch:
    """Return the postings of a piece in order, also within a key."""
    # a sort of several sorted parts takes less than a merge that looks at one record at a time
    done = np.sort(np.concatenate(piece))
    return (done >> np.uint64(32)).astype(np.uint32), (done.astype(np.uint32),)


def _pieces(runs: Sequence[Iterator[npt.NDArray[np.uint64]]]) -> Iterator[Sequence[npt.NDArray[np.uint64]]]:
    """Yield the postings of all runs in pieces, each of which goes before the next; memory stays within what each run
    yields at once."""
    waiting = dict(enumerate(runs))
    held: dict[int, npt.NDArray[np.uint64]] = {}
    while waiting:
        for n, run in list(waiting.items()):
            while not len(held.get(n, ())):
                batch = next(run, None)
                if batch is None:
                    del waiting[n]
                    break
                held[n] = batch
        # below the least of the last ones everything is there; no posting is there twice
        bound = min((held[n][-1] for n in waiting), default=None)
        if bound is None:
            return
        cuts = {n: int(np.searchsorted(held[n], bound, "right")) for n in waiting}
        yield [held[n][:cut] for n, cut in cuts.items()]
        held = {n: held[n][cut:] for n, cut in cuts.items()}


def _counted(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield counts of words with each word once; the last word of a batch may go on in the next."""
    held: Batch | None = None
    for keys, columns in batches:
        if held is not None:
            keys, columns = np.concatenate([held[0], keys]), (np.concatenate([held[1][0], columns[0]]),)
        once = counted_once(keys, columns)
        whole, (counts,) = once.take(np.arange(len(once)))
        yield whole[:-1], (counts[:-1],)
        held = whole[-1:], (counts[-1:],)
    if held is not None:
        yield held


def open_segment(folder: Path, info: SegmentInfo, mark: str, repair: str) -> Segment:
    """Open the files of a segment.

    Raises `StoreError` when one is missing, damaged or belongs to another index or segment.
    """
    runs: dict[str, Run] = {}
    try:
        for name, layout in LAYOUTS.items():
            run = runs[name] = Run(path_of(folder, info.segment, name), repair=repair)
            if (run.layout.key, run.layout.columns) != (layout.key, layout.columns):
                raise run.damaged("it has other columns than an index")
            if run.layout.meta != _mark(mark, info.segment, name):
                raise run.damaged("it belongs to another index or segment")
        if len(runs["facts"]) != info.documents:
            raise runs["facts"].damaged(f"it has {len(runs['facts'])} of {info.documents} documents")
    except StoreError:
        for run in runs.values():
            run.close()
        raise
    return Segment(info=info, **runs)


def remove_segment(folder: Path, segment: int) -> None:
    """Remove the files of a segment; what cannot be removed now is removed when the index is next opened."""
    for name in LAYOUTS:
        with suppress(OSError):
            path_of(folder, segment, name).unlink(missing_ok=True)


def remove_strays(folder: Path, live: Sequence[SegmentInfo]) -> None:
    """Remove files that no list of segments names: of a writer that ended in the middle."""
    known = {path_of(folder, info.segment, name).name for info in live for name in LAYOUTS}
    for path in folder.iterdir():
        if path.name not in known and (path.suffix == ".run" or path.name.endswith(".part")):
            with suppress(OSError):
                path.unlink()


def _mark(mark: str, segment: int, name: str) -> dict[str, Any]:
    return {"index": mark, "segment": segment, "run": name}


def _info(segment: int, numbers: npt.NDArray[Any], times: npt.NDArray[np.float64], *, counted: int) -> SegmentInfo:
    dated = times[~np.isnan(times)]
    return SegmentInfo(
        segment=segment,
        documents=len(numbers),
        counted=counted,
        low=int(numbers[0]) if len(numbers) else 0,
        high=int(numbers[-1]) if len(numbers) else 0,
        since=float(dated.min()) if len(dated) else None,
        until=float(dated.max()) if len(dated) else None,
        undated=len(times) - len(dated),
        late=False,
        bytes=0,
    )
