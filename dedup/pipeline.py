"""scan(): the only module that knows the order of all stages."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash

from dedup import (
    assembly,
    candidates,
    families,
    furniture,
    judging,
    memory,
    nested,
    records,
    relations,
    selection,
    sketches,
    sources,
    titles,
    whole,
    workers,
)
from dedup.agency.credit_hints import of_texts
from dedup.align import Passages
from dedup.clock import Clock
from dedup.clusters import Clusters, Means, Spread, cluster_passages
from dedup.config import Config
from dedup.cues import cue_signs
from dedup.heads import Columns
from dedup.journal import Journal
from dedup.manifest import manifest
from dedup.model import Kind, ScanResult
from dedup.progress import NoProgress, Progress
from dedup.rows import among, distinct
from dedup.shelf import Chosen
from dedup.sources import Corpus, Source
from dedup.spill import Scratch
from dedup.tokens import NORMALISER_VERSION, UNICODE_VERSION, Tokens

# Does what `candidates.find` does, with the same arguments.
Find = Callable[..., candidates.Found]
# Components of near-duplicates up to this many texts are compared all with all; larger ones with their centre.
COMPLETE = 40


def scan(
    source: Source,
    config: Config | None = None,
    *,
    against: Source | None = None,
    progress: Progress | None = None,
    work: str | Path | None = None,
    find: Find | None = None,
    journal: Journal | None = None,
) -> ScanResult:
    """Find the near-duplicates and reused passages of a corpus.

    `source` is a path, several paths, or an iterable of documents or dicts; `against` a reference set with which alone
    the documents are compared. What does not fit into memory, and the documents of large files of JSON lines, are kept
    in nameless files in the folder `work`, by default where the system keeps temporary files. `find` makes passages of
    texts, here or elsewhere. What is finished is kept in the `journal` and, of the same documents, taken from it: its
    caller closes it, or removes it. Returns the same result for any order of the input and any number of jobs.

    Raises `InputError` when a path does not exist, `ConfigError` when a setting is wrong, `StoreError` when there is no
    room in `work`.

    >>> wire = "The old ferry ran aground on a sandbank near the harbour mouth shortly before dawn on Monday"
    >>> result = scan([{"id": "a", "text": wire + "."}, {"id": "b", "text": "By our staff. " + wire}])
    >>> len(result.passages)
    1
    """
    return _Scan(config or Config(), progress or NoProgress(), find or candidates.find, journal).run(
        source, against, work
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Clusters, why some of them, by their numbers, are furniture, and how far the texts of some are apart."""

    clusters: Clusters
    verdicts: dict[int, furniture.Verdict]
    apart: dict[int, furniture.Apart]

    def aside(self) -> npt.NDArray[np.bool_]:
        """Return which clusters are furniture."""
        found = np.zeros(len(self.clusters), np.bool_)
        found[list(self.verdicts)] = True
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What the stages that judge clusters work with; `spread` does work on items, in order, in processes."""

    corpus: Corpus
    relatedness: furniture.Relatedness
    spread: Spread
    pool: Executor
    scratch: Scratch


class _Scan:
    """One scan: configuration, progress and what the stages hand on."""

    def __init__(self, config: Config, progress: Progress, find: Find, journal: Journal | None) -> None:
        self.config, self.find, self.journal = config, find, journal
        if journal is not None:
            self.find = functools.partial(find, journal=journal)
        self.clock = Clock(progress=progress, stages=[])
        self.mapping: dict[str, str] = {}
        self.jobs = config.jobs or workers.cores()

    def run(self, source: Source, against: Source | None, work: str | Path | None = None) -> ScanResult:
        """Read, find, judge and assemble."""
        given = self.config.furniture.families
        self.mapping = families.read_mapping(given) if given else {}
        self.clock.stage("reading")
        scratch = memory.scratch(self.config.memory, Path(work) if work else None)
        with ThreadPoolExecutor(self.jobs) as pool:
            # known texts are templates inside pages: passages alone find all of them
            alone = self.config.only == "documents" and not self.config.furniture.known_text
            sketcher = sketches.Sketcher(self.config.signatures, pool) if alone else None
            limit = memory.characters(self.config.memory)
            corpus = sources.gather(source, against, self.config, scratch, limit, look=sketcher)
            if corpus.texts.spilled:
                size = int(corpus.texts.lengths.sum())
                expected = memory.seconds(corpus.texts.texts(), size, self.jobs, documents_alone=alone)
                memory.check_room(scratch, size, len(corpus.texts), expected, self.clock)
            else:
                scratch = Scratch()
            if self.journal is not None and self.journal.begin(_digest(corpus, self.mapping, self.config)):
                self.clock.warn("going on where an interrupted scan of these documents stopped")
            known = corpus.columns.known(self.mapping)
            if sketcher:
                self.clock.stage("sketches")
                made = sketcher.finish(corpus.texts.order)
                finding = whole.find(corpus, made, known, pool, self.clock, config=self.config, scratch=scratch)
            else:
                finding = self._find(corpus, pool, scratch)
            result, known = self._judge(finding, known, pool, scratch)
        self.clock.stop()
        about = manifest(self.config, corpus, known, finding.found, result)
        return replace(result, manifest={**about, "stages": self.clock.stages}, words=finding.found.words)

    def _find(self, corpus: Corpus, pool: Executor, scratch: Scratch) -> whole.Finding:
        """Find all passages."""
        # known texts stand on the side of the documents: what matters is what they share with a match
        sides = np.where(corpus.sides == sources.KNOWN, sources.OWN, corpus.sides).astype(np.int8)
        found = self.find(
            corpus.texts.texts(),
            sides,
            self.config,
            pool,
            self.clock,
            keep=self._verified(corpus),
            scratch=scratch,
            lengths=corpus.texts.lengths,
            wanted=functools.partial(whole.house_pages, corpus, self.mapping),
        )
        return whole.Finding(part=corpus, found=found, runs=Clusters.of([]))

    def _judge(
        self, finding: whole.Finding, known_families: dict[str, families.Family], pool: Executor, scratch: Scratch
    ) -> tuple[ScanResult, dict[str, families.Family]]:
        """Turn aligned passages into clusters, kinds, origins and relations; return the families as well."""
        corpus, found = finding.part, finding.found
        tokens, documents = found.tokens, corpus.texts
        self.clock.stage("clusters")

        def align(pairs: npt.NDArray[np.int64], windows: npt.NDArray[np.int64] | None) -> Passages:
            return candidates.align_verified(pairs, windows, found.evidence, self._verified(corpus), pool, scratch)

        cue_signs.of(".")  # what finds cues is made before processes are forked, that they need not make it again
        plain = assembly.Material(documents=documents, tokens=tokens, families=known_families)
        spread = self._spread(scratch)
        relatedness = furniture.Relatedness(
            found.evidence,
            titles.of_documents(documents, found.evidence, self.jobs, scratch),
            corpus.columns.families(known_families),
            self.config.furniture.related,
            scratch.zeros((len(tokens.hashes),), np.bool_),
        )
        means = Means(
            known=found.evidence,
            align=align,
            is_inset=functools.partial(assembly.is_inset, plain),
            is_stray=functools.partial(assembly.is_stray, plain, relatedness),
            change=self.config.clusters.carrier_change,
            spread=spread,
            pool=pool,
            scratch=scratch,
        )
        shared = cluster_passages(found.passages, means)
        clusters = Clusters.joined([shared, finding.runs], scratch)
        self.clock.stage("furniture")
        work = _Work(corpus=corpus, relatedness=relatedness, spread=spread, pool=pool, scratch=scratch)
        relatedness.remember(distinct(clusters.members[:, 0]), pool)
        judged = self._judged(clusters, plain, work)
        known_families = self._inferred(judged, corpus.columns, known_families, tokens)
        chosen = self._chosen(judged, corpus)
        if self.config.only == "documents":
            chosen = _selected(chosen, assembly.left_out(chosen.clusters, chosen.aside(), plain, spread))
        self.clock.stage("kinds", len(chosen.clusters))
        copied = chosen.clusters.members[np.repeat(~chosen.aside(), np.diff(chosen.clusters.bounds)), 0]
        material = assembly.Material(
            documents=documents,
            tokens=tokens,
            families=known_families,
            company=assembly.Company(clusters, ~judged.aside() & (np.arange(len(clusters)) < len(shared)), len(tokens)),
            **of_texts(distinct(copied).tolist(), documents.rows_of, spread)._asdict(),
        )
        records, listed = self._records(chosen, material, work, found)
        self.clock.stage("documents")
        pairs, near = self._relations(found.passages, judged, chosen, records, material, align, work)
        self.clock.stage("results")
        return self._assemble(judged, listed, records, pairs, near, material, corpus), known_families

    def _spread(self, scratch: Scratch) -> Spread:
        """Return what spreads work over processes; with a journal, what is finished is taken from it."""
        plain = functools.partial(workers.in_processes, jobs=self.jobs, scratch=scratch)
        journal, calls = self.journal, itertools.count(1)
        if journal is None:
            return plain
        return lambda function, items: journal.spread(plain, f"step {next(calls)}", function, items)

    def _chosen(self, judged: _Judged, corpus: Corpus) -> _Judged:
        """Return the clusters without known texts, and cut to the asked window."""
        if self.config.furniture.known_text:
            judged = _selected(judged, selection.without(judged.clusters, corpus.sides == sources.KNOWN))
        if self.config.window_days is not None:
            kept = selection.within(judged.clusters, corpus.columns.times, self.config.window_days * 86_400)
            judged = _selected(judged, kept)
        return judged

    def _verified(self, corpus: Corpus) -> candidates.Verified:
        return candidates.Verified(sides=corpus.sides, one_way=corpus.one_way, config=self.config)

    def _judged(self, clusters: Clusters, material: assembly.Material, work: _Work) -> _Judged:
        """Return the clusters with why they are furniture."""
        relatedness = work.relatedness
        # of documents alone few clusters are of a kind that matters
        early = self.config.only != "documents"

        blocks = clusters.stretches()

        def suspects(number: int) -> bytes:
            return relatedness.suspects(*clusters.texts(*blocks[number])).tobytes()

        suspect = np.frombuffer(b"".join(work.spread(suspects, range(len(blocks)))), np.bool_)
        relatedness.cover(clusters.spans(suspect), work.pool)
        relatedness.learn(work.pool, work.scratch)

        def verdicts(number: int) -> bytes:
            first, last = blocks[number]
            found = furniture.judged(clusters.places(first, last), relatedness, self.config.furniture, early=early)
            rows = [(self._verdict(clusters, i, each.verdict, material, work), each.apart)
                    for i, each in enumerate(found, first)]  # fmt: skip
            return msgspec.msgpack.encode(rows)

        kind = list[tuple[furniture.Verdict | None, furniture.Apart | None]]
        made = (msgspec.msgpack.decode(raw, type=kind) for raw in work.spread(verdicts, range(len(blocks))))
        found = list(itertools.chain.from_iterable(made))
        return _Judged(
            clusters=clusters,
            verdicts={i: verdict for i, (verdict, _) in enumerate(found) if verdict is not None},
            apart={i: apart for i, (_, apart) in enumerate(found) if apart is not None},
        )

    def _verdict(
        self,
        clusters: Clusters,
        number: int,
        verdict: furniture.Verdict | None,
        material: assembly.Material,
        work: _Work,
    ) -> furniture.Verdict | None:
        """Return why a cluster is furniture, or None; `verdict` says it of its pages."""
        texts, _ = clusters.texts(number, number + 1)
        is_known = work.corpus.sides[texts] == sources.KNOWN
        if is_known.any():
            return furniture.Verdict(
                rule="known_text",
                reason="it is in the file of known texts",
                family=None,
                pages=len(distinct(texts[~is_known])),
                confidence=0.99,
            )
        if verdict and verdict.family is None and assembly.is_quotation(clusters[number], material):
            return None  # what somebody said may be quoted in any context
        return verdict

    def _inferred(
        self, judged: _Judged, columns: Columns, known: Mapping[str, families.Family], tokens: Tokens
    ) -> dict[str, families.Family]:
        """Return the families with those inferred from long templates that several outlets carry."""
        templates = []
        for number, verdict in judged.verdicts.items():
            if verdict.rule != "family_template":
                continue
            members, _ = judged.clusters.places(number, number + 1)
            _, start, end = members[0].tolist()
            if tokens.weights[start:end].sum() / 6 >= 15:
                carriers = distinct(columns.of[members[:, 0]]).tolist()
                templates.append(sorted(columns.outlets[outlet] for outlet in carriers))
        return families.join_inferred(known, templates)

    def _records(
        self, judged: _Judged, material: assembly.Material, work: _Work, found: candidates.Found
    ) -> tuple[records.Encoded, Clusters]:
        """Return the records of all clusters, and these with what stands inside them; of documents alone the kinds, as
        nothing else is asked of them."""
        blocks = judged.clusters.stretches()
        numbers = range(len(blocks))

        def part(number: int) -> list[judging.Given]:
            first, last = blocks[number]
            apart = judged.apart
            if not all(i in apart for i in range(first, last)):
                found = furniture.aparts(judged.clusters.places(first, last), relatedness, self.config.furniture)
                apart = dict(enumerate(found, first))
            rows = enumerate(judged.clusters[first:last], first)
            return [judging.Given(cluster, judged.verdicts.get(i), apart[i]) for i, cluster in rows]

        def block(number: int) -> bytes:
            return judging.encoded(part(number), blocks[number][0], material, found.evidence.mass, taken)

        def kinds_alone(number: int) -> bytes:
            return msgspec.msgpack.encode([kind.assignment.kind for kind in judging.judged(part(number), material)])

        relatedness = work.relatedness
        made = judging.Made(work.scratch)
        if self.config.only == "documents":
            for raw in work.spread(kinds_alone, numbers):
                made.records.kinds += msgspec.msgpack.decode(raw, type=list[Kind])
            return made.records, judged.clusters
        taken = nested.Taken(judged.clusters.members, len(material.documents))
        for raw in work.spread(block, numbers):
            self.clock.advance(made.take(raw))
        return made.records, made.finish(judged.clusters)

    def _relations(
        self,
        passages: Passages,
        judged: _Judged,
        chosen: _Judged,
        made: records.Encoded,
        material: assembly.Material,
        align: Any,
        work: _Work,
    ) -> tuple[list[relations.DocumentPair], list[tuple[int, dict[int, relations.DocumentPair]]]]:
        """Return related pairs and clusters of near-duplicates; none of pages: what two share is a story."""
        if self.config.unit == "page":
            return [], []
        tokens, corpus = material.tokens, work.corpus
        heads, outlets = corpus.texts.heads(), corpus.columns.of
        # quotations that stand inside copy wherever they stand are a part of what was copied
        outer = made.kinds[: len(chosen.clusters)]
        incidental = assembly.incidental(outer, chosen.clusters, tokens)
        quotations = np.array([k == "quotation" for k in outer], np.bool_)
        left_out = np.concatenate([judged.clusters.spans(judged.aside()), chosen.clusters.spans(incidental)])
        masks = relations.masks(tokens, left_out, chosen.clusters.spans(quotations), work.scratch, work.pool)
        near = self.config.clusters.near_duplicate
        pairs = relations.relate(passages, tokens, masks, heads, outlets, near, work.pool)
        missing = relations.missing_pairs(pairs, len(tokens), COMPLETE, self._timely(corpus))
        if len(missing):
            factor = np.array([len(tokens), 1])
            again = among(passages.documents.astype(np.int64) @ factor, np.sort(missing @ factor))
            anew = candidates.sorted_passages([passages.select(again), align(missing, None)])
            pairs += relations.relate(anew, tokens, masks, heads, outlets, near, work.pool)
            pairs.sort(key=lambda p: (p.left, p.right))
        pairs = self._compared(pairs, corpus)
        return pairs, relations.document_clusters(pairs, masks.plain)

    def _timely(self, corpus: Corpus) -> relations.Linker | None:
        """Return what links the texts of a group to those near them in time, when a window is asked for."""
        if self.config.window_days is None:
            return None
        times, seconds = corpus.columns.times, self.config.window_days * 86_400
        return lambda group: relations.in_time(group, times, seconds, COMPLETE)

    def _compared(self, pairs: list[relations.DocumentPair], corpus: Corpus) -> list[relations.DocumentPair]:
        """Return the pairs without known texts and those within the asked window."""
        sides, days = corpus.sides, self.config.window_days
        pairs = [p for p in pairs if sources.KNOWN not in (sides[p.left], sides[p.right])]
        if days is None:
            return pairs
        times = corpus.columns.times
        return [p for p in pairs if abs(times[p.left] - times[p.right]) <= days * 86_400]

    def _assemble(
        self,
        judged: _Judged,
        clusters: Clusters,
        made: records.Encoded,
        pairs: list[relations.DocumentPair],
        near: list[tuple[int, dict[int, relations.DocumentPair]]],
        material: assembly.Material,
        corpus: Corpus,
    ) -> ScanResult:
        """Sort, filter and link the records."""
        documents, only = corpus.texts, self.config.only
        listed = np.array([only != "documents" and self._wanted(i, clusters, made, material.tokens)
                           for i in range(len(clusters))], np.bool_)  # fmt: skip
        around = {i: c for i in np.flatnonzero(listed).tolist() if (c := _parent(i, clusters, listed)) >= 0}
        numbers = sorted(np.flatnonzero(listed).tolist(), key=made.rank)
        found = made.chosen(numbers, {i: made.ids[c] for i, c in around.items()})
        company = assembly.Company(clusters, listed, len(documents))
        ids = documents.ids
        shared = company.common(np.array([(p.left, p.right) for p in pairs], np.int64).reshape(-1, 2))
        pair_records = [
            assembly.pair_record(p, ids, {made.ids[c] for c in common}) for p, common in zip(pairs, shared, strict=True)
        ]
        ties = [] if only == "passages" else near
        document_records = [assembly.document_record(head, tied, documents) for head, tied in ties]
        aside = records.Aside(clusters=judged.clusters, verdicts=judged.verdicts)
        own = corpus.sides != sources.KNOWN
        suppressed = records.SuppressedPlaces(aside, own, material.tokens, documents)
        in_clusters = np.array([d for head, tied in ties for d in (head, *tied)], np.int64)
        matched = distinct(np.concatenate([company.carriers(), in_clusters]))
        return ScanResult(
            passages=found,
            documents=tuple(sorted(document_records, key=lambda r: (-len(r.members), r.cluster_id))),
            pairs=tuple(sorted(pair_records, key=lambda r: (r.left, r.right))),
            suppressed=suppressed,
            manifest={},
            texts=Chosen(documents, matched),
            reference=frozenset(ids[i] for i in matched[corpus.sides[matched] == sources.REFERENCE].tolist()),
        )

    def _wanted(self, number: int, clusters: Clusters, made: records.Encoded, tokens: Tokens) -> bool:
        if self.config.min_words:
            _, start, end = clusters.members[clusters.bounds[number]].tolist()
            if tokens.weights[start:end].sum() < 6 * self.config.min_words:
                return False
        if self.config.kind and made.kinds[number] not in self.config.kind:
            return False
        return not self.config.scope or made.scopes[number] in self.config.scope


def _digest(corpus: Corpus, mapping: Mapping[str, str], config: Config) -> bytes:
    """Return a digest of all that a result depends on."""
    from dedup import __version__

    encoder = msgspec.msgpack.Encoder()
    hasher = xxhash.xxh3_128(repr((__version__, NORMALISER_VERSION, UNICODE_VERSION, config.fingerprint())).encode())
    hasher.update(encoder.encode(sorted(mapping.items())))
    hasher.update(corpus.sides.tobytes())
    for document in corpus.texts:
        hasher.update(encoder.encode(document))
    return hasher.digest()


def _selected(judged: _Judged, kept: selection.Chosen) -> _Judged:
    """Return the chosen clusters, with the verdicts of those that they are from; of those that lost members it is not
    known how far these are apart."""
    verdicts = {n: judged.verdicts[i] for n, (i, _) in enumerate(kept) if i in judged.verdicts}
    sizes = np.diff(judged.clusters.bounds)
    apart = {n: judged.apart[i] for n, (i, c) in enumerate(kept) if i in judged.apart and len(c.members) == sizes[i]}
    return _Judged(clusters=Clusters.of([c for _, c in kept]), verdicts=verdicts, apart=apart)


def _parent(number: int, clusters: Clusters, listed: npt.NDArray[np.bool_]) -> int:
    """Return the nearest cluster around one that is among the results, or -1."""
    around = int(clusters.parents[number])
    while around >= 0 and not listed[around]:
        around = int(clusters.parents[around])
    return around
