"""Handles of clusters that last, while documents come and go.

Ids of clusters are made from their content and change with it. A handle goes on with the cluster that has most of its
members; where several claim one, most members in common win, then the older handle, then the smaller id of the cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from dedup.errors import StoreError
from dedup.model import DocumentCluster, PassageCluster, ScanResult

# What a handle begins with: passages and documents are counted apart.
PASSAGE, DOCUMENT = "p", "d"
Places = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handles:
    """The handles of one evaluation.

    `clusters` maps a handle to the id of its cluster, `places` to its members as (document, start, end).
    `merged_into` maps handles that ended to the one that has their members now, `split_from` handles that began to the
    one that had them before.
    """

    as_of: int = 0
    counts: Mapping[str, int] = field(default_factory=lambda: {PASSAGE: 0, DOCUMENT: 0})
    clusters: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Places] = field(default_factory=dict)
    merged_into: Mapping[str, str] = field(default_factory=dict)
    split_from: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the handles as bytes."""
        return msgspec.json.encode(self)


def decode(raw: bytes, where: str) -> Handles:
    """Read handles.

    Raises `StoreError` when they are none.
    """
    try:
        return msgspec.json.decode(raw, type=Handles)
    except msgspec.DecodeError as error:
        raise StoreError(f"{where}: handles of clusters cannot be read ({error})") from error


def follow(before: Handles, result: ScanResult, as_of: int) -> Handles:
    """Return the handles of a newer evaluation."""
    after = replace(before, as_of=as_of, clusters={}, places={})
    passages = {p.cluster_id: _places(p) for p in result.passages}
    documents = {d.cluster_id: _whole(d) for d in result.documents}
    for letter, found in ((PASSAGE, passages), (DOCUMENT, documents)):
        old = {h: places for h, places in before.places.items() if h.startswith(letter)}
        after = _assigned(after, letter, old, found)
    return after


def _places(cluster: PassageCluster) -> Places:
    return tuple((m.doc_id, m.start, m.end) for m in cluster.members)


def _whole(cluster: DocumentCluster) -> Places:
    return tuple((m.doc_id, 0, 1) for m in cluster.members)


def _assigned(after: Handles, letter: str, old: Mapping[str, Places], new: Mapping[str, Places]) -> Handles:
    """Return `after` with the clusters `new` under handles of `old` or under new ones."""
    common = _common(old, new)
    ranked = sorted(common, key=lambda pair: (-common[pair], int(pair[0][1:]), pair[1]))
    handle_of: dict[str, str] = {}
    going_on: set[str] = set()
    for handle, cluster in ranked:
        if handle not in going_on and cluster not in handle_of:
            handle_of[cluster] = handle
            going_on.add(handle)
    merged, split = dict(after.merged_into), dict(after.split_from)
    count = after.counts[letter]
    for cluster in sorted(new.keys() - handle_of.keys(), key=lambda c: new[c]):
        count += 1
        handle_of[cluster] = f"{letter}{count}"
        origin = next((h for h, c in ranked if c == cluster), None)
        if origin is not None:
            split[handle_of[cluster]] = origin
    for handle in old.keys() - going_on:
        heir = next((handle_of[c] for h, c in ranked if h == handle), None)
        if heir is not None:
            merged[handle] = heir
    return replace(
        after,
        counts={**after.counts, letter: count},
        clusters={**after.clusters, **{h: c for c, h in handle_of.items()}},
        places={**after.places, **{h: new[c] for c, h in handle_of.items()}},
        merged_into={h: _heir(h, merged) for h in merged},
        split_from=split,
    )


def _common(old: Mapping[str, Places], new: Mapping[str, Places]) -> Counter[tuple[str, str]]:
    """Return how many members each old and each new cluster have in common: places that overlap by half of one."""
    by_document: dict[str, list[tuple[int, int, str]]] = {}
    for handle, places in old.items():
        for document, start, end in places:
            by_document.setdefault(document, []).append((start, end, handle))
    common: Counter[tuple[str, str]] = Counter()
    for cluster, places in new.items():
        for document, start, end in places:
            seen = {
                handle
                for low, high, handle in by_document.get(document, ())
                if 2 * (min(end, high) - max(start, low)) >= min(end - start, high - low)
            }
            common.update((handle, cluster) for handle in seen)
    return common


def _heir(handle: str, merged: Mapping[str, str]) -> str:
    """Return the last handle of a chain of mergers."""
    seen: Sequence[str] = ()
    while handle in merged and handle not in seen:
        seen = (*seen, handle)
        handle = merged[handle]
    return handle
