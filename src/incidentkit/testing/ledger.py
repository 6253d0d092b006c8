"""What was seen of the log of one incident, and what must hold of it whatever happens."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from attrs import define, field

from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.events import ActionEnded, ActionStarted, Event
from incidentkit.model.incident import Incident
from incidentkit.policy.directory import Directory
from incidentkit.policy.planning import plan
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.view import View


@define
class Ledger:
    """The log of an incident as it was read last, and what was told of it besides."""

    incident: Incident | None = None
    ended: Counter[ActionKey] = field(factory=Counter[ActionKey])
    """How often a desk told that a try of each action had ended."""
    recorded: list[Event] = field(factory=list[Event])
    """What a desk told to be in the log, since it was read last."""
    _checked: int = 0

    def read(self, incident: Incident) -> None:
        """Take the log as it is now, if it holds what it held and what was told."""
        log = incident.timeline.events
        had = () if self.incident is None else self.incident.timeline.events
        known = [(type(event), event.recorded_at) for event in had]
        assert [(type(event), event.recorded_at) for event in log[: len(had)]] == known, (
            f"{incident.id}: the log held {len(had)} events, which are not how it begins now"
        )
        for event in self.recorded:
            assert any(_is_like(event, each) for each in log[len(had) :]), f"{incident.id}: the log has lost '{event}'"
        ended = Counter(event.action for event in log if isinstance(event, ActionEnded))
        for key, times in self.ended.items():
            assert ended[key] >= times, f"{incident.id}: the log has lost what came of {key}"
        assert Incident.replay(log) == incident, f"{incident.id}: the log replays to another incident"
        self.incident = incident
        self.recorded.clear()

    def check_claims(self, playbook: Playbook) -> None:
        """That whatever was claimed since the last time was free, and meant for somebody who had not acknowledged."""
        if self.incident is None:
            return
        log = self.incident.timeline.events
        for place in range(self._checked, len(log)):
            event = log[place]
            if isinstance(event, ActionStarted):
                self._check_free(event, log[:place])
                self._check_wanted(event, Incident.replay(log[:place]), playbook)
        self._checked = len(log)

    def check_rest(self, playbook: Playbook, directory: Directory, now: datetime) -> None:
        """That nothing is left to be done at a moment: what is open is waited for, or left to people."""
        incident = self.incident
        if incident is None:
            return
        planned = plan(incident, playbook, directory, now=now)
        assert not planned.decisions, f"{incident.id}: nobody wrote down that {planned.decisions[0]}"
        assert not planned.due, f"{incident.id}: nobody has tried {planned.due[0].key}"
        if planned.wake_at is not None:
            return
        view = View(incident, playbook, directory, max(now, incident.as_of))
        owed = {(each.obligation, each.instance) for each in planned.owed}
        for obligation, _ in view.unmet:
            waits = obligation.suffices or obligation.after or view.is_for_tool(obligation)
            assert waits or (obligation.id, view.instances[obligation.id]) in owed, (
                f"{incident.id}: {obligation.id} is open, and nobody waits for it"
            )

    def _check_free(self, claim: ActionStarted, before: tuple[Event, ...]) -> None:
        """That no try of the action was going on, and none had settled it."""
        until: datetime | None = None
        for event in before:
            if isinstance(event, ActionStarted) and event.action == claim.action:
                until = event.lease_until
            elif isinstance(event, ActionEnded) and event.action == claim.action:
                until = None
                settled = event.outcome in (Outcome.SUCCEEDED, Outcome.FAILED)
                assert not settled, f"{claim.incident}: {claim.action} had {event.outcome}, and was tried again"
        free = until is None or claim.at >= until
        assert free, f"{claim.incident}: {claim.action} was claimed twice, the second time at {claim.at}"

    def _check_wanted(self, claim: ActionStarted, before: Incident, playbook: Playbook) -> None:
        """That it was for nobody whose acknowledgement stands, if it pages them for a level."""
        personal = any(each.id == claim.action.obligation and each.personal for each in playbook.obligations)
        has_it = personal and claim.action.person in before.acknowledged
        assert not has_it, f"{claim.incident}: {claim.action.person} has it, and was paged at {claim.at}"


def _is_like(one: Event, other: Event) -> bool:
    """Whether two events are the same, be it that the words of one were taken out."""
    return (type(one), one.at, one.by, one.recorded_at) == (type(other), other.at, other.by, other.recorded_at)
