"""Texts to what whole texts are compared by: MinHash signatures, sampled shingles, and a digest of all words."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel
from dedup.kernels.shingles import _mix32, shingle_text
from dedup.kernels.tokens import mix64

_LEFT, _RIGHT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


@kernel
def sketch(hashes: Any, weights: Any, bounds: Any, size: int, a: Any, b: Any, below: Any) -> Any:
    """Return signatures (uint32, texts x permutations) as `shingles.sign`, the shingle hashes smaller than `below`
    (uint64, text by text), their bounds (int64, n + 1), and digests of the token hashes (uint64, n x 2)."""
    n, permutations = len(bounds) - 1, len(a)
    signatures = np.full((n, permutations), np.uint32(0xFFFFFFFF))
    digests = np.zeros((n, 2), np.uint64)
    sampled = np.empty(len(hashes), np.uint64)
    sample_bounds = np.zeros(n + 1, np.int64)
    longest, kept = 0, 0
    for d in range(n):
        longest = max(longest, bounds[d + 1] - bounds[d])
    shingles = np.empty(longest, np.uint64)
    for d in range(n):
        low, high = bounds[d], bounds[d + 1]
        count = shingle_text(hashes[low:high], weights[low:high], size, shingles)
        row = signatures[d]
        for i in range(count):
            if shingles[i] < below:
                sampled[kept] = shingles[i]
                kept += 1
            h = _mix32(np.uint32(shingles[i]))
            for p in range(permutations):
                value = np.uint32(a[p] * h + b[p])
                if value < row[p]:
                    row[p] = value
        sample_bounds[d + 1] = kept
        left, right = np.uint64(high - low), np.uint64(high - low)
        for i in range(low, high):
            left = (left + np.uint64(hashes[i])) * _LEFT
            right = mix64(right ^ np.uint64(hashes[i])) + _RIGHT
        digests[d, 0], digests[d, 1] = left, right
    return signatures, sampled[:kept].copy(), sample_bounds, digests
