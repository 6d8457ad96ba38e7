"""`dedup index`: a persistent index from the command line, JSON lines in and out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from dedup.errors import InputError
from dedup.options import READING, reading_options

if TYPE_CHECKING:
    from dedup.config import ReadConfig
    from dedup.index.answers import Answer
    from dedup.index.index import Index
    from dedup.model import Document, DocumentCluster, PassageCluster
    from dedup.readers import ReadLog

UNREAD = 3

PLACE = click.argument("place", metavar="INDEX", type=click.Path())
PATHS = click.argument("paths", nargs=-1, metavar="PATH...")


@click.group()
def index() -> None:
    """Keep documents in an index and compare what arrives with them.

    Start with:  dedup index add news.idx articles.jsonl
    """


@index.command()
@PLACE
@PATHS
@click.option("--follow", is_flag=True, help="Read JSON lines from standard input, answer and commit each at once.")
@click.option("--batch", type=click.IntRange(1), default=1000, show_default=True, help="Documents a commit.")
@click.option("--preset", type=click.Choice(["news", "ocr"]), help="For a new index: clean or recognised text.")
@click.option("--config", type=click.Path(dir_okay=False), help="For a new index: TOML file with settings.")
@click.option("-q", "--quiet", is_flag=True, help="Print no answers.")
@reading_options
def add(place: str, paths: tuple[str, ...], **options: Any) -> None:
    """Add documents of files, folders or '-'; print for each what it shares with others, a line of JSON each.

    A known id with another text replaces the document. The index is made when it is not there.
    """
    from dedup.config import Config
    from dedup.index import Index

    if bool(paths) == options["follow"]:
        raise click.UsageError("name files or folders, or give --follow to read standard input line by line")
    config = Config.from_toml(options["config"]) if options["config"] else None
    if options["preset"] and config is None:
        config = Config.for_preset(options["preset"])
    with Index.open(place, config=config) as opened:
        if options["follow"]:
            complete = _follow(opened, _read_config(options), quiet=options["quiet"])
        else:
            complete = _add_all(opened, paths, options)
    sys.exit(0 if complete else UNREAD)


def _add_all(opened: Index, paths: Sequence[str], options: dict[str, Any]) -> bool:
    """Add everything at paths; return whether all was read."""
    from dedup.readers import ReadLog

    log = ReadLog()
    for batch in _batches(_documents(paths, options, log), options["batch"]):
        answer = opened.add(batch)
        if not options["quiet"]:
            _print(answer)
    _tell(log.messages())
    return log.complete


def _follow(opened: Index, read: ReadConfig, *, quiet: bool) -> bool:
    """Add standard input line by line, flushing each answer; return whether every line was a document."""
    import msgspec

    from dedup.readers import ReadLog, read_records

    complete = True
    # one byte beyond the limit tells a line that is too long from one that just fits
    most = read.max_document_bytes + 1
    while line := sys.stdin.buffer.readline(most):
        if not line.strip():
            continue
        log = ReadLog()
        try:
            record = msgspec.json.decode(line)
            documents = list(read_records([record], read, log)) if len(line) < most else []
            problems = log.messages() if not documents else ()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            documents, problems = [], (f"no JSON: {error}",)
        if documents:
            answer = opened.add(documents)
            if not quiet:
                _print(answer)
            continue
        complete = False
        click.echo(json.dumps({"schema": 1, "error": "; ".join(problems) or "the line is too long"}))
        sys.stdout.flush()
    return complete


@index.command()
@PLACE
@PATHS
@click.option("--since", metavar="DATE", help="Only documents dated then or later.")
@click.option("--until", metavar="DATE", help="Only documents dated before.")
@click.option("--outlet-not", metavar="NAME", multiple=True, help="No documents of this outlet.")
@click.option("--batch", type=click.IntRange(1), default=1000, show_default=True, help="Documents asked at once.")
@reading_options
def query(place: str, paths: tuple[str, ...], **options: Any) -> None:
    """Print what documents of files, folders or '-' share with those of the index, without adding them."""
    from dedup.index import Index
    from dedup.readers import ReadLog

    if not paths:
        raise click.UsageError("name files or folders, or '-' for standard input")
    log = ReadLog()
    with Index.open(place, mode="r") as opened:
        for batch in _batches(_documents(paths, options, log), options["batch"]):
            asked = {k: options[k] for k in ("since", "until", "outlet_not")}
            _print(opened.query(batch, **asked))
    _tell(log.messages())
    sys.exit(0 if log.complete else UNREAD)


@index.command()
@PLACE
@click.argument("ids", nargs=-1, metavar="ID...")
def remove(place: str, ids: tuple[str, ...]) -> None:
    """Remove documents by id; '-' reads ids from standard input, one a line."""
    from dedup.index import Index

    wanted = [line.rstrip("\r\n") for line in sys.stdin] if ids == ("-",) else list(ids)
    with Index.open(_existing(place)) as opened:
        click.echo(json.dumps({"removed": opened.remove(wanted)}))


@index.command()
@PLACE
@click.option("--before", required=True, metavar="DATE", help="Documents dated before are removed.")
def expire(place: str, before: str) -> None:
    """Remove documents dated before a point in time; those without a date stay."""
    from dedup.index import Index

    with Index.open(_existing(place)) as opened:
        click.echo(json.dumps({"removed": opened.expire(before)}))


@index.command()
@PLACE
def compact(place: str) -> None:
    """Write the index anew without what was removed, in order of time."""
    from dedup.index import Index

    with Index.open(_existing(place)) as opened:
        opened.compact()
        click.echo(json.dumps(opened.stats().to_dict()))


@index.command()
@PLACE
def verify(place: str) -> None:
    """Read everything and compare it with its checksums."""
    from dedup.index import Index

    with Index.open(place, mode="r") as opened:
        click.echo(json.dumps(opened.verify().to_dict()))


@index.command()
@PLACE
def stats(place: str) -> None:
    """Print the index in numbers."""
    from dedup.index import Index

    with Index.open(place, mode="r") as opened:
        click.echo(json.dumps(opened.stats().to_dict()))


@index.command()
@PLACE
@click.option("-o", "--out", metavar="OUT", help="Write the results of a scan to this folder as well.")
def clusters(place: str, out: str | None) -> None:
    """Print the clusters that one scan of all documents finds, with handles that last; takes as long as a scan."""
    from pathlib import Path

    from dedup.index import Index
    from dedup.store.results import line, write_results

    with Index.open(_existing(place)) as opened:
        found = opened.clusters()
    records: list[PassageCluster | DocumentCluster] = [*found.result.passages, *found.result.documents]
    for record in records:
        handle = found.handles[record.cluster_id]
        more = {"handle": handle, "split_from": found.split_from.get(handle), "as_of": found.as_of}
        _write({**json.loads(line(record)), **more})
    for ended, heir in sorted(found.merged_into.items()):
        _write({"schema": 1, "handle": ended, "merged_into": heir, "as_of": found.as_of})
    if out is not None:
        write_results(found.result, Path(out))


def _existing(place: str) -> str:
    """Return the path of an index that must be there: only `add` makes one."""
    from dedup.index import Index

    Index.open(place, mode="r").close()
    return place


def _read_config(options: dict[str, Any]) -> ReadConfig:
    from dedup.config import ReadConfig

    return ReadConfig(**{k: options[k] for k in READING if options.get(k)})


def _documents(paths: Sequence[str], options: dict[str, Any], log: ReadLog) -> Iterator[Document]:
    """Return the documents at paths; an id that comes again stands for the same document, changed."""
    from dedup.readers import read_documents
    from dedup.readers.ids import FreeIds

    try:
        return read_documents([*paths], _read_config(options), log, ids=FreeIds())
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}; name a file that can be read") from error


def _batches(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    """Yield documents in lists of a size; the last one may be shorter."""
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _print(answer: Answer) -> None:
    """Print a line for each document asked about."""
    from dedup.store.results import line

    matches: dict[str, list[Any]] = {doc_id: [] for doc_id in answer.asked}
    for match in answer.matches:
        plain = json.loads(line(match))
        plain.pop("schema")
        matches[match.right.doc_id].append(plain)
    became = {
        doc_id: status
        for status, ids in (("added", answer.added), ("replaced", answer.replaced), ("unchanged", answer.unchanged))
        for doc_id in ids
    }
    for doc_id in answer.asked:
        about = {"schema": 1, "doc_id": doc_id, "status": became.get(doc_id), "as_of": answer.as_of}
        _write({**about, "matches": matches[doc_id]})
    sys.stdout.flush()


def _write(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def _tell(messages: Iterable[str]) -> None:
    for message in messages:
        click.echo(f"dedup: {message}", err=True)
