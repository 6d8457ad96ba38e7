"""Web archives: what is a page, what is damaged, what is a bomb."""

from __future__ import annotations

import gzip
import http.client
import http.server
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dedup import scan
from dedup.errors import InputError
from tests.readers.helpers import PACK, counts, read, read_bytes
from tests.readers.test_pages import LABELS, PAGES, TEXT, built, story

HTML = "Content-Type: text/html; charset=utf-8"


def warc(url: str, response: bytes, *, kind: str = "response", length: int | None = None) -> bytes:
    """Write a record."""
    size = len(response) if length is None else length
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2031-05-06T07:08:09Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode() + response + b"\r\n\r\n"


def answered(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Write a response."""
    return "\r\n".join([f"HTTP/1.1 {status}", *(headers or (HTML,)), "", ""]).encode() + body


def numbered(number: int) -> bytes:
    """A record with a page that names its number."""
    paragraphs = tuple(f"{p} Report number {number}." for p in TEXT)
    return warc(f"https://quay.example/{number}", answered(built(story(paragraphs=paragraphs))))


@pytest.fixture
def served() -> Iterator[int]:
    """The pages of the corpus, served on loopback."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(PAGES))

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def crawled(port: int) -> bytes:
    """Fetch every page and write its response under the address it counts as fetched from."""
    records = []
    for label in LABELS:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", f"/{label['page']}")
        response = connection.getresponse()
        head = [f"HTTP/1.1 {response.status} {response.reason}", *(f"{k}: {v}" for k, v in response.getheaders())]
        raw = "\r\n".join([*head, "", ""]).encode() + response.read()
        connection.close()
        request = warc(label["url"], b"GET / HTTP/1.1\r\n\r\n", kind="request")
        records += [gzip.compress(request), gzip.compress(warc(label["url"], raw))]
    return b"".join(records)


def test_crawl_end_to_end(served: int, tmp_path: Path) -> None:
    """Reprints and captions are found, and the trap belongs to the outlet that was fetched (row P12)."""
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(crawled(served))
    result = scan(path)
    assert result.manifest["reading"]["read"] == len(LABELS)
    hives = next(c for c in result.passages if "ninety beehives" in c.text)
    outlets = {m.outlet for m in hives.members}
    assert {"islandgazette.example", "northlight-agency.example", "valleymirror.example"} <= outlets
    assert hives.origin.agency == "Northlight Press Agency"
    captions = [c for c in result.passages if c.kind == "caption" and c.scope == "cross_outlet"]
    assert any("File photo: the ferry Ledra Maid" in c.text for c in captions)


def test_what_a_record_tells(tmp_path: Path) -> None:
    """Address, outlet and the date of fetching, which is no date of publication."""
    (document,), log = read_bytes(tmp_path, "a.warc", numbered(1))
    assert (document.url, document.outlet) == ("https://quay.example/1", "quay.example")
    assert (document.published, document.extra["fetched"]) == (None, "2031-05-06T07:08:09Z")
    assert log.complete


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_packed(packed: bool, whole: bool, tmp_path: Path) -> None:
    """Plain, packed record by record, and packed as a whole."""
    records = [numbered(n) for n in range(4)]
    raw = b"".join(gzip.compress(r) if packed and not whole else r for r in records)
    documents, log = read_bytes(tmp_path, "a.warc.gz" if packed else "a.warc", gzip.compress(raw) if whole else raw)
    assert [d.url for d in documents] == [f"https://quay.example/{n}" for n in range(4)]
    assert log.complete


def test_packed_with_zstandard(tmp_path: Path) -> None:
    """Packed with Zstandard; cut short, that is counted."""
    raw = b"".join(PACK[".zst"](numbered(n)) for n in range(3))
    documents, log = read_bytes(tmp_path, "a.warc.zst", raw)
    assert (len(documents), log.complete) == (3, True)
    documents, log = read_bytes(tmp_path, "b.warc.zst", raw[:-30])
    assert (len(documents), counts(log.unread)) == (2, {"damaged or cut short": 1})


def test_what_is_no_page(tmp_path: Path) -> None:
    """Pictures, errors and requests are passed over and counted."""
    raw = b"".join([
        warc("https://a.example/p", answered(b"\x89PNG", "Content-Type: image/png")),
        warc("https://a.example/404", answered(built(story()), status="404 Not Found")),
        warc("https://a.example/", b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        numbered(1),
    ])  # fmt: skip
    documents, log = read_bytes(tmp_path, "a.warc", raw)
    assert len(documents) == 1
    assert counts(log.ignored) == {"archived response that is no page": 1, "archived response with an error status": 1}
    assert log.complete


def chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:100], body[100:])) + b"0\r\n\r\n"


def brotli(body: bytes) -> bytes:
    return __import__("brotli").compress(body)


ENCODINGS = {
    "gzip": ("Content-Encoding: gzip", gzip.compress),
    "deflate": ("Content-Encoding: deflate", zlib.compress),
    "raw deflate": ("Content-Encoding: deflate", lambda body: zlib.compress(body, wbits=-15)),
    "br": ("Content-Encoding: br", brotli),
    "chunked": ("Transfer-Encoding: chunked", chunked),
    "unpacked already": ("Content-Encoding: gzip", bytes),
    "unchunked already": ("Transfer-Encoding: chunked", bytes),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encoded_bodies(name: str, tmp_path: Path) -> None:
    """Transfer and content encodings are undone, also where the crawler did so before."""
    header, encode = ENCODINGS[name]
    raw = warc("https://a.example/", answered(encode(built(story())), HTML, header))
    (document,), log = read_bytes(tmp_path, "a.warc", raw)
    assert document.text.startswith(TEXT[0])
    assert log.complete


@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
def test_bombs(name: str, tmp_path: Path) -> None:
    """A body that unpacks to more than a page may have is skipped before it is in memory."""
    header, encode = ENCODINGS[name]
    bomb = warc("https://a.example/", answered(encode(b"<p>" + b"a" * 2**26), HTML, header))
    documents, log = read_bytes(tmp_path, "a.warc", bomb + numbered(1))
    assert len(documents) == 1
    assert counts(log.skipped) == {"over the size limit": 1}


def test_unknown_encoding_and_damaged_body(tmp_path: Path) -> None:
    """An encoding that is not read is a counted skip, a damaged body a counted loss."""
    noise = gzip.compress(built(story()))[:12] + b"\x55" * 99
    raw = b"".join([
        warc("https://a.example/1", answered(b"x", HTML, "Content-Encoding: sdch")),
        warc("https://a.example/2", answered(noise, HTML, "Content-Encoding: gzip")),
        numbered(1),
    ])  # fmt: skip
    documents, log = read_bytes(tmp_path, "a.warc", raw)
    assert [d.url for d in documents] == ["https://quay.example/1"]
    assert counts(log.skipped) == {"archived page in an encoding that is not read": 1}
    assert counts(log.unread) == {"damaged or cut short": 1}


def damaged(records: list[bytes], how: str, *, packed: bool) -> bytes:
    """Damage the third of the records."""
    third = records[2]
    if how == "length":
        third = third.replace(b"Content-Length: ", b"Content-Length: 9", 1)
    elif how == "short":
        third = third[: len(third) // 2]
    elif how == "head":
        third = third.replace(b"WARC/1.1", b"WURC/1.1", 1)
    packs = [gzip.compress(r) if packed else r for r in (*records[:2], third, *records[3:])]
    if how == "noise":
        packs[2] = packs[2][:60] + b"\x55" * 60 + packs[2][120:]
    return b"".join(packs)


@pytest.mark.parametrize(
    ("how", "packed"),
    [("length", False), ("short", False), ("head", False), ("noise", True), ("length", True), ("head", True)],
)
def test_damage_in_the_middle(how: str, packed: bool, tmp_path: Path) -> None:
    """A damaged record costs itself, is counted once, and reading goes on behind it."""
    raw = damaged([numbered(n) for n in range(6)], how, packed=packed)
    documents, log = read_bytes(tmp_path, "a.warc.gz" if packed else "a.warc", raw)
    numbers = [int((d.url or "").rpartition("/")[2]) for d in documents]
    assert set(numbers) - {2} == {0, 1, 3, 4, 5}
    assert not log.complete
    assert sum(counts(log.unread).values()) == 1


@pytest.mark.parametrize("cut", [2, 30, 200, -2, -40, -300])
@pytest.mark.parametrize("packed", [False, True])
def test_cut_short(packed: bool, cut: int, tmp_path: Path) -> None:
    """Wherever the last record is cut, those before it are read and it is counted."""
    records = [gzip.compress(numbered(n)) if packed else numbered(n) for n in range(3)]
    raw = b"".join(records[:2]) + records[2][: cut if cut > 0 else len(records[2]) + cut]
    documents, log = read_bytes(tmp_path, "a.warc.gz" if packed else "a.warc", raw)
    assert len(documents) in ((2, 3) if cut == -2 else (2,))
    assert counts(log.unread) == {"damaged or cut short": 1}


@pytest.mark.parametrize("raw", [b"no archive at all\n" * 99, b"\x1f\x8b\x08" + b"\0" * 99, b"WARC/1.1\r\n"])
def test_no_archive(raw: bytes, tmp_path: Path) -> None:
    """A file that is none is counted as such."""
    documents, log = read_bytes(tmp_path, "a.warc", raw)
    assert documents == []
    assert counts(log.unread) == {"damaged or cut short": 1}


def test_empty(tmp_path: Path) -> None:
    """An empty one is empty."""
    documents, log = read_bytes(tmp_path, "a.warc", b"")
    assert (documents, counts(log.warnings)) == ([], {"empty input": 1})


def test_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says what to install."""
    (tmp_path / "a.warc").write_bytes(numbered(1))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'dedup-news\[html\]'"):
        read(tmp_path)
