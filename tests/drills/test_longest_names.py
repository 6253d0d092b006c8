"""Names as long as they may be: a playbook that can be made can be gone by, and what is too long is refused before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import Flag, Playbook, Severity, SeverityRules, SeverityScheme, convert, when
from incidentkit.drills import Drill, practice_directory
from incidentkit.errors import DocumentInvalid, PlaybookInvalid
from incidentkit.model.calendar import SupportCalendar
from incidentkit.model.commands import StartRunbook
from incidentkit.model.targets import Target, Targets
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.communication import CommunicationPolicy
from incidentkit.policy.escalation import EXHAUSTED, ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.recipient import person
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.shelf import DEEPEST
from incidentkit.policy.step import LONGEST_STEP, Include, Instruct, Step

START = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)

NOOR = person("noor")

MINUTE = timedelta(minutes=1)

PUSH = (Attempt("push", MINUTE),)


def playbook(
    *, name: int = 1, severity: int = 1, level: int = 1, checklist: int = 1, item: int = 1, calendar: int = 1
) -> Playbook:
    """A playbook with names of so many characters, all of which owes something within a minute."""
    support = SupportCalendar("c" * calendar, zone="UTC", hours="Mon-Sun 00:00-24:00")
    targets = Targets(respond=MINUTE, resolve=MINUTE, update=Target(MINUTE, support, repeats=True))
    scheme = SeverityScheme(Severity("S" * severity, targets=targets), "low")
    item_late = Item(name="i" * item, within=MINUTE)
    return Playbook(
        name="p" * name,
        rules=SeverityRules(
            when(Flag("down", question="Is it down?"), scheme["S" * severity]), otherwise=scheme["low"]
        ),
        escalation=EscalationPolicy(levels=[Level("l" * level, NOOR)], contact=ContactChain(PUSH, rounds=1)),
        communication=CommunicationPolicy(owner=NOOR, reminders=["push"]),
        response=ResponsePolicy(owner=NOOR, reminders=PUSH),
        checklists=[Checklist(name="c" * checklist, owner=NOOR, items=[item_late], reminders=PUSH)],
        runbooks=[*_runbooks()],
    )


def _runbooks() -> list[Runbook]:
    """One within the other, as deep as may be."""
    names = [f"{depth}{'r' * (LONGEST_STEP - 1)}" for depth in range(DEEPEST)]
    inner: list[Step] = [Include("s" * LONGEST_STEP, each) for each in names[1:]]
    return [
        Runbook(name, [step], owner=NOOR, notice=PUSH)
        for name, step in zip(names, [*inner, Instruct("s" * LONGEST_STEP)], strict=True)
    ]


def left_out(book: Playbook) -> set[str]:
    """What nobody was told of while an incident went by it for five minutes, and a runbook was started."""
    drill = Drill(
        playbook=book,
        directory=practice_directory(),
        title="Checkout returns 500",
        start=START,
        severity=max(book.scheme),
        script=[StartRunbook(book.runbooks[0].name, at=START, by="noor")],
        lasts=5 * MINUTE,
    )
    told = {each.obligation for each in drill.run().incident.progress.latest.values()}
    step = "/".join([f"{book.runbooks[0].name} #1", *["s" * LONGEST_STEP] * DEEPEST])
    return {each.id for each in book.obligations if each.chain and each.id != EXHAUSTED} - told | {step} - told


LENGTHS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.integers(1, 200),
        "severity": st.integers(1, 201),
        "level": st.integers(1, 101),
        "checklist": st.integers(1, 101),
        "item": st.integers(1, 101),
        "calendar": st.integers(1, 200),
    },
)


@settings(max_examples=max(1, settings().max_examples // 4))
@given(lengths=LENGTHS)
def test_what_makes_a_playbook_can_be_gone_by(lengths: dict[str, int]) -> None:
    try:
        book = playbook(**lengths)
    except PlaybookInvalid as error:
        assert "characters at the most" in str(error)
        return
    assert not left_out(book)


LONGEST = {"name": 187, "severity": 192, "level": 100, "checklist": 100, "item": 99, "calendar": 179}


def test_the_longest_names_can_be_gone_by() -> None:
    book = playbook(**LONGEST)
    assert not left_out(book)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("name", "the name of a playbook, which is part of its reference, has 187 characters at the most, not 188"),
        ("severity", "the clock to respond of severity 'SSS.*a name has 200 characters at the most, not 201"),
        ("level", "the name of a level has 100 characters at the most"),
        ("checklist", "the name of a checklist has 100 characters at the most"),
        ("item", "checklist 'c{100}', item 'i{100}': .*a name has 200 characters at the most, not 201"),
        ("calendar", "the update of severity 'SSS.*a name has 200 characters at the most, not 201"),
    ],
)
def test_one_character_more_is_refused_where_it_is(name: str, message: str) -> None:
    with pytest.raises(PlaybookInvalid, match=message):
        playbook(**{**LONGEST, name: LONGEST[name] + 1})


def test_a_document_names_the_checklist_whose_names_are_too_long_together() -> None:
    text = convert.to_toml(playbook(checklist=100, item=99)).replace("i" * 99, "i" * 100)
    with pytest.raises(DocumentInvalid, match=r"item 'i{100}'") as caught:
        convert.from_toml(text, Playbook)
    assert caught.value.path == "$.checklists[0]"


@pytest.mark.parametrize("key", ["S" * 201, "\x00", "\ud800"])
def test_a_severity_that_no_store_can_look_for_makes_no_playbook(key: str) -> None:
    worst, low = SeverityScheme(key, "low")
    with pytest.raises(PlaybookInvalid, match=r"^severity '"):
        Playbook(name="small", rules=SeverityRules(when(Flag("down", question="Is it down?"), worst), otherwise=low))
