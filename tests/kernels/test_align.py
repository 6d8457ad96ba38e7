"""Alignment: what every passage must satisfy, and planted text that must be found with its exact ends."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import align as stage
from dedup import rescore, weights
from dedup.align import Passages, align_chains, joined
from dedup.chains import chain_hits
from dedup.config import Config, SeedConfig
from dedup.kernels import extend as kernels
from tests.kernels.stages import ALIGN, CHAINS, hits_of, passages_in, passages_of, rare
from tests.strategies import MANY, SOME, mosaics, token_texts, tokens_of

Texts = list[list[int]]
Pair = tuple[int, int]
Span = tuple[int, int, int, int]
OCR = Config.for_preset("ocr")


def blocks_of(passages: Passages) -> list[tuple[tuple[int, int], list[list[int]]]]:
    """(documents, blocks) of each passage."""
    edges = itertools.pairwise(passages.bounds.tolist())
    rows = zip(passages.documents.tolist(), edges, strict=True)
    return [((d[0], d[1]), passages.blocks[a:b].tolist()) for d, (a, b) in rows]


def local_spans(texts: Texts, passages: Passages) -> list[tuple[Pair, Span]]:
    """(documents, left start, left end, right start, right end) in words of each text."""
    bounds = np.cumsum([0, *map(len, texts)])
    out: list[tuple[Pair, Span]] = []
    for (a, b), (a0, a1, b0, b1) in zip(passages.documents.tolist(), passages.spans().tolist(), strict=True):
        low_a, low_b = int(bounds[a]), int(bounds[b])
        out.append(((a, b), (a0 - low_a, a1 - low_a, b0 - low_b, b1 - low_b)))
    return out


def noise(first: int, size: int) -> list[int]:
    """Words that occur nowhere else."""
    return list(range(first, first + size))


def _glance(hashes: Any, masses: Any, at: Any, size: Any, step: int, costs: Any) -> int:
    """`nothing_near`, which kernels call."""
    return kernels.nothing_near(hashes, masses, at, size, step, costs)


# not kept on disk, where it would outlive a change of what it calls
glance = numba.njit(_glance)


@MANY
@given(st.one_of(token_texts(alphabet=5), mosaics(), mosaics(alphabet=6)), st.booleans(), st.integers(0, 9))
def test_passages_are_well_formed(texts: Texts, ocr: bool, borders: int) -> None:
    """Matched words are equal and rise on both sides, in the texts named; spans and sums follow from the
    blocks."""
    tokens = tokens_of(texts)
    tokens.flags[:] = np.random.default_rng(borders).integers(0, 128, len(tokens.flags)) * (borders > 0)
    config = OCR if ocr else Config()
    chains = chain_hits(hits_of(tokens, config.seeds), tokens, rare(tokens), config.chains)
    passages = align_chains(chains, tokens, rare(tokens), config.align)
    found = blocks_of(passages)
    assert [d for d, _ in found] == sorted((d for d, _ in found), key=lambda d: d[::-1])
    for (documents, blocks), span, matched in zip(found, passages.spans(), passages.matched(), strict=True):
        assert blocks
        for a, b, n in blocks:
            assert n > 0
            assert tokens.hashes[a : a + n].tolist() == tokens.hashes[b : b + n].tolist()
        for (a, b, n), (next_a, next_b, _) in itertools.pairwise(blocks):
            assert a + n <= next_a
            assert b + n <= next_b
            assert (a + n, b + n) != (next_a, next_b), "blocks that touch are one"
        left, right = (tokens.bounds[d : d + 2] for d in documents)
        assert left[0] <= span[0] < span[1] <= left[1]
        assert right[0] <= span[2] < span[3] <= right[1]
        assert documents[0] != documents[1] or span[1] <= span[2]
        assert matched == sum(n for _, _, n in blocks)
        assert (span[0], span[2]) == tuple(blocks[0][:2])
        assert (span[1], span[3]) == (blocks[-1][0] + blocks[-1][2], blocks[-1][1] + blocks[-1][2])


@SOME
@given(*[st.integers(0, 30)] * 4, st.integers(6, 200), st.booleans())
def test_a_planted_run_is_found_whole(a: int, b: int, c: int, d: int, length: int, swapped: bool) -> None:
    """P1: a verbatim run of six words or more, at any place of either text, from the first word to the
    last."""
    run = noise(0, length)
    texts = [noise(1000, a) + run + noise(2000, b), noise(3000, c) + run + noise(4000, d)]
    span = (a, a + length, c, c + length)
    if swapped:
        texts, span = texts[::-1], (span[2], span[3], span[0], span[1])
    passages = passages_of(texts)
    assert local_spans(texts, passages) == [((0, 1), span)]
    assert passages.matched().tolist() == [length]


@SOME
@given(st.integers(6, 60), st.integers(0, 40), st.integers(0, 20), st.integers(0, 20), st.integers(2, 4))
def test_repeats_in_one_text_are_found(length: int, between: int, before: int, after: int, copies: int) -> None:
    """P2: each copy of a run is found with the next one, also where nothing stands between them."""
    run = noise(0, length)
    text = noise(1000, before)
    starts = []
    for i in range(copies):
        starts.append(len(text))
        text += run + noise(2000 + 100 * i, between if i < copies - 1 else after)
    spans = [(s, s + length, t, t + length) for s, t in itertools.pairwise(starts)]
    assert {((0, 0), span) for span in spans} <= set(local_spans([text], passages_of([text])))


@pytest.mark.parametrize("small_bucket", [2, 12])
def test_repeats_do_not_hide_a_run_from_other_texts(small_bucket: int) -> None:
    """P2: a run twice in one text and once in another: the copies, and each of them with the other text."""
    run = noise(0, 12)
    texts = [[*run, *noise(100, 9), *run], [*noise(200, 5), *run]]
    found = local_spans(texts, passages_of(texts, SeedConfig(small_bucket=small_bucket)))
    assert ((0, 0), (0, 12, 21, 33)) in found
    assert {((0, 1), (0, 12, 5, 17)), ((0, 1), (21, 33, 5, 17))} & set(found)
    if small_bucket == 12:
        assert len(found) == 3


@pytest.mark.parametrize("copies", [2, 3, 40])
def test_identical_texts(copies: int) -> None:
    """P1, D24: identical texts give a passage of the whole text, with every copy at least once."""
    text = noise(0, 300)
    found = local_spans([text] * copies, passages_of([text] * copies))
    assert {span for _, span in found} == {(0, 300, 0, 300)}
    assert {d for documents, _ in found for d in documents} == set(range(copies))


@SOME
@given(st.permutations(range(3)), st.integers(ALIGN.max_gap + 1, 60))
def test_paragraphs_in_another_order(order: list[int], length: int) -> None:
    """P5: every paragraph is found where it stands now; neighbours that stayed neighbours are one passage."""
    paragraphs = [noise(1000 * i, length) for i in range(3)]
    texts = [[word for i in ids for word in paragraphs[i]] for ids in (range(3), order)]
    expected = set()
    place = 0
    for _, group in itertools.groupby(enumerate(order), lambda p: p[1] - p[0]):
        members = [i for _, i in group]
        size = length * len(members)
        expected.add(((0, 1), (members[0] * length, members[0] * length + size, place, place + size)))
        place += size
    assert set(local_spans(texts, passages_of(texts))) == expected


@SOME
@given(st.lists(st.integers(8, 30), min_size=2, max_size=6), st.data())
def test_edits_are_bridged(sizes: list[int], data: st.DataObject) -> None:
    """P4: runs with one word replaced, inserted or lost between them are one passage, the edit left
    unmatched."""
    left: list[int] = []
    right: list[int] = []
    for i, size in enumerate(sizes):
        edit = data.draw(st.sampled_from(["replace", "insert", "lose"])) if i else "none"
        left += [5000 + i] * (edit in ("replace", "lose"))
        right += [6000 + i] * (edit in ("replace", "insert"))
        left += noise(100 * i, size)
        right += noise(100 * i, size)
    texts = [noise(7000, 9) + left + noise(8000, 9), noise(9000, 4) + right + noise(9500, 4)]
    passages = passages_of(texts)
    assert local_spans(texts, passages) == [((0, 1), (9, 9 + len(left), 4, 4 + len(right)))]
    assert len(passages.blocks) == len(sizes)
    assert passages.matched().tolist() == [sum(sizes)]


@pytest.mark.parametrize(("gap", "passages"), [(1, 1), (5, 1), (10, 1), (60, 2)])
def test_gaps(gap: int, passages: int) -> None:
    """Foreign words between two runs are bridged up to the weaker run's length, and beyond make two
    passages."""
    first, second = noise(0, 12), noise(100, 12)
    texts = [first + noise(200, gap) + second, first + noise(300, gap) + second]
    found = local_spans(texts, passages_of(texts))
    whole, apart = (0, 24 + gap, 0, 24 + gap), {(0, 12, 0, 12), (12 + gap, 24 + gap, 12 + gap, 24 + gap)}
    assert {span for _, span in found} == ({whole} if passages == 1 else apart)


def test_a_word_left_in_a_gap_does_not_widen_it() -> None:
    """Two long runs with five words replaced between them are one passage, also when the middle one is
    left."""
    first, second = noise(0, 25), noise(100, 25)
    for left, right in ((noise(200, 5), noise(300, 5)), ([200, 201, 7, 203, 204], [300, 301, 7, 303, 304])):
        texts = [first + left + second, first + right + second]
        assert [span for _, span in local_spans(texts, passages_of(texts))] == [(0, 55, 0, 55)]


def test_an_edited_end_is_reached() -> None:
    """Words behind an edit too near the end for a seed belong to the passage."""
    texts = [[*noise(0, 20), 900, 20, 21], [*noise(0, 20), 901, 20, 21]]
    assert local_spans(texts, passages_of(texts)) == [((0, 1), (0, 23, 0, 23))]
    texts = [text[::-1] for text in texts]
    assert local_spans(texts, passages_of(texts)) == [((0, 1), (0, 23, 0, 23))]


def test_an_edited_end_may_drift() -> None:
    """The two sides of an end that no seed reaches need not have the same number of words."""
    texts = [[*noise(0, 20), 20, 21, 900, 22, 23], [*noise(0, 20), 700, 701, 20, 21, 901, 22, 23]]
    assert local_spans(texts, passages_of(texts)) == [((0, 1), (0, 25, 0, 27))]
    texts = [text[::-1] for text in texts]
    assert local_spans(texts, passages_of(texts)) == [((0, 1), (0, 25, 0, 27))]


def test_a_long_edited_end_is_reached() -> None:
    """An end of 150 words with every third one replaced, which no seed reaches, is followed whole."""
    ends = [[own + i if i % 3 == 0 else i for i in range(150)] for own in (5000, 6000)]
    texts = [noise(200, 20) + end for end in ends]
    for sides in (texts, [text[::-1] for text in texts]):
        passages = passages_of(sides)
        assert passages.matched().tolist() == [120]
        assert blocks_of(passages)[0][1][0][2] == (20 if sides is texts else 2)


@SOME
@given(st.integers(0, 2**32 - 1), st.integers(150, 500))
def test_long_edited_copies(seed: int, length: int) -> None:
    """A copy longer than an extension at once, with about every 15th word changed, is one passage with exact
    ends."""
    rng = np.random.default_rng(seed)
    copy = noise(0, length)
    for i in np.cumsum(rng.integers(9, 22, length // 22)):
        copy[i] = 10_000 + int(i)
    texts = [noise(20_000, 30) + noise(0, length), copy + noise(30_000, 30)]
    passages = passages_of(texts)
    assert local_spans(texts, passages) == [((0, 1), (30, 30 + length, 0, length))]
    assert passages.matched().tolist() == [sum(a == b for a, b in zip(noise(0, length), copy, strict=True))]


@SOME
@given(mosaics(), st.integers(1, 3))
def test_blocks_and_pools_do_not_matter(texts: Texts, size: int) -> None:
    """D16: any block size, with or without threads, gives the same passages."""
    tokens = tokens_of(texts)
    masses = rare(tokens)
    chains = chain_hits(hits_of(tokens), tokens, masses, CHAINS)
    whole = blocks_of(align_chains(chains, tokens, masses, ALIGN))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(stage, "BLOCK_CHAINS", size)
        assert blocks_of(align_chains(chains, tokens, masses, ALIGN)) == whole
        assert blocks_of(align_chains(chains, tokens, masses, ALIGN, pool)) == whole


@SOME
@given(mosaics(), st.data())
def test_select_and_join(texts: Texts, data: st.DataObject) -> None:
    """Chosen passages keep their blocks; passages of two parts put together are those of both."""
    passages = passages_of(texts)
    n = len(passages)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)), np.bool_)
    chosen, rest = passages.select(kept), passages.select(~kept)
    assert blocks_of(chosen) == [p for p, keep in zip(blocks_of(passages), kept, strict=True) if keep]
    both = joined([(p.documents, p.bounds, p.blocks) for p in (chosen, rest)])
    assert blocks_of(both) == blocks_of(chosen) + blocks_of(rest)


@pytest.mark.parametrize("texts", [[], [[]], [[1, 2, 3]], [[1, 2, 3], [4, 5, 6]]])
def test_no_passages(texts: Texts) -> None:
    """D23: nothing shared, no passage, well formed."""
    found = passages_of(texts)
    assert (len(found), found.spans().shape, found.matched().tolist()) == (0, (0, 4), [])


COPY = "The harbour master, Odile Brandt, said the ferry’s naïve crew 🚢 had waited 25 minutes for the tide"
FRAMES = [
    ("Breaking overnight: ", ". Weather follows tomorrow."),
    ("", " — exclusive photographs inside"),
    ("😀😀 \ud800 Ünïcödé vorher steht anderes: ", "\n\nImpressum und Datenschutz"),
    ("新华社电 \U00020000\U0010ffff ", "。完"),
    ("\ufeff\r\n\t", "\x00"),
]


@pytest.mark.parametrize(("left", "right"), list(itertools.combinations(FRAMES, 2)))
def test_offsets_cut_the_same_text_from_both_sides(left: tuple[str, str], right: tuple[str, str]) -> None:
    """D29: with characters of one to four bytes before it, the copied text is cut out equal, to the
    character."""
    texts = [left[0] + COPY + left[1], right[0] + COPY + right[1]]
    assert passages_in(texts) == [((0, 1), COPY, COPY)]


def test_changed_figures_stay_in_the_passage() -> None:
    """P4, D29: another figure and another typography leave one passage on either side, to the character."""
    other = COPY.replace("25", "75").replace("’", "'").replace("naïve", "NAIVE")
    texts = ["Vorab. " + COPY, other + "! Ende"]
    assert passages_in(texts) == [((0, 1), COPY, other)]


@pytest.mark.parametrize(
    "copy",
    [
        "新华社北京三月三日电国务院总理星期一主持召开常务会议研究部署春耕生产工作",
        "Паром сел на мель у входа в гавань ранним утром и простоял там семь часов",
        "أعلنت وزارة الصحة يوم الاثنين عن افتتاح مستشفى جديد في شمال البلاد",
        "เรือข้ามฟากเกยตื้นที่ปากแม่น้ำก่อนรุ่งสางวันจันทร์และติดอยู่นานเจ็ดชั่วโมง",
    ],
)
def test_copies_in_any_script(copy: str) -> None:
    """D6, D29: a sentence copied into an English page is found whole in any script."""
    assert passages_in([f"Translated overnight: {copy}.", f"{copy} (video)"]) == [((0, 1), copy, copy)]


SENTENCE = "A passenger ferry ran on to a sandbank at the mouth of the Ansel estuary before dawn"


@pytest.mark.parametrize(
    ("left", "right", "copy"),
    [
        ("{}. He went home.", "{}. He stayed abroad.", "{}"),
        ("{}. He has left.", "{}. He has stayed.", "{}"),
        ("{} on Monday.", "{} on Monday, he said.", "{} on Monday"),
        ("{}. Divers watched.", "{}. Divers watched.", "{}. Divers watched"),
        ("We saw Paris. {}", "They like Paris. {}", "{}"),
        ("{}\n\nPhoto Ruth", "{}\n\nPhoto Anna", "{}"),
    ],
)
def test_stray_words_beyond_a_border(left: str, right: str, copy: str) -> None:
    """One or two equal words of a sentence or paragraph that goes on unlike are chance; sentences stay."""
    whole = copy.format(SENTENCE)
    assert passages_in([left.format(SENTENCE), right.format(SENTENCE)]) == [((0, 1), whole, whole)]


def test_unrelated_texts_share_nothing() -> None:
    """Two texts that share only common words and formulas of two words have no passage."""
    left = "The council said on Monday that it will repair the bridge, and the work is going to take a year."
    right = "On Monday the coach said it will be hard to win, but the team is going to try and has a good chance."
    assert passages_in([left, right]) == []


@MANY
@given(mosaics(alphabet=60, max_piece=14), st.integers(0, 2**32 - 1))
def test_the_floor_leaves_all_matches(texts: Texts, seed: int) -> None:
    """Passages left out unscored are those alone that no verdict takes, whatever words weigh and lines end."""
    rng = np.random.default_rng(seed)
    plain = tokens_of(texts)
    _, number = np.unique(plain.hashes, return_inverse=True)
    weight = rng.choice(np.array([6, 6, 6, 3, 2], np.uint8), number.max(initial=0) + 1)[number]
    flags = rng.choice(np.array([0, 0, 0, 0, 1, 2, 3, 4, 35], np.uint8), len(number))
    tokens = replace(plain, weights=weight, flags=flags)
    masses = (rng.choice([40, 600, 1800, 2600], number.max(initial=0) + 1)[number] * weight // 6).astype(np.uint16)
    known = replace(rescore.evidence(tokens, weights.inverse(np.zeros(1 << 22, np.int32), 0)), masses=masses)
    known = replace(known, mass=weights.Sums(masses), marks=rescore._marks(masses, weight, flags))
    config = Config().rescore
    chains = chain_hits(hits_of(tokens), tokens, masses, CHAINS)
    found = []
    for floor in (None, rescore.least_of_a_match(config)):
        passages = align_chains(chains, tokens, masses, ALIGN, floor=floor)
        scored = rescore.rescore(passages, known, config)
        sizes = np.diff(tokens.bounds)[passages.documents]
        spans = passages.spans()
        whole = (spans[:, 1] - spans[:, 0] == sizes[:, 0]) & (spans[:, 3] - spans[:, 2] == sizes[:, 1])
        found.append((len(passages), blocks_of(passages.select((scored.scores >= config.min_score) | whole))))
    assert found[0][1] == found[1][1]
    spared = np.ones(len(chains), np.bool_)
    floor = rescore.least_of_a_match(config)
    assert len(align_chains(chains, tokens, masses, ALIGN, floor=floor, spared=spared)) == found[0][0]


def test_the_floor_leaves_out_chance() -> None:
    """Four rare words that two long texts share by chance are not scored; a text of four words that is all equal is."""
    chance = [[*range(100), 1000, 1001, 1002, 1003], [1000, 1001, 1002, 1003, *range(200, 300)]]
    floor = rescore.least_of_a_match(Config().rescore)
    for texts, left in ((chance, 0), ([[1, 2, 3, 4], [1, 2, 3, 4]], 1)):
        tokens = tokens_of(texts)
        chains = chain_hits(hits_of(tokens), tokens, rare(tokens), CHAINS)
        assert len(chains) == 1
        assert len(align_chains(chains, tokens, rare(tokens), ALIGN, floor=floor)) == left
    assert rescore.least_of_a_match(replace(Config().rescore, min_score=0.0)) is None


@MANY
@given(st.lists(st.integers(1, 3), min_size=1, max_size=5), st.lists(st.integers(0, 4), max_size=6))
def test_some_passages_are_taken_with_their_blocks(sizes: list[int], wanted: list[int]) -> None:
    """Passages come in the order asked for, each with its blocks; those of a mask in their own."""
    bounds = np.cumsum([0, *sizes])
    blocks = np.arange(3 * int(bounds[-1])).reshape(-1, 3)
    every = Passages(documents=np.arange(2 * len(sizes), dtype=np.int32).reshape(-1, 2), bounds=bounds, blocks=blocks)
    rows = [row for row in wanted if row < len(sizes)]
    held = blocks_of(every)
    assert blocks_of(every.take(np.array(rows, np.int64))) == [held[row] for row in rows]
    kept = np.isin(np.arange(len(sizes)), rows)
    assert blocks_of(every.select(kept)) == [held[row] for row in sorted(set(rows))]


def words_read(left: list[int], right: list[int], masses: list[int], drop: float, unmatched: float) -> int:
    """`kernels.nothing_near` of two stretches in the order they are read in, as it is said there."""
    gained, matches, i = 0.0, 0, 0
    while i < len(left) and i <= (drop + gained) / unmatched + matches:
        near = right[max(0, i - kernels.BAND) : i + kernels.BAND + 1]
        if left[i] in near:
            gained, matches = gained + kernels.reward(masses[i]), matches + 1
            alone = max(1, i + 1 - matches)
            if (i == 0 and near[0] == left[0]) or (matches > 1 and gained > unmatched * alone - 1e-6):
                return -1
        i += 1
    return i


def matched_in(left: list[int], right: list[int], masses: list[int], drop: float, unmatched: float) -> list[Pair]:
    """`kernels.region` of two stretches in the order they are read in: all ways are scored, cell by cell."""
    free = drop >= 0
    band = kernels.BAND if free else len(left) + len(right)
    scores = {(0, j): (-unmatched * j, (0, j - 1)) for j in range(min(len(right), band) + 1)}
    best, corner = 0.0, (0, 0)
    for i in range(1, len(left) + 1):
        row_best = -1e9
        for j in range(max(0, i - band), min(len(right), i + band) + 1):
            equal = j > 0 and left[i - 1] == right[j - 1]
            step = kernels.reward(masses[i - 1]) if equal else -unmatched
            ways = [((i - 1, j - 1), step), ((i - 1, j), -unmatched), ((i, j - 1), -unmatched)]
            found = [(scores[at][0] + worth, at) for at, worth in ways if at in scores]
            # of equals the first, as they are tried in this order
            scores[i, j] = max(found, key=lambda way: way[0])
            if j:
                row_best = max(row_best, scores[i, j][0])
                if scores[i, j][0] > best:
                    best, corner = scores[i, j][0], (i, j)
        if free and row_best < best - drop:
            break
    at, pairs = corner if free else (len(left), len(right)), []
    while at != (0, 0):
        (i, j), before = at, scores[at][1]
        if before == (i - 1, j - 1) and left[i - 1] == right[j - 1]:
            pairs.append((i - 1, j - 1))
        at = before
    return pairs[::-1]


def _matched(hashes: Any, masses: Any, at: Any, size: Any, step: int, costs: Any, work: Any, out: Any) -> int:
    """`region`, which kernels call."""
    return kernels.region(hashes, masses, at, size, step, costs, work, out)


region = numba.njit(_matched)
STRETCH = st.lists(st.integers(0, 60), min_size=1, max_size=30)


def laid_out(left: list[int], right: list[int], step: int) -> tuple[Any, Any, Any, Any]:
    """Hashes, masses, where two stretches begin and their sizes, to be read in a direction, other words all around."""
    around = noise(100, 20)
    hashes = np.array([*around, *left[::step], *around, *right[::step], *around], np.uint32)
    begins = np.array([20, 40 + len(left)], np.int64)
    sizes = np.array([len(left), len(right)], np.int64)
    return hashes, (hashes * 7 % 1024).astype(np.uint16), begins if step > 0 else begins + sizes - 1, sizes


@MANY
@given(STRETCH, STRETCH, st.sampled_from([1, -1]), st.floats(1.0, 9.0))
def test_what_is_seen_at_a_glance(left: list[int], right: list[int], step: int, drop: float) -> None:
    """As looked for word by word, in both directions; and where nothing is near, nothing matches."""
    told = glance(*laid_out(left, right, step), step, (drop, 1.0))
    masses = [7 * word % 1024 for word in left]
    assert told == words_read(left, right, masses, drop, 1.0)
    assert told < 0 or matched_in(left, right, masses, drop, 1.0) == []


@MANY
@given(
    st.one_of(STRETCH, st.lists(st.integers(0, 4), min_size=1, max_size=40)),
    st.one_of(STRETCH, st.lists(st.integers(0, 4), min_size=1, max_size=40)),
    st.sampled_from([1, -1]),
    st.sampled_from([(4.0, 1.0), (2.5, 0.5), (-1.0, 1.0), (-1.0, 0.25)]),
)
def test_a_stretch_is_aligned_as_cell_by_cell(
    left: list[int], right: list[int], step: int, costs: tuple[float, float]
) -> None:
    """Ends and gaps have the pairs of the best way through all cells, ties broken alike, in both directions."""
    hashes, masses, at, sizes = laid_out(left, right, step)
    matrices, out, _ = kernels.workspace()
    count = region(hashes, masses, at, sizes, step, costs, matrices, out)
    found = [tuple(((row - at) * step).tolist()) for row in out[:count]]
    assert found == matched_in(left, right, [7 * word % 1024 for word in left], *costs)
