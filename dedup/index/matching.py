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
from dedup.index.packing import Stored
from dedup.kernels import held
from dedup.kernels import relations as kernels
from dedup.model import Change, Document, IndexMatch, Span
from dedup.relations import BY_SHARES, is_update
from dedup.tokens import Tokens


def _draft(kind: Any) -> Any:
    """Return a class with the fields of a record, in the same slots, whose objects can become such records: there are
    many of them, and what is frozen makes its own constructor five times as slow."""
    return make_dataclass(f"{kind.__name__}Draft", [(f.name, Any) for f in fields(kind)], slots=True)


_SpanDraft, _MatchDraft = _draft(Span), _draft(IndexMatch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Texts that are compared with one another, the weight of each (`totals`, int64), and where each would stand in the
    order of the ids (`ranks`, int64)."""

    documents: Sequence[Document | Stored]
    digests: Sequence[bytes]
    evidence: rescore.Evidence
    totals: npt.NDArray[np.int64]
    ranks: npt.NDArray[np.int64]

    @classmethod
    def of(cls, known: Sequence[Known], idf: Idf) -> Texts:
        """Return texts, all weighed by `idf` (float32, nats a slot)."""
        evidence = together(known, idf)
        ids = [k.document.id for k in known]
        ranks = np.empty(len(ids), np.int64)
        ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        return cls(
            documents=[k.document for k in known],
            digests=[k.digest for k in known],
            evidence=evidence,
            totals=held.totals(evidence.tokens.weights, evidence.tokens.bounds),
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
    parts = [candidates.align_pairs(pairs[~equal], None, evidence, config, matches=True)]
    if equal.any():
        parts.append(_whole(pairs[equal], tokens))
    passages = candidates.sorted_passages(parts)
    scored = rescore.rescore(passages, evidence, config.rescore)
    kept = scored.scores >= config.rescore.min_score
    if equal.any():
        kept |= np.array([digests[a] == digests[b] for a, b in passages.documents.tolist()], np.bool_)
    if config.min_words is not None:
        kept &= passages.summed(evidence.weight) >= 6 * config.min_words
    if config.min_similarity is not None:
        kept &= scored.column("contiguity") >= config.min_similarity
    return (passages, scored) if kept.all() else (passages.select(kept), scored.select(kept))


def _whole(pairs: npt.NDArray[np.int64], tokens: Tokens) -> Passages:
    """Return passages over pairs of texts that are equal."""
    first, second = tokens.bounds[pairs].T
    sizes = tokens.bounds[pairs[:, 0] + 1] - first
    return Passages(
        documents=pairs.astype(np.int32),
        bounds=np.arange(len(pairs) + 1),
        blocks=np.stack([first, second, sizes], axis=1),
    )


def _shares(passages: Passages, texts: Texts) -> npt.NDArray[np.float64]:
    """Return for each passage how much of both texts all passages of its pair cover (float64, n x 2), by weight."""
    documents = passages.documents
    covered = kernels.shared(documents, passages.bounds, passages.blocks, texts.evidence.tokens.weights)
    shares: npt.NDArray[np.float64] = np.round(covered / np.maximum(texts.totals[documents], 1), 6)
    return shares


def matches(found: Found, config: Config, as_of: int) -> Iterator[IndexMatch]:
    """Yield a match for each passage, in order of the new texts, then of ids and places."""
    documents, totals = found.texts.documents, found.texts.totals.tolist()
    told, near = _changes(found), config.clusters.near_duplicate
    for p, places, floats, row in _rows(found):
        left, right, start, end, other_start, other_end = places
        alike, share_left, share_right, score = floats
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
            "updates" if update else BY_SHARES[(share_left >= near) + 2 * (share_right >= near)],
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


def _rows(found: Found) -> Iterator[tuple[int, list[int], list[float], list[float]]]:
    """Return what is numbers of the matches, in their order: which passage each is, its texts and places in both, its
    similarity, shares and score, and its features."""
    passages, tokens = found.passages, found.texts.evidence.tokens
    places, counts = kernels.places(passages.documents, passages.bounds, passages.blocks, tokens.starts, tokens.ends)
    floats = np.empty((len(passages), 4))
    floats[:, 0] = np.round(counts[:, 0] / np.maximum(counts[:, 1], 1), 6)
    floats[:, 1:3], floats[:, 3] = found.shares, found.scored.scores
    left, right, start, _, other_start, _ = places.T
    order = np.lexsort((start, other_start, found.texts.ranks[left], right))
    return zip(
        order.tolist(),
        places[order].tolist(),
        floats[order].tolist(),
        found.scored.features[order].tolist(),
        strict=True,
    )


def _changes(found: Found) -> dict[int, list[Change]]:
    """Return what changed in each passage in which something telling did."""
    passages, tokens = found.passages, found.texts.evidence.tokens
    gaps = assembly.telling_gaps(passages.blocks, tokens)
    if not len(gaps):
        return {}
    of = np.searchsorted(passages.bounds, gaps, "right") - 1
    inside = gaps + 1 < passages.bounds[of + 1]
    told: dict[int, list[Change]] = {}
    texts: dict[int, str] = {}
    for gap, p in zip(gaps[inside].tolist(), of[inside].tolist(), strict=True):
        pair = passages.documents[p].tolist()
        for d in pair:
            if d not in texts:
                texts[d] = found.texts.documents[d].text
        other, own = (texts[d] for d in pair)
        told.setdefault(p, []).append(assembly.change(passages.blocks, gap, own, other, tokens))
    return told
