"""Reading: body and captions of marked pages, and the speed and memory of each format beside a bare library loop.

`python -m benchmarks.reading pages PAGES.jsonl[.gz] [--captions LABELS.jsonl]` needs records of `id url html text`;
labels have a line a caption: `page` (the start of an id), `words` (how many) and `hash` (XXH3-64 of the words, small).
`python -m benchmarks.reading formats` writes invented articles in every format and reads them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import xxhash

from dedup.config import ReadConfig
from dedup.readers import ReadLog, read_documents
from dedup.readers.page import Page, read_page
from dedup.readers.page_pool import PagePool

ROUNDS = 5
WORD = re.compile(r"\w+")


def lines(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def token_f1(found: str, marked: str) -> float:
    """F1 of the words of two texts as bags, case folded."""
    left, right = (Counter(WORD.findall(text.casefold())) for text in (found, marked))
    common = (left & right).total()
    return 2 * common / (left.total() + right.total()) if common else 0.0


def holds(text: str, label: dict[str, Any], more: int) -> bool:
    """Return whether a text holds the words of a label in a row, and at most `more` others."""
    words, size = WORD.findall(text.casefold()), label["words"]
    if len(words) > size + more:
        return False
    runs = (" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
    return any(xxhash.xxh3_64_hexdigest(run.encode()) == label["hash"] for run in runs)


def body_of(text: str, captions: list[str]) -> str:
    blocks = text.split("\n\n")
    return "\n\n".join(blocks[: len(blocks) - len(captions)])


def bare_page(html: str) -> str:
    from trafilatura import extract

    return extract(html, favor_precision=True, include_comments=False, deduplicate=False) or ""


def bare_seconds(texts: list[str]) -> float:
    """Wall seconds of the bare extractor in two processes that have started."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(bare_page, texts[:8]))
        began = time.perf_counter()
        assert len(list(pool.map(bare_page, texts, chunksize=4))) == len(texts)
        return time.perf_counter() - began


def own_seconds(inputs: list[Page]) -> float:
    """Wall seconds of two processes that have started; every page must be read."""
    pool = PagePool(2)
    for future in [pool.submit(page) for page in inputs[:8]]:
        future.result()
    began = time.perf_counter()
    for future in [pool.submit(page) for page in inputs]:
        assert future.result().error is None
    seconds = time.perf_counter() - began
    pool.close()
    return seconds


def pages(path: Path, labels: Path | None) -> dict[str, Any]:
    """Measure pages that people marked."""
    records = lines(path)
    inputs = [Page(html=r["html"].encode(), url=r["url"]) for r in records]
    articles = [read_page(page) for page in inputs]
    assert not [a.error for a in articles if a.error]
    f1 = [token_f1(body_of(a.text, a.captions), r["text"]) for a, r in zip(articles, records, strict=True)]
    bare = [token_f1(bare_page(r["html"]), r["text"]) for r in records]
    count = 3 * len(records)
    seconds = [(own_seconds(inputs * 3), bare_seconds([r["html"] for r in records] * 3)) for _ in range(3)]
    result = {
        "pages": len(records),
        "body_f1": round(sum(f1) / len(f1), 4),
        "bare_body_f1": round(sum(bare) / len(bare), 4),
        "pages_a_second_two_processes": round(count / min(own for own, _ in seconds), 1),
        "bare_pages_a_second_two_processes": round(count / min(alone for _, alone in seconds), 1),
        "captions": sum(len(a.captions) for a in articles),
    }
    return result if labels is None else result | captions(records, articles, labels)


def captions(records: list[dict[str, Any]], articles: list[Any], labels: Path) -> dict[str, Any]:
    """Count the labelled captions that were found, and those that stand in the body as well.

    A caption is found when one that was read has its words in a row and at most 30 more, as credits have them.
    """
    by_page = {record["id"][:16]: article for record, article in zip(records, articles, strict=True)}
    wanted = lines(labels)
    found = in_body = 0
    for label in wanted:
        article = by_page[label["page"]]
        found += any(holds(caption, label, 30) for caption in article.captions)
        blocks = body_of(article.text, article.captions).split("\n\n")
        in_body += any(holds(block, label, 6) for block in blocks)
    return {"captions_labelled": len(wanted), "captions_found": found, "captions_in_body": in_body}


def invented(count: int) -> list[dict[str, Any]]:
    vocabulary = [f"word{n}" for n in range(5000)]
    text = [" ".join(vocabulary[(n * 31 + k * k * 7) % 5000] for k in range(600)) for n in range(count)]
    return [
        {"id": f"d{n}", "text": f"{text[n]} “{n}”", "outlet": f"o{n % 50}", "published": f"2031-0{n % 9 + 1}-11"}
        for n in range(count)
    ]


def bare_jsonl(path: Path) -> Iterator[Any]:
    import msgspec

    decode = msgspec.json.Decoder().decode
    with path.open("rb") as file:
        for line in file:
            yield decode(line)


def bare_csv(path: Path) -> Iterator[Any]:
    import csv

    csv.field_size_limit(2**24)
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def bare_parquet(path: Path) -> Iterator[Any]:
    from pyarrow import parquet

    for batch in parquet.ParquetFile(path).iter_batches(1024, use_threads=False):
        yield from batch.to_pylist()


def write_all(folder: Path, records: list[dict[str, Any]]) -> dict[str, tuple[Path, Callable[[Path], Iterator[Any]]]]:
    import csv

    import pyarrow as pa
    from pyarrow import parquet

    jsonl, table, columns = (folder / f"a{suffix}" for suffix in (".jsonl", ".csv", ".parquet"))
    jsonl.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    parquet.write_table(pa.Table.from_pylist(records), columns)
    return {"jsonl": (jsonl, bare_jsonl), "csv": (table, bare_csv), "parquet": (columns, bare_parquet)}


def seconds_of(loop: Callable[[], Iterator[Any]], expected: int) -> float:
    """CPU seconds of the quickest of some rounds; each must give all records."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        assert sum(1 for _ in loop()) == expected
        best = min(best, time.process_time() - began)
    return best


def formats(count: int) -> dict[str, Any]:
    """Measure every format of records beside the bare loop of the library that reads it."""
    result: dict[str, Any] = {"articles": count}
    with tempfile.TemporaryDirectory() as folder:
        for name, (path, bare) in write_all(Path(folder), invented(count)).items():

            def ours(path: Path = path) -> Iterator[Any]:
                return read_documents([path], ReadConfig(), ReadLog())

            def plainly(path: Path = path, bare: Callable[[Path], Iterator[Any]] = bare) -> Iterator[Any]:
                return bare(path)

            alone, own = seconds_of(plainly, count), seconds_of(ours, count)
            tracemalloc.start()
            sum(1 for _ in ours())
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            result[name] = {
                "megabytes": round(path.stat().st_size / 1e6, 1),
                "seconds": round(own, 3),
                "bare_seconds": round(alone, 3),
                "of_the_bare_speed": round(alone / own, 2),
                "peak_megabytes": round(peak / 1e6, 1),
            }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    marked = commands.add_parser("pages")
    marked.add_argument("path", type=Path)
    marked.add_argument("--captions", type=Path)
    commands.add_parser("formats").add_argument("--articles", type=int, default=10_000)
    given = parser.parse_args()
    result = pages(given.path, given.captions) if given.command == "pages" else formats(given.articles)
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
