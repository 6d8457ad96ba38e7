"""Documents to what an index holds of them: their records, and their words as a segment in memory."""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash

from dedup.config import Config, SignatureConfig
from dedup.errors import ConfigError
from dedup.families import outlet_of
from dedup.index.view import expand, once
from dedup.kernels import postings as posting_kernels
from dedup.kernels import shingles as shingle_kernels
from dedup.kernels import weights as weight_kernels
from dedup.model import Document
from dedup.spill import in_order
from dedup.store.segments import LAYOUTS, MemoryRun, Segment, counted_once, in_memory, postings
from dedup.tokens import Tokens

# The fields of a document that are encoded as they are: all but the last one.
_PLAIN = tuple(f.name for f in fields(Document) if f.name != "extra")
_plain_values = operator.attrgetter(*_PLAIN)


def plain_bytes(document: Document) -> bytes:
    """Return a document as JSON without what is not given, its extra fields in order of their names."""
    plain = zip(_PLAIN, _plain_values(document), strict=True)
    given: dict[str, Any] = {name: value for name, value in plain if value is not None and value != ()}
    if document.extra:
        given["extra"] = dict(sorted(document.extra.items()))
    return msgspec.json.encode(given)


def some(tokens: Tokens, chosen: npt.NDArray[np.int64]) -> Tokens:
    """Return the tokens of some texts."""
    low, high = tokens.bounds[chosen], tokens.bounds[chosen + 1]
    places = expand(low, high)
    return Tokens(
        hashes=tokens.hashes[places],
        starts=tokens.starts[places],
        ends=tokens.ends[places],
        flags=tokens.flags[places],
        weights=tokens.weights[places],
        bounds=np.concatenate([np.zeros(1, np.int64), np.cumsum(high - low)]),
    )


def hash_name(name: str) -> int:
    """Return the hash (64 bits) of an id or an outlet."""
    return xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass"))


def words_of(
    owners: tuple[Sequence[Document], npt.NDArray[np.uint32]],
    words: tuple[Tokens, Seeds],
    signed: npt.NDArray[np.uint32],
    config: Config,
    pool: Executor | None = None,
) -> Segment:
    """Return what is searched for in documents as a segment in memory.

    `owners` are the documents and their numbers, which rise; `words` are their tokens and seeds, `signed` their
    signatures (uint32, documents x `num_perm`). There must be no more than a segment may have.
    """
    (documents, numbers), (tokens, seeds) = owners, words
    ids = np.array([hash_name(d.id) for d in documents], np.uint64)
    makers: dict[str, Callable[[], MemoryRun]] = {
        "seeds": lambda: _seeds(seeds),
        "words": lambda: _words(tokens),
        "bands": lambda: _bands(tokens, signed, config),
        "ids": lambda: MemoryRun(LAYOUTS["ids"], ids, numbers),
        "facts": lambda: MemoryRun(
            LAYOUTS["facts"],
            numbers,
            ids,
            np.array([np.nan if d.timestamp is None else d.timestamp for d in documents], np.float64),
            np.array([hash_name(outlet_of(d)) for d in documents], np.uint64),
            np.diff(tokens.bounds).astype(np.uint32),
        ),
    }
    made = in_order(pool, lambda name: makers[name](), makers)
    return in_memory(dict(zip(makers, made, strict=True)))


def _seeds(seeds: Seeds) -> MemoryRun:
    """Return the postings of all seeds."""
    of = np.repeat(np.arange(len(seeds.bounds) - 1, dtype=np.uint32), np.diff(seeds.bounds))
    return postings(seeds.keys, of, seeds.contexts)


def _bands(tokens: Tokens, signed: npt.NDArray[np.uint32], config: Config) -> MemoryRun:
    """Return the postings of all bands of texts that have words."""
    worded = np.flatnonzero(np.diff(tokens.bounds) > 0)
    bands = band_keys(signed[worded], config.signatures)
    return postings(bands.ravel(), np.repeat(worded, bands.shape[1]).astype(np.uint32))


def _words(tokens: Tokens) -> MemoryRun:
    """Return in how many texts each slot of words occurs."""
    slots = tokens.hashes & np.uint32(weight_kernels.SLOTS - 1)
    texts = np.repeat(np.arange(len(tokens), dtype=np.uint64), np.diff(tokens.bounds))
    packed = np.sort((texts << np.uint64(32)) | slots)
    each = np.sort(packed[once(packed)].astype(np.uint32))
    return counted_once(each, (np.ones(len(each), np.uint32),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The seeds of n texts: keys (uint32), token places (int64) in order, contexts (uint32, see
    `dedup.kernels.postings`), and those of each text (`bounds`, int64, n + 1)."""

    keys: npt.NDArray[np.uint32]
    places: npt.NDArray[np.int64]
    contexts: npt.NDArray[np.uint32]
    bounds: npt.NDArray[np.int64]


def seeds_of(tokens: Tokens, config: Config) -> Seeds:
    """Return the seeds of some texts."""
    sizes = config.seeds
    spans = np.stack([tokens.bounds[:-1], tokens.bounds[1:]], axis=1)
    keys, places, bounds = shingle_kernels.seed_places(
        tokens.hashes, tokens.weights, spans, sizes.seed_size, sizes.seed_window
    )
    around = posting_kernels.contexts(tokens.hashes, tokens.weights, tokens.bounds, places, sizes.seed_size)
    return Seeds(keys=keys, places=places, contexts=around, bounds=bounds)


def joined(parts: Sequence[tuple[Tokens, Seeds]]) -> Seeds:
    """Return the seeds of texts that come with their tokens part by part."""
    if len(parts) == 1:
        return parts[0][1]
    tokens = np.cumsum([0, *(len(t.hashes) for t, _ in parts)]).tolist()
    seeds = np.cumsum([0, *(len(s.keys) for _, s in parts)]).tolist()
    return Seeds(
        keys=np.concatenate([s.keys for _, s in parts]),
        places=np.concatenate([s.places + n for (_, s), n in zip(parts, tokens, strict=False)]),
        contexts=np.concatenate([s.contexts for _, s in parts]),
        bounds=np.concatenate([[0], *(s.bounds[1:] + n for (_, s), n in zip(parts, seeds, strict=False))]),
    )


def band_keys(signed: npt.NDArray[np.uint32], config: SignatureConfig) -> npt.NDArray[np.uint32]:
    """Return the hash of each band of each signature (uint32, documents x bands), different for each band."""
    found: npt.NDArray[np.uint32] = posting_kernels.band_keys(signed, config.bands, config.rows)
    return found


def seconds(when: str | float | datetime.datetime | datetime.date | None) -> float | None:
    """Return a point in time in seconds; without a zone it is in UTC, and a day is its beginning.

    Raises `ConfigError` for what is no date.
    """
    if when is None or isinstance(when, int | float):
        return when
    if isinstance(when, str):
        try:
            when = datetime.datetime.fromisoformat(when)
        except ValueError as error:
            raise ConfigError(f"{when!r} is no date; write 2031-04-03 or 2031-04-03T12:00:00+00:00") from error
    if not isinstance(when, datetime.datetime):
        when = datetime.datetime(when.year, when.month, when.day)
    return (when if when.tzinfo else when.replace(tzinfo=datetime.UTC)).timestamp()
