"""Dates for ordering and for reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dedup.model import Member, ScanResult
from dedup.report.dates import earliest, lapse, parse, show
from dedup.report.timeline import strip


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2024-03-05", "5 Mar 2024"),
        ("2024-03-05T14:02:00Z", "5 Mar 2024, 14:02 UTC"),
        ("2024-03-05T14:02:00-05:30", "5 Mar 2024, 14:02 -05:30"),
        ("2024-03-05 14:02", "5 Mar 2024, 14:02 UTC"),
        ("31/12/99", "31/12/99"),
        ("x" * 100, "x" * 40 + "…"),
        ("9999-99-99", "9999-99-99"),
        (None, ""),
    ],
)
def test_dates_read_well_or_as_given(published: str | None, shown: str) -> None:
    """ISO dates are written out to their precision; any other form stays, shortened."""
    assert show(published) == shown


def test_a_date_without_zone_is_utc() -> None:
    """The machine's own zone plays no part."""
    naive, aware = parse("2024-03-05T06:00:00"), parse("2024-03-05T06:00:00Z")
    assert naive is not None
    assert naive == aware


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59, "less than a minute"), (3600, "1 hour"), (5400, "1 hour 30 minutes"), (97200, "1 day 3 hours")],
)
def test_lapse(seconds: float, said: str) -> None:
    """A length of time is said in its two largest units."""
    assert lapse(seconds) == said


def _members(result: ScanResult, *dates: str | None) -> list[Member]:
    member = result.passages[0].members[0]
    return [replace(member, doc_id=f"d{n}", outlet=f"O{n}", published=date) for n, date in enumerate(dates)]


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("2024-03-05T06:00:00Z", "2024-03-05T09:00:00Z"), "d0"),
        (("2024-03-05T09:00:00Z", "2024-03-05T06:00:00Z", None), "d1"),
        (("2024-03-05", "2024-03-05T09:00:00Z"), None),
        (("2024-03-05", "2024-03-06"), "d0"),
        (("2024-03-05T06:00:00Z", "2024-03-05T06:00:00Z"), None),
        (("2024-03-05T08:00:00+02:00", "2024-03-05T07:00:00Z"), "d0"),
        (("2024-03-05T06:00:00Z", None), None),
        ((None, "last week"), None),
    ],
)
def test_earliest_is_only_claimed_when_dates_tell(
    result: ScanResult, dates: tuple[str | None, ...], first: str | None
) -> None:
    """A date without a time leaves its day open, equal moments leave it open, zones count."""
    found = earliest(_members(result, *dates), {})
    assert (found.doc_id if found else None) == first


def test_the_strip_says_what_it_draws(result: ScanResult) -> None:
    """The picture in words names the first outlet, the time passed and what is not drawn."""
    drawn = strip(_members(result, "2024-03-05T06:00:00Z", "2024-03-06T09:00:00Z", None), {})
    assert drawn is not None
    assert drawn.caption == (
        "First at O0 on 5 Mar 2024, 06:00 UTC (the full mark); until 6 Mar 2024, 09:00 UTC, "
        "1 day 3 hours later. 1 member without a date not drawn."
    )
    assert [dot.x for row in drawn.rows for dot in row.dots] == [drawn.left, drawn.right]
    assert [dot.first for row in drawn.rows for dot in row.dots] == [True, False]


def test_no_strip_without_two_moments(result: ScanResult) -> None:
    """One date, or the same date twice, makes no picture."""
    assert strip(_members(result, "2024-03-05", None), {}) is None
    assert strip(_members(result, "2024-03-05", "2024-03-05"), {}) is None


def test_many_outlets_are_counted_not_drawn(result: ScanResult) -> None:
    """Ten outlets are drawn, the first ones, and the rest is said."""
    dates = [f"2024-03-{day:02d}" for day in range(1, 16)]
    drawn = strip(_members(result, *dates), {})
    assert drawn is not None
    assert [row.outlet for row in drawn.rows] == [f"O{n}" for n in range(10)]
    assert drawn.caption.endswith(" 5 further outlets not drawn.")
