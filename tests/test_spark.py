"""The same scan on Spark: the same bytes as on one machine, for any number of partitions, also with crowded seeds."""

from __future__ import annotations

import importlib.util
import itertools
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from dedup import Config, ScanResult, scan
from dedup.cli import main

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus" / "articles.jsonl"

needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="Spark and Java are needed: pip install 'dedup-news[spark]', and Java 17",
)


@pytest.fixture(scope="module")
def local_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Spark keeps what it shuffles."""
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def session(local_dir: Path) -> Iterator[Any]:
    """A session of two threads."""
    from pyspark import SparkContext

    from dedup.spark.session import open_session

    SparkContext._ensure_initialized()
    SparkContext._jvm.System.setProperty("spark.local.dir", str(local_dir))
    opened = open_session("local[2]")
    yield opened
    opened.stop()
    SparkContext._jvm.System.clearProperty("spark.local.dir")


def plain(result: ScanResult) -> dict[str, Any]:
    """Everything of a result but its times."""
    manifest = {k: v for k, v in result.manifest.items() if k != "stages"}
    return {
        "passages": result.passages,
        "documents": result.documents,
        "pairs": result.pairs,
        "suppressed": result.suppressed,
        "texts": dict(result.texts),
        "words": None
        if result.words is None
        else (result.words.documents, result.words.slots.tolist(), result.words.counts.tolist()),
        "manifest": manifest,
    }


def crowded() -> list[dict[str, str]]:
    """Pages that all carry one line, some of them twice, with two copies, an empty one and stories shared by three."""
    line = "Sign in to read the rest of this article on the website of the valley newspapers group"
    records = []
    for i in range(90):
        story = " ".join(f"word{(i // 3 * 37 + k * k) % 997}{'abc'[k % 3]}" for k in range(40))
        records.append({"id": f"p{i:03}", "text": f"{line}.\n{story} ending{i}.\n{line if i % 10 == 0 else ''}"})
    return [*records, {"id": "copy", "text": records[7]["text"]}, {"id": "empty", "text": " … "}]


@needs_spark
@pytest.mark.parametrize("partitions", [1, 7])
def test_crowded_seeds(session: Any, partitions: int) -> None:
    """A line on every page, more than a task may hold of one seed, is linked across tasks as on one machine."""
    from dedup.spark.engine import Engine

    here = scan(crowded())
    there = scan(crowded(), find=Engine(session, partitions).find)
    assert here.manifest["counts"]["seeds_linked_to_neighbours"] > 5
    assert here.manifest["counts"]["exact_copies"] == 1
    assert len(here.passages) > 5
    assert plain(there) == plain(here)


@needs_spark
def test_newsroom(session: Any, tmp_path: Path) -> None:
    """The newsroom of `corpus/` gives the same result by the command line, with every file that a scan writes."""
    result = CliRunner().invoke(
        main, ["scan", str(CORPUS), "-o", str(tmp_path / "there"), "-q", "--engine", "spark", "--partitions", "3"]
    )
    assert result.exit_code == 0, result.output
    result = CliRunner().invoke(main, ["scan", str(CORPUS), "-o", str(tmp_path / "here"), "-q"])
    assert result.exit_code == 0, result.output
    here, there = (
        {str(p.relative_to(tmp_path / side)): p for p in (tmp_path / side).rglob("*") if p.is_file()}
        for side in ("here", "there")
    )
    assert here.keys() == there.keys()
    assert (tmp_path / "here" / "passages.jsonl").stat().st_size > 10_000
    for name in here.keys() - {"manifest.json", "report.html"}:
        assert here[name].read_bytes() == there[name].read_bytes(), name


@needs_spark
def test_settings_reach_the_executors(session: Any) -> None:
    """Preset and filters give what they give on one machine."""
    from dataclasses import replace

    from dedup.spark.engine import Engine

    config = replace(Config.for_preset("ocr"), min_words=12)
    records = crowded()[:30]
    assert plain(scan(records, config, find=Engine(session, 2).find)) == plain(scan(records, config))


@needs_spark
def test_dataframes(session: Any) -> None:
    """A DataFrame gives DataFrames with the records of a local scan, also when there are none."""
    import dataclasses

    from dedup.spark import scan as scan_frame

    records = crowded()[:30]
    here = scan(records)
    there = scan_frame(session.createDataFrame(records), partitions=2)
    assert len(here.passages) > 3
    for name in ("passages", "documents", "pairs", "suppressed"):
        rows = [row.asDict(recursive=True) for row in getattr(there, name).collect()]
        known = [json.loads(json.dumps(dataclasses.asdict(record))) for record in getattr(here, name)]
        assert sorted(rows, key=json.dumps) == sorted(known, key=json.dumps), name
    assert there.manifest["counts"] == here.manifest["counts"]
    alone = scan_frame(session.createDataFrame(records[1:2]), partitions=2)
    assert alone.passages.count() == alone.pairs.count() == 0


@needs_spark
def test_notebook(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells of the notebook run, one after the other, on the newsroom, and find what a local scan finds."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(CORPUS, tmp_path / "articles.jsonl")
    cells = json.loads((ROOT / "docs" / "howto" / "spark.ipynb").read_text("utf-8"))["cells"]
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            assert not cell["outputs"]
            exec("".join(cell["source"]), names)
    assert names["found"].passages.count() == len(scan(CORPUS).passages) > names["shared"].count() > 3


@needs_spark
def test_nothing_to_compare(session: Any) -> None:
    """No text, texts without words, and texts that share nothing are scanned as on one machine."""
    from dedup.spark.engine import Engine

    alone = [{"id": "a", "text": "Rain fell on the old harbour all day."}, {"id": "b", "text": "Nobody saw the ferry."}]
    for records in ([], [{"id": "a", "text": "…"}, {"id": "b", "text": ""}], alone):
        assert plain(scan(records, find=Engine(session, 2).find)) == plain(scan(records))


@needs_spark
@pytest.mark.parametrize("when", ["tokens", "passages"])
def test_a_job_that_fails(session: Any, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that gives up, at its beginning or when all but passages is made, ends with status 4 and a sentence, and
    leaves the results of before as they were."""
    from dedup.spark import blocks

    def broken(*_: object) -> Any:
        def stage(rows: Any, texts: Any) -> Any:
            raise RuntimeError("no-python")

        return stage

    out = tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_text('{"dedup": "before"}')
    if when == "tokens":
        monkeypatch.setattr(session.sparkContext, "pythonExec", str(tmp_path / "no-python"))
    else:
        monkeypatch.setattr(blocks, "aligning", broken)
    result = CliRunner().invoke(main, ["scan", str(CORPUS), "-o", str(out), "-q", "--engine", "spark"])
    assert result.exit_code == 4, result.output
    assert "Spark gave up" in result.output
    assert "no-python" in result.output
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (out / "manifest.json").read_text() == '{"dedup": "before"}'


@needs_spark
def test_shuffles_go_when_all_is_made(session: Any, local_dir: Path) -> None:
    """On one machine the files of what was shuffled for a kept table go, and the table stays as it was."""
    from pyspark import StorageLevel

    from dedup.spark.session import forget_shuffles

    def shuffled() -> set[str]:
        return {path.name for path in local_dir.rglob("shuffle_*")}

    before = shuffled()

    def left(most: int) -> int:
        """Return how many files there are, as soon as there are no more than `most`."""
        until = time.monotonic() + 60
        while len(shuffled() - before) > most and time.monotonic() < until:
            time.sleep(0.1)
        return len(shuffled() - before)

    kept = session.range(100).repartition(3, "id").persist(StorageLevel.DISK_ONLY)
    other = kept.groupBy("id").count().repartition(2).persist(StorageLevel.DISK_ONLY)
    assert (len(kept.collect()), len(other.collect())) == (100, 100)
    made = len(shuffled() - before)
    forget_shuffles(kept)
    assert 0 < left(made - 1) < made
    forget_shuffles(other)
    assert left(0) == 0
    assert sorted(row[0] for row in kept.collect()) == list(range(100))
    assert {row[1] for row in other.collect()} == {1}


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="Spark is needed")
@pytest.mark.parametrize("master", ["local[two]", "localhost:7077", "spark://host", "http://host:7077"])
def test_wrong_master(master: str, tmp_path: Path) -> None:
    """What no cluster can be is refused at once, with status 2 and examples of what is asked for."""
    options = ["-o", str(tmp_path / "out"), "--engine", "spark", "--master", master]
    result = CliRunner().invoke(main, ["scan", str(CORPUS), *options])
    assert result.exit_code == 2, result.output
    assert master in result.output
    assert "spark://host:7077" in result.output
    assert not (tmp_path / "out").exists()


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No session runs in this process."""
    from pyspark.sql import SparkSession

    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="Spark is needed")
def test_no_master_there(nobody: None, tmp_path: Path) -> None:
    """A master that does not run is told within ten seconds, with status 4, before anything is written."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{free.getsockname()[1]}"
        begun = time.monotonic()
        options = ["-o", str(tmp_path / "out"), "--engine", "spark", "--master", master]
        result = CliRunner().invoke(main, ["scan", str(CORPUS), *options])
    assert result.exit_code == 4, result.output
    assert f"no master of Spark answers on {master}" in result.output
    assert time.monotonic() - begun < 10
    assert not (tmp_path / "out").exists()


@needs_spark
@pytest.mark.slow
def test_silent_master(tmp_path: Path) -> None:
    """A master that takes the call and says nothing is given up within three minutes, with status 4 and a sentence."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        master = f"spark://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-c", "from dedup.cli import main; main()", "scan", str(CORPUS)]
        options = ["-o", str(tmp_path / "out"), "-q", "--engine", "spark", "--master", master]
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 4, done.stderr
    assert f"Spark does not start on {master}" in done.stderr
    assert not (tmp_path / "out").exists()


def test_cause_is_told() -> None:
    """Of a long message of Spark the line is told that says what happened, not that somebody waited for it."""
    from dedup.spark.session import cause

    waited = "An error occurred while calling o4045.getResult.\n: org.apache.spark.SparkException: Exception thrown in "
    lost = (
        'org.apache.spark.SparkException: Job aborted: Lost task 0.0 (TID 1): java.io.IOException: Cannot run "python"'
    )
    stack = f"{waited}awaitResult: \n\tat org.apache.spark.A.b(A.scala:1)\nCaused by: {lost}\nCaused by: error=2"
    assert cause(ValueError(stack)) == lost
    assert cause(ValueError(f"{stack}\nRuntimeError: the disk is full")) == "RuntimeError: the disk is full"


@pytest.mark.parametrize(
    ("lengths", "partitions", "expected"),
    [([], None, 4), ([5], None, 4), ([4_000] * 50_000, None, 25), ([4_000] * 50_000, 3, 3), ([10**8] * 5, 3, 3)],
)
def test_parts(lengths: list[int], partitions: int | None, expected: int) -> None:
    """Texts are cut into parts of a limited number and length, whatever partitions are asked for; none is left out."""
    from types import SimpleNamespace

    from dedup.spark import engine

    session = SimpleNamespace(sparkContext=SimpleNamespace(defaultParallelism=2))
    count, edges = engine.Engine(session, partitions).parts(np.array(lengths, np.int64))
    assert count == expected
    assert edges[0] == 0
    assert edges[-1] == len(lengths)
    assert (np.diff(edges) > 0).all()
    for low, high in itertools.pairwise(edges.tolist()):
        assert high - low <= engine.PART_TEXTS
        assert sum(lengths[low:high]) <= engine.PART_CHARACTERS + max(lengths[low:high])


def test_local_scan_knows_no_spark() -> None:
    """Neither the help nor a local scan imports anything of Spark."""
    for code in (
        "from dedup.cli import main\nmain(['scan', '--help'], standalone_mode=False)",
        "from dedup import scan\nscan([{'text': 'Rain all day.'}, {'text': 'Rain all night.'}])",
    ):
        script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
        loaded = json.loads(done.stdout.splitlines()[-1])
        assert not [m for m in loaded if m.startswith(("pyspark", "py4j", "pyarrow", "dedup.spark"))]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--master", "local[2]"], "--engine spark"),
        (["--partitions", "2"], "--engine spark"),
        (["--engine", "spark", "--against", str(CORPUS)], "--against"),
        (["--engine", "spark", "--only", "documents"], "--only documents"),
    ],
)
def test_options_that_do_not_fit(options: list[str], message: str, tmp_path: Path) -> None:
    """They are refused with a sentence and status 2 before anything is read or started."""
    result = CliRunner().invoke(main, ["scan", str(CORPUS), "-o", str(tmp_path / "out"), *options])
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "out").exists()


@needs_spark
def test_stages_without_spark() -> None:
    """What Python workers are forked from has taken three texts through all stages, and finds their common line."""
    from dedup.spark.daemon import rehearse

    assert sorted({tuple(pair) for pair in rehearse().tolist()}) == [(0, 1), (0, 2), (1, 2)]
