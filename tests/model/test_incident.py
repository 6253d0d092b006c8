"""Incidents: the fold of commands is the replay of events, and nothing impossible happens or leaves a trace."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import reduce
from itertools import accumulate
from operator import getitem
from typing import Any, get_args

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Flag, Severity, SeverityRules, SeverityScheme, convert, when
from incidentkit.errors import (
    CommandInvalid,
    DocumentInvalid,
    FieldInvalid,
    IllegalTransition,
    IncidentkitError,
    LogInvalid,
    SchemesDiffer,
    StaleVersion,
    TimesContradict,
)
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.assessment import Assessment
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    Assign,
    Cancel,
    ChangeSeverity,
    Close,
    Command,
    CorrectStart,
    CorrectTime,
    Decline,
    Fulfil,
    HandOver,
    Link,
    Merge,
    Note,
    Redact,
    Regress,
    Reopen,
    Resolve,
    Snooze,
    Summarize,
    TakeBack,
    Unacknowledge,
    Update,
    Waive,
)
from incidentkit.model.events import (
    REDACTED,
    Acknowledged,
    ActionEnded,
    ActionStarted,
    Became,
    Event,
    FellDue,
    LinkKind,
    Noted,
    Overtaken,
    Reopened,
    Resolved,
)
from incidentkit.model.identity import IncidentId, PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, TABLE, Effect, Phase, Status, consequence, possible, to_mermaid
from incidentkit.model.metrics import summarize
from incidentkit.model.people import Role
from incidentkit.model.timeline import Timeline
from incidentkit.playbooks.emergency import CORE_FUNCTIONALITY, ERROR_RATE
from incidentkit.testing import commands, declarations, incidents
from incidentkit.text.document import flat

S1, S2, S3 = SeverityScheme("S1", "S2", "S3")
DOWN, SLOW = Flag("down", question="Is it down?"), Flag("slow", question="Is it slow?")
RULES = SeverityRules(when(DOWN, S1, because="it is down"), when(SLOW, S2), otherwise=S3)
START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
END = START + timedelta(days=30)


def t(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def raw(value: object) -> Any:
    """A value of which the type checker knows nothing, to be refused when the program runs."""
    return value


def declared(**changes: Any) -> Incident:
    given: dict[str, Any] = {"title": "Checkout returns 500", "at": t("14:23"), "by": "ada", "severity": S1}
    return Incident.declare("INC-7", **{**given, **changes})


# Laws


@given(incidents())
def test_the_fold_of_a_history_is_the_replay_of_its_events(incident: Incident) -> None:
    again = Incident.replay(incident.timeline)
    assert again == incident
    assert pickle.loads(pickle.dumps(incident)) == incident
    assert copy.deepcopy(incident) == incident


@given(incidents())
def test_incidents_read_back_from_json(incident: Incident) -> None:
    text = convert.to_json(incident)
    assert convert.from_json(text, Incident) == incident
    assert convert.to_json(convert.from_json(text, Incident)) == text


@given(st.data())
def test_a_command_does_what_the_table_says(data: st.DataObject) -> None:
    incident = data.draw(incidents(at=START))
    command = data.draw(commands(at=END, version=incident.version))
    before = pickle.dumps(incident)
    result = consequence(command.tag, incident.status)
    try:
        after = incident.apply(command)
    except IllegalTransition as error:
        assert result is None
        assert error.possible == possible(incident.status)
        assert "It can move on by" in str(error)
    except IncidentkitError:
        assert result is not None or command.based_on not in (None, incident.version)
    else:
        assert after.version == incident.version + 1
        assert after.status == (result if isinstance(result, Status) else incident.status)
        overtaken = isinstance(after.timeline[-1], Overtaken)
        assert overtaken or result is not Effect.OVERTAKEN
        assert not (overtaken and isinstance(result, Status))
    assert pickle.dumps(incident) == before


@given(st.data())
def test_what_came_too_late_or_twice_changes_nothing_but_the_log(data: st.DataObject) -> None:
    incident = data.draw(incidents(at=START))
    after = incident
    for command in data.draw(st.lists(commands(at=END), min_size=8, max_size=8)):
        if consequence(command.tag, incident.status) is Effect.OVERTAKEN and command.based_on is None:
            after = after.apply(command)
            assert isinstance(after.timeline[-1], Overtaken)
    for name in (
        "status",
        "severity",
        "acknowledged",
        "declined",
        "roles",
        "generation",
        "metrics",
        "since",
        "waivers",
    ):
        assert getattr(after, name) == getattr(incident, name)


@given(incidents(at=START), st.integers(0, 10_000))
def test_metrics_are_never_negative_and_add_up(incident: Incident, minutes: int) -> None:
    now = max(incident.since, END) + timedelta(minutes=minutes)
    metrics = incident.metrics_at(now)
    assert sum(metrics.time_in.values(), timedelta()) == now - incident.declared_at
    assert metrics.time_open == sum((metrics.time_in.get(status, timedelta()) for status in ACTIVE), timedelta())
    lengths = [metrics.time_to_declare, metrics.time_to_acknowledge, metrics.time_to_mitigate, metrics.time_to_resolve]
    assert all(length is None or length >= timedelta() for length in [*lengths, *metrics.time_in.values()])
    assert (metrics.time_to_resolve is None) or metrics.time_to_mitigate is not None


@given(st.data())
def test_a_redaction_leaves_no_trace_of_the_words(data: st.DataObject) -> None:
    secret = "Xq7 secret"
    incident = data.draw(declarations(at=START))
    said: Any = data.draw(
        st.sampled_from(
            [
                Note(secret, at=END, by="ada"),
                Summarize(secret, at=END, by="ada"),
                Update(secret, next_steps=secret, eta=secret, public=secret, at=END, by="ada"),
                Fulfil("review", note=secret, at=END, by="ada"),
                Waive("review", reason=secret, at=END, by="ada"),
                Link(LinkKind.DOCUMENT, secret, url=f"https://{secret}", at=END, by="ada"),
                Decline(at=END, by="ada", reason=secret),
                Cancel(at=END, by="ada", reason=secret),
            ]
        )
    )
    told = incident.apply(said)
    assert secret in repr(told.timeline[-1])
    clean = told.apply(Redact(told.version - 1, at=END, by="grace"))
    assert clean.status == told.status
    assert secret.encode() not in pickle.dumps(clean)
    assert secret not in convert.to_json(clean)
    assert (
        secret
        not in f"{clean!r}{clean.timeline!r}{clean.timeline}{[*clean.timeline]}{clean.public_summary}{clean.links}"
    )


FORGED = st.lists(
    st.sampled_from(["\n", "\r\n", "\x0b", "\x85", "\u2028", "\x1b[2K\x1b[1A", "\u202e", "\u200f", "   "])
    | st.just("9  2026-03-02 14:59:00  ada  resolved")
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
).map("x".join)
"""What would look like other lines of a table, if it were printed as it is."""


@given(FORGED, FORGED)
def test_a_printed_timeline_has_a_line_for_each_event_whatever_people_wrote(title: str, reason: str) -> None:
    declined = declared(title=f"{title}x").apply(Decline(at=t("14:24"), by="grace", reason=reason))
    incident = declined.note(f"x{reason}", at=t("14:25"), by="ada")
    header, rule, *lines = str(incident.timeline).split("\n")
    assert all(line.isprintable() for line in (header, rule, *lines))
    assert [line.split()[0] for line in lines] == ["0", "1", "2"]
    assert [line.split("  ")[-1] for line in lines] == [flat(str(event)) for event in incident.timeline]


@given(incidents(), incidents())
def test_timelines_that_grew_apart_do_not_touch_each_other(one: Incident, other: Incident) -> None:
    base = one.timeline
    events = [*base]
    longer, another = base.append(events[0]), base.append(events[-1])
    assert [*longer] == [*events, events[0]]
    assert [*another] == [*events, events[-1]]
    assert [*base] == events
    assert (longer == another) == (events[0] == events[-1])


def test_statuses_are_reached_as_the_table_says() -> None:
    reached: dict[Status, Incident] = {Status.INVESTIGATING: declared()}
    frontier = [*reached]
    needed = {"reason": "because", "into": "INC-8"}
    while frontier:
        start = frontier.pop()
        for command, row in TABLE.items():
            end = row.get(start)
            if isinstance(end, Status) and end not in reached:
                kind: Any = next(kind for kind in get_args(Command) if kind.tag == command)
                names = {field.name: needed[field.name] for field in fields(kind) if field.name in needed}
                reached[end] = reached[start].apply(kind(at=t("15:00"), by="ada", **names))
                assert reached[end].status is end
                frontier.append(end)
    assert {*reached} == {*Status}


def test_the_table_names_every_command_and_no_other() -> None:
    assert {kind.tag for kind in get_args(Command)} == {*TABLE}


# What a person would look up


def test_an_incident_from_facts_to_metrics() -> None:
    triage = EMERGENCY.triage({ERROR_RATE: 0.34, CORE_FUNCTIONALITY: True})
    incident = Incident.declare(
        "INC-7", title="Checkout returns 500", triage=triage, playbook=EMERGENCY, at=t("14:23"), by="ada"
    )
    incident = incident.acknowledge(at=t("14:25"), by="grace")
    incident = incident.start_mitigation(at=t("14:30"), by="grace", note="rolling back to 1.4.2")
    incident = incident.mitigated(at=t("14:45"), by="grace")
    incident = incident.resolve(at=t("15:00"), by="grace")
    assert incident.status is Status.RESOLVED
    assert incident.playbook == EMERGENCY.reference
    assert incident.facts == {"error_rate": 0.34, "core_functionality": True}
    assert incident.metrics.time_to_acknowledge == timedelta(minutes=2)
    assert incident.metrics.time_to_mitigate == timedelta(minutes=22)
    assert incident.metrics.time_to_resolve == timedelta(minutes=37)
    assert incident.metrics.time_in == {
        **dict.fromkeys(Status, timedelta()),
        Status.INVESTIGATING: timedelta(minutes=7),
        Status.MITIGATING: timedelta(minutes=15),
        Status.MONITORING: timedelta(minutes=15),
    }


def test_a_late_acknowledgement_is_recorded_and_changes_nothing() -> None:
    incident = declared().resolve(at=t("15:00"), by="grace").acknowledge(at=t("15:02"), by="linus")
    assert incident.timeline[-1] == Overtaken(
        incident=incident.id,
        at=t("15:02"),
        by=incident.timeline[-1].by,
        recorded_at=t("15:02"),
        command="acknowledge",
        status=Status.RESOLVED,
    )
    assert not incident.acknowledged


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            Acknowledge(at=t("15:02"), by="linus", note="on it"),
            "'acknowledge' changed nothing, because the incident was resolved already: on it",
        ),
        (Resolve(at=t("15:02"), by="linus"), "'resolve' changed nothing, because the incident was resolved already"),
        (
            TakeBack("review", at=t("15:02"), by="linus", reason="over"),
            "'take back' changed nothing, because that was so already: over",
        ),
    ],
)
def test_what_changed_nothing_says_what_was_asked_and_why(command: Command, said: str) -> None:
    incident = declared().resolve(at=t("15:00"), by="grace").apply(command)
    assert str(incident.timeline[-1]) == said


def test_an_acknowledgement_that_changed_nothing_may_be_of_an_earlier_generation() -> None:
    incident = declared().resolve(at=t("15:00"), by="grace").reopen(at=t("16:00"), by="ada", reason="it is back")
    late = incident.acknowledge(at=t("14:59"), by="linus")
    again = incident.acknowledge(at=t("16:01"), by="linus").acknowledge(at=t("16:02"), by="linus")
    for each in (late, again):
        assert str(each.timeline[-1]) == (
            "'acknowledge' changed nothing, because that was so already, or was meant before a reopening"
        )


def test_an_impossible_command_says_what_is_possible() -> None:
    incident = declared().resolve(at=t("15:00"), by="grace")
    with pytest.raises(
        IllegalTransition, match=r"INC-7 is resolved: 'start_mitigation' is not possible from there\."
    ) as caught:
        incident.start_mitigation(at=t("15:01"), by="ada")
    assert "It can move on by reopen(reason=...), close(). It is resolved since 2026-03-02 15:00 UTC, by grace." in str(
        caught.value
    )
    assert not incident.can("start_mitigation")
    assert incident.can("reopen")
    with pytest.raises(IllegalTransition) as caught:
        declared().close(at=t("15:01"), by="ada")
    assert (
        "It can move on by start_mitigation(), mitigated(), resolve(), the command Cancel(reason=...),"
        " the command Merge(into=...). It is"
    ) in str(caught.value)
    with pytest.raises(CommandInvalid, match="Did you mean 'resolve'"):
        incident.can("resolvee")


def test_reopening_begins_a_generation_and_voids_acknowledgements() -> None:
    incident = declared().acknowledge(at=t("14:25"), by="grace").resolve(at=t("15:00"), by="grace")
    again = incident.reopen(at=t("15:30"), by="ada", reason="it is back")
    assert (again.generation, again.acknowledged, again.resolved_at) == (2, {}, None)
    done = again.resolve(at=t("16:00"), by="grace")
    assert done.metrics.time_to_resolve == timedelta(minutes=97)
    assert done.metrics.time_open == timedelta(minutes=67)


def test_an_acknowledgement_belongs_to_its_giver() -> None:
    incident = declared().acknowledge(at=t("14:25"), by="grace").acknowledge(at=t("14:26"), by="linus")
    incident = incident.apply(Unacknowledge(at=t("14:30"), by="grace"))
    assert [*incident.acknowledged] == ["linus"]
    incident = incident.apply(Decline(at=t("14:31"), by="linus", reason="on a train"))
    assert (dict(incident.acknowledged), [*incident.declined]) == ({}, ["linus"])


@pytest.mark.parametrize(
    ("first", "then", "severity"),
    [
        ({}, {"down": True}, S1),
        ({"slow": True, "down": False}, {"down": True}, S1),
        ({}, {"slow": True, "down": False}, S2),
        ({"down": True}, {"slow": True, "down": False}, S1),
        ({"slow": True, "down": False}, {"slow": False, "down": False}, S2),
    ],
)
def test_triage_raises_at_once_and_lowers_only_what_was_never_certain(
    first: Any, then: Any, severity: Severity
) -> None:
    incident = declared(severity=None, triage=RULES.triage(first))
    assert incident.apply(Assess(RULES.triage(then), at=t("14:30"), by="ada")).severity == severity


def test_a_doubt_in_between_does_not_lower_what_was_certain() -> None:
    incident = declared(severity=S2)
    doubted = incident.apply(Assess(RULES.triage({}), at=t("14:30"), by="ada"))
    assert (doubted.severity, doubted.possible) == (S1, frozenset({S1, S2}))
    assert declared(severity=S1).apply(Assess(RULES.triage({}), at=t("14:30"), by="ada")).possible == frozenset({S1})
    settled = doubted.apply(Assess(RULES.triage({"down": False, "slow": False}), at=t("14:31"), by="ada"))
    assert (settled.severity, settled.possible) == (S2, frozenset({S2}))


def test_saying_what_is_so_already_keeps_the_words_and_changes_nothing() -> None:
    incident = declared().acknowledge(at=t("14:25"), by="grace")
    again = incident.acknowledge(at=t("14:40"), by="grace", note="root cause was DNS")
    overtaken = again.timeline[-1]
    assert isinstance(overtaken, Overtaken)
    assert overtaken.note == "root cause was DNS"
    assert again.acknowledged == {"grace": t("14:25")}


def test_a_declaration_is_corrected_to_an_earlier_time() -> None:
    incident = declared().apply(CorrectTime(0, happened_at=t("14:13"), at=t("15:00"), by="ada"))
    assert (incident.declared_at, incident.started_at) == (t("14:13"), t("14:13"))
    stated = declared(started_at=t("14:20")).apply(CorrectStart(t("14:10"), at=t("15:00"), by="ada"))
    assert stated.apply(CorrectTime(0, happened_at=t("14:13"), at=t("15:01"), by="ada")).started_at == t("14:10")


def test_a_person_lowers_a_severity_with_a_reason() -> None:
    with pytest.raises(CommandInvalid, match="lowered with a reason, from S1 to S3"):
        declared().apply(ChangeSeverity(S3, at=t("14:30"), by="ada"))
    lowered = declared().apply(ChangeSeverity(S3, at=t("14:30"), by="ada", reason="only the test system"))
    assert lowered.severity == S3
    assert lowered.possible == {S3}
    raised = lowered.apply(Assess(RULES.triage({"down": True}), at=t("14:31"), by="ada"))
    assert raised.severity == S1


def test_what_a_desk_adds_leaves_the_incident_before_it_as_it_was() -> None:
    common: dict[str, Any] = {"incident": "INC-7", "at": t("14:30"), "by": "desk", "recorded_at": t("14:30")}
    which: dict[str, Any] = {"obligation": "page/on-call", "instance": "1"}
    key = ActionKey(**which, person="grace")
    events: list[Event] = [
        Became(**common, **which, people=(PersonId("grace"),)),
        ActionStarted(**common, action=key, lease_until=t("14:32")),
        ActionEnded(**common, action=key, outcome=Outcome.SUCCEEDED),
        FellDue(**common, **which),
        Acknowledged(**common),
        Resolved(**common),
        Reopened(**common, reason="it came back"),
    ]
    steps = [*accumulate(events, lambda before, event: before.extended([event]), initial=declared())]
    assert [Incident.replay(each.timeline) for each in steps] == steps
    assert declared().extended(events) == steps[-1]


def test_roles_are_assigned_and_handed_over() -> None:
    incident = declared().apply(Assign(Role.COMMANDER, to="ada", at=t("14:24"), by="ada"))
    incident = incident.apply(HandOver(Role.COMMANDER, to="linus", at=t("15:01"), by="ada"))
    assert incident.roles == {Role.COMMANDER: "linus"}
    incident = incident.apply(HandOver(Role.SCRIBE, to="grace", at=t("15:02"), by="ada"))  # nobody wrote that ada was
    assert incident.roles == {Role.COMMANDER: "linus", Role.SCRIBE: "grace"}


def test_a_corrected_time_counts_for_the_metrics() -> None:
    incident = declared().mitigated(at=t("14:45"), by="grace").resolve(at=t("15:00"), by="grace")
    corrected = incident.apply(CorrectTime(1, happened_at=t("14:50"), at=t("16:00"), by="ada"))
    assert corrected.metrics.time_to_mitigate == timedelta(minutes=27)
    assert corrected.timeline[1].at == t("14:45")  # the log keeps what was said at the time
    earlier = corrected.apply(CorrectStart(t("14:00"), at=t("16:01"), by="ada"))
    assert earlier.metrics.time_to_resolve == timedelta(minutes=60)
    with pytest.raises(TimesContradict, match=r"that event 1 happened at 2026-03-02 15:50:00.* cannot be: event 2"):
        incident.apply(CorrectTime(1, happened_at=t("15:50"), at=t("16:00"), by="ada"))


def test_an_incident_is_declared_after_the_fact() -> None:
    incident = declared(at=t("14:23"), recorded_at=t("18:00"), started_at=t("14:10"))
    assert incident.metrics.time_to_declare == timedelta(minutes=13)
    later = incident.apply(Note("found in the logs", at=t("14:05"), by="ada"), recorded_at=t("18:05"))
    assert later.timeline[-1].recorded_at == t("18:05")


def test_many_incidents_are_summed_up() -> None:
    several = [declared().resolve(at=t(f"15:{minute:02}"), by="ada").metrics for minute in range(10)]
    summary = summarize([*several, declared().metrics], lambda metrics: metrics.time_to_resolve)
    assert summary is not None
    assert (summary.count, summary.median, summary.percentile_90) == (
        10,
        timedelta(minutes=41.5),
        timedelta(minutes=45),
    )
    assert summarize([], lambda metrics: metrics.time_open) is None


def test_a_long_timeline_is_made_and_dropped_without_depth() -> None:
    event = declared().timeline[0]
    timeline = Timeline([event])
    for _ in range(100_000):
        timeline = timeline.append(event)
    assert len(timeline) == len([*timeline]) == 100_001
    assert len(pickle.loads(pickle.dumps(timeline))) == 100_001
    del timeline


def test_a_diagram_shows_every_move_of_the_table() -> None:
    arrows = {(start, end) for row in TABLE.values() for start, end in row.items() if isinstance(end, Status)}
    lines = to_mermaid().splitlines()
    assert len(lines) == 2 + len(arrows)
    assert all(any(line.startswith(f"    {start} --> {end}: ") for line in lines) for start, end in arrows)


# Bad input


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"severity": None}, CommandInvalid, "with a triage or with a chosen severity"),
        ({"triage": RULES.triage({})}, CommandInvalid, "with a triage or with a chosen severity"),
        ({"severity": "S1"}, CommandInvalid, "a chosen severity is a Severity, such as SCHEME\\['SEV-1'\\], not 'S1'"),
        ({"severity": Severity("S1")}, CommandInvalid, "is in no scheme yet"),
        ({"severity": None, "triage": {}}, CommandInvalid, "a triage is a Triage, not {}"),
        ({"playbook": None}, FieldInvalid, "playbook: None is not text"),
        ({"at": datetime(2026, 3, 2)}, FieldInvalid, "at: .* is not a datetime with a time zone"),
        ({"started_at": t("14:30")}, TimesContradict, "so it did not start at"),
        ({"started_at": "14:30"}, FieldInvalid, "started_at: '14:30' is not a datetime"),
        ({"by": ""}, FieldInvalid, "by: '' is not a name"),
        ({"by": "a\nb"}, FieldInvalid, "is not a name"),
        ({"by": "a" * 201}, FieldInvalid, "200 characters at the most"),
        ({"title": "a\x00b"}, FieldInvalid, "title: .* contains a NUL"),
        ({"title": "\ud800"}, FieldInvalid, "half of a surrogate pair"),
        ({"title": 7}, FieldInvalid, "title: 7 is not text"),
        ({"title": "x" * 100_001}, FieldInvalid, "100000 characters at the most"),
        ({"title": ""}, FieldInvalid, "title: a title is text that is not blank, not ''"),
        ({"title": " \n"}, FieldInvalid, "title: a title is text that is not blank"),
    ],
)
def test_declarations_that_make_no_sense_are_refused(changes: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        declared(**changes)


@pytest.mark.parametrize(
    ("command", "error", "message"),
    [
        (Acknowledge(at=t("14:00"), by="ada"), TimesContradict, "was declared at .* came before"),
        (Resolve(at=t("14:20"), by="ada"), TimesContradict, "is monitoring since .* came before"),
        (Resolve(at=t("14:30"), by="ada", based_on=7), StaleVersion, "based on version 7, and this is 2"),
        (Regress(at=t("14:30"), by="ada", reason="x"), TimesContradict, "is monitoring since .* came before"),
        (Regress(at=t("15:00"), by="ada", reason=" "), FieldInvalid, "reason: say why: 'regressed' needs a reason"),
        (Snooze(at=t("15:00"), by="ada", until=t("14:59"), reason="x"), TimesContradict, "over at once"),
        (Merge(at=t("15:00"), by="ada", into="INC-7"), CommandInvalid, "into itself"),
        (CorrectStart(t("14:24"), at=t("15:00"), by="ada"), TimesContradict, "so it did not start at"),
        (
            CorrectTime(9, happened_at=t("14:24"), at=t("15:00"), by="ada"),
            CommandInvalid,
            "no event 9: they are counted from 0 to 1",
        ),
        (Redact(-1, at=t("15:00"), by="ada"), FieldInvalid, "event: events are counted from 0, and -1"),
        (Redact(True, at=t("15:00"), by="ada"), FieldInvalid, "True is the place of none"),
        (ChangeSeverity(EMERGENCY.scheme["SEV-1"], at=t("15:00"), by="ada"), SchemesDiffer, "have no order"),
        (Note("a\x00", at=t("15:00"), by="ada"), FieldInvalid, "text: "),
        (Note("a", at=t("15:00"), by=" "), FieldInvalid, "by: "),
        (Assign(raw("boss"), to="ada", at=t("15:00"), by="ada"), FieldInvalid, "role: 'boss' is no Role"),
        (Link(raw("tiket"), "x", at=t("15:00"), by="ada"), FieldInvalid, "what: 'tiket' is no LinkKind"),
        (ChangeSeverity(raw("S2"), at=t("15:00"), by="ada"), FieldInvalid, "severity: 'S2' is no Severity"),
        (Note("a", at=t("15:00"), by="ada", based_on=raw("2")), CommandInvalid, "a version is a whole number"),
        ("resolve", CommandInvalid, "'resolve' is not a command"),
    ],
)
def test_commands_that_make_no_sense_are_refused_and_change_nothing(
    command: Any, error: type[Exception], message: str
) -> None:
    incident = declared().mitigated(at=t("14:45"), by="grace")
    with pytest.raises(error, match=message):
        incident.apply(command)
    assert incident.version == 2


@pytest.mark.parametrize("naive", [datetime(2026, 3, 2), "15:00", None])
def test_a_command_with_a_time_without_zone_cannot_be_made(naive: Any) -> None:
    given: dict[str, Any] = {"at": t("15:00"), "by": "ada"}
    with pytest.raises(FieldInvalid, match=r"^at: .* is not a datetime with a time zone"):
        Note("a", at=naive, by="ada")
    with pytest.raises(FieldInvalid, match=r"^until: "):
        Snooze(until=naive, reason="x", **given)
    with pytest.raises(FieldInvalid, match=r"^started_at: "):
        CorrectStart(naive, **given)
    with pytest.raises(FieldInvalid, match=r"^happened_at: "):
        CorrectTime(0, happened_at=naive, **given)


def test_a_number_is_kept_whatever_happens_and_nothing_is_written_without_one() -> None:
    numbered = declared(number=7)
    assert numbered.number == numbered.resolve(at=t("15:00"), by="ada").number == 7
    plain = convert.to_plain(numbered)
    assert convert.from_plain(plain, Incident) == numbered
    assert plain["events"][0].pop("number") == 7
    assert plain == convert.to_plain(declared())
    assert convert.from_plain(plain, Incident).number is None


@pytest.mark.parametrize("number", [0, -1, True, 1.0, "1"])
def test_what_is_no_number_of_a_series_declares_nothing(number: Any) -> None:
    with pytest.raises(FieldInvalid, match=r"number: a series is counted from 1, and .* is no number of it"):
        declared(number=number)


def test_can_answers_for_who_gives_a_command() -> None:
    incident = declared().acknowledge(at=t("14:25"), by="grace")
    assert not incident.can(Acknowledge(at=t("14:30"), by="grace"))
    assert incident.can(Acknowledge(at=t("14:30"), by="linus"))
    assert incident.can(Unacknowledge(at=t("14:30"), by="grace"))
    assert not incident.can(Unacknowledge(at=t("14:30"), by="linus"))
    assert not incident.can(Reopen(at=t("14:30"), by="ada", reason="x"))


def test_words_are_found_to_be_taken_out() -> None:
    incident = declared(title='pä"ss\\w\nd').note("no secret", at=t("14:25"), by="ada")
    incident = incident.resolve(at=t("15:00"), by="ada", note='it was pä"ss\\w\nd')
    incident = incident.close(at=t("16:00"), by="ada", waivers={"review": 'pä"ss\\w\nd'})
    assert incident.timeline.find('pä"ss\\w\nd') == (0, 2, 3)
    for place in incident.timeline.find('pä"ss\\w\nd'):
        incident = incident.apply(Redact(place, at=t("17:00"), by="ada"))
    assert incident.timeline.find('pä"ss') == ()


def test_a_log_never_learns_of_something_before_it_happened() -> None:
    incident = declared().apply(Resolve(at=t("15:00"), by="ada"), recorded_at=t("14:40"))
    assert incident.as_of == t("15:00")


def test_an_assessment_is_given_as_a_triage() -> None:
    with pytest.raises(CommandInvalid, match="a triage is a Triage, not"):
        Assess(raw({}), at=t("15:00"), by="ada")


def test_closing_waives_only_with_a_reason() -> None:
    resolved = declared().resolve(at=t("15:00"), by="grace")
    closed = resolved.close(at=t("16:00"), by="grace", waivers={"post-mortem": "a drill"})
    assert closed.waivers == {"post-mortem": "a drill"}
    with pytest.raises(FieldInvalid, match="'post-mortem' is waived without a reason"):
        resolved.apply(Close(at=t("16:00"), by="grace", waivers={"post-mortem": ""}))


def test_a_log_that_is_not_one_names_the_first_event_that_does_not_fit() -> None:
    log = [*declared().acknowledge(at=t("14:25"), by="grace").mitigated(at=t("14:45"), by="grace").timeline]
    stranger = declared().acknowledge(at=t("14:25"), by="ada").timeline[-1]
    for index, events, message in [
        (0, [], "begins with its declaration"),
        (0, log[1:], "begins with its declaration"),
        (2, [log[0], log[2], log[1]], "recorded at .* before the event that precedes it"),
        (1, [log[0], log[0]], "'declared': an incident that is investigating allows none"),
        (3, [*log, evolve(stranger, incident=IncidentId("INC-8"), recorded_at=t("15:00"))], "of the incident INC-8"),
        (
            3,
            [*log, evolve(log[2], recorded_at=t("15:00"))],
            "'mitigated': an incident that is monitoring allows none",
        ),
    ]:
        with pytest.raises(LogInvalid, match=message) as caught:
            Incident.replay(events)
        assert caught.value.index == index


@pytest.mark.parametrize(
    ("place", "value", "path", "message"),
    [
        (("events", 1, "at"), "2026-03-02T14:25:00", "$.events[1].at", "has no time zone"),
        (("events", 1, "kind"), "acknowleged", "$.events[1]", "is not a kind known here"),
        (("events", 1, "incident"), "INC-8", "$.events[1]", "of the incident INC-8"),
        (("events", 0, "assessment", "severity", "key"), "S9", "$.events[0].assessment.severity", "called 'S9'"),
        (
            ("events", 0, "assessment", "possible"),
            [],
            "$.events[0].assessment.possible",
            "severities of one scheme, worst first",
        ),
        (("events", 0, "started_at"), "2026-03-02T15:00:00Z", "$.events[0]", "so it did not start at"),
        (("events", 0, "recorded_at"), "2026-03-02T15:00:00Z", "$.events[1]", "before the event that precedes it"),
        (("events", 1, "by"), None, "$.events[1].by", "None is not text"),
        (("schema",), 2, "$.schema", "written by a later release"),
        (("schema",), "1", "$.schema", "counted from 1"),
        (("events",), {}, "$.events", "is not a list"),
        (("events",), [], "$.events[0]", "begins with its declaration"),
        (("events", 1, "by"), " ", "$.events[1].by", "by: ' ' is not a name"),
        (("events", 0, "title"), "a\x00", "$.events[0].title", "title: 'a\\x00' contains a NUL"),
        (("events", 0, "title"), " ", "$.events[0].title", "a title is text that is not blank, not ' '"),
        (("events", 1, "note"), "\udc00", "$.events[1].note", "half of a surrogate pair"),
        (("events", 1, "at"), "2026-03-02T14:22:00Z", "$.events[1]", "came before"),
        (("events", 0, "number"), 0, "$.events[0].number", "a series is counted from 1, and 0 is no number of it"),
        (("events", 0, "number"), "7", "$.events[0].number", "'7' is not a whole number"),
    ],
)
def test_a_document_that_is_no_incident_names_the_place(
    place: tuple[Any, ...], value: Any, path: str, message: str
) -> None:
    plain = convert.to_plain(declared().acknowledge(at=t("14:25"), by="grace"))
    *way, last = place
    reduce(getitem, way, plain)[last] = value
    with pytest.raises(DocumentInvalid) as caught:
        convert.from_plain(plain, Incident)
    assert caught.value.path == path
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"kind": "acknowledged"}, "'acknowledged': an incident that is resolved allows none"),
        ({"kind": "assessed", "assessment": convert.to_plain(declared().timeline[0])["assessment"]}, "allows none"),
        ({"kind": "severity changed", "severity": convert.to_plain(S3)}, "lowered with a reason, from S1 to S3"),
        ({"kind": "reopened", "reason": " "}, "'reopened' needs a reason"),
        ({"kind": "closed", "waivers": {"review": ""}}, "waived without a reason"),
        ({"kind": "redacted", "event": 0}, "its words are still there, and event 2 took them out"),
        ({"kind": "redacted", "event": -1}, "-1 is the place of none"),
        ({"kind": "time corrected", "event": 2, "happened_at": "2026-03-02T14:30:00Z"}, "event 2 is not before it"),
    ],
)
def test_a_document_is_held_to_what_a_command_is_held_to(event: Any, message: str) -> None:
    plain = convert.to_plain(declared().resolve(at=t("15:00"), by="grace"))
    common = {"incident": "INC-7", "at": "2026-03-02T15:01:00Z", "by": "ada", "recorded_at": "2026-03-02T15:01:00Z"}
    plain["events"].append({**common, **event})
    with pytest.raises(DocumentInvalid, match=message):
        convert.from_plain(plain, Incident)


@given(incidents())
def test_phases_follow_the_status(incident: Incident) -> None:
    assert (Phase.ASSESS in incident.phases) == (incident.status in ACTIVE and len(incident.possible) > 1)
    assert tuple(phase for phase in Phase if phase in incident.phases) == incident.phases


def test_an_extended_incident_is_the_replay_of_its_log() -> None:
    incident = declared().mitigated(at=t("14:45"), by="grace").note("hunter2", at=t("14:46"), by="ada")
    later = incident.apply(CorrectTime(1, happened_at=t("14:41"), at=t("15:00"), by="ada"))
    clean = later.apply(Redact(2, at=t("15:01"), by="ada"))
    extended = incident.extended([*later.timeline[3:], *clean.timeline[4:]])
    assert extended == clean == Incident.replay(clean.timeline)
    assert "hunter2" not in repr([*extended.timeline])
    with pytest.raises(LogInvalid, match="event 99 is not before it"):
        incident.extended([evolve(raw(later.timeline[-1]), event=99)])


def test_a_triage_of_another_scheme_is_refused_though_nothing_was_certain() -> None:
    incident = declared(severity=None, triage=RULES.triage({}))
    other = SeverityScheme("P1", "P2")["P2"]
    with pytest.raises(SchemesDiffer):
        incident.apply(Assess(Assessment(severity=other, possible=(other,)), at=t("14:30"), by="bot"))
    with pytest.raises(FieldInvalid, match="possible: severities of one scheme"):
        Assessment(severity=Severity("P1"), possible=(Severity("P1"),))
    for order in [(S1, S1), (S3, S1), (), raw({S1})]:
        with pytest.raises(FieldInvalid):
            Assessment(severity=S1, possible=(*order, S2, S1))


def test_what_was_handed_in_or_out_changes_no_incident() -> None:
    waivers, facts = {"review": "a drill"}, {"down": True}
    incident = declared().apply(Assess(Assessment(severity=S1, possible=(S1,), facts=facts), at=t("14:30"), by="bot"))
    incident = incident.resolve(at=t("15:00"), by="ada").close(at=t("16:00"), by="ada", waivers=waivers)
    waivers["more"], facts["down"] = "", False
    assert (incident.waivers, incident.facts) == ({"review": "a drill"}, {"down": True})
    for handed_out in (incident.waivers, incident.facts, incident.roles, incident.acknowledged, incident.declined):
        with pytest.raises(TypeError):
            raw(handed_out)["x"] = "y"
    assert len({incident, incident.apply(Note("x", at=t("17:00"), by="ada"))}) == 2
    assert len({*incident.timeline, incident.metrics}) == 5


def test_an_acknowledgement_of_an_earlier_generation_says_nothing_of_this_one() -> None:
    incident = declared().resolve(at=t("15:00"), by="grace").reopen(at=t("18:00"), by="ada", reason="it is back")
    late = incident.apply(Acknowledge(at=t("14:30"), by="linus"), recorded_at=t("18:05"))
    assert isinstance(late.timeline[-1], Overtaken)
    assert not late.acknowledged
    assert late.unacknowledged_since == t("18:00")


def test_waivers_that_came_too_late_are_kept_as_words() -> None:
    closed = declared().resolve(at=t("15:00"), by="ada").close(at=t("16:00"), by="ada")
    again = closed.close(at=t("16:01"), by="ada", waivers={"audit": "not worth it"})
    assert raw(again.timeline[-1]).note == "audit: not worth it"


OVERTAKEN: Any = declared().acknowledge(at=t("14:30"), by="a").acknowledge(at=t("14:31"), by="a").timeline[-1]


class BrokenZone(tzinfo):
    def utcoffset(self, dt: datetime | None) -> timedelta:
        raise RuntimeError("no idea")

    dst = utcoffset

    def tzname(self, dt: datetime | None) -> str:
        return "broken"


class Odd(str):
    __slots__ = ()

    def isprintable(self) -> bool:
        return True


@pytest.mark.parametrize(
    "refused",
    [
        lambda: declared().acknowledge(at=t("14:30"), by=raw([])),
        lambda: declared().apply(Assign(raw([]), to="x", at=t("14:30"), by="ada")),
        lambda: declared().can(raw([])),
        lambda: declared().apply(Redact(10**5000, at=t("14:30"), by="ada")),
        lambda: declared().apply(Note("x", at=t("14:30"), by="ada", based_on=10**5000)),
        lambda: declared().apply(Note("x", at=t("14:30"), by="ada", based_on=True)),
        lambda: Incident.replay([*declared().timeline, raw(5)]),
        lambda: declared().extended([raw(5)]),
        lambda: evolve(OVERTAKEN, command="\ud800 secret"),
        lambda: Assessment(severity=S1, possible=(S1,), facts={"x": raw(object())}),
        lambda: Assessment(severity=S1, possible=(S1,), facts={"x": float("nan")}),
        lambda: Assessment(severity=S1, possible=(S1,), facts={"x": "\ud800"}),
        lambda: declared(at=datetime(2026, 3, 2, tzinfo=BrokenZone())),
        lambda: declared(by=Odd("a\n")),
    ],
)
def test_nonsense_is_one_typed_error(refused: Callable[[], object]) -> None:
    with pytest.raises(IncidentkitError) as caught:
        refused()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700


def test_names_and_keys_that_nobody_can_print_are_told_of_in_ones_that_everybody_can() -> None:
    odd = SeverityScheme("\x1b[31mA\ud800", "B")["B"]
    with pytest.raises(SchemesDiffer) as caught:
        declared().apply(ChangeSeverity(odd, at=t("14:30"), by="ada", reason="x"))
    assert str(caught.value).isprintable()


def test_a_long_note_costs_no_more_to_print_than_itself() -> None:
    note = declared().note("x", at=t("14:30"), by="a").timeline[1]
    incident = Incident.replay([*declared().timeline, *([note] * 3_000)])
    printed = str(incident.note("緊" * 100_000, at=t("14:31"), by="a").timeline)
    assert len(printed) < 500_000


def test_reading_a_timeline_on_the_way_keeps_no_copies() -> None:
    timeline = declared().timeline
    for _ in range(2_000):
        timeline = timeline.append(timeline[0])
        _ = timeline.events
    assert not any(isinstance(each, Timeline) for each in gc.get_referents(timeline))


def test_a_printed_timeline_has_a_line_for_each_event_and_marks_corrected_times() -> None:
    incident = declared(title="Checkout\x1b[31m returns\n500").mitigated(at=t("14:45"), by="grace")
    incident = incident.apply(CorrectTime(1, happened_at=t("14:41"), at=t("15:00"), by="ada", reason="off the graph"))
    assert str(incident.timeline).splitlines()[2:] == [
        "0  2026-03-02 14:23:00                 ada    declared: Checkout [31m returns 500 (S1)",
        "1  2026-03-02 14:41:00 (not 14:45:00)  grace  mitigated",
        "2  2026-03-02 15:00:00                 ada    event 1 happened at 2026-03-02 14:41:00, because off the graph",
    ]


@given(incidents())
def test_every_event_can_be_told_in_words(incident: Incident) -> None:
    for event in incident.timeline:
        assert str(event)
        assert not isinstance(event, Noted) or event.text in str(event)


def test_times_of_events_are_in_utc() -> None:
    event = declared().timeline[0]
    for other in (datetime(2026, 3, 2), t("14:23").astimezone(timezone(timedelta(hours=1))), raw("14:23")):
        with pytest.raises(FieldInvalid, match="at: a time is kept in UTC"):
            evolve(event, at=other)


def test_a_correction_of_what_is_not_there_is_no_log() -> None:
    incident = declared().apply(CorrectTime(0, happened_at=t("14:24"), at=t("15:00"), by="ada"))
    correction: Any = incident.timeline[1]
    with pytest.raises(LogInvalid, match="'time corrected': event 5 is not before it"):
        Incident.replay([incident.timeline[0], evolve(correction, event=5)])


def test_redacted_words_say_so() -> None:
    incident = declared().apply(Redact(0, at=t("15:00"), by="ada"))
    assert incident.title == REDACTED
