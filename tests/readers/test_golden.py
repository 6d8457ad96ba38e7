"""Golden records: a folder of inputs, and the documents and the log that must come out of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from tests.readers.helpers import read

GOLDEN = Path(__file__).parent / "golden"


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_documents() -> None:
    """Every field of every document is as committed; a failure shows the lines that differ."""
    documents, _ = read(GOLDEN / "input")
    found = [json.dumps(plain(document), ensure_ascii=False) for document in documents]
    assert found == lines((GOLDEN / "documents.jsonl").read_text(encoding="utf-8"))


def test_log() -> None:
    """So is what the log says of it."""
    _, log = read(GOLDEN / "input")
    root = f"{GOLDEN / 'input'}/"
    found = json.dumps(log.to_dict(), ensure_ascii=False, indent=1).replace(root, "")
    assert lines(found) == lines((GOLDEN / "log.json").read_text(encoding="utf-8"))


def plain(document: Any) -> dict[str, Any]:
    """Return the fields of a document that are set."""
    return {name: value for name, value in dataclasses.asdict(document).items() if value not in (None, (), {})}
