"""Report what a scan found of a planted corpus: recall by damage and length, precision, must-not spans.

    python -m benchmarks.planted_report planted/gold.jsonl dedup-report -o results

writes `planted.md`, `planted.json` and `planted.svg` to the folder of `-o`. With the articles beside the labels, plants
that have the six content words of a passage are told apart from others: in a large corpus words that most articles have
are known as such, and a run of them is no passage.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from benchmarks.planting.chart import Panel, draw
from benchmarks.planting.measure import LENGTH_NAMES, measure

LEAST_SHOWN = 5
CONTENT = "Recall where no letter is misread, by content words"
HALF_LINE = "A passage counts as found when one cluster of the scan covers at least half of it and of its source."


def report(gold: Path, out: Path, folder: Path, *, seed: int = 0) -> dict[str, Any]:
    """Write the report of the scan in `out` against `gold` to `folder`; return its figures.

    Raises as `benchmarks.planting.measure.measure`, and `OSError` when the folder cannot be written.
    """
    articles = gold.with_name("articles.jsonl")
    figures = measure(gold, out, seed=seed, articles=articles if articles.exists() else None)
    beside = gold.with_name("planted.json")
    base = json.loads(beside.read_text(encoding="utf-8"))["base"] if beside.exists() else None
    figures["base"] = base
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "planted.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (folder / "planted.md").write_text(markdown(figures), encoding="utf-8")
    (folder / "planted.svg").write_text(chart(figures), encoding="utf-8")
    return figures


def markdown(figures: Mapping[str, Any]) -> str:
    """Return the figures as a Markdown page."""
    recall = figures["recall"]
    lines = [
        "# Planted reuse",
        "",
        f"{figures['sizes']['planted']} planted clusters, {figures['sizes']['predicted']} found by the scan. "
        f"{HALF_LINE} Recall is the mean over clusters (95 % bootstrap interval, clusters).",
        "",
        f"Recall of damaged and undamaged passages together: {_with_interval(recall['overall'])}.",
        *_section("Recall by edits and misread characters", _rates_table(recall["by_edit_and_ocr_rate"])),
        *(_section(CONTENT, _content_table(recall["by_content"])) if "by_content" in recall else ()),
        *_section("Recall by edits, misread characters and length", _cells_table(recall["cells"])),
        *_section("Recall by kind of plant, all links", _plant_table(figures["by_plant"])),
        *_section("Precision of links between documents", _precision_table(figures["precision"])),
        *_remarks(figures),
    ]
    return "\n".join(lines) + "\n"


def _section(title: str, table: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    for number, row in enumerate(table):
        yield f"| {' | '.join(row)} |"
        if number == 0:
            yield "|" + "---|" * len(row)


def _with_interval(figures: Mapping[str, Any]) -> str:
    if figures["value"] is None:
        return "–"
    return f"{figures['value']:.3f} ({figures['low']:.2f}–{figures['high']:.2f}, {figures['n']})"


def _percent(rate: float) -> str:
    return f"{100 * rate:g} %"


def _rates_table(cells: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Edit rates down, OCR rates across."""
    edits, ocrs = (sorted({c[k] for c in cells}) for k in ("edit_rate", "ocr_rate"))
    at = {(c["edit_rate"], c["ocr_rate"]): _with_interval(c) for c in cells}
    head = ["edits per word", *(f"misread {_percent(o)}" for o in ocrs)]
    return [head, *([_percent(e), *(at.get((e, o), "–") for o in ocrs)] for e in edits)]


def _content_table(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Edit rates down; plants that are passages by definition, with six content words, and others across."""
    at = {(r["edit_rate"], r["by_definition"]): _with_interval(r) for r in rows if r["ocr_rate"] == 0}
    head = ["edits per word", "six content words and more", "fewer, which make no passage"]
    rates = sorted({e for e, _ in at})
    return [head, *([_percent(e), *(at.get((e, d), "–") for d in (True, False))] for e in rates)]


def _cells_table(cells: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Edit and OCR rates down, lengths in words across; each with the number of clusters."""
    lengths = [name for name in LENGTH_NAMES if any(c["length"] == name for c in cells)]
    at = {(c["edit_rate"], c["ocr_rate"], c["length"]): f"{c['value']:.2f} ({c['n']})" for c in cells}
    rows = sorted({(c["edit_rate"], c["ocr_rate"]) for c in cells})
    head = ["edits per word", "misread characters", *(f"{name} words" for name in lengths)]
    return [head, *([_percent(e), _percent(o), *(at.get((e, o, n), "–") for n in lengths)] for e, o in rows)]


def _plant_table(by_plant: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    head = ["plant", "recall", "clusters", "links", "found"]
    rows = [[k, f"{f['value']:.3f}", *(str(f[x]) for x in ("n", "links", "found"))] for k, f in by_plant.items()]
    return [head, *rows]


def _precision_table(precision: Mapping[str, Any]) -> list[list[str]]:
    head = ["kind", "mean over clusters", "over links", "of one plant", "links", "right"]
    rows = {"all": precision["all"], **precision["by_kind"]}
    return [head, *([kind, *_precision_row(f)] for kind, f in rows.items())]


def _precision_row(figures: Mapping[str, Any]) -> list[str]:
    shares = (_plain(figures[k]) for k in ("by_link", "of_one_plant"))
    return [_with_interval(figures), *shares, str(figures["links"]), str(figures["right"])]


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _remarks(figures: Mapping[str, Any]) -> Iterator[str]:
    apart, furniture = figures["must_not"], figures["furniture"]
    yield from ("", f"Pairs of unrelated spans linked: {apart['violated']} of {apart['pairs']}.")
    if furniture is not None:
        share = _plain(furniture["value"])
        yield from (
            "",
            f"Furniture suppressed: {furniture['suppressed']} of {furniture['pieces']} ({share}).",
        )
    if figures["base"] not in (None, "invented"):
        yield from ("", f"{figures['base']} has reuse of its own without labels: precision is a lower bound.")


def chart(figures: Mapping[str, Any]) -> str:
    """Return recall by edit rate (without misreading) and by OCR rate (without edits), a line a length.

    Points of fewer than `LEAST_SHOWN` clusters are left out: the table has them.
    """
    cells = figures["recall"]["cells"]
    panels = [
        _panel(cells, "edit_rate", "ocr_rate", "Words edited", "edits per word, %"),
        _panel(cells, "ocr_rate", "edit_rate", "Characters misread", "misread characters, %"),
    ]
    return draw([p for p in panels if p.at], "recall")


def _panel(cells: Sequence[Mapping[str, Any]], along: str, fixed: str, title: str, axis: str) -> Panel:
    shown = [c for c in cells if c[fixed] == 0 and c["n"] >= LEAST_SHOWN]
    rates = sorted({c[along] for c in shown})
    at = {(c["length"], c[along]): c["value"] for c in shown}
    names = [n for n in LENGTH_NAMES if any(c["length"] == n for c in shown)]
    lines = {f"{n} words": [at.get((n, r)) for r in rates] for n in names}
    return Panel(title=title, axis=axis, at=[100 * r for r in rates], lines=lines)


@click.command()
@click.argument("gold", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("planted-report"))
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="For intervals and samples.")
def main(gold: Path, out: Path, output: Path, seed: int) -> None:
    """Compare the scan in the folder OUT with the labels GOLD of a planted corpus."""
    try:
        figures = report(gold, out, output, seed=seed)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(markdown(figures), nl=False)


if __name__ == "__main__":
    main()
