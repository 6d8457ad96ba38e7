"""Foreign text made safe to show: no control characters, endless words, hidden turns, odd addresses.

Escaping for HTML is left to the templates; these functions return plain text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from dedup.report.labels import number

WORD_LIMIT: Final = 300
"""Characters without a break after which a word is cut: no word of any language is near it."""
_WORD_KEPT: Final = 120
_URL_LIMIT: Final = 2000
# What most addresses are: a host, then what can be printed; nothing else is asked of these.
_PLAIN_URL: Final = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:[/?#][!-~]*)?")

_NEWLINES: Final = re.compile("\r\n?|\x85|\u2028|\u2029")
# CJK and full-width punctuation ends a word as well, for Chinese and Japanese have no spaces.
_ENDLESS: Final = re.compile(rf"[^\s\u3000-\u303f\uff00-\uff65]{{{WORD_LIMIT + 1},}}")
UNSHOWN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_DIRECTIONS: Final = {
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.~-]{0,127}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def clean(text: str) -> str:
    """Return `text` with nothing in it that hides or turns other text.

    Control characters become their visible pictures, direction overrides and isolates their names in
    brackets, lone surrogates and non-characters U+FFFD; words above `WORD_LIMIT` characters are cut.

    >>> clean("a\\x00b \\u202ec")
    'a␀b ⟦RLO⟧c'
    """
    if is_clean(text):
        return text
    text = _ENDLESS.sub(_cut_word, _NEWLINES.sub("\n", text))
    return UNSHOWN.sub(_show, text)


def is_clean(text: str) -> bool:
    """Return True for what `clean` leaves as it is; False where only its rules can tell.

    A text that can be printed has no control, format or private character; line breaks apart. What is clean is
    clean in every part.
    """
    if not (text if "\n" not in text else text.replace("\n", "")).isprintable():
        return False
    return len(text) <= WORD_LIMIT or max(map(len, text.split()), default=0) <= WORD_LIMIT


def clip(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, cleaned, with the number of those left out."""
    if len(text) <= limit:
        return clean(text)
    return f"{clean(text[:limit]).rstrip()}… ({number(len(text) - limit)} more characters)"


def line(text: str | None, limit: int = 140) -> str:
    """Return the beginning of `text` on one line, cleaned, an ellipsis where it is cut; None is empty."""
    # Bounded before it is split, so that a title of megabytes costs no more than a long one.
    head = (text or "")[: limit * 8]
    flat = clean(" ".join(head.split()))
    if len(flat) <= limit and len(head) == len(text or ""):
        return flat
    kept = flat[:limit].rsplit(" ", 1)[0] if " " in flat[limit // 2 : limit] else flat[:limit]
    return f"{kept.rstrip()}…"


def web_address(url: str | None) -> str | None:
    """Return `url` when it is a plain http or https address that can be linked, else None.

    Addresses with a user name in them are refused, for they disguise where they lead.
    """
    if url and len(url) <= _URL_LIMIT and _PLAIN_URL.fullmatch(url):
        return url
    if not url or len(url) > _URL_LIMIT or UNSHOWN.search(url) or url.split() != [url]:
        return None
    try:
        parts = urlsplit(url)
        plain = parts.scheme.lower() in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return url if plain else None


def language(tag: str | None) -> str | None:
    """Return `tag` when it has the form of a language tag (BCP 47), else None."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def anchors(ids: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return for each id the fragment it is reached by: the id itself, or a hash where that is no fragment.

    `taken` are fragments of the page that no id may claim.
    """
    used = set(taken)
    found: dict[str, str] = {}
    for name in ids:
        if name in found:
            continue
        fragment = name if _PLAIN_ID.fullmatch(name) and name not in used else _hashed(name)
        used.add(fragment)
        found[name] = fragment
    return found


def _hashed(name: str) -> str:
    return "c-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _cut_word(match: re.Match[str]) -> str:
    word = match.group()
    return f"{word[:_WORD_KEPT]}… ({number(len(word) - _WORD_KEPT)} more characters)"


def _show(match: re.Match[str]) -> str:
    character = match.group()
    if character in _DIRECTIONS:
        return f"⟦{_DIRECTIONS[character]}⟧"
    if character < " ":
        return chr(0x2400 + ord(character))
    return "\u2421" if character == "\x7f" else "\ufffd"
