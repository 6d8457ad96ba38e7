"""Clusters, kinds, origins and relations to the records of a result, sorted, rounded and labelled once."""

from __future__ import annotations

import copy
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from dedup import furniture, kinds
from dedup.agency import agencies
from dedup.agency.credits import Credit
from dedup.clusters import BLOCK_CLUSTERS, Carrier, Cluster, Clusters, Spread
from dedup.cues import cue_signs, marks, picture_credits, places
from dedup.families import Family, is_nameless, outlet_of
from dedup.kernels import clusters as kernels
from dedup.kernels import gaps
from dedup.kernels.tokens import FLAG_DIGIT, FLAG_LINE, FLAG_SENTENCE, FLAG_UPPER
from dedup.model import (
    Change,
    Document,
    DocumentCluster,
    DocumentMember,
    Kind,
    Pair,
    Scope,
    Wording,
)
from dedup.relations import DocumentPair
from dedup.shelf import Shelf
from dedup.tokens import Tokens, tokenize

# Occurrences looked at when a cluster's kind is decided.
KIND_SAMPLE = 16
# What a quotation cannot do without.
_MARKED = cue_signs.QUOTES | cue_signs.SINGLE
# How much of the paragraph before an occurrence is looked at (characters).
LEAD = 160
# Texts of a cluster whose pairs are looked up for other passages.
COMPANY_SAMPLE = 6
# Words by which a passage around another, or over its end, is more than that one a little longer: few passages have
# fewer, as they need six content words.
LEAST_BEYOND = 10
# Seconds of a week.
WEEK = 7 * 86_400.0
_BLANK = cue_signs.OUTER + "\n"
# Longest stretch before or behind the text proper that is looked at (characters).
MARGIN = 200
# A photo credit or a remark behind a caption does not make it part of a longer paragraph either.
_CREDIT_TAIL = re.compile(
    r"(?:\(?\s*(?:photo|foto|picture|image|bild|credit|фото|写真|图|圖|撮影)\w*\b[^\n]{0,60}|\([^()\n]{2,60}\)\.?)\s*$",
    re.IGNORECASE,
)
# Figures as words in English, German, French and Spanish; "one" and the like are left out, as they are articles too.
NUMBER_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen half "
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend million millionen "
    "deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent mille millions "
    "dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cien mil millón millones"
)
# Most words on either side of a gap that may name what changed.
CHANGED_WORDS = 4
# Share inside quotation marks from which a sentence is a quotation with the words that lead to it.
MOSTLY = 0.5
VERBATIM, NEAR_VERBATIM = 1.0, 0.75


class Company:
    """The clusters of a kind that each text has places in, as their numbers, and these places."""

    def __init__(self, clusters: Clusters, kept: npt.NDArray[np.bool_], documents: int) -> None:
        """Take those of the clusters that are `kept`, and how many texts there are."""
        sizes = np.diff(clusters.bounds)
        chosen = np.flatnonzero(np.repeat(kept, sizes))
        numbers = np.repeat(np.arange(len(clusters), dtype=np.int32), sizes)[chosen]
        texts = clusters.members[chosen, 0]
        order = np.lexsort((numbers, texts))
        self._numbers = numbers[order]
        self._spans = clusters.members[chosen[order], 1:].astype(np.int32)
        self._bounds = np.searchsorted(texts[order], np.arange(documents + 1))

    def shares(self, samples: Sequence[Sequence[Carrier]]) -> list[float | None]:
        """Return in which share of the pairs of texts that some places of one passage, of each sample, stand in, they
        have another passage in common, not the same one a little longer; None for a sample of one text."""
        places = [sorted((m.document, m.start, m.end) for m in sample) for sample in samples]
        rows = np.array([row for own in places for row in own], np.int64).reshape(-1, 3)
        edges = np.cumsum([0, *map(len, places)], dtype=np.int64)
        counts = kernels.in_company(self._numbers, self._spans, self._bounds, rows, edges, LEAST_BEYOND).tolist()
        texts = [len({d for d, _, _ in own}) for own in places]
        return [round(n / (t * (t - 1) // 2), 6) if t > 1 else None for n, t in zip(counts, texts, strict=True)]

    def common(self, pairs: npt.NDArray[np.int64]) -> Iterator[list[int]]:
        """Yield the numbers of the clusters that both of each pair of texts (int64, n x 2) have places in."""
        found, edges = kernels.common(self._numbers, self._bounds, pairs)
        numbers = found.tolist()
        return (numbers[low:high] for low, high in itertools.pairwise(edges.tolist()))

    def carriers(self) -> npt.NDArray[np.int64]:
        """Return the texts that have a place in any."""
        return np.flatnonzero(np.diff(self._bounds))


@dataclass(frozen=True, kw_only=True)
class Material:
    """What records are made from.

    `company` has the clusters of each text that are no furniture, `credits` the agency credits of those that carry
    some; `may_say_first` the texts that may have words for who had them first, `may_name` those that may name an
    agency.
    """

    documents: Sequence[Document] | Mapping[int, Document]
    tokens: Tokens
    families: Mapping[str, Family]
    company: Company | None = None
    credits: Mapping[int, list[Credit]] = field(default_factory=dict)
    may_say_first: frozenset[int] = frozenset()
    may_name: frozenset[int] = frozenset()
    _usual: dict[int, float] = field(default_factory=dict, repr=False)

    def usual_names(self, documents: Sequence[int]) -> list[float]:
        """Return the share of the words of each text that have a capital or a figure, counted once."""
        # a set less the keys of a mapping would take as long as there are keys
        new = np.array(sorted({d for d in documents if d not in self._usual}), np.int64)
        if len(new):
            spans = zip(self.tokens.bounds[new].tolist(), self.tokens.bounds[new + 1].tolist(), strict=True)
            self._usual.update(zip(new.tolist(), name_shares(self.tokens, [*spans]), strict=True))
        return [self._usual[d] for d in documents]

    def at_hand(self, numbers: Iterable[int]) -> Material:
        """Return the same with some texts alone, each looked up once and in their order; what is counted of texts is
        counted for both."""
        held, wanted = copy.copy(self), sorted(set(numbers))
        rows = (
            self.documents.rows_of(wanted) if isinstance(self.documents, Shelf) else [self.documents[d] for d in wanted]
        )
        vars(held).update(documents=dict(zip(wanted, rows, strict=True)), agencies=self.agencies)
        return held

    @functools.cached_property
    def agencies(self) -> tuple[str, ...]:
        """The outlets that are agencies by their names."""
        return tuple(sorted(o for o in self.families if not is_nameless(o) and agencies.named(o)))


def span_of(tokens: Tokens, start: int, end: int) -> tuple[int, int]:
    """Return the code points of a token span."""
    return int(tokens.starts[start]), int(tokens.ends[end - 1])


def wording(similarity: float) -> Wording:
    """Return the wording of a member by its similarity with the representative."""
    if similarity >= VERBATIM:
        return "verbatim"
    return "near_verbatim" if similarity >= NEAR_VERBATIM else "reworded"


def changes(carrier: Carrier, own: Document, other: Document, tokens: Tokens) -> Iterator[Change]:
    """Yield figures, names and dates that stand in a gap between matched words and differ."""
    for behind in telling_gaps(carrier.blocks, tokens).tolist():
        yield change(carrier.blocks, behind, own.text, other.text, tokens)


def change(blocks: npt.NDArray[np.int64], gap: int, own: str, other: str, tokens: Tokens) -> Change:
    """Return what stands in the gap behind a block, of two texts."""
    (a, b, words), (a1, b1, _) = blocks[gap : gap + 2].tolist()
    start, end = span_of(tokens, b + words, b1)
    low, high = span_of(tokens, a + words, a1)
    return Change(before=other[low:high], after=own[start:end], start=start, end=end)


def telling_gaps(blocks: npt.NDArray[np.int64], tokens: Tokens) -> npt.NDArray[np.int64]:
    """Return behind which blocks (int64) stands a gap of a few words with a figure or a capital on either side."""
    if len(blocks) < 2:
        return np.empty(0, np.int64)
    found: npt.NDArray[np.int64] = gaps.telling_gaps(
        blocks, tokens.flags, tokens.hashes, FLAG_DIGIT | FLAG_UPPER, number_words(), CHANGED_WORDS
    )
    return found


@functools.cache
def number_words() -> npt.NDArray[np.uint32]:
    """Return the hashes of figures written as words."""
    return np.unique(tokenize([NUMBER_WORDS]).hashes)


def occurrences(carriers: Sequence[Carrier], material: Material) -> list[places.Occurrence]:
    """Return members as the kinds see them; what may stand in their paragraphs is found of all at once."""
    tokens, documents = material.tokens, [material.documents[c.document] for c in carriers]
    starts = tokens.starts[[c.start for c in carriers]].tolist()
    ends = tokens.ends[[c.end - 1 for c in carriers]].tolist()
    stretches = [_place(d.text, start, end) for d, start, end in zip(documents, starts, ends, strict=True)]
    signs = cue_signs.of_places(
        [d.text[low:high] for d, (_, _, low, high) in zip(documents, stretches, strict=True)],
        [(start - low, end - low) for start, end, low, _ in stretches],
    )
    numbers = [c.document for c in carriers]
    shares = name_shares(tokens, [(c.start, c.end) for c in carriers])
    names = zip(shares, material.usual_names(numbers), strict=True)
    rows = zip(numbers, documents, stretches, signs, names, strict=True)
    return [_occurrence(*row, material) for row in rows]


def _occurrence(
    number: int,
    document: Document,
    stretch: tuple[int, int, int, int],
    read: tuple[int, int, int],
    names: tuple[float, float],
    material: Material,
) -> places.Occurrence:
    (start, end, low, high), (signs, *around) = stretch, read
    text, outlet = document.text, outlet_of(document)
    own, paragraph, before, after = text[start:end], text[low:high], text[low:start], text[end:high]
    if around[0] < 0:
        around = [_outside(before), _outside(after)]
    alone = _is_alone(around, after, end - start, bool(signs & cue_signs.CAPTION))
    last = alone and _is_blank(text, high, len(text))
    return places.Occurrence(
        text=own,
        start=start,
        before=before,
        after=after,
        paragraph=paragraph,
        lead=text[max(0, low - LEAD) : low].rstrip("\n").rpartition("\n")[2],
        names=names[0],
        usual_names=names[1],
        alone=alone,
        edge=last or (alone and _is_blank(text, 0, low)),
        last=last,
        quoted=marks.quoted_share(paragraph, start - low, end - low) if signs & _MARKED else 0.0,
        document_share=(end - start) / max(1, len(text)),
        document=number,
        outlet=outlet,
        family=material.families[outlet].name,
        is_caption_field=bool(document.captions) and any(own in c for c in document.captions),
        signs=signs,
    )


def _place(text: str, start: int, end: int) -> tuple[int, int, int, int]:
    """Return the code points of a stretch of a text, and of its paragraph as far as it is looked at."""
    stop = text.find("\n", end)
    return (
        start,
        end,
        max(text.rfind("\n", 0, start) + 1, start - 4000),
        min(len(text) if stop < 0 else stop, end + 400),
    )


def _is_alone(around: Sequence[int], after: str, size: int, may_credit: bool) -> bool:
    """Return whether a passage of `size` characters is all of its paragraph but for a credit or little else; `around`
    says how much stands before and behind it there, `after` what stands behind, `may_credit` whether a credit or a
    bracket may."""
    outside, rest = around
    most = max(12, 0.3 * size)
    if outside > most:
        return False
    if outside + rest > most and may_credit:
        rest = _outside(_CREDIT_TAIL.sub("", after))
    if outside + rest > most and len(after) <= picture_credits.LONGEST_TAIL:
        rest = _outside(after[: picture_credits.credit_tail(after)])
    return outside + rest <= most


def _outside(text: str) -> int:
    """Return how long a text is without what does not make a passage part of a longer paragraph."""
    return len(text.strip(cue_signs.OUTER))


def _quoted(carrier: Carrier, material: Material) -> float:
    """Return the share of a member inside quotation marks."""
    text = material.documents[carrier.document].text
    start, end, low, high = _place(text, *span_of(material.tokens, carrier.start, carrier.end))
    return marks.quoted_share(text[low:high], start - low, end - low)


def _is_blank(text: str, start: int, end: int) -> bool:
    return end - start <= MARGIN and not text[start:end].strip(_BLANK)


def name_shares(tokens: Tokens, spans: Sequence[tuple[int, int]]) -> list[float]:
    """Return the shares of token spans that have a capital or a figure."""
    counts = gaps.flagged(tokens.flags, np.array(spans, np.int64).reshape(-1, 2), FLAG_DIGIT | FLAG_UPPER).tolist()
    return [round(n / (end - start), 6) for n, (start, end) in zip(counts, spans, strict=True)]


def is_inset(material: Material, document: int, start: int, end: int) -> bool:
    """Return whether a token span is a quotation or a caption in its text, or stands within one of its sentences.

    Who takes over copy takes sentences; what is less is a passage of its own inside a longer one.
    """
    if _within_sentence(material.tokens, document, start, end):
        return True
    text = material.documents[document].text
    first, last, low, high = _place(text, *span_of(material.tokens, start, end))
    quoted = marks.quoted_share(text[low:high], first - low, last - low)
    if quoted >= marks.QUOTED or (quoted >= MOSTLY and _is_one_sentence(material.tokens, start, end)):
        return True
    around = _outside(text[low:first]), _outside(text[last:high])
    alone = _is_alone(around, text[last:high], last - first, may_credit=True)
    return alone and places.looks_like_caption(text[low:high])


def _within_sentence(tokens: Tokens, document: int, start: int, end: int) -> bool:
    """Say whether a token span neither begins, ends nor crosses a sentence or line of its text."""
    last = int(tokens.bounds[document + 1])
    return end < last and not (tokens.flags[start : end + 1] & (FLAG_LINE | FLAG_SENTENCE)).any()


def _is_one_sentence(tokens: Tokens, start: int, end: int) -> bool:
    """Say whether no sentence or line begins inside a token span."""
    return not (tokens.flags[start + 1 : end] & (FLAG_LINE | FLAG_SENTENCE)).any()


def is_stray(
    material: Material, relatedness: furniture.Relatedness, head: int, document: int, start: int, end: int
) -> bool:
    """Return whether a token span is one sentence of a longer text that tells another story than the text `head`.

    A story is carried within days and under like titles: a sentence of it in a text of another week, or of one that is
    about something else, is a formula or a note, whoever has it. Pages of many stories say nothing of a sentence.
    """
    tokens = material.tokens
    first, last = tokens.bounds[document : document + 2].tolist()
    is_little = 2 * (end - start) < last - first
    if relatedness.page_words(document) > furniture.LONGEST_STORY:
        return False
    if not is_little or not _is_one_sentence(tokens, start, end):
        return False
    times = [material.documents[d].timestamp for d in (head, document)]
    if times[0] is not None and times[1] is not None and abs(times[0] - times[1]) > WEEK:
        return True
    return relatedness.titles_related(head, document) is False


def is_quotation(cluster: Cluster, material: Material) -> bool:
    """Return whether at least half of a cluster's places stand in quotation marks."""
    sample = cluster.members[:KIND_SAMPLE]
    return 2 * sum(_quoted(m, material) >= marks.QUOTED for m in sample) >= len(sample)


def left_out(
    clusters: Clusters, aside: npt.NDArray[np.bool_], material: Material, spread: Spread
) -> list[tuple[int, Cluster]]:
    """Return, with their numbers, the clusters that are not `aside` and can be of a kind that is not compared:
    quotations and short ones. `spread` does work on items, in order."""
    kept = np.flatnonzero(~aside).tolist()

    def block(first: int) -> bytes:
        return bytes(_can_be_left_out(clusters[i], material) for i in kept[first : first + BLOCK_CLUSTERS])

    found = b"".join(spread(block, range(0, len(kept), BLOCK_CLUSTERS)))
    return [(i, replace(clusters[i], parent=-1)) for i in itertools.compress(kept, found)]


def _can_be_left_out(cluster: Cluster, material: Material) -> bool:
    head = cluster.members[0]
    words = float(material.tokens.weights[head.start : head.end].sum()) / 6.0
    return words <= kinds.LONGEST_FURNITURE or is_quotation(cluster, material)


def incidental(made: Sequence[Kind], clusters: Clusters, tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Return which clusters, of the kinds `made`, relate no texts: furniture, formulas, and what is so short that it
    could not be told from a formula, but for texts that are hardly more than it."""
    if not len(clusters):
        return np.empty(0, np.bool_)
    documents, starts, ends = clusters.members.T
    most = 2 * (ends - starts) >= tokens.bounds[documents + 1] - tokens.bounds[documents]
    whole = np.logical_or.reduceat(most, clusters.bounds[:-1])
    heads = clusters.members[clusters.bounds[:-1]]
    short = gaps.weighed(tokens.weights, heads[:, 1:]) <= 6 * kinds.ALIKE
    plain = np.array([k in ("boilerplate", "stock_phrase") for k in made], np.bool_)
    return plain | (short & ~whole & np.array([k == "other" for k in made], np.bool_))


class Standing(NamedTuple):
    """What is known of a cluster by its places alone: the words of the representative, and as in `kinds.Context`."""

    words: float
    company: float | None
    lasting: bool
    body_twice: bool


def standings(clusters: Sequence[Cluster], material: Material) -> list[Standing]:
    """Return what is known of some clusters by their places."""
    tokens, heads = material.tokens, [c.members[0] for c in clusters]
    spans = np.array([(h.start, h.end) for h in heads], np.int64)
    of = np.array([h.document for h in heads])
    sizes = tokens.bounds[of + 1] - tokens.bounds[of]
    large = (spans[:, 1] - spans[:, 0] > 0.3 * sizes).tolist()
    words = (gaps.weighed(tokens.weights, spans) / 6.0).tolist()
    samples = [sorted({m.document for m in c.members})[:COMPANY_SAMPLE] for c in clusters]
    own = [[m for m in c.members if m.document <= s[-1]] for c, s in zip(clusters, samples, strict=True)]
    company = [None] * len(samples) if material.company is None else material.company.shares(own)
    return [
        Standing(n, shared, _is_lasting(sample, material), len(sample) == 1 and n > 40 and is_large)
        for n, shared, sample, is_large in zip(words, company, samples, large, strict=True)
    ]


def context(
    standing: Standing, verdict: furniture.Verdict | None, apart: furniture.Apart, *, credited: bool
) -> kinds.Context:
    """Return what is known of a cluster as a whole; `credited`: an agency is, as `origins.is_credited` says."""
    return kinds.Context(
        words=standing.words,
        furniture=verdict.reason if verdict else None,
        furniture_confidence=verdict.confidence if verdict else 0.0,
        unrelated=apart.unrelated and standing.words <= kinds.LONGEST_FORMULA,
        distance=apart.distance,
        untitled=apart.untitled,
        company=standing.company,
        lasting=standing.lasting,
        credited=credited,
        body_twice=standing.body_twice,
    )


def _is_lasting(sample: Sequence[int], material: Material) -> bool:
    """Return whether all of some texts are dated, and no two of them were published in one week."""
    if len(sample) < 2:
        return False
    times = [material.documents[d].timestamp for d in sample]
    dated = sorted(t for t in times if t is not None)
    return len(times) == len(dated) > 1 and all(b - a >= WEEK for a, b in itertools.pairwise(dated))


def scope_of(outlets: int, documents: int) -> Scope:
    """Return the widest scope that applies."""
    if outlets > 1:
        return "cross_outlet"
    return "within_outlet" if documents > 1 else "within_document"


def pair_record(pair: DocumentPair, ids: Sequence[str], passages: Iterable[str]) -> Pair:
    """Return the record of two related texts, of which all have these `ids`."""
    return Pair(
        left=ids[pair.left],
        right=ids[pair.right],
        relation=pair.relation,
        share_left=pair.share_left,
        share_right=pair.share_right,
        jaccard=pair.jaccard,
        quoted_share=pair.quoted_share,
        passages=tuple(sorted(passages)),
    )


def document_record(head: int, ties: Mapping[int, DocumentPair], documents: Sequence[Document]) -> DocumentCluster:
    """Return the record of one cluster of near-duplicates, the representative first."""
    members = [_document_member(documents[head], "duplicate", 1.0)]
    for d, pair in sorted(ties.items(), key=lambda item: documents[item[0]].id):
        is_left = pair.left == d
        relation = pair.relation
        if not is_left and relation in ("contains", "contained"):
            relation = "contained" if relation == "contains" else "contains"
        members.append(_document_member(documents[d], relation, pair.share_left if is_left else pair.share_right))
    dated = [documents[d] for d in (head, *ties) if documents[d].timestamp is not None]
    earliest = min(dated, key=lambda d: (d.timestamp or 0.0, d.id)).id if dated else None
    ids = sorted(m.doc_id for m in members)
    return DocumentCluster(
        cluster_id=xxhash.xxh3_64_hexdigest(repr((members[0].doc_id, *ids)).encode("utf-8", "replace")),
        representative=members[0].doc_id,
        earliest=earliest,
        cohesion=round(float(np.mean([p.jaccard for p in ties.values()])), 6),
        members=tuple(members),
    )


def _document_member(document: Document, relation: str, share: float) -> DocumentMember:
    return DocumentMember(
        doc_id=document.id,
        outlet=document.outlet,
        published=document.published,
        title=document.title,
        url=document.url,
        relation=relation,  # type: ignore[arg-type]
        share=share,
    )
