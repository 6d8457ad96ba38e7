"""How kernels are compiled."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numba import types

from dedup import Config, kernels, scan
from dedup.kernels import arrays, jit

CORPUS = Path(__file__).parents[2] / "corpus" / "articles.jsonl"


def compiled() -> list[tuple[str, Any]]:
    """Every kernel by name."""
    modules = [importlib.import_module(f"dedup.kernels.{m.name}") for m in pkgutil.iter_modules(kernels.__path__)]
    found = {f"{v.py_func.__module__}.{k}": v for m in modules for k, v in vars(m).items() if hasattr(v, "py_func")}
    return sorted(found.items())


def test_kernels_are_found() -> None:
    """The listing below is not of nothing."""
    assert len(compiled()) > 20


@pytest.mark.parametrize(("name", "function"), compiled(), ids=lambda value: value if isinstance(value, str) else "")
def test_options(name: str, function: Any) -> None:
    """Every kernel releases the GIL and is cached; none is parallel or allows reordered float sums."""
    options = function.targetoptions
    assert options.get("nogil") is True
    assert not options.get("parallel")
    assert not options.get("fastmath")
    assert type(function._cache).__name__ != "NullCache"


def named(kind: Any) -> bool:
    """Say whether a type is a named tuple, or holds one."""
    if isinstance(kind, types.BaseTuple) and not isinstance(kind, types.BaseNamedTuple):
        return any(map(named, kind))
    return isinstance(kind, types.BaseNamedTuple)


def test_kernels_take_plain_tuples() -> None:
    """The cache on disk names no class: one that another version calls otherwise would make it unreadable."""
    pair = namedtuple("pair", "left right")
    assert named(numba.typeof((1, pair(1, 2))))
    scan(CORPUS, Config(jobs=1))
    scan(CORPUS, Config(jobs=1, only="documents"))
    signatures = [(name, each) for name, function in compiled() for each in function.signatures]
    assert len(signatures) > 60
    assert [name for name, each in signatures if any(map(named, each))] == []


def test_compiled_kernels_are_known() -> None:
    """A kernel that has run lies in the cache; one compiled without a cache does not."""
    arrays.argsort(np.zeros(1, np.int64))
    assert jit.is_compiled(arrays.argsort)
    uncached: Any = numba.njit(cache=False)(dict(inspect.getmembers(arrays.argsort))["py_func"])
    assert not jit.is_compiled(uncached)


def test_without_a_writable_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numba finds no folder for its cache, kernels are compiled without one."""
    compile_with = numba.njit

    def refuse(*, cache: bool, nogil: bool) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return compile_with(cache=False, nogil=nogil)

    monkeypatch.setattr(numba, "njit", refuse)

    def successor(x: Any) -> Any:
        return x + 1

    function: Any = jit.kernel(successor)
    assert function(1) == 2
    assert type(function._cache).__name__ == "NullCache"
