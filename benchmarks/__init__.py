"""Measurements of dedup: generators of test corpora, suites, peers and reports. Not part of the package."""
