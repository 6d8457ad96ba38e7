"""Tables: quoting, broken rows, ragged rows and columns."""

from __future__ import annotations

import csv
import gzip
import tracemalloc
from pathlib import Path

import pytest

from tests.readers.helpers import counts, ids, places, read, read_bytes, texts


def test_quotes_with_newlines(tmp_path: Path) -> None:
    """A quoted field holds delimiters, doubled quotes and line ends as they are."""
    raw = b'id,text\r\n1,"one, ""two""\r\nthree\n"\r\n2,four\r\n'
    documents, log = read_bytes(tmp_path, "a.csv", raw)
    assert texts(documents) == ['one, "two"\r\nthree\n', "four"]
    assert log.complete


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_places_are_first_lines(line_end: bytes, tmp_path: Path) -> None:
    """A row is named by the line where it begins, counting those inside quotes."""
    raw = line_end.join([b"id,text", b'1,"a', b'b"', b"2,c,surplus", b"", b"3,d,surplus"])
    _, log = read_bytes(tmp_path, "a.csv", raw)
    assert places(log) == ["a.csv:4: 3 fields, 2 columns", "a.csv:6: 3 fields, 2 columns"]


def test_no_text_column(tmp_path: Path) -> None:
    """Without a column for the text every row is skipped, counted, and the message says what there is."""
    documents, log = read_bytes(tmp_path, "a.csv", b"id,words\n1,a\n2,b\n")
    assert documents == []
    assert counts(log.skipped) == {"no text": 2}
    assert places(log)[0] == "a.csv:2: the fields are id, words"


def test_ragged_rows(tmp_path: Path) -> None:
    """Missing cells are a repair; cells beyond the header are a loss, unless they are empty (row D4)."""
    raw = b"id,text,outlet\n1,a\n2,b,o\n3,c,o,x\n4,d,o,,\n5\n"
    documents, log = read_bytes(tmp_path, "a.csv", raw)
    assert ids(documents) == ["1", "2", "4"]
    assert counts(log.changed) == {"row has fewer fields than the header": 2}
    assert counts(log.skipped) == {"no text": 1, "row has more fields than the header": 1}
    assert log.records == 5


def test_blank_rows_are_no_records(tmp_path: Path) -> None:
    """Empty lines, and rows of nothing but delimiters, are passed over."""
    documents, log = read_bytes(tmp_path, "a.csv", b"\n\nid,text\n\n1,a\n,\n,\n\n2,b\n")
    assert ids(documents) == ["1", "2"]
    assert log.records == 2


def test_field_over_the_default_limit_of_csv(tmp_path: Path) -> None:
    """A field longer than 131,072 characters is read."""
    long = "x" * 300_000
    documents, log = read_bytes(tmp_path, "a.csv", f'id,text\n1,"{long}\n"\n2,{long}\n'.encode())
    assert [len(text) for text in texts(documents)] == [300_001, 300_000]
    assert log.complete
    assert csv.field_size_limit() >= 300_000


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'2,"open,o', "open,o"),
        (b'2,"half" open,o', "half open"),
        (b'2,in "the" middle,o', 'in "the" middle'),
        (b'2,"\r\n', ""),
    ],
)
def test_quotation_mark_out_of_place(line: bytes, text: str, tmp_path: Path) -> None:
    """A broken row costs only itself: all rows round it are read (row D22)."""
    rows = [b"id,text,outlet", b"1,a,o", line, *(f"{n},x{n},o".encode() for n in range(3, 50))]
    documents, log = read_bytes(tmp_path, "a.csv", b"\n".join(rows))
    assert texts(documents)[1] == text
    assert [i for i in ids(documents) if i != "2"] == [str(n) for n in range(1, 50) if n != 2]
    assert sum(counts(log.changed).values()) <= 2


def test_rest_of_a_broken_row_is_no_document(tmp_path: Path) -> None:
    """Lines of a text whose quoting broke are skipped, not taken for records, until a row fits again."""
    raw = b'text,id\n"He said "yes" to it.\nAnd went far\naway."\nnext,2\nshort\n'
    documents, log = read_bytes(tmp_path, "a.csv", raw)
    assert texts(documents) == ['He said yes" to it.', "next", "short"]
    assert counts(log.skipped) == {"row left over from a broken one": 2}
    assert not log.complete


def test_unclosed_quote_does_not_swallow_the_file(tmp_path: Path) -> None:
    """Nothing behind an unclosed quotation mark is lost, however long the file (row D22)."""
    rows = [b"id,text", b'0,"open', *(f"{n},text {n}".encode() for n in range(1, 3000))]
    documents, log = read_bytes(tmp_path, "a.csv", b"\n".join(rows))
    assert ids(documents) == [str(n) for n in range(3000)]
    assert counts(log.changed) == {"quotation mark out of place": 1}


def test_tsv_that_does_not_quote(tmp_path: Path) -> None:
    """In TSV a field may begin with a quotation mark and mean it."""
    raw = b'id\ttext\n1\t"Rain," she said.\n2\t"quoted\ttab and ""marks"""\n3\tan "inner" one\n4\t"\n5\tlast\n'
    documents, _ = read_bytes(tmp_path, "a.tsv", raw)
    expected = ['"Rain," she said.', 'quoted\ttab and "marks"', 'an "inner" one', '"', "last"]
    assert texts(documents) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_that_of_the_header(delimiter: str, tmp_path: Path) -> None:
    """A `.csv` may use any usual delimiter; others are text."""
    raw = f"id{delimiter}text\n1{delimiter}a\n".encode()
    (document,), _ = read_bytes(tmp_path, "a.csv", raw)
    assert (document.id, document.text) == ("1", "a")
    (document,), _ = read_bytes(tmp_path, "b.csv", b"id,text\n1,a;b|c\td\n")
    assert document.text == "a;b|c\td"


def test_single_column(tmp_path: Path) -> None:
    """A table of texts alone; an empty cell in quotes is an empty document."""
    documents, _ = read_bytes(tmp_path, "a.csv", b'text\na\n""\n"b, c"\n')
    assert texts(documents) == ["a", "", "b, c"]


def test_column_twice(tmp_path: Path) -> None:
    """Two columns of one name: the last counts, with a warning."""
    (document,), log = read_bytes(tmp_path, "a.csv", b"text,text\na,b\n")
    assert document.text == "b"
    assert counts(log.warnings) == {"two columns have one name": 1}


def test_columns_with_spaces_and_without_name(tmp_path: Path) -> None:
    """Names are trimmed; a column without one is left out."""
    (document,), _ = read_bytes(tmp_path, "a.csv", b" Text ,, Note\na,b,c\n")
    assert (document.text, document.extra) == ("a", {"Note": "c"})


def test_header_over_the_limit(tmp_path: Path) -> None:
    """A header that cannot be read makes the file unread; no row is taken for it."""
    documents, log = read_bytes(tmp_path, "a.csv", b"text" + b"x" * 100 + b"\ntext,text\n", max_document_bytes=50)
    assert documents == []
    assert counts(log.unread) == {"the row with the names of the columns cannot be read": 1}


def test_unclosed_quote_is_bounded(tmp_path: Path) -> None:
    """Looking for the end of an open quotation holds a few times the limit in memory, also in empty lines."""
    raw = b'id,text\n0,"open\n' + b"\n" * 200_000
    (tmp_path / "a.csv").write_bytes(raw)
    tracemalloc.start()
    documents, _ = read(tmp_path, max_document_bytes=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert documents == []
    assert peak < 1_000_000


def test_row_cut_short(tmp_path: Path) -> None:
    """A row whose quotation the end of a damaged file cuts is left out: half a text is no document."""
    raw = gzip.compress(b'id,text\n1,whole\n2,"half\nof it\n', mtime=0)[:-8]
    documents, log = read_bytes(tmp_path, "a.csv.gz", raw)
    assert texts(documents) == ["whole"]
    assert counts(log.unread) == {"damaged or cut short": 1}
    assert log.changed == {}


def test_row_of_many_lines_over_the_limit(tmp_path: Path) -> None:
    """A row longer than the limit is skipped even if each of its lines is short."""
    raw = b'id,text\n1,"' + b"line\n" * 100 + b'"\n2,b\n'
    documents, log = read_bytes(tmp_path, "a.csv", raw, max_document_bytes=400)
    assert ids(documents) == ["2"]
    assert counts(log.skipped)["over the size limit"] == 1
    assert not log.complete
