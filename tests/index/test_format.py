"""What is no index of ours, or not of these settings, is refused with a sentence that says what to do."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from dedup import Config, ConfigError, Index, StoreError
from dedup.config import ReadConfig
from dedup.index import state as states
from dedup.index import storage, upkeep
from dedup.tokens import UNICODE_VERSION
from tests.index.texts import article

FIXTURE = Path(__file__).parent / "format-1"
FIXTURE_UNICODE = "14.0.0"


def make_fixture(path: Path) -> None:
    """Make the index of the fixture: a segment, a removed document and a newest one."""
    with Index.open(path, mode="x") as index:
        index.add([article(n, (5, n % 2)) for n in range(4)])
        upkeep.flush(index._storage)
        index.remove("n3")
        index.add(article(4, (5,)))


def test_format_1_stays_readable(tmp_path: Path) -> None:
    """The committed index is read, verified, asked and added to; with another Unicode version it is refused."""
    shutil.copytree(FIXTURE, tmp_path / "news.idx")
    if UNICODE_VERSION != FIXTURE_UNICODE:
        with pytest.raises(StoreError, match=f"Unicode {FIXTURE_UNICODE}.*build a new index"):
            Index.open(tmp_path / "news.idx")
        return
    with Index.open(tmp_path / "news.idx", mode="r") as index:
        assert index.verify().documents == 4
        assert {m.left.doc_id for m in index.query(article(9, (5,)))} == {"n0", "n1", "n2", "n4"}
    with Index.open(tmp_path / "news.idx") as index:
        assert index.add([article(n, (5, n % 2)) for n in range(4)]).unchanged == ("n0", "n1", "n2")
        index.compact()
        assert index.verify().documents == 5


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    """A missing folder, a folder of other things, a file and a database of other things are told apart."""
    (tmp_path / "things").mkdir()
    (tmp_path / "things" / "letter.txt").write_text("Dear Ada")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.sqlite").write_bytes(b"no database " * 200)
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="there is no index; make one"):
        Index.open(tmp_path / "none", mode="r")
    with pytest.raises(StoreError, match="holds no index; choose another folder"):
        Index.open(tmp_path / "things")
    with pytest.raises(StoreError, match=r"index\.sqlite: the file is damaged"):
        Index.open(tmp_path / "other")
    with pytest.raises(StoreError, match="choose a folder"):
        Index.open(tmp_path / "file")
    with pytest.raises(ConfigError, match="mode: 'w' is unknown"):
        Index.open(tmp_path / "none", mode="w")  # type: ignore[arg-type]
    Index.open(tmp_path / "made", mode="x").close()
    with pytest.raises(StoreError, match="is an index already"):
        Index.open(tmp_path / "made", mode="x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "made", "other", "things"]


def test_other_settings_are_refused(tmp_path: Path) -> None:
    """Settings that change results are refused by name; threads, memory and fields of records may differ."""
    Index.open(tmp_path / "news.idx", config=Config(min_words=8)).close()
    with pytest.raises(ConfigError, match=r"other settings \(min_words\); open it without settings"):
        Index.open(tmp_path / "news.idx", config=Config())
    other = Config(min_words=8, jobs=1, memory=2**30, read=ReadConfig(text_field="words"))
    with Index.open(tmp_path / "news.idx", config=other) as index:
        assert index.config == other
        assert index.add({"id": "a", "words": "Rain fell."}).added == ("a",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "format 2, this version reads 1; use the version of dedup that wrote it, or a newer one"),
        ({"form": "00000000"}, "format 1 as it was before its release; build a new index from the documents"),
        ({"normaliser": 0}, "normaliser 0, this version has"),
        ({"unicode": "1.1.0"}, r"Unicode 1\.1\.0, this version has .*build a new index"),
        ({"signatures": "affine64"}, "signatures affine64, this version has affine32"),
    ],
)
def test_other_versions_are_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    """An index of another format, normaliser, Unicode version or kind of signature is never searched."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add(article(1))
        store: storage.Storage = index._storage
        store.put_part("state", replace(store.view().state, **change).encode())  # type: ignore[arg-type]
    for mode in ("r", "a"):
        with pytest.raises(StoreError, match=message):
            Index.open(tmp_path / "news.idx", mode=mode)  # type: ignore[arg-type]


def test_an_index_without_its_form_is_refused(tmp_path: Path) -> None:
    """An index from before its runs had the form of format 1 is no damaged one: the advice is to build it again."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add(article(1))
        upkeep.flush(index._storage)
        plain = msgspec.json.decode(index._storage.view().state.encode())
        del plain["form"]
        index._storage.put_part("state", msgspec.json.encode(plain))
    with pytest.raises(StoreError, match="before its release; build a new index") as refused:
        Index.open(tmp_path / "news.idx")
    assert "damaged" not in str(refused.value)


def test_segments_of_another_index_are_refused(tmp_path: Path) -> None:
    """A file of the right name from another index is not answered from."""
    for name in ("a", "b"):
        with Index.open(tmp_path / name) as index:
            index.add(article(1))
            upkeep.flush(index._storage)
    run = "00000001.seeds.run"
    shutil.copy(tmp_path / "a" / "segments" / run, tmp_path / "b" / "segments" / run)
    with pytest.raises(StoreError, match="belongs to another index"):
        Index.open(tmp_path / "b")


def test_the_state_is_small() -> None:
    """An empty state has a configuration and no documents, and comes back as it is."""
    state = states.new_state(Config())
    read = states.decode(state.encode(), "x")
    assert read.encode() == state.encode()
    assert read.configuration("x") == Config()


if __name__ == "__main__":
    shutil.rmtree(FIXTURE, ignore_errors=True)
    make_fixture(FIXTURE)
    (FIXTURE / "writer.lock").unlink()
