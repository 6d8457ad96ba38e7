"""Takes the pictures of docs/images from a report: each view, light and dark, on a desktop and on a phone.

Usage: python -m tests.browser.pictures build/demo-report/report.html docs/images
"""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import PROGRAMS

# A view: what is brought to the top of the window, and what is opened before.
VIEWS = {
    "summary": ("body", ""),
    "passage": ("{second}", "{second}"),
    "side-by-side": ("{second} .same, {second} .pair", "{second}"),
    "most-reused": ("#h-reused", ""),
    "outlets": ("#h-outlets", ""),
    "time": ("#h-calendar", ""),
    "documents": ("#h-documents", "#documents details"),
    "reading": ("#reading .legend", "#d-1"),
    "pairs": ("#h-pairs", ""),
    "set-aside": ("#h-suppressed", "#suppressed details"),
    "methods": ("#h-methods", ""),
}
SIZES = {"desktop": {"width": 1100, "height": 680}, "phone": {"width": 390, "height": 720}}
QUALITY = 40
OPEN = """open => {
    document.documentElement.style.overflowAnchor = 'none';
    dispatchEvent(new Event('beforeprint'));  // all of it is made and laid out, so that nothing moves any more
    for (const part of document.querySelectorAll('main > section, .chunk')) part.style.contentVisibility = 'visible';
    if (open) document.querySelector(open).open = true;
}"""
SHOW = """at => {
    const top = document.querySelector(at).getBoundingClientRect().top + scrollY;
    scrollTo(0, Math.max(0, top - (innerWidth > 700 && at.includes('#passage-list') ? 110 : 90)));
    document.activeElement.blur();
    return top;
}"""


def take(page: Any, path: Path) -> None:
    """Write what the window shows as WebP, which is a third of a PNG."""
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    path.write_bytes(base64.b64decode(shot["data"]))


def main(report: Path, folder: Path) -> None:
    program = next(filter(None, map(shutil.which, PROGRAMS)))
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        for size, viewport in SIZES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport=viewport, color_scheme=scheme)
                for view, (at, opened) in VIEWS.items():
                    page = context.new_page()
                    page.goto(report.resolve().as_uri())
                    second = "#passage-list .passage:nth-child(2)"
                    page.evaluate(OPEN, opened.format(second=second))
                    moved = [None, 0.0]
                    while moved[-1] != moved[-2]:  # fonts that come late move what is below them
                        moved.append(page.evaluate(SHOW, at.format(second=second)))
                        page.wait_for_timeout(300)
                    take(page, folder / f"{view}-{size}-{scheme}.webp")
                    page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
