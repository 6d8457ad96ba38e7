"""Texts to tokens: hashes with code-point offsets, and what stands between them.

A token is a word, or one character of a script without spaces. Two words are equal when their folded forms are:
case, marks, width, quote variants, soft hyphens and line-end hyphenation do not count; figures do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dedup.characters import character_tables
from dedup.kernels import tokens as kernels
from dedup.spill import Scratch, in_order

NORMALISER_VERSION = 1
UNICODE_VERSION = unicodedata.unidata_version
BATCH_CHARACTERS = 4 * 2**20


@runtime_checkable
class Encoded(Protocol):
    """Texts that can be had in UTF-8 without strings being made of them."""

    def utf8(self, which: slice) -> Sequence[bytes | memoryview]:
        """Return some texts in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of n texts, one after the other.

    `hashes` uint32; `starts`, `ends` int32 code points of the token's own text; `flags` uint8 (see
    `dedup.kernels.tokens`); `weights` uint8, 6 for a word; `bounds` int64, n + 1: text i has tokens
    `bounds[i]:bounds[i + 1]`.
    """

    hashes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    flags: npt.NDArray[np.uint8]
    weights: npt.NDArray[np.uint8]
    bounds: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1


def tokenize(texts: Sequence[str]) -> Tokens:
    """Return the tokens of `texts`; lone surrogates count as separators.

    >>> tokens = tokenize(["Don’t stop", "DON'T  stop!"])
    >>> bool((tokens.hashes[:2] == tokens.hashes[2:]).all())
    True
    """
    return tokenize_utf8([text.encode("utf-8", "replace") for text in texts])


def tokenize_utf8(texts: Sequence[bytes | memoryview]) -> Tokens:
    """Return the tokens of texts in valid UTF-8."""
    hashes, starts, ends, flags, weights, token_bounds = kernels.tokenize(*joined(texts), tables())
    return Tokens(hashes=hashes, starts=starts, ends=ends, flags=flags, weights=weights, bounds=token_bounds)


def joined(texts: Sequence[bytes | memoryview]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return texts in UTF-8 one after the other, and their bounds (int64, n + 1), as kernels read them."""
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=bounds[1:])
    return np.frombuffer(b"".join(texts), np.uint8), bounds


def tables() -> tuple[npt.NDArray[Any], ...]:
    """Return the character tables as kernels take them."""
    of = character_tables()
    return of.classes, of.attributes, of.folds, of.expansions


def tokenize_all(
    texts: Sequence[str],
    pool: Executor | None = None,
    scratch: Scratch | None = None,
    lengths: npt.NDArray[np.int64] | None = None,
) -> Tokens:
    """Return the tokens of `texts`, read in blocks of a fixed size on `pool`; the result does not depend on it.

    `lengths` (int64, code points) saves looking at each text twice. What does not fit into memory goes to `scratch`.
    """
    scratch = scratch or Scratch()
    if lengths is None:
        lengths = np.array([len(t) for t in texts], np.int64)
    kinds = {"hashes": np.uint32, "starts": np.int32, "ends": np.int32, "flags": np.uint8, "weights": np.uint8}
    # where the same words stand is looked up in all hashes, block by block
    columns = {name: scratch.column(kind, in_use=name == "hashes") for name, kind in kinds.items()}
    sizes = [np.zeros(1, np.int64)]
    for part in tokenized(texts, pool, lengths):
        for name, column in columns.items():
            column.append(getattr(part, name))
        sizes.append(np.diff(part.bounds))
    return Tokens(**{name: c.finish() for name, c in columns.items()}, bounds=np.cumsum(np.concatenate(sizes)))


def tokenized(texts: Sequence[str], pool: Executor | None, lengths: npt.NDArray[np.int64]) -> Iterator[Tokens]:
    """Yield the tokens of `texts` in order, block by block; `lengths` as of `tokenize_all`."""

    def block(which: slice) -> Tokens:
        return tokenize_utf8(texts.utf8(which)) if isinstance(texts, Encoded) else tokenize(texts[which])

    return in_order(pool, block, _blocks(lengths))


def concatenate(parts: Sequence[Tokens]) -> Tokens:
    """Return the tokens of all parts as one."""
    if len(parts) == 1:
        return parts[0]
    sizes = np.cumsum([0, *(p.bounds[-1] for p in parts)])
    return Tokens(
        hashes=np.concatenate([p.hashes for p in parts]),
        starts=np.concatenate([p.starts for p in parts]),
        ends=np.concatenate([p.ends for p in parts]),
        flags=np.concatenate([p.flags for p in parts]),
        weights=np.concatenate([p.weights for p in parts]),
        bounds=np.concatenate([np.zeros(1, np.int64), *(p.bounds[1:] + s for p, s in zip(parts, sizes, strict=False))]),
    )


def _blocks(lengths: npt.NDArray[np.int64]) -> Iterator[slice]:
    """Yield slices of texts that have about `BATCH_CHARACTERS` code points each."""
    first, size = 0, 0
    for i, length in enumerate(lengths.tolist()):
        size += length
        if size >= BATCH_CHARACTERS:
            yield slice(first, i + 1)
            first, size = i + 1, 0
    if first < len(lengths) or not len(lengths):
        yield slice(first, len(lengths))
