"""Nights: one drill again and again, each time with other luck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from random import Random

from attrs import evolve, field, frozen

from incidentkit import convert
from incidentkit.drills.drill import Drill
from incidentkit.drills.fault import Outage
from incidentkit.drills.form import NightsForm, inside, nights_form, of_file
from incidentkit.drills.habit import Habit, hours
from incidentkit.drills.mishap import Mishap
from incidentkit.drills.story import Story
from incidentkit.drills.work import check_after
from incidentkit.errors import DrillInvalid, each_of, expect
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.providers.pager import Purpose


def _people(people: Mapping[str, Habit]) -> dict[str, Habit]:
    words = "what a person usually does is a Habit"
    return {name: expect(Habit, each, DrillInvalid, words) for name, each in people.items()}


def _faults(faults: Mapping[str, Mishap | Iterable[Mishap]]) -> dict[str, tuple[Mishap, ...]]:
    words = "what may go wrong is a Mishap, or a list of them"
    return {
        name: (each,) if isinstance(each, Mishap) else each_of(Mishap, each, DrillInvalid, words)
        for name, each in faults.items()
    }


@frozen(kw_only=True)
class Nights:
    """A drill to be had again and again, with people and faults by chance.

    Each night is a drill of its own, which can be run and read like any other: `night` gives it. Its luck is drawn from
    the seed, its number and the name of whom or what the luck is of, and from nothing else. So nights of the same
    number have the same luck whatever the playbook is, and people have theirs whoever else is there.

    Raises what `Drill` raises, for what does not fit together.
    """

    drill: Drill
    """What all nights have in common. Who has a habit does not need a reaction in it, and follows the habit."""
    people: Mapping[str, Habit] = field(factory=dict[str, Habit], converter=_people)
    """What people usually do, by their id."""
    faults: Mapping[str, tuple[Mishap, ...]] = field(factory=dict[str, tuple[Mishap, ...]], converter=_faults)
    """What may go wrong, by the system, besides what does in each night."""
    spread: timedelta = timedelta()
    """It is declared at a moment within so long after the start of the drill, each as likely as any other."""
    night_begins: time = time(22)
    night_ends: time = time(7)
    """Between these two, on the clock where somebody is, a page interrupts their night."""

    def __attrs_post_init__(self) -> None:
        expect(Drill, self.drill, DrillInvalid, "what nights have in common is a Drill")
        check_after("the last moment of a declaration comes", self.spread)
        expect(time, self.night_begins, DrillInvalid, "a night begins at a time of day")
        expect(time, self.night_ends, DrillInvalid, "a night ends at a time of day")
        self.drill.directory.check(map(person, self.people), source="people of the nights")
        worst = {name: [each for mishap in several for each in mishap.outages] for name, several in self.faults.items()}
        evolve(self.drill, faults={**self.drill.faults, **worst})

    def night(self, number: int, *, seed: int) -> Drill:
        """The drill of that number, from 0 on, with the luck that the seed gives it."""
        shift = timedelta(seconds=int(self.spread.total_seconds() * _luck(seed, number, "when").random()))
        start, end = self.drill.start + shift, self.drill.end + shift
        people = {
            name: habit.drawn(_luck(seed, number, "who", name), start, end, self._zone(name))
            for name, habit in self.people.items()
        }
        faults = {name: tuple(self._befalling(name, several, seed, number)) for name, several in self.faults.items()}
        return evolve(
            self.drill,
            start=start,
            script=[evolve(command, at=command.at + shift) for command in self.drill.script],
            people={**self.drill.people, **people},
            faults={
                name: (*faults.get(name, ()), *self.drill.faults.get(name, ()))
                for name in {**self.drill.faults, **faults}
            },
        )

    def _befalling(self, name: str, several: Iterable[Mishap], seed: int, number: int) -> Iterable[Outage]:
        luck = _luck(seed, number, "what", name)
        for mishap in several:
            if luck.random() < mishap.chance:
                yield from mishap.outages

    def _zone(self, who: str) -> str:
        known = self.drill.directory.people.get(who)
        return "" if known is None else known.timezone

    @classmethod
    def from_toml(cls, text: str, *, playbook: Playbook, directory: Directory, source: str = "") -> Nights:
        """Read what `to_toml` writes, for a playbook and for the people of a directory.

        Raises `DocumentInvalid`, which names the place, and ``source`` as the file if that is given.
        """
        form = nights_form(text, source)
        with of_file(source):
            with inside("drill"):
                drill = Drill.of_form(form.drill, playbook=playbook, directory=directory)
            return cls(
                drill=drill,
                people=form.people,
                faults=form.faults,
                spread=form.spread,
                night_begins=form.night_begins,
                night_ends=form.night_ends,
            )

    def to_toml(self) -> str:
        """The nights as people write them, without their playbook and directory; raises what `Drill.to_toml` does."""
        form = NightsForm(
            drill=self.drill.form,
            people={**self.people},
            faults={**self.faults},
            spread=self.spread,
            night_begins=self.night_begins,
            night_ends=self.night_ends,
        )
        return convert.to_toml(form)

    def interrupted(self, story: Story, start: datetime) -> Mapping[str, int]:
        """How many pages reached each person in their night."""
        counts: dict[str, int] = {}
        spans: dict[str, list[tuple[datetime, datetime]]] = {}
        for each in story.deliveries:
            who = str(each.page.person)
            if each.page.purpose is not Purpose.PAGE:
                continue
            if who not in spans:
                nights = hours(start, story.ended_at, self._zone(who), self.night_begins, self.night_ends)
                spans[who] = [(night.begins, night.ends) for night in nights]
            if any(begins <= each.at < ends for begins, ends in spans[who]):
                counts[who] = counts.get(who, 0) + 1
        return counts


def _luck(seed: int, number: int, *names: str) -> Random:
    """What draws for one thing in one night: the same on every machine."""
    return Random("/".join((str(seed), str(number), *names)))
