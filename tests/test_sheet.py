"""The annotation sheet: written, judged, read back by `dedup evaluate`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from dedup.errors import ConfigError
from dedup.evaluation.records import read_gold
from dedup.model import ScanResult
from dedup.report.prepared import prepare
from dedup.report.sheet import HEADER, sheet
from tests.report.conftest import small_scan

WIRE = "c-a1f0c3d2e4b59687"


@pytest.fixture
def result() -> ScanResult:
    return small_scan()


def judged(source: str, answers: dict[tuple[str, str], str], **values: str) -> str:
    """Return a sheet with answers filled in by (cluster, document), and other columns changed in the same lines."""
    rows = list(csv.DictReader(io.StringIO(source.removeprefix("\ufeff"), newline="")))
    for row in rows:
        answer = answers.get((row["cluster"], row["doc_id"]))
        if answer is not None:
            row.update(same=answer, **values)
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def labels(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "sheet.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_judged_places_become_labels(result: ScanResult, tmp_path: Path) -> None:
    """Yes joins a place to the passage, no bars it from the representative, nothing leaves it out."""
    answers = {(WIRE, "courier-2"): "yes", (WIRE, "courier-1"): "Y", (WIRE, "ledger-7"): "no"}
    gold = read_gold(labels(tmp_path, judged(sheet(prepare(result)), answers, judged_kind="other")))
    wire = result.passages[0]
    spans = {m.doc_id: (m.start, m.end) for m in wire.members}
    (cluster,) = [c for c in gold.clusters if c.cluster == WIRE]
    assert {m.doc_id: (m.start, m.end) for m in cluster.members} == {d: spans[d] for d in ("courier-2", "courier-1")}
    assert (cluster.kind, cluster.scope, cluster.wording) == ("other", "cross_outlet", "near_verbatim")
    assert [sorted(s.doc_id for s in group) for group in gold.must_not.values()] == [["courier-2", "ledger-7"]]
    assert len(gold.clusters) == 1


def test_a_passage_that_is_none(result: ScanResult, tmp_path: Path) -> None:
    """When the representative is judged no, none of the places may be linked with another."""
    gold = read_gold(labels(tmp_path, judged(sheet(prepare(result)), {(WIRE, "courier-2"): "no"})))
    assert gold.clusters == ()
    assert {s.doc_id for s in gold.must_not[WIRE]} == {"courier-1", "courier-2", "courier-3", "ledger-7"}


def test_other_separators_and_a_mark_are_read(result: ScanResult, tmp_path: Path) -> None:
    """A spreadsheet may save semicolons and a byte-order mark."""
    text = judged(sheet(prepare(result)), {(WIRE, "courier-2"): "yes", (WIRE, "courier-1"): "yes"})
    rows = list(csv.reader(io.StringIO(text, newline="")))
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows(rows)
    assert len(read_gold(labels(tmp_path, file.getvalue(), "utf-8-sig")).clusters) == 1


@pytest.mark.parametrize(
    ("answer", "values", "said"),
    [
        ("perhaps", {}, "line 2: same is 'perhaps'; write yes or no"),
        ("yes", {"judged_kind": "agency"}, "'agency' is none of wire_copy"),
        ("yes", {"start": "ten"}, "start and end are whole numbers"),
        ("yes", {"start": "90", "end": "4"}, "is empty or negative"),
    ],
)
def test_bad_cells_are_named(
    result: ScanResult, tmp_path: Path, answer: str, values: dict[str, str], said: str
) -> None:
    """A cell that cannot be read is refused with file and line."""
    first = result.passages[1]
    text = judged(
        sheet(prepare(result)), {(f"c-{first.cluster_id}", m.doc_id): answer for m in first.members}, **values
    )
    with pytest.raises(ConfigError, match=said):
        read_gold(labels(tmp_path, text))


def test_an_untouched_sheet_and_another_table(result: ScanResult, tmp_path: Path) -> None:
    """A sheet that nobody filled in, a table that is none, and one in another encoding are refused with advice."""
    with pytest.raises(ConfigError, match="nothing is judged"):
        read_gold(labels(tmp_path, sheet(prepare(result))))
    with pytest.raises(ConfigError, match="no annotation sheet"):
        read_gold(labels(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(ConfigError, match="save the sheet as CSV in UTF-8"):
        read_gold(labels(tmp_path, "same,cluster\nété,1\n", "latin-1"))
    with pytest.raises(ConfigError, match="no column doc_id"):
        read_gold(labels(tmp_path, "same,cluster\nyes,1\n"))


def test_the_sample_is_the_same_every_time(result: ScanResult) -> None:
    """A sample has as many clusters as asked for, the same on every run; 0 means all."""
    ready = prepare(result)

    def clusters(source: str) -> set[str]:
        return {r["cluster"] for r in csv.DictReader(io.StringIO(source.removeprefix("\ufeff"), newline=""))}

    assert len(clusters(sheet(ready, 3))) == 3
    assert sheet(ready, 3) == sheet(prepare(result), 3)
    assert len(clusters(sheet(ready, 0))) == 8
    assert clusters(sheet(ready, 3)) < clusters(sheet(ready, 5))
