"""Whether a scan on Spark writes what a local scan does, byte for byte, for some numbers of partitions.

    python -m benchmarks.spark_equality articles.jsonl pages.jsonl=ocr --partitions 1 7 64

`PATH=PRESET` scans a path with a preset. Every file that a scan writes is compared, `manifest.json` without its times.
Ends with status 1 and the names of the files that differ when any does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dedup import Config, ScanResult, scan
from dedup.pipeline import Find
from dedup.store.results import write_results

# What says when a scan was and how long it took.
TIMES = ("created", "stages")


def files(result: ScanResult, folder: Path) -> dict[str, bytes]:
    """Return the files that a result is written as, by name."""
    write_results(result, folder, formats=["jsonl"])
    found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    manifest = json.loads(found["manifest.json"])
    return {**found, "manifest.json": json.dumps({k: v for k, v in manifest.items() if k not in TIMES}).encode()}


def written(path: str, config: Config, find: Find | None) -> dict[str, bytes]:
    """Return the files of a scan of a path."""
    with tempfile.TemporaryDirectory() as folder:
        return files(scan(path, config, find=find), Path(folder) / "out")


def compared(path: str, config: Config, session: Any, partitions: Sequence[int]) -> bool:
    """Scan a path here and, with each number of partitions, on Spark; print what came of it, and return whether all are
    the same."""
    from dedup.spark import Engine

    started = time.perf_counter()
    here = written(path, config, None)
    size = sum(map(len, here.values()))
    print(f"{path}: {len(here)} files, {size:,} bytes, local {time.perf_counter() - started:.0f} s", flush=True)
    equal = True
    for count in partitions:
        started = time.perf_counter()
        there = written(path, config, Engine(session, count).find)
        other = sorted(n for n in here.keys() | there.keys() if here.get(n) != there.get(n))
        said = f"differ: {', '.join(other)}" if other else "equal"
        print(f"  {count} partitions: {said}, {time.perf_counter() - started:.0f} s", flush=True)
        equal &= not other
    return equal


def main() -> None:
    """Compare all paths."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH[=PRESET]")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--partitions", type=int, nargs="+", default=[1, 7, 64])
    options = parser.parse_args()
    from dedup.spark.session import open_session

    session = open_session(options.master)
    equal = True
    for given in options.paths:
        path, _, preset = given.partition("=")
        equal &= compared(path, Config.for_preset(preset or "news"), session, options.partitions)
    session.stop()
    sys.exit(0 if equal else 1)


if __name__ == "__main__":
    main()
