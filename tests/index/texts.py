"""Small made-up newsrooms for the tests of the index."""

from __future__ import annotations

import random
from typing import Any

WORDS = (
    "harbour lantern quarry orchard bishop turbine meadow cathedral plumber glacier violin saddle barrel copper "
    "ferry granite walnut pigeon trumpet anchor vineyard chimney blanket crimson hammer island jacket kettle ladder "
    "marble needle oyster pepper quilt ribbon shovel tunnel umbrella velvet whistle yonder zealous acorn bramble "
    "cobbler dagger ember falcon goblet heron ivory jasmine kernel lobster mitten nettle otter pewter quiver raven "
    "sickle thimble urchin vessel willow yeast zephyr almond beacon cradle dapple easel fennel gravel hollow"
).split()
OUTLETS = ("Port Ansel Ledger", "Brightwater Times", "Moor Chronicle", "Vale Gazette")


def sentence(seed: int) -> str:
    """Return a sentence of rare words, the same for the same seed."""
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) for _ in range(14)).capitalize() + "."


def article(number: int, shared: tuple[int, ...] = (), day: int = 1, version: int = 0) -> dict[str, Any]:
    """Return an article: sentences of its own around those that it shares with others."""
    own = [sentence(10_000 + 100 * number + 7 * version + k) for k in range(3)]
    body = [own[0], *(sentence(s) for s in shared), *own[1:]]
    return {
        "id": f"n{number}",
        "outlet": OUTLETS[number % len(OUTLETS)],
        "published": f"2031-04-{day:02d}T0{number % 10}:00:00+00:00",
        "title": sentence(20_000 + number)[:40],
        "text": "\n\n".join(body),
    }


def newsroom(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return articles that share sentences with a few others each."""
    rng = random.Random(seed)
    return [
        article(n, tuple(rng.sample(range(max(2, count // 3)), k=rng.choice((0, 1, 1, 2)))), day=1 + n % 28)
        for n in range(count)
    ]
