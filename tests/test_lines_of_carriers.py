"""Names in the lines that carriers have around one text: agencies in many wordings, and what is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup.agency.another_story import is_of_one, own_lines
from dedup.agency.credits import credits
from dedup.agency.offices import is_body
from dedup.agency.same import grouped
from dedup.model import Document
from tests.test_shared_credits import FERRY, told

PATH = Path(__file__).parent / "cases" / "lines-of-carriers.jsonl"
CASES = [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]
STORY = "Three hectares of olive trees burned down on the hill above the village."


@pytest.mark.parametrize("case", [c for c in CASES if c["agency"]], ids=lambda c: c["agency"])
def test_an_agency(case: dict[str, Any]) -> None:
    """Rights, material, sources, brackets, initials of editors, sentences on reporting, other alphabets and cases."""
    name, found = case["agency"], told(FERRY, *case["carriers"]).agency
    assert found is not None
    names = grouped([name, found])
    assert names[name] == names[found] or found.casefold() == name.casefold()


@pytest.mark.parametrize("case", [c for c in CASES if not c["agency"]], ids=lambda c: str(c["carriers"][0]))
def test_none(case: dict[str, Any]) -> None:
    """Reporters, offices, clubs, other stories, pictures, an outlet's own staff and rights."""
    assert told(FERRY, *case["carriers"]).agency is None


def test_what_is_behind_a_rule() -> None:
    """A line that is but a credit is of all, behind a rule too; a story is another one, and so is its agency."""
    text = f"{FERRY}\n\n* * *\n\n(NPA)"
    assert not is_of_one(text, len(FERRY), text.index("(NPA)"))
    text = f"{FERRY}\n\n* * *\n\n{STORY} (NPA)"
    assert is_of_one(text, len(FERRY), text.index(STORY))
    assert not is_of_one(text, text.index(STORY), text.index(STORY))
    assert own_lines(f"\n\nA.\n\n---\n\n{STORY}\n\nSource: NPA") == ["A.", "---", "Source: NPA"]


def test_a_body_is_no_agency() -> None:
    """By a word for what it is, unless one for news stands beside it."""
    assert all(map(is_body, ("Universität Selby", "Ayuntamiento de Selva", "海湾大学", "Fútbol Club Selby")))
    assert not any(map(is_body, ("Harbour Club News", "Agropressen", "Clubnachrichten Selby Presse", "Rivage")))


def test_a_byline_of_acronyms() -> None:
    """Where all are, each is an agency's; beside a person the one that no large agency has is a reporter's."""
    found = {
        author: [c.agency for c in credits(Document(text=FERRY, author=author))]
        for author in ("THA, DHA", "AFP, Ada Quill")
    }
    assert found == {"THA, DHA": ["DHA", "THA"], "AFP, Ada Quill": ["AFP"]}
