"""Figures, sentences, labels and rank."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dedup.model import Origin, ScanResult
from dedup.report.facts import count_skipped, gather, sentences
from dedup.report.labels import carriers, number, percent, plural, ranked
from dedup.report.network import network


def test_figures_of_the_small_scan(result: ScanResult) -> None:
    """Every count is what one finds by hand in the test data."""
    facts = gather(result)
    assert (facts.documents, facts.carriers, facts.outlets, facts.groups, facts.unnamed) == (
        1204,
        10,
        10,
        8,
        1,
    )
    assert (facts.passages, facts.by_scope) == (8, (7, 0, 1))
    assert facts.by_kind["wire_copy"] == (3, 0, 0)
    assert facts.by_kind["boilerplate"] == (0, 0, 1)
    assert (facts.document_clusters, facts.clustered_documents) == (1, 3)
    assert (facts.furniture, facts.furniture_places) == (3, 5)


def test_sentences_of_the_small_scan(result: ScanResult) -> None:
    """The summary in words has the same figures, in the right number."""
    assert sentences(gather(result)) == [
        "1,204 documents were read.",
        "8 shared passages were found: 7 across outlets, 0 within one outlet, 1 within one document.",
        "10 documents carry them, from 10 outlets of 8 independent groups; 1 document names no outlet and counts as "
        "one.",
        "The widest (shared statement) is carried by 3 outlets of 3 groups.",
        "1 passage was credited to an agency: Harbour Wire 1.",
        "1 cluster of near-duplicate documents joins 3 documents.",
        "3 texts of site furniture were set aside.",
    ]


def test_who_was_first_is_said_of_the_network(result: ScanResult) -> None:
    """With the outlets of the network the summary says of how many passages the dates tell who had them first."""
    facts = gather(result, network(result).outlets)
    assert facts.firsts == (("Sawat al-Mina", 1), ("Vell Courier", 1), ("港口晨报", 1))
    said = (
        "For 3 passages across outlets the dates tell who had them first: Sawat al-Mina 1, Vell Courier 1, 港口晨报 1."
    )
    assert said in sentences(facts)


def test_many_agencies_are_summed_up(result: ScanResult) -> None:
    """Four agencies are named, the others counted."""
    origins = [Origin(agency=f"Agency {n}") for n in (1, 1, 1, 2, 3, 4, 5, 6)]
    credited = [replace(p, origin=o) for p, o in zip(result.passages, origins, strict=True)]
    assert (
        "8 passages were credited to an agency: Agency 1 3, Agency 2 1, Agency 3 1, Agency 4 1, 2 others 2."
        in sentences(gather(replace(result, passages=tuple(credited))))
    )


def test_without_any_outlet_none_are_counted_out(result: ScanResult) -> None:
    """Where no document names an outlet the summary counts documents, and says why."""
    bare = [replace(p, members=tuple(replace(m, outlet=None) for m in p.members)) for p in result.passages]
    said = sentences(gather(replace(result, passages=tuple(bare), manifest={})))
    assert "10 documents carry them; none names an outlet, so each counts as an outlet of its own." in said
    assert "The widest (shared statement) is carried by 3 documents." in said


def test_an_empty_manifest_claims_nothing(empty: ScanResult) -> None:
    """Without counts the number of documents is unknown, not zero, and nothing found is said so."""
    facts = gather(empty)
    assert facts.documents is None
    assert facts.warnings == ()
    assert sentences(facts) == ["No shared passages were found.", "No near-duplicate documents were found."]


@pytest.mark.parametrize("broken", [{"counts": 3, "families": [], "warnings": "x", "reading": None}, {"counts": {}}])
def test_a_broken_manifest_is_borne(result: ScanResult, broken: dict[str, object]) -> None:
    """Keys of a wrong type are as good as missing."""
    facts = gather(replace(result, manifest=broken))
    assert facts.documents is None
    assert facts.groups == facts.outlets == 10


def test_missing_signals_are_warned_of_once(result: ScanResult) -> None:
    """No dates, no outlets and skipped inputs are said, unless the scan's own warnings already say so."""
    bare = [
        replace(p, members=tuple(replace(m, outlet=None, published=None) for m in p.members)) for p in result.passages
    ]
    silent = replace(result, passages=tuple(bare), manifest={"reading": {"skipped": 2}})
    assert [w.split(":")[0] for w in gather(silent).warnings] == [
        "No document has a date",
        "No document names an outlet",
        "2 inputs were skipped; see manifest.json.",
    ]
    told = replace(silent, manifest={"warnings": ["No dates.", "No outlets.", "2 skipped."]})
    assert gather(told).warnings == ("No dates.", "No outlets.", "2 skipped.")


def test_skipped_inputs_are_counted_in_any_form() -> None:
    """A number, a list, or reasons with either or a counted entry; other keys are not counted."""
    assert count_skipped({"skipped": 3}) == 3
    assert count_skipped({"skipped": ["a", "b"], "files": 9}) == 2
    assert count_skipped({"skipped": {"no text": 2, "too long": ["x"]}}) == 3
    counted = {"no text": {"count": 2, "examples": ["a:1", "a:2"]}}
    assert count_skipped({"skipped": counted, "unread": counted, "merged": counted}) == 4


def test_rank_is_scope_then_groups_then_documents_then_length(result: ScanResult) -> None:
    """The order of the report, and the same whatever order the clusters come in."""
    expected = ["b2e1", "a1f0", "07b6", "e5b4", "18c7", "d4c3", "c3d2", "f6a5"]
    assert [p.cluster_id[:4] for p in ranked(result.passages)] == expected
    assert [p.cluster_id[:4] for p in ranked(reversed(result.passages))] == expected


def test_carriers_in_words(result: ScanResult) -> None:
    """Outlets and groups are named apart; documents only when they are more than the outlets."""
    wire = result.passages[0]
    assert carriers(wire) == "carried by 4 outlets of 2 groups"
    assert carriers(replace(wire, n_documents=9)) == "carried by 4 outlets of 2 groups in 9 documents"
    assert carriers(replace(wire, n_outlets=1, n_families=1)) == "carried by 1 outlet in 4 documents"
    assert carriers(result.passages[5]) == "repeated 3 times in one document"


def test_numbers_in_words() -> None:
    """Thousands are apart, one is singular, and no share short of the whole reads as 100 %."""
    assert number(1234567) == "1,234,567"
    assert plural(1, "copy", "copies") == "1 copy"
    assert plural(0, "copy", "copies") == "0 copies"
    assert [percent(x).rstrip("%").strip() for x in (0.9999, 1.0, 0.57, -1.0, 2.0)] == [
        "99",
        "100",
        "57",
        "0",
        "100",
    ]
    assert percent(float("nan")) == "unknown"


def test_furniture_is_not_the_widest(result: ScanResult) -> None:
    """A login wall that most outlets carry is not what the summary names."""
    wall = replace(result.passages[0], cluster_id="wall", kind="boilerplate", n_documents=40, n_outlets=9, n_families=9)
    assert gather(replace(result, passages=(wall, *result.passages))).widest == gather(result).widest
    assert gather(replace(result, passages=(wall,))).widest is None
