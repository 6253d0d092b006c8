"""The review after an incident (playbook, section 6) as something that people owe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, each_of, expect
from incidentkit.model.conditions import ALWAYS, Condition
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


@frozen(kw_only=True)
class ReviewPolicy:
    """Who owes a review, and by when. It is owed from the resolution on, whether the incident is closed or not."""

    owner: Recipient
    within: timedelta = timedelta(hours=48)
    applies: Condition = ALWAYS
    """For which incidents: those for which this is not false, so unknown counts as true."""
    reminders: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How the owner is told that it is overdue; nobody is told without."""

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
