"""Pairs of new texts and documents of an index to matches, by the stages that `compare` uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, make_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import assembly, candidates, rescore
from dedup.align import Passages
from dedup.config import Config
from dedup.index.known import Idf, Known, together
from dedup.kernels import relations as kernels
from dedup.model import Change, Document, IndexMatch, Relation, Span
from dedup.relations import is_update

# By whether the left text has what is near enough to all of it in the other, and twice whether the right one has.
_RELATIONS: tuple[Relation, ...] = ("partial", "contained", "contains", "duplicate")


def _draft(kind: Any) -> Any:
    """Return a class with the fields of a record, in the same slots, whose objects can become such records: there are
    many of them, and what is frozen makes its own constructor five times as slow."""
    return make_dataclass(f"{kind.__name__}Draft", [(f.name, Any) for f in fields(kind)], slots=True)


_SpanDraft, _MatchDraft = _draft(Span), _draft(IndexMatch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Texts that are compared with one another, the weight of each (`totals`, int64), and where each would stand in the
    order of the ids (`ranks`, int64)."""

    documents: Sequence[Document]
    digests: Sequence[bytes]
    evidence: rescore.Evidence
    totals: npt.NDArray[np.int64]
    ranks: npt.NDArray[np.int64]

    @classmethod
    def of(cls, known: Sequence[Known], idf: Idf) -> Texts:
        """Return texts that were all weighed by `idf`."""
        evidence = together(known, idf)
        ids = [k.document.id for k in known]
        ranks = np.empty(len(ids), np.int64)
        ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        return cls(
            documents=[k.document for k in known],
            digests=[k.digest for k in known],
            evidence=evidence,
            totals=np.diff(evidence.weight[evidence.tokens.bounds]),
            ranks=ranks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Verified passages of some texts, and what is equal of each pair of them (`shares`, float64, passages x 2)."""

    texts: Texts
    passages: Passages
    scored: rescore.Scored
    shares: npt.NDArray[np.float64]


def find(texts: Texts, pairs: npt.NDArray[np.int64], config: Config) -> Found:
    """Return the passages that pairs of texts share (int64, n x 2: a known one, a new one)."""
    passages, scored = _verified(pairs[np.lexsort(pairs.T)], texts, config)
    return Found(texts=texts, passages=passages, scored=scored, shares=_shares(passages, texts))


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


def matches(found: Found, config: Config, as_of: int) -> Iterator[IndexMatch]:
    """Yield a match for each passage, in order of the new texts, then of ids and places."""
    documents, totals = found.texts.documents, found.texts.totals.tolist()
    told = _changes(found)
    order, *columns = _columns(found, config.clusters.near_duplicate)
    features = found.scored.features[order].tolist()
    for p, row, left, right, start, end, other_start, other_end, alike, share_left, share_right, relation, score in zip(
        order.tolist(), features, *(column.tolist() for column in columns), strict=True
    ):
        one, other = documents[left], documents[right]
        update = one.outlet and one.outlet == other.outlet
        if update:
            update = is_update(one, other, (share_left, share_right), (totals[left], totals[right]))
        # in the order of the fields: each name of an argument costs as much as its value
        span, other_span = _SpanDraft(one.id, start, end), _SpanDraft(other.id, other_start, other_end)
        made = _MatchDraft(
            span,
            other_span,
            score,
            alike,
            assembly.wording(alike),
            dict(zip(rescore.FEATURES, row, strict=True)),
            tuple(told[p]) if p in told else (),
            "updates" if update else _RELATIONS[relation],
            share_left,
            share_right,
            one.outlet,
            one.published,
            one.title,
            one.url,
            as_of,
        )
        span.__class__ = other_span.__class__ = Span
        made.__class__ = IndexMatch
        yield made


def _columns(found: Found, near_duplicate: float) -> tuple[npt.NDArray[Any], ...]:
    """Return what is numbers of the matches, in their order: passage, texts, places in both, similarity, shares,
    which of `_RELATIONS`, and score."""
    passages, tokens, shares = found.passages, found.texts.evidence.tokens, found.shares
    first = passages.blocks[passages.bounds[:-1]]
    last = passages.blocks[passages.bounds[1:] - 1]
    ends = last[:, :2] + last[:, 2:]
    similarity = np.round(passages.matched() / np.maximum((ends - first[:, :2]).max(axis=1, initial=1), 1), 6)
    starts, stops = tokens.starts[first[:, :2]].T, tokens.ends[ends - 1].T
    left, right = passages.documents.T
    order = np.lexsort((starts[0], starts[1], found.texts.ranks[left], right))
    near = shares >= near_duplicate
    relation = near[:, 0] + 2 * near[:, 1]
    columns = (
        left,
        right,
        starts[0],
        stops[0],
        starts[1],
        stops[1],
        similarity,
        *shares.T,
        relation,
        found.scored.scores,
    )
    return (order, *(column[order] for column in columns))


def _changes(found: Found) -> dict[int, list[Change]]:
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
