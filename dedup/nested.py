"""Passages of a kind of their own inside a longer one, where the same texts carry both.

Who carries agency copy carries the words of those whom it quotes. They are found on the representative and taken to
the other members by how these are aligned with it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from dedup import assembly, kinds
from dedup.assembly import Material
from dedup.clusters import Carrier, Cluster
from dedup.cues import places, quotes
from dedup.kernels import gaps
from dedup.model import Kind

# Kinds of passages that others are looked for in.
AROUND: tuple[Kind, ...] = ("wire_copy", "caption")
# Shortest whole quotation: five words, which weigh six each.
LEAST_WEIGHT = 30
# A passage of more than this share of the longer one is no other.
MOST_OF = 0.8
# Share of its words that a member has in order, and how long its stretch is at most beside that of the representative.
LEAST_MATCHED, LONGEST = 0.5, 2.0
# How far around a passage its first and last paragraph are looked at (characters).
BEYOND = 4000
_LINE = re.compile(r"[^\n]+")


class Taken:
    """The places of clusters by text."""

    def __init__(self, members: npt.NDArray[np.int64], documents: int) -> None:
        """Take the members of all clusters (int64, n x 3: text, first and end token)."""
        order = np.argsort(members[:, 0], kind="stable")
        self._spans = members[order, 1:]
        self._bounds = np.searchsorted(members[order, 0], np.arange(documents + 1))

    def has(self, document: int, start: int, end: int) -> bool:
        """Return whether a token span and a place have half of one another, or more, in common."""
        spans = self._spans[self._bounds[document] : self._bounds[document + 1]]
        common = 2 * (np.minimum(spans[:, 1], end) - np.maximum(spans[:, 0], start))
        return bool(((common >= end - start) & (common >= spans[:, 1] - spans[:, 0])).any())


def insets(
    around: Sequence[tuple[int, Cluster, Kind]], material: Material, taken: Taken
) -> Iterator[tuple[Cluster, kinds.Assignment]]:
    """Yield the whole quotations inside passages of some kind, and the captions inside copy, each with what speaks for
    it: those of five words or more that two texts have and that are `taken` by no other cluster. The number of the
    passage is their parent."""
    found: list[Cluster] = []
    judges: list[Callable[[Sequence[places.Occurrence]], kinds.Assignment | None]] = []
    for number, cluster, kind in around:
        quoted = [*_inside(cluster, _quoted(cluster.members[0], material), taken)]
        captioned = _captioned(cluster.members[0], material) if kind == "wire_copy" else ()
        captions = [*_inside(cluster, captioned, taken)]
        found += [Cluster(members=members, parent=number) for members in (*quoted, *captions)]
        judges += [kinds.quotation_inside] * len(quoted) + [kinds.caption_inside] * len(captions)
    samples = [cluster.members[: assembly.KIND_SAMPLE] for cluster in found]
    seen = iter(assembly.occurrences([m for sample in samples for m in sample], material))
    for cluster, sample, judge in zip(found, samples, judges, strict=True):
        assignment = judge(list(itertools.islice(seen, len(sample))))
        if assignment is not None:
            yield cluster, assignment


def _inside(cluster: Cluster, spans: Iterable[tuple[int, int]], taken: Taken) -> Iterator[tuple[Carrier, ...]]:
    """Yield the places of each stretch of a passage, of which token spans of the representative are given."""
    head = cluster.members[0]
    for start, end in spans:
        if end - start > MOST_OF * (head.end - head.start) or taken.has(head.document, start, end):
            continue
        members = tuple(_members(cluster, start, end))
        if len({m.document for m in members}) > 1:
            yield members


def _quoted(head: Carrier, material: Material) -> Iterator[tuple[int, int]]:
    """Yield the token spans of the whole quotations inside a place, names of works apart."""
    tokens, text = material.tokens, material.documents[head.document].text
    first, last = tokens.bounds[head.document : head.document + 2].tolist()
    start, end = assembly.span_of(tokens, head.start, head.end)
    low = max(text.rfind("\n", 0, start) + 1, start - BEYOND)
    high = text.find("\n", end)
    high = min(len(text) if high < 0 else high, end + BEYOND)
    for line in _LINE.finditer(text, low, high):
        for a, b in quotes.whole(line[0]):
            begin = first + int(np.searchsorted(tokens.starts[first:last], line.start() + a))
            stop = first + int(np.searchsorted(tokens.ends[first:last], line.start() + b, side="right"))
            if head.start <= begin and stop <= head.end and _is_speech(material, head.document, begin, stop):
                yield begin, stop


def _captioned(head: Carrier, material: Material) -> Iterator[tuple[int, int]]:
    """Yield the token spans of the paragraphs of a place that end as captions do, as far as they are in it."""
    tokens, text = material.tokens, material.documents[head.document].text
    first, last = tokens.bounds[head.document : head.document + 2].tolist()
    start, end = assembly.span_of(tokens, head.start, head.end)
    low, high = max(text.rfind("\n", 0, start) + 1, start - BEYOND), text.find("\n", end)
    for line in _LINE.finditer(text, low, len(text) if high < 0 else high):
        if len(line[0]) > places.LONGEST_CAPTION or not places.ends_as_caption(line[0]):
            continue
        begin = max(head.start, first + int(np.searchsorted(tokens.starts[first:last], line.start())))
        stop = min(head.end, first + int(np.searchsorted(tokens.ends[first:last], line.end(), side="right")))
        if begin < stop and int(tokens.weights[begin:stop].sum(dtype=np.int64)) >= LEAST_WEIGHT:
            yield begin, stop


def _is_speech(material: Material, document: int, start: int, end: int) -> bool:
    """Return whether a quotation is long enough, and no title: those have more capitals than their text."""
    if end <= start or int(material.tokens.weights[start:end].sum(dtype=np.int64)) < LEAST_WEIGHT:
        return False
    (usual,) = material.usual_names([document])
    return assembly.name_shares(material.tokens, [(start, end)])[0] < max(places.LISTED, usual + places.ABOVE_USUAL)


def _members(cluster: Cluster, start: int, end: int) -> Iterator[Carrier]:
    """Yield the places of a stretch of the representative, those of which enough is there."""
    for m in cluster.members:
        blocks = gaps.cut(m.blocks, start, end)
        if not len(blocks) or gaps.matched(blocks)[0] < LEAST_MATCHED * (end - start):
            continue
        own, stop = int(blocks[0, 1]), int(blocks[-1, 1] + blocks[-1, 2])
        if stop - own <= LONGEST * (end - start):
            yield Carrier(document=m.document, start=own, end=stop, blocks=blocks)
