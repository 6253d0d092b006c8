"""What the log of an incident says for its post-mortem: the timeline, the impact, the measures. People add the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any, Final

from attrs import frozen

from incidentkit.model.assessment import Value
from incidentkit.model.durations import duration_text
from incidentkit.model.events import (
    ActionEnded,
    ActionItemAdded,
    ActionStarted,
    Became,
    Declared,
    Event,
    FellDue,
    Fulfilled,
    Joined,
    Labelled,
    Mitigated,
    Overtaken,
    PlaybookChanged,
    Redacted,
    Resolved,
    RoleAssigned,
    Skipped,
    StartCorrected,
    Summarized,
    TakenOver,
    TimeCorrected,
    Unlabelled,
    Waived,
)
from incidentkit.model.facts import Number
from incidentkit.model.identity import PersonId
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE
from incidentkit.model.severity import Severity
from incidentkit.model.stretch import Stretch, happened, stretches
from incidentkit.model.targets import Target
from incidentkit.policy.account import ActionItem, Entry, Impact, Measure, Section
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import ITEM, LEVEL
from incidentkit.policy.parameter import value_text
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.turn import PLANNER
from incidentkit.text.document import Block, Bullets, Document, Paragraph, flat

SERVICE: Final = "service"
"""The label that names the services of an incident, several of them parted by commas."""

UNTOLD: Final = (
    ActionEnded,
    ActionItemAdded,
    ActionStarted,
    Became,
    Joined,
    Labelled,
    Overtaken,
    PlaybookChanged,
    Redacted,
    Skipped,
    StartCorrected,
    TakenOver,
    TimeCorrected,
    Unlabelled,
)
"""What a log has to say and a post-mortem has not: how the desk worked, and how the log was put right."""


@frozen(slots=False)
class Draft:
    """What an incident tells of itself."""

    incident: Incident
    playbook: Playbook | None = None
    """How facts are asked for, and what the root cause."""
    directory: Directory | None = None
    """Where the names of people stand; without it they are called by their ids."""
    zone: tzinfo = UTC
    """In which the days of action items end."""

    @cached_property
    def _ended_at(self) -> datetime:
        """When it was over; if it is not, when its log was written last."""
        return self.incident.resolved_at or self.incident.as_of

    @cached_property
    def _stretches(self) -> tuple[Stretch, ...]:
        return stretches(self.incident, self._ended_at)

    def name(self, person: str) -> str:
        """What people call a person."""
        return self.directory.name_of(person) if self.directory else person

    @property
    def about(self) -> Mapping[str, str]:
        """Which incident it is."""
        number = {} if self.incident.number is None else {"Number": str(self.incident.number)}
        return {"Incident": self.incident.id, **number, "Severity": str(self.incident.severity)}

    @property
    def summary(self) -> str:
        """What somebody wrote to sum it up; if nobody did, what the log knows."""
        written = [event.text for event in self.incident.timeline if isinstance(event, Summarized)]
        if written and flat(written[-1]):
            return written[-1]
        start, end = self.incident.started_at, self.incident.resolved_at
        lasted = "it is not over yet" if end is None else f"it was over after {duration_text(_whole(end - start))}"
        return f"{self.incident.title} ({self.incident.severity}): it began {start:%Y-%m-%d %H:%M} UTC, and {lasted}."

    @property
    def impact(self) -> Impact:
        """From when to when, which services, and what was known of it."""
        services = self.incident.labels.get(SERVICE, "").split(",")
        facts = [f"{self._question(name)} {self._answer(name, value)}" for name, value in self.incident.facts.items()]
        return Impact(
            started_at=self.incident.started_at,
            ended_at=self.incident.resolved_at,
            services=[each.strip() for each in services if each.strip()],
            details=Document([Paragraph("What was known of it:"), Bullets(facts)] if facts else []),
        )

    def _question(self, name: str) -> str:
        """How a fact is asked for; its name, if no playbook says that."""
        fact = self.playbook.vocabulary.get(name) if self.playbook else None
        return fact.question if fact is not None and fact.question else f"{name}:"

    def _answer(self, name: str, value: Value) -> str:
        """What was known, as people say it: with its unit, and a share as a percentage."""
        fact = self.playbook.vocabulary.get(name) if self.playbook else None
        if not isinstance(fact, Number):
            return value_text(value)
        is_share = isinstance(value, float) and fact.maximum == 1
        return f"{value * 100:.4g}%" if is_share else f"{value} {fact.unit}".rstrip()

    def _owed(self, obligation: str) -> str:
        """What is owed, in words; its id, if no playbook says that."""
        item = self.incident.action_items.get(obligation.removeprefix(ITEM))
        if item is not None and obligation.startswith(ITEM):
            return item.text
        obligations = self.playbook.obligations if self.playbook else ()
        return next((each.because for each in obligations if each.id == obligation and each.because), obligation)

    @property
    def action_items(self) -> Iterator[ActionItem]:
        """What people took on in it, but for what was waived."""
        for item in self.incident.action_items.values():
            settled = self.incident.progress.settled.get(f"{ITEM}{item.name}")
            if settled is None or settled.done:
                due = None if item.due is None else (item.due.astimezone(self.zone) - timedelta.resolution).date()
                owner = flat(self.name(item.owner)).replace(" - ", " \N{EN DASH} ").strip("- ")
                yield ActionItem(what=flat(item.text) or item.name, owner=owner, due=due, done=settled is not None)

    @property
    def other(self) -> Iterator[Section]:
        """What to ask about the root cause."""
        questions = self.playbook.review.questions if self.playbook and self.playbook.review else ()
        if questions:
            yield Section("Questions About the Root Cause", Document([Bullets(questions)]))

    @property
    def timeline(self) -> Iterator[Entry]:
        """What happened, in the order in which it did."""
        for at, event in sorted(happened(self.incident), key=lambda each: each[0]):
            if words := self._told(event):
                yield Entry(what=words, at=at)

    def _told(self, event: Event) -> str:
        """An event in words; empty if a post-mortem does not tell it."""
        if isinstance(event, Became) and event.obligation.startswith(LEVEL):
            level, people = event.obligation.removeprefix(LEVEL), ", ".join(map(self.name, event.people))
            return f"{level} paged: {people}" if people else f"{level}: there was nobody to page"
        if isinstance(event, UNTOLD):
            return ""
        if isinstance(event, Declared):
            return f"{self.name(event.by)}: declared as {event.assessment.severity}: {event.title}"
        if isinstance(event, RoleAssigned):
            return f"{self.name(event.to)} is {event.role}"
        if isinstance(event, FellDue):
            return f"{self._owed(event.obligation)}: overdue"
        if isinstance(event, Fulfilled | Waived):
            said = f"done{f', {event.note}' if event.note else ''}" if isinstance(event, Fulfilled) else "waived"
            why = f", because {event.reason}" if isinstance(event, Waived) else ""
            return f"{self.name(event.by)}: {self._owed(event.obligation)}: {said}{why}"
        return str(event) if event.by == PLANNER else f"{self.name(event.by)}: {event}"

    @property
    def resolution(self) -> Iterator[Block]:
        """What people wrote when they had mitigated and resolved it."""
        for event in self.incident.timeline:
            if isinstance(event, Mitigated | Resolved) and flat(event.note):
                yield Paragraph(flat(event.note))

    @property
    def measures(self) -> Iterator[Measure]:
        """How long it took, against what was promised of its severity, and how long it had each severity."""
        metrics, targets = self.incident.metrics, self._promised.targets
        declared, started = self.incident.declared_at, self.incident.started_at
        yield Measure(what="Time to declare", took=_whole(metrics.time_to_declare))
        yield from self._measure("Time to acknowledge", declared, metrics.time_to_acknowledge, targets.respond)
        yield from self._measure("Time to mitigate", started, metrics.time_to_mitigate, targets.mitigate)
        yield from self._measure("Time to resolve", started, metrics.time_to_resolve, targets.resolve)
        in_severity: dict[str, timedelta] = {}
        for each in self._stretches:
            if each.status in ACTIVE:
                in_severity[each.severity.key] = in_severity.get(each.severity.key, timedelta()) + each.length
        yield from (Measure(what=f"Time in {key}", took=_whole(length)) for key, length in in_severity.items())

    @property
    def _promised(self) -> Severity[Any]:
        """Its severity as the playbook has it: one that was read from a log or a document comes without targets."""
        severity = self.incident.severity
        scheme = self.playbook.scheme if self.playbook else ()
        return next((each for each in scheme if each == severity), severity)

    def _measure(self, what: str, start: datetime, took: timedelta | None, target: Target | None) -> Iterator[Measure]:
        """One length, if it is known. Its target runs from when the incident first had the severity that has it."""
        if took is None:
            return
        if target is None:
            yield Measure(what=what, took=_whole(took))
            return
        promised = next((each.start for each in self._stretches if each.severity == self.incident.severity), start)
        missed = start + took > target.deadline(promised)
        yield Measure(what=what, took=_whole(took), target=str(target), missed=missed)

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who said something in it, and who had a part."""
        return tuple(map(self.name, self.responders))

    @property
    def responders(self) -> tuple[PersonId, ...]:
        """Those people by their ids. Who only declared it counts if the directory has them, or it may be a monitor."""
        told = [event for event in self.incident.timeline if not isinstance(event, UNTOLD) and event.by != PLANNER]
        did_more = {*self.incident.roles.values(), *(event.by for event in told if not isinstance(event, Declared))}
        said = (e.by for e in told if self.directory is None or e.by in did_more or e.by in self.directory.people)
        return tuple(dict.fromkeys((*self.incident.roles.values(), *said)))


def _whole(length: timedelta) -> timedelta:
    """A length as people tell it, to the second."""
    return timedelta(seconds=length // timedelta(seconds=1))
