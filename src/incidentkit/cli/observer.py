"""What a desk that runs in a terminal says besides whom it pages: what people said meanwhile, and what went wrong."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from attrs import define, field

from incidentkit.cli.steps import readings_text
from incidentkit.cli.terminal import Wire
from incidentkit.cli.tools import advice_on_lack
from incidentkit.desk.hearsay import class_of, without_address
from incidentkit.desk.notices import Audited, Ended, Failed, Interrupted, Notice, Planned, Resumed, Unrecorded
from incidentkit.drills import Kind
from incidentkit.errors import IncidentkitError
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.events import (
    AcknowledgementExpired,
    ActionEnded,
    ActionStarted,
    Became,
    Event,
    FellDue,
    Joined,
    TakenOver,
)
from incidentkit.model.incident import Incident
from incidentkit.policy.action import Action
from incidentkit.policy.escalation import EXHAUSTED
from incidentkit.policy.posting import words_of
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import SendPage
from incidentkit.providers.store import IncidentStore

OURS: Final = (ActionStarted, ActionEnded)
"""What is not told from the log, but when it ends: providers print it, tools answer, and the rest is trouble."""


@define
class TerminalObserver:
    """Prints what is new in the log of an incident whenever that was looked at, and every trouble once.

    What people said comes from the log, because they say it elsewhere.
    """

    wire: Wire
    store: IncidentStore
    since: datetime
    """What was recorded before is not new."""
    _read: dict[str, int] = field(factory=dict[str, int])
    """How much of each log was read."""
    _troubles: dict[str, str] = field(factory=dict[str, str])
    """What was wrong last, by the incident."""
    _interrupted: bool = False
    """Whether it was said that it is, and not yet that it works again."""
    _vain: dict[ActionKey, tuple[Outcome, str]] = field(factory=dict[ActionKey, tuple[Outcome, str]])
    """What came of what did not work so far, told again only if it changes."""

    def notice(self, notice: Notice, /) -> None:
        """Print it, or nothing."""
        match notice:
            case Planned(incident=incident):
                self._works_again()
                self._troubles.pop("", None)
                self._troubles.pop(incident, None)
                self._read_on(incident)
            case Ended(incident=incident, action=action, outcome=outcome, problem=problem):
                self._ended(incident, action, outcome, problem)
            case Unrecorded(incident=incident, action=action, outcome=outcome, error=error):
                what = f"{_words(action)}: {outcome}, which could not be recorded: {_said(error, action)}"
                self._trouble(incident, what)
            case Failed(incident=incident, error=error):
                self._trouble(incident, f"it could not be looked at: {_said(error)}. It is looked at again")
            case Interrupted(error=error):
                self._interrupted = True
                self._trouble("", f"interrupted: {_said(error)}. It goes on by itself as soon as that works")
            case Resumed():
                self._works_again()
            case Audited(forgotten=forgotten) if forgotten:
                self._trouble("", f"nobody looks at {', '.join(forgotten)}, which should have been looked at")
            case _:
                pass

    def _works_again(self) -> None:
        """Say so, before anything that comes of it."""
        if self._interrupted:
            self._interrupted = False
            self._troubles.pop("", None)
            self.wire.tell(Kind.SAID, "", "it works again, and goes on")

    def _read_on(self, incident: str) -> None:
        log = self.store.load(incident)
        assert isinstance(log, tuple)
        if incident not in self._read and log[0].recorded_at < self.since:
            seen = Incident.replay(log)
            self.wire.tell(Kind.SAID, incident, f"goes on: {seen.status}, {seen.severity.key}: {seen.title}")
        for event in log[self._read.get(incident, 0) :]:
            if event.recorded_at >= self.since:
                self._event(event)
        self._read[incident] = len(log)

    def _event(self, event: Event) -> None:
        match event:
            case ActionStarted() | ActionEnded():
                return
            case Became(obligation=obligation, people=people) if obligation == EXHAUSTED:
                what = f"paging was exhausted, and nobody has it; now {', '.join(people) or 'nobody is left'}"
                self.wire.tell(Kind.EXHAUSTED, event.incident, what)
            case Became(people=people):
                if not people:
                    self.wire.tell(Kind.TROUBLE, event.incident, f"{event}")
            case FellDue():
                self.wire.tell(Kind.OVERDUE, event.incident, str(event))
            case Joined() | AcknowledgementExpired() | TakenOver():
                self.wire.tell(Kind.WANTED, event.incident, str(event))
            case _:
                self.wire.tell(Kind.SAID, event.incident, f"{event.by}: {event}")

    def _ended(self, incident: str, action: Action, outcome: Outcome, problem: str) -> None:
        if outcome is Outcome.SUCCEEDED:
            self._vain.pop(action.key, None)
            if action.slot:
                self._answered(incident, action.key)
        elif self._vain.get(action.key) != (outcome, problem):
            self._vain[action.key] = (outcome, problem)
            advice = advice_on_lack(action.slot, problem)
            said = "; ".join(filter(None, (problem, advice)))
            self.wire.tell(Kind.TROUBLE, incident, f"{_words(action)}: {outcome}{f' ({said})' if said else ''}")

    def _answered(self, incident: str, key: ActionKey) -> None:
        """Print what a tool answered, which nothing else on this terminal says."""
        log = self.store.load(incident)
        assert isinstance(log, tuple)
        endings = (event for event in reversed(log) if isinstance(event, ActionEnded) and event.action == key)
        readings = readings_text(next(endings).readings)
        self.wire.tell(Kind.DONE, incident, ", ".join(filter(None, (f"{key.obligation}: done", readings))))

    def _trouble(self, incident: str, what: str) -> None:
        if self._troubles.get(incident) != what:
            self._troubles[incident] = what
            self.wire.tell(Kind.TROUBLE, incident, what)


class TerminalLog(logging.Handler):
    """Prints each warning of the library once."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(logging.WARNING)
        self._wire = wire
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print it, unless it was said before."""
        what = record.getMessage()
        if what not in self._told:
            self._told.add(what)
            self._wire.tell(Kind.TROUBLE, "", what)


def _words(action: Action) -> str:
    match action.request:
        case SendPage(person=person, method=method, purpose=purpose):
            return f"{purpose} to {person} by {method}"
        case FindOnCall(schedule=schedule):
            return f"question who is on call for {schedule}"
        case request:
            return words_of(request)


def _said(error: Exception, action: Action | None = None) -> str:
    """What is shown of an error: of one that is not the library's its class, because others show data and addresses."""
    said = str(error) if isinstance(error, IncidentkitError) else class_of(error)
    if action is not None and isinstance(action.request, SendPage):
        return without_address(said, action.request.address)
    return said
