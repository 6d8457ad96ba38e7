"""Intervals that overlap in one text, joined."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel

# Open intervals that a new one is compared with; the longest open one is always among them.
LOOK_BACK = 64


@kernel
def _root(parents: Any, i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


@kernel
def overlap_groups(starts: Any, ends: Any, documents: Any) -> Any:
    """Return a group number for each interval (sorted by document, start, falling end).

    Two intervals of a text are in one group when they overlap by half of the shorter one, and so on transitively.
    The number is the index of the first interval of the group.
    """
    n = len(starts)
    parents = np.arange(n)
    longest = 0
    for i in range(n):
        if i == 0 or documents[i] != documents[i - 1]:
            longest = i
        first = max(longest, i - LOOK_BACK)
        for step in range(i - first + 1):
            j = longest if step == i - first else i - 1 - step
            if j >= i or documents[j] != documents[i]:
                continue
            shared = min(ends[i], ends[j]) - starts[i]
            if 2 * shared >= min(ends[i] - starts[i], ends[j] - starts[j]):
                a, b = _root(parents, i), _root(parents, j)
                parents[max(a, b)] = min(a, b)
        if ends[i] > ends[longest]:
            longest = i
    for i in range(n):
        parents[i] = _root(parents, i)
    return parents
