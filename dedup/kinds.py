"""What a cluster is: wire copy, quotation, caption, boilerplate, stock phrase, or other.

Each kind collects signals with a strength in (0, 1); its confidence is `1 - prod(1 - strength)` of the signals for it
times `prod(1 - strength)` of those against it. The strongest kind wins; below 0.6 the kind is `other` and the two best
guesses are named in the evidence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dedup.model import Kind

LEAST_CONFIDENCE = 0.6

_OPENING = "“„«‹「『《〝"
_CLOSING = "”»›」』》〞“"
_STRAIGHT = '"＂'
# These three are looked for in lower case: three times quicker than a pattern that ignores case.
_CAPTION_MARK = re.compile(
    r"\(\s*pictured|\bpictured\b|\bfile (?:photo|picture|image)\b"
    r"|\b(?:photo|picture|image|photograph|foto|imagen|bild)s?\s*[:/(]"
    r"|\b(?:photo|foto|photographie) (?:by|credit|de|von)\b|\(\s*(?:left|right|centre|center|above|below)\s*\)"
    r"|\bhandout\b|\([^()/\n]{3,40}/[^()/\n]{3,40}\)\s*$|\barchiv(?:e|bild|o)?\b|\bimago\b"
    r"|صورة|الصورة|تصویر|تصوير|фото|图片|圖片|资料图|資料圖|图为|圖為|攝|摄|写真|撮影|資料|ภาพ|फोटो|तस्वीर|चित्र|छायाचित्र",
)
_FURNITURE_MARK = re.compile(
    r"\b(?:cookies?|subscri|newsletter|sign[- ]?(?:up|in)|log ?in|read more|most read"
    r"|related (?:articles|stories|topics|content|news)|all rights reserved|copyright"
    r"|privacy (?:policy|notice|settings)|terms of (?:use|service)"
    r"|click here|(?:leave|post) a comment|comments (?:are|section|policy)|join the conversation|moderat|advertis"
    r"|follow us|share this|download (?:our|the)|the app\b"
    r"|support (?:local|our|quality) journalism|do you have a story|our newsdesk|in your inbox|republication"
    r"|abonn|suscr|inscri|werbung|datenschutz|registrier|anmelden|alle rechte|plus-angebot|weiterlesen"
    r"|connectez-vous|réservé à nos|tous droits|lire la suite|regístr|inicia sesión|derechos reservados"
    r"|abbonat|accedi\b|riproduzione riservata|assinante|direitos reservados|prenumer|alla rättigheter)\w*"
    r"|ملفات تعريف|اشترك|جميع الحقوق|لقراءة المزيد|подпис|подпиш|реклам|все права защищены|войдите|усі права"
    r"|订阅|訂閱|登录|登入|点击|點擊|版权|版權|转载|轉載|新闻热线|客户端|关注我们|公众号"
    r"|購読|会員|ログイン|無断転載|続きを読む|아무단|무단전재|구독|로그인"
    r"|สมัคร|กดติดตาม|ดาวน์โหลด|सदस्यता|सब्सक्राइब|डाउनलोड|सर्वाधिकार|کوکیز|حقوق محفوظ",
)
# What a company or an author says of itself at the end of every release or article.
_ABOUT_MARK = re.compile(
    r"^\W*(?:about|über|à propos d|acerca de|sobre|informazioni su|о компании|об авторе|про компанію|关于|關於|نبذة عن"
    r"|के बारे में)[^:\n]{0,60}[:：]",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"\b(?:said|says|told|added|tweeted|wrote|stated|testified|explained|insisted|warned|argued|according to|statement"
    r"|sagte|erklärte|dijo|declaró|afirmó|a déclaré|a dit|affirmé|disse)\b"
    r"|сказал|заявил|отметил|сообщил|каза|заяви|说|說|表示|称|稱|述べ|話し|語っ|と話|कहा|म्हण|กล่าว|บอก|قال|قالت|أضاف|کہا",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A member as the kinds see it: its text, what stands around it, and where it stands.

    `before` and `after` are up to 200 characters of the same paragraph; `alone` is true when the member is a whole
    paragraph but for a credit or a remark in brackets; `quoted` its share inside quotation
    marks; `document_share` is its part of the whole text.
    """

    text: str
    before: str
    after: str
    paragraph: str
    alone: bool
    quoted: float
    document_share: float
    document: int
    outlet: str
    family: str
    is_caption_field: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a cluster as a whole.

    `unrelated`: its texts have nothing else in common; `distance`, in [0, 1]: how surely they tell different stories,
    by what they say around the passage; `company`: in which share of pairs of its texts other passages are shared, None
    for one text.
    """

    words: float
    furniture: str | None
    furniture_confidence: float
    unrelated: bool
    distance: float
    company: float | None
    credited: bool
    body_twice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A kind with confidence in [0, 1] and the signals that speak for it."""

    kind: Kind
    confidence: float
    evidence: tuple[str, ...]


# Share of a passage inside quotation marks from which it is a quotation.
QUOTED = 0.7
# Captions are paragraphs of between these lengths (characters).
SHORTEST_CAPTION, LONGEST_CAPTION = 20, 400
# Longest run (characters) that is a caption because it has a mark and stands in one text more than once.
LONGEST_REPEATED = 1200
# Longest formula and longest piece of furniture that is told by its words.
LONGEST_FORMULA, LONGEST_FURNITURE = 40, 120
_SENTENCE_END = tuple(".!?。！？।॥۔؟…")
_QUOTE_MARKS = re.compile(f"[{_STRAIGHT}{_OPENING}{_CLOSING}]")


def quoted_share(paragraph: str, start: int, end: int) -> float:
    """Return the share of `paragraph[start:end]` inside quotation marks.

    A straight mark opens and closes in turn; an opening mark without a closing one quotes to the end of the paragraph,
    as in quotations of several paragraphs.
    """
    depth, straight, inside, at = 0, False, 0, start
    for mark in _QUOTE_MARKS.finditer(paragraph, 0, end):
        here = mark.start()
        if (depth or straight) and here > at:
            inside += here - at
        at = max(at, here + 1)
        c = mark[0]
        if c in _STRAIGHT:
            straight = not straight
        elif c in _OPENING and not (c == "“" and depth and "„" in paragraph[:here]):
            depth += 1
        else:
            depth = max(0, depth - 1)
    if depth or straight:
        inside += max(0, end - at)
    share = inside / max(1, end - start)
    # what begins and ends as quotation is one, though somebody is named in the middle
    if 0.4 <= share < QUOTED and _is_quoted(paragraph, start) and (depth or straight):
        return QUOTED
    return share


def _is_quoted(paragraph: str, at: int) -> bool:
    """Return whether a place stands inside quotation marks."""
    before = paragraph[:at]
    opened = max((before.rfind(c) for c in _OPENING), default=-1)
    closed = max((before.rfind(c) for c in _CLOSING if c not in _OPENING), default=-1)
    return opened > closed or sum(before.count(c) for c in _STRAIGHT) % 2 == 1


def classify(occurrences: Sequence[Occurrence], context: Context) -> Assignment:
    """Return the kind of a cluster from its occurrences (at least two)."""
    caption = _caption(occurrences, context)
    signals: dict[Kind, list[tuple[float, str]]] = {
        "wire_copy": _wire(occurrences, context, _combine(caption)),
        "quotation": _quotation(occurrences, context),
        "caption": caption,
        "boilerplate": _boilerplate(occurrences, context),
        "stock_phrase": _stock(occurrences, context, _combine(caption)),
    }
    told = context.company is not None or _sentences(occurrences) >= 0.5
    if told and all(_combine(found) < 0.3 for kind, found in signals.items() if kind != "wire_copy"):
        signals["wire_copy"].append((0.3, "nothing speaks for another kind"))
    confidences = {kind: _combine(found) for kind, found in signals.items()}
    ranked = sorted(confidences, key=lambda kind: (-confidences[kind], kind))
    best, second = ranked[0], ranked[1]
    # a rival that is nearly as strong takes away confidence
    confidence = round(confidences[best] * (1.0 - 0.4 * confidences[second] ** 2), 6)
    evidence = tuple(text for strength, text in signals[best] if strength > 0)
    if confidence < LEAST_CONFIDENCE:
        guesses = f"undecided between {best} ({confidences[best]:.2f}) and {second} ({confidences[second]:.2f})"
        return Assignment(kind="other", confidence=round(1.0 - confidence, 6), evidence=(guesses, *evidence))
    return Assignment(kind=best, confidence=confidence, evidence=evidence)


def _combine(signals: Sequence[tuple[float, str]]) -> float:
    """Return the joint confidence; negative strengths speak against."""
    missing, against = 1.0, 1.0
    for strength, _ in signals:
        if strength > 0:
            missing *= 1.0 - strength
        else:
            against *= 1.0 + strength
    return (1.0 - missing) * against


def _sentences(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that begin and end where sentences do: within one text, narrative that is told
    twice does; headlines in a list and the frames of a gallery do not."""
    whole = 0
    for o in occurrences:
        before, after = o.before.rstrip(" \t\"'“„«»(*•-–—"), o.after.lstrip(" \"'”»)")
        begins = not before or before.endswith((*_SENTENCE_END, ":"))
        whole += begins and (not after or after.startswith(_SENTENCE_END) or o.text.endswith(_SENTENCE_END))
    return whole / len(occurrences)


def _quotes(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that stand in quotation marks."""
    return sum(o.quoted >= QUOTED for o in occurrences) / len(occurrences)


def _quotation(occurrences: Sequence[Occurrence], context: Context) -> list[tuple[float, str]]:
    share = _quotes(occurrences)
    found: list[tuple[float, str]] = []
    if share > 0:
        found.append((0.92 * share**0.25, f"inside quotation marks in {share:.0%} of its places"))
        speech = sum(bool(_SPEECH.search(f"{o.before[-120:]} {o.after[:120]}".lower())) for o in occurrences)
        if speech:
            found.append((0.3 * speech / len(occurrences), "a speech verb stands beside it"))
    if context.furniture:
        found.append((-0.6, ""))
    if share < 0.3:
        found.append((-0.5, ""))
    return found


def _has_caption_mark(occurrence: Occurrence) -> bool:
    return len(occurrence.paragraph) <= LONGEST_CAPTION and _is_marked(occurrence.paragraph)


@functools.lru_cache(maxsize=1 << 10)
def _is_marked(paragraph: str) -> bool:
    """Return whether a paragraph has a mark or credit of a caption; asked several times of each."""
    return bool(_CAPTION_MARK.search(paragraph.lower()))


def looks_like_caption(occurrence: Occurrence) -> bool:
    """Return whether a short paragraph has a caption mark or credit, or is no sentence: nothing ends it."""
    paragraph = occurrence.paragraph.strip()
    if len(paragraph) > LONGEST_CAPTION:
        return False
    ends = paragraph.rstrip("\"'”’»」』)）").endswith(_SENTENCE_END)
    return _is_marked(occurrence.paragraph) or (not ends and len(paragraph) > SHORTEST_CAPTION)


def _marked_inside(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that hold a caption mark themselves, whatever paragraph they stand in: the
    captions of a gallery run on, and those of agencies are long."""
    return sum(len(o.text) <= LONGEST_REPEATED and _is_marked(o.text) for o in occurrences) / len(occurrences)


def _caption(occurrences: Sequence[Occurrence], context: Context) -> list[tuple[float, str]]:
    alone = sum(o.alone for o in occurrences) / len(occurrences)
    marked = sum(_has_caption_mark(o) for o in occurrences)
    repeats = len(occurrences) - len({o.document for o in occurrences})
    found: list[tuple[float, str]] = []
    if any(o.is_caption_field for o in occurrences):
        found.append((0.9, "given as a caption by the page"))
    if marked and alone >= 0.5:
        found.append((0.75 + 0.15 * marked / len(occurrences), f"a caption mark stands in {marked} of its paragraphs"))
    elif marked and alone > 0:
        found.append((0.5, f"a caption mark stands in {marked} of its paragraphs"))
    twice = context.company is None and not marked and _marked_inside(occurrences) >= 0.5
    if twice:
        found.append((0.65, "a caption mark stands in it, more than once in one text"))
    open_ended = sum(o.alone and looks_like_caption(o) for o in occurrences) / len(occurrences)
    if not marked and open_ended > 0.5:
        found.append((0.55, "a paragraph of its own that is no full sentence"))
    if alone >= 0.5 and context.words <= 60:
        found.append((0.35 * alone, "a short paragraph of its own"))
    if repeats and alone >= 0.3 and context.words <= 60:
        found.append((0.45, f"stands {repeats} more time(s) in one text"))
    if context.words > 60 and not twice:
        found.append((-0.7, ""))
    if context.furniture or not found or _furniture_share(occurrences, context) >= 0.5:
        found.append((-0.6, ""))
    if max(o.document_share for o in occurrences) > 0.5:
        found.append((-0.5, ""))
    return found


def _furniture_share(occurrences: Sequence[Occurrence], context: Context) -> float:
    """Return in which share of its places a short passage is a paragraph with words of navigation and the like.

    A story about subscribers has such words too; it is told by standing among its like.
    """
    if context.words > LONGEST_FURNITURE or (context.company and context.company >= 0.5 and not context.distance):
        return 0.0
    return sum(o.alone and _has_furniture_mark(o.text) for o in occurrences) / len(occurrences)


@functools.lru_cache(maxsize=1 << 10)
def _has_furniture_mark(text: str) -> bool:
    """Return whether a text has words of navigation and the like; asked several times of each passage."""
    return bool(_FURNITURE_MARK.search(text.lower()))


def _boilerplate(occurrences: Sequence[Occurrence], context: Context) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if context.furniture:
        found.append((context.furniture_confidence, context.furniture))
    if _furniture_share(occurrences, context) >= 0.5:
        found.append((0.68, "words of navigation, registration, rights or subscription"))
    about = sum(bool(_ABOUT_MARK.match(o.paragraph)) for o in occurrences) / len(occurrences)
    alone = sum(o.alone for o in occurrences) / len(occurrences)
    if about >= 0.5 and alone >= 0.5:
        found.append((0.85, "a paragraph that says what a company or an author is"))
    pages = len({o.document for o in occurrences})
    if alone >= 0.5 and pages > 1 and len({o.family for o in occurrences}) < pages:
        strength = round(0.8 * context.distance, 6)
        if strength:
            found.append((strength, "a paragraph of its own on pages of one family that tell different stories"))
    if alone < 0.3 and context.words < 25:
        found.append((-0.4, ""))
    if _quotes(occurrences) >= 0.5:
        found.append((-0.6, ""))
    return found


def _stock(occurrences: Sequence[Occurrence], context: Context, caption: float) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if context.words > LONGEST_FORMULA:
        return found
    if context.unrelated:
        found.append((0.75, "a short run in texts that have nothing else in common"))
    if context.distance:
        found.append((round(0.75 * context.distance, 6), "a short run in texts that tell different stories"))
        if context.company == 0.0:
            found.append((0.4, "it is all that its texts share"))
    if context.company:
        found.append((round(-0.5 * context.company, 6), ""))
    if _furniture_share(occurrences, context) >= 0.5:
        found.append((-0.6, ""))
    one_family = len({o.family for o in occurrences}) == 1
    if one_family and sum(o.alone for o in occurrences) * 2 >= len(occurrences):
        found.append((-0.5, ""))
    if _quotes(occurrences) >= 0.5:
        found.append((-0.7, ""))
    if caption > 0.6:
        found.append((-0.5, ""))
    return found


def _wire(occurrences: Sequence[Occurrence], context: Context, caption: float) -> list[tuple[float, str]]:
    families = len({o.family for o in occurrences})
    found: list[tuple[float, str]] = []
    long = min(1.0, context.words / 60.0)
    found.append((0.4 + 0.45 * long, f"{context.words:.0f} words of running text in common"))
    if context.company and context.company >= 0.5:
        found.append((0.4, "its texts share more passages"))
    if context.company is None and not context.body_twice and caption >= 0.5:
        found.append((-0.5, ""))
    if families > 1:
        found.append((0.25 + 0.1 * min(families, 5) / 5, f"carried by {families} families"))
    if context.credited and (families > 1 or context.words > LONGEST_FORMULA):
        found.append((0.4, "an agency is credited where credits stand"))
    if context.furniture:
        found.append((-0.85, ""))
    if context.unrelated:
        found.append((-0.6, ""))
    if context.words <= LONGEST_FORMULA and context.distance:
        found.append((round(-0.7 * context.distance, 6), ""))
    if _furniture_share(occurrences, context) >= 0.5:
        found.append((-0.5, ""))
    if context.body_twice:
        found.append((0.5, "extraction artefact: the text stands twice on one page"))
    share = _quotes(occurrences)
    if share >= 0.5:
        found.append((-0.75 * share, ""))
    if caption > 0.7:
        found.append((-0.5, ""))
    return found
