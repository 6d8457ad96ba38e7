"""What a cluster is: wire copy, quotation, caption, boilerplate, stock phrase, or other.

Each kind collects signals with a strength in (0, 1); its confidence is `1 - prod(1 - strength)` of the signals for it
times `prod(1 - strength)` of those against it. The strongest kind wins; below 0.6 the kind is `other` and the two best
guesses are named in the evidence.
"""

from __future__ import annotations

import functools
import itertools
import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dedup.cues import cue_signs, marks, places
from dedup.cues.places import Occurrence
from dedup.model import Kind

LEAST_CONFIDENCE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a cluster as a whole.

    `unrelated`: its texts have nothing else in common; `distance`, in [0, 1]: how surely they tell different stories,
    by what they say around the passage; `untitled`: it is one family's, and holds little of the titles of its texts;
    `company`: in which share of pairs of its texts other passages are shared, None for one text; `lasting`: no two of
    its texts were published in one week.
    """

    words: float
    furniture: str | None
    furniture_confidence: float
    unrelated: bool
    distance: float
    company: float | None
    lasting: bool
    credited: bool
    body_twice: bool
    untitled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A kind with confidence in [0, 1] and the signals that speak for it; of `other`, the two kinds that it may be."""

    kind: Kind
    confidence: float
    evidence: tuple[str, ...]
    rivals: tuple[Kind, ...] = ()


# Longest run (characters) that is a caption because it has a mark and stands in one text more than once.
LONGEST_REPEATED = 1200
# Share of what is shared that stands framed, from which it is captions; of two places one is little more than half.
MOSTLY_FRAMED = 0.6
# Most characters between two places of a text that stand in a row.
IN_A_ROW = 40
# Longest formula and longest piece of furniture that is told by its words.
LONGEST_FORMULA, LONGEST_FURNITURE = 40, 120
# Longest part of a sentence (words) that may be a mere description when texts share nothing else, and whatever they
# share: two reporters of one event write so much alike.
PASSING, ALIKE = 15, 11
# Parts of a text up to which a passage may be a formula in it, and from which it is what the text is about: a brief
# and the report that it was cut from tell little else in common. Formulas of our corpora are at most 0.29 of a text.
FORMULA_PART, STORY_PART = 0.25, 0.4
# Texts of one outlet from which what they share is a note of its own, how surely they tell different stories then, and
# the longest such line.
SEVERAL_TEXTS, OTHER_STORIES, LONGEST_LINE = 3, 0.8, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the places of a cluster show, each as the share of places that show it; `framed` by their length.

    `spoken`: inside quotation marks, or somebody speaking of himself who is introduced; `framed`: with marks that only
    captions have; `in_row`: right behind another place of the same text; `whole`: sentences; `inside`: begins within a
    sentence; `open`: in lines that end no sentence; `together`: headlines run together; `listed`: tables and lists of
    names; `author`: notes on who wrote a column; `links`, `mail` and `rights`: what leads elsewhere, addresses to write
    to, and notices of rights; `alone`: paragraphs of their own; `furniture`: those of a short passage with words of
    navigation and the like. `small`: how surely it is a small part of its texts. `pages`, `outlets` and `families`
    are how many these are; `there` are the signs of all.
    """

    spoken: float
    framed: float
    in_row: float
    whole: float
    inside: float
    open: float
    together: float
    listed: float
    author: float
    links: float
    mail: float
    rights: float
    alone: float
    furniture: float
    small: float
    pages: int
    outlets: int
    families: int
    there: int


def _read(occurrences: Sequence[Occurrence], context: Context) -> _Shown:
    """Return what the places show; contact lines and notices of rights are looked for in short passages alone, and
    nothing is looked for whose sign is in no place."""
    short, told = context.words <= LONGEST_FORMULA, context.words <= LONGEST_FURNITURE
    there, pages = _there(occurrences), len({o.document for o in occurrences})
    inside = list(map(places.is_inside, occurrences))
    listed = list(map(places.is_listed, occurrences))

    def share(shows: Callable[[Occurrence], bool], asked: int | bool = True) -> float:
        return sum(map(shows, occurrences)) / len(occurrences) if asked else 0.0

    return _Shown(
        spoken=_spoken(occurrences),
        framed=_part(occurrences, list(map(places.is_framed, occurrences))) if there & cue_signs.FRAME else 0.0,
        in_row=_in_row(occurrences) if pages < len(occurrences) else 0.0,
        whole=sum(not i and places.is_ended(o) for o, i in zip(occurrences, inside, strict=True)) / len(occurrences),
        inside=sum(inside) / len(occurrences),
        open=share(places.is_open),
        together=share(places.is_together, there & cue_signs.TOGETHER),
        listed=max(sum(listed) / len(listed), _part(occurrences, listed)) if any(listed) else 0.0,
        author=share(places.is_about_author, told and there & cue_signs.AUTHOR),
        links=share(places.leads_elsewhere, short),
        mail=share(places.has_mail, short),
        rights=share(places.claims_rights, short and there & cue_signs.RIGHTS),
        alone=share(places.is_alone),
        furniture=share(places.is_furniture_alone, _may_be_furniture(context) and there & cue_signs.FURNITURE),
        small=_smallness([o.document_share for o in occurrences]),
        pages=pages,
        outlets=len({o.outlet for o in occurrences}),
        families=len({o.family for o in occurrences}),
        there=there,
    )


def _smallness(parts: Sequence[float]) -> float:
    """Return how surely a passage that is such parts of its texts may be a formula in them, in [0, 1]: of two both must
    be small, of more most."""
    part = max(parts) if len(parts) == 2 else statistics.median(parts)
    return min(1.0, max(0.0, (STORY_PART - part) / (STORY_PART - FORMULA_PART)))


def _there(occurrences: Sequence[Occurrence]) -> int:
    """Return the signs of all places."""
    return functools.reduce(operator.or_, [o.signs for o in occurrences])


def classify(occurrences: Sequence[Occurrence], context: Context) -> Assignment:
    """Return the kind of a cluster from its occurrences (at least two)."""
    signals = _signals(occurrences, context)
    known = _confidences(signals)
    best, second = sorted(known, key=lambda kind: (-known[kind], kind))[:2]
    # a rival that is nearly as strong takes away confidence
    confidence = round(known[best] * (1.0 - 0.4 * known[second] ** 2), 6)
    evidence = tuple(text for strength, text in signals[best] if strength > 0)
    if confidence < LEAST_CONFIDENCE:
        guesses = f"undecided between {best} ({known[best]:.2f}) and {second} ({known[second]:.2f})"
        told, doubt = (guesses, *evidence), round(1.0 - confidence, 6)
        return Assignment(kind="other", confidence=doubt, evidence=told, rivals=(best, second))
    return Assignment(kind=best, confidence=confidence, evidence=evidence)


def confidences(occurrences: Sequence[Occurrence], context: Context) -> dict[Kind, float]:
    """Return how sure each kind is by itself, in [0, 1], before they are compared."""
    return _confidences(_signals(occurrences, context))


def _confidences(signals: Mapping[Kind, Sequence[tuple[float, str]]]) -> dict[Kind, float]:
    return {kind: _combine(found) for kind, found in signals.items()}


def _signals(occurrences: Sequence[Occurrence], context: Context) -> dict[Kind, list[tuple[float, str]]]:
    """Return what speaks for each kind, with its strength, and against it."""
    shown = _read(occurrences, context)
    standing = _standing(occurrences, context, shown)
    caption = _caption(occurrences, context, shown)
    signals: dict[Kind, list[tuple[float, str]]] = {
        "wire_copy": _wire(context, shown, standing, _combine(caption)),
        "quotation": _quotation(occurrences, context, shown),
        "caption": caption,
        "boilerplate": _boilerplate(occurrences, context, shown, standing),
        "stock_phrase": _stock(context, shown, standing, _combine(caption)),
    }
    told = (context.company is not None and not _is_passing(context, shown)) or shown.whole >= 0.5
    if told and all(_combine(found) < 0.3 for kind, found in signals.items() if kind != "wire_copy"):
        signals["wire_copy"].append((0.3, "nothing speaks for another kind"))
    return signals


def _is_passing(context: Context, shown: _Shown) -> bool:
    """Return whether a passage is so small a part of a sentence that it cannot be told from a description."""
    if context.company is None or shown.whole >= 0.5:
        return False
    alike = context.words <= ALIKE and shown.outlets > 1
    return alike or (context.company < 0.5 and context.words <= PASSING)


def _combine(signals: Sequence[tuple[float, str]]) -> float:
    """Return the joint confidence; negative strengths speak against."""
    missing, against = 1.0, 1.0
    for strength, _ in signals:
        if strength > 0:
            missing *= 1.0 - strength
        else:
            against *= 1.0 + strength
    return (1.0 - missing) * against


def _spoken(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that are somebody's words: inside quotation marks, but for naming who speaks, or
    spoken in the first person by somebody who is introduced, here or where it stands in quotation marks.

    Transcripts, statements and quotations in a block of their own have no marks. An author speaks of himself too, but
    is not introduced.
    """
    quoted = [places.is_quoted(o) for o in occurrences]
    known = any(quoted)
    return sum(q or places.is_first_person(o, known) for o, q in zip(occurrences, quoted, strict=True)) / len(
        occurrences
    )


def _part(occurrences: Sequence[Occurrence], shown: Sequence[bool]) -> float:
    """Return the share of all that is shared that stands in places that show something: beside a whole gallery or
    table, a sentence of it that others took is little."""
    sizes = [len(o.text) for o in occurrences]
    return sum(itertools.compress(sizes, shown)) / max(1, sum(sizes))


def _in_row(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that stand right behind, or before, another in their text: templates print
    captions twice, nobody tells a thing twice in a row."""
    near = set()
    placed = sorted((o.document, o.start, i) for i, o in enumerate(occurrences))
    for (d, start, i), (other, after, j) in itertools.pairwise(placed):
        if d == other and after - start - len(occurrences[i].text) <= IN_A_ROW:
            near |= {i, j}
    return len(near) / len(occurrences)


def quotation_inside(occurrences: Sequence[Occurrence]) -> Assignment | None:
    """Return what says that a whole quotation inside a longer passage is one; None where that is not sure.

    Whether it is furniture, or its texts share more, has been asked of the longer passage.
    """
    found = _spoken_signals(occurrences, _spoken(occurrences))
    confidence = round(_combine(found), 6)
    if confidence < LEAST_CONFIDENCE:
        return None
    evidence = ("a whole quotation inside a longer passage", *(text for strength, text in found if strength > 0))
    return Assignment(kind="quotation", confidence=confidence, evidence=evidence)


def caption_inside(occurrences: Sequence[Occurrence]) -> Assignment | None:
    """Return what says that a paragraph inside a longer passage is a caption; None where that is not sure."""
    marked = sum(o.alone and places.has_caption_mark(o) for o in occurrences)
    if 2 * marked < len(occurrences):
        return None
    strength = round(0.75 + 0.15 * marked / len(occurrences), 6)
    evidence = ("a caption inside a longer passage", f"a caption mark stands in {marked} of its paragraphs")
    return Assignment(kind="caption", confidence=strength, evidence=evidence)


def _quotation(occurrences: Sequence[Occurrence], context: Context, shown: _Shown) -> list[tuple[float, str]]:
    found = _spoken_signals(occurrences, shown.spoken)
    if context.furniture:
        found.append((-0.6, ""))
    return found


def _spoken_signals(occurrences: Sequence[Occurrence], share: float) -> list[tuple[float, str]]:
    """Return what speaks for a quotation, of which a share of the places is somebody's words."""
    found: list[tuple[float, str]] = []
    if share > 0:
        found.append((0.92 * share**0.25, f"somebody's words, quoted or spoken, in {share:.0%} of its places"))
        speech = sum(map(places.is_beside_speech, occurrences))
        if speech:
            found.append((0.3 * speech / len(occurrences), "a speech verb stands beside it"))
    if share < 0.3:
        found.append((-0.5, ""))
    return found


def _marked_inside(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that hold a caption mark themselves, whatever paragraph they stand in: the
    captions of a gallery run on, and those of agencies are long."""
    may = [o.text for o in occurrences if o.signs & cue_signs.CAPTION and len(o.text) <= LONGEST_REPEATED]
    return sum(map(places.is_marked, may)) / len(occurrences)


def _caption(occurrences: Sequence[Occurrence], context: Context, shown: _Shown) -> list[tuple[float, str]]:
    alone, may = shown.alone, shown.there & cue_signs.CAPTION
    marked = sum(map(places.has_caption_mark, occurrences))
    repeats = len(occurrences) - shown.pages
    found: list[tuple[float, str]] = []
    if any(o.is_caption_field for o in occurrences):
        found.append((0.9, "given as a caption by the page"))
    if marked and alone >= 0.5:
        found.append((0.75 + 0.15 * marked / len(occurrences), f"a caption mark stands in {marked} of its paragraphs"))
    elif marked and alone > 0:
        found.append((0.5, f"a caption mark stands in {marked} of its paragraphs"))
    if repeats and context.words <= LONGEST_FORMULA and _repeats_sentence(occurrences):
        found.append((0.85, "the caption of a text repeats a sentence of that text"))
    twice = bool(may) and context.company is None and not marked and _marked_inside(occurrences) >= 0.5
    if twice:
        found.append((0.65, "a caption mark stands in it, more than once in one text"))
    if shown.framed > MOSTLY_FRAMED or (
        shown.framed >= 0.5 and all(o.alone or places.is_framed(o) for o in occurrences)
    ):
        found.append((0.8, f"marks of captions frame {shown.framed:.0%} of its places"))
        twice = True
    row = shown.in_row >= 0.5 > shown.spoken and alone >= 0.5 and len(occurrences[0].text) <= LONGEST_REPEATED
    if row:
        found.append((0.6, "printed twice in a row"))
    half = len(occurrences) / 2
    if (
        not marked
        and alone > 0.5
        and sum(o.alone and places.looks_like_caption(o.paragraph, o.signs) for o in occurrences) > half
    ):
        # what texts of several stories end in is no caption of theirs
        strength = 0.55 * (1.0 - context.distance) if _closes(occurrences, shown) else 0.55
        if not _is_foot(occurrences, context, shown):
            found.append((round(strength, 6), "a paragraph of its own that is no full sentence"))
    if alone >= 0.5 and context.words <= 60:
        found.append((0.35 * alone, "a short paragraph of its own"))
    if repeats and alone >= 0.3 and context.words <= 60:
        found.append((0.45, f"stands {repeats} more time(s) in one text"))
    if context.words > 60 and not twice and not row:
        found.append((-0.7, ""))
    if context.furniture or not found or shown.furniture >= 0.5:
        found.append((-0.6, ""))
    if max(o.document_share for o in occurrences) > 0.5 and shown.framed <= 0.5:
        found.append((-0.5, ""))
    return found


def _repeats_sentence(occurrences: Sequence[Occurrence]) -> bool:
    """Return whether one text has it as a caption, a paragraph with its mark, and within another paragraph."""
    marked = (o for o in occurrences if o.alone and (places.has_caption_mark(o) or places.is_framed(o)))
    captions = {o.document for o in marked}
    return any(o.document in captions and not o.alone for o in occurrences)


def _may_be_furniture(context: Context) -> bool:
    """Return whether words of navigation and the like count in a passage, one that is short.

    A story about subscribers has such words too; it is told by standing among its like.
    """
    among = context.company and context.company >= 0.5 and not context.distance
    return context.words <= LONGEST_FURNITURE and not among


def _boilerplate(
    occurrences: Sequence[Occurrence], context: Context, shown: _Shown, standing: list[tuple[float, str]]
) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if context.furniture:
        found.append((context.furniture_confidence, context.furniture))
    if shown.furniture >= 0.5:
        found.append((0.68, "words of navigation, registration, rights or subscription"))
    alone = shown.alone
    if alone >= 0.5 and shown.there & cue_signs.ABOUT and 2 * sum(map(places.is_note, occurrences)) >= len(occurrences):
        found.append((0.85, "a paragraph that says what a company or an author is"))
    if alone >= 0.5 and shown.pages > 1 and shown.families < shown.pages:
        # what texts are about stands in their updates too
        strength = round(0.8 * context.distance * shown.small, 6)
        if strength:
            found.append((strength, "a paragraph of its own on pages of one family that tell different stories"))
    if alone < 0.3 and context.words < 25 and not standing:
        found.append((-0.4, ""))
    found += standing
    if shown.spoken >= 0.5:
        found.append((-0.6, ""))
    return found


def _standing(occurrences: Sequence[Occurrence], context: Context, shown: _Shown) -> list[tuple[float, str]]:
    """Return the signals of an outlet's standing text in any paragraph: headlines, rights, addresses."""
    found: list[tuple[float, str]] = []
    if shown.together >= 0.5 and shown.families == 1:
        found.append((0.8, "headlines of one family that run into one another"))
    if context.words <= LONGEST_FORMULA and context.distance and _closes(occurrences, shown):
        strength = round(0.75 * context.distance, 6)
        found.append((strength, "the last line of texts that tell different stories, and no sentence"))
    if _is_foot(occurrences, context, shown):
        found.append((0.7, "the last paragraph of texts of one outlet, and little of what their titles say"))
    found += _house(occurrences, context, shown)
    if shown.author >= 0.5:
        found.append((0.8, "it says who wrote a column"))
    # looked for in short passages alone: such a line at the end of a report does not make that furniture
    if shown.rights >= 0.5:
        found.append((0.8, "it says that its rights are reserved"))
    if shown.mail >= 0.5:
        found.append((0.75, "an address to write to"))
    return found


def _closes(occurrences: Sequence[Occurrence], shown: _Shown) -> bool:
    """Return whether a passage is the last line of its texts, and no sentence; captions stand before more text."""
    return shown.open > 0.5 and 2 * sum(o.last for o in occurrences) >= len(occurrences)


def _is_foot(occurrences: Sequence[Occurrence], context: Context, shown: _Shown) -> bool:
    """Return whether a passage is what one outlet's texts, which share little else, end in, whatever they tell."""
    if not context.untitled or shown.outlets > 1 or shown.alone < 0.5 or max(shown.inside, shown.spoken) >= 0.5:
        return False
    if context.words > LONGEST_FORMULA or (context.company or 0.0) >= 0.5:
        return False
    is_small = max(o.document_share for o in occurrences) < places.MOST_OF_TEXT
    return is_small and 2 * sum(o.last for o in occurrences) > len(occurrences)


def _house(occurrences: Sequence[Occurrence], context: Context, shown: _Shown) -> list[tuple[float, str]]:
    """Return the signals of what an outlet says of itself in several texts: notes, methods, calendars, authors."""
    if shown.pages < SEVERAL_TEXTS or shown.outlets > 1:
        return []
    if max(o.document_share for o in occurrences) >= places.MOST_OF_TEXT:
        return []
    found: list[tuple[float, str]] = []
    if context.words > LONGEST_FORMULA and context.distance >= OTHER_STORIES:
        found.append((0.75, "longer than a formula, in texts of one outlet that tell different stories"))
    half = len(occurrences) / 2
    if context.words <= LONGEST_FURNITURE and sum(marks.names_outlet(o.text, o.outlet) for o in occurrences) >= half:
        found.append((0.65, "it names its outlet in several of its texts"))
    if context.words <= LONGEST_LINE and sum(o.alone and o.edge for o in occurrences) >= half:
        found.append((0.7, "the first or last line of several texts of one outlet"))
    return found


def _stock(
    context: Context, shown: _Shown, standing: list[tuple[float, str]], caption: float
) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if context.words > LONGEST_FORMULA:
        return found
    if context.unrelated:
        found.append((0.75, "a short run in texts that have nothing else in common"))
    distance = context.distance * shown.small
    if distance:
        found.append((round(0.75 * distance, 6), "a short run in texts that tell different stories"))
        if context.company == 0.0:
            found.append((0.4, "it is all that its texts share"))
    if context.lasting and context.company == 0.0:
        # dates only support: news is not taken over for so long, but a statement or a biography may be
        found.append((0.45, "texts of different weeks that share nothing else"))
        if not context.distance:
            found.append((0.4, "it is all that its texts share"))
    if context.company:
        found.append((round(-0.5 * context.company, 6), ""))
    if shown.furniture >= 0.5:
        found.append((-0.6, ""))
    if standing:
        found.append((-0.7, ""))
    if shown.listed >= 0.5 or shown.framed >= 0.5:
        found.append((-0.5, ""))
    if shown.families == 1 and shown.alone >= 0.5:
        found.append((-0.5, ""))
    if shown.spoken >= 0.5:
        found.append((-0.7, ""))
    if caption > 0.6:
        found.append((-0.5, ""))
    return found


def _wire(
    context: Context, shown: _Shown, standing: list[tuple[float, str]], caption: float
) -> list[tuple[float, str]]:
    families = shown.families
    found: list[tuple[float, str]] = []
    long = min(1.0, context.words / 60.0)
    found.append((0.4 + 0.45 * long, f"{context.words:.0f} words of running text in common"))
    if context.company and context.company >= 0.5:
        found.append((0.4, "its texts share more passages"))
    if context.company is None and not context.body_twice and caption >= 0.5:
        found.append((-0.5, ""))
    if families > 1:
        found.append((0.25 + 0.1 * min(families, 5) / 5, f"carried by {families} families"))
    passing = _is_passing(context, shown) and (shown.inside > 0.5 or context.words <= ALIKE)
    if passing:  # nor does an agency's name in a text say that it wrote so little
        found.append((-0.4, ""))
    if context.credited and not passing and (families > 1 or context.words > LONGEST_FORMULA):
        found.append((0.4, "an agency is credited where credits stand"))
    if context.furniture:
        found.append((-0.85, ""))
    if context.unrelated:
        found.append((-0.6, ""))
    distance = context.distance * shown.small
    if context.words <= LONGEST_FORMULA and distance:
        found.append((round(-0.7 * distance, 6), ""))
    elif context.words <= LONGEST_FORMULA and context.lasting and context.company == 0.0:
        found.append((-0.45, ""))
    if shown.furniture >= 0.5:
        found.append((-0.5, ""))
    if standing:
        found.append((-0.7, ""))
    if shown.listed >= 0.5:
        found.append((-0.6, ""))
    if shown.open > 0.5 or shown.links >= 0.5:
        found.append((-0.5, ""))
    if context.body_twice:
        found.append((0.5, "extraction artefact: the text stands twice on one page"))
    if shown.spoken:
        found.append((-0.75 * shown.spoken, ""))
    if caption > 0.7:
        found.append((-0.5, ""))
    return found
