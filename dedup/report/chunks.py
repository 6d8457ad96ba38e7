"""Long lists that a browser opens quickly: it makes elements of their items only where they are about to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

ITEMS: Final = 50
ELEMENTS: Final = 1500
"""Items of a list, and elements in them, that are made at a time; an item with more elements is made alone."""
_BYTES: Final = 80
"""Bytes that hold a chunk together."""


def chunks(items: Sequence[str]) -> str:
    """Return the items of a list in chunks; each item begins a line.

    All but the first chunk stand in `noscript`. Without a script that is there like anything else; with one it is
    text, which costs a browser a twentieth of elements and of which the script makes them when it is time.
    """
    said = []
    for n, part in enumerate(_parts(items)):
        html = "\n" + "".join(part)
        later = f'<noscript data-count="{len(part)}">{html}</noscript>'
        said.append(f'<div class="chunk">{later if n else html}</div>\n')
    return "".join(said)


def overhead(items: int, elements_in_them: int) -> int:
    """Return the bytes that chunks take beside their items, at most."""
    return _BYTES * (items // ITEMS + 2 * elements_in_them // ELEMENTS + 2)


def elements(html: str) -> int:
    """Return the number of elements that are closed: all but a few."""
    return html.count("</")


def _parts(items: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    room = ELEMENTS
    for item in items:
        room -= elements(item)
        if part and (room < 0 or len(part) == ITEMS):
            yield part
            part, room = [], ELEMENTS - elements(item)
        part.append(item)
    if part:
        yield part
