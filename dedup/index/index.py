"""An index that lasts: documents come, change and go, and each arrival is answered at once."""

from __future__ import annotations

import datetime
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import memory
from dedup.config import Config
from dedup.errors import StoreError
from dedup.index import contents, foreign, handles, upkeep
from dedup.index.answers import Answer, Clusters, IndexStats, uncollected
from dedup.index.known import Fetched, Known, KnownTexts, of_texts
from dedup.index.matching import Texts, find, matches
from dedup.index.search import CARRIERS, Candidates, Documents, NewTexts, Question, Search, weighed
from dedup.index.state import FORMAT
from dedup.index.storage import Change, Mode, Storage
from dedup.index.view import Filter, View
from dedup.kernels import chosen as kernels
from dedup.kernels.arrays import distinct
from dedup.model import Document, IndexMatch
from dedup.pipeline import scan
from dedup.readers import ReadLog, read_records
from dedup.readers.ids import FreeIds, content_id
from dedup.signatures import signatures
from dedup.spill import in_order
from dedup.store.segments import LARGEST, Segment
from dedup.tokens import Tokens, concatenate, tokenize, tokenize_all

# Code points of a batch from which threads are worth while.
LARGE = 500_000
# Texts that one thread tokenises at a time, or compares with what it reads for them.
BLOCK_TEXTS, PART_TEXTS = 64, 64
# Texts whose candidates one thread chooses at a time.
CHOICE_TEXTS = 256
# What part of the memory allowed documents that were read may take, to be there when they are asked for again.
KEPT_PART = 2

When = str | float | datetime.datetime | datetime.date
Batch = Document | Mapping[str, Any] | Iterable[Document | Mapping[str, Any]]


class Index:
    """Documents on disk that new texts are compared with, without a server.

    One process may write while many read; each answer is of one commit. Methods may be called by many threads.

    >>> import tempfile
    >>> wire = "The old ferry ran aground on a sandbank near the harbour mouth shortly before dawn on Monday"
    >>> with Index.open(tempfile.mkdtemp() + "/news.idx") as index:
    ...     first = index.add({"id": "a", "outlet": "Ledger", "text": wire + "."})
    ...     [match] = index.add({"id": "b", "outlet": "Gazette", "text": "By our staff. " + wire})
    >>> match.left.doc_id, match.outlet, match.relation
    ('a', 'Ledger', 'duplicate')
    """

    def __init__(self, storage: Storage) -> None:
        """Use `Index.open`."""
        self._storage = storage
        self.config = storage.config
        self._threads = self.config.jobs or os.cpu_count() or 1
        self._pool, self._searchers = ThreadPoolExecutor(self._threads), ThreadPoolExecutor(self._threads)
        self._writer = ThreadPoolExecutor(1)
        self._clusters: Clusters | None = None
        room = memory.limit(self.config.memory) // KEPT_PART
        self._texts = KnownTexts(storage.database, storage.packing, room)
        storage.words_of, storage.pool = self._words_of_rows, self._pool

    @classmethod
    def open(cls, path: str | Path, mode: Mode = "a", config: Config | None = None) -> Index:
        """Open an index: `r` reads, `a` reads and writes and makes one where none is, `x` makes a new one.

        Without a configuration an index has the one that it was made with, or the default.

        Raises `StoreError` when there is no index, another process writes to it, or it is damaged or of another
        version; `ConfigError` when it was made with other settings.
        """
        with ExitStack() as undo:
            index = cls(Storage(Path(path), mode, config))
            undo.callback(index.close)
            index._storage.view()
            undo.pop_all()
        return index

    def close(self) -> None:
        """Close it; another process may then write."""
        try:
            # who writes has others work for it, and all read from what is closed then
            for threads in (self._writer, self._pool, self._searchers):
                threads.shutdown()
        finally:
            self._storage.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        with self._storage.database.reading():
            return self._storage.view().state.documents

    def add(self, batch: Batch, *, carriers: int = CARRIERS) -> Answer:
        """Add documents in one commit, then return what they share with others in the index and in the batch.

        A known id with another content replaces the document; with the same content nothing changes. The answer comes
        after the commit: one that was lost is given again when the same documents are added again. Of those that carry
        one stretch of a text, about `carriers` are named, those with most in common, then the earliest.

        Raises `StoreError` when the index is not open for writing or cannot be written; nothing is then added.
        """
        self._must_write()
        new = self._read(batch)
        with self._storage.lock:
            view = self._storage.view()
            own, same = self._known(new.documents, view)
            changed = np.flatnonzero(~same)
            before = own[changed]
            own[changed] = view.state.next_number + np.arange(len(changed))
            if len(changed):
                added = new.only(changed, self.config)
                words = self._words(added, own[changed].astype(np.uint32))
                change = self._storage.planned(own[changed].tolist(), before[before >= 0].tolist(), words)
                with self._beside(new.documents, lambda: self._commit(change, added.documents, own[changed])):
                    answer = self._answer(new, own, change.after, Question(carriers=carriers), writing=True)
            else:
                answer = self._answer(new, own, view, Question(carriers=carriers), writing=True)
            upkeep.settle(self._storage)
        ids = [d.id for d in new.documents]
        return replace(
            answer,
            added=tuple(ids[i] for i in changed[before < 0]),
            replaced=tuple(ids[i] for i in changed[before >= 0]),
            unchanged=tuple(ids[i] for i in np.flatnonzero(same)),
        )

    def query(
        self,
        batch: Batch,
        *,
        since: When | None = None,
        until: When | None = None,
        outlet_not: str | Iterable[str] = (),
        carriers: int = CARRIERS,
    ) -> Answer:
        """Return what texts share with the documents of the index, without adding them.

        `since` and `until` (half-open; a date, or seconds since 1970 in UTC) leave out documents of other times and
        those without a date, `outlet_not` those of some outlets. A text is not compared with the document of its id.
        `carriers` is as in `add`.

        Raises `StoreError` when the index is damaged, `ConfigError` for what is no date.
        """
        new = self._read(batch)
        names = [outlet_not] if isinstance(outlet_not, str) else list(outlet_not)
        asked = Filter(
            since=contents.seconds(since),
            until=contents.seconds(until),
            outlets_not=np.array([contents.hash_name(n) for n in names], np.uint64) if names else None,
        )
        with self._storage.database.reading():
            view = self._storage.view()
            # an id made from the content says nothing about which document is meant
            named = np.flatnonzero([not _has_made_id(d) for d in new.documents])
            own = np.full(len(new.documents), -1, np.int64)
            own[named] = self._numbers([new.documents[i].id for i in named.tolist()], view) if len(named) else []
            return self._answer(new, own, view, Question(among=asked, carriers=carriers))

    def remove(self, ids: str | Iterable[str]) -> int:
        """Remove documents in one commit; return how many there were. Ids that are not known are passed over."""
        self._must_write()
        wanted = sorted({ids} if isinstance(ids, str) else set(ids))
        with self._storage.lock:
            view = self._storage.view()
            numbers = [n for n in self._numbers(wanted, view) if n >= 0]
            if numbers:
                self._storage.write([], numbers, [])
                upkeep.settle(self._storage)
        return len(numbers)

    def expire(self, before: When) -> int:
        """Remove all documents dated before a point in time; return how many. Those without a date stay."""
        self._must_write()
        point = contents.seconds(before)
        with self._storage.lock:
            gone = upkeep.drop_expired(self._storage, float("-inf") if point is None else point)
            upkeep.settle(self._storage)
            return gone

    def compact(self) -> None:
        """Write all segments anew in order of time, without what was removed, and give room back to the disk.

        It takes about as long as a copy of the index, and as much room while it runs.
        """
        self._must_write()
        with self._storage.lock:
            upkeep.compact(self._storage)

    def verify(self) -> IndexStats:
        """Read everything and compare it with its checksums; return the numbers of the index.

        Raises `StoreError` naming the first file that is damaged.
        """
        upkeep.verify(self._storage)
        return self.stats()

    def stats(self) -> IndexStats:
        """Return the index in numbers."""
        with self._storage.database.reading():
            view = self._storage.view()
        parts = [part.info for part, _ in view.parts()]
        sizes = self._storage.sizes()
        return IndexStats(
            documents=view.state.documents,
            segments=len(view.segments),
            newest=len(view.newest),
            removed=sum(view.state.removed.values()),
            since=min((i.since for i in parts if i.since is not None), default=None),
            until=max((i.until for i in parts if i.until is not None), default=None),
            bytes_documents=sizes["documents"],
            bytes_segments=sizes["segments"],
            commit=view.state.commit,
            format=FORMAT,
            fingerprint=view.state.fingerprint,
        )

    def clusters(self) -> Clusters:
        """Return what one scan of all documents finds, with handles that last.

        This is a scan: it takes the time and the memory of one. Asked again at the same commit it is there already.
        An index open for writing remembers the handles; one open for reading goes on from those remembered last.
        """
        with self._storage.lock:
            with self._storage.database.reading():
                state = self._storage.view().state
                if self._clusters is not None and self._clusters.as_of == state.commit:
                    return self._clusters
                known = self._storage.database.part("handles")
                documents = list(self.documents())
            where = str(self._storage.path)
            # a scan takes what memory is allowed
            self._texts.forget()
            before = handles.decode(known, where) if known is not None else handles.Handles()
            result = scan(documents, self.config)
            after = handles.follow(before, result, state.commit)
            if self._storage.writes:
                self._storage.put_part("handles", after.encode())
            self._clusters = Clusters(
                result=result,
                handles={cluster: handle for handle, cluster in after.clusters.items()},
                merged_into=after.merged_into,
                split_from=after.split_from,
                as_of=state.commit,
            )
            return self._clusters

    def documents(self) -> Iterator[Document]:
        """Yield all documents, in the order in which they came.

        Raises `StoreError` at the end when not all that were added are there.
        """
        with self._storage.database.reading():
            state = self._storage.view().state
            found = content = 0
            for _, body, digest in self._storage.database.documents():
                found, content = found + 1, (content + digest) % 2**64
                yield self._storage.packing.unpack(body)
            if (found, content) != (state.documents, state.content):
                raise self._storage.database.damaged(f"{found} of {state.documents} documents are as they were written")

    def get(self, doc_id: str) -> Document | None:
        """Return a document; None where the id is not known."""
        with self._storage.database.reading():
            [number] = self._numbers([doc_id], self._storage.view())
            return None if number < 0 else self._storage.packing.unpack(self._storage.database.document(number)[0])

    def signatures(self) -> Iterator[tuple[str, npt.NDArray[np.uint32]]]:
        """Yield id and MinHash signature (uint32, `num_perm`) of all documents.

        A signature loads into datasketch as `MinHash(num_perm=…, seed=…, hashvalues=row, scheme="affine32")`.
        """
        documents = self.documents()
        while batch := list(itertools.islice(documents, 512)):
            tokens = tokenize_all([d.text for d in batch], self._pool)
            rows = signatures(tokens, self.config.signatures, self._pool)
            yield from zip([d.id for d in batch], rows, strict=True)

    def near(self, signatures: Iterable[Any], *, threshold: float = 0.0) -> list[tuple[tuple[str, float], ...]]:
        """Return for each signature the documents that share a band of values with it: id and share of equal values,
        which estimates their Jaccard similarity, those of at least `threshold`, most alike first.

        Signatures are `datasketch.MinHash(scheme="affine32")` objects, or such rows as `Index.signatures` yields. At a
        threshold of 0 these are the documents that a `datasketch.MinHashLSH` of the same bands returns.

        Raises `ConfigError` for signatures of another scheme, seed or size, `StoreError` when the index is damaged.
        """
        rows = foreign.rows_of(signatures, self.config.signatures)
        with self._storage.database.reading():
            view = self._storage.view()
            found = foreign.sharing_a_band(rows, view, self.config)
            numbers = sorted({n for some in found for n in some})
            known = self._texts.take(numbers)
        out = []
        for row, some in zip(rows, found, strict=True):
            documents = [Document(id=known[n].document.id, text=known[n].document.text) for n in some]
            made = self._new(documents, ReadLog())
            shares = np.round((made.signed == row).mean(axis=1), 6).tolist()
            alike = [(d.id, share) for d, share in zip(made.documents, shares, strict=True) if share >= threshold]
            out.append(tuple(sorted(alike, key=lambda one: (-one[1], one[0]))))
        return out

    # inside

    def _workers(self, documents: Sequence[Document]) -> ThreadPoolExecutor | None:
        """Return threads for many documents; for a few they would cost more than they save."""
        return self._pool if sum(len(d.text) for d in documents) >= LARGE else None

    def _must_write(self) -> None:
        if not self._storage.writes:
            raise StoreError(f"{self._storage.path}: is open for reading; open it with mode 'a'")

    def _read(self, batch: Batch) -> _New:
        """Return the documents of a batch, each id once: the last one counts."""
        log = ReadLog()
        records = [batch] if isinstance(batch, Document | Mapping) else batch
        read = {d.id: d for d in read_records(records, self.config.read, log, ids=FreeIds())}
        return self._new(list(read.values()), log)

    def _new(self, documents: Sequence[Document], log: ReadLog) -> _New:
        """Return documents with their tokens and signatures."""

        def block(some: Sequence[Document]) -> tuple[Tokens, contents.Seeds, npt.NDArray[np.uint32]]:
            tokens = tokenize([d.text for d in some])
            return tokens, contents.seeds_of(tokens, self.config), signatures(tokens, self.config.signatures)

        made = list(in_order(self._workers(documents), block, _blocks(documents))) or [block([])]
        return _New(
            documents=documents,
            tokens=concatenate([tokens for tokens, *_ in made]),
            seeds=contents.joined([(tokens, seeds) for tokens, seeds, _ in made]),
            signed=np.concatenate([signed for *_, signed in made]),
            log=log,
        )

    @contextmanager
    def _beside(self, documents: Sequence[Document], function: Callable[[], object]) -> Iterator[None]:
        """Let a function be done when the block ends: before it, or for many documents by another thread beside it."""
        if self._workers(documents) is None:
            function()
            yield
            return
        done = self._writer.submit(function)
        try:
            yield
        finally:
            done.result()

    def _commit(self, change: Change, documents: Sequence[Document], numbers: npt.NDArray[np.int64]) -> None:
        """Write a planned change with its documents."""
        packed = self._storage.packing.pack_all(documents, change.before.state.dictionary)
        self._storage.commit(change, list(zip(numbers.tolist(), packed, strict=True)))

    def _words(self, new: _New, numbers: npt.NDArray[np.uint32]) -> list[Segment]:
        """Return what is searched for in documents with rising numbers, in as many segments as are needed."""
        made = []
        for first in range(0, len(numbers), LARGEST):
            part = new.only(np.arange(first, min(first + LARGEST, len(numbers))), self.config)
            own = numbers[first : first + LARGEST]
            pool = self._workers(part.documents)
            made.append(
                contents.words_of((part.documents, own), (part.tokens, part.seeds), part.signed, self.config, pool)
            )
        return made

    def _words_of_rows(self, rows: Sequence[tuple[int, bytes]]) -> list[Segment]:
        """Return what is searched for in stored documents."""
        new = self._new(list(self._storage.packing.unpack_all(body for _, body in rows)), ReadLog())
        return self._words(new, np.array([number for number, _ in rows], np.uint32))

    def _numbers(self, ids: Sequence[str], view: View) -> list[int]:
        """Return the number of each id, -1 where it is not known."""
        found = [-1] * len(ids)
        places, numbers = view.known(np.array([contents.hash_name(i) for i in ids], np.uint64))
        for place, number in zip(places.tolist(), numbers.tolist(), strict=True):
            # two ids may have one hash
            if self._storage.packing.unpack(self._storage.database.document(number)[0]).id == ids[place]:
                found[place] = number
        return found

    def _known(self, documents: Sequence[Document], view: View) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return the number under which each document is known, else -1, and whether it is there unchanged."""
        own = np.array(self._numbers([d.id for d in documents], view), np.int64)
        same = [
            n >= 0 and self._storage.packing.is_of(self._storage.database.document(n)[0], d)
            for n, d in zip(own.tolist(), documents, strict=True)
        ]
        return own, np.array(same, np.bool_)

    @uncollected()
    def _answer(
        self, new: _New, own: npt.NDArray[np.int64], view: View, asked: Question, *, writing: bool = False
    ) -> Answer:
        """Return the matches of new texts; `own` are their numbers in the index, or -1.

        Stored documents are fetched by this thread, whose snapshot holds; for who is `writing` by those that compare.
        """
        idf = self._storage.idf(view)
        pool = self._workers(new.documents)
        texts = of_texts(new.documents, new.tokens, pool)
        search = Search(
            known=weighed(new.tokens, idf),
            seeds=new.seeds,
            signed=new.signed,
            documents=Documents.of(view, asked.among, self.config),
            asked=asked,
            batch=NewTexts.of(own),
            config=self.config,
        )
        limited = {"frequent_seeds": 0, "passed_over": 0}
        searchers = pool and self._searchers

        def chosen(some: tuple[int, int]) -> Iterator[_Part]:
            hits = search.hits(some, searchers)
            limited["frequent_seeds"] += hits.frequent
            blocks = _ranges(*some, CHOICE_TEXTS)
            # the next ones are chosen by threads of their own while these are read and compared
            candidates = in_order(searchers, partial(search.block, hits=hits), blocks)
            for (_, stop), found in zip(blocks, candidates, strict=True):
                limited["frequent_seeds"] += found.frequent
                limited["passed_over"] += found.passed_over
                yield from _parts(found, texts[:stop], search.batch)

        def fetched(part: _Part) -> tuple[_Part, Fetched]:
            return part, self._texts.fetch(part.stored)

        def compared(part: _Part, read: Fetched) -> list[IndexMatch]:
            stored = self._texts.known(read)
            found = find(Texts.of([*map(stored.__getitem__, part.stored), *part.new], idf), part.pairs, self.config)
            return list(matches(found, self.config, view.state.commit))

        with closing(part for some in search.ranges() for part in chosen(some)) as parts:
            if writing:
                made = in_order(pool, lambda part: compared(*fetched(part)), parts)
            else:
                made = in_order(pool, lambda one: compared(*one), map(fetched, parts))
            found = tuple(itertools.chain.from_iterable(made))
        return Answer(
            matches=found,
            asked=tuple(d.id for d in new.documents),
            as_of=view.state.commit,
            limited=limited,
            messages=new.log.messages(),
            complete=new.log.complete,
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """Numbers of stored documents and some new texts, and which of all of them to compare (int64, n x 2: a known one, a
    new one), in order of the new ones."""

    stored: Sequence[int]
    new: Sequence[Known]
    pairs: npt.NDArray[np.int64]


def _parts(found: Candidates, own: Sequence[Known], batch: NewTexts) -> Iterator[_Part]:
    """Yield new texts with their candidates, stored ones or earlier new ones, some at a time."""
    stored, new, pairs = kernels.rows(found.texts, found.numbers, batch.least, batch.position)
    for some in _by_texts(pairs, PART_TEXTS):
        rows, where = distinct(some.ravel())
        numbers = stored[rows[rows < len(stored)]].tolist()
        others = new[rows[len(numbers) :] - len(stored)].tolist()
        yield _Part(numbers, [own[i] for i in others], where.reshape(some.shape))


def _by_texts(pairs: npt.NDArray[np.int64], count: int) -> Sequence[npt.NDArray[np.int64]]:
    """Return pairs (int64, n x 2) in order of their second texts in parts of so many of these."""
    if len(pairs) <= count:
        return [pairs] if len(pairs) else []
    new = np.flatnonzero(np.diff(np.append(-1, pairs[:, 1])))
    return np.split(pairs, new[count::count])


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """Documents that came, their tokens, seeds, signatures (uint32, documents x `num_perm`) and what reading met."""

    documents: Sequence[Document]
    tokens: Tokens
    seeds: contents.Seeds
    signed: npt.NDArray[np.uint32]
    log: ReadLog

    def only(self, chosen: npt.NDArray[np.int64], config: Config) -> _New:
        """Return some of them."""
        if len(chosen) == len(self.documents):
            return self
        tokens = contents.some(self.tokens, chosen)
        return _New(
            documents=[self.documents[i] for i in chosen],
            tokens=tokens,
            seeds=contents.seeds_of(tokens, config),
            signed=self.signed[chosen],
            log=self.log,
        )


def _blocks(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    for first in range(0, len(documents), BLOCK_TEXTS):
        yield documents[first : first + BLOCK_TEXTS]


def _ranges(first: int, last: int, most: int) -> Sequence[tuple[int, int]]:
    """Return `[first, last)` in ranges of like size, of so many items at most."""
    count = -(-(last - first) // most)
    edges = [first + n * (last - first) // max(count, 1) for n in range(count + 1)]
    return list(itertools.pairwise(edges))


def _has_made_id(document: Document) -> bool:
    raw = document.text.encode()
    return document.id == content_id(raw, document.outlet, document.published, document.url)
