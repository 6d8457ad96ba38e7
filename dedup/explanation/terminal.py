"""`explain` on the terminal: the answer first, then every step with its figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedup.explanation.reasons import NAMES
from dedup.explanation.records import (
    STEPS,
    Aside,
    ExplainedCluster,
    ExplainedPassage,
    Explanation,
    Side,
    Step,
)
from dedup.model import Span
from dedup.report.labels import KIND_LABELS, RELATION_LABELS, label, number, plural
from dedup.report.safe import clean, line

_SHOWN: Final = 5
"""Passages that are shown in full, and clusters."""
_TEXT: Final = 220
_PASSED, _ENDED, _OPEN = ("✓", "green"), ("✗", "bold red"), ("·", "dim")
_STAGES: Final[tuple[tuple[str, tuple[Step, ...]], ...]] = (
    ("words", ("words", "against")),
    ("seeds", ("seeds",)),
    ("chains", ("chains",)),
    ("verdict", ("verdict", "min_words", "min_similarity")),
    ("clusters", ("neighbours", "clusters")),
    ("furniture", ("furniture",)),
    ("results", ("window", "filters")),
)
"""What is told as one line, and the steps that end there."""


def print_explanation(found: Explanation, console: Console) -> None:
    """Print an explanation; foreign text is printed without control characters or console markup."""
    parts: list[RenderableType] = [_answer(found), _documents(found), _steps(found)]
    shown = sorted(found.passages, key=lambda p: (-STEPS.index(p.step), -p.score, -p.features["mass"]))
    parts += [_passage(n, p) for n, p in enumerate(shown[:_SHOWN], 1)]
    if len(shown) > _SHOWN:
        parts.append(Text(f"{plural(len(shown) - _SHOWN, 'further passage')} with --json", style="dim"))
    parts += [_cluster(c, found) for c in found.clusters[:_SHOWN]]
    if len(found.clusters) > _SHOWN:
        parts.append(Text(f"{plural(len(found.clusters) - _SHOWN, 'further cluster')} with --json", style="dim"))
    parts += [_aside(a) for a in found.suppressed[:_SHOWN]]
    parts.append(_relation(found))
    if found.notes:
        parts.append(Group(Text("Read with care", style="bold yellow"), *(_indented(clean(n)) for n in found.notes)))
    spaced = [item for part in parts for item in (part, Text(""))]
    console.print(Padding(Group(*spaced[:-1]), (1, 1), expand=False))


def _answer(found: Explanation) -> Text:
    names = f"{line(found.left.doc_id, 80)} and {line(found.right.doc_id, 80)}"
    if found.linked:
        return Text.assemble((names, "bold"), " are ", ("linked", "bold green"), f": {clean(found.reason)}.")
    where = next((name for name, steps in _STAGES if found.step in steps), found.step)
    return Text.assemble(
        (names, "bold"), " are ", ("not linked", "bold red"), f". It ended at {where}: {clean(found.reason)}."
    )


def _documents(found: Explanation) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, side in (("left", found.left), ("right", found.right)):
        table.add_row(Text(name, style="dim"), Text(line(side.doc_id, 60), style="bold"), Text(_about(side)))
    return table


def _about(side: Side) -> str:
    family = f"{side.family}" + (f" ({side.family_source})" if side.family_source else "") if side.family else "unknown"
    said = [
        side.outlet or "no outlet",
        f"group {family}",
        side.published or "no date",
        plural(side.words, "word"),
        *(["reference set"] if side.reference else []),
        *([] if side.kept else ["read from the input"]),
    ]
    return line(" · ".join(said), 200)


def _steps(found: Explanation) -> Group:
    """Return a line a stage, with what happened there; behind the end of the way nothing happened."""
    table = Table.grid(padding=(0, 1))
    at = len(_STAGES) if found.linked else next(i for i, (_, steps) in enumerate(_STAGES) if found.step in steps)
    for i, (name, _) in enumerate(_STAGES):
        mark, style = _PASSED if i < at else _ENDED if i == at else _OPEN
        said = _said(name, found) if i <= at else "not reached"
        table.add_row(Text(mark, style=style), Text(name, style="bold" if i <= at else "dim"), Text(said))
    return Group(Text("Steps", style="bold"), Padding(table, (0, 0, 0, 2)))


def _said(name: str, found: Explanation) -> str:
    seeds = found.seeds
    if name == "words":
        return f"{number(found.left.words)} and {number(found.right.words)}"
    if name == "seeds":
        return (
            f"{number(seeds.shared)} in common, of {number(seeds.left)} and {number(seeds.right)}; longest equal run "
            f"{plural(seeds.longest_run, 'word')}; {seeds.jaccard:.2f} alike as whole texts, which signatures find "
            f"with probability {seeds.signature_chance:.2f}"
        )
    if name == "chains":
        return _chains_said(found)
    if name == "verdict":
        passed = sum(STEPS.index(p.step) > STEPS.index("min_similarity") for p in found.passages)
        return f"{number(passed)} of {plural(len(found.passages), 'aligned passage')} passed"
    if name == "clusters":
        return f"{plural(len(found.clusters), 'cluster')} with both"
    if name == "furniture":
        return f"{plural(len(found.suppressed), 'run')} set aside" if found.suppressed else "nothing set aside"
    return "in the results" if found.linked else clean(found.reason)


def _chains_said(found: Explanation) -> str:
    if not found.chains:
        return "none; what signatures or whole texts match needs none"
    aligned = [c for c in found.chains if c.aligned]
    heaviest = max(found.chains, key=lambda c: c.mass)
    return (
        f"{number(len(aligned))} aligned; the heaviest has {plural(heaviest.words, 'word')} and weighs "
        f"{heaviest.mass:.1f} nats, {heaviest.least_mass:g} are needed"
    )


def _passage(rank: int, passage: ExplainedPassage) -> Group:
    linked = passage.step == "linked"
    head = Text.assemble(
        (f"Passage {rank}", "bold"),
        f"  {_span(passage.left)} = {_span(passage.right)}  ",
        f"{label({}, passage.wording)}, {passage.similarity:.0%} alike, score ",
        (f"{passage.score:.3f}", "bold green" if passage.score >= passage.min_score else "bold red"),
        f" of {passage.min_score:g} needed",
    )
    texts = [_quoted(passage.left_text)]
    if passage.similarity < 1.0:
        texts.append(_quoted(passage.right_text, dim=True))
    end = Text.assemble(("→ ", "dim"), (clean(passage.reason), "" if linked else "red"))
    return Group(head, *texts, _indented_table(_checks(passage)), _indented(_parts(passage)), _indented(end))


def _checks(passage: ExplainedPassage) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for name, justify in (("it must have", "left"), ("has", "right"), ("least", "right"), ("", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for check in passage.checks:
        mark = Text("✓", style="green") if check.met and not check.spared else Text("✗", style="bold red")
        if check.spared:
            mark = Text("not asked of a passage like this", style="dim")
        table.add_row(NAMES[check.feature], f"{check.value:.2f}", f"{check.least:g}", mark)
    return table


def _parts(passage: ExplainedPassage) -> Text:
    said = Text("score ", style="dim")
    for name, value in (*passage.parts.items(), ("constant", passage.intercept)):
        said.append(f" {name} ", style="dim")
        said.append(f"{value:+.2f}", style="green" if value > 0 else "red")
    said.append(f"  = {passage.z:+.2f} → {passage.score:.3f}", style="dim")
    return said


def _cluster(cluster: ExplainedCluster, found: Explanation) -> Group:
    head = Text.assemble(
        ("Cluster ", "bold"),
        (cluster.cluster_id, "bold cyan"),
        f"  {label(KIND_LABELS, cluster.kind)}, {cluster.kind_confidence:.2f} sure; "
        f"{plural(cluster.n_documents, 'document')} of {plural(cluster.n_outlets, 'outlet')} "
        f"and {plural(cluster.n_families, 'group')}",
    )
    rows: list[RenderableType] = [head, *_evidence(cluster)]
    ends = {found.left.doc_id, found.right.doc_id}
    if cluster.representative not in ends:
        rows.append(_indented(f"both were laid beside its representative, {line(cluster.representative, 60)}"))
    if cluster.parent:
        rows.append(_indented(f"it stands inside the longer passage {cluster.parent}"))
    return Group(*rows)


def _evidence(cluster: ExplainedCluster) -> Iterator[RenderableType]:
    for reason in cluster.evidence:
        yield _indented(f"because: {clean(reason)}")
    origin = cluster.origin
    if origin.agency or origin.doc_id:
        named = [origin.agency, f"first in {origin.doc_id}" if origin.doc_id else None]
        said = line(", ".join(n for n in named if n), 120)
        yield _indented(f"origin: {said} ({line(', '.join(origin.evidence), 120)}; {origin.confidence:.2f} sure)")


def _aside(aside: Aside) -> Group:
    head = Text.assemble(
        ("Set aside", "bold"), f"  {_span(aside.left)} = {_span(aside.right)}  {label({}, aside.rule)}"
    )
    return Group(head, _quoted(aside.text), _indented(f"because: {clean(aside.reason)}"))


def _relation(found: Explanation) -> Group:
    pair = found.relation.pair
    said = label(RELATION_LABELS, pair.relation) if pair else "none"
    rows: list[RenderableType] = [Text.assemble(("Whole texts  ", "bold"), said)]
    rows.append(_indented(clean(found.relation.reason)))
    if pair and pair.quoted_share:
        rows.append(_indented(f"shared quotations are {pair.quoted_share:.0%} of the words of one"))
    if found.relation.document_cluster:
        rows.append(_indented(f"both are near-duplicates of one text, cluster {found.relation.document_cluster}"))
    return Group(*rows)


def _span(span: Span) -> str:
    return f"[{span.start}, {span.end})"


def _quoted(text: str, *, dim: bool = False) -> Padding:
    return Padding(Text(f"“{line(text, _TEXT)}”", style="dim italic" if dim else "italic"), (0, 0, 0, 2))


def _indented(said: str | Text) -> Padding:
    return Padding(said if isinstance(said, Text) else Text(said), (0, 0, 0, 2))


def _indented_table(table: Table) -> Padding:
    return Padding(table, (0, 0, 0, 2))
