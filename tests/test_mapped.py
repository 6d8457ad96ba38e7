"""Pages of mapped files that a process lets go of."""

from __future__ import annotations

import gc
import mmap
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dedup import mapped, workers
from dedup.mapped import allowance, resident
from dedup.spill import Scratch, in_order

ROOT = Path(__file__).parents[1]
MB = 1 << 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")


def _written(scratch: Scratch, size: int) -> np.ndarray:
    """Return an array of so many bytes in a file, which holds the numbers of its pages."""
    column = scratch.column(np.uint64, in_use=True)
    for at in range(0, size, 8 * MB):
        column.append(np.full(MB, at // (8 * MB), np.uint64))
    return column.finish()


def _looked_at(array: np.ndarray) -> float:
    """Look at every page of an array, again and again for a while; return what was held of files, on average."""
    held, end = [], time.monotonic() + 1
    while time.monotonic() < end:
        for at in range(0, len(array), MB):
            assert int(array[at : at + MB : 512].sum()) == at // MB * (MB // 512)
            held.append(resident()[1])
            time.sleep(0.002)
    return sum(held) / len(held)


def _until(held: int) -> bool:
    """Wait until the process holds no more than so many bytes of files; return whether it came to that."""
    end = time.monotonic() + 20
    while resident()[1] > held and time.monotonic() < end:
        time.sleep(0.01)
    return resident()[1] <= held


def test_what_may_be_held() -> None:
    """Pages may take what is left of the budget, divided among processes, and always an eighth of it."""
    assert allowance(800, 300, 1) == 500
    assert allowance(800, 300, 2) == 250
    assert allowance(800, 790, 1) == 100
    assert allowance(800, 5000, 2) == 100
    assert allowance(1, 5000, 2) == 1


def alone(folder: str) -> None:
    """Who looks at a whole file again and again holds a part of it; where as much may be held, all."""
    held, of_files = resident()
    array = _written(Scratch(Path(folder), held - of_files + 40 * MB, on_disk=True), 256 * MB)
    assert _looked_at(array) < of_files + 150 * MB
    assert _until(of_files + 40 * MB)
    del array
    array = _written(Scratch(Path(folder), 1 << 40, on_disk=True), 256 * MB)
    assert _looked_at(array) > 200 * MB


def together(folder: str) -> None:
    """A forked process watches its own pages, with a share of what may be held."""
    held, of_files = resident()
    array = _written(Scratch(Path(folder), held - of_files + 80 * MB, on_disk=True), 256 * MB)

    def made(_: int) -> bytes:
        mapped.let_go()
        before = resident()[1]
        held = _looked_at(array)
        return bytes([held < before + 150 * MB and _until(before + 48 * MB)])

    assert list(workers.in_processes(made, range(workers.LEAST_ITEMS), 2, Scratch(Path(folder)))) == [b"\x01"] * 4


def ending(folder: str) -> None:
    """A thread runs as long as a file is mapped, whether its scratch lives or not; the next file starts another one."""
    for _ in range(2):
        array = _written(Scratch(Path(folder), 1 << 40, on_disk=True), 8 * MB)
        gc.collect()
        watcher = mapped._watcher
        assert watcher is not None
        time.sleep(3 * mapped.SLOW)
        assert watcher.is_alive()
        assert array[0] == 0
        del array
        gc.collect()
        watcher.join(20)
        assert not watcher.is_alive()
        assert mapped._watcher is None


def piece_by_piece(folder: str) -> None:
    """Who has done a piece of work, in a thread or a process, lets go of what is too much without being watched."""
    mapped._attend = lambda: None
    _, of_files = resident()
    array = _written(Scratch(Path(folder), 1, on_disk=True), 256 * MB)
    mapped.look()
    size = len(array) // 16

    def made(part: int) -> bytes:
        before = resident()[1]
        assert array[part * size : (part + 1) * size : 512].any() or not part
        return bytes([before < of_files + 20 * MB, resident()[1] > before + 12 * MB])

    with ThreadPoolExecutor(1) as pool:
        for some in (pool, None):
            assert list(in_order(some, made, range(16))) == [b"\x01\x01"] * 16
    for jobs in (1, 2):
        assert list(workers.in_processes(made, range(16), jobs, Scratch(Path(folder)))) == [b"\x01\x01"] * 16


def of_others(folder: str) -> None:
    """Pages of files of others, of which there come to be many, are not what is let go of again and again."""
    mapped._attend = lambda: None
    held, of_files = resident()
    array = _written(Scratch(Path(folder), held - of_files + 80 * MB, on_disk=True), 128 * MB)
    assert array[::512].any()
    assert mapped.look() == 0
    other = Path(folder) / "other"
    other.write_bytes(bytes(256 * MB))
    with other.open("rb") as file:
        view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert not any(view[::4096])
    assert mapped.look() == 0
    assert array[: 6 * MB // 8 : 512].sum() == 0
    assert mapped.look() > 0
    view.close()


def waiting(folder: str) -> None:
    """Who waits for processes that it has forked holds no pages meanwhile."""
    mapped._attend = lambda: None
    _, of_files = resident()
    array = _written(Scratch(Path(folder), 1 << 40, on_disk=True), 64 * MB)
    for wait in (
        lambda: next(workers.in_processes(lambda _: b"", range(4), 2)),
        lambda: workers.beside([lambda: b""], 2).__enter__(),
    ):
        assert array[::512].any()
        assert resident()[1] > of_files + 60 * MB
        wait()
        assert resident()[1] < of_files + 10 * MB


@linux
@pytest.mark.parametrize("case", [alone, together, ending, piece_by_piece, of_others, waiting])
def test_by_itself(case: Callable[[str], None], tmp_path: Path) -> None:
    """In a process that holds little else, as what it holds is divided."""
    code = f"from tests.test_mapped import {case.__name__}; {case.__name__}({str(tmp_path)!r})"
    call = [sys.executable, "-c", code]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert not done.returncode, done.stderr


@linux
def test_a_closed_map_is_passed_over(tmp_path: Path) -> None:
    """What nobody can look at holds no pages."""
    (tmp_path / "file").write_bytes(b"7" * 4096)
    with (tmp_path / "file").open("r+b") as file:
        view = mmap.mmap(file.fileno(), 0)
    mapped.add(view, 1 << 40)
    view.close()
    mapped.let_go()


def test_nothing_is_watched_where_the_system_does_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are mapped without a thread; nor does a scan end where none can be started."""
    for module, name, value in ((mapped, "resident", lambda: (0, 0)), (threading.Thread, "start", _no_thread)):
        with monkeypatch.context() as patch:
            patch.setattr(mapped, "_watcher", None)
            patch.setattr(module, name, value)
            array = _written(Scratch(tmp_path, 1, on_disk=True), 8 * MB)
            assert mapped._watcher is None
            assert array[0] == 0


def _no_thread(_: object) -> None:
    raise RuntimeError("can't start new thread")
