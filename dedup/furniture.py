"""Clusters that are furniture: navigation, login walls, cookie lines, teasers.

A run is furniture when pages carry it that have nothing else to do with one another: at least `min_pages` pages of one
family, or of any outlets, whose titles and remainders are unrelated. Frequency and dates support, and never decide: a
republished story, an obituary or an anniversary piece has the same title or the same remainder, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.clusters import Cluster
from dedup.config import FurnitureConfig
from dedup.tokens import Tokens, tokenize

# Carriers looked at when unrelated pages are sought, and words that a remainder needs to say anything.
SAMPLE = 48
LEAST_REMAINDER = 25
# Titles that share this part of the shorter one's words are about one thing.
TITLE_SHARE = 0.5
LEAST_TITLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a cluster is furniture. `family` is None when the pages are of several families."""

    rule: str
    reason: str
    family: str | None
    pages: int
    confidence: float


class Relatedness:
    """Says whether two texts have to do with one another beside the passages that many share.

    The remainder of a text is what no cluster of three or more texts covers.
    """

    def __init__(
        self,
        tokens: Tokens,
        masses: npt.NDArray[np.uint16],
        clusters: Sequence[Cluster],
        titles: Sequence[str | None],
    ) -> None:
        covered = np.zeros(len(tokens.hashes) + 1, np.int32)
        for cluster in clusters:
            if len({m.document for m in cluster.members}) > 2:
                for m in cluster.members:
                    covered[m.start] += 1
                    covered[m.end] -= 1
        self._free = np.cumsum(covered[:-1]) == 0
        self._tokens, self._masses = tokens, masses
        self._titles = [_title_words(t) for t in titles]
        self._vectors: dict[int, object] = {}

    def _vector(self, document: int):  # type: ignore[no-untyped-def]
        """Return the TF-IDF vector of a text's remainder, or None when too little remains."""
        if document not in self._vectors:
            low, high = self._tokens.bounds[document], self._tokens.bounds[document + 1]
            places = np.flatnonzero(self._free[low:high]) + low
            words = int(self._tokens.weights[places].sum()) // 6
            self._vectors[document] = None
            if words >= LEAST_REMAINDER:
                self._vectors[document] = _sparse(self._tokens.hashes[places], self._masses[places])
        return self._vectors[document]

    def related(self, a: int, b: int, least: float) -> bool:
        """Return whether titles or remainders are alike; texts that nothing is known of count as related."""
        x, y = self._titles[a], self._titles[b]
        titled = len(x) >= LEAST_TITLE and len(y) >= LEAST_TITLE
        if titled and len(x & y) >= TITLE_SHARE * min(len(x), len(y)):
            return True
        left, right = self._vector(a), self._vector(b)
        if left is None or right is None:
            return not titled
        return _dot(left, right) >= least

    def title_share(self, document: int, start: int, end: int) -> float | None:
        """Return the share of the title's words that a passage holds; None for a title of few words."""
        title = self._title_hashes(document)
        if len(title) < LEAST_TITLE:
            return None
        return float(np.isin(title, self._tokens.hashes[start:end]).mean())

    def rest_cosine(self, document: int, start: int, end: int) -> float | None:
        """Return how alike a passage is to the rest of its page; None where little remains."""
        rest = self._vector(document)
        if rest is None:
            return None
        return _dot(rest, _sparse(self._tokens.hashes[start:end], self._masses[start:end]))

    def _title_hashes(self, document: int) -> npt.NDArray[np.uint32]:
        words = sorted(self._titles[document])
        return np.unique(tokenize([" ".join(words)]).hashes) if words else np.empty(0, np.uint32)


def _sparse(
    hashes: npt.NDArray[np.uint32], masses: npt.NDArray[np.uint16]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    """Return a text's words and their L2-normed TF-IDF weights; a word's frequency counts by its logarithm."""
    words, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    values = masses[first] / 256.0 * (1.0 + np.log(counts))
    norm = float(np.sqrt((values**2).sum()))
    return words, values / norm if norm else values


def _dot(
    left: tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]],
    right: tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]],
) -> float:
    _, i, j = np.intersect1d(left[0], right[0], assume_unique=True, return_indices=True)
    return round(float((left[1][i] * right[1][j]).sum()), 6)


def _title_words(title: str | None) -> frozenset[str]:
    return frozenset(w for w in re.findall(r"\w+", (title or "").casefold()) if len(w) > 3 or not w.isascii())


def judge(
    clusters: Sequence[Cluster], families: Sequence[str], relatedness: Relatedness, config: FurnitureConfig
) -> list[Verdict | None]:
    """Return for each cluster why it is furniture, or None; `families` names the family of each text."""
    return [_judge(cluster, families, relatedness, config) for cluster in clusters]


def _judge(
    cluster: Cluster, families: Sequence[str], relatedness: Relatedness, config: FurnitureConfig
) -> Verdict | None:
    if _strays(cluster, relatedness, config):
        reason = "two pages carry it that have nothing else in common, and it holds no word of their titles"
        return Verdict(rule="unrelated_pages", reason=reason, family=None, pages=2, confidence=0.65)
    documents = _foreign(cluster, relatedness, config)
    if len(documents) < config.min_pages:
        return None
    by_family: dict[str, list[int]] = {}
    for d in documents:
        by_family.setdefault(families[d], []).append(d)
    for family, pages in sorted(by_family.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(pages) < config.min_pages:
            break
        unrelated = list(_unrelated(pages, relatedness, config))
        if len(unrelated) >= config.min_pages:
            reason = f"{len(pages)} pages of {family} carry it whose titles and remaining texts are unrelated"
            confidence = min(0.95, 0.75 + 0.04 * len(unrelated))
            return Verdict(
                rule="family_template", reason=reason, family=family, pages=len(pages), confidence=confidence
            )
    unrelated = list(_unrelated(documents, relatedness, config))
    if len(unrelated) >= config.min_pages:
        reason = (
            f"{len(documents)} pages of {len(by_family)} families carry it that have nothing else in common"
        )
        return Verdict(
            rule="unrelated_pages", reason=reason, family=None, pages=len(documents), confidence=0.7
        )
    return None


def _foreign(cluster: Cluster, relatedness: Relatedness, config: FurnitureConfig) -> list[int]:
    """Return the texts (sorted) of which it is known that the passage is about something else than their title and
    remainder; none when it belongs to most of its pages."""
    members = {m.document: m for m in reversed(cluster.members)}
    step = max(1, len(members) // SAMPLE)
    sample = sorted(members)[::step]
    belongs, unknown = [], []
    for d in sample:
        title = relatedness.title_share(d, members[d].start, members[d].end)
        rest = relatedness.rest_cosine(d, members[d].start, members[d].end)
        if title is None and rest is None:
            unknown.append(d)
        elif (title or 0.0) >= TITLE_SHARE or (rest or 0.0) >= config.related / 2:
            belongs.append(d)
    if 2 * len(belongs) > len(sample):
        return []
    return sorted(set(members) - set(belongs) - set(unknown))


def _strays(cluster: Cluster, relatedness: Relatedness, config: FurnitureConfig) -> bool:
    """Return whether a passage of two pages holds no word of either title, which are unrelated."""
    members = {m.document: m for m in reversed(cluster.members)}
    a, *rest = members.values()
    if len(rest) != 1 or relatedness.related(a.document, rest[0].document, config.related):
        return False
    return all(relatedness.title_share(m.document, m.start, m.end) == 0.0 for m in (a, rest[0]))


def unrelated(cluster: Cluster, relatedness: Relatedness, config: FurnitureConfig) -> bool:
    """Return whether all carriers of a passage are unrelated with one another and with it: a formula, not a report."""
    documents = _foreign(cluster, relatedness, config)
    least = min(config.min_pages, len({m.document for m in cluster.members}))
    return least > 1 and len(list(_unrelated(documents, relatedness, config))) >= least


def _unrelated(pages: Sequence[int], relatedness: Relatedness, config: FurnitureConfig) -> Iterator[int]:
    """Yield pages that are unrelated with one another, up to twice `min_pages`, from an even sample."""
    step = max(1, len(pages) // SAMPLE)
    picked: list[int] = []
    for page in pages[::step]:
        if all(not relatedness.related(page, other, config.related) for other in picked):
            picked.append(page)
            yield page
            if len(picked) >= 2 * config.min_pages:
                return
