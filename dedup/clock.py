"""What each stage of a scan takes."""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass
from typing import Any

from dedup.progress import Progress
from dedup.spill import return_freed


@dataclass(slots=True)
class Clock:
    """Wall and CPU time of each stage, the peak memory of the largest process, and the progress that goes with it."""

    progress: Progress
    stages: list[dict[str, Any]]
    began: float = 0.0
    cpu: float = 0.0

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage of `total` steps, or of unknown length; the one before it ends, and what it freed is let go
        of."""
        self.stop()
        return_freed()
        self.stages.append({"name": name})
        self.began, self.cpu = time.perf_counter(), _cpu_seconds()
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
            self.stages[-1]["cpu_seconds"] = round(_cpu_seconds() - self.cpu, 3)
            peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            self.stages[-1]["peak_mb"] = round(peak / (2**20 if sys.platform == "darwin" else 2**10))


def _cpu_seconds() -> float:
    """Return the CPU time of this process and of those that have ended before it."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
