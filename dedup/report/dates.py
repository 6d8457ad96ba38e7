"""Dates of members: as moments for ordering, as words for reading, whatever the machine's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from dedup.model import Document, DocumentMember, Member
from dedup.report.labels import plural
from dedup.report.safe import line

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86400.0


def parse(published: str | None) -> datetime | None:
    """Return an ISO 8601 date as a moment, in UTC when it names no zone; None when missing or not ISO."""
    try:
        moment = datetime.fromisoformat((published or "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def timestamp(member: Member | DocumentMember, texts: Mapping[str, Document]) -> float | None:
    """Return when a member was published, in seconds of UTC: as its document says, else as its date reads."""
    document = texts.get(member.doc_id)
    if document is not None and document.timestamp is not None:
        return document.timestamp
    moment = parse(member.published)
    return None if moment is None else moment.timestamp()


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
    zone = moment.strftime("%z")
    return f"{day}, {moment:%H:%M} " + ("UTC" if zone == "+0000" else f"{zone[:3]}:{zone[3:5]}")


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
