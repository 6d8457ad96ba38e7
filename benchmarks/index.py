"""How quick an index is: additions with passages, queries, bytes on disk; beside a scan and datasketch's MinHashLSH.

    python -m benchmarks.index --articles 10000 --articles 100000 --articles 1000000
    python -m benchmarks.index --corpus articles.jsonl

Prints one JSON object a size. Answers are checked before times: an article asked about must find itself, or the answer
must say that it was limited; and it is told of how many carriers of a scan's passages additions told.
CPU seconds stand beside those of the clock, so that a busy machine does not decide.

A scan and datasketch's index take the first `--beside` articles alone, so that a million fit into half an hour. The
scan is compared with the additions of the same articles (`add_to_scan`), as both take longer the more there are.
"""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np

from benchmarks.planted import plant_invented
from benchmarks.planting.plan import Settings
from dedup import Config, Index, ScanResult, scan
from dedup.signatures import signatures
from dedup.tokens import tokenize_all


def articles(path: Path, count: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of JSON lines."""
    with path.open("rb") as lines:
        for line in itertools.islice(lines, count):
            yield msgspec.json.decode(line)


Places = dict[str, list[tuple[int, int]]]


Seconds = list[tuple[float, float]]


def now() -> tuple[float, float]:
    """Return the seconds of the clock and of the processor."""
    return time.perf_counter(), time.process_time()


def held() -> float:
    """Return the megabytes that this process holds, pages of files apart; not a number where nothing tells."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return float("nan")
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


@dataclass
class Added:
    """Seconds of each batch (clock, processor), how many matches there were, the most memory held behind a batch (MB),
    and which places of each of the first articles were matched."""

    seconds: Seconds = field(default_factory=list)
    matches: int = 0
    held: float = 0.0
    places: Places = field(default_factory=dict)


def add_all(index: Index, path: Path, batch: int, beside: int) -> Added:
    """Add all articles; remember the places of the first ones, that are scanned as well."""
    added = Added()
    records = articles(path)
    while part := list(itertools.islice(records, batch)):
        clock, cpu = now()
        answer = index.add(part)
        added.seconds.append((now()[0] - clock, now()[1] - cpu))
        added.matches += len(answer)
        added.held = max(added.held, held())
        for record in part[: max(0, beside - len(added.places))]:
            added.places.setdefault(str(record["id"]), [])
        for match in answer:
            if match.right.doc_id in added.places:
                added.places[match.right.doc_id].append((match.right.start, match.right.end))
    return added


def recall(result: ScanResult, places: Places) -> float:
    """Return of how many carriers of a scan's passages, the first arrival of each apart, an addition matched half."""
    arrival = {doc_id: n for n, doc_id in enumerate(places)}
    told = asked = 0
    for cluster in result.passages:
        first = min(arrival[m.doc_id] for m in cluster.members)
        for m in cluster.members:
            if arrival[m.doc_id] > first:
                asked += 1
                covered = {p for low, high in places[m.doc_id] for p in range(max(low, m.start), min(high, m.end))}
                told += 2 * len(covered) >= m.end - m.start
    return round(told / max(asked, 1), 4)


def ask(index: Index, path: Path, count: int) -> Seconds:
    """Ask about single articles, spread over all, twice; return the seconds of the second time (clock, processor)."""
    every = max(1, len(index) // count)
    asked = list(itertools.islice(articles(path), 0, None, every))[:count]
    times: Seconds = []
    for warm in (False, True):
        for record in asked:
            clock, cpu = now()
            answer = index.query({**record, "id": ""})
            if warm:
                times.append((now()[0] - clock, now()[1] - cpu))
            if len(record["text"].split()) > 20 and not any(m.left.doc_id == record["id"] for m in answer):
                assert any(answer.limited.values()), f"{record['id']} does not find itself"
    return times


def datasketch_beside(path: Path, count: int, config: Config) -> dict[str, float]:
    """Put the same documents into datasketch's index in memory, by signatures made here; no passages."""
    from datasketch import MinHash, MinHashLSH

    began = time.perf_counter()
    lsh = MinHashLSH(num_perm=config.signatures.num_perm, params=(config.signatures.bands, config.signatures.rows))
    made = []
    records = articles(path, count)
    while part := list(itertools.islice(records, 1000)):
        rows = signatures(tokenize_all([r["text"] for r in part]), config.signatures)
        for record, row in zip(part, rows, strict=True):
            sketch = MinHash(num_perm=len(row), seed=config.signatures.seed, hashvalues=row, scheme="affine32")
            lsh.insert(record["id"], sketch)
            made.append(sketch)
    added = time.perf_counter() - began
    times = []
    for sketch in made[:: max(1, len(made) // 500)]:
        began = time.perf_counter()
        lsh.query(sketch)
        times.append(time.perf_counter() - began)
    return {"documents_a_second": round(len(made) / added), "query_ms_median": milliseconds(times, 50)}


def milliseconds(times: list[float], percent: float) -> float:
    """Return a percentile in milliseconds."""
    return round(1000 * float(np.percentile(times, percent)), 2)


def measure(path: Path, out: Path, batch: int, queries: int, beside: int) -> dict[str, Any]:
    """Return what an index on a file of articles takes, beside a scan and datasketch's index of the first ones."""
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with Index.open(out.with_suffix(".warm")) as warm:
        warm.add(list(articles(path, 200)))
        warm.query(next(articles(path)))
    shutil.rmtree(out.with_suffix(".warm"))
    with Index.open(out) as index:
        added = add_all(index, path, batch, beside)
        times = ask(index, path, queries)
        stats = index.verify()
    seconds, beside = added.seconds, min(beside, stats.documents)
    total, cpu = np.sum(seconds, axis=0).tolist()
    fifth = max(1, len(seconds) // 5)
    # the last batch may be a small one
    first, last = np.sum(seconds[:fifth], axis=0), np.sum(seconds[-fifth - 1 : -1] or seconds, axis=0)
    # a batch counts by how many of those that are scanned are in it
    adding = sum(clock * min(1.0, max(0.0, beside / batch - n)) for n, (clock, _) in enumerate(seconds))
    few = out.with_suffix(".jsonl")
    with path.open("rb") as lines:
        few.write_bytes(b"".join(itertools.islice(lines, beside)))
    clock, scan_cpu = now()
    result = scan(few)
    scanned, scan_cpu = now()[0] - clock, now()[1] - scan_cpu
    return {
        "documents": stats.documents,
        "matches": added.matches,
        "add_documents_a_second": round(stats.documents / total),
        "last_fifth_documents_a_second": round(batch * fifth / last[0]) if len(seconds) > fifth else None,
        "last_fifth_to_first": round(first[0] / last[0], 2),
        "cpu": {
            "add_ms_a_document": round(1000 * cpu / stats.documents, 2),
            "scan_ms_a_document": round(1000 * scan_cpu / beside, 2),
            "last_fifth_to_first": round(first[1] / last[1], 2),
            "query_ms_median": milliseconds([t[1] for t in times], 50),
            "query_ms_99": milliseconds([t[1] for t in times], 99),
        },
        "held_mb": round(added.held),
        "bytes_a_document": round((stats.bytes_documents + stats.bytes_segments) / stats.documents),
        "segments": stats.segments,
        "query_ms_median": milliseconds([t[0] for t in times], 50),
        "query_ms_99": milliseconds([t[0] for t in times], 99),
        "beside": {
            "documents": beside,
            "add_documents_a_second": round(beside / adding),
            "scan_documents_a_second": round(beside / scanned),
            "add_to_scan": round(scanned / adding, 2),
            "scan_passages": len(result.passages),
            "recall_of_scan": recall(result, added.places),
            "datasketch_in_memory": datasketch_beside(path, beside, Config()),
        },
    }


@click.command()
@click.option("--articles", "sizes", type=click.IntRange(10), multiple=True, default=[10_000], show_default=True)
@click.option("--corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file in their place.")
@click.option("--out", default="build/index", help="Where corpora and indexes are made.")
@click.option("--batch", default=1000, show_default=True, help="Documents a commit.")
@click.option("--beside", default=100_000, show_default=True, help="Articles that a scan and datasketch take.")
@click.option("--queries", default=300, show_default=True, help="Single articles asked about.")
def main(sizes: tuple[int, ...], corpus: Path | None, out: str, batch: int, beside: int, queries: int) -> None:
    """Measure an index on planted articles of some sizes, or on a file of articles."""
    if corpus:
        click.echo(json.dumps(measure(corpus, Path(out) / "news.idx", batch, queries, beside), indent=2))
        return
    for size in sizes:
        planted = Path(out) / f"planted-{size}"
        if not (planted / "planted.json").exists():
            plant_invented(planted, Settings(articles=size))
        found = measure(planted / "articles.jsonl", Path(out) / "news.idx", batch, queries, beside)
        click.echo(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
