"""The callback protocol by which long work says how far it is."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import dataclass
from typing import Any, Protocol


class Progress(Protocol):
    """Receives progress; the library never prints."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage of `total` steps, or of unknown length."""

    def advance(self, steps: int = 1) -> None:
        """Say that `steps` more steps of the current stage are done."""

    def warn(self, message: str) -> None:
        """Pass on a warning that the user should read."""


class NoProgress:
    """Ignores everything."""

    def stage(self, name: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""

    def warn(self, message: str) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Clock:
    """Wall and CPU time and peak memory of each stage, and the progress that goes with it."""

    progress: Progress
    stages: list[dict[str, Any]]
    began: float = 0.0
    cpu: float = 0.0

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage of `total` steps, or of unknown length; the one before it ends."""
        self.stop()
        self.stages.append({"name": name})
        self.began, self.cpu = time.perf_counter(), time.process_time()
        self.progress.stage(name, total)

    def advance(self, steps: int = 1) -> None:
        """Say that `steps` more steps of the current stage are done."""
        self.progress.advance(steps)

    def warn(self, message: str) -> None:
        """Pass on a warning."""
        self.progress.warn(message)

    def stop(self) -> None:
        """End the current stage."""
        if self.stages and "seconds" not in self.stages[-1]:
            self.stages[-1]["seconds"] = round(time.perf_counter() - self.began, 3)
            self.stages[-1]["cpu_seconds"] = round(time.process_time() - self.cpu, 3)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            self.stages[-1]["peak_mb"] = round(peak / (2**20 if sys.platform == "darwin" else 2**10))
