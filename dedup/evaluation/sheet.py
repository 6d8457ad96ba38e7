"""An annotation sheet, filled in by hand, as labels."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dedup.errors import ConfigError
from dedup.model import KINDS, SCOPES, WORDINGS
from dedup.report.cells import unguarded

NEEDED: Final = ("same", "cluster", "doc_id", "start", "end", "kind", "scope", "wording")
_YES: Final = frozenset(("yes", "y", "1", "true", "x"))
_NO: Final = frozenset(("no", "n", "0", "false"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A judged place; `same` is None where the coder left it open."""

    where: str
    cluster: str
    same: bool | None
    kind: str
    scope: str
    wording: str
    span: Mapping[str, object]


def is_sheet(text: str) -> bool:
    """Return whether a file begins with the header of an annotation sheet."""
    first = text.removeprefix("\ufeff").split("\n", 1)[0]
    return "cluster" in first and "same" in first and "{" not in first


def sheet_labels(text: str, name: str) -> list[tuple[str, dict[str, object]]]:
    """Return the labels of a sheet as records of GOLD, each with where it stands.

    The places of a cluster that are judged `yes` are one passage; the first of a cluster, its representative, counts
    as one of them unless it is judged `no`. A place judged `no` must not be linked with the representative. Where
    the representative itself is judged `no`, none of the cluster's places may be linked with another. What is not
    judged is left out.

    Raises `ConfigError` naming file and line of a bad cell.
    """
    by_cluster: dict[str, list[_Row]] = {}
    for row in _rows(text, name):
        by_cluster.setdefault(row.cluster, []).append(row)
    return [label for rows in by_cluster.values() for label in _labels(rows)]


def _rows(text: str, name: str) -> Iterator[_Row]:
    plain = text.removeprefix("\ufeff")
    head = plain.split("\n", 1)[0]
    # Spreadsheets write the separator of the country that they are set to.
    reader = csv.DictReader(io.StringIO(plain, newline=""), delimiter=max(",;\t", key=head.count))
    missing = [column for column in NEEDED if column not in (reader.fieldnames or ())]
    if missing:
        raise ConfigError(f"{name}, line 1: no column {missing[0]}; keep the columns of the annotation sheet")
    try:
        for values in reader:
            if any(value for value in values.values() if isinstance(value, str)):
                yield _row(values, f"{name}, line {reader.line_num}")
    except csv.Error as error:
        raise ConfigError(f"{name}, line {reader.line_num}: {error}; save the sheet as CSV in UTF-8") from error


def _row(values: Mapping[str, str | None], where: str) -> _Row:
    cells = {key: (value or "").strip() for key, value in values.items() if isinstance(value, str | None)}
    judged = cells["same"].lower()
    if judged and judged not in _YES | _NO:
        raise ConfigError(f"{where}: same is {cells['same']!r}; write yes or no, or leave it empty")
    kind = cells.get("judged_kind") or cells["kind"]
    for value, known in ((kind, KINDS), (cells["scope"], SCOPES), (cells["wording"], WORDINGS)):
        if value not in known:
            raise ConfigError(f"{where}: {value!r} is none of {', '.join(known)}")
    try:
        start, end = int(cells["start"]), int(cells["end"])
    except ValueError:
        raise ConfigError(f"{where}: start and end are whole numbers; keep those of the sheet") from None
    doc_id = unguarded((values["doc_id"] or "").strip())
    return _Row(
        where=where,
        cluster=cells["cluster"],
        same=None if not judged else judged in _YES,
        kind=kind,
        scope=cells["scope"],
        wording=cells["wording"],
        span={"doc_id": doc_id, "start": start, "end": end},
    )


def _labels(rows: Sequence[_Row]) -> Iterator[tuple[str, dict[str, object]]]:
    first = rows[0]
    if first.same is False:
        yield from ((row.where, {"must_not": first.cluster, **row.span}) for row in rows if row.same is not True)
        return
    same = [row for row in rows if row.same or row is first]
    if len(same) > 1:
        yield (
            first.where,
            {
                "cluster": first.cluster,
                "kind": next((row.kind for row in same if row.same), first.kind),
                "scope": first.scope,
                "wording": max((row.wording for row in same), key=WORDINGS.index),
                "members": [dict(row.span) for row in same],
            },
        )
    for number, row in enumerate(row for row in rows if row.same is False):
        group = f"{first.cluster} {number}"
        yield first.where, {"must_not": group, **first.span}
        yield row.where, {"must_not": group, **row.span}
