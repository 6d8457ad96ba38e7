"""How common the words of a scan were, kept with its results: what a pair was weighed by can be told again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import zstandard

from dedup.errors import StoreError
from dedup.model import WordCounts

WORDS: Final = "store/words.zst"
_FORMAT: Final = 1
_LONGEST_HEAD: Final = 1000
# What a file can unpack to at most: two columns of a number for each slot.
_MOST_SLOTS: Final = 1 << 22


def packed(words: WordCounts) -> Iterator[bytes]:
    """Yield the bytes of a file: a line of JSON with format, documents and words, then slots and counts (little-endian
    32-bit integers), packed with Zstandard."""
    head = {"format": _FORMAT, "documents": words.documents, "words": len(words.slots)}
    compressor = zstandard.ZstdCompressor().compressobj()
    yield compressor.compress(msgspec.json.encode(head) + b"\n")
    for column, kind in ((words.slots, "<u4"), (words.counts, "<i4")):
        yield compressor.compress(column.astype(kind).tobytes())
    yield compressor.flush()


def read_words(path: Path) -> WordCounts | None:
    """Return the word counts that a scan kept, None where it kept none.

    Raises `StoreError` naming the file when it is damaged or of another format.
    """
    if not path.exists():
        return None
    try:
        return _unpacked(_raw(path), path)
    except (OSError, zstandard.ZstdError, msgspec.DecodeError, ValueError) as error:
        raise StoreError(f"{path}: {error}; the file is damaged, scan again") from error


class _Head(msgspec.Struct):
    format: int
    documents: int
    words: int


def _raw(path: Path) -> bytes:
    with open(path, "rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
        return reader.read(_LONGEST_HEAD + 8 * _MOST_SLOTS)


def _unpacked(raw: bytes, path: Path) -> WordCounts:
    import numpy as np

    first = raw[:_LONGEST_HEAD].find(b"\n")
    head = msgspec.json.decode(raw[: max(0, first)], type=_Head)
    if head.format != _FORMAT:
        raise StoreError(f"{path}: has format {head.format}; this version reads {_FORMAT}; scan again")
    columns: Any = np.frombuffer(raw[first + 1 :], "<u4")
    if len(columns) != 2 * head.words or head.documents < 0:
        raise ValueError(f"{len(columns)} numbers for {head.words} words")
    slots, counts = columns[: head.words], columns[head.words :].astype(np.int32)
    if (np.diff(slots.astype(np.int64)) <= 0).any() or (slots >= _MOST_SLOTS).any() or (counts < 1).any():
        raise ValueError("its words are out of order")
    return WordCounts(documents=head.documents, slots=slots.astype(np.uint32), counts=counts)
