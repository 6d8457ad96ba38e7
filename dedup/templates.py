"""Runs of words that pages of one family have in common, as clusters to be judged as furniture.

Where whole texts alone are compared nobody asks for passages, but what a site puts on all its pages must not count as
words of any. Pages of a family are few enough to look up every shingle on all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from dedup.clusters import Carrier, Cluster
from dedup.kernels import templates as kernels
from dedup.kernels.tokens import WEIGHT_WORD
from dedup.spill import in_order
from dedup.tokens import Tokens

# Pages that are looked at together, at most.
MOST_PAGES = 512
# Words of a shingle that is looked up, and of the shortest run that can be furniture.
SHINGLE, LEAST_WORDS = 3, 6


def templates(
    tokens: Tokens,
    families: Iterable[npt.NDArray[np.int64]],
    min_pages: int,
    pool: Executor,
    among: npt.NDArray[np.bool_] | None = None,
) -> Iterator[Cluster]:
    """Yield what at least `min_pages` of the pages of one family have in common, if one of these is `among` some texts.

    `families` has the texts (int64) of each; `tokens` those of all texts.
    """
    limits = np.array([min_pages, LEAST_WORDS * WEIGHT_WORD])

    def runs(pages: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = kernels.recurring(
            tokens.hashes, tokens.weights, tokens.flags, tokens.bounds, pages, SHINGLE, limits
        )
        return found

    enough = (part for pages in families for part in _parts(pages) if len(part) >= min_pages)
    for found in in_order(pool, runs, enough):
        yield from _clusters(found, min_pages, among)


def _parts(pages: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Return the pages in parts of like size, each an even sample."""
    count = -(-len(pages) // MOST_PAGES)
    return [pages[first::count] for first in range(count)]


def _clusters(runs: npt.NDArray[np.int64], min_pages: int, among: npt.NDArray[np.bool_] | None) -> Iterator[Cluster]:
    """Yield the runs that have words in common and stand on enough pages, the longest first."""
    by_group = runs[np.argsort(runs[:, 3], kind="stable")]
    edges = np.flatnonzero(np.diff(by_group[:, 3])) + 1
    for part in np.split(by_group, edges):
        pages = part[:, 0]
        if (among is not None and not among[pages].any()) or len(np.unique(pages)) < min_pages:
            continue
        longest = int(np.argmax(part[:, 2] - part[:, 1]))
        rows = part[[longest, *(i for i in range(len(part)) if i != longest)], :3].tolist()
        head = int(part[longest, 1])
        yield Cluster(members=tuple(_carrier(document, start, end, head) for document, start, end in rows))


def _carrier(document: int, start: int, end: int, head: int) -> Carrier:
    return Carrier(document=document, start=start, end=end, blocks=np.array([[head, start, end - start]], np.int64))
