"""What pytest shows of a test that fails: lines of whoever wrote it and a message, but not how a check goes about."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

TESTS: Final = """
from contextlib import contextmanager

import pytest

from incidentkit.memory import MemoryPager
from incidentkit.providers.pager import Pager
from incidentkit.testing import Rig, conformance

CHECKS = {check.name: check for check in conformance(Pager)}


class Deaf(MemoryPager):
    def page(self, request, /):
        raise KeyError(request.person)


class Wordy(MemoryPager):
    def page(self, request, reason):
        return super().page(request)


async def no_server_yet():
    no_server()


@contextmanager
def no_context():
    no_server()
    yield


def no_server():
    raise OSError("no such server")


def test_broken():
    CHECKS["page_answers"](Deaf)


def test_no_method():
    CHECKS["has_methods"](Wordy)


def test_untold():
    CHECKS["page_done"](MemoryPager)


def test_no_rig():
    CHECKS["page_answers"](lambda: Rig(MemoryPager(), effects=["x"]))


def test_no_effects():
    CHECKS["page_done"](lambda: Rig(MemoryPager(), effects=no_server))


def test_no_outage():
    CHECKS["page_outage"](lambda: Rig(MemoryPager(), outage=no_context))


@pytest.mark.parametrize("factory", [no_server, no_server_yet, no_context])
def test_no_factory(factory):
    CHECKS["page_answers"](factory)
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints of the tests above, tracebacks in full."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / "test_own.py").write_text(TESTS, encoding="utf-8")
    words = (sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_own.py")
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False, text=True, timeout=300)
    assert done.stdout.splitlines()[-1].startswith("8 failed, 1 skipped"), done.stdout + done.stderr
    return done.stdout


def test_the_line_that_was_written_and_the_message_are_shown(shown: str) -> None:
    assert '>       CHECKS["page_answers"](Deaf)' in shown
    promise = "`page` answers a request that can be carried out, with `Receipt`."
    assert f"E       incidentkit.testing.conformance.promise.PromiseBroken: {promise} Seen: KeyError: 'ada'." in shown
    assert "missing a required argument: 'reason'." in shown
    assert shown.count('>       raise OSError("no such server")') == 5
    assert "incidentkit.errors.RigInvalid: effects: it is called, and ['x'] cannot be" in shown


def test_how_a_check_goes_about_is_not_shown(shown: str) -> None:
    assert "testing/conformance/" not in shown
    assert "self.gen" not in shown.partition("test_no_factory")[0]
    assert "During handling of the above exception" not in shown
