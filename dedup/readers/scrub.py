"""Text that everything behind the readers can rely on: valid code points and no NUL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REPLACEMENT = "\ufffd"
NUL = "NUL character"
SURROGATE = "lone surrogate"
INVALID_UTF8 = "invalid UTF-8"

_UNFIT = re.compile("[\0\ud800-\udfff]")
_DEEPEST = 3


def decode_utf8(raw: bytes) -> tuple[str, bool]:
    """Return the text, and whether bytes that are no UTF-8 became U+FFFD.

    >>> decode_utf8(b"caf\\xe9")
    ('caf\ufffd', True)
    """
    try:
        return raw.decode("utf-8"), False
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), True


def scrub_text(text: str) -> tuple[str, frozenset[str]]:
    """Return the text with NUL and lone surrogates replaced one for one by U+FFFD, and which of them it had.

    >>> scrub_text("a\\0b")
    ('a\ufffdb', frozenset({'NUL character'}))
    """
    found = set(_UNFIT.findall(text))
    if not found:
        return text, frozenset()
    reasons = frozenset(NUL if c == "\0" else SURROGATE for c in found)
    return _UNFIT.sub(REPLACEMENT, text), reasons


def scrub_record(record: Mapping[Any, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the record with every string in it scrubbed, and what was replaced.

    Keys that are no strings, and values nested more than three deep, are left out: no field needs them.
    """
    reasons: set[str] = set()
    clean = _scrub(record, reasons, 0)
    return clean, frozenset(reasons)


def _scrub(value: Any, reasons: set[str], depth: int) -> Any:
    if isinstance(value, str):
        text, found = scrub_text(str(value))
        reasons |= found
        return text
    if depth >= _DEEPEST:
        return None if isinstance(value, Mapping | list | tuple) else value
    if isinstance(value, Mapping):
        return {
            _scrub(key, reasons, depth): _scrub(item, reasons, depth + 1)
            for key, item in value.items()
            if isinstance(key, str)
        }
    if isinstance(value, list | tuple):
        return [_scrub(item, reasons, depth + 1) for item in value]
    return value
