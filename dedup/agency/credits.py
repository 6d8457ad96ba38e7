"""Agency credits of a text, in the positions where credits stand.

Those are: datelines ("CITY, 3 May (XYZ) —", "/XYZ/", "新华社北京5月4日电", "【東京共同】"), bylines, "additional
reporting by", the end of a text or a paragraph of its own ("(XYZ)", "Source: XYZ", "© XYZ"), and photo credits. An
agency that a story is about stands in none of these.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dedup.agency import agencies, letters, name_forms, offices, reporting
from dedup.agency import credit_signs as signs
from dedup.agency.called import begun, called_in
from dedup.agency.credit_signs import (
    BYLINE,
    CLOSE,
    DASH,
    HEAD,
    LONGEST_CREDIT,
    OPEN,
    SOURCES,
    Line,
    Paragraphs,
)
from dedup.agency.datelines import CASED, SENT, dateline, is_place, uncased_part
from dedup.agency.large import canonical, known
from dedup.agency.photo_credits import (
    first_part,
    is_label,
    is_of_pictures,
    is_photo,
    is_photo_line,
    is_picture,
    photos,
)
from dedup.agency.same import initials
from dedup.model import Document

# Longest acronym, and mentions beside its credits from which one is what the text is about.
LONGEST_ACRONYM, ACTOR_MENTIONS = 6, 2
# Shortest name of an outlet that is looked for beside an agency.
SHORTEST_OUTLET = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An agency credited in a text, the position it stands in, and that position's place (code points); whether it is
    surely one: what is not may be a reporter or a place."""

    agency: str
    position: str
    start: int
    is_sure: bool = True


def credits(document: Document, read: Paragraphs | None = None) -> list[Credit]:
    """Return the agency credits of a text, in order of place; empty when an agency is only written about.

    `read` is what is known of its paragraphs (`credit_signs.read`), where that was asked for already.

    >>> credits(Document(text="KYIV (Reuters) — The bridge was closed on Monday."))[0].agency
    'Reuters'
    >>> credits(Document(text="Thomson Reuters posts profit, the company said."))
    []
    """
    found: set[Credit] = set()
    if document.agency:
        found.add(Credit(agency=document.agency, position="agency field", start=0))
    # patterns of pieces take the square of the length of a stretch of blanks
    by = _bylines(" ".join(document.author.split())) if document.author else ()
    found |= {Credit(agency=agency, position="byline", start=0) for agency in by}
    parts = read or signs.read([document.text])[0]
    found |= {Credit(agency=name, position=position, start=at) for at, position, name in _in_text(document.text, parts)}
    actors = {name for name in {c.agency for c in found} if _is_actor(name, document.text, found)}
    if document.outlet:
        found |= set(_beside_outlet(document.outlet, parts))
        actors |= {c.agency for c in found if _is_own(document.outlet, c.agency)}
        actors |= {c.agency for c in found if _is_own_staff(document.outlet, c, document.author or "")}
    kept = (c for c in found if c.agency not in actors or c.position == "agency field")
    return sorted(kept, key=lambda c: (c.start, c.position, c.agency))


def _is_own(outlet: str, name: str) -> bool:
    """Return whether a credit names the outlet itself, by its name or initials, and that is no agency."""
    if canonical(name) or agencies.says_it_is_one(outlet):
        return False
    inner, outer = sorted((name.casefold(), outlet.casefold()), key=len)
    first, own = name.partition(" ")[0], "".join(w if w.isupper() else w[:1] for w in outlet.split()).upper()
    is_part = len(inner) >= SHORTEST_OUTLET and letters.has_word(outer, inner)
    is_short = own in (name, first) or name_forms.is_of_beginnings(name, outlet)
    return is_part or is_short or letters.is_station(outlet, name)


def _is_own_staff(outlet: str, credit: Credit, author: str) -> bool:
    """Return whether a byline beside whose acronym more stands has the outlet's initials, which a large agency has
    too: "TT Reporter"."""
    is_beside = credit.position == "byline" and not credit.start and author.strip() != credit.agency
    is_large = canonical(credit.agency) is not None
    return is_large and is_beside and initials(outlet) == credit.agency and not agencies.says_it_is_one(outlet)


# What may stand around a line of credits.
_AROUND = "©ⓒ" + OPEN + CLOSE + DASH + " "


def _beside_outlet(outlet: str, parts: Paragraphs) -> Iterator[Credit]:
    """Yield the agencies that stand beside the name of the outlet in a line of their own: "STT–Pohjan Kaiku"."""
    if len(outlet) < SHORTEST_OUTLET:
        return
    for line in parts.lines:
        if len(line.text) > LONGEST_CREDIT and not (line.text[0] in _AROUND or line.text[-1] in _AROUND):
            continue
        plain = line.text.strip(_AROUND)
        if len(plain) > LONGEST_CREDIT or not (plain.startswith(outlet) or plain.endswith(outlet)):
            continue
        rest = plain.removeprefix(outlet).removesuffix(outlet).strip()
        joined = rest.strip(DASH + "/|&+·,•= ")
        name = agencies.named(_AND.sub("", joined)) if joined != rest or _AND.search(joined) else None
        if name:
            yield Credit(agency=name, position="trailing credit", start=line.start)


def _is_actor(name: str, text: str, found: set[Credit]) -> bool:
    """Return whether an acronym that no large agency has stands in the sentences of a text as well as where credits do:
    a party or a company that the text is about does, an agency hardly."""
    if not name.isupper() or len(name) > LONGEST_ACRONYM or canonical(name):
        return False
    least = ACTOR_MENTIONS + sum(c.agency == name for c in found)
    return text.count(name) >= least and len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text)) >= least


def _in_text(text: str, parts: Paragraphs) -> Iterator[tuple[int, str, str]]:
    """Yield place, position and agency of the credits of a text."""
    if parts.there & signs.REPORTS:
        for line in parts.lines:
            name = _reporting(line.text) if line.whole & signs.REPORTS and reporting.may_report(line.text) else None
            if name:
                yield line.start, "reporting credit", name
    for number, line in enumerate(parts.lines):
        if line.may or (line.edged and _has_mark(line.text)) or (not number and letters.begins(line.text)):
            for position, name in _in_line(line, parts.large):
                yield line.start, position, name
    for start, name in photos(text, parts.large, parts.pictured) if parts.large or parts.pictured else ():
        yield start, "photo credit", name


def _has_mark(line: str) -> bool:
    """Say whether a short line begins or ends as credits do: with a mark, or a word like "By" or "With"."""
    stripped = line.strip()
    plain, bracketed = _unwrapped(stripped)
    return bracketed or stripped[:1] in DASH or bool(BYLINE.match(stripped) or _WITH.match(plain))


def _in_line(line: Line, large: bool) -> Iterator[tuple[str, str]]:
    """Yield position and agency of the credits of one line; `large`: its text may name a large agency."""
    text, is_first, is_last = line.text, line.is_first, line.is_last
    if len(text) <= LONGEST_CREDIT and is_of_pictures(text):
        said = _BESIDE_PICTURE.search(text)
        if said and (name := known(said[1]) or agencies.named(said[1])):
            yield "byline" if is_first else "trailing credit", name
        return
    name = dateline(
        text[:HEAD], large and bool(line.whole & signs.LARGE), is_first, may_say=bool(line.whole & signs.CALLS)
    )
    if name and not is_label(text[:HEAD], name):
        yield "dateline", name
    if len(text) <= LONGEST_CREDIT:
        name = _byline_of_text(text)
        if name:
            yield "trailing credit" if is_last and not is_first else "byline", name
        name = _credit_line(text, line) or (_named_line(text) if is_last or is_first else None)
        if name:
            yield "trailing credit" if is_last or not is_first else "byline", name
    else:
        name = _tail(text[-LONGEST_CREDIT:], is_last) or (_copyright(text[:LONGEST_CREDIT]) if is_last else None)
        if name:
            yield "trailing credit", name


# "Foto: Ada Quill / Text: NPA", "写真＝ロイター　記事＝列島通信"
_BESIDE_PICTURE = re.compile(
    rf"[\s,;/|.、，・](?:{'|'.join(SOURCES)})\s*[:：=＝]\s*([^\s:：=＝/|,;][^:：=＝/|,;]{{1,50}}?)\s*(?:[/|,;].*)?$",
    re.IGNORECASE,
)

# Bylines

_BY_SMALL = re.compile(
    r"^(?:by|from|von|por|par|de|di|da|od|av|af|автор:|text:|door|przez|tekst:|na|oleh|ni|írta:|piše:|autor:|skriver|shkruan"
    r"|пише:|от|deur|gan|מאת|द्वारा|by:)\s+(?=\S)",
    re.IGNORECASE,
)
_WRITER = re.compile(r"^(\S.{2,50}?) (?:Staff )?(?:Writers?|Reporters?|Correspondents?)$")
_WRITERS = tuple(f" {one}{s}" for one in ("Writer", "Reporter", "Correspondent") for s in ("", "s"))
_BETWEEN = re.compile(
    r"\s*[,|/;&•·]\s*|\s+(?:[–—-]|and|und|et|y|e|och|en|for|with|mit|avec|con|com|med|met|via|per|from|of"
    r"|та|і|и|ve|və|dan|và|ja|oraz|și|και|और|اور|व|आणि)\s+|\s+و(?=وكالة)"
    # "Reuters ומערכת": a name in Latin letters stands by itself where others follow
    r"|(?<=[A-Za-z])\s+(?=[\u0530-\u1dff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3])"
)
_STAFF = re.compile(
    r"^(?:staff|and|reports?|reporters?|writers?|newsroom|redaktion|rédaction|redacción)\b", re.IGNORECASE
)


# "Ada Quill (NPA)", "Le Courrier (avec NPA)"
_IN_BRACKETS = re.compile(r"(\S[^()]{1,50}?)\s?[(（]([^()（）]{2,40})[)）]")
_AVEC = re.compile(r"^(?:with|avec|mit|con|com|med|met) ", re.IGNORECASE)
_OF_STAFF = re.compile(r"\s(?:[Ss]taff|Staff Reports?|[Rr]eports?|[Rr]eporters?)$")
_AND = re.compile(
    r"^(?:and|und|et|y|e|och|en|with|mit|avec|con|com|med|met|från|fra|da|и|та|с|ve)\s|\s(?:and|und|et|y|e|och|en|with|mit|avec"
    r"|con|com|med|met|och|ja|ve|и|та)$"
)
# "Servicio NOR"
_OF_SERVICE = re.compile(r"Servi(?:ce|cio|ço|zio)s? ([A-ZÀ-Þ]{3,6})")
# "Repórter da Agência Serrana"
_ROLE = re.compile(
    r"^(?:rep[oó]rter\w*|corresponden\w+|correspons\w+|korrespond\w+|redakt\w+|journalist\w*|giornalista|jornalista"
    r"|periodista|кореспондент\w*|корреспондент\w*)\s(?:(?:of|for|de|do|da|del|della|der|des|von)\s)?(?:the\s|l['’])?",
    re.IGNORECASE,
)
# "列島通信 山田太郎", "列島通信潮見支局"
_OF_OFFICE = re.compile(
    r"^([一-鿿ァ-ヴー]{2,8}(?:通信社?|社))(?:[\s・].{1,12}|[^\s]{0,6}(?:支局|支社|総局|本社|記者|特派員))$"
)
_WITH_STAFF = re.compile(r"^(\S+) and staff (?:reports|writers|reporters)$", re.IGNORECASE)


def _byline(author: str) -> str | None:
    """Return the agency of a byline, which may be the agency alone or stand beside a name or outlet."""
    return next(iter(_bylines(author)), None)


@functools.lru_cache(maxsize=1 << 14)
def _bylines(author: str) -> Sequence[str]:
    """Return the agencies of a byline, the surest first; several have made a text together, or one its pictures."""
    author = author.strip()
    if offices.is_office(author):
        return [name] if (name := next(filter(None, map(known, _BETWEEN.split(author))), None)) else []
    said = _SOURCE.match(author) or _WITH.match(author)
    if said and (name := _of_piece(_AGENCY_WORD.sub("", said[1].rstrip(".)")))):
        return [name]
    plain = _OF_STAFF.sub("", _AVEC.sub("", _BY_SMALL.sub("", author)))
    plain = plain[1:-1] if plain[:1] in "(（[" and plain[-1:] in ")）]" and len(plain) > 2 else plain
    if whole := next(filter(None, map(agencies.with_acronym, (plain, *_BETWEEN.split(plain)[1:]))), None):
        return [whole]
    if canonical(plain):
        return [plain]
    person = _IN_BRACKETS.fullmatch(plain)
    if person and (name := agencies.named(_AVEC.sub("", person[2]))):
        return [name]
    pieces = [_AVEC.sub("", p.strip(" .")) for p in _BETWEEN.split(plain) if p.strip(" .")]
    large = [name for piece in reversed(pieces) if (name := known(piece) or _with_region(piece))]
    small, are_acronyms = [], len(pieces) > 1 and all(map(agencies.is_acronym, pieces))
    for number, piece in reversed(list(enumerate(pieces))):
        name = _of_piece(piece) or (agencies.perhaps(piece) if number else None)
        sure = (
            number
            or len(pieces) == 1
            or are_acronyms
            or _ends_in_staff(pieces)
            or (name and agencies.calls_itself_one(name))
        )
        if name and name not in large and not _STAFF.match(piece) and sure:
            small.append(name)
    if large or small:
        # an acronym beside a large agency is a reporter's, where anything else stands there too
        return large[:1] + [n for n in small if not large or are_acronyms or agencies.calls_itself_one(n)]
    more = reporting.of_material(author)
    if more and more.start() and (found := _bylines(more[1])):
        return found
    own = None if CASED.search(plain) else _uncased_author(plain)
    called = None if own else called_in(author)
    one = own or (called[0] if called else begun(author.split()))
    return [one] if one else []


def _of_piece(piece: str) -> str | None:
    """Return the agency of a piece of a byline, which may stand behind a reporter or a word of service."""
    plain = _ROLE.sub("", _OF_STAFF.sub("", piece))
    service = _OF_SERVICE.fullmatch(plain)
    return agencies.named(plain) or (agencies.named(service[1]) if service else None)


def _uncased_author(author: str) -> str | None:
    """Return the agency of a byline in a script without capitals: beside a reporter, or behind words of source."""
    source = _SOURCE.match(author)
    office = _OF_OFFICE.match(author)
    if office:
        return agencies.calls_itself_one(office[1])
    sent = SENT.match(source[1] if source else author)
    return (sent[1] if sent else None) or (agencies.calls_itself_one(source[1]) if source else uncased_part(author))


def _with_region(piece: str) -> str | None:
    """Return the agency of a piece like "Press Association Scotland"."""
    words = piece.split()
    if 1 < len(words) <= 5 and all(w[:1].isupper() for w in words):
        return known(" ".join(words[:-1])) if len(words) > 2 else None
    return None


def _ends_in_staff(pieces: list[str]) -> bool:
    return any(_STAFF.match(p) for p in pieces[1:])


def _byline_of_text(line: str) -> str | None:
    """Return the agency of a line that is a byline."""
    match = BYLINE.match(line.strip())
    if match and not line.rstrip().endswith((".", "!", "?")):
        by = _OF_STAFF.sub("", match[1])
        pieces = _BETWEEN.split(by)
        sure = len(pieces) > 1 or agencies.calls_itself_one(by) or by != match[1] or agencies.is_acronym(by)
        return _byline(by) if sure else None
    writer = _WRITER.match(line.strip()) if line.rstrip().endswith(_WRITERS) else None
    if writer:
        return agencies.calls_itself_one(writer[1])
    staff = _WITH_STAFF.match(line.strip())
    return agencies.named(staff[1]) if staff else None


# Ends of texts

_SOURCE = re.compile(rf"^(?:{'|'.join(SOURCES)})\s*[:：・/／՝៖]\s*(\S.*)$", re.IGNORECASE)
_WITH = re.compile(
    r"^(?:with|via|from|mit|avec|con|com|med|met|z|с|за (?:матеріалами|повідомленням|інформацією|даними)"
    r"|по (?:материалам|сообщению|информации|данным)|with inputs from|texto d[ea]|informaci[óo]n de|dépêche"
    r"|la rédaction avec|(?:supplied|distributed|reproduced|reprinted) (?:by arrangement with|by|from|courtesy of"
    r"|with permission (?:of|from))|mit material (?:von|der))[\s:]+"
    r"(?:reporting (?:by|from) |agency (?:material |copy )?(?:from )?|agencies? |informação de "
    r"|información de |informations? de l['’])?"
    r"(?:(?:the|la|der) |l['’])?(\S.*)$",
    re.IGNORECASE,
)
# What an acronym behind is an agency's: sources and data are those of offices too.
_ALONGSIDE = re.compile(
    r"^(?:with|avec|la rédaction avec|dépêche|mit|con|com|med|met|informaci[óo]n de)\b", re.IGNORECASE
)
_AGENCY_WORD = re.compile(r"^(?:[Ll]['’])?[Aa]gen(?:ce|cia|zia|tur|cja) (?=[A-ZÀ-Þ]{3,6}$)")
_COPYRIGHT = re.compile(
    r"(?:©|\bcopyright\b|\(c\))\s*(?:copyright\s*)?(?:\d{4}\s*)?([^\d\n,;:|/।॥۔]{2,40})", re.IGNORECASE
)

_AGENCE = re.compile(r"^(?:Agence|Agencia|Agência|Agenzia)\s")
# "海岬社供稿", "列島通信配信"; "本文来自海岬社"; "海岬社讯", "海岬社记者王海青塘报道"
_GIVEN = re.compile(
    r"^(.{2,10}?)(?:の配信による|供稿|供本报(?:特|专)稿|(?:より|の)?(?:配信|提供)|发布|發佈|发稿|[电電讯訊])$"
)
_TAKEN_FROM = re.compile(
    r"^(?:本文)?(?:来自|來自|原载|原載|转自|轉自|转载自|轉載自)[:：]?\s?(.{2,10})$|^ขอบคุณ\S{0,20}\s?(สำนักข่าว\S{1,30})$"
)
# "列島通信＝潮見"
_TWO = re.compile("[=＝]")
# "ALN/rpg", "Redacción / ALN"
_WITH_INITIALS = re.compile(r"^([A-ZÀ-Þ]{3,6})/[a-zà-ÿ]{2,4}$")
# "Tidewater News Service/aq"
_EDITED = re.compile(r"^(\S.{2,50}?)\s?/\s?[a-zß-ÿ.]{2,4}$")
_WITH_DESK = re.compile(r"^(?:Reda[ck]|Réda)\w+\s*[/|]\s*(\S.*)$")
# Most words of a first or last line that ends in the name of an agency.
MOST_WORDS = 8
_TOLD = re.compile(
    r"^(?:本报)?(?:据|據|综合|綜合)(.{2,12}?)(?:、\S{2,12})?(?:报道|報道|報導|消息|电|電|讯|訊)$"
    r"|^(?:综合|綜合)(.{2,10}?社)(?:[、，]\S{2,12})?$"
)
# "(Tidewater News Agency (TNA)/aq)"
_BRACKET_TAIL = re.compile(
    rf"[{re.escape(OPEN)}]([^{re.escape(OPEN + CLOSE)}]{{2,40}}?(?:\s?\([^()]{{2,12}}\))?)"
    rf"(?:/[a-zß-ÿ.]{{1,4}})?[{re.escape(CLOSE)}]\.?$"
)
CLOSES = tuple(CLOSE)
_SENTENCE_ENDS = tuple('.!?。！？।॥۔…"”»’」』')
_DASH_TAIL = re.compile(r"\s(?:[—–―]|--)\s*([^\s—–―][^—–―.]{1,40})$")
_THAI_TAIL = re.compile(
    r"(?:[—–/(-]|(?:^|\s|\()(?:โดย|ที่มา\s?:)|(?:^|\n)\S{0,20}จาก)\s?(สำนักข่าว[^\s()]{1,30})(?:\s?\([^()]{1,20}\))?\)?$"
)
_LAST_TAIL = re.compile(r"[.!?…”\"»]\s+(\S{2,12}|[A-Z]\S+ [A-Z]\S+)$")


def _credit_line(line: str, read: Line) -> str | None:
    """Return the agency of a short paragraph that is a credit, or that ends in one; `read` is what was read of it."""
    stripped = line.strip()
    plain, bracketed = _unwrapped(stripped)
    # signs at its edges are those of what it begins with
    wrapped = not stripped.startswith(plain)
    for pattern, sign in ((_SOURCE, signs.SOURCE), (_WITH, signs.BY)):
        match = pattern.match(plain) if wrapped or read.edges & sign else None
        if match:
            source = _AGENCY_WORD.sub("", _one_source(match[1]))
            sure = not agencies.is_acronym(source) or _ALONGSIDE.match(plain)
            return known(source) or (agencies.named(source) if sure else None)
    label = _LABEL.match(plain)
    if label and not is_photo(label[0]) and (name := agencies.calls_itself_one(_one_source(label[1]))):
        return name
    right = _copyright(plain)
    if right:
        return right
    # a dash behind alone is a dateline's
    is_apart = stripped[:1] in DASH or (bracketed and stripped[-1:] not in DASH)
    found = agencies.named(plain) if is_apart else known(plain)
    if found is None and _AGENCE.match(plain):
        found = agencies.named(plain)
    if found is None and not CASED.search(plain):
        found = _uncased_line(plain)
    return found or _tail(line, is_last=True)


# "… 编辑：王海", "… Fotos: Marta Gil.": what another person did, behind a source
_NEXT_ROLE = re.compile(r"[.;|]?\s+[^\s:：]{1,12}(?:\s[^\s:：]{1,12})?\s?[:：].*$")
# "海岬社客户端"
_SITE = re.compile(r"(?<=社)(?:客户端|客戶端|网站|網站|微信公众号|微信公號|官网|官網|微博)$")


# "Za: …", "Bài: …": a short word before an agency, in whatever language; "글 …"
_LABEL = re.compile(r"^(?:[^\W\d_]{1,12}\.?\s?[:：]|글)\s*(?=\S)(.+)$")


def _one_source(said: str) -> str:
    """Return what stands behind a word of source without what others are named for and stops."""
    plain = _NEXT_ROLE.sub("", said).rstrip(". ")
    # the bracket that it ends in may have been taken for one around all
    opened = sum(map(plain.count, OPEN)) - sum(map(plain.count, CLOSE))
    return _SITE.sub("", plain + ")" if opened > 0 else plain.rstrip(")") if opened < 0 else plain)


def said_source(line: str) -> str | None:
    """Return what a short line says whose a text is, whoever that is: "Source: X", "With X", "(With X)"."""
    plain, _ = _unwrapped(line.strip())
    match = _SOURCE.match(plain) or _WITH.match(plain)
    return _AGENCY_WORD.sub("", _one_source(match[1])) if match else None


def _uncased_line(line: str) -> str | None:
    """Return the agency of a line of an unspaced script that is nothing but a credit."""
    told = _TOLD.match(line) or _GIVEN.match(line) or _TAKEN_FROM.match(line) or SENT.match(line)
    given = [g for g in told.groups() if g] if told else _TWO.split(line)
    return next(filter(None, map(agencies.calls_itself_one, given)), None) if told or len(given) == 2 else None


def _unwrapped(line: str) -> tuple[str, bool]:
    """Return a line without brackets, dashes and stops around it, and whether it has more of them than a full stop."""
    plain = line.strip(OPEN + CLOSE + DASH + " .").strip()
    return plain, plain != line.rstrip(".")


def _named_line(line: str) -> str | None:
    """Return the agency that the first or last line of a text is, as agencies call themselves."""
    plain = line.strip().strip(OPEN + CLOSE + "-–— ")
    if BYLINE.match(plain) or is_photo_line(plain):
        return None
    if plain[-1:] in ".!?:。":
        return None
    name = agencies.calls_itself_one(plain) if len(plain.split()) <= 5 else None
    person, _, agency = plain.rpartition(", ")
    # "Ada Quill, Tidewater News Service"
    is_signed = 0 < len(person.split()) <= 4 and all(w[:1].isupper() for w in person.split())
    if name is None and is_signed:
        name = agencies.calls_itself_one(agency)
    edited = _EDITED.match(plain) if name is None and "/" in plain else None
    name = agencies.calls_itself_one(edited[1]) if edited else name
    found = _WITH_INITIALS.match(plain) or _WITH_DESK.match(plain)
    if name is None and found is None:
        name = _beside_place(plain)
    return name or (agencies.named(found[1]) if found else None) or _name_at_end(plain)


def _beside_place(line: str) -> str | None:
    """Return the agency of a line that is a place and an acronym: "SELBY / NPA", "NPA - Selby"; what may be either is
    neither."""
    first, mark, second = line.partition(" / ") if " / " in line else re.sub(r"\s[|–—-]\s", "\n", line).partition("\n")
    found = [n for n in (first, second) if agencies.is_acronym(n) and agencies.named(n)]
    other = second if found and found[0] == first else first
    called = [n for n in (first, second) if mark and agencies.calls_itself_one(n)]
    if len(called) == 1 and len(line) <= LONGEST_CREDIT // 2:
        return agencies.named(called[0])
    proper = other[:1].isupper() and len(other.split()) <= 3 and not agencies.is_acronym(other)
    return found[0] if mark and len(found) == 1 and proper and is_place(other) else None


def _name_at_end(line: str) -> str | None:
    """Return the agency in which a short line ends that is no sentence: "Text and pictures Tidewater Wire"."""
    words = line.split()
    if not 1 < len(words) <= MOST_WORDS or not agencies.says_agency(line) or not CASED.search(line):
        return None
    ends = (" ".join(words[i:]) for i in range(1, len(words) - 1) if words[i][:1].isupper())
    return next((end for end in ends if not known(end) and agencies.calls_itself_one(end)), None)


def _is_acronym(name: str) -> bool:
    return name.isupper() and len(name) <= 6


_SENTENCE = re.compile(r"[.!?…]\s+")


def _copyright(line: str) -> str | None:
    folded = line.lower()
    match = _COPYRIGHT.search(line) if "©" in line or "copyr" in folded or "(c)" in folded else None
    # "Image copyright X", whatever sentences stand before
    if not match or is_picture(_SENTENCE.split(line[: match.start()])[-1]):
        return None
    name = first_part(match[1]).strip(" .").removeprefix("by ")
    own = agencies.calls_itself_one(name)
    return own or known(name) or known(name.split("-")[0]) or known(name.split(" ")[0])


def _tail(line: str, is_last: bool) -> str | None:
    """Return the agency at the end of a paragraph: behind the last sentence in brackets or behind a dash."""
    line = line.rstrip()
    match = _BRACKET_TAIL.search(line) if line[-2:].rstrip(".")[-1:] in CLOSES else None
    if match:
        before, inside = line[: match.start()].rstrip(), match[1]
        if before.endswith(_SENTENCE_ENDS):
            right = _WITH.match(inside) or _SOURCE.match(inside)
            if right:
                source = _one_source(right[1])
                return known(source) or agencies.calls_itself_one(source)
            return agencies.named(inside) or _uncased_tail(inside)
        # behind a photographer's name
        return agencies.calls_itself_one(inside) if line.endswith(CLOSES) else None
    thai = _THAI_TAIL.search(line) if "สำนักข่าว" in line else None
    if thai:
        return thai[1]
    match = _DASH_TAIL.search(line) if any(map(line.__contains__, signs.LONG_DASHES)) else None
    if match:
        return known(match[1]) or (match[1] if _is_acronym(match[1]) and agencies.named(match[1]) else None)
    match = _LAST_TAIL.search(line) if is_last else None
    return known(match[1]) or agencies.calls_itself_one(match[1]) if match else None


def _uncased_tail(inside: str) -> str | None:
    if inside.isascii():
        return None
    told = _TOLD.match(inside)
    two = _TWO.split(inside)
    of_two = next(filter(None, map(agencies.calls_itself_one, two)), None) if len(two) == 2 else None
    return known(inside) or of_two or (agencies.named(told[1] or told[2]) if told else None)


def _reporting(line: str) -> str | None:
    """Return the agency of "additional reporting by" and the like."""
    told = reporting.of_reports(line)
    if told and (name := agencies.calls_itself_one(told)):
        return name
    match = reporting.of_material(line)
    if match:
        return _byline(match[1])
    name, is_contribution = reporting.of_sign_off(line) or ("", False)
    is_sure = is_contribution and agencies.is_acronym(name)
    return agencies.calls_itself_one(name) or (agencies.named(name) if is_sure else None)
