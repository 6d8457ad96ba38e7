"""How much memory a scan may use, and how much it will: what does not fit is refused before it starts."""

from __future__ import annotations

import os
from collections.abc import Sequence

from dedup.errors import ConfigError

# Measured on 10,000 articles of 63 MB: a peak of 1.65 GB, of which the interpreter and its libraries are 0.3 GB.
BYTES_A_CHARACTER = 26
BYTES_AT_REST = 300 * 2**20
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


def expected(texts: Sequence[str]) -> int:
    """Return about how many bytes a scan of these texts will use at its peak."""
    return BYTES_AT_REST + BYTES_A_CHARACTER * sum(map(len, texts))


def check(texts: Sequence[str], asked: int | None) -> None:
    """Refuse texts that would not fit.

    Raises `ConfigError` with what is needed and what to do.
    """
    need, may = expected(texts), limit(asked)
    # a small scan always runs: most of what it needs is there already
    if need > may and sum(map(len, texts)) * BYTES_A_CHARACTER > BYTES_AT_REST:
        raise ConfigError(
            f"this scan needs about {need / 2**30:.1f} GB of memory and may use {may / 2**30:.1f} GB; "
            "allow more with --memory, or scan by time or outlet"
        )
