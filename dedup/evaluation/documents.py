"""Documents: near-duplicate clusters and relations against labelled pairs, clusters against stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dedup.evaluation.figures import confusion, harmonic, prf, ratio, rounded
from dedup.evaluation.records import DocumentPair, Gold, Output

NEAR_DUPLICATE = frozenset({"duplicate", "contains", "contained"})
ABSENT = "none"


def document_figures(gold: Gold, out: Output) -> dict[str, Any]:
    """Return the figures of near-duplicate clusters, of relations and of stories."""
    cluster_of = _first_cluster(out.documents)
    return {
        "near_duplicates": near_duplicate_figures(gold.pairs, cluster_of),
        "relations": relation_figures(gold.pairs, out.relations),
        "stories": story_figures(gold.stories, cluster_of),
    }


def _first_cluster(clusters: Sequence[Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, members in enumerate(clusters):
        for doc_id in members:
            found.setdefault(doc_id, number)
    return found


def near_duplicate_figures(pairs: Mapping[DocumentPair, str], cluster_of: Mapping[str, int]) -> dict[str, Any]:
    """Return pairwise precision, recall and F1 of document clusters over the labelled pairs.

    A labelled pair is positive when its relation is `duplicate`, `contains` or `contained`; it is predicted
    when both documents stand in one cluster. Pairs without a label are not judged. `tp`, `fp`, `fn` count
    pairs.
    """
    judged = Counter((relation in NEAR_DUPLICATE, _together(p, cluster_of)) for p, relation in pairs.items())
    tp, fp, fn = judged[True, True], judged[False, True], judged[True, False]
    figures = prf(ratio(tp, tp + fp), ratio(tp, tp + fn), ratio(2 * tp, 2 * tp + fp + fn))
    return {**figures, "tp": tp, "fp": fp, "fn": fn, "n": len(pairs)}


def _together(pair: DocumentPair, cluster_of: Mapping[str, int]) -> bool:
    left, right = (cluster_of.get(d) for d in pair)
    return left is not None and left == right


def relation_figures(pairs: Mapping[DocumentPair, str], relations: Mapping[DocumentPair, str]) -> dict[str, Any]:
    """Return the share of labelled pairs whose relation is right, and gold → predicted counts.

    A pair that the scan does not list has the relation `none`; a pair labelled `none` is right only when
    not listed.
    """
    labels = [(relation, relations.get(pair, ABSENT)) for pair, relation in pairs.items()]
    accuracy = ratio(sum(g == p for g, p in labels), len(labels))
    return {"accuracy": rounded(accuracy), "n": len(labels), "confusion": confusion(labels)}


def story_figures(stories: Mapping[str, str], cluster_of: Mapping[str, int]) -> dict[str, Any]:
    """Return B-cubed precision, recall, F1 and the adjusted Rand index of document clusters against stories.

    Only documents with a story count; one in no cluster is a cluster of its own. B-cubed (Bagga & Baldwin
    1998, "Entity-based cross-document coreferencing using the vector space model", COLING-ACL): with C(d)
    the cluster and S(d) the story of a document, precision is the mean over documents of |C(d) ∩ S(d)| /
    |C(d)|, recall that of |C(d) ∩ S(d)| / |S(d)|, F1 their harmonic mean. Near-duplicates are finer than
    stories, so recall below 1 is no fault by itself.
    """
    predicted: dict[str, int | str] = {d: cluster_of.get(d, d) for d in stories}
    cells = Counter((predicted[d], story) for d, story in stories.items())
    clusters, sizes = Counter(predicted.values()), Counter(stories.values())
    precision = ratio(sum(n * n / clusters[c] for (c, _), n in cells.items()), len(stories))
    recall = ratio(sum(n * n / sizes[s] for (_, s), n in cells.items()), len(stories))
    return {
        "bcubed": prf(precision, recall, harmonic(precision, recall)),
        "ari": rounded(adjusted_rand(list(cells.values()), list(clusters.values()), list(sizes.values()))),
        "documents": len(stories),
        "stories": len(sizes),
        "clusters": len(clusters),
    }


def adjusted_rand(cells: Sequence[int], rows: Sequence[int], columns: Sequence[int]) -> float | None:
    """Return the adjusted Rand index from the counts of a contingency table, at most 1, about 0 by chance.

    Hubert & Arabie 1985, "Comparing partitions", equation 5, with C(n) = n (n - 1) / 2 and N = C(all
    documents): (Σ C(cell) - E) / ((Σ C(row) + Σ C(column)) / 2 - E), E = Σ C(row) Σ C(column) / N. 1 where
    the denominator is 0 (both partitions trivial and equal), None without documents.

    >>> adjusted_rand([2, 1, 1], [2, 2], [3, 1])
    0.0
    """
    if not cells:
        return None
    both, left, right = (sum(n * (n - 1) // 2 for n in counts) for counts in (cells, rows, columns))
    total = sum(rows) * (sum(rows) - 1) // 2
    spread = (left + right) * total - 2 * left * right  # whole numbers: 2 N times the equation's denominator
    return 2 * (both * total - left * right) / spread if spread else 1.0
