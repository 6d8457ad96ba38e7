"""What every report shares: neutral labels, numbers as people read them, the rank of clusters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from dedup.model import Kind, PassageCluster, Relation, Scope, Wording

KIND_LABELS: Final[Mapping[Kind, str]] = {
    "wire_copy": "Agency or shared copy",
    "quotation": "Shared statement",
    "caption": "Caption",
    "boilerplate": "Site furniture",
    "stock_phrase": "Common formula",
    "other": "Unsorted",
}
SCOPE_LABELS: Final[Mapping[Scope, str]] = {
    "cross_outlet": "Across outlets",
    "within_outlet": "Within one outlet",
    "within_document": "Within one document",
}
WORDING_LABELS: Final[Mapping[Wording, str]] = {
    "verbatim": "word for word",
    "near_verbatim": "nearly word for word",
    "reworded": "reworded",
}
RELATION_LABELS: Final[Mapping[Relation, str]] = {
    "duplicate": "same text",
    "contains": "contains the other",
    "contained": "contained in the other",
    "partial": "shares a part",
    "updates": "later version",
}
_SCOPE_RANK: Final = {"cross_outlet": 0, "within_outlet": 1, "within_document": 2}
_NARROW_SPACE: Final = "\u202f"


def label(table: Mapping[Any, str], key: str) -> str:
    """Return the label of `key`, or the key itself with spaces when the table does not know it."""
    return table.get(key, key.replace("_", " "))


def number(value: int) -> str:
    """Return an integer with thousands apart.

    >>> number(12345)
    '12,345'
    """
    return f"{value:,}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return a count with its noun, in the plural unless it is one.

    >>> plural(1, "outlet"), plural(1200, "copy", "copies")
    ('1 outlet', '1,200 copies')
    """
    return f"{number(count)} {noun if count == 1 else many or noun + 's'}"


def percent(share: float) -> str:
    """Return a share in [0, 1] as a whole percentage, rounded down so that only a full share reads 100.

    A share that is not a number reads as unknown.
    """
    if not math.isfinite(share):
        return "unknown"
    return f"{math.floor(min(max(share, 0.0), 1.0) * 100 + 1e-6)}{_NARROW_SPACE}%"


def carriers(cluster: PassageCluster) -> str:
    """Return who carries a passage, such as `carried by 14 outlets of 3 groups`."""
    if cluster.n_documents <= 1:
        times = max(len(cluster.members), cluster.repeats_in_document + 1)
        return f"repeated {number(times)} times in one document"
    parts = [f"carried by {plural(cluster.n_outlets, 'outlet')}"]
    if cluster.n_outlets > 1:
        parts.append(f"of {plural(cluster.n_families, 'group')}")
    if cluster.n_documents > cluster.n_outlets:
        parts.append(f"in {plural(cluster.n_documents, 'document')}")
    return " ".join(parts)


def ranked(passages: Iterable[PassageCluster]) -> list[PassageCluster]:
    """Return the clusters by interest: widest scope, then groups, documents, length, `cluster_id`."""
    return sorted(passages, key=_rank)


def _rank(cluster: PassageCluster) -> tuple[int, int, int, int, str]:
    scope = _SCOPE_RANK.get(cluster.scope, len(_SCOPE_RANK))
    return (scope, -cluster.n_families, -cluster.n_documents, -len(cluster.text), cluster.cluster_id)
