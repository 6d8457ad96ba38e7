"""plagdet with its parts, over links: Potthast, Stein, Barrón-Cedeño & Rosso 2010, "An Evaluation Framework
for Plagiarism Detection" (COLING), with the macro-averaged measures.

A labelled link is a case s, a predicted link a detection r; r detects s when they share a character on both
sides. With s ⊓ r the characters of both sides that they share if r detects s, else nothing:

    precision    = mean over r of |∪_s (s ⊓ r)| / |r|        recall = mean over s of |∪_r (s ⊓ r)| / |s|
    granularity  = mean over detected s of the number of r that detect it
    plagdet      = F1(precision, recall) / log2(1 + granularity)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import xxhash

from dedup.evaluation.figures import harmonic, mean, rounded
from dedup.evaluation.spans import Placed, SpanIndex, Touching, covered, sampled_links
from dedup.model import Span

Named = Sequence[tuple[str, Sequence[Span]]]
"""Clusters as name or id, and members."""


def plagdet_figures(gold: Named, predicted: Named, seed: int) -> dict[str, Any]:
    """Return precision, recall, granularity (1 or more), plagdet, and the numbers of cases and detections
    judged.

    At most 780 links of a cluster are judged, drawn with the seed, so that one very wide cluster is not all
    there is.
    """
    cases = list(_judged(gold, SpanIndex([m for _, m in predicted]), seed))
    detections = list(_judged(predicted, SpanIndex([m for _, m in gold]), seed))
    precision, recall = mean([share for share, _ in detections]), mean([share for share, _ in cases])
    granularity = mean([n for _, n in cases if n]) or 1.0
    f1 = harmonic(precision, recall)
    return {
        "precision": rounded(precision),
        "recall": rounded(recall),
        "granularity": rounded(granularity),
        "plagdet": rounded(None if f1 is None else f1 / math.log2(1 + granularity)),
        "cases": len(cases),
        "detections": len(detections),
    }


def _judged(clusters: Named, index: SpanIndex, seed: int) -> Iterator[tuple[float, int]]:
    """Yield of every judged link the share of its characters that the other side has, and how many links
    have it.
    """
    for name, spans in clusters:
        touching = [index.touching(s) for s in spans]
        for i, j in sampled_links(len(spans), (seed, xxhash.xxh3_64_intdigest(name.encode()))):
            yield _judge((spans[i], spans[j]), touching[i], touching[j])


def _judge(link: tuple[Span, Span], on_left: Touching, on_right: Touching) -> tuple[float, int]:
    shared = on_left.keys() & on_right.keys()
    if not shared:
        return 0.0, 0
    left: list[Placed] = []
    right: list[Placed] = []
    count = 0
    for cluster in shared:
        a, b = on_left[cluster], on_right[cluster]
        count += _n_pairs(a, b)
        left += [p for p in a if any(q.member != p.member for q in b[:2])]
        right += [q for q in b if any(p.member != q.member for p in a[:2])]
    size = sum(s.end - s.start for s in link)
    return (covered(link[0], left) + covered(link[1], right)) / size, count


def _n_pairs(left: Sequence[Placed], right: Sequence[Placed]) -> int:
    """Return the number of unordered pairs of different members, one from each side."""
    both = len({p.member for p in left} & {p.member for p in right})
    return len(left) * len(right) - both - both * (both - 1) // 2
