"""When each outlet published documents with shared text: counts by outlet and period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from dedup.model import Document, PassageCluster
from dedup.report.dates import timestamp
from dedup.report.network import is_counted, key_of

MOST_PERIODS: Final = 60
OUTLETS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`counts[i][j]` are documents of `outlets[i]` with shared text in `periods[j]`, each a `unit` long.

    `further` outlets have fewer and are not listed; `undated` documents have no date.
    """

    unit: str
    periods: tuple[str, ...]
    outlets: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    further: int
    undated: int


@dataclass(slots=True)
class Days:
    """Outlet and day of the documents of clusters that pass by."""

    outlets: dict[str, str] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)

    def take(self, cluster: PassageCluster, texts: Mapping[str, Document]) -> None:
        """Note the documents of one cluster."""
        for member in cluster.members if is_counted(cluster) else ():
            if member.doc_id not in self.outlets:
                self.outlets[member.doc_id] = key_of(member)[1]
                day = _day(timestamp(member, texts))
                if day is not None:
                    self.days[member.doc_id] = day


def calendar(seen: Days) -> Calendar | None:
    """Return documents with passages across outlets by outlet and period, or None when fewer than two are dated."""
    outlets, days = seen.outlets, seen.days
    if len(set(days.values())) < 2:
        return None
    unit, begin, following, said = _scale(min(days.values()), max(days.values()))
    starts = _starts(begin(min(days.values())), max(days.values()), following)
    index = {start: n for n, start in enumerate(starts)}
    table: Counter[tuple[str, int]] = Counter()
    for doc_id, day in days.items():
        table[outlets[doc_id], index[begin(day)]] += 1
    totals: Counter[str] = Counter()
    for (outlet, _), count in table.items():
        totals[outlet] += count
    shown = sorted(totals, key=lambda o: (-totals[o], o))[:OUTLETS_SHOWN]
    return Calendar(
        unit=unit,
        periods=tuple(said(start) for start in starts),
        outlets=tuple(shown),
        counts=tuple(tuple(table[outlet, n] for n in range(len(starts))) for outlet in shown),
        further=len(totals) - len(shown),
        undated=len(outlets) - len(days),
    )


def _day(moment: float | None) -> date | None:
    try:
        return None if moment is None else datetime.fromtimestamp(moment, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None


_Step = Callable[[date], date]


def _scale(first: date, last: date) -> tuple[str, _Step, _Step, Callable[[date], str]]:
    """Return the shortest unit that fits `MOST_PERIODS`: its name, start of a day's period, next start, label."""
    days = (last - first).days + 1
    if days <= MOST_PERIODS:
        return "day", lambda d: d, lambda d: _later(d, 1), lambda d: d.isoformat()
    if days // 7 + 2 <= MOST_PERIODS:
        return "week", lambda d: d - timedelta(days=d.weekday()), lambda d: _later(d, 7), lambda d: d.isoformat()
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= MOST_PERIODS:
        return "month", lambda d: d.replace(day=1), _next_month, lambda d: f"{d:%Y-%m}"
    years = -(-(last.year - first.year + 1) // MOST_PERIODS)
    return (
        "year" if years == 1 else f"{years} years",
        lambda d: date(first.year + (d.year - first.year) // years * years, 1, 1),
        lambda d: date(min(d.year + years, date.max.year), 1, 1),
        lambda d: str(d.year),
    )


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _next_month(day: date) -> date:
    if day >= date(date.max.year, 12, 1):
        return date.max
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _starts(begin: date, last: date, following: _Step) -> list[date]:
    starts = [begin]
    while len(starts) < MOST_PERIODS and (after := following(starts[-1])) <= last and after > starts[-1]:
        starts.append(after)
    return starts
