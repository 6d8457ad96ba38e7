"""Golden records: folders of inputs, and the documents and the log that must come out of each.

`input` has texts and records; `web` has a page, pages in a field, a web archive with a damaged end, and tables.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.helpers import read

GOLDEN = Path(__file__).parent / "golden"
FOLDERS = (("input", ""), ("web", "-web"))


def lines(text: str) -> list[str]:
    return text.splitlines()


@pytest.mark.parametrize(("folder", "ending"), FOLDERS)
def test_documents(folder: str, ending: str) -> None:
    """Every field of every document is as committed; a failure shows the lines that differ."""
    documents, _ = read(GOLDEN / folder)
    found = [json.dumps(plain(document), ensure_ascii=False) for document in documents]
    assert found == lines((GOLDEN / f"documents{ending}.jsonl").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("folder", "ending"), FOLDERS)
def test_log(folder: str, ending: str) -> None:
    """So is what the log says of it."""
    _, log = read(GOLDEN / folder)
    root = f"{GOLDEN / folder}/"
    found = json.dumps(log.to_dict(), ensure_ascii=False, indent=1).replace(root, "")
    assert lines(found) == lines((GOLDEN / f"log{ending}.json").read_text(encoding="utf-8"))


def plain(document: Any) -> dict[str, Any]:
    """Return the fields of a document that are set."""
    return {name: value for name, value in dataclasses.asdict(document).items() if value not in (None, (), {})}
