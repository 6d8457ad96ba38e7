"""Texts through the stages, as the tests of chains and alignment need them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.align import Passages, align_chains
from dedup.chains import Chains, chain_hits
from dedup.config import AlignConfig, ChainConfig, SeedConfig
from dedup.kernels import weights as kernels
from dedup.seeds import Hits, seed_hits
from dedup.tokens import Tokens, tokenize
from dedup.weights import frequencies, inverse
from tests.strategies import tokens_of

# The mass of a rare word: six nats, in units of 1/256.
RARE = 6 * 256
# Settings that the expectations of these tests are made for, whatever the defaults are.
SEEDS = SeedConfig(seed_size=3, seed_window=2, small_bucket=12)
CHAINS = ChainConfig(max_gap=12)
ALIGN = AlignConfig(max_gap=30, tolerance=1.0, unmatched=1.0, drop=4.0)


def hits_of(tokens: Tokens, config: SeedConfig | None = None) -> Hits:
    everything = np.ones(len(tokens), np.bool_)
    return seed_hits(tokens, everything, np.zeros(len(tokens), np.int8), config or SEEDS)


def rare(tokens: Tokens) -> npt.NDArray[np.uint16]:
    """Masses that make every word a rare one."""
    return np.full(len(tokens.hashes), RARE, np.uint16)


def chains_of(texts: Sequence[Sequence[int]]) -> Chains:
    """Chains of texts of rare words."""
    tokens = tokens_of(texts)
    return chain_hits(hits_of(tokens), tokens, rare(tokens), CHAINS)


def passages_of(texts: Sequence[Sequence[int]], seeds: SeedConfig | None = None) -> Passages:
    """Passages of texts of rare words."""
    tokens = tokens_of(texts)
    chains = chain_hits(hits_of(tokens, seeds), tokens, rare(tokens), CHAINS)
    return align_chains(chains, tokens, rare(tokens), ALIGN)


def passages_in(texts: Sequence[str]) -> list[tuple[tuple[int, int], str, str]]:
    """Passages of real texts, weighed by the background: the two documents and what each has."""
    tokens = tokenize(texts)
    counted = np.zeros(len(tokens), np.bool_)
    idf = inverse(frequencies(tokens, counted), 0)
    masses = kernels.token_masses(tokens.hashes, tokens.weights, idf)
    chains = chain_hits(hits_of(tokens), tokens, masses, CHAINS)
    found = align_chains(chains, tokens, masses, ALIGN)
    out = []
    for (a, b), (a0, a1, b0, b1) in zip(found.documents.tolist(), found.spans().tolist(), strict=True):
        left = texts[a][tokens.starts[a0] : tokens.ends[a1 - 1]]
        right = texts[b][tokens.starts[b0] : tokens.ends[b1 - 1]]
        out.append(((a, b), left, right))
    return out
