"""Small arithmetic of all figures: ratios that may be undefined, F1, and bootstrap intervals.

An undefined figure (nothing to divide by) is None, never 0 or NaN. Figures are rounded to 1e-6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

RESAMPLES = 1000


def rounded(value: float | None) -> float | None:
    """Return the value rounded to 1e-6, or None as it came."""
    return None if value is None else round(float(value), 6)


def ratio(part: float, whole: float) -> float | None:
    """Return `part / whole`, or None when the whole is 0.

    >>> ratio(1, 4), ratio(0, 0)
    (0.25, None)
    """
    return part / whole if whole else None


def mean(values: Sequence[float]) -> float | None:
    """Return the arithmetic mean, or None of nothing."""
    return ratio(sum(values), len(values))


def harmonic(precision: float | None, recall: float | None) -> float | None:
    """Return F1, `2 P R / (P + R)` (van Rijsbergen 1979, chapter 7), in [0, 1].

    One undefined part counts as 0, as in `2 tp / (2 tp + fp + fn)`; two give None.

    >>> harmonic(0.5, 1.0), harmonic(None, 0.0), harmonic(None, None)
    (0.6666666666666666, 0.0, None)
    """
    if precision is None and recall is None:
        return None
    p, r = precision or 0.0, recall or 0.0
    return 2 * p * r / (p + r) if p + r else 0.0


def prf(precision: float | None, recall: float | None, f1: float | None) -> dict[str, Any]:
    """Return the three figures under their names, rounded."""
    return {"precision": rounded(precision), "recall": rounded(recall), "f1": rounded(f1)}


def interval(values: Sequence[float], seed: int) -> dict[str, Any]:
    """Return `value` (the mean), `low` and `high` (95 % percentile bootstrap) and `n`.

    1000 resamples of the clusters with replacement (Efron & Tibshirani 1993, section 13.3); all None for n
    = 0.
    """
    data = np.sort(np.asarray(values, dtype=np.float64))  # the order of the labels decides nothing
    if not data.size:
        return {"value": None, "low": None, "high": None, "n": 0}
    rng = np.random.default_rng(seed)
    means = [float(data[rng.integers(0, data.size, data.size)].mean()) for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return {"value": rounded(data.mean()), "low": rounded(low), "high": rounded(high), "n": int(data.size)}


def confusion(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Return counts as gold → predicted → n, both in sorted order."""
    table: dict[str, dict[str, int]] = {}
    for gold, predicted in sorted(pairs):
        row = table.setdefault(gold, {})
        row[predicted] = row.get(predicted, 0) + 1
    return table
