"""The command line: parse, call, print, exit."""

from __future__ import annotations

import atexit
import gc
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from dedup import __version__
from dedup.errors import ConfigError, DedupError, InputError
from dedup.index_cli import index
from dedup.options import READING, reading_options

if TYPE_CHECKING:
    from dedup.config import Config
    from dedup.journal import Journal
    from dedup.model import ScanResult
    from dedup.report.terminal import RichProgress

KINDS = ("wire_copy", "quotation", "caption", "boilerplate", "stock_phrase", "other")
SCOPES = ("cross_outlet", "within_outlet", "within_document")
EXPORTS = ("csv", "parquet", "gexf", "passim", "sheet")
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def _internal_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print what nobody foresaw and exit with 70: Python's own 1 would mean that duplicates were found."""
    traceback.print_exception(kind, error, trace)
    click.echo("dedup: internal error; please report it with the lines above", err=True)
    raise SystemExit(70)


class _Group(click.Group):
    """A group that turns errors into one sentence on stderr and the exit status of the contract."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        sys.excepthook = _internal_error
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DedupError as error:
            click.echo(f"dedup: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("dedup: interrupted; nothing was written", err=True)
            ctx.exit(130)
        except MemoryError:
            click.echo("dedup: out of memory; scan fewer files at once", err=True)
            ctx.exit(70)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dedup")
def main() -> None:
    """Find near-duplicate and syndicated text in news.

    Start with:  dedup scan articles.jsonl
    """
    # what is alive at the end is the system's to free: Python looks at all of it for cycles first, 0.8 s after any scan
    atexit.register(gc.freeze)


def _bytes(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read a size such as 4G."""
    if value is None:
        return None
    text = value.strip().lower().removesuffix("b")
    unit = text[-1:] if text[-1:] in UNITS and not text[-1:].isdigit() else ""
    try:
        return int(float(text.removesuffix(unit)) * UNITS[unit])
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is no size; write 4G or 500M", ctx, param) from None


def _days(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Read a duration such as 7d, 36h or 2w."""
    if value is None:
        return None
    factors = {"d": 1.0, "h": 1 / 24, "w": 7.0}
    try:
        return float(value[:-1]) * factors[value[-1]]
    except (ValueError, KeyError, IndexError):
        raise click.BadParameter(f"{value!r} is no duration; write 7d, 36h or 2w", ctx, param) from None


def _scan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what is looked for."""
    for option in reversed((
        click.option("--config", type=click.Path(dir_okay=False), help="TOML file with settings."),
        click.option("--only", type=click.Choice(["documents", "passages"]), help="Leave the other results out."),
        click.option("--preset", type=click.Choice(["news", "ocr"]), help="Defaults for clean or recognised text."),
        click.option("--unit", type=click.Choice(["article", "page"]), help="A page holds many stories."),
        click.option("--jobs", type=int, metavar="N", help="Threads; all cores by default."),
        click.option("--memory", callback=_bytes, metavar="SIZE", help="Memory to stay within, such as 4G."),
        click.option("--work", type=click.Path(), help="Folder for temporary files; else beside OUT."),
        click.option("--resume", is_flag=True, help="Keep what is finished; go on where a scan with --resume stopped."),
        click.option("--engine", type=click.Choice(["local", "spark"]), default="local", help="Where to work."),
        click.option("--master", metavar="URL", help="Spark's master, such as local[2]; else as Spark is set up."),
        click.option("--partitions", type=click.IntRange(1), metavar="N", help="Parts of each step on Spark."),
        click.option("--against", type=click.Path(), help="Compare only with the documents of this path."),
        click.option("--window", callback=_days, metavar="TIME", help="Only documents this close in time: 7d, 36h."),
        click.option("--scope", type=click.Choice(SCOPES), multiple=True, help="Keep passages of this scope."),
        click.option("--kind", type=click.Choice(KINDS), multiple=True, help="Keep passages of this kind."),
        click.option("--min-words", type=int, metavar="N", help="Least matched words of a passage."),
        click.option("--min-similarity", type=float, metavar="X", help="Least share of matched words, 0 to 1."),
        click.option("--families", type=click.Path(dir_okay=False), help="Outlets of one owner: TOML or CSV."),
        click.option("--known-text", type=click.Path(), multiple=True, help="Templates to suppress, also edited."),
    )):  # fmt: skip
        command = option(command)
    return command


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--out", default="dedup-report", show_default=True, help="Folder for the results.")
@_scan_options
@reading_options
@click.option(
    "--format",
    "formats",
    type=click.Choice(["html", "jsonl", *EXPORTS]),
    multiple=True,
    help="Write only this; html and jsonl by default.",
)
@click.option("--no-texts", is_flag=True, help="Do not keep the texts of matched documents.")
@click.option(
    "--fail-on-duplicates",
    is_flag=True,
    help="Exit with 1 when near-duplicates or shared passages are found.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")
@click.option("-v", "--verbose", is_flag=True, help="A line for each stage, however short.")
def scan(paths: tuple[str, ...], out: str, **options: Any) -> None:
    """Find near-duplicates and reused passages in files, folders or '-' (standard input).

    Reads text, JSON, CSV, HTML, WARC, Parquet and Arrow, most also as .gz or .zst. Writes report.html and JSON lines
    to a folder.
    """
    config = _config(options)
    from dedup.report.exports import check_format
    from dedup.store.results import check_target, write_results

    check_target(Path(out))
    for name in options["formats"]:
        check_format(name)
    from dedup.pipeline import scan as run
    from dedup.progress import NoProgress

    _announce_compilation()
    shown = None if options["quiet"] else _shown(verbose=options["verbose"])
    progress = shown or NoProgress()
    work = Path(options["work"]) if options["work"] else _existing(Path(out).absolute().parent)
    given = {"against": options["against"], "find": _finder(options, config), "work": work}
    journal = _journal(work, config, [*paths, options["against"] or ""]) if options["resume"] else None
    try:
        result = run([*paths], config, progress=progress, journal=journal, **given)
        progress.stage("writing", None)
        formats = options["formats"]
        texts, jobs = not options["no_texts"], config.jobs or 0
        facts = write_results(result, Path(out), texts=texts, formats=formats, jobs=jobs)
        if journal is not None:
            journal.remove()
    finally:
        if shown is not None:
            shown.close()
        if journal is not None and journal.close():
            click.echo(f"dedup: what is finished is in {journal.path}; the same command goes on from there", err=True)
    if shown is not None:
        from dedup.report.terminal import print_summary

        print_summary(result, Path(out), shown.console, facts)
    _exit(result, fail=options["fail_on_duplicates"])


def _shown(*, verbose: bool) -> RichProgress:
    """Return what shows progress; its libraries take a tenth of a second to load."""
    from rich.console import Console

    from dedup.report.terminal import LEAST_SECONDS, RichProgress

    return RichProgress(Console(stderr=True), least_seconds=0.0 if verbose else LEAST_SECONDS)


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one around it that exists: the folder will be made on the same disk."""
    return next(f for f in (folder, *folder.parents) if f.is_dir())


def _journal(work: Path, config: Config, paths: list[str]) -> Journal:
    """Return the journal of a scan of some paths."""
    from dedup.journal import Journal

    return Journal(work, repr((config.fingerprint(), [str(Path(p).absolute()) for p in paths])))


def _finder(options: dict[str, Any], config: Config) -> Any:
    """Return what finds passages: this machine, or a cluster."""
    if options["engine"] == "local":
        if options["master"] or options["partitions"]:
            raise ConfigError("--master and --partitions go with --engine spark")
        from dedup.candidates import find

        return find
    if options["against"] or options["resume"]:
        name = "--against" if options["against"] else "--resume"
        raise ConfigError(f"{name} is for a scan on one machine; leave out --engine spark")
    from dedup.spark.engine import Engine, check
    from dedup.spark.session import open_session

    check(config)
    return Engine(open_session(options["master"]), options["partitions"]).find


def _announce_compilation() -> None:
    """Say once on a machine that the first run takes longer."""
    from dedup.kernels.align import align_chains
    from dedup.kernels.jit import is_compiled

    if not is_compiled(align_chains):
        click.echo("dedup: preparing for this machine, once (about 15 s) …", err=True)


def _exit(result: ScanResult, *, fail: bool) -> None:
    """Exit as the contract says: 3 where input was left unread, which wins over 1 for findings."""
    logs = [result.manifest.get(key) for key in ("reading", "reading_against", "reading_known_text")]
    if any(log and not log["complete"] for log in logs):
        sys.exit(3)
    found = result.documents or any(
        p.scope == "cross_outlet" and p.kind not in ("boilerplate", "stock_phrase") for p in result.passages
    )
    if fail and found:
        sys.exit(1)


def _config(options: dict[str, Any]) -> Config:
    """Return the configuration: preset, then file, then flags."""
    from dedup.config import Config

    preset = options.get("preset")
    config = Config.from_toml(options["config"]) if options.get("config") else Config.for_preset(preset or "news")
    if options.get("config") and preset and config.preset != preset:
        raise ConfigError(f"--preset {preset} and {options['config']} (preset {config.preset}) disagree; name one")
    reading = {k: options[k] for k in READING if options.get(k)}
    changes: dict[str, Any] = {
        k: options[k]
        for k in ("only", "unit", "jobs", "memory", "min_words", "min_similarity")
        if options.get(k) is not None
    }
    if options.get("window") is not None:
        changes["window_days"] = options["window"]
    for name in ("scope", "kind"):
        if options.get(name):
            changes[name] = tuple(options[name])
    if options.get("families") or options.get("known_text"):
        changes["furniture"] = replace(
            config.furniture,
            families=options.get("families") or config.furniture.families,
            known_text=tuple(options.get("known_text") or config.furniture.known_text),
        )
    return replace(config, read=replace(config.read, **reading), **changes)


@main.command()
@click.argument("left", metavar="A", type=click.Path())
@click.argument("right", metavar="B", type=click.Path())
@click.option(
    "--preset",
    type=click.Choice(["news", "ocr"]),
    default="news",
    help="Defaults for clean or recognised text.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a passage.")
def compare(left: str, right: str, preset: str, as_json: bool) -> None:
    """Show the passages that two text files share."""
    from dedup.comparison import compare as run
    from dedup.config import Config
    from dedup.report.matches import print_matches

    texts = [_text(left), _text(right)]
    _announce_compilation()
    matches = run(texts[0], texts[1], Config.for_preset(preset))  # type: ignore[arg-type]
    if as_json:
        from dedup.store.results import line

        for match in matches:
            sys.stdout.buffer.write(line(match))
        return
    print_matches(matches, texts[0], texts[1])


def _text(path: str) -> str:
    """Return the text of a file."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a readable text file") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        click.echo(f"dedup: {path}: byte {error.start} is no UTF-8; such bytes are read as U+FFFD", err=True)
    return raw.decode("utf-8-sig", "replace")


@main.command()
@click.argument("out", metavar="OUT", type=click.Path())
@click.option(
    "--format",
    "formats",
    type=click.Choice(["html", *EXPORTS, "corpus"]),
    multiple=True,
    help="What to write; html by default.",
)
@click.option("--full-text", is_flag=True, help="All of every text instead of snippets.")
@click.option("--redact", is_flag=True, help="Figures only: no text, title, address or changed word.")
@click.option("--sample", type=click.IntRange(0), default=100, show_default=True, help="Clusters of the sheet; 0: all.")
@click.option(
    "--keep",
    type=click.Choice(["earliest", "longest", "outlet-order"]),
    default="earliest",
    show_default=True,
    help="Which near-duplicate stays in the corpus.",
)
@click.option("--prefer", multiple=True, metavar="OUTLET", help="For outlet-order: outlets, the first best.")
@click.option("--documents", type=click.Path(), multiple=True, metavar="PATH", help="The scan's input, for the corpus.")
def report(out: str, formats: tuple[str, ...], **options: Any) -> None:
    """Write the report of a finished scan again, or its findings in another format.

    csv and parquet are tables, gexf is the network of outlets, passim its JSON, sheet a table to judge by hand for
    `dedup evaluate`, corpus the documents with one of each group of near-duplicates.
    """
    from dedup.report.exports import check_format, write_format
    from dedup.report.prepared import ReportOptions, prepare
    from dedup.store.results import read_results

    formats = formats or ("html",)
    _check_report(formats, options)
    for name in formats:
        check_format(name)
    result = read_results(Path(out))
    ready = prepare(result, ReportOptions(full_text=options["full_text"], redact=options["redact"]))
    for name in dict.fromkeys(formats):
        if name == "corpus":
            paths = _corpus(result, Path(out), options)
        else:
            paths = write_format(name, ready, Path(out), sample=options["sample"])
        for path in paths:
            click.echo(str(path))


def _check_report(formats: tuple[str, ...], options: dict[str, Any]) -> None:
    """Refuse options of `report` that contradict each other."""
    if options["full_text"] and options["redact"]:
        raise ConfigError("--full-text and --redact disagree; name one")
    if options["redact"] and {"corpus", "sheet"} & {*formats}:
        raise ConfigError("--redact leaves nothing of a corpus or sheet, which are texts; leave it out")
    if (options["keep"] == "outlet-order") != bool(options["prefer"]):
        raise ConfigError("--keep outlet-order goes with --prefer OUTLET, once an outlet, the first best")


def _corpus(result: ScanResult, out: Path, options: dict[str, Any]) -> list[Path]:
    """Write the documents that stay and those that were set aside; say how many the scan read and these are not."""
    from dedup.report.kept import kept_corpus, write_corpus

    documents = _documents(options["documents"], result) if options["documents"] else list(result.texts.values())
    if not documents:
        raise ConfigError(f"{out}: keeps no texts; name the scan's input with --documents PATH")
    missing = result.manifest["counts"]["documents"] - len(documents)
    if missing > 0:
        advice = "" if options["documents"] else "; --documents PATH, the scan's input, adds them"
        click.echo(f"dedup: {missing} documents of the scan are not in the corpus{advice}", err=True)
    return write_corpus(kept_corpus(result, documents, options["keep"], options["prefer"]), out)


def _documents(paths: tuple[str, ...], result: ScanResult) -> list[Any]:
    """Read the documents of a scan again, in the way that it read them."""
    from dedup.config import ReadConfig
    from dedup.readers import ReadLog, read_documents

    config = ReadConfig(**(result.manifest["config"].get("read") or {}))
    return sorted(read_documents([*paths], config, ReadLog()), key=lambda d: d.id)


@main.command()
@click.argument("out", metavar="OUT", type=click.Path())
@click.argument("left", metavar="DOC_A")
@click.argument("right", metavar="DOC_B")
@click.option(
    "--documents", type=click.Path(), multiple=True, metavar="PATH", help="The scan's input, for other texts."
)
@click.option("--against", type=click.Path(), multiple=True, metavar="PATH", help="The scan's reference set, likewise.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(
    out: str, left: str, right: str, documents: tuple[str, ...], against: tuple[str, ...], as_json: bool
) -> None:
    """Show why a scan linked two documents, or at which step their way ended.

    OUT is the scan's folder; DOC_A and DOC_B are ids of documents. A scan keeps the texts of documents with findings;
    for others name its input with --documents.
    """
    _announce_compilation()
    from dedup.explain import explain as run

    found = run(out, left, right, documents=documents, against=against)
    if as_json:
        from dedup.store.results import line

        sys.stdout.buffer.write(line(found))
        return
    from rich.console import Console

    from dedup.explanation.terminal import print_explanation

    print_explanation(found, Console(highlight=False))


@main.command()
@click.argument("gold", metavar="GOLD", type=click.Path())
@click.argument("out", metavar="OUT", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def evaluate(gold: str, out: str, as_json: bool) -> None:
    """Measure the results of a scan against labels."""
    import json

    from dedup.evaluate import evaluate as run
    from dedup.evaluate import format_table

    result = run(gold, out)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else format_table(result))


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@reading_options
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="Records to look at.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def inspect(paths: tuple[str, ...], limit: int, as_json: bool, **options: Any) -> None:
    """Show what a scan would read: formats, fields, dates, outlets, samples, warnings, and what it would take."""
    import json

    from dedup.readers import describe

    found = describe([*paths], _config(options).read, limit)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from rich.console import Console

    from dedup.report.inspection import print_inspection

    print_inspection(found, Console())


main.add_command(index)
