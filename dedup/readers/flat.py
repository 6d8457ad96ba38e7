"""Lines of JSON that are flat objects, read without making Python objects of their texts.

Of most documents of a large corpus nothing is asked but what stands in `Head`, and what their text is like. So a kernel
finds the fields of all lines of a part; whatever it does not take for plain is read as ever, line by line.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import ReadConfig
from dedup.kernels import flat as kernels
from dedup.model import Document
from dedup.readers.documents import DocumentBuilder, Strings
from dedup.readers.fields import FieldMap
from dedup.readers.log import ReadLog
from dedup.shelf import Line

# Lines of a block, at most: shorter ones are read as ever. Lines that are read anew at a time.
MOST_LINES, BLOCK_LINES = 1 << 13, 128


class Block(NamedTuple):
    """Some lines of a file: their bytes, what `kernels.flat_lines` says of each of them, and the values of fields."""

    raw: bytes
    lines: npt.NDArray[np.int32]
    spans: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.uint8]
    values: npt.NDArray[np.uint8]

    @property
    def line_feeds(self) -> int:
        """Return how many lines end here."""
        return len(self.lines) - (self.raw[-1:] not in (b"\n", b""))

    def line(self, number: int) -> bytes:
        """Return a line with its line feed."""
        return self.raw[self.lines[number, 0] : self.lines[number, 2] + 1]

    def names(self, number: int) -> tuple[str, ...]:
        """Return the names of a line's fields."""
        spans = self.spans[number, : self.lines[number, 3], :2].tolist()
        return tuple(self.values[low:high].tobytes().decode() for low, high in spans)


def read_block(handle: int, span: tuple[int, int], most: int) -> Block | None:
    """Return the lines in a span of a file (start, end), up to its end; None where they have more than `most` bytes,
    are too many, or cannot be read."""
    start, end = span
    wanted = min(end - start, most + 1)
    pieces: list[bytes] = []
    try:
        while wanted > 0 and (piece := os.pread(handle, wanted, start)):
            pieces.append(piece)
            start, wanted = start + len(piece), wanted - len(piece)
    except OSError:
        return None  # who reads it line by line says what is wrong
    raw = b"".join(pieces)
    return None if len(raw) > most else block_of(raw)


def block_of(raw: bytes) -> Block | None:
    """Return lines with what can be told of their fields; None where they are too many.

    >>> block_of(b'{"text": "Rain."}\\n["no object"]\\n').names(0)
    ('text',)
    """
    n, wide = MOST_LINES, kernels.MOST_FIELDS
    lines, values = np.empty((n, 5), np.int32), np.empty(len(raw), np.uint8)
    spans, kinds = np.empty((n, wide, 4), np.int32), np.empty((n, wide), np.uint8)
    count = kernels.flat_lines(np.frombuffer(raw, np.uint8), _plain_bytes(), lines, spans, kinds, values)
    return None if count < 0 else Block(raw, lines[:count], spans[:count], kinds[:count], values)


@functools.cache
def _plain_bytes() -> npt.NDArray[np.bool_]:
    """Return which bytes (bool, 256) stand for themselves in a string of JSON, and for a character."""
    return np.array([32 <= b < 128 and b not in b'"\\' for b in range(256)])


def outlines(block: Block, builder: DocumentBuilder, plans: FieldMap, name: str, limit: int) -> Iterator[Line | None]:
    """Yield for each line its document; None for one that is no plain record of strings, or is longer than `limit`.

    `plans` says which field is which; `name` is the file's in messages.
    """
    plain, columns = _columns(block, plans)
    plain &= block.lines[:, 2] - block.lines[:, 0] <= limit
    plain &= np.diff(columns["text"]).ravel() * 4 <= limit
    lengths = kernels.code_points(block.values, columns["text"]).tolist()
    starts, ends, shapes = block.lines[:, [1, 2, 4]].T.tolist()
    values = block.values.data
    texts = columns.pop("text").tolist()
    strings = [_strings(values, columns[field].tolist()) for field in Strings._fields]
    for number, is_plain in enumerate(plain.tolist()):
        if shapes[number] == number:
            builder.fields.note(block.names(number))
        if not is_plain:
            yield None
            continue
        text = values[slice(*texts[number])]
        head = builder.head(Strings._make([each[number] for each in strings]), text, (name, number + 1))
        yield None if head is None else Line(head, starts[number], ends[number], text, lengths[number])


def _strings(values: memoryview, spans: list[list[int]]) -> list[str]:
    return [str(values[low:high], "utf-8") for low, high in spans]


def _columns(block: Block, plans: FieldMap) -> tuple[npt.NDArray[np.bool_], dict[str, npt.NDArray[np.int64]]]:
    """Return which lines (bool) are records of strings, and where in the values of the block (int64, n x 2) the fields
    of their documents stand, empty where there is none."""
    n, shapes = len(block.lines), block.lines[:, 4]
    plain = np.zeros(n, np.bool_)
    columns = {name: np.zeros((n, 2), np.int64) for name in (*Strings._fields, "text")}
    firsts = np.flatnonzero(shapes == np.arange(n)).tolist()
    for first in firsts:
        names = block.names(first)
        places = {key: i for i, key in enumerate(names)}
        plan = plans.plan(names)
        if plan.strings is None or len(places) < len(names):
            continue
        lines = np.flatnonzero(shapes == first)
        keys = {**dict(plan.strings), "id": plan.id, "text": plan.text}
        used = {field: places[key] for field, key in keys.items() if key}
        lines = lines[(block.kinds[lines][:, [*used.values()]] != kernels.OTHER).all(axis=1)]
        lines = lines[block.kinds[lines, used["text"]] == kernels.STRING]
        plain[lines] = True
        for field in columns.keys() & used.keys():
            columns[field][lines] = block.spans[lines, used[field], 2:]
    return plain, columns


class KeptLines:
    """Reads anew the lines of which `outlines` gave the heads."""

    def __init__(self, config: ReadConfig) -> None:
        self._builder, self._config = DocumentBuilder(config, ReadLog()), config
        self._decode = msgspec.json.Decoder().decode

    def document(self, line: memoryview, doc_id: str) -> Document:
        """Return the document of a line, under the id that it was given."""
        return self._builder.again(self._decode(line), doc_id)

    def texts(self, lines: Sequence[memoryview]) -> Sequence[bytes | memoryview]:
        """Return the texts of lines in UTF-8."""
        found: list[bytes | memoryview] = []
        for first in range(0, len(lines), BLOCK_LINES):
            block = block_of(b"\n".join(lines[first : first + BLOCK_LINES]))
            if block is None:
                raise ValueError("lines of a shelf are no block")
            plain, columns = _columns(block, FieldMap(self._config))
            values = block.values.data
            for number, (low, high) in enumerate(columns["text"].tolist()):
                # beyond some rows of names a line is not flat among others
                line = lines[first + number]
                found.append(values[low:high] if plain[number] else self.document(line, "").text.encode())
        return found
