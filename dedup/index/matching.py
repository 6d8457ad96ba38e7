"""Pairs of new texts and documents of an index to matches, by the stages that `compare` uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup import assembly, candidates, rescore
from dedup.align import Passages
from dedup.config import Config
from dedup.index.known import Known
from dedup.model import Change, Document, IndexMatch, Relation, Span
from dedup.relations import is_update, relation_of
from dedup.tokens import concatenate


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Verified passages, what is equal of each pair of texts (`shares`, float64, passages x 2), the weight of each text
    (`totals`), and the commit."""

    documents: Sequence[Document]
    evidence: rescore.Evidence
    passages: Passages
    scored: rescore.Scored
    shares: npt.NDArray[np.float64]
    totals: list[int]
    near_duplicate: float
    as_of: int


def matches(
    known: Sequence[Known],
    new: Sequence[Known],
    pairs: npt.NDArray[np.int64],
    idf: npt.NDArray[np.float32],
    config: Config,
    as_of: int,
) -> list[IndexMatch]:
    """Return the passages that pairs of texts share, in order of the new texts, then of ids and places.

    `pairs` (int64, n x 2) are one of `known` and one of `new` each; `idf` (float32, nats) that of each slot of words.
    """
    if not len(pairs):
        return []
    every = [*known, *new]
    tokens = concatenate([k.tokens for k in every])
    evidence = rescore.evidence(tokens, idf)
    shifted = pairs + np.array([0, len(known)])
    passages, scored = _verified(shifted[np.lexsort(shifted.T[::-1])], every, evidence, config)
    found = _Found(
        documents=[k.document for k in every],
        evidence=evidence,
        passages=passages,
        scored=scored,
        shares=_shares(passages, evidence),
        totals=np.diff(evidence.weight[tokens.bounds]).tolist(),
        near_duplicate=config.clusters.near_duplicate,
        as_of=as_of,
    )
    made = list(zip(passages.documents[:, 1].tolist(), _matches(found), strict=True))
    made.sort(key=lambda item: (item[0], item[1].left.doc_id, item[1].right.start, item[1].left.start))
    return [match for _, match in made]


def _verified(
    pairs: npt.NDArray[np.int64], every: Sequence[Known], evidence: rescore.Evidence, config: Config
) -> tuple[Passages, rescore.Scored]:
    """Return the passages of the pairs that are matches, as a scan would judge them."""
    tokens = evidence.tokens
    equal = np.array([every[a].digest == every[b].digest for a, b in pairs.tolist()], np.bool_)
    first, second = tokens.bounds[pairs[equal]].T
    sizes = tokens.bounds[pairs[equal, 0] + 1] - first
    whole = Passages(
        documents=pairs[equal].astype(np.int32),
        bounds=np.arange(int(equal.sum()) + 1),
        blocks=np.stack([first, second, sizes], axis=1),
    )
    aligned = candidates.align_pairs(pairs[~equal], None, evidence, config)
    passages = candidates.sorted_passages([aligned, whole])
    scored = rescore.rescore(passages, evidence, config.rescore)
    same = [every[a].digest == every[b].digest for a, b in passages.documents.tolist()]
    kept = (scored.scores >= config.rescore.min_score) | np.array(same, np.bool_)
    if config.min_words is not None:
        kept &= passages.summed(evidence.weight) >= 6 * config.min_words
    if config.min_similarity is not None:
        kept &= scored.column("contiguity") >= config.min_similarity
    return passages.select(kept), rescore.Scored(features=scored.features[kept], scores=scored.scores[kept])


def _shares(passages: Passages, evidence: rescore.Evidence) -> npt.NDArray[np.float64]:
    """Return for each passage how much of both texts all passages of its pair cover (float64, n x 2), by weight."""
    weight, bounds = evidence.weight, evidence.tokens.bounds
    sizes = np.diff(passages.bounds)
    _, pair = np.unique(passages.documents, axis=0, return_inverse=True)
    pair = pair.ravel()
    shares = np.zeros((len(passages), 2))
    for side in (0, 1):
        starts = passages.blocks[:, side]
        # pairs follow one another, each on a stretch of its own, so that one running maximum serves all
        shift = np.repeat(pair, sizes) * (len(evidence.tokens.hashes) + 1)
        order = np.argsort(shift + starts, kind="stable")
        low, high = (shift + starts)[order], (shift + starts + passages.blocks[:, 2])[order]
        seen = np.maximum.accumulate(np.concatenate([[0], high]))[:-1]
        low = np.minimum(np.maximum(low, seen), high)
        parts = weight[high - shift[order]] - weight[low - shift[order]]
        covered = np.bincount(np.repeat(pair, sizes)[order], parts)
        d = passages.documents[:, side]
        shares[:, side] = np.round(covered[pair] / np.maximum(weight[bounds[d + 1]] - weight[bounds[d]], 1), 6)
    return shares


def _matches(found: _Found) -> Iterator[IndexMatch]:
    """Yield a match for each passage."""
    passages, tokens = found.passages, found.evidence.tokens
    first = passages.blocks[passages.bounds[:-1]]
    last = passages.blocks[passages.bounds[1:] - 1]
    ends = last[:, :2] + last[:, 2:]
    longer = (ends - first[:, :2]).max(axis=1)
    matched = np.add.reduceat(passages.blocks[:, 2], passages.bounds[:-1]) if len(passages) else longer
    similarity = np.round(matched / np.maximum(longer, 1), 6)
    places = np.stack([tokens.starts[first[:, :2]], tokens.ends[ends - 1]], axis=2)
    told = _changes(found)
    relations: dict[tuple[int, int], Relation] = {}
    for p, (pair, ((left_start, left_end), (right_start, right_end)), alike) in enumerate(
        zip(passages.documents.tolist(), places.tolist(), similarity.tolist(), strict=True)
    ):
        left, right = pair
        one, other = found.documents[left], found.documents[right]
        shares = found.shares[p].tolist()
        if (left, right) not in relations:
            relations[left, right] = _relation(one, other, shares, found, (left, right))
        yield IndexMatch(
            left=Span(doc_id=one.id, start=left_start, end=left_end),
            right=Span(doc_id=other.id, start=right_start, end=right_end),
            score=float(found.scored.scores[p]),
            similarity=alike,
            wording=assembly.wording(alike),
            scores=dict(zip(rescore.FEATURES, found.scored.features[p].tolist(), strict=True)),
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
    passages, tokens = found.passages, found.evidence.tokens
    gaps = assembly.telling_gaps(passages.blocks, tokens)
    of = np.searchsorted(passages.bounds, gaps, "right") - 1
    inside = gaps + 1 < passages.bounds[of + 1]
    told: dict[int, list[Change]] = {}
    for gap, p in zip(gaps[inside].tolist(), of[inside].tolist(), strict=True):
        other, own = (found.documents[d] for d in passages.documents[p].tolist())
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
    totals = [found.totals[d] for d in pair]
    if is_update(one, other, shares, totals):
        return "updates"
    return relation_of(shares[0], shares[1], found.near_duplicate)
