"""The nouns: documents, spans, matches, clusters and the result of a scan.

Offsets are half-open `[start, end)` and count code points of the text that the reader yielded.
Similarities and confidences lie in [0, 1] and are rounded to 1e-6 before anything is decided on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Kind = Literal["wire_copy", "quotation", "caption", "boilerplate", "stock_phrase", "other"]
Scope = Literal["cross_outlet", "within_outlet", "within_document"]
Wording = Literal["verbatim", "near_verbatim", "reworded"]
Relation = Literal["duplicate", "contains", "contained", "partial", "updates"]

KINDS: tuple[Kind, ...] = ("wire_copy", "quotation", "caption", "boilerplate", "stock_phrase", "other")
SCOPES: tuple[Scope, ...] = ("cross_outlet", "within_outlet", "within_document")
WORDINGS: tuple[Wording, ...] = ("verbatim", "near_verbatim", "reworded")
RELATIONS: tuple[Relation, ...] = ("duplicate", "contains", "contained", "partial", "updates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text as an outlet published it. Only `text` is required.

    `id` is made from a hash of content, outlet, date and address when it is empty.
    `published` is kept as given; `published_precision` is one of `second minute day month year`, or None when
    the date is missing or could not be understood; `timestamp` is then its UTC time in seconds, or None.
    """

    text: str
    id: str = ""
    title: str | None = None
    outlet: str | None = None
    published: str | None = None
    published_precision: str | None = None
    timestamp: float | None = None
    url: str | None = None
    canonical_url: str | None = None
    lang: str | None = None
    author: str | None = None
    agency: str | None = None
    version_of: str | None = None
    captions: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one document."""

    doc_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure, name or date that differs: `before` in the other text, `after` here at `[start, end)`."""

    before: str
    after: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A verified passage between two texts.

    `score` is the calibrated verdict of rescoring; `scores` are the features that it was made from;
    `similarity` is the share of aligned words that are equal; `changed` is given on the right text.
    """

    left: Span
    right: Span
    kind: Kind
    kind_confidence: float
    score: float
    similarity: float
    wording: Wording
    scores: Mapping[str, float]
    changed: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMatch:
    """A verified passage between a document of an index (left) and a new text (right).

    Its first fields are those of `Match`; kinds are judged on all carriers, by `Index.clusters`. `relation` is that of
    the left document to the right one, as far as aligned words tell; `share_left` and `share_right` are the parts of
    each that the other has. `outlet`, `published`, `title` and `url` are those of the left document. `as_of` is the
    commit of the index that was asked.
    """

    left: Span
    right: Span
    score: float
    similarity: float
    wording: Wording
    scores: Mapping[str, float]
    changed: tuple[Change, ...]
    relation: Relation
    share_left: float
    share_right: float
    outlet: str | None
    published: str | None
    title: str | None
    url: str | None
    as_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who a passage is credited to, with evidence; `doc_id` and `agency` are None where nothing supports one."""

    doc_id: str | None = None
    agency: str | None = None
    evidence: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One carrier of a passage: where it stands and how it differs from the representative."""

    doc_id: str
    start: int
    end: int
    text: str
    outlet: str | None
    published: str | None
    title: str | None
    url: str | None
    similarity: float
    wording: Wording
    changed: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageCluster:
    """One passage and all who carry it; the first member is the representative."""

    cluster_id: str
    parent: str | None
    kind: Kind
    kind_confidence: float
    evidence: tuple[str, ...]
    scope: Scope
    repeats_in_document: int
    text: str
    score: float
    cohesion: float
    n_documents: int
    n_outlets: int
    n_families: int
    origin: Origin
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMember:
    """A document of a cluster; `share` is the part of its words that the representative has."""

    doc_id: str
    outlet: str | None
    published: str | None
    title: str | None
    url: str | None
    relation: Relation
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCluster:
    """Documents that are the same text as, or contain or are contained in, the representative."""

    cluster_id: str
    representative: str
    earliest: str | None
    cohesion: float
    members: tuple[DocumentMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two documents that share verified passages, with how much of each the other has (furniture apart)."""

    left: str
    right: str
    relation: Relation
    share_left: float
    share_right: float
    jaccard: float
    quoted_share: float
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """Something left out of the comparison or of the results, with the rule that did it.

    `rule` is a short name, `reason` a sentence, `n_documents` how many documents carry the run.
    """

    rule: str
    reason: str
    doc_id: str
    start: int
    end: int
    text: str
    family: str | None
    n_documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCounts:
    """How common words were: in how many (`counts`, int32) of the collapsed `documents` those of a slot stand.

    `slots` (uint32, rising) are the lower bits of the words' hashes.
    """

    documents: int
    slots: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Everything that a scan found, in the order in which it is written.

    `texts` holds the matched documents by id (empty when texts are left out), `reference` the ids of those among them
    that are of the reference set, `words` how common words were (None of a result that was read back).
    """

    passages: Sequence[PassageCluster]
    documents: Sequence[DocumentCluster]
    pairs: Sequence[Pair]
    suppressed: Sequence[Suppressed]
    manifest: Mapping[str, Any]
    texts: Mapping[str, Document] = field(default_factory=dict)
    reference: frozenset[str] = frozenset()
    words: WordCounts | None = field(default=None, compare=False, repr=False)
