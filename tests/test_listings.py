"""What users rely on by name: public names and the help of every command, against committed listings."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

import dedup
from dedup.cli import main

LISTINGS = Path(__file__).parent / "listings"


def check(name: str, found: str) -> None:
    """Compare with a listing and show what differs."""
    path = LISTINGS / name
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    diff = "\n".join(difflib.unified_diff(known.splitlines(), found.splitlines(), name, "found", lineterm=""))
    assert known == found, (
        f"{diff}\n\nIf this is meant: `make listings`, and say it in CHANGELOG.md in the same commit."
    )


def signature(name: str) -> str:
    """Return a public name with its parameters."""
    value = getattr(dedup, name)
    if not callable(value) or (inspect.isclass(value) and issubclass(value, Exception)):
        return name
    return f"{name}{inspect.signature(value)}"


def public_listing() -> str:
    """Return all public names."""
    return "".join(f"{signature(name)}\n" for name in sorted(dedup.__all__))


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, groups first."""
    yield words
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from commands(child, (*words, name))


def help_listing() -> str:
    """Return the help of all commands."""
    texts = []
    for words in commands(main):
        result = CliRunner().invoke(main, [*words, "--help"], prog_name="dedup", terminal_width=100)
        assert result.exit_code == 0
        texts.append(f"$ dedup {' '.join([*words, '--help'])}\n{result.output}\n")
    return "".join(texts)


def test_public_names() -> None:
    """The public names and their parameters are as listed, at most 15 of them."""
    assert len(dedup.__all__) <= 15
    check("public.txt", public_listing())


def test_help() -> None:
    """The help of every command is as listed."""
    check("help.txt", help_listing())


if __name__ == "__main__":
    (LISTINGS / "public.txt").write_text(public_listing(), encoding="utf-8")
    (LISTINGS / "help.txt").write_text(help_listing(), encoding="utf-8")
