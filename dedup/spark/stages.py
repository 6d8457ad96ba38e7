"""What runs on the executors: Arrow in, the stages of `dedup`, Arrow out.

A place is `document << POSITION_BITS | token`, which sorts as the places of one long list of tokens do.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import candidates, rescore
from dedup.align import Passages
from dedup.config import Config
from dedup.kernels import seeds as seed_kernels
from dedup.kernels import shingles as shingle_kernels
from dedup.seeds import Hits
from dedup.signatures import signatures
from dedup.tokens import Tokens, tokenize

Int64s = npt.NDArray[np.int64]
Batches = Iterator[Any]
Stage = Callable[[Batches], Batches]

# Tokens of a text at most: a text of 256 MB has fewer.
POSITION_BITS = 28
POSITION = (1 << POSITION_BITS) - 1
# What a row of a block is: two places with one seed, texts that are near by their signatures, texts with equal tokens.
HIT, NEAR, COPY = 0, 1, 2
COLUMNS: dict[str, np.dtype[Any]] = {
    "hashes": np.dtype(np.uint32),
    "flags": np.dtype(np.uint8),
    "weights": np.dtype(np.uint8),
    "starts": np.dtype(np.int32),
    "ends": np.dtype(np.int32),
}
READ = "document long, " + ", ".join(f"{name} binary" for name in COLUMNS) + ", signature binary"
SEEDS = "key int, place long"
LINKED = "kind int, left long, right long, key int"
CONTEXTS = "key int, context binary, place long"
FOUND = "left long, right long, blocks binary, features binary, score double"


def column(batch: Any, name: str, kind: Any = np.int64) -> npt.NDArray[Any]:
    """Return a column of numbers as an array."""
    values: npt.NDArray[Any] = batch.column(name).to_numpy(zero_copy_only=False).astype(kind, copy=False)
    return values


def _table_column(table: Any, name: str, kind: Any = np.int64) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = table.column(name).to_numpy().astype(kind, copy=False)
    return values


def _batch(**columns: Any) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({k: pa.array(v) for k, v in columns.items()})


def tokens_of(rows: Any) -> Tokens:
    """Return the tokens of rows of texts, those columns alone that the rows have; the others are empty."""
    bounds = np.zeros(rows.num_rows + 1, np.int64)
    found: dict[str, npt.NDArray[Any]] = {}
    for name, kind in COLUMNS.items():
        parts = rows.column(name).to_pylist() if name in rows.schema.names else []
        found[name] = np.frombuffer(b"".join(parts), kind)
        if name == "hashes":
            np.cumsum([len(part) // kind.itemsize for part in parts], out=bounds[1:])
    return Tokens(**found, bounds=bounds)


def reading(config: Config) -> Stage:
    """Return texts (document, text) to tokens and signatures."""

    def stage(batches: Batches) -> Batches:
        for batch in batches:
            texts = [raw.decode() for raw in batch.column("text").to_pylist()]
            tokens = tokenize(texts)
            bounds = tokens.bounds.tolist()
            made = signatures(tokens, config.signatures)
            cut = {
                name: [getattr(tokens, name)[low:high].tobytes() for low, high in itertools.pairwise(bounds)]
                for name in COLUMNS
            }
            yield _batch(document=column(batch, "document"), **cut, signature=[row.tobytes() for row in made])

    return stage


def seeding(config: Config, active: Any) -> Stage:
    """Return tokens to the seeds of the texts that are `active` (a broadcast mask)."""

    def stage(batches: Batches) -> Batches:
        for batch in batches:
            tokens = tokens_of(batch)
            documents = column(batch, "document")
            spans = np.stack([tokens.bounds[:-1], tokens.bounds[1:]], axis=1)[active.value[documents]]
            keys, places, edges = shingle_kernels.seed_places(
                tokens.hashes, tokens.weights, spans, config.seeds.seed_size, config.seeds.seed_window
            )
            numbers = np.repeat(documents[active.value[documents]], np.diff(edges))
            first = np.repeat(spans[:, 0], np.diff(edges))
            yield _batch(key=keys.view(np.int32), place=numbers << POSITION_BITS | places - first)

    return stage


def linking(config: Config) -> Stage:
    """Return seeds, all of a key in one partition and sorted, to hits and to the places of frequent seeds."""

    def stage(batches: Batches) -> Batches:
        rest = (np.empty(0, np.int32), np.empty(0, np.int64))
        for batch in batches:
            keys = np.concatenate([rest[0], column(batch, "key", np.int32)])
            places = np.concatenate([rest[1], column(batch, "place")])
            # the last seed may go on in the next batch
            edge = int(np.searchsorted(keys, keys[-1])) if len(keys) else 0
            rest = keys[edge:], places[edge:]
            yield from _linked(keys[:edge], places[:edge], config)
        yield from _linked(*rest, config)

    return stage


def _linked(keys: npt.NDArray[np.int32], places: Int64s, config: Config) -> Batches:
    if not len(keys):
        return
    documents = (places >> POSITION_BITS).astype(np.int32)
    hits, frequent = seed_kernels.link_small(keys, places, documents, config.seeds.small_bucket)
    zeros = np.zeros(len(hits), np.int32)
    yield _batch(kind=zeros, left=hits[:, 0], right=hits[:, 1], key=zeros)
    some = places[frequent]
    yield _batch(kind=np.ones(len(some), np.int32), left=some, right=some, key=keys[frequent])


def contexts(step: int) -> Callable[[Any, Any], Any]:
    """Return places of frequent seeds and the tokens of their texts to places with what they are sorted by."""

    def stage(rows: Any, texts: Any) -> Any:
        import pyarrow as pa

        tokens = tokens_of(texts)
        documents = _table_column(texts, "document")
        order = np.argsort(documents)
        places = _table_column(rows, "left")
        number = order[np.searchsorted(documents[order], places >> POSITION_BITS)]
        starts, ends = tokens.bounds[number], tokens.bounds[number + 1]
        made, sizes = seed_kernels.contexts(tokens.hashes, starts + (places & POSITION), starts, ends, step)
        cut = [row[:size].tobytes() for row, size in zip(made, sizes.tolist(), strict=True)]
        return pa.table({"key": rows.column("key"), "context": pa.array(cut, pa.binary()), "place": places})

    return stage


def neighbours(batches: Batches) -> Batches:
    """Return places in order of seed and context to hits between neighbours; the first and last row of the partition
    come too, as rows of kind 1 and 2 with place, number of the partition, and key, and as kind 3 its seeds."""
    from pyspark import TaskContext

    number = TaskContext.get().partitionId()  # type: ignore[union-attr]
    last: tuple[int, int] | None = None
    seeds = 0
    for batch in batches:
        keys, places = column(batch, "key", np.int32), column(batch, "place")
        if not len(keys):
            continue
        if last is None:
            yield _edge(1, int(places[0]), number, int(keys[0]))
            seeds = 1
        else:
            keys = np.concatenate([[np.int32(last[0])], keys]).astype(np.int32)
            places = np.concatenate([[last[1]], places])
        same = keys[1:] == keys[:-1]
        seeds += int((~same).sum())
        a, b = places[:-1][same], places[1:][same]
        zeros = np.zeros(len(a), np.int32)
        yield _batch(kind=zeros, left=np.minimum(a, b), right=np.maximum(a, b), key=zeros)
        last = int(keys[-1]), int(places[-1])
    if last is not None:
        yield _edge(2, last[1], number, last[0])
        yield _edge(3, seeds, number, 0)


def _edge(kind: int, left: int, right: int, key: int) -> Any:
    return _batch(
        kind=np.array([kind], np.int32), left=np.array([left]), right=np.array([right]), key=np.array([key], np.int32)
    )


def aligning(config: Config, idf: Any, sides: Any, one_way: bool) -> Callable[[Any, Any], Any]:
    """Return hits and near pairs of a block of left texts, and the tokens of their texts, to passages.

    The first row of the answer counts: texts -1, and the counts of `candidates.Block` in `blocks`.
    """

    def stage(rows: Any, texts: Any) -> Any:
        order = np.argsort(_table_column(texts, "document"))
        texts = texts.take(order)
        documents = _table_column(texts, "document")
        tokens = tokens_of(texts)
        known = rescore.evidence(tokens, idf.value)
        kind = _table_column(rows, "kind")
        pairs = np.stack([_table_column(rows, side) for side in ("left", "right")], axis=1)
        keep = candidates.Verified(sides=sides.value[documents], one_way=one_way, config=config)
        found = candidates.align_block(
            _hits(pairs[kind == HIT], documents, tokens),
            _near(pairs[kind == NEAR], documents),
            _copies(pairs[kind == COPY], documents, tokens),
            known,
            config,
            keep,
        )
        return _answer(found, documents, tokens)

    return stage


def _numbers(places: Int64s, documents: Int64s) -> Int64s:
    """Return the numbers of places' texts among the sorted texts of a block."""
    return np.searchsorted(documents, places >> POSITION_BITS).astype(np.int64)


def _hits(pairs: Int64s, documents: Int64s, tokens: Tokens) -> Hits:
    order = np.lexsort((pairs[:, 1], pairs[:, 0], pairs[:, 1] >> POSITION_BITS, pairs[:, 0] >> POSITION_BITS))
    pairs = pairs[order]
    numbers = _numbers(pairs, documents)
    new = np.flatnonzero((np.diff(numbers, axis=0, prepend=-1) != 0).any(axis=1))
    return Hits(
        places=tokens.bounds[numbers] + (pairs & POSITION),
        documents=numbers.astype(np.int32),
        groups=np.concatenate([new, [len(pairs)]]).astype(np.int64) if len(pairs) else np.zeros(1, np.int64),
        seeds=0,
        frequent=0,
    )


def _near(pairs: Int64s, documents: Int64s) -> Int64s:
    numbers = _numbers(pairs, documents)
    return numbers[np.lexsort((numbers[:, 1], numbers[:, 0]))]


def _copies(pairs: Int64s, documents: Int64s, tokens: Tokens) -> Passages:
    of = np.arange(len(documents))
    first, copy = _numbers(pairs, documents).T
    of[copy] = first
    return candidates.copied(of, tokens)


def _answer(found: candidates.Block, documents: Int64s, tokens: Tokens) -> Any:
    """Return passages as rows; their blocks are places within the two texts."""
    import pyarrow as pa

    passages = found.passages
    offsets = np.repeat(tokens.bounds[passages.documents], np.diff(passages.bounds), axis=0)
    blocks = passages.blocks.copy()
    blocks[:, :2] -= offsets
    cuts = passages.bounds.tolist()
    counts = np.array([found.unlinked, found.pairs, found.chains, found.aligned], np.int64)
    pairs = documents[passages.documents].reshape(-1, 2)
    return pa.table(
        {
            "left": np.concatenate([[-1], pairs[:, 0]]),
            "right": np.concatenate([[-1], pairs[:, 1]]),
            "blocks": pa.array(
                [counts.tobytes(), *(blocks[a:b].tobytes() for a, b in itertools.pairwise(cuts))], pa.binary()
            ),
            "features": pa.array([b"", *(row.tobytes() for row in found.scored.features)], pa.binary()),
            "score": np.concatenate([[0.0], found.scored.scores]),
        }
    )
