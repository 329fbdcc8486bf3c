"""A person at the browser: signs in, goes through pages, and notices whatever the browser complains of."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, ViewportSize, expect

from tests.journeys.names import PASSWORD

SCREENSHOTS = Path(__file__).parent.parent.parent / "docs" / "screenshots"
LARGEST_SCREENSHOT = 300_000
WIDE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class Visitor:
    """One person's browser window; ``problems`` is what the browser complained of."""

    context: BrowserContext
    url: str
    keep_pictures: bool = False
    problems: list[str] = field(default_factory=list)
    expects_refusal: bool = False

    def __post_init__(self) -> None:
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.problems.append(f"a fault in a script: {error.error}"))
        self.context.on("request", self._asked)
        self.page: Page = self.context.new_page()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # A page refused on purpose, or a form sent with faults, is the only complaint that belongs to a journey.
        if self.expects_refusal and "Failed to load resource: the server responded with a status of 40" in message.text:
            return
        self.problems.append(f"the browser said on {message.location.get('url')}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.problems.append(f"something was asked of another address: {request.url}")

    def open(self, path: str) -> None:
        """The page is open."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        assert answer.ok, f"{path} answered {answer.status}"

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """The person has signed in and stands on the home page."""
        self.open("/sign-in")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.heading).to_have_text("What needs attention today")

    def follow(self, link: str) -> None:
        """The link of the main navigation has been followed."""
        main = self.page.get_by_role("navigation", name="Main")
        main.get_by_role("link", name=link, exact=True).click()
        expect(main.locator("[aria-current]")).to_have_text(link)

    def is_refused(self, path: str) -> str:
        """What the person is told where they may not go."""
        self.expects_refusal = True
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        assert answer.status == 403, f"{path} answered {answer.status}, and should have been refused"
        expect(self.heading).to_have_text("You may not do this")
        return self.page.locator("main").inner_text()

    @property
    def heading(self) -> Locator:
        """The one heading that says which page this is."""
        return self.page.get_by_role("heading", level=1)

    @property
    def notice(self) -> Locator:
        """What was just done."""
        return self.page.locator(".candour-notice")

    def faults_for_assistive_technology(self) -> list[str]:
        """What axe finds wrong with the page as it stands."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [
            f"{each['id']}: {each['help']}, at {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found
        ]

    def is_too_wide(self) -> str:
        """What sticks out to the right of the window, or nothing."""
        sticking_out: str = self.page.evaluate(
            """() => {
                const room = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= room) return "";
                const wide = [...document.querySelectorAll("body *")].filter(
                    (each) => each.getBoundingClientRect().right > room + 0.5 && !each.closest(".candour-scroll"));
                const names = wide.slice(0, 5).map((each) => each.tagName.toLowerCase() + "." + each.className);
                return `${document.documentElement.scrollWidth} in ${room}: ${names.join(", ")}`;
            }"""
        )
        return sticking_out

    def picture(self, name: str, *, at: Locator | None = None, height: int = 0) -> None:
        """``docs/screenshots/NAME.png`` shows the window, from ``at`` downwards, when pictures are wanted."""
        if not self.keep_pictures:
            return
        before = self.page.viewport_size or WIDE
        if height:
            self.page.set_viewport_size({"width": before["width"], "height": height})
        self.page.wait_for_load_state()
        self.page.evaluate("() => document.activeElement?.blur()")
        if at is None:
            self.page.evaluate("() => scrollTo(0, 0)")
        else:
            at.evaluate("(part) => scrollTo(0, part.getBoundingClientRect().top + scrollY - 16)")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        taken = Image.open(io.BytesIO(self.page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
        file = SCREENSHOTS / f"{name}.png"
        self.page.set_viewport_size(before)
        # A palette keeps a page of scanned paper small enough for the README.
        taken.quantize(200, dither=Image.Dither.NONE).save(file, optimize=True)
        assert file.stat().st_size < LARGEST_SCREENSHOT, f"{file.name} has {file.stat().st_size} bytes"
