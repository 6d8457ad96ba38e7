"""Pairs of texts that cannot have a chain, told from what the runs at their hits weigh, without the texts; and those
that cannot match, told from what stands around the hits in one of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup import align, rescore
from dedup.config import Config
from dedup.kernels import excerpts
from dedup.kernels import seeds as seed_kernels
from dedup.kernels import surroundings as kernels
from dedup.rows import order_of
from dedup.seeds import Hits, Weighed
from dedup.tokens import Tokens

Int64s = npt.NDArray[np.int64]


def possible(
    documents: Int64s, places: Int64s, weighs: npt.NDArray[np.int32], back: npt.NDArray[np.int32], least: int
) -> tuple[npt.NDArray[np.bool_], int]:
    """Return which hits are of pairs of texts whose chains may weigh `least` (1/256 nat), and how many pairs are not.

    `documents` and `places` (int64, n x 2) are the two sides of the hits, in any order; `weighs` and `back` are as of
    `run_bounds`.
    """
    order = order_of(places[:, 1], places[:, 0])
    kept = np.empty(len(places), np.bool_)
    kept[order], dropped = kernels.possible(
        documents[order], places[order], weighs[order], back[order], min(least, kernels.UNKNOWN)
    )
    return kept, int(dropped)


def sifted(hits: Weighed, least: int) -> tuple[Hits, int]:
    """Return the hits of pairs of texts whose chains may weigh `least` (1/256 nat), and how many pairs are left out."""
    kept, dropped = kernels.possible(hits.documents, hits.places, hits.weighs, hits.back, min(least, kernels.UNKNOWN))
    places, documents, groups = seed_kernels.group_hits(hits.places, hits.documents, kept)
    return Hits(places=places, documents=documents, groups=groups, seeds=0, frequent=0), int(dropped)


def decided(
    hits: Hits, tokens: Tokens, masses: npt.NDArray[np.uint16], cut: npt.NDArray[np.bool_], config: Config
) -> npt.NDArray[np.uint8]:
    """Return what is known of each pair of texts, as `kernels.excerpts.decided` does; nothing where all scores match.

    `tokens` are those of excerpts and right texts, with their `masses` (uint16), and the left texts of the hits are
    excerpts; `cut` (bool, n x 2) says whether the text of each pair's goes on before and behind it.
    """
    floor = rescore.least_of_a_match(config.rescore)
    if floor is None:
        return np.zeros(len(hits.groups) - 1, np.uint8)
    least = int(config.chains.least_mass * 256)
    limits = np.array([least, config.align.drop, config.align.unmatched, align.LEAST_MASS], np.float64)
    found: npt.NDArray[np.uint8] = excerpts.decided(
        hits.places,
        hits.groups,
        hits.documents[hits.groups[:-1]],
        (tokens.bounds, tokens.hashes, tokens.flags, tokens.weights),
        cut,
        masses,
        limits,
        floor,
    )
    return found
