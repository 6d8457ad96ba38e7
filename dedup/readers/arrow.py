"""Parquet and Arrow: columns by name, a row is a record."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

from dedup.errors import InputError
from dedup.readers.base import Record
from dedup.readers.fields import field_of, is_known
from dedup.readers.log import ReadLog
from dedup.readers.scrub import INVALID_UTF8, decode_utf8
from dedup.readers.streams import CANNOT, DAMAGED, GONE, Stream, is_packed

COLUMN_TWICE = "two columns have one name"
NO_ROWS = "table without rows"
PACKED = "tables of this format are packed inside; unpack the file around it first"
HINT = "pip install 'dedup-news[parquet]'"

# Rows decoded at once: many small ones, few of a column that may hold large ones (bytes a row group). A dictionary can
# make many rows of one large value: that many of them are in memory.
_MOST_ROWS, _LEAST_ROWS = 1024, 4
_BYTES_AT_ONCE = 2**30


class ArrowReader:
    """Reads `.parquet` row group by row group, and Arrow files and streams batch by batch."""

    has_fields = True
    is_clean = False
    has_pages = False
    opens_files = True

    def __init__(self, name: str, suffixes: tuple[str, ...]) -> None:
        self.name = name
        self.suffixes = suffixes

    def records(self, stream: Stream, limit: int, log: ReadLog) -> Iterator[Record]:
        """Yield each row, numbered from 1; missing values are None, columns of bytes count where a name is known.

        Raises `InputError` when the library is missing.
        """
        if importlib.util.find_spec("pyarrow") is None:
            raise InputError(f"{stream.name}: reading {self.name} needs pyarrow; {HINT}")
        if stream.path is None:
            log.lose(CANNOT, (stream.name, None), "tables of this format are not read from standard input")
            return
        number = 0
        try:
            with open(stream.path, "rb") as file:
                if is_packed(file.read(4)):
                    log.lose(CANNOT, (stream.name, None), PACKED)
                    return
                file.seek(0)
                batches = _parquet(file) if self.name == "parquet" else _arrow(file)
                for batch in batches:
                    if not number:
                        _check_names(batch, stream.name, log)
                    for row, replaced in _rows(batch):
                        number += 1
                        if replaced:
                            log.change(INVALID_UTF8, (stream.name, number))
                        yield number, row
            if not number:
                log.warn(NO_ROWS, (stream.name, None))
        except FileNotFoundError:
            log.lose(GONE, (stream.name, None))
        except (OSError, ValueError, KeyError, NotImplementedError, EOFError, OverflowError) as error:
            reason = CANNOT if isinstance(error, OSError) and error.errno else DAMAGED
            log.lose(reason, (stream.name, number + 1), " ".join(str(error).split()))


def _parquet(file: Any) -> Iterator[Any]:
    from pyarrow import parquet

    table = parquet.ParquetFile(file, pre_buffer=False)
    columns = _columns(table.schema_arrow)
    for i in range(table.metadata.num_row_groups):
        group = table.metadata.row_group(i)
        largest = max((group.column(c).total_uncompressed_size for c in range(group.num_columns)), default=0)
        size = min(_MOST_ROWS, max(_LEAST_ROWS, _BYTES_AT_ONCE // max(1, largest)))
        yield from table.iter_batches(size, row_groups=[i], columns=columns, use_threads=False)


def _arrow(file: Any) -> Iterator[Any]:
    """Yield the batches of an Arrow file, or of a stream: both have the same suffixes."""
    from pyarrow import ipc

    is_file = file.read(6) == b"ARROW1"
    file.seek(0)
    if is_file:
        reader: Any = ipc.open_file(file)
        batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        batches = iter(ipc.open_stream(file))
    for batch in batches:
        batch = _checked(batch)
        wanted = set(_columns(batch.schema))
        places = [i for i, name in enumerate(batch.schema.names) if name in wanted]
        for start in range(0, batch.num_rows, _MOST_ROWS):
            yield batch.slice(start, _MOST_ROWS).select(places)


def _columns(schema: Any) -> list[str]:
    """Return the columns worth reading: of bytes and nested values only those under a known name."""
    from pyarrow import types

    def is_large(kind: Any) -> bool:
        return types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind)

    return [field.name for field in schema if not is_large(field.type) or is_known(field.name)]


def _checked(batch: Any) -> Any:
    """Return a batch whose offsets, which a hostile file may point anywhere, are good; strings may be no UTF-8.

    Raises `ArrowInvalid`, a `ValueError`.
    """
    try:
        batch.validate(full=True)
    except ValueError:
        batch = _as_bytes(batch)
        batch.validate(full=True)
    return batch


def _as_bytes(batch: Any) -> Any:
    """Return a batch with its columns of strings as bytes, without a look at them."""
    import pyarrow as pa

    kinds = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}
    columns = [column.view(kinds[column.type]) if column.type in kinds else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _check_names(batch: Any, name: str, log: ReadLog) -> None:
    if len(set(batch.schema.names)) < len(batch.schema.names):
        log.warn(COLUMN_TWICE, (name, None), "the last one counts")


def _rows(batch: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield each row, and whether bytes in it that are no UTF-8 became U+FFFD; the bytes of pages stay."""
    try:
        columns = {field.name: batch.column(i).to_pylist() for i, field in enumerate(batch.schema)}
    except UnicodeDecodeError:
        batch = _as_bytes(batch)
        columns = {field.name: batch.column(i).to_pylist() for i, field in enumerate(batch.schema)}
    names = list(columns)
    packed = [f.name for f in batch.schema if "binary" in str(f.type) and field_of(f.name) != "html"]
    for values in zip(*columns.values(), strict=True):
        row, replaced = dict(zip(names, values, strict=True)), False
        for name in packed:
            if isinstance(row[name], bytes):
                row[name], damaged = decode_utf8(row[name])
                replaced |= damaged
        yield row, replaced
