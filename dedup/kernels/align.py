"""Chains to aligned passages: gaps filled, ends extended, weak joins cut."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import grown, grown_rows
from dedup.kernels.extend import align_chain, ends_here, reward, workspace
from dedup.kernels.jit import helper, kernel
from dedup.kernels.tokens import FLAG_BLOCK, FLAG_LINE, FLAG_QUOTE, FLAG_SENTENCE, WEIGHT_WORD

# Words beyond a border that are taken for chance at the end of a passage.
STRAY = 2
# Longest interruption of a quotation that names the speaker (words).
LONGEST_ATTRIBUTION = 15
# Stretches looked over when strong ones are joined across weak ones.
LOOK_OVER = 4


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


@helper
def _write_run(run: Any, pairs: Any) -> int:
    """Write the matched token pairs of a run (left place, right place, words) to `pairs`; return how many."""
    for k in range(run[2]):
        pairs[k, 0], pairs[k, 1] = run[0] + k, run[1] + k
    return int(run[2])


@helper
def _is_one_run(pairs: Any, count: int) -> bool:
    """Say whether matched pairs, of which there is one at least, follow one another without a gap."""
    last = count - 1
    return pairs[last, 0] - pairs[0, 0] == last and pairs[last, 1] - pairs[0, 1] == last


@kernel
def cut(pairs: Any, masses: Any, flags: Any, max_gap: int, tolerance: float, starts: Any) -> int:
    """Cut matched pairs (n x 2, n > 0) into passages; write the index of each passage's first pair; return how many.

    Two stretches stay one passage when the gap between them (the larger side, words) is one word, or at most
    `max_gap` and `tolerance` times the reward of the weaker stretch. Smaller gaps are judged first, so that
    stretches that one edit split grow together before a larger gap is judged.
    """
    n = len(pairs)
    starts[0] = 0
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
    # many chains have so few words that no weights need be looked up
    if WEIGHT_WORD * len(pairs) < least[1]:
        return False
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
        passages, starts[0] = 1, 0
        if len(part) == 1 and ends_here(part[0], hashes, masses, low, high, costs, work):
            # as nine in ten do
            count = _write_run(part[0], pairs)
        else:
            count = align_chain(part, hashes, masses, low, high, costs, work, side[:room], pairs[:room])
        if not _is_one_run(pairs, count):
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
