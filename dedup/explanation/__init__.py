"""What `dedup explain` says of two documents: one file a part; `dedup.explain` puts them together."""
