"""Every format, plain and packed, through one suite: the same documents come out of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dedup.model import Document
from dedup.readers import Reader
from dedup.readers.formats import READERS, reader_for
from dedup.readers.scrub import is_binary
from tests.readers.helpers import (
    PACK,
    as_array,
    as_csv,
    as_escaped_jsonl,
    as_jsonl,
    as_spread,
    as_tsv,
    counts,
    ids,
    read,
    read_memory,
    texts,
)

Writer = Callable[[Sequence[Mapping[str, Any]]], bytes]

FIELDED: dict[str, tuple[str, Writer]] = {
    "jsonl": (".jsonl", as_jsonl),
    "escaped": (".ndjson", as_escaped_jsonl),
    "lines": (".json", as_jsonl),
    "array": (".json", as_array),
    "spread": (".json", as_spread),
    "csv": (".csv", as_csv),
    "semicolons": (".csv", lambda records: as_csv(records, ";")),
    "tsv": (".tsv", as_tsv),
}
FORMATS = (*FIELDED, "text")
PATTERN = "{outlet}/{date}/{id}.txt"

TEXTS = (
    "Rain fell on the harbour.\nIt fell all night.\n",
    '"We were lucky," she said, "and wet."',
    "Windows\r\nline ends\r\nstay.\r\n\r\n",
    "a\ttab, a;semicolon, a|bar and a 'mark'",
    "  spaces around  ",
    "e\u0301 is two code points, \u00e9 is one; \U0001f327 is one too",
    "\u00a0\u200b\u00ad\u2028odd spaces\u2029\u0085end",
    "\u6771\u4eac\u3067\u5927\u96e8\u3002 \u0645\u0637\u0631 \u05d2\u05e9\u05dd",
    "a mark \ufeff inside is text",
    '{"text": "no record"}',
    "-1",
    "x" * 200_000,
)
RECORDS = tuple(
    {
        "id": f"d{number}",
        "text": text,
        "outlet": f"outlet-{number % 3}",
        "published": f"2016-05-0{number % 9 + 1}",
        "title": f"Title, {number}",
        "url": f"https://news.example/{number}",
    }
    for number, text in enumerate(TEXTS)
)


def write(into: Path, form: str, pack: str, records: Sequence[Mapping[str, Any]]) -> Path:
    """Write records in a format; as plain text, a file each, with outlet and date in the path."""
    if form != "text":
        suffix, writer = FIELDED[form]
        path = into / f"input{suffix}{pack}"
        path.write_bytes(PACK[pack](writer(records)))
        return path
    for record in records:
        path = into / record["outlet"] / record["published"] / f"{record['id']}.txt{pack}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PACK[pack](record["text"].encode()))
    return into


def options(form: str) -> dict[str, Any]:
    return {"path_pattern": PATTERN} if form == "text" else {}


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(PACK))
def pack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def common(document: Document) -> tuple[object, ...]:
    """What every format can tell of a document."""
    return (
        document.id,
        document.text,
        document.outlet,
        document.published,
        document.published_precision,
        document.timestamp,
    )


def test_same_documents(form: str, pack: str, tmp_path: Path) -> None:
    """Ids, texts to the code point, outlets and dates are those of the records (rows D4, D25)."""
    documents, log = read(write(tmp_path, form, pack, RECORDS), **options(form))
    expected, _ = read_memory(RECORDS)
    assert sorted(map(common, documents)) == sorted(map(common, expected))
    assert texts(expected) == list(TEXTS)
    assert (log.read, log.complete, log.messages()) == (len(RECORDS), True, ())


@pytest.mark.parametrize("form", FIELDED)
def test_same_fields(form: str, tmp_path: Path) -> None:
    """Formats with fields give whole documents, in the order of the records."""
    documents, _ = read(write(tmp_path, form, "", RECORDS))
    assert documents == read_memory(RECORDS)[0]


def test_empty_and_blank_are_documents(form: str, tmp_path: Path) -> None:
    """Texts without a word are yielded, each for itself; who compares them decides (rows D1, D4)."""
    blank = ["", " ", "\n\n", "", "\u00a0"]
    records = [dict(RECORDS[0], id=f"b{number}", text=text) for number, text in enumerate(blank)]
    documents, log = read(write(tmp_path, form, "", records), **options(form))
    assert sorted(zip(ids(documents), texts(documents), strict=True)) == [
        (f"b{number}", text) for number, text in enumerate(blank)
    ]
    assert log.complete


def test_one_record(form: str, pack: str, tmp_path: Path) -> None:
    """An input of one record is no special case (row D23)."""
    documents, _ = read(write(tmp_path, form, pack, RECORDS[:1]), **options(form))
    assert texts(documents) == [TEXTS[0]]


def test_repeated_record(form: str, tmp_path: Path) -> None:
    """The same id and text twice are one document, counted; nothing is lost (rows D20, D26)."""
    first, second = (write(folder(tmp_path, name), form, "", RECORDS[:3]) for name in "ab")
    documents, log = read(first, second, **options(form))
    assert ids(documents) == ["d0", "d1", "d2"]
    assert counts(log.merged) == {"same id and text as a document before": 3}
    assert (log.records, log.complete) == (6, True)


def folder(parent: Path, name: str) -> Path:
    """Make a folder."""
    (parent / name).mkdir()
    return parent / name


def test_utf16(form: str, pack: str, tmp_path: Path) -> None:
    """UTF-16 with its mark is decoded, in both byte orders."""
    path = write(tmp_path, form, "", RECORDS)
    files = [path] if path.is_file() else sorted(path.rglob("*.txt"))
    for number, file in enumerate(files):
        text = file.read_bytes().decode()
        raw = ("\ufeff" + text).encode("utf-16-be") if number % 2 else text.encode("utf-16")
        file.unlink()
        Path(f"{file}{pack}").write_bytes(PACK[pack](raw))
    documents, log = read(Path(f"{path}{pack}") if path.suffix else path, **options(form))
    assert sorted(texts(documents)) == sorted(TEXTS)
    assert log.complete


def test_byte_order_mark(form: str, tmp_path: Path) -> None:
    """The mark of UTF-8 is dropped, also before a first column's name and a first brace."""
    path = write(tmp_path, form, "", RECORDS[:2])
    for file in [path] if path.is_file() else path.rglob("*.txt"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    documents, _ = read(path, **options(form))
    assert sorted(map(common, documents)) == sorted(map(common, read_memory(RECORDS[:2])[0]))


@pytest.mark.parametrize("cut", [1, 5, 12, 40])
@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_cut_short(form: str, packed: str, cut: int, tmp_path: Path) -> None:
    """What stands before the end of a cut file is kept, the rest is counted with its place (row D21)."""
    records = [dict(RECORDS[0], id=f"d{n}", text=f"{n * n * 7919 % 104729} umbrellas") for n in range(400)]
    whole = write(tmp_path, form, packed, records)
    for path in [whole] if whole.is_file() else sorted(whole.rglob("*.txt*"))[:1]:
        path.write_bytes(path.read_bytes()[:-cut])
    documents, log = read(whole, **options(form))
    complete = {record["text"] for record in records}
    kept = [text for text in texts(documents) if text in complete]
    assert len(kept) >= (len(documents) if form != "text" else len(documents) - 1)
    assert counts(log.unread) == {"damaged or cut short": 1}
    assert not log.complete
    assert not log.skipped


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_damaged_in_the_middle(form: str, packed: str, tmp_path: Path) -> None:
    """Damaged packed data ends the file with a count; other files are read."""
    path = write(folder(tmp_path, "a"), form, packed, RECORDS)
    for file in [path] if path.is_file() else list(path.rglob("*.txt*")):
        raw = bytearray(file.read_bytes())
        raw[len(raw) // 2 :] = b"\x55" * (len(raw) - len(raw) // 2)
        file.write_bytes(raw)
    documents, log = read(path, write(folder(tmp_path, "b"), form, packed, RECORDS), **options(form))
    assert set(TEXTS) <= set(texts(documents))
    assert set(counts(log.unread)) == {"damaged or cut short"}


def test_over_the_limit(form: str, pack: str, tmp_path: Path) -> None:
    """A record over the limit is skipped and counted, those around it are read."""
    documents, log = read(write(tmp_path, form, pack, RECORDS), **options(form), max_document_bytes=100_000)
    assert sorted(texts(documents)) == sorted(TEXTS[:-1])
    assert counts(log.skipped) == {"over the size limit": 1}
    assert (log.records, log.complete) == (len(TEXTS), False)


def test_every_record_is_accounted_for(form: str, tmp_path: Path) -> None:
    """Count in equals documents, merged and skipped (row D4)."""
    records = [*RECORDS, RECORDS[0], dict(RECORDS[1], text="other text, same id")]
    if form == "text":
        records = list(RECORDS)
    documents, log = read(write(tmp_path, form, "", records), **options(form), max_document_bytes=100_000)
    merged, skipped = sum(counts(log.merged).values()), sum(counts(log.skipped).values())
    assert len(documents) + merged + skipped == len(records) == log.records
    assert log.read == len(documents)


def test_one_reader_a_suffix() -> None:
    """No suffix is claimed by two formats, and every format says what the protocol asks."""
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))
    for reader in READERS:
        checked: Reader = reader
        for suffix in checked.suffixes:
            assert reader_for(f"x{suffix.upper()}.gz") is checked


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(FIELDED)),
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=5),
)
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, form: str, strings: list[str]) -> None:
    """Whatever the code points, the text that comes out is the text that went in; a table that is mostly control
    characters is no text."""
    assume(form not in ("csv", "semicolons", "tsv") or not is_binary("".join(strings).encode()))
    records = [{"id": f"d{n}", "text": text, "outlet": "o"} for n, text in enumerate(strings)]
    documents, log = read(write(tmp_path_factory.mktemp("any"), form, "", records))
    assert texts(documents) == strings
    assert log.messages() == ()
