"""How much a word says: inverse document frequency of the corpus, mixed with a background.

`idf = log((N + N0) / (df + df0))` with document frequency df among N collapsed texts and df0 among N0 background
documents (Sparck Jones 1972, with the background as pseudo-counts). Corpus frequencies alone would make a story that
half the corpus carries look common, and say nothing about two texts.
"""

from __future__ import annotations

import functools
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.kernels import weights as kernels
from dedup.kernels.shingles import seed_places
from dedup.model import WordCounts
from dedup.spill import Parts, Scratch, in_order
from dedup.tokens import Tokens

# Texts counted at a time.
BLOCK_DOCUMENTS = 1 << 11
# A run that more texts than this have is one story told often, and its words count once. It is known by shingles of so
# many words, the smallest of each window, so that a run of eleven words is always noticed.
MANY, REPEAT_WORDS, REPEAT_WINDOW = 12, 6, 6
# Shingles are counted by so many bits of their hash; whether they are equal is looked up.
MOST_KEY_BITS = 27
# The weight of the background, in documents, and what a word unknown to it counts as.
BACKGROUND_DOCUMENTS = 10_000
UNKNOWN_DOCUMENTS = 1.0
# A word in at least this share of documents is a function word; all others are content words.
FUNCTION_SHARE = 0.2


@functools.cache
def background() -> npt.NDArray[np.float32]:
    """Return the background's document frequency of each slot (float32), among `BACKGROUND_DOCUMENTS`."""
    with resources.files("dedup").joinpath("data/background.npz").open("rb") as file:
        table = np.load(file, allow_pickle=False)
        hashes, shares = table["hashes"], table["shares"]
    frequencies = np.full(kernels.SLOTS, UNKNOWN_DOCUMENTS, np.float32)
    np.maximum.at(frequencies, hashes & np.uint32(kernels.SLOTS - 1), shares * np.float32(BACKGROUND_DOCUMENTS))
    return frequencies


class Sums:
    """Prefix sums over all tokens, kept for every 64th place and completed when asked: `sums[b] - sums[a]` is the sum
    over the tokens `[a, b)`, for places or arrays of them.

    >>> sums = Sums(np.array([3, 1, 2], np.uint8))
    >>> int(sums[3] - sums[1]), (sums[np.array([1, 3])]).tolist()
    (3, [3, 6])
    """

    STEP = 64

    def __init__(
        self,
        values: npt.NDArray[np.unsignedinteger[Any]],
        marks: npt.NDArray[np.uint8] | None = None,
        mark: int = 0,
        *,
        later: bool = False,
        scratch: Scratch | None = None,
    ) -> None:
        """Take the values (uint8 or uint16 a token); with a `mark`, those alone that have it among their `marks`.

        They are summed up at once or, where they may never be asked for, `later`; sums are kept where `scratch` keeps
        arrays.
        """
        self._values, self._mark, self._scratch = values, mark, scratch or Scratch()
        self._marks = np.empty(0, np.uint8) if marks is None else marks
        self._steps = None if later else self._summed()

    def _summed(self) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = self._scratch.empty((len(self._values) // self.STEP + 1,), np.int64)
        kernels.step_sums(self._values, self._marks, self._mark, self.STEP, found)
        return found

    def __getitem__(self, places: npt.NDArray[np.int64] | np.integer[Any] | int) -> Any:
        wanted = np.asarray(places, np.int64)
        if self._steps is None:
            self._steps = self._summed()
        out = np.empty(wanted.size, np.int64)
        kernels.sums_before(
            self._steps, self._values, self._marks, self._mark, self.STEP, np.ascontiguousarray(wanted).ravel(), out
        )
        return out.reshape(wanted.shape) if wanted.ndim else int(out[0])


def frequencies(
    tokens: Tokens, counted: npt.NDArray[np.bool_], pool: Executor | None = None, scratch: Scratch | None = None
) -> npt.NDArray[np.int32]:
    """Return in how many of the texts that are `counted` each slot occurs (int32).

    A run that stands in more than `MANY` of them counts once: in the first of them.
    """
    minima = _Minima(tokens, counted, scratch or Scratch())
    counts = _counted_keys(len(tokens.hashes), minima.made(pool))
    often = np.flatnonzero(counts > MANY)
    firsts = np.full((len(often), 3), -1, np.int64)
    # each is counted in by one block at a time
    tables: queue.SimpleQueue[npt.NDArray[np.uint64]] = queue.SimpleQueue()

    def repeats(found: _Shingles) -> tuple[int, npt.NDArray[np.bool_]]:
        low, high = tokens.bounds[found.first], tokens.bounds[min(found.first + BLOCK_DOCUMENTS, len(tokens))]
        repeated = np.zeros(int(high - low), np.bool_)
        if len(found.spans):
            marks = repeated[found.spans[0, 0] - low :]
            numbers = kernels.numbers_of(found.keys, counts, MANY, often)
            kernels.mark_repeats(
                numbers, found.places, found.edges, found.spans, firsts, tokens.hashes, REPEAT_WORDS, marks
            )
        return found.first, repeated

    def count(block: tuple[int, npt.NDArray[np.bool_]]) -> None:
        first, repeated = block
        part = slice(first, first + BLOCK_DOCUMENTS)
        try:
            table = tables.get_nowait()
        except queue.Empty:
            table = np.zeros(kernels.SLOTS, np.uint64)
        bounds = tokens.bounds[first : first + BLOCK_DOCUMENTS + 1]
        kernels.document_frequencies(tokens.hashes, bounds, counted[part], repeated, first, table)
        tables.put(table)

    for _ in in_order(pool, count, map(repeats, minima.again(pool))):
        pass
    minima.close()
    total = np.zeros(kernels.SLOTS, np.int32)
    while not tables.empty():
        total += (tables.get() & np.uint64(0xFFFFFFFF)).astype(np.int32)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shingles:
    """The window minima of the counted texts of a block that begins with text `first`, as `seed_places` gives them."""

    first: int
    spans: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint32]
    places: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]


class _Minima:
    """The window minima of the counted texts, block by block, kept from the first time that they are asked for to the
    second: to make them again takes several times as long."""

    def __init__(self, tokens: Tokens, counted: npt.NDArray[np.bool_], scratch: Scratch) -> None:
        self._tokens, self._counted = tokens, counted
        self._firsts = range(0, len(tokens), BLOCK_DOCUMENTS)
        # of each its key, and above it the place in its text
        self._kept = Parts(len(self._firsts), scratch)
        self._edges: dict[int, npt.NDArray[np.int64]] = {}

    def _spans(self, first: int) -> npt.NDArray[np.int64]:
        """Return the tokens of the counted texts of a block (int64, n x 2)."""
        which = np.flatnonzero(self._counted[first : first + BLOCK_DOCUMENTS]) + first
        return np.stack([self._tokens.bounds[which], self._tokens.bounds[which + 1]], axis=1)

    def made(self, pool: Executor | None) -> Iterator[_Shingles]:
        """Yield them, and keep them."""

        def block(number: int) -> _Shingles:
            first = self._firsts[number]
            spans, tokens = self._spans(first), self._tokens
            keys, places, edges = seed_places(tokens.hashes, tokens.weights, spans, REPEAT_WORDS, REPEAT_WINDOW)
            own = (places - np.repeat(spans[:, 0], np.diff(edges))).astype(np.uint64)
            ends = np.zeros(len(self._kept) + 1, np.int64)
            ends[number + 1 :] = len(keys)
            self._kept.add(own << np.uint64(32) | keys, ends)
            self._edges[number] = edges
            return _Shingles(first=first, spans=spans, keys=keys, places=places, edges=edges)

        return in_order(pool, block, range(len(self._firsts)))

    def again(self, pool: Executor | None) -> Iterator[_Shingles]:
        """Yield them once more, and let go of them."""

        def block(number: int) -> _Shingles:
            first, kept, edges = self._firsts[number], self._kept.take(number), self._edges.pop(number)
            spans = self._spans(first)
            places = (kept >> np.uint64(32)).astype(np.int64) + np.repeat(spans[:, 0], np.diff(edges))
            return _Shingles(first=first, spans=spans, keys=kept.astype(np.uint32), places=places, edges=edges)

        return in_order(pool, block, range(len(self._firsts)))

    def close(self) -> None:
        """Give the room of files back."""
        self._kept.close()


def _counted_keys(size: int, shingles: Iterable[_Shingles]) -> npt.NDArray[np.uint8]:
    """Return how often each lower part of a shingle of so many tokens occurs, up to 255."""
    bits = min(max(size.bit_length(), 10), MOST_KEY_BITS)
    counts = np.zeros(1 << bits, np.uint8)
    for found in shingles:
        kernels.count_keys(found.keys, counts)
    return counts


def word_counts(frequencies: npt.NDArray[np.int32], documents: int) -> WordCounts:
    """Return the frequencies of slots among some documents without those that do not occur."""
    slots = np.flatnonzero(frequencies).astype(np.uint32)
    return WordCounts(documents=documents, slots=slots, counts=frequencies[slots])


def from_counts(counts: WordCounts) -> npt.NDArray[np.float32]:
    """Return the idf of each slot (float32, nats) that these counts and the background give."""
    dense = np.zeros(kernels.SLOTS, np.int32)
    dense[counts.slots] = counts.counts
    return inverse(dense, counts.documents)


def inverse(frequencies: npt.NDArray[np.int32], documents: int) -> npt.NDArray[np.float32]:
    """Return the idf of each slot (float32, nats), from its frequency among some documents and the background."""
    total, known = np.float32(float(documents) + BACKGROUND_DOCUMENTS), background()
    out = np.full(len(frequencies), np.log(total / np.float64(UNKNOWN_DOCUMENTS)), np.float32)
    # most slots belong to no word: the logarithm of the others alone is taken
    words = np.flatnonzero((frequencies != 0) | (known != UNKNOWN_DOCUMENTS))
    out[words] = np.log(total / (frequencies[words] + known[words]))
    return out


def content_mass() -> int:
    """Return the least mass (1/256 nat) of a content word of full weight."""
    return int(-np.log(FUNCTION_SHARE) * 256)
