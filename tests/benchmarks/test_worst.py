"""The worst cases, small: their answers are right, and a wrong answer is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.worst import CASES, Figures, check, table
from dedup import scan


@pytest.mark.parametrize(
    ("case", "size"),
    [("copies", 120), ("line", 120), ("wall", 3000), ("story", 120), ("giant", 3), ("chain", 40)],
)
def test_answers(case: str, size: int) -> None:
    """D35: what a benchmark times has the right answer; nothing of a corpus that is one large bucket is dropped, nor a
    line because all of 3,000 pages have it."""
    result = scan(CASES[case](size))
    assert check(case, size, result) == ""
    assert check(case, size, replace(result, passages=(), documents=(), suppressed=())) != ""


def test_table() -> None:
    """D34: the exponent between two sizes is that of CPU time; a case begins without one."""
    first = Figures(case="story", size=1000, cpu=2.0, wall=1.0, peak_mb=300, wrong="")
    lines = table([first, replace(first, size=2000, cpu=4.0), replace(first, case="chain")]).splitlines()
    assert [row.split(" | ")[-1] for row in lines[2:]] == [" |", "1.00 |", " |"]
