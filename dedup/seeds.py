"""Tokens to seeds, and seeds to hits.

A seed is the smallest shingle hash of a window (winnowing), so that any verbatim run of `seed_window + seed_size - 1`
words shares one. Places of a frequent seed are linked to their neighbours in the order of the tokens that follow, and
again of those that precede: what lies between two places in that order shares at least as long a run, so every set
of places that shares a run stays connected, in linear time and without a frequency cap.

No step holds all seeds or all hits: seeds go to parts by their key, hits to blocks by their left text, and each part
and each block is worked on alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import SeedConfig
from dedup.kernels import links
from dedup.kernels import seeds as kernels
from dedup.kernels import shingles as shingle_kernels
from dedup.kernels import sieve as sieve_kernels
from dedup.kernels.arrays import distinct
from dedup.kernels.surroundings import UNKNOWN
from dedup.kernels.tokens import WEIGHT_WORD
from dedup.spill import Parts, Scratch, in_order
from dedup.tokens import Tokens

BLOCK_DOCUMENTS = 1024
# Tokens of a part of the seeds and of a block of left texts; bits of the key that tell the parts apart, at most.
PART_TOKENS = 1 << 19
MOST_BLOCKS = 256
MOST_PART_BITS = 8
# Seeds that are linked at a time, about: what is known of their places stays near the processor, in memory that the
# seeds before them had.
LINKED_SEEDS = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The same seed in two places, pair of texts by pair of texts.

    `places` int64, n x 2 token places, the smaller first; `documents` int32, n x 2; pair g has
    `groups[g]:groups[g + 1]`. `seeds` counts the seeds, `frequent` the seeds linked by neighbours only.
    """

    places: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    groups: npt.NDArray[np.int64]
    seeds: int
    frequent: int

    def between(self, first: int, end: int) -> Hits:
        """Return the hits of right texts `[first, end)`, where they are in order of these."""
        low, high = np.searchsorted(self.documents[:, 1], [first, end])
        edges = self.groups[np.searchsorted(self.groups, low) : np.searchsorted(self.groups, high) + 1]
        return replace(self, places=self.places[low:high], documents=self.documents[low:high], groups=edges - low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What chains of a pair of texts are made of: runs that together weigh `least` (1/256 nat) at least, by the masses
    of all tokens (uint16, 1/256 nat), and stand at most `max_gap` tokens apart."""

    masses: npt.NDArray[np.uint16]
    least: int
    max_gap: int


class Layout:
    """How the texts of a corpus are cut into blocks of about `tokens` tokens each, and where each place belongs.

    Block b has the texts `edges[b]:edges[b + 1]`.
    """

    def __init__(self, bounds: npt.NDArray[np.int64], tokens: int = PART_TOKENS) -> None:
        self.bounds = bounds
        total = int(bounds[-1])
        step = max(tokens, -(-total // MOST_BLOCKS), 1)
        inner = np.unique(np.searchsorted(bounds, np.arange(step, total, step)))
        self.edges = np.concatenate([[0], inner, [len(bounds) - 1]]).astype(np.int64)
        self.starts = bounds[self.edges]
        self.firsts = kernels.first_documents(bounds, kernels.DOCUMENT_STEP)
        self.place_bits = max(1, total.bit_length())
        self.block_firsts = kernels.first_documents(self.starts, kernels.BLOCK_STEP)
        # a hit has a place, and one in its block
        self.left_bits = int(np.diff(self.starts).max(initial=1)).bit_length()
        # a record has the rest of the key, which gets smaller with more parts, and a place
        wanted = min(MOST_PART_BITS, max(0, (total // tokens).bit_length()))
        self.part_bits = max(wanted, self.place_bits - 32)

    def __len__(self) -> int:
        return len(self.edges) - 1


@dataclass(slots=True, kw_only=True)
class Linked:
    """The hits of a corpus in blocks of left texts; counts as in `Hits`.

    A block is worked on in order of the right texts: so of all tokens only those of its own texts, and a stretch that
    goes once through the corpus, are in use. In any other order each hit would wait for memory.
    """

    hits: Parts
    layout: Layout
    tokens: Tokens
    seeds: int
    frequent: int

    def block(self, number: int) -> Hits:
        """Return the hits whose left text is in a block, in order of right, then left text, and let go of them."""
        return self._hits(number, np.sort(self.hits.take(number)))

    def sifted(self, number: int, sieve: Sieve) -> tuple[Hits, int]:
        """Return those of pairs of texts that may have a chain, and how many pairs are left out."""
        layout, start = self.layout, int(self.layout.starts[number])
        starts = layout.bounds[layout.edges[number] : layout.edges[number + 1] + 1] - start
        block = start, starts, kernels.first_documents(starts, sieve_kernels.STEP)
        kept, dropped = sieve_kernels.sifted(
            np.sort(self.hits.take(number)),
            layout.left_bits,
            block,
            layout.bounds,
            layout.firsts,
            (self.tokens.hashes, sieve.masses),
            (min(sieve.least, UNKNOWN), sieve.max_gap),
        )
        return self._hits(number, kept), int(dropped)

    def _hits(self, number: int, records: npt.NDArray[np.uint64]) -> Hits:
        layout = self.layout
        found, texts = kernels.open_hits(records, layout.starts[number], layout.left_bits, layout.bounds, layout.firsts)
        places, documents, groups = kernels.group_hits(found, texts)
        return Hits(places=places, documents=documents, groups=groups, seeds=self.seeds, frequent=self.frequent)


def link_seeds(
    tokens: Tokens,
    active: npt.NDArray[np.bool_],
    sides: npt.NDArray[np.int8],
    config: SeedConfig,
    layout: Layout,
    pool: Executor | None = None,
    scratch: Scratch | None = None,
) -> Linked:
    """Return the hits among `active` texts; with two sides only those across.

    `sides` (int8 a text) is all 0 for a scan within one corpus, and 1 for a reference set. What does not fit into
    memory goes to `scratch`.
    """
    scratch = scratch or Scratch()
    seeds, heads = _seeds(tokens, active, config, layout, pool, scratch)
    hits = Parts(len(layout), scratch)
    two_sided = bool(sides.any())

    def part(number: int) -> int:
        records = np.sort(seeds.take(number))
        texts, total = (tokens.bounds, layout.firsts, heads, sides), 0
        for some in _stretches(records, layout.place_bits):
            found, frequent = linked(some, layout.place_bits, config.small_bucket, texts, crossing=two_sided)
            hits.add(*kernels.scatter_hits(found, layout.left_bits, layout.starts, layout.block_firsts))
            total += frequent
        return total

    frequent = sum(in_order(pool, part, range(len(seeds))))
    seeds.close()
    count = int(seeds.sizes.sum())
    return Linked(hits=hits, layout=layout, tokens=tokens, seeds=count, frequent=frequent)


def _stretches(records: npt.NDArray[np.uint64], place_bits: int) -> Iterator[npt.NDArray[np.uint64]]:
    """Yield sorted seeds, about `LINKED_SEEDS` at a time, each key whole."""
    above = np.uint64(place_bits)
    inner = np.searchsorted(records, records[LINKED_SEEDS::LINKED_SEEDS] >> above << above)
    for first, end in itertools.pairwise([0, *inner.tolist(), len(records)]):
        if first < end:
            yield records[first:end]


def linked(
    records: npt.NDArray[np.uint64], place_bits: int, small: int, texts: Sequence[npt.NDArray[Any]], *, crossing: bool
) -> tuple[npt.NDArray[np.int64], int]:
    """Return the hits of sorted seeds (as of `kernels.scatter`), and how many are frequent (more than `small` places).

    `texts` are the bounds of all texts, their `kernels.first_documents`, the heads of their tokens (`links.link`), and
    their sides.
    """
    shared, edges, frequent = links.shared_seeds(records, place_bits, small)
    # in order of place they are looked up as they stand
    bits, (bounds, firsts, heads, sides) = links.number_bits(len(records)), texts
    found = links.link(np.sort(shared), bits, edges, frequent, bounds, firsts, heads, sides, crossing)
    return found, int(frequent)


def seed_hits(
    tokens: Tokens,
    active: npt.NDArray[np.bool_],
    sides: npt.NDArray[np.int8],
    config: SeedConfig,
    pool: Executor | None = None,
) -> Hits:
    """Return the hits of a small corpus as one, as `link_seeds` does."""
    layout = Layout(tokens.bounds, max(1, int(tokens.bounds[-1])))
    return link_seeds(tokens, active, sides, config, layout, pool).block(0)


def pair_hits(
    tokens: Tokens, pairs: npt.NDArray[np.int64], windows: npt.NDArray[np.int64] | None, config: SeedConfig
) -> Hits:
    """Return all hits between given pairs of texts (int64, n x 2, left <= right, sorted), without neighbour links.

    `windows` (int64, n x 4) are the token spans of the left and the right text in which hits are wanted, all of both
    without them.
    """
    needed, number = distinct(pairs.ravel())
    number = number.reshape(-1, 2)
    spans = shingle_kernels.spans_of(tokens.bounds, needed)
    if windows is None:
        windows = spans[number].reshape(-1, 4)
    elif config.seed_window == 1:  # then a seed is the same whatever stands around it
        spans = _around(windows, number, spans, WEIGHT_WORD * config.seed_size)
    keys, places, bounds = shingle_kernels.seed_places(
        tokens.hashes, tokens.weights, spans, config.seed_size, config.seed_window
    )
    hits, counts = kernels.pair_hits(number, windows, keys, places, bounds, config.small_bucket)
    documents, groups = kernels.of_pairs(pairs, counts)
    return Hits(places=hits, documents=documents, groups=groups, seeds=len(keys), frequent=0)


def _around(
    windows: npt.NDArray[np.int64], number: npt.NDArray[np.int64], spans: npt.NDArray[np.int64], longest: int
) -> npt.NDArray[np.int64]:
    """Return what of each text, with the token span `spans`, the windows of pairs of texts (as their `number`) look at,
    and so much behind it that each seed of up to `longest` tokens is whole."""
    low, high = spans[:, 1].copy(), spans[:, 0].copy()
    for side in (0, 1):
        np.minimum.at(low, number[:, side], windows[:, 2 * side])
        np.maximum.at(high, number[:, side], windows[:, 2 * side + 1] + longest)
    high = np.minimum(high, spans[:, 1])
    # the last tokens of a text are no seed but where they are all of it
    low = np.maximum(np.minimum(low, spans[:, 1] - longest), spans[:, 0])
    return np.stack([low, np.maximum(low, high)], axis=1)


def seed_keys(
    tokens: Tokens, config: SeedConfig
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the seeds of all texts: keys (uint32), places (int64) and the bounds of each text's (int64, n + 1)."""
    spans = np.stack([tokens.bounds[:-1], tokens.bounds[1:]], axis=1)
    keys, places, bounds = shingle_kernels.seed_places(
        tokens.hashes, tokens.weights, spans, config.seed_size, config.seed_window
    )
    return keys, places, bounds


def _seeds(
    tokens: Tokens,
    active: npt.NDArray[np.bool_],
    config: SeedConfig,
    layout: Layout,
    pool: Executor | None,
    scratch: Scratch,
) -> tuple[Parts, npt.NDArray[np.uint8]]:
    """Return the seeds of all active texts in parts by their key, and the heads of all tokens (`links.link`)."""
    parts, heads = Parts(1 << layout.part_bits, scratch), scratch.column(np.uint8, in_use=True)

    def block(first: int) -> npt.NDArray[np.uint8]:
        which = np.flatnonzero(active[first : first + BLOCK_DOCUMENTS]) + first
        spans = np.stack([tokens.bounds[which], tokens.bounds[which + 1]], axis=1)
        keys, places, _ = shingle_kernels.seed_places(
            tokens.hashes, tokens.weights, spans, config.seed_size, config.seed_window
        )
        parts.add(*kernels.scatter(keys, places, layout.part_bits, layout.place_bits))
        low, high = tokens.bounds[first], tokens.bounds[min(first + BLOCK_DOCUMENTS, len(tokens))]
        return links.heads(tokens.hashes[low:high])

    for some in in_order(pool, block, range(0, len(tokens), BLOCK_DOCUMENTS)):
        heads.append(some)
    return parts, heads.finish()
