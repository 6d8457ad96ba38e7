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
from benchmarks.peers import __main__ as peers
from benchmarks.peers.__main__ import SETTINGS, Labels, Run, Setting, read_labels, score, table, timed
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
    took = timed([sys.executable, "-c", "x = bytearray(1 << 26)"])
    assert (took.wall > 0, took.cpu >= 0, took.peak_mb > 64, took.ended) == (True, True, True, True)
    with pytest.raises(click.ClickException, match="no such setting"):
        timed([sys.executable, "-c", "raise SystemExit('no such setting')"])


def test_what_takes_too_long_is_stopped() -> None:
    """With all its children; the table says how long it was waited for, and nothing of what it found."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    took = timed([sys.executable, "-c", code], 0.5)
    assert (took.ended, took.wall < 30) == (False, True)
    peer = replace(OURS, tool="other", wall=24.0, stopped=True)
    assert table([OURS, peer]).splitlines()[-1] == "| 5 | other |  | – | – | > 24.0 | – | – | > 12.0 | – |"


def test_each_peer_runs_on_larger_corpora_at_what_was_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first setting that finds as much, else the one that finds most; a run has so much of our time."""
    recalls = {"a": [0.3, 0.995], "b": [0.2, 0.5, 0.4, 0.1, 0.1, 0.1]}
    asked: list[tuple[str, Setting, float]] = []

    def run(python: Path, peer: str, setting: Setting, corpus: Path, labels: Labels, limit: float) -> Run:
        asked.append((peer, setting, limit))
        return replace(OURS, tool=peer, recall=recalls[peer][SETTINGS.index(setting)])

    (tmp_path / "gold.jsonl").write_text("")
    monkeypatch.setattr(peers, "own_run", lambda *args: OURS)
    monkeypatch.setattr(peers, "peer_run", run)
    monkeypatch.setattr(peers, "environment", lambda *args: tmp_path)
    chosen: dict[str, Setting] = {}
    assert len(list(peers.runs(tmp_path, tmp_path, ["a", "b"], chosen, 7))) == 1 + 2 + len(SETTINGS)
    assert chosen == {"a": SETTINGS[1], "b": SETTINGS[1]}
    asked.clear()
    assert len(list(peers.runs(tmp_path, tmp_path, ["a", "b"], chosen, 7))) == 3
    assert asked == [("a", SETTINGS[1], 14.0), ("b", SETTINGS[1], 14.0)]


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
