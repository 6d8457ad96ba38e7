"""The manifest: what was read, with which settings, the numbers found, and what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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


def manifest(
    config: Config,
    corpus: Corpus,
    known_families: Mapping[str, families.Family],
    found: Found,
    result: ScanResult,
) -> dict[str, Any]:
    """Return the manifest of a scan without its times, as plain values."""
    from dedup import __version__

    sizes = found.sizes[corpus.sides != sources.KNOWN]
    blank = [d.id for d, n in zip(corpus.heads(), sizes.tolist(), strict=True) if n == 0]
    outlets = {families.outlet_of(d) for d in corpus.heads()}
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
            "outlets": len(outlets),
            **found.counts,
        },
        "not_comparable": len(blank),
        "not_comparable_examples": blank[:20],
        "lsh": _lsh(config) if "lsh_pairs" in found.counts else None,
        "families": {
            o: {"family": f.name, "source": f.source} for o, f in sorted(known_families.items()) if o in outlets
        },
        "warnings": _warnings(corpus, blank, config),
    }


def _lsh(config: Config) -> dict[str, Any]:
    """Return how signatures are banded and what share of pairs of some similarities that finds."""
    return {
        "bands": config.signatures.bands,
        "rows": config.signatures.rows,
        "expected_recall": {str(j): round(lsh.recall(j, config.signatures), 4) for j in (0.3, 0.5, 0.7, 0.9)},
    }


def _warnings(corpus: Corpus, blank: Sequence[str], config: Config) -> list[str]:
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
    undated = sum(d.timestamp is None for d in corpus.heads())
    if undated:
        found.append(
            f"{undated} of {count} documents have no usable date: who was first is not told for them"
            + (", and with a window they are compared with nothing" if config.window_days is not None else "")
        )
    dates = [d.timestamp for d in corpus.heads() if d.timestamp is not None]
    if len(dates) > 1 and all(t % 86_400 == 0 for t in dates):
        found.append("no date has a time of day: who was first within a day is not told")
    nameless = sum(d.outlet is None for d in corpus.heads())
    if nameless:
        found.append(
            f"{nameless} of {count} documents have no outlet: each counts as an outlet of its own; "
            "name the field with --outlet-field, or the folder with --path-pattern '{outlet}/{id}.txt'"
        )
    if blank:
        found.append(f"{len(blank)} documents have no words and are compared with nothing")
    if config.unit == "page":
        found.append(PAGES)
    return found
