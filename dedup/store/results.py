"""The results folder of a scan: written beside and swapped in whole, read back for `report` and `explain`."""

from __future__ import annotations

import datetime
import fcntl
import glob
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import zstandard

from dedup import workers
from dedup.errors import StoreError
from dedup.model import (
    Change,
    Document,
    DocumentCluster,
    Pair,
    PassageCluster,
    ScanResult,
    Suppressed,
)
from dedup.records import EncodedPassages, SuppressedPlaces
from dedup.shelf import Chosen
from dedup.spill import in_order
from dedup.store.atomic import write_bytes, write_parts
from dedup.store.words import WORDS, packed

if TYPE_CHECKING:
    from dedup.report.facts import Facts, Glance

SCHEMA = 1
_BEGINS = b'{"schema":%d,' % SCHEMA
FORMATS = ("html", "jsonl")
"""What is written when nothing is asked for."""
T = TypeVar("T")
# Texts of a result from which its files are worth processes of their own, and lines compressed at a time.
MANY_TEXTS, LINES = 1000, 256
# How hard zstandard tries: level 3 makes texts 3 % smaller and takes twice the time.
LEVEL = 2
_MARK = "dedup"
# How a piece of the writing begins to say why it failed; nothing that MessagePack encodes begins so.
_FAILED = b"\xc1"
_BESIDE = "-dedup-"
_TEXTS = "store/texts.jsonl.zst"


def is_results(folder: Path) -> bool:
    """Return whether a folder holds the results of an earlier scan."""
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(manifest, dict) and _MARK in manifest


def check_target(out: Path) -> None:
    """Refuse an output folder that holds anything but the results of an earlier scan.

    Raises `StoreError` with advice.
    """
    try:
        if out.is_dir():
            if any(out.iterdir()) and not is_results(out):
                raise StoreError(
                    f"{out}: is not empty and holds no results of an earlier scan; name another folder with -o"
                )
        elif out.exists():
            raise StoreError(f"{out}: is a file; name a folder with -o")
    except OSError as error:
        raise StoreError(f"{out}: {error.strerror}; name another folder with -o") from error


def write_results(
    result: ScanResult, out: Path, *, texts: bool = True, formats: Sequence[str] = (), jobs: int = 0
) -> Facts | None:
    """Write the files of a result into a new folder, then put it in the place of `out`.

    `formats` names what is wanted: `jsonl`, or a name of `dedup.report.exports`; `html` and `jsonl` when empty. The
    manifest is always written. `jobs` processes write, as many as there are cores when 0. Returns what a summary says
    of the result: whoever writes it sees all of it.

    Raises `StoreError` when the folder cannot be written; what stood at `out` then stays.
    """
    check_target(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _clear(out)
        fresh, lock = _beside(out)
    except OSError as error:
        raise StoreError(f"{out}: {error}; choose a folder that can be written with -o") from error
    try:
        fresh.chmod(0o755)
        facts = _write_files(result, fresh, texts, formats or FORMATS, jobs)
        _swap(fresh, out)
        return facts
    except OSError as error:
        raise StoreError(f"{out}: {error}; free some space or choose another folder with -o") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        os.close(lock)


def _beside(out: Path) -> tuple[Path, int]:
    """Return a new folder beside `out`, locked as long as this process holds the handle that comes with it."""
    fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}{_BESIDE}", dir=out.parent))
    handle = os.open(fresh, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return fresh, handle


def _clear(out: Path) -> None:
    """Delete what processes that were killed have left beside `out`: folders of `_beside` that nobody holds."""
    for left in out.parent.glob(f".{glob.escape(out.name)}{_BESIDE}*"):
        try:
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        os.close(handle)


def _write_files(result: ScanResult, folder: Path, texts: bool, formats: Sequence[str], jobs: int) -> Facts | None:
    """Write tables and texts by processes of their own, and reports meanwhile; return what either has counted."""
    tables, reports = "jsonl" in formats, [name for name in formats if name != "jsonl"]
    # a report counts what it says; and without one, who writes the tables sees all of them
    counts = tables and not reports
    pieces: list[Callable[[], Facts | Mapping[str, int] | None]] = []
    if tables:
        pieces.append(partial(_write_found, result, folder, counts=counts))
        pieces.append(partial(_write_aside, result, folder, counts=counts))
    if tables and texts:
        (folder / "store").mkdir()
        pieces.append(partial(_write_texts, result, folder, threaded=jobs != 1))
    many = len(result.texts) >= MANY_TEXTS
    with workers.beside(
        [partial(_said, piece) for piece in pieces], (jobs or workers.cores()) if many else 1
    ) as waiting:
        facts = _write_reports(result, folder, reports, jobs) if reports else None
        heard = [_heard(wait()) for wait in waiting]
    if counts:
        facts = _with_aside(*heard[:2])
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    manifest = {**result.manifest, "created": created}
    write_bytes(folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return facts


def _said(piece: Callable[[], Facts | Mapping[str, int] | None]) -> bytes:
    """Do a piece of the writing, here or in another process, and return what it counted, or why it failed."""
    try:
        return msgspec.msgpack.encode(piece())
    except StoreError as error:
        said = str(error)
    except OSError as error:
        said = f"{error}; free some space or choose another folder with -o"
    return _FAILED + said.encode("utf-8", "surrogateescape")


def _heard(said: bytes) -> bytes:
    """Return what a piece of the writing has counted, encoded; raises `StoreError` when it failed."""
    if said.startswith(_FAILED):
        raise StoreError(said.removeprefix(_FAILED).decode("utf-8", "surrogateescape"))
    return said


def _with_aside(found: bytes, aside: bytes) -> Facts:
    """Return what was counted of what was found, with the texts that were set aside by rule."""
    from dedup.report.facts import Facts

    set_aside = msgspec.msgpack.decode(aside, type=dict[str, int])
    return replace(msgspec.msgpack.decode(found, type=Facts), set_aside=set_aside)


def _write_found(result: ScanResult, folder: Path, *, counts: bool) -> Facts | None:
    from dedup.report.facts import Glance

    seen = Glance(result) if counts else None
    tables: dict[str, Iterable[bytes]] = {
        "passages.jsonl": _passage_lines(result.passages, seen),
        "documents.jsonl": map(line, result.documents),
        "pairs.jsonl": map(line, result.pairs),
    }
    for name, lines in tables.items():
        write_parts(folder / name, workers.attended(_blocks(lines)))
    return seen.facts(set_aside={}) if seen else None


def _write_aside(result: ScanResult, folder: Path, *, counts: bool) -> Mapping[str, int] | None:
    from dedup.report.facts import Texts

    rows = result.suppressed.rows() if isinstance(result.suppressed, SuppressedPlaces) else result.suppressed
    seen = Texts()
    lines = map(line, seen.passing(rows) if counts else rows)
    write_parts(folder / "suppressed.jsonl", workers.attended(_blocks(lines)))
    return seen.by_rule() if counts else None


def _passage_lines(passages: Sequence[PassageCluster], seen: Glance | None) -> Iterator[bytes]:
    """Yield the lines of passages, which are counted meanwhile; those that are kept as JSON need not be made."""
    if not isinstance(passages, EncodedPassages):
        yield from map(line, seen.passages(passages) if seen else passages)
        return
    for counted, raw in passages.encoded():
        if seen:
            seen.passage(counted)
        yield _line(raw)


def _write_texts(result: ScanResult, folder: Path, *, threaded: bool) -> None:
    with ThreadPoolExecutor(1) as pool:
        lines = _compressed(_text_lines(result), pool if threaded else None)
        write_parts(folder / _TEXTS, workers.attended(lines))
    if result.words is not None:
        write_parts(folder / WORDS, packed(result.words))


def _write_reports(result: ScanResult, folder: Path, names: Sequence[str], jobs: int) -> Facts:
    from dedup.report.exports import write_format
    from dedup.report.prepared import ReportOptions, prepare

    ready = prepare(result, ReportOptions(jobs=jobs))
    for name in names:
        write_format(name, ready, folder)
    return ready.facts


def _text_lines(result: ScanResult) -> Iterator[bytes]:
    """Yield the matched documents, those of the reference set marked."""
    for document in result.texts.rows() if isinstance(result.texts, Chosen) else result.texts.values():
        plain: Any = document
        if document.id in result.reference:
            plain = {**msgspec.to_builtins(document), "reference": True}
        yield msgspec.json.encode(plain) + b"\n"


def _compressed(lines: Iterable[bytes], pool: Executor | None = None) -> Iterator[bytes]:
    """Yield lines as one frame of zstandard, compressed by the one thread of a `pool` while others are made."""
    compressor = zstandard.ZstdCompressor(LEVEL).compressobj()
    yield from in_order(pool, compressor.compress, _blocks(lines))
    yield compressor.flush()


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines by several."""
    lines = iter(lines)
    return iter(lambda: b"".join(itertools.islice(lines, LINES)), b"")


def _swap(fresh: Path, out: Path) -> None:
    """Put `fresh` in the place of `out`; an earlier result is moved aside first and deleted last."""
    if not out.exists():
        fresh.rename(out)
        return
    old, lock = _beside(out)
    out.rename(old / "results")
    try:
        fresh.rename(out)
    except OSError:
        (old / "results").rename(out)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
        os.close(lock)


def line(record: Any) -> bytes:
    """Return a record as a line of JSON: its fields in order behind the schema number."""
    return _line(msgspec.json.encode(record))


def _line(record: bytes) -> bytes:
    """Return a record that is JSON as a line; changes have the names of the contract, which are no Python names."""
    if b'"changed":[{' in record:
        # within a text quotation marks are escaped, so that this is found in no text
        record = record.replace(b'{"before":', b'{"from":').replace(b',"after":', b',"to":')
    return _BEGINS + record[1:] + b"\n"


def read_results(out: Path) -> ScanResult:
    """Read a results folder back.

    Raises `StoreError` naming file and line when a file is missing, cut or of another schema.
    """
    if not is_results(out):
        raise StoreError(f"{out}: holds no results of a scan; run `dedup scan … -o {out}` first")
    manifest = msgspec.json.decode((out / "manifest.json").read_bytes())
    if manifest.get("schema") != SCHEMA:
        raise StoreError(
            f"{out}: has results of schema {manifest.get('schema')}; this version reads {SCHEMA}; scan again"
        )
    counts = manifest.get("counts") or {}
    texts, reference = _read_texts(out / _TEXTS)
    return ScanResult(
        passages=_table(out / "passages.jsonl", PassageCluster, counts.get("passages")),
        documents=_table(out / "documents.jsonl", DocumentCluster, counts.get("document_clusters")),
        pairs=_table(out / "pairs.jsonl", Pair, counts.get("pairs")),
        suppressed=_table(out / "suppressed.jsonl", Suppressed, counts.get("suppressed")),
        manifest=manifest,
        texts=texts,
        reference=reference,
    )


def _table(path: Path, kind: type[T], count: int | None) -> tuple[T, ...]:
    """Return the records of a table, of which the manifest says how many there are."""
    records = tuple(_read(path, kind))
    if count is not None and len(records) != count:
        raise StoreError(
            f"{path}:{len(records)}: ends here, the manifest says {count} lines; the file is damaged, scan again"
        )
    return records


def _read(path: Path, kind: type[T]) -> Iterator[T]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise StoreError(f"{path}: {error}; scan again") from error
    for number, raw in enumerate(lines, 1):
        try:
            plain = msgspec.json.decode(raw)
            for member in plain.get("members", ()):
                if "changed" in member:
                    member["changed"] = [_change(c) for c in member["changed"]]
            yield msgspec.convert(plain, kind)
        except (msgspec.DecodeError, KeyError, AttributeError, TypeError) as error:
            raise StoreError(f"{path}:{number}: {error}; the file is damaged, scan again") from error


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    plain = Change(before=change["from"], after=change["to"], start=change["start"], end=change["end"])
    return dict(msgspec.to_builtins(plain))


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a compressed file; raises `zstandard.ZstdError` when it is cut."""
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    rest = b""
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            *lines, rest = (rest + decompressor.decompress(part)).split(b"\n")
            yield from lines
    if not decompressor.eof or rest:
        raise zstandard.ZstdError("it is cut")


class _Side(msgspec.Struct):
    """What a line says beside its document."""

    reference: bool = False


def _read_texts(path: Path) -> tuple[dict[str, Document], frozenset[str]]:
    """Return the kept documents by id, and the ids of those of the reference set."""
    if not path.exists():
        return {}, frozenset()
    documents, reference = {}, set()
    try:
        for raw in _lines(path):
            document = msgspec.json.decode(raw, type=Document)
            documents[document.id] = document
            if msgspec.json.decode(raw, type=_Side).reference:
                reference.add(document.id)
    except (OSError, zstandard.ZstdError, msgspec.DecodeError) as error:
        raise StoreError(f"{path}: {error}; the file is damaged, scan again") from error
    return documents, frozenset(reference)
