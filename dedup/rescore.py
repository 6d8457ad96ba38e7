"""Aligned passages to verdicts, by TF-IDF evidence.

Features of a passage, and why each is there:

* `mass`: idf mass of the matched words (nats): rare words in a row are no accident;
* `surprise`: the mass less `ln(a * b)`, the logarithm of the places at which two texts of a and b words could
  agree by chance (Karlin and Altschul 1990, with idf as information);
* `content`: matched content words, weighted so that two Han characters or three Thai ones are a word;
* `contiguity`: matched words over the longer side;
* `cosine`: cosine of the two TF-IDF vectors (Salton and Buckley 1988; `TfidfTransformer` with our idf);
* `containment_left`, `containment_right`: share of the side's own mass that is matched;
* `names`: share of the matched words that are capitalised, among those that do not begin a sentence or line, above
  what is usual in the two texts (German writes every noun so): a list of names is not a passage;
* `words`: matched words, weighted like content words;
* `common`: matched content words that are no names, in proportion to how many that usually are;
* `punctuation`: share of the matched words with a comma or the like before them, as in lists of names in any script;
* `replaced`: figures for which the other side has another one in the same place: a fact of a like event;
* `unit`: 1 where the passage is a whole paragraph or a complete quotation on both sides: there five words are enough.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.align import Passages
from dedup.config import RescoreConfig
from dedup.kernels import features as feature_kernels
from dedup.kernels import tokens as k
from dedup.kernels import weights as weight_kernels
from dedup.kernels.weights import SLOTS
from dedup.spill import Scratch, in_order
from dedup.tokens import Tokens
from dedup.verdict import CLOSE, Requirement, floor, logistic
from dedup.weights import Sums, content_mass

FEATURES = (
    "mass", "surprise", "content", "contiguity", "cosine", "containment_left", "containment_right", "names",
    "punctuation", "unit", "words", "common", "replaced",
)  # fmt: skip


# Share of capitalised words that is usual in English, and as how many words of a text it counts.
USUAL_NAMES, USUAL_WORDS = 0.25, 50.0
# Headlines and lists of results in capitals do not make a text without names.
MOST_USUAL = 0.6
# Content words below which a passage must hang together.
SHORT = 10.0
# Content words that must agree for each figure that does not, where less than this share of a run agrees: fewer are a
# like event, told in the same words. A formula with one slot for a figure is closer.
WORDS_A_FIGURE, ONE_SLOT = 10.0, 0.9

# Most tokens on either side of a gap in which one figure stands for another.
FIGURE_TOKENS = 4
# What a token can be, and how many tokens are looked at at a time.
CONTENT, INNER, NAME, COMMA = 1, 2, 4, 8
# The flags that tell it: of a beginning, of a capital, and of punctuation.
KINDS = (k.FLAG_SENTENCE | k.FLAG_LINE, k.FLAG_UPPER, k.FLAG_PUNCT)
BATCH_TOKENS = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Passages with their `features` (float64, n x len(FEATURES)) and `scores` (float64, n)."""

    features: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]

    def select(self, kept: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Scored:
        """Return those of the passages at `kept`, a mask or indices."""
        return Scored(features=self.features[kept], scores=self.scores[kept])

    def column(self, name: str) -> npt.NDArray[np.float64]:
        """Return one feature of all passages."""
        return self.features[:, FEATURES.index(name)]


def nothing() -> Scored:
    """Return the scores of no passages."""
    return Scored(features=np.zeros((0, len(FEATURES))), scores=np.zeros(0))


def joined(parts: Sequence[Scored]) -> Scored:
    """Return those of several parts as one."""
    return Scored(
        features=np.concatenate([p.features for p in parts]), scores=np.concatenate([p.scores for p in parts])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the features are made from, made once a corpus: the idf of each slot (float32, nats), the mass of each token
    (uint16, 1/256 nat), sums of mass and weight over all tokens, what each token is (uint8, bits of CONTENT, INNER,
    NAME and COMMA), and the usual share of names in each text (float64)."""

    tokens: Tokens
    idf: npt.NDArray[np.float32]
    masses: npt.NDArray[np.uint16]
    mass: Sums
    weight: Sums
    marks: npt.NDArray[np.uint8]
    usual_names: npt.NDArray[np.float64]


def evidence(
    tokens: Tokens, idf: npt.NDArray[np.float32], pool: Executor | None = None, scratch: Scratch | None = None
) -> Evidence:
    """Return what the features of passages in these texts are made from."""
    # a few texts that nobody wants in a file are not put together from parts
    small = scratch is None and len(tokens.hashes) <= BATCH_TOKENS
    scratch = scratch or Scratch()

    def block(low: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
        part = slice(low, low + BATCH_TOKENS)
        masses = weight_kernels.token_masses(tokens.hashes[part], tokens.weights[part], idf)
        return masses, _marks(masses, tokens.weights[part], tokens.flags[part])

    if small:
        masses, marks = block(0)
    else:
        all_masses, all_marks = scratch.column(np.uint16, in_use=True), scratch.column(np.uint8)
        for some_masses, some_marks in in_order(pool, block, range(0, len(tokens.hashes), BATCH_TOKENS)):
            all_masses.append(some_masses)
            all_marks.append(some_marks)
        masses, marks = all_masses.finish(), all_marks.finish()
    sums = (
        functools.partial(Sums, masses, scratch=scratch),
        *(functools.partial(Sums, tokens.weights, marks, mark, scratch=scratch) for mark in (0, NAME, INNER)),
    )
    mass, weight, names, inner = in_order(pool, lambda make: make(), sums)
    return Evidence(
        tokens=tokens,
        idf=idf,
        masses=masses,
        mass=mass,
        weight=weight,
        marks=marks,
        usual_names=usual_names(np.diff(names[tokens.bounds]), np.diff(inner[tokens.bounds])),
    )


def _marks(
    masses: npt.NDArray[np.uint16], weights: npt.NDArray[np.uint8], flags: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """Return what tokens are (uint8): bits of CONTENT, INNER, NAME and COMMA."""
    found: npt.NDArray[np.uint8] = weight_kernels.token_marks(masses, weights, flags, content_mass(), KINDS)
    return found


def features(passages: Passages, known: Evidence) -> npt.NDArray[np.float64]:
    """Return the features (float64, n x len(FEATURES), rounded to 1e-6)."""
    rows = _plain_features(passages, known)
    if len(rows):
        rows[:, FEATURES.index("cosine")] = _cosines(passages, known)
    return rows


def _plain_features(passages: Passages, known: Evidence) -> npt.NDArray[np.float64]:
    """Return the features with cosines of 0."""
    if not len(passages):
        return np.zeros((0, len(FEATURES)))
    tokens = known.tokens
    rows = feature_kernels.features(
        (passages.documents, passages.bounds, passages.blocks),
        (tokens.bounds, known.usual_names),
        (known.masses, tokens.weights, known.marks, tokens.flags),
        k.FLAG_LINE | k.FLAG_QUOTE,
        (k.FLAG_DIGIT, FIGURE_TOKENS),
    )
    rounded: npt.NDArray[np.float64] = rows.round(6, out=rows)
    return rounded


def usual_names(capitals: npt.NDArray[np.int64], words: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return which share of the words inside the sentences of each text is capitalised, leaning on what is usual: by
    what its NAME and its INNER words weigh."""
    found: npt.NDArray[np.float64] = (capitals + 6 * USUAL_WORDS * USUAL_NAMES) / (words + 6 * USUAL_WORDS)
    return np.minimum(found, MOST_USUAL)


def _cosines(passages: Passages, known: Evidence) -> npt.NDArray[np.float64]:
    """Return the TF-IDF cosine of the two sides of each passage, rounded to 1e-6."""
    found = weight_kernels.cosines(passages.spans(), known.tokens.hashes, known.masses)
    rounded: npt.NDArray[np.float64] = np.round(found, 6)
    return rounded


def span_vectors(tokens: Tokens, masses: npt.NDArray[np.uint16], starts: object, ends: object):  # type: ignore[no-untyped-def]
    """Return the L2-normed TF-IDF vectors (CSR, spans x slots seen) of token spans, made by scikit-learn."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    lengths = np.asarray(ends) - np.asarray(starts)
    places = np.repeat(np.asarray(starts) - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    places = places + np.arange(len(places))
    slots = tokens.hashes[places] & np.uint32(SLOTS - 1)
    counts = csr_matrix(
        (np.ones(len(places)), slots.astype(np.int64), np.concatenate([[0], np.cumsum(lengths)])),
        shape=(len(lengths), SLOTS),
    )
    counts.sum_duplicates()
    idf = np.zeros(SLOTS)
    idf[slots] = masses[places] / 256.0
    transformer = TfidfTransformer(sublinear_tf=False)
    transformer.idf_ = idf
    return transformer.transform(counts, copy=False)


def scores(features: npt.NDArray[np.float64], config: RescoreConfig) -> npt.NDArray[np.float64]:
    """Return the verdicts (float64 in [0, 1], rounded to 1e-6) of feature rows; 0 for short runs full of gaps, or with
    other figures."""
    columns = dict(zip(FEATURES, features.T, strict=True))
    enough = np.logical_and.reduce([r.met for r in hangs_together(columns, config)])
    return np.where(enough, np.round(logistic(columns), 6), 0.0)


def hangs_together(columns: dict[str, npt.NDArray[np.float64]], config: RescoreConfig) -> tuple[Requirement, ...]:
    """Return what short runs must have: few gaps, and the same figures, unless they are one line brought up to date or
    words are expected to be misread."""
    contiguity, replaced = columns["contiguity"], columns["replaced"]
    is_misread = config.short_contiguity < CLOSE
    return (
        Requirement(
            feature="contiguity",
            values=contiguity,
            least=np.full(len(contiguity), config.short_contiguity),
            spared=columns["content"] >= SHORT,
        ),
        Requirement(
            feature="replaced",
            values=columns["content"] / np.maximum(replaced, 1.0),
            least=np.full(len(replaced), WORDS_A_FIGURE),
            spared=(replaced == 0) | (columns["unit"] > 0) | (contiguity >= ONE_SLOT) | is_misread,
        ),
    )


def least_of_a_match(config: RescoreConfig) -> npt.NDArray[np.int64] | None:
    """Return the `floor` of aligned passages that are to be matches; None where every score is one."""
    return np.array([*floor(), content_mass()], np.int64) if config.min_score > 0 else None


def rescore(passages: Passages, known: Evidence, config: RescoreConfig) -> Scored:
    """Return features and scores of all passages."""
    rows = features(passages, known)
    return Scored(features=rows, scores=scores(rows, config))


def screen(passages: Passages, known: Evidence, config: RescoreConfig) -> Scored:
    """Return features and scores of all passages, but no cosines of those that no cosine would make a match.

    Their cosine is given as 0, and their score is some score below `min_score`.
    """
    rows = _plain_features(passages, known)
    column = FEATURES.index("cosine")
    with_one = rows.copy()
    with_one[:, column] = 1.0
    # the model is monotone in the cosine
    hopeful = np.maximum(scores(rows, config), scores(with_one, config)) >= config.min_score
    if hopeful.any():
        rows[hopeful, column] = _cosines(passages.select(hopeful), known)
    return Scored(features=rows, scores=scores(rows, config))
