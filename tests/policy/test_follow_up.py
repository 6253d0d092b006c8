"""Action items: owed by whoever took them on, until they are done, whether the incident is closed or not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Desk, Directory, Incident, PostMortem, Toolbox
from incidentkit.convert import from_json, to_json
from incidentkit.drills import ManualClock, practice_directory
from incidentkit.errors import CommandInvalid, FieldInvalid
from incidentkit.memory import MemoryPager, MemoryStore, MemoryTracker
from incidentkit.model.commands import AddActionItem, Cancel, Close, Fulfil, Redact, TakeBack, Waive
from incidentkit.model.events import ActionItemAdded, Overtaken
from incidentkit.model.state import MOST_ACTION_ITEMS
from incidentkit.policy.account import ActionItem
from incidentkit.policy.directory import Person
from incidentkit.policy.follow_up import ticket_requests
from incidentkit.policy.obligation import ITEM
from incidentkit.policy.planning import plan
from incidentkit.policy.standing import Standing, obligations
from incidentkit.testing import incidents
from incidentkit.text.plain import to_plain

AT = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = practice_directory()
WATCH = f"{ITEM}watch"


def declared() -> Incident:
    return Incident.declare("INC-7", title="Down", at=AT, by="noor", severity=EMERGENCY.scheme.severities[2])


def add(name: str = "watch", owner: str = "mika", due: datetime | None = AT + 2 * DAY) -> AddActionItem:
    return AddActionItem(name, "Watch the certificates", owner, at=AT, by="noor", due=due)


def standing(incident: Incident, now: datetime) -> Standing:
    return obligations(incident, EMERGENCY, PEOPLE, now=now)[WATCH].standing


class Responding:
    """A desk with a pager, and an incident of which one action item is due in two days."""

    def __init__(self) -> None:
        self.clock, self.pager = ManualClock(AT), MemoryPager()
        pagers = dict.fromkeys(EMERGENCY.methods, self.pager)
        self.desk = Desk(EMERGENCY, PEOPLE, Toolbox(pagers=pagers), MemoryStore(self.clock))
        self.id = self.desk.declare("Down", by="noor", severity=EMERGENCY.scheme.severities[2]).id
        self.desk.submit(self.id, add())

    def _wake_at(self) -> datetime:
        """When something is due next; long after all that is tried here if nothing is."""
        planned = plan(self.desk.load(self.id), EMERGENCY, PEOPLE, now=self.clock())
        return AT + 100 * DAY if planned.wake_at is None else planned.wake_at

    def reminded(self, after: timedelta) -> list[str]:
        """Who was told of the item so long after it was added, by the last of many ticks."""
        while self._wake_at() <= AT + after:
            self.clock.set(max(self._wake_at(), self.clock()))
            self.desk.tick()
        self.clock.set(AT + after)
        return [page.person for page in self.pager.pages if "Watch the certificates" in str(page)]


# What is owed


def test_it_is_owed_until_somebody_says_that_it_is_done() -> None:
    incident = declared().apply(add())
    assert standing(incident, AT) is Standing.OPEN
    assert standing(incident, AT + 2 * DAY - timedelta(seconds=1)) is Standing.OPEN
    assert standing(incident, AT + 2 * DAY) is Standing.OVERDUE
    done = incident.apply(Fulfil(WATCH, at=AT + DAY, by="mika"))
    assert standing(done, AT + 3 * DAY) is Standing.MET
    assert standing(done.apply(TakeBack(WATCH, at=AT + DAY, by="mika", reason="not all")), AT + DAY) is Standing.OPEN
    waived = incident.apply(Waive(WATCH, at=AT + DAY, by="mika", reason="another team does it"))
    assert standing(waived, AT + 3 * DAY) is Standing.WAIVED


def test_it_names_who_owes_it_what_and_by_when() -> None:
    owing = obligations(declared().apply(add()), EMERGENCY, PEOPLE, now=AT)[WATCH]
    assert (owing.what, owing.people, owing.due_at) == ("Watch the certificates", ("mika",), AT + 2 * DAY)


def test_it_outlives_the_incident_and_does_not_hold_it_open() -> None:
    resolved = declared().apply(add()).resolve(at=AT, by="noor")
    closed = resolved.apply(Close(at=AT + DAY, by="noor", waivers={}))
    assert standing(closed, AT + 3 * DAY) is Standing.OVERDUE


def test_it_can_be_added_once_all_is_over() -> None:
    closed = declared().resolve(at=AT, by="noor").apply(Close(at=AT, by="noor", waivers={}))
    assert standing(closed.apply(add()), AT + 3 * DAY) is Standing.OVERDUE


def test_of_what_was_no_incident_nothing_is_owed() -> None:
    cancelled = declared().apply(add()).apply(Cancel(at=AT, by="noor", reason="a test"))
    assert WATCH not in {each.obligation for each in obligations(cancelled, EMERGENCY, PEOPLE, now=AT + 3 * DAY)}


def test_what_is_due_already_is_overdue_at_once() -> None:
    assert standing(declared().apply(add(due=AT - DAY)), AT + timedelta(seconds=1)) is Standing.OVERDUE


def test_without_a_date_there_is_no_hurry() -> None:
    assert standing(declared().apply(add(due=None)), AT + 1_000 * DAY) is Standing.OPEN


def test_whoever_the_directory_does_not_know_is_represented() -> None:
    owing = obligations(declared().apply(add(owner="nobody")), EMERGENCY, PEOPLE, now=AT)[WATCH]
    assert owing.people == ("kwame",)  # the incident commander, who owes the review


def test_its_owner_is_reminded_once_it_is_due_and_not_before() -> None:
    responding = Responding()
    assert responding.reminded(2 * DAY - timedelta(minutes=1)) == []
    assert set(responding.reminded(2 * DAY + timedelta(minutes=1))) == {"mika"}


def test_nobody_is_reminded_of_what_is_done() -> None:
    responding = Responding()
    responding.desk.submit(responding.id, Fulfil(WATCH, at=AT, by="mika"))
    assert responding.reminded(5 * DAY) == []


# What is kept


def test_the_log_says_what_who_and_by_when() -> None:
    *_, event = declared().apply(add()).timeline
    assert str(event) == "action item watch for mika, by 2026-03-04 14:23 UTC: Watch the certificates"
    assert from_json(to_json(event), ActionItemAdded) == event


def test_a_time_of_another_zone_is_kept_in_utc() -> None:
    elsewhere = (AT + 2 * DAY).astimezone(timezone(DAY / 4))
    assert declared().apply(add(due=elsewhere)).action_items["watch"].due == AT + 2 * DAY


def test_the_same_item_again_changes_nothing() -> None:
    incident = declared().apply(add())
    *_, event = incident.apply(add(due=(AT + 2 * DAY).astimezone(timezone(DAY / 4)))).timeline
    assert isinstance(event, Overtaken)


def test_words_are_redacted_and_the_rest_stays() -> None:
    redacted = declared().apply(add()).apply(Redact(at=AT, by="noor", event=1))
    assert redacted.action_items["watch"].text == "[redacted]"
    assert redacted.action_items["watch"].owner == "mika"


@pytest.mark.parametrize(
    ("command", "error", "words"),
    [
        (add("watch", "noor"), CommandInvalid, "INC-7 has an action item 'watch' already: waive it"),
        (add("x" * 101), FieldInvalid, "name: an action item is called by 100 characters at the most"),
        (add(" x"), FieldInvalid, "name: ' x' is not a name"),
        (add("x", ""), FieldInvalid, "owner: '' is not a name"),
        (evolve(add("x"), text=" "), FieldInvalid, "text: say something"),
    ],
)
def test_what_no_action_item_can_be(command: AddActionItem, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        declared().apply(add()).apply(command)
    assert words in str(caught.value)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(FieldInvalid, match=r"^due: "):
        add(due=datetime(2026, 3, 4))


def test_an_incident_has_so_many_at_the_most() -> None:
    incident = declared()
    for number in range(MOST_ACTION_ITEMS):
        incident = incident.apply(add(f"item {number}"))
    with pytest.raises(CommandInvalid, match="has 200 action items, which is the most"):
        incident.apply(add())


@given(incidents(at=AT), st.integers(0, 10))
def test_every_item_of_any_incident_is_owed_under_its_name(incident: Incident, days: int) -> None:
    owed = {each.obligation for each in obligations(incident, EMERGENCY, PEOPLE, now=incident.as_of + days * DAY)}
    cancelled = incident.status.value == "cancelled"
    assert cancelled or {f"{ITEM}{name}" for name in incident.action_items} <= owed


# From a post-mortem


WRITTEN = PostMortem(
    action_items=[
        ActionItem(what="Watch the certificates", owner="Mika Laine", due=date(2026, 4, 1)),
        ActionItem(what="Renew them", owner="noor", done=True),
        ActionItem(what="Write it down " + "x" * 200, owner="noor"),
    ]
)


def test_action_items_of_a_post_mortem_become_commands() -> None:
    zone = timezone(timedelta(hours=2))
    first, second = WRITTEN.action_commands(PEOPLE, at=AT, by="noor", zone=zone)
    assert (first.text, first.owner) == ("Watch the certificates", "mika")
    assert first.due == datetime(2026, 4, 2, tzinfo=zone)
    assert (second.text, second.due) == ("Write it down " + "x" * 200, None)


def test_two_items_alike_are_told_apart() -> None:
    items = [ActionItem(what=words, owner="noor") for words in ("Check", "Check", "x" * 300, "x" * 301)]
    first, second, *others = PostMortem(action_items=items).action_commands(PEOPLE, at=AT, by="noor")
    assert second.name == f"{first.name}-2"
    assert len({first.name, second.name, *(each.name for each in others)}) == 4


def test_what_is_taken_out_of_an_item_is_in_no_name_and_no_ticket() -> None:
    (command,) = PostMortem(action_items=[ActionItem(what="Bob is fired", owner="noor")]).action_commands(
        PEOPLE, at=AT, by="noor"
    )
    incident = declared().apply(command)
    after = incident.apply(Redact(len(incident.timeline) - 1, at=AT, by="noor"))
    (ticket,) = ticket_requests(after)
    assert "Bob" not in f"{after.timeline} {ticket} {to_json(after)}"


def test_an_owner_who_could_be_two_people_is_refused() -> None:
    twins = Directory(people={each: Person(id=each, name="Ada") for each in ("ada", "ada2")})
    for owner, problem in (("Ada", "is several people: ada, ada2; write the id"), ("", "is none of the people")):
        with pytest.raises(FieldInvalid, match=problem):
            PostMortem(action_items=[ActionItem(what="x", owner=owner)]).action_commands(twins, at=AT, by="ada")
    (command,) = PostMortem(action_items=[ActionItem(what="x", owner="ada")]).action_commands(twins, at=AT, by="ada")
    assert command.owner == "ada"


def test_an_owner_with_a_dash_is_drafted_with_a_longer_one() -> None:
    people = Directory(people={"mika": Person(id="mika", name="Mika - Laine -")})
    (item,) = PostMortem.from_incident(declared().apply(add()), directory=people).action_items
    assert item.owner == "Mika \N{EN DASH} Laine"


@pytest.mark.parametrize("hours", [-8, 0, 9])
def test_a_day_comes_back_as_it_was_written(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    (command,) = PostMortem(action_items=[ActionItem(what="x", owner="noor", due=date(2026, 4, 1))]).action_commands(
        PEOPLE, at=AT, by="noor", zone=zone
    )
    (item,) = PostMortem.from_incident(declared().apply(command), zone=zone).action_items
    assert item.due == date(2026, 4, 1)


def test_nothing_ends_after_the_last_day() -> None:
    item = ActionItem(what="x", owner="noor", due=date.max)
    with pytest.raises(FieldInvalid, match="the last day of all"):
        PostMortem(action_items=[item]).action_commands(PEOPLE, at=AT, by="noor")


def test_to_give_them_again_adds_nothing_twice() -> None:
    incident = declared()
    for _ in range(2):
        for command in WRITTEN.action_commands(PEOPLE, at=AT, by="noor"):
            incident = incident.apply(command)
    assert len(incident.action_items) == 2


@pytest.mark.parametrize("owner", ["", "Nobody"])
def test_an_owner_is_somebody_of_the_directory(owner: str) -> None:
    item = ActionItem(what="Watch", owner=owner)
    with pytest.raises(FieldInvalid, match=rf"^owner: '{owner}' of 'Watch' is none of the people: "):
        PostMortem(action_items=[item]).action_commands(PEOPLE, at=AT, by="noor")


def test_a_draft_has_what_was_taken_on_and_not_what_was_waived() -> None:
    incident = declared().apply(add()).apply(add("renew", "noor", None)).apply(add("moot"))
    done = incident.apply(Fulfil(f"{ITEM}renew", at=AT, by="noor"))
    waived = done.apply(Waive(f"{ITEM}moot", at=AT, by="noor", reason="moot"))
    draft = PostMortem.from_incident(waived, directory=PEOPLE)
    assert [(item.owner, item.due, item.done) for item in draft.action_items] == [
        ("Mika Laine", date(2026, 3, 4), False),
        ("Noor Haddad", None, True),
    ]
    assert [entry.what[0].text for entry in draft.timeline][1:] == [
        "Noor Haddad: Watch the certificates: done",
        "Noor Haddad: Watch the certificates: waived, because moot",
    ]


# Tickets


def test_every_open_item_has_a_ticket_of_its_own() -> None:
    incident = declared().apply(add()).apply(add("renew", "noor", None))
    done = incident.apply(Fulfil(f"{ITEM}renew", at=AT, by="noor"))
    (request,) = ticket_requests(done)
    assert (request.title, request.severity, request.incident) == ("Watch the certificates", "SEV-3", "INC-7")
    assert to_plain(request.message) == (
        "Watch the certificates\n\n- Owner: mika\n- Due: 2026-03-04 14:23 UTC\n- Follows from INC-7: Down"
    )


def test_the_same_item_is_the_same_ticket() -> None:
    tracker, incident = MemoryTracker(), declared().apply(add()).apply(add("renew", "noor", None))
    for _ in range(2):
        for request in ticket_requests(incident, namespace="shop"):
            tracker.open_ticket(request)
    assert len(tracker.tickets) == 2
    other = {each.key for each in ticket_requests(incident)}
    assert other.isdisjoint(each.key for each in ticket_requests(incident, namespace="shop"))
