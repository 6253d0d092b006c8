"""Strategies for commands and for incidents by legal histories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from incidentkit import Facts, Flag, SeverityRules, SeverityScheme, when
from incidentkit.errors import IncidentkitError
from incidentkit.model.commands import (
    Acknowledge,
    Assess,
    Assign,
    Cancel,
    ChangeSeverity,
    Close,
    Command,
    CorrectStart,
    CorrectTime,
    Decline,
    HandOver,
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
    Snooze,
    StartMitigation,
    Summarize,
    Unacknowledge,
)
from incidentkit.model.events import LinkKind
from incidentkit.model.incident import Incident
from incidentkit.model.people import Role

S1, S2, S3 = SCHEME = SeverityScheme("S1", "S2", "S3")
DOWN, SLOW = Flag("down", question="Is it down?"), Flag("slow", question="Is it slow?")
RULES = SeverityRules(when(DOWN, S1, because="it is down"), when(SLOW, S2), otherwise=S3)
START = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)

PEOPLE = st.sampled_from(["ada", "grace", "linus"])
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12).filter(str.strip)
MAYBE = WORDS | st.just("")
MINUTES = st.integers(-30, 120).map(lambda minutes: timedelta(minutes=minutes))

TRIAGES = st.fixed_dictionaries({}, optional={"down": st.booleans(), "slow": st.booleans()}).map(
    lambda known: RULES.triage(Facts.read(known, RULES.vocabulary))
)


def commands(at: st.SearchStrategy[datetime], *, events: int = 3) -> st.SearchStrategy[Command]:
    """Every kind of command, legal or not, given at such times."""
    common: dict[str, Any] = {"at": at, "by": PEOPLE}
    places = st.integers(0, max(events - 1, 0))
    later = st.datetimes(START.replace(tzinfo=None), datetime(2026, 3, 4), timezones=st.just(UTC))
    return st.one_of(
        st.builds(Assess, TRIAGES, **common),
        st.builds(ChangeSeverity, st.sampled_from(SCHEME.severities), reason=MAYBE, **common),
        st.builds(Acknowledge, note=MAYBE, **common),
        st.builds(Decline, reason=MAYBE, **common),
        st.builds(Unacknowledge, reason=MAYBE, **common),
        st.builds(Assign, st.sampled_from(Role), to=PEOPLE, **common),
        st.builds(HandOver, st.sampled_from(Role), to=PEOPLE, **common),
        st.builds(Note, WORDS, **common),
        st.builds(Summarize, WORDS, **common),
        st.builds(StartMitigation, note=MAYBE, **common),
        st.builds(Mitigate, note=MAYBE, **common),
        st.builds(Regress, reason=WORDS, **common),
        st.builds(Resolve, note=MAYBE, **common),
        st.builds(Reopen, reason=WORDS, **common),
        st.builds(Close, waivers=st.dictionaries(WORDS, WORDS, max_size=2), **common),
        st.builds(Cancel, reason=WORDS, **common),
        st.builds(Merge, into=st.just("INC-2"), **common),
        st.builds(Snooze, until=later, reason=WORDS, **common),
        st.builds(Restrict, reason=WORDS, **common),
        st.builds(LiftRestriction, reason=WORDS, **common),
        st.builds(Link, st.sampled_from(LinkKind), WORDS, url=MAYBE, **common),
        st.builds(CorrectStart, later.map(lambda moment: moment - timedelta(hours=2)), reason=MAYBE, **common),
        st.builds(CorrectTime, places, happened_at=later, reason=MAYBE, **common),
        st.builds(Redact, places, reason=MAYBE, **common),
    )


@st.composite
def declarations(draw: st.DrawFn) -> Incident:
    """An incident that has just been declared, by a triage or with a chosen severity."""
    triage = draw(st.none() | TRIAGES)
    return Incident.declare(
        "INC-1",
        title=draw(WORDS),
        at=START,
        by=draw(PEOPLE),
        triage=triage,
        severity=None if triage else draw(st.sampled_from(SCHEME.severities)),
        started_at=draw(st.none() | st.just(START - timedelta(minutes=10))),
        playbook="emergency",
    )


@st.composite
def incidents(draw: st.DrawFn, *, most: int = 12) -> Incident:
    """An incident after a legal history: what was not possible is left out, so the moves are tried often."""
    incident = draw(declarations())
    now = START
    for _ in range(draw(st.integers(0, most))):
        now += draw(st.sampled_from([timedelta(), timedelta(minutes=1), timedelta(minutes=17)]))
        try:
            incident = incident.apply(draw(commands(st.just(now), events=incident.version)))
        except IncidentkitError:
            continue
    return incident
