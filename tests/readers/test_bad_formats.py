"""The same bad input in every format: what is read, what is counted, where, and what to do about it."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import ipc, parquet

from dedup.cli import main
from dedup.readers import ReadLog
from tests.readers.helpers import counts, read, texts

STORY = "A ferry with 212 people aboard ran onto a sandbank outside the harbour before dawn on Monday."
RECORDS = [{"id": f"d{n}", "outlet": "gazette", "text": f"{STORY} It was number {n} of this winter."} for n in range(3)]


def page(text: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body><article><p>{text}</p></article></body></html>".encode()


def archived(body: bytes, status: str = "200 OK") -> bytes:
    response = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n".encode() + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://gazette.example/a\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"WARC-Date: 2031-01-01T00:00:00Z\r\nContent-Length: {len(response)}\r\n\r\n"
    )
    return head.encode() + response + b"\r\n\r\n"


def as_parquet(table: Any) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return sink.getvalue()


def as_arrow(table: Any) -> bytes:
    sink = io.BytesIO()
    with ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def as_jsonl(records: list[dict[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)


def as_csv(records: list[dict[str, Any]]) -> bytes:
    rows = [",".join(records[0]), *(",".join(f'"{value}"' for value in record.values()) for record in records)]
    return "\n".join(rows).encode() + b"\n"


WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "jsonl": as_jsonl,
    "csv": as_csv,
    "parquet": lambda records: as_parquet(pa.Table.from_pylist(records)),
    "arrow": lambda records: as_arrow(pa.Table.from_pylist(records)),
    "txt": lambda records: records[0]["text"].encode(),
    "html": lambda records: page(records[0]["text"]),
    "warc": lambda records: b"".join(archived(page(record["text"])) for record in records),
}
TABLES = ("jsonl", "csv", "parquet", "arrow")


def read_one(tmp_path: Path, name: str, raw: bytes) -> tuple[list[str], ReadLog]:
    path = tmp_path / name
    path.write_bytes(raw)
    documents, log = read(path)
    return texts(documents), log


@pytest.mark.parametrize("form", ["jsonl", "csv", "txt", "html", "warc"])
def test_packed_data_cut_short(form: str, tmp_path: Path) -> None:
    """What came before the cut is read, the loss is counted with its place."""
    packed = gzip.compress(WRITERS[form](RECORDS), mtime=0)
    _, log = read_one(tmp_path, f"a.{form}.gz", packed[:-12])
    assert counts(log.unread) == {"damaged or cut short": 1}
    assert f"a.{form}.gz:" in log.unread["damaged or cut short"].examples[0]
    assert not log.complete


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_packed_tables_say_what_to_do(form: str, tmp_path: Path) -> None:
    """Gzip around a table that is packed inside is not taken for damage: the message says to unpack it."""
    found, log = read_one(tmp_path, f"a.{form}.gz", gzip.compress(WRITERS[form](RECORDS)))
    assert (found, log.complete) == ([], False)
    assert "unpack" in log.unread["cannot be read"].examples[0]


@pytest.mark.parametrize("form", TABLES)
def test_missing_column(form: str, tmp_path: Path) -> None:
    """Records without a text are counted one by one, and the message names the fields that there are."""
    found, log = read_one(tmp_path, f"a.{form}", WRITERS[form]([{"id": "a", "words": "b"}, {"id": "c", "words": "d"}]))
    assert (found, counts(log.skipped)) == ([], {"no text": 2})
    assert "the fields are id, words" in log.skipped["no text"].examples[0]


@pytest.mark.parametrize("form", WRITERS)
def test_noise(form: str, tmp_path: Path) -> None:
    """Binary data under the name of a format gives no document, and one message; of JSON lines it names each."""
    noise = bytes((n * n * 31 + n * 7) % 256 for n in range(1, 4000))
    found, log = read_one(tmp_path, f"a.{form}", noise)
    assert (found, log.complete) == ([], False)
    assert len(log.messages()) == 1
    lines = noise.count(b"\n") + 1 if form == "jsonl" else 1
    assert counts(log.unread | log.skipped).popitem()[1] == lines


@pytest.mark.parametrize("form", TABLES)
def test_nothing_in_it(form: str, tmp_path: Path) -> None:
    """An empty file, and a table with columns and no rows, are read to their end with a warning."""
    found, log = read_one(tmp_path, f"a.{form}", b"")
    assert (found, counts(log.warnings), log.complete) == ([], {"empty input": 1}, True)
    empty = {
        "jsonl": b"\n\n",
        "csv": b"id,text\n",
        "parquet": as_parquet(pa.table({"text": pa.array([], pa.string())})),
        "arrow": as_arrow(pa.table({"text": pa.array([], pa.string())})),
    }
    found, log = read_one(tmp_path, f"b.{form}", empty[form])
    assert (found, log.complete) == ([], True)
    assert counts(log.warnings) == ({} if form == "jsonl" else {"table without rows": 1})


def test_archive_without_a_page(tmp_path: Path) -> None:
    """An archive in which no page was served says so; one with a page does not."""
    _, log = read_one(tmp_path, "a.warc", archived(page(STORY), "404 Not Found"))
    assert counts(log.warnings) == {"web archive without a page": 1}
    _, log = read_one(tmp_path, "b.warc", archived(page(STORY)))
    assert log.warnings == {}


BAD_STRING = pa.Array.from_buffers(
    pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\4\0\0\0\6\0\0\0"), pa.py_buffer(b"caf\xe9ok")]
)
LATIN = {
    "jsonl": b'{"text": "caf\xe9"}\n{"text": "ok"}\n',
    "csv": b"text,id\ncaf\xe9,a\nok,b\n",
    "txt": b"caf\xe9",
    "parquet": as_parquet(pa.table({"text": BAD_STRING})),
    "bytes.parquet": as_parquet(pa.table({"text": pa.array([b"caf\xe9", b"ok"])})),
    "arrow": as_arrow(pa.table({"text": BAD_STRING})),
    "bytes.arrow": as_arrow(pa.table({"text": pa.array([b"caf\xe9", b"ok"])})),
}


@pytest.mark.parametrize("form", LATIN)
def test_wrong_encoding(form: str, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 cost themselves, not the record and not the file: U+FFFD for them, counted."""
    found, log = read_one(tmp_path, f"a.{form}", LATIN[form])
    assert found == (["caf\ufffd"] if form == "txt" else ["caf\ufffd", "ok"])
    assert counts(log.changed) == {"invalid UTF-8": 1}


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_pages_in_a_column_keep_their_encoding(form: str, tmp_path: Path) -> None:
    """Pages as bytes are not decoded as UTF-8: they say themselves what they are in."""
    raw = (
        page("Das Caf\u00e9 in Z\u00fcrich schlie\u00dft im Herbst.", '<meta charset="latin-1">')
        .decode()
        .encode("latin-1")
    )
    write = as_parquet if form == "parquet" else as_arrow
    found, log = read_one(tmp_path, f"a.{form}", write(pa.table({"html": pa.array([raw])})))
    assert "Caf\u00e9 in Z\u00fcrich" in found[0]
    assert log.changed == {}


def bomb(form: str) -> bytes:
    filler = b"a" * 20_000_000
    if form == "csv":
        filler = b"id,text\n1," + filler
    if form == "warc":
        filler = archived(filler)
    return gzip.compress(filler, 1)


@pytest.mark.parametrize("form", ["jsonl", "csv", "txt", "html", "warc"])
def test_compression_bomb(form: str, tmp_path: Path) -> None:
    """What unpacks beyond the limit of a document is skipped and counted."""
    path = tmp_path / f"a.{form}.gz"
    path.write_bytes(bomb(form))
    found, log = read(path, max_document_bytes=1_000_000)
    assert found == []
    assert counts(log.skipped)["over the size limit"] == 1


def entity_bomb() -> str:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE html [<!ENTITY e0 "lorem">{levels}]><html><body><article><p>{STORY}</p><p>&e9;</p></article>'


def test_entity_bomb(tmp_path: Path) -> None:
    """Entities of a document type are not expanded: in a file, in a field and in an archive."""
    for name, raw in (
        ("a.html", entity_bomb().encode()),
        ("a.jsonl", msgspec.json.encode({"html": entity_bomb()})),
        ("a.warc", archived(entity_bomb().encode())),
        ("a.parquet", as_parquet(pa.table({"html": [entity_bomb()]}))),
    ):
        (found,), _ = read_one(tmp_path, name, raw)
        assert STORY in found
        assert len(found) < 1000


def test_broken_markup(tmp_path: Path) -> None:
    """Tags that do not close, cross or do not end leave the words."""
    raw = f"<html><body><article><div><p>{STORY}<b><p>Second {STORY}</div></b><ul><li>x</p></article><p foo='".encode()
    for name, content in (
        ("a.html", raw),
        ("a.jsonl", msgspec.json.encode({"html": raw.decode()})),
        ("a.warc", archived(raw)),
    ):
        (found,), _ = read_one(tmp_path, name, content)
        assert found.count(STORY) == 2


def test_exit_status_and_places_of_a_folder(tmp_path: Path) -> None:
    """One scan over good and bad files of every format reads the good, ends with 3 and names the place of each loss."""
    folder = tmp_path / "in"
    folder.mkdir()
    for form, write in WRITERS.items():
        (folder / f"good.{form}").write_bytes(write(RECORDS))
        (folder / f"bad.{form}").write_bytes(
            write(RECORDS)[:-60] if form not in ("txt", "html", "csv") else b"\0\1\2" * 99
        )
    run = CliRunner().invoke(main, ["scan", str(folder), "-o", str(tmp_path / "out")])
    assert run.exit_code == 3, run.output
    manifest = msgspec.json.decode((tmp_path / "out" / "manifest.json").read_bytes())
    told = " ".join(manifest["warnings"])
    for form in WRITERS:
        assert f"bad.{form}" in told
        assert f"good.{form}" not in told.partition("merged")[0]
