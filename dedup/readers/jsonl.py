"""JSON: a record a line, or the objects of a top-level array."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from dedup.readers.base import Record
from dedup.readers.json_values import json_objects
from dedup.readers.log import Place, ReadLog, kind
from dedup.readers.scrub import INVALID_UTF8, decode_utf8
from dedup.readers.streams import TOO_LONG, Stream

NO_OBJECT = "record is no object"
BROKEN = "broken JSON"
TOO_DEEP = "JSON nested too deeply"
LENIENT = "JSON that is not strict (NaN, a control character or half a surrogate pair)"

# How strict JSON writes NUL; as it is it makes JSON that is not strict. It is looked for from the end of a line: `in`
# takes three times as long, which is as long as decoding the line.
_NUL = b"\\u0000"
_ESCAPE = b"\\"
_ARRAY = re.compile(rb"\s*\[\s*[{\]]")
_SPREAD_OBJECT = re.compile(rb"\s*\{(?:[^\n]*[,{\[])?[ \t\r]*\n")


class Unclean(dict[str, Any]):
    """A record whose strings may hold NUL or lone surrogates."""


class JsonLinesReader:
    """Reads JSON Lines, or an array of objects; a broken line costs only itself."""

    name = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")
    has_fields = True
    is_clean = True
    has_pages = False
    opens_files = False

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield the objects with the lines where they begin."""
        if self.is_spread(stream.head()):
            return _spread_records(stream, limit, log)
        return line_records(stream, limit, log)

    def is_spread(self, head: bytes) -> bool:
        """Return whether a file that begins so has no record a line."""
        return _ARRAY.match(head) is not None


class JsonReader(JsonLinesReader):
    """Reads `.json`: an array, JSON Lines, or objects that are written over several lines."""

    name = "json"
    suffixes = (".json",)

    def is_spread(self, head: bytes) -> bool:
        """Return whether a file that begins so has no record a line."""
        return super().is_spread(head) or _SPREAD_OBJECT.match(head) is not None


def line_records(stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
    """Yield the records of a stream that has one a line."""
    decode, name = msgspec.json.Decoder().decode, stream.name
    for number, line in stream.lines(limit):
        if line is None:
            log.skip(TOO_LONG, (name, number), f"more than {limit} bytes")
            continue
        record = line_record(line, decode, (name, number), log)
        if record is not None:
            yield number, record


def line_record(line: bytes, decode: Callable[[bytes], Any], place: Place, log: ReadLog) -> dict[str, Any] | None:
    """Return the record of a line; None, counted, where it has none."""
    try:
        record = decode(line)
    except (ValueError, RecursionError):
        record = None
    if type(record) is not dict:
        return _careful(line, place, log)
    if _ESCAPE in line and line.rfind(_NUL) >= 0:
        return Unclean(record)
    return record


def _spread_records(stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
    for line, raw in json_objects(stream, limit):
        place = (stream.name, line)
        if raw is None:
            log.skip(TOO_LONG, place, f"more than {limit} bytes")
        elif (record := _careful(raw, place, log)) is not None:
            yield line, record


def _careful(raw: bytes, place: Place, log: ReadLog) -> dict[str, Any] | None:
    """Decode with repairs, which are counted; None for a blank line, and for a line that is skipped."""
    raw = raw.strip().removeprefix(codecs.BOM_UTF8)
    if not raw:
        return None
    try:
        record, repair = _decoded(raw)
    except RecursionError:
        log.skip(TOO_DEEP, place)
        return None
    except ValueError as error:
        log.skip(BROKEN, place, _complaint(error))
        return None
    if not isinstance(record, dict):
        log.skip(NO_OBJECT, place, kind(record))
        return None
    if repair is not None:
        log.change(repair, place)
    return record


def _complaint(error: ValueError) -> str:
    return f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)


def _decoded(raw: bytes) -> tuple[Any, str | None]:
    """Decode strictly, else as the standard library, and name what was repaired.

    The standard library also takes lone surrogates, NaN and control characters in strings.
    """
    try:
        record = msgspec.json.decode(raw)
        return Unclean(record) if _NUL in raw and type(record) is dict else record, None
    except (ValueError, RecursionError):
        text, replaced = decode_utf8(raw)
        record = json.loads(text, strict=False)
        return Unclean(record) if type(record) is dict else record, INVALID_UTF8 if replaced else LENIENT
