"""Arrays and records in memory and in nameless files."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import StoreError
from dedup.mapped import let_go, resident
from dedup.spill import AHEAD, LARGE_PIECE, SMALL_PIECE, Parts, Scratch, in_order, looked_up, return_freed
from tests.strategies import FEW

EDGES = np.array([0, 2, 2, 5], np.int64)
RECORDS = np.array([7, 1, 2**64 - 1, 0, 3], np.uint64)


def _written(parts: Parts) -> int:
    """Return the bytes in the files of some parts."""
    return sum(os.fstat(file.fileno()).st_size for file in parts._files)


@pytest.mark.parametrize("on_disk", [True, False])
def test_parts_come_back_whole_and_once(on_disk: bool, tmp_path: Path) -> None:
    """What was added comes back, in the order in which it was added, once; no file is seen."""
    parts = Parts(3, Scratch(tmp_path, on_disk=on_disk))
    parts.add(RECORDS, EDGES)
    parts.add(RECORDS[:2], np.array([0, 1, 1, 2], np.int64))
    assert parts.sizes.tolist() == [3, 0, 4]
    assert [parts.take(p).tolist() for p in range(3)] == [[7, 1, 7], [], [2**64 - 1, 0, 3, 1]]
    assert not len(parts.take(0))
    assert not list(tmp_path.iterdir())
    parts.close()


def test_parts_are_in_memory_while_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are kept in memory as long as there is room, which a part that is taken gives back; they come back from
    both places."""
    monkeypatch.setattr("dedup.spill.PIECE", 2)
    monkeypatch.setattr("dedup.mapped.resident", lambda: (160, 60))
    parts = Parts(3, Scratch(tmp_path, room=150, on_disk=True))
    parts.add(RECORDS, EDGES)
    assert not _written(parts)
    parts.add(RECORDS, EDGES)
    assert _written(parts) == RECORDS.nbytes
    assert parts.take(0).tolist() == [7, 1, 7, 1]
    parts.add(RECORDS[:2], np.array([0, 0, 0, 2], np.int64))
    assert _written(parts) == RECORDS.nbytes
    assert parts.take(2).tolist() == [2**64 - 1, 0, 3, 7, 1, 2**64 - 1, 0, 3]


def test_room_is_looked_up_anew_when_all_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What else the process came to hold meanwhile counts."""
    scratch = Scratch(tmp_path, room=150, on_disk=True)
    monkeypatch.setattr("dedup.mapped.resident", lambda: (160, 60))
    assert scratch.reserve(30)
    assert scratch.reserve(20)
    monkeypatch.setattr("dedup.mapped.resident", lambda: (190, 60))
    scratch.give_back(20)
    assert scratch.reserve(20)
    scratch.give_back(50)
    assert not scratch.reserve(30)
    assert scratch.reserve(20)


@FEW
@given(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), max_size=8), st.integers(0, 300))
def test_parts_like_lists(sizes: list[list[int]], room: int) -> None:
    """Whatever is added, of each part comes back what it was given, wherever it was kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.spill.PIECE", 4)
        patch.setattr("dedup.spill.TOGETHER", 2)
        patch.setattr("dedup.mapped.resident", lambda: (1, 0))
        parts, plain, n = Parts(3, Scratch(room=room, on_disk=True)), [[], [], []], 0
        for added in sizes:
            edges = np.concatenate([[0], np.cumsum(added)])
            records = np.arange(n, n + edges[-1], dtype=np.uint64)
            parts.add(records, edges)
            for p in range(3):
                plain[p] += records[edges[p] : edges[p + 1]].tolist()
            n += len(records)
        assert [sorted(parts.take(p).tolist()) for p in range(3)] == plain
        parts.close()


def test_files_of_parts_go_when_these_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The space of a file is free as soon as the last of its parts is taken, whatever the order."""
    monkeypatch.setattr("dedup.spill.TOGETHER", 2)
    parts = Parts(3, Scratch(tmp_path, on_disk=True))
    parts.add(RECORDS, EDGES)
    closed = []
    for part in (1, 2, 0):
        parts.take(part)
        closed.append([file.closed for file in parts._files])
    assert closed == [[False, False], [False, True], [True, True]]
    parts.close()


@pytest.mark.parametrize("on_disk", [True, False])
def test_parts_are_dropped(on_disk: bool, tmp_path: Path) -> None:
    """What is dropped is gone, in memory or with its file; twice is as once, and the others stay."""
    parts = Parts(3, Scratch(tmp_path, on_disk=on_disk))
    parts.add(RECORDS, EDGES)
    for _ in range(2):
        parts.drop(range(2))
    assert not parts.take(0).size
    assert parts.take(2).tolist() == RECORDS[2:].tolist()
    parts = Parts(3, Scratch(tmp_path, on_disk=on_disk))
    parts.add(RECORDS, EDGES)
    parts.drop(range(3))
    assert all(file.closed for file in parts._files)
    assert not any(parts._held)


def test_a_cut_file_is_told(tmp_path: Path) -> None:
    """D21: a spill file cut at any byte is an error that names its folder."""
    for cut in range(len(RECORDS) * 8):
        parts = Parts(3, Scratch(tmp_path, on_disk=True))
        parts.add(RECORDS, EDGES)
        parts._files[0].truncate(cut)
        part = 0 if cut < 16 else 2
        with pytest.raises(StoreError, match=tmp_path.name):
            parts.take(part)


def test_a_changed_file_is_told(tmp_path: Path) -> None:
    """D21: a changed byte in a spill file is noticed."""
    parts = Parts(3, Scratch(tmp_path, on_disk=True))
    parts.add(RECORDS, EDGES)
    os.pwrite(parts._files[0].fileno(), b"?", 20)
    assert parts.take(0).tolist() == [7, 1]
    with pytest.raises(StoreError, match="damaged"):
        parts.take(2)


@pytest.mark.parametrize("on_disk", [True, False])
def test_columns(on_disk: bool, tmp_path: Path) -> None:
    """A column has what was added; an array of a shape can be filled in any order; both outlive being let go of."""
    scratch = Scratch(tmp_path, 1, on_disk=on_disk)
    column, empty = scratch.column(np.int32), scratch.column(np.int32)
    for first in range(0, 3000, 1000):
        column.append(np.arange(first, first + 1000, dtype=np.int32))
    array, table = column.finish(), scratch.empty((3, 5), np.uint16)
    table[2], table[:2] = 7, 1
    let_go()
    assert array.tolist() == list(range(3000))
    assert table.tolist() == [[1] * 5, [1] * 5, [7] * 5]
    assert (len(empty.finish()), scratch.empty((0, 4), np.uint8).shape) == (0, (0, 4))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("in_use", "budget", "piece"),
    [
        (True, 0, LARGE_PIECE),
        (True, 6 << 30, LARGE_PIECE),
        (True, 3 << 29, LARGE_PIECE // 4),
        (True, 1 << 20, SMALL_PIECE),
        (False, 6 << 30, SMALL_PIECE),
    ],
)
def test_columns_are_written_in_pieces(
    in_use: bool, budget: int, piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of columns are written in whole pieces from their beginning, large ones where all of an array is in use and
    there is memory for many: as large is a page that the system may keep of it."""
    written: list[int] = []

    def write(self: Scratch, file: IO[bytes], raw: bytes) -> None:
        written.append(len(raw))
        file.write(raw)

    monkeypatch.setattr(Scratch, "write", write)
    column = Scratch(tmp_path, budget, on_disk=True).column(np.int32, in_use=in_use)
    values = np.arange(5 * piece // 8, dtype=np.int32)
    for part in np.array_split(values, 7):
        column.append(part)
    assert written == [piece, piece]
    assert (column.finish() == values).all()
    assert written == [piece, piece, piece // 2]


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc")
def test_freed_memory_goes_back() -> None:
    """Small arrays that were freed below one that is kept are let go of."""
    arrays = [np.ones(4096, np.uint64) for _ in range(4000)]
    held, _ = resident()
    del arrays[:-1]
    return_freed()
    assert resident()[0] < held - 3900 * 32_000


def test_no_place_to_write(tmp_path: Path) -> None:
    """A folder that is gone, and a disk that is full, are told with advice."""
    with pytest.raises(StoreError, match="free some space"):
        Parts(3, Scratch(tmp_path / "gone", on_disk=True))
    with pytest.raises(StoreError, match="free some space"):
        Scratch(tmp_path, on_disk=True).empty((2**50,), np.uint8)


@pytest.mark.parametrize("jobs", [1, 4])
def test_results_come_in_order_and_few_ahead(jobs: int) -> None:
    """D34: whatever takes longest, results come in order, and no more are worked on than wait ahead."""
    begun = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.002 * (number % 3))
        return number

    with ThreadPoolExecutor(jobs) as pool:
        for taken, number in enumerate(in_order(pool, work, range(40))):
            assert number == taken
            assert len(begun) <= taken + AHEAD + 2
    assert list(in_order(None, work, range(3))) == [0, 1, 2]


def test_nothing_goes_on_behind_an_error() -> None:
    """An error of who works reaches who asks when all that had begun has ended, and nothing begins afterwards; so does
    asking no further."""
    begun: list[int] = []
    ended: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 3:
            raise StoreError("no more")
        time.sleep(0.2 if number > 3 else 0.01)
        ended.append(number)
        return number

    with ThreadPoolExecutor(2) as pool:
        with pytest.raises(StoreError, match="no more"):
            list(in_order(pool, work, range(40)))
        count = len(begun)
        assert sorted(begun) == sorted([*ended, 3])
        # what waited for its turn never began
        assert count < 4 + AHEAD
        found = in_order(pool, work, range(4, 40))
        assert next(found) == 4
        found.close()
        after = len(begun)
        assert len(begun) == len(ended) + 1
        time.sleep(0.05)
        assert count < after == len(begun) < 40


@FEW
@given(st.lists(st.integers(0, 99), max_size=30))
def test_values_at_places(places: list[int]) -> None:
    values = np.arange(100, dtype=np.int32) * 7
    rows = np.array(places, np.int64)
    found = looked_up(values, rows)
    assert found.dtype == values.dtype
    assert found.tolist() == values[rows].tolist()


@pytest.mark.skipif(sys.platform != "linux", reason="an option of glibc")
def test_freed_memory_is_used_again() -> None:
    """A process that keeps what it frees is given few new pages for the next arrays of one size."""
    code = (
        "import resource, numpy as np\n"
        "from dedup.spill import keep_freed\n"
        "{}\n"
        "def pages():\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "    some = [np.ones(2**20, np.uint8) for _ in range(8)]\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before\n"
        "pages(), pages()\n"
        "print(pages())"
    )
    kept = subprocess.run(
        [sys.executable, "-c", code.format("keep_freed()")], capture_output=True, text=True, check=True
    )
    assert int(kept.stdout) < 100
