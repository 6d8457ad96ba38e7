"""Figures of `evaluate` on cases small enough to work out by hand; each docstring has the numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dedup.errors import ConfigError, InputError, StoreError
from dedup.evaluate import evaluate, format_table

Place = tuple[str, int, int]
Record = dict[str, Any]


def members(places: Iterable[Place]) -> list[Record]:
    return [{"doc_id": d, "start": s, "end": e} for d, s, e in places]


def gold(name: str, *places: Place, kind: str = "wire_copy", scope: str = "cross_outlet", **more: Any) -> Record:
    labels = {"cluster": name, "kind": kind, "scope": scope, "wording": "verbatim"}
    return {**labels, "members": members(places), **more}


def found(name: str, *places: Place, kind: str = "wire_copy", scope: str = "cross_outlet", **more: Any) -> Record:
    labels = {"schema": 1, "cluster_id": name, "parent": None, "kind": kind, "scope": scope}
    return {**labels, "members": members(places), **more}


def write_lines(path: Path, records: Sequence[Record]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def write_output(
    folder: Path, passages: Sequence[Record], documents: Sequence[Record], pairs: Sequence[Record]
) -> Path:
    folder.mkdir(exist_ok=True)
    for name, records in (("passages", passages), ("documents", documents), ("pairs", pairs)):
        write_lines(folder / f"{name}.jsonl", records)
    return folder


class Case:
    """Writes labels and output, then evaluates them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(
        self,
        labels: Sequence[Record],
        passages: Sequence[Record] = (),
        documents: Sequence[Record] = (),
        pairs: Sequence[Record] = (),
        seed: int = 0,
    ) -> dict[str, Any]:
        path = write_lines(self.folder / "gold.jsonl", labels)
        return evaluate(path, write_output(self.folder / "out", passages, documents, pairs), seed=seed)

    def passages(self, labels: Sequence[Record], passages: Sequence[Record], seed: int = 0) -> dict[str, Any]:
        figures: dict[str, Any] = self.run(labels, passages, seed=seed)["passages"]
        return figures


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


# Links


def test_link_recall_and_precision(case: Case) -> None:
    """g1: P1 covers 60 of a, 80 of b, 40 of c (under half): 1 of 3 links. g2: two pieces of P2 together
    cover 30 of d's 50, and all of e: 1 of 1. Recall (1/3 + 1) / 2 = 2/3. P1's three spans lie inside g1's:
    3 of 3 right; of P2's three links the two pieces of d lie in one labelled member, the others are right:
    2/3. Precision 5/6, F1 20/27.
    """
    labels = [gold("g1", ("a", 0, 100), ("b", 0, 100), ("c", 0, 100)), gold("g2", ("d", 0, 50), ("e", 0, 50))]
    scan = [
        found("p1", ("a", 0, 60), ("b", 10, 90), ("c", 60, 100)),
        found("p2", ("d", 0, 15), ("d", 15, 30), ("e", 0, 50)),
    ]
    figures = case.passages(labels, scan)
    assert figures["link_recall"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert figures["link_precision"]["value"] == pytest.approx(5 / 6, abs=1e-6)
    assert figures["link_f1"] == pytest.approx(20 / 27, abs=1e-6)
    assert [(c["cluster"], c["found"], c["links"]) for c in figures["clusters"]] == [
        ("g1", 1, 3),
        ("g2", 1, 1),
    ]


@pytest.mark.parametrize(("end", "recall"), [(50, 1.0), (49, 0.0)])
def test_half_of_the_labelled_span_is_enough(case: Case, end: int, recall: float) -> None:
    """Half is inclusive: 50 of 100 characters find the link, 49 do not."""
    labels = [gold("g", ("a", 0, 100), ("b", 0, 100))]
    figures = case.passages(labels, [found("p", ("a", 0, end), ("b", 0, 100))])
    assert figures["link_recall"]["value"] == recall


@pytest.mark.parametrize(("start", "precision"), [(50, 1.0), (51, 0.0)])
def test_half_of_the_predicted_span_is_enough(case: Case, start: int, precision: float) -> None:
    """A predicted span of 100 with 50 inside the label is right, with 49 it is not."""
    labels = [gold("g", ("a", 0, 100), ("b", 0, 100))]
    figures = case.passages(labels, [found("p", ("a", start, start + 100), ("b", 0, 100))])
    assert figures["link_precision"]["value"] == precision
    assert figures["wrong_clusters"] == ([] if precision else ["p"])


def test_coverage_from_two_clusters_is_not_united(case: Case) -> None:
    """P1 and P2 each cover 40 of 100 in a: together 80, but neither alone half, so the link is not found."""
    labels = [gold("g", ("a", 0, 100), ("b", 0, 100))]
    scan = [found("p1", ("a", 0, 40), ("b", 0, 100)), found("p2", ("a", 40, 80), ("b", 0, 100))]
    assert case.passages(labels, scan)["link_recall"]["value"] == 0.0


def test_repeats_in_one_document_need_distinct_members(case: Case) -> None:
    """One member over both repeats does not link them; with a second one on the first or second repeat it
    does.
    """
    labels = [gold("g", ("a", 0, 40), ("a", 100, 140), scope="within_document")]
    long = ("a", 0, 140)
    for other, recall in ((("b", 0, 140), 0.0), (("a", 100, 140), 1.0), (("a", 0, 40), 1.0)):
        assert case.passages(labels, [found("p", long, other)])["link_recall"]["value"] == recall


def test_link_inside_the_parent_is_right(case: Case) -> None:
    """The quotation is labelled in a and c; linking it in a and b is right for the story that a and b
    share.
    """
    labels = [
        gold("story", ("a", 0, 300), ("b", 0, 300)),
        gold("words", ("a", 100, 150), ("c", 0, 50), kind="quotation", parent="story"),
    ]
    figures = case.passages(labels, [found("p", ("a", 100, 150), ("b", 100, 150))])
    assert figures["link_precision"]["value"] == 1.0
    assert figures["link_recall"]["value"] == 0.0


def test_wide_predicted_clusters_are_sampled(case: Case) -> None:
    """Of 60 members 30 are labelled: 435 of 1,770 links are right, 0.2458; 780 sampled ones come within 0.05,
    alike for the same seed, otherwise for another.
    """
    wide = [(f"d{i}", 0, 10) for i in range(60)]
    shares = [
        case.passages([gold("g", *wide[:30])], [found("p", *wide)], seed)["link_precision"]["value"]
        for seed in (0, 0, 1)
    ]
    assert shares[0] == pytest.approx(435 / 1770, abs=0.05)
    assert shares[0] == shares[1] != shares[2]


def test_recall_by_aspect(case: Case) -> None:
    """Two quotations, one found, and a found caption: 1/2 and 1; the script is told from the text."""
    texts = {"q1": "Привет, мир", "q2": "", "c": "हिन्दी"}
    labels = [
        gold("q1", ("a", 0, 9), ("b", 0, 9), kind="quotation"),
        gold("q2", ("a", 20, 29), ("b", 20, 29), ("c", 20, 29), kind="quotation", wording="reworded"),
        gold("c", ("a", 40, 49), ("a", 60, 69), kind="caption", scope="within_document"),
    ]
    for label in labels:
        for member in label["members"] if texts[label["cluster"]] else []:
            member["text"] = texts[label["cluster"]]
    scan = [found("p1", ("a", 0, 9), ("b", 0, 9)), found("p2", ("a", 40, 49), ("a", 60, 69))]
    by = case.passages(labels, scan)["recall_by"]
    assert by["kind"]["quotation"] == {"recall": 0.5, "clusters": 2, "links": 4, "found": 1}
    assert by["kind"]["caption"]["recall"] == 1.0
    assert by["scope"]["within_document"] == {"recall": 1.0, "clusters": 1, "links": 1, "found": 1}
    assert by["wording"]["reworded"]["recall"] == 0.0
    assert {s: f["clusters"] for s, f in by["script"].items()} == {"Cyrillic": 1, "Devanagari": 1}


def test_must_not(case: Case) -> None:
    """`same`: a and b in one cluster, violated; a-c and b-c not. `split`: in two clusters, fine. `one`:
    half covered, violated. `free`: 4 of 10 covered, fine. `bridge`: one member over two spans of one text,
    fine. 2 of 7 cases.
    """
    groups = {
        "same": [("a", 0, 10), ("b", 0, 10), ("c", 0, 10)],
        "split": [("a", 50, 60), ("b", 50, 60)],
        "one": [("d", 0, 10)],
        "free": [("d", 50, 60)],
        "bridge": [("e", 0, 10), ("e", 20, 30)],
    }
    labels = [{"must_not": name, **m} for name, places in groups.items() for m in members(places)]
    scan = [
        found("p1", ("a", 0, 10), ("b", 5, 20)),
        found("p2", ("a", 50, 60), ("z", 0, 10)),
        found("p3", ("b", 50, 60), ("y", 0, 10)),
        found("p4", ("d", 5, 54), ("y", 0, 10)),
        found("p5", ("e", 0, 30), ("y", 0, 30)),
    ]
    figures = case.passages(labels, scan)["must_not"]
    assert (figures["groups"], figures["cases"], figures["violated"]) == (5, 7, 2)
    assert figures["rate"] == pytest.approx(2 / 7, abs=1e-6)
    assert [(v["group"], v["cluster_ids"]) for v in figures["violations"]] == [
        ("one", ["p4"]),
        ("same", ["p1"]),
    ]
    assert figures["violations"][1]["spans"] == members([("a", 0, 10), ("b", 0, 10)])


# Matched clusters


def test_kind_and_scope_accuracy(case: Case) -> None:
    """Three labelled, one missed: of the two matched one kind and both scopes are right: 1/2 and 1."""
    labels = [
        gold("g1", ("a", 0, 9), ("b", 0, 9)),
        gold("g2", ("a", 20, 29), ("b", 20, 29), kind="caption"),
        gold("g3", ("a", 40, 49), ("b", 40, 49)),
    ]
    scan = [found("p1", ("a", 0, 9), ("b", 0, 9)), found("p2", ("a", 20, 29), ("b", 20, 29), kind="other")]
    figures = case.passages(labels, scan)
    assert (figures["kind"]["accuracy"], figures["kind"]["n"]) == (0.5, 2)
    assert figures["kind"]["confusion"] == {
        "caption": {"other": 1},
        "wire_copy": {"(missed)": 1, "wire_copy": 1},
    }
    assert figures["scope"]["accuracy"] == 1.0
    assert [c["matched"] for c in figures["clusters"]] == ["p1", "p2", None]


def test_match_prefers_links_then_overlap_then_id(case: Case) -> None:
    """`words` (3 links): m finds all 3, k only 1. `inner` (1 link): w and q find it; q has just its
    characters (100 of 100, w 100 of 600). `twin`: x and y are equal, the smaller id wins.
    """
    labels = [
        gold("words", ("a", 0, 10), ("b", 0, 10), ("c", 0, 10)),
        gold("inner", ("a", 100, 150), ("b", 100, 150)),
        gold("twin", ("t", 0, 10), ("u", 0, 10)),
    ]
    scan = [
        found("k", ("a", 0, 10), ("b", 0, 10)),
        found("m", ("a", 0, 10), ("b", 0, 10), ("c", 0, 10), ("d", 0, 900)),
        found("e", ("a", 20, 320), ("b", 20, 320)),
        found("q", ("a", 100, 150), ("b", 100, 150)),
        found("y", ("t", 0, 10), ("u", 0, 10)),
        found("x", ("t", 0, 10), ("u", 0, 10)),
    ]
    figures = case.passages(labels, scan)
    assert [c["matched"] for c in figures["clusters"]] == ["m", "q", "x"]


def test_origin(case: Case) -> None:
    """Document: right, wrong, none given: 1/3 with 1 abstained. Agency: "afp" is "AFP", none given: 1/2.
    Without a labelled origin: one names an agency, one nothing: 1/2 abstained.
    """
    credits: list[tuple[Record | None, Record | None]] = [
        ({"doc_id": "a", "agency": "AFP"}, {"doc_id": "a", "agency": "afp"}),
        ({"doc_id": "a", "agency": None}, {"doc_id": "b", "agency": "AP"}),
        ({"doc_id": "a", "agency": "AP"}, None),
        (None, {"doc_id": None, "agency": "AP"}),
        (None, {"doc_id": None, "agency": None}),
        ({}, {"doc_id": "a", "agency": None}),
    ]
    labels, scan = [], []
    for n, (label, origin) in enumerate(credits):
        places = [("a", 20 * n, 20 * n + 9), ("b", 20 * n, 20 * n + 9)]
        labels.append({**gold(f"g{n}", *places), **({} if label is None else {"origin": label})})
        scan.append(found(f"p{n}", *places, origin=origin))
    origin = case.passages(labels, scan)["origin"]
    assert origin["doc_id"] == {
        "accuracy": pytest.approx(1 / 3, abs=1e-6),
        "n": 3,
        "right": 1,
        "abstained": 1,
    }
    assert origin["agency"] == {"accuracy": 0.5, "n": 2, "right": 1, "abstained": 1}
    assert origin["unsupported"] == {"n": 3, "abstained": pytest.approx(1 / 3, abs=1e-6)}


def test_characters(case: Case) -> None:
    """g1: 200 labelled, 120 predicted, 120 shared; g2: 20 labelled, 60 predicted (two overlapping members
    of a count once: 40, and 20 of b), 20 shared; g3 is missed and left out. Micro: P 140/180, R 140/220, F
    280/400 = 0.7. Macro: P (1 + 1/3) / 2, R (0.6 + 1) / 2, F (0.75 + 0.5) / 2.
    """
    labels = [
        gold("g1", ("a", 0, 100), ("b", 0, 100)),
        gold("g2", ("a", 200, 210), ("b", 200, 210)),
        gold("g3", ("x", 0, 50), ("y", 0, 50)),
    ]
    scan = [
        found("p1", ("a", 40, 100), ("b", 0, 60)),
        found("p2", ("a", 190, 220), ("a", 200, 230), ("b", 200, 220)),
    ]
    figures = case.passages(labels, scan)["characters"]
    assert figures["clusters"] == 2
    assert figures["micro"] == pytest.approx({"precision": 140 / 180, "recall": 140 / 220, "f1": 0.7}, abs=1e-6)
    assert figures["macro"] == pytest.approx({"precision": 2 / 3, "recall": 0.8, "f1": 0.625}, abs=1e-6)


def test_plagdet(case: Case) -> None:
    """One case a-b of 100 + 100. r1 has its first halves: precision 1. r2 has 50 in a and 100 in b, 50 of
    them in the case: 100/150. r3 touches a alone: 0. Precision (1 + 2/3 + 0) / 3 = 5/9, recall 1,
    granularity 2, F1 = 2 (5/9) / (14/9) = 5/7, plagdet = (5/7) / log2 3 = 0.450664.
    """
    labels = [gold("g", ("a", 0, 100), ("b", 0, 100))]
    scan = [
        found("r1", ("a", 0, 50), ("b", 0, 50)),
        found("r2", ("a", 50, 100), ("b", 50, 150)),
        found("r3", ("a", 0, 100), ("z", 0, 100)),
    ]
    figures = case.passages(labels, scan)["plagdet"]
    assert figures["precision"] == pytest.approx(5 / 9, abs=1e-6)
    assert (figures["recall"], figures["granularity"]) == (1.0, 2.0)
    assert figures["plagdet"] == pytest.approx(0.450664, abs=1e-6)
    assert (figures["cases"], figures["detections"]) == (1, 3)


def test_plagdet_repeats_in_one_document(case: Case) -> None:
    """A single member over both repeats pairs with b alone: no detection, plagdet 0. With another over
    both, or over the second one, it makes one detection: granularity 1.
    """
    labels = [gold("g", ("a", 0, 40), ("a", 100, 140), scope="within_document")]
    alone = case.passages(labels, [found("p", ("a", 0, 140), ("b", 0, 140))])["plagdet"]
    assert (alone["recall"], alone["precision"], alone["plagdet"]) == (0.0, 0.0, 0.0)
    for other in (("a", 0, 145), ("a", 100, 140)):
        figures = case.passages(labels, [found("p", ("a", 0, 140), other)])["plagdet"]
        assert (figures["recall"], figures["granularity"]) == (1.0, 1.0)


# Documents


def test_near_duplicate_pairs(case: Case) -> None:
    """Positive: ab, ac, de. In one cluster: ab, ac, bc of the labelled pairs. tp 2, fp 1, fn 1: all three
    2/3.
    """
    relations = {"ab": "duplicate", "ac": "contains", "de": "contained", "bc": "partial", "df": "none"}
    labels = [{"pair": list(p), "relation": r} for p, r in relations.items()]
    clusters = [{"schema": 1, "cluster_id": "1", "members": [{"doc_id": d} for d in "abcz"]}]
    near = case.run(labels, documents=clusters)["documents"]["near_duplicates"]
    assert (near["tp"], near["fp"], near["fn"], near["n"]) == (2, 1, 1, 5)
    assert [near[k] for k in ("precision", "recall", "f1")] == [pytest.approx(2 / 3, abs=1e-6)] * 3


def test_relations(case: Case) -> None:
    """Right: ab as it stands, cd and mn turned round (contains is contained there and back), gh (none, not
    listed). Wrong: ef with the wrong direction, ij (none, listed as partial), kl (missing). 4 of 7.
    """
    labelled = {
        "ab": "contains",
        "cd": "contains",
        "ef": "contains",
        "gh": "none",
        "ij": "none",
        "kl": "duplicate",
        "mn": "contained",
    }
    listed = {
        "ab": "contains",
        "dc": "contained",
        "fe": "contains",
        "ij": "partial",
        "nm": "contains",
        "xy": "duplicate",
    }
    labels = [{"pair": list(p), "relation": r} for p, r in labelled.items()]
    pairs = [{"left": p[0], "right": p[1], "relation": r, "jaccard": 0.5} for p, r in listed.items()]
    figures = case.run(labels, pairs=pairs)["documents"]["relations"]
    assert (figures["accuracy"], figures["n"]) == (pytest.approx(4 / 7, abs=1e-6), 7)
    assert figures["confusion"] == {
        "contained": {"contained": 1},
        "contains": {"contained": 1, "contains": 2},
        "duplicate": {"none": 1},
        "none": {"none": 1, "partial": 1},
    }


def test_stories(case: Case) -> None:
    """Stories {1,2,3} {4,5} {7}; clusters {1,2} {3,4}, 5 and 7 alone; 6 has no story and does not count.
    B-cubed P (1 + 1 + 1/2 + 1/2 + 1 + 1) / 6 = 5/6, R (2/3 + 2/3 + 1/3 + 1/2 + 1/2 + 1) / 6 = 11/18, F 55/78.
    ARI: pairs together in both 1, in clusters 2, in stories 4, of 15: (1 - 8/15) / (3 - 8/15) = 7/37.
    """
    labels = [{"doc_id": d, "story": s} for d, s in zip("123457", "xxxyyz", strict=True)]
    clusters = [
        {"schema": 1, "cluster_id": ids, "members": [{"doc_id": d, "share": 0.9} for d in ids]} for ids in ("126", "34")
    ]
    figures = case.run(labels, documents=clusters)["documents"]["stories"]
    assert figures["bcubed"] == pytest.approx({"precision": 5 / 6, "recall": 11 / 18, "f1": 55 / 78}, abs=1e-6)
    assert figures["ari"] == pytest.approx(7 / 37, abs=1e-6)
    assert (figures["documents"], figures["stories"], figures["clusters"]) == (6, 3, 4)


# Undefined figures, order


def test_nothing_found_is_zero_recall_and_undefined_precision(case: Case) -> None:
    """An empty scan has recall 0 and F1 0; precision and accuracies have nothing to divide by: None."""
    figures = case.passages([gold("g", ("a", 0, 9), ("b", 0, 9))], [])
    assert (figures["link_recall"]["value"], figures["link_precision"]["value"]) == (0.0, None)
    assert (figures["link_f1"], figures["plagdet"]["plagdet"]) == (0.0, 0.0)
    assert (figures["kind"]["accuracy"], figures["characters"]["micro"]["f1"]) == (None, None)


def test_order_of_lines_decides_nothing(case: Case) -> None:
    """The same labels and passages in another order give the same figures, intervals and samples included."""
    labels = [gold(f"g{i}", *((f"d{j}", 20 * i, 20 * i + 9) for j in range(i + 2))) for i in range(12)]
    scan = [found(f"p{i}", *((f"d{j}", 20 * i, 20 * i + 9) for j in range(45))) for i in range(0, 12, 2)]
    one = case.passages(labels, scan)
    two = case.passages(labels[::-1], scan[::-1])
    assert one.pop("clusters") == two.pop("clusters")[::-1]
    assert one == two


# Bad input


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "not JSON"),
        ("[1]", "not a label"),
        ('{"claster": "x"}', "not a label"),
        (json.dumps(gold("h", ("a", 0, 9), ("b", 0, 9), kind="advert")), "advert"),
        (json.dumps(gold("h", ("a", 0, 9), ("b", 9, 9))), "empty or negative"),
        (json.dumps(gold("h", ("a", -1, 9), ("b", 0, 9))), "empty or negative"),
        (json.dumps(gold("h", ("a", 0, 9))), "two members"),
        (json.dumps(gold("h", ("a", 0, 9), ("a", 0, 9))), "two members"),
        (json.dumps(gold("g", ("a", 0, 9), ("b", 0, 9))), "earlier line"),
        (json.dumps(gold("h", ("a", 0, 9), ("b", 0, 9), parent="nobody")), "parent"),
        ('{"must_not": "m", "doc_id": "a", "start": 0}', "end"),
        ('{"pair": ["a", "a"], "relation": "partial"}', "two different"),
        ('{"pair": ["y", "x"], "relation": "partial"}', "earlier line"),
        ('{"pair": ["a", "b"], "relation": "similar"}', "similar"),
        ('{"doc_id": "a", "story": null}', "story"),
    ],
)
def test_bad_label_names_file_and_line(case: Case, line: str, complaint: str) -> None:
    """Line 4 is bad (line 2 is blank and counts): the error names file, line and what is wrong."""
    out = write_output(case.folder / "out", [], [], [])
    path = case.folder / "gold.jsonl"
    good = json.dumps(gold("g", ("a", 0, 9), ("b", 0, 9)))
    path.write_text(f'{good}\n\n{{"pair": ["x", "y"], "relation": "none"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint) as caught:
        evaluate(path, out)
    assert f"{path}, line 4" in str(caught.value)


def test_labels_missing_or_empty(case: Case) -> None:
    """A file that does not exist is unreadable input; one without labels, or a negative seed, is a wrong
    setting.
    """
    out = write_output(case.folder / "out", [], [], [])
    with pytest.raises(InputError, match=r"nowhere\.jsonl"):
        evaluate(case.folder / "nowhere.jsonl", out)
    empty = write_lines(case.folder / "empty.jsonl", [])
    with pytest.raises(ConfigError, match="no labels"):
        evaluate(empty, out)
    with pytest.raises(ConfigError, match="seed"):
        evaluate(empty, out, seed=-1)


@pytest.mark.parametrize("name", ["passages.jsonl", "documents.jsonl", "pairs.jsonl"])
def test_missing_output_file(case: Case, name: str) -> None:
    """Each of the three files is asked for by name, with what to do."""
    labels = write_lines(case.folder / "gold.jsonl", [{"doc_id": "a", "story": "s"}])
    out = write_output(case.folder / "out", [], [], [])
    (out / name).unlink()
    with pytest.raises(StoreError, match=r"dedup scan") as caught:
        evaluate(labels, out)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("passages", '{"cluster_id": "p", "kind": "caption", "scope": "cross_outlet"}'),
        ("passages", json.dumps(found("p", ("a", 5, 5), ("b", 0, 9)))),
        ("passages", json.dumps({**found("p", ("a", 0, 9), ("b", 0, 9)), "schema": 2})),
        ("documents", '{"schema": 1, "members": ["a"]}'),
        ("pairs", '{"left": "a", "right": '),
    ],
)
def test_bad_output_line(case: Case, name: str, line: str) -> None:
    """A cut or foreign line is refused with file and line, never skipped."""
    labels = write_lines(case.folder / "gold.jsonl", [{"doc_id": "a", "story": "s"}])
    out = write_output(case.folder / "out", [], [], [])
    (out / f"{name}.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(StoreError, match="line 1"):
        evaluate(labels, out)


# The table


def test_table_shows_the_figures(case: Case) -> None:
    """Figures stand beside their names, undefined ones as a dash."""
    labels = [
        gold("g1", ("a", 0, 9), ("b", 0, 9)),
        gold("g2", ("a", 20, 29), ("b", 20, 29), kind="caption"),
        {"pair": ["a", "b"], "relation": "partial"},
    ]
    pairs = [{"left": "b", "right": "a", "relation": "partial"}]
    lines = format_table(case.run(labels, [found("p", ("a", 0, 9), ("b", 0, 9))], pairs=pairs)).splitlines()
    rows = {line[:30].strip(): line[30:].split() for line in lines}
    assert rows["link recall"] == ["0.500", "0.000", "1.000", "2"]
    assert rows["cross_outlet"] == ["1", "1"]
    assert ["  caption", "0.000", "1", "1", "0"] in [[line[:9], *line[9:].split()] for line in lines]
    assert rows["relation accuracy"] == ["1.000", "1"]
    assert rows["origin agency accuracy"] == ["–", "0"]
    assert rows["characters, micro"] == ["1.000", "1.000", "1.000", "1"]


def test_table_escapes_names(case: Case) -> None:
    """A group, document or kind with terminal codes or direction marks shows as escapes; a long one is cut
    short.
    """
    evil = "\x1b[31mred\u202e" + "x" * 99
    labels = [{"must_not": evil, **m} for m in members([(evil, 0, 9), ("b", 0, 9)])]
    labels.append(gold("g", (evil, 0, 9), ("b", 0, 9)))
    table = format_table(case.run(labels, [found(evil, (evil, 0, 9), ("b", 0, 9), kind=evil)]))
    assert "\\u{1b}[31mred\\u{202e}" in table
    assert "\x1b" not in table
    assert "\u202e" not in table
    assert "x" * 60 not in table


def test_table_says_when_labels_and_scan_do_not_belong_together(case: Case) -> None:
    """No labelled document in the output: a line asks whether these are the right labels."""
    result = case.run([gold("g", ("a", 0, 9), ("b", 0, 9))], [found("p", ("x", 0, 9), ("y", 0, 9))])
    assert result["gold"]["documents_in_output"] == 0
    assert "are these the labels of that scan?" in format_table(result)
