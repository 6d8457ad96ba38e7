"""The corpus with one document of each group."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dedup.model import ScanResult
from dedup.report.kept import Keep, kept_corpus


def lines(found: tuple[bytes, ...]) -> dict[str, Any]:
    return {record["id"]: record for record in map(json.loads, found)}


@pytest.mark.parametrize(
    ("keep", "prefer", "kept"),
    [
        ("earliest", (), "courier-1"),
        ("longest", (), "courier-1"),
        ("outlet-order", ("Tarn Valley Courier", "Vell Courier"), "courier-3"),
        ("outlet-order", ("vell courier",), "courier-1"),
    ],
)
def test_one_of_each_group_is_kept(result: ScanResult, keep: Keep, prefer: tuple[str, ...], kept: str) -> None:
    """The policy chooses; the others stand in the other file with what stands for them, and nothing is lost."""
    dated = {k: replace(d, published=f"2024-03-0{n}") for n, (k, d) in enumerate(result.texts.items(), 1) if n < 10}
    texts = {**result.texts, **{k: replace(d, timestamp=None) for k, d in dated.items()}}
    members = tuple(replace(m, published=texts[m.doc_id].published) for m in result.documents[0].members)
    changed = replace(result, texts=texts, documents=(replace(result.documents[0], members=members),))
    found = kept_corpus(changed, texts.values(), keep, prefer)
    stays, aside = lines(found.kept), lines(found.set_aside)
    group = {"courier-1", "courier-2", "courier-3"}
    assert stays.keys() | aside.keys() == texts.keys()
    assert not stays.keys() & aside.keys()
    assert group & stays.keys() == {kept}
    assert aside.keys() == group - {kept}
    assert {r["dedup"]["kept"] for r in aside.values()} == {kept}
    assert stays[kept]["dedup"] == {"group": "29d8e1f0a213547f", "documents": 3}
    assert stays["blog-1"]["dedup"] == {"group": None}
    assert all(r["text"] == texts[i].text for i, r in {**stays, **aside}.items())


def test_the_representative_stays_where_dates_leave_it_open(result: ScanResult) -> None:
    """Without dates the earliest is not known: the representative is kept."""
    members = tuple(replace(m, published=None) for m in result.documents[0].members)
    bare = {k: replace(d, published=None, timestamp=None) for k, d in result.texts.items()}
    changed = replace(result, texts=bare, documents=(replace(result.documents[0], members=members),))
    assert "courier-2" in lines(kept_corpus(changed, bare.values(), "earliest").kept)


def test_documents_that_no_result_names_are_kept(result: ScanResult) -> None:
    """A document of the input that is in no result stays as it is."""
    other = replace(result.texts["blog-1"], id="new")
    assert "new" in lines(kept_corpus(result, [*result.texts.values(), other], "earliest").kept)
