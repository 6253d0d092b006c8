"""What a desk tells whom and where, by the playbook that comes with the library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from attrs import define, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Flag, Playbook
from incidentkit.errors import (
    ClosureBlocked,
    FieldInvalid,
    IllegalTransition,
    OutcomeUnknown,
    PlaybookInvalid,
    ProviderError,
    ProviderUnavailable,
    RequestInvalid,
    UnknownFact,
    UnknownObligation,
)
from incidentkit.memory import MemoryChat, MemoryPager, MemoryStatusPage
from incidentkit.model.action import Outcome
from incidentkit.model.commands import (
    Assess,
    Cancel,
    ChangeSeverity,
    Close,
    Fulfil,
    LiftRestriction,
    Link,
    Merge,
    Mitigate,
    Redact,
    Reopen,
    Resolve,
    Restrict,
    TakeBack,
    Update,
)
from incidentkit.model.events import ActionEnded, ActionStarted, FellDue, LinkKind, Updated
from incidentkit.playbooks.emergency import CORE_FUNCTIONALITY, SECURITY_COMPROMISED
from incidentkit.policy.act import ActKind
from incidentkit.policy.communication import Announcement, announced
from incidentkit.policy.planning import plan
from incidentkit.policy.standing import Owings
from incidentkit.providers.answer import Receipt
from incidentkit.providers.chat import OpenChannel
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.providers.status_page import PublicStatus, PublishStatus
from tests.desk.newsroom import START, Newsroom, at

# Playbook, section 2, as what is tried for it, in its order.
FOR_SEV_1_AND_2 = {
    "Page on-call engineer": "page/on-call engineer",
    "Notify incident commander": announced("commander"),
    "Create incident channel (#incident-YYYYMMDD-###)": announced("channel"),
    "Post to status page": announced("status page"),
    "Alert stakeholders": announced("stakeholders"),
    "Communication Template": announced("announcement"),
}
FOR_SEV_3_AND_4 = {"Create ticket": announced("ticket"), "Notify team via slack/email": announced("team")}


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2"])
def test_every_line_of_section_2_happens_in_its_order_when_it_is_urgent(severity: str) -> None:
    room = Newsroom()
    room.declare(severity)
    room.until(0)
    wanted = [*FOR_SEV_1_AND_2.values()]
    assert [each for each in room.tried() if each in wanted] == wanted
    assert not {*FOR_SEV_3_AND_4.values()} & {*room.tried()}
    assert room.chat is not None
    assert [each.name for each in room.chat.channels] == ["incident-20260302-001"]
    (published,) = room.published()
    assert published.splitlines() == [
        "investigating: Problem with our service",
        "We are looking into a problem.",
        "",
        "- Status: investigating",
        "- Started: 2026-03-02 14:23 UTC",
        "- Updates: every 15 minutes",
    ]
    assert {page.person for page in room.notices() if page.reason.startswith("You are a stakeholder")} == {
        "tomas",
        "pia",
    }
    assert f"INCIDENT: {severity} Checkout returns 500" in room.messages("incident-20260302-001")[0]


@pytest.mark.parametrize("severity", ["SEV-3", "SEV-4"])
def test_the_other_list_happens_when_it_is_not(severity: str) -> None:
    room = Newsroom()
    room.declare(severity)
    room.until(24 * 60)
    wanted = [*FOR_SEV_3_AND_4.values()]
    assert [each for each in room.tried() if each in wanted] == wanted
    assert not {*FOR_SEV_1_AND_2.values()} & {*room.tried()}
    assert room.tracker is not None
    (ticket,) = room.tracker.tickets
    assert "Checkout returns 500" in ticket.opened.title
    assert not room.published()
    assert not room.notices(Purpose.PAGE)
    assert "in time/time line" in {each.obligation for each in room.desk.obligations(room.id) if each.people}


def test_two_incidents_in_one_minute_have_two_channels() -> None:
    room = Newsroom()
    room.declare()
    room.declare(id="INC-8")
    room.until(0)
    assert room.chat is not None
    assert [each.name for each in room.chat.channels] == ["incident-20260302-001", "incident-20260302-002"]


def test_the_day_of_a_channel_is_that_of_the_zone_of_the_policy() -> None:
    assert EMERGENCY.communication is not None
    book = evolve(EMERGENCY, communication=evolve(EMERGENCY.communication, zone="Pacific/Auckland"))
    room = Newsroom(book)
    room.declare()
    room.until(0)
    assert room.chat is not None
    assert [each.name for each in room.chat.channels] == ["incident-20260303-001"]
    assert "2026-03-03 03:23 NZDT" in room.published()[0]


def test_a_channel_whose_name_another_program_took_gets_another_name_at_once() -> None:
    room = Newsroom(chat=MemoryChat(taken=["incident-20260302-001", "incident-20260302-001-2"]))
    room.declare()
    room.until(0)
    assert room.chat is not None
    assert [each.name for each in room.chat.channels if each.messages] == ["incident-20260302-001-3"]
    room.until(60)
    assert len(room.chat.channels) == 3


@define
class Forgetful(MemoryChat):
    """Opens channels, and then something is wrong: with its answer, or with the line."""

    answers: list[Any]

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def open_channel(self, request: OpenChannel, /) -> Any:
        """What it has to say instead of its receipt, as long as that lasts."""
        receipt = super().open_channel(request)
        answer = self.answers.pop(0) if self.answers else receipt
        if isinstance(answer, ProviderError):
            raise answer
        return answer


UNANSWERED = OutcomeUnknown("no answer", provider="chat", operation="open_channel")
UNAVAILABLE = ProviderUnavailable("it is down", provider="chat", operation="open_channel")


@pytest.mark.parametrize("answers", [["rubbish"] * 9, [UNANSWERED] * 9, [UNANSWERED, *[UNAVAILABLE] * 8]])
def test_a_channel_that_may_be_there_is_asked_for_again_however_long_that_takes(answers: list[Any]) -> None:
    room = Newsroom(chat=Forgetful(answers))
    room.declare()
    room.until(60)
    assert room.chat is not None
    assert [(each.name, len(each.messages)) for each in room.chat.channels] == [("incident-20260302-001", 1)]


def test_a_channel_of_which_nobody_ever_knows_is_left_to_people() -> None:
    room = Newsroom(chat=Forgetful([UNANSWERED] * 999))
    room.declare()
    room.until(25 * 60)
    assert announced("channel") not in left_to_people(room)
    room.until(50 * 60)
    assert announced("channel") in left_to_people(room)
    assert room.chat is not None
    assert len(room.chat.channels) == 1


def test_a_channel_that_cannot_be_opened_is_left_to_people_who_can_tie_another_one_to_it() -> None:
    taken = [f"incident-20260302-001{end}" for end in ("", "-2", "-3")]
    room = Newsroom(chat=MemoryChat(taken=[*taken, "by-hand"]))
    room.declare()
    room.until(1)
    assert not room.messages()
    owed = room.desk.preview(room.id, within=timedelta())
    assert not [each for step in owed.steps for each in step.actions]
    room.submit(2, Link, LinkKind.CHANNEL, "by-hand")
    assert "INCIDENT: SEV-1" in room.messages("by-hand")[0]


@pytest.mark.parametrize("place", ["chat", "status_page", "tracker"])
def test_without_a_provider_people_have_to_do_it_and_nothing_else_is_held_up(place: str) -> None:
    missing: dict[str, Any] = {place: None}
    room = Newsroom(**missing)
    room.declare("SEV-3" if place == "tracker" else "SEV-1")
    room.until(30)
    problems = [event.problem for event in room.incident.timeline if isinstance(event, ActionEnded) and event.problem]
    assert problems
    assert all("is in the toolbox: somebody has to" in problem for problem in problems)
    assert {page.purpose for page in room.pager.pages} >= {Purpose.NOTICE}


def test_a_status_page_that_fails_for_an_hour_tells_what_is_so_then_and_once() -> None:
    room = Newsroom()
    assert room.status_page is not None
    room.status_page.fault = ProviderUnavailable("it is down", provider="status-page", operation="publish")
    room.declare()
    room.submit(20, Update, "rolling back", public="Some payments fail.")
    room.until(60)
    assert not room.status_page.entries
    room.status_page.fault = None
    room.until(70)
    (entry,) = room.status_page.entries
    assert entry.publications[0].status is PublicStatus.INVESTIGATING
    assert "Some payments fail." in room.published()[0]
    room.submit(80, Resolve)
    room.until(90)
    (entry,) = room.status_page.entries
    assert entry.publications[-1].status is PublicStatus.RESOLVED


def test_updates_are_written_by_people_and_posted_where_those_wait() -> None:
    room = Newsroom()
    room.declare()
    room.submit(10, Update, "rolled back 1.4.2", next_steps="watch", eta="15:00", public="We repaired it.")
    assert "Update #1 - 14:33 UTC" in room.messages()[-1]
    assert "Actions Taken: rolled back 1.4.2" in room.messages()[-1]
    assert "ETA: 15:00" in room.messages()[-1]
    assert "We repaired it." in room.published()[-1]
    before = len(room.published())
    room.submit(20, Update, "nothing new")
    assert "ETA" not in room.messages()[-1]
    assert len(room.published()) == before


def updates_posted(room: Newsroom) -> int:
    return sum(" Update #" in message for message in room.messages())


@settings(max_examples=8)
@given(st.lists(st.floats(1, 200), max_size=5), st.sampled_from(["SEV-1", "SEV-2", "SEV-3"]))
def test_a_machine_never_posts_an_update(times: list[float], severity: str) -> None:
    room = Newsroom()
    room.declare(severity)
    for minutes in sorted(times):
        room.submit(minutes, Update, "words of a person")
    room.until(240)
    written = sum(isinstance(event, Updated) for event in room.incident.timeline)
    assert written == len(times)
    assert updates_posted(room) <= written
    if severity != "SEV-3":
        assert updates_posted(room) == len(times) or len({round(each, 3) for each in times}) < len(times)


def reminders(room: Newsroom) -> list[float]:
    """When somebody was reminded of an update, in minutes from the start."""
    said = [page for page in room.notices(Purpose.REMINDER) if page.reason.startswith("an update is owed")]
    keys = {page.key for page in said}
    ended = (event for event in room.incident.timeline if isinstance(event, ActionEnded))
    times = [
        (event.at - START).total_seconds() / 60
        for event in ended
        if event.action.digest("", room.id) in keys and event.outcome is Outcome.SUCCEEDED
    ]
    assert len(times) == len(said)
    return times


def test_an_update_is_owed_every_15_minutes_and_reminded_of_once_in_each() -> None:
    room = Newsroom()
    room.declare()
    room.until(50)
    assert reminders(room) == [15, 30, 45]
    room.submit(50, Update, "rolling back")
    room.until(90)
    assert reminders(room) == [15, 30, 45, 65, 80]


@settings(max_examples=8)
@given(st.floats(1, 600), st.floats(0, 300))
def test_however_long_nobody_was_there_at_most_one_reminder_comes_in_each_cadence(down: float, begun: float) -> None:
    room = Newsroom()
    room.declare()
    room.until(begun)
    room.clock.set(at(begun + down))  # nobody looked meanwhile
    room.until(begun + down + 60)
    times = reminders(room)
    assert all(later - earlier >= 15 - 1e-6 for earlier, later in pairwise(times))


def test_a_severity_that_changes_in_mid_cadence_begins_none_anew() -> None:
    room = Newsroom()
    room.declare("SEV-2")
    room.submit(10, ChangeSeverity, EMERGENCY.scheme["SEV-1"])
    room.until(20)
    assert reminders(room) == [15]
    room.submit(20, ChangeSeverity, EMERGENCY.scheme["SEV-3"], reason="contained")
    room.until(60)
    assert reminders(room) == [15]


def test_no_update_is_owed_once_it_is_over() -> None:
    room = Newsroom()
    room.declare()
    room.submit(20, Resolve)
    room.until(120)
    assert reminders(room) == [15]


def test_a_reopened_incident_goes_on_in_its_channel_and_its_entry() -> None:
    room = Newsroom()
    room.declare()
    room.submit(20, Resolve, note="rolled back")
    room.submit(30, Reopen, reason="it is back")
    room.until(40)
    assert room.chat is not None
    assert room.status_page is not None
    (channel,), (entry,) = room.chat.channels, room.status_page.entries
    assert [message.split(" ", 2)[1] for message in room.messages()] == ["INCIDENT:", "SEV-1", "INCIDENT:"]
    assert [each.status for each in entry.publications] == [
        PublicStatus.INVESTIGATING,
        PublicStatus.RESOLVED,
        PublicStatus.INVESTIGATING,
    ]
    assert not channel.closed


def test_when_it_is_over_everybody_who_was_told_is_told() -> None:
    room = Newsroom()
    room.declare()
    room.submit(37, Resolve, note="rolled back 1.4.2")
    assert "Resolution: rolled back 1.4.2" in room.messages()[-1]
    assert "Duration: 37min" in room.messages()[-1]
    assert room.published()[-1].startswith("resolved: ")
    told = [page.person for page in room.notices() if page.message and "Resolved" in str(page.message)]
    assert told == ["tomas", "pia"]


def test_a_cancelled_incident_closes_what_it_opened() -> None:
    room = Newsroom()
    room.declare()
    room.submit(5, Cancel, reason="a test")
    assert room.chat is not None
    assert [each.closed for each in room.chat.channels] == [True]
    assert room.published()[-1].startswith("resolved: ")


def test_a_channel_is_closed_when_all_that_is_for_it_is_there() -> None:
    room = Newsroom()
    assert room.chat is not None
    room.declare()
    room.until(1)
    room.chat.fault = UNAVAILABLE
    room.submit(5, Cancel, reason="a test")
    room.until(20)
    asked = [event.action.obligation for event in room.incident.timeline if isinstance(event, ActionStarted)]
    assert announced("resolution") in asked
    assert announced("channel, closed") not in asked
    assert announced("channel, closed") not in left_to_people(room)
    room.chat.fault = None
    room.until(30)
    (channel,) = room.chat.channels
    assert (channel.closed, len(channel.messages)) == (True, 2)


def test_of_an_incident_that_was_over_when_it_was_declared_nobody_is_told() -> None:
    room = Newsroom()
    room.declare()
    room.desk.resolve(room.id, by="kwame")
    room.until(60)
    assert not room.messages()
    assert not room.published()
    assert not room.pager.pages


SECRET = "Xq7Zebra-Quokka"
"""Words that only those may read who must know."""


@settings(max_examples=10)
@given(st.floats(0, 60), st.booleans(), st.sampled_from(["SEV-1", "SEV-2"]))
def test_nothing_of_a_restricted_incident_reaches_the_public(when: float, by_facts: bool, severity: str) -> None:
    room = Newsroom()
    room.declare(severity, title=f"{SECRET} was read by strangers")
    if by_facts:
        room.submit(when, Assess, EMERGENCY.triage({SECURITY_COMPROMISED: True}))
    else:
        room.submit(when, Restrict, reason="a breach")
    assert room.chat is not None
    public_before = len(room.published())
    open_before = sum(len(each.messages) for each in room.chat.channels if not each.private)
    stakeholders = sum(page.reason.startswith("You are a stakeholder") for page in room.pager.pages)
    room.submit(when + 5, Update, f"{SECRET} again", public=f"{SECRET} public")
    room.submit(when + 20, Resolve, note=f"{SECRET} note")
    room.until(when + 40)
    assert len(room.published()) == public_before
    assert SECRET not in "".join(room.published())
    assert sum(len(each.messages) for each in room.chat.channels if not each.private) == open_before
    assert sum(page.reason.startswith("You are a stakeholder") for page in room.pager.pages) == stakeholders
    private = [each for each in room.chat.channels if each.private]
    assert len(private) == 1
    assert any(SECRET in message for message in room.messages(private[0].reference))


def test_an_incident_with_a_breach_is_restricted_from_the_start_until_a_person_lifts_it() -> None:
    room = Newsroom()
    room.declare(facts={SECURITY_COMPROMISED: True, CORE_FUNCTIONALITY: True}, title=SECRET)
    room.until(10)
    assert room.chat is not None
    assert [each.private for each in room.chat.channels] == [True]
    assert not room.published()
    guardians = [page.person for page in room.notices() if page.reason.startswith("only those may know")]
    assert guardians == ["amara", "ines"]
    room.submit(20, Assess, EMERGENCY.triage({SECURITY_COMPROMISED: False, CORE_FUNCTIONALITY: True}))
    assert not room.published()
    room.submit(30, LiftRestriction, reason="it was a drill of the security team", by="amara")
    assert len(room.published()) == 1
    assert SECRET not in room.published()[0]


def test_a_killed_desk_posts_nothing_twice() -> None:
    room = Newsroom()
    room.declare()
    while room.desk.tick():
        room.desk = room.another()
    room.until(1)
    assert room.chat is not None
    (channel,) = room.chat.channels
    assert len(channel.messages) == 1
    assert len(room.published()) == 1


def owed(room: Newsroom) -> dict[str, str]:
    return {each.obligation: str(each.standing) for each in room.desk.obligations(room.id)}


def test_the_checklist_is_met_by_what_happened_and_by_what_people_say() -> None:
    room = Newsroom()
    room.declare()
    standing = {name.removeprefix("SEV-1/"): it for name, it in owed(room).items() if name.startswith("SEV-1/")}
    assert [*standing] == [
        "severity assessed",
        "channel created",
        "on-call paged",
        "commander assigned",
        "status page updated",
        "mitigation attempted",
        "stakeholders notified",
        "logs captured",
        "resolution implemented",
        "service verified",
        "post-mortem scheduled",
    ]
    assert {name for name, it in standing.items() if it == "met"} == {"severity assessed"}
    room.until(1)
    met = {name for name, it in owed(room).items() if it == "met"}
    assert met == {
        "in time/assess",
        "in time/communicate",
        "SEV-1/severity assessed",
        "SEV-1/channel created",
        "SEV-1/on-call paged",
        "SEV-1/status page updated",
        "SEV-1/stakeholders notified",
    }
    room.submit(20, Fulfil, "SEV-1/logs captured", note="in the ticket")
    assert owed(room)["SEV-1/logs captured"] == "met"
    assert room.desk.obligations(room.id)["SEV-1/logs captured"].said == "kwame: in the ticket"
    assert owed(room)["respond/SEV-1"] == "overdue"


def test_communicating_is_overdue_after_ten_minutes_and_stays_so() -> None:
    room = Newsroom(status_page=None)
    room.declare()
    room.until(15)
    assert owed(room)["in time/communicate"] == "overdue"
    room.submit(20, Link, LinkKind.STATUS_ENTRY, "by-hand")
    met = room.desk.obligations(room.id)["in time/communicate"]
    assert (str(met.standing), met.overdue_since) == ("met", at(10))
    assert "met, late" in str(Owings((met,)))
    fell = [event.obligation for event in room.incident.timeline if isinstance(event, FellDue)]
    assert fell.count("in time/communicate") == 1


def test_an_incident_is_closed_when_what_is_owed_is_done_or_waived() -> None:
    room = Newsroom()
    room.declare()
    room.submit(10, Mitigate)
    assert [each.code for each in room.desk.closure_blockers(room.id)] == ["CLO001"]
    room.submit(20, Resolve)
    left = [each.obligation for each in room.desk.closure_blockers(room.id)]
    assert left == [
        "as it goes/verify mitigation",
        "as it goes/lasting fix",
        "SEV-1/commander assigned",
        "SEV-1/logs captured",
        "SEV-1/service verified",
        "SEV-1/post-mortem scheduled",
    ]
    with pytest.raises(ClosureBlocked, match="SEV-1/logs captured is open") as refused:
        room.submit(21, Close)
    assert [*refused.value.owed] == left
    room.submit(22, Fulfil, "SEV-1/logs captured")
    with pytest.raises(ClosureBlocked):
        room.submit(23, Close, waivers={"SEV-1/logs captured": "done"})
    room.submit(24, Close, waivers=dict.fromkeys(left, "a small one"))
    assert owed(room)["SEV-1/service verified"] == "waived"
    assert owed(room)["review"] == "open"
    assert room.desk.closure_blockers(room.id) == ()


def test_the_review_is_due_within_48_hours_and_outlives_the_incident() -> None:
    room = Newsroom()
    room.declare("SEV-3")
    room.submit(60, Resolve)
    room.submit(61, Close)
    review = room.desk.obligations(room.id)["review"]
    assert (review.people, review.due_at) == (("kwame",), at(60 + 48 * 60))
    room.until(60 + 49 * 60)
    assert owed(room)["review"] == "overdue"
    room.submit(60 + 50 * 60, Fulfil, "review")
    assert owed(room)["review"] == "met"


def test_what_is_done_in_one_generation_is_owed_again_in_the_next() -> None:
    room = Newsroom()
    room.declare()
    room.submit(5, Fulfil, "SEV-1/logs captured")
    room.submit(10, Resolve)
    room.submit(20, Reopen, reason="it is back")
    assert owed(room)["SEV-1/logs captured"] == "open"


@pytest.mark.parametrize("name", ["SEV-1/log captured", "page/on-call engineer", "nonsense"])
def test_only_what_people_can_do_is_said_to_be_done(name: str) -> None:
    room = Newsroom()
    room.declare()
    with pytest.raises(UnknownObligation, match="nothing that people can do or waive is called"):
        room.desk.fulfil(room.id, name, by="kwame")
    with pytest.raises(UnknownObligation):
        room.desk.waive(room.id, name, by="kwame", reason="x")


def test_nothing_is_waived_without_a_reason() -> None:
    room = Newsroom()
    room.declare()
    with pytest.raises(FieldInvalid, match="say why"):
        room.desk.waive(room.id, "review", by="kwame", reason=" ")


def test_at_the_same_minute_a_day_ends_in_one_zone_and_not_in_another() -> None:
    late = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    room = Newsroom()
    room.clock.set(late)
    room.declare()
    room.clock.set(late + timedelta(minutes=2))
    room.declare(id="INC-8")
    while room.desk.tick():
        pass
    assert room.chat is not None
    assert [each.name for each in room.chat.channels] == ["incident-20260302-001", "incident-20260303-001"]


def test_a_preview_knows_that_what_is_opened_is_there() -> None:
    room = Newsroom()
    room.declare()
    steps = room.desk.preview(room.id, within=timedelta(minutes=14)).steps
    words = [action.because for step in steps for action in step.actions]
    assert "what those who come to the channel read first; post in its channel" in words
    assert not [each for each in words if "tell everybody whom section 2 names" in each]


def test_a_duplicate_says_where_it_goes_on_and_leaves_its_ticket_there() -> None:
    room = Newsroom()
    room.declare(id="INC-8")
    room.declare()
    room.until(1)
    room.submit(2, Link, LinkKind.TICKET, "PAY-311")
    room.submit(3, Merge, into="INC-8")
    room.until(10)
    (last,) = (each for each in room.published() if each.startswith("resolved: "))
    assert "This is part of another problem" in last
    assert "It is over" not in "".join(room.published())
    assert not [page for page in room.notices() if page.message and "Resolved" in str(page.message)]
    goes_on = room.desk.load("INC-8")
    assert [link.reference for link in goes_on.links if link.what is LinkKind.TICKET] == ["PAY-311"]
    assert room.chat is not None
    assert sorted(each.closed for each in room.chat.channels) == [False, True]


def test_guardians_are_told_of_a_restriction_by_hand_and_both_channels_are_closed_in_the_end() -> None:
    room = Newsroom()
    room.declare()
    room.submit(5, Restrict, reason="a breach")
    room.until(6)
    guardians = [page.person for page in room.notices() if page.reason.startswith("only those may know")]
    assert guardians == ["amara", "ines"]
    room.submit(20, Resolve)
    left = [each.obligation for each in room.desk.closure_blockers(room.id)]
    assert "SEV-1/status page updated" not in left
    room.submit(30, Close, waivers=dict.fromkeys(left, "x"))
    room.until(31)
    assert room.chat is not None
    assert [(each.private, each.closed) for each in room.chat.channels] == [(False, True), (True, True)]


def test_what_people_say_is_done_counts_for_the_checklist_too() -> None:
    room = Newsroom(status_page=None)
    room.declare()
    room.submit(5, Fulfil, announced("status page"), note="by hand")
    assert owed(room)["SEV-1/status page updated"] == "met"


def test_only_what_can_be_owed_is_listed() -> None:
    room = Newsroom()
    room.declare("SEV-2")
    assert "resolve/SEV-1" not in owed(room)
    room.submit(5, Cancel, reason="a test")
    assert "review" not in owed(room)


def test_a_channel_that_may_be_open_is_followed_by_no_other() -> None:
    room = Newsroom()
    assert room.chat is not None
    room.chat.fault = OutcomeUnknown("the answer was lost", provider="chat", operation="open_channel")
    room.declare()
    room.until(45)
    room.chat.fault = None
    room.until(60)
    assert [each.name for each in room.chat.channels] == ["incident-20260302-001"]
    assert len(room.messages()) == 1


def test_an_open_question_of_a_policy_alone_can_be_answered() -> None:
    leaked = Flag("leaked", question="Was anything of customers read?")
    assert EMERGENCY.communication is not None
    book = evolve(EMERGENCY, communication=evolve(EMERGENCY.communication, restricted=leaked.is_(True)))
    assert leaked in book.vocabulary.values()
    assert Playbook.from_toml(book.to_toml()) == book
    room = Newsroom(book)
    room.declare(facts={leaked: True, CORE_FUNCTIONALITY: True})
    room.until(10)
    assert room.incident.restricted
    assert not room.published()
    with pytest.raises(UnknownFact):
        book.triage({"leakd": True})


def test_what_was_written_for_the_few_stays_with_them_when_a_restriction_is_lifted() -> None:
    room = Newsroom()
    room.declare()
    room.submit(1, Restrict, reason="a breach")
    room.submit(5, Update, f"{SECRET} was read", public="We look into something else.")
    room.submit(10, LiftRestriction, reason="it was none", by="amara")
    room.until(15)
    assert room.chat is not None
    assert [each.name for each in room.chat.channels] == ["incident-20260302-001", "incident-20260302-001-private"]
    assert not [each for each in room.messages("incident-20260302-001") if SECRET in each]
    assert len(room.published()) == 1
    room.submit(20, Update, "all is well", public="All is well.")
    assert "all is well" in room.messages("incident-20260302-001")[-1]
    assert "All is well." in room.published()[-1]


def test_the_public_reads_that_it_is_over_though_nobody_wrote_for_it() -> None:
    room = Newsroom()
    room.declare()
    room.submit(20, Resolve)
    assert "The problem is over." in room.published()[-1]


def test_what_could_not_be_announced_is_listed_with_what_is_owed() -> None:
    room = Newsroom()
    assert room.status_page is not None
    room.status_page.fault = ProviderUnavailable("it is down", provider="status-page", operation="publish")
    room.declare()
    room.until(5)
    page = room.desk.obligations(room.id)[announced("status page")]
    assert (str(page.standing), page.people) == ("open", ("luca",))
    room.status_page.fault = None
    room.until(15)
    assert announced("status page") not in owed(room)


def test_a_waiver_of_what_nobody_wants_is_refused_and_one_of_what_is_done_changes_nothing() -> None:
    room = Newsroom()
    room.declare()
    room.submit(5, Fulfil, "SEV-1/logs captured", note="in the ticket")
    room.submit(10, Resolve)
    left = [each.obligation for each in room.desk.closure_blockers(room.id)]
    with pytest.raises(UnknownObligation, match="is called 'SEV-1/log captured'"):
        room.submit(11, Close, waivers={**dict.fromkeys(left, "x"), "SEV-1/log captured": "x"})
    room.submit(12, Close, waivers=dict.fromkeys([*left, "SEV-1/logs captured"], "a small one"))
    owings = room.desk.obligations(room.id)
    assert (str(owings["SEV-1/logs captured"].standing), owings["SEV-1/logs captured"].said) == (
        "met",
        "kwame: in the ticket",
    )
    assert owings[left[0]].said == "a small one"


def test_what_is_done_before_it_is_owed_is_met() -> None:
    room = Newsroom()
    room.declare("SEV-3")
    room.submit(5, Fulfil, "review", note="in the daily")
    review = room.desk.obligations(room.id)["review"]
    assert (str(review.standing), review.said) == ("met", "kwame: in the daily")


def test_words_for_the_public_are_published_though_an_update_without_any_follows() -> None:
    room = Newsroom()
    room.declare()
    room.until(1)
    room.desk.update(room.id, "orders are lost", by="kwame", public="Please do not pay twice.")
    room.desk.update(room.id, "five orders, to be exact", by="kwame")
    room.until(2)
    assert [text.splitlines()[1] for text in room.published()] == [
        "We are looking into a problem.",
        "Please do not pay twice.",
    ]
    room.submit(3, Update, "still looking")
    room.until(30)
    assert len(room.published()) == 2


def test_words_that_were_taken_out_are_not_for_the_public_and_neither_is_their_mark() -> None:
    room = Newsroom()
    assert room.status_page is not None
    room.declare()
    room.until(1)
    room.status_page.fault = ProviderUnavailable("it is down", provider="status-page", operation="publish")
    room.submit(2, Update, SECRET, public=SECRET)
    written = next(index for index, event in enumerate(room.incident.timeline) if isinstance(event, Updated))
    room.submit(3, Redact, written, reason="a password")
    room.status_page.fault = None
    room.submit(30, Update, "rotated it", public="We repaired it.")
    room.submit(40, Resolve)
    assert [text.splitlines()[1] for text in room.published()] == [
        "We are looking into a problem.",
        "We repaired it.",
        "We repaired it.",
    ]


def test_what_was_published_and_taken_out_does_not_hide_what_is_written_next() -> None:
    room = Newsroom()
    room.declare()
    room.submit(2, Update, SECRET, public=SECRET)
    written = next(index for index, event in enumerate(room.incident.timeline) if isinstance(event, Updated))
    room.submit(3, Redact, written, reason="a password")
    room.submit(4, Update, "rotated it", public="We repaired it.")
    assert room.published()[-1].splitlines()[1] == "We repaired it."


def test_who_says_that_one_update_is_told_says_nothing_of_the_next() -> None:
    room = Newsroom()
    assert room.status_page is not None
    room.declare()
    room.until(1)
    for number in (1, 2):
        room.status_page.fault = RequestInvalid("no", provider="status-page", operation="publish")
        room.submit(10 * number, Update, "words of a person", public=f"public {number}")
        assert announced("public update") in left_to_people(room)
        room.submit(10 * number + 1, Fulfil, announced("public update"), note="by hand")
        assert announced("public update") not in left_to_people(room)
    room.status_page.fault = None
    room.until(25)
    assert len(room.published()) == 1
    room.submit(30, Update, "words of a person", public="public 3")
    assert room.published()[-1].splitlines()[1] == "public 3"


def left_to_people(room: Newsroom) -> set[str]:
    planned = plan(room.incident, room.playbook, room.directory, now=room.clock())
    return {each.obligation for each in planned.owed}


def test_who_was_told_by_hand_is_told_that_it_is_over() -> None:
    room = Newsroom()
    room.pager.fault = RequestInvalid("no", provider="push", operation="page")
    room.declare()
    room.submit(2, Fulfil, announced("stakeholders"), note="called both")
    room.pager.fault = None
    room.submit(20, Resolve)
    told = [page.person for page in room.notices() if page.message and "Resolved" in str(page.message)]
    assert told == ["tomas", "pia"]


@pytest.mark.parametrize("name", ["respond/SEV-1", "resolve/SEV-1", "update/every 15min"])
def test_what_only_facts_show_is_waived_and_not_said_to_be_done(name: str) -> None:
    room = Newsroom()
    room.declare()
    room.until(1)
    room.desk.waive(room.id, name, by="kwame", reason="a drill")
    assert owed(room)[name] == "waived"
    with pytest.raises(UnknownObligation):
        room.desk.fulfil(room.id, name, by="kwame")
    assert owed(room)[name] == "waived"
    room.desk.submit(room.id, TakeBack(name, at=room.clock(), by="kwame", reason="none"))
    assert owed(room)[name] == "open"


def test_what_is_waived_by_closing_is_not_reminded_of_and_can_be_done_all_the_same() -> None:
    room = Newsroom()
    room.declare("SEV-3")
    room.submit(10, Resolve)
    left = [each.obligation for each in room.desk.closure_blockers(room.id)]
    room.submit(11, Close, waivers=dict.fromkeys([*left, "review"], "a small one"))
    room.until(3 * 24 * 60)
    review = room.desk.obligations(room.id)["review"]
    assert (str(review.standing), review.said, review.overdue_since) == ("waived", "a small one", None)
    assert not [page for page in room.pager.pages if "the review" in page.reason]
    room.submit(3 * 24 * 60, Fulfil, "review", note="done after all")
    assert owed(room)["review"] == "met"


def test_a_channel_that_everybody_may_read_is_nothing_confidential() -> None:
    with pytest.raises(PlaybookInvalid, match="open private channel"):
        Announcement(name="channel", acts=ActKind.OPEN_CHANNEL, confidential=True)


def test_what_is_not_owed_is_no_owing() -> None:
    room = Newsroom()
    room.declare()
    with pytest.raises(KeyError, match="SEV-1/nothing"):
        room.desk.obligations(room.id)["SEV-1/nothing"]


@pytest.mark.parametrize("after", [{"a": ["a"]}, {"a": ["b"], "b": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["b"]}])
def test_what_waits_for_itself_is_refused(after: dict[str, list[str]]) -> None:
    assert EMERGENCY.communication is not None
    posts = [Announcement(name=name, template="announcement", acts=ActKind.POST, after=after[name]) for name in after]
    with pytest.raises(PlaybookInvalid, match="announcement 'a' never goes out"):
        evolve(EMERGENCY.communication, announcements=posts)
    first = Announcement(name="first", template="announcement", acts=ActKind.POST)
    posts[-1] = evolve(posts[-1], after=[*posts[-1].after, "first"])
    evolve(EMERGENCY.communication, announcements=[*posts, first])


def test_what_was_lifted_before_is_no_answer_to_what_the_playbook_restricts_later() -> None:
    room = Newsroom()
    room.declare()
    room.submit(1, Restrict, reason="strange logins")
    room.submit(2, LiftRestriction, reason="a test that was announced")
    before = len(room.published())
    room.submit(30, Assess, EMERGENCY.triage({SECURITY_COMPROMISED: True}))
    room.submit(31, Update, SECRET, public=SECRET)
    assert room.desk.load(room.id).restricted
    assert len(room.published()) == before
    told = [page.person for page in room.notices() if page.reason.startswith("only those may know")]
    assert told == ["amara", "ines"] * 2
    room.submit(40, LiftRestriction, reason="the press has it", by="amara")
    room.until(41)
    assert not room.desk.load(room.id).restricted
    assert len(room.published()) == before
    room.submit(50, Assess, EMERGENCY.triage({SECURITY_COMPROMISED: True}))
    room.submit(51, Update, "more", public="We are sorry.")
    assert [text.splitlines()[1] for text in room.published()[before:]] == ["We are sorry."]


def test_what_may_stand_on_the_status_page_is_asked_for_until_it_can_be_closed() -> None:
    room = Newsroom()
    page = room.status_page
    assert page is not None
    page.fault = OutcomeUnknown("the answer was lost", provider="status-page", operation="publish")
    room.declare()
    room.submit(3, Resolve)
    assert not room.published()
    page.fault = None
    room.until(30)
    (entry,) = page.entries
    assert entry.publications[-1].status is PublicStatus.RESOLVED
    tried = len(room.incident.timeline)
    room.until(24 * 60)
    assert not [event for event in room.incident.timeline[tried:] if isinstance(event, ActionStarted)]


def test_what_was_so_before_it_came_back_is_not_what_the_public_reads() -> None:
    room = Newsroom()
    room.declare()
    room.submit(10, Update, "rolled back", public="We repaired it.")
    room.submit(20, Resolve)
    room.submit(30, Reopen, reason="it is back")
    assert "We are looking into a problem." in room.published()[-1]
    room.submit(40, Update, "rolling back", public="It is back.")
    assert "It is back." in room.published()[-1]


def test_an_update_of_what_is_over_is_refused_rather_than_lost() -> None:
    room = Newsroom()
    room.declare()
    room.submit(10, Resolve)
    with pytest.raises(IllegalTransition, match="'update' is not possible"):
        room.desk.update(room.id, "214 orders are lost", by="kwame")


def test_a_status_page_that_does_not_say_what_it_opened_leaves_that_to_people() -> None:
    class Nameless(MemoryStatusPage):
        def publish(self, request: PublishStatus, /) -> Receipt:
            super().publish(request)
            return Receipt(reference=" ")

    room = Newsroom(status_page=Nameless())
    room.declare()
    room.until(5)
    assert str(room.desk.obligations(room.id)[announced("status page")].standing) == "open"
    (said,) = (event.problem for event in room.incident.timeline if isinstance(event, ActionEnded) and event.problem)
    assert said == "its receipt does not say what the status entry is called: tie it to the incident"
    room.submit(6, Link, LinkKind.STATUS_ENTRY, "entry-1")
    room.submit(10, Resolve)
    assert room.status_page is not None
    assert len(room.status_page.entries) == 1


def test_what_was_claimed_before_a_restriction_does_not_go_out_after_it() -> None:
    class Talkative(MemoryPager):
        def page(self, request: SendPage, /) -> Receipt:
            if not self.pages:
                room.desk.submit(room.id, Restrict(at=room.clock(), by=request.person, reason="a breach"))
            return super().page(request)

    room = Newsroom()
    room.pager = Talkative(clock=room.clock)
    room.desk = room.another()
    room.declare("SEV-2")
    room.until(30)
    assert room.chat is not None
    assert not room.published()
    assert [each.private for each in room.chat.channels] == [True]
    assert not [page for page in room.pager.pages if page.reason.startswith("You are a stakeholder")]
    room.submit(31, LiftRestriction, reason="it was none", by="amara")
    room.until(40)
    assert len(room.published()) == 1
    assert len([page for page in room.pager.pages if page.reason.startswith("You are a stakeholder")]) == 2


@pytest.mark.parametrize("ends", [False, True])
def test_the_public_never_reads_what_was_written_for_it_before_a_restriction_was_lifted(ends: bool) -> None:
    room = Newsroom()
    room.declare(facts={SECURITY_COMPROMISED: True, CORE_FUNCTIONALITY: True})
    room.submit(5, Update, "we look at the logins", public=SECRET)
    room.submit(10, LiftRestriction, reason="it was a test", by="amara")
    if ends:
        room.submit(12, Resolve)
    room.until(20)
    assert len(room.published()) == 1 + ends
    assert SECRET not in "".join(room.published())
    assert "We are looking into a problem." in room.published()[0]
