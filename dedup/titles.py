"""The words of titles, weighed as those of texts: what a text is about, in few words."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedup import workers
from dedup.kernels import titles as kernels
from dedup.kernels.weights import SLOTS
from dedup.rescore import Evidence
from dedup.shelf import Shelf
from dedup.spill import Scratch
from dedup.tokens import tokenize

# Titles whose words are looked for at a time.
BLOCK_TITLES = 1 << 14


class Titles(NamedTuple):
    """The words of all titles, as `kernels.each_once` gives them."""

    words: npt.NDArray[np.uint32]
    masses: npt.NDArray[np.float32]
    edges: npt.NDArray[np.int64]
    sums: npt.NDArray[np.float64]


def of_documents(documents: Shelf, known: Evidence, jobs: int, scratch: Scratch) -> Titles:
    """Return the words of the titles of all documents, weighed as those of their texts; made by `jobs` processes."""

    def part(first: int) -> bytes:
        last = min(len(documents), first + BLOCK_TITLES)
        tokens = tokenize([head.title or "" for head in documents.heads_of(range(first, last))])
        masses = known.idf[tokens.hashes & np.uint32(SLOTS - 1)] * tokens.weights / 6.0
        words = kernels.each_once(tokens.hashes, masses, tokens.bounds)
        return msgspec.msgpack.encode([each.tobytes() for each in words])

    parts = [Titles(np.empty(0, np.uint32), np.empty(0, np.float32), np.zeros(1, np.int64), np.empty(0))]
    for raw in workers.in_processes(part, range(0, len(documents), BLOCK_TITLES), jobs, scratch):
        words, masses, edges, sums = msgspec.msgpack.decode(raw, type=list[bytes])
        parts.append(
            Titles(
                np.frombuffer(words, np.uint32),
                np.frombuffer(masses, np.float32),
                np.frombuffer(edges, np.int64),
                np.frombuffer(sums),
            )
        )
    sizes = np.concatenate([np.diff(each.edges) for each in parts])
    return Titles(
        np.concatenate([each.words for each in parts]),
        np.concatenate([each.masses for each in parts]),
        np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]),
        np.concatenate([each.sums for each in parts]),
    )
