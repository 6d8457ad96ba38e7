"""Sorted runs: what is written comes back, in order, found by key, merged; damage is named, never read."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import StoreError
from dedup.kernels.lookup import value_of
from dedup.store.runs import Layout, Run, RunWriter, merge
from dedup.store.segments import MemoryRun
from tests.strategies import SOME

PLAIN = Layout(key="<u4", columns=(("document", "<u4"), ("weight", "<f8")), block=64)
WIDE = Layout(key="<u8", block=64)
Rows = list[tuple[int, int]]


def write(path: Path, rows: Rows, pieces: int = 1, layout: Layout = PLAIN) -> Path:
    """Write rows, given in any order, in a number of appended pieces."""
    ordered = sorted(rows, key=lambda r: r[0])
    keys = np.array([r[0] for r in ordered], layout.types[0])
    values = np.array([r[1] for r in ordered], np.uint32)
    columns = [values, values / 2.0][: len(layout.columns)]
    with RunWriter(path, layout) as writer:
        for part in np.array_split(np.arange(len(keys)), pieces):
            writer.append(keys[part], *(c[part] for c in columns))
    return path


def rows_of(batches: Any) -> Rows:
    """Return keys and first column of batches as pairs."""
    return [pair for keys, columns in batches for pair in zip(keys.tolist(), columns[0].tolist(), strict=True)]


def many_rows() -> st.SearchStrategy[Rows]:
    """Rows of few and of many different keys, among them the least and the greatest."""
    few = st.sampled_from([0, 1, 2, 3, 2**32 - 1])
    return st.lists(st.tuples(few | st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), max_size=400)


@SOME
@given(rows=many_rows(), pieces=st.integers(1, 7), batch=st.integers(1, 300))
def test_reads_back(tmp_path_factory: pytest.TempPathFactory, rows: Rows, pieces: int, batch: int) -> None:
    """All records come back in order, equals in the order in which they came, whatever pieces and batches."""
    path = write(tmp_path_factory.mktemp("runs") / "a.run", rows, pieces)
    with Run(path) as run:
        run.verify()
        assert len(run) == len(rows)
        assert run.size == path.stat().st_size
        assert rows_of(run.batches(batch)) == sorted(rows, key=lambda r: r[0])


@SOME
@given(rows=many_rows(), asked=st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_lookup_is_a_search_in_a_list(tmp_path_factory: pytest.TempPathFactory, rows: Rows, asked: list[int]) -> None:
    """Keys that are there, and keys that are not, are found as NumPy finds them in one array."""
    path = write(tmp_path_factory.mktemp("runs") / "a.run", rows)
    wanted = np.array([*asked, *(r[0] for r in rows), 0, 2**32 - 1], np.uint32)
    ordered = sorted(rows, key=lambda r: r[0])
    keys = np.array([r[0] for r in ordered], np.uint32)
    with Run(path) as run:
        low, high = run.lookup(wanted)
        assert low.tolist() == np.searchsorted(keys, wanted, "left").tolist()
        assert high.tolist() == np.searchsorted(keys, wanted, "right").tolist()
        numbers = np.flatnonzero(np.arange(len(rows)) % 3 == 0)[::-1]
        found, (documents, weights) = run.take(numbers)
        assert list(zip(found.tolist(), documents.tolist(), strict=True)) == [ordered[i] for i in numbers]
        assert weights.tolist() == [ordered[i][1] / 2.0 for i in numbers]


@SOME
@given(rows=many_rows())
def test_columns_are_read_value_by_value(tmp_path_factory: pytest.TempPathFactory, rows: Rows) -> None:
    """Every value of a column is where a kernel looks for it, in a file and in memory."""
    path = write(tmp_path_factory.mktemp("runs") / "a.run", rows)
    ordered = sorted(rows, key=lambda r: r[0])
    keys, values = (np.array(one, np.uint32) for one in (zip(*ordered, strict=True) if rows else ((), ())))
    memory = MemoryRun(PLAIN, keys, values, values / 2.0)
    with Run(path) as run:
        for records in (run, memory):
            for number, factor in ((0, 1.0), (1, 0.5)):
                column = records.column(number)
                assert [value_of(column, r) for r in range(len(rows))] == [factor * v for _, v in ordered]


def test_a_value_is_found_by_bits_of_its_number_alone(tmp_path: Path) -> None:
    """Of blocks that are no power of two no column can be read value by value."""
    path = write(tmp_path / "a.run", [(n, n) for n in range(500)], layout=replace(PLAIN, block=192))
    with Run(path) as run, pytest.raises(ValueError, match="192 records, which is no power of two"):
        run.column(0)


@SOME
@given(parts=st.lists(many_rows(), min_size=1, max_size=5), batch=st.sampled_from([1, 64, 130, 10_000]))
def test_merge_is_a_stable_sort(tmp_path_factory: pytest.TempPathFactory, parts: list[Rows], batch: int) -> None:
    """Merging is sorting all rows by key, equals in order of the runs, also where one key fills many blocks."""
    folder = tmp_path_factory.mktemp("runs")
    runs = [Run(write(folder / f"{i}.run", rows)) for i, rows in enumerate(parts)]
    expected = sorted((r for rows in parts for r in sorted(rows, key=lambda r: r[0])), key=lambda r: r[0])
    assert rows_of(merge(runs, batch)) == expected


def test_merge_holds_no_more_than_batches(tmp_path: Path) -> None:
    """A key with more records than a batch comes in pieces, so that memory stays bounded."""
    rows = [(7, i) for i in range(10_000)]
    runs = [Run(write(tmp_path / f"{i}.run", rows)) for i in range(3)]
    sizes = [len(keys) for keys, _ in merge(runs, 64)]
    assert sum(sizes) == 30_000
    assert max(sizes) <= 3 * 64


def test_keys_of_64_bits_without_columns(tmp_path: Path) -> None:
    """A run may be nothing but packed keys, up to the greatest of 64 bits."""
    keys = np.array([0, 2**33, 2**64 - 1], np.uint64)
    with RunWriter(tmp_path / "a.run", WIDE) as writer:
        writer.append(keys)
    with Run(tmp_path / "a.run") as run:
        assert run.last == 2**64 - 1
        assert [k.tolist() for k, _ in run.batches()] == [keys.tolist()]
        assert [b.tolist() for b in run.lookup(keys)] == [[0, 1, 2], [1, 2, 3]]


def test_meta_is_kept(tmp_path: Path) -> None:
    """What the writer says about a file is read from its head."""
    layout = Layout(key="<u4", block=64, meta={"fingerprint": "ab", "size": 3})
    with RunWriter(tmp_path / "a.run", layout):
        pass
    with Run(tmp_path / "a.run") as run:
        assert run.layout == layout
        assert len(run) == 0
        assert rows_of(run.batches()) == []
        assert run.lookup(np.array([4], np.uint32))[1].tolist() == [0]


@pytest.mark.parametrize("records", [0, 1, 64, 100])
def test_cut_anywhere(tmp_path: Path, records: int) -> None:
    """A file cut after any byte, or with bytes behind its end, is refused when it is opened, by its name."""
    data = write(tmp_path / "a.run", [(i * 3, i) for i in range(records)]).read_bytes()
    cut = tmp_path / "cut.run"
    for size in range(len(data)):
        cut.write_bytes(data[:size])
        with pytest.raises(StoreError, match=r"cut\.run.*make it again"):
            Run(cut)
    cut.write_bytes(data + b"\0")
    with pytest.raises(StoreError, match=r"cut\.run"):
        Run(cut)


def test_flipped_anywhere(tmp_path: Path) -> None:
    """Every flipped byte is found, at the latest when its block is read."""
    data = write(tmp_path / "a.run", [(i * 3, i) for i in range(100)]).read_bytes()
    flipped = tmp_path / "flipped.run"
    for place in range(len(data)):
        flipped.write_bytes(data[:place] + bytes([data[place] ^ 0x11]) + data[place + 1 :])
        with pytest.raises(StoreError, match=r"flipped\.run"):
            Run(flipped).verify()


def test_a_damaged_block_is_never_answered_from(tmp_path: Path) -> None:
    """Lookup, taking and reading in order refuse a damaged block, and answer from the others."""
    path = write(tmp_path / "a.run", [(i, i) for i in range(640)])
    data = bytearray(path.read_bytes())
    run = Run(path)
    place = len(data) - run.size + data.index(np.arange(320, 384, dtype=np.uint32).tobytes()) + 8
    run.close()
    data[place] ^= 1
    path.write_bytes(data)
    run = Run(path, repair="restore it")
    assert run.lookup(np.array([5, 600], np.uint32))[0].tolist() == [5, 600]
    for read in (
        lambda: run.lookup(np.array([330], np.uint32)),
        lambda: run.take(np.array([322])),
        lambda: list(run.batches(64)),
    ):
        with pytest.raises(StoreError, match=r"block 5 does not fit; restore it"):
            read()


def test_records_out_of_order_are_refused(tmp_path: Path) -> None:
    """Unsorted arrays, a step back between arrays and wrong types never reach a file."""
    keys = np.array([1, 2], np.uint32)
    values = (np.zeros(2, np.uint32), np.zeros(2))
    with RunWriter(tmp_path / "a.run", PLAIN) as writer:
        writer.append(keys + np.uint32(5), *values)
        for wrong in ((keys[::-1] + np.uint32(9), *values), (keys, *values), (keys.astype(np.int64), *values)):
            with pytest.raises(ValueError, match=r"a\.run"):
                writer.append(*wrong)
        with pytest.raises(ValueError, match=r"a\.run"):
            writer.append(keys + np.uint32(9), values[0][:1], values[1])
    with Run(tmp_path / "a.run") as run:
        assert len(run) == 2
        with pytest.raises(ValueError, match="type"):
            run.lookup(np.array([1], np.uint64))


def test_a_file_out_of_order_is_refused(tmp_path: Path) -> None:
    """A file with right checksums and wrong order, as another program might write, is refused when it is read."""

    class Careless(RunWriter):
        def append(self, keys: Any, *columns: npt.NDArray[Any]) -> None:
            self._last, self.records = -1, 0
            super().append(keys[:0], *columns)
            self._waiting, self._n_waiting, self.records = [(keys, columns)], len(keys), len(keys)

    with Careless(tmp_path / "a.run", WIDE) as writer:
        writer.append(np.array([5, 4], np.uint64))
    with pytest.raises(StoreError, match="out of order"):
        list(Run(tmp_path / "a.run").batches())


def test_nothing_appears_before_it_is_whole(tmp_path: Path) -> None:
    """An error in the middle, and a writer that is given up, leave an old file and nothing else."""
    path = write(tmp_path / "a.run", [(1, 1)])
    before = path.read_bytes()

    def half() -> None:
        with RunWriter(path, WIDE) as writer:
            writer.append(np.arange(500, dtype=np.uint64))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.run"]


def test_a_full_disk_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full the error names the file that was to be written, and nothing is left."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"a\.run.*No space left"):
        write(tmp_path / "a.run", [(1, 1)])
    assert os.listdir(tmp_path) == []


def test_other_formats_are_refused(tmp_path: Path) -> None:
    """A newer format says so; any other file is named as what it is not; a missing one as missing."""
    path = write(tmp_path / "a.run", [(1, 1)])
    data = bytearray(path.read_bytes())
    data[8] = 99
    path.write_bytes(data)
    with pytest.raises(StoreError, match="has format 99, this version reads 1"):
        Run(path)
    path.write_bytes(b"%PDF-1.7 " * 40)
    with pytest.raises(StoreError, match="no run of sorted records"):
        Run(path)
    with pytest.raises(StoreError, match="cannot be read"):
        Run(tmp_path / "none.run")
    with pytest.raises(ValueError, match="cannot be stored"):
        Layout(key="<i4")
    with pytest.raises(ValueError, match="cannot be stored"):
        Layout(key="<u4", block=100)


def test_layouts_are_not_mixed(tmp_path: Path) -> None:
    """Runs of different columns cannot be merged."""
    write(tmp_path / "a.run", [(1, 1)])
    write(tmp_path / "b.run", [(1, 1)], layout=WIDE)
    with pytest.raises(ValueError, match="different layouts"):
        list(merge([Run(tmp_path / "a.run"), Run(tmp_path / "b.run")]))
