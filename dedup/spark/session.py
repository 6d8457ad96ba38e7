"""A session of Spark, or one line that says what is missing."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from dedup.errors import ConfigError


def open_session(master: str | None) -> Any:
    """Return the running session, else a new one on `master`, or where Spark's own settings say.

    Raises `ConfigError` where Spark or Java is missing.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError("Spark is missing; pip install 'dedup-news[spark]'") from error
    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    builder = SparkSession.builder.appName("dedup").config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):
            builder = builder.config("spark.ui.enabled", "false")
    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError as error:
        cause = "no Java was found; Spark 4 needs Java 17" if shutil.which("java") is None else str(error)
        raise ConfigError(f"Spark does not start: {cause}") from error
    session.sparkContext.setLogLevel("ERROR")
    if str(session.sparkContext.master).startswith("local"):
        # on one machine workers are of this interpreter, whatever the first python3 on the path is
        session.sparkContext.pythonExec = sys.executable
    return session
