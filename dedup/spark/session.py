"""A session of Spark, or one line that says what is missing."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import sys
from typing import Any

from dedup.errors import ConfigError, EngineError

# What Spark takes for a master: threads of this machine, a cluster of its own, YARN or Kubernetes.
MASTER = re.compile(r"local(\[(\d+|\*)(, ?\d+)?\])?|(spark://[^\s:/]+:\d+)(,[^\s:/]+:\d+)*|yarn|k8s://\S+")

# Workers are forked from a process that has the stages loaded. On one machine nothing listens to others, and what a
# task gives goes to the driver at once.
SETTINGS = {"spark.ui.showConsoleProgress": "false", "spark.python.daemon.module": "dedup.spark.daemon"}
PATIENCE = 10.0
ON_ONE_MACHINE = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.task.maxDirectResultSize": "96m",
    # hashes and codes have nothing to be taken off, and what is shuffled stays on this disk
    "spark.shuffle.compress": "false",
    # Java moves bytes and no more: its second compiler takes longer than it saves, and so does marking beside the work
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseParallelGC",
}


def open_session(master: str | None) -> Any:
    """Return the running session, else a new one on `master`, or where Spark's own settings say.

    Raises `ConfigError` where Spark or Java is missing or `master` is none, `EngineError` where it does not answer.
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError("Spark is missing; pip install 'dedup-news[spark]'") from error
    if master is not None and not MASTER.fullmatch(master):
        raise ConfigError(f"--master {master}: no master of Spark; such as local[2], spark://host:7077, yarn, k8s://…")
    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    if master is not None and master.startswith("spark://"):
        _knock(master)
    builder = SparkSession.builder.appName("dedup")
    if master is not None:
        # on one machine too a task that fails is tried again
        builder = builder.master(re.sub(r"^local\[(\d+|\*)\]$", r"local[\1,4]", master))
    for key, value in (SETTINGS | (ON_ONE_MACHINE if (master or "").startswith("local") else {})).items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        if shutil.which("java") is None:
            raise ConfigError("Spark does not start: no Java was found; Spark 4 needs Java 17") from error
        where = f" on {master}" if master else ""
        raise EngineError(f"Spark does not start{where}: {cause(error)}") from error
    session.sparkContext.setLogLevel("ERROR")
    if str(session.sparkContext.master).startswith("local"):
        # on one machine workers are of this interpreter, whatever the first python3 on the path is
        session.sparkContext.pythonExec = sys.executable
    return session


def _knock(master: str) -> None:
    """Raise `EngineError` when none of the addresses of a master takes a call within `PATIENCE` seconds.

    One that takes the call and says nothing is given up by Spark itself, after a minute.
    """
    said = ""
    for address in master.removeprefix("spark://").split(","):
        host, port = address.rsplit(":", 1)
        try:
            with socket.create_connection((host, int(port)), PATIENCE):
                return
        except (OSError, OverflowError) as error:
            said = str(error)
    raise EngineError(f"no master of Spark answers on {master} ({said}); is it running, and reachable from here?")


def forget_shuffles(kept: Any) -> None:
    """Remove the files of what was shuffled to make a kept table, all of which is made.

    Spark has them as long as the table, in case that a part of it is lost: on one machine that is all or nothing.
    """
    from py4j.protocol import Py4JError

    context = kept.sparkSession.sparkContext._jsc.sc()
    # Spark has no name of its own for it; where another version has other names the files stay until the end
    with contextlib.suppress(Py4JError, TypeError):
        if not context.isLocal():
            return
        plans, inside = [kept._jdf.queryExecution().executedPlan()], False
        while plans:
            plan = plans.pop()
            name = plan.getClass().getSimpleName()
            if inside and name == "ShuffleExchangeExec":
                context.shuffleDriverComponents().removeShuffle(plan.shuffleId(), False)
            if name == "InMemoryTableScanExec" and not inside:
                plans, inside = [plan.relation().cachedPlan()], True
            elif name == "AdaptiveSparkPlanExec":
                plans.append(plan.executedPlan())
            elif name.endswith("QueryStageExec"):
                plans.append(plan.plan())
            children = plan.children()
            plans += [children.apply(i) for i in range(children.size())]


def cause(error: Exception) -> str:
    """Return the line of a long message of Spark that says what happened: the last one of Python's, else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    raised = [line for line in lines if re.match(r"(\w+\.)*\w*(Error|Exception)\b(?!.*py4j)", line)]
    said = [line.removeprefix("Caused by") for line in lines if re.match(r"(Caused by)?: \S+(Error|Exception)\b", line)]
    # that somebody waited for what went wrong says nothing
    said = [line for line in said if not line.endswith("Exception thrown in awaitResult:")] or said
    return (raised or said or lines or [type(error).__name__])[-1 if raised else 0].removeprefix(": ")
