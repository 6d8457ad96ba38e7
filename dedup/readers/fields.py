"""Which field of a record is which of a document: the document's own names, and those that others use."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dedup.config import ReadConfig

NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        *("text", "body", "content", "article_body", "body_text", "full_text", "main_text", "article_text"),
        *("plain_text", "text_content", "raw_text", "article"),
    ),
    "id": ("id", "doc_id", "document_id", "article_id", "uid", "uuid", "guid", "identifier"),
    "title": ("title", "headline", "heading", "article_title"),
    "outlet": (
        *("outlet", "source", "publication", "publisher", "newspaper", "outlet_name", "source_name"),
        *("publication_name", "site_name", "site", "website", "domain", "source_domain", "host", "hostname"),
    ),
    "published": (
        *("published", "date", "pubdate", "published_at", "date_published", "publish_date", "published_date"),
        *(
            "publication_date",
            "published_time",
            "article_published_time",
            "publish_time",
            "datetime",
            "timestamp",
        ),
    ),
    "url": ("url", "link", "article_url", "web_url", "page_url", "permalink", "href", "uri", "source_url"),
    "canonical_url": ("canonical_url", "canonical", "canonical_link", "rel_canonical"),
    "lang": ("lang", "language", "language_code", "lang_code"),
    "author": ("author", "byline", "authors", "creator", "writer", "reporter"),
    "agency": ("agency", "news_agency", "wire", "wire_service", "newswire", "wire_agency"),
    "version_of": ("version_of",),
    "captions": ("captions", "caption", "image_captions", "photo_captions"),
    "extra": ("extra",),
    "html": ("html", "raw_html", "page_html", "html_content", "article_html", "html_source", "page_source"),
}
"""For every field of a document the names under which it is read, the preferred first.

Case, underscores, hyphens, spaces and other marks in a name do not matter.
"""

_MARKS = re.compile(r"[\W_]+")
_MOST_PLANS = 1024
_MOST_NAMES = 200
# A document's own fields that are worked out anew.
_DERIVED = frozenset({"publishedprecision", "timestamp"})


# those who read one record at a time ask for the same few names each time
@functools.lru_cache(_MOST_PLANS)
def _normal(name: str) -> str:
    return _MARKS.sub("", name.casefold())


_RANKS: dict[str, tuple[str, int]] = {
    _normal(name): (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)
}


def field_of(name: str) -> str | None:
    """Return which field of a document a name of a field means, or None.

    >>> field_of("Page HTML"), field_of("embedding")
    ('html', None)
    """
    return _RANKS.get(_normal(name), (None,))[0]


def is_known(name: str) -> bool:
    """Return whether a name of a field means one of a document's.

    >>> is_known("Body Text"), is_known("embedding")
    (True, False)
    """
    return _normal(name) in _RANKS


_PAGES = frozenset(map(_normal, NAMES["html"]))
_NO_STRINGS = frozenset(("captions", "extra", "html"))


@dataclass(frozen=True, slots=True)
class Plan:
    """How records with one set of keys are read.

    `pairs` of (field, key) come with the preferred key of a field last; `extra` are keys that no field takes.
    `strings` are the pairs where each field has one key and a string, and `text` and `id`, which is "" for none, are
    the keys of these two apart; None where that is not so.
    """

    pairs: tuple[tuple[str, str], ...]
    extra: tuple[str, ...]
    strings: tuple[tuple[str, str], ...] | None
    text: str
    id: str

    def read(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values by field: the preferred one that is not None, or empty for want of others."""
        values: dict[str, Any] = {}
        for field, key in self.pairs:
            value = record[key]
            if value is not None and (value != "" or field not in values):
                values[field] = value
        return values

    def has_text(self, record: Mapping[str, Any]) -> bool:
        """Return whether a record has a text, or a page that holds one."""
        return any(field in ("text", "html") and record[key] is not None for field, key in self.pairs)


class FieldMap:
    """Makes and keeps the plans of one reading.

    >>> plan = FieldMap(ReadConfig(text_field="main")).plan(("Doc ID", "main", "text", "section"))
    >>> plan.pairs, plan.extra
    ((('id', 'Doc ID'), ('text', 'main')), ('text', 'section'))
    """

    def __init__(self, config: ReadConfig) -> None:
        options = {
            "text": config.text_field,
            "id": config.id_field,
            "outlet": config.outlet_field,
            "published": config.date_field,
        }
        self._explicit = {field: key for field, key in options.items() if key is not None}
        if _normal(config.text_field or "") in _PAGES:
            self._explicit["html"] = self._explicit.pop("text")
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._names: dict[str, None] = {}
        self.saw_plain_text = False

    def plan(self, keys: tuple[str, ...]) -> Plan:
        """Return the plan for records with these keys."""
        plan = self._plans.get(keys)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[keys] = self._new_plan(keys)
        return plan

    def problems(self) -> tuple[str, ...]:
        """Return a message for every option that names a field which no record had, if there were records."""
        if not self._names and not self.saw_plain_text:
            return ()
        missing = ((f, key) for f, key in self._explicit.items() if key not in self._names)
        return tuple(_advice(field, key, self._names) for field, key in missing)

    def _new_plan(self, keys: tuple[str, ...]) -> Plan:
        self.note(keys)
        return _plan(tuple(self._explicit.items()), keys)

    @property
    def names(self) -> list[str]:
        """Return the names of fields that are remembered, in the order in which they came."""
        return [*self._names]

    def note(self, keys: Iterable[str]) -> None:
        """Remember names for advice; of a wild variety only the first, and always those that options name."""
        for key in keys:
            if len(self._names) < _MOST_NAMES or key in self._explicit.values():
                self._names[key] = None


# those who read one record at a time ask for the same few plans each time
@functools.lru_cache(64)
def _plan(given: tuple[tuple[str, str], ...], keys: tuple[str, ...]) -> Plan:
    """Return the plan for records with these keys, where options name the key of some fields (`given`)."""
    named = dict(given)
    # What is taken as the id may also be what its name says, such as the address; other fields may not.
    claimed = {key for field, key in given if field != "id"}
    ranked: list[tuple[str, int, str]] = []
    for key in keys:
        ranked.extend((field, -1, key) for field, explicit in given if explicit == key)
        field, rank = _RANKS.get(_normal(key), ("", 0))
        if field == "text" and "html" in named:
            continue
        if field and field not in named and key not in claimed:
            ranked.append((field, rank, key))
    ranked.sort(key=lambda item: (item[0], -item[1], item[2]))
    preferred = {key for field, key in {field: key for field, _, key in ranked}.items()}
    extra = tuple(k for k in keys if k not in preferred and _normal(k) not in _DERIVED)
    pairs = tuple((field, key) for field, _, key in ranked)
    one = {field: key for field, key in pairs if field not in _NO_STRINGS}
    text, own_id = one.pop("text", ""), one.pop("id", "")
    is_simple = text and len(one) + bool(text) + bool(own_id) == len(pairs)
    return Plan(pairs, extra, tuple(one.items()) if is_simple else None, text, own_id)


def _advice(field: str, key: str, names: Iterable[str]) -> str:
    option = {"published": "date_field", "html": "text_field"}.get(field, f"{field}_field")
    near = difflib.get_close_matches(key, names, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    known = ", ".join(list(names)[:12])
    advice = f"{meant}the fields are {known}" if known else "plain text has no fields; leave the option out"
    return f"{option}: no record has a field {key!r}; {advice}"
