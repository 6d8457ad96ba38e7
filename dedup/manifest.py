"""The manifest: what was read, with which settings, the numbers found, and what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import families, lsh, sources
from dedup.candidates import Found
from dedup.config import Config
from dedup.model import ScanResult
from dedup.sources import Corpus
from dedup.tokens import NORMALISER_VERSION, UNICODE_VERSION

PAGES = (
    "each document is a page with many stories (--unit page): two that share a story are no copies of each other, "
    "so relations and clusters of documents were not looked for"
)


@dataclass(slots=True)
class _Seen:
    """What is told of the documents."""

    outlets: set[str] = field(default_factory=set)
    blank: list[str] = field(default_factory=list)
    nameless: int = 0
    dated: int = 0
    undated: int = 0
    timed: bool = False

    @classmethod
    def of(cls, corpus: Corpus, sizes: npt.NDArray[np.int64]) -> _Seen:
        """Count the documents that are no known texts, which have `sizes` tokens."""
        own = corpus.sides != sources.KNOWN
        ids, outlets = corpus.texts.ids, corpus.columns.outlets
        counts = np.bincount(corpus.columns.of[own], minlength=len(outlets)).tolist()
        times = corpus.columns.times[own]
        dated = times[~np.isnan(times)]
        return cls(
            outlets={outlet for outlet, count in zip(outlets, counts, strict=True) if count},
            blank=[ids[number] for number in np.flatnonzero(own)[sizes == 0].tolist()],
            nameless=sum(count for outlet, count in zip(outlets, counts, strict=True) if families.is_nameless(outlet)),
            dated=len(dated),
            undated=len(times) - len(dated),
            timed=bool((dated % 86_400 != 0).any()),
        )


def manifest(
    config: Config,
    corpus: Corpus,
    known_families: Mapping[str, families.Family],
    found: Found,
    result: ScanResult,
) -> dict[str, Any]:
    """Return the manifest of a scan without its times, as plain values."""
    from dedup import __version__

    seen = _Seen.of(corpus, found.sizes[corpus.sides != sources.KNOWN])
    settings = config.to_dict()
    for setting in ("jobs", "memory"):
        settings.pop(setting)
    return {
        "schema": 1,
        "dedup": __version__,
        "normaliser": NORMALISER_VERSION,
        "unicode": UNICODE_VERSION,
        "fingerprint": config.fingerprint(),
        "config": settings,
        "reading": corpus.log.to_dict(),
        "reading_against": corpus.reference_log.to_dict() if corpus.one_way else None,
        "reading_known_text": corpus.known_log.to_dict() if config.furniture.known_text else None,
        "counts": {
            "documents": int((corpus.sides == sources.OWN).sum()),
            "documents_against": int((corpus.sides == sources.REFERENCE).sum()),
            "words": found.weight // 6,
            "passages": len(result.passages),
            "document_clusters": len(result.documents),
            "pairs": len(result.pairs),
            "suppressed": len(result.suppressed),
            "outlets": len(seen.outlets),
            **found.counts,
        },
        "not_comparable": len(seen.blank),
        "not_comparable_examples": seen.blank[:20],
        "lsh": _lsh(config) if "lsh_pairs" in found.counts else None,
        "families": {
            o: {"family": f.name, "source": f.source} for o, f in sorted(known_families.items()) if o in seen.outlets
        },
        "warnings": _warnings(corpus, seen, config),
    }


def _lsh(config: Config) -> dict[str, Any]:
    """Return how signatures are banded and what share of pairs of some similarities that finds."""
    return {
        "bands": config.signatures.bands,
        "rows": config.signatures.rows,
        "expected_recall": {str(j): round(lsh.recall(j, config.signatures), 4) for j in (0.3, 0.5, 0.7, 0.9)},
    }


def _warnings(corpus: Corpus, seen: _Seen, config: Config) -> list[str]:
    """Return what a reader of the result must know about its input."""
    count = int((corpus.sides != sources.KNOWN).sum())
    found = list(corpus.log.messages())
    found += [f"reference set: {message}" for message in corpus.reference_log.messages()]
    found += [f"known text: {message}" for message in corpus.known_log.messages()]
    if not count:
        advice = ["name the field that holds the text with --text-field"] if corpus.log.skipped else []
        return [*found, "no document was read", *advice]
    if corpus.one_way and sources.REFERENCE not in corpus.sides:
        found.append("the reference set is empty: nothing was compared")
    if seen.undated:
        found.append(
            f"{seen.undated} of {count} documents have no usable date: who was first is not told for them"
            + (", and with a window they are compared with nothing" if config.window_days is not None else "")
        )
    if seen.dated > 1 and not seen.timed:
        found.append("no date has a time of day: who was first within a day is not told")
    if seen.nameless:
        found.append(
            f"{seen.nameless} of {count} documents have no outlet: each counts as an outlet of its own; "
            "name the field with --outlet-field, or the folder with --path-pattern '{outlet}/{id}.txt'"
        )
    if seen.blank:
        found.append(f"{len(seen.blank)} documents have no words and are compared with nothing")
    if config.unit == "page":
        found.append(PAGES)
    return found
