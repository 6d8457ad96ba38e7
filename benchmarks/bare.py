"""Tokenising, shingling and signing beside loops that do the least the task needs, over the same bytes in one run.

    python -m benchmarks.bare ARTICLES.jsonl --articles 2000 --out TABLE

The bare loops read bytes, not characters: they know ASCII letters and figures alone, hash every byte of a word, note
where it begins and ends, combine five words to a shingle and keep the smallest of 128 values of it. All run on one
core; each figure is the best of several rounds, in which the loops take turns. TABLE.md and TABLE.json are written.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numba
import numpy as np

from benchmarks.peers.__main__ import machine
from dedup.config import SignatureConfig
from dedup.kernels import shingles, sketches, tokens
from dedup.signatures import permutations
from dedup.sketches import ONE_OF, SHORT
from dedup.store.atomic import write_text
from dedup.tokens import tables

SHINGLE = 5
BASIS, PRIME, FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)


@numba.njit(nogil=True)
def bare_words(data: Any, bounds: Any, folds: Any, hashes: Any, starts: Any, ends: Any, word_bounds: Any) -> Any:
    """Hash the words of texts; return how many there are."""
    n = 0
    for d in range(len(bounds) - 1):
        h, within = BASIS, False
        for i in range(bounds[d], bounds[d + 1]):
            folded = folds[data[i]]
            if folded:
                if not within:
                    within, h = True, BASIS
                    starts[n] = i - bounds[d]
                h = (h ^ np.uint64(folded)) * PRIME
            elif within:
                hashes[n], ends[n] = np.uint32(h >> np.uint64(32)), i - bounds[d]
                n, within = n + 1, False
        if within:
            hashes[n], ends[n] = np.uint32(h >> np.uint64(32)), bounds[d + 1] - bounds[d]
            n += 1
        word_bounds[d + 1] = n
    return n


@numba.njit(nogil=True)
def bare_shingles(hashes: Any, bounds: Any, out: Any) -> None:
    """Combine the hashes of five words each."""
    for d in range(len(bounds) - 1):
        for i in range(bounds[d], bounds[d + 1] - SHINGLE + 1):
            h = np.uint64(0)
            for j in range(SHINGLE):
                h = h * FACTOR + np.uint64(hashes[i + j])
            out[i] = np.uint32(h >> np.uint64(32))


@numba.njit(nogil=True)
def bare_minima(made: Any, bounds: Any, a: Any, b: Any, out: Any) -> None:
    """Keep the smallest of each permutation's values."""
    for d in range(len(bounds) - 1):
        row = out[d]
        row[:] = np.uint32(0xFFFFFFFF)
        for i in range(bounds[d], bounds[d + 1] - SHINGLE + 1):
            h = made[i]
            for p in range(len(a)):
                value = np.uint32(a[p] * h + b[p])
                if value < row[p]:
                    row[p] = value


def loops(texts: list[str]) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """Return for each step ours and the bare loop, over the same texts.

    Raises `ValueError` when the two do not find about as many words.
    """
    raw = [text.encode("utf-8", "replace") for text in texts]
    data = np.frombuffer(b"".join(raw), np.uint8)
    bounds = np.cumsum([0, *(len(r) for r in raw)])
    folds = np.array([ord(chr(c).lower()) if chr(c).isalnum() or c > 127 else 0 for c in range(256)], np.uint8)
    room = len(data) // 2 + 1
    hashes, starts, ends = np.empty(room, np.uint32), np.empty(room, np.int32), np.empty(room, np.int32)
    word_bounds, made = np.zeros(len(bounds), np.int64), np.empty(room, np.uint32)
    out = np.empty((len(texts), 128), np.uint32)
    a, b = permutations(128, SignatureConfig().seed)

    def words() -> Any:
        return bare_words(data, bounds, folds, hashes, starts, ends, word_bounds)

    def own_words() -> Any:
        return tokens.tokenize(data, bounds, tables())

    found = own_words()
    count = words()
    if abs(count - len(found[0])) > 0.02 * count:
        raise ValueError(f"{len(found[0])} words, {count} by the bare loop: these texts are not alike to both")

    def signed() -> None:
        bare_shingles(hashes, word_bounds, made)
        bare_minima(made, word_bounds, a, b, out)

    def sampled() -> Any:
        below = np.uint64(2**64 // ONE_OF)
        return sketches.sketch(data, bounds, tables(), SHINGLE, below, SHORT)

    def sampled_bare() -> None:
        words()
        bare_shingles(hashes, word_bounds, made)

    return {
        "tokenise": (own_words, words),
        "shingle and sign": (lambda: shingles.sign(found[0], found[4], found[5], SHINGLE, a, b), signed),
        "tokenise, shingle and sample": (sampled, sampled_bare),
    }


def measured(steps: dict[str, tuple[Callable[[], Any], Callable[[], Any]]], rounds: int) -> dict[str, list[float]]:
    """Return the best CPU seconds of ours and of the bare loop for each step; the first round compiles."""
    best = {name: [np.inf, np.inf] for name in steps}
    for number in range(rounds + 1):
        for name, pair in steps.items():
            for side, step in enumerate(pair):
                began = time.thread_time()
                step()
                took = time.thread_time() - began
                if number:
                    best[name][side] = min(best[name][side], took)
    return best


def table(best: dict[str, list[float]], count: int) -> str:
    """Return the seconds as rates in a table of Markdown; the signed total is that of the first two steps."""
    rows = {**best, "tokenise, shingle and sign": [best["tokenise"][i] + best["shingle and sign"][i] for i in (0, 1)]}
    lines = ["| step | µs a text | µs a text, bare loop | share of the bare rate |", "|---|---|---|---|"]
    for name, (own, bare) in rows.items():
        lines.append(f"| {name} | {own / count * 1e6:.1f} | {bare / count * 1e6:.1f} | {bare / own:.0%} |")
    return "\n".join(lines) + "\n"


@click.command()
@click.argument("articles", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--articles", "count", default=2000, show_default=True, help="How many of them.")
@click.option("--rounds", default=9, show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Tables, without suffix.")
def main(articles: Path, count: int, rounds: int, out: Path) -> None:
    """Measure on the first texts of ARTICLES and write the tables."""
    with articles.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for _, line in zip(range(count), file, strict=False)]
    best = measured(loops(texts), rounds)
    about = {name: value for name, value in machine().items() if name != "peers"}
    note = ", ".join(f"{name} {value}" for name, value in about.items())
    size = sum(map(len, texts)) / len(texts)
    text = f"{note}. {len(texts):,} texts of {size:,.0f} characters, one core.\n\n{table(best, len(texts))}"
    write_text(out.with_suffix(".md"), text)
    write_text(out.with_suffix(".json"), json.dumps({**about, "texts": len(texts), "seconds": best}, indent=1) + "\n")
    click.echo(text)


if __name__ == "__main__":
    main()
