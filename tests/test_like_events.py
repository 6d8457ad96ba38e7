"""Reports of like events: what they say in the same words is no copy of one story."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dedup import Document, scan
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
