"""Tokens to shingle hashes (Broder 1997): w consecutive words, or the like weight of a script without spaces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.kernels import shingles as kernels
from dedup.tokens import tokenize


def shingle_hashes(text: str, shingle_size: int = 5) -> npt.NDArray[np.uint32]:
    """Return the shingle hashes (uint32, in text order) that signatures are made from.

    A text shorter than one shingle is a single shingle; a text without words has none.

    >>> len(shingle_hashes("to be or not to be", 5))
    2
    """
    tokens = tokenize([text])
    out = np.empty(len(tokens.hashes), np.uint64)
    count = kernels.shingle_text(tokens.hashes, tokens.weights, shingle_size, out)
    return out[:count].astype(np.uint32)
