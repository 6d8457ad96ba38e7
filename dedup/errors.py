"""The error tree: every error says where, what, and what next."""

from __future__ import annotations


class DedupError(Exception):
    """Base of all errors that `dedup` raises on purpose.

    `exit_code` is what the command line returns for it.
    """

    exit_code = 70


class ConfigError(DedupError):
    """A setting, option or configuration file is wrong (exit status 2)."""

    exit_code = 2


class InputError(DedupError):
    """Input that cannot be read at all, such as a path that does not exist (exit status 3)."""

    exit_code = 3


class StoreError(DedupError):
    """Output, a store or an index cannot be written, read or trusted (exit status 4)."""

    exit_code = 4


class EngineError(DedupError):
    """A cluster gave up, or cannot be reached (exit status 4)."""

    exit_code = 4
