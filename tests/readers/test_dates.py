"""Dates: what each form means, how precise it is, and which count as missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import ConfigError
from dedup.readers.dates import (
    ABSURD,
    AMBIGUOUS,
    UNKNOWN,
    DateError,
    DateParser,
    _parse_patiently,
    parse_date,
)
from tests.readers.helpers import counts, read_memory

NOON = "2016-05-03 12:00:00"
DAY = "2016-05-03 00:00:00"

UNDERSTOOD = [
    ("2016-05-03T12:00:00Z", NOON, "second"),
    ("2016-05-03T12:00:00", NOON, "second"),
    ("2016-05-03 12:00:00", NOON, "second"),
    ("2016-05-03T12:00:00.987654321Z", "2016-05-03 12:00:00.987654", "second"),
    ("2016-05-03T14:00:00+02:00", NOON, "second"),
    ("2016-05-03T14:00:00+0200", NOON, "second"),
    ("2016-05-03T07:00-05:00", NOON, "minute"),
    ("2016-05-03T12:00Z", NOON, "minute"),
    ("2016-05-03 12:00", NOON, "minute"),
    ("2016-05-03 12:00:00 UTC", NOON, "second"),
    ("2016-05-03 12:00:00 +0000 (UTC)", None, UNKNOWN),
    ("20160503T120000Z", NOON, "second"),
    ("20160503T1400+0200", NOON, "minute"),
    ("2016-05-03", DAY, "day"),
    (" 2016-05-03\n", DAY, "day"),
    ("2016-5-3", DAY, "day"),
    ("2016/05/03", DAY, "day"),
    ("2016.05.03", DAY, "day"),
    ("2016/05/03 12:00", NOON, "minute"),
    ("20160503", DAY, "day"),
    ("20160503.0", DAY, "day"),
    ("20160503120000", NOON, "second"),
    ("2016-05", "2016-05-01 00:00:00", "month"),
    ("2016", "2016-01-01 00:00:00", "year"),
    ("1916", "1916-01-01 00:00:00", "year"),
    ("1462276800", NOON, "second"),
    ("1462276800.0", NOON, "second"),
    ("1462276800000", NOON, "second"),
    ("315532800", "1980-01-01 00:00:00", "second"),
    ("Tue, 03 May 2016 12:00:00 GMT", NOON, "second"),
    ("Tue, 3 May 2016 14:00:00 +0200", NOON, "second"),
    ("Tue, 03 May 2016 08:00:00 EDT", NOON, "second"),
    ("03 May 2016 12:00:00 -0000", NOON, "second"),
    ("3 May 2016", DAY, "day"),
    ("3rd of May, 2016", DAY, "day"),
    ("03-May-2016", DAY, "day"),
    ("May 3, 2016", DAY, "day"),
    ("MAY 3RD 2016", DAY, "day"),
    ("Tuesday, May 3, 2016", DAY, "day"),
    ("Tues. May 3, 2016", DAY, "day"),
    ("May 3, 2016 at 8:00 a.m. EDT", NOON, "minute"),
    ("May 3, 2016, 12:00 PM", NOON, "minute"),
    ("May 3, 2016 12:00 AM", DAY, "minute"),
    ("May 3, 2016 12:00 CEST", DAY, "day"),
    ("Sept. 3, 1916", "1916-09-03 00:00:00", "day"),
    ("May 1916", "1916-05-01 00:00:00", "month"),
    ("2016-05-03T12:00:60Z", "2016-05-03 12:00:59", "second"),
    ("1400-01-01", "1400-01-01 00:00:00", "day"),
    ("2200-12-31", "2200-12-31 00:00:00", "day"),
]
MISSING = [
    ("03/04/2015", AMBIGUOUS),
    ("3.4.2015", AMBIGUOUS),
    ("25/12/2015", AMBIGUOUS),
    ("03-04-15", AMBIGUOUS),
    ("03/04/2015 12:00", AMBIGUOUS),
    ("160503", AMBIGUOUS),
    ("201605031200", AMBIGUOUS),
    ("03042015", AMBIGUOUS),
    ("0000-00-00", ABSURD),
    ("0000-00-00 00:00:00", ABSURD),
    ("00000000", ABSURD),
    ("0001-01-01T00:00:00Z", ABSURD),
    ("0001-01-01T00:00:00+05:00", ABSURD),
    ("9999-12-31T23:59:59-05:00", ABSURD),
    ("1399-12-31", ABSURD),
    ("2201-01-01", ABSURD),
    ("1234", ABSURD),
    ("9999999999", ABSURD),
    ("2015-02-30", UNKNOWN),
    ("2015-13-01", UNKNOWN),
    ("May 33, 2016", UNKNOWN),
    ("13:00 PM", UNKNOWN),
    ("May 3, 2016 13:00 PM", UNKNOWN),
    ("yesterday", UNKNOWN),
    ("2016-W18-2", UNKNOWN),
    ("5", UNKNOWN),
    ("-86400", UNKNOWN),
    ("\u0662\u0660\u0661\u0666", UNKNOWN),
    ("x" * 10_000, UNKNOWN),
    ("1" * 10_000, UNKNOWN),
    ("2016-05-03" + " " * 2000 + "x", UNKNOWN),
]


@pytest.mark.parametrize(("text", "when", "precision"), UNDERSTOOD)
def test_understood(text: str, when: str | None, precision: str) -> None:
    """Each form gives its time in UTC and the unit that it is precise to."""
    if when is None:
        with pytest.raises(DateError, match=precision):
            parse_date(text)
        return
    moment = parse_date(text)
    assert datetime.fromtimestamp(moment.timestamp, UTC).replace(tzinfo=None) == datetime.fromisoformat(when)
    assert moment.precision == precision


@pytest.mark.parametrize(("text", "reason"), MISSING)
def test_missing(text: str, reason: str) -> None:
    """Ambiguous, absurd and unknown forms are told apart."""
    with pytest.raises(DateError) as raised:
        parse_date(text)
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("form", "text", "when", "precision"),
    [
        ("%d/%m/%Y", "03/04/2015", "2015-04-03 00:00:00", "day"),
        ("%m/%d/%Y", "03/04/2015", "2015-03-04 00:00:00", "day"),
        ("%d.%m.%y %H:%M", "03.04.15 09:30", "2015-04-03 09:30:00", "minute"),
        ("%d/%m/%Y %H:%M:%S %z", "03/04/2015 09:30:00 +0100", "2015-04-03 08:30:00", "second"),
        ("%m/%Y", "04/2015", "2015-04-01 00:00:00", "month"),
        ("year %Y", "year 2015", "2015-01-01 00:00:00", "year"),
        ("%d/%m/%Y", "2016-05-03", "2016-05-03 00:00:00", "day"),
    ],
)
def test_format(form: str, text: str, when: str, precision: str) -> None:
    """A format decides what is ambiguous; clear forms beside it are still understood."""
    moment = DateParser(form).parse(text)
    assert datetime.fromtimestamp(moment.timestamp, UTC).replace(tzinfo=None) == datetime.fromisoformat(when)
    assert moment.precision == precision


@pytest.mark.parametrize("form", ["%Q", "%", "YYYY-MM-DD", "%d/%m", ""])
def test_unusable_format(form: str) -> None:
    """A format that strptime refuses, or that gives no year, is an error with advice."""
    with pytest.raises(ConfigError, match=r"date_format: .*strptime"):
        DateParser(form)


@given(
    st.datetimes(datetime(1400, 1, 2), datetime(2200, 12, 30)),
    st.none() | st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.sampled_from([" ", "T"]),
    st.sampled_from(["seconds", "minutes", "microseconds"]),
)
def test_fast_path_agrees(when: datetime, zone: timezone | None, mark: str, unit: str) -> None:
    """The fast way through ISO 8601 gives what the patient way gives (to the second)."""
    text = when.replace(tzinfo=zone).isoformat(mark, unit)
    fast, patient = parse_date(text), _parse_patiently(text)
    assert fast.precision == patient.precision == ("minute" if unit == "minutes" else "second")
    assert int(fast.timestamp // 1) == int(patient.timestamp // 1)


@given(st.dates(date(1400, 1, 1), date(2200, 12, 31)))
def test_forms_of_a_day_agree(day: date) -> None:
    """The same day in six forms is the same moment."""
    forms = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%a, %d %b %Y")
    moments = {parse_date(day.strftime(form).replace("\x00", "")) for form in forms}
    assert len(moments) == 1
    assert moments.pop().precision == "day"


@pytest.mark.parametrize(
    ("value", "published", "precision"),
    [
        (1462276800, "1462276800", "second"),
        (1462276800000, "1462276800000", "second"),
        (1462276800.0, "1462276800", "second"),
        (1462276800.5, "1462276800.5", "second"),
        (20160503, "20160503", "day"),
        (20160503.0, "20160503", "day"),
        (1916, "1916", "year"),
        (date(2016, 5, 3), "2016-05-03", "day"),
        (datetime(2016, 5, 3, 12), "2016-05-03T12:00:00", "second"),
        ("3 May 2016", "3 May 2016", "day"),
        ("03/04/2015", "03/04/2015", None),
        (float("nan"), None, None),
        (float("inf"), None, None),
        (True, None, None),
        ({"$date": 1}, None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_published_is_kept_as_given(value: object, published: str | None, precision: str | None) -> None:
    """Numbers, dates and strings stay as they were given, understood or not."""
    (document,), _ = read_memory([{"text": "a", "date": value}])
    assert (document.published, document.published_precision) == (published, precision)
    assert (document.timestamp is None) == (precision is None)


def test_missing_dates_are_warnings() -> None:
    """Dates that count as missing are counted with examples and lose no record."""
    documents, log = read_memory([{"text": str(n), "date": "03/04/2015"} for n in range(9)])
    assert len(documents) == 9
    assert counts(log.warnings) == {AMBIGUOUS: 9}
    assert log.warnings[AMBIGUOUS].examples == [f"record:{n}: '03/04/2015'" for n in range(1, 6)]
    assert log.complete
