"""What each task of a session of Spark took in and gave: bytes by its log, records as the stages themselves count them.

A row of Spark's is all records of a part, so that its own count of rows says nothing of how even tasks are.
"""

from __future__ import annotations

import contextlib
import functools
import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from dedup.spark import packing
from dedup.spark.session import ON_ONE_MACHINE, SETTINGS

# Steps with fewer records a task, or the bytes of as many with the words around them, are too small to have a ratio.
LEAST_RECORDS = 50
LEAST_BYTES = 320 * LEAST_RECORDS
# Records taken in, by step (a function of `dedup.spark.stages` or `.blocks`) and number of the task.
Records = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task that ended well: its number, the job's description, the number of its stage, and what it moved
    (bytes)."""

    number: int
    name: str
    stage: int
    read: int
    written: int
    spilled: int


def log_settings(folder: Path) -> dict[str, str]:
    """Return the settings of a session on one machine that writes what it does into a folder."""
    return {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": folder.as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        **SETTINGS,
        **ON_ONE_MACHINE,
        # tasks stay as they are cut: how even they are is that of the data
        "spark.sql.adaptive.enabled": "false",
    }


def tasks(folder: Path) -> Iterator[Task]:
    """Yield the tasks of the sessions whose log is in a folder."""
    names: dict[int, str] = {}
    for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
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
        number=event["Task Info"]["Task ID"],
        name=names.get(event["Stage ID"], ""),
        stage=event["Stage ID"],
        read=read["Remote Bytes Read"] + read["Local Bytes Read"],
        written=metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"],
        spilled=metrics["Disk Bytes Spilled"],
    )


def ratios(found: Sequence[Task]) -> dict[tuple[str, int], float]:
    """Return how many times the median the largest task of each stage read from shuffles, in bytes; small stages are
    left out."""
    stages: dict[tuple[str, int], list[int]] = defaultdict(list)
    for task in found:
        stages[task.name, task.stage].append(task.read)
    return _uneven(stages, LEAST_BYTES)


def record_ratios(found: Sequence[Task], records: Records) -> dict[tuple[str, str, int], float]:
    """Return how many times the median the largest task of each step took in, in records, by name of the stage, step
    and Spark's stage; small steps are left out.

    A task of Spark's stage that the step had nothing to do in counts with 0.
    """
    of = {task.number: task for task in found}
    steps = {(of[number].name, step, of[number].stage) for step, number in records if number in of}
    return _uneven(
        {key: [records.get((key[1], task.number), 0) for task in found if task.stage == key[2]] for key in steps},
        LEAST_RECORDS,
    )


def _uneven(taken: Mapping[Any, Sequence[int]], least: int) -> dict[Any, float]:
    """Return the largest number of each in times of its median one, by name and more; `taken` has a number for each
    task.

    Left out is what is small, and what holds nobody up: its largest task has less than the median one of another step
    of the same name.
    """
    middle = {key: statistics.median(values) for key, values in taken.items()}
    most = {name: max(value for key, value in middle.items() if key[0] == name) for name, *_ in middle}
    return {
        key: max(values) / max(1.0, middle[key])
        for key, values in taken.items()
        if len(values) > 1 and sum(values) >= least * len(values) and max(values) >= most[key[0]]
    }


def records_of(rows: Any) -> int:
    """Return how many records rows are that a step takes in: places, hits, pairs or texts."""
    names = rows.schema.names
    if "count" in names:
        kinds = packing.column(rows, "kind", np.int32)
        # how many keys and pairs there were is told by rows of their own, which are no such records
        told = np.isin(kinds, (packing.KEYS, packing.DROPPED, packing.CHAINS))
        return int(packing.column(rows, "count")[~told].sum())
    return len(packing.numbers(rows, "documents")) if "documents" in names else int(rows.num_rows)


@contextlib.contextmanager
def counted(session: Any) -> Iterator[Records]:
    """Count the records that each task of a session takes in, step by step, until the context ends.

    Each worker counts for itself; the counts of tasks that ended well are here when the job has ended.
    """
    from pyspark.accumulators import AccumulatorParam
    from pyspark.sql.classic.dataframe import DataFrame
    from pyspark.sql.pandas.group_ops import PandasCogroupedOps, PandasGroupedOpsMixin

    class Sums(AccumulatorParam[dict[tuple[str, int], int]]):
        def zero(self, value: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
            return {}

        def addInPlace(
            self, value1: dict[tuple[str, int], int], value2: dict[tuple[str, int], int]
        ) -> dict[tuple[str, int], int]:
            for key, count in value2.items():
                value1[key] = value1.get(key, 0) + count
            return value1

    sums = session.sparkContext.accumulator({}, Sums())

    def note(stage: Callable[..., Any], given: Iterable[Any]) -> None:
        from pyspark import TaskContext

        step = stage.__qualname__.split(".")[0]
        number = TaskContext.get().taskAttemptId()  # type: ignore[union-attr]
        sums.add({(step, number): sum(records_of(rows) for rows in given)})

    def each(stage: Callable[..., Any]) -> Callable[..., Any]:
        def one(rows):  # type: ignore[no-untyped-def]  # Spark reads types of the function that it is given
            note(stage, [rows])
            return stage(rows)

        return one

    def both(stage: Callable[..., Any]) -> Callable[..., Any]:
        def two(rows, texts):  # type: ignore[no-untyped-def]
            note(stage, [rows, texts])
            return stage(rows, texts)

        return two

    def flow(stage: Callable[..., Any]) -> Callable[..., Any]:
        def all_of(batches):  # type: ignore[no-untyped-def]
            def seen():  # type: ignore[no-untyped-def]
                for rows in batches:
                    note(stage, [rows])
                    yield rows

            return stage(seen())

        return all_of

    with contextlib.ExitStack() as patches:
        for kind, name, wrapped in (
            (PandasGroupedOpsMixin, "applyInArrow", each),
            (PandasCogroupedOps, "applyInArrow", both),
            (DataFrame, "mapInArrow", flow),
        ):
            patches.enter_context(mock.patch.object(kind, name, _wrapping(getattr(kind, name), wrapped)))
        yield sums.value


def _wrapping(method: Callable[..., Any], wrapped: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, stage: Callable[..., Any], *more: Any) -> Any:
        return method(self, wrapped(stage), *more)

    return call
