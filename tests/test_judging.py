"""Records of clusters that are made to be encoded are those of the model."""

from __future__ import annotations

import dataclasses

import pytest

from dedup.judging import MemberDraft, PassageDraft
from dedup.model import Member, PassageCluster


@pytest.mark.parametrize(("draft", "record"), [(MemberDraft, Member), (PassageDraft, PassageCluster)])
def test_drafts_have_the_fields_of_records(draft: type, record: type) -> None:
    """Encoded, a draft is what its record is: the same fields in the same order."""
    assert list(draft.__struct_fields__) == [f.name for f in dataclasses.fields(record)]  # type: ignore[attr-defined]
