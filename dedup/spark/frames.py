"""A scan inside a job of Spark: a DataFrame of documents in, DataFrames of what was found out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dedup.config import Config
from dedup.model import DocumentCluster, Pair, PassageCluster, Suppressed
from dedup.pipeline import scan as scan_records
from dedup.progress import Progress
from dedup.spark.engine import Engine, check

_PLAIN = {str: "string", int: "long", float: "double", bool: "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """What a scan found, as DataFrames with the fields of `PassageCluster`, `DocumentCluster`, `Pair` and `Suppressed`;
    `manifest` is a mapping."""

    passages: Any
    documents: Any
    pairs: Any
    suppressed: Any
    manifest: Mapping[str, Any]


def scan(
    dataframe: Any,
    config: Config | None = None,
    *,
    partitions: int | None = None,
    progress: Progress | None = None,
    work: str | None = None,
) -> Frames:
    """Find the near-duplicates and reused passages of a DataFrame that has a document a row.

    Its columns are those that files have: `text`, and `id`, `title`, `outlet`, `published` and `url` where there are
    any. The driver reads it once, row by row, and keeps what does not fit into memory in the folder `work`. Each step
    has `partitions` parts, by default twice the cores. The result is that of a local scan of the same rows.

    Raises what `dedup.scan` raises, `ConfigError` for documents alone, which need no Spark, and `EngineError` when
    Spark gives up.
    """
    check(config or Config())
    session = dataframe.sparkSession
    rows = (row.asDict(recursive=True) for row in dataframe.toLocalIterator(prefetchPartitions=True))
    result = scan_records(rows, config, progress=progress, work=work, find=Engine(session, partitions).find)
    return Frames(
        passages=_frame(session, PassageCluster, result.passages),
        documents=_frame(session, DocumentCluster, result.documents),
        pairs=_frame(session, Pair, result.pairs),
        suppressed=_frame(session, Suppressed, result.suppressed),
        manifest=result.manifest,
    )


def _frame(session: Any, kind: type, records: Iterable[Any]) -> Any:
    return session.createDataFrame([dataclasses.asdict(record) for record in records], _fields(kind))


def _fields(kind: Any) -> str:
    """Return the fields of a record as Spark writes them: names and types, apart by commas.

    >>> _fields(Pair)[:40]
    'left string, right string, relation stri'
    """
    hints = get_type_hints(kind)
    return ", ".join(f"{f.name} {_type(hints[f.name])}" for f in dataclasses.fields(kind))


def _type(hint: Any) -> str:
    """Return the type of a field as Spark writes it; all may be null."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _type(inner[0])
    if origin is Literal:
        return "string"
    if origin is tuple:
        return f"array<{_type(inner[0])}>"
    if dataclasses.is_dataclass(hint):
        names = get_type_hints(hint)
        return f"struct<{', '.join(f'{f.name}: {_type(names[f.name])}' for f in dataclasses.fields(hint))}>"
    return _PLAIN[hint]
