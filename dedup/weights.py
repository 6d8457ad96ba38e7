"""How much a word says: inverse document frequency of the corpus, mixed with a background.

`idf = log((N + N0) / (df + df0))` with document frequency df among N collapsed texts and df0 among N0 background
documents (Sparck Jones 1972, with the background as pseudo-counts). Corpus frequencies alone would make a story that
half the corpus carries look common, and say nothing about two texts.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.kernels import weights as kernels
from dedup.tokens import Tokens, tokenize

# The weight of the background, in documents, and what a word unknown to it counts as.
BACKGROUND_DOCUMENTS = 10_000
UNKNOWN_DOCUMENTS = 1.0
# The share of documents of its language that the most frequent function word is in, and by how much it falls with each
# rank of `dedup/data/function_words.json`; it never falls below FUNCTION_SHARE.
FIRST_SHARE, SHARE_STEP = 0.95, 0.006
# A word in at least this share of English documents keeps that share, whatever it is elsewhere ("war", "die").
ENGLISH_SHARE = 0.01
# A word in at least this share of documents is a function word; all others are content words.
FUNCTION_SHARE = 0.2


@functools.cache
def background() -> npt.NDArray[np.float32]:
    """Return the background's document frequency of each slot (float32), among `BACKGROUND_DOCUMENTS`."""
    with resources.files("dedup").joinpath("data/background.npz").open("rb") as file:
        table = np.load(file, allow_pickle=False)
        hashes, shares = table["hashes"], table["shares"]
    frequencies = np.full(kernels.SLOTS, UNKNOWN_DOCUMENTS, np.float32)
    slots = hashes & np.uint32(kernels.SLOTS - 1)
    np.maximum.at(frequencies, slots, shares * np.float32(BACKGROUND_DOCUMENTS))
    others, other_shares = _function_words()
    foreign = ~np.isin(others, slots[shares >= ENGLISH_SHARE])
    np.maximum.at(frequencies, others[foreign], other_shares[foreign] * np.float32(BACKGROUND_DOCUMENTS))
    return frequencies


def _function_words() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
    """Return the slots of the function words of other languages than English, and their shares of documents."""
    raw = resources.files("dedup").joinpath("data/function_words.json").read_bytes()
    lists = [words.split() for words in msgspec.json.decode(raw).values()]
    shares = [max(FUNCTION_SHARE, FIRST_SHARE - SHARE_STEP * rank) for words in lists for rank in range(len(words))]
    found = tokenize([w for words in lists for w in words])
    # a word that is read as several tokens is left out
    single = np.diff(found.bounds) == 1
    slots = found.hashes[found.bounds[:-1][single]] & np.uint32(kernels.SLOTS - 1)
    return slots, np.array(shares, np.float32)[single]


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
    ) -> None:
        """Take the values (uint8 or uint16 a token); with a `mark`, those alone that have it among their `marks`."""
        self._values, self._mark = values, mark
        self._marks = np.empty(0, np.uint8) if marks is None else marks
        self._steps = kernels.step_sums(self._values, self._marks, mark, self.STEP)

    def __getitem__(self, places: npt.NDArray[np.int64] | np.integer[Any] | int) -> Any:
        wanted = np.asarray(places, np.int64)
        out = np.empty(wanted.size, np.int64)
        kernels.sums_before(
            self._steps, self._values, self._marks, self._mark, self.STEP, np.ascontiguousarray(wanted).ravel(), out
        )
        return out.reshape(wanted.shape) if wanted.ndim else int(out[0])


def inverse_frequencies(tokens: Tokens, counted: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Return the idf of each slot (float32, nats), from the texts that are `counted` and the background."""
    frequencies = kernels.document_frequencies(tokens.hashes, tokens.bounds, counted)
    total = float(counted.sum()) + BACKGROUND_DOCUMENTS
    return np.log(np.float32(total) / (frequencies + background())).astype(np.float32)


def content_mass() -> int:
    """Return the least mass (1/256 nat) of a content word of full weight."""
    return int(-np.log(FUNCTION_SHARE) * 256)
