"""Ids: given ones are kept, missing ones are made from the content, and no two documents share one."""

from __future__ import annotations

from enum import Enum

import xxhash


class Claim(Enum):
    """What became of an id: its text is new, repeats one read before, or had to take another id."""

    NEW = "new"
    REPEATED = "repeated"
    RENAMED = "renamed"


class IdBook:
    """Remembers which id has which text, as the text's hash.

    >>> book = IdBook()
    >>> [book.claim("a", text_hash)[0] for text_hash in (0x1111, 0x1111, 0x2222000000000000)]
    ['a', 'a', 'a~22220000']
    """

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def claim(self, doc_id: str, text_hash: int) -> tuple[str, Claim]:
        """Return the id under which a text stands, and what became of it.

        Where another text has the id, `~` and the first 8 hex digits of the hash (64 bits) are added.
        """
        known = self._texts.get(doc_id)
        if known is None:
            self._texts[doc_id] = text_hash
            return doc_id, Claim.NEW
        while known is not None and known != text_hash:
            doc_id = f"{doc_id}~{text_hash >> 32:08x}"
            known = self._texts.get(doc_id)
        if known == text_hash:
            return doc_id, Claim.REPEATED
        self._texts[doc_id] = text_hash
        return doc_id, Claim.RENAMED


class FreeIds(IdBook):
    """Takes every id as it is: a later document with it stands for the same one, changed."""

    def claim(self, doc_id: str, text_hash: int) -> tuple[str, Claim]:
        """Return the id."""
        return doc_id, Claim.NEW


def hash_text(raw: bytes) -> int:
    """Return the XXH3-64 of a text in UTF-8.

    >>> hash_text(b"Rain all day.") == hash_text(b"Rain all night.")
    False
    """
    return xxhash.xxh3_64_intdigest(raw)


def content_id(raw: bytes, outlet: str | None, published: str | None, url: str | None) -> str:
    """Return 16 hex digits: the XXH3-64 of text, outlet, date as given and address in UTF-8, joined by NUL.

    >>> content_id(b"Rain all day.", None, None, None)
    'abb8a20ce7de78c6'
    """
    parts = (raw, *((part or "").encode() for part in (outlet, published, url)))
    return xxhash.xxh3_64_hexdigest(b"\0".join(parts))
