"""What a scan found of what was planted: recall by damage and length, precision of links, must-not spans.

A link joins two members of a cluster. A planted link is found when one predicted cluster covers at least half
of each of its two spans. A predicted link between two documents is right when planted clusters that stand on
both sides cover at least half of each side. Recall is the mean over planted clusters of the share of their
links *to the undamaged source in another document* that are found: such a link has the damage that it is
counted under, while two copies differ from each other about twice as much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.planting.content import LEAST, content_words
from dedup.evaluation.figures import interval, mean, ratio, rounded
from dedup.evaluation.links import find_links
from dedup.evaluation.spans import Placed, SpanIndex, covered, covers_half, sampled_links
from dedup.model import Span

LENGTHS = (0, 15, 30, 60, 120, 250)
DAMAGED = ("wire", "passage", "quotation", "caption")
FURNITURE = "furniture"
Cell = tuple[float, float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A planted cluster; the first member is its undamaged source."""

    cluster: str
    plant: str
    edit_rate: float
    ocr_rate: float
    words: int
    members: tuple[Span, ...]

    @property
    def cell(self) -> Cell:
        """Edit rate, OCR rate and length."""
        return self.edit_rate, self.ocr_rate, length_name(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A line of `passages.jsonl`, as far as it is judged."""

    cluster_id: str
    kind: str
    members: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A planted cluster with its links to the source in other documents, and all of its links."""

    planted: Planted
    found: int
    links: int
    all_found: int
    all_links: int


def length_name(words: int) -> str:
    """Return the name of the range of lengths.

    >>> length_name(14), length_name(59), length_name(900)
    ('under 15', '30 to 59', '250 and more')
    """
    if words < LENGTHS[1]:
        return f"under {LENGTHS[1]}"
    for low, high in pairwise(LENGTHS[1:]):
        if words < high:
            return f"{low} to {high - 1}"
    return f"{LENGTHS[-1]} and more"


LENGTH_NAMES = tuple(length_name(n) for n in LENGTHS)


def measure(gold: Path, out: Path, *, seed: int = 0, articles: Path | None = None) -> dict[str, Any]:
    """Return all figures of the scan in the folder `out` against the labels of a planted corpus.

    With the `articles` recall is also told apart for plants that have the six content words of a passage and others.

    Figures lie in [0, 1] and are None where there was nothing to measure; intervals are 95 % bootstrap
    intervals over clusters, drawn with `seed`.

    Raises `ValueError` when there is no planted cluster, `OSError` when a file cannot be read.
    """
    planted, apart = _read_gold(gold)
    if not planted:
        raise ValueError(f"{gold}: no planted cluster; give the gold.jsonl that benchmarks.planted wrote")
    predicted = [msgspec.convert(r, Predicted) for r in _lines(out / "passages.jsonl")]
    index = SpanIndex([p.members for p in predicted])
    scores = [_score(p, index) for p in planted]
    damaged = [s for s in scores if s.planted.plant in DAMAGED and s.links]
    recall = _recall(damaged, seed)
    if articles is not None:
        recall["by_content"] = _by_content(damaged, articles, seed)
    return {
        "schema": 1,
        "seed": seed,
        "sizes": {"planted": len(planted), "predicted": len(predicted), "must_not": len(apart)},
        "recall": recall,
        "by_plant": _by(scores, lambda s: s.planted.plant, _all_links),
        "precision": _precision(predicted, planted, seed),
        "must_not": _must_not(apart, predicted, index),
        "furniture": _furniture(planted, out / "suppressed.jsonl"),
    }


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield msgspec.json.decode(line)


def _read_gold(path: Path) -> tuple[list[Planted], list[tuple[str, list[Span]]]]:
    """Return planted clusters and must-not groups."""
    planted, apart = list[Planted](), dict[str, list[Span]]()
    for record in _lines(path):
        if "plant" in record:
            planted.append(msgspec.convert(record, Planted))
        elif "must_not" in record:
            apart.setdefault(record["must_not"], []).append(msgspec.convert(record, Span))
    return planted, sorted(apart.items())


def _score(planted: Planted, index: SpanIndex) -> Score:
    """Return how many links of a planted cluster were found."""
    everything = find_links(planted.members, index)
    source = planted.members[0]
    on_source = _covering(source, index)
    far = [m for m in planted.members[1:] if m.doc_id != source.doc_id]
    return Score(
        planted=planted,
        found=sum(not on_source.isdisjoint(_covering(m, index)) for m in far),
        links=len(far),
        all_found=everything.found,
        all_links=everything.links,
    )


def _covering(span: Span, index: SpanIndex) -> set[int]:
    return {c for c, placed in index.touching(span).items() if covers_half(span, placed)}


def _recall(scores: Sequence[Score], seed: int) -> dict[str, Any]:
    def figures(chosen: Sequence[Score]) -> dict[str, Any]:
        return _to_source(chosen, seed)

    return {
        "overall": figures(scores),
        "by_edit_rate": _by(scores, lambda s: s.planted.edit_rate, figures),
        "by_ocr_rate": _by(scores, lambda s: s.planted.ocr_rate, figures),
        "by_length": _by(scores, lambda s: length_name(s.planted.words), figures),
        "by_edit_and_ocr_rate": _cells(scores, lambda s: (*s.planted.cell[:2], None), figures),
        "cells": _cells(scores, lambda s: s.planted.cell, figures),
    }


def _by_content(scores: Sequence[Score], articles: Path, seed: int) -> list[dict[str, Any]]:
    """Return a row for each edit and OCR rate, and whether the source has the content words of a passage."""
    counts = content_words(articles, [s.planted.members[0] for s in scores])
    enough = {id(s): n >= LEAST for s, n in zip(scores, counts, strict=True)}
    groups = _grouped(scores, lambda s: (*s.planted.cell[:2], enough[id(s)]))
    return [
        {"edit_rate": e, "ocr_rate": o, "by_definition": d, **_to_source(groups[e, o, d], seed)}
        for e, o, d in sorted(groups)
    ]


def _to_source(scores: Sequence[Score], seed: int) -> dict[str, Any]:
    found, links = sum(s.found for s in scores), sum(s.links for s in scores)
    return {**interval([s.found / s.links for s in scores], seed), "found": found, "links": links}


def _all_links(scores: Sequence[Score]) -> dict[str, Any]:
    found, links = sum(s.all_found for s in scores), sum(s.all_links for s in scores)
    value = rounded(mean([s.all_found / s.all_links for s in scores]))
    return {"value": value, "n": len(scores), "found": found, "links": links}


Figures = Callable[[Sequence[Score]], dict[str, Any]]


def _grouped(scores: Sequence[Score], key: Callable[[Score], Any]) -> dict[Any, list[Score]]:
    groups: dict[Any, list[Score]] = {}
    for score in scores:
        groups.setdefault(key(score), []).append(score)
    return groups


def _by(scores: Sequence[Score], key: Callable[[Score], Any], figures: Figures) -> dict[str, dict[str, Any]]:
    groups = _grouped(scores, key)
    return {str(k): figures(groups[k]) for k in sorted(groups, key=_rank)}


def _rank(key: str | float) -> tuple[float, str]:
    """Sort numbers by size, lengths as `LENGTH_NAMES` has them, other names by alphabet."""
    if isinstance(key, str):
        return (LENGTH_NAMES.index(key), "") if key in LENGTH_NAMES else (0.0, key)
    return key, ""


def _cells(scores: Sequence[Score], key: Callable[[Score], Any], figures: Figures) -> list[dict[str, Any]]:
    """Return a row for each edit rate, OCR rate and length (None: all lengths)."""
    groups = _grouped(scores, key)
    order = sorted(groups, key=lambda k: (k[0], k[1], _rank(k[2] or "")))
    return [{"edit_rate": e, "ocr_rate": o, "length": n, **figures(groups[e, o, n])} for e, o, n in order]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Links between documents of a predicted cluster: looked at, right, and between copies of one plant."""

    kind: str
    links: int
    right: int
    of_one_plant: int


def _precision(predicted: Sequence[Predicted], planted: Sequence[Planted], seed: int) -> dict[str, Any]:
    """Return the share of predicted links between documents that are right, over links and over clusters.

    `of_one_plant` also counts links between different stretches of one story: what is missing there is reuse
    that was not planted. Of a cluster of more than 40 members 780 links are drawn with the seed.
    """
    stretches = SpanIndex([p.members for p in planted])
    plants: dict[str, list[Span]] = {}
    for p in planted:
        plants.setdefault(p.cluster.split(".")[0], []).extend(p.members)
    whole = SpanIndex(list(plants.values()))
    verdicts = [_judge(p, stretches, whole, seed) for p in predicted]
    judged = [v for v in verdicts if v.links]
    wrong = [p.cluster_id for p, v in zip(predicted, verdicts, strict=True) if v.right < v.links]
    return {
        "all": _share_right(judged, seed),
        "by_kind": {
            k: _share_right([v for v in judged if v.kind == k], seed) for k in sorted({v.kind for v in judged})
        },
        "wrong": wrong[:MOST_LISTED],
    }


def _share_right(verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    links, right, one = (sum(getattr(v, k) for v in verdicts) for k in ("links", "right", "of_one_plant"))
    by_cluster = interval([v.right / v.links for v in verdicts], seed)
    shares = {"by_link": rounded(ratio(right, links)), "of_one_plant": rounded(ratio(one, links))}
    return {**by_cluster, **shares, "right": right, "links": links}


def _judge(predicted: Predicted, stretches: SpanIndex, whole: SpanIndex, seed: int) -> Verdict:
    members = predicted.members
    drawn = sampled_links(len(members), (seed, len(members)))
    far = [(i, j) for i, j in drawn if members[i].doc_id != members[j].doc_id]
    right, one = (
        sum(_is_right(members[i], members[j], on[i], on[j]) for i, j in far)
        for on in ([index.touching(m) for m in members] for index in (stretches, whole))
    )
    return Verdict(kind=predicted.kind, links=len(far), right=right, of_one_plant=one)


MOST_LISTED = 50
Touching = Mapping[int, Sequence[Placed]]


def _is_right(left: Span, right: Span, on_left: Touching, on_right: Touching) -> bool:
    both = on_left.keys() & on_right.keys()
    sides = ((left, on_left), (right, on_right))
    return all(covers_half(span, [p for c in both for p in on[c]]) for span, on in sides)


def _must_not(
    groups: Sequence[tuple[str, Sequence[Span]]], predicted: Sequence[Predicted], index: SpanIndex
) -> dict[str, Any]:
    """Return how many pairs of unrelated spans some predicted cluster stands on.

    It stands on a span when it covers half of it, or one of its members lies in it by half.
    """
    pairs = [(name, a, b) for name, spans in groups for a, b in combinations(spans, 2)]
    linked = {
        name: sorted(predicted[c].cluster_id for c in _standing(a, index) & _standing(b, index)) for name, a, b in pairs
    }
    violated = {name: ids for name, ids in linked.items() if ids}
    share = ratio(len(pairs) - len(violated), len(pairs))
    return {"pairs": len(pairs), "violated": len(violated), "precision": rounded(share), "by": violated}


def _standing(span: Span, index: SpanIndex) -> set[int]:
    touching = index.touching(span)
    inside = {c for c, placed in touching.items() if any(2 * covered(span, [p]) >= p.end - p.start for p in placed)}
    return inside | {c for c, placed in touching.items() if covers_half(span, placed)}


def _furniture(planted: Sequence[Planted], suppressed: Path) -> dict[str, Any] | None:
    """Return how many planted pieces of furniture the scan suppressed by half; None without its list."""
    if not suppressed.exists():
        return None
    index = SpanIndex([[msgspec.convert(r, Span) for r in _lines(suppressed)]])
    spans = [m for p in planted if p.plant == FURNITURE for m in p.members]
    found = sum(covers_half(m, placed) for m in spans for placed in index.touching(m).values())
    return {"suppressed": found, "pieces": len(spans), "value": rounded(ratio(found, len(spans)))}
