"""Agency credits: two tables of cases of our own writing, and rules that single cases show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dedup import agencies
from dedup.credits import credits
from dedup.model import Document

CASES = Path(__file__).parent / "cases"


def is_right(case: dict[str, str | None]) -> bool:
    """Say whether the agency of a case is found, or none where there is none."""
    names = [c.agency for c in credits(Document(text=case["text"] or "", author=case["byline"]))]
    if case["agency"] is None:
        return not names
    wanted = agencies.canonical(case["agency"]) or case["agency"]
    return any((agencies.canonical(n) or n) == wanted for n in names)


@pytest.mark.parametrize(("name", "least"), [("credits.jsonl", 0.97), ("credits-further.jsonl", 0.92)])
def test_tables(name: str, least: float) -> None:
    """P9: the share of cases that are told right, in at least eight languages, with 60 of either sort."""
    cases = [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]
    positive = [c for c in cases if c["agency"] is not None]
    negative = [c for c in cases if c["agency"] is None]
    assert min(len(positive), len(negative)) >= 60
    assert min(len({c["lang"] for c in part}) for part in (positive, negative)) >= 8
    wrong = [c["id"] for c in cases if not is_right(c)]
    assert len(wrong) <= (1 - least) * len(cases), wrong


def test_agency_as_a_subject() -> None:
    """P9: a story about an agency is not credited to it; a dateline is a credit."""
    assert not credits(Document(text="Thomson Reuters posts profit, the company said."))
    assert [c.agency for c in credits(Document(text="KYIV (Reuters) — The bridge was closed."))] == ["Reuters"]


def test_spellings_mean_one_agency() -> None:
    """Spellings of a large agency, and initials with a full name that is written somewhere, are grouped."""
    names = agencies.grouped(["رويترز", "Reuters", "NPA", "Northlight Press Agency", "XYZ"])
    assert names["رويترز"] == names["Reuters"] == "Reuters"
    assert names["NPA"] == "Northlight Press Agency"
    assert names["XYZ"] == "XYZ"
