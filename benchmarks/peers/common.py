"""What the scripts of all peers do alike: read articles, join pairs to clusters, write them, say what took how long.

These scripts run in the environments of the peers and know the standard library and one peer only.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

WORDS = re.compile(r"\w+")


def arguments() -> argparse.Namespace:
    """Return the command line: ARTICLES OUT --threshold --bands --rows --num-perm --shingle."""
    parser = argparse.ArgumentParser()
    parser.add_argument("articles", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--bands", type=int, default=32)
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--num-perm", type=int, default=128)
    parser.add_argument("--shingle", type=int, default=5)
    return parser.parse_args()


class Clock:
    """Wall and CPU seconds by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._last = time.perf_counter(), time.process_time()

    def stage(self, name: str) -> None:
        """End a stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.stages[name] = {"wall": round(wall - self._last[0], 3), "cpu": round(cpu - self._last[1], 3)}
        self._last = wall, cpu


def articles(path: Path) -> Iterator[tuple[str, str]]:
    """Yield id and text of each article."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield record["id"], record["text"]


def shingles(text: str, size: int) -> set[str]:
    """Return the sets of `size` words that stand in a row, joined by spaces; a shorter text is one of them."""
    words = WORDS.findall(text.lower())
    return {" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1))}


class Clusters:
    """Sets of documents that pairs join."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, i: int) -> int:
        """Return the document that stands for the set of another."""
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, i: int, others: Iterable[int]) -> None:
        """Join the sets of documents."""
        for other in others:
            a, b = self.root(i), self.root(other)
            if a != b:
                self._parent[max(a, b)] = min(a, b)

    def write(self, path: Path, ids: list[str]) -> None:
        """Write each set of two or more documents as a line: a JSON array of ids."""
        found: dict[int, list[str]] = {}
        for i, doc_id in enumerate(ids):
            found.setdefault(self.root(i), []).append(doc_id)
        with path.open("w", encoding="utf-8") as file:
            for cluster in found.values():
                if len(cluster) > 1:
                    file.write(json.dumps(cluster) + "\n")


def finish(clock: Clock) -> None:
    """Say on standard output what took how long."""
    print(json.dumps(clock.stages))
