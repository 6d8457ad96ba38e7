"""Findings in other formats: the same in each, inert in each, and as the formats' own rules want them."""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from dedup.errors import ConfigError
from dedup.model import Member, ScanResult
from dedup.report import parquet
from dedup.report.catalogue import catalogue
from dedup.report.cells import csv_text, guarded, unguarded
from dedup.report.exports import FORMATS, check_format, write_format
from dedup.report.facts import gather
from dedup.report.gexf import gexf
from dedup.report.html import render_html
from dedup.report.network import network
from dedup.report.passim import passim_lines
from dedup.report.prepared import Prepared, ReportOptions, prepare
from dedup.report.rows import TABLES, table
from tests.report.conftest import CAPTION, Page
from tests.report.hostile import HOSTILE, poisoned

GOLDEN = Path(__file__).parent / "golden"
GRAMMAR = Path(__file__).parent / "gexf-1.3.rng"
NAMESPACE = "{http://gexf.net/1.3}"
UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def written(ready: Prepared, folder: Path, *formats: str) -> dict[str, Path]:
    return {str(p.relative_to(folder)): p for name in formats for p in write_format(name, ready, folder)}


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def read_parquet(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def facts_of(page: str) -> str:
    """Return what a reader of the page sees, a line a piece of text: style and script apart."""
    plain = re.sub(r"<(style|script)\b[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    parsed = Page(plain)
    lines = (" ".join(text.split()) for text in parsed.texts[0])
    return "\n".join(line for line in lines if line) + "\n"


def golden_files(ready: Prepared, folder: Path) -> dict[str, str]:
    """Return what the golden files hold: the formats as they are; of page and Parquet what they say."""
    paths = written(ready, folder, "csv", "parquet", "gexf", "passim", "sheet")
    found = {name: path.read_bytes().decode() for name, path in paths.items() if path.suffix != ".parquet"}
    for name, path in paths.items():
        if path.suffix == ".parquet":
            rows = read_parquet(path)
            found[f"{name}.jsonl"] = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    found["report.txt"] = facts_of(render_html(ready.result))
    return found


def test_golden_files(result: ScanResult, tmp_path: Path) -> None:
    """Every format says of the small scan what its golden file says; the difference is printed.

    Where one is meant, run `python -m tests.report.test_exports`.
    """
    found = golden_files(prepare(result), tmp_path)
    known = {str(p.relative_to(GOLDEN)): p.read_bytes().decode() for p in GOLDEN.rglob("*") if p.is_file()}
    assert known.keys() == found.keys()
    for name, text in found.items():
        diff = difflib.unified_diff(known[name].splitlines(), text.splitlines(), name, "found", lineterm="")
        assert known[name] == text, "\n".join(diff)


def test_csv_and_parquet_have_the_same_cells(result: ScanResult, tmp_path: Path) -> None:
    """Each cell of each table is equal in both, read back by independent readers."""
    paths = written(prepare(result), tmp_path, "csv", "parquet")
    for name in TABLES:
        left = read_csv(paths[f"tables/{name}.csv"])
        right = read_parquet(paths[f"tables/{name}.parquet"])
        assert len(left) == len(right) > 0
        for a, b in zip(left, right, strict=True):
            for key, value in b.items():
                plain = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                assert a[key] == plain, (name, key)


def test_the_same_finding_reads_the_same_everywhere(result: ScanResult, tmp_path: Path) -> None:
    """Carriers, groups and similarity of a passage, share and lag of a pair of outlets: page, tables and network."""
    ready = prepare(result)
    paths = written(ready, tmp_path, "csv", "parquet", "gexf")
    page = Page(render_html(result))
    clusters = {row["cluster_id"]: row for row in read_csv(paths["tables/clusters.csv"])}
    stored = {row["cluster_id"]: row for row in read_parquet(paths["tables/clusters.parquet"])}
    for cluster in result.passages:
        said = page.text(page.find("details", id=cluster.cluster_id)[0])
        row = clusters[cluster.cluster_id]
        assert stored[cluster.cluster_id]["n_documents"] == int(row["n_documents"]) == cluster.n_documents
        assert said.startswith(f"{row['rank']} ")
        assert f"Score {int(float(row['score']) * 100)}" in said
        if int(row["n_outlets"]) > 1:
            assert f"carried by {row['n_outlets']} outlets of {row['n_families']} group" in said
    pairs = {(r["left"], r["right"]): r for r in read_csv(paths["tables/outlet_pairs.csv"])}
    network = ready.network
    nodes, edges = read_gexf(paths["outlets.gexf"])
    assert len(nodes) == len(network.outlets)
    assert pairs.keys() == edges.keys()
    rows = page.text(page.find("table", class_="edges")[0])
    for key, row in pairs.items():
        edge = edges[key]
        assert float(edge["weight"]) == int(edge["passages"]) == int(row["passages"])
        assert (edge["share_source"], edge["share_target"]) == (row["share_left"], row["share_right"])
        assert edge.get("median_lag_hours", "") == row["median_lag_hours"]
        assert f"{row['left']} {row['right']} {row['passages']} {int(float(row['share_left']) * 100)}" in rows


def read_gexf(path: Path) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], dict[str, str]]]:
    """Return nodes by label and edges by the labels of their ends."""
    from lxml import etree

    root = etree.parse(path).getroot()

    def values(element: Any) -> dict[str, str]:
        return {v.get("for"): v.get("value") for v in element.iter(f"{NAMESPACE}attvalue")}

    labels = {n.get("id"): n.get("label") for n in root.iter(f"{NAMESPACE}node")}
    nodes = {n.get("label"): values(n) for n in root.iter(f"{NAMESPACE}node")}
    edges = {
        (labels[e.get("source")], labels[e.get("target")]): {**values(e), "weight": e.get("weight")}
        for e in root.iter(f"{NAMESPACE}edge")
    }
    return nodes, edges


def test_the_network_keeps_to_the_rules_of_gexf(result: ScanResult, empty: ScanResult, tmp_path: Path) -> None:
    """The published grammar of GEXF 1.3 accepts it, empty or not, and refuses it once a rule is broken."""
    from lxml import etree

    rules = etree.RelaxNG(etree.parse(GRAMMAR))
    for scan in (result, empty):
        source = gexf(prepare(scan).network).encode()
        assert rules.validate(etree.fromstring(source)), rules.error_log
    source = gexf(prepare(result).network)
    for right, wrong in (
        (' id="n1"', ""),
        ('weight="', 'weight="x'),
        ('type="boolean"', 'type="flag"'),
        ("</nodes>", ""),
    ):
        broken = source.replace(right, wrong, 1) if wrong or right != "</nodes>" else re.sub("</?nodes>", "", source)
        assert not rules.validate(etree.fromstring(broken.encode())), right


def test_networkx_reads_the_network(result: ScanResult, tmp_path: Path) -> None:
    """Another program reads the same nodes and weights."""
    import networkx

    path = written(prepare(result), tmp_path, "gexf")["outlets.gexf"]
    # The reader knows the name space by its older spelling.
    other = path.read_text(encoding="utf-8").replace("http://gexf.net/1.3", "http://www.gexf.net/1.2draft")
    path.write_text(other.replace('version="1.3"', 'version="1.2"'), encoding="utf-8")
    graph = networkx.read_gexf(path)
    found = prepare(result).network
    assert {graph.nodes[n]["label"] for n in graph} == {o.outlet for o in found.outlets}
    assert sorted(d["weight"] for _, _, d in graph.edges(data=True)) == sorted(float(e.passages) for e in found.edges)


def test_passim_lines(result: ScanResult) -> None:
    """Each place is a line with passim's keys; a cluster's places share number and size, offsets are those found."""
    lines = [json.loads(line) for line in passim_lines(prepare(result))]
    assert len(lines) == sum(len(p.members) for p in result.passages)
    keys = ["uid", "cluster", "size", "id", "series", "date", "title", "url", "begin", "end", "text"]
    assert all(list(line)[: len(keys)] == keys for line in lines)
    for cluster in result.passages:
        of = [line for line in lines if line["cluster_id"] == cluster.cluster_id]
        assert len({line["cluster"] for line in of}) == 1
        assert [(r["id"], r["begin"], r["end"], r["text"]) for r in of] == [
            (m.doc_id, m.start, m.end, m.text) for m in cluster.members
        ]
        assert {line["size"] for line in of} == {len(cluster.members)}
    assert len({line["cluster"] for line in lines}) == len(result.passages)
    assert len({line["uid"] for line in lines}) == len({line["id"] for line in lines})


@pytest.mark.parametrize("poison", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_inert_in_every_format(result: ScanResult, poison: str, tmp_path: Path) -> None:
    """No cell is a formula, no file has a character that commands a terminal or turns text, XML stays well formed."""
    from lxml import etree

    ready = prepare(poisoned(result, poison))
    paths = written(ready, tmp_path, "csv", "parquet", "gexf", "passim", "sheet")
    for name, path in paths.items():
        assert path.resolve().is_relative_to(tmp_path)
        if path.suffix == ".parquet":
            rows = read_parquet(path)
            assert not [v for row in rows for v in row.values() if isinstance(v, str) and UNSHOWN.search(v)]
            continue
        text = path.read_text(encoding="utf-8-sig")
        assert not UNSHOWN.search(text), name
        if path.suffix == ".csv":
            table_ = list(csv.reader(io.StringIO(text, newline="")))
            assert {len(row) for row in table_} == {len(table_[0])}
            cells = [cell for row in table_ for cell in row]
            assert not [c for c in cells if re.match(r"\s*[=+@\-\uff1d\uff0b\uff0d\uff20]", c) and not is_number(c)]
            assert max(map(len, cells)) < 32_767
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(paths["outlets.gexf"].read_bytes(), parser)
    assert etree.RelaxNG(etree.parse(GRAMMAR)).validate(root)
    assert root.getroottree().docinfo.doctype == ""
    assert all(json.loads(line) for line in paths["passim.jsonl"].read_text(encoding="utf-8").splitlines())
    assert {p.name for p in tmp_path.iterdir()} == {"tables", "outlets.gexf", "passim.jsonl", "annotation-sheet.csv"}


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("text", ["=1+1", " \t=1", "+49 30", "-x", "@me", "\u200b=1", "＝1"])
def test_a_cell_that_would_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    """A spreadsheet shows it and computes nothing; numbers stay numbers and None is empty."""
    source = csv_text(["a", "b", "c", "d"], [[text, -1.5, None, True]])
    rows = list(csv.reader(io.StringIO(source.removeprefix("\ufeff"), newline="")))
    assert rows[1] == [f"'{text}", "-1.5", "", "true"]


@pytest.mark.parametrize("text", ["0012", "1e5", "2024-03-05", "'tis", "=a", "a-1", "-x", "1/2", "é"])
def test_ids_come_back_from_a_spreadsheet(text: str) -> None:
    """What a spreadsheet would turn into a number, a date or a formula comes back as it was."""
    source = csv_text(["id"], [[guarded(text)]])
    rows = list(csv.reader(io.StringIO(source.removeprefix("\ufeff"), newline="")))
    assert unguarded(rows[1][0]) == text
    assert not re.fullmatch(r"[\d.,:/e+-]+", rows[1][0])


def test_snippets_full_text_and_figures(result: ScanResult, tmp_path: Path) -> None:
    """Texts are cut with a count, written whole on request, and left out with titles when figures alone are wanted."""
    long = "Word upon word " * 200 + "the very end"
    first = result.passages[0]
    members = (replace(first.members[0], text=long, end=first.members[0].start + len(long)), *first.members[1:])
    changed = replace(result, passages=(replace(first, text=long, members=members), *result.passages[1:]))
    by_option = {}
    for name, options in (
        ("some", ReportOptions()),
        ("all", ReportOptions(full_text=True)),
        ("none", ReportOptions(redact=True)),
    ):
        ready = prepare(changed, options)
        row = next(r for r in table("clusters", ready) if r.cluster_id == first.cluster_id)
        by_option[name] = row.text
        assert row.characters == len(long)
    assert by_option["some"].endswith("(2,012 more characters)")
    assert by_option["all"] == long
    assert by_option["none"] == "[3,012 characters, not shown]"
    bare = prepare(changed, ReportOptions(redact=True))
    everything = "".join(
        p.read_text(encoding="utf-8") for p in written(bare, tmp_path, "csv", "gexf", "passim").values()
    )
    assert CAPTION[:20] not in everything
    assert "ferry" not in everything.lower()
    assert "198" not in everything
    assert "Vell Courier" in everything


def test_figures_do_not_change_when_texts_are_hidden(result: ScanResult) -> None:
    """Redaction leaves every count, score, outlet and the network as they are."""
    whole, bare = prepare(result), prepare(result, ReportOptions(redact=True))
    assert (whole.facts, whole.network, whole.calendar) == (bare.facts, bare.network, bare.calendar)
    hidden = {"text", "title", "url", "changed"}
    for name in TABLES:
        for a, b in zip(table(name, whole), table(name, bare), strict=True):
            left, right = asdict(a), asdict(b)
            assert {k: v for k, v in left.items() if k not in hidden} == {
                k: v for k, v in right.items() if k not in hidden
            }


def test_outlets_of_the_same_shown_name_stay_apart(result: ScanResult) -> None:
    """Two outlets whose names differ only in what is not shown are two nodes with two names."""
    first = result.passages[0]
    twins = ("Gazette\x00", "Gazette\u2400", None)
    members: list[Member] = [replace(m, outlet=o) for m, o in zip(first.members[:3], twins, strict=True)]
    members.append(replace(first.members[3], doc_id="Gazette\u2400", outlet=None))
    found = prepare(replace(result, passages=(replace(first, members=tuple(members)),))).network
    assert len({o.outlet for o in found.outlets}) == len(found.outlets) == 4


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pyarrow is missing the advice is one line; no other format asks for it."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(ConfigError, match=r"pip install 'dedup-news\[parquet\]'"):
        parquet.check_installed()
    with pytest.raises(ConfigError):
        check_format("parquet")
    for name in set(FORMATS) - {"parquet"}:
        check_format(name)


if __name__ == "__main__":
    import shutil
    import tempfile

    from tests.report import conftest

    shutil.rmtree(GOLDEN, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        for name, text in golden_files(prepare(conftest.small_scan()), Path(temporary)).items():
            path = GOLDEN / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())


def test_one_way_through_the_passages(result: ScanResult) -> None:
    """What is counted of all passages in one pass is what each part counts alone."""
    ready = prepare(result)
    alone = network(result)
    assert ready.network == alone
    assert ready.facts == gather(result, alone.outlets)
    assert ready.known == catalogue(result)
    asked = [c for n, c in enumerate(ready.known.passages) if n in ready.known.read]
    every = {c.cluster_id for c in result.passages if any(m.doc_id in ready.known.readings for m in c.members)}
    assert {c.cluster_id for c in asked} == every
