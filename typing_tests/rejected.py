"""Mistakes: both type checkers must refuse every marked line, and an unneeded mark is an error itself."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

from incidentkit import (
    EMERGENCY,
    AsyncDesk,
    Choice,
    Clock,
    Conclusion,
    Condition,
    DecisionTree,
    Desk,
    Directory,
    Flag,
    Number,
    Playbook,
    Schedule,
    SeverityRules,
    SeverityScheme,
    Targets,
    Toolbox,
    ask,
    when,
)
from incidentkit.adapters import CommandTools
from incidentkit.analysis import deciding_facts, difference, prove
from incidentkit.desk.notices import Notice
from incidentkit.drills import Fault, Faulty, Habit, Outage
from incidentkit.errors import ProviderError, RateLimited
from incidentkit.memory import MemoryPager, MemoryStore, MemoryTools
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.feature_flags import DisableFeatures
from incidentkit.providers.health_checks import CheckHealth
from incidentkit.providers.pager import Pager, SendPage
from incidentkit.providers.store import Append, FindForgotten, IncidentStore
from incidentkit.providers.undoing import undoing
from incidentkit.testing import (
    Check,
    IncidentMachine,
    ManualClock,
    MemoryToolbox,
    Rig,
    assert_decisions,
    check_policy,
    check_rules,
    check_schedule,
    check_tree,
    conformance,
    incidents,
    memory_toolbox,
    playbooks,
)

RATE = Number("error_rate", question="What share of requests fails?", minimum=0, maximum=1)
AT_RISK = Flag("data_at_risk", question="Is data at risk?")
DOWN = Flag("production_down", question="Is production down?")
REGION = Choice("region", question="Which region?", options=("eu", "us"))
UNRESOLVED_FOR = Clock("unresolved_for", question="For how long has it not been resolved?")


class Payments:
    pass


class Platform:
    pass


HIGH, LOW = SeverityScheme[Payments]("high", "low")
SEV_1, SEV_2 = SeverityScheme[Platform]("SEV-1", "SEV-2")


def comparisons() -> None:
    RATE > "0.1"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    RATE.is_("high")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    UNRESOLVED_FOR >= 30  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    UNRESOLVED_FOR < timedelta(minutes=30)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    REGION > "eu"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    REGION.one_of(1, 2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AT_RISK | RATE  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    RATE > 0.1 | AT_RISK  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    AT_RISK | DOWN > 0.1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]


def python_logic(condition: Condition) -> None:
    if condition & AT_RISK:  # pyright: ignore[reportGeneralTypeIssues]
        pass  # type: ignore[unreachable]


def negation(condition: Condition) -> None:
    _ = not condition  # pyright: ignore[reportGeneralTypeIssues]


def conjunction(condition: Condition) -> None:
    _ = condition and AT_RISK  # type: ignore[redundant-expr, unreachable]


def disjunction(condition: Condition) -> None:
    _ = condition or AT_RISK  # type: ignore[redundant-expr, unreachable]


def rules() -> None:
    when(RATE, HIGH)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    when(AT_RISK, "high")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    when(True, HIGH)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    SeverityRules(when(AT_RISK, HIGH), otherwise=SEV_2)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
    HIGH > SEV_1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    HIGH > 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]


def definitions() -> None:
    Flag("flag")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Flag("flag", "Is it so?")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Number("number", question="How many?", minimum="0")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Number("number", question="How many?", lowest=0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Targets(respond=15)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Targets(reply=timedelta(minutes=15))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def frozen() -> None:
    RATE.name = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    HIGH.key = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def trees() -> None:
    ask("Is it so?", AT_RISK, yes=Conclusion("a"))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ask("Is it so?", REGION, yes=Conclusion("a"), no=Conclusion("b"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    tree = DecisionTree("Now?", ask("Is it so?", AT_RISK, yes=1, no=2))
    _: str = tree.walk().conclusion  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


class Diagnosed:
    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


class OtherMethod(Diagnosed):
    def send(self, request: SendPage, /) -> Receipt:
        return Receipt()


class OtherArgument(Diagnosed):
    def page(self, request: str, /) -> Receipt:
        return Receipt()


class MoreArguments(Diagnosed):
    def page(self, request: SendPage, urgent: bool, /) -> Receipt:
        return Receipt()


class OtherAnswer(Diagnosed):
    def page(self, request: SendPage, /) -> str:
        return ""


class OtherPromise(Diagnosed):
    async def page(self, request: SendPage, /) -> None:
        pass


class NoDiagnosis:
    def page(self, request: SendPage, /) -> Receipt:
        return Receipt()


def use(pager: Pager) -> None:
    pass


def keep(store: IncidentStore) -> None:
    pass


def providers() -> None:
    use(OtherMethod())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    use(OtherArgument())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    use(MoreArguments())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    use(OtherAnswer())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    use(OtherPromise())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    use(NoDiagnosis())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    keep(MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def requests(pager: Pager, request: SendPage, store: MemoryStore) -> None:
    pager.page(request=request)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    SendPage(key="a key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    request.key = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    store.append(request)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Append(incident="INC-1", events=(), expected_version=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    FindForgotten(grace=300)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    MemoryPager({"ada": "sleeps"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


def changes(incident: IncidentId, check: CheckHealth) -> None:
    DisableFeatures(incident=incident, features=("checkout",))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    MemoryTools().feature_flag_tool.disable(check)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    undoing(check, Receipt(), key="5f" * 32)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Receipt(output="text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def failures() -> None:
    ProviderError("it did not work", url="https://example.org")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    RateLimited("too fast", retry_after=30)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class OtherNotice:
    def notice(self, notice: str, /) -> None:
        pass


class NoNotice:
    def note(self, notice: Notice, /) -> None:
        pass


def desks(playbook: Playbook, directory: Directory, tools: Toolbox, store: MemoryStore) -> None:
    Toolbox({"phone": MemoryPager()})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Toolbox(pagers={"phone": OtherMethod()})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    Toolbox(pagers={"phone": OtherPromise()})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    Toolbox(pagers={"phone": NoDiagnosis()})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    Toolbox(pagers={"phone": MemoryPager})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    Toolbox(chat=MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Toolbox(status_page=MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Toolbox(tracker=MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Toolbox(metrics=MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Toolbox(health_check=MemoryTools().metrics)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Toolbox(firewall=MemoryTools().service_mesh)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Toolbox(pagers=[MemoryPager()])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Desk(playbook, directory, tools, MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Desk(playbook, directory, {"phone": MemoryPager()}, store)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Desk(playbook, directory, tools, store, deadline=30)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Desk(playbook, directory, tools, store, observers=[OtherNotice()])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    AsyncDesk(playbook, directory, tools, store, observers=[NoNotice()])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


async def use_of_desks(desk: Desk, other: AsyncDesk) -> None:
    desk.acknowledge("INC-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    desk.run(stop=asyncio.Event())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await other.run(stop=threading.Event())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _: int = other.tick()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


def faults() -> None:
    Faulty(MemoryPager(), "lost")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Faulty(object(), Fault.LOST)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    Faulty(MemoryPager(), Fault.LOST).post  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    Outage(Fault.LOST, timedelta(minutes=5))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Habit(answers=timedelta(minutes=5))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def programs() -> None:
    CommandTools({"DEPLOY_TOOL": 3})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    CommandTools({}, limit=25)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CommandTools({}, exit_codes={"VCS_TOOL": {1: ValueError}})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    CommandTools.from_environment(limt=timedelta(seconds=25))  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CommandTools({}).slots()["deploy"]  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]


def checks_of_providers(check: Check[Pager]) -> None:
    check(OtherMethod)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check(NoDiagnosis)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check(MemoryPager())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check(lambda: Rig(MemoryStore()))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for other in conformance(IncidentStore):
        other(MemoryPager)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    conformance(Pager, level="must")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def checks_of_desks(desk: Desk, check: Check[Desk]) -> None:
    check(MemoryPager)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check(lambda: Rig(desk, advance=60))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    for awaited in conformance(AsyncDesk):
        awaited(lambda: desk)  # type: ignore[arg-type,return-value]  # pyright: ignore[reportArgumentType]


def checks(rules: SeverityRules, schedule: Schedule) -> None:
    check_rules(rules, allow=[3])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    check_rules(rules, exmples=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    check_tree(rules)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check_policy(rules)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    check_schedule(schedule)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_decisions(rules, 3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def testing(clock: ManualClock, toolbox: MemoryToolbox) -> None:
    incidents(status=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    incidents(lasting=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    playbooks(EMERGENCY)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    memory_toolbox(clock)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    toolbox.pagers["push"].messages  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


class OtherStore(IncidentMachine):
    def make_store(self) -> IncidentStore:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return MemoryStore()


def proofs(rules: SeverityRules[Any], tree: DecisionTree[Conclusion]) -> None:
    prove("rules.toml")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    prove(rules, allow=[3])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    difference(rules, tree)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    deciding_facts(tree, {})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
