"""Records in parts: kept in memory while they fit, else in one file a part in a folder that goes away with the scan.

Parts are written from several threads in any order, and each is taken once, whole.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from dedup.errors import StoreError

Records = npt.NDArray[np.uint64]


class Parts:
    """Records (uint64) in `count` parts. Without a folder they stay in memory."""

    def __init__(self, count: int, folder: Path | None = None, name: str = "part") -> None:
        """Raises `StoreError` when the folder cannot be written."""
        self.sizes = np.zeros(count, np.int64)
        self._lock = threading.Lock()
        self._held: list[list[Records]] = [[] for _ in range(count)]
        self._sums = [xxhash.xxh3_64() for _ in range(count)] if folder else []
        self._paths = [folder / f"{name}-{p:04d}.spill" for p in range(count)] if folder else []

    def __len__(self) -> int:
        return len(self.sizes)

    def add(self, records: Records, edges: npt.NDArray[np.int64]) -> None:
        """Add to part p the records `edges[p]:edges[p + 1]`; raises `StoreError` when they cannot be written."""
        with self._lock:
            self.sizes += np.diff(edges)
            for p in np.flatnonzero(np.diff(edges)).tolist():
                own = records[edges[p] : edges[p + 1]]
                if self._paths:
                    self._write(p, own)
                else:
                    self._held[p].append(own)

    def take(self, part: int) -> Records:
        """Return the records of a part in no certain order, and let go of them.

        Raises `StoreError` naming the file when it is not as it was written.
        """
        if not self._paths:
            held, self._held[part] = self._held[part], []
            return np.concatenate(held) if held else np.empty(0, np.uint64)
        path, size = self._paths[part], int(self.sizes[part])
        if not size:
            return np.empty(0, np.uint64)
        try:
            found = np.fromfile(path, np.uint64)
            path.unlink()
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}; scan again") from error
        if len(found) != size or xxhash.xxh3_64_intdigest(found.data) != self._sums[part].intdigest():
            raise StoreError(f"{path}: the file is damaged; scan again")
        return found

    def _write(self, part: int, records: Records) -> None:
        try:
            with open(self._paths[part], "ab") as file:
                file.write(records.data)
        except OSError as error:
            raise StoreError(f"{self._paths[part]}: {error.strerror}; free some space there") from error
        self._sums[part].update(records.data)
