"""The two texts of an explanation, and the frequencies of words that the scan weighed them by."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from dedup import candidates
from dedup.config import Config
from dedup.copies import copy_of
from dedup.errors import ConfigError
from dedup.model import Document, ScanResult, WordCounts
from dedup.store.words import WORDS, read_words
from dedup.tokens import NORMALISER_VERSION, tokenize_all

Weights = Literal["scan", "documents", "background"]
NEAREST: Final = 3
_MOST_COMPARED: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The documents at hand, by id: those that the scan kept, and those of its input that were named.

    `kept` and `reference` are ids: of texts that the scan kept, and of those of the reference set.
    """

    documents: Mapping[str, Document]
    kept: frozenset[str]
    reference: frozenset[str]


def gathered(result: ScanResult, own: Iterable[Document], against: Iterable[Document]) -> Texts:
    """Return the documents at hand; a kept text goes before one of the input."""
    reference = {d.id: d for d in against}
    read = {d.id: d for d in own}
    return Texts(
        documents={**reference, **read, **result.texts},
        kept=frozenset(result.texts),
        reference=result.reference | (reference.keys() - read.keys()),
    )


def pick(texts: Texts, result: ScanResult, doc_id: str, out: Path) -> Document:
    """Return a document by its id.

    Raises `ConfigError` that says whether the scan knows the id, which ids are nearest, and what to do.
    """
    if doc_id in texts.documents:
        return texts.documents[doc_id]
    known = _known(result)
    if doc_id in known:
        raise ConfigError(f"{doc_id!r}: {out} keeps no text of it; name the scan's input with --documents PATH")
    near = nearest(doc_id, [*texts.documents, *sorted(known - texts.documents.keys())])
    said = f"; the nearest are {', '.join(map(repr, near))}" if near else ""
    # a document without any finding is in no result at all
    advice = "" if len(texts.documents) > len(texts.kept) else "; texts without findings need --documents PATH"
    raise ConfigError(f"{doc_id!r}: no such document in {out}{said}{advice}")


def _known(result: ScanResult) -> set[str]:
    found = {m.doc_id for c in result.passages for m in c.members} | {s.doc_id for s in result.suppressed}
    return found | {d for p in result.pairs for d in (p.left, p.right)}


def nearest(doc_id: str, ids: Sequence[str]) -> list[str]:
    """Return up to three of the ids that are most like one, the nearest first.

    >>> nearest("chronicle7", ["agency-1", "chronicle-7"])
    ['chronicle-7']
    """
    folded = doc_id.casefold()
    inside = [i for i in ids if folded and folded in i.casefold()]
    near = difflib.get_close_matches(doc_id, ids[:_MOST_COMPARED], n=NEAREST, cutoff=0.7)
    return list(dict.fromkeys([*near, *inside]))[:NEAREST]


def word_counts(
    out: Path, result: ScanResult, texts: Texts, config: Config
) -> tuple[WordCounts | None, Weights, list[str]]:
    """Return how common words were, where that is from, and what a reader must know of it."""
    made_by = result.manifest.get("normaliser")
    if made_by != NORMALISER_VERSION:
        note = f"the scan made words by rules of version {made_by}, this is {NORMALISER_VERSION}: figures may differ"
        return (*_counted(texts, config), [note])
    kept = read_words(out / WORDS)
    if kept is not None:
        return kept, "scan", []
    counts, source = _counted(texts, config)
    total = result.manifest.get("counts", {}).get("documents")
    said = (
        f"counted anew in the {len(texts.documents)} documents at hand, of {total} that were scanned"
        if source == "documents"
        else "taken from the background alone"
    )
    return counts, source, [f"the scan kept no word counts: they are {said}, so masses and scores are approximate"]


def _counted(texts: Texts, config: Config) -> tuple[WordCounts | None, Weights]:
    """Count words in the documents at hand, as a scan of them would."""
    if len(texts.documents) <= 2:
        return None, "background"
    tokens = tokenize_all([d.text for _, d in sorted(texts.documents.items())])
    active = (copy_of(tokens) == np.arange(len(tokens))) & (np.diff(tokens.bounds) > 0)
    near = candidates.near_pairs(tokens, active, np.zeros(len(tokens), np.int8), config, None)
    return candidates.count_words(tokens, active, near), "documents"
