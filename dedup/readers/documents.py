"""Records become documents: fields found, dates parsed, ids made and kept apart."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from numbers import Integral
from typing import Any, NamedTuple

from dedup.config import ReadConfig
from dedup.model import Document
from dedup.readers.dates import DateError, DateParser
from dedup.readers.draft import Draft, finished
from dedup.readers.fields import FieldMap, Plan
from dedup.readers.ids import SAME_DOCUMENT, SAME_ID, Claim, IdBook, LateBook, content_id, hash_text
from dedup.readers.log import Place, ReadLog, kind, quoted
from dedup.readers.page import Article, Page
from dedup.readers.scrub import encode_fit, scrub
from dedup.readers.streams import TOO_LONG
from dedup.shelf import Head

NO_TEXT = "no text"
BOTH = "record with a text and a page; the text is read"
TEXT_TYPE = "text of the wrong type"
WRONG_TYPE = "field of the wrong type left out"

LONGEST_EXTRA = 1000
"""Longer strings (in code points) are left out of a document's `extra`."""

_PLAIN = frozenset({"title", "outlet", "url", "canonical_url", "lang", "author", "agency", "version_of"})
# Python refuses to write integers of more than 4300 digits, and formats behind the readers hold 64 bits.
_LARGEST_NUMBER = 10**1000
_LARGEST_EXTRA = 2**63
_DERIVED = frozenset({"timestamp", "published_precision"})
_HOST = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:@\[\]\s]+)", re.IGNORECASE)
_BARE_HOST = re.compile(r"\s*((?:[\w-]+\.)+[a-z]{2,})(?:[:/?#]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unread:
    """A page that has to be read before it is a document; `values` and `extra` of its record win over its own."""

    page: Page
    values: dict[str, Any]
    extra: dict[str, Any]
    place: Place


class Strings(NamedTuple):
    """What is asked of every record, as it was given; "" for what it lacks."""

    id: str
    title: str
    outlet: str
    published: str
    url: str


class DocumentBuilder:
    """Makes the documents of one reading; remembers their ids and the names of the fields.

    What gives no document, or not all of it, is counted in the log.
    """

    def __init__(
        self,
        config: ReadConfig,
        log: ReadLog,
        late: LateBook | None = None,
        ids: IdBook | None = None,
        dates: DateParser | None = None,
    ) -> None:
        """Ids are kept apart at once, by `ids`, or noted in `late`, for `settle` to keep apart when all are known.
        `dates` remembers those that were read before.

        Raises `ConfigError` for a date format that cannot be used.
        """
        self.fields = FieldMap(config)
        self._log = log
        self._limit = config.max_document_bytes
        self._dates = dates or DateParser(config.date_format)
        self._ids = ids or IdBook()
        self._late = late

    def from_record(
        self, record: dict[str, Any], place: Place, defaults: Mapping[str, str], clean: bool = False
    ) -> Document | Unread | None:
        """Return the document of a record whose fields have any names; `defaults` fill what it lacks.

        The strings of a `clean` record have neither NUL nor lone surrogates.
        """
        plan = self.fields.plan(tuple(record))
        if clean and plan.strings is not None and not defaults and type(record) is dict:
            draft = self._from_strings(plan, record)
            if draft is not None:
                return self._identified(draft, record.get(plan.id), place)
        values = plan.read(record)
        html = values.pop("html", None)
        if "text" not in values and html is None:
            self._log.skip(NO_TEXT, place, f"the fields are {', '.join(list(record)[:12])}")
            return None
        for name, value in defaults.items():
            if not values.get(name):
                values[name] = value
        extra = {key: value for key in plan.extra if _is_small(value := record[key])}
        if html is not None:
            return self._with_page(html, values, extra, place)
        return self._document(values, extra, place, clean=clean and type(record) is dict)

    def _from_strings(self, plan: Plan, record: dict[str, Any]) -> Any:
        """Return a draft of the document of a clean record of strings, as `_document` would make it.

        Return None where something needs a closer look: most records need none, and take a third of the time.
        """
        draft, text = Draft(), record[plan.text]
        if type(text) is not str or len(text) * 4 > self._limit:
            return None
        draft.text = text
        for name, key in plan.strings or ():
            value = record[key]
            if type(value) is str:
                setattr(draft, name, value.strip() or None)
            elif value is not None:
                return None
        if draft.outlet is None and draft.url is not None:
            draft.outlet = outlet_of(draft.url)
        if draft.published is not None:
            try:
                draft.timestamp, draft.published_precision = self._dates.parse(draft.published)
            except DateError:
                return None
        if plan.extra:
            draft.extra = {key: value for key in plan.extra if _is_small(value := record[key])}
        return draft

    def head(self, given: Strings, text: memoryview, place: Place) -> Head | None:
        """Return the head of the document of a clean record of strings, as `from_record` would make it, and note it.

        `text` is in UTF-8. Return None where something needs a closer look.
        """
        outlet, published, url = (
            given.outlet.strip() or None,
            given.published.strip() or None,
            given.url.strip() or None,
        )
        if outlet is None and url is not None:
            outlet = outlet_of(url)
        timestamp = precision = None
        if published is not None:
            try:
                timestamp, precision = self._dates.parse(published)
            except DateError:
                return None
        doc_id = given.id
        if not doc_id or doc_id.isspace():
            doc_id = content_id(text, outlet, published, url)
        if self._late is not None:
            self._late.note(doc_id, place)
        self._log.read += 1
        return Head(doc_id, given.title.strip() or None, outlet, timestamp, url, precision)

    def again(self, record: dict[str, Any], doc_id: str) -> Document:
        """Return the document, whose id is known, of a clean record of strings of which `head` gave the head."""
        draft = self._from_strings(self.fields.plan(tuple(record)), record)
        draft.id = doc_id
        return finished(draft)

    def from_page(self, record: dict[str, Any], place: Place, defaults: dict[str, str]) -> Unread:
        """Return what is known of a page before it is read: where it is from, and what its path says."""
        self.fields.saw_plain_text = True
        url = record.get("url")
        page = Page(html=record["html"], url=url, charset=record.get("charset"))
        known = {"url": url} if url else {}
        fetched = {"fetched": record["fetched"]} if record.get("fetched") else {}
        return Unread(page, defaults | known, fetched, place)

    def complete(self, unread: Unread, article: Article) -> Document | None:
        """Return the document of a page that has been read; None, counted, where it could not be."""
        place = unread.place
        if article.error is not None:
            self._log.skip(article.error, place, article.detail)
            return None
        for reason in article.changes:
            self._log.change(reason, place)
        for reason in article.warnings:
            self._log.warn(reason, place)
        own = ("title", "author", "lang", "agency", "url", "canonical_url", "published")
        values: dict[str, Any] = {name: value for name in own if (value := getattr(article, name)) is not None}
        values |= {name: value for name, value in unread.values.items() if value not in (None, "")}
        values |= {"text": article.text, "captions": article.captions}
        if "outlet" not in values and (outlet := _outlet(unread.page, article)):
            values["outlet"] = outlet
        extra = {**article.extra, **unread.extra}
        if "published" in unread.values:
            extra["published_from"] = "record"
        return self._document(values, extra, place)

    def _with_page(self, html: Any, values: dict[str, Any], extra: dict[str, Any], place: Place) -> Any:
        """Return the document of a record with a page, which is read only where the record has no text."""
        if isinstance(values.get("text"), str) and not values["text"].isspace() and values["text"]:
            self._log.warn(BOTH, place)
            return self._document(values, extra, place)
        if not isinstance(html, str | bytes):
            self._log.skip(TEXT_TYPE, place, f"html is {kind(html)}")
            return None
        raw = html if isinstance(html, bytes) else html.encode("utf-8", "replace")
        url = values.get("url")
        return Unread(Page(html=raw, url=url if isinstance(url, str) else None), values, extra, place)

    def from_plain(self, record: dict[str, Any], place: Place, defaults: dict[str, str]) -> Document | None:
        """Return the document of a record with nothing but a text; all else is in `defaults`."""
        self.fields.saw_plain_text = True
        return self._document(defaults | record, {}, place)

    def from_document(self, document: Document, place: Place) -> Document | None:
        """Return a document checked and completed; a date worked out already is believed."""
        values = {field.name: getattr(document, field.name) for field in dataclasses.fields(document)}
        return self._document({name: value for name, value in values.items() if value is not None}, {}, place)

    def _document(
        self, values: Mapping[str, Any], extra: dict[str, Any], place: Place, *, clean: bool = False
    ) -> Document | None:
        text = self._text(values.get("text"), place, clean=clean)
        if text is None:
            return None
        kept: dict[str, Any] = {"text": text}
        for name, value in values.items():
            if name in _PLAIN:
                # most are plain: that is seen here, without a call
                simple = type(value) is str and value.isascii() and "\0" not in value
                plain = value.strip() if simple else self._plain_fit(name, value, place)
                if plain:
                    kept[name] = plain
        if "outlet" not in kept and "url" in kept:
            kept["outlet"] = outlet_of(kept["url"])
        if "published" in values:
            self._date(kept, values, place)
        if "captions" in values:
            kept["captions"] = self._captions(values["captions"], place)
        if "extra" in values and isinstance(values["extra"], Mapping):
            extra |= {key: value for key, value in values["extra"].items() if _is_small(value)}
        if extra:
            kept["extra"] = self._fit_extra(extra, place)
        return self._identified(Draft(**kept), values.get("id"), place)

    def _plain_fit(self, name: str, value: Any, place: Place) -> str:
        """Return a field as a string, empty for none."""
        plain = value if type(value) is str else self._plain(name, value, place) or ""
        return self._fit(plain, place).strip()

    def _text(self, value: Any, place: Place, *, clean: bool) -> str | None:
        """Return the text; None where it is none or too long, which is counted."""
        if not isinstance(value, str):
            self._log.skip(TEXT_TYPE, place, f"text is {kind(value)}")
            return None
        text = value if clean else self._fit(value, place)
        # a code point has four bytes at most
        if len(text) * 4 > self._limit and len(text.encode()) > self._limit:
            self._log.skip(TOO_LONG, place, f"more than {self._limit} bytes")
            return None
        return text

    def _identified(self, draft: Any, given: Any, place: Place) -> Document | None:
        doc_id = self._fit(given, place) if type(given) is str else self._id(given, place)
        if not doc_id or doc_id.isspace():
            doc_id = content_id(draft.text.encode(), draft.outlet, draft.published, draft.url)
        if self._late is not None:
            self._late.note(doc_id, place)
        else:
            text_hash = hash_text(draft.text.encode()) if self._ids.compares else 0
            doc_id, claim = self._ids.claim(given_id := doc_id, text_hash)
            if claim is Claim.REPEATED:
                self._log.merge(SAME_DOCUMENT, place, quoted(doc_id))
                return None
            if claim is Claim.RENAMED:
                self._log.rename(SAME_ID, place, f"{quoted(given_id)} became {quoted(doc_id)}")
        self._log.read += 1
        draft.id = doc_id
        return finished(draft)

    def _id(self, value: Any, place: Place) -> str:
        if isinstance(value, float) and math.isfinite(value):
            return repr(float(value))
        return self._scalar("id", value, place) or ""

    def _date(self, kept: dict[str, Any], values: Mapping[str, Any], place: Place) -> None:
        """Keep the date as given, and what it means; a pair of both in the values is believed."""
        value = values["published"]
        given = value if type(value) is str else self._date_text(value, place)
        if not given or not (given := self._fit(given, place).strip()):
            return
        kept["published"] = given
        if values.keys() >= _DERIVED:
            kept |= {name: values[name] for name in _DERIVED}
            return
        try:
            kept["timestamp"], kept["published_precision"] = self._dates.parse(given)
        except DateError as error:
            self._log.warn(str(error), place, quoted(given))

    def _date_text(self, value: Any, place: Place) -> str | None:
        if isinstance(value, str):
            return str(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, float) and math.isfinite(value):
            return str(int(value)) if value.is_integer() else repr(float(value))
        return self._scalar("published", value, place)

    def _plain(self, name: str, value: Any, place: Place) -> str | None:
        """Return a value as a string: whole numbers, the name of an object, a list joined by commas."""
        if isinstance(value, list | tuple):
            return ", ".join(text for item in value if (text := self._name(name, item, place)))
        return self._name(name, value, place)

    def _name(self, name: str, value: Any, place: Place) -> str | None:
        if isinstance(value, Mapping) and isinstance(value.get("name"), str):
            value = value["name"]
        return str(value) if isinstance(value, str) else self._scalar(name, value, place)

    def _scalar(self, name: str, value: Any, place: Place) -> str | None:
        if isinstance(value, str):
            return str(value)
        if isinstance(value, Integral) and not isinstance(value, bool) and abs(int(value)) < _LARGEST_NUMBER:
            return str(int(value))
        # Data frames write a missing value as the number NaN.
        if value is not None and not (isinstance(value, float) and math.isnan(value)):
            self._log.change(WRONG_TYPE, place, f"{name} is {kind(value)}")
        return None

    def _captions(self, value: Any, place: Place) -> tuple[str, ...]:
        items = value if isinstance(value, list | tuple) else [value]
        texts = (item.get("text", item.get("caption")) if isinstance(item, Mapping) else item for item in items)
        plain = (self._fit(self._scalar("captions", text, place) or "", place) for text in texts)
        return tuple(text for text in plain if text and not text.isspace())

    def _fit_extra(self, extra: dict[Any, Any], place: Place) -> dict[str, Any]:
        return {
            self._fit(key, place): self._fit(value, place) if isinstance(value, str) else value
            for key, value in extra.items()
            if isinstance(key, str)
        }

    def _fit(self, text: str, place: Place) -> str:
        """Return the text without NUL and lone surrogates; what had to be replaced is counted."""
        if (text.isascii() and "\0" not in text) or encode_fit(text) is not None:
            return text
        fit, reasons = scrub(text)
        for reason in sorted(reasons):
            self._log.change(reason, place)
        return fit


def _outlet(page: Page, article: Article) -> str | None:
    """Return who published a page: the host it was fetched from, else as the page calls itself.

    Its canonical link says nothing of that: a reprint often names the agency there.
    """
    fetched = outlet_of(page.url) if page.url else None
    return fetched or article.site or (outlet_of(article.url) if article.url else None)


def outlet_of(url: str) -> str | None:
    """Return the host of an address, in small letters and without a leading `www.`; None where there is none.

    >>> outlet_of("https://www.Example.org:8080/a"), outlet_of("mailto:desk@example.org")
    ('example.org', None)
    """
    found = _HOST.match(url) or _BARE_HOST.match(url)
    if found is None:
        return None
    return found[1].lower().removeprefix("www.").rstrip(".") or None


def _is_small(value: Any) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= LONGEST_EXTRA
    if isinstance(value, int):
        return abs(value) < _LARGEST_EXTRA
    return isinstance(value, float) and math.isfinite(value)
