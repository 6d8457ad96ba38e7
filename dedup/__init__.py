"""Near-duplicate and syndicated text in news: passages, captions, quotations, and who carried them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.comparison import compare
    from dedup.config import Config
    from dedup.errors import ConfigError, DedupError, InputError, StoreError
    from dedup.index import Index
    from dedup.model import Document, Match, ScanResult
    from dedup.pipeline import scan
    from dedup.shingles import shingle_hashes

__version__ = "0.1.0"

_WHERE = {
    "Config": "config",
    "ConfigError": "errors",
    "DedupError": "errors",
    "Document": "model",
    "Index": "index",
    "InputError": "errors",
    "Match": "model",
    "ScanResult": "model",
    "StoreError": "errors",
    "compare": "comparison",
    "scan": "pipeline",
    "shingle_hashes": "shingles",
}

__all__ = [  # noqa: RUF022
    "scan", "compare", "Index", "Config", "Document", "Match", "ScanResult", "shingle_hashes",
    "DedupError", "ConfigError", "InputError", "StoreError",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `dedup --help` stays quick."""
    if name not in _WHERE:
        raise AttributeError(f"module 'dedup' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"dedup.{_WHERE[name]}"), name)
