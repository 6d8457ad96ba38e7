"""Tables as CSV that a spreadsheet shows and never computes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff"
"""Begins a file: without it Excel takes UTF-8 for an older encoding."""
# OWASP, "CSV Injection": what a cell may begin with to be a formula, and the full-width forms of the same.
_FORMULA: Final = re.compile("[\\s\u200b\u2060\ufeff]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20|%]")
# What a spreadsheet would turn into a number or a date when it opens the file.
_NUMERIC: Final = re.compile(r"[\d\s.,:/%eE+-]+")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV (RFC 4180) behind a byte-order mark; None is an empty cell.

    A text that would be a formula begins with an apostrophe, which makes it one to look at.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + buffer.getvalue()


def guarded(text: str) -> str:
    """Return a text that comes back from a spreadsheet as it was: `unguarded` takes the apostrophe off.

    >>> guarded("0012"), guarded("a-npa"), unguarded(guarded("'tis"))
    ("'0012", 'a-npa', "'tis")
    """
    return f"'{text}" if text.startswith("'") or _NUMERIC.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded`, or a cell made inert, was before."""
    return text.removeprefix("'")


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return "" if value is None else value
