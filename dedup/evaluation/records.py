"""Labels and scan output as typed records; every bad line is refused with its file and number.

Keys that are not named here are allowed and ignored, on both sides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from dedup.errors import ConfigError, DedupError, InputError, StoreError
from dedup.evaluation.sheet import is_sheet, sheet_labels
from dedup.model import Kind, Relation, Scope, Span, Wording

SCHEMA = 1
OUTPUT_FILES = ("passages.jsonl", "documents.jsonl", "pairs.jsonl")
MIRRORED = {"contains": "contained", "contained": "contains"}
GoldRelation = Relation | Literal["none"]
DocumentPair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An origin as far as it is judged."""

    doc_id: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSpan(Span):
    """A labelled member, with its text where the labels carry it."""

    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCluster:
    """A labelled passage; `origin` is None where the labels do not say."""

    cluster: str
    kind: Kind
    scope: Scope
    wording: Wording
    members: tuple[GoldSpan, ...]
    parent: str | None = None
    origin: Credit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MustNot(Span):
    """A span that must not be linked with the others of its group; the only one of a group, with nothing."""

    must_not: str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPair:
    """The relation of two documents."""

    pair: DocumentPair
    relation: GoldRelation


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldStory:
    """The story that a document tells."""

    doc_id: str
    story: str | int


GoldRecord = GoldCluster | MustNot | GoldPair | GoldStory
GOLD_TYPES: dict[str, type[GoldRecord]] = {
    "cluster": GoldCluster,
    "must_not": MustNot,
    "pair": GoldPair,
    "story": GoldStory,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """All labels: `must_not` spans by group, `pairs` to relation, `stories` of documents."""

    clusters: tuple[GoldCluster, ...]
    must_not: Mapping[str, Sequence[Span]]
    pairs: Mapping[DocumentPair, str]
    stories: Mapping[str, str]

    def documents(self) -> set[str]:
        """Return the ids of all documents that any label names."""
        spans = [m for c in self.clusters for m in c.members]
        barred = [s for group in self.must_not.values() for s in group]
        return {s.doc_id for s in (*spans, *barred)} | {d for p in self.pairs for d in p} | set(self.stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageLine:
    """A line of `passages.jsonl`, as far as it is judged."""

    cluster_id: str
    kind: str
    scope: str
    members: tuple[Span, ...]
    origin: Credit | None = None
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLineMember:
    """A member in `documents.jsonl`."""

    doc_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A line of `documents.jsonl`, as far as it is judged."""

    members: tuple[DocumentLineMember, ...]
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """A line of `pairs.jsonl`, as far as it is judged."""

    left: str
    right: str
    relation: Relation
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a scan found; `relations` has the labelled pairs alone, turned the way the labels have them."""

    passages: tuple[PassageLine, ...]
    documents: tuple[tuple[str, ...], ...]
    relations: Mapping[DocumentPair, str]


Line = TypeVar("Line", PassageLine, DocumentLine, PairLine)
AnyRecord = TypeVar("AnyRecord")


def read_gold(path: Path) -> Gold:
    """Read labels: one JSON object a line, blank lines skipped, or an annotation sheet that was filled in.

    Raises `InputError` when the file cannot be read, `ConfigError` naming file and line for a bad line.
    """
    try:
        text = _sheet_text(path)
        if text is None:
            records = [(where, _gold_record(line, where)) for where, line in _lines(path)]
        else:
            records = [(where, _checked(raw, where)) for where, raw in sheet_labels(text, str(path))]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; GOLD is a file of labels, one JSON object a line") from error
    if not records and text is not None:
        raise ConfigError(f"{path}: nothing is judged; write yes or no into the column same")
    if not records:
        raise ConfigError(f"{path}: no labels; GOLD has one JSON object a line, such as {{'pair': …}}")
    _check_clusters(records)
    groups: dict[str, list[Span]] = {}
    for _, record in records:
        if isinstance(record, MustNot):
            groups.setdefault(str(record.must_not), []).append(record)
    return Gold(
        clusters=tuple(r for _, r in records if isinstance(r, GoldCluster)),
        must_not=groups,
        pairs=_unique([(w, r.pair, r.relation) for w, r in records if isinstance(r, GoldPair)]),
        stories=_unique([(w, r.doc_id, str(r.story)) for w, r in records if isinstance(r, GoldStory)]),
    )


def read_output(folder: Path, wanted: Collection[DocumentPair]) -> Output:
    """Read what `dedup scan` wrote to `folder`; of the pairs only those in `wanted`, in either order.

    `contains` and `contained` change places when a pair is turned round; the other relations stay as they
    are.

    Raises `StoreError` when a file is missing, unreadable, of another format version or has a bad line.
    """
    for name in OUTPUT_FILES:
        if not (folder / name).is_file():
            raise StoreError(f"{folder / name}: no such file; give a folder that `dedup scan … -o` has written")
    passages = tuple(_output_lines(folder / "passages.jsonl", PassageLine))
    documents = _output_lines(folder / "documents.jsonl", DocumentLine)
    relations: dict[DocumentPair, str] = {}
    for pair in _output_lines(folder / "pairs.jsonl", PairLine):
        if (pair.left, pair.right) in wanted:
            relations.setdefault((pair.left, pair.right), pair.relation)
        elif (pair.right, pair.left) in wanted:
            relations.setdefault((pair.right, pair.left), MIRRORED.get(pair.relation, pair.relation))
    return Output(
        passages=passages,
        documents=tuple(tuple(m.doc_id for m in cluster.members) for cluster in documents),
        relations=relations,
    )


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            stripped = line.removeprefix(b"\xef\xbb\xbf").strip()
            if stripped:
                yield f"{path}, line {number}", stripped


def _sheet_text(path: Path) -> str | None:
    """Return the text of an annotation sheet, or None when a file is none."""
    if path.suffix.lower() != ".csv":
        return None
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is no UTF-8; save the sheet as CSV in UTF-8") from error
    if not is_sheet(text):
        raise ConfigError(f"{path}, line 1: no annotation sheet; `dedup report OUT --format sheet` writes one")
    return text


def _gold_record(line: bytes, where: str) -> GoldRecord:
    return _checked(_decode(line, where, ConfigError), where)


def _checked(raw: Any, where: str) -> GoldRecord:
    key = next((k for k in GOLD_TYPES if isinstance(raw, dict) and k in raw), None)
    if key is None:
        known = ", ".join(GOLD_TYPES)
        raise ConfigError(f"{where}: not a label; a label is a JSON object with one of the keys {known}")
    record: GoldRecord = _convert(raw, GOLD_TYPES[key], where, ConfigError)
    complaint = _complaint(record)
    if complaint:
        raise ConfigError(f"{where}: {complaint}")
    return record


def _complaint(record: GoldRecord) -> str | None:
    """Return what is wrong with a label whose types are right, or None."""
    if isinstance(record, GoldPair):
        return "a pair has two different documents" if record.pair[0] == record.pair[1] else None
    if isinstance(record, Span):
        return _span_complaint(record)
    if isinstance(record, GoldStory):
        return None
    if len({(m.doc_id, m.start, m.end) for m in record.members}) < max(2, len(record.members)):
        return f"cluster {record.cluster!r} needs at least two members, all different"
    return next((c for m in record.members if (c := _span_complaint(m))), None)


def _span_complaint(span: Span) -> str | None:
    if 0 <= span.start < span.end:
        return None
    return f"span [{span.start}, {span.end}) of {span.doc_id!r} is empty or negative; offsets are half-open"


def _check_clusters(records: Sequence[tuple[str, GoldRecord]]) -> None:
    clusters = [(where, r) for where, r in records if isinstance(r, GoldCluster)]
    names = _unique([(where, c.cluster, c.cluster) for where, c in clusters])
    for where, cluster in clusters:
        if cluster.parent is not None and (cluster.parent not in names or cluster.parent == cluster.cluster):
            raise ConfigError(f"{where}: parent {cluster.parent!r} is not another labelled cluster")


Key = TypeVar("Key", str, DocumentPair)


def _unique(entries: Sequence[tuple[str, Key, str]]) -> dict[Key, str]:
    """Return key → value; a key may stand in one line only, a pair in one order only."""
    table: dict[Key, str] = {}
    for where, key, value in entries:
        if key in table or (isinstance(key, tuple) and key[::-1] in table):
            raise ConfigError(f"{where}: {key!r} is labelled in an earlier line; keep one of the two")
        table[key] = value
    return table


def _output_lines(path: Path, kind: type[Line]) -> Iterator[Line]:
    try:
        for where, line in _lines(path):
            record = _convert(_decode(line, where, StoreError), kind, where, StoreError)
            _check_output(record, where)
            yield record
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; scan again or check the folder's permissions") from error


def _check_output(record: PassageLine | DocumentLine | PairLine, where: str) -> None:
    if record.schema != SCHEMA:
        raise StoreError(f"{where}: format version {record.schema}, this program reads {SCHEMA}; scan again")
    spans = record.members if isinstance(record, PassageLine) else ()
    complaint = next((c for m in spans if (c := _span_complaint(m))), None)
    if complaint:
        raise StoreError(f"{where}: {complaint}; scan again")


def _decode(line: bytes, where: str, error_type: type[DedupError]) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise error_type(f"{where}: not JSON ({error}); every line is one JSON object") from error


def _convert(raw: Any, kind: type[AnyRecord], where: str, error_type: type[DedupError]) -> AnyRecord:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise error_type(f"{where}: {error}; the formats are described in docs/reference/formats.md") from error
