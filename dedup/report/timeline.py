"""A small picture of a cluster in time: one row an outlet, one dot a member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dedup.model import Document, Member
from dedup.report.dates import lapse, show, timestamp
from dedup.report.labels import plural
from dedup.report.safe import line

WIDTH: Final = 720
_PLOT_LEFT: Final = 200
_PLOT_RIGHT: Final = 706
_ROW_HEIGHT: Final = 22
_AXIS_HEIGHT: Final = 26
_ROWS: Final = 10
_DOTS_PER_ROW: Final = 40
NO_OUTLET: Final = "No outlet named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A member: `x` in units of the picture; `first` for the earliest of the cluster."""

    x: int
    title: str
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An outlet's dots at height `y`."""

    outlet: str
    y: int
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The picture and the same in words (`caption`)."""

    rows: tuple[Row, ...]
    height: int
    begin: str
    end: str
    caption: str
    left: int = _PLOT_LEFT
    right: int = _PLOT_RIGHT
    width: int = WIDTH


Moments = Sequence[tuple[float, Member]]


def strip(members: Sequence[Member], texts: Mapping[str, Document]) -> Strip | None:
    """Return the picture of a cluster's dated members, or None when fewer than two moments are known."""
    known = ((timestamp(m, texts), m) for m in members)
    dated = sorted(((t, m) for t, m in known if t is not None), key=lambda pair: pair[0])
    if len(dated) < 2 or dated[0][0] == dated[-1][0]:
        return None
    by_outlet: dict[str | None, list[tuple[float, Member]]] = {}
    for moment, member in dated:
        by_outlet.setdefault(member.outlet, []).append((moment, member))
    shown = list(by_outlet.items())[:_ROWS]
    rows = tuple(_row(i, outlet, of, dated) for i, (outlet, of) in enumerate(shown))
    return Strip(
        rows=rows,
        height=len(rows) * _ROW_HEIGHT + _AXIS_HEIGHT,
        begin=show(dated[0][1].published),
        end=show(dated[-1][1].published),
        caption=_caption(dated, len(members), len(by_outlet) - len(shown)),
    )


def _row(index: int, outlet: str | None, moments: Moments, dated: Moments) -> Row:
    first, last = dated[0][0], dated[-1][0]
    dots = [
        Dot(
            x=round(_PLOT_LEFT + (moment - first) / (last - first) * (_PLOT_RIGHT - _PLOT_LEFT)),
            title=f"{outlet or NO_OUTLET}, {show(member.published)}",
            first=moment == first,
        )
        for moment, member in moments[:_DOTS_PER_ROW]
    ]
    return Row(
        outlet=line(outlet, 26) or NO_OUTLET, y=index * _ROW_HEIGHT + _ROW_HEIGHT // 2, dots=tuple(dots)
    )


def _caption(dated: Moments, members: int, hidden: int) -> str:
    (first, earliest), (last, latest) = dated[0], dated[-1]
    said = f"First at {_who(earliest)} on {show(earliest.published)}, last at {_who(latest)} {lapse(last - first)} later."
    if members > len(dated):
        said += f" {plural(members - len(dated), 'member')} without a date not drawn."
    if hidden:
        said += f" {plural(hidden, 'further outlet')} not drawn."
    return said


def _who(member: Member) -> str:
    return line(member.outlet, 60) or "a document without an outlet"
