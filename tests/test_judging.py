"""Records of clusters that are made to be encoded are those of the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from dedup.assembly import Material
from dedup.judging import MemberDraft, PassageDraft
from dedup.model import Member, PassageCluster
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


def test_what_is_known_of_texts_is_looked_up() -> None:
    """What a question about one text takes does not grow with the texts that were asked about before."""
    material = Material(documents=[], tokens=tokenize(["Ada Croll spoke.", "It rained."]), families={}, _usual=Unread())
    assert material.usual_names([1, 0, 1]) == [0.5, 0.666667, 0.5]
    assert material.usual_names([0]) == [0.666667]
