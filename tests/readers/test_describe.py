"""What `describe` says of an input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.readers import describe
from tests.readers.helpers import as_jsonl


def described(folder: Path, limit: int = 100, **options: Any) -> dict[str, Any]:
    """Describe a folder, and be sure that the result is plain."""
    found = describe([folder], ReadConfig(**options), limit)
    json.dumps(found)
    return found


@pytest.fixture
def news(tmp_path: Path) -> Path:
    records: list[dict[str, Any]] = [
        {
            "doc_id": n,
            "body": f"text {n} " * 50,
            "source": f"outlet {n % 3}",
            "date": f"2016-05-{n + 10}",
            "words": 9,
        }
        for n in range(8)
    ]
    (tmp_path / "a.jsonl").write_bytes(as_jsonl([*records, {"body": 5}, {"body": " ", "date": "03/04/2015"}]))
    (tmp_path / "b.txt").write_text("plain")
    return tmp_path


def test_all(news: Path) -> None:
    """Formats, fields, dates, outlets and samples of the whole input."""
    found = described(news)
    assert (found["records"], found["more"], found["formats"]) == (11, False, {"jsonl": 1, "text": 1})
    assert found["fields"] == {
        "id": {"doc_id": 8},
        "outlet": {"source": 8},
        "published": {"date": 9},
        "text": {"body": 10},
    }
    assert found["unmapped"] == {"words": 8}
    assert found["dates"] == {
        "documents": 8,
        "precisions": {"day": 8},
        "earliest": "2016-05-10",
        "latest": "2016-05-17",
    }
    assert found["outlets"] == {
        "documents": 8,
        "different": 3,
        "most_frequent": [("outlet 0", 3), ("outlet 1", 3), ("outlet 2", 2)],
    }
    assert found["blank"] == 1
    assert [sample["id"] for sample in found["samples"]] == ["0", "1", "2", "3", "4"]
    assert {len(sample["text"]) for sample in found["samples"]} == {200}
    assert len(found["warnings"]) == 2
    assert found["log"]["skipped"]["text of the wrong type"]["count"] == 1


@pytest.mark.parametrize(
    ("limit", "records", "more"),
    [(0, 0, True), (3, 3, True), (10, 10, True), (11, 11, False), (12, 11, False)],
)
def test_limit(limit: int, records: int, more: bool, news: Path) -> None:
    """No more records than asked for are counted, and whether any are left is said."""
    found = described(news, limit)
    assert (found["records"], found["more"]) == (records, more)
    assert sum(found["fields"].get("text", {}).values()) <= records


def test_options_that_apply_to_nothing_are_warnings(news: Path) -> None:
    """A wrong option is shown, with the fields to choose from, and does not stop the description."""
    found = described(news, text_field="boddy")
    assert found["warnings"][0].startswith("text_field: no record has a field 'boddy'; did you mean 'body'?")
    assert described(news, path_pattern="{outlet}/x/{id}.txt")["warnings"][0].startswith("path_pattern: ")


def test_nothing(tmp_path: Path) -> None:
    """An empty folder is described as such; a missing one is an error."""
    found = described(tmp_path)
    assert (found["records"], found["more"], found["samples"]) == (0, False, [])
    with pytest.raises(InputError):
        described(tmp_path / "gone")
