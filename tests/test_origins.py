"""Whose a passage is, and who had it first: evidence, and silence without it."""

from __future__ import annotations

import dataclasses
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dedup import Document, scan
from dedup.agency import reporting
from dedup.agency.credit_hints import Printed, confirmed, hints
from dedup.agency.credit_signs import FIRST, read
from dedup.agency.credits import credits
from dedup.origins import Carried, is_credited, of_kind, origin
from dedup.readers.dates import parse_date
from tests.strategies import SOME

BRIDGE = "The bridge was shut on Monday after an inspection found a crack in its northern pier."


def carried(doc_id: str, published: str | None, *, family: str | None = None, text: str = BRIDGE) -> Carried:
    """Return a carrier of an outlet of its own, of a family of its own unless one is given."""
    timestamp, precision = (None, None)
    if published is not None:
        timestamp, precision = parse_date(published)
    document = Document(
        id=doc_id,
        text=text,
        outlet=f"outlet {doc_id}",
        published=published,
        timestamp=timestamp,
        published_precision=precision,
    )
    own = tuple(credits(document))
    return Carried(document=document, family=family or doc_id, start=0, end=len(text), extent=1.0, credits=own)


def first_of(*carriers: Carried, is_caption: bool = False) -> str | None:
    return origin(carriers, is_caption=is_caption).doc_id


def test_the_first_publication_needs_a_lead() -> None:
    """A day's lead counts between days, more than two hours' between times: so long a release takes to stand on many
    sites. Equal dates and missing ones name none."""
    assert first_of(carried("a", "2031-03-04"), carried("b", "2031-03-03")) == "b"
    assert first_of(carried("a", "2031-03-04"), carried("b", "2031-03-04")) is None
    assert first_of(carried("a", "2031-03-04T12:01:00Z"), carried("b", "2031-03-04T10:00:00Z")) == "b"
    assert first_of(carried("a", "2031-03-04T12:00:00Z"), carried("b", "2031-03-04T10:00:00Z")) is None
    assert first_of(carried("a", "2031-03-04T10:02:00Z"), carried("b", "2031-03-04")) is None
    assert first_of(carried("a", "2031-03-04"), carried("b", None)) is None


def test_a_day_begins_by_the_clock_of_the_place() -> None:
    """An evening is before the next day, whatever the zone; a time within a day is neither before nor after it."""
    evening, paper = carried("a", "2031-03-03T21:30:00-04:00"), carried("b", "2031-03-04")
    assert first_of(evening, paper) == "a"
    assert first_of(carried("a", "2031-03-04T01:00:00-04:00"), paper) is None
    assert first_of(carried("a", "2031-03-04T21:00:00+05:30"), carried("b", "2031-03-05")) == "a"


def test_who_cut_a_credited_text_did_not_have_it_first() -> None:
    """Of one day without an hour, a carrier of less than the whole is passed over where an agency is credited."""
    text = f"PORT ELLERY (Reuters) — {BRIDGE}"
    whole = carried("a", "2031-03-04T10:00:00Z", text=text)
    part = structs.replace(carried("b", "2031-03-04"), extent=0.5)
    assert first_of(whole, part) == "a"
    assert first_of(whole, structs.replace(part, extent=1.0)) is None
    assert first_of(carried("a", "2031-03-04T10:00:00Z"), part) is None


def test_minutes_within_a_family_are_chance() -> None:
    """Sister outlets publish from one desk: between them a lead counts from an hour on, whoever is credited."""
    text = f"PORT ELLERY (Reuters) — {BRIDGE}"
    early = carried("a", "2031-03-04T10:00:00Z", family="one", text=text)
    late = carried("b", "2031-03-04T10:45:00Z", family="one", text=text)
    assert first_of(early, late) is None
    assert first_of(early, structs.replace(late, family="two")) == "a"
    assert first_of(early, carried("b", "2031-03-04T11:00:00Z", family="one", text=text)) == "a"


@pytest.mark.parametrize("outlet", ["Northlight Press Agency", "Agência Brasil", "海岬通讯社", "Агентство Причал"])
def test_an_agency_that_had_it_first_needs_no_credit(outlet: str) -> None:
    """Its own publication says whose it is; when another had it first nothing does, and a paper's name is none."""
    early, late = carried("a", "2031-03-04T10:00:00Z"), carried("b", "2031-03-04T13:00:00Z")
    own = structs.replace(early, document=dataclasses.replace(early.document, outlet=outlet))
    found = origin([own, late], is_caption=False)
    assert (found.doc_id, found.agency) == ("a", outlet)
    assert origin([early, late], is_caption=False).agency is None
    behind = structs.replace(late, document=dataclasses.replace(late.document, outlet=outlet))
    assert origin([early, behind], is_caption=False).agency is None
    paper = structs.replace(early, document=dataclasses.replace(early.document, outlet="The Daily Wire"))
    assert origin([paper, late], is_caption=False).agency is None


def test_who_printed_a_caption_first_says_nothing() -> None:
    """A picture comes from a third: its caption has no origin by date alone, and keeps one by credit."""
    plain = [carried("a", "2031-03-04"), carried("b", "2031-03-06")]
    assert first_of(*plain) == "a"
    assert first_of(*plain, is_caption=True) is None
    shown = f"{BRIDGE} (Photo: Reuters)"
    credited = [carried("a", "2031-03-04", text=shown), carried("b", "2031-03-06", text=shown)]
    assert origin(credited, is_caption=True).agency == "Reuters"


def test_what_is_undecided_has_no_origin_by_date_alone() -> None:
    """It may be a caption, a formula or furniture; an agency's credit and a link to another's page say more."""
    early, late = carried("a", "2031-03-04T09:00:00Z"), carried("b", "2031-03-04T12:00:00Z")
    dated = origin([early, late], is_caption=False)
    assert of_kind("wire_copy", [early, late], dated, ()).doc_id == "a"
    assert of_kind("other", [early, late], dated, ()).doc_id is None
    named = dataclasses.replace(dated, evidence=("canonical link",))
    assert of_kind("other", [early, late], named, ()).doc_id == "a"
    credited = dataclasses.replace(dated, agency="AFP", evidence=("credit (dateline)", "earliest"))
    assert of_kind("other", [early, late], credited, ()).agency == "AFP"


def test_a_picture_credits_what_may_be_its_caption() -> None:
    """What is either copy or furniture is not the picture's, though its texts credit that."""
    shown = f"{BRIDGE} (Photo: Reuters)"
    carriers = [carried("a", "2031-03-04", text=shown), carried("b", "2031-03-06", text=shown)]
    plain = origin(carriers, is_caption=False)
    assert of_kind("other", carriers, plain, (), ("wire_copy", "caption")).agency == "Reuters"
    assert of_kind("other", carriers, plain, (), ("wire_copy", "boilerplate")).agency is None


@pytest.mark.parametrize("zone", ["", "Z", "+08:00"])
def test_midnight_is_a_day(zone: str) -> None:
    """A time of 00:00 stands for the day: it is before nothing of the same day, and before the next days."""
    midnight, noon = carried("a", f"2031-03-04T00:00:00{zone}"), carried("b", "2031-03-04T12:00:00Z")
    assert first_of(midnight, noon) is None
    assert first_of(midnight, carried("b", "2031-03-06T12:00:00Z")) == "a"
    assert first_of(carried("a", "2031-03-04T00:01:00Z"), noon) == "a"


def linked(one: Carried, url: str, canonical_url: str | None) -> Carried:
    """Return a carrier with its address and its canonical link."""
    return structs.replace(one, document=dataclasses.replace(one.document, url=url, canonical_url=canonical_url))


def test_a_canonical_link_names_the_origin() -> None:
    """A page that names another site's page as canonical says whose the text is, whatever the dates."""
    own = linked(carried("own", "2031-03-05"), "https://www.harbour.example/a/1?x=2", None)
    copy = linked(carried("copy", "2031-03-03"), "https://valley.example/b", "http://harbour.example/a/1/")
    found = origin([own, copy], is_caption=False)
    assert (found.doc_id, found.evidence, found.confidence) == ("own", ("canonical link",), 0.8)
    itself = linked(copy, "https://valley.example/b", "https://valley.example/b")
    assert first_of(own, itself) == "copy"
    elsewhere = linked(copy, "https://valley.example/b", "https://third.example/c")
    assert first_of(own, elsewhere) is None


def test_two_canonical_links_that_disagree_name_none() -> None:
    """Carriers that name each other leave the origin open."""
    a = linked(carried("a", "2031-03-03"), "https://harbour.example/a", "https://valley.example/b")
    b = linked(carried("b", "2031-03-05"), "https://valley.example/b", "https://harbour.example/a")
    assert first_of(a, b) is None


@pytest.mark.parametrize("line", ["Source: outlet own", "Von outlet own", "As it stood in outlet own, it was shut."])
def test_the_outlet_that_others_name_is_the_origin(line: str) -> None:
    """Who takes a text over says so in its first or last line; further inside an outlet is spoken of."""
    own, other = carried("own", "2031-03-05"), carried("third", None)
    behind = carried("copy", "2031-03-03", text=f"{BRIDGE}\n\n{line}")
    found = origin([own, behind, other], is_caption=False)
    assert (found.doc_id, found.evidence, found.confidence) == ("own", ("named by others",), 0.7)
    before = carried("copy", "2031-03-03", text=f"{line}\n\n{BRIDGE}")
    assert first_of(own, before) == "own"
    inside = carried("copy", "2031-03-03", text=f"{BRIDGE}\n\n{line}\n\nIt opens in May.")
    assert first_of(own, inside) == "copy"
    assert first_of(own, behind, is_caption=True) is None


@pytest.mark.parametrize(
    "line",
    [
        "The bridge was shut on Monday, outlet own first reported.",
        "The letter was first reported by outlet own.",
        "This column originally appeared in outlet own.",
        "Як вперше повідомило видання outlet own, міст закрили.",
        "Jako pierwszy podał to outlet own.",
        "Der Beitrag ist zuerst in der Zeitung outlet own erschienen.",
        "L’article a d’abord paru dans outlet own.",
        "El texto fue publicado originalmente en outlet own.",
        "Впервые сообщили об этом в outlet own.",
    ],
)
def test_a_sentence_on_who_had_it_first_names_the_origin(line: str) -> None:
    """It may stand anywhere in a text; a name in the next sentence is not meant."""
    own = carried("own", "2031-03-05")
    told = f"{BRIDGE}\n\nThe board met for nine hours. {line} It opens in May.\n\nIt cost much."
    assert origin([own, carried("copy", "2031-03-03", text=told)], is_caption=False).doc_id == "own"
    apart = f"{BRIDGE}\n\nIt was first reported on Monday. Then outlet own wrote of it.\n\nIt cost much."
    assert first_of(own, carried("copy", "2031-03-03", text=apart)) == "copy"


@pytest.mark.parametrize(
    ("outlet", "line"),
    [
        ("潮見新報", "この問題は潮見新報が最初に報じた。"),
        ("青塘日报", "青塘日报最先报道了此事。"),
        ("เสียงบางเสลา", "เรื่องนี้เสียงบางเสลารายงานครั้งแรก"),
    ],
)
def test_a_name_among_words_that_are_not_spaced(outlet: str, line: str) -> None:
    """It is found as a stretch of characters where one who had a text first is told; in other sentences it is not."""
    own = carried("own", "2031-03-05")
    own = structs.replace(own, document=dataclasses.replace(own.document, outlet=outlet))
    told = carried("copy", "2031-03-03", text=f"{BRIDGE}\n\n{line}\n\n{BRIDGE}")
    assert first_of(own, told) == "own"
    apart = carried("copy", "2031-03-03", text=f"{BRIDGE}\n\n{line}。{outlet}。\n\n{BRIDGE}".replace(outlet, "x", 1))
    assert first_of(own, apart) == "copy"


def test_outlets_that_name_each_other_leave_it_open() -> None:
    """Two that are named as often are no origin; the dates decide."""
    a = carried("a", "2031-03-03", text=f"{BRIDGE}\n\nSource: outlet b")
    b = carried("b", "2031-03-05", text=f"{BRIDGE}\n\nSource: outlet a")
    assert origin([a, b], is_caption=False).evidence == ("earliest",)


@pytest.mark.parametrize(
    ("outlet", "line", "is_named"),
    [
        ("The Star", "This first stood in The Star.", True),
        ("The Star", "The Starling is a bird.", False),
        ("The Star", "Of The-Star we know nothing.", False),
        ("Yahoo!", "Source: Yahoo!", True),
        ("Yahoo!", "Source: Yahoo", False),
        ("«Маяк»", "Источник: «Маяк», среда", True),
        ("«Маяк»", "Источник: Маяк, среда", False),
        ("海岬新聞", "（海岬新聞）", True),
        ("海岬新聞", "出典は海岬新聞です", False),
    ],
)
def test_an_outlet_is_named_by_its_whole_name(outlet: str, line: str, is_named: bool) -> None:
    """A name stands apart from other words, with its own marks."""
    own, copy = carried("own", "2031-03-05"), carried("copy", "2031-03-03", text=f"{BRIDGE}\n\n{line}")
    own = structs.replace(own, document=dataclasses.replace(own.document, outlet=outlet))
    assert first_of(own, copy) == ("own" if is_named else "copy")


def test_a_story_of_many_outlets_is_read_once() -> None:
    """What one carrier takes does not grow with the number of outlets: of 8,000 whose names begin alike, the one that
    another names is found at once."""
    many = [carried(str(n), "2031-03-03") for n in range(8000)]
    copy = carried("copy", "2031-03-05", text=f"{BRIDGE}\n\nSource: outlet 4711")
    began = time.process_time()
    assert first_of(*many, copy) == "4711"
    assert time.process_time() - began < 4.0


def told(number: int, outlet: str, end: str) -> Document:
    """Return a text of a topic of its own that ends so."""
    text = f"Story {number} tells of topic {number}.\n\nIt has a second paragraph.\n\n{end}"
    return Document(id=str(number), text=text, title=f"Topic {number}", outlet=outlet)


def names(texts: list[Document]) -> dict[int, list[str]]:
    """Return the agencies credited in each text, as all of them tell."""
    sure = {i: found for i, t in enumerate(texts) if (found := credits(t))}
    unsure = {i: found for i, t in enumerate(texts) if (found := hints(t))}
    return {i: [c.agency for c in found] for i, found in confirmed(sure, unsure, printed(texts)).items()}


def printed(texts: list[Document]) -> dict[int, Printed]:
    """Return where texts were printed."""
    return {i: Printed.of(t, hints(t)) for i, t in enumerate(texts)}


def test_a_short_name_is_confirmed_by_a_full_one() -> None:
    """What another text credits as an agency is one where it stands in brackets or beside a photo too."""
    full = told(0, "one", "(Agence Rivage)")
    short, photo = told(1, "two", "(Rivage)"), told(2, "two", "Des ouvriers. Photo : Anne Mour/Rivage")
    assert names([full, short, photo]) == {0: ["Agence Rivage"], 1: ["Rivage"], 2: ["Rivage"]}
    assert names([short, photo]) == {}


def test_a_name_that_recurs_is_an_agency() -> None:
    """Three topics of two outlets end in it; one outlet's texts may end in its reporter, copies in anything."""
    ends = [told(i, f"outlet {i % 2}", "(Rivage)") for i in range(3)]
    assert names(ends) == {i: ["Rivage"] for i in range(3)}
    assert names([dataclasses.replace(t, outlet="one") for t in ends]) == {}
    assert names([dataclasses.replace(t, title="Topic") for t in ends]) == {}
    photos = [told(i, f"outlet {i % 2}", "Foto: Feuerwehr") for i in range(3)]
    assert names(photos) == {}


def begun(number: int, outlet: str, head: str, body: str = "The ferry ran aground") -> Document:
    """Return a text of a topic of its own that begins so."""
    return dataclasses.replace(told(number, outlet, "End."), text=f"{head}{body} on day {number}, the mayor said.")


def test_a_town_that_recurs_is_no_agency() -> None:
    """Towns in capitals begin texts of many outlets; an acronym is shorter, or stands in brackets or slashes."""
    assert names([begun(i, f"outlet {i % 2}", "SELBY — ") for i in range(3)]) == {}
    for head, name in (("NPA — ", "NPA"), ("(NPAX) ", "NPAX"), ("/NPAX/ ", "NPAX")):
        assert names([begun(i, f"outlet {i % 2}", head) for i in range(3)]) == {i: [name] for i in range(3)}


def test_a_word_cut_short_is_no_agency() -> None:
    """Titles stand behind datelines too."""
    assert names([begun(i, f"outlet {i % 2}", "RIVEN — Sen. Ada Croll ") for i in range(3)]) == {}
    found = names([begun(i, f"outlet {i % 2}", "RIVEN — Rivage. ") for i in range(3)])
    assert found == {i: ["Rivage"] for i in range(3)}


@pytest.mark.parametrize(
    ("author", "begin", "end", "name"),
    [
        ("lnd", "Lahnau (lnd/abc) - ", "", "lnd"),
        ("Rivage", "", "(Rivage)", "Rivage"),
        ("Rivage / Ada Quill", "SELBY - Rivage - ", "", "Rivage"),
        (None, "رأس النخل - وأس: ", "(وأس)\n\nتابعوا أخبارنا عبر قناة التطبيق.", "وأس"),
    ],
)
def test_a_name_in_two_positions_is_an_agency(author: str | None, begin: str, end: str, name: str) -> None:
    """A word that one outlet has before a text and another behind it or as its author is an agency; one outlet's own
    may be its reporter or its desk."""
    before = told(0, "one", "End.")
    before = dataclasses.replace(before, text=f"{begin}{before.text}", author=None if begin else author)
    behind = told(1, "two", f"Last words. {end}" if end else "End.")
    behind = dataclasses.replace(behind, author=author if begin else None)
    assert names([before, behind]) == {0: [name], 1: [name]}
    assert names([before, dataclasses.replace(behind, outlet="one")]) == {}
    assert names([before]) == {}
    assert names([behind]) == {}


def test_a_name_in_many_outlets_is_told_at_once() -> None:
    """A name that thousands of outlets have in two positions is no more work than their number."""
    texts = [dataclasses.replace(told(i, f"o{i}", "(Rivage)"), author="Rivage") for i in range(4000)]
    unsure = {i: hints(t) for i, t in enumerate(texts)}
    where = printed(texts)
    began = time.process_time()
    assert len(confirmed({}, unsure, where)) == 4000
    assert time.process_time() - began < 2


def test_coarse_dates_are_warned_of() -> None:
    """Where no date has a time of day the result says so; one that has is enough for silence."""
    plain = [{"id": n, "text": f"{n} {BRIDGE}", "outlet": n, "date": "2031-03-04"} for n in "ab"]
    said = "no date has a time of day: who was first within a day is not told"
    assert said in scan(plain).manifest["warnings"]
    assert said not in scan([plain[0], {**plain[1], "date": "2031-03-04T10:00:00Z"}]).manifest["warnings"]
    missing = scan([plain[0], {"id": "b", "text": BRIDGE}]).manifest["warnings"]
    assert any("1 of 2 documents have no usable date" in w for w in missing)
    assert any("1 of 2 documents have no outlet" in w for w in missing)


@SOME
@given(st.from_regex(reporting.HAD_FIRST, fullmatch=True))
def test_words_of_who_had_it_first(words: str) -> None:
    """What says quickly that no words for who had a text first stand in it never says so where they do."""
    assert read([f"As {words.upper()}."])[0].there & FIRST


@SOME
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Tide", "Northlight Press Agency", "Reuters", "NPA", None]),
            st.sampled_from([BRIDGE, f"SELBY (NPA) — {BRIDGE}", f"{BRIDGE}\n\nSource: Tide", f"{BRIDGE}\n\n(Reuters)"]),
            st.sampled_from([None, "2031-05-03T10:00:00Z", "2031-05-03T14:00:00Z", "2031-05-05"]),
            st.sampled_from([None, "https://tide.example/a"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whether_an_agency_is_credited(texts: list[tuple[str | None, str, str | None, str | None]]) -> None:
    """What says so without the rest of an origin says what the origin does."""
    some = []
    for n, (outlet, text, published, canonical) in enumerate(texts):
        own = carried(str(n), published, text=text)
        address = f"https://{(outlet or 'bay').split()[0].lower()}.example/a"
        document = dataclasses.replace(own.document, outlet=outlet, url=address, canonical_url=canonical)
        some.append(structs.replace(own, document=document, credits=tuple(credits(document))))
    assert is_credited(some, ["NPA"]) == (origin(some, is_caption=False, outlets=["NPA"]).agency is not None)


def test_the_agency_that_was_first_is_credited() -> None:
    """An agency whose own text is the first counts as credited where no text says so."""
    first, second = carried("a", "2031-05-03T10:00:00Z"), carried("b", "2031-05-03T14:00:00Z")
    own = dataclasses.replace(first.document, outlet="Northlight Press Agency")
    assert is_credited([structs.replace(first, document=own), second])
    assert not is_credited([first, second])


@pytest.mark.parametrize(
    ("outlet", "author", "found"),
    [
        ("Radio Maule Mar", "RMM", set()),
        ("Bihari Szó", "BSZ", set()),
        ("Bihari Szó", "KHÜ", {"KHÜ"}),
        ("BSZ Hírügynökség", "BSZ", {"BSZ Hírügynökség"}),
    ],
)
def test_initials_of_an_outlet_as_its_author_are_its_desk(outlet: str, author: str, found: set[str]) -> None:
    """An acronym for an author is an agency, unless the outlet is called so."""
    text = "The bridge was shut on Monday after an inspection found a crack in its northern pier. " * 4
    texts = [
        {"id": "a", "outlet": outlet, "author": author, "title": "A bridge is shut", "text": text},
        {"id": "b", "outlet": "Kettle Mail", "title": "A crack in a pier", "text": text + "Nobody was hurt."},
    ]
    assert {p.origin.agency for p in scan(texts).passages if p.origin.agency} == found
