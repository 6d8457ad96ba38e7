"""Chains to aligned passages: gaps filled, ends extended, weak joins cut."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown, grown_rows
from dedup.kernels.jit import helper, kernel
from dedup.kernels.tokens import FLAG_BLOCK, FLAG_LINE, FLAG_QUOTE, FLAG_SENTENCE

# Reward of a matched word by its mass in nats: from 0.25 for a function word to 1 at 4 nats and above.
_LEAST_REWARD = 0.25
_FULL_MASS = 4.0 * 256.0
# Words looked at when an end is extended, and how far the two sides may drift in it.
REACH = 96
# Words beyond a border that are taken for chance at the end of a passage.
STRAY = 2
# Longest interruption of a quotation that names the speaker (words).
LONGEST_ATTRIBUTION = 15
# Stretches looked over when strong ones are joined across weak ones.
LOOK_OVER = 4
BAND = 12
_DIAGONAL, _UP, _LEFT = 1, 2, 3
_NEVER = -1e9


@kernel
def spans(bounds: Any, blocks: Any) -> Any:
    """Return the token spans of passages (int64, n x 4: left start, left end, right start, right end), which have the
    blocks `bounds[p]:bounds[p + 1]` each."""
    out = np.empty((len(bounds) - 1, 4), np.int64)
    for p in range(len(out)):
        first, last = bounds[p], bounds[p + 1] - 1
        for side in range(2):
            out[p, 2 * side] = blocks[first, side]
            out[p, 2 * side + 1] = blocks[last, side] + blocks[last, 2]
    return out


@kernel
def matched(bounds: Any, blocks: Any) -> Any:
    """Return how many words of passages match (int64), which have the blocks `bounds[p]:bounds[p + 1]` each."""
    out = np.zeros(len(bounds) - 1, np.int64)
    for p in range(len(out)):
        for b in range(bounds[p], bounds[p + 1]):
            out[p] += blocks[b, 2]
    return out


@kernel
def taken(bounds: Any, blocks: Any, rows: Any) -> Any:
    """Return where the blocks of some passages (`rows`, int64, in any order) begin and the last ones end (int64), and
    these blocks (int64, n x 3), passage by passage; passage p has the blocks `bounds[p]:bounds[p + 1]`."""
    ends = np.zeros(len(rows) + 1, np.int64)
    for k in range(len(rows)):
        ends[k + 1] = ends[k] + bounds[rows[k] + 1] - bounds[rows[k]]
    out = np.empty((ends[-1], 3), np.int64)
    for k in range(len(rows)):
        first = bounds[rows[k]]
        for b in range(ends[k + 1] - ends[k]):
            for c in range(3):
                out[ends[k] + b, c] = blocks[first + b, c]
    return ends, out


@helper
def reward(token_mass: Any) -> float:
    """Return what one matched word of this mass (1/256 nat) is worth, in words."""
    return _LEAST_REWARD + (1.0 - _LEAST_REWARD) * min(1.0, token_mass / _FULL_MASS)


@helper
def _region(hashes: Any, masses: Any, at: Any, size: Any, step: int, costs: Any, work: Any, out: Any) -> int:
    """Align `size[0]` tokens from `at[0]` with `size[1]` from `at[1]`, read forward (step 1) or backward (-1).

    `costs` is (drop, cost of a word without partner; a replaced word costs as much as one lost word).
    With `drop` >= 0 the end is free: the best-scoring corner is taken and reading stops when a whole row is more than
    `drop` below it. Otherwise the path ends in the far corner. Writes matched pairs, in reading order, to `out`.
    """
    rows, columns = size[0], size[1]
    if rows == 0 or columns == 0:
        return 0
    a, b = at[0], at[1]
    score, trace = work
    drop, unmatched = costs
    free = drop >= 0
    band = BAND if free else max(rows, columns)
    for j in range(min(columns, band) + 1):
        score[0, j] = -unmatched * j
        trace[0, j] = _LEFT
    if band < columns:
        score[0, band + 1] = _NEVER
    best, best_i, best_j = 0.0, 0, 0
    for i in range(1, rows + 1):
        row_best = _NEVER
        if i <= band:
            score[i, 0] = -unmatched * i
            trace[i, 0] = _UP
        else:
            score[i, i - band - 1] = _NEVER
        if i + band < columns:
            score[i, i + band + 1] = _NEVER
        for j in range(max(1, i - band), min(columns, i + band) + 1):
            x = a + (i - 1) * step
            y = b + (j - 1) * step
            equal = hashes[x] == hashes[y]
            value = score[i - 1, j - 1] + (reward(masses[x]) if equal else -unmatched)
            way = _DIAGONAL
            if score[i - 1, j] - unmatched > value:
                value, way = score[i - 1, j] - unmatched, _UP
            if score[i, j - 1] - unmatched > value:
                value, way = score[i, j - 1] - unmatched, _LEFT
            score[i, j] = value
            trace[i, j] = way
            row_best = max(row_best, value)
            if value > best:
                best, best_i, best_j = value, i, j
        if free and row_best < best - drop:
            break
    i, j = (best_i, best_j) if free else (rows, columns)
    count = 0
    while i > 0 or j > 0:
        way = trace[i, j]
        if way == _DIAGONAL:
            i -= 1
            j -= 1
            x, y = a + i * step, b + j * step
            if hashes[x] == hashes[y]:
                out[count, 0], out[count, 1] = x, y
                count += 1
        elif way == _UP:
            i -= 1
        else:
            j -= 1
    for k in range(count // 2):
        for c in range(2):
            out[k, c], out[count - 1 - k, c] = out[count - 1 - k, c], out[k, c]
    return count


@helper
def nothing_near(hashes: Any, masses: Any, at: Any, size: Any, step: int, costs: Any) -> int:
    """Return how many words `_region` with a free end reads on the left and matches nothing, where that is sure at a
    glance, and -1 where it is not.

    Off the first diagonal step m matches cost at least one step without a match, so they gain nothing when they are
    worth no more than that. A row i is read when i - 1 - m such steps cost at most `drop` and what was gained.
    """
    drop, unmatched = costs
    gained, matches, i = 0.0, 0, 0
    if unmatched < 1.0:
        return -1
    while i < size[0] and i <= (drop + gained) / unmatched + matches:
        x = hashes[at[0] + i * step]
        if i == 0 and size[1] > 0 and hashes[at[1]] == x:
            return -1
        first, last = max(0, i - BAND), min(size[1], i + BAND + 1)
        low = np.uint64(at[1] + first if step > 0 else at[1] - last + 1)
        found = np.uint32(0)
        # without a branch, and with places without sign, several words are compared at once
        for k in range(last - first):
            found |= np.uint32(hashes[low + np.uint64(k)] == x)
        if found:
            gained += reward(masses[at[0] + i * step])
            matches += 1
            if matches > 1 and gained > unmatched - 1e-6:
                return -1
        i += 1
    return i


@helper
def _extend(hashes: Any, masses: Any, at: Any, limit: Any, step: int, costs: Any, work: Any, out: Any) -> int:
    """Extend from `at` towards `limit` (exclusive) in steps of REACH words; returns the pairs written to `out`.

    `at` is moved along.
    """
    matrices, scratch, spots = work
    size = spots[0]
    count = 0
    while True:
        size[0] = min(REACH, (limit[0] - at[0]) * step)
        size[1] = min(REACH, (limit[1] - at[1]) * step)
        if count == 0 and nothing_near(hashes, masses, at, size, step, costs) >= 0:
            return 0
        found = _region(hashes, masses, at, size, step, costs, matrices, scratch)
        for k in range(found):
            out[count + k, 0], out[count + k, 1] = scratch[k, 0], scratch[k, 1]
        count += found
        if found == 0:
            return count
        at[0], at[1] = scratch[found - 1, 0] + step, scratch[found - 1, 1] + step
        if found < REACH // 4 or count + REACH > len(out):
            return count


@kernel
def workspace() -> Any:
    """Return the arrays that aligning one chain after the other works in: two matrices, matched pairs, and a size,
    where it begins and what it must not pass (on either side)."""
    matrices = (np.empty((REACH + 2, REACH + 2)), np.empty((REACH + 2, REACH + 2), np.uint8))
    return matrices, np.empty((REACH, 2), np.int64), np.empty((3, 2), np.int64)


@helper
def align_chain(
    runs: Any, hashes: Any, masses: Any, low: Any, high: Any, costs: Any, work: Any, side: Any, pairs: Any
) -> int:
    """Align one chain of runs (n x 3); write matched token pairs in order to `pairs`; return how many.

    `low` and `high` are the tokens that the alignment may use on either side; `side` is as large as `pairs`, and `work`
    what `workspace` gives: making them anew for each of millions of short chains took longer than aligning.
    """
    matrices, scratch, spots = work
    size, at, limit = spots[0], spots[1], spots[2]
    at[0], at[1] = runs[0, 0] - 1, runs[0, 1] - 1
    limit[0], limit[1] = low[0] - 1, low[1] - 1
    count = _extend(hashes, masses, at, limit, -1, costs, work, side)
    for k in range(count):
        pairs[k, 0], pairs[k, 1] = side[count - 1 - k, 0], side[count - 1 - k, 1]
    a, b = runs[0, 0], runs[0, 1]
    for r in range(len(runs)):
        skip = max(0, max(a - runs[r, 0], b - runs[r, 1]))
        if skip >= runs[r, 2]:
            continue
        start_a, start_b = runs[r, 0] + skip, runs[r, 1] + skip
        size[0], size[1] = start_a - a, start_b - b
        if max(size[0], size[1]) <= REACH:
            at[0], at[1] = a, b
            found = _region(hashes, masses, at, size, 1, (-1.0, costs[1]), matrices, scratch)
            for k in range(found):
                pairs[count + k, 0], pairs[count + k, 1] = scratch[k, 0], scratch[k, 1]
            count += found
        for k in range(runs[r, 2] - skip):
            pairs[count, 0], pairs[count, 1] = start_a + k, start_b + k
            count += 1
        a, b = runs[r, 0] + runs[r, 2], runs[r, 1] + runs[r, 2]
    at[0], at[1] = a, b
    found = _extend(hashes, masses, at, high, 1, costs, work, side)
    for k in range(found):
        pairs[count + k, 0], pairs[count + k, 1] = side[k, 0], side[k, 1]
    return count + found


@helper
def _gap(flags: Any, start: int, end: int) -> int:
    """Return the words of a gap `[start, end)`; one that stands between a closing and an opening quotation mark says
    who speaks, does not end what is said, and counts as one word."""
    size = end - start
    speaker = 1 < size <= LONGEST_ATTRIBUTION and (flags[start] & flags[end] & FLAG_QUOTE) != 0
    return 1 if speaker else size


@helper
def _bridge(pairs: Any, breaks: Any, values: Any, flags: Any, count: int, limits: Any) -> int:
    """Join stretches over weak ones between them, which then are part of the gap; return how many breaks are left."""
    s = 0
    while s < count:
        joined = 0
        for far in range(min(count, s + LOOK_OVER), s, -1):
            before, after = breaks[s] - 1, breaks[far - 1]
            left = _gap(flags, pairs[before, 0] + 1, pairs[after, 0])
            gap = max(left, _gap(flags, pairs[before, 1] + 1, pairs[after, 1]))
            if gap <= limits[0] and gap <= limits[1] * min(values[s], values[far]):
                joined = far - s
                break
        if joined == 0:
            s += 1
            continue
        for k in range(1, joined + 1):
            values[s] += values[s + k]
        for k in range(s, count - joined):
            breaks[k] = breaks[k + joined]
            values[k + 1] = values[k + 1 + joined]
        count -= joined
        s = max(0, s - 1)
    return count


@kernel
def cut(pairs: Any, masses: Any, flags: Any, max_gap: int, tolerance: float, starts: Any) -> int:
    """Cut matched pairs (n x 2) into passages; write the index of each passage's first pair; return how many.

    Two stretches stay one passage when the gap between them (the larger side, words) is one word, or at most
    `max_gap` and `tolerance` times the reward of the weaker stretch. Smaller gaps are judged first, so that
    stretches that one edit split grow together before a larger gap is judged.
    """
    n = len(pairs)
    if n == 0:
        return 0
    starts[0] = 0
    if pairs[n - 1, 0] - pairs[0, 0] == n - 1 and pairs[n - 1, 1] - pairs[0, 1] == n - 1:
        return 1
    gaps = np.zeros(n, np.int64)
    for i in range(1, n):
        left = _gap(flags, pairs[i - 1, 0] + 1, pairs[i, 0])
        gaps[i] = max(left, _gap(flags, pairs[i - 1, 1] + 1, pairs[i, 1]))
    breaks = np.empty(n, np.int64)
    count = 0
    for i in range(n):
        if gaps[i] > 0:
            breaks[count] = i
            count += 1
    values = np.zeros(count + 1)
    stretch = 0
    for i in range(n):
        if gaps[i] > 0:
            stretch += 1
        values[stretch] += reward(masses[pairs[i, 0]])
    limit = 1
    while True:
        kept = 0
        for s in range(count):
            gap = gaps[breaks[s]]
            weaker = min(values[kept], values[s + 1])
            if gap <= limit and (gap <= 1 or gap <= tolerance * weaker):
                values[kept] += values[s + 1]
            else:
                breaks[kept] = breaks[s]
                kept += 1
                values[kept] = values[s + 1]
        if kept == count and limit >= max_gap:
            break
        count = kept
        limit = min(2 * limit, max_gap)
    count = _bridge(pairs, breaks, values, flags, count, (max_gap, tolerance))
    for i in range(count):
        starts[i + 1] = breaks[i]
    return count + 1


@helper
def _contained(a0: int, a1: int, b0: int, b1: int, seen: Any, count: int) -> bool:
    """Say whether half of both sides lies in a passage already found for the pair."""
    for s in range(count):
        left = min(a1, seen[s, 1]) - max(a0, seen[s, 0])
        right = min(b1, seen[s, 3]) - max(b0, seen[s, 2])
        if 2 * left > a1 - a0 and 2 * right > b1 - b0:
            return True
    return False


@helper
def _may_be_unit(span: Any, bounds: Any, chain: Any, flags: Any) -> bool:
    """Say whether a passage may be whole lines or quotations on both sides when stray words are cut off its ends."""
    border = FLAG_LINE | FLAG_QUOTE
    for side in range(2):
        start, end, stop = span[2 * side], span[2 * side + 1], bounds[chain[side] + 1]
        begins, ends = False, end == stop
        for k in range(min(STRAY + 1, end - start)):
            begins = begins or (flags[start + k] & border) != 0
            ends = ends or (end - k < stop and (flags[end - k] & border) != 0)
        if not (begins and ends):
            return False
    return True


@helper
def may_match(pairs: Any, span: Any, bounds: Any, chain: Any, masses: Any, flags: Any, floor: Any) -> bool:
    """Say whether a passage has what any match must have; `floor` is the second of the `needs` of `align_chains`.

    Stray words are not cut off yet, which can make it a unit but leaves it no more words.
    """
    weights, least = floor
    left, right = bounds[chain[0] : chain[0] + 2], bounds[chain[1] : chain[1] + 2]
    if left[0] == span[0] and left[1] == span[1] and right[0] == span[2] and right[1] == span[3]:
        return True
    words, content = np.int64(0), np.int64(0)
    for i in range(len(pairs)):
        at = pairs[i, 0]
        weight = np.int64(weights[at])
        words += weight
        if np.int64(masses[at]) * 6 >= least[5] * weight:
            content += weight
    if words < least[1] or content < least[3]:
        return False
    if words >= least[0] and (content >= least[2] or words >= least[4]):
        return True
    return _may_be_unit(span, bounds, chain, flags)


@kernel
def align_chains(
    chains: Any, ends: Any, runs: Any, bounds: Any, hashes: Any, masses: Any, flags: Any, limits: Any, needs: Any
) -> Any:
    """Align the chains (int32, n x 2 texts, pair by pair) and cut them into passages.

    `limits` (float64) is (drop, largest gap, tolerance, least mass in 1/256 nat, cost of an unmatched word).
    `needs` says which passages are left out as no verdict would take them: whether those of a chain may be (bool a
    chain), and the weights of all tokens with the least of a match (int64: weight; weight of a unit; weight of content
    words; that of a unit or a long passage; weight of a long passage; mass of a content word of weight 6).
    Returns the texts of each passage (int32, m x 2), the bounds of its blocks (int64, m + 1) and the blocks (int64,
    k x 3: left place, right place, matched words).
    """
    sifted, floor = needs
    work, span = workspace(), np.empty(4, np.int64)
    pairs, side, starts = np.empty((512, 2), np.int64), np.empty((512, 2), np.int64), np.empty(512, np.int64)
    out = np.empty((1024, 2), np.int32)
    block_ends = np.zeros(1025, np.int64)
    blocks = np.empty((4096, 3), np.int64)
    seen = np.empty((256, 4), np.int64)
    low, high = np.empty(2, np.int64), np.empty(2, np.int64)
    n, k, count_seen = 0, 0, 0
    for c in range(len(chains)):
        if c == 0 or chains[c, 0] != chains[c - 1, 0] or chains[c, 1] != chains[c - 1, 1]:
            count_seen = 0
        for s in range(2):
            d = chains[c, s]
            low[s], high[s] = bounds[d], bounds[d + 1]
        part = runs[ends[c] : ends[c + 1]]
        if chains[c, 0] == chains[c, 1]:
            # inside one text the left side ends before the right one begins
            count = len(part)
            while part[count - 1, 0] + part[count - 1, 2] > part[0, 1]:
                count -= 1
            part = part[:count]
            high[0] = low[1] = (part[-1, 0] + part[-1, 2] + part[0, 1]) // 2
        if _contained(part[0, 0], part[-1, 0] + part[-1, 2], part[0, 1], part[-1, 1] + part[-1, 2], seen, count_seen):
            continue
        room = min(high[0] - low[0], high[1] - low[1]) + 1
        if room > len(starts):
            pairs, side = np.empty((2 * room, 2), np.int64), np.empty((2 * room, 2), np.int64)
            starts = np.empty(2 * room, np.int64)
        costs = (limits[0], limits[4])
        count = align_chain(part, hashes, masses, low, high, costs, work, side[:room], pairs[:room])
        passages = cut(pairs[:count], masses, flags, int(limits[1]), limits[2], starts)
        for s in range(passages):
            first = starts[s]
            last = starts[s + 1] if s + 1 < passages else count
            total = 0
            for i in range(first, last):
                total += masses[pairs[i, 0]]
            if total < limits[3]:
                continue
            a0, a1, b0, b1 = pairs[first, 0], pairs[last - 1, 0] + 1, pairs[first, 1], pairs[last - 1, 1] + 1
            if _contained(a0, a1, b0, b1, seen, count_seen):
                continue
            span[0], span[1], span[2], span[3] = a0, a1, b0, b1
            if count_seen == len(seen):
                seen = grown_rows(seen)
            seen[count_seen] = span
            count_seen += 1
            if sifted[c] and not may_match(pairs[first:last], span, bounds, chains[c], masses, flags, floor):
                continue
            if n == len(out):
                out = grown_rows(out)
            if n + 1 == len(block_ends):
                block_ends = grown(block_ends)
            for i in range(first, last):
                joins = i > first and pairs[i, 0] == pairs[i - 1, 0] + 1 and pairs[i, 1] == pairs[i - 1, 1] + 1
                if joins:
                    blocks[k - 1, 2] += 1
                    continue
                if k == len(blocks):
                    blocks = grown_rows(blocks)
                blocks[k, 0], blocks[k, 1], blocks[k, 2] = pairs[i, 0], pairs[i, 1], 1
                k += 1
            out[n, 0], out[n, 1] = chains[c, 0], chains[c, 1]
            n += 1
            block_ends[n] = k
    return out[:n].copy(), block_ends[: n + 1].copy(), blocks[:k].copy()


@helper
def _is_stray(flags: Any, start: int, end: int, inner: int) -> bool:
    """Say whether a sentence or paragraph border at `inner` cuts words off `[start, end)` that are no sentence."""
    border = FLAG_SENTENCE | FLAG_BLOCK
    begins = (flags[start] & border) != 0
    stops = end >= len(flags) or (flags[end] & border) != 0
    return (flags[inner] & border) != 0 and not (begins and stops)


@kernel
def trim(bounds: Any, blocks: Any, flags: Any) -> None:
    """Cut one or two stray words off the ends of passages, in place: words beyond the border of a sentence or paragraph
    that are no sentence of their own agree by chance."""
    for p in range(len(bounds) - 1):
        last = bounds[p + 1] - 1
        for words in range(1, STRAY + 1):
            a, b, n = blocks[last, 0], blocks[last, 1], blocks[last, 2]
            left = n > words and _is_stray(flags, a + n - words, a + n, a + n - words)
            right = n > words and _is_stray(flags, b + n - words, b + n, b + n - words)
            if left or right:
                blocks[last, 2] = n - words
                break
        first = bounds[p]
        for words in range(1, STRAY + 1):
            a, b, n = blocks[first, 0], blocks[first, 1], blocks[first, 2]
            left = n > words and _is_stray(flags, a, a + words, a + words)
            right = n > words and _is_stray(flags, b, b + words, b + words)
            if left or right:
                blocks[first, 0], blocks[first, 1], blocks[first, 2] = a + words, b + words, n - words
                break
