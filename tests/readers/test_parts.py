"""A large file read in parts by processes gives what it gives from front to back."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dedup import Document
from dedup.config import ReadConfig
from dedup.errors import StoreError
from dedup.readers import ReadLog, Workshop, batches, reading, stream
from dedup.readers.flat import KeptLines
from dedup.readers.ids import LateBook
from dedup.readers.parts import Make
from dedup.shelf import Batch, Head, Shelf
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
    '{"id": "two ways", "text": "Rain.", "published": "03/04/2015", "outlet": " The Mill ", "title": null}',
    '{"id": " ", "text": "No id.\\n\\u201cRain\\u201d", "url": "https://www.example.org/b", "published": "2015-03-04"}',
    ' {"id" : "spaced" ,\t"text":"Rain, caf\\u00e9, \\ud83c\\udf27 and 雨", "n": -0.5, "m": 1e9, "x": true} \r',
    '{"id": "twice", "text": "Rain.", "text": "Snow."}',
    '{"id": "none", "text": null, "outlet": "The Mill"}',
    '{"id": "deep", "text": "Rain.", "tags": ["a", {"b": 1}]}',
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


def in_parts(
    path: Path, config: ReadConfig, make: Make | None = None
) -> tuple[list[Document], dict[str, Any], Any, int]:
    log, late = ReadLog(), LateBook()
    shop = Workshop.of(2, Scratch(), make=make)
    assert shop is not None
    shelf, taken = Shelf(files=shop.files, lines=KeptLines(config)), 0
    for each in batches([path], config, log, 2, late, shop):
        if isinstance(each, Batch):
            taken += 1
            shelf.take(each)
        else:
            shelf.append(each)
    shelf.arrange(range(len(shelf)))
    return list(shelf), log.to_dict(), late.places, taken


@pytest.mark.parametrize("make", [None, b"".join])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("before", "after"), [(b"", b"\n"), (b"\xef\xbb\xbf", b""), (b"\n\n", b"\r\n")])
def test_the_same_in_parts(tmp_path: Path, seed: int, before: bytes, after: bytes, make: Make | None) -> None:
    """Documents, their order, all counts with the lines that they name, and ids that came twice; documents kept as they
    are and as the lines that they came from."""
    path, config = tmp_path / "articles.jsonl", ReadConfig(max_document_bytes=3000)
    path.write_bytes(before + b"\n".join(lines(seed)) + after)
    documents, log, places, taken = in_parts(path, config, make)
    assert (documents, log, places) == front_to_back(path, config)
    assert (taken > 10, len(places) > 20, log["skipped"]["over the size limit"]["count"]) == (True, True, 1)


def test_texts_and_heads_of_lines(tmp_path: Path) -> None:
    """What is made of texts gets each as in its document; heads are those of documents, also of a replaced one."""
    path, config = tmp_path / "articles.jsonl", ReadConfig()
    path.write_bytes(b"\n".join(lines(3)))
    shop = Workshop.of(1, Scratch(), make=msgspec.msgpack.encode)
    assert shop is not None
    shelf = Shelf(files=shop.files, lines=KeptLines(config))
    texts: list[str] = []
    for batch in batches([path], config, ReadLog(), 1, LateBook(), shop):
        assert isinstance(batch, Batch)
        shelf.take(batch)
        texts += [raw.decode() for raw in msgspec.msgpack.decode(batch.made, type=list[bytes])]
    other = Document(id="another one", text="Fog.", title="Weather")
    shelf.replace(5, other)
    texts[5] = other.text
    shelf.arrange(range(len(shelf)))
    documents = list(shelf)
    assert texts == [d.text for d in documents] == [shelf.text(i) for i in range(len(shelf))]
    assert [bytes(raw).decode() for raw in shelf.utf8(slice(0, None))] == texts
    assert shelf.lengths.tolist() == [len(text) for text in texts]
    for document, head in zip(documents, shelf.heads(), strict=True):
        assert all(getattr(document, name) == getattr(head, name) for name in ("id", *Head.__struct_fields__))


@pytest.mark.parametrize("make", [None, b"".join])
def test_parts_with_pages_are_read_singly(tmp_path: Path, make: Make | None) -> None:
    """What holds a page is left to those who read pages; the lines named in the log stay right."""
    path, config = tmp_path / "articles.jsonl", ReadConfig()
    path.write_bytes(b"\n".join(lines(1, pages=True)))
    documents, log, places, taken = in_parts(path, config, make)
    assert (documents, log, places) == front_to_back(path, config)
    assert (taken > 5, len(documents) > 100) == (True, True)


@pytest.mark.parametrize("make", [None, b"".join])
def test_options_and_paths_count_for_all_parts(tmp_path: Path, make: Make | None) -> None:
    """Names of fields and what the path says are the same as from front to back."""
    folder = tmp_path / "Mill"
    folder.mkdir()
    path = folder / "articles.jsonl"
    path.write_text("".join(f'{{"id": {i}, "main": "Rain {"again " * 20}"}}\n' for i in range(60)))
    config = ReadConfig(text_field="main", path_pattern="{outlet}/articles.jsonl")
    documents, log, _, taken = in_parts(path, config, make)
    assert (documents, log) == front_to_back(path, config)[:2]
    assert (taken > 5, {d.outlet for d in documents}) == (True, {"Mill"})


@pytest.mark.parametrize("raw", [b"", b"{}", b'[{"text": "a"},\n {"text": "b"}]\n' * 90, b"\n" * 5000, b"x" * 5000])
def test_what_is_not_cut(tmp_path: Path, raw: bytes) -> None:
    """Small files, arrays, and files of one line or of none are read as ever."""
    path, config = tmp_path / "articles.jsonl", ReadConfig()
    path.write_bytes(raw)
    for make in (None, b"".join):
        assert in_parts(path, config, make)[:3] == front_to_back(path, config)


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk ends the reading with advice, also where a process met it."""
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b"\n".join(lines(2)))

    def full(self: Scratch, file: Any, raw: bytes) -> int:
        raise StoreError("no room; choose another place with --work")

    monkeypatch.setattr(Scratch, "write", full)
    with pytest.raises(StoreError, match="--work"):
        in_parts(path, ReadConfig())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no pipe has a name here")
def test_a_pipe_is_read_from_the_front(tmp_path: Path) -> None:
    """Nothing is lost of what cannot be read twice, whatever it is called."""
    reader, writer = os.pipe()
    os.write(writer, b"".join(b'{"id": "%d", "text": "Rain."}\n' % n for n in range(1000)))
    os.close(writer)
    (tmp_path / "pipe.jsonl").symlink_to(f"/proc/self/fd/{reader}")
    shop = Workshop.of(1, Scratch(), make=msgspec.msgpack.encode)
    read = list(batches([tmp_path / "pipe.jsonl"], ReadConfig(), ReadLog(), 1, LateBook(), shop))
    os.close(reader)
    assert [d.id for d in read if isinstance(d, Document)] == [str(n) for n in range(1000)]
