"""The generator of planted corpora: spans are exact, rates are as asked, the seed decides everything."""

from __future__ import annotations

import gzip
import json
import os
import re
import string
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import planted as planting
from benchmarks.planted import main, plant_given, plant_invented
from benchmarks.planting.damage import LOOK_ALIKES, Rates, damage, split_words
from benchmarks.planting.invented import Invented
from benchmarks.planting.language import Language, zipf
from benchmarks.planting.ledger import relation_of
from benchmarks.planting.plan import RECIPES, Settings
from benchmarks.planting.story import find_stretches
from dedup.evaluation.records import read_gold

LANGUAGE = Language(words=4000, names=900, figures=300, people=500, phrases=30_000)
SETTINGS = Settings(
    articles=450,
    seed=7,
    edit_rates=(0.0, 0.2),
    ocr_rates=(0.0, 0.05),
    wire=0.3,
    passage=0.4,
    quotation=0.2,
    caption=0.2,
    stock=0.2,
    must_not=0.05,
)
UNDAMAGED_EQUAL = ("passage", "quotation", "stock")


class Corpus:
    """A planted corpus as read back from its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = [json.loads(line) for line in (folder / "articles.jsonl").open(encoding="utf-8")]
        self.labels = [json.loads(line) for line in (folder / "gold.jsonl").open(encoding="utf-8")]
        self.text = {r["id"]: r["text"] for r in self.records}
        self.clusters = [g for g in self.labels if "cluster" in g]

    def members(self, cluster: dict[str, Any]) -> list[str]:
        return [self.text[m["doc_id"]][m["start"] : m["end"]] for m in cluster["members"]]

    def clean(self, *plants: str) -> list[dict[str, Any]]:
        return [c for c in self.clusters if c["plant"] in plants and c["edit_rate"] == c["ocr_rate"] == 0]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("planted")
    plant_invented(folder, SETTINGS, language=LANGUAGE)
    return Corpus(folder)


def test_the_labels_are_labels_for_evaluate(corpus: Corpus) -> None:
    """`dedup evaluate` reads the file: names, kinds, spans and pairs obey its format."""
    gold = read_gold(corpus.folder / "gold.jsonl")
    assert len(gold.clusters) == len(corpus.clusters) > 100
    assert set(gold.stories) == set(corpus.text)
    assert gold.documents() <= set(corpus.text)


def test_every_kind_is_planted(corpus: Corpus) -> None:
    """Each kind of plant has clusters, and each its kind of passage."""
    kinds = {(c["plant"], c["kind"]) for c in corpus.clusters}
    assert kinds == {
        ("wire", "wire_copy"),
        ("passage", "wire_copy"),
        ("quotation", "quotation"),
        ("caption", "caption"),
        ("stock", "stock_phrase"),
        ("furniture", "boilerplate"),
    }


def test_spans_lie_in_their_texts_and_begin_and_end_with_a_word(corpus: Corpus) -> None:
    """Offsets are code points of the text written, and outer punctuation is no part of a member."""
    for cluster in corpus.clusters:
        for member, text in zip(cluster["members"], corpus.members(cluster), strict=True):
            assert 0 <= member["start"] < member["end"] <= len(corpus.text[member["doc_id"]])
            assert text[0].isalnum()
            assert text[-1].isalnum()


def test_undamaged_copies_are_equal(corpus: Corpus) -> None:
    """Without edits and misreading all members of a cluster are the same string."""
    clean = corpus.clean(*UNDAMAGED_EQUAL)
    assert len(clean) >= 30
    for cluster in clean:
        assert len(set(corpus.members(cluster))) == 1
        assert cluster["wording"] == "verbatim"


def test_undamaged_wire_copies_are_cut_from_one_text(corpus: Corpus) -> None:
    """Every member is the source from its first word, but for a dateline, to where it was cut."""
    clean = corpus.clean("wire")
    assert len(clean) >= 5
    for cluster in clean:
        source, *others = corpus.members(cluster)
        for text in others:
            assert source.startswith(text) or source.split(" — ", 1)[-1].startswith(text)


def test_repeated_captions_differ_by_one_word(corpus: Corpus) -> None:
    """A caption stands twice in its first article, once with "(pictured)", otherwise equal."""
    clean = corpus.clean("caption")
    assert clean
    for cluster in clean:
        texts = corpus.members(cluster)
        assert len({t.replace(" (pictured)", "") for t in texts}) == 1
        by_document = Counter(m["doc_id"] for m in cluster["members"])
        assert by_document[cluster["members"][0]["doc_id"]] == 2
        assert sum("(pictured)" in t for t in texts) >= 1


def test_furniture_stands_on_pages_of_one_family(corpus: Corpus) -> None:
    """Members differ at most by a number; a piece is on three pages or more."""
    pieces = [c for c in corpus.clusters if c["plant"] == "furniture"]
    for cluster in pieces:
        assert len({re.sub(r"\d", "#", t.split(" ", 8)[-1]) for t in corpus.members(cluster)}) == 1
        assert len(cluster["members"]) >= 3
    assert any(c["wording"] == "near_verbatim" for c in pieces)


def test_nothing_stands_where_no_label_is(corpus: Corpus) -> None:
    """An undamaged plant occurs in the whole corpus as often as its cluster has members."""
    everything = "\n".join(corpus.text.values())
    for cluster in corpus.clean(*UNDAMAGED_EQUAL):
        assert everything.count(corpus.members(cluster)[0]) == len(cluster["members"])


def test_the_first_member_is_undamaged(corpus: Corpus) -> None:
    """The source has as many words as the label says, and damaged copies differ from it."""
    damaged = [c for c in corpus.clusters if c["plant"] == "passage" and c["edit_rate"] and c["words"] > 40]
    assert len(damaged) >= 10
    for cluster in damaged:
        source, *copies = corpus.members(cluster)
        assert len(split_words(source)[0]) == cluster["words"]
        assert all(copy != source for copy in copies)


def test_members_of_one_document_do_not_overlap(corpus: Corpus) -> None:
    """No two plants of an article share a character."""
    by_document: dict[str, list[tuple[int, int]]] = {}
    for cluster in corpus.clusters:
        for m in cluster["members"]:
            by_document.setdefault(m["doc_id"], []).append((m["start"], m["end"]))
    for spans in by_document.values():
        spans.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_carriers_are_as_many_as_asked(corpus: Corpus) -> None:
    """The share of articles that carry a kind is the rate, and clusters have the sizes of their recipe."""
    for kind in ("wire", "passage", "quotation", "caption", "stock"):
        clusters = [c for c in corpus.clusters if c["plant"] == kind]
        carriers = {m["doc_id"] for c in clusters for m in c["members"]}
        low, high = RECIPES[kind].carriers
        sizes = [len({m["doc_id"] for m in c["members"]}) for c in clusters]
        wanted = getattr(SETTINGS, kind) * SETTINGS.articles
        assert wanted - low < len(carriers) <= wanted
        assert max(sizes) <= high
        assert min(sizes) >= (low if kind != "wire" else 2)


def test_every_pair_of_rates_is_used_alike(corpus: Corpus) -> None:
    """Passages are spread over all edit and OCR rates evenly."""
    cells = Counter((c["edit_rate"], c["ocr_rate"]) for c in corpus.clusters if c["plant"] == "passage")
    assert set(cells) == {(0.0, 0.0), (0.0, 0.05), (0.2, 0.0), (0.2, 0.05)}
    assert max(cells.values()) - min(cells.values()) <= 1


def test_wire_stories_are_first_at_their_origin(corpus: Corpus) -> None:
    """The document of origin has the earliest date of all carriers, and its text credits the agency."""
    published = {r["id"]: r["published"] for r in corpus.records}
    stories = [c for c in corpus.clusters if c["plant"] == "wire"]
    credited = [c for c in stories if c["origin"]["agency"]]
    assert 0 < len(credited) < len(stories)
    for cluster in stories:
        first = cluster["origin"]["doc_id"]
        assert published[first] == min(published[m["doc_id"]] for m in cluster["members"])
        if cluster["origin"]["agency"]:
            assert f"({cluster['origin']['agency']})" in corpus.text[first]


def test_exchanged_halves_are_two_clusters(corpus: Corpus) -> None:
    """Somewhere a carrier has the second stretch of a story before the first one."""
    places = {
        (c["cluster"], m["doc_id"]): m["start"] for c in corpus.clusters for m in c["members"] if c["plant"] == "wire"
    }
    turned = [
        1 for (name, d), at in places.items() if name.endswith(".1") and places.get((name[:-1] + "2", d), at) < at
    ]
    assert turned


def test_scope_follows_the_outlets(corpus: Corpus) -> None:
    """A cluster is across outlets exactly when its members have more than one."""
    outlet = {r["id"]: r["outlet"] for r in corpus.records}
    scopes: Counter[str] = Counter()
    for cluster in corpus.clusters:
        outlets = {outlet[m["doc_id"]] for m in cluster["members"]}
        assert (cluster["scope"] == "cross_outlet") == (len(outlets) > 1)
        scopes[cluster["scope"]] += 1
    assert set(scopes) == {"cross_outlet", "within_outlet", "within_document"}


def test_spans_kept_apart_are_equally_long_and_shared_by_nobody(corpus: Corpus) -> None:
    """Spans of a must-not group have as many words each, lie in no plant, one to an article."""
    planted: dict[str, list[tuple[int, int]]] = {}
    for cluster in corpus.clusters:
        for m in cluster["members"]:
            planted.setdefault(m["doc_id"], []).append((m["start"], m["end"]))
    groups: dict[str, list[int]] = {}
    apart = [g for g in corpus.labels if "must_not" in g]
    for g in apart:
        assert all(g["end"] <= a or b <= g["start"] for a, b in planted.get(g["doc_id"], []))
        words = len(split_words(corpus.text[g["doc_id"]][g["start"] : g["end"]])[0])
        groups.setdefault(g["must_not"], []).append(words)
    assert len(groups) >= 5
    assert all(len(words) == 2 and words[0] == words[1] >= 15 for words in groups.values())
    assert len({g["doc_id"] for g in apart}) == len(apart)


def test_pairs_that_contain_another_have_its_words(corpus: Corpus) -> None:
    """The words of the contained article stand in the containing one, by far more than in unrelated ones."""
    relations = Counter(g["relation"] for g in corpus.labels if "pair" in g)
    assert relations["partial"] > 100
    assert relations["none"] == len([g for g in corpus.labels if "must_not" in g]) / 2
    for g in corpus.labels:
        if g.get("relation") in ("contains", "duplicate"):
            left, right = (Counter(lower_words(corpus.text[d])) for d in g["pair"])
            assert (left & right).total() / right.total() > 0.6


def lower_words(text: str) -> list[str]:
    return [w.lower() for w in split_words(text)[0]]


def test_same_seed_same_bytes_other_seed_other_words(tmp_path: Path) -> None:
    """Files are equal byte for byte for one seed; another seed shares no article."""
    small = Settings(articles=60, seed=3)
    for name, settings in (("a", small), ("b", small), ("c", Settings(articles=60, seed=4))):
        plant_invented(tmp_path / name, settings, language=LANGUAGE)
    for file in ("articles.jsonl", "gold.jsonl", "planted.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    texts = [{json.loads(x)["text"] for x in (tmp_path / n / "articles.jsonl").open()} for n in "ac"]
    assert texts[0].isdisjoint(texts[1])


@pytest.mark.skipif(sys.platform != "linux", reason="pages are printed by one process elsewhere")
def test_several_processes_print_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages come in order, the same bytes, whoever prints them."""
    settings = Settings(articles=300)
    plant_invented(tmp_path / "one", settings, language=LANGUAGE)
    for name, value in (("MANY", 1), ("BATCH", 7)):
        monkeypatch.setattr(planting, name, value)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    plant_invented(tmp_path / "several", settings, language=LANGUAGE)
    for file in ("articles.jsonl", "gold.jsonl"):
        assert (tmp_path / "several" / file).read_bytes() == (tmp_path / "one" / file).read_bytes()


def test_rates_of_zero_plant_nothing(tmp_path: Path) -> None:
    """Without plants the corpus is the base, and only stories are labelled."""
    nothing = Settings(articles=20, wire=0, passage=0, quotation=0, caption=0, stock=0, furniture=0, must_not=0)
    said = plant_invented(tmp_path, nothing, language=LANGUAGE)
    assert said["counts"] == {"story": 20, "text": 20}
    base = [a["text"] for a in Invented(20, 1, language=LANGUAGE).articles()]
    assert [r["text"] for r in Corpus(tmp_path).records] == base


# The base


def test_invented_articles_share_short_runs_and_no_long_ones() -> None:
    """Short runs of words recur in unrelated articles, the more the shorter; runs of 14 words never do."""
    articles = Invented(400, 1, language=LANGUAGE).articles()
    texts = [[w.lower() for w in split_words(a["text"])[0]] for a in articles]
    assert 400 < np.mean([len(t) for t in texts]) < 800
    shared = {n: _shared_runs(texts, n) for n in (3, 5, 8, 14)}
    assert 0.1 < shared[3] < 0.8
    assert shared[3] > 2 * shared[5] > 8 * shared[8] > 0
    assert shared[14] == 0


def _shared_runs(texts: list[list[str]], n: int) -> float:
    """Return the share of runs of n words that stand in another text too."""
    where: dict[tuple[str, ...], set[int]] = {}
    runs = [(tuple(t[i : i + n]), d) for d, t in enumerate(texts) for i in range(len(t) - n + 1)]
    for run, d in runs:
        where.setdefault(run, set()).add(d)
    return sum(len(where[run]) > 1 for run, _ in runs) / len(runs)


def test_invented_articles_look_like_news() -> None:
    """Paragraphs, quotations with a speaker, figures, names, outlets with their own addresses."""
    articles = list(Invented(50, 1, language=LANGUAGE).articles())
    texts = "\n".join(a["text"] for a in articles)
    assert texts.count("\n\n") > 200
    assert re.search(r"“[^”]+,” said [A-Z]\w+\.", texts)
    assert re.search(r"\d,\d{3}", texts)
    assert all(a["text"].endswith(".") and "  " not in a["text"] for a in articles)
    assert all(a["url"].split("/")[2].endswith(".example") for a in articles)
    assert texts.count("“") == texts.count("”")


@pytest.mark.parametrize("slope", [0.8, 1.0, 1.3])
def test_zipf_draws_follow_the_law(slope: float) -> None:
    """The share of the first ten ranks is that of the law within four standard errors."""
    n, size, shift = 1000, 200_000, 5.0
    drawn = zipf(np.random.default_rng(1), size, n, slope, shift)
    law = (np.arange(n) + shift + 0.5) ** -slope
    expected = law[:10].sum() / law.sum()
    assert drawn.min() == 0
    assert drawn.max() == n - 1
    assert abs((drawn < 10).mean() - expected) < 4 * np.sqrt(expected / size) + 0.002


# Damage

WORDS = st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), min_size=2, max_size=40)


@given(words=WORDS, gap=st.sampled_from([" ", ", ", ".\n\n"]))
def test_no_damage_changes_nothing(words: list[str], gap: str) -> None:
    """At rate 0 the copy is the text and every word is kept."""
    copy = damage(gap.join(words), Rates(figures=1.0), ["new"], np.random.default_rng(0))
    assert copy.text == gap.join(words)
    assert copy.kept.all()
    assert len(copy.kept) == len(words)


@given(words=WORDS, edits=st.floats(0.01, 1), ocr=st.floats(0, 0.5), seed=st.integers(0, 99))
def test_kept_words_stand_in_the_copy_in_order(words: list[str], edits: float, ocr: float, seed: int) -> None:
    """Words said to be kept are a subsequence of the words of the copy, which is never empty."""
    rates = Rates(edits=edits, ocr=ocr, figures=0.5)
    copy = damage(" ".join(words), rates, ["NEW"], np.random.default_rng(seed))
    left = iter(copy.text.split())
    assert copy.text
    assert copy.text[0] != " " != copy.text[-1]
    assert all(word in left for word, kept in zip(words, copy.kept, strict=True) if kept)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2, 0.3])
def test_edits_come_at_the_rate(rate: float) -> None:
    """Half of the edits substitute, a quarter insert, a quarter lose a word; within four standard errors."""
    n = 20_000
    source = [f"w{i}" for i in range(n)]
    copy = damage(" ".join(source), Rates(edits=rate), ["NEW"], np.random.default_rng(2))
    words = copy.text.split()
    tolerance = 4 * np.sqrt(rate / n)
    assert abs((1 - copy.kept.mean()) - 0.75 * rate) < tolerance
    assert abs(words.count("NEW") / n - 0.75 * rate) < tolerance
    assert abs(len(words) / n - 1) < tolerance


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.1])
def test_characters_are_misread_at_the_rate(rate: float) -> None:
    """A word of five letters between spaces survives as often as seven characters do."""
    n = 10_000
    copy = damage(" ".join(["stone"] * n), Rates(ocr=rate), ["NEW"], np.random.default_rng(2))
    expected = (1 - rate) ** 7
    assert abs(copy.kept.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / n) + 0.01
    assert copy.text.split().count("stone") / n == pytest.approx(copy.kept.mean(), abs=0.001)


def test_every_character_is_misread_as_another() -> None:
    """Each letter and digit of English has a look-alike that is not itself."""
    assert set(LOOK_ALIKES) == set(string.ascii_letters + string.digits)
    assert all(read and read != c for c, read in LOOK_ALIKES.items())


def test_figures_change_to_other_figures() -> None:
    """Each figure gets another first digit, and only the first digit changes."""
    text = "Sold 1,250 of 75 in 2031 at 0.5 and 9 more"
    copy = damage(text, Rates(edits=1e-9, figures=1.0), ["new"], np.random.default_rng(5))
    before, after = text.split(), copy.text.split()
    changed = [(b, a) for b, a in zip(before, after, strict=True) if a != b]
    assert [b for b, _ in changed] == ["1,250", "75", "2031", "9"]
    assert all(a[1:] == b[1:] and a[0] in "123456789" for b, a in changed)
    assert [w for w, kept in zip(before, copy.kept, strict=True) if not kept] == [b for b, _ in changed]


# Wire stories


@pytest.mark.parametrize(
    ("sizes", "reach", "half", "expected"),
    [
        ([30, 30, 30], [3, 3], 0, [(0, 3)]),
        ([30, 30, 30], [3, 2], 0, [(0, 2)]),
        ([30, 30, 30, 30], [4, 4, 4], 2, [(0, 2), (2, 4)]),
        ([30, 30, 30], [3, 3, 1, 1, 1], 0, [(0, 1), (1, 3)]),
        ([30, 30, 30], [3, 3, 1, 1], 0, [(0, 3)]),
        ([30, 5, 5], [3, 3, 1, 1, 1], 0, [(0, 3)]),
        ([30, 30, 30, 30], [4, 1], 2, [(0, 1)]),
    ],
)
def test_stretches_end_where_most_carriers_stop(
    sizes: list[int], reach: list[int], half: int, expected: list[tuple[int, int]]
) -> None:
    """One carrier is no passage; fewer than half going on makes a new one, if both have words enough."""
    assert find_stretches(sizes, reach, half) == expected


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        (0.95, 0.9, "duplicate"),
        (0.95, 0.2, "contained"),
        (0.2, 0.95, "contains"),
        (0.5, 0.1, "partial"),
        (0.83, 0.95, None),
        (0.2, 0.75, None),
    ],
)
def test_relations_near_the_border_get_no_label(left: float, right: float, relation: str | None) -> None:
    """A share within 0.08 of 0.8 is not labelled."""
    assert relation_of(left, right) == relation


# A corpus of the user's own

ODD = [
    "Grüße aus Köln 🎈 und zurück",
    "line one\r\nline two",
    "наводнение в городе",
    "鹿泉都市报新闻热线全天候开通",
]


def write_base(path: Path, count: int) -> list[dict[str, Any]]:
    """Write articles with usual and unusual field names, a broken line, a short text and ids that repeat."""
    rng = np.random.default_rng(5)
    records = []
    for i in range(count):
        sentences = [" ".join(f"w{n}" for n in rng.integers(0, 3000, 12)).capitalize() + "." for _ in range(12)]
        sentences.insert(4, ODD[i % 4] + ".")
        text = "\n".join(" ".join(sentences[k : k + 4]) for k in (0, 4, 8))
        record = {"doc_id": f"d{i // 2 if i < 10 else i}", "body": text, "source": f"o{i % 9}", "extra": i}
        records.append(record)
    lines = [json.dumps(r) for r in records]
    lines[3:3] = ["{broken", json.dumps({"id": "short", "text": "too short"}), "[]"]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return records


def test_plants_in_a_given_corpus_are_exact(tmp_path: Path) -> None:
    """Spans count code points of the user's text; undamaged copies are equal; other fields are kept."""
    records = write_base(tmp_path / "base.jsonl.gz", 400)
    settings = Settings(articles=200, seed=2, passage=0.5, edit_rates=(0.0,), ocr_rates=(0.0,))
    said = plant_given(tmp_path / "out", settings, tmp_path / "base.jsonl.gz")
    corpus = Corpus(tmp_path / "out")
    assert said["base"] == "base.jsonl.gz"
    assert said["skipped"] == 3
    assert len(corpus.text) == len(corpus.records) == 200
    assert {r["extra"] for r in corpus.records} <= {r["extra"] for r in records}
    assert len(corpus.clean("passage")) > 20
    for cluster in corpus.clean(*UNDAMAGED_EQUAL):
        assert len(set(corpus.members(cluster))) == 1
    assert all("origin" not in c or c["origin"]["doc_id"] is None for c in corpus.clusters)


def test_articles_without_plants_stay_as_they_are(tmp_path: Path) -> None:
    """Texts that carry nothing are the user's, character by character, in the file's order."""
    records = write_base(tmp_path / "base.jsonl.gz", 400)
    settings = Settings(articles=200, seed=2, furniture=0.0)
    plant_given(tmp_path / "out", settings, tmp_path / "base.jsonl.gz")
    corpus = Corpus(tmp_path / "out")
    carriers = {m["doc_id"] for c in corpus.clusters for m in c["members"]}
    texts = {r["extra"]: r["body"] for r in records}
    untouched = [r for r in corpus.records if r["id"] not in carriers]
    assert len(untouched) > 50
    assert all(r["text"] == texts[r["extra"]] for r in untouched)
    order = [r["extra"] for r in corpus.records]
    assert order == sorted(order)


def test_planted_texts_come_from_articles_left_out(tmp_path: Path) -> None:
    """The source of a passage stands in no article of the corpus but its carriers."""
    write_base(tmp_path / "base.jsonl.gz", 400)
    settings = Settings(articles=200, seed=2, edit_rates=(0.0,), ocr_rates=(0.0,), furniture=0.0)
    plant_given(tmp_path / "out", settings, tmp_path / "base.jsonl.gz")
    corpus = Corpus(tmp_path / "out")
    everything = "\n".join(corpus.text.values())
    for cluster in corpus.clean("passage"):
        assert everything.count(corpus.members(cluster)[0]) == len(cluster["members"])


def test_a_given_corpus_too_small_is_refused_or_shrunk(tmp_path: Path) -> None:
    """More articles than there is room for are an error; without a number all that fit are written."""
    path = tmp_path / "base.jsonl.gz"
    write_base(path, 120)
    with pytest.raises(ValueError, match="120 usable articles are too few"):
        plant_given(tmp_path / "out", Settings(articles=119), path)
    said = plant_given(tmp_path / "out", Settings(articles=119), path, shrink=True)
    assert 60 < said["settings"]["articles"] < 119


# The command


def test_the_command_writes_a_corpus(tmp_path: Path) -> None:
    """Rates given on the command line reach the labels."""
    base = tmp_path / "base.jsonl.gz"
    write_base(base, 300)
    arguments = [str(tmp_path / "out"), "--base", str(base), "--edit-rate", "0.1", "--ocr-rate", "0"]
    result = CliRunner().invoke(main, [*arguments, "--wire", "0", "--must-not", "0"])
    assert result.exit_code == 0, result.output
    corpus = Corpus(tmp_path / "out")
    assert {c["edit_rate"] for c in corpus.clusters if c["plant"] == "passage"} == {0.1}
    assert not [c for c in corpus.clusters if c["plant"] == "wire"]
    assert json.loads(result.output)["text"] == len(corpus.text)


def test_the_command_names_a_base_that_is_missing(tmp_path: Path) -> None:
    """A base that cannot be read ends with a message, not with a trace."""
    result = CliRunner().invoke(main, [str(tmp_path / "out"), "--base", str(tmp_path / "none.jsonl")])
    assert result.exit_code == 1
    assert "none.jsonl" in result.output
    assert "Traceback" not in result.output
