"""Fit the verdict's coefficients, with an ablation table.

Examples are the aligned candidate passages of labelled corpora: right when at least half of both sides lies in members
of one labelled cluster. A third file, an unlabelled corpus of articles with outlets, adds examples of the wrong side:
runs that two texts of different outlets share that otherwise have no topic in common (cosine of the TF-IDF vectors of
the whole texts below 0.05) are formulas of the language; together they weigh as much as the labelled wrong examples.

Usage: python benchmarks/fit_verdict.py corpus/articles.jsonl corpus/gold.jsonl [articles.jsonl.gz]
"""

from __future__ import annotations

import collections
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from dedup import candidates, rescore, verdict
from dedup.config import Config


def examples(articles: Path, gold: Path) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Return feature columns, labels and weights: each labelled cluster, or kind of miss, weighs the same."""
    documents = [json.loads(line) for line in articles.open(encoding="utf-8")]
    number = {d["id"]: i for i, d in enumerate(documents)}
    spans = collections.defaultdict(list)
    for line in gold.open(encoding="utf-8"):
        record = json.loads(line)
        for m in record.get("members", ()):
            spans[number[m["doc_id"]]].append((m["start"], m["end"], record["cluster"]))
    texts = [d["text"] for d in documents]
    found = candidates.find(texts, np.zeros(len(texts), np.int8), Config())
    features = found.scored.features
    labels, names = [], []
    for (a, b), s in zip(found.passages.documents.tolist(), found.passages.spans().tolist(), strict=True):
        left = covering(spans[a], found.tokens.starts[s[0]], found.tokens.ends[s[1] - 1])
        shared = left & covering(spans[b], found.tokens.starts[s[2]], found.tokens.ends[s[3] - 1])
        labels.append(bool(shared))
        names.append(min(shared) if shared else f"{a}-{b}")
    counts = collections.Counter(names)
    weights = np.array([1.0 / np.sqrt(counts[n]) for n in names])
    return dict(zip(rescore.FEATURES, features.T, strict=True)), np.array(labels), weights


def formulas(articles: Path) -> tuple[dict[str, Any], np.ndarray]:
    """Return feature columns of runs that unrelated texts of different outlets share, and their weights."""
    opener = gzip.open if articles.suffix == ".gz" else open
    with opener(articles, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    texts = [d["text"] for d in documents]
    found = candidates.find(texts, np.zeros(len(texts), np.int8), Config())
    outlets = np.unique([d["outlet"] for d in documents], return_inverse=True)[1]
    a, b = found.passages.documents.T
    chosen = np.flatnonzero(
        (outlets[a] != outlets[b]) & (found.passages.documents[:, 0] != found.passages.documents[:, 1])
    )
    chosen = np.sort(np.random.default_rng(1).permutation(chosen)[:10_000])
    bounds = found.tokens.bounds
    left = rescore.span_vectors(found.tokens, found.evidence.masses, bounds[a[chosen]], bounds[a[chosen] + 1])
    right = rescore.span_vectors(found.tokens, found.evidence.masses, bounds[b[chosen]], bounds[b[chosen] + 1])
    chosen = chosen[np.asarray(left.multiply(right).sum(axis=1)).ravel() < 0.05]
    columns = found.scored.features[chosen]
    return dict(zip(rescore.FEATURES, columns.T, strict=True)), np.ones(len(chosen))


def covering(spans: list[tuple[int, int, str]], start: int, end: int) -> set[str]:
    return {c for a, b, c in spans if 2 * (min(b, end) - max(a, start)) >= end - start}


def main() -> None:
    columns, labels, weights = examples(Path(sys.argv[1]), Path(sys.argv[2]))
    if len(sys.argv) > 3:
        more, extra = formulas(Path(sys.argv[3]))
        columns = {n: np.concatenate([columns[n], more[n]]) for n in columns}
        weights = np.concatenate([weights, extra * weights[~labels].sum() / len(extra)])
        labels = np.concatenate([labels, np.zeros(len(extra), bool)])
    table = []
    for name, chosen in (("none", []), ("cosine only", ["cosine"]), ("all", list(verdict.INPUTS))):
        x = verdict.inputs(columns)[:, [verdict.INPUTS.index(c) for c in chosen]]
        predicted = np.ones(len(labels), bool)
        if chosen:
            model = LogisticRegression(C=10.0, max_iter=5000)
            predicted = cross_val_predict(model, x, labels, cv=5, params={"sample_weight": weights})
        precision = weights[predicted & labels].sum() / weights[predicted].sum()
        recall = weights[predicted & labels].sum() / weights[labels].sum()
        table.append({"features": name, "precision": round(precision, 4), "recall": round(recall, 4)})
    model = LogisticRegression(C=10.0, max_iter=5000).fit(verdict.inputs(columns), labels, sample_weight=weights)
    result = {
        "coefficients": {n: round(float(w), 4) for n, w in zip(verdict.INPUTS, model.coef_[0], strict=True)},
        "intercept": round(float(model.intercept_[0]), 4),
        "examples": {"right": int(labels.sum()), "wrong": int((~labels).sum())},
        "ablation": table,
    }
    target = Path(__file__).parent.parent / "dedup" / "data" / "verdict.json"
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
