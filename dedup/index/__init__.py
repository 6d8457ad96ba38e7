"""The persistent index."""

from __future__ import annotations

from dedup.index.index import Index

__all__ = ["Index"]
