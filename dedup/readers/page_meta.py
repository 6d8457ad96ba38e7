"""What a page says of itself: title, author, language, agency, addresses, and dates with the source of each.

A page's canonical link is kept apart: it names who had the story first as often as who published this page.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from dedup.readers.dates import DateError, parse_date

_LONGEST = 500
_LARGEST_DATA = 4 * 2**20
_SPACE = re.compile(r"\s+")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=\D)")
_SAVED = re.compile(
    r"saved from url=\(\d+\)(https?://\S+)|saved with SingleFile\s+url:\s*(https?://\S+)|"
    r"Mirrored from (\S+?) by HTTrack"
)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)

# Names under which pages give a date, the most trustworthy first.
_PUBLISHED = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date"),
    *(
        "article.published",
        "cxenseparse:recs:publishtime",
        "pubdate",
        "publishdate",
        "publish-date",
        "publication_date",
    ),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date", "date"),
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "lastmod", "last-modified")
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
# Agencies as a whole byline; those that newsrooms write in several ways have one form here.
_AGENCIES = {
    "reuters": "Reuters",
    "thomson reuters": "Reuters",
    "ap": "Associated Press",
    "associated press": "Associated Press",
    "the associated press": "Associated Press",
    "afp": "AFP",
    "agence france-presse": "AFP",
    "agence france presse": "AFP",
    "pa media": "PA Media",
    "press association": "PA Media",
    "upi": "UPI",
    "united press international": "UPI",
}
_AGENCIES |= {
    name.lower(): name
    for name in (
        *(
            "dpa",
            "AAP",
            "ANI",
            "PTI",
            "IANS",
            "EFE",
            "ANSA",
            "APA",
            "TASS",
            "Xinhua",
            "Kyodo",
            "Kyodo News",
            "Interfax",
        ),
        *("Europa Press", "Anadolu Agency", "Jiji Press", "Yonhap", "Bloomberg News", "The Canadian Press", "Lusa"),
    )
}
_AGENCY_LIKE = re.compile(r"[\w .’'-]{2,50} (?:News|Press|Wire) (?:Agency|Service)|[\w .’'-]{2,50}Presse-?Agentur")
_STAFF = re.compile(r"^(?:by|von|por|par|di)\s+|\s+(?:staff|newsroom|reporters?)$", re.IGNORECASE)


@dataclass(slots=True)
class Meta:
    """What a page says of itself; `published_from` and `modified_from` name the markup that gave the date."""

    title: str | None = None
    author: str | None = None
    lang: str | None = None
    agency: str | None = None
    url: str | None = None
    site: str | None = None
    canonical_url: str | None = None
    published: str | None = None
    published_from: str | None = None
    modified: str | None = None
    modified_from: str | None = None
    data: list[Any] = field(default_factory=list)


class _Markup:
    """Named values of a page's head: `meta` by name, in small letters, the first of each."""

    def __init__(self, tree: Any) -> None:
        self.meta: dict[str, str] = {}
        for element in tree.iter("meta"):
            value = tidy(element.get("content"))
            for key in ("property", "name", "itemprop", "http-equiv"):
                name = (element.get(key) or "").strip().lower()
                if name and value:
                    self.meta.setdefault(name, value)

    def first(self, *names: str) -> str | None:
        """Return the first value under one of the names."""
        return next((self.meta[name] for name in names if name in self.meta), None)


def tidy(value: Any) -> str | None:
    """Return a string on one line and of a sensible length, or None."""
    if not isinstance(value, str):
        return None
    return _SPACE.sub(" ", html.unescape(value)).strip()[:_LONGEST] or None


def read_meta(tree: Any, fetched_url: str | None) -> Meta:
    """Return what the page says of itself; `fetched_url` only completes addresses."""
    head = _Markup(tree)
    data = list(_json_ld(tree))
    article = _article(data)
    own = fetched_url or _saved_from(tree)
    about = Meta(data=data)
    about.url = own or _absolute(head.first("og:url"), None)
    about.canonical_url = _absolute(_canonical(tree), own)
    about.site = _name(head.first("og:site_name")) or _name(article.get("publisher"))
    about.title = tidy(article.get("headline")) or head.first("og:title", "twitter:title") or _heading(tree)
    about.author = _author(article, head, tree)
    about.lang = _language(tree, article, head)
    about.agency = _agency(article, about)
    published = _published(article, head, tree, about.url or about.canonical_url)
    about.published, about.published_from = _best_date(published)
    about.modified, about.modified_from = _best_date(_modified(article, head))
    return about


def _json_ld(tree: Any) -> Iterator[Any]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->").rstrip(" ;")
        if len(text) > _LARGEST_DATA:
            continue
        try:
            yield json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue  # other markup of the page says the same


def _article(data: list[Any]) -> dict[str, Any]:
    """Return the first JSON-LD object that is an article, else an empty one."""
    stack = list(data)
    seen = 0
    while stack and seen < 1000:
        value = stack.pop(0)
        seen += 1
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            kinds = value.get("@type")
            named = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(k, str) and k.endswith(("Article", "BlogPosting", "Report")) for k in named):
                return value
            stack.extend(value[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in value)
    return {}


def _name(value: Any) -> str | None:
    """Return the name of a JSON-LD thing, or of several, joined by commas."""
    if isinstance(value, list):
        return ", ".join(name for item in value[:20] if (name := _name(item))) or None
    name = tidy(value.get("name") if isinstance(value, dict) else value)
    return None if name and _ADDRESS.match(name) else name


def _heading(tree: Any) -> str | None:
    headings = [text for e in tree.iter("h1") if (text := tidy(e.text_content()))]
    if len(headings) == 1:
        return headings[0]
    return tidy(tree.findtext(".//title")) or (headings[0] if headings else None)


def _author(article: dict[str, Any], head: _Markup, tree: Any) -> str | None:
    named = _name(article.get("author"))
    if named:
        return named
    for name in _AUTHORS:
        value = head.meta.get(name)
        if value and not _ADDRESS.match(value):
            return value
    for element in tree.xpath("//*[@rel='author' or @itemprop='author' or contains(@class, 'byline')]")[:5]:
        text = tidy(element.text_content())
        if text and len(text) <= 120:
            return text
    return None


def _language(tree: Any, article: dict[str, Any], head: _Markup) -> str | None:
    root = tree.getroottree().getroot()
    inside = article.get("inLanguage")
    named = inside.get("alternateName") if isinstance(inside, dict) else inside
    found = root.get("lang") or tidy(named) or head.first("og:locale", "content-language", "language")
    return None if found is None else found.strip().replace("_", "-")[:20] or None


def _agency(article: dict[str, Any], about: Meta) -> str | None:
    """Return the agency that the markup credits: as a source that is not the publisher, or as the whole byline."""
    for key in ("sourceOrganization", "provider"):
        named = _name(article.get(key))
        if named and named != _name(article.get("publisher")) and named != about.site:
            return _AGENCIES.get(named.lower(), named)
    byline = _STAFF.sub("", about.author or "").strip()
    if _AGENCY_LIKE.fullmatch(byline):
        return byline
    return _AGENCIES.get(byline.lower())


def _canonical(tree: Any) -> str | None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return link.get("href")
    return None


def _saved_from(tree: Any) -> str | None:
    """Return the address that a browser or a mirroring program wrote into the page when it saved it."""
    for comment in tree.getroottree().xpath("/comment() | /html/comment() | /html/head/comment()")[:5]:
        found = _SAVED.search(str(comment.text or "")[:2000])
        if found:
            return _absolute(found[1] or found[2] or f"http://{found[3]}", None)
    return None


def _absolute(address: str | None, base: str | None) -> str | None:
    """Return a web address in full, or None."""
    if not address:
        return None
    try:
        full = urljoin(base, address.strip()) if base else address.strip()
    except ValueError:
        return None
    return full[:2000] if _ADDRESS.match(full) else None


def _published(article: dict[str, Any], head: _Markup, tree: Any, url: str | None) -> Iterator[tuple[str, str]]:
    """Yield dates of publication with their sources, the most trustworthy first."""
    for key in ("datePublished", "dateCreated", "uploadDate"):
        if value := tidy(article.get(key)):
            yield value, f"JSON-LD {key}"
    for name in _PUBLISHED:
        if name in head.meta:
            yield head.meta[name], f"meta {name}"
    for element in list(tree.iter("time", "abbr"))[:20]:
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower()
        stamp = tidy(element.get("datetime") or element.get("title"))
        if stamp and ("publish" in marks or element.get("pubdate") is not None):
            yield stamp, "time, marked as published"
    for element in tree.xpath("//*[self::article or self::main or self::header]//time[@datetime]")[:1]:
        if stamp := tidy(element.get("datetime")):
            yield stamp, "time, the first of the article"
    found = _URL_DATE.search(url or "")
    if found:
        yield "-".join(found.groups()), "address"


def _modified(article: dict[str, Any], head: _Markup) -> Iterator[tuple[str, str]]:
    if value := tidy(article.get("dateModified")):
        yield value, "JSON-LD dateModified"
    for name in _MODIFIED:
        if name in head.meta:
            yield head.meta[name], f"meta {name}"


def _best_date(dates: Iterator[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Return the first date that can be understood, else the first there is, with its source."""
    first: tuple[str | None, str | None] = (None, None)
    for value, source in dates:
        try:
            parse_date(value)
        except DateError:
            first = first if first[0] else (value, source)
            continue
        return value, source
    return first
