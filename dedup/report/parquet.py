"""Tables as Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import fields
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from dedup.errors import ConfigError

_MISSING: Final = "Parquet needs pyarrow: pip install 'dedup-news[parquet]'"


def check_installed() -> None:
    """Raise `ConfigError` with advice when pyarrow is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise ConfigError(_MISSING) from error


def parquet_bytes(kind: type, rows: Iterable[Any]) -> bytes:
    """Return rows of a dataclass as a Parquet file; the columns are its fields, with their types.

    Raises `ConfigError` when pyarrow is not installed.
    """
    check_installed()
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    hints = get_type_hints(kind)
    schema = pa.schema([pa.field(f.name, types[_plain(hints[f.name])], nullable=True) for f in fields(kind)])
    names = [f.name for f in fields(kind)]
    table = pa.Table.from_pylist([{n: getattr(row, n) for n in names} for row in rows], schema=schema)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _plain(hint: Any) -> type:
    """Return the type that a field has when it is not None."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] or [hint]
    found: type = kinds[0]
    return found
