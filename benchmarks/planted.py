"""Plant reuse of all kinds with known spans into invented articles or into a corpus of the user's own.

    python -m benchmarks.planted OUT --articles 10000 --base invented --seed 1

writes to the folder OUT: `articles.jsonl`; `gold.jsonl`, the labels (clusters carry `plant`, `edit_rate`,
`ocr_rate` and `words` besides, and have the undamaged source as their first member); and `planted.json`, the
settings and counts. The same settings give the same bytes.
A corpus of the user's own has reuse of its own, which no label names.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
import msgspec
import numpy as np

from benchmarks.planting.damage import WORD
from benchmarks.planting.given import Given
from benchmarks.planting.invented import Invented, published
from benchmarks.planting.language import Counts, Language
from benchmarks.planting.ledger import Ledger
from benchmarks.planting.page import Page
from benchmarks.planting.plan import Plan, Settings, make_plan
from benchmarks.planting.press import Press
from benchmarks.planting.prose import Shape, Text

INVENTED = "invented"
DATES, APART = 10, 11  # purposes of generators of random numbers
WIRE_LAG_MINUTES = 360.0
APART_WORDS = (15, 100)
SORTS = ("must_not", "pair", "story", "text")
# Articles that are printed by one process in a row, and from how many on it is worth having several.
BATCH, MANY = 250, 4_000


class Base(Protocol):
    """Articles to plant into, what the plan needs to know of them, and texts to plant."""

    size: int
    minutes: Counts | None

    @property
    def outlets(self) -> list[str]:
        """The outlet by article."""

    @property
    def families(self) -> Mapping[str, str]:
        """The family by outlet, where known."""

    def donors(self, count: int) -> list[Text]:
        """Return texts that are no articles."""

    def articles(self) -> Iterator[dict[str, Any]]:
        """Yield records with at least `id`, `title` and `text`."""


def plant_invented(
    out: Path, settings: Settings, *, language: Language | None = None, shape: Shape | None = None
) -> dict[str, Any]:
    """Write a planted corpus of invented articles to the folder `out`; return what `planted.json` says."""
    base = Invented(settings.articles, settings.seed, language=language, shape=shape)
    return _write(out, settings, base, make_plan(settings, base.outlets, base.families), {"base": INVENTED})


def plant_given(out: Path, settings: Settings, path: Path, *, shrink: bool = False) -> dict[str, Any]:
    """Write the corpus at `path` with plants to the folder `out`; return what `planted.json` says.

    Texts to plant are taken from articles that are left out. With `shrink`, fewer than `settings.articles`
    may be written, as many as the file has room for.

    Raises `ValueError` when the file has too few articles, `OSError` when it cannot be read.
    """
    base = Given(path, settings.seed)
    settings, plan = _fit(base, settings, shrink=shrink)
    return _write(out, settings, base, plan, {"base": path.name, "skipped": base.skipped})


def _fit(base: Given, settings: Settings, *, shrink: bool) -> tuple[Settings, Plan]:
    """Return the settings and plan for the most articles, up to those asked for, that leave donors enough."""
    size = min(settings.articles, base.available) if shrink else settings.articles
    while 0 < size <= base.available:
        base.fit(size)
        fitted = replace(settings, articles=size)
        plan = make_plan(fitted, base.outlets, base.families)
        lacking = len(plan.plants) - base.spare
        if lacking <= 0:
            return fitted, plan
        if not shrink:
            break
        size -= (lacking + 1) // 2
    raise ValueError(f"{base.available} usable articles are too few for {settings.articles} and texts to plant")


def _write(out: Path, settings: Settings, base: Base, plan: Plan, facts: Mapping[str, Any]) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    edition = _Edition(settings, base, plan)
    counts = _write_lines(out / "articles.jsonl", edition.articles())
    counts += _write_lines(out / "gold.jsonl", edition.ledger.records())
    said = {"schema": 1, **facts, "settings": asdict(settings), "counts": dict(sorted(counts.items()))}
    (out / "planted.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return said


def _write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Write records as they come; return how many of each sort. The file appears when all are written."""
    beside, counts = path.with_suffix(".part"), Counter[str]()
    with beside.open("wb") as file:
        for record in records:
            file.write(msgspec.json.encode(record) + b"\n")
            counts[record.get("plant") or next(sort for sort in SORTS if sort in record)] += 1
    beside.replace(path)
    return counts


Sheet = tuple[int, dict[str, Any]]
_press: Press


def _batches(sheets: Iterator[Sheet]) -> Iterator[list[Sheet]]:
    while batch := list(itertools.islice(sheets, BATCH)):
        yield batch


def _print(press: Press, batch: list[Sheet]) -> list[tuple[str, Page]]:
    return [press.page(slot, record["title"] or "", record["text"]) for slot, record in batch]


def _take(press: Press) -> None:
    """Keep the press in a process of a pool."""
    global _press
    _press = press


def _print_here(batch: list[Sheet]) -> list[tuple[str, Page]]:
    return _print(_press, batch)


def _beside(batch: list[Sheet], made: list[tuple[str, Page]]) -> Iterator[tuple[dict[str, Any], str, Page]]:
    return ((record, title, page) for (_, record), (title, page) in zip(batch, made, strict=True))


class _Edition:
    """The articles of a plan, and with them the ledger of what stands where."""

    def __init__(self, settings: Settings, base: Base, plan: Plan) -> None:
        self._seed, self._base, self._size = settings.seed, base, settings.articles
        self._press = Press(settings, plan, base.donors(len(plan.plants)))
        self._minutes = _wire_dates(base.minutes, plan, settings.seed)
        self._apart = {slot: group for group, pair in enumerate(plan.apart) for slot in pair}
        rng = np.random.default_rng([settings.seed, APART])
        self._apart_words = _log_uniform(APART_WORDS, len(plan.apart), rng)
        self.ledger = Ledger(base.outlets, self._press.stories, dated=base.minutes is not None)

    def articles(self) -> Iterator[dict[str, Any]]:
        """Yield the finished records in order."""
        for slot, (record, title, page) in enumerate(self._printed()):
            self.ledger.add(record["id"], page)
            if slot in self._apart:
                self._keep_apart(slot, page, record["text"])
            record.update(title=title, text=page.text)
            if self._minutes is not None:
                record["published"] = published(int(self._minutes[slot]))
            yield record

    def _printed(self) -> Iterator[tuple[dict[str, Any], str, Page]]:
        """Yield the records of the base in order, each with its title and page, printed by as many processes as there
        are processors; a page depends on its slot and text alone."""
        batches = _batches(enumerate(self._base.articles()))
        jobs = os.cpu_count() or 1
        if jobs == 1 or self._size < MANY or sys.platform != "linux":
            for batch in batches:
                yield from _beside(batch, _print(self._press, batch))
            return
        # forked, so that the press is not carried over
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, context, initializer=_take, initargs=(self._press,)) as pool:
            waiting = deque[tuple[list[Sheet], Future[list[tuple[str, Page]]]]]()
            for batch in batches:
                waiting.append((batch, pool.submit(_print_here, batch)))
                if len(waiting) > 2 * jobs:
                    sheets, made = waiting.popleft()
                    yield from _beside(sheets, made.result())
            for sheets, made in waiting:
                yield from _beside(sheets, made.result())

    def _keep_apart(self, slot: int, page: Page, text: str) -> None:
        """Enter a stretch of an article that shares nothing, as long as that of its partner."""
        group = self._apart[slot]
        found = list(WORD.finditer(text))
        words = min(int(self._apart_words[group]), len(found))
        first = int(np.random.default_rng([self._seed, APART, slot]).integers(0, len(found) - words + 1))
        start, end = found[first].start(), found[first + words - 1].end()
        self.ledger.keep_apart(group, slot, page.body + start, page.body + end)


def _wire_dates(minutes: Counts | None, plan: Plan, seed: int) -> Counts | None:
    """Return the minutes with each wire story first at its first carrier, at the others hours later."""
    if minutes is None:
        return None
    rng, moved = np.random.default_rng([seed, DATES]), minutes.copy()
    for plant in plan.plants:
        if plant.kind == "wire":
            lags = 1 + rng.exponential(WIRE_LAG_MINUTES, len(plant.slots) - 1)
            moved[list(plant.slots[1:])] = moved[plant.slots[0]] + np.ceil(lags).astype(np.int64)
    return moved


def _log_uniform(limits: tuple[int, int], count: int, rng: np.random.Generator) -> Counts:
    low, high = np.log(limits).tolist()
    return np.exp(rng.uniform(low, high, count)).astype(np.int64)


Command = TypeVar("Command", bound=Callable[..., Any])


def _rate(help_text: str, kind: str) -> Callable[[Command], Command]:
    default = getattr(Settings(), kind)
    name = f"--{kind.replace('_', '-')}"
    return click.option(name, type=click.FloatRange(0, 1), default=default, show_default=True, help=help_text)


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--articles", type=click.IntRange(2), help="Articles to write. [10000, or what BASE has room for]")
@click.option("--base", default=INVENTED, show_default=True, help="`invented`, or a file of articles (JSONL).")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--edit-rate",
    "edit_rates",
    type=click.FloatRange(0, 1),
    multiple=True,
    default=Settings().edit_rates,
    show_default=True,
    help="Edits per word of copies; give it once for each rate wanted.",
)
@click.option(
    "--ocr-rate",
    "ocr_rates",
    type=click.FloatRange(0, 1),
    multiple=True,
    default=Settings().ocr_rates,
    show_default=True,
    help="Misread characters of copies; give it once for each rate wanted.",
)
@_rate("Share of articles that carry a wire story.", "wire")
@_rate("Share of articles that carry a foreign passage.", "passage")
@_rate("Share of articles that carry a quotation.", "quotation")
@_rate("Share of articles that carry a caption.", "caption")
@_rate("Share of articles that carry a stock phrase.", "stock")
@_rate("Share of its family's pages that carry a piece of furniture.", "furniture")
@_rate("Groups of spans that must not be linked, per article.", "must_not")
@_rate("Share of figures that change in edited copies.", "figures")
@click.option("--article-words", type=click.FloatRange(20), default=Shape().words, show_default=True)
@click.option("--phrase-share", type=click.FloatRange(0, 0.89), default=Language().phrase_share, show_default=True)
@click.option("--phrase-slope", type=click.FloatRange(0, 3), default=Language().phrase_slope, show_default=True)
def main(out: Path, base: str, articles: int | None, **others: Any) -> None:
    """Write a planted corpus to the folder OUT.

    The last three options shape invented articles: median words, the share of fixed phrases among what texts
    are made of, and the exponent of the law of their use.
    """
    words = others.pop("article_words")
    shape = Shape(words=words, least=min(Shape().least, round(words / 2)))
    language = Language(phrase_share=others.pop("phrase_share"), phrase_slope=others.pop("phrase_slope"))
    settings = Settings(articles=articles or (Settings().articles if base == INVENTED else sys.maxsize), **others)
    try:
        if base == INVENTED:
            said = plant_invented(out, settings, language=language, shape=shape)
        else:
            said = plant_given(out, settings, Path(base), shrink=articles is None)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(said["counts"]))


if __name__ == "__main__":
    main()
