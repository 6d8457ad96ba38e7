"""The report on planted corpora, against scans made by hand whose figures are known."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.planted import plant_invented
from benchmarks.planted_report import main, markdown, report
from benchmarks.planting.chart import Panel, draw
from benchmarks.planting.language import Language
from benchmarks.planting.measure import measure
from benchmarks.planting.plan import Settings

Place = tuple[str, int, int]


def cluster(name: str, places: Sequence[Place], **extra: Any) -> dict[str, Any]:
    """A planted cluster, undamaged passages of 40 words unless told otherwise."""
    fixed = {"kind": "wire_copy", "scope": "cross_outlet", "wording": "verbatim", "plant": "passage"}
    rates = {"edit_rate": 0.0, "ocr_rate": 0.0, "words": 40}
    return {"cluster": name, **fixed, **rates, **extra, "members": members(places)}


def members(places: Sequence[Place]) -> list[dict[str, Any]]:
    return [{"doc_id": d, "start": s, "end": e} for d, s, e in places]


def found(name: str, *places: Place, kind: str = "wire_copy") -> dict[str, Any]:
    return {"cluster_id": name, "kind": kind, "members": members(places)}


def write(folder: Path, files: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    folder.mkdir(exist_ok=True)
    for name, records in files.items():
        (folder / name).write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")


def figures(tmp_path: Path, gold: Sequence[Mapping[str, Any]], *clusters: Mapping[str, Any]) -> dict[str, Any]:
    """Measure predicted clusters against labels."""
    write(tmp_path, {"gold.jsonl": gold, "passages.jsonl": clusters})
    return measure(tmp_path / "gold.jsonl", tmp_path)


TWO = [("a", 100, 300), ("b", 0, 200)]
WORDS = "the of a"


def test_plants_without_content_words_are_told_apart(tmp_path: Path) -> None:
    """Words that a fifth of the articles have do not count; five others make no passage, six do."""
    rare = [[f"w{i}{k}" for k in range(6)] for i in range(2)]
    texts = [f"{WORDS} {' '.join(rare[0][:5])}", f"{WORDS} {' '.join(rare[1])}", *(f"{WORDS} x{i}" for i in range(8))]
    articles = [{"id": f"d{i}", "text": text} for i, text in enumerate(texts)]
    gold = [cluster(f"p{i}", [(f"d{i}", 0, len(texts[i])), (f"e{i}", 0, 9)]) for i in range(2)]
    predicted = [found("c", ("d1", 0, len(texts[1])), ("e1", 0, 9))]
    write(tmp_path, {"gold.jsonl": gold, "passages.jsonl": predicted, "articles.jsonl": articles})
    result = measure(tmp_path / "gold.jsonl", tmp_path, articles=tmp_path / "articles.jsonl")
    rows = [(r["by_definition"], r["value"], r["n"]) for r in result["recall"]["by_content"]]
    assert rows == [(False, 0.0, 1), (True, 1.0, 1)]
    assert "| 0 % | 1.000 (1.00–1.00, 1) | 0.000 (0.00–0.00, 1) |" in markdown({**result, "base": None})
    write(tmp_path, {"articles.jsonl": articles[1:]})
    with pytest.raises(ValueError, match="d0 is missing"):
        measure(tmp_path / "gold.jsonl", tmp_path, articles=tmp_path / "articles.jsonl")


APART = [
    {"must_not": "g", "doc_id": "x", "start": 0, "end": 100},
    {"must_not": "g", "doc_id": "y", "start": 0, "end": 100},
]


def test_a_link_is_found_when_one_cluster_covers_half_of_both_sides(tmp_path: Path) -> None:
    """Half is enough, a character less is not, and two clusters with a side each find nothing."""
    gold = [cluster("p", TWO)]
    half = figures(tmp_path, gold, found("1", ("a", 100, 200), ("b", 100, 200)))
    less = figures(tmp_path, gold, found("1", ("a", 100, 200), ("b", 101, 200)))
    split = figures(tmp_path, gold, found("1", ("a", 100, 300), ("z", 0, 9)), found("2", ("b", 0, 200), ("z", 0, 9)))
    assert [f["recall"]["overall"]["value"] for f in (half, less, split)] == [1.0, 0.0, 0.0]


def test_pieces_of_one_cluster_add_up(tmp_path: Path) -> None:
    """Two members of one predicted cluster in a document cover together."""
    pieces = found("1", ("a", 100, 160), ("a", 180, 240), ("b", 0, 200))
    assert figures(tmp_path, [cluster("p", TWO)], pieces)["recall"]["overall"]["value"] == 1.0


def test_recall_counts_links_to_the_source(tmp_path: Path) -> None:
    """Two of three copies linked with the source are two thirds; copies linked together are nothing."""
    four = [(d, 0, 100) for d in "abcd"]
    with_source = figures(tmp_path, [cluster("p", four)], found("1", *four[:3]))
    without = figures(tmp_path, [cluster("p", four)], found("1", *four[1:]))
    assert with_source["recall"]["overall"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert without["recall"]["overall"]["value"] == 0.0
    assert without["by_plant"]["passage"]["found"] == 3


def test_recall_is_told_apart_by_rates_and_length(tmp_path: Path) -> None:
    """Each cluster counts in the cell of its rates and its length, and only there."""
    gold = [
        cluster("p", TWO),
        cluster("q", [("c", 0, 50), ("d", 0, 50)], edit_rate=0.2, words=14),
        cluster("r", [("e", 0, 50), ("f", 0, 50)], edit_rate=0.2, ocr_rate=0.1, words=250),
    ]
    recall = figures(tmp_path, gold, found("1", *TWO), found("2", ("e", 0, 50), ("f", 0, 50)))["recall"]
    cells = {(c["edit_rate"], c["ocr_rate"], c["length"]): c["value"] for c in recall["cells"]}
    assert cells == {
        (0.0, 0.0, "30 to 59"): 1.0,
        (0.2, 0.0, "under 15"): 0.0,
        (0.2, 0.1, "250 and more"): 1.0,
    }
    assert {k: v["value"] for k, v in recall["by_edit_rate"].items()} == {"0.0": 1.0, "0.2": 0.5}
    assert {k: v["value"] for k, v in recall["by_ocr_rate"].items()} == {"0.0": 0.5, "0.1": 1.0}
    assert list(recall["by_length"]) == ["under 15", "30 to 59", "250 and more"]
    assert recall["overall"]["n"] == 3


def test_repeats_in_one_document_and_furniture_stay_out_of_the_grid(tmp_path: Path) -> None:
    """A caption repeated in its own article and furniture are counted by plant alone."""
    gold = [
        cluster("c", [("a", 0, 50), ("a", 90, 140)], plant="caption"),
        cluster("f", [("a", 200, 250), ("b", 200, 250)], plant="furniture"),
    ]
    result = figures(tmp_path, gold, found("1", ("a", 0, 50), ("a", 90, 140)))
    assert result["recall"]["overall"]["value"] is None
    assert result["by_plant"]["caption"]["value"] == 1.0
    assert result["by_plant"]["furniture"]["value"] == 0.0


def test_a_predicted_link_is_right_when_planted_text_is_half_of_both_sides(tmp_path: Path) -> None:
    """Half is enough on both sides; a side in another cluster, or mostly outside, makes the link wrong."""
    gold = [cluster("p", TWO), cluster("q", [("c", 0, 90), ("d", 0, 90)])]
    right = found("right", ("a", 0, 200), ("b", 100, 300))
    outside = found("outside", ("a", 0, 199), ("b", 100, 300))
    crossed = found("crossed", ("a", 100, 300), ("c", 0, 90), kind="other")
    precision = figures(tmp_path, gold, right, outside, crossed)["precision"]
    assert precision["all"]["by_link"] == pytest.approx(1 / 3, abs=1e-6)
    assert precision["by_kind"]["wire_copy"]["value"] == 0.5
    assert precision["by_kind"]["other"]["value"] == 0.0
    assert precision["all"]["of_one_plant"] == precision["all"]["by_link"]
    assert precision["wrong"] == ["outside", "crossed"]


def test_one_predicted_passage_may_span_two_planted_stretches(tmp_path: Path) -> None:
    """A story planted as two clusters and found as one is right; its halves linked are not."""
    gold = [
        cluster("w.1", [("a", 0, 100), ("b", 0, 100), ("c", 300, 400)]),
        cluster("w.2", [("a", 102, 210), ("b", 102, 210), ("d", 0, 108)]),
    ]
    whole = figures(tmp_path, gold, found("1", ("a", 0, 210), ("b", 0, 210)))
    mixed = figures(tmp_path, gold, found("1", ("c", 300, 400), ("d", 0, 108)))
    assert whole["precision"]["all"]["value"] == 1.0
    assert mixed["precision"]["all"]["value"] == 0.0
    assert mixed["precision"]["all"]["of_one_plant"] == 1.0


def test_links_inside_a_document_are_not_judged_for_precision(tmp_path: Path) -> None:
    """A cluster within one document has no link between documents."""
    result = figures(tmp_path, [cluster("p", TWO)], found("1", ("z", 0, 9), ("z", 20, 29)))
    assert result["precision"]["all"] == {
        "value": None,
        "low": None,
        "high": None,
        "n": 0,
        "by_link": None,
        "of_one_plant": None,
        "right": 0,
        "links": 0,
    }


@pytest.mark.parametrize(
    ("left", "right", "violated"),
    [((0, 50), (50, 100), 1), ((0, 9), (90, 99), 1), ((0, 50), (95, 200), 0), ((200, 300), (0, 50), 0)],
)
def test_unrelated_spans_must_not_be_linked(
    tmp_path: Path, left: tuple[int, int], right: tuple[int, int], violated: int
) -> None:
    """A cluster on both spans is a violation, also a short one inside; one that only touches is none."""
    result = figures(tmp_path, [cluster("p", TWO), *APART], found("1", ("x", *left), ("y", *right)))
    assert result["must_not"]["violated"] == violated
    assert result["must_not"]["precision"] == 1 - violated


def test_furniture_counts_as_suppressed_when_half_of_it_is(tmp_path: Path) -> None:
    """Pieces are counted one by one against the list of what was suppressed; without the list nothing is."""
    gold = [cluster("f", [(d, 0, 100) for d in "abc"], plant="furniture")]
    assert figures(tmp_path, gold)["furniture"] is None
    write(tmp_path, {"suppressed.jsonl": members([("a", 0, 50), ("b", 0, 49)])})
    result = figures(tmp_path, gold)["furniture"]
    assert result == {"suppressed": 1, "pieces": 3, "value": pytest.approx(1 / 3, abs=1e-6)}


def test_labels_without_plants_are_refused(tmp_path: Path) -> None:
    """A file of other labels gives a message that names it."""
    with pytest.raises(ValueError, match=r"gold\.jsonl: no planted cluster"):
        figures(tmp_path, [{"doc_id": "a", "story": "s"}])


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planted corpus, and beside it a scan that found all of it and one that found nothing."""
    folder = tmp_path_factory.mktemp("report")
    language = Language(words=4000, names=900, figures=300, people=500, phrases=30_000)
    plant_invented(folder, Settings(articles=300, must_not=0.05), language=language)
    labels = [json.loads(line) for line in (folder / "gold.jsonl").open(encoding="utf-8")]
    clusters = [
        {"cluster_id": g["cluster"], "kind": g["kind"], "members": g["members"]} for g in labels if "cluster" in g
    ]
    write(folder / "all", {"passages.jsonl": clusters})
    write(folder / "nothing", {"passages.jsonl": []})
    return folder


def test_the_labels_themselves_score_one_and_nothing_scores_none(planted: Path) -> None:
    """A perfect scan has recall and precision 1 in every cell; an empty one recall 0 and no precision."""
    perfect = measure(planted / "gold.jsonl", planted / "all")
    assert {c["value"] for c in perfect["recall"]["cells"]} == {1.0}
    assert {f["value"] for f in perfect["by_plant"].values()} == {1.0}
    assert perfect["precision"]["all"]["by_link"] == 1.0
    assert perfect["must_not"]["violated"] == 0 < perfect["must_not"]["pairs"]
    empty = measure(planted / "gold.jsonl", planted / "nothing")
    assert {c["value"] for c in empty["recall"]["cells"]} == {0.0}
    assert empty["precision"]["all"]["by_link"] is None


def test_the_report_is_written_in_three_forms(planted: Path, tmp_path: Path) -> None:
    """Figures, tables and chart say the same; the same scan gives the same bytes."""
    result = report(planted / "gold.jsonl", planted / "all", tmp_path / "a")
    report(planted / "gold.jsonl", planted / "all", tmp_path / "b")
    for name in ("planted.json", "planted.md", "planted.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert json.loads((tmp_path / "a" / "planted.json").read_text()) == result
    page = (tmp_path / "a" / "planted.md").read_text()
    assert f"| 30 % | 1.000 (1.00–1.00, {result['recall']['by_edit_and_ocr_rate'][-4]['n']}) |" in page
    assert "lower bound" not in page
    ET.parse(tmp_path / "a" / "planted.svg")


def test_tables_have_as_many_cells_in_every_row(planted: Path) -> None:
    """Every line of a Markdown table has the columns of its head, also where a cell is empty."""
    result = measure(planted / "gold.jsonl", planted / "nothing")
    tables: list[list[int]] = [[]]
    for line in markdown({**result, "base": "own.jsonl"}).splitlines():
        if line.startswith("|"):
            tables[-1].append(line.count("|"))
        elif tables[-1]:
            tables.append([])
    assert len(tables) >= 4
    assert all(len(set(table)) <= 1 for table in tables)
    assert "own.jsonl has reuse of its own" in markdown({**result, "base": "own.jsonl"})


def test_a_gap_in_a_line_is_drawn_as_a_gap() -> None:
    """Values stand where the axes say; a missing one parts the line and has no dot; names are escaped."""
    panel = Panel(title="A & B", axis="x", at=[0, 10, 20, 30], lines={"<15": [1.0, 0.5, None, 0.0]})
    root = ET.fromstring(draw([panel], "recall"))
    space = "{http://www.w3.org/2000/svg}"
    dots = [(float(c.get("cx", "nan")), float(c.get("cy", "nan"))) for c in root.iter(f"{space}circle")]
    assert dots == [(52.0, 34.0), (150.0, 125.0), (346.0, 216.0)]
    path = next(root.iter(f"{space}path")).get("d")
    assert path == "M52.0 34.0L150.0 125.0M346.0 216.0"
    assert "<15" in {t.text for t in root.iter(f"{space}text")}


def test_the_command_prints_the_tables(planted: Path, tmp_path: Path) -> None:
    """Tables go to standard output; a folder that is no scan is an error with a message."""
    arguments = [str(planted / "gold.jsonl"), str(planted / "all"), "-o", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert result.output == (tmp_path / "planted.md").read_text()
    failed = CliRunner().invoke(main, [str(planted / "gold.jsonl"), str(tmp_path)])
    assert failed.exit_code == 1
    assert "passages.jsonl" in failed.output
