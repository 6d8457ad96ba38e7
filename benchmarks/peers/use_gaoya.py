"""gaoya: MinHashStringIndex with its own words and n-grams, filled and asked in bulk on all cores."""

from __future__ import annotations

from gaoya.minhash import MinHashStringIndex

from benchmarks.peers.common import Clock, Clusters, arguments, articles, finish


def main() -> None:
    """Read, insert and query."""
    options, clock = arguments(), Clock()
    ids, texts = map(list, zip(*articles(options.articles), strict=True))
    clock.stage("read")
    index = MinHashStringIndex(
        32, options.threshold, options.bands, options.rows, None, "word", True, (options.shingle,) * 2, "smallvec"
    )
    index.par_bulk_insert_docs(list(range(len(ids))), texts)
    clock.stage("shingle, sign, index")
    clusters = Clusters(len(ids))
    for number, near in enumerate(index.par_bulk_query(texts)):
        clusters.join(number, near)
    clusters.write(options.out, ids)
    clock.stage("query, verify, cluster")
    finish(clock)


if __name__ == "__main__":
    main()
