"""The outlet network as GEXF 1.3, as Gephi and others read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

from dedup.report.network import Edge, Network, Outlet
from dedup.report.safe import line

_NODE: Final = {
    "family": "string",
    "named": "boolean",
    "documents": "integer",
    "passages": "integer",
    "first": "integer",
}
_EDGE: Final = {
    "passages": "integer",
    "share_source": "double",
    "share_target": "double",
    "dated": "integer",
    "source_first": "integer",
    "target_first": "integer",
    "median_lag_hours": "double",
}
_NAME: Final = 500


def gexf(found: Network) -> str:
    """Return the network as XML: a node an outlet, an edge two that share passages, weighted by their number."""
    ids = {outlet.outlet: f"n{n}" for n, outlet in enumerate(found.outlets, 1)}
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<gexf xmlns="http://gexf.net/1.3" version="1.3">',
            "<meta><creator>dedup</creator><description>Outlets that share passages</description></meta>",
            '<graph defaultedgetype="undirected" mode="static">',
            *_declared("node", _NODE),
            *_declared("edge", _EDGE),
            "<nodes>",
            *(_node(ids[o.outlet], o) for o in found.outlets),
            "</nodes>",
            "<edges>",
            *(_edge(f"e{n}", edge, ids) for n, edge in enumerate(found.edges, 1)),
            "</edges>",
            "</graph>",
            "</gexf>\n",
        ]
    )


def _declared(of: str, attributes: Mapping[str, str]) -> Iterator[str]:
    yield f'<attributes class="{of}">'
    for name, kind in attributes.items():
        yield f'<attribute id="{name}" title="{name}" type="{kind}"/>'
    yield "</attributes>"


def _node(key: str, outlet: Outlet) -> str:
    values = (line(outlet.family, _NAME), outlet.named, outlet.documents, outlet.passages, outlet.first)
    return f'<node id="{key}" label={_quoted(outlet.outlet)}>{_values(zip(_NODE, values, strict=True))}</node>'


def _edge(key: str, edge: Edge, ids: Mapping[str, str]) -> str:
    values = (
        edge.passages,
        edge.share_left,
        edge.share_right,
        edge.dated,
        edge.left_first,
        edge.right_first,
        edge.median_lag_hours,
    )
    ends = f'source="{ids[edge.left]}" target="{ids[edge.right]}"'
    return f'<edge id="{key}" {ends} weight="{edge.passages}">{_values(zip(_EDGE, values, strict=True))}</edge>'


def _values(values: Iterable[tuple[str, object]]) -> str:
    known = "".join(f'<attvalue for="{name}" value={_quoted(v)}/>' for name, v in values if v is not None)
    return f"<attvalues>{known}</attvalues>"


def _quoted(value: object) -> str:
    """Return a value as an attribute; `line` leaves no character that XML forbids."""
    return quoteattr(str(value).lower() if isinstance(value, bool) else line(str(value), _NAME))
