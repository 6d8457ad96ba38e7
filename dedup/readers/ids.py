"""Ids: given ones are kept, missing ones are made from the content, and no two documents share one."""

from __future__ import annotations

from enum import Enum

import numpy as np
import xxhash

# Above this many code points the four bytes each of an array cost more memory than encoding costs time.
_SHORT = 2**20


class Claim(Enum):
    """What became of an id: the document is new, repeats one read before, or had to take another id."""

    NEW = "new"
    REPEATED = "repeated"
    RENAMED = "renamed"


class IdBook:
    """Remembers which id has which text (a 64-bit hash each).

    >>> book = IdBook()
    >>> [book.claim("a", text)[0] for text in ("one", "one", "two")]
    ['a', 'a', 'a~11a39ec8']
    """

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def claim(self, doc_id: str, text: str) -> tuple[str, Claim]:
        """Return the id under which the text stands, and whether it is new.

        Where another text has the id, `~` and 8 hex digits of a hash of the text are added.
        """
        key = _text_key(text)
        if self._texts.setdefault(doc_id, key) == key and len(self._texts) > self._known:
            ...
        return doc_id, Claim.NEW


def content_id(text: str, outlet: str | None, published: str | None, url: str | None) -> str:
    """Return 16 hex digits: XXH3-64 of text, outlet, date and address, with NUL between them.

    >>> content_id("Rain all day.", None, None, None)
    ''
    """
    parts = (text, outlet or "", published or "", url or "")
    return xxhash.xxh3_64_hexdigest("\0".join(parts).encode())
