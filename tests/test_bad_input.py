"""Bad input from end to end: the exit status of the contract, a reason on stderr, and nothing else lost."""

from __future__ import annotations

import errno
import gzip
import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dedup import Config, scan
from dedup.cli import main
from dedup.config import ReadConfig
from dedup.readers import streams
from tests.prose import BRIDGE, FERRY, RATES, filler

COMMAND = [sys.executable, "-c", "from dedup.cli import main; main()"]
GOOD = [{"id": f"good{n}", "outlet": f"o{n}", "text": f"{FERRY} {filler(n, 1)}"} for n in range(2)]


def run(path: Path, status: int, *options: str) -> tuple[Result, dict[str, Any]]:
    """Scan a path and expect a status and no traceback; return the manifest as well."""
    out = path.parent / "out"
    arguments = ["scan", str(path), "-o", str(out), *options]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    return result, json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def around(path: Path, bad: bytes) -> Path:
    """Write good documents before and behind something bad."""
    first, second = (json.dumps(d).encode() + b"\n" for d in GOOD)
    path.write_bytes(first + bad + b"\n" + second)
    return path


def check_the_rest(path: Path) -> None:
    """The good documents were compared with each other all the same."""
    passages = (path.parent / "out" / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    carried = [{m["doc_id"] for m in json.loads(line)["members"]} for line in passages]
    assert {"good0", "good1"} in carried


def counted(manifest: Mapping[str, Any], group: str) -> dict[str, int]:
    return {reason: tally["count"] for reason, tally in manifest["reading"][group].items()}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"id": "x", "text": "Rai', "broken JSON"),
        (b"Rain all day", "broken JSON"),
        (b"[1, 2]", "record is no object"),
        (b'"text"', "record is no object"),
        (b'{"id": "x"}', "no text"),
        (b'{"id": "x", "text": null}', "no text"),
        (b'{"id": "x", "text": 7}', "text of the wrong type"),
        (b'{"id": "x", "text": ["Rain"]}', "text of the wrong type"),
        (b"[" * 5000, "JSON nested too deeply"),
        (b'{"id": "good0", "text": "Another text"}', "same id as a document before, other text"),
    ],
)
def test_records_that_are_lost(bad: bytes, reason: str, tmp_path: Path) -> None:
    """A record that gives no document, or not under its id: counted with its line, said, status 3."""
    path = around(tmp_path / "news.jsonl", bad)
    result, manifest = run(path, 3)
    group = "renamed" if reason.startswith("same id") else "skipped"
    assert counted(manifest, group) == {reason: 1}
    assert any(reason in w and "news.jsonl:2" in w for w in manifest["warnings"])
    assert reason in " ".join(result.stderr.split())
    check_the_rest(path)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"id": "x", "text": "caf\xe9 by the sea"}', "invalid UTF-8"),
        (b'{"id": "x", "text": "rain\\u0000snow"}', "NUL character"),
        (b'{"id": "x", "text": "half \\ud83d pair"}', "lone surrogate"),
        (b'{"id": "x", "text": "Rain", "outlet": {"a": 1}}', "field of the wrong type left out"),
        (b'{"id": ["x"], "text": "Rain"}', "field of the wrong type left out"),
    ],
)
def test_records_that_are_repaired(bad: bytes, reason: str, tmp_path: Path) -> None:
    """A record that can be repaired is a document: counted and said, and the status is 0."""
    path = around(tmp_path / "news.jsonl", bad)
    _, manifest = run(path, 0)
    assert counted(manifest, "changed")[reason] == 1
    assert any(reason in w and "news.jsonl:2" in w for w in manifest["warnings"])
    assert manifest["counts"]["documents"] == 3
    check_the_rest(path)


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("03/04/2031", "date that can be read in two ways; give --date-format"),
        ("31 February 2031", "date not understood"),
        ("0001-01-01", "date out of range (1400 to 2200)"),
        ("9999-12-31", "date out of range (1400 to 2200)"),
        ("soon", "date not understood"),
    ],
)
def test_absurd_dates(date: str, reason: str, tmp_path: Path) -> None:
    """A date that cannot be used counts as missing, with a warning; the document stays."""
    path = around(tmp_path / "news.jsonl", json.dumps({"id": "x", "date": date, "text": BRIDGE}).encode())
    _, manifest = run(path, 0)
    assert counted(manifest, "warnings") == {reason: 1}
    assert "3 of 3 documents have no usable date" in " ".join(manifest["warnings"])
    check_the_rest(path)


def test_empty_blank_and_short_documents(tmp_path: Path) -> None:
    """They are documents, are named as not comparable where they have no words, and join nothing."""
    texts = ["", " ", "\n\n", "…", "Rain.", "Snow.", "-", "‍"]
    bad = b"\n".join(json.dumps({"id": f"t{n}", "text": t}).encode() for n, t in enumerate(texts))
    path = around(tmp_path / "news.jsonl", bad)
    _, manifest = run(path, 0)
    assert manifest["counts"]["documents"] == 10
    assert set(manifest["not_comparable_examples"]) == {"t0", "t1", "t2", "t3", "t6", "t7"}
    assert manifest["counts"]["document_clusters"] == 1
    check_the_rest(path)


def test_documents_over_the_limit() -> None:
    """A document over the size limit is counted, not cut and not compared; the limit itself is allowed."""
    config = Config(read=ReadConfig(max_document_bytes=2000))
    texts = [FERRY + "x" * (2000 - len(FERRY)), FERRY + "x" * (2001 - len(FERRY)), FERRY]
    manifest = scan([{"id": n, "text": t} for n, t in enumerate(texts)], config).manifest
    assert counted(manifest, "skipped") == {"over the size limit": 1}
    assert manifest["counts"]["documents"] == 2
    assert ReadConfig().max_document_bytes == 256 * 2**20


def test_line_over_the_limit(tmp_path: Path) -> None:
    """An over-long line is passed over with its number, and the lines behind it are read."""
    path = around(tmp_path / "news.jsonl", json.dumps({"id": "x", "text": "Rain " * 1000}).encode())
    config = Config(read=ReadConfig(max_document_bytes=2000))
    result = scan(path, config)
    assert counted(result.manifest, "skipped") == {"over the size limit": 1}
    assert "news.jsonl:2" in " ".join(result.manifest["warnings"])
    assert len(result.documents) == 1


@pytest.mark.parametrize("cut", [3, 40])
def test_truncated_gzip(cut: int, tmp_path: Path) -> None:
    """What can be unpacked of a cut file is compared; the rest is counted with the place; status 3."""
    lines = [json.dumps(d) for d in GOOD] + [json.dumps({"id": n, "text": filler(n)}) for n in range(200)]
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode())[:-cut])
    _, manifest = run(path, 3)
    assert counted(manifest, "unread") == {"damaged or cut short": 1}
    assert "news.jsonl.gz:" in " ".join(manifest["warnings"])
    check_the_rest(path)


def test_broken_table_row(tmp_path: Path) -> None:
    """A row with too many fields costs only itself."""
    path = tmp_path / "news.csv"
    good = "".join(f'{d["id"]},"{d["text"]}"\n' for d in GOOD)
    path.write_text(f"id,text\nbad,Rain,Snow,Hail\n{good}")
    _, manifest = run(path, 3)
    assert counted(manifest, "skipped") == {"row has more fields than the header": 1}
    check_the_rest(path)


def test_file_that_disappears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is gone when its turn comes is counted, and the others are compared."""
    folder = tmp_path / "news"
    folder.mkdir()
    around(folder / "a.jsonl", b"")
    (folder / "b.jsonl").write_text('{"text": "Rain"}')
    opened = streams.Stream

    def vanish(name: str, path: str | None, log: Any) -> streams.Stream:
        (folder / "b.jsonl").unlink(missing_ok=True)
        return opened(name, path, log)

    monkeypatch.setattr("dedup.readers.reading.Stream", vanish)
    _, manifest = run(folder, 3)
    assert counted(manifest, "unread") == {"disappeared while reading": 1}
    check_the_rest(folder)


def test_error_in_the_middle_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a disk fails in the middle of a file, what came before it is compared and the place is named."""
    folder = tmp_path / "news"
    folder.mkdir()
    around(folder / "a.jsonl", b"")
    (folder / "b.jsonl").write_text('{"text": "Rain"}')
    opened = streams._open

    def fail(path: str) -> Any:
        if path.endswith("b.jsonl"):
            raise OSError(errno.EIO, "Input/output error")
        return opened(path)

    monkeypatch.setattr(streams, "_open", fail)
    _, manifest = run(folder, 3)
    assert counted(manifest, "unread") == {"cannot be read": 1}
    assert "Input/output error" in " ".join(manifest["warnings"])
    check_the_rest(folder)


@pytest.mark.parametrize("name", ["missing.jsonl", "photo.png", "page.mhtml"])
def test_paths_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    """A path that is missing or of a type that is not read ends the scan at once, with 3 and advice."""
    if not name.startswith("missing"):
        (tmp_path / name).write_bytes(b"\x89PNG")
    result = CliRunner().invoke(main, ["scan", str(tmp_path / name), "-o", str(tmp_path / "out")])
    assert result.exit_code == 3
    assert name in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"[]"])
def test_nothing_to_read(content: bytes | None, tmp_path: Path) -> None:
    """An empty folder or file is a scan of nothing with a warning, and no failure."""
    folder = tmp_path / "news"
    folder.mkdir()
    if content is not None:
        (folder / "a.jsonl").write_bytes(content)
    _, manifest = run(folder, 0)
    assert "no document was read" in manifest["warnings"]
    assert (tmp_path / "out" / "passages.jsonl").read_bytes() == b""


def test_hostile_text_is_shown_not_run(tmp_path: Path) -> None:
    """Markup, templates and paths in the corpus reach the report escaped, and no file but the results."""
    hostile = f"<script>alert(1)</script> {{{{ 7 * 7 }}}} {{% raw %}} {FERRY} </script><img src=x onerror=y>"
    records = [
        {
            "id": f"../../{n}<b>",
            "outlet": f"<i>{n}</i>",
            "url": "javascript:alert(1)",
            "title": hostile,
            "text": hostile,
        }
        for n in range(2)
    ]
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in records))
    run(path, 0)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7 * 7 }}" in page
    for live in ("<script>alert", "<img src=x", "<b>", "<i>0", 'href="javascript:'):
        assert live not in page
    assert sorted(p.name for p in tmp_path.iterdir()) == ["news.jsonl", "out"]


# Output that cannot be written


def news(folder: Path) -> Path:
    path = folder / "news.jsonl"
    path.write_text("".join(json.dumps(d) + "\n" for d in GOOD))
    return path


def status(path: Path, out: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["scan", str(path), "-o", out, "-q"], catch_exceptions=False)
    return result.exit_code, result.stderr


def test_output_that_is_no_folder(tmp_path: Path) -> None:
    """A file where the results should go, or a folder below a file, or an impossible name: status 4."""
    path = news(tmp_path)
    for out in (path, path / "below", tmp_path / ("n" * 300)):
        code, message = status(path, str(out))
        assert code == 4
        assert message.startswith("dedup: ")
        assert "-o" in message
    assert [p.name for p in tmp_path.iterdir()] == ["news.jsonl"]


def limited(size: int) -> Callable[[], None]:
    """Return what limits the files of a process, so that writing fails as on a full disk."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [0, 2000])
def test_full_disk(size: int, tmp_path: Path) -> None:
    """Where the results do not fit, the earlier result stays whole, nothing is left beside it: status 4."""
    path = news(tmp_path)
    assert status(path, str(tmp_path / "out")) == (0, "")
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    command = [*COMMAND, "scan", "news.jsonl", "-o", "out", "-q"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=limited(size),
    )
    assert done.returncode == 4, done.stderr
    assert "free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()} == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["news.jsonl", "out"]


def interrupted(command: list[str], folder: Path, ready: Callable[[str], bool]) -> tuple[int, str]:
    """Run a command, send SIGINT once its output is as wanted, and return status and stderr."""
    errors = folder / "stderr.txt"
    with errors.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stderr=file)
        assert process.stdin is not None
        process.stdin.write((json.dumps(GOOD[0]) + "\n").encode())
        process.stdin.flush()
        deadline = time.monotonic() + 30
        while not ready(errors.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=30)
        finally:
            process.kill()
            process.stdin.close()
    text = errors.read_text()
    errors.unlink()
    return code, text


def test_interrupted_while_reading(tmp_path: Path) -> None:
    """Ctrl-C while standard input is read: status 130, one sentence, nothing left."""
    script = (
        "import sys, dedup.sources\n"
        "gather = dedup.sources.gather\n"
        "def told(*given, **named): print('reading', file=sys.stderr, flush=True); return gather(*given, **named)\n"
        "dedup.sources.gather = told\n"
        "from dedup.cli import main; main()\n"
    )
    command = [sys.executable, "-c", script, "scan", "-", "-q"]
    code, text = interrupted(command, tmp_path, lambda shown: "reading" in shown)
    assert code == 130
    assert "dedup: interrupted; nothing was written" in text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


def test_interrupted_while_working(tmp_path: Path) -> None:
    """Ctrl-C in the middle of the work: status 130, and an earlier result is untouched."""
    path = news(tmp_path)
    assert status(path, str(tmp_path / "out")) == (0, "")
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    records = ({"id": n, "text": f"{RATES} {filler(n, 40)}"} for n in range(2000))
    path.write_text("".join(json.dumps(r) + "\n" for r in records))
    code, text = interrupted(
        [*COMMAND, "scan", "-v", "news.jsonl", "-o", "out"], tmp_path, lambda shown: "tokens in" in shown
    )
    assert "writing in" not in text, "the work was done before it was interrupted"
    assert code == 130
    assert "dedup: interrupted; nothing was written" in text
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["news.jsonl", "out"]
