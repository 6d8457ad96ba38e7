"""Handles of clusters: who goes on, who ends in whom, who comes from whom."""

from __future__ import annotations

from dedup.index.handles import Handles, decode, follow
from dedup.model import DocumentCluster, DocumentMember, ScanResult


def result(**clusters: str) -> ScanResult:
    """Return a result with clusters of documents, named by one letter each."""
    made = [
        DocumentCluster(
            cluster_id=name,
            representative=ids[0],
            earliest=None,
            cohesion=1.0,
            members=tuple(
                DocumentMember(
                    doc_id=i, outlet=None, published=None, title=None, url=None, relation="duplicate", share=1.0
                )
                for i in ids
            ),
        )
        for name, ids in clusters.items()
    ]
    return ScanResult(passages=(), documents=tuple(made), pairs=(), suppressed=(), manifest={})


def test_handles_are_given_in_order_of_members() -> None:
    """New clusters get the next numbers, in order of their first members; numbers are not used again."""
    first = follow(Handles(), result(x="cd", y="ab"), 1)
    assert first.clusters == {"d1": "y", "d2": "x"}
    second = follow(first, result(z="ef"), 2)
    assert second.clusters == {"d3": "z"}
    assert (second.as_of, second.merged_into, second.split_from) == (2, {}, {})


def test_most_members_in_common_win() -> None:
    """A handle goes on with the cluster that has most of its members; the rest is split from it."""
    first = follow(Handles(), result(x="abcde"), 1)
    second = follow(first, result(y="ab", z="cde"), 2)
    assert second.clusters == {"d1": "z", "d2": "y"}
    assert second.split_from == {"d2": "d1"}


def test_a_merged_handle_names_its_heir_for_good() -> None:
    """Of two clusters that become one the larger goes on, and the other says so, also after the next merger."""
    first = follow(Handles(), result(x="ab", y="cde", z="fghi"), 1)
    second = follow(first, result(v="abcde", w="fghi"), 2)
    assert second.clusters == {"d2": "v", "d3": "w"}
    assert second.merged_into == {"d1": "d2"}
    third = follow(second, result(u="abfghi"), 3)
    assert third.clusters == {"d3": "u"}
    assert third.merged_into == {"d1": "d3", "d2": "d3"}


def test_ties_go_to_the_older_handle() -> None:
    """Where two handles have as many members in a cluster the older goes on, whatever the order of clusters."""
    first = follow(Handles(), result(x="ab", y="cd"), 1)
    for names in ("mn", "nm"):
        second = follow(first, result(**{names[0]: "abcd"}), 2)
        assert second.clusters == {"d1": names[0]}


def test_they_are_stored_whole() -> None:
    """Written and read they are the same."""
    handles = follow(follow(Handles(), result(x="abcde"), 1), result(y="ab", z="cde"), 2)
    assert decode(handles.encode(), "x") == handles
