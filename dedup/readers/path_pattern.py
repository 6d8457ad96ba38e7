"""What a path says about a document: '{outlet}/{date}/{id}.txt', matched on the end of the path."""

from __future__ import annotations

import re

from dedup.errors import ConfigError
from dedup.readers.formats import unpacked_name

FIELDS = {
    "outlet": "outlet",
    "date": "published",
    "id": "id",
    "title": "title",
    "lang": "lang",
    "author": "author",
    "agency": "agency",
}
"""Names that a pattern may use, and the field of the document that each fills."""

_PART = re.compile(r"\{([^{}]*)\}|([{}])|([^{}]+)")
_DATE = r"\d{4}(?:-\d{2}(?:-\d{2})?|\d{4})?(?!\d)"
_ANY = r"[^/]+?"


class PathPattern:
    """A pattern, ready to match.

    >>> PathPattern("{outlet}/{date}-{id}.txt").match("/data/bbc/2016-05-03-17.txt.gz", "")
    {'outlet': 'bbc', 'published': '2016-05-03', 'id': '17'}
    """

    def __init__(self, pattern: str) -> None:
        """Raises `ConfigError` for unknown, repeated, adjacent or missing fields, and for a lone brace."""
        self.pattern = pattern
        self._strict = re.compile(_regex(pattern, _DATE))
        self._loose = re.compile(_regex(pattern, _ANY))

    def match(self, path: str, below: str) -> dict[str, str] | None:
        """Return the fields of a document that the path gives; None when its end is not as the pattern says.

        Both paths have forward slashes; the suffix of a compression is left out. A date in digits is looked
        for in the whole path. Other dates have to stand in the part `below` what the user named: further up,
        any folder could be taken for one.
        """
        found = self._strict.search(unpacked_name(path)) or self._loose.search(unpacked_name(below))
        return None if found is None else {FIELDS[name]: value for name, value in found.groupdict().items()}


def _regex(pattern: str, date: str) -> str:
    parts: list[str] = []
    seen: list[str] = []
    for found in _PART.finditer(unpacked_name(pattern).removeprefix("./").lstrip("/")):
        name, brace, literal = found.groups()
        if literal is not None:
            parts.append(re.escape(literal))
            continue
        _check(pattern, name, brace, seen, after_field=bool(parts) and parts[-1].startswith("(?P<"))
        seen.append(name)
        parts.append(f"(?P<{name}>{date if name == 'date' else _ANY})")
    if not seen:
        raise ConfigError(f"path_pattern: {pattern!r} names no field; use {_usable()}")
    return f"(?:^|/){''.join(parts)}$"


def _check(pattern: str, name: str, brace: str | None, seen: list[str], *, after_field: bool) -> None:
    problem = None
    if brace is not None:
        problem = f"has a lone {brace!r}"
    elif name not in FIELDS:
        problem = f"has the unknown field {name!r}"
    elif name in seen:
        problem = f"has {name!r} twice"
    elif after_field:
        problem = f"has no text between {name!r} and the field before it"
    if problem:
        raise ConfigError(f"path_pattern: {pattern!r} {problem}; use {_usable()}, with text between them")


def _usable() -> str:
    return " ".join(f"{{{name}}}" for name in FIELDS)
