"""Names around a passage: what carriers agree on by form and place, and lines beside it; cases of our own writing."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from dedup.agency.credits import credits
from dedup.model import Document
from tests.test_origins import names
from tests.test_shared_credits import FERRY, table, told

CASES = Path(__file__).parent / "cases" / "beside-copy.jsonl"
RAIN = "\n\nIt rained on the hills."


def is_right(case: dict[str, Any]) -> bool:
    """Say whether the agency of a line behind copy of two outlets is told, or none where it credits none."""
    body = table()[0].get(case["lang"], FERRY)
    agency = told(body, {"tail": f"\n\n{case['line']}{RAIN}"}, {}).agency
    return (case["agency"] in agency) if agency and case["agency"] else agency is case["agency"]


def test_lines_beside_copy() -> None:
    """Of 92 lines in 24 languages whose words no list has, 19 were told before; headlines on agencies, tags, offices
    and pictures credit none."""
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    positive = [case for case in cases if case["agency"]]
    assert len({case["lang"] for case in positive}) > 20
    assert sum(map(is_right, positive)) >= 0.75 * len(positive)
    assert [case["id"] for case in cases if not case["agency"] and not is_right(case)] == []


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ({"author": "Ada Quill, Rivage"}, {"tail": f"\n\nRivage{RAIN}"}, "Rivage"),
        ({"author": "Redaktion / Rivage"}, {"tail": f"\n\nT.: Rivage{RAIN}"}, "Rivage"),
        ({"head": "SELBY (Rivage) "}, {"author": "Kontor Rivage"}, "Kontor Rivage"),
        ({"head": "सेल्वा (सागर) : "}, {"author": "सागर"}, "सागर"),
        ({"head": "सेल्वा (सागर) : ", "author": "सागर"}, {}, "सागर"),
        ({"head": "[해솔=한빛] "}, {"tail": f"\n\n<제공=한빛>{RAIN}"}, "한빛"),
        ({"author": "Meseta Sur Datos"}, {"tail": f"\n\nTexto: Meseta Sur Datos{RAIN}"}, "Meseta Sur Datos"),
        ({"author": "Ada Quill"}, {"tail": f"\n\nText: Ada Quill{RAIN}"}, None),
        ({"author": "राम पाटील"}, {"tail": f"\n\nराम पाटील{RAIN}"}, None),
        ({"author": "山田太郎"}, {"tail": f"（山田太郎）{RAIN}"}, None),
        ({"author": "Harbour Desk"}, {"tail": f"\n\nHarbour Desk{RAIN}"}, None),
        ({"author": "Ferry"}, {"tail": f"\n\nFerry{RAIN}"}, None),
        ({"author": "Harbours"}, {"tail": f"\n\nHarbours{RAIN} So it does in all harbours."}, None),
        ({"author": "Harbours"}, {"tail": f"\n\nShips | Harbours | Tides{RAIN}"}, None),
        ({"author": "Outlet 1"}, {"tail": f"\n\nOutlet 0{RAIN}"}, None),
        ({"tail": f"\n\nShare{RAIN}"}, {"tail": f"\n\nShare this{RAIN}"}, None),
        (
            {"head": "The harbour union (Rivage) said no. "},
            {"author": "Rivage / Ada Quill", "outlet": "Outlet 0"},
            None,
        ),
    ],
)
def test_what_carriers_agree_on(one: dict[str, str], other: dict[str, str], name: str | None) -> None:
    """A name in two outlets, not in the same words or place, is an agency; a person's of two words, what the copy
    speaks of, a common word, a list of tags and the outlets themselves are none."""
    body = table()[0]["mr" if "सा" in str(one) or "रा" in str(one) else "en"]
    found = told(body, one, other)
    assert found.agency == name
    if name:
        assert found.confidence > 0.5


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Foto och text från Nordpols Nyhetsbyrå", "Nordpols Nyhetsbyrå"),
        ("Tekst koostas Tidewater News Agency vahendusel", "Tidewater News Agency"),
        ("Repris d’une dépêche de l’Agence Rivage", "Agence Rivage"),
        ("PV Ban Mai theo Hãng tin Liên Á", "Hãng tin Liên Á"),
        ("गांव डेस्क के साथ उदय समाचार एजेंसी", "उदय समाचार एजेंसी"),
        ("گروه خبر به نقل از خبرگزاری دیلستان", "خبرگزاری دیلستان"),
        ("記者 王海 海岬社", "海岬社"),
        ("列島通信配信", "列島通信"),
        ("กองบรรณาธิการและสำนักข่าวทักษิณวาร", "สำนักข่าวทักษิณวาร"),
        ("Ada Quill, Environment Agency", None),
        ("Ada Quill och Karin Moss", None),
    ],
)
def test_bylines_whatever_the_words_between(author: str, name: str | None) -> None:
    """What agencies call themselves is found among words that no list has."""
    assert [c.agency for c in credits(Document(text=FERRY, author=author))] == ([name] if name else [])


def test_a_region_is_no_agency() -> None:
    """What stands right behind a place in a script without capitals may be its region; behind a date it is none."""
    body = table()[0]["mr"]
    assert told(body, {"head": "सेल्वा (कोणकण) : "}, {"head": "सेल्वा (कोणकण) : "}).agency is None
    assert told(body, {"head": "सेल्वा, ४ मार्च (सागर) : "}, {}).agency == "सागर"
    texts = [told_before(number, f"outlet {number % 2}", "सेल्वा (कोणकण) ") for number in range(3)]
    assert names(texts) == {}
    assert names([told_before(number, f"outlet {number % 2}", "(कोणकण) ") for number in range(3)]) != {}


def told_before(number: int, outlet: str, head: str) -> Document:
    """Return a text of a topic of its own that begins so."""
    return Document(id=str(number), text=f"{head}पूल {number} बंद.", title=f"Topic {number}", outlet=outlet)


def test_words_that_name_no_agency_stand_once() -> None:
    """Each list has a word once."""
    raw = (resources.files("dedup") / "data/not_agencies.json").read_text(encoding="utf-8")
    lists = json.loads(raw)
    assert [(name, word) for name, words in lists.items() for word in {*words} if words.count(word) > 1] == []
