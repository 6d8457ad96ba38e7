"""Two sieves before texts are sent to blocks: pairs of texts that cannot have a chain, by what was noted around their
hits, and those that cannot match, by an excerpt of the left text that is laid beside the right one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import align, rescore, sift
from dedup.config import Config
from dedup.kernels import excerpts
from dedup.kernels import weights as weight_kernels
from dedup.rows import order_of
from dedup.seeds import Hits
from dedup.spark import coding, packing
from dedup.spark.packing import (
    CHAINS,
    COPY,
    DOCUMENT_BITS,
    DROPPED,
    EXCERPT,
    HIT,
    NEAR,
    POSITION,
    POSITION_BITS,
    column,
    numbers,
    of_kind,
    packed,
    sides,
    tokens_of,
)
from dedup.tokens import Tokens

Int64s = npt.NDArray[np.int64]

# Words of an excerpt before the first hit of a pair and from the last one on, and how many it has at most. By chance
# texts share some eight words, and an end of them that goes on does so within as many.
BEFORE, AFTER, WIDEST = 12, 24, 80


def sifting(config: Config, words: Any, bits: int) -> Callable[[Any, Any], Any]:
    """Return the hits of a block of left texts, and these texts, to those of pairs that may have a chain, and how many
    pairs may not; near pairs and copies as they are; and the texts that the block asks for.

    Pairs with hits near one another come as hits with an excerpt, in codes of the `words` (sent), to the block of the
    right text, which tells whether texts are to be asked for.
    """
    least = int(config.chains.least_mass * 256)
    all_match = rescore.least_of_a_match(config.rescore) is None

    def stage(rows: Any, texts: Any) -> Any:
        if not rows.num_rows:
            return packing.together(iter(()))
        hits, others = of_kind(rows, HIT), of_kind(rows, NEAR, COPY)
        places = sides(hits)
        back = numbers(hits, "back", np.uint8).astype(np.int32)
        kept, dropped = sift.possible(places >> POSITION_BITS, places, numbers(hits, "weighs", np.int32), back, least)
        order, groups = _by_pair(places[kept])
        places = places[kept][order]
        firsts, lasts = places[groups[:-1]], places[groups[1:] - 1, 0]
        near = _pairs(sides(of_kind(others, NEAR)), bits)
        told = ~np.isin(_pairs(firsts, bits), near) & (firsts[:, 0] >> POSITION_BITS != firsts[:, 1] >> POSITION_BITS)
        told &= (lasts - firsts[:, 0] <= WIDEST - BEFORE - AFTER) & (not all_match)
        # records of a part stand together, as their excerpts do
        which = np.flatnonzero(told)
        which = which[packing.in_parts(firsts[which, 1] >> POSITION_BITS + bits)]
        plain = places[~np.repeat(told, np.diff(groups))]
        block = column(rows, "part")[:1]
        asking = np.concatenate([plain, sides(others)]) >> POSITION_BITS
        return packing.together(
            itertools.chain(
                packed(HIT, np.repeat(block, len(plain)), {"left": plain[:, 0], "right": plain[:, 1]}),
                _excerpts((places, groups, which), texts, words.value, bits),
                others.to_batches(),
                [packing.row(DROPPED, block, count=np.array([dropped]))],
                packing.asked(asking, np.repeat(block, len(asking)), bits),
            )
        )

    return stage


def _by_pair(places: Int64s) -> tuple[Int64s, Int64s]:
    """Return the order of hits pair of texts by pair of texts, then by their places, each once, as neighbours may be
    linked for what precedes and for what follows; and where those of each pair begin and end."""
    documents = places >> POSITION_BITS
    order = order_of(documents[:, 0], documents[:, 1], places[:, 0], places[:, 1])
    order = order[(np.diff(places[order], axis=0, prepend=-1) != 0).any(axis=1)]
    new = np.flatnonzero((np.diff(documents[order], axis=0, prepend=-1) != 0).any(axis=1))
    return order, np.append(new, len(order)).astype(np.int64)


def _pairs(places: Int64s, bits: int) -> Int64s:
    """Return a number for each pair of texts, of those whose left texts are of one block."""
    left, right = (places >> POSITION_BITS).T
    return (left & (1 << bits) - 1) << DOCUMENT_BITS | right


def _excerpts(hits: tuple[Int64s, Int64s, Int64s], texts: Any, words: coding.Words, bits: int) -> Iterator[Any]:
    """Yield the hits of some pairs of texts as records in parts by the block of the right text.

    `hits` are the places of all pairs, where those of each begin and end, and which pairs are meant, in order of their
    parts. The first of each pair comes with an excerpt of the left text: how many words it has, how many of them stand
    before the hit, and whether the text goes on before (1) and behind it (2).
    """
    places, groups, which = hits
    tokens, documents = tokens_of(texts), column(texts, "document")
    order = np.argsort(documents)
    first, last = places[groups[which], 0], places[groups[which + 1] - 1, 0]
    number = order[np.searchsorted(documents[order], first >> POSITION_BITS)]
    size = np.diff(tokens.bounds)[number]
    start = np.maximum((first & POSITION) - BEFORE, 0)
    end = np.minimum((last & POSITION) + AFTER, size)
    told = np.stack([end - start, (first & POSITION) - start, (start > 0) | (end < size).astype(np.uint8) << 1], axis=1)
    made = coding.coded(_cut(tokens, tokens.bounds[number] + start, end - start), words)
    sizes = np.diff(groups)[which]
    edges = np.concatenate([[0], np.cumsum(sizes)])
    rows = np.repeat(groups[which] - edges[:-1], sizes) + np.arange(edges[-1])
    of_hits = np.zeros((len(rows), 3), np.uint8)
    of_hits[edges[:-1]] = told
    several = {}
    for name, (raw, ends) in made.items():
        # later hits of a pair have no words
        bounds = np.append(np.repeat(ends[1:], sizes), ends[-1])
        bounds[edges[:-1]] = ends[:-1]
        several[name] = raw, bounds
    columns = {"left": places[rows, 0], "right": places[rows, 1], "excerpt": of_hits}
    return packed(EXCERPT, places[rows, 1] >> POSITION_BITS + bits, columns, several=several)


def _cut(tokens: Tokens, starts: Int64s, sizes: Int64s) -> Tokens:
    """Return stretches of tokens, from each start so many, as texts."""
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    rows = np.repeat(starts - bounds[:-1], sizes) + np.arange(bounds[-1])
    return packing.tokens_in({name: getattr(tokens, name)[rows] for name in packing.TOKENS}, sizes)


def deciding(config: Config, idf: Any, words: Any, bits: int) -> Callable[[Any, Any], Any]:
    """Return hits with excerpts of left texts, and a block of right texts, to the hits of pairs that may match, what
    the blocks of their left texts ask for, and how many pairs and chains are left out."""
    floor = rescore.least_of_a_match(config.rescore)

    def stage(rows: Any, texts: Any) -> Any:
        if not rows.num_rows or floor is None:
            return packing.together(iter(()))
        given = sides(rows)
        order, groups = _by_pair(given)
        places, told = given[order], numbers(rows, "excerpt", np.uint8).reshape(-1, 3)
        seen = coding.tokens_from(rows, told[told[:, 0] > 0, 0].astype(np.int64), words.value)
        # excerpts stand as they came, one for the first hit of each pair
        excerpt = (np.cumsum(told[:, 0] > 0) - 1)[order[groups[:-1]]]
        told = told[order[groups[:-1]]]
        tokens, number = _beside(seen, texts, places[groups[:-1], 1] >> POSITION_BITS)
        starts = tokens.bounds[np.stack([excerpt, number], axis=1)]
        starts[:, 0] += told[:, 1] - (places[groups[:-1], 0] & POSITION)
        hits = Hits(
            places=(places & POSITION) + np.repeat(starts, np.diff(groups), axis=0),
            documents=np.repeat(np.stack([excerpt, number], axis=1), np.diff(groups), axis=0).astype(np.int32),
            groups=groups,
            seeds=0,
            frequent=0,
        )
        masses = weight_kernels.token_masses(tokens.hashes, tokens.weights, idf.value)
        known = align.decided(hits, tokens, masses, (told[:, 2:] & [1, 2]) > 0, config, floor)
        kept = places[np.repeat(known == excerpts.OPEN, np.diff(groups))]
        blocks = kept[:, 0] >> POSITION_BITS + bits
        part = column(rows, "part")[:1]
        return packing.together(
            itertools.chain(
                packed(HIT, blocks, {"left": kept[:, 0], "right": kept[:, 1]}),
                [packing.row(DROPPED, part, count=np.array([np.count_nonzero(known)]))],
                [packing.row(CHAINS, part, count=np.array([np.count_nonzero(known == excerpts.NO_MATCH)]))],
                packing.asked(kept >> POSITION_BITS, blocks, bits),
            )
        )

    return stage


def _beside(seen: Tokens, texts: Any, documents: Int64s) -> tuple[Tokens, Int64s]:
    """Return the tokens of excerpts and behind them those of texts, and where among all of these some texts are."""
    tokens, there = tokens_of(texts), column(texts, "document")
    order = np.argsort(there)
    both = {name: np.concatenate([getattr(seen, name), getattr(tokens, name)]) for name in packing.TOKENS}
    sizes = np.concatenate([np.diff(seen.bounds), np.diff(tokens.bounds)])
    return packing.tokens_in(both, sizes), len(seen) + order[np.searchsorted(there[order], documents)]
