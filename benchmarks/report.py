"""The report: how long it takes to write, and in headless Chromium to open and to answer filters.

`python -m benchmarks.report OUT --passages 20000` takes the results of a scan and repeats its passages under other ids
until they are that many. Prints a JSON line; times are medians of the rounds, `least` the quickest.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from dedup.model import ScanResult
from dedup.report.html import write_html
from dedup.store.results import read_results

ROUNDS = 7
OPENED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done({
    load: performance.getEntriesByType("navigation")[0].loadEventEnd, shown: performance.now(),
    elements: document.getElementsByTagName("*").length, said: document.getElementById("found").textContent,
}))))"""
"""Two frames after the load, so that what the script has changed is laid out and painted."""
ANSWERED = """async ([id, value, event]) => {
    const start = performance.now(), field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event(event));
    if (event === "input") await new Promise(done => setTimeout(done, 151));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return [performance.now() - start, document.getElementById("found").textContent];
}"""
QUESTIONS = {
    "kind, the first filter": ("f-kind", "quotation", "change"),
    "all kinds": ("f-kind", "", "change"),
    "words": ("f-search", "the council", "input"),
    "no words": ("f-search", "", "input"),
    "order by date": ("f-order", "date", "change"),
}
"""What is asked of an open page: field, value, event. A search waits 150 ms for a further key."""


def repeated(result: ScanResult, count: int) -> ScanResult:
    """Return a result with `count` passages: its own again and again, each time under other ids."""
    outermost = [p for p in result.passages if p.parent is None]
    many = (replace(p, cluster_id=f"{n:016x}") for n, p in enumerate(islice(cycle(outermost), count)))
    return replace(result, passages=tuple(many))


def opened(path: Path, program: str) -> dict[str, Any]:
    """Return what a browser measures of the page, in milliseconds; each round has a page of its own."""
    from playwright.sync_api import sync_playwright

    loads: list[dict[str, Any]] = []
    answers: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        for _ in range(ROUNDS):
            page = browser.new_page()
            page.goto(path.as_uri())
            loads.append(page.evaluate(OPENED))
            for name, question in QUESTIONS.items():
                answers[name].append(page.evaluate(ANSWERED, list(question))[0])
            page.close()
        browser.close()
    return {
        "elements": loads[0]["elements"],
        "found": loads[0]["said"],
        "load_ms": _summary([load["load"] for load in loads]),
        "shown_ms": _summary([load["shown"] for load in loads]),
        "answers_ms": {name: _summary(times) for name, times in answers.items()},
    }


def _summary(times: list[float]) -> dict[str, int]:
    return {"median": round(median(times)), "least": round(min(times)), "most": round(max(times))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="results of a scan")
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    arguments = parser.parse_args()
    result = repeated(read_results(arguments.out), arguments.passages)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        begun = time.process_time()
        write_html(result, path)
        seconds = time.process_time() - begun
        sizes = {"bytes": path.stat().st_size, "pages_beside": len(list(Path(folder).glob("*/*.html")))}
        found = opened(path, arguments.browser)
    said = {"passages": arguments.passages, "write_cpu_seconds": round(seconds, 2), **sizes, **found}
    print(json.dumps({**said, "load_average": round(os.getloadavg()[0], 1)}))


if __name__ == "__main__":
    main()
