"""What is measured of passages: the kernels against what NumPy makes of them, column by column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import rescore, weights
from dedup.align import Passages
from dedup.kernels import gaps
from dedup.kernels.weights import passage_sums
from dedup.tokens import Tokens
from tests import reference
from tests.strategies import MANY, tokens_of


def drawn(seed: int) -> tuple[Passages, rescore.Evidence]:
    """Some texts of one to nine tokens of any kind, and passages of one to three blocks of any two of them."""
    rng = np.random.default_rng(seed)
    plain = tokens_of([rng.integers(0, 5, rng.integers(1, 10)).tolist() for _ in range(4)])
    n = len(plain.hashes)
    flags = rng.integers(0, 256, n).astype(np.uint8)
    tokens = replace(plain, weights=rng.choice(np.array([6, 3, 2], np.uint8), n), flags=flags)
    known = rescore.evidence(tokens, weights.inverse(np.zeros(1 << 22, np.int32), 0))
    known = replace(known, masses=rng.integers(0, 4000, n).astype(np.uint16))
    known = replace(known, marks=rng.integers(0, 16, n).astype(np.uint8), usual_names=rng.uniform(0, 0.6, 4))
    documents, blocks, bounds = [], [], [0]
    for _ in range(rng.integers(0, 6)):
        pair = rng.integers(0, 4, 2)
        sizes = np.diff(tokens.bounds)[pair]
        most = min(rng.integers(1, 4), int(sizes.min()))
        cuts = [np.sort(rng.choice(int(size), most, replace=False)) for size in sizes]
        blocks += [[*(int(tokens.bounds[pair[s]] + cuts[s][i]) for s in (0, 1)), 1] for i in range(most)]
        documents.append(pair)
        bounds.append(len(blocks))
    passages = Passages(
        documents=np.array(documents, np.int32).reshape(-1, 2),
        bounds=np.array(bounds, np.int64),
        blocks=np.array(blocks, np.int64).reshape(-1, 3),
    )
    return passages, known


def twin(sums: Any, spans: Any, documents: Any, tokens: Tokens, usual_names: Any) -> dict[str, Any]:
    """Features of passages by name, from their sums and spans, but for their cosines and figures replaced."""
    mass, weight, content, inner, names, commas, left_mass, left_weight, right_mass, right_weight = sums.T
    sizes = (tokens.bounds[documents + 1] - tokens.bounds[documents]).astype(float)
    usual = usual_names[documents].max(axis=1)
    edges, unit = rescore.k.FLAG_LINE | rescore.k.FLAG_QUOTE, np.ones(len(documents), np.bool_)
    for side in (0, 1):
        final = spans[:, 2 * side + 1] == tokens.bounds[documents[:, side] + 1]
        behind = tokens.flags[np.minimum(spans[:, 2 * side + 1], len(tokens.flags) - 1)]
        unit &= (tokens.flags[spans[:, 2 * side]] & np.where(final, edges, behind) & edges) > 0
    return {
        "mass": mass / 256.0,
        "surprise": mass / 256.0 - np.log(sizes[:, 0]) - np.log(sizes[:, 1]),
        "content": content / 6.0,
        "contiguity": weight / np.maximum(np.maximum(left_weight, right_weight), 1),
        "containment_left": mass / np.maximum(left_mass, 1),
        "containment_right": mass / np.maximum(right_mass, 1),
        "names": np.maximum(names / np.maximum(inner, 1) - usual, 0.0) / (1.0 - usual),
        "punctuation": 6.0 * commas / np.maximum(weight, 1),
        "unit": unit,
        "words": weight / 6.0,
        "common": (content - names) / 6.0 / (1.0 - usual),
    }


@MANY
@given(st.integers(0, 2**32 - 1))
def test_features_like_the_twin(seed: int) -> None:
    """Every feature but the cosine is what one column after the other makes it."""
    passages, known = drawn(seed)
    tokens: Tokens = known.tokens
    spans = np.array(reference.spans(passages.bounds.tolist(), passages.blocks.tolist()), np.int64).reshape(-1, 4)
    assert passages.spans().tolist() == spans.tolist()
    assert passages.spans(slice(1, 3)).tolist() == spans[1:3].tolist()
    words = [passages.blocks[a:b, 2].sum() for a, b in zip(passages.bounds[:-1], passages.bounds[1:], strict=True)]
    assert passages.matched().tolist() == words
    if not len(passages):
        return
    sums = passage_sums(passages.bounds, passages.blocks, known.masses, tokens.weights, known.marks)
    changed = gaps.replaced(passages.bounds, passages.blocks, tokens.flags, rescore.k.FLAG_DIGIT, 4)
    columns = twin(sums, spans, passages.documents, tokens, known.usual_names)
    found = rescore.features(passages, known)
    for name, values in {**columns, "replaced": changed}.items():
        np.testing.assert_allclose(found[:, rescore.FEATURES.index(name)], values, rtol=0, atol=1e-6, err_msg=name)
    assert found.round(6).tolist() == found.tolist()
    assert len(columns) + 2 == len(rescore.FEATURES)
