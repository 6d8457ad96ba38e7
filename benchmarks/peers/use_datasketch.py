"""datasketch: MinHash with XXH32 as its hash function, MinHashLSH, one process, as its documentation has it."""

from __future__ import annotations

import xxhash
from datasketch import MinHash, MinHashLSH

from benchmarks.peers.common import Clock, Clusters, arguments, articles, finish, shingles


def main() -> None:
    """Read, sign, insert and query."""
    options, clock = arguments(), Clock()
    bands = (options.bands, options.rows)
    ids: list[str] = []
    made: list[MinHash] = []
    for doc_id, text in articles(options.articles):
        ids.append(doc_id)
        signature = MinHash(num_perm=options.num_perm, hashfunc=xxhash.xxh32_intdigest)
        signature.update_batch([s.encode() for s in shingles(text, options.shingle)])
        made.append(signature)
    clock.stage("read, shingle, sign")
    index = MinHashLSH(num_perm=options.num_perm, params=bands)
    with index.insertion_session() as session:
        for number, signature in enumerate(made):
            session.insert(number, signature, check_duplication=False)
    clock.stage("index")
    clusters = Clusters(len(ids))
    for number, signature in enumerate(made):
        near = (n for n in index.query(signature) if n > number)
        clusters.join(number, (n for n in near if signature.jaccard(made[n]) >= options.threshold))
    clusters.write(options.out, ids)
    clock.stage("query, verify, cluster")
    finish(clock)


if __name__ == "__main__":
    main()
