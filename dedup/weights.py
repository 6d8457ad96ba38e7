"""How much a word says: inverse document frequency of the corpus, mixed with a background.

`idf = log((N + N0) / (df + df0))` with document frequency df among N collapsed texts and df0 among N0 background
documents (Sparck Jones 1972, with the background as pseudo-counts). Corpus frequencies alone would make a story that
half the corpus carries look common, and say nothing about two texts.
"""

from __future__ import annotations

import functools
from importlib import resources

import numpy as np
import numpy.typing as npt

from dedup.kernels import weights as kernels
from dedup.tokens import Tokens

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


def inverse_frequencies(tokens: Tokens, counted: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Return the idf of each slot (float32, nats), from the texts that are `counted` and the background."""
    frequencies = kernels.document_frequencies(tokens.hashes, tokens.bounds, counted)
    total = float(counted.sum()) + BACKGROUND_DOCUMENTS
    return np.log(np.float32(total) / (frequencies + background())).astype(np.float32)


def content_mass() -> int:
    """Return the least mass (1/256 nat) of a content word of full weight."""
    return int(-np.log(FUNCTION_SHARE) * 256)
