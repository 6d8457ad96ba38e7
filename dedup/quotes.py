"""Where whole quotations stand in a paragraph: from a mark that opens one to the mark that closes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup import cues

# What closes a quotation, by what has opened it; two single marks are a double one, as some keyboards write it.
_CLOSED_BY = {
    **{"“": ("”", '"', "''", "’’"), "„": ("“", "”", '"'), "«": ("»",), "»": ("«",), "”": ("”",)},
    **{"「": ("」",), "『": ("』",), "〝": ("〞", "〟"), "＂": ("＂",), '"': ('"', "”")},
    **{"''": ("''", '"'), "‘‘": ("’’",), "’’": ("’’", "‘‘")},
}
# What any of them begins with comes first, as in `cues`.
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
        marked = [(a, b) for a, b in cues.quotations(paragraph, 0, len(paragraph)) if b < len(paragraph)]
    joined: list[tuple[int, int]] = []
    for a, b in marked:
        if joined and _names_speaker(paragraph[joined[-1][1] : a]):
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return [(a, b) for a, b in joined if not _is_fragment(paragraph, a, b)]


# Dashes between which a line of speech stands.
_DASHES = tuple("-–—―")


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
    if len(between) > cues.LONGEST_ATTRIBUTION or not cues.has_speech(between):
        return False
    stops = list(_STOP.finditer(between, 1))
    rest = between[stops[-1].end() :] if stops else between
    return not rest.strip(_MARKS) if stops else not between.rstrip(_MARKS).endswith((":", "："))
