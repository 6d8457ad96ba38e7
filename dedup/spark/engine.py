"""The order of the stages on a cluster: what `dedup.candidates.find` does, with the same answer.

Executors make tokens, signatures and seeds, link seeds, and align and score passages. The driver reads, weighs words,
bands signatures, and judges the passages; it keeps the tokens of all texts, in files when they do not fit in memory.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import candidates, rescore, weights
from dedup.align import Passages
from dedup.candidates import Found, Keep
from dedup.config import Config
from dedup.errors import ConfigError
from dedup.progress import NoProgress, Progress
from dedup.spark import stages
from dedup.spark.stages import COPY, HIT, NEAR, POSITION_BITS
from dedup.spill import Scratch
from dedup.tokens import Tokens

# A block, in which passages are aligned, has `2**BLOCK_BITS` left texts; a batch of texts has so many rows.
BLOCK_BITS = 8
BATCH_TEXTS = 256

Int64s = npt.NDArray[np.int64]


class Engine:
    """Finds passages with a session of Spark; `partitions` of each shuffle change the time and nothing else."""

    def __init__(self, session: Any, partitions: int | None = None) -> None:
        self.session = session
        self.partitions = partitions or 2 * session.sparkContext.defaultParallelism

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
    ) -> Found:
        """Return the passages that texts share, as `candidates.find` does; `keep` must be a `candidates.Verified`.

        Raises `ConfigError` for a reference set, with which passages are only compared on one machine.
        """
        if sides.any():
            raise ConfigError("--against is for a scan on one machine; leave out --engine spark")
        return _Run(self, config, progress or NoProgress(), scratch or Scratch(), pool).find(texts, keep)


class _Run:
    """One scan and what it keeps on the cluster."""

    def __init__(
        self, engine: Engine, config: Config, progress: Progress, scratch: Scratch, pool: Executor | None
    ) -> None:
        self.session, self.partitions = engine.session, engine.partitions
        self.config, self.progress, self.scratch, self.pool = config, progress, scratch, pool
        self.kept: list[Any] = []

    def find(self, texts: Any, keep: Keep | None) -> Found:
        """Run all stages, and let go of what the cluster kept for them."""
        try:
            return self._find(texts, keep)
        finally:
            for kept in self.kept:
                kept.unpersist()

    def _find(self, texts: Any, keep: Keep | None) -> Found:
        config = self.config
        self.progress.stage("tokens", None)
        rows = self._kept(self._texts(texts).mapInArrow(stages.reading(config), stages.READ))
        tokens, made = self._collected(rows, len(texts))
        copies = candidates.copy_of(tokens)
        active = (copies == np.arange(len(tokens))) & (np.diff(tokens.bounds) > 0)
        self.progress.stage("signatures", None)
        near = candidates.near_by_signature(made, active, np.zeros(len(tokens), np.int8), config)
        self.progress.stage("weights", None)
        words = candidates.count_words(tokens, active, near, self.pool, self.scratch)
        idf = weights.from_counts(words)
        known = rescore.evidence(tokens, idf, self.pool, self.scratch)
        self.progress.stage("seeds", None)
        hits, counts = self._linked(rows, active)
        self.progress.stage("passages", None)
        found = self._aligned(rows, self._with(hits, near, copies), idf, keep)
        passages, scored, more = _passages(found, tokens)
        return Found(
            tokens=tokens,
            words=words,
            evidence=known,
            copy_of=copies,
            passages=passages,
            scored=scored,
            counts={
                "tokens": len(tokens.hashes),
                "exact_copies": int((~active & (np.diff(tokens.bounds) > 0)).sum()),
                "lsh_pairs": len(near),
                **dict(zip(("lsh_pairs_without_chain", *counts), (more[0], *counts.values()), strict=True)),
                **dict(zip(("pairs_with_hits", "chains", "aligned_passages"), more[1:], strict=True)),
            },
        )

    def _kept(self, frame: Any) -> Any:
        """Return a table that is made once, and kept on the disks of the cluster."""
        from pyspark import StorageLevel

        self.kept.append(frame.persist(StorageLevel.DISK_ONLY))
        return self.kept[-1]

    def _texts(self, texts: Any) -> Any:
        """Return the texts as a table, sorted by number."""
        import pyarrow as pa

        schema = pa.schema([("document", pa.int64()), ("text", pa.binary())])
        batches = [
            pa.record_batch(
                [
                    np.arange(first, min(first + BATCH_TEXTS, len(texts))),
                    pa.array([t.encode("utf-8", "replace") for t in texts[first : first + BATCH_TEXTS]], pa.binary()),
                ],
                schema=schema,
            )
            for first in range(0, len(texts), BATCH_TEXTS)
        ]
        frame = self.session.createDataFrame(pa.Table.from_batches(batches, schema))
        return frame.repartitionByRange(self.partitions, "document").sortWithinPartitions("document")

    def _collected(self, rows: Any, documents: int) -> tuple[Tokens, npt.NDArray[np.uint32]]:
        """Return the tokens and signatures of all texts."""
        columns = {name: self.scratch.column(kind) for name, kind in stages.COLUMNS.items()}
        made = self.scratch.empty((documents, self.config.signatures.num_perm), np.uint32)
        sizes = np.zeros(documents + 1, np.int64)
        for number, row in enumerate(rows.toLocalIterator(prefetchPartitions=True)):
            if row.document != number:
                raise RuntimeError(f"texts came out of order: {row.document} at {number}")
            for name, kind in stages.COLUMNS.items():
                columns[name].append(np.frombuffer(row[name], kind))
            made[number] = np.frombuffer(row.signature, np.uint32)
            sizes[number + 1] = len(row.hashes) // 4
        return Tokens(**{name: c.finish() for name, c in columns.items()}, bounds=np.cumsum(sizes)), made

    def _linked(self, rows: Any, active: npt.NDArray[np.bool_]) -> tuple[Any, dict[str, int]]:
        """Return the hits (kind, left, right), and what was counted."""
        from pyspark.sql import functions as f

        config, several = self.config, self.partitions
        mask = self.session.sparkContext.broadcast(active)
        seeds = self._kept(rows.select("document", "hashes", "weights").mapInArrow(
            stages.seeding(config, mask), stages.SEEDS
        ))  # fmt: skip
        total = seeds.count()
        # a seed with so many places that they would fill a task goes the way of all frequent ones at once
        most = max(config.seeds.small_bucket, total // (4 * several))
        frequent = seeds.groupBy("key").count().where(f.col("count") > most).select("key").collect()
        widest = f.col("key").isin([row.key for row in frequent]) if frequent else f.lit(False)
        linked = self._kept(
            seeds.where(~widest)
            .repartition(several, "key")
            .sortWithinPartitions("key", "place")
            .mapInArrow(stages.linking(config), stages.LINKED)
        )
        places = linked.where("kind = 1").select("key", "left").unionByName(
            seeds.where(widest).select("key", f.col("place").alias("left"))
        )  # fmt: skip
        hits = linked.where("kind = 0").select("kind", "left", "right")
        n_frequent = 0
        for step in (1, -1):
            found, n_frequent = self._neighbours(rows, places, step)
            hits = hits.unionByName(found)
        return hits, {"seeds": total, "seeds_linked_to_neighbours": n_frequent, "hits": hits.count()}

    def _neighbours(self, rows: Any, places: Any, step: int) -> tuple[Any, int]:
        """Return the hits between neighbours in the order of what follows (1) or precedes (-1); how many seeds."""
        from pyspark.sql import functions as f

        with_context = self._kept(
            places.groupBy(f.shiftright("left", POSITION_BITS + BLOCK_BITS).alias("block"))
            .cogroup(rows.select("document", "hashes").groupBy(f.shiftright("document", BLOCK_BITS).alias("block")))
            .applyInArrow(stages.contexts(step), stages.CONTEXTS)
        )
        ordered = self._kept(
            with_context.repartitionByRange(self.partitions, "key", "context", "place")
            .sortWithinPartitions("key", "context", "place")
            .mapInArrow(stages.neighbours, stages.LINKED)
        )
        edges = ordered.where("kind > 0").orderBy("right", "kind").collect()
        between, seeds, last = [], 0, None
        for row in edges:
            if row.kind == 1 and last is not None and last.key == row.key:
                between.append((HIT, min(last.left, row.left), max(last.left, row.left)))
                seeds -= 1
            elif row.kind == 2:
                last = row
            elif row.kind == 3:
                seeds += row.left
        hits = ordered.where("kind = 0").select("kind", "left", "right")
        if between:
            hits = hits.unionByName(self.session.createDataFrame(between, "kind int, left long, right long"))
        return hits, seeds

    def _with(self, hits: Any, near: Int64s, copies: Int64s) -> Any:
        """Return the hits with the pairs that are near by their signatures, and those with equal tokens."""
        which = np.flatnonzero(copies != np.arange(len(copies)))
        pairs = [(NEAR, a << POSITION_BITS, b << POSITION_BITS) for a, b in near.tolist()]
        pairs += [
            (COPY, a << POSITION_BITS, b << POSITION_BITS)
            for a, b in zip(copies[which].tolist(), which.tolist(), strict=True)
        ]
        if not pairs:
            return hits
        return hits.unionByName(self.session.createDataFrame(pairs, "kind int, left long, right long"))

    def _aligned(self, rows: Any, pairs: Any, idf: npt.NDArray[np.float32], keep: Keep | None) -> Any:
        """Return the passages as rows of `stages.FOUND`, made in blocks of left texts."""
        from pyspark.sql import functions as f

        if not isinstance(keep, candidates.Verified):
            raise TypeError("what is kept is decided on executors: pass a candidates.Verified")
        context = self.session.sparkContext
        stage = stages.aligning(self.config, context.broadcast(idf), context.broadcast(keep.sides), keep.one_way)
        left, right = (f.shiftright(side, POSITION_BITS) for side in ("left", "right"))
        by_block = self._kept(pairs.withColumn("block", f.shiftright("left", POSITION_BITS + BLOCK_BITS)))
        wanted = by_block.select(
            f.col("block").alias("part"), f.explode(f.array(left, right)).alias("document")
        ).distinct()
        texts = wanted.join(rows.select("document", "hashes", "flags", "weights"), "document")
        found = by_block.groupBy("block").cogroup(texts.groupBy("part")).applyInArrow(stage, stages.FOUND)
        return found.toArrow()


def _passages(rows: Any, tokens: Tokens) -> tuple[Passages, rescore.Scored, list[int]]:
    """Return the passages of all blocks, sorted, with the places of the whole corpus, and what the blocks counted."""
    left, right = (np.asarray(rows.column(side)).astype(np.int64) for side in ("left", "right"))
    raw, features = (rows.column(name).to_pylist() for name in ("blocks", "features"))
    counts = np.zeros(4, np.int64)
    for i in np.flatnonzero(left < 0).tolist():
        counts += np.frombuffer(raw[i], np.int64)
    which = np.flatnonzero(left >= 0)
    blocks = np.frombuffer(b"".join(raw[i] for i in which.tolist()), np.int64).reshape(-1, 3).copy()
    sizes = np.array([len(raw[i]) // 24 for i in which.tolist()], np.int64)
    documents = np.stack([left, right], axis=1)[which]
    blocks[:, :2] += np.repeat(tokens.bounds[documents], sizes, axis=0)
    scored = rescore.Scored(
        features=np.frombuffer(b"".join(features[i] for i in which.tolist()), np.float64).reshape(
            -1, len(rescore.FEATURES)
        ),
        scores=np.asarray(rows.column("score"))[which],
    )
    found = Passages(
        documents=documents.astype(np.int32), bounds=np.concatenate([[0], np.cumsum(sizes)]), blocks=blocks
    )
    return *candidates.together((found, scored)), counts.tolist()
