"""What kinds of passages are told by: words and marks of captions, navigation, speech and contact; quotation marks."""

from __future__ import annotations

import functools
import re

from dedup.agency import letters
from dedup.cues import cue_signs, first_persons

# Texts of which what they show is kept at hand: the places of a cluster often have the same words.
SEEN = 1 << 10
_OPENING = "“„«‹「『《〝"
_CLOSING = "”»›」』》〞“"
_STRAIGHT = '"＂'
# These are looked for in lower case: three times quicker than a pattern that ignores case. This one looks ahead first
# for what none of its branches begins with, as most characters of a text do not: three times quicker again.
_CAPTION_MARK = re.compile(
    r"(?=[^a-z0-9 ,]|\b[abfhip]|^)(?:"
    r"\(\s*pictured|\bpictured\b|\bfile (?:photo|picture|image)\b"
    r"|\b(?:photo|picture|image|photograph|foto|imagen|bild)s?\s*[:/(]"
    r"|\b(?:photo|foto|photographie) (?:by|credit|de|von)\b|\(\s*(?:left|right|centre|center|above|below)\s*\)"
    r"|\bhandout\b|\([^()/\n]{3,40}/[^()/\n]{3,40}\)\s*$|\barchiv(?:e|bild|o)?\b|\bimago\b"
    # words for pictures stand in other words too where these are not spaced ("คุณภาพ", "拍摄", "資料"), and in plain
    # sentences: beside a mark, or at either end, they stand for a caption's credit
    r"|(?:^\W*|[(（【\[/|＝=]\s*|[。.!?।۔؟\"”»]\s*)(?:صورة|الصورة|تصویر|تصاویر|فوٹو|تصوير|фото|світлина|фотография|图片|圖片|图|圖"
    r"|写真|ภาพ|फोटो|तस्वीर|चित्र|छायाचित्र|छाया|ছবি|사진|φωτο)(?![ก-๎\u0900-\u097f])"
    r"|(?:صورة|الصورة|تصویر|تصاویر|فوٹو|تصوير|фото|світлин[аи]|图片|圖片|图|圖|写真|撮影|ภาพ|फोटो|तस्वीर|चित्र|छायाचित्र|ছবি|사진)"
    r"\s?(?:[:：/／＝=)）】]|$|提供|来源|來源|説明|は)"
    r"|(?<!\w)(?:фото|светлина|світлин[аи])(?!\w)|архівне|архивное|资料图|資料圖|资料照|資料照|图为|圖為|供图|供圖"
    r"|(?<!拍)[摄攝](?=\s*(?:[)）】]|$))"
    r"|資料写真|[（(【]資料[)）】]|(?:写真|撮影)[)）】。]?$|(?:ประกอบ|แฟ้ม)ภาพ|ภาพ(?:ประกอบ|แฟ้ม|จาก|โดย|ถ่าย)|เครดิตภาพ"
    r"|أرشيف|فائل فوٹو|(?:फ़?ाइल|संग्रहित|प्रातिनिधिक) (?:फोटो|चित्र|छायाचित्र)"
    r")",
)
# One of these stands in each of them: quicker than the pattern.
_OF_CAPTIONS = (
    *("(", "pictur", "photo", "foto", "image", "bild", "file ", "handout", "archiv", "imago", "صورة", "تصویر", "تصوير"),
    *(
        "фото",
        "图片",
        "圖片",
        "资料图",
        "資料圖",
        "图为",
        "圖為",
        "攝",
        "摄",
        "写真",
        "撮影",
        "資料",
        "ภาพ",
        "फोटो",
        "तस्वीर",
    ),
    *(
        "चित्र",
        "छाया",
        "ছবি",
        "사진",
        "φωτο",
        "فوٹو",
        "تصاویر",
        "світлин",
        "фотография",
        "светлина",
        "图",
        "圖",
        "архив",
        "архів",
    ),
    *("资料照", "أرشيف"),
)
_FURNITURE_MARK = re.compile(
    r"\b(?:cookies?|subscri|newsletter|sign[- ]?(?:up|in)|log ?in|read more|most read"
    r"|related (?:articles|stories|topics|content|news)|all rights reserved|copyright"
    r"|privacy (?:policy|notice|settings)|terms of (?:use|service)"
    r"|click here|(?:leave|post) a comment|comments (?:are|section|policy)|join the conversation|moderat|advertis"
    r"|(?:your|this) browser|javascript"
    r"|follow us|share this|tune in|must watch|just watched|more videos|download (?:our|the)|the app\b"
    r"|view (?:photo|gallery|slideshow)"
    r"|support (?:local|our|quality) journalism|do you have a story|our newsdesk|in your inbox|republication"
    r"|abonn|suscr|inscri|werbung|datenschutz|registrier|anmelden|alle rechte|plus-angebot|weiterlesen"
    r"|connectez-vous|réservé à nos|tous droits|lire la suite|regístr|inicia sesión|derechos reservados"
    r"|lesen sie auch|mehr zum thema|folgen sie uns|jetzt testen"
    r"|lire aussi|suivez-nous|politique de confidentialité|partager cet"
    r"|le(?:a|e) también|seguir leyendo|síguenos|boletín|política de privaci|leia (?:também|mais)|siga-nos"
    r"|leggi anche|seguici|zaloguj|czytaj (?:też|więcej|także)|wszelkie prawa|lees (?:ook|meer|verder)"
    r"|läs (?:mer|också)"
    r"|abbonat|accedi\b|riproduzione riservata|assinante|direitos reservados|prenumer|alla rättigheter)\w*"
    r"|ملفات تعريف|اشترك|جميع الحقوق|لقراءة المزيد|اقرأ أيضا|تابعونا|سجل الدخول|النشرة البريدية"
    r"|подпис|подпиш|реклам|все права защищены|войдите|читайте также|следите за|рассылк"
    r"|усі права|підпис[ау]|підпиш|читайте також|стежте за|розсилк|увійдіть"
    r"|订阅|訂閱|登录|登入|点击|點擊|版权|版權|转载|轉載|新闻热线|客户端|关注我们|公众号"
    r"|阅读更多|閱讀更多|相关阅读|相關閱讀|扫码|掃碼|未经授权|未經授權|责任编辑|責任編輯|免责声明"
    r"|購読|会員|ログイン|無断転載|続きを読む|関連記事|メールマガジン|フォロー|무단\s?전재|구독|로그인|관련\s?기사"
    r"|สมัคร|กดติดตาม|ดาวน์โหลด|อ่านต่อ|อ่านเพิ่มเติม|สงวนลิขสิทธิ์|เข้าสู่ระบบ|คุกกี้|จดหมายข่าว|ข่าวที่เกี่ยวข้อง|คลิกที่นี่|แอปพลิเคชัน"
    r"|सदस्यता|सब्सक्राइब|सबस्क्राइब|डाउनलोड|सर्वाधिकार|लॉग ?इन|यह भी पढ़ें|और पढ़ें|हेही वाचा|अधिक वाचा|वर्गणीदार|फॉलो करा|फॉलो करें"
    r"|کوکیز|حقوق محفوظ|سبسکرائب|مزید پڑھیں|لاگ ان|نیوز لیٹر|ڈاؤن لوڈ کریں|فالو کریں|موبائل ایپ|واٹس ایپ چینل|بلا اجازت"
    r"|تابعنا|حمّ?لوا? التطبيق|حقوق النشر|نشرتنا|تمامی حقوق|کپی‌رایت|عضویت در|خبرنامه"
    r"|ई-पेपर|वार्षिक वर्गणी|सदस्य व्हा|नोंदणी करा|व्हॉट्स(?:अ‍ॅ|ॲ|अॅ)प (?:चॅनेल|ग्रुप)|हक्क राखीव|व्हाट्सऐप चैनल|ऐप डाउनलोड"
    r"|передрук|перепечатк|гіперпосилан|гиперссылк|telegram-канал|телеграм-канал"
    r"|扫描二维码|掃描|二维码下载|更多精彩|侵权|侵權|本站立场|作者个人观点|会員登録|無料登録|有料会員|メルマガ|クッキー"
    r"|アプリを?ダウンロード|앱 다운로드|뉴스레터|저작권자|ติดตามข่าวสาร|แฟนเพจ|กดไลก์|นโยบายความเป็นส่วนตัว|ห้ามคัดลอก"
    r"|\b(?:abone ol|çerez|bülten|takip edin|hakları saklı|kaynak gösterilmeden|uygulamamızı indir|giriş yap"
    r"|ilgili haber|haberin devamı|apúnt(?:ate|ese)|inicie sesión|contenido exclusivo|reproducción (?:total|parcial)"
    r"|lettre d['’]info|il vous reste|reproduction interdite|iscriviti|cadastre-se|assine\b"
    r"|subskryb|zapisz się|nieuwsbrief|meld je aan|ingelogd|inloggen|eingeloggt|innlogget|inloggad|zalogowan"
    r"|(?:my|mijn|mein|mon|mi|il mio) (?:account|konto|compte|cuenta)"
    r"|(?:proef|probe)abonnement"
    r"|nyhetsbrev|logga in|berlangganan|baca juga|hak cipta|unduh aplikasi|ikuti kami|đọc thêm|đăng ký nhận|bản quyền)",
)
# Where sentences of furniture end; the least part of a text, by number and length, that those with its words make up.
_ENDED = re.compile(r"[.!?।۔。！？\n]+")
FURNITURE_PART = 1 / 3
# What a company or an author says of itself at the end of every release or article.
_ABOUT_MARK = re.compile(
    r"^\W*(?:about|über|à propos d|acerca de|sobre|informazioni su|о компании|об авторе|про компанію|关于|關於|نبذة عن"
    r"|के बारे में)[^:\n]{0,60}[:：]",
    re.IGNORECASE,
)
# A year of foundation, and that something is a company, as such a note has them without a heading.
_FOUNDED = re.compile(
    r"\b(?:founded|established|incorporated|set up) in \d{4}|\b(?:fundad|cread|fondat)[ao]s? (?:en|em|nel|in) \d{4}"
    r"|\b(?:fondée?|créée?) en \d{4}|\bgegründet|založen"
    r"|\b(?:opgericht|grundad|grundlagt|stiftet) (?:in |i )?\d{4}|założon"
    r"|\b(?:основан|создан|заснован|створен)\w* (?:в|у|1|2)|성립|설립|(?:创立|成立|創立|创办|創辦)[于於]"
    r"|\d{4}年(?:に)?(?:設立|創業|創立)"
    r"|\d{4}['’]?\w* (?:yılında )?kurul|(?:ก่อตั้ง|จัดตั้ง)(?:ขึ้น)?(?:เมื่อ|ใน|ปี)|تأسست|تأسس "
    r"|قائم (?:ہوئی|ہوا|کی گئی)|کی بنیاد|स्थापना|स्थापित|স্থাপিত"
)
_COMPANY = re.compile(
    r"\b(?:compan(?:y|ies)|firm|group|manufacturer|employ(?:s|ees)|empresa|compañía|empleados|trabajadores|entreprise|société"
    r"|salariés|collaborateurs|unternehmen|konzern|mitarbeite\w+|azienda|dipendenti|funcionários|bedrijf|werknemers|företag|firma"
    r"|spółka|pracownik\w+|компани\w+|сотрудник\w+|компані\w+|працівник\w+|підприємств\w+|şirket\w*|çalışan\w*|kuruluş\w*)\b"
    r"|企业|企業|公司|总部|總部|会社|本社|メーカー|従業員|员工|員工|회사|본사|기업|บริษัท|พนักงาน|شركة|شرکت|کمپنی|ملازمین|कंपनी|कर्मचारी|कामगार|কোম্পানি"
)
# Longest such note (characters).
LONGEST_NOTE = 500
_SPEECH = re.compile(
    r"\b(?:said|says|told|added|tweeted|wrote|stated|testified|explained|insisted|warned|argued|according to|statement"
    r"|sagte|erklärte|dijo|declaró|afirmó|a déclaré|a dit|affirmé|disse)\b"
    r"|сказал|заявил|отметил|сообщил|каза|заяви|说|說|表示|称|稱|述べ|話し|語っ|と話|कहा|म्हण|กล่าว|บอก|قال|قالت|أضاف|کہا",
)


# Share of a passage inside quotation marks from which it is a quotation.
QUOTED = 0.7
# A straight mark that closes: behind a word or stop, before none.
_CLOSES = re.compile(rf"[{_STRAIGHT}](?<=[\w.,;:!?…।۔%)\]].)(?!\w)")
# Two single marks are a double one, as some keyboards write it. What any of them begins with comes first, that a search
# can skip to it.
_QUOTE_MARKS = re.compile(f"[{_STRAIGHT}{_OPENING}{_CLOSING}'‘’](?:(?<!['‘’])|['‘’])")
# Of these one stands where any is found: many times quicker than the pattern.
_EACH_MARK = (*dict.fromkeys(_STRAIGHT + _OPENING + _CLOSING), *(a + b for a in "'‘’" for b in "'‘’"))


@functools.lru_cache(maxsize=SEEN)
def quoted_share(paragraph: str, start: int, end: int) -> float:
    """Return the share of `paragraph[start:end]` inside quotation marks.

    A straight mark opens and closes in turn; an opening mark without a closing one quotes to the end of the paragraph,
    as in quotations of several paragraphs.
    """
    stretches = quotations(paragraph, start, end)
    share = sum(b - a for a, b in stretches) / max(1, end - start)
    # what begins and ends as quotation is one, though somebody is named in the middle
    if 0.4 <= share < QUOTED and _is_quoted(paragraph, start) and stretches[-1][1] == end:
        return QUOTED
    return share


def quotations(paragraph: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches of `paragraph[start:end]` inside quotation marks; single marks count where no others stand,
    as some outlets quote with them alone."""
    if not has_marks(paragraph):
        pairs = [(max(a, start), min(b, end)) for a, b in _inside_single(paragraph)]
        return [(a, b) for a, b in pairs if a < b]
    depth, straight, at = 0, False, start
    found: list[tuple[int, int]] = []
    for mark in _QUOTE_MARKS.finditer(paragraph, 0, end):
        here = mark.start()
        if (depth or straight) and here > at:
            found.append((at, here))
        at, c = max(at, mark.end()), mark[0]
        if c in _STRAIGHT and depth == 1 and not straight and _CLOSES.match(paragraph, here):
            depth = 0
        elif c in _STRAIGHT or (len(c) == 2 and not depth):
            straight = not straight
        elif c in _OPENING and not (c == "“" and depth and "„" in paragraph[:here]):
            depth += 1
        else:
            depth, straight = max(0, depth - 1), straight and depth > 0
    if (depth or straight) and end > at:
        found.append((at, end))
    return found


def has_marks(text: str) -> bool:
    """Return whether quotation marks other than single ones stand in a text."""
    return any(map(text.__contains__, _EACH_MARK))


# Single marks, straight and curved, that are no apostrophe within a word or behind initials ("S.K.'den").
_SINGLE = re.compile(
    r"(?P<begin>['‘](?<![\w'’‘.].)(?!(?:s|em|tis|twas|til|cause|n|\d0s)\b)(?=\w))|['’](?<=[^\s(\[{“„«–—/-].)(?!\w)"
)
# What all begin with that open a quotation.
_BEGIN = re.compile(r"['‘](?<![\w'’‘.].)(?=\w)")
# What only follows the end of a quotation.
_BEHIND = re.compile(r"\s*(?:[.,;:)!?–—-]|$)")


@functools.lru_cache(maxsize=SEEN)
def _inside_single(paragraph: str) -> tuple[tuple[int, int], ...]:
    """Return the stretches inside single quotation marks: an "s" and a mark may be a plural's apostrophe, so that such
    a mark ends a quotation only when another begins behind it, or nothing but a stop follows."""
    found: list[tuple[int, int]] = []
    if not _BEGIN.search(paragraph):  # most have apostrophes alone
        return ()
    opened = maybe = -1
    for mark in _SINGLE.finditer(paragraph):
        at = mark.start()
        if mark["begin"]:
            if opened >= 0 and maybe > opened:
                found.append((opened, maybe))
                opened = -1
            opened, maybe = (at + 1, -1) if opened < 0 else (opened, maybe)
        elif opened >= 0 and (paragraph[at - 1] != "s" or _BEHIND.match(paragraph, at + 1)):
            found.append((opened, at))
            opened = maybe = -1
        elif opened >= 0:
            maybe = at
    if opened >= 0 and (maybe < 0 or not paragraph[: opened - 1].strip()):
        found.append((opened, len(paragraph)))
    elif opened >= 0:
        found.append((opened, maybe))
    return tuple(found)


def _is_quoted(paragraph: str, at: int) -> bool:
    """Return whether a place stands inside quotation marks."""
    before = paragraph[:at]
    opened = max((before.rfind(c) for c in _OPENING), default=-1)
    closed = max((before.rfind(c) for c in _CLOSING if c not in _OPENING), default=-1)
    return opened > closed or sum(before.count(c) for c in _STRAIGHT) % 2 == 1


# "Edda Croll: …", "CROLL (in the hall): …"
_LABEL = re.compile(r"^\W*(?:[^\W\d_][\w.'’-]*+[ \u00a0]?){1,5}(?:\([^()\n]{1,40}\))?\s?[:：]\s*\S")
_HANDLE = re.compile(r"(?<!\w)@\w{2,}")
_SIGNED = re.compile(r"^\W*[—–-]\s?[^\n@]{2,40}\(@\w{2,}\)")
# The same at the end of a post, before its date.
_SIGNED_END = re.compile(r"[—–-]\s?[^\n@.]{2,40}\(@\w{2,}\)(?:[^\n.]{0,30}$|\s)")
SIGNATURE = 100
# First persons that a text needs, and their share of its words.
FIRST_PERSONS, FIRST_PERSON_SHARE = 2, 0.02


@functools.lru_cache(maxsize=SEEN)
def is_first_person(paragraph: str, start: int, end: int) -> bool:
    """Return whether somebody speaks of himself in `paragraph[start:end]`, outside quotation marks.

    >>> said, told = "I never wanted it, and my friends know that.", "She said: “I never wanted it, we knew.”"
    >>> is_first_person(said, 0, len(said)), is_first_person(told, 0, len(told))
    (True, False)
    """
    edges = [start, *(edge for stretch in quotations(paragraph, start, end) for edge in stretch), end]
    plain = " ".join(paragraph[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    words = max(len(plain.split()), len(plain) / 8)
    found = first_persons.count(plain)
    return found >= FIRST_PERSONS and found >= FIRST_PERSON_SHARE * words


def has_caption_mark(text: str) -> bool:
    """Return whether a text has a mark or credit of a caption."""
    lowered = text.lower()
    return any(word in lowered for word in _OF_CAPTIONS) and bool(_CAPTION_MARK.search(lowered))


def has_furniture_mark(text: str) -> bool:
    """Return whether a text has words of navigation, registration, subscription and the like, in sentences that make up
    a good part of it: a story may speak of subscribers.

    >>> told = "It took two years. It cost 37 million and serves all 19 towns of the bay. Subscribers pay more."
    >>> has_furniture_mark("Sign up for our newsletter."), has_furniture_mark(told)
    (True, False)
    """
    lowered = text.lower()
    if not _FURNITURE_MARK.search(lowered):
        return False
    sentences = [s for s in map(str.strip, _ENDED.split(lowered)) if s]
    marked = [len(s) for s in sentences if _FURNITURE_MARK.search(s)]
    least = FURNITURE_PART * len(sentences), FURNITURE_PART * sum(map(len, sentences))
    return len(marked) >= least[0] and sum(marked) >= least[1]


def says_what_it_is(paragraph: str) -> bool:
    """Return whether a paragraph begins as those do in which a company or an author says what it is."""
    if _ABOUT_MARK.match(paragraph):
        return True
    lowered = paragraph.lower() if len(paragraph) <= LONGEST_NOTE else ""
    return bool(_FOUNDED.search(lowered) and _COMPANY.search(lowered))


def has_speech(text: str) -> bool:
    """Return whether a text has a verb of speech."""
    lowered = text.lower()
    return any(map(lowered.__contains__, cue_signs.OF_SPEECH)) and bool(_SPEECH.search(lowered))


def is_given(before: str, lead: str) -> bool:
    """Return whether a passage begins a paragraph that a verb of speech and a colon lead to: a quotation set apart.

    `lead` is the end of the paragraph before.
    """
    return lead.rstrip().endswith((":", "：")) and not before.strip() and has_speech(lead[-100:])


def is_introduced(before: str, after: str, paragraph: str, lead: str) -> bool:
    """Return whether what stands around a passage gives it to a speaker: a label ("Croll: …"), a colon at the end of
    what leads to it, a verb of speech beside it, or the name of an account.

    `lead` is the end of the paragraph before.
    """
    near = f"{before[-120:]} {after[:120]}"
    if _LABEL.match(paragraph[:60]) or _HANDLE.search(near) or has_speech(near):
        return True
    return not before.strip() and (lead.rstrip().endswith((":", "：")) or has_speech(lead))


def is_signed(text: str, after: str) -> bool:
    """Return whether the name of an account that signs it follows a passage, or ends it."""
    return bool(_SIGNED.match(after) or _SIGNED_END.search(text[-SIGNATURE:] + after[:SIGNATURE]))


# Longest part outside quotation marks that only says who speaks (characters).
LONGEST_ATTRIBUTION = 100
# How such a part begins behind a quotation, in any language, and what ends its sentence.
_TOLD = re.compile(
    rf"[{_STRAIGHT}{_CLOSING}{_OPENING}'’]+\s*[,،，]\s|(?<=[,،，])[{_STRAIGHT}{_CLOSING}{_OPENING}'’]+\s"
)
_ANOTHER = re.compile(r"[.!?…。！？।۔]\s")


def is_quoted_with_speaker(paragraph: str, start: int, end: int) -> bool:
    """Return whether a passage is a quotation but for the words that say whose it is: at least half of it stands inside
    quotation marks, and each part outside is short and has a verb of speech.

    >>> said = '"We lost the boats and the nets," said the harbour master. "We kept the men."'
    >>> is_quoted_with_speaker(said, 0, len(said))
    True
    """
    inside = quotations(paragraph, start, end)
    quoted = sum(b - a for a, b in inside)
    if 2 * quoted < end - start:
        return False
    edges = [start, *(edge for pair in inside for edge in pair), end]
    return all(_only_names_speaker(paragraph, a, b) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _only_names_speaker(paragraph: str, start: int, end: int) -> bool:
    """Return whether a part of a paragraph outside quotation marks is short and says who speaks, or is nothing."""
    part = paragraph[start:end].strip(" ,.;:" + _STRAIGHT + _OPENING + _CLOSING)
    if len(part) <= 3:
        return True
    told = has_speech(part) or (_TOLD.match(paragraph, start, end) and not _ANOTHER.search(paragraph, start, end))
    return len(part) <= LONGEST_ATTRIBUTION and bool(told)


# Headlines in a list that extraction has run together: "Ellis CrollHarbour board widens breakwater | Storm …".
_GLUED = re.compile(r"(?<![^\W_])([A-ZÀ-Þ]?[a-zß-ÿ]{2,})(?=(?:[A-ZÀ-Þ][\w’']+|\d{4})(?![^\W_]))")
_BARS = re.compile(r"\s[|•·▪►▸]\s|^[^«]*\s»\s")
_MORE = re.compile(r"(?<!\w)MORE(?!\w)")
_ENDS = re.compile(r"(?:(?<!\w)[a-zß-ÿ][\w’'-]{0,40}|(?<!\w)\w{5,}|[)”\"’'])[.!?][\"'”’)]*\s+[\"'“‘(]?[A-ZÀ-Þ]")


# How far around a passage headlines are looked for that it stands among (characters).
AMONG = 160


@functools.lru_cache(maxsize=SEEN)
def is_run_together(text: str, before: str, after: str) -> bool:
    """Return whether a text is headlines that extraction has run together: no sentence ends in it, and bars stand
    between its parts, or a word is glued to the next that stands apart elsewhere in its paragraph; or both such marks
    stand around it.

    `before` and `after` are what stands around it in its paragraph.
    """
    if "\n" in text or _ENDS.search(text):
        return False
    if _BARS.search(text) or _MORE.search(text):
        return True
    paragraph = f"{before}{text}{after}"
    if any(_is_glued(m, paragraph) for m in _GLUED.finditer(text)):
        return True
    if "MORE" not in after[:AMONG] or not _MORE.search(_ENDS.split(after[:AMONG])[0]):
        return False
    lead = _ENDS.split(before[-AMONG:])[-1]
    glued = [m.end() for m in _GLUED.finditer(lead) if _is_glued(m, paragraph)]
    return bool(glued) and not _MORE.search(lead, glued[-1])


def _is_glued(match: re.Match[str], paragraph: str) -> bool:
    return letters.has_word(paragraph, match[1])


# "April 30 — primary …", "65.7% - The percentage …": a short head with a figure.
_DATED = re.compile(r"\W*(?=[^\n]{0,24}\d)(?:\S+\s+){0,3}\S+?\s*(?:\s[—–-]|:)\s")
# A piece of text without a letter or figure.
_SIGN = re.compile(r"[^\w\s](?<!\S.)[^\w\s]*(?!\S)", re.DOTALL)
LONGEST_HEAD = 120
# Lines of a list, and which part of them has such a head; the part of a table's pieces that are mere signs.
LIST_LINES, LIST_SHARE, LEAST_SIGNS, SIGN_SHARE = 4, 0.5, 3, 0.2
# Names and figures in a row that only the cells of a table hold, and their part of what is one.
LEAST_CELLS, CELL_SHARE = 8, 0.1
# So many words in a row that begin with no small letter: many times quicker than counting cells.
_BIG = r"[^\sa-zß-öø-ÿα-ωа-яё]"
_ROW = re.compile(rf"{_BIG}(?<!\S.)\S*(?:\s+{_BIG}\S*){{{LEAST_CELLS - 1}}}")


@functools.lru_cache(maxsize=SEEN)
def is_list(text: str, *, lines: bool = True, alone: bool = True, row: bool = True) -> bool:
    """Return whether a text is lines that each begin with a figure and a dash or colon, as calendars do, or a table of
    signs or of cells; `lines`, `alone` and `row`: it may have so many lines, signs alone, and cells in a row.

    >>> is_list("May 3 — Vote.\\nMay 9 — Fair.\\nJune 1 — Runoff.\\nJune 4 — Vote."), is_list("✓ ✓ Croll 6 0 ✓ ✓")
    (True, True)
    """
    if lines and text.count("\n") >= LIST_LINES - 1:
        each = [line for line in text.split("\n") if line.strip()]
        dated = sum(bool(_DATED.match(line[:LONGEST_HEAD])) for line in each)
        if len(each) >= LIST_LINES and dated >= LIST_SHARE * len(each):
            return True
    signs = len(_SIGN.findall(text)) if alone else 0
    if signs >= LEAST_SIGNS and signs >= SIGN_SHARE * len(text.split()):
        return True
    if not row or not _ROW.search(text):
        return False
    pieces = text.split()
    return _cells(pieces) >= max(LEAST_CELLS, CELL_SHARE * len(pieces))


def stands_in_table(before: str, after: str) -> bool:
    """Return whether cells of a table stand right before or behind a passage in its paragraph, or a table of twice as
    many anywhere in it: that paragraph is what extraction left of a graphic."""
    behind = before.split() if _ROW.search(before) else []
    ahead = after.split() if _ROW.search(after) else []
    if not behind and not ahead:
        return False
    near = (behind[-LEAST_CELLS:], ahead[:LEAST_CELLS])
    return any(_cells(row) == LEAST_CELLS for row in near) or max(map(_cells, (behind, ahead))) >= 2 * LEAST_CELLS


def _cells(pieces: list[str]) -> int:
    """Return the longest run of names, figures and signs that neither a small letter nor a stop ends."""
    run = longest = 0
    for piece in pieces:
        first = piece.strip("(*#$£€“\"'+-")[:1]
        run = run + 1 if not first or first.isupper() or first.isdigit() or not first.isalnum() else 0
        longest = max(longest, run)
        if piece[-1] in ",;.:!?)":
            run = 0
    return longest


# Shortest name of an outlet that is looked for in its texts.
SHORTEST_OUTLET = 3


def names_outlet(text: str, outlet: str) -> bool:
    """Return whether a text names an outlet, by its name or the first part of its domain.

    >>> names_outlet("as members of the HARBOUR POST panel", "Harbour Post (Online)"), names_outlet("posts", "Post")
    (True, False)
    """
    name = outlet.partition(" (")[0].strip()
    name = name.partition(".")[0] if " " not in name and "." in name else name
    if len(name) < SHORTEST_OUTLET:
        return False
    return any(letters.has_word(text, form) for form in {name, name.upper()})


_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@\w[\w-]*")
# What says whose the text is and what may not be done with it, wherever it stands.
_RIGHTS = re.compile(
    r"\ball rights reserved|\bmay not be (?:published|reproduced|broadcast|republished|copied)|\bderechos reservados"
    r"|\balle rechte vorbehalten|\btous droits (?:de reproduction )?réservés|\briproduzione riservata|\btutti i diritti"
    r"|\bdireitos reservados|\balla rättigheter|\bwszelkie prawa|\balle rechten voorbehouden"
    r"|все права защищены|усі права захищені"
    r"|版权所有|版權所有|不得转载|無断転載|무단\s?전재|جميع الحقوق محفوظة|सर्वाधिकार सुरक्षित|جملہ حقوق"
)


_SITE = re.compile(r"https?://\S|\bwww\.")
_LINK = re.compile(
    r"(?:\b(?:more|read (?:more|also|next)|related|see also|watch|also on [\w ]{2,20}|mehr(?: zum thema)?"
    r"|lesen sie auch|(?:à )?lire (?:aussi|plus)|le[ae] (?:también|também|más|mais)|leggi anche|lees ook|läs mer)"
    r"|читайте также|相关阅读|関連記事|اقرأ أيضا)\s*[:：]\s*$"
)


def leads_elsewhere(before: str, text: str) -> bool:
    """Return whether an address of the web stands in a text or right before it, or a word that links follow."""
    if before.rstrip().endswith((":", "：")) and _LINK.search(before[-AMONG:].lower()):
        return True
    return any(("www." in part or "http" in part) and bool(_SITE.search(part)) for part in (text, before[-12:]))


# What stands below a column on who wrote it.
_AUTHOR = re.compile(
    r"\bfollow (?:him|her|them|me|the author) (?:on|at)\b"
    r"|\bopinions (?:expressed )?(?:in this|here) [^.\n]{0,40}\bare\b|\bare solely (?:those of|his\b|hers\b)"
    r"|\bfind out more about\b[^.\n]{0,60}\b(?:read|see|visit)\b|\bfolgen sie (?:ihm|ihr)\b|\bs[íi]guel[oa] en\b"
    r"|\bsuivez-l[ea] sur\b|\blas opiniones (?:expresadas|vertidas)\b|\bles opinions exprimées\b"
)


def is_about_author(text: str) -> bool:
    """Return whether a text says who wrote a column and whose opinions it has."""
    return bool(_AUTHOR.search(text.lower()))


# One of these stands in each of them.
_OF_RIGHTS = (
    *("reserv", "may not be ", "rechte", "droits", "diritti", "riservata", "rättigheter", "prawa", "права"),
    *("版", "不得", "無断", "전재", "حقوق", "सर्वाधिकार"),
)


def has_mail(text: str) -> bool:
    """Return whether an address of mail stands in a text."""
    return "@" in text and bool(_MAIL.search(text))


@functools.lru_cache(maxsize=SEEN)
def claims_rights(text: str) -> bool:
    """Return whether a text says that its rights are reserved."""
    lowered = text.lower()
    return any(word in lowered for word in _OF_RIGHTS) and bool(_RIGHTS.search(lowered))
