"""Who a passage is credited to, with evidence; without evidence there is no origin.

An agency is credited only where credits stand: in a dateline ("CITY (XYZ) —"), in brackets or after a dash at the end
of the text, in a byline, in "reporting by", in a photo credit. An agency that a story is about is in none of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dedup.model import Document, Origin

# The least lag by which a first publication counts as earlier, by the precision of the dates (seconds).
LEAST_LAG = {"second": 60.0, "minute": 60.0, "day": 86_400.0, "month": 31 * 86_400.0, "year": 366 * 86_400.0}

# The least part of a passage that a carrier has whose credit counts for it.
LEAST_EXTENT = 0.5
_KNOWN = (
    "Reuters|Associated Press|Agence France-Presse|Press Association|PA Media|Bloomberg|Interfax|Xinhua|新华社|新華社|"
    "Kyodo(?: News)?|共同通信|時事通信|Jiji Press|Deutsche Presse-Agentur|Europa Press|Anadolu(?: Agency)?|ТАСС|"
    "РИА Новости|"
    "Интерфакс|Укрінформ|Укринформ|中央社|中新社|रॉयटर्स|पीटीआई|भाषा|رويترز|فرانس برس|وكالة الأنباء|اے پی پی|रायटर"
)
_NAME = (
    rf"(?:{_KNOWN}|[A-Z]{{2,6}}|"
    r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,3} (?:News|Press|Wire|Media)(?: (?:Agency|Service|Association))?)"
)
# a dateline's brackets hold an agency, also one of a single plain name
_IN_DATELINE = rf"(?:{_NAME}|[A-Z][a-z]+)"
_DASH = r"\s*(?:[—–‒―]|--|-)\s*"
_DATELINE = re.compile(rf"^[^\n(]{{2,60}}\(\s*({_IN_DATELINE})\s*\){_DASH}", re.MULTILINE)
_OPENING = re.compile(rf"^\(\s*({_IN_DATELINE})\s*\){_DASH}", re.MULTILINE)
_CJK_DATELINE = re.compile(r"^[【（(［\[]([^】）)\]\n]{2,24}?)(?:[ 　/／][^】）)\]\n]{0,24})?[】）)］\]]")
_BYLINE = re.compile(rf"^(?:By|Von|Por|Par)\s+[^\n,]{{2,60}},\s*({_NAME})\s*$", re.MULTILINE)
_REPORTING = re.compile(
    rf"(?:reporting by|material from|with|mit Material (?:von|der)|con información de|avec)\s+({_NAME})\b",
    re.IGNORECASE,
)
_STAFF = re.compile(r"\b([A-Z]{2,6}) and staff (?:reports|writers)\b", re.IGNORECASE)
_PHOTO = re.compile(rf"(?:Photo|Foto|Picture|Image|Photograph)s?\s*:\s*(?:[^\n/]{{1,40}}?[/, ]\s*)?({_NAME})\b")
# Credits by position, and what stands in each text that has one: looking for that first takes a tenth of the time.
_PATTERNS = (
    ("dateline", _DATELINE, ("(",)),
    ("dateline", _OPENING, ("\n(",)),
    ("byline", _BYLINE, ("\nby", "\nvon", "\npor", "\npar")),
    ("staff credit", _STAFF, (" and staff ",)),
    ("photo credit", _PHOTO, ("photo", "foto", "picture", "image")),
)
_TAIL_SIGNS = frozenset("—–―(")
_REPORTING_SIGNS = ("report", "material", "información")
_NOT_AGENCIES = frozenset(
    "PICTURED PHOTO FILE VIDEO UPDATED CORRECTED LIVE WATCH READ MORE THE AM PM US UK EU UN TV BST GMT".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An agency credited in a text, the position it stands in, and that position's place (code points)."""

    agency: str
    position: str
    start: int


def credits(document: Document) -> list[Credit]:
    """Return the agency credits of a text, in order of place; empty when an agency is only written about.

    >>> credits(Document(text="KYIV (Reuters) — The bridge was closed on Monday."))[0].agency
    'Reuters'
    >>> credits(Document(text="Thomson Reuters posts profit, the company said."))
    []
    """
    text = document.text
    found: list[Credit] = []
    if document.agency:
        found.append(Credit(agency=document.agency, position="agency field", start=0))
    for byline in (document.author or "",):
        match = re.search(rf",\s*({_NAME})\s*$", byline)
        if match:
            found.append(Credit(agency=match[1], position="byline", start=0))
    lowered = "\n" + text.lower()
    for position, pattern, signs in _PATTERNS:
        if any(sign in lowered for sign in signs):
            found += [Credit(agency=m[1], position=position, start=m.start()) for m in pattern.finditer(text)]
    if any(sign in lowered for sign in _REPORTING_SIGNS):
        found += [
            Credit(agency=m[1], position="reporting credit", start=m.start())
            for m in _REPORTING.finditer(text)
            if any(sign in m[0].lower() for sign in _REPORTING_SIGNS)
        ]
    for m in _CJK_DATELINE.finditer(text):
        found.append(Credit(agency=m[1].strip(), position="dateline", start=m.start()))
    found += _trailing(text)
    kept = [c for c in found if c.agency.upper() not in _NOT_AGENCIES]
    return sorted(set(kept), key=lambda c: (c.start, c.position, c.agency))


def _trailing(text: str) -> list[Credit]:
    """Return a credit at the end of the text or of a paragraph that is nothing else."""
    found = []
    for m in re.finditer(r"[^\n]+", text):
        line = m[0].rstrip()
        if _TAIL_SIGNS.isdisjoint(line):
            continue
        tail = re.search(rf"(?:[—–―]\s*|\(\s*)({_NAME})\s*\)?\s*$", line)
        if tail and (tail[1].isupper() or re.fullmatch(_KNOWN, tail[1])):
            found.append(Credit(agency=tail[1], position="trailing credit", start=m.start() + tail.start()))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A carrier as origins see it: its document, where the passage stands in it, its part of the passage, and the
    agency credits of the document."""

    document: Document
    start: int
    end: int
    extent: float
    credits: tuple[Credit, ...]


def origin(carriers: Sequence[Carried], is_caption: bool) -> Origin:
    """Return the origin of a passage: a credited agency, and the document that had it first, each with evidence."""
    agency, evidence, strength = _agency(carriers, is_caption)
    first, lag = _first(carriers)
    if agency:
        own = [c for c in carriers if _same_agency(c.document.outlet, agency)]
        if own:
            earliest = min(own, key=lambda c: (c.document.timestamp or float("inf"), c.document.id))
            return Origin(
                doc_id=earliest.document.id,
                agency=agency,
                evidence=(*evidence, "the agency's own copy"),
                confidence=0.95,
            )
        if first is not None and any(c.document.id == first.id and _credits_agency(c, agency) for c in carriers):
            return Origin(
                doc_id=first.id,
                agency=agency,
                evidence=(*evidence, "earliest"),
                confidence=round(strength, 6),
            )
        return Origin(doc_id=None, agency=agency, evidence=evidence, confidence=round(strength, 6))
    if first is not None and lag:
        return Origin(doc_id=first.id, agency=None, evidence=("earliest",), confidence=0.5)
    return Origin()


def _credits_agency(carried: Carried, agency: str) -> bool:
    return any(c.agency.casefold() == agency.casefold() for c in carried.credits)


def _same_agency(outlet: str | None, agency: str) -> bool:
    if not outlet:
        return False
    initials = "".join(w[0] for w in outlet.split() if w[:1].isupper())
    return outlet.casefold() == agency.casefold() or (len(agency) > 1 and initials == agency)


def _agency(carriers: Sequence[Carried], is_caption: bool) -> tuple[str | None, tuple[str, ...], float]:
    """Return the agency that most carriers credit for this passage, the positions, and a confidence."""
    votes: dict[str, list[str]] = {}
    for carried in carriers:
        # who has only a small part of a passage says little about where the whole came from
        if carried.extent < LEAST_EXTENT:
            continue
        names: dict[str, str] = {}
        for credit in carried.credits:
            photo = credit.position == "photo credit"
            near = carried.start - 80 <= credit.start <= carried.end + 120
            if photo != is_caption or (photo and not near):
                continue
            if not photo and credit.position == "dateline" and not (credit.start <= carried.start + 120):
                continue
            names.setdefault(credit.agency, credit.position)
        for name, position in names.items():
            votes.setdefault(name, []).append(position)
    if not votes:
        return None, (), 0.0
    best = min(votes, key=lambda name: (-len(votes[name]), name))
    positions = sorted(set(votes[best]))
    evidence = tuple(f"credit ({p})" for p in positions)
    share = len(votes[best]) / len(carriers)
    return best, evidence, min(0.95, 0.55 + 0.25 * share + 0.1 * (len(votes[best]) > 1))


def _first(carriers: Sequence[Carried]) -> tuple[Document | None, bool]:
    """Return the document with the earliest publication and whether it leads by the least lag of its precision."""
    dated = [c.document for c in carriers if c.document.timestamp is not None]
    if len(dated) < len(carriers) or len({d.id for d in dated}) < 2:
        return None, False
    ranked = sorted({d.id: d for d in dated}.values(), key=lambda d: (d.timestamp or 0.0, d.id))
    lag = (ranked[1].timestamp or 0.0) - (ranked[0].timestamp or 0.0)
    least = max(LEAST_LAG.get(d.published_precision or "day", 86_400.0) for d in ranked[:2])
    return (ranked[0], True) if lag >= least else (None, False)
