"""Strategies for commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, TypeAlias

from attrs import frozen
from hypothesis import strategies as st

from incidentkit.model.commands import (
    Acknowledge,
    AddActionItem,
    Answer,
    Assess,
    Assign,
    Cancel,
    CancelRunbook,
    ChangePlaybook,
    ChangeSeverity,
    Close,
    Command,
    Confirm,
    CorrectStart,
    CorrectTime,
    Decline,
    Escalate,
    Fulfil,
    HandOver,
    Hold,
    Label,
    LiftHold,
    LiftRestriction,
    Link,
    Merge,
    Mitigate,
    Note,
    Redact,
    Regress,
    Reopen,
    Resolve,
    Restrict,
    ResumeRunbook,
    Snooze,
    StartMitigation,
    StartRunbook,
    Summarize,
    TakeBack,
    Unacknowledge,
    UndoRunbook,
    Unlabel,
    Update,
    Waive,
)
from incidentkit.model.events import LinkKind
from incidentkit.model.identity import moment
from incidentkit.model.people import Role
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Triage
from incidentkit.policy.rules import SeverityRules
from incidentkit.testing.calendar import moments, shifted
from incidentkit.testing.identity import PEOPLE, names, texts
from incidentkit.testing.rules import RULES, triages

ZONES: Final = (UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=3, minutes=30)))


@frozen(kw_only=True)
class Scene:
    """What commands are about: the moment, and the strategies for who and what may be in them."""

    at: datetime
    people: st.SearchStrategy[str]
    triages: st.SearchStrategy[Triage[Any]]
    severities: st.SearchStrategy[Severity[Any]]
    version: int
    """How many events the incident has."""
    runs: st.SearchStrategy[str]
    """Names of runs of its runbooks."""

    def near(self, *minutes: int) -> st.SearchStrategy[datetime]:
        """The moments so many minutes away."""
        return st.sampled_from([shifted(self.at, timedelta(minutes=each)) for each in minutes])

    def perhaps_near(self, *minutes: int) -> st.SearchStrategy[datetime | None]:
        """Those, or no moment."""
        return st.sampled_from([None, *(shifted(self.at, timedelta(minutes=each)) for each in minutes)])


def scenes(
    at: datetime | None, rules: SeverityRules[Any], people: st.SearchStrategy[str], version: int
) -> st.SearchStrategy[Scene]:
    """Scenes at that moment, or at any, with these rules and people."""
    severities = st.sampled_from(rules.scheme.severities)
    parts: dict[str, Any] = {"people": people, "triages": triages(rules), "severities": severities}
    begin = moments() if at is None else st.just(moment("at", at))
    return begin.map(lambda drawn: Scene(at=drawn, version=version, runs=RUNS, **parts))


Parts: TypeAlias = dict[str, st.SearchStrategy[Any]]
"""The fields of a command but for when and by whom, each with its strategy."""

_WORDS: Final = texts(blank=False)
_NOTE: Final[Parts] = {"note": texts()}
_REASON: Final[Parts] = {"reason": texts()}
_GOOD_REASON: Final[Parts] = {"reason": _WORDS}
_TEXT: Final[Parts] = {"text": _WORDS}

OWED: Final = st.sampled_from(["checklist/stakeholders", "review"])
"""What may be owed, so that what one command says another takes back."""

LABELS: Final = st.sampled_from(["service", "team", "地域"])
"""Names of labels, so that what one command sets another replaces or removes."""

VALUES: Final = st.sampled_from(["checkout", "支払い", "<b>|`*_", "x" * 200])
"""Values of labels."""

ITEMS: Final = st.sampled_from(["watch", "テスト", "<b>|`*_", "x" * 100])
"""Names of action items."""

RUNBOOKS: Final = st.sampled_from(["failover", "ロールバック"])
"""Names of runbooks."""

RUNS: Final = RUNBOOKS.map("{} #1".format)
"""Names of runs, so that what one command starts another stops, or says something of."""

ANSWERS: Final = st.sampled_from([True, False, 3, 0.5, "eu", timedelta(minutes=5)])
"""Values of facts and of parameters."""

VALUES_BY_NAME: Final = st.dictionaries(st.sampled_from(["version", "replicas"]), ANSWERS, max_size=2)

BY_HAND: Final = st.sampled_from([(), ("restart",)])

REFERENCES: Final = st.sampled_from(["emergency@0123456789ab", "emergency@ba9876543210"])
"""Versions of a playbook, so that some commands move an incident to the one that it has."""

PARTS: Final[Mapping[type[Command], Callable[[Scene], Parts]]] = {
    Note: lambda _: _TEXT,
    Summarize: lambda _: _TEXT,
    Update: lambda _: {**_TEXT, "next_steps": texts(), "eta": texts(), "public": texts()},
    Fulfil: lambda _: {"obligation": OWED, **_NOTE},
    TakeBack: lambda _: {"obligation": OWED, **_GOOD_REASON},
    Waive: lambda _: {"obligation": OWED, **_GOOD_REASON},
    Link: lambda _: {"what": st.sampled_from(LinkKind), "reference": _WORDS, "url": texts()},
    Label: lambda _: {"name": LABELS, "value": VALUES},
    Unlabel: lambda _: {"name": LABELS},
    AddActionItem: lambda scene: {
        "name": ITEMS,
        "text": _WORDS,
        "owner": scene.people,
        "due": scene.perhaps_near(30, 2880, -60),
    },
    Acknowledge: lambda _: _NOTE,
    Decline: lambda _: _REASON,
    Unacknowledge: lambda _: _REASON,
    Assess: lambda scene: {"assessment": scene.triages},
    ChangeSeverity: lambda scene: {"severity": scene.severities, **_GOOD_REASON},
    ChangePlaybook: lambda _: {"playbook": REFERENCES, **_GOOD_REASON},
    Assign: lambda scene: {"role": st.sampled_from(Role), "to": scene.people},
    HandOver: lambda scene: {"role": st.sampled_from(Role), "to": scene.people},
    StartMitigation: lambda _: _NOTE,
    Mitigate: lambda _: _NOTE,
    Regress: lambda _: _GOOD_REASON,
    Resolve: lambda _: _NOTE,
    Reopen: lambda _: _GOOD_REASON,
    Close: lambda _: {"waivers": st.dictionaries(texts(), _WORDS, max_size=2)},
    Cancel: lambda _: _GOOD_REASON,
    Merge: lambda _: {"into": names()},
    Escalate: lambda _: {"level": names(), **_REASON},
    Snooze: lambda scene: {"until": scene.near(1, 30, 2880, 0), **_GOOD_REASON},
    Restrict: lambda _: _GOOD_REASON,
    LiftRestriction: lambda _: _GOOD_REASON,
    CorrectStart: lambda scene: {"started_at": scene.near(0, -1, -60, -2880, 1), **_REASON},
    CorrectTime: lambda scene: {"event": _places(scene), "happened_at": scene.near(0, -1, -60, 1), **_REASON},
    Redact: lambda scene: {"event": _places(scene), **_REASON},
    StartRunbook: lambda _: {"runbook": RUNBOOKS, "parameters": VALUES_BY_NAME, "by_hand": BY_HAND, **_NOTE},
    CancelRunbook: lambda scene: {"run": scene.runs, **_GOOD_REASON},
    ResumeRunbook: lambda scene: {"run": scene.runs, **_REASON},
    UndoRunbook: lambda scene: {"run": scene.runs, "step": st.sampled_from(["", "restart"]), **_GOOD_REASON},
    Confirm: lambda scene: {"run": scene.runs, "step": st.just("restart"), "attempt": st.integers(1, 2), **_NOTE},
    Answer: lambda scene: {"run": scene.runs, "fact": st.just("restart_safe"), "value": ANSWERS, **_NOTE},
    Hold: lambda _: _GOOD_REASON,
    LiftHold: lambda _: _GOOD_REASON,
}
"""What each kind of command has beside its time and its giver."""


def _places(scene: Scene) -> st.SearchStrategy[int]:
    return st.integers(0, max(scene.version - 1, 0))


def commands(
    *,
    at: datetime | None = None,
    rules: SeverityRules[Any] = RULES,
    people: st.SearchStrategy[str] = PEOPLE,
    version: int = 1,
) -> st.SearchStrategy[Command]:
    """Commands of every kind, whether an incident allows them or not.

    ``at`` is the moment at which they are given, drawn if it is not given, and told in several time zones. Triages and
    severities fit ``rules``, which are the emergency playbook's by default. ``people`` draws who gives commands and
    gets roles. ``version`` is that of the incident: corrections and redactions are of one of so many events, and a few
    commands are based on that version, or on the one before it.
    """
    drawn = st.tuples(st.sampled_from([*PARTS]), scenes(at, rules, people, version))
    return drawn.flatmap(lambda pair: of_kind(*pair))


def of_kind(kind: type[Command], scene: Scene) -> st.SearchStrategy[Command]:
    """Commands of one kind."""
    zones = st.sampled_from([*dict.fromkeys(map(scene.at.astimezone, _zones(scene.at)))])
    versions = st.sampled_from([*[None] * 8, scene.version, scene.version - 1])
    parts: Parts = {"at": zones, "by": scene.people, "based_on": versions, **PARTS[kind](scene)}
    return st.fixed_dictionaries(parts).map(lambda drawn: kind(**drawn))


def _zones(at: datetime) -> tuple[timezone, ...]:
    """The zones in which that moment has a date."""
    return ZONES if 1 < at.year < 9999 else ZONES[:1]
