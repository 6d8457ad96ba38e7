"""Arrow to arrays and back. The records of a part are one row, with the bytes of each of their columns one after the
other: Spark copies and sorts rows one by one, and of seeds there are hundreds a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.tokens import Tokens

Int64s = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

# Tokens of a text at most: a text of 256 MB has fewer.
POSITION_BITS = 28
POSITION = (1 << POSITION_BITS) - 1
# Bits of a text's number: what is left of a place.
DOCUMENT_BITS = 63 - POSITION_BITS
DOCUMENT = (1 << DOCUMENT_BITS) - 1
# Passages are aligned in blocks of `2**10` left texts at most, and texts asked for from as many.
MOST_BITS = 10
# What records are: two places with one seed, the same with what stands around the left one, texts that are near by
# their signatures, texts with equal tokens; how many pairs of texts with hits are left out, and how many chains these
# have; texts that a block asks for; places with their key, those of frequent keys, and those of keys in many tasks; how
# many keys are frequent; the first and the last place of a range.
HIT, EXCERPT, NEAR, COPY, DROPPED, CHAINS, ASKED, PLACE, FREQUENT, CROWDED, KEYS, FIRST, LAST = range(13)
COLUMNS: dict[str, np.dtype[Any]] = {
    "hashes": np.dtype(np.uint32),
    "flags": np.dtype(np.uint8),
    "weights": np.dtype(np.uint8),
    "signature": np.dtype(np.uint32),
}
TOKENS = ("hashes", "flags", "weights")
# What rows of records are made of: what they are, where they go, whose they are, how many, and their columns.
FIELDS = ("keys", "left", "right", "weighs", "back", "around", "before", "words", "excerpt", "codes", "marks")
PACKED = "kind int, part long, key long, count long, " + ", ".join(f"{name} binary" for name in FIELDS)
# Records of a batch at most, so that no column of it is as large as Arrow takes.
RECORDS = 1 << 20


def block_bits(texts: int) -> int:
    """Return of how many bits of a text's number the rest is its block, for blocks of so many texts, about."""
    return min(MOST_BITS, max(2, texts.bit_length()))


def column(rows: Any, name: str, kind: Any = np.int64) -> Array:
    """Return a column of numbers as an array."""
    values: Array = np.asarray(rows.column(name)).astype(kind, copy=False)
    return values


def pieces(rows: Any, name: str) -> Iterator[memoryview]:
    """Yield the bytes of a column, which may be in several stretches."""
    values = rows.column(name)
    for chunk in getattr(values, "chunks", [values]):
        wide = chunk.cast("large_binary")
        _, ends, raw = wide.buffers()
        if len(wide) and raw is not None:
            edges = np.frombuffer(ends, np.int64)[wide.offset : wide.offset + len(wide) + 1]
            yield memoryview(raw)[edges[0] : edges[-1]]


def numbers(rows: Any, name: str, kind: Any = np.int64) -> Array:
    """Return the bytes of a column, one row after the other, as one array of its own."""
    found = [np.frombuffer(piece, kind) for piece in pieces(rows, name)]
    return np.concatenate(found) if found else np.empty(0, kind)


def sides(rows: Any) -> Int64s:
    """Return the two sides of records (int64, n x 2)."""
    return np.stack([numbers(rows, side) for side in ("left", "right")], axis=1)


def batch(**columns: Any) -> Any:
    """Return columns, arrays or lists, as a batch of Arrow."""
    import pyarrow as pa

    return pa.RecordBatch.from_pydict(
        {name: v if isinstance(v, pa.Array) else pa.array(v) for name, v in columns.items()}
    )


def table(**columns: Any) -> Any:
    """Return columns as a table of Arrow."""
    import pyarrow as pa

    return pa.Table.from_batches([batch(**columns)])


def cut(values: Array, edges: Int64s) -> Any:
    """Return an array as a column of bytes; row i has the values from `edges[i]` to `edges[i + 1]` (first is 0)."""
    import pyarrow as pa

    raw = np.ascontiguousarray(values)
    wide = raw.nbytes // len(raw) if len(raw) else 1
    ends = (edges * wide).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), len(edges) - 1, [None, pa.py_buffer(ends), pa.py_buffer(raw)])


def packed(
    kind: int,
    part: Int64s,
    columns: Mapping[str, Array],
    *,
    key: int = -1,
    several: Mapping[str, tuple[Array, Int64s]] | None = None,
) -> Iterator[Any]:
    """Yield records as batches of `PACKED`, a row for each part (at least 0) that has any, in their order.

    With columns that have `several` values for each record, and their bounds, the parts are in order.
    """
    order = in_parts(part)
    for low in range(0, len(order), RECORDS):
        chosen = order[low : low + RECORDS]
        parts = part[chosen]
        edges = np.append(np.flatnonzero(np.diff(parts, prepend=-1)), len(parts)).astype(np.int64)
        found = {name: cut(values.take(chosen, axis=0), edges) for name, values in columns.items()}
        for name, (flat, bounds) in (several or {}).items():
            ends = bounds[low + edges]
            found[name] = cut(flat[ends[0] : ends[-1]], ends - ends[0])
        yield row(kind, parts[edges[:-1]], key=key, count=np.diff(edges), columns=found)


def asked(documents: Int64s, blocks: Int64s, bits: int) -> Iterator[Any]:
    """Yield texts (int64, n x 2) as records that say which blocks (int64, n) ask for both."""
    found = np.unique(documents.ravel() | np.repeat(blocks, 2) << DOCUMENT_BITS)
    wanted = found & DOCUMENT
    return packed(ASKED, wanted >> bits, {"left": wanted, "right": found >> DOCUMENT_BITS})


def in_parts(part: Int64s) -> Int64s:
    """Return the order of records by their parts; those of one stay in theirs."""
    low, high = (int(part.min()), int(part.max())) if len(part) else (0, 0)
    # numbers of 16 bits are put into parts, others are compared
    narrow = (part - low).astype(np.uint16) if high - low < 1 << 16 else part
    return np.argsort(narrow, kind="stable")


def row(kind: int, part: Int64s, *, key: int = -1, count: Int64s, columns: Mapping[str, Any] | None = None) -> Any:
    """Return rows of `PACKED`, those columns of which are empty that are not given."""
    import pyarrow as pa

    given = columns or {}
    return pa.RecordBatch.from_arrays(
        [
            pa.array(np.full(len(part), kind, np.int32)),
            pa.array(part.astype(np.int64)),
            pa.array(np.full(len(part), key, np.int64)),
            pa.array(count.astype(np.int64)),
            *(given[name] if name in given else pa.nulls(len(part), pa.binary()) for name in FIELDS),
        ],
        names=["kind", "part", "key", "count", *FIELDS],
    )


def of_kind(rows: Any, *kinds: int) -> Any:
    """Return the rows that are of some kinds."""
    import pyarrow as pa

    return rows.filter(pa.array(np.isin(column(rows, "kind", np.int32), kinds)))


def together(batches: Iterator[Any]) -> Any:
    """Return batches of `PACKED` as a table."""
    import pyarrow as pa

    found = list(batches)
    return pa.Table.from_batches(found or [row(0, np.empty(0, np.int64), count=np.empty(0, np.int64))])


def tokens_in(columns: Mapping[str, Array], sizes: Int64s) -> Tokens:
    """Return tokens, of so many for each text, from those of their columns that there are; the others are empty."""
    found = {name: columns.get(name, np.empty(0, COLUMNS[name])) for name in TOKENS}
    nothing = np.empty(0, np.int32)
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Tokens(**found, starts=nothing, ends=nothing, bounds=bounds)


def tokens_of(rows: Any) -> Tokens:
    """Return the tokens of rows of texts."""
    import pyarrow.compute as pc

    sizes = np.asarray(pc.binary_length(rows.column("hashes"))).astype(np.int64)
    there = [name for name in TOKENS if name in rows.schema.names]
    return tokens_in({name: numbers(rows, name, COLUMNS[name]) for name in there}, sizes // COLUMNS["hashes"].itemsize)


def signatures_in(rows: Any, num_perm: int) -> npt.NDArray[np.uint32]:
    """Return the signatures of rows of texts (uint32, n x `num_perm`)."""
    return numbers(rows, "signature", np.uint32).reshape(-1, num_perm)
