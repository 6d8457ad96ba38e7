"""text-dedup: its own command for MinHash, with its fast hash, 32 bits and a process a core.

It verifies no pair: what shares a band is one cluster, and `--threshold` counts through `--bands` and `--rows` alone.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.peers.common import Clock, Clusters, arguments, articles, finish


def main() -> None:
    """Run the command, then read its clusters."""
    options, clock = arguments(), Clock()
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    from text_dedup import minhash

    with tempfile.TemporaryDirectory() as folder:
        given = {
            "path": "json",
            "data_files": str(options.articles.resolve()),
            "split": "train",
            "cache_dir": str(Path(folder) / "cache"),
            "output": str(Path(folder) / "out"),
            "column": "text",
            "num_proc": str(os.cpu_count()),
            "ngram": str(options.shingle),
            "min_length": "0",
            "num_perm": str(options.num_perm),
            "b": str(options.bands),
            "r": str(options.rows),
            "hash_func": "xxh3",
            "hash_bits": "32",
        }
        minhash.main([word for name, value in given.items() for word in (f"--{name}", value)], standalone_mode=False)
        clock.stage("all of it")
    ids = [doc_id for doc_id, _ in articles(options.articles)]
    clusters = Clusters(len(ids))
    for number in range(len(ids)):
        clusters.join(number, [minhash.uf.find(number)])
    clusters.write(options.out, ids)
    finish(clock)


if __name__ == "__main__":
    main()
