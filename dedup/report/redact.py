"""A result without the words of any text: ids, outlets, dates, kinds and figures stay."""

from __future__ import annotations

from dataclasses import replace

from dedup.model import DocumentMember, Member, PassageCluster, ScanResult, Suppressed
from dedup.report.labels import plural


def redact(result: ScanResult) -> ScanResult:
    """Return the result with every text replaced by its length; titles, addresses and changed words are left out."""
    return replace(
        result,
        passages=tuple(_passage(p) for p in result.passages),
        documents=tuple(replace(d, members=tuple(map(_document_member, d.members))) for d in result.documents),
        suppressed=tuple(map(_suppressed, result.suppressed)),
        texts={},
    )


def _passage(cluster: PassageCluster) -> PassageCluster:
    return replace(cluster, text=_length(len(cluster.text)), members=tuple(map(_member, cluster.members)))


def _member(member: Member) -> Member:
    text = _length(member.end - member.start)
    return replace(member, text=text, title=None, url=None, changed=())


def _document_member(member: DocumentMember) -> DocumentMember:
    return replace(member, title=None, url=None)


def _suppressed(found: Suppressed) -> Suppressed:
    return replace(found, text=_length(len(found.text)))


def _length(characters: int) -> str:
    return f"[{plural(characters, 'character')}, not shown]"
