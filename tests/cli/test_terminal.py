"""What prints on a terminal keeps the promises of providers, but for those that take a memory which paper has not."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest

from incidentkit.cli.screen import PlainScreen
from incidentkit.cli.terminal import TerminalChat, TerminalPager, TerminalStatusPage, TerminalTracker, Wire
from incidentkit.providers.chat import Chat
from incidentkit.providers.pager import Pager
from incidentkit.providers.status_page import StatusPage
from incidentkit.providers.tracker import Tracker
from incidentkit.testing import Rig, conformance
from incidentkit.testing.conformance.report import report_on


def printing(kind: Callable[[Wire], Any]) -> Callable[[], Rig[Any]]:
    def factory() -> Rig[Any]:
        paper = StringIO()
        return Rig(kind(Wire(PlainScreen(paper, 10))), effects=lambda: paper.getvalue().splitlines())

    return factory


@pytest.mark.parametrize(
    ("protocol", "kind", "broken"),
    [
        (Pager, TerminalPager, set[str]()),
        (
            Chat,
            TerminalChat,
            {"post_unknown_channel", "close_channel_unknown_channel", "open_channel_taken"},
        ),
        (StatusPage, TerminalStatusPage, {"publish_unknown_entry", "publish_blank_title"}),
        (Tracker, TerminalTracker, {"close_ticket_unknown_ticket", "open_ticket_blank_title"}),
    ],
)
def test_what_is_printed_goes_by_the_key(protocol: Any, kind: Any, broken: set[str]) -> None:
    report = report_on("terminal", "terminal", conformance(protocol), printing(kind))
    assert {result.check.name for result in report.broken} == broken
