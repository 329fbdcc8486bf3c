"""The journeys: a real Chromium against the real server. Run them with `-m journey --force-enable-socket`."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.browsing import WIDE, Visitor
from tests.journeys.house import CommandLine, House, free_port, make_archive, make_papers, serving

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
NOT_RUN = "NOT RUN: the browser journeys need Chromium (install it, or set CANDOUR_CHROMIUM to where it is)"
without_browser: list[str] = []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    program = shutil.which(os.environ.get("CANDOUR_CHROMIUM") or "/usr/bin/chromium")
    if program is None:
        without_browser.append(NOT_RUN)
        pytest.skip(NOT_RUN)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A small archive, served; it stands for all journeys, and each works on papers of its own."""
    folder = tmp_path_factory.mktemp("house")
    make_papers(folder)
    line = CommandLine(folder / "data", free_port())
    references = make_archive(line, folder / "taken in")
    with serving(line, folder / "server.log"):
        yield House(line.url, folder / "data", folder, references)


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser window; when the journey ends, no window may have had anything to complain of."""
    visitors: list[Visitor] = []

    def arrive(email: str = "", **options: Any) -> Visitor:
        context = browser.new_context(viewport=options.pop("viewport", WIDE), reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(context, house.url, keep_pictures=os.environ.get("CANDOUR_SCREENSHOTS") == "1")
        visitors.append(visitor)
        if email:
            visitor.sign_in(email)
        return visitor

    yield arrive
    problems = [problem for visitor in visitors for problem in visitor.problems]
    for visitor in visitors:
        visitor.context.close()
    assert problems == []


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """A folder for what is downloaded."""
    return tmp_path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if without_browser:
        terminalreporter.section("NO BROWSER", sep="!")
        terminalreporter.write_line(NOT_RUN)
