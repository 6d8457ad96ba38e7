"""At which step the way of a passage ended, and of two documents as a whole."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dedup import assembly, seeds
from dedup.config import Config
from dedup.explanation import findings, pair
from dedup.explanation.findings import Findings
from dedup.explanation.pair import Work
from dedup.explanation.records import STEPS, Aside, Check, ExplainedPassage, Seeds, Step
from dedup.explanation.texts import Texts
from dedup.model import Span
from dedup.tokens import tokenize_all

NAMES: Final = {
    "content": "content words",
    "words": "words",
    "common": "content words that are no names",
    "contiguity": "of its longer side in equal words",
    "replaced": "content words to each figure that differs",
}
"""Checks as they are told."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Two documents with all that is known of them."""

    work: Work
    found: Findings
    texts: Texts
    one_way: bool

    @property
    def config(self) -> Config:
        """The configuration of the scan."""
        return self.work.config

    @functools.cached_property
    def frequent(self) -> tuple[int, int]:
        """How many seeds both texts share, and how many of those were linked with neighbours only.

        Counted in the texts at hand, so at most too few.
        """
        return _frequent(self.work, self.texts, self.config)

    @property
    def same_side(self) -> bool:
        """Whether the scan compared neither with the other, because both stand on one side of `--against`."""
        left, right = (d.id in self.texts.reference for d in self.work.texts)
        return self.one_way and left == right


def passage(case: Case, row: int) -> tuple[ExplainedPassage, Aside | None]:
    """Return the account of one aligned passage, and what was set aside where it stands."""
    work = case.work
    passages, scored = work.found.passages, work.found.scored
    spans = passages.spans()[row].tolist()
    left, right = pair.spans_of(work, *spans)
    blocks = passages.blocks[passages.bounds[row] : passages.bounds[row + 1]]
    matched = int(blocks[:, 2].sum())
    similarity = round(matched / max(spans[1] - spans[0], spans[3] - spans[2]), 6)
    asked = pair.checks(work, row)
    added, intercept = pair.parts(work, row)
    away = findings.aside(case.found, left, right)
    clusters = tuple(
        c.cluster_id for c in case.found.clusters if findings.meets(left, c.left) and findings.meets(right, c.right)
    )
    step, reason = _way(case, row, asked, (left, right), clusters, away)
    account = ExplainedPassage(
        left=left,
        right=right,
        left_text=work.texts[0].text[left.start : left.end],
        right_text=work.texts[1].text[right.start : right.end],
        similarity=similarity,
        wording=assembly.wording(similarity),
        score=float(scored.scores[row]),
        min_score=work.config.rescore.min_score,
        features={name: float(v) for name, v in zip(pair.FEATURES, scored.features[row], strict=True)},
        checks=asked,
        parts=added,
        intercept=intercept,
        z=round(sum(added.values()) + intercept, 6),
        step=step,
        reason=reason,
        cluster_ids=clusters,
    )
    return account, away


def _way(
    case: Case,
    row: int,
    asked: Sequence[Check],
    sides: tuple[Span, Span],
    clusters: Sequence[str],
    away: Aside | None,
) -> tuple[Step, str]:
    """Return the step at which a passage's way ended and why."""
    if clusters:
        return "linked", f"it stands in {_and(clusters)}"
    refused = _refused(case, row, asked)
    if refused:
        return refused
    if case.same_side:
        return "against", _same_side(case)
    if away is not None:
        return "furniture", f"it was set aside ({away.rule}): {away.reason}"
    late = _window(case)
    if late:
        return "window", late
    filters = _filters(case.config)
    if filters:
        return "filters", f"it passed, and the scan was asked to leave some results out: {filters}"
    return _lost(case, sides)


def _refused(case: Case, row: int, asked: Sequence[Check]) -> tuple[Step, str] | None:
    """Return why the verdict or a setting refuses a passage, None where neither does."""
    work, config = case.work, case.config
    score = float(work.found.scored.scores[row])
    if score < config.rescore.min_score and not pair.is_whole(work, row):
        missing = [c for c in asked if not c.met]
        if missing:
            said = "; ".join(f"{_figure(c.value)} {NAMES[c.feature]}, {_figure(c.least)} needed" for c in missing)
            return "verdict", f"too short to be a passage by definition: {said}"
        listed = "; it reads as a list of names, whose words do not count" if pair.is_list(work, row) else ""
        return "verdict", f"its score is {score:.3f}, {config.rescore.min_score} is needed{listed}"
    words = pair.matched_words(work, row)
    if config.min_words is not None and words < config.min_words:
        return "min_words", f"{_figure(words)} matched words, --min-words asks for {config.min_words}"
    contiguity = float(work.found.scored.column("contiguity")[row])
    if config.min_similarity is not None and contiguity < config.min_similarity:
        return "min_similarity", f"{contiguity:.2f} alike, --min-similarity asks for {config.min_similarity}"
    return None


def _same_side(case: Case) -> str:
    side = "the reference set" if case.work.texts[0].id in case.texts.reference else "the documents"
    return f"both are of {side}: with --against documents are compared with the reference set alone"


def _window(case: Case) -> str | None:
    """Return why a window keeps two documents apart, None where it does not."""
    days = case.config.window_days
    if days is None:
        return None
    undated = [d.id for d in case.work.texts if d.timestamp is None]
    if undated:
        return f"--window compares dated documents only, and {_and([repr(d) for d in undated])} has no usable date"
    gap = abs((case.work.texts[0].timestamp or 0.0) - (case.work.texts[1].timestamp or 0.0)) / 86_400
    return f"they are {gap:.1f} days apart, --window allows {days:g}" if gap > days else None


def _filters(config: Config) -> str:
    asked = [f"--only {config.only}"] if config.only == "documents" else []
    asked += [f"--kind {kind}" for kind in config.kind] + [f"--scope {scope}" for scope in config.scope]
    return ", ".join(asked)


def _lost(case: Case, sides: tuple[Span, Span]) -> tuple[Step, str]:
    """Return where a good passage was lost among clusters, or among frequent seeds."""
    around = [next((c.cluster_id for c in case.found.alone[span.doc_id] if _holds(c, span)), None) for span in sides]
    if all(around) and around[0] != around[1]:
        return (
            "clusters",
            f"its places stand in two clusters, {around[0]} and {around[1]}: other texts carry each of them",
        )
    shared, frequent = case.frequent
    if frequent:
        return "neighbours", (
            f"{frequent} of the {shared} seeds that both share stand in more than {case.config.seeds.small_bucket} "
            "places and were linked with the places most like them alone; this pair was not among those"
        )
    if any(around):
        return "clusters", f"one of its places stands in {around[0] or around[1]}, of which the other text is no member"
    return "clusters", "it passed the verdict, and no cluster of the results has it"


def _holds(cluster: object, span: Span) -> bool:
    return findings.meets(span, findings.places(cluster, span.doc_id))  # type: ignore[arg-type]


def _frequent(work: Work, texts: Texts, config: Config) -> tuple[int, int]:
    keys, _, bounds = seeds.seed_keys(work.found.tokens, config.seeds)
    shared = np.intersect1d(keys[: bounds[1]], keys[bounds[1] :])
    all_keys, _, _ = seeds.seed_keys(tokenize_all([d.text for d in texts.documents.values()]), config.seeds)
    places = np.bincount(np.searchsorted(shared, all_keys[np.isin(all_keys, shared)]), minlength=len(shared))
    return len(shared), int((places > config.seeds.small_bucket).sum())


def overall(case: Case, passages: Sequence[ExplainedPassage], made: Seeds, chained: bool) -> tuple[Step, str]:
    """Return the furthest step that two documents reached without being linked, and why they got no further."""
    empty = [repr(d.id) for d, n in zip(case.work.texts, np.diff(case.work.found.tokens.bounds), strict=True) if n == 0]
    if empty:
        return "words", f"{_and(empty)} has no words and is compared with nothing"
    if case.same_side:
        return "against", _same_side(case)
    if passages:
        best = max(passages, key=lambda p: (STEPS.index(p.step), p.score, p.features["mass"]))
        return best.step, best.reason
    if chained:
        return "chains", "no common row of words weighs enough to be aligned"
    if not made.longest_run:
        return "seeds", "they have no word in common"
    return "seeds", (
        f"no seed in common: their longest equal run has {made.longest_run} words, a seed takes {made.seed_size} "
        f"and every run of {made.seed_size + made.seed_window - 1} has one"
    )


def sentence(case: Case, related: bool) -> str:
    """Return why two linked documents are linked."""
    kinds: dict[str, int] = {}
    for cluster in case.found.clusters:
        kinds[cluster.kind] = kinds.get(cluster.kind, 0) + 1
    said = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in sorted(kinds.items()))
    if not said:
        return "the whole texts are related, by passages that are not among the results"
    passages = "a passage" if sum(kinds.values()) == 1 else "passages"
    return f"they share {passages} ({said})" + ("" if related else "; the whole texts are not related")


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)


def _figure(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
