"""What agencies call themselves, in some seventy languages, and how papers say that one reported.

`dedup/data/called.json` has the former, `reports.json` the latter, each by language; a star stands for endings of
cases, a caret before words in a script without capitals behind which the name stands.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib import resources

import msgspec

# What ends a word, and the longest ending of one (characters); vowel signs are no letters to a pattern.
_ENDING = r"[^\s,.;:!?()\[\]«»“”\"।。]{0,8}"
# Most words of a name behind such words.
MOST_BEHIND = 3
# Beside which key of `reports.json` stands what is no report: polls, quotations.
OTHERS = "what others ask or quote"


# One of these stands in what the patterns of `agencies` find, in whatever case.
CALLED = (
    *(f"{a} {b}" for a in ("news", "press", "wire", "presse", "media")
      for b in ("agency", "service", "association", "agentur", "wire", "bureau", "network", "trust", "syndicate")),
    *(f"{a} {b}" for a in ("feature", "features", "telegraph", "reporting")
      for b in ("agency", "service", "syndicate")),
    *("wire", "newsagency", "pressedienst", "mediendienst", "nachrichtendienst", "nachrichtenagentur"),
    *("nachrichtenbüro", "presseagentur", "pressebüro", "depeschenagentur", "depeschendienst", "presse "),
    *("nyhetsbyrå", "nyhetsbureau", "nyhedsb", "telegramb", "nyhetstj", "nyhedstj", "telegramtj"),
    *("uutistoimisto", "tietotoimisto", "lehtitoimisto", "uutispalvelu", "uudisteagentuur", "teadeagentuur"),
    *("aģentūra", "agentūra", "agence", "agencia", "agència", "axencia", "agência", "agenzia", "agentur", "agentia"),
    *("agenția", "agentúra", "agencja", "servicio", "serviço", "servizio", "serwis"),
    *("tiskov", "tlačov", "zpravodajsk", "novinska agencija", "informativna agencija", "haber servisi", "agentliyi"),
    *("πρακτορείο", "haber ajansı", " ajansı", "агенттігі"),
    *("سروس", "نیٹ ورک", "پریس انٹرنیشنل", "सर्व्हिस", "सर्विस", "नेटवर्क"),
    *("press bureau", "通信", "通讯社", "通訊社", "电讯", "電訊", "통신", "агентств", "агенці", "агенци", "агенција"),
    *("агенцтва", " иа ", " іа ", "информ", "інформ", "служба", "-прес"),
    *("وكالة", "برس", "پرس", "خبرگزاری", "ایجنسی", "خبر رساں", "نیوز", "پریس", "סוכנות"),
    *("hãng tin", "hãng thông tấn", "news co-op", "news coop", "redaktionsdienst"),
    *("kantor berita", "thông tấn xã", "ニュースサービス", "สำนักข่าว", "สนข.", "社"),
    *("एजेंसी", "एजन्सी", "वार्ता", "समाचार सेवा", "समाचार समिति", "समाचार संस्था", "प्रेस ट्रस्ट"),
    *("वृत्तसंस्था", "वृत्तसेवा", "वृत्तसमूह", "वृत्त समिती", "संवाद समिति"),
    *("সংস্থা", "সেবা", "এজেন্সি", "সার্ভিস", "நிறுவனம்", "முகமை", "వార్తా సంస్థ", "સમાચાર સંસ્થા", "સમાચાર એજન્સી"),
)  # fmt: skip
# Characters by which these and the signs of phrases are looked for in a name.
GRAM = 3


def _data(name: str) -> dict[str, list[str]]:
    raw = resources.files("dedup").joinpath(f"data/{name}.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, list[str]])


@functools.cache
def _phrases() -> tuple[str, ...]:
    """Return what agencies call themselves, the longest first."""
    found = {phrase.removeprefix("^") for phrases in _data("called").values() for phrase in phrases}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


def _written(phrase: str) -> str:
    """Return the pattern of a phrase: whole, or with endings where it has a star; one word may end a longer one."""
    begins = r"(?<![^\W\d_])" if " " in phrase else ""
    ends = "" if phrase.endswith("*") else r"(?![^\W\d_])"
    return begins + r"\s".join(re.escape(word).replace(r"\*", _ENDING) for word in phrase.split()) + ends


@functools.cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(_written, _phrases())), re.IGNORECASE)


@functools.cache
def _small() -> re.Pattern[str]:
    words = {word for phrase in _phrases() for word in phrase.split()}
    return re.compile("|".join(re.escape(w).replace(r"\*", _ENDING) for w in sorted(words)), re.IGNORECASE)


@functools.cache
def _behind() -> re.Pattern[str]:
    found = (each.removeprefix("^") for phrases in _data("called").values() for each in phrases if each[0] == "^")
    return re.compile("|".join(map(_written, sorted(found, key=lambda each: (-len(each), each)))))


def behind(part: str) -> str | None:
    """Return the name that stands behind such words in a script without capitals, with them: up to a word for
    reporting, and one word where more than a name follows.

    >>> behind("כך מוסרת סוכנות הידיעות גליל")
    'סוכנות הידיעות גליל'
    """
    match = _behind().search(part)
    words = part[match.end() :].split() if match else []
    at = next((n for n, word in enumerate(words) if reports(word)), len(words))
    name = words[: at if at <= MOST_BEHIND else 1]
    return " ".join([match[0], *name]) if match and name else None


def named_behind(text: str) -> str:
    """Return what stands behind a word for reporting and small words, where that says what agencies call themselves.

    >>> named_behind("Skriver Limfjordens Nyhedsbureau"), named_behind("Theo Hãng tin Liên Á")
    ('Limfjordens Nyhedsbureau', 'Hãng tin Liên Á')
    """
    first, _, rest = text.partition(" ")
    if not rest or first[:1].isdigit() or not reports(first) or find(first) or not find(rest):
        return text
    words = rest.split()
    large = next((n for n, w in enumerate(words) if not w[:1].islower() or is_small(w)), 0)
    return " ".join(words[large:])


@functools.cache
def signs() -> tuple[str, ...]:
    """Return what stands, in whatever case, where a phrase does: the longest part of each that has no endings."""
    return tuple(sorted({max(phrase.split("*"), key=len) for phrase in _phrases()}))


@functools.cache
def _by_gram() -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Return all such words, as they stand in a name by themselves, by their first characters; and the shorter ones."""
    found: dict[str, list[str]] = {}
    for word in sorted({word.strip() for word in (*CALLED, *signs())}):
        found.setdefault(word[:GRAM], []).append(word)
    return found, tuple(gram for gram in found if len(gram) < GRAM)


@functools.lru_cache(maxsize=1 << 14)
def may_be_called(text: str) -> bool:
    """Say whether words by which agencies call themselves can stand in a text: quick, and never false where they do."""
    by_gram, short = _by_gram()
    folded = text.casefold()
    found = by_gram.keys() & {folded[i : i + GRAM] for i in range(len(folded))}
    return any(word in folded for gram in (*found, *short) for word in by_gram[gram])


def find(text: str) -> re.Match[str] | None:
    """Return where a text says what agencies call themselves."""
    return _pattern().search(text)


def without(name: str) -> str:
    """Return a name without what agencies call themselves."""
    return _pattern().sub(" ", name)


@functools.lru_cache(maxsize=1 << 12)
def is_bare(text: str) -> bool:
    """Return whether a text is what agencies call themselves and nothing else.

    >>> is_bare("Shirika la Habari"), is_bare("Shirika la Habari la Bandari"), is_bare("tiskové agentury")
    (True, False, True)
    """
    return bool(_pattern().fullmatch(text.strip()))


def ends(text: str) -> bool:
    """Return whether a text ends in what agencies call themselves."""
    return any(match.end() == len(text) for match in _pattern().finditer(text))


@functools.lru_cache(maxsize=1 << 12)
def is_small(word: str) -> bool:
    """Return whether a word is one by which agencies call themselves, which may be written small in a name."""
    return bool(_small().fullmatch(word))


@functools.lru_cache(maxsize=1 << 12)
def stem(name: str) -> str:
    """Return a name whose words for what it is stand without the endings of cases.

    >>> stem("Podhorské tiskové agentury") == stem("Podhorské tisková agentura")
    True
    """
    match = _pattern().search(name)
    if not match:
        return name
    plain = next(p for p in _phrases() if re.fullmatch(_written(p), match[0], re.IGNORECASE))
    return f"{name[: match.start()]}{plain.replace('*', '')}{name[match.end() :]}".strip()


# What words of papers and agencies end in.
_OF_NEWS = re.compile(
    r"(?:press|presse|pressen|pressa|prensa|stampa|prasa|news|newswire|wire|nyheter|nyheder|nytt|media|medien|medier"
    r"|médias"
    r"|medya|notícias|noticias|notizie|notícies|nachrichten|nieuws|uutiset|vijesti|vesti|novice|zprávy|správy"
    r"|wiadomości|hírek"
    r"|știri|lajme|haber|berita|habari|dispatch|features|прес|пресс|преса|пресса|нюз|ньюс|новини|новости|вести|вісті"
    r"|навіны"
    r"|медіа|медиа|медия|телеграф|πρες|πρεσς|νέα|ειδήσεις|ამბები|պրես|لأنباء|برس|پرس|پریس|نیوز|ניוז|חדשות|समाचार"
    r"|न्यूज|न्यूज़|वृत्त|वार्ता|न्युज"
    r"|সংবাদ|বার্তা|নিউজ|செய்தி|செய்திகள்|నியూస్|న్యూస్|వార్తలు|ന്യൂസ്|വാർത്ത|સમાચાર|ન્યૂઝ)(?![^\W_])"
    r"|(?:通信|通讯|通訊|资讯|資訊|新闻|新聞|ニュース|プレス|뉴스|통신|ข่าว|นิวส์|thông tấn|tin tức)",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=1 << 12)
def is_of_news(name: str) -> bool:
    """Return whether a word of a name ends as those of papers and agencies do, and those of persons do not.

    >>> is_of_news("Landpresse Süd"), is_of_news("АгроНюз България"), is_of_news("Ada Quill"), is_of_news("Li Presser")
    (True, True, False, False)
    """
    return bool(_OF_NEWS.search(name))


def is_bare_of_news(name: str) -> bool:
    """Return whether a name is such a word and nothing else.

    >>> is_bare_of_news("Noticias"), is_bare_of_news("Noticias del Páramo")
    (True, False)
    """
    return bool(_OF_NEWS.fullmatch(name))


def prepare() -> None:
    """Make the patterns, that processes which are forked need not make them again."""
    _pattern(), _small(), _reports(), _by_gram()


@functools.cache
def _reports() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds words for reporting, and those of polls and quotations."""
    data = _data("reports")
    others = data.pop(OTHERS)
    return _any(word for words in data.values() for word in words), _any(others)


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds in small letters one of some beginnings of words; where words are not spaced, anywhere; whole
    words where a space ends them."""
    folded = sorted({word.casefold() for word in words})
    spaced = "|".join(_begun(word) for word in folded if not _UNSPACED.match(word))
    others = "|".join(re.escape(word) for word in folded if _UNSPACED.match(word))
    return re.compile(rf"(?<![^\W\d_])(?:{spaced})" + (f"|{others}" if others else ""))


def _begun(word: str) -> str:
    return re.escape(word.rstrip()) + (r"(?![^\W\d_])" if word.endswith(" ") else "")


_UNSPACED = re.compile("[぀-ヿ一-鿿가-힣\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


@functools.lru_cache(maxsize=1 << 14)
def reports(text: str) -> bool:
    """Return whether a text has a word for reporting, and none for polls, pictures or what somebody was asked.

    >>> reports("as the Tidewater News Agency reports"), reports("a poll by the Tidewater News Agency reports")
    (True, False)
    """
    told, others = _reports()
    folded = text.casefold()
    return bool(told.search(folded)) and not others.search(folded)
