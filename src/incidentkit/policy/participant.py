"""Who takes turns in a rotation, and in which order: also when people come and go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeAlias

from attrs import evolve, field, frozen

from incidentkit.errors import ScheduleInvalid, several, shown
from incidentkit.model.identity import PersonId, checked_name, moment

MOST: Final = 100
"""Participants in a rotation, people in one of them, and turns in a row."""

People: TypeAlias = tuple[PersonId, ...]
"""Who is on call at once, in the order in which they are asked."""


def people_of(people: str | Iterable[str]) -> People:
    """One person or several; `ScheduleInvalid` for nobody, for somebody twice, and for what is no id."""
    words = "people are ids, such as ['ada', 'grace']"
    ids = (people,) if isinstance(people, str) else several(people, ScheduleInvalid, words)
    for index, each in enumerate(ids):
        with ScheduleInvalid.within("" if isinstance(people, str) else f"[{index}]"):
            if checked_name("people", each) in ids[:index]:
                raise ScheduleInvalid(f"{shown(each)} is in this group already")
    if not 1 <= len(ids) <= MOST:
        raise ScheduleInvalid(f"a person or a group of up to {MOST} is on call, not {len(ids)}: name who it is")
    return tuple(map(PersonId, ids))


def _people(people: str | Iterable[str]) -> People:
    with ScheduleInvalid.within("people"):
        return people_of(people)


@frozen
class Participant:
    """A person, or a group of people who are on call together, with how many turns they take in a row."""

    people: People = field(converter=_people)
    turns: int = 1

    def __attrs_post_init__(self) -> None:
        if type(self.turns) is not int or not 1 <= self.turns <= MOST:
            raise ScheduleInvalid(f"a participant takes 1 to {MOST} turns in a row, not {shown(self.turns)}", "turns")

    def to_form(self) -> Any:
        """How documents hold it: ``"ada"``, ``["ada", "grace"]``, or a table where there are several turns."""
        people = self.people[0] if len(self.people) == 1 else [*self.people]
        return people if self.turns == 1 else {"people": people, "turns": self.turns}

    @classmethod
    def from_form(cls, form: Any) -> Participant:
        """The participant that a document describes."""
        if not isinstance(form, dict):
            return cls(people_of(form))
        table: dict[str, Any] = {**form}
        people, turns = table.pop("people", ()), table.pop("turns", 1)
        if table:
            raise ScheduleInvalid(f"there is no key {shown(min(map(str, table)))} here; there are people, turns")
        return cls(people, turns)


Participants: TypeAlias = Iterable[Participant | str | Iterable[str]]
"""What makes the participants of a rotation: ids, groups of ids, and `Participant` where there are several turns."""


def participants_of(participants: Participants) -> tuple[Participant, ...]:
    """The participants in order; `ScheduleInvalid` where there are none."""
    given = several(participants, ScheduleInvalid, "participants are a list, such as ['ada', 'grace']")
    if not 1 <= len(given) <= MOST:
        raise ScheduleInvalid(f"a rotation has 1 to {MOST} participants, not {len(given)}: name who takes turns")
    made: list[Participant] = []
    for index, each in enumerate(given):
        with ScheduleInvalid.within(f"[{index}]"):
            made.append(each if isinstance(each, Participant) else Participant(people_of(each)))
    return tuple(made)


def checked_participants(participants: Participants) -> tuple[Participant, ...]:
    """The same for a field of that name, which errors then say."""
    with ScheduleInvalid.within("participants"):
        return participants_of(participants)


def _since(since: datetime) -> datetime:
    with ScheduleInvalid.within("since"):
        return moment("since", since)


@frozen
class Membership:
    """Other participants from a moment on. Who is on call then finishes the turn."""

    since: datetime = field(converter=_since)
    participants: tuple[Participant, ...] = field(converter=checked_participants)


Slot: TypeAlias = tuple[People, int]
"""A turn in the order: whose it is, and which of the turns that they have in one round."""


def _slots(participants: Iterable[Participant]) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    met: dict[People, int] = {}
    for each in participants:
        for _ in range(each.turns):
            slots.append((each.people, met.setdefault(each.people, 0)))
            met[each.people] += 1
    return tuple(slots)


@frozen
class Order:
    """Who takes the turns, round after round."""

    slots: tuple[Slot, ...]
    next: int = 0
    """The place of the turn that comes first."""

    @classmethod
    def of(cls, participants: Iterable[Participant]) -> Order:
        """From the first participant on."""
        return cls(_slots(participants))

    def people(self, turn: int) -> People:
        """Whose that turn is, counted from 0."""
        return self.slots[(self.next + turn) % len(self.slots)][0]

    def followed_by(self, participants: Iterable[Participant], turn: int) -> Order:
        """The order of other participants, who take that turn and those after it.

        It goes on with whose turn it would have been; if they left, with who would have been next after them, and so
        on; if all left, it begins with the first. A group of which somebody stayed is the same group.
        """
        other = Order.of(participants)
        places = {slot: place for place, slot in reversed([*enumerate(other.slots)])}
        shared = {(each, which): place for (people, which), place in places.items() for each in people}
        for later in range(len(self.slots)):
            people, which = slot = self.slots[(self.next + turn + later) % len(self.slots)]
            met = [shared[each, which] for each in people if (each, which) in shared]
            if slot in places or met:
                return evolve(other, next=places.get(slot, min(met, default=0)))
        return other
