"""Reading: body and captions of marked pages, and the speed and memory of each format beside a bare library loop.

`python -m benchmarks.reading pages PAGES.jsonl[.gz] [--captions LABELS.jsonl]` needs records of `id url html text`;
labels have a line a caption: `page` (the start of an id), `words` (how many) and `hash` (XXH3-64 of the words, small).
`python -m benchmarks.reading formats [--records FILE.jsonl]` writes invented articles in every format and reads them
(`benchmarks/formats.py` says how).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import xxhash

from benchmarks.formats import formats
from dedup.readers.page import Page, read_page
from dedup.readers.page_pool import PagePool

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    marked = commands.add_parser("pages")
    marked.add_argument("path", type=Path)
    marked.add_argument("--captions", type=Path)
    written = commands.add_parser("formats")
    written.add_argument("--articles", type=int, default=10_000)
    written.add_argument("--pages", type=int, default=400)
    written.add_argument("--records", type=Path)
    given = parser.parse_args()
    if given.command == "pages":
        result = pages(given.path, given.captions)
    else:
        with tempfile.TemporaryDirectory() as folder:
            result = formats(Path(folder), given.articles, given.pages, given.records)
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
