"""Reports of like events: what they say in the same words is no copy of one story."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dedup import Document, compare, scan
from dedup.model import PassageCluster

FORMULA = "Detectives from the rural crime unit have now opened a formal inquiry into the cause of the blaze."
STORY = (
    "A grain silo beside the Orrin canal burned through the night after lightning struck its conveyor tower. "
    "Nobody was hurt, but four hundred tonnes of barley were lost and two barges had to be cut loose. "
    f"{FORMULA}"
)
OTHERS = (
    "Flames gutted a disused cinema in Tarrow Street before breakfast, sending smoke across the fish market. "
    f"The owner said it had been empty since the flood. {FORMULA} Trams were turned round at the depot for hours.",
    "Three beach huts went up in smoke at Pellmouth during the regatta while crews raced offshore. "
    f"A picnic stove may be to blame, said one family. {FORMULA} Racing went on after a short delay and a cold shower.",
)


def found(days: Sequence[str | None], titles: Sequence[str | None]) -> dict[frozenset[str], PassageCluster]:
    """Return the passages of two copies of a story and of two texts with its last sentence, by who has them."""
    texts = (STORY, f"{STORY} Readers sent pictures.", *OTHERS)
    documents = [
        Document(id=name, text=text, title=title, outlet=name, published=day)
        for name, text, title, day in zip("abcd", texts, titles, days, strict=True)
    ]
    return {frozenset(m.doc_id for m in p.members): p for p in scan(documents).passages}


@pytest.mark.parametrize(
    ("days", "titles"),
    [
        (("2031-03-01", "2031-03-01", "2031-04-11", "2031-06-20"), (None,) * 4),
        ((None,) * 4, ("Silo burns at Orrin", "Silo burns at Orrin", "Old cinema gutted", "Beach huts destroyed")),
    ],
)
def test_a_sentence_of_other_stories_is_a_passage_of_its_own(
    days: Sequence[str | None], titles: Sequence[str | None]
) -> None:
    """Texts of other weeks, or about something else by their titles, have a formula of a story, not the story."""
    passages = found(days, titles)
    story, formula = passages[frozenset("ab")], passages[frozenset("abcd")]
    assert story.text.startswith("A grain silo")
    assert formula.parent == story.cluster_id
    assert FORMULA.startswith(formula.text)


def test_a_sentence_of_one_story_stays() -> None:
    """Who has one sentence of a story on its day, and under its title, has it from there."""
    passages = found(("2031-03-01",) * 4, ("Silo burns at Orrin canal",) * 4)
    assert frozenset("abcd") in passages
    assert passages[frozenset("abcd")].text.startswith("A grain silo")


@pytest.mark.parametrize("title", ["Crash on the coast road: {} injured", "{} killed in crash on coast road"])
def test_a_formula_of_like_events_of_one_day_is_one(title: str) -> None:
    """What two papers say of two accidents in the same words, and nothing else, is no copy, whatever their titles have
    in common, in a corpus that knows its words from nowhere else; what the rest of both tells too is."""
    formula = (
        "The injured were taken to the district infirmary and officers are examining how the collision came about."
    )
    one = (
        "A milk lorry and a hatchback met head on at the Tolvan bend shortly before dawn, scattering churns over both "
        f"lanes. Two sisters from Orrin had to be cut from the car. {formula} The road was shut until lunch. "
        "Farmers poured what was left of the load into a ditch, and the dairy at Penmoor sent a tanker for the rest."
    )
    two = (
        "Fog is thought to have blinded a cyclist who rode into the back of a parked snowplough near Kessel quarry. "
        f"He had been on his way home from the night shift. {formula} His helmet was split in half. "
        "Neighbours have asked for lamps along that stretch ever since a postman was hurt there two winters ago."
    )
    other = one.replace("A milk lorry", "Witnesses say a milk lorry").replace("shut until lunch", "closed all morning")
    for right, kind in ((two, "stock_phrase"), (other, "wire_copy")):
        documents = [
            Document(id=n, text=t, title=title.format(k), outlet=n, published="2031-03-01")
            for n, t, k in zip("ab", (one, right), ("two", "one"), strict=True)
        ]
        assert [p.kind for p in scan(documents).passages] == [kind]


ROUND = (
    "{} Two trawlers were tied up all week and the ice plant stood idle while engineers looked for a spare pump.",
    "A regatta was called off. {} Nobody could say when the causeway would open to the school bus again.",
)


@pytest.mark.parametrize(
    ("sentence", "facts", "others"),
    [
        ("The lorry left the road near {} and the driver, aged {}, broke his {}", "Orrin 72 leg", "Tarrow 45 hip"),
        ("Kazada {} olay yerinde hayatını kaybetti, {} kişi yaralandı", "Yaşar 4", "Mehmet 7"),
        ("明火于{}时许被扑灭，过火面积约{}平方米，无人员伤亡", "9 12", "5 1500"),
    ],
)
def test_a_short_run_with_other_figures_is_a_like_event(sentence: str, facts: str, others: str) -> None:
    """The same words with another figure in them tell of something else; with the same figures they are a passage."""
    first, same, other = (sentence.format(*f.split()) for f in (facts, facts, others))
    left, right = ROUND
    assert compare(left.format(f"{first}."), right.format(f"{same}."))
    assert not compare(left.format(f"{first}."), right.format(f"{other}."))


def test_figures_brought_up_to_date_stay() -> None:
    """A longer run with another toll is one story, and a formula may have a slot for one figure; a whole line too."""
    toll = STORY.replace(FORMULA, "Of the {} people aboard the barges {} were taken to the infirmary at Orrin Lock.")
    assert compare(toll.format(31, 4), toll.format(31, 7))
    shares = "Shares in the company closed up {} per cent at the end of a volatile day of trading"
    left, right = ROUND
    assert compare(left.format(shares.format("2.4") + "."), right.format(shares.format("7.1") + "."))
    line = "The lorry left the road near Orrin and the driver, aged {}, broke his leg"
    assert compare(left.format(f"{line.format(72)}\n"), right.format(f"\n{line.format(45)}\n"))


def test_a_few_words_of_no_sure_kind_relate_no_texts() -> None:
    """Part of a sentence that two reports have in common is a passage, but does not make their texts related."""
    shared = "crews cut the stranded anglers loose from brittle rigging"
    texts = (
        f"Before the tide turned on Monday {shared} at Pellmouth, where forty onlookers had gathered to watch.",
        f"A second alarm came from Orrin on Friday night, when {shared} and drove all of them home to bed.",
    )
    result = scan([Document(id=n, text=t, outlet=n) for n, t in zip("ab", texts, strict=True)])
    [passage] = result.passages
    assert passage.kind == "other"
    assert passage.text == shared
    assert not result.pairs
