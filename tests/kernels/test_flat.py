"""Lines that are flat objects of JSON, and their fields."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from dedup.kernels import flat as kernels
from dedup.readers.flat import Block, block_of
from tests.reference import flat_fields
from tests.strategies import MANY, SOME

names = st.sampled_from(["id", "text", "title", "n", "caf\u00e9"]) | st.text(max_size=3)
strings = st.text(max_size=12) | st.sampled_from(["\ud83d", "\0", "\\", '"', "\n\t\r\b\f/", "\U0001f327", "\u201c"])
values = strings | st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**18) | st.just(0.25)
nested = values | st.lists(values, max_size=2) | st.dictionaries(names, values, max_size=2)
objects = st.dictionaries(names, nested, max_size=4) | st.dictionaries(names, values, max_size=4)
spaces = st.tuples(st.sampled_from([", ", ",", " ,\t"]), st.sampled_from([": ", ":", " : \r"]))
lines = st.builds(
    lambda o, s, ascii_only, around: (
        around + json.dumps(o, separators=s, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") + around
    ),
    objects | values,
    spaces,
    st.booleans(),
    st.sampled_from([b"", b" ", b"\t", b"\r"]),
)


def damaged(line: bytes, at: int, by: bytes) -> bytes:
    """Return a line in which a few bytes have been put, or left out, somewhere."""
    at %= len(line) + 1
    return line[:at] + by + line[at + (not by) :]


broken = st.builds(damaged, lines, st.integers(0, 80), st.sampled_from([b"", b"\xe9", b"\xed\xa0\x80", b"\\", b'"']))
odd = st.sampled_from(
    [b"", b"{}", b'{"a":01}', b'{"a":1.}', b'{"a":-}', b'{"a":tru}', b'{"a":"\\u00"}', b'{"a":"\\x"}']
)
odd |= st.sampled_from(
    [b'{"a":1}}', b'{"a":1,}', b'{"a":"\xf4\x90\x80\x80"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xe0\x80\xaf"}']
)


def fields(block: Block, number: int) -> list[tuple[str, object]] | None:
    """Return a line's fields as the twin gives them, what is neither null nor a string as None."""
    if block.lines[number, 4] < 0:
        return None
    width = block.lines[number, 3]
    found = [block.values[low:high].tobytes().decode() for low, high in block.spans[number, :width, 2:].tolist()]
    kinds = block.kinds[number, :width].tolist()
    values = [v if k == kernels.STRING else k for v, k in zip(found, kinds, strict=True)]
    return list(zip(block.names(number), values, strict=True))


def kinds_of(expected: list[tuple[str, object]] | None) -> list[tuple[str, object]] | None:
    """Return fields with the kinds of what is no string."""
    if expected is None:
        return None
    return [(k, v if isinstance(v, str) else kernels.NULL if v is None else kernels.OTHER) for k, v in expected]


@MANY
@given(st.lists(lines | broken | odd, max_size=8), st.sampled_from([b"", b"\n"]))
@example([b'{"a": "x"}', b'{"b": "y"}', b'{"a": "z"}'], b"")
def test_the_fields_of_flat_lines(given_lines: list[bytes], end: bytes) -> None:
    """What the twin takes for flat is, and all else is not; lines with the same names are told by the first."""
    raw = b"\n".join(given_lines) + end
    block = block_of(raw)
    assert block is not None
    plain = raw.removesuffix(b"\n").split(b"\n") if raw else []
    assert [block.line(n).removesuffix(b"\n") for n in range(len(block.lines))] == plain
    assert [fields(block, n) for n in range(len(plain))] == [kinds_of(flat_fields(line)) for line in plain]
    for number, first in enumerate(block.lines[:, 4].tolist()):
        assert first < 0 or (first <= number and block.names(first) == block.names(number))
    assert block.line_feeds == raw.count(b"\n")


def test_many_rows_of_names_and_many_lines() -> None:
    """Beyond some rows of names lines are not flat; more lines than there is room for are no block."""
    many = [json.dumps({f"name {n}": "a"}).encode() for n in range(kernels.MOST_SHAPES + 4)]
    block = block_of(b"\n".join([*many, many[0]]))
    assert block is not None
    assert block.lines[:, 4].tolist() == [*range(kernels.MOST_SHAPES), -1, -1, -1, -1, 0]
    assert block_of(b"{}\n" * 9000) is None


@SOME
@given(st.lists(st.text(max_size=20), max_size=5))
def test_code_points(texts: list[str]) -> None:
    """Characters of UTF-8 are counted, not bytes."""
    block = block_of("\n".join(json.dumps({"t": t}, ensure_ascii=False) for t in texts).encode("utf-8", "replace"))
    assert block is not None
    flat = block.lines[:, 4] >= 0
    counted = kernels.code_points(block.values, block.spans[flat, 0, 2:].astype("int64")).tolist()
    assert counted == [len(t) for t, ok in zip(texts, flat.tolist(), strict=True) if ok]
