"""Input: files, folders, standard input and records in memory become documents.

One file per format (`text`, `jsonl`, `table`) behind one protocol (`base.Reader`); `streams` unpacks for all.
What cannot be read is counted in a `ReadLog`, never lost in silence.
"""

from __future__ import annotations

from dedup.readers.base import Reader
from dedup.readers.describe import describe
from dedup.readers.log import ReadLog
from dedup.readers.parts import Workshop
from dedup.readers.reading import batches, is_paths, read_all, read_documents, read_records, stream

__all__ = [
    "ReadLog",
    "Reader",
    "Workshop",
    "batches",
    "describe",
    "is_paths",
    "read_all",
    "read_documents",
    "read_records",
    "stream",
]
