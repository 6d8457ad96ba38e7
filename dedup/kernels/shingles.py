"""Token hashes to shingle hashes, window minima and MinHash signatures."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel
from dedup.kernels.tokens import WEIGHT_WORD, mix64

_BASE = np.uint64(0x9E3779B97F4A7C15)


@helper
def shingle_text(hashes: Any, weights: Any, size: int, out: Any) -> int:
    """Write the shingle hashes (uint64) of one text to `out`; return how many there are.

    A shingle is the fewest consecutive tokens that weigh `size` words. A text lighter than that is one shingle.
    The hash is a polynomial over the token hashes modulo 2**64, mixed.
    """
    n = len(hashes)
    if n == 0:
        return 0
    if n >= size and _are_words(weights):
        return _shingle_words(hashes, size, out)
    target = size * WEIGHT_WORD
    power = np.uint64(1)  # _BASE ** (tokens in the window)
    h = np.uint64(0)
    weight = 0
    end = 0
    count = 0
    for i in range(n):
        while end < n and weight < target:
            h = h * _BASE + np.uint64(hashes[end]) + np.uint64(1)
            power *= _BASE
            weight += weights[end]
            end += 1
        if weight < target and i > 0:
            break
        out[count] = mix64(h)
        count += 1
        if weight < target:
            break
        # leave out token i: its term carries _BASE ** (tokens after it)
        power = _divide(power)
        h -= (np.uint64(hashes[i]) + np.uint64(1)) * power
        weight -= weights[i]
    return count


@helper
def _are_words(weights: Any) -> bool:
    """Say whether each token weighs a word."""
    unlike = np.uint8(0)
    for i in range(len(weights)):
        unlike |= weights[np.uint64(i)] ^ np.uint8(WEIGHT_WORD)
    return unlike == 0


@helper
def _shingle_words(hashes: Any, size: int, out: Any) -> int:
    """Write the shingle hashes of words, of which there are `size` at least, as `shingle_text` does: one word of all
    shingles after the other, so that several shingles are made at once."""
    count = len(hashes) - size + 1
    for i in range(count):
        out[np.uint64(i)] = np.uint64(hashes[np.uint64(i)]) + np.uint64(1)
    for k in range(1, size):
        for i in range(count):
            at = np.uint64(i)
            out[at] = out[at] * _BASE + np.uint64(hashes[at + np.uint64(k)]) + np.uint64(1)
    for i in range(count):
        out[np.uint64(i)] = mix64(out[np.uint64(i)])
    return count


@helper
def _divide(power: Any) -> Any:
    """Return `power / _BASE` modulo 2**64; the constant is the inverse of `_BASE`."""
    return power * np.uint64(0xF1DE83E19937733D)


@helper
def window_minima(hashes: Any, window: int, out: Any) -> Any:
    """Write to `out` (int64) the places of the smallest hash of each window, rightmost if equal; return how many.

    Winnowing of Schleimer, Wilkerson and Aiken 2003; every run of `window` hashes has one of the places.
    """
    n = len(hashes)
    if n == 0:
        return 0
    one = np.uint64(1)
    wide, last = np.uint64(min(window, n)), np.uint64(n)
    count: Any = np.uint64(0)
    at: Any = np.uint64(0)
    # each window by itself: which of two hashes is less nobody guesses, and a branch would wait for it
    for first in range(n - np.int64(wide) + 1):
        at = np.uint64(first)
        end, k, least = at + wide, at + one, hashes[at]
        while k < end:
            value = hashes[k]
            less = value <= least
            least, at = value if less else least, k if less else at
            k += one
        # what is not new is written over by the next
        out[count] = np.int64(at)
        count += np.uint64(at != last)
        last = at
    return np.int64(count)


@kernel
def seed_places(hashes: Any, weights: Any, spans: Any, size: int, window: int) -> Any:
    """Return the seeds of texts: keys (uint32, the upper half of the shingle hash), places (int64, tokens) and the
    bounds of each text's seeds (int64, n + 1). `spans` (int64, n x 2) are the tokens of each text."""
    total, longest = 0, 0
    for d in range(len(spans)):
        total += spans[d, 1] - spans[d, 0]
        longest = max(longest, spans[d, 1] - spans[d, 0])
    keys = np.empty(total, np.uint32)
    places = np.empty(total, np.int64)
    seed_bounds = np.zeros(len(spans) + 1, np.int64)
    shingles = np.empty(longest, np.uint64)
    minima = np.empty(longest, np.int64)
    n = 0
    for d in range(len(spans)):
        low, high = spans[d, 0], spans[d, 1]
        count = shingle_text(hashes[low:high], weights[low:high], size, shingles)
        kept = window_minima(shingles[:count], window, minima)
        for i in range(kept):
            keys[n] = np.uint32(shingles[minima[i]] >> np.uint64(32))
            places[n] = low + minima[i]
            n += 1
        seed_bounds[d + 1] = n
    return keys[:n].copy(), places[:n].copy(), seed_bounds


@kernel
def spans_of(bounds: Any, texts: Any) -> Any:
    """Return where the tokens of some texts (int64) begin and end (int64, n x 2)."""
    out = np.empty((len(texts), 2), np.int64)
    for i in range(len(texts)):
        out[i, 0], out[i, 1] = bounds[texts[i]], bounds[texts[i] + 1]
    return out


@kernel
def _mix32(h: Any) -> Any:
    """Return MurmurHash3's 32-bit finaliser; each product is cut to 32 bits, as numba widens them."""
    h = np.uint32(h ^ (h >> np.uint32(16)))
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def sign(hashes: Any, weights: Any, bounds: Any, size: int, a: Any, b: Any) -> Any:
    """Return MinHash signatures (uint32, texts x permutations) by datasketch's `affine32` scheme.

    The lower half of the shingle hash goes through MurmurHash3's 32-bit finaliser, then `a * h + b` modulo 2**32.
    A text without tokens has all ones, as in datasketch.
    """
    n = len(bounds) - 1
    permutations = len(a)
    out = np.full((n, permutations), np.uint32(0xFFFFFFFF))
    longest = 0
    for d in range(n):
        longest = max(longest, bounds[d + 1] - bounds[d])
    shingles = np.empty(longest, np.uint64)
    for d in range(n):
        low, high = bounds[d], bounds[d + 1]
        count = shingle_text(hashes[low:high], weights[low:high], size, shingles)
        row = out[d]
        for i in range(count):
            h = _mix32(np.uint32(shingles[i]))
            for p in range(permutations):
                value = np.uint32(a[p] * h + b[p])
                if value < row[p]:
                    row[p] = value
    return out
