"""What is asked of every document of a corpus, as columns that are made in one pass: decoding heads takes time."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import numpy.typing as npt

from dedup import workers
from dedup.families import Family, host_of, of_hosts, outlet_of
from dedup.model import Document
from dedup.shelf import Head, Shelf
from dedup.spill import Scratch

# Documents whose heads are looked at by one process at a time.
BLOCK = 1 << 15
NO_TIMES = np.empty(0)

_Part = tuple[list[str], bytes, bytes, list[tuple[int, str, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Of n documents: the `outlets` that they have, each once, and which one each has (`of`, int32); when each was
    published (`times`, float64, seconds, NaN where it is not known); and how many of each outlet have their address on
    a host (`hosts`)."""

    outlets: Sequence[str]
    of: npt.NDArray[np.int32]
    times: npt.NDArray[np.float64]
    hosts: Sequence[tuple[int, str, int]]

    def part(self, numbers: npt.NDArray[np.int64]) -> Columns:
        """Return those of some documents (int64); the outlets stay all."""
        return replace(self, of=self.of[numbers], times=self.times[numbers])

    def families(self, known: Mapping[str, Family]) -> list[str]:
        """Return the name of each document's family."""
        names = [known[outlet].name for outlet in self.outlets]
        return [names[number] for number in self.of.tolist()]

    def known(self, mapping: Mapping[str, str]) -> dict[str, Family]:
        """Return the family of each outlet; `mapping` names those of some."""
        counts = {(self.outlets[number], host): count for number, host, count in self.hosts}
        return of_hosts(counts, mapping)


def columns(shelf: Shelf, scratch: Scratch, jobs: int) -> Columns:
    """Return the columns of all documents of a shelf, made by `jobs` processes where they are many."""
    edges = [*range(0, len(shelf), BLOCK), len(shelf)]

    def part(number: int) -> bytes:
        return msgspec.msgpack.encode(_columns(shelf.heads_of(range(edges[number], edges[number + 1]))))

    numbers: dict[str, int] = {}
    of, times = [np.empty(0, np.int32)], [NO_TIMES]
    hosts: dict[tuple[int, str], int] = {}
    for raw in workers.in_processes(part, range(len(edges) - 1), jobs, scratch):
        outlets, own, some, counts = msgspec.msgpack.decode(raw, type=_Part)
        number = np.array([numbers.setdefault(outlet, len(numbers)) for outlet in outlets], np.int32)
        of.append(number[np.frombuffer(own, np.int32)])
        times.append(np.frombuffer(some, np.float64))
        for outlet, host, count in counts:
            key = int(number[outlet]), host
            hosts[key] = hosts.get(key, 0) + count
    return Columns(
        outlets=[*numbers],
        of=np.concatenate(of),
        times=np.concatenate(times),
        hosts=[(outlet, host, count) for (outlet, host), count in hosts.items()],
    )


def _columns(heads: Iterable[Head | Document]) -> _Part:
    """Return the columns of some documents."""
    numbers: dict[str, int] = {}
    of, times = array("i"), array("d")
    hosts: dict[tuple[int, str], int] = {}
    for head in heads:
        number = numbers.setdefault(outlet_of(head), len(numbers))
        of.append(number)
        times.append(math.nan if head.timestamp is None else head.timestamp)
        key = number, host_of(head.url)
        hosts[key] = hosts.get(key, 0) + 1
    return [*numbers], of.tobytes(), times.tobytes(), [(*key, count) for key, count in hosts.items()]
