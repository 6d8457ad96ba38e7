"""Dates of members: as moments for ordering, as words for reading, whatever the machine's zone."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol, TypeAlias, TypeVar

from dedup.model import DocumentMember, Member
from dedup.records import Carrier
from dedup.report.labels import plural
from dedup.report.safe import line

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AnyMember: TypeAlias = Member | DocumentMember | Carrier
_Any = TypeVar("_Any", Member, DocumentMember)
Interval: TypeAlias = tuple[float, float]
_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86400.0
_LENGTHS: Final = {"day": _DAY - 1, "month": 31 * _DAY - 1, "year": 366 * _DAY - 1}


class Dated(Protocol):
    """A document, or when it was published."""

    @property
    def timestamp(self) -> float | None:
        """Return when, in seconds of UTC."""

    @property
    def published_precision(self) -> str | None:
        """Return how precise that is."""


def parse(published: str | None) -> datetime | None:
    """Return an ISO 8601 date as a moment, in UTC when it names no zone, else None."""
    try:
        moment = datetime.fromisoformat((published or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def timestamp(member: AnyMember, texts: Mapping[str, Dated]) -> float | None:
    """Return when a member was published, in seconds of UTC: as its document says, else as its date reads."""
    return _moment(member, texts.get(member.doc_id))


def _moment(member: AnyMember, document: Dated | None) -> float | None:
    if document is not None and document.timestamp is not None:
        return document.timestamp
    moment = parse(member.published)
    return None if moment is None else moment.timestamp()


def interval(member: AnyMember, texts: Mapping[str, Dated]) -> Interval | None:
    """Return the first and the last moment that a member's date can mean, in seconds of UTC, or None.

    A date without a time means any moment of its day, so it cannot show who came first on that day.
    """
    document = texts.get(member.doc_id)
    start = _moment(member, document)
    if start is None:
        return None
    precision = document.published_precision if document is not None else None
    if precision is None and len((member.published or "").strip()) <= len("2024-03-05"):
        precision = "day"
    return start, start + _LENGTHS.get(precision or "", 0.0)


def earliest(members: Sequence[_Any], texts: Mapping[str, Dated]) -> _Any | None:
    """Return the dated member that came before all other dated ones, or None when dates leave it open."""
    known = [(when, m) for m in members if (when := interval(m, texts)) is not None]
    if not known:
        return None
    (_, end), first = min(known, key=lambda pair: (pair[0][1], pair[0][0]))
    others = [when for when, m in known if m.doc_id != first.doc_id]
    return first if others and all(start > end for start, _ in others) else None


@functools.lru_cache(maxsize=1 << 12)
def show(published: str | None) -> str:
    """Return a date as it reads best, to the precision it was given in; other forms stay as they are.

    >>> show("2024-03-05T14:02:00Z"), show("2024-03-05"), show("early March")
    ('5 Mar 2024, 14:02 UTC', '5 Mar 2024', 'early March')
    """
    moment = parse(published)
    if moment is None:
        return line(published, 40)
    day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    if len((published or "").strip()) <= len("2024-03-05"):
        return day
    at = f"{day}, {moment.hour:02}:{moment.minute:02} "
    if moment.tzinfo is UTC:
        return f"{at}UTC"
    zone = moment.strftime("%z")
    return at + ("UTC" if zone == "+0000" else f"{zone[:3]}:{zone[3:5]}")


def lapse(seconds: float) -> str:
    """Return a length of time in the one or two units that matter.

    >>> lapse(90 * 60), lapse(3 * 86400), lapse(20)
    ('1 hour 30 minutes', '3 days', 'less than a minute')
    """
    if seconds < _MINUTE:
        return "less than a minute"
    if seconds < _DAY:
        hours, rest = divmod(seconds, _HOUR)
        return _two(int(hours), "hour", int(rest // _MINUTE), "minute")
    days, rest = divmod(seconds, _DAY)
    return _two(int(days), "day", int(rest // _HOUR), "hour")


def _two(large: int, large_noun: str, small: int, small_noun: str) -> str:
    parts = [plural(large, large_noun)] if large else []
    if small:
        parts.append(plural(small, small_noun))
    return " ".join(parts)
