"""Words as codes of one to five bytes: how texts are sent where each is sent often."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel

# First bytes below `ONE` are a word by themselves, those up to `TWO` with the byte behind them, `TWO` with two of them,
# `ESCAPE` with the four of a hash that has no code. So many words have a code at most.
ONE, TWO, ESCAPE = 128, 254, 255
SHORT = ONE + 256 * (TWO - ONE)
MOST_WORDS = SHORT + (1 << 16)
# What a token is stands in one byte beside it; this bit says that its weight, which is not the usual one, follows.
UNUSUAL = 128


@helper
def _slot(word: Any, table: Any, words: Any) -> Any:
    """Return where in the table (int32: numbers of words, -1 for none) a word is, or is to be put."""
    mask = len(table) - 1
    slot = (np.int64(word) * 0x9E3779B1 >> 12) & mask
    while table[slot] >= 0 and words[table[slot]] != word:
        slot = (slot + 1) & mask
    return slot


@kernel
def ranks(hashes: Any, words: Any) -> Any:
    """Return the place of each hash in `words` (uint32, each once), -1 where it is none of them (int32)."""
    room = 16
    while room < 2 * len(words):
        room *= 2
    table = np.full(room, -1, np.int32)
    for w in range(len(words)):
        table[_slot(words[w], table, words)] = w
    out = np.empty(len(hashes), np.int32)
    for i in range(len(hashes)):
        out[i] = table[_slot(hashes[i], table, words)]
    return out


@kernel
def encode(hashes: Any, found: Any, bounds: Any) -> Any:
    """Return the codes (uint8) of texts, whose tokens are at `bounds`, and where those of each begin (int64); `found`
    are the `ranks` of the hashes."""
    edges = np.zeros(len(bounds), np.int64)
    for d in range(len(bounds) - 1):
        size = 0
        for i in range(bounds[d], bounds[d + 1]):
            size += 5 if found[i] < 0 else 1 if found[i] < ONE else 2 if found[i] < SHORT else 3
        edges[d + 1] = edges[d] + size
    out = np.empty(edges[-1], np.uint8)
    at = 0
    for i in range(bounds[0], bounds[-1]):
        rank, more = np.int64(found[i]), 0
        if rank < 0:
            out[at], rank, more = ESCAPE, np.int64(hashes[i]), 4
        elif rank < ONE:
            out[at] = rank
        elif rank < SHORT:
            out[at], more = ONE + ((rank - ONE) >> 8), 1
            rank -= ONE
        else:
            out[at], more = TWO, 2
            rank -= SHORT
        for k in range(more):
            out[at + 1 + k] = rank >> (8 * k) & 255
        at += 1 + more
    return out, edges


@kernel
def decode(codes: Any, words: Any, count: int) -> Any:
    """Return the hashes (uint32) of so many tokens from their codes."""
    out = np.empty(count, np.uint32)
    at = 0
    for i in range(count):
        first = np.int64(codes[at])
        if first < ONE:
            out[i] = words[first]
            at += 1
        elif first < TWO:
            out[i] = words[ONE + (first - ONE << 8) + codes[at + 1]]
            at += 2
        elif first == TWO:
            out[i] = words[SHORT + codes[at + 1] + (np.int64(codes[at + 2]) << 8)]
            at += 3
        else:
            value: Any = np.int64(0)
            for k in range(4):
                value |= np.int64(codes[at + 1 + k]) << (8 * k)
            out[i] = value
            at += 5
    return out


@kernel
def encode_marks(flags: Any, weights: Any, bounds: Any, usual: int) -> Any:
    """Return what tokens are, a byte each, and two where the weight is not the usual one (uint8), and where those of
    each text begin (int64)."""
    edges = np.zeros(len(bounds), np.int64)
    out = np.empty(2 * (bounds[-1] - bounds[0]), np.uint8)
    at = 0
    for d in range(len(bounds) - 1):
        for i in range(bounds[d], bounds[d + 1]):
            out[at] = flags[i]
            if weights[i] != usual:
                out[at] |= np.uint8(UNUSUAL)
                at += 1
                out[at] = weights[i]
            at += 1
        edges[d + 1] = at
    return out[:at].copy(), edges


@kernel
def decode_marks(marks: Any, count: int, usual: int) -> Any:
    """Return flags and weights (uint8) of so many tokens."""
    flags, weights = np.empty(count, np.uint8), np.empty(count, np.uint8)
    at = 0
    for i in range(count):
        flags[i] = marks[at] & (UNUSUAL - 1)
        weights[i] = usual
        if marks[at] & UNUSUAL:
            at += 1
            weights[i] = marks[at]
        at += 1
    return flags, weights
