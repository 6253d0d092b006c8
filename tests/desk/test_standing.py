"""The laws of what people owe: one standing at a time, what is met stays met, overdue is latched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentkit import EMERGENCY, Role
from incidentkit.model.action import Outcome
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    Assign,
    ChangeSeverity,
    Close,
    Command,
    Fulfil,
    Link,
    Mitigate,
    Regress,
    Reopen,
    Resolve,
    Restrict,
    StartMitigation,
    TakeBack,
    Unacknowledge,
    Update,
    Waive,
)
from incidentkit.model.events import ActionEnded, LinkKind
from incidentkit.playbooks.emergency import EXTERNAL_HELP_NEEDED, SECURITY_COMPROMISED
from incidentkit.policy.standing import Owing, Standing
from tests.desk.newsroom import Newsroom, at

SETTLED: Final = ("SEV-1/logs captured", "review", "in time/communicate", "as it goes/contain")


@frozen
class Asked:
    """Something that people may ask for."""

    kind: type[Any]
    arguments: tuple[Any, ...]
    rest: dict[str, Any]


def ask(kind: type[Any], *arguments: Any, **rest: Any) -> Asked:
    return Asked(kind, arguments, rest)


def of_each(kind: type[Any], **rest: Any) -> dict[str, Asked]:
    return {f"{kind.tag} {name}": ask(kind, name, **rest) for name in SETTLED}


BREACH: Final = EMERGENCY.triage({SECURITY_COMPROMISED: True, EXTERNAL_HELP_NEEDED: True})
WAIVERS: Final = dict.fromkeys([each.id for each in EMERGENCY.obligations if each.can_be_settled], "x")

GIVEN: Final[Mapping[str, Asked]] = {
    "acknowledge": ask(Acknowledge),
    "unacknowledge": ask(Unacknowledge),
    "assign": ask(Assign, Role.COMMANDER, to="kwame"),
    "breach": ask(Assess, BREACH),
    "restrict": ask(Restrict, reason="x"),
    "raise": ask(ChangeSeverity, EMERGENCY.scheme["SEV-1"]),
    "lower": ask(ChangeSeverity, EMERGENCY.scheme["SEV-3"], reason="x"),
    "update": ask(Update, "words", eta="soon"),
    "link": ask(Link, LinkKind.STATUS_ENTRY, "by-hand"),
    "start": ask(StartMitigation),
    "mitigate": ask(Mitigate),
    "regress": ask(Regress, reason="x"),
    "resolve": ask(Resolve),
    "reopen": ask(Reopen, reason="x"),
    "close": ask(Close, waivers=WAIVERS),
    **of_each(Fulfil),
    **of_each(Waive, reason="x"),
    **of_each(TakeBack, reason="x"),
}
"""What people may ask for, by a name that says it."""

UNDOES: Final = ("take_back", "waive", "raise", "lower", "breach", "reopen")
"""What may make something owed again that was met: its event is undone, or it is about something else from then on."""


def standings(room: Newsroom) -> dict[str, Owing]:
    owed = [*room.desk.obligations(room.id)]
    assert len({each.obligation for each in owed}) == len(owed)
    return {each.obligation: each for each in owed}


def keep_the_laws(asked: str, before: dict[str, Owing], after: dict[str, Owing]) -> None:
    for name, now in after.items():
        earlier = before.get(name)
        if earlier is None or asked.startswith("reopen") or name.startswith("update/"):
            continue
        if earlier.standing is Standing.MET and not asked.startswith(UNDOES):
            assert now.standing in (Standing.MET, Standing.WAIVED), (asked, earlier, now)
        if earlier.overdue_since is not None:
            assert now.overdue_since == earlier.overdue_since, (asked, earlier, now)
        if now.standing is Standing.OVERDUE:
            assert now.overdue_since is not None
            assert now.due_at is not None
            assert now.overdue_since >= now.due_at


@settings(max_examples=30)
@given(
    st.sampled_from(["SEV-1", "SEV-2", "SEV-3"]),
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from([*GIVEN])), max_size=8),
)
def test_what_is_met_stays_met_and_overdue_is_latched(severity: str, steps: list[tuple[int, str]]) -> None:
    room = Newsroom()
    room.declare(severity)
    room.until(0)
    minutes, before = 0, standings(room)
    for wait, asked in steps:
        minutes += wait
        room.until(minutes)
        waited = standings(room)
        keep_the_laws("", before, waited)
        said = GIVEN[asked]
        command: Command = said.kind(*said.arguments, at=at(minutes), by="kwame", **said.rest)
        if room.incident.can(command):
            room.submit(minutes, said.kind, *said.arguments, **said.rest)
        before = standings(room)
        keep_the_laws(asked, waited, before)
    room.until(minutes + 60)
    keep_the_laws("", before, standings(room))
    met = {name for name, each in standings(room).items() if each.standing in (Standing.MET, Standing.WAIVED)}
    tried = len(room.incident.timeline)
    room.until(minutes + 120)
    late = [event for event in room.incident.timeline[tried:] if isinstance(event, ActionEnded)]
    assert not [event for event in late if event.action.obligation in met and event.outcome is Outcome.SUCCEEDED]
