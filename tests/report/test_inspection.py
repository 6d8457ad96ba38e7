"""`inspect` on the terminal and as JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from rich.console import Console

from dedup.cli import main
from dedup.config import ReadConfig
from dedup.readers import describe
from dedup.report.inspection import print_inspection


def written(folder: Path, records: list[dict[str, Any]]) -> Path:
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in records))
    return path


def shown(path: Path, limit: int = 100) -> str:
    console = Console(file=io.StringIO(), width=100)
    print_inspection(describe([path], ReadConfig(), limit), console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_everything_is_said(tmp_path: Path) -> None:
    """Formats, counts, dates, outlets, fields, samples, warnings and the estimate."""
    records: list[dict[str, Any]] = [
        {"doc_id": n, "body": f"Rain fell on day {n}.", "source": f"Outlet {n % 2}", "date": f"2031-02-0{n}", "odd": 1}
        for n in range(1, 7)
    ]
    text = " ".join(shown(written(tmp_path, [*records, {"body": 5}])).split())
    for part in (
        *("Files: 1 jsonl.", "7 records in all, 6 documents.", "6 of 6 have a date, 2031-02-01 to 2031-02-06."),
        *("6 have an outlet, of 2: Outlet 0 (3), Outlet 1 (3).", "A scan of everything takes about 1 s", "0.3 GB"),
        *("text body (7)", "published date (6)", "(none) odd", "1 · Outlet 1 · 2031-02-01", "Rain fell on day 5."),
        "skipped: text of the wrong type: 1",
    ):
        assert part in text, text


def test_hostile_text_is_harmless(tmp_path: Path) -> None:
    """Markup and control characters of the input are shown as text, or not at all."""
    text = shown(written(tmp_path, [{"text": "[red]a[/red] \x1b[31m\x07b", "outlet": "[bold]x[/]", "o[/]d": "1"}]))
    assert "[red]a[/red]" in text
    assert "[bold]x[/]" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_nothing(tmp_path: Path) -> None:
    """An input without a record is described as such."""
    (tmp_path / "a.jsonl").write_text("")
    assert "0 records in all, 0 documents." in " ".join(shown(tmp_path).split())


def test_estimate_of_the_rest(tmp_path: Path) -> None:
    """Where records are left, the size of the files is the measure; else it is what was read."""
    path = written(tmp_path, [{"text": f"{n:04} " * 200} for n in range(1000)])
    part, whole = (describe([path], ReadConfig(), limit)["estimate"] for limit in (10, 1000))
    assert whole["characters"] == 1_000_000
    assert 0.9 < part["characters"] / whole["characters"] < 1.2
    assert whole["memory_bytes"] > 26 * 1_000_000


def test_command(tmp_path: Path) -> None:
    """`--json` prints JSON and nothing else; without it people are addressed."""
    path = str(written(tmp_path, [{"text": "Rain."}]))
    found = json.loads(CliRunner().invoke(main, ["inspect", path, "--json"]).stdout)
    assert (found["records"], found["characters"]) == (1, 5)
    assert "Files: 1 jsonl." in CliRunner().invoke(main, ["inspect", path]).stdout
