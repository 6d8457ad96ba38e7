"""Records of clusters that are made to be encoded are those of the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from dedup.agency.credits import Credit
from dedup.assembly import Company, Material
from dedup.clusters import Carrier, Cluster, Clusters
from dedup.families import Family
from dedup.furniture import Apart, Verdict
from dedup.judging import Given, MemberDraft, PassageDraft, judged
from dedup.model import Document, Member, Origin, PassageCluster
from dedup.tokens import tokenize


class Unread(dict[int, float]):
    """What is looked up, and never gone through."""

    def __iter__(self) -> Iterator[int]:
        raise AssertionError

    keys = __iter__  # type: ignore[assignment]


@pytest.mark.parametrize(("draft", "record"), [(MemberDraft, Member), (PassageDraft, PassageCluster)])
def test_drafts_have_the_fields_of_records(draft: type, record: type) -> None:
    """Encoded, a draft is what its record is: the same fields in the same order."""
    assert list(draft.__struct_fields__) == [f.name for f in dataclasses.fields(record)]  # type: ignore[attr-defined]


def places(*spans: tuple[int, int]) -> Cluster:
    """A passage of the texts 0 and 1, at one place in both."""
    blocks = np.empty((0, 3), np.int64)
    return Cluster(members=tuple(Carrier(document=d, start=a, end=b, blocks=blocks) for d in (0, 1) for a, b in spans))


@pytest.mark.parametrize(
    ("others", "share"),
    [
        ([(5, 22)], 0.0),  # around it, seven words longer
        ([(0, 22)], 1.0),  # twelve words longer
        ([(18, 26)], 0.0),  # over its end
        ([(20, 24)], 1.0),  # behind it, however short
        ([], 0.0),
    ],
)
def test_a_passage_a_little_longer_is_no_other(others: list[tuple[int, int]], share: float) -> None:
    """Texts that share a line, with a word or two before it in some, share one passage."""
    line = places((10, 20))
    clusters = Clusters.of([line, *map(places, others)])
    company = Company(clusters, np.ones(len(clusters), np.bool_), 2)
    assert company.shares([line.members]) == [share]
    assert company.shares([line.members[:1]]) == [None]


def test_what_is_known_of_texts_is_looked_up() -> None:
    """What a question about one text takes does not grow with the texts that were asked about before."""
    material = Material(documents=[], tokens=tokenize(["Ada Croll spoke.", "It rained."]), families={}, _usual=Unread())
    assert material.usual_names([1, 0, 1]) == [0.5, 0.666667, 0.5]
    assert material.usual_names([0]) == [0.666667]


def test_what_stands_aside_is_nobodys() -> None:
    """Texts that credit an agency do not make it the origin of furniture that they carry."""
    text = "The tip line of the harbour police is open on all days of the week"
    documents = [Document(id=f"d{i}", text=text, outlet=f"outlet {i}") for i in range(2)]
    tokens = tokenize([d.text for d in documents])
    size = len(tokens.hashes) // 2
    blocks = np.array([[0, 0, size]])
    cluster = Cluster(
        members=tuple(Carrier(document=d, start=d * size, end=(d + 1) * size, blocks=blocks) for d in (0, 1))
    )
    credit = Credit(agency="Northlight", position="dateline", start=0)
    material = Material(
        documents=documents,
        tokens=tokens,
        families={d.outlet or "": Family(name=d.outlet or "", source="outlet") for d in documents},
        credits={0: [credit], 1: [credit]},
    )
    verdict = Verdict(rule="known_text", reason="it is known", family=None, pages=2, confidence=0.6)
    apart = Apart(unrelated=False, distance=0.0)
    (kept, aside) = judged([Given(cluster, each, apart) for each in (None, verdict)], material)
    assert kept.credited.agency == "Northlight"
    assert aside.carriers == []
    assert aside.credited == Origin()
