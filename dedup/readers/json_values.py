"""Cuts JSON that is not one record a line (an array, or objects over several lines) into its objects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.readers.streams import Stream

_OUTSIDE = re.compile(rb'[{}\[\]"]')
_INSIDE = re.compile(rb'["\\]')
_FILLER = re.compile(rb"[\s,\[\]]*")

Value = tuple[int, bytes | None]


def json_objects(stream: Stream, limit: int) -> Iterator[Value]:
    """Yield each object of a top-level array, or of a sequence of objects, with the line where it begins.

    An object of more than `limit` bytes comes as None. What stands between objects and is no punctuation
    comes as it is, for the reader to refuse; so does an object that the end of the file cuts short.
    """
    cutter = _Cutter(limit)
    for chunk in stream.chunks():
        yield from cutter.feed(chunk)
    if not stream.cut:
        yield from cutter.finish()


class _Cutter:
    """Follows strings and brackets across chunks; looks at each byte once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._in_string = False
        self._skip = 0
        self._line = 1
        self._begun_at = 1

    def feed(self, chunk: bytes) -> Iterator[Value]:
        """Yield the values that end in this chunk."""
        position = 0
        while position < len(chunk):
            if self._depth:
                end = self._end_of_object(chunk, position)
                self._hold(chunk[position:end])
                position = end
                if not self._depth:
                    yield self._take()
                continue
            start = chunk.find(b"{", position)
            stop = len(chunk) if start < 0 else start
            yield from self._between(chunk[position:stop])
            position = stop
            if start >= 0:
                self._depth, self._skip, self._begun_at = 1, 1, self._line

    def finish(self) -> Iterator[Value]:
        """Yield what is left when the file ends inside an object."""
        if self._size:
            yield self._take()

    def _between(self, gap: bytes) -> Iterator[Value]:
        filler = _FILLER.match(gap)
        junk = gap[filler.end() if filler else 0 :].rstrip(b" \t\r\n,[]")
        if junk:
            yield self._line + gap[: gap.find(junk)].count(b"\n"), junk[:200]
        self._line += gap.count(b"\n")

    def _end_of_object(self, chunk: bytes, position: int) -> int:
        """Return where the current object ends in the chunk, or the chunk's length."""
        position += self._skip
        self._skip = 0
        while position < len(chunk):
            found = (_INSIDE if self._in_string else _OUTSIDE).search(chunk, position)
            if found is None:
                return len(chunk)
            position = found.end()
            mark = found[0]
            if mark == b"\\":
                position += 1
            elif mark == b'"':
                self._in_string = not self._in_string
            else:
                self._depth += 1 if mark in b"{[" else -1
                if not self._depth:
                    return position
        self._skip = position - len(chunk)
        return len(chunk)

    def _hold(self, piece: bytes) -> None:
        self._line += piece.count(b"\n")
        self._size += len(piece)
        if self._size <= self._limit:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def _take(self) -> Value:
        value = b"".join(self._pieces) if self._size <= self._limit else None
        self._pieces.clear()
        self._size, self._depth, self._in_string = 0, 0, False
        return self._begun_at, value
