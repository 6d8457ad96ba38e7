"""Parts of the evaluation against brute force, other programs and known distributions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from dedup.evaluation.documents import story_figures
from dedup.evaluation.figures import interval
from dedup.evaluation.links import find_links
from dedup.evaluation.scripts import script_of
from dedup.evaluation.spans import SpanIndex, sampled_links
from dedup.model import Span


def test_sampled_links_are_different_pairs() -> None:
    """40 members give all 780 pairs; more give 780 different ones in range, also for very many members."""
    assert sorted(sampled_links(40, (0,))) == list(combinations(range(40), 2))
    for size in (41, 1000, 200_000):
        links = sampled_links(size, (0,))
        assert len(set(links)) == 780
        assert all(0 <= i < j < size for i, j in links)


def _covers(span: Span, pieces: Sequence[Span]) -> bool:
    has = {c for p in pieces if p.doc_id == span.doc_id for c in range(p.start, p.end)}
    return 2 * sum(c in has for c in range(span.start, span.end)) >= span.end - span.start


def _linked(left: Span, right: Span, cluster: Sequence[Span]) -> bool:
    """The definition: some split of the cluster's members covers half of each span."""
    for k in range(2 ** len(cluster)):
        one = [m for i, m in enumerate(cluster) if k >> i & 1]
        other = [m for i, m in enumerate(cluster) if not k >> i & 1]
        if _covers(left, one) and _covers(right, other):
            return True
    return False


spans = st.builds(
    lambda doc, start, size: Span(doc_id=doc, start=start, end=start + size),
    st.sampled_from("ab"),
    st.integers(0, 20),
    st.integers(1, 12),
)


def _apart(chosen: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for s in chosen:
        if all(s.doc_id != k.doc_id or s.end <= k.start or k.end <= s.start for k in kept):
            kept.append(s)
    return kept


@given(
    st.lists(spans, min_size=2, max_size=7).map(_apart).filter(lambda s: len(s) > 1),
    st.lists(st.lists(spans, min_size=2, max_size=4), max_size=4),
)
def test_links_found_equal_the_definition(labelled: list[Span], clusters: list[list[Span]]) -> None:
    """Counting by groups gives what trying every split of every cluster for every pair gives."""
    pairs = list(combinations(labelled, 2))
    result = find_links(labelled, SpanIndex(clusters))
    assert result.found == sum(any(_linked(a, b, c) for c in clusters) for a, b in pairs)
    for number, cluster in enumerate(clusters):
        assert result.by_cluster.get(number, 0) == sum(_linked(a, b, cluster) for a, b in pairs)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Zürich 2031", "Latin"),
        ("ｆｕｌｌ", "Latin"),
        ("مرحبا بكم", "Arabic"),
        ("新闻报道，AP", "Han"),
        ("ニュースを読む", "Kana"),
        ("ข่าววันนี้", "Thai"),
        ("25 % …", None),
    ],
)
def test_script_of_text(text: str, script: str | None) -> None:
    """Most letters decide; digits and signs have no script."""
    assert script_of(text) == script


def test_adjusted_rand_equals_scikit_learn() -> None:
    """On random partitions and on the trivial ones, where the formula would divide by 0, both agree."""
    rng = random.Random(7)
    tables = [([rng.randrange(4) for _ in range(30)], [rng.randrange(5) for _ in range(30)]) for _ in range(20)]
    for stories, clusters in [
        *tables,
        ([0, 1, 2], [0, 1, 2]),
        ([0, 0], [0, 0]),
        ([0], [0]),
        ([0, 0], [0, 1]),
    ]:
        figures = story_figures(
            {f"d{i}": str(s) for i, s in enumerate(stories)}, {f"d{i}": c for i, c in enumerate(clusters)}
        )
        assert figures["ari"] == pytest.approx(adjusted_rand_score(stories, clusters), abs=1e-6)


def test_bootstrap_interval() -> None:
    """Of 50 zeros and 50 ones the mean 0.5 has standard error 0.05, so the interval is about 0.402 to
    0.598; equal values leave no width, nothing leaves nothing.
    """
    figures = interval([0.0, 1.0] * 50, seed=3)
    assert figures["value"] == 0.5
    assert figures["low"] == pytest.approx(0.402, abs=0.01)
    assert figures["high"] == pytest.approx(0.598, abs=0.01)
    assert figures == interval([0.0] * 50 + [1.0] * 50, seed=3) != interval([0.0, 1.0] * 50, seed=4)
    assert interval([0.25] * 9, seed=0) == {"value": 0.25, "low": 0.25, "high": 0.25, "n": 9}
    assert interval([], seed=0) == {"value": None, "low": None, "high": None, "n": 0}
