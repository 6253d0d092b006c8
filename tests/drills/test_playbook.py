"""The playbook's own lines, tried in drills: each of them happens, in its order, from declaration to closure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from attrs import evolve

from incidentkit import EMERGENCY, Status
from incidentkit.drills import Drill, Fault, Kind, Outage, Story, Work, Written, practice_directory
from incidentkit.memory import Acknowledges, Declines
from incidentkit.model.action import Outcome
from incidentkit.model.commands import Acknowledge, Fulfil
from incidentkit.model.events import ActionEnded, Closed, Event, Fulfilled, RoleAssigned, Updated
from incidentkit.model.people import Role
from incidentkit.playbooks.emergency import SECURITY_COMPROMISED, SEV_1, SEV_2, SEV_3
from incidentkit.policy.standing import Standing
from incidentkit.text.document import Document
from incidentkit.text.plain import to_plain

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)

TITLE = "Checkout returns 500"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


WORK = Work(
    command=minutes(1),
    updates=[Written(after=minutes(3 + 15 * each), text="we work on it", public="We work on it.") for each in range(4)],
    start_mitigation=minutes(13),
    mitigated=minutes(38),
    resolve=minutes(53),
    resolution="rolled back",
    fulfil=minutes(5),
    review=minutes(143),
    close=minutes(173),
)

ORDINARY = Work(
    updates=[Written(after=minutes(10), text="found it", eta="this afternoon")],
    resolve=minutes(120),
    fulfil=minutes(5),
    review=minutes(150),
    close=minutes(160),
)


def drill(severity: str = "SEV-1", **changes: Any) -> Drill:
    is_urgent = severity in ("SEV-1", "SEV-2")
    usual = Drill(
        playbook=EMERGENCY,
        directory=practice_directory(),
        title=TITLE,
        start=START,
        severity=EMERGENCY.scheme[severity],
        people={"noor": Acknowledges(minutes(7))},
        work=WORK if is_urgent else ORDINARY,
    )
    return evolve(usual, **changes)


@cache
def story(severity: str) -> Story:
    return drill(severity).run()


IMMEDIATELY = (
    ("Page on-call engineer", "page/on-call engineer"),
    ("Notify incident commander", "tell/commander"),
    ("Create incident channel (#incident-YYYYMMDD-###)", "tell/channel"),
    ("Post to status page", "tell/status page"),
    ("Alert stakeholders", "tell/stakeholders"),
)
"""2. Communicate, for SEV-1 & SEV-2: the lines, and the obligations by whose actions they happen."""

ORDINARILY = (("Create ticket", "tell/ticket"), ("Notify team via slack/email", "tell/team"))
"""The same for SEV-3 & SEV-4, but for what is no action."""


def happened(told: Story) -> list[str]:
    """The obligations for which something was done, in the order in which it first was."""
    done = (event for event in told.timeline if isinstance(event, ActionEnded) and event.outcome is Outcome.SUCCEEDED)
    return [*dict.fromkeys(event.action.obligation for event in done)]


def first(told: Story, kind: type[Event]) -> Any:
    return next(event for event in told.timeline if isinstance(event, kind))


def in_order(wanted: Sequence[str], happened: Sequence[str]) -> bool:
    places = [happened.index(each) for each in wanted]
    return places == sorted(places)


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2"])
def test_every_immediate_action_happens_in_the_order_of_the_playbook(severity: str) -> None:
    obligations = [obligation for _, obligation in IMMEDIATELY]
    assert in_order(obligations, happened(story(severity)))


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2"])
def test_the_channel_is_called_as_the_playbook_has_it(severity: str) -> None:
    (channel,) = story(severity).messages.channels
    assert channel.name == "incident-20260302-001"


@pytest.mark.parametrize("severity", ["SEV-3", "SEV-4"])
def test_an_ordinary_incident_has_a_ticket_and_a_team_that_knows_and_nothing_else(severity: str) -> None:
    told = story(severity)
    obligations = [obligation for _, obligation in ORDINARILY]
    assert in_order(obligations, happened(told))
    assert {*happened(told)} == {*obligations, "tell/ticket, closed"}
    assert not told.pages


@pytest.mark.parametrize("severity", ["SEV-3", "SEV-4"])
def test_an_ordinary_incident_is_on_no_status_page(severity: str) -> None:
    assert not story(severity).messages.entries


@pytest.mark.parametrize("severity", ["SEV-3", "SEV-4"])
def test_an_ordinary_incident_gets_a_time_line(severity: str) -> None:
    assert first(story(severity), Updated).eta == "this afternoon"
    assert story(severity).obligations["in time/time line"].standing is Standing.MET


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2", "SEV-3", "SEV-4"])
def test_an_incident_goes_from_its_declaration_to_its_closure(severity: str) -> None:
    told = story(severity)
    assert told.incident.status is Status.CLOSED
    assert not told.blockers
    assert not told.owed
    assert told.obligations["review"].standing is Standing.MET
    assert {each.standing for each in told.obligations} <= {Standing.MET, Standing.LAPSED, Standing.NOT_YET}


def test_the_checklist_of_the_worst_severity_is_met_item_by_item() -> None:
    checklist = [each for each in story("SEV-1").obligations if each.obligation.startswith("SEV-1/")]
    assert [each.what for each in checklist] == [
        "Severity assessed and confirmed",
        "Incident channel created",
        "On-call engineer paged",
        "Incident commander assigned",
        "Status page updated",
        "Mitigation attempted",
        "Stakeholders notified",
        "Logs and metrics captured",
        "Resolution implemented",
        "Service verified healthy",
        "Post-mortem scheduled",
    ]
    assert {each.standing for each in checklist} == {Standing.MET}


def test_updates_every_quarter_of_an_hour_let_none_fall_due() -> None:
    assert not [line for line in story("SEV-1").lines if line.kind is Kind.OVERDUE and "update/" in line.what]


def test_nobody_who_writes_owes_an_update_to_the_end() -> None:
    silent = drill(work=evolve(WORK, updates=()), lasts=minutes(50)).run()
    assert silent.obligations["update/every 15min"].standing is Standing.OVERDUE


def test_whoever_has_it_takes_command() -> None:
    assigned = first(story("SEV-1"), RoleAssigned)
    assert (assigned.role, assigned.to, assigned.at) == (Role.COMMANDER, "noor", START + minutes(8))


def test_only_what_needs_the_word_of_a_person_is_said_to_be_done() -> None:
    said = [event.obligation for event in story("SEV-1").timeline if isinstance(event, Fulfilled)]
    assert said == [
        "SEV-1/logs captured",
        "as it goes/verify mitigation",
        "as it goes/lasting fix",
        "SEV-1/service verified",
        "SEV-1/post-mortem scheduled",
        "review",
    ]


def test_what_somebody_else_has_done_is_not_done_again() -> None:
    script = [Fulfil("SEV-1/logs captured", at=START + minutes(9), by="yuki")]
    told = drill(script=script).run()
    said = [event.by for event in told.timeline if isinstance(event, Fulfilled) and "logs" in event.obligation]
    assert said == ["yuki"]


def test_what_the_script_says_is_said_whatever_is_owed() -> None:
    script = [Fulfil("review", at=START + minutes(20), by="noor")]
    said = [event.at for event in drill(script=script).run().timeline if isinstance(event, Fulfilled)]
    assert START + minutes(20) in said


def test_no_review_is_held_of_what_is_not_over() -> None:
    told = drill(work=evolve(WORK, resolve=None)).run()
    assert not [event for event in told.timeline if isinstance(event, Fulfilled) and event.obligation == "review"]


def test_an_incident_is_closed_as_soon_as_nothing_is_owed_any_more() -> None:
    work = evolve(WORK, resolve=minutes(140), close=minutes(141), review=None)
    assert first(drill(work=work).run(), Closed).at == START + minutes(7 + 140 + 5)


def test_nobody_works_before_somebody_has_it() -> None:
    told = drill(people={}).run()
    assert [line.who for line in told.lines if line.kind is Kind.SAID] == ["monitoring"]


def test_an_incident_stays_open_until_nothing_is_owed() -> None:
    late = Fulfil("SEV-1/logs captured", at=START + minutes(200), by="yuki")
    others = [
        Fulfil(name, at=START + minutes(61), by="yuki")
        for name in ("SEV-1/service verified", "SEV-1/post-mortem scheduled")
    ]
    mitigated = [
        Fulfil(name, at=START + minutes(46), by="yuki")
        for name in ("as it goes/verify mitigation", "as it goes/lasting fix")
    ]
    told = drill(work=evolve(WORK, fulfil=None), script=[*mitigated, *others, late]).run()
    assert first(told, Closed).at == START + minutes(200)


def test_what_keeps_an_incident_open_is_told() -> None:
    told = drill(work=evolve(WORK, fulfil=None)).run()
    assert told.incident.status is Status.RESOLVED
    assert "It is not closed, because these are owed: as it goes/verify mitigation, as it goes/lasting fix, " in str(
        told
    )


def test_whoever_waives_closes_it_all_the_same() -> None:
    told = drill(work=evolve(WORK, fulfil=None, waives="it was a drill")).run()
    assert "+03:00  noor: closed, and waived 5 things" in map(str, told.lines)
    assert set(first(told, Closed).waivers.values()) == {"it was a drill"}
    assert told.obligations["SEV-1/logs captured"].standing is Standing.WAIVED


def test_nothing_closes_what_is_not_resolved() -> None:
    told = drill(work=evolve(WORK, resolve=None, waives="never mind")).run()
    assert told.incident.status is Status.MONITORING


def test_whoever_is_told_takes_up_what_nobody_is_paged_for() -> None:
    told = story("SEV-3")
    assert [str(line) for line in told.lines if line.who == "noor"][:3] == [
        "+00:00  noor: notice by push (You are of the team)",
        "+00:07  noor: acknowledged",
        "+00:17  noor: updated: found it",
    ]


def test_whoever_cannot_take_it_says_so() -> None:
    people = {"noor": Declines(minutes(3), "on leave"), "yuki": Acknowledges(minutes(9))}
    lines = [str(line) for line in drill("SEV-3", people=people).run().lines if line.kind is Kind.SAID][1:3]
    assert lines == ["+00:03  noor: declined: on leave", "+00:09  yuki: acknowledged"]


def test_whoever_is_only_told_of_what_others_are_paged_for_does_not_answer() -> None:
    told = drill(people={"kwame": Acknowledges(minutes(1))}, lasts=minutes(20)).run()
    assert not told.acknowledged


def test_the_first_of_several_does_the_work() -> None:
    script = [Acknowledge(at=START + minutes(1), by="mika")]
    told = drill(script=script).run()
    assert first(told, RoleAssigned).to == "mika"
    assert {event.by for event in told.timeline if isinstance(event, Updated)} == {"mika"}


# Systems that are ill.


ILL = {"status-page": Outage(Fault.UNAVAILABLE, lasts=timedelta(hours=1))}


def test_a_status_page_that_is_ill_for_an_hour_is_told_at_the_end() -> None:
    told = drill(faults=ILL).run()
    (setback,) = told.setbacks
    assert (setback.obligation, setback.first, setback.done_at) == ("tell/status page", START, None)
    assert setback.tries > 10
    assert not told.messages.entries
    assert "\ntell/status page       " in str(told)
    assert told.obligations["SEV-1/status page updated"].standing is Standing.OPEN
    assert [each.obligation for each in told.blockers] == ["SEV-1/status page updated"]


def test_the_public_is_told_once_the_status_page_works_again() -> None:
    told = drill(faults=ILL, work=Work()).run()
    (setback,) = told.setbacks
    assert setback.done_at is not None
    assert START + minutes(60) <= setback.done_at < START + minutes(66)
    assert len(told.messages.entries[0].publications) == 1
    done = [line.why for line in told.lines if line.kind is Kind.DONE and "status page" in line.what]
    assert done == [f"after {setback.tries} tries in vain"]


def test_one_try_in_vain_is_told_as_one() -> None:
    told = drill(faults={"status-page": Outage(Fault.UNAVAILABLE, lasts=timedelta(microseconds=1))}).run()
    done = [line.why for line in told.lines if line.kind is Kind.DONE and "status page" in line.what]
    assert done[0] == "after 1 try in vain"


def test_a_try_that_fails_as_the_one_before_is_told_once() -> None:
    lines = [line for line in drill(faults=ILL).run().lines if line.kind is Kind.TROUBLE]
    assert [line.what for line in lines] == ["publish 'investigating' on the status page: postponed"]


DOES_IT = {Fault.UNKNOWN, Fault.SLOW, Fault.DELAYED, Fault.DUPLICATED, Fault.MISNAMED}


@pytest.mark.parametrize("fault", [*Fault])
@pytest.mark.parametrize("system", ["chat", "status-page", "tracker"])
def test_every_system_can_be_ill_in_every_way(system: str, fault: Fault) -> None:
    severity = "SEV-3" if system == "tracker" else "SEV-1"
    told = drill(severity, faults={system: fault}, lasts=minutes(30)).run()
    written = {
        "chat": told.messages.channels,
        "status-page": told.messages.entries,
        "tracker": told.messages.tickets,
    }
    assert bool(written[system]) is (fault in DOES_IT)
    if fault not in (Fault.DELAYED, Fault.MISNAMED):  # which other requests stumble over, or none
        assert bool(told.setbacks) is (fault not in (Fault.DROPPED, Fault.DUPLICATED))
    assert told.acknowledged


def test_an_unknown_outcome_opens_nothing_twice() -> None:
    told = drill(faults={"chat": Fault.UNKNOWN, "status-page": Fault.UNKNOWN}, lasts=minutes(9)).run()
    assert len(told.messages.channels) == len(told.messages.entries) == 1


# What may be read where.


def public(told: Story) -> str:
    documents = [each.message for entry in told.messages.entries for each in entry.publications]
    titles = [each.title for entry in told.messages.entries for each in entry.publications]
    return "\n".join([*titles, *map(to_plain, documents)])


def test_the_public_reads_what_was_written_for_it_and_never_the_title() -> None:
    assert "We work on it." in public(story("SEV-1"))
    assert TITLE not in public(story("SEV-1"))


def restricted(**changes: Any) -> Story:
    return evolve(drill(**changes), severity=None, facts={SECURITY_COMPROMISED: True}).run()


def test_a_restricted_incident_shows_nothing_to_the_public() -> None:
    told = restricted()
    assert not told.messages.entries
    assert not [each for each in told.notices if each.person == "pia"]
    assert TITLE not in public(told)


def test_a_restricted_incident_has_a_private_channel_and_guardians_who_know() -> None:
    told = restricted()
    assert [channel.private for channel in told.messages.channels] == [True]
    assert {"amara", "ines"} <= {each.person for each in told.notices}
    assert "it is restricted" in [line.what for line in told.lines if line.kind is Kind.WANTED]


def test_messages_are_printed_by_the_place_where_they_can_be_read() -> None:
    printed = to_plain(story("SEV-1").messages.to_document())
    assert printed.startswith("Channel #incident-20260302-001, closed\n=====")
    assert printed.index("\nStatus page, resolved\n=") < printed.index("\nTo kwame\n=")
    assert "Resolution: rolled back" in printed
    ticket = to_plain(story("SEV-3").messages.to_document())
    assert ticket.startswith("Ticket ticket-1, closed\n=====")
    assert "\nTo noor, yuki\n=" in ticket


def test_nothing_that_was_written_is_said() -> None:
    silent = drill(playbook=evolve(EMERGENCY, communication=None, checklists=())).run()
    assert to_plain(silent.messages.to_document()).endswith("Nothing was written.")


# How it is told.


def beginning(told: Story) -> Iterator[str]:
    return (line.what for line in told.lines if line.after == timedelta() and line.kind is Kind.WANTED)


def test_what_people_owe_comes_into_force_in_one_line() -> None:
    (owed,) = [what for what in beginning(story("SEV-1")) if " owe" in what]
    assert owed == "luca, kwame, yuki owe 12 things from now on"


def test_a_few_things_are_told_by_their_names() -> None:
    lines = [str(line) for line in story("SEV-1").lines if line.after == minutes(45) and line.kind is Kind.WANTED]
    assert lines == ["+00:45  yuki: owes as it goes/verify mitigation, as it goes/lasting fix"]


def test_what_leads_to_an_act_at_once_has_no_line_of_its_own() -> None:
    assert not [line for line in story("SEV-1").lines if "tell/" in line.what]


def test_most_lines_fit_a_terminal_of_a_hundred_columns() -> None:
    in_columns = len("+00:00  02:10:00  monitoring  ")
    for severity in (SEV_1, SEV_2, SEV_3):
        for line in story(severity.key).lines:
            assert in_columns + len(f"{line.what} ({line.why})") <= 110, line


def test_pages_are_counted_apart_from_what_people_need_not_come_for() -> None:
    told = story("SEV-1")
    assert sum(told.counts.values()) == len(told.pages) == 6
    assert {str(each.purpose) for each in told.notices} == {"notice", "reminder", "stand down"}
    assert isinstance(told.to_document(), Document)
