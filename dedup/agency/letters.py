"""Acronyms written by the names of their letters, as scripts without capitals write those of the Latin alphabet; names
as words of a text; signs of stations."""

from __future__ import annotations

import functools
import re
import unicodedata

_LATIN = "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z".split()
# The names of the letters A to Z, several ways to write one between bars: Urdu, Hindi and Marathi, Bengali,
# Telugu, Kannada, Malayalam, Gujarati, Punjabi, Tamil, Sinhala, Thai.
_NAMES = (
    "اے بی سی ڈی ای ایف جی ایچ آئی جے کے ایل ایم این او پی کیو آر ایس ٹی یو وی ڈبلیو|ڈبلیوز ایکس وائی زیڈ",
    "ए बी सी डी ई एफ|एफ़ जी एच|एच् आई|आय जे के एल एम एन ओ पी क्यू आर एस टी यू वी|व्ही डब्ल्यू|डब्लू एक्स वाई|वाय जेड|ज़ेड|झेड",
    "এ বি সি ডি ই এফ জি এইচ আই জে কে এল এম এন ও পি কিউ আর এস টি ইউ ভি ডব্লিউ|ডব্লু এক্স ওয়াই জেড",
    "ఏ బీ|బి సీ|సి డీ|డి ఈ|ఇ ఎఫ్ జీ|జి హెచ్|ఎచ్ ఐ జే|జె కే|కె ఎల్ ఎం|ఎమ్ ఎన్ ఓ|ఒ పీ|పి క్యూ ఆర్ ఎస్ టీ|టి యూ|యు వీ|వి డబ్ల్యూ|డబ్ల్యు ఎక్స్ వై జెడ్",
    "ಎ|ಏ ಬಿ ಸಿ ಡಿ ಇ ಎಫ್ ಜಿ ಎಚ್|ಹೆಚ್ ಐ ಜೆ ಕೆ ಎಲ್ ಎಂ|ಎಮ್ ಎನ್ ಒ|ಓ ಪಿ ಕ್ಯೂ ಆರ್ ಎಸ್ ಟಿ ಯು|ಯೂ ವಿ ಡಬ್ಲ್ಯೂ|ಡಬ್ಲ್ಯು ಎಕ್ಸ್ ವೈ ಜೆಡ್|ಝಡ್",
    "എ ബി സി ഡി ഇ എഫ് ജി എച്ച് ഐ ജെ കെ എൽ എം എൻ ഒ പി ക്യൂ ആർ എസ് ടി യു വി ഡബ്ല്യു|ഡബ്ല്യൂ എക്സ് വൈ ഇസഡ്",
    "એ બી સી ડી ઈ|ઇ એફ જી એચ આઈ|આઇ જે કે એલ એમ એન ઓ પી ક્યૂ|ક્યુ આર એસ ટી યુ|યૂ વી ડબલ્યુ|ડબ્લ્યુ એક્સ વાય|વાઈ ઝેડ",
    "ਏ ਬੀ ਸੀ ਡੀ ਈ ਐਫ|ਐੱਫ ਜੀ ਐਚ|ਐੱਚ ਆਈ ਜੇ ਕੇ ਐਲ|ਐੱਲ ਐਮ|ਐੱਮ ਐਨ|ਐੱਨ ਓ ਪੀ ਕਿਊ ਆਰ ਐਸ|ਐੱਸ ਟੀ ਯੂ ਵੀ ਡਬਲਯੂ|ਡਬਲਿਊ ਐਕਸ ਵਾਈ ਜ਼ੈੱਡ|ਜ਼ੈਡ",
    "ஏ பி சி டி இ எஃப்|எப் ஜி எச்|ஹெச் ஐ ஜே கே எல் எம் என் ஓ பீ கியூ ஆர் எஸ் டீ யு|யூ வி டபிள்யூ|டபிள்யு எக்ஸ் ஒய் இசட்",
    "ඒ බී සී ඩී ඊ එෆ් ජී එච් අයි ජේ කේ එල් එම් එන් ඕ පී කිව් ආර් එස් ටී යූ වී ඩබ්ලිව් එක්ස් වයි ඉසෙඩ්",
    "เอ บี ซี ดี อี เอฟ จี เอช ไอ เจ เค แอล เอ็ม เอ็น โอ พี คิว อาร์ เอส ที ยู วี ดับเบิลยู|ดับบลิว เอ็กซ์ วาย|ไว แซด|ซี",
)
# A character of the scripts that name letters so, one of which stands in each name; most that is asked for has none.
_NAMED = re.compile("[\u0600-\u1fff]")
# Shortest and longest acronym (letters).
LEAST, MOST = 3, 6
# Letters of a call sign whose first may be left out.
CALL_SIGN = 4


@functools.cache
def _alphabets() -> tuple[tuple[re.Pattern[str], re.Pattern[str], dict[str, str]], ...]:
    """Return for each script what finds a name of a letter, what an acronym, and the letters."""
    return tuple(map(_alphabet, _NAMES))


def _alphabet(row: str) -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    latin: dict[str, str] = {}
    for letter, names in zip(_LATIN, row.split(" "), strict=True):
        for name in names.split("|"):
            latin.setdefault(name, letter)
    one = "|".join(sorted(map(re.escape, latin), key=lambda name: (-len(name), name)))
    apart = r"[ .\-]{0,2}" if row[0] not in "اا" else r"[ .\-]{1,2}"  # Urdu writes the names apart
    return re.compile(one), re.compile(rf"(?:{one})(?:{apart}(?:{one})){{{LEAST - 1},{MOST - 1}}}\.?"), latin


@functools.lru_cache(maxsize=1 << 12)
def acronym(text: str) -> str | None:
    """Return the acronym in Latin capitals that `text` is by the names of its letters, None where it is none.

    >>> acronym("این پی اے"), acronym("पीटीआय"), acronym("เอเอฟพี"), acronym("सागर"), acronym("NPA")
    ('NPA', 'PTI', 'AFP', None, None)
    >>> acronym("జీఎన్ఎస్"), acronym("ಕೆಎನ್ಎಸ್"), acronym("എൻപിഎ"), acronym("એનપીએ"), acronym("ਐਨਪੀਏ")
    ('GNS', 'KNS', 'NPA', 'NPA', 'NPA')
    """
    if text.isascii() or len(text) > 40 or not _NAMED.search(text):
        return None
    for name, whole, latin in _alphabets():
        if whole.fullmatch(text):
            return "".join(latin[m[0]] for m in name.finditer(text))
    return None


def devanagari(letter: str) -> str:
    """Return the letter of Devanagari that stands for one of another script of India: their blocks are in one order.

    >>> devanagari("ব"), devanagari("ந")
    ('ब', 'न')
    """
    return chr(0x900 + (ord(letter) & 0x7F)) if "\u0980" <= letter < "\u0d80" else letter


@functools.cache
def _beginning() -> re.Pattern[str]:
    """Return what finds an acronym at the beginning of a line, before a comma, a dash, a bracket or alone."""
    return re.compile(rf"\W{{0,3}}(?:{'|'.join(whole.pattern for _, whole, _ in _alphabets())})\s?(?:[,،/|:—–-]|$)")


def begins(line: str) -> bool:
    """Say whether a line begins with such an acronym and a mark.

    >>> begins("पीटीआय, सेल्वा : पूल बंद"), begins("पूल बंद")
    (True, False)
    """
    return not line[:2].isascii() and bool(_beginning().match(line))


def has_word(text: str, word: str) -> bool:
    """Say whether a text has a word, or several: where no letter, sign of a vowel, figure or underscore stands beside.

    A pattern would have to be made of each word; of ten thousand names of outlets that takes longer than all else.

    >>> has_word("The Posts of the Post-Gazette", "Post"), has_word("The Posts", "Post"), has_word("सहकारी", "सहकार")
    (True, False, False)
    """
    at = text.find(word)
    while at >= 0:
        beside = text[max(0, at - 1) : at] + text[at + len(word) : at + len(word) + 1]
        if not any(c.isalnum() or c == "_" or (c > "\u02ff" and unicodedata.category(c)[0] == "M") for c in beside):
            return True
        at = text.find(word, at + 1)
    return False


def is_station(outlet: str, sign: str) -> bool:
    """Return whether an outlet is the site of the station with a call sign, of which the first letter may be left out.

    Those of the United States begin with K or W. What other acronyms begin a site's name may be agencies.

    >>> is_station("wave3.com", "WAVE"), is_station("thv11.com", "KTHV"), is_station("npanews.example", "NPA")
    (True, True, False)
    """
    if not re.fullmatch("[KW][A-Z]{2,3}", sign):
        return False
    long = sign.casefold()
    names = long if len(long) < CALL_SIGN else f"{long[0]}?{long[1:]}"
    return re.search(rf"\b{names}(?:\d|tv|fm|news|action)", outlet.casefold()) is not None
