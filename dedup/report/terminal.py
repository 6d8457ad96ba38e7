"""The terminal: a summary worth reading at a glance, and progress on standard error."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from dedup.model import SCOPES, PassageCluster, ScanResult
from dedup.report.facts import Facts, glance, sentences
from dedup.report.labels import SCOPE_LABELS, carriers, number, plural, ranked
from dedup.report.safe import clean, line

LEAST_SECONDS: Final = 2.0
"""How long a stage must take to be worth a line: a small scan is not 13 of them."""
_TOP: Final = 5
_WARNINGS: Final = 5
_RULES: Final = 4


def print_summary(result: ScanResult, out: Path, console: Console, facts: Facts | None = None) -> None:
    """Print what a scan found: in sentences, by kind and scope, the widest clusters, what was set aside.

    `out` is the folder of the results, `facts` what `write_results` counted; foreign text is printed without control
    characters or console markup.
    """
    facts = facts or glance(result)
    parts: list[RenderableType] = [Text(" ".join(sentences(facts)))]
    if facts.passages:
        parts += [_matrix(facts), _top(result)]
    parts += [*_set_aside(facts), *_warnings(facts), _where(out)]
    console.print(Padding(Group(*_spaced(parts)), (1, 1), expand=False))


class RichProgress:
    """Shows stages on standard error: a bar with counts and remaining time, and lines for what took long.

    A stage has a line when it took at least `least_seconds`; a last line has the time of all. Where standard error
    is no terminal there are only the lines. Use it as a context manager, or call `close` at the end. Calls may
    come from several threads.
    """

    def __init__(self, console: Console | None = None, *, least_seconds: float = LEAST_SECONDS) -> None:
        self._least_seconds = least_seconds
        self._begun: float | None = None
        self._console = console if console is not None else Console(stderr=True)
        self._bars = self._make_bars() if self._has_bars() else None
        self._lock = threading.Lock()
        self._task = None if self._bars is None else self._bars.add_task("", total=None, visible=False)
        self._name = ""
        self._done = 0
        self._total: int | None = None
        self._since = 0.0

    @property
    def console(self) -> Console:
        """Return where it shows them."""
        return self._console

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(finished=kind is None)

    def stage(self, name: str, total: int | None) -> None:
        """End the stage before, and begin one of `total` steps, or of unknown length."""
        self._finish()
        self._name, self._done, self._total, self._since = name, 0, total, time.monotonic()
        self._begun = self._since if self._begun is None else self._begun
        if self._bars is not None and self._task is not None:
            self._bars.start()
            self._bars.reset(self._task, total=total, description=line(name, 40), visible=True)

    def advance(self, steps: int = 1) -> None:
        """Count `steps` more of the current stage."""
        with self._lock:
            self._done += steps
        if self._bars is not None and self._task is not None:
            self._bars.advance(self._task, steps)

    def warn(self, message: str) -> None:
        """Print a warning above the bars, for one that is read later is read too late."""
        self._console.print(Text.assemble(("warning: ", "bold"), clean(message)), soft_wrap=True)

    def close(self) -> None:
        """End the last stage and leave the terminal as it was."""
        self._end(finished=True)

    def _end(self, *, finished: bool) -> None:
        if finished:
            self._finish()
            self._sum_up()
        self._name = ""
        if self._bars is not None:
            self._bars.stop()

    def _finish(self) -> None:
        if not self._name:
            return
        seconds = time.monotonic() - self._since
        if seconds < self._least_seconds:
            return
        steps = f": {number(self._done)}" if self._done or self._total else ""
        if self._total and self._total != self._done:
            steps += f" of {number(self._total)}"
        said = Text.assemble((line(self._name, 40), "bold"), f"{steps} in {seconds:.1f} s")
        self._console.print(said, soft_wrap=True)

    def _sum_up(self) -> None:
        if self._begun is not None:
            seconds = time.monotonic() - self._begun
            self._console.print(Text.assemble(("done", "bold"), f" in {seconds:.1f} s"), soft_wrap=True)
        self._begun = None

    def _has_bars(self) -> bool:
        return self._console.is_terminal and not self._console.is_dumb_terminal

    def _make_bars(self) -> Progress:
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )


def _spaced(parts: list[RenderableType]) -> list[RenderableType]:
    return [item for n, part in enumerate(parts) for item in ((Text(""), part) if n else (part,))]


def _table(title: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    return _titled(table, title)


def _titled(table: Table, title: str) -> Table:
    table.title, table.title_justify, table.title_style = title, "left", "bold"
    return table


def _matrix(facts: Facts) -> Table:
    table = _table("Passages")
    table.add_column("kind", no_wrap=True)
    for scope in SCOPES:
        table.add_column(SCOPE_LABELS[scope].lower().removeprefix("within "), justify="right")
    table.add_column("all", justify="right")
    for kind, counts in facts.by_kind.items():
        cells = [Text(number(count), style="" if count else "dim") for count in counts]
        table.add_row(line(kind, 40), *cells, number(sum(counts)))
    table.add_row("all", *map(number, facts.by_scope), number(facts.passages), style="bold")
    return table


def _top(result: ScanResult) -> Table:
    table = _titled(Table.grid(padding=(0, 1)), "Widest passages")
    table.add_column("rank", justify="right", style="dim", no_wrap=True)
    table.add_column("passage")
    for n, cluster in enumerate(ranked(result.passages)[:_TOP], 1):
        table.add_row(str(n), _cluster(cluster))
    return table


def _cluster(cluster: PassageCluster) -> Group:
    said = Text.assemble((line(cluster.kind, 40), "bold cyan"), f"  {carriers(cluster)}")
    if cluster.origin.agency:
        said.append(f", credited to {line(cluster.origin.agency, 40)}")
    return Group(said, Text(line(cluster.text, 160), no_wrap=True, overflow="ellipsis"))


def _set_aside(facts: Facts) -> list[RenderableType]:
    if not facts.set_aside:
        return []
    ordered = sorted(facts.set_aside.items(), key=lambda item: (-item[1], item[0]))
    said = [f"{number(count)} by {line(rule.replace('_', ' '), 40)}" for rule, count in ordered[:_RULES]]
    if len(ordered) > _RULES:
        said.append(f"the rest by {plural(len(ordered) - _RULES, 'other rule')}")
    return [Text.assemble(("Set aside  ", "bold"), f"{', '.join(said)}; see suppressed.jsonl")]


def _warnings(facts: Facts) -> list[RenderableType]:
    if not facts.warnings:
        return []
    said = Text("Read with care", style="bold yellow")
    for warning in facts.warnings[:_WARNINGS]:
        said.append(f"\n  {line(warning, 300)}", style="not bold default")
    if len(facts.warnings) > _WARNINGS:
        more = plural(len(facts.warnings) - _WARNINGS, "further warning")
        said.append(f"\n  {more} in manifest.json", style="not bold dim")
    return [said]


def _where(out: Path) -> Text:
    return Text.assemble(("Report  ", "bold"), clean(str(out / "report.html")))
