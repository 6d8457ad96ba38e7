"""A corpus with one document of each near-duplicate group, and beside it all that were set aside, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from dedup.errors import StoreError
from dedup.model import Document, DocumentCluster, DocumentMember, ScanResult
from dedup.report.dates import earliest, timestamp
from dedup.store.atomic import write_bytes

Keep = Literal["earliest", "longest", "outlet-order"]
POLICIES: Final[tuple[Keep, ...]] = ("earliest", "longest", "outlet-order")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCorpus:
    """Lines of JSON: documents that stay, and those that another stands for."""

    kept: tuple[bytes, ...]
    set_aside: tuple[bytes, ...]


def kept_corpus(
    result: ScanResult, documents: Iterable[Document], keep: Keep, prefer: Sequence[str] = ()
) -> KeptCorpus:
    """Divide documents: of each group of near-duplicates one is kept, all others are kept as they are.

    `earliest` keeps the one published first and, where dates leave it open, the representative; `longest` the one
    with most characters; `outlet-order` the one whose outlet is named first in `prefer`, then as `earliest`.
    Every line is a document with `dedup`: its `group`, and for those set aside `kept` (the id that stands for it),
    `relation` and `share`.
    """
    groups: dict[str, tuple[DocumentCluster, DocumentMember, str]] = {}
    for cluster in result.documents:
        free = [m for m in cluster.members if m.doc_id not in groups]
        if free:
            chosen = _choose(cluster, free, result, _rank(result, keep, prefer))
            groups.update({m.doc_id: (cluster, m, chosen) for m in free})
    kept, aside = [], []
    for document in documents:
        found = groups.get(document.id)
        if found is None:
            kept.append(_line(document, {"group": None}))
            continue
        cluster, member, chosen = found
        if chosen == document.id:
            kept.append(_line(document, {"group": cluster.cluster_id, "documents": len(cluster.members)}))
        else:
            about = {"group": cluster.cluster_id, "kept": chosen, "relation": member.relation, "share": member.share}
            aside.append(_line(document, about))
    return KeptCorpus(kept=tuple(kept), set_aside=tuple(aside))


def write_corpus(corpus: KeptCorpus, folder: Path) -> list[Path]:
    """Write `corpus/kept.jsonl` and `corpus/set-aside.jsonl` into the folder of a scan and return both.

    Raises `StoreError` when a file cannot be written.
    """
    target = folder / "corpus"
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}; free some space or choose another folder") from error
    paths = [target / "kept.jsonl", target / "set-aside.jsonl"]
    for path, lines in zip(paths, (corpus.kept, corpus.set_aside), strict=True):
        write_bytes(path, b"".join(lines))
    return paths


_Rank = Callable[[DocumentMember], tuple[Any, ...]]


def _rank(result: ScanResult, keep: Keep, prefer: Sequence[str]) -> _Rank:
    """Return what members are ranked by before dates; the smallest is kept."""
    if keep == "longest":
        return lambda m: (-len(result.texts[m.doc_id].text) if m.doc_id in result.texts else 0,)
    order = {outlet.casefold(): n for n, outlet in enumerate(prefer)}
    if keep == "outlet-order":
        return lambda m: (order.get((m.outlet or "").casefold(), len(order)),)
    return lambda m: ()


def _choose(cluster: DocumentCluster, members: Sequence[DocumentMember], result: ScanResult, rank: _Rank) -> str:
    best = min(map(rank, members))
    equal = [m for m in members if rank(m) == best]
    first = earliest(equal, result.texts)
    if first is not None:
        return first.doc_id
    dated = min((w for m in equal if (w := timestamp(m, result.texts)) is not None), default=None)
    if dated is not None and all(timestamp(m, result.texts) is not None for m in equal):
        equal = [m for m in equal if timestamp(m, result.texts) == dated] or equal
    return min(equal, key=lambda m: (m.doc_id != cluster.representative, m.doc_id)).doc_id


def _line(document: Document, about: dict[str, Any]) -> bytes:
    plain = {key: value for key, value in msgspec.to_builtins(document).items() if value not in (None, [], {})}
    return msgspec.json.encode({**plain, "dedup": about}) + b"\n"
