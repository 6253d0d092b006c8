"""Traces and metrics of what a desk does, through OpenTelemetry (extra ``otel``): the only module that imports it."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Final

from attrs import frozen
from opentelemetry.metrics import MeterProvider, get_meter_provider
from opentelemetry.trace import Span, StatusCode, TracerProvider, get_tracer_provider

from incidentkit.desk.errand import through
from incidentkit.desk.notices import Ended, Failed, Interrupted, Notice, Started, Unrecorded
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.identity import IncidentId
from incidentkit.policy.action import Action

NAME: Final = "incidentkit"
"""By which the tracer and the meter are asked for."""


@frozen
class _Try:
    span: Span
    began: float


class Telemetry:
    """An `Observer` that makes a span of each try of an action, and counts and times how the tries came out.

    Spans are called ``incidentkit.action`` and carry ``incidentkit.incident``, ``incidentkit.action``,
    ``incidentkit.obligation``, ``incidentkit.method`` and ``incidentkit.outcome``. The metrics are the counter
    ``incidentkit.actions`` and the histogram ``incidentkit.action.duration`` by obligation, method and outcome, and the
    counter ``incidentkit.failures`` of what a desk could not do, by kind. Metrics carry no key of an incident, each of
    which would be a series of its own for ever. Neither shows a person's address or what an incident is about.

    Without providers it takes the global ones. Desks may share one.
    """

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        self._tracer = (tracer_provider or get_tracer_provider()).get_tracer(NAME)
        meter = (meter_provider or get_meter_provider()).get_meter(NAME)
        self._actions = meter.create_counter("incidentkit.actions", "{try}", "Tries of actions, by outcome.")
        self._durations = meter.create_histogram("incidentkit.action.duration", "s", "How long tries of actions took.")
        self._failures = meter.create_counter("incidentkit.failures", "{failure}", "What a desk could not do, by kind.")
        self._lock = Lock()
        self._tries: dict[tuple[IncidentId, ActionKey], _Try] = {}

    def notice(self, notice: Notice, /) -> None:
        """Take note."""
        match notice:
            case Started(incident=incident, action=action):
                self._begin(incident, action)
            case Ended(incident=incident, action=action, outcome=outcome, problem=problem):
                self._end(incident, action, outcome, problem)
            case Unrecorded(incident=incident, action=action, outcome=outcome):
                self._end(incident, action, outcome, "it could not be recorded")
                self._failures.add(1, {"incidentkit.failure": "unrecorded"})
            case Failed():
                self._failures.add(1, {"incidentkit.failure": "failed"})
            case Interrupted():
                self._failures.add(1, {"incidentkit.failure": "interrupted"})
            case _:
                pass

    def _begin(self, incident: IncidentId, action: Action) -> None:
        keys = {"incidentkit.incident": incident, "incidentkit.action": str(action.key)}
        span = self._tracer.start_span("incidentkit.action", attributes={**keys, **_kind(action)})
        with self._lock:
            abandoned = self._tries.pop((incident, action.key), None)
            self._tries[incident, action.key] = _Try(span, monotonic())
        if abandoned is not None:  # what had begun it was cancelled, or interrupted with the program
            abandoned.span.end()

    def _end(self, incident: IncidentId, action: Action, outcome: Outcome, problem: str) -> None:
        with self._lock:
            ended = self._tries.pop((incident, action.key), None)
        attributes = {**_kind(action), "incidentkit.outcome": str(outcome)}
        self._actions.add(1, attributes)
        if ended is None:
            return
        self._durations.record(monotonic() - ended.began, attributes)
        ended.span.set_attribute("incidentkit.outcome", str(outcome))
        if outcome is not Outcome.SUCCEEDED:
            ended.span.set_status(StatusCode.ERROR, problem)
        ended.span.end()


def _kind(action: Action) -> dict[str, str]:
    return {"incidentkit.obligation": action.key.obligation, "incidentkit.method": through(action)}
