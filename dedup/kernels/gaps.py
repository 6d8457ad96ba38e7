"""Small counts over few tokens or blocks, cheaper than calls of NumPy: matched words, the gaps between them, names."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel


@helper
def matched(blocks: Any) -> tuple[int, int]:
    """Return how many words match, and how many the first side has from the first block to the last.

    `blocks` int64, n x 3, n > 0: place of the first side, place of the second, words.
    """
    total, last = 0, len(blocks) - 1
    for i in range(len(blocks)):
        total += blocks[i, 2]
    return total, blocks[last, 0] + blocks[last, 2] - blocks[0, 0]


@kernel
def cut(blocks: Any, low: int, high: int) -> Any:
    """Return the parts of blocks (int64, n x 3) that lie in `[low, high)` of the first side."""
    out = np.empty((len(blocks), 3), np.int64)
    n = 0
    for i in range(len(blocks)):
        start, end = max(blocks[i, 0], low), min(blocks[i, 0] + blocks[i, 2], high)
        if start < end:
            out[n, 0], out[n, 1], out[n, 2] = start, blocks[i, 1] + start - blocks[i, 0], end - start
            n += 1
    return out[:n]


@kernel
def weighs(blocks: Any, masses: Any, least: int) -> Any:
    """Return whether the words of blocks (int64, n x 3) weigh `least` on the first side, by the `masses` of all tokens;
    no more are looked at than it takes."""
    total: Any = np.int64(0)
    for i in range(len(blocks)):
        for place in range(blocks[i, 0], blocks[i, 0] + blocks[i, 2]):
            total += np.int64(masses[place])
            if total >= least:
                return True
    return total >= least


@kernel
def telling_gaps(blocks: Any, flags: Any, hashes: Any, telling: int, words: Any, most: int) -> Any:
    """Return behind which blocks (int64) stands a gap of one to `most` tokens on either side, with a token among them
    that has a bit of `telling` in its `flags` or whose hash is one of `words` (sorted)."""
    found = np.empty(len(blocks), np.int64)
    n = 0
    for i in range(len(blocks) - 1):
        sides = 0
        for side in range(2):
            start, end = blocks[i, side] + blocks[i, 2], blocks[i + 1, side]
            if end <= start or end - start > most:
                break
            for t in range(start, end):
                if flags[t] & telling or words[min(np.searchsorted(words, hashes[t]), len(words) - 1)] == hashes[t]:
                    sides += 1
                    break
        if sides == 2:
            found[n] = i
            n += 1
    return found[:n]


@kernel
def of_members(blocks: Any, bounds: Any, flags: Any, hashes: Any, telling: int, words: Any, most: int) -> Any:
    """Return of each member what `matched` gives and how many gaps `telling_gaps` finds (int64, n x 3).

    Member m has the blocks `bounds[m]:bounds[m + 1]` (int64) of `blocks`.
    """
    out = np.empty((len(bounds) - 1, 3), np.int64)
    for m in range(len(out)):
        own = blocks[bounds[m] : bounds[m + 1]]
        out[m, 0], out[m, 1] = matched(own)
        out[m, 2] = len(telling_gaps(own, flags, hashes, telling, words, most)) if len(own) > 1 else 0
    return out


@kernel
def replaced(bounds: Any, blocks: Any, flags: Any, bit: int, most: int) -> Any:
    """Return in how many gaps of each passage (int64) stand one to `most` tokens on either side, with one among them
    that has a `bit` in its `flags`: figures of which one side has another than the other.

    Passage p has the blocks `bounds[p]:bounds[p + 1]` (int64) of `blocks`.
    """
    out = np.zeros(len(bounds) - 1, np.int64)
    for p in range(len(out)):
        for i in range(bounds[p], bounds[p + 1] - 1):
            sides = 0
            for side in range(2):
                start, end = blocks[i, side] + blocks[i, 2], blocks[i + 1, side]
                if end <= start or end - start > most:
                    break
                for t in range(start, end):
                    if flags[t] & bit:
                        sides += 1
                        break
            out[p] += sides == 2
    return out


@kernel
def weighed(weights: Any, spans: Any) -> Any:
    """Return the sum of the weights of the tokens of each span (int64, n x 2), as int64."""
    found = np.zeros(len(spans), np.int64)
    for s in range(len(spans)):
        for t in range(spans[s, 0], spans[s, 1]):
            found[s] += weights[t]
    return found


@kernel
def flagged(flags: Any, spans: Any, bits: int) -> Any:
    """Return how many of the tokens of each span (int64, n x 2) have one of these bits (int64)."""
    found = np.zeros(len(spans), np.int64)
    for s in range(len(spans)):
        for t in range(spans[s, 0], spans[s, 1]):
            if flags[t] & bits:
                found[s] += 1
    return found
