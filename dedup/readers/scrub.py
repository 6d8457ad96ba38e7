"""Text that everything behind the readers can rely on: valid code points and no NUL."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
NUL = "NUL character"
SURROGATE = "lone surrogate"
INVALID_UTF8 = "invalid UTF-8"

_UNFIT = re.compile("[\0\ud800-\udfff]")


BINARY = "binary data under the name of a text"

# How files of other kinds begin: pictures, PDF, archives, office documents, programs, data bases, sound.
_MAGIC = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"PK\x03\x04", b"Rar!\x1a", b"7z\xbc\xaf", b"\xfd7zXZ"),
    *(b"\xd0\xcf\x11\xe0", b"\x7fELF", b"SQLite format 3\0", b"PAR1", b"ARROW1", b"OggS\0", b"ID3\x03", b"ID3\x04"),
)
_CONTROLS = bytes({*range(32)} - set(b"\t\n\v\f\r\x1b"))
_LOOKED_AT = 2**16
# Noise has a control character in ten bytes, text none; a few are damage.
_MOST_CONTROLS, _CONTROL_SHARE = 8, 0.01


def is_binary(raw: bytes) -> bool:
    """Return whether data is no text, by how it begins and by its control characters.

    >>> is_binary(b"%PDF-1.7"), is_binary(bytes(range(32)) * 9), is_binary(b"a\\0b")
    (True, True, False)
    """
    head = raw[:_LOOKED_AT]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return head.startswith(_MAGIC) or controls > max(_MOST_CONTROLS, _CONTROL_SHARE * len(head))


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
