"""One passage cluster as the page shows it: members in time order, side by side, in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from dedup.model import Document, DocumentCluster, DocumentMember, Member, PassageCluster
from dedup.report import diff
from dedup.report.catalogue import Catalogue, Ref
from dedup.report.dates import earliest, timestamp
from dedup.report.timeline import Strip, strip

MEMBERS_LISTED: Final = 100
MEMBERS_COMPARED: Final = 6
"""The representative and five others."""
_MEMBERS_COMPARED_LATER: Final = 3
_COMPARED_FULLY: Final = 200
"""Ranks above which fewer members are compared: there the file's size is better spent on further passages."""
_M = TypeVar("_M", Member, DocumentMember)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One member of a comparison with what stands around it (empty when its text is not kept)."""

    before: str
    pieces: tuple[diff.Piece, ...]
    after: str
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The representative (left) beside `member` (right)."""

    member: Member
    left: Side
    right: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageView:
    """A cluster ready for its template.

    `since` has the first date, `moment` is that in seconds of UTC; `earliest` is who came first, if known.
    """

    cluster: PassageCluster
    number: int
    anchor: str
    parent: Ref | None
    inner: tuple[Ref, ...]
    members: tuple[Member, ...]
    undated: int
    hidden: int
    comparisons: tuple[Comparison, ...]
    uncompared: int
    strip: Strip | None
    since: Member | None
    earliest: Member | None
    moment: float | None
    outlets: tuple[int, ...]
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document cluster ready for its template."""

    cluster: DocumentCluster
    number: int
    anchor: str
    title: str
    outlets: int
    members: tuple[DocumentMember, ...]
    hidden: int


def passage_view(cluster: PassageCluster, known: Catalogue) -> PassageView:
    """Return what the page shows of a passage cluster."""
    members = _in_time(cluster.members, known.texts)
    first = next((m for m in members if timestamp(m, known.texts) is not None), None)
    number = known.numbers[cluster.cluster_id]
    comparisons = _comparisons(cluster.members, _compared(number) - 1, known.texts)
    inner = (known.ref(cluster_id) for cluster_id in known.inner.get(cluster.cluster_id, ()))
    outlets = {known.outlets[name] for m in members if (name := m.outlet or "") in known.outlets}
    return PassageView(
        cluster=cluster,
        number=number,
        anchor=known.passage_anchors[cluster.cluster_id],
        parent=known.ref(cluster.parent) if cluster.parent is not None else None,
        inner=tuple(ref for ref in inner if ref is not None),
        members=tuple(members[:MEMBERS_LISTED]),
        undated=sum(timestamp(m, known.texts) is None for m in members),
        hidden=max(0, len(members) - MEMBERS_LISTED),
        comparisons=comparisons,
        uncompared=max(0, len(members) - 1 - len(comparisons)),
        strip=strip(members, known.texts),
        since=first,
        earliest=earliest(members, known.texts),
        moment=None if first is None else timestamp(first, known.texts),
        outlets=tuple(sorted(outlets)),
        lang=_language(cluster.members[0], known.texts) if cluster.members else None,
    )


def mentions_hidden(view: PassageView, shown: int) -> bool:
    """Return whether a cluster links to one that is ranked after the first `shown`."""
    return any(ref.number > shown for ref in (view.parent, *view.inner) if ref is not None)


def document_view(cluster: DocumentCluster, number: int, known: Catalogue) -> DocumentView:
    """Return what the page shows of a document cluster."""
    members = _in_time(cluster.members, known.texts)
    titles = (known.name(doc_id).title for doc_id in (cluster.representative, *(m.doc_id for m in members)))
    return DocumentView(
        cluster=cluster,
        number=number,
        anchor=known.document_anchors[cluster.cluster_id],
        title=next((title for title in titles if title), cluster.representative),
        outlets=len({m.outlet or ("", m.doc_id) for m in members}),
        members=tuple(members[:MEMBERS_LISTED]),
        hidden=max(0, len(members) - MEMBERS_LISTED),
    )


def _in_time(members: Sequence[_M], texts: Mapping[str, Document]) -> list[_M]:
    """Return members by date, those without one last."""

    def key(member: _M) -> tuple[bool, float, str, str]:
        moment = timestamp(member, texts)
        return (moment is None, moment or 0.0, member.outlet or "", member.doc_id)

    return sorted(members, key=key)


def _compared(number: int) -> int:
    return MEMBERS_COMPARED if number <= _COMPARED_FULLY else _MEMBERS_COMPARED_LATER


def _comparisons(members: Sequence[Member], most: int, texts: Mapping[str, Document]) -> tuple[Comparison, ...]:
    """Compare the representative with the members that differ most; equal texts fill what room is left."""
    if len(members) < 2:
        return ()
    left, *others = members
    ordered = sorted(others, key=lambda m: (m.text == left.text, m.similarity, m.outlet or "", m.doc_id, m.start))
    return tuple(_comparison(left, right, texts) for right in ordered[:most])


def _comparison(left: Member, right: Member, texts: Mapping[str, Document]) -> Comparison:
    a, b = diff.side_by_side(left.text, right.text)
    return Comparison(member=right, left=_side(left, a, texts), right=_side(right, b, texts))


def _side(member: Member, pieces: tuple[diff.Piece, ...], texts: Mapping[str, Document]) -> Side:
    document = texts.get(member.doc_id)
    text = document.text if document is not None else ""
    return Side(
        before=diff.before(text, member.start),
        pieces=pieces,
        after=diff.after(text, member.end),
        lang=_language(member, texts),
    )


def _language(member: Member, texts: Mapping[str, Document]) -> str | None:
    document = texts.get(member.doc_id)
    return None if document is None else document.lang
