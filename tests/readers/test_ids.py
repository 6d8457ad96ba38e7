"""Ids: kept as given, made where missing, never shared by two texts."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import ReadConfig
from dedup.readers import ReadLog, read_all
from dedup.readers.ids import Claim, IdBook
from tests.readers.helpers import counts, ids, places, read, read_bytes, read_memory, texts


@pytest.mark.parametrize(
    ("given_id", "kept"),
    [
        ("a b/\u00e9", "a b/\u00e9"),
        (" padded ", " padded "),
        (7, "7"),
        (0, "0"),
        (-1, "-1"),
        (1.5, "1.5"),
        (2**70, str(2**70)),
    ],
)
def test_given_ids_round_trip(given_id: object, kept: str) -> None:
    """Strings stay as they are, numbers become strings (row D25)."""
    assert ids(read_memory([{"text": "a", "id": given_id}])[0]) == [kept]


@pytest.mark.parametrize("given_id", [None, "", "  ", float("nan"), True, ["a"], {"$oid": "x"}])
def test_unusable_ids_are_made(given_id: object) -> None:
    """What cannot be an id is replaced by a hash; ids of a wrong type are counted (row D25)."""
    (document,), log = read_memory([{"text": "a", "id": given_id}])
    assert len(document.id) == 16
    assert bool(log.changed) == isinstance(given_id, bool | list | dict)


def test_missing_id_depends_on_what_it_should() -> None:
    """Content, outlet, date and address make the id, and nothing else does (row D25)."""
    base = {"text": "a", "outlet": "o", "date": "2016", "url": "u.example"}
    made = read_memory([base])[0][0].id
    same = [
        base | {"title": "t"},
        base | {"author": "w"},
        {"url": "u.example", "body": "a", "source": "o", "pubdate": "2016"},
    ]
    assert {read_memory([record])[0][0].id for record in same} == {made}
    other = [
        base | {"text": "b"},
        base | {"outlet": "p"},
        base | {"date": "2017"},
        base | {"url": "v.example"},
    ]
    assert len({made, *(read_memory([record])[0][0].id for record in other)}) == 5


def test_missing_id_is_stable() -> None:
    """The id of a text alone is fixed for all time: indexes hold it."""
    assert read_memory([{"text": "Rain all day."}])[0][0].id == "abb8a20ce7de78c6"


def test_same_text_from_two_outlets_without_ids() -> None:
    """A reprint is a document of its own (row D24)."""
    documents, _ = read_memory([{"text": "a", "outlet": str(n)} for n in range(10)])
    assert len(set(ids(documents))) == 10


def test_same_id_and_text_is_one_document() -> None:
    """A repetition is merged into the first and counted; the reading is complete (row D26)."""
    documents, log = read_memory(
        [{"id": "a", "text": "x", "title": "first"}, {"id": "a", "text": "x", "title": "second"}]
    )
    assert [document.title for document in documents] == ["first"]
    assert counts(log.merged) == {"same id and text as a document before": 1}
    assert log.complete


def test_same_id_other_text_keeps_both() -> None:
    """The second gets `~` and 8 hex digits of its content and is counted; exit status 3 follows (row D26)."""
    documents, log = read_memory([{"id": "a", "text": text} for text in ("x", "y", "z", "y", "x")])
    suffixes = [xxhash.xxh3_64_hexdigest(text.encode())[:8] for text in "yz"]
    assert ids(documents) == ["a", f"a~{suffixes[0]}", f"a~{suffixes[1]}"]
    assert texts(documents) == ["x", "y", "z"]
    assert counts(log.renamed) == {"same id as a document before, other text": 2}
    assert counts(log.merged) == {"same id and text as a document before": 2}
    assert places(log) == [f"record:{n}: 'a' became 'a~{suffix}'" for n, suffix in zip((2, 3), suffixes, strict=True)]
    assert not log.complete
    assert not log.skipped


def test_id_that_looks_renamed() -> None:
    """An id that another would get by renaming is no trap: all texts are kept."""
    suffix = xxhash.xxh3_64_hexdigest(b"y")[:8]
    records = [{"id": f"a~{suffix}", "text": "trap"}, {"id": "a", "text": "x"}, {"id": "a", "text": "y"}]
    documents, _ = read_memory(records)
    assert ids(documents) == [f"a~{suffix}", "a", f"a~{suffix}~{suffix}"]


def test_ids_across_files(tmp_path: Path) -> None:
    """Ids are told apart over all inputs of a reading (rows D20, D26)."""
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "x"}\n{"id": 2, "text": "same"}\n')
    (tmp_path / "b.jsonl").write_text('{"id": "1", "text": "y"}\n{"id": "2", "text": "same"}\n')
    documents, log = read(tmp_path)
    assert texts(documents) == ["x", "same", "y"]
    assert ids(documents)[:2] == ["1", "2"]
    assert log.records == 4


def test_text_files_are_named_by_their_path(tmp_path: Path) -> None:
    """In a folder the id is the path below it, with slashes and suffix; one file alone has its name."""
    for name in ("b.txt", "x/a.txt", "x/y/a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert ids(read(tmp_path)[0]) == ["b.txt", "x/a.txt", "x/y/a.txt"]
    assert ids(read(f"{tmp_path}/")[0]) == ["b.txt", "x/a.txt", "x/y/a.txt"]
    assert ids(read(tmp_path / "x" / "a.txt")[0]) == ["a.txt"]


def test_text_files_of_several_folders(tmp_path: Path) -> None:
    """With several paths ids start where the paths part: a reprint in two folders is not merged away."""
    for outlet in ("post", "times"):
        (tmp_path / outlet).mkdir()
        (tmp_path / outlet / "1.txt").write_text("the same story")
    documents, log = read(tmp_path / "times", tmp_path / "post")
    assert ids(documents) == ["post/1.txt", "times/1.txt"]
    assert log.complete


def test_text_from_standard_input_is_named_by_content(tmp_path: Path) -> None:
    """A text without a path has an id made from its content."""
    assert len(read_memory([{"text": "a"}])[0][0].id) == 16
    assert ids(read_bytes(tmp_path, "plain", b"a")[0]) == ["plain"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2**64 - 1) | st.integers(0, 3))))
def test_book_of_ids(claims: list[tuple[str, int]]) -> None:
    """An id always stands for one text; new ids are new; a repetition changes nothing."""
    book, held = IdBook(), {}
    for doc_id, text_hash in claims:
        got, claim = book.claim(doc_id, text_hash)
        assert (got in held) == (claim is Claim.REPEATED)
        assert held.setdefault(got, text_hash) == text_hash
        assert got.startswith(doc_id)
        assert (got == doc_id) or claim is not Claim.NEW


RECORDS = [
    {"id": "a", "text": "Rain.", "outlet": "x"},
    {"id": "a", "text": "Snow.", "outlet": "y"},
    {"id": "a", "text": "Rain.", "outlet": "w"},
    {"id": "b", "text": "Hail."},
    {"id": "a", "text": "Sleet."},
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
def test_who_keeps_an_id_does_not_depend_on_the_order(order: tuple[int, ...]) -> None:
    """Of several texts with one id the same keeps it in any order, and of one text the same fields stay (row D16)."""
    log, expected_log = ReadLog(), ReadLog()
    expected = read_all(RECORDS, ReadConfig(), expected_log)
    documents = read_all([RECORDS[n] for n in order], ReadConfig(), log)
    assert sorted(documents, key=lambda d: d.id) == sorted(expected, key=lambda d: d.id)
    assert len({d.id for d in documents}) == 4
    assert next(d.outlet for d in documents if d.text == "Rain.") == "w"
    assert (log.read, counts(log.merged), counts(log.renamed)) == (
        4,
        {"same id and text as a document before": 1},
        {"same id as a document before, other text": 2},
    )
    assert log.records == len(RECORDS)
