"""The same scan on a cluster of one master and two workers, also when one of them is killed in the middle."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dedup import scan
from dedup.progress import NoProgress
from tests.test_spark import crowded, needs_spark, plain

# A path in this variable is scanned too, such as that of a real corpus.
MORE = "DEDUP_TEST_ARTICLES"


class Cluster:
    """A master and two workers of one core on the loopback interface."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.master = f"spark://127.0.0.1:{self.port}"
        self._start("master", "master.Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", "0")
        self._wait(lambda: self._listens(), "the master does not listen")
        for name in ("one", "two"):
            work = ("-d", str(folder / name), "--webui-port", "0", "--host", "127.0.0.1")
            self._start(name, "worker.Worker", "-c", "1", "-m", "1g", *work, self.master)
        for name in ("one", "two"):
            self._wait(lambda name=name: "Successfully registered" in self._log(name), f"worker {name} is not there")  # type: ignore[misc]

    def _start(self, name: str, kind: str, *options: str) -> None:
        import pyspark

        home = Path(pyspark.__file__).parent
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOCAL_DIRS": str(self.folder / f"{name}-files"),
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *options],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                )
            )

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    @staticmethod
    def _wait(done: Callable[[], bool], message: str) -> None:
        for _ in range(600):
            if done():
                return
            time.sleep(0.2)
        raise RuntimeError(message)

    def kill_a_worker(self) -> None:
        """End the second worker and its executor, without a word to anybody."""
        os.killpg(self.processes[-1].pid, signal.SIGKILL)

    def stop(self) -> None:
        """End all that is left."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cluster, Any]]:
    """A cluster and a session on it."""
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        running.stop()
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    made = Cluster(tmp_path)
    session = None
    try:
        session = (
            SparkSession.builder.master(made.master)
            .config("spark.ui.enabled", "false")
            .config("spark.executor.memory", "640m")
            .config("spark.shuffle.io.retryWait", "1s")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("OFF")
        yield made, session
    finally:
        if session is not None:
            session.stop()
        made.stop()


class Killer(NoProgress):
    """Kills a worker when the passages are to be aligned: what it kept of the stages before is lost."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.killed = 0

    def stage(self, name: str, total: int | None) -> None:
        """Kill once."""
        if name == "passages" and not self.killed:
            self.cluster.kill_a_worker()
            self.killed += 1


@needs_spark
def test_a_worker_is_killed(cluster: tuple[Cluster, Any]) -> None:
    """Over the wire the result is that of a local scan, and so it is when half of what was made is lost."""
    from dedup.spark.engine import Engine

    made, session = cluster
    given: Any = os.environ.get(MORE) or crowded()
    here = plain(scan(given))
    assert len(here["passages"]) > 5
    assert plain(scan(given, find=Engine(session, 4).find)) == here
    killer = Killer(made)
    assert plain(scan(given, find=Engine(session, 4).find, progress=killer)) == here
    assert killer.killed == 1
    assert made.processes[-1].poll() is not None
