"""The report as HTML: one file, with side pages where it would grow too large; readable without JavaScript."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import msgspec
from markupsafe import Markup

from dedup import workers
from dedup.errors import StoreError
from dedup.model import SCOPES, ScanResult
from dedup.report import labels
from dedup.report.cards import document_card, facets, passage_card, reading_card, row_line
from dedup.report.catalogue import MOST_CARDS, PER_PAGE, Catalogue, Layout
from dedup.report.chunks import chunks, elements, overhead
from dedup.report.environment import ENVIRONMENT, hashed, source
from dedup.report.facts import paragraphs
from dedup.report.markup import text
from dedup.report.passages import document_view, passage_view, row_view
from dedup.report.plots import calendar_plot, matrix
from dedup.report.prepared import Prepared, ReportOptions, prepare
from dedup.report.reading import Place, all_places, reading_views
from dedup.report.tables import methods, most_reused, pair_views, suppressed_groups
from dedup.store.atomic import write_text

BUDGET_BYTES: Final = 10_000_000
_DOCUMENTS_PART: Final = 0.06
_READING_PART: Final = 0.08
_INDEX_PART: Final = 0.76
_RESERVE: Final = 8000
"""Bytes kept for the sentences that say what is elsewhere."""
_ELEMENTS: Final = 100_000
"""Elements of the main page in passages and texts, as a browser's time goes with their number."""
_LEAST_ELEMENTS: Final = 20_000
"""Elements for what stands in whole, however many lines there are: some 60 wide passages, or 200 of two carriers."""
_READING_ELEMENTS: Final = 0.2
"""Part of these elements that whole texts may take; they have many marks."""
_LINE_ELEMENTS: Final = 5
"""Elements that a line counts as: it is one, but is searched and sorted as well."""
_ROWS: Final = 1000
"""Lines that a process makes at a time."""
_HOLE: Final = "<!-- passages -->"
"""Where the template of the page has the passages; as text is escaped, it stands nowhere else."""


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The rendered pieces of the main page that compete for its size, the passages apart."""

    documents: tuple[str, ...]
    reading: tuple[str, ...]


class _Row(NamedTuple):
    """A passage as a line, and what a script filters it by."""

    line: str
    facets: str


def write_html(
    result: ScanResult | Prepared, path: Path, *, budget_bytes: int = BUDGET_BYTES, options: ReportOptions | None = None
) -> None:
    """Write the report of a scan to `path`, and what exceeds `budget_bytes` to pages in a folder beside it.

    `report.html` has its pages in `report-pages/`. Passages stand on the main page by rank: in whole as far as
    they fit, then by a line that leads to a side page. The same result gives the same bytes. Raises
    `StoreError` when a file cannot be written; an old report is then still whole.
    """
    ready = result if isinstance(result, Prepared) else prepare(result, options)
    pages = render_pages(ready, budget_bytes=budget_bytes, main=path.name)
    main = next(pages)[1]
    _replace_folder(path.parent / _folder(path.name), pages)
    write_text(path, main)


def render_html(result: ScanResult, *, budget_bytes: int = BUDGET_BYTES, options: ReportOptions | None = None) -> str:
    """Return the main page of a scan's report, as `write_html` writes it."""
    return next(render_pages(prepare(result, options), budget_bytes=budget_bytes))[1]


def render_pages(
    ready: Prepared, *, budget_bytes: int = BUDGET_BYTES, main: str = "report.html"
) -> Iterator[tuple[str, str]]:
    """Yield name and text of the main page, then of each side page that is needed."""
    start = replace(ready.known.layout, main=main, folder=_folder(main), whole=0)
    jobs = ready.options.jobs or workers.cores()
    rows = _fit(_rows(ready.known.laid_out(start), jobs), int(budget_bytes * _INDEX_PART), _row_size)
    known = ready.known.laid_out(replace(start, indexed=len(rows)))
    places = all_places(known)
    most = max(_ELEMENTS - _LINE_ELEMENTS * len(rows), _LEAST_ELEMENTS)
    reading = _fit(_readings(known, places, 1, len(places)), int(budget_bytes * _READING_PART), _size)
    reading = _fit(reading, int(most * _READING_ELEMENTS), elements)
    known = known.laid_out(replace(known.layout, readings=len(reading)))
    documents = _fit(_documents(known), int(budget_bytes * _DOCUMENTS_PART), _size)
    parts = _Parts(documents=documents, reading=reading)
    before, after = _page(ready, known, parts).split(_HOLE)
    room = budget_bytes - _RESERVE - _size(before) - sum(map(_row_size, rows)) - _size(after)
    room -= overhead(len(rows), most)
    whole = _whole(known, rows, room, most - sum(map(elements, reading)))
    known = known.laid_out(replace(known.layout, whole=len(whole)))
    yield main, "".join((before, _list(known.layout, ready.facts.passages, whole, rows), after))
    yield from _side_pages(known.laid_out(replace(known.layout, aside=True)), places, jobs)


def _whole(known: Catalogue, rows: Sequence[_Row], room: int, most: int) -> tuple[str, ...]:
    """Return the first passages in whole, as many as fit when each takes the place of its line."""
    shown = []
    for card, row in zip(_passages(known, 1, len(rows)), rows, strict=True):
        room -= _size(card) - _size(row.line)
        most -= elements(card)
        if room < 0 or most < 0:
            break
        shown.append(card)
    return tuple(shown)


def _list(layout: Layout, total: int, whole: Sequence[str], rows: Sequence[_Row]) -> str:
    """Return the list of passages: the first in whole, then lines; before it what a script filters them by."""
    said = ""
    rest = [row.line for row in rows[len(whole) :]]
    if rest:
        said = (
            f'<p class="intro">The first {labels.number(len(whole))} stand here in whole, {labels.number(len(rest))} '
            f"more as a line that leads to a page in the folder {text(layout.folder)} beside this file. Of those, the "
            "search sees the line.</p>\n"
        )
    by = "\n".join(row.facets for row in rows)
    none = "None fits into this report." if total else "No shared passages were found."
    nothing = "" if rows else f'<p class="intro">{none}</p>'
    return (
        f'{said}<script type="text/plain" id="facets">{by}</script>\n'
        f'<div id="passage-list" data-count="{len(rows)}">\n{chunks((*whole, *rest))}{nothing}</div>'
    )


def _page(ready: Prepared, known: Catalogue, parts: _Parts) -> str:
    facts, result = ready.facts, ready.result
    style, script = source("style.css"), source("script.js")
    when = ready.calendar
    return ENVIRONMENT.get_template("page.html.j2").render(
        facts=facts,
        paragraphs=paragraphs(facts),
        style=style,
        style_hash=hashed(style),
        script=script,
        script_hash=hashed(script),
        scopes=SCOPES,
        scope_labels=[labels.SCOPE_LABELS[scope] for scope in SCOPES],
        meanings=labels.KIND_MEANINGS,
        outlets=known.outlets,
        agencies=known.agencies,
        documents=Markup(chunks(parts.documents)),
        reading=Markup(chunks(parts.reading)),
        layout=known.layout,
        per_page=PER_PAGE,
        most_cards=MOST_CARDS,
        passages_total=len(known.passages),
        documents_left_out=len(known.documents) - len(parts.documents),
        readings_total=len(known.readings),
        has_texts=bool(known.texts),
        shows_text=known.shows_text,
        reused=most_reused(known),
        matrix=matrix(ready.network),
        calendar=when,
        calendar_plot=None if when is None else calendar_plot(when),
        pair_rows=pair_views(result.pairs, known),
        pair_total=len(result.pairs),
        suppressed_groups=suppressed_groups(result.suppressed),
        how=methods(result),
        version=str(result.manifest.get("dedup") or ""),
    )


def _side_pages(known: Catalogue, places: Mapping[str, Sequence[Place]], jobs: int) -> Iterator[tuple[str, str]]:
    """Yield the pages with passages and reading views that the main page has not, made by `jobs` processes."""
    layout, total = known.layout, min(len(known.passages), MOST_CARDS)

    def page(wanted: tuple[str, int, int]) -> bytes:
        sort, first, last = wanted
        if sort == "p":
            items, title = _passages(known, first, last), _range("Passages", first, last, total)
        else:
            items, title = _readings(known, places, first, last), _range("Texts", first, last, len(places))
        return _side_page(title, items, known).encode()

    pages = [("p", *block) for block in _blocks(layout.whole, total)]
    pages += [("t", *block) for block in _blocks(layout.readings, len(places))]
    for (sort, first, _), made in zip(pages, workers.in_processes(page, pages, jobs), strict=True):
        yield layout.side_page(sort, first), made.decode()


def _blocks(shown: int, total: int) -> Iterator[tuple[int, int]]:
    """Yield first and last number of each side page for what comes after the first `shown`."""
    for end in range(PER_PAGE, total + PER_PAGE, PER_PAGE):
        if end > shown and shown < total:
            yield max(end - PER_PAGE, shown) + 1, min(end, total)


def _range(noun: str, first: int, last: int, total: int) -> str:
    return f"{noun} {labels.number(first)} to {labels.number(last)} of {labels.number(total)}"


def _side_page(title: str, items: Iterable[str], known: Catalogue) -> str:
    style, script = source("style.css"), source("script.js")
    return ENVIRONMENT.get_template("side.html.j2").render(
        title=title,
        items=Markup("".join(items)),
        main=known.layout.main,
        style=style,
        style_hash=hashed(style),
        script=script,
        script_hash=hashed(script),
    )


def _passages(known: Catalogue, first: int, last: int) -> Iterator[str]:
    for number in range(first - 1, last):
        yield passage_card(passage_view(known.passages[number], known), known)


def _rows(known: Catalogue, jobs: int) -> Iterator[_Row]:
    def block(first: int) -> bytes:
        views = (row_view(known.passages[n], known) for n in range(first, min(first + _ROWS, total)))
        return msgspec.msgpack.encode([(row_line(view, known.layout), facets(view)) for view in views])

    total = min(len(known.passages), MOST_CARDS)
    for made in workers.in_processes(block, range(0, total, _ROWS), jobs):
        yield from map(_Row._make, msgspec.msgpack.decode(made, type=list[tuple[str, str]]))


def _documents(known: Catalogue) -> Iterator[str]:
    for number, cluster in enumerate(known.documents, 1):
        yield document_card(document_view(cluster, number, known), known)


def _readings(known: Catalogue, places: Mapping[str, Sequence[Place]], first: int, last: int) -> Iterator[str]:
    for view in reading_views(known, dict(islice(places.items(), first - 1, last))):
        yield reading_card(view)


def _fit(items: Iterable[_T], room: int, size: Callable[[_T], int]) -> tuple[_T, ...]:
    """Return the first items that fit into `room` bytes together."""
    kept = []
    for item in items:
        room -= size(item)
        if room < 0:
            break
        kept.append(item)
    return tuple(kept)


def _row_size(row: _Row) -> int:
    return _size(row.line) + len(row.facets) + 1


def _size(html: str) -> int:
    return len(html.encode("utf-8"))


def _folder(main: str) -> str:
    return f"{Path(main).stem}-pages"


def _replace_folder(folder: Path, pages: Iterable[tuple[str, str]]) -> None:
    """Put pages into a folder of their own, in the place of those of an earlier report; without any there is none."""
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}; choose a folder that can be written") from error
    try:
        (fresh / "new").mkdir()
        count = 0
        for name, page in pages:
            write_text(fresh / "new" / name, page)
            count += 1
        if folder.is_dir():
            folder.rename(fresh / "old")
        if count:
            (fresh / "new").rename(folder)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}; choose a folder that can be written") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
