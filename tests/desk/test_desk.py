"""A desk by example: commands in, decisions and outcomes in the log, and nobody forgotten. Both desks do the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from inspect import isawaitable
from math import inf
from threading import Event as Flag
from typing import Any

import pytest
from attrs import evolve

from incidentkit.desk import AsyncDesk, Desk, LogObserver, Toolbox
from incidentkit.desk.notices import Audited, Decided, Ended, Failed, Notice, Planned, Recorded, Started, Unrecorded
from incidentkit.errors import (
    CommandInvalid,
    DeskInvalid,
    FieldInvalid,
    IllegalTransition,
    IncidentExists,
    Misconfigured,
    PermissionDenied,
    PlaybookInvalid,
    ProviderUnavailable,
    RequestInvalid,
    SchemesDiffer,
    StaleVersion,
    TimesContradict,
    UnknownFact,
    UnknownIncident,
    UnknownLevel,
    UnknownRecipient,
)
from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.model import facts
from incidentkit.model.action import Outcome
from incidentkit.model.commands import (
    Acknowledge,
    Assign,
    Cancel,
    Close,
    Command,
    Decline,
    Escalate,
    Label,
    Merge,
    Note,
    Reopen,
    Resolve,
    Unacknowledge,
)
from incidentkit.model.events import ActionEnded, Event, Merged, Noted
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.people import Role
from incidentkit.model.severity import SeverityScheme
from incidentkit.model.targets import Target
from incidentkit.playbooks.emergency import EMERGENCY, SEV_1, SEV_2
from incidentkit.policy.directory import Directory, Person
from incidentkit.policy.escalation import ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt, Obligation
from incidentkit.policy.planning import Step, plan, preview
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.policy.rules import SeverityRules, when
from incidentkit.policy.situation import OVER, UNRESOLVED_FOR
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import Append, FindDue
from incidentkit.testing import ManualClock

START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
PEOPLE = ("ada", "grace")
DIRECTORY = Directory(people={name: Person(id=name, contacts={"phone": "1", "mail": "2"}) for name in PEOPLE})
CHAIN = ContactChain((Attempt("phone", timedelta(minutes=5)), Attempt("mail", timedelta(minutes=5))), rounds=1)
LEVELS = (Level("first", person("ada")), Level("second", person("grace"), UNRESOLVED_FOR >= timedelta(minutes=30)))
ESCALATION = EscalationPolicy(levels=LEVELS, contact=CHAIN, cumulative=False)
PLAYBOOK = Playbook(name="desk", rules=EMERGENCY.rules, escalation=ESCALATION)
QUIET = Playbook(name="quiet", rules=EMERGENCY.rules)


def t(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


class Blocking:
    """An `AsyncDesk` whose methods wait, each in an event loop of its own."""

    def __init__(self, desk: AsyncDesk) -> None:
        self.desk = desk

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            async def main() -> Any:
                answer = getattr(self.desk, name)(*args, **kwargs)
                return await answer if isawaitable(answer) else answer

            return asyncio.run(main())

        return call


class Scene:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.clock = ManualClock(START)
        self.store = MemoryStore(self.clock)
        self.pager = MemoryPager(clock=self.clock)
        self.notices: list[Notice] = []

    def notice(self, notice: Notice, /) -> None:
        self.notices.append(notice)

    def keep_no_playbooks(self) -> None:
        """From now on the store keeps logs alone, as any store may."""
        self.store = type("KeepsLogsAlone", (MemoryStore,), {"keep_playbook": None})(self.clock)

    def desk(self, playbook: Playbook | list[Playbook] = PLAYBOOK, **settings: Any) -> Any:
        pagers: dict[str, Any] = settings.pop("pagers", {"phone": self.pager, "mail": self.pager})
        toolbox = Toolbox(pagers=pagers, on_call=settings.pop("on_call", None))
        settings = {"observers": (self,), "store": self.store, **settings}
        if self.kind == "Desk":
            return Desk(playbook, DIRECTORY, toolbox, places=0, **settings)
        return Blocking(AsyncDesk(playbook, DIRECTORY, toolbox, **settings))

    def log(self, incident: str = "INC-1") -> tuple[Event, ...]:
        return self.store.load(incident)

    def tags(self, incident: str = "INC-1") -> list[str]:
        return [event.tag for event in self.log(incident)]

    def outcomes(self, incident: str = "INC-1") -> list[Outcome]:
        return [event.outcome for event in self.log(incident) if isinstance(event, ActionEnded)]


def declared(desk: Any, id: str = "INC-1") -> Any:
    return desk.declare("Checkout fails", by="bot", severity=SEV_1, id=id)


def exhaust(desk: Any) -> int:
    return sum(iter(desk.tick, 0))


@pytest.fixture(params=["Desk", "AsyncDesk"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param)


# Declaring


def test_facts_decide_how_severe_it_is(scene: Scene) -> None:
    incident = scene.desk().declare("Checkout fails", by="bot", facts={"production_down": True})
    assert incident.severity == SEV_1
    assert incident.possible == {SEV_1}
    assert incident.playbook == PLAYBOOK.reference
    assert incident == scene.desk().load(incident.id)


def test_triage_and_chosen_severity_are_kept_and_nothing_known_is_the_worst(scene: Scene) -> None:
    desk = scene.desk()
    triage = PLAYBOOK.triage({"major_feature_broken": True}, at=START)
    assert desk.declare("a", by="bot", triage=triage).facts["major_feature_broken"] is True
    assert desk.declare("b", by="ada", severity=SEV_2).possible == {SEV_2}
    assert desk.declare("c", by="ada").severity == SEV_1
    assert len(desk.declare("d", by="ada").possible) > 1


def test_labels_are_declared_and_set(scene: Scene) -> None:
    desk = scene.desk()
    incident = desk.declare("a", by="bot", severity=SEV_1, labels={"service": "checkout"})
    assert incident.labels == {"service": "checkout"}
    result = desk.submit(incident.id, Label("team", "payments", at=START, by="ada"))
    assert (result.changed, result.incident.labels) == (True, {"service": "checkout", "team": "payments"})
    assert desk.load(incident.id).labels == result.incident.labels


def test_id_is_made_up_unless_it_is_given(scene: Scene) -> None:
    desk = scene.desk()
    made_up = {desk.declare("a", by="bot", severity=SEV_1).id for _ in range(3)}
    assert len(made_up) == 3
    assert declared(desk).id == "INC-1"


def test_incident_is_declared_now_or_after_the_fact(scene: Scene) -> None:
    desk = scene.desk()
    assert declared(desk).declared_at == START
    late = desk.declare("Checkout failed", by="ada", severity=SEV_1, at=t(-60), started_at=t(-90))
    assert (late.declared_at, late.started_at, late.as_of) == (t(-60), t(-90), START)


def test_incidents_are_counted_by_the_day_on_which_they_were_declared(scene: Scene) -> None:
    desk, other = scene.desk(), scene.desk(QUIET)
    assert [declared(desk, "INC-1").number, declared(other, "INC-2").number] == [1, 2]
    day = timedelta(days=1)
    before = desk.declare("a", by="ada", severity=SEV_1, at=START - day, id="INC-3")
    assert (before.number, desk.load("INC-3")) == (1, before)
    scene.clock.advance(day)
    assert [declared(desk, "INC-4").number, declared(desk, "INC-5").number] == [1, 2]
    midnight = START.replace(hour=0, minute=0)
    assert desk.declare("a", by="ada", severity=SEV_1, at=midnight).number == 3
    last = midnight - timedelta(microseconds=1)
    assert desk.declare("a", by="ada", severity=SEV_1, at=last.astimezone(timezone(timedelta(hours=2)))).number == 2


def test_what_cannot_be_declared_takes_no_number(scene: Scene) -> None:
    desk = scene.desk()
    with pytest.raises(FieldInvalid):
        desk.declare(" ", by="ada", severity=SEV_1)
    declared(desk, "INC-1")
    with pytest.raises(IncidentExists):
        declared(desk, "INC-1")
    assert declared(desk, "INC-2").number in {2, 3}


def test_desks_that_declare_at_once_get_numbers_of_their_own() -> None:
    store = MemoryStore()
    desks = [Desk(PLAYBOOK, DIRECTORY, Toolbox(), store, places=0, observers=()) for _ in range(4)]

    def number(desk: Desk) -> int:
        return desk.declare("a", by="bot", severity=SEV_1, at=START).number or 0

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(number, desks * 25)) == [*range(1, 101)]


def test_declaration_that_makes_no_sense_writes_nothing(scene: Scene) -> None:
    desk = scene.desk()
    with pytest.raises(CommandInvalid):
        desk.declare("a", by="bot", facts={"production_down": True}, severity=SEV_1, id="INC-1")
    with pytest.raises(UnknownFact):
        desk.declare("a", by="bot", facts={"production_dwn": True}, id="INC-1")
    with pytest.raises(FieldInvalid):
        desk.declare("a", by="", severity=SEV_1, id="INC-1")
    with pytest.raises(FieldInvalid):
        desk.declare("a", by="bot", severity=SEV_1, id="INC-1", at=datetime(2026, 3, 2))
    with pytest.raises(UnknownIncident):
        desk.load("INC-1")
    assert scene.notices == []


def test_severity_of_another_scheme_declares_nothing(scene: Scene) -> None:
    web = SeverityScheme("major", "minor")
    down = facts.Flag("down", question="Is it down?")
    desk = scene.desk(Playbook(name="web", rules=SeverityRules(when(down, web["major"]), otherwise=web["minor"])))
    declarations: tuple[dict[str, Any], ...] = ({"severity": SEV_1}, {"triage": EMERGENCY.triage({})})
    for given in declarations:
        with pytest.raises(SchemesDiffer, match=r"SEV-1 is of another scheme than the playbook web.* are major, minor"):
            desk.declare("Checkout fails", by="ada", id="INC-1", **given)
    with pytest.raises(UnknownIncident):
        desk.load("INC-1")


def test_id_can_be_used_once(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    with pytest.raises(IncidentExists):
        declared(desk)


# Commands


def test_each_shortcut_is_recorded_and_says_what_it_means(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    shortcuts: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("acknowledge", {"note": "on it"}, "acknowledged"),
        ("decline", {"reason": "on a plane"}, "declined"),
        ("assign", {"role": Role.COMMANDER, "to": "grace"}, "role assigned"),
        ("snooze", {"until": t(30), "reason": "it is being deployed"}, "snoozed"),
        ("start_mitigation", {"note": "rolling back"}, "mitigation started"),
        ("mitigated", {}, "mitigated"),
        ("resolve", {"note": "rolled back"}, "resolved"),
        ("reopen", {"reason": "it is back"}, "reopened"),
        ("resolve", {}, "resolved"),
        ("close", {"waivers": {"review": "a drill"}}, "closed"),
    )
    for method, more, tag in shortcuts:
        scene.clock.advance(timedelta(seconds=1))
        result = getattr(desk, method)("INC-1", by="ada", **more)
        assert result.changed
        assert result.event.tag == tag == scene.tags()[-1]
        assert result.event.at == scene.clock()
        assert result.summary.startswith(str(result.event))
        assert result.incident == desk.load("INC-1")
    assert desk.note("INC-1", "a drill", by="ada", at=t(-1)).event.at == t(-1)
    assert desk.load("INC-1").status is Status.CLOSED


def test_level_is_brought_in_by_name_and_its_people_are_paged_again(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    exhaust(desk)
    assert desk.escalate("INC-1", "second", by="ada", reason="I need help").changed
    exhaust(desk)
    assert [page.person for page in scene.pager.pages] == ["ada", "grace"]
    desk.escalate("INC-1", "second", by="ada")
    exhaust(desk)
    assert [page.person for page in scene.pager.pages] == ["ada", "grace", "grace"]
    assert len({page.key for page in scene.pager.pages}) == 3


def test_level_that_there_is_not_brings_in_nobody(scene: Scene) -> None:
    desk = scene.desk([PLAYBOOK, QUIET])
    declared(desk)
    with pytest.raises(UnknownLevel, match=r"'secund'; there are first, second\. Did you mean 'second'"):
        desk.escalate("INC-1", "secund", by="ada")
    assert scene.tags() == ["declared"]


def test_nothing_is_merged_into_what_does_not_go_on(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    declared(desk, id="INC-2")
    with pytest.raises(UnknownIncident, match="INC-3"):
        desk.submit("INC-1", Merge(at=START, by="ada", into="INC-3"))
    assert desk.submit("INC-1", Merge(at=START, by="ada", into="INC-2")).changed
    with pytest.raises(CommandInvalid, match="nothing is merged into INC-1, which is merged into INC-2 and does not"):
        desk.submit("INC-2", Merge(at=START, by="ada", into="INC-1"))
    assert desk.load("INC-2").status in ACTIVE
    assert desk.find() == ("INC-2",)
    assert str(desk.load("INC-2").timeline[-1]) == "noted: INC-1 is merged into this one"


class Meanwhile(MemoryStore):
    """A store in which somebody does something just before an incident ends by a merge."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.acts: list[Callable[[], object]] = []

    def append(self, request: Append, /) -> tuple[Event, ...]:
        if isinstance(request.events[-1], Merged) and self.acts:
            self.acts.pop()()
        return super().append(request)


def merged_in(scene: Scene, incident: str) -> list[str]:
    return [event.text for event in scene.log(incident) if isinstance(event, Noted) and "merged" in event.text]


def test_a_merge_that_has_to_be_tried_again_leaves_one_note(scene: Scene) -> None:
    scene.store = store = Meanwhile(scene.clock)
    desk, other = scene.desk(), scene.desk()
    declared(desk)
    declared(desk, id="INC-2")
    store.acts = [lambda: other.note("INC-1", "still looking", by="bob") for _ in range(3)]
    assert desk.submit("INC-1", Merge(at=START, by="ada", into="INC-2")).changed
    assert not store.acts
    assert merged_in(scene, "INC-2") == ["INC-1 is merged into this one"]


def test_a_merge_after_a_reopening_is_noted_again(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    declared(desk, id="INC-2")
    for minutes in (1, 2):
        desk.submit("INC-1", Merge(at=scene.clock(), by="ada", into="INC-2"))
        assert merged_in(scene, "INC-2") == ["INC-1 is merged into this one"] * minutes
        scene.clock.advance(timedelta(minutes=1))
        desk.submit("INC-1", Reopen(at=scene.clock(), by="ada", reason="it is another matter"))


def test_nothing_is_merged_into_what_ends_meanwhile(scene: Scene) -> None:
    class Ending(MemoryStore):
        """A store in which an incident ends just before somebody writes down what is merged into it."""

        def append(self, request: Append, /) -> tuple[Event, ...]:
            if isinstance(request.events[-1], Noted) and (act := acts.pop() if acts else None) is not None:
                act()
            return super().append(request)

    acts: list[Callable[[], object]] = []
    scene.store = Ending(scene.clock)
    desk, other = scene.desk(), scene.desk()
    declared(desk)
    declared(desk, id="INC-2")
    acts.append(lambda: other.resolve("INC-2", by="bob"))
    with pytest.raises(CommandInvalid, match="nothing is merged into INC-2, which is resolved"):
        desk.submit("INC-1", Merge(at=START, by="ada", into="INC-2"))
    assert merged_in(scene, "INC-2") == []


@pytest.mark.parametrize("noted", [False, True], ids=["first", "again"])
def test_of_two_that_are_merged_into_each_other_at_once_one_goes_on(scene: Scene, noted: bool) -> None:
    scene.store = store = Meanwhile(scene.clock)
    desk, other = scene.desk(), scene.desk()
    declared(desk)
    declared(desk, id="INC-2")
    if noted:  # by tries that were made before
        desk.note("INC-2", "INC-1 is merged into this one", by="ada")
        desk.note("INC-1", "INC-2 is merged into this one", by="bob")
    store.acts.append(lambda: other.submit("INC-2", Merge(at=START, by="bob", into="INC-1")))
    with pytest.raises(CommandInvalid, match="nothing is merged into INC-2, which is merged into INC-1"):
        desk.submit("INC-1", Merge(at=START, by="ada", into="INC-2"))
    assert desk.find() == ("INC-1",)


def test_escalation_that_others_have_overtaken_is_refused(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    exhaust(desk)
    seen = desk.load("INC-1").version
    desk.note("INC-1", "it is the database", by="grace")
    with pytest.raises(StaleVersion):
        desk.escalate("INC-1", "second", by="ada", based_on=seen)


def test_command_that_says_what_is_so_already_changes_nothing(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    assert desk.resolve("INC-1", by="ada").changed
    result = desk.resolve("INC-1", by="grace")
    assert not result.changed
    assert result.incident.status is Status.RESOLVED
    assert not desk.acknowledge("INC-1", by="grace").changed


def test_summary_says_who_is_reached_next(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    exhaust(desk)
    assert "at 2026-03-02 14:28 UTC: level first; mail for ada" in desk.note("INC-1", "hm", by="bot").summary
    assert desk.resolve("INC-1", by="ada").summary.endswith("nobody is paged in the 24 hours that follow.")


def test_nobody_looks_ahead_for_a_summary_that_nobody_reads(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.desk()
    declared(desk)
    looked: list[Incident] = []

    def counted(incident: Incident, *of: Any, **at: Any) -> Iterator[Step]:
        looked.append(incident)
        return preview(incident, *of, **at)

    monkeypatch.setattr("incidentkit.desk.flows.submission.preview", counted)
    result = desk.note("INC-1", "hm", by="ada")
    assert looked == []
    desk.resolve("INC-1", by="ada")
    assert [result.summary, result.summary] == [result.summary] * 2
    assert looked == [result.incident]
    assert "if nothing else happens" in result.summary


def test_summary_is_one_line_whatever_people_write(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    summary = desk.note("INC-1", "hm\r\nresolved; nobody is paged.\x1b[2J\u202e", by="ada").summary
    assert summary.startswith("noted: hm resolved; nobody is paged. [2J ; if nothing else happens")
    assert summary.isprintable()


def test_submit_takes_every_command(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    assert desk.submit("INC-1", Cancel(at=START, by="ada", reason="a false alarm")).incident.status is Status.CANCELLED


def test_unknown_incident_is_an_error_of_its_own(scene: Scene) -> None:
    desk = scene.desk()
    for call in (desk.load, partial_by(desk.resolve), partial_by(desk.acknowledge)):
        with pytest.raises(UnknownIncident):
            call("INC-9")
    with pytest.raises(UnknownIncident):
        desk.preview("INC-9", within=timedelta(hours=1))


def partial_by(method: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda incident: method(incident, by="ada")


def test_what_was_decided_makes_a_command_stale_and_what_was_tried_does_not(scene: Scene) -> None:
    desk = scene.desk()
    version = declared(desk).version
    exhaust(desk)
    assert scene.tags() == ["declared", "came into force", "action started", "action ended"]
    with pytest.raises(StaleVersion):
        desk.submit("INC-1", Resolve(at=START, by="ada", based_on=version))
    assert desk.submit("INC-1", Resolve(at=START, by="ada", based_on=version + 1)).changed


def test_decisions_that_a_command_settles_itself_do_not_make_it_stale(scene: Scene) -> None:
    desk = scene.desk()
    version = declared(desk).version
    scene.clock.advance(timedelta(minutes=31))
    assert desk.submit("INC-1", Resolve(at=scene.clock(), by="ada", based_on=version)).changed
    assert scene.tags() == ["declared", "came into force", "came into force", "resolved"]
    with pytest.raises(StaleVersion):
        desk.submit("INC-1", Close(at=scene.clock(), by="ada", based_on=version))


def test_command_goes_in_however_many_others_are_first(scene: Scene) -> None:
    class Crowded(MemoryStore):
        ahead = 200

        def append(self, request: Append, /) -> tuple[Event, ...]:
            if self.ahead and request.expected_version:
                self.ahead -= 1
                raise StaleVersion(request.incident, "append", request.expected_version, request.expected_version + 1)
            return super().append(request)

    scene.store = Crowded(scene.clock)
    desk = scene.desk()
    declared(desk)
    assert desk.note("INC-1", "hm", by="ada").changed


def test_refused_command_leaves_nothing_written_not_even_what_was_due_before_it(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    scene.clock.advance(timedelta(minutes=31))
    with pytest.raises(IllegalTransition):
        desk.close("INC-1", by="ada")
    assert scene.tags() == ["declared"]
    desk.tick()
    assert scene.tags()[:3] == ["declared", "came into force", "came into force"]


def test_decision_due_before_a_command_is_in_the_log_before_it(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    scene.clock.advance(timedelta(minutes=30))
    desk.resolve("INC-1", by="ada")
    assert scene.tags() == ["declared", "came into force", "resolved"]  # at a tie the command goes first
    declared(desk, "INC-2")
    scene.clock.advance(timedelta(minutes=30, microseconds=1))
    desk.resolve("INC-2", by="ada")
    assert scene.tags("INC-2") == ["declared", "came into force", "came into force", "resolved"]


def test_corrected_and_redacted_logs_are_read_again(scene: Scene) -> None:
    from incidentkit.model.commands import CorrectTime, Redact

    desk = scene.desk()
    declared(desk)
    desk.note("INC-1", "the password is hunter2", by="ada")
    result = desk.submit("INC-1", Redact(event=1, reason="a secret", at=START, by="ada"))
    assert "hunter2" not in f"{[*result.incident.timeline]}"
    corrected = desk.submit("INC-1", CorrectTime(event=1, happened_at=t(-5), at=START, by="ada"))
    assert corrected.incident == desk.load("INC-1")


# Looking ahead and back


def test_preview_is_a_table_of_what_happens_if_nobody_does_anything(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    foreseen = desk.preview("INC-1", within=timedelta(minutes=30))
    assert [step.at for step in foreseen.steps] == [t(0), t(5), t(10), t(30)]
    assert "2026-03-02 14:28:00" in str(foreseen)
    assert scene.tags() == ["declared"]


def test_audit_finds_whom_nobody_looks_at(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    assert desk.audit().forgotten == ()
    scene.clock.advance(timedelta(minutes=6))
    assert desk.audit().forgotten == ("INC-1",)
    assert desk.audit(grace=timedelta(minutes=7)).forgotten == ()
    exhaust(desk)
    assert (desk.audit().incidents_open, desk.audit().forgotten) == (1, ())


def test_open_incident_that_waits_for_nothing_is_looked_at_once_a_day_and_not_forgotten(scene: Scene) -> None:
    desk = scene.desk(QUIET)
    declared(desk)
    assert exhaust(desk) == 1
    for _ in range(3):
        scene.clock.advance(timedelta(days=1))
        assert desk.audit().forgotten == ()
        assert exhaust(desk) == 1


def test_ended_incident_is_done_unless_something_outlives_it(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    exhaust(desk)
    desk.resolve("INC-1", by="ada")
    assert exhaust(desk) == 1
    assert desk.audit().incidents_open == 0
    scene.clock.advance(timedelta(days=9))
    assert exhaust(desk) == 0


def test_what_outlives_an_incident_is_done_when_it_is_due(scene: Scene) -> None:
    review = Obligation(
        id="review",
        when=OVER,
        recipients=(person("ada"),),
        due=Target(timedelta(hours=48)),
        chain=(Attempt("mail"),),
        outlives=True,
    )
    playbook = Playbook(name="review", rules=EMERGENCY.rules)
    # No policy builds obligations of this kind yet.
    object.__setattr__(playbook, "obligations", (review,))
    object.__setattr__(playbook, "situations", PLAYBOOK.situations)
    desk = scene.desk(playbook)
    declared(desk)
    exhaust(desk)
    desk.resolve("INC-1", by="ada")
    for _ in range(3):
        exhaust(desk)
        assert desk.audit().forgotten == ()
        scene.clock.advance(timedelta(hours=20))
    exhaust(desk)
    assert [page.method for page in scene.pager.pages] == ["mail"]
    assert desk.audit().incidents_open == 0


# Ticking


def test_incidents_are_found_by_their_status(scene: Scene) -> None:
    desk = scene.desk()
    for number in range(5):
        declared(desk, f"INC-{number}")
    desk.resolve("INC-3", by="ada")
    assert desk.find() == ("INC-4", "INC-2", "INC-1", "INC-0")
    assert desk.find(statuses=[Status.RESOLVED]) == ("INC-3",)
    assert desk.find(statuses=Status, limit=2, after="INC-4") == ("INC-3", "INC-2")
    with pytest.raises(UnknownIncident):
        desk.find(after="INC-9")
    with pytest.raises(FieldInvalid, match="limit"):
        desk.find(limit=0)


class Diagnosed(MemoryPager):
    """Is as well as it is told to be."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def diagnose(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_diagnosis_says_of_every_slot_what_is_wrong(scene: Scene) -> None:
    denied = PermissionDenied("no", provider="mail", missing_scopes=("send",))
    answers = {
        "phone": Diagnosis(healthy=True),
        "mail": denied,
        "sms": ValueError("hunter2"),
        "push": None,
        "fax": ProviderUnavailable("down"),
    }
    chain = ContactChain(tuple(Attempt(method, timedelta(minutes=5)) for method in ("phone", "pigeon")))
    playbook = Playbook(
        name="p", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=LEVELS, contact=chain, cumulative=False)
    )
    desk = scene.desk(playbook, pagers={method: Diagnosed(answer) for method, answer in answers.items()})
    found = desk.diagnose()
    assert {slot for slot, each in found.items() if each.healthy} == {"pagers['phone']"}
    assert found["pagers['mail']"].missing_scopes == ("send",)
    assert "ValueError" in found["pagers['sms']"].problem
    assert found["pagers['push']"].problem == "it answered with NoneType and not with a Diagnosis"
    assert "down" in found["pagers['fax']"].problem
    assert found["pagers['pigeon']"].problem == "no provider is here: what it is for is left to people"
    assert "hunter2" not in str(found)
    assert scene.pager.pages == []


class Forgot(PermissionDenied):
    """Does not call the class above, so it has no missing scopes."""

    def __init__(self) -> None:
        pass


def test_diagnosis_takes_what_makes_sense_of_an_error(scene: Scene) -> None:
    odd = PermissionDenied("no")
    odd.missing_scopes = 5  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    found = scene.desk(pagers={"phone": Diagnosed(Forgot()), "mail": Diagnosed(odd)}).diagnose()
    assert [(each.healthy, each.missing_scopes) for each in found.values()] == [(False, ())] * 2


def test_provider_that_hangs_when_it_is_diagnosed_is_not_healthy() -> None:
    release = Flag()

    class Hangs(MemoryPager):
        def diagnose(self) -> Diagnosis:
            release.wait(30)
            return super().diagnose()

    times: dict[str, Any] = {"deadline": timedelta(seconds=0.2), "lease": timedelta(seconds=1)}
    parts = (PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": Hangs(), "mail": MemoryPager()}), MemoryStore())
    try:
        for found in (Desk(*parts, **times).diagnose(), asyncio.run(AsyncDesk(*parts, **times).diagnose())):
            assert [each.healthy for each in found.values()] == [False, True]
            assert "no answer within 0:00:00.2" in found["pagers['phone']"].problem
    finally:
        release.set()


def test_ticking_ends_when_nothing_is_due(scene: Scene) -> None:
    desk = scene.desk()
    assert desk.tick() == 0
    for number in range(5):
        declared(desk, f"INC-{number}")
    assert desk.tick(limit=3) == 3
    while desk.tick(limit=3):
        pass
    assert [page.incident for page in scene.pager.pages] == [f"INC-{number}" for number in range(5)]
    with pytest.raises(FieldInvalid):
        desk.tick(limit=0)


def test_outcome_makes_its_incident_due_at_once(scene: Scene) -> None:
    class Refuses(MemoryPager):
        def page(self, request: SendPage, /) -> Receipt:
            raise RequestInvalid("no")

    desk = scene.desk(pagers={"phone": Refuses(), "mail": scene.pager})
    declared(desk)
    assert exhaust(desk) >= 2
    assert scene.outcomes() == [Outcome.FAILED, Outcome.SUCCEEDED]


class FailsFor(MemoryStore):
    """Cannot read some incidents."""

    broken: tuple[str, ...] = ()
    error: Exception = ConnectionError("hunter2")

    def load(self, incident: str, /) -> tuple[Event, ...]:
        if incident in self.broken:
            raise self.error
        return super().load(incident)


@pytest.mark.parametrize("error", [ConnectionError("hunter2"), KeyError("a bug"), UnknownIncident("x")])
def test_incidents_that_cannot_be_looked_at_starve_no_other(scene: Scene, error: Exception) -> None:
    scene.store = store = FailsFor(scene.clock)
    desk = scene.desk()
    for number in range(9):
        declared(desk, f"INC-{number}")
    store.broken, store.error = tuple(f"INC-{number}" for number in range(7)), error
    ticks = sum(1 for _ in iter(lambda: desk.tick(limit=2), 0))
    assert ticks < 20
    assert {page.incident for page in scene.pager.pages} == {"INC-7", "INC-8"}
    assert {notice.incident for notice in scene.notices if isinstance(notice, Failed)} == {*store.broken}
    scene.clock.advance(timedelta(minutes=6))
    assert {*desk.audit().forgotten} >= {*store.broken}
    store.broken = ()
    scene.clock.advance(timedelta(minutes=1))
    exhaust(desk)
    assert len({page.incident for page in scene.pager.pages}) == 9


@pytest.mark.parametrize("takes", [timedelta(), timedelta(seconds=5)])
@pytest.mark.parametrize("broken", [10, 200, 1_000])
def test_one_that_is_well_waits_two_ticks_at_the_most_however_many_fail(
    scene: Scene, broken: int, takes: timedelta
) -> None:
    """Whether the others fail at once or keep the desk waiting, and whether it knows them already or not."""

    class Slow(FailsFor):
        loads = 0

        def load(self, incident: str, /) -> tuple[Event, ...]:
            if incident.startswith("BAD"):
                self.loads += 1
                scene.clock.advance(takes)
                raise ValueError
            return super().load(incident)

    scene.store = store = Slow(scene.clock)
    desk, beside = scene.desk(), Desk(PLAYBOOK, DIRECTORY, Toolbox(), store, places=0, observers=())
    for number in range(broken):
        declared(beside, f"BAD-{number}")
    for name in ("unknown", "known"):
        scene.clock.advance(timedelta(seconds=1))
        declared(beside, name)
        for _ in range(2):
            store.loads = 0
            desk.tick()
            assert store.loads <= (3 if takes else 100)
            scene.clock.advance(timedelta(seconds=1))
        assert name in {page.incident for page in scene.pager.pages}
        for _ in range(20):
            desk.tick()
            scene.clock.advance(timedelta(seconds=1))


def test_every_incident_that_fails_gets_its_turn_again(scene: Scene) -> None:
    """Though those before it keep the desk waiting each time."""

    class Slow(FailsFor):
        def load(self, incident: str, /) -> tuple[Event, ...]:
            if incident in self.broken:
                scene.clock.advance(timedelta(seconds=5))
            return super().load(incident)

    scene.store = store = Slow(scene.clock)
    desk = scene.desk()
    names = [f"INC-{number:02}" for number in range(40)]
    for name in names:
        declared(desk, name)
    store.broken = tuple(names)
    for _ in range(20):
        desk.tick()
        scene.clock.advance(timedelta(seconds=1))
    store.broken = tuple(names[:-1])
    for _ in range(20):
        desk.tick()
        scene.clock.advance(timedelta(seconds=1))
    assert {page.incident for page in scene.pager.pages} == {names[-1]}


def test_tick_ends_at_once_if_the_store_is_gone(scene: Scene) -> None:
    class Gone(FailsFor):
        asked = 0

        def load(self, incident: str, /) -> tuple[Event, ...]:
            self.asked += 1
            return super().load(incident)

        def now(self) -> datetime:
            if self.asked:
                raise ConnectionError
            return super().now()

    scene.store = store = Gone(scene.clock)
    desk = scene.desk()
    for number in range(9):
        declared(desk, f"INC-{number}")
    store.broken = tuple(f"INC-{number}" for number in range(9))
    with pytest.raises(ConnectionError):
        desk.tick()
    assert store.asked == 1


def test_incident_that_fails_is_left_alone_for_longer_each_time(scene: Scene) -> None:
    scene.store = store = FailsFor(scene.clock)
    desk = scene.desk()
    declared(desk)
    store.broken = ("INC-1",)
    failures: list[timedelta] = []
    for _ in range(300):
        if desk.tick():
            failures.append(scene.clock() - START)
        scene.clock.advance(timedelta(seconds=1))
    assert [each.seconds for each in failures] == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]


def test_incident_that_was_looked_at_again_begins_anew(scene: Scene) -> None:
    scene.store = store = FailsFor(scene.clock)
    desk = scene.desk()
    declared(desk)
    for _ in range(2):
        store.broken = ("INC-1",)
        assert desk.tick() == 1
        scene.clock.advance(timedelta(seconds=1))
        store.broken = ()
        assert exhaust(desk) >= 1
        desk.note("INC-1", "hm", by="ada")


def test_action_that_is_tried_again_late_wakes_its_incident_though_the_desk_dies(scene: Scene) -> None:
    class Unavailable(MemoryPager):
        error: BaseException = ProviderUnavailable("down")

        def page(self, request: SendPage, /) -> Receipt:
            raise self.error

    phone = Unavailable()
    scene.kind = "Desk"
    desk = scene.desk(pagers={"phone": phone, "mail": scene.pager})
    declared(desk)
    exhaust(desk)
    scene.clock.advance(timedelta(minutes=10))
    phone.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        desk.tick()
    assert desk.audit().forgotten == ()
    assert scene.pager.pages == []
    scene.clock.advance(timedelta(minutes=10))
    assert exhaust(desk) > 0
    assert [page.method for page in scene.pager.pages] == ["mail"]


def test_clock_that_was_turned_back_hides_no_command(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    exhaust(desk)
    scene.clock.set(t(-60))
    desk.note("INC-1", "it is late, or early", by="ada")
    assert desk.tick() == 1
    assert [event.recorded_at for event in scene.log()] == sorted(event.recorded_at for event in scene.log())
    assert desk.tick() == 0


def test_what_is_to_be_done_now_is_done_though_the_clock_was_turned_back(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    scene.clock.set(t(-60))
    assert exhaust(desk) > 0
    assert [page.method for page in scene.pager.pages] == ["phone"]


def failing(*args: Any, **settings: Any) -> Any:
    raise ValueError("a bug")


def test_incident_that_cannot_be_planned_is_forgotten_whatever_its_old_plan_says(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = scene.desk(QUIET)
    declared(old)
    exhaust(old)
    desk = scene.desk([PLAYBOOK, QUIET])
    with monkeypatch.context() as broken:
        broken.setattr("incidentkit.desk.flows.round.plan", failing)
        for _ in range(12):
            desk.tick()
            scene.clock.advance(timedelta(minutes=1))
        assert desk.audit().forgotten == ("INC-1",)
        assert desk.audit(grace=timedelta(hours=1)).forgotten == ()
    exhaust(desk)
    assert desk.audit().forgotten == ()


def test_incident_that_another_desk_could_plan_is_not_forgotten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, other = scene.desk(), scene.desk()
    declared(desk)
    with monkeypatch.context() as broken:
        broken.setattr("incidentkit.desk.flows.round.plan", failing)
        desk.tick()
    scene.clock.advance(timedelta(minutes=1))
    exhaust(other)
    desk.tick()
    scene.clock.advance(timedelta(minutes=3))
    assert desk.audit(grace=timedelta(minutes=3, seconds=30)).forgotten == ()


class Forgetful(MemoryStore):
    """Cannot record outcomes for a while."""

    fails: float = 0

    def append(self, request: Append, /) -> tuple[Event, ...]:
        if request.expected_version is None and self.fails:
            self.fails -= 1
            raise ConnectionError("hunter2")
        return super().append(request)


def test_outcome_is_recorded_though_the_store_fails_twice(scene: Scene) -> None:
    scene.store = store = Forgetful(scene.clock)
    desk = scene.desk()
    declared(desk)
    store.fails = 2
    exhaust(desk)
    assert scene.outcomes() == [Outcome.SUCCEEDED]


def test_outcome_that_cannot_be_recorded_is_told_and_the_action_done_again_under_its_key(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.store = store = Forgetful(scene.clock)
    lease = timedelta(seconds=0.9)
    desk = scene.desk(observers=(scene, LogObserver()), deadline=lease / 3, lease=lease)
    declared(desk)
    store.fails = inf
    exhaust(desk)
    assert scene.outcomes() == []
    unrecorded = [notice for notice in scene.notices if isinstance(notice, Unrecorded)]
    assert [notice.outcome for notice in unrecorded] == [Outcome.SUCCEEDED]
    assert "INC-1: page to ada by phone: succeeded, which could not be recorded: ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text
    store.fails = 0
    scene.clock.advance(lease)
    exhaust(desk)
    assert scene.outcomes() == [Outcome.SUCCEEDED]
    assert len(scene.pager.pages) == 1


# Watching


def test_notices_come_in_the_order_of_what_happened(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    desk.tick()
    kinds = [Recorded, Decided, Planned, Started, Ended]
    assert [type(notice) for notice in scene.notices] == kinds
    desk.tick()
    desk.audit()
    assert [type(notice) for notice in scene.notices[5:]] == [Planned, Audited]


def test_observer_that_raises_changes_nothing(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    class Raises:
        def notice(self, notice: Notice, /) -> None:
            raise ValueError("observer")

    desk = scene.desk(observers=(Raises(), scene))
    declared(desk)
    exhaust(desk)
    assert scene.outcomes() == [Outcome.SUCCEEDED]
    assert len(scene.notices) >= 5
    assert "an observer failed at Recorded" in caplog.text


def test_log_records_carry_the_keys_of_incident_and_action(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "incidentkit.desk")
    desk = scene.desk(observers=(LogObserver(),))
    declared(desk)
    exhaust(desk)
    desk.audit()
    fields: list[tuple[Any, Any]] = [
        (getattr(record, "incident", None), getattr(record, "action", None))
        for record in caplog.records
        if record.name == "incidentkit.desk"
    ]
    key = "page/first/1/ada/0/0"
    assert fields == [("INC-1", ""), ("INC-1", ""), ("INC-1", key), ("INC-1", key), ("", "")]
    assert caplog.records[-1].getMessage() == "1 incidents open, forgotten: none"


def test_log_lines_say_who_is_paged_and_by_what_and_never_where(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    class Tells(MemoryPager):
        def page(self, request: SendPage, /) -> Receipt:
            raise RequestInvalid(f"no such number: {request.address}, 100 tried", provider="twilio")

    caplog.set_level(logging.INFO, "incidentkit.desk")
    desk = scene.desk(observers=(LogObserver(),), pagers={"phone": Tells(), "mail": scene.pager})
    declared(desk)
    exhaust(desk)
    assert [record.getMessage() for record in caplog.records if getattr(record, "action", "")] == [
        "INC-1: paging ada by phone (page/first/1/ada/0/0)",
        "INC-1: page to ada by phone: failed (twilio: no such number: [address], 100 tried)",
        "INC-1: paging ada by mail (page/first/1/ada/0/1)",
        "INC-1: page to ada by mail: succeeded",
    ]
    assert [event.problem for event in scene.log() if isinstance(event, ActionEnded)] == [
        "twilio: no such number: [address], 100 tried",
        "",
    ]


# Playbooks


def test_incident_stays_with_the_playbook_that_it_was_declared_under(scene: Scene) -> None:
    old = scene.desk(PLAYBOOK)
    declared(old)
    both = scene.desk([QUIET, PLAYBOOK])
    declared(both, "INC-2")
    exhaust(both)
    assert [page.incident for page in scene.pager.pages] == ["INC-1"]
    assert both.load("INC-2").playbook == QUIET.reference


def test_first_playbook_takes_over_for_one_that_is_missing(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.keep_no_playbooks()
    declared(scene.desk(QUIET))
    desk = scene.desk(PLAYBOOK)
    exhaust(desk)
    assert [page.person for page in scene.pager.pages] == ["ada"]
    assert f"{PLAYBOOK.reference} takes over for its playbook {QUIET.reference}: it is not here" in caplog.text


def test_stored_plan_of_another_playbook_is_made_anew(scene: Scene) -> None:
    declared(scene.desk(PLAYBOOK))
    exhaust(scene.desk(PLAYBOOK))
    assert scene.desk(PLAYBOOK).tick() == 0
    assert scene.desk([PLAYBOOK, QUIET]).tick() == 1


# What does not fit together


@pytest.mark.parametrize(
    ("deadline", "lease"), [(30, 60), (30, 10), (0, 90), (-1, 90), (1, 0), (30, -90), (1, 100_000)]
)
def test_lease_is_more_than_twice_the_deadline(scene: Scene, deadline: int, lease: int) -> None:
    with pytest.raises(DeskInvalid, match="more than twice a deadline"):
        scene.desk(deadline=timedelta(seconds=deadline), lease=timedelta(seconds=lease))


@pytest.mark.parametrize(
    "settings", [{"deadline": 30}, {"lease": timedelta.max}, {"deadline": timedelta.max}, {"lease": "90 s"}]
)
def test_other_durations_are_refused_too(scene: Scene, settings: dict[str, Any]) -> None:
    with pytest.raises(DeskInvalid):
        scene.desk(**settings)


@pytest.mark.parametrize("places", [-1, 1.5, None, True])
def test_places_are_counted(places: Any) -> None:
    for kind in (Desk, AsyncDesk):
        with pytest.raises(DeskInvalid):
            kind(PLAYBOOK, DIRECTORY, Toolbox(), MemoryStore(), places=places)
    with pytest.raises(DeskInvalid):
        AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(), MemoryStore(), places=0)


def test_recipients_are_looked_up_at_construction(scene: Scene) -> None:
    lost = evolve(ESCALATION, levels=(Level("first", person("alan")),))
    with pytest.raises(UnknownRecipient, match="alan"):
        scene.desk(Playbook(name="lost", rules=EMERGENCY.rules, escalation=lost))


@pytest.mark.parametrize("playbook", [[], ["playbook"], "playbook"])
def test_desk_works_by_playbooks(scene: Scene, playbook: Any) -> None:
    with pytest.raises(DeskInvalid):
        scene.desk(playbook)


class AsyncPager:
    async def page(self, request: SendPage, /) -> Receipt:
        return Receipt()

    async def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


class AsyncStore(MemoryStore):
    async def due(self, request: FindDue, /) -> Any:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().due(request)


def test_desk_without_a_loop_refuses_what_has_to_be_awaited() -> None:
    with pytest.raises(Misconfigured, match=r"pagers\['phone'\]: 'page' is async: give the provider to an AsyncDesk"):
        Desk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": AsyncPager()}), MemoryStore())
    store: Any = AsyncStore()
    with pytest.raises(Misconfigured, match="store: 'due' is async"):
        Desk(PLAYBOOK, DIRECTORY, Toolbox(), store)
    AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(pagers={"phone": AsyncPager()}), store)


class NoPage:
    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


class OtherArity(NoPage):
    def page(self) -> Receipt:
        return Receipt()


@pytest.mark.parametrize(
    ("pager", "problem"),
    [
        (NoPage(), "has no method 'page'"),
        (OtherArity(), r"OtherArity.page is to be called with 1 argument\(s\) by place, and has \(\)"),
        (MemoryPager, "is to be called with 1"),
        (None, "None has no method 'page'"),
    ],
)
def test_toolbox_names_what_is_wrong_with_a_provider(pager: Any, problem: str) -> None:
    with pytest.raises(Misconfigured, match=problem) as caught:
        Toolbox(pagers={"phone": pager})
    assert "pagers['phone']" in str(caught.value)
    assert caught.value.operation == "page"


class Closing(MemoryPager):
    """Keeps in which order pagers were closed."""

    def __init__(self, name: str, closed: list[str], error: BaseException | None = None) -> None:
        super().__init__()
        self.name, self.closed, self.error = name, closed, error

    def close(self) -> None:
        self.closed.append(self.name)
        if self.error is not None:
            raise self.error


class AsyncClosing(Closing):
    async def close(self) -> None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        super().close()


def closings(kind: type[Closing], closed: list[str], error: Exception | None = None) -> Toolbox:
    first, second = kind("first", closed), kind("second", closed, error)
    return Toolbox(pagers={"phone": first, "mail": second, "sms": first, "push": MemoryPager()})


async def leave(toolbox: Toolbox) -> None:
    async with toolbox:
        pass


def test_toolbox_closes_each_provider_once_that_can_be_closed() -> None:
    closed: list[str] = []
    with closings(Closing, closed):
        assert closed == []
    assert sorted(closed) == ["first", "second"]
    asyncio.run(leave(closings(Closing, closed)))
    asyncio.run(leave(closings(AsyncClosing, closed)))
    assert sorted(closed) == ["first"] * 3 + ["second"] * 3


def test_provider_that_cannot_be_closed_keeps_no_other_open() -> None:
    closed: list[str] = []
    with pytest.raises(OSError, match="busy"):
        closings(Closing, closed, OSError("busy")).close()
    assert sorted(closed) == ["first", "second"]
    with pytest.raises(OSError, match="busy"):
        asyncio.run(leave(closings(AsyncClosing, closed, OSError("busy"))))
    assert sorted(closed) == ["first"] * 2 + ["second"] * 2


def test_what_has_to_be_awaited_is_not_closed_without_a_loop() -> None:
    closed: list[str] = []
    with pytest.raises(Misconfigured, match=r"pagers\['phone'\]: 'close' is async"):
        closings(AsyncClosing, closed).close()
    assert closed == []


def test_promise_to_close_that_nobody_keeps_is_said_and_keeps_no_other_open() -> None:
    closed: list[str] = []

    class Promises(AsyncClosing):
        def close(self) -> Any:
            return super().close()

    def toolbox() -> Toolbox:
        return Toolbox(pagers={"phone": Closing("first", closed), "mail": Promises("second", closed)})

    with pytest.raises(Misconfigured, match=r"pagers\['mail'\]: 'close' gave a promise"):
        toolbox().close()
    assert closed == ["first"]
    asyncio.run(toolbox().aclose())
    assert sorted(closed) == ["first", "first", "second"]


class Interruption(BaseException):
    pass


@pytest.mark.parametrize(
    ("errors", "raised"),
    [
        ((OSError("a"), None, OSError("c")), ExceptionGroup),
        ((None, OSError("b"), None), OSError),
        ((OSError("a"), SystemExit(3), OSError("c")), SystemExit),
        ((Interruption(), KeyboardInterrupt(), OSError("c")), KeyboardInterrupt),
    ],
)
def test_what_several_raise_is_raised_together_unless_it_ends_the_program(
    errors: tuple[Any, ...], raised: type[BaseException]
) -> None:
    closed: list[str] = []
    with pytest.raises(raised):
        Toolbox(pagers={str(index): Closing(str(index), closed, error) for index, error in enumerate(errors)}).close()
    assert closed == ["0", "1", "2"]


def test_provider_that_is_slow_to_close_holds_up_no_loop() -> None:
    ticked = Flag()

    class Waits(MemoryPager):
        def close(self) -> None:
            assert ticked.wait(20)

    async def main() -> None:
        asyncio.get_running_loop().call_later(0.01, ticked.set)
        async with Toolbox(pagers={"phone": Waits()}):
            pass

    asyncio.run(main())
    assert ticked.is_set()


def test_ability_that_cannot_be_read_is_no_ability() -> None:
    class Unreadable(MemoryPager):
        @property
        def close(self) -> Any:
            raise RuntimeError("hunter2")

    with pytest.raises(Misconfigured, match=r"pagers\['phone'\]: 'close' cannot be read: it raised RuntimeError"):
        Toolbox(pagers={"phone": Unreadable()})


@pytest.mark.parametrize("pagers", [None, [MemoryPager()], "phone"])
def test_pagers_are_a_mapping(pagers: Any) -> None:
    with pytest.raises(Misconfigured):
        Toolbox(pagers=pagers)


def test_store_and_observers_are_checked_as_well(scene: Scene) -> None:
    with pytest.raises(Misconfigured, match=r"store: .* has no method 'now'"):
        scene.desk(store=MemoryPager())
    with pytest.raises(Misconfigured, match=r"observers: .* has no method 'notice'"):
        scene.desk(observers=(print,))


def test_note_of_a_command_object_is_the_same_as_the_shortcut(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    declared(desk, "INC-2")
    one = desk.note("INC-1", "hm", by="ada").event
    other = desk.submit("INC-2", Note("hm", at=START, by="ada")).event
    assert evolve(one, incident="INC-2") == other


# Clocks ahead, slips and what cannot be foreseen


def test_what_is_ahead_of_the_stores_clock_is_taken_as_of_now(scene: Scene) -> None:
    desk = scene.desk()
    desk.declare("Checkout fails", by="bot", severity=SEV_1, id="INC-1", at=t(180))
    exhaust(desk)
    assert desk.load("INC-1").declared_at == START
    scene.clock.advance(timedelta(minutes=1))
    assert desk.acknowledge("INC-1", by="ada", at=t(300)).incident.acknowledged == {"ada": t(1)}
    assert desk.resolve("INC-1", by="ada").changed


@pytest.mark.parametrize(
    "make",
    [Acknowledge, Decline, partial(Escalate, "second")],
    ids=["acknowledge", "decline", "escalate"],
)
def test_an_answer_from_a_clock_that_is_behind_is_taken_as_of_the_declaration(
    scene: Scene, make: Callable[..., Command]
) -> None:
    desk = scene.desk()
    declared(desk)
    scene.clock.advance(timedelta(minutes=1))
    result = desk.submit("INC-1", make(at=t(-0.02), by="ada"))
    assert (result.changed, result.event.at, result.event.recorded_at) == (True, START, t(1))


def test_so_is_an_acknowledgement_that_is_taken_back_by_such_a_clock(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    desk.acknowledge("INC-1", by="ada")
    result = desk.submit("INC-1", Unacknowledge(at=t(-0.02), by="ada"))
    assert (result.changed, result.event.at, result.incident.acknowledged) == (True, START, {})


def test_an_answer_from_before_a_reopening_is_none_to_what_came_after(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    scene.clock.advance(timedelta(minutes=1))
    desk.resolve("INC-1", by="ada")
    scene.clock.advance(timedelta(minutes=1))
    desk.submit("INC-1", Reopen(at=t(2), by="ada", reason="it is back"))
    for early in (-1, 1):
        result = desk.submit("INC-1", Acknowledge(at=t(early), by="ada"))
        assert (result.changed, result.event.tag, result.incident.acknowledged) == (False, "overtaken", {})


def test_what_else_is_dated_before_the_declaration_is_refused(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    with pytest.raises(TimesContradict, match="was declared at"):
        desk.submit("INC-1", Assign(Role.COMMANDER, to="ada", at=t(-1), by="ada"))


def test_a_command_that_was_written_is_never_told_as_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.desk()
    declared(desk)

    def broken(*args: object, **settings: object) -> None:
        raise OverflowError

    monkeypatch.setattr("incidentkit.desk.flows.submission.preview", broken)
    result = desk.acknowledge("INC-1", by="ada")
    assert result.changed
    assert result.summary == "acknowledged; what follows cannot be told: OverflowError."
    assert scene.tags()[-1] == "acknowledged"


def test_a_misspelt_name_is_said_and_stops_no_page(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    exhaust(desk)
    scene.clock.advance(timedelta(minutes=1))
    summary = desk.acknowledge("INC-1", by="adaa").summary
    assert summary.startswith("acknowledged (adaa is nobody in the directory. Did you mean 'ada'?); if nothing else")
    scene.clock.advance(timedelta(minutes=5))
    exhaust(desk)
    assert [page.method for page in scene.pager.pages] == ["phone", "mail"]


def test_a_misspelt_name_is_said_too_of_whoever_gets_a_role(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    assert (
        "(aada is nobody in the directory. Did you mean 'ada'?)"
        in desk.assign("INC-1", Role.COMMANDER, to="aada", by="ada").summary
    )


def test_a_desk_warns_of_methods_that_reach_nobody(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.desk(pagers={"phnoe": scene.pager, "mail": scene.pager})
    assert "desk pages by phone, for which no pager is in the toolbox. Did you mean 'phnoe'?" in caplog.text
    caplog.clear()
    odd = ContactChain((Attempt("fone", timedelta(minutes=5)),))
    scene.desk(Playbook(name="odd", rules=EMERGENCY.rules, escalation=EscalationPolicy(levels=LEVELS, contact=odd)))
    assert "odd pages by fone, which nobody has in the directory. Did you mean 'phone'?" in caplog.text


def test_no_line_of_the_log_can_be_forged(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    odd = EscalationPolicy(levels=(Level("first", person("ada"), because="one\nFORGED"),), contact=CHAIN)
    desk = scene.desk(Playbook(name="odd", rules=EMERGENCY.rules, escalation=odd), observers=(LogObserver(),))
    declared(desk)
    exhaust(desk)
    assert "one FORGED" in caplog.text
    assert not any("\n" in record.getMessage() for record in caplog.records)


def test_incidents_that_cannot_be_planned_starve_no_other(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.desk()
    for number in range(300):
        declared(desk, f"BAD-{number:03}")
    declared(desk, "GOOD")

    def picky(incident: Incident, *args: Any, **settings: Any) -> Any:
        if incident.id.startswith("BAD"):
            raise PlaybookInvalid("this one cannot be planned")
        return plan(incident, *args, **settings)

    monkeypatch.setattr("incidentkit.desk.flows.round.plan", picky)
    for _ in range(10):
        desk.tick()
        scene.clock.advance(timedelta(seconds=1))
    assert [page.incident for page in scene.pager.pages] == ["GOOD"]


SLIPS: list[tuple[Callable[[Any], Any], str]] = [
    (lambda desk: desk.find(statuses="investigating"), r"or in Status for all, not 'investigating'"),
    (lambda desk: desk.find(statuses=Status.RESOLVED), "found by several statuses"),
    (lambda desk: desk.find(statuses=["investigatin"]), "Did you mean 'investigating'"),
    (lambda desk: desk.find(statuses=[[]]), r"no status is called \[\]"),
    (lambda desk: desk.find(statuses=None), "found by several statuses"),
    (lambda desk: desk.find(after=5), "a page begins after an incident, not 5"),
    (lambda desk: desk.find(limit=10**30), "limit: 1000000.* is no number of incidents"),
    (lambda desk: desk.tick(limit=10**30), "limit: 1000000.* is no number of incidents"),
    (lambda desk: desk.audit(grace=5), "the grace of an audit is a timedelta, not 5"),
    (lambda desk: desk.audit(grace=timedelta.min), "the grace of an audit is a timedelta of zero or more"),
    (lambda desk: desk.preview("INC-1", within=timedelta.min), "one looks ahead by a timedelta of zero or more"),
    (lambda desk: desk.acknowledge("INC-1", by="ada", at=0), "at: 0 is"),
    (lambda desk: desk.note("INC-1", "hm", by="ada", at=""), "at: '' is"),
    (lambda desk: desk.close("INC-1", by="ada", waivers=0), "waivers"),
    (lambda desk: desk.declare("hm", by="ada", labels=0), "labels are values by name, not 0"),
    (lambda desk: desk.run(poll=5), "the poll of a run is a timedelta, not 5"),
    (lambda desk: desk.run(poll=timedelta()), "the poll of a run is a timedelta above zero"),
    (lambda desk: desk.run(audit="x"), "the audit of a run is a timedelta, not 'x'"),
    (lambda desk: desk.run(heartbeat=5), "a heartbeat is something to call, not 5"),
    (lambda desk: desk.run(stop=5), "is stopped by"),
]


@pytest.mark.parametrize(("slip", "problem"), SLIPS)
def test_slip_is_refused_before_anything_is_done(scene: Scene, slip: Callable[[Any], Any], problem: str) -> None:
    desk = scene.desk()
    declared(desk)
    with pytest.raises((DeskInvalid, FieldInvalid), match=problem):
        slip(desk)
    assert scene.tags() == ["declared"]


def test_greatest_lengths_are_taken(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    assert desk.audit(grace=timedelta.max).forgotten == ()
    assert desk.find(limit=10**9) == ("INC-1",)
    assert desk.tick(limit=10**9) == 1


def test_loop_is_not_stopped_by_what_would_hold_it_up() -> None:
    desk = AsyncDesk(PLAYBOOK, DIRECTORY, Toolbox(), MemoryStore())
    stop: Any = Flag()
    with pytest.raises(DeskInvalid, match=r"stopped by an asyncio.Event"):
        asyncio.run(asyncio.wait_for(desk.run(stop=stop), timeout=5))


@pytest.mark.parametrize("settings", [{"observers": 5}, {"namespace": 5}, {"namespace": "\0"}])
def test_settings_of_the_wrong_kind_make_no_desk(scene: Scene, settings: dict[str, Any]) -> None:
    with pytest.raises((DeskInvalid, FieldInvalid)):
        scene.desk(**settings)


def test_slips_are_typed_errors(scene: Scene) -> None:
    desk = scene.desk()
    declared(desk)
    with pytest.raises(DeskInvalid, match="one looks ahead by a timedelta, not 4"):
        desk.preview("INC-1", within=4)
    with pytest.raises(CommandInvalid, match="'acknowledge' is not a command"):
        desk.submit("INC-1", "acknowledge")
    assert len(desk.preview("INC-1", within=timedelta.max).steps) > 1
