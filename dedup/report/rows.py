"""The findings as flat tables, the same for CSV and Parquet: sorted, rounded, cleaned and cut to length once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dedup.model import DocumentCluster, DocumentMember, Member, Pair, PassageCluster
from dedup.report import safe
from dedup.report.catalogue import Catalogue
from dedup.report.network import Edge, Outlet, family_of
from dedup.report.prepared import Prepared

SNIPPET: Final = 1000
"""Characters of a passage that are written, unless all of it is asked for."""
LONGEST: Final = 32_000
"""Characters of one cell: spreadsheets take no more than 32,767."""
_NAME: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRow:
    """A passage cluster; `characters` is the length of all its text."""

    cluster_id: str
    rank: int
    parent: str | None
    kind: str
    kind_confidence: float
    evidence: str
    scope: str
    score: float
    cohesion: float
    n_documents: int
    n_outlets: int
    n_families: int
    n_members: int
    repeats_in_document: int
    origin_doc_id: str | None
    agency: str | None
    origin_evidence: str
    origin_confidence: float
    characters: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A place of a passage."""

    cluster_id: str
    doc_id: str
    start: int
    end: int
    representative: bool
    outlet: str | None
    family: str | None
    published: str | None
    title: str | None
    url: str | None
    similarity: float
    wording: str
    changed: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two related documents."""

    left: str
    right: str
    relation: str
    share_left: float
    share_right: float
    jaccard: float
    quoted_share: float
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document with a passage or a near-duplicate; `cluster_id` is that of its near-duplicates."""

    doc_id: str
    outlet: str | None
    family: str | None
    published: str | None
    title: str | None
    url: str | None
    passages: int
    cluster_id: str | None
    representative: bool
    earliest: bool
    relation: str | None
    share: float | None


TABLES: Final[Mapping[str, type]] = {
    "clusters": ClusterRow,
    "members": MemberRow,
    "pairs": PairRow,
    "documents": DocumentRow,
    "outlets": Outlet,
    "outlet_pairs": Edge,
}
"""The tables by name, each with the type of its rows."""


def table(name: str, ready: Prepared) -> Iterator[Any]:
    """Yield the rows of a table of `TABLES` in the order of the report."""
    return _TABLES[name](ready)


def _clusters(ready: Prepared) -> Iterator[ClusterRow]:
    for rank, cluster in enumerate(ready.known.passages, 1):
        yield _cluster(cluster, rank, ready.known)


def _cluster(cluster: PassageCluster, rank: int, known: Catalogue) -> ClusterRow:
    origin = cluster.origin
    characters = cluster.members[0].end - cluster.members[0].start if cluster.members else len(cluster.text)
    return ClusterRow(
        cluster_id=_name(cluster.cluster_id),
        rank=rank,
        parent=_known(cluster.parent),
        kind=cluster.kind,
        kind_confidence=cluster.kind_confidence,
        evidence=_text("; ".join(cluster.evidence), known),
        scope=cluster.scope,
        score=cluster.score,
        cohesion=cluster.cohesion,
        n_documents=cluster.n_documents,
        n_outlets=cluster.n_outlets,
        n_families=cluster.n_families,
        n_members=len(cluster.members),
        repeats_in_document=cluster.repeats_in_document,
        origin_doc_id=_known(origin.doc_id),
        agency=_known(origin.agency),
        origin_evidence=_text("; ".join(origin.evidence), known),
        origin_confidence=origin.confidence,
        characters=characters,
        text=_text(cluster.text, known),
    )


def _members(ready: Prepared) -> Iterator[MemberRow]:
    for cluster in ready.known.passages:
        for n, member in enumerate(cluster.members):
            yield _member(cluster, member, n == 0, ready)


def _member(cluster: PassageCluster, member: Member, first: bool, ready: Prepared) -> MemberRow:
    changed = "; ".join(f"{c.before} → {c.after}" for c in member.changed)
    return MemberRow(
        cluster_id=_name(cluster.cluster_id),
        doc_id=_name(member.doc_id),
        start=member.start,
        end=member.end,
        representative=first,
        outlet=_known(member.outlet),
        family=_family(member.outlet, ready),
        published=_known(member.published),
        title=_known(member.title),
        url=_known(member.url),
        similarity=member.similarity,
        wording=member.wording,
        changed=_text(changed, ready.known),
        text=_text(member.text, ready.known),
    )


def _pairs(ready: Prepared) -> Iterator[PairRow]:
    for pair in sorted(ready.result.pairs, key=lambda p: (p.left, p.right)):
        yield _pair(pair)


def _pair(pair: Pair) -> PairRow:
    return PairRow(
        left=_name(pair.left),
        right=_name(pair.right),
        relation=pair.relation,
        share_left=pair.share_left,
        share_right=pair.share_right,
        jaccard=pair.jaccard,
        quoted_share=pair.quoted_share,
        passages=len(pair.passages),
    )


def _documents(ready: Prepared) -> Iterator[DocumentRow]:
    passages = Counter(d for p in ready.known.passages for d in {m.doc_id for m in p.members})
    joined: dict[str, tuple[DocumentCluster, DocumentMember]] = {}
    for cluster in ready.known.documents:
        for member in cluster.members:
            joined.setdefault(member.doc_id, (cluster, member))
    for doc_id in sorted({*passages, *joined}):
        yield _document(doc_id, passages[doc_id], joined.get(doc_id), ready)


def _document(
    doc_id: str, passages: int, joined: tuple[DocumentCluster, DocumentMember] | None, ready: Prepared
) -> DocumentRow:
    about = ready.known.name(doc_id)
    cluster, member = joined or (None, None)
    return DocumentRow(
        doc_id=_name(doc_id),
        outlet=_known(about.outlet),
        family=_family(about.outlet, ready),
        published=_known(about.published),
        title=_known(about.title),
        url=_known(about.url),
        passages=passages,
        cluster_id=_known(cluster.cluster_id) if cluster else None,
        representative=cluster is not None and cluster.representative == doc_id,
        earliest=cluster is not None and cluster.earliest == doc_id,
        relation=member.relation if member else None,
        share=member.share if member else None,
    )


def _outlets(ready: Prepared) -> Sequence[Outlet]:
    return ready.network.outlets


def _outlet_pairs(ready: Prepared) -> Sequence[Edge]:
    return ready.network.edges


def _family(outlet: str | None, ready: Prepared) -> str | None:
    return _name(family_of(outlet, ready.result.manifest)) if outlet else None


def _name(text: str) -> str:
    """Return a name on one line; longer ones than any real one are cut."""
    return safe.line(text, _NAME)


def _known(text: str | None) -> str | None:
    return None if text is None else _name(text)


def _text(text: str, known: Catalogue) -> str:
    return safe.clip(text, LONGEST if known.full_text else SNIPPET)


_TABLES: Final[Mapping[str, Callable[[Prepared], Any]]] = {
    "clusters": _clusters,
    "members": _members,
    "pairs": _pairs,
    "documents": _documents,
    "outlets": _outlets,
    "outlet_pairs": _outlet_pairs,
}
