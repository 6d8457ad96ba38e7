"""scan(): the only module that knows the order of all stages."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import (
    assembly,
    candidates,
    families,
    furniture,
    kinds,
    memory,
    origins,
    relations,
    rescore,
    selection,
    sketches,
    sources,
    templates,
    whole,
)
from dedup.align import Passages, joined
from dedup.clusters import Cluster, cluster_passages
from dedup.config import Config
from dedup.manifest import Tally, manifest
from dedup.model import Document, Origin, PassageCluster, ScanResult, Suppressed
from dedup.progress import Clock, NoProgress, Progress
from dedup.shelf import Chosen
from dedup.sources import Corpus, Source
from dedup.spill import Scratch, in_order
from dedup.tokens import Tokens

# Components of near-duplicates up to this many texts are compared all with all; larger ones with their centre.
COMPLETE = 40
# Pairs of texts aligned at a time.
BLOCK_PAIRS = 2048


def scan(
    source: Source,
    config: Config | None = None,
    *,
    against: Source | None = None,
    progress: Progress | None = None,
    work: str | Path | None = None,
) -> ScanResult:
    """Find the near-duplicates and reused passages of a corpus.

    `source` is a path, several paths, or an iterable of documents or dicts; `against` a reference set with which alone
    the documents are compared. What does not fit into memory is kept in nameless files in the folder `work`, by default
    where the system keeps temporary files. Returns the same result for any order of the input and any number of jobs.

    Raises `InputError` when a path does not exist, `ConfigError` when a setting is wrong, `StoreError` when there is no
    room in `work`.

    >>> wire = "The old ferry ran aground on a sandbank near the harbour mouth shortly before dawn on Monday"
    >>> result = scan([{"id": "a", "text": wire + "."}, {"id": "b", "text": "By our staff. " + wire}])
    >>> len(result.passages)
    1
    """
    return _Scan(config or Config(), progress or NoProgress()).run(source, against, work)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Clusters and why each is furniture, or None."""

    clusters: list[Cluster]
    verdicts: list[furniture.Verdict | None]

    def furniture(self) -> list[tuple[Cluster, furniture.Verdict]]:
        """Return the clusters that are furniture, with the reason."""
        return [(c, v) for c, v in zip(self.clusters, self.verdicts, strict=True) if v is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What the array stages found in a part of the corpus, runs that pages of a family have, and what was counted."""

    part: Corpus
    found: candidates.Found
    runs: list[Cluster]
    tally: Tally


class _Scan:
    """One scan: configuration, progress and what the stages hand on."""

    def __init__(self, config: Config, progress: Progress) -> None:
        self.config = config
        self.clock = Clock(progress=progress, stages=[])
        self.mapping: dict[str, str] = {}

    def run(self, source: Source, against: Source | None, work: str | Path | None = None) -> ScanResult:
        """Read, find, judge and assemble."""
        given = self.config.furniture.families
        self.mapping = families.read_mapping(given) if given else {}
        self.clock.stage("reading")
        scratch = memory.scratch(self.config.memory, Path(work) if work else None)
        with ThreadPoolExecutor(self.config.jobs or _cores()) as pool:
            # known texts are templates inside pages: passages alone find all of them
            whole_texts = self.config.only == "documents" and not self.config.furniture.known_text
            sketcher = sketches.Sketcher(self.config.signatures, pool) if whole_texts else None
            look = sketcher.feed if sketcher else None
            corpus = sources.gather(
                source, against, self.config, scratch, memory.characters(self.config.memory), look=look
            )
            if corpus.texts.spilled:
                memory.check_room(scratch, int(corpus.texts.lengths.sum()), len(corpus.texts), self.clock)
            else:
                scratch = Scratch()
            known_families = families.families_of(corpus.texts.heads(), self.mapping)
            if sketcher:
                finding = self._near(corpus, sketcher, known_families, pool, scratch)
            else:
                finding = self._find(corpus, pool, scratch)
            result, known_families = self._judge(finding, known_families, pool)
        self.clock.stop()
        about = manifest(self.config, corpus, known_families, finding.tally, result)
        return replace(result, manifest={**about, "stages": self.clock.stages}, words=finding.found.words)

    def _find(self, corpus: Corpus, pool: Executor, scratch: Scratch) -> _Finding:
        """Find all passages."""
        # known texts stand on the side of the documents: what matters is what they share with a match
        sides = np.where(corpus.sides == sources.KNOWN, sources.OWN, corpus.sides).astype(np.int8)
        found = candidates.find(
            corpus.texts.texts(),
            sides,
            self.config,
            pool,
            self.clock,
            keep=functools.partial(self._verified, corpus),
            scratch=scratch,
            lengths=corpus.texts.lengths,
        )
        words = int(found.tokens.weights.sum(dtype=np.int64) // 6)
        tally = Tally(sizes=np.diff(found.tokens.bounds), words=words, counts=found.counts)
        return _Finding(part=corpus, found=found, runs=[], tally=tally)

    def _near(
        self,
        corpus: Corpus,
        sketcher: sketches.Sketcher,
        known_families: Mapping[str, families.Family],
        pool: Executor,
        scratch: Scratch,
    ) -> _Finding:
        """Find the passages of near-duplicates alone, by sketches that were made while texts were read."""
        self.clock.stage("sketches")
        made = sketcher.finish(corpus.texts.order)
        some = whole.narrow(corpus, made, known_families, pool)
        found = candidates.find_near(
            some.part.texts.texts(),
            some.pairs,
            self.config,
            pool,
            self.clock,
            collapse=not corpus.sides.any(),
            keep=functools.partial(self._verified, some.part),
            scratch=scratch,
        )
        self.clock.stage("templates")
        runs = templates.templates(found.tokens, some.families, 2, pool)
        counts = {"tokens": int(made.sizes.sum()), "exact_copies": some.copies, **found.counts}
        tally = Tally(sizes=made.sizes, words=int(made.weights.sum() // 6), counts=counts)
        return _Finding(part=some.part, found=found, runs=runs, tally=tally)

    def _judge(
        self,
        finding: _Finding,
        known_families: dict[str, families.Family],
        pool: Executor,
    ) -> tuple[ScanResult, dict[str, families.Family]]:
        """Turn aligned passages into clusters, kinds, origins and relations; return the families as well."""
        corpus, found = finding.part, finding.found
        tokens, documents = found.tokens, corpus.texts
        self.clock.stage("clusters")
        passages = found.passages

        def align(pairs: npt.NDArray[np.int64], windows: npt.NDArray[np.int64] | None) -> Passages:
            return self._align(pairs, windows, found.evidence, corpus, pool)

        plain = assembly.Material(documents=documents, tokens=tokens, families=known_families)
        clusters = cluster_passages(
            passages,
            found.evidence,
            align,
            functools.partial(assembly.is_inset, plain),
            self.config.clusters.carrier_change,
        )
        own = len(clusters)
        compared = frozenset(passages.documents.ravel().tolist())
        clusters += [run for run in finding.runs if any(m.document in compared for m in run.members)]
        self.clock.stage("furniture")
        relatedness = furniture.Relatedness(
            found.evidence,
            clusters,
            [(d.title, known_families[families.outlet_of(d)].name) for d in documents.heads()],
            self.config.furniture.related,
        )
        verdicts = self._furniture(clusters, corpus, plain, relatedness)
        known_families = self._inferred(clusters, verdicts, documents, known_families, tokens)
        free = [c for c, v in zip(clusters, verdicts, strict=True) if v is None]
        shared = [c for c, v in zip(clusters[:own], verdicts[:own], strict=True) if v is None]
        material = assembly.Material(
            documents=documents, tokens=tokens, families=known_families, company=assembly.memberships(shared)
        )
        judged = _Judged(clusters=clusters, verdicts=verdicts)
        # of documents alone a kind changes only what is left out of them
        some = [c for c in free if assembly.can_be_left_out(c, material)]
        asked = _Judged(clusters=some, verdicts=[None] * len(some)) if self.config.only == "documents" else judged
        chosen = self._chosen(asked, corpus)
        self.clock.stage("kinds", len(chosen.clusters))
        records = self._records(chosen.clusters, chosen.verdicts, material, relatedness, found)
        self.clock.stage("documents")
        pairs, near = self._relations(passages, judged, chosen, records, material, align, corpus)
        self.clock.stage("results")
        suppressed = self._suppressed(judged, material, corpus)
        result = self._assemble(chosen.clusters, records, pairs, near, material, suppressed)
        ids = {m.doc_id for r in result.passages for m in r.members}
        ids |= {m.doc_id for r in result.documents for m in r.members}
        numbers = [i for i, doc_id in enumerate(documents.ids) if doc_id in ids]
        reference = frozenset(documents.ids[i] for i in numbers if corpus.sides[i] == sources.REFERENCE)
        return replace(result, texts=Chosen(documents, numbers), reference=reference), known_families

    def _align(
        self,
        pairs: npt.NDArray[np.int64],
        windows: npt.NDArray[np.int64] | None,
        known: rescore.Evidence,
        corpus: Corpus,
        pool: Executor,
    ) -> Passages:
        """Return the verified passages of pairs of texts, as `candidates.align_pairs`, in blocks on the pool."""

        def block(first: int) -> Passages:
            part = slice(first, first + BLOCK_PAIRS)
            more = candidates.align_pairs(pairs[part], None if windows is None else windows[part], known, self.config)
            scored = rescore.screen(more, known, self.config.rescore)
            return more.select(self._verified(corpus, more, scored, known))

        blocks = list(in_order(pool, block, range(0, max(1, len(pairs)), BLOCK_PAIRS)))
        return joined([(p.documents, p.bounds, p.blocks) for p in blocks])

    def _chosen(self, judged: _Judged, corpus: Corpus) -> _Judged:
        """Return the clusters without known texts, and cut to the asked window."""
        clusters, verdicts = judged.clusters, judged.verdicts
        if self.config.furniture.known_text:
            kept = selection.without(clusters, corpus.sides == sources.KNOWN)
            clusters, verdicts = [c for _, c in kept], [verdicts[i] for i, _ in kept]
        if self.config.window_days is not None:
            kept = selection.within(clusters, corpus.times(), self.config.window_days * 86_400)
            clusters, verdicts = [c for _, c in kept], [verdicts[i] for i, _ in kept]
        return _Judged(clusters=clusters, verdicts=verdicts)

    def _verified(
        self, corpus: Corpus, passages: Passages, scored: rescore.Scored, evidence: rescore.Evidence
    ) -> npt.NDArray[np.bool_]:
        """Return which passages are matches: by their score or as equal texts, and between texts to be compared."""
        if not len(passages):
            return np.zeros(0, np.bool_)
        spans = passages.spans()
        bounds = evidence.tokens.bounds
        whole = np.ones(len(passages), np.bool_)
        for side, column in ((0, 0), (1, 2)):
            d = passages.documents[:, side]
            whole &= (spans[:, column] == bounds[d]) & (spans[:, column + 1] == bounds[d + 1])
        whole &= scored.column("contiguity") >= 1.0
        kept = (scored.scores >= self.config.rescore.min_score) | whole
        least = self.config.min_words
        if least is not None:
            kept &= passages.summed(evidence.weight) >= 6 * least
        if self.config.min_similarity is not None:
            kept &= scored.column("contiguity") >= self.config.min_similarity
        left, right = corpus.sides[passages.documents].T
        asked = left != right if corpus.one_way else (left == sources.OWN) | (right == sources.OWN)
        compared: npt.NDArray[np.bool_] = kept & asked
        return compared

    def _furniture(
        self,
        clusters: list[Cluster],
        corpus: Corpus,
        material: assembly.Material,
        relatedness: furniture.Relatedness,
    ) -> list[furniture.Verdict | None]:
        of = [material.families[families.outlet_of(d)].name for d in corpus.texts.heads()]
        verdicts = furniture.judge(clusters, of, relatedness, self.config.furniture)
        for i, cluster in enumerate(clusters):
            verdict = verdicts[i]
            if verdict and verdict.family is None and assembly.is_quotation(cluster, material):
                # what somebody said may be quoted in any context
                verdicts[i] = None
            pages = {m.document for m in cluster.members if corpus.sides[m.document] != sources.KNOWN}
            if any(corpus.sides[m.document] == sources.KNOWN for m in cluster.members):
                verdicts[i] = furniture.Verdict(
                    rule="known_text",
                    reason="it is in the file of known texts",
                    family=None,
                    pages=len(pages),
                    confidence=0.99,
                )
        return verdicts

    def _inferred(
        self,
        clusters: list[Cluster],
        verdicts: list[furniture.Verdict | None],
        documents: Sequence[Document],
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
            apart = (unrelated, furniture.distance(cluster, relatedness))
            carriers = assembly.carried(cluster, material)
            credited = origins.origin(carriers, is_caption=False, outlets=material.agencies)
            about = assembly.context(cluster, material, verdict, apart, credited)
            assignment = kinds.classify(seen, about)
            origin = self._origin(assignment, carriers, credited, material)
            self.clock.advance()
            records.append(
                assembly.passage_record(
                    cluster, material, assignment, origin, assembly.score(cluster, found.evidence.masses)
                )
            )
        return records

    @staticmethod
    def _origin(
        assignment: kinds.Assignment, carriers: list[origins.Carried], credited: Origin, material: assembly.Material
    ) -> Origin:
        if assignment.kind == "caption":
            return origins.origin(carriers, is_caption=True, outlets=material.agencies)
        return credited if assignment.kind in ("wire_copy", "other") else Origin()

    def _relations(
        self,
        passages: Passages,
        judged: _Judged,
        chosen: _Judged,
        records: list[PassageCluster],
        material: assembly.Material,
        align: Any,
        corpus: Corpus,
    ) -> tuple[list[relations.DocumentPair], list[tuple[int, dict[int, relations.DocumentPair]]]]:
        """Return related pairs and clusters of near-duplicates."""
        tokens = material.tokens
        left_out = [(m.start, m.end) for cluster, _ in judged.furniture() for m in cluster.members]
        of_kind = [
            (record.kind, m.start, m.end)
            for cluster, record in zip(chosen.clusters, records, strict=True)
            for m in cluster.members
        ]
        left_out += [(start, end) for kind, start, end in of_kind if kind in ("boilerplate", "stock_phrase")]
        quoted = [(start, end) for kind, start, end in of_kind if kind == "quotation"]
        masks = relations.masks(tokens, left_out, quoted)
        near = self.config.clusters.near_duplicate
        pairs = relations.relate(passages, tokens, masks, material.documents, near)
        missing = relations.missing_pairs(pairs, len(tokens), COMPLETE, self._timely(corpus))
        if len(missing):
            factor = np.array([len(tokens), 1])
            again = np.isin(passages.documents.astype(np.int64) @ factor, missing @ factor)
            anew = candidates.sorted_passages([passages.select(again), align(missing, None)])
            pairs += relations.relate(anew, tokens, masks, material.documents, near)
            pairs.sort(key=lambda p: (p.left, p.right))
        pairs = self._compared(pairs, corpus)
        return pairs, relations.document_clusters(pairs, masks.plain)

    def _timely(self, corpus: Corpus) -> relations.Linker | None:
        """Return what links the texts of a group to those near them in time, when a window is asked for."""
        if self.config.window_days is None:
            return None
        times, seconds = corpus.times(), self.config.window_days * 86_400
        return lambda group: relations.in_time(group, times, seconds, COMPLETE)

    def _compared(self, pairs: list[relations.DocumentPair], corpus: Corpus) -> list[relations.DocumentPair]:
        """Return the pairs without known texts and those within the asked window."""
        sides, days = corpus.sides, self.config.window_days
        pairs = [p for p in pairs if sources.KNOWN not in (sides[p.left], sides[p.right])]
        if days is None:
            return pairs
        times = corpus.times()
        return [p for p in pairs if abs(times[p.left] - times[p.right]) <= days * 86_400]

    @staticmethod
    def _suppressed(judged: _Judged, material: assembly.Material, corpus: Corpus) -> list[Suppressed]:
        found: list[Suppressed] = []
        for cluster, verdict in judged.furniture():
            own = [m for m in cluster.members if corpus.sides[m.document] != sources.KNOWN]
            found += assembly.suppressed_records(replace(cluster, members=tuple(own)), material, verdict)
        return found

    def _assemble(
        self,
        clusters: list[Cluster],
        records: list[PassageCluster],
        pairs: list[relations.DocumentPair],
        near: list[tuple[int, dict[int, relations.DocumentPair]]],
        material: assembly.Material,
        suppressed: list[Suppressed],
    ) -> ScanResult:
        """Sort, filter and link the records."""
        documents = material.documents
        only = self.config.only
        listed = [
            only != "documents" and self._wanted(c, r, material.tokens) for c, r in zip(clusters, records, strict=True)
        ]
        chosen = [
            replace(records[i], parent=assembly.parent(i, clusters, records, listed))
            for i, kept in enumerate(listed)
            if kept
        ]
        by_document: dict[str, set[str]] = {}
        for record in chosen:
            for m in record.members:
                by_document.setdefault(m.doc_id, set()).add(record.cluster_id)
        pair_records = [
            assembly.pair_record(
                p,
                documents,
                sorted(by_document.get(documents[p.left].id, set()) & by_document.get(documents[p.right].id, set())),
            )
            for p in pairs
        ]
        document_records = [
            assembly.document_record(head, ties, documents) for head, ties in near if only != "passages"
        ]
        return ScanResult(
            passages=tuple(sorted(chosen, key=assembly.rank)),
            documents=tuple(sorted(document_records, key=lambda r: (-len(r.members), r.cluster_id))),
            pairs=tuple(sorted(pair_records, key=lambda r: (r.left, r.right))),
            suppressed=tuple(sorted(suppressed, key=lambda s: (s.doc_id, s.start, s.end, s.rule))),
            manifest={},
        )

    def _wanted(self, cluster: Cluster, record: PassageCluster, tokens: Tokens) -> bool:
        head = cluster.members[0]
        if tokens.weights[head.start : head.end].sum() < 6 * (self.config.min_words or 0):
            return False
        if self.config.kind and record.kind not in self.config.kind:
            return False
        return not self.config.scope or record.scope in self.config.scope


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
