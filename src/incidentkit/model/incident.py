"""An incident: frozen, built only from its events, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from types import MappingProxyType
from typing import Any, Final, cast

from attrs import frozen

from incidentkit.errors import (
    CommandInvalid,
    DocumentInvalid,
    LogInvalid,
    StaleVersion,
    TimesContradict,
    nearest,
    shown,
)
from incidentkit.model.assessment import Value, assessed, chosen
from incidentkit.model.commands import (
    Acknowledge,
    Close,
    Command,
    Mitigate,
    Note,
    Reopen,
    Resolve,
    StartMitigation,
)
from incidentkit.model.events import (
    ActionEnded,
    ActionItemAdded,
    ActionStarted,
    Declared,
    Event,
    Linked,
    LinkKind,
    Redacted,
    TimeCorrected,
    Updated,
)
from incidentkit.model.identity import IncidentId, PersonId, Referenced, moment, reference_of
from incidentkit.model.lifecycle import TABLE, Effect, Phase, Status, consequence, phases
from incidentkit.model.metrics import Metrics, metrics_of
from incidentkit.model.people import Role
from incidentkit.model.progress import Progress
from incidentkit.model.recording import recorded, says_what_is_so
from incidentkit.model.runs import Run
from incidentkit.model.severity import Severity
from incidentkit.model.state import State, after, begin, extended, looks_back, replay, without_redacted
from incidentkit.model.timeline import Timeline
from incidentkit.model.triage import Triage
from incidentkit.text.printed import Printed


@frozen(repr=False)
class Incident(Printed):
    """An incident as it stands after the events of its timeline. Frozen: every command gives the next one.

    Make one with `declare`, or with `replay` from its events; go on with `apply` and the shortcuts for the commonest
    commands. What is not possible raises one error that says what is, and changes nothing.
    """

    _state: State
    timeline: Timeline
    """Its events, in the order in which they were recorded."""

    @classmethod
    def declare(
        cls,
        id: str,
        *,
        title: str,
        at: datetime,
        by: str,
        triage: Triage[Any] | None = None,
        severity: Severity[Any] | None = None,
        started_at: datetime | None = None,
        playbook: Referenced | str = "",
        recorded_at: datetime | None = None,
        number: int | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Incident:
        """Begin an incident, by a triage or with a severity that a person chose.

        ``started_at`` is when users began to feel it, if that was before ``at``. ``recorded_at`` is when the log learns
        of it, if that is later than ``at``: an incident may be declared after the fact. ``number`` is its number
        among those that are declared that day, from 1 up, if somebody counts them. ``labels`` are what it is found by
        later, such as ``{"service": "checkout"}``: no redaction takes them out, so what may have to be taken out
        belongs in none.

        Raises `CommandInvalid` for neither or both of triage and severity, `FieldInvalid` for a time without zone, for
        what is no such number, for more than 100 labels and for a name, label or title that cannot be kept, a blank
        title among them, `TimesContradict` for a start after the declaration.
        """
        if (triage is None) == (severity is None):
            raise CommandInvalid(f"{shown(id)}: an incident is declared with a triage or with a chosen severity")
        declared_at = moment("at", at)
        event = Declared(
            incident=IncidentId(id),
            at=declared_at,
            by=PersonId(by),
            recorded_at=declared_at if recorded_at is None else max(declared_at, moment("recorded_at", recorded_at)),
            title=title,
            started_at=None if started_at is None else moment("started_at", started_at),
            assessment=assessed(triage) if triage is not None else chosen(cast(Severity[Any], severity)),
            chosen=triage is None,
            playbook=reference_of(playbook),
            number=number,
            labels={} if labels is None else labels,
        )
        return cls(begin(event), Timeline([event]))

    @classmethod
    def replay(cls, events: Iterable[Event]) -> Incident:
        """The incident whose log these events are; `LogInvalid` names the first that does not fit."""
        timeline = Timeline(events)
        return cls(replay(timeline.events), timeline)

    def apply(self, command: Command, *, recorded_at: datetime | None = None) -> Incident:
        """The incident after this command.

        A command that came too late or says what is so already is recorded, and changes nothing else.
        ``recorded_at`` is when the log learns of it, if that is later than the command's own time.

        Raises `IllegalTransition`, `StaleVersion`, `CommandInvalid`, `TimesContradict`, `FieldInvalid` or
        `SchemesDiffer`.
        """
        based_on: int | None = getattr(command, "based_on", None)
        if based_on is not None:
            self._check_version(command, based_on)
        event = recorded(command, self._state, recorded_at)
        state = after(self._state, event)
        if not isinstance(event, TimeCorrected | Redacted):
            return Incident(state, self.timeline.append(event))
        if event.event >= self.version:
            raise CommandInvalid(
                f"{self.id} has no event {shown(event.event)}: they are counted from 0 to {self.version - 1}"
            )
        try:
            return self.extended([event])
        except LogInvalid as error:
            happened = f" happened at {event.happened_at}" if isinstance(event, TimeCorrected) else ""
            raise TimesContradict(f"{self.id}: that event {event.event}{happened} cannot be: {error}") from None

    def extended(self, events: Iterable[Event]) -> Incident:
        """The incident after these events of its log; `LogInvalid` names the first that does not fit."""
        more = tuple(events)
        if looks_back(more):
            return Incident.replay(without_redacted((*self.timeline, *more)))
        state = extended(self._state, more, self.version)
        return Incident(state, reduce(Timeline.append, more, self.timeline))

    def can(self, command: Command | str) -> bool:
        """Whether a command would take effect now.

        A name, such as ``resolve``, asks by the status alone. A command is answered for who gives it and what it says:
        one who has not acknowledged cannot take it back. Raises `CommandInvalid` for what is no command.
        """
        name: object = command if isinstance(command, str) else getattr(command, "tag", None)
        if not isinstance(name, str) or name not in TABLE:
            raise CommandInvalid(f"no command is called {shown(command)}. {nearest(str(name), TABLE)}".rstrip())
        if consequence(name, self.status) in (None, Effect.OVERTAKEN):
            return False
        return isinstance(command, str) or not says_what_is_so(command, self._state)

    def acknowledge(self, *, at: datetime, by: str, note: str = "") -> Incident:
        """The responder ``by`` has it."""
        return self.apply(Acknowledge(at=at, by=by, note=note))

    def start_mitigation(self, *, at: datetime, by: str, note: str = "") -> Incident:
        """Work on stopping the effects began."""
        return self.apply(StartMitigation(at=at, by=by, note=note))

    def mitigated(self, *, at: datetime, by: str, note: str = "") -> Incident:
        """Users are served again."""
        return self.apply(Mitigate(at=at, by=by, note=note))

    def resolve(self, *, at: datetime, by: str, note: str = "") -> Incident:
        """It is over."""
        return self.apply(Resolve(at=at, by=by, note=note))

    def reopen(self, *, at: datetime, by: str, reason: str) -> Incident:
        """It was not over; a new generation begins, and earlier acknowledgements are void."""
        return self.apply(Reopen(at=at, by=by, reason=reason))

    def close(self, *, at: datetime, by: str, waivers: Mapping[str, str] | None = None) -> Incident:
        """Nothing is left to do; what is left undone on purpose is waived, each with a reason."""
        return self.apply(Close(at=at, by=by, waivers=waivers or {}))

    def note(self, text: str, *, at: datetime, by: str) -> Incident:
        """Write something down."""
        return self.apply(Note(text, at=at, by=by))

    @property
    def id(self) -> IncidentId:
        """What identifies it."""
        return self._state.id

    @property
    def title(self) -> str:
        """What it is about, in the words of whoever declared it."""
        return self._state.title

    @property
    def playbook(self) -> str:
        """The name and version of the playbook that it was declared under, or moved to since; empty for none."""
        return self._state.playbook

    @property
    def taken_over_by(self) -> tuple[str, ...]:
        """The playbooks that took over because a desk did not have that one, each once, in their order."""
        return self._state.taken_over_by

    @property
    def number(self) -> int | None:
        """Its number among those that were declared that day; `None` if nobody counted."""
        return self._state.number

    @property
    def version(self) -> int:
        """How many events it has; a command may say which version it was based on."""
        return len(self.timeline)

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self._state.status

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What work goes on, in the order of the playbook; phases overlap."""
        return phases(self.status, certain=len(self._state.possible) == 1)

    @property
    def since(self) -> datetime:
        """When it came to that status."""
        return self._state.since

    @property
    def moved_by(self) -> PersonId:
        """Who moved it to that status."""
        return self._state.moved_by

    @property
    def as_of(self) -> datetime:
        """When the log learned of its latest event."""
        return self._state.recorded_at

    @property
    def generation(self) -> int:
        """1, and one more for each time it was reopened."""
        return self._state.generation

    @property
    def generation_at(self) -> datetime:
        """When it was declared, or reopened the last time."""
        return self._state.generation_at

    @property
    def acknowledged_in_generation(self) -> frozenset[PersonId]:
        """Who has acknowledged since it was declared, or reopened the last time, whether that stands or not."""
        return self._state.acknowledged_in_generation

    @property
    def unacknowledged_since(self) -> datetime | None:
        """Since when it waits for the first acknowledgement of its generation; `None` once there was one."""
        return None if self._state.acknowledged_in_generation else self._state.generation_at

    @property
    def progress(self) -> Progress:
        """What planning needs to know of the log; to be read, not changed."""
        return self._state.progress

    @property
    def severity(self) -> Severity[Any]:
        """The worst that is still possible."""
        return self._state.severity

    @property
    def possible(self) -> frozenset[Severity[Any]]:
        """The severities that are still possible; one alone is certain."""
        return frozenset(self._state.possible)

    @property
    def assessed(self) -> bool:
        """Whether its severity was ever certain, or set by a person."""
        return self._state.floor is not None

    @property
    def facts(self) -> Mapping[str, Value]:
        """What was known of the facts at the latest triage."""
        return MappingProxyType(self._state.facts)

    @property
    def declared_at(self) -> datetime:
        """When it was declared."""
        return self._state.declared_at

    @property
    def started_at(self) -> datetime:
        """When users began to feel it."""
        return self._state.started_at

    @property
    def resolved_at(self) -> datetime | None:
        """When it was over; `None` while it is not."""
        return self._state.resolved_at

    @property
    def acknowledged(self) -> Mapping[PersonId, datetime]:
        """Who has it, since when."""
        return MappingProxyType(self._state.acknowledged)

    @property
    def declined(self) -> Mapping[PersonId, datetime]:
        """Who cannot take it, since when."""
        return MappingProxyType(self._state.declined)

    @property
    def roles(self) -> Mapping[Role, PersonId]:
        """Who plays which part."""
        return MappingProxyType(self._state.roles)

    @property
    def snoozed_until(self) -> datetime | None:
        """Until when pages are held; the time may have passed."""
        return self._state.snoozed_until

    @property
    def restricted(self) -> bool:
        """Whether only those may know of it who must, by a person or by its playbook, and nobody lifted that since."""
        return self._state.restricted is True or self._state.progress.restricted

    @property
    def restricted_by_hand(self) -> bool:
        """Whether a person said so, and nobody lifted it since."""
        return self._state.restricted is True

    @property
    def restriction_lifted(self) -> bool:
        """Whether somebody said that everybody may know of it, and nothing restricted it since."""
        return self._state.restricted is False and not self.restricted

    @property
    def restriction_lifted_at(self) -> datetime | None:
        """When the log learned of it that somebody said so, the last time."""
        return self._state.lifted_at

    @property
    def evidence_held(self) -> bool:
        """Whether nothing may be destroyed that shows what happened, by a person or by its playbook, until now."""
        return self._state.held is True or self._state.progress.held

    @property
    def hold_lifted(self) -> bool:
        """Whether somebody said that its evidence need not be kept any longer, and nothing held it since."""
        return self._state.held is False and not self.evidence_held

    @property
    def runs(self) -> Mapping[str, Run]:
        """The runbooks that were started, by what each run is called, in their order."""
        return MappingProxyType(self._state.progress.runs.by_name)

    @property
    def links(self) -> tuple[Linked, ...]:
        """The tickets, channels and documents that belong to it."""
        return tuple(self._state.links)

    def linked(self, *kinds: LinkKind) -> Linked | None:
        """The latest link of one of these kinds."""
        return next((link for link in reversed(self._state.links) if link.what in kinds), None)

    @property
    def practice(self) -> bool:
        """Whether it was only practised, so that no plan wants anything for it."""
        declared = self.timeline[0]
        return isinstance(declared, Declared) and declared.practice

    @property
    def labels(self) -> Mapping[str, str]:
        """What it is found by later: values by name, in the order of the names."""
        return MappingProxyType(dict(sorted(self._state.labels.items())))

    @property
    def action_items(self) -> Mapping[str, ActionItemAdded]:
        """What is to be done, so that it does not happen again, by name; done or not."""
        return MappingProxyType(dict(self._state.action_items))

    @property
    def public_summary(self) -> str:
        """What the public may read; empty until somebody wrote it."""
        return self._state.public_summary

    @property
    def summarized_at(self) -> datetime | None:
        """When the log learned of the summary for the public; `None` before there was one."""
        return self._state.summarized_at

    @property
    def updates(self) -> int:
        """How many updates people have written."""
        return self._state.updates

    @property
    def latest_update(self) -> Updated | None:
        """The latest of them; `None` before the first."""
        return self._state.latest_update

    @property
    def merged_into(self) -> IncidentId | None:
        """The incident that it turned out to be the same as."""
        return self._state.merged_into

    @property
    def waivers(self) -> Mapping[str, str]:
        """What was left undone on purpose when it was closed, each with the reason."""
        return MappingProxyType(self._state.waivers)

    @property
    def metrics(self) -> Metrics:
        """How long everything took, up to the latest change of status."""
        return metrics_of(self._state)

    def metrics_at(self, now: datetime) -> Metrics:
        """How long everything has taken, the present status included."""
        return metrics_of(self._state, moment("now", now))

    def to_form(self) -> IncidentForm:
        """Itself as documents hold it: its events."""
        return IncidentForm(schema=SCHEMA, events=self.timeline.events)

    @classmethod
    def from_form(cls, form: IncidentForm) -> Incident:
        """The incident that a document describes; `DocumentInvalid` names the first event that does not fit."""
        try:
            return cls.replay(form.events)
        except LogInvalid as error:
            raise DocumentInvalid(f"$.events[{error.index}]", str(error)) from error

    def _check_version(self, command: Command, version: int) -> None:
        """Refuse what was decided before something happened; that a desk tried something is no reason."""
        if type(version) is not int:
            raise CommandInvalid(f"{self.id}: a version is a whole number, not {shown(version)}")
        since = self.timeline.events[version:]
        if not 0 <= version <= self.version or not all(isinstance(each, ActionStarted | ActionEnded) for each in since):
            raise StaleVersion(self.id, command.tag, version, self.version)

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    def __repr__(self) -> str:
        words = [self.status, f"{self.severity}{' or milder' if len(self._state.possible) > 1 else ''}"]
        words += ["acknowledged"] if self.acknowledged else []
        words += ["restricted"] if self.restricted else []
        latest, when = self.timeline[-1], self.as_of.isoformat(" ", "minutes")
        return f"<incident {self.id}: {', '.join(words)}; event {self.version} was {latest.tag} at {when}>"

    def _details(self) -> Iterable[str]:
        return str(self.timeline).splitlines()


SCHEMA: Final = 1
"""The version of the form in which incidents are written; a change of the form adds a step to `IncidentForm.upcast`."""


@frozen(kw_only=True)
class IncidentForm:
    """An incident in a document: the version of the form, and all events."""

    schema: int
    events: tuple[Event, ...]

    @staticmethod
    def upcast(plain: dict[str, Any]) -> dict[str, Any]:
        """What an earlier version of the library wrote, as this one reads it; what a later one wrote is refused."""
        check_schema(plain.get("schema"))
        return plain


def check_schema(version: object) -> None:
    """Raise `DocumentInvalid` for a version of a form of events that this release does not read."""
    if type(version) is not int or version < 1:
        raise DocumentInvalid("$.schema", f"{shown(version)} is not the version of a form: they are counted from 1")
    if version > SCHEMA:
        raise DocumentInvalid("$.schema", f"{version} was written by a later release; this one reads up to {SCHEMA}")
