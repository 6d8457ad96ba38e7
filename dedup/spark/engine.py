"""The order of the stages on a cluster: what `dedup.candidates.find` does, with the same answer.

Executors make tokens, signatures and seeds, count words, find pairs by buckets and by seeds, and align and score
passages. The driver keeps a few numbers of each text, and the tokens of those texts alone that have a passage.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

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
from dedup.spark import session, stages
from dedup.spark.stages import AROUND, COPY, DROPPED, NEAR, POSITION_BITS
from dedup.spill import Scratch
from dedup.tokens import Tokens

# A block, in which passages are aligned, has `2**BLOCK_BITS` left texts.
BLOCK_BITS = 8
# Texts and code points of a part, about, at most: what is sent and collected of one stays small.
PART_TEXTS = 4096
PART_CHARACTERS = 1 << 24
# Parts of which tokens are collected at a time, and parts of which a few numbers are.
COLLECTED = 4
HEADS = 256

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
        run.partitions, run.edges = self.parts(np.array([len(t) for t in texts]) if lengths is None else lengths)
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
        self.session, self.partitions, self.edges = engine.session, 1, np.zeros(1, np.int64)
        self.config, self.progress, self.scratch, self.pool = config, progress, scratch, pool
        self.kept: list[Any] = []

    def find(self, texts: Any, keep: Keep | None, wanted: Wanted | None) -> Found:
        """Run all stages, and let go of what the cluster kept for them."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        setting = "spark.sql.shuffle.partitions"
        before = self.session.conf.get(setting)
        self.session.conf.set(setting, str(self.partitions))
        try:
            return self._find(texts, keep, wanted)
        except (Py4JError, PySparkException) as error:
            raise EngineError(f"Spark gave up: {session.cause(error)}") from error
        finally:
            with contextlib.suppress(Py4JError, PySparkException, OSError):
                self.session.conf.set(setting, before)
                self.session.sparkContext.setJobDescription("")
                for kept in self.kept:
                    kept.unpersist()

    def _find(self, texts: Any, keep: Keep | None, wanted: Wanted | None) -> Found:
        self._stage("tokens")
        rows = self._kept(self._given(texts).mapInArrow(stages.reading(self.config), stages.READ))
        about = self._about(rows, len(texts))
        self._stage("signatures")
        near = self._near(rows, about.active)
        self._stage("weights")
        words = self._words(rows, about, near)
        idf = self._sent(weights.from_counts(words))
        self._stage("seeds")
        hits, counts = self._hits(rows, about.active, idf)
        self._stage("passages")
        found = self._aligned(rows, hits, self._pairs(near, about.copies), idf, keep)
        tokens = self._tokens(rows, found, about.sizes, wanted() if wanted else ())
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

    def _sent(self, value: Any) -> Any:
        """Return a value that each executor gets once."""
        self.kept.append(self.session.sparkContext.broadcast(value))
        return self.kept[-1]

    def _given(self, texts: Any) -> Any:
        """Return the texts as a table with a part for each task, in order of their numbers.

        Each part is sent by itself, and waits on the driver's disk until an executor asks for it, also once more.
        """
        edges = self.edges.tolist()
        parts = [
            self.session.range(0, 1, 1, 1).mapInArrow(stages.given(a, self._packed(texts, a, b)), stages.TEXTS)
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
        if tables:
            digests = np.concatenate([np.frombuffer(stages.joined(t, "digest"), np.uint64) for t in tables])
            sizes, words = (np.concatenate([stages.column(t, name) for t in tables]) for name in ("size", "words"))
        else:
            digests, sizes, words = np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64)
        digests = digests.reshape(-1, 2)
        copies = first_of(digests, sizes)
        active = (copies == np.arange(count)) & (sizes > 0)
        return _Texts(sizes=sizes, copies=copies, active=active, weight=int(words.sum()))

    def _tokens(self, rows: Any, found: Any, sizes: Int64s, wanted: Sequence[int]) -> Tokens:
        """Return the tokens of the texts that passages were found in, and of those that are `wanted`; the others stand
        there without tokens."""
        chosen = np.zeros(len(sizes) + 1, np.bool_)
        chosen[np.frombuffer(stages.joined(found, "documents"), np.int64)] = True
        chosen[np.array(wanted, np.int64)] = True
        chosen[-1] = False
        kept = rows.select("document", *stages.COLUMNS).mapInArrow(stages.choosing(self._sent(chosen)), stages.TOKENS)
        return self._collected(kept, tuple(stages.COLUMNS), np.where(chosen[:-1], sizes, 0))

    def _collected(self, rows: Any, names: tuple[str, ...], sizes: Int64s) -> Tokens:
        """Return the tokens of rows of texts, in order, as far as some columns tell; `sizes` are how many each text
        has."""
        columns = {name: self.scratch.column(kind) for name, kind in stages.COLUMNS.items()}
        for table in _tables(rows.select("document", *names), _steps(self.edges, COLLECTED)):
            for name in names:
                columns[name].append(np.frombuffer(stages.joined(table, name), stages.COLUMNS[name]))
        bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return Tokens(**{name: c.finish() for name, c in columns.items()}, bounds=bounds)

    def _near(self, rows: Any, active: npt.NDArray[np.bool_]) -> Int64s:
        """Return the pairs of `candidates.near_pairs`."""
        from pyspark.sql import functions as f

        buckets = rows.select("document", "signature").mapInArrow(
            stages.banding(self.config, self._sent(active)), stages.PLACES
        )
        hits, _, _ = self._linked(self._kept(buckets), SMALL_BUCKET, rows, ("signature",), stages.by_signature)
        pairs = hits.select(*(f.shiftright(side, POSITION_BITS).alias(side) for side in ("left", "right"))).distinct()
        for side in ("left", "right"):
            of_side = rows.select(f.col("document").alias(side), f.col("signature").alias(f"{side}_signature"))
            pairs = pairs.join(of_side, side)
        found = pairs.mapInArrow(stages.comparing(self.config), "left long, right long").toArrow()
        near = np.stack([stages.column(found, side) for side in ("left", "right")], axis=1)
        return near[np.lexsort((near[:, 1], near[:, 0]))]

    def _words(self, rows: Any, about: _Texts, near: Int64s) -> WordCounts:
        """Return how common words are; what many texts have counts once, in the first of them, so it takes all texts in
        their order."""
        tokens = self._collected(rows, ("hashes", "weights"), about.sizes)
        return candidates.count_words(tokens, about.active, near, self.pool, self.scratch)

    def _hits(self, rows: Any, active: npt.NDArray[np.bool_], idf: Any) -> tuple[Any, dict[str, int]]:
        """Return the hits (a table of `stages.LINKED`), and what was counted."""
        stage = stages.seeding(self.config, self._sent(active), idf)
        seeds = self._kept(rows.select("document", "hashes", "weights").mapInArrow(stage, stages.PLACES))
        hits, total, frequent = self._linked(
            seeds, self.config.seeds.small_bucket, rows, ("hashes",), stages.contexts
        )  # fmt: skip
        # each is there twice, by what follows and by what precedes
        return hits, {"seeds": total, "seeds_linked_to_neighbours": frequent // 2, "hits": hits.count()}

    def _linked(
        self, places: Any, small: int, rows: Any, columns: tuple[str, ...], ordered: Callable[[Any, Any], Any]
    ) -> tuple[Any, int, int]:
        """Return the hits among places with one key, the number of places, and the number of keys in order.

        Up to `small` places are linked all with all, more with their neighbours in the order that `ordered` makes from
        some `columns` of their texts.
        """
        from pyspark.sql import functions as f

        several = self.partitions
        total = places.count()
        # a key with so many places that they would fill a task goes the way of all frequent ones at once; such keys are
        # known from a sample, and whichever they are, all of them are frequent
        most = max(small, total // (4 * several))
        share = min(1.0, 8 * small / most)
        sample = places if share == 1.0 else places.sample(fraction=share, seed=0)
        least = most if share == 1.0 else 4 * small
        rows_of = sample.groupBy("key").count().where(f.col("count") > least).select("key").toArrow()
        crowded = np.sort(stages.column(rows_of, "key"))
        wide = f.col("key").isin(crowded.tolist()) if len(crowded) else f.lit(False)
        # places of such a key go to any task: there they are only passed on
        linked = self._kept(
            places.repartition(several, f.when(wide, f.col("place")).otherwise(f.col("key")))
            .sortWithinPartitions("key", "place")
            .mapInArrow(stages.linking(small, crowded), stages.LINKED)
        )
        frequent = linked.where("kind = 1").select("key", "left", "weighs", *AROUND)
        in_order = self._kept(
            frequent.groupBy(f.shiftright("left", POSITION_BITS + BLOCK_BITS).alias("block"))
            .cogroup(rows.select("document", *columns).groupBy(f.shiftright("document", BLOCK_BITS).alias("block")))
            .applyInArrow(ordered, stages.CONTEXTS)
        )
        more = self._kept(
            in_order.repartitionByRange(several, "key", "context", "place")
            .sortWithinPartitions("key", "context", "place")
            .mapInArrow(stages.neighbours, stages.LINKED)
        )
        hits = linked.where("kind = 0").unionByName(more.where("kind = 0"))
        edges = more.where("kind > 0").orderBy("right", "kind").toArrow()
        found, keys = stages.between(edges)
        if found.num_rows:
            hits = hits.unionByName(self.session.createDataFrame(found, stages.LINKED))
        return hits, total, keys

    def _pairs(self, near: Int64s, copies: Int64s) -> Any:
        """Return the pairs that are near by their signatures, and those with equal tokens."""
        import pyarrow as pa

        which = np.flatnonzero(copies != np.arange(len(copies)))
        kind = np.repeat(np.array([NEAR, COPY], np.int32), [len(near), len(which)])
        left, right = np.concatenate([near, np.stack([copies[which], which], axis=1)]).T << POSITION_BITS
        return self.session.createDataFrame(pa.table({"kind": kind, "left": left, "right": right}), stages.PAIRS)

    def _aligned(self, rows: Any, hits: Any, pairs: Any, idf: Any, keep: Keep | None) -> Any:
        """Return the passages as rows of `stages.FOUND`, made in blocks of texts."""
        from pyspark.sql import functions as f

        if not isinstance(keep, candidates.Verified):
            raise TypeError("what is kept is decided on executors: pass a candidates.Verified")
        stage = stages.aligning(self.config, idf, self._sent(keep.sides), keep.one_way)
        of_left, of_right = (f.shiftright(side, POSITION_BITS + BLOCK_BITS) for side in ("left", "right"))
        sifted = (
            hits.select("left", "right", "weighs", "back")
            .groupBy(of_left.alias("block"))
            .applyInArrow(stages.sifting(self.config), stages.PAIRS)
        )
        # all copies of a text have one left text, so they go to the blocks of the right ones
        block = f.when(f.col("kind") == COPY, of_right).otherwise(of_left)
        by_block = self._kept(sifted.unionByName(pairs).withColumn("block", block))
        left, right = (f.shiftright(side, POSITION_BITS) for side in ("left", "right"))
        wanted = (
            by_block.where(f.col("kind") != DROPPED)
            .select(f.col("block").alias("part"), f.explode(f.array(left, right)).alias("document"))
            .distinct()
        )
        texts = wanted.join(rows.select("document", "hashes", "flags", "weights"), "document")
        found = by_block.groupBy("block").cogroup(texts.groupBy("part")).applyInArrow(stage, stages.FOUND)
        return found.toArrow()


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
        documents = np.concatenate([[before], stages.column(table, "document")])
        if (np.diff(documents) <= 0).any():
            raise RuntimeError(f"texts came out of order behind {before}")
        before = int(documents[-1])
        yield table


def _passages(rows: Any, bounds: Int64s) -> tuple[Passages, list[int]]:
    """Return the passages of all blocks (rows of `stages.FOUND`), sorted, with the places of the whole corpus, and what
    the blocks counted; `bounds` are those of its texts."""

    def of(name: str, *shape: int) -> Int64s:
        return np.frombuffer(stages.joined(rows, name), np.int64).reshape(-1, *shape)

    documents, sizes, blocks, counts = of("documents", 2), of("sizes"), of("blocks", 3).copy(), of("counts", 4)
    blocks[:, :2] += np.repeat(bounds[documents], sizes, axis=0)
    found = Passages(
        documents=documents.astype(np.int32), bounds=np.concatenate([[0], np.cumsum(sizes)]), blocks=blocks
    )
    return candidates.sorted_passages([found]), counts.sum(axis=0).tolist()
