"""A real browser, and reports to open in it. Without Chromium or Playwright the tests are skipped with the reason."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dedup.model import ScanResult
from dedup.report.html import write_html
from tests.report.conftest import small_scan

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass
class Opened:
    """A page, with what it said on the console, what it asked for and what it opened."""

    page: Any
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def found(self) -> str:
        text: str = self.page.inner_text("#found")
        return text

    def shown(self) -> list[str]:
        """Return the ids of the passages in sight, in their order."""
        ids: list[str] = self.page.evaluate(
            "() => [...document.querySelectorAll('#passage-list .passage, #passage-list .chunk > a')]"
            ".filter(e => !e.hidden).map(e => e.id)"
        )
        return ids


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of this machine, started once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """Opens a file: `visit(path, fragment, **options of the context)`."""
    contexts = []

    def opened(path: Path, fragment: str = "", **options: Any) -> Opened:
        context = chromium.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        found = Opened(page)
        page.on("console", lambda m: found.console.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: found.console.append(f"error: {e}"))
        page.on("request", lambda r: found.requests.append(r.url))
        page.on("dialog", lambda d: (found.dialogs.append(d.message), d.dismiss()))
        context.on("page", lambda p: found.dialogs.append(f"opened {p.url}"))
        page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def scan() -> ScanResult:
    """The small scan by hand."""
    return small_scan()


@pytest.fixture(scope="session")
def report(scan: ScanResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_html(scan, path)
    return path
