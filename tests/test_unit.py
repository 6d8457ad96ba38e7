"""Pages with many stories: passages are found in them, and nothing is said of them as whole texts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from dedup import Config, ConfigError, scan
from dedup.cli import main
from tests.prose import BRIDGE, BUDGET, FERRY, RATES, WOLVES

SHARED = f"{FERRY} {RATES}"


def pages() -> list[dict[str, str]]:
    """Two pages with nothing else than one story, and a third with that story among others."""
    return [
        {"id": "a", "outlet": "gazette", "text": SHARED},
        {"id": "b", "outlet": "herald", "text": SHARED},
        {"id": "c", "outlet": "echo", "text": f"{BUDGET}\n\n{BRIDGE}\n\n{SHARED}\n\n{WOLVES}"},
    ]


def test_pages_have_passages_and_no_relations() -> None:
    """Passages are those of articles; pairs and clusters of documents are absent, and a warning says why."""
    as_articles, as_pages = scan(pages(), Config()), scan(pages(), Config(unit="page"))
    assert as_articles.documents
    assert as_articles.pairs
    assert as_pages.passages == as_articles.passages
    assert (as_pages.documents, as_pages.pairs) == ((), ())
    assert [w for w in as_pages.manifest["warnings"] if "page with many stories (--unit page)" in w]
    assert not [w for w in as_articles.manifest["warnings"] if "many stories" in w]


def test_the_report_says_why(tmp_path: Path) -> None:
    """Summary, near-duplicates and pairs of the report say that pages were not compared as wholes, on `--unit page`."""
    source = tmp_path / "pages.jsonl"
    source.write_bytes(b"".join(msgspec.json.encode(page) + b"\n" for page in pages()))
    said = {}
    for unit in ("article", "page"):
        out = tmp_path / unit
        run = CliRunner().invoke(main, ["scan", str(source), "--unit", unit, "-o", str(out)])
        assert run.exit_code == 0, run.output
        said[unit] = (out / "report.html").read_text("utf-8").count("page with many stories, so whole documents")
        assert bool((out / "pairs.jsonl").read_bytes()) == (unit == "article")
    assert said == {"article": 0, "page": 3}


def test_the_unit_counts_as_a_setting(tmp_path: Path) -> None:
    """It changes the fingerprint, stands in files, and is one of two; without it fingerprints are as they were."""
    assert Config(unit="page").fingerprint() != Config().fingerprint()
    path = tmp_path / "dedup.toml"
    path.write_text('unit = "page"\n', "utf-8")
    assert Config.from_toml(path) == Config(unit="page")
    plain = msgspec.json.decode(msgspec.json.encode(Config(unit="page").to_dict()))
    assert Config.from_dict(plain).unit == "page"
    with pytest.raises(ConfigError, match="unit"):
        Config(unit="leaf")  # type: ignore[arg-type]
