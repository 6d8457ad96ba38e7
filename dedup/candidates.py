"""Texts to verified passages: the array stages in their order, for `scan`, `compare` and the index alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup import rescore, weights
from dedup.align import Passages, align_chains, joined
from dedup.chains import chain_hits
from dedup.config import Config
from dedup.lsh import band_pairs, least_estimate
from dedup.model import WordCounts
from dedup.progress import NoProgress, Progress
from dedup.seeds import Layout, Linked, link_seeds, pair_hits
from dedup.signatures import signatures
from dedup.spill import Scratch, in_order
from dedup.tokens import Tokens, tokenize_all

# Pairs of texts aligned at a time where whole texts alone are compared.
BLOCK_PAIRS = 256
# Tokens around the passages of a pair in which a second pass looks for more.
AROUND = 200


Keep = Callable[[Passages, rescore.Scored, rescore.Evidence], npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the array stages found in a list of texts.

    `copy_of` (int64): the first text with the same tokens, itself if none; `evidence`: token masses and their sums;
    `passages` the aligned passages that were to be kept with `scored`; `counts` for the manifest; `words` those that
    they were weighed by.
    """

    tokens: Tokens
    words: WordCounts
    evidence: rescore.Evidence
    copy_of: npt.NDArray[np.int64]
    passages: Passages
    scored: rescore.Scored
    counts: dict[str, int]


def find(
    texts: Sequence[str],
    sides: npt.NDArray[np.int8],
    config: Config,
    pool: Executor | None = None,
    progress: Progress | None = None,
    *,
    weigh_texts: bool = True,
    words: WordCounts | None = None,
    keep: Keep | None = None,
    scratch: Scratch | None = None,
    lengths: npt.NDArray[np.int64] | None = None,
) -> Found:
    """Return the passages that texts share, and those repeated inside them, all or those that `keep` says.

    `sides` (int8 a text): all 0, or 1 for the texts of a reference set, with which alone the others are compared.
    Words are weighed by the background alone when not `weigh_texts`, and as in another corpus by its `words`. What does
    not fit into memory goes to `scratch`; `lengths` (int64) are those of the texts.
    """
    scratch, progress = scratch or Scratch(), progress or NoProgress()
    progress.stage("tokens", None)
    tokens = tokenize_all(texts, pool, scratch, lengths)
    # across two sides a copy cannot stand for another: their partners are not the same
    copies = np.arange(len(tokens)) if sides.any() else copy_of(tokens)
    active = copies == np.arange(len(tokens))
    active &= np.diff(tokens.bounds) > 0
    progress.stage("signatures", None)
    near = near_pairs(tokens, active, sides, config, pool, scratch)
    progress.stage("weights", None)
    if words is None:
        words = count_words(tokens, active & weigh_texts, near, pool, scratch)
    known = rescore.evidence(tokens, weights.from_counts(words), pool, scratch)
    progress.stage("seeds", None)
    linked = link_seeds(tokens, active, sides, config.seeds, Layout(tokens.bounds), pool, scratch)
    sizes = linked.hits.sizes.tolist()
    progress.stage("passages", sum(sizes))
    given = _Given(
        linked=linked,
        near=near,
        copies=_copies(copies, tokens),
        known=known,
        config=config,
        keep=keep,
        scratch=scratch,
    )
    blocks = []
    for number, block in enumerate(in_order(pool, given.block, range(len(linked.layout)))):
        blocks.append(block)
        progress.advance(sizes[number])
    linked.hits.close()
    return Found(
        tokens=tokens,
        words=words,
        evidence=known,
        copy_of=copies,
        passages=sorted_passages([b.passages for b in blocks]),
        scored=rescore.joined([b.scored for b in blocks]),
        counts={
            "tokens": len(tokens.hashes),
            "exact_copies": int((~active & (np.diff(tokens.bounds) > 0)).sum()),
            "lsh_pairs": len(near),
            **_counts(linked, blocks),
        },
    )


def count_words(
    tokens: Tokens,
    active: npt.NDArray[np.bool_],
    near: npt.NDArray[np.int64],
    pool: Executor | None = None,
    scratch: Scratch | None = None,
) -> WordCounts:
    """Return how common words are among the `active` texts; of texts that are `near` one another one counts."""
    counted = active.copy()
    counted[near[:, 1]] = False
    return weights.word_counts(weights.frequencies(tokens, counted, pool, scratch), int(counted.sum()))


def find_near(
    texts: Sequence[str],
    pairs: npt.NDArray[np.int64],
    config: Config,
    pool: Executor,
    progress: Progress,
    *,
    collapse: bool,
    keep: Keep,
    scratch: Scratch,
) -> Found:
    """Return the passages of `pairs` of texts (int64, n x 2, left < right, sorted) and of equal texts that `keep` says.

    Equal texts are tied to the first of them when they are to `collapse`; each of the pairs has such first texts.
    """
    progress.stage("tokens", None)
    tokens = tokenize_all(texts, pool, scratch)
    copies = copy_of(tokens) if collapse else np.arange(len(tokens))
    progress.stage("weights", None)
    active = (copies == np.arange(len(tokens))) & (np.diff(tokens.bounds) > 0)
    words = count_words(tokens, active, pairs, pool, scratch)
    known = rescore.evidence(tokens, weights.from_counts(words), pool, scratch)
    progress.stage("passages", len(pairs))

    def verified(passages: Passages) -> tuple[Passages, rescore.Scored]:
        scored = rescore.screen(passages, known, config.rescore)
        kept = keep(passages, scored, known)
        return passages.select(kept), scored.select(kept)

    def block(first: int) -> tuple[Passages, rescore.Scored]:
        scratch.release()
        return verified(align_pairs(pairs[first : first + BLOCK_PAIRS], None, known, config))

    parts = [verified(_copies(copies, tokens))]
    for part in in_order(pool, block, range(0, len(pairs), BLOCK_PAIRS)):
        parts.append(part)
        progress.advance(BLOCK_PAIRS)
    passages, scored = _together(*parts)
    return Found(
        tokens=tokens,
        words=words,
        evidence=known,
        copy_of=copies,
        passages=passages,
        scored=scored,
        counts={"candidate_pairs": len(pairs), "aligned_passages": len(passages)},
    )


def _counts(linked: Linked, blocks: Sequence[_Block]) -> dict[str, int]:
    """Return what was counted from seeds to passages."""
    return {
        "lsh_pairs_without_chain": sum(b.unlinked for b in blocks),
        "seeds": linked.seeds,
        "seeds_linked_to_neighbours": linked.frequent,
        "hits": int(linked.hits.sizes.sum()),
        "pairs_with_hits": sum(b.pairs for b in blocks),
        "chains": sum(b.chains for b in blocks),
        "aligned_passages": sum(b.aligned for b in blocks),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The passages of one block of left texts, sorted, and what was counted on the way."""

    passages: Passages
    scored: rescore.Scored
    unlinked: int
    pairs: int
    chains: int
    aligned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a block of left texts is worked on with; all that follows concerns one pair of texts at a time."""

    linked: Linked
    near: npt.NDArray[np.int64]
    copies: Passages
    known: rescore.Evidence
    config: Config
    keep: Keep | None
    scratch: Scratch

    def _scored(self, passages: Passages) -> rescore.Scored:
        """Return the scores; where passages are dropped anyway, without the cosines that could not save them."""
        score = rescore.rescore if self.keep is None else rescore.screen
        return score(passages, self.known, self.config.rescore)

    def block(self, number: int) -> _Block:
        """Return the passages whose left text is in a block."""
        self.scratch.release()
        known, config = self.known, self.config
        hits = self.linked.block(number)
        chains = chain_hits(hits, known.tokens, known.masses, config.chains)
        passages = align_chains(chains, known.tokens, known.masses, config.align)
        first, last = self.linked.layout.edges[number : number + 2]
        near = self.near[np.searchsorted(self.near[:, 0], first) : np.searchsorted(self.near[:, 0], last)]
        missing = _unlinked(near, passages.documents)
        passages = sorted_passages([passages, align_pairs(missing, None, known, config)])
        passages, scored = refined(passages, self._scored(passages), known, config, self._scored)
        left = self.copies.documents[:, 0]
        copies = self.copies.select((left >= first) & (left < last))
        passages, scored = _together((passages, scored), (copies, self._scored(copies)))
        aligned = len(passages)
        if self.keep is not None:
            kept = self.keep(passages, scored, known)
            passages, scored = passages.select(kept), scored.select(kept)
        return _Block(
            passages=passages,
            scored=scored,
            unlinked=len(missing),
            pairs=max(0, len(hits.groups) - 1),
            chains=len(chains),
            aligned=aligned,
        )


def refined(
    passages: Passages,
    scored: rescore.Scored,
    known: rescore.Evidence,
    config: Config,
    score: Callable[[Passages], rescore.Scored],
) -> tuple[Passages, rescore.Scored]:
    """Return the passages with those of promising pairs aligned anew from all seeds around them, and their scores.

    Places of a frequent seed are linked with their neighbours only, so a pair may have been linked by a few of its
    common seeds: a denser second pass finds where the reuse begins and ends.
    """
    a, b = passages.documents[:, 0], passages.documents[:, 1]
    promising = (scored.scores >= config.rescore.min_score) & (a != b)
    if not promising.any():
        return passages, scored
    pairs, number = np.unique(passages.documents[promising], axis=0, return_inverse=True)
    spans = passages.spans()[promising]
    windows = np.empty((len(pairs), 4), np.int64)
    bounds = known.tokens.bounds
    for column, side in ((0, 0), (2, 1)):
        low = np.full(len(pairs), np.iinfo(np.int64).max)
        high = np.zeros(len(pairs), np.int64)
        np.minimum.at(low, number.ravel(), spans[:, column])
        np.maximum.at(high, number.ravel(), spans[:, column + 1])
        windows[:, column] = np.maximum(low - AROUND, bounds[pairs[:, side]])
        windows[:, column + 1] = np.minimum(high + AROUND, bounds[pairs[:, side] + 1])
    anew = align_pairs(pairs.astype(np.int64), windows, known, config)
    codes = passages.documents.astype(np.int64) @ np.array([len(known.tokens), 1])
    done = np.isin(codes, pairs.astype(np.int64) @ np.array([len(known.tokens), 1]))
    return _together((passages.select(~done), scored.select(~done)), (anew, score(anew)))


def copy_of(tokens: Tokens) -> npt.NDArray[np.int64]:
    """Return for each text the first one with the same tokens (int64); texts without tokens are their own."""
    import xxhash

    out = np.arange(len(tokens))
    texts = np.flatnonzero(np.diff(tokens.bounds))
    digests = np.empty((len(texts), 2), np.uint64)
    for i, d in enumerate(texts.tolist()):
        own = tokens.hashes[tokens.bounds[d] : tokens.bounds[d + 1]]
        digests[i] = np.frombuffer(xxhash.xxh3_128_digest(own.data), np.uint64)
    _, first, number = np.unique(digests, axis=0, return_index=True, return_inverse=True)
    out[texts] = texts[first[number.ravel()]]
    return out


def near_pairs(
    tokens: Tokens,
    active: npt.NDArray[np.bool_],
    sides: npt.NDArray[np.int8],
    config: Config,
    pool: Executor | None,
    scratch: Scratch | None = None,
) -> npt.NDArray[np.int64]:
    """Return the LSH pairs (int64, n x 2) whose estimated Jaccard similarity is at least that of a bucket's middle."""
    made = signatures(tokens, config.signatures, pool, scratch)
    pairs = band_pairs(made, active, config.signatures)
    estimate = (made[pairs[:, 0]] == made[pairs[:, 1]]).mean(axis=1) if len(pairs) else np.empty(0)
    kept = estimate >= least_estimate(config.signatures)
    if sides.any():
        kept &= sides[pairs[:, 0]] != sides[pairs[:, 1]]
    return pairs[kept]


def align_pairs(
    pairs: npt.NDArray[np.int64],
    windows: npt.NDArray[np.int64] | None,
    known: rescore.Evidence,
    config: Config,
    pool: Executor | None = None,
) -> Passages:
    """Return the aligned passages of given pairs of texts (int64, n x 2, left <= right, sorted).

    With `windows` (int64, n x 4 tokens) only passages that begin from hits in those spans of the two texts.
    """
    if not len(pairs):
        return Passages(
            documents=np.empty((0, 2), np.int32),
            bounds=np.zeros(1, np.int64),
            blocks=np.empty((0, 3), np.int64),
        )
    tokens = known.tokens
    if windows is None:
        windows = np.stack([tokens.bounds[pairs[:, s] + e] for s in (0, 1) for e in (0, 1)], axis=1)
    hits = pair_hits(tokens, pairs, windows, replace(config.seeds, seed_window=1))
    chains = chain_hits(hits, tokens, known.masses, config.chains, pool)
    return align_chains(chains, tokens, known.masses, config.align, pool)


def _unlinked(pairs: npt.NDArray[np.int64], documents: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return the pairs that no passage links."""
    if not len(pairs) or not len(documents):
        return pairs
    factor = int(max(pairs.max(), documents.max())) + 1
    codes = documents.astype(np.int64) @ np.array([factor, 1])
    return pairs[~np.isin(pairs @ np.array([factor, 1]), codes)]


def _copies(copies: npt.NDArray[np.int64], tokens: Tokens) -> Passages:
    """Return a passage over the whole text for each copy and its first text."""
    which = np.flatnonzero(copies != np.arange(len(copies)))
    first = tokens.bounds[copies[which]]
    blocks = np.stack([first, tokens.bounds[which], tokens.bounds[which + 1] - tokens.bounds[which]], axis=1)
    return Passages(
        documents=np.stack([copies[which], which], axis=1).astype(np.int32),
        bounds=np.arange(len(which) + 1),
        blocks=blocks.astype(np.int64),
    )


def sorted_passages(parts: Sequence[Passages]) -> Passages:
    """Return the passages of all parts, sorted by pair of texts, then by place."""
    return _sorted(parts)[0]


def _together(*parts: tuple[Passages, rescore.Scored]) -> tuple[Passages, rescore.Scored]:
    """Return passages of several parts with their scores, sorted."""
    passages, order = _sorted([p for p, _ in parts])
    scored = rescore.joined([s for _, s in parts])
    return passages, scored.select(order)


def _sorted(parts: Sequence[Passages]) -> tuple[Passages, npt.NDArray[np.int64]]:
    """Return the passages of all parts, sorted by pair of texts, then by place, and where each was (int64)."""
    together = joined([(p.documents, p.bounds, p.blocks) for p in parts])
    if not len(together):
        return together, np.empty(0, np.int64)
    spans = together.spans()
    order = np.lexsort((spans[:, 2], spans[:, 0], together.documents[:, 1], together.documents[:, 0]))
    sizes = np.diff(together.bounds)[order]
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    rows = np.repeat(together.bounds[:-1][order] - bounds[:-1], sizes) + np.arange(bounds[-1])
    return Passages(documents=together.documents[order], bounds=bounds, blocks=together.blocks[rows]), order
