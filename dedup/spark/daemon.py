"""The process of an executor that its Python workers are forked from: it has loaded the stages and their kernels, which
they share."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt

from dedup.config import Config
from dedup.kernels.weights import SLOTS
from dedup.spark import blocks, coding, packing, sieves, stages
from dedup.spark.packing import ASKED, EXCERPT, FREQUENT, HIT, block_bits, numbers, of_kind


def rehearse() -> npt.NDArray[np.int64]:
    """Take a few texts through the stages, in this process, so that all kernels are loaded; return the pairs of texts
    that have passages (int64, n x 2)."""
    import pyarrow as pa

    config, bits = Config(), block_bits(1)
    line = "the harbour ferry ran aground on a sandbank near the lighthouse before dawn"
    texts = [f"{line} word{n} other{n * 7} {line[::-1]}".encode() for n in range(3)]
    sent = SimpleNamespace(value=(b"".join(texts), np.cumsum([len(text) for text in texts])))
    active, sides, idf = (
        SimpleNamespace(value=value)
        for value in (np.ones(3, np.bool_), np.zeros(3, np.int8), np.full(SLOTS, 8, np.float32))
    )
    rows = pa.Table.from_batches(stages.reading(config, 0, sent)(iter([])))
    list(stages.banding(config, active, 1, 9)(iter(rows.to_batches())))
    seeds = packing.together(stages.seeding(config, active, idf, 1, 9)(iter(rows.to_batches())))
    hits = [stages.linking(small, np.empty(0, np.uint32), bits, known=True)(seeds) for small in (2, 9)]
    around = stages.windows(1, idf, np.uint32)(of_kind(hits[0], FREQUENT), rows)
    hits.append(stages.ordering(np.uint32, bits)(around))
    words = SimpleNamespace(value=coding.common_words(packing.tokens_of(rows)))
    sifted = sieves.sifting(config, words, bits)(of_kind(pa.concat_tables(hits), HIT), rows)
    decided = sieves.deciding(config, idf, words, bits)(of_kind(sifted, EXCERPT), rows)
    kept = pa.concat_tables([sifted, decided])
    fetched = blocks.sending(words)(of_kind(kept, ASKED), rows)
    found = blocks.aligning(config, idf, words, sides, False)(of_kind(kept, HIT), fetched)
    return numbers(found, "documents").reshape(-1, 2)


def main() -> None:
    """Serve Spark, as its own `pyspark.daemon` does."""
    from pyspark.daemon import manager

    rehearse()
    # workers look for garbage after each task, and leave alone what they share
    gc.collect()
    gc.freeze()
    manager()


if __name__ == "__main__":
    main()
