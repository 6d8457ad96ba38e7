"""Pairs of new texts and documents of an index to matches, by the stages that `compare` uses."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from dedup import assembly, candidates, rescore
from dedup.align import Passages
from dedup.clusters import Carrier
from dedup.config import Config
from dedup.model import Change, Document, IndexMatch, Relation, Span
from dedup.relations import is_update, relation_of
from dedup.spill import in_order
from dedup.tokens import Tokens, concatenate, tokenize_all

# Pairs of texts that one thread aligns at a time.
BLOCK_PAIRS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """New texts with their tokens, and the idf of each slot (float32, nats) by which words are weighed."""

    documents: Sequence[Document]
    tokens: Tokens
    idf: npt.NDArray[np.float32]


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
    new: Texts,
    texts: npt.NDArray[np.int64],
    partners: npt.NDArray[np.int64],
    known: Sequence[Document],
    config: Config,
    as_of: int,
    pool: Executor | None = None,
) -> list[IndexMatch]:
    """Return the passages that pairs of texts share, in order of the new texts, then of ids and places.

    Pair i is new text `texts[i]` with `partners[i]`: a number below `len(known)` means one of `known`, a greater one
    the new text of that number less `len(known)`, which must be before it.
    """
    if not len(texts):
        return []
    documents = [*known, *new.documents]
    tokens = concatenate([tokenize_all([d.text for d in known], pool), new.tokens]) if known else new.tokens
    evidence = rescore.evidence(tokens, new.idf)
    pairs = np.stack([partners, texts + len(known)], axis=1).astype(np.int64)
    passages, scored = _verified(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))], evidence, config, pool)
    found = _Found(
        documents=documents,
        evidence=evidence,
        passages=passages,
        scored=scored,
        shares=_shares(passages, evidence),
        totals=np.diff(evidence.weight[tokens.bounds]).tolist(),
        near_duplicate=config.clusters.near_duplicate,
        as_of=as_of,
    )
    made = [(int(passages.documents[p, 1]), _match(p, found)) for p in range(len(passages))]
    made.sort(key=lambda item: (item[0], item[1].left.doc_id, item[1].right.start, item[1].left.start))
    return [match for _, match in made]


def _verified(
    pairs: npt.NDArray[np.int64], evidence: rescore.Evidence, config: Config, pool: Executor | None
) -> tuple[Passages, rescore.Scored]:
    """Return the passages of the pairs that are matches, as a scan would judge them."""
    tokens = evidence.tokens
    equal = _equal(pairs, tokens)
    first, second = tokens.bounds[pairs[equal]].T
    sizes = tokens.bounds[pairs[equal, 0] + 1] - first
    whole = Passages(
        documents=pairs[equal].astype(np.int32),
        bounds=np.arange(int(equal.sum()) + 1),
        blocks=np.stack([first, second, sizes], axis=1),
    )
    others = pairs[~equal]

    def block(first: int) -> Passages:
        return candidates.align_pairs(others[first : first + BLOCK_PAIRS], None, evidence, config)

    aligned = in_order(pool, block, range(0, len(others), BLOCK_PAIRS))
    passages = candidates.sorted_passages([*aligned, whole])
    scored = rescore.rescore(passages, evidence, config.rescore)
    kept = (scored.scores >= config.rescore.min_score) | _equal(passages.documents.astype(np.int64), tokens)
    if config.min_words is not None:
        kept &= passages.summed(evidence.weight) >= 6 * config.min_words
    if config.min_similarity is not None:
        kept &= scored.column("contiguity") >= config.min_similarity
    return passages.select(kept), rescore.Scored(features=scored.features[kept], scores=scored.scores[kept])


def _equal(pairs: npt.NDArray[np.int64], tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Return which pairs of texts have the same tokens."""
    digests = {
        d: xxhash.xxh3_128_digest(tokens.hashes[tokens.bounds[d] : tokens.bounds[d + 1]].tobytes())
        for d in np.unique(pairs).tolist()
    }
    return np.array([digests[a] == digests[b] for a, b in pairs.tolist()], np.bool_)


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


def _match(p: int, found: _Found) -> IndexMatch:
    passages, tokens = found.passages, found.evidence.tokens
    left, right = passages.documents[p].tolist()
    low, high = passages.bounds[p : p + 2].tolist()
    blocks = passages.blocks[low:high]
    a0, b0, _ = blocks[0].tolist()
    a1, b1 = (blocks[-1, :2] + blocks[-1, 2]).tolist()
    carrier = Carrier(document=right, start=b0, end=b1, blocks=blocks)
    one, other = found.documents[left], found.documents[right]
    (left_start, left_end), (right_start, right_end) = (
        assembly.span_of(tokens, a0, a1),
        assembly.span_of(tokens, b0, b1),
    )
    changed: tuple[Change, ...] = ()
    if len(blocks) > 1:
        changed = tuple(assembly.changes(carrier, other, one, tokens))
    shares = found.shares[p].tolist()
    return IndexMatch(
        left=Span(doc_id=one.id, start=left_start, end=left_end),
        right=Span(doc_id=other.id, start=right_start, end=right_end),
        score=float(found.scored.scores[p]),
        similarity=carrier.similarity,
        wording=assembly.wording(carrier.similarity),
        scores=dict(zip(rescore.FEATURES, found.scored.features[p].tolist(), strict=True)),
        changed=changed,
        relation=_relation(one, other, shares, found, (left, right)),
        share_left=shares[0],
        share_right=shares[1],
        outlet=one.outlet,
        published=one.published,
        title=one.title,
        url=one.url,
        as_of=found.as_of,
    )


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
