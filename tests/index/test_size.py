"""What a document costs an index, in memory and on disk."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from benchmarks.worst import words
from dedup import Index
from dedup.config import SignatureConfig

# Bytes on disk a byte of unrelated text: the text packed, its words, seeds and bands.
MOST_DISK = 3.0


def cost(folder: Path, documents: int) -> tuple[int, int, int]:
    """Return the bytes that an index of so many documents holds in memory once it is compacted and on disk, and those
    of its texts."""
    batch = [{"id": f"{i:06d}", "text": words(i, 200)} for i in range(documents)]
    tracemalloc.start()
    with Index.open(folder) as index:
        index.add(batch)
        index.compact()
        held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    disk = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    return held, disk, sum(len(d["text"].encode()) for d in batch)


def test_bytes_a_document(tmp_path: Path) -> None:
    """D28: a further document costs less memory than its signature would take, and room for three times its text."""
    cost(tmp_path / "first", 10)  # what is made once
    few, many = cost(tmp_path / "few", 100), cost(tmp_path / "many", 400)
    held, disk, text = (b - a for a, b in zip(few, many, strict=True))
    assert held / 300 < SignatureConfig().num_perm * 4
    assert disk < MOST_DISK * text
