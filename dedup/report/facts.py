"""What a scan found in figures and in sentences, counted once for every report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dedup.model import KINDS, SCOPES, Member, PassageCluster, ScanResult, Suppressed
from dedup.report.labels import carriers, number, plural, rank
from dedup.report.network import Outlet, family_of
from dedup.report.safe import line

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
    first by the dates of all carriers; both with the most first. `widest` is the cluster of the highest rank.
    `furniture` counts distinct suppressed texts, `furniture_places` all places recorded. `no_relations` says why
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
    furniture: int
    furniture_places: int
    skipped: int
    no_relations: str
    warnings: tuple[str, ...]


def gather(result: ScanResult, outlets_shared: Iterable[Outlet] = ()) -> Facts:
    """Return the figures of a scan; a manifest with keys missing only makes fewer of them known.

    `outlets_shared` are those of the network, for what they had first.
    """
    members = [m for cluster in result.passages for m in cluster.members]
    outlets = {m.outlet for m in members if m.outlet}
    unnamed = len({m.doc_id for m in members if not m.outlet})
    table: Counter[tuple[str, str]] = Counter((p.kind, p.scope) for p in result.passages)
    kinds: tuple[str, ...] = (*KINDS, *sorted({p.kind for p in result.passages} - set(KINDS)))
    skipped = count_skipped(_mapping(result.manifest, "reading"))
    return Facts(
        documents=_documents_read(result.manifest),
        carriers=len({m.doc_id for m in members}),
        outlets=len(outlets) + unnamed,
        groups=len({family_of(outlet, result.manifest) for outlet in outlets}) + unnamed,
        unnamed=unnamed,
        passages=len(result.passages),
        by_scope=tuple(sum(table[kind, scope] for kind in kinds) for scope in SCOPES),
        by_kind={k: row for k in kinds if any(row := tuple(table[k, s] for s in SCOPES))},
        agencies=_most(Counter(p.origin.agency for p in result.passages if p.origin.agency)),
        firsts=_most(Counter({o.outlet: o.first for o in outlets_shared if o.first})),
        widest=min(result.passages, key=rank, default=None),
        document_clusters=len(result.documents),
        clustered_documents=len({m.doc_id for c in result.documents for m in c.members}),
        furniture=len(distinct(result.suppressed)),
        furniture_places=len(result.suppressed),
        skipped=skipped,
        no_relations=PAGES if _mapping(result.manifest, "config").get("unit") == "page" else "",
        warnings=_warnings(result, members, skipped),
    )


def sentences(facts: Facts) -> list[str]:
    """Return the summary of a scan as plain sentences."""
    said = []
    if facts.documents is not None:
        said.append(f"{plural(facts.documents, 'document')} {_were(facts.documents)} read.")
    said.append(_passages_said(facts))
    if facts.passages:
        said.append(_carriers_said(facts))
    if facts.widest is not None and facts.widest.n_documents > 1:
        said.append(f"The widest is {carriers(facts.widest)}.")
    if facts.agencies:
        said.append(_agencies_said(facts))
    if facts.firsts:
        said.append(_firsts_said(facts))
    said.append(_documents_said(facts))
    if facts.furniture:
        said.append(f"{plural(facts.furniture, 'text')} of site furniture {_were(facts.furniture)} set aside.")
    return said


def distinct(suppressed: Iterable[Suppressed]) -> dict[tuple[str, str, str], list[Suppressed]]:
    """Return suppressed places by rule, family (empty when none) and text, in order of appearance."""
    found: dict[tuple[str, str, str], list[Suppressed]] = {}
    for item in suppressed:
        found.setdefault((item.rule, item.family or "", item.text), []).append(item)
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


def _warnings(result: ScanResult, members: Sequence[Member], skipped: int) -> tuple[str, ...]:
    given = result.manifest.get("warnings")
    said = [str(w) for w in given] if isinstance(given, list | tuple) else []
    told = " ".join(said).lower()
    said += [w for topics, w in _degraded(members, skipped) if not any(topic in told for topic in topics)]
    return tuple(said)


def _degraded(members: Sequence[Member], skipped: int) -> list[tuple[tuple[str, ...], str]]:
    """Return signals that are missing, each with the words that show a scan has already warned of it."""
    found: list[tuple[tuple[str, ...], str]] = []
    if members and not any(m.published for m in members):
        found.append((("date",), "No document has a date: who had a passage first is not known."))
    if members and not any(m.outlet for m in members):
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
