"""Runs of runbooks: what is true of every log that follows from them, whatever tools answer and people say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import Directory, Flag, Incident, Playbook
from incidentkit.errors import FieldInvalid, IncidentkitError
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.assessment import Value
from incidentkit.model.commands import (
    Answer,
    CancelRunbook,
    ChangeSeverity,
    Command,
    Confirm,
    Fulfil,
    Hold,
    LiftHold,
    Mitigate,
    Resolve,
    ResumeRunbook,
    StartRunbook,
    UndoRunbook,
    Waive,
)
from incidentkit.model.conditions import Condition
from incidentkit.model.events import (
    ActionEnded,
    ActionStarted,
    Answered,
    Became,
    Confirmed,
    Event,
    Fulfilled,
    Held,
    HoldLifted,
    RunbookCancelled,
    RunbookResumed,
    RunbookUndone,
    RunEnded,
    Skipped,
    Waived,
)
from incidentkit.model.runs import RunStanding
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Person
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.parameter import Parameter
from incidentkit.policy.planning import Plan, plan, preview, settle
from incidentkit.policy.recipient import role
from incidentkit.policy.rehearsal import dry_run, runs_of
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.standing import Owings, Standing, obligations
from incidentkit.policy.step import Check, Decide, Failure, Include, Instruct, Step, Use
from incidentkit.policy.stride import WAITING, Stage, Stride
from incidentkit.policy.view import View
from incidentkit.testing.planning import claimed, stamped
from incidentkit.testing.rules import RULES
from incidentkit.text.plain import plain_line

START: Final = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
VALID: Final = timedelta(minutes=10)

SAFE = Flag("safe_to_restart", question="Is a restart safe?")
UP = Flag("database_up", question="Does the database answer?")

COMMANDER = role("incident commander")
LEAD = role("technical lead")
NOTICE = (Attempt("push"),)

VERIFY = Runbook(
    "verify",
    [
        Check("health", "health_check.check", {"environment": "{where}"}, every=MINUTE, patience=2 * MINUTE),
        Check("errors", "metrics.errors", {"last": MINUTE}, lasting=2 * MINUTE, on_failure=Failure.GO_ON),
    ],
    owner=LEAD,
    parameters=[Parameter(name="where", default="production")],
)

FAILOVER = Runbook(
    "failover",
    [
        Use("status", "database.status", learns={"healthy": UP}),
        Decide("safe", SAFE, when=~UP),
        Use("restart", "database.restart", when=SAFE & ~UP),
        Use("replica", "database.replica_status", on_failure=Failure.GO_ON),
        Use("promote", "database.failover", when=~UP, confirmed_by=COMMANDER, valid=VALID),
        Use("off", "feature_flag_tool.disable", {"features": "{features}"}, temporary=True),
        Include("verify", "verify", {"where": "production"}, when=SAFE),
        Instruct("tell", what="tell the vendor"),
        Use("scale", "orchestrator.scale", {"replicas": "{replicas}"}, on_failure=Failure.UNDO, confirm=True),
    ],
    owner=LEAD,
    parameters=[Parameter(name="features", kind="names"), Parameter(name="replicas", kind="count", default=10)],
    notice=NOTICE,
)

BOOK = Playbook(name="shop", rules=RULES, runbooks=[VERIFY, FAILOVER])

PEOPLE = Directory(
    people={name: Person(id=name, contacts={"push": name}) for name in ("ada", "grace", "linus")},
    roles={"incident commander": ("ada",), "technical lead": ("grace",)},
)

DESTRUCTIVE: Final = frozenset({"restart", "promote"})


def declared() -> Incident:
    severity = RULES.scheme.severities[0]
    return Incident.declare("INC-1", title="Database down", at=START, by="ada", severity=severity, playbook=BOOK)


def started(incident: Incident | None = None, **given: Any) -> Incident:
    """The incident once the failover was started."""
    parameters: dict[str, Value] = {"features": "search feed", "replicas": 10}
    command = StartRunbook("failover", parameters=parameters, at=START + MINUTE, by="ada", **given)
    return (incident or declared()).apply(command)


@frozen
class Desk:
    """A desk by hand: it looks, and tools answer what they are told to."""

    incident: Incident
    now: datetime = START + MINUTE
    book: Playbook = BOOK

    def plan(self) -> Plan:
        return plan(self.incident, self.book, PEOPLE, now=self.now)

    def view(self) -> View:
        incident = self.incident.extended(stamped(self.plan().decisions, self.now))
        return View(incident, self.book, PEOPLE, max(self.now, incident.as_of))

    def stride(self, step: str, run: int = 0) -> Stride:
        course = self.view().courses[run]
        return next(each for each in (*course.forward, *course.backward) if each.name == step)

    def stage(self, step: str, run: int = 0) -> Stage:
        """How it stands with a step."""
        return self.stride(step, run).stage

    def because(self, step: str) -> str:
        """Why it stands so."""
        return self.stride(step).because

    def owings(self) -> Owings:
        return obligations(self.incident, self.book, PEOPLE, now=self.now)

    def owing(self, obligation: str) -> Standing:
        return self.owings()[obligation].standing

    def rows(self, run: int = 0) -> list[tuple[str, ...]]:
        """The report of a run, without the day and without reasons."""
        incident = self.incident.extended(stamped(self.plan().decisions, self.now))
        table = runs_of(incident, self.book, PEOPLE, now=self.now)[run].to_table()
        rows = [[plain_line(cell) for cell in row] for row in table.rows]
        return [(step, stage, since[11:], next_try) for step, stage, since, next_try, _ in rows]

    def told_of(self, run: int = 0) -> list[tuple[str, str, str]]:
        """What a report says of each step, and why."""
        incident = self.incident.extended(stamped(self.plan().decisions, self.now))
        strides = runs_of(incident, self.book, PEOPLE, now=self.now)[run].steps
        return [(each.name, each.stage, each.because) for each in strides]

    def stages(self, run: int = 0) -> dict[str, Stage]:
        return {each.name: each.stage for each in self.view().courses[run].forward}

    def later(self, by: timedelta = MINUTE) -> Desk:
        return evolve(self, now=self.now + by)

    def looked(self) -> tuple[Desk, tuple[Action, ...]]:
        """What was decided and claimed."""
        planned = self.plan()
        claims = [claimed(self.incident, each, self.now) for each in planned.due]
        log = self.incident.extended([*stamped(planned.decisions, self.now), *claims])
        return evolve(self, incident=log), planned.due

    def heard(self, action: Action, outcome: Outcome = Outcome.SUCCEEDED, **more: Any) -> Desk:
        """What came of an action."""
        common: dict[str, Any] = {"incident": self.incident.id, "at": self.now, "by": "desk", "recorded_at": self.now}
        return evolve(
            self, incident=self.incident.extended([ActionEnded(**common, action=action.key, outcome=outcome, **more)])
        )

    def told(self, kind: type[Any], *given: Any, by: str = "ada", **more: Any) -> Desk:
        """What somebody said, after what was due before."""
        due = settle(self.incident, self.book, PEOPLE, before=self.now)
        settled = self.incident.extended(stamped(due, self.now))
        command: Command = kind(*given, at=self.now, by=by, **more)
        return evolve(self, incident=settled.apply(command, recorded_at=self.now))

    def gone_on(self, **answers: Any) -> Desk:
        """Everything that is due, again and again, with the readings that are given by step."""
        desk = self
        for _ in range(50):
            desk, actions = desk.looked()
            if not actions and desk.incident is self.incident:
                return desk
            if not actions:
                again, more = desk.looked()
                if not more and again.incident.version == desk.incident.version:
                    return again
                continue
            for action in actions:
                step = action.key.obligation.rpartition("/")[2]
                desk = desk.heard(action, **answers.get(step, {}))
        raise AssertionError("it never ends")

    @property
    def log(self) -> Sequence[Event]:
        return self.incident.timeline.events

    @property
    def tried(self) -> list[str]:
        """What was tried of runs, in order."""
        return [key.obligation.partition("/")[2] for key in self.keys]

    @property
    def keys(self) -> list[ActionKey]:
        """The actions that tools were asked to do, in order."""
        return [each.action for each in self.log if isinstance(each, ActionStarted) and not each.action.person]


def readings(**values: Any) -> dict[str, Any]:
    return {"readings": values}


DOWN = {"status": readings(healthy=False)}
ILL = {"health": readings(healthy=False)}
WELL = {"health": readings(healthy=True), "errors": readings(healthy=True)}


def test_steps_come_one_after_the_other_and_each_once() -> None:
    desk = Desk(started()).gone_on(**DOWN)
    assert desk.tried == ["status"]
    assert desk.stage("safe") is Stage.OPEN
    desk = desk.later().told(Answer, "failover #1", "safe_to_restart", True).gone_on()
    assert desk.stages() == {
        "status": Stage.DONE,
        "safe": Stage.DONE,
        "restart": Stage.UNCONFIRMED,
        "replica": Stage.LATER,
        "promote": Stage.LATER,
        "off": Stage.LATER,
        "verify": Stage.LATER,
        "verify/health": Stage.LATER,
        "verify/errors": Stage.LATER,
        "tell": Stage.LATER,
        "scale": Stage.LATER,
    }
    desk = desk.told(Confirm, "failover #1", "restart", by="grace").gone_on()
    assert desk.tried == ["status", "restart", "replica"]
    desk = desk.told(Confirm, "failover #1", "promote").gone_on(off={"former": ("search",)}, **WELL)
    assert desk.tried == ["status", "restart", "replica", "promote", "off", "verify/health", "verify/errors"]
    for _ in range(3):
        desk = desk.later().gone_on(**WELL)
    assert desk.tried[-2:] == ["verify/errors", "verify/errors"]
    assert desk.stage("tell") is Stage.OPEN
    desk = desk.told(Fulfil, "failover #1/tell", by="grace").gone_on()
    assert desk.stage("scale") is Stage.UNCONFIRMED
    desk = desk.told(Confirm, "failover #1", "scale", by="grace").gone_on()
    assert desk.incident.runs["failover #1"].standing is RunStanding.ENDED
    assert [str(each) for each in desk.log if isinstance(each, RunEnded)] == [
        "failover #1 has ended, because every step has ended"
    ]


def test_a_tool_is_asked_with_the_parameters_under_a_key_of_its_own() -> None:
    desk = Desk(started()).gone_on(status=readings(healthy=True))
    (ended,) = (each for each in desk.log if isinstance(each, ActionEnded) and each.action.obligation.endswith("/off"))
    assert ended.outcome is Outcome.SUCCEEDED
    desk, actions = Desk(started()).looked()
    assert [(each.request, each.slot, each.is_destructive) for each in actions] == [
        (actions[0].request, "database", False)
    ]
    (action,) = actions
    assert action.because.startswith("failover #1, status: status")


def test_a_step_whose_guard_is_false_at_its_turn_is_skipped_for_good() -> None:
    desk = Desk(started()).gone_on(status=readings(healthy=True))
    assert [each.obligation for each in desk.log if isinstance(each, Skipped)] == [
        "failover #1/safe",
        "failover #1/restart",
        "failover #1/promote",
    ]
    assert desk.stage("verify") is Stage.UNKNOWN
    desk = desk.later().told(Answer, "failover #1", "safe_to_restart", False).gone_on()
    assert "verify/health" not in desk.stages()
    desk = desk.later().told(Answer, "failover #1", "database_up", False).gone_on()
    assert desk.stage("restart") is Stage.SKIPPED
    assert desk.tried == ["status", "replica", "off"]


def test_an_unknown_guard_is_a_question_and_people_are_told() -> None:
    desk = Desk(started()).gone_on(status=readings(healthy=True))
    (question,) = desk.plan().questions
    assert (question.fact.name, question.holds_up) == ("safe_to_restart", ("failover #1/verify",))
    told = [each.action for each in desk.log if isinstance(each, ActionStarted) and each.action.person]
    assert [(each.obligation, each.person) for each in told] == [("failover #1/verify//unknown", "grace")]


def test_a_confirmation_counts_for_one_try_by_the_right_person_and_not_for_long() -> None:
    desk = Desk(started()).gone_on(status=readings())
    desk = desk.told(Answer, "failover #1", "database_up", False).gone_on()
    desk = desk.told(Answer, "failover #1", "safe_to_restart", False).gone_on()
    assert desk.stage("promote") is Stage.UNCONFIRMED
    unsaid = desk.told(Confirm, "failover #1", "promote", by="linus").gone_on()
    assert unsaid.stage("promote") is Stage.UNCONFIRMED
    assert unsaid.because("promote") == "linus confirmed it, who may not: role incident commander (ada)"
    late = desk.told(Confirm, "failover #1", "promote", by="ada").later(VALID + MINUTE).gone_on()
    assert (late.stage("promote"), late.because("promote")) == (
        Stage.UNCONFIRMED,
        "the confirmation of 14:24 by ada has run out",
    )
    asked = [each.because for each in late.log if isinstance(each, Became) and "promote//try 1" in each.obligation]
    assert asked == [
        "failover #1, promote is to be confirmed, for try 1 (promote)",
        "failover #1, promote is to be confirmed, for try 1: the confirmation of 14:24 by ada has run out (promote)",
    ]
    desk = desk.told(Confirm, "failover #1", "promote", by="ada").gone_on(promote={"outcome": Outcome.UNKNOWN})
    assert (desk.stage("promote"), desk.tried.count("promote")) == (Stage.UNCONFIRMED, 1)
    with pytest.raises(IncidentkitError, match="try 1 of 'promote' in failover #1 is not next, which was tried once"):
        desk.later().told(Confirm, "failover #1", "promote", by="ada")
    assert desk.later(timedelta(days=1)).gone_on().tried.count("promote") == 1
    desk = desk.later().told(Confirm, "failover #1", "promote", attempt=2, by="ada").gone_on()
    assert desk.stage("promote") is Stage.DONE
    first, second = (key for key in desk.keys if key.obligation == "failover #1/promote")
    assert first == second  # the same key, because the first may have been done


def test_a_hold_stops_what_destroys_evidence_though_it_was_confirmed() -> None:
    desk = Desk(started()).gone_on(**DOWN).told(Answer, "failover #1", "safe_to_restart", True).gone_on()
    desk = desk.told(Confirm, "failover #1", "restart", by="grace").told(Hold, reason="a breach").gone_on()
    assert (desk.stage("restart"), "restart" in desk.tried) == (Stage.HELD, False)
    desk = desk.told(LiftHold, reason="all is copied").gone_on()
    assert (desk.stage("restart"), "restart" in desk.tried) == (Stage.UNCONFIRMED, False)
    assert desk.because("restart").endswith("by grace came before the hold on evidence was lifted")
    desk = desk.told(Confirm, "failover #1", "restart", by="grace").gone_on()
    assert desk.tried[-2:] == ["restart", "replica"]


def test_a_step_that_failed_waits_for_a_person_and_is_tried_again_under_another_key() -> None:
    desk = Desk(started()).gone_on(status={"outcome": Outcome.FAILED, "problem": "no route"})
    assert desk.stage("status") is Stage.FAILED
    because = next(each.because for each in desk.plan().owed if "status" in each.obligation)
    choices = "confirm try 2, say that it is done, or waive it"
    assert because == f"failover #1, status has failed: {choices}: no route (status)"
    desk = desk.told(Confirm, "failover #1", "status", attempt=2, by="linus")
    assert desk.because("status") == "no route; linus confirmed it, who may not: role technical lead (grace)"
    desk = desk.told(Confirm, "failover #1", "status", attempt=2, by="grace").gone_on(**DOWN)
    assert desk.stage("status") is Stage.DONE
    assert [key.arm for key in desk.keys] == [0, 1]


def test_nothing_is_learned_from_a_try_that_failed() -> None:
    failed = {"outcome": Outcome.FAILED, "problem": "no route", **readings(healthy=True)}
    desk = Desk(started()).gone_on(status=failed).told(Fulfil, "failover #1/status", by="grace").gone_on()
    assert desk.stage("safe") is Stage.UNKNOWN


def test_a_failure_with_which_a_run_goes_on_or_ends_is_told_once() -> None:
    last = Use("look", "database.status", on_failure=Failure.GO_ON)
    book = moved(evolve(last, name="first"), Instruct("tell"), last, notice=NOTICE)
    incident = declared().apply(StartRunbook("r", at=START + MINUTE, by="ada"))
    failed = {"outcome": Outcome.FAILED, "problem": "no route"}
    desk = Desk(incident, book=book).gone_on(first=failed).told(Fulfil, "r #1/tell").gone_on(look=failed)
    assert desk.incident.runs["r #1"].standing is RunStanding.ENDED
    desk = desk.later(timedelta(days=1)).gone_on()
    told = [each.because for each in desk.log if isinstance(each, ActionStarted) and each.action.person]
    assert [each for each in told if "failed" in each] == [
        "r #1, first has failed, and the run goes on: no route (first); push for grace",
        "r #1, look has failed, and the run goes on: no route (look); push for grace",
    ]


def test_what_fails_for_the_time_being_is_tried_again_by_itself_unless_it_destroys_anything() -> None:
    desk = Desk(started()).gone_on(status={"outcome": Outcome.POSTPONED})
    assert desk.stage("status") is Stage.TRYING
    for _ in range(4):
        desk = desk.later(5 * MINUTE).gone_on(status={"outcome": Outcome.POSTPONED})
    assert (desk.stage("status"), desk.tried.count("status")) == (Stage.FAILED, 5)


def test_a_failure_that_undoes_undoes_the_latest_first() -> None:
    desk = Desk(started()).gone_on(status=readings(healthy=True), off={"former": ("search",)})
    desk = desk.told(Answer, "failover #1", "safe_to_restart", False).gone_on(off={"former": ("search",)})
    desk = desk.told(Fulfil, "failover #1/tell", by="grace").told(Confirm, "failover #1", "scale", by="grace")
    desk = desk.gone_on(scale={"outcome": Outcome.FAILED, "problem": "no room"})
    assert desk.tried == ["status", "replica", "off", "scale", "off//undo"]
    undo = next(each for each in desk.log if isinstance(each, ActionStarted) and "undo" in each.action.obligation)
    assert "enable" in undo.because
    told = [each.because for each in desk.log if isinstance(each, Became) and each.obligation.endswith("//failed")]
    assert told == ["failover #1, scale has failed, so what the run did is undone: no room (scale)"]
    paged = [each.action for each in desk.log if isinstance(each, ActionStarted) and each.action.person]
    assert [each.person for each in paged if each.obligation == "failover #1/scale//failed"] == ["grace"]
    assert str(desk.log[-1]) == "failover #1 has ended, because what it did is undone"


def test_what_is_temporary_is_undone_or_made_permanent_before_the_incident_is_closed() -> None:
    desk = Desk(started()).gone_on(status=readings(healthy=True), off={"former": ("search",)})
    off = "failover #1/off//lasting"
    assert (off, "once") not in desk.incident.progress.in_force
    desk = desk.told(Mitigate).gone_on()
    assert (off, "once") in desk.incident.progress.in_force
    assert off in {each.obligation for each in desk.plan().owed}
    undone = desk.told(UndoRunbook, "failover #1", step="off", reason="fixed").gone_on()
    assert undone.tried[-1] == "off//undo"
    assert off not in {each.obligation for each in undone.plan().owed}
    kept = desk.told(Fulfil, off, note="it stays off").gone_on()
    assert off not in {each.obligation for each in kept.plan().owed}


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_is_temporary_and_undone_is_met_before_it_is_owed(by_hand: bool) -> None:
    desk = Desk(started(by_hand=("off",) if by_hand else ()))
    desk = desk.gone_on(status=readings(healthy=True), off={"former": ("search",)})
    desk = desk.told(Fulfil, "failover #1/off").gone_on() if by_hand else desk
    owed = "failover #1/off//lasting"
    assert desk.owing(owed) == Standing.NOT_YET
    undone = desk.told(UndoRunbook, "failover #1", step="off", reason="fixed")
    undone = undone.gone_on().told(Fulfil, "failover #1/off//undo") if by_hand else undone.gone_on()
    assert undone.stage("off//undo") is Stage.DONE
    assert undone.owing(owed) == undone.told(Mitigate).gone_on().owing(owed) == Standing.MET
    words = "undo what was done for the time being, or make it permanent: off"
    assert desk.owings()[owed].what == f"failover #1, off: {words}"


def test_a_run_that_was_cancelled_goes_on_where_it_was() -> None:
    desk, (action,) = Desk(started()).looked()
    desk = desk.told(CancelRunbook, "failover #1", reason="wrong one").heard(action, readings={"healthy": False})
    assert desk.gone_on().tried == ["status"]
    assert desk.gone_on().incident.version == desk.incident.version
    desk = desk.told(ResumeRunbook, "failover #1").gone_on()
    assert desk.stage("safe") is Stage.OPEN


def test_a_step_may_say_as_much_as_any_reason() -> None:
    steps: list[Step] = [Instruct("x" * 40, what="y" * 1_000), Use("z" * 40, "database.restart", what="w" * 1_000)]
    book = evolve(BOOK, runbooks=[Runbook("n" * 40, steps, owner=LEAD, notice=NOTICE)])
    incident = declared().apply(StartRunbook("n" * 40, at=START + MINUTE, by="ada"))
    desk = Desk(incident, book=book).gone_on()
    assert [len(each.because) for each in desk.plan().owed] == [1_000]
    desk = desk.told(Fulfil, f"{'n' * 40} #1/{'x' * 40}", by="grace").gone_on()
    assert desk.stage("z" * 40) is Stage.UNCONFIRMED


def test_the_words_of_a_step_are_told_with_the_values_of_its_run() -> None:
    steps: list[Step] = [
        Instruct("tell", what="tell {who}, within {wait}"),
        Include("inner", "inner", {"whom": "the {who}"}, what="go on for {who}"),
    ]
    inner = Runbook(
        "inner", [Decide("safe", SAFE, what="Is {whom} safe?")], owner=LEAD, parameters=[Parameter(name="whom")]
    )
    parameters = [Parameter(name="who"), Parameter(name="wait", kind="duration")]
    outer = Runbook("outer", steps, owner=LEAD, parameters=parameters, notice=NOTICE)
    book = evolve(BOOK, runbooks=[inner, outer])
    given: dict[str, Value] = {"who": "vendor", "wait": 5 * MINUTE}
    rehearsal = dry_run(declared(), book, PEOPLE, "outer", given, now=START)
    assert [each.what for each in rehearsal] == ["tell vendor, within 5min", "go on for vendor", "Is the vendor safe?"]
    assert next(iter(rehearsal)).does == "role technical lead: tell vendor, within 5min"
    desk = Desk(declared().apply(StartRunbook("outer", parameters=given, at=START + MINUTE, by="ada")), book=book)
    desk = desk.gone_on().told(Fulfil, "outer #1/tell").gone_on()
    told = [each.because for each in desk.log if isinstance(each, Became | ActionStarted)]
    assert told == [
        "outer #1, tell: tell vendor, within 5min",
        "outer #1, tell: tell vendor, within 5min; push for grace",
        "outer #1, inner: go on for vendor",
        "outer #1, inner/safe: Is the vendor safe?",
    ]


def test_what_is_so_already_is_refused_all_the_same_if_nobody_can_say_it() -> None:
    desk = Desk(started()).told(UndoRunbook, "failover #1", reason="no need")
    with pytest.raises(FieldInvalid, match="reason: say why: 'runbook undone' needs a reason"):
        desk.told(UndoRunbook, "failover #1", reason="")
    again = desk.told(UndoRunbook, "failover #1", reason="once more")
    assert str(again.log[-1]) == "'undo runbook' changed nothing, because that was so already: once more"


def test_starting_what_goes_on_already_names_its_run() -> None:
    desk = Desk(started())
    again = desk.told(StartRunbook, "failover", parameters={"features": "search feed", "replicas": 10}, note="go")
    why = "because that was so already: failover #1 goes on; go"
    assert str(again.log[-1]) == f"'start runbook' changed nothing, {why}"


def test_a_hold_that_is_not_in_force_is_not_lifted() -> None:
    desk = Desk(started()).told(LiftHold, reason="all is copied")
    assert [each for each in desk.log if isinstance(each, HoldLifted)] == []


@pytest.mark.parametrize(
    ("kind", "given", "more", "field"),
    [
        (Confirm, (["failover #1"], "status"), {}, "run"),
        (Confirm, ("failover #1", ["status"]), {}, "step"),
        (Confirm, ("failover #1", "status"), {"attempt": ["1"]}, "attempt"),
        (UndoRunbook, (["failover #1"],), {"step": "off", "reason": "no need"}, "run"),
        (UndoRunbook, ("failover #1",), {"step": ["off"], "reason": "no need"}, "step"),
        (CancelRunbook, ("failover #1",), {"reason": ["no need"]}, "reason"),
        (ResumeRunbook, (5,), {}, "run"),
        (Answer, ("failover #1", ["x"], True), {}, "fact"),
        (StartRunbook, ("failover",), {"by_hand": 5}, "by_hand"),
        (StartRunbook, ("failover",), {"parameters": 5}, "values"),
    ],
)
def test_what_is_no_name_is_refused_by_its_field(
    kind: type[Any], given: tuple[Any, ...], more: dict[str, Any], field: str
) -> None:
    with pytest.raises(FieldInvalid) as caught:
        Desk(started()).told(kind, *given, **more)
    assert caught.value.field == field


def moved(*steps: Any, **more: Any) -> Playbook:
    """The playbook with a runbook in another version."""
    return evolve(BOOK, runbooks=[VERIFY, Runbook("r", steps, owner=LEAD, **more)])


OFF = Use("off", "feature_flag_tool.disable", {"features": "{f}"}, temporary=True)
F = Parameter(name="f", kind="names")


def off(book: Playbook, *rest: Any) -> Desk:
    """A run that has switched something off."""
    parameters: dict[str, Value] = {"f": "search"}
    incident = declared().apply(StartRunbook("r", parameters=parameters, at=START + MINUTE, by="ada"))
    return Desk(incident, book=book).gone_on(off={"former": ("search",)})


def test_a_playbook_that_needs_more_than_the_run_was_started_with_keeps_no_incident_from_being_planned() -> None:
    desk = off(moved(OFF, Instruct("tell"), parameters=[F]))
    new = moved(OFF, Include("inc", "verify", {"where": "{x}"}), parameters=[F, Parameter(name="x")])
    assert evolve(desk, book=new).gone_on().stage("inc/health") is Stage.OPEN
    undone = desk.told(UndoRunbook, "r #1", reason="no need")
    renamed = moved(evolve(OFF, arguments={"features": "{g}"}), Instruct("tell"), parameters=[Parameter(name="g")])
    assert evolve(undone, book=renamed).gone_on().stage("off//undo") is Stage.OPEN
    added = moved(OFF, Include("inc", "verify", {"where": "{x}"}), parameters=[F, Parameter(name="x", default="x")])
    assert evolve(desk, book=added).gone_on(**WELL).stage("inc/health") is Stage.DONE


def test_undoing_one_step_of_a_cancelled_run_lets_nothing_else_go_on() -> None:
    more = evolve(OFF, name="more")
    book = moved(OFF, Instruct("wait"), more, parameters=[F])
    desk = off(book).told(CancelRunbook, "r #1", reason="wrong one").told(Fulfil, "r #1/wait")
    desk = desk.told(UndoRunbook, "r #1", step="off", reason="wrong one").gone_on()
    assert desk.tried == ["off", "off//undo"]
    assert desk.incident.runs["r #1"].standing is RunStanding.CANCELLED


def test_a_report_shows_no_step_as_alive_of_which_nothing_becomes() -> None:
    failing = Use("status", "database.status")
    book = moved(OFF, failing, Instruct("tell"), parameters=[F])
    incident = declared().apply(StartRunbook("r", parameters={"f": "search"}, at=START + MINUTE, by="ada"))
    failed = {"outcome": Outcome.FAILED, "problem": "no route"}
    desk = Desk(incident, book=book).gone_on(off={"former": ("search",)}, status=failed)
    assert desk.rows()[1] == ("status", "failed", "14:24", "try 2")
    cancelled = desk.told(CancelRunbook, "r #1", reason="not now")
    why = "the run is cancelled until somebody resumes it"
    rest = [("status", "stopped", f"it has failed: no route; {why}"), ("tell", "stopped", why)]
    assert cancelled.told_of() == [("off", "done", ""), *rest]
    assert [row[2:] for row in cancelled.rows()[1:]] == [("", ""), ("", "")]
    undone = desk.told(UndoRunbook, "r #1", reason="no need")
    assert undone.told_of()[2:] == [("tell", "stopped", "the run is being undone"), ("off//undo", "trying", "")]
    assert undone.gone_on().told_of()[2:] == [("tell", "stopped", "the run was undone"), ("off//undo", "done", "")]
    halted = undone.told(CancelRunbook, "r #1", reason="no, wait")
    assert halted.told_of()[2:] == [("tell", "stopped", why), ("off//undo", "stopped", why)]


def test_a_report_says_of_a_run_that_was_cancelled_that_a_try_is_under_way() -> None:
    desk, _ = Desk(started()).looked()
    desk = desk.told(CancelRunbook, "failover #1", reason="wrong one")
    why = "a try is under way; the run is cancelled until somebody resumes it"
    assert desk.told_of()[0] == ("status", "trying", why)


@pytest.mark.parametrize("step", ["", "off"])
def test_a_run_that_is_cancelled_undoes_nothing_until_it_is_resumed_or_asked_again(step: str) -> None:
    undo: tuple[type[Any], str] = (UndoRunbook, "r #1")
    asked = off(moved(OFF, Instruct("wait"), parameters=[F])).told(*undo, step=step, reason="no need")
    desk = asked.told(CancelRunbook, "r #1", reason="not now")
    assert desk.gone_on().later().gone_on().tried == ["off"]
    assert desk.told(ResumeRunbook, "r #1").gone_on().tried == ["off", "off//undo"]
    assert desk.told(*undo, step=step, reason="do it").gone_on().tried == ["off", "off//undo"]
    again = desk.told(*undo, step=step, reason="do it").told(CancelRunbook, "r #1", reason="no, wait")
    assert again.gone_on().tried == ["off"]


def test_an_undo_in_a_run_that_has_ended_can_be_stopped() -> None:
    desk = off(moved(OFF, parameters=[F])).told(UndoRunbook, "r #1", step="off", reason="no need")
    assert desk.incident.runs["r #1"].standing is RunStanding.ENDED
    assert desk.gone_on().tried == ["off", "off//undo"]
    assert desk.told(CancelRunbook, "r #1", reason="not now").gone_on().tried == ["off"]


def test_what_is_asked_for_after_a_run_was_cancelled_does_not_wait_for_what_was_asked_before() -> None:
    book = moved(OFF, evolve(OFF, name="more"), Instruct("wait"), parameters=[F])
    desk = off(book).told(UndoRunbook, "r #1", step="more", reason="no need")
    desk = desk.told(CancelRunbook, "r #1", reason="not now").told(UndoRunbook, "r #1", step="off", reason="this one")
    assert desk.gone_on().tried == ["off", "more", "off//undo"]


@pytest.mark.parametrize("name", ["undo", "unknown", "lasting", "failed", "open", "held", "try 1"])
def test_no_name_of_a_step_is_taken_for_what_is_said_of_another(name: str) -> None:
    inner = Runbook("inner", [Use(name, "database.status", when=~UP)], owner=LEAD)
    runbook = Runbook("r", [OFF, Include("inc", "inner", when=SAFE), Instruct("end")], owner=LEAD, parameters=[F])
    desk = off(evolve(BOOK, runbooks=[inner, runbook])).told(Answer, "r #1", "database_up", True)
    desk = desk.told(Answer, "r #1", "safe_to_restart", True).gone_on()
    assert desk.stages() == {
        "off": Stage.DONE,
        "inc": Stage.DONE,
        f"inc/{name}": Stage.SKIPPED,
        "end": Stage.OPEN,
    }
    assert desk.tried == ["off"]


def test_what_was_done_is_undone_though_a_step_before_it_came_later() -> None:
    desk = off(moved(OFF, Instruct("end"), parameters=[F]))
    desk = evolve(desk, book=moved(Instruct("first"), OFF, Instruct("end"), parameters=[F]))
    mitigated = desk.told(Mitigate).gone_on()
    assert "r #1/off//lasting" in {each.obligation for each in mitigated.plan().owed}
    assert desk.told(UndoRunbook, "r #1", reason="no need").gone_on().tried == ["off", "off//undo"]


def test_what_was_left_out_while_it_was_done_is_undone() -> None:
    incident = declared().apply(StartRunbook("r", parameters={"f": "search"}, at=START + MINUTE, by="ada"))
    desk, (action,) = Desk(incident, book=moved(OFF, Instruct("end"), parameters=[F])).looked()
    desk = desk.told(Waive, "r #1/off", reason="not this one").heard(action, former=("search",))
    assert desk.told(UndoRunbook, "r #1", reason="no need").gone_on().tried == ["off", "off//undo"]


def test_a_severity_stands_for_what_it_was_when_the_runbook_was_started() -> None:
    banner = Use("banner", "config_tool.set", {"name": "banner-{severity}", "value": "on"})
    incident = declared().apply(StartRunbook("r", at=START + MINUTE, by="ada"))
    desk = Desk(incident, book=moved(banner, Instruct("end"))).gone_on(banner={"former": ()})
    milder = RULES.scheme.severities[1]
    desk = desk.told(ChangeSeverity, milder, reason="less").told(UndoRunbook, "r #1", reason="no need")
    _, (action,) = desk.looked()
    assert getattr(action.request, "name", "") == "banner-SEV-1"


def test_the_word_of_the_wrong_person_takes_nothing_from_that_of_the_right_one() -> None:
    desk = Desk(started()).gone_on(**DOWN).told(Answer, "failover #1", "safe_to_restart", True).gone_on()
    desk = desk.told(Confirm, "failover #1", "restart", by="grace").told(Confirm, "failover #1", "restart", by="linus")
    assert "restart" in desk.gone_on().tried


def test_people_are_told_each_time_that_a_confirmation_has_grown_old() -> None:
    desk = Desk(started()).gone_on(**DOWN).told(Answer, "failover #1", "safe_to_restart", True).gone_on()
    for _ in range(3):
        desk = desk.told(Confirm, "failover #1", "restart", by="linus").later(VALID + MINUTE).gone_on()
    told = [each for each in desk.log if isinstance(each, Became) and "//try 1" in each.obligation]
    assert len(told) == 4


def test_steps_by_hand_are_for_people() -> None:
    desk = Desk(started(by_hand=("status",))).gone_on()
    assert (desk.tried, desk.stage("status")) == ([], Stage.OPEN)
    assert desk.told(Fulfil, "failover #1/status", by="grace").gone_on().stage("safe") is not Stage.LATER


def test_two_runbooks_run_on_one_incident_and_one_does_not_wait_for_the_other() -> None:
    incident = started().apply(StartRunbook("verify", parameters={"where": "staging"}, at=START + MINUTE, by="ada"))
    _, actions = Desk(incident).looked()
    assert [each.key.obligation for each in actions] == ["failover #1/status", "verify #1/health"]


def test_a_check_that_is_not_well_is_asked_again_for_as_long_as_there_is_patience() -> None:
    incident = declared().apply(StartRunbook("verify", parameters={"where": "x"}, at=START + MINUTE, by="ada"))
    ill, well = {"health": readings(healthy=False)}, {"health": readings(healthy=True)}
    desk = Desk(incident).gone_on(**ill).later().gone_on(**ill)
    assert desk.stage("health") is Stage.TRYING
    assert desk.later().gone_on(**well).stage("health") is Stage.DONE
    desk = desk.later().gone_on(**ill)
    assert desk.stage("health") is Stage.FAILED
    assert desk.later().gone_on(**well).tried.count("health") == 3
    again = desk.told(Confirm, "verify #1", "health", attempt=4, by="grace").gone_on(**well)
    assert again.stage("health") is Stage.DONE
    unclear = Desk(incident).gone_on(health=readings())
    assert unclear.stage("health") is Stage.OPEN


def test_a_report_says_since_when_it_is_so_and_when_the_next_try_is() -> None:
    check = Check("health", "health_check.check", {"environment": "x"}, patience=5 * MINUTE)
    book = moved(Decide("safe", SAFE), check, Instruct("tell"), Instruct("call"))
    incident = declared().apply(StartRunbook("r", at=START + MINUTE, by="ada"))
    desk = Desk(incident, book=book).gone_on().later().told(Answer, "r #1", "safe_to_restart", True).gone_on(**ILL)
    assert desk.rows() == [
        ("safe", "done", "14:25", ""),
        ("health", "trying", "14:25", "try 2 at 14:26"),
        ("tell", "later", "", ""),
        ("call", "later", "", ""),
    ]
    desk = desk.later(3 * MINUTE).gone_on(**WELL).later().told(Fulfil, "r #1/tell")
    assert desk.told(Waive, "r #1/call", reason="no").rows()[1:] == [
        ("health", "done", "14:28", ""),
        ("tell", "done", "14:29", ""),
        ("call", "left out", "14:29", ""),
    ]
    under_way, _ = desk.told(Answer, "r #1", "safe_to_restart", False).looked()
    assert under_way.rows()[0] == ("safe", "done", "14:25", "")


def test_a_try_that_is_put_off_or_under_way_has_begun_when_it_was_first_tried() -> None:
    desk, (action,) = Desk(started()).looked()
    assert desk.rows()[0] == ("status", "trying", "14:24", "")
    postponed = desk.later().heard(action, Outcome.POSTPONED, retry_at=START + 5 * MINUTE)
    assert postponed.rows()[0] == ("status", "trying", "14:24", "try 2 at 14:28")


def test_a_log_in_which_a_check_is_missing_is_planned_all_the_same() -> None:
    incident = declared().apply(StartRunbook("verify", parameters={"where": "x"}, at=START + MINUTE, by="ada"))
    desk, (action,) = Desk(incident).looked()
    skipping = evolve(action, key=evolve(action.key, attempt=2))
    log = incident.extended([claimed(incident, skipping, desk.now)])
    assert evolve(desk, incident=log).heard(skipping, **readings(healthy=True)).gone_on().stage("health") is Stage.DONE


def test_a_check_has_to_stay_well_as_long_as_it_says() -> None:
    incident = declared().apply(StartRunbook("verify", parameters={"where": "x"}, at=START + MINUTE, by="ada"))
    desk = Desk(incident).gone_on(**WELL)
    assert desk.stage("errors") is Stage.TRYING
    worse = desk.later().gone_on(errors=readings(healthy=False))
    assert worse.stage("errors") is Stage.FAILED
    assert worse.incident.runs["verify #1"].standing is RunStanding.ENDED  # it goes on, and nothing comes after it


def test_a_preview_shows_how_far_it_comes_by_itself() -> None:
    steps = preview(started(), BOOK, PEOPLE, now=START + MINUTE, until=START + timedelta(hours=1))
    tried = [each.key.obligation for step in steps for each in step.actions]
    assert tried[0] == "failover #1/status"


STEPS: Final = {
    "status": None,
    "safe": ~UP,
    "restart": SAFE & ~UP,
    "replica": None,
    "promote": ~UP,
    "off": None,
    "verify": SAFE,
    "verify/health": None,
    "verify/errors": None,
    "tell": None,
    "scale": None,
}
"""The steps of the failover in their order, each with its guard."""

RUN: Final = "failover #1"

Saying: TypeAlias = tuple[type[Any], tuple[Any, ...], dict[str, Any]]

_SAYINGS: Final[list[Saying]] = [
    (Answer, (RUN, "safe_to_restart", True), {}),
    (Answer, (RUN, "safe_to_restart", False), {}),
    (Answer, (RUN, "database_up", False), {}),
    (Waive, (f"{RUN}/promote",), {"reason": "no need"}),
    (Fulfil, (f"{RUN}/tell",), {}),
    (Fulfil, (f"{RUN}/status",), {}),
    (Waive, (f"{RUN}/verify",), {"reason": "no time"}),
    (CancelRunbook, (RUN,), {"reason": "wait"}),
    (ResumeRunbook, (RUN,), {}),
    (Hold, (), {"reason": "a breach"}),
    (LiftHold, (), {"reason": "copied"}),
    (UndoRunbook, (RUN,), {"step": "off", "reason": "not needed"}),
    (UndoRunbook, (RUN,), {"reason": "all of it"}),
    (Resolve, (), {}),
]
"""What people say, whether it makes sense or not."""


@st.composite
def courses_of_events(draw: st.DrawFn) -> Desk:
    """A run as it may go: tools answer anything or nothing, people say anything, time passes."""
    desk = Desk(started(by_hand=draw(st.sampled_from([(), (), ("replica",)]))))
    flying: list[Action] = []
    for move in draw(st.lists(st.sampled_from("llllwcccat"), min_size=5, max_size=40)):
        if move == "l":
            desk, actions = desk.looked()
            for action in actions:
                outcome = draw(st.none() | st.sampled_from([*Outcome, *[Outcome.SUCCEEDED] * 6]))
                flying += [action] if outcome is None else []
                desk = desk if outcome is None else desk.heard(action, outcome, **draw(_answers()))
        elif move == "a" and flying:
            desk = desk.heard(flying.pop(), draw(st.sampled_from(Outcome)), **draw(_answers()))
        elif move == "w":
            kind, given, more = draw(st.sampled_from(_SAYINGS))
            desk = _tried_to_say(desk, kind, *given, by="ada", **more)
        elif move == "c":
            desk = _tried_to_say(desk, Confirm, RUN, **draw(_confirmations(desk)))
        else:
            desk = desk.later(draw(st.sampled_from([timedelta(seconds=20), MINUTE, 3 * MINUTE, 15 * MINUTE])))
    return desk


def _answers() -> st.SearchStrategy[dict[str, Any]]:
    healthy = st.sampled_from([{}, {"healthy": True}, {"healthy": True}, {"healthy": False}])
    former = st.sampled_from([None, ("search",), ()])
    return st.fixed_dictionaries({"readings": healthy, "former": former})


@st.composite
def _confirmations(draw: st.DrawFn, desk: Desk) -> dict[str, Any]:
    waiting = [stride for _, stride in desk.view().strides.values() if stride.stage in WAITING]
    if not waiting or draw(st.integers(0, 4)) == 0:
        return {"step": draw(st.sampled_from([*STEPS])), "attempt": draw(st.integers(1, 2))}
    stride, by = draw(st.sampled_from(waiting)), draw(st.sampled_from(["ada", "grace", "linus"]))
    return {"step": stride.name, "attempt": stride.attempt, "by": by}


def _tried_to_say(desk: Desk, kind: type[Any], *given: Any, **more: Any) -> Desk:
    try:
        return desk.told(kind, *given, **more)
    except IncidentkitError:
        return desk


def _step_of(event: Any) -> str:
    """The step that an event is about, if it is one of the run."""
    key = getattr(event, "action", None)
    name = getattr(event, "obligation", "") if key is None else "" if key.person else key.obligation
    run, _, step = name.partition("/")
    return step if run == RUN and (step in STEPS or step.endswith("//undo")) else ""


def _starts(desk: Desk) -> Iterator[tuple[int, str, ActionStarted]]:
    for place, event in enumerate(desk.log):
        if isinstance(event, ActionStarted) and (step := _step_of(event)):
            yield place, step, event


def _before(desk: Desk, place: int, *kinds: type[Any]) -> list[Any]:
    return [event for event in desk.log[:place] if isinstance(event, kinds)]


def a_step_is_done_once_unless_it_failed_or_nobody_knows(desk: Desk) -> None:
    for place, step, event in _starts(desk):
        ended = [each for each in _before(desk, place, ActionEnded) if _step_of(each) == step]
        is_check = step.startswith("verify/")
        done = [each for each in ended if each.outcome is Outcome.SUCCEEDED and each.action == event.action]
        assert not done if is_check else not any(each.outcome is Outcome.SUCCEEDED for each in ended), step
        settled = [each for each in _before(desk, place, Fulfilled, Waived) if _step_of(each) == step]
        assert not settled, step
        running = (each for each in _before_of(desk, place, step) if not _ended(desk, place, each))
        assert all(each.lease_until <= event.at for each in running), step


def _before_of(desk: Desk, place: int, step: str) -> list[ActionStarted]:
    return [start for at, other, start in _starts(desk) if at < place and other == step]


def _ended(desk: Desk, place: int, start: ActionStarted) -> bool:
    """Whether something came of a try before that place in the log."""
    return any(
        each.action == start.action and each.recorded_at >= start.at for each in _before(desk, place, ActionEnded)
    )


def what_destroys_anything_takes_a_fresh_confirmation_for_each_try(desk: Desk) -> None:
    for place, step, event in _starts(desk):
        if step not in DESTRUCTIVE:
            continue
        attempt = len(_before_of(desk, place, step)) + 1
        by = {"promote": "ada", "restart": "grace"}[step]
        counted = [
            each
            for each in _before(desk, place, Confirmed)
            if (each.step, each.attempt, each.by) == (step, attempt, by) and event.at - each.recorded_at <= VALID
        ]
        assert counted, step


def nothing_that_destroys_evidence_is_begun_under_a_hold(desk: Desk) -> None:
    for place, step, _ in _starts(desk):
        said = _before(desk, place, Held, HoldLifted)
        assert step not in DESTRUCTIVE or not said or isinstance(said[-1], HoldLifted), step


def a_step_begins_only_when_its_turn_has_come_and_its_guard_was_true(desk: Desk) -> None:
    for place, event in enumerate(desk.log):
        step = _step_of(event)
        if isinstance(event, Became) and step in STEPS:
            guard = STEPS[step]
            assert guard is None or _value(guard, desk, place) is True, step
        if isinstance(event, Skipped):
            guard = STEPS[step]
            assert guard is not None, step
            assert _value(guard, desk, place) is False, step
        if isinstance(event, ActionStarted) and step:
            assert any(_step_of(each) == step for each in _before(desk, place, Became)), step
            assert not any(_step_of(each) == step for each in _before(desk, place, Skipped)), step


def _value(guard: Condition, desk: Desk, place: int) -> bool | None:
    """What a guard came to by what was known then: what people said goes before what the tool answered last."""
    known: dict[str, Any] = {}
    for event in desk.log[:place]:
        if isinstance(event, ActionEnded) and _step_of(event) == "status" and event.outcome is Outcome.SUCCEEDED:
            known |= {"database_up": event.readings["healthy"]} if "healthy" in event.readings else {}
    known |= {event.fact: event.value for event in _before(desk, place, Answered)}
    facts = BOOK.facts(known)
    return guard.evaluate(facts)


def a_step_begins_once_every_step_before_it_has_ended(desk: Desk) -> None:
    order = [*STEPS]
    for place, event in enumerate(desk.log):
        step = _step_of(event)
        if not isinstance(event, Became | Skipped) or step not in STEPS:
            continue
        over = {_step_of(each) for each in _before(desk, place, Skipped, Fulfilled, Waived)}
        for before in order[: order.index(step)]:
            within = before.rpartition("/")[0]
            if before in over or (within and within in over):
                continue
            outcomes = [each for each in _before(desk, place, ActionEnded) if _step_of(each) == before]
            became = any(_step_of(each) == before for each in _before(desk, place, Became))
            assert became, (before, step)
            assert outcomes or before in ("safe", "verify", "replica"), (before, step)


def nothing_goes_forward_while_a_run_is_cancelled_or_undone(desk: Desk) -> None:
    for place, step, _ in _starts(desk):
        said = _before(desk, place, RunbookCancelled, RunbookResumed)
        is_undoing = any(not each.step for each in _before(desk, place, RunbookUndone))
        if not step.endswith("//undo"):
            assert not said or isinstance(said[-1], RunbookResumed), step
            assert not is_undoing, step


def nothing_is_undone_that_was_to_be_undone_before_a_run_was_cancelled(desk: Desk) -> None:
    for place, step, _ in _starts(desk):
        stopped = [
            at for at, each in enumerate(desk.log[:place]) if isinstance(each, RunbookCancelled | RunbookResumed)
        ]
        if step.endswith("//undo") and stopped and isinstance(desk.log[stopped[-1]], RunbookCancelled):
            asked = [each for each in desk.log[stopped[-1] : place] if isinstance(each, RunbookUndone)]
            assert any(each.step in ("", step.removesuffix("//undo")) for each in asked), step


LAWS: Final = (
    a_step_is_done_once_unless_it_failed_or_nobody_knows,
    what_destroys_anything_takes_a_fresh_confirmation_for_each_try,
    nothing_that_destroys_evidence_is_begun_under_a_hold,
    a_step_begins_only_when_its_turn_has_come_and_its_guard_was_true,
    a_step_begins_once_every_step_before_it_has_ended,
    nothing_goes_forward_while_a_run_is_cancelled_or_undone,
    nothing_is_undone_that_was_to_be_undone_before_a_run_was_cancelled,
)


@given(courses_of_events())
@settings(max_examples=120)
def test_every_law_holds_of_every_run(desk: Desk) -> None:
    for law in LAWS:
        law(desk)


@given(courses_of_events())
@settings(max_examples=40)
def test_a_run_that_is_left_to_itself_and_confirmed_comes_to_its_end(desk: Desk) -> None:
    """Whatever happened before: if tools work and people answer what they are asked, nothing is stuck."""
    if desk.incident.status.value not in ("investigating", "mitigating", "monitoring", "resolved"):
        return
    desk = _tried_to_say(desk, LiftHold, reason="copied", by="ada")
    desk = _tried_to_say(desk, ResumeRunbook, RUN, by="ada")
    for _ in range(60):
        desk = desk.gone_on(**{step: {**readings(healthy=True), "former": ("1",)} for step in STEPS})
        if desk.incident.runs[RUN].standing is RunStanding.ENDED:
            return
        for stride in [stride for _, stride in desk.view().strides.values()]:
            if stride.stage is Stage.UNKNOWN:
                desk = _tried_to_say(desk, Answer, RUN, "safe_to_restart", True, by="ada")
                desk = _tried_to_say(desk, Answer, RUN, "database_up", False, by="ada")
            elif stride.stage is Stage.OPEN and stride.placed.name == "safe":
                desk = desk.told(Answer, RUN, "safe_to_restart", True)
            elif stride.stage in (Stage.OPEN, Stage.FAILED):
                desk = desk.told(Fulfil, stride.id)
            elif stride.stage is Stage.UNCONFIRMED:
                by = "ada" if stride.name == "promote" else "grace"
                desk = desk.told(Confirm, RUN, stride.name, attempt=stride.attempt, by=by)
        desk = desk.later(5 * MINUTE)
    raise AssertionError(desk.stages())


@given(courses_of_events(), st.sampled_from([timedelta(), MINUTE, timedelta(hours=3)]))
@settings(max_examples=40)
def test_planning_the_same_log_at_the_same_time_says_the_same(desk: Desk, later: timedelta) -> None:
    at = desk.now + later
    again = Incident.replay(desk.log)
    assert plan(desk.incident, BOOK, PEOPLE, now=at) == plan(again, BOOK, PEOPLE, now=at)
