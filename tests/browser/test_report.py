"""The report in a real browser: search, filters, keys, links, print, without JavaScript, with hostile texts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dedup.model import ScanResult
from dedup.report.html import BUDGET_BYTES, write_html
from dedup.report.prepared import ReportOptions
from tests.browser.conftest import AXE, DESKTOP, PHONE, Opened
from tests.report.hostile import HOSTILE, poisoned

Visit = Callable[..., Opened]
WIRE = "a1f0c3d2e4b59687"
QUOTE = "b2e1d4c3f5a60798"
IN_VIEW = (
    "id => { const b = document.getElementById(id).getBoundingClientRect(); return b.top >= 0 && b.top < innerHeight; }"
)
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = """() => {
    dispatchEvent(new Event('beforeprint'));
    for (const d of document.querySelectorAll('details')) d.open = true;
}"""
"""All of a page as it is when one has looked at all of it; what is out of sight has guessed sizes otherwise."""
IN_SIGHT = "main > section, .chunk { content-visibility: visible !important; }"


def quiet(opened: Opened) -> None:
    """Nothing was said on the console, no dialog or window opened, and only files were asked for."""
    assert opened.console == []
    assert opened.dialogs == []
    assert [url for url in opened.requests if not url.startswith("file:")] == []


def test_search(visit: Visit, report: Path) -> None:
    """Words, outlets and agencies are searched for; all words must be there; nothing found is said."""
    opened = visit(report)
    assert opened.found() == "8 shown"
    texts = {i: opened.page.text_content(f"[id='{i}']").lower() for i in opened.shown()}
    for sought in ("council voted", "HARBOUR WIRE credited", "东岸时报"):
        expected = [i for i, text in texts.items() if all(word in text for word in sought.lower().split())]
        assert 0 < len(expected) < 8, sought
        opened.page.fill("#f-search", sought)
        opened.page.wait_for_timeout(400)
        assert opened.shown() == expected
        assert opened.found() == f"{len(expected)} of 8 shown"
    opened.page.fill("#f-search", "no such words")
    opened.page.wait_for_selector("#nothing:visible")
    quiet(opened)


@pytest.mark.parametrize(
    ("field", "value", "ids"),
    [
        ("f-kind", "quotation", [QUOTE]),
        ("f-scope", "within_document", ["f6a5b8c7d9e0214c"]),
        ("f-outlet", "label=Nabd Online", ["07b6c9d8e0f1325d"]),
        ("f-agency", "label=Harbour Wire", [WIRE]),
        ("f-groups", "3", [QUOTE]),
        ("f-score", "94", []),
        ("f-from", "2024-03-07", ["e5b4a7b6c8d9103b"]),
        ("f-to", "2024-03-04", []),
    ],
)
def test_filters(visit: Visit, report: Path, field: str, value: str, ids: list[str]) -> None:
    """Each filter leaves what fits it, and one button clears them all."""
    opened = visit(report)
    page = opened.page
    page.click("#more-filters > summary")
    if value.startswith("label="):
        page.select_option(f"#{field}", label=value.removeprefix("label="))
    elif field in ("f-kind", "f-scope"):
        page.select_option(f"#{field}", value)
    else:
        page.fill(f"#{field}", value)
    page.wait_for_function("n => document.getElementById('found').textContent.startsWith(n)", arg=f"{len(ids)} of 8")
    assert opened.shown() == ids
    page.click("#reset")
    assert opened.found() == "8 shown"
    quiet(opened)


def test_order(visit: Visit, report: Path) -> None:
    """Passages are sorted by date, those without one last, and back by reach."""
    opened = visit(report)
    ranked = opened.shown()
    opened.page.select_option("#f-order", "date")
    dated = opened.shown()
    assert sorted(dated) == sorted(ranked)
    assert dated != ranked
    assert dated[0] == WIRE
    opened.page.select_option("#f-order", "rank")
    assert opened.shown() == ranked


def test_a_passage_opens_with_both_sides(visit: Visit, report: Path) -> None:
    """A click opens a passage; both sides stand beside each other, marked words at one height."""
    opened = visit(report)
    page = opened.page
    page.click(f"[id='{WIRE}'] > summary")
    assert page.is_visible(f"[id='{WIRE}'] .members")
    pair = page.locator(f"[id='{WIRE}'] details.pair[open]").first
    left, right = (pair.locator(".side").nth(n).bounding_box() for n in (0, 1))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    assert page.locator(f"[id='{WIRE}'] ins.c").first.inner_text()
    quiet(opened)


def test_a_permalink_opens_its_passage(visit: Visit, report: Path) -> None:
    """The address of a passage opens it and brings it in sight, also when a filter hides it."""
    opened = visit(report, WIRE)
    page = opened.page
    assert page.evaluate("id => document.getElementById(id).open", WIRE)
    page.wait_for_function(IN_VIEW, arg=WIRE)
    page.select_option("#f-kind", "caption")
    assert WIRE not in opened.shown()
    page.evaluate("id => { location.hash = ''; location.hash = id; }", WIRE)
    page.wait_for_function("id => !document.getElementById(id).hidden", arg=WIRE)
    assert opened.found() == "8 shown"
    page.click(f"[id='{WIRE}'] a.read >> nth=0")
    assert re.fullmatch(r"d-\d+", page.evaluate("() => location.hash.slice(1)"))
    assert page.evaluate("() => document.querySelector(location.hash).open")
    quiet(opened)


def test_keys(visit: Visit, report: Path) -> None:
    """j and k move, o opens, / searches, c clears, ? helps; nothing of it while one types."""
    opened = visit(report)
    page = opened.page
    at = "() => document.activeElement.id || document.activeElement.parentElement.id"
    order = opened.shown()
    page.keyboard.press("j")
    assert page.evaluate(at) == order[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate(at) == order[1]
    page.keyboard.press("o")
    assert page.evaluate("id => document.getElementById(id).open", order[1])
    page.keyboard.press("/")
    page.keyboard.type("jok")
    assert page.input_value("#f-search") == "jok"
    page.wait_for_function("() => document.getElementById('found').textContent.startsWith('0 of')")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    assert opened.found() == "8 shown"
    page.keyboard.press("?")
    assert page.is_visible("dialog")
    page.keyboard.press("Escape")
    assert not page.is_visible("dialog")
    quiet(opened)


def test_everything_is_reached_by_tab(visit: Visit, report: Path) -> None:
    """The first tab leads to the results; after it every control has a visible focus."""
    opened = visit(report)
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("() => document.activeElement.id || document.activeElement.tagName"))
    assert {"f-search", "f-kind", "f-order", "expand", "keys-open", "SUMMARY"} <= seen
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_print(visit: Visit, report: Path, tmp_path: Path) -> None:
    """The page prints to PDF, without its controls."""
    opened = visit(report, WIRE)
    path = tmp_path / "report.pdf"
    opened.page.pdf(path=path)
    assert path.read_bytes().startswith(b"%PDF")
    opened.page.emulate_media(media="print")
    assert not opened.page.is_visible("#filters")
    assert opened.page.is_visible(f"[id='{WIRE}'] blockquote")


def test_without_javascript(visit: Visit, report: Path) -> None:
    """All that is read with JavaScript is there without: facts, passages, members, side by side; no dead controls."""
    facts = "() => [...document.querySelectorAll('[data-fact]')].map(e => `${e.dataset.fact} ${e.textContent}`)"
    texts = []
    for enabled in (True, False):
        opened = visit(report, java_script_enabled=enabled)
        page = opened.page
        if enabled:
            texts.append((page.evaluate(facts), page.content()))
            continue
        assert not page.is_visible("#filters")
        assert not page.is_visible("#more-filters")
        page.click(f"[id='{WIRE}'] > summary")
        assert page.is_visible(f"[id='{WIRE}'] .members")
        assert page.is_visible(f"[id='{WIRE}'] .sides")
        quiet(opened)
        shown = page.locator("[data-fact]").all_inner_texts()
        assert shown == [line.split(" ", 1)[1] for line in texts[0][0]]
        clusters = [cluster.get_attribute("id") for cluster in page.locator("#passage-list .passage").all()]
        assert len(clusters) == 8
        assert all(cluster in texts[0][1] for cluster in clusters)
        assert "212" in page.locator(f"[id='{WIRE}'] blockquote").inner_text()


def test_side_pages(visit: Visit, scan: ScanResult, tmp_path: Path) -> None:
    """A line leads to its passage on a side page, and from there a link leads back; keys work there too."""
    many = tuple(replace(scan.passages[0], cluster_id=f"cluster-{n:04d}") for n in range(300))
    write_html(replace(scan, passages=many), tmp_path / "report.html", budget_bytes=400_000)
    opened = visit(tmp_path / "report.html", "cluster-0250")
    page = opened.page
    assert opened.found() == "300 shown"
    page.click("[id='cluster-0250']")
    page.wait_for_url("**/report-pages/p0003.html#cluster-0250")
    assert page.evaluate("() => document.getElementById('cluster-0250').open")
    page.keyboard.press("j")
    assert page.evaluate("() => document.activeElement.closest('.passage').id") == "cluster-0251"
    page.click("header nav a")
    page.wait_for_url("**/report.html")
    quiet(opened)


@pytest.fixture
def long_list(scan: ScanResult, tmp_path: Path) -> Path:
    """A report with 400 passages: some in whole, the others as lines, most of them elements only when they are near."""
    kinds = ("wire_copy", "quotation")
    many = tuple(replace(scan.passages[n % 2], cluster_id=f"cluster-{n:04d}", kind=kinds[n % 2]) for n in range(400))
    write_html(replace(scan, passages=many), tmp_path / "report.html", budget_bytes=900_000)
    return tmp_path / "report.html"


ITEMS = "() => document.querySelectorAll('#passage-list .passage, #passage-list .chunk > a').length"


def test_a_long_list_is_made_where_it_is_looked_at(visit: Visit, long_list: Path) -> None:
    """Few passages are elements at first; more come near the window, by a link, by keys, and all of them in print."""
    opened = visit(long_list)
    page = opened.page
    assert opened.found() == "400 shown"
    assert 10 <= page.evaluate(ITEMS) < 200
    page.evaluate("() => scrollTo(0, document.getElementById('reused').offsetTop - innerHeight)")
    last = page.locator("#passage-list .chunk:last-child > :last-child")
    last.wait_for()
    assert page.evaluate(IN_VIEW, last.get_attribute("id"))
    page.keyboard.press("k")
    assert page.evaluate("() => document.activeElement.id") == last.get_attribute("id")
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(ITEMS) == 400
    quiet(opened)


def test_a_permalink_into_a_long_list(visit: Visit, long_list: Path) -> None:
    """The address of a passage that is no element yet leads to it; so it does when a filter has left it out."""
    opened = visit(long_list, "cluster-0333")
    page = opened.page
    page.wait_for_function(IN_VIEW, arg="cluster-0333")
    page.select_option("#f-kind", "wire_copy")
    assert opened.found() == "200 of 400 shown"
    assert page.locator("#cluster-0333").count() == 0
    page.evaluate("() => { location.hash = ''; location.hash = 'cluster-0333'; }")
    page.wait_for_function(IN_VIEW, arg="cluster-0333")
    assert opened.found() == "400 shown"
    page.fill("#f-search", "quotation")  # not what a line says: "Shared statement"
    page.wait_for_selector("#nothing:visible")
    page.fill("#f-search", "shared statement")
    page.wait_for_function("() => document.getElementById('found').textContent.startsWith('200 of')")
    quiet(opened)


def test_a_long_list_without_javascript(visit: Visit, long_list: Path) -> None:
    """Every passage is there, in whole or as a line that leads to its page."""
    opened = visit(long_list, java_script_enabled=False)
    page = opened.page
    assert page.locator("#passage-list .passage").count() + page.locator("#passage-list a[id]").count() == 400
    page.locator("#cluster-0399").scroll_into_view_if_needed()
    page.wait_for_function(IN_VIEW, arg="cluster-0399")
    assert page.is_visible("#cluster-0399")
    assert "Shared statement" in page.text_content("#cluster-0399")
    page.locator("#cluster-0399").press("Enter")
    page.wait_for_url("**/report-pages/p*.html#cluster-0399")
    quiet(opened)


def test_a_link_leads_to_its_section(visit: Visit, long_list: Path) -> None:
    """What is skipped while it is out of sight has a guessed height; a link lands on its heading all the same."""
    opened = visit(long_list)
    for section in ("pairs", "methods", "reused", "suppressed", "outlets"):
        opened.page.click(f"nav.contents a[href='#{section}']")
        opened.page.wait_for_timeout(300)
        assert opened.page.evaluate(IN_VIEW, f"h-{section}"), section
        opened.page.evaluate("() => scrollTo(0, 0)")
        opened.page.wait_for_timeout(100)


@pytest.mark.parametrize("start", range(0, len(HOSTILE), 7))
def test_hostile_texts_run_nothing_and_break_nothing(
    visit: Visit, scan: ScanResult, start: int, tmp_path: Path
) -> None:
    """In whatever field they stand: no dialog, no request, no error, nothing wider than the window."""
    for n, poison in enumerate(HOSTILE[start : start + 7]):
        write_html(poisoned(scan, poison), tmp_path / f"{n}.html")
        write_html(poisoned(scan, poison), tmp_path / f"{n}-small.html", budget_bytes=30_000)
        sides = [tmp_path / f"{n}-small-pages" / f"{sort}0001.html" for sort in "pt"]
        for path, title in ((tmp_path / f"{n}.html", "Shared text"), (sides[0], "Passages"), (sides[1], "Texts")):
            opened = visit(path)
            opened.page.evaluate(OPEN_ALL)
            for size in (DESKTOP, PHONE):
                opened.page.set_viewport_size(size)
                assert opened.page.evaluate(WIDER) <= 0, (poison[:60], path.name, size)
            assert opened.page.title().startswith(title)
            quiet(opened)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_accessibility(visit: Visit, report: Path, scheme: str, size: dict[str, int]) -> None:
    """axe-core finds no violation of WCAG 2.2 A and AA on any view, all of it open, nor in the help."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make browser")
    opened = visit(report, color_scheme=scheme, viewport=size, bypass_csp=True)
    opened.page.evaluate(OPEN_ALL)
    opened.page.add_style_tag(content=IN_SIGHT)
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(opened.page) == []
    opened.page.click("#keys-open")
    assert violations(opened.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_of_every_variant(visit: Visit, scan: ScanResult, scheme: str, tmp_path: Path) -> None:
    """So it does on side pages of passages and texts, on the page that leads to them, with all texts and with none."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make browser")
    write_html(scan, tmp_path / "small.html", budget_bytes=60_000)
    write_html(scan, tmp_path / "full.html", options=ReportOptions(full_text=True))
    write_html(scan, tmp_path / "bare.html", options=ReportOptions(redact=True))
    sides = [tmp_path / "small-pages" / f"{sort}0001.html" for sort in "pt"]
    for path in (tmp_path / "small.html", *sides, tmp_path / "full.html", tmp_path / "bare.html"):
        opened = visit(path, color_scheme=scheme, bypass_csp=True)
        opened.page.evaluate(OPEN_ALL)
        opened.page.add_style_tag(content=IN_SIGHT)
        opened.page.evaluate(AXE.read_text(encoding="utf-8"))
        assert violations(opened.page) == [], path.name
        quiet(opened)


def violations(page: Any) -> list[str]:
    """Return what axe-core finds, each with the elements it is about."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
    return [f"{v['id']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found["violations"]]


def test_axe_can_fail(visit: Visit, tmp_path: Path) -> None:
    """The check above finds a picture without a text and grey on grey."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make browser")
    path = tmp_path / "bad.html"
    path.write_text("<html><body><img src='x.png'><p style='color:#bbb;background:#ccc'>faint</p></body></html>")
    opened = visit(path, bypass_csp=True)
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert {v.split(":")[0] for v in violations(opened.page)} >= {"image-alt", "color-contrast", "html-has-lang"}


@pytest.mark.slow
def test_twenty_thousand_passages(visit: Visit, scan: ScanResult, tmp_path: Path) -> None:
    """The page keeps to its budget, has a place for each passage, and answers a filter within a second."""
    kinds = ("wire_copy", "quotation", "caption")
    many = tuple(
        replace(scan.passages[n % 3], cluster_id=f"{n:016x}", kind=kinds[n % 3], parent=None) for n in range(20_000)
    )
    path = tmp_path / "report.html"
    write_html(replace(scan, passages=many), path)
    assert path.stat().st_size <= BUDGET_BYTES
    opened = visit(path)
    page = opened.page
    assert opened.found() == "20,000 shown"
    answered = """async ([id, value]) => {
        const start = performance.now(), field = document.getElementById(id);
        field.value = value;
        field.dispatchEvent(new Event("change"));
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - start;
    }"""
    times = [page.evaluate(answered, ["f-kind", kind]) for kind in ("quotation", "caption", "")]
    assert opened.found() == "20,000 shown"
    assert max(times) < 1000, times
    begun = time.monotonic()
    page.fill("#f-search", "scraping")
    page.wait_for_function("() => document.getElementById('found').textContent.startsWith('6,667 of')")
    assert time.monotonic() - begun < 1.5
    quiet(opened)
