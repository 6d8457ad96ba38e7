"""Two sieves before texts are sent to blocks on Spark leave out no passage, and count all pairs and chains."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from dedup import rescore
from dedup.align import align_chains
from dedup.chains import chain_hits
from dedup.config import Config
from dedup.kernels import surroundings
from dedup.kernels.weights import token_masses
from dedup.spark import coding, packing, sieves
from dedup.spark.packing import CHAINS, COPY, DROPPED, EXCERPT, HIT, NEAR, POSITION_BITS
from dedup.tokens import Tokens
from tests.kernels.stages import hits_of
from tests.kernels.test_excerpts import IDFS
from tests.strategies import MANY, mosaics, tokens_of

pa = pytest.importorskip("pyarrow")

BITS = 1


def texts_of(tokens: Tokens, which: list[int]) -> Any:
    """Some texts as rows, the last one first."""
    which = which[::-1]
    spans = [slice(*tokens.bounds[d : d + 2].tolist()) for d in which]
    columns = {name: [getattr(tokens, name)[span].tobytes() for span in spans] for name in packing.TOKENS}
    return pa.table(
        {"document": pa.array(which, pa.int64()), **{n: pa.array(v, pa.binary()) for n, v in columns.items()}}
    )


def of_part(rows: Any, part: int, *kinds: int) -> Any:
    """The rows of some kinds and one part."""
    chosen = packing.of_kind(rows, *kinds)
    return chosen.filter(pa.array(packing.column(chosen, "part") == part))


def counted(rows: Any, kind: int) -> int:
    return int(packing.column(packing.of_kind(rows, kind), "count").sum())


@MANY
@given(
    st.one_of(mosaics(alphabet=40, max_piece=12), mosaics(alphabet=300, max_piece=16)),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2),
    st.integers(0, 2**32 - 1),
)
@example([[*range(8), *range(100, 500), *range(8, 16)], [*range(8), *range(600, 1000), *range(8, 16)]], [], 0)
def test_no_passage_is_left_out(texts: list[list[int]], some: list[tuple[int, int]], seed: int) -> None:
    """Pairs with a passage come out with all their hits, as near pairs with a chain do; those that are left out are
    counted, with their chains; hits may come twice and in any order, as the texts of a block do."""
    tokens, random, config = tokens_of(texts), np.random.default_rng(seed), Config()
    idf, everything = IDFS[seed % len(IDFS)], range(len(texts))
    masses = token_masses(tokens.hashes, tokens.weights, idf)
    hits = hits_of(tokens)
    chains = chain_hits(hits, tokens, masses, config.chains)
    passages = align_chains(chains, tokens, masses, config.align, floor=rescore.least_of_a_match(config.rescore))
    near = {(a, b) for a, b in some if a < b < len(texts)}
    twice = random.permutation(np.repeat(np.arange(len(hits.places)), random.integers(1, 3, len(hits.places))))
    documents = hits.documents.astype(np.int64)
    places = (documents << POSITION_BITS | hits.places - tokens.bounds[documents])[twice]
    sizes = np.diff(tokens.bounds)
    at = np.arange(len(tokens.hashes))
    starts, ends = np.repeat(tokens.bounds[:-1], sizes), np.repeat(tokens.bounds[1:], sizes)
    noted = surroundings.around(tokens.hashes, masses, at, starts, ends)
    weighs, back = surroundings.run_bounds(noted[hits.places[twice, 0]], noted[hits.places[twice, 1]])
    columns = {"left": places[:, 0], "right": places[:, 1], "weighs": weighs, "back": back.astype(np.uint8)}
    sides = np.array(sorted(near), np.int64).reshape(-1, 2).T << POSITION_BITS
    given_rows = packing.together(
        iter(
            [
                *packing.packed(HIT, places[:, 0] >> POSITION_BITS + BITS, columns),
                *packing.packed(NEAR, sides[0] >> POSITION_BITS + BITS, {"left": sides[0], "right": sides[1]}),
            ]
        )
    )
    words = SimpleNamespace(value=coding.common_words(tokens))
    blocks = {part: [d for d in everything if d >> BITS == part] for part in {d >> BITS for d in everything}}
    sifting = sieves.sifting(config, words, BITS)
    sifted = pa.concat_tables(
        [sifting(of_part(given_rows, part, HIT, NEAR, COPY), texts_of(tokens, own)) for part, own in blocks.items()]
    )
    excerpts = packing.of_kind(sifted, EXCERPT)
    for (place, _), (size, before, cut) in zip(
        packing.sides(excerpts).tolist(),
        packing.numbers(excerpts, "excerpt", np.uint8).reshape(-1, 3).tolist(),
        strict=True,
    ):
        start, of = (place & packing.POSITION) - before, sizes[place >> POSITION_BITS]
        assert size == 0 or cut == (start > 0) + 2 * (start + size < of)
    deciding = sieves.deciding(config, SimpleNamespace(value=idf), words, BITS)
    decided = pa.concat_tables(
        [deciding(of_part(sifted, part, EXCERPT), texts_of(tokens, own)) for part, own in blocks.items()]
    )
    out = pa.concat_tables([sifted, decided])
    kept = packing.sides(packing.of_kind(out, HIT))
    pairs = {(a, b) for a, b in (kept >> POSITION_BITS).tolist()}
    asked = packing.of_kind(out, packing.ASKED)
    wanted = set(zip(packing.numbers(asked, "left").tolist(), packing.numbers(asked, "right").tolist(), strict=True))
    all_pairs = {(a, b) for a, b in documents.tolist()}
    event(f"{len(all_pairs) > len(pairs)}: pairs are left out; {counted(out, CHAINS) > 0}: and chains")
    assert {(a, b) for a, b in passages.documents.tolist()} <= pairs
    assert near & {(a, b) for a, b in chains.documents.tolist()} <= pairs
    # the hits of a pair that is kept are all kept, each once
    assert sorted(map(tuple, kept.tolist())) == sorted(
        {(a, b) for a, b in places.tolist() if (a >> POSITION_BITS, b >> POSITION_BITS) in pairs}
    )
    assert {(text, a >> BITS) for a, b in pairs | near for text in (a, b)} == wanted
    assert counted(out, DROPPED) == len(all_pairs) - len(pairs)
    assert counted(out, CHAINS) == sum((a, b) not in pairs for a, b in chains.documents.tolist())
