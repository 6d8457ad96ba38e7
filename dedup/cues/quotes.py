"""Where whole quotations stand in a paragraph: from a mark that opens one to the mark that closes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.cues import marks

# What closes a quotation, by what has opened it; two single marks are a double one, as some keyboards write it.
_CLOSED_BY = {
    **{"“": ("”", '"', "''", "’’"), "„": ("“", "”", '"'), "«": ("»",), "»": ("«",), "”": ("”",)},
    **{"「": ("」",), "『": ("』",), "〝": ("〞", "〟"), "＂": ("＂",), '"': ('"', "”")},
    **{"''": ("''", '"'), "‘‘": ("’’",), "’’": ("’’", "‘‘")},
}
# What any of them begins with comes first, as in `marks`.
_MARK = re.compile(r"[\"＂“”„«»「」『』〝〞〟'‘’](?:(?<!['‘’])|['‘’])")
_MARKS = " \t\u00a0\"＂“”„«»'‘’"
# Most characters between a word and the quotation behind it.
_NEAR = 4
# The end of a sentence, with what may close it.
_STOP = re.compile(r"(?:[.!?…](?=[\"'”’»)]*(?:\s|$))|[。！？।۔])[\"'”’»)]*")


def whole(paragraph: str) -> list[tuple[int, int]]:
    """Return the stretches of a paragraph that are whole quotations, without their outer marks, in order; one that is
    interrupted only by who says it is one stretch.

    A quotation without a mark that closes it is not whole. Single marks count where no others stand.

    >>> said = '"We lost the boats," said the harbour master. "We kept the men." She left. "We go on."'
    >>> [said[a:b] for a, b in whole(said)]
    ['We lost the boats," said the harbour master. "We kept the men.', 'We go on.']
    """
    marked = list(_marked(paragraph))
    if not marked and not _MARK.search(paragraph):
        # the last one may be without its end
        marked = [(a, b) for a, b in marks.quotations(paragraph, 0, len(paragraph)) if b < len(paragraph)]
    if not marked and (spoken := line_of_speech(paragraph)) is not None:
        return [spoken]
    joined: list[tuple[int, int]] = []
    for a, b in marked:
        if joined and _names_speaker(paragraph[joined[-1][1] : a]):
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return [(a, b) for a, b in joined if not _is_fragment(paragraph, a, b)]


# Dashes that a line of speech begins with, or stands between.
_DASHES = tuple("-–—―")
_DASH = re.compile(r"[-–—―]\s+(?=\S)")
# What somebody's words may end with where no mark closes them, and what ends the sentence that says whose they are.
_TURN = re.compile(r"[,!?…]\s+|\s+[-–—―]\s+")
_TOLD = re.compile(r"\.(?=\s|$)")
# Least words with a small letter before a dash behind a sentence: places and dates have hardly one.
_LEAST_SMALL = 2
# How far around a dash it is looked for what says that it opens speech (characters).
_LOOKED_AT = 500
_SMALL = re.compile(r"(?<!\S)[^\W\d_]{2,}")
# Verbs of speech of languages that write it so, with a dash that opens and a comma that closes. English and German do
# not: what a dash begins there is an item of a list, or follows a place.
_SPEAKS = re.compile(
    r"\b(?:säger|sade|sa|berättar|menar|förklarar|konstaterar|tillägger|sier|forteller|mener|forklarer|legger til|siger"
    r"|sagde|fortæller|tilføjer|sanoo|sanoi|sanovat|kertoo|kertoi|toteaa|totesi|arvioi|muistuttaa|perustel\w+"
    r"|kommentoi|huomauttaa|kuvailee|mówi|mówił\w*|powiedział\w*|dodał\w*|dodaje|podkreśl\w+|wyjaśni\w+|zaznacz\w+"
    r"|tłumacz\w+|říká|řekl\w*|uvedl\w*|dodal\w*|vysvětl\w+|hovorí|povedal\w*|mondta|mondja|tette hozzá|közölte|spune"
    r"|a spus|a declarat|a afirmat|explică|dice|dijo|explica|explicó|señal[aó]|asegur[aó]|añad[eió]+|cuenta|relata|diz"
    r"|disse|afirma|afirmou|declarou|conta|contou|explicou|dit|expliqué|explique|raconte|souligne|affirme|confie"
    r"|déclaré|spiega|ha detto|racconta|zegt|zei|vertelt|aldus|говор[иія]\w+|сказа\w+|рассказ\w+|розпов\w+|поясн\w+"
    r"|подчеркн\w+|добави\w+|отмети\w+|отмеча\w+|заяви\w+|счита\w+|каже|зазнач\w+|дода\w+|казва|разказ\w+|kaže|kazao"
    r"|kazala|rekao|rekla|izjavi\w+|pravi|dejal\w*|είπε|λέει|δήλωσε|dedi|diyor|söyledi|sakė|teigia|ütles|ütleb|saka|teica)\b"
)


def line_of_speech(paragraph: str) -> tuple[int, int] | None:
    """Return the stretch of a paragraph that somebody says, from the dash that opens it to the comma before whose words
    they are; where more is said behind that, to the end. None where no dash opens such a line.

    >>> said = "– Vi har mist båtene, sier havnesjefen Eli Croll."
    >>> begin, end = line_of_speech(said)
    >>> said[begin:end]
    'Vi har mist båtene'
    """
    for dash in _DASH.finditer(paragraph):
        if not _may_open(paragraph, dash.start(), dash.end()):
            continue
        attributed = _attribution(paragraph, dash.end())
        if attributed is not None:
            comma, stop = attributed
            return dash.end(), comma if not paragraph[stop:].strip(_MARKS) else len(paragraph.rstrip(". \n"))
    return None


def _may_open(paragraph: str, at: int, begin: int) -> bool:
    """Return whether a dash stands where speech begins: with its paragraph, or behind a sentence, before a capital."""
    before = paragraph[max(0, at - _LOOKED_AT) : at]
    told = before.rstrip()
    behind_sentence = told != before and told[-1:] in tuple(".!?…") and paragraph[begin].isupper()
    return not told or (behind_sentence and sum(w[0].islower() for w in _SMALL.findall(told)) >= _LEAST_SMALL)


def _attribution(paragraph: str, begin: int) -> tuple[int, int] | None:
    """Return where the first words behind a place begin, and end, that say who speaks."""
    at = begin
    while at < min(len(paragraph), begin + _LOOKED_AT):
        found = _TOLD.search(paragraph, at, begin + 2 * _LOOKED_AT)
        stop = found.end() if found else min(len(paragraph), begin + 2 * _LOOKED_AT)
        for turn in reversed(list(_TURN.finditer(paragraph, at, stop))):
            if stop - turn.end() <= marks.LONGEST_ATTRIBUTION and _SPEAKS.search(paragraph, turn.end(), stop):
                return turn.start() + (turn[0][0] in "!?…"), stop
        at = stop
    return None


def is_in_line_of_speech(paragraph: str, start: int, end: int) -> bool:
    """Return whether `paragraph[start:end]` stands in a line of speech, or in the words that say whose it is."""
    if not any(map(paragraph.__contains__, _DASHES)):
        return False
    low = paragraph.rfind("\n", 0, start) + 1
    high = paragraph.find("\n", low)
    line = paragraph[low : high if high >= 0 else len(paragraph)]
    spoken = line_of_speech(line) if end <= low + len(line) else None
    return spoken is not None and start >= low + spoken[0]


def is_line_of_speech(before: str, after: str) -> bool:
    """Return whether a dash that begins its paragraph stands before a passage, and another one behind it, as many
    languages write what somebody says.

    >>> is_line_of_speech("— ", ", — сказала она."), is_line_of_speech("It rained — ", " — and the boats stayed.")
    (True, False)
    """
    opening = before.strip()
    return len(opening) == 1 and opening in _DASHES and after.lstrip(" ,.!?…").startswith(_DASHES)


def _is_fragment(paragraph: str, begin: int, end: int) -> bool:
    """Return whether a quotation is a part of the sentence that it stands in: it begins small behind a word, and no
    sentence ends in it."""
    said, before = paragraph[begin:end].strip(), paragraph[max(0, begin - _NEAR) : begin].rstrip(_MARKS)
    return said[:1].islower() and before[-1:].isalnum() and not _STOP.search(said, 0, len(said) - 1)


def _marked(paragraph: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches between marks, the outer ones of those inside others.

    A mark that opens and closes alike opens nothing before white space and closes nothing behind it.
    """
    opened, begin, depth = "", 0, 0
    for mark in _MARK.finditer(paragraph):
        c, at = mark[0], mark.start()
        apart = paragraph[mark.end() : mark.end() + 1].isspace(), paragraph[max(0, at - 1) : at].isspace()
        alike = c in _CLOSED_BY.get(c, ())
        if opened and c in _CLOSED_BY[opened] and not (alike and apart[1]):
            depth -= 1
            if not depth:
                yield begin, at
                opened = ""
        elif c == opened and not alike:
            depth += 1
        elif c in _CLOSED_BY and not (alike and apart[0]) and (not opened or (alike and c == opened)):
            opened, begin, depth = c, mark.end(), 1


def _names_speaker(between: str) -> bool:
    """Return whether what stands between two quotations says whose the first is, and nothing more."""
    if len(between) > marks.LONGEST_ATTRIBUTION or not marks.has_speech(between):
        return False
    stops = list(_STOP.finditer(between, 1))
    rest = between[stops[-1].end() :] if stops else between
    return not rest.strip(_MARKS) if stops else not between.rstrip(_MARKS).endswith((":", "："))
