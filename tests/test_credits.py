"""Agency credits: tables of cases of our own writing, and rules that single cases show."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.agency import agencies, agency_words, credit_hints, credit_signs, large, letters
from dedup.agency.credits import credits
from dedup.agency.large import canonical, known, may_name
from dedup.agency.same import grouped
from dedup.model import Document
from dedup.signs import Signs
from tests.strategies import MANY, SOME
from tests.test_shared_credits import pieces

CASES = Path(__file__).parent / "cases"


def is_right(case: dict[str, str | None]) -> bool:
    """Say whether the agency of a case is found, or none where there is none."""
    names = [c.agency for c in credits(Document(text=case["text"] or "", author=case["byline"]))]
    if case["agency"] is None:
        return not names
    wanted = canonical(case["agency"]) or case["agency"]
    return any((canonical(n) or n) == wanted for n in names)


@pytest.mark.parametrize(("name", "least"), [("credits.jsonl", 0.97), ("credits-further.jsonl", 0.96)])
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
    names = grouped(["رويترز", "Reuters", "NPA", "Northlight Press Agency", "XYZ"])
    assert names["رويترز"] == names["Reuters"] == "Reuters"
    assert names["NPA"] == "Northlight Press Agency"
    assert names["XYZ"] == "XYZ"


def test_small_agencies() -> None:
    """Agencies that no list has are told by what they call themselves, in the text and beside photos;
    plain names are not, as a photographer or a place could be meant."""
    lines = (CASES / "credits-small-agencies.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    assert len({c["lang"] for c in cases}) > 8
    found = [is_named(c) for c in cases]
    assert len(found) > 140
    assert sum(found) >= 0.86 * len(found)


def test_positions() -> None:
    """Lines that say whose a text is in nine languages, of agencies that no list has; no one else is taken for one."""
    lines = (CASES / "credits-positions.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    positive = [c for c in cases if c["agency"] is not None]
    assert len({c["lang"] for c in positive}) > 8
    assert sum(is_named(c) for c in positive) >= 0.88 * len(positive)
    assert all(is_right(c) for c in cases if c["agency"] is None)


def test_forms() -> None:
    """Forms of credits in ten languages, most of agencies that no list has, of which one text alone does not always
    tell: what may be a place, an office or a person is left to other texts. What names no agency is none."""
    lines = (CASES / "credits-forms.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    positive = [c for c in cases if c["agency"] is not None]
    assert len({c["lang"] for c in positive}) > 9
    assert sum(is_named(c) for c in positive) >= 0.72 * len(positive)
    assert [c["id"] for c in cases if c["agency"] is None and not is_right(c)] == []


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("سلوا (نمائندہ خصوصی/ این جی اے) پل بند کر دیا گیا۔", "این جی اے"),
        ("केआरए, सेल्वा : पूल बंद करण्यात आला.", "केआरए"),
        ("สะพานถูกปิดเมื่อวันจันทร์\n\nที่มา: เอเอฟพี", "เอเอฟพี"),
        ("سلوا (پی ٹی آئی) کے رہنما نے کہا کہ پل بند ہے۔", None),
        ("राम पाटील (बीजेपी) यांनी सांगितले की पूल बंद आहे.", None),
    ],
)
def test_acronyms_by_the_names_of_their_letters(text: str, agency: str | None) -> None:
    """Scripts without capitals write acronyms as they are spoken; parties too."""
    assert {c.agency for c in credits(Document(text=text))} == ({agency} if agency else set())


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("Image copyright Reuters Image caption The ferry lay on its side on Monday.", "Reuters"),
        ("Image copyright Getty Images", "Getty Images"),
        ("(Reuters photo: Ada Quill)", "Reuters"),
        ("(Photo: Ada Quill, Getty Images)", "Getty Images"),
        ("(Quillworks/Getty Images)", "Getty Images"),
        ("(Ada Quill/Reuters)", "Reuters"),
        ("Ada Quill/Agence France-Presse — Getty Images", None),
        ("Ada Quill / AFP / Getty Images People look at the ferry.", None),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_who_took_a_picture_did_not_write_the_text(line: str, agency: str | None, first: bool) -> None:
    """A line beside a picture credits the picture alone, wherever it stands."""
    body = "The old ferry ran aground on Monday. Nobody was hurt.\n\nIt will be towed away, the owner said."
    found = credits(Document(text=f"{line}\n\n{body}" if first else f"{body}\n\n{line}\n\nMore was said of it."))
    assert {c.position for c in found} <= {"photo credit"}
    assert {c.agency for c in found} <= {agency}
    assert found or agency is None


@pytest.mark.parametrize(
    "head",
    [
        "Rep. Ada Croll (R-Selby) — the firebrand of the coast — said so.",
        "The Harbour Accounts Office (HAO) — an office of the state — said so.",
        "Palestinian Authority (PA) President Mahmoud Abbas said so.",
        "The Northern Ferry Network (NFN) Selby, a club, said so.",
        "SELBY, Fla. -",
    ],
)
def test_what_begins_like_a_dateline(head: str) -> None:
    """A party, an office by its initials, or a place that stands alone is no agency; the text goes on small, or so it
    is short for what stands before it."""
    assert credits(Document(text=f"{head}\n\nThe old ferry ran aground on Monday, they said.")) == []


@pytest.mark.parametrize(
    ("outlet", "sign", "is_own"),
    [
        ("wave3.com", "WAVE", True),
        ("thv11.com", "KTHV", True),
        ("wishtv.com", "WISH", True),
        ("selbynews.example", "WISH", False),
        ("npanews.example", "NPA", False),
    ],
)
def test_a_station_is_no_agency_on_its_site(outlet: str, sign: str, is_own: bool) -> None:
    """The sign of a station in a dateline is its site's own; in another outlet it says whose the text is."""
    found = credits(Document(text=f"SELBY, Ky. ({sign}) - The old ferry ran aground.", outlet=outlet))
    assert [c.agency for c in found] == ([] if is_own else [sign])


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (
            "The ferry ran aground.\n\nWatch the video. © 2031 Northlight Press Agency. All rights reserved.",
            "Northlight Press Agency",
        ),
        ("(Video Press Agency) - The ferry ran aground.", "Video Press Agency"),
        ("The ferry ran aground.\n\nMore was said.\n\nPicture © 2031 Northlight Press Agency\n\nEnd.", None),
    ],
)
def test_words_that_begin_as_those_for_pictures_do(text: str, agency: str | None) -> None:
    """A sentence on a film before the mark of rights, and an agency whose name begins so, are no pictures."""
    found = [c.agency for c in credits(Document(text=text)) if c.position != "photo credit"]
    assert found == ([agency] if agency else [])


def test_who_contributed_took_no_picture() -> None:
    """A line on the text is no photo credit, though one has its form."""
    found = credits(Document(text="The ferry ran aground.\n\nContributing: The Associated Press\n\nShare this story"))
    assert [(c.agency, c.position) for c in found] == [("Associated Press", "trailing credit")]


def test_letters_are_named_in_their_scripts() -> None:
    """What has no character of these scripts is no acronym by the names of its letters."""
    assert all(letters._NAMED.search(name) for _, _, latin in letters._alphabets() for name in latin)


def test_an_acronym_means_what_its_letters_do() -> None:
    """However it is written, and with the full name that has its initials."""
    assert canonical("पीटीआय") == canonical("PTI") == "PTI"
    assert canonical("شِنہوا") == "Xinhua"
    names = grouped(["این پی اے", "Northlight Press Agency"])
    assert names["این پی اے"] == "Northlight Press Agency"


@pytest.mark.parametrize("name", ["Agencias", "نیوز ایجنسیاں", "वृत्तसंस्था", "інформагентства", "通信社", "Ajanslar"])
def test_agencies_of_no_name(name: str) -> None:
    """That it came from agencies says nothing of which."""
    assert not credits(Document(text=f"The bridge was shut on Monday.\n\n({name})", author=name))


def is_named(case: dict[str, str]) -> bool:
    """Say whether a credit of a case names its agency, but for quotation marks and words of its kind."""
    wanted = case["agency"].strip("«»").casefold()
    names = [c.agency.strip("«»").casefold() for c in credits(Document(text=case["text"], author=case.get("byline")))]
    return any(wanted in n or n in wanted for n in names)


def test_what_a_text_is_about_is_no_agency() -> None:
    """An acronym behind the place is an agency, unless the text goes on to speak of it; a large one is always."""
    plain = "SELBY, 3 May (QVD) - The bridge was closed on Monday. Drivers face a detour."
    assert [c.agency for c in credits(Document(text=plain))] == ["QVD"]
    about = f"{plain} The QVD will vote on a toll. Members of the QVD said so."
    assert not credits(Document(text=about))
    of_afp = about.replace("QVD", "AFP")
    assert [c.agency for c in credits(Document(text=of_afp))] == ["AFP"]


@pytest.mark.parametrize("text", ["橋を点検する作業員（岬通信）", "पुलाची पाहणी (छायाचित्र: सागर वृत्तसंस्था)"])
def test_a_name_has_no_marks_inside(text: str) -> None:
    """What stands before a mark is no part of the name behind it."""
    assert all(not set(":：（(") & set(c.agency) for c in credits(Document(text=text)))


def test_no_large_agency_is_overlooked() -> None:
    """What says quickly that a text names none never says so of one that does, in whatever spelling, on one line or
    two; a common word with which some of their names begin is none."""
    table = json.loads((resources.files("dedup") / "data/agencies.json").read_text(encoding="utf-8"))
    spellings = {s for name, others in table.items() for s in (name, *others)}
    assert len(spellings) > 300
    for spelling in spellings:
        assert may_name(f"The bridge was closed ({spelling})."), spelling
        assert may_name(f"The bridge\nwas closed, {spelling.upper()}\nsaid."), spelling
        assert may_name(spelling.replace(" ", "\n", 1)), spelling
    assert not may_name("The bridge was closed by the United harbour trust, inside and beside the pier.")


@pytest.mark.parametrize(
    "word", "Photo Foto Fotos Picture Images Bild photo credit crédit Фото 写真 提供 圖片 사진 صورة".split()
)
def test_photo_credits_begin_with_words_of_many_languages(word: str) -> None:
    """A photo credit is found whatever word it begins with, also behind one that begins none."""
    text = f"The photographers came early. {word}: Reuters\n"
    assert [(c.agency, c.position) for c in credits(Document(text=text))][:1] == [("Reuters", "photo credit")]


def _pieces() -> list[str]:
    """Words and marks of credits of all kinds and languages, and what may stand around them."""
    cases = [json.loads(line) for path in CASES.glob("credits*.jsonl") for line in path.open(encoding="utf-8")]
    lines = [line for case in cases for line in case["text"].split("\n") if line]
    lines += [line for each in pieces() for line in each.split("\n") if line]
    heads, tails = [line[:45] for line in lines], [line[-25:] for line in lines]
    table = json.loads((resources.files("dedup") / "data/agencies.json").read_text(encoding="utf-8"))
    names = [s for name, others in table.items() for s in (name, *others)]
    names += [n.upper() for n in names] + ["NPA", "Tidewater Wire", "HABER AJANSI", "ИА «Причал»", 'agentura "Mol"']
    return heads + tails + names


MARKS = " ()[]【】/–—-:：.,=©'\"“”«»„\n"
WAYS = [
    *("By ", "by ", "Von ", "With ", "via ", "Source: ", "Quelle: ", " Staff Writer", " and staff reports", "(c) "),
    *(" contributed to this report", "additional reporting by ", "this story by ", "Copyright ", "--", " -- ", "NPA/"),
    *("KYIV, 3 May ", "TOWN 4", "The old ferry ran aground on a sandbank near the harbour mouth. ", ", ", " and "),
    *("Photo: ", "\n\n", "\nNPA . .\n"),
]


class Every:
    """Finds all signs in all lines."""

    def __init__(self, signs: Signs) -> None:
        self.signs = signs

    def lines(self, text: str) -> npt.NDArray[np.int64]:
        """Return the lines with all signs."""
        found = self.signs.lines(text)
        found[:, 2:] = -1
        return found


@SOME
@given(
    st.lists(st.sampled_from(_pieces()) | st.sampled_from(WAYS) | st.text(MARKS, max_size=3), min_size=1, max_size=14)
)
def test_no_line_with_a_credit_is_passed_over(pieces: list[str]) -> None:
    """What is told by signs to hold no credit holds none: all lines read closely give the same credits."""
    document = Document(text="".join(pieces))
    found = credits(document)
    with pytest.MonkeyPatch.context() as patch:
        every = Every(credit_signs._signs())
        patch.setattr(credit_signs, "_signs", lambda: every)
        assert credits(document) == found


@pytest.mark.parametrize("name", [name for name, kind in vars(credit_hints).items() if isinstance(kind, re.Pattern)])
@SOME
@given(data=st.data())
def test_no_hint_is_passed_over(name: str, data: st.DataObject) -> None:
    """Patterns of first and last lines are passed over only where they find nothing."""
    text = data.draw(st.from_regex(getattr(credit_hints, name)))
    line = text.strip()
    found = set(credit_hints._in_first(line)), list(credit_hints._in_last(line))
    alone = ("_OPENS_WITH", "_PLACE_AND", "_HAN_FIRST", "_DESK_FIRST", "_UNCASED_SECOND")
    matches = [m[1] for each in alone if (m := getattr(credit_hints, each).match(line))]
    for each in ("_FIRST", "_UNCASED_FIRST"):
        match = getattr(credit_hints, each).match(line)
        if match and match[1][:1].upper() == match[1][:1] and agencies.one_word(match[2]):
            assert agencies.one_word(match[2]) in found[0]
    assert {name for name in matches if agencies.one_name(name)} <= found[0]
    match = credit_hints._UNCASED_PLACE.match(line)
    assert not match or not (own := agencies.one_word(match[1])) or own in found[0]
    assert not credit_hints._ALONE.search(text) or credit_signs.read(["Tide.\n", text])[1].lone
    end = line.strip("—–- ")
    for match in (credit_hints._ENDS_WITH.search(end[-90:]), credit_hints._HAN_LAST.search(end[-24:])):
        assert not match or not agencies.one_name(match[1]) or match[1] in found[1]


def test_no_large_agency_is_passed_over() -> None:
    """A line that begins as no large agency does is none, in whatever spelling and with whatever behind it."""
    table = json.loads((resources.files("dedup") / "data/agencies.json").read_text(encoding="utf-8"))
    names = [s for name, others in table.items() for s in (name, name.upper(), *others)]
    lines = [line for s in names for line in (s, f" {s}.", f"«{s}»", f"{s}/lby", f"{s}, Selby", f"the {s}", f"{s}s")]
    found = [*map(known, lines), known("شِنہوا")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "_by_first_word", lambda: All())
        assert [*map(known, lines), known("شِنہوا")] == found
    assert found[-1]


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        (
            "SELBY, 5 May, NPA. The old ferry ran aground on a sandbank near the harbour mouth, and nobody was hurt",
            "NPA",
        ),
        (
            "The old ferry ran aground on a sandbank near the mouth of the harbour and nobody on it was hurt or missed,"
            " they said. (NPA)",
            "NPA",
        ),
    ],
)
def test_long_lines_by_their_head_and_tail(line: str, agency: str) -> None:
    """A long line inside a text is read closely for a figure behind a place in capitals, or a bracket at its end."""
    plain = "The board said so"
    assert [c.agency for c in credits(Document(text=f"{plain}\n{line}\n{plain}"))] == [agency]


class All:
    """Has all words."""

    def __contains__(self, word: object) -> bool:
        return True


def test_photo_credits_at_the_ends_of_lines() -> None:
    """A photo credit is found behind a bracket that opens at the end of the line before, and over a line's end."""
    text = "The old ferry ran aground. (\nNPA photo)\nPhoto:\nReuters\nIt rained."
    found = [(c.agency, c.start) for c in credits(Document(text=text)) if c.position == "photo credit"]
    assert {("NPA", 27), ("Reuters", 40)} <= set(found)


@MANY
@given(st.from_regex(agencies.KEYWORD), st.sampled_from(["", "Tidewater ", "НОВІ ", "潮見"]))
def test_no_word_of_agencies_is_passed_over(word: str, before: str) -> None:
    """What agencies call themselves is looked for wherever it can be found, in capitals too."""
    for text in (word, before + word, word.title(), word.upper(), word.upper().title()):
        assert agencies.has_keyword(text) == (bool(agencies.KEYWORD.search(text)) or bool(agency_words.find(text)))


@pytest.mark.parametrize(
    "line",
    [
        *("He said so. “NPA”", "“NPA” Reporters", "NPA | Selby: Tide", "“NPA” - Selby", "“NPA” | Selby", "By “NPA”"),
        *(
            "स्रोत: पीटीआय",
            "T: पीटीआय",
            "Ada Quill, «NPA»",
            "“पीटीआय”=सेल्वा",
            "NPA - Selby: Tide",
            "TIDE, 3 May, NPA. We",
        ),
    ],
)
def test_what_a_closer_look_says(line: str) -> None:
    """A name in quotation marks or beside a colon is credited where a line ends in it, or stands beside a place."""
    assert [c.agency for c in credits(Document(text=f"Tide.\n\n{line}"))] == ["पीटीआय" if "प" in line else "NPA"]


def test_most_lines_are_passed_over() -> None:
    """Signs are rare in running text: that is what they are for."""
    plain = "The ferry ran aground near the harbour at dawn, and the crew waited for the tide to turn once more. "
    (found,) = credit_signs.read([plain + plain.replace("harbour", "harbour (pictured)") + plain])
    assert found.there
    assert not any(line.may or line.edged for line in found.lines)
    ten, none = credit_signs.read(["\n".join([2 * plain] * 10), "\n"])
    assert [line.is_first for line in ten.lines] == [True]
    assert not none.lines


def test_texts_are_read_as_each_alone() -> None:
    """Texts that are read together are known as when each is read by itself, those of wrapped lines too."""
    wrapped = "\n\n".join(["Harbour board\nwidens breakwater (NPA)\nafter storms"] * 20)
    texts = [
        "SELBY (NPA) —",
        "",
        wrapped,
        "-",
        "- Tide\nBy Ada Quill\nNPA",
        "By Ada Quill\nRim Newswire\nTide",
        "\n\n",
        wrapped,
    ]
    assert credit_signs.read(texts) == [credit_signs.read([text])[0] for text in texts]
    lines = credit_signs.read([wrapped])[0].lines
    assert {wrapped[line.start :].split("\n")[0] for line in lines} == {"Harbour board"}
    assert [line.is_first for line in credit_signs.read(texts)[5].lines] == [True, True]


@pytest.mark.parametrize("before", ["photo ", "(Photo"])
@pytest.mark.parametrize("field", ["text", "author"])
def test_long_blanks_are_read_once(field: str, before: str) -> None:
    """What a stretch of blanks takes grows with its length, not with the square of it."""

    def seconds(blanks: int) -> float:
        document = replace(Document(text="a"), **{field: f"{before}{' ' * blanks}by x"})
        started = time.process_time()
        credits(document)
        return time.process_time() - started

    seconds(10)
    assert seconds(20_000) < 0.5
