"""All figures of passages: links, kinds, scopes, origins, characters, plagdet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dedup.evaluation.figures import harmonic, interval, mean, rounded
from dedup.evaluation.links import Found, find_links, must_not_figures, right_share
from dedup.evaluation.matching import (
    Matched,
    character_figures,
    label_figures,
    match,
    origin_figures,
)
from dedup.evaluation.plagdet import plagdet_figures
from dedup.evaluation.records import Gold, GoldCluster, PassageLine
from dedup.evaluation.scripts import script_of
from dedup.evaluation.spans import SpanIndex

ASPECTS: Mapping[str, Callable[[GoldCluster], str | None]] = {
    "kind": lambda c: c.kind,
    "scope": lambda c: c.scope,
    "wording": lambda c: c.wording,
    "script": lambda c: script_of(" ".join(m.text or "" for m in c.members)),
}


def passage_figures(gold: Gold, passages: Sequence[PassageLine], seed: int) -> dict[str, Any]:
    """Return every figure of passages; `clusters` says what was found of each labelled cluster."""
    predicted = SpanIndex([p.members for p in passages])
    found = [find_links(c.members, predicted) for c in gold.clusters]
    matched = [match(c, f, passages) for c, f in zip(gold.clusters, found, strict=True)]
    named = [(c.cluster, c.members) for c in gold.clusters]
    return {
        **_link_figures(gold, found, passages, seed),
        "must_not": must_not_figures(gold.must_not, passages, predicted),
        "kind": label_figures(matched, "kind", seed),
        "scope": label_figures(matched, "scope", seed),
        "origin": origin_figures(matched),
        "characters": character_figures(matched),
        "plagdet": plagdet_figures(named, [(p.cluster_id, p.members) for p in passages], seed),
        "clusters": [_outcome(m, f) for m, f in zip(matched, found, strict=True)],
    }


def _link_figures(gold: Gold, found: Sequence[Found], passages: Sequence[PassageLine], seed: int) -> dict[str, Any]:
    labels = SpanIndex([c.members for c in gold.clusters])
    judged = [(p.cluster_id, right_share(p, labels, seed)) for p in passages]
    recall = interval([f.share for f in found], seed)
    precision = interval([share for _, share in judged if share is not None], seed)
    return {
        "link_recall": recall,
        "link_precision": precision,
        "link_f1": rounded(harmonic(precision["value"], recall["value"])),
        "recall_by": {name: _recall_by(gold.clusters, found, of) for name, of in ASPECTS.items()},
        "wrong_clusters": [cluster_id for cluster_id, share in judged if share == 0.0],
    }


def _recall_by(
    clusters: Sequence[GoldCluster], found: Sequence[Found], aspect: Callable[[GoldCluster], str | None]
) -> dict[str, Any]:
    groups: dict[str, list[Found]] = {}
    for cluster, outcome in zip(clusters, found, strict=True):
        value = aspect(cluster)
        if value is not None:
            groups.setdefault(value, []).append(outcome)
    return {value: _recall(groups[value]) for value in sorted(groups)}


def _recall(found: Sequence[Found]) -> dict[str, Any]:
    return {
        "recall": rounded(mean([f.share for f in found])),
        "clusters": len(found),
        "links": sum(f.links for f in found),
        "found": sum(f.found for f in found),
    }


def _outcome(matched: Matched, found: Found) -> dict[str, Any]:
    best = matched.predicted.cluster_id if matched.predicted else None
    return {"cluster": matched.gold.cluster, "links": found.links, "found": found.found, "matched": best}
