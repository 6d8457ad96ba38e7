"""The templates' environment: every value printed is cleaned, then escaped."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dedup.report import labels, markup, safe
from dedup.report.plots import lag
from dedup.report.tables import by_rule

_PIECES: Final = (markup.ref, markup.refs, markup.outlet, markup.title, markup.bar)
_LOADER: Final = PackageLoader("dedup.report")


def source(name: str) -> Markup:
    """Return a style or script of the package as it stands, with the line ends that a browser will hash."""
    return Markup(_LOADER.get_source(ENVIRONMENT, name)[0].replace("\r\n", "\n"))


def hashed(text: str) -> Markup:
    """Return the name by which a content security policy allows a style or script."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return Markup(f"sha256-{base64.b64encode(digest).decode('ascii')}")


def _environment() -> Environment:
    env = Environment(
        loader=_LOADER,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        auto_reload=False,
    )
    env.filters.update(_filters())
    env.globals.update({piece.__name__: _as_markup(piece) for piece in _PIECES})
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
        "relation": lambda key: labels.label(labels.RELATION_LABELS, key),
        "number": labels.number,
        "plural": labels.plural,
        "percent": labels.percent,
        "by_rule": by_rule,
        "decimals": "{:.4f}".format,
        "lag": lag,
        "value": _value,
        "words": lambda key: safe.line(str(key).replace("_", " "), 80),
        "slug": markup.slug,
        "line": safe.line,
    }


def _as_markup(piece: Callable[..., str]) -> Callable[..., Markup]:
    """Return a function of `markup` as a template may call it: what it returns is escaped already."""

    @functools.wraps(piece)
    def made(*args: Any, **values: Any) -> Markup:
        return Markup(piece(*args, **values))

    return made


def _value(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return labels.number(value)
    return safe.line(str(value), 400)


ENVIRONMENT: Final = _environment()
