"""A scan result made by hand: invented outlets, people and events, in English, Arabic and Chinese."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from dedup.config import Config
from dedup.model import (
    Change,
    Document,
    DocumentCluster,
    DocumentMember,
    Kind,
    Member,
    Origin,
    Pair,
    PassageCluster,
    ScanResult,
    Scope,
    Suppressed,
    Wording,
)
from dedup.report.dates import parse

FERRY = (
    "The ferry Aurelia ran aground on a sandbank outside the port of Vell shortly before dawn on Tuesday, "
    "and all 212 people on board were brought ashore without serious injury. Rescue boats from three "
    "towns took part, the coast guard said, and the last passengers left the ship about two hours after "
    "the first call. Divers will inspect the hull once the tide allows it, and the company has cancelled "
    "its sailings until Friday."
)
FERRY_EARLY = FERRY.replace("212 people", "198 people").replace("until Friday", "until Thursday")
FERRY_REWORDED = (
    "The ferry Aurelia ran aground on a sandbank outside the port of Vell before dawn on Tuesday, and all "
    "212 people aboard were brought safely ashore. Rescue boats from three towns took part, according to "
    "the coast guard, and the last passengers left the ship two hours after the first call. Divers will "
    "inspect the hull once the tide allows it, and the company has cancelled its sailings until Friday."
)
QUOTE = (
    "We heard a long scraping sound, then the floor leaned a little, and after that it was mostly a "
    "matter of waiting for the boats"
)
CAPTION = "The Aurelia rests on a sandbank off Vell at low tide. Photo: Ilse Brandt/Harbour Pictures"
CAPTION_PICTURED = CAPTION.replace("rests", "(pictured) rests")
FORMULA = "could not immediately be reached for comment on Tuesday"
TEASER = "Sign up for our morning letter: five stories to begin the day, free in your inbox at seven."
BUDGET = (
    "The town council voted by 14 to 9 to close the open-air pool for two summers while its foundations "
    "are rebuilt, at a cost that the treasurer put at 3.4 million crowns."
)
ARABIC = (
    "جنحت العبّارة أوريليا على شريط رملي قبالة ميناء فيل قبيل فجر الثلاثاء، ونُقل جميع من كانوا على متنها "
    "وعددهم 212 شخصاً إلى البر من دون إصابات خطيرة، بحسب ما أعلن خفر السواحل."
)
CHINESE = (
    "渡轮“奥蕾莉亚”号周二黎明前在维尔港外的沙洲搁浅，船上212人全部安全上岸，无人重伤。"
    "海岸警卫队表示，三个城镇的救援船只参与了行动。"
)
OUTLETS = {
    "Vell Courier": "Courier Group",
    "Northmoor Courier": "Courier Group",
    "Tarn Valley Courier": "Courier Group",
    "The Coast Ledger": "The Coast Ledger",
    "Daily Meridian": "Daily Meridian",
    "Sawat al-Mina": "Sawat al-Mina",
    "Nabd Online": "Nabd Online",
    "港口晨报": "港口晨报",
    "东岸时报": "东岸时报",
}


def _document(doc_id: str, outlet: str | None, published: str | None, title: str, *parts: str) -> Document:
    moment = parse(published)
    return Document(
        id=doc_id,
        text="\n\n".join(parts),
        title=title,
        outlet=outlet,
        published=published,
        timestamp=None if moment is None else moment.timestamp(),
        url=f"https://news.example/{doc_id}?from=feed&n=1",
        lang="ar" if doc_id.startswith("ar") else "zh" if doc_id.startswith("zh") else "en",
    )


def _documents() -> dict[str, Document]:
    found = [
        _document(
            "courier-1",
            "Vell Courier",
            "2024-03-05T06:10:00Z",
            "Ferry aground off Vell",
            "VELL (Harbour Wire) - A passenger ship is stuck at the mouth of the harbour.",
            FERRY_EARLY,
            f'"{QUOTE}," said Marta Olin, who was on her way to work.',
            CAPTION,
            TEASER,
        ),
        _document(
            "courier-2",
            "Northmoor Courier",
            "2024-03-05T09:40:00Z",
            "All safe after ferry runs aground",
            FERRY,
            CAPTION,
            CAPTION_PICTURED,
            TEASER,
        ),
        _document(
            "courier-3",
            "Tarn Valley Courier",
            "2024-03-05",
            "Ferry stuck on sandbank",
            "Commuters in the valley were told to take the bus.",
            FERRY,
            f"The operator {FORMULA}.",
            TEASER,
        ),
        _document(
            "ledger-7",
            "The Coast Ledger",
            "2024-03-06T05:00:00+02:00",
            "Morning of waiting on the Aurelia",
            "For two hours the passengers of the Aurelia watched the lights of the town.",
            FERRY_REWORDED,
            f"“{QUOTE},” said Olin, a nurse at the district hospital.",
            f"A spokesman for the port {FORMULA}.",
        ),
        _document(
            "meridian-3",
            "Daily Meridian",
            "2024-03-07T11:30:00Z",
            "What happened on board",
            f'Marta Olin remembers it well. "{QUOTE}," she said. The ship has sailed here for thirty years.',
            BUDGET,
        ),
        _document("blog-1", None, None, "Notes from the pier", "I was there.", BUDGET),
        _document("ar-1", "Sawat al-Mina", "2024-03-05T08:00:00Z", "جنوح عبّارة قبالة فيل", "فيل - " + ARABIC),
        _document("ar-2", "Nabd Online", "2024-03-05T10:30:00Z", "نجاة ركاب العبّارة", ARABIC, "تابعوا المزيد."),
        _document("zh-1", "港口晨报", "2024-03-05T07:00:00Z", "渡轮搁浅 全员获救", CHINESE),
        _document(
            "zh-2",
            "东岸时报",
            "2024-03-06",
            "维尔港渡轮搁浅",
            CHINESE.replace("212", "198") + "公司已取消航班。",
        ),
    ]
    return {document.id: document for document in found}


def member(document: Document, text: str, similarity: float = 1.0, **values: Any) -> Member:
    """Return the first place of `text` in a document as a member; `at` gives another place to look from."""
    start = document.text.index(text, values.pop("at", 0))
    wording: Wording = "verbatim" if similarity == 1.0 else "near_verbatim" if similarity > 0.9 else "reworded"
    return Member(
        doc_id=document.id,
        start=start,
        end=start + len(text),
        text=text,
        outlet=document.outlet,
        published=document.published,
        title=document.title,
        url=document.url,
        similarity=similarity,
        wording=wording,
        **values,
    )


def cluster(cluster_id: str, kind: Kind, scope: Scope, *members: Member, **values: Any) -> PassageCluster:
    """Return a passage cluster of `members`, counted from them; any field can be given."""
    outlets = {m.outlet or m.doc_id for m in members}
    fields: dict[str, Any] = {
        "parent": None,
        "kind_confidence": 0.9,
        "evidence": ("long aligned run",),
        "repeats_in_document": 0,
        "text": members[0].text,
        "score": 0.93,
        "cohesion": 0.88,
        "n_documents": len({m.doc_id for m in members}),
        "n_outlets": len(outlets),
        "n_families": len({OUTLETS.get(o, o) for o in outlets}),
        "origin": Origin(),
    }
    return PassageCluster(cluster_id=cluster_id, kind=kind, scope=scope, members=members, **{**fields, **values})


def _english(docs: dict[str, Document]) -> list[PassageCluster]:
    changed = (
        Change(before="212", after="198", start=190, end=193),
        Change(before="Friday", after="Thursday", start=500, end=508),
    )
    second = docs["courier-2"].text.index(CAPTION_PICTURED)
    return [
        cluster(
            "a1f0c3d2e4b59687",
            "wire_copy",
            "cross_outlet",
            member(docs["courier-2"], FERRY),
            member(docs["courier-1"], FERRY_EARLY, 0.974, changed=changed),
            member(docs["courier-3"], FERRY),
            member(docs["ledger-7"], FERRY_REWORDED, 0.86),
            evidence=("long aligned run", "two families", "credit in a dateline"),
            origin=Origin(doc_id="courier-1", agency="Harbour Wire", evidence=("credit", "earliest"), confidence=0.82),
        ),
        cluster(
            "b2e1d4c3f5a60798",
            "quotation",
            "cross_outlet",
            member(docs["ledger-7"], QUOTE),
            member(docs["courier-1"], QUOTE),
            member(docs["meridian-3"], QUOTE),
        ),
        cluster(
            "c3d2e5f4a6b70819",
            "caption",
            "cross_outlet",
            member(docs["courier-1"], CAPTION),
            member(docs["courier-2"], CAPTION),
            member(docs["courier-2"], CAPTION_PICTURED, 0.93, at=second),
            parent="a1f0c3d2e4b59687",
            repeats_in_document=1,
        ),
        cluster(
            "d4c3f6a5b7c8092a",
            "stock_phrase",
            "cross_outlet",
            member(docs["courier-3"], FORMULA),
            member(docs["ledger-7"], FORMULA),
        ),
        cluster(
            "e5b4a7b6c8d9103b",
            "other",
            "cross_outlet",
            member(docs["blog-1"], BUDGET),
            member(docs["meridian-3"], BUDGET),
            kind_confidence=0.51,
            evidence=("wire copy 0.51", "quotation 0.32"),
        ),
        cluster(
            "f6a5b8c7d9e0214c",
            "boilerplate",
            "within_document",
            member(docs["courier-1"], TEASER),
            repeats_in_document=2,
        ),
    ]


def _other_scripts(docs: dict[str, Document]) -> list[PassageCluster]:
    changed = (Change(before="212", after="198", start=33, end=36),)
    return [
        cluster(
            "07b6c9d8e0f1325d",
            "wire_copy",
            "cross_outlet",
            member(docs["ar-1"], ARABIC),
            member(docs["ar-2"], ARABIC),
        ),
        cluster(
            "18c7d0e9f102436e",
            "wire_copy",
            "cross_outlet",
            member(docs["zh-1"], CHINESE),
            member(docs["zh-2"], CHINESE.replace("212", "198"), 0.983, changed=changed),
        ),
    ]


def _document_clusters(docs: dict[str, Document]) -> list[DocumentCluster]:
    def of(doc_id: str, relation: Any, share: float) -> DocumentMember:
        d = docs[doc_id]
        return DocumentMember(
            doc_id=doc_id,
            outlet=d.outlet,
            published=d.published,
            title=d.title,
            url=d.url,
            relation=relation,
            share=share,
        )

    members = (
        of("courier-2", "duplicate", 1.0),
        of("courier-3", "duplicate", 0.874),
        of("courier-1", "contains", 0.81),
    )
    return [
        DocumentCluster(
            cluster_id="29d8e1f0a213547f",
            representative="courier-2",
            earliest="courier-1",
            cohesion=0.9,
            members=members,
        )
    ]


def _suppressed() -> tuple[Suppressed, ...]:
    def of(doc_id: str, text: str, rule: str, family: str | None, start: int = 0) -> Suppressed:
        return Suppressed(
            rule=rule,
            reason="One group carries it on pages that have nothing else in common.",
            doc_id=doc_id,
            start=start,
            end=start + len(text),
            text=text,
            family=family,
            n_documents=3,
        )

    teasers = [of(f"courier-{n}", TEASER, "furniture", "Courier Group", 900) for n in (1, 2, 3)]
    cookie = of("ledger-7", "We use cookies to count our readers.", "furniture", "The Coast Ledger")
    known = of("ar-2", "تابعوا المزيد.", "known_text", None, 200)
    return (*teasers, cookie, known)


def manifest() -> dict[str, Any]:
    """Return a manifest as a scan writes it, with every key that the report reads."""
    return {
        "dedup": "0.1.0",
        "schema": 1,
        "created": "2024-03-08T10:00:00Z",
        "config": Config().to_dict(),
        "counts": {"documents": 1204, "seeds": 88310, "candidates": 412, "matches": 37},
        "reading": {"files": 12, "skipped": {"no text": 3, "line too long": 1}},
        "warnings": ["4 inputs were skipped: 3 without text, 1 with a line too long."],
        "stages": [{"name": "read", "seconds": 1.25, "peak_mb": 210.0}],
        "lsh": {"bands": 42, "rows": 3, "expected_recall": {"0.3": 0.6829, "0.5": 0.9963, "0.8": 1.0}},
        "not_comparable": 2,
        "families": {
            outlet: {"family": family, "source": "mapping" if family != outlet else "outlet"}
            for outlet, family in OUTLETS.items()
        },
    }


def small_scan() -> ScanResult:
    """Return a small scan: 8 passage clusters, one document cluster, pairs, suppressed texts."""
    docs = _documents()
    pairs = (
        Pair(
            left="courier-1",
            right="courier-2",
            relation="contains",
            share_left=0.71,
            share_right=0.98,
            jaccard=0.7,
            quoted_share=0.0,
            passages=("a1f0c3d2e4b59687", "c3d2e5f4a6b70819"),
        ),
        Pair(
            left="ledger-7",
            right="meridian-3",
            relation="partial",
            share_left=0.0,
            share_right=0.0,
            jaccard=0.09,
            quoted_share=0.24,
            passages=("b2e1d4c3f5a60798",),
        ),
    )
    return ScanResult(
        passages=(*_english(docs), *_other_scripts(docs)),
        documents=tuple(_document_clusters(docs)),
        pairs=pairs,
        suppressed=_suppressed(),
        manifest=manifest(),
        texts=docs,
    )


@pytest.fixture
def result() -> ScanResult:
    """A small scan: 8 passage clusters, one document cluster, pairs, suppressed texts."""
    return small_scan()


@pytest.fixture
def empty() -> ScanResult:
    """A scan that found nothing, with a manifest that says nothing."""
    return ScanResult(passages=(), documents=(), pairs=(), suppressed=(), manifest={})


@pytest.fixture
def without_texts(result: ScanResult) -> ScanResult:
    """The small scan as it is loaded when texts were left out."""
    return replace(result, texts={})


VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})


class Page(HTMLParser):
    """A parsed report: its elements in order, their text, and whether tags were closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[list[str]] = []
        self.misnested: list[str] = []
        self._open: list[int] = []
        self.feed(source)
        self.close()
        self.misnested += [self.elements[n][0] for n in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append([])
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append([])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self.elements[self._open[-1]][0] != tag:
            self.misnested.append(tag)
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for n in self._open:
            self.texts[n].append(data)

    def find(self, tag: str, **attributes: str) -> list[int]:
        """Return the elements of a name with these values of attributes; `class_` is one of its classes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [n for n, (name, attrs) in enumerate(self.elements) if name == tag and _has(attrs, wanted)]

    def text(self, element: int) -> str:
        """Return the text of an element and all inside it, on one line, pieces apart by a space."""
        return " ".join(" ".join(self.texts[element]).split())

    def whole(self) -> str:
        """Return all text of the page as it stands."""
        return "".join(self.texts[0])

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    def links(self) -> list[str]:
        return [attrs["href"] for _, attrs in self.elements if "href" in attrs]


def _has(attrs: dict[str, str], wanted: dict[str, str]) -> bool:
    return all(
        value in attrs.get(name, "").split() if name == "class" else attrs.get(name) == value
        for name, value in wanted.items()
    )
