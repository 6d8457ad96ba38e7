"""Signatures that datasketch made, in: which documents of an index are like them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.config import Config, SignatureConfig
from dedup.errors import ConfigError
from dedup.index.contents import band_keys
from dedup.index.view import EVERYTHING, View
from dedup.kernels import postings as kernels
from dedup.signatures import SCHEME
from dedup.verdict import reach

Rows = npt.NDArray[np.uint32]


def rows_of(given: Iterable[Any], config: SignatureConfig) -> Rows:
    """Return signatures (uint32, n x `num_perm`) of `datasketch.MinHash` objects, or of rows of such values.

    Raises `ConfigError` for those that compare with none of the index: of another scheme, seed or number of values.
    """
    rows = []
    for number, one in enumerate(given):
        where = f"signature {number}"
        scheme, seed = getattr(one, "scheme", SCHEME), getattr(one, "seed", config.seed)
        if (scheme, seed) != (SCHEME, config.seed):
            raise ConfigError(
                f"{where}: is of scheme {scheme} with seed {seed}, those of the index are of {SCHEME} with seed "
                f"{config.seed} and never equal them; make it with MinHash(scheme={SCHEME!r}, seed={config.seed})"
            )
        row = np.asarray(getattr(one, "hashvalues", one))
        if row.dtype != np.uint32 or row.shape != (config.num_perm,):
            raise ConfigError(
                f"{where}: has {row.dtype} values of shape {row.shape}, those of the index are {config.num_perm} of "
                f"uint32; make it with MinHash(num_perm={config.num_perm}, scheme={SCHEME!r})"
            )
        rows.append(row)
    return np.array(rows, np.uint32).reshape(-1, config.num_perm)


def sharing_a_band(rows: Rows, view: View, config: Config) -> list[Sequence[int]]:
    """Return for each signature the numbers of all documents that share a band with it, in order."""
    keys = band_keys(rows, config.signatures)
    per_nat = reach(config.rescore.min_score).per_nat
    texts = np.repeat(np.arange(len(rows)), keys.shape[1])
    order = np.argsort(keys.ravel())
    found = [np.empty(0, np.uint64)]
    for part, removed in view.parts():
        low, high = part.bands.lookup(keys.ravel()[order])
        known = EVERYTHING.costs(part, removed, per_nat), part.numbers()
        some = np.empty(int((high - low).sum()), np.uint64)
        n = kernels.carriers(part.bands.column(0), low, high, 0, known, texts[order], some, 0)
        found.append(some[:n])
    pairs = np.unique(np.concatenate(found))
    edges = np.searchsorted(pairs, np.arange(len(rows) + 1, dtype=np.uint64) << np.uint64(32))
    numbers = (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return [numbers[low:high].tolist() for low, high in itertools.pairwise(edges.tolist())]
