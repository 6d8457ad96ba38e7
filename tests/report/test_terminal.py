"""The summary on the terminal, and progress."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from dedup.model import Origin, ScanResult
from dedup.progress import Progress
from dedup.report.terminal import RichProgress, print_summary
from tests.report.hostile import HOSTILE, poisoned


def _printed(result: ScanResult, width: int = 100) -> str:
    file = StringIO()
    print_summary(result, Path("out") / "week 9", Console(file=file, width=width))
    return file.getvalue()


def _lines(text: str) -> list[str]:
    return [" ".join(row.split()) for row in text.splitlines()]


def test_summary_of_the_small_scan(result: ScanResult) -> None:
    """Figures, the table, the five widest clusters, what was set aside, warnings and the report's place."""
    lines = _lines(_printed(result))
    assert "1,204 documents were read." in " ".join(lines)
    assert "1 cluster of near-duplicate documents joins 3 documents." in " ".join(lines)
    assert "wire_copy 3 0 0 3" in lines
    assert "all 7 0 1 8" in lines
    at = lines.index("Widest passages")
    heads = [row for row in lines[at + 1 : at + 11] if re.match(r"\d ", row)]
    assert heads[1] == "2 wire_copy carried by 4 outlets of 2 groups, credited to Harbour Wire"
    assert [row[0] for row in heads] == list("12345")
    assert "Set aside 2 by furniture, 1 by known text; see suppressed.jsonl" in lines
    assert "4 inputs were skipped: 3 without text, 1 with a line too long." in lines
    assert f"Report {Path('out') / 'week 9' / 'report.html'}" in lines


def test_summary_of_nothing(empty: ScanResult) -> None:
    """A scan that found nothing says so and has no empty tables."""
    lines = _lines(_printed(empty))
    assert "No shared passages were found. No near-duplicate documents were found." in lines
    assert not {"Passages", "Widest passages", "Read with care"} & set(lines)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(result: ScanResult, width: int) -> None:
    """The summary fits narrow and wide terminals."""
    text = _printed(replace(result, passages=result.passages[:4]), width)
    assert max(len(row) for row in text.splitlines()) <= width


def test_hostile_text_commands_neither_terminal_nor_markup(result: ScanResult) -> None:
    """Escape sequences and overrides are shown, console markup is printed as it stands."""
    poison = "\x1b[2J\x1b]0;x\x07 [red]boo[/red] [/] \u202egnp"
    wire = replace(result.passages[0], text=poison, n_families=9, origin=Origin(agency=poison))
    changed = replace(result, passages=(wire,), manifest={"warnings": [poison]})
    text = _printed(replace(changed, suppressed=(replace(result.suppressed[0], rule=poison),)), 200)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert text.count("␛[2J␛]0;x␇ [red]boo[/red] [/] ⟦RLO⟧gnp") == 5


@pytest.mark.parametrize("poison", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_in_every_field_are_inert(result: ScanResult, poison: str) -> None:
    """In whatever field they stand the summary has no control character, and keeps to a page."""
    text = _printed(poisoned(result, poison))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert len(text.splitlines()) < 80


def test_no_colour_is_respected(result: ScanResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR set a terminal gets weights, but no colours; without it, it gets colours."""
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7]m")
    monkeypatch.setenv("TERM", "xterm-256color")
    printed = []
    for value in (None, "1"):
        if value:
            monkeypatch.setenv("NO_COLOR", value)
        else:
            monkeypatch.delenv("NO_COLOR", raising=False)
        file = StringIO()
        print_summary(result, Path("out"), Console(file=file, width=100, force_terminal=True))
        printed.append(bool(colour.search(file.getvalue())))
    assert printed == [True, False]


def _run(progress: Progress) -> None:
    progress.stage("read", None)
    progress.advance(1204)
    progress.warn("[bold]4 inputs\x1b[2J skipped")
    progress.stage("tokens", 10)
    for _ in range(10):
        progress.advance()
    progress.stage("align", 7)
    progress.advance(3)
    progress.stage("clusters", None)


def test_a_short_scan_is_one_line() -> None:
    """Stages that took no time have no line of their own; warnings and the time of all have."""
    file = StringIO()
    with RichProgress(Console(file=file, width=80)) as progress:
        _run(progress)
    shown = [re.sub(r"\d+\.\d s", "T", row) for row in file.getvalue().splitlines()]
    assert shown == ["warning: [bold]4 inputs␛[2J skipped", "done in T"]


def test_progress_without_a_terminal_is_a_line_a_stage() -> None:
    """A log gets finished stages and warnings, each on its own line, and nothing that moves."""
    file = StringIO()
    with RichProgress(Console(file=file, width=80), least_seconds=0.0) as progress:
        _run(progress)
    shown = [re.sub(r"\d+\.\d s", "T", row) for row in file.getvalue().splitlines()]
    assert shown == [
        "warning: [bold]4 inputs␛[2J skipped",
        "read: 1,204 in T",
        "tokens: 10 in T",
        "align: 3 of 7 in T",
        "clusters in T",
        "done in T",
    ]


def test_progress_on_a_terminal_draws_bars_and_leaves_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a bar moves, the cursor comes back at the end, and finished stages stay as lines."""
    monkeypatch.setenv("TERM", "xterm-256color")
    file = StringIO()
    progress = RichProgress(Console(file=file, width=80, force_terminal=True), least_seconds=0.0)
    _run(progress)
    progress.close()
    text = file.getvalue()
    assert "━" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") > 0
    assert "1,204 in" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_a_stage_that_fails_is_not_said_to_be_done() -> None:
    """After an exception the unfinished stage has no line, and the exception goes on."""

    def interrupted(progress: RichProgress) -> None:
        with progress:
            progress.stage("read", 5)
            raise KeyboardInterrupt

    file = StringIO()
    with pytest.raises(KeyboardInterrupt):
        interrupted(RichProgress(Console(file=file, width=80)))
    assert file.getvalue() == ""
