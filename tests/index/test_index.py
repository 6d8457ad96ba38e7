"""The index as a library: what is added is found, what is removed is not, and all of it equals a scan."""

from __future__ import annotations

import datetime
import random
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Config, ConfigError, Document, Index, StoreError, compare, scan
from dedup.index import index as index_module
from dedup.index import upkeep
from dedup.index.search import FREQUENT
from tests.index.texts import article, newsroom, sentence


def pairs(answer: Any) -> list[tuple[str, str]]:
    """Return who was matched with whom."""
    return sorted({(m.left.doc_id, m.right.doc_id) for m in answer})


def assert_equals_scan(index: Index, articles: list[dict[str, Any]]) -> None:
    """Clusters, pairs and what was set aside are those of one scan of the articles."""
    found, expected = index.clusters().result, scan(articles, index.config)
    assert found.passages == expected.passages
    assert found.documents == expected.documents
    assert found.pairs == expected.pairs
    assert found.suppressed == expected.suppressed
    assert found.texts == expected.texts


def test_an_arrival_is_answered_at_once(tmp_path: Path) -> None:
    """The second carrier of a sentence is told who had it, where, and in which of its own places."""
    with Index.open(tmp_path / "news.idx") as index:
        assert not index.add(article(1, (5,)))
        answer = index.add([article(2, (5,)), article(3)])
        [match] = answer
        texts = {n: article(n, (5,))["text"] for n in (1, 2)}
        assert texts[1][match.left.start : match.left.end] + "." == sentence(5)
        assert texts[2][match.right.start : match.right.end] + "." == sentence(5)
        assert (match.left.doc_id, match.right.doc_id) == ("n1", "n2")
        assert (match.outlet, match.published) == ("Brightwater Times", "2031-04-01T01:00:00+00:00")
        assert match.wording == "verbatim"
        assert match.relation == "partial"
        assert answer.added == ("n2", "n3")
        assert answer.of("n2") == (match,)
        assert answer.of("n3") == ()
        assert match.as_of == answer.as_of == 2


def test_spans_are_those_of_compare(tmp_path: Path) -> None:
    """A match has the spans, the changes and, in a fresh index, the features of `compare` for the two texts."""
    left = {
        "id": "a",
        "text": f"{sentence(1)} The storm took 25 roofs off the old terrace. {sentence(2)} {sentence(3)}",
    }
    right = {"id": "b", "text": f"{sentence(4)} {left['text'].replace('25', '75')}"}
    with Index.open(tmp_path / "news.idx") as index:
        index.add(left)
        found = index.add(right)
    expected = compare(Document(**left), Document(**right))
    assert [(m.left, m.right, m.changed, m.scores, m.score) for m in found] == [
        (m.left, m.right, m.changed, m.scores, m.score) for m in expected
    ]
    assert [(c.before, c.after) for m in found for c in m.changed] == [("25", "75")]


def test_the_same_message_twice_changes_nothing(tmp_path: Path) -> None:
    """A document added again is unchanged, is not its own match, and gets the answer it got before."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add(article(1, (5,)))
        first = index.add(article(2, (5,)))
        again = index.add([article(2, (5,)), article(2, (5,))])
        assert pairs(again) == pairs(first) == [("n1", "n2")]
        assert (again.added, again.replaced, again.unchanged) == ((), (), ("n2",))
        assert again.as_of == first.as_of
        assert len(index) == 2
        # a text without an id has one of its content: told twice, it is one document
        nameless = {"text": sentence(77) + " " + sentence(78)}
        assert len(index.add(nameless)) == len(index.add(nameless)) == 0
        assert len(index) == 3


def test_a_changed_text_replaces(tmp_path: Path) -> None:
    """Under a known id the new text counts and the old one is gone, also when only a field changed."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add([article(1, (5,)), article(2)])
        assert index.add(article(1, (6,), version=1)).replaced == ("n1",)
        assert pairs(index.query({"id": "q", "text": sentence(5)})) == []
        assert pairs(index.query({"id": "q", "text": sentence(6)})) == [("n1", "q")]
        assert index.add({**article(2), "title": "Another title"}).replaced == ("n2",)
        found = index.get("n2")
        assert found is not None
        assert found.title == "Another title"
        assert len(index) == 2


def test_the_last_of_one_id_in_a_batch_counts(tmp_path: Path) -> None:
    """A batch that has an id twice with other texts is a document and its correction."""
    with Index.open(tmp_path / "news.idx") as index:
        assert index.add([article(1, (5,)), article(1, (6,))]).added == ("n1",)
        assert pairs(index.query({"text": sentence(5), "id": "q"})) == []
        assert pairs(index.query({"text": sentence(6), "id": "q"})) == [("n1", "q")]


def test_texts_of_one_batch_are_compared(tmp_path: Path) -> None:
    """Inside a batch each pair is told once, with the later one."""
    with Index.open(tmp_path / "news.idx") as index:
        answer = index.add([article(3, (5,)), article(1, (5,)), article(2, (5,))])
        assert pairs(answer) == [("n1", "n2"), ("n3", "n1"), ("n3", "n2")]


def test_equal_texts_need_no_verdict(tmp_path: Path) -> None:
    """A text too short to be a passage is found when it is wholly equal."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add({"id": "a", "text": "Ferry delayed."})
        [match] = index.add({"id": "b", "text": "FERRY delayed!"})
        assert (match.relation, match.share_left, match.share_right) == ("duplicate", 1.0, 1.0)
        assert not index.add([{"id": "c", "text": ""}, {"id": "d", "text": "  "}, {"id": "e", "text": "?!"}])


def test_a_query_writes_nothing(tmp_path: Path) -> None:
    """A query answers as an addition would, and leaves index and files as they are."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add(newsroom(12))
        before = index.stats()
        asked = index.query([article(50, (1,)), article(51, (2,))])
        assert index.stats() == before
        assert asked.added == asked.replaced == asked.unchanged == ()
        assert {m.right.doc_id for m in asked} <= {"n50", "n51"}
        together = index.add([article(50, (1,))])
        assert pairs(together) == [p for p in pairs(asked) if p[1] == "n50"]


def test_windows_and_outlets(tmp_path: Path) -> None:
    """A query can leave out other times, undated documents and outlets; bounds are half-open."""
    dated = [article(n, (5,), day=n) for n in (1, 2, 3)]
    with Index.open(tmp_path / "news.idx") as index:
        index.add([*dated, {"id": "undated", "text": sentence(5)}])
        upkeep.flush(index._storage)
        index.add(article(4, (5,), day=4))
        asked = {"id": "q", "text": sentence(5) + " " + sentence(6)}

        def found(**options: Any) -> list[str]:
            return [left for left, _ in pairs(index.query(asked, **options))]

        assert found() == ["n1", "n2", "n3", "n4", "undated"]
        assert found(since="2031-04-02") == ["n2", "n3", "n4"]
        assert found(until=datetime.datetime(2031, 4, 3, 3, tzinfo=datetime.UTC)) == ["n1", "n2"]
        assert found(since=datetime.date(2031, 4, 3), until="2031-04-04T04:00:00Z") == ["n3"]
        assert found(outlet_not="Brightwater Times") == ["n2", "n3", "n4", "undated"]
        assert found(outlet_not=["Brightwater Times", "Moor Chronicle"]) == ["n3", "n4", "undated"]
        with pytest.raises(ConfigError, match="no date"):
            index.query(asked, since="last week")


def test_removed_documents_are_not_found(tmp_path: Path) -> None:
    """What was removed is no match, from the newest and from segments, and can come again."""
    with Index.open(tmp_path / "news.idx") as index:
        index.add([article(n, (5,)) for n in range(4)])
        upkeep.flush(index._storage)
        index.add([article(n, (5,)) for n in range(4, 8)])
        assert index.remove(["n1", "n5", "nobody", "n5"]) == 2
        assert index.remove("nobody") == 0
        assert {left for left, _ in pairs(index.query({"id": "q", "text": sentence(5)}))} == {
            "n0", "n2", "n3", "n4", "n6", "n7"
        }  # fmt: skip
        assert index.get("n1") is None
        assert index.add(article(1, (5,))).added == ("n1",)
        assert len(index) == 7
        index.verify()


def test_expired_documents_go_with_their_segments(tmp_path: Path) -> None:
    """Documents before a date go, undated ones stay, and a segment with nothing else goes as a whole."""
    with Index.open(tmp_path / "news.idx") as index:
        for first in (1, 11):
            index.add([article(n, (5,), day=n) for n in range(first, first + 10)])
            upkeep.flush(index._storage)
        index.add({"id": "undated", "text": sentence(5)})
        files = len(list((tmp_path / "news.idx" / "segments").iterdir()))
        assert index.expire("2031-04-13") == 12
        assert index.expire("2031-04-13") == 0
        assert len(list((tmp_path / "news.idx" / "segments").iterdir())) == files // 2
        assert sorted(d.id for d in index.documents()) == sorted(["undated", *(f"n{n}" for n in range(13, 21))])
        index.verify()


def test_merged_and_compacted_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushing, merging and compacting change no answer, and leave few files."""
    monkeypatch.setattr(upkeep, "LEAST_FLUSH", 4)
    monkeypatch.setattr(upkeep, "FLUSH", 8)
    articles = newsroom(120, seed=3)
    with Index.open(tmp_path / "a") as small, Index.open(tmp_path / "b") as plain:
        for first in range(0, 120, 5):
            small.add(articles[first : first + 5])
        monkeypatch.setattr(upkeep, "LEAST_FLUSH", 10_000)
        monkeypatch.setattr(upkeep, "FLUSH", 10_000)
        plain.add(articles)
        gone = [f"n{n}" for n in range(0, 120, 7)]
        assert small.remove(gone) == plain.remove(gone) == len(gone)
        assert small.stats().segments > 1
        assert plain.stats().segments == 0
        for compacted in (False, True):
            if compacted:
                small.compact()
                assert small.stats().removed == 0
                assert small.stats().segments <= 2
            for asked in articles[::9]:
                wanted = {**asked, "id": "q"}
                assert pairs(small.query(wanted, carriers=50)) == pairs(plain.query(wanted, carriers=50))
            assert small.verify().documents == len(plain)
        assert_equals_scan(small, [a for a in articles if a["id"] not in gone])


def test_reopened_it_is_the_same(tmp_path: Path) -> None:
    """Everything is there again in another opening, with the configuration that it was made with."""
    config = Config(min_words=9)
    with Index.open(tmp_path / "news.idx", config=config) as index:
        index.add(newsroom(20))
        index.remove("n3")
        expected = index.query(article(40, (1, 2)))
        stats = index.stats()
    with Index.open(tmp_path / "news.idx", mode="r") as index:
        assert index.config == config
        assert index.query(article(40, (1, 2))).matches == expected.matches
        assert index.verify().commit == stats.commit
        with pytest.raises(StoreError, match="open for reading"):
            index.add(article(1))


def test_clusters_have_the_memory_to_themselves(tmp_path: Path) -> None:
    """Documents that an index keeps in memory are forgotten before a scan takes what memory is allowed."""
    shared = sentence(5) + " " + sentence(6)
    with Index.open(tmp_path / "news.idx") as index:
        for n in range(2):
            index.add({"id": str(n), "text": f"{sentence(100 + n)} {shared}"})
        assert index._texts._size
        index.clusters()
        assert not index._texts._size
        assert index.query({"text": shared})


def test_handles_go_on(tmp_path: Path) -> None:
    """A cluster that grows keeps its handle over processes; one that is gone does not come back."""
    shared = sentence(5) + " " + sentence(6)
    with Index.open(tmp_path / "news.idx") as index:
        index.add([{"id": i, "text": f"{sentence(100 + n)} {shared}"} for n, i in enumerate("ab")])
        first = index.clusters()
        [handle] = first.handles.values()
        assert index.clusters() is first
        index.add({"id": "0", "text": f"{sentence(110)} {shared} {sentence(111)}"})
    with Index.open(tmp_path / "news.idx") as index:
        second = index.clusters()
        assert list(second.handles.values()) == [handle]
        assert second.handles.keys() != first.handles.keys(), "the id of the cluster is another one"
        index.remove(["b", "0"])
        assert dict(index.clusters().handles) == {}
        index.add({"id": "b", "text": f"{sentence(101)} {shared}"})
        assert handle not in index.clusters().handles.values()


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=5)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 9), min_size=1, max_size=3)),
        st.tuples(st.sampled_from(["compact", "flush", "reopen", "expire"]), st.just([])),
    ),
    min_size=1,
    max_size=9,
)  # fmt: skip


@settings(max_examples=25, deadline=None, derandomize=True)
@given(operations=OPERATIONS)
def test_incremental_equals_batch(tmp_path_factory: pytest.TempPathFactory, operations: list[Any]) -> None:
    """After any additions, replacements and removals `clusters()` equals one scan of what is left."""
    path = tmp_path_factory.mktemp("index") / "news.idx"
    remaining: dict[str, dict[str, Any]] = {}
    index = Index.open(path)
    for name, values in operations:
        if name == "add":
            batch = [article(n, (v, v + n % 2), day=1 + n, version=v) for n, v in values]
            index.add(batch)
            remaining.update({a["id"]: a for a in batch})
        elif name == "remove":
            index.remove([f"n{n}" for n in values])
            for n in values:
                remaining.pop(f"n{n}", None)
        elif name == "expire":
            index.expire("2031-04-03")
            remaining = {i: a for i, a in remaining.items() if a["published"] >= "2031-04-03"}
        elif name == "compact":
            index.compact()
        elif name == "flush" and index.stats().newest:
            upkeep.flush(index._storage)
        elif name == "reopen":
            index.close()
            index = Index.open(path)
    assert sorted(d.id for d in index.documents()) == sorted(remaining)
    assert_equals_scan(index, list(remaining.values()))
    index.verify()
    index.close()


@pytest.mark.parametrize("large", [0, index_module.LARGE])
def test_many_threads_may_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """Threads that query while one adds get answers of one commit each, and no error."""
    monkeypatch.setattr(index_module, "LARGE", large)
    with Index.open(tmp_path / "news.idx") as index:
        index.add([article(0, (5,))])
        errors: list[str] = []
        done = threading.Event()

        def ask() -> None:
            while not done.is_set():
                answer = index.query({"id": "q", "text": sentence(5)}, carriers=100)
                # commit k holds articles 0 to k - 1
                if pairs(answer) != sorted((f"n{n}", "q") for n in range(answer.as_of)):
                    errors.append(f"{answer.as_of}: {pairs(answer)}")

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for n in range(1, 25):
            index.add(article(n, (5,)))
        done.set()
        for thread in threads:
            thread.join()
        assert errors == []


def test_carriers_are_limited_and_counted(tmp_path: Path) -> None:
    """Of many carriers the earliest are named, as many as asked; the others are counted."""
    copies = [{"id": f"c{n:03d}", "outlet": f"o{n}", "text": sentence(5) + " " + sentence(6)} for n in range(300)]
    random.Random(1).shuffle(copies)
    with Index.open(tmp_path / "news.idx") as index:
        index.add(copies)
        answer = index.query({"id": "q", "text": sentence(5)}, carriers=5)
        assert [left for left, _ in pairs(answer)] == sorted(c["id"] for c in copies[:5])
        assert answer.limited["frequent_seeds"] > 0
        assert answer.limited["passed_over"] == FREQUENT - 5


def test_records_that_are_no_documents_are_counted(tmp_path: Path) -> None:
    """A record without text is left out with a reason; the others are added."""
    with Index.open(tmp_path / "news.idx") as index:
        answer = index.add([{"id": "a"}, {"id": "b", "text": sentence(5)}, {"id": "c", "text": 7}])
        assert answer.added == ("b",)
        assert not answer.complete
        assert len(answer.messages) == 2
        assert index.add([]).added == ()


def test_hostile_text_comes_back_as_it_is(tmp_path: Path) -> None:
    """Control characters, markup, quotes of SQL and lone surrogates are text and nothing else."""
    texts = ["a\x00b'); DROP TABLE documents;--", "<script>\u202e{{7*7}}</script>", "😀 \ud800 ok", "../../etc/passwd"]
    with Index.open(tmp_path / "news.idx") as index:
        index.add([{"id": t, "text": t, "outlet": t, "title": t} for t in texts])
        index.verify()
        found = {d.id: d.text for d in index.documents()}
        assert {t.replace("\ud800", "\ufffd").replace("\x00", "\ufffd") for t in texts} == set(found.values())
        assert_equals_scan(index, [{"id": t, "text": t, "outlet": t, "title": t} for t in texts])


def test_signatures_are_datasketchs(tmp_path: Path) -> None:
    """Signatures load into datasketch, whose LSH then finds the near-duplicates of the index."""
    from datasketch import MinHash, MinHashLSH

    from dedup import shingle_hashes

    articles = [article(1, (5, 6, 7, 8, 9)), article(2, (5, 6, 7, 8, 9)), article(3)]
    with Index.open(tmp_path / "news.idx") as index:
        index.add(articles)
        lsh = MinHashLSH(threshold=0.4, num_perm=128)
        for doc_id, row in index.signatures():
            lsh.insert(doc_id, MinHash(num_perm=128, seed=1, hashvalues=row, scheme="affine32"))
        made = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=int)
        made.update_batch(shingle_hashes(articles[0]["text"]).tolist())
        assert sorted(lsh.query(made)) == ["n1", "n2"]


def test_documents_that_are_kept_hold_no_weights_of_the_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What words weigh changes with the segments; documents that were read before keep no array of it alive."""
    monkeypatch.setattr(upkeep, "LEAST_FLUSH", 1)
    with Index.open(tmp_path / "news.idx") as index:
        weights = []
        for n in range(12):
            # of each two the second asks for the first, and nobody for either again
            index.add(article(n, (n // 2,)))
            weights.append(weakref.ref(index._storage.idf(index._storage.view())))
        assert index._texts._kept
        assert sum(each() is not None for each in weights) <= 2
