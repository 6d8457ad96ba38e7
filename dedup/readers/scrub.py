"""Text that everything behind the readers can rely on: valid code points and no NUL."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
NUL = "NUL character"
SURROGATE = "lone surrogate"
INVALID_UTF8 = "invalid UTF-8"

_UNFIT = re.compile("[\0\ud800-\udfff]")


def decode_utf8(raw: bytes) -> tuple[str, bool]:
    """Return the text, and whether bytes that are no UTF-8 became U+FFFD.

    >>> decode_utf8(b"caf\\xe9")
    ('caf�', True)
    """
    try:
        return raw.decode("utf-8"), False
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), True


def encode_fit(text: str) -> bytes | None:
    """Return the text as UTF-8, or None where it has a NUL or a lone surrogate."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return None
    return None if b"\0" in raw else raw


def scrub(text: str) -> tuple[str, frozenset[str]]:
    """Return the text with NUL and lone surrogates replaced one for one by U+FFFD, and which of them it had.

    >>> scrub("a\\0b")
    ('a�b', frozenset({'NUL character'}))
    """
    found = set(_UNFIT.findall(text))
    return _UNFIT.sub(REPLACEMENT, text), frozenset(NUL if mark == "\0" else SURROGATE for mark in found)
