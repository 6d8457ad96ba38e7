"""Numbers, fragments and names by which the sections and pages of a report refer to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from dedup.model import Document, DocumentCluster, DocumentMember, Member, PassageCluster, ScanResult
from dedup.report.labels import KIND_LABELS, label, ranked
from dedup.report.network import INCIDENTAL
from dedup.report.safe import anchors

PAGE_IDS: Final = tuple(
    """
    top main passages passage-list facets documents reading pairs suppressed methods outlets calendar reused pages
    filters more-filters f-search f-kind f-scope f-outlet f-agency f-from f-to f-score f-groups f-order f-keys
    found expand keys keys-open keys-close keys-title nothing reset
    """.split()
)
"""Fragments that the page itself uses: no cluster may take one."""
PER_PAGE: Final = 100
"""Passages, or reading views, of a side page."""
MOST_CARDS: Final = 20_000
"""Passages that have a place on a page; those of lower rank are in the tables alone."""
MOST_READINGS: Final = 2000
"""Texts with a reading view: more would be more than the corpus itself."""
_LISTED: Final = 500
"""Outlets, and agencies, that can be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands on the main page, from the first: passages in whole, passages at least by a line, reading views.

    `main` is the name of that page and `folder` the one beside it with the side pages; `aside` is true while a
    side page is rendered.
    """

    whole: int
    indexed: int
    readings: int
    main: str = "report.html"
    folder: str = "report-pages"
    aside: bool = False

    def side_page(self, sort: str, number: int) -> str:
        """Return the name of the side page with the passage (sort `p`) or reading view (`t`, a text) of a number."""
        return f"{sort}{(number - 1) // PER_PAGE + 1:04d}.html"

    def passage(self, number: int, anchor: str) -> str:
        """Return the address of a passage as seen from the page that is rendered."""
        here = self.whole if self.aside else self.indexed
        return self._address("p", number, anchor, on_main=number <= here)

    def whole_passage(self, number: int, anchor: str) -> str:
        """Return the address where a passage stands in whole."""
        return self._address("p", number, anchor, on_main=number <= self.whole)

    def reading(self, number: int) -> str:
        """Return the address of a reading view."""
        return self._address("t", number, f"d-{number}", on_main=number <= self.readings)

    def _address(self, sort: str, number: int, anchor: str, *, on_main: bool) -> str:
        if on_main:
            return f"../{self.main}#{anchor}" if self.aside else f"#{anchor}"
        page = self.side_page(sort, number)
        return f"{page}#{anchor}" if self.aside else f"{self.folder}/{page}#{anchor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A cluster as others mention it."""

    number: int
    kind: str
    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What is known of a document: for lines that only mention it."""

    doc_id: str
    outlet: str | None = None
    published: str | None = None
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All clusters in rank order with their fragments.

    `names` are of documents whose texts are not there; `readings` numbers the documents with a reading view,
    `read` has the places, among `passages`, of what stands in these;
    `shows_text` is false when a report has figures only, `full_text` true when it shortens nothing. `made` keeps what
    pages say of a document again and again.
    """

    passages: Sequence[PassageCluster]
    documents: tuple[DocumentCluster, ...]
    kinds: Sequence[str]
    numbers: Mapping[str, int]
    passage_anchors: Mapping[str, str]
    document_anchors: Mapping[str, str]
    inner: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Name]
    outlets: Mapping[str, int]
    agencies: Mapping[str, int]
    readings: Mapping[str, int]
    read: tuple[int, ...]
    texts: Mapping[str, Document]
    layout: Layout
    shows_text: bool = True
    full_text: bool = False
    made: dict[tuple[str | None, ...], str] = field(default_factory=dict, compare=False, repr=False)

    def laid_out(self, layout: Layout) -> Catalogue:
        """Return the same with another layout."""
        return replace(self, layout=layout)

    def among(self, doc_ids: Iterable[str]) -> Catalogue:
        """Return the same with the texts of a few documents at hand, which are looked up once."""
        return replace(self, texts={d: found for d in doc_ids if (found := self.texts.get(d)) is not None})

    def ref(self, cluster_id: str) -> Ref | None:
        """Return the mention of a passage cluster, or None when the result has no such cluster."""
        found = self.numbers.get(cluster_id)
        if found is None or found > MOST_CARDS:
            return None
        kind = self.kinds[found - 1]
        href = self.layout.passage(found, self.passage_anchors[cluster_id])
        return Ref(number=found, kind=kind, label=label(KIND_LABELS, kind), href=href)

    def reading(self, doc_id: str) -> str | None:
        """Return the address of a document's reading view, or None when it has none."""
        number = self.readings.get(doc_id)
        return None if number is None else self.layout.reading(number)

    def name(self, doc_id: str) -> Name:
        """Return what is known of a document, at least its id."""
        document = self.texts.get(doc_id)
        if document is not None:
            return Name(
                doc_id=doc_id,
                outlet=document.outlet,
                published=document.published,
                title=document.title,
                url=document.url,
            )
        return self.names.get(doc_id) or Name(doc_id=doc_id)


@dataclass(slots=True)
class Seen:
    """What is gathered while passages pass by, once: where they are many, each is made anew whenever it is asked for.

    `weights` and `represents` are of documents with a text: how many other carriers their passages have, and how many
    passages they represent; `carried` has the numbers of these passages.
    """

    ids: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    inner: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    outlets: Counter[str] = field(default_factory=Counter)
    agencies: Counter[str] = field(default_factory=Counter)
    weights: Counter[str] = field(default_factory=Counter)
    represents: Counter[str] = field(default_factory=Counter)
    carried: dict[str, list[int]] = field(default_factory=dict)

    def take(self, cluster: PassageCluster, texts: Mapping[str, Document]) -> None:
        """Gather one passage."""
        number, others = len(self.ids), 0 if cluster.kind in INCIDENTAL else max(0, cluster.n_documents - 1)
        self.ids.append(cluster.cluster_id)
        self.kinds.append(cluster.kind)
        if cluster.parent is not None:
            self.inner.setdefault(cluster.parent, []).append(cluster.cluster_id)
        if cluster.origin.agency:
            self.agencies[cluster.origin.agency] += 1
        self.outlets.update({m.outlet for m in cluster.members if m.outlet})
        self.represents.update(m.doc_id for m in cluster.members[:1])
        for doc_id, member in {m.doc_id: m for m in reversed(cluster.members)}.items():
            if doc_id in texts:
                self.weights[doc_id] += others
                self.carried.setdefault(doc_id, []).append(number)
            else:
                self.names.setdefault(doc_id, _of_member(member))


def catalogue(
    result: ScanResult, *, shows_text: bool = True, full_text: bool = False, seen: Seen | None = None
) -> Catalogue:
    """Return the clusters of a result, ranked and numbered from 1, all of them on the main page.

    `seen` has been given all passages of the result, ranked.
    """
    passages = ranked(result.passages)
    documents = tuple(sorted(result.documents, key=lambda c: (-len(c.members), c.cluster_id)))
    if seen is None:
        seen = Seen()
        for cluster in passages:
            seen.take(cluster, result.texts)
    for member in (m for cluster in result.documents for m in cluster.members):
        if member.doc_id not in result.texts:
            seen.names.setdefault(member.doc_id, _of_member(member))
    readings = _readings(seen) if shows_text else {}
    taken = {*PAGE_IDS, *(f"d-{n}" for n in readings.values())}
    fragments = anchors(seen.ids, taken)
    return Catalogue(
        passages=passages,
        documents=documents,
        kinds=seen.kinds,
        numbers={cluster_id: n for n, cluster_id in enumerate(seen.ids, 1)},
        passage_anchors=fragments,
        document_anchors=anchors((d.cluster_id for d in documents), {*taken, *fragments.values()}),
        inner={parent: tuple(inner) for parent, inner in seen.inner.items()},
        names=seen.names,
        outlets=_often(seen.outlets),
        agencies=_often(seen.agencies),
        readings=readings,
        read=tuple(sorted({number for doc_id in readings for number in seen.carried[doc_id]})),
        texts=result.texts,
        layout=Layout(whole=len(passages), indexed=len(passages), readings=len(readings)),
        shows_text=shows_text,
        full_text=full_text,
    )


def _readings(seen: Seen) -> dict[str, int]:
    """Return a number for each document with a text and a passage, up to `MOST_READINGS`.

    First come those whose passages have the most other carriers; of documents that carry just the same, the one
    that represents most clusters, then the smallest id. The others of such a set follow after all first ones.
    """
    order = sorted(seen.carried, key=lambda d: (-seen.weights[d], -seen.represents[d], d))
    sets: set[tuple[int, ...]] = set()
    first: list[str] = []
    later: list[str] = []
    for doc_id in order:
        same = tuple(seen.carried[doc_id])
        (later if same in sets else first).append(doc_id)
        sets.add(same)
    return {doc_id: n for n, doc_id in enumerate((*first, *later)[:MOST_READINGS], 1)}


def _of_member(of: Member | DocumentMember) -> Name:
    return Name(doc_id=of.doc_id, outlet=of.outlet, published=of.published, title=of.title, url=of.url)


def _often(counts: Counter[str]) -> dict[str, int]:
    """Return a number for each name that can be chosen: those in most clusters, in alphabetical order."""
    often = sorted(counts, key=lambda name: (-counts[name], name))[:_LISTED]
    return {name: n for n, name in enumerate(sorted(often, key=lambda o: (o.casefold(), o)))}
