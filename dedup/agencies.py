"""Names of news agencies: which words name one, and which of several spellings mean the same.

The large agencies stand in `dedup/data/agencies.json`, a canonical name with the spellings that are used in credits;
words and parties that could be taken for one in `not_agencies.json`. An agency that is not in it is known by its shape:
an acronym, a name with a word like "Press Agency" in it, or, where nothing else can stand, one plain name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib import resources

import msgspec

from dedup import letters

_ACRONYM = re.compile(r"[A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6}")
# What agencies call themselves, as whole words or, in unspaced scripts and compounds, as endings.
_KEYWORD = re.compile(
    r"\b(?:News|Press|Wire|Newswire|Presse|Media) (?:Agency|Service|Association|Agentur|Wire)\b"
    r"|\b(?:Newswire|Wire|Newsagency|Wires)\b(?: Service)?$"
    r"|(?:pressedienst|nachrichtendienst|nachrichtenagentur|presseagentur|Pressedienst|Nachrichtenagentur)\b"
    r"|^(?:[Aa]gen(?:ce|cia|zia|cja)|[Aa]gência|Agentur|Agentia|Persbureau|Nieuwsagentschap|Nyhetsbyrån?"
    r"|Nyhedsbureau|Uutistoimisto|Πρακτορείο)\s|(?<!Kalkınma) Ajansı$|\bHírügynökség$|\b[Nn]ovinska agencija\b"
    r"|\b(?:Presse|Presseagentur|Press Bureau)$"
    r"|(?:通信社?|通讯社|通訊社)$|(?<!합)통신$"
    r"|(?:агентство|информагентство|агенція|агентства)\b|^(?:Агентство|Агенція|ИА|ІА)\s|[а-яёіїєґ-](?:[Ии]нформ|[Іі]нформ)(?:[уа]|ом)?$"
    r"|^وكالة |\bخبرگزاری\b|ایجنسی|خبر رساں|\b(?:نیوز|پریس|نیوز سروس|نیوز نیٹ ورک|پریس انٹرنیشنل)$"
    r"|ニュースサービス$|^สำนักข่าว"
    r"|न्यूज़? (?:सर्व्हिस|सर्विस|नेटवर्क)$|एजेंसी|एजन्सी|वार्ता$|समाचार सेवा|वृत्तसंस्था|वृत्तसेवा|संवाद समिति"
    r"|^[一-鿿]{2,5}(?<![会會公新商神本同支报報版行作聞闻])社$"
)
# One of these stands in what `_KEYWORD` and `_WORD_INSIDE` find, in whatever case.
CALLED = (
    *(f"{a} {b}" for a in ("news", "press", "wire", "presse", "media")
      for b in ("agency", "service", "association", "agentur", "wire")),
    *("wire", "newsagency", "pressedienst", "nachrichtendienst", "nachrichtenagentur", "presseagentur", "presse "),
    *("agence", "agencia", "agência", "agenzia", "agentur", "agentia", "agencja", "persbureau", "nieuwsagentschap"),
    *("nyhetsbyrå", "nyhedsbureau", "uutistoimisto", "πρακτορείο", "haber ajansı", "hírügynökség", "novinska agencija"),
    *(" ajansı", "سروس", "نیٹ ورک", "پریس انٹرنیشنل", "सर्व्हिस", "सर्विस", "नेटवर्क"),
    *("press bureau", "通信", "通讯社", "通訊社", "통신", "агентств", "агенція", " иа ", " іа ", "информ", "інформ"),
    *("وكالة", "خبرگزاری", "ایجنسی", "خبر رساں", "نیوز", "پریس", "ニュースサービス", "สำนักข่าว", "社"),
    *("एजेंसी", "एजन्सी", "वार्ता", "समाचार सेवा", "वृत्तसंस्था", "वृत्तसेवा", "संवाद समिति"),
)  # fmt: skip
# The same inside a line, where the name ends before its end.
_WORD_INSIDE = re.compile(r"(?:[Ии]нформ|[Іі]нформ)\b|वृत्तसेवा|वृत्तसंस्था|समाचार सेवा|[Pp]ressedienst\b|\bHaber Ajansı\b")
# A name in quotation marks behind what it is: its agency is called by the name alone.
QUOTES = '«“„"'
_CALLED = re.compile(rf"[{QUOTES}]([^«»“”„\"]{{2,30}})(?:[»”“\"]|$)$")
_KIND_ALONE = re.compile(
    r"(?:ИА|ІА|РИА|(?:информационное |новостное |інформаційне )?(?:агентство|агенція|информагентство|інформагентство)"
    r"(?: новостей| новин)?|вестник|агентства|агенції|agentura?|agencja|agencija|agenția|агенция|агенција)",
    re.IGNORECASE,
)
# What they are called besides, where a dateline has nothing else; newspapers are called so too.
_IN_DATELINE = re.compile(r"\b(?:Press|Presse|Prensa|Noticias|Notícias|Notizie|News|Wire)$|समाचार$|न्यूज$|वृत्त$|นิวส์$")
# Of what they call themselves, what no other outlet does.
_IS_ONE = re.compile(
    r"\b(?:News|Press) Agency\b|\bNewswire$|\b(?:News|Wire) Service\b|^(?:Agence|Agencia|Agência|Agenzia|Agencja) "
    r"|(?:[Nn]achrichten|[Pp]resse)agentur\b|\bHaber Ajansı$|通信社$|通讯社$|通訊社$|(?:[Аа]гентство|[Аа]генція)\b"
    r"|^وكالة|\bخبرگزاری\b|ایجنسی|वृत्तसंस्था|एजेंसी|एजन्सी|संवाद समिति"
)
# A name that `_KEYWORD` takes as a whole: "海岬社", "海岬通讯社".
_WHOLE = re.compile("([一-鿿]{2,3}?)(?:通[讯訊信])?社")
# What stands in no name: a text with it is more than one.
_JOINED = re.compile(r"[:：=＝。।॥()（）【】]")
# Words of such names that are written small.
_SMALL = frozenset(
    "агентство агенція агентства информагентство информационное інформаційне інформаційна телеграфне телеграфна "
    "телеграфное новинна новинне новостное agence agencia agência agenzia agencja presse noticias notícias "
    "prensa".split()
)
# What stands before a name without being part of it: "l'agence Rivage", "the Tidewater Wire".
_ARTICLE = re.compile(r"^(?:l['’](?=[aA])|(?:la|the|de la|de l['’]|della|da|na) (?=agen|Agen))")
# Letters apart, as an acronym is written in scripts without capitals.
_LETTERS = re.compile(r"(?:[^\W\d_A-Za-zÀ-ɏͰ-ӿ一-鿿぀-ヿ가-힣][ .]){1,4}[^\W\d_A-Za-zÀ-ɏͰ-ӿ一-鿿぀-ヿ가-힣]")
_PLAIN = re.compile(r"[A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω][\w’'-]{2,20}")
# One word of an alphabet without capitals; where words are not spaced any two characters would do.
_UNCASED = re.compile(r"[^\W\d_A-Za-zÀ-ɏͰ-ӿ一-鿿぀-ヿ가-힣][^\d\s\n()\[\]/:,]{1,24}")
# What stands between words, beside white space.
BETWEEN_WORDS = ",.:;()[]/=|\"'“”„«»–—―：＝／&+·・、-"
_WORDS = re.compile(rf"[^\s{re.escape(BETWEEN_WORDS)}]+")
_JOINTS = re.compile(r"\s*(?:/|&|\+|·|・|,| - | und | and | y | et | e | и | та | och | en )\s*")


@functools.cache
def _words() -> dict[str, frozenset[str]]:
    """Return the words that name no agency, by what they are: sections of a paper, days, parties, titles, months."""
    raw = resources.files("dedup").joinpath("data/not_agencies.json").read_bytes()
    return {what: frozenset(words) for what, words in msgspec.json.decode(raw).items()}


@functools.cache
def months() -> frozenset[str]:
    """Return the names of months as datelines have them, folded."""
    return _words()["months"]


@functools.cache
def _no_agencies() -> frozenset[str]:
    """Return acronyms, and plain words in the brackets of a dateline, that name no agency, folded."""
    return frozenset().union(*(words for what, words in _words().items() if what != "months"))


@functools.cache
def _table() -> dict[str, tuple[str, ...]]:
    """Return all spellings of each large agency, its canonical name first."""
    raw = resources.files("dedup").joinpath("data/agencies.json").read_bytes()
    return {name: (name, *spellings) for name, spellings in msgspec.json.decode(raw).items()}


@functools.cache
def _spellings() -> dict[str, str]:
    """Return the canonical name of each spelling, folded."""
    return {_folded(s): name for name, spellings in _table().items() for s in spellings}


@functools.cache
def _forms() -> frozenset[str]:
    """Return the spellings as they are written, and in capitals."""
    every = {s for spellings in _table().values() for s in spellings}
    return frozenset(every | {s.upper() for s in every})


@functools.cache
def _by_first_word() -> dict[str, tuple[str, ...]]:
    """Return the forms that begin with each word."""
    found: dict[str, list[str]] = {}
    for form in sorted(_forms()):
        for word in _WORDS.findall(form)[:1]:
            found.setdefault(word, []).append(form)
    return {word: tuple(forms) for word, forms in found.items()}


@functools.cache
def _finders() -> tuple[re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """Return what finds the words of a text that begin as forms do, and each form that begins small with what finds it
    as a word: most words of a text begin small, few forms do."""
    inner = _WORDS.pattern.removesuffix("+")
    small = sorted(w for w in _by_first_word() if w[0].islower())
    first = "".join(sorted({w[0] for w in _by_first_word()} - {w[0] for w in small}))
    # what a word begins with comes first, that a search can skip to it; then whether a word begins there
    others = re.compile(rf"[{re.escape(first)}](?<!{inner}.){inner}*", re.DOTALL)
    return others, tuple((w, re.compile(rf"{re.escape(w)}(?<!{inner}{re.escape(w)})(?!{inner})")) for w in small)


def may_name(text: str) -> bool:
    """Say whether a large agency can be named in a text: quick, and never false where one is."""
    forms = _by_first_word()
    others, small = _finders()
    found = {word for word in others.findall(text) if word in forms}
    found.update(word for word, finder in small if word in text and finder.search(text))
    if not found or not found.isdisjoint(_forms()):
        return bool(found)
    plain = text.replace("\n", " ")  # lines that are wrapped
    return any(form in plain for word in found for form in forms[word])


def signs_of_large() -> list[str]:
    """Return what stands in each text of which `may_name` is true; a space means that a word begins or ends there. It
    may stand there in another case, but capitals at its end are such."""
    words = {form for form in _forms() if _WORDS.fullmatch(form)}
    return sorted(form if form not in words else f" {form}" if form[-1].isupper() else f" {form} " for form in _forms())


@functools.cache
def _unspaced() -> tuple[str, ...]:
    """Return the spellings in scripts without capitals, the longest first."""
    found = {s for s in _spellings() if not s.isascii() and s.upper() == s.lower()}
    return tuple(sorted(found, key=lambda s: (-len(s), s)))


# Vowel points and the stretching mark of Arabic script, which names are written with and without.
_POINTS = re.compile("[\u0640\u064b-\u0652\u0670]")


def _folded(name: str) -> str:
    return " ".join(_POINTS.sub("", name.casefold()).split())


def canonical(name: str) -> str | None:
    """Return the canonical name of a known agency, None of another."""
    return _spellings().get(_folded(letters.acronym(name) or name))


def known(text: str) -> str | None:
    """Return the name of a large agency that `text` is, as it is written there: alone, or first of several names.

    >>> known("dpa/lby"), known("Reuters"), known("the Reuters office")
    ('dpa', 'Reuters', None)
    """
    text = text.strip(" \t,;:\"'“”„«»")
    # most lines begin as no large agency does
    word = _WORDS.search(text) if text.isascii() else None
    if word and word[0] not in _by_first_word():
        return None
    for form in (text, text.strip(".")):
        if form in _forms():
            return form
    if not text.isascii() and (letters.acronym(text) or _POINTS.sub("", text)) in _forms():
        return None if _folded(text) in _no_agencies() else text
    first, *rest = _JOINTS.split(text, maxsplit=1)
    return known(first) if rest else None


def named(text: str) -> str | None:
    """Return the agency that `text` names, as written: a large one, an acronym, or one that calls itself so.

    >>> named("NPA"), named("Pacific Rim Newswire"), named("Photos"), named("the harbour office")
    ('NPA', 'Pacific Rim Newswire', None, None)
    """
    text = _ARTICLE.sub("", text.strip(" \t.,;:/\"'“”„«»"))
    found = known(text)
    if found or _folded(text) in _no_agencies() or len(text) > 60 or _JOINED.search(text):
        return found
    called = _CALLED.search(text)
    if called and _KIND_ALONE.fullmatch(text[: called.start()].strip()):
        return called[1]
    first, *rest = _JOINTS.split(text, maxsplit=1)
    if rest and not _KEYWORD.search(text):
        return named(first)
    if _ACRONYM.fullmatch(text) or letters.acronym(text):
        return text
    if _LETTERS.fullmatch(text):
        return text
    words = text.split()
    proper = all(w.strip('«»“”"')[:1].upper() == w.strip('«»“”"')[:1] or len(w) <= 3 or w in _SMALL for w in words)
    return text if proper and len(words) <= 6 and _says(_KEYWORD, text) else None


def _says(pattern: re.Pattern[str], name: str) -> bool:
    """Return whether a pattern finds its words in a name, which may be written in capitals."""
    return bool(pattern.search(name) or (name.isupper() and pattern.search(name.title())))


def says_agency(text: str) -> bool:
    """Return whether a word stands in a text by which agencies call themselves."""
    return bool(_KEYWORD.search(text) or _WORD_INSIDE.search(text))


def plainly(text: str) -> str | None:
    """Return the agency that `text` names where nothing but one can be expected: one plain name is enough."""
    text = text.strip(" \t.,;:\"'“”„«»")
    found = named(text)
    if found or _folded(text) in _no_agencies() or _folded(text) in months():
        return found
    if _PLAIN.fullmatch(text) or _UNCASED.fullmatch(text):
        return text
    words = text.split()
    proper = all(w[:1].upper() == w[:1] for w in words)
    return text if proper and len(words) <= 3 and _says(_IN_DATELINE, text) else None


def one_word(text: str) -> str | None:
    """Return the one word or acronym that `text` is, when it may be a name, capitalised where its script has capitals.

    >>> one_word("Rivage"), one_word("ARP"), one_word("Ada Quill"), one_word("Photo")
    ('Rivage', 'ARP', None, None)
    """
    text = text.strip(" \t.,;:\"'“”„«»")
    if _folded(text) in _no_agencies() or _folded(text) in months():
        return None
    if _ACRONYM.fullmatch(text) or _PLAIN.fullmatch(text) or _UNCASED.fullmatch(text) or letters.acronym(text):
        return text
    return None


def one_name(text: str) -> bool:
    """Return whether `text`, an acronym or a short name in a script without spaces, may be an agency's."""
    return _folded(text) not in _no_agencies() and _folded(text) not in months()


def is_acronym(text: str) -> bool:
    """Return whether `text` is an acronym, in capitals or by the names of its letters.

    >>> is_acronym("NPA"), is_acronym("पीटीआय"), is_acronym("Rivage")
    (True, True, False)
    """
    return bool(_ACRONYM.fullmatch(text) or letters.acronym(text))


def calls_itself_one(text: str) -> str | None:
    """Return the agency that `text` names as agencies call themselves, or as a large one: no mere acronym.

    >>> calls_itself_one("Pacific Rim Newswire"), calls_itself_one("NPA")
    ('Pacific Rim Newswire', None)
    """
    found = named(text)
    return found if found and (known(text) or _says(_KEYWORD, found) or _CALLED.search(text)) else None


@functools.lru_cache(maxsize=1 << 12)
def says_it_is_one(outlet: str) -> bool:
    """Return whether an outlet is an agency by its name: a large one, or one that is called a news agency. Papers are
    called "Wire" and "Press" too.

    >>> says_it_is_one("Reuters"), says_it_is_one("Northlight Press Agency"), says_it_is_one("The Daily Wire")
    (True, True, False)
    """
    return canonical(outlet) is not None or bool(_IS_ONE.search(outlet) and calls_itself_one(outlet))


def leading(text: str) -> str | None:
    """Return the known agency in a script without spaces with which `text` begins, None if there is none."""
    return next((s for s in _unspaced() if text.startswith(s)), None)


def ending(text: str) -> str | None:
    """Return the known agency in a script without spaces with which `text` ends, None if there is none."""
    return next((s for s in _unspaced() if text.endswith(s)), None)


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
    rest = whole[1] if whole else _IN_DATELINE.sub(" ", _KEYWORD.sub(" ", name))
    return " ".join(rest.split()).strip('«»“”" -') or name


def grouped(names: Iterable[str]) -> dict[str, str]:
    """Return for each name, as written, one name for all that mean the same agency.

    Spellings of a large agency mean one; so do an acronym and a full name with these initials that is written
    somewhere among them, and a full name without the words that say what it is. The full name stands for either.

    >>> grouped(["NPA", "Northlight Press Agency"])["NPA"]
    'Northlight Press Agency'
    """
    found = sorted(set(names))
    full = {short: n for n in reversed(found) if (short := short_form(n))}
    full |= {initials(n): n for n in reversed(found) if len(initials(n)) > 1}
    full |= {latin: full.get(latin, n) for n in reversed(found) if (latin := letters.acronym(n))}
    out = {}
    for name in found:
        large = canonical(name)
        out[name] = large or full.get(letters.acronym(name) or name) or name
    return out
