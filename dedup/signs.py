"""What a text must hold for something to be looked for in it: words and characters, found in one reading.

A word counts in whatever case, but one that ends in a capital only where that is one; any boundary counts for any
other. What is found so is where a pattern may match; whether it does, the pattern says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.kernels import signs as kernels
from dedup.kernels.signs import BOUNDARY, CAPITAL, OTHER, SPACE

# Code points read at a time, but for longer lines; a single text of more is not read whole.
MOST_POINTS = 1 << 20
# Code points there are, and those of characters that may be another's capital; beyond them each stands for itself.
_POINTS, _CASED = 0x110000, 0x2200
# What patterns that ignore case take for one letter, beside what case folding does.
_ALIKE = {"İ": "i", "ı": "i"}


class Signs:
    """Words and characters, each with a bit, and how far the head, the tail and the beginning of a line reach
    (characters)."""

    def __init__(
        self,
        words: Iterable[tuple[str, int]],
        characters: Mapping[str, int],
        boundary: str | None,
        reach: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        """Take words with their bits (below `SPACE`), and the characters of a string with one bit each; a space in a
        word stands for a boundary, which is white space or one of the characters of `boundary`; None for whatever is
        no letter or figure that a word has."""
        listed = list(words)
        every = {_folded(c) for word, _ in listed for c in word}
        between = {c for c in every if not c.isalnum()} if boundary is None else {" ", *boundary}
        letters = sorted(every - between)
        number = {c: n for n, c in enumerate(letters, BOUNDARY + 1)}
        other = BOUNDARY if boundary is None else OTHER
        self._classes, self._marks = np.full(_POINTS, other, np.uint16), np.zeros(_POINTS, np.uint32)
        for c in (*map(chr, range(_CASED)), *letters, *between, "\u3000"):
            self._classes[ord(c)] = BOUNDARY if c.isspace() or c in between else number.get(_folded(c), other)
            self._marks[ord(c)] = CAPITAL * c.isupper() | SPACE * c.isspace()
        for several, bit in characters.items():
            for c in several:
                self._marks[ord(c)] |= bit
        coded = [(self._classes[_points(w)].tolist(), (0, bit) if w[-1].isupper() else (bit, 0)) for w, bit in listed]
        self._steps, self._found = _automaton(coded, len(letters) + BOUNDARY + 1)
        self._reach = np.array(reach, np.int64)

    def each(self, texts: Sequence[str], twice: int = 0) -> npt.NDArray[np.int64]:
        """Return the bits of all signs in each text, where a line ends in a boundary; bits that are `twice` are those
        of texts that have two words with one of them. A text that is too long to be read may have all."""
        return read_each(texts, lambda points, spans, _: self.of_points(points, spans, twice)) & ~(CAPITAL | SPACE)

    def of_points(self, points: Any, spans: Any, twice: int = 0) -> npt.NDArray[np.int64]:
        """Return the same of texts of which `points` has the code points and `spans` (int64, n x 2) the places."""
        tables = self._classes, self._marks, self._steps, self._found
        found: npt.NDArray[np.int64] = kernels.text_signs(points, spans, *tables, twice) & ~(CAPITAL | SPACE)
        return found

    def lines(self, text: str) -> npt.NDArray[np.int64]:
        """Return of each line of a text that is not empty its first and its end place, and the bits of the signs in it:
        in all of it, those of characters in its head and in its tail, and those at its edges, as
        `kernels.line_signs`, and whether it begins small (int64, n x 7)."""
        found = [np.empty((0, 7), np.int64)]
        for at, piece in _pieces(text):
            rows = kernels.line_signs(_points(piece), self._classes, self._marks, self._steps, self._found, self._reach)
            rows[:, :2] += at
            found.append(rows)
        return np.concatenate(found)


def _folded(c: str) -> str:
    folded = _ALIKE.get(c) or c.casefold()
    return folded if len(folded) == 1 and ord(c) < _CASED else c


def read_each(
    texts: Sequence[str], read: Callable[[Any, Any, Any], npt.NDArray[np.int64]], *columns: int
) -> npt.NDArray[np.int64]:
    """Return what `read` makes of each text (int64, n or n x `columns`), some texts at a time: of their code points,
    one text behind the other, of where each begins and ends (int64, n x 2), and of their numbers; -1 of a text that is
    too long to be read so."""
    out = np.full((len(texts), *columns), -1, np.int64)
    sizes = np.array([len(text) for text in texts], np.int64)
    short = np.flatnonzero(sizes <= MOST_POINTS)
    ends = np.cumsum(sizes[short])
    while len(short):
        n = int(np.searchsorted(ends, MOST_POINTS, "right"))
        some, short = short[:n], short[n:]
        spans = np.stack([ends[:n] - sizes[some], ends[:n]], axis=1)
        out[some] = read(_points("".join([texts[i] for i in some.tolist()])), spans, some)
        ends = ends[n:] - spans[-1, 1]
    return out


def _points(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield place and text of pieces of whole lines."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + MOST_POINTS) + 1 or len(text)
        yield start, text[start:end]
        start = end


def _automaton(
    words: Iterable[tuple[list[int], tuple[int, int]]], classes: int
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint32]]:
    """Return which state follows each by a class, and the bits of the words that end there (Aho and Corasick 1975)."""
    tree: list[dict[int, int]] = [{}]
    found = [(0, 0)]
    for word, bits in words:
        state = 0
        for c in word:
            if c not in tree[state]:
                tree[state][c] = len(tree)
                tree.append({})
                found.append((0, 0))
            state = tree[state][c]
        found[state] = (found[state][0] | bits[0], found[state][1] | bits[1])
    steps = np.zeros((len(tree), classes), np.uint16)
    # a state goes on as the longest end of it that is a state does, but where a word of its own goes on
    waiting = [(0, 0)]
    for state, shorter in waiting:
        found[state] = (found[state][0] | found[shorter][0], found[state][1] | found[shorter][1])
        steps[state] = steps[shorter]
        for c, following in tree[state].items():
            waiting.append((following, int(steps[state, c]) if state else 0))
            steps[state, c] = following
    return steps, np.array(found, np.uint32)
