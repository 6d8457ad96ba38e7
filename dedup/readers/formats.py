"""All formats, and which one a name or the first bytes tell."""

from __future__ import annotations

import re

from dedup.readers.arrow import ArrowReader
from dedup.readers.base import Reader
from dedup.readers.html import HtmlReader
from dedup.readers.jsonl import JsonLinesReader, JsonReader
from dedup.readers.table import TableReader
from dedup.readers.text import TextReader
from dedup.readers.warc import WarcReader

TEXT = TextReader()
JSON = JsonReader()
HTML = HtmlReader()
READERS: tuple[Reader, ...] = (
    TEXT,
    JsonLinesReader(),
    JSON,
    TableReader("csv", (".csv",), ",;\t|"),
    TableReader("tsv", (".tsv", ".tab"), "\t"),
    HTML,
    WarcReader(),
    ArrowReader("parquet", (".parquet", ".pq")),
    ArrowReader("arrow", (".arrow", ".feather", ".ipc")),
)
PACKED = (".gz", ".zst")

# Formats that look like text or like nothing at all, and that would only give noise when read as plain text.
FOREIGN = (
    *(".xml", ".mhtml", ".rtf", ".pdf", ".doc", ".docx", ".odt", ".epub"),
    *(".avro", ".orc", ".xls", ".xlsx", ".sqlite", ".db", ".pkl", ".npz"),
    *(".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".lz4", ".jpg", ".jpeg", ".png", ".gif"),
)

# Those of them that may hold articles: passed over in a folder, that is worth a word.
WITH_TEXTS = (
    ".xls",
    ".xlsx",
    ".ods",
    ".doc",
    ".docx",
    ".odt",
    ".rtf",
    ".pdf",
    ".epub",
    ".mhtml",
    ".xml",
    ".avro",
    ".orc",
)

_HTML_START = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL)
_JSON_START = re.compile(rb'\s*(?:\[\s*)?\{\s*["}]')


def unpacked_name(name: str) -> str:
    """Return the name without the suffix of a compression.

    >>> unpacked_name("a/b.TXT.gz")
    'a/b.TXT'
    """
    for suffix in PACKED:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def reader_for(name: str) -> Reader | None:
    """Return the reader that the name's suffix tells, in any case of letters, or None.

    >>> reader_for("a/news.jsonl.zst").name, reader_for("a/photo.png")
    ('jsonl', None)
    """
    plain = unpacked_name(name).lower()
    return next((reader for reader in READERS if plain.endswith(reader.suffixes)), None)


def reader_from_content(head: bytes) -> Reader | None:
    """Return the reader for input whose name tells nothing: JSON objects, else text; None for binary data."""
    if _JSON_START.match(head):
        return JSON
    if _HTML_START.match(head):
        return HTML
    return None if b"\0" in head else TEXT


def known_suffixes() -> str:
    """Return the suffixes of all formats for messages."""
    return " ".join(suffix for reader in READERS for suffix in reader.suffixes)
