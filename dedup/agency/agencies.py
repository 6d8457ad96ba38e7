"""Names of news agencies: which words name one.

The large agencies have a list (`large`). An agency that is not in it is known by its shape: an acronym, a name with a
word like "Press Agency" in it, or, where nothing else can stand, one plain name.
"""

from __future__ import annotations

import functools
import re

from dedup.agency import agency_words, letters, offices
from dedup.agency.large import JOINTS, canonical, folded, known, months, no_agencies, no_agency_words

_ACRONYM = re.compile(r"[A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6}")
# An acronym in Hebrew has a mark before its last letter.
_HEBREW = re.compile("[א-ת]{1,4}(?:[\"״]|'')[א-ת]")
# What agencies call themselves, as whole words or, in unspaced scripts and compounds, as endings.
KEYWORD = re.compile(
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
CALLED = re.compile(rf"[{QUOTES}]([^«»“”„\"]{{2,30}})(?:[»”“\"]|$)$")
_KIND_ALONE = re.compile(
    r"(?:ИА|ІА|РИА|(?:информационное |новостное |інформаційне |інформаційна |новинна )?"
    r"(?:агентство|агенція|информагентство|інформагентство)"
    r"(?: новостей| новин)?|вестник|агентства|агенції|agentura?|agencja|agencija|agenția|агенция|агенција)",
    re.IGNORECASE,
)
# What they are called besides, where a dateline has nothing else; newspapers are called so too.
IN_DATELINE = re.compile(
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
# "Tidewater News Agency (TNA)"; "वृत्तसंस्था : सागर".
WITH_ACRONYM = re.compile(r"([^()（）]{3,50}?)\s?[(（]([^()（）]{2,12})[)）]")
_KIND_COLON = re.compile(r"([^:：]{3,40}?)\s?[:：]\s?(?=\S)")
# "NIPA Sport"
DESK = re.compile(
    r"([A-ZÀ-ÞА-ЯЁІЇЄΑ-Ω]{3,6}) (?:News|Sports?|Business|Economy|Health|World|Deportes|Economía|Economia|Esportes?"
    r"|Économie|Sporten|Urheilu|Spor|Ekonomi|Wirtschaft|Politik|Kultur|Спорт)"
)
# Most words that say what an agency is before its name in quotation marks; most of a name that papers may have too.
MOST_KIND = 4
LONGEST_PERHAPS = 4
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
    if kind and folded(kind[1]) in no_agency_words()["agencies of no name"]:
        return one_word(text[kind.end() :]) or named(text[kind.end() :])
    if found or _is_no_name(text) or len(text) > LONGEST_NAME or _JOINED.search(text):
        return found
    called = CALLED.search(text)
    if called and _KIND_ALONE.fullmatch(text[: called.start()].strip()):
        return called[1]
    if called and _says_news(text[: called.start()].strip()):
        return text
    first, *rest = JOINTS.split(text, maxsplit=1)
    if rest and not has_keyword(text):
        return named(first)
    desk = DESK.fullmatch(text)
    if _ACRONYM.fullmatch(text) or letters.acronym(text) or (desk and folded(desk[1]) not in no_agencies()):
        return text
    if _LETTERS.fullmatch(text):
        return text
    words = text.split()
    proper = all(_is_large(w.strip('«»“”"')) or len(w) <= 3 or is_small(w) for w in words)
    proper = proper or text.startswith(("Hãng ", "Thông tấn"))  # names of which the first word alone is written large
    is_one = proper and len(words) <= 6 and says_keyword(text) and not offices.is_office(text)
    return text if is_one else None


def _says_news(before: str) -> bool:
    """Return whether what stands before a name in quotation marks says that it is an agency of news: "Агентство
    судебной информации", but "Агентство недвижимости"."""
    is_kind = len(before.split()) <= MOST_KIND and before[:1].upper() == before[:1] and has_keyword(f"{before} ")
    return is_kind and offices.is_of_news(before) and not offices.is_office(before)


def _is_no_name(text: str) -> bool:
    """Return whether a text is a word that names no agency, or says what agencies are without a name."""
    return folded(text) in no_agencies() or (agency_words.may_be_called(text) and agency_words.is_bare(text))


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
    both = WITH_ACRONYM.fullmatch(text)
    return text if both and len(text) <= LONGEST_NAME and calls_itself_one(both[1]) else None


def _unquoted(text: str) -> str:
    """Return a name without quotation marks around it; those inside are closed where a name ends in one."""
    plain = text.strip("\"'“”„«» \t.,;:/")
    opened = next((c for c in "«„“" if c in plain), "")
    return plain + text[-1] if opened and text[-1:] in "»”“" else plain


def _says(pattern: re.Pattern[str], name: str) -> bool:
    """Return whether a pattern finds its words in a name, which may be written in capitals."""
    return bool(pattern.search(name) or (name.isupper() and pattern.search(name.title())))


def says_keyword(name: str) -> bool:
    """Return whether a name, which may be written in capitals, has a word by which agencies call themselves."""
    return has_keyword(name) or (name.isupper() and has_keyword(name.title()))


def has_keyword(text: str) -> bool:
    """Return whether a name, in the case in which it is written, has a word by which agencies call themselves."""
    if not agency_words.may_be_called(text):
        return False
    return bool(KEYWORD.search(text)) or agency_words.find(text) is not None


def says_agency(text: str) -> bool:
    """Return whether a word stands in a text by which agencies call themselves."""
    return has_keyword(text) or bool(_WORD_INSIDE.search(text))


def calls_next_one(before: str) -> bool:
    """Return whether a text ends in words for an agency, so that what follows is the name of one.

    >>> calls_next_one("as the news agency "), calls_next_one("as the harbour board of ")
    (True, False)
    """
    plain = before.strip(" «“„\"'")
    return folded(plain).endswith(tuple(no_agency_words()["agencies of no name"])) or agency_words.ends(plain)


def plainly(text: str) -> str | None:
    """Return the agency that `text` names where nothing but one can be expected: one plain name is enough."""
    text = text.strip(" \t.,;:\"'“”„«»")
    found = named(text)
    if found or folded(text) in no_agencies() or folded(text) in months():
        return found
    if _PLAIN.fullmatch(text) or _UNCASED.fullmatch(text):
        return text
    words = text.split()
    proper = all(w[:1].upper() == w[:1] for w in words)
    return text if proper and len(words) <= 3 and _says(IN_DATELINE, text) else None


def one_word(text: str) -> str | None:
    """Return the one word or acronym that `text` is, when it may be a name, capitalised where its script has capitals.

    >>> one_word("Rivage"), one_word("ARP"), one_word("Ada Quill"), one_word("Photo")
    ('Rivage', 'ARP', None, None)
    """
    text = text.strip(" \t.,;:\"'“”„«»")
    if folded(text) in no_agencies() or folded(text) in months():
        return None
    if _ACRONYM.fullmatch(text) or _PLAIN.fullmatch(text) or _UNCASED.fullmatch(text) or letters.acronym(text):
        return text
    return None


def one_name(text: str) -> bool:
    """Return whether `text`, an acronym or a short name in a script without spaces, may be an agency's."""
    return folded(text) not in no_agencies() and folded(text) not in months()


def perhaps(text: str) -> str | None:
    """Return the agency that `text` may be by a word that newspapers have too: "Wolds Court News"."""
    text = text.strip(" \t.,;:\"'“”„«»")
    words = text.split()
    proper = all(w[:1].upper() == w[:1] for w in words)
    return text if proper and 1 < len(words) <= LONGEST_PERHAPS and _says(IN_DATELINE, text) else None


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
    return found if found and (known(text) or says_keyword(found) or CALLED.search(text)) else None


@functools.lru_cache(maxsize=MOST_NAMES)
def says_it_is_one(outlet: str) -> bool:
    """Return whether an outlet is an agency by its name: a large one, or one that is called a news agency. Papers are
    called "Wire" and "Press" too.

    >>> says_it_is_one("Reuters"), says_it_is_one("Northlight Press Agency"), says_it_is_one("The Daily Wire")
    (True, True, False)
    """
    return canonical(outlet) is not None or bool(_IS_ONE.search(outlet) and calls_itself_one(outlet))
