"""Dates as newsrooms and crawlers write them, each with how precise it is.

Times without a zone are UTC. Forms that can be read in two ways are refused, unless a format is given.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from dedup.errors import ConfigError

EARLIEST_YEAR = 1400
LATEST_YEAR = 2200

AMBIGUOUS = "date that can be read in two ways; give --date-format"
UNKNOWN = "date not understood"
ABSURD = f"date out of range ({EARLIEST_YEAR} to {LATEST_YEAR})"

_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = _EPOCH.replace(tzinfo=UTC)
_LONGEST = 80
# Dates come again and again; so many are remembered.
_MOST_KNOWN = 20_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The zone names of RFC 2822, section 4.3, in hours from UTC. All others have several meanings.
_ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4}
_ZONES |= {"cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}

_CLOCK = (
    r"(?:,?\s*(?:at\s+|T|\s)\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*\(?(?P<zone>[+-]\d{2}(?::?\d{2})?|[a-z]{1,5})?\)?)?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_FORMS = tuple(
    re.compile(form + _CLOCK, re.IGNORECASE | re.ASCII)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH},?[\s-]+(?P<year>\d{{4}})",
        rf"{_WEEKDAY}{_MONTH}\s+(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(?P<year>\d{{4}})",
    )
)
_DIGITS = re.compile(r"(\d+)(?:\.\d+)?")
_BASIC = re.compile(r"\d{8}T\d{4}(\d{2})?(?:Z|[+-]\d{2}:?\d{2})?")
_TWO_WAYS = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)")
_DIRECTIVES = (
    ("second", "S s f T c X r"),
    ("minute", "M R"),
    ("day", "d j D x U F"),
    ("month", "m b B"),
    ("year", "Y"),
)


class Moment(NamedTuple):
    """The beginning, in UTC seconds since 1970, of the `second minute day month year` that is meant."""

    timestamp: float
    precision: str


class DateError(ValueError):
    """A date that counts as missing; the text is the reason."""


class DateParser:
    """Parses dates, by a `strptime` format first if there is one.

    >>> DateParser("%d/%m/%Y").parse("03/04/2015").precision
    'day'
    >>> DateParser(None).parse("May 3, 1916")
    Moment(timestamp=-1693526400.0, precision='day')
    """

    def __init__(self, date_format: str | None) -> None:
        """Raises `ConfigError` for a format that `strptime` does not know or that gives no year."""
        self._known: dict[str, Moment] = {}
        self._format = date_format
        self._precision = None if date_format is None else _format_precision(date_format)

    def parse(self, text: str) -> Moment:
        """Return when a date is; raises `DateError` when it is ambiguous, absurd or no date."""
        moment = self._known.get(text)
        if moment is None:
            moment = self._parse(text)
            if len(self._known) < _MOST_KNOWN:
                self._known[text] = moment
        return moment

    def _parse(self, text: str) -> Moment:
        if self._format is not None and self._precision is not None:
            try:
                return _moment(datetime.strptime(text, self._format), self._precision)
            except ValueError:
                pass  # dates that need no format may stand beside those that do
        return parse_date(text)


def parse_date(text: str) -> Moment:
    """Return when a date is; raises `DateError`.

    >>> parse_date("2016-05-03T12:00:00+02:00").timestamp
    1462269600.0
    """
    if text[4:5] == "-" and text[7:8] == "-" and (len(text) == 10 or text[13:14] == ":"):
        try:
            if len(text) == 10:
                return _day(date.fromisoformat(text))
            return _moment(datetime.fromisoformat(text), "second" if text[16:17] == ":" else "minute")
        except ValueError:
            pass  # the forms below are more patient
    return _parse_patiently(text.strip())


def _day(day: date) -> Moment:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise DateError(ABSURD)
    return Moment((day.toordinal() - _EPOCH.toordinal()) * 86_400.0, "day")


def _parse_patiently(text: str) -> Moment:
    if len(text) > _LONGEST or not text.isascii():
        raise DateError(UNKNOWN)
    if digits := _DIGITS.fullmatch(text):
        return _from_digits(digits[1])
    if basic := _BASIC.fullmatch(text):
        return _calendar(text, None, "second" if basic[1] else "minute")
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _from_parts(found.groupdict())
    raise DateError(AMBIGUOUS if _TWO_WAYS.match(text) else UNKNOWN)


def _from_digits(digits: str) -> Moment:
    """Read a number by its length: YYYY, YYYYMMDD, YYYYMMDDhhmmss, or seconds or milliseconds since 1970."""
    length = len(digits)
    if length == 4:
        return _calendar(digits, "%Y", "year")
    if length == 8:
        return _calendar(digits, "%Y%m%d", "day")
    if length == 14:
        return _calendar(digits, "%Y%m%d%H%M%S", "second")
    if length in (9, 10):
        return _moment(_EPOCH + timedelta(seconds=int(digits)), "second")
    if length == 13:
        return _moment(_EPOCH + timedelta(milliseconds=int(digits)), "second")
    raise DateError(AMBIGUOUS if length in (6, 12) else UNKNOWN)


def _calendar(digits: str, form: str | None, precision: str) -> Moment:
    """Read digits by a `strptime` format, or by ISO 8601 where it is None."""
    try:
        moment = datetime.fromisoformat(digits) if form is None else datetime.strptime(digits, form)
    except ValueError as error:
        raise DateError(ABSURD if digits.startswith("0000") or precision == "year" else AMBIGUOUS) from error
    return _moment(moment, precision)


def _from_parts(parts: dict[str, str | None]) -> Moment:
    year, day = int(parts["year"] or 0), parts.get("day")
    named = (parts["month"] or "").lower()
    month = int(named) if named.isdigit() else _MONTHS.index(named[:3]) + 1
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise DateError(ABSURD)
    try:
        start = datetime(year, month, 1 if day is None else int(day), tzinfo=UTC)
    except ValueError as error:
        raise DateError(UNKNOWN) from error
    if day is None:
        return _moment(start, "month")
    return _with_clock(start, parts)


def _with_clock(start: datetime, parts: dict[str, str | None]) -> Moment:
    """Add the time of day; where its zone has several meanings, only the day is known."""
    offset = _offset(parts["zone"])
    if parts["hour"] is None or offset is None:
        return _moment(start, "day")
    hour = int(parts["hour"])
    half = (parts["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise DateError(UNKNOWN)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        clock = start.replace(hour=hour, minute=int(parts["minute"] or 0), second=min(int(parts["second"] or 0), 59))
    except ValueError as error:
        raise DateError(UNKNOWN) from error
    return _moment(clock - offset, "minute" if parts["second"] is None else "second")


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return timedelta()
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if size >= timedelta(days=1):
            return None
        return -size if zone[0] == "-" else size
    hours = _ZONES.get(zone.lower())
    return None if hours is None else timedelta(hours=hours)


def _moment(when: datetime, precision: str) -> Moment:
    if not EARLIEST_YEAR <= when.year <= LATEST_YEAR:
        raise DateError(ABSURD)
    return Moment((when - (_EPOCH_UTC if when.tzinfo else _EPOCH)).total_seconds(), precision)


def _format_precision(date_format: str) -> str:
    """Return how precise the dates of a format are, after trying the format on a date."""
    try:
        datetime.strptime(datetime(2001, 2, 3, tzinfo=UTC).strftime(date_format), date_format)
    except ValueError as error:
        raise ConfigError(f"date_format: {date_format!r}: {error}; see the directives of strptime") from error
    used = set(re.findall(r"%(.)", date_format.replace("%%", "")))
    if not used & set("YyGcxDF"):
        raise ConfigError(f"date_format: {date_format!r} gives no year; write it as strptime does, such as %d/%m/%Y")
    return next(name for name, marks in _DIRECTIVES if used & set(marks.split()) or name == "year")
