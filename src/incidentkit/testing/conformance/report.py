"""What came of all checks of a provider: for people, and as JSON and JUnit XML for programs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, Final
from unittest import SkipTest
from xml.etree import ElementTree

from attrs import frozen

from incidentkit.errors import RigInvalid
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.promise import PromiseBroken
from incidentkit.text.document import Document, Heading, Paragraph, Table

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


class Verdict(StrEnum):
    """What came of a check."""

    KEPT = "kept"
    BROKEN = "broken"
    UNTOLD = "untold"
    """It could not be seen."""


@frozen(kw_only=True)
class Result:
    """What came of one check."""

    check: Check[Any]
    verdict: Verdict
    seen: str = ""
    """What was seen instead of what is promised, or why nothing could be seen."""
    seconds: float


@frozen(kw_only=True)
class Report:
    """What came of all of them."""

    subject: str
    """What was checked."""
    kind: str
    results: tuple[Result, ...]

    def count(self, verdict: Verdict) -> int:
        """How many came out so."""
        return sum(result.verdict is verdict for result in self.results)

    @property
    def broken(self) -> tuple[Result, ...]:
        """The promises that are not kept."""
        return tuple(result for result in self.results if result.verdict is Verdict.BROKEN)

    @property
    def summary(self) -> str:
        """The counts, in a line."""
        return ", ".join(f"{self.count(verdict)} {verdict}" for verdict in Verdict)

    def to_document(self) -> Document:
        """All checks in a table, then the promises that are broken; how it came out comes last."""
        rows = [
            (result.check.name, result.check.level.value, result.verdict.value, _reason(result))
            for result in self.results
        ]
        broken = (f"{result.check.name}: {result.check.promise} Seen: {result.seen}" for result in self.broken)
        return Document(
            [
                Heading(f"{self.subject} ({self.kind})"),
                Table(("check", "level", "verdict", "why it could not be seen"), rows),
                *map(Paragraph, broken),
                Paragraph(f"Promises: {self.summary}."),
            ]
        )

    def to_json(self) -> str:
        """All of it as JSON."""
        plain = {
            "subject": self.subject,
            "kind": self.kind,
            **{verdict.value: self.count(verdict) for verdict in Verdict},
            "results": [
                {
                    "check": result.check.name,
                    "level": result.check.level.value,
                    "promise": result.check.promise,
                    "verdict": result.verdict.value,
                    "seen": result.seen,
                    "seconds": round(result.seconds, 3),
                }
                for result in self.results
            ],
        }
        return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"

    def to_junit(self) -> str:
        """All of it as JUnit XML, as continuous integration reads it."""
        counts = {"tests": len(self.results), "failures": len(self.broken), "skipped": self.count(Verdict.UNTOLD)}
        suite = ElementTree.Element(
            "testsuite",
            {
                "name": f"conformance of {_for_xml(self.subject)}",
                **{name: str(count) for name, count in counts.items()},
                "errors": "0",
                "time": f"{sum(result.seconds for result in self.results):.3f}",
            },
        )
        for result in self.results:
            suite.append(_case(self.kind, result))
        return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _reason(result: Result) -> str:
    return result.seen if result.verdict is Verdict.UNTOLD else ""


def _case(kind: str, result: Result) -> ElementTree.Element:
    attributes = {"classname": kind, "name": result.check.name, "time": f"{result.seconds:.3f}"}
    case = ElementTree.Element("testcase", attributes)
    seen = _for_xml(result.seen)
    if result.verdict is Verdict.BROKEN:
        ElementTree.SubElement(case, "failure", {"message": result.check.promise}).text = seen
    elif result.verdict is Verdict.UNTOLD:
        ElementTree.SubElement(case, "skipped", {"message": seen})
    return case


def _for_xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def report_on(
    subject: str,
    kind: str,
    checks: Sequence[Check[Any]],
    factory: Callable[[], Any],
    *,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Report:
    """Perform all checks, one after the other, and report on them; ``progress`` is told how many are done.

    Raises `RigInvalid` if nothing can be checked with what the factory gives.
    """
    return Report(subject=subject, kind=kind, results=tuple(_results(checks, factory, progress)))


def _results(
    checks: Sequence[Check[Any]], factory: Callable[[], Any], progress: Callable[[int, int], object]
) -> Iterable[Result]:
    for done, check in enumerate(checks, 1):
        began = time.monotonic()
        verdict, seen = _verdict(check, factory)
        yield Result(check=check, verdict=verdict, seen=seen, seconds=time.monotonic() - began)
        progress(done, len(checks))


def _verdict(check: Check[Any], factory: Callable[[], Any]) -> tuple[Verdict, str]:
    try:
        check(factory)
    except PromiseBroken as error:
        return Verdict.BROKEN, error.seen
    except SkipTest as error:
        return Verdict.UNTOLD, str(error)
    except RigInvalid:
        raise
    except Exception as error:  # noqa: BLE001  # of the factory, say: the other checks are to be reported on all the same
        return Verdict.BROKEN, f"{type(error).__name__}: {error}"
    return Verdict.KEPT, ""
