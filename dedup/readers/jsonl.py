"""JSON: a record a line, or the objects of a top-level array."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from dedup.readers.base import Record
from dedup.readers.json_values import json_objects
from dedup.readers.log import Place, ReadLog
from dedup.readers.scrub import INVALID_UTF8, decode_utf8, scrub_record
from dedup.readers.streams import TOO_LONG, Stream

NO_OBJECT = "record is no object"
BROKEN = "broken JSON"
TOO_DEEP = "JSON nested too deeply"
LENIENT = "JSON that is not strict"

_ARRAY = re.compile(rb"\s*\[\s*[{\]]")
_SPREAD_OBJECT = re.compile(rb"\s*\{(?:[^\n]*[,{\[])?[ \t\r]*\n")
_ESCAPED_NUL = b"\\u0000"
_KINDS = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}


class JsonLinesReader:
    """Reads JSON Lines, or an array of objects; a broken line costs only itself."""

    name = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")
    has_fields = True

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield the objects with the lines where they begin."""
        if self._is_spread(stream.head()):
            return _spread_records(stream, limit, log)
        return _line_records(stream, limit, log)

    def _is_spread(self, head: bytes) -> bool:
        return _ARRAY.match(head) is not None


class JsonReader(JsonLinesReader):
    """Reads `.json`: an array, JSON Lines, or objects that are written over several lines."""

    name = "json"
    suffixes = (".json",)

    def _is_spread(self, head: bytes) -> bool:
        return super()._is_spread(head) or _SPREAD_OBJECT.match(head) is not None


def may_hold_escaped_nul(block: bytes) -> bool:
    """Return whether `\\u0000` stands in the block; five times as fast as a search for it.

    >>> may_hold_escaped_nul(b'{"text": "a\\\\u0000b"}'), may_hold_escaped_nul(b'{"text": "a\\\\nb"}')
    (True, False)
    """
    codes = np.frombuffer(block, np.uint8)
    escapes = np.flatnonzero(codes[:-5] == ord("\\"))
    return bool((codes[escapes + 5] == ord("0")).any()) and _ESCAPED_NUL in block


def _line_records(stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
    decode, name = msgspec.json.Decoder().decode, stream.name
    for first, block in stream.blocks(limit):
        if block is None:
            log.skip(TOO_LONG, (name, first), f"more than {limit} bytes")
            continue
        has_nul = may_hold_escaped_nul(block)
        for line, raw in enumerate(block.split(b"\n"), first):
            try:
                record = decode(raw)
            except (ValueError, RecursionError):
                record = None
            if has_nul or type(record) is not dict:
                record = _careful(raw, (name, line), log)
                if record is None:
                    continue
            yield line, record


def _spread_records(stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
    for line, raw in json_objects(stream, limit):
        place = (stream.name, line)
        if raw is None:
            log.skip(TOO_LONG, place, f"more than {limit} bytes")
        elif (record := _careful(raw, place, log)) is not None:
            yield line, record


def _careful(raw: bytes, place: Place, log: ReadLog) -> dict[str, Any] | None:
    """Decode with repairs, which are counted; None for a blank line, and for what is beyond repair (counted too)."""
    raw = raw.strip().removeprefix(codecs.BOM_UTF8)
    if not raw:
        return None
    try:
        record, reasons = _decoded(raw)
    except RecursionError:
        log.skip(TOO_DEEP, place)
        return None
    except ValueError as error:
        log.skip(BROKEN, place, str(error))
        return None
    if not isinstance(record, dict):
        log.skip(NO_OBJECT, place, _KINDS.get(type(record), "a number"))
        return None
    clean, unfit = scrub_record(record)
    for reason in sorted((reasons - {LENIENT} if unfit else reasons) | unfit):
        log.change(reason, place)
    return clean


def _decoded(raw: bytes) -> tuple[Any, frozenset[str]]:
    """Decode strictly, else as the standard library does: it takes lone surrogates, NaN and raw control characters."""
    try:
        return msgspec.json.decode(raw), frozenset()
    except (ValueError, RecursionError):
        text, replaced = decode_utf8(raw)
        return json.loads(text, strict=False), frozenset([INVALID_UTF8 if replaced else LENIENT])
