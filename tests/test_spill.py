"""Records in parts, in memory and on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dedup.errors import StoreError
from dedup.spill import Parts

EDGES = np.array([0, 2, 2, 5], np.int64)
RECORDS = np.array([7, 1, 2**64 - 1, 0, 3], np.uint64)


@pytest.mark.parametrize("on_disk", [True, False])
def test_parts_come_back_whole_and_once(on_disk: bool, tmp_path: Path) -> None:
    """What was added comes back, in the order in which it was added; then it is gone, and so is its file."""
    parts = Parts(3, tmp_path if on_disk else None)
    parts.add(RECORDS, EDGES)
    parts.add(RECORDS[:2], np.array([0, 1, 1, 2], np.int64))
    assert parts.sizes.tolist() == [3, 0, 4]
    assert [parts.take(p).tolist() for p in range(3)] == [[7, 1, 7], [], [2**64 - 1, 0, 3, 1]]
    assert not list(tmp_path.iterdir())


def test_a_cut_file_is_told_by_name(tmp_path: Path) -> None:
    """D21: a spill file cut at any byte, or with a changed byte, is an error that names it."""
    for cut in range(3 * 8):
        parts = Parts(3, tmp_path)
        parts.add(RECORDS, EDGES)
        path = tmp_path / "part-0002.spill"
        path.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(StoreError, match="part-0002"):
            parts.take(2)
        for file in tmp_path.iterdir():
            file.unlink()


def test_a_changed_file_is_told_by_name(tmp_path: Path) -> None:
    """D21: records exchanged inside a spill file are noticed."""
    parts = Parts(3, tmp_path)
    parts.add(RECORDS, EDGES)
    path = tmp_path / "part-0002.spill"
    np.fromfile(path, np.uint64)[::-1].tofile(path)
    with pytest.raises(StoreError, match="damaged"):
        parts.take(2)


def test_no_place_to_write(tmp_path: Path) -> None:
    """A folder that is gone is told with advice."""
    parts = Parts(3, tmp_path / "gone")
    with pytest.raises(StoreError, match="free some space"):
        parts.add(RECORDS, EDGES)
