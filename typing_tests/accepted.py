"""Code as users write it: type checkers must take every line and know every type."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, assert_type

from hypothesis import strategies as st
from hypothesis.stateful import rule

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
    Duration,
    Facts,
    Flag,
    Incident,
    Number,
    Playbook,
    Rotation,
    Rule,
    Schedule,
    Severity,
    SeverityFact,
    SeverityRules,
    SeverityScheme,
    Status,
    SupportCalendar,
    Target,
    Targets,
    Toolbox,
    Triage,
    Walk,
    WorkingDays,
    Worse,
    ask,
    choose,
    when,
)
from incidentkit.adapters import AsyncCommandTools, CommandTools, Verdict
from incidentkit.analysis import Proof, deciding_facts, difference, equivalent, prove
from incidentkit.desk import Result
from incidentkit.desk.notices import Ended, Notice
from incidentkit.drills import (
    Better,
    Estimate,
    Fault,
    Faulty,
    Habit,
    Judgement,
    Nights,
    Outage,
    Share,
    Uniform,
    compare,
    simulate,
)
from incidentkit.errors import Conflict, LawsBroken, PermissionDenied, ProviderError, RateLimited
from incidentkit.memory import (
    Acknowledges,
    Declines,
    MemoryChat,
    MemoryPager,
    MemoryStatusPage,
    MemoryStore,
    MemoryTools,
    MemoryTracker,
    Reaction,
    Sleeps,
)
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Command
from incidentkit.model.events import Event
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.playbooks.emergency import CORE_FUNCTIONALITY, DATA_AT_RISK, ERROR_RATE
from incidentkit.policy.advice import Course, Reason
from incidentkit.policy.escalation import EscalationPolicy
from incidentkit.policy.finding import Code
from incidentkit.policy.override import Addition, Replacement
from incidentkit.policy.participant import Participant
from incidentkit.policy.shift import Shift
from incidentkit.policy.swap import Swap
from incidentkit.providers.answer import Answer, Diagnosis, Receipt
from incidentkit.providers.chat import Chat, CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.database import Database
from incidentkit.providers.deployments import Deployments
from incidentkit.providers.feature_flags import DisableFeatures, EnableFeatures, FeatureFlags
from incidentkit.providers.health_checks import CheckHealth, Health
from incidentkit.providers.metrics import ReadErrors, Readings
from incidentkit.providers.pager import Pager, SendPage
from incidentkit.providers.status_page import PublishStatus, StatusPage
from incidentkit.providers.store import Append, FindDue, IncidentStore, TakeNumber
from incidentkit.providers.support import Support
from incidentkit.providers.tools import Change, operation
from incidentkit.providers.tracker import FindTickets, FoundTickets, OpenTicket, SearchesTickets, Tracker
from incidentkit.providers.undoing import undoing
from incidentkit.testing import (
    Check,
    IncidentMachine,
    Law,
    Level,
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


def five_minutes() -> None:
    triage = EMERGENCY.triage({ERROR_RATE: 0.34, CORE_FUNCTIONALITY: True})
    assert_type(triage.certain, bool)
    assert_type(triage.explain(), str)
    if triage.next_question is not None:
        assert_type(triage.next_question.question, str)
    EMERGENCY.triage({"error_rate": 0.34, "core_functionality": None})
    advice = EMERGENCY.advise({ERROR_RATE: 0.34}, unsure=[DATA_AT_RISK, "data_lost"])
    assert_type(advice.course, Course | None)
    assert_type(advice.reasons, tuple[Reason, ...])


def conditions(now: datetime) -> None:
    unresolved_for = Clock("unresolved_for", question="For how long has it not been resolved?")
    page_everyone = (ERROR_RATE > 0.10) | DATA_AT_RISK
    assert_type(page_everyone, Condition)
    assert_type(~DATA_AT_RISK & (unresolved_for >= timedelta(minutes=30)), Condition)
    assert_type(page_everyone.evaluate({ERROR_RATE: 0.04}), bool | None)
    assert_type(page_everyone.next_change({unresolved_for: now}, at=now), datetime | None)
    assert_type(Condition.parse("error_rate > 0.1", [ERROR_RATE]), Condition)
    assert_type(0.1 < ERROR_RATE, Condition)  # noqa: SIM300


def a_rule_author() -> None:
    P1, P2, P3 = SCHEME = SeverityScheme("P1", "P2", "P3")
    FAILED_PAYMENTS = Number(
        "failed_payments", question="What share of payments fails?", minimum=0, maximum=1, worse=Worse.HIGHER
    )
    CARD_DATA_EXPOSED = Flag("card_data_exposed", question="Is card data exposed?")
    RULES = SeverityRules(
        when(CARD_DATA_EXPOSED, P1, because="card data"),
        when(FAILED_PAYMENTS > 0.25, P1, because="every fourth payment fails"),
        when(FAILED_PAYMENTS > 0.02, P2),
        otherwise=P3,
    )
    assert_type(max(SCHEME) > P2, bool)
    assert_type(SCHEME["P1"].targets, Targets)
    assert_type(RULES.to_toml(), str)
    SeverityRules.from_toml(RULES.to_toml(), source="rules.toml")


class Payments:
    """Stands for a scheme, so that the checker keeps its severities apart from others."""


def a_scheme_with_a_type() -> None:
    HIGH, LOW = SeverityScheme[Payments]("high", "low")
    assert_type(HIGH, Severity[Payments])
    assert_type(when(DATA_AT_RISK, HIGH), Rule[Payments])
    rules = SeverityRules(when(DATA_AT_RISK, HIGH), otherwise=LOW)
    assert_type(rules, SeverityRules[Payments])
    assert_type(rules.triage({DATA_AT_RISK: True}), Triage[Payments])
    assert_type(rules.triage({}).severity, Severity[Payments])
    assert_type(rules.decide({}), Rule[Payments] | None)


def targets() -> None:
    office = SupportCalendar("office", zone="Europe/London", hours="Mon-Fri 09:00-17:30")
    SeverityScheme(
        Severity("P1", targets=Targets(respond=timedelta(minutes=15), update=Target(timedelta(hours=1), repeats=True))),
        Severity("P2", targets=Targets(respond=Target(WorkingDays(1), office))),
    )


class Advice(StrEnum):
    ACT = "act"
    WAIT = "wait"


def trees(facts: Facts) -> None:
    region = Choice("region", question="Which region?", options=("eu", "us"))
    time_to_fix = Duration("time_to_fix", question="How long will a fix take?")
    tree = DecisionTree("Now?", ask("Is data at risk?", DATA_AT_RISK, yes=Advice.ACT, no=Advice.WAIT))
    assert_type(tree, DecisionTree[Advice])
    assert_type(tree.decide(facts), Walk[Advice])
    assert_type(tree.walk().answer("yes").conclusion, Advice | None)
    document = DecisionTree(
        "Where?",
        choose(
            "Which region?",
            region,
            {"eu": Conclusion("call"), "us": Conclusion("wait")},
            unsure=ask("Quick?", time_to_fix < timedelta(minutes=5), yes=Conclusion("call"), no=Conclusion("wait")),
        ),
    )
    assert_type(DecisionTree.from_toml(document.to_toml()), DecisionTree[Conclusion])


def severity_as_a_fact(facts: Facts) -> None:
    severity = SeverityFact(scheme=EMERGENCY.scheme)
    assert_type((severity >= EMERGENCY.scheme["SEV-2"]).evaluate(facts), bool | None)


class ShortestPager:
    def page(self, request: SendPage, /) -> Receipt:
        return Receipt()

    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


class ShortestAsyncPager:
    async def page(self, request: SendPage, /) -> Receipt:
        return Receipt(reference=request.key)

    async def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


async def providers(pager: Pager, request: SendPage) -> None:
    pagers: list[Pager] = [ShortestPager(), ShortestAsyncPager(), MemoryPager()]
    answer = pagers[0].page(request)
    assert_type(answer if isinstance(answer, Receipt) else await answer, Receipt)
    assert_type(MemoryPager().page(request), Receipt)


class ShortestAsyncChat:
    async def open_channel(self, request: OpenChannel, /) -> Receipt:
        return Receipt(reference=request.name)

    async def post(self, request: PostMessage, /) -> Receipt:
        return Receipt()

    async def close_channel(self, request: CloseChannel, /) -> Receipt:
        return Receipt()

    async def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


def places(publication: PublishStatus, ticket: OpenTicket, tracker: Tracker) -> None:
    chats: list[Chat] = [ShortestAsyncChat(), MemoryChat(taken={"payments"})]
    pages: list[StatusPage] = [MemoryStatusPage()]
    trackers: list[Tracker] = [MemoryTracker(), tracker]
    assert_type(MemoryChat().channels[0].messages, tuple[PostMessage, ...])
    assert_type(pages[0].publish(publication), Answer[Receipt])
    assert_type(trackers[0].open_ticket(ticket), Answer[Receipt])
    if isinstance(tracker, SearchesTickets):
        assert_type(tracker.search_tickets(FindTickets(incident=IncidentId("INC-7"), limit=5)), Answer[FoundTickets])
    assert_type(chats[0].diagnose(), Answer[Diagnosis])


class ShortestAsyncFlags:
    async def disable(self, request: DisableFeatures, /) -> Receipt:
        return Receipt(former=request.features, output=b"2 features are off")

    async def enable(self, request: EnableFeatures, /) -> Receipt:
        return Receipt()

    async def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


def tools(disable: DisableFeatures, check: CheckHealth, errors: ReadErrors) -> None:
    memory = MemoryTools()
    flags: list[FeatureFlags] = [memory.feature_flag_tool, ShortestAsyncFlags()]
    support: Support = MemoryTracker()
    Toolbox(feature_flag_tool=flags[1], support=support, metrics=memory.metrics, **memory.by_slot)
    assert_type(flags[0].disable(disable), Answer[Receipt])
    assert_type(memory.health_check.check(check), Health)
    assert_type(memory.metrics.errors(errors).error_rate, float | None)
    assert_type(memory.metrics.errors(errors), Readings)
    assert_type(operation("metrics.errors").arguments_of(errors), tuple[str, ...])
    assert_type(undoing(disable, memory.feature_flag_tool.disable(disable), key="5f" * 32), Change | None)


def reactions(people: dict[PersonId, Reaction], now: datetime) -> None:
    MemoryPager({"ada": Acknowledges(timedelta(minutes=2)), "grace": Declines(timedelta(0), "away"), "eve": Sleeps()})
    pager = MemoryPager(people, clock=lambda: now)
    assert_type(pager.answers(now), tuple[tuple[IncidentId, Command], ...])
    assert_type(pager.next_answer_at, datetime | None)


def stores(store: IncidentStore, request: Append) -> None:
    memory = MemoryStore(lambda: datetime.now(UTC))
    stores: list[IncidentStore] = [store, memory]
    assert_type(memory.append(request), tuple[Event, ...])
    assert_type(memory.load("INC-1"), tuple[Event, ...])
    assert_type(memory.due(FindDue("a hash", 10)), tuple[IncidentId, ...])
    assert_type(memory.number(TakeNumber("20260302")), int)
    assert_type(stores[0].now(), Answer[datetime])


def failures(error: ProviderError) -> None:
    if isinstance(error, RateLimited):
        assert_type(error.retry_after, timedelta | None)
    assert_type(error.transient or error.outcome_unknown, bool)
    assert_type(error.status, int | None)
    PermissionDenied("not allowed", missing_scopes=("pages:write",), provider="pagerduty", operation="page", status=403)


def watch(notice: Notice) -> None:
    if isinstance(notice, Ended):
        assert_type(notice.outcome, Outcome)


class ShortestObserver:
    def notice(self, notice: Notice, /) -> None:
        watch(notice)


def desks(playbook: Playbook, directory: Directory, store: IncidentStore) -> None:
    toolbox = Toolbox(pagers={"phone": ShortestPager(), "mail": ShortestAsyncPager(), "push": MemoryPager()})
    Toolbox(pagers=dict.fromkeys(("phone", "mail"), ShortestPager()))
    with Desk(playbook, directory, toolbox, store, observers=[ShortestObserver()]) as desk:
        assert_type(desk.declare("Checkout fails", by="bot", facts={"error_rate": 0.2}), Incident)
        assert_type(desk.declare("Search is slow", by="bot", labels={"service": "search"}).labels, Mapping[str, str])
        assert_type(desk.acknowledge("INC-1", by="ada"), Result)
        assert_type(desk.tick(), int)
        desk.run(stop=threading.Event(), heartbeat=lambda: print("alive"))


async def async_desks(playbook: Playbook, directory: Directory, store: IncidentStore) -> None:
    toolbox = Toolbox(pagers={"phone": ShortestAsyncPager()})
    async with AsyncDesk([playbook, EMERGENCY], directory, toolbox, store) as desk:
        assert_type(await desk.declare("Checkout fails", by="bot"), Incident)
        assert_type(await desk.acknowledge("INC-1", by="ada"), Result)
        await desk.run(stop=asyncio.Event(), poll=timedelta(seconds=5))


def schedules(now: datetime) -> None:
    rotation = Rotation(
        name="primary",
        zone="Europe/London",
        starts=date(2026, 3, 2),
        every="1 week on Mon",
        at="09:00",
        participants=["ada", ["grace", "linus"], Participant("zoe", turns=2)],
        hours="Mon-Fri 09:00-17:00",
    )
    changed = rotation.with_participants(["ada", "grace"], since=now)
    assert_type(changed.participants, tuple[Participant, ...])
    assert_type(changed.at, time)
    schedule = Schedule(
        [rotation],
        overrides=[
            Addition(start=now, end=now + timedelta(hours=1), person="ada"),
            Replacement(start=now, end=now + timedelta(hours=1), person="ada", by="zoe"),
        ],
        swaps=[Swap("primary", {"ada": 0, "zoe": 2})],
    )
    assert_type(Schedule(rotation).on_call(now), tuple[PersonId, ...])
    assert_type(schedule.shifts(now, now + timedelta(days=1)), tuple[Shift, ...])
    assert_type(schedule.next_shift("ada", now), Shift | None)
    directory = Directory(schedules={"payments": schedule})
    assert_type(directory.schedules["payments"], Schedule)


def faults() -> None:
    ill: Pager = Faulty(ShortestAsyncPager(), Outage(Fault.DELAYED, after=timedelta(minutes=3)))
    assert_type(Faulty(MemoryPager(), [Fault.LOST]), Faulty[MemoryPager])
    database: Database = Faulty(MemoryTools().database, Fault.SLOW)
    support: Support = Faulty(MemoryTracker(), Fault.SLOW)
    Toolbox(pagers={"phone": ill}, chat=Faulty(MemoryChat(), ()), database=database, support=support)
    assert_type(as_pager(Faulty(ShortestPager(), Fault.DROPPED)), Pager)


def as_pager(ill: Faulty[Pager]) -> Pager:
    return ill


def odds(nights: Nights) -> None:
    had = simulate(nights, runs=10, seed=7, processes=2, progress=lambda done, of: print(done / of))
    assert_type(had.time_to_acknowledge(0.9), Estimate)
    assert_type(had.nobody_answered, Share)
    assert_type(nights.night(0, seed=7).run().judgements, tuple[Judgement, ...])
    assert_type(compare(had, had).better, Better)
    Habit(answers=Uniform(timedelta(0), timedelta(minutes=5)), asleep=0.5)


def programs() -> None:
    tools = CommandTools(
        {"DEPLOY_TOOL": "./deploy.sh --quiet", "VCS_TOOL": ["git"]},
        limits={"DEPLOY_TOOL": timedelta(minutes=10)},
        exit_codes={"VCS_TOOL": {1: Conflict, 2: Verdict.DONE}},
    )
    assert_type(tools.slots().get("deploy_tool"), Deployments | None)
    assert_type(AsyncCommandTools.from_environment(grace=timedelta(seconds=5)), AsyncCommandTools)


def checks_of_providers() -> None:
    assert_type(conformance(Pager), Sequence[Check[Pager]])
    assert_type(
        conformance(IncidentStore, level=Level.MUST, limit=timedelta(seconds=5)), Sequence[Check[IncidentStore]]
    )
    assert_type(conformance(Desk), Sequence[Check[Desk]])
    assert_type(conformance(AsyncDesk), Sequence[Check[AsyncDesk]])
    for check in conformance(Pager):
        assert_type(check.promise, str)
        check(ShortestPager)
        check(lambda: ShortestAsyncPager())
        check(lambda: Rig(MemoryPager(), known={"address": "+44 20 7946 0000"}))
        check(pager_in_a_rig)
        check(pager_in_a_coroutine)
        check(pager_in_a_context)
        check(pager_in_an_async_context)


def checks_of_desks(desk: Desk, other: AsyncDesk, clock: ManualClock) -> None:
    for check in conformance(Desk):
        check(lambda: desk)
        check(lambda: Rig(desk, another=lambda: desk, advance=clock.advance))
    for awaited in conformance(AsyncDesk):
        awaited(lambda: other)
        awaited(lambda: Rig(other, another=lambda: other, advance=clock.advance))


def pager_in_a_rig() -> Rig[Pager]:
    pager = MemoryPager()
    return Rig(pager, effects=lambda: pager.pages)


async def pager_in_a_coroutine() -> ShortestAsyncPager:
    return ShortestAsyncPager()


@contextmanager
def pager_in_a_context() -> Generator[Pager]:
    yield ShortestPager()


@asynccontextmanager
async def pager_in_an_async_context() -> AsyncGenerator[Rig[ShortestAsyncPager]]:
    yield Rig(ShortestAsyncPager())


def checks(now: datetime, policy: EscalationPolicy, on_call: Schedule) -> None:
    assert_type(check_rules(EMERGENCY.rules), None)
    check_rules(EMERGENCY.rules, allow=[Law.MONOTONE, "alive"], examples=50)
    check_tree(EMERGENCY.trees["declaration"], allow={Law.THRESHOLDS})
    check_policy(EMERGENCY, Directory(), at=now, within=timedelta(hours=4), allow=[Law.ENDS, Code.GAP])
    check_policy(policy)
    check_schedule(on_call, start=now, people=2, apart=timedelta(days=1), allow=(Code.IDLE_OVERRIDE,))
    assert_decisions(EMERGENCY.rules, "error_rate | severity\n0.34 | SEV-2", at=now)
    assert_decisions(EMERGENCY.trees["declaration"], [{"users_affected": 0, "conclusion": "Monitor closely"}])
    try:
        check_rules(EMERGENCY.rules)
    except LawsBroken as error:
        assert_type(error.breaches, tuple[Any, ...])


def fixtures(desk: Desk, clock: ManualClock, toolbox: MemoryToolbox, incident_store: IncidentStore) -> None:
    assert_type(desk.declare("Checkout fails", by="bot"), Incident)
    assert_type(clock.advance(timedelta(minutes=5)), datetime)
    assert_type(toolbox.pagers["push"].pages, list[SendPage])
    assert_type(toolbox.status_page, MemoryStatusPage)
    assert_type(memory_toolbox(clock, methods=["push"], reactions={"ada": Sleeps()}), MemoryToolbox)
    Desk(EMERGENCY, Directory(), toolbox, incident_store, places=0)


def strategies() -> None:
    assert_type(incidents(status=Status.RESOLVED, acknowledged=True), st.SearchStrategy[Incident])
    assert_type(playbooks(), st.SearchStrategy[Playbook])
    assert_type(playbooks(Directory(), methods=["push"]), st.SearchStrategy[Playbook])
    assert_type(st.from_type(Incident), st.SearchStrategy[Incident])


class OurMachine(IncidentMachine):
    playbook = EMERGENCY
    directory = Directory()

    def make_store(self, clock: Callable[[], datetime]) -> IncidentStore:
        return MemoryStore(clock)

    def make_toolbox(self, clock: Callable[[], datetime]) -> Toolbox:
        return Toolbox(pagers={"push": MemoryPager(clock=clock)})

    @rule(incident=IncidentMachine.incidents)
    def deploy(self, incident: str) -> None:
        assert_type(self.desk.load(incident), Incident)
        assert_type(self.clock(), datetime)


TestOurMachine = OurMachine.TestCase


def proofs(old: SeverityRules[Any], new: SeverityRules[Any], tree: DecisionTree[Conclusion]) -> None:
    assert_type(prove(old), Proof)
    assert_type(prove(tree, allow=[Law.MONOTONE], limit=timedelta(seconds=1)).holds, bool)
    assert_type(difference(old, new).groups[0].after, Rule[Any])
    assert_type(difference(tree, tree).groups[0].after, Walk[Any])
    assert_type(equivalent(old, new), bool | None)
    assert_type(deciding_facts(old, {"error_rate": 0.2}).facts, Facts)
