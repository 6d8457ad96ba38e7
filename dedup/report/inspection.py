"""`inspect` on the terminal: what would be read, and what a scan of it would take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedup.report.labels import number, plural
from dedup.report.safe import line

_NAMES: Final = 6
_SAMPLE: Final = 160


def print_inspection(found: Mapping[str, Any], console: Console) -> None:
    """Print what `describe` found; foreign text is printed without control characters or console markup."""
    parts: list[RenderableType] = [Text(" ".join(_sentences(found)))]
    if found["fields"]:
        parts.append(_fields(found))
    parts += _samples(found)
    if found["warnings"]:
        parts.append(Group(Text("Read with care", style="bold"), *(_indented(w, 400) for w in found["warnings"])))
    spaced = [item for part in parts for item in (part, Text(""))]
    console.print(Padding(Group(*spaced[:-1]), (1, 1), expand=False))


def _sentences(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was seen and what a scan would take, in sentences."""
    files = ", ".join(f"{number(count)} {name}" for name, count in found["formats"].items()) or "none"
    documents = found["log"]["read"]
    looked = "so far" if found["more"] else "in all"
    yield f"Files: {files}."
    yield f"{plural(found['records'], 'record')} {looked}, {plural(documents, 'document')}."
    if found["captions"]:
        yield f"{plural(found['captions'], 'caption')} of pictures."
    dates, outlets = found["dates"], found["outlets"]
    if dates["documents"]:
        yield (
            f"{number(dates['documents'])} of {number(documents)} have a date, "
            f"{line(dates['earliest'], 40)} to {line(dates['latest'], 40)}."
        )
    elif documents:
        yield "None has a date: who was first cannot be told."
    if outlets["documents"]:
        most = ", ".join(f"{line(name, 40)} ({number(count)})" for name, count in outlets["most_frequent"][:_NAMES])
        yield f"{number(outlets['documents'])} have an outlet, of {number(outlets['different'])}: {most}."
    elif documents:
        yield "None has an outlet: each counts as an outlet of its own."
    if found["blank"]:
        yield f"{plural(found['blank'], 'document')} without a word."
    yield _estimate(found["estimate"])


def _estimate(estimate: Mapping[str, Any]) -> str:
    if estimate["seconds"] is None:
        return "How long a scan takes cannot be told."
    memory = estimate["memory_bytes"] / 2**30
    return (
        f"A scan of everything takes about {_duration(estimate['seconds'])} on two cores and {memory:.1f} GB of memory."
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _fields(found: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Fields", title_justify="left", title_style="bold")
    table.add_column("of a document")
    table.add_column("read from")
    for name, keys in found["fields"].items():
        table.add_row(name, Text(", ".join(f"{line(key, 40)} ({number(count)})" for key, count in keys.items())))
    others = [line(key, 40) for key in found["unmapped"]]
    if others:
        more = f" and {number(len(others) - 12)} more" if len(others) > 12 else ""
        table.add_row("(none)", Text(", ".join(others[:12]) + more))
    return table


def _samples(found: Mapping[str, Any]) -> list[RenderableType]:
    if not found["samples"]:
        return []
    items: list[RenderableType] = [Text("The first of them", style="bold")]
    for sample in found["samples"]:
        about = (sample[name] for name in ("id", "outlet", "published", "title"))
        items.append(_indented(" · ".join(str(part) for part in about if part), 200))
        items.append(Padding(Text(line(sample["text"], _SAMPLE), style="dim"), (0, 0, 0, 4)))
    return [Group(*items)]


def _indented(text: str, longest: int) -> Padding:
    return Padding(Text(line(text, longest)), (0, 0, 0, 2))
