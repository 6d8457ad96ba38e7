"""Agencies of copy that outlets of two families have, told by what several of them say or where nothing else can be
meant; cases of our own writing."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from dedup.agency.credit_hints import of_texts
from dedup.agency.credits import credits
from dedup.agency.same import grouped
from dedup.model import Document, Origin
from dedup.origins import Carried, origin

CASES = Path(__file__).parent / "cases" / "shared-credits.jsonl"
FERRY = "The old ferry ran aground on a sandbank at the harbour mouth on Monday.\n\nAll forty people were taken off."


@functools.cache
def table() -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the body of each language, and the cases: what stands around it in two outlets, and whose it is."""
    bodies, *cases = (json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines())
    return bodies["bodies"], cases


def in_order(function: Callable[[int], bytes], items: Sequence[int]) -> Iterable[bytes]:
    """Do the work on items one by one."""
    return map(function, items)


def told(body: str, *around: dict[str, str], is_wire: bool = True, families: Sequence[str] = ()) -> Origin:
    """Return whose a text is that several outlets have, each with its own lines around it."""
    documents = [
        Document(
            id=str(n),
            text=each.get("head", "") + body + each.get("tail", ""),
            author=each.get("author"),
            outlet=each.get("outlet", f"Outlet {n}"),
            title="Ferry",
            published=f"2031-03-0{n + 4}",
        )
        for n, each in enumerate(around)
    ]
    found = of_texts(range(len(documents)), lambda some: map(documents.__getitem__, some), in_order).credits
    carriers = [
        Carried(
            document=document,
            family=families[n] if families else document.outlet or "",
            start=len(around[n].get("head", "")),
            end=len(around[n].get("head", "")) + len(body),
            extent=1.0,
            credits=tuple(found.get(n, ())),
        )
        for n, document in enumerate(documents)
    ]
    return origin(carriers, is_caption=False, is_wire=is_wire)


def is_right(case: dict[str, Any]) -> bool:
    """Say whether a case is told right; spellings of one agency are equal, as are its initials."""
    agency = told(table()[0][case["lang"]], *case["carriers"]).agency
    if agency is None or case["agency"] is None:
        return agency is case["agency"]
    names = grouped([agency, case["agency"]])
    return names[agency] == names[case["agency"]]


def test_table() -> None:
    """Of 205 credits of invented agencies in 24 languages 76 were told right before; of what names none, none is. Five
    are left open that could be regions of a place: a list of regions told them before."""
    _, cases = table()
    positive = [case for case in cases if case["agency"]]
    assert len({case["lang"] for case in positive}) > 20
    assert sum(map(is_right, positive)) >= 0.92 * len(positive)
    assert [case["id"] for case in cases if not case["agency"] and not is_right(case)] == []


def test_what_may_be_an_agency_is_one_for_wire_copy_alone() -> None:
    """An acronym behind a text that another family has too is an agency; of one family, or of no copy, it is open."""
    ends = ({"tail": "\n\nNIPA"}, {})
    found = told(FERRY, *ends)
    assert (found.agency, found.evidence[0], found.confidence) == ("NIPA", "credit (trailing credit)", 0.5)
    assert told(FERRY, *ends, is_wire=False).agency is None
    assert told(FERRY, *ends, families=["one", "one"]).agency is None


@pytest.mark.parametrize(
    "around",
    [
        ({"tail": "\n\nNIPA"}, {"tail": "\n\nThe union NIPA will strike on Friday."}),
        ({"tail": "\n\nNIPA\n\nThe harbour of Selby is one of the oldest of the coast."}, {"outlet": "NIPA"}),
        ({"head": "OSLO — "}, {}),
        ({"tail": "\n\nThe council met on Tuesday for nine hours.\n\nNIPA\n\nIt rained."}, {}),
    ],
    ids=["a text speaks of it", "an outlet", "a place", "further on"],
)
def test_what_is_meant_otherwise_is_none(around: tuple[dict[str, str], ...]) -> None:
    """A name that a text speaks of, an outlet, a place and a line behind another story are no agency."""
    assert told(FERRY, *around).agency is None


def test_a_name_in_two_forms_is_an_agency() -> None:
    """ "(MeteoHaber)" in one carrier and "MeteoHaber Servisi" in the author's place of another are one; alone it is a
    reporter or a desk."""
    short, full = {"tail": " (MeteoHaber)\n\nIt rained."}, {"author": "İnternet Servisi ve MeteoHaber Servisi"}
    assert told(FERRY, short, full).agency == "MeteoHaber Servisi"
    assert told(FERRY, short, {}).agency is None
    assert told(FERRY, {}, full).agency is None


def test_what_a_text_calls_an_agency_is_one() -> None:
    """A name behind a desk counts where another carrier says what it is."""
    named = {"author": "Web Desk / Tidewater Court Reports"}
    called = {"tail": "\n\nThe news agency Tidewater Court Reports said so first."}
    assert told(FERRY, named, called).agency == "Tidewater Court Reports"
    assert told(FERRY, named, {}).agency is None


def test_a_teased_story_lends_no_credit() -> None:
    """What stands behind a heading in capitals is another story; without one it is the end of this."""
    other = "Three hectares of olive trees burned down on the hill, and the cause is not known yet. (Reuters)"
    assert told(FERRY, {"tail": f"\n\nREAD ALSO\n\n{other}"}, {}).agency is None
    assert told(FERRY, {"tail": f"\n\n{other}"}, {}).agency == "Reuters"
    assert told(FERRY, {"tail": "\n\nREAD ALSO\n\n(Reuters)"}, {}).agency == "Reuters"


def test_an_outlet_credits_itself() -> None:
    """That is no agency, by its name or initials, unless it is called one."""
    assert told(FERRY, {"author": "WCFM News", "outlet": "West Coast FM"}, {}).agency is None
    assert told(FERRY, {"head": "SELBY (WKRN) — ", "outlet": "wkrn.example"}, {}).agency is None
    assert told(FERRY, {"head": "SELBY (NPA) — ", "outlet": "Northlight Press Agency"}, {}).agency == "NPA"
    assert told(FERRY, {"head": "SELBY (AP) — ", "outlet": "ap.example"}, {}).agency == "AP"


@pytest.mark.parametrize(
    "line", ["STT–Pohjan Kaiku", "© STT/Pohjan Kaiku", "(Pohjan Kaiku, STT)", "— NIPA, Pohjan Kaiku"]
)
def test_an_agency_beside_the_outlet(line: str) -> None:
    """A line of the outlet's name and another name says who else had a hand in it."""
    found = told(FERRY, {"tail": f"\n\n{line}\n\nIt rained.", "outlet": "Pohjan Kaiku"}, {})
    assert found.agency in ("STT", "NIPA")
    assert told(FERRY, {"tail": "\n\nPohjan Kaiku NIPA\n\nIt rained.", "outlet": "Pohjan Kaiku"}, {}).agency is None


@pytest.mark.parametrize(
    "line",
    [
        "Za: Katolicka Agencja Informacyjna",
        "Bài: Hãng tin Thể thao Liên Á",
        "글 한누리통신",
        "Beszélt: Parti Hírügynökség",
    ],
)
def test_a_short_word_before_an_agency(line: str) -> None:
    """It is a credit in whatever language, but of a picture."""
    agency = line.split(" ", 1)[1]
    assert told(FERRY, {"tail": f"\n\n{line}\n\nIt rained."}, {}).agency == agency
    for photo in ("Ảnh", "Fot.", "Kuva", "사진", "Fotoğraf"):
        assert told(FERRY, {"tail": f"\n\n{photo}: {agency}\n\nIt rained."}, {}).agency is None


def test_a_photo_at_the_beginning_is_no_dateline() -> None:
    """In brackets, with the mark that places and agencies have between them."""
    assert told(FERRY, {"head": "[사진=뉴시스] 동굴 내부.\n\n"}, {}).agency is None
    assert told(FERRY, {"head": "(화천=뉴시스) "}, {}).agency == "Newsis"
    pictured = {"head": "FOTO: BELGA. The ferry on Monday.\n\n"}
    assert told(FERRY, pictured, {"author": "Tidewater Press Service"}).agency == "Tidewater Press Service"
    for head in ("Video: KYIV (Reuters) - ", "Foto: Archiv BERLIN (Reuters) - ", "Photo: Reuters PARIS (Reuters) - "):
        assert ("Reuters", "dateline") in {(c.agency, c.position) for c in credits(Document(text=head + FERRY))}


def test_letters_of_one_carrier_are_outvoted() -> None:
    """Two others agree on a name, whose initials they are; where these do not agree, or are one, the letters count."""
    short = {"tail": " (CP)"}
    before, beside = {"head": "SELBY (Pantanal Conteúdo) - "}, {"author": "Redação e Pantanal Conteúdo"}
    assert told(FERRY, before, beside, short).agency == "Pantanal Conteúdo"
    assert told(FERRY, {}, {}, short).agency == "CP"
    assert told(FERRY, before, {}, short).agency == "CP"
    assert told(FERRY, before, beside, short, {"tail": " (CP)"}).agency == "CP"
    large = {"head": "SELBY (AP) - "}
    assert told(FERRY, large, {"author": "Gray News Staff"}, {"author": "Gray News staff"}).agency == "AP"
    assert told(FERRY, large, {}, {"tail": "\n\nText: Tidewater News Agency"}).agency == "AP"


def test_a_name_without_one_of_the_words_for_what_it_is() -> None:
    """ "Agenzia Stretto Notizie" is credited as "Stretto Notizie"; what is left must say that it is an agency, too."""
    same = grouped(["Agenzia Stretto Notizie", "Stretto Notizie"])
    assert len(set(same.values())) == 1
    apart = grouped(["Agenzia Stretto Verde", "Verde"])
    assert len(set(apart.values())) == 2


@pytest.mark.parametrize(
    ("around", "agency"),
    [
        ({"author": 'Reuters ומערכת "החוף"'}, "Reuters"),
        ({"tail": "\n\n© 2025 जनपथ समाचार सेवा। बिना अनुमति प्रकाशन वर्जित।"}, "जनपथ समाचार सेवा"),
        (
            {"tail": "\n\nThis story came from the Harbour Reporting Service, which pays for it."},
            "Harbour Reporting Service",
        ),
        ({"tail": "\n\nThis story came from a reader, who lives by the harbour."}, None),
    ],
)
def test_where_a_name_ends(around: dict[str, str], agency: str | None) -> None:
    """At letters of another alphabet, at a full stop of any script, at what is told of it."""
    assert told(FERRY, around, {}).agency == agency


def test_a_notice_of_rights_ends_at_a_full_stop() -> None:
    """Of any script, however much stands behind it."""
    notice = "© 2025 जनपथ समाचार सेवा। बिना पूर्व लिखित अनुमति के पुनर्प्रकाशन वर्जित है और रहेगा"
    found = credits(Document(text=f"{FERRY}\n\n{notice}।"))
    assert [c.agency for c in found] == ["जनपथ समाचार सेवा"]


def test_several_agencies_of_one_byline() -> None:
    """One of them may have made the pictures: what most carriers credit counts."""
    joint = {"author": "Tidewater Press Service / Reuters"}
    both = credits(Document(text=FERRY, author=joint["author"]))
    assert [c.agency for c in both] == ["Reuters", "Tidewater Press Service"]
    assert told(FERRY, joint, {"author": "Tidewater Press Service"}).agency == "Tidewater Press Service"
    assert told(FERRY, joint, {"author": "Reuters"}).agency == "Reuters"


def test_the_agency_of_its_own_page() -> None:
    """Who is named by another and alone has an acronym before its text is the agency of that name."""
    own = {"head": "CAN THO (AGC) - ", "outlet": "Thong tin Nong nghiep"}
    copy = {"author": "Nhom PV va Thong tin Nong nghiep"}
    found = told(FERRY, own, copy)
    assert (found.doc_id, found.agency) == ("0", "Thong tin Nong nghiep")
    assert told(FERRY, own, {}).agency == "AGC"


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("PTK", "Podhorská tisková kancelář"),
        ("KYHA", "Kıyı Haber Ajansı (KYHA)"),
        ("СІА", "Степове інформаційне агентство"),
        ("ورا", "وكالة الرافدية للأنباء"),
        ("मसे", "मध्यांचल समाचार एजेंसी"),
        ("ایم این ایس", "مہران نیوز سروس"),
        ("উসস", "উপকূল সংবাদ সংস্থা"),
        ("澜通社", "澜州通讯社"),
        ("列島通信", "潮見列島通信"),
        ("RDA", "Redaktionsdienst Alpenland"),
        ("ANP", "ANP Sport"),
        ("«Камаполиса»", "ИА «Камаполис»"),
        ("Kamapolis", "ИА «Камаполис»"),
        ("สำนักข่าวเอเอฟพี", "AFP"),
        ("Northlands News Co-op", "Northlands News Co-operative"),
    ],
)
def test_forms_of_one_name(short: str, name: str) -> None:
    """Acronyms by the letters of all words, in several scripts; declined forms, desks, and shorter ones."""
    names = grouped([short, name, "Tidewater Wire"])
    assert names[short] == names[name] != names["Tidewater Wire"]


@pytest.mark.parametrize(
    ("short", "name"),
    [("NPA", "Tidewater Wire"), ("澜通社", "海岬通讯社"), ("Selby News", "Selby News Agency"), ("合作社", "海岬社")],
)
def test_other_names(short: str, name: str) -> None:
    """What only looks alike is not one."""
    names = grouped([short, name])
    assert names[short] != names[name]


def pieces() -> Iterator[str]:
    """Yield what stands around the texts of the table."""
    return (each for case in table()[1] for around in case["carriers"] for each in around.values())
