"""Stored documents that are kept in memory: what is counted of them, and which go first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dedup.config import ReadConfig
from dedup.index.known import BLOCK, KnownTexts, of_texts, together
from dedup.index.packing import Packing
from dedup.kernels import held
from dedup.kernels.weights import SLOTS
from dedup.model import Document
from dedup.readers import ReadLog, read_records
from dedup.rescore import evidence
from dedup.tokens import tokenize
from tests.index.texts import article


class Stored:
    """Documents as a database has them, and which were asked for."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._rows = dict(enumerate(Packing(lambda _: b"").pack_all(documents)))
        self.asked: list[int] = []

    def documents_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Yield number and content of documents."""
        self.asked += numbers
        return ((n, self._rows[n]) for n in numbers)


def _known(room: int) -> tuple[KnownTexts, Stored, list[Document]]:
    documents = list(read_records((article(n, (n // 2,)) for n in range(3 * BLOCK)), ReadConfig(), ReadLog()))
    stored = Stored(documents)
    some: Any = stored
    return KnownTexts(some, Packing(lambda _: b""), room), stored, documents


def test_what_was_used_last_is_kept() -> None:
    """Of what fits all is there without reading; else what was used longest ago goes, and no more is held than may."""
    texts, stored, documents = _known(1 << 30)
    numbers = list(range(len(documents)))
    first = texts.take(numbers)
    assert [_fields(first[n].document) for n in numbers] == [_fields(d) for d in documents]
    assert texts.take(numbers) == first
    assert stored.asked == numbers
    sizes = [first[n].size for n in numbers]
    texts, stored, _ = _known(sum(sizes[:10]))
    for part in ([0, 1, 2, 3], [4, 5, 6, 7], [0, 2], [20, 21, 22, 23]):
        texts.take(part)
        assert texts._size == sum(known.size for known in texts._kept.values()) <= sum(sizes[:10])
    stored.asked.clear()
    texts.take([0, 2, 20, 1])
    assert stored.asked == [1]


def test_what_two_threads_read_counts_once() -> None:
    """A document that another thread has read meanwhile is kept as it was."""
    texts, stored, _ = _known(1 << 30)
    both = texts.fetch([3, 4]), texts.fetch([4, 5])
    for fetched in both:
        texts.known(fetched)
    assert stored.asked == [3, 4, 4, 5]
    assert list(texts._kept) == [3, 4, 5]
    assert texts._size == sum(known.size for known in texts._kept.values())
    texts.forget()
    assert (texts._size, len(texts._kept)) == (0, 0)


def test_new_and_stored_texts_are_the_same() -> None:
    """Texts of a batch, in several blocks, are what they are when they are read, and weigh what they weigh as one
    list."""
    texts, _, documents = _known(1 << 30)
    tokens = tokenize([d.text for d in documents])
    new, read = of_texts(documents, tokens, None), texts.take(range(len(documents)))
    for one, (_, other) in zip(new, sorted(read.items()), strict=True):
        assert _fields(one.document) == _fields(other.document)
        assert (one.count, one.digest, one.words.tolist()) == (other.count, other.digest, other.words.tolist())
    idf = np.linspace(1, 9, SLOTS, dtype=np.float32)
    found, plain = together(new, idf), evidence(tokens, idf)
    assert found.tokens.bounds.tolist() == tokens.bounds.tolist()
    for name in ("hashes", "starts", "ends", "flags", "weights"):
        assert (getattr(found.tokens, name) == getattr(tokens, name)).all()
    for name in ("masses", "marks", "usual_names"):
        assert (getattr(found, name) == getattr(plain, name)).all()
    assert len({known.digest for known in new}) == len({tuple(t) for t in _words(tokens)})


def test_far_and_long_tokens_are_kept() -> None:
    """What stands around the lengths that fit into a word, and texts without words."""
    sizes = [0, 1, held.FAR - 2, held.FAR - 1, held.FAR, held.FAR + 1, 5000]
    texts = [f"{' ' * gap}{'a' * size} then {'b' * gap}.{' ' * size}end" for gap in sizes for size in sizes]
    texts += ["", " " * 3000, "新聞は昨日、港の近くで船が座礁したと伝えた。"]
    tokens = tokenize(texts)
    documents = [Document(text=text, id=str(n)) for n, text in enumerate(texts)]
    known = of_texts(documents, tokens, None)
    assert max(len(k.words) - k.count for k in known) >= 2
    idf = np.ones(SLOTS, np.float32)
    for which in (range(len(texts)), range(len(texts) - 1, -1, -3)):
        found, own = together([known[i] for i in which], idf).tokens, tokenize([texts[i] for i in which])
        for name in ("hashes", "starts", "ends", "flags", "weights", "bounds"):
            assert (getattr(found, name) == getattr(own, name)).all()


def _fields(document: Any) -> list[Any]:
    return [getattr(document, name) for name in ("id", "text", "title", "outlet", "published", "timestamp", "url")]


def _words(tokens: Any) -> Iterator[list[int]]:
    for low, high in itertools.pairwise(tokens.bounds.tolist()):
        yield tokens.hashes[low:high].tolist()
