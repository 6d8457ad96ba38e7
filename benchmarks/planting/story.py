"""Wire stories: who carries how much of one, in which order, and the stretches that count as one passage.

Carriers have the story whole, cut from its end, or with its two halves exchanged. A stretch ends where more
than half of its carriers stop and where halves are exchanged; what only one carrier has is no passage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.planting.damage import WORD, Copy, Rates, damage, proper_names

AGENCIES = ("NWA", "CNS", "Orbis", "Trans-Line", "United Desk")
WHOLE, EXCHANGED, NO_DATELINE = 0.45, 0.2, 0.3
LEAST_HALF, LEAST_STRETCH = 30, 20  # words
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"”’»])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Paragraphs; by copy how many of them it carries (`reach`) and whether the halves are exchanged.

    `stretches` are half-open ranges of paragraphs; `half` is where the second half begins, 0 for nowhere.
    """

    paragraphs: tuple[str, ...]
    dateline: str
    agency: str
    reach: tuple[int, ...]
    exchanged: tuple[bool, ...]
    half: int
    stretches: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Text of a page; `stretch` is its number when it is a copy of one, `copy` then holds its words."""

    lead: str
    copy: Copy
    tail: str
    stretch: int | None
    exact: bool


def make_story(text: str, words: int, carriers: int, rng: np.random.Generator) -> Story:
    """Return a story of about `words` words of `text` for so many carriers; the first has all of it."""
    plain = _paragraphs(text, words)
    agency = AGENCIES[int(rng.integers(len(AGENCIES)))]
    named = proper_names(" ".join(plain)) or ["Capital"]
    dateline = f"{named[int(rng.integers(len(named)))].upper()} ({agency}) \N{EM DASH} "
    paragraphs = (dateline + plain[0], *plain[1:])
    sizes = [_count(p) for p in paragraphs]
    reach = (len(sizes), *(_draw_reach(len(sizes), rng) for _ in range(carriers - 1)))
    half = _middle(sizes)
    wish = rng.random(carriers) < EXCHANGED
    wish[0] = False
    exchanged = [bool(w) and half > 0 and sum(sizes[half:r]) >= LEAST_HALF for w, r in zip(wish, reach, strict=True)]
    half = half if any(exchanged) else 0
    return Story(
        paragraphs=paragraphs,
        dateline=dateline,
        agency=agency,
        reach=reach,
        exchanged=tuple(exchanged),
        half=half,
        stretches=tuple(find_stretches(sizes, reach, half)),
    )


def _paragraphs(text: str, words: int) -> list[str]:
    """Return the first paragraphs of `text`, up to about `words` words; a text of one or two is divided."""
    blocks = [b.strip() for b in re.split(r"\n+", text) if WORD.search(b)]
    if len(blocks) < 3:
        sentences = SENTENCE_END.split(" ".join(blocks))
        blocks = [" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)]
    blocks = [b for b in blocks if WORD.search(b)]
    before = np.cumsum([0, *(_count(b) for b in blocks)])
    return [b for b, n in zip(blocks, before.tolist(), strict=False) if n < words]


def _count(text: str) -> int:
    return sum(1 for _ in WORD.finditer(text))


def _draw_reach(paragraphs: int, rng: np.random.Generator) -> int:
    return paragraphs if rng.random() < WHOLE else int(rng.integers(1, paragraphs + 1))


def _middle(sizes: Sequence[int]) -> int:
    """Return the first paragraph past the middle with words enough before and behind it, or 0."""
    total, before = sum(sizes), 0
    for p, size in enumerate(sizes):
        if before >= max(total / 2, LEAST_HALF) and total - before >= LEAST_HALF:
            return p
        before += size
    return 0


def find_stretches(sizes: Sequence[int], reach: Sequence[int], half: int) -> list[tuple[int, int]]:
    """Return the ranges of paragraphs that make one passage each.

    `sizes` are words by paragraph, `reach` is how many paragraphs each copy has; `half` as in `Story`.

    >>> find_stretches([30, 30, 30], [3, 3, 1, 1, 1], 0)
    [(0, 1), (1, 3)]
    """
    end = sorted(reach)[-2]
    half = half if half < end else 0
    carriers = [sum(r > p for r in reach) for p in range(end)]
    found, first = list[tuple[int, int]](), 0
    for p in range(1, end):
        limit = half if p < half else end
        roomy = min(sum(sizes[first:p]), sum(sizes[p:limit])) >= LEAST_STRETCH
        if p == half or (2 * carriers[p] < carriers[first] and roomy):
            found.append((first, p))
            first = p
    return [*found, (first, end)]


def tell(story: Story, copy: int, rates: Rates, lexicon: Sequence[str], rng: np.random.Generator) -> list[Piece]:
    """Return the pieces of one carrier's copy in its order; blank lines part them."""
    reach = story.reach[copy]
    bare = copy > 0 and rng.random() < NO_DATELINE
    ranges = [(a, min(b, reach), i) for i, (a, b) in enumerate(story.stretches) if a < reach]
    pieces = [_piece(story, (a, b), i, bare) for a, b, i in ranges]
    pieces = [_damaged(p, rates, lexicon, rng) for p in pieces]
    rest = story.stretches[-1][1]
    if reach > rest:
        pieces.append(_piece(story, (rest, reach), None, False))
    if not story.exchanged[copy]:
        return pieces
    second = next(i for i, (a, _, _) in enumerate(ranges) if a >= story.half)
    return [*pieces[second:], *pieces[:second]]


def _piece(story: Story, paragraphs: tuple[int, int], stretch: int | None, bare: bool) -> Piece:
    """Return an undamaged piece, in which outer punctuation is set apart; `bare` is without the dateline."""
    text = "\n\n".join(story.paragraphs[slice(*paragraphs)])
    cut = bare and paragraphs[0] == 0
    lead, core, tail = outer_parts(text.removeprefix(story.dateline) if cut else text)
    kept = np.ones(_count(core), bool)
    if cut:
        kept = np.concatenate([np.zeros(_count(story.dateline), bool), kept])
    return Piece(lead=lead, copy=Copy(text=core, kept=kept), tail=tail, stretch=stretch, exact=not cut)


def _damaged(piece: Piece, rates: Rates, lexicon: Sequence[str], rng: np.random.Generator) -> Piece:
    if not rates.edits and not rates.ocr:
        return piece
    copy = damage(piece.copy.text, rates, lexicon, rng)
    before = len(piece.copy.kept) - len(copy.kept)
    kept = np.concatenate([piece.copy.kept[:before], copy.kept])
    exact = piece.exact and copy.text == piece.copy.text
    return Piece(
        lead=piece.lead,
        copy=Copy(text=copy.text, kept=kept),
        tail=piece.tail,
        stretch=piece.stretch,
        exact=exact,
    )


def outer_parts(text: str) -> tuple[str, str, str]:
    """Return what stands before the first word, the words with what is between them, and what follows.

    >>> outer_parts('"Not now," she said.')
    ('"', 'Not now," she said', '.')
    """
    found = list(WORD.finditer(text))
    start, end = found[0].start(), found[-1].end()
    return text[:start], text[start:end], text[end:]
