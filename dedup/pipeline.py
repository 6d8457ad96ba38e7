"""scan(): the only module that knows the order of all stages."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import assembly, candidates, families, furniture, kinds, lsh, origins, relations, rescore
from dedup.align import Passages
from dedup.clusters import Cluster, cluster_passages
from dedup.config import Config
from dedup.model import Document, PassageCluster, ScanResult, Suppressed
from dedup.progress import NoProgress, Progress
from dedup.readers import ReadLog, read_documents, read_records
from dedup.tokens import NORMALISER_VERSION, UNICODE_VERSION, Tokens

Source = str | Path | Sequence[str | Path] | Iterable[Document | Mapping[str, Any]]

# Components of near-duplicates up to this many texts are compared all with all; larger ones with their centre.
COMPLETE = 40


def scan(
    source: Source,
    config: Config | None = None,
    *,
    against: Source | None = None,
    progress: Progress | None = None,
) -> ScanResult:
    """Find the near-duplicates and reused passages of a corpus.

    `source` is a path, several paths, or an iterable of documents or dicts; `against` a reference set with which alone
    the documents are compared. Returns the same result for any order of the input and any number of jobs.

    Raises `InputError` when a path does not exist, `ConfigError` when a setting is wrong.

    >>> wire = "The old ferry ran aground on a sandbank near the harbour mouth shortly before dawn on Monday"
    >>> result = scan([{"id": "a", "text": wire + "."}, {"id": "b", "text": "By our staff. " + wire}])
    >>> len(result.passages)
    1
    """
    return _Scan(config or Config(), progress or NoProgress()).run(source, against)


def is_paths(source: Source) -> bool:
    """Return whether a source names files rather than holding documents."""
    if isinstance(source, str | Path):
        return True
    return (
        isinstance(source, list | tuple) and bool(source) and all(isinstance(s, str | Path) for s in source)
    )


@dataclass(slots=True)
class _Clock:
    """Wall time and peak memory of each stage, and the progress that goes with it."""

    progress: Progress
    stages: list[dict[str, Any]]
    began: float = 0.0

    def start(self, name: str) -> None:
        """Begin a stage; the one before it ends."""
        self.stop()
        self.stages.append({"name": name})
        self.began = time.perf_counter()
        self.progress.stage(name, None)

    def stop(self) -> None:
        """End the current stage."""
        if self.stages and "seconds" not in self.stages[-1]:
            self.stages[-1]["seconds"] = round(time.perf_counter() - self.began, 3)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            self.stages[-1]["peak_mb"] = round(peak / (2**20 if sys.platform == "darwin" else 2**10))


class _Scan:
    """One scan: configuration, progress and what the stages hand on."""

    def __init__(self, config: Config, progress: Progress) -> None:
        self.config = config
        self.clock = _Clock(progress=progress, stages=[])
        self.warnings: list[str] = []

    def run(self, source: Source, against: Source | None) -> ScanResult:
        """Read, find, judge and assemble."""
        self.clock.start("reading")
        log, reference_log = ReadLog(), ReadLog()
        documents = self._read(source, log)
        reference = self._read(against, reference_log) if against is not None else []
        known = self._known_texts()
        everything = self._ordered(documents, reference, known)
        sides = np.array([side for side, _ in everything], np.int8)
        texts = [d for _, d in everything]
        with ThreadPoolExecutor(self.config.jobs or _cores()) as pool:
            # known texts stand on the side of the documents: they are compared with all
            link_sides = np.where(sides == 2, 0, sides).astype(np.int8)
            found = candidates.find([d.text for d in texts], link_sides, self.config, pool, self.clock.start)
        result = self._judge(texts, sides, found)
        self.clock.stop()
        manifest = self._manifest(log, reference_log, texts, sides, found, result)
        return replace(result, manifest=manifest)

    def _read(self, source: Source, log: ReadLog) -> list[Document]:
        if is_paths(source):
            paths = [source] if isinstance(source, str | Path) else list(source)  # type: ignore[arg-type]
            return list(read_documents(paths, self.config.read, log))  # type: ignore[arg-type]
        return list(read_records(source, self.config.read, log))  # type: ignore[arg-type]

    def _known_texts(self) -> list[Document]:
        documents: list[Document] = []
        for path in self.config.furniture.known_text:
            for d in read_documents([path], self.config.read, ReadLog()):
                documents.append(replace(d, id=f"known text: {d.id}"))
        return documents

    @staticmethod
    def _ordered(
        documents: list[Document], reference: list[Document], known: list[Document]
    ) -> list[tuple[int, Document]]:
        """Return all texts with their side, in an order that the input's order does not change."""
        marked = [(0, d) for d in documents] + [(1, d) for d in reference] + [(2, d) for d in known]
        return sorted(marked, key=lambda item: (item[1].id, item[0], item[1].text))

    def _judge(
        self, documents: list[Document], sides: npt.NDArray[np.int8], found: candidates.Found
    ) -> ScanResult:
        """Turn aligned passages into clusters, kinds, origins and relations."""
        tokens = found.tokens
        self.clock.start("clusters")
        verified = self._verified(found.passages, found.scored, documents, sides, tokens)
        passages = found.passages.select(verified)

        def align(pairs: npt.NDArray[np.int64]) -> Passages:
            more = candidates.align_pairs(pairs, found.evidence, self.config)
            scored = rescore.rescore(more, found.evidence)
            return more.select(self._verified(more, scored, documents, sides, tokens))

        clusters = cluster_passages(passages, found.evidence, align, self.config.clusters.carrier_change)
        self.clock.start("furniture")
        mapping = (
            families.read_mapping(self.config.furniture.families) if self.config.furniture.families else {}
        )
        known_families = families.families_of(documents, mapping)
        relatedness = furniture.Relatedness(
            found.evidence,
            clusters,
            [(d.title, known_families[families.outlet_of(d)].name) for d in documents],
            self.config.furniture.related,
        )
        verdicts = self._furniture(clusters, documents, sides, known_families, relatedness)
        known_families = self._inferred(clusters, verdicts, documents, known_families, tokens)
        material = assembly.Material(documents=documents, tokens=tokens, families=known_families)
        self.clock.start("kinds")
        records = self._records(clusters, verdicts, material, relatedness, found)
        self.clock.start("documents")
        pairs, near = self._relations(passages, clusters, records, material, align, verdicts)
        self.clock.start("results")
        return self._assemble(clusters, verdicts, records, pairs, near, material, sides)

    def _verified(
        self,
        passages: Passages,
        scored: rescore.Scored,
        documents: list[Document],
        sides: npt.NDArray[np.int8],
        tokens: Tokens,
    ) -> npt.NDArray[np.bool_]:
        """Return which passages are matches: by their score, as equal texts, and within the asked window."""
        if not len(passages):
            return np.zeros(0, np.bool_)
        spans = passages.spans()
        bounds = tokens.bounds
        whole = np.ones(len(passages), np.bool_)
        for side, column in ((0, 0), (1, 2)):
            d = passages.documents[:, side]
            whole &= (spans[:, column] == bounds[d]) & (spans[:, column + 1] == bounds[d + 1])
        whole &= scored.column("contiguity") >= 1.0
        kept = (scored.scores >= self.config.rescore.min_score) | whole
        least = self.config.min_words
        if least is not None:
            kept &= passages.matched() >= least
        if self.config.min_similarity is not None:
            kept &= scored.column("contiguity") >= self.config.min_similarity
        a, b = passages.documents[:, 0], passages.documents[:, 1]
        if sides.any():
            kept &= (sides[a] != sides[b]) | ((sides[a] == 0) & (sides[b] == 0) & (not (sides == 1).any()))
        if self.config.window_days is not None:
            times = np.array([np.nan if d.timestamp is None else d.timestamp for d in documents])
            kept &= np.abs(times[a] - times[b]) <= self.config.window_days * 86_400
        return kept

    def _furniture(
        self,
        clusters: list[Cluster],
        documents: list[Document],
        sides: npt.NDArray[np.int8],
        known: Mapping[str, families.Family],
        relatedness: furniture.Relatedness,
    ) -> list[furniture.Verdict | None]:
        of = [known[families.outlet_of(d)].name for d in documents]
        verdicts = furniture.judge(clusters, of, relatedness, self.config.furniture)
        for i, cluster in enumerate(clusters):
            if any(sides[m.document] == 2 for m in cluster.members):
                pages = len({m.document for m in cluster.members})
                verdicts[i] = furniture.Verdict(
                    rule="known_text",
                    reason="it is in the file of known texts",
                    family=None,
                    pages=pages,
                    confidence=0.99,
                )
        return verdicts

    def _inferred(
        self,
        clusters: list[Cluster],
        verdicts: list[furniture.Verdict | None],
        documents: list[Document],
        known: Mapping[str, families.Family],
        tokens: Tokens,
    ) -> dict[str, families.Family]:
        """Return the families with those inferred from long templates that several outlets carry."""
        templates = []
        for cluster, verdict in zip(clusters, verdicts, strict=True):
            words = tokens.weights[cluster.members[0].start : cluster.members[0].end].sum() / 6
            if verdict and verdict.rule == "family_template" and words >= 15:
                templates.append(sorted({families.outlet_of(documents[m.document]) for m in cluster.members}))
        return families.join_inferred(known, templates)

    def _records(
        self,
        clusters: list[Cluster],
        verdicts: list[furniture.Verdict | None],
        material: assembly.Material,
        relatedness: furniture.Relatedness,
        found: candidates.Found,
    ) -> list[PassageCluster]:
        records = []
        for cluster, verdict in zip(clusters, verdicts, strict=True):
            sample = cluster.members[: assembly.KIND_SAMPLE]
            seen = [assembly.occurrence(m, material) for m in sample]
            unrelated = furniture.unrelated(cluster, relatedness, self.config.furniture)
            carriers = assembly.carried(cluster, material)
            credited = origins.origin(carriers, is_caption=False)
            about = assembly.context(cluster, material, verdict, unrelated, credited)
            assignment = kinds.classify(seen, about)
            origin = self._origin(assignment, carriers, credited)
            records.append(
                assembly.passage_record(
                    cluster, material, assignment, origin, _score(cluster, found.evidence.masses)
                )
            )
        return records

    @staticmethod
    def _origin(
        assignment: kinds.Assignment, carriers: list[origins.Carried], credited: origins.Origin
    ) -> origins.Origin:
        if assignment.kind == "caption":
            return origins.origin(carriers, is_caption=True)
        return credited if assignment.kind in ("wire_copy", "other") else origins.Origin()

    def _relations(
        self,
        passages: Passages,
        clusters: list[Cluster],
        records: list[PassageCluster],
        material: assembly.Material,
        align: Any,
        verdicts: list[furniture.Verdict | None],
    ) -> tuple[list[relations.DocumentPair], list[tuple[int, dict[int, relations.DocumentPair]]]]:
        """Return related pairs and clusters of near-duplicates."""
        tokens = material.tokens
        left_out = [
            (m.start, m.end)
            for cluster, record, verdict in zip(clusters, records, verdicts, strict=True)
            if verdict is not None or record.kind in ("boilerplate", "stock_phrase")
            for m in cluster.members
        ]
        quoted = [
            (m.start, m.end)
            for cluster, record in zip(clusters, records, strict=True)
            if record.kind == "quotation"
            for m in cluster.members
        ]
        masks = relations.masks(tokens, left_out, quoted)
        near = self.config.clusters.near_duplicate
        pairs = relations.relate(passages, tokens, masks, material.documents, near)
        missing = relations.missing_pairs(pairs, len(tokens), COMPLETE)
        if len(missing):
            everything = candidates.sorted_passages([passages, align(missing)])
            pairs = relations.relate(everything, tokens, masks, material.documents, near)
        sizes = np.diff(masks.plain[tokens.bounds])
        return pairs, relations.document_clusters(pairs, sizes)

    def _assemble(
        self,
        clusters: list[Cluster],
        verdicts: list[furniture.Verdict | None],
        records: list[PassageCluster],
        pairs: list[relations.DocumentPair],
        near: list[tuple[int, dict[int, relations.DocumentPair]]],
        material: assembly.Material,
        sides: npt.NDArray[np.int8],
    ) -> ScanResult:
        """Sort, filter and link the records."""
        documents = material.documents
        named = [
            replace(r, parent=records[c.parent].cluster_id if c.parent >= 0 else None)
            for c, r in zip(clusters, records, strict=True)
        ]
        chosen = [r for r in named if self._wanted(r)]
        by_document: dict[str, set[str]] = {}
        for record in chosen:
            for m in record.members:
                by_document.setdefault(m.doc_id, set()).add(record.cluster_id)
        suppressed: list[Suppressed] = []
        for cluster, verdict in zip(clusters, verdicts, strict=True):
            if verdict:
                suppressed += assembly.suppressed_records(cluster, material, verdict)
        pair_records = [
            assembly.pair_record(
                p,
                documents,
                sorted(
                    by_document.get(documents[p.left].id, set())
                    & by_document.get(documents[p.right].id, set())
                ),
            )
            for p in pairs
        ]
        document_records = [assembly.document_record(head, ties, documents) for head, ties in near]
        only = self.config.only
        ids = {m.doc_id for r in chosen for m in r.members} | {
            m.doc_id for r in document_records for m in r.members
        }
        return ScanResult(
            passages=() if only == "documents" else tuple(sorted(chosen, key=_rank)),
            documents=()
            if only == "passages"
            else tuple(sorted(document_records, key=lambda r: (-len(r.members), r.cluster_id))),
            pairs=tuple(sorted(pair_records, key=lambda r: (r.left, r.right))),
            suppressed=tuple(sorted(suppressed, key=lambda s: (s.doc_id, s.start, s.end, s.rule))),
            manifest={},
            texts={d.id: d for d in documents if d.id in ids},
        )

    def _wanted(self, record: PassageCluster) -> bool:
        if self.config.kind and record.kind not in self.config.kind:
            return False
        return not self.config.scope or record.scope in self.config.scope

    def _manifest(
        self,
        log: ReadLog,
        reference_log: ReadLog,
        documents: list[Document],
        sides: npt.NDArray[np.int8],
        found: candidates.Found,
        result: ScanResult,
    ) -> dict[str, Any]:
        from dedup import __version__

        sizes = np.diff(found.tokens.bounds)
        blank = [d.id for d, n in zip(documents, sizes, strict=True) if n == 0]
        known = families.families_of(documents, {})
        config = self.config.to_dict()
        for setting in ("jobs", "memory"):
            config.pop(setting)
        return {
            "schema": 1,
            "dedup": __version__,
            "normaliser": NORMALISER_VERSION,
            "unicode": UNICODE_VERSION,
            "fingerprint": self.config.fingerprint(),
            "config": config,
            "reading": log.to_dict(),
            "reading_against": reference_log.to_dict() if (sides == 1).any() else None,
            "counts": {
                "documents": int((sides == 0).sum()),
                "documents_against": int((sides == 1).sum()),
                "words": int(found.tokens.weights.sum(dtype=np.int64) // 6),
                "passages": len(result.passages),
                "document_clusters": len(result.documents),
                "pairs": len(result.pairs),
                "suppressed": len(result.suppressed),
                "outlets": len({families.outlet_of(d) for d in documents}),
                **found.counts,
            },
            "not_comparable": len(blank),
            "not_comparable_examples": blank[:20],
            "lsh": {
                "bands": self.config.signatures.bands,
                "rows": self.config.signatures.rows,
                "expected_recall": {
                    str(j): round(lsh.expected_recall(j, self.config.signatures), 4)
                    for j in (0.3, 0.5, 0.7, 0.9)
                },
            },
            "families": {o: {"family": f.name, "source": f.source} for o, f in sorted(known.items())},
            "warnings": [*self.warnings, *_warnings(log, documents, blank)],
            "stages": self.clock.stages,
        }


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _score(cluster: Cluster, masses: npt.NDArray[np.uint16]) -> float:
    """Return a cluster's score: the mean over its members of the mass-weighted similarity with the representative."""
    head, *rest = cluster.members
    own = max(1, int(masses[head.start : head.end].sum()))
    shares = [
        sum(int(masses[a : a + n].sum()) for a, _, n in m.blocks.tolist())
        / max(1, int(masses[m.blocks[0, 0] : m.blocks[-1, 0] + m.blocks[-1, 2]].sum()))
        for m in rest[:64]
    ]
    return float(np.mean(shares)) if own else 0.0


def _rank(record: PassageCluster) -> tuple[Any, ...]:
    """Return the order of clusters: widest scope, most families, most documents, longest text."""
    scopes = ("cross_outlet", "within_outlet", "within_document")
    return (
        scopes.index(record.scope), -record.n_families, -record.n_documents, -len(record.text), record.cluster_id,
    )  # fmt: skip


def _warnings(log: ReadLog, documents: Sequence[Document], blank: Sequence[str]) -> list[str]:
    """Return what a reader of the result must know about its input."""
    found = list(log.messages())
    if not documents:
        return [*found, "no document was read"]
    undated = sum(d.timestamp is None for d in documents)
    if undated:
        found.append(
            f"{undated} of {len(documents)} documents have no usable date: who was first is not told for them"
        )
    nameless = sum(d.outlet is None for d in documents)
    if nameless:
        found.append(
            f"{nameless} of {len(documents)} documents have no outlet: each counts as an outlet of its own"
        )
    if blank:
        found.append(f"{len(blank)} documents have no words and are compared with nothing")
    return found
