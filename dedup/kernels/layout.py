"""Where the carriers of a representative cut it into runs of stretches, and which runs are nested in others."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import helper, kernel

# Runs behind one that are looked at for one with the same carriers; part of its carriers that all between must have.
_AHEAD, _MOST = 64, 0.75
# Change of carriers up to which a run goes on behind what is nested in it.
_NESTED = 0.5


@helper
def _change(left: Any, right: Any) -> float:
    """Return by which part a set of carriers (bool), with the representative itself, changes."""
    differ, union = 0, 1
    for c in range(len(left)):
        differ += left[c] != right[c]
        union += left[c] or right[c]
    return differ / union


@helper
def _growth(left: Any, right: Any) -> float:
    """Return by which part the carriers grow by those of another set."""
    more, union = 0, 1
    for c in range(len(left)):
        more += right[c] and not left[c]
        union += left[c] or right[c]
    return more / union


@helper
def _cut(have: Any, edges: Any, first: int, s: int, change: float, at_once: int) -> int:
    """Return where a run `[first, s)` is cut before stretch `s` is added, -1 where it goes on.

    Carriers that come one after another within `at_once` tokens come at once, and the cut falls before the first of
    them. Those that go do not: stories are cut from their ends, at several lengths.
    """
    if _change(have[s - 1], have[s]) > change:
        return s
    t = s - 2
    while t >= first and edges[s] - edges[t + 1] <= at_once:
        if _growth(have[t], have[s]) > change:
            return t + 1
        t -= 1
    return -1


@kernel
def _runs(have: Any, edges: Any, change: float, at_once: int) -> Any:
    """Return runs of stretches between cuts (int64, n x 2); stretches nobody carries are left out."""
    runs, n = np.empty((len(have), 2), np.int64), 0
    for s in range(len(have)):
        if not have[s].any():
            continue
        cut = s
        if n and runs[n - 1, 1] == s:
            cut = _cut(have, edges, runs[n - 1, 0], s, change, at_once)
        if cut < 0:
            runs[n - 1, 1] = s + 1
            continue
        if n:
            runs[n - 1, 1] = min(runs[n - 1, 1], cut)
        runs[n, 0], runs[n, 1] = cut, s + 1
        n += 1
    return runs[:n]


@kernel
def _cores(have: Any, edges: Any, runs: Any) -> Any:
    """Return the carriers that have at least half of each run (bool, runs x carriers)."""
    cores = np.zeros((len(runs), have.shape[1]), np.bool_)
    for r in range(len(runs)):
        first, last = runs[r]
        for c in range(have.shape[1]):
            own = 0
            for s in range(first, last):
                if have[s, c]:
                    own += edges[s + 1] - edges[s]
            cores[r, c] = 2 * own >= edges[last] - edges[first]
    return cores


@kernel
def _nested(runs: Any, cores: Any) -> Any:
    """Return outer runs, each before those nested in it (int64, n x 3: first stretch, the one behind the last, the row
    of the run around it or -1)."""
    out, n, i = np.empty((len(runs), 3), np.int64), 0, 0
    while i < len(runs):
        best = i
        for j in range(i + 1, min(len(runs), i + _AHEAD)):
            if runs[j, 0] != runs[j - 1, 1] or (cores[i] & cores[j - 1]).sum() < _MOST * cores[i].sum():
                break
            if j > i + 1 and _change(cores[i], cores[j]) <= _NESTED:
                best = j
        around = n
        out[n, 0], out[n, 1], out[n, 2] = runs[i, 0], runs[best, 1], -1
        n += 1
        for k in range(i + 1, best):
            if _change(cores[i], cores[k]) > _NESTED:
                out[n, 0], out[n, 1], out[n, 2] = runs[k, 0], runs[k, 1], around
                n += 1
        i = best + 1
    return out[:n]


@kernel
def parts(carried: Any, edges: Any, change: float, at_once: int) -> Any:
    """Return the runs of stretches into which carriers cut a representative, outer ones before those nested in them
    (int64, n x 3: first stretch, the one behind the last, the row of the run around it or -1), and which carriers each
    has (bool, n x carriers); who has nothing but an inner run carries that one, not the one around it.

    `carried` (bool, carriers x stretches) says who has which stretch between `edges` (int64); a cut falls where the
    carriers change by more than `change`, those that come within `at_once` tokens taken together.
    """
    have = np.ascontiguousarray(carried.T)
    runs = _runs(have, edges, change, at_once)
    rows = _nested(runs, _cores(have, edges, runs))
    who = np.zeros((len(rows), have.shape[1]), np.bool_)
    for r in range(len(rows)):
        q, s = r + 1, rows[r, 0]
        while s < rows[r, 1]:
            if q < len(rows) and rows[q, 2] == r and rows[q, 0] == s:
                s, q = rows[q, 1], q + 1
                continue
            who[r] |= have[s]
            s += 1
    return rows, who
