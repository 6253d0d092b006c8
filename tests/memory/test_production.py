"""Production in memory: what mitigates a trouble is seen in health checks, metrics, logs and tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.errors import FieldInvalid, NotFound, RequestInvalid
from incidentkit.memory import (
    MemoryDeployments,
    MemoryFeatureFlags,
    MemoryMetrics,
    MemoryProduction,
    MemoryTestRunner,
    MemoryTools,
    Trouble,
)
from incidentkit.memory.logs import LogLine
from incidentkit.model.identity import IncidentId
from incidentkit.providers.deployments import Deployment, RollBack
from incidentkit.providers.feature_flags import DisableFeatures
from incidentkit.providers.health_checks import CheckHealth, Health
from incidentkit.providers.logs import ArchiveLogs, SearchLogs, TailLogs
from incidentkit.providers.metrics import QueryMetric, ReadDashboard, ReadErrors, WatchMetrics
from incidentkit.providers.test_runner import RunTests
from incidentkit.providers.undoing import undoing
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
INCIDENT = IncidentId("INC-7")
MINUTE = timedelta(minutes=1)
CHECK = CheckHealth(incident=INCIDENT, environment="production")
ERRORS = ReadErrors(incident=INCIDENT, last=15 * MINUTE)
DISABLE = DisableFeatures(key="disable", incident=INCIDENT, features=("new-checkout",))


def troubled() -> MemoryTools:
    """A checkout that fails while a feature is on, and a search that is slow while a version runs."""
    flags = MemoryFeatureFlags(["new-checkout"])
    deployments = MemoryDeployments([Deployment(version="2.4.0"), Deployment(version="2.5.0")], clock=lambda: START)
    production = MemoryProduction(
        [
            Trouble(name="checkout returns 500", lasts=lambda: "new-checkout" in flags.on, error_rate=0.34),
            Trouble(name="search is slow", lasts=lambda: deployments.running() == "2.5.0", degradation=0.5),
        ]
    )
    return MemoryTools(
        clock=ManualClock(START),
        production=production,
        feature_flag_tool=flags,
        deploy_tool=deployments,
        metrics=MemoryMetrics(production, gauges={"queue": 7, "flags": lambda: float(len(flags.on))}),
        test_runner=MemoryTestRunner({"smoke": {"checkout": lambda: "new-checkout" not in flags.on, "mail": True}}),
    )


def test_each_mitigation_ends_its_own_trouble() -> None:
    tools = troubled()
    assert tools.health_check.check(CHECK).note == "checkout returns 500; search is slow"
    readings = tools.metrics.errors(ERRORS)
    assert (readings.healthy, readings.error_rate, readings.degradation) == (False, 0.34, 0.5)
    tools.feature_flag_tool.disable(DISABLE)
    readings = tools.metrics.dashboard(ReadDashboard(incident=INCIDENT, last=5 * MINUTE))
    assert (readings.healthy, readings.error_rate, readings.degradation) == (False, 0, 0.5)
    tools.deploy_tool.rollback(RollBack(key="rollback", incident=INCIDENT, version="2.4.0"))
    readings = tools.metrics.watch(WatchMetrics(incident=INCIDENT, duration=15 * MINUTE))
    assert (readings.healthy, readings.error_rate, readings.degradation) == (True, 0, 0)
    assert tools.health_check.check(CHECK) == Health(healthy=True)


def test_taking_a_mitigation_back_brings_the_trouble_back() -> None:
    tools = troubled()
    before = tools.metrics.errors(ERRORS)
    undo: Any = undoing(DISABLE, tools.feature_flag_tool.disable(DISABLE), key="undo")
    assert tools.metrics.errors(ERRORS) != before
    tools.feature_flag_tool.enable(undo)
    assert tools.metrics.errors(ERRORS) == before
    assert before.output == b"error_rate 0.34\ndegradation 0.5\n"


def test_a_metric_is_asked_for_by_its_name() -> None:
    tools = troubled()
    names = ["error_rate", "degradation", "queue", "flags"]
    queries = [QueryMetric(incident=INCIDENT, query=name, last=MINUTE) for name in names]
    assert [tools.metrics.query(query).value for query in queries] == [0.34, 0.5, 7, 1]
    tools.feature_flag_tool.disable(DISABLE)
    assert [tools.metrics.query(query).value for query in queries] == [0, 0.5, 7, 0]
    with pytest.raises(RequestInvalid, match=r"metrics\.query: no metric is called 'error-rate'. Did you mean 'error_"):
        tools.metrics.query(QueryMetric(incident=INCIDENT, query="error-rate", last=MINUTE))


def test_tests_see_what_production_does() -> None:
    tools = troubled()
    smoke = RunTests(incident=INCIDENT, suite="smoke", environment="production")
    result = tools.test_runner.run(smoke)
    assert (result.healthy, result.passed, result.failed, result.output) == (False, 1, 1, b"checkout failed\n")
    tools.feature_flag_tool.disable(DISABLE)
    result = tools.test_runner.run(RunTests(incident=INCIDENT))
    assert (result.healthy, result.passed, result.failed) == (True, 2, 0)
    with pytest.raises(NotFound, match=r"test-runner\.run: no suite is called 'smok'; .* Did you mean 'smoke'"):
        tools.test_runner.run(RunTests(incident=INCIDENT, suite="smok"))
    with pytest.raises(NotFound, match=r"no environment is called 'moon'"):
        tools.test_runner.run(RunTests(incident=INCIDENT, environment="moon"))


def test_logs_have_what_was_written_and_what_is_wrong_now() -> None:
    clock = ManualClock(START)
    tools = MemoryTools(clock=clock, production=troubled().production)
    tools.logging.write("the ERROR page was shown")
    tools.logging.write("it begins", level="warning")
    clock.advance(2 * MINUTE)
    wrong = [f"{clock().isoformat()} error checkout returns 500", f"{clock().isoformat()} error search is slow"]
    tail = tools.logging.tail(TailLogs(incident=INCIDENT, filter="error", last=MINUTE))
    assert (tail.healthy, [*tail.lines]) == (False, wrong)
    tail = tools.logging.tail(TailLogs(incident=INCIDENT, filter="error", last=5 * MINUTE))
    assert [*tail.lines] == [f"{START.isoformat()} info the ERROR page was shown", *wrong]
    assert tail.output.decode() == "".join(f"{line}\n" for line in tail.lines)
    warnings = tools.logging.search(SearchLogs(incident=INCIDENT, level="warning", last=5 * MINUTE))
    assert (warnings.healthy, [*warnings.lines]) == (True, [f"{START.isoformat()} warning it begins"])
    assert len(tools.logging.search(SearchLogs(incident=INCIDENT, last=5 * MINUTE)).lines) == 4


def test_an_archive_keeps_what_there_was() -> None:
    tools = troubled()
    archive = ArchiveLogs(key="archive", incident=INCIDENT, last=timedelta(hours=48))
    assert tools.logging.archive(archive).reference == "archive-1"
    tools.feature_flag_tool.disable(DISABLE)
    tools.logging.archive(archive)
    lines = (LogLine(START, "error", "checkout returns 500"), LogLine(START, "error", "search is slow"))
    assert tools.logging.archives == [lines]


def test_a_provider_of_others_has_troubles_of_its_own() -> None:
    tools = troubled()
    assert tools.cloud_provider.check(CheckHealth(incident=INCIDENT)).healthy
    with pytest.raises(NotFound, match=r"health-checks\.check: no environment is called 'prod'; there are production"):
        tools.health_check.check(CheckHealth(incident=INCIDENT, environment="prod"))


def test_something_may_go_wrong_later() -> None:
    tools = MemoryTools()
    assert tools.health_check.check(CHECK).healthy
    tools.production.add(Trouble(name="it is down", lasts=lambda: True, error_rate=1))
    assert tools.metrics.errors(ERRORS).error_rate == 1


@pytest.mark.parametrize("values", [{"name": " "}, {"error_rate": 34}, {"degradation": -0.1}])
def test_what_is_no_trouble_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(FieldInvalid):
        evolve(Trouble(name="it is down", lasts=lambda: True), **values)
