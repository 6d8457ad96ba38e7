"""Pages of HTML: captions, main text, what a page says of itself, and what hostile ones get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedup import scan
from dedup.errors import InputError
from dedup.model import Document
from dedup.readers import page_pool
from dedup.readers.page import Article, Page, decode, read_page
from dedup.readers.page_captions import distinct, plain
from dedup.readers.page_pool import PagePool
from dedup.readers.page_worker import answer
from tests.readers.helpers import as_jsonl, counts, read, read_bytes, read_memory

PAGES = Path(__file__).resolve().parents[2] / "corpus" / "pages"
LABELS: list[dict[str, Any]] = [json.loads(line) for line in (PAGES / "labels.jsonl").read_text("utf-8").splitlines()]
TEXT = (
    "The harbour master closed the north basin on Friday after a crane driver saw the quay wall lean seawards.",
    "Divers found that the wall had moved by the width of a hand since the spring, most of it in a single night.",
    "Three trawlers and the pilot boat were towed to the fish dock, where they lie four abreast until the wall holds.",
    "A surveyor will measure the wall each morning and nail the figure to the door of the office for all to read.",
)


def built(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html lang='en'><head><title>Quay</title>{head}</head><body>{body}</body></html>".encode()


def story(inside: str = "", paragraphs: tuple[str, ...] = TEXT) -> str:
    return (
        f"<main><h1>Quay wall leans</h1><article>{inside}{''.join(f'<p>{p}</p>' for p in paragraphs)}</article></main>"
    )


def article(body: str, head: str = "", url: str | None = None) -> Article:
    return read_page(Page(html=built(body, head), url=url))


@pytest.mark.parametrize("label", LABELS, ids=lambda label: str(label["page"]))
def test_own_pages(label: dict[str, Any]) -> None:
    """Every paragraph and caption that a person marked, each once; title, language and address as marked (row P13)."""
    found = read_page(Page(html=(PAGES / label["page"]).read_bytes(), url=label["url"]))
    assert [plain(c) for c in found.captions] == [plain(c) for c in label["captions"]]
    blocks = found.text.split("\n\n")
    assert blocks[-len(found.captions) :] == found.captions
    assert not {plain(b) for b in blocks[: -len(found.captions)]} & {plain(c) for c in label["captions"]}
    assert [b for b in blocks if b in label["paragraphs"]] == label["paragraphs"]
    assert (found.title, found.lang) == (label["title"], label["lang"])
    assert found.canonical_url == label.get("canonical_url", label["url"])
    assert found.published
    assert found.extra["published_from"]


def test_the_set_is_large_enough() -> None:
    """Twenty pages and sixty captions at least."""
    assert len(LABELS) >= 20
    assert sum(len(label["captions"]) for label in LABELS) >= 60


def fetched() -> list[dict[str, Any]]:
    """The pages as a crawler hands them on: with the address that was asked for."""
    return [{"url": label["url"], "html": (PAGES / label["page"]).read_text("utf-8")} for label in LABELS]


def test_canonical_link_names_no_outlet() -> None:
    """A reprint whose canonical link is the agency's belongs to the site that was fetched (row P12)."""
    documents, log = read_memory(fetched())
    trap = next(d for d in documents if "islandgazette" in (d.url or ""))
    assert trap.outlet == "islandgazette.example"
    assert trap.canonical_url == "https://www.northlight-agency.example/story/ninety-hives-vanish"
    assert [d.outlet for d in documents] == [label["outlet"] for label in LABELS]
    assert log.complete


def test_folder_of_pages_needs_no_option() -> None:
    """A scan of the folder finds reprints and shared captions, leaves the labels out and reads all pages."""
    result = scan(PAGES)
    assert result.manifest["reading"]["read"] == len(LABELS)
    assert result.manifest["reading"]["complete"]
    assert counts_of(result.manifest["reading"]["warnings"]) == {"file in which no record has a text, left out": 1}
    lamp = [c for c in result.passages if "carried down the tower in forty-one" in c.text]
    assert {m.outlet for c in lamp for m in c.members} == {"Dunmoor Chronicle", "Estuary Post"}
    captions = [c for c in result.passages if c.kind == "caption" and c.scope == "cross_outlet"]
    assert any("Hanne Brok, a mate on the night boat" in c.text for c in captions)


def counts_of(tallies: dict[str, Any]) -> dict[str, int]:
    return {reason: tally["count"] for reason, tally in tallies.items()}


def test_outlet_without_address() -> None:
    """Without a fetched address the page's own name counts, never its canonical link."""
    head = '<meta property="og:site_name" content="Quay News"><link rel="canonical" href="https://agency.example/1">'
    (document,), _ = read_memory([{"html": built(story(), head).decode()}])
    assert (document.outlet, document.canonical_url) == ("Quay News", "https://agency.example/1")
    (document,), _ = read_memory([{"html": built(story(), head.partition("<link")[2].join(["<link", ""])).decode()}])
    assert document.outlet is None


def test_record_wins_over_page() -> None:
    """What a record says beside its page is believed."""
    given = {"html": built(story()).decode(), "title": "Given", "outlet": "Ledger", "date": "2031-01-02", "id": "7"}
    (document,), _ = read_memory([given])
    assert (document.title, document.outlet, document.id) == ("Given", "Ledger", "7")
    assert (document.published, document.extra["published_from"]) == ("2031-01-02", "record")
    assert document.text.startswith(TEXT[0])


def test_text_and_page() -> None:
    """Where a record has both, the text is read, and that is said."""
    (document,), log = read_memory([{"html": built(story()).decode(), "text": "Given."}])
    assert document.text == "Given."
    assert counts(log.warnings) == {"record with a text and a page; the text is read": 1}


def test_text_field_may_name_a_page() -> None:
    """`--text-field html` means the page, not its markup."""
    (document,), _ = read_memory([{"html": built(story()).decode(), "text": "Given."}], text_field="html")
    assert document.text.startswith(TEXT[0])


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<figure><img src=a><figcaption>Photo: Ida Holm / NPA</figcaption></figure>", []),
        ("<figure><a href='/other'><img src=a><figcaption>Another story altogether here</figcaption></a></figure>", []),
        ("<nav><p class='caption'>Not a caption of this story</p></nav>", []),
        ("<div class='related-posts'><p class='caption'>A teaser of another story</p></div>", []),
        ("<div class='vjs-captions-button'>captions settings, opens dialog</div>", []),
        (
            "<div><img src=a><div class='imgCaption'>The wall on Friday.</div><i class='credit'>NPA</i></div>",
            ["The wall on Friday. NPA"],
        ),
        ("<p class='wp-caption-text'>The wall on Friday</p><p class='wp-caption-text'>The wall, on Friday.</p>", 1),
        (
            "<p class='caption'>The wall on Friday</p><p class='caption'>The wall on Friday (pictured)</p>",
            ["The wall on Friday", "The wall on Friday (pictured)"],
        ),
        ("<figure><img src=a><figcaption>2 of 7 The wall on Friday</figcaption></figure>", ["The wall on Friday"]),
    ],
)
def test_markup_of_captions(markup: str, expected: list[str] | int) -> None:
    """What is a caption, what is not, and which are one."""
    found = article(story(markup)).captions
    assert len(found) == expected if isinstance(expected, int) else found == expected


def test_caption_that_repeats_a_sentence_of_the_text() -> None:
    """A caption may say what the text says; a block that is the caption alone is not read twice."""
    caption = "Divers measure the wall of the north basin"
    inside = f"<figure><img src=a><figcaption>{caption}</figcaption></figure>"
    sentence = f"{TEXT[3]} {caption}."
    found = article(story(inside, (*TEXT[:3], caption, sentence)))
    assert found.text.split("\n\n") == [*TEXT[:3], sentence, caption]


def test_captions_of_data_repeat_nothing() -> None:
    """Captions in JSON-LD count where the page shows them nowhere else; logos and portraits never."""
    data = {
        "@type": "NewsArticle",
        "headline": "Quay wall leans",
        "author": {"name": "A", "image": {"@type": "ImageObject", "caption": "Portrait of the author in a hat"}},
        "image": [{"caption": TEXT[1]}, {"caption": "Quay wall leans"}, {"caption": "The pilot boat on its way"}],
    }
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    assert article(story(), head).captions == ["The pilot boat on its way"]


def test_alt_stands_apart() -> None:
    """The description of a picture is kept, and is neither caption nor text."""
    found = article(story("<img src=a alt='A crane beside a leaning wall'>"))
    assert found.extra["image_alt"] == "A crane beside a leaning wall"
    assert "crane beside" not in found.text


def test_body_that_is_emitted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the extractor gives more often than the page has it is read once, and noted (row P10)."""
    import trafilatura

    plainly = trafilatura.bare_extraction

    def doubled(*args: Any, **options: Any) -> Any:
        found = plainly(*args, **options)
        for element in list(found.body):
            found.body.append(element.__copy__())
        return found

    monkeypatch.setattr(trafilatura, "bare_extraction", doubled)
    found = article(story())
    assert found.text.split("\n\n") == list(TEXT)
    assert found.changes == ["text that the extractor gave twice, read once"]


@pytest.mark.parametrize(
    ("copies", "teasers", "asked"), [(4, 0, [True]), (1, 0, [True, False]), (4, 60, [True, False])]
)
def test_second_opinions_of_the_extractor(
    monkeypatch: pytest.MonkeyPatch, copies: int, teasers: int, asked: list[bool]
) -> None:
    """They are asked for where the first found a fragment, or little of all that the page has, and only there."""
    import trafilatura

    plainly = trafilatura.bare_extraction
    fast: list[bool] = []

    def watched(*args: Any, **options: Any) -> Any:
        fast.append(options["fast"])
        return plainly(*args, **options)

    monkeypatch.setattr(trafilatura, "bare_extraction", watched)
    paragraphs = tuple(f"{text} This was note {n}." for n in range(copies) for text in TEXT)
    more = "".join(f"<li><a href='/{n}'>{TEXT[n % 4]} Read part {n} of it here</a></li>" for n in range(teasers))
    found = article(story(paragraphs=paragraphs) + f"<ul>{more}</ul>")
    assert found.text.split("\n\n") == list(paragraphs)
    assert fast == asked


def test_page_that_holds_its_text_twice() -> None:
    """A layout for two screens is read once; a paragraph that an outlet printed twice stays."""
    twice = f"<div>{''.join(f'<p>{p}</p>' for p in TEXT * 2)}</div>"
    found = article(f"<main><h1>Quay</h1><article>{twice}</article></main>")
    assert found.text.split("\n\n") == list(TEXT)
    assert found.changes == ["page that holds its text twice, read once"]
    found = article(story(paragraphs=(*TEXT, TEXT[1])))
    assert found.text.count(TEXT[1]) == 2
    assert not found.changes


def test_twice_is_counted(tmp_path: Path) -> None:
    """The log counts it with the place."""
    body = f"<main><h1>Quay</h1><article>{''.join(f'<p>{p}</p>' for p in TEXT * 2)}</article></main>"
    _, log = read_bytes(tmp_path, "a.html", built(body))
    assert counts(log.changed) == {"page that holds its text twice, read once": 1}
    assert log.complete


@pytest.mark.parametrize(
    ("head", "published", "source"),
    [
        ('<meta property="article:published_time" content="2031-02-03">', "2031-02-03", "meta article:published_time"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2031-02-04"}</script>',
            None,
            None,
        ),
        ('<meta name="date" content="soon"><meta name="dc.date" content="2031-02-05">', "2031-02-05", "meta dc.date"),
        ("", "2030-12-24", "address"),
    ],
)
def test_source_of_a_date(head: str, published: str | None, source: str | None) -> None:
    """Each date names the markup that gave it; one that can be understood goes before one that cannot."""
    found = article(story(), head, "https://quay.example/2030/12/24/wall")
    assert found.published == (published or "2031-02-04")
    assert found.extra["published_from"] == (source or "JSON-LD datePublished")


@pytest.mark.parametrize(
    ("author", "agency"),
    [("Reuters Staff", "Reuters"), ("The Associated Press", "Associated Press"), ("Ann Reuters", None), ("AFP", "AFP")],
)
def test_agency_as_byline(author: str, agency: str | None) -> None:
    """An agency that is the whole byline is credited; a person of that name is not."""
    assert article(story(), f'<meta name="author" content="{author}">').agency == agency


@pytest.mark.parametrize("address", ["https://quay.example/saved"])
def test_address_of_a_saved_page(address: str) -> None:
    """The address that a browser wrote into the page is the one it was fetched from."""
    raw = built(story()).replace(b"<html", f"<!-- saved from url=(0026){address} --><html".encode(), 1)
    assert read_page(Page(html=raw)).url == address


@pytest.mark.parametrize(
    ("raw", "charset", "expected", "noted"),
    [
        ("Zürich".encode("latin-1"), None, "Zürich", False),
        ("Łódź".encode("iso-8859-2"), "iso-8859-2", "Łódź", False),
        (b'<meta charset="windows-1251">' + "Новости".encode("cp1251"), None, "Новости", False),
        ("Zürich".encode(), "iso-8859-1", "Zürich", False),
        ("日本".encode("shift_jis"), "utf-8", None, True),
        ("Zürich".encode("latin-1"), "unicode_escape", "Zürich", True),
        ("Zürich".encode("latin-1"), "no-such", "Zürich", True),
        ("\ufeffZürich".encode("utf-16-le"), None, "Zürich", False),
    ],
)
def test_encodings(raw: bytes, charset: str | None, expected: str | None, noted: bool) -> None:
    """UTF-8 is seen whatever is said; else server and page are believed as far as that fits."""
    changes: list[str] = []
    text = decode(raw, charset, changes)
    assert expected is None or expected in text
    assert bool(changes) == noted


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha " * 10}">' for n in range(9))
HOSTILE: dict[str, tuple[bytes, str | None]] = {
    "entities": (f"<?xml version='1.0'?><!DOCTYPE html [{BOMB}]><html><body><p>&e8;</p></body></html>".encode(), None),
    "file": (b"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><html><body><p>&x;</p></body></html>", None),
    "deep": (built("<div>" * 100_000 + "deep"), "page nested too deeply"),
    "inline": (built("<b>" * 5_000 + "deep"), "page nested too deeply"),
    "many": (built("<p>x" * 300_000), "page with too many elements"),
    "binary": (b"\x89PNG\r\n" + bytes(range(256)) * 50, "binary data under the name of a text"),
    "unclosed": (b"<html><body><p>" + TEXT[0].encode() + b"<table><tr><td><a href='", None),
    "data": (built(story(), f'<script type="application/ld+json">{"[" * 50_000}</script>'), None),
    "nothing": (b"", None),
    "attributes": (
        built(f"<p {' '.join(f'a{n}=1' for n in range(4_000))}>{TEXT[0]}"),
        "element with too many attributes",
    ),
    "one line": (built(f"<p>{'word ' * 400_000}</p>"), None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_page(name: str) -> None:
    """Bombs, depth and noise are read within bounds or left out with a reason; never a crash."""
    raw, reason = HOSTILE[name]
    found = answer(Page(html=raw))
    assert found.error == reason
    assert len(found.text) <= 3 * len(raw) + 100
    assert "root:" not in found.text


def test_hostile_pages_cost_only_themselves(tmp_path: Path) -> None:
    """Each is counted with its place, and pages beside them are read."""
    for name, (raw, _) in HOSTILE.items():
        (tmp_path / f"{name}.html").write_bytes(raw)
    (tmp_path / "z.html").write_bytes(built(story()))
    documents, log = read(tmp_path)
    assert documents[-1].text.startswith(TEXT[0])
    lost = [reason for _, reason in HOSTILE.values() if reason]
    assert counts(log.skipped) == {reason: lost.count(reason) for reason in lost}
    assert counts(log.warnings)["empty input"] == 1
    assert log.records == len(HOSTILE)


def test_page_over_the_limit(tmp_path: Path) -> None:
    """A page of more bytes than are read is skipped, also one that only unpacks to them."""
    import gzip

    raw = built("<p>" + "x" * (17 * 2**20))
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(raw, 1))
    _, log = read(tmp_path, tmp_path)
    assert counts(log.skipped) == {"over the size limit": 1}
    _, log = read_memory([{"html": raw.decode()}])
    assert counts(log.skipped) == {"page over the size limit": 1}


def test_page_without_article(tmp_path: Path) -> None:
    """A page without a text is a blank document, with a warning."""
    (document,), log = read_bytes(tmp_path, "a.html", b"<html><body></body></html>")
    assert document.text == ""
    assert counts(log.warnings) == {"page without an article": 1}


@pytest.mark.parametrize("value", [5, ["<p>"], {"a": 1}])
def test_page_of_the_wrong_type(value: object) -> None:
    """An `html` field that is no text is counted."""
    documents, log = read_memory([{"html": value}])
    assert not documents
    assert counts(log.skipped) == {"text of the wrong type": 1}


def test_order_and_log_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    """Pages among other records come in their order; one process and three say the same."""
    records: list[dict[str, Any]] = [
        {"id": str(n), "text": f"plain {n}"} if n % 3 else {"id": str(n), "html": built(story()).decode()}
        for n in range(40)
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(as_jsonl([*records, {"id": "x"}, {"id": "y", "html": "<b>" * 400}]))
    from dedup.config import ReadConfig
    from dedup.readers import ReadLog, read_documents

    seen: list[tuple[list[Document], dict[str, Any]]] = []
    for jobs in (1, 3):
        log = ReadLog()
        seen.append((list(read_documents([path], ReadConfig(), log, jobs)), log.to_dict()))
    assert seen[0] == seen[1]
    assert [d.id for d in seen[0][0]] == [str(n) for n in range(40)]


def test_slow_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes too long costs itself; the next one is read by a new process."""
    monkeypatch.setattr(page_pool, "_PROGRAM", SLOW)
    pool = PagePool(1, seconds=0.5)
    try:
        first, second = (pool.submit(Page(html=html)) for html in (b"slow", built(story())))
        assert first.result().error == "page that takes too long to read"
        monkeypatch.undo()
        assert second.result().error in (None, "page that takes too long to read")
    finally:
        pool.close()


SLOW = "import time; time.sleep(60)"


def test_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """So does a page that kills its process."""
    monkeypatch.setattr(page_pool, "_PROGRAM", "import os, sys; sys.stdin.buffer.read(9); os._exit(11)")
    pool = PagePool(1)
    try:
        assert pool.submit(Page(html=b"x")).result().error == "page that stopped the extractor"
    finally:
        pool.close()


def test_processes_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many pages a new process goes on."""
    monkeypatch.setattr(page_pool, "PAGES_A_PROCESS", 2)
    started: list[object] = []
    start = page_pool._Process._start
    monkeypatch.setattr(page_pool._Process, "_start", lambda self: (started.append(self), start(self))[1])
    pool = PagePool(1)
    try:
        assert all(f.result().error is None for f in [pool.submit(Page(html=built(story()))) for _ in range(5)])
    finally:
        pool.close()
    assert len(started) == 3


def test_missing_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'dedup-news\[html\]'"):
        read_memory([{"html": "<p>"}])


def test_distinct_keeps_the_longer_form() -> None:
    """A caption cut with an ellipsis, or without its credit, is the longer one."""
    long = "Divers measure the wall of the north basin on Friday. Photo: NPA"
    cut, bare = "Divers measure the wall of the… more", "Divers measure the wall of the north basin on Friday."
    assert distinct([cut, bare, long]) == [long]
    assert distinct([long, bare]) == [long]
