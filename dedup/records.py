"""Records of a result, which may be many: kept encoded, or made from arrays, one by one when they are asked for."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints, overload

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.clusters import Clusters
from dedup.furniture import Verdict
from dedup.model import Kind, PassageCluster, Scope, Suppressed
from dedup.rows import unique_rows
from dedup.shelf import Shelf
from dedup.spill import Scratch, looked_up
from dedup.tokens import Tokens

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
# Records of which the texts are asked for together.
MADE = 1 << 8


# A struct is made, and encoded, in half the time of a record.
SUPPRESSED: Any = msgspec.defstruct(Suppressed.__name__, [*get_type_hints(Suppressed).items()])
SCOPES: tuple[Scope, ...] = ("cross_outlet", "within_outlet", "within_document")


class Lazy(Sequence[T_co]):
    """A sequence whose items are made when they are asked for; equal to any sequence of the same items."""

    def _make(self, index: int) -> T_co:
        raise NotImplementedError

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        if isinstance(index, slice):
            return tuple(self._make(i) for i in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._make(index % len(self))

    def __iter__(self) -> Iterator[T_co]:
        return (self._make(i) for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[tuple[T_co, ...]], tuple[tuple[T_co, ...]]]:
        """Copies, and what is sent to other processes, are tuples of the items."""
        return tuple, (tuple(self),)

    def __repr__(self) -> str:
        return f"<{len(self):,} records, made when asked for>"


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What of a record is needed while others are made; `length` is that of its text."""

    cluster_id: str
    kind: Kind
    scope: Scope
    n_documents: int
    n_families: int
    length: int


class Carrier(msgspec.Struct):
    """What a summary counts of a `Member`."""

    doc_id: str
    outlet: str | None
    published: str | None


class _Credit(msgspec.Struct):
    agency: str | None


class Counted(msgspec.Struct):
    """What a summary counts of a `PassageCluster`, by the same names."""

    parent: str | None
    kind: Kind
    scope: Scope
    origin: _Credit
    members: list[Carrier]


class Encoded:
    """The records of clusters in the order of these, and what is asked of all of them."""

    def __init__(self, scratch: Scratch) -> None:
        self._column = scratch.column(np.uint8)
        self._ends = array("q", [0])
        self.ids: list[str] = []
        self.kinds: list[Kind] = []
        self.scopes: list[Scope] = []
        self._ranks: list[tuple[int, int, int]] = []

    def append(self, facts: Facts, raw: bytes | memoryview) -> None:
        """Add a record as JSON that names no parent; raises `StoreError` when there is no room."""
        self._column.append(np.frombuffer(raw, np.uint8))
        self._ends.append(self._ends[-1] + len(raw))
        self.ids.append(facts.cluster_id)
        self.kinds.append(facts.kind)
        self.scopes.append(facts.scope)
        self._ranks.append((-facts.n_families, -facts.n_documents, -facts.length))

    def extend(self, others: Encoded) -> None:
        """Add the records of others, of which nothing is asked any more; raises `StoreError` when there is no room."""
        view = others._column.finish().data
        for low, high in itertools.pairwise(others._ends):
            self._column.append(np.frombuffer(view[low:high], np.uint8))
            self._ends.append(self._ends[-1] + high - low)
        self.ids += others.ids
        self.kinds += others.kinds
        self.scopes += others.scopes
        self._ranks += others._ranks

    def rank(self, number: int) -> tuple[Any, ...]:
        """Return the order of clusters: widest scope, most families, most documents, longest text."""
        return (SCOPES.index(self.scopes[number]), *self._ranks[number], self.ids[number])

    def chosen(self, numbers: Sequence[int], parents: Mapping[int, str]) -> EncodedPassages:
        """Return some of the records in a certain order, with the ids of their parents."""
        return EncodedPassages(self._column.finish().data, self._ends, numbers, parents)


class EncodedPassages(Lazy[PassageCluster]):
    """Records of passages, decoded when they are asked for; they are in the order of the results."""

    is_ranked = True

    def __init__(self, view: memoryview, ends: array[int], numbers: Sequence[int], parents: Mapping[int, str]) -> None:
        """Take a view of records up to `ends`."""
        self._view, self._ends, self._numbers, self._parents = view, ends, numbers, parents

    def __len__(self) -> int:
        return len(self._numbers)

    def _make(self, index: int) -> PassageCluster:
        found: PassageCluster = _PASSAGES.decode(self._raw(self._numbers[index]))
        return found

    def _raw(self, number: int) -> bytes | memoryview:
        raw = self._view[self._ends[number] : self._ends[number + 1]]
        parent = self._parents.get(number)
        if parent is None:
            return raw
        before, _, behind = bytes(raw).partition(_NO_PARENT)
        return b'%s"parent":%s,%s' % (before, msgspec.json.encode(parent), behind)

    def encoded(self) -> Iterator[tuple[Counted, bytes]]:
        """Yield what is counted of each record, and the record as JSON."""
        for raw in map(self._raw, self._numbers):
            yield _COUNTED.decode(raw), bytes(raw)


_PASSAGES, _COUNTED = msgspec.json.Decoder(PassageCluster), msgspec.json.Decoder(Counted)
# Stands in no text, where quotation marks are escaped.
_NO_PARENT = b'"parent":null,'


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Clusters that are set aside: the numbers of those clusters, and why each is."""

    clusters: Clusters
    verdicts: Mapping[int, Verdict]


class SuppressedPlaces(Lazy[Suppressed]):
    """A record for each place of the clusters that are set aside, in texts that are `listed`, sorted."""

    def __init__(
        self,
        aside: Aside,
        listed: npt.NDArray[np.bool_],
        tokens: Tokens,
        documents: Shelf,
    ) -> None:
        clusters = aside.clusters
        verdicts = [aside.verdicts[c] for c in sorted(aside.verdicts)]
        sizes = np.diff(clusters.bounds)
        kept = np.zeros(len(clusters), np.bool_)
        kept[sorted(aside.verdicts)] = True
        members = clusters.members[np.repeat(kept, sizes)]
        why = np.repeat(np.arange(len(verdicts)), sizes[kept])
        own = listed[members[:, 0]]
        members, why = members[own], why[own]
        pages = unique_rows(np.stack([why, members[:, 0]], axis=1))[0][:, 0]
        counts = np.bincount(pages, minlength=len(verdicts))
        self._verdicts = [(v, int(n)) for v, n in zip(verdicts, counts, strict=True)]
        starts, ends = looked_up(tokens.starts, members[:, 1]), looked_up(tokens.ends, members[:, 2] - 1)
        rules = {rule: n for n, rule in enumerate(sorted({v.rule for v in verdicts}))}
        ruled = np.array([rules[v.rule] for v in verdicts], np.int64)[why]
        order = np.lexsort((ruled, ends, starts, members[:, 0]))
        self._ids, self._texts_of = documents.ids, documents.texts_of
        self._places = np.stack([members[:, 0], starts, ends, why], axis=1)[order]

    def __len__(self) -> int:
        return len(self._places)

    def _make(self, index: int) -> Suppressed:
        place = self._places[index].tolist()
        return self._of(place, self._texts_of(place[:1])[0], Suppressed)

    def __iter__(self) -> Iterator[Suppressed]:
        return self._all(Suppressed)

    def rows(self) -> Iterator[Any]:
        """Yield all records as they are written and counted most quickly: as structs with the same fields."""
        return self._all(SUPPRESSED)

    def _all(self, kind: Callable[..., T]) -> Iterator[T]:
        for first in range(0, len(self), MADE):
            places = self._places[first : first + MADE].tolist()
            # the places of a text stand together
            numbers = list(dict.fromkeys(place[0] for place in places))
            texts = dict(zip(numbers, self._texts_of(numbers), strict=True))
            for place in places:
                yield self._of(place, texts[place[0]], kind)

    def _of(self, place: Sequence[int], text: str, kind: Callable[..., T]) -> T:
        number, start, end, why = place
        verdict, pages = self._verdicts[why]
        return kind(
            rule=verdict.rule,
            reason=verdict.reason,
            doc_id=self._ids[number],
            start=start,
            end=end,
            text=text[start:end],
            family=verdict.family,
            n_documents=pages,
        )
