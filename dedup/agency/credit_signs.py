"""Where in a text agency credits may stand at all: most lines hold nothing that a credit stands in or beside.

One reading says which do, and only those are read closely (`dedup.agency.credits`).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.agency import agencies, agency_words
from dedup.agency.large import BETWEEN_WORDS, may_name, signs_of_large
from dedup.agency.photo_credits import BEGINNINGS, PHOTO_MARKS
from dedup.kernels.signs import SPACE
from dedup.signs import Signs

# Longest head of a paragraph that is looked at for a dateline, and longest paragraph that is a credit (characters).
HEAD, LONGEST_CREDIT = 110, 90
# Longest line that is an acronym and marks alone.
LONGEST_ALONE = 13
# A text of more lines, shorter than this on average (characters), has wrapped lines, as scanned pages do.
MANY_LINES, SHORT_LINE = 30, 60
# Behind all figures of all scripts (code point).
_LAST_FIGURE = 0x20000
DASH = "—–‒―─-"  # the plain hyphen last, for character classes
OPEN, CLOSE = "(（[［【〔<〈", ")）]］】〕>〉"
_CLOSES, LONG_DASHES = tuple(CLOSE), ("—", "–", "―", "--")

# A word of a large agency, or one by which agencies call themselves; the words of reporting credits; beginnings of
# photo credits; the end of Thai texts; what opens a bracket, and what closes one; long dashes; quotation marks that
# open; a colon; signs of rights; the last character of Chinese and Japanese agencies; figures; words for who had a text
# first, which origins are told by; words that lines of credits begin with, and those for a source; what stands around
# credits: brackets, dashes, a full stop.
(
    LARGE,
    CALLS,
    REPORTS,
    PHOTO,
    THAI,
    OPENS,
    CLOSES,
    DASHES,
    QUOTE,
    COLON,
    RIGHTS,
    WIRE,
    FIGURE,
    FIRST,
    BY,
    SOURCE,
    AROUND,
) = (1 << n for n in range(17))
# Where an agency may be named. What counts in the head of a long line and in a short one; in the latter, and in the
# first and the last of a text.
NAMES, IN_HEAD, IN_TAIL = LARGE | CALLS, OPENS | WIRE, CLOSES | DASHES
IN_SHORT = NAMES | IN_HEAD | THAI | RIGHTS
AT_ENDS = IN_SHORT | IN_TAIL
# What stands at the edges of a short line that is a credit, white space before its last stops among it.
AT_EDGES = BY | AROUND | SPACE
# Characters from the first of a line in which a word ends that it begins with.
BEGINNING = 16
# How far before the end of a line a quotation mark opens before a name that ends it, with a word or two behind it.
LONGEST_QUOTED = 50

# Words behind which it stands of whom the material of a text is, in small letters.
MATERIAL = (
    *("with material from", "with material by", "with agency copy from", "with contributions from", "with copy from"),
    *("based on reporting by", "based on a report by", "based on material from", "using material from"),
    *("mit material von", "mit material der", "mit material des", "mit materialien von", "mit materialien der"),
    *("unter verwendung von material von", "unter verwendung von material der", "unter verwendung von material des"),
    *("mit informationen von", "mit informationen der", "mit informationen des", "nach material von"),
    *("met informatie van", "met medewerking van", "met materiaal van", "met bijdragen van"),
    *("op basis van materiaal van", "op basis van berichtgeving van", "op basis van informatie van"),
    *("med materiale fra", "med materiale frå", "med stof fra", "med stoff fra", "med stoff frå", "med bidrag fra"),
    *("på baggrund af materiale fra", "på basis af materiale fra", "basert på materiale fra", "basert på stoff fra"),
    *("basert på materiale frå", "baseret på materiale fra", "med material från", "baserat på material från"),
    *("bygger på material från", "med uppgifter från", "med bidrag från", "með efni frá", "byggt á efni frá"),
    *("με πληροφορίες από", "με υλικό από", "με ρεπορτάζ από", "με υλικό του", "με πληροφορίες του"),
    *("dengan informasi dari", "dengan bahan dari", "diolah dari", "disarikan dari", "dengan maklumat daripada"),
    *(
        "dengan laporan dari",
        "sử dụng tư liệu của",
        "sử dụng thông tin của",
        "sử dụng thông tin từ",
        "theo tư liệu của",
    ),
    *("за матеріалами", "з використанням матеріалів", "із використанням матеріалів", "на основі матеріалів"),
    *("по материалам", "с использованием материалов", "при использовании материалов", "на основе материалов"),
    *("паводле матэрыялаў", "з выкарыстаннем матэрыялаў", "с материали на", "по материали на", "с информация от"),
    *("с използване на материали на", "со материјали на", "со користење на материјали на", "уз коришћење материјала"),
    *("на основу материјала", "uz korišćenje materijala", "uz korištenje materijala", "na temelju materijala"),
    *("na osnovu materijala", "z uporabo gradiva", "na podlagi gradiva", "z wykorzystaniem materiałów"),
    *("z wykorzystaniem informacji", "na podstawie materiałów", "na podstawie depeszy", "z materiałów"),
    *("s využitím informací", "s využitím materiálů", "s využitím zpráv", "s použitím materiálů", "z materiálů"),
    *("s využitím informácií", "s využitím materiálov", "s použitím materiálov", "z materiálov"),
    *("con información de", "con informaciones de", "con material de", "amb informació de", "amb informació d'"),
    *(
        "amb informació d’",
        "amb material de",
        "avec informations de",
        "avec les informations de",
        "avec information de",
    ),
    *("avec les informations d'", "avec les informations d’", "avec des éléments de", "à partir de dépêches de"),
    *("com informações de", "com informações da", "com informações do", "com material de", "com material da"),
    *("con informazioni di", "con informazioni da", "con informazioni dell'", "con informazioni dell’"),
    *("con materiale di", "con materiale dell'", "con materiale dell’", "con materiale della"),
    *("cu informații de la", "cu informaţii de la", "cu materiale de la", "cu materiale furnizate de"),
    *("may ulat mula sa", "may ulat ang", "kwa taarifa kutoka", "kwa msaada wa taarifa za"),
    *(
        "مع معلومات من",
        "بالاستناد إلى مواد",
        "با استفاده از مطالب",
        "با استفاده از گزارش",
        "על בסיס חומרים של",
        "מבוסס על חומרים של",
    ),
)
# Of the words of a group one stands in what is found as a reporting credit, where that has the word of the group.
REPORTING_WORDS: dict[str, tuple[str, ...]] = {
    "reporting": ("reporting by", "reporting from", "reporting:"),
    "material": ("material from",),
    "information": ("information from", "information by"),
    "s from": ("inputs from", "files from"),
    "input from": ("input from",),
    "contribu": (
        *("contributed to this", "a contribué à", "ha contribuito a", "contribuyó a est", "contribuiu para est"),
    ),
    " diesem": ("hat zu diesem",),
    "bidrog till": ("bidrog till",),
    "heeft bijgedragen": ("heeft bijgedragen",),
    "ed by": ("provided by", "supplied by", "produced by", "published by", "distributed by"),
    "this ": ("this report by", "this story by"),
    "is from": ("story is from", "report is from", "article is from", "dispatch is from"),
    "comes from": ("comes from",),
    "came from": ("story came from", "report came from", "article came from", "dispatch came from"),
    "appeared on": ("appeared on",),
    "про це ": ("повідомля", "інформу", "переда", "пише"),
    "об этом ": ("сообща", "переда", "информиру", "пишет"),
    "агентств": (
        *("повідомляє агентств", "передає агентств", "інформує агентств", "кореспондент агентств"),
        *("сообщает агентств", "передает агентств", "передаёт агентств", "пишет агентств", "корреспондент агентств"),
    ),
    "агенц": ("повідомляє агенці", "передає агенці", "інформує агенці"),
    "як ": ("як повідомля", "як переда", "як інформу"),
    "как ": ("как сообща", "как переда", "как информиру"),
    "informację ": ("podaje", "podała"),
    "o tym ": ("podaje", "informuje"),
    "o tom ": ("informuje", "informovala"),
    "това ": ("съобщава", "предава", "информира"),
}
_STEMS = ("materi", "матер", "матэр", "inform", "інформ", "информ", "stof", "bidrag", "dépêche")
for _words in MATERIAL:
    _stem = next((stem for stem in _STEMS if stem in _words), _words)
    REPORTING_WORDS[_stem] = (*REPORTING_WORDS.get(_stem, ()), _words)
# Of these one stands in what says who had a text first, in whatever case.
FIRST_WORDS = (
    *("first reported", "reported first", "first to report", "first published", "originally ", "broke the ", "zuerst "),
    *("abord ", "initialement ", "originalment", "originariamente", "впервые ", "первым сообщи", "en primicia"),
    *("em primeira mão", "per prim", "вперше ", "першим повідоми", "першою повідоми", "jako pierwsz", "jako první"),
    *("als eerste ", "först ", "først ", "elsőként ", "ensimmäisenä", "publicat inițial", "publicat prima", "ilk kez "),
    *("ilk olarak ", "pertama kali ", "πρώτος ", "πρώτη ", "πρώτο ", "最初に報じ", "最先", "最早", "首先", "率先"),
    *("보도", "ครั้งแรก", " أولا", "لأول مرة", "सबसे पहले"),
)

# Words for the source of a text; those that bylines and the like begin with: the first word of each, or its beginning.
SOURCES = (
    *("sources?", "quellen?", "fuentes?", "fonte", "font", "kilde", "kjelde", "källa", "bron", "źródło", "zdroj"),
    *("kaynak", "forrás", "lähde", "allikas", "avots", "šaltinis", "sursa", "izvor", "vir", "burimi", "heimild"),
    *("iturria", "mənbə", "nguồn", "sumber", "pinagmulan", "chanzo", "text", "texto", "texte", "testo", "tekst"),
    *("πηγή", "источник", "джерело", "крыніца", "извор", "източник", "дереккөз", "աղբյուր", "წყარო", "מקור", "来源"),
    *(
        "來源",
        "资料来源",
        "稿件来源",
        "稿源",
        "记事",
        "記事",
        "出典",
        "配信",
        "提供",
        "記事提供",
        "本文来源",
        "文图",
        "文",
    ),
    *(
        "المصدر",
        "منبع",
        "ماخذ",
        "ذریعہ",
        "بشکریہ",
    ),
    *("स्रोत", "सौजन्य", "साभार", "উৎস", "সূত্র", "மூலம்", "ที่มา", "แหล่งข่าว", "แหล่งที่มา", "อ้างอิง", "ข้อมูล", "เครดิต"),
    *("ប្រភព", "ແຫຼ່ງຂ່າວ", "အရင်းအမြစ်", "මූලාශ්‍රය", "ਸਰੋਤ", "સ્રોત", "మూలం", "ಮೂಲ", "അവലംബം", "નന્રી", "நன்றி", "సౌజన్యం"),
    *(
        "ffynhonnell",
        "foinse",
        "эх сурвалж",
        "булак",
        "manba",
        "сарчашма",
        "çavkanî",
        "سەرچاوە",
        "سرچینه",
        "majiya",
        "ምንጭ",
    ),
    *("xigasho", "fonti", "sors", "джерела", "источники", "źródła", "zdroje", "izvori", "извори", "szöveg", "teksti"),
    *("ขอบคุณ", "출처", "текст", "配信元", "報道", "رپورٹ", "rapport", "haber"),
)
BYLINE = re.compile(r"^(?:By|BY|Von|Por|Par|De|Di|Da|Od|Av|Af|Автор:|Text:|Door|Przez|Tekst:)\s+(\S.*)$")
_BYLINES = (
    *(" by ", " von ", " por ", " par ", " de ", " di ", " da ", " od ", " av ", " af ", " автор ", " text ", " door "),
    *(" przez ", " tekst ", " with ", " via ", " from ", " mit ", " avec ", " con ", " com ", " med ", " met ", " z "),
    *(
        " с ",
        " за ",
        " по ",
        " texto ",
        " informaci",
        " dépêche ",
        " la ",
        " supplied ",
        " distributed ",
        " reproduced ",
    ),
    " reprinted ",
)


@functools.cache
def _signs() -> Signs:
    """Return what finds the signs of credits."""
    words = [(word, LARGE) for word in signs_of_large()]
    words += [(word, CALLS) for word in (*agency_words.CALLED, *agency_words.signs(), "staff")]
    words += [(word, REPORTS) for several in REPORTING_WORDS.values() for word in several]
    words += [(word, PHOTO) for word in BEGINNINGS]
    words += [("สำนักข่าว", THAI), ("copyr", RIGHTS), *((word, FIRST) for word in FIRST_WORDS)]
    words += [(word, BY) for word in _BYLINES] + [
        (word.removesuffix("s?").removesuffix("n?"), SOURCE) for word in SOURCES
    ]
    figures = "".join(c for c in map(chr, range(_LAST_FIGURE)) if c.isdecimal())
    characters = {"/" + OPEN: OPENS, CLOSE: CLOSES, "—–―": DASHES, agencies.QUOTES: QUOTE, ":：": COLON}
    characters |= {"©": RIGHTS, "社": WIRE, PHOTO_MARKS: PHOTO, figures: FIGURE, OPEN + CLOSE + DASH + ".": AROUND}
    boundary = BETWEEN_WORDS + OPEN + CLOSE + DASH + ".!?"
    return Signs(words, characters, boundary, (HEAD, LONGEST_CREDIT, BEGINNING))


class Line(NamedTuple):
    """A line in which a credit may stand: where it begins in its text, and what it is; whether it is the first (or
    follows a byline that is) and the last; whether more than a reporting credit `may` stand in it, or may where it is
    `edged` as credits are; and its signs, as `kernels.line_signs` gives them."""

    start: int
    text: str
    is_first: bool
    is_last: bool
    may: bool
    edged: bool
    whole: int
    head: int
    tail: int
    edges: int


class Paragraphs(NamedTuple):
    """What is known of the paragraphs of a text: the signs that are `there` in all, whether it may name a `large`
    agency, the lines in which a credit may stand, with the first, where the lines begin and end in which a photo credit
    may, and whether one is so short that it may be an acronym alone."""

    there: int
    large: bool
    lines: list[Line]
    pictured: list[tuple[int, int]]
    lone: bool


def read(texts: Sequence[str]) -> list[Paragraphs]:
    """Return what is known of the paragraphs of texts: lines, or what stands between empty lines where lines are
    wrapped."""
    rows, bounds = _rows(texts)
    counts, sizes = np.diff(bounds), rows[:, 1] - rows[:, 0]
    written = np.diff(np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])[bounds])
    found = _paragraphs(texts, rows, bounds)
    for number in np.flatnonzero((counts > MANY_LINES) & (written < SHORT_LINE * counts)).tolist():
        own = found[number]
        found[number] = _unwrapped(texts[number])._replace(pictured=own.pictured, lone=own.lone)
    return found


def _rows(texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the lines of texts, as `Signs.lines`, with places in each text, and where those of each text begin."""
    # two hyphens are a long dash
    rows = _signs().lines("\n".join(texts).replace("--", "――"))
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)], dtype=np.int64)
    bounds = np.searchsorted(rows[:, 0], begins)
    rows[:, :2] -= np.repeat(begins[:-1], np.diff(bounds))[:, None]
    return rows, bounds


def _unwrapped(text: str) -> Paragraphs:
    blocks = list(re.finditer(r"[^\n]+(?:\n[^\n]+)*", text))
    plain = "\n".join(block[0].replace("\n", " ") for block in blocks)
    found = _paragraphs([plain], *_rows([plain]))[0]
    begins = itertools.accumulate((len(block[0]) + 1 for block in blocks), initial=0)
    at = {begin: block.start() for begin, block in zip(begins, blocks, strict=False)}
    return found._replace(lines=[line._replace(start=at[line.start]) for line in found.lines])


def _paragraphs(plains: Sequence[str], rows: npt.NDArray[np.int64], bounds: npt.NDArray[np.int64]) -> list[Paragraphs]:
    """Return what is known of texts without wrapped lines, of which `_rows` gives lines and bounds."""
    counts = np.diff(bounds)
    with_lines = np.flatnonzero(counts)
    firsts, lasts = bounds[with_lines], bounds[with_lines + 1] - 1
    there = np.zeros(len(plains), np.int64)
    if len(rows):
        there[with_lines] = np.bitwise_or.reduceat(rows[:, 2], firsts)
    number, large = np.repeat(np.arange(len(plains)), counts), np.zeros(len(plains), np.bool_)
    named = rows[:, 2] & LARGE != 0
    for t, (start, end) in zip(number[named].tolist(), rows[named, :2].tolist(), strict=True):
        large[t] = large[t] or may_name(plains[t][start:end])
    is_first, is_last = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
    is_first[firsts], is_last[lasts] = True, True
    # "By Ada Quill", and her agency in the next line
    signed = (rows[firsts, 5] & BY != 0) & (rows[firsts, 1] <= LONGEST_CREDIT) & (lasts - firsts > 1)
    for t in with_lines[signed].tolist():
        start, end = rows[bounds[t], :2].tolist()
        is_first[bounds[t] + 1] = bool(BYLINE.match(plains[t][start:end].strip()))
    may, close, edged = _may_credit(rows, is_first, is_last, large[number])
    asked = np.flatnonzero(close)
    looked_at = zip(number[asked].tolist(), rows[asked, :2].tolist(), close[asked].tolist(), strict=True)
    may[asked] = [_may_closely(plains[t][start:end], signs) for t, (start, end), signs in looked_at]
    asked = may | edged | (rows[:, 2] & REPORTS != 0)
    asked[firsts] = True
    lines: list[list[Line]] = [[] for _ in plains]
    columns = (column[asked].tolist() for column in (number, is_first, is_last, may, edged, rows[:, :6]))
    for t, first, last, sure, edge, (start, end, *signs) in zip(*columns, strict=True):
        lines[t].append(Line(start, plains[t][start:end], first, last, sure, edge, *signs))
    pictured: list[list[tuple[int, int]]] = [[] for _ in plains]
    photo = rows[:, 2] & PHOTO != 0
    for t, (start, end) in zip(number[photo].tolist(), rows[photo, :2].tolist(), strict=True):
        pictured[t].append((start, end))
    lone = np.bincount(number[rows[:, 1] - rows[:, 0] <= LONGEST_ALONE], minlength=len(plains)) > 0
    return list(map(Paragraphs, there.tolist(), large.tolist(), lines, pictured, lone.tolist()))


def _may_credit(
    rows: npt.NDArray[np.int64],
    is_first: npt.NDArray[np.bool_],
    is_last: npt.NDArray[np.bool_],
    large: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Say which lines may hold a credit by their signs; of the others the signs by which they may if a closer look says
    so: a figure in the head, what stands in the tail, and, where a name alone can stand, quotation marks and colons;
    and which by their edges. `large`: their text may name a large agency."""
    start, end, whole, head, tail, edges, small = rows.T
    short, outer = end - start <= LONGEST_CREDIT, is_first | is_last
    in_long = (head & IN_HEAD) | (whole & THAI) | np.where(is_last, whole & RIGHTS, 0)
    in_short = (whole & np.where(outer, AT_ENDS, IN_SHORT)) | np.where(edges & SOURCE, whole & COLON, 0)
    may = (np.where(large | outer, whole & NAMES, 0) | np.where(short, in_short, in_long)) != 0
    quoted = whole & np.where(short | is_last, QUOTE, 0)
    # elsewhere than at the end of a line stand names behind words for their source, and with what a text begins
    may |= (quoted != 0) & short & (is_first | (edges & (BY | SOURCE | AROUND) != 0) | (whole & COLON != 0))
    # what begins in small letters is no place in capitals
    close = np.where(small, 0, head & FIGURE) | (tail & IN_TAIL) | quoted | (whole & np.where(short & outer, COLON, 0))
    return may, np.where(may, 0, close), short & (edges & AT_EDGES != 0)


# Between two names; in what a label stands before.
_BETWEEN_NAMES = re.compile(r"[=＝|-](?:(?<=[=＝])|(?<=\s.)(?=\s))")
_NO_NAME = OPEN + CLOSE + DASH + " \t.,;:/'“”„«»\""


def _may_closely(line: str, signs: int) -> bool:
    """Say whether a line with some signs may hold a credit: with a figure in its head begin with a dateline, with a
    bracket or a dash in its tail end in a credit, with a quotation mark or a colon name an agency: quick, and never
    false where it does."""
    if signs & FIGURE and is_capital(line[:HEAD]):
        return True
    if signs & IN_TAIL and _may_end(line.rstrip()):
        return True
    if not signs & (QUOTE | COLON):
        return False
    if signs & COLON and not line.isascii():
        return True
    plain = line.strip().rstrip(_NO_NAME)
    ends_quoted = signs & QUOTE and max(map(plain.rfind, agencies.QUOTES)) >= len(plain) - LONGEST_QUOTED
    return bool(ends_quoted or _BETWEEN_NAMES.search(line))


def is_capital(head: str) -> bool:
    """Say whether a head begins with a place in capitals."""
    first = head.partition(",")[0].strip()
    return first.isupper() and len(first) > 2


def _may_end(line: str) -> bool:
    """Say whether a line may end in a credit: in a bracket, or behind a long dash with no stop."""
    behind = line[max(map(line.rfind, LONG_DASHES)) + 1 :].lstrip("-").lstrip()
    return line[-2:].rstrip(".")[-1:] in _CLOSES or "." not in behind[1:]
