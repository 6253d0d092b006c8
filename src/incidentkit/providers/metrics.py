"""Asking how a system does, in numbers: its errors, its dashboard, one of its metrics."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from attrs import field, frozen

from incidentkit.errors import capped
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis
from incidentkit.providers.values import is_period, is_share, is_words


@frozen(kw_only=True)
class ReadErrors:
    """Ask how many requests failed."""

    incident: IncidentId
    """Which incident it is asked for."""
    last: timedelta = field(validator=is_period)
    """How far back to look, up to now."""


@frozen(kw_only=True)
class ReadDashboard:
    """Ask how everything is that people look at first."""

    incident: IncidentId
    """Which incident it is asked for."""
    last: timedelta = field(validator=is_period)
    """How far back to look, up to now."""


@frozen(kw_only=True)
class QueryMetric:
    """Ask for one metric."""

    incident: IncidentId
    """Which incident it is asked for."""
    query: str = field(validator=is_words)
    """The name of the metric, or a query in the language of the tool."""
    last: timedelta = field(validator=is_period)
    """How far back to look, up to now."""


@frozen(kw_only=True)
class WatchMetrics:
    """Watch for a while how everything is."""

    incident: IncidentId
    """Which incident it is asked for."""
    duration: timedelta = field(validator=is_period)
    """How long to watch, from now on."""


@frozen(kw_only=True)
class Readings:
    """How a system does."""

    healthy: bool | None = None
    """Whether the numbers are as they are on a good day; `None` if that cannot be told."""
    error_rate: float | None = field(default=None, validator=is_share)
    """The share of requests that fail, from 0 to 1; `None` if it is not known."""
    degradation: float | None = field(default=None, validator=is_share)
    """By what share performance is worse than on a good day, from 0 to 1; `None` if it is not known."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


@frozen(kw_only=True)
class MetricValue:
    """What a metric is."""

    value: float | None = None
    """The last value, in the unit of the metric; `None` if there is none, or if it is not one number."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


class Metrics(Protocol):
    """Something that measures.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.

    Nothing here changes anything. Bad numbers are an answer, and no error.
    """

    def errors(self, request: ReadErrors, /) -> Answer[Readings]:
        """How many requests failed in that time."""
        ...

    def dashboard(self, request: ReadDashboard, /) -> Answer[Readings]:
        """How everything was in that time."""
        ...

    def query(self, request: QueryMetric, /) -> Answer[MetricValue]:
        """What a metric was in that time, and is now. Raises `RequestInvalid` for a query that the tool cannot read."""
        ...

    def watch(self, request: WatchMetrics, /) -> Answer[Readings]:
        """How everything was while it was watched: well only if it was well all the time.

        It may answer before the time is over, once it is not well. A desk gives no provider so long: a runbook asks for
        the dashboard again and again instead, and this is for whoever can wait.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether asking would work now. Changes nothing."""
        ...
