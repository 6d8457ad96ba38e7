"""Passages as passim writes them: one JSON object a place, for programs made for its output."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Final

from dedup.model import Member, PassageCluster
from dedup.report.prepared import Prepared
from dedup.report.safe import UNSHOWN

_ESCAPED: Final = re.compile(f"[\u2028\u2029]|{UNSHOWN.pattern}")
_SIGNED: Final = 1 << 63


def passim_lines(ready: Prepared) -> Iterator[str]:
    """Yield a line of JSON for each place of each passage, clusters in the order of the report."""
    for cluster in ready.known.passages:
        for member in cluster.members:
            yield _line(cluster, member)


def _line(cluster: PassageCluster, member: Member) -> str:
    plain = {
        "uid": _number(member.doc_id),
        "cluster": _number(cluster.cluster_id),
        "size": len(cluster.members),
        "id": member.doc_id,
        "series": member.outlet or member.doc_id,
        "date": member.published or "",
        "title": member.title or "",
        "url": member.url or "",
        "begin": member.start,
        "end": member.end,
        "text": member.text,
        "cluster_id": cluster.cluster_id,
        "kind": cluster.kind,
    }
    # Escaped, the text is the same, no terminal obeys it, and no reader takes a separator for the end of a line.
    plainly = json.dumps(plain, ensure_ascii=False)
    return _ESCAPED.sub(lambda m: f"\\u{ord(m.group()):04x}", plainly)


def _number(name: str) -> int:
    """Return the 63-bit number of an id: the names of passim's documents and clusters are numbers."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % _SIGNED
