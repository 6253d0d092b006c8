"""The reference metrics: the numbers of a production in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, TypeAlias

from incidentkit.errors import Misconfigured, ProviderError, RequestInvalid, expect, nearest, shown
from incidentkit.memory.production import MemoryProduction
from incidentkit.memory.tool import MemoryTool
from incidentkit.providers.metrics import MetricValue, QueryMetric, ReadDashboard, ReadErrors, Readings, WatchMetrics

Gauge: TypeAlias = float | Callable[[], float]
"""What a metric is: always the same, or what is called says at that moment."""


class MemoryMetrics(MemoryTool):
    """`Metrics` of a production: its error rate and degradation are those of its worst trouble, as they are now.

    What was before nobody knows, and no time passes while it is watched. One can ask for ``error_rate``,
    ``degradation`` and the ``gauges``.
    """

    name: ClassVar[str] = "metrics"

    def __init__(
        self,
        production: MemoryProduction,
        *,
        gauges: Mapping[str, Gauge] | None = None,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        given = expect(Mapping, gauges or {}, Misconfigured, "the gauges are numbers by name")
        self._production = production
        self._gauges: dict[str, Gauge] = {
            "error_rate": lambda: self._worst()[0],
            "degradation": lambda: self._worst()[1],
            **given,
        }

    def errors(self, request: ReadErrors, /) -> Readings:
        """The numbers as they are now."""
        return self._read(request, self._readings)

    def dashboard(self, request: ReadDashboard, /) -> Readings:
        """The numbers as they are now."""
        return self._read(request, self._readings)

    def query(self, request: QueryMetric, /) -> MetricValue:
        """A metric, by its name."""
        return self._read(request, lambda: self._value(request.query))

    def watch(self, request: WatchMetrics, /) -> Readings:
        """The numbers as they are now, at once."""
        return self._read(request, self._readings)

    def _worst(self) -> tuple[float, float]:
        troubles = self._production.troubles
        error_rate = max((trouble.error_rate for trouble in troubles), default=0.0)
        return error_rate, max((trouble.degradation for trouble in troubles), default=0.0)

    def _readings(self) -> Readings:
        error_rate, degradation = self._worst()
        return Readings(
            healthy=error_rate == degradation == 0,
            error_rate=error_rate,
            degradation=degradation,
            output=f"error_rate {error_rate}\ndegradation {degradation}\n".encode(),
        )

    def _value(self, query: str) -> MetricValue:
        gauge = self._gauges.get(query)
        if gauge is None:
            problem = f"no metric is called {shown(query)}. {nearest(query, self._gauges)}".rstrip()
            raise RequestInvalid(problem, provider=self.name, operation="query")
        value = gauge() if callable(gauge) else gauge
        return MetricValue(value=value, output=f"{query} {value}\n".encode())
