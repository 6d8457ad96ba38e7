"""What the input looks like, from its first records: for a user who wants to know before a long run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from dedup.config import ReadConfig
from dedup.memory import BYTES_A_CHARACTER, BYTES_AT_REST
from dedup.model import Document
from dedup.readers.base import Source
from dedup.readers.documents import Unread
from dedup.readers.formats import unpacked_name
from dedup.readers.log import ReadLog
from dedup.readers.reading import Reading
from dedup.readers.walk import find_sources

# Characters that a scan takes in a second on two cores (`make bench`), what packing saves, and the part of a file that
# is text: rough, as an estimate is.
CHARACTERS_A_SECOND = 1_500_000
PACKED_FACTOR = 3.0
TEXT_SHARE = {"html": 0.04, "warc": 0.03, "parquet": 2.0}
SAMPLES = 5
SAMPLE_LENGTH = 200
_MOST_OUTLETS = 10


@dataclass(slots=True)
class _Findings:
    """Counts over the records seen so far."""

    formats: Counter[str] = field(default_factory=Counter)
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    unmapped: Counter[str] = field(default_factory=Counter)
    outlets: Counter[str] = field(default_factory=Counter)
    precisions: Counter[str] = field(default_factory=Counter)
    dates: list[tuple[float, str]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)
    blank: int = 0
    records: int = 0
    characters: int = 0
    captions: int = 0


def describe(paths: Sequence[Path | str] | Path | str, config: ReadConfig, limit: int) -> dict[str, Any]:
    """Return what the first `limit` records of the input hold, as plain values.

    `formats` counts the files opened by format; `fields` gives for each field of a document the names under
    which it was found, with counts, and `unmapped` counts the other names; `dates` has how many documents
    have one, by precision, the earliest and the latest; `outlets` how many have one, how many there are, and
    the most frequent; `blank` counts documents without a word; `samples` are the first `SAMPLES` documents
    with `SAMPLE_LENGTH` code points of text; `characters` and `captions` count those of the
    documents seen; `estimate` is about what a scan of everything takes (`characters`, `seconds`, `memory_bytes`; null
    where nothing can be said); `log` is `ReadLog.to_dict()`; `warnings` are its messages and
    the options that applied to nothing; `more` says whether records were left.

    Raises `InputError` and `ConfigError` as `read_documents`, but not for options that applied to nothing.
    """
    log = ReadLog()
    reading, findings = Reading(config, log), _Findings()
    made = _made(reading, findings, paths)
    try:
        for document in reading.documents(_counted(islice(made, limit), findings)):
            _note_document(findings, document)
    finally:
        reading.close()
    warnings = [*reading.problems(), *log.messages()]
    described = {"records": findings.records, **_summary(findings), "log": log.to_dict(), "warnings": warnings}
    # Last, because looking for another record counts it.
    more = next(made, _END) is not _END
    return described | {"more": more, "estimate": _estimate(findings, paths, more=more)}


def _estimate(
    findings: _Findings, paths: Sequence[Path | str] | Path | str, *, more: bool
) -> dict[str, int | float | None]:
    """Return about what a scan of all of the input takes; where records are left, judged by the size of the files.

    Nothing is known of standard input that was not read to its end.
    """
    characters: float | None = findings.characters
    if more:
        sizes = [_characters(source) for source in find_sources(paths, ReadLog())]
        characters = None if None in sizes else sum(size for size in sizes if size is not None)
    if characters is None:
        return {"characters": None, "seconds": None, "memory_bytes": None}
    return {
        "characters": round(characters),
        "seconds": round(characters / CHARACTERS_A_SECOND, 1),
        "memory_bytes": round(BYTES_AT_REST + BYTES_A_CHARACTER * characters),
    }


def _characters(source: Source) -> float | None:
    """Return about how many characters of text a file holds."""
    if source.path is None:
        return None
    try:
        size = os.path.getsize(source.path)
    except OSError:
        return 0.0
    name = source.reader.name if source.reader else "text"
    unpacked = size * (PACKED_FACTOR if unpacked_name(source.path) != source.path else 1.0)
    return unpacked * TEXT_SHARE.get(name, 1.0)


_END = Document(text="")
_Made = Document | Unread | None


def _made(
    reading: Reading, findings: _Findings, paths: Sequence[Path | str] | Path | str
) -> Iterator[Document | Unread | None]:
    """Yield an item for every record: its document, or None."""
    for source in find_sources(paths, reading.log):
        opened = reading.open(source)
        if opened is None:
            continue
        findings.formats[opened.reader.name] += 1
        for line, record in opened.records:
            if opened.reader.has_fields:
                _note_fields(reading, findings, record)
            yield opened.make(record, (source.name, line))


def _counted(made: Iterable[_Made], findings: _Findings) -> Iterator[_Made]:
    for item in made:
        findings.records += 1
        yield item


def _note_fields(reading: Reading, findings: _Findings, record: dict[str, Any]) -> None:
    plan = reading.builder.fields.plan(tuple(record))
    for name, key in plan.pairs:
        findings.fields.setdefault(name, Counter())[key] += 1
    findings.unmapped.update(key for key in plan.extra if key not in {key for _, key in plan.pairs})


def _note_document(findings: _Findings, document: Document) -> None:
    findings.blank += not document.text.strip()
    findings.characters += len(document.text)
    findings.captions += len(document.captions)
    if document.outlet:
        findings.outlets[document.outlet] += 1
    if document.timestamp is not None and document.published is not None:
        findings.precisions[document.published_precision or ""] += 1
        findings.dates.append((document.timestamp, document.published))
    if len(findings.samples) < SAMPLES:
        shown = ("id", "title", "outlet", "published", "published_precision", "url", "lang", "agency")
        sample = {name: getattr(document, name) for name in shown}
        findings.samples.append(sample | {"text": document.text[:SAMPLE_LENGTH]})


def _summary(findings: _Findings) -> dict[str, Any]:
    dates = [text for _, text in sorted(findings.dates)]
    return {
        "formats": dict(sorted(findings.formats.items())),
        "fields": {name: dict(counts) for name, counts in sorted(findings.fields.items())},
        "unmapped": dict(sorted(findings.unmapped.items())),
        "dates": {
            "documents": len(dates),
            "precisions": dict(sorted(findings.precisions.items())),
            "earliest": dates[0] if dates else None,
            "latest": dates[-1] if dates else None,
        },
        "outlets": {
            "documents": findings.outlets.total(),
            "different": len(findings.outlets),
            "most_frequent": sorted(findings.outlets.items(), key=lambda item: (-item[1], item[0]))[:_MOST_OUTLETS],
        },
        "blank": findings.blank,
        "characters": findings.characters,
        "captions": findings.captions,
        "samples": findings.samples,
    }
