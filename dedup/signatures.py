"""Shingles to MinHash signatures, bit for bit those of datasketch 2's `affine32` scheme."""

from __future__ import annotations

import functools
from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from dedup.config import SignatureConfig
from dedup.kernels import shingles as kernels
from dedup.spill import Scratch, in_order
from dedup.tokens import Tokens

SCHEME = "affine32"
BLOCK_DOCUMENTS = 512


@functools.cache
def permutations(num_perm: int, seed: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Return datasketch's multipliers and offsets (uint32 each) for a seed."""
    from datasketch import MinHash

    a, b = MinHash(num_perm=num_perm, seed=seed, scheme=SCHEME).permutations
    return np.ascontiguousarray(a, np.uint32), np.ascontiguousarray(b, np.uint32)


def signatures(
    tokens: Tokens, config: SignatureConfig, pool: Executor | None = None, scratch: Scratch | None = None
) -> npt.NDArray[np.uint32]:
    """Return the signatures (uint32, texts x `num_perm`).

    A row loads into datasketch as `MinHash(num_perm=…, seed=…, hashvalues=row, scheme="affine32")`.
    """
    a, b = permutations(config.num_perm, config.seed)
    if scratch is None and len(tokens) <= BLOCK_DOCUMENTS:
        few: npt.NDArray[np.uint32] = kernels.sign(
            tokens.hashes, tokens.weights, tokens.bounds, config.shingle_size, a, b
        )
        return few
    scratch = scratch or Scratch()
    out = scratch.empty((len(tokens), config.num_perm), np.uint32)

    def block(first: int) -> None:
        bounds = tokens.bounds[first : first + BLOCK_DOCUMENTS + 1]
        out[first : first + BLOCK_DOCUMENTS] = kernels.sign(
            tokens.hashes, tokens.weights, bounds, config.shingle_size, a, b
        )

    for _ in in_order(pool, block, range(0, len(tokens), BLOCK_DOCUMENTS)):
        pass
    return out
