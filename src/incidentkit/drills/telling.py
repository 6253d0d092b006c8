"""How a drill is told: what a desk notices becomes lines, few enough to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from attrs import define, evolve, field

from incidentkit.desk.notices import Decided, Ended, Failed, Notice, Recorded
from incidentkit.drills.line import Kind, Line
from incidentkit.memory import Channel
from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.events import AcknowledgementExpired, Became, Closed, Event, FellDue, Joined, Updated
from incidentkit.model.progress import CONFIDENTIAL
from incidentkit.policy.action import Action
from incidentkit.policy.escalation import EXHAUSTED
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.posting import Posting, words_of
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.providers.on_call import FindOnCall
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.providers.status_page import PublishStatus
from incidentkit.providers.tools import ToolRequest
from incidentkit.providers.tracker import CloseTicket, OpenTicket
from incidentkit.text.document import Document, Heading
from incidentkit.text.number import counted
from incidentkit.text.plain import plain_line

IN_VAIN: Final = "Paging was exhausted: nobody was left to page, and nobody had acknowledged"
"""How the line and the document say that an escalation came to its end."""

FEW: Final = 3
"""So many things that are owed from one moment on are told by their names."""

_DONE: Final = {"open": "opened", "post": "posted", "close": "closed", "publish": "published"}
"""What somebody has done who was to do it."""


@define
class Teller:
    """Makes lines of what a desk notices.

    They are kept until `take`, because a desk swallows what an observer raises. What people owe from one moment on is
    one line; what only leads to an act at once has none, since the act has its own; and a try that fails as the one
    before did is counted, and told with the try that ends it.
    """

    start: datetime
    clock: Callable[[], datetime]
    obligations: Mapping[str, Obligation]
    channels: Callable[[], list[Channel]]
    """The channels there are, to call them by their names."""
    failed: Exception | None = None
    """Why the desk could not look at the incident."""
    exhausted_at: datetime | None = None
    _told: list[Line] = field(factory=list[Line])
    _owing: list[Became] = field(factory=list[Became])
    """What is owed from now on, and is not told yet."""
    _owed: set[tuple[str, str]] = field(factory=set[tuple[str, str]])
    """What was told to be owed, each once in a generation."""
    _in_vain: dict[ActionKey, tuple[int, Outcome, str]] = field(factory=dict[ActionKey, tuple[int, Outcome, str]])
    """How often something was tried in vain, and what came of it the last time."""

    def notice(self, notice: Notice, /) -> None:
        """Make a line of it, or none."""
        match notice:
            case Recorded(event=event):
                self.add(Kind.SAID, event.by, _said(event))
            case Decided(decision=Became() as decision):
                self._became(decision)
            case Decided(decision=FellDue() as decision):
                self.add(Kind.OVERDUE, "", str(decision))
            case Decided(decision=Joined() as decision):
                self.add(Kind.WANTED, ", ".join(decision.people), f"{decision.obligation}, too", decision.because)
            case Decided(decision=AcknowledgementExpired() as decision):
                self.add(Kind.WANTED, decision.person, "the acknowledgement has expired", decision.because)
            case Ended(action=action, outcome=outcome, problem=problem):
                self._ended(action, outcome, problem)
            case Failed(error=error):
                self.failed = error
            case _:
                pass

    def add(self, kind: Kind, who: str, what: str, why: str = "") -> None:
        """A line of now, after that of what came to be owed before."""
        self._tell_owing()
        now = self.clock()
        self._told.append(Line(kind=kind, at=now, after=now - self.start, who=who, what=what, why=why))

    def take(self) -> list[Line]:
        """What has happened since the last time."""
        self._tell_owing()
        told, self._told = self._told, []
        return told

    def _became(self, decision: Became) -> None:
        obligation, people = self.obligations.get(decision.obligation), ", ".join(decision.people)
        if obligation is None:  # a step of a run, or an action item: the playbook itself does not know it
            self.add(Kind.WANTED, people, f"{decision.obligation} is in force", decision.because)
            return
        # Why these people is said with what each of them is sent.
        why = decision.because.removeprefix(obligation.because).removeprefix("; ")
        if decision.obligation == EXHAUSTED:
            self.exhausted_at = self.exhausted_at or decision.at
            self.add(Kind.EXHAUSTED, "", IN_VAIN, f"now {people or 'nobody is left'}")
        elif decision.obligation == CONFIDENTIAL:
            self.add(Kind.WANTED, people, "it is restricted", why)
        elif obligation.owed:
            self._owing.append(decision)
        elif obligation.purpose is Purpose.PAGE:
            self.add(Kind.WANTED, people, f"{decision.obligation} is in force", why)

    def _tell_owing(self) -> None:
        """One line for all that came to be owed: by name, or how much it is."""
        owing, self._owing = self._owing, []
        new = {(each.obligation, each.instance.partition(".")[0]): each for each in owing}
        new = {key: each for key, each in new.items() if key not in self._owed}
        self._owed |= new.keys()
        if new:
            people = dict.fromkeys(person for each in new.values() for person in each.people)
            names = [name for name, _ in new]
            what = ", ".join(names) if len(names) <= FEW else f"{counted(len(names), 'thing')} from now on"
            one = len(people) == 1
            whose = f"{', '.join(people)} owe" if people else "nobody was found who owes"
            self.add(Kind.WANTED, ", ".join(people) if one else "", f"{'owes' if one else whose} {what}")

    def _ended(self, action: Action, outcome: Outcome, problem: str) -> None:
        """Tell a try, unless it came out as the one before."""
        tries, *before = self._in_vain.get(action.key, (0, None, ""))
        if outcome is not Outcome.SUCCEEDED:
            self._in_vain[action.key] = (tries + 1, outcome, problem)
            if before != [outcome, problem]:
                self.add(Kind.TROUBLE, _person(action), f"{self._words(action)}: {outcome}", problem)
            return
        why = f"after {tries} {'try' if tries == 1 else 'tries'} in vain" if tries else ""
        match action.request:
            case FindOnCall():
                self.add(Kind.TROUBLE, "", f"{self._words(action)}: {outcome}", why)
            case SendPage(person=person, method=method, purpose=purpose, reason=reason):
                kind, what = (Kind.PAGED, "paged") if purpose is Purpose.PAGE else (Kind.TOLD, str(purpose))
                self.add(kind, person, f"{what} by {method}", "; ".join(filter(None, (reason, why))))
            case request:
                words = "; ".join(filter(None, (_title(request), why)))
                verb, _, rest = self._words(action).partition(" ")
                self.add(Kind.DONE, "", f"{_DONE.get(verb, verb)} {rest}", words)

    def _words(self, action: Action) -> str:
        """What was tried, in words."""
        match action.request:
            case FindOnCall(schedule=schedule):
                return f"asked who is on call for {schedule}"
            case SendPage(method=method, purpose=purpose):
                return f"{purpose} by {method}"
            case PostMessage() | CloseChannel() as request:
                names = {each.reference: each.name for each in self.channels()}
                return words_of(evolve(request, channel=names.get(request.channel, request.channel)))
            case request:
                return words_of(request)


def _said(event: Event) -> str:
    """What somebody said; what else there is to it stands at the end, among the messages and what people owe."""
    match event:
        case Updated(text=text):
            return f"updated: {text}"
        case Closed(waivers=waivers) if waivers:
            return f"closed, and waived {counted(len(waivers), 'thing')}"
        case _:
            return str(event)


def _person(action: Action) -> str:
    return action.request.person if isinstance(action.request, SendPage) else ""


def _title(request: Posting | ToolRequest) -> str:
    """What is said by it, by its title; an entry of the status page has one and the same from first to last."""
    match request:
        case OpenChannel() | CloseChannel() | PublishStatus():
            return ""
        case OpenTicket(title=title):
            return title
        case PostMessage(message=message) | CloseTicket(message=message):
            return title_of(message)
        case _:
            return ""


def title_of(message: Document) -> str:
    """The title of a message, in one line; empty if it has none."""
    head = message.blocks[0] if message.blocks else None
    return plain_line(head.line) if isinstance(head, Heading) else ""
