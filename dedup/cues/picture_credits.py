"""Where the credit of a picture begins that ends a caption, told by its form in any language."""

from __future__ import annotations

import re

# What a caption ends in, in whatever language: a short word with a colon or a full stop behind the last sentence and
# who made the picture, with nothing that ends it; the same in brackets that begin small; a place behind "＝".
_CREDIT = re.compile(
    r"(?:[.!?…。！？।॥۔»”\")]\s{1,2}|[。」])(?:[^\W\d_]{1,14}\s?[:：]|[^\W\d_]{2,8}\.)\s?(?=[^\W\d_])[^\n:：@/]{2,30}"
    r"(?:\s?/\s?[^\n:：@/]{2,30})?$"
    r"|\s[(（](?=[a-zß-ÿά-ώа-яёіїєґ])[^\W\d_]{2,12}[.:]?\s[^()（）\n@]{2,40}[)）]$"
    r"|[＝=][^\W\d_]{2,12}(?:（[^（）]{2,24}）)?$"
)
LONGEST_TAIL = 70
ENDS = tuple(".!?。！？।॥۔…")


def credit_tail(text: str) -> int:
    """Return where the credit of a picture begins that ends a text; its length where none does.

    >>> told = "Boats at the quay in Selby. Bild: Ada Quill"
    >>> told[: credit_tail(told)], credit_tail("Boats lay at the quay in Selby.")
    ('Boats at the quay in Selby.', 31)
    """
    plain = text.rstrip()
    if plain.endswith(ENDS):
        return len(text)
    match = _CREDIT.search(plain, max(0, len(plain) - LONGEST_TAIL))
    return match.start() + 1 if match else len(text)


def ends_in_one(text: str) -> bool:
    """Return whether a text ends in the credit of a picture."""
    return credit_tail(text) < len(text)
