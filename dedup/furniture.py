"""Clusters that are furniture: navigation, login walls, cookie lines, teasers.

A run is furniture when pages carry it that have nothing to do with one another, nor with it: at least `min_pages` pages
of one family, or of any outlets, whose titles and remainders are unrelated, and whose titles it does not speak of.
Frequency and dates never decide: a republished story, an obituary or an anniversary piece has the same title or the
same remainder, and stays.
"""

from __future__ import annotations

import functools
import statistics
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.clusters import Carrier, Cluster
from dedup.config import FurnitureConfig
from dedup.kernels import titles as kernels
from dedup.kernels.tokens import WEIGHT_HAN, WEIGHT_THAI
from dedup.kernels.weights import SLOTS, remainder_keys, sparse_dot, weighted_words
from dedup.rescore import Evidence
from dedup.spill import in_order
from dedup.tokens import Tokens, tokenize

# Carriers looked at when unrelated pages are sought, and words that a remainder needs to say anything.
SAMPLE = 48
LEAST_REMAINDER = 25
# Titles are about one thing when they share words of this mass (nats): one rare name, or two words that tell something.
TITLE_MASS = 6.0
TITLE_SHARE = 0.5
TITLE_LEAST = (TITLE_MASS, TITLE_SHARE)
# Mass of a title of which some word must stand in its article: three words that tell something.
TELLING_TITLE = 15.0
# Pages of a family from which its own words are told.
LEAST_PAGES = 5
# Texts whose remainders, and whose titles, are kept at hand.
MOST_VECTORS = 1 << 15
# Passages whose own words are kept at hand: the carriers of one come one after the other.
MOST_OWNS = 1 << 8
# Most cosines of pairs that are; texts that share one passage often share more.
MOST_COSINES = 1 << 16
# Likeness of remainders up to which texts tell other stories, and from which the same one; texts that are looked at.
OTHER_STORY, SAME_STORY = 0.1, 0.25
DISTANCE_SAMPLE = 6
# Pages of each of two families by which it is told how alike their texts usually are, and pairs that tell it.
USUAL_SAMPLE, LEAST_PAIRS = 4, 4
# Words from which a page is taken to hold many stories, as a scanned newspaper page does.
LONGEST_STORY = 2500

NO_WORDS, NONE_COVERED = np.empty(0, np.uint32), np.empty(0, np.bool_)
_WIDEST = (WEIGHT_HAN, WEIGHT_THAI)
Weighted = tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why a cluster is furniture. `family` is None when the pages are of several families."""

    rule: str
    reason: str
    family: str | None
    pages: int
    confidence: float


def house_pages(families: Sequence[str]) -> list[int]:
    """Return the texts whose words tell what is usual in their family, or between two, of which there are few;
    `families` has that of each text."""
    found: set[int] = set()
    for pages in _pages_of(families).values():
        if len(pages) > 1:  # the only page of a family is asked for by who carries something on it
            found.update(_spread(pages, USUAL_SAMPLE))
        if len(pages) >= LEAST_PAGES:
            found.update(_sample(pages))
    return sorted(found)


def _pages_of(families: Sequence[str]) -> dict[str, list[int]]:
    """Return the texts of each family."""
    pages: dict[str, list[int]] = {}
    for d, family in enumerate(families):
        pages.setdefault(family, []).append(d)
    return pages


def _sample(pages: list[int]) -> list[int]:
    return pages[:: max(1, len(pages) // SAMPLE)]


def _spread(pages: list[int], most: int) -> list[int]:
    """Return so many pages at most, evenly spread."""
    return pages[:: max(1, len(pages) // most)][:most]


class Apart(NamedTuple):
    """Whether the texts of a cluster are `unrelated` with one another, as a formula's are, not a report's; and
    `distance`, in [0, 1]: how surely they tell different stories."""

    unrelated: bool
    distance: float


class Relatedness:
    """Says whether texts have to do with one another, and a passage with its page.

    A text's remainder is what is left without the passages that at least three texts with unrelated titles carry.
    `families` are those of the texts.
    """

    def __init__(
        self,
        known: Evidence,
        texts: Iterable[tuple[str | None, str]],
        least: float,
        covered: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Take the title and the family of each text; `covered` (bool a token, all false) is for `cover`."""
        self._known, self._least = known, least
        titles: list[str] = []
        self.families: list[str] = []
        for title, family in texts:
            titles.append(title or "")
            self.families.append(family)
        self._pages = _pages_of(self.families)
        self._house: dict[str, npt.NDArray[np.uint32]] = {}
        self._titles = _titles(titles, known.idf)
        self._vector = functools.lru_cache(maxsize=MOST_VECTORS)(self._make_vector)
        self._cosine = functools.lru_cache(maxsize=MOST_COSINES)(self._make_cosine)
        self._usual = functools.lru_cache(maxsize=MOST_COSINES)(self._make_usual)
        self._owns: dict[tuple[bytes, bytes], Weighted | None] = {}
        self._covered = np.zeros(len(known.tokens.hashes), np.bool_) if covered is None else covered

    def remember(self, documents: npt.NDArray[np.int64], pool: Executor) -> None:
        """Look for the usual words of the families of some texts: before processes are forked, that each need not."""
        names = sorted({self.families[d] for d in documents.tolist()})
        houses = list(in_order(pool, self._house_words, names))
        number = {name: i for i, name in enumerate(names)}
        self._numbers = np.array([number.get(family, 0) for family in self.families], np.int64)
        edges = np.cumsum([0, *map(len, houses)], dtype=np.int64)
        self._houses = np.concatenate([NO_WORDS, *houses]), edges

    def cover(self, spans: npt.NDArray[np.int64]) -> None:
        """Take token spans (int64, n x 2), those of suspect clusters, out of the remainders; before these are asked
        for."""
        for start, end in spans.tolist():
            self._covered[start:end] = True

    def suspects(self, texts: npt.NDArray[np.int64], bounds: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which clusters at least three texts carry of which few have related titles; cluster c has the texts
        `bounds[c]:bounds[c + 1]` of `texts`, which are among those that were to be remembered."""
        found: npt.NDArray[np.bool_] = kernels.suspects(
            texts, bounds, self._titles, self._numbers, self._houses, TITLE_LEAST
        )
        return found

    def titles_related(self, a: int, b: int) -> bool | None:
        """Return whether two titles are about one thing; None when one of them says too little."""
        family = self.families[a]
        house = self._house_words(family) if family == self.families[b] else NO_WORDS
        told = kernels.related(*self._titles, (a, b), house, TITLE_LEAST)
        return None if told == kernels.UNKNOWN else told == kernels.RELATED

    def _house_words(self, family: str) -> npt.NDArray[np.uint32]:
        """Return the words (uint32, rising) that at least half of a family's pages hold: its name, its town; they
        relate nothing."""
        if len(self._pages[family]) < LEAST_PAGES:
            return NO_WORDS
        if family not in self._house:
            self._house[family] = _usual_words(self._known.tokens, _sample(self._pages[family]))
        return self._house[family]

    def _make_vector(self, document: int) -> Weighted | None:
        """Return the weighted words of a text's remainder, or None when too little remains."""
        low, high = self._known.tokens.bounds[document : document + 2].tolist()
        return self._weighted((low, high), self._covered, self._house_words(self.families[document]), LEAST_REMAINDER)

    def _weighted(
        self,
        span: tuple[int, int],
        covered: npt.NDArray[np.bool_],
        house: npt.NDArray[np.uint32],
        least: float,
    ) -> Weighted | None:
        """Return the words of a token span but those in `house` and their L2-normed weights: idf squared times the
        logarithm of the frequency; None where less than the `least` words remain that are not `covered`. Where words
        are not spaced, two or three characters stand for a word.

        The square lets names decide: of the weights tried it told same and other events apart best (area under the
        curve 0.973 for 0.962 with idf on local news, 0.959 for 0.954 on our corpus).
        """
        tokens, masses = self._known.tokens, self._known.masses
        keys, nats, weight = remainder_keys(tokens.hashes, tokens.weights, masses, covered, span, _WIDEST)
        if weight < 6 * least:
            return None
        keys.sort()
        words, values = weighted_words(keys, nats, house)
        return words, values

    def related(self, a: int, b: int) -> bool:
        """Return whether titles or remainders are alike; texts that nothing is known of count as related."""
        titles = self.titles_related(a, b)
        if titles:
            return True
        cosine = self._cosine(*sorted((a, b)))
        return titles is None if cosine is None else cosine >= self._least

    def likeness(self, a: int, b: int) -> float | None:
        """Return how much more alike the remainders of two texts are than is usual between their families, in [0, 1]; 1
        where their titles are related, None where nothing is known.

        Where few texts of a language are known its function words look rare, and any two of its texts alike.
        """
        if self.titles_related(a, b):
            return 1.0
        cosine = self._cosine(*sorted((a, b)))
        if cosine is None or cosine <= OTHER_STORY:
            return cosine
        usual = self._usual(*sorted((self.families[a], self.families[b])))
        return max(0.0, round((cosine - usual) / (1.0 - usual), 6))

    def _make_usual(self, family: str, other: str) -> float:
        """Return the median cosine of the remainders of pages of two families; 0 where few pairs are known."""
        left, right = (_spread(self._pages[f], USUAL_SAMPLE) for f in (family, other))
        pairs = {(min(a, b), max(a, b)) for a in left for b in right if a != b}
        found = [v for a, b in sorted(pairs) if (v := self._cosine(a, b)) is not None]
        return min(statistics.median(found), SAME_STORY) if len(found) >= LEAST_PAIRS else 0.0

    def _make_cosine(self, a: int, b: int) -> float | None:
        """Return the cosine of the remainders of two texts, None where too little remains of one."""
        left, right = self._vector(a), self._vector(b)
        return None if left is None or right is None else _dot(left, right)

    def speaks_of_title(self, member: Carrier) -> bool | None:
        """Return whether a passage holds what its page's title says; None for a title that says too little."""
        mass = float(self._titles.sums[member.document])
        if mass < TITLE_MASS:
            return None
        return self._titled(member) >= min(TITLE_MASS, TITLE_SHARE * mass)

    def is_silent(self, member: Carrier) -> bool:
        """Return whether a passage holds no word of a title that says much."""
        return float(self._titles.sums[member.document]) >= TELLING_TITLE and self._titled(member) < 1.0

    def _titled(self, member: Carrier) -> float:
        """Return the mass of the words of its page's title that a passage holds (nats)."""
        words, masses, edges, _ = self._titles
        title = slice(edges[member.document], edges[member.document + 1])
        hashes = self._known.tokens.hashes[member.start : member.end]
        return float(kernels.held_mass(words[title], masses[title], hashes))

    def page_words(self, document: int) -> float:
        """Return how many words a page has."""
        weights, bounds = self._known.weight, self._known.tokens.bounds
        return float(weights[bounds[document + 1]] - weights[bounds[document]]) / 6.0

    def rest_words(self, member: Carrier) -> float:
        """Return how many words of the page stand outside a passage."""
        own = self._known.weight[member.end] - self._known.weight[member.start]
        return self.page_words(member.document) - float(own) / 6.0

    def belongs(self, member: Carrier) -> bool | None:
        """Return whether a passage is about what its page is about; None when nothing is known of the page."""
        titled = self.speaks_of_title(member)
        if titled:
            return True
        rest, own = self._vector(member.document), self._own(member)
        return titled if rest is None or own is None else _dot(rest, own) >= self._least

    def _own(self, member: Carrier) -> Weighted | None:
        """Return the weighted words of a passage; those with the same tokens have the same."""
        part, tokens = slice(member.start, member.end), self._known.tokens
        key = tokens.hashes[part].tobytes(), tokens.weights[part].tobytes()
        found = self._owns.get(key)
        if found is None:
            if len(self._owns) >= MOST_OWNS:
                self._owns.clear()
            found = self._owns[key] = self._weighted((member.start, member.end), NONE_COVERED, NO_WORDS, 0.0)
        return found


def _usual_words(tokens: Tokens, sample: list[int]) -> npt.NDArray[np.uint32]:
    """Return the words (uint32, sorted) that at least half of some texts hold."""
    edges = [tokens.bounds[d : d + 2].tolist() for d in sample]
    words = np.concatenate([tokens.hashes[low:high] for low, high in edges]).astype(np.uint64)
    # word and text in one number: sorted, those of one word stand together, each text with it once
    codes = words << np.uint64(8) | np.repeat(np.arange(len(sample), dtype=np.uint64), [b - a for a, b in edges])
    codes.sort()
    once = codes[np.flatnonzero(np.diff(codes, prepend=~codes[:1]))] >> np.uint64(8)
    firsts = np.flatnonzero(np.diff(once, prepend=~once[:1]))
    often = 2 * np.diff(firsts, append=len(once)) >= len(sample)
    return once[firsts[often]].astype(np.uint32)


class _Titles(NamedTuple):
    """The words of all titles, as `kernels.each_once` gives them."""

    words: npt.NDArray[np.uint32]
    masses: npt.NDArray[np.float32]
    edges: npt.NDArray[np.int64]
    sums: npt.NDArray[np.float64]


def _titles(titles: Sequence[str], idf: npt.NDArray[np.float32]) -> _Titles:
    tokens = tokenize(titles)
    masses = idf[tokens.hashes & np.uint32(SLOTS - 1)] * tokens.weights / 6.0
    return _Titles(*kernels.each_once(tokens.hashes, masses, tokens.bounds))


def _dot(left: Weighted, right: Weighted) -> float:
    if len(left[0]) > len(right[0]):
        left, right = right, left
    return round(float(sparse_dot(*left, *right)), 6)


def judge(cluster: Cluster, relatedness: Relatedness, config: FurnitureConfig) -> Verdict | None:
    """Return why a cluster is furniture, or None."""
    if _strays(cluster, relatedness):
        reason = "two pages carry it that have nothing else in common, and it holds no word of their titles"
        return Verdict(rule="unrelated_pages", reason=reason, family=None, pages=2, confidence=0.65)
    documents = _foreign(cluster, relatedness)
    by_family: dict[str, list[int]] = {}
    for d in documents:
        by_family.setdefault(relatedness.families[d], []).append(d)
    for family, pages in sorted(by_family.items(), key=lambda item: (-len(item[1]), item[0])):
        picked = len(list(_unrelated(pages, relatedness, config)))
        if picked >= config.min_pages:
            reason = f"{len(pages)} pages of {family} carry it whose titles and remaining texts are unrelated"
            sure = min(0.95, 0.75 + 0.04 * picked)
            return Verdict(rule="family_template", reason=reason, family=family, pages=len(pages), confidence=sure)
    # without one owner to explain it, a run needs one more unrelated page, and pages of one story each: what stands on
    # a page of many stories is foreign to the rest of it anyway
    documents = [d for d in documents if relatedness.page_words(d) <= LONGEST_STORY]
    if len(list(_unrelated(documents, relatedness, config))) > config.min_pages:
        reason = f"{len(documents)} pages of {len(by_family)} families carry it that have nothing else in common"
        return Verdict(rule="unrelated_pages", reason=reason, family=None, pages=len(documents), confidence=0.7)
    return None


def _foreign(cluster: Cluster, relatedness: Relatedness) -> list[int]:
    """Return the texts (sorted) that are known to be about something else than the passage; none when it belongs to
    most of its pages."""
    members = {m.document: m for m in reversed(cluster.members)}
    step = max(1, len(members) // SAMPLE)
    sample = sorted(members)[::step]
    belongs: dict[int, bool | None] = {}
    held = 0
    for d in sample:
        belongs[d] = relatedness.belongs(members[d])
        held += belongs[d] is True
        if 2 * held > len(sample):
            return []
    return [d for d in sorted(members) if belongs.get(d, False) is False]


def _strays(cluster: Cluster, relatedness: Relatedness) -> bool:
    """Return whether two pages of unrelated titles carry a passage that is all they have, and speaks of neither."""
    members = {m.document: m for m in reversed(cluster.members)}
    if len(members) != 2:
        return False
    a, b = members.values()
    if relatedness.titles_related(a.document, b.document) is not False:
        return False
    rests = [relatedness.rest_words(m) for m in (a, b)]
    return max(rests) < LEAST_REMAINDER and all(relatedness.is_silent(m) for m in (a, b))


def apart(cluster: Cluster, relatedness: Relatedness, config: FurnitureConfig) -> Apart:
    """Return how far the texts of a cluster are apart; distance 0 where nothing is known."""
    documents = sorted({m.document for m in cluster.members})
    least = min(config.min_pages, len(documents))
    unrelated = least > 1 and len(list(_unrelated(documents, relatedness, config))) >= least
    return Apart(unrelated, _distance(documents, relatedness))


def _distance(documents: Sequence[int], relatedness: Relatedness) -> float:
    """Return how surely texts tell different stories.

    By the median likeness of what pairs of them say around it: on our corpora short formulas stand in texts of up to
    0.17, short reports of one event in texts of 0.33 and more.
    """
    sample = documents[:: max(1, len(documents) // DISTANCE_SAMPLE)][:DISTANCE_SAMPLE]
    found = [v for i, a in enumerate(sample) for b in sample[:i] if (v := relatedness.likeness(a, b)) is not None]
    if not found:
        return 0.0
    middle = statistics.median(found)
    return round(min(1.0, max(0.0, (SAME_STORY - middle) / (SAME_STORY - OTHER_STORY))), 6)


def _unrelated(pages: Sequence[int], relatedness: Relatedness, config: FurnitureConfig) -> Iterator[int]:
    """Yield pages that are unrelated with one another, up to twice `min_pages`, from an even sample."""
    step = max(1, len(pages) // SAMPLE)
    picked: list[int] = []
    for page in pages[::step]:
        if all(not relatedness.related(page, other) for other in picked):
            picked.append(page)
            yield page
            if len(picked) >= 2 * config.min_pages:
                return
