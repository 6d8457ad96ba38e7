"""Texts to verified passages: the array stages in their order, for `scan`, `compare` and the index alike."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import numpy.typing as npt

from dedup import rescore, weights, workers
from dedup.align import Gathering, Passages, align_chains, joined, nothing
from dedup.chains import chain_hits
from dedup.config import Config
from dedup.copies import copied, copy_of
from dedup.journal import Journal
from dedup.lsh import band_pairs, least_estimate
from dedup.model import WordCounts
from dedup.progress import NoProgress, Progress
from dedup.rows import among, unique_rows
from dedup.seeds import Hits, Layout, Linked, Sieve, link_seeds, pair_hits
from dedup.signatures import signatures
from dedup.spill import Scratch, in_order
from dedup.tokens import Tokens, tokenize_all

# Tokens around the passages of a pair in which a second pass looks for more.
AROUND = 200
# Pairs of texts aligned at a time: around each place that is looked at the system maps some more of a file.
BLOCK_PAIRS = 128
# Hits of a tile, about.
TILE_HITS = 1 << 17
# What is kept of them in a journal.
PASSAGES, FOUND = "passages", "found"


Keep = Callable[[Passages, rescore.Scored, rescore.Evidence], npt.NDArray[np.bool_]]


Pairs = npt.NDArray[np.int32] | npt.NDArray[np.int64]
# Says which texts have their tokens asked for, whether they have passages or not.
Wanted = Callable[[], Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Says which passages are matches: by their score or as equal texts, and between texts to be compared.

    `sides` (int8 a text): two texts of which none is on side 0 are not compared; with `one_way` nor two of one.
    """

    sides: npt.NDArray[np.int8]
    one_way: bool
    config: Config

    def __call__(self, passages: Passages, scored: rescore.Scored, evidence: rescore.Evidence) -> npt.NDArray[np.bool_]:
        """Return the mask of the passages to be kept."""
        if not len(passages):
            return np.zeros(0, np.bool_)
        spans = passages.spans()
        bounds = evidence.tokens.bounds
        whole = np.ones(len(passages), np.bool_)
        for side, column in ((0, 0), (1, 2)):
            d = passages.documents[:, side]
            whole &= (spans[:, column] == bounds[d]) & (spans[:, column + 1] == bounds[d + 1])
        whole &= scored.column("contiguity") >= 1.0
        kept = (scored.scores >= self.config.rescore.min_score) | whole
        least = self.config.min_words
        if least is not None:
            kept &= passages.summed(evidence.weight) >= 6 * least
        if self.config.min_similarity is not None:
            kept &= scored.column("contiguity") >= self.config.min_similarity
        left, right = self.sides[passages.documents].T
        asked = left != right if self.one_way else (left == 0) | (right == 0)
        compared: npt.NDArray[np.bool_] = kept & asked
        return compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the array stages found in a list of texts.

    `tokens` are those of all texts, or of those alone that have a passage; `sizes` (int64) how many each text has, and
    `weight` what all weigh. `copy_of` (int64): the first text with the same tokens, itself if none; `evidence`: token
    masses and their sums; `passages` the aligned passages that were to be kept with `scored`; `counts` for the
    manifest; `words` those that they were weighed by.
    """

    tokens: Tokens
    sizes: npt.NDArray[np.int64]
    weight: int
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
    journal: Journal | None = None,
    wanted: Wanted | None = None,
) -> Found:
    """Return the passages that texts share, and those repeated inside them, all or those that `keep` says.

    `sides` (int8 a text): all 0, or 1 for the texts of a reference set, with which alone the others are compared.
    Words are weighed by the background alone when not `weigh_texts`, and as in another corpus by its `words`. What does
    not fit into memory goes to `scratch`; `lengths` (int64) are those of the texts. What is finished is kept in the
    `journal`, and taken from it. `wanted` says whose tokens are asked for besides those of texts with passages: here
    all are kept.
    """
    scratch, progress = scratch or Scratch(), progress or NoProgress()
    progress.stage("tokens", None)
    tokens = tokenize_all(texts, pool, scratch, lengths)
    # across two sides a copy cannot stand for another: their partners are not the same
    copies = np.arange(len(tokens)) if sides.any() else copy_of(tokens)
    finished = None if journal is None else _finished(journal)
    if finished is not None and journal is not None:
        progress.stage("weights", None)
        known = rescore.evidence(tokens, weights.from_counts(finished.words), pool, scratch)
        gathering, blocks = Gathering(scratch), []
        for raw in journal.pieces(PASSAGES):
            blocks.append(_gathered(Block.from_bytes(raw), gathering))
        return _found(tokens, finished.words, known, copies, (gathering.finish(), blocks), finished.counts)
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
    copied_texts = copied(copies, tokens)
    given = _Given(
        linked=linked, near=near, copies=copied_texts, known=known, config=config, keep=keep, scratch=scratch
    )
    gathering, blocks = Gathering(scratch), []
    for number, block in enumerate(_blocks(given, len(sizes), pool, journal)):
        blocks.append(_gathered(block, gathering))
        progress.advance(sizes[number])
    linked.hits.close()
    counts = {
        "tokens": len(tokens.hashes),
        "exact_copies": int((~active & (np.diff(tokens.bounds) > 0)).sum()),
        "lsh_pairs": len(near),
        **_counts(linked, blocks),
    }
    if journal is not None:
        journal.add(FOUND, _Finished.of(words, counts))
    return _found(tokens, words, known, copies, (gathering.finish(), blocks), counts)


def _gathered(block: Block, gathering: Gathering) -> Block:
    """Return a block without its passages, which are sorted as the blocks are."""
    gathering.add(block.passages)
    return replace(block, passages=nothing())


def _found(
    tokens: Tokens,
    words: WordCounts,
    known: rescore.Evidence,
    copies: npt.NDArray[np.int64],
    made: tuple[Passages, Sequence[Block]],
    counts: dict[str, int],
) -> Found:
    return Found(
        tokens=tokens,
        sizes=np.diff(tokens.bounds),
        weight=int(tokens.weights.sum(dtype=np.int64)),
        words=words,
        evidence=known,
        copy_of=copies,
        passages=made[0],
        scored=rescore.joined([b.scored for b in made[1]]),
        counts=counts,
    )


class _Finished(msgspec.Struct, frozen=True):
    """What is known when all passages are found: the words that they were weighed by, and what was counted."""

    documents: int
    slots: bytes
    frequencies: bytes
    counts: dict[str, int]

    @staticmethod
    def of(words: WordCounts, counts: dict[str, int]) -> bytes:
        """Return it for `_finished`."""
        return msgspec.msgpack.encode(_Finished(words.documents, words.slots.tobytes(), words.counts.tobytes(), counts))

    @property
    def words(self) -> WordCounts:
        """Return how common words were."""
        slots, counts = np.frombuffer(self.slots, np.uint32), np.frombuffer(self.frequencies, np.int32)
        return WordCounts(documents=self.documents, slots=slots, counts=counts)


def _finished(journal: Journal) -> _Finished | None:
    """Return what an interrupted scan has kept when it had found all passages; None before that."""
    raw = next(journal.pieces(FOUND), None)
    return None if raw is None else msgspec.msgpack.decode(raw, type=_Finished)


def _blocks(given: _Given, count: int, pool: Executor | None, journal: Journal | None) -> Iterator[Block]:
    """Yield the passages of all blocks, in order; those of a scan, of which no scores are asked for, from processes."""
    if given.keep is None:
        yield from in_order(pool, given.block, range(count))
        return

    def spread(function: Callable[[int], bytes], items: Sequence[int]) -> Iterator[bytes]:
        if pool is None or not workers.are_worth_it(items):
            return in_order(pool, function, items)
        return given.forked(items)

    made = given.encoded, range(count)
    for raw in spread(*made) if journal is None else journal.spread(spread, PASSAGES, *made):
        yield Block.from_bytes(raw)


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


def _counts(linked: Linked, blocks: Sequence[Block]) -> dict[str, int]:
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
class Block:
    """The passages of one block of left texts, sorted, and what was counted on the way."""

    passages: Passages
    scored: rescore.Scored
    unlinked: int
    pairs: int
    chains: int
    aligned: int

    def to_bytes(self) -> bytes:
        """Return it for `from_bytes`, without scores."""
        counts = (self.unlinked, self.pairs, self.chains, self.aligned)
        return msgspec.msgpack.encode((self.passages.to_bytes(), counts))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Block:
        """Return what `to_bytes` gave."""
        kind = tuple[bytes, tuple[int, int, int, int]]
        passages, (unlinked, pairs, chains, aligned) = msgspec.msgpack.decode(raw, type=kind)
        return cls(
            passages=Passages.from_bytes(passages),
            scored=rescore.nothing(),
            unlinked=unlinked,
            pairs=pairs,
            chains=chains,
            aligned=aligned,
        )


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

    def forked(self, numbers: Sequence[int]) -> Iterator[bytes]:
        """Yield what `encoded` makes of some blocks in a row, made by processes; each lets go of the hits that others
        have worked on, as memory that one of them holds is not free."""
        hits, jobs = self.linked.hits, self.config.jobs or workers.cores()
        hits.drop(range(numbers[0]))

        def encoded(number: int) -> bytes:
            hits.drop(range(numbers[0], number))
            return self.encoded(number)

        for number, raw in enumerate(workers.in_processes(encoded, numbers, jobs, self.scratch), numbers[0]):
            hits.drop(range(number, number + 1))
            yield raw

    def encoded(self, number: int) -> bytes:
        """Return the passages of a block for `Block.from_bytes`."""
        return self.block(number).to_bytes()

    def block(self, number: int) -> Block:
        """Return the passages whose left text is in a block, worked on in tiles with a range of right texts each."""
        first, last = self.linked.layout.edges[number : number + 2]
        near = self.near[np.searchsorted(self.near[:, 0], first) : np.searchsorted(self.near[:, 0], last)]
        left = self.copies.documents[:, 0]
        copies = self.copies.select((left >= first) & (left < last))
        chains = self.config.chains
        sieve = Sieve(masses=self.known.masses, least=int(chains.least_mass * 256), max_gap=chains.max_gap)
        hits, dropped = self.linked.sifted(number, sieve)
        tiles = []
        for low, high in itertools.pairwise(_tile_edges(hits, int(self.linked.layout.edges[-1]))):
            right = copies.documents[:, 1]
            some = copies.select((right >= low) & (right < high))
            pairs = near[(near[:, 1] >= low) & (near[:, 1] < high)]
            tiles.append(align_block(hits.between(low, high), pairs, some, self.known, self.config, self.keep))
        passages, scored = together(*((t.passages, t.scored) for t in tiles))
        return Block(
            passages=passages,
            # nothing of a scan asks for the scores of what was kept
            scored=scored if self.keep is None else rescore.nothing(),
            unlinked=sum(t.unlinked for t in tiles),
            pairs=sum(t.pairs for t in tiles) + dropped,
            chains=sum(t.chains for t in tiles),
            aligned=sum(t.aligned for t in tiles),
        )


def align_verified(
    pairs: npt.NDArray[np.int64],
    windows: npt.NDArray[np.int64] | None,
    known: rescore.Evidence,
    verified: Verified,
    pool: Executor,
    scratch: Scratch,
) -> Passages:
    """Return those of the passages that `align_pairs` finds that are matches, aligned in blocks: few on the pool, many
    by processes."""
    config = verified.config

    def block(first: int) -> Passages:
        part = slice(first, first + BLOCK_PAIRS)
        more = align_pairs(pairs[part], None if windows is None else windows[part], known, config, matches=True)
        return more.select(verified(more, rescore.screen(more, known, config.rescore), known))

    firsts = range(0, max(1, len(pairs)), BLOCK_PAIRS)
    if workers.are_worth_it(firsts):
        jobs = config.jobs or workers.cores()
        made = workers.in_processes(lambda first: block(first).to_bytes(), firsts, jobs, scratch)
        blocks = [*map(Passages.from_bytes, made)]
    else:
        blocks = [*in_order(pool, block, firsts)]
    return joined([(p.documents, p.bounds, p.blocks) for p in blocks])


def _tile_edges(hits: Hits, documents: int) -> list[int]:
    """Return the right texts with which the tiles of a block begin, of about `TILE_HITS` hits each, and the end."""
    starts = hits.documents[TILE_HITS::TILE_HITS, 1]
    return [0, *np.unique(starts[starts > 0]).tolist(), documents]


def align_block(
    hits: Hits,
    near: npt.NDArray[np.int64],
    copies: Passages,
    known: rescore.Evidence,
    config: Config,
    keep: Keep | None,
) -> Block:
    """Return the passages of some pairs of texts, all or those to `keep`: those with hits, and those that are `near` by
    their signatures (int64, n x 2, sorted); `copies` are passages over texts with equal tokens."""
    # where passages are dropped anyway, no cosines are made that could not save them
    score = rescore.rescore if keep is None else rescore.screen

    def scores(passages: Passages) -> rescore.Scored:
        return score(passages, known, config.rescore)

    chains = chain_hits(hits, known.tokens, known.masses, config.chains)
    floor = None if keep is None else rescore.least_of_a_match(config.rescore)
    # a near pair counts as linked by any passage
    spared = _are_among(chains.documents, near)
    passages = align_chains(chains, known.tokens, known.masses, config.align, floor=floor, spared=spared)
    missing = near[~_are_among(near, passages.documents)]
    passages = sorted_passages([passages, align_pairs(missing, None, known, config)])
    passages, scored = refined(passages, scores(passages), known, config, scores, matches=keep is not None)
    passages, scored = together((passages, scored), (copies, scores(copies)))
    aligned = len(passages)
    if keep is not None:
        kept = keep(passages, scored, known)
        passages, scored = passages.select(kept), scored.select(kept)
    return Block(
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
    *,
    matches: bool = False,
) -> tuple[Passages, rescore.Scored]:
    """Return the passages with those of promising pairs aligned anew from all seeds around them, and their scores.

    Places of a frequent seed are linked with their neighbours only, so a pair may have been linked by a few of its
    common seeds: a denser second pass finds where the reuse begins and ends.
    """
    a, b = passages.documents[:, 0], passages.documents[:, 1]
    promising = (scored.scores >= config.rescore.min_score) & (a != b)
    if not promising.any():
        return passages, scored
    pairs, _, number = unique_rows(passages.documents[promising])
    spans = passages.spans()[promising]
    windows = np.empty((len(pairs), 4), np.int64)
    bounds = known.tokens.bounds
    for column, side in ((0, 0), (2, 1)):
        low = np.full(len(pairs), np.iinfo(np.int64).max)
        high = np.zeros(len(pairs), np.int64)
        np.minimum.at(low, number, spans[:, column])
        np.maximum.at(high, number, spans[:, column + 1])
        windows[:, column] = np.maximum(low - AROUND, bounds[pairs[:, side]])
        windows[:, column + 1] = np.minimum(high + AROUND, bounds[pairs[:, side] + 1])
    anew = align_pairs(pairs.astype(np.int64), windows, known, config, matches=matches)
    codes = passages.documents.astype(np.int64) @ np.array([len(known.tokens), 1])
    done = among(codes, pairs.astype(np.int64) @ np.array([len(known.tokens), 1]))
    return together((passages.select(~done), scored.select(~done)), (anew, score(anew)))


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
    pairs = band_pairs(made, active, config.signatures, pool)
    kept = alike(made[pairs[:, 0]], made[pairs[:, 1]], config)
    if sides.any():
        kept &= sides[pairs[:, 0]] != sides[pairs[:, 1]]
    return pairs[kept]


def alike(left: npt.NDArray[np.uint32], right: npt.NDArray[np.uint32], config: Config) -> npt.NDArray[np.bool_]:
    """Return which of the pairs of signatures (uint32, n x `num_perm` each) are alike enough to be aligned."""
    found: npt.NDArray[np.bool_] = (left == right).mean(axis=1) >= least_estimate(config.signatures)
    return found


def align_pairs(
    pairs: npt.NDArray[np.int64],
    windows: npt.NDArray[np.int64] | None,
    known: rescore.Evidence,
    config: Config,
    pool: Executor | None = None,
    *,
    matches: bool = False,
) -> Passages:
    """Return the aligned passages of given pairs of texts (int64, n x 2, left <= right, sorted).

    With `windows` (int64, n x 4 tokens) only passages that begin from hits in those spans of the two texts; with
    `matches` without most of those that are none.
    """
    if not len(pairs):
        return Passages(
            documents=np.empty((0, 2), np.int32),
            bounds=np.zeros(1, np.int64),
            blocks=np.empty((0, 3), np.int64),
        )
    tokens = known.tokens
    hits = pair_hits(tokens, pairs, windows, replace(config.seeds, seed_window=1))
    chains = chain_hits(hits, tokens, known.masses, config.chains, pool)
    floor = rescore.least_of_a_match(config.rescore) if matches else None
    return align_chains(chains, tokens, known.masses, config.align, pool, floor=floor)


def _are_among(pairs: Pairs, others: Pairs) -> npt.NDArray[np.bool_]:
    """Return which pairs of texts (n x 2) are among others."""
    if not len(pairs) or not len(others):
        return np.zeros(len(pairs), np.bool_)
    codes = np.array([int(max(pairs.max(), others.max())) + 1, 1])
    return among(pairs.astype(np.int64) @ codes, np.sort(others.astype(np.int64) @ codes))


def sorted_passages(parts: Sequence[Passages]) -> Passages:
    """Return the passages of all parts, sorted by pair of texts, then by place."""
    return _sorted(parts)[0]


def together(*parts: tuple[Passages, rescore.Scored]) -> tuple[Passages, rescore.Scored]:
    """Return passages of several parts with their scores, sorted."""
    passages, order = _sorted([p for p, _ in parts])
    scored = rescore.joined([s for _, s in parts])
    return passages, scored.select(order)


def _sorted(parts: Sequence[Passages]) -> tuple[Passages, npt.NDArray[np.int64]]:
    """Return the passages of all parts, sorted by pair of texts, then by place, and where each was (int64)."""
    parts = [p for p in parts if len(p)] or parts[:1]
    together = parts[0] if len(parts) == 1 else joined([(p.documents, p.bounds, p.blocks) for p in parts])
    if not len(together):
        return together, np.empty(0, np.int64)
    spans = together.spans()
    order = np.lexsort((spans[:, 2], spans[:, 0], together.documents[:, 1], together.documents[:, 0]))
    return together.take(order), order
