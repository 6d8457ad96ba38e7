"""Two documents of a scan: why they are linked, or at which step their way ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from dedup.config import Config, ReadConfig
from dedup.errors import ConfigError
from dedup.explanation import findings, pair, reasons, texts
from dedup.explanation.records import Aside, Explanation, Side
from dedup.families import outlet_of
from dedup.model import Document, ScanResult
from dedup.readers import ReadLog, read_documents
from dedup.store.results import read_results

Paths = Sequence[str | Path]


def explain(out: str | Path, left: str, right: str, *, documents: Paths = (), against: Paths = ()) -> Explanation:
    """Return why two documents of a scan are linked, or at which step their way ended.

    `out` is the scan's folder, `left` and `right` are ids. The texts are those that the scan kept; others are read from
    `documents` and `against`, the scan's input and its reference set. The stages up to the verdict are taken anew, by
    the settings of the scan; what follows is read from its results.

    Raises `StoreError` when the folder holds no results, `ConfigError` for an unknown id, `InputError` for a path
    that does not exist.
    """
    result = read_results(Path(out))
    config = Config.from_dict(result.manifest["config"])
    if left == right:
        raise ConfigError(f"{left!r}: a document is not compared with itself; name two documents")
    at_hand = texts.gathered(result, _read(documents, config.read), _read(against, config.read))
    pairs = [texts.pick(at_hand, result, doc_id, Path(out)) for doc_id in (left, right)]
    words, source, notes = texts.word_counts(Path(out), result, at_hand, config)
    work = pair.work(pairs[0], pairs[1], words, config)
    case = reasons.Case(
        work=work,
        found=findings.findings(result, left, right),
        texts=at_hand,
        one_way=result.manifest.get("reading_against") is not None,
    )
    return _account(case, result, source, notes)


def _read(paths: Paths, config: ReadConfig) -> Iterable[Document]:
    """Read documents again in the way that the scan read them."""
    return read_documents([*paths], config, ReadLog()) if paths else ()


def _account(case: reasons.Case, result: ScanResult, source: texts.Weights, notes: list[str]) -> Explanation:
    work = case.work
    heaviest = sorted(work.rows.tolist(), key=lambda r: (-work.found.scored.column("mass")[r], r))
    told = [reasons.passage(case, row) for row in heaviest[: pair.MOST_LISTED]]
    passages = sorted((p for p, _ in told), key=lambda p: (p.left.start, p.right.start))
    asides = _distinct(a for _, a in told if a is not None)
    left, right = (d.id for d in work.texts)
    relation = findings.related(result, case.found, asides, left, right)
    linked = bool(case.found.clusters or relation.pair)
    step, reason = (
        ("linked", reasons.sentence(case, relation.pair is not None))
        if linked
        else reasons.overall(case, passages, work.seeds, bool(work.chains))
    )
    if len(heaviest) > pair.MOST_LISTED:
        notes = [*notes, f"{len(heaviest) - pair.MOST_LISTED} lighter passages are not told of"]
    reached = {c for p in passages for c in p.cluster_ids}
    notes = [
        *notes,
        *(
            f"{c.cluster_id} has both through its representative {c.representative!r}: "
            "the two were not matched directly"
            for c in case.found.clusters
            if c.cluster_id not in reached
        ),
    ]
    return Explanation(
        left=_side(case, result, 0),
        right=_side(case, result, 1),
        linked=linked,
        step=step,  # type: ignore[arg-type]
        reason=reason,
        weights=source,
        notes=tuple(notes),
        seeds=work.seeds,
        chains=work.chains,
        passages=tuple(passages),
        clusters=case.found.clusters,
        suppressed=tuple(asides),
        relation=relation,
    )


def _distinct(asides: Iterable[Aside]) -> list[Aside]:
    """Return what was set aside, each once, in order of the left text."""
    found = {(a.left.start, a.right.start, a.rule): a for a in asides}
    return [a for _, a in sorted(found.items())]


def _side(case: reasons.Case, result: ScanResult, number: int) -> Side:
    document, tokens = case.work.texts[number], case.work.found.tokens
    outlet = outlet_of(document)
    family = (result.manifest.get("families") or {}).get(outlet) or {}
    weights = tokens.weights[tokens.bounds[number] : tokens.bounds[number + 1]]
    return Side(
        doc_id=document.id,
        outlet=document.outlet,
        family=family.get("family"),
        family_source=family.get("source"),
        published=document.published,
        title=document.title,
        url=document.url,
        words=int(weights.sum(dtype=np.int64) // 6),
        kept=document.id in case.texts.kept,
        reference=document.id in case.texts.reference,
    )
