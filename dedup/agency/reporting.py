"""Sentences that say whose copy a text has: "additional reporting by", "with material from", "as X reports"."""

from __future__ import annotations

import re

from dedup.agency.credit_signs import MATERIAL, REPORTING_WORDS

# Longest sentence that says who provided a text (characters).
LONGEST_SIGN_OFF = 160

_REPORTING = re.compile(
    r"(?:(?:(?:additional|further) )?reporting(?: by|:)|(?:this (?:story|report|article) )?(?:contains|includes|using) "
    r"(?:material|information|reporting) (?:from|by)|material from"
    r"|with (?:reporting|inputs?|material|files) (?:by|from)"
    rf"|{'|'.join(map(re.escape, sorted(MATERIAL, key=len, reverse=True)))})"
    r"\s*(?:(?<=\s)|(?<=['’]))(?:the |l['’]|la |der |den |det |de |het |des |agence |agencji |агентства )?"
    r"([^\n.;)]{2,60})",
    re.IGNORECASE,
)


def may_report(text: str) -> bool:
    """Return whether a reporting credit can stand in a text: quick, and never false where one does."""
    folded = text.casefold()
    return any(group in folded and any(word in folded for word in words) for group, words in REPORTING_WORDS.items())


# "Tidewater Wire contributed to this report", "This story was provided by Tidewater Wire"
_CONTRIBUTED = re.compile(
    r"^(.{2,60}?) (?:contributed to this|a contribué à (?:cet|ce)|ha contribuito a questo|contribuyó a est"
    r"|contribuiu para est|hat zu diesem|bidrog till|heeft bijgedragen aan)\w*\b"
)
_PROVIDED = re.compile(
    r"^(?:this|the) (?:story|report|article|dispatch) (?:(?:(?:was|is|has been) )?(?:first |originally )?"
    r"(?:(?:provided|supplied|produced|published|distributed) by|appeared on)|(?:is|comes|came|was) from|by) "
    r"(.{2,60}?)(?:,? (?:was|is|has been|and|for|under|which|who|that)\b.{0,80})?\.?$",
    re.IGNORECASE,
)


# "Про це повідомляє Причал-Інформ." and the like, as a sentence of its own
_REPORTED = re.compile(
    r"(?:(?:^|[.!?…»”\"]\s+)(?:Про це|Як|Об этом|Как|Informację|O tym|O tom|Informuje o tom|За това|Това)"
    r"\s(?:\w+\s)?|,\s)"
    r"(?:повідомля[єю]\w*|інформу[єю]\w*|переда[єю]\w*|пише|сообща[ею]т|переда[её]т|информиру[ею]т|пишет|podaje|podała"
    r"|informuje|informovala|съобщава|предава|информира)\s(?:кор+еспондент\s)?"
    r"((?:(?:інформаційне |информационное |новинне )?(?:[Аа]гентств[оа]|[Аа]генці[яї]|[Аа]генция|[Aa]gencja|[Aa]gentúra"
    r"|[ИІ]А)\s)?"
    r"[^\s.,][^\n.,]{1,38}?)(?:\s(?:з посиланням|із посиланням|со ссылкой|powołując|с позоваване)"
    r"[^\n.]{2,60})?\.?(?=\s|$)"
)


# Words beside which an outlet is named that had a text first.
HAD_FIRST = re.compile(
    r"\b(?:first reported|reported first|first to report|first published|originally (?:published|appeared|reported)"
    r"|broke the (?:story|news)|zuerst [^.\n]{0,40}\b(?:berichte|erschien|gemeldet|veröffentlicht)\w*"
    r"|(?:d['’]abord|initialement) (?:publié|paru|rapporté|révélé)\w*|publicad[oa] originalmente"
    r"|originalmente publicad[oa]|pubblicat[oa] originariamente|впервые (?:сообщи|опублико|написа)\w+|первым сообщи\w+"
    r"|publicat originalment|publicado en primicia"
    r"|(?:em primeira mão|per prim[oa]) [^.\n]{0,20}\b(?:public|noticio|riport)\w*"
    r"|вперше (?:повідоми|опублікува|написа)\w+|перш(?:им|ою) повідоми\w+"
    r"|jako pierwsz[yae] [^.\n]{0,20}\b(?:poda|opis|inform)\w*"
    r"|jako první [^.\n]{0,20}\b(?:informoval|napsal|přines)\w*|als eerste [^.\n]{0,20}\b(?:meld|bericht|schreef)\w*"
    r"|(?:först|først) (?:rapporter|publicer|publiser|omtal)\w*|elsőként (?:írt|számolt be|közölt)"
    r"|ensimmäisenä (?:kertoi|uutisoi)|kertoi ensimmäisenä|publicat (?:inițial|prima dată)"
    r"|ilk (?:kez|olarak) [^.\n]{0,20}duyur\w*"
    r"|pertama kali (?:dilaporkan|diberitakan|diterbitkan)|πρώτ(?:ος|η|ο) (?:δημοσίευσε|αποκάλυψε|έγραψε))"
    r"|最初に報じ|最(?:先|早)(?:报道|報道|報導)|首先(?:报道|報道|報導)|率先(?:报道|報道|報導)"
    r"|(?:처음|최초)(?:로|으로)? ?보도"
    r"|(?:รายงาน|เผยแพร่)ครั้งแรก|نُ?شر(?:ت)? (?:أولا|لأول مرة)|सबसे पहले (?:प्रकाशित|बताया)"
)


def of_reports(line: str) -> str | None:
    """Return what stands in a line where an agency does that reports what the text says."""
    told = _REPORTED.search(line)
    return told[1] if told else None


def of_material(line: str) -> re.Match[str] | None:
    """Return where a line says of whom the material of a text is."""
    return _REPORTING.search(line) if may_report(line) else None


def of_sign_off(line: str) -> tuple[str, bool] | None:
    """Return who provided a text or contributed to it, by a line that says so, and whether that is a contribution."""
    given = (_CONTRIBUTED.match(line) or _PROVIDED.match(line)) if len(line) <= LONGEST_SIGN_OFF else None
    return (given[1].removeprefix("The ").removeprefix("the "), given.re is _CONTRIBUTED) if given else None
