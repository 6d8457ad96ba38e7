"""Outlets and what each two of them share: how much, and who was first by how much.

Counted are outermost passages that speak of something: furniture and common formulas apart.
A document that names no outlet is an outlet of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median
from typing import Any, Final

from dedup.model import Member, PassageCluster, ScanResult
from dedup.records import Carrier, Counted
from dedup.report.dates import Dated, Interval, interval
from dedup.report.safe import line

INCIDENTAL: Final = ("boilerplate", "stock_phrase")
WIDEST: Final = 400
"""Outlets of one passage beyond which its pairs are not counted: there are the square of them."""
NAME: Final = 500
"""Characters of an outlet's name: longer ones than any real one are cut."""
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet; `named` is false for a document that names none and is known by its id.

    `passages` and `documents` count what it shares with other outlets, `first` how often the dates show that
    it was before all other carriers.
    """

    outlet: str
    family: str
    named: bool
    documents: int
    passages: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Two outlets: `share_left` is the part of the left one's shared passages that the right one has as well.

    `median_lag_hours` is how much later the right one had them, over the `dated` passages of which both have a
    date; where the dates leave the order open the lag is 0. None when no passage is dated on both sides.
    """

    left: str
    right: str
    passages: int
    share_left: float
    share_right: float
    dated: int
    left_first: int
    right_first: int
    median_lag_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Outlets by passages, and their pairs by passages in common; `unpaired` passages were too wide for pairs."""

    outlets: tuple[Outlet, ...]
    edges: tuple[Edge, ...]
    unpaired: int


_Key = tuple[bool, str]


@dataclass(slots=True)
class Tally:
    """What is counted while clusters pass by; `pairs` of outlets only where they are asked for."""

    pairs: bool = True
    documents: dict[_Key, set[str]] = field(default_factory=dict)
    passages: Counter[_Key] = field(default_factory=Counter)
    first: Counter[_Key] = field(default_factory=Counter)
    lags: dict[tuple[_Key, _Key], list[float | None]] = field(default_factory=dict)
    unpaired: int = 0

    def take(self, cluster: PassageCluster | Counted, texts: Mapping[str, Dated]) -> None:
        """Count one cluster."""
        if is_counted(cluster):
            self.unpaired += _count(cluster, self, texts)


def network(result: ScanResult, tally: Tally | None = None) -> Network:
    """Return who shares with whom across outlets, sorted: most passages first, then by name.

    A `tally` has been given all passages of the result.
    """
    if tally is None:
        tally = Tally()
        for cluster in result.passages:
            tally.take(cluster, result.texts)
    names = _names(tally.passages)
    outlets = [_outlet(key, names, tally, result.manifest) for key in tally.passages]
    edges = [_edge(pair, lags, names, tally.passages) for pair, lags in tally.lags.items()]
    return Network(
        outlets=tuple(sorted(outlets, key=lambda o: (-o.passages, o.outlet))),
        edges=tuple(sorted(edges, key=lambda e: (-e.passages, e.left, e.right))),
        unpaired=tally.unpaired,
    )


def is_counted(cluster: PassageCluster | Counted) -> bool:
    """Return whether a passage joins outlets: across outlets, outermost, neither furniture nor a formula."""
    return cluster.scope == "cross_outlet" and cluster.parent is None and cluster.kind not in INCIDENTAL


def key_of(member: Member | Carrier) -> _Key:
    """Return the outlet of a member: (named, name); a document without one stands for itself."""
    return (True, member.outlet) if member.outlet else (False, member.doc_id)


def _count(cluster: PassageCluster | Counted, tally: Tally, texts: Mapping[str, Dated]) -> int:
    """Count one passage; return 1 when it is too wide for pairs."""
    whens: dict[_Key, Interval | None] = {}
    for member in cluster.members:
        key = key_of(member)
        tally.documents.setdefault(key, set()).add(member.doc_id)
        whens[key] = _sooner(whens.get(key), interval(member, texts))
    tally.passages.update(whens.keys())
    first = _first(whens)
    if first is not None:
        tally.first[first] += 1
    if not tally.pairs:
        return 0
    if len(whens) > WIDEST:
        return 1
    for left, right in combinations(sorted(whens), 2):
        tally.lags.setdefault((left, right), []).append(_lag(whens[left], whens[right]))
    return 0


def _sooner(a: Interval | None, b: Interval | None) -> Interval | None:
    return min((i for i in (a, b) if i is not None), default=None)


def _first(whens: Mapping[_Key, Interval | None]) -> _Key | None:
    """Return the outlet that was before all others, when every one has a date and the dates tell."""
    known = sorted((when, key) for key, when in whens.items() if when is not None)
    if len(known) < max(2, len(whens)):
        return None
    (_, end), key = known[0]
    return key if all(start > end for (start, _), _ in known[1:]) else None


def _lag(left: Interval | None, right: Interval | None) -> float | None:
    """Return seconds from left to right; 0 when the two can mean the same moment."""
    if left is None or right is None:
        return None
    overlap = left[0] <= right[1] and right[0] <= left[1]
    return 0.0 if overlap else right[0] - left[0]


def _names(keys: Iterable[_Key]) -> dict[_Key, str]:
    """Return a name for each outlet that no other has, cleaned and on one line."""
    names: dict[_Key, str] = {}
    taken: set[str] = set()
    for key in sorted(keys, key=lambda k: (not k[0], k[1])):
        plain = name = line(key[1], NAME) or "(blank)"
        n = 1
        while name in taken:
            n += 1
            name = f"{plain} ({n})"
        taken.add(name)
        names[key] = name
    return names


def _outlet(key: _Key, names: Mapping[_Key, str], tally: Tally, manifest: Mapping[str, Any]) -> Outlet:
    named, name = key
    return Outlet(
        outlet=names[key],
        family=line(family_of(name, manifest), NAME) if named else names[key],
        named=named,
        documents=len(tally.documents[key]),
        passages=tally.passages[key],
        first=tally.first[key],
    )


def family_of(outlet: str, manifest: Mapping[str, Any]) -> str:
    """Return the group that the manifest puts an outlet in, or the outlet itself."""
    families = manifest.get("families")
    entry = families.get(outlet) if isinstance(families, Mapping) else None
    family = entry.get("family") if isinstance(entry, Mapping) else entry
    return family if isinstance(family, str) and family else outlet


def _edge(
    pair: tuple[_Key, _Key], lags: Sequence[float | None], names: Mapping[_Key, str], passages: Mapping[_Key, int]
) -> Edge:
    left, right = pair
    known = [lag for lag in lags if lag is not None]
    return Edge(
        left=names[left],
        right=names[right],
        passages=len(lags),
        share_left=round(len(lags) / passages[left], 6),
        share_right=round(len(lags) / passages[right], 6),
        dated=len(known),
        left_first=sum(lag > 0 for lag in known),
        right_first=sum(lag < 0 for lag in known),
        median_lag_hours=round(median(known) / _HOUR, 3) + 0.0 if known else None,
    )
