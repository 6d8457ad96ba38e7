"""Rows of whole numbers: sorted, and each once."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]
UInt64s = npt.NDArray[np.uint64]
W = TypeVar("W", bound=np.integer[Any])


def unique_rows(rows: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Int64s, Int64s]:
    """Return the rows (n x k) in order, each once, where each was first (int64), and which of them each row is (int64).

    As `np.unique` with `axis=0`, which compares rows byte by byte and takes twenty times as long.
    """
    order = np.lexsort(rows.T[::-1])
    sorted_rows = rows[order]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (sorted_rows[1:] != sorted_rows[:-1]).any(axis=1)
    number = np.empty(len(rows), np.int64)
    number[order] = np.cumsum(new) - 1
    return sorted_rows[new], order[new], number


def distinct(values: npt.NDArray[W]) -> npt.NDArray[W]:
    """Return whole numbers in order, each once.

    As `np.unique`, which of whole numbers fills a hash table since NumPy 2.3, and takes thirty times as long.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    found = np.sort(values, axis=None)
    new = np.ones(len(found), np.bool_)
    new[1:] = found[1:] != found[:-1]
    return found[new]


def counted(values: npt.NDArray[W]) -> tuple[npt.NDArray[W], Int64s]:
    """Return whole numbers in order, each once, and how often each is there: as `np.unique` with its counts, for the
    reason of `distinct`.

    >>> [each.tolist() for each in counted(np.array([3, 1, 3]))]
    [[1, 3], [1, 2]]
    """
    found = np.sort(values, axis=None)
    firsts = np.flatnonzero(np.diff(found, prepend=~found[:1]))
    return found[firsts], np.diff(firsts, append=len(found))


def among(values: npt.NDArray[W], others: npt.NDArray[W]) -> npt.NDArray[np.bool_]:
    """Return which whole numbers (bool) are among others, which are rising: as `np.isin`, which asks `np.unique`.

    >>> among(np.array([3, 1, 3]), np.array([2, 3])).tolist()
    [True, False, True]
    """
    if not len(others):
        return np.zeros(len(values), np.bool_)
    found: npt.NDArray[np.bool_] = others[np.minimum(np.searchsorted(others, values), len(others) - 1)] == values
    return found


def order_of(*columns: npt.NDArray[Any]) -> Int64s:
    """Return in which order (int64) rows are sorted by their columns of whole numbers, the first before the others;
    equal rows stand in any order.

    As `np.lexsort` of the columns backwards, in a third of its time and less: one key of all is sorted.

    >>> order_of(np.array([2, 1, 2]), np.array([5, 9, 4])).tolist()
    [1, 2, 0]
    """
    key, used = np.zeros(len(columns[0]), np.uint64), 0
    for column in reversed(columns):
        value, bits = _narrow(column)
        if used + bits > 64:
            key, used = _narrow(_ranks(key))
        if used + bits > 64:
            value, bits = _narrow(_ranks(value))
        if bits:
            key |= value << np.uint64(used)
        used += bits
    return np.argsort(key)


def _narrow(values: npt.NDArray[Any]) -> tuple[UInt64s, int]:
    """Return numbers in the same order (uint64), and how many bits they have: without the highest bits that all have
    alike, and without the widest stretch of such bits below."""
    found = values.astype(np.uint64)
    if not len(values):
        return found, 0
    if values.dtype.kind == "i":
        found ^= np.uint64(1 << 63)
    unlike = int(np.bitwise_or.reduce(found ^ found[0]))
    found &= np.uint64(unlike)
    seen = f"{unlike:b}" if unlike else ""
    gap = max((m.span() for m in re.finditer("0+", seen)), key=lambda span: span[1] - span[0], default=(0, 0))
    low, wide = len(seen) - gap[1], gap[1] - gap[0]
    if wide:
        found = found >> np.uint64(low + wide) << np.uint64(low) | found & np.uint64((1 << low) - 1)
    return found, len(seen) - wide


def _ranks(values: UInt64s) -> Int64s:
    """Return how many smaller numbers there are of each (int64), equal ones counted once."""
    order = np.argsort(values)
    found = np.zeros(len(values), np.int64)
    found[order[1:]] = np.cumsum(values[order[1:]] != values[order[:-1]])
    return found
