"""Photo credits of a text: who is named beside the words that pictures are credited with."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from dedup.agency import agencies
from dedup.agency.large import known, leading

# Longest word for pictures before a colon (characters).
LONGEST_LABEL = 16
_PHOTO = re.compile(
    r"(?:\b(?:Photos?|Fotos?|Pictures?|Images?|Bild(?:er)?|Photograph(?:ie)?|Imagen|Fotografía|Foto:|Zdjęcie|Kuva|Bilde"
    r"|[Pp]hotos?|[Ff]otos?|PHOTOS?|FOTOS?|[Cc]rédit(?: photo)?|[Cc]redit|[Cc]rédito|Crediti?|[Фф]ото|ФОТО|[Сс]вітлина)"
    r"|写真提供|写真|提供|撮影|图片来源|圖片來源|图源|图片|圖片|图|Φωτογραφία|ΦΩΤΟ|사진|صورة|تصویر|فوٹو"
    r"|तस्वीर|फोटो|छायाचित्र|सौजन्य|เครดิตภาพ|ภาพจาก|ภาพ)"
    r"(?:\s*+(?:by|de|von|di|courtesy of)?\s*+[:：=＝/／]\s*| (?:[Cc]opyright|©) (?=[A-ZÀ-Þ])"
    r"|(?= [A-ZÀ-Þ]{2,}(?: [A-ZÀ-Þ'’-]{2,}){0,3}, [A-ZÀ-Þ])"
    r"|(?= [A-ZА-ЯІЇЄ]{3,6}\)?\.?$| (?:Agence|Agencia|Agenzia|Agência) |\s?สำนักข่าว)\s?)"
    r"([^\n()（）]{2,70})",
    re.MULTILINE,
)
# "海岬社记者 王海 摄", "海岬社发（王海摄）"
_TAKEN = re.compile(r"([一-鿿]{2,6}(?:通讯社|通訊社|社))(?:记者|記者|发|發)[^\n。]{0,12}[摄攝]")
# "… ＝XYZ", "(XYZ photo)", "| XYZ Photo" at the end of a paragraph
_NAMED_END = re.compile(
    r"(?:[＝]([^\s＝()（）\n]{2,16})|[(|]\s?([A-Z]{3,6}) (?:[Ff]ile )?[Pp]hoto\)?)\.?$", re.MULTILINE
)
_PHOTO_WORD = re.compile(
    r"(?:les |die |the |la |le |el |de )?(?:ph?oto|pict|imag|bild|zdj|fot|kuva|kép|billed|bilet|cr[eé]dit"
    r"|valokuv|fénykép|felvétel|ilustra|illustra|ilüstra|argazki|imatge|imaxe|picha|hoto\b|mynd|ljósmynd|llun|grianghraf|sawir|prent|şəkil"
    r"|сурет|зураг|фотаздым|сн[иі]мок|фотографиј|изображени|ілюстрац|иллюстрац|илюстрац|φωτογρ|σκίτσο|לצילום|תצלום|איור|ফটো|চিত্র|নকশা"
    r"|புகைப்பட|நிழற்பட|చిత్ర|ఛాయా|ಚಿತ್ರ|ಫೋಟೊ|ಫೋಟೋ|ചിത്ര|ഫോട്ടോ|છબી|ਤਸਵੀਰ|ਫੋਟੋ|ਫ਼ੋਟੋ|तस्बिर|ඡායාරූප|ဓာတ်ပုံ|រូប|ຮູບ|სურათ|ფოტო|լուսանկար|նկար|ፎቶ|ምስል"
    r"|انځور|وێنە|wêne|cartograf|kaart|karte\b|mapa\b|kartta|kart\b|nuotr|pilt|attēl|gambar|hình|ảnh|larawan|görsel|grafi|grafik|infogra|video|slika|snímek|фото|світлин|снимка|слика|здым|видео|відео"
    r"|график|φωτο|φωτο|εικόνα|写真|撮影|提供|图|圖|摄影|視頻|视频|사진|영상|그래픽|ال?صور|عکس|تصویر|فوٹو|तस्वीर|फोटो|छायाचित्र|छवि"
    r"|ছবি|படம்|ఫోటో|તસવીર|ภาพ|เครดิต|תמונה|צילום)",
    re.IGNORECASE,
)
_AGENCY_PHOTO = re.compile(r" (?:File )?(?:[Pp]hoto|Images?|[Ff]oto)\s?[/:]\s?[A-ZÀ-Þ]")
# How the matches of these two begin: parts of words, of which none stands inside another.
BEGINNINGS = (
    *("Phot", "Foto", "Pict", "Imag", "Bild", "Zdj", "Kuva", "phot", "foto", "PHOT", "FOTO", "Créd", "créd", "Cred"),
    *("cred", "Фото", "фото", "ФОТО", "Світ", "світ", "写真", "提供", "撮影", "图", "圖片", "Φωτ", "ΦΩΤ", "사진"),
    *("صورة", "تصویر", "فوٹو", "तस्वीर", "फोटो", "छायाचित्र", "सौजन्य", "เครดิต", "ภาพ"),
)
# Characters of which one stands in the others that have no "photo".
PHOTO_MARKS = "＝摄攝"
_PHOTO_BEGINS = re.compile("|".join(BEGINNINGS))
_AGENCY_PHOTO_BEGINS = re.compile(" [Pp]hoto| File [Pp]hoto| Image| [Ff]oto")
_LAST_WORD = re.compile(r"\b[A-Z][\w-]{1,15}$")
# "…: Name Name/AGENCY", "Photo=AGENCY" at the end of a paragraph, in whatever language
_AT_END = re.compile(
    r"[:：=/](?:(?<=/)\s?|(?<!/)\s*)([^\s:：=/()\[\]][^:：=/()\[\]\n]{1,24}?)(?: via [A-Z][\w ]{2,20})?[)\]]?\.?\s*$",
    re.MULTILINE,
)
# What stands before the colon of a line on who else made the text.
_OF_TEXT = re.compile(r"\s*(?:contribut\w+|(?:additional )?reporting)(?: by)?\s?", re.IGNORECASE)
_SLASH_NAME = re.compile(
    r"[.!?:)”\"]\s+([A-Z][\w-]{1,15}(?: FOTO)?)\s?/\s?[A-ZÀ-Þ][\w’'.-]+(?: [A-ZÀ-Þ][\w’'.-]+){0,3}\)?\s*$", re.MULTILINE
)
# what shows a picture may say so once more, before its caption
_IN_PHOTO = re.compile(r"\s*[/|·,©]\s*|\s+[–—-]\s+|\s+(?:for|via)\s+|\s+(?=(?:Image|Photo|Picture) caption\b)")


def photos(text: str, large: bool, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Yield place and agency of photo credits; `large`: the text may name a large agency; `lines`: those in which one
    of `BEGINNINGS` or `PHOTO_MARKS` may stand."""
    for start, pieces in _credit_pieces(text, tuple(lines)):
        found = next(filter(None, map(known, reversed(pieces))), None)
        found = found or next(filter(None, (agencies.named(first_part(p)) for p in reversed(pieces))), None)
        if found:
            yield start, found
    for match in _AT_END.finditer(text) if large else ():
        name = known(match[1])
        if name and not _OF_TEXT.fullmatch(text, text.rfind("\n", 0, match.start()) + 1, match.start()):
            yield match.start(), name
    for match in _beginning(_AGENCY_PHOTO, _AGENCY_PHOTO_BEGINS, text, lines):
        word = _LAST_WORD.search(text[max(0, match.start() - 17) : match.start()])
        if word and (known(word[0]) or word[0].isupper()):
            yield match.start(), word[0]
    for low, high in lines:
        # a bracket may open at the end of the line before
        for match in _NAMED_END.finditer(text, max(0, low - 2), high):
            name = agencies.named(match[1] or match[2])
            if name:
                yield match.start(), name
    for match in _TAKEN.finditer(text) if lines and ("摄" in text or "攝" in text) else ():
        yield match.start(), leading(match[1]) or match[1]
    for match in _SLASH_NAME.finditer(text) if large and "/" in text else ():
        name = known(match[1])
        if name:
            yield match.start(), name


def credited(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Yield place and last name of each photo credit, whoever that is; `lines` as for `photos`."""
    for start, pieces in _credit_pieces(text, tuple(lines)):
        if pieces:
            yield start, first_part(pieces[-1])


@functools.lru_cache(maxsize=4)
def _credit_pieces(text: str, lines: tuple[tuple[int, int], ...]) -> list[tuple[int, list[str]]]:
    """Return place and names of each photo credit; of each text both what is sure and what is not is asked."""
    return [
        (match.start(), [p.strip(" .,;") for p in _IN_PHOTO.split(match[1]) if p.strip(" .,;")])
        for match in _beginning(_PHOTO, _PHOTO_BEGINS, text, lines)
    ]


def _beginning(
    pattern: re.Pattern[str], begins: re.Pattern[str], text: str, lines: Sequence[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    """Yield what `pattern.finditer` does, when every match begins, in one of some lines, as `begins` finds: many times
    quicker, as few lines have any of its words.
    """
    end = 0
    for low, high in lines:
        for begin in begins.finditer(text, max(low, end), high):
            start = begin.start()
            match = pattern.match(text, start) if start >= end else None
            if match:
                end = match.end()
                yield match


def is_photo(text: str) -> bool:
    """Return whether a text begins as photo credits do."""
    return bool(_PHOTO_WORD.match(text))


def is_label(head: str, name: str) -> bool:
    """Return whether a name stands in the head of a line right behind a word for pictures, and in no bracket.

    >>> is_label("FOTO: BELGA. The fire", "BELGA"), is_label("Video: KYIV (Reuters) - The fire", "Reuters")
    (True, False)
    """
    label, colon, rest = head.partition(":")
    is_behind = bool(colon) and len(label) <= LONGEST_LABEL and rest.lstrip().startswith(name) and is_photo(label)
    return is_behind and not any(f"{mark}{name}" in head for mark in "(（[［【〔<〈")


# "Foto: ", "Sursa foto: ", "Photos /"
_PHOTO_LINE = re.compile(r"(?:[^\s:：/=＝]{1,14}\s)?([^\s:：/=＝]+)(?:\s[^\s:：/=＝]{1,12})?\s?[:：/=＝]")


def is_photo_line(line: str) -> bool:
    """Return whether a line says who made the pictures, by a word for them before a colon or the like.

    >>> is_photo_line("Fotó: Mátra Hírügynökség"), is_photo_line("Text: Northlight Press Agency")
    (True, False)
    """
    match = _PHOTO_LINE.match(line.lstrip("([（【|–—- "))
    return match is not None and (is_photo(match[0]) or is_photo(match[1])) and not _TEXT.search(match[0])


_IN_PIECE = re.compile(r"[\s/／|:：=＝,()]+")


def is_picture(piece: str) -> bool:
    """Return whether one of a few words says that they stand beside a picture, and none that they stand beside a text.

    >>> is_picture("Reuters photo: Ada Quill"), is_picture("Text and photos NPA"), is_picture("NPA")
    (True, False, False)
    """
    return any(map(is_photo, _IN_PIECE.split(piece))) and not _TEXT.search(piece)


_LABELS = re.compile("[:：=＝](?!/)")
# "archieffoto", "Symbolbild", "kuvituskuva"
_PICTURE = re.compile(
    r"(?:foto|photo|bild|bilde|billede|kuva|kép|fotó|fotografie|image|imagen|фото|снимка|снимок|світлина)(?:s|['’]s|er|en|t)?\b",
    re.IGNORECASE,
)


def is_of_pictures(line: str) -> bool:
    """Return whether a short line says of whom its pictures are, and may say besides of whom the text is.

    >>> is_of_pictures("TURNHOUT - © Belga, archieffoto"), is_of_pictures("写真＝ロイター　記事＝列島通信")
    (True, True)
    >>> is_of_pictures("Text: NPA, Foto: Reuters"), is_of_pictures("SELBY (NPA) - A photo of the pier")
    (False, False)
    >>> is_of_pictures("Ada Quill/Tidewater — Reed Images"), is_of_pictures("Image copyright Tidewater")
    (True, True)
    """
    if (len(_LABELS.findall(line)) > 1 and is_photo_line(line)) or ("©" in line and _PICTURE.search(line)):
        return True
    has_mark = "/" in line or "opyright" in line
    return has_mark and is_picture(line) and line.rstrip()[-1:] not in ".!?…。।"


# Words for the text beside which those for pictures stand.
_TEXT = re.compile(
    r"text|testo|tekst|texto|texte|szöveg|teksti|κείμεν|текст|文|글|記事|теkст|lekh|लेख|متن", re.IGNORECASE
)


def first_part(piece: str) -> str:
    """Return what stands before the next sentence."""
    return re.split(r"[.!?]\s", piece)[0]
