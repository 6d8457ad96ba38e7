"""How even the tasks of a session of Spark are told to be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.spark_tasks import Task, ratios, record_ratios, records_of, tasks
from dedup.spark import packing


def task(number: int, stage: int, read: int = 0) -> Task:
    """A task that read so many bytes from shuffles."""
    return Task(number=number, name="seeds", stage=stage, read=read, written=0, spilled=0)


def test_ratios() -> None:
    """The largest task is told in times of the median one, of the stages alone that read much and have several, and
    whose largest has more than the median one of another."""
    found = [task(n, 1, read) for n, read in enumerate((40_000, 50_000, 200_000))]
    found += [task(n + 3, 2, read) for n, read in enumerate((10, 10, 1000))]
    assert ratios([*found, task(6, 3, 30_000)]) == {("seeds", 1): 4.0}
    found = [task(n, 1, read) for n, read in enumerate((40_000, 50_000, 200_000))]
    found += [task(n + 3, 2, read) for n, read in enumerate((0, 0, 49_999))]
    assert ratios(found) == {("seeds", 1): 4.0}
    found += [task(n + 6, 3, read) for n, read in enumerate((0, 0, 50_000))]
    assert ratios(found) == {("seeds", 1): 4.0, ("seeds", 3): 50_000.0}


def test_record_ratios() -> None:
    """A task of the stage without records of a step counts with none; other stages and lost tasks do not count."""
    found = [task(n, 1) for n in range(3)] + [task(n, 2) for n in (3, 4)]
    records = {("linking", 0): 100, ("linking", 1): 700, ("few", 0): 1, ("few", 1): 9, ("linking", 3): 120}
    records |= {("linking", 4): 120, ("linking", 99): 10**6}
    assert record_ratios(found, records) == {("seeds", "linking", 1): 7.0, ("seeds", "linking", 2): 1.0}


def test_records() -> None:
    """All records of packed rows count, but rows that only tell a number; a plain row is one record."""
    pytest.importorskip("pyarrow")
    part = np.array([0, 0, 3, 0], np.int64)
    made = [*packing.packed(packing.HIT, part, {"left": part, "right": part})]
    made.append(packing.row(packing.DROPPED, part[:1], count=np.array([12])))
    assert records_of(packing.together(iter(made))) == 4
    assert records_of(packing.table(documents=packing.cut(np.arange(5), np.array([0, 2, 5])))) == 5
    assert records_of(packing.table(document=np.arange(6))) == 6


def test_tasks(tmp_path: Path) -> None:
    """Tasks that ended well are read from a log, with the job that they were of."""
    metrics = {
        "Shuffle Read Metrics": {"Remote Bytes Read": 3, "Local Bytes Read": 4},
        "Shuffle Write Metrics": {"Shuffle Bytes Written": 5},
        "Disk Bytes Spilled": 6,
    }
    ended = {"Event": "SparkListenerTaskEnd", "Stage ID": 1, "Task Metrics": metrics}
    events = [
        {"Event": "SparkListenerJobStart", "Stage IDs": [1], "Properties": {"spark.job.description": "dedup: seeds"}},
        {**ended, "Task Info": {"Task ID": 7}, "Task End Reason": {"Reason": "Success"}},
        {**ended, "Task Info": {"Task ID": 8}, "Task End Reason": {"Reason": "FetchFailed"}},
    ]
    (tmp_path / "app").write_text("\n".join(map(json.dumps, events)))
    assert list(tasks(tmp_path)) == [Task(number=7, name="seeds", stage=1, read=7, written=5, spilled=6)]
