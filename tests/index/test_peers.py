"""What other libraries got wrong with stored data (rows D18, D19 and D21 of the list of peers' defects)."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dedup import ConfigError, Index, StoreError, shingle_hashes
from dedup.index import index as index_module
from dedup.index import search as search_module
from dedup.index import upkeep
from tests.index.texts import article


def articles() -> list[dict[str, Any]]:
    """Return articles that share sentences, some of them whole."""
    return [article(n, (n % 5, 5 + n % 3), day=1 + n) for n in range(20)]


def answers(index: Index) -> list[Any]:
    """Return what an index says to questions about all of it, but for the commit."""
    asked = [{**article(n, (n % 5, 5 + n % 3)), "id": f"q{n}"} for n in range(0, 20, 3)]
    return [
        (m.left, m.right, m.score, m.scores, m.changed, m.share_left, m.share_right)
        for m in index.query(asked, carriers=50)
    ]


def work_by_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let threads work on a few texts as they do on thousands, in several parts, blocks and ranges."""
    monkeypatch.setattr(index_module, "LARGE", 0)
    monkeypatch.setattr(index_module, "PART_TEXTS", 2)
    monkeypatch.setattr(index_module, "CHOICE_TEXTS", 3)
    monkeypatch.setattr(search_module, "MOST_SEEDS", 300)
    monkeypatch.setattr(search_module, "RANGE_KEYS", 8)


def test_d18_signatures_of_another_scheme_are_never_searched(tmp_path: Path) -> None:
    """D18: an index whose signatures were made by another scheme is refused, also when all else fits."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add(article(1))
        storage = index._storage
        storage.put_part("state", replace(storage.view().state, signatures="affine64").encode())
    with pytest.raises(StoreError, match=r"signatures affine64, this version has affine32.*build a new index"):
        Index.open(tmp_path / "news.idx", mode="r")


def test_d18_foreign_signatures_are_refused(tmp_path: Path) -> None:
    """D18: signatures of another scheme, seed, size or type are refused with what to do, never compared."""
    from datasketch import MinHash

    with Index.open(tmp_path / "news.idx") as index:
        index.add(article(1))
        [(_, row)] = index.signatures()
        for wrong, message in (
            (
                MinHash(num_perm=128, seed=1, scheme="legacy"),
                r"scheme legacy .* make it with MinHash\(scheme='affine32'",
            ),
            (MinHash(num_perm=128, seed=2, scheme="affine32"), "with seed 2, those of the index are .* with seed 1"),
            (MinHash(num_perm=64, seed=1, scheme="affine32"), r"shape \(64,\), those of the index are 128 of uint32"),
            (row.astype(np.uint64), "uint64 values"),
        ):
            with pytest.raises(ConfigError, match=message):
                index.near([row, wrong])
        assert index.near([row]) == [(("n1", 1.0),)]
        assert index.near([]) == []


def test_d19_datasketch_and_the_index_find_the_same(tmp_path: Path) -> None:
    """D19: for datasketch's signatures the index finds the documents that datasketch's own LSH finds, from memory and
    from files, and estimates the similarity that datasketch does; removed documents apart."""
    from datasketch import MinHash, MinHashLSH

    some = articles()
    for n, one in enumerate(some):
        # versions from nearly equal to hardly alike
        one["text"] = " ".join(one["text"].split()[: 20 + 3 * n]) if n % 2 else some[n // 4]["text"] + one["text"][:90]
    made = {}
    for one in some:
        made[one["id"]] = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=int)
        made[one["id"]].update_batch(shingle_hashes(one["text"]).tolist())
    with Index.open(tmp_path / "news.idx") as index:
        sizes = index.config.signatures
        lsh = MinHashLSH(num_perm=sizes.num_perm, params=(sizes.bands, sizes.rows))
        for doc_id, sketch in made.items():
            lsh.insert(doc_id, sketch)
        index.add(some)
        found = index.near(made.values())
        assert [sorted(i for i, _ in one) for one in found] == [sorted(lsh.query(sketch)) for sketch in made.values()]
        assert any(0.1 < share < 0.9 for one in found for _, share in one)
        for sketch, one in zip(made.values(), found, strict=True):
            assert one == tuple(
                sorted(((i, round(made[i].jaccard(sketch), 6)) for i, _ in one), key=lambda o: (-o[1], o[0]))
            )
        upkeep.flush(index._storage)
        assert index.near(made.values()) == found
        assert index.near(made.values(), threshold=0.5) == [tuple(o for o in one if o[1] >= 0.5) for one in found]
        index.remove("n4")
        assert index.near(made.values()) == [tuple(o for o in one if o[0] != "n4") for one in found]


def test_d19_memory_files_and_threads_answer_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D19: documents in memory, in one file, in many, added one by one and searched by threads give one answer."""
    found = {}
    with Index.open(tmp_path / "memory") as index:
        index.add(articles())
        assert not index.stats().segments
        # words are weighed by what stands in segments: with none, by the background
        found["memory"] = [answer[:2] for answer in answers(index)]
        upkeep.flush(index._storage)
        expected = answers(index)
        found["file"] = [answer[:2] for answer in expected]
        told = index.add(articles())
        assert len(told) > len(told.unchanged) == len(articles())
    with Index.open(tmp_path / "memory") as index:
        assert answers(index) == expected
        work_by_threads(monkeypatch)
        assert answers(index) == expected
        again = index.add(articles())
        assert (again.matches, again.limited) == (told.matches, told.limited)
    with Index.open(tmp_path / "files") as index:
        for n, one in enumerate(articles()):
            index.add(one)
            if n % 4 == 3:
                upkeep.flush(index._storage)
        assert index.stats().segments > 1
        assert answers(index) == expected
        index.compact()
        assert index.stats().segments == 1
        assert answers(index) == expected
    assert found["memory"]
    assert found["memory"] == found["file"]


def test_d19_additions_by_threads_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D19: documents that are added and replaced by threads give the answers, commits and
    documents of one thread."""
    monkeypatch.setattr(upkeep, "LEAST_FLUSH", 3)
    monkeypatch.setattr(search_module, "FREQUENT", 2)
    batches = [
        [article(n, (n % 5, 5 + n % 3), day=1 + n) for n in range(12)],
        [article(n, ((n + 1) % 5, 5 + n % 3), day=1 + n) for n in range(6, 20)],
        [article(n, (n % 5, 6), day=2 + n) for n in range(3, 26)],
    ]

    def run(path: Path) -> list[Any]:
        with Index.open(path) as index:
            told = [index.add(batch, carriers=1) for batch in batches]
            stats = index.verify()
            found = [(a.matches, a.added, a.replaced, a.limited, a.as_of) for a in told]
            return [*found, stats.documents, stats.segments, [d.text for d in index.documents()], answers(index)]

    plain = run(tmp_path / "plain")
    work_by_threads(monkeypatch)
    threaded = run(tmp_path / "threads")
    assert all(matches and limited["frequent_seeds"] for matches, *_, limited, _ in plain[1:3])
    assert threaded == plain


def test_d21_a_record_that_a_thread_finds_damaged_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D21: a stored document that threads meet damaged ends an addition or question with its number."""
    work_by_threads(monkeypatch)
    path = tmp_path / "news.idx"
    with Index.open(path) as index:
        index.add(articles())
        upkeep.flush(index._storage)
    with closing(sqlite3.connect(path / "index.sqlite")) as damaged, damaged:
        damaged.execute("UPDATE documents SET body = zeroblob(40) WHERE number = 7")
    asked = [article(n, (n % 5, 5 + n % 3), day=1 + n) for n in range(20, 40)]
    for ask in (Index.add, Index.query):
        with (
            Index.open(path) as index,
            pytest.raises(StoreError, match=r"index\.sqlite: the file is damaged: .* row 7 "),
        ):
            ask(index, asked)


def test_d21_a_segment_cut_anywhere_is_named(tmp_path: Path) -> None:
    """D21: a file of an index cut after any sampled byte is refused with its name when the index is opened."""
    whole = tmp_path / "whole"
    with Index.open(whole) as index:
        index.add(articles())
        upkeep.flush(index._storage)
    runs = sorted((whole / "segments").iterdir())
    assert len(runs) == 5
    rng = np.random.default_rng(3)
    for run in runs:
        content = run.read_bytes()
        for size in sorted({0, 1, len(content) - 1, *rng.integers(0, len(content), 8).tolist()}):
            folder = tmp_path / "cut"
            shutil.copytree(whole, folder)
            (folder / "segments" / run.name).write_bytes(content[:size])
            with pytest.raises(StoreError, match=rf"{run.name}: the file is damaged.*restore"):
                Index.open(folder, mode="r")
            shutil.rmtree(folder)


def test_d21_a_database_cut_anywhere_is_named(tmp_path: Path) -> None:
    """D21: the database of an index cut after any sampled byte is refused with its name, at the latest by `verify`."""
    whole = tmp_path / "whole"
    with Index.open(whole) as index:
        index.add(articles())
        upkeep.flush(index._storage)
    content = (whole / "index.sqlite").read_bytes()
    rng = np.random.default_rng(4)
    for size in sorted({0, 1, 100, len(content) - 1, *rng.integers(0, len(content), 12).tolist()}):
        folder = tmp_path / "cut"
        shutil.copytree(whole, folder)
        (folder / "index.sqlite").write_bytes(content[:size])
        with (
            pytest.raises(StoreError, match=r"index\.sqlite: the file is damaged.*restore"),
            Index.open(folder, "r") as cut,
        ):
            cut.verify()
        shutil.rmtree(folder)
