"""What combines the signals of kinds best, tried on labels that it was not fitted on.

Each labelled set is left out in turn: a logistic model over the confidences that `dedup.kinds` gives the five kinds is
fitted on the other sets and asked for it. Beside it stands the rule that is used, by which the highest confidence wins
and below 0.6 none does; it was written by people who had read all sets but those that they say they had not.

Usage: python benchmarks/kind_combination.py corpus corpus/second corpus/third corpus/fourth corpus/fifth
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from dedup import Config, kinds, scan
from dedup.cues.places import Occurrence
from dedup.evaluation.links import find_links
from dedup.evaluation.matching import match
from dedup.evaluation.records import read_gold, read_output
from dedup.evaluation.spans import SpanIndex
from dedup.kinds import Assignment, Context
from dedup.store.results import write_results

Row = tuple[str, str, list[float]]


def examples(folder: Path) -> list[Row]:
    """Return label, kind and confidences, in order of the kinds, of each labelled cluster that a scan finds."""
    seen: dict[tuple[int, str], list[float]] = {}

    def noted(occurrences: Sequence[Occurrence], context: Context) -> Assignment:
        first = occurrences[0]
        seen[first.start, first.text] = list(kinds.confidences(occurrences, context).values())
        return original(occurrences, context)

    original, kinds.classify = kinds.classify, noted
    try:
        result = scan(folder / "articles.jsonl", Config(jobs=1))
    finally:
        kinds.classify = original
    heads = {p.cluster_id: seen.get((p.members[0].start, p.members[0].text)) for p in result.passages}
    with tempfile.TemporaryDirectory() as out:
        write_results(result, Path(out) / "out")
        gold = read_gold(folder / "gold.jsonl")
        passages = read_output(Path(out) / "out", gold.pairs).passages
    index = SpanIndex([p.members for p in passages])
    matched = (match(c, find_links(c.members, index), passages) for c in gold.clusters)
    found = ((m.gold.kind, m.predicted.kind, heads[m.predicted.cluster_id]) for m in matched if m.predicted)
    return [(label, kind, known) for label, kind, known in found if known is not None]


def main() -> None:
    sets = {name: examples(Path(name)) for name in sys.argv[1:]}
    print("| left out | clusters | rule in use | model | model, below 0.6 none | model on its own sets |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, own in sets.items():
        others = [row for other, rows in sets.items() if other != name for row in rows]
        model = LogisticRegression(C=10.0, max_iter=5000).fit([row[2] for row in others], [row[0] for row in others])
        labels = np.array([row[0] for row in own])
        chances = model.predict_proba([row[2] for row in own])
        said = model.classes_[chances.argmax(axis=1)]
        sure = np.where(chances.max(axis=1) >= kinds.LEAST_CONFIDENCE, said, "other")
        inside = model.score([row[2] for row in others], [row[0] for row in others])
        rule = np.array([row[1] for row in own])
        figures = ((rule == labels).mean(), (said == labels).mean(), (sure == labels).mean(), inside)
        print(f"| {name} | {len(own)} | {' | '.join(f'{v:.3f}' for v in figures)} |")


if __name__ == "__main__":
    main()
