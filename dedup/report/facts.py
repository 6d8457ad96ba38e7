"""What a scan found in figures and in sentences, counted once for every report."""

from __future__ import annotations

import collections
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dedup.model import KINDS, SCOPES, PassageCluster, ScanResult, Suppressed
from dedup.records import Counted
from dedup.report.dates import Dated
from dedup.report.labels import KIND_LABELS, carriers, label, number, plural, ranked
from dedup.report.network import INCIDENTAL, Outlet, Tally, family_of, network
from dedup.report.safe import line
from dedup.shelf import Chosen

PAGES: Final = "Each document is a page with many stories, so whole documents were not compared."
_NAMED: Final = 4
"""Agencies and outlets that a sentence names."""
_LEFT_OUT: Final = ("skipped", "unread")
_READ_KEYS: Final = ("documents_read", "documents", "read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Counts of a scan.

    `documents` is None when the manifest does not say how many were read. `carriers` are documents with a
    passage, `unnamed` those of them that name no outlet, `outlets` their outlets and `groups` the families of
    these: a document that names none counts as an outlet and a group of its own, as in every cluster.
    `by_kind` maps each kind that occurs to its counts in the order of the scopes.
    `agencies` are the credited ones with their passages, `firsts` outlets with the passages that they alone had
    first by the dates of all carriers; both with the most first. `widest` is the cluster of the highest rank,
    furniture and common formulas apart.
    `set_aside` counts distinct suppressed texts by the rule, `furniture` those of all rules and `furniture_places` all
    places recorded. `no_relations` says why
    documents were not compared as such, empty where they were.
    """

    documents: int | None
    carriers: int
    outlets: int
    groups: int
    unnamed: int
    passages: int
    by_scope: tuple[int, ...]
    by_kind: Mapping[str, tuple[int, ...]]
    agencies: tuple[tuple[str, int], ...]
    firsts: tuple[tuple[str, int], ...]
    widest: PassageCluster | None
    document_clusters: int
    clustered_documents: int
    set_aside: Mapping[str, int]
    furniture_places: int
    skipped: int
    no_relations: str
    warnings: tuple[str, ...]

    @property
    def furniture(self) -> int:
        """Return how many distinct texts were set aside."""
        return sum(self.set_aside.values())


@dataclass(slots=True)
class Counts:
    """What is counted while clusters pass by: ids of documents, outlets, ids of documents without one, clusters by
    kind and scope and by agency."""

    carriers: set[str] = field(default_factory=set)
    outlets: set[str] = field(default_factory=set)
    unnamed: set[str] = field(default_factory=set)
    table: Counter[tuple[str, str]] = field(default_factory=Counter)
    agencies: Counter[str] = field(default_factory=Counter)
    dated: bool = False

    def take(self, cluster: PassageCluster | Counted) -> None:
        """Count one cluster."""
        self.table[cluster.kind, cluster.scope] += 1
        if cluster.origin.agency:
            self.agencies[cluster.origin.agency] += 1
        for m in cluster.members:
            self.carriers.add(m.doc_id)
            if m.outlet:
                self.outlets.add(m.outlet)
            else:
                self.unnamed.add(m.doc_id)
            self.dated = self.dated or bool(m.published)


@dataclass(slots=True)
class Texts:
    """The distinct texts among places that were set aside: rule, family and words of each."""

    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def passing(self, items: Iterable[Suppressed]) -> Iterator[Suppressed]:
        """Yield the places, and count them."""
        for item in items:
            self.seen.add(_text_of(item))
            yield item

    def by_rule(self) -> dict[str, int]:
        """Return how many texts were set aside by each rule."""
        return dict(Counter(sorted(rule for rule, _, _ in self.seen)))


def gather(
    result: ScanResult,
    outlets_shared: Iterable[Outlet] = (),
    seen: Counts | None = None,
    set_aside: Mapping[str, int] | None = None,
) -> Facts:
    """Return the figures of a scan; a manifest with keys missing only makes fewer of them known.

    `outlets_shared` are those of the network, for what they had first; `seen` has been given all passages, and
    `set_aside` is known where all places that were set aside were counted.
    """
    if seen is None:
        seen = Counts()
        for cluster in result.passages:
            seen.take(cluster)
    outlets, unnamed, table = seen.outlets, len(seen.unnamed), seen.table
    if set_aside is None:
        texts = Texts()
        collections.deque(texts.passing(result.suppressed), maxlen=0)
        set_aside = texts.by_rule()
    kinds: tuple[str, ...] = (*KINDS, *sorted({kind for kind, _ in table} - set(KINDS)))
    skipped = count_skipped(_mapping(result.manifest, "reading"))
    return Facts(
        documents=_documents_read(result.manifest),
        carriers=len(seen.carriers),
        outlets=len(outlets) + unnamed,
        groups=len({family_of(outlet, result.manifest) for outlet in outlets}) + unnamed,
        unnamed=unnamed,
        passages=len(result.passages),
        by_scope=tuple(sum(table[kind, scope] for kind in kinds) for scope in SCOPES),
        by_kind={k: row for k in kinds if any(row := tuple(table[k, s] for s in SCOPES))},
        agencies=_most(seen.agencies),
        firsts=_most(Counter({o.outlet: o.first for o in outlets_shared if o.first})),
        widest=next((p for p in ranked(result.passages) if p.kind not in INCIDENTAL), None),
        document_clusters=len(result.documents),
        clustered_documents=len({m.doc_id for c in result.documents for m in c.members}),
        set_aside=set_aside,
        furniture_places=len(result.suppressed),
        skipped=skipped,
        no_relations=PAGES if _mapping(result.manifest, "config").get("unit") == "page" else "",
        warnings=_warnings(result, seen, skipped),
    )


def _text_of(item: Suppressed) -> tuple[str, str, str]:
    return item.rule, item.family or "", item.text


class Glance:
    """What a summary says of a result, counted while its records pass by: those that are many are made anew whenever
    they are asked for."""

    def __init__(self, result: ScanResult) -> None:
        self._result, self._counts, self._tally = result, Counts(), Tally(pairs=False)
        # the time of each carrier is asked for, and most have several passages
        texts = result.texts
        self._times: Mapping[str, Dated] = texts.moments() if isinstance(texts, Chosen) else texts

    def passages(self, clusters: Iterable[PassageCluster]) -> Iterator[PassageCluster]:
        """Yield all passages, and count them."""
        for cluster in clusters:
            self.passage(cluster)
            yield cluster

    def passage(self, cluster: PassageCluster | Counted) -> None:
        """Count one passage."""
        self._counts.take(cluster)
        self._tally.take(cluster, self._times)

    def facts(self, set_aside: Mapping[str, int] | None = None) -> Facts:
        """Return the figures when all have passed; `set_aside` as of `gather`."""
        return gather(self._result, network(self._result, self._tally).outlets, self._counts, set_aside)


def glance(result: ScanResult) -> Facts:
    """Return the figures of a result of which nothing was counted yet."""
    found = Glance(result)
    collections.deque(found.passages(result.passages), maxlen=0)
    return found.facts()


def sentences(facts: Facts) -> list[str]:
    """Return the summary of a scan as plain sentences."""
    return [sentence for paragraph in paragraphs(facts) for sentence in paragraph]


def paragraphs(facts: Facts) -> list[list[str]]:
    """Return these sentences by what they answer: how much is shared by whom, agency copy, who was first, the rest."""
    shared = []
    if facts.documents is not None:
        shared.append(f"{plural(facts.documents, 'document')} {_were(facts.documents)} read.")
    shared.append(_passages_said(facts))
    if facts.passages:
        shared.append(_carriers_said(facts))
    if facts.widest is not None and facts.widest.n_documents > 1:
        kind = label(KIND_LABELS, facts.widest.kind).lower()
        shared.append(f"The widest ({line(kind, 40)}) is {carriers(facts.widest)}.")
    credited = [_agencies_said(facts)] if facts.agencies else []
    first = [_firsts_said(facts)] if facts.firsts else []
    rest = [_documents_said(facts)]
    if facts.furniture:
        rest.append(f"{plural(facts.furniture, 'text')} of site furniture {_were(facts.furniture)} set aside.")
    return [said for said in (shared, credited, first, rest) if said]


@dataclass(slots=True)
class Places:
    """The places of one suppressed text: `first` is the first that came, `least` that of the smallest document and
    place, `documents` the most that any says."""

    first: Suppressed
    least: Suppressed
    count: int
    documents: int


def distinct(suppressed: Iterable[Suppressed]) -> dict[tuple[str, str, str], Places]:
    """Return suppressed places by rule, family (empty when none) and text, in order of appearance."""
    found: dict[tuple[str, str, str], Places] = {}
    for item in suppressed:
        places = found.setdefault((item.rule, item.family or "", item.text), Places(item, item, 0, 0))
        places.count += 1
        places.documents = max(places.documents, item.n_documents)
        places.least = min(places.least, item, key=lambda s: (s.doc_id, s.start))
    return found


def count_skipped(reading: Mapping[str, Any]) -> int:
    """Return how many inputs the reader left out: a number, a list, or by reason either or `{"count": n}`."""
    return sum(_size(reading.get(key)) for key in _LEFT_OUT)


def _size(value: object) -> int:
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return _size(value["count"]) if "count" in value else sum(_size(v) for v in value.values())
    return len(value) if isinstance(value, list | tuple) else 0


def _mapping(manifest: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = manifest.get(key)
    return value if isinstance(value, Mapping) else {}


def _documents_read(manifest: Mapping[str, Any]) -> int | None:
    counts = _mapping(manifest, "counts")
    known = (counts[key] for key in _READ_KEYS if isinstance(counts.get(key), int))
    return next(known, None)


def _warnings(result: ScanResult, seen: Counts, skipped: int) -> tuple[str, ...]:
    given = result.manifest.get("warnings")
    said = [str(w) for w in given] if isinstance(given, list | tuple) else []
    told = " ".join(said).lower()
    said += [w for topics, w in _degraded(seen, skipped) if not any(topic in told for topic in topics)]
    return tuple(said)


def _degraded(seen: Counts, skipped: int) -> list[tuple[tuple[str, ...], str]]:
    """Return signals that are missing, each with the words that show a scan has already warned of it."""
    found: list[tuple[tuple[str, ...], str]] = []
    if seen.carriers and not seen.dated:
        found.append((("date",), "No document has a date: who had a passage first is not known."))
    if seen.carriers and not seen.outlets:
        found.append((("outlet",), "No document names an outlet: each counts as an outlet of its own."))
    if skipped:
        found.append((("skip", "unread"), f"{plural(skipped, 'input')} {_were(skipped)} skipped; see manifest.json."))
    return found


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _passages_said(facts: Facts) -> str:
    if not facts.passages:
        return "No shared passages were found."
    across, within, inside = facts.by_scope
    parts = [
        f"{number(across)} across outlets",
        f"{number(within)} within one outlet",
        f"{number(inside)} within one document",
    ]
    return f"{plural(facts.passages, 'shared passage')} {_were(facts.passages)} found: {', '.join(parts)}."


def _carriers_said(facts: Facts) -> str:
    said = f"{plural(facts.carriers, 'document')} {'carries' if facts.carriers == 1 else 'carry'} them"
    if facts.unnamed == facts.carriers:
        return f"{said}; none names an outlet, so each counts as an outlet of its own."
    said += f", from {plural(facts.outlets, 'outlet')} of {plural(facts.groups, 'independent group')}"
    if facts.unnamed:
        names = "document names no outlet and counts as one" if facts.unnamed == 1 else "documents name no outlet"
        said += f"; {number(facts.unnamed)} {names}{'' if facts.unnamed == 1 else ', each counts as one'}"
    return said + "."


def _agencies_said(facts: Facts) -> str:
    credited = sum(count for _, count in facts.agencies)
    return f"{plural(credited, 'passage')} {_were(credited)} credited to an agency: {_named(facts.agencies)}."


def _firsts_said(facts: Facts) -> str:
    known = sum(count for _, count in facts.firsts)
    them = "it" if known == 1 else "them"
    return f"For {plural(known, 'passage')} across outlets the dates tell who had {them} first: {_named(facts.firsts)}."


def _named(counts: Sequence[tuple[str, int]]) -> str:
    said = [f"{line(name, 40)} {number(count)}" for name, count in counts[:_NAMED]]
    if len(counts) > _NAMED:
        said.append(f"{plural(len(counts) - _NAMED, 'other')} {number(sum(n for _, n in counts[_NAMED:]))}")
    return ", ".join(said)


def _most(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _documents_said(facts: Facts) -> str:
    if facts.no_relations:
        return facts.no_relations
    if not facts.document_clusters:
        return "No near-duplicate documents were found."
    clusters = plural(facts.document_clusters, "cluster")
    joins = "joins" if facts.document_clusters == 1 else "join"
    return f"{clusters} of near-duplicate documents {joins} {plural(facts.clustered_documents, 'document')}."
