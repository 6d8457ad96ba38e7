"""What is planted where: plants of each kind with the articles that carry them, before any text is made.

An article is named by its slot, its number in the corpus. The first carrier of a plant has it undamaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from benchmarks.planting.language import Counts

PlantKind = Literal["wire", "passage", "quotation", "caption", "stock", "furniture"]
PLAN = 6  # purpose of a generator of random numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to plant. The rates of the kinds are plants carried per article, `must_not` is groups per article.

    `furniture` is the share of a family's pages that carry each of its pieces of furniture. Each plant that
    can be damaged gets one of the `edit_rates` and one of the `ocr_rates`, every pair as often as the others;
    `figures` is the share of figures that change in copies with edits.
    """

    articles: int = 10_000
    seed: int = 1
    edit_rates: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3)
    ocr_rates: tuple[float, ...] = (0.0, 0.02, 0.05, 0.1)
    figures: float = 0.15
    wire: float = 0.1
    passage: float = 0.3
    quotation: float = 0.06
    caption: float = 0.06
    stock: float = 0.05
    furniture: float = 0.5
    must_not: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How many articles carry a plant and how many words it has; damaged or always clean."""

    carriers: tuple[int, int]
    words: tuple[int, int]
    damaged: bool


RECIPES: Mapping[PlantKind, Recipe] = {
    "wire": Recipe(carriers=(2, 12), words=(150, 1000), damaged=True),
    "passage": Recipe(carriers=(2, 5), words=(15, 200), damaged=True),
    "quotation": Recipe(carriers=(2, 6), words=(12, 45), damaged=True),
    "caption": Recipe(carriers=(1, 4), words=(10, 30), damaged=True),
    "stock": Recipe(carriers=(4, 30), words=(12, 18), damaged=False),
    "furniture": Recipe(carriers=(3, 3), words=(12, 35), damaged=False),
}
MIN_PAGES = 3
MOST_FURNITURE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One text to be planted in the articles `slots`; `number` names its source text; `words` is the aim."""

    number: int
    kind: PlantKind
    slots: tuple[int, ...]
    words: int
    edit_rate: float = 0.0
    ocr_rate: float = 0.0

    @property
    def name(self) -> str:
        """The name of its cluster in the labels."""
        return f"{self.kind}-{self.number:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All plants, what each slot carries (plant and number of the copy), and pairs of slots without one."""

    plants: tuple[Plant, ...]
    by_slot: Mapping[int, Sequence[tuple[Plant, int]]]
    apart: tuple[tuple[int, int], ...] = field(default=())


def make_plan(settings: Settings, outlets: Sequence[str], families: Mapping[str, str]) -> Plan:
    """Return the plan for articles of these outlets; `families` maps outlets, those missing are their own.

    A wire story makes the whole article, all other plants go into articles without one. No article carries
    two plants of one kind, furniture apart. `apart` has pairs of articles that carry furniture only.
    """
    rng = np.random.default_rng([settings.seed, PLAN])
    desk = _Desk(settings, np.unique(np.array(outlets, dtype=str), return_inverse=True)[1].astype(np.int64), rng)
    desk.plant("wire", settings.wire, np.arange(len(outlets)))
    free = desk.untouched()
    for kind in ("passage", "quotation", "caption", "stock"):
        desk.plant(kind, getattr(settings, kind), free)
    pairs = _pairs(desk.untouched(), round(settings.must_not * len(outlets)), rng)
    desk.furnish(_pages(outlets, families))
    return Plan(plants=tuple(desk.plants), by_slot=_by_slot(desk.plants), apart=pairs)


class _Desk:
    """Gathers plants; `outlet` has the number of the outlet by slot."""

    def __init__(self, settings: Settings, outlet: Counts, rng: np.random.Generator) -> None:
        self.plants: list[Plant] = []
        self._settings, self._outlet, self._rng = settings, outlet, rng
        self._touched = np.zeros(len(outlet), bool)

    def untouched(self) -> Counts:
        """Return the slots that carry nothing yet."""
        return np.flatnonzero(~self._touched)

    def plant(self, kind: PlantKind, rate: float, pool: Counts) -> None:
        """Add plants of a kind so that about `rate` of all articles, taken from `pool`, carry one."""
        wanted = min(round(rate * len(self._outlet)), len(pool))
        order = _outlets_apart(pool, self._outlet, self._rng)
        sizes = _sizes(RECIPES[kind].carriers, wanted, self._rng)
        groups = np.split(order[: sizes.sum()], np.cumsum(sizes)[:-1]) if len(sizes) else []
        damages = self._damages(kind, len(groups))
        for slots, words, (edit_rate, ocr_rate) in zip(groups, self._words(kind, len(groups)), damages, strict=True):
            plant = Plant(
                number=len(self.plants),
                kind=kind,
                slots=tuple(slots.tolist()),
                words=words,
                edit_rate=edit_rate if len(slots) > 1 else 0.0,
                ocr_rate=ocr_rate if len(slots) > 1 else 0.0,
            )
            self.plants.append(plant)
        self._touched[order[: sizes.sum()]] = True

    def furnish(self, pages: Mapping[str, Counts]) -> None:
        """Add up to three pieces of furniture for each family with pages enough."""
        for slots in pages.values():
            for _ in range(int(self._rng.integers(1, MOST_FURNITURE + 1))):
                carried = slots[self._rng.random(len(slots)) < self._settings.furniture]
                words = self._words("furniture", 1)[0]
                if len(carried) >= MIN_PAGES:
                    carriers = tuple(carried.tolist())
                    self.plants.append(Plant(number=len(self.plants), kind="furniture", slots=carriers, words=words))

    def _words(self, kind: PlantKind, count: int) -> list[int]:
        """Draw lengths, all orders of magnitude alike."""
        low, high = np.log(RECIPES[kind].words)
        return [round(float(w)) for w in np.exp(self._rng.uniform(low, high, count))]

    def _damages(self, kind: PlantKind, count: int) -> list[tuple[float, float]]:
        if not RECIPES[kind].damaged:
            return [(0.0, 0.0)] * count
        cells = [(e, o) for e in self._settings.edit_rates for o in self._settings.ocr_rates]
        order = np.concatenate([self._rng.permutation(len(cells)) for _ in range(count // len(cells) + 1)])
        return [cells[i] for i in order[:count]]


def _outlets_apart(pool: Counts, outlet: Counts, rng: np.random.Generator) -> Counts:
    """Return the pool in random order, but every outlet once before any comes again.

    Neighbours in this order are of different outlets wherever that can be.
    """
    shuffled = rng.permutation(pool)
    by_outlet = np.argsort(outlet[shuffled], kind="stable")
    ordered = outlet[shuffled][by_outlet]
    first = np.searchsorted(ordered, ordered)
    turn = np.empty(len(pool), np.int64)
    turn[by_outlet] = np.arange(len(pool)) - first
    return shuffled[np.argsort(turn, kind="stable")]


def _sizes(limits: tuple[int, int], total: int, rng: np.random.Generator) -> Counts:
    """Return numbers of carriers within the limits, small ones oftener (as 1 / size), that sum up to `total`.

    What is left over at the end makes no plant when it is below the lower limit.
    """
    choices = np.arange(limits[0], limits[1] + 1)
    weights = 1.0 / choices
    sizes = rng.choice(choices, size=total // limits[0] + 1, p=weights / weights.sum())
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), total, side="right"))]
    left = total - int(sizes.sum())
    return np.append(sizes, left) if left >= limits[0] else sizes


def _pairs(slots: Counts, count: int, rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    chosen = rng.permutation(slots)[: 2 * min(count, len(slots) // 2)].reshape(-1, 2)
    return tuple((a, b) for a, b in chosen.tolist())


def _pages(outlets: Sequence[str], families: Mapping[str, str]) -> dict[str, Counts]:
    """Return the slots of each family, in the order in which families first appear."""
    pages: dict[str, list[int]] = {}
    for slot, outlet in enumerate(outlets):
        pages.setdefault(families.get(outlet, outlet), []).append(slot)
    return {family: np.array(slots, np.int64) for family, slots in pages.items()}


def _by_slot(plants: Sequence[Plant]) -> dict[int, list[tuple[Plant, int]]]:
    carried: dict[int, list[tuple[Plant, int]]] = {}
    for plant in plants:
        for copy, slot in enumerate(plant.slots):
            carried.setdefault(slot, []).append((plant, copy))
    return carried
