"""What one expects of a drill: each is data, and judges a story by a figure in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeAlias

from attrs import Attribute, field, frozen

from incidentkit.drills.judgement import Judgement
from incidentkit.drills.story import Story
from incidentkit.drills.work import check_after
from incidentkit.errors import DrillInvalid, expect, shown
from incidentkit.model.durations import duration_text
from incidentkit.model.events import (
    Acknowledged,
    AcknowledgementExpired,
    ActionStarted,
    Closed,
    Reopened,
    Unacknowledged,
)
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.text.number import counted


def _is_span(expectation: object, attribute: Attribute[Any], value: timedelta | None) -> None:
    if value is not None:
        check_after("what is expected comes", value)


def _is_person(expectation: object, attribute: Attribute[Any], value: object) -> None:
    expect(str, value, DrillInvalid, "whom an expectation is about is the id of a person")


def _is_count(expectation: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not int or value < 0:
        raise DrillInvalid(f"how many pages there may be at the most is a number from 0, not {shown(value)}")


@frozen
class InTime(ABC):
    """Something that comes about, in time if a time is given, counted from the declaration."""

    tag: ClassVar[str]
    """What documents call it, which is also how it is told."""

    within: timedelta | None = field(default=None, validator=_is_span)
    """At the latest then; `None` if it is enough that it ever comes about."""

    def judge(self, story: Story) -> Judgement:
        """Whether it came about in time, and when."""
        after = self._after(story)
        held = after is not None and (self.within is None or after <= self.within)
        return Judgement(expected=str(self), held=held, seen=_told(after))

    @abstractmethod
    def _after(self, story: Story) -> timedelta | None:
        """How long it took; `None` if it never came about."""

    def __str__(self) -> str:
        return self.tag if self.within is None else f"{self.tag} within {duration_text(self.within)}"


@frozen
class IsAcknowledged(InTime):
    """Somebody acknowledges."""

    tag: ClassVar[str] = "acknowledged"

    def _after(self, story: Story) -> timedelta | None:
        return story.incident.metrics.time_to_acknowledge


@frozen
class IsMitigated(InTime):
    """The damage is stopped."""

    tag: ClassVar[str] = "mitigated"

    def _after(self, story: Story) -> timedelta | None:
        return story.incident.metrics.time_to_mitigate


@frozen
class IsResolved(InTime):
    """It is resolved."""

    tag: ClassVar[str] = "resolved"

    def _after(self, story: Story) -> timedelta | None:
        return story.incident.metrics.time_to_resolve


@frozen
class IsClosed(InTime):
    """It is closed."""

    tag: ClassVar[str] = "closed"

    def _after(self, story: Story) -> timedelta | None:
        closed = (event.at for event in story.timeline if isinstance(event, Closed))
        return _since(story, next(closed, None))


@frozen
class IsPublished(InTime):
    """The status page says for the first time that something is wrong, as the public can read it."""

    tag: ClassVar[str] = "published"

    def _after(self, story: Story) -> timedelta | None:
        return _since(story, story.published_at)


@frozen
class IsPaged(InTime):
    """A page reaches somebody, by one method if that is given."""

    tag: ClassVar[str] = "paged"

    person: str = field(kw_only=True, validator=_is_person)
    method: str = field(default="", kw_only=True, validator=_is_person)

    def _after(self, story: Story) -> timedelta | None:
        arrived = (
            each.at
            for each in story.deliveries
            if each.page.purpose is Purpose.PAGE
            and each.page.person == self.person
            and self.method in ("", each.page.method)
        )
        return _since(story, next(arrived, None))

    def __str__(self) -> str:
        by = f" by {self.method}" if self.method else ""
        within = "" if self.within is None else f" within {duration_text(self.within)}"
        return f"{self.person} {self.tag}{by}{within}"


@frozen(kw_only=True)
class FewPages:
    """No more pages than that reach somebody, or all people together."""

    tag: ClassVar[str] = "few pages"

    most: int = field(validator=_is_count)
    person: str = field(default="", validator=_is_person)
    """Whom they reach; empty for all people together."""

    def judge(self, story: Story) -> Judgement:
        """Whether it was no more, and how many it was."""
        count = sum(self.person in ("", page.person) for page in story.pages)
        return Judgement(expected=str(self), held=count <= self.most, seen=f"{count}")

    def __str__(self) -> str:
        return f"at most {counted(self.most, 'page')}{f' for {self.person}' if self.person else ''}"


@frozen
class NobodyPagedTwice:
    """No page reaches anybody a second time.

    What is one page is what the desk takes for one: the attempt to reach a person by one contact method, in one round
    of their chain, for one obligation of the playbook. The method comes again in the next round, and for another level
    that has the same person: that is another page. Tries of one attempt are one page however many there are.
    """

    tag: ClassVar[str] = "nobody paged twice"

    def judge(self, story: Story) -> Judgement:
        """Whether none did, and whom one reached again."""
        again = [*dict.fromkeys(f"{page.person} by {page.method}" for page in self._again(story))]
        return Judgement(expected=str(self), held=not again, seen=", ".join(again) or "no page came again")

    def __str__(self) -> str:
        return self.tag

    def _again(self, story: Story) -> Iterator[SendPage]:
        begun = (each.action for each in story.timeline if isinstance(each, ActionStarted))
        left = {action.digest("", story.incident.id) for action in begun}
        for page in story.pages:
            if page.key not in left:
                yield page
            left.discard(page.key)


@frozen
class NobodyPagedAfterAcknowledging:
    """No page reaches anybody whose acknowledgement stands.

    One that was taken back, that has expired, or that is of before a reopening stands no more.
    """

    tag: ClassVar[str] = "nobody paged after acknowledging"

    def judge(self, story: Story) -> Judgement:
        """Whether none did, and whom one reached."""
        pages = [each for each in story.deliveries if each.page.purpose is Purpose.PAGE]
        stands = [*_acknowledgements(story)]
        late = {
            str(each.page.person): None
            for each in pages
            if any(who == each.page.person and since < each.at < until for who, since, until in stands)
        }
        return Judgement(expected=str(self), held=not late, seen=", ".join(late) or "nobody")

    def __str__(self) -> str:
        return self.tag


def _acknowledgements(story: Story) -> Iterator[tuple[str, datetime, datetime]]:
    """Who acknowledged, from when on that stood, and until when."""
    since: dict[str, datetime] = {}
    for event in story.timeline:
        match event:
            case Acknowledged(by=who, at=at):
                since.setdefault(who, at)
            case Unacknowledged(by=who, at=at) | AcknowledgementExpired(person=who, at=at) if who in since:
                yield who, since.pop(who), at
            case Reopened(at=at):
                yield from ((who, begins, at) for who, begins in since.items())
                since.clear()
            case _:
                pass
    end = story.ended_at + timedelta.resolution
    yield from ((who, begins, end) for who, begins in since.items())


@frozen
class NeverExhausted:
    """Paging never comes to its end with nobody having acknowledged."""

    tag: ClassVar[str] = "never exhausted"

    def judge(self, story: Story) -> Judgement:
        """Whether it never did, and when it did first."""
        after = _since(story, story.exhausted_at)
        return Judgement(expected=str(self), held=after is None, seen=_told(after))

    def __str__(self) -> str:
        return self.tag


@frozen
class NoBlockers:
    """When the drill ends, nothing keeps the incident open; what has been closed is kept open by nothing."""

    tag: ClassVar[str] = "no blockers"

    def judge(self, story: Story) -> Judgement:
        """Whether nothing does, and what does."""
        keep = [each.obligation or each.message for each in story.blockers]
        return Judgement(expected=str(self), held=not keep, seen=", ".join(keep) or "nothing")

    def __str__(self) -> str:
        return self.tag


Expectation: TypeAlias = (
    IsAcknowledged
    | IsMitigated
    | IsResolved
    | IsClosed
    | IsPublished
    | IsPaged
    | FewPages
    | NobodyPagedTwice
    | NobodyPagedAfterAcknowledging
    | NeverExhausted
    | NoBlockers
)
"""What one can expect of a drill."""


def _since(story: Story, at: datetime | None) -> timedelta | None:
    return None if at is None else at - story.incident.declared_at


def _told(after: timedelta | None) -> str:
    """A length to the second, for people."""
    return "never" if after is None else duration_text(timedelta(seconds=round(after.total_seconds())))
