"""Clusters to kinds, origins and records, some clusters at a time: arrays are asked once for all of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash

from dedup import furniture, kinds, nested, origins, records
from dedup.assembly import (
    CHANGED_WORDS,
    KIND_SAMPLE,
    Material,
    changes,
    context,
    number_words,
    occurrences,
    scope_of,
    standings,
    wording,
)
from dedup.clusters import Cluster, Clusters
from dedup.families import outlet_of
from dedup.kernels import gaps
from dedup.kernels.tokens import FLAG_DIGIT, FLAG_UPPER
from dedup.model import Change, Document, Kind, Origin, Scope, Wording
from dedup.spill import Scratch
from dedup.tokens import Tokens
from dedup.weights import Sums

# Members that a cluster's score is the mean of.
SCORED = 64


class Given(NamedTuple):
    """A cluster, why it is furniture, and how far its texts are apart."""

    cluster: Cluster
    verdict: furniture.Verdict | None
    apart: furniture.Apart


class Judged(NamedTuple):
    """What a cluster is, its members as origins see them, none of what stands aside, and whose it is if it may be
    running text."""

    assignment: kinds.Assignment
    carriers: list[origins.Carried]
    credited: Origin


class MemberDraft(msgspec.Struct):
    """A `Member` to be encoded: making one, of which there are many, takes a tenth of the time of a frozen record."""

    doc_id: str
    start: int
    end: int
    text: str
    outlet: str | None
    published: str | None
    title: str | None
    url: str | None
    similarity: float
    wording: Wording
    changed: tuple[Change, ...]


class PassageDraft(msgspec.Struct):
    """A `PassageCluster` to be encoded."""

    cluster_id: str
    parent: str | None
    kind: Kind
    kind_confidence: float
    evidence: tuple[str, ...]
    scope: Scope
    repeats_in_document: int
    text: str
    score: float
    cohesion: float
    n_documents: int
    n_outlets: int
    n_families: int
    origin: Origin
    members: list[MemberDraft]


class _Placed(NamedTuple):
    """Members of a cluster in its order: their texts, the code points of each, and what `gaps.of_members` counts."""

    cluster: Cluster
    documents: list[Document]
    spans: list[tuple[int, int]]
    counted: list[list[int]]


def judged(given: Sequence[Given], material: Material) -> Iterator[Judged]:
    """Yield the kinds of some clusters."""
    return (kind for kind, _ in _judged(given, material))


def encoded(given: Sequence[Given], first: int, material: Material, mass: Sums, taken: nested.Taken) -> bytes:
    """Return the records of some clusters, and those of what stands inside them with their clusters, for `Made.take`.

    The clusters are numbered from `first` on; `mass` has the masses of all tokens, summed up, `taken` the places of all
    clusters.
    """
    material = material.at_hand(m.document for each in given for m in each.cluster.members)
    found = list(_judged(given, material))
    own = _records(found, material, mass)
    around = [(n, placed.cluster, kind.assignment.kind) for n, (kind, placed) in enumerate(found, first)
              if kind.assignment.kind in nested.AROUND]  # fmt: skip
    inside = list(nested.insets(around, material, taken))
    inner = [cluster for cluster, _ in inside]
    within: list[tuple[records.Facts, bytes]] = []
    if inner:
        # whose a longer passage is stands there
        said = (Judged(assignment, [], Origin()) for _, assignment in inside)
        within = _records(list(zip(said, _placed(inner, material), strict=True)), material, mass)
    return msgspec.msgpack.encode((own, within, Clusters.of(inner).to_bytes()))


def _records(
    found: Sequence[tuple[Judged, _Placed]], material: Material, mass: Sums
) -> list[tuple[records.Facts, bytes]]:
    """Return the records of clusters as JSON, each with what is needed of it here."""
    encode = msgspec.json.Encoder().encode
    scores = _scores([placed.cluster for _, placed in found], mass)
    rows = zip(found, scores, strict=True)
    made = (_record(kind, placed, score, material) for (kind, placed), score in rows)
    return [(_facts(record), encode(record)) for record in made]


def _facts(record: PassageDraft) -> records.Facts:
    n = record.n_documents, record.n_families, len(record.text)
    return records.Facts(record.cluster_id, record.kind, record.scope, *n)


_BLOCKS = msgspec.msgpack.Decoder(
    tuple[list[tuple[records.Facts, memoryview]], list[tuple[records.Facts, memoryview]], bytes]
)


class Made:
    """The records of clusters, and behind them those of what stands inside some."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch, self.records = scratch, records.Encoded(scratch)
        self._inner = records.Encoded(scratch)
        self._clusters: list[Clusters] = []

    def take(self, block: bytes) -> int:
        """Take what `encoded` gave; return of how many clusters that was. Raises `StoreError` when there is no room."""
        own, inner, clusters = _BLOCKS.decode(block)
        for facts, raw in own:
            self.records.append(facts, raw)
        for facts, raw in inner:
            self._inner.append(facts, raw)
        self._clusters.append(Clusters.from_bytes(clusters))
        return len(own)

    def finish(self, clusters: Clusters) -> Clusters:
        """Put the records of what stands inside behind the others; return the clusters with what stands inside them."""
        self.records.extend(self._inner)
        parents = [clusters.parents, *(c.parents for c in self._clusters)]
        return Clusters.joined([clusters, *self._clusters], self._scratch).with_parents(np.concatenate(parents))


def _judged(given: Sequence[Given], material: Material) -> Iterator[tuple[Judged, _Placed]]:
    sampled = [m for each in given for m in each.cluster.members[:KIND_SAMPLE]]
    seen = iter(occurrences(sampled, material))
    clusters = [each.cluster for each in given]
    rows = zip(given, _placed(clusters, material), standings(clusters, material), strict=True)
    for (cluster, verdict, apart), placed, standing in rows:
        own = list(itertools.islice(seen, min(len(cluster.members), KIND_SAMPLE)))
        # what stands aside is furniture, and that is nobody's
        carriers = [] if verdict else carried(placed, material)
        credit = origins.credited(carriers, material.agencies)
        named = origins.is_credited(carriers, material.agencies, credit)
        assignment = kinds.classify(own, context(standing, verdict, apart, credited=named))
        is_copy = assignment.kind in origins.COPY
        is_wire = assignment.kind == "wire_copy"
        told = (
            origins.origin(carriers, is_caption=False, outlets=material.agencies, is_wire=is_wire, credit=credit)
            if is_copy
            else Origin()
        )
        yield Judged(assignment, carriers, told), placed


def _placed(clusters: Sequence[Cluster], material: Material) -> Iterator[_Placed]:
    """Yield where the members of each cluster are; their texts are looked up one cluster after the other."""
    tokens, members = material.tokens, [m for c in clusters for m in c.members]
    blocks = np.concatenate([m.blocks for m in members])
    bounds = np.cumsum([0, *(len(m.blocks) for m in members)], dtype=np.int64)
    counted = gaps.of_members(
        blocks, bounds, tokens.flags, tokens.hashes, FLAG_DIGIT | FLAG_UPPER, number_words(), CHANGED_WORDS
    )
    starts = tokens.starts[[m.start for m in members]].tolist()
    ends = tokens.ends[[m.end - 1 for m in members]].tolist()
    at = 0
    for cluster in clusters:
        own = slice(at, at := at + len(cluster.members))
        spans = list(zip(starts[own], ends[own], strict=True))
        documents = [material.documents[m.document] for m in cluster.members]
        yield _Placed(cluster, documents, spans, counted[own].tolist())


def carried(placed: _Placed, material: Material) -> list[origins.Carried]:
    """Return the members as origins see them, one a text."""
    seen: dict[int, origins.Carried] = {}
    longest = max(m.end - m.start for m in placed.cluster.members)
    for m, document, (start, end) in zip(placed.cluster.members, placed.documents, placed.spans, strict=True):
        if m.document in seen:
            continue
        seen[m.document] = origins.Carried(
            document=document,
            family=material.families[outlet_of(document)].name,
            start=start,
            end=end,
            extent=(m.end - m.start) / longest,
            credits=tuple(material.credits.get(m.document, ())),
            may_say_first=m.document in material.may_say_first,
            may_name=m.document in material.may_name,
        )
    return list(seen.values())


def _record(kind: Judged, placed: _Placed, score: float, material: Material) -> PassageDraft:
    """Return the record of one cluster, members in order of text and place behind the representative."""
    assignment, members, texts = kind.assignment, placed.cluster.members, placed.documents
    rest = sorted(range(1, len(members)), key=lambda i: (members[i].document, members[i].start))
    made = [_member(placed, i, material.tokens) for i in (0, *rest)]  # texts are in the order of their ids
    n_documents = len({m.document for m in members})
    outlets = {outlet_of(d) for d in texts}
    smallest = min((m.doc_id, m.start) for m in made)
    return PassageDraft(
        cluster_id=xxhash.xxh3_64_hexdigest(repr((made[0].text, *smallest)).encode("utf-8", "replace")),
        parent=None,
        kind=assignment.kind,
        kind_confidence=assignment.confidence,
        evidence=assignment.evidence,
        scope=scope_of(len(outlets), n_documents),
        repeats_in_document=len(members) - n_documents,
        text=made[0].text,
        score=round(score, 6),
        cohesion=round(_mean(np.array([m.similarity for m in made[1:]])), 6),
        n_documents=n_documents,
        n_outlets=len(outlets),
        n_families=len({material.families[o].name for o in outlets}),
        origin=origins.of_kind(assignment.kind, kind.carriers, kind.credited, material.agencies, assignment.rivals),
        members=made,
    )


def _member(placed: _Placed, number: int, tokens: Tokens) -> MemberDraft:
    """Return the record of a member; the first one, the representative, has not changed from itself."""
    carrier, document = placed.cluster.members[number], placed.documents[number]
    (start, end), (matched, theirs, telling) = placed.spans[number], placed.counted[number]
    similarity = round(matched / max(theirs, carrier.end - carrier.start), 6)
    return MemberDraft(
        document.id,
        start,
        end,
        document.text[start:end],
        document.outlet,
        document.published,
        document.title,
        document.url,
        similarity,
        wording(similarity),
        tuple(changes(carrier, document, placed.documents[0], tokens)) if telling else (),
    )


def _scores(clusters: Sequence[Cluster], mass: Sums) -> list[float]:
    """Return the score of each cluster: the mean over its members of the mass-weighted similarity with the
    representative."""
    members = [c.members[1 : SCORED + 1] for c in clusters]
    each = [m.blocks for own in members for m in own]
    blocks = np.concatenate(each)
    sizes = np.array([len(b) for b in each])
    lasts = np.cumsum(sizes) - 1
    firsts = lasts + 1 - sizes
    starts, ends = mass[np.array([blocks[:, 0], blocks[:, 0] + blocks[:, 2]])]
    matched = np.add.reduceat(ends - starts, firsts)
    shares = matched / np.maximum(1, ends[lasts] - starts[firsts])
    bounds = itertools.accumulate(map(len, members), initial=0)
    return [_mean(shares[low:high]) for low, high in itertools.pairwise(bounds)]


def _mean(values: npt.NDArray[np.float64]) -> float:
    """Return what `np.mean` does; most of its time goes before the sum of a few values."""
    return float(np.add.reduce(values) / len(values))
