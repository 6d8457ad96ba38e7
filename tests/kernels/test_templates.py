"""What pages of a family have in common: runs like their twin's, judged as furniture, cut where another text begins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import templates as kernels
from dedup.templates import templates
from dedup.tokens import tokenize
from tests import reference
from tests.strategies import SOME, tokens_of

WORDS = [f"word{n}" for n in range(4000)]
LINE = "Sign in to read the whole of this story today"


def own(page: int, count: int = 40) -> str:
    return " ".join(WORDS[page * 100 : page * 100 + count])


def found(pages: list[str], least: int = 3, among: list[int] | None = None) -> list[list[tuple[int, str]]]:
    """Return what is found, as text numbers with the words; with a page of `among` alone where they are given."""
    asked = None if among is None else np.isin(np.arange(len(pages)), among)
    tokens = tokenize(pages)
    with ThreadPoolExecutor(2) as pool:
        clusters = list(templates(tokens, [np.arange(len(pages))], least, pool, asked))
    return [
        [(m.document, pages[m.document][tokens.starts[m.start] : tokens.ends[m.end - 1]]) for m in cluster.members]
        for cluster in clusters
    ]


@SOME
@given(st.lists(st.lists(st.integers(0, 5), max_size=24), max_size=5), st.integers(2, 3), st.integers(1, 5))
def test_runs_like_the_twin(pages: list[list[int]], least: int, words: int) -> None:
    """Runs and groups equal the twin's; texts of few words make many of them."""
    tokens = tokens_of(pages)
    flags = np.zeros(len(tokens.hashes), np.uint8)
    rows = kernels.recurring(
        tokens.hashes, tokens.weights, flags, tokens.bounds, np.arange(len(pages)), 2, np.array([least, 6 * words])
    ).tolist()
    starts = tokens.bounds.tolist()
    twin = reference.recurring(pages, 2, least, words)
    assert [(d, a - starts[d], b - starts[d]) for d, a, b, _ in rows] == [run[:3] for run in twin]
    groups = list(zip((row[3] for row in rows), (run[3] for run in twin), strict=True))
    assert len(set(groups)) == len({a for a, _ in groups}) == len({b for _, b in groups})


def test_a_line_inside_a_paragraph_is_found() -> None:
    """Also where no line of its own holds it, and where one page has it in other words."""
    pages = [f"{own(n)} {LINE} {own(n + 20)}" for n in range(3)]
    assert [[text for _, text in members] for members in found(pages)] == [[LINE] * 3]
    assert found(pages[:2]) == []
    pages += [own(9), own(10)]
    assert (found(pages, among=[3, 4]), len(found(pages, among=[2, 4]))) == ([], 1)


def test_what_is_left_of_a_line_belongs_to_it() -> None:
    """A number that differs at the beginning of a line does not leave the first words standing."""
    pages = [f"{own(n)}\nYou have {n + 3} comments. {LINE}\n{own(n + 20)}" for n in range(3)]
    (members,) = found(pages)
    assert sorted(text for _, text in members) == [f"You have {n + 3} comments. {LINE}" for n in range(3)]


def test_a_story_before_a_template_is_apart() -> None:
    """Three pages have one story and the template behind it, others the template alone: two clusters."""
    story = own(30)
    pages = [f"{story} {LINE}" for _ in range(3)] + [f"{own(n)} {LINE}" for n in range(8)]
    sizes = sorted((len({d for d, _ in members}), members[0][1]) for members in found(pages))
    assert [count for count, _ in sizes] == [3, 11]
    assert sizes[1][1] in LINE
