"""The press: makes the sources of all plants once, then the pages of the articles that carry them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.planting.damage import WORD, Copy, Rates, damage, proper_names, split_words
from benchmarks.planting.page import GAP, Insert, Page, Placed, Where, fill, frame
from benchmarks.planting.plan import Plan, Plant, Settings
from benchmarks.planting.prose import CLOSING, OPENING, Text
from benchmarks.planting.story import Piece, Story, make_story, tell

SOURCES, PAGES = 7, 8  # purposes of generators of random numbers
LEXICON_TEXTS = 300
FIRST_WORDS = 80  # of a story, which its titles are made of
PICTURED_AGAIN, OWN_PARAGRAPH, OWN_TITLE, CREDITED = 0.4, 0.3, 0.4, 0.5
CUES = (
    "Read more:",
    "Sign up to our newsletter:",
    "You have read {n} of your 5 free articles.",
    "We use cookies:",
    "Subscribe today:",
    "Follow us for more.",
    "About us:",
    "{n} comments.",
    "Related stories:",
    "Support our reporting:",
)


class Press:
    """Writes pages; `donors` has a text for every plant, and gives the words that damage brings in."""

    def __init__(self, settings: Settings, plan: Plan, donors: Sequence[Text]) -> None:
        self._settings, self._plan, self._donors = settings, plan, donors
        self._lexicon = [w for d in donors[:LEXICON_TEXTS] for w in split_words(d.text)[0]] or ["said"]
        self._names = [n for d in donors[:LEXICON_TEXTS] for n in proper_names(d.text)] or ["Marn"]
        rng = np.random.default_rng([settings.seed, SOURCES])
        self.stories: Mapping[int, Story] = {
            p.number: make_story(donors[p.number].text, p.words, len(p.slots), rng)
            for p in plan.plants
            if p.kind == "wire"
        }
        self.sources: Mapping[int, str] = {p.number: self._source(p, rng) for p in plan.plants if p.kind != "wire"}

    def page(self, slot: int, title: str, text: str) -> tuple[str, Page]:
        """Return title and page of the article in `slot`, of which `text` is all but its plants."""
        carried = self._plan.by_slot.get(slot, ())
        if not carried:
            return title, frame(text, (), ())
        rng = np.random.default_rng([self._settings.seed, PAGES, slot])
        inserts = [i for plant, copy in carried for i in self._inserts(plant, copy, rng)]
        furniture = [i for i in inserts if i.plant.kind == "furniture"]
        plant, copy = carried[0]
        if plant.kind == "wire":
            body, placed = self._carry(plant, copy, text, rng)
            donor = self._donors[plant.number]
            title = _retold(donor.title, donor.text, rng) if rng.random() < OWN_TITLE else donor.title
        else:
            body, placed = fill(text, [i for i in inserts if i.plant.kind != "furniture"], rng)
        return title, frame(body, placed, furniture)

    def _source(self, plant: Plant, rng: np.random.Generator) -> str:
        text = _cut(self._donors[plant.number].text, plant.words, rng)
        if plant.kind == "passage":
            return text
        text = " ".join(re.sub('["“”„«»]', "", text).split())
        if plant.kind == "caption" and rng.random() < CREDITED:
            return f"{text}. Photo: {_pick(self._names, rng)}"
        return f"{CUES[int(rng.integers(len(CUES)))]} {text}" if plant.kind == "furniture" else text

    def _rates(self, plant: Plant, copy: int) -> Rates:
        if copy == 0:
            return Rates()
        return Rates(edits=plant.edit_rate, ocr=plant.ocr_rate, figures=self._settings.figures)

    def _inserts(self, plant: Plant, copy: int, rng: np.random.Generator) -> list[Insert]:
        if plant.kind == "wire":
            return []
        source = self.sources[plant.number]
        if plant.kind == "furniture":
            return [_furniture(plant, source, copy, rng)]
        made = damage(source, self._rates(plant, copy), self._lexicon, rng)
        plain = Insert(plant=plant, where="inline", lead="", copy=made, tail=".", exact=made.text == source)
        if plant.kind == "caption":
            return _caption(plain, copy, rng)
        if plant.kind == "stock":
            return [plain]
        where: Where = "block" if rng.random() < 0.5 else "inline"
        if plant.kind == "passage":
            return [replace(plain, where=where)]
        tail = f",{CLOSING} said {_pick(self._names, rng)}."
        return [replace(plain, where=where, lead=OPENING, tail=tail)]

    def _carry(self, plant: Plant, copy: int, own: str, rng: np.random.Generator) -> tuple[str, list[Placed]]:
        """Return a wire story as one outlet prints it, with where its stretches stand in it."""
        story = self.stories[plant.number]
        pieces = tell(story, copy, self._rates(plant, copy), self._lexicon, rng)
        several = len(story.stretches) > 1
        text, placed = "", list[Placed]()
        for piece in pieces:
            text += (GAP if text else "") + piece.lead
            if piece.stretch is not None:
                name = f"{plant.name}.{piece.stretch + 1}" if several else plant.name
                placed.append(_member(plant, name, piece, len(text)))
            text += piece.copy.text + piece.tail
        paragraph = own.strip().split("\n", 1)[0]
        return (text + GAP + paragraph if rng.random() < OWN_PARAGRAPH else text), placed


def _retold(title: str, text: str, rng: np.random.Generator) -> str:
    """Return a title of one's own for a story: half of the words of its title, others from its beginning."""
    words = [w.strip('".,') for w in text.split()[:FIRST_WORDS]]
    return " ".join(w if rng.random() < 0.5 else words[int(rng.integers(len(words)))] for w in title.split())


def _member(plant: Plant, name: str, piece: Piece, start: int) -> Placed:
    copy = piece.copy
    end = start + len(copy.text)
    return Placed(plant=plant, cluster=name, start=start, end=end, kept=copy.kept, exact=piece.exact)


def _furniture(plant: Plant, source: str, copy: int, rng: np.random.Generator) -> Insert:
    """Return a piece of furniture, which stands on all pages alike but may count something."""
    number = 1 if copy == 0 else int(rng.integers(1, 6))
    text = source.replace("{n}", str(number))
    made = Copy(text=text, kept=np.ones(len(split_words(text)[0]), bool))
    where: Where = "top" if plant.number % 2 else "bottom"
    exact = text == source.replace("{n}", "1")
    return Insert(plant=plant, where=where, lead="", copy=made, tail="", exact=exact)


def _caption(plain: Insert, copy: int, rng: np.random.Generator) -> list[Insert]:
    """Return the caption and, always in the first article, itself again with "(pictured)" in it."""
    caption = replace(plain, where="block", tail="." if rng.random() < 0.5 else "")
    if copy > 0 and rng.random() >= PICTURED_AGAIN:
        return [caption]
    words, after = split_words(caption.copy.text)
    third = min(3, len(words) - 1)
    after[third - 1] = f" (pictured){after[third - 1]}"
    pictured = replace(caption.copy, text="".join(map(str.__add__, words, after)))
    return [caption, replace(caption, copy=pictured, exact=False)]


def _cut(text: str, words: int, rng: np.random.Generator) -> str:
    """Return so many words in a row of `text`, or all of them, without outer punctuation."""
    found = list(WORD.finditer(text))
    first = int(rng.integers(0, max(len(found) - words, 0) + 1))
    last = min(first + words, len(found)) - 1
    return text[found[first].start() : found[last].end()]


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
