"""The passages of two texts, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from dedup.model import Match
from dedup.report.safe import clean


def print_matches(matches: Sequence[Match], left: str, right: str) -> None:
    """Print each match on standard output: where it stands in both texts, how alike, what changed."""
    console = Console(soft_wrap=True)
    for number, match in enumerate(matches, 1):
        where = f"[{match.left.start}, {match.left.end}) = [{match.right.start}, {match.right.end})"
        console.print(
            Text.assemble(
                (f"{number}. ", "bold"),
                f"{where}  {match.kind}, {match.wording}, {match.similarity:.0%} alike, score {match.score:.2f}",
            )
        )
        console.print(Text("   " + clean(left[match.left.start : match.left.end])))
        if match.similarity < 1.0:
            console.print(Text("   " + clean(right[match.right.start : match.right.end]), style="dim"))
        for change in match.changed:
            console.print(Text(f"   changed: {clean(change.before)} → {clean(change.after)}"))
    if not matches:
        console.print("no shared passage")
