"""The callback protocol by which long work says how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives progress; the library never prints."""

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage of `total` steps, or of unknown length."""

    def advance(self, steps: int = 1) -> None:
        """Say that `steps` more steps of the current stage are done."""

    def warn(self, message: str) -> None:
        """Pass on a warning that the user should read."""


class NoProgress:
    """Ignores everything."""

    def stage(self, name: str, total: int | None) -> None:
        """Do nothing."""

    def advance(self, steps: int = 1) -> None:
        """Do nothing."""

    def warn(self, message: str) -> None:
        """Do nothing."""
