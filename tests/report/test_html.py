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
from dedup.report.html import render_html, write_html
from tests.report.conftest import BUDGET, FERRY, Page

OWN_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        """
        html head meta title style body a header p span h1 h2 h4 h5 dl div dt dd table caption thead tr th
        tbody tfoot td ul li nav main section label input select option output button details summary
        blockquote bdi strong figure svg text path rect figcaption time ol code del ins mark br footer dialog
        kbd script
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
        "outlets": "9",
        "groups": "7",
        "furniture": "3",
    }
    rows = page.find("table", class_="matrix")
    assert "Agency or shared copy 3 0 0 3" in page.text(rows[0])
    assert "All 7 0 1 8" in page.text(rows[0])
    assert page.text(page.find("h1")[0]) == "Shared text in 1,204 documents"
    assert "from 9 outlets of 7 independent groups" in page.text(page.find("p", class_="summary")[0])
    assert "4 inputs were skipped" in page.text(page.find("div", class_="warnings")[0])


def test_clusters_are_ranked_and_named_in_neutral_words(result: ScanResult) -> None:
    """Each cluster's line has its number, kind, carriers and first words, in rank order."""
    page = _page(result)
    passages = [n for n in page.find("details", class_="cluster") if "data-rank" in page.elements[n][1]]
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
        (element,) = page.find(tag)
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
    for n in page.find("svg", role="img"):
        assert page.elements[n + 1][0] == "title"
        assert page.text(n + 1).startswith("When each outlet carried it. F")


def test_texts_carry_direction_and_language(result: ScanResult) -> None:
    """A text finds its own direction, and names its language where the document does."""
    page = _page(result)
    quotes = {attrs.get("lang"): attrs for tag, attrs in page.elements if tag == "blockquote"}
    assert set(quotes) == {"en", "ar", "zh"}
    assert all(attrs["dir"] == "auto" for attrs in quotes.values())


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></script><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><iframe src='https://evil.example'></iframe>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}{# gone #}",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "&lt;script&gt; &#60;script&#62; &amp;amp;",
    "invoice\u202egnp.exe",
    "\u2067\u2066\u2068 never closed",
    "nul\x00 bell\x07 esc\x1b[31m del\x7f csi\x9b31m",
    "lone \ud800 and \udfff surrogates \ufffe",
    "z" + "\u0301" * 250,
    "</details></section></main></body></html><h1>gone</h1>",
    "<svg/onload=alert(1)><math><mtext></form><!--</math>",
    "${alert(1)} `${1}` \\u003cscript\\u003e \\' \\\"",
    "<a href='javascript:alert(1)'>here</a><base href=//evil.example>",
    "line\u2028separator\u2029and\x85next\rreturn",
    "word" * 300_000,
    "@import url(https://evil.example/x.css); } body { display: none }",
]


def _poisoned(result: ScanResult, poison: str) -> ScanResult:
    """Return the scan with `poison` in every field that holds foreign text."""
    passages = []
    for cluster in result.passages:
        members = tuple(
            replace(
                m,
                doc_id=poison + m.doc_id,
                text=poison + " " + m.text,
                title=poison,
                outlet=poison + (m.outlet or ""),
                url=poison,
                published=poison,
                changed=tuple(replace(c, before=poison, after=poison) for c in m.changed),
            )
            for m in cluster.members
        )
        origin = replace(cluster.origin, agency=poison, doc_id=poison, evidence=(poison,))
        passages.append(
            replace(
                cluster,
                cluster_id=poison + cluster.cluster_id,
                text=poison + " " + cluster.text,
                members=members,
                origin=origin,
                evidence=(poison,),
            )
        )
    documents = [
        replace(
            c,
            cluster_id=poison,
            members=tuple(
                replace(m, doc_id=poison + m.doc_id, title=poison, outlet=poison, url=poison) for m in c.members
            ),
        )
        for c in result.documents
    ]
    suppressed = [replace(s, text=poison, reason=poison, rule=poison, family=poison) for s in result.suppressed]
    texts = {
        poison + doc_id: Document(id=poison + doc_id, text=poison + d.text, title=poison, url=poison, lang=poison)
        for doc_id, d in result.texts.items()
    }
    manifest = {
        "dedup": poison,
        "config": {poison: {poison: poison}},
        "counts": {poison: 1},
        "reading": {poison: poison},
        "warnings": [poison],
        "lsh": {poison: poison, "expected_recall": {poison: 0.5}},
        "families": {
            poison + "Vell Courier": {"family": poison, "source": poison},
            "b": {"family": poison, "source": poison},
        },
    }
    return ScanResult(
        passages=tuple(passages),
        documents=tuple(documents),
        pairs=tuple(replace(p, left=poison, right=poison) for p in result.pairs),
        suppressed=tuple(suppressed),
        manifest=manifest,
        texts=texts,
    )


@pytest.mark.parametrize("poison", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(result: ScanResult, poison: str) -> None:
    """In whatever field it stands, a text makes no element, attribute, link or script, and hides nothing."""
    source = render_html(_poisoned(result, poison))
    page = Page(source)
    assert page.misnested == []
    assert {tag for tag, _ in page.elements} <= OWN_ELEMENTS
    assert [len(page.find(tag)) for tag in ("script", "style", "main", "h1")] == [1, 1, 1, 1]
    for _, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "style", "srcdoc")]
    assert all(link.startswith("#") for link in page.links())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", source)
    assert source.encode("utf-8")


@pytest.mark.parametrize("poison", [HOSTILE[0], HOSTILE[6], HOSTILE[9], HOSTILE[17]])
def test_hostile_text_is_shown_as_it_is(result: ScanResult, poison: str) -> None:
    """Escaping loses nothing: a reader sees the characters that the text has."""
    page = _page(_poisoned(result, poison))
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


def test_budget(result: ScanResult) -> None:
    """The file keeps to its budget by leaving out the clusters of lowest rank, and says how many."""
    inner = replace(result.passages[2], cluster_id="last", parent="cluster-0000", scope="within_document")
    large = replace(result, passages=(*_many(result, 300), inner))
    source = render_html(large, budget_bytes=400_000)
    page = Page(source)
    shown = [attrs["id"] for tag, attrs in page.elements if tag == "details" and "data-rank" in attrs]
    assert 350_000 < len(source.encode()) <= 400_000
    assert shown == [f"cluster-{n:04d}" for n in range(len(shown))]
    left_out = page.text(page.find("p", class_="left-out")[0])
    assert left_out.startswith(f"{301 - len(shown)} further passages of lower rank left out")
    assert "all are in passages.jsonl" in left_out
    assert {link[1:] for link in page.links() if link.startswith("#")} <= set(page.ids())
    assert "Contains 301 Caption" in _cluster(page, "cluster-0000")


def test_everything_is_shown_within_the_budget(result: ScanResult) -> None:
    """A report that fits says of nothing that it was left out."""
    page = _page(replace(result, passages=_many(result, 50)))
    assert page.find("p", class_="left-out") == []
    assert len([1 for _, attrs in page.elements if "data-rank" in attrs]) == 50


def test_a_cluster_of_many_members_is_cut_with_a_count(result: ScanResult) -> None:
    """A very wide cluster lists its first members and counts the rest."""
    wire = result.passages[0]
    members = tuple(replace(wire.members[0], doc_id=f"copy-{n:05d}") for n in range(5000))
    source = render_html(replace(result, passages=(replace(wire, members=members),)))
    assert "4,900 further members: all are in passages.jsonl." in source
    assert len(source) < 300_000


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
