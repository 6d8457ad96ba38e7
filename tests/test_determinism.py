"""The same documents give the same bytes: for any number of threads, order of the input and hash seed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dedup.workers import forks

CORPUS = Path(__file__).parents[1] / "corpus" / "articles.jsonl"
COMMAND = "from dedup.cli import main; main()"
# Tiles of a few hits, and no component so small that it is looked at as a whole.
SMALL = (
    "from dedup import candidates, clusters, seeds; "
    f"candidates.TILE_HITS = 3; seeds.WEIGHED_HITS = 2; clusters.FEW = 0; {COMMAND}"
)
# Files read in many parts by processes, as large ones are.
PARTED = (
    "from dedup.readers import reading; from dedup.shelf import Shelf; reading.PART = 4000; "
    "taken = []; take = Shelf.take; Shelf.take = lambda shelf, batch: (taken.append(batch), take(shelf, batch)); "
    "from dedup.cli import main; main(standalone_mode=False); assert len(taken) > 9"
)

Files = dict[str, bytes]


def contents(out: Path) -> Files:
    """All files of a result by name; of the manifest what does not say when and how long."""
    files = {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    for timed in ("created", "stages"):
        del manifest[timed]
    return {**files, "manifest.json": json.dumps(manifest).encode()}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Files]:
    """Scans lines in a process of its own and returns the files of the result."""

    def scan(lines: list[str], *options: str, seed: str = "0", program: str = COMMAND) -> Files:
        folder = tmp_path_factory.mktemp("scan")
        (folder / "articles.jsonl").write_text("".join(lines), encoding="utf-8")
        command = [sys.executable, "-c", program, "scan", "articles.jsonl", "-o", "out", "-q", *options]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(command, cwd=folder, env=environment, check=True, timeout=120)
        return contents(folder / "out")

    return scan


@pytest.fixture(scope="module")
def corpus() -> list[str]:
    """The articles of the corpus, one a line."""
    return CORPUS.read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.fixture(scope="module")
def first(scanned: Callable[..., Files], corpus: list[str]) -> Files:
    """The result with one thread, hash seed 0 and the documents in order."""
    return scanned(corpus, "--jobs", "1")


def differing(left: Files, right: Files) -> list[str]:
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def test_tiles_do_not_matter(scanned: Callable[..., Files], corpus: list[str], first: Files) -> None:
    """However few hits a tile has, and however small the components that are looked at as one."""
    assert not differing(first, scanned(corpus, program=SMALL))


def test_result_is_worth_comparing(first: Files) -> None:
    """The corpus makes lines in every file, so that equal bytes say something."""
    tables = ("passages", "documents", "pairs", "suppressed")
    assert all(first[f"{name}.jsonl"].count(b"\n") > 5 for name in tables)
    assert len(first["report.html"]) > 100_000
    assert "store/texts.jsonl.zst" in first


@pytest.mark.parametrize("jobs", ["2", "8"])
def test_threads(jobs: str, scanned: Callable[..., Files], corpus: list[str], first: Files) -> None:
    """The number of threads changes no byte."""
    assert differing(scanned(corpus, "--jobs", jobs), first) == []


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_memory(jobs: str, scanned: Callable[..., Files], corpus: list[str], first: Files) -> None:
    """A scan that keeps everything in files, as one short of memory does, writes the same bytes."""
    assert differing(scanned(corpus, "--jobs", jobs, "--memory", "64M"), first) == []


@pytest.mark.skipif(not forks(), reason="processes are not forked here")
@pytest.mark.parametrize("memory", [(), ("--memory", "64M")])
def test_parts(memory: tuple[str, ...], scanned: Callable[..., Files], corpus: list[str], first: Files) -> None:
    """A file that is read in parts gives the same bytes as one that is read from front to back."""
    assert differing(scanned(corpus, "--jobs", "2", *memory, program=PARTED), first) == []


@pytest.mark.skipif(not forks(), reason="processes are not forked here")
def test_parts_of_documents_alone(scanned: Callable[..., Files], corpus: list[str]) -> None:
    """The same where nothing but near-duplicate documents is asked for."""
    plain, parted = (scanned(corpus, "--jobs", "2", "--only", "documents", program=p) for p in (COMMAND, PARTED))
    assert plain["documents.jsonl"].count(b"\n") > 5
    assert differing(plain, parted) == []


@pytest.mark.parametrize("seed", ["1", "random"])
def test_hash_seed(seed: str, scanned: Callable[..., Files], corpus: list[str], first: Files) -> None:
    """The seed of Python's hashes changes no byte."""
    assert differing(scanned(corpus, "--jobs", "2", seed=seed), first) == []


@pytest.mark.parametrize("order", [1, 2])
def test_order_of_the_input(order: int, scanned: Callable[..., Files], corpus: list[str], first: Files) -> None:
    """The order of the documents changes no byte."""
    shuffled = random.Random(order).sample(corpus, len(corpus))
    assert shuffled != corpus
    assert differing(scanned(shuffled, "--jobs", "2"), first) == []


def test_other_documents_differ(scanned: Callable[..., Files], corpus: list[str], first: Files) -> None:
    """The comparison can fail: without its first half the corpus gives other files."""
    changed = differing(scanned(corpus[len(corpus) // 2 :]), first)
    assert {"passages.jsonl", "pairs.jsonl", "report.html", "manifest.json"} <= set(changed)
