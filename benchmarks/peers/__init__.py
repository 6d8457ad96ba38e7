"""Other tools that find near-duplicates, run on the same files as `dedup scan --only documents`."""
