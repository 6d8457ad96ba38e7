"""What the cues of kinds need to stand in a paragraph: one reading says which of them can be found there at all.

Each has a bit, and words of which one stands in whatever its pattern in `dedup.cues.marks` matches, in whatever case.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.kernels import signs as kernels
from dedup.kernels.signs import BIG, BLANK, LETTER, LOW, SMALL
from dedup.signs import Signs, read_each

# Quotation marks; single ones and apostrophes; verbs of speech; first persons; navigation and the like; marks of
# captions, and those that only captions have; who wrote a column; notices of rights; what a company says of itself;
# headlines run together; of lists and tables: lines, signs alone, cells in a row.
QUOTES, SINGLE, SPEECH, PERSON, FURNITURE, CAPTION, FRAME, AUTHOR, RIGHTS, ABOUT, TOGETHER, LINES, ALONE, ROW = (
    1 << n for n in range(14)
)
# What is known of a place by where it stands (`kernels.stands`): it ends where a sentence does, begins within one, or
# stands in lines that end none; nothing of it is known of what is `UNREAD`.
ENDED, INSIDE, OPEN, UNREAD = (1 << n for n in range(14, 18))
EVERY = (1 << 18) - 1
# What the kernels of shapes and places find, as signs.
_SHAPES = {kernels.GLUED: TOGETHER, kernels.LINES: LINES, kernels.ALONE: ALONE, kernels.ROW: ROW}
_PLACES = {kernels.ENDED: ENDED, kernels.INSIDE: INSIDE, kernels.OPEN: OPEN}
# What ends a sentence, as characters; what may stand between that and a place; what may close a line behind it.
SENTENCE_ENDS, MARKS, CLOSING = ".!?。！？।॥۔؟…။።។։", " \t\"'“”„«»()*•-–—", "\"'”’»」』)）*"
# Punctuation that does not make a place part of a longer paragraph.
OUTER = " \t\r\"'“”„«»().,;:!?–—-|•*"
# Thai and Lao, which end sentences with a space.
UNSTOPPED = "\u0e00-\u0eff"
# How much of a paragraph behind a place is known (characters).
FURTHEST = 400

_CHARACTERS = {'"＂“„«‹「『《〝”»›」』》〞': QUOTES, "'‘’": SINGLE, "(": CAPTION, "/": FRAME, "|•·▪►▸»": TOGETHER}
# One of these stands in each verb of speech that `marks` knows.
OF_SPEECH = (
    *("said", "says", "told", "added", "tweeted", "wrote", "stated", "testified", "explained", "insisted", "warned"),
    *("argued", "according to", "statement", "sagte", "erklärte", "dijo", "declaró", "afirmó", "a déclaré", "a dit"),
    *("affirmé", "disse", "сказал", "заявил", "отметил", "сообщил", "каза", "заяви", "说", "說", "表示", "称", "稱"),
    *("述べ", "話し", "語っ", "と話", "कहा", "म्हण", "กล่าว", "บอก", "قال", "أضاف", "کہا"),
)
_PERSONS = (
    *(" i ", " me ", " my ", " myself ", " we ", " us ", " our ", " ours ", " ourselves ", " ich ", " mir ", " mich "),
    *(" mein", " wir ", " uns ", " unser", " je ", " j ", " moi ", " mon ", " nous ", " nos ", " notre ", " yo "),
    *(" mí ", " mi ", " mis ", " nosotr", " nuestr", " io ", " noi ", " nostr", " mio ", " mia ", " miei ", " mie "),
    *(" eu ", " meu", " minha", " nós ", " noss", " jag ", " mig ", " vår", " jeg ", " vores ", " ik ", " wij "),
    *(" mijn ", " onze ", " я ", " мы ", " мне ", " меня ", " мой ", " моя ", " моё ", " мои ", " моей ", " моего "),
    *(" нас ", " нам ", " наш", " ми ", " мені ", " мене ", " мій ", " म", " ह", " आ", " ہم", " أنا", " نحن", " إن"),
    *("我", "咱", "私", "僕", "俺", "ผม", "ดิฉัน", "ฉัน", "พวกเรา"),
)
_OF_FURNITURE = (
    *(" cookie", " subscri", " newsletter", " sign up", " sign in", " signup", " signin", " log in", " login"),
    *(" read more", " most read", " related ", " all rights reserved", " copyright", " privacy ", " terms of "),
    *(" click here", " a comment", " comments ", " join the conversation", " moderat", " advertis", " browser"),
    *(" javascript", " follow us", " share this", " tune in", " must watch", " just watched", " more videos"),
    *(" download our", " download the", " the app ", " view photo", " view gallery", " view slideshow"),
    *(" journalism", " do you have a story", " our newsdesk", " in your inbox", " republication", " abonn", " suscr"),
    *(" inscri", " werbung", " datenschutz", " registrier", " anmelden", " alle rechte", " plus angebot"),
    *(" weiterlesen", " connectez vous", " réservé à nos", " tous droits", " lire la suite", " regístr"),
    *(" inicia sesión", " derechos reservados", " lesen sie auch", " mehr zum thema", " folgen sie uns"),
    *(" jetzt testen", " lire aussi", " suivez nous", " politique de confid", " partager cet", " también"),
    *(" seguir leyendo", " síguenos", " boletín", " política de privaci", " leia ", " siga nos", " leggi anche"),
    *(" seguici", " zaloguj", " czytaj ", " wszelkie prawa", " lees ", " läs mer", " läs också", " abbonat"),
    *(" accedi ", " riproduzione riservata", " assinante", " direitos reservados", " prenumer", " alla rättigheter"),
    *("ملفات تعريف", "اشترك", "جميع الحقوق", "لقراءة المزيد", "اقرأ أيضا", "تابعونا", "سجل الدخول"),
    *("النشرة البريدية", "подпис", "подпиш", "реклам", "все права защищены", "войдите", "читайте также"),
    *("следите за", "рассылк", "читайте також", "усі права", "підпис", "підпиш", "стежте за", "розсилк", "увійдіть"),
    *("订阅", "訂閱", "登录", "登入", "点击", "點擊", "版权", "版權", "转载", "轉載", "新闻热线", "客户端", "关注我们"),
    *("公众号", "阅读更多", "閱讀更多", "相关阅读", "相關閱讀", "扫码", "掃碼", "未经授权", "未經授權", "责任编辑"),
    *("責任編輯", "免责声明", "購読", "会員", "ログイン", "無断転載", "続きを読む", "関連記事", "メールマガジン"),
    *("フォロー", "무단", "구독", "로그인", "관련", "สมัคร", "กดติดตาม", "ดาวน์โหลด", "อ่านต่อ", "อ่านเพิ่มเติม"),
    *("สงวนลิขสิทธิ์", "เข้าสู่ระบบ", "คุกกี้", "จดหมายข่าว", "ข่าวที่เกี่ยวข้อง", "คลิกที่นี่", "แอปพลิเคชัน"),
    *("सदस्यता", "सब्सक्राइब", "सबस्क्राइब", "डाउनलोड", "सर्वाधिकार", "लॉग", "यह भी पढ़ें", "और पढ़ें", "हेही वाचा"),
    *("अधिक वाचा", "वर्गणीदार", "फॉलो करा", "फॉलो करें", "کوکیز", "حقوق محفوظ", "سبسکرائب", "مزید پڑھیں"),
    *("لاگ ان", "نیوز لیٹر", "ڈاؤن لوڈ کریں", "فالو کریں", "موبائل ایپ", "واٹس ایپ چینل", "بلا اجازت", "تابعنا"),
    *("التطبيق", "حقوق النشر", "نشرتنا", "تمامی حقوق", "کپی‌رایت", "عضویت در", "خبرنامه", "ई-पेपर", "वार्षिक वर्गणी"),
    *("सदस्य व्हा", "नोंदणी करा", "व्हॉट्स", "हक्क राखीव", "व्हाट्सऐप चैनल", "ऐप डाउनलोड", "передрук"),
    *("перепечатк", "гіперпосилан", "гиперссылк", "канал", "扫描二维码", "掃描", "二维码下载"),
    *(
        "更多精彩",
        "侵权",
        "侵權",
        "本站立场",
        "作者个人观点",
        "会員登録",
        "無料登録",
        "有料会員",
        "メルマガ",
        "クッキー",
    ),
    *("ダウンロード", "앱 다운로드", "뉴스레터", "저작권자", "ติดตามข่าวสาร", "แฟนเพจ", "กดไลก์"),
    *("นโยบายความเป็นส่วนตัว", "ห้ามคัดลอก", " abone ol", " çerez", " bülten", " takip edin", " hakları saklı"),
    *(" kaynak gösterilmeden", " uygulamamızı indir", " giriş yap", " ilgili haber", " haberin devamı", " apúnt"),
    *(" inicie sesión", " contenido exclusivo", " reproducción ", " lettre d", " il vous reste"),
    *(" reproduction interdite", " iscriviti", " cadastre", " assine ", " subskryb", " zapisz się", " nieuwsbrief"),
    *(" meld je aan", " nyhetsbrev", " logga in", " berlangganan", " baca juga", " hak cipta", " unduh aplikasi"),
    *(" ingelogd", " inloggen", " eingeloggt", " innlogget", " inloggad", " zalogowan", " account", " konto"),
    *(" compte", " cuenta", " proefabonn", " probeabonn"),
    *(" ikuti kami", " đọc thêm", " đăng ký nhận", " bản quyền"),
)
_OF_CAPTIONS = (
    *(
        "pictur",
        "photo",
        "foto",
        "image",
        "imagen",
        "bild",
        "credit",
        "file ",
        "handout",
        "archiv",
        "imago",
        "صورة",
        "تصویر",
    ),
    *("تصوير", "фото", "图片", "圖片", "资料图", "資料圖", "图为", "圖為", "攝", "摄", "写真", "撮影", "資料", "ภาพ"),
    *("फोटो", "तस्वीर", "चित्र", "छाया", "ছবি", "사진", "φωτο", "فوٹو", "تصاویر", "світлин", "фотография", "светлина"),
    *("图", "圖", "архивн", "архівн", "资料照", "資料照", "أرشيف"),
)
_OF_FRAMES = (
    *("caption", "getty", "photo", "foto", "image", "imagen", "picture", "slide", "file", "ap ", "bildunter"),
    *("bild ", "immagine ", "archivbild", "didascalia", "légende", "фото", "图片说明", "圖片說明", "资料图"),
    *("資料圖", "写真説明", "キャプション"),
)
_OF_AUTHORS = (
    *(" follow ", " opinions ", " are solely ", " find out more about ", " folgen sie ", " síguel", " siguel"),
    *(" suivez l", " las opiniones ", " les opinions "),
)
_OF_RIGHTS = (
    *("reserv", "may not be ", "rechte", "droits", "diritti", "riservata", "rättigheter", "prawa", "права", "版"),
    *("不得", "無断", "전재", "حقوق", "सर्वाधिकार", "rechten"),
)


_OF_ABOUT = (
    *("about", "über", "à propos d", "acerca de", "sobre", "informazioni su", "о компании", "об авторе"),
    *("про компанію", "关于", "關於", "نبذة عن", "के बारे में", "founded in ", "established in ", "incorporated in "),
    *("set up in ", "fundad", "cread", "fondat", "fondé", "créé", "gegründet", "založen", "opgericht ", "grundad "),
    *("grundlagt ", "stiftet ", "założon", "основан", "создан", "заснован", "створен", "성립", "설립", "创立", "成立"),
    *("創立", "创办", "創辦", "設立", "創業", "kurul", "ก่อตั้ง", "จัดตั้ง", "تأسس", "قائم ", "کی بنیاد", "स्थापना", "स्थापित"),
    "স্থাপিত",
)


@functools.cache
def _signs() -> Signs:
    """Return what finds them."""
    groups = {SPEECH: OF_SPEECH, PERSON: _PERSONS, FURNITURE: _OF_FURNITURE, CAPTION: _OF_CAPTIONS}
    groups |= {FRAME: _OF_FRAMES, AUTHOR: _OF_AUTHORS, RIGHTS: _OF_RIGHTS, ABOUT: _OF_ABOUT, TOGETHER: (" MORE",)}
    return Signs([(word, bit) for bit, words in groups.items() for word in words], _CHARACTERS, None)


# Pieces of a row of cells, signs alone and lines from which a text may be a list; those at its edges may be parts.
_LEAST_CELLS, _LEAST_ALONE, _LEAST_LINES = 7, 3, 3
# Code points behind which nothing is known of a character: it may be whatever matters; and behind which none has case.
_KNOWN, _CASED = 0x2200, 0x20000
_SMALL, _LOW = re.compile("[a-zß-öø-ÿα-ωа-яё]"), re.compile("[a-zß-ÿ]")
_BY_CHARACTER = {
    kernels.STOP: SENTENCE_ENDS, kernels.COLON: ":", kernels.WIDE_COLON: "：", kernels.MARK: MARKS,
    kernels.CLOSING: CLOSING, kernels.OUTER: OUTER,
}  # fmt: skip


@functools.cache
def _kinds() -> npt.NDArray[np.uint16]:
    """Return what each code point is, as `kernels.shapes` and `kernels.stands` ask."""
    kinds = np.full(0x110000, BIG, np.uint16)
    for c in map(chr, range(_KNOWN)):
        kind = BLANK * c.isspace() | LETTER * (c.isalnum() or c == "_")
        kind |= SMALL * bool(_SMALL.match(c)) | LOW * bool(_LOW.match(c))
        kinds[ord(c)] = kind | BIG * (c.isupper() or c.isdecimal() or c == "×")
    kinds[0x3000] = BLANK
    kinds[[n for n in range(_CASED) if chr(n).islower()]] |= kernels.LOWER
    kinds[ord(UNSTOPPED[0]) : ord(UNSTOPPED[-1]) + 1] |= kernels.UNSTOPPED
    for kind, characters in _BY_CHARACTER.items():
        kinds[[*map(ord, characters)]] |= kind
    return kinds


def of(text: str) -> int:
    """Return the bits of what may stand in a text or a part of it; what has none of a cue's cannot show it.

    Words count as such where the text begins or ends, not where a part of it does.

    >>> bool(of("“We lost the boats,” she said.") & SPEECH), bool(of("The boats were lost.") & SPEECH)
    (True, False)
    """
    return int(read_each([text], lambda points, spans, _: _read(points, spans))[0] & EVERY)


def of_places(paragraphs: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return the bits of what may stand in paragraphs, of what is known of the place of a passage in each, which is no
    empty one, and how much stands before and behind it there, marks around that apart; -1 of what is not read.

    Passages have words where they begin and end, too; first persons count in them alone.
    """
    places = np.array(spans, np.int64).reshape(-1, 2)

    def read(points: npt.NDArray[np.uint32], whole: npt.NDArray[np.int64], some: Any) -> npt.NDArray[np.int64]:
        own = places[some] + whole[:, :1]
        stands = kernels.stands(points, whole, own, _kinds(), FURTHEST)
        around, apart = _read(points, whole), np.flatnonzero((own != whole).any(axis=1))
        around[apart] = (around[apart] & ~PERSON) | _read(points, own[apart])
        for place, sign in _PLACES.items():
            around |= np.where(stands[:, 0] & place, sign, 0)
        stands[:, 0] = around
        return stands

    found = read_each(paragraphs, read, 3)
    found[:, 0] &= EVERY
    return [(bits, before, behind) for bits, before, behind in found.tolist()]


def _read(points: npt.NDArray[np.uint32], spans: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    shapes = kernels.shapes(points, spans, _kinds(), _LEAST_CELLS, _LEAST_ALONE, _LEAST_LINES)
    found = _signs().of_points(points, spans, PERSON)
    for shape, sign in _SHAPES.items():
        found |= np.where(shapes & shape, sign, 0)
    return found
