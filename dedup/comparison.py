"""Two texts: the passages that they share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dedup import assembly, candidates, families, furniture, kinds, rescore
from dedup.clusters import Carrier, Cluster
from dedup.config import Config
from dedup.model import Document, Match, Span


def compare(left: str | Document, right: str | Document, config: Config | None = None) -> list[Match]:
    """Return the passages that two texts share, in order of the left one.

    Words are weighed by the background alone, as two texts say nothing about how common a word is. Passages repeated
    inside one of the texts are not reported.

    >>> wire = "The old ferry ran aground on a sandbank near the harbour mouth shortly before dawn on Monday"
    >>> [match] = compare(wire, "Our reporter writes: " + wire + ", and nobody was hurt.")
    >>> (match.left.start, match.left.end, match.right.start)
    (0, 92, 21)
    """
    config = config or Config()
    documents = [_document(left, "left"), _document(right, "right")]
    found = candidates.find([d.text for d in documents], np.zeros(2, np.int8), config, weigh_texts=False)
    material = assembly.Material(documents=documents, tokens=found.tokens, families=families.families_of(documents, {}))
    kept = (found.scored.scores >= config.rescore.min_score) & (
        found.passages.documents[:, 0] != found.passages.documents[:, 1]
    )
    kept |= (found.copy_of[1] == 0) & (found.passages.matched() == found.tokens.bounds[1])
    return [_match(int(p), found, material) for p in np.flatnonzero(kept)]


def _document(text: str | Document, name: str) -> Document:
    if isinstance(text, Document):
        return replace(text, id=text.id or name, outlet=text.outlet or name)
    return Document(id=name, text=text, outlet=name)


def _match(p: int, found: candidates.Found, material: assembly.Material) -> Match:
    passages = found.passages
    blocks = passages.blocks[passages.bounds[p] : passages.bounds[p + 1]]
    a0, a1, b0, b1 = passages.spans()[p].tolist()
    own = np.array([[a0, a0, a1 - a0]], np.int64)
    head = Carrier(document=int(passages.documents[p, 0]), start=a0, end=a1, blocks=own)
    other = Carrier(document=int(passages.documents[p, 1]), start=b0, end=b1, blocks=blocks)
    cluster = Cluster(members=(head, other))
    seen = assembly.occurrences(cluster.members, material)
    (standing,) = assembly.standings([cluster], material)
    about = assembly.context(standing, None, furniture.Apart(False, 0.0), credited=False)
    assignment = kinds.classify(seen, about)
    texts = [material.documents[m.document] for m in cluster.members]
    (left_start, left_end), (right_start, right_end) = (
        assembly.span_of(material.tokens, m.start, m.end) for m in cluster.members
    )
    return Match(
        left=Span(doc_id=texts[0].id, start=left_start, end=left_end),
        right=Span(doc_id=texts[1].id, start=right_start, end=right_end),
        kind=assignment.kind,
        kind_confidence=assignment.confidence,
        score=float(found.scored.scores[p]),
        similarity=other.similarity,
        wording=assembly.wording(other.similarity),
        scores=dict(zip(rescore.FEATURES, map(float, found.scored.features[p]), strict=True)),
        changed=tuple(assembly.changes(other, texts[1], texts[0], material.tokens)),
    )
