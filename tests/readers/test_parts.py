"""A large file read in parts by processes gives what it gives from front to back."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from dedup import Document
from dedup.config import ReadConfig
from dedup.errors import StoreError
from dedup.readers import ReadLog, Workshop, batches, reading, stream
from dedup.readers.ids import LateBook
from dedup.shelf import Batch, Shelf
from dedup.spill import Scratch

ODD = (
    "",
    "   ",
    '{"id": "cut", "text": "no end',
    '["no object"]',
    '[{"text": "an array in a line"}]',
    '{"id": "nul", "text": "a\\u0000b"}',
    '{"id": "half", "text": "\\ud83d"}',
    '{"id": "nan", "text": "NaN is no JSON", "n": NaN}',
    '{"title": "no text"}',
    '{"text": 7}',
    '{"id": 12, "body": "other names", "date": "03/04/2015", "source": {"name": "The Mill"}}',
    '{"text": "an id is made", "url": "https://www.example.org/a", "captions": ["one", "two"], "n": 3, "x": true}',
)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PART", 400)


def lines(seed: int, pages: bool = False) -> list[bytes]:
    """Return lines of which many are odd, some are repeated, one is long and some are no UTF-8."""
    rng = random.Random(seed)
    plain = [json.dumps({"id": f"a{i % 70}", "text": f"Rain {i % 50} " * rng.randrange(1, 20)}) for i in range(100)]
    made = [line.encode() for line in (*plain, *ODD * 3)] + [b'{"text": "caf\xe9 %d"}' % i for i in range(4)]
    made.append(json.dumps({"id": "long", "text": "long " * 1000}).encode())
    if pages:
        made += [json.dumps({"html": f"<p>{'A page of rain. ' * 30}{i}</p>"}).encode() for i in range(3)]
    rng.shuffle(made)
    return made


def front_to_back(path: Path, config: ReadConfig) -> tuple[list[Document], dict[str, Any], Any]:
    log, late = ReadLog(), LateBook()
    return list(stream([path], config, log, 2, late)), log.to_dict(), late.places


def in_parts(path: Path, config: ReadConfig) -> tuple[list[Document], dict[str, Any], Any, int]:
    log, late = ReadLog(), LateBook()
    shop = Workshop.of(2, Scratch())
    assert shop is not None
    shelf, taken = Shelf(files=shop.files), 0
    for each in batches([path], config, log, 2, late, shop):
        if isinstance(each, Batch):
            taken += 1
            shelf.take(each)
        else:
            shelf.append(each)
    shelf.arrange(range(len(shelf)))
    return list(shelf), log.to_dict(), late.places, taken


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("before", "after"), [(b"", b"\n"), (b"\xef\xbb\xbf", b""), (b"\n\n", b"\r\n")])
def test_the_same_in_parts(tmp_path: Path, seed: int, before: bytes, after: bytes) -> None:
    """Documents, their order, all counts with the lines that they name, and ids that came twice."""
    path, config = tmp_path / "articles.jsonl", ReadConfig(max_document_bytes=3000)
    path.write_bytes(before + b"\n".join(lines(seed)) + after)
    documents, log, places, taken = in_parts(path, config)
    assert (documents, log, places) == front_to_back(path, config)
    assert (taken > 10, len(places) > 20, log["skipped"]["over the size limit"]["count"]) == (True, True, 1)


def test_parts_with_pages_are_read_singly(tmp_path: Path) -> None:
    """What holds a page is left to those who read pages; the lines named in the log stay right."""
    path, config = tmp_path / "articles.jsonl", ReadConfig()
    path.write_bytes(b"\n".join(lines(1, pages=True)))
    documents, log, places, taken = in_parts(path, config)
    assert (documents, log, places) == front_to_back(path, config)
    assert (taken > 5, len(documents) > 100) == (True, True)


def test_options_and_paths_count_for_all_parts(tmp_path: Path) -> None:
    """Names of fields and what the path says are the same as from front to back."""
    folder = tmp_path / "Mill"
    folder.mkdir()
    path = folder / "articles.jsonl"
    path.write_text("".join(f'{{"id": {i}, "main": "Rain {"again " * 20}"}}\n' for i in range(60)))
    config = ReadConfig(text_field="main", path_pattern="{outlet}/articles.jsonl")
    documents, log, _, taken = in_parts(path, config)
    assert (documents, log) == front_to_back(path, config)[:2]
    assert (taken > 5, {d.outlet for d in documents}) == (True, {"Mill"})


@pytest.mark.parametrize("raw", [b"", b"{}", b'[{"text": "a"},\n {"text": "b"}]\n' * 90, b"\n" * 5000, b"x" * 5000])
def test_what_is_not_cut(tmp_path: Path, raw: bytes) -> None:
    """Small files, arrays, and files of one line or of none are read as ever."""
    path, config = tmp_path / "articles.jsonl", ReadConfig()
    path.write_bytes(raw)
    assert in_parts(path, config)[:3] == front_to_back(path, config)


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk ends the reading with advice, also where a process met it."""
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b"\n".join(lines(2)))

    def full(self: Scratch, file: Any, raw: bytes) -> int:
        raise StoreError("no room; choose another place with --work")

    monkeypatch.setattr(Scratch, "write", full)
    with pytest.raises(StoreError, match="--work"):
        in_parts(path, ReadConfig())
