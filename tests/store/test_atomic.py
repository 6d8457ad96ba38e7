"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dedup.errors import StoreError
from dedup.store.atomic import write_bytes, write_text


def test_a_file_is_replaced_byte_for_byte(tmp_path: Path) -> None:
    """The new bytes are there, without newline translation, and nothing else."""
    path = tmp_path / "report.html"
    path.write_bytes(b"old and longer than the new")
    write_text(path, "a\r\nb\né")
    assert path.read_bytes() == b"a\r\nb\n\xc3\xa9"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    """A report can be read by others where the umask allows it, as any new file."""
    ordinary, atomic = tmp_path / "ordinary", tmp_path / "atomic"
    ordinary.write_bytes(b"")
    write_bytes(atomic, b"")
    assert atomic.stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """When writing or renaming fails, the old file stands, no part is left, the error has path and reason."""
    path = tmp_path / "passages.jsonl"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(StoreError, match=r"passages\.jsonl: .*No space left on device.*; free some space"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A path whose folder does not exist is refused with the path."""
    path = tmp_path / "absent" / "report.html"
    with pytest.raises(StoreError, match="absent"):
        write_bytes(path, b"")


def test_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    """A folder is not replaced by a file, and no part is left beside it."""
    folder = tmp_path / "report.html"
    folder.mkdir()
    with pytest.raises(StoreError, match=r"report\.html"):
        write_bytes(folder, b"x")
    assert list(tmp_path.iterdir()) == [folder]


def test_lone_surrogates_are_the_callers_to_replace(tmp_path: Path) -> None:
    """Text that is no Unicode is not altered silently: it is refused, and nothing is written."""
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "x", "\ud800")
    assert list(tmp_path.iterdir()) == []
