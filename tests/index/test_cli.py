"""`dedup index`: JSON lines in and out, with the exit statuses of the contract."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dedup.cli import main
from tests.index.texts import article, sentence

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*words: str, lines: str | None = None) -> Result:
    """Run `dedup index`."""
    return CliRunner().invoke(main, ["index", *words], input=lines)


def records(result: Result) -> list[dict[str, Any]]:
    """Return the lines of standard output."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(path: Path, articles: list[dict[str, Any]]) -> str:
    """Write articles as JSON lines."""
    path.write_text("".join(json.dumps(a) + "\n" for a in articles), encoding="utf-8")
    return str(path)


def test_the_life_of_an_index(tmp_path: Path) -> None:
    """Added, asked, removed, expired, compacted, verified and clustered from the command line."""
    index = str(tmp_path / "news.idx")
    articles = write(tmp_path / "a.jsonl", [article(n, (5,), day=n) for n in (1, 2, 3)])
    added = run("add", index, articles)
    assert added.exit_code == 0
    assert [(r["doc_id"], r["status"], len(r["matches"])) for r in records(added)] == [
        ("n1", "added", 0), ("n2", "added", 1), ("n3", "added", 2),
    ]  # fmt: skip
    assert [r["status"] for r in records(run("add", index, articles, "--quiet"))] == []
    assert [r["status"] for r in records(run("add", index, articles))] == ["unchanged"] * 3
    asked = write(tmp_path / "q.jsonl", [{"id": "q", "text": sentence(5)}])
    [answer] = records(run("query", index, asked, "--since", "2031-04-02", "--outlet-not", "Vale Gazette"))
    assert [m["left"]["doc_id"] for m in answer["matches"]] == ["n2"]
    assert answer["status"] is None
    [record] = [r for r in records(run("clusters", index, "-o", str(tmp_path / "out"))) if "kind" in r]
    assert (record["handle"], len(record["members"])) == ("p1", 3)
    assert (tmp_path / "out" / "report.html").exists()
    assert records(run("remove", index, "n1", "nobody")) == [{"removed": 1}]
    assert records(run("expire", index, "--before", "2031-04-03")) == [{"removed": 1}]
    assert records(run("compact", index))[0]["documents"] == 1
    assert records(run("verify", index)) == records(run("stats", index))
    assert records(run("remove", index, "-", lines="n3\n")) == [{"removed": 1}]


def test_follow_answers_line_by_line(tmp_path: Path) -> None:
    """Each line is committed and answered before the next one is read; bad lines are told and exit with 3."""
    program = "from dedup.cli import main; main()"
    command = [sys.executable, "-c", program, "index", "add", str(tmp_path / "news.idx"), "--follow"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    seen = []
    for line in (*(json.dumps(article(n, (5,))) for n in (1, 2)), "", "{no json", '{"id": "z"}', "[1]"):
        process.stdin.write(line + "\n")
        process.stdin.flush()
        if line:
            seen.append(json.loads(process.stdout.readline()))
    process.stdin.close()
    assert process.wait() == 3
    assert [(r["doc_id"], r["as_of"], len(r["matches"])) for r in seen[:2]] == [("n1", 1, 0), ("n2", 2, 1)]
    assert ["no JSON" in seen[2]["error"], "no text" in seen[3]["error"], bool(seen[4]["error"])] == [True] * 3


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("query", "none.idx", "x.jsonl"), 4, "there is no index"),
        (("remove", "none.idx", "a"), 4, "there is no index"),
        (("expire", "none.idx", "--before", "2031-01-01"), 4, "there is no index"),
        (("add", "new.idx"), 2, "--follow"),
        (("query", "new.idx"), 2, "name files"),
        (("add", "new.idx", "missing.jsonl"), 3, "missing.jsonl"),
    ],
)
def test_errors_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, message: str
) -> None:
    """Exit statuses are those of the contract, and the message names the thing."""
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == code
    assert message in result.stderr
