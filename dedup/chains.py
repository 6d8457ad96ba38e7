"""Hits to chains: colinear exact runs of one pair of texts, of a least idf mass.

What chance would make in texts of these lengths is judged on the aligned passage (`surprise` in `dedup.rescore`).
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import ChainConfig
from dedup.kernels import chains as kernels
from dedup.seeds import Hits
from dedup.tokens import Tokens

BLOCK_HITS = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """Chains of exact runs, pair of texts by pair of texts.

    `documents` int32, n x 2; chain c has runs `bounds[c]:bounds[c + 1]` of `runs` (int64, k x 3: left token place,
    right token place, words).
    """

    documents: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]
    runs: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.documents)


def chain_hits(
    hits: Hits,
    tokens: Tokens,
    masses: npt.NDArray[np.uint16],
    config: ChainConfig,
    pool: Executor | None = None,
) -> Chains:
    """Return the chains of all pairs of texts; `masses` (uint16) are those of the tokens (1/256 nat)."""
    limits = np.array([config.max_gap, int(config.least_mass * 256)], np.int64)

    edges = _block_edges(hits.groups)

    def block(number: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        groups = hits.groups[edges[number] : edges[number + 1] + 1]
        low, high = groups[0], groups[-1]
        pairs, ends, runs = kernels.chain_pairs(
            hits.places[low:high],
            groups - low,
            hits.documents[low:high],
            tokens.bounds,
            tokens.hashes,
            masses,
            limits,
        )
        return pairs, ends, runs

    numbers = range(len(edges) - 1)
    return _joined(list(pool.map(block, numbers) if pool else map(block, numbers)))


def _block_edges(groups: npt.NDArray[np.int64]) -> list[int]:
    """Return the edges of blocks of pairs that have about `BLOCK_HITS` hits each."""
    if 0 < groups[-1] <= BLOCK_HITS:
        return [0, len(groups) - 1]
    steps = np.arange(0, int(groups[-1]), BLOCK_HITS)
    return [*np.unique(np.searchsorted(groups[:-1], steps)).tolist(), len(groups) - 1] if len(steps) else [0, 0]


def _joined(
    parts: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int64]]],
) -> Chains:
    if len(parts) == 1:
        [(documents, ends, runs)] = parts
        return Chains(documents=documents, bounds=ends, runs=runs)
    offset = 0
    bounds = [np.zeros(1, np.int64)]
    for _, ends, runs in parts:
        bounds.append(ends[1:] + offset)
        offset += len(runs)
    return Chains(
        documents=np.concatenate([p[0] for p in parts]),
        bounds=np.concatenate(bounds),
        runs=np.concatenate([p[2] for p in parts]),
    )
