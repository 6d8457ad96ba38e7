"""One page of HTML to its text: captions first, then the main text, then what the page says of itself.

Runs in a process of its own (`page_worker`): pages are hostile, and the libraries that read them are large.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from dedup.readers.page_captions import captions_of_data, distinct, plain, take_captions, tidy
from dedup.readers.page_meta import read_meta
from dedup.readers.scrub import BINARY, is_binary

LARGEST_PAGE = 16 * 2**20
"""Pages of more bytes are not read."""

MOST_ELEMENTS = 200_000
MOST_ATTRIBUTES = 500
DEEPEST = 256

ENCODING = "page whose encoding is not what it says"
EMITTED_TWICE = "text that the extractor gave twice, read once"
STANDS_TWICE = "page that holds its text twice, read once"
NO_ARTICLE = "page without an article"
TOO_DEEP = "page nested too deeply"
TOO_MANY = "page with too many elements"
TOO_WIDE = "element with too many attributes"

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{2,40})""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([a-zA-Z0-9_:.-]{2,40})""")
_WORD = re.compile(r"\w+")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_CHARSETS = frozenset(("utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"))
# The web means Windows-1252 when it says ASCII or Latin-1 (WHATWG Encoding Standard, section 4.2).
_AS_WEB = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
_NO_TEXT = ("style", "svg", "template", "nav", "footer", "noscript", "iframe", "select", "button")
_BLOCKS = frozenset(("p", "head", "item", "quote", "row", "code", "table", "list", "main", "body", "div", "ab"))
# A block of fewer words may be repeated for good reasons; above this part of the words a page holds its text twice.
_LEAST_REPEAT = 8
_HALF = 0.4
_LEAST_ALT_WORDS, _LONGEST_ALT = 3, 900
# What the quick extraction must find, in letters and as one in so many letters of the page, to be believed.
_LEAST_BODY, _LEAST_SHARE = 1000, 4


class Page(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A page as it was fetched: `url` is the address that was asked for, `charset` what the server said."""

    html: bytes
    url: str | None = None
    charset: str | None = None


class Article(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a page holds. `text` ends with the captions, a block each; `changes` and `warnings` are for the log.

    `error` is the reason why there is nothing.
    """

    text: str = ""
    captions: list[str] = []
    title: str | None = None
    author: str | None = None
    lang: str | None = None
    agency: str | None = None
    url: str | None = None
    site: str | None = None
    canonical_url: str | None = None
    published: str | None = None
    extra: dict[str, str] = {}
    changes: list[str] = []
    warnings: list[str] = []
    error: str | None = None
    detail: str = ""


def read_page(page: Page) -> Article:
    """Return the article of a page; one with `error` set where there are limits that it exceeds."""
    changes: list[str] = []
    if not page.html.startswith(_UTF16) and is_binary(page.html):
        return Article(error=BINARY)
    text = decode(page.html, page.charset, changes)
    if not text.strip():
        return Article(warnings=[NO_ARTICLE])
    tree, parser = _parsed(text)
    if problem := _problem(tree, parser):
        return Article(error=problem)
    about = read_meta(tree, page.url)
    alts = _alts(tree)
    captions = take_captions(tree)
    _drop_code(tree)
    blocks = _main_text(tree, about.url, changes)
    captions = _with_data(captions, captions_of_data(about.data), blocks, about.title)
    taken = {plain(caption) for caption in captions}
    blocks = [block for block in blocks if plain(block) not in taken]
    if blocks and about.title and plain(blocks[0]) == plain(about.title):
        blocks = blocks[1:]
    shown = {
        "published_from": about.published_from,
        "modified": about.modified,
        "modified_from": about.modified_from,
        "image_alt": " | ".join(alt for alt in alts if plain(alt) not in taken)[:_LONGEST_ALT],
    }
    return Article(
        text="\n\n".join([*blocks, *captions]),
        captions=captions,
        title=about.title,
        author=about.author,
        lang=about.lang,
        agency=about.agency,
        url=about.url,
        site=about.site,
        canonical_url=about.canonical_url,
        published=about.published,
        extra={name: value for name, value in shown.items() if value},
        changes=changes,
        warnings=[] if blocks else [NO_ARTICLE],
    )


def decode(raw: bytes, charset: str | None, changes: list[str]) -> str:
    """Return a page as text: by its mark, else UTF-8 where it is that, else as the server or the page says.

    What then does not fit is replaced by U+FFFD and noted.

    >>> decode("<p>Zürich".encode("latin-1"), None, [])
    '<p>Zürich'
    """
    for mark, known in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if raw.startswith(mark):
            return raw[len(mark) :].decode(known, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    said = _CHARSET.search(raw, 0, 8192) or _XML_CHARSET.search(raw, 0, 200)
    for name in (charset, said[1].decode("ascii") if said else None):
        decoded = _decoded(raw, name)
        if decoded is not None:
            return decoded
    if charset or said:
        changes.append(ENCODING)
    return raw.decode("cp1252", "replace")


def _decoded(raw: bytes, charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        known = codecs.lookup(charset.strip().lower())
        if not known._is_text_encoding or known.name.replace("-", "_") in _NO_CHARSETS:
            return None
        name = _AS_WEB.get(known.name, known.name)
        return raw.decode(name, "replace" if name == "cp1252" else "strict")
    except (LookupError, UnicodeError):
        return None


def _parsed(text: str) -> tuple[Any, Any]:
    """Return the tree of a page and its parser.

    Elements are made by one class, where lxml.html asks a Python function for the class of each: 1.1 times as fast.
    """
    from lxml import etree
    from lxml import html as lxml_html

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    kinds = etree.ElementDefaultClassLookup(
        element=lxml_html.HtmlElement,
        comment=lxml_html.HtmlComment,
        pi=lxml_html.HtmlProcessingInstruction,
        entity=lxml_html.HtmlEntity,
    )
    parser.set_element_class_lookup(kinds)
    raw = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    return lxml_html.document_fromstring(raw, parser=parser, ensure_head_body=True), parser


def _problem(tree: Any, parser: Any) -> str | None:
    if any("depth" in entry.message for entry in parser.error_log) or tree.xpath("boolean(/*" + "/*" * DEEPEST + ")"):
        return TOO_DEEP
    if tree.xpath(f"boolean(//*[count(@*) > {MOST_ATTRIBUTES}])"):
        return TOO_WIDE
    return TOO_MANY if tree.xpath("count(//*)") > MOST_ELEMENTS else None


def _drop_code(tree: Any) -> None:
    """Take out what is no text: the extractor copies the tree several times."""
    from lxml import etree

    etree.strip_elements(tree, *_NO_TEXT, with_tail=False)
    for script in list(tree.iter("script")):
        if "ld+json" not in (script.get("type") or ""):
            script.drop_tree()


def _main_text(tree: Any, url: str | None, changes: list[str]) -> list[str]:
    """Return the main text in blocks; the tree may be changed."""
    body = _extracted(tree, url, fast=True)
    if body is None or not _is_most_of(body, tree):
        body = _extracted(tree, url)
    if body is None:
        body = _extracted(tree, url, precise=False)
    return [] if body is None else _once(list(_blocks(body)), tree, changes)


def _extracted(tree: Any, url: str | None, *, fast: bool = False, precise: bool = True) -> Any:
    """Return the body that trafilatura finds, or None; `fast` leaves out its second opinions."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(
        tree,
        url=url,
        fast=fast,
        favor_precision=precise,
        favor_recall=not precise,
        include_comments=False,
        deduplicate=False,
    )
    return found.body if found is not None and (found.text or "").strip() else None


def _is_most_of(body: Any, tree: Any) -> bool:
    """Return whether an extracted body is so much of a page that a second opinion would not replace it.

    trafilatura prefers other extractors where they find more than twice the text. Where the first has a quarter of all
    there is and is no fragment they did not on any of 96 pages; a third of the time goes into asking them.
    """
    found = _size(body)
    return found >= _LEAST_BODY and found * _LEAST_SHARE >= _size(tree.body)


def _size(element: Any) -> int:
    """Return how many letters an element holds, runs of spaces as one."""
    return len(" ".join("".join(element.itertext()).split()))


def _blocks(body: Any) -> Iterator[str]:
    """Yield the blocks of an extracted body, each on lines of its own."""
    pieces: list[str] = []
    stack: list[tuple[Any, bool]] = [(body, False)]
    while stack:
        element, done = stack.pop()
        if not isinstance(element.tag, str):
            pieces.append(element.tail or "")
            continue
        is_block = element.tag in _BLOCKS
        if is_block:
            yield from _paragraphs(pieces)
        if done:
            pieces.append(element.tail or "")
            continue
        pieces.append({"lb": "\n", "cell": " "}.get(element.tag, "") + (element.text or ""))
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield from _paragraphs(pieces)


def _paragraphs(pieces: list[str]) -> Iterator[str]:
    text = "".join(pieces)
    pieces.clear()
    for part in re.split(r"\n[ \t]*\n\s*", text):
        lines = (" ".join(line.split()) for line in part.splitlines())
        if block := "\n".join(line for line in lines if line):
            yield block


def _once(blocks: list[str], tree: Any, changes: list[str]) -> list[str]:
    """Return the blocks without those that the extractor gave more often than the page has them.

    Where much of the text stands in the page twice, as layouts for two screens do it, it is read once as well.
    A single paragraph that an outlet printed twice stays.
    """
    keys = [plain(block) if len(_WORD.findall(block)) >= _LEAST_REPEAT else "" for block in blocks]
    places: dict[str, list[int]] = {}
    for i, key in enumerate(keys):
        if key:
            places.setdefault(key, []).append(i)
    repeated = {key: found for key, found in places.items() if len(found) > 1}
    if not repeated:
        return blocks
    page = plain(tree.text_content())
    surplus = {i for key, found in repeated.items() for i in found[max(1, page.count(key)) :]}
    if surplus:
        changes.append(EMITTED_TWICE)
    elif surplus := _second_copy(keys, repeated):
        changes.append(STANDS_TWICE)
    return [block for i, block in enumerate(blocks) if i not in surplus]


def _second_copy(keys: list[str], repeated: dict[str, list[int]]) -> set[int]:
    """Return the places of the blocks that follow one another as they did once before; empty unless that is much."""
    shifts = Counter(found[1] - found[0] for found in repeated.values())
    shift = max(shifts, key=lambda s: (shifts[s], -s))
    again = {found[1] for found in repeated.values() if found[1] - found[0] == shift}
    size = sum(len(keys[i]) for i in again)
    return again if len(again) > 1 and size >= _HALF * sum(map(len, keys)) else set()


def _with_data(captions: list[str], more: Iterator[str], blocks: list[str], title: str | None) -> list[str]:
    """Return the captions with those of JSON-LD that neither they nor the text nor the title say already."""
    said = plain(" ".join([title or "", *blocks]))
    return distinct([*captions, *(caption for caption in more if plain(caption) not in said)])


def _alts(tree: Any) -> list[str]:
    """Return the descriptions of pictures for those who do not see them: they are no captions."""
    alts = (tidy(image.get("alt") or "") for image in tree.iter("img", "amp-img"))
    return list(dict.fromkeys(alt for alt in alts if len(alt.split()) >= _LEAST_ALT_WORDS))[:20]
