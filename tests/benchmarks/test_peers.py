"""The comparison with other tools: how found clusters are scored, what the scripts share, what the tables say."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from benchmarks.bare import loops
from benchmarks.bare import table as bare_table
from benchmarks.peers.__main__ import Labels, Run, read_labels, score, table, timed
from benchmarks.peers.common import Clusters, articles, shingles

LABELS = Labels(pairs=[("a", "b"), ("c", "d")], stories={"a": "1", "b": "1", "c": "2", "d": "2", "e": "3"})
OURS = Run(tool="dedup", setting="", articles=5, wall=2.0, cpu=3.0, peak_mb=9.0, recall=1.0, precision=None, clusters=0)


def test_recall_and_precision() -> None:
    """Pairs found and pairs that are right are counted by documents, in overlapping clusters too."""
    assert score([["a", "b"], ["c", "d"]], LABELS) == (1.0, 1.0)
    assert score([["a", "b", "e"]], LABELS) == (0.5, 1 / 3)
    assert score([["a", "e"], ["a", "b"]], LABELS) == (0.5, 0.5)
    assert score([], LABELS) == (0.0, None)


def test_labels_are_near_duplicates_and_stories(tmp_path: Path) -> None:
    """Partial pairs are no near-duplicates; clusters and texts kept apart are passed over."""
    records = [
        {"pair": ["a", "b"], "relation": "contains"},
        {"pair": ["a", "c"], "relation": "partial"},
        {"doc_id": "a", "story": "s"},
        {"must_not": 1, "doc_id": "a", "start": 0, "end": 1},
    ]
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in records))
    assert read_labels(path) == Labels(pairs=[("a", "b")], stories={"a": "s"})


def test_scripts_read_shingle_and_join(tmp_path: Path) -> None:
    """Articles in order; a short text is one shingle; clusters join over others, single documents are left out."""
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n')
    assert list(articles(path)) == [("a", "x"), ("b", "y")]
    assert shingles("One, two three", 2) == {"one two", "two three"}
    assert shingles("One", 2) == {"one"}
    clusters = Clusters(4)
    clusters.join(2, [1])
    clusters.join(3, [2])
    clusters.write(tmp_path / "out.jsonl", ["a", "b", "c", "d"])
    assert (tmp_path / "out.jsonl").read_text() == '["b", "c", "d"]\n'


def test_time_and_memory_are_those_of_the_process() -> None:
    """A process that holds 64 MB is seen to; one that fails ends the comparison with what it said."""
    wall, cpu, peak = timed([sys.executable, "-c", "x = bytearray(1 << 26)"])
    assert (wall > 0, cpu >= 0, peak > 64) == (True, True, True)
    with pytest.raises(click.ClickException, match="no such setting"):
        timed([sys.executable, "-c", "raise SystemExit('no such setting')"])


def test_ratios_are_to_our_run_on_the_same_articles() -> None:
    """Twice the wall time and half the CPU time of ours."""
    peer = replace(OURS, tool="other", wall=4.0, cpu=1.5, precision=0.5)
    assert table([OURS, peer]).splitlines()[-1] == "| 5 | other |  | 1.000 | 0.500 | 4.0 | 1.5 | 9 | 2.0 | 0.5 |"


def test_bare_loops_do_the_same_work() -> None:
    """Both sides of a step find as many words; texts that bytes tell nothing of are refused."""
    steps = loops(["The ferry ran aground at dawn on Monday, the harbour office said."] * 3)
    own, bare = steps["tokenise"]
    assert len(own()[0]) == bare() == 36
    with pytest.raises(ValueError, match="not alike"):
        loops(["新华社北京五月四日电" * 9])
    assert "| tokenise, shingle and sign | 4.0 | 2.0 | 50% |" in bare_table(
        {"tokenise": [2e-6, 1e-6], "shingle and sign": [2e-6, 1e-6]}, 1
    )
