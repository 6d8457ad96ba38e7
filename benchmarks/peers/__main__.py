"""Compare `dedup scan --only documents` with other tools: raw articles to clusters of near-duplicates.

    python -m benchmarks.peers CORPUS [CORPUS]… --out TABLES --environments FOLDER

CORPUS is a folder that `benchmarks.planted` wrote. Each tool runs in an environment of its own, made in FOLDER when it
is not there, as a process of its own; wall and CPU seconds are those of the process and its children, peak memory is
that of the largest of them.
Each peer runs at its usual setting (Jaccard similarity 0.5), then at lower ones until it finds as many of the labelled
near-duplicates as `dedup` less 0.01: its fastest setting that does. Recall is over the labelled pairs; precision is the
share of all pairs inside clusters whose documents are of one planted story.
TABLES.md and TABLES.json are written.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
# Threshold, bands and rows of 128 values: the first is usual, each further one finds more.
SETTINGS = ((0.5, 32, 4), (0.2, 64, 2), (0.12, 64, 2), (0.08, 64, 2))
# Recall by which a setting may fall short of ours.
SHORT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Pairs that are near-duplicates, and the story of each document."""

    pairs: list[tuple[str, str]]
    stories: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a tool found in a corpus at a setting (threshold, bands and rows), and what it took."""

    tool: str
    setting: str
    articles: int
    wall: float
    cpu: float
    peak_mb: float
    recall: float
    precision: float | None
    clusters: int


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


def timed(command: Sequence[str | Path]) -> tuple[float, float, float]:
    """Run a command; return its wall and CPU seconds, those of its children included, and the peak of memory (MB)."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(list(command), stdout=said, stderr=said, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 3):
            said.seek(0)
            raise click.ClickException(f"{command[0]}: {said.read().decode(errors='replace')[-2000:]}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return round(wall, 2), round(usage.ru_utime + usage.ru_stime, 2), round(usage.ru_maxrss / scale, 1)


def own_run(corpus: Path, labels: Labels) -> Run:
    """Run `dedup`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report"
        command: list[str | Path] = [
            Path(sys.executable).with_name("dedup"),
            "scan",
            corpus / "articles.jsonl",
            "-o",
            out,
        ]
        took = timed([*command, "--only", "documents", "--no-texts", "--quiet"])
        lines = (out / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    clusters = [[m["doc_id"] for m in json.loads(line)["members"]] for line in lines]
    return _run("dedup", "as it is", took, clusters, labels)


def peer_run(python: Path, peer: str, setting: tuple[float, int, int], corpus: Path, labels: Labels) -> Run:
    """Run a peer at a setting."""
    threshold, bands, rows = setting
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "clusters.jsonl"
        script = f"benchmarks.peers.use_{peer.replace('-', '_')}"
        command: list[str | Path] = [python, "-m", script, corpus / "articles.jsonl", out]
        took = timed([*command, "--threshold", str(threshold), "--bands", str(bands), "--rows", str(rows)])
        clusters = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return _run(peer, f"J ≥ {threshold}, {bands} × {rows}", took, clusters, labels)


def _run(
    tool: str, setting: str, took: tuple[float, float, float], clusters: Sequence[Sequence[str]], labels: Labels
) -> Run:
    recall, precision = score(clusters, labels)
    return Run(
        tool=tool,
        setting=setting,
        articles=len(labels.stories),
        wall=took[0],
        cpu=took[1],
        peak_mb=took[2],
        recall=round(recall, 4),
        precision=None if precision is None else round(precision, 4),
        clusters=len(clusters),
    )


def runs(corpus: Path, environments: Path, peers: Sequence[str]) -> Iterator[Run]:
    """Yield our run, then those of each peer from its usual setting to the first that finds as much."""
    labels = read_labels(corpus / "gold.jsonl")
    own = own_run(corpus, labels)
    yield own
    for peer in peers:
        python = environment(environments, peer)
        # text-dedup compares no pair: only other bands change what it finds
        for setting in SETTINGS[:2] if peer == "text-dedup" else SETTINGS:
            run = peer_run(python, peer, setting, corpus, labels)
            yield run
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
        precision = "–" if r.precision is None else f"{r.precision:.3f}"
        ours = own[r.articles]
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
def main(corpora: Sequence[Path], out: Path, environments: Path, peers: Sequence[str]) -> None:
    """Run all tools on each of CORPORA, planted corpora, and write the tables."""
    about, found = machine(), []
    out.parent.mkdir(parents=True, exist_ok=True)
    for corpus in corpora:
        for run in runs(corpus.resolve(), environments, peers):
            found.append(run)
            _write(out, about, found)
            click.echo(f"{run.tool} {run.setting}: recall {run.recall}, {run.wall} s", err=True)


def _write(out: Path, about: dict[str, Any], found: Sequence[Run]) -> None:
    """Write both tables; after every run, so that what was measured is kept when the rest is broken off."""
    note = ", ".join(f"{name} {value}" for name, value in about.items() if name != "peers")
    write_text(out.with_suffix(".md"), f"{note}\n\n{table(found)}")
    write_text(out.with_suffix(".json"), json.dumps({**about, "runs": [asdict(r) for r in found]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
