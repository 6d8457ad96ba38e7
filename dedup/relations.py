"""Verified passages to relations of documents, and those to clusters of near-duplicates.

Shares are measured on aligned words without furniture; words of shared quotations are counted apart on both sides.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.kernels import relations as kernels
from dedup.model import Relation
from dedup.spill import Scratch, done, in_order
from dedup.tokens import Tokens

# The relations of two texts by whether the left one has what is near enough to all of it in the other, and twice
# whether the right one has.
BY_SHARES: tuple[Relation, ...] = ("partial", "contained", "contains", "duplicate")
# What a token is marked as.
FURNITURE, QUOTED = 1, 2
# Spans that are marked, texts whose words are summed, and pairs of texts of which it is counted what they share, at a
# time.
MARKED, SUMMED, COVERED = 1 << 12, 1 << 16, 1 << 16
# An update has at least this part of the earlier text, and is this much longer.
UPDATE_SHARE = 0.5
UPDATE_GROWTH = 1.05
# Texts that share this part of both are one version.
SAME = 0.97
# How long after the earlier text (seconds): a story is told anew within days; later a gallery or a template is shared.
UPDATE_WITHIN = 14 * 86_400
# Words that a text must keep, once furniture is taken out of it, to be compared with others as a text.
LEAST_REST = 25
# Words that must be shared beside furniture or a quotation: fewer are the edge of an alignment with it.
LEAST_BESIDE = 5


class Dated(Protocol):
    """A document, or what is known of it without its text."""

    @property
    def outlet(self) -> str | None:
        """Return its outlet."""

    @property
    def timestamp(self) -> float | None:
        """Return when it was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPair:
    """Two related texts; `left` and `right` are their numbers, shares are parts of each one's own words."""

    left: int
    right: int
    relation: Relation
    share_left: float
    share_right: float
    jaccard: float
    quoted_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Masks:
    """Which tokens are furniture or shared quotations (`marks`, uint8: FURNITURE, QUOTED or 0), and the weight of the
    words of each text (`totals`, int64, n x 3): of all, of furniture and of quotations."""

    marks: npt.NDArray[np.uint8]
    totals: npt.NDArray[np.int64]

    @property
    def plain(self) -> npt.NDArray[np.int64]:
        """Return the weight of each text's words that are neither."""
        return _plain(self.totals)


def masks(
    tokens: Tokens,
    furniture: npt.NDArray[np.int64],
    quotations: npt.NDArray[np.int64],
    scratch: Scratch | None = None,
    pool: Executor | None = None,
) -> Masks:
    """Return the masks of token spans (int64, n x 2); what is furniture is no quotation."""
    scratch = scratch or Scratch()
    marks = scratch.zeros((len(tokens.hashes),), np.uint8)
    for spans, mark in ((quotations, QUOTED), (furniture, FURNITURE)):

        def marked(at: int, spans: npt.NDArray[np.int64] = spans, mark: int = mark) -> None:
            kernels.mark(marks, spans[at : at + MARKED], mark)

        done(pool, marked, range(0, len(spans), MARKED))
    totals = np.empty((len(tokens), 3), np.int64)

    def sums(first: int) -> None:
        starts = tokens.bounds[first : first + SUMMED + 1]
        texts = np.stack([starts[:-1], starts[:-1], np.diff(starts)], axis=1)
        each = np.arange(len(texts) + 1)
        edges = np.stack([each[:-1], each[1:]], axis=1)
        totals[first : first + SUMMED] = kernels.covered(edges, each, texts, tokens.weights, marks)[:, 0]

    done(pool, sums, range(0, len(tokens), SUMMED))
    return Masks(marks=marks, totals=totals)


def _plain(sums: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the weight of what is neither furniture nor quotation, from sums as in `Masks`."""
    rest: npt.NDArray[np.int64] = sums[..., 0] - sums[..., 1] - sums[..., 2]
    return rest


def relate(
    passages: Passages,
    tokens: Tokens,
    kinds: Masks,
    documents: Sequence[Dated],
    outlets: npt.NDArray[np.int32],
    near_duplicate: float,
    pool: Executor | None = None,
) -> list[DocumentPair]:
    """Return the related pairs of different texts, sorted; pairs that share nothing but furniture or quotations are
    left out. `outlets` (int32) says which texts have the same one."""
    edges = _pair_edges(passages)

    def cover(first: int) -> npt.NDArray[np.int64]:
        part, of = edges[first : first + COVERED], (passages.bounds, passages.blocks)
        found: npt.NDArray[np.int64] = kernels.covered(part, *of, tokens.weights, kinds.marks)
        return found

    covered = np.concatenate([*in_order(pool, cover, range(0, max(1, len(edges)), COVERED))])
    numbers = passages.documents[edges[:, 0]].astype(np.int64)
    shared, totals = _plain(covered), kinds.plain[numbers]
    all_words = np.maximum(kinds.totals[numbers, 0], 1)
    # a text from which nothing was taken is compared however short it is
    untouched = all_words - totals - kinds.totals[numbers, 2] == 0
    enough = (untouched | (totals >= LEAST_REST * 6)).all(axis=1) & (shared.min(axis=1) > 0)
    beside = (shared.min(axis=1) < LEAST_BESIDE * 6) & (covered[:, 0, 0] > shared[:, 0])
    quoted = np.round((covered[:, :, 2] / all_words).max(axis=1), 6)
    kept = np.flatnonzero(enough & ~beside)
    pairs = _related(numbers[kept], shared[kept], totals[kept], quoted[kept], near_duplicate)
    one_outlet = outlets[numbers[kept, 0]] == outlets[numbers[kept, 1]]
    for p in np.flatnonzero(one_outlet & _may_update(shared[kept], totals[kept])).tolist():
        pair = pairs[p]
        shares = pair.share_left, pair.share_right
        if is_update(documents[pair.left], documents[pair.right], shares, totals[kept[p]].tolist()):
            pairs[p] = replace(pair, relation="updates")
    return pairs


def _related(
    numbers: npt.NDArray[np.int64],
    shared: npt.NDArray[np.int64],
    totals: npt.NDArray[np.int64],
    quoted: npt.NDArray[np.float64],
    near_duplicate: float,
) -> list[DocumentPair]:
    """Return the pairs of texts `numbers`, by how much weight they share of their `totals` (n x 2 each); whether one is
    an update is not asked."""
    shares = _shares(shared, totals)
    common = shared.min(axis=1)
    alike = np.round(common / np.maximum(1, totals.sum(axis=1) - common), 6)
    near = shares >= near_duplicate
    relations = [BY_SHARES[code] for code in (near[:, 0] + 2 * near[:, 1]).tolist()]
    rows = zip(numbers.tolist(), relations, shares.tolist(), alike.tolist(), quoted.tolist(), strict=True)
    return [
        DocumentPair(
            left=left,
            right=right,
            relation=relation,
            share_left=share_left,
            share_right=share_right,
            jaccard=jaccard,
            quoted_share=quoted_share,
        )
        for (left, right), relation, (share_left, share_right), jaccard, quoted_share in rows
    ]


def _pair_edges(passages: Passages) -> npt.NDArray[np.int64]:
    """Return the first passage of each pair of different texts and the one behind its last (int64, n x 2)."""
    n = len(passages)
    if not n:
        return np.empty((0, 2), np.int64)
    new = np.flatnonzero((passages.documents[1:] != passages.documents[:-1]).any(axis=1)) + 1
    edges = np.stack([np.concatenate([[0], new]), np.concatenate([new, [n]])], axis=1)
    different: npt.NDArray[np.int64] = edges[(np.diff(passages.documents[edges[:, 0]], axis=1) != 0).ravel()]
    return different


def _shares(shared: npt.NDArray[np.int64], totals: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return which part of their own words texts share, rounded to 1e-6."""
    found: npt.NDArray[np.float64] = np.round(shared / np.maximum(1, totals), 6)
    return found


def _may_update(shared: npt.NDArray[np.int64], totals: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say of pairs of texts (n x 2 each) whether one can be an update of the other by what they share of their `totals`
    alone: of few more need be looked up."""
    shares = _shares(shared, totals)
    larger: npt.NDArray[np.bool_] = totals.max(axis=1) >= UPDATE_GROWTH * totals.min(axis=1)
    return larger & (shares.max(axis=1) >= UPDATE_SHARE) & (shares.min(axis=1) < SAME)


def is_update(left: Dated, right: Dated, shares: Sequence[float], totals: Sequence[int]) -> bool:
    """Return whether one text is its own outlet's later and longer version of the other, of the same two weeks."""
    if not left.outlet or left.outlet != right.outlet or left.timestamp is None or right.timestamp is None:
        return False
    if not 0 < abs(left.timestamp - right.timestamp) <= UPDATE_WITHIN or min(shares) >= SAME:
        return False
    early, late = (0, 1) if left.timestamp < right.timestamp else (1, 0)
    return shares[early] >= UPDATE_SHARE and totals[late] >= UPDATE_GROWTH * totals[early]


def document_clusters(
    pairs: Sequence[DocumentPair], sizes: npt.NDArray[np.int64]
) -> list[tuple[int, dict[int, DocumentPair]]]:
    """Return clusters of duplicates and containments: a representative and its members with the pair that ties each.

    A member is tied to the representative itself, never through another member; what is left is clustered again.
    """
    near: dict[int, dict[int, DocumentPair]] = {}
    for pair in pairs:
        if pair.relation in ("duplicate", "contains", "contained"):
            near.setdefault(pair.left, {})[pair.right] = pair
            near.setdefault(pair.right, {})[pair.left] = pair
    clusters: list[tuple[int, dict[int, DocumentPair]]] = []

    def rank(d: int) -> tuple[float, int, int]:
        return -_ties(near[d], d), -int(sizes[d]), d

    # a rank only falls while ties are taken away, so the least one that is still true is the least of all
    waiting = [rank(d) for d in near]
    heapq.heapify(waiting)
    while waiting:
        kept = heapq.heappop(waiting)
        head = kept[2]
        if not near.get(head):
            continue
        if rank(head) != kept:
            heapq.heappush(waiting, rank(head))
            continue
        members = near.pop(head)
        clusters.append((head, dict(sorted(members.items()))))
        for member in members:
            for other in near.pop(member, {}):
                if other in near:
                    near[other].pop(member, None)
    return clusters


def _ties(ties: Mapping[int, DocumentPair], document: int) -> float:
    """Return how much of all its neighbours a text has."""
    return round(sum(p.share_right if p.left == document else p.share_left for p in ties.values()), 6)


Linker = Callable[[Sequence[int]], Iterable[tuple[int, int]]]


def in_time(
    group: Sequence[int], times: npt.NDArray[np.float64], seconds: float, most: int
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of texts up to `seconds` apart, each with up to `most` that follow it; undated ones with none."""
    ranked = sorted((d for d in group if not np.isnan(times[d])), key=lambda d: (times[d], d))
    for i, d in enumerate(ranked):
        for other in ranked[i + 1 : i + 1 + most]:
            if times[other] - times[d] > seconds:
                break
            yield d, other


def missing_pairs(
    pairs: Sequence[DocumentPair], count: int, complete: int, link: Linker | None = None
) -> npt.NDArray[np.int64]:
    """Return the pairs (int64, n x 2, sorted) of near-duplicate components that were not compared yet.

    Components of up to `complete` texts are compared all with all, larger ones as `link` says, or with their most
    tied text only.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    near = [(p.left, p.right) for p in pairs if p.relation in ("duplicate", "contains", "contained")]
    if not near:
        return np.empty((0, 2), np.int64)
    rows, columns = np.array(near).T
    graph = coo_matrix((np.ones(len(near)), (rows, columns)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    degree = np.bincount(np.concatenate([rows, columns]), minlength=count)
    members: dict[int, list[int]] = {}
    for d in np.flatnonzero(degree).tolist():
        members.setdefault(int(labels[d]), []).append(d)
    known = {(p.left, p.right) for p in pairs}
    wanted: set[tuple[int, int]] = set()
    for group in members.values():
        if len(group) > complete and link is not None:
            wanted |= {(min(a, b), max(a, b)) for a, b in link(group)}
            continue
        centre = max(group, key=lambda d: (int(degree[d]), -d))
        heads = group if len(group) <= complete else [centre]
        wanted |= {(min(a, b), max(a, b)) for a in heads for b in group if a != b}
    return np.array(sorted(wanted - known), np.int64).reshape(-1, 2)
