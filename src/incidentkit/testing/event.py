"""Strategies for single events of one kind, each as it may stand in some log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

from attrs import fields
from hypothesis import strategies as st

from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.assessment import assessed, chosen
from incidentkit.model.events import Answered, Event, LinkKind, StartCorrected
from incidentkit.model.lifecycle import TABLE, Status
from incidentkit.model.people import Role
from incidentkit.testing.calendar import moments
from incidentkit.testing.commands import (
    ANSWERS,
    ITEMS,
    LABELS,
    OWED,
    REFERENCES,
    RUNBOOKS,
    RUNS,
    VALUES,
    VALUES_BY_NAME,
)
from incidentkit.testing.identity import PEOPLE, names, texts
from incidentkit.testing.rules import RULES, triages

E = TypeVar("E", bound=Event)

_WORDS: Final = texts(blank=False)
_INSTANCES: Final = st.sampled_from(["once", "1", "2"])
_GROUPS: Final = st.lists(PEOPLE, max_size=2, unique=True).map(tuple)
_SEVERITIES: Final = st.sampled_from(RULES.scheme.severities)
_MOMENTS: Final = moments()
_TIMES: Final = st.none() | _MOMENTS

ACTIONS: Final = st.builds(
    ActionKey, OWED, _INSTANCES, PEOPLE | st.just(""), arm=st.integers(0, 2), attempt=st.integers(0, 3)
)
"""Keys of actions."""

_VALUES: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "action": ACTIONS,
    "assessment": triages().map(assessed) | _SEVERITIES.map(chosen),
    "attempt": st.integers(1, 3),
    "because": texts(),
    "by": PEOPLE,
    "by_hand": st.sampled_from([(), ("restart",)]),
    "chosen": st.booleans(),
    "command": st.sampled_from([*TABLE]),
    "due": _TIMES,
    "eta": texts(),
    "event": st.integers(0, 20),
    "evidence": texts(),
    "fact": st.sampled_from(["version", "restart_safe"]),
    "former": st.none() | st.lists(texts(), max_size=2).map(tuple),
    "found": _GROUPS,
    "handed_over": st.booleans(),
    "happened_at": _MOMENTS,
    "incident": names(),
    "instance": _INSTANCES,
    "into": names(),
    "labels": st.dictionaries(LABELS, VALUES, max_size=2),
    "lease_until": _MOMENTS,
    "level": names(),
    "missing": REFERENCES,
    "name": ITEMS,
    "next_steps": texts(),
    "note": texts(),
    "number": st.none() | st.integers(1, 2_000),
    "obligation": OWED,
    "opened": st.none() | st.sampled_from(LinkKind),
    "outcome": st.sampled_from(Outcome),
    "owner": PEOPLE,
    "parameters": VALUES_BY_NAME,
    "people": _GROUPS,
    "person": PEOPLE,
    "playbook": REFERENCES,
    "practice": st.booleans(),
    "problem": texts(),
    "public": texts(),
    "readings": VALUES_BY_NAME,
    "reason": _WORDS,
    "reference": _WORDS,
    "retry_at": _TIMES,
    "role": st.sampled_from(Role),
    "run": RUNS,
    "runbook": RUNBOOKS,
    "severity": _SEVERITIES,
    "started_at": _TIMES,
    "status": st.sampled_from(Status),
    "step": st.just("restart"),
    "text": _WORDS,
    "title": _WORDS,
    "to": PEOPLE,
    "until": _MOMENTS,
    "url": texts(),
    "value": VALUES,
    "waivers": st.dictionaries(texts(), _WORDS, max_size=2),
    "what": st.sampled_from(LinkKind),
}
"""What each field may hold; a field of one name is checked in one way in all events, or more strictly in some."""

_OTHERS: Final[Mapping[tuple[type, str], st.SearchStrategy[Any]]] = {
    (Answered, "value"): ANSWERS,
    (StartCorrected, "started_at"): _MOMENTS,
}
"""The fields that hold something else than those of their name."""

_DELAYS: Final = st.sampled_from([timedelta(), timedelta(minutes=4)])


def single_events(kind: type[E]) -> st.SearchStrategy[E]:
    """Events of one kind, each of which some log may hold; only those of `events` come from a history."""
    own = [each.name for each in fields(kind) if each.name not in ("at", "recorded_at")]
    parts = {name: _OTHERS[kind, name] if (kind, name) in _OTHERS else _VALUES[name] for name in own}

    def event(drawn: tuple[dict[str, Any], Any, timedelta]) -> E:
        values, at, later = drawn
        made: Any = kind
        result: E = made(**values, at=at, recorded_at=at + later)
        return result

    return st.tuples(st.fixed_dictionaries(parts), _MOMENTS, _DELAYS).map(event)
