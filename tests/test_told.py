"""What a carrier's own sentences say of whose copy is; cases of our own writing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup.agency import agencies, agency_words, agreed
from dedup.agency.credits import Credit, credits
from dedup.agency.same import grouped
from dedup.model import Document
from dedup.origins import Carried, origin
from tests.test_shared_credits import FERRY, table, told

CASES = Path(__file__).parent / "cases" / "told-copy.jsonl"
CLOSED = "\n\nIt rained on the hills."


def is_right(case: dict[str, Any]) -> bool:
    """Say whether the agency of a case is told, or none where none is credited."""
    agency = told(table()[0].get(case["lang"], FERRY), *case["carriers"]).agency
    if agency is None or case["agency"] is None:
        return agency is case["agency"]
    names = grouped([agency, case["agency"]])
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


@pytest.mark.parametrize(
    ("head", "tail", "name"),
    [
        ("Sportdienst Aue – ", "\n\nIt rained. (sda)", "Sportdienst Aue"),
        ("Agropress Vltava – ", "\n\nIt rained. (nov, apv)", "Agropress Vltava"),
        ("Agropress Vltava – ", "\n\nIt rained. (red)", None),
        ("Agropress Vltava – ", "\n\nIt rained. (pva)", None),
        ("Harbour Mouth – ", "\n\nIt rained. (ham)", None),
        ("Selby – ", "\n\nIt rained. (sel)", None),
    ],
)
def test_an_abbreviation_of_what_another_begins_with(head: str, tail: str, name: str | None) -> None:
    """What stands before one text and is abbreviated behind another is an agency; a place that the copy speaks of and
    letters in another order are none."""
    found = agreed.credited(frames({"head": head}, {"tail": tail}))
    assert (found[0] if found else None) == name


def frames(*around: dict[str, str]) -> list[agreed.Frame]:
    """Return the ferry as outlets have it, each with its own lines around it."""
    documents = [
        Document(id=str(n), outlet=f"Outlet {n}", text=each.get("head", "") + FERRY + each.get("tail", ""))
        for n, each in enumerate(around)
    ]
    starts = [len(each.get("head", "")) for each in around]
    return [agreed.Frame(d, f"f{n}", s, s + len(FERRY)) for n, (d, s) in enumerate(zip(documents, starts, strict=True))]


def carried(number: int, url: str, tail: str = "", found: tuple[Credit, ...] = ()) -> Carried:
    """Return a carrier of the ferry."""
    document = Document(id=str(number), outlet=f"Outlet {number}", url=url, text=FERRY + tail)
    return Carried(
        document=document, family=f"f{number}", start=0, end=len(FERRY), extent=1.0, credits=found, may_name=True
    )


@pytest.mark.parametrize(
    ("url", "doc_id"),
    [
        ("https://www.tanjug.example/a", "0"),
        ("https://tanjug-news.example/a", "0"),
        ("https://tanjugov-list.example/a", None),
        ("https://list.example/tanjug", None),
    ],
)
def test_the_site_of_an_agency(url: str, doc_id: str | None) -> None:
    """A page on a site that has the agency's name, and credits it, is its own, whatever the outlet is called there."""
    by = (Credit(agency="Tanjug", position="byline", start=0),)
    found = origin([carried(0, url, found=by), carried(1, "https://post.example/b", found=by)], is_caption=False)
    assert (found.agency, found.doc_id) == ("TANJUG", doc_id)


@pytest.mark.parametrize(
    ("tail", "doc_id"),
    [
        ("\n\nMore in the series: post.example/inland/ferry", "0"),
        ("\n\nhttps://www.post.example/inland/ferry?ref=1", "0"),
        ("\n\nMore in the series: post.example/inland/tide", None),
        ("\n\nMore on post.example", None),
    ],
)
def test_a_link_to_the_page_of_another(tail: str, doc_id: str | None) -> None:
    """The page that another carrier links to beside the copy had it first; another page of its site did not."""
    found = origin(
        [carried(0, "https://post.example/inland/ferry/"), carried(1, "https://herald.example/b", tail)],
        is_caption=False,
    )
    assert found.doc_id == doc_id


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("SELBY, 3 May (Boreal Media) – ", "Boreal Media"),
        ("SELBY (Upper Selby) – ", None),
        ("SELBY, 3 May (photo Ada Quill) – ", None),
    ],
)
def test_several_words_behind_a_date(head: str, name: str | None) -> None:
    """Behind place and date a bracket holds an agency, whatever its words; behind a place alone a region may stand."""
    assert [c.agency for c in credits(Document(text=head + FERRY))] == ([name] if name else [])
