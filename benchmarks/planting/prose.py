"""Token ids to texts, a block at a time: sentences, paragraphs, quotations with their speakers, titles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from benchmarks.planting.language import Counts, Ids, Model, content_ids, function_ids, zipf

BLOCK = 500
OPENING, CLOSING = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
AFTER = (" ", ", ", ". ", ".\n\n", f",{CLOSING} ")
SPACE, COMMA, STOP, PARAGRAPH, CLOSE = range(len(AFTER))
OPENS, LAST = len(AFTER), 2 * len(AFTER)
SEPARATORS = np.array([*AFTER, *(s + OPENING for s in AFTER), "."], dtype=object)
"""What may stand after a token; `OPENS` further on before a quotation; `LAST` at the end of a text."""
CAST, TOPICS, OWN_PHRASES = 5, 25, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes in words (medians and spreads of log-normal laws) and probabilities of what is written."""

    words: float = 560.0
    words_spread: float = 0.45
    least: int = 120
    most: int = 4000
    sentence: float = 19.0
    sentence_spread: float = 0.5
    paragraph: float = 0.45
    comma: float = 0.05
    quotation: float = 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A title and a text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subjects:
    """What each text of a block keeps coming back to, as unit ids, a row a text."""

    people: Counts
    topics: Counts
    phrases: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tokens:
    """Tokens of a block, text after text; `after` says what follows each; text i begins at `bounds[i]`."""

    ids: Ids
    after: npt.NDArray[np.int8]
    bounds: Counts


def write_block(model: Model, shape: Shape, rng: np.random.Generator) -> list[Text]:
    """Return `BLOCK` texts."""
    subjects = _draw_subjects(model, rng)
    tokens = _draw_tokens(model, shape, subjects, rng)
    _punctuate(tokens, model, shape, rng)
    titles = _draw_titles(model, subjects, rng)
    return [Text(title=a, text=b) for a, b in zip(titles, _render(tokens, model), strict=True)]


def _draw_subjects(model: Model, rng: np.random.Generator) -> _Subjects:
    units, vocabulary = model.units, model.vocabulary
    return _Subjects(
        people=units.people + zipf(rng, (BLOCK, CAST), units.n_people, 0.6, 30.0),
        topics=vocabulary.content + zipf(rng, (BLOCK, TOPICS), model.language.words, 0.6, 200.0),
        phrases=units.phrases + zipf(rng, (BLOCK, OWN_PHRASES), units.n_phrases, 0.4, 1e4),
    )


def _draw_tokens(model: Model, shape: Shape, subjects: _Subjects, rng: np.random.Generator) -> _Tokens:
    words = np.exp(rng.normal(np.log(shape.words), shape.words_spread, BLOCK))
    counts = np.ceil(np.clip(words, shape.least, shape.most) / _words_per_unit(model)).astype(np.int64)
    owner = np.repeat(np.arange(BLOCK), counts)
    units = _draw_units(model, subjects, owner, rng)
    lengths = model.units.lengths[units]
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1]) + np.repeat(model.units.starts[units] - (ends - lengths), lengths)
    bounds = np.concatenate([np.zeros(1, np.int64), ends[np.cumsum(counts) - 1]])
    return _Tokens(ids=model.units.tokens[places], after=np.zeros(len(places), np.int8), bounds=bounds)


def _words_per_unit(model: Model) -> float:
    """Return about how many words a unit has; the phrases in use are mostly the first of the stock."""
    used = model.units.lengths[model.units.phrases : model.units.phrases + 100_000]
    return 1.0 + model.language.phrase_share * (float(used.mean()) - 1.0)


def _draw_units(model: Model, subjects: _Subjects, owner: Counts, rng: np.random.Generator) -> Counts:
    """Return unit ids for the texts `owner`: phrases, people, figures, function words and content words."""
    language, vocabulary = model.language, model.vocabulary
    shares = (language.phrase_share, language.person_share, language.figure_share, language.function_share)
    kind = np.searchsorted(np.cumsum(shares), rng.random(len(owner)), side="right")
    units = content_ids(rng, len(owner), language, vocabulary)
    _fill(units, rng.random(len(owner)) < language.topic_share, subjects.topics, owner, rng)
    phrase, person, figure, function = (kind == k for k in range(len(shares)))
    units[phrase] = model.units.phrases + zipf(
        rng, int(phrase.sum()), model.units.n_phrases, language.phrase_slope, language.phrase_shift
    )
    _fill(units, phrase & (rng.random(len(owner)) < language.own_phrase_share), subjects.phrases, owner, rng)
    _fill(units, person, subjects.people, owner, rng)
    last_name = person & (rng.random(len(owner)) < 0.7)
    units[last_name] = _last_names(model, units[last_name])
    figures = vocabulary.size - vocabulary.figures
    units[figure] = vocabulary.figures + zipf(rng, int(figure.sum()), figures, 0.9, 5.0)
    units[function] = function_ids(rng, int(function.sum()), vocabulary)
    return units


def _fill(units: Counts, where: npt.NDArray[np.bool_], own: Counts, owner: Counts, rng: np.random.Generator) -> None:
    """Put one of its text's own units in each place `where`."""
    chosen = owner[where]
    units[where] = own[chosen, rng.integers(0, own.shape[1], len(chosen))]


def _last_names(model: Model, people: Counts) -> Counts:
    return model.units.tokens[model.units.starts[people] + 1].astype(np.int64)


def _punctuate(tokens: _Tokens, model: Model, shape: Shape, rng: np.random.Generator) -> None:
    """Set what follows each token, and the capitals; a quotation's last two words become its speaker."""
    ids, after, bounds = tokens.ids, tokens.after, tokens.bounds
    after[rng.random(len(ids)) < shape.comma] = COMMA
    ends = _sentence_ends(len(ids), bounds, shape, rng)
    after[ends] = np.where(rng.random(len(ends)) < shape.paragraph, PARAGRAPH, STOP)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    quoted = (rng.random(len(ends)) < shape.quotation) & (ends - starts >= 7) & ~np.isin(starts, bounds)
    _quote(tokens, model, starts[quoted], ends[quoted], rng)
    ids[starts] += model.vocabulary.capital
    after[bounds[1:] - 1] = LAST


def _sentence_ends(n: int, bounds: Counts, shape: Shape, rng: np.random.Generator) -> Counts:
    """Return the places of the last tokens of sentences, those of texts among them."""
    least = 4
    drawn = np.exp(rng.normal(np.log(shape.sentence), shape.sentence_spread, n // least + 1))
    ends = np.cumsum(np.maximum(drawn, least).astype(np.int64)) - 1
    owner = np.searchsorted(bounds, ends, side="right")
    # A sentence that would leave fewer than `least` words before the text ends goes on to that end.
    inside = (ends < n) & (bounds[np.minimum(owner, len(bounds) - 1)] - ends > least)
    inside &= ends - bounds[owner - 1] >= least - 1
    return np.unique(np.concatenate([ends[inside], bounds[1:] - 1]))


def _quote(tokens: _Tokens, model: Model, starts: Counts, ends: Counts, rng: np.random.Generator) -> None:
    vocabulary = model.vocabulary
    said = int(np.flatnonzero(vocabulary.forms[: vocabulary.content] == "said")[0])
    tokens.after[starts - 1] += OPENS
    tokens.after[ends - 2] = CLOSE
    tokens.after[ends - 1] = SPACE
    tokens.ids[ends - 1] = said
    tokens.ids[ends] = vocabulary.names + zipf(rng, len(ends), model.language.names, 0.6, 10.0)


def _draw_titles(model: Model, subjects: _Subjects, rng: np.random.Generator) -> list[str]:
    """Return titles of six to nine words: people, topics and a function word."""
    forms, capital = model.vocabulary.forms, model.vocabulary.capital
    topics = subjects.topics[:, :6]
    joint = function_ids(rng, (BLOCK, 1), model.vocabulary)
    names = _last_names(model, subjects.people[:, :2])
    ids = np.concatenate([names[:, :1], topics[:, :3], joint, topics[:, 3:], names[:, 1:]], axis=1)
    ids[:, 0] += capital
    lengths = rng.integers(6, ids.shape[1] + 1, BLOCK)
    return [" ".join(forms[row[:n]].tolist()) for row, n in zip(ids, lengths.tolist(), strict=True)]


def _render(tokens: _Tokens, model: Model) -> list[str]:
    parts = np.empty(2 * len(tokens.ids), dtype=object)
    parts[0::2] = model.vocabulary.forms[tokens.ids]
    parts[1::2] = SEPARATORS[tokens.after]
    strings, bounds = parts.tolist(), (2 * tokens.bounds).tolist()
    return ["".join(strings[a:b]) for a, b in pairwise(bounds)]
