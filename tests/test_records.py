"""Records that are made when they are asked for: the same as those that are held."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from benchmarks import worst
from dedup import Config, ScanResult, scan
from dedup.records import Encoded, Facts, Lazy
from dedup.report import catalogue, html
from dedup.report.facts import gather, glance
from dedup.report.network import network
from dedup.shelf import Chosen
from dedup.spill import Scratch
from dedup.store.results import line, write_results
from tests.prose import RATES

CASES = (("wall", 40), ("chain", 30))
DOCUMENTS = [
    *({**d, "id": f"{case} {d['id']}"} for case, size in CASES for d in worst.CASES[case](size)),
    *({"id": f"rates {n}", "outlet": f"Post {n}", "published": f"2031-03-0{n + 1}", "text": text}
      for n, text in enumerate((RATES, RATES.replace("25 basis", "75 basis")))),
]  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[ScanResult, ScanResult]:
    """Return a result that is held, and that of a scan for which nothing fits into memory."""
    plain = scan(DOCUMENTS)
    held = replace(plain, passages=tuple(plain.passages), suppressed=tuple(plain.suppressed))
    return held, scan(DOCUMENTS, Config(memory=1 << 26), work=tmp_path_factory.mktemp("work"))


@pytest.mark.parametrize("table", ["passages", "suppressed"])
def test_made_as_held(table: str, results: tuple[ScanResult, ScanResult]) -> None:
    """What is made when it is asked for is equal to what is held: by place, by slice and as a whole."""
    held, made = (getattr(r, table) for r in results)
    assert isinstance(made, Lazy)
    assert len(held) == len(made) > 20
    assert made == held
    assert tuple(made) == held
    assert (made[3], made[-1], made[2:5]) == (held[3], held[-1], held[2:5])
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == held
    assert made != held[:-1]
    assert made != (*held[1:], held[0])
    with pytest.raises(IndexError):
        made[len(held)]


def test_written_as_held(results: tuple[ScanResult, ScanResult], tmp_path: Path) -> None:
    """What is made is written to the lines that is held, changed figures among it, and the same is counted: what a
    summary says of all records."""
    assert any(m.changed for p in results[0].passages for m in p.members)
    expected = glance(results[0])
    assert expected == gather(results[0], network(results[0]).outlets)
    assert expected.firsts
    assert expected.set_aside
    files = []
    for n, result in enumerate(results):
        assert glance(result) == expected
        assert write_results(result, tmp_path / str(n), formats=["jsonl"]) == expected
        files.append([(tmp_path / str(n) / f"{t}.jsonl").read_bytes() for t in ("passages", "suppressed", "pairs")])
    assert files[0] == files[1]


def test_rows_have_parents(results: tuple[ScanResult, ScanResult]) -> None:
    """What is written of passages inside others names these, as the records do."""
    encoded = Encoded(Scratch())
    hostile = '"parent":null,"changed":[{"before":1,"after":'
    for cluster in results[0].passages[:3]:
        plain = replace(cluster, parent=None, text=hostile, evidence=(hostile,))
        facts = Facts(plain.cluster_id, plain.kind, plain.scope, plain.n_documents, plain.n_families, len(plain.text))
        encoded.append(facts, msgspec.json.encode(plain))
    chosen = encoded.chosen([2, 0, 1], {0: 'aro"und'})
    assert [c.parent for c in chosen] == [None, 'aro"und', None]
    assert {c.text for c in chosen} == {hostile}
    for record, (counted, raw) in zip(chosen, chosen.encoded(), strict=True):
        assert raw == msgspec.json.encode(record)
        assert (counted.parent, counted.kind, counted.scope) == (record.parent, record.kind, record.scope)
        assert [m.doc_id for m in counted.members] == [m.doc_id for m in record.members]


def test_changes_have_the_names_of_the_contract(results: tuple[ScanResult, ScanResult]) -> None:
    """A line names what a change is from and to, whatever stands in the texts, and says nothing else in other words."""
    cluster = next(p for p in results[0].passages if any(m.changed for m in p.members))
    hostile = 'x","after":{"before":1'
    members = [
        replace(m, text=hostile, changed=tuple(replace(c, after=hostile) for c in m.changed)) for m in cluster.members
    ]
    plain = msgspec.json.decode(line(replace(cluster, members=tuple(members))))
    assert all(m["text"] == hostile for m in plain["members"])
    assert [[c.pop("to") for c in m["changed"]] for m in plain["members"]] == [
        [hostile] * len(m.changed) for m in members
    ]
    assert all(set(c) == {"from", "start", "end"} for m in plain["members"] for c in m["changed"])


def test_heads(results: tuple[ScanResult, ScanResult]) -> None:
    """When documents were published is told without their texts, many at once."""
    held, made = (r.texts for r in results)
    assert isinstance(made, Chosen)
    moments = made.moments()
    assert {i: (d.timestamp, d.published_precision) for i, d in held.items()} == moments
    assert any(when.published_precision for when in moments.values())


def test_rows_of_texts(results: tuple[ScanResult, ScanResult]) -> None:
    """Documents are written as rows as they are written as documents."""
    held, made = (r.texts for r in results)
    assert isinstance(made, Chosen)
    assert [*map(msgspec.json.encode, made.rows())] == [*map(msgspec.json.encode, held.values())]


def test_texts_by_id(results: tuple[ScanResult, ScanResult]) -> None:
    """The matched documents are found by id, others are not."""
    held, made = (r.texts for r in results)
    assert list(held) == list(made)
    assert all(made[doc_id] == held[doc_id] for doc_id in held)
    for wrong in ("", "nothing", "zzz"):
        assert wrong not in made
        with pytest.raises(KeyError):
            made[wrong]


def test_the_same_report(results: tuple[ScanResult, ScanResult], tmp_path: Path) -> None:
    """The report of records that are made is that of records that are held."""
    pages = []
    for n, result in enumerate(results):
        (tmp_path / str(n)).mkdir()
        html.write_html(result, tmp_path / str(n) / "report.html")
        pages.append((tmp_path / str(n) / "report.html").read_bytes())
    assert pages[0] == pages[1]


def test_passages_of_low_rank_have_no_page(
    results: tuple[ScanResult, ScanResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more passages than a report shows, those of the highest ranks have a place on a page, and no link leads to
    one of the others."""
    for module in (catalogue, html):
        monkeypatch.setattr(module, "MOST_CARDS", 5)
    html.write_html(results[0], tmp_path / "report.html", budget_bytes=60_000)
    pages = [tmp_path / "report.html", *(tmp_path / "report-pages").glob("p*.html")]
    text = "".join(p.read_text(encoding="utf-8") for p in pages)
    ids = [p.cluster_id for p in results[0].passages]
    assert [i for i in ids if f'id="{i}"' in text] == ids[:5]
    assert not any(f'#{i}"' in text for i in ids[5:])
