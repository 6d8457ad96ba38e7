"""Draw clusters of passages at random for people to judge, as texts alone.

Writes two files: SHEET, the representative of each drawn cluster and up to four more places, with some words around
(for the judges; never committed), and IDS, which clusters and spans were drawn (committed with the verdicts).
With `--reference`, aligned passages of another tool (JSON lines: left left_start left_end right right_start right_end),
only places that it does not link with the representative are shown.

Usage: python benchmarks/judge_sample.py OUT ARTICLES SHEET IDS [--seed 1] [--count 50] [--places 5]
    [--reference FILE] [--scope S] [--kind K] [--pairs] [--largest] [--named] [--around 160]

With `--pairs` passages between two places are drawn, else clusters; with `--largest` those with the most documents are
taken and none is drawn. `--named` shows outlet and title of each place, which kinds are told by.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def lines(path: Path) -> Any:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def covered(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Return whether one span overlaps at least a tenth of `[start, end)`."""
    return any(10 * (min(end, b) - max(start, a)) >= end - start for a, b in spans)


def known_pairs(path: Path | None) -> dict[tuple[str, str], list[tuple[int, int, int, int]]]:
    pairs = collections.defaultdict(list)
    for r in lines(path) if path else ():
        pairs[r["left"], r["right"]].append((r["left_start"], r["left_end"], r["right_start"], r["right_end"]))
        pairs[r["right"], r["left"]].append((r["right_start"], r["right_end"], r["left_start"], r["left_end"]))
    return pairs


def candidates(
    out: Path, asked: tuple[str | None, str | None], known: Any, same: bool
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each cluster's id with its representative and the members that the reference lacks, in other documents
    only unless `same`."""
    for cluster in lines(out / "passages.jsonl"):
        head, *rest = cluster["members"]
        kept = [m for m in rest if (same or m["doc_id"] != head["doc_id"]) and not is_known(head, m, known)]
        fits = all(a in (None, cluster[name]) for name, a in zip(("scope", "kind"), asked, strict=True))
        if fits and kept:
            yield cluster["cluster_id"], [head, *kept]


def is_known(head: dict[str, Any], m: dict[str, Any], known: Any) -> bool:
    spans = known.get((head["doc_id"], m["doc_id"]), [])
    left = covered([s[:2] for s in spans], head["start"], head["end"])
    return left and covered([s[2:] for s in spans], m["start"], m["end"])


def shown(text: str, m: dict[str, Any], around: int, named: bool) -> str:
    """Return a place with what stands around it, behind its outlet and title if asked for."""
    start, end = m["start"], m["end"]
    before, after = text[max(0, start - around) : start], text[end : end + around]
    head = (
        f"[{m['outlet'] or 'no outlet'} | {m['title'] or 'no title'} | text of {len(text)} characters]\n"
        if named
        else ""
    )
    left, right = "…" if start > around else "", "…" if end + around < len(text) else ""
    return f"{head}{left}{before}⟦{text[start:end]}⟧{after}{right}"


def clusters(
    found: dict[str, list[dict[str, Any]]], count: int, places: int, rng: random.Random
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield clusters, each as likely as any other: the representative and some of the other places."""
    for cluster in rng.sample(sorted(found), min(count, len(found))):
        head, *rest = found[cluster]
        yield cluster, [head, *rng.sample(rest, min(places - 1, len(rest)))]


def largest(
    found: dict[str, list[dict[str, Any]]], count: int, places: int, rng: random.Random
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the clusters of the most documents, the longer text first: the representative and some other places."""
    sizes = {c: (-len({m["doc_id"] for m in ms}), ms[0]["start"] - ms[0]["end"], c) for c, ms in found.items()}
    for cluster in sorted(found, key=sizes.__getitem__)[:count]:
        head, *rest = found[cluster]
        yield cluster, [head, *rng.sample(rest, min(places - 1, len(rest)))]


def pairs(
    found: dict[str, list[dict[str, Any]]], count: int, rng: random.Random
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield passages between a representative and another place, each as likely as any other."""
    every = [(cluster, [places[0], m]) for cluster, places in sorted(found.items()) for m in places[1:]]
    yield from rng.sample(every, min(count, len(every)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("out", "articles", "sheet", "ids"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--places", type=int, default=5)
    parser.add_argument("--kind")
    parser.add_argument("--pairs", action="store_true")
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--scope")
    parser.add_argument("--largest", action="store_true")
    parser.add_argument("--named", action="store_true")
    parser.add_argument("--around", type=int, default=160)
    options = parser.parse_args()
    texts = {str(r["id"]): r["text"] for r in lines(options.articles)}
    # kinds are asked of repeats in one document too
    same = bool(options.kind or options.largest)
    found = dict(candidates(options.out, (options.scope, options.kind), known_pairs(options.reference), same))
    rng = random.Random(options.seed)
    choose = largest if options.largest else clusters
    drawn = pairs(found, options.count, rng) if options.pairs else choose(found, options.count, options.places, rng)
    sheet, ids = [], []
    for number, (cluster, places) in enumerate(drawn, 1):
        sheet.append(
            "\n\n".join(
                [f"### {number}", *(shown(texts[m["doc_id"]], m, options.around, options.named) for m in places)]
            )
            + "\n"
        )
        members = [{k: m[k] for k in ("doc_id", "start", "end")} for m in places]
        ids.append(json.dumps({"number": number, "cluster_id": cluster, "members": members}))
    options.sheet.write_text("\n".join(sheet), encoding="utf-8")
    options.ids.write_text("\n".join(ids) + "\n", encoding="utf-8")
    print(f"{len(found)} clusters; {len(ids)} drawn")


if __name__ == "__main__":
    main()
