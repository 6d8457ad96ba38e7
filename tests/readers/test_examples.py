"""The examples in the documentation of the readers run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import dedup.readers

MODULES = [module.name for module in pkgutil.iter_modules(dedup.readers.__path__, "dedup.readers.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """Each example gives what it says."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
