"""Which files are read: sorted, each once, none that should not be."""

from __future__ import annotations

import inspect
import io
import os
import sys
from pathlib import Path

import pytest

from dedup.config import ReadConfig
from dedup.errors import InputError
from dedup.readers import ReadLog, read_documents, read_records
from dedup.readers.walk import is_report
from tests.readers.helpers import PACK, counts, ids, read, texts


def fill(folder: Path, *names: str) -> Path:
    """Write text files that say their own name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_order_is_that_of_the_paths(tmp_path: Path) -> None:
    """Files come sorted by the parts of their paths, however the folder lists them or the paths are given."""
    names = ["B.txt", "a/b/c.txt", "a/b.txt", "a-b.txt", "a.txt", "z.txt", "\u00e9.txt"]
    fill(tmp_path, *names)
    expected = sorted(names, key=lambda name: name.split("/"))
    assert ids(read(tmp_path)[0]) == expected
    paths = [tmp_path / name for name in names]
    assert ids(read(*paths)[0]) == ids(read(*reversed(paths))[0]) == expected


def test_a_path_alone(tmp_path: Path) -> None:
    """One path need not be in a list, and a string is not a list of letters."""
    fill(tmp_path, "a.txt")
    for path in (tmp_path, str(tmp_path)):
        assert ids(list(read_documents(path, ReadConfig(), ReadLog()))) == ["a.txt"]


def test_hidden_and_unknown_files_are_passed_over(tmp_path: Path) -> None:
    """Hidden files and folders, and files of unknown type, are no input and no loss."""
    fill(tmp_path, "a.txt", ".b.txt", ".git/c.txt", "d.png", "e", "f.txt.bz2", "g.svg")
    documents, log = read(tmp_path)
    assert ids(documents) == ["a.txt"]
    assert counts(log.ignored) == {"unknown type": 4}
    assert (log.complete, log.messages()) == (True, ())


def test_hidden_file_that_is_named(tmp_path: Path) -> None:
    """Named explicitly, they are read."""
    fill(tmp_path, ".b.txt", ".git/c.txt")
    assert ids(read(tmp_path / ".b.txt")[0]) == [".b.txt"]
    assert ids(read(tmp_path / ".git")[0]) == ["c.txt"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"plain words", ["plain words"]),
        (b'{"text": "a"}\n{"text": "b"}\n', ["a", "b"]),
        (b' \n[ {"text": "a"},\n {"text": "b"} ]', ["a", "b"]),
        (b'{\n  "text": "a"\n}', ["a"]),
        (b"{curly} words", ["{curly} words"]),
        (b"[Music] words", ["[Music] words"]),
    ],
)
@pytest.mark.parametrize("pack", PACK)
def test_content_tells_the_format(
    raw: bytes, expected: list[str], pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard input, and a named file of unknown type, are JSON if they begin so, else one text."""
    (tmp_path / "input").write_bytes(PACK[pack](raw))
    assert texts(read(tmp_path / "input")[0]) == expected
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PACK[pack](raw))))
    documents, log = read("-")
    assert texts(documents) == expected
    assert log.complete


def test_standard_input_beside_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read last and once, and its lines are named in messages."""
    fill(tmp_path, "a.txt")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "b"}\n{"text": 5}\n')))
    documents, log = read("-", tmp_path, "-")
    assert texts(documents) == ["a.txt", "b"]
    assert log.messages() == ("skipped: text of the wrong type: 1 (<stdin>:2: text is a number)",)


def test_empty_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on standard input is no document, with a warning (row D23)."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    documents, log = read("-")
    assert documents == []
    assert counts(log.warnings) == {"empty input": 1}


def test_folder_loop(tmp_path: Path) -> None:
    """Links that lead back end, and every file is read once (row D20)."""
    fill(tmp_path, "a/b/c.txt")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    documents, log = read(tmp_path)
    assert ids(documents) == ["a/b/c.txt"]
    assert set(counts(log.unread)) <= {"cannot be read"}


def test_linked_folder_and_file_are_read(tmp_path: Path) -> None:
    """Links out of the folder are followed."""
    outside = fill(tmp_path / "outside", "x.txt", "y.txt")
    inside = fill(tmp_path / "inside", "a.txt")
    (inside / "linked").symlink_to(outside)
    (inside / "y.txt").symlink_to(outside / "y.txt")
    documents, log = read(inside)
    assert ids(documents) == ["a.txt", "linked/x.txt", "linked/y.txt"]
    assert counts(log.ignored) == {"named twice": 1}


def test_dangling_link(tmp_path: Path) -> None:
    """A link to nothing is a loss only where it would have been read."""
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "lock").symlink_to(tmp_path / "gone")
    _, log = read(tmp_path)
    assert counts(log.unread) == {"disappeared while reading": 1}


def test_file_named_twice(tmp_path: Path) -> None:
    """A file given by itself and within its folder is read once, in any order (row D20)."""
    fill(tmp_path, "a.txt", "x/b.txt")
    for paths in ((tmp_path, tmp_path / "x" / "b.txt"), (tmp_path / "x", tmp_path), (tmp_path, tmp_path)):
        assert ids(read(*paths)[0]) == ["a.txt", "x/b.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_in_a_folder_does_not_block(tmp_path: Path) -> None:
    """A pipe with a known suffix is passed over: reading it could wait for ever."""
    os.mkfifo(tmp_path / "a.jsonl")
    fill(tmp_path, "b.txt")
    assert ids(read(tmp_path)[0]) == ["b.txt"]


def test_folders_deeper_than_the_stack(tmp_path: Path) -> None:
    """Folders nested deeper than calls may be are walked."""
    path = tmp_path
    for _ in range(300):
        path /= "d"
        path.mkdir()
    (path / "a.txt").write_text("a")
    saved = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 150)
    try:
        documents, log = read(tmp_path)
    finally:
        sys.setrecursionlimit(saved)
    assert (texts(documents), log.complete) == (["a"], True)


def test_empty_folder(tmp_path: Path) -> None:
    """A folder without input gives none, with a warning that says what is known (row D23)."""
    fill(tmp_path, "a.png")
    documents, log = read(tmp_path)
    assert documents == []
    assert counts(log.warnings) == {"folder without a file to read": 1}
    assert log.complete


def test_no_paths_and_no_records() -> None:
    """Nothing in, nothing out (row D23)."""
    log = ReadLog()
    assert list(read_documents([], ReadConfig(), log)) == []
    assert list(read_records([], ReadConfig(), log)) == []
    assert (log.records, log.complete) == (0, True)


def report(folder: Path) -> Path:
    """Write what looks like the output of a scan."""
    fill(folder, "store/a.txt")
    (folder / "passages.jsonl").write_text('{"text": "passage"}\n')
    (folder / "manifest.json").write_text('{"dedup": "0.1.0"}')
    return folder


def test_earlier_report_is_not_read(tmp_path: Path) -> None:
    """A report inside the input is passed over with all below it."""
    fill(tmp_path, "a.txt", "z.txt")
    report(tmp_path / "dedup-report")
    documents, log = read(tmp_path)
    assert ids(documents) == ["a.txt", "z.txt"]
    assert counts(log.ignored) == {"report of an earlier scan": 1}
    assert log.complete


@pytest.mark.parametrize("name", [".", "passages.jsonl", "store", "store/a.txt"])
def test_earlier_report_that_is_named(name: str, tmp_path: Path) -> None:
    """Naming it, or anything in it, is an error with advice."""
    with pytest.raises(InputError, match="is the report of an earlier scan; name the texts"):
        read(report(tmp_path / "out") / name)


@pytest.mark.parametrize("manifest", ["{}", '{"text": "dedup"}', '["dedup"]', "{", "", "[" * 100_000])
def test_manifest_of_something_else(manifest: str, tmp_path: Path) -> None:
    """Only the key makes a report; any other manifest is input like all files."""
    (tmp_path / "manifest.json").write_text(manifest)
    fill(tmp_path, "a.txt")
    assert not is_report(str(tmp_path))
    assert "a.txt" in ids(read(tmp_path)[0])


def test_reading_is_lazy(tmp_path: Path) -> None:
    """Documents come one by one: the first is there before later files are opened."""
    fill(tmp_path, "a.txt", "b.txt")
    log = ReadLog()
    documents = read_documents([tmp_path], ReadConfig(), log)
    assert log.files == 0
    next(documents)
    assert (log.files, log.read) == (1, 1)
    documents.close()  # type: ignore[attr-defined]


def test_sheets_and_the_like(tmp_path: Path) -> None:
    """In a folder they are passed over with a word; named beside others they are a loss and stop nothing."""
    fill(tmp_path, "a.txt", "b.xlsx", "c.pdf")
    documents, log = read(tmp_path)
    assert (ids(documents), log.complete) == (["a.txt"], True)
    assert counts(log.warnings) == {"file of a type that is not read": 2}
    assert "convert it to one of .txt" in log.messages()[0]
    documents, log = read(tmp_path / "a.txt", tmp_path / "b.xlsx")
    assert (ids(documents), log.complete) == (["a.txt"], False)
    assert counts(log.unread) == {"file of a type that is not read": 1}
