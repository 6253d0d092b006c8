"""Whom something is for, as a playbook says it: by name, by team, by the part that they play, or by who is on call."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, PlaybookInvalid, expect, nearest, shown
from incidentkit.model.identity import LONGEST_NAME, checked_name


class RecipientKind(StrEnum):
    """How a recipient is found."""

    PERSON = "person"
    TEAM = "team"
    ROLE = "role"
    SCHEDULE = "schedule"
    RELIEVED = "relieved"
    """Whoever acknowledged while on call by a schedule, and is not any more, as long as nobody who is has it."""
    ON_CALL = "on-call"
    """An on-call system that others run is asked."""
    THOSE = "those"
    """Whom an incident has involved already."""


INVOLVED: Final = ("paged", "acknowledged")
"""Who can be meant by ``those``: whoever was paged in this generation, and whoever has acknowledged before the severity
was last raised."""


LONGEST_ASKED: Final = LONGEST_NAME - len(f"{RecipientKind.ON_CALL} ")
"""Characters that a name in an on-call system may have: what is asked is logged as it is written, under one name."""


def _kind(value: str) -> RecipientKind:
    try:
        return RecipientKind(value)
    except ValueError:
        problem = f"a recipient is a {', '.join(RecipientKind)}, not {shown(value)}"
        raise PlaybookInvalid(f"{problem}. {nearest(str(value), map(str, RecipientKind))}".rstrip()) from None


def _name(name: str) -> str:
    return str(name) if isinstance(name, StrEnum) else name


@frozen
class Recipient:
    """A person, the members of a team, whoever has a role or is on call; the directory says who when it is needed.

    Written ``person ada``, ``team payments``, ``role engineering manager`` or ``schedule payments``. By ``on-call
    payments`` another system is asked who is on call for that. ``those paged``, ``those acknowledged`` and ``relieved
    payments`` are people of the incident itself. A role that the incident has assigned goes before the directory's.
    """

    kind: RecipientKind = field(converter=_kind)
    name: str = field(converter=_name)

    def __attrs_post_init__(self) -> None:
        checked_name(f"the name of a {self.kind}", self.name)
        if self.kind is RecipientKind.THOSE and self.name not in INVOLVED:
            raise PlaybookInvalid(f"those who are involved are {' or '.join(INVOLVED)}, not {shown(self.name)}")
        if self.kind is RecipientKind.ON_CALL and len(self.name) > LONGEST_ASKED:
            problem = f"the log keeps it as 'on-call NAME', so it has {LONGEST_ASKED} characters at the most"
            raise FieldInvalid("the name for an on-call system", f"{problem}, not {len(self.name)}")

    @staticmethod
    def parse(text: str) -> Recipient:
        """Read what `str` writes; `PlaybookInvalid` for anything else."""
        kind, _, name = expect(str, text, PlaybookInvalid, "a recipient is text").partition(" ")
        return Recipient(_kind(kind), name.strip())

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def person(name: str) -> Recipient:
    """The person of that id."""
    return Recipient(RecipientKind.PERSON, name)


def team(name: str) -> Recipient:
    """Every member of that team."""
    return Recipient(RecipientKind.TEAM, name)


def role(name: str) -> Recipient:
    """Whoever has that role in the incident, else whoever the directory names for it."""
    return Recipient(RecipientKind.ROLE, name)


def schedule(name: str) -> Recipient:
    """Whoever is on call by that schedule."""
    return Recipient(RecipientKind.SCHEDULE, name)


def relieved(name: str) -> Recipient:
    """Whoever has the incident though their shift by that schedule is over, until somebody of the next has it."""
    return Recipient(RecipientKind.RELIEVED, name)


def on_call(name: str) -> Recipient:
    """Whoever is on call by the schedule of that name in the on-call system of the desk, which is asked."""
    return Recipient(RecipientKind.ON_CALL, name)


def those(involved: str) -> Recipient:
    """Whoever has been ``paged``, or has ``acknowledged``, as far as somebody else may want to tell them something."""
    return Recipient(RecipientKind.THOSE, involved)
