"""The script of a text, told from the names of its letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

RENAMED = {"Cjk": "Han", "Hiragana": "Kana", "Katakana": "Kana", "Ideographic": "Han"}
WIDTHS = frozenset({"FULLWIDTH", "HALFWIDTH"})


def script_of(text: str) -> str | None:
    """Return the script that most letters of `text` are in, such as `Latin` or `Han`; None without letters.

    Hiragana and katakana are both `Kana`. Ties go to the first in the alphabet.

    >>> script_of("Привет, world!"), script_of("東京タワーへ"), script_of("1916")
    ('Cyrillic', 'Kana', None)
    """
    counts: Counter[str] = Counter()
    for letter, n in Counter(text).items():
        if letter.isalpha():
            counts[_script(letter)] += n
    return min(counts, key=lambda s: (-counts[s], s)) if counts else None


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    words = unicodedata.name(letter, "UNKNOWN").replace("-", " ").split()
    name = words[1] if words[0] in WIDTHS and len(words) > 1 else words[0]
    return RENAMED.get(name.capitalize(), name.capitalize())
