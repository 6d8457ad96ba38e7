"""D33: The documents keep their word: their code runs, their links lead somewhere, every field is defined."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dedup import model, scan

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "corpus" / "README.md",
]
FORMATS = (ROOT / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Articles of the corpus in the examples' articles.jsonl: enough to find things, few enough to be quick.
MOST_ARTICLES = 40


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return language and content of every code block."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def furnish(folder: Path) -> None:
    """Lay out a copy of the corpus and the small files that examples name."""
    shutil.copytree(ROOT / "corpus", folder / "corpus", ignore=shutil.ignore_patterns("blind"))
    lines = (ROOT / "corpus" / "articles.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "articles.jsonl").write_bytes(b"".join(lines[:MOST_ARTICLES]))
    (folder / "releases.jsonl").write_bytes(b"".join(lines[:2]))
    wire = "The old ferry ran aground on a sandbank near the harbour mouth shortly before dawn on Monday"
    (folder / "wire.txt").write_text(f"{wire}, and 25 people were hurt.\n")
    (folder / "paper.txt").write_text(f"Our reporter writes: {wire}, and 75 people were hurt.\n")


def run(language: str, code: str, folder: Path) -> None:
    """Run one block; what it printed is shown when it fails."""
    if language == "json":
        assert [json.loads(line) for line in code.splitlines()]
        return
    if language == "toml":
        tomllib.loads(code)
        return
    program = {"bash": ["bash", "-euo", "pipefail", "-c", code], "python": [sys.executable, "-c", code]}[language]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=name_of)
def test_examples_run(page: Path, tmp_path: Path) -> None:
    """Every block runs, in the order of the page and in one folder; `make` lines name targets that exist."""
    furnish(tmp_path)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for language, code in blocks(page):
        if language in ("", "text"):
            assert set(re.findall(r"^make (\w+)", code, re.MULTILINE)) <= targets
        else:
            run(language, code, tmp_path)


def test_tutorial_says_what_is_found(tmp_path: Path) -> None:
    """The tutorial's scan finds the passages, the agency and the changed figure that its text names."""
    page = ROOT / "docs" / "tutorial" / "first-scan.md"
    for language, code in [b for b in blocks(page) if b[0] == "bash"]:
        run(language, code, tmp_path)
    lines = (tmp_path / "first-report" / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    passages = {frozenset(m["doc_id"] for m in p["members"]): p for p in map(json.loads, lines)}
    assert passages.keys() == {frozenset({"agency-1", "chronicle-7"}), frozenset({"agency-1", "ledger-3"})}
    wire = passages[frozenset({"agency-1", "chronicle-7"})]
    assert (wire["kind"], wire["origin"]["agency"]) == ("wire_copy", "Northlight Press Agency")
    assert [(c["from"], c["to"]) for m in wire["members"] for c in m["changed"]] == [("212", "214")]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links(page: Path) -> None:
    """Every relative link leads to a file."""
    targets = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not missing


def rows_under(title: str) -> set[str]:
    """Return the first cells of the tables under a heading of the page of formats."""
    parts = re.split(r"^#{2,3} ", FORMATS, flags=re.MULTILINE)
    found = [p for p in parts if p.split("\n", 1)[0].strip("` ") == title]
    assert len(found) == 1, f"docs/reference/formats.md needs one heading {title}"
    return set(re.findall(r"^\| `(\w+)` \| \S", found[0], re.MULTILINE))


RECORDS = [v for v in vars(model).values() if isinstance(v, type) and dataclasses.is_dataclass(v)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.__name__)
def test_fields_are_defined(record: type) -> None:
    """Every field of every record has a line in docs/reference/formats.md, and no line is left over."""
    assert rows_under(record.__name__) == {f.name for f in dataclasses.fields(record)}  # type: ignore[arg-type]


def test_manifest_is_defined() -> None:
    """Every key of the manifest, of its counts and of the reading has a line."""
    manifest = scan([{"id": "a", "text": "Rain fell on the hills."}]).manifest
    reading = set(manifest["reading"]) - {"files", "records", "read", "complete"}
    assert rows_under("manifest.json") == {*manifest, "created", *manifest["counts"], *reading}


def test_file_map_is_complete() -> None:
    """ARCHITECTURE.md names every file of the package, also when one is added or renamed."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    files = [p for p in sorted((ROOT / "dedup").rglob("*.py")) if p.name != "__init__.py"]
    missing = [name_of(p) for p in files if f"`{p.relative_to(ROOT / 'dedup')}`" not in text]
    assert not missing


def verdict_tables() -> str:
    """Return coefficients and ablation of the verdict as tables of Markdown."""
    table = json.loads((ROOT / "dedup" / "data" / "verdict.json").read_text(encoding="utf-8"))
    rows = ["| input | coefficient |", "|---|---|"]
    rows += [f"| `{name}` | {value:.2f} |" for name, value in table["coefficients"].items()]
    rows += ["", "What the features are worth, on the aligned passages of `corpus/`:", ""]
    rows += ["| features | precision | recall |", "|---|---|---|"]
    rows += [f"| {r['features']} | {r['precision']:.3f} | {r['recall']:.3f} |" for r in table["ablation"]]
    return "\n".join(rows) + "\n"


VERDICT = re.compile(r"(?<=<!-- verdict -->\n).*?(?=<!-- end of verdict -->)", re.DOTALL)


def test_verdict_is_current() -> None:
    """ARCHITECTURE.md has the coefficients and the ablation of dedup/data/verdict.json: `make listings`."""
    found = VERDICT.search((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    assert found
    assert found[0] == verdict_tables()


if __name__ == "__main__":
    page = ROOT / "ARCHITECTURE.md"
    page.write_text(VERDICT.sub(lambda _: verdict_tables(), page.read_text(encoding="utf-8")), encoding="utf-8")
