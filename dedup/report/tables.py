"""The report's tables: pairs, suppressed text, methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dedup.model import Pair, PassageCluster, ScanResult, Suppressed
from dedup.report.catalogue import Catalogue, Name, Ref
from dedup.report.facts import Places, distinct
from dedup.report.labels import RULE_MEANINGS
from dedup.report.network import INCIDENTAL

PAIRS_SHOWN: Final = 200
REUSED_SHOWN: Final = 20
SUPPRESSED_SHOWN: Final = 100
GROUPS_SHOWN: Final = 200
_PAIR_PASSAGES: Final = 6
_VERSIONS: Final = ("dedup", "schema", "normaliser", "unicode", "fingerprint")
# They decide how fast a result comes, never which: the same documents give the same report on every machine.
_RUN_ONLY: Final = ("jobs", "memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """A pair with what is known of both documents."""

    pair: Pair
    left: Name
    right: Name
    passages: tuple[Ref, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedText:
    """One suppressed text: `places` is how often it was recorded, `documents` how many carry it."""

    text: str
    places: int
    documents: int
    doc_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedGroup:
    """What one rule set aside in one family: all counts, and the texts that are shown."""

    rule: str
    family: str | None
    reasons: tuple[str, ...]
    places: int
    distinct: int
    texts: tuple[SuppressedText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """How the result was made; every value is as the manifest has it."""

    versions: tuple[tuple[str, object], ...]
    settings: Mapping[str, tuple[tuple[str, object], ...]]
    counts: tuple[tuple[str, object], ...]
    reading: tuple[tuple[str, object], ...]
    recall: tuple[tuple[str, float], ...]
    lsh: tuple[tuple[str, object], ...]
    groups: tuple[tuple[str, str, tuple[str, ...]], ...]
    groups_hidden: int
    not_comparable: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """A passage of the list of the most reused ones."""

    ref: Ref
    cluster: PassageCluster


def most_reused(known: Catalogue) -> list[Reused]:
    """Return the passages in most documents, up to `REUSED_SHOWN`.

    Furniture and formulas are left out, and passages that no more documents carry than the longer one around them.
    """
    carried = {p.cluster_id: p.n_documents for p in known.passages}
    counted = [
        p for p in known.passages if p.kind not in INCIDENTAL and p.n_documents > max(1, carried.get(p.parent or "", 0))
    ]
    most = sorted(counted, key=lambda p: (-p.n_documents, -len(p.members), -len(p.text), p.cluster_id))[:REUSED_SHOWN]
    return [Reused(ref=ref, cluster=p) for p in most if (ref := known.ref(p.cluster_id)) is not None]


def pair_views(pairs: Sequence[Pair], known: Catalogue) -> list[PairView]:
    """Return the pairs that share most, up to `PAIRS_SHOWN`."""
    ordered = sorted(pairs, key=_pair_rank)
    return [_pair_view(pair, known) for pair in ordered[:PAIRS_SHOWN]]


def suppressed_groups(suppressed: Sequence[Suppressed]) -> list[SuppressedGroup]:
    """Return what was set aside by rule and family, the widest text first, up to `SUPPRESSED_SHOWN`."""
    by_group: dict[tuple[str, str], list[Places]] = {}
    for (rule, family, _), places in distinct(suppressed).items():
        by_group.setdefault((rule, family), []).append(places)
    room = SUPPRESSED_SHOWN
    groups = []
    for key in sorted(by_group, key=lambda k: (-len(by_group[k]), k)):
        group = _suppressed_group(by_group[key], room)
        room -= len(group.texts)
        groups.append(group)
    return groups


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """What one rule set aside in all groups."""

    rule: str
    meaning: str
    texts: int
    places: int


def by_rule(groups: Sequence[SuppressedGroup]) -> list[RuleCount]:
    """Return the counts of all groups by rule, the most texts first."""
    texts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for group in groups:
        texts[group.rule] += group.distinct
        places[group.rule] += group.places
    return [
        RuleCount(rule=rule, meaning=RULE_MEANINGS.get(rule, ""), texts=texts[rule], places=places[rule])
        for rule in sorted(texts, key=lambda r: (-texts[r], r))
    ]


def methods(result: ScanResult) -> Methods:
    """Return the parameters, versions and counts of a scan; what the manifest lacks is left out."""
    manifest = result.manifest
    lsh = _mapping(manifest.get("lsh"))
    groups = _groups(_mapping(manifest.get("families")))
    return Methods(
        versions=tuple((key, manifest[key]) for key in _VERSIONS if key in manifest),
        settings=_settings(_mapping(manifest.get("config"))),
        counts=tuple(_flat(_mapping(manifest.get("counts")))),
        reading=tuple(_flat(_mapping(manifest.get("reading")))),
        recall=_recall(_mapping(lsh.get("expected_recall"))),
        lsh=tuple(_flat({key: value for key, value in lsh.items() if key != "expected_recall"})),
        groups=tuple(groups[:GROUPS_SHOWN]),
        groups_hidden=max(0, len(groups) - GROUPS_SHOWN),
        not_comparable=manifest.get("not_comparable"),
    )


def _pair_rank(pair: Pair) -> tuple[float, float, str, str]:
    shares = (pair.share_left, pair.share_right)
    return (-max(shares), -min(shares), pair.left, pair.right)


def _pair_view(pair: Pair, known: Catalogue) -> PairView:
    refs = [ref for ref in map(known.ref, pair.passages) if ref is not None]
    return PairView(
        pair=pair,
        left=known.name(pair.left),
        right=known.name(pair.right),
        passages=tuple(refs[:_PAIR_PASSAGES]),
        more=max(0, len(pair.passages) - _PAIR_PASSAGES),
    )


def _suppressed_group(texts: list[Places], room: int) -> SuppressedGroup:
    texts = sorted(texts, key=lambda places: (-places.first.n_documents, places.first.text))
    first = texts[0].first
    return SuppressedGroup(
        rule=first.rule,
        family=first.family,
        reasons=tuple(sorted({places.first.reason for places in texts}))[:3],
        places=sum(places.count for places in texts),
        distinct=len(texts),
        texts=tuple(_suppressed_text(places) for places in texts[:room]),
    )


def _suppressed_text(places: Places) -> SuppressedText:
    text, doc_id = places.least.text, places.least.doc_id
    return SuppressedText(text=text, places=places.count, documents=places.documents, doc_id=doc_id)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _settings(config: Mapping[str, Any]) -> dict[str, tuple[tuple[str, object], ...]]:
    """Return settings by stage, the general ones first."""
    general = {k: v for k, v in config.items() if not isinstance(v, Mapping) and k not in _RUN_ONLY}
    found = {"general": tuple(_flat(general))} if general else {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            found[str(key)] = tuple(_flat(value))
    return found


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        else:
            yield name, _plain(value)


def _plain(value: object) -> object:
    if value is None or value == () or value == []:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return value


def _recall(expected: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    known = [(str(k), float(v)) for k, v in expected.items() if isinstance(v, int | float)]
    return tuple(sorted(known))


def _groups(families: Mapping[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return (family, how it is known, outlets) of families with more than one outlet, the largest first."""
    members: dict[tuple[str, str], list[str]] = {}
    for outlet, entry in families.items():
        about = _mapping(entry)
        members.setdefault((str(about.get("family", outlet)), str(about.get("source", ""))), []).append(outlet)
    found = [(family, source, tuple(sorted(of))) for (family, source), of in members.items() if len(of) > 1]
    return sorted(found, key=lambda g: (-len(g[2]), g[0], g[1]))
