"""The results folder: what is written comes back, what is damaged is named with file and line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import zstandard

from dedup import Config, Document, Match, ScanResult, StoreError, compare, scan
from dedup.report.facts import glance
from dedup.store import atomic, results
from dedup.store.results import check_target, is_results, line, read_results, write_results
from tests.prose import BUDGET, CAPTION, COOKIE, FERRY, RATES, filler, paragraphs

TABLES = ("passages", "documents", "pairs", "suppressed")


@pytest.fixture(scope="module")
def result() -> ScanResult:
    """A scan with lines in every table: changed figures, captions, furniture, hostile text and ids."""
    stories = (RATES, RATES.replace("25 basis", "75 basis"))
    copies = [
        Document(
            id=f"wire/{n} \u2028\x1b<b>",
            outlet="Post" if n else None,
            published=f"2031-03-0{n + 1}",
            text=paragraphs(story, CAPTION, f"</script><b>{FERRY}"),
            extra={"section": n},
        )
        for n, story in enumerate(stories)
    ]
    pages = [
        Document(id=f"page{n}", outlet="Echo", title=filler(70 + n, 1), text=paragraphs(filler(n, 8), COOKIE))
        for n in range(5)
    ]
    return scan([*copies, *pages, Document(id="other", text=BUDGET)])


@pytest.fixture
def out(result: ScanResult, tmp_path: Path) -> Path:
    """The folder of the written result."""
    write_results(result, tmp_path / "out")
    return tmp_path / "out"


def test_round_trip(result: ScanResult, out: Path) -> None:
    """Everything that is written comes back as it was; the manifest has when it was made as well."""
    assert all(getattr(result, table) for table in TABLES)
    assert any(m.changed for p in result.passages for m in p.members)
    back = read_results(out)
    for table in TABLES:
        assert getattr(back, table) == getattr(result, table)
    assert back.texts == result.texts
    manifest = dict(back.manifest)
    assert manifest.pop("created").endswith("+00:00")
    assert manifest == json.loads(json.dumps(result.manifest))


def test_round_trip_of_nothing(tmp_path: Path) -> None:
    """A scan of nothing can be written and read back."""
    empty = scan([], Config())
    write_results(empty, tmp_path / "out")
    back = read_results(tmp_path / "out")
    assert (back.passages, back.documents, back.pairs, back.suppressed, back.texts) == ((), (), (), (), {})


def test_one_line_a_record(result: ScanResult, out: Path) -> None:
    """Each record is one line with the schema, also where its text has marks that some take for line ends."""
    for table in TABLES:
        lines = (out / f"{table}.jsonl").read_bytes().split(b"\n")
        assert lines.pop() == b""
        assert len(lines) == len(getattr(result, table))
        assert all(json.loads(raw)["schema"] == 1 for raw in lines)


def test_changes_have_the_names_of_the_contract() -> None:
    """Changes are written as from and to, for matches as for members."""
    [match] = compare(RATES, RATES.replace("25 basis", "75 basis"))
    assert isinstance(match, Match)
    [change] = json.loads(line(match))["changed"]
    assert (change["from"], change["to"]) == ("25", "75")


def test_without_texts(result: ScanResult, tmp_path: Path) -> None:
    """Without texts there is no store, and reading gives none."""
    write_results(result, tmp_path / "out", texts=False)
    assert not (tmp_path / "out" / "store").exists()
    assert read_results(tmp_path / "out").texts == {}


def test_only_texts_of_matched_documents_are_kept(out: Path) -> None:
    """A document that shares nothing is not stored."""
    assert "other" not in read_results(out).texts


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "damage", [b'{"schema": 1', b"[]", b'{"schema": 1}', b"\xff\xfe", b"null", b'{"members": 3}', b""]
)
def test_damaged_line_is_named(table: str, damage: bytes, out: Path) -> None:
    """A line that is cut, of another shape or no JSON is refused with file and line."""
    path = out / f"{table}.jsonl"
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], damage, *lines[1:]]) + b"\n")
    with pytest.raises(StoreError, match=rf"{table}\.jsonl:2: .*scan again"):
        read_results(out)


def test_table_cut_at_any_byte(out: Path) -> None:
    """A table cut short inside its last line, or before it, is refused with the line (row D21)."""
    path = out / "pairs.jsonl"
    whole = path.read_bytes()
    count = whole.count(b"\n")
    start = whole[:-1].rfind(b"\n") + 1
    for end in range(start + 1, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(StoreError, match=rf"pairs\.jsonl:{count}: "):
            read_results(out)
    path.write_bytes(whole[:start])
    with pytest.raises(StoreError, match=rf"pairs\.jsonl:{count - 1}: ends here, the manifest says {count} lines"):
        read_results(out)


@pytest.mark.parametrize("table", TABLES)
def test_missing_table(table: str, out: Path) -> None:
    """A table that is not there is named."""
    (out / f"{table}.jsonl").unlink()
    with pytest.raises(StoreError, match=rf"{table}\.jsonl"):
        read_results(out)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_texts_cut_short(share: float, out: Path) -> None:
    """Stored texts that are cut are refused by name, not read as fewer (row D21)."""
    path = out / "store" / "texts.jsonl.zst"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StoreError, match=r"texts\.jsonl\.zst.*scan again"):
        read_results(out)


@pytest.mark.parametrize("raw", [b'{"text": 3}\n', b"[1]\n", b'{"id": "a"}\n', b"\xff\n"])
def test_damaged_texts(raw: bytes, out: Path) -> None:
    """Stored texts of another shape are refused by name."""
    (out / "store" / "texts.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(raw))
    with pytest.raises(StoreError, match=r"texts\.jsonl\.zst"):
        read_results(out)


def test_other_schema(out: Path) -> None:
    """Results of another schema are refused with advice (row D18)."""
    manifest = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps({**manifest, "schema": 99}))
    with pytest.raises(StoreError, match="schema 99; this version reads 1"):
        read_results(out)


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b'"dedup"', b"\xff", b'{"dedup": ', None])
def test_what_is_no_result(manifest: bytes | None, tmp_path: Path) -> None:
    """A folder without a manifest of ours is no result: neither read nor replaced."""
    (tmp_path / "notes.txt").write_text("mine")
    if manifest is not None:
        (tmp_path / "manifest.json").write_bytes(manifest)
    assert not is_results(tmp_path)
    with pytest.raises(StoreError, match="holds no results of a scan"):
        read_results(tmp_path)
    with pytest.raises(StoreError, match="name another folder"):
        check_target(tmp_path)


def test_targets(result: ScanResult, out: Path, tmp_path: Path) -> None:
    """A new folder, an empty one and an earlier result may be written to; a file may not."""
    (tmp_path / "empty").mkdir()
    for target in (tmp_path / "empty", tmp_path / "new" / "deep", out):
        write_results(result, target)
        assert is_results(target)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="is a file"):
        write_results(result, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("formats", [("jsonl",), ("html", "jsonl"), ("html",), ("csv",)])
def test_written_by_any_number_of_processes(
    formats: tuple[str, ...], result: ScanResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are the same whether one process writes them or several."""
    monkeypatch.setattr(results, "MANY_TEXTS", 1)
    written = []
    for jobs in (1, 2, 5):
        folder = tmp_path / str(jobs)
        assert write_results(result, folder, formats=formats, jobs=jobs) == glance(result)
        found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        assert b'"created"' in found.pop("manifest.json")
        written.append(found)
    assert written[0] == written[1] == written[2]
    assert ("passages.jsonl" in written[0], "report.html" in written[0]) == ("jsonl" in formats, "html" in formats)


def test_a_line_is_that_of_its_fields(result: ScanResult) -> None:
    """A record without changes takes a short way to the line that its fields give."""
    for table in TABLES:
        for record in getattr(result, table):
            plain = {"schema": 1, **msgspec.to_builtins(record)}
            for each in plain.get("members", []):
                if "changed" in each:
                    each["changed"] = [
                        {"from": c["before"], "to": c["after"], "start": c["start"], "end": c["end"]}
                        for c in each["changed"]
                    ]
            assert line(record) == msgspec.json.encode(plain) + b"\n"


@pytest.mark.parametrize("several", [1, 2, 7, 1000])
def test_texts_are_one_frame(several: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines compressed by several at a time, by a thread or not, give the same bytes as one by one."""
    lines = [f"{n} {filler(n, 9)}\n".encode() * (n % 40) for n in range(300)]
    one = zstandard.ZstdCompressor(results.LEVEL).compressobj()
    expected = b"".join([*map(one.compress, lines), one.flush()])
    monkeypatch.setattr(results, "LINES", several)
    assert b"".join(results._compressed(line for line in lines if line)) == expected
    with ThreadPoolExecutor(1) as pool:
        assert b"".join(results._compressed((line for line in lines if line), pool)) == expected


@pytest.mark.parametrize("many", [1, 10_000])
@pytest.mark.parametrize("failing", ["passages.jsonl", "texts.jsonl.zst", "manifest.json"])
def test_failed_writing_keeps_the_earlier_result(
    failing: str, many: int, result: ScanResult, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file cannot be written, by this process or another, the earlier result stays whole and nothing is left
    beside it."""
    monkeypatch.setattr(results, "MANY_TEXTS", many)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    write = atomic.write_parts

    def full(path: Path, parts: Iterable[bytes]) -> None:
        if path.name == failing:
            raise OSError(28, "No space left on device")
        write(path, parts)

    monkeypatch.setattr(results, "write_parts", full)
    monkeypatch.setattr(results, "write_bytes", lambda path, data: full(path, (data,)))
    with pytest.raises(StoreError, match=r"No space left on device.*free some space"):
        write_results(replace(result, passages=()), out, jobs=2)
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    assert [p.name for p in out.parent.iterdir()] == ["out"]


def test_failed_swap_keeps_the_earlier_result(result: ScanResult, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new folder cannot take its place, the old one comes back."""
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if Path(target) == out and self.name != "results":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StoreError, match="Input/output error"):
        write_results(replace(result, passages=()), out)
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    assert [p.name for p in out.parent.iterdir()] == ["out"]
