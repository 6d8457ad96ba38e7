"""The report as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections import Counter
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from dedup.errors import StoreError
from dedup.model import Document, PassageCluster, ScanResult
from dedup.report import html
from dedup.report.catalogue import catalogue
from dedup.report.chunks import ELEMENTS, ITEMS, elements
from dedup.report.html import render_html, render_pages, write_html
from dedup.report.prepared import ReportOptions, prepare
from tests.report.conftest import BUDGET, FERRY, Page, cluster, member
from tests.report.hostile import HOSTILE, poisoned

OWN_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        """
        html head meta title style body a header p span h1 h2 h4 h5 dl div dt dd table caption thead tr th
        tbody tfoot td ul li nav main section label input select option output button details summary
        blockquote bdi strong figure svg text path rect figcaption time ol code del ins mark br footer dialog
        kbd script noscript
        """,
    )
)
"""Elements that the report is made of: whatever else turns up came from a text."""


def _page(result: ScanResult) -> Page:
    return Page(render_html(result))


def _cluster(page: Page, cluster_id: str) -> str:
    return page.text(page.find("details", id=cluster_id)[0])


def test_summary_facts(result: ScanResult) -> None:
    """The figures at the head, the matrix and the sentences are those of the test data."""
    page = _page(result)
    facts = {attrs["data-fact"]: page.text(n) for n, (_, attrs) in enumerate(page.elements) if "data-fact" in attrs}
    assert facts == {
        "documents": "1,204",
        "passages": "8",
        "cross_outlet": "7",
        "document_clusters": "1",
        "carriers": "10",
        "outlets": "10",
        "groups": "8",
        "furniture": "3",
    }
    rows = page.find("table", class_="matrix")
    assert "Agency or shared copy wire_copy 3 0 0 3" in page.text(rows[0])
    assert "All 7 0 1 8" in page.text(rows[0])
    assert page.text(page.find("h1")[0]) == "Shared text in 1,204 documents"
    assert "from 10 outlets of 8 independent groups" in page.text(page.find("p", class_="summary")[0])
    assert "4 inputs were skipped" in page.text(page.find("div", class_="warnings")[0])


def test_clusters_are_ranked_and_named_in_neutral_words(result: ScanResult) -> None:
    """Each cluster's line has its number, kind, carriers and first words, in rank order."""
    page = _page(result)
    passages = page.find("details", class_="passage")
    heads = [page.text(page.find("summary")[page.find("details").index(n)]) for n in passages]
    assert [re.match(r"\d+ (\D+?) (Across|Within)", head).group(1) for head in heads] == [  # type: ignore[union-attr]
        "Shared statement",
        "Agency or shared copy",
        "Agency or shared copy",
        "Unsorted",
        "Agency or shared copy",
        "Common formula",
        "Caption",
        "Site furniture",
    ]
    assert heads[1].startswith(
        "2 Agency or shared copy Across outlets carried by 4 outlets of 2 groups from 5 Mar 2024 The ferry"
    )


def test_a_cluster_shows_members_origin_and_changed_figures(result: ScanResult) -> None:
    """The members stand in time order with what differs, and the origin with its evidence."""
    page = _page(result)
    said = _cluster(page, "a1f0c3d2e4b59687")
    assert "Credited to Harbour Wire ; most likely from Vell Courier" in said
    assert "credit, earliest" in said
    assert "Changed: 212 → to 198 ; Friday → to Thursday" in said
    order = [said.index(name) for name in ("courier-3", "courier-1", "courier-2", "ledger-7")]
    assert order == sorted(order)
    assert "the dates do not tell who was first" in said
    assert "Contains 7 Caption" in said
    assert "Part of 2 Agency or shared copy" in _cluster(page, "c3d2e5f4a6b70819")


def test_side_by_side_marks_words_in_context(result: ScanResult) -> None:
    """Changed words are marked on both sides, and what stands before the passage in its text is shown."""
    page = _page(result)
    pair = next(
        n for n in page.find("details", class_="pair") if "Vell Courier" in page.text(n) and "212" in page.text(n)
    )
    source = page.text(pair)
    assert "VELL (Harbour Wire) - A passenger ship" in source
    inside = [n for n in range(pair, pair + 60) if page.elements[n][0] in ("del", "ins")]
    marks = [(page.elements[n][0], page.elements[n][1].get("class"), page.text(n)) for n in inside][:4]
    assert marks == [
        ("del", "c", "212"),
        ("del", "c", "Friday"),
        ("ins", "c", "198"),
        ("ins", "c", "Thursday"),
    ]


def test_the_reading_view_marks_and_names_passages(result: ScanResult) -> None:
    """A reused text is shown whole, its passages marked and linked by number and kind."""
    page = _page(result)
    articles = [n for n in page.find("div", class_="article") if "A passenger ship is stuck" in page.text(n)]
    said = page.text(articles[0])
    assert "2 Agency or shared copy The ferry Aurelia" in said
    marked = [page.text(n) for n in page.find("mark", class_="k-quotation") if page.text(n) != "Shared statement"]
    assert marked
    assert all(text.startswith("We heard a long scraping sound") for text in marked)


def test_document_clusters_pairs_and_suppressed(result: ScanResult) -> None:
    """The other sections name relation and share, rule, group and reason."""
    page = _page(result)
    documents = _cluster(page, "29d8e1f0a213547f")
    assert "3 documents from 3 outlets" in documents
    assert "contains the representative" in documents
    assert "87 %" in documents
    pairs = page.text(page.find("section", id="pairs")[0])
    assert re.search(r"Vell Courier.*Northmoor Courier.*contains the other.*71.%.*98.%", pairs)
    aside = page.text(page.find("section", id="suppressed")[0])
    assert "3 distinct texts in 5 places" in aside
    assert "Group: Courier Group" in aside
    assert "One group carries it on pages that have nothing else in common." in aside


def test_methods_name_every_setting_but_no_time(result: ScanResult) -> None:
    """All settings that decide a result are listed, with recall; what differs between two runs is not."""
    page = _page(result)
    how = page.text(page.find("section", id="methods")[0])
    config = result.manifest["config"]
    for name in (*config["signatures"], *config["chains"], *config["furniture"], "preset"):
        assert name in how
    assert "0.5 0.9963" in how
    assert "Courier Group mapping Northmoor Courier , Tarn Valley Courier , Vell Courier" in how
    assert "2024-03-08" not in how
    assert "jobs" not in how


def test_only_one_script_and_style_and_their_hashes_allowed(result: ScanResult) -> None:
    """The policy forbids everything but the one script and the one style, whose hashes are right."""
    page = _page(result)
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    for tag in ("script", "style"):
        (element,) = (n for n in page.find(tag) if "type" not in page.elements[n][1])
        digest = hashlib.sha256("".join(page.texts[element]).encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert "unsafe" not in policy


def test_nothing_is_loaded_from_elsewhere(result: ScanResult) -> None:
    """No element names a resource: only links that a reader follows lead out of the file."""
    page = _page(result)
    loading = (
        "src",
        "srcset",
        "data",
        "poster",
        "background",
        "action",
        "formaction",
        "ping",
        "style",
        "xlink:href",
    )
    for tag, attrs in page.elements:
        assert not set(attrs) & set(loading), tag
        assert tag not in ("link", "iframe", "object", "embed", "base", "img", "form")
        if "href" in attrs:
            assert tag == "a"
            assert attrs["href"].startswith("#") or attrs["rel"] == "noopener noreferrer nofollow"
    assert "@import" not in "".join(page.texts[page.find("style")[0]])
    assert "url(" not in "".join(page.texts[page.find("style")[0]])


def test_permalinks(result: ScanResult) -> None:
    """Each cluster is reached by its id, ids are unique, and every link within the page leads somewhere."""
    page = _page(result)
    assert [i for i, n in Counter(page.ids()).items() if n > 1] == []
    assert {p.cluster_id for p in result.passages} <= set(page.ids())
    assert {d.cluster_id for d in result.documents} <= set(page.ids())
    assert {link[1:] for link in page.links() if link.startswith("#")} <= set(page.ids())
    assert all(f"#{p.cluster_id}" in page.links() for p in result.passages)


def test_accessible_structure(result: ScanResult) -> None:
    """Landmarks, a skip link, a label for each control, headings in order, well-nested tags."""
    page = _page(result)
    assert page.misnested == []
    assert [len(page.find(tag)) for tag in ("main", "nav", "h1")] == [1, 1, 1]
    first_link = page.find("a")[0]
    assert page.elements[first_link][1]["href"] == "#main"
    labelled = {attrs["for"] for tag, attrs in page.elements if tag == "label" and "for" in attrs} | {"f-keys"}
    assert {attrs["id"] for tag, attrs in page.elements if tag in ("input", "select")} == labelled
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert page.elements[page.find("html")[0]][1] == {"lang": "en"}
    titles = [page.text(n + 1).split(".")[0] for n in page.find("svg", role="img")]
    assert all(page.elements[n + 1][0] == "title" for n in page.find("svg", role="img"))
    assert titles.count("When each outlet carried it") == len(titles) - 2
    assert any(title.startswith("Outlet matrix") for title in titles)
    assert any(title.startswith("Documents with shared text by outlet and day") for title in titles)


def test_texts_carry_direction_and_language(result: ScanResult) -> None:
    """A text finds its own direction, and names its language where the document does."""
    page = _page(result)
    quotes = {attrs.get("lang"): attrs for tag, attrs in page.elements if tag == "blockquote"}
    assert set(quotes) == {"en", "ar", "zh"}
    assert all(attrs["dir"] == "auto" for attrs in quotes.values())


VARIANTS = (ReportOptions(), ReportOptions(full_text=True), ReportOptions(redact=True))


@pytest.mark.parametrize("poison", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(result: ScanResult, poison: str) -> None:
    """In whatever field and page it stands, a text makes no element, attribute, link or script, and hides nothing."""
    scan = poisoned(result, poison)
    for options in VARIANTS:
        sources = dict(render_pages(prepare(scan, options)))
        assert list(sources) == ["report.html"]
        _check_inert(sources["report.html"], ["text/plain", None])
    sides = dict(render_pages(prepare(scan), budget_bytes=30_000))
    assert {"p0001.html", "t0001.html"} <= set(sides)
    for name, source in sides.items():
        _check_inert(source, ["text/plain", None] if name == "report.html" else [None])


def _check_inert(source: str, scripts: list[str | None]) -> None:
    page = Page(source)
    assert page.misnested == []
    assert {tag for tag, _ in page.elements} <= OWN_ELEMENTS
    assert [len(page.find(tag)) for tag in ("style", "main", "h1")] == [1, 1, 1]
    assert [page.elements[n][1].get("type") for n in page.find("script")] == scripts
    if len(scripts) > 1:
        assert re.fullmatch(r"[a-z0-9_ |\n-]*", "".join(page.texts[page.find("script")[0]]))
    for _, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "style", "srcdoc")]
    assert all(re.match(r"#|(\.\./)?report\.html|(report-pages/)?[pt]\d{4}\.html", link) for link in page.links())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", source)
    assert source.encode("utf-8")


@pytest.mark.parametrize("poison", [HOSTILE[0], HOSTILE[6], HOSTILE[9], HOSTILE[17]])
def test_hostile_text_is_shown_as_it_is(result: ScanResult, poison: str) -> None:
    """Escaping loses nothing: a reader sees the characters that the text has."""
    page = _page(poisoned(result, poison))
    assert all(poison in "".join(page.texts[n]) for n in page.find("blockquote"))


def test_a_word_of_ten_megabytes_is_cut(result: ScanResult) -> None:
    """An endless word in text and title leaves the report small, and is counted."""
    endless = "x" * 10_000_000
    first = result.passages[0]
    members = (replace(first.members[0], text=endless, title=endless), *first.members[1:])
    changed = replace(result, passages=(replace(first, text=endless, members=members), *result.passages[1:]))
    source = render_html(changed)
    assert len(source) < 200_000
    assert "more characters)" in source


def _many(result: ScanResult, count: int) -> tuple[PassageCluster, ...]:
    wire = result.passages[0]
    return tuple(replace(wire, cluster_id=f"cluster-{n:04d}", text=f"{FERRY} {n:04d}") for n in range(count))


def _whole(page: Page) -> list[str]:
    """Return the fragments of the passages that stand in whole."""
    return [page.elements[n][1]["id"] for n in page.find("details", class_="passage")]


def _lines(page: Page) -> list[str]:
    """Return the fragments of the passages that are a line."""
    return [attrs["id"] for tag, attrs in page.elements if tag == "a" and "id" in attrs]


def _pages(result: ScanResult, budget: int) -> dict[str, str]:
    return dict(render_pages(prepare(result), budget_bytes=budget))


def test_budget(result: ScanResult) -> None:
    """The main page keeps to its budget: after the first passages the others have a line that leads to their page."""
    inner = replace(result.passages[2], cluster_id="last", parent="cluster-0000", scope="within_document")
    large = replace(result, passages=(*_many(result, 300), inner))
    pages = _pages(large, 600_000)
    page = Page(pages["report.html"])
    whole, rows = _whole(page), _lines(page)
    assert 500_000 < len(pages["report.html"].encode()) <= 600_000
    assert [*whole, *rows] == [*(f"cluster-{n:04d}" for n in range(300)), "last"]
    assert 10 < len(whole) < 290
    assert f"The first {len(whole)} stand here in whole" in page.text(page.find("section", id="passages")[0])
    assert "Contains 301 Caption" in _cluster(page, "cluster-0000")


def test_every_link_between_pages_leads_somewhere(result: ScanResult) -> None:
    """Whatever page a link stands on, the page and the place it leads to exist; every passage is whole once."""
    inner = replace(result.passages[2], cluster_id="last", parent="cluster-0000")
    for budget in (400_000, 100_000):
        pages = _pages(replace(result, passages=(*_many(result, 300), inner)), budget)
        assert len(pages) > 3
        parsed = {name: Page(text) for name, text in pages.items()}
        whole: list[str] = []
        for name, page in parsed.items():
            whole += _whole(page)
            assert page.misnested == []
            for link in page.links():
                target, _, place = link.partition("#")
                if target.startswith("https:"):
                    continue
                other = name if not target else target.removeprefix("../").removeprefix("report-pages/")
                assert (target == "") == (other == name)
                assert other in parsed, link
                assert not place or place in parsed[other].ids(), link
        assert sorted(whole) == sorted([*(f"cluster-{n:04d}" for n in range(300)), "last"])


def test_pages_are_the_same_by_one_process_or_several(result: ScanResult) -> None:
    """However many processes make lines and pages, they are the same, in the same order."""
    large = replace(result, passages=_many(result, 2300))
    one, several = (
        list(render_pages(prepare(large, ReportOptions(jobs=jobs)), budget_bytes=400_000)) for jobs in (1, 3)
    )
    assert len(one) > 20
    assert one == several


def test_a_page_too_small_for_all_lines_says_how_many_are_elsewhere(result: ScanResult) -> None:
    """Passages without a line on the main page are counted, and the pages they are on are linked."""
    page = Page(_pages(replace(result, passages=_many(result, 300)), 100_000)["report.html"])
    indexed = len(_whole(page)) + len(_lines(page))
    said = page.text(page.find("div", id="pages")[0])
    assert 0 < indexed < 300
    assert said.startswith(f"{300 - indexed} further passages of lower rank left out here")
    assert "report-pages/p0003.html" in page.links()


def test_side_pages_are_replaced_as_a_whole(result: ScanResult, tmp_path: Path) -> None:
    """A report written again leaves no page of the one before, and none at all when everything fits."""
    write_html(replace(result, passages=_many(result, 300)), tmp_path / "report.html", budget_bytes=400_000)
    folder = tmp_path / "report-pages"
    assert sorted(p.name for p in folder.iterdir() if p.name.startswith("p"))[-1] == "p0003.html"
    write_html(replace(result, passages=_many(result, 130)), tmp_path / "report.html", budget_bytes=300_000)
    assert sorted(p.name for p in folder.iterdir() if p.name.startswith("p"))[-1] == "p0002.html"
    write_html(result, tmp_path / "report.html")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_everything_is_shown_within_the_budget(result: ScanResult) -> None:
    """A report that fits is one file and says of nothing that it is elsewhere."""
    pages = _pages(replace(result, passages=_many(result, 50)), 10_000_000)
    page = Page(pages["report.html"])
    assert list(pages) == ["report.html"]
    assert page.find("div", class_="left-out") == []
    assert len(_whole(page)) == 50


def test_many_lines_leave_room_for_few_passages_in_whole(result: ScanResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the elements that a browser opens quickly a passage is a line, though its bytes would fit."""
    monkeypatch.setattr(html, "_ELEMENTS", 60 * html._LINE_ELEMENTS)
    monkeypatch.setattr(html, "_LEAST_ELEMENTS", 2000)
    page = Page(_pages(replace(result, passages=_many(result, 60)), 10_000_000)["report.html"])
    whole = _whole(page)
    assert 0 < len(whole) < 60
    assert [*whole, *_lines(page)] == [f"cluster-{n:04d}" for n in range(60)]
    inside = max(page.find("details", class_="passage")) - min(page.find("details", class_="passage"))
    assert inside <= 2000


def test_a_script_filters_by_what_stands_in_the_passages(result: ScanResult) -> None:
    """Each passage has its kind, scope, figures, agency, date and outlets on the line of its rank, whole or not."""
    known = catalogue(result)
    for budget in (10_000_000, 60_000):
        page = Page(_pages(result, budget)["report.html"])
        lines = "".join(page.texts[page.find("script", id="facets")[0]]).split("\n")
        assert len(lines) == len(_whole(page)) + len(_lines(page)) == 8
        for line, passage in zip(lines, known.passages, strict=True):
            figures, _, outlets = line.partition("|")
            kind, scope, score, *counts, agency, _ = figures.split(" ")
            assert (kind, scope) == (passage.kind, passage.scope)
            assert score == str(int(passage.score * 100))
            assert [int(n) for n in counts] == [passage.n_outlets, passage.n_documents, passage.n_families]
            assert agency == str(known.agencies.get(passage.origin.agency or "", "-"))
            named = {m.outlet for m in passage.members if m.outlet}
            assert [list(known.outlets)[int(n)] for n in outlets.split()] == sorted(named, key=str.casefold)


def test_a_cluster_of_many_documents_is_cut_with_a_count(result: ScanResult) -> None:
    """A very wide cluster lists its first documents and counts the rest."""
    wire = result.passages[0]
    members = tuple(replace(wire.members[0], doc_id=f"copy-{n:05d}") for n in range(5000))
    source = render_html(replace(result, passages=(replace(wire, members=members),)))
    assert "4,900 further documents: all are in passages.jsonl." in source
    assert "4,999 other places have the very words of the representative" in source
    assert len(source) < 300_000


def test_a_document_is_listed_once_with_all_its_places(result: ScanResult) -> None:
    """A passage that stands twice in a document has one line, which says both."""
    said = _cluster(_page(result), "c3d2e5f4a6b70819")
    assert said.count("All safe after ferry runs aground") == 2  # the line, and the name of its link
    assert re.search(r"2 places: word for word, 100.% ?; nearly word for word, 93.%", said)
    assert "2 documents, 3 places, in order of time" in said


def test_equal_texts_are_not_set_side_by_side(result: ScanResult) -> None:
    """Places with the same words are named; only those that differ are compared."""
    page = _page(result)
    said = _cluster(page, "b2e1d4c3f5a60798")
    assert "2 other places have the very words of the representative: Vell Courier , Daily Meridian ." in said
    assert said.count("We heard a long scraping sound") == 1 + 1  # the line of the passage and the passage
    assert "1 other place has the very words" in _cluster(page, "07b6c9d8e0f1325d")


def test_a_part_of_the_passage_is_no_difference_of_wording(result: ScanResult) -> None:
    """A verbatim part is said to be one, and what the member lacks at the ends is not struck out."""
    wire = result.passages[0]
    first = wire.members[0]
    begin = FERRY.index("Rescue boats")
    end = FERRY.index(" Divers")
    part = replace(wire.members[2], text=FERRY[begin:end], start=begin, end=end, similarity=1.0, wording="verbatim")
    page = _page(replace(result, passages=(replace(wire, members=(first, part)),)))
    said = _cluster(page, wire.cluster_id)
    assert "a part, word for word: 25 of 74 words" in said
    assert not re.search(r"word for word, 100.%", said)
    more = replace(part, text=f"{FERRY} Nobody was hurt.", start=0, end=len(FERRY) + 17)
    said_of_more = _cluster(_page(replace(result, passages=(replace(wire, members=(first, more)),))), wire.cluster_id)
    assert "word for word, and 3 words more" in said_of_more
    (at,) = page.find("details", class_="pair")
    inside = [page.elements[n] for n in range(at, at + 40) if "".join(page.texts[n])]
    assert not [tag for tag, _ in inside if tag in ("del", "ins")]


def test_the_representative_has_a_reading_view(result: ScanResult) -> None:
    """Each document with a passage can be read, the representative of the widest passages first."""
    page = _page(result)
    read = {page.elements[n][1]["id"]: page.text(n) for n in page.find("details", class_="reading")}
    assert len(read) == 10
    assert "Ferry aground off Vell" in read["d-1"]
    assert any("All safe after ferry runs aground" in text for text in read.values())
    # Two texts that carry just the same: the one that represents the passage comes first.
    twins = {"a": Document(id="a", text=BUDGET), "b": Document(id="b", text=BUDGET)}
    both = cluster("0" * 16, "wire_copy", "cross_outlet", member(twins["b"], BUDGET), member(twins["a"], BUDGET))
    assert list(catalogue(replace(result, passages=(both,), texts=twins)).readings) == ["b", "a"]


def test_long_stretches_that_nothing_shares_are_shortened(result: ScanResult) -> None:
    """The reading view leaves out the middle of what nothing shares, with a count; all of it on request."""
    long = "Nothing here is shared with anyone. " * 60
    docs = {**result.texts, "meridian-3": replace(d := result.texts["meridian-3"], text=f"{d.text}\n{long}")}
    changed = replace(result, texts=docs)
    assert re.search(r"\[… 1,\d\d\d characters that nothing shares …\]", render_html(changed))
    assert "that nothing shares" not in render_html(changed, options=ReportOptions(full_text=True))


def test_passages_are_snippets_unless_all_is_asked_for(result: ScanResult) -> None:
    """A long passage is shown in part with a count, and whole with `full_text`."""
    long = "Word upon word " * 200 + "the very end"
    changed = replace(result, passages=(replace(result.passages[0], text=long), *result.passages[1:]))
    assert "2,012 more characters" in render_html(changed)
    assert "the very end" not in render_html(changed)
    assert "the very end" in render_html(changed, options=ReportOptions(full_text=True))


def test_a_redacted_report_has_figures_only(result: ScanResult) -> None:
    """With `redact` no word of any text, title or address is shown; counts, outlets and dates are."""
    source = render_html(result, options=ReportOptions(redact=True))
    page = Page(source)
    whole = page.whole()
    texts = [w for p in result.passages for m in p.members for w in (m.text, m.title, m.url) if w]
    texts += [s.text for s in result.suppressed] + ["198", "Thursday", "news.example"]
    assert not [text for text in texts if text[:40] in whole or text[:40] in source]
    assert "[422 characters, not shown]" in whole
    assert "carried by 4 outlets of 2 groups" in whole
    assert "Harbour Wire" in whole
    assert "This report has figures only" in whole


def test_views_over_all_passages(result: ScanResult) -> None:
    """Most reused passages, outlets and their pairs, and the calendar stand in tables."""
    page = _page(result)
    reused = page.text(page.find("section", id="reused")[0])
    assert "2 Agency or shared copy The ferry Aurelia ran aground" in reused
    assert "could not immediately be reached" not in reused
    outlets = page.text(page.find("section", id="outlets")[0])
    assert "Northmoor Courier Tarn Valley Courier 1 100" in outlets
    assert re.search(r"Nabd Online Sawat al-Mina 1 100.% 100.% 0 1 2 hours 30 minutes earlier", outlets)
    calendar = page.text(page.find("section", id="calendar")[0])
    assert "Outlet 2024-03-05 2024-03-06 2024-03-07" in calendar
    assert "The Coast Ledger 0 1 0" in calendar


def test_same_result_same_bytes(result: ScanResult, tmp_path: Path) -> None:
    """The bytes depend on what was found alone: neither on order, nor on time, threads or memory."""
    source = random.Random(3)
    shuffled = replace(
        result,
        passages=tuple(source.sample(result.passages, len(result.passages))),
        pairs=result.pairs[::-1],
        suppressed=result.suppressed[::-1],
        texts=dict(reversed(list(result.texts.items()))),
        manifest={
            **result.manifest,
            "created": "2031-01-01",
            "stages": [],
            "config": {**result.manifest["config"], "jobs": 8, "memory": 2**33},
        },
    )
    write_html(result, tmp_path / "a.html")
    write_html(result, tmp_path / "b.html")
    write_html(shuffled, tmp_path / "c.html")
    first = (tmp_path / "a.html").read_bytes()
    assert (tmp_path / "b.html").read_bytes() == first
    assert (tmp_path / "c.html").read_bytes() == first


def test_nothing_found_and_nothing_known(empty: ScanResult) -> None:
    """An empty result with an empty manifest makes a whole page that says so."""
    page = _page(empty)
    assert page.misnested == []
    assert "No shared passages were found." in page.text(page.find("section", id="passages")[0])
    assert "Nothing was set aside." in page.text(page.find("section", id="suppressed")[0])


def test_without_texts(without_texts: ScanResult) -> None:
    """Without stored texts members are shown by their own text, and the reading view says why it is empty."""
    page = _page(without_texts)
    assert "were not kept with this result" in page.text(page.find("section", id="reading")[0])
    assert BUDGET in _cluster(page, "e5b4a7b6c8d9103b")
    assert "A passenger ship is stuck" not in page.whole()


def test_a_failure_names_the_path(result: ScanResult, tmp_path: Path) -> None:
    """What cannot be written is refused with its path."""
    with pytest.raises(StoreError, match="absent"):
        write_html(result, tmp_path / "absent" / "report.html")


def _palettes() -> dict[str, dict[str, str]]:
    style = resources.files("dedup.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)
    light, dark, paper = (dict(re.findall(r"--(\w[\w-]*): (#\w+)", root)) for root in roots)
    return {"light": light, "dark": {**light, **dark}, "print": {**light, **paper}}


def test_a_list_is_elements_at_first_and_then_text(result: ScanResult) -> None:
    """The first items stand as they are; later ones, whole or lines, in `noscript`, none twice and none left out."""
    for budget in (10_000_000, 600_000, 200_000):
        source = _pages(replace(result, passages=_many(result, 300)), budget)["report.html"]
        begun = source.index('<div id="passage-list" data-count="300"')
        listed = source[begun : source.index('<p id="nothing"', begun)]
        first, *later = listed.split("<noscript data-count=")
        item = re.compile(r'^(?:<a|<details class="cluster passage") id="(cluster-\d+)"', re.MULTILINE)
        assert item.findall(listed) == [f"cluster-{n:04d}" for n in range(300)]
        assert 0 < len(item.findall(first)) <= ITEMS
        assert len(later) >= 300 // ITEMS - 1
        for part in later:
            held = part.split("</noscript></div>")[0]
            assert f'"{len(item.findall(held))}">' in part[:6]
            assert elements(held) <= ELEMENTS


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_contrast(theme: str) -> None:
    """Text has the contrast of WCAG 2.2 AA (4.5 to 1) on each ground, edges of controls 3 to 1."""
    colour = _palettes()[theme]
    for ink in ("ink", "soft", "accent"):
        for ground in ("paper", "card"):
            assert _contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    assert _contrast(colour["tint-ink"], colour["tint"]) >= 4.5
    assert _contrast(colour["edge"], colour["card"]) >= 3
    assert _contrast(colour["accent"], colour["tint"]) >= 3
