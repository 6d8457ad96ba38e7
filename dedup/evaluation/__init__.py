"""The figures of `dedup evaluate`: one module per kind of figure; `dedup.evaluate` puts them together."""
