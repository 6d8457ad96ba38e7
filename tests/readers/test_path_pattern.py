"""Path patterns: outlet, date and id from where a file lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup.errors import ConfigError
from dedup.readers.path_pattern import FIELDS, PathPattern
from tests.readers.helpers import counts, ids, read

MATCHES = [
    (
        "{outlet}/{date}/{id}.txt",
        "/data/bbc/2016-05-03/17.txt",
        {"outlet": "bbc", "published": "2016-05-03", "id": "17"},
    ),
    ("{outlet}/{date}/{id}.txt", "bbc/2016/17.txt.gz", {"outlet": "bbc", "published": "2016", "id": "17"}),
    ("{outlet}/{date}/{id}.txt", "2016-05-03/17.txt", None),
    ("{outlet}/{date}/{id}.txt", "a/b/c.csv", None),
    ("/{outlet}/{id}.txt", "data/bbc/x.y.txt", {"outlet": "bbc", "id": "x.y"}),
    ("./{outlet}/{id}.txt", "data/bbc/x.txt", {"outlet": "bbc", "id": "x"}),
    ("{date}-{id}.txt", "a/2016-05-03-17.txt", {"published": "2016-05-03", "id": "17"}),
    ("{date}_{id}.txt", "a/20160503_17.txt", {"published": "20160503", "id": "17"}),
    ("{outlet}-{date}.txt", "a/la-voz-2016-05.txt", {"outlet": "la-voz", "published": "2016-05"}),
    ("{outlet}_{date}.txt", "a/bbc_3 May 2016.txt", {"outlet": "bbc", "published": "3 May 2016"}),
    ("{id}.txt.gz", "a/1.txt.gz", {"id": "1"}),
    ("{outlet}.jsonl", "a/post.jsonl.zst", {"outlet": "post"}),
    (
        "{lang}/{agency}/{author}/{title}.txt",
        "x/en/AFP/me/rain.txt",
        {"lang": "en", "agency": "AFP", "author": "me", "title": "rain"},
    ),
    ("(a+)*{outlet}.txt", "(a+)*b.txt", {"outlet": "b"}),
    ("{outlet}.txt", "../../etc/passwd.txt", {"outlet": "passwd"}),
]


@pytest.mark.parametrize(("pattern", "path", "fields"), MATCHES)
def test_match(pattern: str, path: str, fields: dict[str, str] | None) -> None:
    """A pattern is matched on whole parts at the end of the path; all but the fields is literal."""
    assert PathPattern(pattern).match(path, path) == fields


@pytest.mark.parametrize(
    "pattern",
    ["{paper}.txt", "{id}/{id}.txt", "{outlet}{id}.txt", "{outlet.txt", "outlet}.txt", "a.txt", "{}", ""],
)
def test_wrong_pattern(pattern: str) -> None:
    """A pattern that cannot work is an error that lists the fields."""
    with pytest.raises(ConfigError) as raised:
        PathPattern(pattern)
    assert all(f"{{{name}}}" in str(raised.value) for name in FIELDS)


def test_dates_in_words_stand_below_the_named_folder() -> None:
    """Above it, a folder of any name would pass for a date."""
    pattern = PathPattern("{outlet}/{date}/{id}.txt")
    assert pattern.match("/home/me/news/read.txt", "read.txt") is None
    assert pattern.match("/home/bbc/2016/17.txt", "17.txt") == {
        "outlet": "bbc",
        "published": "2016",
        "id": "17",
    }
    assert pattern.match("/home/bbc/May 2016/17.txt", "bbc/May 2016/17.txt") is not None


def test_text_files(tmp_path: Path) -> None:
    """Fields of the path become fields of the document; files that do not fit keep their path as id."""
    (tmp_path / "bbc" / "2016-05-03").mkdir(parents=True)
    (tmp_path / "bbc" / "2016-05-03" / "17.txt").write_text("a")
    (tmp_path / "odd.txt").write_text("b")
    documents, log = read(tmp_path, path_pattern="{outlet}/{date}/{id}.txt")
    assert [(d.id, d.outlet, d.published, d.published_precision) for d in documents] == [
        ("17", "bbc", "2016-05-03", "day"),
        ("odd.txt", None, None, None),
    ]
    assert counts(log.warnings) == {"path does not fit the path pattern": 1}
    assert log.complete


def test_the_folder_named_may_be_part_of_the_match(tmp_path: Path) -> None:
    """The pattern sees the whole path, so it works from inside the folder as well."""
    (tmp_path / "bbc").mkdir()
    (tmp_path / "bbc" / "17.txt").write_text("a")
    (document,), _ = read(tmp_path / "bbc", path_pattern="{outlet}/{id}.txt")
    assert (document.outlet, document.id) == ("bbc", "17")


def test_files_of_records(tmp_path: Path) -> None:
    """There the path fills what a record lacks, and its id is never that of all records."""
    (tmp_path / "post.jsonl").write_text('{"text": "a"}\n{"text": "b", "outlet": "own"}\n{"text": "c", "outlet": ""}\n')
    documents, _ = read(tmp_path, path_pattern="{outlet}.jsonl")
    assert [document.outlet for document in documents] == ["post", "own", "post"]
    documents, log = read(tmp_path, path_pattern="{id}.jsonl")
    assert "post" not in ids(documents)
    assert log.complete


def test_pattern_that_fits_nothing(tmp_path: Path) -> None:
    """A pattern that fits no path at all is an error with a path as an example."""
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(ConfigError, match=r"fits no path that was read, such as .*a\.txt"):
        read(tmp_path, path_pattern="{outlet}/x/{id}.txt")
