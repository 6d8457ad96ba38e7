"""Marks that only captions have: the controls of galleries, credits in brackets, names behind the end of a sentence."""

from __future__ import annotations

import functools
import re

# What only stands in or right beside a caption: a gallery's controls, and credits in brackets.
PATTERN = re.compile(
    r"\b(?:hide|show|image|media|photo|video|picture) caption\b|\bgetty images\b"
    r"|\(\s*(?:ap |file )?(?:photo|foto|image)s?[:/ ]"
    r"|\(\s*pictured\b|\bfile (?:photo|picture|image)\b|^\W*file\s?[-–—]|\bin this\b[^.\n]{0,60}\bphoto\b"
    r"|\([^()/\n]{3,40}/[^()/\n]{3,40}\)\W*$|\bvia ap\)"
    r"|\b(?:image|photo|slide|bild|foto|imagen|immagine)\s+\d+\s+(?:of|von|de|di|sur|av)\b"
    r"|[\"”’)\s](?<=[.!?][\"”’)\s])(?:(?<=\s)\s*|\s+)(?:\([^()/\n]{3,40}/[^()/\n]{3,40}\)"
    # a name, a slash and who has the rights, behind the last sentence of a line
    r"|[\w'’-]+\.?(?: [\w'’-]+\.?){1,3}/[\w’'-]+(?: [\w’'-]+){0,2}(?=\s*(?:\n|$)))"
    r"|\b(?:bildunterschrift|archivbild|archivfoto|pie de foto|foto de archivo|didascalia|légende"
    r"|photo d['’]archives?)\b"
    r"|подпись к фото|архивное фото|图片说明|圖片說明|资料图|資料圖|写真説明|キャプション"
)
# How they begin, but for one at the beginning of a text, and how those with a slash do.
_FRAME_BEGINS = re.compile(
    r"\(|hide|show|imag|media|photo|video|pictur|getty|file|in this|via ap|slide|bild|foto|immag|archiv|pie de"
    r"|didasc|légen|подпис|архивн|图片|圖片|资料|資料|写真|キャプ"
)
_SLASH_BEGINS = re.compile(r"[\"”’)\s](?<=[.!?][\"”’)\s])")
# One of these stands in each of them: many times quicker than the pattern.
_OF_FRAMES = (
    *(
        "caption",
        "getty",
        "photo",
        "foto",
        "image",
        "picture",
        "slide",
        "imagen",
        "file",
        "/",
        "ap)",
        "bildunter",
        "archivbild",
        "didascalia",
    ),
    *("légende", "фото", "图片说明", "圖片說明", "资料图", "資料圖", "写真説明", "キャプション"),
)
# How far from a passage such a mark is looked for (characters).
BESIDE = 25


@functools.lru_cache(maxsize=1 << 10)
def in_place(text: str, before: str, after: str, least: int = 1) -> int:
    """Return how many marks that only captions have stand in a text or right beside it; 0 where fewer than `least`
    can, as far as their words tell."""
    lowered = f"{before[-BESIDE:]}{text}{after[:BESIDE]}".lower()
    if sum(map(lowered.count, _OF_FRAMES)) < least:
        return 0
    return count(lowered)


def count(lowered: str) -> int:
    """Return how many marks that only captions have stand in a text in lower case: the pattern is tried where they
    begin, a fifth of the time of trying it everywhere."""
    begins = {0, *(found.start() for found in _FRAME_BEGINS.finditer(lowered))}
    if "/" in lowered:
        begins |= {found.start() for found in _SLASH_BEGINS.finditer(lowered)}
    number = end = 0
    for begin in sorted(begins):
        match = PATTERN.match(lowered, begin) if begin >= end else None
        if match:
            number, end = number + 1, match.end()
    return number
