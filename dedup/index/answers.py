"""What an index answers with."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, overload

from dedup.model import IndexMatch, ScanResult


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python look for no garbage within the block.

    An answer is thousands of records, of which none is garbage before it is given, and each few hundred new ones
    would make it look through all objects of the process again, while every thread waits.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer(Sequence[IndexMatch]):
    """Matches in order of the documents asked about, and what else is known of them.

    `asked` are the ids of these documents. `added`, `replaced` and `unchanged` say what became of them; a query leaves
    them empty. `as_of` is the commit that the answer is of. `limited` counts what was limited: seeds of which only
    some carriers were looked at (`frequent_seeds`), and candidates that were not aligned (`passed_over`).
    `messages` say what was not understood in the records.
    """

    matches: tuple[IndexMatch, ...] = ()
    asked: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    as_of: int
    limited: Mapping[str, int] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    complete: bool = True

    def __len__(self) -> int:
        return len(self.matches)

    @overload
    def __getitem__(self, index: int) -> IndexMatch: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[IndexMatch, ...]: ...

    def __getitem__(self, index: int | slice) -> IndexMatch | tuple[IndexMatch, ...]:
        return self.matches[index]

    def __iter__(self) -> Iterator[IndexMatch]:
        return iter(self.matches)

    def of(self, doc_id: str) -> tuple[IndexMatch, ...]:
        """Return the matches of one of the documents."""
        return tuple(m for m in self.matches if m.right.doc_id == doc_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """What one scan of the documents of an index finds, and handles that last.

    `result` is that of `scan`. `handles` maps the id of each of its clusters to its handle; `merged_into` maps handles
    that ended to those that have their members now, `split_from` handles to those that they came from.
    """

    result: ScanResult
    handles: Mapping[str, str]
    merged_into: Mapping[str, str]
    split_from: Mapping[str, str]
    as_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStats:
    """An index in numbers. Sizes are bytes on disk; `since` and `until` are seconds, None where no document is dated.

    `newest` documents stand in no segment yet, `removed` ones still stand in some until it is merged or compacted.
    """

    documents: int
    segments: int
    newest: int
    removed: int
    since: float | None
    until: float | None
    bytes_documents: int
    bytes_segments: int
    commit: int
    format: int
    fingerprint: str

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return {name: getattr(self, name) for name in self.__slots__}
