"""Eight bytes of text as one number, and what of them is plain: loops over bytes go through most text so, without a
question for each byte that a processor guesses wrong at the end of every word.

A byte that is told has its highest bit set in a result (0x80), all else is 0. After Lamport's comparisons of packed
bytes (1975): bytes without their highest bit are added to, so that no byte carries into the next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from dedup.kernels.jit import helper

SIZE = np.uint64(8)
_BYTE = np.uint64(0xFF)
_LOW, _HIGH = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
# What makes ASCII letters small.
SMALL = np.uint64(0x2020202020202020)
# Added to a byte, they reach its highest bit from `a`, from behind `z` and from a space on.
_FROM_A, _BEHIND_Z, _FROM_SPACE = (
    np.uint64(0x1F1F1F1F1F1F1F1F),
    np.uint64(0x0505050505050505),
    np.uint64(0x60606060_60606060),
)
_QUOTE, _BACKSLASH = np.uint64(0x2222222222222222), np.uint64(0x5C5C5C5C5C5C5C5C)


def _count_zeros(context: Any, value: Any) -> Any:
    """Return the type of how many zeros a number ends in, and what makes its code: one instruction."""

    def code(target: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], target.get_constant(types.boolean, 0))

    return value(value), code


# How many zeros a number ends in, 64 for 0.
_trailing_zeros: Any = intrinsic(_count_zeros)


@helper
def load(data: Any, i: Any) -> Any:
    """Return the eight bytes of `data` (uint8) from byte `i` (uint64) on, the first one lowest: one load."""
    found = np.uint64(data[i])
    found |= np.uint64(data[i + np.uint64(1)]) << np.uint64(8)
    found |= np.uint64(data[i + np.uint64(2)]) << np.uint64(16)
    found |= np.uint64(data[i + np.uint64(3)]) << np.uint64(24)
    found |= np.uint64(data[i + np.uint64(4)]) << np.uint64(32)
    found |= np.uint64(data[i + np.uint64(5)]) << np.uint64(40)
    found |= np.uint64(data[i + np.uint64(6)]) << np.uint64(48)
    found |= np.uint64(data[i + np.uint64(7)]) << np.uint64(56)
    return found


@helper
def store(value: Any, data: Any, i: Any) -> None:
    """Write eight bytes to `data` (uint8) from byte `i` (uint64) on, the lowest one first: one store."""
    data[i] = np.uint8(value & _BYTE)
    data[i + np.uint64(1)] = np.uint8(value >> np.uint64(8) & _BYTE)
    data[i + np.uint64(2)] = np.uint8(value >> np.uint64(16) & _BYTE)
    data[i + np.uint64(3)] = np.uint8(value >> np.uint64(24) & _BYTE)
    data[i + np.uint64(4)] = np.uint8(value >> np.uint64(32) & _BYTE)
    data[i + np.uint64(5)] = np.uint8(value >> np.uint64(40) & _BYTE)
    data[i + np.uint64(6)] = np.uint8(value >> np.uint64(48) & _BYTE)
    data[i + np.uint64(7)] = np.uint8(value >> np.uint64(56) & _BYTE)


@helper
def no_letters(eight: Any) -> Any:
    """Return which bytes are no ASCII letters."""
    low = (eight | SMALL) & _LOW
    return ~((low + _FROM_A) & ~(low + _BEHIND_Z) & ~eight) & _HIGH


@helper
def no_plain(eight: Any) -> Any:
    """Return which bytes do not stand for themselves in a string of JSON: control characters, quotation marks,
    backslashes, and what is no ASCII."""
    low = eight & _LOW
    plain = (low + _FROM_SPACE) & ((low ^ _QUOTE) + _LOW) & ((low ^ _BACKSLASH) + _LOW) & ~eight
    return ~plain & _HIGH


@helper
def before(told: Any) -> Any:
    """Return how many bytes stand before the first one that is told, 8 where none is."""
    return _trailing_zeros(told) >> np.uint64(3)
