"""What runs on the executors: Arrow in, the stages of `dedup`, Arrow out.

A place is `document << POSITION_BITS | token`, which sorts as the places of one long list of tokens do.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import candidates, rescore, sift
from dedup.align import Passages
from dedup.config import Config
from dedup.copies import copied, digests
from dedup.kernels import seeds as seed_kernels
from dedup.kernels import shingles as shingle_kernels
from dedup.kernels import surroundings
from dedup.kernels import weights as weight_kernels
from dedup.lsh import band_keys
from dedup.seeds import Hits
from dedup.signatures import signatures
from dedup.tokens import Tokens, tokenize

Int64s = npt.NDArray[np.int64]
Batches = Iterator[Any]
Stage = Callable[[Batches], Batches]
_Places = tuple[Int64s, Int64s, npt.NDArray[np.uint8]]

# Tokens of a text at most: a text of 256 MB has fewer.
POSITION_BITS = 28
POSITION = (1 << POSITION_BITS) - 1
# Texts of a batch.
BATCH_TEXTS = 256
# What a row of a block is: two places with one seed, texts that are near by their signatures, texts with equal tokens,
# and how many pairs of texts have hits that cannot make a chain.
HIT, NEAR, COPY, DROPPED = 0, 1, 2, 3
COLUMNS: dict[str, np.dtype[Any]] = {
    "hashes": np.dtype(np.uint32),
    "flags": np.dtype(np.uint8),
    "weights": np.dtype(np.uint8),
    "starts": np.dtype(np.int32),
    "ends": np.dtype(np.int32),
}
TEXTS = "document long, text binary"
READ = (
    "document long, "
    + ", ".join(f"{name} binary" for name in COLUMNS)
    + ", signature binary, digest binary, words long"
)
TOKENS = "document long, " + ", ".join(f"{name} binary" for name in COLUMNS)
# What stands around a place is carried in so many whole numbers.
AROUND = tuple(f"around{i}" for i in range(2 * surroundings.WIDTH // 8))
_AROUND = ", ".join(f"{name} long" for name in AROUND)
PLACES = f"key long, place long, {_AROUND}"
LINKED = f"kind int, key long, left long, right long, weighs int, back int, {_AROUND}"
CONTEXTS = f"key long, context binary, place long, {_AROUND}"
PAIRS = "kind int, left long, right long"
FOUND = "documents binary, sizes binary, blocks binary, counts binary"


def column(batch: Any, name: str, kind: Any = np.int64) -> npt.NDArray[Any]:
    """Return a column of numbers as an array."""
    values: npt.NDArray[Any] = np.asarray(batch.column(name)).astype(kind, copy=False)
    return values


def joined(rows: Any, name: str) -> bytes:
    """Return the bytes of a column one after the other."""
    values = rows.column(name)
    parts = []
    for chunk in getattr(values, "chunks", [values]):
        wide = chunk.cast("large_binary")
        _, ends, raw = wide.buffers()
        if len(wide) and raw is not None:
            edges = np.frombuffer(ends, np.int64)[wide.offset : wide.offset + len(wide) + 1]
            parts.append(memoryview(raw)[edges[0] : edges[-1]])
    return b"".join(parts)


def _batch(**columns: Any) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({k: pa.array(v) for k, v in columns.items()})


def _table(**columns: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_batches([_batch(**columns)])


def _signatures(batch: Any, name: str, config: Config) -> npt.NDArray[np.uint32]:
    """Return a column of signatures (uint32, n x `num_perm`)."""
    return np.frombuffer(joined(batch, name), np.uint32).reshape(-1, config.signatures.num_perm)


def _around(batch: Any) -> npt.NDArray[np.uint8]:
    """Return what stands around the places of a batch (uint8, n x 2 `WIDTH`)."""
    rows = np.stack([column(batch, name) for name in AROUND], axis=1)
    return np.ascontiguousarray(rows).view(np.uint8)


def _carried(around: npt.NDArray[np.uint8]) -> dict[str, Int64s]:
    """Return the columns that carry what stands around places."""
    return dict(zip(AROUND, np.ascontiguousarray(around).view(np.int64).T, strict=True))


def _blank(n: int) -> npt.NDArray[np.uint8]:
    return np.zeros((n, 2 * surroundings.WIDTH), np.uint8)


def tokens_of(rows: Any) -> Tokens:
    """Return the tokens of rows of texts, those columns alone that the rows have; the others are empty."""
    import pyarrow.compute as pc

    found: dict[str, Any] = {
        name: np.frombuffer(joined(rows, name) if name in rows.schema.names else b"", kind)
        for name, kind in COLUMNS.items()
    }
    sizes = np.asarray(pc.binary_length(rows.column("hashes"))).astype(np.int64) // COLUMNS["hashes"].itemsize
    return Tokens(**found, bounds=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


def given(first: int, texts: Any) -> Stage:
    """Return one row to `texts` (their bytes and ends, sent), numbered from `first` on."""

    def stage(batches: Batches) -> Batches:
        import pyarrow as pa

        for _ in batches:
            pass
        raw, ends = texts.value
        starts = np.concatenate([[0], ends[:-1]])
        for low in range(0, len(ends), BATCH_TEXTS):
            spans = zip(starts[low : low + BATCH_TEXTS].tolist(), ends[low : low + BATCH_TEXTS].tolist(), strict=True)
            cut = [raw[start:end] for start, end in spans]
            yield _batch(document=np.arange(first + low, first + low + len(cut)), text=pa.array(cut, pa.binary()))

    return stage


def reading(config: Config) -> Stage:
    """Return texts (document, text) to tokens, signatures, digests of the tokens, and how much they weigh."""

    def stage(batches: Batches) -> Batches:
        for batch in batches:
            tokens = tokenize([raw.decode() for raw in batch.column("text").to_pylist()])
            bounds = tokens.bounds.tolist()
            cut = {
                name: [getattr(tokens, name)[low:high].tobytes() for low, high in itertools.pairwise(bounds)]
                for name in COLUMNS
            }
            sums = np.concatenate([[0], np.cumsum(tokens.weights, dtype=np.int64)])
            yield _batch(
                document=column(batch, "document"),
                **cut,
                signature=[row.tobytes() for row in signatures(tokens, config.signatures)],
                digest=[row.tobytes() for row in digests(tokens)],
                words=sums[tokens.bounds[1:]] - sums[tokens.bounds[:-1]],
            )

    return stage


def choosing(chosen: Any) -> Stage:
    """Return texts to those that are `chosen` (a broadcast mask)."""

    def stage(batches: Batches) -> Batches:
        import pyarrow as pa

        for batch in batches:
            yield batch.filter(pa.array(chosen.value[column(batch, "document")]))

    return stage


def banding(config: Config, active: Any) -> Stage:
    """Return signatures of the texts that are `active` (a broadcast mask) to the buckets they are in."""

    def stage(batches: Batches) -> Batches:
        for batch in batches:
            documents = column(batch, "document")
            kept = active.value[documents]
            keys = band_keys(_signatures(batch, "signature", config)[kept], config.signatures)
            places = np.repeat(documents[kept] << POSITION_BITS, config.signatures.bands)
            yield _batch(key=keys.ravel(), place=places, **_carried(_blank(len(places))))

    return stage


def comparing(config: Config) -> Stage:
    """Return pairs with both signatures to those that are alike."""

    def stage(batches: Batches) -> Batches:
        for batch in batches:
            left, right = (_signatures(batch, f"{side}_signature", config) for side in ("left", "right"))
            kept = candidates.alike(left, right, config)
            yield _batch(**{side: column(batch, side)[kept] for side in ("left", "right")})

    return stage


def seeding(config: Config, active: Any, idf: Any) -> Stage:
    """Return tokens to the seeds of the texts that are `active` (a broadcast mask), with what stands around them."""

    def stage(batches: Batches) -> Batches:
        for batch in batches:
            tokens = tokens_of(batch)
            documents = column(batch, "document")
            which = np.flatnonzero(active.value[documents])
            spans = np.stack([tokens.bounds[which], tokens.bounds[which + 1]], axis=1)
            keys, places, edges = shingle_kernels.seed_places(
                tokens.hashes, tokens.weights, spans, config.seeds.seed_size, config.seeds.seed_window
            )
            number = np.repeat(np.arange(len(which)), np.diff(edges))
            starts, ends = spans[number].T
            masses = weight_kernels.token_masses(tokens.hashes, tokens.weights, idf.value)
            yield _batch(
                key=keys.astype(np.int64),
                place=documents[which][number] << POSITION_BITS | places - starts,
                **_carried(surroundings.around(tokens.hashes, masses, places, starts, ends)),
            )

    return stage


def linking(small: int, crowded: Int64s) -> Stage:
    """Return sorted places, all of a key in one partition but those of `crowded` keys (sorted), to hits, and to the
    places of keys with more than `small`, among which all crowded ones are."""

    def stage(batches: Batches) -> Batches:
        rest: _Places | None = None
        for batch in batches:
            rows = _places(batch, rest)
            # the last key may go on in the next batch
            edge = int(np.searchsorted(rows[0], rows[0][-1])) if len(rows[0]) else 0
            rest = rows[0][edge:], rows[1][edge:], rows[2][edge:]
            yield from _linked((rows[0][:edge], rows[1][:edge], rows[2][:edge]), small, crowded)
        if rest is not None:
            yield from _linked(rest, small, crowded)

    return stage


def _places(batch: Any, before: _Places | None) -> _Places:
    """Return keys, places and what stands around them, behind those of `before`."""
    rows = column(batch, "key"), column(batch, "place"), _around(batch)
    if before is None:
        return rows
    return (
        np.concatenate([before[0], rows[0]]),
        np.concatenate([before[1], rows[1]]),
        np.concatenate([before[2], rows[2]]),
    )


def _linked(rows: _Places, small: int, crowded: Int64s) -> Batches:
    keys, places, around = rows
    if not len(keys):
        return
    documents = (places >> POSITION_BITS).astype(np.int32)
    plain = np.flatnonzero(~np.isin(keys, crowded))
    found, more = seed_kernels.link_small(keys[plain], plain, documents[plain], small)
    frequent = np.ones(len(keys), np.bool_)
    frequent[plain] = more
    yield _hit_rows(places, around, found)
    some = places[frequent]
    # the places of a crowded key are in several tasks: what tells them apart is not known here
    near = np.where(np.isin(keys[frequent], crowded), 0, surroundings.told_apart(keys[frequent], around[frequent]))
    yield _batch(
        kind=np.ones(len(some), np.int32),
        key=keys[frequent],
        left=some,
        right=some,
        weighs=near.astype(np.int32),
        back=np.zeros(len(some), np.int32),
        **_carried(around[frequent]),
    )


def _hit_rows(places: Int64s, around: npt.NDArray[np.uint8], found: Int64s) -> Any:
    """Return hits between rows of places (int64, n x 2 rows) as a batch of `LINKED`."""
    left, right = np.sort(places[found], axis=1).T
    swapped = left != places[found[:, 0]]
    first, second = np.where(swapped, found[:, 1], found[:, 0]), np.where(swapped, found[:, 0], found[:, 1])
    weighs, back = surroundings.run_bounds(around[first], around[second])
    zeros = np.zeros(len(found), np.int32)
    return _batch(
        kind=zeros,
        key=zeros.astype(np.int64),
        left=left,
        right=right,
        weighs=weighs,
        back=back,
        **_carried(_blank(len(found))),
    )


def contexts(rows: Any, texts: Any) -> Any:
    """Return places of frequent seeds and the tokens of their texts to places, twice, with what they are sorted by:
    under twice their key what follows, under the next number what precedes; no more of it than tells them apart, where
    that is near (`weighs`, of `surroundings.told_apart`)."""
    import pyarrow as pa

    tokens = tokens_of(texts)
    documents = column(texts, "document")
    order = np.argsort(documents)
    keys, places = column(rows, "key"), column(rows, "left")
    number = order[np.searchsorted(documents[order], places >> POSITION_BITS)]
    starts, ends = tokens.bounds[number], tokens.bounds[number + 1]
    near = column(rows, "weighs")
    parts = []
    for side, (step, words) in enumerate(((1, surroundings.AFTER), (-1, surroundings.BEFORE + 1))):
        made, sizes = seed_kernels.contexts(tokens.hashes, starts + (places & POSITION), starts, ends, step)
        sizes = np.where(near & 1 << side, np.minimum(sizes, 4 * words), sizes)
        cut = [row[:size].tobytes() for row, size in zip(made, sizes.tolist(), strict=True)]
        parts.append(
            _table(key=2 * keys + side, context=pa.array(cut, pa.binary()), place=places, **_carried(_around(rows)))
        )
    return pa.concat_tables(parts)


def by_signature(rows: Any, texts: Any) -> Any:
    """Return places of crowded buckets and the signatures of their texts to places with those they are sorted by."""
    import pyarrow as pa

    documents = column(texts, "document")
    order = np.argsort(documents)
    number = order[np.searchsorted(documents[order], column(rows, "left") >> POSITION_BITS)]
    context = texts.column("signature").take(pa.array(number))
    keys, places = column(rows, "key"), column(rows, "left")
    return pa.table({"key": keys, "context": context, "place": places, **_carried(_around(rows))})


def neighbours(batches: Batches) -> Batches:
    """Return places in order of key and context to hits between neighbours; the first and last row of the partition
    come too, as rows of kind 1 and 2 with the number of the partition on the right, and as kind 3 how many keys begin
    in it (those of its first row apart)."""
    from pyspark import TaskContext

    number = TaskContext.get().partitionId()  # type: ignore[union-attr]
    last: _Places | None = None
    begun = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        keys, places, around = _places(batch, last)
        if last is None:
            yield _edge(1, number, (keys, places, around), 0)
        same = keys[1:] == keys[:-1]
        begun += int((~same).sum())
        second = np.flatnonzero(same) + 1
        yield _hit_rows(places, around, np.stack([second - 1, second], axis=1))
        last = keys[-1:], places[-1:], around[-1:]
    if last is not None:
        yield _edge(2, number, last, 0)
        yield _edge(3, number, last, begun)


def _edge(kind: int, partition: int, rows: _Places, begun: int) -> Any:
    keys, places, around = rows
    return _batch(
        kind=np.array([kind], np.int32),
        key=keys[:1],
        left=places[:1],
        right=np.array([partition]),
        weighs=np.array([begun], np.int32),
        back=np.zeros(1, np.int32),
        **_carried(around[:1]),
    )


def between(rows: Any) -> tuple[Any, int]:
    """Return the edges of all partitions, sorted by partition and kind, to the hits between their last and first places
    (a table of `LINKED`), and how many keys there are."""
    kinds, keys = column(rows, "kind"), column(rows, "key")
    first, last = np.flatnonzero(kinds == 1), np.flatnonzero(kinds == 2)
    goes_on = keys[last[:-1]] == keys[first[1:]]
    found = np.stack([last[:-1], first[1:]], axis=1)[goes_on]
    count = int(column(rows, "weighs")[kinds == 3].sum()) + len(first) - int(goes_on.sum())
    import pyarrow as pa

    return pa.Table.from_batches([_hit_rows(column(rows, "left"), _around(rows), found)]), count


def sifting(config: Config) -> Callable[[Any], Any]:
    """Return the hits of a block of left texts to those of pairs that may have a chain, and how many pairs may not."""

    least = int(config.chains.least_mass * 256)

    def stage(rows: Any) -> Any:
        places = _sides(rows)
        kept, dropped = sift.possible(
            places >> POSITION_BITS, places, column(rows, "weighs", np.int32), column(rows, "back", np.int32), least
        )
        left, right = (
            np.append(side[kept], more) for side, more in zip(places.T, (places[0, 0], dropped), strict=True)
        )
        kind = np.zeros(len(left), np.int32)
        kind[-1] = DROPPED
        return _table(kind=kind, left=left, right=right)

    return stage


def aligning(config: Config, idf: Any, sides: Any, one_way: bool) -> Callable[[Any, Any], Any]:
    """Return hits and near pairs of a block of texts, and the tokens of their texts, to passages.

    All of a block is one row: pairs of texts, how many blocks each passage has, these as places within the two texts,
    and the counts of `candidates.Block`.
    """

    def stage(rows: Any, texts: Any) -> Any:
        kind = column(rows, "kind")
        pairs = _sides(rows)
        dropped = int(pairs[kind == DROPPED, 1].sum())
        if (kind == DROPPED).all():
            return _answer(None, dropped, np.empty(0, np.int64), None)
        texts = texts.take(np.argsort(column(texts, "document")))
        documents = column(texts, "document")
        tokens = tokens_of(texts)
        known = rescore.evidence(tokens, idf.value)
        keep = candidates.Verified(sides=sides.value[documents], one_way=one_way, config=config)
        found = candidates.align_block(
            _hits(pairs[kind == HIT], documents, tokens),
            _near(pairs[kind == NEAR], documents),
            _copies(pairs[kind == COPY], documents, tokens),
            known,
            config,
            keep,
        )
        return _answer(found, dropped, documents, tokens)

    return stage


def _sides(rows: Any) -> Int64s:
    return np.stack([column(rows, side) for side in ("left", "right")], axis=1)


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
    return copied(of, tokens)


def _answer(found: candidates.Block | None, dropped: int, documents: Int64s, tokens: Tokens | None) -> Any:
    """Return the passages of a block as a row of `FOUND`."""
    import pyarrow as pa

    empty = np.empty(0, np.int64)
    parts = [empty, empty, empty, np.array([0, dropped, 0, 0], np.int64)]
    if found is not None and tokens is not None:
        passages = found.passages
        sizes = np.diff(passages.bounds)
        blocks = passages.blocks.copy()
        blocks[:, :2] -= np.repeat(tokens.bounds[passages.documents], sizes, axis=0)
        counts = np.array([found.unlinked, found.pairs + dropped, found.chains, found.aligned], np.int64)
        parts = [documents[passages.documents], sizes, blocks, counts]
    names = ("documents", "sizes", "blocks", "counts")
    return _table(**{n: pa.array([part.tobytes()], pa.binary()) for n, part in zip(names, parts, strict=True)})
