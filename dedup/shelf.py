"""Documents: as they were given while they fit into memory, else encoded in nameless files, as those that come from
large files are; from there each is read when it is asked for."""

from __future__ import annotations

import bisect
import copy
import functools
import itertools
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, ValuesView
from typing import IO, Any, NamedTuple, Protocol, TypeVar, get_type_hints, overload

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.model import Document
from dedup.spill import Column, Scratch

T = TypeVar("T")
# Documents kept at hand once they were read from the file, and their code points, about: each process keeps its own.
AT_HAND, CHARACTERS_AT_HAND = 1 << 12, 1 << 24
# Documents whose places are looked up together.
LOOKS = 1 << 8
# Files of a shelf's own, before those of batches.
OWN = 2


class Head(msgspec.Struct, frozen=True):
    """What is asked of every document of a corpus; as in `Document`."""

    id: str
    title: str | None
    outlet: str | None
    timestamp: float | None
    url: str | None
    published_precision: str | None


class Moment(NamedTuple):
    """When a document was published, as in `Document`."""

    timestamp: float | None
    published_precision: str | None


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Documents that stand encoded in a file of another process: the number of that file, their ids, the code points
    of each (int64), where each begins and ends (int64), the same of their heads, and what else was made of their texts
    there."""

    file: int
    ids: list[str]
    lengths: bytes
    starts: bytes
    ends: bytes
    head_starts: bytes
    head_ends: bytes
    made: bytes


class Line(NamedTuple):
    """A document that is kept as the line of JSON that it came from: its head, where it begins and ends in what was
    read, its text in UTF-8, and the code points of that."""

    head: Head
    start: int
    end: int
    text: memoryview
    length: int


class Lines(Protocol):
    """Reads documents that are kept as lines."""

    def document(self, line: memoryview, doc_id: str) -> Document:
        """Return the document of a line, under the id that it was given."""

    def texts(self, lines: Sequence[memoryview]) -> Sequence[bytes | memoryview]:
        """Return the texts of lines in UTF-8."""


# How the record of a line begins, and no other does.
_BRACE = ord("{")


def stored(
    documents: Sequence[Document | Line],
    number: int,
    file: IO[bytes],
    scratch: Scratch,
    made: bytes = b"",
    raw: bytes = b"",
) -> Batch:
    """Write documents, and `raw` with the lines of some, to the end of a file of `scratch`, the one of some `number`,
    and return where they are.

    Raises `StoreError` when there is no room.
    """
    encode = msgspec.msgpack.Encoder().encode
    whole = [encode(d) for d in documents if not isinstance(d, Line)]
    heads = [d.head if isinstance(d, Line) else _head(d) for d in documents]
    packed = [encode(head) for head in heads]
    start = scratch.write(file, b"".join([raw, *whole, *packed]))
    ends = start + len(raw) + np.cumsum([0, *map(len, whole), *map(len, packed)], dtype=np.int64)
    spans = iter(itertools.pairwise(ends[: len(whole) + 1].tolist()))
    places = [(start + d.start, start + d.end) if isinstance(d, Line) else next(spans) for d in documents]
    return Batch(
        file=number,
        ids=[head.id for head in heads],
        lengths=np.array([d.length if isinstance(d, Line) else len(d.text) for d in documents], np.int64).tobytes(),
        starts=np.array([first for first, _ in places], np.int64).tobytes(),
        ends=np.array([last for _, last in places], np.int64).tobytes(),
        head_starts=ends[len(whole) : -1].tobytes(),
        head_ends=ends[len(whole) + 1 :].tobytes(),
        made=made,
    )


def _head(document: Document) -> Head:
    return Head(
        document.id,
        document.title,
        document.outlet,
        document.timestamp,
        document.url,
        document.published_precision,
    )


class _Text(msgspec.Struct, frozen=True):
    text: str


class _Spans:
    """Where encoded records stand: in which file, from where and up to where."""

    def __init__(self) -> None:
        self._files, self._starts, self._ends = array("b"), array("q"), array("q")

    def add(self, file: int, starts: bytes, ends: bytes) -> None:
        """Add records of one file that begin and end there (int64)."""
        self._files.extend([file] * (len(starts) // 8))
        self._starts.frombytes(starts)
        self._ends.frombytes(ends)

    def append(self, file: int, start: int, size: int) -> None:
        """Add a record."""
        self._files.append(file)
        self._starts.append(start)
        self._ends.append(start + size)

    def of(self, views: Sequence[memoryview], at: int) -> memoryview:
        """Return a record."""
        return views[self._files[at]][self._starts[at] : self._ends[at]]


class Shelf(Sequence[Document]):
    """Documents in the order in which they were added or, once arranged, in another."""

    def __init__(
        self,
        documents: Sequence[Document] = (),
        scratch: Scratch | None = None,
        limit: int = 0,
        *,
        files: Sequence[IO[bytes]] = (),
        lines: Lines | None = None,
    ) -> None:
        """With a scratch folder the documents go to a file there when they have more than `limit` code points.

        `files` are those of batches, and `lines` makes documents of what is kept as lines there.
        """
        self._lines = lines
        self._scratch, self._limit, self._files = scratch or Scratch(), limit, files
        self._held: list[Document] | None = []
        self._lengths = array("q")
        self._ids: list[str] = []
        self._order: npt.NDArray[np.int64] | None = None
        self._size = 0
        # own documents are in file 0 and their heads in file 1, those of batches behind them
        self._spans, self._head_spans = _Spans(), _Spans()
        self._own: tuple[Column, Column] | None = None
        self._views: list[memoryview] = []
        self._replaced: dict[int, Document] = {}
        self._read = functools.lru_cache(maxsize=AT_HAND)(self._decoded)
        for document in documents:
            self.append(document)

    def append(self, document: Document) -> None:
        """Add a document; raises `StoreError` when there is no room for it."""
        self._lengths.append(len(document.text))
        self._ids.append(document.id)
        self._size += len(document.text)
        if self._held is None:
            self._write(document)
            return
        self._held.append(document)
        if self.spilled:
            self._encode()

    def take(self, batch: Batch) -> None:
        """Add documents that are in a file already; raises `StoreError` when there is no room for those before."""
        self._encode()
        self._lengths.frombytes(batch.lengths)
        self._ids += batch.ids
        self._size += int(np.frombuffer(batch.lengths, np.int64).sum())
        self._spans.add(batch.file + OWN, batch.starts, batch.ends)
        self._head_spans.add(batch.file + OWN, batch.head_starts, batch.head_ends)

    def _encode(self) -> None:
        """Keep documents encoded from now on."""
        if self._held is not None:
            held, self._held = self._held, None
            for each in held:
                self._write(each)

    def _write(self, document: Document) -> None:
        if self._own is None:
            self._own = self._scratch.column(np.uint8), self._scratch.column(np.uint8)
        for file, (record, spans) in enumerate(((document, self._spans), (_head(document), self._head_spans))):
            raw = np.frombuffer(msgspec.msgpack.encode(record), np.uint8)
            spans.append(file, len(self._own[file]), len(raw))
            self._own[file].append(raw)

    @property
    def spilled(self) -> bool:
        """Return whether the documents are too many to be held in memory."""
        return self._scratch.on_disk and self._size > self._limit

    @property
    def ids(self) -> list[str]:
        """Return the ids in order."""
        return self._ids if self._order is None else [self._ids[i] for i in self._order.tolist()]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Return the code points of each text (int64)."""
        lengths = np.array(self._lengths, np.int64)
        return lengths if self._order is None else lengths[self._order]

    def replace(self, index: int, document: Document) -> None:
        """Put another document into a place; it is kept in memory. For before `arrange`."""
        self._replaced[index] = document
        self._lengths[index], self._ids[index] = len(document.text), document.id
        if self._held is not None:
            self._held[index] = document
        self._read.cache_clear()

    def arrange(self, order: Sequence[int]) -> None:
        """Put the documents into another order, once and when all are there; those that it lacks are left out.

        From then on they may be read from several threads.
        """
        self._order = np.array(order, np.int64)
        at_hand = CHARACTERS_AT_HAND * len(self._ids) // max(1, self._size)
        self._read = functools.lru_cache(maxsize=min(AT_HAND, max(1, at_hand)))(self._decoded)
        if self._held is not None:
            return
        self._map()

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """Return as which each document was added (int64)."""
        return np.arange(len(self._lengths)) if self._order is None else self._order

    def part(self, numbers: npt.NDArray[np.int64]) -> Shelf:
        """Return some of the documents (int64) as a shelf of their own, without copies."""
        some = copy.copy(self)
        some._order = self.order[numbers]
        return some

    def __len__(self) -> int:
        return len(self._lengths if self._order is None else self._order)

    @overload
    def __getitem__(self, index: int) -> Document: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Document]: ...
    def __getitem__(self, index: int | slice) -> Document | Sequence[Document]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = self._at(index)
        return self._held[at] if self._held is not None else self._read(at)

    def __iter__(self) -> Iterator[Document]:
        if self._held is None:
            return (self[i] for i in range(len(self)))
        return iter(self._held if self._order is None else map(self._held.__getitem__, self._order.tolist()))

    def heads(self) -> Sequence[Head | Document]:
        """Return what is asked of every document, without its text where that takes time."""
        return self if self._held is not None else _Heads(self)

    def head(self, index: int) -> Head | Document:
        """Return what is asked of one document."""
        at = self._at(index)
        if self._held is not None:
            return self._held[at]
        return self._decoded_head(at)

    def heads_of(self, numbers: Iterable[int]) -> Iterator[Head | Document]:
        """Yield what is asked of some documents: in a third of the time that it takes to ask for one by one."""
        if self._held is not None:
            yield from map(self.head, numbers)
            return
        views, of, decode, replaced = self._views or self._map(), self._head_spans.of, _HEADS.decode, self._replaced
        numbers, order = iter(numbers), self.order
        while several := [*itertools.islice(numbers, LOOKS)]:
            for at in order[several].tolist():
                yield replaced[at] if at in replaced else decode(of(views, at))

    def _decoded_head(self, at: int) -> Head | Document:
        if at in self._replaced:
            return self._replaced[at]
        head: Head = _HEADS.decode(self._head_spans.of(self._views or self._map(), at))
        return head

    def rows_of(self, numbers: Iterable[int]) -> Iterator[Any]:
        """Yield some documents as what has their fields: in half the time of documents, and none is kept at hand."""
        for number in numbers:
            at = self._at(number)
            if self._held is not None or at in self._replaced:
                yield self[number]
                continue
            raw = self._raw(at)
            yield self._of_line(raw, at) if raw[0] == _BRACE else _ROWS.decode(raw)

    def texts(self) -> Sequence[str]:
        """Return the texts in order."""
        return _Texts(self)

    def text(self, index: int) -> str:
        """Return one text."""
        at = self._at(index)
        if self._held is not None:
            return self._held[at].text
        if at in self._replaced:
            return self._replaced[at].text
        raw = self._raw(at)
        if raw[0] == _BRACE:
            return self._of_line(raw, at).text
        found: _Text = _TEXTS.decode(raw)
        return found.text

    def texts_of(self, numbers: Sequence[int]) -> list[str]:
        """Return some texts, of those that are kept as lines without making documents of them."""
        lines = self._texts_of_lines(numbers)
        return [str(lines[i], "utf-8") if i in lines else self.text(n) for i, n in enumerate(numbers)]

    def utf8(self, which: slice) -> Sequence[bytes | memoryview]:
        """Return some texts in UTF-8, of those that are kept as lines without making documents of them."""
        numbers = range(*which.indices(len(self)))
        lines = self._texts_of_lines(numbers)
        return [lines[i] if i in lines else self.text(n).encode("utf-8", "replace") for i, n in enumerate(numbers)]

    def _texts_of_lines(self, numbers: Sequence[int]) -> dict[int, bytes | memoryview]:
        """Return the texts in UTF-8 of those documents that are kept as lines, by their places in `numbers`."""
        lines: dict[int, memoryview] = {}
        for place, number in enumerate(numbers):
            at = self._at(number)
            if self._held is None and at not in self._replaced and (raw := self._raw(at))[0] == _BRACE:
                lines[place] = raw
        return dict(zip(lines, self._lines.texts([*lines.values()]), strict=True)) if self._lines else {}

    def _at(self, index: int) -> int:
        if self._order is not None:
            return int(self._order[index])
        size = len(self._lengths)
        if not -size <= index < size:
            raise IndexError(index)
        return index % size

    def _raw(self, at: int) -> memoryview:
        return self._spans.of(self._views or self._map(), at)

    def _map(self) -> list[memoryview]:
        """Return the files, of which the first call makes arrays; nothing can be added after it."""
        if not self._views:
            own = self._own or (self._scratch.column(np.uint8), self._scratch.column(np.uint8))
            views = [column.finish() for column in own] + [self._scratch.mapped(f, _BYTES) for f in self._files]
            self._views = [view.data for view in views]
        return self._views

    def _decoded(self, at: int) -> Document:
        if at in self._replaced:
            return self._replaced[at]
        raw = self._raw(at)
        if raw[0] == _BRACE:
            return self._of_line(raw, at)
        document: Document = _DOCUMENTS.decode(raw)
        return document

    def _of_line(self, raw: memoryview, at: int) -> Document:
        if self._lines is None:
            raise ValueError("a shelf without `lines` has a document that is one")
        return self._lines.document(raw, self._ids[at])


_DOCUMENTS, _HEADS = msgspec.msgpack.Decoder(Document), msgspec.msgpack.Decoder(Head)
_TEXTS = msgspec.msgpack.Decoder(_Text)
# A struct is made, and encoded, in half the time of a dataclass.
_ROWS: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(
    msgspec.defstruct(Document.__name__, [*get_type_hints(Document).items()])
)
_BYTES = np.dtype(np.uint8)


class _Texts(Sequence[str]):
    """The texts of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def utf8(self, which: slice) -> Sequence[bytes | memoryview]:
        """Return some texts in UTF-8."""
        return self._shelf.utf8(which)

    def __len__(self) -> int:
        return len(self._shelf)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self._shelf.text(i) for i in range(*index.indices(len(self)))]
        return self._shelf.text(index)


class _Heads(Sequence[Head | Document]):
    """The heads of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __len__(self) -> int:
        return len(self._shelf)

    @overload
    def __getitem__(self, index: int) -> Head | Document: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Head | Document]: ...
    def __getitem__(self, index: int | slice) -> Head | Document | Sequence[Head | Document]:
        if isinstance(index, slice):
            return [*self._shelf.heads_of(range(*index.indices(len(self))))]
        return self._shelf.head(index)

    def __iter__(self) -> Iterator[Head | Document]:
        return self._shelf.heads_of(range(len(self)))


class Chosen(Mapping[str, Document]):
    """Some documents of a shelf by id, in its order, which is that of the ids."""

    def __init__(self, shelf: Shelf, numbers: npt.NDArray[np.int64]) -> None:
        self._shelf, self._numbers = shelf, numbers
        self._ids = shelf.ids
        chosen = np.zeros(len(self._ids), np.bool_)
        chosen[numbers] = True
        self._chosen = chosen.tobytes()

    def __getitem__(self, doc_id: str) -> Document:
        number = self._number(doc_id)
        if number is None:
            raise KeyError(doc_id)
        return self._shelf[number]

    @overload
    def get(self, key: str, /) -> Document | None: ...
    @overload
    def get(self, key: str, /, default: Document | T) -> Document | T: ...
    def get(self, key: str, /, default: object = None) -> object:
        """Return a document, or something else where it is not chosen; asked more often than anything."""
        number = self._number(key)
        return default if number is None else self._shelf[number]

    def __contains__(self, doc_id: object) -> bool:
        return isinstance(doc_id, str) and self._number(doc_id) is not None

    def _number(self, doc_id: str) -> int | None:
        """Return a document's place on the shelf, None of one that is not chosen."""
        number = bisect.bisect_left(self._ids, doc_id)
        here = number < len(self._ids) and self._ids[number] == doc_id
        return number if here and self._chosen[number] else None

    def __iter__(self) -> Iterator[str]:
        return (self._ids[i] for i in self._numbers.tolist())

    def values(self) -> ValuesView[Document]:
        """Return the documents in order, none of them looked for by its id."""
        return _Values(self)

    def moments(self) -> dict[str, Moment]:
        """Return when each was published, without its text."""
        numbers = self._numbers.tolist()
        heads = zip(numbers, self._shelf.heads_of(numbers), strict=True)
        return {self._ids[i]: Moment(head.timestamp, head.published_precision) for i, head in heads}

    def rows(self) -> Iterator[Any]:
        """Yield the documents as what has their fields."""
        return self._shelf.rows_of(self._numbers.tolist())

    def in_order(self) -> Iterator[Document]:
        """Yield the documents."""
        return map(self._shelf.__getitem__, self._numbers.tolist())

    def __len__(self) -> int:
        return len(self._numbers)


class _Values(ValuesView[Document]):
    """The documents of a choice."""

    def __init__(self, chosen: Chosen) -> None:
        super().__init__(chosen)
        self._chosen = chosen

    def __iter__(self) -> Iterator[Document]:
        return self._chosen.in_order()
