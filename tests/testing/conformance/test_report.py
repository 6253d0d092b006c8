"""The report: for people, as JSON, and as JUnit XML."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from incidentkit.errors import RequestInvalid
from incidentkit.memory import MemoryPager
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import Pager, Purpose, SendPage
from incidentkit.testing import conformance
from incidentkit.testing.conformance.report import Report, Verdict, report_on
from incidentkit.text.plain import to_plain


class Quiet(MemoryPager):
    """A pager that stands nobody down, and writes strangely about it."""

    def page(self, request: SendPage, /) -> Receipt:
        if request.purpose is Purpose.STAND_DOWN:
            raise RequestInvalid("no\x00\x1b]]> <b>bold</b>")
        return super().page(request)


def report(told: list[tuple[int, int]] | None = None) -> Report:
    steps: list[tuple[int, int]] = [] if told is None else told

    def tell(done: int, total: int) -> None:
        steps.append((done, total))

    return report_on("a:b", "pager", conformance(Pager), Quiet, progress=tell)


def test_it_counts_and_ends_with_how_it_came_out() -> None:
    told: list[tuple[int, int]] = []
    made = report(told)
    checks = conformance(Pager)
    assert told == [(done, len(checks)) for done in range(1, len(checks) + 1)]
    assert [result.check.name for result in made.broken] == ["page_any_purpose"]
    lines = to_plain(made.to_document()).splitlines()
    assert lines[-1] == f"Promises: {made.summary}."
    assert made.summary == f"{made.count(Verdict.KEPT)} kept, 1 broken, {made.count(Verdict.UNTOLD)} untold"
    assert any(line.startswith("page_any_purpose: `page` takes a page of any purpose") for line in lines)


def test_json_has_everything() -> None:
    plain: Any = json.loads(report().to_json())
    assert (plain["subject"], plain["kind"], plain["broken"]) == ("a:b", "pager", 1)
    assert [each["check"] for each in plain["results"]] == [check.name for check in conformance(Pager)]
    (broken,) = [each for each in plain["results"] if each["verdict"] == "broken"]
    assert broken["promise"] == "`page` takes a page of any purpose, with and without a message."
    assert "<b>bold</b>" in broken["seen"]


def test_junit_can_be_parsed_whatever_was_seen() -> None:
    suite = ElementTree.fromstring(report().to_junit())
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases)) == str(len(conformance(Pager)))
    assert suite.get("failures") == "1" == str(len(suite.findall("testcase/failure")))
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped"))) != "0"
    failure = suite.find("testcase[@name='page_any_purpose']/failure")
    assert failure is not None
    assert "]]> <b>bold</b>" in (failure.text or "")


def test_a_factory_that_raises_breaks_everything() -> None:
    def broken() -> Pager:
        raise OSError("no such server")

    made = report_on("a:b", "pager", conformance(Pager), broken)
    assert len(made.broken) == len(made.results)
    assert {result.seen for result in made.broken} == {"OSError: no such server"}
