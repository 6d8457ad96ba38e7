"""New texts to the documents of an index that may share a passage with them.

Seeds and bands of the new texts are looked up in every part. A document is worth aligning when what its seeds cover in
the new text could make one chain of the least mass. Two limits keep an answer quick, and both are counted: of a seed
that many documents of a part have, the earliest are looked at; and of the documents that carry one stretch of a text
a few are aligned, those with most in common, then the earliest. So every stretch is answered, not every carrier named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.index.contents import band_keys, seed_places
from dedup.index.view import EVERYTHING, Filter, Numbers, View, expand
from dedup.kernels import postings as kernels
from dedup.kernels.tokens import FLAG_LINE, FLAG_QUOTE
from dedup.kernels.weights import token_masses
from dedup.store.runs import Records
from dedup.tokens import Tokens
from dedup.verdict import reach

# Documents of one part that are looked at for a seed or band.
FREQUENT = 128
# Carriers of one stretch of a text that are named when nothing else is asked.
CARRIERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs to align: `texts` (int64) among the new ones, and `numbers` (uint32) of documents.

    `frequent` counts the seeds and bands of which the earliest documents alone were looked at, `passed_over` the
    candidates that were not aligned.
    """

    texts: npt.NDArray[np.int64]
    numbers: Numbers
    frequent: int
    passed_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Among which documents to look, and how many carriers of each stretch of a text are wanted."""

    among: Filter = EVERYTHING
    carriers: int = CARRIERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The tokens of new texts with prefix sums of their masses (int64, 1/256 nat) and weights (int64, 6 a word)."""

    tokens: Tokens
    mass: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]


def weighed(tokens: Tokens, idf: npt.NDArray[np.float32]) -> Weighed:
    """Return tokens with what they weigh."""
    masses = token_masses(tokens.hashes, tokens.weights, idf)
    zero = np.zeros(1, np.int64)
    return Weighed(
        tokens=tokens,
        mass=np.concatenate([zero, np.cumsum(masses, dtype=np.int64)]),
        weight=np.concatenate([zero, np.cumsum(tokens.weights, dtype=np.int64)]),
    )


@dataclass(frozen=True, slots=True)
class _Hits:
    """Which key (by its place in what was asked) is in which document, and how many tokens that document has.

    `frequent` counts the keys that more documents have than were looked at.
    """

    keys: npt.NDArray[np.int64]
    numbers: Numbers
    sizes: npt.NDArray[np.uint32]
    frequent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Seeds of new texts found in documents: text, number and size of the document, token place."""

    texts: npt.NDArray[np.int64]
    numbers: Numbers
    places: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.uint32]

    def select(self, kept: npt.NDArray[np.bool_]) -> _Places:
        """Return the places at `kept`."""
        return _Places(
            texts=self.texts[kept], numbers=self.numbers[kept], places=self.places[kept], sizes=self.sizes[kept]
        )


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of text and document (packed), and which of them to align."""

    pairs: npt.NDArray[np.uint64]
    taken: npt.NDArray[np.bool_]


def candidates(
    known: Weighed,
    signed: npt.NDArray[np.uint32],
    view: View,
    asked: Question,
    own: npt.NDArray[np.int64],
    config: Config,
) -> Candidates:
    """Return the documents that may share something with each new text.

    `signed` are the signatures of the new texts, `own` (int64) the number under which each is in the index, or -1. Of
    two new texts the later one has the earlier as candidate.
    """
    keys, places = seed_places(known.tokens, config)
    found = _look_up("seeds", keys, view, asked.among)
    hits = _Places(
        texts=np.searchsorted(known.tokens.bounds, places[found.keys], "right") - 1,
        numbers=found.numbers,
        places=places[found.keys],
        sizes=found.sizes,
    )
    by_seeds = _by_seeds(hits.select(_others(hits.texts, hits.numbers, own)), known, config, asked.carriers)
    by_bands, bands = _by_bands(signed, np.diff(known.tokens.bounds) > 0, view, asked.among, config)
    texts, numbers = _unpacked(by_bands)
    by_bands = by_bands[_others(texts, numbers, own) & ~np.isin(by_bands, by_seeds.pairs)]
    texts, _ = _unpacked(by_bands)
    rank = np.arange(len(texts)) - np.searchsorted(texts, texts)
    texts, numbers = _unpacked(np.concatenate([by_seeds.pairs[by_seeds.taken], by_bands[rank < asked.carriers]]))
    return Candidates(
        texts=texts,
        numbers=numbers,
        frequent=found.frequent + bands,
        passed_over=len(by_seeds.pairs) + len(by_bands) - len(texts),
    )


def _look_up(name: str, asked_for: npt.NDArray[np.uint32], view: View, among: Filter) -> _Hits:
    """Return the documents that have the keys, in no order."""
    wanted, key_of = np.unique(asked_for, return_inverse=True)
    order = np.argsort(key_of, kind="stable")
    edges = np.searchsorted(key_of[order], np.arange(len(wanted) + 1))
    keys, numbers, sizes = [np.empty(0, np.int64)], [np.empty(0, np.uint32)], [np.empty(0, np.uint32)]
    frequent = np.zeros(len(wanted), np.bool_)
    for part, removed in view.parts():
        if not among.may_have(part):
            continue
        # so that removed documents do not take the places of others
        most = FREQUENT + min(len(removed), 3 * FREQUENT)
        key, found, cut = _in_part(getattr(part, name), wanted, most)
        every, where = np.unique(found, return_inverse=True)
        live, size = among.among(part, every)
        live &= ~np.isin(every, removed)
        kept = live[where]
        low, high = edges[key[kept]], edges[key[kept] + 1]
        keys.append(order[expand(low, high)])
        numbers.append(np.repeat(found[kept], high - low))
        sizes.append(np.repeat(size[where[kept]], high - low))
        frequent |= cut
    return _Hits(np.concatenate(keys), np.concatenate(numbers), np.concatenate(sizes), int(frequent.sum()))


def _in_part(
    run: Records, wanted: npt.NDArray[np.uint32], most: int
) -> tuple[npt.NDArray[np.int64], Numbers, npt.NDArray[np.bool_]]:
    """Return which keys were found in which documents, and which keys have more than were looked at."""
    low, high = run.lookup(wanted)
    cut = high - low > most
    high = np.minimum(high, low + most)
    there = np.flatnonzero(high > low)
    _, (numbers,) = run.take(expand(low[there], high[there]))
    return np.repeat(there, (high - low)[there]), numbers, cut


def _by_seeds(hits: _Places, known: Weighed, config: Config, carriers: int) -> _Pairs:
    """Return the pairs that may have a chain, and which of them to align."""
    starts, ends = _reach(hits, known, config)
    packed = _packed(hits.texts, hits.numbers)
    order = np.lexsort((hits.places, packed))
    pairs, first = np.unique(packed[order], return_index=True)
    groups = np.append(first, len(packed)).astype(np.int64)
    least = _least(pairs, hits.sizes[order][first], known, config)
    # with more carriers than there are pairs nothing is covered: all that can be a match
    bounds = _chains(groups, starts[order], ends[order], least, known, config, len(pairs) + 1)
    worth = np.flatnonzero(bounds)
    # of each text those with most in common first, then the earliest
    ranked = worth[np.lexsort((pairs[worth], -bounds[worth], pairs[worth] >> np.uint64(32)))]
    again = order[expand(groups[ranked], groups[ranked + 1])]
    edges = np.concatenate([np.zeros(1, np.int64), np.cumsum(groups[ranked + 1] - groups[ranked])])
    taken = _chains(edges, starts[again], ends[again], least[ranked], known, config, carriers) > 0
    return _Pairs(pairs[ranked], taken)


def _chains(
    groups: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    least: npt.NDArray[np.float64],
    known: Weighed,
    config: Config,
    carriers: int,
) -> npt.NDArray[np.float64]:
    """Return what one chain over each group of hits is worth at most, where it is enough for a match."""
    borders = np.append((known.tokens.flags & (FLAG_LINE | FLAG_QUOTE)) > 0, True)
    borders[known.tokens.bounds] = True
    limits = np.array([config.chains.max_gap, int(config.chains.least_mass * 256), carriers], np.int64)
    best = reach(config.rescore.min_score)
    value = best.per_nat * known.mass / 256.0 + best.per_word * known.weight / 6.0
    found: npt.NDArray[np.float64] = kernels.chosen(groups, starts, ends, known.mass, value, borders, least, limits)
    return found


def _least(
    pairs: npt.NDArray[np.uint64], sizes: npt.NDArray[np.uint32], known: Weighed, config: Config
) -> npt.NDArray[np.float64]:
    """Return the values (n x 2) from which a passage of each pair, and one that is a whole unit, can be a match."""
    own = np.diff(known.tokens.bounds)[(pairs >> np.uint64(32)).astype(np.int64)]
    best = reach(config.rescore.min_score)
    chance = best.per_nat * (np.log(np.maximum(own, 1)) + np.log(np.maximum(sizes, 1)))
    least = best.needed - best.constant + chance
    return np.stack([least, least - best.unit], axis=1)


def _reach(hits: _Places, known: Weighed, config: Config) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the token span around each seed that a run with it may have without another seed."""
    low, high = known.tokens.bounds[hits.texts], known.tokens.bounds[hits.texts + 1]
    beyond = config.seeds.seed_window - 1
    ends = np.searchsorted(known.weight, known.weight[hits.places] + 6 * config.seeds.seed_size) + beyond
    return np.maximum(hits.places - beyond, low), np.minimum(ends, high)


def _by_bands(
    signed: npt.NDArray[np.uint32], worded: npt.NDArray[np.bool_], view: View, among: Filter, config: Config
) -> tuple[npt.NDArray[np.uint64], int]:
    """Return the pairs (packed) that share a band of their signatures, each once, and how many bands were cut."""
    keys = band_keys(signed[worded], config.signatures)
    found = _look_up("bands", keys.ravel(), view, among)
    texts = np.flatnonzero(worded)[found.keys // keys.shape[1]]
    return np.unique(_packed(texts, found.numbers)), found.frequent


def _others(texts: npt.NDArray[np.int64], numbers: Numbers, own: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which pairs are not a text with itself or with a later one of the new texts."""
    order = np.argsort(own, kind="stable")
    place = np.minimum(np.searchsorted(own[order], numbers), len(own) - 1)
    position = order[place]
    return (own[position] != numbers) | (position < texts)


def _packed(texts: npt.NDArray[np.int64], numbers: Numbers) -> npt.NDArray[np.uint64]:
    """Return pairs as one number each, in the order of texts, then of documents."""
    found: npt.NDArray[np.uint64] = (texts.astype(np.uint64) << np.uint64(32)) | numbers
    return found


def _unpacked(pairs: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], Numbers]:
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
