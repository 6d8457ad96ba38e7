"""The log: counts, examples, and what they say of completeness."""

from __future__ import annotations

import json

import pytest

from dedup.readers import ReadLog
from dedup.readers.log import EXAMPLES, printable, quoted


def test_examples_are_few() -> None:
    """Every occurrence is counted, the first five are named."""
    log = ReadLog()
    for line in range(1, 1001):
        log.skip("no text", ("a.jsonl", line))
    tally = log.skipped["no text"]
    assert tally.count == 1000
    assert tally.examples == [f"a.jsonl:{line}" for line in range(1, EXAMPLES + 1)]


@pytest.mark.parametrize(
    ("method", "complete"),
    [
        ("skip", False),
        ("lose", False),
        ("rename", False),
        ("merge", True),
        ("change", True),
        ("warn", True),
        ("ignore", True),
    ],
)
def test_complete(method: str, complete: bool) -> None:
    """What was lost, or had to take another id, makes a reading incomplete; nothing else does."""
    log = ReadLog()
    getattr(log, method)("reason", ("a", None))
    assert log.complete is complete


def test_to_dict() -> None:
    """All counts as plain values for the manifest, reasons sorted."""
    log = ReadLog()
    log.read, log.files = 3, 1
    log.skip("z", ("a", 2), "detail")
    log.skip("b", ("a", 3))
    log.merge("m", ("a", 4))
    assert list(json.loads(json.dumps(log.to_dict())).items()) == [
        ("files", 1),
        ("records", 6),
        ("read", 3),
        ("unread", {}),
        ("skipped", {"b": {"count": 1, "examples": ["a:3"]}, "z": {"count": 1, "examples": ["a:2: detail"]}}),
        ("renamed", {}),
        ("merged", {"m": {"count": 1, "examples": ["a:4"]}}),
        ("changed", {}),
        ("warnings", {}),
        ("ignored", {}),
        ("complete", False),
    ]


def test_messages() -> None:
    """A line a reason, losses first; what is passed over by rule is no message."""
    log = ReadLog()
    log.ignore("unknown type", ("x.png", None))
    log.warn("w", ("a", 1))
    log.lose("l", ("b", None), "why")
    assert log.messages() == ("unread: l: 1 (b: why)", "warnings: w: 1 (a:1)")


def test_hostile_details() -> None:
    """Values of the input are short and without control characters in messages."""
    assert printable("a\x1b[31m\n\ud800") == "a\\x1b[31m\\n\\ud800"
    assert quoted("\x1b" + "x" * 10_000) == repr("\x1b" + "x" * 58 + "\u2026")
    log = ReadLog()
    log.skip("r", ("f\r", 1), "d\n" * 1000)
    assert len(log.skipped["r"].examples[0]) < 500
    assert log.skipped["r"].examples[0].isprintable()
