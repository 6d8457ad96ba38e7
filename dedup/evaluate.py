"""How accurate a scan is: its output folder against labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dedup.errors import ConfigError
from dedup.evaluation.documents import document_figures
from dedup.evaluation.passages import passage_figures
from dedup.evaluation.records import Gold, Output, read_gold, read_output
from dedup.evaluation.table import format_table

__all__ = ["evaluate", "format_table"]


def evaluate(gold: Path | str, out: Path | str, *, seed: int = 0) -> dict[str, Any]:
    """Compare an output folder of `dedup scan` with labels.

    Returns plain values under `passages` and `documents`, with the sizes of both sides under `gold` and
    `output`. Figures lie in [0, 1] (granularity from 1, adjusted Rand index below 1), are rounded to 1e-6,
    and are None where nothing was there to measure. Intervals are 95 % bootstrap intervals over clusters.
    The same files and seed give the same result; `docs/reference/formats.md` describes the labels.

    Raises `InputError` when the labels cannot be read, `ConfigError` naming file and line of a bad label or a
    negative seed, `StoreError` when the folder lacks a file or has a bad line.
    """
    if seed < 0:
        raise ConfigError(f"seed: {seed} is not allowed; the least is 0")
    labels = read_gold(Path(gold))
    found = read_output(Path(out), labels.pairs)
    return {
        "schema": 1,
        "seed": seed,
        "gold": _gold_sizes(labels, found),
        "output": {"passages": len(found.passages), "document_clusters": len(found.documents)},
        "passages": passage_figures(labels, found.passages, seed),
        "documents": document_figures(labels, found),
    }


def _gold_sizes(gold: Gold, found: Output) -> dict[str, int]:
    named = gold.documents()
    seen = {m.doc_id for p in found.passages for m in p.members} | {d for c in found.documents for d in c}
    return {
        "clusters": len(gold.clusters),
        "links": sum(len(c.members) * (len(c.members) - 1) // 2 for c in gold.clusters),
        "must_not_groups": len(gold.must_not),
        "pairs": len(gold.pairs),
        "stories": len(gold.stories),
        "documents": len(named),
        "documents_in_output": len(named & seen),
    }
