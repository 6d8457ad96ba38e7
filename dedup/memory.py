"""How much memory a scan may use, and what it keeps in files when that is not enough."""

from __future__ import annotations

import os
from pathlib import Path

from dedup.spill import Scratch

# Measured on planted articles: bytes a code point while all is in memory, and what the interpreter and its libraries
# take. What is spilled is mapped, and let go of when the process holds more than a share of what it may.
BYTES_A_CHARACTER = 12
BYTES_AT_REST = 300 * 2**20
MAPPED_SHARE = 0.5
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
    return Scratch(folder, int(limit(asked) * MAPPED_SHARE), on_disk=True)
