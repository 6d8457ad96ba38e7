"""Corpora that are the worst of their kind, scanned at growing sizes: time and memory must grow with them.

    python -m benchmarks.worst [CASE]… --size 1000 --size 2000 --size 4000

Each scan runs in a process of its own. Its answer is checked before its time counts. The table gives CPU seconds (of
all threads), wall seconds, peak memory and, between two sizes, the exponent with which CPU time grows. CASE is one of

* `copies`: identical documents;
* `line`: one line of boilerplate on a tenth of pages that have nothing else in common;
* `wall`: one line of boilerplate on every page;
* `story`: one story carried by outlets, each with a beginning and an end of its own;
* `giant`: one document of as many thousand words, with a passage that stands in it twice;
* `chain`: documents of which each shares one passage with the next.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import click
import numpy as np

from dedup import ScanResult, scan

# Invented words; a text is as rare words as it can be, so that nothing is shared by chance.
SYLLABLES = [c + v for c in "bdfghklmnprst" for v in "aeiou"]
WORDS = 200
SHARED = 60
LINE = "Sign in or register to read the whole of this story and get our morning newsletter for free every day"
Records = Iterator[dict[str, Any]]


def words(seed: int, count: int) -> str:
    """Return sentences of invented words, other ones for each seed."""
    rng = np.random.default_rng(seed)
    picked = rng.integers(0, len(SYLLABLES), (count, 4)).tolist()
    said = ["".join(SYLLABLES[s] for s in word) for word in picked]
    return ". ".join(" ".join(said[i : i + 12]).capitalize() for i in range(0, count, 12)) + "."


def record(number: int, text: str, title: int | None = None) -> dict[str, Any]:
    """Return a document of an outlet of its own, with a title of its own or one told by its number."""
    said = words(10**9 + (number if title is None else title), 8)
    return {"id": f"{number:08d}", "text": text, "title": said, "outlet": f"outlet {number}"}


def copies(size: int) -> Records:
    """Yield identical documents."""
    text = words(0, WORDS)
    return (record(i, text, 0) for i in range(size))


def line(size: int, step: int = 10, length: int = WORDS) -> Records:
    """Yield unrelated pages of ten outlets, a tenth of which have one line in common."""
    for i in range(size):
        said = LINE if i % step == 0 else words(i + 2**41, 20)
        page = record(i, f"{words(i + 1, length)}\n\n{said}\n\n{words(i + 2**40, length)}")
        yield {**page, "outlet": f"outlet {i // step % 10}"}


def wall(size: int) -> Records:
    """Yield unrelated pages of ten outlets that all have one line in common."""
    return line(size, 1, 30)


def story(size: int) -> Records:
    """Yield articles with one story in common."""
    told = words(0, WORDS)
    return (record(i, f"{words(i + 1, 20)}\n\n{told}\n\n{words(i + 2**40, 20)}") for i in range(size))


def giant(size: int) -> Records:
    """Yield one document of `size` thousand words, a part of which stands at its beginning and its end."""
    twice = words(0, WORDS)
    yield record(0, f"{twice}\n\n{words(1, size * 1000)}\n\n{twice}")


def chain(size: int) -> Records:
    """Yield documents of which each shares a passage with the one before and another with the one behind."""
    for i in range(size):
        yield record(i, f"{words(2 * i, SHARED)}\n\n{words(2 * i + 1, SHARED)}\n\n{words(2 * i + 2, SHARED)}")


def check(case: str, size: int, result: ScanResult) -> str:
    """Return what is wrong with a result; nothing when it is as it must be."""
    widest = max((p.n_documents for p in result.passages), default=0)
    members = max((len(d.members) for d in result.documents), default=0)
    found: dict[str, tuple[int, int]] = {
        "copies": (members, size),
        "line": (len({s.doc_id for s in result.suppressed}), -(-size // 10)),
        "wall": (len({s.doc_id for s in result.suppressed}), size),
        "story": (widest, size),
        "giant": (sum(p.repeats_in_document for p in result.passages if len(p.text) > WORDS), 1),
        "chain": (len(result.passages), size - 1),
    }
    got, wanted = found[case]
    return "" if got == wanted else f"{case} of {size}: {got} instead of {wanted}"


CASES: dict[str, Callable[[int], Records]] = {
    "copies": copies, "line": line, "wall": wall, "story": story, "giant": giant, "chain": chain,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one scan took."""

    case: str
    size: int
    cpu: float
    wall: float
    peak_mb: int
    wrong: str


def measure(case: str, size: int) -> Figures:
    """Scan one corpus in this process."""
    list(scan(copies(2)).passages)  # compiled kernels are loaded
    cpu, wall = time.process_time(), time.perf_counter()
    result = scan(CASES[case](size))
    return Figures(
        case=case,
        size=size,
        cpu=round(time.process_time() - cpu, 2),
        wall=round(time.perf_counter() - wall, 2),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        wrong=check(case, size, result),
    )


def measured_apart(case: str, size: int) -> Figures:
    """Scan one corpus in a process of its own."""
    code = "import sys; from benchmarks.worst import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, case, "--size", str(size), "--one"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Figures(**json.loads(done.stdout))


def table(rows: list[Figures]) -> str:
    """Return the figures as Markdown."""
    lines = ["| case | size | CPU s | wall s | peak MB | exponent |", "|---|---|---|---|---|---|"]
    before: Figures | None = None
    for row in rows:
        grown = ""
        if before is not None and before.case == row.case:
            grown = f"{math.log(row.cpu / before.cpu) / math.log(row.size / before.size):.2f}"
        lines.append(f"| {row.case} | {row.size:,} | {row.cpu:.1f} | {row.wall:.1f} | {row.peak_mb:,} | {grown} |")
        before = row
    return "\n".join(lines)


@click.command()
@click.argument("cases", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--size", "sizes", type=click.IntRange(2), multiple=True, default=(1000, 2000, 4000), show_default=True)
@click.option("--one", is_flag=True, hidden=True)
def main(cases: tuple[str, ...], sizes: tuple[int, ...], one: bool) -> None:
    """Scan the worst cases at growing sizes and print what they took."""
    if one:
        click.echo(json.dumps(asdict(measure(cases[0], sizes[0]))))
        return
    rows = [measured_apart(case, size) for case in cases or CASES for size in sorted(sizes)]
    click.echo(table(rows))
    wrong = [row.wrong for row in rows if row.wrong]
    if wrong:
        raise click.ClickException("; ".join(wrong))


if __name__ == "__main__":
    main()
