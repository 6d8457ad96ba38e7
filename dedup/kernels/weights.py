"""Document frequencies of tokens in a table of slots."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels.arrays import sort
from dedup.kernels.jit import helper, kernel

# Slots of the frequency table: a token's slot is the lower bits of its hash.
SLOTS = 1 << 22


@kernel
def count_keys(keys: Any, counts: Any) -> None:
    """Count keys in `counts` (uint8, a power of two of them) by their lower bits, up to 255."""
    mask = np.uint32(len(counts) - 1)
    for i in range(len(keys)):
        slot = keys[i] & mask
        if counts[slot] < 255:
            counts[slot] += 1


@kernel
def numbers_of(keys: Any, counts: Any, many: int, often: Any) -> Any:
    """Return the place in `often` (int64, rising) of the lower part of each key that counts above `many`, else -1."""
    out = np.full(len(keys), -1, np.int64)
    mask = np.uint32(len(counts) - 1)
    for i in range(len(keys)):
        slot = np.int64(keys[i] & mask)
        if counts[slot] <= many:
            continue
        low, high = 0, len(often)
        while high - low > 1:
            middle = (low + high) // 2
            if often[middle] <= slot:
                low = middle
            else:
                high = middle
        out[i] = low
    return out


@kernel
def mark_repeats(
    numbers: Any, places: Any, edges: Any, spans: Any, firsts: Any, hashes: Any, least: int, marks: Any
) -> None:
    """Mark the tokens of runs that an earlier text has; for texts in their order, block by block.

    Text d (token span `spans[d]`) has the shingles `edges[d]:edges[d + 1]` of `numbers` (those that are -1 are not
    looked at) and `places`. `firsts` (int64, n x 3, at first -1) has the place where each number was met first, and
    the span of its text. Runs have at least `least` tokens. `marks` (bool) are those of the tokens from `spans[0, 0]`
    on.
    """
    for d in range(len(spans)):
        low, high, reach = spans[d, 0], spans[d, 1], np.int64(-1)
        for i in range(edges[d], edges[d + 1]):
            number = numbers[i]
            if number < 0:
                continue
            p, q = places[i], firsts[number, 0]
            if q < 0:
                firsts[number, 0], firsts[number, 1], firsts[number, 2] = p, low, high
                continue
            if p < reach or firsts[number, 1] == low:
                continue
            start, end, behind, floor = p, p, firsts[number, 2], firsts[number, 1]
            while end < high and q + end - p < behind and hashes[end] == hashes[q + end - p]:
                end += 1
            if end - p < least:
                continue
            while start > low and q + start - p > floor and hashes[start - 1] == hashes[q + start - p - 1]:
                start -= 1
            for k in range(start, end):
                marks[k - spans[0, 0]] = True
            reach = end


@kernel
def document_frequencies(hashes: Any, bounds: Any, counted: Any, repeated: Any, first: int, table: Any) -> None:
    """Count in `table` (uint64, `SLOTS`, zeros at first) in how many counted texts each slot occurs, in the lower half;
    the upper half is one more than the text that was counted last, so that one look tells both.

    The texts are `first` and those behind it; tokens that are `repeated` (bool, from the first of `bounds` on) are left
    out. No text may be given twice.
    """
    half = np.uint64(32)
    for d in range(len(bounds) - 1):
        if not counted[d]:
            continue
        mark = np.uint64(first + d + 1)
        for i in range(bounds[d], bounds[d + 1]):
            if repeated[i - bounds[0]]:
                continue
            slot = hashes[i] & np.uint32(SLOTS - 1)
            value = table[slot]
            if value >> half != mark:
                table[slot] = (mark << half) | ((value & np.uint64(0xFFFFFFFF)) + np.uint64(1))


@kernel
def token_masses(hashes: Any, weights: Any, idf: Any) -> Any:
    """Return the mass of each token (uint16, 1/256 nat): its slot's idf, scaled by its weight (6 is a word)."""
    out = np.empty(len(hashes), np.uint16)
    for i in range(len(hashes)):
        out[i] = np.uint16(idf[hashes[i] & np.uint32(SLOTS - 1)] * weights[i] / 6.0 * 256.0)
    return out


@kernel
def token_marks(masses: Any, weights: Any, flags: Any, content: int, kinds: Any) -> Any:
    """Return what tokens are (uint8): 1 for content words, those of at least `content` (1/256 nat) for a full weight of
    6; 2 for those of them inside a sentence; 4 for those of these with a capital; 8 for any token behind a comma.

    `kinds` are the flags of a beginning of a sentence or line, of a capital, and of punctuation.
    """
    out = np.zeros(len(masses), np.uint8)
    beginning, upper, punctuation = kinds
    for i in range(len(masses)):
        flag, mark = np.int64(flags[i]), 0
        if np.int64(masses[i]) * 6 >= content * np.int64(weights[i]):
            # the capital of a sentence's first word tells nothing
            mark = 1 if flag & beginning else 7 if flag & upper else 3
        out[i] = mark | 8 if flag & (punctuation | beginning) == punctuation else mark
    return out


@helper
def _sum(values: Any, marks: Any, mark: int, start: int, end: int) -> int:
    """Return the sum of values of `[start, end)`, with a mark of those alone that have it."""
    total: Any = 0
    for i in range(start, end):
        if mark == 0 or marks[i] & mark:
            total += np.int64(values[i])
    return total


@kernel
def step_sums(values: Any, marks: Any, mark: int, step: int, out: Any) -> None:
    """Write to `out` (int64) the sums of the values (uint8 or uint16) before every `step`-th place, those alone that
    have `mark` among `marks` (uint8) unless it is 0."""
    out[0] = 0
    for i in range(1, len(out)):
        out[i] = out[i - 1] + _sum(values, marks, mark, (i - 1) * step, i * step)


@kernel
def sums_before(steps: Any, values: Any, marks: Any, mark: int, step: int, places: Any, out: Any) -> None:
    """Write to `out` (int64) the sum of the values before each place, as `step_sums` does for every `step`-th."""
    for k in range(len(places)):
        place = places[k]
        out[k] = steps[place // step] + _sum(values, marks, mark, place - place % step, place)


@kernel
def passage_sums(bounds: Any, blocks: Any, masses: Any, weights: Any, marks: Any) -> Any:
    """Return what the words of passages sum up to (int64, n x 10).

    Of the matched words, on their left side: mass, weight, and the weight of those marked 1, 2 and 4 (see
    `dedup.rescore`), and the number of those marked 8; of the whole left span mass and weight, of the right one too.
    """
    out = np.zeros((len(bounds) - 1, 10), np.int64)
    for p in range(len(bounds) - 1):
        first, last = bounds[p], bounds[p + 1] - 1
        for b in range(first, last + 1):
            for i in range(blocks[b, 0], blocks[b, 0] + blocks[b, 2]):
                mark, weight = marks[i], np.int64(weights[i])
                out[p, 0] += np.int64(masses[i])
                out[p, 1] += weight
                for bit in range(3):
                    if mark & (1 << bit):
                        out[p, 2 + bit] += weight
                out[p, 5] += mark >> 3 & 1
        for side in range(2):
            for i in range(blocks[first, side], blocks[last, side] + blocks[last, 2]):
                out[p, 6 + 2 * side] += np.int64(masses[i])
                out[p, 7 + 2 * side] += np.int64(weights[i])
    return out


@helper
def _vector(hashes: Any, masses: Any, start: int, end: int, room: Any, slots: Any, values: Any) -> int:
    """Write the TF-IDF vector of a token span, of length 1, to `slots` (int64, rising) and `values` (float64); return
    how many slots it has. `room` (uint64) has two rows of as many numbers as tokens."""
    n, half = end - start, np.uint64(32)
    keys = room[0, :n]
    for i in range(n):
        keys[i] = np.uint64(hashes[start + i] & np.uint32(SLOTS - 1)) << half | np.uint64(i)
    sort(keys, room[1, :n])
    count, i = 0, 0
    while i < n:
        j = i
        while j < n and keys[j] >> half == keys[i] >> half:
            j += 1
        slots[count] = np.int64(keys[i] >> half)
        values[count] = (j - i) * (masses[start + np.int64(keys[j - 1] & np.uint64(0xFFFFFFFF))] / 256.0)
        count += 1
        i = j
    total = 0.0
    for k in range(count):
        total += values[k] * values[k]
    if total > 0.0:
        norm = np.sqrt(total)
        for k in range(count):
            values[k] /= norm
    return count


@helper
def _alike(hashes: Any, masses: Any, span: Any) -> int:
    """Return 1 where both sides of a passage are the same words and some have a mass, 0 where none has, else -1."""
    if span[1] - span[0] != span[3] - span[2]:
        return -1
    found = 0
    for i in range(span[1] - span[0]):
        left, right = span[0] + i, span[2] + i
        if hashes[left] != hashes[right] or masses[left] != masses[right]:
            return -1
        found = 1 if masses[left] > 0 else found
    return found


@kernel
def cosines(spans: Any, hashes: Any, masses: Any) -> Any:
    """Return the cosine (float64) of the TF-IDF vectors of the two sides of each passage; `spans` (int64, n x 4) are
    the tokens of both. It is that of scikit-learn's `TfidfTransformer`, an order of summation apart."""
    longest = 0
    for p in range(len(spans)):
        longest = max(longest, spans[p, 1] - spans[p, 0], spans[p, 3] - spans[p, 2])
    slots, values = np.empty((2, longest), np.int64), np.empty((2, longest), np.float64)
    room = np.empty((2, longest), np.uint64)
    out = np.empty(len(spans), np.float64)
    for p in range(len(spans)):
        # copies, as most are, need no vectors
        alike = _alike(hashes, masses, spans[p])
        if alike >= 0:
            out[p] = alike
            continue
        n = _vector(hashes, masses, spans[p, 0], spans[p, 1], room, slots[0], values[0])
        m = _vector(hashes, masses, spans[p, 2], spans[p, 3], room, slots[1], values[1])
        i, j = 0, 0
        total = 0.0
        while i < n and j < m:
            if slots[0, i] == slots[1, j]:
                total += values[0, i] * values[1, j]
                i += 1
                j += 1
            elif slots[0, i] < slots[1, j]:
                i += 1
            else:
                j += 1
        out[p] = min(max(total, 0.0), 1.0)
    return out


@kernel
def word_keys(hashes: Any, weights: Any, masses: Any, kept: Any, widest: tuple[int, int]) -> tuple[Any, Any]:
    """Return the words of a text as keys (uint64) and their masses (nats, float64), but for tokens not `kept`.

    A key has a word above its number among the masses. A token of at most the first weight of `widest` stands for a
    word with the one that follows it, of at most the second with the two that do, unless one between is left out.
    """
    places = np.flatnonzero(kept)
    n = len(places)
    keys = np.empty(n, np.uint64)
    values = np.empty(n, np.float64)
    for i in range(n):
        at = places[i]
        word, value = hashes[at], masses[at] / 256.0
        if weights[at] <= widest[0] or weights[at] <= widest[1]:
            for step in (1, 2):
                if i + step < n and weights[at] <= widest[step - 1] and places[i + step] == at + step:
                    word = np.uint32(word * np.uint32(0x9E3779B1)) ^ hashes[at + step]
                    value += masses[at + step] / 256.0
        keys[i], values[i] = (np.uint64(word) << np.uint64(32)) | np.uint64(i), value
    return keys, values


@kernel
def each_once(keys: Any, values: Any, house: Any) -> tuple[Any, Any, Any]:
    """Return each word of sorted keys of `word_keys` once (uint32, rising) but those in `house` (uint32, rising), with
    its mass where it stands first (nats, float64) and how often it stands (int64)."""
    n = len(keys)
    words, firsts, counts = np.empty(n, np.uint32), np.empty(n, np.float64), np.empty(n, np.int64)
    found, i, h = 0, 0, 0
    while i < n:
        word, first = np.uint32(keys[i] >> np.uint64(32)), i
        while i < n and np.uint32(keys[i] >> np.uint64(32)) == word:
            i += 1
        while h < len(house) and house[h] < word:
            h += 1
        if h < len(house) and house[h] == word:
            continue
        words[found], counts[found] = word, i - first
        firsts[found] = values[np.int64(keys[first] & np.uint64(0xFFFFFFFF))]
        found += 1
    return words[:found], firsts[:found], counts[:found]


@kernel
def remainder_keys(
    hashes: Any, weights: Any, masses: Any, covered: Any, span: tuple[int, int], without: tuple[int, int], widest: Any
) -> Any:
    """Return what `word_keys` does of the tokens of a span (int64) that are not in another one, nor `covered` (bool a
    token; with an empty array none is), and what these weigh."""
    low, high = span
    kept, weight = np.ones(high - low, np.bool_), 0
    for i in range(high - low):
        if without[0] <= low + i < without[1] or (len(covered) and covered[low + i]):
            kept[i] = False
        else:
            weight += weights[low + i]
    keys, values = word_keys(hashes[low:high], weights[low:high], masses[low:high], kept, widest)
    return keys, values, weight


@kernel
def weighted_words(keys: Any, values: Any, house: Any) -> tuple[Any, Any]:
    """Return the words of sorted keys as `each_once`, with their weights as `squared`."""
    words, firsts, counts = each_once(keys, values, house)
    return words, squared(firsts, counts)


@kernel
def squared(masses: Any, counts: Any) -> Any:
    """Return the L2-normed weights (float64) of words: the square of the mass (float64, nats) times one more than the
    logarithm of how often each stands (int64)."""
    out, total = np.empty(len(masses), np.float64), 0.0
    for i in range(len(masses)):
        out[i] = masses[i] * masses[i]
        if counts[i] > 1:
            out[i] *= 1.0 + np.log(counts[i])
        total += out[i] * out[i]
    if total > 0.0:
        norm = np.sqrt(total)
        for i in range(len(out)):
            out[i] /= norm
    return out


@kernel
def held(words: Any, hashes: Any) -> Any:
    """Return which of a few words (uint32, rising, each once) are among `hashes` (uint32), as bool."""
    out = np.zeros(len(words), np.bool_)
    for h in hashes:
        low, high = 0, len(words)
        while low < high:
            middle = (low + high) // 2
            if words[middle] < h:
                low = middle + 1
            else:
                high = middle
        if low < len(words) and words[low] == h:
            out[low] = True
    return out


@kernel
def sparse_dot(few: Any, few_values: Any, many: Any, many_values: Any) -> float:
    """Return the dot product (float64) of two sparse vectors: their words (uint32, rising, each once) and values
    (float64). It is quick when the first is the shorter: each of its words is looked for from the last one found."""
    total, low = 0.0, 0
    for i in range(len(few)):
        # doubled steps, then halves: a short passage against a long page looks at few of its words
        step, high = 1, low
        while high < len(many) and many[high] < few[i]:
            low, high = high + 1, high + step
            step *= 2
        high = min(high, len(many))
        while low < high:
            middle = (low + high) // 2
            if many[middle] < few[i]:
                low = middle + 1
            else:
                high = middle
        if low == len(many):
            break
        if many[low] == few[i]:
            total += few_values[i] * many_values[low]
    return total
