"""Sorted runs: files of records in order of a key, that never change once they are there.

A record is a key (uint32 or uint64) and columns of fixed width. A file is, in this order:

* head: magic, format version, a JSON description of the layout, checksum;
* blocks of a fixed number of records, each all keys, then all values of each column; the last one is filled up;
* fences: the first key of every block (uint64), then a checksum (XXH3-64) of every block;
* tail, 48 bytes: numbers of records and blocks, last key, size of the file, checksum of head, fences and tail, magic.

A file cut or extended by any byte has no tail where one must be, and a flipped byte fails a checksum: of head, fences
and tail when the file is opened, of a block before the first use of it.
"""

from __future__ import annotations

import functools
import mmap
import os
import secrets
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash

from dedup.errors import StoreError
from dedup.kernels import lookup as kernels
from dedup.store.atomic import advice, sync_folder

FORMAT = 1
_MAGIC, _END = b"DEDUPRUN", b"DEDUPEND"
_HEAD = struct.Struct("<8sII")  # magic, format version, bytes of the whole head
_TAIL = struct.Struct("<QQQQQ8s")  # records, blocks, last key, bytes of the file, checksum, magic
_ALIGNMENT = 64
_LARGEST_HEAD = 1 << 20
_LARGEST_BLOCK = 1 << 24
_KEYS = ("<u4", "<u8")
_VALUES = ("|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8")

Keys = npt.NDArray[np.unsignedinteger[Any]]
Batch = tuple[Keys, tuple[npt.NDArray[Any], ...]]
# What a value of a record is read from, see `kernels.value_of`.
Column = tuple[npt.NDArray[Any], int, int, int]
# First keys of blocks, the block that each cell of keys begins with, and the bits below a cell's number.
Cells = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32], np.uint64]
# Blocks as one array, keys of a block, values from one block to the next, and the first key of each line of a block.
Held = tuple[Keys, int, int, Keys]


@functools.cache
def _types(key: str, columns: tuple[tuple[str, str], ...]) -> tuple[np.dtype[Any], ...]:
    return tuple(np.dtype(t) for t in (key, *(t for _, t in columns)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a record is: the type of the key, name and type of each column, and records a block (a multiple of 64).

    Types are those of NumPy in its short notation, little-endian: `<u4` or `<u8` for keys. Small blocks make looking
    up cheap, large ones reading in order. `meta` is kept in the head for whoever writes the file.

    Raises `ValueError` for a type or size that cannot be stored.
    """

    key: str
    columns: tuple[tuple[str, str], ...] = ()
    block: int = 4096
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = [t for _, t in self.columns if t not in _VALUES]
        if self.key not in _KEYS or wrong or not 0 < self.block <= _LARGEST_BLOCK or self.block % _ALIGNMENT:
            raise ValueError(f"layout {self} cannot be stored; keys are {_KEYS}, values {_VALUES}")

    @property
    def types(self) -> tuple[np.dtype[Any], ...]:
        """Return the types of key and columns."""
        return _types(self.key, self.columns)

    @property
    def stride(self) -> int:
        """Return the bytes of a block."""
        return self.block * sum(t.itemsize for t in self.types)

    def head(self) -> bytes:
        """Return the head of a file."""
        plain = {"key": self.key, "columns": self.columns, "block": self.block, "meta": dict(self.meta)}
        about = msgspec.json.encode(plain)
        size = -(-(_HEAD.size + len(about) + 8) // _ALIGNMENT) * _ALIGNMENT
        if size > _LARGEST_HEAD:
            raise ValueError("the meta data of a run must stay under a megabyte")
        head = (_HEAD.pack(_MAGIC, FORMAT, size) + about).ljust(size - 8, b" ")
        return head + xxhash.xxh3_64_digest(head)


class RunWriter:
    """Writes a run beside its place and puts it there when it is complete.

    As a context manager it is finished at the end of the block, and left out after an error.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "words.run"
    >>> with RunWriter(path, Layout(key="<u4", columns=(("document", "<u4"),))) as writer:
    ...     writer.append(np.array([3, 3, 9], np.uint32), np.array([0, 1, 0], np.uint32))
    >>> with Run(path) as run:
    ...     low, high = run.lookup(np.array([3, 4], np.uint32))
    >>> (low.tolist(), high.tolist())
    ([0, 2], [2, 2])
    """

    def __init__(self, path: Path, layout: Layout, *, durable: bool = True) -> None:
        """Open the file beside its place; a spill that need not survive the process is not `durable`.

        Raises `StoreError` when the folder cannot be written.
        """
        self.path, self.layout = path, layout
        self.records = 0
        self._durable = durable
        self._beside = path.parent / f".dedup-{secrets.token_hex(6)}.part"
        self._waiting: list[Batch] = []
        self._n_waiting = 0
        self._fences: list[npt.NDArray[np.uint64]] = []
        self._sums: list[int] = []
        self._last = -1
        self._head = layout.head()
        self._file: BinaryIO | None = None
        with self._named():
            self._file = open(self._beside, "xb")  # noqa: SIM115
            self._file.write(self._head)

    def append(self, keys: Keys, *columns: npt.NDArray[Any]) -> None:
        """Add records, in order of their keys and not before those that are there; equal keys keep their order.

        Raises `ValueError` for records out of order, of other types or of unequal number; `StoreError` when they
        cannot be written.
        """
        given = (keys, *columns)
        if tuple(a.dtype for a in given) != self.layout.types or len({len(a) for a in given}) != 1:
            raise ValueError(f"{self.path.name}: the records do not fit the layout {self.layout}")
        if not len(keys):
            return
        if int(keys[0]) < self._last or (keys[1:] < keys[:-1]).any():
            raise ValueError(f"{self.path.name}: records must come in order of their keys")
        self._last = int(keys[-1])
        self.records += len(keys)
        self._waiting.append((keys, columns))
        self._n_waiting += len(keys)
        if self._n_waiting >= self.layout.block:
            self._write_blocks(self._n_waiting // self.layout.block)

    def finish(self) -> None:
        """Write what is left and put the file in its place, replacing one that is there.

        Raises `StoreError` when it cannot be written; nothing is then left beside it.
        """
        if self._file is None:
            return
        with self._named():
            if self._n_waiting:
                self._write_blocks(1)
            self._file.write(self._end(self._file.tell()))
            self._file.flush()
            if self._durable:
                os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._beside, self.path)
            if self._durable:
                sync_folder(self.path.parent)
        self._file = None

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._beside.unlink(missing_ok=True)
            self._file = None

    def _end(self, place: int) -> bytes:
        """Return fences and tail."""
        fences = np.concatenate([np.empty(0, np.uint64), *self._fences]).astype("<u8").tobytes()
        table = fences + np.array(self._sums, "<u8").tobytes()
        size = place + len(table) + _TAIL.size
        fields = (self.records, len(self._sums), max(self._last, 0), size)
        return table + _TAIL.pack(*fields, _checksum(self._head, table, fields), _END)

    def _write_blocks(self, n: int) -> None:
        """Write the next `n` blocks, the last of them filled up with zeros when nothing else is left."""
        block = self.layout.block
        rows = np.zeros((n, self.layout.stride), np.uint8)
        wanted = min(n * block, self._n_waiting)
        taken = _first_records(self._waiting, wanted)
        offset = 0
        for values, kind in zip((taken[0], *taken[1]), self.layout.types, strict=True):
            filled = np.zeros(n * block, kind)
            filled[:wanted] = values
            width = block * kind.itemsize
            rows[:, offset : offset + width] = filled.view(np.uint8).reshape(n, width)
            offset += width
        self._fences.append(taken[0][::block].astype(np.uint64))
        self._sums += [xxhash.xxh3_64_intdigest(row.data) for row in rows]
        self._n_waiting -= wanted
        with self._named():
            assert self._file is not None
            self._file.write(rows.data)

    def _named(self) -> _Named:
        return _Named(self)

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if kind is None:
            self.finish()
        else:
            self.abort()


class _Named:
    """Turns an error of the system into one that names the file, and removes what was written."""

    def __init__(self, writer: RunWriter) -> None:
        self.writer = writer

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            return
        self.writer.abort()
        if isinstance(error, OSError):
            raise StoreError(advice(self.writer.path, error)) from error


class Run:
    """A run, mapped into memory; may be read by many threads at once.

    `len(run)` is the number of records; they are numbered from 0 in order of their keys.
    """

    def __init__(self, path: Path, *, repair: str = "make it again") -> None:
        """Open a run and check all but its blocks, which are checked when they are first read.

        `repair` is what an error tells the reader to do about a damaged file.

        Raises `StoreError` naming the file when it is missing, cut, damaged or of another format.
        """
        self.path = path
        self._repair = repair
        try:
            with open(path, "rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise StoreError(f"{path}: cannot be read ({error.strerror or error}); {repair}") from error
        except ValueError as error:
            raise self.damaged("it is empty") from error
        with ExitStack() as undo:
            undo.callback(self._map.close)
            self.layout, first = self._read_head()
            self._read_tail(first)
            undo.pop_all()

    def damaged(self, what: str) -> StoreError:
        """Return the error for a damaged file."""
        return StoreError(f"{self.path}: the file is damaged: {what}; {self._repair}")

    def _read_head(self) -> tuple[Layout, int]:
        """Return the layout, and where the blocks begin."""
        if len(self._map) < _HEAD.size + 8 + _TAIL.size:
            raise self.damaged("it is cut")
        magic, version, size = _HEAD.unpack_from(self._map)
        if magic != _MAGIC:
            raise self.damaged("it is no run of sorted records")
        if version != FORMAT:
            raise StoreError(f"{self.path}: has format {version}, this version reads {FORMAT}; {self._repair}")
        if not _HEAD.size + 8 <= size <= min(_LARGEST_HEAD, len(self._map) - _TAIL.size):
            raise self.damaged("its head does not fit")
        head = self._map[:size]
        if xxhash.xxh3_64_digest(head[:-8]) != head[-8:]:
            raise self.damaged("the checksum of its head does not fit")
        try:
            plain = msgspec.json.decode(head[_HEAD.size : -8])
            columns = tuple((str(name), str(kind)) for name, kind in plain["columns"])
            layout = Layout(key=plain["key"], columns=columns, block=plain["block"], meta=plain["meta"])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise self.damaged(f"its head is unknown ({error})") from error
        return layout, size

    def _read_tail(self, first: int) -> None:
        *fields, checksum, end = _TAIL.unpack_from(self._map, len(self._map) - _TAIL.size)
        records, blocks, last, size = fields
        begin = first + blocks * self.layout.stride
        if end != _END or size != len(self._map) or begin + 16 * blocks + _TAIL.size != size:
            raise self.damaged("it is cut")
        table = self._map[begin : begin + 16 * blocks]
        if checksum != _checksum(self._map[:first], table, tuple(fields)):
            raise self.damaged("the checksum of its tail does not fit")
        self._records, self.last = records, last
        self._first, self._blocks = first, blocks
        self._fences = np.frombuffer(table, "<u8", blocks)
        cells = celled(self._fences, self.layout.types[0])
        self._sums = np.frombuffer(table, "<u8", blocks, 8 * blocks)
        self._checked = np.zeros(blocks, np.bool_)
        self._views = self._make_views()
        # of a block they are there when it has been checked
        tops = np.zeros((blocks, -(-self.layout.block // kernels.LINE)), self.layout.types[0])
        held = (
            self._flat(self.layout.types[0]),
            self.layout.block,
            self.layout.stride // self.layout.types[0].itemsize,
            tops,
        )
        self._sought = held, cells, self._checked, records

    def _make_views(self) -> tuple[npt.NDArray[Any], ...]:
        """Return key and columns as arrays of blocks by records, without copying."""
        stride = self.layout.stride
        rows = np.frombuffer(memoryview(self._map)[self._first :], np.uint8, self._blocks * stride)
        views, offset = [], 0
        for kind in self.layout.types:
            width = self.layout.block * kind.itemsize
            views.append(rows.reshape(self._blocks, stride)[:, offset : offset + width].view(kind))
            offset += width
        return tuple(views)

    def _flat(self, kind: np.dtype[Any]) -> npt.NDArray[Any]:
        """Return all blocks as one array of a type, without copying."""
        return np.frombuffer(self._map, kind, self._blocks * self.layout.stride // kind.itemsize, self._first)

    def __len__(self) -> int:
        return self._records

    @property
    def size(self) -> int:
        """Return the bytes of the file."""
        return len(self._map)

    def lookup(self, keys: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return for each key its records `[low, high)` (int64 each); nothing is there where both are equal.

        Keys may come in any order. Raises `StoreError` when a block that is needed is damaged, `ValueError` for keys
        of another type.
        """
        low, high = np.zeros((2, len(keys)), np.int64)
        self.search(keys, low, high)
        return low, high

    def search(self, keys: Keys, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> None:
        """Write what `lookup` returns to `low` and `high`, which are zeros where it is called; raises as it does."""
        if keys.dtype != self._views[0].dtype:
            raise ValueError(f"{self.path.name}: has keys of type {self.layout.key}, not {keys.dtype}")
        if self._blocks:
            while len(missing := kernels.search(keys, *self._sought, low, high)):
                self._check(missing)

    def column(self, number: int) -> Column:
        """Return a column, of which the records that `lookup` told may be read: their blocks have been checked.

        Raises `ValueError` for blocks of a size that is no power of two.
        """
        block, kind = self.layout.block, self.layout.types[1 + number]
        first = block * sum(t.itemsize for t in self.layout.types[: 1 + number])
        if block & (block - 1):
            raise ValueError(f"{self.path.name}: has blocks of {block} records, which is no power of two")
        return self._flat(kind), block.bit_length() - 1, self.layout.stride // kind.itemsize, first // kind.itemsize

    def take(self, records: npt.NDArray[np.int64]) -> Batch:
        """Return keys and columns of records by number, in the order given.

        Raises `StoreError` when a block that is needed is damaged.
        """
        block, place = np.divmod(records, self.layout.block)
        self._check(block)
        keys, *columns = (view[block, place] for view in self._views)
        return keys, tuple(columns)

    def batches(self, records: int = 1 << 16) -> Iterator[Batch]:
        """Yield all records in order, about `records` at a time.

        Raises `StoreError` when a block is damaged or out of order.
        """
        step = max(1, records // self.layout.block)
        last: int | None = None
        for first in range(0, self._blocks, step):
            stop = min(first + step, self._blocks)
            self._check(np.arange(first, stop))
            n = min(self._records - first * self.layout.block, (stop - first) * self.layout.block)
            keys, *columns = (view[first:stop].reshape(-1)[:n] for view in self._views)
            if (last is not None and int(keys[0]) < last) or (keys[1:] < keys[:-1]).any():
                raise self.damaged("its records are out of order")
            last = int(keys[-1])
            yield keys, tuple(columns)

    def verify(self) -> None:
        """Read everything.

        Raises `StoreError` when anything is damaged or out of order.
        """
        self._checked[:] = False
        for number, (keys, _) in enumerate(self.batches(self.layout.block)):
            if int(keys[0]) != int(self._fences[number]):
                raise self.damaged("its fences do not fit")

    def _check(self, blocks: npt.NDArray[np.int64]) -> None:
        """Compare the checksums of blocks that were not read before."""
        stride = self.layout.stride
        if not len(blocks):
            return
        new = ~self._checked[blocks]
        if not new.any():
            return
        unread = np.unique(blocks[new])
        with memoryview(self._map) as whole:
            for block, begin, checksum in zip(
                unread.tolist(), (self._first + unread * stride).tolist(), self._sums[unread].tolist(), strict=True
            ):
                with whole[begin : begin + stride] as part:
                    right = xxhash.xxh3_64_intdigest(part) == checksum
                if not right:
                    raise self.damaged(f"the checksum of block {block} does not fit")
        keys, tops = self._views[0], self._sought[0][-1]
        tops[unread] = keys[unread, :: kernels.LINE]
        last, n = self._blocks - 1, self._records - (self._blocks - 1) * self.layout.block
        if unread[-1] == last and n < self.layout.block:
            tops[last] = topped(keys[last, : max(n, 0)], self.layout.block)
        self._checked[unread] = True

    def close(self) -> None:
        """Let the file go; it is closed when nothing that was read from it without copying is in use."""
        self._views = ()
        held, *rest = self._sought
        self._sought = (np.empty(0, self.layout.types[0]), *held[1:]), *rest
        with suppress(BufferError):
            self._map.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def celled(fences: npt.NDArray[np.uint64], kind: np.dtype[Any]) -> Cells:
    """Return the first keys of blocks with what tells at once about where a key of a type stands: the keys in cells of
    one size, of about eight blocks.

    The block that each cell begins with is looked up: the least shingles of windows, which seeds are, are not spread
    evenly, and half of them stand in a third of all keys.
    """
    bits = max(1, len(fences).bit_length() - 3)
    shift = np.uint64(8 * kind.itemsize - bits)
    edges = np.arange(1 << bits, dtype=np.uint64) << shift
    return fences, np.append(np.searchsorted(fences, edges), len(fences)).astype(np.int32), shift


def topped(keys: Keys, width: int) -> Keys:
    """Return the first key of each line of a block of `width` keys, of which those given are there; the largest of all
    where there are no more."""
    tops = np.full(-(-width // kernels.LINE), np.iinfo(keys.dtype).max, keys.dtype)
    tops[: -(-len(keys) // kernels.LINE)] = keys[:: kernels.LINE]
    return tops


class Mergeable(Protocol):
    """What can be merged: records in order of their keys."""

    @property
    def layout(self) -> Layout:
        """Return what a record is."""
        ...

    def __len__(self) -> int: ...

    def batches(self, records: int = 1 << 16) -> Iterator[Batch]:
        """Yield all records in order of their keys."""
        ...


class Records(Mergeable, Protocol):
    """What can be searched as well: a run, or the like in memory."""

    def lookup(self, keys: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return for each key its records `[low, high)`."""
        ...

    def search(self, keys: Keys, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> None:
        """Write what `lookup` returns to `low` and `high`, which are zeros where it is called."""
        ...

    def take(self, records: npt.NDArray[np.int64]) -> Batch:
        """Return keys and columns of records by number."""
        ...

    def column(self, number: int) -> Column:
        """Return a column of which the records that `lookup` told may be read; `ValueError` where that cannot be."""
        ...


def merge(runs: Sequence[Mergeable], records: int = 1 << 16) -> Iterator[Batch]:
    """Yield the records of all runs in order of their keys, about `records` of each at a time.

    Equal keys come in order of the runs, then of their places, however many there are; memory stays within about
    `2 * records` of each run. Raises `StoreError` when a run is damaged, `ValueError` when layouts differ.
    """
    if len({(r.layout.key, r.layout.columns) for r in runs}) > 1:
        raise ValueError("runs of different layouts cannot be merged")
    heads = [_Head(run, records) for run in runs]
    while heads := [h for h in heads if h.fill()]:
        # below the least last key of what may go on, everything is there
        bound = min((h.last for h in heads if not h.ended), default=None)
        parts = [p for h in heads if len((p := h.below(bound))[0])]
        if parts:
            yield _in_order(parts)
            continue
        # what is left up to that key are equals: each run in turn, as they may be too many to hold
        assert bound is not None
        for head in heads:
            yield from head.equal(bound)


class _Head:
    """The next records of a run that is merged."""

    def __init__(self, run: Mergeable, records: int) -> None:
        self._batches = run.batches(records)
        self._batch: Batch | None = None
        self._unread = len(run)

    @property
    def ended(self) -> bool:
        """Return whether nothing follows what is here."""
        return not self._unread

    def fill(self) -> bool:
        """Read on when nothing is left; return whether there is anything."""
        while self._batch is None or not len(self._batch[0]):
            self._batch = next(self._batches, None)
            if self._batch is None:
                return False
            self._unread -= len(self._batch[0])
        return True

    @property
    def last(self) -> int:
        """Return the last key that is here."""
        assert self._batch is not None
        return int(self._batch[0][-1])

    def below(self, bound: int | None) -> Batch:
        """Take the records before a key, or all."""
        assert self._batch is not None
        keys = self._batch[0]
        return self._cut(len(keys) if bound is None else int(np.searchsorted(keys, keys.dtype.type(bound))))

    def equal(self, key: int) -> Iterator[Batch]:
        """Take all records of a key that is the least of all."""
        while self.fill():
            assert self._batch is not None
            keys = self._batch[0]
            n = int(np.searchsorted(keys, keys.dtype.type(key), side="right"))
            if not n:
                return
            yield self._cut(n)

    def _cut(self, n: int) -> Batch:
        assert self._batch is not None
        keys, columns = self._batch
        self._batch = keys[n:], tuple(c[n:] for c in columns)
        return keys[:n], tuple(c[:n] for c in columns)


def _in_order(parts: Sequence[Batch]) -> Batch:
    """Return the records of several batches in order of their keys, equals in order of the batches."""
    if len(parts) == 1:
        return parts[0]
    keys = np.concatenate([p[0] for p in parts])
    order = np.argsort(keys, kind="stable")
    return keys[order], tuple(np.concatenate(c)[order] for c in zip(*(p[1] for p in parts), strict=True))


def _first_records(waiting: list[Batch], n: int) -> Batch:
    """Take the first `n` records from a list of batches."""
    parts: list[Batch] = []
    while n:
        keys, columns = waiting.pop(0)
        taken = min(n, len(keys))
        parts.append((keys[:taken], tuple(c[:taken] for c in columns)))
        if taken < len(keys):
            waiting.insert(0, (keys[taken:], tuple(c[taken:] for c in columns)))
        n -= taken
    keys = np.concatenate([p[0] for p in parts])
    return keys, tuple(np.concatenate(c) for c in zip(*(p[1] for p in parts), strict=True))


def _checksum(head: bytes, table: bytes, fields: Sequence[int]) -> int:
    """Return the checksum that stands in the tail."""
    return xxhash.xxh3_64_intdigest(head[-8:] + table + struct.pack("<4Q", *fields))
