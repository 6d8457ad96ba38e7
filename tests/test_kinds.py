"""Rules by which a kind is told, each with a case that it decides and one that it must not."""

from __future__ import annotations

import dataclasses

import pytest

from dedup import agencies, kinds
from dedup.kinds import Context, Occurrence

REPORTED = "the harbour board will widen the outer breakwater after the storms of the last two winters"
NEWS = Context(
    words=17.0,
    furniture=None,
    furniture_confidence=0.0,
    unrelated=False,
    distance=0.0,
    company=0.0,
    credited=False,
    body_twice=False,
)


def place(number: int, text: str, *, alone: bool = False, family: str | None = None) -> Occurrence:
    """Return a place of a passage, inside a paragraph or as one of its own."""
    return Occurrence(
        text=text,
        before="" if alone else "As it was said on Monday, ",
        after="" if alone else ", and the work begins in May.",
        paragraph=text,
        alone=alone,
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


def test_a_paragraph_of_one_family_on_other_stories_is_furniture() -> None:
    """What pages of one family end in, whatever their story, is no formula."""
    places = [place(i, REPORTED, alone=True, family="one house") for i in range(3)]
    assert kind_of(places, distance=1.0) == "boilerplate"
    assert kind_of(places) != "boilerplate"


@pytest.mark.parametrize("text", ["Sign in to read on: subscribers get every story", "登录后继续阅读本文全部内容"])
def test_words_of_navigation_need_a_paragraph_of_their_own(text: str) -> None:
    """A login line is furniture; a report about subscribers, which shares more with its like, is not."""
    assert kind_of([place(i, text, alone=True) for i in range(3)]) == "boilerplate"
    assert kind_of([place(i, text) for i in range(3)]) == "wire_copy"
    assert kind_of([place(i, text, alone=True) for i in range(3)], company=1.0) != "boilerplate"


def test_a_quotation_may_be_interrupted() -> None:
    """What begins and ends inside marks is quoted, though its speaker is named in the middle."""
    said = '"We lost the boats," said the harbour master, Edda Croll. "We kept the men."'
    start, end = said.index("We lost"), said.index('."')
    assert kinds.quoted_share(said, start, end) >= kinds.QUOTED
    plain = said.replace('"', "")
    assert kinds.quoted_share(plain, 0, len(plain)) == 0.0


def test_one_texts_narrative_is_whole_sentences() -> None:
    """What stands twice in one text is narrative when it begins and ends where sentences do; the middle of a list of
    headlines, told by nothing, is left undecided."""
    inside = [place(0, REPORTED), place(0, REPORTED)]
    whole = [dataclasses.replace(p, before="It rained. ", after=". Work begins in May.") for p in inside]
    assert kind_of(whole, company=None) == "wire_copy"
    assert kind_of(inside, company=None) == "other"
    assert kind_of([place(0, REPORTED), place(1, REPORTED)]) == "wire_copy"


def test_a_caption_that_stands_twice_in_one_text_may_be_long() -> None:
    """Captions run over several sentences; twice in one text their mark tells them, in two texts it does not."""
    text = f"File photo of the harbour from May: {REPORTED}. " * 4
    twice = [dataclasses.replace(place(0, text), paragraph=text * 2) for _ in range(2)]
    assert kind_of(twice, company=None, words=80.0) == "caption"
    shared = [dataclasses.replace(place(i, text), paragraph=text * 2) for i in range(2)]
    assert kind_of(shared, words=80.0) == "wire_copy"
    plain = [dataclasses.replace(p, text=text.replace("File photo", "View")) for p in twice]
    assert kind_of(plain, company=None, words=80.0) != "caption"


def test_no_agency_is_passed_over() -> None:
    """The quick look never denies what is then named, in quotation marks or not."""
    forms = sorted(agencies._forms())
    assert forms
    assert all(agencies.may_name(shown) for form in forms for shown in (form, f"“{form}”", f"({form})"))
    assert not agencies.may_name("the harbour office")
