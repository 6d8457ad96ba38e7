"""A small picture of a cluster in time: one row an outlet, one dot a member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dedup.model import Document, Member
from dedup.report.dates import Interval, earliest, interval, lapse, show
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
    """A member: `x` in units of the picture, `width` spans its date, `first` when before all others."""

    x: int
    width: int
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


_Dated = tuple[Interval, Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Turns moments into places along the picture."""

    begin: float
    end: float
    first: Member | None

    def x(self, moment: float) -> int:
        share = (min(moment, self.end) - self.begin) / (self.end - self.begin)
        return round(_PLOT_LEFT + share * (_PLOT_RIGHT - _PLOT_LEFT))


def strip(members: Sequence[Member], texts: Mapping[str, Document]) -> Strip | None:
    """Return the picture of a cluster's dated members, or None when fewer than two moments are known."""
    known = ((interval(m, texts), m) for m in members)
    dated = sorted(((when, m) for when, m in known if when is not None), key=lambda pair: pair[0])
    if len(dated) < 2 or dated[0][0][0] == dated[-1][0][0]:
        return None
    by_outlet: dict[str | None, list[_Dated]] = {}
    for when, member in dated:
        by_outlet.setdefault(member.outlet, []).append((when, member))
    shown = list(by_outlet.items())[:_ROWS]
    scale = _Scale(begin=dated[0][0][0], end=max(when[1] for when, _ in dated), first=earliest(members, texts))
    rows = tuple(_row(i, outlet, of, scale) for i, (outlet, of) in enumerate(shown))
    return Strip(
        rows=rows,
        height=len(rows) * _ROW_HEIGHT + _AXIS_HEIGHT,
        begin=show(dated[0][1].published),
        end=show(dated[-1][1].published),
        caption=_caption(dated, scale.first) + _not_drawn(len(members) - len(dated), len(by_outlet) - len(shown)),
    )


def _row(index: int, outlet: str | None, dated: Sequence[_Dated], scale: _Scale) -> Row:
    dots = [
        Dot(
            x=scale.x(start),
            width=scale.x(end) - scale.x(start),
            title=f"{outlet or NO_OUTLET}, {show(member.published)}",
            first=member is scale.first,
        )
        for (start, end), member in dated[:_DOTS_PER_ROW]
    ]
    y = index * _ROW_HEIGHT + _ROW_HEIGHT // 2
    return Row(outlet=line(outlet, 26) or NO_OUTLET, y=y, dots=tuple(dots))


def _caption(dated: Sequence[_Dated], first: Member | None) -> str:
    (begin, since), (last, until) = dated[0], dated[-1]
    if first is None:
        return f"From {show(since.published)} to {show(until.published)}; the dates do not tell who was first."
    outlet = line(first.outlet, 60) or "a document without an outlet"
    exact = begin[0] == begin[1] and last[0] == last[1]
    later = f", {lapse(last[0] - begin[0])} later" if exact else ""
    return f"First at {outlet} on {show(first.published)} (the full mark); until {show(until.published)}{later}."


def _not_drawn(undated: int, outlets: int) -> str:
    said = f" {plural(undated, 'member')} without a date not drawn." if undated else ""
    return said + (f" {plural(outlets, 'further outlet')} not drawn." if outlets else "")
