"""Which inputs the given paths mean, in one order however they were given.

Names and contents of files are never used to build another path.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dedup.errors import InputError
from dedup.readers.base import Source
from dedup.readers.formats import FOREIGN, WITH_TEXTS, known_suffixes, reader_for, unpacked_name
from dedup.readers.log import ReadLog, printable
from dedup.readers.streams import GONE

FOREIGN_TYPE = "file of a type that is not read"
STDIN = "-"
STDIN_NAME = "<stdin>"
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 64 * 2**20


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or folder met on a walk: as it is reached, without links, and whether its loss is a loss."""

    path: str
    real: str
    matters: bool


@dataclass(slots=True)
class _Walk:
    """What a walk needs to know: where ids start, and what it has been to."""

    base: str
    log: ReadLog
    folders: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


def find_sources(paths: Sequence[Path | str] | Path | str, log: ReadLog) -> Iterator[Source]:
    """Check the paths at once, and return an iterator over what they hold.

    Files come sorted by their absolute path, each once, standard input (`-`) last. In folders, hidden files,
    reports of this program and files of unknown type are passed over. The `relative` of a source starts at
    the deepest folder that holds all paths: where one folder is given, at that folder.

    Raises `InputError` when a path does not exist, lies in an earlier report, or has a type that is not read.
    """
    given = [os.fspath(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    named = {os.path.abspath(path): path for path in reversed(given) if path != STDIN}
    for absolute, path in list(named.items()):
        if len(named) > 1 and _is_foreign(absolute):
            log.lose(FOREIGN_TYPE, (path, None), f"convert it to one of {known_suffixes()}")
            del named[absolute]
        else:
            _check(absolute, path)
    roots = sorted(named.items(), key=lambda item: item[0].split(os.sep))
    walk = _Walk(_base(list(named)), log)
    return _sources(roots, walk, with_stdin=STDIN in given)


def is_report(folder: str) -> bool:
    """Return whether the folder is the output of an earlier scan: its `manifest.json` has the key `dedup`."""
    path = os.path.join(folder, _MANIFEST)
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST_MANIFEST:
            return False
        with open(path, "rb") as file:
            manifest = msgspec.json.decode(file.read(_LARGEST_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and "dedup" in manifest


def _check(absolute: str, given: str) -> None:
    shown = printable(given)
    if not os.path.exists(absolute):
        raise InputError(f"{shown}: no such file or folder; check the path")
    for folder in (absolute, *map(str, Path(absolute).parents)):
        if is_report(folder):
            where = printable(folder)
            raise InputError(f"{shown}: {where} is the report of an earlier scan; name the texts that it was made from")
    if _is_foreign(absolute):
        raise InputError(f"{shown}: files of this type are not read; convert it to one of {known_suffixes()}")


def _is_foreign(absolute: str) -> bool:
    return os.path.isfile(absolute) and unpacked_name(absolute).lower().endswith(FOREIGN)


def _base(absolute: list[str]) -> str:
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in absolute]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # none at all, or several drives
        return ""


def _sources(roots: list[tuple[str, str]], walk: _Walk, *, with_stdin: bool) -> Iterator[Source]:
    for absolute, given in roots:
        if os.path.isdir(absolute):
            yield from _folder(absolute, given, walk)
        elif _is_new(os.path.realpath(absolute), given, walk):
            yield _source(absolute, given, walk)
    if with_stdin:
        yield Source(name=STDIN_NAME, path=None, relative=None, reader=None)


def _folder(root: str, given: str, walk: _Walk) -> Iterator[Source]:
    found = False
    stack = [_Entry(root, os.path.realpath(root), True)]
    while stack:
        entry = stack.pop()
        below = entry.path[len(root) :].lstrip(os.sep)
        name = os.path.join(given, below) if below else given
        try:
            mode = os.stat(entry.path).st_mode
            if stat.S_ISDIR(mode):
                stack.extend(_children(entry, name, walk))
                continue
        except OSError as error:
            _note_error(error, entry, name, walk.log)
            continue
        if _is_wanted(entry.path, mode, name, walk) and _is_new(entry.real, name, walk):
            found = True
            yield _source(entry.path, name, walk, found=True)
    if not found:
        walk.log.warn("folder without a file to read", (given, None), f"known are {known_suffixes()}")


def _note_error(error: OSError, entry: _Entry, name: str, log: ReadLog) -> None:
    if not isinstance(error, FileNotFoundError):
        log.lose("cannot be read", (name, None), error.strerror or str(error))
    elif entry.matters:
        log.lose(GONE, (name, None))


def _children(folder: _Entry, name: str, walk: _Walk) -> list[_Entry]:
    """Return what is in a folder, last name first; nothing for one seen before, so that links cannot loop."""
    if folder.real in walk.folders:
        return []
    walk.folders.add(folder.real)
    with os.scandir(folder.path) as found:
        entries = sorted(found, key=lambda entry: entry.name, reverse=True)
    if any(entry.name == _MANIFEST for entry in entries) and is_report(folder.path):
        walk.log.ignore("report of an earlier scan", (name, None))
        return []
    return [_entry(entry, folder.real) for entry in entries if not entry.name.startswith(".")]


def _entry(found: os.DirEntry[str], real_folder: str) -> _Entry:
    matters = reader_for(found.name) is not None or found.is_dir(follow_symlinks=False)
    return _Entry(found.path, _real(found, real_folder), matters)


def _real(entry: os.DirEntry[str], real_folder: str) -> str:
    """Return the path without links, looked up for links only: that takes a call for every folder on it."""
    return os.path.realpath(entry.path) if entry.is_symlink() else os.path.join(real_folder, entry.name)


def _is_wanted(path: str, mode: int, name: str, walk: _Walk) -> bool:
    """Return whether a file found in a folder is of a known type, and no pipe or device that could block."""
    if reader_for(path) is not None and stat.S_ISREG(mode):
        return True
    if unpacked_name(path).lower().endswith(WITH_TEXTS):
        walk.log.warn(FOREIGN_TYPE, (name, None), f"convert it to one of {known_suffixes()}")
        return False
    walk.log.ignore("unknown type", (name, None))
    return False


def _is_new(real: str, name: str, walk: _Walk) -> bool:
    if real in walk.files:
        walk.log.ignore("named twice", (name, None))
        return False
    walk.files.add(real)
    return True


def _source(path: str, name: str, walk: _Walk, *, found: bool = False) -> Source:
    inside = walk.base and path.startswith(walk.base.rstrip(os.sep) + os.sep)
    relative = path[len(walk.base) :].lstrip(os.sep) if inside else name
    return Source(name=name, path=path, relative=portable(relative), reader=reader_for(path), found=found)


def portable(path: str) -> str:
    """Return a path with slashes, and U+FFFD for bytes that are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace").replace(os.sep, "/")
