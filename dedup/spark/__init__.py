"""The same scan on a cluster: `scan` for a job of one's own, `Engine` for `dedup.scan(…, find=…)`."""

from dedup.spark.engine import Engine
from dedup.spark.frames import Frames, scan

__all__ = ["Engine", "Frames", "scan"]
