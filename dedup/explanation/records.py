"""What an explanation holds, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from dedup.model import Origin, Pair, Span

Step = Literal[
    "words", "against", "seeds", "chains", "verdict", "min_words", "min_similarity", "neighbours", "clusters",
    "furniture", "window", "filters", "linked",
]  # fmt: skip
"""Where the way of a passage ends, in the order of a scan; `linked` is the end of it."""
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two documents. `kept` says that its text was kept by the scan, else it was read from the input."""

    doc_id: str
    outlet: str | None
    family: str | None
    family_source: str | None
    published: str | None
    title: str | None
    url: str | None
    words: int
    kept: bool
    reference: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The seeds of both texts and what they have in common; the longest run of equal words; and how alike the whole
    texts are, with the chance that signatures would have found them by that."""

    seed_size: int
    seed_window: int
    left: int
    right: int
    shared: int
    longest_run: int
    longest_run_text: str
    jaccard: float
    signature_chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A row of equal runs in both texts: what they weigh (nats), and the least that is aligned."""

    left: Span
    right: Span
    runs: int
    words: int
    mass: float
    least_mass: float
    aligned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A feature that must reach a least value; `spared` where another feature makes up for it."""

    feature: str
    value: float
    least: float
    met: bool
    spared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPassage:
    """An aligned passage of the two texts: its verdict, what that was made from, and where its way ended.

    `parts` are what each input adds to `z`, with the `intercept`; the score is `1 / (1 + exp(-z))`, or 0 where a check
    is not met.
    """

    left: Span
    right: Span
    left_text: str
    right_text: str
    similarity: float
    wording: str
    score: float
    min_score: float
    features: Mapping[str, float]
    checks: tuple[Check, ...]
    parts: Mapping[str, float]
    intercept: float
    z: float
    step: Step
    reason: str
    cluster_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCluster:
    """A cluster that both documents carry, with the reasons that the scan gave, and their places in it."""

    cluster_id: str
    parent: str | None
    kind: str
    kind_confidence: float
    evidence: tuple[str, ...]
    scope: str
    representative: str
    n_documents: int
    n_outlets: int
    n_families: int
    origin: Origin
    text: str
    left: tuple[Span, ...]
    right: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A run that both documents carry and that was set aside, with the rule that did it."""

    rule: str
    reason: str
    family: str | None
    n_documents: int
    text: str
    left: Span
    right: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """How the whole texts are related: the `pair` that the scan wrote, or None and why; and the near-duplicates that
    both stand among."""

    pair: Pair | None
    reason: str
    document_cluster: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why two documents are linked, or at which step (`step`) their way ended, in a sentence (`reason`).

    `weights` says where the frequencies of words come from: `scan` as kept by it, `documents` counted anew from those
    that are at hand, `background` alone; `notes` are what makes the account less than exact.
    """

    left: Side
    right: Side
    linked: bool
    step: Step
    reason: str
    weights: Literal["scan", "documents", "background"]
    notes: tuple[str, ...]
    seeds: Seeds
    chains: tuple[Chain, ...]
    passages: tuple[ExplainedPassage, ...]
    clusters: tuple[ExplainedCluster, ...]
    suppressed: tuple[Aside, ...]
    relation: Related
