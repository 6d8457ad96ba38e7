"""What happened while reading: counts by reason with a few places, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Number
from typing import Any, NamedTuple

Place = tuple[str, int | None]
"""Where something stands: name of the input and line (from 1), or None where lines mean nothing."""

EXAMPLES = 5
_LONGEST = 200


@dataclass(slots=True)
class Tally:
    """How often one reason applied, with up to `EXAMPLES` places."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


Tallies = dict[str, Tally]


class ReadLog:
    """Counts of everything that a reader met; one log serves one reading.

    `read` counts documents handed on, `files` inputs opened. The rest maps a reason to its `Tally`: `skipped`
    records that gave no document, `unread` files or parts of files, `merged` records that repeat a document,
    `renamed` documents whose id another text had, `changed` repairs, `warnings` advice, `ignored` files
    passed over on purpose.

    >>> log = ReadLog()
    >>> log.skip("no text", ("a.jsonl", 4))
    >>> log.complete, log.messages()
    (False, ('skipped: no text: 1 (a.jsonl:4)',))
    """

    def __init__(self) -> None:
        self.read = 0
        self.files = 0
        self.skipped: Tallies = {}
        self.unread: Tallies = {}
        self.merged: Tallies = {}
        self.renamed: Tallies = {}
        self.changed: Tallies = {}
        self.warnings: Tallies = {}
        self.ignored: Tallies = {}

    def skip(self, reason: str, place: Place, detail: str = "") -> None:
        """Count a record that gives no document."""
        self._count("skipped", reason, place, detail)

    def lose(self, reason: str, place: Place, detail: str = "") -> None:
        """Count a file, or the rest of a file, that could not be read."""
        self._count("unread", reason, place, detail)

    def merge(self, reason: str, place: Place, detail: str = "") -> None:
        """Count a record that is a document read before."""
        self._count("merged", reason, place, detail)

    def rename(self, reason: str, place: Place, detail: str = "") -> None:
        """Count a document that had to take another id."""
        self._count("renamed", reason, place, detail)

    def change(self, reason: str, place: Place, detail: str = "") -> None:
        """Count a record that was repaired and kept."""
        self._count("changed", reason, place, detail)

    def warn(self, reason: str, place: Place, detail: str = "") -> None:
        """Count something that the user should know and that loses no record."""
        self._count("warnings", reason, place, detail)

    def ignore(self, reason: str, place: Place, detail: str = "") -> None:
        """Count a file that is passed over by rule."""
        self._count("ignored", reason, place, detail)

    def add(self, part: PartCounts, name: str, before: int) -> None:
        """Count what happened in a part of the input `name`, which `before` lines precede."""
        self.read += part.read
        for group, reason, count, examples in part.noted:
            tally = getattr(self, group).setdefault(reason, Tally())
            tally.count += count
            for line, detail in examples[: EXAMPLES - len(tally.examples)]:
                tally.examples.append(_example((name, None if line is None else before + line), detail))

    def _count(self, group: str, reason: str, place: Place, detail: str) -> None:
        tally = getattr(self, group).setdefault(reason, Tally())
        tally.count += 1
        if len(tally.examples) < EXAMPLES:
            tally.examples.append(_example(place, detail))

    @property
    def complete(self) -> bool:
        """Whether everything was read, and under its own id."""
        return not (self.skipped or self.unread or self.renamed)

    @property
    def records(self) -> int:
        """How many records were met: each is a document, merged or skipped."""
        return self.read + _total(self.merged) + _total(self.skipped)

    def to_dict(self) -> dict[str, Any]:
        """Return all counts as plain values, reasons in alphabetical order."""
        counts: dict[str, Any] = {"files": self.files, "records": self.records, "read": self.read}
        for name, tallies in self._groups():
            counts[name] = {
                reason: {"count": tally.count, "examples": list(tally.examples)}
                for reason, tally in sorted(tallies.items())
            }
        return counts | {"complete": self.complete}

    def messages(self) -> tuple[str, ...]:
        """Return a line for every reason that a user should read, what was lost first."""
        return tuple(
            f"{name}: {reason}: {tally.count}" + (f" ({', '.join(tally.examples)})" if tally.examples else "")
            for name, tallies in self._groups()
            if name != "ignored"
            for reason, tally in sorted(tallies.items())
        )

    def _groups(self) -> tuple[tuple[str, Tallies], ...]:
        names = ("unread", "skipped", "renamed", "merged", "changed", "warnings", "ignored")
        return tuple((name, getattr(self, name)) for name in names)


class PartLog(ReadLog):
    """Counts of a part of one input, before it is known at which line the part begins.

    >>> part, log = PartLog(), ReadLog()
    >>> part.skip("no text", ("a.jsonl", 4))
    >>> log.add(part.counts(), "a.jsonl", 1000)
    >>> log.messages()
    ('skipped: no text: 1 (a.jsonl:1004)',)
    """

    def __init__(self) -> None:
        super().__init__()
        self._noted: dict[tuple[str, str], tuple[int, list[tuple[int | None, str]]]] = {}

    def _count(self, group: str, reason: str, place: Place, detail: str) -> None:
        count, examples = self._noted.get((group, reason), (0, []))
        if len(examples) < EXAMPLES:
            examples.append((place[1], detail))
        self._noted[group, reason] = count + 1, examples

    def counts(self) -> PartCounts:
        """Return what happened, for `ReadLog.add`."""
        return PartCounts(self.read, [(*key, *value) for key, value in self._noted.items()])


class PartCounts(NamedTuple):
    """How many documents a part of an input gave, and for each group and reason a count, and lines and details of its
    first examples."""

    read: int
    noted: list[tuple[str, str, int, list[tuple[int | None, str]]]]


def shown(place: Place) -> str:
    """Return a place as `name:line`, fit for a terminal.

    >>> shown(("odd\\x1bname.jsonl", 3))
    'odd\\\\x1bname.jsonl:3'
    """
    name, line = place
    return printable(name) if line is None else f"{printable(name)}:{line}"


def printable(text: str) -> str:
    """Return the text with control characters and lone surrogates written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def quoted(value: object) -> str:
    """Return a value of the input as a short quoted string for messages.

    >>> quoted("x" * 100)[-5:]
    "xxx…'"
    """
    text = value if isinstance(value, str) else str(value)[:80]
    return repr(text if len(text) <= 60 else text[:59] + "…")


def kind(value: object) -> str:
    """Return what sort of value it is, in words of JSON.

    >>> kind(None), kind([1]), kind(True), kind(0.5)
    ('null', 'a list', 'true or false', 'a number')
    """
    if value is None:
        return "null"
    kinds = ((bool, "true or false"), (Number, "a number"), (str, "a string"), (list | tuple, "a list"))
    for types, name in (*kinds, (Mapping, "an object")):
        if isinstance(value, types):
            return name
    return f"of type {type(value).__name__}"


def _example(place: Place, detail: str) -> str:
    where = shown(place)
    return f"{where}: {printable(detail[:_LONGEST])}" if detail else where


def _total(tallies: Tallies) -> int:
    return sum(tally.count for tally in tallies.values())
