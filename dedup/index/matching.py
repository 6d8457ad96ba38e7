"""Pairs of new texts and documents of an index to matches, by the stages that `compare` uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup import assembly, candidates, rescore
from dedup.align import Passages
from dedup.config import Config
from dedup.index.known import Idf, Known, together
from dedup.kernels import relations as kernels
from dedup.model import Change, Document, IndexMatch, Relation, Span
from dedup.relations import is_update, relation_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Texts that are compared with one another, and the weight of each (`totals`, int64)."""

    documents: Sequence[Document]
    digests: Sequence[bytes]
    evidence: rescore.Evidence
    totals: npt.NDArray[np.int64]

    @classmethod
    def of(cls, known: Sequence[Known], idf: Idf) -> Texts:
        """Return texts that were all weighed by `idf`."""
        evidence = together(known, idf)
        return cls(
            documents=[k.document for k in known],
            digests=[k.digest for k in known],
            evidence=evidence,
            totals=np.diff(evidence.weight[evidence.tokens.bounds]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Verified passages, what is equal of each pair of texts (`shares`, float64, passages x 2), and the commit."""

    texts: Texts
    passages: Passages
    scored: rescore.Scored
    shares: npt.NDArray[np.float64]
    near_duplicate: float
    as_of: int


def matches(texts: Texts, pairs: npt.NDArray[np.int64], config: Config, as_of: int) -> list[IndexMatch]:
    """Return the passages that pairs of texts share (int64, n x 2: a known one, a new one), in order of the new texts,
    then of ids and places."""
    if not len(pairs):
        return []
    passages, scored = _verified(pairs[np.lexsort(pairs.T[::-1])], texts, config)
    found = _Found(
        texts=texts,
        passages=passages,
        scored=scored,
        shares=_shares(passages, texts),
        near_duplicate=config.clusters.near_duplicate,
        as_of=as_of,
    )
    made = list(zip(passages.documents[:, 1].tolist(), _matches(found), strict=True))
    made.sort(key=lambda item: (item[0], item[1].left.doc_id, item[1].right.start, item[1].left.start))
    return [match for _, match in made]


def _verified(pairs: npt.NDArray[np.int64], texts: Texts, config: Config) -> tuple[Passages, rescore.Scored]:
    """Return the passages of the pairs that are matches, as a scan would judge them."""
    evidence, digests = texts.evidence, texts.digests
    tokens = evidence.tokens
    equal = np.array([digests[a] == digests[b] for a, b in pairs.tolist()], np.bool_)
    first, second = tokens.bounds[pairs[equal]].T
    sizes = tokens.bounds[pairs[equal, 0] + 1] - first
    whole = Passages(
        documents=pairs[equal].astype(np.int32),
        bounds=np.arange(int(equal.sum()) + 1),
        blocks=np.stack([first, second, sizes], axis=1),
    )
    aligned = candidates.align_pairs(pairs[~equal], None, evidence, config, matches=True)
    passages = candidates.sorted_passages([aligned, whole])
    scored = rescore.rescore(passages, evidence, config.rescore)
    same = [digests[a] == digests[b] for a, b in passages.documents.tolist()]
    kept = (scored.scores >= config.rescore.min_score) | np.array(same, np.bool_)
    if config.min_words is not None:
        kept &= passages.summed(evidence.weight) >= 6 * config.min_words
    if config.min_similarity is not None:
        kept &= scored.column("contiguity") >= config.min_similarity
    return passages.select(kept), rescore.Scored(features=scored.features[kept], scores=scored.scores[kept])


def _shares(passages: Passages, texts: Texts) -> npt.NDArray[np.float64]:
    """Return for each passage how much of both texts all passages of its pair cover (float64, n x 2), by weight."""
    weights, documents = texts.evidence.tokens.weights, passages.documents
    begins = np.append(np.ones(min(1, len(documents)), np.bool_), (documents[1:] != documents[:-1]).any(axis=1))
    first = np.flatnonzero(begins)
    edges = np.stack([first, np.append(first[1:], len(documents))[: len(first)]], axis=1)
    marks = np.zeros(len(weights), np.uint8)
    covered = kernels.covered(edges, passages.bounds, passages.blocks, weights, marks)[:, :, 0]
    shares: npt.NDArray[np.float64] = np.round(covered / np.maximum(texts.totals[documents[first]], 1), 6)
    return shares[np.cumsum(begins) - 1]


def _matches(found: _Found) -> Iterator[IndexMatch]:
    """Yield a match for each passage."""
    passages, tokens = found.passages, found.texts.evidence.tokens
    first = passages.blocks[passages.bounds[:-1]]
    last = passages.blocks[passages.bounds[1:] - 1]
    ends = last[:, :2] + last[:, 2:]
    longer = (ends - first[:, :2]).max(axis=1)
    matched = np.add.reduceat(passages.blocks[:, 2], passages.bounds[:-1]) if len(passages) else longer
    similarity = np.round(matched / np.maximum(longer, 1), 6)
    places = np.stack([tokens.starts[first[:, :2]], tokens.ends[ends - 1]], axis=2)
    told = _changes(found)
    relations: dict[tuple[int, int], Relation] = {}
    columns = (
        passages.documents.tolist(),
        places.tolist(),
        similarity.tolist(),
        found.shares.tolist(),
        found.scored.scores.tolist(),
        found.scored.features.tolist(),
    )
    for p, (pair, (here, there), alike, shares, score, features) in enumerate(zip(*columns, strict=True)):
        left, right = pair
        one, other = found.texts.documents[left], found.texts.documents[right]
        if (left, right) not in relations:
            relations[left, right] = _relation(one, other, shares, found, (left, right))
        yield IndexMatch(
            left=Span(doc_id=one.id, start=here[0], end=here[1]),
            right=Span(doc_id=other.id, start=there[0], end=there[1]),
            score=score,
            similarity=alike,
            wording=assembly.wording(alike),
            scores=dict(zip(rescore.FEATURES, features, strict=True)),
            changed=tuple(told.get(p, ())),
            relation=relations[left, right],
            share_left=shares[0],
            share_right=shares[1],
            outlet=one.outlet,
            published=one.published,
            title=one.title,
            url=one.url,
            as_of=found.as_of,
        )


def _changes(found: _Found) -> dict[int, list[Change]]:
    """Return what changed in each passage in which something telling did."""
    passages, tokens = found.passages, found.texts.evidence.tokens
    gaps = assembly.telling_gaps(passages.blocks, tokens)
    of = np.searchsorted(passages.bounds, gaps, "right") - 1
    inside = gaps + 1 < passages.bounds[of + 1]
    told: dict[int, list[Change]] = {}
    for gap, p in zip(gaps[inside].tolist(), of[inside].tolist(), strict=True):
        other, own = (found.texts.documents[d] for d in passages.documents[p].tolist())
        told.setdefault(p, []).append(assembly.change(passages.blocks, gap, own, other, tokens))
    return told


def _relation(
    one: Document,
    other: Document,
    shares: list[float],
    found: _Found,
    pair: tuple[int, int],
) -> Relation:
    """Return the relation of two texts by what is aligned of them."""
    totals = found.texts.totals[list(pair)].tolist()
    if is_update(one, other, shares, totals):
        return "updates"
    return relation_of(shares[0], shares[1], found.near_duplicate)
