"""The templates' environment: every value printed is cleaned, then escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dedup.report import labels, safe
from dedup.report.dates import show
from dedup.report.plots import lag
from dedup.report.tables import by_rule

_LOADER: Final = PackageLoader("dedup.report")
_SLUG: Final = re.compile(r"[a-z_]{1,40}")


def render(template: str, **values: object) -> Markup:
    """Return a template of the package, filled in."""
    return Markup(ENVIRONMENT.get_template(f"{template}.html.j2").render(**values))


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
        "percentage": labels.percentage,
        "by_rule": by_rule,
        "decimals": "{:.4f}".format,
        "lag": lag,
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


ENVIRONMENT: Final = _environment()
