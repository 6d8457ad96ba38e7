"""Ways to write inputs and to read them back."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import zstandard

from dedup.config import ReadConfig
from dedup.model import Document
from dedup.readers import ReadLog, read_documents, read_records

Records = Sequence[Mapping[str, Any]]

PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda raw: gzip.compress(raw, mtime=0),
    ".zst": lambda raw: zstandard.ZstdCompressor().compress(raw),
}


def read(*paths: Path | str, **options: Any) -> tuple[list[Document], ReadLog]:
    """Read paths with options of `ReadConfig`."""
    log = ReadLog()
    return list(read_documents(paths, ReadConfig(**options), log)), log


def read_memory(records: Sequence[Any], **options: Any) -> tuple[list[Document], ReadLog]:
    """Read records in memory with options of `ReadConfig`."""
    log = ReadLog()
    return list(read_records(records, ReadConfig(**options), log)), log


def read_bytes(folder: Path, name: str, raw: bytes, **options: Any) -> tuple[list[Document], ReadLog]:
    """Write a file and read it."""
    path = folder / name
    path.write_bytes(raw)
    return read(path, **options)


def texts(documents: Sequence[Document]) -> list[str]:
    """Return the texts."""
    return [document.text for document in documents]


def ids(documents: Sequence[Document]) -> list[str]:
    """Return the ids."""
    return [document.id for document in documents]


def counts(tallies: Mapping[str, Any]) -> dict[str, int]:
    """Return how often each reason was counted."""
    return {reason: tally.count for reason, tally in tallies.items()}


def places(log: ReadLog) -> list[str]:
    """Return all examples of what was lost or skipped, without folders."""
    tallies = [*log.unread.values(), *log.skipped.values(), *log.renamed.values()]
    return sorted(example.rpartition("/")[2] for tally in tallies for example in tally.examples)


def as_jsonl(records: Records) -> bytes:
    """Write a record a line."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def as_escaped_jsonl(records: Records) -> bytes:
    """Write a record a line in ASCII, with Windows line ends."""
    return "".join(json.dumps(record) + "\r\n" for record in records).encode()


def as_array(records: Records) -> bytes:
    """Write one array."""
    return json.dumps(records, ensure_ascii=False).encode()


def as_spread(records: Records) -> bytes:
    """Write objects over several lines, one after the other."""
    return "\n".join(json.dumps(record, indent=2) for record in records).encode()


def as_csv(records: Records, delimiter: str = ",") -> bytes:
    """Write a table whose columns are the keys of the first record."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(records[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue().encode()


def as_tsv(records: Records) -> bytes:
    """Write a tab-separated table."""
    return as_csv(records, "\t")
