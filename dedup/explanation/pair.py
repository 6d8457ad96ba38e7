"""Two texts through the stages of a scan, each step kept for the account."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from dedup import candidates, lsh, rescore, seeds, verdict
from dedup.align import Passages
from dedup.assembly import span_of
from dedup.chains import Chains, chain_hits
from dedup.config import ChainConfig, Config
from dedup.explanation.records import Chain, Check, Seeds
from dedup.model import Document, Span, WordCounts
from dedup.rescore import FEATURES
from dedup.shingles import shingle_hashes

__all__ = [
    "FEATURES",
    "MOST_LISTED",
    "Work",
    "checks",
    "is_list",
    "is_whole",
    "matched_words",
    "parts",
    "spans_of",
    "work",
]

MOST_LISTED: Final = 40
"""Chains and passages that are told of, the heaviest."""
LIGHT_LISTED: Final = 3
"""Chains below the least mass that are told of."""
# Half a nat for each word by which two texts drift apart in a chain, as chaining counts it.
DRIFT_COST: Final = 0.5
# An odd number and its inverse modulo 2**64.
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_INVERSE: Final = np.uint64(0xF1DE83E19937733D)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the stages made of two texts; `passages` are those between them, with the rows of `found` that they have."""

    texts: tuple[Document, Document]
    config: Config
    found: candidates.Found
    rows: npt.NDArray[np.int64]
    seeds: Seeds
    chains: tuple[Chain, ...]

    @property
    def passages(self) -> Passages:
        """The aligned passages between the two."""
        kept = np.zeros(len(self.found.passages), np.bool_)
        kept[self.rows] = True
        return self.found.passages.select(kept)


def work(left: Document, right: Document, words: WordCounts | None, config: Config) -> Work:
    """Take two texts through all stages up to the verdict, as a scan would with these frequencies of words.

    Without `words` the background alone weighs them.
    """
    texts = (left, right)
    sides = np.zeros(2, np.int8)
    found = candidates.find(
        [d.text for d in texts], sides, replace(config, jobs=1), words=words, weigh_texts=words is not None
    )
    between = found.passages.documents[:, 0] != found.passages.documents[:, 1]
    return Work(
        texts=texts,
        config=config,
        found=found,
        rows=np.flatnonzero(between),
        seeds=_seeds(texts, found, config),
        chains=_chains(texts, found, config),
    )


def spans_of(work: Work, a0: int, a1: int, b0: int, b1: int) -> tuple[Span, Span]:
    """Return the code points of a token span in the left and one in the right text."""
    return _spans(work.texts, work.found, a0, a1, b0, b1)


def _spans(
    texts: tuple[Document, Document], found: candidates.Found, a0: int, a1: int, b0: int, b1: int
) -> tuple[Span, Span]:
    (left, left_end), (right, right_end) = span_of(found.tokens, a0, a1), span_of(found.tokens, b0, b1)
    return (
        Span(doc_id=texts[0].id, start=left, end=left_end),
        Span(doc_id=texts[1].id, start=right, end=right_end),
    )


def _seeds(texts: tuple[Document, Document], found: candidates.Found, config: Config) -> Seeds:
    keys, _, bounds = seeds.seed_keys(found.tokens, config.seeds)
    left, right = (np.unique(keys[bounds[d] : bounds[d + 1]]) for d in (0, 1))
    place, run = _longest_run(found)
    start, end = span_of(found.tokens, place, place + run) if run else (0, 0)
    shingles = [set(shingle_hashes(d.text, config.signatures.shingle_size).tolist()) for d in texts]
    union = len(shingles[0] | shingles[1])
    jaccard = len(shingles[0] & shingles[1]) / union if all(shingles) else 0.0
    return Seeds(
        seed_size=config.seeds.seed_size,
        seed_window=config.seeds.seed_window,
        left=len(left),
        right=len(right),
        shared=len(np.intersect1d(left, right)),
        longest_run=run,
        longest_run_text=texts[0].text[start:end],
        jaccard=round(jaccard, 6),
        signature_chance=round(lsh.recall(jaccard, config.signatures), 6),
    )


def _longest_run(found: candidates.Found) -> tuple[int, int]:
    """Return where in the left text the longest run of equal tokens of both begins, and its length."""
    hashes, bounds = found.tokens.hashes, found.tokens.bounds
    left, right = (hashes[bounds[d] : bounds[d + 1]].astype(np.uint64) for d in (0, 1))
    best, at = 0, 0
    low, high = 1, min(len(left), len(right))
    # whatever shares a run of n shares one of n - 1
    while low <= high:
        middle = (low + high) // 2
        place = _common(left, right, middle)
        if place is None:
            high = middle - 1
        else:
            best, at, low = middle, place, middle + 1
    return at, best


def _common(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64], size: int) -> int | None:
    """Return the first place in `left` whose `size` tokens stand in a row in `right` too, None without one."""
    a, b = _grams(left, size), _grams(right, size)
    places = np.flatnonzero(np.isin(a, b))
    return int(places[0]) if len(places) else None


def _grams(tokens: npt.NDArray[np.uint64], size: int) -> npt.NDArray[np.uint64]:
    """Return a hash (uint64) of each `size` consecutive tokens, from differences of a polynomial's prefix sums."""
    powers = np.cumprod(np.full(len(tokens), _BASE))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((tokens + np.uint64(1)) * powers)])
    # a run at place i has the factor _BASE ** (i + 1) in it, which is taken out again
    found: npt.NDArray[np.uint64] = (sums[size:] - sums[:-size]) * np.cumprod(np.full(len(tokens), _INVERSE))[
        : len(tokens) - size + 1
    ]
    return found


def _chains(texts: tuple[Document, Document], found: candidates.Found, config: Config) -> tuple[Chain, ...]:
    """Return the chains that are aligned, and the heaviest of those that are too light."""
    tokens, masses = found.tokens, found.evidence.masses
    comparable = np.diff(tokens.bounds) > 0
    hits = seeds.seed_hits(tokens, comparable, np.zeros(2, np.int8), config.seeds)
    kept, light = (
        list(_chained(texts, found, chain_hits(hits, tokens, masses, limit), config.chains))
        for limit in (config.chains, replace(config.chains, least_mass=0.0))
    )
    taken = {(c.left.start, c.right.start) for c in kept}
    light = [c for c in light if not c.aligned and (c.left.start, c.right.start) not in taken]

    def heaviest(chain: Chain) -> tuple[float, int, int]:
        return -chain.mass, chain.left.start, chain.right.start

    return (*sorted(kept, key=heaviest)[:MOST_LISTED], *sorted(light, key=heaviest)[:LIGHT_LISTED])


def _chained(
    texts: tuple[Document, Document], found: candidates.Found, chains: Chains, config: ChainConfig
) -> Iterator[Chain]:
    """Yield the chains between the two texts."""
    weight = found.evidence.weight
    for number in np.flatnonzero(chains.documents[:, 0] != chains.documents[:, 1]).tolist():
        runs = chains.runs[chains.bounds[number] : chains.bounds[number + 1]].tolist()
        mass = _mass(found, runs)
        (a, b, _), (last_a, last_b, last) = runs[0], runs[-1]
        left, right = _spans(texts, found, a, last_a + last, b, last_b + last)
        yield Chain(
            left=left,
            right=right,
            runs=len(runs),
            words=round(sum(int(weight[p + n] - weight[p]) for p, _, n in runs) / 6),
            mass=round(mass, 3),
            least_mass=config.least_mass,
            aligned=mass >= config.least_mass,
        )


def _mass(found: candidates.Found, runs: list[list[int]]) -> float:
    """Return what a chain weighs (nats), as chaining counts it: overlaps once, less half a nat a word of drift."""
    sums = found.evidence.mass
    total = sum(int(sums[a + n] - sums[a]) for a, _, n in runs) / 256.0
    for (a, b, n), (a1, b1, _) in itertools.pairwise(runs):
        gaps = (a1 - a - n, b1 - b - n)
        overlap = max(0, -min(gaps))
        total -= int(sums[a1 + overlap] - sums[a1]) / 256.0 + DRIFT_COST * abs(gaps[0] - gaps[1])
    return total


def checks(work: Work, row: int) -> tuple[Check, ...]:
    """Return what a passage must have whatever its score."""
    columns = _columns(work, row)
    asked = (*verdict.requirements(columns), *rescore.hangs_together(columns, work.config.rescore))
    return tuple(
        Check(
            feature=r.feature,
            value=round(float(r.values[0]), 6),
            least=float(r.least[0]),
            met=bool(r.met[0]),
            spared=bool(r.spared[0]) and not bool(r.values[0] >= r.least[0]),
        )
        for r in asked
    )


def parts(work: Work, row: int) -> tuple[dict[str, float], float]:
    """Return what each input of the verdict adds to its z, and the intercept."""
    table, intercept = verdict.parts(_columns(work, row))
    return {name: round(float(v), 6) for name, v in zip(verdict.INPUTS, table[0], strict=True)}, round(intercept, 6)


def _columns(work: Work, row: int) -> dict[str, npt.NDArray[np.float64]]:
    return dict(zip(rescore.FEATURES, work.found.scored.features[row : row + 1].T, strict=True))


def is_whole(work: Work, row: int) -> bool:
    """Return whether a passage is the whole of both texts, word for word: that needs no verdict."""
    passages, bounds = work.found.passages, work.found.tokens.bounds
    a0, a1, b0, b1 = passages.spans()[row].tolist()
    left, right = passages.documents[row].tolist()
    whole = (a0, a1, b0, b1) == (bounds[left], bounds[left + 1], bounds[right], bounds[right + 1])
    return bool(whole and work.found.scored.column("contiguity")[row] >= 1.0)


def matched_words(work: Work, row: int) -> float:
    """Return how many words of a passage are matched, those of scripts without spaces by their weight."""
    return float(work.found.passages.summed(work.found.evidence.weight)[row]) / 6.0


def is_list(work: Work, row: int) -> bool:
    """Return whether a passage's words count for nothing, as those of a list of names."""
    added, _ = parts(work, row)
    return added["words"] == 0.0 and added["content"] == 0.0
