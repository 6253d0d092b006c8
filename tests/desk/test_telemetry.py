"""What a desk does as traces and metrics, held against the SDK itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import incidentkit
from incidentkit import Desk, Directory, Playbook, Toolbox
from incidentkit.desk.notices import Interrupted
from incidentkit.desk.telemetry import Telemetry
from incidentkit.errors import RequestInvalid
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model.events import Event
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.recipient import person
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
DIRECTORY = Directory(people={"ada": Person(id="ada", contacts={"phone": "+44 20", "mail": "ada@example.org"})})
CHAIN = ContactChain((Attempt("phone", timedelta(minutes=5)), Attempt("mail", timedelta(minutes=5))), rounds=1)
ESCALATION = EscalationPolicy(levels=(Level("first", person("ada")),), contact=CHAIN)
PLAYBOOK = Playbook(name="traced", rules=EMERGENCY.rules, escalation=ESCALATION)


class Refuses(MemoryPager):
    error: BaseException = RequestInvalid("no such number")

    def page(self, request: SendPage, /) -> Receipt:
        raise self.error


class Traced:
    def __init__(self) -> None:
        self.spans, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.telemetry = Telemetry(tracer_provider=tracers, meter_provider=MeterProvider([self.reader]))
        self.clock = ManualClock(START)
        self.store = MemoryStore(self.clock)
        self.phone = Refuses()

    def tick(self) -> None:
        toolbox = Toolbox(pagers={"phone": self.phone, "mail": MemoryPager()})
        desk = Desk(PLAYBOOK, DIRECTORY, toolbox, self.store, places=0, observers=(self.telemetry,))
        if not desk.audit().incidents_open:
            desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1")
        while desk.tick():
            pass

    def finished(self) -> list[ReadableSpan]:
        return [*self.spans.get_finished_spans()]

    def points(self, name: str) -> list[tuple[dict[str, Any], Any]]:
        data = self.reader.get_metrics_data()
        assert data is not None
        metrics = [each for one in data.resource_metrics for scope in one.scope_metrics for each in scope.metrics]
        found: list[Any] = [point for metric in metrics if metric.name == name for point in metric.data.data_points]
        return [(dict(point.attributes), point) for point in found]


def test_each_try_is_a_span_with_the_keys_of_incident_and_action() -> None:
    traced = Traced()
    traced.tick()
    failed, succeeded = traced.finished()
    assert dict(failed.attributes or {}) == {
        "incidentkit.incident": "INC-1",
        "incidentkit.action": "page/first/1/ada/0/0",
        "incidentkit.obligation": "page/first",
        "incidentkit.method": "phone",
        "incidentkit.outcome": "failed",
    }
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, "no such number")
    assert (succeeded.attributes or {})["incidentkit.action"] == "page/first/1/ada/0/1"
    assert succeeded.status.status_code is StatusCode.UNSET
    assert {span.name for span in traced.finished()} == {"incidentkit.action"}


def test_outcomes_are_counted_and_timed_without_the_keys_of_incidents() -> None:
    traced = Traced()
    traced.tick()
    common = {"incidentkit.obligation": "page/first"}
    phone = {**common, "incidentkit.method": "phone", "incidentkit.outcome": "failed"}
    mail = {**common, "incidentkit.method": "mail", "incidentkit.outcome": "succeeded"}
    assert [(attributes, point.value) for attributes, point in traced.points("incidentkit.actions")] == [
        (phone, 1),
        (mail, 1),
    ]
    durations = traced.points("incidentkit.action.duration")
    assert [(attributes, point.count, point.sum >= 0) for attributes, point in durations] == [
        (phone, 1, True),
        (mail, 1, True),
    ]


def test_nothing_shows_an_address_or_a_title() -> None:
    traced = Traced()
    traced.tick()
    shown = "".join(str(span.to_json()) for span in traced.finished()) + str(traced.points("incidentkit.actions"))
    assert not [secret for secret in ("+44 20", "ada@example.org", "Checkout") if secret in shown]


def test_span_of_an_interrupted_try_ends_when_the_next_begins() -> None:
    traced = Traced()
    traced.phone.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        traced.tick()
    assert traced.finished() == []
    traced.clock.advance(timedelta(minutes=2))
    traced.phone.error = RequestInvalid("no")
    traced.tick()
    assert len(traced.finished()) == 3


def test_what_a_desk_could_not_do_is_counted() -> None:
    class Forgetful(MemoryStore):
        def append(self, request: Append, /) -> tuple[Event, ...]:
            if request.expected_version is None:
                raise ConnectionError
            return super().append(request)

    traced = Traced()
    traced.store = Forgetful(traced.clock)
    traced.tick()
    traced.telemetry.notice(Interrupted(ConnectionError()))
    points = traced.points("incidentkit.failures")
    counted = {attributes["incidentkit.failure"]: point.value for attributes, point in points}
    assert counted == {"unrecorded": 1, "interrupted": 1}
    assert [span.status.status_code for span in traced.finished()] == [StatusCode.ERROR]


def test_one_module_alone_imports_opentelemetry() -> None:
    package = Path(incidentkit.__file__).parent
    importing = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("opentelemetry")
    }
    assert importing == {"desk/telemetry.py"}
    program = "import incidentkit.desk.async_desk, sys; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-I", "-c", program], check=False).returncode == 0
