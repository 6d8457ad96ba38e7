"""Line charts as SVG, by hand: a few lines from 0 to 1 over a few values, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 360, 260
LEFT, TOP, RIGHT, BOTTOM = 52, 34, 14, 44
LEGEND = 22
COLOURS = ("#1b6ca8", "#d1495b", "#3c7d4f", "#8d5fa8", "#c77f1b", "#5b6770")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "12 4", "4 2 1 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One chart: `lines` maps a name to a value in [0, 1] for each of `at` (percent), or None for a gap."""

    title: str
    axis: str
    at: Sequence[float]
    lines: Mapping[str, Sequence[float | None]]


def draw(panels: Sequence[Panel], label: str) -> str:
    """Return an SVG image: the panels side by side, one legend below; `label` says what goes upward."""
    names = list(dict.fromkeys(name for p in panels for name in p.lines))
    rows = (len(names) + 2) // 3
    width, height = WIDTH * len(panels), HEIGHT + LEGEND * rows + 8
    body = [line for i, p in enumerate(panels) for line in _panel(p, i * WIDTH, names, label)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" font-family="sans-serif" font-size="12">',
            f"<title>{escape(label)}: {escape('; '.join(p.title for p in panels))}</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *body,
            *_legend(names, width),
            "</svg>\n",
        ]
    )


def _panel(panel: Panel, x0: int, names: Sequence[str], label: str) -> Iterator[str]:
    yield f'<g transform="translate({x0} 0)">'
    yield _text(WIDTH / 2, 18, panel.title, "middle", bold=True)
    yield _text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 8, panel.axis, "middle")
    yield f'<g transform="translate(14 {TOP + (HEIGHT - TOP - BOTTOM) / 2}) rotate(-90)">'
    yield _text(0, 0, label, "middle") + "</g>"
    for tick in range(6):
        y = _y(tick / 5)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield _text(LEFT - 6, y + 4, f"{tick / 5:.1f}", "end")
    for value in panel.at:
        yield _text(_x(value, panel.at), HEIGHT - BOTTOM + 18, f"{value:g}", "middle")
    for name, values in panel.lines.items():
        yield from _line(panel.at, values, names.index(name))
    yield "</g>"


def _line(at: Sequence[float], values: Sequence[float | None], number: int) -> Iterator[str]:
    """Draw one line; a gap ends it and the next value begins it again."""
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    points = [None if v is None else (_x(a, at), _y(v)) for a, v in zip(at, values, strict=True)]
    path, pen = "", "M"
    for point in points:
        path += "" if point is None else f"{pen}{point[0]:.1f} {point[1]:.1f}"
        pen = "M" if point is None else "L"
    yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
    for x, y in filter(None, points):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _legend(names: Sequence[str], width: int) -> Iterator[str]:
    for i, name in enumerate(names):
        x, y = LEFT + (i % 3) * (width - LEFT) / 3, HEIGHT + 12 + LEGEND * (i // 3)
        colour, dash = COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)]
        yield (
            f'<line x1="{x:.1f}" y1="{y}" x2="{x + 28:.1f}" y2="{y}" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
        )
        yield _text(x + 34, y + 4, name, "start")


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight} fill="#222222">{escape(text)}</text>'


def _x(value: float, at: Sequence[float]) -> float:
    low, high = min(at), max(at)
    return LEFT + (WIDTH - LEFT - RIGHT) * ((value - low) / (high - low) if high > low else 0.5)


def _y(value: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value)
