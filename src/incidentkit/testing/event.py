"""Strategies for single events, each as it may stand in some log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar, get_args

from attrs import fields
from hypothesis import strategies as st

from incidentkit.model.action import ActionKey, Outcome
from incidentkit.model.assessment import assessed, chosen
from incidentkit.model.events import Answered, Event, LinkKind, StartCorrected
from incidentkit.model.lifecycle import TABLE, Status
from incidentkit.model.people import Role
from incidentkit.policy.rules import SeverityRules
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
_MOMENTS: Final = moments()
_TIMES: Final = st.none() | _MOMENTS


def _actions(people: st.SearchStrategy[str]) -> st.SearchStrategy[ActionKey]:
    return st.builds(
        ActionKey, OWED, _INSTANCES, people | st.just(""), arm=st.integers(0, 2), attempt=st.integers(0, 3)
    )


ACTIONS: Final = _actions(PEOPLE)
"""Keys of actions."""

_VALUES: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "attempt": st.integers(1, 3),
    "because": texts(),
    "by_hand": st.sampled_from([(), ("restart",)]),
    "chosen": st.booleans(),
    "command": st.sampled_from([*TABLE]),
    "due": _TIMES,
    "eta": texts(),
    "event": st.integers(0, 20),
    "evidence": texts(),
    "fact": st.sampled_from(["version", "restart_safe"]),
    "former": st.none() | st.lists(texts(), max_size=2).map(tuple),
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
    "parameters": VALUES_BY_NAME,
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
    "started_at": _TIMES,
    "status": st.sampled_from(Status),
    "step": st.just("restart"),
    "text": _WORDS,
    "title": _WORDS,
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

_KINDS: Final[tuple[type[Event], ...]] = get_args(Event)


def events(*, rules: SeverityRules[Any] = RULES, people: st.SearchStrategy[str] = PEOPLE) -> st.SearchStrategy[Event]:
    """Events of every kind, each kind as often as the others.

    Each may stand in some log, but need not come from one: what was before it is not drawn. Take the logs of `attended`
    or `incidents` if that matters. Assessments and severities fit ``rules``; ``people`` draws who acts, is asked to
    come and gets roles.
    """
    given = _given(rules, people)
    by_kind = {kind: _of_kind(kind, given) for kind in _KINDS}
    return st.sampled_from(_KINDS).flatmap(lambda kind: by_kind[kind])


def single_events(kind: type[E]) -> st.SearchStrategy[E]:
    """Events of one kind, each of which some log may hold."""
    return _of_kind(kind, _given(RULES, PEOPLE))


def _given(rules: SeverityRules[Any], people: st.SearchStrategy[str]) -> Mapping[str, st.SearchStrategy[Any]]:
    """What the fields hold for which somebody may say who and what is in them."""
    severities = st.sampled_from(rules.scheme.severities)
    groups = st.lists(people, max_size=2, unique=True).map(tuple)
    return {
        "action": _actions(people),
        "assessment": severities.map(chosen) | triages(rules).map(assessed),
        "severity": severities,
        **dict.fromkeys(("by", "owner", "person", "to"), people),
        **dict.fromkeys(("found", "people"), groups),
    }


def _of_kind(kind: type[E], given: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[E]:
    own = [each.name for each in fields(kind) if each.name not in ("at", "recorded_at")]
    values = {**_VALUES, **given}
    parts = {name: _OTHERS[kind, name] if (kind, name) in _OTHERS else values[name] for name in own}

    def event(drawn: tuple[dict[str, Any], Any, timedelta]) -> E:
        values, at, later = drawn
        made: Any = kind
        result: E = made(**values, at=at, recorded_at=at + later)
        return result

    return st.tuples(st.fixed_dictionaries(parts), _MOMENTS, _DELAYS).map(event)
