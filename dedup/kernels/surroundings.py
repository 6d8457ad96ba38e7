"""What stands around a seed, the most that the run of two places with one seed can weigh, and which pairs of texts
cannot have a chain by that."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.jit import kernel

# Tokens noted before the place of a seed, and from there on; of each the highest byte of its hash, as words that differ
# there differ in the order of places too (`links.py`), and one of its mass.
BEFORE = 4
AFTER = 8
WIDTH = BEFORE + AFTER
# Mass (1/256 nat) that one step of such a byte stands for, rounded up; 0 is no token, the highest says nothing.
STEP = 32
HIGHEST = 255
# The weight of a run that may go on further than is noted.
UNKNOWN = 1 << 24


@kernel
def around(hashes: Any, masses: Any, places: Any, starts: Any, ends: Any) -> Any:
    """Return what stands around places (uint8, n x 2 `WIDTH`: hashes, then masses).

    `masses` (uint16) are those of the tokens; `starts` and `ends` (int64) are the tokens of each place's text.
    """
    out = np.zeros((len(places), 2 * WIDTH), np.uint8)
    for i in range(len(places)):
        for k in range(WIDTH):
            at = places[i] - BEFORE + k
            if starts[i] <= at < ends[i]:
                out[i, k] = hashes[at] >> np.uint32(24)
                out[i, WIDTH + k] = min(np.int64(HIGHEST), np.int64(masses[at]) // STEP + 1)
    return out


def told_apart(keys: Any, around: Any) -> Any:
    """Return which places the noted words tell from all others with their key (uint8): 1 where those that follow do,
    and 2 where those that precede do.

    `around` (uint8, n x 2 `WIDTH`) is what stands around the places. Words that differ in the noted byte differ.
    """
    found = np.zeros(len(keys), np.uint8)
    for side, noted in enumerate((around[:, BEFORE:WIDTH], around[:, :BEFORE])):
        rows = np.zeros((len(keys), 8), np.uint8)
        rows[:, : noted.shape[1]] = noted
        words = rows.view(np.uint64)[:, 0]
        order = np.lexsort((words, keys))
        same = (np.diff(keys[order]) == 0) & (np.diff(words[order]) == 0)
        alone = ~(np.append(same, False) | np.append(False, same))[: len(keys)]
        found[order[alone]] |= np.uint8(1 << side)
    return found


@kernel
def run_bounds(left: Any, right: Any) -> Any:
    """Return what the exact run at each hit weighs at most (int32, 1/256 nat), or `UNKNOWN`, and how many tokens before
    the hit it begins at most (int32); `left` and `right` (uint8, n x 2 `WIDTH`) are what stands around its places."""
    n = len(left)
    weighs, back = np.zeros(n, np.int32), np.zeros(n, np.int32)
    for i in range(n):
        for step in (1, -1):
            k = BEFORE if step > 0 else BEFORE - 1
            while 0 <= k < WIDTH and left[i, k] == right[i, k] and left[i, WIDTH + k] and right[i, WIDTH + k]:
                weighs[i] += UNKNOWN if left[i, WIDTH + k] == HIGHEST else left[i, WIDTH + k] * STEP
                k += step
            if k < 0 or k == WIDTH:
                weighs[i] = UNKNOWN
            weighs[i] = min(weighs[i], UNKNOWN)
            if step < 0:
                back[i] = BEFORE - 1 - k
    return weighs, back


@kernel
def possible(documents: Any, places: Any, weighs: Any, back: Any, least: int) -> Any:
    """Return which hits are of pairs of texts whose chains may weigh `least` (1/256 nat), and how many pairs are not.

    `documents` and `places` (n x 2) are the two sides of the hits, in order of the right text, then place; `weighs` and
    `back` (int32) as of `run_bounds`. A chain weighs at most what its runs do; hits of one drift whose runs begin at
    one place are of one run, which is counted once where nothing of the pair stands between them.
    """
    n = len(places)
    kept = np.empty(n, np.bool_)
    slot_of = np.empty(n, np.int32)
    # a small table for each right text: left text, sum of masses, drift and beginning of the last run
    table = np.empty((16, 4), np.int64)
    dropped, first = 0, 0
    left: Any = 0
    while first < n:
        end = first + 1
        while end < n and documents[end, 1] == documents[first, 1]:
            end += 1
        room = 16
        while room < 2 * (end - first):
            room *= 2
        if room > len(table):
            table = np.empty((room, 4), np.int64)
        for s in range(room):
            table[s, 0] = -1
        for i in range(first, end):
            left = np.int64(documents[i, 0])
            drift, begin = places[i, 1] - places[i, 0], places[i, 0] - back[i]
            s = (left * 0x9E3779B1 >> 12) & (room - 1)
            while table[s, 0] >= 0 and table[s, 0] != left:
                s = (s + 1) & (room - 1)
            slot_of[i] = s
            if table[s, 0] < 0:
                table[s, 0], table[s, 1] = left, 0
            elif table[s, 2] == drift and table[s, 3] == begin:
                continue
            table[s, 1] = min(table[s, 1] + weighs[i], UNKNOWN)
            table[s, 2], table[s, 3] = drift, begin
        for i in range(first, end):
            kept[i] = table[slot_of[i], 1] >= least
        for s in range(room):
            if table[s, 0] >= 0 and table[s, 1] < least:
                dropped += 1
        first = end
    return kept, dropped
