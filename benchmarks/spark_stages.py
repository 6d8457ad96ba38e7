"""What each stage of a scan on Spark moves and costs: bytes shuffled and spilled, CPU, memory, disk, the largest task.

    python -m benchmarks.spark_stages articles.jsonl --master 'local[2]' --partitions 16 --memory 2

A local scan runs first, in a process of its own; every file that the two write must be the same. Each stage is told on
stderr when it has ended, the table of one scan on Spark is printed at the end. CPU seconds and memory are those of the
driver, its Java and all Python workers on this machine: of a cluster elsewhere they say little.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.spark_equality import files
from benchmarks.spark_tasks import Task, log_settings, ratios, tasks
from dedup import Config, ScanResult, scan
from dedup.progress import NoProgress

GB = 1e9


def own_processes() -> dict[tuple[int, int], int]:
    """Return this process and all that it started and that live, by number and when they started, with their CPU time
    (clock ticks)."""
    parents: dict[int, int] = {}
    spent: dict[int, tuple[int, int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                rest = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)], spent[int(entry.name)] = int(rest[1]), (int(rest[19]), sum(map(int, rest[11:13])))
    own = {os.getpid()}
    for _ in parents:
        more = {p for p, parent in parents.items() if parent in own} | own
        if more == own:
            break
        own = more
    return {(p, spent[p][0]): spent[p][1] for p in own if p in spent}


class Ticks:
    """The CPU time of this process and of all that it started, alive or not, as far as it was seen: what ends between
    two looks takes with it what it took since the first."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], int] = {}

    def seconds(self) -> float:
        """Look at all processes, and return the seconds of them all."""
        self._seen |= own_processes()
        return sum(self._seen.values()) / os.sysconf("SC_CLK_TCK")


def memory() -> Counter[str]:
    """Return the bytes that this process (`driver`), Java and Python workers that it started hold; what some of them
    share counts once."""
    held: Counter[str] = Counter()
    for process, _ in own_processes():
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            name = Path(f"/proc/{process}/comm").read_text().strip()
        except OSError:
            continue
        role = "driver" if process == os.getpid() else "Java" if name == "java" else "workers"
        held[role] += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a stage took: CPU and wall seconds, and the most memory (bytes, by process) and disk (bytes more than at the
    beginning) that were held during it."""

    cpu: float
    wall: float
    memory: Counter[str]
    disk: int

    def __str__(self) -> str:
        of = ", ".join(f"{role} {held / GB:.1f}" for role, held in self.memory.items())
        held = f"{self.memory.total() / GB:.1f} GB ({of}), {self.disk / GB:.1f} GB of disk"
        return f"{self.cpu:.0f} s of CPU, {self.wall:.0f} s, at most {held}"


class Clock(NoProgress):
    """What each stage took; used as a context. Disk is that of the folder of temporary files, whoever fills it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stages: dict[str, Spent] = {}
        self._ticks = Ticks()
        self._now = ("start", self._ticks.seconds(), time.perf_counter())
        self._free = shutil.disk_usage(tempfile.gettempdir()).free
        self._most: tuple[Counter[str], int] = Counter(), 0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stage("", None)
        self._ended.set()
        self._watcher.join()
        print(f"{self.name}: all: {self.all()}", file=sys.stderr, flush=True)

    def _watch(self) -> None:
        while not self._ended.wait(1.0):
            self._look()

    def _look(self) -> None:
        self._ticks.seconds()
        held, used = memory(), self._free - shutil.disk_usage(tempfile.gettempdir()).free
        self._most = max(self._most[0], held, key=lambda c: c.total()), max(self._most[1], used)

    def stage(self, name: str, total: int | None) -> None:
        """Note when a stage begins, and tell what the one before took."""
        self._look()
        before, cpu, wall = self._now
        self._now = (name, self._ticks.seconds(), time.perf_counter())
        most, self._most = self._most, (Counter(), 0)
        spent = Spent(cpu=self._now[1] - cpu, wall=self._now[2] - wall, memory=most[0], disk=most[1])
        self.stages[before] = spent
        print(f"{self.name}: {before}: {spent}", file=sys.stderr, flush=True)

    def all(self) -> Spent:
        """Return what all stages took."""
        of = self.stages.values()
        most = max((s.memory for s in of), key=lambda c: c.total())
        return Spent(
            cpu=sum(s.cpu for s in of), wall=sum(s.wall for s in of), memory=most, disk=max(s.disk for s in of)
        )


def written(result: ScanResult) -> dict[str, str]:
    """Return the names of the files that a result is written as, with digests of what is in them."""
    with tempfile.TemporaryDirectory() as folder:
        return {name: hashlib.sha256(raw).hexdigest() for name, raw in files(result, Path(folder) / "out").items()}


def scan_here(path: str, config: Config) -> tuple[Spent, int, dict[str, str]]:
    """Return what a local scan took, how many documents there are, and digests of the files that it writes."""
    with Clock("local") as clock:
        result = scan(path, config, progress=clock)
    return clock.all(), result.manifest["counts"]["documents"], written(result)


def scan_there(
    path: str, config: Config, master: str, partitions: int | None
) -> tuple[Clock, list[Task], dict[str, str]]:
    """Return what the stages of a scan on Spark took, its tasks, and digests of the files that it writes."""
    from pyspark.sql import SparkSession

    from dedup.spark import Engine

    with tempfile.TemporaryDirectory() as folder:
        with Clock("Spark") as clock:
            builder = SparkSession.builder.master(master)
            for key, value in log_settings(Path(folder)).items():
                builder = builder.config(key, value)
            session = builder.getOrCreate()
            session.sparkContext.setLogLevel("ERROR")
            session.sparkContext.pythonExec = sys.executable
            result = scan(path, config, progress=clock, find=Engine(session, partitions).find)
        session.stop()
        return clock, list(tasks(Path(folder))), written(result)


def table(found: Sequence[Task], stages: dict[str, Spent], documents: int) -> str:
    """Return a line of Markdown for each stage: bytes and CPU a document, the most memory and disk, and the ratio of
    its largest task."""
    uneven = ratios(found)
    lines = [
        "| stage | shuffled, bytes a document | spilled | CPU, ms a document | wall, s | memory, GB | disk, GB "
        "| largest task / median |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, spent in stages.items():
        own = [t for t in found if t.name == name]
        worst = max((ratio for (of, _), ratio in uneven.items() if of == name), default=None)
        moved, spilled = (sum(values) / documents for values in ([t.written for t in own], [t.spilled for t in own]))
        columns = (
            name,
            f"{moved:,.0f}",
            f"{spilled:,.0f}",
            f"{1000 * spent.cpu / documents:.2f}",
            f"{spent.wall:.1f}",
            f"{spent.memory.total() / GB:.1f}",
            f"{spent.disk / GB:.1f}",
            "" if worst is None else f"{worst:.1f}",
        )
        lines.append(f"| {' | '.join(columns)} |")
    return "\n".join(lines)


def main() -> None:
    """Scan twice, compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--partitions", type=int)
    parser.add_argument("--memory", type=float, help="GB that either scan may use, Java and Python workers apart")
    options = parser.parse_args()
    config = Config(memory=int(options.memory * GB)) if options.memory else Config()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        local, documents, here = alone.submit(scan_here, options.path, config).result()
    clock, found, there = scan_there(options.path, config, options.master, options.partitions)
    spark = clock.all()
    print(table(found, clock.stages, documents))
    print(f"\n{documents:,} documents, shuffled {sum(t.written for t in found) / documents:,.0f} bytes a document")
    print(f"local: {local}\nSpark: {spark}\nSpark / local: {spark.wall / local.wall:.2f} of the time", end="")
    print(f", {spark.cpu / local.cpu:.2f} of the CPU")
    other = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    if other:
        raise SystemExit(f"the two results are not the same: {', '.join(other)}")
    print(f"{len(here)} files: equal")


if __name__ == "__main__":
    main()
