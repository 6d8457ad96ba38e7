"""What two texts can share at most, told from the seeds of one that the other has."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel

# Least tokens between two borders for a whole unit, a paragraph or quotation, to stand between them.
UNIT = 3


@kernel
def chosen(groups: Any, starts: Any, ends: Any, mass: Any, value: Any, borders: Any, least: Any, limits: Any) -> Any:
    """Return what one chain over each group of hits can be worth (float64) at most; 0 where that is too little.

    Group g has hits `groups[g]:groups[g + 1]`, token spans `[starts, ends)` of one text in order of `starts`. `mass`
    (int64, 1/256 nat) and `value` (float64) are prefix sums over tokens, `borders` (bool, tokens + 1) tells where a
    unit begins or ends. `least[g]` are the values that are enough for a chain, and for one with a whole unit in it.
    `limits` are the largest gap in a chain (tokens), its least mass, and how many groups may cover a token before it
    counts no more for others: those that are worth something cover theirs.
    """
    max_gap, least_mass, carriers = limits[0], limits[1], limits[2]
    out = np.zeros(len(groups) - 1, np.float64)
    covered_by = np.zeros(len(mass), np.int32)
    for g in range(len(groups) - 1):
        weighed, worth, end, border, unit = 0, 0.0, -1, -1, False
        for i in range(groups[g], groups[g + 1]):
            if end < 0 or starts[i] - end > max_gap:
                weighed, worth, end, border, unit = 0, 0.0, starts[i], -1, False
            for t in range(end, ends[i] + 1):
                if borders[t]:
                    unit = unit or (border >= 0 and t - border >= UNIT)
                    border = t if border < 0 else border
                if starts[i] <= t < ends[i] and covered_by[t] < carriers:
                    weighed += mass[t + 1] - mass[t]
                    worth += value[t + 1] - value[t]
            end = max(end, ends[i])
            if weighed >= least_mass and worth > out[g] and worth >= (least[g, 1] if unit else least[g, 0]):
                out[g] = worth
        if out[g] == 0:
            continue
        end = -1
        for i in range(groups[g], groups[g + 1]):
            for t in range(max(starts[i], end), ends[i]):
                covered_by[t] += 1
            end = max(end, ends[i])
    return out
