"""Texts in few bytes: those that blocks ask for are sent once for each block, twenty times and more in a large corpus,
so common words travel as one or two bytes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels import codes as kernels
from dedup.spark.packing import numbers, tokens_in
from dedup.tokens import Tokens

# Of how many tokens, in so many stretches, the common words are taken.
SAMPLE, STRETCHES = 1 << 22, 64
# The columns of coded texts.
CODED = ("codes", "marks")


class Words(NamedTuple):
    """The words that have codes (uint32 hashes), the most common first, and the usual weight of a token."""

    hashes: npt.NDArray[np.uint32]
    usual: int


def common_words(tokens: Tokens) -> Words:
    """Return the words that are the most common in a sample of some texts."""
    step = max(1, SAMPLE // STRETCHES)
    firsts = np.linspace(0, max(0, len(tokens.hashes) - step), STRETCHES).astype(np.int64)
    places = slice(None) if len(tokens.hashes) <= SAMPLE else (firsts[:, None] + np.arange(step)).ravel()
    found, counts = np.unique(tokens.hashes[places], return_counts=True)
    order = np.lexsort((found, -counts))[: kernels.MOST_WORDS]
    usual = np.bincount(tokens.weights[places], minlength=1).argmax()
    return Words(found[order].astype(np.uint32), int(usual))


def coded(tokens: Tokens, words: Words) -> dict[str, tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]]:
    """Return texts in codes: the bytes of each of `CODED`, and where those of each text begin and end."""
    found = kernels.ranks(tokens.hashes, words.hashes)
    return {
        "codes": kernels.encode(tokens.hashes, found, tokens.bounds),
        "marks": kernels.encode_marks(tokens.flags, tokens.weights, tokens.bounds, words.usual),
    }


def tokens_from(rows: Any, sizes: npt.NDArray[np.int64], words: Words) -> Tokens:
    """Return the tokens, of so many for each text, of rows with the columns of `CODED`."""
    count = int(sizes.sum())
    flags, weights = kernels.decode_marks(numbers(rows, "marks", np.uint8), count, words.usual)
    hashes = kernels.decode(numbers(rows, "codes", np.uint8), words.hashes, count)
    return tokens_in({"hashes": hashes, "flags": flags, "weights": weights}, sizes)
