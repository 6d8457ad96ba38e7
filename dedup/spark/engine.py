"""The order of the stages on a cluster: what `dedup.candidates.find` does, with the same answer.

Executors make tokens, signatures and seeds, count words, find pairs by buckets and by seeds, and align and score
passages. The driver keeps a few numbers of each text, and the tokens of those texts alone that have a passage.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from dedup import candidates, rescore, weights
from dedup.align import Passages
from dedup.candidates import Found, Keep, Wanted
from dedup.config import Config
from dedup.copies import first_of
from dedup.errors import ConfigError, EngineError
from dedup.lsh import SMALL_BUCKET
from dedup.model import WordCounts
from dedup.progress import NoProgress, Progress
from dedup.spark import blocks, coding, packing, session, sieves, stages
from dedup.spark.packing import PACKED, POSITION_BITS
from dedup.spill import Scratch
from dedup.tokens import Tokens, tokenize_all, tokenized

# Texts and code points of a part, about, at most: what is sent and collected of one stays small.
PART_TEXTS = 4096
PART_CHARACTERS = 1 << 24
# Parts of which a few numbers are collected at a time.
HEADS = 256
# A key with the places of a part by so many is crowded.
CROWDED = 8
# Groups of a step for each of its parts, so that the parts come out even.
GROUPS = 4
# What is set while a scan runs: batches of texts stay small, and parts that are put together stay apart (from Spark 4.1
# on all of them would be one task).
SET = {"spark.sql.execution.arrow.maxRecordsPerBatch": "1024", "spark.sql.unionOutputPartitioning": "false"}

Int64s = npt.NDArray[np.int64]


def check(config: Config) -> None:
    """Raise `ConfigError` when a scan would leave nothing for Spark to do: documents alone are looked for without
    passages, but with known texts."""
    if config.only == "documents" and not config.furniture.known_text:
        raise ConfigError(
            "documents alone are looked for on one machine; leave out --engine spark, or --only documents"
        )


class Engine:
    """Finds passages with a session of Spark; `partitions` of each shuffle change the time and nothing else.

    By default there are twice as many as cores, more where a part would have over `PART_TEXTS` texts, or
    `PART_CHARACTERS`.
    """

    def __init__(self, on: Any, partitions: int | None = None) -> None:
        self.session = on
        self.partitions = partitions

    def parts(self, lengths: Int64s) -> tuple[int, Int64s]:
        """Return how many parts each step of a scan of texts of these lengths (code points) has, and the numbers of the
        texts with which their parts begin and end (int64)."""
        several = self.partitions or 2 * int(self.session.sparkContext.defaultParallelism)
        most = min(max(1, -(-len(lengths) // several)), PART_TEXTS)
        filled = np.cumsum(lengths / PART_CHARACTERS + 1 / most)
        number = np.concatenate([[0.0], filled[:-1]]).astype(np.int64)[: len(lengths)]
        firsts = np.flatnonzero(np.diff(number, prepend=-1))
        return self.partitions or max(several, len(firsts)), np.append(firsts, len(lengths)).astype(np.int64)

    def find(
        self,
        texts: Any,
        sides: npt.NDArray[np.int8],
        config: Config,
        pool: Executor | None = None,
        progress: Progress | None = None,
        *,
        keep: Keep | None = None,
        scratch: Scratch | None = None,
        lengths: Int64s | None = None,
        wanted: Wanted | None = None,
    ) -> Found:
        """Return the passages that texts share, as `candidates.find` does; `keep` must be a `candidates.Verified`.

        Texts without a passage have no tokens, but those that are `wanted`.

        Raises `ConfigError` for a reference set, with which passages are only compared on one machine.
        """
        if sides.any():
            raise ConfigError("--against is for a scan on one machine; leave out --engine spark")
        run = _Run(self, config, progress or NoProgress(), scratch or Scratch(), pool)
        run.lengths = np.array([len(t) for t in texts], np.int64) if lengths is None else lengths
        run.partitions, run.edges = self.parts(run.lengths)
        run.groups = GROUPS * max(run.partitions, len(run.edges) - 1)
        run.bits = packing.block_bits(len(run.lengths) // run.groups)
        return run.find(texts, keep, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """What the driver knows of all texts: tokens of each (`sizes`), the first with the same ones, which are to be
    compared, and what all tokens weigh."""

    sizes: Int64s
    copies: Int64s
    active: npt.NDArray[np.bool_]
    weight: int


class _Run:
    """One scan and what it keeps on the cluster."""

    def __init__(
        self, engine: Engine, config: Config, progress: Progress, scratch: Scratch, pool: Executor | None
    ) -> None:
        self.session, self.partitions, self.groups, self.bits = engine.session, 1, 1, packing.block_bits(1)
        self.edges = self.lengths = np.zeros(1, np.int64)
        self.config, self.progress, self.scratch, self.pool = config, progress, scratch, pool
        self.kept: list[Any] = []

    def find(self, texts: Any, keep: Keep | None, wanted: Wanted | None) -> Found:
        """Run all stages, and let go of what the cluster kept for them."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        settings = SET | {"spark.sql.shuffle.partitions": str(self.partitions)}
        before = {name: self.session.conf.get(name, None) for name in settings}
        for name, value in settings.items():
            self.session.conf.set(name, value)
        try:
            return self._find(texts, keep, wanted)
        except (Py4JError, PySparkException) as error:
            raise EngineError(f"Spark gave up: {session.cause(error)}") from error
        finally:
            with contextlib.suppress(Py4JError, PySparkException, OSError):
                for name, value in before.items():
                    self.session.conf.set(name, value) if value else self.session.conf.unset(name)
                self.session.sparkContext.setJobDescription("")
                for kept in self.kept:
                    kept.unpersist()

    def _find(self, texts: Any, keep: Keep | None, wanted: Wanted | None) -> Found:
        self._stage("tokens")
        rows = self._kept(self._read(texts))
        about = self._about(rows, len(texts))
        self._stage("signatures")
        kept = len(self.kept)
        near = self._near(rows, about.active)
        self._let_go(self.kept[kept:])
        self._stage("weights")
        words, common = self._words(texts, about, near)
        idf = self._sent(weights.from_counts(words))
        self._stage("seeds")
        kept = len(self.kept)
        hits, counts = self._hits(rows, about, idf)
        made = self.kept[kept:]
        self._stage("passages")
        sent = idf, self._sent(common)
        sifted = self._sifted(rows, hits, self._pairs(near, about.copies), sent)
        self._let_go(made)
        found = self._aligned(rows, sifted, sent, keep)
        tokens = self._tokens(texts, found, wanted() if wanted else ())
        passages, more = _passages(found, tokens.bounds)
        return Found(
            tokens=tokens,
            sizes=about.sizes,
            weight=about.weight,
            words=words,
            evidence=rescore.evidence(tokens, idf.value, self.pool, self.scratch),
            copy_of=about.copies,
            passages=passages,
            # nothing of a scan asks for the scores of what was kept
            scored=rescore.nothing(),
            counts={
                "tokens": int(about.sizes.sum()),
                "exact_copies": int((~about.active & (about.sizes > 0)).sum()),
                "lsh_pairs": len(near),
                **dict(zip(("lsh_pairs_without_chain", *counts), (more[0], *counts.values()), strict=True)),
                **dict(zip(("pairs_with_hits", "chains", "aligned_passages"), more[1:], strict=True)),
            },
        )

    def _stage(self, name: str) -> None:
        """Begin a stage; Spark's pages and logs show its name with each job."""
        self.progress.stage(name, None)
        self.session.sparkContext.setJobDescription(f"dedup: {name}")

    def _kept(self, frame: Any) -> Any:
        """Return a table that is made once, and kept on the disks of the cluster."""
        from pyspark import StorageLevel

        self.kept.append(frame.persist(StorageLevel.DISK_ONLY))
        return self.kept[-1]

    def _let_go(self, kept: Sequence[Any]) -> None:
        """Let go of tables from which all is made that is made of them; where a worker is lost, they are made anew."""
        for one in kept:
            one.unpersist()
        self.kept = [one for one in self.kept if all(one is not other for other in kept)]

    def _sent(self, value: Any) -> Any:
        """Return a value that each executor gets once."""
        self.kept.append(self.session.sparkContext.broadcast(value))
        return self.kept[-1]

    def _read(self, texts: Any) -> Any:
        """Return what is made of each text alone as a table with a part for each task, in order of their numbers.

        Each part is sent by itself, and waits on the driver's disk until an executor asks for it, also once more.
        """
        edges = self.edges.tolist()
        parts = [
            self.session.range(0, 1, 1, 1).mapInArrow(
                stages.reading(self.config, a, self._packed(texts, a, b)), stages.READ
            )
            for a, b in (itertools.pairwise(edges) if len(edges) > 1 else [(0, 0)])
        ]
        while len(parts) > 1:
            odd = parts[len(parts) // 2 * 2 :]
            parts = [left.unionAll(right) for left, right in zip(parts[::2], parts[1::2], strict=False)] + odd
        return parts[0]

    def _packed(self, texts: Any, first: int, end: int) -> Any:
        """Return some texts, sent: their bytes one after the other, and where each ends."""
        raw = [text.encode("utf-8", "replace") for text in texts[first:end]]
        return self._sent((b"".join(raw), np.cumsum([len(text) for text in raw], dtype=np.int64)))

    def _about(self, rows: Any, count: int) -> _Texts:
        """Return what the driver must know of all texts."""
        from pyspark.sql import functions as f

        wanted = rows.select("document", "digest", (f.octet_length("hashes") / 4).cast("long").alias("size"), "words")
        tables = list(_tables(wanted, _steps(self.edges, HEADS)))
        empty = np.empty(0, np.int64)
        digests = np.concatenate([empty.view(np.uint64), *(packing.numbers(t, "digest", np.uint64) for t in tables)])
        sizes, words = (
            np.concatenate([empty, *(packing.column(t, name) for t in tables)]) for name in ("size", "words")
        )
        copies = first_of(digests.reshape(-1, 2), sizes)
        active = (copies == np.arange(count)) & (sizes > 0)
        return _Texts(sizes=sizes, copies=copies, active=active, weight=int(words.sum()))

    def _tokens(self, texts: Any, found: Any, wanted: Sequence[int]) -> Tokens:
        """Return the tokens of the texts that passages were found in, and of those that are `wanted`; the others stand
        there without tokens. They are read anew, which takes less than to send them."""
        chosen = np.zeros(len(self.lengths), np.bool_)
        chosen[packing.numbers(found, "documents")] = True
        chosen[np.array(wanted, np.int64)] = True
        return tokenize_all(_Some(texts, chosen), self.pool, self.scratch, np.where(chosen, self.lengths, 0))

    def _near(self, rows: Any, active: npt.NDArray[np.bool_]) -> Int64s:
        """Return the pairs of `candidates.near_pairs`."""
        config = self.config.signatures
        least = self._least(int(active.sum()) * config.bands, SMALL_BUCKET)
        places = rows.select("document", "signature").mapInArrow(
            stages.banding(self.config, self._sent(active), self.groups, least), PACKED
        )
        by_signature = _Order(np.int64, rows.select("document", "signature"), None, stages.by_signature)
        hits, counts = self._linked(places, SMALL_BUCKET, by_signature)
        if not counts["hits"]:
            return np.empty((0, 2), np.int64)
        pairs = self._kept(hits.groupBy("part").applyInArrow(blocks.pairing(self.bits), PACKED))
        texts = self._fetched(rows, pairs)
        near = pairs.where(f"kind = {packing.NEAR}").groupBy("part").cogroup(texts.groupBy("part"))
        found = near.applyInArrow(blocks.comparing(self.config, self.bits), PACKED).toArrow()
        made = np.stack([packing.numbers(found, side) >> POSITION_BITS for side in ("left", "right")], axis=1)
        return made[np.lexsort((made[:, 1], made[:, 0]))]

    def _words(self, texts: Any, about: _Texts, near: Int64s) -> tuple[WordCounts, coding.Words]:
        """Return how common words are, and those that get codes; what many texts have counts once, in the first of
        them, so it takes all texts in their order. To read them here takes less than to be sent their tokens."""
        columns = {name: self.scratch.column(packing.COLUMNS[name]) for name in ("hashes", "weights")}
        for some in tokenized(texts, self.pool, self.lengths):
            for name, made in columns.items():
                made.append(getattr(some, name))
        bounds = np.concatenate([[0], np.cumsum(about.sizes)]).astype(np.int64)
        nothing = np.empty(0, np.int32)
        found = {name: made.finish() for name, made in columns.items()}
        tokens = Tokens(**found, flags=np.empty(0, np.uint8), starts=nothing, ends=nothing, bounds=bounds)
        return candidates.count_words(tokens, about.active, near, self.pool, self.scratch), coding.common_words(tokens)

    def _hits(self, rows: Any, about: _Texts, idf: Any) -> tuple[Any, dict[str, int]]:
        """Return the hits (rows of `PACKED`), and what was counted."""
        small = self.config.seeds.small_bucket
        texts = rows.select("document", "hashes", "weights")
        # a text has a seed for about every other token
        least = self._least(int(about.sizes.sum()) // 2, small)
        places = texts.mapInArrow(
            stages.seeding(self.config, self._sent(about.active), idf, self.groups, least), PACKED
        )
        around = stages.windows(self.groups, idf, np.uint32)
        hits, counts = self._linked(places, small, _Order(np.uint32, texts, around, stages.contexts(idf)))
        return hits, counts

    def _least(self, places: int, small: int) -> int:
        """Return of how many places of a key in one task it is told: keys that would fill a part are among them."""
        return max(small + 1, places // (CROWDED * self.partitions * max(1, len(self.edges) - 1)))

    def _linked(self, made: Any, small: int, order: _Order) -> tuple[Any, dict[str, int]]:
        """Return the hits among places with one key (rows of `PACKED`), and how many places, frequent keys and hits.

        Up to `small` places are linked all with all, more with their neighbours in the order of their texts.
        """
        from pyspark.sql import functions as f

        places = self._kept(made)
        sums = places.groupBy("key").agg(f.sum("count").alias("count")).toArrow()
        keys, counts = (packing.column(sums, name) for name in ("key", "count"))
        # a key with so many places that they would fill a part goes the way of crowded ones: its places go to any part,
        # which passes them on as frequent; whichever they are, all of them are
        crowded = np.sort(keys[(keys >= 0) & (counts >= counts.sum() // (CROWDED * self.partitions))])
        anywhere = f.pmod(f.hash("key", f.spark_partition_id()), f.lit(self.groups)).cast("long")
        part = f.when(f.col("key").isin(crowded.tolist()), anywhere).otherwise(f.col("part"))
        known = order.around is not None
        stage = stages.linking(small, crowded.astype(order.kind), self.bits, known=known)
        linked = self._kept(places.withColumn("part", part).groupBy("part").applyInArrow(stage, PACKED))
        told = {
            row["kind"]: row["count"] for row in linked.groupBy("kind").agg(f.sum("count").alias("count")).collect()
        }
        self._let_go([places])
        session.forget_shuffles(linked)
        more = []
        if order.around is not None and told.get(packing.FREQUENT):
            windows = self._with_texts(linked.where(f"kind = {packing.FREQUENT}"), order.texts)
            ranked = windows.applyInArrow(order.around, PACKED).groupBy("part")
            more.append(self._kept(ranked.applyInArrow(stages.ordering(order.kind, self.bits), PACKED)))
        if told.get(packing.CROWDED):
            more.append(self._in_ranges(linked.where(f"kind = {packing.CROWDED}"), order))
        hits = linked.where(f"kind = {packing.HIT}")
        count = told.get(packing.HIT, 0)
        for found in more:
            count += found.agg(f.sum("count")).first()[0] or 0
            session.forget_shuffles(found)
            hits = hits.unionByName(found)
        return hits, {
            "seeds": int(counts.sum()),
            "seeds_linked_to_neighbours": told.get(packing.KEYS, 0) + len(crowded),
            "hits": count,
        }

    def _with_texts(self, records: Any, texts: Any) -> Any:
        """Return records and the texts that their parts speak of, together."""
        from pyspark.sql import functions as f

        of = f.shiftright("document", self.bits).alias("part")
        return records.groupBy("part").cogroup(texts.groupBy(of))

    def _in_ranges(self, crowded: Any, order: _Order) -> Any:
        """Return the hits among places of crowded keys: sorted over all parts, so that no key is in one."""
        several = self.partitions
        in_order = self._kept(self._with_texts(crowded, order.texts).applyInArrow(order.contexts, stages.CONTEXTS))
        found = self._kept(
            in_order.repartitionByRange(several, "key", "context", "place")
            .sortWithinPartitions("key", "context", "place")
            .mapInArrow(stages.neighbours(self.bits), PACKED)
        )
        edges = found.where(f"kind != {packing.HIT}").orderBy("part", "kind").toArrow()
        hits = found.where(f"kind = {packing.HIT}")
        between = stages.between(edges, self.bits)
        return hits.unionByName(self.session.createDataFrame(between, PACKED)) if between.num_rows else hits

    def _fetched(self, rows: Any, asked: Any, words: Any = None) -> Any:
        """Return the signatures of the texts that blocks ask for, or with `words` their tokens in codes."""
        read, sent = (("signature",), ("signature",)) if words is None else (packing.TOKENS, coding.CODED)
        texts = self._with_texts(asked.where(f"kind = {packing.ASKED}"), rows.select("document", *read))
        return texts.applyInArrow(blocks.sending(words), blocks.fetched(sent))

    def _pairs(self, near: Int64s, copies: Int64s) -> Any:
        """Return the pairs that are near by their signatures, and those with equal tokens."""
        which = np.flatnonzero(copies != np.arange(len(copies)))
        # all copies of a text have one left text, so they go to the blocks of the right ones
        found = itertools.chain(
            blocks.pairs_of(packing.NEAR, near, near[:, 0], self.bits),
            blocks.pairs_of(packing.COPY, np.stack([copies[which], which], axis=1), which, self.bits),
        )
        return self.session.createDataFrame(packing.together(found), PACKED)

    def _sifted(self, rows: Any, hits: Any, pairs: Any, sent: tuple[Any, Any]) -> Any:
        """Return the hits that may be in a match, other pairs, and the texts that their blocks ask for; what words
        weigh, and their codes, are `sent`."""
        idf, words = sent
        texts = rows.select("document", *packing.TOKENS)
        stage = sieves.sifting(self.config, words, self.bits)
        sifted = self._kept(self._with_texts(hits.unionByName(pairs), texts).applyInArrow(stage, PACKED))
        # what hits are made of takes room until all are
        sifted.count()
        session.forget_shuffles(sifted)
        beside = self._with_texts(sifted.where(f"kind = {packing.EXCERPT}"), texts)
        decided = self._kept(beside.applyInArrow(sieves.deciding(self.config, idf, words, self.bits), PACKED))
        decided.count()
        session.forget_shuffles(decided)
        return sifted.where(f"kind != {packing.EXCERPT}").unionByName(decided)

    def _aligned(self, rows: Any, sifted: Any, sent: tuple[Any, Any], keep: Keep | None) -> Any:
        """Return the passages as rows of `blocks.FOUND`, made in blocks of texts; what words weigh, and their codes,
        are `sent`."""
        if not isinstance(keep, candidates.Verified):
            raise TypeError("what is kept is decided on executors: pass a candidates.Verified")
        stage = blocks.aligning(self.config, *sent, self._sent(keep.sides), keep.one_way)
        # what blocks are sent is most of what is shuffled: a task for two full ones, about, so that Java can sort it in
        # memory; with one each, some would have five
        several = max(self.partitions, len(self.lengths) >> packing.MOST_BITS + 1)
        given, texts = (
            some.repartition(several, "part").groupBy("part")
            for some in (sifted.where(f"kind != {packing.ASKED}"), self._fetched(rows, sifted, sent[1]))
        )
        return given.cogroup(texts).applyInArrow(stage, blocks.FOUND).toArrow()


@dataclass(frozen=True, slots=True)
class _Order:
    """How places of frequent keys are put in order: the type of keys, the columns of texts that it takes, and the
    stages for keys of one part (None: there is none) and for crowded ones."""

    kind: Any
    texts: Any
    around: Any
    contexts: Any


class _Some(Sequence[str]):
    """The texts that are chosen; the others are empty."""

    def __init__(self, texts: Sequence[str], chosen: npt.NDArray[np.bool_]) -> None:
        self._texts, self._chosen = texts, chosen

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self._texts[index] if self._chosen[index] else ""


def _steps(edges: Int64s, several: int) -> list[int]:
    """Return the edges of so many parts at a time."""
    return [*edges[:-1:several].tolist(), int(edges[-1])]


def _tables(rows: Any, edges: Sequence[int]) -> Iterator[Any]:
    """Yield the rows of texts as tables of Arrow, in order, one from each edge to the next.

    Rows of Python are decoded at 3 MB a second, and a part of them is there twice.
    """
    from pyspark.sql import functions as f

    before = -1
    for first, end in itertools.pairwise(edges):
        table = rows.where((f.col("document") >= first) & (f.col("document") < end)).toArrow()
        documents = np.concatenate([[before], packing.column(table, "document")])
        if (np.diff(documents) <= 0).any():
            raise RuntimeError(f"texts came out of order behind {before}")
        before = int(documents[-1])
        yield table


def _passages(rows: Any, bounds: Int64s) -> tuple[Passages, list[int]]:
    """Return the passages of all blocks (rows of `blocks.FOUND`), sorted, with the places of the whole corpus, and what
    the blocks counted; `bounds` are those of its texts."""

    def of(name: str, *shape: int) -> Int64s:
        return packing.numbers(rows, name).reshape(-1, *shape)

    documents, sizes, runs, counts = of("documents", 2), of("sizes"), of("blocks", 3), of("counts", 4)
    runs[:, :2] += np.repeat(bounds[documents], sizes, axis=0)
    found = Passages(documents=documents.astype(np.int32), bounds=np.concatenate([[0], np.cumsum(sizes)]), blocks=runs)
    return candidates.sorted_passages([found]), counts.sum(axis=0).tolist()
