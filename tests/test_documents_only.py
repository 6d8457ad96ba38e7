"""`only="documents"`: near-duplicates by sketches, near what all passages tell."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from dedup import Config, ScanResult, scan
from tests.prose import BRIDGE, FERRY, filler

CORPORA = Path(__file__).parent.parent / "corpus"
NEAR = ("duplicate", "contains", "contained", "updates")


def whole(source: Any, **settings: Any) -> ScanResult:
    return scan(source, Config(only="documents", **settings))


def near(result: ScanResult) -> set[tuple[str, str]]:
    return {(p.left, p.right) for p in result.pairs if p.relation in NEAR}


@pytest.mark.parametrize("folder", [".", "second"])
def test_nearly_what_all_passages_tell(folder: str) -> None:
    """Of the near-duplicates that a whole scan finds at least nine in ten are found, and hardly others."""
    path = CORPORA / folder / "articles.jsonl"
    found, wanted = near(whole(path)), near(scan(path))
    assert len(found & wanted) >= 0.9 * len(wanted)
    assert len(found & wanted) >= 0.9 * len(found)


def test_relations_and_copies() -> None:
    """Copies, a text inside a longer one, and an unrelated one: relations as in a whole scan, nothing else listed."""
    texts = [FERRY, FERRY, f"{filler(1, 9)}\n\n{FERRY}", BRIDGE, "", filler(2, 9)]
    documents = [{"id": str(n), "text": text, "outlet": f"Outlet {n}"} for n, text in enumerate(texts)]
    result = whole(documents)
    assert [(p.left, p.right, p.relation) for p in result.pairs] == [
        (p.left, p.right, p.relation) for p in scan(documents).pairs
    ]
    assert [sorted(m.doc_id for m in c.members) for c in result.documents] == [["0", "1", "2"]]
    assert result.passages == ()
    assert (result.manifest["counts"]["documents"], result.manifest["not_comparable"]) == (6, 1)
    assert result.manifest["lsh"] is None  # no recall is stated of a banding that was not done


def test_one_way() -> None:
    """With a reference set only pairs across are found."""
    own = [{"id": n, "text": f"{FERRY} {filler(i, 1)}"} for i, n in enumerate("ab")]
    result = scan(own, Config(only="documents"), against=[{"id": "r", "text": FERRY}])
    assert near(result) == {("a", "r"), ("b", "r")}


def test_the_same_whatever_the_order_and_threads() -> None:
    """Shuffled documents and other numbers of threads give the same records."""
    documents = [json.loads(line) for line in (CORPORA / "articles.jsonl").read_text().splitlines()]
    first = whole(documents, jobs=1)
    again = whole(random.Random(3).sample(documents, len(documents)), jobs=3)
    assert (first.documents, first.pairs, first.suppressed) == (again.documents, again.pairs, again.suppressed)
