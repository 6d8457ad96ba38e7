"""What a finished scan can be written as, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Final

from dedup.errors import StoreError
from dedup.report.cells import csv_text
from dedup.report.gexf import gexf
from dedup.report.parquet import check_installed, parquet_bytes
from dedup.report.passim import passim_lines
from dedup.report.prepared import Prepared
from dedup.report.rows import TABLES, table
from dedup.report.sheet import SAMPLE, sheet
from dedup.store.atomic import write_bytes, write_text


def write_format(name: str, ready: Prepared, folder: Path, *, sample: int = SAMPLE) -> list[Path]:
    """Write one format of `FORMATS` into the folder of a scan and return the files, each whole or not at all.

    Raises `StoreError` when a file cannot be written, `ConfigError` when what a format needs is not installed.
    """
    if name == "sheet":
        return _text(folder / "annotation-sheet.csv", sheet(ready, sample))
    return _WRITERS[name](ready, folder)


def check_format(name: str) -> None:
    """Raise `ConfigError` with advice when what a format needs is not installed: before a scan, not after it."""
    if name == "parquet":
        check_installed()


def _html(ready: Prepared, folder: Path) -> list[Path]:
    from dedup.report.html import write_html

    write_html(ready, folder / "report.html")
    return [folder / "report.html"]


def _csv(ready: Prepared, folder: Path) -> list[Path]:
    paths = []
    for name, kind in TABLES.items():
        header = [field.name for field in fields(kind)]
        text = csv_text(header, map(attrgetter(*header), table(name, ready)))
        paths += _text(_tables(folder) / f"{name}.csv", text)
    return paths


def _parquet(ready: Prepared, folder: Path) -> list[Path]:
    check_installed()
    paths = []
    for name, kind in TABLES.items():
        path = _tables(folder) / f"{name}.parquet"
        write_bytes(path, parquet_bytes(kind, table(name, ready)))
        paths.append(path)
    return paths


def _gexf(ready: Prepared, folder: Path) -> list[Path]:
    return _text(folder / "outlets.gexf", gexf(ready.network))


def _passim(ready: Prepared, folder: Path) -> list[Path]:
    return _text(folder / "passim.jsonl", "".join(f"{line}\n" for line in passim_lines(ready)))


def _text(path: Path, text: str) -> list[Path]:
    write_text(path, text)
    return [path]


def _tables(folder: Path) -> Path:
    path = folder / "tables"
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; free some space or choose another folder") from error
    return path


_WRITERS: Final[Mapping[str, Callable[[Prepared, Path], list[Path]]]] = {
    "html": _html,
    "csv": _csv,
    "parquet": _parquet,
    "gexf": _gexf,
    "passim": _passim,
}
FORMATS: Final = (*_WRITERS, "sheet")
