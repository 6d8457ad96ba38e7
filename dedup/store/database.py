"""Rows with checksums in one SQLite file: what an index must change in one step.

SQLite gives transactions and snapshots, and does not notice a flipped byte. So every row carries a checksum of its key
and its content, and nothing is answered from a row without it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import xxhash

from dedup.errors import StoreError

# Seconds to wait for another process in the middle of a commit.
PATIENCE = 30.0
# A document takes about 2 kB: in pages of 8 kB a fifth of the room would stay empty.
_PAGE = 16384
# Pages that the write-ahead log grows to, 4 MB.
_LOG_PAGES = 256
_AT_ONCE = 500
_SCHEMA = """
CREATE TABLE documents (number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE parts (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
"""


def checksum(key: str | int, content: bytes) -> int:
    """Return the XXH3-64 of a row."""
    return xxhash.xxh3_64_intdigest(f"{key}\0".encode() + content)


class Database:
    """Numbered documents and named parts, each a string of bytes.

    Every thread has a connection of its own. Every method raises `StoreError` naming the file when it is damaged, busy
    or cannot be written.
    """

    def __init__(self, path: Path, *, write: bool, repair: str) -> None:
        """Open a database; one that is written is made when it is not there.

        `repair` is what an error tells the reader to do about a damaged file.
        """
        self.path = path
        self._write, self._repair = write, repair
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        fresh = write and not path.exists()
        with self._named():
            connection = self._connection()
            if fresh:
                connection.execute(f"PRAGMA page_size = {_PAGE}")
            if write:
                connection.execute("PRAGMA journal_mode = WAL")
            if fresh or (write and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]):
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")

    def damaged(self, what: str) -> StoreError:
        """Return the error for a damaged file."""
        return StoreError(f"{self.path}: the file is damaged: {what}; {self._repair}")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one snapshot within the block, whatever is written meanwhile; a block inside a block sees the same."""
        if self._connection().in_transaction:
            yield
            return
        with self._named():
            self._connection().execute("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    def renew(self) -> None:
        """Go on with the newest snapshot inside `reading`."""
        with self._named():
            self._roll_back()
            self._connection().execute("BEGIN")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of the block, or nothing of it; what is written has reached the disk when the block ends."""
        with self._named():
            self._connection().execute("BEGIN IMMEDIATE")
            with ExitStack() as undo:
                undo.callback(self._roll_back)
                yield
                self._connection().execute("COMMIT")
                undo.pop_all()

    def part(self, name: str) -> bytes | None:
        """Return a named part; None where there is none."""
        with self._named():
            row = self._connection().execute("SELECT body FROM parts WHERE name = ?", (name,)).fetchone()
        return None if row is None else self._opened(name, row[0])[0]

    def put_part(self, name: str, content: bytes) -> None:
        """Write a named part."""
        row = (name, _sealed(name, content))
        self._connection().execute("INSERT OR REPLACE INTO parts VALUES (?, ?)", row)

    def drop_part(self, name: str) -> None:
        """Remove a named part."""
        self._connection().execute("DELETE FROM parts WHERE name = ?", (name,))

    def document(self, number: int) -> tuple[bytes, int]:
        """Return a document that must be there, and its checksum."""
        with self._named():
            row = self._connection().execute("SELECT body FROM documents WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise self.damaged(f"document {number} is missing")
        return self._opened(number, row[0])

    def documents_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Yield number and content of documents that must be there."""
        for first in range(0, len(numbers), _AT_ONCE):
            part = numbers[first : first + _AT_ONCE]
            asked = f"SELECT number, body FROM documents WHERE number IN ({', '.join('?' * len(part))})"
            with self._named():
                rows = self._connection().execute(asked, part).fetchall()
            if len(rows) < len(set(part)):
                missing = min(set(part) - {number for number, _ in rows})
                raise self.damaged(f"document {missing} is missing")
            for number, body in rows:
                yield number, self._opened(number, body)[0]

    def documents(self, first: int = 0) -> Iterator[tuple[int, bytes, int]]:
        """Yield number, content and checksum of all documents from a number on."""
        with self._named():
            rows = self._connection().execute("SELECT number, body FROM documents WHERE number >= ?", (first,))
            for number, body in rows:
                yield (number, *self._opened(number, body))

    def numbers(self, first: int) -> list[int]:
        """Return the numbers of all documents from one on."""
        with self._named():
            rows = self._connection().execute("SELECT number FROM documents WHERE number >= ?", (first,))
            return [row[0] for row in rows]

    def put_documents(self, documents: Iterable[tuple[int, bytes]]) -> None:
        """Write documents under new numbers."""
        rows = ((number, _sealed(number, content)) for number, content in documents)
        self._connection().executemany("INSERT INTO documents VALUES (?, ?)", rows)

    def drop_documents(self, numbers: Iterable[int]) -> None:
        """Remove documents by number."""
        self._connection().executemany("DELETE FROM documents WHERE number = ?", ((n,) for n in numbers))

    def check(self) -> None:
        """Let SQLite look for damage in its own structure."""
        with self._named():
            found = self._connection().execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise self.damaged(str(found))

    def shrink(self) -> None:
        """Give the room of removed rows back to the disk."""
        with self._named():
            self._connection().execute("VACUUM")
            self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._all:
                with suppress(sqlite3.Error):
                    connection.close()
            self._all.clear()
            self._local = threading.local()

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self._connection().execute("ROLLBACK")

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            mode = "rwc" if self._write else "ro"
            found = sqlite3.connect(
                f"file:{quote(str(self.path))}?mode={mode}",
                uri=True,
                timeout=PATIENCE,
                isolation_level=None,
                check_same_thread=False,
            )
            # an index is data from elsewhere: no schema in it may call functions, and damage is looked for
            found.execute("PRAGMA trusted_schema = OFF")
            found.execute("PRAGMA cell_size_check = ON")
            found.execute("PRAGMA synchronous = FULL")
            found.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            self._local.connection = found
            with self._lock:
                self._all.append(found)
        return found

    def _opened(self, key: str | int, body: object) -> tuple[bytes, int]:
        """Return content and checksum of a row."""
        if not isinstance(body, bytes) or len(body) < 8:
            raise self.damaged(f"row {key} is cut")
        content, found = body[8:], int.from_bytes(body[:8], "little")
        if checksum(key, content) != found:
            raise self.damaged(f"the checksum of row {key} does not fit")
        return content, found

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Turn errors of SQLite into one that names the file."""
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeDecodeError) as error:
            if "locked" in str(error) or "busy" in str(error):
                raise StoreError(f"{self.path}: another process is writing for a long time; try again") from error
            if "full" in str(error) or "readonly" in str(error) or "unable to open" in str(error):
                raise StoreError(f"{self.path}: {error}; see to its folder's free space and permissions") from error
            raise self.damaged(str(error)) from error


def _sealed(key: str | int, content: bytes) -> bytes:
    return checksum(key, content).to_bytes(8, "little") + content
