"""Planted corpora: an invented language and its articles, plants with known spans, damage, and labels."""
