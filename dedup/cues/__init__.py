"""What the places of a passage show: the marks and words that kinds are told by."""
