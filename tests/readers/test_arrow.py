"""Parquet and Arrow files, and tables in memory: the same documents as from records."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from dedup import scan
from dedup.errors import InputError
from tests.readers.helpers import counts, read, read_memory, texts
from tests.readers.test_pages import TEXT, built, story
from tests.readers.test_protocol import RECORDS

ROWS: list[dict[str, Any]] = [dict(r) for r in RECORDS]


def write_parquet(table: pa.Table, path: Path) -> None:
    parquet.write_table(table, path, row_group_size=5)


def write_file(table: pa.Table, path: Path) -> None:
    with ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=5)


def write_stream(table: pa.Table, path: Path) -> None:
    with ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=5)


FORMATS: dict[str, tuple[str, Callable[[pa.Table, Path], None]]] = {
    "parquet": ("a.parquet", write_parquet),
    "file": ("a.arrow", write_file),
    "stream": ("a.arrow", write_stream),
    "feather": ("a.feather", lambda table, path: feather.write_feather(table, str(path))),
}


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write(form: str, table: pa.Table, folder: Path) -> Path:
    name, writer = FORMATS[form]
    writer(table, folder / name)
    return folder / name


def test_same_documents(form: str, tmp_path: Path) -> None:
    """Every field of every document, in the order of the rows, in several row groups."""
    documents, log = read(write(form, pa.Table.from_pylist(ROWS), tmp_path))
    assert documents == read_memory(ROWS)[0]
    assert (log.records, log.complete, log.messages()) == (len(ROWS), True, ())


def test_types(form: str, tmp_path: Path) -> None:
    """Dates, numbers, lists, missing values, bytes and dictionaries mean what they do in records."""
    table = pa.table(
        {
            "doc_id": pa.array([7, 8]),
            "body": pa.array(["Rain.", None]).dictionary_encode(),
            "date": pa.array([datetime.datetime(2031, 5, 6, 7, 8), None], pa.timestamp("us", "UTC")),
            "captions": pa.array([["A boat."], []]),
            "embedding": pa.array([[0.1] * 4, [0.2] * 4]),
            "raw": pa.array([b"\xff", b"\xfe"]),
            "words": pa.array([1, 2]),
        }
    )
    (document,), log = read(write(form, table, tmp_path))
    assert (document.id, document.text, document.captions) == ("7", "Rain.", ("A boat.",))
    assert (document.published, document.published_precision) == ("2031-05-06T07:08:00+00:00", "second")
    assert document.extra == {"words": 1}
    assert counts(log.skipped) == {"no text": 1}


def test_pages_in_a_column(form: str, tmp_path: Path) -> None:
    """A column of pages is read as pages, as text or as bytes."""
    for values in ([built(story()).decode()], [built(story())]):
        (document,), _ = read(write(form, pa.table({"html": values, "url": ["https://quay.example/1"]}), tmp_path))
        assert document.text.startswith(TEXT[0])
        assert document.outlet == "quay.example"


def test_missing_column(form: str, tmp_path: Path) -> None:
    """A table without a text: each row is counted where the file was named; in a folder it is left out."""
    path = write(form, pa.table({"id": ["a", "b"], "headline": ["x", "y"]}), tmp_path)
    documents, log = read(path)
    assert (documents, counts(log.skipped)) == ([], {"no text": 2})
    assert "the fields are id, headline" in log.messages()[0]
    documents, log = read(tmp_path)
    assert (documents, log.complete) == ([], True)
    assert counts(log.warnings) == {"file in which no record has a text, left out": 1}


@pytest.mark.parametrize("cut", [3, 60, 400])
def test_cut_short(form: str, cut: int, tmp_path: Path) -> None:
    """A cut file is counted as damaged; other files are read."""
    path = write(form, pa.Table.from_pylist(ROWS), tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    (tmp_path / "b.txt").write_text("plain")
    documents, log = read(tmp_path)
    assert texts(documents)[-1] == "plain"
    if not (form == "stream" and cut == 3):  # the end mark of a stream may be missing
        assert counts(log.unread) == {"damaged or cut short": 1}


@pytest.mark.parametrize("seed", range(12))
def test_noise_inside(form: str, seed: int, tmp_path: Path) -> None:
    """Noise anywhere in the file is a counted loss or other values, never a crash."""
    path = write(form, pa.Table.from_pylist(ROWS[:6]), tmp_path)
    raw = np.frombuffer(path.read_bytes(), np.uint8).copy()
    generator = np.random.default_rng(seed)
    places = generator.integers(0, len(raw), 12)
    raw[places] = generator.integers(0, 256, 12)
    path.write_bytes(raw.tobytes())
    documents, log = read(path)
    assert len(documents) == 6 or not log.complete or log.warnings


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    """Two columns of one name are a warning."""
    table = pa.table([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    write_file(table, tmp_path / "a.arrow")
    documents, log = read(tmp_path)
    assert texts(documents) == ["b"]
    assert counts(log.warnings) == {"two columns have one name": 1}


def test_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says what to install."""
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'dedup-news\[parquet\]'"):
        read(tmp_path)


FRAMES: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars, lazy": pl.LazyFrame,
    "pyarrow": pa.Table.from_pylist,
    "generator": lambda rows: (row for row in rows),
    "splits": lambda rows: {"train": Split(rows[:5]), "test": Split(rows[5:])},
}


class Split(list[dict[str, Any]]):
    """A part of a data set as those of Hugging Face are: an iterable of dicts that knows its columns."""

    column_names = ("id", "text")


@pytest.mark.parametrize("name", FRAMES)
def test_tables_in_memory(name: str) -> None:
    """Rows of any table are records."""
    documents, log = read_memory(FRAMES[name](ROWS))
    assert documents == read_memory(ROWS)[0]
    assert log.complete


@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
def test_missing_values(name: str) -> None:
    """A missing value is none, whatever the library calls it."""
    rows: list[dict[str, Any]] = [
        {"text": "Rain.", "outlet": None, "published": None, "words": None},
        {"text": "Snow.", "outlet": "Ledger", "published": datetime.datetime(2031, 1, 2), "words": 3},
    ]
    documents, log = read_memory(FRAMES[name](rows))
    assert [(d.outlet, d.published) for d in documents] == [(None, None), ("Ledger", "2031-01-02T00:00:00")]
    assert log.messages() == ()


def test_scan_of_a_frame() -> None:
    """`scan` takes a frame as it is."""
    wire = "The old ferry ran aground on a sandbank near the harbour mouth shortly before dawn on Monday"
    frame = pd.DataFrame({"id": ["a", "b"], "text": [f"{wire}.", f"By our staff. {wire}"], "outlet": ["x", "y"]})
    assert len(scan(frame).passages) == 1


def test_single_record() -> None:
    """One mapping is a record and no collection: that is said."""
    with pytest.raises(InputError, match="put it into a list"):
        scan({"text": "Rain."})
