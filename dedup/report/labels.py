"""What every report shares: neutral labels, numbers as people read them, the rank of clusters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
KIND_MEANINGS: Final[Mapping[Kind, str]] = {
    "wire_copy": "Running text that several carry: agency copy, a press release, a story of a sister desk.",
    "quotation": "The words of one speaker or statement, in articles that otherwise differ.",
    "caption": "The caption of a picture.",
    "boilerplate": "Navigation, notices, teasers and other furniture of a site.",
    "stock_phrase": "Words that come together everywhere and say nothing of a common source.",
    "other": "Shared text of which the signals do not say what it is; the best guesses stand beside it.",
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
RULE_MEANINGS: Final[Mapping[str, str]] = {
    "family_template": "One group carries it on pages that are unrelated to each other and to it.",
    "unrelated_pages": "Several pages without one owner carry it; it speaks of none of them.",
    "known_text": "It is among the texts that were given as known.",
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
    return f"{percentage(share)}{_NARROW_SPACE}%" if math.isfinite(share) else "unknown"


def percentage(share: float) -> int:
    """Return the figure that `percent` says; 0 for what is no number."""
    return math.floor(min(max(share, 0.0), 1.0) * 100 + 1e-6) if math.isfinite(share) else 0


def carriers(cluster: PassageCluster) -> str:
    """Return who carries a passage, such as `carried by 14 outlets of 3 groups`."""
    if cluster.n_documents > 1 and cluster.members and not any(m.outlet for m in cluster.members):
        return f"carried by {plural(cluster.n_documents, 'document')}"
    if cluster.n_documents <= 1:
        times = max(len(cluster.members), cluster.repeats_in_document + 1)
        return f"repeated {number(times)} times in one document"
    parts = [f"carried by {plural(cluster.n_outlets, 'outlet')}"]
    if cluster.n_outlets > 1:
        parts.append(f"of {plural(cluster.n_families, 'group')}")
    if cluster.n_documents > cluster.n_outlets:
        parts.append(f"in {plural(cluster.n_documents, 'document')}")
    return " ".join(parts)


def ranked(passages: Sequence[PassageCluster]) -> Sequence[PassageCluster]:
    """Return the clusters by interest: widest scope, then groups, documents, length, `cluster_id`.

    Those that are made when they are asked for say that they are in this order; they are not held all at once.
    """
    return passages if getattr(passages, "is_ranked", False) else tuple(sorted(passages, key=rank))


def rank(cluster: PassageCluster) -> tuple[int, int, int, int, str]:
    """Return what clusters are ranked by, the most interesting smallest."""
    scope = _SCOPE_RANK.get(cluster.scope, len(_SCOPE_RANK))
    return (scope, -cluster.n_families, -cluster.n_documents, -len(cluster.text), cluster.cluster_id)
