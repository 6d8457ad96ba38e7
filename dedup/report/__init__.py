"""Reports: what a scan found, one writer per format."""
