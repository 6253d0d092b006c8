"""What a desk tells those who watch it: progress, for screens, logs and traces. None of it changes what happens."""

from __future__ import annotations

import logging
from typing import Final, Protocol, TypeAlias, assert_never

from attrs import frozen

from incidentkit.desk.hearsay import class_of, without_address
from incidentkit.errors import IncidentkitError
from incidentkit.model.action import Outcome
from incidentkit.model.events import Became, Decision, Event, FellDue
from incidentkit.model.identity import IncidentId
from incidentkit.policy.action import Action
from incidentkit.policy.escalation import EXHAUSTED
from incidentkit.policy.planning import Plan
from incidentkit.policy.posting import words_of
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.text.document import flat


@frozen
class Recorded:
    """What somebody asked for is in the log."""

    incident: IncidentId
    event: Event


@frozen
class Decided:
    """Something has become true."""

    incident: IncidentId
    decision: Decision


@frozen
class Planned:
    """An incident was looked at; this is what its plan says besides decisions."""

    incident: IncidentId
    plan: Plan


@frozen
class Started:
    """An action is being tried."""

    incident: IncidentId
    action: Action


@frozen
class Ended:
    """What came of trying an action."""

    incident: IncidentId
    action: Action
    outcome: Outcome
    problem: str


@frozen
class Unrecorded:
    """What came of an action could not be recorded; when its lease runs out it is tried again, under the same key."""

    incident: IncidentId
    action: Action
    outcome: Outcome
    error: Exception


@frozen
class Failed:
    """An incident could not be looked at; the others go on, and it is looked at again."""

    incident: IncidentId
    error: Exception


@frozen
class Interrupted:
    """The loop could not go on for a moment, for instance because the store could not be reached; it tries again."""

    error: Exception


@frozen
class Resumed:
    """The loop goes on: whatever had interrupted it works again."""


@frozen
class Audited:
    """Whether any open incident has been forgotten."""

    incidents_open: int
    forgotten: tuple[IncidentId, ...]


Notice: TypeAlias = (
    Recorded | Decided | Planned | Started | Ended | Unrecorded | Failed | Interrupted | Resumed | Audited
)
"""Everything that a desk tells."""


class Observer(Protocol):
    """Somebody who watches a desk, from its thread or its loop. What it raises is logged, and changes nothing."""

    def notice(self, notice: Notice, /) -> None:
        """Take note; return soon, because the desk waits."""
        ...


LOGGER: Final = logging.getLogger("incidentkit.desk")
"""The log of every desk."""


@frozen
class LogObserver:
    """Writes to the standard log `incidentkit.desk`; records carry ``incident``, and ``action`` where there is one.

    Lines say whom a desk pages by which method, and never at which address.
    Errors that are not the library's show their class alone; whoever needs more gets them with the notice.
    """

    def notice(self, notice: Notice, /) -> None:
        """Log it."""
        match notice:
            case Recorded(incident=incident, event=event):
                _log(logging.INFO, incident, "", "%s: %s", incident, event.tag)
            case Decided(incident=incident, decision=decision):
                level = logging.WARNING if is_grave(decision) else logging.INFO
                _log(level, incident, "", "%s: %s", incident, decision)
            case Planned():
                pass
            case Started(incident=incident, action=action):
                key = str(action.key)
                _log(logging.INFO, incident, key, "%s: %s (%s)", incident, _doing(action), key)
            case Ended(incident=incident, action=action, outcome=outcome, problem=problem):
                level = logging.INFO if outcome is Outcome.SUCCEEDED else logging.WARNING
                what = f"{outcome} ({problem})" if problem else outcome
                _log(level, incident, str(action.key), "%s: %s: %s", incident, _what(action), what)
            case Unrecorded(incident=incident, action=action, outcome=outcome, error=error):
                message = "%s: %s: %s, which could not be recorded: %s"
                why = _said(error)
                if isinstance(action.request, SendPage):
                    why = without_address(why, action.request.address)
                _log(logging.ERROR, incident, str(action.key), message, incident, _what(action), outcome, why)
            case Failed(incident=incident, error=error):
                _log(logging.ERROR, incident, "", "%s: %s", incident, _said(error))
            case Interrupted(error=error):
                _log(logging.ERROR, "", "", "interrupted by %s", _said(error))
            case Resumed():
                _log(logging.INFO, "", "", "what interrupted the desk works again")
            case Audited(incidents_open=count, forgotten=forgotten):
                level = logging.ERROR if forgotten else logging.DEBUG
                _log(level, "", "", "%d incidents open, forgotten: %s", count, ", ".join(forgotten) or "none")
            case _:
                assert_never(notice)


def is_grave(decision: Decision) -> bool:
    """Whether it says that something did not come about in time: something is overdue, or everybody slept."""
    return isinstance(decision, FellDue) or (isinstance(decision, Became) and decision.obligation == EXHAUSTED)


def _doing(action: Action) -> str:
    """What a desk does now, for somebody who reads it at three in the morning."""
    match action.request:
        case SendPage(person=person, method=method, purpose=purpose):
            return f"paging {person} by {method}" if purpose is Purpose.PAGE else f"{purpose} to {person} by {method}"
        case FindOnCall(schedule=schedule):
            return f"asking who is on call for {schedule}"
        case _:
            return f"trying to {words_of(action.request)}"


def _what(action: Action) -> str:
    """What a desk did."""
    match action.request:
        case SendPage(person=person, method=method, purpose=purpose):
            return f"{purpose} to {person} by {method}"
        case FindOnCall(schedule=schedule):
            return f"question who is on call for {schedule}"
        case _:
            return words_of(action.request)


def _said(error: Exception) -> str:
    """What the log may say of an error: of one that is not the library's its class, because a store's show the data."""
    kind = class_of(error)
    return f"{kind}: {error}" if isinstance(error, IncidentkitError) else kind


def _log(level: int, incident: str, action: str, message: str, *values: object) -> None:
    lines = [value if isinstance(value, int) else flat(str(value)) for value in values]
    LOGGER.log(level, message, *lines, extra={"incident": incident, "action": action})
