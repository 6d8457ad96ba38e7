"""Crowded corpora on Spark: whatever many texts have in common is not the work of one task."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.spark_tasks import counted, log_settings, ratios, record_ratios, tasks
from dedup import scan
from tests.test_spark import needs_spark, plain

# With this variable the corpora are of 10,000 and 100,000 texts (`make spark-skew`), which takes a quarter of an hour.
FULL = bool(os.environ.get("DEDUP_TEST_SKEW"))
PAGES, WIDEST = (10_000, 100_000) if FULL else (600, 1_200)
PARTITIONS = 8
MOST = 5.0
WORDS = "harbour ferry council budget winter bridge market school river police museum garden".split()


def words(seed: int, count: int) -> str:
    """Some words that no other seed has in this order, of 12,108."""
    drawn = (zlib.crc32(f"{seed} {k}".encode()) for k in range(count))
    return " ".join(f"{WORDS[n % 12]}{n // 12 % 1009}" for n in drawn)


def story(pages: int) -> list[str]:
    """One story on all pages, each with a beginning and an end of its own."""
    text = words(0, 60)
    return [f"{words(n + 1, 12)}.\n{text}.\n{words(-n - 1, 12)}." for n in range(pages)]


def identical(pages: int) -> list[str]:
    """The same text on all pages but a tenth."""
    return [words(n // 10, 30) if n % 10 == 0 else words(10_001, 40) for n in range(pages)]


def boilerplate(pages: int) -> list[str]:
    """A line on all pages, below different texts."""
    return [f"{words(n, 25)}.\nSign in to read the rest of this article on our website." for n in range(pages)]


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    """A session that writes down what its tasks read."""
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        running.stop()
    builder = SparkSession.builder.master("local[2]")
    for key, value in log_settings(tmp_path).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.pythonExec = sys.executable
    try:
        yield session, tmp_path
    finally:
        session.stop()


@needs_spark
@pytest.mark.parametrize(("texts", "pages"), [(story, PAGES), (identical, PAGES), (boilerplate, WIDEST)])
def test_no_task_has_it_all(texts: Callable[[int], list[str]], pages: int, logged: tuple[Any, Path]) -> None:
    """The largest task of a step takes in at most five times the records of the median one, and reads at most five
    times its bytes from shuffles; the result is the local one."""
    from dedup.spark import engine

    session, folder = logged
    given = [{"id": f"{n:06}", "text": text} for n, text in enumerate(texts(pages))]
    with counted(session) as records:
        there = scan(given, find=engine.Engine(session, PARTITIONS).find)
    session.stop()
    found = list(tasks(folder))
    steps, stages = record_ratios(found, records), ratios(found)
    assert {step for step, _ in records} >= {"linking", "sifting", "aligning"}
    assert {name for name, *_ in steps} >= {"signatures", "seeds", "passages"}
    assert {key: ratio for key, ratio in steps.items() if ratio > MOST} == {}
    assert {key: ratio for key, ratio in stages.items() if ratio > MOST} == {}
    assert plain(there) == plain(scan(given))
