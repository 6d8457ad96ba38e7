"""Signatures to candidate pairs of documents by banding (Indyk and Motwani 1998), and what banding can find."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from dedup.config import SignatureConfig
from dedup.rows import distinct
from dedup.spill import in_order

# Buckets up to this size are tried all against all; larger ones link neighbours in signature order.
SMALL_BUCKET = 8


def expected_recall(jaccard: float, config: SignatureConfig) -> float:
    """Return the probability that a pair of this Jaccard similarity shares a bucket: `1 - (1 - J**r)**b`.

    Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4.

    >>> round(expected_recall(0.5, SignatureConfig()), 3)
    0.996
    """
    return float(1.0 - (1.0 - jaccard**config.rows) ** config.bands)


def least_estimate(config: SignatureConfig) -> float:
    """Return the least estimated similarity of a candidate pair: the middle of the S-curve, `(1 / b)**(1 / r)`."""
    return float((1.0 / config.bands) ** (1.0 / config.rows))


def recall(jaccard: float, config: SignatureConfig) -> float:
    """Return the probability that a pair of this Jaccard similarity becomes a candidate.

    It shares a bucket and at least `least_estimate` of its values: the slots are independent, so both are counted
    together by convolving the distributions of equal slots in the bands that are not full.

    >>> round(recall(0.5, SignatureConfig()), 3), round(recall(0.3, SignatureConfig()), 3)
    (0.996, 0.496)
    """
    slots = config.num_perm
    least = math.ceil(least_estimate(config) * slots - 1e-9)
    no_bucket = np.ones(1)
    for _ in range(config.bands):
        no_bucket = np.convolve(no_bucket, _binomial(config.rows, jaccard)[:-1])
    no_bucket = np.convolve(no_bucket, _binomial(slots - config.bands * config.rows, jaccard))
    return float(min(1.0, max(0.0, _binomial(slots, jaccard)[least:].sum() - no_bucket[least:].sum())))


def _binomial(n: int, p: float) -> npt.NDArray[np.float64]:
    """Return the probabilities of 0 to n successes."""
    return np.array([math.comb(n, k) * p**k * (1.0 - p) ** (n - k) for k in range(n + 1)])


def band_pairs(
    signatures: npt.NDArray[np.uint32],
    comparable: npt.NDArray[np.bool_],
    config: SignatureConfig,
    pool: Executor | None = None,
) -> npt.NDArray[np.int64]:
    """Return candidate pairs (int64, n x 2, left < right, sorted, unique) of comparable documents."""
    rows = _by_signature(signatures, np.flatnonzero(comparable))
    n = len(signatures)

    def of_band(band: int) -> list[npt.NDArray[np.int64]]:
        part = np.ascontiguousarray(signatures[rows, band * config.rows : (band + 1) * config.rows])
        return [left * n + right for left, right in _bucket_pairs(_keys(part, band), rows)]

    found = itertools.chain.from_iterable(in_order(pool, of_band, range(config.bands)))
    codes = distinct(np.concatenate([np.empty(0, np.int64), *found]))
    return np.stack([codes // max(n, 1), codes % max(n, 1)], axis=1)


def band_keys(signatures: npt.NDArray[np.uint32], config: SignatureConfig) -> npt.NDArray[np.int64]:
    """Return what tells the bucket of each band from others (int64 of 62 bits, documents x bands).

    Two buckets with one key by chance are only one that holds too many: its pairs are not alike.
    """
    parts = signatures[:, : config.bands * config.rows].reshape(len(signatures), config.bands, config.rows)
    return np.stack([_keys(parts[:, band], band) for band in range(config.bands)], axis=1)


def _keys(part: npt.NDArray[np.uint32], band: int) -> npt.NDArray[np.int64]:
    """Return the keys (int64) of the buckets of one band, of which `part` has the values (uint32, documents x rows)."""
    keys = np.full(len(part), band + 1, np.uint64)
    for row in range(part.shape[1]):
        # the finaliser of MurmurHash3 (Appleby 2011)
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + part[:, row]
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            keys = (keys ^ keys >> np.uint64(33)) * np.uint64(factor)
        keys ^= keys >> np.uint64(33)
    return (keys >> np.uint64(2)).astype(np.int64)


def _by_signature(signatures: npt.NDArray[np.uint32], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return `rows` in the byte order of their whole signatures: the order in which large buckets are linked.

    By their first eight bytes, and only those that agree in these by the rest: whole signatures of a million texts are
    half a gigabyte.
    """
    if not len(rows):
        return rows
    wide = signatures.shape[1] * signatures.itemsize
    first = np.zeros((len(rows), 8), np.uint8)
    first[:, : min(8, wide)] = np.ascontiguousarray(signatures[rows, :2]).view(np.uint8).reshape(len(rows), -1)
    keys = first.view(">u8").ravel()
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    agrees = np.concatenate([[False], keys[1:] == keys[:-1], [False]])
    tied = np.flatnonzero(agrees[1:] | agrees[:-1])
    whole = np.ascontiguousarray(signatures[rows[tied]]).view(f"V{wide}").ravel()
    rows[tied] = rows[tied][np.argsort(whole, kind="stable")]
    return rows


def _bucket_pairs(
    keys: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield pairs of rows whose keys are equal."""
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    sorted_rows = rows[order]
    # `reach[i]`: how many of the rows after i are in its bucket, as far as SMALL_BUCKET
    run = same.copy()
    bucket = np.concatenate([[0], np.cumsum(~same)]) if len(order) else np.empty(0, np.int64)
    sizes = np.bincount(bucket) if len(bucket) else np.empty(0, np.int64)
    for step in range(1, SMALL_BUCKET):
        if not run.any():
            return
        first = np.flatnonzero(run)
        if step > 1:
            first = first[sizes[bucket[first]] <= SMALL_BUCKET]
        a, b = sorted_rows[first], sorted_rows[first + step]
        yield np.minimum(a, b), np.maximum(a, b)
        run = run[:-1] & same[step:]
