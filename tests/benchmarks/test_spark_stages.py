"""What a benchmark on Spark says of its processes."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.spark_stages import Ticks


def test_time_of_what_has_ended_stays() -> None:
    """A process that was seen counts when it has ended; the sum never falls."""
    ticks = Ticks()
    before = ticks.seconds()
    script = "import time\nwhile time.process_time() < 0.6: pass\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as busy:
        assert busy.stdout is not None
        busy.stdout.readline()
        during = ticks.seconds()
        busy.communicate(b"\n")
    assert during >= before + 0.5
    assert ticks.seconds() >= during
