"""The reference pager: it reaches people who are not there, and knows what they would answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeAlias, TypeVar, assert_never

from attrs import frozen

from incidentkit.memory.clock import system_clock
from incidentkit.model.commands import Acknowledge, Command, Decline
from incidentkit.model.identity import IncidentId, PersonId, moment
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import Purpose, SendPage

P = TypeVar("P", bound=str)


@frozen
class Acknowledges:
    """Says "I have it" some time after a page."""

    after: timedelta


@frozen
class Declines:
    """Says "I cannot take it" some time after a page."""

    after: timedelta
    reason: str = ""


@frozen
class Sleeps:
    """Does not answer."""


Reaction: TypeAlias = Acknowledges | Declines | Sleeps
"""What a person does when paged."""


class MemoryPager:
    """A `Pager` that keeps whom it reached, and answers for them. Threads may share it.

    Whoever has no reaction sleeps, and nobody answers what is no page to come. A person who is paged again about an
    incident before having answered answers once.
    """

    def __init__(
        self,
        reactions: Mapping[P, Reaction] | None = None,
        *,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        self._reactions = {str(person): reaction for person, reaction in (reactions or {}).items()}
        self._clock = clock
        self._lock = Lock()
        self._delivered: dict[str, tuple[SendPage, Receipt]] = {}
        self._answers: dict[tuple[IncidentId, PersonId], Command] = {}

    @property
    def pages(self) -> list[SendPage]:
        """What reached people, in order."""
        with self._lock:
            return [page for page, _ in self._delivered.values()]

    def page(self, request: SendPage, /) -> Receipt:
        """Reach the person, unless the key did so before."""
        with self._lock:
            if request.key not in self._delivered:
                answer = self._answer(request)
                receipt = Receipt(reference=f"page-{len(self._delivered) + 1}")
                self._delivered[request.key] = (request, receipt)
                if answer is not None:
                    self._answers.setdefault((request.incident, request.person), answer)
            return self._delivered[request.key][1]

    def diagnose(self) -> Diagnosis:
        """Healthy."""
        return Diagnosis(healthy=True)

    def answers(self, now: datetime) -> tuple[tuple[IncidentId, Command], ...]:
        """Take what people have answered up to that moment, the earliest first; nobody answers the same page again."""
        with self._lock:
            given = [key for key, command in self._answers.items() if command.at <= now]
            given.sort(key=lambda key: self._answers[key].at)
            return tuple((key[0], self._answers.pop(key)) for key in given)

    @property
    def next_answer_at(self) -> datetime | None:
        """When the next answer comes; `None` if none will."""
        with self._lock:
            return min((command.at for command in self._answers.values()), default=None)

    def _answer(self, request: SendPage) -> Command | None:
        if request.purpose is not Purpose.PAGE:
            return None
        reaction = self._reactions.get(request.person, Sleeps())
        paged_at = moment("now", self._clock())
        match reaction:
            case Acknowledges():
                return Acknowledge(at=paged_at + reaction.after, by=request.person)
            case Declines():
                return Decline(at=paged_at + reaction.after, by=request.person, reason=reaction.reason)
            case Sleeps():
                return None
            case _:
                assert_never(reaction)
