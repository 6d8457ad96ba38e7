"""Numbers, fragments and names by which the sections of a report refer to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from dedup.model import Document, DocumentCluster, DocumentMember, Member, PassageCluster, ScanResult
from dedup.report.labels import KIND_LABELS, label, ranked
from dedup.report.safe import anchors

PAGE_IDS: Final = (
    "top",
    "main",
    "passages",
    "passage-list",
    "documents",
    "reading",
    "pairs",
    "suppressed",
    "methods",
    "filters",
    "f-search",
    "f-kind",
    "f-scope",
    "f-outlet",
    "f-order",
    "f-keys",
    "found",
    "expand",
    "keys",
    "keys-title",
)
"""Fragments that the page itself uses: no cluster may take one."""
_OUTLETS_LISTED: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A cluster as others mention it; `anchor` is None when it is not in this report."""

    number: int
    kind: str
    label: str
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What is known of a document: for lines that only mention it."""

    doc_id: str
    outlet: str | None = None
    published: str | None = None
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All clusters in rank order with their fragments; `shown` of them, from the first, are in the report."""

    passages: tuple[PassageCluster, ...]
    documents: tuple[DocumentCluster, ...]
    numbers: Mapping[str, int]
    passage_anchors: Mapping[str, str]
    document_anchors: Mapping[str, str]
    inner: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Name]
    outlets: Mapping[str, int]
    texts: Mapping[str, Document]
    shown: int

    def showing(self, shown: int) -> Catalogue:
        """Return the same with only the first `shown` passages in the report."""
        return replace(self, shown=shown)

    def ref(self, cluster_id: str) -> Ref | None:
        """Return the mention of a passage cluster, or None when the result has no such cluster."""
        found = self.numbers.get(cluster_id)
        if found is None:
            return None
        kind = self.passages[found - 1].kind
        anchor = self.passage_anchors[cluster_id] if found <= self.shown else None
        return Ref(number=found, kind=kind, label=label(KIND_LABELS, kind), anchor=anchor)

    def name(self, doc_id: str) -> Name:
        """Return what is known of a document, at least its id."""
        return self.names.get(doc_id) or Name(doc_id=doc_id)


def catalogue(result: ScanResult) -> Catalogue:
    """Return the clusters of a result, ranked and numbered from 1."""
    passages = tuple(ranked(result.passages))
    documents = tuple(sorted(result.documents, key=lambda c: (-len(c.members), c.cluster_id)))
    fragments = anchors((p.cluster_id for p in passages), PAGE_IDS)
    return Catalogue(
        passages=passages,
        documents=documents,
        numbers={p.cluster_id: n for n, p in enumerate(passages, 1)},
        passage_anchors=fragments,
        document_anchors=anchors((d.cluster_id for d in documents), {*PAGE_IDS, *fragments.values()}),
        inner=_inner(passages),
        names=_names(result),
        outlets=_outlets(passages),
        texts=result.texts,
        shown=len(passages),
    )


def _inner(passages: tuple[PassageCluster, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for cluster in passages:
        if cluster.parent is not None:
            found.setdefault(cluster.parent, []).append(cluster.cluster_id)
    return {parent: tuple(inner) for parent, inner in found.items()}


def _names(result: ScanResult) -> dict[str, Name]:
    members: list[Member | DocumentMember] = [m for p in result.passages for m in p.members]
    members += [m for d in result.documents for m in d.members]
    names = {doc_id: _of_document(doc_id, document) for doc_id, document in result.texts.items()}
    for member in members:
        if member.doc_id not in names:
            names[member.doc_id] = _of_member(member)
    return names


def _of_document(doc_id: str, of: Document) -> Name:
    return Name(doc_id=doc_id, outlet=of.outlet, published=of.published, title=of.title, url=of.url)


def _of_member(of: Member | DocumentMember) -> Name:
    return Name(doc_id=of.doc_id, outlet=of.outlet, published=of.published, title=of.title, url=of.url)


def _outlets(passages: tuple[PassageCluster, ...]) -> dict[str, int]:
    """Return a number for each outlet that can be chosen: those in most clusters, in alphabetical order."""
    counts: Counter[str] = Counter()
    for cluster in passages:
        counts.update(sorted({m.outlet for m in cluster.members if m.outlet}))
    often = sorted(counts, key=lambda outlet: (-counts[outlet], outlet))[:_OUTLETS_LISTED]
    return {outlet: n for n, outlet in enumerate(sorted(often, key=lambda o: (o.casefold(), o)))}
