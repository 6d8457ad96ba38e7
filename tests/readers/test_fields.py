"""Field names: the usual ones are understood, options override them, and wrong options are errors."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from dedup.config import ReadConfig
from dedup.errors import ConfigError
from dedup.model import Document
from dedup.readers.documents import LONGEST_EXTRA, outlet_of
from dedup.readers.fields import NAMES, FieldMap
from tests.readers.helpers import counts, read_bytes, read_memory

NAMED = [(field, name) for field, names in NAMES.items() for name in names if field not in ("text", "extra", "html")]


@pytest.mark.parametrize(("field", "name"), NAMED)
def test_every_name(field: str, name: str) -> None:
    """Every listed name fills its field, in any spelling."""
    value = "2016-05-03" if field == "published" else "value"
    expected = ("value",) if field == "captions" else value
    for spelling in (
        name,
        name.upper(),
        name.replace("_", "-"),
        name.replace("_", " ").title().replace(" ", ""),
    ):
        (document,), _ = read_memory([{"text": "a", spelling: value}])
        assert getattr(document, field) == expected


@pytest.mark.parametrize("name", NAMES["text"])
def test_every_name_of_the_text(name: str) -> None:
    """So does every name of the text."""
    assert read_memory([{name: "a"}])[0][0].text == "a"


def test_the_documents_own_names_come_first() -> None:
    """Among several names of one field the preferred wins wherever it stands; the others stay in `extra`."""
    (document,), _ = read_memory([{"content": "c", "body": "b", "text": "a", "source": "s", "outlet": "o"}])
    assert (document.text, document.outlet) == ("a", "o")
    assert document.extra == {"content": "c", "body": "b", "source": "s"}


@pytest.mark.parametrize("empty", [None, ""])
def test_the_next_name_fills_in(empty: str | None) -> None:
    """A preferred field that is null or empty gives way to the next."""
    (document,), _ = read_memory([{"text": empty, "body": "b", "outlet": empty, "domain": "d.example"}])
    assert (document.text, document.outlet) == ("b", "d.example")


def test_records_of_different_shape() -> None:
    """Each record is read by the names that it has."""
    documents, _ = read_memory([{"text": "a"}, {"body": "b", "headline": "t"}, {"content": "c"}])
    assert [(document.text, document.title) for document in documents] == [
        ("a", None),
        ("b", "t"),
        ("c", None),
    ]


def test_options_override() -> None:
    """Named fields are taken, and the usual ones for them are not."""
    record = {
        "main": "m",
        "text": "t",
        "key": 7,
        "id": 8,
        "paper": "p",
        "outlet": "o",
        "seen": "2016",
        "date": "2017",
    }
    options = {"text_field": "main", "id_field": "key", "outlet_field": "paper", "date_field": "seen"}
    (document,), _ = read_memory([record], **options)
    assert (document.text, document.id, document.outlet, document.published) == ("m", "7", "p", "2016")
    assert document.extra == {"text": "t", "id": 8, "outlet": "o", "date": "2017"}


def test_a_field_taken_by_an_option_is_not_taken_again() -> None:
    """A field named as the text is not the outlet as well, but an id may be the address too."""
    (document,), _ = read_memory(
        [{"source": "a text", "url": "https://a.example/1"}], text_field="source", id_field="url"
    )
    assert (document.text, document.id, document.url) == (
        "a text",
        "https://a.example/1",
        "https://a.example/1",
    )
    assert document.outlet == "a.example"


@pytest.mark.parametrize("option", ["text_field", "id_field", "outlet_field", "date_field"])
def test_option_that_names_no_field(option: str, tmp_path: Path) -> None:
    """An option for a field that no record has is an error that names the fields and the nearest."""
    raw = b'{"text": "a", "artcle": "b"}\n'
    with pytest.raises(
        ConfigError, match=rf"{option}: no record has a field 'article'; did you mean 'artcle'\?"
    ) as found:
        read_bytes(tmp_path, "a.jsonl", raw, **{option: "article"})
    assert found.value.exit_code == 2


def test_option_that_names_a_rare_field() -> None:
    """A field that only one record has is enough."""
    documents, log = read_memory(
        [{"text": str(n)} for n in range(50)] + [{"text": "z", "paper": "p"}], outlet_field="paper"
    )
    assert [document.outlet for document in documents] == [None] * 50 + ["p"]
    assert log.complete


def test_option_for_plain_text(tmp_path: Path) -> None:
    """Plain text has no fields to name; without any record there is nothing to complain of."""
    with pytest.raises(ConfigError, match="plain text has no fields"):
        read_bytes(tmp_path, "a.txt", b"x", id_field="key")
    assert read_bytes(tmp_path, "a.jsonl", b"", id_field="key")[0] == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" name ", "name"),
        ({"id": None, "name": "name"}, "name"),
        (["a", {"name": "b"}, "c"], "a, b, c"),
        (7, "7"),
        ("", None),
        (" ", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_values_that_are_no_strings(value: object, expected: str | None) -> None:
    """Objects with a name, lists and whole numbers become strings, and NaN is a missing value."""
    (document,), log = read_memory([{"text": "a", "author": value}])
    assert document.author == expected
    assert log.changed == {}


@pytest.mark.parametrize("value", [True, 1.5, {"a": 1}, [["a"]], object()])
def test_values_of_the_wrong_type(value: object) -> None:
    """Other values are left out and counted; the document stays."""
    (document,), log = read_memory([{"text": "a", "title": value}])
    assert document.title is None
    assert counts(log.changed) == {"field of the wrong type left out": 1}


def test_captions() -> None:
    """Captions are one string, a list of strings, or of objects; blank ones are none."""
    values = ["one", ["one", " ", "two"], [{"text": "one"}, {"caption": "two"}, {"credit": "x"}]]
    documents, _ = read_memory([{"text": str(n), "captions": value} for n, value in enumerate(values)])
    assert [document.captions for document in documents] == [("one",), ("one", "two"), ("one", "two")]


def test_extra_holds_small_plain_values() -> None:
    """Unknown fields are kept where they are small and plain, also those of a field called extra."""
    long = "x" * (LONGEST_EXTRA + 1)
    record = {
        "text": "a",
        "s": "s",
        "i": 1,
        "f": 0.5,
        "b": True,
        "big": 2**64,
        "n": None,
        "l": [1],
        "o": {},
        "e": "",
        "long": long,
    }
    (document,), _ = read_memory([record | {"nan": float("nan"), "extra": {"deep": 1, "list": []}}])
    assert document.extra == {"s": "s", "i": 1, "f": 0.5, "b": True, "deep": 1}


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.example.org/a", "example.org"),
        ("http://News.Example.org:80/a?b#c", "news.example.org"),
        ("//cdn.example.org/a", "cdn.example.org"),
        ("https://user:secret@example.org/", "example.org"),
        ("example.org/a/b", "example.org"),
        ("www.example.co.uk", "example.co.uk"),
        ("https://example.org.", "example.org"),
        ("https://b\u00fccher.example/", "b\u00fccher.example"),
        ("mailto:desk@example.org", None),
        ("file:///etc/passwd", None),
        ("/news/1.html", None),
        ("page.html?x=1", "page.html"),
        ("rain", None),
        ("https://", None),
        ("https://www./", None),
    ],
)
def test_outlet_of_an_address(url: str, outlet: str | None) -> None:
    """The host without www. stands for a missing outlet; what has no host gives none."""
    assert outlet_of(url) == outlet


def test_outlet_given_wins_over_the_address() -> None:
    """The address only fills in."""
    records = [
        {"text": "a", "outlet": "Post", "url": "https://x.example"},
        {"text": "b", "url": "https://x.example"},
    ]
    assert [document.outlet for document in read_memory(records)[0]] == ["Post", "x.example"]


def test_documents_pass_through() -> None:
    """A document with id, outlet and date worked out comes back as it is."""
    document = Document(
        text="a",
        id="x",
        title="t",
        outlet="o",
        published="long ago",
        published_precision="year",
        timestamp=-5.0,
        url="https://u.example",
        canonical_url="https://c.example",
        lang="en",
        author="w",
        agency="AFP",
        version_of="v",
        captions=("c",),
        extra={"k": 1},
    )
    assert read_memory([document])[0] == [document]


def test_documents_as_mappings() -> None:
    """The fields of a document, as a mapping, give the same document; what is worked out is not extra."""
    record = {
        "text": "a",
        "id": "x",
        "published": "2016-05-03",
        "captions": ["c"],
        "url": "https://o.example",
    }
    (document,), _ = read_memory([record | {"note": 1}])
    assert read_memory([dataclasses.asdict(document)])[0] == [document]
    assert document.extra == {"note": 1}


def test_documents_are_completed() -> None:
    """A document without id or time gets both."""
    (document,), _ = read_memory([Document(text="a", published="2016-05-03", url="https://www.o.example/")])
    assert (document.outlet, document.published_precision, document.timestamp) == (
        "o.example",
        "day",
        1462233600.0,
    )
    assert len(document.id) == 16


@pytest.mark.parametrize("record", ["a text", 5, None, ["text"]])
def test_records_that_are_none(record: Any) -> None:
    """What is neither document nor mapping is skipped and counted."""
    documents, log = read_memory([record, {"text": "a"}])
    assert [document.text for document in documents] == ["a"]
    assert counts(log.skipped) == {"neither a document nor a mapping": 1}


def test_document_with_a_text_that_is_none() -> None:
    """A document whose text is no string is skipped like any record."""
    broken: Any = None
    assert counts(read_memory([Document(text=broken)])[1].skipped) == {"text of the wrong type": 1}


def test_keys_that_are_no_strings() -> None:
    """Such keys of a mapping in memory are passed over."""
    record: dict[Any, Any] = {"text": "a", 5: "x", None: "y"}
    assert read_memory([record])[0][0].extra == {}


def test_wild_variety_of_fields() -> None:
    """Thousands of records with names of their own are read, advice stays short, and options still apply."""
    records = [{"text": str(n), f"field{n}": n} for n in range(3000)]
    documents, _ = read_memory(records, id_field="field2500")
    assert len(documents) == 3000
    assert documents[2500].id == "2500"
    with pytest.raises(ConfigError) as raised:
        read_memory(records, id_field="key")
    assert len(str(raised.value)) < 300


def test_memory_of_field_names_is_bounded() -> None:
    """What is remembered of names does not grow with their variety."""
    fields = FieldMap(ReadConfig())
    for n in range(3000):
        fields.plan((f"field{n}", "text"))
    assert len(fields._plans) <= 1024
    assert len(fields._names) <= 200
