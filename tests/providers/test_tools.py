"""The table of what tools can do: it says what the playbook writes, and no value can make it say anything else."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from attrs import evolve, fields
from hypothesis import assume, given
from hypothesis import strategies as st

from incidentkit.errors import LARGEST_OUTPUT, FieldInvalid, UnknownOperation
from incidentkit.model.identity import IncidentId
from incidentkit.providers import test_runner, tools
from incidentkit.providers.answer import Receipt
from incidentkit.providers.configuration import GetSetting, SetSetting
from incidentkit.providers.database import CheckDatabase, CheckReplica, FailOver, QueryDatabase, RestartDatabase
from incidentkit.providers.deployments import Deploy, FindDeployments, RollBack
from incidentkit.providers.feature_flags import DisableFeatures
from incidentkit.providers.health_checks import CheckHealth
from incidentkit.providers.logs import ArchiveLogs, SearchLogs, TailLogs
from incidentkit.providers.metrics import QueryMetric, ReadDashboard, ReadErrors, WatchMetrics
from incidentkit.providers.orchestrator import RestartService, ScaleService
from incidentkit.providers.tools import OPERATIONS, TOOLS, Change, Inquiry, Operation, operation, operations_of
from incidentkit.providers.tracker import FindTickets, TicketStatus
from incidentkit.providers.traffic import BlockAll, BreakCircuit, RouteAway, SetRateLimit
from incidentkit.providers.version_control import Commit, CreateBranch, Push
from incidentkit.testing import tool_requests

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RunTests = test_runner.RunTests
SQL = "SELECT * FROM payments WHERE status='pending' LIMIT 10"

PLAYBOOK: list[tuple[str, type[Any], dict[str, Any], tuple[str, ...]]] = [
    ("health_check.check", CheckHealth, {"environment": "production"}, ("production",)),
    ("metrics.errors", ReadErrors, {"last": 15 * MINUTE}, ("errors", "--last=15m")),
    ("metrics.dashboard", ReadDashboard, {"last": 5 * MINUTE}, ("dashboard", "--last=5m")),
    ("metrics.query", QueryMetric, {"query": "error_rate", "last": 2 * HOUR}, ("query", "error_rate", "--last=2h")),
    ("metrics.watch", WatchMetrics, {"duration": 15 * MINUTE}, ("watch", "--duration=15m")),
    ("logging.tail", TailLogs, {"filter": "error", "last": MINUTE}, ("tail", "--filter=error", "--last=1m")),
    ("logging.search", SearchLogs, {"level": "error", "last": HOUR}, ("search", "--level=error", "--last=1h")),
    ("logging.archive", ArchiveLogs, {"last": 48 * HOUR}, ("archive", "--last=48h")),
    (
        "support.search_tickets",
        FindTickets,
        {"limit": 20, "status": TicketStatus.OPEN},
        ("recent-tickets", "--status=open"),
    ),
    ("support.search_tickets", FindTickets, {"limit": 20, "last": 15 * MINUTE}, ("recent-tickets", "--last=15m")),
    (
        "feature_flag_tool.disable",
        DisableFeatures,
        {"features": ("feature1", "feature2")},
        ("disable", "feature1", "feature2"),
    ),
    ("deploy_tool.history", FindDeployments, {"last": 24 * HOUR}, ("history", "--last=24h")),
    (
        "deploy_tool.history",
        FindDeployments,
        {"environment": "production"},
        ("history", "--environment=production"),
    ),
    ("deploy_tool.rollback", RollBack, {"version": "2.4.0"}, ("rollback", "--to-version=2.4.0")),
    (
        "deploy_tool.rollback",
        RollBack,
        {"version": "2.4.0", "environment": "production"},
        ("rollback", "--to-version=2.4.0", "--environment=production"),
    ),
    (
        "deploy_tool.deploy",
        Deploy,
        {"environment": "production", "fast_track": True},
        ("deploy", "--environment=production", "--fast-track"),
    ),
    ("orchestrator.scale", ScaleService, {"replicas": 10}, ("scale", "--replicas=10")),
    ("orchestrator.scale", ScaleService, {"replicas": 0, "service": "api"}, ("scale", "api", "--replicas=0")),
    ("orchestrator.restart", RestartService, {"service": "api"}, ("restart", "api")),
    ("service_mesh.break_circuit", BreakCircuit, {"service": "api"}, ("break-circuit", "api")),
    ("load_balancer.route_away", RouteAway, {"instance": "web-3"}, ("route-away", "web-3")),
    ("cloud_provider.check", CheckHealth, {}, ("status",)),
    ("payment_provider.check", CheckHealth, {}, ("status",)),
    ("vcs_tool.create_branch", CreateBranch, {"branch": "hotfix/checkout"}, ("checkout", "-b", "hotfix/checkout")),
    ("vcs_tool.commit", Commit, {"message": "fix: [SEV-1] it"}, ("commit", "-m", "fix: [SEV-1] it")),
    ("vcs_tool.push", Push, {"branch": "hotfix/checkout"}, ("push", "origin", "hotfix/checkout")),
    ("test_runner.run", RunTests, {}, ("run",)),
    (
        "test_runner.run",
        RunTests,
        {"suite": "smoke", "environment": "production"},
        ("run", "--suite=smoke", "--environment=production"),
    ),
    (
        "config_tool.set",
        SetSetting,
        {"name": "timeout", "value": "30", "environment": "production"},
        ("set", "timeout=30", "--environment=production"),
    ),
    (
        "config_tool.get",
        GetSetting,
        {"name": "timeout", "environment": "production"},
        ("get", "timeout", "--environment=production"),
    ),
    ("database.status", CheckDatabase, {}, ("status",)),
    ("database.restart", RestartDatabase, {}, ("restart",)),
    ("database.replica_status", CheckReplica, {}, ("replica-status",)),
    ("database.failover", FailOver, {}, ("failover", "--to-replica")),
    ("database.query", QueryDatabase, {"sql": SQL}, ("query", SQL)),
    ("api_gateway.set_rate_limit", SetRateLimit, {"rps": 100}, ("set-rate-limit", "--rps=100")),
    ("firewall.block_all", BlockAll, {"service": "api"}, ("block-all", "api")),
]


@pytest.mark.parametrize(("name", "kind", "values", "expected"), PLAYBOOK)
def test_every_command_of_the_playbook_is_written_as_it_stands_there(
    name: str, kind: type[Any], values: dict[str, Any], expected: tuple[str, ...]
) -> None:
    key = {"key": "5f" * 32} if operation(name).changes else {}
    assert operation(name).arguments_of(kind(incident=IncidentId("INC-7"), **key, **values)) == expected


EVERY = pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: each.name)


@EVERY
def test_the_table_names_methods_of_protocols_with_their_requests_and_answers(each: Operation) -> None:
    signature = inspect.signature(getattr(each.tool.protocol, each.method))
    _, request = signature.parameters.values()
    assert request.kind is request.POSITIONAL_ONLY
    assert (request.annotation, signature.return_annotation) == (
        each.request.__name__,
        f"Answer[{each.answer.__name__}]",
    )


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slot)
def test_the_table_has_every_method_of_a_protocol(tool: tools.Tool) -> None:
    methods = {name for name, _ in inspect.getmembers(tool.protocol, inspect.isfunction) if not name.startswith("_")}
    assert methods == {each.method for each in operations_of(tool.slot)} | {"diagnose"}


def test_every_name_slot_and_variable_is_one_alone() -> None:
    assert len({each.name for each in OPERATIONS}) == len(OPERATIONS)
    assert len({tool.slot for tool in TOOLS}) == len({tool.variable for tool in TOOLS}) == len(TOOLS) == 17
    assert [each for each in OPERATIONS if operation(each.name) is not each] == []


@EVERY
def test_what_changes_something_has_a_key_and_what_reads_has_none(each: Operation) -> None:
    names = [field.name for field in fields(each.request)]
    assert ("key" in names) is each.changes is (each.request in get_args(Change))
    assert (each.request in get_args(Inquiry)) is not each.changes
    assert "incident" in names


@EVERY
def test_what_reads_destroys_nothing_and_needs_no_undoing(each: Operation) -> None:
    assert each.changes or not (each.destructive or each.undone_by)
    assert {*each.undone_by} <= {other.method for other in operations_of(each.slot)}


@EVERY
def test_every_field_stands_in_the_command_line(each: Operation) -> None:
    names = {field.name for field in fields(each.request)} - {"key", "incident", "limit"}
    assert {*re.findall(r"\{(\w+)\}", " ".join(each.words))} == names


@pytest.mark.parametrize("kind", get_args(tools.ToolAnswer))
def test_answers_say_in_one_way_whether_all_is_well(kind: type[Any]) -> None:
    names = [field.name for field in fields(kind)]
    assert "output" in names
    if "healthy" in names:
        assert inspect.get_annotations(kind)["healthy"] == "bool | None"
        assert fields(kind).healthy.default is None


def items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)  # pyright: ignore[reportUnknownVariableType]


def begins_an_option(each: Operation, request: Any) -> set[str]:
    """The fields that a tool would take for an option where they stand."""
    leading = {match[1] for word in each.words if (match := re.match(r"\{(\w+)\}", word))}
    return {name for name in leading if any(str(item).startswith("-") for item in items(getattr(request, name)))}


def expected_options(each: Operation, request: Any) -> list[str]:
    """The options that a command line has: those of the table whose value is there, and no other."""
    options = [word for word in each.words if word.startswith("-")]
    named = [(word.partition("=")[0], re.findall(r"\{(\w+)\}", word)) for word in options]
    values = [(name, getattr(request, found[0]) if found else True) for name, found in named]
    return [name for name, value in values if value is not None and value is not False and value != ""]


@EVERY
@given(st.data())
def test_no_value_adds_a_word_or_an_option(each: Operation, data: st.DataObject) -> None:
    request: Any = data.draw(tool_requests(each))
    suspects = begins_an_option(each, request)
    try:
        arguments = each.arguments_of(request)
    except FieldInvalid as error:
        assert error.field in suspects
        return
    assert not suspects
    options = [argument.partition("=")[0] for argument in arguments if argument.startswith("-")]
    assert options == expected_options(each, request)
    features = len(getattr(request, "features", (None,)))
    fixed = [word for word in each.words if "{" not in word or word.startswith("{")]
    left_out = sum(getattr(request, word[1:-1], None) == "" for word in fixed)
    bare = sum(not word.startswith("-") for word in fixed)
    assert sum(not argument.startswith("-") for argument in arguments) == bare - left_out + features - 1


@EVERY
@given(st.data())
def test_every_value_stands_in_the_command_line_to_the_letter(each: Operation, data: st.DataObject) -> None:
    request: Any = data.draw(tool_requests(each))
    assume(not begins_an_option(each, request))
    arguments = each.arguments_of(request)
    for name in {*re.findall(r"\{(\w+)\}", " ".join(each.words))}:
        value = getattr(request, name)
        if isinstance(value, str) and value:
            assert any(argument.endswith(value) or argument.startswith(f"{value}=") for argument in arguments)
        elif isinstance(value, tuple):
            assert arguments[-len(items(value)) :] == value


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=15), "15m"),
        (timedelta(seconds=3600), "1h"),
        (timedelta(minutes=90), "90m"),
        (timedelta(days=2), "48h"),
    ],
)
def test_a_length_of_time_is_written_in_its_largest_unit(length: timedelta, text: str) -> None:
    assert operation("metrics.watch").arguments_of(WatchMetrics(incident=IncidentId("INC-7"), duration=length)) == (
        "watch",
        f"--duration={text}",
    )


def test_a_moment_is_written_with_its_zone() -> None:
    request = FindTickets(incident=IncidentId("INC-7"), limit=5, since=datetime(2026, 3, 2, 14, 23, tzinfo=UTC))
    assert operation("support.search_tickets").arguments_of(request)[1:] == ("--since=2026-03-02T14:23:00+00:00",)


DISABLE = DisableFeatures(key="5f" * 32, incident=IncidentId("INC-7"), features=("checkout",))


@pytest.mark.parametrize("feature", ["--all", "-x", "-"])
def test_a_value_that_would_be_an_option_is_refused_by_its_field(feature: str) -> None:
    request = evolve(DISABLE, features=("checkout", feature))
    with pytest.raises(
        FieldInvalid, match=r"features: '-.*' begins with '-', and the tool would take it for an option"
    ):
        operation("feature_flag_tool.disable").arguments_of(request)


def test_a_value_with_fields_and_blanks_stays_one_word() -> None:
    request = SetSetting(key="5f" * 32, incident=IncidentId("INC-7"), name="a", value="{name} --x\n'; rm -rf $HOME")
    assert operation("config_tool.set").arguments_of(request) == ("set", "a={name} --x\n'; rm -rf $HOME")


def test_a_request_of_another_operation_is_refused() -> None:
    request: Any = DISABLE
    with pytest.raises(FieldInvalid, match=r"request: deploy_tool\.rollback is asked with RollBack, not DisableFeat"):
        operation("deploy_tool.rollback").arguments_of(request)


@pytest.mark.parametrize("name", ["deploy_tool.rolback", "deploy.rollback", "deploy_tool_rollback"])
def test_an_unknown_operation_offers_the_nearest(name: str) -> None:
    with pytest.raises(UnknownOperation, match=rf"'{name}': .* Did you mean 'deploy_tool\.rollback'\?") as caught:
        operation(name)
    assert caught.value.name == name


@pytest.mark.parametrize("name", ["", "rollback", None, ["deploy_tool.rollback"], 7])
def test_what_is_no_name_is_an_unknown_operation_too(name: Any) -> None:
    with pytest.raises(UnknownOperation, match="a slot and a method"):
        operation(name)


def test_a_tool_that_there_is_not_can_do_nothing() -> None:
    assert operations_of("chat") == ()


def test_what_cannot_be_undone_or_may_lose_something_is_destructive() -> None:
    assert {each.name for each in OPERATIONS if each.destructive} == {
        "deploy_tool.deploy",
        "deploy_tool.rollback",
        "orchestrator.restart",
        "database.restart",
        "database.failover",
    }


def test_an_output_is_kept_as_it_is_and_of_a_long_one_the_ends() -> None:
    assert Receipt(output=b"\xff\x00").output == b"\xff\x00"
    assert "output" not in repr(Receipt(output=b"secret"))
    long = Receipt(output=b"begin" + b"x" * LARGEST_OUTPUT + b"end").output
    assert (len(long), long[:5], long[-3:]) == (LARGEST_OUTPUT, b"begin", b"end")
    assert f"of {LARGEST_OUTPUT + 8} bytes the middle is left out".encode() in long


@pytest.mark.parametrize("output", ["text", None, bytearray(b"x"), [1]])
def test_an_output_that_is_no_bytes_is_refused(output: Any) -> None:
    with pytest.raises(FieldInvalid, match="output"):
        Receipt(output=output)


@pytest.mark.parametrize("former", ["2.4.0", ["2.4.0"], (1,)])
def test_what_was_so_before_is_a_tuple_of_texts(former: Any) -> None:
    with pytest.raises(FieldInvalid, match="former"):
        Receipt(former=former)
