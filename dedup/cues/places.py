"""One place of a passage, and what it shows: sentences, quotation, marks of captions, navigation, contact lines."""

from __future__ import annotations

import functools
import math
import re

import msgspec

from dedup.cues import cue_signs, frames, marks, picture_credits, quotes

# Share of a text from which a passage is its author's own, in whatever person.
MOST_OF_TEXT = 0.5
# Captions are paragraphs of between these lengths (characters).
SHORTEST_CAPTION, LONGEST_CAPTION = 20, 400
# Most words a caption has to each mark that only captions have; the captions of a gallery run on.
WORDS_A_FRAME = 120
# Share of words with a capital or a figure from which a passage is a table or a list of names, and what it must exceed
# that of its text by, as some languages write every noun so.
LISTED, ABOVE_USUAL = 0.6, 0.25
_SENTENCE_END = tuple(cue_signs.SENTENCE_ENDS)
_LINE_END, _BEGIN_BEHIND = (*_SENTENCE_END, ":", "："), (*_SENTENCE_END, ":")
# That nothing ends a sentence of these says nothing.
_UNSTOPPED = re.compile(f"[{cue_signs.UNSTOPPED}]")


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """A member as the kinds see it: its text, what stands around it, and where it stands.

    `before` and `after` are what stands around it in the same paragraph, `lead` the end of the paragraph before;
    `alone` is true when the member is a whole paragraph but for a credit or a remark in brackets; `edge` when that is
    the first or the last of its text, `last` when it is the last; `quoted` its share in quotation marks; `names` the
    share of its words with a capital or a figure, and `usual_names` that of its text; `document_share` is its part of
    the whole text. `signs` says what may stand in the paragraph and in the text, and how the text stands in it, unless
    that is to be asked here (`cue_signs.of_places`).
    """

    text: str
    start: int
    before: str
    after: str
    paragraph: str
    lead: str
    names: float
    usual_names: float
    alone: bool
    edge: bool
    quoted: float
    document_share: float
    document: int
    outlet: str
    family: str
    is_caption_field: bool
    last: bool = False
    signs: int = cue_signs.EVERY


def is_ended(o: Occurrence) -> bool:
    """Return whether a place ends where a sentence does. What begins so, too, is whole: within one text, narrative that
    is told twice is; headlines in a list and the frames of a gallery are not."""
    if not o.signs & cue_signs.UNREAD:
        return bool(o.signs & cue_signs.ENDED)
    return o.text.endswith(_SENTENCE_END) or o.after.lstrip(cue_signs.MARKS).startswith(_SENTENCE_END)


def is_inside(o: Occurrence) -> bool:
    """Return whether a place begins within a sentence."""
    if not o.signs & cue_signs.UNREAD:
        return bool(o.signs & cue_signs.INSIDE)
    before = o.before.rstrip(cue_signs.MARKS)
    return bool(before) and not before.endswith(_BEGIN_BEHIND)


def is_open(o: Occurrence) -> bool:
    """Return whether a place stands in lines of which most end no sentence, as headlines, links and entries of lists
    do; wrapped lines, of which some begin small, are none."""
    if not o.signs & cue_signs.UNREAD:
        return bool(o.signs & cue_signs.OPEN)
    if len(o.after) >= cue_signs.FURTHEST:
        return False
    lines = [line for line in map(str.strip, o.paragraph.split("\n")) if line]
    left = sum(len(line) for line in lines if not line.rstrip(cue_signs.CLOSING).endswith(_LINE_END))
    if 2 * left < sum(map(len, lines)):
        return False
    return not any(line[0].islower() or _UNSTOPPED.search(line) for line in lines)


def is_quoted(o: Occurrence) -> bool:
    """Return whether a place is somebody's words, set in quotation marks, signed, or set apart."""
    if o.quoted and is_together(o):
        return False
    if o.quoted >= marks.QUOTED or quotes.is_line_of_speech(o.before, o.after):
        return True
    begin = len(o.before)
    if quotes.is_in_line_of_speech(o.paragraph, begin, begin + len(o.text)):
        return True
    if _is_attributed(o) or _is_set_apart(o):
        return True
    return ("@" in o.after or "@" in o.text) and marks.is_signed(o.text, o.after)


def is_together(o: Occurrence) -> bool:
    """Return whether a place is headlines run together."""
    return bool(o.signs & cue_signs.TOGETHER) and marks.is_run_together(o.text, o.before, o.after)


def _is_set_apart(o: Occurrence) -> bool:
    return marks.is_given(o.before, o.lead) and o.document_share < MOST_OF_TEXT and not _is_furniture(o)


def _is_attributed(o: Occurrence) -> bool:
    begin = len(o.before)
    return o.quoted >= 0.5 and marks.is_quoted_with_speaker(o.paragraph, begin, begin + len(o.text))


def is_first_person(o: Occurrence, known: bool) -> bool:
    """Return whether somebody speaks of himself who is introduced; `known` when a quotation elsewhere does that.

    Outlets speak of themselves too, where they ask for something.
    """
    begin = len(o.before)
    if not o.signs & cue_signs.PERSON or o.document_share >= MOST_OF_TEXT:
        return False
    if not marks.is_first_person(o.paragraph, begin, begin + len(o.text)):
        return False
    told = known or o.quoted >= 0.4 or marks.is_introduced(o.before, o.after, o.paragraph, o.lead)
    return told and not _is_furniture(o)


def is_listed(o: Occurrence) -> bool:
    """Return whether a place is a table or a list of names, or stands in one."""
    if o.names >= LISTED and o.names >= o.usual_names + ABOVE_USUAL:
        return True
    lines, alone, row = o.signs & cue_signs.LINES, o.signs & cue_signs.ALONE, o.signs & cue_signs.ROW
    if (lines or alone or row) and marks.is_list(o.text, lines=bool(lines), alone=bool(alone), row=bool(row)):
        return True
    return bool(row) and marks.stands_in_table(o.before, o.after)


def is_about_author(o: Occurrence) -> bool:
    """Return whether a place says who wrote a column."""
    return bool(o.signs & cue_signs.AUTHOR) and marks.is_about_author(o.text)


def leads_elsewhere(o: Occurrence) -> bool:
    """Return whether a place is, or follows, what leads elsewhere."""
    return marks.leads_elsewhere(o.before, o.text)


def has_mail(o: Occurrence) -> bool:
    """Return whether a place has an address to write to."""
    return marks.has_mail(o.text)


def claims_rights(o: Occurrence) -> bool:
    """Return whether a place is a notice of rights."""
    return bool(o.signs & cue_signs.RIGHTS) and marks.claims_rights(o.text)


def is_alone(o: Occurrence) -> bool:
    """Return whether a place is a paragraph of its own."""
    return o.alone


def is_framed(o: Occurrence) -> bool:
    """Return whether a place or its paragraph has the marks that only captions have, one to so many words at least."""
    if not o.signs & cue_signs.FRAME:
        return False
    return _has_frames(o.text, o.before, o.after) or _has_frames(o.paragraph, "", "")


def _has_frames(text: str, before: str, after: str) -> bool:
    words = max(len(text.split()), len(text) / 8)
    least = max(1, math.ceil(words / WORDS_A_FRAME))
    return frames.in_place(text, before, after, least) >= least


def is_beside_speech(o: Occurrence) -> bool:
    """Return whether a verb of speech stands beside a place."""
    return bool(o.signs & cue_signs.SPEECH) and marks.has_speech(f"{o.before[-120:]} {o.after[:120]}")


def has_caption_mark(occurrence: Occurrence) -> bool:
    """Return whether a place stands in a short paragraph with a mark or credit of a caption."""
    if len(occurrence.paragraph) > LONGEST_CAPTION:
        return False
    may = occurrence.signs & cue_signs.CAPTION
    return bool(may and is_marked(occurrence.paragraph)) or picture_credits.ends_in_one(occurrence.paragraph)


def ends_as_caption(paragraph: str) -> bool:
    """Return whether a paragraph ends in the credit of a picture, or in a caption's mark and no stop."""
    if picture_credits.ends_in_one(paragraph):
        return True
    is_open = not paragraph.rstrip().endswith(picture_credits.ENDS)
    return is_open and marks.has_caption_mark(paragraph[-picture_credits.LONGEST_TAIL :])


@functools.lru_cache(maxsize=1 << 10)
def is_marked(paragraph: str) -> bool:
    """Return whether a paragraph has a mark or credit of a caption; asked several times of each."""
    return marks.has_caption_mark(paragraph)


def looks_like_caption(paragraph: str, signs: int = cue_signs.EVERY) -> bool:
    """Return whether a short paragraph has a caption mark or credit, or is no sentence: nothing ends it."""
    plain = paragraph.strip()
    if len(plain) > LONGEST_CAPTION:
        return False
    ends = plain.rstrip("\"'”’»」』)）").endswith(_SENTENCE_END)
    if not ends and len(plain) > SHORTEST_CAPTION and not _UNSTOPPED.search(plain):
        return True
    return bool(signs & cue_signs.CAPTION) and is_marked(paragraph)


def is_furniture_alone(o: Occurrence) -> bool:
    """Return whether a place is a paragraph of its own with words of navigation and the like."""
    return o.alone and _is_furniture(o)


def _is_furniture(o: Occurrence) -> bool:
    return bool(o.signs & cue_signs.FURNITURE) and _has_furniture_mark(o.text)


@functools.lru_cache(maxsize=1 << 10)
def _has_furniture_mark(text: str) -> bool:
    """Return whether a text has words of navigation and the like; asked several times of each passage."""
    return marks.has_furniture_mark(text)


def is_note(o: Occurrence) -> bool:
    """Return whether a place is one paragraph of its text, not most of it, in which somebody says what he is."""
    may = o.signs & cue_signs.ABOUT and o.document_share < MOST_OF_TEXT and "\n" not in o.text
    return bool(may) and marks.says_what_it_is(o.paragraph)
