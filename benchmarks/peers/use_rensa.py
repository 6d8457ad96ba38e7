"""rensa: RMinHash over shingles made in Python (it has none of its own), RMinHashLSH, matrices where it has them."""

from __future__ import annotations

from itertools import islice

from rensa import RMinHash, RMinHashLSH

from benchmarks.peers.common import Clock, Clusters, arguments, articles, finish, shingles

BATCH = 2000


def main() -> None:
    """Read, sign, insert and query."""
    options, clock = arguments(), Clock()
    index = RMinHashLSH(threshold=options.threshold, num_perm=options.num_perm, num_bands=options.bands)
    ids: list[str] = []
    made: list[RMinHash] = []
    stream = articles(options.articles)
    while batch := list(islice(stream, BATCH)):
        ids += (doc_id for doc_id, _ in batch)
        sets = [list(shingles(text, options.shingle)) for _, text in batch]
        made += RMinHash.from_token_sets(sets, num_perm=options.num_perm, seed=42)
    clock.stage("read, shingle, sign")
    index.insert_many(made)
    clock.stage("index")
    clusters = Clusters(len(ids))
    for number, near in enumerate(index.query_all(made)):
        close = (n for n in near if n > number and made[number].jaccard(made[n]) >= options.threshold)
        clusters.join(number, close)
    clusters.write(options.out, ids)
    clock.stage("query, verify, cluster")
    finish(clock)


if __name__ == "__main__":
    main()
