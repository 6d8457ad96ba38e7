"""Who a passage is credited to, with evidence; without evidence there is no origin.

Credits come from `dedup.credits`. Of a page with several stories only those count that stand nearest to the passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dedup import agencies
from dedup.credits import Credit
from dedup.model import Document, Origin

# The least lag by which a first publication counts as earlier, by the precision of the dates (seconds).
LEAST_LAG = {"second": 60.0, "minute": 60.0, "day": 86_400.0, "month": 31 * 86_400.0, "year": 366 * 86_400.0}

# The least part of a passage that a carrier has whose credit counts for it.
LEAST_EXTENT = 0.5
# How far into a passage its own dateline or byline may stand (characters).
BEGINNING = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A carrier as origins see it: its document, where the passage stands in it, its part of the passage, and the
    agency credits of the document."""

    document: Document
    start: int
    end: int
    extent: float
    credits: tuple[Credit, ...]


def origin(carriers: Sequence[Carried], is_caption: bool, outlets: Sequence[str] = ()) -> Origin:
    """Return the origin of a passage: a credited agency, and the document that had it first, each with evidence.

    `outlets` are those that are agencies by their names; an acronym in a credit may mean one of them.
    """
    agency, evidence, strength = _agency(carriers, is_caption, outlets)
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
        if first is not None and any(
            c.document.id == first.id and _credits_agency(c, agency, outlets) for c in carriers
        ):
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


def _credits_agency(carried: Carried, agency: str, outlets: Sequence[str]) -> bool:
    names = [c.agency for c in carried.credits]
    return agency in agencies.grouped([*names, agency, *outlets]).values() and any(
        agencies.grouped([n, agency, *outlets])[n] == agency for n in names
    )


def _same_agency(outlet: str | None, agency: str) -> bool:
    if not outlet:
        return False
    same = agencies.grouped([outlet, agency])
    return outlet.casefold() == agency.casefold() or same[outlet] == same[agency] or agencies.initials(outlet) == agency


def _agency(
    carriers: Sequence[Carried], is_caption: bool, outlets: Sequence[str]
) -> tuple[str | None, tuple[str, ...], float]:
    """Return the agency that most carriers credit for this passage, the positions, and a confidence."""
    credited = [_nearest(c, is_caption) for c in carriers if c.extent >= LEAST_EXTENT]
    names = agencies.grouped([*(c.agency for found in credited for c in found), *outlets])
    votes: dict[str, list[str]] = {}
    for found in credited:
        for name, position in {names[c.agency]: c.position for c in reversed(found)}.items():
            votes.setdefault(name, []).append(position)
    if not votes:
        return None, (), 0.0
    best = min(votes, key=lambda name: (-len(votes[name]), name))
    evidence = tuple(f"credit ({p})" for p in sorted(set(votes[best])))
    share = len(votes[best]) / len(carriers)
    return best, evidence, min(0.95, 0.55 + 0.25 * share + 0.1 * (len(votes[best]) > 1))


def _nearest(carried: Carried, is_caption: bool) -> list[Credit]:
    """Return the credits of a text that count for the passage, in order of place.

    A photo credit counts for a caption that it stands beside; of datelines and bylines the last one before the passage
    counts, of credits behind a text the first one after it.
    """
    if is_caption:
        near = (carried.start - 80, carried.end + 120)
        return [c for c in carried.credits if c.position == "photo credit" and near[0] <= c.start <= near[1]]
    before: dict[str, Credit] = {}
    after: dict[str, Credit] = {}
    for credit in carried.credits:
        if credit.position in ("dateline", "byline", "agency field") and credit.start <= carried.start + BEGINNING:
            before[credit.position] = credit
        elif credit.position in ("trailing credit", "reporting credit") and credit.start >= carried.start:
            after.setdefault(credit.position, credit)
    return sorted({*before.values(), *after.values()}, key=lambda c: (c.start, c.position, c.agency))


def _first(carriers: Sequence[Carried]) -> tuple[Document | None, bool]:
    """Return the document with the earliest publication and whether it leads by the least lag of its precision."""
    dated = [c.document for c in carriers if c.document.timestamp is not None]
    if len(dated) < len(carriers) or len({d.id for d in dated}) < 2:
        return None, False
    ranked = sorted({d.id: d for d in dated}.values(), key=lambda d: (d.timestamp or 0.0, d.id))
    lag = (ranked[1].timestamp or 0.0) - (ranked[0].timestamp or 0.0)
    least = max(LEAST_LAG.get(d.published_precision or "day", 86_400.0) for d in ranked[:2])
    return (ranked[0], True) if lag >= least else (None, False)
