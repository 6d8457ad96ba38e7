"""Chains to passages: exact spans, the edits between them, and the figures that changed."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.chains import Chains
from dedup.config import AlignConfig, Config
from dedup.kernels import align as kernels
from dedup.kernels import excerpts
from dedup.seeds import Hits
from dedup.spill import Scratch
from dedup.tokens import Tokens
from dedup.weights import Sums

BLOCK_CHAINS = 4096
# Mass (1/256 nat) of the matched words of a passage at least.
LEAST_MASS = 12.0 * 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """Aligned passages, pair of texts by pair of texts.

    `documents` int32, n x 2; passage p has blocks `bounds[p]:bounds[p + 1]` of `blocks` (int64, k x 3: left token
    place, right token place, matched words), in order and without overlap.
    """

    documents: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]
    blocks: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.documents)

    def spans(self, rows: npt.NDArray[np.int64] | slice = slice(None)) -> npt.NDArray[np.int64]:
        """Return the token spans (int64, n x 4: left start, left end, right start, right end), of all or of some."""
        if isinstance(rows, slice) and rows == slice(None):
            found: npt.NDArray[np.int64] = kernels.spans(self.bounds, self.blocks)
            return found
        first = self.blocks[self.bounds[:-1][rows]]
        last = self.blocks[self.bounds[1:][rows] - 1]
        ends = last[:, :2] + last[:, 2:]
        return np.stack([first[:, 0], ends[:, 0], first[:, 1], ends[:, 1]], axis=1)

    def matched(self) -> npt.NDArray[np.int64]:
        """Return the matched words of each passage."""
        found: npt.NDArray[np.int64] = kernels.matched(self.bounds, self.blocks)
        return found

    def summed(self, prefix: Sums) -> npt.NDArray[np.int64]:
        """Return the sum over each passage's matched words (left side) of what `prefix` sums over all tokens."""
        starts = self.blocks[:, 0]
        sums = np.concatenate([[0], np.cumsum(prefix[starts + self.blocks[:, 2]] - prefix[starts])])
        found: npt.NDArray[np.int64] = sums[self.bounds[1:]] - sums[self.bounds[:-1]]
        return found

    def to_bytes(self) -> bytes:
        """Return them for `from_bytes`."""
        return msgspec.msgpack.encode([a.tobytes() for a in (self.documents, self.bounds, self.blocks)])

    @classmethod
    def from_bytes(cls, raw: bytes) -> Passages:
        """Return what `to_bytes` gave."""
        documents, bounds, blocks = msgspec.msgpack.decode(raw, type=list[bytes])
        return cls(
            documents=np.frombuffer(documents, np.int32).reshape(-1, 2),
            bounds=np.frombuffer(bounds, np.int64),
            blocks=np.frombuffer(blocks, np.int64).reshape(-1, 3),
        )

    def select(self, kept: npt.NDArray[np.bool_]) -> Passages:
        """Return the passages at `kept`."""
        return self.take(np.flatnonzero(kept))

    def take(self, rows: npt.NDArray[np.int64]) -> Passages:
        """Return the passages at `rows`, in their order; a few of many cost no more than they are."""
        bounds, blocks = kernels.taken(self.bounds, self.blocks, rows)
        return Passages(documents=self.documents[rows], bounds=bounds, blocks=blocks)


class Gathering:
    """Passages that are added part by part, and kept where a scratch folder keeps arrays."""

    def __init__(self, scratch: Scratch) -> None:
        self._documents, self._blocks = scratch.column(np.int32), scratch.column(np.int64)
        self._bounds = scratch.column(np.int64)
        self._bounds.append(np.zeros(1, np.int64))

    def add(self, passages: Passages) -> None:
        """Add passages behind the others; raises `StoreError` when there is no room."""
        self._bounds.append(passages.bounds[1:] + len(self._blocks) // 3)
        self._documents.append(passages.documents.ravel())
        self._blocks.append(passages.blocks.ravel())

    def finish(self) -> Passages:
        """Return all of them; nothing can be added after it."""
        return Passages(
            documents=self._documents.finish().reshape(-1, 2),
            bounds=self._bounds.finish(),
            blocks=self._blocks.finish().reshape(-1, 3),
        )


def align_chains(
    chains: Chains,
    tokens: Tokens,
    masses: npt.NDArray[np.uint16],
    config: AlignConfig,
    pool: Executor | None = None,
    *,
    floor: npt.NDArray[np.int64] | None = None,
    spared: npt.NDArray[np.bool_] | None = None,
) -> Passages:
    """Return the passages of all chains; with a `floor` (int64, as of `verdict.floor`, with the least mass of a content
    word behind it) without most of those that no verdict takes, but for the chains that are `spared` (bool a chain)."""
    sifted = np.full(len(chains), floor is not None)
    if spared is not None:
        sifted &= ~spared
    lowest = np.zeros(6, np.int64) if floor is None else floor
    limits = np.array([config.drop, config.max_gap, config.tolerance, LEAST_MASS, config.unmatched], np.float64)
    edges = _pair_blocks(chains.documents)

    def block(k: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        low, high = edges[k], edges[k + 1]
        found = kernels.align_chains(
            chains.documents[low:high],
            chains.bounds[low : high + 1],
            chains.runs,
            tokens.bounds,
            tokens.hashes,
            masses,
            tokens.flags,
            limits,
            (sifted[low:high], (tokens.weights, lowest)),
        )
        return found

    numbers = range(len(edges) - 1)
    passages = joined(list(pool.map(block, numbers) if pool else map(block, numbers)))
    kernels.trim(passages.bounds, passages.blocks, tokens.flags)
    return passages


def decided(
    hits: Hits,
    tokens: Tokens,
    masses: npt.NDArray[np.uint16],
    cut: npt.NDArray[np.bool_],
    config: Config,
    floor: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint8]:
    """Return what is known of each pair of texts, as `kernels.excerpts.decided` does, before its chains are made.

    `tokens` are those of excerpts and right texts, with their `masses` (uint16), and the left texts of the hits are
    excerpts; `cut` (bool, n x 2) says whether the text of each pair's goes on before and behind it. `floor` is that of
    `align_chains`.
    """
    least = int(config.chains.least_mass * 256)
    limits = np.array([least, config.align.drop, config.align.unmatched, LEAST_MASS], np.float64)
    of_pairs = hits.documents[hits.groups[:-1]]
    told = (tokens.bounds, tokens.hashes, tokens.flags, tokens.weights)
    found: npt.NDArray[np.uint8] = excerpts.decided(
        hits.places, hits.groups, of_pairs, told, cut, masses, limits, floor
    )
    return found


def _pair_blocks(documents: npt.NDArray[np.int32]) -> list[int]:
    """Return the edges of blocks of about `BLOCK_CHAINS` chains that do not cut a pair of texts in two."""
    edges = [0]
    n = len(documents)
    while edges[-1] < n:
        edge = min(n, edges[-1] + BLOCK_CHAINS)
        while edge < n and (documents[edge] == documents[edge - 1]).all():
            edge += 1
        edges.append(edge)
    return edges if n else [0, 0]


def nothing() -> Passages:
    """Return no passages."""
    return Passages(
        documents=np.empty((0, 2), np.int32), bounds=np.zeros(1, np.int64), blocks=np.empty((0, 3), np.int64)
    )


def joined(
    parts: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int64]]],
) -> Passages:
    """Return the passages of several parts as one."""
    if len(parts) == 1:
        [(documents, ends, blocks)] = parts
        return Passages(documents=documents, bounds=ends, blocks=blocks)
    offset = 0
    bounds = [np.zeros(1, np.int64)]
    for _, ends, blocks in parts:
        bounds.append(ends[1:] + offset)
        offset += len(blocks)
    return Passages(
        documents=np.concatenate([p[0] for p in parts]),
        bounds=np.concatenate(bounds),
        blocks=np.concatenate([p[2] for p in parts]),
    )
