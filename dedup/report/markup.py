"""Pieces of HTML that sections and clusters share: each function cleans and escapes what it is given.

Clusters are many, so they are put together by plain functions; the page round them is a template. Both use these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from dedup.model import DocumentMember, Member
from dedup.report import labels, safe
from dedup.report.catalogue import Name, Ref
from dedup.report.dates import show

_SPECIAL: Final = re.compile("[&<>\"']")
_SLUG: Final = re.compile(r"[a-z_]{1,40}")


def text(value: str) -> str:
    """Return foreign or own text as HTML: with nothing in it that hides, turns or opens an element."""
    shown = value if value.isprintable() and len(value) <= safe.WORD_LIMIT else safe.clean(value)
    return escape(shown) if _SPECIAL.search(shown) else shown


def line(value: str | None, limit: int = 140) -> str:
    """Return the beginning of a text as HTML on one line."""
    return escape(safe.line(value, limit))


def clip(value: str, limit: int) -> str:
    """Return the beginning of a text as HTML, with a count of what is left out."""
    return escape(safe.clip(value, limit))


def slug(key: str) -> str:
    """Return a name of the program's own as part of a class or attribute; anything else is `other`."""
    return key if _SLUG.fullmatch(key) else "other"


def kind(key: str) -> str:
    """Return the label of a kind."""
    return text(labels.label(labels.KIND_LABELS, key))


def scope(key: str) -> str:
    """Return the label of a scope."""
    return text(labels.label(labels.SCOPE_LABELS, key))


def bdi(words: str) -> str:
    """Return HTML that cannot turn the direction of what stands round it."""
    return f"<bdi>{words}</bdi>"


def ref(to: Ref) -> str:
    """Return the link to a passage by its number and kind."""
    return f'<a class="ref" href="{escape(to.href)}"><span class="no">{to.number}</span> {text(to.label)}</a>'


def refs(to: Iterable[Ref]) -> str:
    """Return links to passages."""
    return ", ".join(map(ref, to))


def linked(words: str, url: str | None) -> str:
    """Return HTML as a link to an address, or as it is where that is no plain web address."""
    address = safe.web_address(url)
    if address is None:
        return bdi(words)
    return f'<a href="{escape(address)}" rel="noopener noreferrer nofollow"><bdi>{words}</bdi></a>'


def date(published: str | None) -> str:
    """Return a date, or that there is none."""
    return f"<time>{text(show(published))}</time>" if published else '<span class="unknown">no date</span>'


def outlet(name: str | None, *, said: bool = True) -> str:
    """Return an outlet, or that none is named unless `said` is false."""
    if name:
        return bdi(line(name, 60))
    return '<span class="unknown">no outlet named</span>' if said else ""


def title(of: Member | DocumentMember | Name) -> str:
    """Return the title of a document, else its id, with its address."""
    return linked(line(of.title, 120) if of.title else line(of.doc_id, 80), of.url)


def doc_id(name: str) -> str:
    """Return the id of a document."""
    return f"<code><bdi>{line(name, 60)}</bdi></code>"


def language(tag: str | None) -> str:
    """Return the attribute that names a language; empty where the tag is none."""
    known = safe.language(tag)
    return f' lang="{known}"' if known else ""


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return labels.percent(share)


def bar(share: float) -> str:
    """Return a share as a bar and as a percentage."""
    width = round(60 * share, 1)
    return (
        '<span class="share"><svg class="bar" viewBox="0 0 60 8" width="60" height="8" aria-hidden="true" '
        f'focusable="false"><rect width="{width}" height="8"/></svg> '
        f'<span class="n">{percent(share)}</span></span>'
    )
