"""What is marked in texts and summed, in pieces as at once."""

from __future__ import annotations

import numpy as np
import pytest

from dedup import relations
from tests.strategies import tokens_of


def test_masks_in_pieces_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some spans and texts at a time give what all at once do; an empty text has nothing."""
    tokens = tokens_of([[1, 2, 3], [], [4, 5], [6, 7, 8, 9]])
    furniture, quotations = np.array([[0, 2], [5, 6]], np.int64), np.array([[1, 3], [7, 9]], np.int64)
    monkeypatch.setattr(relations, "MARKED", 1)
    monkeypatch.setattr(relations, "SUMMED", 3)
    found = relations.masks(tokens, furniture, quotations)
    assert found.marks.tolist() == [1, 1, 2, 0, 0, 1, 0, 2, 2]
    assert found.totals.tolist() == [[18, 12, 6], [0, 0, 0], [12, 0, 0], [24, 6, 12]]
