"""Files that appear whole or not at all: written beside, synchronised, renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from dedup.errors import StoreError

# Bytes of a file that are brought to the disk at a time: while others still make theirs, not all of them at the end.
SYNCED = 1 << 26


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step, replacing a file that is there: readers see old or new bytes.

    Raises `StoreError` naming the path when the folder is missing or read-only, the disk is full or `path` is
    a folder; nothing is then left beside it and an old file is untouched.
    """
    write_parts(path, (data,))


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """Put what `parts` yields at `path`, one behind the other, as `write_bytes` does."""
    beside = path.parent / f".dedup-{secrets.token_hex(6)}.part"
    try:
        _write_synced(beside, parts)
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(advice(path, error)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Put `text` at `path` as UTF-8, without newline translation, as `write_bytes` does.

    Raises `StoreError` as `write_bytes` does, and `UnicodeEncodeError` when `text` has lone surrogates:
    replace those first.
    """
    write_bytes(path, text.encode("utf-8"))


def _write_synced(path: Path, parts: Iterable[bytes]) -> None:
    # "xb" takes its mode from the umask, which tempfile's 0600 would not: a report is made to be shared.
    with open(path, "xb") as file:
        waiting = 0
        for part in parts:
            waiting += file.write(part)
            if waiting >= SYNCED:
                file.flush()
                os.fsync(file.fileno())
                waiting = 0
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the rename itself durable where the system lets a folder be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Some network file systems refuse to synchronise a folder; the file itself is already safe.
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def advice(path: Path, error: OSError) -> str:
    """Return the message for a file that cannot be written."""
    reason = error.strerror or str(error)
    return f"{path}: cannot be written ({reason}); free some space there or choose another place to write to"
