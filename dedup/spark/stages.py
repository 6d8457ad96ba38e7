"""What runs on the executors: Arrow in, the stages of `dedup`, Arrow out.

A place is `document << POSITION_BITS | token`, which sorts as the places of one long list of tokens do.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.copies import digests
from dedup.kernels import links, surroundings
from dedup.kernels import seeds as seed_kernels
from dedup.kernels import shingles as shingle_kernels
from dedup.kernels import weights as weight_kernels
from dedup.lsh import band_keys
from dedup.rows import order_of
from dedup.seeds import linked
from dedup.signatures import signatures
from dedup.spark import packing
from dedup.spark.packing import (
    COLUMNS,
    CROWDED,
    FIRST,
    FREQUENT,
    HIT,
    KEYS,
    LAST,
    PLACE,
    POSITION,
    POSITION_BITS,
    TOKENS,
    batch,
    column,
    cut,
    numbers,
    packed,
    signatures_in,
    tokens_of,
)
from dedup.tokens import tokenize

Int64s = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Batches = Iterator[Any]
Stage = Callable[[Batches], Batches]

# Texts of a batch.
BATCH_TEXTS = 256
# Places that are put into parts at a time, about.
PLACES = 1 << 22
READ = f"document long, {', '.join(f'{name} binary' for name in COLUMNS)}, digest binary, words long"
CONTEXTS = "key long, context binary, place long, around binary"


def _around(rows: Any) -> Bytes:
    """Return what stands around places (uint8, n x 2 `WIDTH`)."""
    return numbers(rows, "around", np.uint8).reshape(-1, 2 * surroundings.WIDTH)


def _blank(n: int) -> Bytes:
    return np.zeros((n, 2 * surroundings.WIDTH), np.uint8)


def reading(config: Config, first: int, texts: Any) -> Stage:
    """Return one row to `texts` (their bytes and ends, sent), numbered from `first` on: tokens, signatures, digests of
    the tokens, and how much they weigh."""

    def stage(batches: Batches) -> Batches:
        for _ in batches:
            pass
        raw, ends = texts.value
        edges = np.concatenate([[0], ends]).tolist()
        for low in range(0, len(ends), BATCH_TEXTS):
            some = edges[low : low + BATCH_TEXTS + 1]
            tokens = tokenize([raw[start:end].decode() for start, end in itertools.pairwise(some)])
            sums = np.concatenate([[0], np.cumsum(tokens.weights, dtype=np.int64)])
            each = np.arange(len(tokens) + 1)
            yield batch(
                document=first + low + each[:-1],
                **{name: cut(getattr(tokens, name), tokens.bounds) for name in TOKENS},
                signature=cut(signatures(tokens, config.signatures), each),
                digest=cut(digests(tokens), each),
                words=sums[tokens.bounds[1:]] - sums[tokens.bounds[:-1]],
            )

    return stage


def _placing(of: Callable[[Any], tuple[Any, Int64s, Bytes]], parts: int, least: int) -> Stage:
    """Return rows of texts to their places, with their keys and what stands around them: in parts by key; those of a
    key that has `least` or more here are rows by themselves, which name the key."""

    def stage(batches: Batches) -> Batches:
        found: list[tuple[Any, Int64s, Bytes]] = []
        for rows in batches:
            found.append(of(rows))
            if sum(len(keys) for keys, _, _ in found) >= PLACES:
                yield from _by_key(found, parts, least)
                found = []
        if found:
            yield from _by_key(found, parts, least)

    return stage


def _by_key(found: list[tuple[Any, Int64s, Bytes]], parts: int, least: int) -> Batches:
    keys, places, around = (np.concatenate(values) for values in zip(*found, strict=True))
    values, counts = np.unique(keys, return_counts=True)
    often = values[counts >= least]
    alone = np.isin(keys, often) if len(often) else np.zeros(len(keys), np.bool_)
    part = _part(keys, parts)
    for key in [-1, *often.tolist()]:
        chosen = ~alone if key < 0 else keys == keys.dtype.type(key)
        columns = {"keys": keys[chosen], "left": places[chosen], "around": around[chosen]}
        yield from packed(PLACE, part[chosen], columns, key=key)


def _part(keys: Any, parts: int) -> Int64s:
    numbers: Int64s = (keys % keys.dtype.type(parts)).astype(np.int64)
    return numbers


def banding(config: Config, active: Any, parts: int, least: int) -> Stage:
    """Return signatures of the texts that are `active` (a broadcast mask) to the buckets they are in, as `_placing`
    does."""

    def of(rows: Any) -> tuple[Any, Int64s, Bytes]:
        documents = column(rows, "document")
        kept = active.value[documents]
        keys = band_keys(signatures_in(rows, config.signatures.num_perm)[kept], config.signatures).ravel()
        places = np.repeat(documents[kept] << POSITION_BITS, config.signatures.bands)
        return keys, places, _blank(len(places))

    return _placing(of, parts, least)


def seeding(config: Config, active: Any, idf: Any, parts: int, least: int) -> Stage:
    """Return tokens to the seeds of the texts that are `active` (a broadcast mask), as `_placing` does."""

    def of(rows: Any) -> tuple[Any, Int64s, Bytes]:
        tokens = tokens_of(rows)
        documents = column(rows, "document")
        which = np.flatnonzero(active.value[documents])
        spans = np.stack([tokens.bounds[which], tokens.bounds[which + 1]], axis=1)
        keys, places, edges = shingle_kernels.seed_places(
            tokens.hashes, tokens.weights, spans, config.seeds.seed_size, config.seeds.seed_window
        )
        number = np.repeat(np.arange(len(which)), np.diff(edges))
        starts, ends = np.ascontiguousarray(spans[number].T)
        masses = weight_kernels.token_masses(tokens.hashes, tokens.weights, idf.value)
        around = surroundings.around(tokens.hashes, masses, places, starts, ends)
        return keys, documents[which][number] << POSITION_BITS | places - starts, around

    return _placing(of, parts, least)


def _ordered(rows: Any, kind: Any) -> tuple[Any, Int64s, Int64s]:
    """Return keys and places of records in order of key, then place, and where each was."""
    keys, places = numbers(rows, "keys", kind), numbers(rows, "left")
    order = order_of(keys, places)
    return keys[order], places[order], order


def linking(small: int, crowded: Any, bits: int, *, known: bool) -> Callable[[Any], Any]:
    """Return the places of a part, all of a key but those of `crowded` keys (sorted), to hits, and to the places of
    keys with more than `small`, among which all crowded ones are.

    The type of `crowded` is that of keys. Unless their contexts are `known`, all keys with more count as crowded.
    """

    def stage(rows: Any) -> Any:
        keys, places, order = _ordered(rows, crowded.dtype)
        around = _around(rows).take(order, axis=0)
        documents = (places >> POSITION_BITS).astype(np.int32)
        wide = np.isin(keys, crowded) if len(crowded) else np.zeros(len(keys), np.bool_)
        plain = np.flatnonzero(~wide)
        found, more = links.link_small(keys[plain], plain, documents[plain], small)
        often = plain[more]
        if not known:
            wide[often] = True
            often = often[:0]
        asked = documents.astype(np.int64) >> bits
        near = surroundings.told_apart(keys[often], around[often])
        some = {"keys": keys[often], "left": places[often], "before": near}
        count = len(often) and 1 + np.count_nonzero(np.diff(keys[often]))
        return packing.together(
            itertools.chain(
                _hits_of(places, around, found, bits),
                packed(FREQUENT, asked[often], some),
                packed(CROWDED, asked[wide], {"keys": keys[wide].astype(np.int64), "left": places[wide]}),
                [packing.row(KEYS, np.zeros(1, np.int64), count=np.array([count]))],
            )
        )

    return stage


def _hits_of(places: Int64s, around: Bytes, found: Int64s, bits: int) -> Batches:
    """Yield hits between rows of places (int64, n x 2 rows), in parts by the block of the left text."""
    swapped = places[found[:, 0]] > places[found[:, 1]]
    first, second = np.where(swapped, found[:, 1], found[:, 0]), np.where(swapped, found[:, 0], found[:, 1])
    weighs, back = surroundings.run_bounds(around.take(first, axis=0), around.take(second, axis=0))
    left, right = places[first], places[second]
    columns = {"left": left, "right": right, "weighs": weighs, "back": back.astype(np.uint8)}
    yield from packed(HIT, left >> POSITION_BITS + bits, columns)


def _located(rows: Any, texts: Any) -> tuple[Int64s, Int64s]:
    """Return places, and which row of the texts each is in."""
    documents = column(texts, "document")
    order = np.argsort(documents)
    places = numbers(rows, "left")
    return places, order[np.searchsorted(documents[order], places >> POSITION_BITS)]


def windows(parts: int, idf: Any, kind: Any) -> Callable[[Any, Any], Any]:
    """Return places of frequent seeds and the tokens of their texts to places in `parts` parts by key, with the tokens
    around them: as many as they are ordered by, no more than tell them apart where that is near (`before`, of
    `surroundings.told_apart`)."""

    def stage(rows: Any, texts: Any) -> Any:
        tokens = tokens_of(texts)
        places, number = _located(rows, texts)
        keys, near = numbers(rows, "keys", kind), numbers(rows, "before", np.uint8)
        part = _part(keys, parts)
        order = packing.in_parts(part)
        part, places, number, keys, near = (values[order] for values in (part, places, number, keys, near))
        starts, ends = tokens.bounds[number], tokens.bounds[number + 1]
        at = starts + (places & POSITION)
        context = links.CONTEXT
        before = np.minimum(at - starts, np.where(near & 2, surroundings.BEFORE, context - 1))
        sizes = before + np.minimum(ends - at, np.where(near & 1, surroundings.AFTER, context))
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        words = tokens.hashes[np.repeat(at - before - bounds[:-1], sizes) + np.arange(bounds[-1])]
        masses = weight_kernels.token_masses(tokens.hashes, tokens.weights, idf.value)
        columns = {
            "keys": keys,
            "left": places,
            "around": surroundings.around(tokens.hashes, masses, at, starts, ends),
            "before": before.astype(np.uint8),
            "weighs": sizes.astype(np.uint8),
        }
        return packing.together(packed(FREQUENT, part, columns, several={"words": (links.heads(words), bounds)}))

    return stage


def ordering(kind: Any, bits: int) -> Callable[[Any], Any]:
    """Return places of frequent seeds, all of a key, with the tokens around them to hits between neighbours: each is a
    text of its own to the kernel that links those of one machine."""

    def stage(rows: Any) -> Any:
        keys, places, order = _ordered(rows, kind)
        sizes = numbers(rows, "weighs", np.uint8).astype(np.int64)
        lows = np.cumsum(sizes) - sizes
        sizes, lows = sizes[order], lows[order]
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        words = numbers(rows, "words", np.uint8)[np.repeat(lows - bounds[:-1], sizes) + np.arange(bounds[-1])]
        place_bits = max(1, int(bounds[-1]).bit_length())
        rank = np.cumsum(np.diff(keys, prepend=keys[:1]) != 0)
        records = rank << place_bits | bounds[:-1] + numbers(rows, "before", np.uint8)[order]
        firsts = seed_kernels.first_documents(bounds, seed_kernels.DOCUMENT_STEP)
        sides = np.zeros(len(keys), np.int8)
        texts = bounds, firsts, words, sides
        hits, _ = linked(records.astype(np.uint64), place_bits, 0, texts, crossing=False)
        found = seed_kernels.document_of(hits.ravel(), bounds).astype(np.int64).reshape(-1, 2)
        return packing.together(_hits_of(places, _around(rows).take(order, axis=0), found, bits))

    return stage


def contexts(idf: Any) -> Callable[[Any, Any], Any]:
    """Return places of crowded keys and the tokens of their texts to places, twice, with what they are sorted by:
    under twice their key what follows, under the next number what precedes."""

    def stage(rows: Any, texts: Any) -> Any:
        import pyarrow as pa

        tokens = tokens_of(texts)
        places, number = _located(rows, texts)
        keys = numbers(rows, "keys")
        starts, ends = tokens.bounds[number], tokens.bounds[number + 1]
        at = starts + (places & POSITION)
        masses = weight_kernels.token_masses(tokens.hashes, tokens.weights, idf.value)
        around = surroundings.around(tokens.hashes, masses, at, starts, ends)
        parts = []
        for side, step in enumerate((1, -1)):
            made, sizes = links.contexts(tokens.hashes, at, starts, ends, step)
            ends_of = [row[:size].tobytes() for row, size in zip(made, sizes.tolist(), strict=True)]
            parts.append(_in_order(2 * keys + side, pa.array(ends_of, pa.binary()), places, around))
        return pa.concat_tables(parts)

    return stage


def by_signature(rows: Any, texts: Any) -> Any:
    """Return places of crowded buckets and the signatures of their texts to places with those they are sorted by."""
    import pyarrow as pa

    places, number = _located(rows, texts)
    context = texts.column("signature").take(pa.array(number))
    return _in_order(numbers(rows, "keys"), context, places, _blank(len(places)))


def _in_order(keys: Int64s, context: Any, places: Int64s, around: Bytes) -> Any:
    import pyarrow as pa

    return pa.table(
        {"key": keys, "context": context, "place": places, "around": cut(around, np.arange(len(places) + 1))}
    )


def neighbours(bits: int) -> Stage:
    """Return places in order of key and context to hits between neighbours; the first and last place of the partition
    come too, with its number as their part."""

    def stage(batches: Batches) -> Batches:
        from pyspark import TaskContext

        number = TaskContext.get().partitionId()  # type: ignore[union-attr]
        last: tuple[Int64s, Int64s, Bytes] | None = None
        for rows in batches:
            if not rows.num_rows:
                continue
            keys, places, around = column(rows, "key"), column(rows, "place"), _around(rows)
            if last is None:
                yield from _edge(FIRST, number, keys[:1], places[:1], around[:1])
            else:
                keys, places = np.concatenate([last[0], keys]), np.concatenate([last[1], places])
                around = np.concatenate([last[2], around])
            second = np.flatnonzero(keys[1:] == keys[:-1]) + 1
            yield from _hits_of(places, around, np.stack([second - 1, second], axis=1), bits)
            last = keys[-1:], places[-1:], around[-1:]
        if last is not None:
            yield from _edge(LAST, number, *last)

    return stage


def _edge(kind: int, number: int, keys: Int64s, places: Int64s, around: Bytes) -> Batches:
    return packed(kind, np.array([number]), {"keys": keys, "left": places, "around": around})


def between(rows: Any, bits: int) -> Any:
    """Return the edges of all partitions, sorted by partition and kind, to the hits between their last and first
    places."""
    kinds, keys = column(rows, "kind", np.int32), numbers(rows, "keys")
    first, last = np.flatnonzero(kinds == FIRST), np.flatnonzero(kinds == LAST)
    goes_on = keys[last[:-1]] == keys[first[1:]]
    found = np.stack([last[:-1], first[1:]], axis=1)[goes_on]
    return packing.together(_hits_of(numbers(rows, "left"), _around(rows), found, bits))
