"""Each labelled cluster with the predicted cluster that finds it best: kind, scope, origin and characters
of the pair.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dedup.agency.same import grouped
from dedup.evaluation.figures import confusion, harmonic, interval, mean, prf, ratio, rounded
from dedup.evaluation.links import Found
from dedup.evaluation.records import Credit, GoldCluster, PassageLine
from dedup.evaluation.spans import extent, length, shared_length

MISSED = "(missed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A labelled cluster, the predicted one (None: missed), and their characters."""

    gold: GoldCluster
    predicted: PassageLine | None
    shared: int = 0
    gold_length: int = 0
    predicted_length: int = 0


def match(gold: GoldCluster, found: Found, passages: Sequence[PassageLine]) -> Matched:
    """Match a labelled cluster with the predicted cluster that finds most of its links.

    Ties go to the larger overlap (characters in both by characters in either, so that a quotation prefers the
    quotation to the wire story round it), then to the smaller `cluster_id`.
    """
    most = max(found.by_cluster.values(), default=0)
    if not most:
        return Matched(gold=gold, predicted=None)
    tied = [_compare(gold, passages[c]) for c, n in found.by_cluster.items() if n == most]
    return min(tied, key=lambda m: (-_overlap(m), m.predicted.cluster_id if m.predicted else ""))


def _compare(gold: GoldCluster, predicted: PassageLine) -> Matched:
    left, right = extent(gold.members), extent(predicted.members)
    return Matched(
        gold=gold,
        predicted=predicted,
        shared=shared_length(left, right),
        gold_length=length(left),
        predicted_length=length(right),
    )


def _overlap(m: Matched) -> float:
    return m.shared / (m.gold_length + m.predicted_length - m.shared)


def label_figures(matched: Sequence[Matched], name: Literal["kind", "scope"], seed: int) -> dict[str, Any]:
    """Return accuracy of `kind` or `scope` over matched clusters with its interval, and gold → predicted
    counts.

    Missed clusters stand in the counts, not in the accuracy.
    """
    pairs = [(getattr(m.gold, name), getattr(m.predicted, name, MISSED)) for m in matched]
    right = [float(gold == predicted) for gold, predicted in pairs if predicted != MISSED]
    figures = interval(right, seed)
    return {"accuracy": figures.pop("value"), **figures, "confusion": confusion(pairs)}


def origin_figures(matched: Sequence[Matched]) -> dict[str, Any]:
    """Return how often the document and the agency of origin are right over matched clusters, and abstention.

    `accuracy` divides by all matched clusters whose label names the document (the agency), so an abstention
    is not right. `unsupported` has the clusters whose label names no
    origin at all: `abstained` is the share that rightly names neither. Spellings of one agency are equal, as are its
    initials and its name.
    """
    pairs = [(m.gold.origin, m.predicted.origin or Credit()) for m in matched if m.predicted]
    # a label that names neither says so by an empty origin, or by none
    known = [(g, p) for g, p in pairs if g is not None and (g.doc_id or g.agency)]
    silent = [p.doc_id is None and p.agency is None for g, p in pairs if g is None or not (g.doc_id or g.agency)]
    return {
        "doc_id": _origin_field([(g.doc_id, p.doc_id) for g, p in known], operator.eq),
        "agency": _origin_field([(g.agency, p.agency) for g, p in known], _is_same_agency),
        "unsupported": {"n": len(silent), "abstained": rounded(ratio(sum(silent), len(silent)))},
    }


def _origin_field(
    pairs: Sequence[tuple[str | None, str | None]], is_same: Callable[[str, str], bool]
) -> dict[str, Any]:
    named = [(g, p) for g, p in pairs if g is not None]
    right, abstained = sum(p is not None and is_same(g, p) for g, p in named), sum(p is None for _, p in named)
    accuracy = rounded(ratio(right, len(named)))
    return {"accuracy": accuracy, "n": len(named), "right": right, "abstained": abstained}


def _is_same_agency(gold: str, found: str) -> bool:
    """Return whether two names mean one agency: spellings of a large one, a name and its initials or short form."""
    a, b = (" ".join(name.split()) for name in (gold, found))
    names = grouped([a, b])
    return a.casefold() == b.casefold() or names[a] == names[b]


def character_figures(matched: Sequence[Matched]) -> dict[str, Any]:
    """Return precision, recall and F1 over the characters of the members of matched clusters.

    Micro sums the characters of all clusters first; macro is the mean over clusters. A character that two
    members of one cluster have counts once.
    """
    pairs = [m for m in matched if m.predicted]
    shared = sum(m.shared for m in pairs)
    precision = ratio(shared, sum(m.predicted_length for m in pairs))
    recall = ratio(shared, sum(m.gold_length for m in pairs))
    p, r = [m.shared / m.predicted_length for m in pairs], [m.shared / m.gold_length for m in pairs]
    f = [2 * m.shared / (m.gold_length + m.predicted_length) for m in pairs]
    return {
        "clusters": len(pairs),
        "micro": prf(precision, recall, harmonic(precision, recall)),
        "macro": prf(mean(p), mean(r), mean(f)),
    }
