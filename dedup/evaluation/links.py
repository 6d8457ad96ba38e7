"""Passages at link level: which pairs of labelled spans were linked, which predicted links are right.

A link is an unordered pair of members of one cluster. A labelled link is *found* when one predicted cluster
has distinct members that cover at least half of each of its two spans (several members of that cluster may
be united). A predicted link is *right* when, for one labelled cluster, two different members of it each
have at least half of the characters of one of its two spans. A link inside a labelled passage that lies
inside another (its parent) is thereby right for the parent too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import xxhash

from dedup.evaluation.figures import ratio, rounded
from dedup.evaluation.records import PassageLine
from dedup.evaluation.spans import SpanIndex, Touching, covered, covers_half, sampled_links, separable
from dedup.model import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How much of a labelled cluster was found: `by_cluster` counts for each predicted cluster alone."""

    found: int
    links: int
    by_cluster: Mapping[int, int]

    @property
    def share(self) -> float:
        """Found links by links, in [0, 1]."""
        return self.found / self.links


def find_links(spans: Sequence[Span], index: SpanIndex) -> Found:
    """Count the links of a labelled cluster that predicted clusters (those of `index`) find.

    Spans that the same predicted clusters cover are counted together, so a wide cluster costs no square of
    its size; only spans of one document are looked at pair by pair.
    """
    touching = [index.touching(s) for s in spans]
    covers = [_covering(s, t) for s, t in zip(spans, touching, strict=True)]
    carried = Counter(c for clusters in covers for c in clusters)
    by_cluster = {c: n * (n - 1) // 2 for c, n in carried.items()}
    found = _joint_pairs(covers)
    for i, j in _same_document(spans):
        shared = covers[i] & covers[j]
        failing = {c for c in shared if not separable(spans[i], spans[j], touching[i][c], touching[j][c])}
        found -= bool(failing) and failing == shared
        for c in failing:
            by_cluster[c] -= 1
    return Found(found=found, links=len(spans) * (len(spans) - 1) // 2, by_cluster=by_cluster)


def _covering(span: Span, touching: Touching) -> frozenset[int]:
    return frozenset(c for c, placed in touching.items() if covers_half(span, placed))


def _joint_pairs(sets: Sequence[frozenset[int]]) -> int:
    """Return how many pairs of the sets have an element in common."""
    groups = Counter(s for s in sets if s)
    alike = sum(n * (n - 1) // 2 for n in groups.values())
    return alike + sum(groups[a] * groups[b] for a, b in combinations(groups, 2) if not a.isdisjoint(b))


def _same_document(spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    by_doc: dict[str, list[int]] = {}
    for i, span in enumerate(spans):
        by_doc.setdefault(span.doc_id, []).append(i)
    for places in by_doc.values():
        yield from combinations(places, 2)


def right_share(cluster: PassageLine, index: SpanIndex, seed: int) -> float | None:
    """Return the share of right links of a predicted cluster, in [0, 1], or None when it has no link.

    Of more than 40 members, 780 links drawn with the seed and the cluster's id are judged. `index` has the
    labels.
    """
    inside = [_enclosing(m, index) for m in cluster.members]
    if not any(inside):
        return 0.0 if len(inside) > 1 else None
    links = sampled_links(len(inside), (seed, xxhash.xxh3_64_intdigest(cluster.cluster_id.encode())))
    return ratio(sum(_is_right(inside[i], inside[j]) for i, j in links), len(links))


def _enclosing(span: Span, index: SpanIndex) -> dict[int, set[int]]:
    """Return, by labelled cluster, the members that each have at least half of `span`."""
    found: dict[int, set[int]] = {}
    for cluster, placed in index.touching(span).items():
        members = {p.member for p in placed if 2 * covered(span, [p]) >= span.end - span.start}
        if members:
            found[cluster] = members
    return found


def _is_right(left: Mapping[int, set[int]], right: Mapping[int, set[int]]) -> bool:
    """Whether one labelled cluster has different members for the two sides."""
    return any(len(left[c] | right[c]) > 1 for c in left.keys() & right.keys())


def must_not_figures(
    groups: Mapping[str, Sequence[Span]], passages: Sequence[PassageLine], index: SpanIndex
) -> dict[str, Any]:
    """Return how often spans that must not be linked are linked, with every violation and the clusters that
    do it.

    Every pair of spans of a group is one case; a group of one span is one case, violated when a predicted
    cluster covers at least half of it, whatever it is linked with.
    """
    cases = [(name, case) for name, spans in sorted(groups.items()) for case in _cases(spans)]
    violations = [
        {"group": name, "spans": [_plain(s) for s in case], "cluster_ids": ids}
        for name, case in cases
        if (ids := sorted(passages[c].cluster_id for c in _violating(case, index)))
    ]
    return {
        "groups": len(groups),
        "cases": len(cases),
        "violated": len(violations),
        "rate": rounded(ratio(len(violations), len(cases))),
        "violations": violations,
    }


def _cases(spans: Sequence[Span]) -> list[tuple[Span, ...]]:
    return [(spans[0],)] if len(spans) == 1 else list(combinations(spans, 2))


def _violating(case: Sequence[Span], index: SpanIndex) -> set[int]:
    touching = [index.touching(s) for s in case]
    covers = [_covering(s, t) for s, t in zip(case, touching, strict=True)]
    shared = set(frozenset.intersection(*covers))
    if len(case) == 1:
        return shared
    left, right = touching
    return {c for c in shared if separable(case[0], case[1], left[c], right[c])}


def _plain(span: Span) -> dict[str, Any]:
    return {"doc_id": span.doc_id, "start": span.start, "end": span.end}
