"""What each stage of a scan on Spark moves and costs: bytes shuffled and spilled, CPU, and the largest task.

    python -m benchmarks.spark_stages articles.jsonl --master 'local[2]' --partitions 16 --memory 2

The table is of one scan, whose result is compared with that of a local scan first. CPU seconds and
memory are those of the driver, its Java and all Python workers on this machine: of a cluster elsewhere they say little.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from dedup import Config, ScanResult, scan
from dedup.progress import NoProgress
from dedup.spark.session import ON_ONE_MACHINE, SETTINGS

# Stages with fewer bytes a task are too small to have a ratio.
LEAST_BYTES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task that ended well: the job's description, the number of its stage, and what it moved (bytes)."""

    name: str
    stage: int
    read: int
    written: int
    spilled: int


def log_settings(folder: Path) -> dict[str, str]:
    """Return the settings with which Spark writes what it does into a folder."""
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": folder.as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        **SETTINGS,
        **ON_ONE_MACHINE,
        # tasks stay as they were cut: what is measured is the skew of the data
        "spark.sql.adaptive.enabled": "false",
    }


def tasks(folder: Path) -> Iterator[Task]:
    """Yield the tasks of the sessions whose log is in a folder."""
    names: dict[int, str] = {}
    for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
        for line in path.read_text("utf-8").splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerJobStart":
                name = (event.get("Properties") or {}).get("spark.job.description") or ""
                names |= {stage: name.removeprefix("dedup: ") for stage in event["Stage IDs"]}
            if event["Event"] == "SparkListenerTaskEnd" and event["Task End Reason"]["Reason"] == "Success":
                yield _task(event, names)


def _task(event: dict[str, Any], names: dict[int, str]) -> Task:
    metrics = event["Task Metrics"]
    read = metrics["Shuffle Read Metrics"]
    return Task(
        name=names.get(event["Stage ID"], ""),
        stage=event["Stage ID"],
        read=read["Remote Bytes Read"] + read["Local Bytes Read"],
        written=metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"],
        spilled=metrics["Disk Bytes Spilled"],
    )


def ratios(found: Sequence[Task]) -> dict[tuple[str, int], float]:
    """Return how many times the median the largest task of each stage read, in bytes; small stages are left out."""
    stages: dict[tuple[str, int], list[int]] = defaultdict(list)
    for task in found:
        stages[task.name, task.stage].append(task.read)
    return {
        key: max(read) / max(1.0, statistics.median(read))
        for key, read in stages.items()
        if len(read) > 1 and sum(read) >= LEAST_BYTES * len(read)
    }


def own_processes() -> dict[int, int]:
    """Return this process and all that it started and that live, with their CPU time and that of those that they
    started and that do not (clock ticks)."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                rest = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)], spent[int(entry.name)] = int(rest[1]), sum(map(int, rest[11:15]))
    own = {os.getpid()}
    for _ in parents:
        more = {p for p, parent in parents.items() if parent in own} | own
        if more == own:
            break
        own = more
    return {p: spent.get(p, 0) for p in own}


def cpu_seconds() -> float:
    """Return the CPU time of this process and of all that it started, alive or not."""
    return sum(own_processes().values()) / os.sysconf("SC_CLK_TCK")


def memory() -> int:
    """Return the bytes that this process and all that it started hold; what some of them share counts once."""
    total = 0
    for process in own_processes():
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


class Clock(NoProgress):
    """CPU and wall seconds of each stage, and the most memory that was held at once; used as a context."""

    def __init__(self) -> None:
        self.marks: list[tuple[str, float, float]] = []
        self.most = 0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stage("", None)
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(1.0):
            self.most = max(self.most, memory())

    def stage(self, name: str, total: int | None) -> None:
        """Note when a stage begins."""
        self.marks.append((name, cpu_seconds(), time.perf_counter()))

    def seconds(self) -> dict[str, tuple[float, float]]:
        """Return CPU and wall seconds of each stage."""
        return {name: (after[1] - cpu, after[2] - wall) for (name, cpu, wall), after in itertools.pairwise(self.marks)}


def same(here: ScanResult, there: ScanResult) -> bool:
    """Return whether two scans found the same, their times apart."""
    plain = ({k: v for k, v in r.manifest.items() if k != "stages"} for r in (here, there))
    names = ("passages", "documents", "pairs", "suppressed")
    return len({json.dumps(p) for p in plain}) == 1 and all(getattr(here, n) == getattr(there, n) for n in names)


def table(found: Sequence[Task], seconds: dict[str, tuple[float, float]], documents: int) -> str:
    """Return a line of Markdown for each stage: bytes and CPU a document, and the ratio of its largest task."""
    uneven = ratios(found)
    lines = [
        "| stage | shuffled, bytes a document | spilled | CPU, ms a document | wall, s | largest task / median |",
        "|---|---|---|---|---|---|",
    ]
    for name, (cpu, wall) in seconds.items():
        own = [t for t in found if t.name == name]
        worst = max((ratio for (of, _), ratio in uneven.items() if of == name), default=None)
        moved, spilled = (sum(values) / documents for values in ([t.written for t in own], [t.spilled for t in own]))
        ratio = "" if worst is None else f"{worst:.1f}"
        lines.append(
            f"| {name} | {moved:,.0f} | {spilled:,.0f} | {1000 * cpu / documents:.2f} | {wall:.1f} | {ratio} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Scan twice, compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--partitions", type=int)
    parser.add_argument("--memory", type=float, help="GB that either scan may use, Java and Python workers apart")
    options = parser.parse_args()
    from pyspark.sql import SparkSession

    from dedup.spark import Engine

    config = Config(memory=int(options.memory * 1e9)) if options.memory else Config()
    with Clock() as local:
        here = scan(options.path, config, progress=local)
    with tempfile.TemporaryDirectory() as folder:
        builder = SparkSession.builder.master(options.master)
        for key, value in log_settings(Path(folder)).items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        session.sparkContext.pythonExec = sys.executable
        with Clock() as there:
            result = scan(options.path, config, progress=there, find=Engine(session, options.partitions).find)
        session.stop()
        if not same(here, result):
            raise SystemExit("the two results are not the same")
        found = list(tasks(Path(folder)))
    documents = here.manifest["counts"]["documents"]
    print(table(found, there.seconds(), documents))
    for name, clock in (("local", local), ("Spark", there)):
        cpu, wall = (sum(values[i] for values in clock.seconds().values()) for i in (0, 1))
        print(f"\n{name}: {documents:,} documents, {cpu:.0f} s of CPU, {wall:.0f} s, {clock.most / 1e9:.1f} GB")


if __name__ == "__main__":
    main()
