"""How much memory a scan may use, and what it keeps in files when that is not enough."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dedup.errors import StoreError
from dedup.progress import Progress
from dedup.spill import Scratch
from dedup.tokens import tokenize

# Measured on planted articles: bytes a code point while all is in memory, documents as objects (where they stay encoded
# it is half), and what the interpreter and its libraries take. What is spilled is mapped, and let go of when the
# process holds more than a share of what it may.
BYTES_A_CHARACTER = 12
BYTES_AT_REST = 300 * 2**20
MAPPED_SHARE = 0.7
# Seeds and hits stay in memory while what is not mapped is less than this share.
HELD_SHARE = 0.4
# Bytes of files: tokens, a byte of each hash, masses, marks, sums, seeds, hits and records grow with the text,
# signatures with the documents.
DISK_A_CHARACTER = 8
DISK_A_DOCUMENT = 600
# Characters that a scan takes in a second on two cores, before anything is known of the machine: 3.2 million on one,
# 7.2 on another.
CHARACTERS_A_SECOND = 4_000_000
# How many times as long as tokenising all texts a scan takes behind reading, of all passages and of documents alone,
# on one core: on planted articles 43 and 54 times at 10^5 and 10^6, and 5 times at 200,000, where two cores are at work
# for 0.87 of the time. Texts that are tokenised to tell it, and how much of each (code points).
WHOLE, DOCUMENTS = 58, 5
TIMED_TEXTS, TIMED_CHARACTERS = 256, 20_000
DEFAULT_LIMIT = 6 * 2**30


def limit(asked: int | None) -> int:
    """Return the bytes that a scan may use: as asked, else the smaller of 6 GB and half of what is free.

    Where the system does not tell what is free, 6 GB.
    """
    if asked is not None:
        return asked
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return DEFAULT_LIMIT
    return min(DEFAULT_LIMIT, free // 2)


def characters(asked: int | None) -> int:
    """Return how many code points of text can be scanned in memory; of more, most is kept in files."""
    return max(0, limit(asked) - BYTES_AT_REST) // BYTES_A_CHARACTER


def scratch(asked: int | None, folder: Path | None = None) -> Scratch:
    """Return where arrays go that do not fit: to `folder`, or to the place of the system for temporary files."""
    most = limit(asked)
    return Scratch(folder, int(most * MAPPED_SHARE), int(most * HELD_SHARE), on_disk=True)


def disk(characters: int, documents: int) -> int:
    """Return about how many bytes of files a scan needs that does not fit into memory, the documents apart."""
    return DISK_A_CHARACTER * characters + DISK_A_DOCUMENT * documents


def seconds(texts: Sequence[str], characters: int, jobs: int, *, documents_alone: bool) -> float:
    """Return about how many seconds a scan of texts of so many code points takes that have been read, by what
    tokenising some of them takes here."""
    some = [texts[i][:TIMED_CHARACTERS] for i in range(0, len(texts), max(1, -(-len(texts) // TIMED_TEXTS)))]
    tokenize(some[:1])  # what is compiled is loaded
    began = time.perf_counter()
    tokenize(some)
    pace = (time.perf_counter() - began) / max(1, sum(map(len, some)))
    return characters * pace * (DOCUMENTS if documents_alone else WHOLE) / jobs


def check_room(scratch: Scratch, characters: int, documents: int, expected: float, progress: Progress) -> None:
    """Say how much room a scan takes in files, and that it takes about as long as `expected` (seconds); refuse it when
    that room is not there.

    Raises `StoreError` with what is needed and what to do.
    """
    folder = scratch.folder or Path(tempfile.gettempdir())
    need, free = disk(characters, documents), shutil.disk_usage(folder).free
    if need > free:
        raise StoreError(
            f"{folder}: this scan needs about {need / 2**30:.1f} GB of files there and {free / 2**30:.1f} GB are free; "
            "free some space, name another folder with --work, or allow more with --memory"
        )
    progress.warn(
        f"{documents:,} documents of {characters / 1e6:,.0f} million characters do not fit into --memory: "
        f"about {need / 2**30:.1f} GB are kept in files in {folder} until the scan ends, "
        f"in about {_duration(expected)}"
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
