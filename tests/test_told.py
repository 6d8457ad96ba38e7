"""What a carrier's own sentences say of whose copy is; cases of our own writing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup import agencies, agency_words
from tests.test_shared_credits import FERRY, table, told

CASES = Path(__file__).parent / "cases" / "told-copy.jsonl"
CLOSED = "\n\nIt rained on the hills."


def is_right(case: dict[str, Any]) -> bool:
    """Say whether the agency of a case is told, or none where none is credited."""
    agency = told(table()[0].get(case["lang"], FERRY), *case["carriers"]).agency
    if agency is None or case["agency"] is None:
        return agency is case["agency"]
    names = agencies.grouped([agency, case["agency"]])
    return names[agency] == names[case["agency"]] or agency.casefold() == case["agency"].casefold()


def test_table() -> None:
    """Of 127 credits in 65 languages 45 were told before; of 27 pictures, polls, offices and news on agencies, of
    which ten were taken for credits then, none is."""
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    positive = [case for case in cases if case["agency"]]
    assert sum(map(is_right, positive)) >= 0.97 * len(positive)
    assert [case["id"] for case in cases if not case["agency"] and not is_right(case)] == []


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ({"head": "Good news, the Tidewater News Agency reports.\n\n"}, {}, "Tidewater News Agency"),
        ({"head": "The Tidewater News Agency reports that it made a profit last year.\n\n"}, {}, None),
        ({"tail": f"\n\nThe minister told Tidewater News Agency that 40 ferries sail.{CLOSED}"}, {}, None),
        ({"tail": f"\n\nA poll, the Tidewater News Agency reports, was held.{CLOSED}"}, {}, None),
        ({"tail": f"\n\nThe Press Service of the Police reports.{CLOSED}"}, {}, None),
        ({"tail": f"\n\nFoto: Persbureau Schelde{CLOSED}"}, {}, None),
        ({"tail": "\n\nFoto: Persbureau Schelde"}, {}, None),
        ({"tail": f"\n\nUz korišćenje materijala Tanjuga{CLOSED}"}, {}, "TANJUG"),
        ({"head": "SELBY (ANA) – "}, {"tail": "\n\nFonte: Agência Norte Atlântico"}, "Agência Norte Atlântico"),
        ({"head": "SELBY (ANA) – "}, {}, "ANA-MPA"),
    ],
)
def test_sentences(one: dict[str, str], other: dict[str, str], name: str | None) -> None:
    """A sentence beside copy credits an agency when it says that it reported and nothing else; initials are those of
    the agency that another carrier names in full, whoever else has them."""
    assert told(FERRY, one, other).agency == name


def test_an_agency_in_the_copy_is_what_it_is_about() -> None:
    """A lead that names an agency of which the copy speaks credits none."""
    body = f"The Tidewater News Agency was fined on Monday. {FERRY}"
    assert told(body, {"head": "Bad news, the Tidewater News Agency reports.\n\n"}, {}).agency is None


def test_words_of_all_languages() -> None:
    """Every phrase is found with a name beside it and is none alone; every sign of one stands in it."""
    signs = [sign.strip() for sign in agency_words.signs()]
    for phrase in agency_words._phrases():
        plain = phrase.replace("*", "")
        assert agency_words.is_bare(plain)
        assert agency_words.find(f"Tidewater {plain} Tidewater")
        assert agencies.named(plain) is None
        assert any(sign in plain for sign in signs)
