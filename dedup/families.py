"""Outlets to families: a mapping file, registrable domains, and what shared templates show."""

from __future__ import annotations

import csv
import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from dedup.errors import ConfigError

# A domain with more outlets than this is an archive or a portal that hosts them, and no family.
MOST_OUTLETS = 6
_NAMELESS = "(no outlet) "
# The host of nearly all addresses, which need no parser.
_PLAIN_HOST = re.compile(r"https?://([A-Za-z0-9.-]+)(?=[/?#]|$)")

Source = Literal["mapping", "domain", "inferred", "outlet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The family of one outlet, and how it is known."""

    name: str
    source: Source


class Named(Protocol):
    """A document, or what is known of it without its text."""

    @property
    def id(self) -> str:
        """Return its id."""

    @property
    def outlet(self) -> str | None:
        """Return its outlet."""

    @property
    def url(self) -> str | None:
        """Return its address."""


def outlet_of(document: Named) -> str:
    """Return the outlet; a document without one is an outlet of its own."""
    return document.outlet or f"{_NAMELESS}{document.id}"


def is_nameless(outlet: str) -> bool:
    """Return whether an outlet is one that stands for a document without one."""
    return outlet.startswith(_NAMELESS)


def read_mapping(path: str | Path) -> dict[str, str]:
    """Read a families file: TOML (`"Family" = ["Outlet", …]`) or CSV (`outlet,family`), keys case-folded.

    Raises `ConfigError` naming the file when it cannot be read or has another shape.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        if Path(path).suffix.lower() == ".csv":
            rows = [row for row in csv.reader(text.splitlines()) if len(row) >= 2]
            return {outlet.strip().casefold(): family.strip() for outlet, family, *_ in rows}
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: {error}; a families file is TOML or CSV") from error
    table = table.get("families", table)
    if not all(isinstance(outlets, list) for outlets in table.values()):
        raise ConfigError(f'{path}: each line is "Family" = ["Outlet", "outlet.example"]')
    return {str(outlet).casefold(): family for family, outlets in table.items() for outlet in outlets}


def registrable_domain(url: str | None) -> str | None:
    """Return the registrable domain of an address, by the public suffix list that the package carries.

    >>> registrable_domain("https://www.news.example.co.uk/a")
    'example.co.uk'
    """
    return _domain(host_of(url))


def host_of(url: str | None) -> str:
    """Return the host of an address in small letters, empty for none."""
    plain = _PLAIN_HOST.match(url or "")
    try:
        return plain[1].lower() if plain else urlsplit(url or "").hostname or ""
    except ValueError:
        return ""


def _domain(host: str) -> str | None:
    return _registrable(host) if "." in host else None


@functools.lru_cache(maxsize=1 << 16)
def _registrable(host: str) -> str:
    return _suffixes("xn--" in host).privatesuffix(host) or host


@functools.cache
def _suffixes(encoded: bool) -> Any:
    """Return the list; that of `encoded` names takes ten times as long to read, and few hosts ask for it."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_encoded_idn=encoded)


def families_of(documents: Iterable[Named], mapping: Mapping[str, str]) -> dict[str, Family]:
    """Return the family of each outlet: mapped, else by the registrable domain it publishes most on, else its own.

    A domain that hosts many outlets, as an archive does, makes no family.
    """
    # there are few hosts, and many documents of each
    return of_hosts(Counter((outlet_of(d), host_of(d.url)) for d in documents), mapping)


def of_hosts(counts: Mapping[tuple[str, str], int], mapping: Mapping[str, str]) -> dict[str, Family]:
    """Return what `families_of` does of documents of which it is counted how many each outlet has on each host."""
    domains: dict[str, dict[str, int]] = {}
    for (outlet, host), number in counts.items():
        domain, own = _domain(host), domains.setdefault(outlet, {})
        if domain:
            own[domain] = own.get(domain, 0) + number
    hosted: dict[str, int] = {}
    for own in domains.values():
        for domain in own:
            hosted[domain] = hosted.get(domain, 0) + 1
    found: dict[str, Family] = {}
    for outlet, all_counts in domains.items():
        own = {d: n for d, n in all_counts.items() if hosted[d] <= MOST_OUTLETS}
        main = min(own, key=lambda d: (-all_counts[d], d)) if own else None
        mapped = mapping.get(outlet.casefold()) or (mapping.get(main) if main else None)
        if mapped:
            found[outlet] = Family(name=mapped, source="mapping")
        elif main:
            found[outlet] = Family(name=main, source="domain")
        else:
            found[outlet] = Family(name=outlet, source="outlet")
    return found


def join_inferred(families: Mapping[str, Family], templates: Iterable[Sequence[str]]) -> dict[str, Family]:
    """Return families in which outlets that share a template are one; mapped families are never changed."""
    parent = {f.name: f.name for f in families.values()}
    fixed = {f.name for f in families.values() if f.source == "mapping"}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for outlets in templates:
        names = sorted({families[o].name for o in outlets} - fixed)
        for name in names[1:]:
            a, b = sorted((root(names[0]), root(name)))
            parent[b] = a
    sizes = Counter(map(root, parent))
    joined: dict[str, Family] = {}
    for outlet, family in families.items():
        name = root(family.name)
        changed = sizes[name] > 1
        joined[outlet] = Family(name=name, source="inferred") if changed and family.name not in fixed else family
    return joined
