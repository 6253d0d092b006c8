"""Expectations: each has a drill that keeps it and one that does not, and a drill is data that says what it expects."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Playbook
from incidentkit.drills import (
    Drill,
    Expectation,
    Fault,
    FewPages,
    IsAcknowledged,
    IsClosed,
    IsMitigated,
    IsPaged,
    IsPublished,
    IsResolved,
    NeverExhausted,
    NoBlockers,
    NobodyPagedAfterAcknowledging,
    NobodyPagedTwice,
    Outage,
    Work,
    Written,
    practice_directory,
)
from incidentkit.errors import DocumentInvalid, DrillInvalid, UnknownRecipient
from incidentkit.memory import Acknowledges, Declines, Reaction, Sleeps, Unreachable
from incidentkit.model.commands import Decline, Mitigate, Note, Reopen, Resolve, Snooze, Unacknowledge
from incidentkit.playbooks.emergency import ERROR_RATE, PRODUCTION_DOWN, SEV_2, SEV_3
from incidentkit.testing import faults, texts

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


WORK = Work(mitigated=minutes(10), resolve=minutes(20), review=minutes(25), close=minutes(30), waives="a drill")


def drill(**changes: Any) -> Drill:
    usual = Drill(
        playbook=EMERGENCY,
        directory=practice_directory(),
        title="Checkout returns 500",
        start=START,
        severity=SEV_2,
        people={"noor": Acknowledges(minutes(7))},
        work=WORK,
        lasts=minutes(60),
    )
    return evolve(usual, **changes)


LATER: dict[str, Any] = {"people": {"noor": Acknowledges(minutes(8))}}
DECLINED: dict[str, Any] = {"people": {"noor": Declines(minutes(2))}}
ASLEEP: dict[str, Any] = {"people": {}, "lasts": minutes(50)}

CASES: list[tuple[Expectation, str, str, dict[str, Any], str]] = [
    (IsAcknowledged(), "acknowledged", "7min", ASLEEP, "never"),
    (IsAcknowledged(minutes(7)), "acknowledged within 7min", "7min", LATER, "8min"),
    (IsMitigated(minutes(17)), "mitigated within 17min", "17min", ASLEEP, "never"),
    (IsResolved(minutes(27)), "resolved within 27min", "27min", LATER, "28min"),
    (IsClosed(minutes(60)), "closed within 1h", "37min", {"work": Work()}, "never"),
    (
        IsPublished(minutes(10)),
        "published within 10min",
        "0s",
        {"faults": {"status-page": Outage(Fault.UNAVAILABLE, lasts=minutes(12))}},
        "14min22s",
    ),
    (IsPaged(minutes(5), person="noor", method="phone"), "noor paged by phone within 5min", "5min",
     {"people": {"noor": Acknowledges(minutes(2))}}, "never"),
    (IsPaged(person="noor"), "noor paged", "0s", {"people": {"noor": Unreachable()}}, "never"),
    (FewPages(most=2), "at most 2 pages", "2", {"people": {"noor": Sleeps()}}, "20"),
    (FewPages(most=0, person="kwame"), "at most 0 pages for kwame", "0", DECLINED, "12"),
    (FewPages(most=1, person="kwame"), "at most 1 page for kwame", "0", DECLINED, "12"),
    (
        NobodyPagedTwice(),
        "nobody paged twice",
        "no page came again",
        {"faults": {"push": Fault.DUPLICATED}},
        "noor by push",
    ),
    (
        NobodyPagedAfterAcknowledging(),
        "nobody paged after acknowledging",
        "nobody",
        {"faults": {"phone": Outage(Fault.DELAYED, after=minutes(9))}},
        "noor",
    ),
    (NeverExhausted(), "never exhausted", "never", DECLINED, "2min"),
    (NoBlockers(), "no blockers", "nothing", {"work": Work()}, "resolve it first"),
]  # fmt: skip
"""What is expected, in words; what is seen in the usual drill, which keeps it; and in one that does not."""


@pytest.mark.parametrize(("expectation", "words", "kept", "changes", "seen"), CASES, ids=lambda each: str(each)[:40])
def test_each_expectation_has_a_drill_that_keeps_it_and_one_that_does_not(
    expectation: Expectation, words: str, kept: str, changes: dict[str, Any], seen: str
) -> None:
    good = drill(expectations=[expectation]).run()
    (judgement,) = good.judgements
    assert (judgement.held, judgement.expected, judgement.seen) == (True, words, kept)
    assert good.kept
    bad = drill(**{"expectations": [expectation], **changes}).run()
    assert not bad.kept
    assert seen in bad.judgements[0].seen


def test_every_kind_of_expectation_has_a_case() -> None:
    assert {type(case[0]) for case in CASES} == {*Expectation.__args__}


def test_a_story_ends_with_what_was_expected() -> None:
    story = drill(expectations=[IsAcknowledged(minutes(5)), NeverExhausted()]).run()
    tail = [" ".join(line.split()) for line in str(story).partition("What was expected")[2].splitlines()]
    assert tail[-2:] == ["no acknowledged within 5min 7min", "yes never exhausted never"]


def test_a_drill_that_expects_nothing_keeps_everything_and_says_nothing() -> None:
    story = drill().run()
    assert story.kept
    assert "What was expected" not in str(story)


def test_whoever_takes_an_acknowledgement_back_may_be_paged_again() -> None:
    back = [Unacknowledge(at=START + minutes(12), by="noor")]
    story = drill(script=back, work=Work(), expectations=[NobodyPagedAfterAcknowledging()]).run()
    assert max(each.at for each in story.deliveries if each.page.person == "noor") > START + minutes(12)
    assert story.kept


def test_a_reopening_pages_again_whoever_acknowledged_before() -> None:
    script = [Resolve(at=START + minutes(10), by="noor"), Reopen(reason="again", at=START + minutes(20), by="mika")]
    story = drill(script=script, work=Work(), expectations=[NobodyPagedAfterAcknowledging()]).run()
    assert max(each.at for each in story.deliveries if each.page.person == "noor") >= START + minutes(20)
    assert story.kept


def test_the_second_round_is_another_page() -> None:
    story = drill(people={}, expectations=[NobodyPagedTwice()]).run()
    assert story.counts["noor", "push"] > 1
    assert story.kept


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: IsAcknowledged(minutes(-1)), "what is expected comes after no time or more"),
        (lambda: IsAcknowledged(timedelta.max), "within a year"),
        (lambda: FewPages(most=-1), "a number from 0, not -1"),
        (lambda: FewPages(most=True), "a number from 0, not True"),
        (lambda: drill(expectations=["fast"]), "a list of expectations, .*, not 'fast'"),
    ],
)
def test_what_cannot_be_expected_is_refused(make: Any, message: str) -> None:
    with pytest.raises(DrillInvalid, match=message):
        make()


def test_whom_nobody_knows_cannot_be_expected_to_be_paged() -> None:
    with pytest.raises(UnknownRecipient, match=r"expectations of the drill.*Did you mean 'noor'"):
        drill(expectations=[IsPaged(person="noro")])


NIGHT = """\
title = "Checkout returns 500"
start = "2026-03-02T02:10:00Z"
severity = "SEV-2"
lasts = "1h"

[people.noor]
kind = "acknowledges"
after = "7min"

[people.mika]
kind = "unreachable"

[work]
resolve = "20min"

[[work.updates]]
after = "3min"
text = "we see it too"

[[script]]
kind = "note"
after = "12min"
by = "ines"
text = "support has twelve tickets"

[[faults.push]]
fault = "delayed"
lasts = "10min"
after = "2min"

[[expectations]]
kind = "acknowledged"
within = "10min"

[[expectations]]
kind = "nobody paged twice"
"""


def read(text: str) -> Drill:
    return Drill.from_toml(text, playbook=EMERGENCY, directory=practice_directory(), source="night.toml")


def test_a_drill_is_read_from_toml() -> None:
    assert read(NIGHT) == drill(
        people={"noor": Acknowledges(minutes(7)), "mika": Unreachable()},
        work=Work(resolve=minutes(20), updates=[Written(after=minutes(3), text="we see it too")]),
        script=[Note("support has twelve tickets", at=START + minutes(12), by="ines")],
        faults={"push": Outage(Fault.DELAYED, lasts=minutes(10), after=minutes(2))},
        expectations=[IsAcknowledged(minutes(10)), NobodyPagedTwice()],
    )
    assert read(NIGHT).run().kept


REACTIONS: st.SearchStrategy[Reaction] = st.one_of(
    st.builds(Acknowledges, st.integers(0, 90).map(minutes)),
    st.builds(Declines, st.integers(0, 90).map(minutes), texts()),
    st.sampled_from([Sleeps(), Unreachable()]),
)

MOMENTS = st.integers(0, 60).map(lambda number: START + minutes(number))

DRILLS = st.builds(
    drill,
    title=texts(blank=False).map(lambda text: text[:200]),
    severity=st.sampled_from([SEV_2, SEV_3]),
    people=st.dictionaries(st.sampled_from([*practice_directory().people]), REACTIONS),
    faults=st.dictionaries(st.sampled_from(["push", "phone", "chat", "status-page"]), faults()),
    work=st.builds(Work, resolve=st.none() | st.integers(0, 90).map(minutes), resolution=texts()),
    script=st.lists(
        st.one_of(
            st.builds(
                Note,
                texts(blank=False),
                at=st.integers(0, 60).map(lambda number: START + minutes(number)),
                by=st.just("ines"),
            ),
            st.builds(Decline, at=st.just(START), by=st.just("noor"), reason=texts()),
            st.builds(Mitigate, at=st.just(START + minutes(1)), by=st.just("noor")),
            st.just(Snooze(until=START + minutes(30), reason="it waits", at=START + minutes(2), by="noor")),
        ),
        max_size=3,
    ),
    lasts=st.integers(60, 300).map(minutes),
    expectations=st.lists(st.sampled_from([case[0] for case in CASES]), max_size=3),
)


@given(DRILLS)
def test_a_drill_is_written_as_it_is_read(drill: Drill) -> None:
    assert read(drill.to_toml()) == drill


def test_facts_are_written_by_their_names() -> None:
    known = drill(severity=None, facts={PRODUCTION_DOWN: True, ERROR_RATE: 0.34})
    assert read(known.to_toml()).facts == {"production_down": True, "error_rate": 0.34}
    assert read(known.to_toml()).run().incident.severity == known.run().incident.severity


def test_what_no_document_can_hold_is_refused() -> None:
    triage = EMERGENCY.rules.triage({PRODUCTION_DOWN: True})
    with pytest.raises(DrillInvalid, match="a triage cannot be written"):
        drill(severity=None, triage=triage).to_toml()
    with pytest.raises(DrillInvalid, match="only facts in a mapping can be written"):
        drill(severity=None, facts=object()).to_toml()


@pytest.mark.parametrize(
    ("old", "new", "path", "problem"),
    [
        ('severity = "SEV-2"', 'severity = "SEV-9"', "$.severity", "no severity is called 'SEV-9'"),
        ('"acknowledges"', '"acknowledge"', "$.people.noor", "'acknowledge' is not a kind known here"),
        ("people.noor", "people.noro", "$", "Did you mean 'noor'"),
        ('after = "7min"', 'after = "7 fortnights"', "$.people.noor.after", "fortnights"),
        ('after = "7min"', 'after = "-7min"', "$", "7min"),
        ('"delayed"', '"tardy"', "$.faults.push[0].fault", "'tardy' is not one of dropped"),
        ("faults.push", "faults.posh", "$", "Did you mean 'push'"),
        ('fault = "delayed"', 'fault = "refused"', "$.faults.push[0]", "has no 'after'"),
        ('kind = "note"', 'kind = "nod"', "$.script[0]", "'nod' is not a kind known here"),
        ('after = "12min"', 'at = "2026-03-02T02:22:00Z"', "$.script[0]", "how long after the start it comes"),
        ('after = "12min"', 'after = "2h"', "$.script[0]", "2h after the start is not within the 1h of it"),
        (
            'kind = "nobody paged twice"',
            'kind = "nobody annoyed"',
            "$.expectations[1]",
            "'nobody annoyed'",
        ),
        ('within = "10min"', "within = 10", "$.expectations[0].within", "10"),
        ('title = "Checkout returns 500"', "", "$.title", "missing"),
        ('lasts = "1h"', 'lasts = "400d"', "$", "a year at the most"),
        ('title = "Checkout returns 500"', "title = ", "$", "Invalid value"),
        ('severity = "SEV-2"', "facts = {production_dwon = true}", "$.facts.production_dwon", "Did you mean"),
        ('severity = "SEV-2"', "colour = 3", "$", "there is no key 'colour' here"),
    ],
)
def test_what_is_no_drill_is_refused_with_its_place(old: str, new: str, path: str, problem: str) -> None:
    assert old in NIGHT
    with pytest.raises(DocumentInvalid, match=re.escape(problem)) as caught:
        read(NIGHT.replace(old, new))
    assert caught.value.path == path
    assert caught.value.source == "night.toml"
    assert str(caught.value).startswith("night.toml, $")


@given(texts())
def test_any_text_is_a_drill_or_refused_with_its_place(text: str) -> None:
    with pytest.raises(DocumentInvalid):
        read(text)


def test_a_drill_of_resolutions_only_needs_its_severity() -> None:
    resolved = drill(script=[Resolve(at=START + minutes(5), by="mika")], expectations=[IsResolved(minutes(5))])
    assert read(resolved.to_toml()).run().kept


NEVER_TO_COME = [(IsPublished(minutes(10)), "status-page"), (IsPaged(person="noor", method="fax"), "fax")]


@pytest.mark.parametrize(("expectation", "provider"), NEVER_TO_COME)
def test_what_can_never_come_about_is_refused(expectation: Expectation, provider: str) -> None:
    quiet = Playbook(name="quiet", rules=EMERGENCY.rules, escalation=EMERGENCY.escalation)
    with pytest.raises(DrillInvalid, match=f"nothing goes through '{provider}' here; providers: "):
        drill(playbook=quiet, expectations=[expectation])
