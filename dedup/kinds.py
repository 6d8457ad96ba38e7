"""What a cluster is: wire copy, quotation, caption, boilerplate, stock phrase, or other.

Each kind collects signals with a strength in (0, 1); its confidence is `1 - prod(1 - strength)` of the signals for it
times `prod(1 - strength)` of those against it. The strongest kind wins; below 0.6 the kind is `other` and the two best
guesses are named in the evidence.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dedup import cue_signs, cues, picture_credits, quotes
from dedup.model import Kind
from dedup.places import Assignment, Context, Occurrence

LEAST_CONFIDENCE = 0.6
# Share of a text from which a passage is its author's own, in whatever person.
MOST_OF_TEXT = 0.5


# Captions are paragraphs of between these lengths (characters).
SHORTEST_CAPTION, LONGEST_CAPTION = 20, 400
# Longest run (characters) that is a caption because it has a mark and stands in one text more than once.
LONGEST_REPEATED = 1200
# Most words a caption has to each mark that only captions have; the captions of a gallery run on.
WORDS_A_FRAME = 120
# Share of what is shared that stands framed, from which it is captions; of two places one is little more than half.
MOSTLY_FRAMED = 0.6
# Most characters between two places of a text that stand in a row.
IN_A_ROW = 40
# Share of words with a capital or a figure from which a passage is a table or a list of names, and what it must exceed
# that of its text by, as some languages write every noun so.
LISTED, ABOVE_USUAL = 0.6, 0.25
# Longest formula and longest piece of furniture that is told by its words.
LONGEST_FORMULA, LONGEST_FURNITURE = 40, 120
# Longest part of a sentence (words) that may be a mere description when texts share nothing else, and whatever they
# share: two reporters of one event write so much alike.
PASSING, ALIKE = 15, 11
# Texts of one outlet from which what they share is a note of its own, how surely they tell different stories then, and
# the longest such line.
SEVERAL_TEXTS, OTHER_STORIES, LONGEST_LINE = 3, 0.8, 12
# How much of a paragraph behind a place is known (characters).
FURTHEST = 400
_SENTENCE_END = tuple(".!?。！？।॥۔؟…។။።։")
_LINE_END = (*_SENTENCE_END, ":", "：")
# What may stand between a sentence's end and a passage.
_MARKS = " \t\"'“”„«»()*•-–—"
_CLOSING = "\"'”’»」』)）*"
# Thai and Lao end sentences with a space: that nothing ends one says nothing.
_UNSTOPPED = re.compile(r"[\u0e00-\u0eff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cues:
    """What the places of a cluster show, each as the share of places that show it; `framed` by their length.

    `spoken`: inside quotation marks, or somebody speaking of himself who is introduced; `framed`: with marks that only
    captions have; `in_row`: right behind another place of the same text; `whole`: sentences; `inside`: begins within a
    sentence; `open`: in lines that end no sentence; `together`: headlines run together; `listed`: tables and lists of
    names; `author`: notes on who wrote a column; `links`, `mail` and `rights`: what leads elsewhere, addresses to write
    to, and notices of rights.
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


def _read(occurrences: Sequence[Occurrence], context: Context) -> _Cues:
    """Return what the places show; contact lines and notices of rights are looked for in short passages alone."""
    short, told = context.words <= LONGEST_FORMULA, context.words <= LONGEST_FURNITURE
    listed = list(map(_is_listed, occurrences))

    def share(shows: Callable[[Occurrence], bool]) -> float:
        return sum(map(shows, occurrences)) / len(occurrences)

    return _Cues(
        spoken=_spoken(occurrences),
        framed=_part(occurrences, list(map(_is_framed, occurrences))),
        in_row=_in_row(occurrences),
        whole=share(_is_whole),
        inside=share(_is_inside),
        open=share(_is_open),
        together=share(_is_together),
        listed=max(sum(listed) / len(listed), _part(occurrences, listed)),
        author=share(lambda o: bool(o.signs & cue_signs.AUTHOR) and cues.is_about_author(o.text)) if told else 0.0,
        links=share(lambda o: cues.leads_elsewhere(o.before, o.text)) if short else 0.0,
        mail=share(lambda o: cues.has_mail(o.text)) if short else 0.0,
        rights=share(lambda o: bool(o.signs & cue_signs.RIGHTS) and cues.claims_rights(o.text)) if short else 0.0,
    )


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
        return Assignment(kind="other", confidence=round(1.0 - confidence, 6), evidence=(guesses, *evidence))
    return Assignment(kind=best, confidence=confidence, evidence=evidence)


def confidences(occurrences: Sequence[Occurrence], context: Context) -> dict[Kind, float]:
    """Return how sure each kind is by itself, in [0, 1], before they are compared."""
    return _confidences(_signals(occurrences, context))


def _confidences(signals: Mapping[Kind, Sequence[tuple[float, str]]]) -> dict[Kind, float]:
    return {kind: _combine(found) for kind, found in signals.items()}


def _signals(occurrences: Sequence[Occurrence], context: Context) -> dict[Kind, list[tuple[float, str]]]:
    """Return what speaks for each kind, with its strength, and against it."""
    shown = _read(occurrences, context)
    caption = _caption(occurrences, context, shown)
    signals: dict[Kind, list[tuple[float, str]]] = {
        "wire_copy": _wire(occurrences, context, shown, _combine(caption)),
        "quotation": _quotation(occurrences, context, shown),
        "caption": caption,
        "boilerplate": _boilerplate(occurrences, context, shown),
        "stock_phrase": _stock(occurrences, context, shown, _combine(caption)),
    }
    told = (context.company is not None and not _is_passing(occurrences, context, shown)) or shown.whole >= 0.5
    if told and all(_combine(found) < 0.3 for kind, found in signals.items() if kind != "wire_copy"):
        signals["wire_copy"].append((0.3, "nothing speaks for another kind"))
    return signals


def _is_passing(occurrences: Sequence[Occurrence], context: Context, shown: _Cues) -> bool:
    """Return whether a passage is so small a part of a sentence that it cannot be told from a description."""
    if context.company is None or shown.whole >= 0.5:
        return False
    alike = context.words <= ALIKE and len({o.outlet for o in occurrences}) > 1
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


def _is_whole(o: Occurrence) -> bool:
    """Return whether a place begins and ends where sentences do: within one text, narrative that is told twice does;
    headlines in a list and the frames of a gallery do not."""
    return not _is_inside(o) and (o.after.lstrip(_MARKS).startswith(_SENTENCE_END) or o.text.endswith(_SENTENCE_END))


def _is_inside(o: Occurrence) -> bool:
    """Return whether a place begins within a sentence."""
    before = o.before.rstrip(_MARKS)
    return bool(before) and not before.endswith((*_SENTENCE_END, ":"))


def _is_open(o: Occurrence) -> bool:
    """Return whether a place stands in lines of which most end no sentence, as headlines, links and entries of lists
    do; wrapped lines, of which some begin small, are none."""
    if len(o.after) >= FURTHEST:
        return False
    lines = [line for line in map(str.strip, o.paragraph.split("\n")) if line]
    left = sum(len(line) for line in lines if not line.rstrip(_CLOSING).endswith(_LINE_END))
    if 2 * left < sum(map(len, lines)):
        return False
    return not any(line[0].islower() or _UNSTOPPED.search(line) for line in lines)


def _spoken(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that are somebody's words: inside quotation marks, but for naming who speaks, or
    spoken in the first person by somebody who is introduced, here or where it stands in quotation marks.

    Transcripts, statements and quotations in a block of their own have no marks. An author speaks of himself too, but
    is not introduced.
    """
    quoted = [_is_quoted(o) for o in occurrences]
    known = any(quoted)
    return sum(q or _is_first_person(o, known) for o, q in zip(occurrences, quoted, strict=True)) / len(occurrences)


def _is_quoted(o: Occurrence) -> bool:
    if o.quoted and _is_together(o):
        return False
    quoted = o.quoted >= cues.QUOTED or quotes.is_line_of_speech(o.before, o.after)
    return quoted or _is_attributed(o) or cues.is_signed(o.text, o.after) or _is_set_apart(o)


def _is_together(o: Occurrence) -> bool:
    return bool(o.signs & cue_signs.TOGETHER) and cues.is_run_together(o.text, o.before, o.after)


def _is_set_apart(o: Occurrence) -> bool:
    return o.document_share < MOST_OF_TEXT and cues.is_given(o.before, o.lead) and not _is_furniture(o)


def _is_attributed(o: Occurrence) -> bool:
    begin = len(o.before)
    return o.quoted >= 0.5 and cues.is_quoted_with_speaker(o.paragraph, begin, begin + len(o.text))


def _is_first_person(o: Occurrence, known: bool) -> bool:
    """Return whether somebody speaks of himself who is introduced; `known` when a quotation elsewhere does that.

    Outlets speak of themselves too, where they ask for something.
    """
    begin = len(o.before)
    if not o.signs & cue_signs.PERSON or o.document_share >= MOST_OF_TEXT:
        return False
    if not cues.is_first_person(o.paragraph, begin, begin + len(o.text)):
        return False
    told = known or o.quoted >= 0.4 or cues.is_introduced(o.before, o.after, o.paragraph, o.lead)
    return told and not _is_furniture(o)


def _part(occurrences: Sequence[Occurrence], shown: Sequence[bool]) -> float:
    """Return the share of all that is shared that stands in places that show something: beside a whole gallery or
    table, a sentence of it that others took is little."""
    sizes = [len(o.text) for o in occurrences]
    return sum(itertools.compress(sizes, shown)) / max(1, sum(sizes))


def _is_listed(o: Occurrence) -> bool:
    """Return whether a place is a table or a list of names, or stands in one."""
    if o.names >= max(LISTED, o.usual_names + ABOVE_USUAL):
        return True
    return bool(o.signs & cue_signs.LISTED) and (cues.is_list(o.text) or cues.stands_in_table(o.before, o.after))


def _is_framed(o: Occurrence) -> bool:
    """Return whether a place or its paragraph has the marks that only captions have, one to so many words at least."""
    if not o.signs & cue_signs.FRAME:
        return False
    return _has_frames(o.text, o.before, o.after) or _has_frames(o.paragraph, "", "")


def _has_frames(text: str, before: str, after: str) -> bool:
    words = max(len(text.split()), len(text) / 8)
    least = max(1, math.ceil(words / WORDS_A_FRAME))
    return cues.caption_frames(text, before, after, least) >= least


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
    marked = sum(o.alone and _has_caption_mark(o) for o in occurrences)
    if 2 * marked < len(occurrences):
        return None
    strength = round(0.75 + 0.15 * marked / len(occurrences), 6)
    evidence = ("a caption inside a longer passage", f"a caption mark stands in {marked} of its paragraphs")
    return Assignment(kind="caption", confidence=strength, evidence=evidence)


def _quotation(occurrences: Sequence[Occurrence], context: Context, shown: _Cues) -> list[tuple[float, str]]:
    found = _spoken_signals(occurrences, shown.spoken)
    if context.furniture:
        found.append((-0.6, ""))
    return found


def _spoken_signals(occurrences: Sequence[Occurrence], share: float) -> list[tuple[float, str]]:
    """Return what speaks for a quotation, of which a share of the places is somebody's words."""
    found: list[tuple[float, str]] = []
    if share > 0:
        found.append((0.92 * share**0.25, f"somebody's words, quoted or spoken, in {share:.0%} of its places"))
        speech = sum(
            bool(o.signs & cue_signs.SPEECH) and cues.has_speech(f"{o.before[-120:]} {o.after[:120]}")
            for o in occurrences
        )
        if speech:
            found.append((0.3 * speech / len(occurrences), "a speech verb stands beside it"))
    if share < 0.3:
        found.append((-0.5, ""))
    return found


def _has_caption_mark(occurrence: Occurrence) -> bool:
    if len(occurrence.paragraph) > LONGEST_CAPTION:
        return False
    may = occurrence.signs & cue_signs.CAPTION
    return bool(may and _is_marked(occurrence.paragraph)) or _is_credited(occurrence)


def _is_credited(occurrence: Occurrence) -> bool:
    """Return whether a paragraph ends as captions do, in the credit of a picture."""
    return picture_credits.credit_tail(occurrence.paragraph) < len(occurrence.paragraph)


@functools.lru_cache(maxsize=1 << 10)
def _is_marked(paragraph: str) -> bool:
    """Return whether a paragraph has a mark or credit of a caption; asked several times of each."""
    return cues.has_caption_mark(paragraph)


def ends_as_caption(paragraph: str) -> bool:
    """Return whether a paragraph ends in the credit of a picture, or in a caption's mark and no stop."""
    if picture_credits.credit_tail(paragraph) < len(paragraph):
        return True
    is_open = not paragraph.rstrip().endswith(picture_credits.ENDS)
    return is_open and cues.has_caption_mark(paragraph[-picture_credits.LONGEST_TAIL :])


def looks_like_caption(occurrence: Occurrence) -> bool:
    """Return whether a short paragraph has a caption mark or credit, or is no sentence: nothing ends it."""
    paragraph = occurrence.paragraph.strip()
    if len(paragraph) > LONGEST_CAPTION:
        return False
    ends = paragraph.rstrip("\"'”’»」』)）").endswith(_SENTENCE_END)
    told = not ends and not _UNSTOPPED.search(paragraph)
    if told and len(paragraph) > SHORTEST_CAPTION:
        return True
    return bool(occurrence.signs & cue_signs.CAPTION) and _is_marked(occurrence.paragraph)


def _marked_inside(occurrences: Sequence[Occurrence]) -> float:
    """Return the share of occurrences that hold a caption mark themselves, whatever paragraph they stand in: the
    captions of a gallery run on, and those of agencies are long."""
    may = [o.text for o in occurrences if o.signs & cue_signs.CAPTION and len(o.text) <= LONGEST_REPEATED]
    return sum(map(_is_marked, may)) / len(occurrences)


def _caption(occurrences: Sequence[Occurrence], context: Context, shown: _Cues) -> list[tuple[float, str]]:
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
    if repeats and context.words <= LONGEST_FORMULA and _repeats_sentence(occurrences):
        found.append((0.85, "the caption of a text repeats a sentence of that text"))
    twice = context.company is None and not marked and _marked_inside(occurrences) >= 0.5
    if twice:
        found.append((0.65, "a caption mark stands in it, more than once in one text"))
    if shown.framed > MOSTLY_FRAMED or (shown.framed >= 0.5 and all(o.alone or _is_framed(o) for o in occurrences)):
        found.append((0.8, f"marks of captions frame {shown.framed:.0%} of its places"))
        twice = True
    row = shown.in_row >= 0.5 > shown.spoken and alone >= 0.5 and len(occurrences[0].text) <= LONGEST_REPEATED
    if row:
        found.append((0.6, "printed twice in a row"))
    open_ended = sum(o.alone and looks_like_caption(o) for o in occurrences) / len(occurrences)
    if not marked and open_ended > 0.5:
        # what texts of several stories end in is no caption of theirs
        strength = 0.55 * (1.0 - context.distance) if _closes(occurrences, shown) else 0.55
        found.append((round(strength, 6), "a paragraph of its own that is no full sentence"))
    if alone >= 0.5 and context.words <= 60:
        found.append((0.35 * alone, "a short paragraph of its own"))
    if repeats and alone >= 0.3 and context.words <= 60:
        found.append((0.45, f"stands {repeats} more time(s) in one text"))
    if context.words > 60 and not twice and not row:
        found.append((-0.7, ""))
    if context.furniture or not found or _furniture_share(occurrences, context) >= 0.5:
        found.append((-0.6, ""))
    if max(o.document_share for o in occurrences) > 0.5 and shown.framed <= 0.5:
        found.append((-0.5, ""))
    return found


def _repeats_sentence(occurrences: Sequence[Occurrence]) -> bool:
    """Return whether one text has it as a caption, a paragraph with its mark, and within another paragraph."""
    captions = {o.document for o in occurrences if o.alone and (_has_caption_mark(o) or _is_framed(o))}
    return any(o.document in captions and not o.alone for o in occurrences)


def _furniture_share(occurrences: Sequence[Occurrence], context: Context) -> float:
    """Return in which share of its places a short passage is a paragraph with words of navigation and the like.

    A story about subscribers has such words too; it is told by standing among its like.
    """
    if context.words > LONGEST_FURNITURE or (context.company and context.company >= 0.5 and not context.distance):
        return 0.0
    return sum(o.alone and _is_furniture(o) for o in occurrences) / len(occurrences)


def _is_furniture(o: Occurrence) -> bool:
    return bool(o.signs & cue_signs.FURNITURE) and _has_furniture_mark(o.text)


@functools.lru_cache(maxsize=1 << 10)
def _has_furniture_mark(text: str) -> bool:
    """Return whether a text has words of navigation and the like; asked several times of each passage."""
    return cues.has_furniture_mark(text)


def _is_note(o: Occurrence) -> bool:
    """Return whether a place is one paragraph of its text, not most of it, in which somebody says what he is."""
    may = o.signs & cue_signs.ABOUT and o.document_share < MOST_OF_TEXT and "\n" not in o.text
    return bool(may) and cues.says_what_it_is(o.paragraph)


def _boilerplate(occurrences: Sequence[Occurrence], context: Context, shown: _Cues) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if context.furniture:
        found.append((context.furniture_confidence, context.furniture))
    if _furniture_share(occurrences, context) >= 0.5:
        found.append((0.68, "words of navigation, registration, rights or subscription"))
    about = sum(map(_is_note, occurrences)) / len(occurrences)
    alone = sum(o.alone for o in occurrences) / len(occurrences)
    if about >= 0.5 and alone >= 0.5:
        found.append((0.85, "a paragraph that says what a company or an author is"))
    pages = len({o.document for o in occurrences})
    if alone >= 0.5 and pages > 1 and len({o.family for o in occurrences}) < pages:
        strength = round(0.8 * context.distance, 6)
        if strength:
            found.append((strength, "a paragraph of its own on pages of one family that tell different stories"))
    standing = _standing(occurrences, context, shown)
    if alone < 0.3 and context.words < 25 and not standing:
        found.append((-0.4, ""))
    found += standing
    if shown.spoken >= 0.5:
        found.append((-0.6, ""))
    return found


def _standing(occurrences: Sequence[Occurrence], context: Context, shown: _Cues) -> list[tuple[float, str]]:
    """Return the signals of an outlet's standing text in any paragraph: headlines, rights, addresses."""
    one_family = len({o.family for o in occurrences}) == 1
    found: list[tuple[float, str]] = []
    if shown.together >= 0.5 and one_family:
        found.append((0.8, "headlines of one family that run into one another"))
    if context.words <= LONGEST_FORMULA and context.distance and _closes(occurrences, shown):
        strength = round(0.75 * context.distance, 6)
        found.append((strength, "the last line of texts that tell different stories, and no sentence"))
    found += _house(occurrences, context)
    if shown.author >= 0.5:
        found.append((0.8, "it says who wrote a column"))
    # looked for in short passages alone: such a line at the end of a report does not make that furniture
    if shown.rights >= 0.5:
        found.append((0.8, "it says that its rights are reserved"))
    if shown.mail >= 0.5:
        found.append((0.75, "an address to write to"))
    return found


def _closes(occurrences: Sequence[Occurrence], shown: _Cues) -> bool:
    """Return whether a passage is the last line of its texts, and no sentence; captions stand before more text."""
    return shown.open > 0.5 and 2 * sum(o.last for o in occurrences) >= len(occurrences)


def _house(occurrences: Sequence[Occurrence], context: Context) -> list[tuple[float, str]]:
    """Return the signals of what an outlet says of itself in several texts: notes, methods, calendars, authors."""
    if len({o.document for o in occurrences}) < SEVERAL_TEXTS or len({o.outlet for o in occurrences}) > 1:
        return []
    if max(o.document_share for o in occurrences) >= MOST_OF_TEXT:
        return []
    found: list[tuple[float, str]] = []
    if context.words > LONGEST_FORMULA and context.distance >= OTHER_STORIES:
        found.append((0.75, "longer than a formula, in texts of one outlet that tell different stories"))
    named = sum(cues.names_outlet(o.text, o.outlet) for o in occurrences) / len(occurrences)
    if context.words <= LONGEST_FURNITURE and named >= 0.5:
        found.append((0.65, "it names its outlet in several of its texts"))
    edge = sum(o.alone and o.edge for o in occurrences) / len(occurrences)
    if context.words <= LONGEST_LINE and edge >= 0.5:
        found.append((0.7, "the first or last line of several texts of one outlet"))
    return found


def _stock(
    occurrences: Sequence[Occurrence], context: Context, shown: _Cues, caption: float
) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if context.words > LONGEST_FORMULA:
        return found
    if context.unrelated:
        found.append((0.75, "a short run in texts that have nothing else in common"))
    if context.distance:
        found.append((round(0.75 * context.distance, 6), "a short run in texts that tell different stories"))
        if context.company == 0.0:
            found.append((0.4, "it is all that its texts share"))
    if context.lasting and context.company == 0.0:
        # dates only support: news is not taken over for so long, but a statement or a biography may be
        found.append((0.45, "texts of different weeks that share nothing else"))
        if not context.distance:
            found.append((0.4, "it is all that its texts share"))
    if context.company:
        found.append((round(-0.5 * context.company, 6), ""))
    if _furniture_share(occurrences, context) >= 0.5:
        found.append((-0.6, ""))
    if _standing(occurrences, context, shown):
        found.append((-0.7, ""))
    if shown.listed >= 0.5 or shown.framed >= 0.5:
        found.append((-0.5, ""))
    one_family = len({o.family for o in occurrences}) == 1
    if one_family and sum(o.alone for o in occurrences) * 2 >= len(occurrences):
        found.append((-0.5, ""))
    if shown.spoken >= 0.5:
        found.append((-0.7, ""))
    if caption > 0.6:
        found.append((-0.5, ""))
    return found


def _wire(occurrences: Sequence[Occurrence], context: Context, shown: _Cues, caption: float) -> list[tuple[float, str]]:
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
    passing = _is_passing(occurrences, context, shown) and (shown.inside > 0.5 or context.words <= ALIKE)
    if passing:  # nor does an agency's name in a text say that it wrote so little
        found.append((-0.4, ""))
    if context.credited and not passing and (families > 1 or context.words > LONGEST_FORMULA):
        found.append((0.4, "an agency is credited where credits stand"))
    if context.furniture:
        found.append((-0.85, ""))
    if context.unrelated:
        found.append((-0.6, ""))
    if context.words <= LONGEST_FORMULA and context.distance:
        found.append((round(-0.7 * context.distance, 6), ""))
    elif context.words <= LONGEST_FORMULA and context.lasting and context.company == 0.0:
        found.append((-0.45, ""))
    if _furniture_share(occurrences, context) >= 0.5:
        found.append((-0.5, ""))
    if _standing(occurrences, context, shown):
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
