"""Accuracy against labels never falls below the committed floors, on the corpus and on its blind half."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from dedup import scan
from dedup.evaluate import evaluate
from dedup.store.results import write_results

ROOT = Path(__file__).resolve().parent.parent
FLOORS = json.loads((Path(__file__).parent / "listings" / "floors.json").read_text(encoding="utf-8"))


def figures(folder: Path, out: Path) -> dict[str, float]:
    """Return the judged figures of a labelled corpus; `must_not` is the share of barred links that are absent."""
    write_results(scan(folder / "articles.jsonl"), out)
    passages = evaluate(folder / "gold.jsonl", out)["passages"]
    return {
        "link_recall": passages["link_recall"]["value"],
        "link_precision": passages["link_precision"]["value"],
        "must_not": 1.0 - passages["must_not"]["rate"],
        "characters_f1": passages["characters"]["micro"]["f1"],
    }


@pytest.mark.parametrize("corpus", sorted(FLOORS))
def test_floors(corpus: str, tmp_path: Path) -> None:
    """Each figure is at least its floor; a floor may be raised, and is lowered only with a reason in the commit."""
    found = figures(ROOT / corpus, tmp_path / "out")
    assert found.keys() == FLOORS[corpus].keys()
    low = {name: (found[name], floor) for name, floor in FLOORS[corpus].items() if found[name] < floor}
    assert not low, f"{corpus}: below the floor (found, floor): {low}"


def test_a_floor_can_fail(tmp_path: Path) -> None:
    """Documents that share nothing have no recall: the figures come from the scan, not from the labels."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    texts = {
        "a": "Rain fell on the northern hills all day",
        "b": "The council sold its oldest tram on Friday",
    }
    lines = [json.dumps({"id": name, "text": text, "outlet": name}) for name, text in texts.items()]
    (folder / "articles.jsonl").write_text("\n".join(lines))
    members = [{"doc_id": name, "start": 0, "end": 30} for name in texts]
    gold = [
        {
            "cluster": "c",
            "kind": "wire_copy",
            "scope": "cross_outlet",
            "wording": "verbatim",
            "members": members,
        },
        {"must_not": "n", **members[0]},
        {"must_not": "n", **members[1]},
    ]
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, gold)))
    assert figures(folder, tmp_path / "out")["link_recall"] == 0.0


def table(results: dict[str, dict[str, float]]) -> str:
    """Return figures as a table of Markdown, a column a corpus."""
    rows = [["figure", *results], ["---"] * (len(results) + 1)]
    rows += [[name, *(f"{r[name]:.3f}" for r in results.values())] for name in next(iter(results.values()))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(table({name: figures(ROOT / name, Path(place) / "out") for name in sorted(FLOORS)}))
