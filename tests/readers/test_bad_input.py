"""Bad input, each kind by itself: a clear error or a counted skip, never a crash, a hang or a silent loss."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.readers import ReadLog, read_documents, streams
from tests.readers.helpers import PACK, as_jsonl, counts, ids, places, read, read_bytes, read_memory, texts


def test_broken_line_in_the_middle(tmp_path: Path) -> None:
    """A bad line is counted with its place, the rest is read, and the reading is incomplete (row D22)."""
    lines = as_jsonl([{"id": f"d{n}", "text": f"text {n}"} for n in range(5)]).splitlines()
    lines[2] = lines[2][:-3]
    documents, log = read_bytes(tmp_path, "a.jsonl", b"\n".join(lines))
    assert ids(documents) == ["d0", "d1", "d3", "d4"]
    assert counts(log.skipped) == {"broken JSON": 1}
    assert places(log)[0].startswith("a.jsonl:3: ")
    assert not log.complete


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("5", "text of the wrong type"),
        ("1.5", "text of the wrong type"),
        ("true", "text of the wrong type"),
        ('["a"]', "text of the wrong type"),
        ('{"a": "b"}', "text of the wrong type"),
        ("null", "no text"),
    ],
)
def test_text_of_the_wrong_type(value: str, reason: str, tmp_path: Path) -> None:
    """A text that is no string skips the record, counted (row D4)."""
    raw = f'{{"id": "a", "text": "fine"}}\n{{"id": "b", "text": {value}}}\n'.encode()
    documents, log = read_bytes(tmp_path, "a.jsonl", raw)
    assert ids(documents) == ["a"]
    assert counts(log.skipped) == {reason: 1}
    assert log.records == 2


def test_missing_text_names_the_fields(tmp_path: Path) -> None:
    """A record without a text is skipped, and the message says which fields it has."""
    _, log = read_bytes(tmp_path, "a.jsonl", b'{"id": 1, "words": "rain"}\n')
    assert places(log) == ["a.jsonl:1: the fields are id, words"]


@pytest.mark.parametrize("line", [b"[1, 2]", b'"text"', b"7", b"null", b"true"])
def test_line_that_is_no_object(line: bytes, tmp_path: Path) -> None:
    """JSON that is no object is skipped and counted."""
    documents, log = read_bytes(tmp_path, "a.jsonl", b'{"text": "a"}\n' + line + b'\n{"text": "b"}')
    assert texts(documents) == ["a", "b"]
    assert counts(log.skipped) == {"record is no object": 1}


def test_invalid_utf8(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 become U+FFFD; the documents are kept and counted as changed."""
    raw = b'{"id": "a", "text": "caf\xe9"}\n{"id": "b", "text": "sound"}\n'
    documents, log = read_bytes(tmp_path, "a.jsonl", raw)
    assert texts(documents) == ["caf\ufffd", "sound"]
    assert counts(log.changed) == {"invalid UTF-8": 1}
    assert log.complete
    assert any("invalid UTF-8" in message and "a.jsonl:1" in message for message in log.messages())


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv"])
def test_invalid_utf8_in_text(name: str, tmp_path: Path) -> None:
    """The same in plain text and tables."""
    documents, log = read_bytes(tmp_path, name, b"text\ncaf\xe9 open\n")
    assert documents[0].text.strip().endswith("caf\ufffd open")
    assert counts(log.changed) == {"invalid UTF-8": 1}


def test_nul_and_lone_surrogates(tmp_path: Path) -> None:
    """Both are replaced one for one, in every field, and counted; offsets of the rest stay."""
    raw = rb'{"id": "a\u0000", "text": "x\u0000y\ud800z", "title": "t\udfff", "note": "n\u0000"}'
    documents, log = read_bytes(tmp_path, "a.jsonl", raw)
    found = documents[0]
    assert (found.id, found.text, found.title) == ("a\ufffd", "x\ufffdy\ufffdz", "t\ufffd")
    assert found.extra == {"note": "n\ufffd"}
    assert {"NUL character", "lone surrogate"} <= set(log.changed)
    json.dumps(found.text).encode()


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_raw_nul(name: str, tmp_path: Path) -> None:
    """A NUL byte in plain text or a table is replaced and counted."""
    documents, log = read_bytes(tmp_path, name, b"text\na\0b\n")
    assert "a\ufffdb" in documents[0].text
    assert counts(log.changed) == {"NUL character": 1}


def test_json_that_is_not_strict(tmp_path: Path) -> None:
    """NaN, raw control characters and a mark inside the file are taken, the first two counted."""
    raw = b'{"text": "a", "score": NaN}\n{"text": "tab\there"}\n\xef\xbb\xbf{"text": "b"}\n'
    documents, log = read_bytes(tmp_path, "a.jsonl", raw)
    assert texts(documents) == ["a", "tab\there", "b"]
    assert [tally.count for tally in log.changed.values()] == [2]
    assert documents[0].extra == {}


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"text": "x", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"])
def test_deeply_nested(deep: bytes, tmp_path: Path) -> None:
    """Nesting beyond all depth is counted as such and does not overflow the stack."""
    documents, log = read_bytes(tmp_path, "a.jsonl", deep + b'\n{"text": "ok"}\n')
    assert texts(documents) == ["ok"]
    assert log.records == 2
    assert not log.complete


def test_huge_numbers(tmp_path: Path) -> None:
    """An integer id of any size is kept digit by digit; a number out of range breaks nothing (row D25)."""
    raw = b'{"text": "a", "id": 123456789012345678901234567890}\n{"text": "b", "n": 1e999}\n'
    raw += b"".join(b'{"text": "c", "%s": %s}\n' % (name, b"9" * 4200) for name in (b"n", b"id", b"date", b"title"))
    raw += b'{"text": "d", "id": ' + b"9" * 10_000 + b"}\n"
    documents, log = read_bytes(tmp_path, "a.jsonl", raw)
    assert documents[0].id == "123456789012345678901234567890"
    assert "b" in texts(documents)
    assert log.records == 7


def test_numbers_that_cannot_be_written() -> None:
    """A number in memory of more digits than Python writes counts as of the wrong type."""
    (document,), log = read_memory([{"text": "a", "id": 10**5000, "date": -(10**5000)}])
    assert (len(document.id), document.published) == (16, None)
    assert counts(log.changed) == {"field of the wrong type left out": 2}


@pytest.mark.parametrize("pack", PACK)
def test_long_line_is_not_held(pack: str, tmp_path: Path) -> None:
    """A line of 64 MB, also as a bomb of a few kB, is skipped without being in memory as a whole."""
    path = tmp_path / f"a.jsonl{pack}"
    path.write_bytes(PACK[pack](b'{"text": "' + bytes(2**26) + b'"}\n{"text": "ok"}\n'))
    tracemalloc.start()
    documents, log = read(path, max_document_bytes=10**6)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert texts(documents) == ["ok"]
    assert places(log) == ["a.jsonl" + pack + ":1: more than 1000000 bytes"]
    assert peak < 80 * 10**6


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.txt"])
def test_limit_is_inclusive(name: str, tmp_path: Path) -> None:
    """A record of exactly the limit is read, one byte more is skipped."""
    raw = {
        "a.jsonl": b'{"text":"rain"}',
        "a.json": b'[{"text":"rain"}]',
        "a.csv": b"text\nrain",
        "a.txt": b"rain",
    }
    size = {"a.jsonl": 15, "a.json": 15, "a.csv": 4, "a.txt": 4}[name]
    assert texts(read_bytes(tmp_path, name, raw[name], max_document_bytes=size)[0]) == ["rain"]
    documents, log = read_bytes(tmp_path, name, raw[name], max_document_bytes=size - 1)
    assert documents == []
    assert not log.complete


def test_limit_in_memory() -> None:
    """The limit counts bytes of UTF-8 for records in memory, too."""
    documents, log = read_memory([{"text": "\u00e9\u00e9"}, {"text": "abcd"}, {"text": "abcde"}], max_document_bytes=4)
    assert texts(documents) == ["\u00e9\u00e9", "abcd"]
    assert counts(log.skipped) == {"over the size limit": 1}


def test_gzip_cut_short_names_the_line(tmp_path: Path) -> None:
    """The place of a cut is the line that the data reached."""
    raw = as_jsonl([{"id": n, "text": f"text {n * 7919 % 10007}"} for n in range(5000)])
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(raw)[:-2000])
    documents, log = read(path)
    assert 1000 < len(documents) < 5000
    assert ids(documents) == [str(n) for n in range(len(documents))]
    assert places(log) == [f"a.jsonl.gz:{len(documents) + 1}: the compressed data ends too early"]


def test_concatenated_members(tmp_path: Path) -> None:
    """Members after one another, and zero bytes after the last, are one file."""
    parts = [as_jsonl([{"id": n, "text": f"text {n}"}]) for n in range(3)]
    for pack in (".gz", ".zst"):
        raw = b"".join(PACK[pack](part) for part in parts) + bytes(512)
        documents, log = read_bytes(tmp_path, f"a.jsonl{pack}", raw)
        assert ids(documents) == ["0", "1", "2"]
        assert log.complete


@pytest.mark.parametrize("raw", [b"", b"\x1f\x8b", b'{"text": "not packed"}\n'])
def test_packed_by_name_only(raw: bytes, tmp_path: Path) -> None:
    """A file that is called `.gz` and is none is unread, not a document of noise."""
    documents, log = read_bytes(tmp_path, "a.jsonl.gz", raw)
    assert documents == []
    assert counts(log.unread) == {"damaged or cut short": 1}


def test_packed_without_the_name(tmp_path: Path) -> None:
    """A packed file without the suffix is unpacked all the same."""
    assert texts(read_bytes(tmp_path, "a.jsonl", gzip.compress(b'{"text": "a"}'))[0]) == ["a"]
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    packed = skippable + zstandard.ZstdCompressor().compress(b'{"text": "b"}')
    assert texts(read_bytes(tmp_path, "b.jsonl", packed)[0]) == ["b"]


def test_file_that_disappears(tmp_path: Path) -> None:
    """A file deleted between listing and reading is counted, the others are read."""
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(name)
    log = ReadLog()
    documents = read_documents([tmp_path], ReadConfig(), log)
    first = next(documents)
    (tmp_path / "b.txt").unlink()
    assert [first.id, *ids(list(documents))] == ["a.txt", "c.txt"]
    assert places(log) == ["b.txt"]
    assert not log.complete


def test_folder_that_disappears(tmp_path: Path) -> None:
    """So is a folder."""
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b").mkdir()
    log = ReadLog()
    documents = read_documents([tmp_path], ReadConfig(), log)
    next(documents)
    (tmp_path / "b").rmdir()
    assert list(documents) == []
    assert (places(log), counts(log.unread)) == (["b"], {"disappeared while reading": 1})


def test_unreadable_file(tmp_path: Path) -> None:
    """A file that cannot be opened is counted with the system's reason, the others are read."""
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_text('{"text": "b"}')
    documents, log = read(tmp_path)
    assert texts(documents) == ["b"]
    assert counts(log.unread) == {"cannot be read": 1}
    assert places(log)[0].startswith("a.jsonl: ")


def test_error_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk in the middle keeps the lines before it and names the place."""
    raw = as_jsonl([{"id": n, "text": "x" * 1000} for n in range(1000)])

    class Failing(io.FileIO):
        calls = 0

        def readinto(self, buffer: Any, /) -> int:
            self.calls += 1
            if self.calls > 2:
                raise OSError(errno.EIO, "broken disk")
            return super().readinto(buffer) or 0

    monkeypatch.setattr(streams, "_open", Failing)
    documents, log = read_bytes(tmp_path, "a.jsonl", raw)
    assert 0 < len(documents) < 1000
    assert places(log) == ["a.jsonl: broken disk"]


def test_path_that_does_not_exist(tmp_path: Path) -> None:
    """A wrong path is an error before anything is read, with advice."""
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(InputError, match=r"nowhere: no such file or folder; check the path") as raised:
        read_documents([tmp_path, tmp_path / "nowhere"], ReadConfig(), ReadLog())
    assert raised.value.exit_code == 3


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "gone/away.jsonl"])
def test_impossible_paths(name: str, tmp_path: Path) -> None:
    """Paths that no system accepts are wrong paths as well."""
    with pytest.raises(InputError):
        read_documents([f"{tmp_path}/{name}"], ReadConfig(), ReadLog())


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.xml", "a.xml.gz"])
def test_named_file_of_a_foreign_type(name: str, tmp_path: Path) -> None:
    """A named file that would only give noise is an error that says what is read."""
    (tmp_path / name).write_text("<p>")
    with pytest.raises(InputError, match=r"not read; convert it to one of \.txt"):
        read(tmp_path / name)


def test_binary_file_without_suffix(tmp_path: Path) -> None:
    """A named file of unknown type with binary content is counted as unread."""
    documents, log = read_bytes(tmp_path, "core", b"\x7fELF\0\0\0")
    assert documents == []
    assert counts(log.unread) == {"neither text nor a known format": 1}


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.json"])
def test_empty_file(name: str, tmp_path: Path) -> None:
    """An empty file of records has none, with a warning; nothing is lost (row D23)."""
    documents, log = read_bytes(tmp_path, name, b"")
    assert documents == []
    assert counts(log.warnings) == {"empty input": 1}
    assert log.complete


def test_empty_text_file(tmp_path: Path) -> None:
    """An empty text file is an empty document (row D1)."""
    documents, log = read_bytes(tmp_path, "a.txt", b"")
    assert [(document.id, document.text) for document in documents] == [("a.txt", "")]
    assert log.complete


def test_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    """Such a name is read, and the id made from it is valid text."""
    try:
        with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as file:
            file.write(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    documents, log = read(tmp_path)
    assert ids(documents) == ["caf\ufffd.txt"]
    assert log.complete


def test_hostile_file_name_in_messages(tmp_path: Path) -> None:
    """Names reach messages with control characters escaped."""
    (tmp_path / "\x1b[2J\n.jsonl").write_text("{")
    _, log = read(tmp_path)
    message = "\n".join(log.messages())
    assert "\\x1b[2J\\n.jsonl:1" in message
    assert "\x1b" not in message


WORDS = st.sampled_from(
    [b"text", b'"', b"'", b",", b"\t", b"\n", b"\r", b"{", b"}", b"[", b"]", b":", b"\\", b"\\u0000"]
)
SCRAPS = st.lists(st.one_of(WORDS, WORDS, st.binary(max_size=4)), max_size=40).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["a.txt", "a.jsonl", "a.json", "a.csv", "a.tsv", "a", "a.jsonl.gz"]), SCRAPS, SCRAPS)
def test_never_crashes(tmp_path_factory: pytest.TempPathFactory, name: str, head: bytes, tail: bytes) -> None:
    """Whatever the bytes, reading ends, gives valid text, and counts what it met (row D4)."""
    raw = head + b'\n{"text": "a", "id": 1}\n' + tail
    raw = gzip.compress(raw)[: -len(tail) or None] if name.endswith(".gz") else raw
    documents, log = read_bytes(tmp_path_factory.getbasetemp(), name, raw, max_document_bytes=60)
    for document in documents:
        assert b"\0" not in document.text.encode()
    assert log.read == len(documents) <= log.records


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.4\n1 0 obj", b"PK\x03\x04\x14\0", bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n"], ids=repr
)
def test_binary_under_the_name_of_a_text(raw: bytes, tmp_path: Path) -> None:
    """A picture, a document or noise named `.txt` is counted and no text."""
    documents, log = read_bytes(tmp_path, "a.txt", raw)
    assert documents == []
    assert counts(log.skipped) == {"binary data under the name of a text": 1}
