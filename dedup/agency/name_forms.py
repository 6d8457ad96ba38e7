"""Forms in which one name is written: initials, abbreviations, other cases of a language, other alphabets.

These say what a name may stand for; which names are agencies `dedup.agency.agencies` says.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from dedup.agency import agency_words, letters

# Words of names that give no letter to an acronym.
_PARTICLES = frozenset("of the and for de del des du d la le les di da do dos das der van von und et e y i a".split())
# "Redaktionsdienst", of which an acronym has two letters.
_COMPOUND = re.compile(r"\w(dienst|agentur|büro|bureau|byrå|tjänst|tjeneste|palvelu|toimisto)\w{0,3}$")
# Where in a word its second part may begin, of which an acronym has a letter: behind so many letters, before as many.
PART = 3
# Alef with and without hamza; a first consonant with its vowel sign.
_ALEF = str.maketrans("أإآ", "ااا")
_SIGNS = str.maketrans("आइईउऊएऐओऔ", "ािीुूेैोौ")
# First letters of words as acronyms in Latin letters have them.
_LATIN = str.maketrans(
    "ابپتٹجچحخدڈرزسشصطعغفقکگلمنوہیबभपफतटदडधनमयरलवशसहकखगघजझचछअआइईउएओ",
    "ABPTTJCHKDDRZSSSTAGFQKGLMNWHYBBPPTTDDDNMYRLVSSHKKGGJJCCAAIIUEO",
)
_SYLLABLE = re.compile("[^\\W\\d_][\u093e-\u094c\u09be-\u09cc]?")
# What letters have above or below them, which acronyms leave out.
_MARKS = re.compile("[\u0300-\u036f]")
# "N.P.A.", "हि.स.से": letters apart, each with its signs.
_DOTTED = re.compile(r"(?:[^\W\d_][^\w\s.]?\.\s?){1,5}[^\W\d_][^\w\s.]?\.?")
# Shortest beginning that two cases of a word have in common, and longest ending of either (characters).
COMMON, ENDING = 3, 4
_KINDS = frozenset(word for phrase in agency_words.CALLED for word in phrase.split())
# Consonants that a name has at least that is told in another alphabet.
CONSONANTS = 4
_FOREIGN = re.compile("[\u0370-\u1fff\u3040-\u30ff]")
# What one alphabet tells apart and another does not; what stands for a vowel, or for none.
_ALIKE = str.maketrans("qcgdzjxfvwy", "kkktsssp" + "bb ", "")
_WEAK = frozenset("aeiouyh")
# Letters whose names say it otherwise, and alphabets whose vowels are called "EN" and the like.
_SOUNDS = {"psi": "ps", "xi": "ks", "tse": "ts", "tsadi": "ts", "chi": "k", "ha": "k"}
_VOWELS = ("GEORGIAN", "ARMENIAN")


def initials_of_all(name: str) -> Iterator[str]:
    """Yield the initials of all words of a name but small ones, in capitals; in scripts without capitals those of all
    words, with what is written around them and without."""
    words = [w.removeprefix("ال").removeprefix("لل") for w in re.split(r"[\s-]+", name)]
    if len(words) < 2 or not all(words):
        return
    if name.upper() != name.lower():
        large = [w for w in words if w.lower() not in _PARTICLES]
        yield (plain := "".join(w[0].upper() for w in large))
        if not plain.isascii():
            yield plainly(plain)
        yield "".join(w[0].upper() + (m[1][0].upper() if (m := _COMPOUND.search(w)) else "") for w in large)
    else:
        yield (plain := "".join(w[0] for w in words).translate(_ALEF))
        yield from (f"{plain[:-1]}{mark}{plain[-1]}" for mark in ('"', "״") if "א" <= plain[0] <= "ת")
        yield words[0][0] + "".join(w[0] for w in words[1:]).translate(_SIGNS)
        yield "".join(letters.devanagari(w[0]) for w in words).translate(_LATIN)
        yield "".join(match[0] for w in words if (match := _SYLLABLE.match(w)))


def plainly(text: str) -> str:
    """Return letters without what stands above or below them."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text))


def undotted(name: str) -> str:
    """Return an acronym whose letters stand apart without the full stops between them, another name as it is.

    >>> undotted("N.P.A."), undotted("हि.स.से"), undotted("St. Ives")
    ('NPA', 'हिससे', 'St. Ives')
    """
    return name.replace(".", "").replace(" ", "") if "." in name and _DOTTED.fullmatch(name) else name


def is_of_parts(acronym: str, name: str) -> bool:
    """Return whether an acronym has the first letters of all words of a name in order, and of some of them one more,
    with which a second part of the word may begin.

    >>> is_of_parts("CPNZ", "Coöperatieve Persdienst Noordzee"), is_of_parts("THÜ", "Tiszai Hírügynökség")
    (True, True)
    >>> is_of_parts("NPA", "Northlight Press Agency"), is_of_parts("CPX", "Coöperatieve Persdienst")
    (False, False)
    """
    words = [w for w in re.split(r"[\s-]+", name.casefold()) if w and w not in _PARTICLES]
    short = acronym.casefold()
    if not 1 < len(words) < len(short) <= 2 * len(words) or short[0] != words[0][0]:
        return False
    # "sz" and the like are one letter
    inner = ({w[n : n + size] for size in (1, 2) for n in range(PART, len(w) - PART + 1)} for w in words)
    parts = (f"{re.escape(w[0])}(?:{'|'.join(map(re.escape, sorted(i)))})?" for w, i in zip(words, inner, strict=True))
    return bool(re.fullmatch("".join(parts), short))


def is_of_beginnings(acronym: str, name: str) -> bool:
    """Return whether capitals are the first letter, or two, of all words of a name in order.

    >>> is_of_beginnings("BSZ", "Bihari Szó"), is_of_beginnings("NPA", "Northlight Press Agency")
    (True, True)
    >>> is_of_beginnings("MTI", "Bihari Szó"), is_of_beginnings("Bisz", "Bihari Szó"), is_of_beginnings("B", "Bihari")
    (False, False, False)
    """
    words = [w for w in re.split(r"[\s-]+", name.casefold()) if w and w not in _PARTICLES]
    parts = (re.escape(w[0]) + (f"(?:{re.escape(w[1])})?" if w[1:] else "") for w in words)
    return acronym.isupper() and len(words) > 1 and bool(re.fullmatch("".join(parts), acronym.casefold()))


def is_declined(a: str, b: str) -> bool:
    """Return whether two names are cases of one: what they say agencies are called is declined, and every word is alike
    but for its ending. A name whose words for it are the same stands in the same case.

    >>> is_declined("Wielkopolska Agencja Informacyjna", "Wielkopolskiej Agencji Informacyjnej")
    True
    >>> is_declined("Coast News Agency", "Coastal News Agency")
    False
    """
    one, two = a.split(), b.split()
    if len(one) != len(two) or one[0][0] != two[0][0]:
        return False
    kinds = (agency_words.find(a), agency_words.find(b))
    if not all(kinds) or len({plainly(kind[0].casefold()) for kind in kinds if kind}) < 2:
        return False
    return all(_is_case(plainly(x.casefold()), plainly(y.casefold())) for x, y in zip(one, two, strict=True))


def _is_case(a: str, b: str) -> bool:
    if a == b:
        return True
    same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return same >= COMMON and max(len(a), len(b)) - same <= ENDING


def shortens(short: str, name: str) -> bool:
    """Return whether a name has the first and the last word of another, the first cut off and others left out; the last
    is none by which agencies call themselves.

    >>> shortens("Coop de l'Estuaire", "Coopérative de nouvelles de l'Estuaire")
    True
    >>> shortens("Coast Agency", "Coastal News Agency"), shortens("Ada Quill", "Adam Quill")
    (False, False)
    """
    one, two = short.split(), name.split()
    if not 1 < len(one) < len(two) or one[-1] != two[-1] or not two[0].startswith(one[0].rstrip(".")):
        return False
    rest = iter(two)
    in_order = all(any(w.startswith(each.rstrip(".")) for w in rest) for each in one)
    return in_order and len(one[0]) >= PART and one[0] != two[0] and not _is_kind(one[-1])


def _is_kind(word: str) -> bool:
    """Return whether a word is one by which agencies call themselves."""
    return agency_words.is_small(word) or agency_words.is_of_news(word) or word.casefold() in _KINDS


@functools.lru_cache(maxsize=1 << 12)
def consonants(name: str) -> str:
    """Return the consonants of a name, those alike that one alphabet tells apart and another does not; empty where they
    are few. What a letter sounds like its name says.

    >>> consonants("Πόντος Πρες"), consonants("Pontos Press"), consonants("टाइडवॉटर") == consonants("Tidewater")
    ('pntsprs', 'pntsprs', True)
    """
    plain = "".join(map(_sound, unicodedata.normalize("NFD", name.casefold().replace("ph", "f"))))
    found = re.sub(r"(.)\1+", r"\1", plain.translate(_ALIKE).replace(" ", ""))
    return found if len(found) >= CONSONANTS else ""


def is_foreign(name: str) -> bool:
    """Return whether a name is written in letters of another alphabet than the Latin one."""
    return bool(_FOREIGN.search(name))


@functools.lru_cache(maxsize=1 << 10)
def _sound(letter: str) -> str:
    """Return the consonants of a letter, by what it is called: "ARABIC LETTER SHEEN", "GREEK SMALL LETTER PSI"."""
    if letter.isascii():
        return "" if letter in _WEAK or not letter.isalpha() else "ks" if letter == "x" else letter
    if unicodedata.category(letter)[0] != "L":
        return ""
    script, _, called = unicodedata.name(letter, "").partition("LETTER ")
    sound = called.partition(" WITH")[0].lower().rpartition(" ")[2]
    if sound in _SOUNDS:
        return _SOUNDS[sound]
    first = next((n for n, c in enumerate(sound) if c not in _WEAK), len(sound))
    # letters that are called by a vowel are vowels, but "EL", "EM", "EF" and the like
    is_vowel = first and (sound[0] != "e" or len(sound) != 2 or script[:8] in _VOWELS)
    return "" if is_vowel else sound[first : first + 1]
