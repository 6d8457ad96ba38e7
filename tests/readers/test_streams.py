"""Streams: lines and chunks are those of the bytes, however they arrive."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.readers import ReadLog
from dedup.readers.json_values import json_objects
from dedup.readers.streams import BLOCK, Stream
from tests.readers.helpers import PACK


class Dribble(io.BytesIO):
    """Hands out a few bytes at a time, as a slow pipe does."""

    def __init__(self, raw: bytes, step: int) -> None:
        super().__init__(raw)
        self._step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._step)


@pytest.fixture(scope="module")
def stdin() -> Iterator[None]:
    saved = sys.stdin
    yield
    sys.stdin = saved


def stream(raw: bytes, step: int = BLOCK) -> Stream:
    """Return a stream over bytes that arrive `step` at a time."""

    class Input:
        buffer = Dribble(raw, step)

    sys.stdin = Input()  # type: ignore[assignment]
    return Stream("x", None, ReadLog())


def lines_of(raw: bytes, limit: int) -> list[tuple[int, bytes | None]]:
    """Say the same in the obvious way."""
    lines = raw.split(b"\n")
    whole = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    long = [len(line) > (limit + 1 if line.endswith(b"\n") else limit) for line in whole]
    return [(n, None if over else line) for n, (line, over) in enumerate(zip(whole, long, strict=True), 1)]


RAW = st.lists(st.sampled_from([b"\n", b"a", b"bb", b"ccccc", b"\r\n"]), max_size=40).map(b"".join)


@pytest.mark.usefixtures("stdin")
@settings(max_examples=200)
@given(RAW, st.integers(1, 12), st.integers(1, 9))
def test_lines(raw: bytes, limit: int, step: int) -> None:
    """Lines and their numbers are those of a plain split, whatever the limit and the arrival."""
    assert list(stream(raw, step).lines(limit)) == lines_of(raw, limit)


@pytest.mark.usefixtures("stdin")
@given(st.binary(max_size=60).map(lambda raw: b"x" + raw), st.integers(1, 9), st.sampled_from(list(PACK)))
def test_chunks(raw: bytes, step: int, pack: str) -> None:
    """Packed or not, the chunks are the bytes, and looking at the head takes nothing away."""
    source = stream(PACK[pack](raw), step)
    head = source.head()
    assert raw.startswith(head)
    assert b"".join(source.chunks()) == raw
    assert stream(PACK[pack](raw), step).read(len(raw)) == raw
    assert stream(PACK[pack](raw), step).read(len(raw) - 1) is None


@pytest.mark.usefixtures("stdin")
@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["utf-16-le", "utf-16-be"]),
    st.integers(1, 9),
)
def test_utf16(text: str, coding: str, step: int) -> None:
    """UTF-16 becomes UTF-8, also when pieces end inside a character."""
    assert b"".join(stream(("\ufeff" + text).encode(coding), step).chunks()).decode() == text


JUNK = st.lists(st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\", b",", b"\n", b"a"]), max_size=40).map(b"".join)


@pytest.mark.usefixtures("stdin")
@settings(max_examples=300)
@given(JUNK, st.integers(1, 50))
def test_objects_do_not_depend_on_chunks(raw: bytes, limit: int) -> None:
    """Cutting JSON into objects gives the same for any size of chunk, also for broken JSON."""

    class Whole(Stream):
        def chunks(self) -> Iterator[bytes]:
            return iter([raw])

    class Single(Stream):
        def chunks(self) -> Iterator[bytes]:
            return iter([raw[i : i + 1] for i in range(len(raw))])

    inside = [list(json_objects(kind("x", None, ReadLog()), limit)) for kind in (Whole, Single)]
    objects = [[item for item in found if item[1] is None or item[1].startswith(b"{")] for found in inside]
    assert objects[0] == objects[1]


@pytest.mark.usefixtures("stdin")
@pytest.mark.parametrize("step", [1, 3, BLOCK])
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\ud83d".encode("utf-16", "surrogatepass"), b"a\xff"),
        ("\ude00\U0001f327".encode("utf-16", "surrogatepass"), b"\xff\xf0\x9f\x8c\xa7"),
        ("a\ud83d\ud83d\ude00".encode("utf-16", "surrogatepass"), b"a\xff\xf0\x9f\x98\x80"),
        ("a".encode("utf-16") + b"b", b"a\xff"),
        (b"\xff\xfe", b""),
    ],
)
def test_broken_utf16(raw: bytes, expected: bytes, step: int) -> None:
    """Halves of pairs and of units become bytes that are no UTF-8, which the readers count."""
    assert b"".join(stream(raw, step).chunks()) == expected


@pytest.mark.parametrize("step", [1, 2, 100])
def test_json_objects_of_an_array(step: int) -> None:
    """Objects come as they stand, with the lines where they begin; brackets in strings do not count."""
    raw = b'[\n{"a": "}]{\\"", "b": [{}, {}]},\n\n {}\n]'

    class Fixed(Stream):
        def chunks(self) -> Iterator[bytes]:
            return iter([raw[i : i + step] for i in range(0, len(raw), step)])

    assert list(json_objects(Fixed("x", None, ReadLog()), 100)) == [
        (2, b'{"a": "}]{\\"", "b": [{}, {}]}'),
        (4, b"{}"),
    ]
