"""How things stand with what people owe: not yet, open, overdue, met or waived; and what keeps an incident open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from incidentkit.model.action import Outcome
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.progress import InForce, Settled
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.directory import Directory
from incidentkit.policy.obligation import Obligation
from incidentkit.policy.planning import decided
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.situation import WAIVED
from incidentkit.policy.turn import deadline
from incidentkit.policy.view import View
from incidentkit.text.document import Document, Table
from incidentkit.text.plain import to_plain


class Standing(StrEnum):
    """How it stands with something that people owe."""

    NOT_YET = "not yet"
    """It is not owed, and may be one day."""
    OPEN = "open"
    OVERDUE = "overdue"
    MET = "met"
    WAIVED = "waived"
    """It will not be done, for a reason that somebody gave."""
    LAPSED = "lapsed"
    """It is not owed any more, and was neither met nor waived."""


@frozen(kw_only=True)
class Owing:
    """Something that people owe, and how it stands with it."""

    obligation: str
    what: str
    """What is owed, in words."""
    standing: Standing
    people: tuple[PersonId, ...] = ()
    """Who owes it; empty before it is owed, and if nobody was found."""
    since: datetime | None = None
    """From when on it is owed."""
    due_at: datetime | None = None
    """By when; `None` for as long as it takes."""
    overdue_since: datetime | None = None
    """When its time ran out, though it was met later."""
    said: str = ""
    """Who said that it is done or waived, and their words; empty if nobody had to."""
    source: str = ""
    """Where it is written down."""

    @property
    def words(self) -> str:
        """How it stands, and of what was met after its time, that it was."""
        is_late = self.standing is Standing.MET and self.overdue_since is not None
        return f"{self.standing}, late" if is_late else str(self.standing)


@frozen
class Owings:
    """All that people owe in an incident; printed, a table."""

    items: tuple[Owing, ...]

    def __iter__(self) -> Iterator[Owing]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, obligation: str) -> Owing:
        for each in self.items:
            if each.obligation == obligation:
                return each
        raise KeyError(obligation)

    def to_table(self) -> Table:
        """A line for each."""
        rows = [(each.words, each.what, ", ".join(each.people), _time(each.due_at), each.said) for each in self]
        return Table(("standing", "what", "who", "due, UTC", "said"), rows)

    def __str__(self) -> str:
        return to_plain(Document([self.to_table()]))


def obligations(incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime) -> Owings:
    """What people owe in an incident, in the order of its playbook, and how it stands with each by a moment.

    What a desk could not do so far, such as a post for which the chat is down, is among them.

    A ``now`` before the latest event of the log is taken for the time of that event. What cannot be owed as things are,
    because it is for incidents of another severity, is left out.
    """
    now = max(moment("now", now), incident.as_of)
    view = View(incident.extended(decided(incident, playbook, directory, now=now)), playbook, directory, now)
    return Owings(tuple(_owings(view)))


def _owings(view: View) -> Iterator[Owing]:
    in_force = view.incident.progress.in_force
    for obligation in view.obligations:
        instance = in_force.get((obligation.id, view.instances[obligation.id]))
        if instance is not None and _could_not_be_done(view, obligation):
            yield _owing(view, obligation, instance)
        if not obligation.owed:
            continue
        if instance is not None:
            yield _owing(view, obligation, instance)
        elif _may_be_owed(view, obligation):
            yield Owing(
                obligation=obligation.id,
                what=obligation.because,
                standing=_standing_before(view, obligation),
                said=_said(view.settled(obligation)),
                source=obligation.source,
            )


def _could_not_be_done(view: View, obligation: Obligation) -> bool:
    """Whether a desk has tried to do something for everybody that is still wanted, and could not so far."""
    if not obligation.acts or obligation.id not in {each.id for each, _ in view.unmet}:
        return False
    which, tried = view.instances[obligation.id], view.incident.progress.tried
    outcomes = {each.outcome for key, each in tried.items() if (key.obligation, key.instance) == (obligation.id, which)}
    return bool(outcomes - {None}) and Outcome.SUCCEEDED not in outcomes


def _may_be_owed(view: View, obligation: Obligation) -> bool:
    """Whether it is for such an incident, and has been met before it was owed or may come to be owed."""
    active = view.incident.status in ACTIVE
    if not (active or obligation.outlives) or obligation.applies.evaluate(view.present) is False:
        return False
    return active or obligation.until.evaluate(view.present) is not True or _is_met_already(view, obligation)


def _is_met_already(view: View, obligation: Obligation) -> bool:
    """Whether it would be owed if it had not been met before."""
    facts = view.about(obligation, InForce(view.now, (), 0), view.present)
    return obligation.when.evaluate(facts) is True and obligation.met.evaluate(facts) is True


def _standing_before(view: View, obligation: Obligation) -> Standing:
    """How it stands with something that is not owed yet: people may have settled it, and it may have been met."""
    settled = view.settled(obligation)
    if settled is not None:
        return Standing.MET if settled.done else Standing.WAIVED
    return Standing.MET if _is_met_already(view, obligation) else Standing.NOT_YET


def _said(settled: Settled | None) -> str:
    return "" if settled is None else ": ".join(filter(None, (settled.by, settled.words)))


def _owing(view: View, obligation: Obligation, instance: InForce) -> Owing:
    facts = view.about(obligation, instance, view.present)
    standing = _standing(view, obligation, instance, facts)
    settled = view.settled(obligation)
    is_said = settled is not None and standing in (Standing.MET, Standing.WAIVED)
    words = view.incident.waivers.get(obligation.id, "")
    return Owing(
        obligation=obligation.id,
        what=obligation.because,
        standing=standing,
        people=instance.people,
        since=instance.since,
        due_at=deadline(obligation, instance),
        overdue_since=instance.due_since,
        said=_said(settled) if is_said else words,
        source=obligation.source,
    )


def _standing(view: View, obligation: Obligation, instance: InForce, facts: Facts) -> Standing:
    is_waived = WAIVED.is_(True).evaluate(facts) is True
    if obligation.met.evaluate(facts) is True and not (is_waived and view.settled(obligation)):
        return Standing.MET
    if is_waived:
        return Standing.WAIVED
    asleep = view.incident.status not in ACTIVE and not obligation.outlives
    if asleep or obligation.until.evaluate(facts) is True:
        return Standing.LAPSED
    return Standing.OPEN if instance.due_since is None else Standing.OVERDUE


NOT_OVER: Final = "CLO001"
OWED: Final = "CLO002"


@frozen(kw_only=True)
class Blocker:
    """A reason for which an incident is not closed yet."""

    code: str
    """``CLO001``: it is not resolved, which nobody can waive. ``CLO002``: something is owed."""
    obligation: str = ""
    """What is owed, and may be waived under this name."""
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def closure_blockers(
    incident: Incident, playbook: Playbook, directory: Directory, *, now: datetime
) -> tuple[Blocker, ...]:
    """What is left to do before an incident is closed; empty for one that can be, and for one that is closed."""
    if incident.status in (Status.CLOSED, Status.CANCELLED):
        return ()
    if incident.status in ACTIVE:
        return (Blocker(code=NOT_OVER, message=f"it is {incident.status}: resolve it first"),)
    view = View(incident, playbook, directory, max(moment("now", now), incident.as_of))
    blocking = {each.id for each in view.obligations if each.blocks}
    owed = obligations(incident, playbook, directory, now=now)
    open_ones = (each for each in owed if each.standing in (Standing.OPEN, Standing.OVERDUE))
    return tuple(
        Blocker(
            code=OWED,
            obligation=each.obligation,
            message=f"{each.obligation} is {each.standing} ({', '.join(each.people) or 'nobody was found'})",
        )
        for each in open_ones
        if each.obligation in blocking
    )


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"
