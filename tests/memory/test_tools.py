"""What holds for every tool in memory: nothing is done twice, and what is undone is as it was."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from incidentkit.errors import Misconfigured, ProviderError, ProviderUnavailable
from incidentkit.memory import (
    MemoryApiGateway,
    MemoryConfiguration,
    MemoryDatabase,
    MemoryDeployments,
    MemoryFeatureFlags,
    MemoryFirewall,
    MemoryLoadBalancer,
    MemoryMetrics,
    MemoryOrchestrator,
    MemoryProduction,
    MemoryServiceMesh,
    MemoryTestRunner,
    MemoryTools,
    MemoryVersionControl,
)
from incidentkit.memory.tool import MemoryTool
from incidentkit.model.identity import IncidentId
from incidentkit.providers import test_runner
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.configuration import Configuration
from incidentkit.providers.database import Database, QueryRows
from incidentkit.providers.deployments import Deployment, Deployments
from incidentkit.providers.feature_flags import FeatureFlags
from incidentkit.providers.health_checks import HealthChecks
from incidentkit.providers.logs import Logs
from incidentkit.providers.metrics import Metrics
from incidentkit.providers.orchestrator import Orchestrator
from incidentkit.providers.support import Support
from incidentkit.providers.tools import OPERATIONS, TOOLS, Operation, Tool
from incidentkit.providers.tracker import TicketStatus
from incidentkit.providers.traffic import ApiGateway, Firewall, LoadBalancer, ServiceMesh
from incidentkit.providers.undoing import undoing
from incidentkit.providers.version_control import VersionControl

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
INCIDENT = IncidentId("INC-7")


def world() -> MemoryTools:
    """Tools that know a few names each."""
    return MemoryTools(
        clock=lambda: START,
        feature_flag_tool=MemoryFeatureFlags(["a", "b"], off=["c"]),
        deploy_tool=MemoryDeployments(
            [Deployment(version="1"), Deployment(version="2"), Deployment(version="1", environment="staging")],
            releases=["3"],
            clock=lambda: START,
        ),
        orchestrator=MemoryOrchestrator({"a": 2, "b": 3}, room=12),
        service_mesh=MemoryServiceMesh(["a", "b"], off=["c"]),
        load_balancer=MemoryLoadBalancer(["a", "b"], off=["c"]),
        database=MemoryDatabase(up=False, rows={"SELECT 1": QueryRows(rows=(("1",),))}),
        test_runner=MemoryTestRunner({"smoke": {"it works": True}}),
        config_tool=MemoryConfiguration({"a": "1"}),
        api_gateway=MemoryApiGateway(limit=100),
        firewall=MemoryFirewall(["a", "b"], off=["c"]),
    )


def seen(tools: MemoryTools) -> dict[str, object]:
    """Everything that a change can change."""
    return {
        "features": tools.feature_flag_tool.on,
        "versions": [tools.deploy_tool.running(each) for each in ("", "staging")],
        "replicas": tools.orchestrator.replicas,
        "restarts": tools.orchestrator.restarts,
        "circuits": tools.service_mesh.on,
        "instances": tools.load_balancer.on,
        "limit": tools.api_gateway.limit,
        "open": tools.firewall.on,
        "settings": tools.config_tool.settings,
        "database": (tools.database.up, tools.database.replica),
        "branches": (tools.vcs_tool.branch, tools.vcs_tool.branches, tools.vcs_tool.pushed(), tools.vcs_tool.edited),
        "archives": tools.logging.archives,
    }


THINGS = st.sampled_from(["a", "b", "c", "z"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "incident": st.just(INCIDENT),
    "key": st.just("key"),
    "environment": st.sampled_from(["", "production", "staging", "moon"]),
    "last": st.just(timedelta(hours=1)),
    "duration": st.just(timedelta(hours=1)),
    "query": st.sampled_from(["error_rate", "heat"]),
    "filter": st.just("error"),
    "level": st.just("error"),
    "limit": st.just(5),
    "text": st.just(""),
    "status": st.sampled_from([None, TicketStatus.OPEN]),
    "since": st.none(),
    "version": st.sampled_from(["1", "2", "3", "9"]),
    "fast_track": st.booleans(),
    "features": st.lists(THINGS, min_size=1, max_size=3, unique=True).map(tuple),
    "name": THINGS,
    "value": st.sampled_from(["1", "2"]),
    "branch": st.sampled_from(["main", "hotfix"]),
    "remote": st.sampled_from(["origin", "fork"]),
    "message": st.just("fix: it"),
    "suite": st.sampled_from(["", "smoke", "unit"]),
    "replicas": st.integers(0, 11),
    "service": THINGS,
    "instance": THINGS,
    "rps": st.sampled_from([50, 100]),
    "sql": st.sampled_from(["SELECT 1", "DROP TABLE payments"]),
}


def requests(each: Operation) -> st.SearchStrategy[Any]:
    return st.builds(each.request, **{field.name: VALUES[field.name] for field in fields(each.request)})


def asked(operations: list[Operation], least: int = 0) -> st.SearchStrategy[list[tuple[Operation, Any]]]:
    """Some requests with their operations; what changes something has a key of its own."""
    pairs = st.sampled_from(operations).flatmap(lambda each: st.tuples(st.just(each), requests(each)))
    return st.lists(pairs, min_size=least, max_size=12).map(
        lambda drawn: [
            (each, evolve(request, key=f"{index:064x}") if each.changes else request)
            for index, (each, request) in enumerate(drawn)
        ]
    )


def do(tools: MemoryTools, each: Operation, request: Any) -> Any:
    """The answer, or the class of the error."""
    try:
        return getattr(getattr(tools, each.slot), each.method)(request)
    except ProviderError as error:
        return type(error)


UNDOABLE = [each for each in OPERATIONS if each.undone_by]
BY_REQUEST = {each.request: each for each in UNDOABLE}
CHANGING = [each for each in OPERATIONS if each.changes]


@given(asked(UNDOABLE))
def test_undoing_everything_in_reverse_leaves_every_tool_as_it_was(sequence: list[tuple[Operation, Any]]) -> None:
    tools = world()
    before = seen(tools)
    done = [(request, answer) for each, request in sequence if isinstance(answer := do(tools, each, request), Receipt)]
    for index, (request, receipt) in enumerate(reversed(done)):
        undo: Any = undoing(request, receipt, key=f"undo {index}")
        if undo is not None:
            assert isinstance(do(tools, BY_REQUEST[type(undo)], undo), Receipt)
    assert seen(tools) == before


@given(asked(CHANGING))
def test_the_same_key_does_nothing_twice_and_has_the_first_answer(sequence: list[tuple[Operation, Any]]) -> None:
    tools = world()
    for each, request in sequence:
        first, before = do(tools, each, request), seen(tools)
        if isinstance(first, Receipt):
            assert (do(tools, each, request), seen(tools)) == (first, before)


@given(asked([*OPERATIONS], least=1))
def test_reading_and_being_refused_change_nothing(sequence: list[tuple[Operation, Any]]) -> None:
    tools = world()
    for each, request in sequence:
        before = seen(tools)
        if not isinstance(do(tools, each, request), Receipt):
            assert seen(tools) == before


@given(asked([*OPERATIONS], least=1))
def test_answers_are_of_the_class_that_the_table_says(sequence: list[tuple[Operation, Any]]) -> None:
    tools = world()
    for each, request in sequence:
        answer = do(tools, each, request)
        assert type(answer) is each.answer or isinstance(answer, type)


@given(asked([each for each in OPERATIONS if each.slot != "support"]))
def test_every_tool_keeps_what_it_was_asked_in_order(sequence: list[tuple[Operation, Any]]) -> None:
    tools = world()
    for each, request in sequence:
        do(tools, each, request)
    for slot, tool in tools.by_slot.items():
        if isinstance(tool, MemoryTool):
            assert tool.asked == [request for each, request in sequence if each.slot == slot]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slot)
@given(st.data())
def test_a_tool_that_is_ill_does_nothing_and_says_why(tool: Tool, data: st.DataObject) -> None:
    tools = world()
    provider, before = getattr(tools, tool.slot), seen(tools)
    provider.fault = ProviderUnavailable("it is being moved")
    assert provider.diagnose() == Diagnosis(healthy=False, problem="it is being moved")
    for each, request in data.draw(asked([each for each in OPERATIONS if each.tool == tool], least=1)):
        assert do(tools, each, request) is ProviderUnavailable
    provider.fault = None
    assert (seen(tools), provider.diagnose()) == (before, Diagnosis(healthy=True))


def test_threads_that_switch_at_once_lose_nothing() -> None:
    tools = world()
    scale = next(each for each in OPERATIONS if each.name == "orchestrator.scale")

    def change(index: int) -> Receipt:
        request = scale.request(key=f"{index % 100}", incident=INCIDENT, service="a", replicas=index % 100 % 9)
        return tools.orchestrator.scale(request)

    with ThreadPoolExecutor(8) as pool:
        receipts = [*pool.map(change, range(200))]
    assert receipts[:100] == receipts[100:]
    # Each replaced what another one had left behind, so only the last value was replaced by nobody.
    left = sorted([*(index % 9 for index in range(100)), 2])
    for receipt in receipts[:100]:
        assert receipt.former is not None
        left.remove(int(receipt.former[0]))
    assert left == [tools.orchestrator.replicas["a"]]


def test_every_slot_has_a_tool_that_fits_its_protocol() -> None:
    tools = MemoryTools()
    health: list[HealthChecks] = [tools.health_check, tools.cloud_provider, tools.payment_provider]
    metrics: Metrics = tools.metrics
    logs: Logs = tools.logging
    support: Support = tools.support
    flags: FeatureFlags = tools.feature_flag_tool
    deployments: Deployments = tools.deploy_tool
    configuration: Configuration = tools.config_tool
    versions: VersionControl = tools.vcs_tool
    tests: test_runner.TestRunner = tools.test_runner
    orchestrator: Orchestrator = tools.orchestrator
    traffic: tuple[ServiceMesh, LoadBalancer, ApiGateway, Firewall] = (
        tools.service_mesh,
        tools.load_balancer,
        tools.api_gateway,
        tools.firewall,
    )
    database: Database = tools.database
    named = [metrics, logs, support, flags, deployments, configuration, versions, tests, orchestrator, database]
    every: list[Any] = [*health, *named, *traffic]
    assert {id(each) for each in every} == {id(each) for each in tools.by_slot.values()}
    assert [*tools.by_slot] == [tool.slot for tool in TOOLS]
    assert all(each.diagnose() == Diagnosis(healthy=True) for each in every)


WRONG: list[Callable[[Any], object]] = [
    MemoryFeatureFlags,
    lambda wrong: MemoryFirewall([], off=wrong),
    MemoryDeployments,
    lambda wrong: MemoryDeployments(releases=wrong),
    MemoryConfiguration,
    lambda wrong: MemoryVersionControl(remotes=wrong),
    lambda wrong: MemoryVersionControl(remotes={"origin": wrong}),
    lambda wrong: MemoryVersionControl(remotes={"origin": {"main": wrong}}),
    MemoryTestRunner,
    lambda wrong: MemoryTestRunner({"smoke": wrong}),
    MemoryOrchestrator,
    lambda wrong: MemoryDatabase(rows=wrong),
    lambda wrong: MemoryMetrics(MemoryProduction(), gauges=wrong),
    MemoryProduction,
    lambda wrong: MemoryProduction().add(wrong),
]


@pytest.mark.parametrize("make", WRONG)
@pytest.mark.parametrize("wrong", ["checkout", 7, [7]])
def test_what_a_tool_cannot_be_made_of_is_refused(make: Callable[[Any], object], wrong: Any) -> None:
    with pytest.raises(Misconfigured):
        make(wrong)
