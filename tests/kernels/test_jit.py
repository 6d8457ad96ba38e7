"""How kernels are compiled."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import numba
import numpy as np
import pytest

from dedup import kernels
from dedup.kernels import arrays, jit


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
