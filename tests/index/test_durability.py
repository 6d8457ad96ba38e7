"""Killed, damaged, read by many: what was acknowledged stays, and nothing wrong is ever answered."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dedup import DedupError, Index, StoreError, scan
from dedup.index import index as index_module
from dedup.index import upkeep
from dedup.store.database import Database
from tests.index.texts import article

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few documents make a segment, so that small tests flush and merge."""
    monkeypatch.setattr(upkeep, "LEAST_FLUSH", 6)
    monkeypatch.setattr(upkeep, "FLUSH", 12)
    monkeypatch.setattr(upkeep, "TRAINED_ON", 10)


Operation = tuple[str, Any]


def operations(seed: int, count: int = 60) -> list[Operation]:
    """Return what a writer does, the same for the same seed."""
    rng = random.Random(seed)
    made: list[Operation] = []
    for k in range(count):
        kind = rng.choices(("add", "remove", "expire", "compact"), (10, 3, 1, 1))[0]
        if kind == "add":
            numbers = rng.sample(range(60), rng.randint(1, 6))
            made.append(("add", [article(n, (n % 5, 5 + n % 3), day=1 + n % 28, version=k) for n in numbers]))
        elif kind == "remove":
            made.append(("remove", [f"n{n}" for n in rng.sample(range(60), 4)]))
        else:
            made.append((kind, f"2031-04-{rng.randint(1, 9):02d}"))
    return made


def do(index: Index, operation: Operation) -> None:
    """Do one operation on an index."""
    kind, value = operation
    if kind == "add":
        index.add(value)
    elif kind == "remove":
        index.remove(value)
    elif kind == "expire":
        index.expire(value)
    else:
        index.compact()


def after(done: list[Operation]) -> dict[str, dict[str, Any]]:
    """Return the documents that operations leave, by id."""
    left: dict[str, dict[str, Any]] = {}
    for kind, value in done:
        if kind == "add":
            left.update({a["id"]: a for a in value})
        elif kind == "remove":
            left = {i: a for i, a in left.items() if i not in value}
        elif kind == "expire":
            left = {i: a for i, a in left.items() if a["published"] >= value}
    return left


def write_until_killed(path: Path, todo: list[Operation], first: int, rng: random.Random) -> int:
    """Let a child do operations from `first` on and kill it at some point; return how many it acknowledged."""
    read, write = os.pipe()
    # every other one writes by a thread beside the one that answers
    large = rng.choice((0, index_module.LARGE))
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            index_module.LARGE = large
            with Index.open(path) as index:
                for operation in todo[first:]:
                    do(index, operation)
                    os.write(write, b".")
        finally:
            os._exit(0)
    os.close(write)
    acknowledged = 0
    wanted = rng.randint(0, 6)
    while acknowledged < wanted and os.read(read, 1):
        acknowledged += 1
    time.sleep(rng.random() * rng.choice((0.002, 0.02, 0.06)))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    acknowledged += len(os.read(read, 1 << 16))
    os.close(read)
    return first + acknowledged


def kill_and_check(path: Path, seed: int, kills: int) -> None:
    """Kill a writer again and again; after each kill the index is whole and has what was acknowledged."""
    rng = random.Random(seed)
    todo = operations(seed)
    done = 0
    for _ in range(kills):
        done = write_until_killed(path, todo, done, rng)
        with Index.open(path) as index:
            index.verify()
            found = {d.id: d.text for d in index.documents()}
            # the operation in which the writer was killed is there as a whole or not at all
            states = [after(todo[:k]) for k in (done, done + 1)]
            texts = [{i: a["text"] for i, a in state.items()} for state in states]
            assert found in texts, f"seed {seed}: after {done} acknowledged operations"
            done += found != texts[0]
            assert_like_scan(index, list(after(todo[:done]).values()))


def assert_like_scan(index: Index, articles: list[dict[str, Any]]) -> None:
    found, expected = index.clusters().result, scan(articles)
    assert (found.passages, found.documents, found.pairs) == (expected.passages, expected.documents, expected.pairs)


@pytest.mark.parametrize("seed", range(5))
def test_killed_writers_leave_a_whole_index(tmp_path: Path, seed: int) -> None:
    """Two kills at random points of additions, merges, removals, expiry and compaction, for each of five seeds."""
    kill_and_check(tmp_path / "news.idx", seed, kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_killed_writers_leave_a_whole_index_soak(tmp_path: Path, seed: int) -> None:
    """The same with two hundred kills."""
    kill_and_check(tmp_path / "news.idx", seed, kills=5)


@pytest.mark.parametrize("large", [0, 1 << 30])
def test_what_cannot_be_written_is_not_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """A batch that the disk has no room for changes nothing, also where it was searched while it was written."""
    monkeypatch.setattr(index_module, "LARGE", large)
    first = [article(n, (n % 5,)) for n in range(20)]
    # two documents change, so that others are removed
    second = [article(n, (n % 5, 6), version=1) for n in (3, 8, 21, 22)]
    third = [article(n, (n % 5, 6), version=2) for n in (4, 9, 23)]
    put = Database.put_part

    def full(database: Database, name: str, content: bytes) -> None:
        if name == "state":
            raise sqlite3.OperationalError("database or disk is full")
        put(database, name, content)

    with Index.open(tmp_path / "a") as index, Index.open(tmp_path / "b") as other:
        for one in (index, other):
            one.add(first)
            upkeep.flush(one._storage)
        with monkeypatch.context() as patched:
            patched.setattr(Database, "put_part", full)
            with pytest.raises(StoreError, match="free space"):
                index.add(second)
        assert index.verify().documents == 20
        found, expected = index.add(third), other.add(third)
        assert found.matches == expected.matches
        assert found.matches
        assert (found.replaced, found.as_of) == (("n4", "n9"), expected.as_of)
        assert answers(index) == answers(other)
    with Index.open(tmp_path / "a", mode="r") as index:
        assert index.verify().documents == 21


def answers(index: Index) -> dict[str, Any]:
    """Return what a small index answers to questions that touch all of it."""
    asked = [{**article(n, (n % 5, 5 + n % 3)), "id": f"q{n}"} for n in range(0, 40, 5)]
    return {
        "matches": index.query(asked, carriers=20).matches,
        "window": index.query(asked, since="2031-04-05", until="2031-04-20").matches,
        "documents": sorted((d.id, d.text) for d in index.documents()),
        "one": index.get("n7"),
        "none": index.get("n59"),
        "count": len(index),
        "signatures": sorted((i, row.tolist()) for i, row in index.signatures()),
    }


def fill(index: Index) -> None:
    """Put segments, newest documents and removed ones into an index."""
    # one of them comes without a date, and goes to a segment of its own
    index.add({"id": "undated", "text": article(0, (1, 6))["text"]})
    for first in range(0, 36, 4):
        index.add([article(n, (n % 5, 5 + n % 3), day=1 + n % 28) for n in range(first, first + 4)])
    index.remove(["n3", "n17", "n35"])
    index.add([article(n, (n % 5,), version=1) for n in (8, 40, 41)])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return two folders of one index, as closing and as killing a writer leaves it, and what it answers."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upkeep, "LEAST_FLUSH", 6)
        patch.setattr(upkeep, "FLUSH", 12)
        patch.setattr(upkeep, "TRAINED_ON", 10)
        index = Index.open(folder / "closed")
        fill(index)
        shutil.copytree(folder / "closed", folder / "killed")
        expected = answers(index)
        assert index.stats().segments >= 2
        assert index._storage.view().state.dictionary
        assert index.stats().newest >= 1
        assert index.stats().removed >= 1
        index.close()
    assert (folder / "killed" / "index.sqlite-wal").stat().st_size > 0
    return {"folder": folder, "answers": expected}


def damage(folder: Path, rng: random.Random) -> str:
    """Flip a bit of some file, cut it, or write over a few of its bytes; return what was done."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)
    path = rng.choice(files)
    data = bytearray(path.read_bytes())
    place = rng.randrange(len(data))
    what = rng.choice(("flip", "flip", "flip", "cut", "zero"))
    if what == "flip":
        data[place] ^= 1 << rng.randrange(8)
    elif what == "cut":
        del data[place:]
    else:
        data[place : place + 64] = bytes(len(data[place : place + 64]))
    path.write_bytes(data)
    return f"{what} {path.name} at {place}"


def check_damage(whole: dict[str, Any], tmp_path: Path, seed: int) -> None:
    """Damage a copy of an index: every answer is right, or an error of ours says what is wrong."""
    rng = random.Random(seed)
    folder = tmp_path / "damaged"
    shutil.copytree(whole["folder"] / rng.choice(("closed", "closed", "killed")), folder)
    done = damage(folder, rng)
    try:
        with Index.open(folder, mode=rng.choice(("r", "a"))) as index:
            for name, answer in answers(index).items():
                assert answer == whole["answers"][name], f"seed {seed}: {done}: {name}"
            if index._storage.writes:
                assert index.add(article(7, (2, 6), day=8)).unchanged == ("n7",), done
                index.add(article(50, (1,)))
                assert len(index) == whole["answers"]["count"] + 1, done
            index.verify()
    except DedupError as error:
        told = str(error)
        assert ";" in told, f"{done}: says not what to do: {told}"
    shutil.rmtree(folder)


def test_damage_is_told(whole: dict[str, Any], tmp_path: Path) -> None:
    """A hundred seeded damages, one at a time, each in a copy."""
    for seed in range(100):
        check_damage(whole, tmp_path, seed)


@pytest.mark.slow
def test_damage_is_told_soak(whole: dict[str, Any], tmp_path: Path) -> None:
    """Two thousand of them."""
    for seed in range(1000, 3000):
        check_damage(whole, tmp_path, seed)


def test_most_damage_is_seen(whole: dict[str, Any], tmp_path: Path) -> None:
    """`verify` finds every flipped byte of a segment: it is not that nothing is ever looked at."""
    rng = random.Random(5)
    for path in sorted((whole["folder"] / "closed" / "segments").iterdir()):
        folder = tmp_path / path.name
        shutil.copytree(whole["folder"] / "closed", folder)
        data = bytearray(path.read_bytes())
        data[rng.randrange(len(data))] ^= 4
        (folder / "segments" / path.name).write_bytes(data)
        with pytest.raises(DedupError, match=path.name), Index.open(folder, mode="r") as index:
            index.verify()


def test_a_lost_commit_is_noticed(whole: dict[str, Any], tmp_path: Path) -> None:
    """A write-ahead log that was emptied takes commits with it: the index says so, and how to go on."""
    folder = tmp_path / "lost"
    shutil.copytree(whole["folder"] / "killed", folder)
    (folder / "index.sqlite-wal").write_bytes(b"")
    with pytest.raises(DedupError, match=r"commits are lost|has no state"):
        Index.open(folder)


READER = """
import sys, time
from dedup import Index
from tests.index.texts import sentence
until = time.time() + float(sys.argv[2])
asked = {"id": "q", "text": sentence(5)}
count = seen = 0
with Index.open(sys.argv[1], mode="r") as index:
    while time.time() < until or count < 3:
        answer = index.query(asked, carriers=10_000)
        found = sorted(int(m.left.doc_id[1:]) for m in answer)
        # whole batches of three, one behind the other, the oldest of at most six
        whole = found == list(range(found[0], found[0] + len(found))) and found[0] % 3 == len(found) % 3 == 0
        if not whole or len(found) > 18 or answer.as_of < seen:
            sys.exit(f"commit {answer.as_of} after {seen}: {found}")
        count, seen = count + 1, answer.as_of
print(count)
"""


def read_and_write(path: Path, seconds: float) -> None:
    """One process adds and removes batches of three, four ask; every answer is that of one commit."""
    with Index.open(path) as index:
        index.add([article(n, (5,)) for n in range(3)])
        command = [sys.executable, "-c", READER, str(path), str(seconds)]
        readers = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
            for _ in range(4)
        ]
        batch = 0
        while any(r.poll() is None for r in readers):
            batch += 1
            index.add([article(n, (5,)) for n in range(3 * batch, 3 * batch + 3)])
            if batch >= 5:
                index.remove([f"n{n}" for n in range(3 * (batch - 5), 3 * (batch - 4))])
        outputs = [r.communicate() for r in readers]
        assert [(r.returncode, err) for r, (_, err) in zip(readers, outputs, strict=True)] == [(0, "")] * 4
        assert all(int(out) >= 3 for out, _ in outputs)
        assert batch > 20
        index.verify()


def test_one_writer_and_four_readers(tmp_path: Path) -> None:
    """Three seconds of it."""
    read_and_write(tmp_path / "news.idx", 3)


@pytest.mark.slow
def test_one_writer_and_four_readers_soak(tmp_path: Path) -> None:
    """A minute of it."""
    read_and_write(tmp_path / "news.idx", 60)


def test_one_writer_alone(tmp_path: Path) -> None:
    """A second writer is refused with the number of the first one's process; a reader is not."""
    with Index.open(tmp_path / "news.idx"):
        with pytest.raises(DedupError, match=f"process {os.getpid()} is writing"):
            Index.open(tmp_path / "news.idx")
        Index.open(tmp_path / "news.idx", mode="r").close()
    Index.open(tmp_path / "news.idx").close()
