"""An index on disk: opened, read at one commit, changed in one step, merged, checked.

The folder has `index.sqlite` (documents and the state), `segments/` (sorted runs), `writer.lock`, and `commit`, the
number of the last commit. A change is one transaction. Segments are written before the transaction that names them and
removed after the one that no longer does; what a killed writer left is removed when the next one opens the index.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import Executor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from dedup import weights
from dedup.config import Config
from dedup.errors import ConfigError, StoreError
from dedup.index import state as states
from dedup.index.lock import WriterLock
from dedup.index.packing import Packing
from dedup.index.state import State
from dedup.index.view import NO_NUMBERS, Newest, Numbers, View
from dedup.kernels.weights import SLOTS
from dedup.store.database import Database, checksum
from dedup.store.segments import Segment, open_segment, remove_segment, remove_strays

Mode = Literal["r", "a", "x"]
WordsOf = Callable[[Sequence[tuple[int, bytes]]], Sequence[Segment]]

REPAIR = "restore the index from a copy, or build it again from the documents"
_WHOLE = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step that is planned: the view before and after it, and the checksums of the documents that it removes, by
    number. What the state after it says of contents is not known before it is written."""

    before: View
    after: View
    gone: Mapping[int, int]


class Storage:
    """The files of an index, and the view of the newest commit that was seen."""

    def __init__(self, path: Path, mode: Mode, config: Config | None) -> None:
        """Open an index, or make one.

        Raises `StoreError` when there is none, or it cannot be read, trusted or written; `ConfigError` when it was
        made with other settings.
        """
        if mode not in ("r", "a", "x"):
            raise ConfigError(f"mode: {mode!r} is unknown; 'r' reads, 'a' reads and writes, 'x' makes a new index")
        self.path, self.writes = path, mode != "r"
        self.folder = path / "segments"
        _check_place(path, mode)
        self.lock = threading.RLock()
        self._writer = WriterLock(path / "writer.lock") if self.writes else None
        self._removed: dict[tuple[int, int], Numbers] = {}
        self._digests: dict[int, int] = {}
        self._view: View | None = None
        self._read: tuple[bytes, State] | None = None
        # of which segments, and how common words are in all of these
        self._idf: tuple[frozenset[int], npt.NDArray[np.float32]] | None = None
        self._counted: tuple[frozenset[int], npt.NDArray[np.int32]] = frozenset(), np.zeros(SLOTS, np.int32)
        self.words_of: WordsOf | None = None
        self.pool: Executor | None = None
        with ExitStack() as undo:
            undo.callback(self.close)
            seen = self._last_commit()
            self.database = Database(path / "index.sqlite", write=self.writes, repair=REPAIR)
            self.packing = Packing(self.dictionary)
            state = self._read_state(config or Config())
            if config is not None:
                states.check_config(state, config, str(path))
            if state.commit < seen:
                raise StoreError(
                    f"{path}: the last {seen - state.commit} commits are lost, as its write-ahead log is damaged; "
                    f"{REPAIR}, or go on without them by removing {path / 'commit'}"
                )
            self.config = state.configuration(str(path))
            if config is not None:
                self.config = replace(self.config, jobs=config.jobs, memory=config.memory, read=config.read)
            if self.writes:
                remove_strays(self.folder, state.segments)
            undo.pop_all()

    def close(self) -> None:
        """Close all files and let the lock go."""
        if hasattr(self, "database"):
            self.database.close()
        self._view = None
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    # reading

    def view(self) -> View:
        """Return the view of the newest commit. Inside `database.reading()` it is that of the block's snapshot.

        Where a writer has merged away a segment that was not opened yet, the block goes on with a newer snapshot: ask
        for the view first. Raises `StoreError` when anything that it needs is damaged.
        """
        with self.lock, self.database.reading():
            missing: StoreError | None = None
            missing_in = -1
            while True:
                state = self._state()
                if self._view is not None and self._view.state.commit == state.commit:
                    return self._view
                if missing is not None and missing_in == state.commit:
                    raise missing
                try:
                    self._view = self._view_of(state)
                except StoreError as error:
                    if not isinstance(error.__cause__, FileNotFoundError):
                        raise
                    missing, missing_in = error, state.commit
                    self.database.renew()
                else:
                    return self._view

    def _view_of(self, state: State) -> View:
        """Build the view of a state from what is there already, segment by segment."""
        old = {} if self._view is None else {s.info.segment: s for s in self._view.segments}
        segments = tuple(old.get(i.segment) or self._opened(state, i.segment) for i in state.segments)
        removed = {s: self._removed_of(s, n) for s, n in state.removed.items()}
        return View(state=state, segments=segments, removed=removed, newest=self._newest(state))

    def _opened(self, state: State, segment: int) -> Segment:
        info = next(i for i in state.segments if i.segment == segment)
        return open_segment(self.folder, info, state.mark, REPAIR)

    def dictionary(self, number: int) -> bytes:
        """Return what documents are compressed with.

        Raises `StoreError` when it is missing or damaged.
        """
        raw = self.database.part(f"dictionary {number}")
        if raw is None:
            raise self.database.damaged(f"dictionary {number} is missing")
        return raw

    def _removed_of(self, segment: int, count: int) -> Numbers:
        """Return the removed documents of a segment, of which the state says how many there are."""
        key = (segment, count)
        if key not in self._removed:
            raw = self.database.part(f"removed {segment}") or b""
            if len(raw) != 4 * count:
                raise self.database.damaged(f"removals of segment {segment} are missing")
            self._removed[key] = np.frombuffer(raw, "<u4").astype(np.uint32)
        return self._removed[key]

    def _newest(self, state: State) -> Newest:
        """Return the documents that stand in no segment, reading only those that were not there before."""
        assert self.words_of is not None
        old = self._view
        newest, first = Newest(), state.newest_from
        if old is not None and old.state.newest_from == state.newest_from:
            newest, first = old.newest, old.state.next_number
        else:
            self._digests = {}
        rows = list(self.database.documents(first))
        if rows:
            newest = newest.with_words(self.words_of([(number, body) for number, body, _ in rows]))
            self._digests.update((number, digest) for number, _, digest in rows)
        if old is None or state.newest_removed != old.state.newest_removed:
            live = set(self.database.numbers(state.newest_from))
            gone = [n for n in self._digests if n not in live]
            newest = newest.without(gone)
            for number in gone:
                del self._digests[number]
        found = (len(self._digests), sum(self._digests.values()) % _WHOLE)
        if found != (state.newest, state.newest_content):
            raise self.database.damaged("the newest documents are not complete")
        return newest

    def _state(self) -> State:
        raw = self.database.part("state")
        if raw is None:
            raise self.database.damaged("it has no state")
        if self._read is None or self._read[0] != raw:
            self._read = raw, states.decode(raw, str(self.path))
        return self._read[1]

    def _read_state(self, config: Config) -> State:
        """Return the state, that of an empty index where there is none yet."""
        if self.writes:
            self.folder.mkdir(exist_ok=True)
            with self.database.reading():
                fresh = self.database.part("state") is None and not self.database.numbers(0)
            if fresh:
                with self.database.writing():
                    self.database.put_part("state", states.new_state(config).encode())
        return self._state()

    def idf(self, view: View) -> npt.NDArray[np.float32]:
        """Return the idf of each slot (float32, nats) by the background and the segments of a view.

        The newest documents are not counted, so that it need not be made anew at every commit; it depends on the
        segments alone, so that all readers of a commit weigh words alike.
        """
        if "idf" in view.kept:
            kept: npt.NDArray[np.float32] = view.kept["idf"]
            return kept
        key = frozenset(s.info.segment for s in view.segments)
        with self.lock:
            if self._idf is None or self._idf[0] != key:
                # most often there is one segment more
                if not self._counted[0] <= key:
                    self._counted = frozenset(), self._counted[1]
                    self._counted[1][:] = 0
                for segment in view.segments:
                    if segment.info.segment not in self._counted[0]:
                        for slots, (counts,) in segment.words.batches():
                            self._counted[1][slots] += counts.astype(np.int32)
                self._counted = key, self._counted[1]
                self._idf = key, weights.inverse(self._counted[1], sum(s.info.counted for s in view.segments))
            view.kept["idf"] = self._idf[1]
            return self._idf[1]

    def segment_of(self, view: View, number: int) -> Segment | None:
        """Return the segment of a document; None for the newest."""
        for segment in view.segments:
            if segment.info.low <= number <= segment.info.high:
                low, high = segment.facts.lookup(np.array([number], np.uint32))
                if high[0] > low[0]:
                    return segment
        return None

    # writing

    def write(self, added: Sequence[tuple[int, bytes]], removed: Sequence[int], words: Sequence[Segment]) -> View:
        """Add documents with new numbers and remove others, in one step; return the view after it.

        Raises `StoreError` when it cannot be done; nothing is then changed.
        """
        with self.lock:
            return self.commit(self.planned([number for number, _ in added], removed, words), added)

    def planned(self, added: Sequence[int], removed: Sequence[int], words: Sequence[Segment]) -> Change:
        """Return what it takes to add documents with new numbers and to remove others, and the view after it.

        It may be searched before `commit`, but nothing that is found may be told until then. The caller holds the lock
        until both are done.
        """
        view = self.view()
        state = view.state
        gone = {number: self.database.document(number)[1] for number in removed}
        gone_newest = [n for n in gone if n >= state.newest_from]
        marked = self._marked(view, [n for n in gone if n < state.newest_from])
        state = replace(
            state,
            commit=state.commit + 1,
            next_number=max([state.next_number, *(n + 1 for n in added)]),
            documents=state.documents + len(added) - len(gone),
            newest=state.newest + len(added) - len(gone_newest),
            newest_removed=state.newest_removed + len(gone_newest),
            removed={s: len(n) for s, n in marked.items()},
        )
        newest = view.newest.with_words(words)
        newest = newest.without(gone_newest) if gone_newest else newest
        return Change(before=view, after=replace(view, state=state, removed=marked, newest=newest), gone=gone)

    def commit(self, change: Change, added: Sequence[tuple[int, bytes]]) -> View:
        """Write a planned change with its documents; any thread may do so while the one that planned it waits.

        Raises `StoreError` when it cannot be done; nothing is then changed.
        """
        before, after, gone = change.before, change.after, change.gone
        digests = {number: checksum(number, body) for number, body in added}
        gone_newest = {n: d for n, d in gone.items() if n >= before.state.newest_from}
        content = before.state.content + sum(digests.values()) - sum(gone.values())
        newest = before.state.newest_content + sum(digests.values()) - sum(gone_newest.values())
        state = replace(after.state, content=content % _WHOLE, newest_content=newest % _WHOLE)
        with self.database.writing():
            self.database.put_documents(added)
            self.database.drop_documents(gone)
            for segment, numbers in after.removed.items():
                if len(numbers) != len(before.removed.get(segment, NO_NUMBERS)):
                    self.database.put_part(f"removed {segment}", numbers.astype("<u4").tobytes())
            self.database.put_part("state", state.encode())
        self._digests.update(digests)
        for number in gone_newest:
            del self._digests[number]
        view = replace(after, state=state)
        view.kept.update(after.kept)
        return self._now(view)

    def _marked(self, view: View, gone: Sequence[int]) -> dict[int, Numbers]:
        """Return the removed documents of all segments with some more."""
        more: dict[int, list[int]] = {}
        for number in gone:
            segment = self.segment_of(view, number)
            if segment is None:
                raise self.database.damaged(f"document {number} is in no segment")
            more.setdefault(segment.info.segment, []).append(number)
        marked = dict(view.removed)
        for at, numbers in more.items():
            known = marked.get(at, NO_NUMBERS)
            marked[at] = np.union1d(known, np.array(numbers, np.uint32)).astype(np.uint32)
        return marked

    def replace_segments(
        self, old: Sequence[Segment], new: Sequence[Segment], *, newest: bool = False, next_segment: int
    ) -> View:
        """Put new segments, each made of all the old ones, in the place of these (and of the newest documents) in one
        step."""
        with self.lock:
            view = self.view()
            out = {s.info.segment for s in old}
            segments = tuple(s for s in view.segments if s.info.segment not in out) + tuple(new)
            removed = {s: n for s, n in view.removed.items() if s not in out}
            state = replace(
                view.state,
                commit=view.state.commit + 1,
                next_segment=next_segment,
                segments=tuple(s.info for s in segments),
                removed={s: len(n) for s, n in removed.items()},
            )
            if newest:
                state = replace(
                    state, newest_from=state.next_number, newest=0, newest_content=0, newest_removed=0
                )  # fmt: skip
                self._digests = {}
            with self.database.writing():
                for segment in out:
                    self.database.drop_part(f"removed {segment}")
                self.database.put_part("state", state.encode())
            after = replace(view, state=state, segments=segments, removed=removed)
            self._now(replace(after, newest=Newest()) if newest else after)
            if len(new) == 1 and out:
                self._hold_words(out, new[0].info.segment)
            for segment in out:
                remove_segment(self.folder, segment)
            return self.view()

    def _hold_words(self, old: Set[int], new: int) -> None:
        """Remember that one segment has all the words that some others had: words are weighed as before."""
        if self._counted[0] >= old:
            self._counted = self._counted[0] - old | {new}, self._counted[1]
        if self._idf is not None and self._idf[0] >= old:
            self._idf = self._idf[0] - old | {new}, self._idf[1]

    def put_dictionary(self, raw: bytes) -> None:
        """Compress documents with a new dictionary from now on."""
        with self.lock:
            view = self.view()
            state = replace(view.state, commit=view.state.commit + 1, dictionary=view.state.dictionary + 1)
            with self.database.writing():
                self.database.put_part(f"dictionary {state.dictionary}", raw)
                self.database.put_part("state", state.encode())
            self._now(replace(view, state=state))

    def put_part(self, name: str, content: bytes) -> None:
        """Keep something beside the documents; it belongs to no commit."""
        with self.lock, self.database.writing():
            self.database.put_part(name, content)

    def _now(self, view: View) -> View:
        """Make a view the current one after its commit, and write down which commit that is."""
        self._view = view
        line = f"{view.state.commit}"
        beside = self.path / "commit.part"
        # not synchronised: it must survive this process, and may be older than the database after a power cut
        with suppress(OSError):
            beside.write_text(f"{line} {checksum('commit', line.encode()):016x}\n", encoding="ascii")
            os.replace(beside, self.path / "commit")
        return view

    def _last_commit(self) -> int:
        """Return the commit that was written down last; 0 where the note is missing or damaged."""
        try:
            line, _, digest = (self.path / "commit").read_bytes().strip().partition(b" ")
            if digest.decode() == f"{checksum('commit', line):016x}":
                return int(line)
        except (OSError, ValueError):
            pass
        return 0

    def sizes(self) -> Mapping[str, int]:
        """Return the bytes on disk of the documents and of the segments."""
        database = sum(p.stat().st_size for p in self.path.glob("index.sqlite*"))
        return {"documents": database, "segments": sum(p.stat().st_size for p in self.folder.glob("*.run"))}


def _check_place(path: Path, mode: Mode) -> None:
    """Refuse a folder that is no index, or must not be one; make one where it is asked for."""
    there = (path / "index.sqlite").exists()
    try:
        if mode == "r" and not there:
            raise StoreError(f"{path}: there is no index; make one with `dedup index add {path} FILE`")
        if mode == "x" and there:
            raise StoreError(f"{path}: is an index already; open it with mode 'a', or choose another folder")
        if there or mode == "r":
            return
        path.mkdir(parents=True, exist_ok=True)
        # a writer that was killed at once leaves a lock and nothing else
        if any(p.name not in ("writer.lock", "segments") for p in path.iterdir()):
            raise StoreError(f"{path}: is not empty and holds no index; choose another folder")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}; choose a folder that can be written") from error
