"""Which of several names mean one agency: spellings of a large one, initials, short forms, forms of a declined name."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dedup.agency import agency_words, letters, name_forms
from dedup.agency.agencies import (
    CALLED,
    DESK,
    IN_DATELINE,
    KEYWORD,
    MOST_NAMES,
    WITH_ACRONYM,
    calls_itself_one,
    has_keyword,
    is_acronym,
    says_agency,
    says_keyword,
)
from dedup.agency.large import JOINT, canonical

# A name that `KEYWORD` takes as a whole: "海岬社", "海岬通讯社".
_WHOLE = re.compile("([一-鿿]{2,3}?)(?:通[讯訊信])?社")
# "TNA – Tidewater News Agency"
_BEHIND_ACRONYM = re.compile(r"([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6})\s[–—-]\s(.{3,50})")
# Shortest name that may go on in another: "Northlands News Co-op" (characters).
SHORTEST_BEGUN = 8
# Longest acronym that is a large agency's whoever else has the initials (characters).
MOST_TAKEN = 2
# Endings of Cyrillic nouns; Han characters.
_ENDING = re.compile(r"(?<=[а-яёіїєґ]{3})(?:ом|ем|єм|ою|ею|[аяуюеіиї])(?![а-яёіїєґ])", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яёіїєґ]", re.IGNORECASE)
_HAN = re.compile("[一-鿿]{2,12}")


def initials(name: str) -> str:
    """Return the initials of a name of several words, in capitals.

    >>> initials("Northlight Press Agency")
    'NPA'
    """
    words = name.replace("-", " ").split()
    return "".join(w[0] for w in words if w[:1].isupper()) if len(words) > 1 else ""


def short_form(name: str) -> str | None:
    """Return what is left of an agency's name without the words that say what it is, None where that is nothing or all.

    >>> short_form("Agence Rivage"), short_form("Tidewater News Service"), short_form("Reuters")
    ('Rivage', 'Tidewater', None)
    >>> short_form("ساحل نیوز ایجنسی"), short_form("海岬社"), short_form("海岬通讯社"), short_form("Litoral Noticias")
    ('ساحل', '海岬', '海岬', 'Litoral')
    """
    if canonical(name):
        return None
    rest, before = _bare(name), name
    while rest != before:
        rest, before = _bare(rest), rest
    return rest if rest != name and (len(rest) > 2 or (not rest.isascii() and len(rest) > 1)) else None


def _bare(name: str) -> str:
    """Return a name without one layer of words that say what it is."""
    whole = _WHOLE.fullmatch(name)
    rest = (
        whole[1]
        if whole
        else IN_DATELINE.sub(
            " ", KEYWORD.sub(" ", agency_words.without(name) if agency_words.may_be_called(name) else name)
        )
    )
    return " ".join(rest.split()).strip('«»“”" -') or name


def grouped(names: Iterable[str]) -> Mapping[str, str]:
    """Return for each name, as written, one name for all that mean the same agency.

    Spellings of a large agency mean one; so do an acronym and a full name with these initials that is written
    somewhere among them, one that stands in brackets behind a name and that name, a full name and the same without the
    words that say what it is, what is left of a Chinese or Japanese name, and forms of a declined one. The full name
    stands for either.

    >>> grouped(["NPA", "Northlight Press Agency"])["NPA"]
    'Northlight Press Agency'
    >>> grouped(["TVHA", "Tepe Vadi Haber Ajansı (TVHA)", "岚通社", "岚州通讯社"])["岚通社"]
    '岚州通讯社'
    """
    return _grouped(tuple(sorted(set(names))))


@functools.lru_cache(maxsize=1 << 14)
def _grouped(found: tuple[str, ...]) -> dict[str, str]:
    full: dict[str, str] = {}
    for name in reversed(found):
        full |= dict.fromkeys(_forms_of(name), name)
    for name in found:
        full.setdefault(_stem(name), name if _stem(name) not in found else _stem(name))
    full |= {latin: full.get(latin, n) for n in reversed(found) if (latin := letters.acronym(n))}
    full |= _of_another_form(found, full)
    out = {}
    for name in found:
        large = _large_in(name) or _one_of_two(name, found)
        own = full.get(letters.acronym(name) or name) if large and len(name) > MOST_TAKEN and is_acronym(name) else None
        if own and own != name and canonical(own) is None and says_keyword(own):
            large = own  # another agency has these initials too, and is named in full
        keys = (letters.acronym(name) or name, name_forms.undotted(name), _stem(name), _quoted(name))
        out[name] = large or next((full[key] for key in keys if full.get(key, name) != name), name)
    # a name that stands for another may itself have a fuller one
    for name, other in out.items():
        out[name] = out.get(other, other) if other != name else _fuller(name, found) or name
    return out


def _of_another_form(found: Sequence[str], full: Mapping[str, str]) -> dict[str, str]:
    """Return for names the one that is the same in another alphabet, in another case, or of whose words and their parts
    it has the letters."""
    out: dict[str, str] = {}
    foreign = [name for name in found if name_forms.is_foreign(name)]
    heard = {key: name for name in reversed(found) if name.isascii() for key in _heard(name)} if foreign else {}
    out |= {heard[key]: name for name in reversed(foreign) for key in _heard(name) if key in heard}
    several = [name for name in found if " " in name and agency_words.may_be_called(name)]
    ends: dict[str, list[str]] = {}
    begins: dict[tuple[str, int], list[str]] = {}
    for name in several:
        words = name.split()
        ends.setdefault(words[-1], []).append(name)
        begins.setdefault((name[0], len(words)), []).append(name)
    for name in found:
        words = name.split()
        others = ends.get(words[-1], ()) if len(words) > 1 else ()
        may_abbreviate = is_acronym(name) and full.get(name, name) == name
        parts = (other for other in several if name_forms.is_of_parts(name, other)) if may_abbreviate else ()
        if other := next(itertools.chain(parts, (o for o in others if name_forms.shortens(name, o))), None):
            out[name] = other
    for alike in begins.values():
        for name, other in itertools.combinations(alike, 2):
            if name_forms.is_declined(name, other):
                out[max(name, other, key=len)] = min(name, other, key=len)
    return out


def _heard(name: str) -> set[str]:
    """Return how a name sounds in any alphabet, whole and without the words that say what it is."""
    return {key for each in (name, short_form(name) or name) if (key := name_forms.consonants(each))}


def _quoted(name: str) -> str:
    """Return what stands in quotation marks at the end of a name, behind words for what it is or their initials: it may
    be called by that alone."""
    called = CALLED.search(name)
    before = name[: called.start()].strip() if called else ""
    return called[1] if called and (says_agency(before) or is_acronym(before)) else name


@functools.lru_cache(maxsize=MOST_NAMES)
def _forms_of(name: str) -> Sequence[str]:
    """Return what may stand for a name: outlets are asked for beside each agency anew."""
    return tuple(_others(name))


def _others(name: str) -> Iterator[str]:
    """Yield what may stand for a name: without the words that say what it is, its initials, and what it has in brackets
    or before them."""
    both, behind = WITH_ACRONYM.fullmatch(name), _BEHIND_ACRONYM.fullmatch(name)
    if behind and calls_itself_one(behind[2]):
        both = behind
    if desk := DESK.fullmatch(name):
        yield desk[1]
        return
    if both or canonical(name):
        for each in both.groups() if both else ():
            yield each
            yield from _others(each)
        return
    if short := short_form(name):
        yield short
        # a layer of what it is may be part of the name: "한결뉴스통신"
        if name.upper() == name.lower() and len(layer := _bare(name)) > 2:
            yield layer
        yield from _with_one_word_less(name)
    if (quoted := _quoted(name)) != name:
        yield quoted
    yield from (each for each in (initials(name), *name_forms.initials_of_all(name)) if len(each) > 1)


def _with_one_word_less(name: str) -> Iterator[str]:
    """Yield a name without the word that says what it is at its beginning or end, where another one stays that does:
    "Agenzia Stretto Notizie" is credited as "Stretto Notizie"."""
    words = name.split()
    for word, rest in ((words[0], " ".join(words[1:])), (words[-1], " ".join(words[:-1]))):
        if " " in rest and (says_agency(f"{word} ") or agency_words.is_bare(word)) and short_form(rest):
            yield rest


def _one_of_two(name: str, found: Sequence[str]) -> str | None:
    """Return the one of two agencies in a name that another name means too."""
    both = JOINT.fullmatch(name)
    if not both:
        return None
    others = {canonical(other) for other in found}
    return next((large for each in both.groups() if (large := canonical(each)) in others and large), None)


@functools.lru_cache(maxsize=MOST_NAMES)
def _large_in(name: str) -> str | None:
    """Return the large agency that a name is, alone or with an acronym in brackets."""
    if large := canonical(name):
        return large
    both, desk = WITH_ACRONYM.fullmatch(name), DESK.fullmatch(name)
    if both:
        return canonical(both[1]) or canonical(both[2])
    bare = _bare(name)
    return (canonical(desk[1]) if desk else None) or (
        canonical(bare) if bare != name and (letters.acronym(bare) or bare.isupper()) else None
    )


def _stem(name: str) -> str:
    """Return a name whose words for what it is have no endings of cases, nor a Cyrillic one any."""
    plain = agency_words.stem(name) if agency_words.may_be_called(name) else name
    return _ENDING.sub("", plain.strip("«»")) if _CYRILLIC.search(plain) else plain


def _fuller(name: str, found: Sequence[str]) -> str | None:
    """Return the longest of some names of agencies that one begins, or of which it is a Chinese or Japanese
    abbreviation."""
    if not _HAN.fullmatch(name):
        goes_on = (n for n in found if n != name and n.startswith(name) and says_keyword(name))
        return max(goes_on, key=len, default=None) if len(name) > SHORTEST_BEGUN else None
    longer = (n for n in found if len(n) > len(name) and _HAN.fullmatch(n) and _abbreviates(name, n))
    return max(longer, key=len, default=None)


def _abbreviates(short: str, name: str) -> bool:
    """Return whether a name is made of characters of another in their order, from the first on, or ends it."""
    rest = iter(name)
    inside = short[0] == name[0] and all(c in rest for c in short)
    return has_keyword(short) and (inside or name.endswith(short)) and has_keyword(name)
