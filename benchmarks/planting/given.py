"""A corpus that the user names, to plant into: JSON Lines, plain or gzip, read in passes, never whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benchmarks.planting.language import Counts
from benchmarks.planting.prose import Text

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "doc_id"),
    "title": ("title",),
    "text": ("text", "body", "content"),
    "outlet": ("outlet", "source", "domain"),
    "published": ("published", "date", "pubdate"),
    "url": ("url",),
}
LEAST_WORDS = 40
CHOICE = 9  # purpose of a generator of random numbers


class Given:
    """Articles of a file; call `fit` first. Those chosen keep their order, the others are spare: donors.

    Lines that are no JSON object and texts below 40 words are left out and counted in `skipped`.
    """

    minutes: Counts | None = None
    families: Mapping[str, str] = {}

    def __init__(self, path: Path, seed: int) -> None:
        self._path = path
        self._outlet: dict[int, str] = {}
        self.skipped = 0
        for line, record in self._records():
            if record is None:
                self.skipped += 1
            else:
                self._outlet[line] = str(record["outlet"] or f"(no outlet, line {line + 1})")
        self._order = np.random.default_rng([seed, CHOICE]).permutation(np.array([*self._outlet], np.int64))
        self.size = len(self._order)

    @property
    def available(self) -> int:
        """How many articles there are to choose from."""
        return len(self._order)

    @property
    def outlets(self) -> list[str]:
        """The outlet by article; one without an outlet is an outlet of its own."""
        return [self._outlet[line] for line in sorted(self._order[: self.size].tolist())]

    @property
    def spare(self) -> int:
        """How many donors there are."""
        return self.available - self.size

    def fit(self, size: int) -> None:
        """Choose `size` articles; another size keeps most of the choice."""
        self.size = size

    def donors(self, count: int) -> list[Text]:
        """Return the texts of `count` articles that were not chosen."""
        lines = self._order[self.size : self.size + count].tolist()
        rank = {line: i for i, line in enumerate(lines)}
        texts = [Text(title="", text="")] * len(lines)
        for line, record in self._records():
            if record is not None and line in rank:
                texts[rank[line]] = Text(title=str(record["title"] or ""), text=record["text"])
        return texts

    def articles(self) -> Iterator[dict[str, Any]]:
        """Yield the records chosen, with the usual names; an id that is missing or taken is made anew."""
        chosen, taken = set(self._order[: self.size].tolist()), set[str]()
        for line, record in self._records():
            if record is not None and line in chosen:
                name = record["id"]
                known = str(name) if isinstance(name, str | int) else ""
                record["id"] = known if known and known not in taken else f"line-{line + 1:07d}"
                taken.add(record["id"])
                yield record

    def _records(self) -> Iterator[tuple[int, dict[str, Any] | None]]:
        with gzip.open(self._path, "rb") if self._path.suffix == ".gz" else self._path.open("rb") as file:
            for line, raw in enumerate(file):
                yield line, _record(raw)


def _record(raw: bytes) -> dict[str, Any] | None:
    """Return a line's fields under the usual names, or None when it cannot be used."""
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(fields, dict):
        return None
    found = {
        name: next((fields[n] for n in names if fields.get(n) not in (None, "")), None) for name, names in NAMES.items()
    }
    if not isinstance(found["text"], str) or len(found["text"].split()) < LEAST_WORDS:
        return None
    others = {n for names in NAMES.values() for n in names}
    return {**found, **{k: v for k, v in fields.items() if k not in others}}
