"""Levels for which an on-call system is asked: when it is, who joins, and who is paged when it does not answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit import EMERGENCY, Directory, Incident, Playbook, Rotation, Schedule, convert
from incidentkit.errors import DocumentInvalid, FieldInvalid, PlaybookInvalid
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.commands import Escalate, Reopen, Resolve, Snooze, Unacknowledge
from incidentkit.model.events import ActionEnded, Became, Event, Joined
from incidentkit.model.identity import LONGEST_NAME, PersonId
from incidentkit.policy.action import Action
from incidentkit.policy.directory import Person
from incidentkit.policy.escalation import EVERYBODY, EXHAUSTED, ContactChain, EscalationPolicy, Level
from incidentkit.policy.explanation import explain
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.planning import Plan, plan, preview, settle
from incidentkit.policy.recipient import Recipient, on_call, person, schedule
from incidentkit.policy.response import ResponsePolicy
from incidentkit.providers.on_call import FindOnCall
from incidentkit.testing.planning import answered, claimed, stamped

SEV_1 = EMERGENCY.scheme["SEV-1"]
START = datetime.fromisoformat("2026-03-02T14:23Z")
PAYMENTS = on_call("payments")
IN_VAIN = "on-call payments named nobody who is known, or did not answer"
DIRECTORY = Directory(
    people={name: Person(id=PersonId(name), contacts={"push": name}) for name in ("ada", "bob", "eve", "zoe")}
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def paging(*levels: Level, **rest: Any) -> Playbook:
    contact = ContactChain([Attempt("push", timedelta(minutes=5))], rounds=1)
    escalation = EscalationPolicy(levels=levels or (Level("payments", PAYMENTS),), contact=contact, **rest)
    return Playbook(name="asking", rules=EMERGENCY.rules, escalation=escalation)


ALONE = paging()
WITH_EVE = paging(fallback=[person("eve")])


def declared() -> Incident:
    return Incident.declare("INC-1", title="Checkout fails", at=START, by="zoe", severity=SEV_1)


def planned(incident: Incident, playbook: Playbook, seconds: float) -> Plan:
    return plan(incident, playbook, DIRECTORY, now=at(seconds))


def looked_at(incident: Incident, playbook: Playbook, seconds: float) -> Incident:
    """The incident after a desk planned it and began what was due."""
    made, now = planned(incident, playbook, seconds), at(seconds)
    return incident.extended([*stamped(made.decisions, now), *(claimed(incident, each, now) for each in made.due)])


def ended(
    incident: Incident, playbook: Playbook, seconds: float, outcome: Outcome, *found: str, begin: float | None = None
) -> Incident:
    """The incident after a desk asked at a moment, and was answered then or later."""
    began = seconds if begin is None else begin
    (ask,) = asks(planned(incident, playbook, began))
    after = looked_at(incident, playbook, began)
    return after.extended([answered(after, ask, at(seconds), outcome, found=[PersonId(who) for who in found])])


def asks(made: Plan) -> list[Action]:
    return [action for action in made.due if isinstance(action.request, FindOnCall)]


def paged(made: Plan) -> list[str]:
    return [action.key.person for action in made.due if not isinstance(action.request, FindOnCall)]


def joined(decisions: tuple[Event, ...]) -> list[tuple[datetime, tuple[str, ...], str]]:
    return [(each.at, each.people, each.because) for each in decisions if isinstance(each, Joined)]


def exhausted(made: Plan) -> list[datetime]:
    return [each.at for each in made.decisions if isinstance(each, Became) and each.obligation == EXHAUSTED]


# Asking


def test_the_level_is_reached_at_once_and_the_system_is_asked() -> None:
    made = planned(declared(), WITH_EVE, 0)
    (became,) = made.decisions
    assert isinstance(became, Became)
    assert (became.people, became.because) == ((), "level payments; asking on-call payments")
    (action,) = made.due
    assert action.key == ActionKey("page/payments", "1", "on-call payments", 0, 0)
    assert action.because == "level payments; ask who is on call for payments"
    assert action.request == FindOnCall(
        key=action.key.digest("", "INC-1"), incident=declared().id, schedule="payments", at=START
    )


def test_people_of_other_recipients_are_paged_meanwhile() -> None:
    made = planned(declared(), paging(Level("payments", [person("ada"), PAYMENTS])), 0)
    assert (len(asks(made)), paged(made)) == (1, ["ada"])


def test_a_level_that_waits_for_people_does_not_wait_for_the_answer() -> None:
    assert asks(planned(declared(), paging(waits=True), 0))


def test_whom_the_system_named_joins_when_it_answered_and_is_paged() -> None:
    answered_late = ended(declared(), WITH_EVE, 5, Outcome.SUCCEEDED, "bob", "ada", begin=0)
    made = planned(answered_late, WITH_EVE, 9)
    assert joined(made.decisions) == [(at(5), ("bob", "ada"), "on-call payments named them")]
    assert [(each.key.person, each.due_at) for each in made.due] == [("bob", at(5)), ("ada", at(5))]


def test_whoever_is_there_already_is_not_brought_in_again() -> None:
    book = paging(Level("payments", [person("ada"), PAYMENTS]))
    made = planned(ended(declared(), book, 0, Outcome.SUCCEEDED, "ada"), book, 1)
    assert joined(made.decisions) == []


def test_names_that_nobody_knows_are_nobody_and_stop_no_page() -> None:
    some = planned(ended(declared(), WITH_EVE, 0, Outcome.SUCCEEDED, "bobb", "bob"), WITH_EVE, 1)
    assert [people for _, people, _ in joined(some.decisions)] == [("bob",)]
    none = planned(ended(declared(), WITH_EVE, 0, Outcome.SUCCEEDED, "bobb"), WITH_EVE, 1)
    assert paged(none) == ["eve"]


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.FAILED])
def test_the_fallback_is_paged_when_nobody_was_named(outcome: Outcome) -> None:
    made = planned(ended(declared(), WITH_EVE, 3, outcome, begin=0), WITH_EVE, 3)
    assert joined(made.decisions) == [(at(3), ("eve",), IN_VAIN)]
    assert (paged(made), exhausted(made)) == (["eve"], [])


def test_a_fallback_by_schedule_joins_when_its_shift_begins() -> None:
    shift = Rotation(
        name="r",
        zone="UTC",
        starts=START.date(),
        every="1 day",
        at="00:00",
        participants=["ada"],
        hours=["Mon-Sun 14:30-18:00"],
    )
    book, directory = paging(fallback=[schedule("late")]), evolve(DIRECTORY, schedules={"late": Schedule(shift)})
    failed = ended(declared(), book, 0, Outcome.FAILED)
    begins = START + timedelta(minutes=7)
    made = plan(failed, book, directory, now=START)
    assert (exhausted(made), joined(made.decisions), made.wake_at) == ([START], [], begins)
    made = plan(failed.extended(made.decisions), book, directory, now=at(600))
    assert [(when, people) for when, people, _ in joined(made.decisions)] == [(begins, ("ada",))]


def test_the_fallback_is_left_alone_where_others_are_paged() -> None:
    book = paging(Level("payments", [person("ada"), PAYMENTS]), fallback=[person("eve")])
    made = planned(ended(declared(), book, 0, Outcome.FAILED), book, 1)
    assert joined(made.decisions) == []


def test_the_last_answer_decides_whether_the_fallback_is_needed() -> None:
    book = paging(Level("payments", [PAYMENTS, on_call("checkout")]), fallback=[person("eve")])
    first, second = asks(planned(declared(), book, 0))
    begun = looked_at(declared(), book, 0)
    failed = begun.extended([answered(begun, first, at(1), Outcome.FAILED)])
    assert joined(planned(failed, book, 2).decisions) == []
    named = failed.extended([answered(failed, second, at(3), Outcome.SUCCEEDED, found=[PersonId("bob")])])
    assert [people for _, people, _ in joined(planned(named, book, 4).decisions)] == [("bob",)]


def test_whom_two_systems_name_joins_once() -> None:
    book = paging(Level("payments", [PAYMENTS, on_call("checkout")]))
    begun = looked_at(declared(), book, 0)
    both = begun.extended(
        answered(begun, ask, at(1), Outcome.SUCCEEDED, found=[PersonId(who) for who in ("bob", name)])
        for ask, name in zip(asks(planned(declared(), book, 0)), ("ada", "eve"), strict=True)
    )
    assert [people for _, people, _ in joined(planned(both, book, 2).decisions)] == [("bob", "ada"), ("eve",)]


# Trying again, and giving up


def test_what_failed_for_the_time_being_is_tried_again() -> None:
    book = paging(backoff=Backoff([timedelta(seconds=10)] * 9, jitter=0), fallback=[person("eve")])
    postponed = ended(declared(), book, 0, Outcome.POSTPONED)
    assert (planned(postponed, book, 9).due, planned(postponed, book, 9).wake_at) == ((), at(10))
    (again,) = asks(planned(postponed, book, 10))
    assert again.key == asks(planned(declared(), book, 0))[0].key


def test_what_cannot_be_tried_again_in_time_is_given_up_at_once() -> None:
    book = paging(backoff=Backoff([timedelta(minutes=2)]), fallback=[person("eve")])
    assert paged(planned(ended(declared(), book, 0, Outcome.POSTPONED), book, 0)) == ["eve"]


def test_a_system_that_never_answers_is_given_up_after_a_minute() -> None:
    begun = looked_at(declared(), WITH_EVE, 0)
    waiting = planned(begun, WITH_EVE, 59)
    assert (waiting.due, waiting.decisions, waiting.wake_at) == ((), (), at(60))
    given_up = planned(begun, WITH_EVE, 600)
    assert [(when, people) for when, people, _ in joined(given_up.decisions)] == [(at(60), ("eve",))]
    assert paged(given_up) == ["eve"]


def test_the_minute_begins_with_the_first_try_however_late_that_is() -> None:
    begun = looked_at(declared(), WITH_EVE, 7_200)
    assert planned(begun, WITH_EVE, 7_200).wake_at == at(7_260)


def test_a_system_that_is_given_up_is_asked_again_all_the_same_and_the_fallback_does_not_wait() -> None:
    postponed = ended(declared(), WITH_EVE, 0, Outcome.POSTPONED)
    made = planned(postponed, WITH_EVE, 7_200)
    assert [(when, people) for when, people, _ in joined(made.decisions)] == [(at(60), ("eve",))]
    assert (len(asks(made)), paged(made)) == (1, ["eve"])
    named = ended(postponed, WITH_EVE, 7_200, Outcome.SUCCEEDED, "bob")
    assert [people for _, people, _ in joined(planned(named, WITH_EVE, 7_201).decisions)] == [("bob",)]


def test_a_crash_while_a_system_is_asked_is_a_try_that_may_have_failed() -> None:
    begun = looked_at(declared(), ALONE, 0)
    assert not asks(planned(begun, ALONE, 61))
    (again,) = asks(planned(begun, ALONE, 300))
    assert again.key == asks(planned(declared(), ALONE, 0))[0].key


def test_an_answer_to_what_was_asked_before_counts_though_the_level_was_brought_in_again() -> None:
    begun = looked_at(declared(), WITH_EVE, 0)
    (first,) = asks(planned(declared(), WITH_EVE, 0))
    again = begun.apply(Escalate("payments", at=at(10), by="zoe"))
    in_vain = ended(again, WITH_EVE, 10, Outcome.FAILED)
    late = in_vain.extended([answered(in_vain, first, at(25), Outcome.SUCCEEDED, found=[PersonId("bob")])])
    assert ("bob",) in [people for _, people, _ in joined(planned(late, WITH_EVE, 26).decisions)]


def test_an_answer_that_comes_too_late_brings_people_in_all_the_same() -> None:
    begun = looked_at(looked_at(declared(), WITH_EVE, 0), WITH_EVE, 60)
    (ask,) = asks(planned(declared(), WITH_EVE, 0))
    late = begun.extended([answered(begun, ask, at(70), Outcome.SUCCEEDED, found=[PersonId("bob")])])
    assert joined(planned(late, WITH_EVE, 71).decisions) == [(at(70), ("bob",), "on-call payments named them")]


# What stops it, and what begins it anew


def test_nobody_is_asked_once_somebody_has_it() -> None:
    reached = declared().extended(planned(declared(), ALONE, 0).decisions)
    assert asks(planned(reached, ALONE, 1))
    assert planned(reached.acknowledge(at=at(1), by="ada"), ALONE, 2).due == ()


def test_nobody_joins_while_somebody_has_it() -> None:
    begun = looked_at(declared(), ALONE, 0)
    (ask,) = asks(planned(declared(), ALONE, 0))
    taken = begun.acknowledge(at=at(1), by="ada")
    named = taken.extended([answered(taken, ask, at(2), Outcome.SUCCEEDED, found=[PersonId("bob")])])
    assert planned(named, ALONE, 3).decisions == ()
    given_back = named.apply(Unacknowledge(at=at(4), by="ada"))
    assert [(when, who) for when, who, _ in joined(planned(given_back, ALONE, 5).decisions)] == [(at(4), ("bob",))]


def test_a_level_that_is_brought_in_again_asks_again() -> None:
    named = looked_at(ended(declared(), ALONE, 0, Outcome.SUCCEEDED, "bob"), ALONE, 0)
    again = named.apply(Escalate("payments", at=at(60), by="zoe"))
    (ask,) = asks(planned(again, ALONE, 61))
    assert (ask.key.arm, ask.due_at) == (1, at(60))
    changed = ended(again, ALONE, 61, Outcome.SUCCEEDED, "ada")
    assert [people for _, people, _ in joined(planned(changed, ALONE, 62).decisions)] == [("ada",)]


def test_a_reopening_asks_again() -> None:
    named = looked_at(ended(declared(), ALONE, 0, Outcome.SUCCEEDED, "bob"), ALONE, 0)
    over = named.apply(Resolve(at=at(60), by="zoe"))
    assert planned(over, ALONE, 61).due == ()
    reopened = over.apply(Reopen(at=at(90), by="zoe", reason="it is back"))
    assert [each.key.instance for each in asks(planned(reopened, ALONE, 91))] == ["2"]


def test_a_snooze_puts_off_the_question_with_the_pages() -> None:
    quiet = declared().apply(Snooze(until=at(600), at=START, by="ada", reason="known"))
    reached = quiet.extended(planned(quiet, ALONE, 1).decisions)
    assert (planned(reached, ALONE, 1).due, planned(reached, ALONE, 1).wake_at) == ((), at(600))
    assert asks(planned(reached, ALONE, 600))


def test_everybody_is_not_nobody_as_long_as_the_system_is_asked() -> None:
    book = paging(Level("payments", PAYMENTS, until=EVERYBODY), fallback=[person("eve")])
    named = looked_at(ended(declared(), book, 0, Outcome.SUCCEEDED, "bob", "ada"), book, 0)
    assert paged(planned(ended(declared(), book, 0, Outcome.SUCCEEDED, "bob"), book, 0)) == ["bob"]
    one = named.acknowledge(at=at(5), by="bob")
    assert paged(planned(one, book, 100)) == ["ada"]
    assert planned(one.acknowledge(at=at(6), by="ada"), book, 100).owed == ()
    assert paged(planned(ended(declared(), book, 0, Outcome.FAILED), book, 0)) == ["eve"]


# When nothing is left


def test_it_is_not_exhausted_while_the_system_is_asked() -> None:
    begun = looked_at(declared(), ALONE, 0)
    assert (exhausted(planned(begun, ALONE, 59)), planned(begun, ALONE, 59).owed) == ([], ())
    assert exhausted(planned(begun, ALONE, 600)) == [at(60)]
    assert [each.people for each in planned(looked_at(begun, ALONE, 60), ALONE, 61).owed][:1] == [()]


def test_the_catch_all_is_paged_when_nobody_was_named_and_there_is_no_fallback() -> None:
    book = paging(catch_all=[person("zoe")])
    made = planned(ended(declared(), book, 0, Outcome.FAILED), book, 0)
    assert (exhausted(made), paged(made)) == ([START], ["zoe"])


def test_what_a_command_settles_is_the_same() -> None:
    begun = looked_at(declared(), WITH_EVE, 0)
    assert settle(begun, WITH_EVE, DIRECTORY, before=at(60)) == ()
    assert [each.tag for each in settle(begun, WITH_EVE, DIRECTORY, before=at(61))] == ["joined"]


# Looking ahead


def test_a_preview_takes_the_system_to_name_nobody() -> None:
    steps = preview(declared(), WITH_EVE, DIRECTORY, now=START, until=at(1))
    assert [action.key.person for step in steps for action in step.actions] == ["on-call payments", "eve"]


def test_an_explanation_says_what_is_asked_and_what_was_answered() -> None:
    def told(incident: Incident, seconds: float = 0) -> list[tuple[str, str, str]]:
        asked = explain(incident, WITH_EVE, DIRECTORY, now=at(seconds)).asked
        return [(each.recipient, each.level, each.answer) for each in asked]

    system = "on-call payments", "payments"
    assert told(declared()) == [(*system, "what it will answer is taken to be nobody")]
    assert told(looked_at(declared(), WITH_EVE, 0), 1) == [(*system, "has not answered yet")]
    assert told(ended(declared(), WITH_EVE, 0, Outcome.SUCCEEDED, "bob"), 1) == [(*system, "named bob")]
    assert told(ended(declared(), WITH_EVE, 0, Outcome.SUCCEEDED), 1) == [(*system, "named nobody")]
    assert told(ended(declared(), WITH_EVE, 0, Outcome.FAILED), 1) == [(*system, "failed")]
    assert "on-call payments" in str(explain(declared(), WITH_EVE, DIRECTORY, now=START))


# Writing it down


def test_the_recipient_is_read_as_it_is_written() -> None:
    assert str(PAYMENTS) == "on-call payments"
    assert Recipient.parse("on-call payments") == PAYMENTS
    assert Playbook.from_form(WITH_EVE.to_form()) == WITH_EVE
    assert convert.from_toml(convert.to_toml(WITH_EVE), Playbook) == WITH_EVE


def test_the_longest_name_that_a_recipient_takes_can_be_asked_for() -> None:
    longest = "x" * (LONGEST_NAME - len("on-call "))
    (ask,) = asks(planned(declared(), paging(Level("payments", on_call(longest))), 0))
    assert ask.key.person == f"on-call {longest}"
    with pytest.raises(FieldInvalid, match="192 characters at the most, not 193"):
        on_call(f"{longest}x")
    with pytest.raises(FieldInvalid, match="192 characters at the most, not 193"):
        Recipient.parse(f"on-call {longest}x")


def test_a_name_that_is_too_long_to_be_asked_for_is_refused_in_toml() -> None:
    text = convert.to_toml(ALONE).replace("on-call payments", f"on-call {'x' * 193}")
    with pytest.raises(DocumentInvalid, match=r"levels\[0\].to\[0\]: .*192 characters at the most, not 193"):
        Playbook.from_toml(text)


def test_the_answer_is_kept_in_the_log() -> None:
    named = ended(declared(), ALONE, 0, Outcome.SUCCEEDED, "bob", "ada")
    event = named.timeline[-1]
    assert isinstance(event, ActionEnded)
    assert event.found == ("bob", "ada")
    assert str(event) == "page/payments/1/on-call payments/0/0 succeeded and named bob, ada"
    assert convert.to_plain(event)["found"] == ["bob", "ada"]
    assert convert.from_json(convert.to_json(named), Incident) == named


@pytest.mark.parametrize("found", [["ada"], ("",), (7,), "ada"])
def test_what_was_found_are_names(found: Any) -> None:
    common: dict[str, Any] = {"incident": "INC-1", "at": START, "by": "desk", "recorded_at": START}
    with pytest.raises(FieldInvalid, match="found"):
        ActionEnded(**common, action=ActionKey("duty", "1"), outcome=Outcome.SUCCEEDED, found=found)


def test_a_system_is_asked_for_the_people_of_a_level_and_for_nobody_else() -> None:
    only = "on-call payments can only be among the recipients of a level"
    with pytest.raises(PlaybookInvalid, match=only):
        paging(Level("payments", person("ada"), acknowledgers=[PAYMENTS]))
    with pytest.raises(PlaybookInvalid, match=only):
        paging(fallback=[PAYMENTS])
    with pytest.raises(PlaybookInvalid, match=only):
        paging(catch_all=[PAYMENTS])
    with pytest.raises(PlaybookInvalid, match=only):
        Playbook(name="clocks", rules=EMERGENCY.rules, response=ResponsePolicy(owner=PAYMENTS))
