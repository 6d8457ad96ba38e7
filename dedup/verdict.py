"""The calibrated verdict: a logistic model over the features of rescoring.

The coefficients are fitted by `benchmarks/fit_verdict.py` and read from `dedup/data/verdict.json`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources

import msgspec
import numpy as np
import numpy.typing as npt


@functools.cache
def coefficients() -> tuple[npt.NDArray[np.float64], float]:
    """Return the coefficients, in order of the model's inputs, and the intercept."""
    raw = resources.files("dedup").joinpath("data/verdict.json").read_bytes()
    table = msgspec.json.decode(raw)
    return np.array([table["coefficients"][name] for name in INPUTS]), float(table["intercept"])


# What the model sees: features saturate where more of them says nothing more.
# Content words from which a list counts as any other text.
LONG_LIST = 45.0
# Least content words of a passage, and of one that is a whole paragraph or quotation. They are fewer than the six and
# five of the definition, as words of middling frequency count as content there and not in our idf.
LEAST_CONTENT, LEAST_CONTENT_UNIT = 4.0, 2.0
# ... which is why so many words of any frequency are asked for as well.
LEAST_WORDS, LEAST_WORDS_UNIT = 6.0, 5.0
# Least content words that are no names: a person with a title is none.
LEAST_COMMON = 3.0
# Where less than this share of a run agrees, six are asked for in full.
CLOSE, LEAST_COMMON_LOOSE = 0.6, 6.0
# Of so many words, six are content words in any case.
LONG_RUN = 12.0
INPUTS = ("content", "words", "surprise", "contiguity", "cosine", "unit")


def _within(values: npt.NDArray[np.float64], least: float, most: float) -> npt.NDArray[np.float64]:
    """Return values between two bounds; `np.clip` takes twice as long for a few."""
    return np.minimum(np.maximum(values, least), most)


def inputs(columns: dict[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Return the model's inputs (float64, n x len(INPUTS)) from feature columns by name."""
    # runs of names alone are not passages, so what a list of names holds does not count
    names = _within((columns["names"] - 0.3) / 0.4, 0.0, 1.0)
    listed = _within((columns["punctuation"] - 0.25) / 0.12, 0.0, 1.0)
    # ... unless it is so long that two writers would hardly give it in one order
    short = _within((LONG_LIST - columns["content"]) / 15.0, 0.0, 1.0)
    plain = 1.0 - np.maximum(names, listed) * short
    shaped = {
        **columns,
        "content": np.log1p(np.minimum(columns["content"], 12.0) * plain),
        "words": np.minimum(columns["words"], 24.0) / 8.0 * plain,
        "surprise": np.minimum(columns["surprise"], 30.0) / 10.0 * plain,
        # a whole line counts, be it all names, when it is the same line
        "unit": columns["unit"] * np.where(columns["contiguity"] >= 1.0, 1.0, plain),
    }
    return np.array([shaped[name] for name in INPUTS]).T.copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a passage must have whatever its score: a feature (`values`, float64 a row), the least of it (`least`), and
    which rows need not have it (`spared`)."""

    feature: str
    values: npt.NDArray[np.float64]
    least: npt.NDArray[np.float64]
    spared: npt.NDArray[np.bool_]

    @property
    def met(self) -> npt.NDArray[np.bool_]:
        """Return which rows have it, or need not."""
        found: npt.NDArray[np.bool_] = (self.values >= self.least) | self.spared
        return found


def requirements(columns: dict[str, npt.NDArray[np.float64]]) -> tuple[Requirement, ...]:
    """Return what the rows must have to be passages by definition."""
    is_unit = columns["unit"] > 0
    is_long, is_close = columns["words"] >= LONG_RUN, columns["contiguity"] >= CLOSE
    same_line = is_unit & (columns["contiguity"] >= 1.0)
    nobody = np.zeros(len(is_unit), np.bool_)
    return (
        Requirement(
            feature="content",
            values=columns["content"],
            least=np.where(is_unit | is_long, LEAST_CONTENT_UNIT, LEAST_CONTENT),
            spared=nobody,
        ),
        Requirement(
            feature="words",
            values=columns["words"],
            least=np.where(is_unit, LEAST_WORDS_UNIT, LEAST_WORDS),
            spared=nobody,
        ),
        Requirement(
            feature="common",
            values=columns["common"],
            least=np.where(is_close, LEAST_COMMON, LEAST_COMMON_LOOSE),
            spared=same_line | (is_long & is_close),
        ),
    )


def floor() -> tuple[int, ...]:
    """Return what every match has at least, in sixths of a word: words; words of a unit; content words; content words
    of a unit or a long run; and how long that is."""
    return tuple(
        round(6 * words) for words in (LEAST_WORDS, LEAST_WORDS_UNIT, LEAST_CONTENT, LEAST_CONTENT_UNIT, LONG_RUN)
    )


def parts(columns: dict[str, npt.NDArray[np.float64]]) -> tuple[npt.NDArray[np.float64], float]:
    """Return what each input adds to z (float64, n x len(INPUTS)), and the intercept."""
    weights, intercept = coefficients()
    return inputs(columns) * weights, intercept


def logistic(columns: dict[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Return `1 / (1 + exp(-(w x + c)))` of each row, and 0 for runs too short to be a passage by definition."""
    weights, intercept = coefficients()
    z = inputs(columns) @ weights + intercept
    enough = np.logical_and.reduce([r.met for r in requirements(columns)])
    return np.where(enough, 1.0 / (1.0 + np.exp(-_within(z, -60.0, 60.0))), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The most that a verbatim run can reach: `z <= constant + per_nat * surprise + per_word * words`, and `unit` more
    when it is a whole unit. `needed` is the z of the least score of a match."""

    constant: float
    per_nat: float
    per_word: float
    unit: float
    needed: float


@functools.cache
def reach(min_score: float) -> Reach:
    """Return what a verbatim run can reach, for those who must know before it is aligned."""
    weights, intercept = coefficients()
    of = dict(zip(INPUTS, weights.tolist(), strict=True))
    content = max(of["content"] * float(np.log1p(n)) for n in (LEAST_CONTENT_UNIT, 12.0))
    score = min(max(min_score, 1e-9), 1.0 - 1e-9)
    return Reach(
        constant=intercept + content + of["contiguity"] + of["cosine"],
        per_nat=max(0.0, of["surprise"] / 10.0),
        per_word=max(0.0, of["words"] / 8.0),
        unit=max(0.0, of["unit"]),
        needed=float(np.log(score / (1.0 - score))),
    )
