"""What is asked of a desk and changes nothing: incidents, what will happen to them, what was forgotten, who is well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from inspect import iscoroutine
from typing import Any, Final

from attrs import evolve, frozen

from incidentkit.desk.charter import Charter
from incidentkit.desk.effects import Attempt, Call, Flow
from incidentkit.desk.flows.ending import ending_of_error
from incidentkit.desk.flows.log import load
from incidentkit.desk.hearsay import class_of, scopes_of
from incidentkit.desk.notices import Audited
from incidentkit.desk.setbacks import Setbacks
from incidentkit.errors import DeskInvalid, expect, listed, nearest, shown
from incidentkit.model.identity import IncidentId, moment
from incidentkit.model.lifecycle import Status
from incidentkit.model.severity import Severity
from incidentkit.policy.planning import Step, preview
from incidentkit.policy.standing import Blocker, Owings, closure_blockers, obligations
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.store import Audit, FindForgotten, FindIncidents
from incidentkit.text.document import Document, Table
from incidentkit.text.plain import to_plain

FARTHEST: Final = timedelta(days=366)
"""How far ahead a preview looks at the most."""


@frozen
class Preview:
    """What will happen to an incident within some time if nobody does anything; printed, a table."""

    steps: tuple[Step, ...]

    def to_table(self) -> Table:
        """A line for each decision and action."""
        rows: list[tuple[str, str]] = []
        for step in self.steps:
            when = f"{step.at:%Y-%m-%d %H:%M:%S}"
            rows += [(when, str(decision)) for decision in step.decisions]
            rows += [(when, action.because) for action in step.actions]
        return Table(("UTC", "what"), rows)

    def __str__(self) -> str:
        return to_plain(Document([self.to_table()]))


def foresee(charter: Charter, incident: str, within: timedelta) -> Flow[Preview]:
    """What will happen to an incident if nobody does anything."""
    within = min(_length(within, "one looks ahead by a timedelta"), FARTHEST)
    loaded = yield from load(charter, incident)
    now: datetime = yield Call(charter.store.now)
    until = now + within
    steps = preview(loaded, charter.playbook_of(loaded), charter.directory, now=now, until=until)
    return Preview(tuple(steps))


def standing(charter: Charter, incident: str) -> Flow[Owings]:
    """What people owe in an incident."""
    loaded = yield from load(charter, incident)
    now: datetime = yield Call(charter.store.now)
    return obligations(loaded, charter.playbook_of(loaded), charter.directory, now=now)


def blockers(charter: Charter, incident: str) -> Flow[tuple[Blocker, ...]]:
    """What is left to do before an incident is closed."""
    loaded = yield from load(charter, incident)
    now: datetime = yield Call(charter.store.now)
    return closure_blockers(loaded, charter.playbook_of(loaded), charter.directory, now=now)


def diagnose(charter: Charter, slot: str, found: dict[str, Diagnosis]) -> Flow[None]:
    """Find out whether a provider could do its work now."""
    provider = charter.slots[slot]
    if provider is None:
        found[slot] = Diagnosis(healthy=False, problem="no provider is here: what it is for is left to people")
        return
    try:
        answer: object = yield Attempt(slot, provider.diagnose, charter.deadline)
    except Exception as error:  # noqa: BLE001  # a provider that cannot even be asked is an answer as well
        problem = ending_of_error(error).problem
        found[slot] = Diagnosis(healthy=False, problem=problem, missing_scopes=scopes_of(error))
    else:
        wrong = f"it answered with {class_of(answer)} and not with a Diagnosis"
        if iscoroutine(answer):
            answer.close()
            wrong = "it answered with a promise that nobody awaits: give the provider to an AsyncDesk"
        found[slot] = answer if isinstance(answer, Diagnosis) else Diagnosis(healthy=False, problem=wrong)


def search(
    statuses: Iterable[Status],
    *,
    severities: Iterable[Severity[Any] | str] | None,
    since: datetime | None,
    before: datetime | None,
    labels: Mapping[str, str] | None,
    text: str,
    limit: int,
    after: str | None,
) -> FindIncidents:
    """What to ask a store for; raises `DeskInvalid` and `FieldInvalid` for what makes no sense."""
    several = "incidents are found by several statuses, as in [Status.RESOLVED], or in Status for all"
    if isinstance(statuses, str):  # which is one of them and a row of letters at once
        raise DeskInvalid(f"{several}, not {shown(statuses)}")
    wanted = frozenset(_status(each) for each in expect(Iterable, statuses, DeskInvalid, several))
    last = None if after is None else IncidentId(expect(str, after, DeskInvalid, "a page begins after an incident"))
    return FindIncidents(
        statuses=wanted,
        severities=None if severities is None else frozenset(_keys(severities)),
        since=None if since is None else moment("since", since),
        before=None if before is None else moment("before", before),
        labels={} if labels is None else expect(Mapping, labels, DeskInvalid, "labels are values by their names"),
        text=text,
        limit=limit,
        after=last,
    )


def _keys(severities: Iterable[Severity[Any] | str]) -> Iterator[str]:
    several = "incidents are found by several severities, as in [SEV_1] or ['SEV-1']"
    if isinstance(severities, str):
        raise DeskInvalid(f"{several}, not {shown(severities)}")
    for each in expect(Iterable, severities, DeskInvalid, several):
        yield expect(str, each.key if isinstance(each, Severity) else each, DeskInvalid, several)


def find(charter: Charter, request: FindIncidents) -> Flow[tuple[IncidentId, ...]]:
    """Find incidents."""
    found: tuple[IncidentId, ...] = yield Call(partial(charter.store.find, request))
    return found


def _status(value: Any) -> Status:
    try:
        return Status(value)
    except ValueError:
        hint = nearest(value, map(str, Status)) if isinstance(value, str) else ""
        raise DeskInvalid(f"no status is called {shown(value)}{listed(tuple(Status))}. {hint}".rstrip()) from None


def lateness(grace: timedelta) -> FindForgotten:
    """What to ask a store for; raises `DeskInvalid` for what is no time that could have passed."""
    return FindForgotten(min(_length(grace, "the grace of an audit is a timedelta"), FARTHEST))


def audit(charter: Charter, setbacks: Setbacks, request: FindForgotten) -> Flow[Audit]:
    """Find what has been forgotten: what the store knows of, and what this desk tries to look at in vain."""
    audited: Audit = yield Call(partial(charter.store.audit, request))
    if setbacks:
        now: datetime = yield Call(charter.store.now)
        failing = setbacks.since_before(now - request.grace)
        audited = evolve(audited, forgotten=tuple(dict.fromkeys([*audited.forgotten, *failing])))
    charter.tell(Audited(audited.incidents_open, audited.forgotten))
    return audited


def check_run(poll: timedelta, audit: timedelta, heartbeat: object) -> None:
    """Raise `DeskInvalid` for what a desk cannot run by, before it looks at anything."""
    for name, pause in (("poll", poll), ("audit", audit)):
        if not _length(pause, f"the {name} of a run is a timedelta"):
            raise DeskInvalid(f"the {name} of a run is a timedelta above zero: without a pause it would never rest")
    if heartbeat is not None and not callable(heartbeat):
        raise DeskInvalid(f"a heartbeat is something to call, not {shown(heartbeat)}")


def _length(length: timedelta, words: str) -> timedelta:
    if expect(timedelta, length, DeskInvalid, words) < timedelta():
        raise DeskInvalid(f"{words} of zero or more, not {shown(length)}")
    return length
