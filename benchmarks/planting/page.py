"""Pages: articles with plants put into them, and where each plant then stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.planting.damage import Copy, Flags
from benchmarks.planting.plan import Plant

Where = Literal["top", "bottom", "block", "inline"]
SENTENCE_GAP = re.compile(r"[.!?…][\"”’»]? +(?=\S)")
PARAGRAPH_GAP = re.compile(r"\n\s*(?=\S)")
GAP = "\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """A copy to be put into a page, with what goes before and after it; `exact` when it equals its source."""

    plant: Plant
    where: Where
    lead: str
    copy: Copy
    tail: str
    exact: bool

    @property
    def text(self) -> str:
        """The copy with what goes round it."""
        return f"{self.lead}{self.copy.text}{self.tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A member of the cluster `cluster`, at `[start, end)` of its page."""

    plant: Plant
    cluster: str
    start: int
    end: int
    kept: Flags
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A finished text; its article begins at `body`, after furniture, and has `words` words."""

    text: str
    placed: tuple[Placed, ...]
    body: int
    words: int


def fill(text: str, inserts: Sequence[Insert], rng: np.random.Generator) -> tuple[str, list[Placed]]:
    """Put blocks between paragraphs of `text` and inline copies between sentences, at random places."""
    places = _places(text, inserts, rng)
    parts, placed, length, at = list[str](), list[Placed](), 0, 0
    for i in sorted(range(len(inserts)), key=places.__getitem__):
        insert, place = inserts[i], places[i]
        before, after = ("", " ") if insert.where == "inline" else _blank_lines(text, place)
        head = text[at:place] + before + insert.lead
        placed.append(_placed(insert, length + len(head)))
        parts += (head, insert.copy.text, insert.tail, after)
        length, at = placed[-1].end + len(insert.tail) + len(after), place
    return "".join(parts) + text[at:], placed


def _places(text: str, inserts: Sequence[Insert], rng: np.random.Generator) -> list[int]:
    """Return a place for each insert; blocks share one only when there are too few paragraphs."""
    sentences = [m.end() for m in SENTENCE_GAP.finditer(text)] or [0]
    inner = [m.end() for m in PARAGRAPH_GAP.finditer(text)] or sentences
    blocks = rng.permutation(sorted({0, *inner, len(text)})).tolist()
    inline = rng.choice(sentences, len(inserts)).tolist()
    return [inline[i] if x.where == "inline" else blocks[i % len(blocks)] for i, x in enumerate(inserts)]


def _blank_lines(text: str, place: int) -> tuple[str, str]:
    """Return the blank lines that part a block from what stands before and after it."""
    if place == len(text):
        return GAP, ""
    return ("", GAP) if place == 0 or text[place - 1] == "\n" else (GAP, GAP)


def _placed(insert: Insert, start: int) -> Placed:
    return Placed(
        plant=insert.plant,
        cluster=insert.plant.name,
        start=start,
        end=start + len(insert.copy.text),
        kept=insert.copy.kept,
        exact=insert.exact,
    )


def frame(text: str, placed: Sequence[Placed], furniture: Sequence[Insert]) -> Page:
    """Return the page with its article `text` and the furniture above and below it."""
    top = "".join(f.text + GAP for f in furniture if f.where == "top")
    moved = [replace(p, start=p.start + len(top), end=p.end + len(top)) for p in placed]
    whole = top + text
    above = 0
    for insert in furniture:
        if insert.where == "top":
            moved.append(_placed(insert, above + len(insert.lead)))
            above += len(insert.text) + len(GAP)
        else:
            moved.append(_placed(insert, len(whole) + len(GAP) + len(insert.lead)))
            whole += GAP + insert.text
    return Page(text=whole, placed=tuple(moved), body=len(top), words=len(text.split()))
