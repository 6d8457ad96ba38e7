"""What the results of a scan say of two documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dedup.explanation.records import Aside, ExplainedCluster, Related
from dedup.model import Pair, PassageCluster, ScanResult, Span, Suppressed
from dedup.relations import LEAST_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The clusters that both carry; those that one carries, by document; what was set aside in each."""

    clusters: tuple[ExplainedCluster, ...]
    alone: dict[str, tuple[PassageCluster, ...]]
    aside: dict[str, tuple[Suppressed, ...]]


def findings(result: ScanResult, left: str, right: str) -> Findings:
    """Return what a result says of two documents."""
    both, alone = [], {left: [], right: []}  # type: ignore[var-annotated]
    for cluster in result.passages:
        of = {m.doc_id for m in cluster.members} & {left, right}
        if len(of) == 2:
            both.append(_explained(cluster, left, right))
        elif of:
            alone[of.pop()].append(cluster)
    return Findings(
        clusters=tuple(both),
        alone={doc_id: tuple(found) for doc_id, found in alone.items()},
        aside={d: tuple(s for s in result.suppressed if s.doc_id == d) for d in (left, right)},
    )


def _explained(cluster: PassageCluster, left: str, right: str) -> ExplainedCluster:
    return ExplainedCluster(
        cluster_id=cluster.cluster_id,
        parent=cluster.parent,
        kind=cluster.kind,
        kind_confidence=cluster.kind_confidence,
        evidence=cluster.evidence,
        scope=cluster.scope,
        representative=cluster.members[0].doc_id,
        n_documents=cluster.n_documents,
        n_outlets=cluster.n_outlets,
        n_families=cluster.n_families,
        origin=cluster.origin,
        text=cluster.text,
        left=places(cluster, left),
        right=places(cluster, right),
    )


def places(cluster: PassageCluster, doc_id: str) -> tuple[Span, ...]:
    """Return where a document carries a cluster."""
    return tuple(Span(doc_id=doc_id, start=m.start, end=m.end) for m in cluster.members if m.doc_id == doc_id)


def meets(span: Span, others: Iterable[Span]) -> bool:
    """Return whether some other span has at least half of a span, or lies at least half in it."""
    for other in others:
        shared = min(span.end, other.end) - max(span.start, other.start)
        if shared > 0 and 2 * shared >= min(span.end - span.start, other.end - other.start):
            return True
    return False


def aside(found: Findings, left: Span, right: Span) -> Aside | None:
    """Return the run that was set aside where both documents have a passage, None without one.

    It was set aside in both by one rule; of several the one with most of the left side.
    """
    candidates = [
        (a, b)
        for a in found.aside[left.doc_id]
        for b in found.aside[right.doc_id]
        if (a.rule, a.reason, a.family) == (b.rule, b.reason, b.family)
        and meets(left, [Span(doc_id=a.doc_id, start=a.start, end=a.end)])
        and meets(right, [Span(doc_id=b.doc_id, start=b.start, end=b.end)])
    ]
    if not candidates:
        return None
    a, b = max(
        candidates, key=lambda pair: (min(pair[0].end, left.end) - max(pair[0].start, left.start), -pair[1].start)
    )
    return Aside(
        rule=a.rule,
        reason=a.reason,
        family=a.family,
        n_documents=a.n_documents,
        text=a.text,
        left=Span(doc_id=a.doc_id, start=a.start, end=a.end),
        right=Span(doc_id=b.doc_id, start=b.start, end=b.end),
    )


def related(result: ScanResult, found: Findings, asides: Iterable[Aside], left: str, right: str) -> Related:
    """Return how the scan relates the whole texts, and why it does not where it does not."""
    pair = next((p for p in result.pairs if {p.left, p.right} == {left, right}), None)
    near = next(
        (c.cluster_id for c in result.documents if {left, right} <= {m.doc_id for m in c.members}),
        None,
    )
    return Related(pair=pair, reason=_reason(pair, found, tuple(asides)), document_cluster=near)


def _reason(pair: Pair | None, found: Findings, asides: tuple[Aside, ...]) -> str:
    if pair is not None:
        return (
            f"the scan found {pair.share_left:.0%} of the words of {pair.left} in {pair.right}, "
            f"and {pair.share_right:.0%} of those of {pair.right} in {pair.left}, furniture and quotations apart"
        )
    kinds = {c.kind for c in found.clusters}
    if kinds and kinds <= {"quotation"}:
        return "they share quotations alone, which is no copying: quotations are counted apart"
    if kinds and kinds <= {"quotation", "boilerplate", "stock_phrase"}:
        return "what they share is quotation, furniture or formula, none of which counts as shared text"
    if kinds:
        return (
            f"too little is left without furniture: a text needs {LEAST_REST} words of its own, and a few words more "
            "than the edge of furniture or of a quotation in common"
        )
    if asides:
        return "all they share was set aside as furniture"
    return "they share no passage"
