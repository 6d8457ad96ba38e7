"""A sheet for coding by hand, which `dedup evaluate` reads back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from dedup.model import Member, PassageCluster
from dedup.report.catalogue import Catalogue
from dedup.report.cells import csv_text, guarded
from dedup.report.prepared import Prepared
from dedup.report.safe import clip, line

HEADER: Final = (
    *("same", "judged_kind", "note", "cluster", "doc_id", "start", "end", "kind", "scope", "wording"),
    *("outlet", "published", "title", "text"),
)
"""The first three are empty and for the coder: `same` takes yes or no."""
SAMPLE: Final = 100
MEMBERS: Final = 10
_TEXT: Final = 2000


def sheet(ready: Prepared, sample: int = SAMPLE) -> str:
    """Return a table with a line for each place of up to `sample` clusters (all when 0), drawn by a hash of their ids.

    Of a cluster stand the representative and up to nine others, drawn likewise.
    """
    passages = ready.known.passages
    drawn = sorted(passages, key=lambda p: _hash(p.cluster_id))[: sample or len(passages)]
    chosen = {p.cluster_id for p in drawn}
    rows = (row for p in passages if p.cluster_id in chosen for row in _rows(p, ready.known))
    return csv_text(HEADER, rows)


def _rows(cluster: PassageCluster, known: Catalogue) -> Iterator[Sequence[object]]:
    first, *others = cluster.members
    drawn = sorted(others, key=lambda m: _hash(f"{m.doc_id} {m.start}"))[: MEMBERS - 1]
    for member in (first, *sorted(drawn, key=lambda m: (m.doc_id, m.start))):
        yield _row(cluster, member, known)


def _row(cluster: PassageCluster, member: Member, known: Catalogue) -> Sequence[object]:
    return (
        *("", "", ""),
        f"c-{line(cluster.cluster_id, 200)}",
        guarded(line(member.doc_id, 500)),
        member.start,
        member.end,
        cluster.kind,
        cluster.scope,
        member.wording,
        line(member.outlet, 200),
        line(member.published, 40),
        line(member.title, 200),
        clip(member.text, 32_000 if known.full_text else _TEXT),
    )


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
