"""The report as one HTML file: readable without JavaScript, safe with hostile text, nothing to load."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dedup.model import SCOPES, ScanResult
from dedup.report import labels, safe
from dedup.report.catalogue import Catalogue, catalogue
from dedup.report.dates import show
from dedup.report.facts import gather, sentences
from dedup.report.passages import document_view, mentions_hidden, passage_view
from dedup.report.reading import reading_views
from dedup.report.tables import methods, pair_views, suppressed_groups
from dedup.store.atomic import write_text

BUDGET_BYTES: Final = 10_000_000
_DOCUMENTS_PART: Final = 0.15
_READING_PART: Final = 0.2
_RESERVE: Final = 2000
"""Bytes kept for the sentences that say what was left out."""
_LOADER: Final = PackageLoader("dedup.report")
_SLUG: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The rendered pieces of a page that compete for its size."""

    passages: tuple[Markup, ...]
    documents: tuple[Markup, ...]
    reading: tuple[Markup, ...]


def write_html(result: ScanResult, path: Path, *, budget_bytes: int = BUDGET_BYTES) -> None:
    """Write the report of a scan to `path` in one step.

    Passages are included by rank until the file would exceed `budget_bytes`; the page says how many are not.
    The same result gives the same bytes. Raises `StoreError` when `path` cannot be written.
    """
    write_text(path, render_html(result, budget_bytes=budget_bytes))


def render_html(result: ScanResult, *, budget_bytes: int = BUDGET_BYTES) -> str:
    """Return the report of a scan as one HTML document, as `write_html` writes it."""
    known = catalogue(result)
    documents = _fit(_documents(known), int(budget_bytes * _DOCUMENTS_PART))
    reading = _fit(_readings(known), int(budget_bytes * _READING_PART))
    parts = _Parts(passages=(), documents=documents, reading=reading)
    room = budget_bytes - _RESERVE - _size(_page(result, known, parts))
    passages = _fit(_passages(known), room)
    if len(passages) == len(known.passages):
        return _page(result, known, replace(parts, passages=passages))
    return _without_dead_links(result, known, replace(parts, passages=passages))


def _without_dead_links(result: ScanResult, known: Catalogue, parts: _Parts) -> str:
    """Render again what may link to a passage that did not fit; without the links it only gets shorter."""
    known = known.showing(len(parts.passages))
    reading = list(_readings(known))[: len(parts.reading)]
    passages = list(parts.passages)
    for n, cluster in enumerate(known.passages[: known.shown]):
        view = passage_view(cluster, known)
        if mentions_hidden(view, known.shown):
            passages[n] = _render("passage", v=view, name=known.name)
    return _page(result, known, replace(parts, passages=tuple(passages), reading=tuple(reading)))


def _page(result: ScanResult, known: Catalogue, parts: _Parts) -> str:
    facts = gather(result)
    style, script = _source("style.css"), _source("script.js")
    return _ENVIRONMENT.get_template("page.html.j2").render(
        facts=facts,
        sentences=sentences(facts),
        style=style,
        style_hash=Markup(_hash(style)),
        script=script,
        script_hash=Markup(_hash(script)),
        scopes=SCOPES,
        scope_labels=[labels.SCOPE_LABELS[scope] for scope in SCOPES],
        outlets=known.outlets,
        passages=parts.passages,
        passages_left_out=len(known.passages) - len(parts.passages),
        documents=parts.documents,
        documents_left_out=len(known.documents) - len(parts.documents),
        reading=parts.reading,
        has_texts=bool(known.texts),
        pair_rows=pair_views(result.pairs, known),
        pair_total=len(result.pairs),
        suppressed_groups=suppressed_groups(result.suppressed),
        how=methods(result),
        version=str(result.manifest.get("dedup") or ""),
    )


def _passages(known: Catalogue) -> Iterator[Markup]:
    for cluster in known.passages:
        yield _render("passage", v=passage_view(cluster, known), name=known.name)


def _documents(known: Catalogue) -> Iterator[Markup]:
    for number, cluster in enumerate(known.documents, 1):
        yield _render("document", v=document_view(cluster, number, known))


def _readings(known: Catalogue) -> Iterator[Markup]:
    for view in reading_views(known):
        yield _render("reading", v=view)


def _render(template: str, **values: object) -> Markup:
    return Markup(_ENVIRONMENT.get_template(f"{template}.html.j2").render(**values))


def _fit(items: Iterable[Markup], room: int) -> tuple[Markup, ...]:
    """Return the first items that fit into `room` bytes together."""
    kept = []
    for item in items:
        room -= _size(item)
        if room < 0:
            break
        kept.append(item)
    return tuple(kept)


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _environment() -> Environment:
    env = Environment(
        loader=_LOADER,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    env.filters.update(_filters())
    return env


def _finalize(value: object) -> object:
    """Clean every value that a template prints; escaping comes after. Only what is markup already stays."""
    if value is None:
        return ""
    return safe.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "kind": lambda key: labels.label(labels.KIND_LABELS, key),
        "scope": lambda key: labels.label(labels.SCOPE_LABELS, key),
        "wording": lambda key: labels.label(labels.WORDING_LABELS, key),
        "relation": lambda key: labels.label(labels.RELATION_LABELS, key),
        "carriers": labels.carriers,
        "number": labels.number,
        "plural": labels.plural,
        "percent": labels.percent,
        "decimals": "{:.4f}".format,
        "value": _value,
        "words": lambda key: safe.line(str(key).replace("_", " "), 80),
        "slug": lambda key: key if _SLUG.fullmatch(key) else "other",
        "clip": safe.clip,
        "line": safe.line,
        "day": show,
        "language": safe.language,
        "web": _web,
    }


def _web(url: str | None) -> Markup | None:
    """Return an address as an attribute value; it is markup, lest a long one be shortened as a word."""
    address = safe.web_address(url)
    return None if address is None else escape(address)


def _value(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return labels.number(value)
    return safe.line(str(value), 400)


def _source(name: str) -> Markup:
    """Return a style or script of the package as it stands, with the line ends that a browser will hash."""
    return Markup(_LOADER.get_source(_ENVIRONMENT, name)[0].replace("\r\n", "\n"))


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


_ENVIRONMENT: Final = _environment()
