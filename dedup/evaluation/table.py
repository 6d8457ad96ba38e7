"""The figures as a plain text table. Names from the labels or the scan are shown with odd characters
escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MAX_LISTED = 10


def format_table(result: Mapping[str, Any]) -> str:
    """Return the result of `evaluate` as text for a terminal, without colour, ending in a newline."""
    lines = [*_heading(result), *_passages(result["passages"]), *_documents(result["documents"])]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _heading(result: Mapping[str, Any]) -> Iterator[str]:
    gold, out = result["gold"], result["output"]
    yield (
        f"Labels: {gold['clusters']} clusters with {gold['links']} links, {gold['must_not_groups']} must-not "
        f"groups, {gold['pairs']} pairs, {gold['stories']} documents with a story."
    )
    yield f"Scan: {out['passages']} passages, {out['document_clusters']} document clusters."
    seen, named = gold["documents_in_output"], gold["documents"]
    yield f"{seen} of the {named} labelled documents stand in a result."
    if named and not seen:
        yield "No labelled document stands in any result: are these the labels of that scan?"


def _passages(figures: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "PASSAGES", "")
    yield from _grid([_HEAD, *_main_rows(figures)])
    yield from ("", *_character_lines(figures))
    for aspect, values in figures["recall_by"].items():
        if values:
            head = [f"recall by {aspect}", "recall", "clusters", "links", "found"]
            yield from ("", *_grid([head, *(_recall_row(v, f) for v, f in values.items())]))
    for name in ("kind", "scope"):
        yield from _confusion(f"{name}, label and found", figures[name]["confusion"])
    yield from _must_not(figures["must_not"])


_HEAD = ["figure", "value", "95 % from", "to", "n"]


def _main_rows(figures: Mapping[str, Any]) -> Iterator[list[str]]:
    for name in ("link_recall", "link_precision"):
        f = figures[name]
        yield _interval_row(name.replace("_", " "), f["value"], f)
    yield ["link F1", _number(figures["link_f1"])]
    for name in ("kind", "scope"):
        f = figures[name]
        yield _interval_row(f"{name} accuracy", f["accuracy"], f)
    yield from _origin_rows(figures["origin"])


def _character_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    characters, plagdet = figures["characters"], figures["plagdet"]
    yield from _grid(
        [
            ["", "precision", "recall", "F1", "n"],
            *([f"characters, {w}", *_prf(characters[w]), str(characters["clusters"])] for w in ("micro", "macro")),
        ]
    )
    parts = ", ".join(f"{k} {_number(plagdet[k])}" for k in ("plagdet", "precision", "recall", "granularity"))
    yield from ("", f"{parts} ({plagdet['cases']} cases, {plagdet['detections']} detections)")


def _origin_rows(origin: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, title in (("doc_id", "origin document"), ("agency", "origin agency")):
        yield [f"{title} accuracy", _number(origin[name]["accuracy"]), "", "", str(origin[name]["n"])]
    silent = origin["unsupported"]
    yield ["abstained, no origin labelled", _number(silent["abstained"]), "", "", str(silent["n"])]


def _interval_row(name: str, value: float | None, figures: Mapping[str, Any]) -> list[str]:
    return [name, _number(value), _number(figures["low"]), _number(figures["high"]), str(figures["n"])]


def _recall_row(name: str, figures: Mapping[str, Any]) -> list[str]:
    counts = [str(figures[k]) for k in ("clusters", "links", "found")]
    return [f"  {_safe(name)}", _number(figures["recall"]), *counts]


def _confusion(title: str, table: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    if not table:
        return
    columns = sorted({c for row in table.values() for c in row})
    yield from ("", title)
    rows = [[f"  {_safe(gold)}", *(str(row.get(c, 0)) for c in columns)] for gold, row in table.items()]
    yield from _grid([["", *map(_safe, columns)], *rows])


def _must_not(figures: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"must not be linked: {figures['violated']} of {figures['cases']} violated")
    for violation in figures["violations"][:MAX_LISTED]:
        spans = " and ".join(f"{_safe(s['doc_id'])} [{s['start']}, {s['end']})" for s in violation["spans"])
        yield f"  {_safe(violation['group'])}: {spans}, in {', '.join(map(_safe, violation['cluster_ids']))}"
    more = len(figures["violations"]) - MAX_LISTED
    if more > 0:
        yield f"  … and {more} more"


def _documents(figures: Mapping[str, Any]) -> Iterator[str]:
    near, relations, stories = figures["near_duplicates"], figures["relations"], figures["stories"]
    yield from ("", "DOCUMENTS", "")
    yield from _grid(
        [
            ["figure", "precision", "recall", "F1", "n"],
            ["near-duplicate pairs", *_prf(near), str(near["n"])],
            ["stories, B-cubed", *_prf(stories["bcubed"]), str(stories["documents"])],
            ["stories, adjusted Rand index", "", "", _number(stories["ari"]), str(stories["documents"])],
            ["relation accuracy", "", "", _number(relations["accuracy"]), str(relations["n"])],
        ]
    )
    yield from _confusion("relation, label and found", relations["confusion"])


def _prf(figures: Mapping[str, Any]) -> list[str]:
    return [_number(figures[k]) for k in ("precision", "recall", "f1")]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _safe(text: str) -> str:
    """Return text from outside, short and unable to steer a terminal."""
    shown = "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _grid(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Align columns: the first to the left and 30 wide at least, the others to the right and 10 wide at
    least.
    """
    width = max(30, *(len(row[0]) for row in rows))
    wide = [max(10, *(len(r[c]) for r in rows if c < len(r))) for c in range(1, max(map(len, rows)))]
    for row in rows:
        cells = (cell.rjust(w) for cell, w in zip(row[1:], wide, strict=False))
        yield "  ".join((row[0].ljust(width), *cells))
