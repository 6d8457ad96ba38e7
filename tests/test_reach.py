"""Large components with several representatives: they find what one after the other would find, with less work."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Config, candidates, clusters, reach, scan
from dedup.regions import Bundles, Regions
from tests import reference
from tests.strategies import MANY

FAMILIES, PAGES = 12, 14


def words(number: int, seed: object) -> list[str]:
    """Return so many invented words."""
    chance = random.Random(str(seed))
    return ["".join(chance.choices("abcdefghiklmnoprstuvwy", k=chance.randint(4, 9))) for _ in range(number)]


def pages() -> list[dict[str, str]]:
    """Return pages of families with one long line each, that goes on as those of the family before or behind do."""
    made = []
    for family in range(FAMILIES):
        line = " ".join(words(40, ("line", family)))
        for page in range(PAGES):
            own, short = " ".join(words(30, (family, page))), " ".join(words(14, ("short", family + page % 2)))
            made.append({"id": f"{family:02}-{page:02}", "outlet": f"o{family}", "text": f"{own}.\n\n{line} {short}."})
    return made


Found = set[frozenset[str]]


def found_in(articles: Sequence[dict[str, str]]) -> Found:
    """Return the documents of each cluster."""
    return {frozenset(m.doc_id for m in p.members) for p in scan(articles, Config(jobs=1)).passages}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return where it is noted how many pairs of texts are aligned for clusters, call by call."""
    counts: list[int] = []
    align = candidates.align_verified

    def counted(pairs: Any, *rest: Any) -> Any:
        counts.append(len(pairs))
        return align(pairs, *rest)

    monkeypatch.setattr(candidates, "align_verified", counted)
    return counts


LINES = {frozenset(f"{f:02}-{p:02}" for p in range(PAGES)) for f in range(FAMILIES)}
# The pages of two families that go on alike, but for the first and the last.
ENDS = {
    frozenset(f"{n - 1:02}-{p:02}" if p % 2 else f"{n:02}-{p:02}" for p in range(PAGES)) for n in range(1, FAMILIES)
}


def test_families_that_are_tied_together_are_found_whole(monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> None:
    """Several representatives find what one after the other finds, and more, with few of the tries."""
    monkeypatch.setattr(clusters, "LARGE", 10**9)
    one = found_in(pages())
    tries = sum(asked)
    asked.clear()
    monkeypatch.setattr(clusters, "LARGE", 20)
    several = found_in(pages())
    assert one >= LINES
    assert several >= LINES
    assert len(several & ENDS) >= len(one & ENDS) >= FAMILIES // 3
    assert 2 * sum(asked) < tries


def test_the_order_of_the_input_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are sorted, and ranks have no ties."""
    monkeypatch.setattr(clusters, "LARGE", 20)
    mixed = pages()
    random.Random(1).shuffle(mixed)
    assert found_in(mixed) == found_in(pages())


def test_after_the_last_wave_all_is_tried(monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> None:
    """A component that is one long way is not walked to its end."""
    monkeypatch.setattr(clusters, "LARGE", 20)
    monkeypatch.setattr(reach, "MOST_WAVES", 0)
    assert len(set().union(*found_in(pages()))) == FAMILIES * PAGES
    assert max(asked) > FAMILIES * PAGES / 2


@MANY
@given(st.data())
def test_representatives_are_the_heaviest_within_a_few_ties(data: st.DataObject) -> None:
    """Ties of less than half of both regions do not count."""
    count = data.draw(st.integers(2, 12))
    sides = st.integers(0, count - 1)
    links = data.draw(st.lists(st.tuples(sides, sides, st.sampled_from((2, 5, 9))), min_size=1, max_size=20))
    rank = data.draw(st.permutations(range(count)))
    of = np.array([(a, b) for a, b, _ in links], np.int64)
    lengths = np.array([n for _, _, n in links], np.int64)
    every, nothing = np.arange(count), np.zeros(count, np.int64)
    regions = Regions(of=of, documents=every, starts=nothing, ends=nothing + 10, rank=np.array(rank, np.int64))
    bundle = Bundles(
        representatives=np.array([rank.index(0)]),
        region_bounds=np.array([0, count]),
        regions=every,
        passage_bounds=np.array([0, len(links)]),
        passages=np.arange(len(links)),
    )
    spans = np.stack([0 * lengths, lengths, 0 * lengths, lengths], axis=1)
    close = [(a, b) for a, b, n in links if n >= 5]
    expected = reference.heaviest(count, close, rank, reach.TIES)
    assert reach._heads(bundle, regions, spans).tolist() == expected
