"""Where in a text agency credits may stand at all: most lines hold nothing that a credit stands in or beside.

One reading says which do, and only those are read closely (`dedup.credits`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from dedup import agencies
from dedup.photo_credits import BEGINNINGS
from dedup.signs import Signs

# Longest head of a paragraph that is looked at for a dateline, and longest paragraph that is a credit (characters).
HEAD, LONGEST_CREDIT = 110, 90
# A text of more lines, shorter than this on average (characters), has wrapped lines, as scanned pages do.
MANY_LINES, SHORT_LINE = 30, 60
# Behind all figures of all scripts (code point).
_LAST_FIGURE = 0x20000
DASH = "—–‒―─-"  # the plain hyphen last, for character classes
OPEN, CLOSE = "(（[［【〔", ")）]］】〕"

# A word of a large agency, or one by which agencies call themselves; the words of reporting credits; beginnings of
# photo credits; the end of Thai texts; what opens a bracket, and what closes one; long dashes; quotation marks that
# open; a colon; signs of rights; the last character of Chinese and Japanese agencies; figures; words for who had a text
# first, which origins are told by.
LARGE, CALLS, REPORTS, PHOTO, THAI, OPENS, CLOSES, DASHES, QUOTE, COLON, RIGHTS, WIRE, FIGURE, FIRST = (
    1 << n for n in range(14)
)
# Where an agency may be named; what counts in the head, the tail and anywhere in a long line, and in a short one.
NAMES = LARGE | CALLS | QUOTE
IN_HEAD, IN_TAIL, IN_LONG = OPENS | WIRE, CLOSES | DASHES, THAI | RIGHTS
IN_SHORT = NAMES | IN_HEAD | IN_TAIL | IN_LONG | COLON

# Of the words of a group one stands in what is found as a reporting credit, where that has the word of the group.
REPORTING_WORDS = {
    "reporting ": ("reporting by", "reporting from"),
    "materia": (
        *("material from", "material by", "material von", "materialien von", "material der", "material des"),
        *("material från", "materiaal van", "materiałów"),
    ),
    "medewerking van": ("medewerking van",),
    "informatie van": ("informatie van",),
    "informac": ("wykorzystaniem informacji", "využitím informací"),
    "informasi dari": ("informasi dari",),
    "με πληροφορ": ("με πληροφορ",),
    "матеріал": ("за матеріалами", "використанням матеріалів"),
    "information": ("information from", "information by", "informations d", "information de"),
    "informa": ("información de", "informações d", "con informazioni"),
    "s from": ("inputs from", "files from"),
    "input from": ("input from",),
    "материал": ("по материалам", "использованием материалов"),
    "contribu": (
        *("contributed to this", "a contribué à", "ha contribuito a", "contribuyó a est", "contribuiu para est"),
    ),
    " diesem": ("hat zu diesem",),
    "bidrog till": ("bidrog till",),
    "heeft bijgedragen": ("heeft bijgedragen",),
    "ed by": ("provided by", "supplied by", "produced by", "published by", "distributed by"),
    "this ": ("this report by", "this story by"),
    "appeared on": ("appeared on",),
    "про це ": ("повідомля", "інформу", "переда", "пише"),
    "об этом ": ("сообща", "переда", "информиру", "пишет"),
    "informację ": ("podaje", "podała"),
    "o tym ": ("podaje", "informuje"),
    "o tom ": ("informuje", "informovala"),
    "това ": ("съобщава", "предава", "информира"),
}
# Of these one stands in what says who had a text first, in whatever case.
FIRST_WORDS = (
    *("first reported", "reported first", "first to report", "first published", "originally ", "broke the ", "zuerst "),
    *("abord ", "initialement ", "originalment", "originariamente", "впервые ", "первым сообщи", "en primicia"),
    *("em primeira mão", "per prim", "вперше ", "першим повідоми", "першою повідоми", "jako pierwsz", "jako první"),
    *("als eerste ", "först ", "først ", "elsőként ", "ensimmäisenä", "publicat inițial", "publicat prima", "ilk kez "),
    *("ilk olarak ", "pertama kali ", "πρώτος ", "πρώτη ", "πρώτο ", "最初に報じ", "最先", "最早", "首先", "率先"),
    *("보도", "ครั้งแรก", " أولا", "لأول مرة", "सबसे पहले"),
)


@functools.cache
def _signs() -> Signs:
    """Return what finds the signs of credits."""
    words = [(word, LARGE) for word in agencies.signs_of_large()]
    words += [(word, CALLS) for word in (*agencies.CALLED, "staff")]
    words += [(word, REPORTS) for several in REPORTING_WORDS.values() for word in several]
    words += [(word, PHOTO) for word in BEGINNINGS]
    words += [("สำนักข่าว", THAI), ("copyr", RIGHTS), *((word, FIRST) for word in FIRST_WORDS)]
    figures = "".join(c for c in map(chr, range(_LAST_FIGURE)) if c.isdecimal())
    characters = {"/" + OPEN: OPENS, CLOSE: CLOSES, "—–―": DASHES, agencies.QUOTES: QUOTE, ":：": COLON}
    characters |= {"©": RIGHTS, "社": WIRE, figures: FIGURE}
    return Signs(words, characters, agencies.BETWEEN_WORDS + OPEN + CLOSE + DASH + ".!?", (HEAD, LONGEST_CREDIT))


class Paragraphs(NamedTuple):
    """The paragraphs of a text: their `signs` as `Signs.lines` gives them, in `plain`; in the text they begin at
    `starts`. `there` has all signs."""

    plain: str
    signs: list[list[int]]
    starts: list[int]
    there: int

    def read(self, number: int) -> tuple[int, str]:
        """Return place and text of one."""
        start, end, *_ = self.signs[number]
        return self.starts[number], self.plain[start:end]

    def that_have(self, bits: int) -> Iterator[tuple[int, str]]:
        """Yield place and text of those that have one of these signs."""
        return (self.read(number) for number, found in enumerate(self.signs) if found[2] & bits)

    def promising(self, large: bool) -> Iterator[int]:
        """Yield the numbers of those that are short, the first or last, or have a sign that counts in long ones.

        `large`: the text may name a large agency.
        """
        anywhere, ends = IN_LONG | (NAMES if large else 0), (0, len(self.signs) - 1)
        for number, (start, end, whole, head, tail) in enumerate(self.signs):
            short = end - start <= LONGEST_CREDIT
            if short or head & (IN_HEAD | FIGURE) or tail & IN_TAIL or whole & anywhere or number in ends:
                yield number


@functools.lru_cache(maxsize=1)
def paragraphs(text: str) -> Paragraphs:
    """Return the paragraphs of a text: lines, or what stands between empty lines where lines are wrapped."""
    plain, signs = text, _lines(text)
    starts = [line[0] for line in signs]
    if len(signs) > MANY_LINES and sum(line[1] - line[0] for line in signs) < SHORT_LINE * len(signs):
        blocks = list(re.finditer(r"[^\n]+(?:\n[^\n]+)*", text))
        plain = "\n".join(block[0].replace("\n", " ") for block in blocks)
        starts, signs = [block.start() for block in blocks], _lines(plain)
    there = 0
    for line in signs:
        there |= line[2]
    return Paragraphs(plain, signs, starts, there)


def _lines(text: str) -> list[list[int]]:
    """Return the signs of each line; two hyphens are a long dash."""
    return _signs().lines(text.replace("--", "――"))


def may_have_photo(text: str) -> bool:
    """Say whether words that pictures are credited with stand in a text."""
    return bool(paragraphs(text).there & PHOTO)


def may_say_first(text: str) -> bool:
    """Say whether words for who had a text first stand in it."""
    return bool(paragraphs(text).there & FIRST)
