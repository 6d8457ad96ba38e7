"""The agency of a dateline: "CITY, 3 May (XYZ) —", "/XYZ/", "新华社北京5月4日电", "【東京共同】", "XYZ, City:"."""

from __future__ import annotations

import re

from dedup.agency import agencies, letters
from dedup.agency.credit_signs import CLOSE, DASH, HEAD, OPEN, is_capital
from dedup.agency.large import ending, joint, known, leading, may_name, months
from dedup.agency.photo_credits import is_photo, is_picture

# Most words of an agency in brackets behind a date.
MOST_NAMES = 3
# Most words of place and date before the agency.
PLACE_WORDS = 9

_BRACKET = re.compile(rf"[{re.escape(OPEN)}]([^{re.escape(OPEN + CLOSE)}\n]{{1,40}})[{re.escape(CLOSE)}]")
# What an agency stands in.
_OPENS = re.compile(rf"[/{re.escape(OPEN)}]")
_SLASHES = re.compile(r"(?:^|[\s.,])/\s?([^/\n]{2,30}?)\s?/(?=[\s.,—–-]|$)")
_TIGHT = re.compile(rf"[^/\n]{{3,60}}\d[^/\n]{{0,12}}/\s?([^/\s]{{2,12}})\s?/\s?[.{DASH}]")
# "place date NAME- …" in scripts without capitals
_RUN_ON = re.compile(rf"[^\n]{{2,30}}\d\S*\s([^\s\d(){DASH}]{{2,12}})\s?[{DASH}]\s")
_SEPARATOR = re.compile(rf"\s*(?:\.?\s?[{DASH}]|:|।|。|=|--)")
_SEPARATOR_BEHIND = re.compile(rf"\s[{DASH}]|\s?:")
# Words that may stand small among place and date.
_PARTICLES = frozenset(
    "of de la del der den di da do dos le les sur am an im upon and und et y e i u na w der en".split()
)
_WIRED = re.compile(
    r"^[(（【]?(\S{2,8}?(?:社|通[讯訊]|[电電][讯訊]|通信))[^\n，。,]{0,24}?[\d一二三四五六七八九十]{1,3}\s?日\s?[电電讯訊]"
)
_PIECES = re.compile(rf"\s*(?:[,.:;|{DASH}])\s+|\s+[|{DASH}]\s*|,\s*")
_WIRE_SIGNS = tuple("电電讯訊")
# "潮見4日列島通信"
_DATED = re.compile(r"^[^\d\n]{1,8}\d{1,2}日")
_DIGIT = re.compile(r"\d")
_PARTS = re.compile(r"\s*[/,،|]\s*")
_PLACE_WORD = re.compile(r"[^\s,.;:()\[\]/—–-]+")
CASED = re.compile(r"[A-Za-zÀ-ɏͰ-ӿ]")
# "海岬社讯", "海岬社记者王海"
SENT = re.compile(r"^[(（【\[]?([一-鿿]{1,5}(?:通讯社|通訊社|社))(?:[^\s，。,；]{0,8}[讯訊]|(?:记者|記者))")
# "据海岬社5月4日报道，…", "海岬社消息：…", with which a text begins
_FIRST_TOLD = re.compile(
    r"^(?:本报讯\s?|本報訊\s?)?(?:(?:本报)?(?:据|據|综合|綜合))?([一-鿿]{1,5}(?:通讯社|通訊社|社))(?:[^，。：:]{0,10}?)"
    r"(?:报道|報道|報導|消息|电|電)(?:称|稱)?[，,：:\s]"
)


# "Як повідомляє X, …", "به گزارش X، …", "خبر رساں ادارے X کے مطابق …", "สำนักข่าวXรายงานว่า …"
_FIRST_SAID = re.compile(
    r"^(?:(?:Як|Как) (?:повідомля\w+|переда\w+|інформу\w+|пише|сообща\w+|информиру\w+|пишет)"
    r"(?: [кК]ор+еспондент\w*)?|به گزارش(?: خبرنگار)?)\s([^\n،,:]{3,40})[،,:]"
    r"|^((?:خبر رساں (?:ادارے|ایجنسی)|نیوز ایجنسی) [^\n،,:]{2,25}?) (?:کے مطابق|نے |کی رپورٹ)"
    r"|^(สำนักข่าว[^\s()]{1,30}?)\s?(?:รายงาน|แจ้งว่า|เปิดเผย|ระบุ)"
    r"|^([^\n,]{2,30}?)['’]\w{2,4} haberine göre"
)


def dateline(head: str, large: bool, is_first: bool, *, may_say: bool = True) -> str | None:
    """Return the agency of a dateline with which a paragraph begins; `large`: it may name a large agency, `may_say`: it
    may have words by which agencies call themselves."""
    wired = _WIRED.match(head) if not head[:2].isascii() else None
    if wired:
        return leading(wired[1]) or wired[1]
    sent = SENT.match(head) if "社" in head[:10] else None
    told = None if sent or not is_first else _FIRST_TOLD.match(head)
    if (sent or told) and (name := agencies.calls_itself_one((sent or told)[1])):  # type: ignore[index]
        return name
    said = _FIRST_SAID.match(head) if is_first else None
    if said and (name := agencies.calls_itself_one(next(filter(None, said.groups())))):
        return name
    may = (is_capital(head) and _DIGIT.search(head)) or (large and may_name(head))
    may = may or (is_first and ((may_say and _says_agency(head)) or letters.begins(head)))
    if _OPENS.search(head):
        name = _bracketed(head) or _between_slashes(head)
        if name:
            return name
    return _in_pieces(head) if may else None


def _says_agency(head: str) -> bool:
    """Return whether a head, or what it begins with, has a word by which agencies call themselves."""
    return agencies.says_agency(head) or any(map(agencies.says_agency, _PIECES.split(head, maxsplit=3)[:3]))


def _bracketed(head: str) -> str | None:
    """Return the agency in brackets at the beginning, or behind place and date."""
    for match in _BRACKET.finditer(head):
        before, inside, after = head[: match.start()], match[1].strip(), head[match.end() :]
        if not before.strip():
            name = _in_opening_bracket(inside, head[match.start()], after)
        elif not is_place(before) or _abbreviates(inside, before) or not _goes_on(_behind_mark(after)):
            return None
        elif _SEPARATOR.match(after) or (after.startswith(". ") and is_capital(head) and _DIGIT.search(before)):
            is_sure = _is_short(inside) and (CASED.search(before) or _DIGIT.search(before))
            name = agencies.plainly(inside) if is_sure else agencies.calls_itself_one(inside)
            name = name or uncased_part(inside) or (_behind_date(inside) if _DIGIT.search(before) else None)
        else:
            goes_on = not after.strip() or (after[:1].isspace() and _goes_on(after)) or after.startswith(". ")
            wired = before.rstrip()[-1:] in _WIRE_SIGNS and bool(_DIGIT.search(before))
            name = (agencies.calls_itself_one(inside) or uncased_part(inside)) if goes_on or wired else None
        if name:
            return name
    return None


def _behind_mark(after: str) -> str:
    """Return what stands behind the mark that ends a dateline; nothing where there is none."""
    mark = _SEPARATOR.match(after)
    return after[mark.end() :] if mark else ""


def _abbreviates(inside: str, before: str) -> bool:
    """Return whether a bracket has the initials of the words before it, which are no agency: an office or a party."""
    words = before.replace("-", " ").split()
    initials = "".join(word[:1] for word in words[-len(inside) :])
    return len(inside) > 1 and inside.isupper() and initials == inside and not agencies.says_agency(before)


def _behind_date(inside: str) -> str | None:
    """Return the name of several words in brackets behind place and date, where no region stands."""
    words = inside.split()
    may = _is_short(inside) and 1 < len(words) <= MOST_NAMES and agencies.one_name(inside)
    return inside if may and all(word[:1].isupper() for word in words) and not is_photo(inside) else None


def uncased_part(inside: str) -> str | None:
    """Return the agency that stands beside a reporter or a desk in a bracket of a script without capitals, or that is
    an acronym by the names of its letters."""
    if inside.isascii():
        return None
    parts = [part.strip() for part in _PARTS.split(inside)]
    called = (agencies.calls_itself_one(p) or (letters.acronym(p) and agencies.named(p)) for p in reversed(parts))
    return next(filter(None, called), None)


def _in_opening_bracket(inside: str, opening: str, after: str) -> str | None:
    """Return the agency of a bracket with which the text begins: "(XYZ) -", "【東京共同】", "[부산=뉴시스]"."""
    first, _, second = inside.partition("/")
    # "(Ada Quill/NPA)" alone stands below a picture
    is_shown = is_picture(inside) and not agencies.calls_itself_one(inside)
    if is_shown or (second and not after.strip() and not known(first.strip())):
        return None
    if "=" in inside or "＝" in inside:
        return joint(inside) or agencies.plainly(re.split("[=＝]", inside)[-1])
    parts = [p for p in re.split(r"[\s／/・]+", inside) if p]
    found = known(inside) or next(filter(None, map(known, reversed(parts))), None)
    if found:
        return found
    if opening in "【［[（" and not inside.isascii():
        name = ending(inside) or leading(inside)
        if name and (len(inside) > len(name)):
            return name
        return agencies.named(_DATED.sub("", inside))
    if _SEPARATOR.match(after):
        return agencies.named(inside)
    return (agencies.calls_itself_one(inside) or uncased_part(inside)) if after.strip() else None


def _between_slashes(head: str) -> str | None:
    for match in _SLASHES.finditer(head):
        before = head[: match.start()]
        if any(map(is_photo, head[match.end() :].split()[:2])):
            continue
        if not before.strip():
            return agencies.named(match[1])
        if is_place(before):
            return agencies.plainly(match[1]) if _DIGIT.search(before) else agencies.named(match[1])
    # "TOWN, 5 maj/XYZ/- …", whatever the months are
    tight = _TIGHT.match(head) if head.count("/") > 1 else None
    return known(tight[1]) if tight else None


def _in_pieces(head: str) -> str | None:
    """Return the agency that is one of the pieces of a dateline without brackets: "TOKYO, May 4, Kyodo - …"."""
    at = 0
    for number, match in enumerate(_PIECES.finditer(head)):
        piece, mark, before = head[at : match.start()].strip(), match[0].strip(), head[:at]
        if number > 4 or (before and not is_place(before)):
            return None
        sign = mark or head[match.start() : match.end()].strip()
        alone = number or sign[:1] in DASH + ":"
        name = (known(piece) or agencies.calls_itself_one(piece)) if alone else _with_place(piece, sign, head)
        # two letters behind a place may be a state
        is_state = len(piece) == 2 and not _DIGIT.search(before)
        if name and _goes_on(head[match.end() :]) and not is_state:
            return name
        if number > 1 and is_capital(head) and piece.isupper() and _DIGIT.search(before) and agencies.one_word(piece):
            # CITY. 5 May. NAME. Text
            return piece
        if number > 1 and before.rstrip()[-1:] in DASH + "." and sign[:1] == "." and is_capital(head):
            # CITY, 5 May — Name. Text
            name = agencies.plainly(piece) if _DIGIT.search(before) else None
            if name:
                return name
        at = match.end()
    # "Jeddah 4 May 2024 SPA" as a line of its own
    words = head.split()
    if CASED.search(head):
        # "Town, 5 May, XYZ" as a line of its own
        place, _, last = head.strip().rpartition(", ")
        return known(last) if len(head) < HEAD and _DIGIT.search(place) and is_place(place) else None
    if len(head) < HEAD and any(w.isdigit() for w in words) and len(words) > 3:
        return known(words[-1])
    run_on = _RUN_ON.match(head)
    return known(run_on[1]) if run_on else None


def _with_place(piece: str, sign: str, head: str) -> str | None:
    """Return the agency of "Name, PLACE: …", with which a dateline may begin."""
    place = head[len(piece) :].lstrip(" ,")
    ends = _SEPARATOR_BEHIND.search(place)
    if sign[:1] != "," or ends is None or not is_place(place[: ends.start()]):
        return None
    return agencies.calls_itself_one(piece) or uncased_part(piece)


def _goes_on(rest: str) -> bool:
    """Say whether a text begins here: not in the middle of a sentence of a script with capitals."""
    first = rest.lstrip("\"“„«'([ ")[:1]
    return not first.islower()


def is_place(before: str) -> bool:
    """Say whether all before an agency can be place and date."""
    words = _PLACE_WORD.findall(before)
    if not words or len(words) > PLACE_WORDS or before.strip()[-1:] in "!?。！？":
        return False
    if not CASED.search(before):
        return len(words) <= 6
    dated = [bool(_DIGIT.search(w)) for w in words]
    # small words may be months and days beside figures, and particles in names of places
    small = [
        w
        for i, w in enumerate(words)
        if w[:1].islower()
        and w not in _PARTICLES
        and w.rstrip(".") not in months()
        and not any(dated[max(0, i - 1) : i + 2])
    ]
    return not small


def _is_short(inside: str) -> bool:
    return len(inside) <= 30 and len(inside.split()) <= 5 and not _DIGIT.search(inside)
