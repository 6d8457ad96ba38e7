"""Names of news agencies: which words name one, and which of several spellings mean the same.

The large agencies stand in `dedup/data/agencies.json`, a canonical name with the spellings that are used in credits;
words and parties that could be taken for one in `not_agencies.json`. An agency that is not in it is known by its shape:
an acronym, a name with a word like "Press Agency" in it, or, where nothing else can stand, one plain name.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources

import msgspec

from dedup import agency_words, letters, name_forms, offices

_ACRONYM = re.compile(r"[A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6}")
# An acronym in Hebrew has a mark before its last letter.
_HEBREW = re.compile("[א-ת]{1,4}(?:[\"״]|'')[א-ת]")
# What agencies call themselves, as whole words or, in unspaced scripts and compounds, as endings.
_KEYWORD = re.compile(
    r"\b(?:News|Press|Wire|Newswire|Presse|Media) (?:Agency|Services?|Association|Agentur|Wire|Bureau|Network|Trust"
    r"|Syndicate)"
    r"|\bNews Co-?op(?:erative)?\b|\b(?:Features?|Telegraph|Reporting) (?:Agency|Service|Syndicate)\b"
    r"|\b(?:Newswire|Wire|Newsagency|Wires)\b(?: Service)?$"
    r"|(?:[Pp]ressedienst|[Mm]ediendienst|[Nn]achrichten(?:dienst|agentur|büro)|[Pp]resse(?:agentur|büro)"
    r"|[Dd]epeschen(?:agentur|dienst)|[Rr]edaktionsdienst)\b"
    r"|(?:[Nn]yhets|[Nn]yheds|[Tt]elegram)(?:byrå|bureau|tj(?:änst|eneste?))\w{0,3}\b"
    r"|(?:[Uu]utis|[Tt]ieto|[Ll]ehti)toimisto|[Uu]utispalvelu|(?:[Uu]udiste|[Tt]eade)agentuur|[Aa]ģentūra\b|[Aa]gentūra\b"
    r"|^(?:[Aa]gen(?:ce|cia|zia|cja|ția)|[Aa]gència|Axencia|[Aa]gência|Agentur|Agentia|[Aa]gent[úu]ra|Nieuwsagentschap)\s"
    r"|^Servi(?:cio|cios|ço|ços|zio) (?:de |di )?(?:[Nn]ot[ií][cz]i|[Ii]nforma|[Pp]rensa|[Ss]tampa|[Ee]ditorial)"
    r"|Agencja (?:Prasowa|Informacyjna)\b|\bSerwis (?:Prasowy|Informacyjny)\b"
    r"|[Tt](?:iskov|lačov)\w{1,2} (?:kancelá|agent)|[Zz]pravodajsk\w{1,2} (?:agent|služb)"
    r"|\b(?:[Tt]iskovna|[Nn]ovinska|[Ii]nformativna) agencija\b"
    r"|Πρακτορείο\b|(?<!Kalkınma) Ajansı$|(?<=\w )Haber Servisi$|Agentliyi$|[Аа]генттігі$"
    r"|\b(?:Presse|Presseagentur|Press Bureau)$"
    r"|(?:агентство|информагентство|агенція|агентства|агенция|агенција|агенцтва)\b"
    r"|^(?:Агентство|Агенція|Агенция|ИА|ІА)\s"
    r"|\b[Аа](?:гентств|генці|генци)[а-яіїє]{1,3} (?:[а-яіїє]+ ){0,2}(?:новост|новин|информаци|інформаці)"
    r"|[Сс]лужба (?:новин|новостей)\b|(?:[Нн]ово(?:стная|винна)|[Ии]нформационная|[Іі]нформаційна) служба\b"
    r"|\w-[Пп]ресс?$"
    r"|[а-яёіїєґ-](?:[Ии]нформ|[Іі]нформ)(?:[уа]|ом)?$"
    r"|^وكالة |\bبرس$|\w[\s\u200c-]پرس$|\bخبرگزاری\b|ایجنسی|خبر رساں(?: ادارہ| ادارے)?|پریس ٹرسٹ"
    r"|\b(?:نیوز|پریس|نیوز سروس|نیوز نیٹ ورک|پریس انٹرنیشنل)$"
    r"|^סוכנות |\b[Kk]antor [Bb]erita\b|\b[Tt]hông tấn xã\b|\bHãng (?:tin|thông tấn)\b"
    r"|न्यूज़? (?:सर्व्हिस|सर्विस|नेटवर्क)$|एजेंसी|एजन्सी|(?<=\s)वार्ता$|समाचार (?:सेवा|समिति|संस्था)|प्रेस ट्रस्ट"
    r"|वृत्तस(?:ंस्था|ेवा|मूह)|वृत्त समिती|संवाद समिति"
    r"|(?:সংবাদ|বার্তা) (?:সংস্থা|সেবা)|নিউজ (?:এজেন্সি|সার্ভিস)|செய்தி (?:நிறுவனம்|முகமை)|వార్తా సంస్థ|સમાચાર (?:સંસ્થા|એજન્સી)"
    r"|(?:通信社?|通讯社|通訊社|电讯社?|電訊社?|[一-鿿]新闻社)$|(?<![종정]합)(?<!정보)(?<!이동)통신사?$|ニュースサービス$|^สำนักข่าว|^สนข\."
    r"|^[一-鿿]{2,5}(?<![会會公新商神本同支報报版行作聞闻志誌旅茶诗詩书書印画畫])社$"
)
# The same inside a line, where the name ends before its end.
_WORD_INSIDE = re.compile(r"(?:[Ии]нформ|[Іі]нформ)\b|वृत्तसेवा|वृत्तसंस्था|समाचार सेवा|[Pp]ressedienst\b|\bHaber Ajansı\b")
# A name in quotation marks behind what it is: its agency is called by the name alone.
QUOTES = '«“„"'
_CALLED = re.compile(rf"[{QUOTES}]([^«»“”„\"]{{2,30}})(?:[»”“\"]|$)$")
_KIND_ALONE = re.compile(
    r"(?:ИА|ІА|РИА|(?:информационное |новостное |інформаційне |інформаційна |новинна )?"
    r"(?:агентство|агенція|информагентство|інформагентство)"
    r"(?: новостей| новин)?|вестник|агентства|агенції|agentura?|agencja|agencija|agenția|агенция|агенција)",
    re.IGNORECASE,
)
# What they are called besides, where a dateline has nothing else; newspapers are called so too.
_IN_DATELINE = re.compile(
    r"\b(?:Press|Presse|Prensa|Noticias|Notícias|Notizie|News|Wire|Dispatch(?:es)?|Features|Syndicate|Dépêches)$"
    r"|[Kk]orrespondenz$|\b(?:Прес|Пресс|Преса|Пресса|Нюз|Новини|Новости|Вести|Вісті|Телеграф)$|\b(?:Médias|Medias|Medya|Medier|Média)$|समाचार$|न्यूज$|वृत्त$|นิวส์$|(?:ニュース|プレス)$|(?:뉴스|프레스)$"
)
# Of what they call themselves, what no other outlet does.
_IS_ONE = re.compile(
    r"\b(?:News|Press) Agency\b|\bNewswire$|\b(?:News|Wire) Service\b|^(?:Agence|Agencia|Agência|Agenzia|Agencja) "
    r"|(?:[Nn]achrichten|[Pp]resse)agentur\b|\b[Kk]antor [Bb]erita\b|\bHãng (?:tin|thông tấn)\b|[Tt]hông tấn xã"
    r"|News Co-?op|(?:[Uu]utis|[Tt]ieto)toimisto|(?:[Nn]yhets|[Nn]yheds|[Tt]elegram)(?:byrå|bureau)|[Pp]ersbureau"
    r"|Agencja (?:Pras|Inform)|^(?:ИА|ІА|РИА) "
    r"|[Tt]iskov\w{1,2} (?:kanc|agent)|Πρακτορείο Ειδ|Ajansı$|통신사?$|समाचार (?:समिति|एजेंसी)"
    r"|通信社$|通讯社$|通訊社$|(?:[Аа]гентство|[Аа]генція)\b"
    r"|^وكالة|\bخبرگزاری\b|ایجنسی|वृत्तसंस्था|एजेंसी|एजन्सी|संवाद समिति"
)
# A name that `_KEYWORD` takes as a whole: "海岬社", "海岬通讯社".
_WHOLE = re.compile("([一-鿿]{2,3}?)(?:通[讯訊信])?社")
# "Tidewater News Agency (TNA)", "TNA – Tidewater News Agency"; "वृत्तसंस्था : सागर".
_WITH_ACRONYM = re.compile(r"([^()（）]{3,50}?)\s?[(（]([^()（）]{2,12})[)）]")
_JOINT = re.compile("([A-Za-z]{2,8}|[ァ-ヴー]{2,8}|[一-鿿]{2,4})[=＝]([^\\s=＝]{2,12})$")
_BEHIND_ACRONYM = re.compile(r"([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6})\s[–—-]\s(.{3,50})")
_KIND_COLON = re.compile(r"([^:：]{3,40}?)\s?[:：]\s?(?=\S)")
# "NIPA Sport"
_DESK = re.compile(
    r"([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6}) (?:News|Sports?|Business|Economy|Health|World|Deportes|Economía|Economia|Esportes?"
    r"|Économie|Sporten|Urheilu|Spor|Ekonomi|Wirtschaft|Politik|Kultur|Спорт)"
)
# Most words that say what an agency is before its name in quotation marks; most of a name that papers may have too.
MOST_KIND = 4
LONGEST_PERHAPS = 4
# Shortest name that may go on in another: "Northlands News Co-op" (characters).
SHORTEST_BEGUN = 8
# Longest acronym that is a large agency's whoever else has the initials (characters).
MOST_TAKEN = 2
# Longest name (characters).
LONGEST_NAME = 60
# Names of which it is kept what is known of each: a large corpus has ten thousand outlets.
MOST_NAMES = 1 << 15
# What stands in no name: a text with it is more than one.
_JOINED = re.compile(r"[:：=＝。।॥()（）【】]")
# Words of such names that are written small.
SMALL = frozenset(
    "агентство агенція агентства информагентство информационное інформаційне інформаційна телеграфне телеграфна "
    "телеграфное новинна новинне новостное служба новин новостей информационная інформаційна agence agencia agência "
    "agenzia agencja presse noticias notícias prensa informativo informativos stampa tisková tiskové kancelář "
    "kanceláře tlačová tlačovej agentúra kancelária zpravodajská služba agentura agencija persbureau persdienst "
    "nieuwsdienst nyhetsbyrå nyhedsbureau uutistoimisto uutispalvelu tietotoimisto hírügynökség hírszolgálat távirati "
    "iroda tin thông tấn xã".split()
)
# What stands before a name without being part of it: "l'agence Rivage", "the Tidewater Wire".
_ARTICLE = re.compile(
    r"^(?:[Ll]['’](?=[aA])|(?:[Tt]he (?=[A-Z])|(?:[Ll]a|de la|de l['’]|della|da|na) (?=agen|Agen))|de l['’](?=[aA])"
    r"|(?:本报)?(?:综合|綜合|据|據)(?=[一-鿿]+社$)|Az? (?=[A-ZÁÉÍÓÖŐÚÜŰ]))"
)
# Articles and the like that are written with the word behind them.
_ELIDED = ("l'", "l’", "d'", "d’")
# Letters apart, as an acronym is written in scripts without capitals.
_LETTERS = re.compile(r"(?:[^\W\d_A-Za-zÀ-ɏͰ-ӿ一-鿿぀-ヿ가-힣][ .]){1,4}[^\W\d_A-Za-zÀ-ɏͰ-ӿ一-鿿぀-ヿ가-힣]")
_PLAIN = re.compile(r"[A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω][\w’'-]{2,20}")
# One word of an alphabet without capitals; where words are not spaced any two characters would do.
_UNCASED = re.compile(r"[^\W\d_A-Za-zÀ-ɏͰ-ӿ一-鿿぀-ヿ가-힣][^\d\s\n()\[\]/:,]{1,24}")
# Endings of Cyrillic nouns; Han characters.
_ENDING = re.compile(r"(?<=[а-яёіїєґ]{3})(?:ом|ем|єм|ою|ею|[аяуюеіиї])(?![а-яёіїєґ])", re.IGNORECASE)
_CYRILLIC = re.compile("[а-яёіїєґ]", re.IGNORECASE)
_HAN = re.compile("[一-鿿]{2,12}")
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


def spellings(name: str) -> tuple[str, ...]:
    """Return the spellings of a large agency, or the name itself."""
    return _table().get(canonical(name) or "", (name,))


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


@functools.lru_cache(maxsize=1 << 14)
def named(text: str) -> str | None:
    """Return the agency that `text` names, as written: a large one, an acronym, or one that calls itself so.

    >>> named("NPA"), named("Pacific Rim Newswire"), named("Photos"), named("the harbour office")
    ('NPA', 'Pacific Rim Newswire', None, None)
    """
    text = agency_words.named_behind(_ARTICLE.sub("", _unquoted(text.strip(" \t.,;:/"))))
    found = known(text)
    if both := with_acronym(text) if not found else None:
        return both
    kind = _KIND_COLON.match(text) if not found else None
    if kind and _folded(kind[1]) in _words()["agencies of no name"]:
        return one_word(text[kind.end() :]) or named(text[kind.end() :])
    if found or _is_no_name(text) or len(text) > LONGEST_NAME or _JOINED.search(text):
        return found
    called = _CALLED.search(text)
    if called and _KIND_ALONE.fullmatch(text[: called.start()].strip()):
        return called[1]
    if called and _says_news(text[: called.start()].strip()):
        return text
    first, *rest = _JOINTS.split(text, maxsplit=1)
    if rest and not _has_keyword(text):
        return named(first)
    desk = _DESK.fullmatch(text)
    if _ACRONYM.fullmatch(text) or letters.acronym(text) or (desk and _folded(desk[1]) not in _no_agencies()):
        return text
    if _LETTERS.fullmatch(text):
        return text
    words = text.split()
    proper = all(_is_large(w.strip('«»“”"')) or len(w) <= 3 or is_small(w) for w in words)
    proper = proper or text.startswith(("Hãng ", "Thông tấn"))  # names of which the first word alone is written large
    is_one = proper and len(words) <= 6 and _says_keyword(text) and not offices.is_office(text)
    return text if is_one else None


def _says_news(before: str) -> bool:
    """Return whether what stands before a name in quotation marks says that it is an agency of news: "Агентство
    судебной информации", but "Агентство недвижимости"."""
    is_kind = len(before.split()) <= MOST_KIND and before[:1].upper() == before[:1] and _has_keyword(f"{before} ")
    return is_kind and offices.is_of_news(before) and not offices.is_office(before)


def _is_no_name(text: str) -> bool:
    """Return whether a text is a word that names no agency, or says what agencies are without a name."""
    return _folded(text) in _no_agencies() or (agency_words.may_be_called(text) and agency_words.is_bare(text))


def _is_large(word: str) -> bool:
    """Return whether a word is not written small; Georgian has capitals that no name is written with."""
    first = word[2:3] if word[:2] in _ELIDED else word[:1]
    return first.upper() == first or "ა" <= first <= "ჿ"


def is_small(word: str) -> bool:
    """Return whether a word of agencies' names is one that is written small."""
    return word in SMALL or agency_words.is_small(word)


def with_acronym(text: str) -> str | None:
    """Return the agency that `text` names with its acronym in brackets.

    >>> with_acronym("the Tidewater News Agency (TNA)"), with_acronym("Ada Quill (TNA)")
    ('Tidewater News Agency (TNA)', None)
    """
    text = _ARTICLE.sub("", text.strip())
    both = _WITH_ACRONYM.fullmatch(text)
    return text if both and len(text) <= LONGEST_NAME and calls_itself_one(both[1]) else None


def _unquoted(text: str) -> str:
    """Return a name without quotation marks around it; those inside are closed where a name ends in one."""
    plain = text.strip("\"'“”„«» \t.,;:/")
    opened = next((c for c in "«„“" if c in plain), "")
    return plain + text[-1] if opened and text[-1:] in "»”“" else plain


def _says(pattern: re.Pattern[str], name: str) -> bool:
    """Return whether a pattern finds its words in a name, which may be written in capitals."""
    return bool(pattern.search(name) or (name.isupper() and pattern.search(name.title())))


def _says_keyword(name: str) -> bool:
    """Return whether a name, which may be written in capitals, has a word by which agencies call themselves."""
    return _has_keyword(name) or (name.isupper() and _has_keyword(name.title()))


def _has_keyword(text: str) -> bool:
    if not agency_words.may_be_called(text):
        return False
    return bool(_KEYWORD.search(text)) or agency_words.find(text) is not None


def says_agency(text: str) -> bool:
    """Return whether a word stands in a text by which agencies call themselves."""
    return _has_keyword(text) or bool(_WORD_INSIDE.search(text))


def calls_next_one(before: str) -> bool:
    """Return whether a text ends in words for an agency, so that what follows is the name of one.

    >>> calls_next_one("as the news agency "), calls_next_one("as the harbour board of ")
    (True, False)
    """
    plain = before.strip(" «“„\"'")
    return _folded(plain).endswith(tuple(_words()["agencies of no name"])) or agency_words.ends(plain)


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


def perhaps(text: str) -> str | None:
    """Return the agency that `text` may be by a word that newspapers have too: "Wolds Court News"."""
    text = text.strip(" \t.,;:\"'“”„«»")
    words = text.split()
    proper = all(w[:1].upper() == w[:1] for w in words)
    return text if proper and 1 < len(words) <= LONGEST_PERHAPS and _says(_IN_DATELINE, text) else None


def is_acronym(text: str) -> bool:
    """Return whether `text` is an acronym, in capitals or by the names of its letters.

    >>> is_acronym("NPA"), is_acronym("पीटीआय"), is_acronym("Rivage")
    (True, True, False)
    """
    return bool(_ACRONYM.fullmatch(text) or letters.acronym(text) or _HEBREW.fullmatch(text))


def calls_itself_one(text: str) -> str | None:
    """Return the agency that `text` names as agencies call themselves, or as a large one: no mere acronym.

    >>> calls_itself_one("Pacific Rim Newswire"), calls_itself_one("NPA")
    ('Pacific Rim Newswire', None)
    """
    found = named(text)
    return found if found and (known(text) or _says_keyword(found) or _CALLED.search(text)) else None


@functools.lru_cache(maxsize=MOST_NAMES)
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
    rest = (
        whole[1]
        if whole
        else _IN_DATELINE.sub(
            " ", _KEYWORD.sub(" ", agency_words.without(name) if agency_words.may_be_called(name) else name)
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
        if own and own != name and canonical(own) is None and _says_keyword(own):
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
    called = _CALLED.search(name)
    before = name[: called.start()].strip() if called else ""
    return called[1] if called and (says_agency(before) or is_acronym(before)) else name


@functools.lru_cache(maxsize=MOST_NAMES)
def _forms_of(name: str) -> Sequence[str]:
    """Return what may stand for a name: outlets are asked for beside each agency anew."""
    return tuple(_others(name))


def _others(name: str) -> Iterator[str]:
    """Yield what may stand for a name: without the words that say what it is, its initials, and what it has in brackets
    or before them."""
    both, behind = _WITH_ACRONYM.fullmatch(name), _BEHIND_ACRONYM.fullmatch(name)
    if behind and calls_itself_one(behind[2]):
        both = behind
    if desk := _DESK.fullmatch(name):
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


def joint(text: str) -> str | None:
    """Return two large agencies of which one sends on what the other wrote, as they are written at the end of `text`.

    >>> joint("パリAFP=時事"), joint("ロンドン=共同")
    ('AFP=時事', None)
    """
    both = _JOINT.search(text)
    return both[0] if both and known(both[1]) and known(both[2]) else None


def _one_of_two(name: str, found: Sequence[str]) -> str | None:
    """Return the one of two agencies in a name that another name means too."""
    both = _JOINT.fullmatch(name)
    if not both:
        return None
    others = {canonical(other) for other in found}
    return next((large for each in both.groups() if (large := canonical(each)) in others and large), None)


@functools.lru_cache(maxsize=MOST_NAMES)
def _large_in(name: str) -> str | None:
    """Return the large agency that a name is, alone or with an acronym in brackets."""
    if large := canonical(name):
        return large
    both, desk = _WITH_ACRONYM.fullmatch(name), _DESK.fullmatch(name)
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
        goes_on = (n for n in found if n != name and n.startswith(name) and _says_keyword(name))
        return max(goes_on, key=len, default=None) if len(name) > SHORTEST_BEGUN else None
    longer = (n for n in found if len(n) > len(name) and _HAN.fullmatch(n) and _abbreviates(name, n))
    return max(longer, key=len, default=None)


def _abbreviates(short: str, name: str) -> bool:
    """Return whether a name is made of characters of another in their order, from the first on, or ends it."""
    rest = iter(name)
    inside = short[0] == name[0] and all(c in rest for c in short)
    return _has_keyword(short) and (inside or name.endswith(short)) and _has_keyword(name)
