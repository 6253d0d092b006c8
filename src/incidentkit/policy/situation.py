"""What an incident itself answers: facts that nobody has to be asked for, because its log knows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from incidentkit.errors import FactValueInvalid
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import Choice, Clock, Flag, Number, SeverityFact
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.vocabulary import Facts, Vocabulary, Worse, reading

STATUS: Final = Choice("status", question="Where does the incident stand?", options=[*Status])
"""One of `Status`; of an incident it is always known."""

ACKNOWLEDGED: Final = Flag("acknowledged", question="Has anybody acknowledged it?", worse=Worse.LOWER)
"""Anybody of the directory, since it was declared, or reopened the last time."""

UNRESOLVED_FOR: Final = Clock("unresolved_for", question="For how long has it not been resolved?")
"""Since it was declared, or reopened the last time; zero once it is over."""

UNACKNOWLEDGED_FOR: Final = Clock("unacknowledged_for", question="For how long has nobody acknowledged it?")
"""Since it was declared, or reopened the last time; zero once somebody of the directory acknowledged it."""

ACKNOWLEDGEMENTS: Final = Number(
    "acknowledgements", question="How many acknowledgements count for it?", unit="people", minimum=0
)
"""Of an obligation in force: those of its own people, and those that others of the directory gave after that."""

OUTSTANDING: Final = Number(
    "outstanding", question="How many of its people have not acknowledged it?", unit="people", minimum=0
)
"""Of an obligation in force."""

HAVE_IT: Final = Number("have_it", question="How many people of the directory have it?", unit="people", minimum=0)
"""Those whose acknowledgement stands: it was given in this generation, not taken back, and has not expired."""

RAISES: Final = Number(
    "severity_raises", question="How often was its severity raised?", unit="times", minimum=0, worse=Worse.HIGHER
)
"""Since it was declared, or reopened the last time."""

IN_FORCE: Final = Vocabulary(
    STATUS, ACKNOWLEDGED, HAVE_IT, UNRESOLVED_FOR, UNACKNOWLEDGED_FOR, RAISES, ACKNOWLEDGEMENTS, OUTSTANDING
)
"""The facts that every incident answers, whatever the playbook."""

OVER: Final[Condition] = STATUS.one_of(*(status for status in Status if status not in ACTIVE))
"""It is resolved, closed or cancelled."""

WORST: Final = "worst_severity"
"""The name of the fact that is the worst severity still possible."""


def severity_of(scheme: SeverityScheme[Any]) -> SeverityFact:
    """The severity as a fact; while it is not certain, its value is the set of those still possible."""
    return SeverityFact(scheme=scheme)


def worst_severity_of(scheme: SeverityScheme[Any]) -> SeverityFact:
    """The worst severity still possible as a fact, which is always certain: what clocks and messages go by."""
    return SeverityFact(WORST, question="How severe may it be?", scheme=scheme)


def answered(scheme: SeverityScheme[Any]) -> Vocabulary:
    """Every fact that an incident under that scheme answers itself."""
    return Vocabulary(severity_of(scheme), worst_severity_of(scheme), *IN_FORCE.values())


def situation(
    incident: Incident, vocabulary: Vocabulary, scheme: SeverityScheme[Any], at: datetime, *, known: Collection[str]
) -> Facts:
    """What is known of an incident at a moment, if nothing happens until then; ``known`` are the people there are.

    Facts that the incident's latest assessment knows and the vocabulary does not, or knows with other values, are left
    out: they were said under another playbook.
    """
    values = dict(_assessed(incident.facts, vocabulary))
    values[STATUS.name] = incident.status
    values[ACKNOWLEDGED.name] = acknowledged = not incident.acknowledged_in_generation.isdisjoint(known)
    values[HAVE_IT.name] = sum(person in known for person in incident.acknowledged)
    values[RAISES.name] = incident.progress.raises
    possible = _possible(incident, scheme)
    if len(possible) == 1:
        values["severity"] = next(iter(possible))
    if possible:
        values[WORST] = max(possible)
    started: dict[str, datetime] = {}
    if incident.status in ACTIVE:
        started[UNRESOLVED_FOR.name] = incident.generation_at
        if not acknowledged:
            started[UNACKNOWLEDGED_FOR.name] = incident.generation_at
    for clock in (UNRESOLVED_FOR, UNACKNOWLEDGED_FOR):
        values[clock.name] = reading(started.get(clock.name, at), at)
    unsure = {"severity": possible} if len(possible) > 1 else {}
    return Facts(vocabulary, values, unsure, started, at)


def _assessed(facts: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        fact = vocabulary.get(name)
        if fact is not None and name not in IN_FORCE:
            with suppress(FactValueInvalid):
                yield name, fact.check(value)


def _possible(incident: Incident, scheme: SeverityScheme[Any]) -> frozenset[Severity[Any]]:
    """The severities still possible, as the playbook's scheme has them; none under another scheme."""
    if incident.severity not in scheme:
        return frozenset()
    return frozenset(scheme[severity.key] for severity in incident.possible)
