"""CSV and TSV: the first row names the columns."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dedup.readers.base import Record
from dedup.readers.log import Place, ReadLog
from dedup.readers.scrub import BINARY, INVALID_UTF8, decode_utf8, is_binary
from dedup.readers.streams import TOO_LONG, Stream

SURPLUS = "row has more fields than the header"
SHORT = "row has fewer fields than the header"
AFTER_BROKEN = "row left over from a broken one"
QUOTES = "quotation mark out of place"
BROKEN = "broken row"
NO_HEADER = "the row with the names of the columns cannot be read"
COLUMN_TWICE = "two columns have one name"
NO_ROWS = "table without rows"

# csv keeps its limit in a C long, which has 32 bits on some systems.
_MOST = 2**31 - 1
# What holding a line costs beside its text: short lines behind an open quotation count for what they take.
_LINE_COST = 150


class TableReader:
    """Reads delimiter-separated values quoted as RFC 4180 says; a broken row costs only itself."""

    has_fields = True
    is_clean = False
    has_pages = False
    opens_files = False

    def __init__(self, name: str, suffixes: tuple[str, ...], delimiters: str) -> None:
        self.name = name
        self.suffixes = suffixes
        self._delimiters = delimiters

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield each row as a mapping from column names; empty cells are empty strings."""
        if is_binary(stream.head()):
            log.lose(BINARY, (stream.name, None), "save the table as CSV")
            return
        rows = _Rows(stream, self._delimiter(stream.head()), limit, log)
        header = next(rows, None)
        if header is None or (rows.damaged and not header.broken):
            if rows.damaged:
                log.lose(NO_HEADER, (stream.name, 1), "none of its rows can be understood")
            return
        columns = [name.strip() for name in header.fields]
        if len(set(columns)) < len(columns):
            log.warn(COLUMN_TWICE, header.place, "the last one counts")
        row = None
        for row in rows:
            if _fits(row, columns, rows, log):
                yield row.place[1], _fields(row, columns, log)
        if row is None and not stream.cut and not rows.lost:
            log.warn(NO_ROWS, (stream.name, None))

    def _delimiter(self, head: bytes) -> str:
        """Return the one of the possible delimiters that the header has most often; the first on a tie."""
        header = head.partition(b"\n")[0]
        return max(self._delimiters, key=lambda mark: header.count(mark.encode()))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with its line feed; `text` is None where it is over the limit."""

    number: int
    text: str | None
    replaced: bool


@dataclass(frozen=True, slots=True)
class _Row:
    place: Place
    fields: list[str]
    broken: bool
    replaced: bool


class _TooLong(Exception):
    """A row exceeds the limit."""


def _fits(row: _Row, columns: list[str], rows: _Rows, log: ReadLog) -> bool:
    """Return whether the row can be read as a record; count it if not.

    Fewer fields are a repair, unless the row before was broken: then they are most likely lines of its text.
    """
    if len(row.fields) >= len(columns):
        rows.damaged = row.broken
    elif rows.damaged and not row.broken:
        log.skip(AFTER_BROKEN, row.place)
        return False
    if any(row.fields[len(columns) :]):
        log.skip(SURPLUS, row.place, f"{len(row.fields)} fields, {len(columns)} columns")
        return False
    return True


def _fields(row: _Row, columns: list[str], log: ReadLog) -> dict[str, Any]:
    repairs = ((SHORT, len(row.fields) < len(columns)), (QUOTES, row.broken), (INVALID_UTF8, row.replaced))
    for reason, applies in repairs:
        if applies:
            log.change(reason, row.place)
    return {name: value for name, value in zip(columns, row.fields, strict=False) if name}


class _Rows:
    """The rows of a table; one that breaks the rules of quoting is read from its first line alone.

    `damaged` is True from such a row on; who reads the rows takes it back. `lost` says that one gave nothing.
    """

    def __init__(self, stream: Stream, delimiter: str, limit: int, log: ReadLog) -> None:
        # The process has one limit: it is only ever raised, so that two readers cannot undo each other.
        csv.field_size_limit(max(csv.field_size_limit(), min(limit, _MOST)))
        self.damaged = self.lost = False
        self._stream, self._delimiter, self._limit, self._log = stream, delimiter, limit, log
        self._lines = _lines(stream, limit)
        self._pending: deque[_Line] = deque()
        self._taken: list[_Line] = []
        self._restart()

    def __iter__(self) -> _Rows:
        return self

    def __next__(self) -> _Row:
        while True:
            self._taken = []
            try:
                fields: list[str] | None = next(self._parser)
                broken = False
            except (csv.Error, _TooLong) as error:
                if self._ended and self._stream.cut:
                    raise StopIteration from None
                fields, broken = self._recovered(error), True
            if fields and (len(fields) == 1 or any(fields)):
                return self._row(fields, broken)

    def _row(self, fields: list[str], broken: bool) -> _Row:
        return _Row(
            (self._stream.name, self._taken[0].number),
            fields,
            broken,
            any(line.replaced for line in self._taken),
        )

    def _recovered(self, error: Exception) -> list[str] | None:
        """Return the fields of the first line taken, read loosely, and give the other lines back.

        None, and a count, where the row is over the limit or cannot be read loosely either.
        """
        first, *others = self._taken
        self._pending.extendleft(reversed(others))
        self._taken = [first]
        self._restart()
        self.damaged = True
        place = (self._stream.name, first.number)
        if first.text is None or isinstance(error, _TooLong):
            self.lost = True
            self._log.skip(TOO_LONG, place, f"more than {self._limit} bytes")
            return None
        text = first.text.rstrip("\r\n")
        if self._delimiter == "\t":
            return text.split("\t")  # many TSV files do not quote at all
        try:
            return next(csv.reader([text], delimiter=self._delimiter))
        except csv.Error:
            self.lost = True
            # what csv says of it speaks to programmers
            is_return = "universal-newline" in str(error)
            self._log.skip(BROKEN, place, "a carriage return in an unquoted field" if is_return else str(error))
            return None

    def _restart(self) -> None:
        self._ended = False
        self._parser = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        size = 0
        while (line := self._pending.popleft() if self._pending else next(self._lines, None)) is not None:
            size = len(line.text or "") + (size + _LINE_COST if self._taken else 0)
            self._taken.append(line)
            if line.text is None or size > self._limit + 1:  # the last line feed is not counted
                raise _TooLong
            yield line.text
        self._ended = True


def _lines(stream: Stream, limit: int) -> Iterator[_Line]:
    for number, raw in stream.lines(limit):
        text, replaced = (None, False) if raw is None else decode_utf8(raw)
        yield _Line(number, text, replaced)
