"""The laws of what people owe: one standing at a time, what is met stays met, overdue is latched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias

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

Given: TypeAlias = Callable[[], tuple[type[Command], tuple[Any, ...], dict[str, Any]]]


def given_of(kind: type[Command], *names: str, **rest: Any) -> dict[str, Given]:
    return {f"{kind.tag} {name}": partial(lambda name: (kind, (name,), rest), name) for name in names}


GIVEN: Final[Mapping[str, Given]] = {
    "acknowledge": lambda: (Acknowledge, (), {}),
    "unacknowledge": lambda: (Unacknowledge, (), {}),
    "assign": lambda: (Assign, (Role.COMMANDER,), {"to": "kwame"}),
    "breach": lambda: (Assess, (EMERGENCY.triage({SECURITY_COMPROMISED: True, EXTERNAL_HELP_NEEDED: True}),), {}),
    "restrict": lambda: (Restrict, (), {"reason": "x"}),
    "raise": lambda: (ChangeSeverity, (EMERGENCY.scheme["SEV-1"],), {}),
    "lower": lambda: (ChangeSeverity, (EMERGENCY.scheme["SEV-3"],), {"reason": "x"}),
    "update": lambda: (Update, ("words",), {"eta": "soon"}),
    "link": lambda: (Link, (LinkKind.STATUS_ENTRY, "by-hand"), {}),
    "start": lambda: (StartMitigation, (), {}),
    "mitigate": lambda: (Mitigate, (), {}),
    "regress": lambda: (Regress, (), {"reason": "x"}),
    "resolve": lambda: (Resolve, (), {}),
    "reopen": lambda: (Reopen, (), {"reason": "x"}),
    "close": lambda: (
        Close,
        (),
        {"waivers": dict.fromkeys([each.id for each in EMERGENCY.obligations if each.can_be_settled], "x")},
    ),
    **given_of(Fulfil, *SETTLED),
    **given_of(Waive, *SETTLED, reason="x"),
    **given_of(TakeBack, *SETTLED, reason="x"),
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
        kind, arguments, rest = GIVEN[asked]()
        command = kind(*arguments, at=at(minutes), by="kwame", **rest)
        if room.incident.can(command):
            room.submit(minutes, kind, *arguments, **rest)
        before = standings(room)
        keep_the_laws(asked, waited, before)
    room.until(minutes + 60)
    keep_the_laws("", before, standings(room))
    met = {name for name, each in standings(room).items() if each.standing in (Standing.MET, Standing.WAIVED)}
    tried = len(room.incident.timeline)
    room.until(minutes + 120)
    late = [event for event in room.incident.timeline[tried:] if isinstance(event, ActionEnded)]
    assert not [event for event in late if event.action.obligation in met and event.outcome is Outcome.SUCCEEDED]
