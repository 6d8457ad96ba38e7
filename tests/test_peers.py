"""Defects that others have, one a test, named by their row: through `scan` and `compare` alone."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dedup import Config, ConfigError, Document, ScanResult, compare, scan
from dedup.config import ClusterConfig, FurnitureConfig, RescoreConfig
from dedup.model import PassageCluster
from tests.prose import (
    BRIDGE,
    BUDGET,
    CAPTION,
    COOKIE,
    CRICKET,
    FACTORY,
    FERRY,
    FOOTER,
    LIBRARY,
    METEOR,
    ORCHARD,
    PIECES,
    QUOTE,
    RATES,
    THEATRE,
    TRAMS,
    VACCINE,
    WOLVES,
    filler,
    paragraphs,
)

FURNITURE = ("boilerplate", "stock_phrase")
SCRIPTS = {
    "zh": (
        "渡轮周二黎明前在港口外的沙洲搁浅，船上二百一十二人全部安全上岸，海岸警卫队说无人重伤。",
        "市议会决定关闭两座游泳池，把省下的钱用来修理漏雨的学校屋顶，家长们在旁听席鼓掌欢迎。",
    ),
    "ru": (
        "Паром с двумястами пассажирами сел на мель у входа в гавань, спасатели доставили всех на берег.",
        "Городской совет решил закрыть два бассейна и потратить сэкономленные деньги на ремонт крыш.",
    ),
    "ar": (
        "جنحت عبّارة تقل مئتي راكب قرب مدخل الميناء قبل الفجر، ونقل رجال الإنقاذ الجميع إلى الشاطئ سالمين.",
        "قرر مجلس المدينة إغلاق مسبحين وإنفاق المال على إصلاح أسقف المدارس التي تتسرب منها مياه الأمطار.",
    ),
    "th": (
        "เรือข้ามฟากเกยตื้นใกล้ปากอ่าวก่อนรุ่งสาง ผู้โดยสารทั้งหมดขึ้นฝั่งได้อย่างปลอดภัย เจ้าหน้าที่กล่าว",
        "สภาเมืองลงมติปิดสระว่ายน้ำสองแห่งและนำเงินไปซ่อมหลังคาโรงเรียนที่รั่วในฤดูฝน",
    ),
    "emoji": (
        "🚢🌊⛵🐟🦀🏖🌅🧭⚓🛟🐚🦑🐙🦈🐬🌧",
        "🏫📚✏🎒🧮🖍📐🔬🎨🎻🥁🎺🏀🥅🏓🎳",
    ),
}


def run(*texts: str, config: Config | None = None) -> ScanResult:
    """Scan texts with the ids 0, 1, … of outlets of their own."""
    return scan([{"id": str(n), "text": text, "outlet": f"Outlet {n}"} for n, text in enumerate(texts)], config)


def carriers(cluster: PassageCluster) -> list[str]:
    return sorted({m.doc_id for m in cluster.members})


def holding(result: ScanResult, words: str) -> list[PassageCluster]:
    """The clusters with a member that holds the words."""
    return [c for c in result.passages if any(words in m.text for m in c.members)]


def linked(result: ScanResult) -> set[tuple[str, str]]:
    """All pairs of documents that share a passage that is no furniture."""
    found = [carriers(c) for c in result.passages if c.kind not in FURNITURE]
    return {pair for ids in found for pair in itertools.combinations(ids, 2)}


def groups(result: ScanResult) -> list[list[str]]:
    return sorted(sorted(m.doc_id for m in c.members) for c in result.documents)


def check_spans(result: ScanResult, documents: Iterable[dict[str, Any]]) -> None:
    """Every member's offsets cut its own text out of its document."""
    texts = {d["id"]: d["text"] for d in documents}
    for member in (m for c in result.passages for m in c.members):
        assert texts[member.doc_id][member.start : member.end] == member.text


def without_times(result: ScanResult) -> tuple[Any, ...]:
    manifest = {k: v for k, v in result.manifest.items() if k != "stages"}
    return result.passages, result.documents, result.pairs, result.suppressed, manifest


# Whole documents


def test_d1_empty_documents_are_no_duplicates() -> None:
    """D1: three empty and three blank documents make no pair, and are named as not comparable."""
    result = run("", "", "", " \n", "\t\t", "\u00a0 \u2003")
    assert (result.passages, result.documents, result.pairs) == ((), (), ())
    assert result.manifest["not_comparable"] == 6
    assert result.manifest["not_comparable_examples"] == list("012345")
    assert "6 documents have no words and are compared with nothing" in result.manifest["warnings"]


def test_d2_texts_shorter_than_a_shingle_do_not_collapse() -> None:
    """D2: of "cat", "dog" and "cat" only the equal ones pair."""
    result = run("cat", "dog", "cat")
    assert [(p.left, p.right) for p in result.pairs] == [("0", "2")]
    assert groups(result) == [["0", "2"]]


def test_d3_texts_shorter_than_a_shingle_match() -> None:
    """D3: two equal captions of three words are a pair and a passage."""
    result = run("Flooded Skelling bakery", "Harvest moon rising", "Flooded Skelling bakery")
    assert groups(result) == [["0", "2"]]
    assert [carriers(c) for c in result.passages] == [["0", "2"]]


def test_d4_short_documents_are_accounted_for() -> None:
    """D4: every record is a document or counted with a reason; short ones are not dropped."""
    records: list[dict[str, Any]] = [
        {"text": "Rain."},
        {"text": ""},
        {"text": "Rain."},
        {"text": None},
        {"title": "No text"},
        {"text": "x"},
    ]
    manifest = scan(records).manifest
    reading = manifest["reading"]
    counted = {k: sum(t["count"] for t in reading[k].values()) for k in ("merged", "skipped")}
    assert (reading["records"], reading["read"], counted) == (6, 3, {"merged": 1, "skipped": 2})
    assert manifest["counts"]["documents"] == 3


def test_d5_an_empty_document_does_not_stop_the_others() -> None:
    """D5: a batch with empty documents between others finds what the others share."""
    result = run("", FERRY, " ", f"Our reporter writes. {FERRY}", "")
    assert linked(result) == {("1", "3")}


@pytest.mark.parametrize("script", SCRIPTS)
def test_d6_other_scripts_do_not_collapse(script: str) -> None:
    """D6: unrelated texts of every script make no pair, and a text with one letter changed makes one."""
    text, other = SCRIPTS[script]
    edited = text[:-3] + other[-3] + text[-2:]
    assert edited != text
    everything = [t for pair in SCRIPTS.values() for t in pair]
    assert run(*everything).pairs == ()
    assert groups(run(text, other, edited)) == [["0", "2"]]


@pytest.mark.parametrize("space", ["\n", "\t", "\u00a0", "\r\n", "\u3000", "  \n "])
def test_d7_kinds_of_white_space_are_equal(space: str) -> None:
    """D7: words apart by any white space are the same words."""
    result = run(FERRY, FERRY.replace(" ", space), BRIDGE)
    [pair] = result.pairs
    assert (pair.left, pair.right, pair.relation, pair.jaccard) == ("0", "1", "duplicate", 1.0)
    assert result.passages[0].members[1].wording == "verbatim"


@pytest.mark.parametrize(
    "edited",
    [
        f"OSTERMOUTH, Tuesday — {FERRY}",
        f"{FERRY} Read our live page for the latest from the harbour.",
        "By " + FERRY,
        FERRY[FERRY.index("The captain") :] + " " + FERRY[: FERRY.index("The captain")],
    ],
    ids=["dateline", "tail", "one word", "swapped"],
)
def test_d8_position_does_not_matter(edited: str) -> None:
    """D8: a text with words put before it, after it, or with its halves swapped is found."""
    assert groups(run(FERRY, edited, BUDGET, WOLVES)) == [["0", "1"]]


def test_d10_verified_pairs_are_grouped_anew() -> None:
    """D10: candidates 0-1-2-3 hang together by a template, but only 0-2 and 1-3 are the same text."""
    template = filler(900, 3)
    result = run(*(f"{template} {story}" for story in (FERRY, BUDGET, FERRY, BUDGET)))
    assert groups(result) == [["0", "2"], ["1", "3"]]
    assert {p.relation for p in result.pairs if (p.left, p.right) in (("0", "2"), ("1", "3"))} == {"duplicate"}
    assert {p.relation for p in result.pairs if (p.left, p.right) not in (("0", "2"), ("1", "3"))} <= {"partial"}


def test_d11_no_cluster_holds_together_by_a_chain() -> None:
    """D11: texts that each share nine tenths with the next make clusters whose members share it with one."""
    sentences = [filler(n, 1) for n in range(40)]
    texts = [" ".join(sentences[n : n + 10]) for n in range(30)]
    result = run(*texts)
    assert len(result.documents) > 3
    for cluster in result.documents:
        head = set(texts[int(cluster.representative)].split())
        for member in cluster.members:
            own = texts[int(member.doc_id)].split()
            assert sum(word in head for word in own) >= 0.75 * len(own)
            assert abs(int(member.doc_id) - int(cluster.representative)) <= 2
    for passage in result.passages:
        assert "0" not in carriers(passage) or "29" not in carriers(passage)
        assert passage.cohesion >= 0.5


def test_d16_neither_order_nor_threads_change_the_result() -> None:
    """D16: shuffled documents and any number of threads give the same records."""
    documents = [{"id": f"d{n}", "text": paragraphs(PIECES[n % 9], PIECES[n % 7], filler(n))} for n in range(24)]
    first = scan(documents, Config(jobs=1))
    for seed, jobs in ((1, 2), (2, 8)):
        shuffled = random.Random(seed).sample(documents, len(documents))
        assert without_times(scan(shuffled, Config(jobs=jobs))) == without_times(first)


def test_d17_no_state_leaks_between_calls() -> None:
    """D17: the same input gives the same result twice, and after other input."""
    documents = [{"id": str(n), "text": text} for n, text in enumerate((FERRY, f"{BRIDGE} {FERRY}", RATES))]
    first = without_times(scan(documents))
    assert without_times(scan(documents)) == first
    scan([{"id": str(n), "text": f"{RATES} {filler(n)}"} for n in range(20)])
    compare(BUDGET, BUDGET)
    assert without_times(scan(documents)) == first


def test_d20_a_unique_document_is_not_its_own_duplicate() -> None:
    """D20: unique documents make nothing; nor does one given twice, or in the reference set as well."""
    unique = [{"id": str(n), "text": text} for n, text in enumerate(PIECES)]
    for result in (scan(unique), scan(unique * 2), scan(unique, against=unique)):
        assert (result.passages, result.documents, result.pairs) == ((), (), ())
    assert scan(unique * 2).manifest["counts"]["documents"] == len(PIECES)


def test_d22_a_bad_line_does_not_end_the_file(tmp_path: Path) -> None:
    """D22: a broken line is counted with its place, and what stands behind it is compared."""
    lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate((FERRY, BUDGET, FERRY + " More soon."))]
    lines[1] = lines[1][:-9]
    (tmp_path / "news.jsonl").write_text("\n".join(lines))
    result = scan(tmp_path / "news.jsonl")
    assert groups(result) == [["0", "2"]]
    assert not result.manifest["reading"]["complete"]
    assert any("broken JSON" in w and "news.jsonl:2" in w for w in result.manifest["warnings"])


@pytest.mark.parametrize("texts", [(), ("Rain.",), (FERRY,), PIECES, (FERRY,) * 12], ids=len)
def test_d23_nothing_or_everything_is_duplicated(texts: tuple[str, ...]) -> None:
    """D23: no document, one, all unique and all equal are scans like any other."""
    result = run(*texts)
    equal = len(texts) > 1 and len(set(texts)) == 1
    assert groups(result) == ([sorted(map(str, range(len(texts))))] if equal else [])
    assert result.manifest["counts"]["documents"] == len(texts)


def test_d24_all_members_of_an_exact_group_are_named() -> None:
    """D24: ten equal documents are one cluster of ten, among documents and among passages."""
    result = run(*[FERRY] * 10, BUDGET)
    ids = [str(n) for n in range(10)]
    assert groups(result) == [ids]
    assert [carriers(c) for c in result.passages] == [ids]
    assert {(m.relation, m.share) for m in result.documents[0].members} == {("duplicate", 1.0)}


def test_d25_ids_come_back_as_given() -> None:
    """D25: strings in any script, numbers and missing ids: every document is named once, and stably."""
    given: list[Any] = ["a b/ç", 7, "007", "渡轮-1", None, ""]
    documents = [{"id": given[n], "text": f"{FERRY} {filler(n, 1)}"} for n in range(6)]
    [ids] = [[m.doc_id for m in c.members] for c in scan(documents).documents]
    assert {"a b/ç", "7", "007", "渡轮-1"} < set(ids)
    assert len(set(ids)) == 6
    assert sorted(ids) == sorted(m.doc_id for m in scan(documents[::-1]).documents[0].members)


def test_d26_one_id_for_two_texts() -> None:
    """D26: the same id and text is one document; with another text it is kept under a new id, and counted."""
    documents = [{"id": "x", "text": text} for text in (FERRY, FERRY, f"{FERRY} Divers went down at noon.")]
    result = scan(documents)
    [[first, second]] = groups(result)
    assert first == "x"
    assert second.startswith("x~")
    assert len(second) == 10
    reading = result.manifest["reading"]
    assert [sum(t["count"] for t in reading[k].values()) for k in ("merged", "renamed")] == [1, 1]
    assert not reading["complete"]


def test_d26_one_id_in_both_sets() -> None:
    """D26: a document of the reference set with an id of the scan and another text takes a new id."""
    result = scan([{"id": "x", "text": FERRY}], against=[{"id": "x", "text": f"{FERRY} Divers went down."}])
    [[first, second]] = groups(result)
    assert (first, second[:2]) == ("x", "x~")
    assert not result.manifest["reading_against"]["complete"]
    assert set(result.texts) == {first, second}


def test_d27_memory_for_one_huge_document(tmp_path: Path) -> None:
    """D27: a document of a million words takes less than 600 MB more than a small one."""
    script = (
        "import random, resource\n"
        "from dedup import scan\n"
        "words = [f'w{n:x}q' for n in range(50_000)]\n"
        "text = ' '.join(random.Random(1).choices(words, k=1_000_000))\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "scan([{'text': 'small'}, {'text': 'tiny'}]); low = peak()\n"
        "result = scan([{'id': 'a', 'text': text}, {'id': 'b', 'text': text[3_000_000:3_002_000]}])\n"
        "print(len(result.passages), peak() - low)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    passages, megabytes = map(int, done.stdout.split())
    assert passages == 1
    assert megabytes < 600


def test_d29_spans_are_code_points_of_the_text() -> None:
    """D29: offsets cut equal text out of every carrier, whatever stands before it, and end at words."""
    before = "🚒🚒 Überraschung — naïve “façade”\r\n\u200b\u00a0渡轮: \u0301"
    documents = [
        {"id": "plain", "text": f"{FERRY} {SCRIPTS['ar'][0]}"},
        {"id": "shifted", "text": f"{before}{FERRY} {SCRIPTS['ar'][0]}"},
    ]
    result = scan(documents)
    check_spans(result, documents)
    [cluster] = result.passages
    assert {m.text for m in cluster.members} == {f"{FERRY} {SCRIPTS['ar'][0]}".rstrip(".")}
    [match] = compare(documents[0]["text"], documents[1]["text"])
    assert match.right.start - match.left.start == len(before)


def test_d30_stated_recall_is_what_banding_finds() -> None:
    """D30: of planted pairs of a known similarity the share found is the one that the manifest states."""
    rng = random.Random(4)
    made = 300
    texts: list[str] = []
    for pair in range(made):
        # w words of 200 in common in front: w - 4 common shingles of 196 on each side
        common = round(4 + 196 * 2 * 0.3 / 1.3)
        shared = [f"c{pair}x{n}" for n in range(common)]
        texts += [" ".join([*shared, *(f"u{rng.random():.9f}"[2:] + "z" for _ in range(200 - common))]) for _ in "ab"]
    manifest = run(*texts, config=Config()).manifest
    stated = manifest["lsh"]["expected_recall"]
    assert stated["0.3"] < stated["0.5"] < stated["0.7"] <= 1.0
    deviation = 3 * float(np.sqrt(stated["0.3"] * (1 - stated["0.3"]) / made))
    assert manifest["counts"]["lsh_pairs"] / made == pytest.approx(stated["0.3"], abs=deviation)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.01, 1.01])
def test_d32_thresholds_out_of_range_are_refused(value: float) -> None:
    """D32: NaN, infinity, and what is below 0 or above 1 is no threshold, wherever one is given."""
    with pytest.raises(ConfigError, match="min_similarity"):
        Config(min_similarity=value)
    with pytest.raises(ConfigError, match="min_score"):
        Config(rescore=RescoreConfig(min_score=value))
    with pytest.raises(ConfigError, match="near_duplicate"):
        Config(clusters=ClusterConfig(near_duplicate=value))
    assert Config(min_similarity=1.0).min_similarity == 1.0


def test_d36_furniture_does_not_join_stories() -> None:
    """D36: stories of one outlet that share a footer and a credit are no pairs."""
    documents = [
        {
            "id": str(n),
            "outlet": "Harrow Post",
            "title": text.split(".")[0],
            "text": paragraphs(text, "Photograph: Ana Lindqvist for the Harrow Post", FOOTER),
        }
        for n, text in enumerate(PIECES)
    ]
    result = scan(documents)
    assert result.pairs == ()
    assert result.documents == ()
    assert {c.kind for c in holding(result, "Got a story")} <= {"boilerplate"}
    assert len({s.doc_id for s in result.suppressed if "Got a story" in s.text}) == len(PIECES)


# Passages


@pytest.mark.parametrize("swapped", [False, True])
def test_p1_copy_at_the_start_is_found(swapped: bool) -> None:
    """P1: equal articles, and copy from the first character on, are found whichever comes first."""
    for other in (FERRY, f"{FERRY} {BRIDGE}", f"{BRIDGE} {FERRY}"):
        texts = (other, FERRY) if swapped else (FERRY, other)
        [cluster] = run(*texts).passages
        spans = {m.doc_id: (m.start, m.end) for m in cluster.members}
        start = other.index(FERRY)
        assert spans[str(int(not swapped))] == (start, start + len(FERRY) - 1)
        [match] = compare(*texts)
        assert (match.left.start, match.right.start) == ((start, 0) if swapped else (0, start))


def test_p2_a_passage_repeated_in_one_article_is_one_cluster() -> None:
    """P2: a caption printed twice in one article, once marked, and once elsewhere: one cluster of three."""
    documents = [
        {
            "id": "a",
            "outlet": "Post",
            "text": paragraphs(BRIDGE, CAPTION + ".", BUDGET, f"{CAPTION} (pictured)."),
        },
        {"id": "b", "outlet": "Echo", "text": paragraphs(WOLVES, CAPTION + ".", RATES)},
    ]
    [cluster] = scan(documents).passages
    assert [m.doc_id for m in sorted(cluster.members, key=lambda m: (m.doc_id, m.start))] == ["a", "a", "b"]
    assert (cluster.kind, cluster.repeats_in_document, cluster.scope) == ("caption", 1, "cross_outlet")


def syndicated(outlets: int) -> list[dict[str, Any]]:
    """One story that many outlets carry between words of their own."""
    return [
        {
            "id": f"s{n:03}",
            "outlet": f"Outlet {n}",
            "url": f"https://outlet{n}.example/{n}",
            "title": "Ferry runs aground",
            "text": paragraphs(filler(n, 3), FERRY, filler(1000 + n, 3)),
        }
        for n in range(outlets)
    ]


def test_p3_the_widest_syndication_is_found() -> None:
    """P3: copy carried by 150 outlets is one cluster of 150, and is no furniture."""
    result = scan(syndicated(150))
    [cluster] = holding(result, "lifeboats")
    assert (cluster.n_documents, cluster.n_outlets, cluster.scope) == (150, 150, "cross_outlet")
    assert cluster.kind == "wire_copy"
    assert result.suppressed == ()


@pytest.mark.parametrize(("pages", "outlets"), [(150, 1), (20, 20)], ids=["one outlet", "one owner"])
def test_p3_furniture_is_no_syndication(pages: int, outlets: int, tmp_path: Path) -> None:
    """P3: a cookie line on 150 pages of one outlet, or on 20 sites of one owner, is furniture."""
    documents = [
        {
            "id": f"p{n:03}",
            "outlet": f"Site {n % outlets}",
            "title": filler(5000 + n, 1),
            "text": paragraphs(filler(n, 8), COOKIE),
        }
        for n in range(pages)
    ]
    owners = tmp_path / "owners.toml"
    owners.write_text("Group = " + json.dumps([f"Site {n}" for n in range(outlets)]))
    result = scan(documents, Config(furniture=FurnitureConfig(families=str(owners))))
    assert {c.kind for c in result.passages} == {"boilerplate"}
    assert max(c.n_families for c in result.passages) == 1
    assert result.pairs == ()
    assert {s.doc_id for s in result.suppressed} == {d["id"] for d in documents}
    assert {s.family for s in result.suppressed} == {"Group"}


def test_p4_a_changed_figure_is_matched_and_named() -> None:
    """P4: 25 basis points are not 75: the texts match, and the changed figure is given with its place."""
    other = RATES.replace("25 basis", "75 basis")
    [match] = compare(RATES, other)
    [change] = match.changed
    assert (change.before, change.after, other[change.start : change.end]) == ("25", "75", "75")
    assert match.wording == "near_verbatim"
    [cluster] = run(RATES, other).passages
    assert [(c.before, c.after) for m in cluster.members for c in m.changed] == [("25", "75")]


def test_p5_reordered_paragraphs_are_found() -> None:
    """P5: both paragraphs are found where another outlet prints them the other way round."""
    texts = paragraphs(filler(1), FERRY, BRIDGE), paragraphs(BRIDGE, filler(2), FERRY)
    result = run(*texts)
    for words in ("lifeboats", "hairline cracks"):
        [cluster] = holding(result, words)
        assert carriers(cluster) == ["0", "1"]
    covered = sum(m.right.end - m.right.start for m in compare(*texts))
    assert covered == pytest.approx(len(FERRY) + len(BRIDGE), abs=4)


@pytest.mark.parametrize("shared", [True, False])
def test_p6_small_input_gives_a_result_or_a_reason(shared: bool, tmp_path: Path) -> None:
    """P6: four lines give a passage; where there is none, the counts say that all four were compared."""
    texts = [FERRY, BUDGET, f"{FERRY} {WOLVES}" if shared else WOLVES, RATES]
    path = tmp_path / "four.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    result = scan(path)
    assert len(result.passages) == int(shared)
    counts = result.manifest["counts"]
    assert (counts["documents"], counts["words"] > 150, counts["hits"] > 0) == (4, True, shared)


def test_p7_different_shared_texts_are_different_clusters() -> None:
    """P7: what A and B share and what B and C share are two clusters, B in both."""
    result = run(paragraphs(FERRY, filler(1)), paragraphs(FERRY, BRIDGE), paragraphs(filler(2), BRIDGE))
    assert sorted(carriers(c) for c in result.passages) == [["0", "1"], ["1", "2"]]
    assert linked(result) == {("0", "1"), ("1", "2")}


def test_p8_a_shared_quotation_is_no_copied_text() -> None:
    """P8: two articles that share a statement of 60 words: a quotation, and no copied share."""
    result = run(
        paragraphs(BRIDGE, f"“{QUOTE},” said the engineer Halvard Moe.", FACTORY),
        paragraphs(THEATRE, f'Moe told the committee: "{QUOTE}."', ORCHARD),
    )
    [cluster] = result.passages
    assert (cluster.kind, len(cluster.text.split()) >= 50) == ("quotation", True)
    assert all(p.share_left == p.share_right == 0.0 for p in result.pairs)
    assert result.documents == ()


def test_p9_a_story_about_an_agency_is_not_credited_to_it() -> None:
    """P9: an agency in a dateline is credited, one that the story is about is not."""
    about = "Thomson Reuters posts profit of ninety million as lawyers and bankers renew. " + RATES
    for copy in (about, f"{about} {BRIDGE}"):
        [cluster] = run(copy, f"{filler(1)}\n\n{copy}").passages
        assert cluster.origin.agency is None
    wired = f"KYIV (Reuters) — {RATES}"
    [cluster] = run(wired, f"{wired} {BRIDGE}").passages
    assert cluster.origin.agency == "Reuters"
    assert any("dateline" in line for line in cluster.origin.evidence)


def test_p10_a_body_extracted_twice_is_an_artefact() -> None:
    """P10: a page whose body stands twice is marked as an extraction artefact, and not as reuse by others."""
    body = paragraphs(FERRY, BRIDGE, VACCINE)
    result = run(paragraphs(body, body), CRICKET)
    [cluster] = result.passages
    assert (cluster.scope, cluster.repeats_in_document, carriers(cluster)) == ("within_document", 1, ["0"])
    assert any("extraction artefact" in line for line in cluster.evidence)
    assert result.pairs == ()


def test_p11_a_stock_phrase_does_not_remove_the_passage_around_it() -> None:
    """P11: a formula that many unrelated texts use stays inside the passage that two of them copy."""
    formula = "who spoke on condition of anonymity because they were not authorised to speak to the media"
    story = f"{METEOR} The find was described by two officials, {formula}. {LIBRARY}"
    others = [f"{filler(n)} It was confirmed by a clerk, {formula}. {filler(50 + n)}" for n in range(8)]
    result = run(story, paragraphs(filler(99), story), *others)
    [cluster] = holding(result, "greenhouse")
    assert carriers(cluster) == ["0", "1"]
    assert formula in cluster.text
    assert "banknote" in cluster.text
    assert cluster.kind == "wire_copy"


def test_results_do_not_depend_on_how_documents_are_given() -> None:
    """D19: dicts, documents, a generator and records with other names of fields are the same input."""
    texts = (FERRY, f"{TRAMS} {FERRY}")
    dicts: list[dict[str, Any]] = [{"id": str(n), "text": text, "outlet": "Post"} for n, text in enumerate(texts)]
    first = without_times(scan(dicts))
    assert without_times(scan(Document(**d) for d in dicts)) == first
    renamed = [{"doc_id": d["id"], "body": d["text"], "source": d["outlet"]} for d in dicts]
    assert without_times(scan(renamed)) == first
