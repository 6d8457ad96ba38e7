"""Verified passages to relations of documents, and those to clusters of near-duplicates.

Shares are measured on aligned words without furniture; words of shared quotations are counted apart on both sides.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.model import Document, Relation
from dedup.tokens import Tokens

# An update has at least this part of the earlier text, and is this much longer.
UPDATE_SHARE = 0.5
UPDATE_GROWTH = 1.05
# Words that a text must keep, once furniture is taken out of it, to be compared with others as a text.
LEAST_REST = 25
# Words that must be shared beside furniture or a quotation: fewer are the edge of an alignment with it.
LEAST_BESIDE = 5


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
    """Per token: 1 where it is furniture, and 1 where it is a shared quotation (prefix sums of weights, int64)."""

    weight: npt.NDArray[np.int64]
    plain: npt.NDArray[np.int64]
    quoted: npt.NDArray[np.int64]


def masks(tokens: Tokens, furniture: Sequence[tuple[int, int]], quotations: Sequence[tuple[int, int]]) -> Masks:
    """Return prefix sums of token weights: all, neither furniture nor quotation, and quotation."""
    is_furniture = _marked(furniture, len(tokens.hashes))
    is_quoted = _marked(quotations, len(tokens.hashes)) & ~is_furniture
    weights = tokens.weights.astype(np.int64)

    def prefix(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])

    return Masks(
        weight=prefix(weights),
        plain=prefix(np.where(is_furniture | is_quoted, 0, weights)),
        quoted=prefix(np.where(is_quoted, weights, 0)),
    )


def _marked(spans: Sequence[tuple[int, int]], size: int) -> npt.NDArray[np.bool_]:
    steps = np.zeros(size + 1, np.int32)
    for start, end in spans:
        steps[start] += 1
        steps[end] -= 1
    marked: npt.NDArray[np.bool_] = np.cumsum(steps[:-1]) > 0
    return marked


def relate(
    passages: Passages, tokens: Tokens, kinds: Masks, documents: Sequence[Document], near_duplicate: float
) -> list[DocumentPair]:
    """Return the related pairs of different texts, sorted; pairs that share nothing but furniture or quotations are
    left out."""
    edges = _pair_edges(passages)
    pairs: list[DocumentPair] = []
    for low, high in itertools.pairwise(edges):
        left, right = passages.documents[low].tolist()
        if left == right:
            continue
        blocks = passages.blocks[passages.bounds[low] : passages.bounds[high]]
        pair = _relation(left, right, blocks, tokens, kinds, documents, near_duplicate)
        if pair:
            pairs.append(pair)
    return pairs


def _pair_edges(passages: Passages) -> list[int]:
    if not len(passages):
        return [0]
    new = np.flatnonzero((passages.documents[1:] != passages.documents[:-1]).any(axis=1)) + 1
    return [0, *new.tolist(), len(passages)]


def _covered(starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], prefix: npt.NDArray[np.int64]) -> int:
    """Return the summed weight of the union of `[start, start + length)`."""
    order = np.argsort(starts, kind="stable")
    low, high = starts[order], (starts + lengths)[order]
    before = np.maximum.accumulate(np.concatenate([[0], high[:-1]]))
    low = np.minimum(np.maximum(low, before), np.maximum(high, before))
    high = np.maximum(high, low)
    return int((prefix[high] - prefix[low]).sum())


def _relation(
    left: int,
    right: int,
    blocks: npt.NDArray[np.int64],
    tokens: Tokens,
    kinds: Masks,
    documents: Sequence[Document],
    near_duplicate: float,
) -> DocumentPair | None:
    shared: list[int] = []
    quoted: list[float] = []
    totals: list[int] = []
    left_over: list[int] = []
    for side, d in ((0, left), (1, right)):
        low, high = tokens.bounds[d], tokens.bounds[d + 1]
        shared.append(_covered(blocks[:, side], blocks[:, 2], kinds.plain))
        totals.append(int(kinds.plain[high] - kinds.plain[low]))
        all_words = max(1, int(kinds.weight[high] - kinds.weight[low]))
        removed = all_words - totals[-1] - int(kinds.quoted[high] - kinds.quoted[low])
        left_over.append(totals[-1] if removed else LEAST_REST * 6)
        quoted.append(_covered(blocks[:, side], blocks[:, 2], kinds.quoted) / all_words)
    if min(shared) == 0 or min(left_over) < LEAST_REST * 6:
        return None
    if min(shared) < LEAST_BESIDE * 6 and _covered(blocks[:, 0], blocks[:, 2], kinds.weight) > shared[0]:
        return None
    shares = [round(s / max(1, t), 6) for s, t in zip(shared, totals, strict=True)]
    common = min(shared)
    jaccard = round(common / max(1, totals[0] + totals[1] - common), 6)
    relation = _name(shares[0], shares[1], near_duplicate)
    if _updates(documents[left], documents[right], shares, totals):
        relation = "updates"
    return DocumentPair(
        left=left,
        right=right,
        relation=relation,
        share_left=shares[0],
        share_right=shares[1],
        jaccard=jaccard,
        quoted_share=round(max(quoted), 6),
    )


def _name(share_left: float, share_right: float, near_duplicate: float) -> Relation:
    if share_left >= near_duplicate and share_right >= near_duplicate:
        return "duplicate"
    if share_right >= near_duplicate:
        return "contains"
    return "contained" if share_left >= near_duplicate else "partial"


def _updates(left: Document, right: Document, shares: Sequence[float], totals: Sequence[int]) -> bool:
    """Return whether one text is its own outlet's later and longer version of the other."""
    if not left.outlet or left.outlet != right.outlet or left.timestamp is None or right.timestamp is None:
        return False
    if left.timestamp == right.timestamp or min(shares) >= 0.97:
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
    while near:
        head = max(near, key=lambda d: (_ties(near[d], d), int(sizes[d]), -d))
        members = near.pop(head)
        clusters.append((head, dict(sorted(members.items()))))
        for member in members:
            for other in near.pop(member, {}):
                if other in near:
                    near[other].pop(member, None)
        for d in [d for d, ties in near.items() if not ties]:
            del near[d]
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
