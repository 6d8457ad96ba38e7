"""Documents compressed with a dictionary of their index, and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup import Document, Index, StoreError
from dedup.index import upkeep
from dedup.index.packing import Packing, trained
from tests.index.texts import article


def test_a_dictionary_saves_room_and_reads_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From then on documents take less room; old and new ones are read, also by a process that comes later."""
    monkeypatch.setattr(upkeep, "TRAINED_ON", 40)
    some = [article(n, (n % 5,)) for n in range(80)]
    with Index.open(tmp_path / "news.idx") as index:
        index.add(some[:40])
        assert index._storage.view().state.dictionary == 1
        assert index.add(some[40:]).as_of == 3
        rows = {n: len(body) for n, body, _ in index._storage.database.documents()}
        sizes = list(rows.values())
        assert sum(sizes[40:]) < 0.7 * sum(sizes[:40])
        assert index.add(some).unchanged == tuple(one["id"] for one in some)
        index.verify()
    with Index.open(tmp_path / "news.idx", mode="r") as index:
        assert [d.text for d in index.documents()] == [one["text"] for one in some]
        assert {m.left.doc_id for m in index.query(article(200, (3,)), carriers=99)} == {
            f"n{n}" for n in range(3, 80, 5)
        }


def test_a_reader_goes_on_when_a_dictionary_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that was open before there was a dictionary reads what is compressed with it."""
    monkeypatch.setattr(upkeep, "TRAINED_ON", 40)
    with Index.open(tmp_path / "news.idx") as index:
        index.add([article(n) for n in range(20)])
        with Index.open(tmp_path / "news.idx", mode="r") as reader:
            assert len(reader) == 20
            index.add([article(n) for n in range(20, 40)])
            index.add([article(n, (1,)) for n in range(40, 60)])
            found = reader.get("n50")
            assert found is not None
            assert found.text == article(50, (1,))["text"]
            assert len(reader.query(article(70, (1,)), carriers=99)) == 20


def test_a_missing_dictionary_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its dictionary an index does not pass, and names the file."""
    monkeypatch.setattr(upkeep, "TRAINED_ON", 40)
    with Index.open(tmp_path / "news.idx") as index:
        index.add([article(n) for n in range(40)])
        index.add([article(n) for n in range(40, 50)])
        with index._storage.database.writing():
            index._storage.database.drop_part("dictionary 1")
        upkeep.flush(index._storage)
    with Index.open(tmp_path / "news.idx", mode="r") as index:
        told = r"index\.sqlite: the file is damaged: dictionary 1 is missing; restore"
        for ask in (index.verify, lambda: index.get("n45"), lambda: list(index.documents())):
            with pytest.raises(StoreError, match=told):
                ask()


def test_too_little_makes_no_dictionary() -> None:
    """A single record gives none, and no error; bytes that are no record are told."""
    assert trained([b"{}"], 1) is None
    packing = Packing(lambda number: b"")
    [packed] = packing.pack_all([Document(id="a", text="Rain fell.")])
    assert packing.unpack(packed).text == "Rain fell."
    with pytest.raises(StoreError, match="a stored document cannot be read"):
        packing.unpack(packed[:-3])
