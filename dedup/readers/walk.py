"""Which inputs the given paths mean, in one order however they were given.

Names and contents of files are never used to build another path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dedup.errors import InputError
from dedup.readers.base import Source
from dedup.readers.formats import FOREIGN, known_suffixes, reader_for, unpacked_name
from dedup.readers.log import ReadLog, printable, quoted

STDIN = "-"
STDIN_NAME = "<stdin>"
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 64 * 2**20


@dataclass(slots=True)
class _Walk:
    """What a walk needs to know: where ids start, and what it has been to."""

    base: str
    log: ReadLog
    folders: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


def find_sources(paths: Sequence[Path | str] | Path | str, log: ReadLog) -> Iterator[Source]:
    """Check the paths at once, and return an iterator over what they hold.

    Files come sorted by their absolute path, each once, standard input (`-`) last. In folders, hidden files, reports
    of this program and files of unknown type are passed over. The `relative` of a source is given from the folder
    itself where one is named, else from the deepest folder that holds all paths.

    Raises `InputError` when a path does not exist, lies in an earlier report, or is of a type that is not read.
    """
    given = [os.fspath(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    named = {_absolute(path): path for path in reversed(given) if path != STDIN}
    for absolute, path in named.items():
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


def _absolute(path: str) -> str:
    try:
        return os.path.abspath(path)
    except ValueError as error:
        raise InputError(f"{quoted(path)}: {error}; check the path") from error


def _check(absolute: str, given: str) -> None:
    shown = printable(given)
    if "\0" in absolute or not os.path.lexists(absolute):
        raise InputError(f"{shown}: no such file or folder; check the path")
    for folder in (absolute, *map(str, Path(absolute).parents)):
        if is_report(folder):
            where = printable(folder)
            raise InputError(f"{shown}: {where} is the report of an earlier scan; name the texts that it was made from")
    if not os.path.isdir(absolute) and unpacked_name(absolute).lower().endswith(FOREIGN):
        raise InputError(f"{shown}: files of this type are not read; convert it to one of {known_suffixes()}")


def _base(absolute: list[str]) -> str:
    if len(absolute) == 1 and os.path.isdir(absolute[0]):
        return absolute[0]
    try:
        return os.path.commonpath([os.path.dirname(path) for path in absolute])
    except ValueError:  # none at all, or several drives
        return ""


def _sources(roots: list[tuple[str, str]], walk: _Walk, *, with_stdin: bool) -> Iterator[Source]:
    for absolute, given in roots:
        if os.path.isdir(absolute):
            yield from _folder(absolute, given, walk)
        elif _is_new(absolute, given, walk):
            yield _source(absolute, given, walk)
    if with_stdin:
        yield Source(name=STDIN_NAME, path=None, relative=None, reader=None)


def _folder(root: str, given: str, walk: _Walk) -> Iterator[Source]:
    found = False
    stack = [root]
    while stack:
        path = stack.pop()
        name = os.path.join(given, path[len(root) :].lstrip(os.sep))
        try:
            if os.path.isdir(path):
                stack.extend(_children(path, name, walk))
                continue
        except OSError as error:
            walk.log.lose("folder cannot be read", (name, None), error.strerror or str(error))
            continue
        if _is_wanted(path, name, walk) and _is_new(path, name, walk):
            found = True
            yield _source(path, name, walk)
    if not found:
        walk.log.warn("folder without a file to read", (given, None), f"known are {known_suffixes()}")


def _children(folder: str, name: str, walk: _Walk) -> list[str]:
    """Return what is in a folder, last name first; nothing for a folder seen before, so that links cannot loop."""
    real = os.path.realpath(folder)
    if real in walk.folders:
        return []
    walk.folders.add(real)
    names = sorted(os.listdir(folder), reverse=True)
    if _MANIFEST in names and is_report(folder):
        walk.log.ignore("report of an earlier scan", (name, None))
        return []
    return [os.path.join(folder, name) for name in names if not name.startswith(".")]


def _is_wanted(path: str, name: str, walk: _Walk) -> bool:
    """Whether a file found in a folder is to be read: of a known type, and no pipe or device that could block."""
    if reader_for(path) is None or (os.path.exists(path) and not os.path.isfile(path)):
        walk.log.ignore("unknown type", (name, None))
        return False
    return True


def _is_new(path: str, name: str, walk: _Walk) -> bool:
    real = os.path.realpath(path)
    if real in walk.files:
        walk.log.ignore("named twice", (name, None))
        return False
    walk.files.add(real)
    return True


def _source(path: str, name: str, walk: _Walk) -> Source:
    inside = walk.base and path.startswith(walk.base.rstrip(os.sep) + os.sep)
    relative = path[len(walk.base) :].lstrip(os.sep) if inside else name
    return Source(name=name, path=path, relative=_portable(relative), reader=reader_for(path))


def _portable(path: str) -> str:
    """Return a path with slashes, and U+FFFD for bytes that are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace").replace(os.sep, "/")
