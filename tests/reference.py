"""Ten-line obvious twins of the kernels, in plain Python over lists. Never optimise this file.

Each twin is written from the documented behaviour, by another method than the kernel where there is one: a
regular expression instead of a state machine, all windows instead of a moving minimum, all pairs instead of a
sort.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

MASK32, MASK64 = 2**32 - 1, 2**64 - 1

Pair = tuple[int, int]
Run = tuple[int, int, int]

# Lines of JSON


def flat_fields(line: bytes) -> list[tuple[str, object]] | None:
    """Return names and values of a flat object of strict JSON, numbers as they are written; None for another line."""

    def number(raw: str) -> tuple[str]:
        return (raw,) if len(raw.lstrip("-")) <= 18 and raw.isascii() and not set(raw) & set("eEnNiI") else ("far",)

    try:
        found = json.loads(
            line.decode(), object_pairs_hook=list, parse_int=number, parse_float=number, parse_constant=number
        )
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    plain = line.strip(b" \t\r\n").startswith(b"{") and b"\n" not in line.strip(b" \t\r\n")
    if not plain or not 0 < len(found) <= 24 or any(isinstance(v, list | dict) or v == ("far",) for _, v in found):
        return None
    return None if any("\0" in s for pair in found for s in pair if isinstance(s, str)) else found


# Characters and tokens

QUOTES = '"“”„‟«»‹›「」『』〝〞〟＂'
APOSTROPHES = "'’‘‛ʼ＇`´"
HYPHENS = "-‐‑−"
STOPS = "!?。！？।॥۔؟…．｡"
NEWLINES = "\n\r\v\f\x85\u2028\u2029"
INVISIBLE = "\xad\u200b\u200c\u200d\u2060\ufeff\u0640\u034f\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
HAN = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U0001b000-\U0001b16f"
THAI = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
POINTS = "\u0591-\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06ed"

LISTED = {
    QUOTES: '"',
    APOSTROPHES: "'",
    HYPHENS: "-",
    STOPS: "!",
    INVISIBLE: "i",
    "\r": "r",
    "\n": "N",
    NEWLINES: "n",
    ".": ".",
    ",٫٬": ",",
    "\t": "s",
    "\uff9e\uff9f": "m",
}

# A token in terms of character classes: l small letter, L capital, d digit, h Han or kana, t Thai and the
# like, e emoji, m mark, i invisible, r carriage return, N line feed, n another line end, s space, x other.
# A word is letters and digits, each with its marks, and between them an apostrophe before a letter, a point
# between digits, a hyphen and one line end before a small letter.
TOKEN = re.compile(r"(?:[lL][mi]*(?:'(?=[lL])|-s*(?:rN|[rNn])s*(?=l))?|d[mi]*(?:'(?=[lL])|[.,](?=d))?)+|[hte][mi]*")
WEIGHTS = {"h": 3, "t": 2, "e": 3}
LINE, SENTENCE, QUOTE, UPPER, DIGIT, BLOCK, PUNCT = 1, 2, 4, 8, 16, 32, 64


@dataclass(frozen=True)
class Token:
    start: int
    end: int
    folded: str
    flags: int
    weight: int


@functools.cache
def character_class(char: str) -> str:
    cp, category = ord(char), unicodedata.category(char)
    for members, name in LISTED.items():
        if char in members:
            return name
    if 0xFE00 <= cp <= 0xFE0F or 0x1F3FB <= cp <= 0x1F3FF or 0xE0000 <= cp < 0xE0200:
        return "i"
    if cp >= 0x20000:
        return "h" if cp < 0x40000 else "x"
    if category[0] == "M":
        return "m"
    if category[0] == "L" or category in ("No", "Nl"):
        case = "L" if category in ("Lu", "Lt") else "l"
        return "h" if re.match(f"[{HAN}]", char) else "t" if re.match(f"[{THAI}]", char) else case
    emoji = category == "So" and (0x2600 <= cp <= 0x27BF or 0x1F000 <= cp <= 0x1FAFF)
    return "d" if category == "Nd" else "e" if emoji else "s" if category == "Zs" else "x"


def folds_away(mark: str, base: str) -> bool:
    """All marks on Latin, Greek and Cyrillic letters; vowel points of Arabic and Hebrew on anything."""
    alphabet = unicodedata.name(base, "").split(" ")[0] if base else ""
    return alphabet in ("LATIN", "GREEK", "CYRILLIC") or bool(re.match(f"[{POINTS}]", mark))


@functools.cache
def fold(char: str) -> str:
    """A character without case, width and the marks that fold away; itself where nothing is left."""
    if ord(char) >= 0x20000 or character_class(char) == "e":
        return char
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.digit(char))
    plain = unicodedata.normalize("NFKD", char)
    plain = "".join(c if unicodedata.category(c)[0] == "M" else c.casefold() for c in plain)
    out, base = "", ""
    for c in unicodedata.normalize("NFKD", plain):
        mark = unicodedata.category(c)[0] == "M"
        out += c if unicodedata.category(c)[0] in "LN" or (mark and not folds_away(c, base)) else ""
        base = base if mark else c
    return out or char


def fold_word(word: str) -> str:
    """The folded form: two words are equal when these are."""
    out, base = "", ""
    for char in word:
        name = character_class(char)
        if name == "m":
            out += "" if folds_away(char, base) else fold(char)
        elif name in "lLdhte":
            out, base = out + fold(char), fold(char)[-1]
        elif name in ".,":
            out += "."
    return out


def tokenize(text: str) -> list[Token]:
    text = text.encode("utf-8", "replace").decode()
    classes = "".join(map(character_class, text))
    tokens: list[Token] = []
    at = 0
    for found in TOKEN.finditer(classes):
        start, end = found.start(), found.start() + len(found[0].rstrip("i"))
        gap = at
        if tokens and tokens[-1].flags & UPPER and tokens[-1].end - tokens[-1].start <= 3 and tokens[-1].end == at:
            # the point of an abbreviation ends no sentence
            gap += classes[at : at + 1] == "."
        flags = _gap_flags(text[gap:start], classes[gap:start], not tokens)
        flags |= (UPPER if classes[start] == "L" else 0) | (DIGIT if "d" in found[0] else 0)
        tokens.append(Token(start, end, fold_word(text[start:end]), flags, WEIGHTS.get(classes[start], 6)))
        at = found.end()
    return tokens


def _gap_flags(gap: str, classes: str, first: bool) -> int:
    flags = LINE | SENTENCE | BLOCK if first else 0
    flags |= LINE if set("rNn") & set(classes) else 0
    flags |= BLOCK if len(re.findall("[Nn]", classes)) > 1 or "\u2029" in gap else 0
    flags |= QUOTE if '"' in classes else 0
    flags |= SENTENCE if set("!.") & set(classes) else 0
    return flags | (PUNCT if set("!.,'-x") & set(classes) else 0)


def token_hash(folded: str) -> int:
    """FNV-1a over code points, then MurmurHash3's 64-bit finaliser, lower half."""
    h = 0xCBF29CE484222325
    for char in folded:
        h = (h ^ ord(char)) * 0x100000001B3 & MASK64
    return mix64(h) & MASK32


def mix64(h: int) -> int:
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h = (h ^ h >> 33) * multiplier & MASK64
    return h ^ h >> 33


# Shingles, seeds and signatures


def shingle_spans(weights: Sequence[int], size: int) -> list[Pair]:
    """The fewest tokens from each place that weigh `size` words; the whole text when it weighs less."""
    n = len(weights)
    heavy = [[j for j in range(i, n + 1) if sum(weights[i:j]) >= 6 * size] for i in range(n)]
    return [(i, ends[0]) for i, ends in enumerate(heavy) if ends] or [(0, n)] * (n > 0)


def shingles(hashes: Sequence[int], weights: Sequence[int], size: int) -> list[int]:
    out = []
    for start, end in shingle_spans(weights, size):
        h = 0
        for token in hashes[start:end]:
            h = (h * 0x9E3779B97F4A7C15 + token + 1) & MASK64
        out.append(mix64(h))
    return out


def window_minima(values: Sequence[int], window: int) -> list[int]:
    """The places of the rightmost smallest value of all windows (Schleimer, Wilkerson and Aiken 2003)."""
    n = len(values)
    windows = [range(i, min(n, i + window)) for i in range(max(1, n - window + 1))] if n else []
    return sorted({min(places, key=lambda p: (values[p], -p)) for places in windows})


def seeds(texts: Sequence[Sequence[int]], size: int, window: int) -> list[Pair]:
    """(key, place) of all texts of whole words, in order of place."""
    out, low = [], 0
    for text in texts:
        values = shingles(text, [6] * len(text), size)
        out += [(values[p] >> 32, low + p) for p in window_minima(values, window)]
        low += len(text)
    return out


def mix32(h: int) -> int:
    h = (h ^ h >> 16) * 0x85EBCA6B & MASK32
    h = (h ^ h >> 13) * 0xC2B2AE35 & MASK32
    return h ^ h >> 16


def signature(values: Iterable[int], a: Sequence[int], b: Sequence[int]) -> list[int]:
    """MinHash (Broder 1997) by datasketch's affine32: the least of a * mix32(h) + b modulo 2**32."""
    mixed = [mix32(v & MASK32) for v in values]
    return [min([(x * h + y) & MASK32 for h in mixed], default=MASK32) for x, y in zip(a, b, strict=True)]


# Buckets, links and components


def buckets(keyed: Iterable[tuple[Hashable, int]]) -> list[list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for key, item in keyed:
        groups[key].append(item)
    return [sorted(members) for members in groups.values()]


def band_buckets(signatures: Mapping[int, Sequence[int]], bands: int, rows: int) -> list[list[int]]:
    """The documents of each bucket of each band."""
    return [
        members
        for band in range(bands)
        for members in buckets((tuple(s[band * rows : (band + 1) * rows]), d) for d, s in signatures.items())
    ]


def small_bucket_links(places: Sequence[int], document: Mapping[int, int], sides: Sequence[int]) -> set[Pair]:
    """All against all; inside one text the next occurrence only; with two sides only across."""
    out = set()
    for x, y in itertools.combinations(sorted(places), 2):
        between = [p for p in places if x < p < y and document[p] == document[x]]
        same = document[x] == document[y]
        if not (same and between) and not (any(sides) and sides[document[x]] == sides[document[y]]):
            out.add((x, y))
    return out


def context_groups(
    places: Iterable[int], texts: Sequence[Sequence[int]], longest: int
) -> dict[tuple[int, int, tuple[int, ...]], list[int]]:
    """Places that share the same tokens: by (direction, how many, which), the place's own token included."""
    flat = [(text, i) for text in texts for i in range(len(text))]
    groups = defaultdict(list)
    for place in places:
        text, i = flat[place]
        for length in range(1, longest + 1):
            if i + length <= len(text):
                groups[1, length, tuple(text[i : i + length])].append(place)
            if i + 1 >= length:
                groups[-1, length, tuple(text[i + 1 - length : i + 1])].append(place)
    return groups


def pair_links(left: Sequence[Pair], right: Sequence[Pair], small: int, itself: bool) -> set[Pair]:
    """Places of equal keys in two lists of (key, place): all, or in order of occurrence where the left has many."""
    out: set[Pair] = set()
    for key in {k for k, _ in left}:
        a, b = ([p for k, p in side if k == key] for side in (left, right))
        if itself:
            out |= set(itertools.pairwise(a))
        elif len(a) <= small:
            out |= set(itertools.product(a, b))
        else:
            out |= {(a[min(i, len(a) - 1)], p) for i, p in enumerate(b)}
    return out


def components(items: Iterable[int], links: Iterable[Pair]) -> list[set[int]]:
    """Connected components, with links between the items only."""
    groups = [{i} for i in items]
    for a, b in links:
        touched = [g for g in groups if a in g or b in g]
        if len(touched) == 2:
            groups = [g for g in groups if g not in touched] + [touched[0] | touched[1]]
    return groups


# Runs, chains, weights


def exact_runs(hits: Iterable[Pair], left: Sequence[int], right: Sequence[int]) -> list[Run]:
    """The maximal equal runs of two texts that hold a hit."""
    return sorted({_run(a, b, left, right) for a, b in hits if left[a] == right[b]})


def _run(a: int, b: int, left: Sequence[int], right: Sequence[int]) -> Run:
    while a and b and left[a - 1] == right[b - 1]:
        a, b = a - 1, b - 1
    length = 0
    while a + length < len(left) and b + length < len(right) and left[a + length] == right[b + length]:
        length += 1
    return a, b, length


def follows(run: Run, after: Run, max_gap: int) -> bool:
    """Whether `after` may stand behind `run` in a chain."""
    return all(
        run[s] < after[s] and run[s] + run[2] < after[s] + after[2] and after[s] - run[s] - run[2] <= max_gap
        for s in (0, 1)
    )


def chain_mass(chain: Sequence[Run], masses: Sequence[int]) -> int:
    """The mass of the left words that the chain covers, less half a nat for each word of drift."""
    total = sum(masses[chain[0][0] : chain[0][0] + chain[0][2]])
    for (pa, pb, pl), (a, b, length) in itertools.pairwise(chain):
        overlap = max(0, pa + pl - a, pb + pl - b)
        total += sum(masses[a + overlap : a + length]) - 128 * abs((a - pa) - (b - pb))
    return total


def best_chain_mass(runs: Sequence[Run], masses: Sequence[int], max_gap: int) -> int:
    """The heaviest of all chains, by trying every subset."""
    return max(
        chain_mass(chain, masses)
        for size in range(1, len(runs) + 1)
        for chain in itertools.combinations(sorted(runs), size)
        if all(follows(x, y, max_gap) for x, y in itertools.pairwise(chain))
    )


def document_frequencies(texts: Sequence[Sequence[int]], slots: int) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for text in texts:
        for slot in {token % slots for token in text}:
            counts[slot] += 1
    return counts


def number_of(slot: int, counts: Sequence[int], many: int) -> int:
    return [s for s, c in enumerate(counts) if c > many].index(slot) if counts[slot] > many else -1


def repeated_tokens(
    tokens: Sequence[int], spans: Sequence[Sequence[int]], shingles: Sequence[Sequence[tuple[int, int]]], least: int
) -> set[int]:
    """Of each text's shingles (number, or -1 for those not looked at, and place) those that an earlier text had first
    make the equal run around both places repeated."""
    first: dict[int, tuple[int, Sequence[int]]] = {}
    found: set[int] = set()
    for span, own in zip(spans, shingles, strict=True):
        reach = -1
        for number, place in own:
            if number < 0:
                continue
            if number not in first:
                first[number] = (place, span)
                continue
            other, (low, high) = first[number]
            if place < reach or low == span[0]:
                continue
            after = 0
            while place + after < span[1] and other + after < high and tokens[place + after] == tokens[other + after]:
                after += 1
            if after < least:
                continue
            before = 0
            while place - before > span[0] and other - before > low:
                if tokens[place - before - 1] != tokens[other - before - 1]:
                    break
                before += 1
            found |= set(range(place - before, place + after))
            reach = place + after
    return found


def token_mass(idf: float, weight: int) -> int:
    """Of a word its idf in 1/256 nat; of a character of a script without spaces its part of a word."""
    return int(idf * weight / 6 * 256)


def ranked(postings: list[tuple[int, int, int]], ranks: list[int]) -> list[int]:
    """Return postings (key, context, rank) with new ranks as one number each, but those with the largest of all."""
    moved = [(key, context, ranks[rank]) for key, context, rank in postings]
    return [(key << 14 | context) << 18 | rank for key, context, rank in moved if rank != 2**18 - 1]


def differs(context: int, other: int) -> int:
    """Return 1 where the word before a seed differs (lowest 4 of 14 bits), 2 more where the next does (highest 6)."""
    return int(context & 15 != other & 15) + 2 * int(context >> 8 != other >> 8)


def reach(weights: list[int], first: int, last: int, place: int, size: int, beyond: int) -> tuple[int, int, int, int]:
    """Where a run with a seed of `size` words at a token of the text `[first, last)` may begin and end with no other
    seed within `beyond` tokens, and between these where the seed does."""
    end = next((n for n in range(place, last) if sum(weights[place:n]) >= 6 * size), last)
    return max(first, place - beyond), place, end, min(end + beyond, last)


def context(hashes: list[int], weights: list[int], place: int, size: int) -> int:
    """The first 6 and 4 bits of the words behind a seed of `size` words, and 4 of the one before; nothing where there
    is no word."""
    behind = weights[place:]
    n = place + next((n for n in range(len(behind)) if sum(behind[:n]) >= 6 * size), len(behind))
    following = [*hashes[n:], 0, 0]
    return (following[0] >> 26) << 8 | (following[1] >> 28) << 4 | [0, *hashes][place] >> 28


def band_keys(signature: list[int], bands: int, rows: int) -> list[int]:
    """The upper half of a 64-bit hash of each band: its values are mixed in one after the other."""
    odd, out = 0x9E3779B97F4A7C15, []
    for band in range(bands):
        mixed = (band + 1) * odd % 2**64
        for value in signature[band * rows : (band + 1) * rows]:
            mixed = (mixed ^ value) * odd % 2**64
            mixed ^= mixed >> 29
        out.append(mixed >> 32)
    return out


def token_marks(mass: int, weight: int, flag: int, content: int, kinds: tuple[int, int, int]) -> int:
    """What a token is: 1 content, 2 inside a sentence as well, 4 with a capital as well; 8 behind a comma."""
    beginning, upper, punctuation = kinds
    is_content = 6 * mass >= content * weight
    is_inner = is_content and not flag & beginning
    is_name = is_inner and bool(flag & upper)
    behind_comma = bool(flag & punctuation) and not flag & beginning
    return is_content + 2 * is_inner + 4 * is_name + 8 * behind_comma


def chosen_chains(
    groups: list[list[tuple[int, int]]],
    mass: list[int],
    value: list[float],
    borders: list[bool],
    least: list[tuple[float, float]],
    limits: tuple[int, int, int],
) -> list[float]:
    """What one chain over each group of token spans is worth; a group that is worth something covers its tokens."""
    max_gap, least_mass, carriers = limits
    covered: dict[int, int] = {}
    out = []
    for spans, (plain, unit) in zip(groups, least, strict=True):
        chains: list[list[tuple[int, int]]] = []
        for start, end in spans:
            if chains and start - max(e for _, e in chains[-1]) <= max_gap:
                chains[-1].append((start, end))
            else:
                chains.append([(start, end)])
        best = 0.0
        for chain in chains:
            for n in range(1, len(chain) + 1):
                part = chain[:n]
                tokens = {t for start, end in part for t in range(start, end)}
                free = sorted(t for t in tokens if covered.get(t, 0) < carriers)
                edges = [t for t in range(part[0][0], max(e for _, e in part) + 1) if borders[t]]
                enough = unit if edges and edges[-1] - edges[0] >= 3 else plain
                worth = sum(value[t] for t in free)
                if sum(mass[t] for t in free) >= least_mass and worth >= enough:
                    best = max(best, worth)
        out.append(best)
        if best:
            for t in {t for start, end in spans for t in range(start, end)}:
                covered[t] = covered.get(t, 0) + 1
    return out


# Sketches of whole texts


def sampled(values: Sequence[int], below: int, short: int) -> list[int]:
    """The shingle hashes below a bound, in text order (FracMinHash: Irber et al. 2022); of a short text all."""
    return [v for v in values if v < below or len(values) <= short]


def together(owners: Mapping[int, Sequence[int]], small: int) -> list[Pair]:
    """The pairs of texts behind each key, keys in order: all of up to `small` texts, of more the neighbours."""
    return [
        (a, b)
        for _, group in sorted(owners.items())
        for i, a in enumerate(group)
        for b in group[i + 1 : None if len(group) <= small else i + 2]
    ]


def digest(hashes: Sequence[int]) -> Pair:
    """Two numbers that tell texts of other words apart."""
    left = right = len(hashes)
    for h in hashes:
        left = (left + h) * 0x9E3779B97F4A7C15 & MASK64
        right = (right ^ h) * 0xC2B2AE3D27D4EB4F & MASK64
        right ^= right >> 32
    return left, right


def recurring(texts: Sequence[Sequence[int]], size: int, pages: int, words: int) -> list[tuple[int, int, int, int]]:
    """Text, first word, the one behind the last and group of each run of shingles that several texts have.

    All texts are one line of spaced words. Runs with a shingle in common are one group, named by its first run.
    """
    grams = [shingles(text, [6] * len(text), size) for text in texts]
    count = Counter(gram for own in grams for gram in set(own))
    runs: list[tuple[int, int, int, set[int]]] = []
    for d, own in enumerate(grams):
        levels = [count[gram] if count[gram] >= pages else 0 for gram in own]
        cuts = [i for i in range(1, len(own)) if max(levels[i - 1 : i + 1]) > 2 * min(levels[i - 1 : i + 1])]
        for first, last in itertools.pairwise([0, *cuts, len(own)]):
            if first < last and levels[first]:
                runs.append((d, first, min(last - 1 + size, len(texts[d])), set(own[first:last])))
    found: list[tuple[int, int, int, int]] = []
    for number, (d, start, end, _) in enumerate(runs):
        free = max((f[2] for f in found if f[0] == d), default=0)
        low = max(free, 0 if start <= 4 else start)
        high = len(texts[d]) if len(texts[d]) - end <= 4 else end
        if end - start >= words and low < high:
            found.append((d, low, high, min(_tied(runs, number))))
    return found


def _tied(runs: Sequence[tuple[int, int, int, set[int]]], number: int) -> set[int]:
    """The runs that shingles in common tie to one, over others too."""
    tied, waiting = {number}, [number]
    while waiting:
        own = runs[waiting.pop()][3]
        new = {i for i, run in enumerate(runs) if i not in tied and run[3] & own}
        tied |= new
        waiting += new
    return tied


def link_small(rows: Sequence[Pair], documents: Sequence[int], small: int) -> tuple[list[Pair], list[bool]]:
    """The links of the seeds in sorted rows of (key, place), and which rows are of a frequent seed.

    In one text a place is linked with the next one alone.
    """
    sizes = [sum(key == other for other, _ in rows) for key, _ in rows]
    links = [
        (rows[i][1], rows[j][1])
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if rows[i][0] == rows[j][0] and sizes[i] <= small and (documents[i] != documents[j] or j == i + 1)
    ]
    return links, [size > small for size in sizes]


def contexts(hashes: Sequence[int], step: int, most: int) -> list[bytes]:
    """The highest bytes of the tokens of a text from each of its places on, forward or backward."""
    read = [hashes[i:] if step > 0 else hashes[i::-1] for i in range(len(hashes))]
    return [bytes(h >> 24 for h in some[:most]) for some in read]


def around(hashes: Sequence[int], masses: Sequence[int], place: int) -> list[int]:
    """The highest byte of the hash of each of the 4 tokens before a place of a text and of the 8 from there on, then
    the masses of these tokens in steps of 32, rounded up; 0 where the text has none."""
    near = [i if 0 <= i < len(hashes) else None for i in range(place - 4, place + 8)]
    return [0 if i is None else hashes[i] >> 24 for i in near] + [
        0 if i is None else min(255, masses[i] // 32 + 1) for i in near
    ]


def weight_of_run(hashes: Sequence[int], masses: Sequence[int], a: int, b: int) -> tuple[int, int]:
    """The mass of the equal tokens around two places, and how many of them stand before."""
    room = len(hashes) - b
    ahead = list(itertools.takewhile(lambda k: hashes[a + k] == hashes[b + k], range(room)))
    behind = list(itertools.takewhile(lambda k: hashes[a - k] == hashes[b - k], range(1, a + 1)))
    return sum(masses[a + k] for k in ahead) + sum(masses[a - k] for k in behind), len(behind)


def run_bound(left: Sequence[int], right: Sequence[int]) -> tuple[int, int]:
    """The mass of what looks equal around two places, or 2**24 where that has no end, and how much stands before."""
    same = [left[k] == right[k] and left[12 + k] > 0 and right[12 + k] > 0 for k in range(12)]
    ahead = [k for k in range(4, 12) if all(same[4 : k + 1])]
    behind = [k for k in range(4) if all(same[k:4])]
    steps = [left[12 + k] for k in (*ahead, *behind)]
    endless = len(ahead) == 8 or len(behind) == 4 or 255 in steps
    return (1 << 24 if endless else 32 * sum(steps)), len(behind)


def usual_words(texts: Sequence[Sequence[int]]) -> list[int]:
    """Words that at least half of some texts hold."""
    return sorted(w for w in set().union(*texts) if 2 * sum(w in text for text in texts) >= len(texts))


def words_once(
    tokens: Sequence[tuple[int, int, int, bool]], house: set[int], widest: tuple[int, int]
) -> list[tuple[int, float, int]]:
    """Each word of (hash, weight, mass, kept) tokens but those in `house`, its first mass, and how often it stands; a
    narrow token stands for a word with what follows it."""
    found: dict[int, list[float]] = {}
    for i, (word, weight, mass, kept) in enumerate(tokens):
        if not kept:
            continue
        nats = mass / 256
        for step in (1, 2):
            if weight <= widest[step - 1] and all(t[3] for t in (tokens + [(0, 0, 0, False)] * 2)[i : i + step + 1]):
                word = word * 0x9E3779B1 % 2**32 ^ tokens[i + step][0]
                nats += tokens[i + step][2] / 256
        found.setdefault(word, []).append(nats)
    return [(word, all_[0], len(all_)) for word, all_ in sorted(found.items()) if word not in house]


def line_signs(
    text: str,
    words: Sequence[tuple[str, int]],
    characters: Mapping[str, int],
    boundary: str,
    reach: tuple[int, int, int],
) -> list[list[int]]:
    """Of each line that is not empty: place, end, bits of all its signs, of the characters in its head and tail, and of
    its edges: its first character, the last that is no stop, words that end early."""

    def folded(c: str) -> str:
        one = "i" if c in "İı" else c.casefold()
        return " " if c.isspace() or c in boundary else one if len(one) == 1 else c

    rows = []
    for match in re.finditer(r"[^\n]+", text):
        shown, plain = match[0], "".join(map(folded, match[0]))
        signs = [sum({bit for several, bit in characters.items() if c in several}) for c in shown]
        all_bits = functools.reduce(int.__or__, signs, 0)
        begin, stripped = len(shown) - len(shown.lstrip()), shown.strip()
        outer = (begin, begin + len(stripped.rstrip(".")) - 1) if stripped.strip(".") else (begin,)
        edges = functools.reduce(int.__or__, (signs[i] for i in outer if stripped), 0)
        for word, bit in words:
            form = "".join(map(folded, word))
            ends = [i + len(form) - 2 for i in range(len(plain) + 2) if f" {plain} ".startswith(form, i)]
            ends = [i for i in ends if not word[-1].isupper() or shown[i : i + 1].isupper()]
            all_bits |= bit if ends else 0
            edges |= bit if any(i - begin < reach[2] for i in ends) else 0
        head, tail = (functools.reduce(int.__or__, part, 0) for part in (signs[: reach[0]], signs[-reach[1] :]))
        rows.append([match.start(), match.end(), all_bits, head, tail, edges])
    return rows


def keyed(
    samples: list[list[int]], rank: list[int], highest: int, bits: int, shift: int, parts: int
) -> list[list[int]]:
    """Twin of `dedup.kernels.sketches.keyed`, part by part."""
    out: list[list[int]] = [[] for _ in range(parts)]
    for sample, number in zip(samples, rank, strict=True):
        for h in sample:
            if number >= 0 and h <= highest:
                out[h >> shift].append(h >> bits << bits | number)
    return out


def matched(blocks: Sequence[Run]) -> Pair:
    """Words that match, and words of the first side from the first block to the last."""
    places = [place + i for place, _, words in blocks for i in range(words)]
    return len(places), places[-1] - places[0] + 1


def cut(blocks: Sequence[Run], low: int, high: int) -> list[Pair]:
    """The matched words of which the first side's lies in `[low, high)`, as places of both sides."""
    pairs = [(a + i, b + i) for a, b, words in blocks for i in range(words)]
    return [(a, b) for a, b in pairs if low <= a < high]


def telling_gaps(blocks: Sequence[Run], telling: Sequence[bool], most: int) -> list[int]:
    """Blocks behind which a gap of a few tokens on either side has one that tells something."""
    found = []
    for i, ((a, b, words), (a1, b1, _)) in enumerate(itertools.pairwise(blocks)):
        gaps = [telling[a + words : a1], telling[b + words : b1]]
        if all(any(gap) and len(gap) <= most for gap in gaps):
            found.append(i)
    return found


# Titles


def related_titles(a: Mapping[int, float], b: Mapping[int, float], house: set[int], least: tuple[float, float]) -> int:
    """1 where two titles share words of enough mass but those of a house, 0 where not, -1 where one says too little."""
    lesser = min(sum(a.values()), sum(b.values()))
    common = (a.keys() & b.keys()) - house
    shared = sum(a[w] for w in common)
    return -1 if lesser < least[0] else int(bool(common) and (shared >= least[0] or shared >= least[1] * lesser))


# Regions of texts, and what lies in which part


def in_company(numbers: Sequence[Sequence[Run]], samples: Sequence[Sequence[Run]], least: int) -> list[int]:
    """Pairs of texts of each sample, places (text, start, end), that have a number in common of which one span
    (number, start, end) in the first text is apart from the places there or has at least so much outside them."""

    def is_other(text: int, start: int, end: int, sample: Sequence[Run]) -> bool:
        outside = sum(not any(d == text and a <= x < b for d, a, b in sample) for x in range(start, end))
        return outside == end - start or outside >= least

    def together(a: int, b: int, sample: Sequence[Run]) -> bool:
        other = {n for n, _, _ in numbers[b]}
        return any(n in other and is_other(a, start, end, sample) for n, start, end in numbers[a])

    return [
        sum(together(a, b, sample) for a, b in itertools.combinations(sorted({d for d, _, _ in sample}), 2))
        for sample in samples
    ]


def overlap_groups(spans: Sequence[tuple[int, int, int]], look_back: int) -> list[int]:
    """The first interval (start, end, text) of the group of each; they are sorted by text, start and falling end, and
    each is compared with the one before it in its text that reaches furthest, and with the last few behind that."""
    groups = list(range(len(spans)))
    for i, (start, end, text) in enumerate(spans):
        before = [j for j in range(i) if spans[j][2] == text]
        furthest = max(before, key=lambda j: (spans[j][1], -j), default=i)
        for j in [j for j in before if j == furthest or j >= max(furthest, i - look_back)]:
            if 2 * (min(end, spans[j][1]) - start) >= min(end - start, spans[j][1] - spans[j][0]):
                low, high = sorted((groups[i], groups[j]))
                groups = [low if g == high else g for g in groups]
    return groups


def coincide(groups: Sequence[int], spans: Sequence[Pair]) -> list[bool]:
    """Which spans share half of themselves and of an earlier one of their group that is not among these."""
    out: list[bool] = []
    for i, (low, high) in enumerate(spans):
        earlier = [spans[j] for j in range(i) if groups[j] == groups[i] and not out[j]]
        out.append(any(2 * (min(high, b) - max(low, a)) >= max(high - low, b - a) for a, b in earlier))
    return out


def words_in(span: Pair, places: Iterable[Pair]) -> int:
    """How many words of a span places have, all together."""
    return sum(len(range(max(span[0], a), min(span[1], b))) for a, b in places)


def explained(
    sides: Sequence[Pair], spans: Sequence[tuple[int, int, int, int]], places: Sequence[tuple[int, int, Pair]]
) -> list[bool]:
    """Which passages have half of both sides in places (text, cluster, span) of one cluster; empty places do not tell
    a cluster."""
    return [
        any(
            all(
                2 * words_in(span, [p for t, c, p in places if (t, c) == (text, cluster)]) >= span[1] - span[0]
                for text, span in ((left, (a, b)), (right, (x, y)))
            )
            for cluster in {c for t, c, _ in places if t == left}
        )
        for (left, right), (a, b, x, y) in zip(sides, spans, strict=True)
    ]


def carried(pieces: Sequence[tuple[int, Pair]], count: int, edges: Sequence[int]) -> list[list[bool]]:
    """Which carriers have half of which stretch between edges, by pieces (carrier, span)."""
    return [
        [2 * words_in(s, [p for c, p in pieces if c == carrier]) >= s[1] - s[0] for s in itertools.pairwise(edges)]
        for carrier in range(count)
    ]


def extents(pieces: Sequence[tuple[int, Pair]], count: int, start: int, end: int) -> list[Pair]:
    """The words of `[start, end)` from the first to the last that each carrier has; none of those without any."""
    own = [
        [w for c, (a, b) in pieces if c == carrier for w in range(a, b) if start <= w < end] for carrier in range(count)
    ]
    return [(min(words), max(words) + 1) if words else (start, start) for words in own]


def carrier_change(left: set[int], right: set[int]) -> float:
    """By which part a set of carriers, with the representative itself, changes."""
    return len(left ^ right) / (len(left | right) + 1)


def cut_runs(have: Sequence[set[int]], edges: Sequence[int], change: float, at_once: int) -> list[Pair]:
    """Runs of stretches between cuts, those that nobody carries left out."""
    runs: list[Pair] = []
    for s, own in enumerate(have):
        if own and (not runs or runs[-1][1] != s):
            runs.append((s, s + 1))
        elif own:
            first = runs[-1][0]
            near = [t for t in range(first, s - 1) if edges[s] - edges[t + 1] <= at_once]
            cuts = [t + 1 for t in near if carrier_change(have[t], have[t] | own) > change]
            cuts += [s] if carrier_change(have[s - 1], own) > change else []
            runs[-1:] = [(first, cuts[-1]), (cuts[-1], s + 1)] if cuts else [(first, s + 1)]
    return runs


def laid_parts(
    have: Sequence[set[int]], edges: Sequence[int], change: float, at_once: int
) -> list[tuple[int, int, int, set[int]]]:
    """Outer runs of stretches, each before those nested in it: first, last, row of the outer one or -1, carriers."""
    runs, out = cut_runs(have, edges, change, at_once), list[tuple[int, int, int, set[int]]]()
    every = set[int]().union(*have)
    cores = [
        {
            c
            for c in every
            if 2 * sum(edges[s + 1] - edges[s] for s in range(a, b) if c in have[s]) >= edges[b] - edges[a]
        }
        for a, b in runs
    ]
    i = 0
    while i < len(runs):
        own, behind = cores[i], range(i + 1, min(len(runs), i + 64))
        ends = (j for j in behind if runs[j][0] != runs[j - 1][1] or 4 * len(own & cores[j - 1]) < 3 * len(own))
        near = range(i + 1, next(ends, i + 1 + len(behind)))
        best = max((j for j in near if j > i + 1 and carrier_change(own, cores[j]) <= 0.5), default=i)
        inner = [runs[k] for k in range(i + 1, best) if carrier_change(own, cores[k]) > 0.5]
        around = [s for s in range(runs[i][0], runs[best][1]) if not any(a <= s < b for a, b in inner)]
        outer = len(out)
        out.append((runs[i][0], runs[best][1], -1, set().union(*(have[s] for s in around))))
        out += [(a, b, outer, set().union(*have[a:b])) for a, b in inner]
        i = best + 1
    return out


def heaviest(count: int, links: Sequence[Pair], rank: Sequence[int], ties: int) -> list[int]:
    """The regions of which no other within so many ties has a smaller rank."""
    reached = [{i} for i in range(count)]
    for _ in range(ties):
        reached = [own | {b for link in links for a, b in (link, link[::-1]) if a in own} for own in reached]
    return [i for i in range(count) if rank[i] == min(rank[j] for j in reached[i])]


def spans(bounds: list[int], blocks: list[list[int]]) -> list[list[int]]:
    """Token spans of passages: from the beginning of the first block to the end of the last one, left and right."""
    edges = [(blocks[a], blocks[b - 1]) for a, b in itertools.pairwise(bounds)]
    return [[first[0], last[0] + last[2], first[1], last[1] + last[2]] for first, last in edges]
