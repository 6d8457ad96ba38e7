"""Tables in memory: those of pandas, polars and pyarrow, told by what they can do.

Their libraries are not imported: who passes such a table has done so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dedup.errors import InputError

_ROWS = 1024


def rows_of(source: Any) -> Iterable[Any]:
    """Return the rows of a table as mappings, missing values as None; anything else as it is.

    Raises `InputError` for a single mapping, which is a record and no collection.

    >>> rows_of([{"text": "Rain."}])
    [{'text': 'Rain.'}]
    """
    if isinstance(source, Mapping):
        if source and all(_is_collection(part) for part in source.values()):
            return (row for part in source.values() for row in rows_of(part))  # a data set in named splits
        raise InputError("a single record was given; put it into a list")
    if hasattr(source, "collect_schema") and hasattr(source, "collect") and not hasattr(source, "iter_rows"):
        source = source.collect()  # polars, lazy
    if hasattr(source, "iter_rows") and hasattr(source, "columns"):
        rows: Iterable[Any] = source.iter_rows(named=True)  # polars
        return rows
    if hasattr(source, "iloc") and hasattr(source, "columns"):
        return _pandas(source)
    if hasattr(source, "to_batches") and hasattr(source, "schema"):
        return (row for batch in source.to_batches() for row in _sliced(batch))  # pyarrow
    return source


def _is_collection(part: Any) -> bool:
    return not isinstance(part, str | bytes | Mapping) and hasattr(part, "column_names") and hasattr(part, "__iter__")


def _pandas(frame: Any) -> Iterator[dict[str, Any]]:
    for start in range(0, len(frame), _ROWS):
        part = frame.iloc[start : start + _ROWS]
        # NaN, NaT and NA are one thing here: no value
        yield from part.astype(object).where(part.notna(), None).to_dict("records")


def _sliced(batch: Any) -> Iterator[Any]:
    for start in range(0, batch.num_rows, _ROWS):
        yield from batch.slice(start, _ROWS).to_pylist()
