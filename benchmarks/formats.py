"""Reading of every format, as a scan reads it, beside a loop of the bare library over the same file in the same run.

`python -m benchmarks.reading formats` runs it. CPU seconds, those of processes that read pages included; the rounds of
both take turns. A bare loop makes what its library makes of a record and keeps nothing: no checks, no dates, no ids.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedup.config import ReadConfig
from dedup.readers import ReadLog, stream
from dedup.readers.ids import LateBook
from dedup.readers.streams import Stream
from dedup.readers.warc import WarcReader

ROUNDS = 7
JOBS = 1
FIELDS = ("id", "text", "title", "outlet", "published", "url")

Loop = Callable[[Path], Iterator[Any]]


def own(path: Path) -> Iterator[Any]:
    """Read as a scan does."""
    return stream(path, ReadConfig(), ReadLog(), JOBS, LateBook())


@dataclass(frozen=True, slots=True)
class Case:
    """One input: `ours` and `bare` give as many items; `what` says what the bare loop does."""

    name: str
    path: Path
    items: int
    bare: Loop
    what: str
    ours: Loop = own


def invented(count: int) -> list[dict[str, Any]]:
    """Return articles of 600 words, ASCII but for two marks; dates repeat as those of a few years do."""
    vocabulary = [f"word{n}" for n in range(5000)]
    text = [" ".join(vocabulary[(n * 31 + k * k * 7) % 5000] for k in range(600)) for n in range(count)]
    return [
        {
            "id": f"d{n}",
            "text": f"{text[n]} “{n}”",
            "title": f"Title {n}",
            "outlet": f"o{n % 50}",
            "published": f"203{n % 4}-0{n % 9 + 1}-{n % 28 + 1:02}",
            "url": f"https://o{n % 50}.example/{n}",
        }
        for n in range(count)
    ]


def page(record: dict[str, Any]) -> str:
    """Return an article as a page with what surrounds one."""
    words = record["text"].split(" ")
    paragraphs = "".join(f"<p>{' '.join(words[i : i + 60])}</p>" for i in range(0, len(words), 60))
    links = "".join(f'<li><a href="/section/{n}">Section {n}</a></li>' for n in range(40))
    caption = f"People watch number {record['id']} leave the harbour."
    head = f'<title>{record["title"]}</title><meta property="article:published_time" content="{record["published"]}">'
    figure = f"<figure><img src=a.jpg><figcaption>{caption}</figcaption></figure>"
    article = f"<article><h1>{record['title']}</h1>{figure}{paragraphs}</article>"
    body = f"<nav><ul>{links}</ul></nav>{article}<footer><ul>{links}</ul></footer>"
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def warc_record(record: dict[str, Any]) -> bytes:
    body = page(record).encode()
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {record['url']}\r\n"
        f"WARC-Date: 2031-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:x:{record['id']}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(response)}\r\n\r\n"
    )
    return head.encode() + response + b"\r\n\r\n"


def bare_jsonl(path: Path) -> Iterator[Any]:
    import msgspec

    row = msgspec.defstruct("Row", [(name, str | None, None) for name in FIELDS])
    decode = msgspec.json.Decoder(row).decode
    with path.open("rb") as file:
        for line in file:
            yield decode(line)


def bare_csv(path: Path) -> Iterator[Any]:
    csv.field_size_limit(2**24)
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def bare_parquet(path: Path) -> Iterator[Any]:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(path).iter_batches(1024, use_threads=False):
        yield from batch.to_pylist()


def bare_arrow(path: Path) -> Iterator[Any]:
    from pyarrow import ipc

    with path.open("rb") as file:
        reader = ipc.open_file(file)
        for i in range(reader.num_record_batches):
            yield from reader.get_batch(i).to_pylist()


def bare_text(path: Path) -> Iterator[Any]:
    for name in sorted(path.iterdir()):
        yield name.read_text("utf-8")


def extracted(html: str) -> str:
    from trafilatura import extract

    return extract(html, favor_precision=True, include_comments=False, deduplicate=False) or ""


def bare_html(path: Path) -> Iterator[Any]:
    for name in sorted(path.iterdir()):
        yield extracted(name.read_text("utf-8"))


def archived(path: Path) -> Iterator[Any]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            yield record.reader.read()


def bare_warc(path: Path) -> Iterator[Any]:
    for body in archived(path):
        yield extracted(body.decode())


def own_archived(path: Path) -> Iterator[Any]:
    return WarcReader().records(Stream(str(path), str(path), ReadLog()), 2**28, ReadLog())


def cases(folder: Path, count: int, pages: int) -> list[Case]:
    """Write the articles in every format."""
    records = invented(count)
    few = records[:pages]
    paths = {name: folder / f"a.{name}" for name in ("jsonl", "csv", "parquet", "arrow", "warc")}
    text, html = folder / "text", folder / "html"
    _write_tables(paths, records)
    paths["warc"].write_bytes(b"".join(map(warc_record, few)))
    for sub, suffix, made in ((text, "txt", lambda r: r["text"]), (html, "html", page)):
        sub.mkdir()
        for record in few:
            (sub / f"{record['id']}.{suffix}").write_text(made(record), "utf-8")
    return [
        Case("JSON lines", paths["jsonl"], count, bare_jsonl, "msgspec, a line to a Struct of the same fields"),
        Case("CSV", paths["csv"], count, bare_csv, "csv.DictReader"),
        Case("Parquet", paths["parquet"], count, bare_parquet, "pyarrow, batches to dicts"),
        Case("Arrow", paths["arrow"], count, bare_arrow, "pyarrow, batches to dicts"),
        Case("text files", text, pages, bare_text, "read_text of each file"),
        Case("HTML files", html, pages, bare_html, "trafilatura.extract of each file"),
        Case("WARC", paths["warc"], pages, bare_warc, "fastwarc, trafilatura.extract of each page"),
        Case("WARC, to its pages", paths["warc"], pages, archived, "fastwarc, the body of each response", own_archived),
    ]


def _write_tables(paths: dict[str, Path], records: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    from pyarrow import ipc, parquet

    paths["jsonl"].write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    rows = io.StringIO(newline="")
    writer = csv.DictWriter(rows, FIELDS)
    writer.writeheader()
    writer.writerows(records)
    paths["csv"].write_text(rows.getvalue(), "utf-8", newline="")
    table = pa.Table.from_pylist(records)
    parquet.write_table(table, paths["parquet"])
    with ipc.new_file(paths["arrow"], table.schema) as writer_of_batches:
        writer_of_batches.write_table(table, max_chunksize=1024)


def cpu_seconds() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(times.ru_utime + times.ru_stime for times in used)


def seconds_of(case: Case, rounds: int = ROUNDS) -> tuple[float, float]:
    """The fewest CPU seconds of ours and of the bare loop, in rounds that take turns; each must give all items."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for i, loop in enumerate((case.ours, case.bare)):
            began = cpu_seconds()
            assert sum(1 for _ in loop(case.path)) == case.items, case.name
            best[i] = min(best[i], cpu_seconds() - began)
    return best[0], best[1]


def memory_of(case: Case) -> float:
    """Megabytes by which the peak of a fresh process grows while it reads a case; its page processes apart."""
    program = "import sys; from benchmarks.formats import growth; growth(*sys.argv[1:])"
    command = [sys.executable, "-c", program, str(case.path), "pages" if case.ours is own_archived else "documents"]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def growth(path: str, kind: str) -> None:
    """Read an input once and print by how many megabytes the peak of the process grew; libraries are loaded before."""
    import pyarrow.ipc
    import pyarrow.parquet  # noqa: F401

    before = peak_kilobytes()
    sum(1 for _ in (own_archived if kind == "pages" else own)(Path(path)))
    sys.stdout.write(f"{(peak_kilobytes() - before) / 1024:.1f}\n")


def peak_kilobytes() -> int:
    """The most memory that this process had (Linux only: what others report takes in the process before it)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def formats(folder: Path, count: int, pages: int, given: Path | None = None) -> dict[str, Any]:
    """Measure every format, and a file of JSON lines of the caller's where one is given."""
    listed = cases(folder, count, pages)
    if given is not None:
        with given.open("rb") as file:
            lines = sum(1 for _ in file)
        listed.insert(0, Case(given.name, given, lines, bare_jsonl, "msgspec, a line to a Struct of the same fields"))
    result: dict[str, Any] = {}
    for case in listed:
        ours, bare = seconds_of(case, 3 if "trafilatura" in case.what else ROUNDS)
        files = [case.path] if case.path.is_file() else case.path.iterdir()
        result[case.name] = {
            "items": case.items,
            "megabytes": round(sum(file.stat().st_size for file in files) / 1e6, 1),
            "cpu_seconds": round(ours, 3),
            "bare_cpu_seconds": round(bare, 3),
            "of_the_bare_speed": round(bare / ours, 2),
            "bare": case.what,
            "memory_megabytes": memory_of(case),
        }
    return result
