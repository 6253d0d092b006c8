"""A desk with every tool in memory, and people who say what its runs wait for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import define, field

from incidentkit import EMERGENCY, Desk, Playbook, Toolbox
from incidentkit.drills import practice_directory
from incidentkit.errors import ProviderError
from incidentkit.memory import (
    MemoryApiGateway,
    MemoryConfiguration,
    MemoryDatabase,
    MemoryDeployments,
    MemoryFeatureFlags,
    MemoryFirewall,
    MemoryLoadBalancer,
    MemoryOrchestrator,
    MemoryPager,
    MemoryServiceMesh,
    MemoryStore,
    MemoryTestRunner,
    MemoryTools,
)
from incidentkit.model.commands import Answer, Command, Confirm, Fulfil, LiftHold, StartRunbook
from incidentkit.model.incident import Incident
from incidentkit.model.runs import RunStanding
from incidentkit.policy.rehearsal import RunReport
from incidentkit.policy.stride import Stage, Stride
from incidentkit.providers.database import QueryRows
from incidentkit.providers.deployments import Deployment
from incidentkit.providers.tools import ToolRequest
from incidentkit.testing import ManualClock

START: Final = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
PAYMENTS: Final = "SELECT * FROM payments WHERE status='pending' LIMIT 10"

PROCEDURES: Final = Playbook(
    name="procedures", rules=EMERGENCY.rules, runbooks=EMERGENCY.runbooks, preservation=EMERGENCY.preservation
)
"""The runbooks alone, without anybody who is paged for the incident itself."""

PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "disable feature": {"features": "search"},
    "roll back deployment": {"version": "2.3.0"},
    "break circuit": {"service": "search"},
    "route traffic away": {"instance": "web-3"},
    "hotfix": {"issue": "checkout-500"},
    "configuration change": {"key": "pool", "value": "20", "service": "checkout"},
    "rollback": {"version": "2.3.0"},
    "API rate limit exceeded": {"features": ["search", "feed"]},
    "security breach suspected": {"service": "checkout"},
}
"""With what each runbook is started that has to be told anything."""


def shop(clock: ManualClock) -> MemoryTools:
    """The tools of a shop in which nothing is wrong."""
    return MemoryTools(
        clock=clock,
        feature_flag_tool=MemoryFeatureFlags(["search", "feed", "payment-processing"], off=["beta"]),
        deploy_tool=MemoryDeployments(
            [Deployment(version="2.3.0"), Deployment(version="2.4.0")], releases=["2.4.1"], clock=clock
        ),
        orchestrator=MemoryOrchestrator({"checkout": 3}),
        service_mesh=MemoryServiceMesh(["search"]),
        load_balancer=MemoryLoadBalancer(["web-3", "web-4"]),
        database=MemoryDatabase(rows={PAYMENTS: QueryRows()}),
        test_runner=MemoryTestRunner({"smoke": {"pays": True}}),
        config_tool=MemoryConfiguration({"pool": "10"}),
        api_gateway=MemoryApiGateway(),
        firewall=MemoryFirewall(["checkout"]),
    )


@define
class Witness:
    """Passes on what a tool is asked and writes it down, unless that call is to fail."""

    slot: str
    tool: Any
    calls: list[tuple[str, ToolRequest]]
    faults: dict[int, ProviderError]

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.tool, name)
        if name == "diagnose":
            return method

        def call(request: ToolRequest, /) -> object:
            self.calls.append((f"{self.slot}.{name}", request))
            fault = self.faults.pop(len(self.calls), None)
            if fault is not None:
                raise fault
            return method(request)

        return call


def holder(role: str) -> str:
    """Whoever has a role."""
    return practice_directory().roles[role][0]


@define
class Response:
    """People who go through runbooks with a desk; `ended` lets one go on to its end, whatever it waits for."""

    playbook: Playbook = PROCEDURES
    crashing: bool = False
    """Whether the desk is killed, and another one begun, each time that it has looked."""
    faults: dict[int, ProviderError] = field(factory=dict[int, ProviderError])
    """What goes wrong at which call, counted from 1."""
    slots: Mapping[str, Any] | None = None
    """Other tools than those in memory."""
    clock: ManualClock = field(factory=lambda: ManualClock(START))
    tools: MemoryTools = field(init=False)
    store: MemoryStore = field(init=False)
    calls: list[tuple[str, ToolRequest]] = field(factory=list[tuple[str, ToolRequest]])
    """What tools were asked, in order."""
    said: list[Command] = field(factory=list[Command])
    """What people said."""
    desk: Desk = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.tools, self.store = shop(self.clock), MemoryStore(self.clock)
        self.desk = self.another()
        self.desk.declare("Checkout returns 500", by="noor", id="INC-1", severity=self.playbook.scheme["SEV-1"])

    def another(self) -> Desk:
        """One more desk on the same store: as if the one before had been killed."""
        given = self.tools.by_slot if self.slots is None else self.slots
        slots: dict[str, Any] = {slot: Witness(slot, tool, self.calls, self.faults) for slot, tool in given.items()}
        pagers = dict.fromkeys(self.playbook.methods, MemoryPager(clock=self.clock))
        toolbox = Toolbox(pagers=pagers, **slots)
        return Desk(self.playbook, practice_directory(), toolbox, self.store, places=0, observers=())

    @property
    def incident(self) -> Incident:
        return self.desk.load("INC-1")

    def report(self, run: str) -> RunReport:
        return next(each for each in self.desk.runs("INC-1") if each.run.name == run)

    def say(self, kind: type[Any], *given: Any, by: str, **more: Any) -> None:
        command = kind(*given, at=self.clock(), by=by, **more)
        self.desk.submit("INC-1", command)
        self.said.append(command)

    def start(self, runbook: str, **parameters: Any) -> str:
        """Start a runbook; what its run is called."""
        given = parameters or PARAMETERS.get(runbook, {})
        before = {*self.incident.runs}
        self.desk.submit("INC-1", StartRunbook(runbook, parameters=given, at=self.clock(), by="noor"))
        (run,) = self.incident.runs.keys() - before
        return run

    def work(self) -> None:
        """Let the desk do what is due now."""
        while True:
            if self.crashing:
                self.desk = self.another()
            if not self.desk.tick():
                return

    def ended(self, run: str) -> RunReport:
        """Go on with a run to its end."""
        for _ in range(100):
            self.work()
            report = self.report(run)
            if report.run.standing is RunStanding.ENDED:
                return report
            waiting = [each for each in report.waiting if not each.is_over]
            for stride in waiting:
                self.answer(run, stride)
            if not waiting:
                self.clock.set(self.clock() + MINUTE)
        raise AssertionError(str(self.report(run)))

    def answer(self, run: str, stride: Stride) -> None:
        """Say what a step waits for, as the one who may."""
        owner = holder(stride.placed.owner.name)
        match stride.stage:
            case Stage.UNKNOWN:
                for fact in stride.placed.step.when.mentioned:
                    self.say(Answer, run, fact.name, True, by=owner)
            case Stage.UNCONFIRMED | Stage.FAILED:
                by = holder(stride.placed.confirmed_by[0].name)
                self.say(Confirm, run, stride.name, attempt=stride.attempt, by=by)
            case Stage.HELD:
                self.say(LiftHold, reason="all of it is copied", by=owner)
            case _:
                self.say(Fulfil, stride.id, by=owner)

    def state(self) -> tuple[object, ...]:
        """How the tools are."""
        tools = self.tools
        return (
            tools.feature_flag_tool.off,
            tools.deploy_tool.running(),
            tools.orchestrator.replicas,
            tools.service_mesh.off,
            tools.load_balancer.off,
            tools.api_gateway.limit,
            tools.firewall.off,
            tools.config_tool.settings,
        )
