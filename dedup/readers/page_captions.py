"""Captions of a page, taken out of its tree before the main text is looked for.

Extractors of main text take captions for furniture. They are told by the markup that content systems write:
`figcaption`, and classes with the word for caption in it. JSON-LD adds those that scripts show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LONGEST = 2000
"""Longer texts (in code points) are no captions, whatever their markup says."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SPACE = re.compile(r"\s+")
_LETTERS = re.compile(r"[\W_]+")
# The word for caption in class names, in the languages of content systems.
_NAMES = frozenset(
    "caption captions cutline bildunterschrift bildtext bildetekst legende legenda didascalia onderschrift piefoto "
    "pieddephoto photodescription imagedescription".split()
)
_ENDINGS = ("caption", "cutline", "bildunterschrift", "bildtext")
_NAMED = re.compile("|".join(sorted({*_NAMES, *_ENDINGS})))
# Areas and controls that show other stories, or nothing of this one.
_FOREIGN = frozenset(
    "related recirc recirculation trending teaser promo promoted newsletter recommended recommendations popular "
    "outbrain taboola sponsored cookie cookies cli consent breadcrumb menu "
    "selection author byline bio signup subscribe comments comment breaking headline headlines".split()
)
_ADVERTS = frozenset("advert advertisement ad ads pfad".split())
_CONTROLS = frozenset(
    "vjs jw player button settings toggle link captionlink icon more close share enlarge hide truncated".split()
)
_HIDDEN = frozenset(("offscreen", "off-screen", "visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text"))
_CREDIT_NAMES = frozenset("credit credits creditline copyright copyrightholder source attribution photographer".split())
_NO_CAPTION = frozenset(("html", "body", "article", "section", "main", "caption", "track", "video", "audio", "table"))
_SILENT = frozenset(("script", "style", "template", "button", "noscript", "select", "textarea", "svg", "iframe"))
_PICTURES = ("img", "picture", "video", "amp-img", "iframe", "svg")
_BREAKING = frozenset(("p", "div", "br", "li", "dt", "dd", "span", "cite", "small", "figcaption", "h3", "h4", "td"))
_COUNTER = re.compile(
    r"^(?:image |photo |slide )?\(?\d{1,3}\s*(?:of|/|von|sur|de)\s*\d{1,3}\)?[\s:.–-]*", re.IGNORECASE
)
_LABEL = re.compile(r"^(?:image|media|photo|video) caption[:\s]+", re.IGNORECASE)
_CREDIT = re.compile(
    r"^[\W_]*(?:(?:photo|picture|image|video|illustration|screenshot)s?(?:graph|grapher)?s?"
    r"(?: (?:by|credit|source|courtesy))?|credits?|source|copyright|courtesy|foto(?:graf)?s?|bild(?:er)?|quelle|"
    r"crédits?|crédito|фото|©|\(c\))(?![a-z])\s*[:©/|(]?\s*\S.*$",
    re.IGNORECASE,
)
_CREDIT_AT_END = re.compile(
    r"[(\[](?:photo|image|picture|credit|courtesy|source|foto|bild|crédit|crédito|©)[^()\[\]]{2,80}[)\]]\W*$",
    re.IGNORECASE,
)
_CREDITED = frozenset(("p", "div", "td", "span"))
_BLOCKS = frozenset(("p", "div", "td", "table", "ul", "ol"))
_LONGEST_CREDITED = 600
_MOST_CREDIT_WORDS = 9
# Properties of JSON-LD under which pictures of the story stand, those under which others do, and the least letters.
_SHOWN = frozenset(("image", "primaryImageOfPage", "associatedMedia", "thumbnail"))
_NOT_SHOWN = frozenset(
    ("author", "publisher", "logo", "creator", "contributor", "mentions", "isPartOf", "itemListElement")
)
_LEAST_DATA = 18
# A single word of fewer letters is no caption; scripts without spaces need few letters for a sentence.
_LEAST_WORD = 14
_FIGURE_WORDS = (4, 80)


@dataclass(frozen=True, slots=True)
class _Found:
    """A caption met in the tree, with what follows it as its credit."""

    text: str
    is_credit: bool


def take_captions(tree: Any) -> list[str]:
    """Remove the captions from a tree and return them in the order of the page, none twice."""
    found: list[_Found] = []
    for element in list(_caption_elements(tree)):
        found.append(_read(element))
        _remove(element)
    return distinct(f.text for f in found if not f.is_credit)


def captions_of_data(values: Iterable[Any]) -> Iterator[str]:
    """Yield the captions of the pictures of stories in JSON-LD values, at any depth; logos and portraits are none."""
    stack: list[tuple[Any, bool]] = [(value, False) for value in values]
    while stack:
        value, shown = stack.pop(0)
        if isinstance(value, list):
            stack.extend((item, shown) for item in value)
        elif isinstance(value, dict):
            caption = value.get("caption")
            if shown and isinstance(caption, str) and len(plain(caption)) >= _LEAST_DATA:
                yield tidy(caption)
            stack.extend((inner, shown or key in _SHOWN) for key, inner in value.items() if key not in _NOT_SHOWN)


def distinct(captions: Iterable[str]) -> list[str]:
    """Return the captions without repeats, shortened forms and what is too short or long to be one.

    A form is shortened when it is cut with an ellipsis, or lacks no more than the credit.
    """
    kept: list[str] = []
    for caption in captions:
        if len(caption) > LONGEST or (len(caption) < _LEAST_WORD and " " not in caption):
            continue
        same = next((i for i, other in enumerate(kept) if _is_form_of(caption, other)), None)
        if same is None:
            kept.append(caption)
        elif len(plain(caption)) > len(plain(kept[same])):
            kept[same] = caption
    return kept


def plain(text: str) -> str:
    """Return the letters and figures of a text, in small letters: what makes two captions equal."""
    return _LETTERS.sub("", text).casefold()


def tidy(text: str) -> str:
    """Return a caption on one line, without the counters and labels of galleries."""
    line = _SPACE.sub(" ", text).strip()
    return _LABEL.sub("", _COUNTER.sub("", line)).strip(" |")


def words_of(element: Any) -> frozenset[str]:
    """Return the words of an element's class and id, in small letters; `articleImage__caption` has three."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return frozenset(word.lower() for word in _WORDS.findall(names[:500]))


def _caption_elements(tree: Any) -> Iterator[Any]:
    taken: set[Any] = set()
    beside = _beside_pictures(tree)
    for element in tree.iter("*"):
        if element.tag in _SILENT:
            continue
        if element.getparent() in taken:
            taken.add(element)
        elif _is_caption(element) or (element in beside and _ends_with_credit(element)):
            taken.add(element)
            if not _is_foreign(element):
                yield element


def _is_caption(element: Any) -> bool:
    if element.tag == "figcaption":
        return True
    if element.tag in _NO_CAPTION:
        return False
    if element.tag == "figure":
        return _is_plain_figure(element)
    if element.get("itemprop") == "caption" and not element.get("content"):
        return True
    names = element.get("class") or element.get("id")
    if not names or not _says_caption(names):
        return False
    words = words_of(element)
    named = bool(words & _NAMES) or any(w.endswith(_ENDINGS) for w in words)
    if not named or words & _CONTROLS:
        return False
    return not _holds_picture(element)


@lru_cache(maxsize=4096)
def _says_caption(names: str) -> bool:
    """Return whether there can be the word for caption in a class or id; a page says each of its names often."""
    return _NAMED.search(names.lower()) is not None


def _beside_pictures(tree: Any) -> set[Any]:
    """Return the blocks that follow a block that holds a picture."""
    found: set[Any] = set()
    seen: set[Any] = set()
    for picture in tree.iter(*_PICTURES):
        for above in picture.iterancestors():
            if above in seen:
                break
            seen.add(above)
            beside = above.getnext()
            if beside is not None and beside.tag in _CREDITED:
                found.add(beside)
    return found


def _ends_with_credit(element: Any) -> bool:
    """Return whether a block without inner blocks ends with a credit in brackets."""
    if len(element) > 12 or any(e.tag in _BLOCKS for e in element):
        return False
    text = _text(element)
    return len(text) <= _LONGEST_CREDITED and _CREDIT_AT_END.search(text) is not None


def _holds_picture(element: Any) -> bool:
    return next(element.iterdescendants(*_PICTURES), None) is not None


def _is_plain_figure(element: Any) -> bool:
    """Return whether a figure shows a text beside its picture, without any markup that says caption."""
    if next(element.iterdescendants("img", "amp-img", "picture"), None) is None:
        return False
    inner = element.iterdescendants()
    if any(isinstance(e.tag, str) and (e.tag in ("figcaption", "table") or _is_caption(e)) for e in inner):
        return False
    least, most = _FIGURE_WORDS
    return least <= len(_text(element, without_credits=True).split()) <= most


def _is_foreign(element: Any) -> bool:
    """Return whether a caption-like element shows another story: a teaser, or a text that is one link."""
    text = len(plain(_text(element)))
    if not text:
        return True
    if sum(len(plain(_text(link))) for link in element.iter("a") if _leads_away(link)) > 0.8 * text:
        return True
    if words_of(element) & (_FOREIGN | _ADVERTS):
        return True
    for above in element.iterancestors():
        if above.tag in ("nav", "footer"):
            return True
        if above.tag == "body" or above.find(".//h1") is not None:  # from here on it is the page
            return False
        if (above.tag == "a" and _leads_away(above)) or words_of(above) & _FOREIGN:
            return True
    return False


def _leads_away(link: Any) -> bool:
    address = (link.get("href") or "").partition("?")[0].lower()
    is_picture = address.endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"))
    return bool(address) and not address.startswith(("#", "javascript:")) and not is_picture


def _read(element: Any) -> _Found:
    text = tidy(_text(element))
    bare = tidy(_text(element, without_credits=True))
    credit = "" if element.tag == "figure" else _credit_beside(element)
    if credit and plain(credit) not in plain(text):
        text = f"{text} {credit}"
    return _Found(text, not plain(bare) or is_credit(bare))


def is_credit(text: str) -> bool:
    """Return whether a text names who made a picture and says nothing else.

    >>> is_credit("Photo: Ida Holm / NPA"), is_credit("Ida Holm opens the bridge. Photo: NPA")
    (True, False)
    """
    return _CREDIT.match(text) is not None and len(text.split()) <= _MOST_CREDIT_WORDS


def _credit_beside(element: Any) -> str:
    """Return the credit that follows a caption as an element of its own, and take it out of the tree."""
    beside = element.getnext()
    if beside is None or not isinstance(beside.tag, str) or not words_of(beside) & _CREDIT_NAMES:
        return ""
    credit = tidy(_text(beside))
    if len(credit) > 200:
        return ""
    _remove(beside)
    return credit


def _text(element: Any, *, without_credits: bool = False) -> str:
    """Return the visible text of an element, a space between its parts."""
    pieces: list[str] = []
    _gather(element, pieces, without_credits)
    return _SPACE.sub(" ", "".join(pieces)).strip()


def _gather(root: Any, pieces: list[str], without_credits: bool) -> None:
    # a stack instead of recursion: pages nest as deep as they like
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, done = stack.pop()
        if done:
            pieces.append(element.tail or "")
            continue
        if element is not root:
            stack.append((element, True))
        if not isinstance(element.tag, str) or (element is not root and _is_silent(element, without_credits)):
            continue
        if element.tag in _BREAKING:
            pieces.append(" ")
        pieces.append(element.text or "")
        stack.extend((child, False) for child in reversed(element))


def _is_silent(element: Any, without_credits: bool) -> bool:
    if element.tag in _SILENT:
        return True
    names = element.get("class")
    if not names:
        return element.get("hidden") is not None
    if _HIDDEN & set(names.lower().split()):
        return True
    words = words_of(element)
    if without_credits and words & _CREDIT_NAMES:
        return True
    return bool(words & {"more", "toggle", "truncated", "close", "enlarge"}) and not words & {"text", "full"}


def _remove(element: Any) -> None:
    """Take an element out of the tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = f"{parent.text or ''} {element.tail}"
        else:
            before.tail = f"{before.tail or ''} {element.tail}"
    parent.remove(element)


def _is_form_of(left: str, right: str) -> bool:
    """Return whether two captions are one: equal, or one the other without its end."""
    a, b = plain(left), plain(right)
    if a == b:
        return True
    short, long = (left, right) if len(a) < len(b) else (right, left)
    stem = re.sub(r"\s*(?:\.\.\.|…)(?: ?more)?$", "", short)
    begins = len(plain(stem)) > 12 and plain(long).startswith(plain(stem))
    if not begins:
        return False
    return stem != short or is_credit(_rest(long, plain(stem)))


def _rest(text: str, stem: str) -> str:
    """Return what follows the letters of `stem` in a text."""
    count = 0
    for i, mark in enumerate(text):
        if count >= len(stem):
            return text[i:].strip(" .,;")
        count += len(plain(mark))
    return ""
