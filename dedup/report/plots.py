"""The outlet matrix and the calendar as squares on a grid: what the page draws and says in a table beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dedup.report.calendar import Calendar
from dedup.report.dates import lapse
from dedup.report.labels import percent, plural
from dedup.report.network import Edge, Network, Outlet
from dedup.report.safe import line

MATRIX_OUTLETS: Final = 20
EDGES_LISTED: Final = 60
_CELL: Final = 26
_LABEL: Final = 200
_HEAD: Final = 26
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A square of `side` units with its corner at `x`, `y`, and what it says."""

    x: float
    y: float
    side: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A word of the picture at `x`, `y`."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture of squares: `rows` name the lines, `columns` the columns, `title` says what it shows."""

    width: int
    height: int
    left: int
    top: int
    cell: float
    title: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The outlet matrix, the outlets of its lines, and its pairs as a table."""

    plot: Plot
    outlets: tuple[Outlet, ...]
    edges: tuple[Edge, ...]
    more_outlets: int
    more_edges: int
    unpaired: int


def matrix(found: Network) -> Matrix | None:
    """Return the matrix of the outlets that share most, or None when no two share anything."""
    if not found.edges:
        return None
    shown = found.outlets[:MATRIX_OUTLETS]
    at = {outlet.outlet: n for n, outlet in enumerate(shown)}
    squares = [s for edge in found.edges if edge.left in at and edge.right in at for s in _pair(edge, at)]
    size = len(shown) * _CELL
    plot = Plot(
        width=_LABEL + size + 10,
        height=_HEAD + size + 4,
        left=_LABEL,
        top=_HEAD,
        cell=_CELL,
        title=f"Outlet matrix: the larger a square, the larger the part of a line's outlet's shared passages that the "
        f"column's outlet has as well; {plural(len(shown), 'outlet')}.",
        rows=tuple(
            Label(x=_LABEL - 8, y=_HEAD + (n + 0.5) * _CELL + 4, text=f"{line(o.outlet, 24)} {n + 1}")
            for n, o in enumerate(shown)
        ),
        columns=tuple(Label(x=_LABEL + (n + 0.5) * _CELL, y=_HEAD - 8, text=str(n + 1)) for n in range(len(shown))),
        squares=tuple(squares),
    )
    return Matrix(
        plot=plot,
        outlets=shown,
        edges=found.edges[:EDGES_LISTED],
        more_outlets=len(found.outlets) - len(shown),
        more_edges=max(0, len(found.edges) - EDGES_LISTED),
        unpaired=found.unpaired,
    )


def calendar_plot(found: Calendar) -> Plot:
    """Return the calendar as a picture: a line an outlet, a column a period."""
    cell = min(_CELL, 840 / len(found.periods))
    most = max(max(row, default=0) for row in found.counts)
    every = math.ceil(86 / cell)
    squares = [
        _square(n, m, (cell, _CELL), count / most, f"{line(outlet, 60)}, {period}: {plural(count, 'document')}")
        for n, (outlet, row) in enumerate(zip(found.outlets, found.counts, strict=True))
        for m, (period, count) in enumerate(zip(found.periods, row, strict=True))
        if count
    ]
    return Plot(
        width=math.ceil(_LABEL + len(found.periods) * cell + 40),
        height=_HEAD + len(found.outlets) * _CELL + 4,
        left=_LABEL,
        top=_HEAD,
        cell=cell,
        title=f"Documents with shared text by outlet and {found.unit}, from {found.periods[0]} to {found.periods[-1]}; "
        f"the largest square is {plural(most, 'document')}.",
        rows=tuple(
            Label(x=_LABEL - 8, y=_HEAD + (n + 0.5) * _CELL + 4, text=line(o, 26)) for n, o in enumerate(found.outlets)
        ),
        columns=tuple(
            Label(x=round(_LABEL + n * cell, 1), y=_HEAD - 8, text=found.periods[n])
            for n in range(0, len(found.periods), every)
        ),
        squares=tuple(squares),
    )


def lag(hours: float | None) -> str:
    """Return a median lag in words.

    >>> lag(None), lag(0.0), lag(26.0), lag(-0.5)
    ('not known', 'none', '1 day 2 hours later', '30 minutes earlier')
    """
    if hours is None:
        return "not known"
    if hours == 0:
        return "none"
    return f"{lapse(abs(hours) * _HOUR)} {'later' if hours > 0 else 'earlier'}"


def _pair(edge: Edge, at: Mapping[str, int]) -> Sequence[Square]:
    """Return the two squares of a pair: each line has its own share, and the lag from its outlet's view."""
    there = -edge.median_lag_hours if edge.median_lag_hours is not None else None
    sides = (
        (edge.left, edge.right, edge.share_left, edge.median_lag_hours),
        (edge.right, edge.left, edge.share_right, there),
    )
    return [
        _square(
            at[of],
            at[other],
            (_CELL, _CELL),
            share,
            f"{line(other, 60)} has {percent(share)} of the passages of {line(of, 60)} "
            f"({plural(edge.passages, 'passage')}); median lag {lag(hours)}",
        )
        for of, other, share, hours in sides
    ]


def _square(row: int, column: int, cell: tuple[float, float], share: float, title: str) -> Square:
    """Return a square whose area is `share` of the largest that fits into a cell."""
    width, height = cell
    side = round(max(3.0, math.sqrt(min(share, 1.0)) * (min(width, height) - 2)), 1)
    x = _LABEL + (column + 0.5) * width - side / 2
    y = _HEAD + (row + 0.5) * height - side / 2
    return Square(x=round(x, 1), y=round(y, 1), side=side, title=title)
