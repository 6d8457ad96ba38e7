"""The one way in which kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile `function` lazily, cached on disk, without the GIL.

    It is given arrays, numbers and plain tuples of them: the cache names a named tuple by its module, so that one that
    another version calls otherwise would keep the cache from being read.
    Never `parallel=True` or `fastmath`: threads would change float sums, and OpenMP kills forked children.
    """
    return _compiled(function, {})


def helper(function: F) -> F:
    """Compile a function that kernels call for each of millions of rows, and that makes no array.

    It counts no references to the arrays that it is given, which are its caller's: threads that share them would wait
    for each other at each count, a fifth of the time of aligning.
    """
    return _compiled(function, {"_nrt": False})


def _compiled(function: F, options: dict[str, Any]) -> F:
    try:
        return cast(F, numba.njit(cache=True, nogil=True, **options)(function))
    except RuntimeError:
        # numba raises this where neither the package folder nor the user's cache folder can be written.
        return cast(F, numba.njit(cache=False, nogil=True, **options)(function))


def is_compiled(function: Callable[..., Any]) -> bool:
    """Return whether a kernel lies compiled in the cache on disk; False where there is no cache."""
    cache = getattr(function, "_cache", None)
    folder = getattr(cache, "cache_path", None)
    name = function.__name__
    return folder is not None and any(Path(folder).glob(f"*.{name}-*.nbi"))
