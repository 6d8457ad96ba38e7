"""Credits behind a passage that are of something else on the page: of another story, or of a picture."""

from __future__ import annotations

import re

from dedup.agency.photo_credits import is_photo_line

# Shortest and longest heading in capitals, and longest line that is but a credit (characters), of which one of a script
# that does not space words counts for two.
HEADING, LONGEST_NAMING, LONGEST_HEADING = (6, 60), 40, 60
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60]")
# What divides a page: marks alone. What marks a heading: a shape before it, or brackets around its beginning.
_RULE = re.compile(r"\s*(?:[*＊·•~=_＝]\s?|[-–—―─]){2,}\s*")
_HEADED = re.compile(r"\s*(?:[▽▼△▲■□◆◇●◎★☆▶►▸➤※◼◾♦⬛]|【[^】\n]{2,16}】(?!\s*$)|[#＃]{2,}\s)")


def is_of_one(text: str, end: int, start: int) -> bool:
    """Return whether a credit that stands in the line at `start` of a text is not of the passage that ends at `end`.

    Behind a heading or a rule that the passage does not reach stands another story, with its own agency at its end:
    "READ ALSO", "▽ほかのニュース", "* * *". A line that is but a credit may still be of all. What a line that begins as
    captions do ends in is of a picture.
    """
    if start <= end or "\n" not in text[end:start]:
        return False
    last = text.find("\n", start)
    line = text[start : last if last >= 0 else len(text)]
    closed = line.rstrip(". ").endswith((")", "）"))
    if not closed or _is_narrow(line):
        return closed and is_photo_line(line)
    between = text[end:start].split("\n")[1:]
    return is_photo_line(line) or any(map(_divides, between)) or bool(_HEADED.match(line))


def own_lines(behind: str) -> list[str]:
    """Return the lines of what stands behind a passage, without white space around them and without those that are of
    another story: longer than a credit, behind a heading or a rule."""
    lines = [line for line in map(str.strip, behind.split("\n")) if line]
    divided = next((n for n, line in enumerate(lines[:-1]) if _divides(line)), len(lines))
    return lines[: divided + 1] + [line for line in lines[divided + 1 :] if _is_narrow(line)]


def _is_narrow(line: str) -> bool:
    return len(line) + len(_WIDE.findall(line)) <= LONGEST_NAMING


def _divides(line: str) -> bool:
    """Return whether a line is a heading in capitals or with a mark, or a rule."""
    plain = line.strip()
    if plain.isupper() and HEADING[0] <= len(plain) <= HEADING[1]:
        return True
    return bool(_RULE.fullmatch(line)) or (len(plain) <= LONGEST_HEADING and bool(_HEADED.match(line)))
