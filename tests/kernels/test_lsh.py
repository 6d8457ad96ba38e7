"""Banding: candidate pairs against brute force, what banding can find, and the texts that other tools
lose."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import SignatureConfig
from dedup.lsh import SMALL_BUCKET, band_keys, band_pairs, expected_recall, least_estimate, recall
from dedup.signatures import signatures
from dedup.tokens import tokenize
from tests import reference
from tests.kernels.test_signatures import overlapping
from tests.strategies import MANY, SOME

Pairs = set[tuple[int, int]]
CONFIG = SignatureConfig(shingle_size=5, num_perm=128, bands=42, rows=3)
TWO_BANDS = SignatureConfig(num_perm=6, bands=2, rows=2)


def pairs_of(rows: npt.NDArray[np.uint32], comparable: list[bool], config: SignatureConfig) -> list[tuple[int, int]]:
    found = band_pairs(rows, np.array(comparable, np.bool_), config)
    assert found.dtype == np.int64
    assert found.shape[1:] == (2,)
    return [(int(a), int(b)) for a, b in found]


def candidates(texts: list[str]) -> list[tuple[int, int]]:
    """Candidate pairs of texts; those without words are not comparable."""
    tokens = tokenize(texts)
    return pairs_of(signatures(tokens, CONFIG), (np.diff(tokens.bounds) > 0).tolist(), CONFIG)


def brute_buckets(rows: npt.NDArray[np.uint32], comparable: list[bool], config: SignatureConfig) -> list[list[int]]:
    kept = {d: row.tolist() for d, row in enumerate(rows) if comparable[d]}
    return reference.band_buckets(kept, config.bands, config.rows)


@MANY
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(1, 5))
def test_pairs_like_brute_force(seed: int, n: int, values: int) -> None:
    """Buckets up to SMALL_BUCKET give all their pairs, larger ones a connected set of n - 1; nothing else is
    paired.

    The last columns belong to no band and must not matter to small buckets.
    """
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, values, (n, 6), dtype=np.uint32)
    comparable = (rng.random(n) < 0.9).tolist()
    found = pairs_of(rows, comparable, TWO_BANDS)
    buckets = brute_buckets(rows, comparable, TWO_BANDS)
    small = {p for b in buckets if len(b) <= SMALL_BUCKET for p in itertools.combinations(b, 2)}
    allowed = {p for b in buckets for p in itertools.combinations(b, 2)}
    assert found == sorted(set(found))
    assert small <= set(found) <= allowed
    assert all(len(reference.components(b, found)) == 1 for b in buckets)
    assert len(set(found) - small) <= sum(len(b) - 1 for b in buckets if len(b) > SMALL_BUCKET)


@SOME
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(2, 4))
def test_input_order_does_not_matter(seed: int, n: int, values: int) -> None:
    """D16: documents in another order give the same pairs of documents, when no two signatures are equal."""
    rng = np.random.default_rng(seed)
    rows = np.unique(rng.integers(0, values, (n, 6), dtype=np.uint32), axis=0)
    n = len(rows)
    order = rng.permutation(n)
    shuffled = {tuple(sorted(order[[a, b]].tolist())) for a, b in pairs_of(rows[order], [True] * n, TWO_BANDS)}
    assert shuffled == set(pairs_of(rows, [True] * n, TWO_BANDS))


def test_equal_signatures_in_a_large_bucket_are_linked() -> None:
    """Neighbours in a large bucket are those whose whole signatures are alike, not those that stand side by
    side."""
    config = SignatureConfig(num_perm=6, bands=1, rows=2)
    rows = np.random.default_rng(5).integers(0, 2**32, (40, 6), dtype=np.uint32)
    rows[:, :2] = 7
    rows[20:] = rows[:20]
    found = pairs_of(rows, [True] * 40, config)
    assert {(i, i + 20) for i in range(20)} <= set(found)
    assert len(found) == 39


def test_identical_documents_are_linked_in_a_line() -> None:
    """D12: 5,000 identical documents give 4,999 pairs, each with its neighbour."""
    rows = np.repeat(signatures(tokenize(["the same words in every one of the copies"]), CONFIG), 5000, axis=0)
    assert pairs_of(rows, [True] * 5000, CONFIG) == [(i, i + 1) for i in range(4999)]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_documents(n: int) -> None:
    """D23: none and one give no pair, two equal ones give theirs."""
    assert candidates(["some words that are equal"] * n) == [(0, 1)] * (n == 2)


@pytest.mark.parametrize("copies", [3, SMALL_BUCKET, SMALL_BUCKET + 1, 10])
def test_all_identical_documents_are_connected(copies: int) -> None:
    """D24: every copy is reached, below and above the size where all pairs are tried."""
    found = candidates(["ten words that every single one of the copies has"] * copies)
    assert len(reference.components(range(copies), found)) == 1


def test_short_texts() -> None:
    """D2: of "cat", "dog", "cat" exactly the equal ones are a pair, though all are shorter than a shingle."""
    assert candidates(["cat", "dog", "cat"]) == [(0, 2)]


def test_equal_captions() -> None:
    """D3: two equal three-word captions pair, whatever their case and punctuation."""
    assert candidates(["Smoke over Kyiv", "Rain over Kyiv", "smoke over Kyiv."]) == [(0, 2)]


def test_texts_without_words_are_not_comparable() -> None:
    """D1: empty, blank and punctuation-only texts pair with nothing, also not with each other."""
    assert candidates(["", "", "", " \n", "\t", "…", "???", "one text", "one text"]) == [(7, 8)]


TOPICS = {
    "zh": [
        ("新华社北京三月三日电国务院总理星期一主持召开常务会议研究部署春耕生产工作"),
        ("上海交响乐团昨晚在新落成的音乐厅举行首场演出吸引数千名观众冒雨前来欣赏"),
    ],
    "ja": [
        ("東京都は三日、都内の小学校で使う給食用の食器を来年度から順次切り替えると発表した"),
        ("北海道沖で操業していた漁船がエンジンの故障で漂流し、乗組員五人が救助された"),
    ],
    "ru": [
        ("Паром сел на мель у входа в гавань ранним утром и простоял там семь часов до прилива"),
        ("Городской совет утвердил бюджет на ремонт школ и больниц после долгого спора депутатов"),
    ],
    "ar": [
        ("أعلنت وزارة الصحة يوم الاثنين عن افتتاح مستشفى جديد في شمال البلاد بعد سنوات من العمل"),
        ("فاز الفريق الأحمر بكأس الدوري بعد مباراة مثيرة حضرها آلاف المشجعين في العاصمة مساء أمس"),
    ],
    "th": [
        ("เรือข้ามฟากเกยตื้นที่ปากแม่น้ำก่อนรุ่งสางวันจันทร์และติดอยู่นานเจ็ดชั่วโมง"),
        ("สภาเมืองอนุมัติงบประมาณซ่อมแซมโรงเรียนหลังการอภิปรายอันยาวนานเมื่อคืนนี้"),
    ],
    "hi": [
        "सोमवार तड़के घने कोहरे में नौका नदी के मुहाने पर फँस गई और सात घंटे तक वहीं रही",
        "नगर परिषद ने लंबी बहस के बाद विद्यालयों की मरम्मत के लिए बजट को मंज़ूरी दे दी",
    ],
    "emoji": [
        "😀👍🎉🔥💧🌊🚢⚓🧭🌫🌁🌃🌅🌄🌇🌉🎆🎇",
        "🍎🍊🍋🍌🍉🍇🍓🍒🍑🍍🥝🥑🍆🥕🌽🌶🥔🍞",
    ],
}
EDITS = {
    "zh": ("三月三日", "三月五日"),
    "ja": ("三日", "五日"),
    "ru": ("семь", "пять"),
    "ar": ("الاثنين", "الأحد"),
    "th": ("เจ็ด", "เก้า"),
    "hi": ("सात", "आठ"),
    "emoji": ("🌃", "🗽"),
}


def test_unrelated_texts_of_all_scripts() -> None:
    """D6: two unrelated texts in each of seven scripts: no pair at all."""
    assert candidates([text for texts in TOPICS.values() for text in texts]) == []


@pytest.mark.parametrize("script", TOPICS)
def test_one_edit_in_any_script(script: str) -> None:
    """D6: one edit in one of the texts leaves exactly one pair."""
    text = TOPICS[script][0] * 3
    edited = text[::-1].replace(EDITS[script][0][::-1], EDITS[script][1][::-1], 1)[::-1]
    assert edited != text
    assert candidates([text, TOPICS[script][1], edited]) == [(0, 2)]


def test_place_does_not_matter() -> None:
    """D8: a dateline before, a tail after, paragraphs in another order, a lost word: still candidates."""
    paragraphs = [
        "A passenger ferry carrying more than two hundred people ran on to a sandbank before dawn on Monday.",
        "It stayed there for seven hours until the tide lifted it clear, the coastguard said in a statement.",
        "No one was seriously hurt, although four passengers were treated for bruises on their return.",
    ]
    text = " ".join(paragraphs)
    variants = [
        "PORT ANSEL, March 3 (NPA) — " + text,
        text + " Read more about the ferry on our pages.",
        " ".join(reversed(paragraphs)),
        text.replace("passenger ", "", 1),
    ]
    for variant in variants:
        assert candidates([text, variant]) == [(0, 1)], variant


@pytest.mark.parametrize("n", [10, 30, 100, 500])
@pytest.mark.parametrize("overlap", [0.3, 0.5, 0.7])
def test_hit_rate(n: int, overlap: float) -> None:
    """D14: of 2,000 pairs of sets of n elements, 1 - (1 - J**r)**b share a bucket, within 3 sigma.

    D30: those whose estimate is high enough too are as many as `recall` says.
    """
    pairs = 2000
    shared = round(overlap * n)
    jaccard = shared / (2 * n - shared)
    rows = overlapping(np.random.default_rng(n + shared), n, shared, pairs)
    found = pairs_of(rows, [True] * (2 * pairs), CONFIG)
    hits = sum(b == a + 1 and a % 2 == 0 for a, b in found)
    expected = expected_recall(jaccard, CONFIG)
    assert abs(hits / pairs - expected) < 3 * np.sqrt(expected * (1 - expected) / pairs)
    assert len(found) - hits < 3, "sets that share nothing are not paired"
    alike = (rows[::2] == rows[1::2]).mean(axis=1) >= least_estimate(CONFIG)
    kept = sum(b == a + 1 and a % 2 == 0 and bool(alike[a // 2]) for a, b in found)
    expected = recall(jaccard, CONFIG)
    assert abs(kept / pairs - expected) < 3 * np.sqrt(expected * (1 - expected) / pairs) + 1e-9


def test_expected_recall() -> None:
    """D30: the S-curve is 0 at 0, 1 at 1, rises, and reaches 0.995 at a similarity of one half."""
    curve = [expected_recall(j / 20, CONFIG) for j in range(21)]
    assert (curve[0], curve[-1]) == (0.0, 1.0)
    assert all(a < b or b == 1.0 for a, b in itertools.pairwise(curve))
    assert curve[10] == pytest.approx(1 - (1 - 0.5**3) ** 42)
    assert curve[10] > 0.995


@pytest.mark.parametrize(("num_perm", "bands", "rows"), [(6, 2, 3), (7, 2, 3), (8, 4, 2), (5, 1, 2)])
def test_recall_like_all_outcomes(num_perm: int, bands: int, rows: int) -> None:
    """D30: the probability of a candidate is the sum over all outcomes of the slots that make one."""
    config = SignatureConfig(num_perm=num_perm, bands=bands, rows=rows)
    for jaccard in (0.0, 0.25, 0.5, 0.9, 1.0):
        total = 0.0
        for slots in itertools.product((0, 1), repeat=num_perm):
            bucket = any(all(slots[i * rows : (i + 1) * rows]) for i in range(bands))
            if bucket and sum(slots) / num_perm >= least_estimate(config):
                total += jaccard ** sum(slots) * (1 - jaccard) ** (num_perm - sum(slots))
        assert recall(jaccard, config) == pytest.approx(total, abs=1e-12)


@SOME
@given(st.lists(st.lists(st.integers(0, 2), min_size=6, max_size=6), max_size=12))
def test_keys_of_buckets(rows: list[list[int]]) -> None:
    """Two documents have one key where they share a bucket, and no band has a key of another."""
    config = SignatureConfig(num_perm=6, bands=2, rows=3)
    keys = band_keys(np.array(rows, np.uint32).reshape(-1, 6), config)
    assert keys.shape == (len(rows), 2)
    assert (keys >= 0).all()
    cells = [(band, *row[3 * band : 3 * band + 3]) for row in rows for band in (0, 1)]
    of_cell = dict(zip(cells, keys.ravel().tolist(), strict=True))
    assert keys.ravel().tolist() == [of_cell[cell] for cell in cells]
    assert len(set(of_cell.values())) == len(of_cell)
