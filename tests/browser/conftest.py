"""A browser for the tests of a module. Without one they are skipped, unless ``BROWSER_TESTS`` is ``required``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import NoReturn

import pytest

CheckPage = Callable[[str], None]


def missing(what: str) -> NoReturn:
    """Skip what needs a browser, or fail where it was promised to run."""
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(what)
    pytest.skip(what)


# For a module and no longer: while it runs, an event loop does, and no other test could start one.
@pytest.fixture(scope="module")
def check_page() -> Iterator[CheckPage]:
    """The check of a page in a running browser; it takes HTML."""
    if find_spec("playwright") is None:
        missing("playwright is not installed; the extra `browser` brings it")
    from tests.browser import page

    program = page.chromium()
    if program is None:
        missing(f"no Chromium on PATH, by none of the names {', '.join(page.PROGRAMS)}")
    with page.browser(program) as running:
        yield lambda html: page.check_page(running, html)
