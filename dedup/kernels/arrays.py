"""Sorting and growing arrays inside kernels; NumPy's own would take seconds to compile."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel

# Keys that are sorted by how many are less than each.
SHORT_RUN = 16


@kernel
def argsort(keys: Any) -> Any:
    """Return the stable order (int64) of `keys` (int64)."""
    order = np.empty(len(keys), np.int64)
    order_of(keys, order, np.empty(len(keys), np.int64))
    return order


@helper
def order_of(keys: Any, order: Any, spare: Any) -> None:
    """Write the stable order of `keys` (int64) to `order` (int64), with `spare` as large: short runs by insertion, then
    a bottom-up merge sort."""
    n = len(keys)
    for low in range(0, n, SHORT_RUN):
        for i in range(low, min(low + SHORT_RUN, n)):
            k = i
            while k > low and keys[order[k - 1]] > keys[i]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = i
    source, out, width = order, spare, SHORT_RUN
    while width < n:
        for low in range(0, n, 2 * width):
            middle, high = min(low + width, n), min(low + 2 * width, n)
            i, j = low, middle
            for k in range(low, high):
                if i < middle and (j >= high or keys[source[i]] <= keys[source[j]]):
                    out[k] = source[i]
                    i += 1
                else:
                    out[k] = source[j]
                    j += 1
        source, out = out, source
        width *= 2
    if width > SHORT_RUN:
        for k in range(n):
            order[k] = source[k]


@helper
def sort(keys: Any, spare: Any) -> None:
    """Sort keys (uint64) of which no two are equal: short runs by how many are less, then a bottom-up merge sort.

    Neither has a branch that would be guessed wrong, nor, as places are without sign, one for those before the first.
    """
    n: Any = np.uint64(len(keys))
    run: Any = np.uint64(SHORT_RUN)
    low: Any = np.uint64(0)
    one = np.uint64(1)
    for first in range(0, len(keys), SHORT_RUN):
        low = np.uint64(first)
        high = min(low + run, n)
        for i in range(low, high):
            rank, key = low, keys[np.uint64(i)]
            for j in range(low, high):
                rank += np.uint64(keys[np.uint64(j)] < key)
            spare[rank] = key
    source, out = spare, keys
    while run < n:
        low = np.uint64(0)
        while low < n:
            i, j, k = low, min(low + run, n), low
            middle, high = j, min(low + run + run, n)
            while i < middle and j < high:
                left, right = source[i], source[j]
                less = np.uint64(left < right)
                out[k] = left if less else right
                i, j, k = i + less, j + (one - less), k + one
            while i < middle:
                out[k] = source[i]
                i, k = i + one, k + one
            while j < high:
                out[k] = source[j]
                j, k = j + one, k + one
            low = high
        source, out = out, source
        run += run
    for k in range(len(keys)):
        keys[k] = source[k]


@kernel
def distinct(values: Any) -> Any:
    """Return each of some whole numbers once, in order, and which of these each is (int64), as `np.unique` does: of a
    few it takes an eighth of the time."""
    order = argsort(values)
    found, inverse = np.empty(len(values), values.dtype), np.empty(len(values), np.int64)
    n = 0
    for i in range(len(order)):
        if n == 0 or found[n - 1] != values[order[i]]:
            found[n] = values[order[i]]
            n += 1
        inverse[order[i]] = n - 1
    return found[:n].copy(), inverse


@kernel
def grown(array: Any) -> Any:
    """Return a copy of a one-dimensional array with room for twice as much."""
    out = np.empty(2 * len(array), array.dtype)
    for i in range(len(array)):
        out[i] = array[i]
    return out


@kernel
def grown_rows(array: Any) -> Any:
    """Return a copy of a two-dimensional array with room for twice as many rows."""
    out = np.empty((2 * array.shape[0], array.shape[1]), array.dtype)
    for i in range(array.shape[0]):
        for j in range(array.shape[1]):
            out[i, j] = array[i, j]
    return out
