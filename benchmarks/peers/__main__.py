"""Compare `dedup scan --only documents` with other tools: raw articles to clusters of near-duplicates.

    python -m benchmarks.peers CORPUS [CORPUS]… --out TABLES --environments FOLDER [--patience TIMES]

CORPUS is a folder that `benchmarks.planted` wrote. Each tool runs in an environment of its own, made in FOLDER when it
is not there, as a process of its own; wall and CPU seconds are those of the process and its children, peak memory is
that of the largest of them.
On the first corpus each peer runs at its usual setting (Jaccard similarity 0.5 of 5-word shingles), then at others that
find more until it finds as many of the labelled near-duplicates as `dedup` less 0.01: its fastest setting that does. On
further corpora it runs at that one alone, or at the one that found most. A run that takes `--patience` times our wall
time is stopped, and its row says so. Recall is over the labelled pairs; precision is the share of all pairs inside
clusters whose documents are of one planted story.
TABLES.md and TABLES.json are written after each run.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click

from dedup.store.atomic import write_text

ROOT = Path(__file__).resolve().parents[2]
NEAR = ("duplicate", "contains", "contained")
# What is installed for each peer.
PEERS = {
    "datasketch": ("datasketch==2.0.0", "xxhash"),
    "text-dedup": ("text-dedup==0.4.0",),
    "gaoya": ("gaoya==0.2.2",),
    "rensa": ("rensa==0.5.0",),
}


class Setting(NamedTuple):
    """Threshold, bands and rows of 128 values, words of a shingle."""

    threshold: float
    bands: int
    rows: int
    shingle: int

    def __str__(self) -> str:
        return f"J ≥ {self.threshold}, {self.bands} × {self.rows}, {self.shingle} words"


# The first is usual, each further one finds more, or as much with fewer that are wrong. Shingles of two or three words
# tell planted near-duplicates from chance best: the Jaccard similarity of the hardest tenth is 1.9 times the highest of
# 1,500 pairs taken at random, of five words 1.8 times, of one 0.9.
SETTINGS = (
    Setting(0.5, 32, 4, 5),
    Setting(0.2, 64, 2, 5),
    Setting(0.2, 64, 2, 3),
    Setting(0.12, 64, 2, 3),
    Setting(0.12, 64, 2, 5),
    Setting(0.08, 64, 2, 5),
)
# A peer that compares no pair: only other bands and shingles change what it finds.
UNVERIFIED = {"text-dedup": (SETTINGS[0], SETTINGS[2], SETTINGS[1])}
# Seconds of the longest limit, as of none.
LONGEST = 1e6
# Recall by which a setting may fall short of ours.
SHORT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Pairs that are near-duplicates, and the story of each document."""

    pairs: list[tuple[str, str]]
    stories: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a tool found in a corpus at a setting, and what it took; of one that was `stopped` only for how long."""

    tool: str
    setting: str
    articles: int
    wall: float
    cpu: float
    peak_mb: float
    recall: float
    precision: float | None
    clusters: int
    stopped: bool = False


def read_labels(path: Path) -> Labels:
    """Return the labels of a planted corpus."""
    pairs, stories = [], {}
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record.get("relation") in NEAR:
            pairs.append(tuple(record["pair"]))
        elif "story" in record:
            stories[record["doc_id"]] = record["story"]
    return Labels(pairs=pairs, stories=stories)


def score(clusters: Sequence[Sequence[str]], labels: Labels) -> tuple[float, float | None]:
    """Return the recall of labelled pairs, and of all pairs in clusters the share that are of one story.

    >>> labels = Labels(pairs=[("a", "b"), ("c", "d")], stories={"a": "1", "b": "1", "c": "2", "d": "2"})
    >>> score([["a", "b", "c"]], labels)
    (0.5, 0.3333333333333333)
    """
    of: dict[str, set[int]] = {}
    for number, members in enumerate(clusters):
        for doc_id in members:
            of.setdefault(doc_id, set()).add(number)
    none: set[int] = set()
    found = sum(bool(of.get(a, none) & of.get(b, none)) for a, b in labels.pairs)
    same = sum(n * (n - 1) for c in clusters for n in Counter(labels.stories[d] for d in c).values())
    pairs = sum(len(c) * (len(c) - 1) for c in clusters)
    return found / max(1, len(labels.pairs)), same / pairs if pairs else None


def environment(folder: Path, peer: str) -> Path:
    """Return the interpreter of a peer's environment, which is made when it is not there."""
    python = folder.absolute() / peer / "bin" / "python"
    if not python.exists():
        click.echo(f"installing {peer} into {folder / peer}", err=True)
        subprocess.run([sys.executable, "-m", "venv", folder / peer], check=True)
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PEERS[peer]], check=True)
    return python


class Took(NamedTuple):
    """Wall and CPU seconds of a process, its children included, its peak of memory (MB), and whether it ended."""

    wall: float
    cpu: float
    peak_mb: float
    ended: bool = True


def timed(command: Sequence[str | Path], limit: float = float("inf")) -> Took:
    """Run a command, for `limit` seconds at most; of what is stopped then, CPU time and memory may lack children.

    Raises `click.ClickException` with what a command said that fails.
    """
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(list(command), stdout=said, stderr=said, cwd=ROOT, start_new_session=True)
        timer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL)) if limit < LONGEST else None
        if timer is not None:
            timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        if timer is not None:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = process.returncode != -signal.SIGKILL or wall < limit
        if ended and process.returncode not in (0, 3):
            said.seek(0)
            raise click.ClickException(f"{command[0]}: {said.read().decode(errors='replace')[-2000:]}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    cpu = usage.ru_utime + usage.ru_stime
    return Took(round(wall, 2), round(cpu, 2), round(usage.ru_maxrss / scale, 1), ended)


def own_run(corpus: Path, labels: Labels) -> Run:
    """Run `dedup`, which writes its clusters and pairs and no page, as the peers do."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report"
        command: list[str | Path] = [Path(sys.executable).with_name("dedup"), "scan", corpus / "articles.jsonl"]
        took = timed([*command, "-o", out, "--only", "documents", "--format", "jsonl", "--no-texts", "--quiet"])
        lines = (out / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    clusters = [[m["doc_id"] for m in json.loads(line)["members"]] for line in lines]
    return _run("dedup", "as it is", took, clusters, labels)


def peer_run(
    python: Path, peer: str, setting: Setting, corpus: Path, labels: Labels, limit: float = float("inf")
) -> Run:
    """Run a peer at a setting, for `limit` seconds at most."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "clusters.jsonl"
        script = f"benchmarks.peers.use_{peer.replace('-', '_')}"
        command: list[str | Path] = [python, "-m", script, corpus / "articles.jsonl", out]
        options = [word for name, value in setting._asdict().items() for word in (f"--{name}", str(value))]
        took = timed([*command, *options], limit)
        clusters = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] if took.ended else []
    return _run(peer, str(setting), took, clusters, labels)


def _run(tool: str, setting: str, took: Took, clusters: Sequence[Sequence[str]], labels: Labels) -> Run:
    recall, precision = score(clusters, labels)
    return Run(
        tool=tool,
        setting=setting,
        articles=len(labels.stories),
        wall=took.wall,
        cpu=took.cpu,
        peak_mb=took.peak_mb,
        recall=round(recall, 4),
        precision=None if precision is None else round(precision, 4),
        clusters=len(clusters),
        stopped=not took.ended,
    )


def runs(
    corpus: Path, environments: Path, peers: Sequence[str], chosen: dict[str, Setting], patience: float
) -> Iterator[Run]:
    """Yield our run, then those of each peer: at the setting chosen for it, else at all up to the first that finds as
    much, which is put into `chosen`. What takes `patience` times our wall time is stopped."""
    labels = read_labels(corpus / "gold.jsonl")
    own = own_run(corpus, labels)
    yield own
    for peer in peers:
        python = environment(environments, peer)
        most = -1.0
        for setting in (chosen[peer],) if peer in chosen else UNVERIFIED.get(peer, SETTINGS):
            run = peer_run(python, peer, setting, corpus, labels, patience * own.wall)
            yield run
            if run.recall > most:
                most, chosen[peer] = run.recall, setting
            if run.recall >= own.recall - SHORT:
                break


def table(found: Sequence[Run]) -> str:
    """Return the runs as a table in Markdown; ratios are to our run on the same corpus."""
    lines = [
        "| articles | tool | setting | recall | precision | wall s | CPU s | peak MB | wall, ours 1 | CPU, ours 1 |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    own = {run.articles: run for run in found if run.tool == "dedup"}
    for r in found:
        ours = own[r.articles]
        if r.stopped:
            ratio = f"> {r.wall / ours.wall:.1f}"
            lines.append(f"| {r.articles:,} | {r.tool} | {r.setting} | – | – | > {r.wall} | – | – | {ratio} | – |")
            continue
        precision = "–" if r.precision is None else f"{r.precision:.3f}"
        lines.append(
            f"| {r.articles:,} | {r.tool} | {r.setting} | {r.recall:.3f} | {precision} | {r.wall} | {r.cpu} "
            f"| {r.peak_mb:.0f} | {r.wall / ours.wall:.1f} | {r.cpu / ours.cpu:.1f} |"
        )
    return "\n".join(lines) + "\n"


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, cores, how busy they are, interpreter, versions."""
    import numpy

    from dedup import __version__

    model = ""
    if Path("/proc/cpuinfo").exists():
        names = [
            s for s in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if s.startswith("model name")
        ]
        model = names[0].split(":")[1].strip() if names else ""
    return {
        "processor": model or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "dedup": __version__,
        "peers": {peer: list(needed) for peer, needed in PEERS.items()},
    }


@click.command()
@click.argument("corpora", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Tables, without suffix.")
@click.option("--environments", default=Path("build/peers"), show_default=True, type=click.Path(path_type=Path))
@click.option("--peer", "peers", multiple=True, type=click.Choice(list(PEERS)), default=list(PEERS))
@click.option("--patience", type=float, default=100.0, show_default=True, help="Our wall times until a run is stopped.")
def main(corpora: Sequence[Path], out: Path, environments: Path, peers: Sequence[str], patience: float) -> None:
    """Run all tools on each of CORPORA, planted corpora, and write the tables."""
    about, found = machine(), []
    chosen: dict[str, Setting] = {}
    out.parent.mkdir(parents=True, exist_ok=True)
    for corpus in corpora:
        for run in runs(corpus.resolve(), environments, peers, chosen, patience):
            found.append(run)
            _write(out, about, found)
            click.echo(f"{run.tool} {run.setting}: recall {run.recall}, {run.wall} s, {run.cpu} CPU s", err=True)


def _write(out: Path, about: dict[str, Any], found: Sequence[Run]) -> None:
    """Write both tables; after every run, so that what was measured is kept when the rest is broken off."""
    note = ", ".join(f"{name} {value}" for name, value in about.items() if name != "peers")
    write_text(out.with_suffix(".md"), f"{note}\n\n{table(found)}")
    write_text(out.with_suffix(".json"), json.dumps({**about, "runs": [asdict(r) for r in found]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
