"""The reference pager: it reaches people who are not there, and knows what they would answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, TypeAlias, TypeVar, assert_never

from attrs import frozen

from incidentkit.errors import ProviderError
from incidentkit.memory.clock import system_clock
from incidentkit.memory.system import System
from incidentkit.model.commands import Acknowledge, Command, Decline
from incidentkit.model.identity import IncidentId, PersonId, moment
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import Purpose, SendPage

P = TypeVar("P", bound=str)


@frozen
class Acknowledges:
    """Says "I have it" some time after a page."""

    tag: ClassVar[str] = "acknowledges"

    after: timedelta


@frozen
class Declines:
    """Says "I cannot take it" some time after a page."""

    tag: ClassVar[str] = "declines"

    after: timedelta
    reason: str = ""


@frozen
class Sleeps:
    """Does not answer."""

    tag: ClassVar[str] = "sleeps"


@frozen
class Unreachable:
    """Has no signal: nothing arrives, though the system behind takes it over."""

    tag: ClassVar[str] = "unreachable"


@frozen(kw_only=True)
class Sleep:
    """Some hours of sleep, from a moment to another."""

    begins: datetime
    ends: datetime


@frozen(kw_only=True)
class Hears:
    """Hears one page and not another, by chance, and answers the first that is heard.

    Luck is drawn before, so nothing here is random: it is a number from 0 to 1, and the person hears the first page by
    which the chance to have heard one has grown beyond it. So more pages are never heard later than fewer.
    """

    tag: ClassVar[str] = "hears"

    then: Acknowledges | Declines
    luck: float
    awake: float = 1.0
    """The chance to hear a page."""
    asleep: float = 1.0
    """The same in the hours of sleep."""
    sleeps: tuple[Sleep, ...] = ()

    def missed(self, at: datetime) -> float:
        """The chance not to hear a page of that moment."""
        return 1 - (self.asleep if any(each.begins <= at < each.ends for each in self.sleeps) else self.awake)


Reaction: TypeAlias = Acknowledges | Declines | Sleeps | Unreachable | Hears
"""What a person does when paged."""


@frozen
class Delivery:
    """Something that reached somebody, and when."""

    at: datetime
    page: SendPage


class MemoryPager(System[Receipt]):
    """A `Pager` that keeps whom it reached, and answers for them. Threads may share it.

    Whoever has no reaction sleeps, and nobody answers what is no page to come. A person who is paged again about an
    incident before having answered answers once. The times are those of its clock.
    """

    def __init__(
        self,
        reactions: Mapping[P, Reaction] | None = None,
        *,
        clock: Callable[[], datetime] = system_clock,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        self._reactions = {str(person): reaction for person, reaction in (reactions or {}).items()}
        self._clock = clock
        self._deliveries: list[Delivery] = []
        self._missed: dict[tuple[IncidentId, PersonId], float] = {}
        self._commands: dict[tuple[IncidentId, PersonId], Command] = {}

    @property
    def pages(self) -> list[SendPage]:
        """What reached people, in order."""
        with self._lock:
            return [each.page for each in self._deliveries]

    @property
    def deliveries(self) -> list[Delivery]:
        """The same, with when it did."""
        with self._lock:
            return [*self._deliveries]

    def page(self, request: SendPage, /) -> Receipt:
        """Reach the person, unless the key did so before."""
        return self._once(request.key, lambda: self._reach(request))

    def answers(self, now: datetime) -> tuple[tuple[IncidentId, Command], ...]:
        """Take what people have answered up to that moment, the earliest first; nobody answers the same page again."""
        with self._lock:
            given = [key for key, command in self._commands.items() if command.at <= now]
            given.sort(key=lambda key: self._commands[key].at)
            return tuple((key[0], self._commands.pop(key)) for key in given)

    @property
    def next_answer_at(self) -> datetime | None:
        """When the next answer comes; `None` if none will."""
        with self._lock:
            return min((command.at for command in self._commands.values()), default=None)

    def _reach(self, request: SendPage) -> Receipt:
        reaction, at = self._reactions.get(request.person, Sleeps()), moment("now", self._clock())
        if not isinstance(reaction, Unreachable):
            self._deliveries.append(Delivery(at, request))
            if request.purpose is Purpose.PAGE and (answer := self._answer(reaction, request, at)) is not None:
                self._commands.setdefault((request.incident, request.person), answer)
        return Receipt(reference=f"page-{len(self._answers) + 1}")

    def _answer(
        self, reaction: Acknowledges | Declines | Sleeps | Hears, page: SendPage, at: datetime
    ) -> Command | None:
        """What somebody says to a page that reached them at that moment."""
        match reaction:
            case Acknowledges(after=after):
                return Acknowledge(at=at + after, by=page.person)
            case Declines(after=after, reason=reason):
                return Decline(at=at + after, by=page.person, reason=reason)
            case Hears(then=then, luck=luck):
                missed = self._missed.get((page.incident, page.person), 1.0) * reaction.missed(at)
                self._missed[page.incident, page.person] = missed
                return self._answer(then, page, at) if luck < 1 - missed else None
            case Sleeps():
                return None
            case _:
                assert_never(reaction)
