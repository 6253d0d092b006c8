"""The clocks of a severity as obligations of people: somebody is at work in time, and it is over in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, each_of, expect, shown
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import SeverityFact
from incidentkit.model.lifecycle import Status
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.targets import Target
from incidentkit.policy.obligation import Attempt, Obligation, id_of
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.situation import ACKNOWLEDGED, OVER, STATUS, WAIVED, worst_severity_of
from incidentkit.providers.pager import Purpose

AT_WORK: Final[Condition] = ACKNOWLEDGED | ~STATUS.is_(Status.INVESTIGATING)
"""Somebody acknowledged it, or did more than that."""


def _reminders(reminders: Iterable[Attempt]) -> tuple[Attempt, ...]:
    return each_of(Attempt, reminders, PlaybookInvalid, "reminders are attempts")


@frozen(kw_only=True)
class ResponsePolicy:
    """Who answers for the response and resolve targets of the severities, and how they are reminded once overdue.

    A clock starts when the severity, the worst still possible, first becomes that of its target, and runs on from there
    until the incident is reopened; nobody is reminded while the severity is another. Overdue is latched: no later
    change undoes it. The other targets of a severity have no clock.
    """

    owner: Recipient
    reminders: tuple[Attempt, ...] = field(default=(), converter=_reminders)
    """How the owner is told that a target was missed; nobody is told without."""

    def __attrs_post_init__(self) -> None:
        expect(Recipient, self.owner, PlaybookInvalid, "the owner of the clocks is a recipient")

    def obligations(self, scheme: SeverityScheme[Any]) -> tuple[Obligation, ...]:
        """A clock for each target to respond and to resolve."""
        return tuple(obligation for severity in scheme for obligation in self._clocks(severity))

    def _clocks(self, severity: Severity[Any]) -> Iterator[Obligation]:
        targets, worst = severity.targets, worst_severity_of(severity.scheme)
        if targets.respond is not None:
            yield self._clock("respond", severity, worst, AT_WORK, targets.respond)
        if targets.resolve is not None:
            yield self._clock("resolve", severity, worst, OVER, targets.resolve)

    def _clock(
        self, name: str, severity: Severity[Any], worst: SeverityFact, met: Condition, due: Target
    ) -> Obligation:
        return Obligation(
            id=id_of(f"the clock to {name} of severity {shown(severity.key)}", name, severity.key),
            applies=worst.is_(severity),
            when=worst.is_(severity),
            met=met,
            until=met | WAIVED | ~worst.is_(severity),
            owed=True,
            recipients=(self.owner,),
            due=due,
            chain=self.reminders,
            purpose=Purpose.REMINDER,
            because=f"{severity.key}: {name} within {due}",
        )
