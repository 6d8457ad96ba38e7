"""A document while it is being made: `Document` is frozen, which makes its own constructor three times as slow."""

from __future__ import annotations

import dataclasses
from typing import Any

from dedup.model import Document


def _fields() -> list[tuple[str, Any, Any]]:
    """Return the fields of a document for `make_dataclass`, `text` with a default as well."""
    missing = dataclasses.MISSING
    defaults = {f.name: (f.default, f.default_factory) for f in dataclasses.fields(Document)} | {"text": ("", missing)}
    return [
        (
            name,
            Any,
            dataclasses.field(default=default) if factory is missing else dataclasses.field(default_factory=factory),
        )
        for name, (default, factory) in defaults.items()
    ]


Draft: Any = dataclasses.make_dataclass("Draft", _fields(), slots=True, kw_only=True)
"""Has the fields of `Document`, in the same slots, and can be changed."""


def finished(draft: Any) -> Document:
    """Return a draft as a document: the same object, which from now on is one.

    >>> finished(Draft(text="Rain.", id="a")) == Document(text="Rain.", id="a")
    True
    """
    draft.__class__ = Document
    document: Document = draft
    return document
