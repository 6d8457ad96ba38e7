"""Rules by which a kind is told, each with a case that it decides and one that it must not."""

from __future__ import annotations

import dataclasses
import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from dedup import Config, kinds, scan
from dedup.agency import large
from dedup.agency.large import may_name
from dedup.cues import frames, marks, picture_credits
from dedup.cues.places import Occurrence, is_quoted
from dedup.kinds import Context
from tests.strategies import SOME

REPORTED = "the harbour board will widen the outer breakwater after the storms of the last two winters"
NEWS = Context(
    words=17.0,
    furniture=None,
    furniture_confidence=0.0,
    unrelated=False,
    distance=0.0,
    company=0.0,
    lasting=False,
    credited=False,
    body_twice=False,
)


def place(number: int, text: str, *, alone: bool = False, family: str | None = None) -> Occurrence:
    """Return a place of a passage, inside a paragraph or as one of its own."""
    return Occurrence(
        text=text,
        start=200 * number,
        before="" if alone else "As it was said on Monday, ",
        after="" if alone else ", and the work begins in May.",
        paragraph=text if alone else f"As it was said on Monday, {text}, and the work begins in May.",
        lead="",
        names=0.1,
        usual_names=0.1,
        alone=alone,
        edge=False,
        quoted=0.0,
        document_share=0.1,
        document=number,
        outlet=f"outlet {number}",
        family=family or f"family {number}",
        is_caption_field=False,
    )


def kind_of(places: list[Occurrence], **known: object) -> str:
    """Return the kind of a passage of which only `known` is other than of plain news."""
    return kinds.classify(places, dataclasses.replace(NEWS, **known)).kind  # type: ignore[arg-type]


def test_a_formula_is_told_by_other_stories_around_it() -> None:
    """The same short run is copy in reports of one story, and a formula in texts that tell different ones."""
    places = [place(0, REPORTED), place(1, REPORTED)]
    assert kind_of(places) == "wire_copy"
    assert kind_of(places, distance=1.0) == "stock_phrase"
    assert kind_of(places, distance=1.0, company=1.0) != "stock_phrase"


def test_what_a_text_is_mostly_made_of_is_no_formula() -> None:
    """A brief and the report that it was cut from tell little else in common; one small part of both is a formula."""

    def places(share: float) -> list[Occurrence]:
        return [structs.replace(place(i, REPORTED), document_share=(share, 0.1)[i]) for i in (0, 1)]

    assert kind_of(places(0.24), distance=1.0) == "stock_phrase"
    assert kind_of(places(0.45), distance=1.0) == "wire_copy"
    # one brief among many texts says nothing
    assert kind_of([*places(0.45), place(2, REPORTED)], distance=1.0) == "stock_phrase"
    # texts of one family are updates then, but not where it is little of them
    own = [structs.replace(p, alone=True, family="one") for p in places(0.45)]
    assert kind_of(own, distance=1.0) != "boilerplate"
    little = [structs.replace(p, document_share=0.1) for p in own]
    assert kind_of(little, distance=1.0) == "boilerplate"


def test_a_short_run_of_different_weeks_is_a_formula() -> None:
    """News is not taken over after weeks by texts that share nothing else; where they do, or it is long, it may be."""
    places = [place(0, REPORTED), place(1, REPORTED)]
    assert kind_of(places, lasting=True) == "stock_phrase"
    assert kind_of(places, lasting=True, company=1.0) == "wire_copy"
    assert kind_of(places, lasting=True, words=90.0) == "wire_copy"
    said = [structs.replace(p, quoted=1.0) for p in places]
    assert kind_of(said, lasting=True) == "quotation"


def test_a_paragraph_of_one_family_on_other_stories_is_furniture() -> None:
    """What pages of one family end in, whatever their story, is no formula."""
    places = [place(i, REPORTED, alone=True, family="one house") for i in range(3)]
    assert kind_of(places, distance=1.0) == "boilerplate"
    assert kind_of(places) != "boilerplate"


@pytest.mark.parametrize(
    "text",
    [
        "Sign in to read on: subscribers get every story",
        "登录后继续阅读本文全部内容",
        "Please upgrade your browser to view this interactive map",
    ],
)
def test_words_of_navigation_need_a_paragraph_of_their_own(text: str) -> None:
    """A login line is furniture; a report about subscribers, which shares more with its like, is not."""
    assert kind_of([place(i, text, alone=True) for i in range(3)]) == "boilerplate"
    assert kind_of([place(i, text) for i in range(3)]) == "wire_copy"
    assert kind_of([place(i, text, alone=True) for i in range(3)], company=1.0) != "boilerplate"


@pytest.mark.parametrize(
    "text",
    [
        "تازہ خبروں کے لیے ہماری موبائل ایپ ڈاؤن لوڈ کریں",
        "ताज्या बातम्यांसाठी आमचा ई-पेपर वाचा",
        "Стежте за нами в нашому Telegram-каналі",
        "Haberlerimiz kaynak gösterilmeden kullanılamaz",
        "Apúntese gratis y reciba las claves del día",
        "この記事は有料会員限定です",
        "ติดตามข่าวสารของเราได้ทุกวัน",
    ],
)
def test_words_of_navigation_in_many_languages(text: str) -> None:
    """A line that asks to subscribe or to download is furniture on two pages already."""
    assert kind_of([place(i, text, alone=True) for i in range(2)]) == "boilerplate"


def test_a_report_that_speaks_of_subscribers_is_none() -> None:
    """One sentence in five with such a word does not make a report furniture; every second does."""
    told = "The works cost 37 million. It serves 19 towns. It took two years. It keeps out sand. Subscribers pay more."
    assert kind_of([place(i, told, alone=True) for i in range(2)]) == "wire_copy"
    asked = "The works cost 37 million. Subscribe to read on. It serves 19 towns. Log in to your account."
    assert kind_of([place(i, asked, alone=True) for i in range(2)]) == "boilerplate"


@pytest.mark.parametrize(
    "text",
    [
        "Selby Dairies is a family company founded in 1962 with 740 employees in eleven countries.",
        "Lácteos Selva, fundada en 1962, es una empresa familiar con 740 empleados en once países.",
        "Fondée en 1962, la société emploie 740 personnes dans onze pays.",
        "Компания «Сельва» основана в 1962 году и работает в одиннадцати странах.",
        "海岬乳业创立于1962年，是一家在十一个国家拥有740名员工的企业。",
        "岬乳業は1962年に設立され、11カ国で740人の従業員を抱える。1962年創業の会社。",
        "Selva Süt 1962 yılında kuruldu ve on bir ülkede 740 çalışanı var.",
    ],
)
def test_what_a_company_says_of_itself_needs_no_heading(text: str) -> None:
    """A paragraph with the year of its foundation and what it is, in texts that share nothing else."""
    assert kind_of([place(i, text, alone=True) for i in range(2)]) == "boilerplate"
    assert kind_of([place(i, text) for i in range(2)], company=1.0) == "wire_copy"


@pytest.mark.parametrize(
    ("text", "is_mark"),
    [
        ("ภาพจากกล้อง: อาคารหลังใหม่", True),
        ("กล้องวงจรปิดจับภาพรถไว้ได้ คุณภาพดีและสภาพอากาศแจ่มใส", False),
        ("工人检查大桥。（王海 摄）", True),
        ("记者在现场拍摄时，资料显示大桥建于1962年", False),
        ("橋を点検する作業員（写真：岬通信）", True),
        ("資料によると橋は1962年に完成した", False),
        ("میئر نئے پل کا افتتاح کر رہی ہیں (فوٹو: ساحل)", True),
        ("पुलाची पाहणी करताना अधिकारी. (छायाचित्र : सागर)", True),
        ("यह चित्रकार गांव में रहता है और फोटोग्राफी करता है", False),
        ("Відкриття мосту, 8 квітня. Фото: Марія Лобода", True),
        ("Він захоплюється фотографією з дитинства", False),
    ],
)
def test_words_for_pictures_stand_in_other_words_too(text: str, is_mark: bool) -> None:
    """Where words are not spaced, or are parts of others, what stands around a mark tells it."""
    assert marks.has_caption_mark(text) == is_mark


def test_a_quotation_may_be_interrupted() -> None:
    """What begins and ends inside marks is quoted, though its speaker is named in the middle."""
    said = '"We lost the boats," said the harbour master, Edda Croll. "We kept the men."'
    start, end = said.index("We lost"), said.index('."')
    assert marks.quoted_share(said, start, end) >= marks.QUOTED
    plain = said.replace('"', "")
    assert marks.quoted_share(plain, 0, len(plain)) == 0.0


def test_one_texts_narrative_is_whole_sentences() -> None:
    """What stands twice in one text is narrative when it begins and ends where sentences do; the middle of a list of
    headlines, told by nothing, is left undecided."""
    inside = [place(0, REPORTED), place(0, REPORTED)]
    whole = [structs.replace(p, before="It rained. ", after=". Work begins in May.") for p in inside]
    assert kind_of(whole, company=None) == "wire_copy"
    assert kind_of(inside, company=None) == "other"
    assert kind_of([place(0, REPORTED), place(1, REPORTED)]) == "wire_copy"


def test_a_caption_that_stands_twice_in_one_text_may_be_long() -> None:
    """Captions run over several sentences; twice in one text any mark tells them, in two texts one that only captions
    have."""
    text = f"File photo of the harbour from May: {REPORTED}. " * 4
    twice = [structs.replace(place(0, text), paragraph=text * 2) for _ in range(2)]
    assert kind_of(twice, company=None, words=80.0) == "caption"
    shared = [structs.replace(place(i, text), paragraph=text * 2) for i in range(2)]
    assert kind_of(shared, words=80.0) == "caption"
    bare = text.replace("File photo of", "Pictured was")
    weak = [structs.replace(p, text=bare, paragraph=bare * 2) for p in shared]
    assert kind_of(weak, words=80.0) == "wire_copy"
    bare = text.replace("File photo", "View")
    plain = [structs.replace(p, text=bare, paragraph=bare * 2) for p in twice]
    assert kind_of(plain, company=None, words=80.0) != "caption"


def test_no_agency_is_passed_over() -> None:
    """The quick look never denies what is then named, in quotation marks or not."""
    forms = sorted(large._forms())
    assert forms
    assert all(may_name(shown) for form in forms for shown in (form, f"“{form}”", f"({form})"))
    assert not may_name("the harbour office")


LONG = "The board met for nine hours. It heard the fishers and the insurers, and then it voted to widen the pier."
SPOKEN = "I asked the board to wait, and my colleagues asked them too. We lost our boats, and I will not forget it"


def test_a_quotation_needs_no_marks_where_a_speaker_is_introduced() -> None:
    """Statements and transcripts are first persons with an introduction; an author's own column is none."""
    bare = [structs.replace(place(i, SPOKEN, alone=True), paragraph=f"{SPOKEN}.") for i in range(2)]
    assert kind_of(bare, words=24.0) == "wire_copy"
    led = [structs.replace(p, lead="Harbour master Edda Croll said:") for p in bare]
    assert kind_of(led, words=24.0) == "quotation"
    label = [structs.replace(p, before="CROLL: ", paragraph=f"CROLL: {SPOKEN}") for p in bare]
    assert kind_of(label, words=24.0) == "quotation"
    told = [structs.replace(p, text=LONG, paragraph=LONG, lead="Edda Croll said so on Monday.") for p in led]
    assert kind_of(told, words=24.0) == "wire_copy"
    column = [structs.replace(p, document_share=0.9) for p in led]
    assert kind_of(column, words=24.0) == "wire_copy"


def test_a_quotation_may_name_its_speaker() -> None:
    """A passage that takes in who said it is a quotation still; a sentence of report beside it makes it copy."""
    said = '"We lost the boats and the nets and the whole of the season," said Edda Croll, the harbour master of Corran'
    told = f"{said}. The board met for nine hours on Monday and voted to widen the pier before the winter storms"
    quoted = [structs.replace(place(i, said, alone=True), quoted=0.55) for i in range(2)]
    assert marks.is_quoted_with_speaker(said, 0, len(said))
    assert kind_of(quoted) == "quotation"
    assert not marks.is_quoted_with_speaker(told, 0, len(told))


def test_what_is_signed_by_an_account_is_quoted() -> None:
    """A post shown with its author's account is that person's words."""
    post = [structs.replace(place(i, REPORTED), after=". — Edda Croll (@eddacroll) May 4") for i in range(2)]
    assert kind_of(post) == "quotation"
    plain = [structs.replace(p, after=". — Edda Croll watched them.") for p in post]
    assert kind_of(plain) == "wire_copy"


def test_words_that_are_quoted_somewhere_are_less_a_report() -> None:
    """A third of the places in quotation marks takes as much from copy as it gives to a quotation."""
    places = [place(i, LONG) for i in range(3)]
    assert kind_of(places, words=40.0) == "wire_copy"
    quoted = [structs.replace(places[0], quoted=1.0), *places[1:]]
    assert kind_of(quoted, words=40.0) != "wire_copy"


def test_a_post_may_hold_its_signature() -> None:
    """The account stands at the end of the passage, or behind it, with a date."""
    assert marks.is_signed("We lost the boats. — Edda Croll (@eddacroll) May 4, 2019", "")
    assert marks.is_signed("We lost the boats — Edda Croll (", "@eddacroll) May 4, 2019")
    assert not marks.is_signed("The master — Edda Croll — wrote to us", " (she is @eddacroll) and left")


@pytest.mark.parametrize(
    ("paragraph", "inside"),
    [
        ("'I lied,' she said. 'The boats' crews were ours,' she said.", ["I lied,", "The boats' crews were ours,"]),
        ("She called it 'false' and 'a provocation' on Monday.", ["false", "a provocation"]),
        ("‘We can’t go,’ she said, ‘to the Browns’ house.’", ["We can’t go,", "to the Browns’ house."]),
        ("'Pray for the men's lives and the families' sake", ["Pray for the men's lives and the families' sake"]),
        ("It's the boats' turn: in the '90s they didn't sail, 'em all.", []),
        ('She said "no" to \'em all.', ["no"]),
    ],
)
def test_single_marks_quote_where_no_others_stand(paragraph: str, inside: list[str]) -> None:
    """Apostrophes of words, of plurals and of years quote nothing."""
    stretches = marks.quotations(paragraph, 0, len(paragraph))
    assert [paragraph[a:b] for a, b in stretches] == inside


@pytest.mark.parametrize(
    ("paragraph", "inside"),
    [
        ('“We go on", she said. They went.', ["We go on"]),
        ('"We go on,” she said. “They went,” he said. It rained.', ["We go on,", "They went,"]),
        ('“She said "no" to them,” he said.', ["She said ", "no", " to them,"]),
        ('“It is a "no".” He left.', ["It is a ", "no", "."]),
    ],
)
def test_straight_and_curved_marks_close_each_other(paragraph: str, inside: list[str]) -> None:
    """Editors mix them; what one has opened the other closes, but for a quotation inside another."""
    stretches = marks.quotations(paragraph, 0, len(paragraph))
    assert [paragraph[a:b] for a, b in stretches] == inside


def test_a_part_of_a_sentence_is_no_evidence_of_copying() -> None:
    """Two reporters of one event write a few words alike: not even an agency's credit makes them copy; a whole
    sentence, a longer part, and one outlet's own part are."""
    places = [place(i, REPORTED) for i in range(2)]
    told = {"company": 1.0, "credited": True, "words": 10.0}
    assert kind_of(places, **told) == "other"
    assert kind_of(places, **(told | {"words": 14.0})) == "wire_copy"
    assert kind_of(places, **(told | {"words": 14.0, "company": 0.0})) == "other"
    whole = [structs.replace(p, before="It rained.", after=".") for p in places]
    assert kind_of(whole, **told) == "wire_copy"
    own = [structs.replace(p, family="one house", outlet="one house") for p in places]
    assert kind_of(own, **told) == "wire_copy"


def test_lines_that_end_no_sentence_are_no_narrative() -> None:
    """Links and headlines end without a stop; wrapped lines of a story do too, and some of them begin small."""
    link = "News: The harbour board widens the outer breakwater after two winters of storms"
    places = [structs.replace(place(i, link[6:]), before="News: ", after="", paragraph=link) for i in range(2)]
    assert kind_of(places, company=1.0) == "other"
    assert kind_of([structs.replace(p, paragraph=f"{link}.") for p in places], company=1.0) == "wire_copy"
    wrapped = [structs.replace(p, paragraph=link.replace("outer ", "outer\n")) for p in places]
    assert kind_of(wrapped, company=1.0) == "wire_copy"
    cut = [structs.replace(p, after="and so on " * 40) for p in places]
    assert kind_of(cut, company=1.0) == "wire_copy"


def test_addresses_of_the_web_are_no_narrative() -> None:
    """Where to give or to look stands behind "www.", links behind a word for more; a report may name an address."""
    for before in ("Visit www.", "Read more: ", "Lesen Sie auch: ", "À lire aussi : ", "相关阅读："):
        places = [structs.replace(place(i, REPORTED), before=before) for i in range(2)]
        assert kind_of(places, company=1.0) == "other"
        assert kind_of(places, company=1.0, words=90.0) == "wire_copy"
    told = [structs.replace(place(i, REPORTED), before="The board has said: ") for i in range(2)]
    assert kind_of(told, company=1.0) == "wire_copy"


@pytest.mark.parametrize(
    "note",
    [
        "Follow her on Twitter @eddacroll.",
        "The opinions expressed in this commentary are hers.",
        "These views are solely those of the writer.",
        "Folgen Sie ihr auf Twitter.",
        "Las opiniones expresadas aquí son suyas.",
        "Les opinions exprimées ici sont les siennes.",
    ],
)
def test_a_note_on_who_wrote_a_column_is_furniture(note: str) -> None:
    """It needs no paragraph of its own, and is no formula, though it stands below many stories."""
    places = [place(i, f"Edda Croll wrote a book on the pier. {note}", family="one house") for i in range(2)]
    assert kind_of(places, company=0.0, words=20.0) == "boilerplate"
    told = [place(i, "Edda Croll, whom many follow, wrote a book on the pier", family="one house") for i in range(2)]
    assert kind_of(told, company=0.0, words=20.0) == "wire_copy"


def test_what_stands_in_a_table_is_no_narrative() -> None:
    """Cells are names and figures in a row without small words or stops, in the passage or right beside it."""
    cells = "Season Team Peak Mean End 2016 Harle 1779 1693 Dunmoor 1766 1699"
    assert kind_of([place(i, cells) for i in range(2)], company=1.0) == "other"
    beside = [structs.replace(place(i, REPORTED), before=f"{cells} ") for i in range(2)]
    assert kind_of(beside, company=1.0) == "other"
    graphic = [structs.replace(place(i, REPORTED), after=f", as they rank: {cells} {cells}") for i in range(2)]
    assert kind_of(graphic, company=1.0) == "other"
    ranked = [structs.replace(p, after=f", as they rank: {cells}") for p in graphic]
    assert kind_of(ranked, company=1.0) == "wire_copy"
    names = "Edda Croll, Ada Quill, Jo Harle, Mia Dunmoor and Lou Corran met the board of Harle on Monday"
    assert kind_of([place(i, names) for i in range(2)], company=1.0) == "wire_copy"
    assert not marks.is_list("港湾 委員会 は 外側 の 防波堤 を 広げる 二冬 の 嵐 の あと")


def test_a_sentence_of_a_caption_is_a_caption() -> None:
    """The marks of a caption stand around what is shared of it; a story's paragraph names an agency of photos too."""
    around = f"As it was said on Monday, {REPORTED}, and the work begins. Ada Quill/Getty Images"
    places = [structs.replace(place(i, REPORTED), paragraph=around) for i in range(2)]
    assert kind_of(places, company=1.0) == "caption"
    assert kind_of([places[0], place(1, REPORTED)], company=1.0) != "caption"
    long = [structs.replace(p, paragraph=f"{around} " + "and so on " * 60 + ".") for p in places]
    assert kind_of(long, company=1.0) == "wire_copy"


def test_headlines_that_run_into_one_another_are_furniture() -> None:
    """A list that extraction has run together is told by bars, or by a word glued to the next that stands apart as
    well; a name written so is none."""
    run = "harbour master Edda CrollBoard widens breakwater after storms Ferry strike enters second week"
    shown = [place(i, run, family="one house") for i in range(2)]
    apart = [structs.replace(p, before="Said Croll of it, ") for p in shown]
    assert kind_of(apart, company=1.0) == "boilerplate"
    assert kind_of(shown, company=1.0) == "wire_copy"
    bars = [place(i, "Board widens breakwater | Ferry strike goes on | Council votes", family="one") for i in range(2)]
    assert kind_of(bars, company=1.0) == "boilerplate"
    several = [structs.replace(p, family=f"house {i}") for i, p in enumerate(apart)]
    assert kind_of(several, company=1.0) == "wire_copy"


@pytest.mark.parametrize(
    "line",
    [
        "All rights reserved. This material may not be published or broadcast",
        "Write to Edda Croll at croll@dunmoor.example",
    ],
)
def test_rights_and_addresses_need_no_paragraph_of_their_own(line: str) -> None:
    """Notices of rights and lines of contact are furniture in the middle of a paragraph too."""
    formula = {"distance": 1.0, "unrelated": True, "words": 10.0}
    assert kind_of([place(i, line) for i in range(2)], **formula) == "boilerplate"
    assert kind_of([place(i, REPORTED) for i in range(2)], **formula) == "stock_phrase"


@pytest.mark.parametrize("line", ["All rights reserved", "Write to desk@harbour.example"])
def test_a_line_at_the_end_of_a_report_does_not_make_it_furniture(line: str) -> None:
    """P11: a long passage stays what it is though a notice of rights or an address stands at its end."""
    report = f"{REPORTED.capitalize()}. " * 6 + f"\n\n{line}"
    places = [place(i, report, family="one house") for i in range(2)]
    assert kind_of(places, words=102.0, company=1.0) == "wire_copy"
    assert kind_of([place(i, line) for i in range(2)], words=3.0) == "boilerplate"


def test_an_appeal_with_a_number_to_call_is_a_formula() -> None:
    """Reports of police end in it, whatever their outlet: it stands in their sentences, not around them."""
    line = "is asked to call the harbour police at (504) 555-0147 or the tip line at 1-800-555-TIPS"
    formula = {"distance": 1.0, "unrelated": True, "words": 17.0}
    assert kind_of([place(i, line) for i in range(3)], **formula) == "stock_phrase"
    assert kind_of([place(i, line, family="one house") for i in range(3)], **formula) == "stock_phrase"


def test_a_table_is_no_narrative() -> None:
    """Names and figures without sentences are left undecided, unless their language writes every noun so."""
    table = [structs.replace(place(i, REPORTED), names=0.8) for i in range(2)]
    assert kind_of(table) == "other"
    assert kind_of([structs.replace(p, usual_names=0.7) for p in table]) == "wire_copy"


@pytest.mark.parametrize(
    "text",
    [
        "April 30 — Primary in Dunmoor.\nMay 7 — Vote in Harle.\nMay 21 — Runoff.\nJune 4 — Vote in Quill.",
        "30. April: Wahl in Dunmoor\n7. Mai: Rat in Harle\n21. Mai: Fest\n4. Juni: Wahl in Quill",
        "Croll 15 7 ✓ ✓ ✓ Quill 6 0 ✓ ✓ ✓",
    ],
)
def test_calendars_and_tables_of_signs_are_no_narrative(text: str) -> None:
    """Their lines begin with a figure and a dash; sentences with dashes and figures are narrative."""
    assert kind_of([place(i, text) for i in range(2)], company=1.0) != "wire_copy"
    told = "On 30 April the board met — for an hour.\nIt voted.\nThe 7 members left.\nThe pier — closed — stays."
    assert kind_of([place(i, told) for i in range(2)], company=1.0) == "wire_copy"


def test_a_headline_among_others_is_furniture() -> None:
    """What stands between a glued word and the mark of more headlines is one of them, though it shows neither."""
    inside = [
        structs.replace(
            place(i, REPORTED, family="one house"),
            before="the master Edda Croll Edda Anna CrollTwo ",
            after=" Ferry strike goes on MORE (Harle) and",
        )
        for i in range(2)
    ]
    assert kind_of(inside, company=1.0) == "boilerplate"
    behind = [structs.replace(o, before="Edda Croll Edda Anna CrollFerry strike goes on MORE said ") for o in inside]
    assert kind_of(behind, company=1.0) == "wire_copy"
    ended = [structs.replace(o, after=". It took an hour. Ferry strike goes on MORE") for o in inside]
    assert kind_of(ended, company=1.0) == "wire_copy"


def test_a_paragraph_that_a_colon_and_a_verb_lead_to_is_quoted() -> None:
    """Quotations set apart have no marks; a colon alone leads to lists too."""
    apart = [structs.replace(place(i, LONG, alone=True), lead="The harbour master explained it:") for i in range(2)]
    assert kind_of(apart, words=40.0) == "quotation"
    listed = [structs.replace(p, lead="What is known of the breakwater:") for p in apart]
    assert kind_of(listed, words=40.0) != "quotation"


def house(text: str, texts: int, *, alone: bool = True) -> list[Occurrence]:
    """Return a passage in several texts of one outlet."""
    places = [place(i, text, alone=alone, family="one house") for i in range(texts)]
    return [structs.replace(p, outlet="Harbour Post (Online)") for p in places]


def test_what_an_outlet_says_of_itself_in_several_texts_is_furniture() -> None:
    """How a panel is asked, who an author is: it names the outlet; once is narrative, and so is another's name."""
    note = f"{LONG}, as the Harbour Post panel was asked"
    assert kind_of(house(note, 3, alone=False), company=1.0, words=46.0) == "boilerplate"
    assert kind_of(house(note, 2, alone=False), company=1.0, words=46.0) == "wire_copy"
    other = note.replace("Harbour", "Evening")
    assert kind_of(house(other, 3, alone=False), company=1.0, words=46.0) == "wire_copy"


def test_what_several_stories_of_one_outlet_share_is_furniture() -> None:
    """Nobody's narrative is told in three stories of one outlet that have nothing else in common; updates of one story
    have."""
    known = {"company": 1.0, "words": 60.0}
    assert kind_of(house(LONG, 3, alone=False), distance=1.0, **known) == "boilerplate"
    assert kind_of(house(LONG, 3, alone=False), distance=0.3, **known) == "wire_copy"
    sisters = [structs.replace(p, outlet=f"outlet {i}") for i, p in enumerate(house(LONG, 3, alone=False))]
    assert kind_of(sisters, distance=1.0, **known) == "wire_copy"


def test_the_last_line_of_several_texts_is_furniture() -> None:
    """Who helped to report is said in the last line, again and again."""
    known = {"company": 1.0, "words": 6.0}
    line = "Edda Croll contributed to this report"
    inner = [structs.replace(p, paragraph=f"{line}.") for p in house(line, 3)]
    assert kind_of([structs.replace(p, edge=True) for p in inner], **known) == "boilerplate"
    assert kind_of(inner, **known) != "boilerplate"


def test_what_is_printed_twice_in_a_row_is_no_narrative() -> None:
    """Templates print a caption twice in a row; a longer paragraph is undecided, a quotation that they pull out
    of the text stays one."""
    once = structs.replace(place(0, LONG, alone=True), paragraph=f"{LONG}.")
    row = [structs.replace(once, start=n * (len(LONG) + 2)) for n in range(2)]
    assert kind_of(row, company=None, words=40.0) == "caption"
    assert kind_of(row, company=None, words=70.0) == "other"
    apart = [structs.replace(p, start=900 * n) for n, p in enumerate(row)]
    assert kind_of(apart, company=None, words=70.0) == "wire_copy"
    assert kind_of([structs.replace(p, quoted=1.0) for p in row], company=None, words=70.0) == "quotation"


def test_a_gallery_is_captions_however_long() -> None:
    """A gallery may be most of its page, and one of its sentences may stand elsewhere; a story with a photo is none."""
    gallery = " ".join(f"{REPORTED}. Hide Caption {n} of 9" for n in range(9))
    pages = [structs.replace(place(i, gallery), document_share=0.6) for i in range(2)]
    assert kind_of([*pages, place(2, REPORTED), place(3, REPORTED)], words=200.0, company=1.0) == "caption"
    story = f"{REPORTED}. " * 12 + "Hide Caption 1 of 9"
    assert kind_of([place(i, story) for i in range(2)], words=200.0, company=1.0) == "wire_copy"


@pytest.mark.parametrize(
    "text",
    [
        "Hide caption",
        "© Getty Images",
        "(AP photo: Ada Quill)",
        "(Foto: Ada Quill)",
        "(pictured left)",
        "File picture",
        "FILE - In May",
        "In this Monday evening photo",
        "The pier (Quill/Harbour News)",
        "The pier. (Ada Quill/Harbour News) The boats",
        "(Ada Quill via AP)",
        "The pier on Monday. Ada Quill/Harbour News\n\nThe boats",
        "Photo 3 of 12",
        "Slide 3 of 12",
        "Imagen 3 de 12",
        "Bildunterschrift",
        "Archivfoto",
        "Archivbild",
        "Pie de foto",
        "Didascalia",
        "Légende",
        "Photo d’archives",
        "Подпись к фото",
        "Архивное фото",
        "图片说明",
        "圖片說明",
        "资料图",
        "資料圖",
        "写真説明",
        "キャプション",
    ],
)
def test_marks_of_captions_are_counted(text: str) -> None:
    """The quick look before the pattern passes over no mark that the pattern knows."""
    assert frames.in_place(text, "", "") == 1


@pytest.mark.parametrize(
    "mark",
    [
        *(f"{w} caption" for w in ("hide", "show", "image", "media", "photo", "video", "picture")),
        *("getty images", "(ap photo:", "(pictured", "file picture", "\nfile — x", "in this old photo", "x (ada/npa)."),
        *("via ap)", *(f"{w} 3 of 9" for w in ("image", "photo", "slide", "bild", "foto", "imagen", "immagine"))),
        *("it ended. (ada/npa) we", "it ended.” ada quill/npa rim\n", "bildunterschrift", "archivfoto", "pie de foto"),
        *(
            "didascalia",
            "légende",
            "photo d’archive",
            "подпись к фото",
            "архивное фото",
            "图片说明",
            "圖片說明",
            "资料图",
        ),
        *("資料圖", "写真説明", "キャプション"),
    ],
)
def test_each_mark_of_captions_is_tried(mark: str) -> None:
    """A mark is found wherever it stands, also behind another."""
    before = "" if mark.startswith("\n") else "they went home, "
    assert frames.count(before + mark) == 1
    assert frames.count(f"via ap) in {mark}" if before else mark) == 1 + bool(before)


@pytest.mark.parametrize("word", ["pictured", "file photo", "foto:", "image/", "bild (", "handout", "archive", "imago"])
def test_each_word_of_captions_is_tried(word: str) -> None:
    """A word of captions is found behind others."""
    assert marks.has_caption_mark(f"Boats lay at the quay, {word} 3")


@pytest.mark.parametrize("unit", ["海", "a", "-", "1 ", "- ", "a'", "a."])
def test_long_lines_without_spaces_cost_no_more_than_others(unit: str) -> None:
    """What is looked for at the head of a line is looked for in its head, and a long word is read once."""
    line = unit * (40_000 // len(unit)) + "1\n"
    began = time.process_time()
    assert not marks.is_introduced("", "", line, "")
    marks.is_list(line * 4)
    marks.is_run_together(line.rstrip(), "", "")
    assert time.process_time() - began < 0.5


@SOME
@given(st.data(), st.sampled_from([("_CAPTION_MARK", "_OF_CAPTIONS"), ("_RIGHTS", "_OF_RIGHTS")]))
def test_words_before_patterns(data: st.DataObject, names: tuple[str, str]) -> None:
    """What says quickly that a mark does not stand in a text never says so where it does."""
    pattern, words = (getattr(marks, name) for name in names)
    found = data.draw(st.from_regex(pattern, fullmatch=True))
    assert any(word in found for word in words), found


def test_one_long_sentence_of_subscribers_is_no_furniture() -> None:
    """Words of subscription stand in furniture sentence by sentence; a story may have them in its long first one."""
    told = "The agency will close three bureaus and cut a third of its newsroom as subscription income falls. "
    assert not marks.has_furniture_mark(told + "It was founded by owners. Unions will ballot. It employs 96.")
    assert marks.has_furniture_mark("Sign up for our newsletter. It is free.")


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Những gian hàng sau khi lửa được dập tắt. Ảnh: Bạn đọc", "Ảnh: Bạn đọc"),
        ("Młody żubr wszedł do kościoła. Fot. Nadleśnictwo Łęgi", "Fot. Nadleśnictwo Łęgi"),
        ("Το σκαρί στο γλέντι της καθέλκυσης, Ιούνιος 2019 (φωτ. αρχείου)", "(φωτ. αρχείου)"),
        ("缶詰を手にする部員たち＝霧ケ浜市（日報提供）", "霧ケ浜市（日報提供）"),
        ("The board met on Monday. It will meet again in May.", ""),
        ("Write to the desk. Mail: desk@post.example", ""),
        ("The board met on Monday. Tel: 0800 11", ""),
    ],
)
def test_a_caption_ends_in_a_credit_by_its_form(text: str, credit: str) -> None:
    """A short word, a colon or a stop and a name behind the last sentence; no address, no number, no sentence."""
    assert text[picture_credits.credit_tail(text) :].strip() == credit


@given(st.text(alphabet="aÀ.:( )（）＝。/1\n", max_size=300))
def test_a_credit_stands_at_the_end(text: str) -> None:
    """Its place is within the text, and takes no longer the longer the text is."""
    assert 0 <= picture_credits.credit_tail(text) <= len(text)


def test_a_caption_may_repeat_a_sentence() -> None:
    """What one text has as a caption and in its story, and another in its story alone, is the caption; without the
    caption's credit it is copy."""
    told = [place(0, REPORTED), place(1, REPORTED)]
    caption = structs.replace(place(0, REPORTED, alone=True), start=0, paragraph=f"{REPORTED}. Kuva: Ada Quill")
    assert kind_of([*told, caption], company=1.0) == "caption"
    assert kind_of([*told, structs.replace(caption, paragraph=REPORTED + ".")], company=1.0) == "wire_copy"


def test_texts_of_a_language_that_is_hardly_known_are_alike_by_its_small_words() -> None:
    """Two texts are no more alike than is usual between their outlets where they share small words alone, however rare
    these are in the corpus: what else they share is a formula."""
    formula = "kesto varun teldi omari panuk sedra vilte gorum nashi belok"
    chance = random.Random(1)
    small = [f"ke{a}{b}" for a in "rstv" for b in "aiouey"]
    pages = []
    for outlet, n in itertools.product(("north", "south"), range(4)):
        own = [f"{outlet[0]}{n}word{i}" for i in range(20)]
        words = [chance.choice(small if chance.random() < 0.45 else own) for _ in range(90)]
        text = f"{' '.join(words[:45])}. {formula + '. ' if n == 0 else ''}{' '.join(words[45:])}."
        pages.append({"id": f"{outlet}{n}", "outlet": outlet, "title": " ".join(own[:4]), "text": text})
    (found,) = scan(pages, Config()).passages
    assert (found.text, found.kind) == (formula, "stock_phrase")
    assert "a short run in texts that tell different stories" in found.evidence


def test_the_last_line_of_other_stories_is_furniture() -> None:
    """What is no sentence and ends texts that tell different stories is furniture, be it in two texts of two families;
    with more text behind it, or in one story, it may be a caption."""
    line = REPORTED.capitalize()
    lines = [structs.replace(place(i, line, alone=True), edge=True, last=True) for i in range(2)]
    assert kind_of(lines, distance=1.0) == "boilerplate"
    assert kind_of(lines) == "caption"
    inner = [structs.replace(p, last=False) for p in lines]
    assert kind_of(inner, distance=1.0) != "boilerplate"


def test_what_texts_of_one_outlet_end_in_is_furniture() -> None:
    """A last paragraph of one outlet's texts that share nothing else and whose titles say nothing of it is its standing
    text, whole sentence or not; where any of that does not hold it may be a report's, or a caption."""
    for line in (REPORTED.capitalize() + ".", REPORTED.capitalize()):
        feet = [structs.replace(place(i, line, alone=True, family="a"), last=True, outlet="a") for i in range(2)]
        assert kind_of(feet, untitled=True) == "boilerplate"
        assert kind_of(feet) != "boilerplate"
        assert kind_of(feet, untitled=True, company=1.0) != "boilerplate"
        assert kind_of(feet, untitled=True, words=60.0) != "boilerplate"
        for other in ({"last": False}, {"quoted": 1.0}, {"document_share": 0.6}, {"before": "As we said, "}):
            assert kind_of([structs.replace(p, **other) for p in feet], untitled=True) != "boilerplate"
        assert kind_of([feet[0], structs.replace(feet[1], last=False)], untitled=True) != "boilerplate"
        assert kind_of([feet[0], structs.replace(feet[1], outlet="a sister of a")], untitled=True) != "boilerplate"


def test_texts_of_one_outlet_end_in_what_their_titles_do_not_say() -> None:
    """The last paragraph of two reports of one beat is the outlet's own; what a title speaks of is not."""
    foot = "Write to the harvest desk by Friday if your field was passed over this season."
    told = [
        "Barley growers near Quarry Lane counted thirty sacks on Tuesday. Rain had kept them from the upper slopes, "
        "and two wagons stood idle by the gate until the evening came.",
        "An orchard at Ferry Row lost half of its plums to frost. Its owner, who planted the trees as a boy, means to "
        "graft older kinds on them before winter.",
    ]
    titles = ["Barley growers count sacks near Quarry Lane", "Frost takes plums of the orchard at Ferry Row"]

    def kinds_of(titles: list[str]) -> set[str]:
        texts = [
            {"id": str(i), "outlet": "Ledger", "title": titles[i], "text": f"{told[i]}\n\n{foot}"} for i in range(2)
        ]
        return {p.kind for p in scan(texts).passages}

    assert kinds_of(titles) == {"boilerplate"}
    assert kinds_of([f"Harvest desk: {w} field passed over this season" for w in ("barley", "plum")]) == {"other"}


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_speech_may_stand_between_dashes(dash: str) -> None:
    """A paragraph that begins with a dash, up to the dash before whose words they are; no insertion between two."""
    said = structs.replace(
        place(0, REPORTED),
        before=f"{dash} ",
        after=f", {dash} she said.",
        paragraph=f"{dash} {REPORTED}, {dash} she said.",
    )
    assert is_quoted(said)
    assert kind_of([said, structs.replace(said, document=1, outlet="outlet 1", family="family 1")]) == "quotation"
    told = structs.replace(said, before=f"The town {dash} ")
    assert not is_quoted(told)
    assert kind_of([told, structs.replace(told, document=1, outlet="outlet 1", family="family 1")]) != "quotation"
    unended = structs.replace(said, after=", she said.")
    assert not is_quoted(unended)


def test_what_a_text_has_as_caption_and_says_again_is_a_caption() -> None:
    """A paragraph with a credit repeats a sentence of its text; in two texts, or without the credit, it does not."""
    caption = structs.replace(place(0, REPORTED, alone=True), paragraph=f"{REPORTED}. Foto: Ada Quill")
    again = structs.replace(place(0, REPORTED), start=900)
    assert kinds._repeats_sentence([caption, again])
    assert not kinds._repeats_sentence([caption, structs.replace(again, document=1)])
    assert not kinds._repeats_sentence([structs.replace(caption, paragraph=f"{REPORTED}."), again])


@pytest.mark.parametrize(
    ("note", "is_one"),
    [
        ("岬电气成立于1998年，总部位于岬城，生产船用电池。", True),
        ("岬電機は1998年に設立。本社は岬市。", True),
        ("岬合唱团成立于1998年，每周在老码头排练。", False),
    ],
)
def test_a_company_says_where_its_seat_is(note: str, is_one: bool) -> None:
    """When it was founded and where its seat is says of what a note is about that it is a company."""
    assert marks.says_what_it_is(note) == is_one
