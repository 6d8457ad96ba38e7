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
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

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
from dedup.store.atomic import write_bytes, write_parts
from dedup.store.words import WORDS, packed

SCHEMA = 1
_BEGINS = b'{"schema":%d,' % SCHEMA
FORMATS = ("html", "jsonl")
"""What is written when nothing is asked for."""
T = TypeVar("T")
# Texts of a result from which its files are worth processes of their own, and lines compressed at a time.
MANY_TEXTS, LINES = 1000, 256
_MARK = "dedup"
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
) -> None:
    """Write the files of a result into a new folder, then put it in the place of `out`.

    `formats` names what is wanted: `jsonl`, or a name of `dedup.report.exports`; `html` and `jsonl` when empty. The
    manifest is always written. `jobs` processes write, as many as there are cores when 0.

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
        _write_files(result, fresh, texts, formats or FORMATS, jobs)
        _swap(fresh, out)
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


def _write_files(result: ScanResult, folder: Path, texts: bool, formats: Sequence[str], jobs: int) -> None:
    """Write tables and texts by processes of their own, and reports meanwhile."""
    tables, reports = "jsonl" in formats, [name for name in formats if name != "jsonl"]
    pieces = [partial(_write_tables, result, folder)] if tables else []
    if tables and texts:
        (folder / "store").mkdir()
        pieces.append(partial(_write_texts, result, folder))
    many = len(result.texts) >= MANY_TEXTS
    with workers.beside(
        [partial(_said, piece) for piece in pieces], (jobs or workers.cores()) if many else 1
    ) as waiting:
        if reports:
            _write_reports(result, folder, reports, jobs)
        for wait in waiting:
            if said := wait():
                raise StoreError(said.decode("utf-8", "surrogateescape"))
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    manifest = {**result.manifest, "created": created}
    write_bytes(folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


def _said(piece: Callable[[], None]) -> bytes:
    """Do a piece of the writing, here or in another process, and return why it failed; empty when it is done."""
    try:
        piece()
    except StoreError as error:
        return str(error).encode("utf-8", "surrogateescape")
    except OSError as error:
        return f"{error}; free some space or choose another folder with -o".encode("utf-8", "surrogateescape")
    return b""


def _write_tables(result: ScanResult, folder: Path) -> None:
    tables: dict[str, Iterable[Any]] = {
        "passages.jsonl": result.passages,
        "documents.jsonl": result.documents,
        "pairs.jsonl": result.pairs,
        "suppressed.jsonl": result.suppressed,
    }
    for name, records in tables.items():
        write_parts(folder / name, workers.attended(map(line, records)))


def _write_texts(result: ScanResult, folder: Path) -> None:
    write_parts(folder / _TEXTS, workers.attended(_compressed(_text_lines(result))))
    if result.words is not None:
        write_parts(folder / WORDS, packed(result.words))


def _write_reports(result: ScanResult, folder: Path, names: Sequence[str], jobs: int) -> None:
    from dedup.report.exports import write_format
    from dedup.report.prepared import ReportOptions, prepare

    ready = prepare(result, ReportOptions(jobs=jobs))
    for name in names:
        write_format(name, ready, folder)


def _text_lines(result: ScanResult) -> Iterator[bytes]:
    """Yield the matched documents, those of the reference set marked."""
    for document in result.texts.values():
        plain: Any = document
        if document.id in result.reference:
            plain = {**msgspec.to_builtins(document), "reference": True}
        yield msgspec.json.encode(plain) + b"\n"


def _compressed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines as one frame of zstandard."""
    compressor = zstandard.ZstdCompressor().compressobj()
    lines = iter(lines)
    while several := b"".join(itertools.islice(lines, LINES)):
        yield compressor.compress(several)
    yield compressor.flush()


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
    if not _has_changes(record):  # few have any
        return _BEGINS + msgspec.json.encode(record)[1:] + b"\n"
    plain = _renamed({"schema": SCHEMA, **msgspec.to_builtins(record)})
    if "members" in plain:
        plain["members"] = [_renamed(m) for m in plain["members"]]
    return msgspec.json.encode(plain) + b"\n"


def _has_changes(record: Any) -> bool:
    if isinstance(record, PassageCluster):
        return any(m.changed for m in record.members)
    return bool(getattr(record, "changed", ()))


def _renamed(plain: dict[str, Any]) -> dict[str, Any]:
    """Give the changes of a member or match the names of the contract, which are no Python names."""
    if "changed" in plain:
        plain["changed"] = [
            {"from": c["before"], "to": c["after"], "start": c["start"], "end": c["end"]} for c in plain["changed"]
        ]
    return plain


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
