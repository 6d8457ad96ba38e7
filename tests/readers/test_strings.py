"""Records of plain strings take a short way to their document: it must end where the long one does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import ReadConfig
from dedup.model import Document
from dedup.readers import ReadLog
from dedup.readers.documents import DocumentBuilder
from dedup.readers.draft import Draft, finished
from dedup.readers.ids import LateBook

NAMES = ("id", "text", "title", "outlet", "source", "published", "url", "author", "section", "timestamp", "captions")
VALUES = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.text("ab \u00e9\u2014\n", max_size=6),
    st.sampled_from(["2031-05-04", "04/05/31", "https://www.gazette.example/a", " gazette.example/b ", "2031"]),
)
RECORDS = st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1)


def made(record: dict[str, Any], *, clean: bool, most: int = 12) -> tuple[object, dict[str, Any]]:
    log = ReadLog()
    builder = DocumentBuilder(ReadConfig(max_document_bytes=most), log)
    return builder.from_record(record, ("a.jsonl", 3), {}, clean), log.to_dict()


@given(RECORDS)
def test_the_short_way_ends_where_the_long_one_does(record: dict[str, Any]) -> None:
    """A record known to be clean gives the document, and the counts, of one that is not."""
    assert made(record, clean=True) == made(record, clean=False)


def test_most_records_take_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of plain strings is not looked at closer: that is what makes reading quick."""
    monkeypatch.setattr(DocumentBuilder, "_document", None)
    record = {"id": "a", "body": "Rain.", "source": "gazette", "date": "2031-05-04", "url": "u", "desk": "sport"}
    document, _ = made(record, clean=True, most=1000)
    assert isinstance(document, Document)
    assert (document.text, document.outlet, document.timestamp) == ("Rain.", "gazette", 1_935_619_200.0)
    assert document.extra == {"desk": "sport"}


def test_a_finished_draft_is_a_document() -> None:
    """What was a draft has the type, the equality and the hardness of a document."""
    document = finished(Draft(text="Rain.", id="a"))
    assert type(document) is Document
    assert document == Document(text="Rain.", id="a")
    with pytest.raises(AttributeError):
        document.text = "Sun."  # type: ignore[misc]


def test_places_of_repeated_ids() -> None:
    """The book gives every place of an id that came twice, of the right input, and no other."""
    book = LateBook()
    for doc_id, place in (("a", ("x", 1)), ("b", ("x", 2)), ("a", ("y", None)), ("c", ("x", 4)), ("a", ("x", 5))):
        book.note(doc_id, place)
    assert book.places == {"a": [("x", 1), ("y", None), ("x", 5)]}


def test_the_book_holds_little_of_a_document() -> None:
    """Of a million documents it may not hold hundreds of megabytes."""
    import tracemalloc

    names = [f"d{n}" for n in range(20_000)]
    tracemalloc.start()
    book = LateBook()
    for n, name in enumerate(names):
        book.note(name, ("x", n))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 20_000 * 24
