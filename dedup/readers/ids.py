"""Ids: given ones are kept, missing ones are made from the content, and no two documents share one."""

from __future__ import annotations

from enum import Enum

import numpy as np
import xxhash

# Above this many code points the four bytes each of an array cost more memory than encoding costs time.
_SHORT = 2**20


class Claim(Enum):
    """What became of an id: its text is new, repeats one read before, or had to take another id."""

    NEW = "new"
    REPEATED = "repeated"
    RENAMED = "renamed"


class IdBook:
    """Remembers which id has which text (as a 64-bit hash).

    >>> book = IdBook()
    >>> [book.claim("a", text)[0] for text in ("one", "one", "two")]
    ['a', 'a', 'a~3bbb51b0']
    """

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def claim(self, doc_id: str, text: str) -> tuple[str, Claim]:
        """Return the id under which the text stands, and what became of it.

        Where another text has the id, `~` and 8 hex digits of the XXH3-64 of the text are added.
        """
        key = _text_key(text)
        if self._texts.setdefault(doc_id, key) is key:
            return doc_id, Claim.NEW
        candidate, suffix = doc_id, ""
        while (known := self._texts.setdefault(candidate, key)) != key:
            suffix = suffix or "~" + xxhash.xxh3_64_hexdigest(text.encode())[:8]
            candidate += suffix
        return candidate, Claim.RENAMED if known is key else Claim.REPEATED


def content_id(text: str, outlet: str | None, published: str | None, url: str | None) -> str:
    """Return 16 hex digits: the XXH3-64 of text, outlet, date as given and address, joined by NUL.

    >>> content_id("Rain all day.", None, None, None)
    ''
    """
    parts = (text, outlet or "", published or "", url or "")
    return xxhash.xxh3_64_hexdigest("\0".join(parts).encode())


def _text_key(text: str) -> int:
    """Return a hash of the text for this process; of its UTF-32 form, made in half the time of its UTF-8 form."""
    return xxhash.xxh3_64_intdigest(np.array(text) if len(text) <= _SHORT else text.encode())
