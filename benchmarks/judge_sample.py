"""Draw passages at random for people to judge, as texts alone.

Writes two files: SHEET, the texts of each drawn pair with some words around (for the judges; never committed), and IDS,
which clusters and spans were drawn (committed with the verdicts). With `--reference`, aligned passages of another tool
(JSON lines: left left_start left_end right right_start right_end), only pairs of spans that it lacks are drawn.

Usage: python benchmarks/judge_sample.py OUT ARTICLES SHEET IDS [--seed 1] [--count 50] [--reference FILE] [--scope S]
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import random
from pathlib import Path
from typing import Any

AROUND = 160


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


def candidates(out: Path, scope: str, known: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return a cluster's id with its representative and each member of another document that the reference lacks."""
    found = []
    for cluster in lines(out / "passages.jsonl"):
        head, *rest = cluster["members"]
        if cluster["scope"] != scope:
            continue
        for m in rest:
            spans = known.get((head["doc_id"], m["doc_id"]), [])
            lacks = not (
                covered([s[:2] for s in spans], head["start"], head["end"])
                and covered([s[2:] for s in spans], m["start"], m["end"])
            )
            if m["doc_id"] != head["doc_id"] and lacks:
                found.append((cluster["cluster_id"], head, m))
    return found


def shown(text: str, m: dict[str, Any]) -> str:
    before, after = text[max(0, m["start"] - AROUND) : m["start"]], text[m["end"] : m["end"] + AROUND]
    return f"…{before}⟦{text[m['start'] : m['end']]}⟧{after}…"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("out", "articles", "sheet", "ids"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--scope", default="cross_outlet")
    options = parser.parse_args()
    texts = {str(r["id"]): r["text"] for r in lines(options.articles)}
    found = candidates(options.out, options.scope, known_pairs(options.reference))
    by_cluster = collections.defaultdict(list)
    for row in sorted(found, key=lambda r: (r[0], r[2]["doc_id"], r[2]["start"])):
        by_cluster[row[0]].append(row)
    rng = random.Random(options.seed)
    drawn = [rng.choice(by_cluster[c]) for c in rng.sample(sorted(by_cluster), min(options.count, len(by_cluster)))]
    sheet, ids = [], []
    for number, (cluster, head, m) in enumerate(drawn, 1):
        sheet.append(
            f"### {number}\nLEFT: {shown(texts[head['doc_id']], head)}\n\nRIGHT: {shown(texts[m['doc_id']], m)}\n"
        )
        row = {"number": number, "cluster_id": cluster}
        for side, span in (("left", head), ("right", m)):
            row |= {side: span["doc_id"], f"{side}_start": span["start"], f"{side}_end": span["end"]}
        ids.append(json.dumps(row))
    options.sheet.write_text("\n".join(sheet), encoding="utf-8")
    options.ids.write_text("\n".join(ids) + "\n", encoding="utf-8")
    print(f"{len(found)} pairs in {len(by_cluster)} clusters; {len(drawn)} drawn")


if __name__ == "__main__":
    main()
