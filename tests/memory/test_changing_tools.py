"""The tools in memory that change something, each by what is its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from incidentkit.errors import AlreadyExists, Conflict, NotFound, ProviderUnavailable, RequestInvalid
from incidentkit.memory import (
    MemoryApiGateway,
    MemoryConfiguration,
    MemoryDatabase,
    MemoryDeployments,
    MemoryFeatureFlags,
    MemoryLoadBalancer,
    MemoryOrchestrator,
    MemoryVersionControl,
)
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Receipt
from incidentkit.providers.configuration import GetSetting, SetSetting, UnsetSetting
from incidentkit.providers.database import (
    CheckDatabase,
    CheckReplica,
    FailOver,
    QueryDatabase,
    QueryRows,
    ReplicaStatus,
    RestartDatabase,
)
from incidentkit.providers.deployments import Deploy, Deployment, FindDeployments, RollBack
from incidentkit.providers.feature_flags import DisableFeatures, EnableFeatures
from incidentkit.providers.orchestrator import RestartService, ScaleService
from incidentkit.providers.traffic import RemoveRateLimit, RouteAway, RouteBack, SetRateLimit
from incidentkit.providers.version_control import Commit, CreateBranch, Push
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
INCIDENT = IncidentId("INC-7")
HOUR = timedelta(hours=1)


def test_features_are_switched_all_or_none() -> None:
    flags = MemoryFeatureFlags(["checkout", "search"], off=["mail"])
    with pytest.raises(
        NotFound, match=r"feature-flags\.disable: no feature is called 'chekout'; .* Did you mean 'check"
    ):
        flags.disable(DisableFeatures(key="1", incident=INCIDENT, features=("search", "chekout")))
    assert (sorted(flags.on), sorted(flags.off)) == (["checkout", "search"], ["mail"])
    both = DisableFeatures(key="2", incident=INCIDENT, features=("search", "mail"))
    assert flags.disable(both) == Receipt(former=("search",))
    flags.enable(EnableFeatures(key="3", incident=INCIDENT, features=("mail", "search")))
    assert flags.off == frozenset()


def test_an_instance_gets_no_traffic_until_it_is_back() -> None:
    balancer = MemoryLoadBalancer(["web-1", "web-2"])
    away = RouteAway(key="1", incident=INCIDENT, instance="web-2")
    assert balancer.route_away(away).former == ("web-2",)
    assert balancer.route_away(evolve(away, key="2")).former == ()
    assert balancer.off == {"web-2"}
    assert balancer.route_back(RouteBack(key="3", incident=INCIDENT, instance="web-2")).former == ("web-2",)
    assert balancer.off == frozenset()


def test_a_limit_replaces_another_one() -> None:
    gateway = MemoryApiGateway()
    assert gateway.set_rate_limit(SetRateLimit(key="1", incident=INCIDENT, rps=100)).former == ()
    assert gateway.set_rate_limit(SetRateLimit(key="2", incident=INCIDENT, rps=50)).former == ("100",)
    assert gateway.limit == 50
    assert gateway.remove_rate_limit(RemoveRateLimit(key="3", incident=INCIDENT)).former == ("50",)
    assert gateway.limit is None


def deployed(clock: ManualClock) -> MemoryDeployments:
    history = [
        Deployment(version="2.3.0"),
        Deployment(version="2.4.0", deployed_at=START - 30 * HOUR),
        Deployment(version="2.5.0", deployed_at=START - HOUR),
        Deployment(version="2.6.0", environment="staging", deployed_at=START - HOUR),
    ]
    return MemoryDeployments(history, releases=["2.6.0", "2.7.0"], clock=clock)


def versions(deployments: MemoryDeployments, request: FindDeployments) -> list[str]:
    return [each.version for each in deployments.history(request).deployments]


def test_the_history_has_the_newest_first_and_as_far_back_as_asked() -> None:
    deployments = deployed(ManualClock(START))
    everything = FindDeployments(incident=INCIDENT)
    assert versions(deployments, everything) == ["2.6.0", "2.5.0", "2.4.0", "2.3.0"]
    assert versions(deployments, evolve(everything, last=24 * HOUR)) == ["2.6.0", "2.5.0"]
    assert versions(deployments, evolve(everything, last=48 * HOUR, environment="production")) == ["2.5.0", "2.4.0"]
    assert deployments.history(evolve(everything, last=2 * HOUR, environment="production")).output == (
        b"2.5.0 production 2026-03-02 13:23:00+00:00\n"
    )


def test_what_was_rolled_back_to_runs_and_stands_in_the_history() -> None:
    clock = ManualClock(START)
    deployments = deployed(clock)
    clock.advance(HOUR)
    back = RollBack(key="1", incident=INCIDENT, version="2.4.0", environment="production")
    assert deployments.rollback(back).former == ("2.5.0",)
    assert (deployments.running(), deployments.running("staging")) == ("2.4.0", "2.6.0")
    newest = deployments.history(FindDeployments(incident=INCIDENT)).deployments[0]
    assert newest == Deployment(version="2.4.0", environment="production", deployed_at=START + HOUR)


def test_one_goes_back_only_to_what_ran_there() -> None:
    deployments = deployed(ManualClock(START))
    with pytest.raises(NotFound, match=r"deployments\.rollback: no version that ran there is called '2\.6\.0'"):
        deployments.rollback(RollBack(key="1", incident=INCIDENT, version="2.6.0"))
    with pytest.raises(NotFound, match="no environment is called 'prod'; there are production, staging"):
        deployments.rollback(RollBack(key="1", incident=INCIDENT, version="2.4.0", environment="prod"))
    assert deployments.running() == "2.5.0"


def test_without_a_version_the_newest_release_is_deployed() -> None:
    deployments = deployed(ManualClock(START))
    assert deployments.deploy(Deploy(key="1", incident=INCIDENT, fast_track=True)).former == ("2.5.0",)
    assert deployments.running() == "2.7.0"
    with pytest.raises(NotFound, match=r"deployments\.deploy: no version is called '2\.8\.0'"):
        deployments.deploy(Deploy(key="2", incident=INCIDENT, version="2.8.0"))
    first = MemoryDeployments(releases=["1"], clock=lambda: START)
    assert first.deploy(Deploy(key="1", incident=INCIDENT)).former == ()


def test_settings_are_those_of_an_environment() -> None:
    configuration = MemoryConfiguration({"timeout": "30"})
    get = GetSetting(incident=INCIDENT, name="timeout")
    assert configuration.get(get).value == configuration.get(evolve(get, environment="production")).value == "30"
    assert configuration.get(evolve(get, environment="staging")).value is None
    change = SetSetting(key="1", incident=INCIDENT, name="timeout", value="60")
    assert configuration.set(change).former == ("30",)
    assert configuration.set(evolve(change, key="2", environment="staging")).former == ()
    assert configuration.settings == {"production": {"timeout": "60"}, "staging": {"timeout": "60"}}
    unset = UnsetSetting(key="3", incident=INCIDENT, name="timeout")
    assert configuration.unset(unset).former == ("60",)
    assert configuration.unset(evolve(unset, key="4")).former == ()


BRANCH = CreateBranch(key="branch", incident=INCIDENT, branch="hotfix/checkout")
COMMIT = Commit(key="commit", incident=INCIDENT, message="fix: [SEV-1] it")
PUSH = Push(key="push", incident=INCIDENT, branch="hotfix/checkout")


def test_a_hotfix_is_committed_and_sent() -> None:
    versions = MemoryVersionControl()
    receipts = [versions.create_branch(BRANCH), versions.commit(COMMIT), versions.push(PUSH)]
    assert [each.reference for each in receipts] == ["hotfix/checkout", "hotfix/checkout~1", "origin/hotfix/checkout"]
    assert versions.branch == "hotfix/checkout"
    assert versions.branches == {"main": (), "hotfix/checkout": ("fix: [SEV-1] it",)}
    assert versions.pushed() == {"hotfix/checkout": ("fix: [SEV-1] it",)}


def test_what_version_control_refuses() -> None:
    versions = MemoryVersionControl(edited=False)
    with pytest.raises(Conflict, match=r"version-control\.commit: nothing was changed"):
        versions.commit(COMMIT)
    with pytest.raises(AlreadyExists, match="a branch is called 'main' already"):
        versions.create_branch(evolve(BRANCH, branch="main"))
    with pytest.raises(NotFound, match="no branch is called"):
        versions.push(PUSH)
    with pytest.raises(NotFound, match="no remote is called 'fork'"):
        versions.push(evolve(PUSH, branch="main", remote="fork"))


def test_what_others_have_sent_is_not_overwritten() -> None:
    versions = MemoryVersionControl(remotes={"origin": {"main": ["another fix"]}})
    versions.commit(COMMIT)
    with pytest.raises(Conflict, match="origin has commits of 'main' that are not here"):
        versions.push(evolve(PUSH, branch="main"))
    assert versions.pushed() == {"main": ("another fix",)}


def test_copies_are_counted_and_have_to_find_room() -> None:
    orchestrator = MemoryOrchestrator({"api": 3, "web": 2}, room=12)
    scale = ScaleService(key="1", incident=INCIDENT, replicas=10)
    assert orchestrator.scale(scale).former == ("3",)
    assert orchestrator.replicas == {"api": 10, "web": 2}
    with pytest.raises(Conflict, match="room for 12 copies of all services together, and these would be 13"):
        orchestrator.scale(evolve(scale, key="2", service="web", replicas=3))
    assert orchestrator.scale(evolve(scale, key="3", service="web", replicas=0)).former == ("2",)
    with pytest.raises(NotFound, match=r"orchestrator\.scale: no service is called 'apu'; .* Did you mean 'api'"):
        orchestrator.scale(evolve(scale, key="4", service="apu"))
    with pytest.raises(NotFound, match=r"orchestrator\.scale: no service is called ''"):
        MemoryOrchestrator().scale(scale)


def test_a_service_is_started_anew_once_for_a_key() -> None:
    orchestrator = MemoryOrchestrator({"api": 3})
    restart = RestartService(key="1", incident=INCIDENT, service="api")
    orchestrator.restart(restart)
    orchestrator.restart(restart)
    orchestrator.restart(evolve(restart, key="2"))
    assert orchestrator.restarts == ["api", "api"]


RESTART, FAIL_OVER = RestartDatabase(key="restart", incident=INCIDENT), FailOver(key="failover", incident=INCIDENT)
STATUS, REPLICA = CheckDatabase(incident=INCIDENT), CheckReplica(incident=INCIDENT)


@pytest.mark.parametrize("heals", [True, False])
def test_a_restart_heals_or_does_not(heals: bool) -> None:
    database = MemoryDatabase(up=False, restart_heals=heals)
    assert (database.status(STATUS).healthy, database.status(STATUS).note) == (False, "it is down")
    database.restart(RESTART)
    assert database.status(STATUS).healthy is heals


def test_a_replica_takes_over_once() -> None:
    database = MemoryDatabase(up=False, replica=ReplicaStatus(healthy=True, lag=timedelta(seconds=4)))
    assert database.replica_status(REPLICA).lag == timedelta(seconds=4)
    assert database.failover(FAIL_OVER).note == "what was written in the last 0:00:04 is lost"
    assert database.status(STATUS).healthy
    with pytest.raises(NotFound, match=r"database\.replica_status: there is no replica"):
        database.replica_status(REPLICA)
    with pytest.raises(Conflict, match="there is no replica, so nothing can take over"):
        database.failover(evolve(FAIL_OVER, key="again"))


def test_a_replica_that_is_not_well_cannot_take_over() -> None:
    database = MemoryDatabase(up=False, replica=ReplicaStatus(healthy=False))
    with pytest.raises(Conflict, match="the replica is not well"):
        database.failover(FAIL_OVER)
    assert not database.up


def test_a_database_answers_what_it_was_told_while_it_is_up() -> None:
    rows = QueryRows(columns=("id",), rows=(("7",),))
    database = MemoryDatabase(rows={"SELECT id FROM payments": rows})
    query = QueryDatabase(incident=INCIDENT, sql="SELECT id FROM payments")
    assert database.query(query) == rows
    with pytest.raises(RequestInvalid, match="it was not told of 'DROP TABLE payments'"):
        database.query(evolve(query, sql="DROP TABLE payments"))
    database.up = False
    with pytest.raises(ProviderUnavailable, match=r"database\.query: it is down"):
        database.query(query)
