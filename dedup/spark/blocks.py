"""What runs on the executors for a block of left texts: what it asks for, and its pairs to passages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import candidates, rescore
from dedup.align import Passages
from dedup.config import Config
from dedup.copies import copied
from dedup.rows import order_of
from dedup.seeds import Hits
from dedup.spark import coding, packing
from dedup.spark.packing import (
    CHAINS,
    COPY,
    DOCUMENT,
    DOCUMENT_BITS,
    DROPPED,
    HIT,
    NEAR,
    POSITION,
    POSITION_BITS,
    column,
    cut,
    numbers,
    of_kind,
    packed,
    sides,
    signatures_in,
    table,
    tokens_of,
)
from dedup.tokens import Tokens

Int64s = npt.NDArray[np.int64]
Batches = Iterator[Any]

# Bytes of a column of texts that are sent to blocks at a time, about.
SENT = 1 << 26
FOUND = "documents binary, sizes binary, blocks binary, counts binary"


def fetched(names: tuple[str, ...]) -> str:
    """Return the columns of texts that a block has asked for."""
    return f"part long, documents binary, sizes binary, {', '.join(f'{name} binary' for name in names)}"


def pairs_of(kind: int, pairs: Int64s, of: Int64s, bits: int) -> Batches:
    """Yield pairs of texts (int64, n x 2) as records in parts by the block of the texts `of`."""
    left, right = pairs.T << POSITION_BITS
    return packed(kind, of >> bits, {"left": left, "right": right})


def pairing(bits: int) -> Callable[[Any], Any]:
    """Return the hits of a block of left texts to its pairs of texts, and to the texts that it asks for."""

    def stage(rows: Any) -> Any:
        pairs = np.unique(sides(rows) >> POSITION_BITS, axis=0)
        wanted = packing.asked(pairs, np.full(len(pairs), column(rows, "part")[0]), bits)
        return packing.together(itertools.chain(pairs_of(NEAR, pairs, pairs[:, 0], bits), wanted))

    return stage


def sending(words: Any = None) -> Callable[[Any, Any], Any]:
    """Return what blocks ask for and texts to the signatures of these texts, for each block in order of their numbers,
    or with `words` (sent, as of `coding.common_words`) to their tokens in codes."""
    names = coding.CODED if words is not None else ("signature",)

    def stage(rows: Any, texts: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not rows.num_rows:
            nothing = {name: pa.array([], pa.binary()) for name in ("documents", "sizes", *names)}
            return table(part=np.empty(0, np.int64), **nothing)
        texts = texts.combine_chunks()
        documents, lengths = column(texts, "document"), np.zeros(texts.num_rows, np.int64)
        if words is not None:
            tokens = tokens_of(texts)
            made = coding.coded(tokens, words.value)
            texts, lengths = table(**{name: cut(*made[name]) for name in names}), np.diff(tokens.bounds)
        order = np.argsort(documents)
        # a block may ask for a text at several places
        asked = np.unique(numbers(rows, "right") << DOCUMENT_BITS | numbers(rows, "left"))
        chosen = order[np.searchsorted(documents[order], asked & DOCUMENT)]
        blocks, edges = np.unique(asked >> DOCUMENT_BITS, return_index=True)
        edges = np.append(edges, len(asked))
        wide = {name: np.asarray(pc.binary_length(texts.column(name))).astype(np.int64) for name in names}
        filled = np.cumsum(np.sum([*wide.values()], axis=0)[chosen])[edges[1:] - 1] // SENT
        tables = []
        for low, high in itertools.pairwise([*np.flatnonzero(np.diff(filled, prepend=-1)).tolist(), len(blocks)]):
            some, ends = chosen[edges[low] : edges[high]], edges[low : high + 1] - edges[low]
            taken = texts.select(names).take(pa.array(some))
            columns = {"documents": cut(documents[some], ends), "sizes": cut(lengths[some], ends)}
            for name in names:
                bounds = np.concatenate([[0], np.cumsum(wide[name][some])])
                columns[name] = cut(numbers(taken, name, np.uint8), bounds[ends])
            tables.append(table(part=blocks[low:high], **columns))
        return pa.concat_tables(tables)

    return stage


def comparing(config: Config, bits: int) -> Callable[[Any, Any], Any]:
    """Return pairs of texts of a block, and their signatures, to those that are alike."""

    def stage(rows: Any, texts: Any) -> Any:
        documents = numbers(texts, "documents")
        order = np.argsort(documents)
        pairs = sides(of_kind(rows, NEAR)) >> POSITION_BITS
        made = signatures_in(texts, config.signatures.num_perm)[order]
        left, right = (made[np.searchsorted(documents[order], side)] for side in pairs.T)
        kept = pairs[candidates.alike(left, right, config)]
        return packing.together(pairs_of(NEAR, kept, kept[:, 0], bits))

    return stage


def aligning(config: Config, idf: Any, words: Any, of_sides: Any, one_way: bool) -> Callable[[Any, Any], Any]:
    """Return hits and near pairs of a block of texts, and the tokens of their texts in codes, to passages.

    All of a block is one row: pairs of texts, how many blocks each passage has, these as places within the two texts,
    and the counts of `candidates.Block`.
    """

    def stage(rows: Any, texts: Any) -> Any:
        # pairs that were left out before, and their chains
        dropped = [int(column(of_kind(rows, kind), "count").sum()) for kind in (DROPPED, CHAINS)]
        if not texts.num_rows:
            return _answer(None, dropped, np.empty(0, np.int64), None)
        import pyarrow as pa

        firsts = [np.frombuffer(piece, np.int64)[0] for piece in texts.column("documents").to_pylist()]
        texts = texts.take(pa.array(np.argsort(firsts)))
        documents = numbers(texts, "documents")
        tokens = coding.tokens_from(texts, numbers(texts, "sizes"), words.value)
        known = rescore.evidence(tokens, idf.value)
        keep = candidates.Verified(sides=of_sides.value[documents], one_way=one_way, config=config)
        found = candidates.align_block(
            _hits(sides(of_kind(rows, HIT)), documents, tokens),
            _near(sides(of_kind(rows, NEAR)), documents),
            _copies(sides(of_kind(rows, COPY)), documents, tokens),
            known,
            config,
            keep,
        )
        return _answer(found, dropped, documents, tokens)

    return stage


def _numbers(places: Int64s, documents: Int64s) -> Int64s:
    """Return the numbers of places' texts among the sorted texts of a block."""
    return np.searchsorted(documents, places >> POSITION_BITS).astype(np.int64)


def _hits(pairs: Int64s, documents: Int64s, tokens: Tokens) -> Hits:
    found, at = _numbers(pairs, documents), pairs & POSITION
    order = order_of(found[:, 0], found[:, 1], at[:, 0], at[:, 1])
    pairs, found = pairs[order], found[order]
    new = np.flatnonzero((np.diff(found, axis=0, prepend=-1) != 0).any(axis=1))
    return Hits(
        places=tokens.bounds[found] + (pairs & POSITION),
        documents=found.astype(np.int32),
        groups=np.concatenate([new, [len(pairs)]]).astype(np.int64) if len(pairs) else np.zeros(1, np.int64),
        seeds=0,
        frequent=0,
    )


def _near(pairs: Int64s, documents: Int64s) -> Int64s:
    found = _numbers(pairs, documents)
    return found[order_of(found[:, 0], found[:, 1])]


def _copies(pairs: Int64s, documents: Int64s, tokens: Tokens) -> Passages:
    of = np.arange(len(documents))
    first, copy = _numbers(pairs, documents).T
    of[copy] = first
    return copied(of, tokens)


def _answer(found: candidates.Block | None, dropped: list[int], documents: Int64s, tokens: Tokens | None) -> Any:
    """Return the passages of a block as a row of `FOUND`."""
    import pyarrow as pa

    empty = np.empty(0, np.int64)
    parts = [empty, empty, empty, np.array([0, *dropped, 0], np.int64)]
    if found is not None and tokens is not None:
        passages = found.passages
        sizes = np.diff(passages.bounds)
        blocks = passages.blocks.copy()
        blocks[:, :2] -= np.repeat(tokens.bounds[passages.documents], sizes, axis=0)
        pairs, chains = found.pairs + dropped[0], found.chains + dropped[1]
        counts = np.array([found.unlinked, pairs, chains, found.aligned], np.int64)
        parts = [documents[passages.documents], sizes, blocks, counts]
    names = ("documents", "sizes", "blocks", "counts")
    return table(**{n: pa.array([part.tobytes()], pa.binary()) for n, part in zip(names, parts, strict=True)})
