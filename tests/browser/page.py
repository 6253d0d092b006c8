"""What a page looks like in a browser: on a phone, on a desk and on paper, by day and by night."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from attrs import frozen
from playwright.sync_api import Browser, Page, Route, sync_playwright

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What Chromium is called on different systems."""

ADDRESS: Final = "http://page.invalid/"
"""Where the browser believes the page to be. No such host can exist."""

INSPECTION: Final = Path(__file__).with_name("inspection.js").read_text(encoding="utf-8")


@frozen(kw_only=True)
class Sight:
    """One way to look at a page; the width is in pixels of CSS."""

    width: int
    scheme: Literal["light", "dark"]
    paper: bool = False

    def __str__(self) -> str:
        return f"{self.width} px, {'paper' if self.paper else self.scheme}"


SIGHTS: Final = (
    *(Sight(width=width, scheme=scheme) for width in (360, 1280) for scheme in ("light", "dark")),
    Sight(width=680, scheme="dark", paper=True),  # A4 with margins of 15 mm; whoever prints may read in the dark
)


def chromium() -> str | None:
    """The path of the Chromium on this machine, if there is one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def browser(program: str) -> Generator[Browser]:
    """A browser that shows nothing and reaches no network."""
    unreachable = ["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-quic"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=unreachable)
        try:
            yield running
        finally:
            running.close()


def check_page(browser: Browser, html: str) -> None:
    """Assert that readers see a page as it is meant, however they look at it.

    It is no wider than the window; no text is cut, lies over another or has a contrast under 4.5:1; it asks for nothing
    from the network, and the browser has nothing to complain about. Text in a box that scrolls is not cut, but on paper
    it is. Text of drawings in SVG counts too.
    """
    context = browser.new_context()
    try:
        page = context.new_page()
        heard = _listen(page, html)
        page.goto(ADDRESS, wait_until="load")
        faults = [f"{sight}: {fault}" for sight in SIGHTS for fault in _seen(page, sight)] + heard
    finally:
        context.close()
    assert not faults, "\n".join(faults)


def _seen(page: Page, sight: Sight) -> list[str]:
    page.set_viewport_size({"width": sight.width, "height": 800})
    page.emulate_media(media="print" if sight.paper else "screen", color_scheme=sight.scheme)
    found: list[str] = page.evaluate(INSPECTION, sight.paper)
    return found


def _listen(page: Page, html: str) -> list[str]:
    """Serve the page and nothing else; the list fills with what it asks for and what the browser complains about."""
    heard: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            heard.append(f"the page asks for {route.request.url}")
            route.abort()

    page.route("**/*", answer)
    page.on("console", lambda message: heard.append(f"the console says: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"a script failed: {error}"))
    return heard
