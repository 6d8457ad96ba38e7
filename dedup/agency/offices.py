"""Offices and authorities that are called agencies, or have a press service: what they say of themselves is no copy."""

from __future__ import annotations

import re

from dedup.agency import agency_words

# Offices and authorities are called agencies too: one of these stands in their names, and no word of news.
_OFFICE = re.compile(
    r"\b(?:tribut|nacional|national|nazional|estatal|federal|r[eé]gional|municipal|espacial|spa[tz]ial|europ|sanit"
    r"|sant[eé]\b"
    r"|salud|saúde|entrate|meteorol|restruktur|rozwoju|mienia|rynku|державн|федеральн|национальн|національн|государств"
    r"|європейськ|европейск)"
    r"|जांच|राष्ट्रीय|केंद्रीय|सुरक्षा|अंतरिक्ष|तपास|تحقیقاتی|وفاقی|خفیہ|انٹیلی|سکیورٹی"
    r"|الفضاء|الطاقة|الاستخبارات|الغوث|ناسا|الأدوية|التنمية|الدولية",
    re.IGNORECASE,
)
# What has a press service and sends out what it says of itself.
_AUTHORITY = re.compile(
    r"(?<![^\W\d_])(?:minist|polic(?:e\b|ía|ia\b|ie\b|ji|ij)|polizei|polizia|polisen|polisi|politi(?:et|ets)?\b"
    r"|полици|полиц|поліц|милиц|міліц"
    r"|м[иі]н[иі]стер|прокур|procur|prosecut|prokur|governm|gobierno|gouvernement|governo|regering|regjering|hallitukse"
    r"|правительств|уряду|úřad vlády|kancelaria prezydenta|presidential|президент|kantor gubernur|pemerintah|serikali"
    r"|kormány|guvern|κυβέρνησ|υπουργ|αστυνομ|rendőrség|poliția|poliţia|bakanl|valilik|belediye|emniyet)"
    r"|मंत्रालय|पुलिस|पोलीस|सरकार|মন্ত্রণালয়|পুলিশ|সরকার|அமைச்சக|காவல்|அரசு|משרד|משטרה|משטרת|وزارة|شرطة|وزارت|پولیس"
    r"|警察|公安|政府|庁|省警|경찰|กระทรวง|ตำรวจ",
    re.IGNORECASE,
)
_OF_NEWS = re.compile(
    r"pre[sn]|pras|not[ií][cz]|inform|stampa|news|telegra|новин|новост|информ|інформ|телегр|समाचार|वृत्त|न्यू|خبر"
    r"|نیوز|پریس|أنباء|برس",
    re.IGNORECASE,
)


# Who sends out texts of its own, and is credited for them, without being an agency of news.
_BODY = re.compile(
    r"(?<![^\W\d_])(?:universi|università|universidade|yliopisto|egyetem|üniversite|univerz|uniwersyt|универс|универз"
    r"|universität"
    r"|hochschule|högskol|council|board|gemeinde|stadt |ayuntamiento|ajuntament|mairie|comune di|câmara|kommun"
    r"|gemeente|urząd|urad|úřad"
    r"|kaupun|kunta|önkormányzat|primări|belediye|мэрия|мерія|управл|администрац|адміністрац|община|δήμος|club|klub"
    r"|verein|fútbol"
    r"|federation|federa[cç]|fédération|verband|vereniging|stowarzyszenie|spolek|związek|union|sindicat[oa]"
    r"|syndicat(?![a-z])|gewerkschaft"
    r"|institut|foundation|fundaci|fundação|fondation|fondazione|stiftung|stiftelse|säätiö|фонд|hospital|krankenhaus"
    r"|szpital|nemocnice"
    r"|bank|banco|banque|банк|museum|musée|museo|museu|muzeum|музей|ltd|limited|inc|gmbh|holding|s\.a|s\.r|company"
    r"|corporation|compañía"
    r"|party|partido|partei|parti|партия|партія|parliament|parlament|church|kirche|église|iglesia|brigade|feuerwehr"
    r"|bomberos|pompiers"
    r"|office|department|departamento|directorate|commission|comisión|authority|autoridad|archive|archiv|харчива"
    r"|архив|chamber|society)"
    r"|大学|大學|協会|协会|協會|公司|会社|株式|銀行|银行|委员会|委員会|대학|협회|회사|은행"
    r"|विश्वविद्यालय|नगर निगम|परिषद|جامعة|بلدية|شركة|دانشگاه"
    r"|شهرداری|یونیورسٹی|אוניברסיט|עירי[יה]|มหาวิทยาลัย|บริษัท|เทศบาล",
    re.IGNORECASE,
)


def is_body(name: str) -> bool:
    """Return whether a name is of an office, a company, a club or the like, and has no word for news: it may send out
    what stands in several papers, which is no agency's copy.

    >>> is_body("Harbour Board"), is_body("Ministry of Transport"), is_body("Harbour News"), is_body("Agropressen")
    (True, True, False, False)
    """
    return (
        bool(_BODY.search(name) or is_office(name))
        and agency_words.find(name) is None
        and not agency_words.is_of_news(name)
    )


def is_office(text: str) -> bool:
    """Return whether a name is of an office or an authority that is called an agency, or of one's press service.

    >>> is_office("Agenzia delle Entrate"), is_office("Press Service of the Police"), is_office("Agence Rivage")
    (True, True, False)
    """
    if _AUTHORITY.search(text):
        return True
    return bool(_OFFICE.search(text)) and not is_of_news(text)


def is_of_news(text: str) -> bool:
    """Return whether a word for news, the press or information stands in a text."""
    return bool(_OF_NEWS.search(text)) or agency_words.find(text) is not None
