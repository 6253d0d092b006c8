"""The review after an incident (playbook, section 6) as something that people owe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, each_of, expect, several
from incidentkit.model.conditions import ALWAYS, Condition
from incidentkit.model.identity import checked_title
from incidentkit.model.lifecycle import Status
from incidentkit.model.targets import Target
from incidentkit.policy.obligation import Attempt, Obligation, checked_wait
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.situation import SAID_DONE, STATUS, WAIVED
from incidentkit.providers.pager import Purpose

REVIEW: Final = "review"
"""The id of what the policy wants."""

CALLS_FOR_ONE: Final[Condition] = STATUS.one_of(Status.RESOLVED, Status.CLOSED)
"""It was an incident, and is over."""


def _attempts(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    words = "reminders are a list of attempts"
    return each_of(Attempt, attempts, PlaybookInvalid, words)


@frozen
class Topic:
    """Something that is spoken about, and for how long."""

    what: str
    length: timedelta

    def __attrs_post_init__(self) -> None:
        checked_title("a topic", self.what)
        checked_wait(f"topic {self.what!r}", expect(timedelta, self.length, PlaybookInvalid, "a topic has a length"))


@frozen
class Invitation:
    """Somebody who is invited besides those who took part."""

    to: Recipient
    when: Condition = ALWAYS
    """For which incidents: those for which this is not false, so unknown counts as true."""

    def __attrs_post_init__(self) -> None:
        expect(Recipient, self.to, PlaybookInvalid, "who is invited is a recipient")
        expect(Condition, self.when, PlaybookInvalid, "when somebody is invited is a condition")


def _topics(agenda: Iterable[Topic]) -> tuple[Topic, ...]:
    return each_of(Topic, agenda, PlaybookInvalid, "an agenda is a list of topics")


def _invitations(invited: Iterable[Invitation]) -> tuple[Invitation, ...]:
    return each_of(Invitation, invited, PlaybookInvalid, "who is invited is a list of invitations")


def _questions(questions: Iterable[str]) -> tuple[str, ...]:
    words = "the questions of a review are a list of texts"
    return tuple(checked_title("a question", each) for each in several(questions, PlaybookInvalid, words))


@frozen(kw_only=True)
class ReviewPolicy:
    """Who owes a review, and by when. It is owed from the resolution on, whether the incident is closed or not."""

    owner: Recipient
    within: timedelta = timedelta(hours=48)
    applies: Condition = ALWAYS
    """For which incidents: those for which this is not false, so unknown counts as true."""
    reminders: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How the owner is told that it is overdue; nobody is told without."""
    questions: tuple[str, ...] = field(default=(), converter=_questions)
    """What to ask about the root cause."""
    agenda: tuple[Topic, ...] = field(default=(), converter=_topics)
    """What the meeting is about; without it there is none."""
    invited: tuple[Invitation, ...] = field(default=(), converter=_invitations)
    """Who comes to it besides those who took part."""

    def __attrs_post_init__(self) -> None:
        expect(Recipient, self.owner, PlaybookInvalid, "the owner of a review is a recipient")
        expect(timedelta, self.within, PlaybookInvalid, "a review is due within a timedelta")
        checked_wait("the time for a review", self.within)
        expect(Condition, self.applies, PlaybookInvalid, "applies is a condition")

    def obligations(self) -> tuple[Obligation, ...]:
        """The review."""
        met = SAID_DONE.is_(True)
        review = Obligation(
            id=REVIEW,
            applies=self.applies,
            when=CALLS_FOR_ONE,
            met=met,
            until=met | WAIVED | ~CALLS_FOR_ONE,
            recipients=(self.owner,),
            due=Target(self.within),
            chain=self.reminders,
            outlives=True,
            owed=True,
            purpose=Purpose.REMINDER,
            because="the review of the incident, with a post-mortem",
            source="6. Review",
        )
        return (review,)
