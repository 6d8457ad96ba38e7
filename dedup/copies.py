"""Texts with equal tokens: the first of them stands for all until passages are verified."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.rows import unique_rows
from dedup.tokens import Tokens


def copy_of(tokens: Tokens) -> npt.NDArray[np.int64]:
    """Return for each text the first one with the same tokens (int64); texts without tokens are their own."""
    return first_of(digests(tokens), np.diff(tokens.bounds))


def digests(tokens: Tokens) -> npt.NDArray[np.uint64]:
    """Return what tells the tokens of each text from those of others (uint64, n x 2)."""
    import xxhash

    found = np.zeros((len(tokens), 2), np.uint64)
    for d, (low, high) in enumerate(itertools.pairwise(tokens.bounds.tolist())):
        found[d] = np.frombuffer(xxhash.xxh3_128_digest(tokens.hashes[low:high].data), np.uint64)
    return found


def first_of(digests: npt.NDArray[np.uint64], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return for each text the first one with the same digest (int64), itself where it has no tokens."""
    out = np.arange(len(sizes))
    texts = np.flatnonzero(sizes)
    _, first, number = unique_rows(digests[texts])
    out[texts] = texts[first[number]]
    return out


def copied(copies: npt.NDArray[np.int64], tokens: Tokens) -> Passages:
    """Return a passage over the whole text for each copy and its first text."""
    which = np.flatnonzero(copies != np.arange(len(copies)))
    first = tokens.bounds[copies[which]]
    blocks = np.stack([first, tokens.bounds[which], tokens.bounds[which + 1] - tokens.bounds[which]], axis=1)
    return Passages(
        documents=np.stack([copies[which], which], axis=1).astype(np.int32),
        bounds=np.arange(len(which) + 1),
        blocks=blocks.astype(np.int64),
    )
