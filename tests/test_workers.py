"""Forked processes: results in order, errors told, nothing left behind."""

from __future__ import annotations

import os
import resource
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dedup.errors import StoreError
from dedup.spill import Scratch
from dedup.workers import attended, beside, forks, in_processes

pytestmark = pytest.mark.skipif(not forks(), reason="processes are not forked here")


def children() -> set[str]:
    """Return the processes that this one has started and that are still there."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
@pytest.mark.parametrize("on_disk", [True, False])
def test_results_come_in_order(jobs: int, on_disk: bool, tmp_path: Path) -> None:
    """Any number of processes gives the same results in the order of the items, empty and large ones too."""
    scratch = Scratch(tmp_path, on_disk=on_disk)
    before = children()
    found = list(in_processes(lambda n: str(n).encode() * (n * n), range(60), jobs, scratch))
    assert found == [str(n).encode() * (n * n) for n in range(60)]
    assert children() == before
    assert not list(tmp_path.iterdir())


def test_work_is_done_elsewhere() -> None:
    """Results come from as many other processes as there are jobs."""
    found = set(in_processes(lambda n: str(os.getpid()).encode(), range(8), 2))
    assert len(found) == 2
    assert str(os.getpid()).encode() not in found


def test_the_first_of_many_items_is_made_here() -> None:
    """What it leaves behind in memory is there for all others."""
    seen: list[int] = []

    def work(n: int) -> bytes:
        seen.append(n)
        return f"{os.getpid()} {0 in seen}".encode()

    first, *rest = (raw.decode().split() for raw in in_processes(work, range(20), 2))
    assert first == [str(os.getpid()), "True"]
    assert {pid for pid, _ in rest}.isdisjoint({str(os.getpid())})
    assert {known for _, known in rest} == {"True"}


def test_an_error_is_told() -> None:
    """What fails in a process is raised here with its traceback, and no process stays."""
    before = children()
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(in_processes(lambda n: str(1 // (n - 5)).encode(), range(8), 2))
    assert children() == before


def test_what_is_told_to_the_user_stays_it() -> None:
    """A damaged file, or no room for a result, is the same error with the same advice as it is without processes."""

    def damaged(n: int) -> bytes:
        raise StoreError(f"part {n} is damaged; scan again")

    def large(n: int) -> bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        return b"x" * 100

    with pytest.raises(StoreError, match="part 0 is damaged; scan again"):
        list(in_processes(damaged, range(8), 2))
    with pytest.raises(StoreError, match="free some space"):
        list(in_processes(large, range(8), 2))


def test_a_stopped_process_is_told() -> None:
    """A process that is killed, as for want of memory, is an error and no hang."""

    def work(n: int) -> bytes:
        if n == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"done"

    with pytest.raises(RuntimeError, match="memory"):
        list(in_processes(work, range(8), 2))


def test_processes_end_with_who_asks() -> None:
    """Who stops asking leaves no process behind, though work was left."""
    before = children()
    results = in_processes(lambda n: time.sleep(0.01) or b"", range(10_000), 2)
    next(results)
    results.close()
    assert children() == before


def test_small_work_stays_here() -> None:
    """A few items are not worth a process."""
    assert set(in_processes(lambda n: str(os.getpid()).encode(), range(3), 2)) == {str(os.getpid()).encode()}


def test_work_in_a_thread_stays_here() -> None:
    """A thread of a larger program does not copy it: other threads may hold locks."""
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(lambda: list(in_processes(lambda n: str(os.getpid()).encode(), range(8), 2))).result()
    assert set(found) == {str(os.getpid()).encode()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_work_beside(jobs: int) -> None:
    """Work of several sorts is done while this process goes on, in others when there are jobs, and waited for."""
    before, here = children(), os.getpid()

    def first() -> bytes:
        return f"first {os.getpid() == here}".encode()

    with beside([first, lambda: b"second"], jobs) as waiting:
        assert len(children() - before) == (2 if jobs > 1 else 0)
        assert [wait() for wait in waiting] == [f"first {jobs == 1}".encode(), b"second"]
    assert children() == before


def test_work_beside_that_nobody_waits_for() -> None:
    """An error here ends what is done beside; one there is told when it is waited for."""
    before = children()
    with pytest.raises(KeyError), beside([lambda: bytes(time.sleep(60) or 0)], 2):
        raise KeyError
    assert children() == before
    with pytest.raises(RuntimeError, match="ZeroDivisionError"), beside([lambda: bytes(1 // 0)], 2) as waiting:
        waiting[0]()
    assert children() == before


def test_what_is_done_for_nobody_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose parent has ended stops at the next part of its work."""
    parents = iter([7, 7, 7, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    found: list[int] = []
    with pytest.raises(RuntimeError, match="ended"):
        found.extend(attended(range(9)))
    monkeypatch.undo()
    assert list(attended(range(9))) == list(range(9))
