"""Scans that are interrupted and go on: the same bytes, nothing left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import worst
from dedup import Config, StoreError, scan
from dedup.journal import DIGEST, FORMAT, Journal
from dedup.sources import Source
from dedup.store.results import write_results
from dedup.workers import forks

TABLES = ("passages.jsonl", "documents.jsonl", "pairs.jsonl", "suppressed.jsonl", "report.html")
# Small enough for two cores, with clusters of all sorts.
DOCUMENTS = [
    {**d, "id": f"{case} {d['id']}", "outlet": f"{case} {d['outlet']}"}
    for case, size in (("copies", 20), ("wall", 60), ("story", 40), ("chain", 40))
    for d in worst.CASES[case](size)
]


def run(folder: Path, source: Source = DOCUMENTS, *, resume: bool = True) -> None:
    """Scan into a folder, as the command line does."""
    journal = Journal(folder, "a key") if resume else None
    result = scan(source, Config(), work=folder, journal=journal)
    write_results(result, folder / "out")
    if journal is not None:
        journal.remove()


def planted(command: list[str]) -> None:
    """Make a corpus of planted reuse."""
    subprocess.run([sys.executable, "-m", *command], check=True, cwd=Path(__file__).parent.parent)


def killed(work: Callable[[], None], seconds: float) -> bool:
    """Do work in another process that is killed after some seconds; return whether it was still at work."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    time.sleep(seconds)
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended:
        assert not status
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def outlives_kills(folder: Path, source: Source, kills: int) -> int:
    """Kill a scan at random moments, then let it end; return how often it was still at work.

    Its files are those of a scan that nothing interrupted, and nothing else is left.
    """
    whole, again, broken = folder / "whole", folder / "again", folder / "broken"
    for each in (whole, again, broken):
        each.mkdir()
    run(whole, source, resume=False)
    # kernels are loaded now, as they are in the processes that are killed
    began = time.perf_counter()
    run(again, source, resume=False)
    seconds = time.perf_counter() - began
    moments = random.Random(11)
    interrupted = 0
    for _ in range(kills):
        moment = moments.uniform(0.1, 1.1) * seconds
        if killed(lambda: run(broken, source), moment):
            interrupted += 1
        else:  # a whole scan takes no longer than that; the one above may have been held up by other work
            seconds = min(seconds, moment)
    run(broken, source)
    for name in TABLES:
        assert (broken / "out" / name).read_bytes() == (whole / "out" / name).read_bytes(), name
    assert [p.name for p in broken.iterdir()] == ["out"]
    return interrupted


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a scan that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    run(folder, resume=False)
    return {name: (folder / "out" / name).read_bytes() for name in TABLES}


@pytest.mark.skipif(not forks(), reason="processes are not forked here")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    """Killed ten times at random moments and then left alone, a scan has the bytes of one that nothing interrupted,
    and leaves nothing else."""
    assert outlives_kills(tmp_path, DOCUMENTS, 10)


@pytest.mark.slow
@pytest.mark.skipif(not forks(), reason="processes are not forked here")
def test_killed_two_hundred_times(tmp_path: Path) -> None:
    """The same with 10,000 planted articles and 200 kills."""
    planted(["benchmarks.planted", str(tmp_path / "corpus"), "--articles", "10000"])
    assert outlives_kills(tmp_path, tmp_path / "corpus" / "articles.jsonl", 200) > 100


def test_goes_on_from_every_piece(files: dict[str, bytes], tmp_path: Path) -> None:
    """Cut behind any piece or within one, a journal gives the same bytes; nothing that is finished is made again."""
    journal = Journal(tmp_path, "a key")
    scan(DOCUMENTS, work=tmp_path, journal=journal)
    path, raw = journal.path, journal.path.read_bytes()
    assert journal.close()
    for cut in (len(raw), len(raw) - 1, len(raw) * 2 // 3, len(raw) // 3, len(FORMAT) + DIGEST + 1, 3):
        path.write_bytes(raw[:cut])
        again = Journal(tmp_path, "a key")
        write_results(scan(DOCUMENTS, work=tmp_path, journal=again), tmp_path / "out")
        assert path.read_bytes() == raw
        again.close()
        assert {name: (tmp_path / "out" / name).read_bytes() for name in TABLES} == files


def test_other_documents_begin_anew(tmp_path: Path) -> None:
    """What was finished of other documents, or with a damaged byte, is not taken."""
    journal = Journal(tmp_path, "a key")
    assert not journal.begin(b"a" * DIGEST)
    for piece in (b"one", b"", b"three"):
        journal.add("stage", piece)
    journal.close()
    again = Journal(tmp_path, "a key")
    assert again.begin(b"a" * DIGEST)
    assert list(again.pieces("stage")) == [b"one", b"", b"three"]
    again.close()
    raw = bytearray(again.path.read_bytes())
    raw[-1] ^= 1
    again.path.write_bytes(raw)
    damaged = Journal(tmp_path, "a key")
    assert damaged.begin(b"a" * DIGEST)
    assert list(damaged.pieces("stage")) == [b"one", b""]
    damaged.close()
    other = Journal(tmp_path, "a key")
    assert not other.begin(b"b" * DIGEST)
    assert not list(other.pieces("stage"))
    assert not other.close()
    assert not list(tmp_path.iterdir())


def test_one_scan_at_a_time(tmp_path: Path) -> None:
    """A second scan of the same is refused with advice, not let at the journal of the first."""
    first = Journal(tmp_path, "a key")
    with pytest.raises(StoreError, match="another scan"):
        Journal(tmp_path, "a key")
    Journal(tmp_path, "another key").remove()
    first.remove()
    assert not list(tmp_path.iterdir())
